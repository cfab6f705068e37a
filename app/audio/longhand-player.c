#include "audio/longhand-player.h"

#include "audio/longhand-capture-feed.h"
#include "audio/longhand-capture-process.h"
#include "audio/longhand-sound-reader.h"
#include "dictation/longhand-mailbox.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <samplerate.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#define BLOCK (LONGHAND_SOUND_RATE_HZ / 20) /* samples read at once */
#define AHEAD_S 0.5                         /* of sound that waits in the ring */
#define LOOK_US 10000                       /* at the ring */
#define OPEN_TIMEOUT_MS 5000
#define STALL_US (3 * G_USEC_PER_SEC) /* without the device taking any sound: it is gone */

/* One play; of the player and its thread. */
typedef struct {
  guint serial;
  LonghandSoundReader *reader; /* owned */
  gint64 from_ms, to_ms;
  LonghandMailbox *mailbox; /* owned */
  atomic_bool stop;
  atomic_int_fast64_t position_ms;
} Run;

struct _LonghandPlayer {
  GObject parent_instance;

  LonghandMailbox *mailbox; /* owned */
  Run *run;                 /* owned; NULL: nothing is played */
  guint serial;
  gint64 position_ms; /* at the last end */
};

G_DEFINE_FINAL_TYPE (LonghandPlayer, longhand_player, G_TYPE_OBJECT)

enum { STOPPED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

typedef struct {
  guint serial;
  GError *error; /* owned; NULL: it went well */
} Ended;

static void
run_clear (gpointer data) {
  Run *self = data;

  longhand_sound_reader_free (self->reader);
  longhand_mailbox_unref (self->mailbox);
}

static void
run_unref (Run *self) {
  g_atomic_rc_box_release_full (self, run_clear);
}

static void
ended_free (gpointer data) {
  Ended *ended = data;

  g_clear_error (&ended->error);
  g_free (ended);
}

/* ---- the thread ---- */

/* The way from the sound to the device. */
typedef struct {
  LonghandProcess *process; /* owned */
  LonghandFeed *feed;       /* owned */
  SRC_STATE *rate;          /* owned */
  double ratio;
  guint n_channels;
  guint64 n_written; /* frames */
} Output;

static gboolean
fail (GError **error) {
  g_set_error_literal (
      error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      _ ("Nothing can be played: connect loudspeakers or headphones, close other programs that "
         "use them, and try again."));
  return FALSE;
}

static gboolean
open_feed (Output *self, GError **error) {
  LonghandWireMessage message = { .type = LONGHAND_WIRE_PLAY, .rate_hz = LONGHAND_SOUND_RATE_HZ };
  gboolean heard;
  int fd;

  longhand_process_ask (self->process, &message, OPEN_TIMEOUT_MS);
  heard = longhand_process_hear (self->process, &message, &fd);
  if (heard && message.type == LONGHAND_WIRE_OPENED && fd >= 0)
    self->feed = longhand_feed_new_from_fd (fd, message.rate_hz, message.n_channels);
  if (fd >= 0)
    close (fd);
  return self->feed != NULL || fail (error);
}

static gboolean
open_output (Output *self, GError **error) {
  int code;

  self->process = longhand_process_start (error);
  if (self->process == NULL || !open_feed (self, error))
    return FALSE;
  self->n_channels = longhand_feed_get_n_channels (self->feed);
  self->ratio = longhand_feed_get_rate_hz (self->feed) / LONGHAND_SOUND_RATE_HZ;
  self->rate = src_new (SRC_SINC_FASTEST, 1, &code);
  return self->rate != NULL || fail (error);
}

static void
close_output (Output *self) {
  longhand_process_end (self->process, FALSE);
  g_clear_pointer (&self->feed, longhand_feed_unref);
  g_clear_pointer (&self->rate, src_delete);
}

static gsize
get_waiting (Output *self) {
  return longhand_ring_get_n_readable (longhand_feed_get_ring (self->feed));
}

/* The ring has room for it. */
static void
write_block (Output *self, const float *samples, gsize n, gboolean is_last) {
  const gsize n_most = (gsize)((double)n * self->ratio) + 64;
  g_autofree float *mono = g_new (float, n_most);
  g_autofree float *frames = g_new (float, n_most * self->n_channels);
  SRC_DATA data = { .data_in = samples,
                    .data_out = mono,
                    .input_frames = (long)n,
                    .output_frames = (long)n_most,
                    .src_ratio = self->ratio,
                    .end_of_input = is_last };
  gsize n_frames;

  src_process (self->rate, &data);
  n_frames = (gsize)data.output_frames_gen;
  for (gsize i = 0; i < n_frames; i++)
    for (guint c = 0; c < self->n_channels; c++)
      frames[i * self->n_channels + c] = mono[i];
  self->n_written += longhand_ring_write (longhand_feed_get_ring (self->feed), frames, n_frames);
}

static void
note_position (Run *self, Output *output) {
  const double rate_hz = longhand_feed_get_rate_hz (output->feed);
  const guint64 n_heard = output->n_written - MIN (get_waiting (output), output->n_written);
  const gint64 position_ms = self->from_ms + (gint64)((double)n_heard * 1000 / rate_hz);

  atomic_store_explicit (&self->position_ms, MIN (position_ms, self->to_ms), memory_order_relaxed);
}

/* Until at most n frames wait. FALSE: it was stopped, or the device takes nothing any more. */
static gboolean
wait_for_room (Run *self, Output *output, gsize n, GError **error) {
  gint64 changed_us = g_get_monotonic_time ();
  gsize n_last = get_waiting (output);

  while (!atomic_load_explicit (&self->stop, memory_order_relaxed)) {
    const gsize n_now = get_waiting (output);

    note_position (self, output);
    if (n_now <= n)
      return TRUE;
    if (n_now != n_last)
      changed_us = g_get_monotonic_time ();
    n_last = n_now;
    if (!longhand_process_is_alive (output->process) || longhand_feed_has_ended (output->feed)
        || g_get_monotonic_time () > changed_us + STALL_US)
      return fail (error);
    g_usleep (LOOK_US);
  }
  return FALSE;
}

/* Behind the last frame the device plays what it has taken. */
static void
wait_for_end (Run *self, Output *output) {
  const gint64 end_us = g_get_monotonic_time () + STALL_US;

  longhand_feed_close (output->feed);
  while (!longhand_feed_has_ended (output->feed) && longhand_process_is_alive (output->process)
         && !atomic_load_explicit (&self->stop, memory_order_relaxed) && g_get_monotonic_time () < end_us)
    g_usleep (LOOK_US);
}

static gboolean
play (Run *self, Output *output, GError **error) {
  const gsize ahead = (gsize)(longhand_feed_get_rate_hz (output->feed) * AHEAD_S);
  float samples[BLOCK];
  gsize n;

  do {
    if (!wait_for_room (self, output, ahead, error))
      return FALSE;
    if (!longhand_sound_reader_read (self->reader, samples, BLOCK, &n, error))
      return FALSE;
    write_block (output, samples, n, n < BLOCK);
  } while (n == BLOCK);
  if (!wait_for_room (self, output, 0, error))
    return FALSE;
  wait_for_end (self, output);
  return TRUE;
}

static void
on_ended (gpointer owner, gpointer letter) {
  LonghandPlayer *self = owner;
  const Ended *ended = letter;

  if (self->run == NULL || ended->serial != self->serial)
    return;
  self->position_ms = longhand_player_get_position_ms (self);
  g_clear_pointer (&self->run, run_unref);
  if (ended->error != NULL)
    g_signal_emit (self, signals[FAILED], 0, ended->error);
  g_signal_emit (self, signals[STOPPED], 0);
}

static gpointer
work (gpointer user) {
  Run *self = user;
  Output output = { 0 };
  Ended *ended = g_new0 (Ended, 1);

  ended->serial = self->serial;
  if (open_output (&output, &ended->error))
    play (self, &output, &ended->error);
  close_output (&output);
  longhand_mailbox_post (self->mailbox, on_ended, ended, ended_free);
  run_unref (self);
  return NULL;
}

/* ---- the owner's side ---- */

static void
end_run (LonghandPlayer *self) {
  if (self->run == NULL)
    return;
  self->position_ms = longhand_player_get_position_ms (self);
  atomic_store_explicit (&self->run->stop, true, memory_order_relaxed);
  g_clear_pointer (&self->run, run_unref);
}

/* Takes reader, of which the times are. */
static void
begin_run (LonghandPlayer *self, LonghandSoundReader *reader, gint64 from_ms, gint64 to_ms) {
  g_autoptr (GError) error = NULL;
  GThread *thread;

  end_run (self);
  self->run = g_atomic_rc_box_new0 (Run);
  self->run->serial = ++self->serial;
  self->run->reader = reader;
  self->run->from_ms = from_ms;
  self->run->to_ms = to_ms;
  self->run->mailbox = longhand_mailbox_ref (self->mailbox);
  atomic_init (&self->run->position_ms, from_ms);
  thread = g_thread_try_new ("player", work, g_atomic_rc_box_acquire (self->run), NULL);
  if (thread != NULL) {
    g_thread_unref (thread);
    return;
  }
  run_unref (self->run);
  g_clear_pointer (&self->run, run_unref);
  fail (&error);
  g_signal_emit (self, signals[FAILED], 0, error);
  g_signal_emit (self, signals[STOPPED], 0);
}

void
longhand_player_play (LonghandPlayer *self, GPtrArray *parts, gint64 from_ms, gint64 to_ms) {
  const LonghandSoundPart *last = parts->len > 0 ? parts->pdata[parts->len - 1] : NULL;

  g_return_if_fail (LONGHAND_IS_PLAYER (self));
  begin_run (self, longhand_sound_reader_new (parts, from_ms, to_ms), from_ms,
             last != NULL ? MIN (to_ms, last->end_ms) : from_ms);
}

void
longhand_player_play_samples (LonghandPlayer *self, GBytes *samples) {
  g_return_if_fail (LONGHAND_IS_PLAYER (self));
  begin_run (self, longhand_sound_reader_new_for_samples (samples), 0,
             (gint64)(g_bytes_get_size (samples) / sizeof (float) / LONGHAND_SOUND_PER_MS));
}

void
longhand_player_stop (LonghandPlayer *self) {
  g_return_if_fail (LONGHAND_IS_PLAYER (self));
  if (self->run == NULL)
    return;
  end_run (self);
  g_signal_emit (self, signals[STOPPED], 0);
}

gboolean
longhand_player_is_playing (LonghandPlayer *self) {
  return self->run != NULL;
}

gint64
longhand_player_get_position_ms (LonghandPlayer *self) {
  if (self->run == NULL)
    return self->position_ms;
  return atomic_load_explicit (&self->run->position_ms, memory_order_relaxed);
}

/* ---- object ---- */

static void
longhand_player_dispose (GObject *object) {
  LonghandPlayer *self = LONGHAND_PLAYER (object);

  end_run (self);
  longhand_mailbox_close (self->mailbox);
  G_OBJECT_CLASS (longhand_player_parent_class)->dispose (object);
}

static void
longhand_player_finalize (GObject *object) {
  longhand_mailbox_unref (LONGHAND_PLAYER (object)->mailbox);
  G_OBJECT_CLASS (longhand_player_parent_class)->finalize (object);
}

static void
longhand_player_class_init (LonghandPlayerClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = longhand_player_dispose;
  object_class->finalize = longhand_player_finalize;
  signals[STOPPED] = g_signal_new ("stopped", LONGHAND_TYPE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", LONGHAND_TYPE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
longhand_player_init (LonghandPlayer *self) {
  self->mailbox = longhand_mailbox_new (G_OBJECT (self));
}

LonghandPlayer *
longhand_player_new (void) {
  return g_object_new (LONGHAND_TYPE_PLAYER, NULL);
}
