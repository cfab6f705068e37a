#include "first-run/longhand-microphone-step.h"

#include "dictation/longhand-sound-check.h"
#include "preferences/longhand-microphone-row.h"
#include "widgets/longhand-level-meter.h"

#include <glib/gi18n.h>

#define LOOK_MS 100
#define PATIENCE_LOOKS 40 /* without a voice, until it is said that there is none */

struct _LonghandMicrophoneStep {
  GtkBox parent_instance;

  /* template children */
  LonghandMicrophoneRow *microphone;
  LonghandLevelMeter *meter;
  GtkImage *mark;
  GtkLabel *status;

  /* owned */
  LonghandSettings *settings;
  LonghandDictation *dictation;
  LonghandSoundCheck *check;

  guint look_timeout;
  guint n_looks; /* since it was opened */
  gboolean is_open;
};

G_DEFINE_FINAL_TYPE (LonghandMicrophoneStep, longhand_microphone_step, GTK_TYPE_BOX)

static void
say (LonghandMicrophoneStep *self, const char *sentence, const char *icon) {
  gtk_label_set_text (self->status, sentence);
  gtk_image_set_from_icon_name (self->mark, icon);
  gtk_widget_set_visible (GTK_WIDGET (self->mark), icon != NULL);
}

/* ---- listening ---- */

/* What is being recorded is no sound check. */
static void
listen (LonghandMicrophoneStep *self) {
  g_autofree char *id = longhand_settings_dup_microphone (self->settings);

  if (!gtk_widget_get_mapped (GTK_WIDGET (self))
      || longhand_dictation_get_state (self->dictation) != LONGHAND_STATE_IDLE) {
    longhand_sound_check_stop (self->check);
    self->is_open = FALSE;
    return;
  }
  say (self, _ ("Opening the microphone…"), NULL);
  longhand_sound_check_start (self->check, id);
}

static void
on_opened (LonghandMicrophoneStep *self) {
  self->is_open = TRUE;
  self->n_looks = 0;
  say (self, _ ("Longhand is listening: say anything."), NULL);
}

static void
on_failed (LonghandMicrophoneStep *self, const GError *error) {
  self->is_open = FALSE;
  say (self, error->message, NULL);
}

static gboolean
look (gpointer user) {
  LonghandMicrophoneStep *self = user;

  if (!self->is_open)
    return G_SOURCE_CONTINUE;
  if (longhand_sound_check_has_heard (self->check))
    say (self, _ ("Longhand hears you."), "object-select-symbolic");
  else if (++self->n_looks == PATIENCE_LOOKS)
    say (self,
         _ ("Nothing is heard. Is the microphone switched on, not muted, and near? Or choose another one."),
         NULL);
  return G_SOURCE_CONTINUE;
}

/* ---- life ---- */

static void
longhand_microphone_step_map (GtkWidget *widget) {
  LonghandMicrophoneStep *self = LONGHAND_MICROPHONE_STEP (widget);

  GTK_WIDGET_CLASS (longhand_microphone_step_parent_class)->map (widget);
  self->look_timeout = g_timeout_add (LOOK_MS, look, self);
  listen (self);
}

static void
longhand_microphone_step_unmap (GtkWidget *widget) {
  LonghandMicrophoneStep *self = LONGHAND_MICROPHONE_STEP (widget);

  GTK_WIDGET_CLASS (longhand_microphone_step_parent_class)->unmap (widget);
  g_clear_handle_id (&self->look_timeout, g_source_remove);
  listen (self);
}

static void
longhand_microphone_step_dispose (GObject *object) {
  LonghandMicrophoneStep *self = LONGHAND_MICROPHONE_STEP (object);

  if (self->check != NULL)
    longhand_sound_check_close (self->check);
  g_clear_object (&self->check);
  g_clear_object (&self->dictation);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_microphone_step_parent_class)->dispose (object);
}

static void
longhand_microphone_step_class_init (LonghandMicrophoneStepClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_MICROPHONE_ROW);
  g_type_ensure (LONGHAND_TYPE_LEVEL_METER);
  G_OBJECT_CLASS (klass)->dispose = longhand_microphone_step_dispose;
  widget_class->map = longhand_microphone_step_map;
  widget_class->unmap = longhand_microphone_step_unmap;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/first-run/longhand-microphone-step.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandMicrophoneStep, microphone);
  gtk_widget_class_bind_template_child (widget_class, LonghandMicrophoneStep, meter);
  gtk_widget_class_bind_template_child (widget_class, LonghandMicrophoneStep, mark);
  gtk_widget_class_bind_template_child (widget_class, LonghandMicrophoneStep, status);
}

static void
longhand_microphone_step_init (LonghandMicrophoneStep *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
get_level (gpointer check, double *peak, double *rms) {
  longhand_sound_check_get_level (check, peak, rms);
}

GtkWidget *
longhand_microphone_step_new (LonghandSettings *settings, LonghandDictation *dictation,
                              LonghandSource *source) {
  LonghandMicrophoneStep *self = g_object_new (LONGHAND_TYPE_MICROPHONE_STEP, NULL);

  self->settings = g_object_ref (settings);
  self->dictation = g_object_ref (dictation);
  self->check = longhand_sound_check_new (source);
  longhand_level_meter_set_source (self->meter, G_OBJECT (self->check), get_level);
  longhand_microphone_row_set_up (self->microphone, settings, dictation);
  g_signal_connect_object (self->check, "opened", G_CALLBACK (on_opened), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->check, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::microphone", G_CALLBACK (listen), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::state", G_CALLBACK (listen), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
