/* What the window says of the microphone while it records, or waits to: gone, back, silent, too slow. */
#include "dictation/longhand-sound-watch.h"
#include "longhand-error.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>

/* ---- a microphone that is not there ---- */

static void
use_other (LonghandWindow *self) {
  const LonghandDevice *other = longhand_dictation_get_other_device (self->dictation);

  if (other != NULL)
    longhand_dictation_start_from (self->dictation, other->id);
  else
    longhand_dictation_start (self->dictation);
}

/* The button of the problem follows what is plugged in. */
static void
offer_other (LonghandWindow *self) {
  const LonghandDevice *other = longhand_dictation_get_other_device (self->dictation);
  g_autofree char *label = NULL;

  if (!self->says_absent || longhand_dictation_get_state (self->dictation) != LONGHAND_STATE_WAITING)
    return;
  label = other != NULL ? g_strdup_printf (_ ("Use “%s”"), other->name) : g_strdup (_ ("Try Again"));
  self->solve = use_other;
  longhand_banner_set_button (self->problem, label);
}

void
longhand_window_note_error (LonghandWindow *self, const GError *error) {
  self->says_silent = FALSE;
  self->says_absent = g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_LOST)
                      || g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT);
  offer_other (self);
}

/* Nobody is recorded without knowing: when recording goes on by itself, it says so. */
void
longhand_window_follow_state (LonghandWindow *self, LonghandState state) {
  const gboolean has_ended = state == LONGHAND_STATE_IDLE || state == LONGHAND_STATE_FINISHING;

  if (state == LONGHAND_STATE_RECORDING && self->has_waited)
    longhand_window_toast (self, _ ("The microphone is there: recording"));
  if (state == LONGHAND_STATE_WAITING)
    self->has_waited = TRUE;
  else if (state != LONGHAND_STATE_STARTING)
    self->has_waited = FALSE;
  if (state == LONGHAND_STATE_RECORDING || (has_ended && self->was_waiting && self->says_absent)) {
    longhand_banner_hide (self->problem);
    self->says_absent = FALSE;
  }
  self->was_waiting = state == LONGHAND_STATE_WAITING;
}

/* ---- sound ---- */

static void
on_silent (LonghandWindow *self) {
  gboolean silent;

  g_object_get (self->dictation, "silent", &silent, NULL);
  if (silent && !longhand_banner_get_shown (self->problem)) {
    self->solve = NULL;
    self->says_silent = TRUE;
    longhand_banner_show (self->problem, longhand_sound_watch_get_silent_hint (), NULL);
  } else if (!silent && self->says_silent) {
    self->says_silent = FALSE;
    longhand_banner_hide (self->problem);
  }
}

void
longhand_window_init_microphone (LonghandWindow *self) {
  g_signal_connect_object (self->dictation, "devices-changed", G_CALLBACK (offer_other), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dictation, "notify::silent", G_CALLBACK (on_silent), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dictation, "notice", G_CALLBACK (longhand_window_toast), self,
                           G_CONNECT_SWAPPED);
}
