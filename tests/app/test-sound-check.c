/* A microphone that is listened to, and changed, and lost. */
#include "dictation/longhand-sound-check.h"

#include "fake-source.h"
#include "longhand-error.h"

#define N_FRAMES 800 /* 50 ms */

typedef struct {
  FakeSource *microphone; /* the check's */
  LonghandSoundCheck *check;
  guint n_opened, n_failed;
  int code; /* of the last failure */
} Fixture;

static void
on_opened (Fixture *f) {
  f->n_opened++;
}

static void
on_failed (Fixture *f, const GError *error) {
  f->n_failed++;
  f->code = error->code;
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->microphone = fake_source_new ();
  f->check = longhand_sound_check_new (&f->microphone->source);
  g_signal_connect_swapped (f->check, "opened", G_CALLBACK (on_opened), f);
  g_signal_connect_swapped (f->check, "failed", G_CALLBACK (on_failed), f);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_clear_object (&f->check);
}

static void
settle (void) {
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
speak (Fixture *f, float amplitude) {
  float frames[N_FRAMES];

  for (guint i = 0; i < N_FRAMES; i++)
    frames[i] = i % 2 == 0 ? amplitude : -amplitude;
  fake_source_speak (f->microphone, frames, N_FRAMES);
}

static gboolean
hears (Fixture *f, float amplitude) {
  gboolean has_heard = FALSE;

  for (guint i = 0; i < 5; i++) {
    speak (f, amplitude);
    has_heard = longhand_sound_check_has_heard (f->check);
  }
  return has_heard;
}

static void
a_voice_is_heard_and_a_room_is_not (Fixture *f, gconstpointer data) {
  double peak, rms;

  longhand_sound_check_start (f->check, "");
  settle ();
  g_assert_cmpuint (f->n_opened, ==, 1);
  g_assert_false (hears (f, 0));
  g_assert_false (hears (f, 0.002f));
  g_assert_true (hears (f, 0.1f));
  longhand_sound_check_get_level (f->check, &peak, &rms);
  g_assert_cmpfloat_with_epsilon (peak, 0.1, 0.001);
  g_assert_cmpfloat_with_epsilon (rms, 0.1, 0.001);
}

/* It has heard nothing yet. */
static void
another_microphone_begins_anew (Fixture *f, gconstpointer data) {
  longhand_sound_check_start (f->check, "fake/one");
  settle ();
  g_assert_true (hears (f, 0.1f));
  longhand_sound_check_start (f->check, "fake/two");
  settle ();
  g_assert_cmpuint (f->n_opened, ==, 2);
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/two");
  g_assert_false (longhand_sound_check_has_heard (f->check));
}

/* The last choice counts, however many come before the first one has been opened. */
static void
choices_while_one_is_being_opened (Fixture *f, gconstpointer data) {
  f->microphone->hold = TRUE;
  longhand_sound_check_start (f->check, "fake/one");
  longhand_sound_check_start (f->check, "fake/two");
  longhand_sound_check_start (f->check, "fake/three");
  f->microphone->hold = FALSE;
  fake_source_open (f->microphone);
  settle ();
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/three");
  g_assert_cmpuint (f->microphone->n_started, ==, 2);
}

static void
stopping_closes_it (Fixture *f, gconstpointer data) {
  double peak, rms;

  longhand_sound_check_start (f->check, "");
  settle ();
  speak (f, 0.1f);
  longhand_sound_check_stop (f->check);
  settle ();
  g_assert_null (f->microphone->feed);
  longhand_sound_check_get_level (f->check, &peak, &rms);
  g_assert_cmpfloat (peak, ==, 0);
  longhand_sound_check_start (f->check, "");
  settle ();
  g_assert_nonnull (f->microphone->feed);
}

static void
what_is_not_there_is_said_and_not_tried_again (Fixture *f, gconstpointer data) {
  fake_source_fail (f->microphone,
                    g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE, "none"));
  longhand_sound_check_start (f->check, "");
  settle ();
  g_assert_cmpuint (f->n_failed, ==, 1);
  g_assert_cmpint (f->code, ==, LONGHAND_ERROR_NO_MICROPHONE);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
  longhand_sound_check_start (f->check, "");
  settle ();
  g_assert_cmpuint (f->n_opened, ==, 1);
  fake_source_lose (f->microphone);
  settle ();
  g_assert_cmpuint (f->n_failed, ==, 2);
  g_assert_cmpuint (f->microphone->n_started, ==, 2);
}

/* A microphone that tells of its end only after the check is gone. */
static GAsyncQueue *freed_by; /* GThread, not owned */
static GAsyncQueue *gate;
static void (*free_fake) (LonghandSource *source);

static void
free_late (LonghandSource *source) {
  FakeSource *fake = (FakeSource *)source;

  g_async_queue_timeout_pop (gate, G_USEC_PER_SEC);
  fake->fn (fake->user, longhand_source_event_new (LONGHAND_SOURCE_CLOSED));
  free_fake (source);
  g_async_queue_push (freed_by, g_thread_self ());
}

static void
nobody_waits_for_a_microphone_that_is_being_opened (Fixture *f, gconstpointer data) {
  gate = g_async_queue_new ();
  freed_by = g_async_queue_new ();
  free_fake = f->microphone->source.free;
  f->microphone->source.free = free_late;
  f->microphone->hold = TRUE;
  longhand_sound_check_start (f->check, "");
  g_clear_object (&f->check);
  g_async_queue_push (gate, gate);
  g_assert_true (g_async_queue_pop (freed_by) != g_thread_self ());
  settle ();
  g_assert_cmpuint (f->n_failed, ==, 0);
  g_async_queue_unref (gate);
  g_async_queue_unref (freed_by);
}

#define ADD(name, function) g_test_add ("/sound-check/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("a-voice-is-heard-and-a-room-is-not", a_voice_is_heard_and_a_room_is_not);
  ADD ("another-microphone-begins-anew", another_microphone_begins_anew);
  ADD ("choices-while-one-is-being-opened", choices_while_one_is_being_opened);
  ADD ("stopping-closes-it", stopping_closes_it);
  ADD ("what-is-not-there-is-said-and-not-tried-again", what_is_not_there_is_said_and_not_tried_again);
  ADD ("nobody-waits-for-a-microphone-that-is-being-opened",
       nobody_waits_for_a_microphone_that_is_being_opened);
  return g_test_run ();
}
