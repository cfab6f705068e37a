#include "automation/longhand-tones.h"

#include "audio/longhand-player.h"
#include "audio/longhand-tone.h"

struct _LonghandTones {
  /* owned */
  LonghandService *service;
  LonghandDictation *dictation;
  GSettings *settings;
  LonghandPlayer *player;

  gboolean is_begun; /* by the service */
  gboolean is_heard; /* the beginning was played, and the end was not */
};

static void
play (LonghandTones *self, LonghandTone tone) {
  g_autoptr (GBytes) samples = longhand_tone_new (tone);

  if (g_settings_get_boolean (self->settings, "tones"))
    longhand_player_play_samples (self->player, samples);
  self->is_heard = tone == LONGHAND_TONE_BEGIN;
}

static void
on_begun (LonghandTones *self) {
  self->is_begun = TRUE;
}

static void
on_state (LonghandTones *self) {
  const LonghandState state = longhand_dictation_get_state (self->dictation);

  if (state == LONGHAND_STATE_RECORDING && self->is_begun && !self->is_heard)
    play (self, LONGHAND_TONE_BEGIN);
  if (state != LONGHAND_STATE_FINISHING && state != LONGHAND_STATE_IDLE)
    return;
  self->is_begun = FALSE;
  if (self->is_heard)
    play (self, LONGHAND_TONE_END);
}

LonghandTones *
longhand_tones_new (LonghandService *service, LonghandDictation *dictation, GSettings *settings) {
  LonghandTones *self = g_new0 (LonghandTones, 1);

  self->service = g_object_ref (service);
  self->dictation = g_object_ref (dictation);
  self->settings = g_object_ref (settings);
  self->player = longhand_player_new ();
  g_signal_connect_swapped (service, "begun", G_CALLBACK (on_begun), self);
  g_signal_connect_swapped (dictation, "notify::state", G_CALLBACK (on_state), self);
  return self;
}

void
longhand_tones_free (LonghandTones *self) {
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_signal_handlers_disconnect_by_data (self->dictation, self);
  g_object_unref (self->player);
  g_object_unref (self->settings);
  g_object_unref (self->dictation);
  g_object_unref (self->service);
  g_free (self);
}
