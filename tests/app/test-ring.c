#include "audio/longhand-ring.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

/* A ring and its memory. */
typedef struct {
  LonghandRing *ring;
  gpointer memory;
  gsize n_bytes;
} Ring;

static Ring
ring_new (gsize min_frames, guint n_channels) {
  Ring self = { .n_bytes = longhand_ring_get_n_bytes (min_frames, n_channels) };

  self.memory = g_aligned_alloc0 (1, self.n_bytes, 64);
  self.ring = longhand_ring_new (self.memory, min_frames, n_channels);
  return self;
}

static void
ring_clear (Ring *self) {
  longhand_ring_free (self->ring);
  g_aligned_free (self->memory);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ring, ring_clear)

static void
fill (float *frames, gsize n, float first) {
  for (gsize i = 0; i < n; i++)
    frames[i] = first + (float)i;
}

static void
gives_back_what_it_took (void) {
  g_auto (Ring) fixture = ring_new (8, 1);
  LonghandRing *ring = fixture.ring;
  float in[5], out[8] = { 0 };

  fill (in, 5, 10);
  g_assert_cmpuint (longhand_ring_write (ring, in, 5), ==, 5);
  g_assert_cmpuint (longhand_ring_get_n_readable (ring), ==, 5);
  g_assert_cmpuint (longhand_ring_read (ring, out, 8), ==, 5);
  for (int i = 0; i < 5; i++)
    g_assert_cmpfloat (out[i], ==, 10 + i);
  g_assert_cmpuint (longhand_ring_read (ring, out, 8), ==, 0);
}

static void
capacity_is_rounded_up (void) {
  g_auto (Ring) fixture = ring_new (100, 2);
  LonghandRing *ring = fixture.ring;

  g_assert_cmpuint (longhand_ring_get_capacity (ring), ==, 128);
}

static void
order_survives_wrap_around (void) {
  g_auto (Ring) fixture = ring_new (8, 1);
  LonghandRing *ring = fixture.ring;
  float next_in = 0, next_out = 0;

  for (int round = 0; round < 100; round++) {
    const gsize n = 1 + (gsize)round % 8;
    float in[8], out[8];

    fill (in, n, next_in);
    next_in += (float)n;
    g_assert_cmpuint (longhand_ring_write (ring, in, n), ==, n);
    g_assert_cmpuint (longhand_ring_read (ring, out, 8), ==, n);
    for (gsize i = 0; i < n; i++)
      g_assert_cmpfloat (out[i], ==, next_out++);
  }
  g_assert_cmpuint (longhand_ring_get_n_dropped (ring), ==, 0);
}

static void
full_ring_drops_newest_and_counts (void) {
  g_auto (Ring) fixture = ring_new (8, 1);
  LonghandRing *ring = fixture.ring;
  float in[12], out[12];

  fill (in, 12, 0);
  g_assert_cmpuint (longhand_ring_write (ring, in, 6), ==, 6);
  g_assert_cmpuint (longhand_ring_write (ring, in + 6, 6), ==, 2);
  g_assert_cmpuint (longhand_ring_get_n_dropped (ring), ==, 4);
  g_assert_cmpuint (longhand_ring_write (ring, in, 1), ==, 0);
  g_assert_cmpuint (longhand_ring_get_n_dropped (ring), ==, 5);
  g_assert_cmpuint (longhand_ring_read (ring, out, 12), ==, 8);
  for (int i = 0; i < 8; i++)
    g_assert_cmpfloat (out[i], ==, i);
}

static void
frames_stay_whole (void) {
  g_auto (Ring) fixture = ring_new (4, 3);
  LonghandRing *ring = fixture.ring;
  float in[5 * 3], out[5 * 3];

  fill (in, 15, 0);
  g_assert_cmpuint (longhand_ring_write (ring, in, 3), ==, 3);
  g_assert_cmpuint (longhand_ring_read (ring, out, 2), ==, 2);
  g_assert_cmpuint (longhand_ring_write (ring, in, 5), ==, 3);
  g_assert_cmpuint (longhand_ring_get_n_dropped (ring), ==, 2);
  g_assert_cmpuint (longhand_ring_read (ring, out, 5), ==, 4);
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat (out[i], ==, 6 + i);
  for (int i = 0; i < 9; i++)
    g_assert_cmpfloat (out[3 + i], ==, i);
}

#define N_NUMBERS 2000000

/* Writes 0, 1, 2 ... in pieces of changing size; what does not fit is written again. */
static void *
count_into (void *data) {
  LonghandRing *ring = data;
  guint32 seed = 1, next = 0;

  while (next < N_NUMBERS) {
    float in[97];
    gsize n;

    seed = seed * 1664525u + 1013904223u;
    n = MIN (1 + (seed >> 16) % G_N_ELEMENTS (in), N_NUMBERS - next);
    fill (in, n, (float)next);
    n = longhand_ring_write (ring, in, n);
    next += (guint32)n;
    if (n == 0)
      sched_yield ();
  }
  return NULL;
}

static void
nothing_is_lost_or_swapped_between_two_threads (void) {
  g_auto (Ring) fixture = ring_new (256, 1);
  LonghandRing *ring = fixture.ring;
  pthread_t writer;
  guint32 seed = 2, expected = 0;

  g_assert_cmpint (pthread_create (&writer, NULL, count_into, ring), ==, 0);
  while (expected < N_NUMBERS) {
    float out[131];
    gsize n;

    seed = seed * 1664525u + 1013904223u;
    n = longhand_ring_read (ring, out, 1 + (seed >> 16) % G_N_ELEMENTS (out));
    for (gsize i = 0; i < n; i++, expected++)
      if (out[i] != (float)expected)
        g_error ("number %u came as %.0f", expected, (double)out[i]);
    if (n == 0)
      sched_yield ();
  }
  pthread_join (writer, NULL);
  g_assert_cmpuint (longhand_ring_get_n_readable (ring), ==, 0);
}

/* As two processes do that map the same memory. */
static void
two_handles_to_the_same_memory_are_one_ring (void) {
  g_auto (Ring) fixture = ring_new (8, 2);
  g_autoptr (LonghandRing) other = longhand_ring_new (fixture.memory, 8, 2);
  float in[2 * 10], out[2 * 10];

  fill (in, 20, 0);
  g_assert_cmpuint (longhand_ring_write (fixture.ring, in, 10), ==, 8);
  g_assert_cmpuint (longhand_ring_get_n_dropped (other), ==, 2);
  g_assert_cmpuint (longhand_ring_read (other, out, 10), ==, 8);
  for (int i = 0; i < 16; i++)
    g_assert_cmpfloat (out[i], ==, i);
  g_assert_cmpuint (longhand_ring_get_n_readable (fixture.ring), ==, 0);
}

/* What a program that breaks down may do to the memory that it shares. */
static void
memory_that_was_overwritten_gives_nothing (void) {
  g_auto (Ring) fixture = ring_new (8, 1);
  float frames[100];

  fill (frames, 100, 0);
  for (gsize at = 0; at + sizeof (guint64) <= fixture.n_bytes; at += sizeof (guint64)) {
    memset (fixture.memory, 0, fixture.n_bytes);
    memset ((char *)fixture.memory + at, 0x77, sizeof (guint64));
    g_assert_cmpuint (longhand_ring_get_n_readable (fixture.ring), ==, 0);
    g_assert_cmpuint (longhand_ring_read (fixture.ring, frames, 100), ==, 0);
    g_assert_cmpuint (longhand_ring_write (fixture.ring, frames, 100), <=, 8);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ring/gives-back-what-it-took", gives_back_what_it_took);
  g_test_add_func ("/ring/capacity-is-rounded-up", capacity_is_rounded_up);
  g_test_add_func ("/ring/order-survives-wrap-around", order_survives_wrap_around);
  g_test_add_func ("/ring/full-ring-drops-newest-and-counts", full_ring_drops_newest_and_counts);
  g_test_add_func ("/ring/frames-stay-whole", frames_stay_whole);
  g_test_add_func ("/ring/two-handles-to-the-same-memory-are-one-ring",
                   two_handles_to_the_same_memory_are_one_ring);
  g_test_add_func ("/ring/memory-that-was-overwritten-gives-nothing",
                   memory_that_was_overwritten_gives_nothing);
  g_test_add_func ("/ring/nothing-is-lost-or-swapped-between-two-threads",
                   nothing_is_lost_or_swapped_between_two_threads);
  return g_test_run ();
}
