/* Which heads align, and how they are made comparable. */
#include <glib.h>
#include <math.h>
#include <stdlib.h>

#include "model/alignment.h"

#define TINY                                                                                                 \
  { .n_vocab = 51865, .n_text_layer = 4, .n_audio_layer = 4, .n_text_head = 6, .n_mels = 80 }

static void
official_models_have_their_heads (void) {
  struct quill_hparams h = TINY;
  struct quill_alignment a = quill_alignment_of (&h);

  g_assert_true (quill_alignment_is_known (&a));
  g_assert_cmpuint (a.n_heads, ==, 6);
  g_assert_cmphex (quill_alignment_mask (&a, 1), ==, 0);
  g_assert_cmphex (quill_alignment_mask (&a, 2), ==, 1u << 2);
  g_assert_cmphex (quill_alignment_mask (&a, 3), ==, 0x3d);
  h.n_vocab = 51864; /* English only */
  a = quill_alignment_of (&h);
  g_assert_cmpuint (a.n_heads, ==, 8);
  g_assert_cmphex (quill_alignment_mask (&a, 2), ==, 1u << 0 | 1u << 5);
  h = (struct quill_hparams){
    .n_vocab = 51866, .n_text_layer = 4, .n_audio_layer = 32, .n_text_head = 20, .n_mels = 128
  };
  a = quill_alignment_of (&h); /* large-v3-turbo */
  g_assert_cmpuint (a.n_heads, ==, 6);
  g_assert_cmphex (quill_alignment_mask (&a, 2), ==, 1u << 4 | 1u << 11);
}

static void
unknown_models_have_their_upper_layers (void) {
  struct quill_hparams h = TINY;

  h.n_text_layer = 5;
  h.n_text_head = 3;
  const struct quill_alignment a = quill_alignment_of (&h);
  g_assert_false (quill_alignment_is_known (&a));
  g_assert_cmpuint (a.n_heads, ==, 3 * 3);
  g_assert_cmphex (quill_alignment_mask (&a, 1), ==, 0);
  g_assert_cmphex (quill_alignment_mask (&a, 2) & 7, ==, 7);
  g_assert_cmphex (quill_alignment_mask (&a, 4) & 7, ==, 7);
}

/* ---- heads made comparable ---- */

#define MOST_ROWS 9
#define MOST_FRAMES 300
#define SMALL 0.0005

static int
compare (const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;

  return x < y ? -1 : x > y;
}

/* The formula, number by number: how much frame j stands out in row i. */
static double
normalised (const float *weights, guint n_rows, guint n_frames, guint i, guint j) {
  double mean = 0, squares = 0;

  for (guint k = 0; k < n_rows; k++)
    mean += (double)weights[k * n_frames + j] / n_rows;
  for (guint k = 0; k < n_rows; k++)
    squares += pow ((double)weights[k * n_frames + j] - mean, 2) / n_rows;
  return ((double)weights[i * n_frames + j] - mean) / (sqrt (squares) + SMALL);
}

static double
smoothed (const float *weights, guint n_rows, guint n_frames, guint i, guint j) {
  double around[7];

  if (n_frames <= 3)
    return normalised (weights, n_rows, n_frames, i, j);
  for (int k = -3; k <= 3; k++) {
    const int at = abs ((int)j + k), last = (int)n_frames - 1;

    around[k + 3] = normalised (weights, n_rows, n_frames, i, (guint)(at > last ? 2 * last - at : at));
  }
  qsort (around, 7, sizeof *around, compare);
  return around[3];
}

/* Two heads of three, with what is in the average before. */
static void
assert_added (guint n_rows, guint n_frames, guint n_threads) {
  const struct quill_alignment alignment = { .n_heads = 3 };
  float weights[MOST_ROWS * MOST_FRAMES], before[MOST_ROWS * MOST_FRAMES], average[MOST_ROWS * MOST_FRAMES];
  const struct quill_alignment_rows rows = { weights, average, n_rows, n_frames };
  g_autoptr (GRand) rand = g_rand_new_with_seed (n_rows * 1000 + n_frames);
  struct quill_pool *pool;

  for (guint i = 0; i < n_rows * n_frames; i++) {
    weights[i] = before[i] = (float)pow (g_rand_double (rand), 8);
    average[i] = 0.5f;
  }
  g_assert_cmpint (quill_pool_open (&pool, n_threads, NULL), ==, QUILL_OK);
  quill_alignment_add (&alignment, pool, &rows);
  quill_pool_close (&pool);
  for (guint i = 0; i < n_rows; i++)
    for (guint j = 0; j < n_frames; j++)
      g_assert_cmpfloat_with_epsilon ((double)average[i * n_frames + j],
                                      0.5 + smoothed (before, n_rows, n_frames, i, j) / 3, 1e-5);
}

static void
heads_are_added_as_the_formula_says (void) {
  static const guint n_frames[] = { 1, 3, 4, 7, 127, 128, 129, 131, MOST_FRAMES };

  for (guint i = 0; i < G_N_ELEMENTS (n_frames); i++)
    for (guint n_rows = 1; n_rows <= MOST_ROWS; n_rows += 4)
      assert_added (n_rows, n_frames[i], 1 + i % 3);
}

/* One word in a long pause, where there is next to no attention: what of it goes to which token means
 * nothing. */
static void
next_to_no_attention_is_not_blown_up (void) {
  const struct quill_alignment alignment = { .n_heads = 1 };
  float weights[2 * 20], average[2 * 20] = { 0 };
  const struct quill_alignment_rows rows = { weights, average, 2, 20 };
  struct quill_pool *pool;

  for (guint j = 0; j < 20; j++) {
    weights[j] = j < 10 ? 1.0e-5f : 0.1f;
    weights[20 + j] = j < 10 ? 1.1e-5f : 0.001f;
  }
  g_assert_cmpint (quill_pool_open (&pool, 1, NULL), ==, QUILL_OK);
  quill_alignment_add (&alignment, pool, &rows);
  quill_pool_close (&pool);
  g_assert_cmpfloat (fabsf (average[0]), <, 0.01f);
  g_assert_cmpfloat (average[19], >, 0.9f);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/alignment/official-models-have-their-heads", official_models_have_their_heads);
  g_test_add_func ("/alignment/unknown-models-have-their-upper-layers",
                   unknown_models_have_their_upper_layers);
  g_test_add_func ("/alignment/heads-are-added-as-the-formula-says", heads_are_added_as_the_formula_says);
  g_test_add_func ("/alignment/next-to-no-attention-is-not-blown-up", next_to_no_attention_is_not_blown_up);
  return g_test_run ();
}
