#include "widgets/longhand-level-meter.h"

#include "widgets/longhand-ballistics.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define LOWEST_DB (-60.0)
#define BAR_HEIGHT 6.0f
#define FALL_PER_FRAME 0.03 /* of the scale; rises are shown at once */

struct _LonghandLevelMeter {
  GtkWidget parent_instance;

  GObject *object; /* owned; may be NULL */
  LonghandLevelFn get_level;
  guint tick;
  LonghandBallistics rms, peak;
};

G_DEFINE_FINAL_TYPE (LonghandLevelMeter, longhand_level_meter, GTK_TYPE_WIDGET)

double
longhand_level_meter_scale (double amplitude) {
  if (!(amplitude > 0))
    return 0;
  return CLAMP (1 - 20 * log10 (amplitude) / LOWEST_DB, 0, 1);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer user) {
  LonghandLevelMeter *self = LONGHAND_LEVEL_METER (widget);
  const double old_rms = self->rms.shown, old_peak = self->peak.shown;
  const gboolean moves = adw_get_enable_animations (widget);
  const gint64 now_us = gdk_frame_clock_get_frame_time (clock);
  double peak = 0, rms = 0;

  if (self->object != NULL)
    self->get_level (self->object, &peak, &rms);
  longhand_ballistics_follow (&self->rms, longhand_level_meter_scale (rms), FALL_PER_FRAME, now_us, moves);
  longhand_ballistics_follow (&self->peak, longhand_level_meter_scale (peak), FALL_PER_FRAME / 2, now_us,
                              moves);
  if (fabs (self->rms.shown - old_rms) > 0.002 || fabs (self->peak.shown - old_peak) > 0.002)
    gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static void
append_bar (GtkSnapshot *snapshot, float x, float y, float width, const GdkRGBA *color) {
  GskRoundedRect bar;

  gsk_rounded_rect_init_from_rect (&bar, &GRAPHENE_RECT_INIT (x, y, width, BAR_HEIGHT), BAR_HEIGHT / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &bar);
  gtk_snapshot_append_color (snapshot, color, &bar.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
longhand_level_meter_snapshot (GtkWidget *widget, GtkSnapshot *snapshot) {
  LonghandLevelMeter *self = LONGHAND_LEVEL_METER (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  const float width = (float)gtk_widget_get_width (widget);
  const float y = ((float)gtk_widget_get_height (widget) - BAR_HEIGHT) / 2;
  const gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  const float rms = (float)self->rms.shown * width, peak = (float)self->peak.shown * width;
  GdkRGBA trough, fill;

  gtk_style_context_get_color (context, &trough);
  if (!gtk_style_context_lookup_color (context, self->peak.shown > 0.98 ? "error_color" : "accent_color",
                                       &fill))
    fill = trough;
  trough.alpha = 0.15f;
  append_bar (snapshot, 0, y, width, &trough);
  if (rms >= 1)
    append_bar (snapshot, mirrored ? width - rms : 0, y, rms, &fill);
  if (peak >= 3)
    gtk_snapshot_append_color (snapshot, &fill,
                               &GRAPHENE_RECT_INIT (mirrored ? width - peak : peak - 2, y, 2, BAR_HEIGHT));
}

static void
longhand_level_meter_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                              int *natural, int *minimum_baseline, int *natural_baseline) {
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 48 : 16;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 96 : 16;
}

static void
longhand_level_meter_map (GtkWidget *widget) {
  LonghandLevelMeter *self = LONGHAND_LEVEL_METER (widget);

  GTK_WIDGET_CLASS (longhand_level_meter_parent_class)->map (widget);
  self->rms = self->peak = (LonghandBallistics){ 0 };
  self->tick = gtk_widget_add_tick_callback (widget, on_tick, NULL, NULL);
}

static void
longhand_level_meter_unmap (GtkWidget *widget) {
  LonghandLevelMeter *self = LONGHAND_LEVEL_METER (widget);

  gtk_widget_remove_tick_callback (widget, self->tick);
  self->tick = 0;
  GTK_WIDGET_CLASS (longhand_level_meter_parent_class)->unmap (widget);
}

static void
longhand_level_meter_dispose (GObject *object) {
  g_clear_object (&LONGHAND_LEVEL_METER (object)->object);
  G_OBJECT_CLASS (longhand_level_meter_parent_class)->dispose (object);
}

static void
longhand_level_meter_class_init (LonghandLevelMeterClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_level_meter_dispose;
  widget_class->snapshot = longhand_level_meter_snapshot;
  widget_class->measure = longhand_level_meter_measure;
  widget_class->map = longhand_level_meter_map;
  widget_class->unmap = longhand_level_meter_unmap;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
longhand_level_meter_init (LonghandLevelMeter *self) {
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Microphone level"), -1);
}

void
longhand_level_meter_set_source (LonghandLevelMeter *self, GObject *object, LonghandLevelFn fn) {
  g_set_object (&self->object, object);
  self->get_level = fn;
}

static void
get_dictation_level (gpointer dictation, double *peak, double *rms) {
  longhand_dictation_get_level (dictation, peak, rms);
}

void
longhand_level_meter_set_dictation (LonghandLevelMeter *self, LonghandDictation *dictation) {
  longhand_level_meter_set_source (self, G_OBJECT (dictation), get_dictation_level);
}
