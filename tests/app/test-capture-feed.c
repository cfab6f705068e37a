/* A feed that two processes see. */
#include "audio/longhand-capture-feed.h"

#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void
both_ends_see_sound_and_figures (void) {
  int fd;
  g_autoptr (LonghandFeed) microphone = longhand_feed_new_shared (16000, 2, &fd);
  g_autoptr (LonghandFeed) listener = NULL;
  float frames[2 * 1600], heard[2 * 1600];
  double peak, rms;

  g_assert_nonnull (microphone);
  listener = longhand_feed_new_from_fd (fd, 16000, 2);
  g_assert_nonnull (listener);
  close (fd);
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    frames[i] = 0.25f + 1e-5f * (float)i;
  longhand_feed_write (microphone, frames, 1600);
  longhand_feed_count_overrun (microphone);

  g_assert_cmpuint (longhand_feed_get_n_frames (listener), ==, 1600);
  g_assert_cmpuint (longhand_feed_get_n_overruns (listener), ==, 1);
  g_assert_cmpuint (longhand_feed_get_n_silent (listener), ==, 0);
  longhand_feed_get_level (listener, &peak, &rms);
  g_assert_cmpfloat (peak, >, 0.25);
  g_assert_cmpuint (longhand_ring_read (longhand_feed_get_ring (listener), heard, 1600), ==, 1600);
  g_assert_cmpmem (heard, sizeof heard, frames, sizeof frames);
}

static void
what_does_not_fit_is_counted_for_both (void) {
  int fd;
  g_autoptr (LonghandFeed) microphone = longhand_feed_new_shared (8, 1, &fd);
  g_autoptr (LonghandFeed) listener = longhand_feed_new_from_fd (fd, 8, 1);
  const gsize n = longhand_ring_get_capacity (longhand_feed_get_ring (listener)) + 5;
  g_autofree float *frames = g_new0 (float, n);

  close (fd);
  longhand_feed_write (microphone, frames, n);
  g_assert_cmpuint (longhand_feed_get_n_dropped (listener), ==, 5);
  g_assert_cmpuint (longhand_feed_get_n_frames (listener), ==, n);
}

static void
either_end_closes_it_for_both (void) {
  int fd;
  g_autoptr (LonghandFeed) microphone = longhand_feed_new_shared (16000, 1, &fd);
  g_autoptr (LonghandFeed) listener = longhand_feed_new_from_fd (fd, 16000, 1);
  const float frame = 1;

  close (fd);
  g_assert_false (longhand_feed_has_ended (listener));
  longhand_feed_end (microphone);
  g_assert_true (longhand_feed_has_ended (listener));
  longhand_feed_close (listener);
  longhand_feed_write (microphone, &frame, 1);
  g_assert_cmpuint (longhand_feed_get_n_frames (listener), ==, 0);
}

static void
sound_outlives_the_end_that_wrote_it (void) {
  int fd;
  LonghandFeed *microphone = longhand_feed_new_shared (16000, 1, &fd);
  g_autoptr (LonghandFeed) listener = longhand_feed_new_from_fd (fd, 16000, 1);
  const float frame = 0.5f;
  float heard;

  close (fd);
  longhand_feed_write (microphone, &frame, 1);
  longhand_feed_unref (microphone);
  g_assert_cmpuint (longhand_ring_read (longhand_feed_get_ring (listener), &heard, 1), ==, 1);
  g_assert_cmpfloat (heard, ==, frame);
}

/* Nobody can take memory away that is mapped. */
static void
its_size_is_fixed (void) {
  int fd;
  g_autoptr (LonghandFeed) microphone = longhand_feed_new_shared (16000, 1, &fd);

  g_assert_cmpint (ftruncate (fd, 4096), ==, -1);
  g_assert_cmpint (ftruncate (fd, 1 << 30), ==, -1);
  close (fd);
}

static void
what_is_no_such_feed_is_refused (void) {
  static const struct {
    double rate_hz;
    guint n_channels;
  } wrong[] = { { 16000, 1 }, { 16000, 3 }, { 48000, 2 }, { 0, 2 },
                { -1, 2 },    { 1e300, 2 }, { NAN, 2 },   { 16000, 0 } };
  const int unsealed = memfd_create ("test", MFD_CLOEXEC);
  g_autoptr (LonghandFeed) microphone = NULL;
  struct stat info;
  int fd;

  microphone = longhand_feed_new_shared (16000, 2, &fd);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (longhand_feed_new_from_fd (fd, wrong[i].rate_hz, wrong[i].n_channels));
  g_assert_cmpint (fstat (fd, &info), ==, 0);
  g_assert_cmpint (ftruncate (unsealed, info.st_size), ==, 0);
  g_assert_null (longhand_feed_new_from_fd (unsealed, 16000, 2));
  close (fd);
  close (unsealed);
  g_assert_null (longhand_feed_new_from_fd (-1, 16000, 2));
}

/* Runs out of resource (RLIMIT_...) as the feed is made. */
static void
expect_no_room (int resource) {
  const int n_open = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  struct rlimit before, none;
  LonghandFeed *feed;
  int fd, next;

  g_assert_cmpint (getrlimit (resource, &before), ==, 0);
  none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
  g_assert_cmpint (setrlimit (resource, &none), ==, 0);
  feed = longhand_feed_new_shared (16000, 1, &fd);
  g_assert_cmpint (setrlimit (resource, &before), ==, 0);
  g_assert_null (feed);
  g_assert_cmpint (fd, ==, -1);
  next = open ("/dev/null", O_RDONLY | O_CLOEXEC); /* no file has been left open */
  g_assert_cmpint (next, ==, n_open + 1);
  close (next);
  close (n_open);
}

static void
without_memory_there_is_none (void) {
  expect_no_room (RLIMIT_NOFILE);
  expect_no_room (RLIMIT_AS);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture-feed/both-ends-see-sound-and-figures", both_ends_see_sound_and_figures);
  g_test_add_func ("/capture-feed/what-does-not-fit-is-counted-for-both",
                   what_does_not_fit_is_counted_for_both);
  g_test_add_func ("/capture-feed/either-end-closes-it-for-both", either_end_closes_it_for_both);
  g_test_add_func ("/capture-feed/sound-outlives-the-end-that-wrote-it",
                   sound_outlives_the_end_that_wrote_it);
  g_test_add_func ("/capture-feed/its-size-is-fixed", its_size_is_fixed);
  g_test_add_func ("/capture-feed/what-is-no-such-feed-is-refused", what_is_no_such_feed_is_refused);
  g_test_add_func ("/capture-feed/without-memory-there-is-none", without_memory_there_is_none);
  return g_test_run ();
}
