#include "audio/longhand-pump.h"
#include "longhand-error.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

/* ---- queue ---- */

static void
queue_keeps_order_over_many_blocks (void) {
  g_autoptr (LonghandPumpQueue) queue = longhand_pump_queue_new ();
  float samples[1000];
  float next_in = 0, next_out = 0;
  gboolean end;
  gsize n;

  for (int round = 0; round < 50; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
      samples[i] = next_in++;
    longhand_pump_queue_push (queue, samples, G_N_ELEMENTS (samples));
  }
  g_assert_cmpuint (longhand_pump_queue_get_n_samples (queue), ==, 50000);
  while ((n = longhand_pump_queue_pop (queue, samples, 777, &end)) > 0) {
    g_assert_false (end);
    for (gsize i = 0; i < n; i++)
      g_assert_cmpfloat (samples[i], ==, next_out++);
  }
  g_assert_cmpfloat (next_out, ==, 50000);
}

static void
queue_tells_each_end_once (void) {
  g_autoptr (LonghandPumpQueue) queue = longhand_pump_queue_new ();
  const float in[] = { 1, 2, 3, 4, 5 };
  float out[5];
  gboolean end;

  longhand_pump_queue_push (queue, in, 3);
  longhand_pump_queue_push_end (queue);
  longhand_pump_queue_push_end (queue);
  longhand_pump_queue_push (queue, in + 3, 2);

  g_assert_true (longhand_pump_queue_has_end (queue));
  g_assert_cmpuint (longhand_pump_queue_pop (queue, out, 2, &end), ==, 2);
  g_assert_false (end);
  g_assert_cmpuint (longhand_pump_queue_pop (queue, out, 5, &end), ==, 1);
  g_assert_true (end);
  g_assert_cmpuint (longhand_pump_queue_pop (queue, out, 5, &end), ==, 0);
  g_assert_true (end);
  g_assert_false (longhand_pump_queue_has_end (queue));
  g_assert_cmpuint (longhand_pump_queue_pop (queue, out, 5, &end), ==, 2);
  g_assert_cmpfloat (out[0], ==, 4);
  g_assert_false (end);
}

static void *
wake_later (void *data) {
  longhand_pump_queue_wake (data);
  return NULL;
}

static void
queue_wait_ends_when_woken (void) {
  g_autoptr (LonghandPumpQueue) queue = longhand_pump_queue_new ();
  const float sample = 1;
  pthread_t thread;

  longhand_pump_queue_push (queue, &sample, 1);
  longhand_pump_queue_wait (queue, TRUE); /* there is sound */
  g_assert_cmpint (pthread_create (&thread, NULL, wake_later, queue), ==, 0);
  longhand_pump_queue_wait (queue, FALSE); /* sound does not count, the wake-up does */
  pthread_join (thread, NULL);
}

/* ---- feed ---- */

static void
feed_publishes_the_level_of_the_last_50_ms (void) {
  g_autoptr (LonghandFeed) feed = longhand_feed_new (16000, 2);
  g_autofree float *frames = g_new (float, 800 * 2);
  double peak, rms;

  longhand_feed_get_level (feed, &peak, &rms);
  g_assert_cmpfloat (peak, ==, 0);
  for (int i = 0; i < 800; i++) {
    frames[i * 2] = i % 2 ? 0.9f : -0.9f;
    frames[i * 2 + 1] = i % 2 ? 0.1f : -0.1f;
  }
  longhand_feed_write (feed, frames, 800);
  longhand_feed_get_level (feed, &peak, &rms);
  g_assert_cmpfloat_with_epsilon (peak, 0.9, 1e-6);
  g_assert_cmpfloat_with_epsilon (rms, 0.9, 1e-6);

  for (int i = 0; i < 1600; i++)
    frames[i] = 0;
  longhand_feed_write (feed, frames, 400);
  longhand_feed_get_level (feed, &peak, &rms);
  g_assert_cmpfloat_with_epsilon (peak, 0.9, 1e-6);
  g_assert_cmpfloat (rms, <, 0.9);
  longhand_feed_write (feed, frames, 800);
  longhand_feed_get_level (feed, &peak, &rms);
  g_assert_cmpfloat (peak, ==, 0);
  g_assert_cmpfloat (rms, ==, 0);
}

static void
feed_level_survives_loud_and_broken_samples (void) {
  g_autoptr (LonghandFeed) feed = longhand_feed_new (16000, 1);
  g_autofree float *frames = g_new (float, 800);
  double peak, rms;

  for (int i = 0; i < 800; i++)
    frames[i] = i % 2 ? NAN : 40.0f;
  longhand_feed_write (feed, frames, 800);
  longhand_feed_get_level (feed, &peak, &rms);
  g_assert_cmpfloat (peak, ==, 1);
  g_assert_cmpfloat (rms, ==, 1);
}

/* In every channel; the faintest sample is a sound. */
static void
feed_counts_digital_silence_at_the_end (void) {
  g_autoptr (LonghandFeed) feed = longhand_feed_new (16000, 2);
  float frames[100 * 2] = { 0 };

  longhand_feed_write (feed, frames, 100);
  longhand_feed_write (feed, frames, 30);
  g_assert_cmpuint (longhand_feed_get_n_silent (feed), ==, 130);
  frames[60 * 2 + 1] = 1e-6f;
  longhand_feed_write (feed, frames, 100);
  g_assert_cmpuint (longhand_feed_get_n_silent (feed), ==, 39);
  g_assert_cmpuint (longhand_feed_get_n_frames (feed), ==, 230);
}

static void
feed_counts_what_the_device_lost (void) {
  g_autoptr (LonghandFeed) feed = longhand_feed_new (16000, 1);

  g_assert_cmpuint (longhand_feed_get_n_overruns (feed), ==, 0);
  longhand_feed_count_overrun (feed);
  longhand_feed_count_overrun (feed);
  g_assert_cmpuint (longhand_feed_get_n_overruns (feed), ==, 2);
  g_assert_cmpuint (longhand_feed_get_n_dropped (feed), ==, 0);
}

static void
closed_feed_takes_nothing (void) {
  g_autoptr (LonghandFeed) feed = longhand_feed_new (16000, 1);
  const float frames[] = { 1, 2, 3 };

  longhand_feed_write (feed, frames, 3);
  longhand_feed_close (feed);
  longhand_feed_write (feed, frames, 3);
  g_assert_cmpuint (longhand_feed_get_n_frames (feed), ==, 3);
  g_assert_cmpuint (longhand_ring_get_n_readable (longhand_feed_get_ring (feed)), ==, 3);
}

/* ---- pump ---- */

static void
count_end (gpointer user) {
  atomic_fetch_add ((atomic_uint *)user, 1);
}

static LonghandPump *
pump_for (LonghandFeed *feed, LonghandPumpQueue *queue, atomic_uint *n_ends) {
  g_autoptr (GError) error = NULL;
  LonghandPump *pump = longhand_pump_new (feed, NULL, queue, count_end, n_ends, &error);

  g_assert_no_error (error);
  return pump;
}

/* Everything that was written before stop arrives, in order, and then the end. */
static void
every_sample_arrives_before_the_end (void) {
  g_autoptr (LonghandFeed) feed = longhand_feed_new (LONGHAND_PUMP_RATE_HZ, 1);
  g_autoptr (LonghandPumpQueue) queue = longhand_pump_queue_new ();
  g_autofree float *samples = g_new (float, 100000);
  atomic_uint n_ends = 0;
  LonghandPump *pump = pump_for (feed, queue, &n_ends);
  gboolean end;

  for (int i = 0; i < 100000; i++)
    samples[i] = (float)i;
  for (int at = 0; at < 100000; at += 1000)
    longhand_feed_write (feed, samples + at, 1000);
  longhand_pump_free (pump);

  g_assert_cmpuint (n_ends, ==, 1);
  g_assert_cmpuint (longhand_feed_get_n_dropped (feed), ==, 0);
  g_assert_cmpuint (longhand_pump_queue_pop (queue, samples, 100000, &end), ==, 100000);
  g_assert_true (end);
  for (int i = 0; i < 100000; i++)
    if (samples[i] != (float)i)
      g_error ("sample %d came as %.0f", i, (double)samples[i]);
}

static void
the_filter_is_emptied_at_the_end (void) {
  g_autoptr (LonghandFeed) feed = longhand_feed_new (48000, 2);
  g_autoptr (LonghandPumpQueue) queue = longhand_pump_queue_new ();
  g_autofree float *frames = g_new0 (float, 48000 * 2);
  g_autofree float *samples = g_new0 (float, 17000);
  atomic_uint n_ends = 0;
  LonghandPump *pump;
  gboolean end;
  gsize n;

  frames[2 * 47000] = frames[2 * 47000 + 1] = 1; /* a click 21 ms before the end */
  longhand_feed_write (feed, frames, 48000);
  pump = pump_for (feed, queue, &n_ends);
  longhand_pump_free (pump);
  n = longhand_pump_queue_pop (queue, samples, 17000, &end);
  g_assert_true (end);
  g_assert_cmpint (ABS ((int)n - 16000), <=, 1);
  g_assert_cmpfloat (samples[15667], >, 0.2);
}

static void
absurd_feed_is_refused (void) {
  g_autoptr (LonghandFeed) feed = longhand_feed_new (10, 1);
  g_autoptr (LonghandPumpQueue) queue = longhand_pump_queue_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (longhand_pump_new (feed, NULL, queue, count_end, NULL, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pump/queue-keeps-order-over-many-blocks", queue_keeps_order_over_many_blocks);
  g_test_add_func ("/pump/queue-tells-each-end-once", queue_tells_each_end_once);
  g_test_add_func ("/pump/queue-wait-ends-when-woken", queue_wait_ends_when_woken);
  g_test_add_func ("/pump/feed-publishes-the-level-of-the-last-50-ms",
                   feed_publishes_the_level_of_the_last_50_ms);
  g_test_add_func ("/pump/feed-level-survives-loud-and-broken-samples",
                   feed_level_survives_loud_and_broken_samples);
  g_test_add_func ("/pump/feed-counts-digital-silence-at-the-end", feed_counts_digital_silence_at_the_end);
  g_test_add_func ("/pump/feed-counts-what-the-device-lost", feed_counts_what_the_device_lost);
  g_test_add_func ("/pump/closed-feed-takes-nothing", closed_feed_takes_nothing);
  g_test_add_func ("/pump/every-sample-arrives-before-the-end", every_sample_arrives_before_the_end);
  g_test_add_func ("/pump/the-filter-is-emptied-at-the-end", the_filter_is_emptied_at_the_end);
  g_test_add_func ("/pump/absurd-feed-is-refused", absurd_feed_is_refused);
  return g_test_run ();
}
