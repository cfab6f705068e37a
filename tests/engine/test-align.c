/* Alignment of tokens with sound. */
#include <glib.h>
#include <math.h>

#include "text/align.h"

#define N_FRAMES 60

struct alignment {
  float attention[8 * N_FRAMES], cost[2 * (N_FRAMES + 1)];
  uint8_t steps[8 * N_FRAMES];
  uint16_t begins[9];
};

/* Token i looks at frames [at[i], at[i + 1]). */
static void
look (struct alignment *a, const guint *at, guint n) {
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < N_FRAMES; j++)
      a->attention[i * N_FRAMES + j] = j >= at[i] && j < at[i + 1] ? 1.0f : -0.25f;
}

static void
align (struct alignment *a, guint n) {
  quill_align (a->attention, n, N_FRAMES, a->cost, a->steps, a->begins);
}

static void
tokens_begin_where_their_attention_does (void) {
  static const guint at[] = { 0, 12, 20, 37, 52, N_FRAMES };
  struct alignment a;

  look (&a, at, 5);
  align (&a, 5);
  for (guint i = 0; i <= 5; i++)
    g_assert_cmpuint (a.begins[i], ==, at[i]);
}

static void
pauses_around_the_words_are_not_part_of_them (void) {
  static const guint at[] = { 17, 20, 37, 49, 52 };
  struct alignment a;

  look (&a, at, 4);
  align (&a, 4);
  for (guint i = 0; i <= 4; i++)
    g_assert_cmpuint (a.begins[i], ==, at[i]);
}

/* Whatever it is given: forward, within the frames. */
static void
time_goes_forward (void) {
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 200; round++) {
    const guint n = (guint)g_rand_int_range (rand, 1, 9),
                n_frames = (guint)g_rand_int_range (rand, 1, N_FRAMES + 1);
    struct alignment a;

    for (guint i = 0; i < 8 * N_FRAMES; i++)
      a.attention[i] = round % 4 == 0 ? 0.25f : round % 9 == 1 ? NAN : (float)g_rand_double (rand);
    quill_align (a.attention, n, n_frames, a.cost, a.steps, a.begins);
    for (guint i = 1; i <= n; i++)
      g_assert_cmpuint (a.begins[i], >=, a.begins[i - 1]);
    g_assert_cmpuint (a.begins[n - 1], <, n_frames);
    g_assert_cmpuint (a.begins[n], <=, n_frames);
  }
}

static void
peak_is_the_first_of_the_largest (void) {
  const float look[] = { 0.1f, 0.4f, 0.2f, 0.4f };

  g_assert_cmpuint (quill_attention_peak (look, 4), ==, 1);
  g_assert_cmpuint (quill_attention_peak (look, 1), ==, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/align/tokens-begin-where-their-attention-does", tokens_begin_where_their_attention_does);
  g_test_add_func ("/align/pauses-around-the-words-are-not-part-of-them",
                   pauses_around_the_words_are_not_part_of_them);
  g_test_add_func ("/align/time-goes-forward", time_goes_forward);
  g_test_add_func ("/align/peak-is-the-first-of-the-largest", peak_is_the_first_of_the_largest);
  return g_test_run ();
}
