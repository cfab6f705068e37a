#include "player/longhand-player-bar.h"

#include <glib/gi18n.h>

#define LOOK_MS 50 /* at what is heard */
#define STEP_S 5

struct _LonghandPlayerBar {
  AdwBin parent_instance;

  /* template children */
  GtkButton *play;
  GtkScale *scale;
  GtkAdjustment *place; /* seconds of the session */
  GtkLabel *time;

  /* owned */
  LonghandPlayer *player;
  GPtrArray *parts; /* NULL: no sound */

  guint look_id;       /* source; while it plays */
  gint64 place_ms;     /* where playing goes on */
  gboolean is_stretch; /* after which it is where it was */
};

G_DEFINE_FINAL_TYPE (LonghandPlayerBar, longhand_player_bar, ADW_TYPE_BIN)

enum { MOVED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gint64
get_begin_ms (LonghandPlayerBar *self) {
  return ((LonghandSoundPart *)self->parts->pdata[0])->start_ms;
}

static gint64
get_end_ms (LonghandPlayerBar *self) {
  return ((LonghandSoundPart *)self->parts->pdata[self->parts->len - 1])->end_ms;
}

/* ---- what is shown ---- */

static char *
format_time (gint64 ms) {
  const int seconds = (int)(ms / 1000);

  if (seconds >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return g_strdup_printf ("%d:%02d", seconds / 60, seconds % 60);
}

static void
show_place (LonghandPlayerBar *self, gint64 ms) {
  const gint64 begin_ms = get_begin_ms (self), end_ms = get_end_ms (self);
  g_autofree char *now = format_time (MAX (ms - begin_ms, 0));
  g_autofree char *all = format_time (end_ms - begin_ms);
  g_autofree char *text = g_strdup_printf ("%s / %s", now, all);

  gtk_adjustment_configure (self->place, (double)ms / 1000, (double)begin_ms / 1000, (double)end_ms / 1000,
                            STEP_S, 2 * STEP_S, 0);
  gtk_label_set_label (self->time, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

static void
show_button (LonghandPlayerBar *self) {
  const gboolean plays = longhand_player_is_playing (self->player);
  const char *title = plays ? _ ("Pause") : _ ("Play");

  gtk_button_set_icon_name (self->play,
                            plays ? "media-playback-pause-symbolic" : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
}

static void
move (LonghandPlayerBar *self) {
  const gint64 ms = longhand_player_get_position_ms (self->player);

  if (!self->is_stretch) {
    self->place_ms = ms;
    show_place (self, ms);
  }
  g_signal_emit (self, signals[MOVED], 0, ms);
}

static gboolean
look (gpointer user) {
  move (user);
  return G_SOURCE_CONTINUE;
}

/* ---- playing ---- */

static void
begin (LonghandPlayerBar *self, gint64 from_ms, gint64 to_ms) {
  longhand_player_play (self->player, self->parts, from_ms, to_ms);
  if (!longhand_player_is_playing (self->player)) /* it failed at once */
    return;
  if (self->look_id == 0)
    self->look_id = g_timeout_add (LOOK_MS, look, self);
  show_button (self);
}

/* At the end it begins anew the next time. */
static void
on_stopped (LonghandPlayerBar *self) {
  g_clear_handle_id (&self->look_id, g_source_remove);
  if (self->parts != NULL && !self->is_stretch) {
    self->place_ms = longhand_player_get_position_ms (self->player);
    if (self->place_ms >= get_end_ms (self))
      self->place_ms = get_begin_ms (self);
    show_place (self, self->place_ms);
  }
  self->is_stretch = FALSE;
  show_button (self);
  g_signal_emit (self, signals[MOVED], 0, (gint64)-1);
}

static void
on_failed (LonghandPlayerBar *self, const GError *error) {
  g_signal_emit (self, signals[FAILED], 0, error);
}

static gboolean
on_place_chosen (LonghandPlayerBar *self, GtkScrollType scroll, double seconds) {
  const gint64 ms = CLAMP ((gint64)(seconds * 1000), get_begin_ms (self), get_end_ms (self));

  self->place_ms = ms;
  show_place (self, ms);
  if (longhand_player_is_playing (self->player) && !self->is_stretch)
    begin (self, ms, G_MAXINT64);
  return GDK_EVENT_STOP;
}

void
longhand_player_bar_toggle (LonghandPlayerBar *self) {
  if (self->parts == NULL)
    return;
  if (longhand_player_is_playing (self->player))
    longhand_player_stop (self->player);
  else
    begin (self, self->place_ms, G_MAXINT64);
}

void
longhand_player_bar_stop (LonghandPlayerBar *self) {
  longhand_player_stop (self->player);
}

void
longhand_player_bar_play_stretch (LonghandPlayerBar *self, gint64 from_ms, gint64 to_ms) {
  if (self->parts == NULL)
    return;
  longhand_player_stop (self->player);
  self->is_stretch = TRUE;
  begin (self, MAX (from_ms, 0), to_ms);
}

gboolean
longhand_player_bar_is_playing (LonghandPlayerBar *self) {
  return longhand_player_is_playing (self->player);
}

/* ---- the session ---- */

void
longhand_player_bar_set_parts (LonghandPlayerBar *self, GPtrArray *parts, gboolean is_same_session) {
  if (!is_same_session) {
    longhand_player_stop (self->player);
    self->place_ms = 0; /* also when its sound is not known before the next call */
  }
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  if (parts != NULL && parts->len > 0)
    self->parts = g_ptr_array_ref (parts);
  gtk_widget_set_visible (GTK_WIDGET (self), self->parts != NULL);
  if (self->parts == NULL)
    return;
  self->place_ms = MAX (self->place_ms, get_begin_ms (self));
  show_place (self, self->place_ms);
}

GPtrArray *
longhand_player_bar_get_parts (LonghandPlayerBar *self) {
  return self->parts;
}

/* ---- object ---- */

static void
longhand_player_bar_dispose (GObject *object) {
  LonghandPlayerBar *self = LONGHAND_PLAYER_BAR (object);

  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_object (&self->player);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  G_OBJECT_CLASS (longhand_player_bar_parent_class)->dispose (object);
}

static void
longhand_player_bar_class_init (LonghandPlayerBarClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_player_bar_dispose;
  signals[MOVED] = g_signal_new ("moved", LONGHAND_TYPE_PLAYER_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[FAILED] = g_signal_new ("failed", LONGHAND_TYPE_PLAYER_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/player/longhand-player-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandPlayerBar, play);
  gtk_widget_class_bind_template_child (widget_class, LonghandPlayerBar, scale);
  gtk_widget_class_bind_template_child (widget_class, LonghandPlayerBar, place);
  gtk_widget_class_bind_template_child (widget_class, LonghandPlayerBar, time);
  gtk_widget_class_bind_template_callback (widget_class, on_place_chosen);
}

static void
longhand_player_bar_init (LonghandPlayerBar *self) {
  self->player = longhand_player_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->player, "stopped", G_CALLBACK (on_stopped), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->player, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
}
