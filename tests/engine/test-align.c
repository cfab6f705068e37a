/* Alignment of tokens with sound. */
#include <glib.h>
#include <math.h>

#include "text/align.h"

#define N_FRAMES 60
#define STRIDE 64

struct alignment {
  float attention[8 * STRIDE], cost[2 * (N_FRAMES + 1)];
  uint8_t steps[8 * N_FRAMES];
  uint16_t begins[8];
};

/* Token i looks at frames [at[i], at[i + 1]). */
static void
look (struct alignment *a, const guint *at, guint n) {
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < N_FRAMES; j++)
      a->attention[i * STRIDE + j] = j >= at[i] && j < at[i + 1] ? 0.2f : 0.001f;
}

static void
align (struct alignment *a, guint n) {
  quill_align (a->attention, STRIDE, n, N_FRAMES, a->cost, a->steps, a->begins);
}

static void
tokens_begin_where_their_attention_does (void) {
  static const guint at[] = { 0, 12, 20, 37, 52, N_FRAMES };
  struct alignment a;

  look (&a, at, 5);
  align (&a, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (a.begins[i], ==, at[i]);
}

/* One word in a long pause, where there is next to no attention: what of it goes to which token means
 * nothing. */
static void
silence_does_not_pull_a_word_to_it (void) {
  static const guint at[] = { 20, 30, 40 };
  struct alignment a;

  look (&a, at, 2);
  for (guint j = 0; j < N_FRAMES; j++)
    if (j < at[0] || j >= at[2]) {
      a.attention[j] = 1.0e-5f;
      a.attention[STRIDE + j] = 1.1e-5f;
    }
  align (&a, 2);
  g_assert_cmpuint (a.begins[1], ==, 30);
}

static void
a_stray_look_does_not_move_the_path (void) {
  static const guint at[] = { 0, 12, 20, 37, 52, N_FRAMES };
  struct alignment a;

  look (&a, at, 5);
  a.attention[1 * STRIDE + 50] = 0.9f; /* narrower than the median's half */
  a.attention[3 * STRIDE + 2] = 0.9f;
  align (&a, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (ABS ((int)a.begins[i] - (int)at[i]), <=, 1);
}

/* Whatever it is given: forward, within the frames, from the first of them. */
static void
time_goes_forward (void) {
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 200; round++) {
    const guint n = (guint)g_rand_int_range (rand, 1, 9),
                n_frames = (guint)g_rand_int_range (rand, 1, N_FRAMES + 1);
    struct alignment a;

    for (guint i = 0; i < 8 * STRIDE; i++)
      a.attention[i] = round % 4 == 0 ? 0.25f : round % 9 == 1 ? NAN : (float)g_rand_double (rand);
    quill_align (a.attention, STRIDE, n, n_frames, a.cost, a.steps, a.begins);
    g_assert_cmpuint (a.begins[0], ==, 0);
    for (guint i = 1; i < n; i++)
      g_assert_cmpuint (a.begins[i], >=, a.begins[i - 1]);
    g_assert_cmpuint (a.begins[n - 1], <, n_frames);
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
  g_test_add_func ("/align/silence-does-not-pull-a-word-to-it", silence_does_not_pull_a_word_to_it);
  g_test_add_func ("/align/a-stray-look-does-not-move-the-path", a_stray_look_does_not_move_the_path);
  g_test_add_func ("/align/time-goes-forward", time_goes_forward);
  g_test_add_func ("/align/peak-is-the-first-of-the-largest", peak_is_the_first_of_the_largest);
  return g_test_run ();
}
