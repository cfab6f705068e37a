#include "dictation/longhand-recorded.h"

struct _LonghandRecorded {
  const LonghandRecordedFns *fns; /* borrowed */
  gpointer user;
  LonghandFeed *feed;                /* owned; of the microphone that is open */
  gint64 sealed_ms;                  /* recorded before the feed was opened */
  LonghandSoundLosses sealed_losses; /* before that, too */
  gint64 captured_ms;                /* before that: what was not dropped, and sound of earlier sessions */
  LonghandSoundClock clock;          /* as of the moment at which the last feed was done with */
  LonghandSoundWatch watch;          /* of the feed */
  guint look_id;                     /* source; while watching */
  gboolean silent;
};

LonghandRecorded *
longhand_recorded_new (const LonghandRecordedFns *fns, gpointer user) {
  LonghandRecorded *self = g_new0 (LonghandRecorded, 1);

  self->fns = fns;
  self->user = user;
  return self;
}

void
longhand_recorded_free (LonghandRecorded *self) {
  if (self == NULL)
    return;
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_pointer (&self->feed, longhand_feed_unref);
  g_free (self);
}

/* ---- what is told ---- */

static void
look_for_losses (LonghandRecorded *self, gboolean ended) {
  LonghandSoundLosses losses = { 0 };

  longhand_sound_losses_add (&losses, self->feed);
  if (longhand_sound_watch_look (&self->watch, &losses, ended)) {
    g_autofree char *sentence = longhand_sound_losses_dup_sentence (&losses);

    self->fns->lost (self->user, sentence);
  }
}

static void
set_silent (LonghandRecorded *self, gboolean silent) {
  if (self->silent == silent)
    return;
  self->silent = silent;
  self->fns->silent (self->user, silent);
}

static gboolean
look_at_sound (gpointer user) {
  LonghandRecorded *self = user;

  look_for_losses (self, FALSE);
  set_silent (self, longhand_sound_watch_is_silent (longhand_feed_get_n_frames (self->feed),
                                                    longhand_feed_get_n_silent (self->feed),
                                                    longhand_feed_get_rate_hz (self->feed)));
  return G_SOURCE_CONTINUE;
}

void
longhand_recorded_watch (LonghandRecorded *self) {
  self->watch = (LonghandSoundWatch){ 0 };
  self->look_id = g_timeout_add (LONGHAND_SOUND_WATCH_PERIOD_MS, look_at_sound, self);
}

static void
stop_watching (LonghandRecorded *self) {
  g_clear_handle_id (&self->look_id, g_source_remove);
  set_silent (self, FALSE);
}

/* ---- recordings ---- */

void
longhand_recorded_open (LonghandRecorded *self, LonghandFeed *feed) {
  g_clear_pointer (&self->feed, longhand_feed_unref);
  self->feed = feed;
}

void
longhand_recorded_seal (LonghandRecorded *self) {
  stop_watching (self);
  if (self->feed == NULL)
    return;
  self->clock = longhand_recorded_get_clock (self, G_MAXINT64);
  self->captured_ms = self->clock.at_ms;
  look_for_losses (self, TRUE);
  self->sealed_ms = longhand_recorded_get_elapsed_ms (self);
  longhand_sound_losses_add (&self->sealed_losses, self->feed);
  g_clear_pointer (&self->feed, longhand_feed_unref);
}

void
longhand_recorded_drop (LonghandRecorded *self) {
  stop_watching (self);
  g_clear_pointer (&self->feed, longhand_feed_unref);
}

void
longhand_recorded_add_earlier (LonghandRecorded *self, gint64 ms) {
  self->captured_ms += ms;
  self->clock = (LonghandSoundClock){ .pace = 0 };
}

/* ---- figures ---- */

LonghandFeed *
longhand_recorded_get_feed (LonghandRecorded *self) {
  return self->feed;
}

gint64
longhand_recorded_get_elapsed_ms (LonghandRecorded *self) {
  if (self->feed == NULL)
    return self->sealed_ms;
  return self->sealed_ms
         + (gint64)((double)longhand_feed_get_n_frames (self->feed) * 1000
                    / longhand_feed_get_rate_hz (self->feed));
}

LonghandSoundClock
longhand_recorded_get_clock (LonghandRecorded *self, gint64 ms) {
  guint64 n_frames;

  if (self->feed == NULL || ms <= self->captured_ms)
    return self->clock;
  n_frames = longhand_feed_get_n_frames (self->feed) - longhand_feed_get_n_dropped (self->feed);
  return (LonghandSoundClock){
    .at_ms = self->captured_ms + (gint64)((double)n_frames * 1000 / longhand_feed_get_rate_hz (self->feed)),
    .at_us = g_get_monotonic_time (),
    .pace = longhand_feed_get_pace (self->feed),
  };
}

LonghandSoundLosses
longhand_recorded_get_losses (LonghandRecorded *self) {
  LonghandSoundLosses losses = self->sealed_losses;

  if (self->feed != NULL)
    longhand_sound_losses_add (&losses, self->feed);
  return losses;
}

double
longhand_recorded_get_waiting_s (LonghandRecorded *self) {
  if (self->feed == NULL)
    return 0;
  return (double)longhand_ring_get_n_readable (longhand_feed_get_ring (self->feed))
         / longhand_feed_get_rate_hz (self->feed);
}
