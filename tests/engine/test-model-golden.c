/* Encoder output and logits against the training kit's network in double precision: small models of odd
 * shapes, and the shapes of openai/whisper's models, with fewer layers where they are wide. The cases are the
 * files that tests/support/golden/make_golden.py wrote; the models are made here, from the same formula. */
#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "tiny-model.h"

/* Float32 against double. Each of the some ten products and norms on the way through a model of one to four
 * layers rounds values of about 1 to within eps = 6e-8 times the square root of its up to 1500 terms, and
 * attention doubles or trebles what it is handed: 10 * 40 * 6e-8 * 3 = 7e-5. A wrong weight, position or mask
 * moves values by a hundredth or more. Deeper models need no more: each layer adds to a sum that the norm at
 * the end divides by, so that one of 32 layers counts for little.
 *
 * A logit is a sum of as many products as the model is wide, and grows with the square root of the width, as
 * does what is off in it: the tolerances of logits are those of a model of 64.
 *
 * The same with integers. A group of 64 numbers is rounded in steps of its maximum / 8191 (x) and / 4095
 * (weights), each off by a step / sqrt 12 = 3.5e-5 and 7e-5 of the maximum, which is about 2.5 times the
 * typical size: both together 2e-4 of a product's result, and half as much again by the half floats between
 * (2^-12). Ten of them in a row, trebled by attention, 2.2e-4 * sqrt 10 * 3 = 2e-3; the worst of the thousand
 * values that are compared lies at 3.3 times that.
 *
 * And with bytes in the encoder's attention, where the processor has instructions for them: steps of maximum
 * / 127 on both sides, each off by 5.7e-3 of the typical size, both by 8e-3 of a product's result, two of
 * them in each of up to four layers 2.3e-2, trebled 7e-2. That is too much for a single value to tell
 * anything: the differences of all together must be below it, against the values. */
static const double tolerances[] = { [TINY_FLOAT32] = 7e-5, [TINY_INTEGER] = 7e-3, [TINY_BYTES] = INFINITY };
static const double relative_tolerances[]
    = { [TINY_FLOAT32] = 7e-5, [TINY_INTEGER] = 7e-3, [TINY_BYTES] = 7e-2 };
#define TOLERANCE_WIDTH 64
static const char *const names_of_products[]
    = { [TINY_FLOAT32] = "float32", [TINY_INTEGER] = "integers", [TINY_BYTES] = "bytes" };

#define ALL SIZE_MAX /* the index of what tells of all values of a row */

struct golden {
  struct tiny_spec spec;
  char *model; /* path */
  char *mel;
  size_t n_ctx, n_tokens;
  uint32_t tokens[512];
  GArray *encoder, *logits; /* struct value */
};
struct value {
  size_t row, index;
  double value;
};

static bool
parse_dimension (struct quill_hparams *h, const char *key, const char *value) {
  const struct {
    const char *name;
    uint32_t *to;
  } fields[] = { { "n_vocab", &h->n_vocab },
                 { "n_audio_ctx", &h->n_audio_ctx },
                 { "n_audio_state", &h->n_audio_state },
                 { "n_audio_head", &h->n_audio_head },
                 { "n_audio_layer", &h->n_audio_layer },
                 { "n_text_ctx", &h->n_text_ctx },
                 { "n_text_state", &h->n_text_state },
                 { "n_text_head", &h->n_text_head },
                 { "n_text_layer", &h->n_text_layer },
                 { "n_mels", &h->n_mels } };

  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_str_equal (key, fields[i].name)) {
      *fields[i].to = (uint32_t)g_ascii_strtoull (value, NULL, 10);
      return true;
    }
  return false;
}

static size_t
parse_index (const char *word) {
  return g_str_equal (word, "all") ? ALL : (size_t)g_ascii_strtoull (word, NULL, 10);
}

static void
parse_line (struct golden *g, char **word) {
  struct value v = { 0 };

  if (parse_dimension (&g->spec.hparams, word[0], word[1]))
    return;
  if (g_str_equal (word[0], "type")) {
    g->spec.type = g_str_equal (word[1], "f16") ? QUILL_F16 : QUILL_F32;
  } else if (g_str_equal (word[0], "mel")) {
    g->mel = g_strdup (word[1]);
  } else if (g_str_equal (word[0], "n_ctx")) {
    g->n_ctx = (size_t)g_ascii_strtoull (word[1], NULL, 10);
  } else if (g_str_equal (word[0], "tokens")) {
    for (char **t = word + 1; *t; t++)
      g->tokens[g->n_tokens++] = (uint32_t)g_ascii_strtoull (*t, NULL, 10);
  } else if (g_str_equal (word[0], "encoder")) {
    v.index = parse_index (word[1]);
    v.value = g_ascii_strtod (word[2], NULL);
    g_array_append_val (g->encoder, v);
  } else {
    g_assert_cmpstr (word[0], ==, "logit");
    v.row = (size_t)g_ascii_strtoull (word[1], NULL, 10);
    v.index = parse_index (word[2]);
    v.value = g_ascii_strtod (word[3], NULL);
    g_array_append_val (g->logits, v);
  }
}

static char *
golden_read (const char *name, gsize *n) {
  char *path = g_test_build_filename (G_TEST_DIST, "data", "golden", name, NULL), *bytes = NULL;
  GError *error = NULL;

  g_file_get_contents (path, &bytes, n, &error);
  g_assert_no_error (error);
  g_free (path);
  return bytes;
}

static void
golden_load (struct golden *g, const char *name) {
  char *text = golden_read (name, NULL), **lines = g_strsplit (text, "\n", -1);

  *g = (struct golden){ .encoder = g_array_new (FALSE, FALSE, sizeof (struct value)),
                        .logits = g_array_new (FALSE, FALSE, sizeof (struct value)) };
  for (char **line = lines; *line; line++) {
    char **words = g_strsplit (*line, " ", -1);

    if (words[0] && *words[0] && *words[0] != '#')
      parse_line (g, words);
    g_strfreev (words);
  }
  g_strfreev (lines);
  g_free (text);
  g_assert_cmpuint (g->encoder->len, >, 90);
  g_assert_cmpuint (g->logits->len, >, 90);
  g->model = tiny_write (&g->spec);
}

static void
golden_clear (struct golden *g) {
  g_array_unref (g->encoder);
  g_array_unref (g->logits);
  g_free (g->mel);
  g_unlink (g->model);
  g_free (g->model);
}

static void
fill_mel (const struct golden *g, float *mel) {
  const size_t n = 2 * g->n_ctx * g->spec.hparams.n_mels;

  if (g_str_equal (g->mel, "noise")) {
    for (size_t i = 0; i < n; i++)
      mel[i] = tiny_noise ("mel", i);
    return;
  }
  gsize stored;
  char *bytes = golden_read (g->mel, &stored); /* hundredths, int8 */
  g_assert_cmpuint (stored, >=, n);
  for (size_t i = 0; i < n; i++)
    mel[i] = (float)(signed char)bytes[i] / 100.0f;
  g_free (bytes);
}

/* The value at the index, or all n of them times noise, which is as large as one. */
static float
value_at (const float *row, size_t n, size_t index) {
  double sum = 0;

  if (index != ALL)
    return row[index];
  for (size_t i = 0; i < n; i++)
    sum += (double)row[i] * tiny_noise ("all", i);
  return (float)(sum / sqrt ((double)n));
}

struct differences {
  double worst, squares, expected_squares;
};

static void
check (const char *what, const struct value *expected, float got, double tolerance, struct differences *all) {
  const double difference = fabs (got - expected->value);

  if (!(difference <= tolerance)) {
    g_autofree char *index
        = expected->index == ALL ? g_strdup ("all") : g_strdup_printf ("%zu", expected->index);

    g_error ("%s row %zu index %s: %.7f where %.7f is expected", what, expected->row, index, got,
             expected->value);
  }
  all->worst = MAX (all->worst, difference);
  all->squares += difference * difference;
  all->expected_squares += expected->value * expected->value;
}

static double
relative (const struct differences *all) {
  return sqrt (all->squares / all->expected_squares);
}

static void
compare (struct golden *g, uint32_t cpu_mask, int products) {
  struct tiny_rig rig;
  struct differences encoder = { 0 }, logit = { 0 };
  const struct quill_hparams *h = &g->spec.hparams;
  const double logit_size = sqrt (MAX (1, (double)h->n_text_state / TOLERANCE_WIDTH));
  size_t fed = 0;
  const float *logits = NULL;

  g->spec.products = products;
  tiny_rig_open_file (&rig, g->model, &g->spec, 2, cpu_mask);
  fill_mel (g, quill_encoder_mel (rig.encoder));
  g_assert_cmpint (quill_encoder_run (rig.encoder, &rig.compute, g->n_ctx, NULL, NULL), ==, QUILL_OK);
  const float *output = quill_encoder_output (rig.encoder);
  for (guint i = 0; i < g->encoder->len; i++) {
    const struct value *v = &g_array_index (g->encoder, struct value, i);
    check ("encoder", v, value_at (output, g->n_ctx * h->n_audio_state, v->index), tolerances[products],
           &encoder);
  }

  g_assert_cmpint (quill_decoder_begin (rig.decoder, &rig.compute, 0, output, g->n_ctx, NULL, NULL), ==,
                   QUILL_OK);
  for (guint i = 0; i < g->logits->len; i++) {
    const struct value *v = &g_array_index (g->logits, struct value, i);

    if (v->row >= fed) { /* rows ascend: feed up to this one */
      const struct quill_feed feed = { .tokens = g->tokens + fed, .n = v->row + 1 - fed, .n_logits = 1 };

      g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute, &feed, 1, &logits, NULL, NULL), ==,
                       QUILL_OK);
      fed = v->row + 1;
    }
    check ("logits", v, value_at (logits, h->n_vocab, v->index), logit_size * tolerances[products], &logit);
  }
  g_assert_cmpuint (fed, ==, g->n_tokens);
  g_assert_cmpfloat (relative (&encoder), <=, relative_tolerances[products]);
  g_assert_cmpfloat (relative (&logit), <=, relative_tolerances[products]);
  g_test_message ("%s, %s: encoder within %.1e (%.1e of the values together), logits within %.1e (%.1e)",
                  rig.compute.kernels.level, names_of_products[products], encoder.worst, relative (&encoder),
                  logit.worst, relative (&logit));
  tiny_rig_close (&rig);
}

static void
compare_products (struct golden *g, uint32_t cpu_mask) {
  compare (g, cpu_mask, TINY_FLOAT32);
  compare (g, cpu_mask, TINY_INTEGER);
  compare (g, cpu_mask, TINY_BYTES);
}

static void
agrees_at_all_levels (const void *name) {
  struct quill_kernel_level levels[16];
  const unsigned n = quill_kernel_levels (levels, G_N_ELEMENTS (levels));
  struct golden g;

  golden_load (&g, name);
  for (unsigned i = 0; i < MIN (n, G_N_ELEMENTS (levels)); i++)
    compare_products (&g, levels[i].mask);
  golden_clear (&g);
}

/* For the shapes that are in use, which take their time: levels differ in kernels only, which
 * tests/kernels compares. */
static void
agrees_at_the_best_level (const void *name) {
  struct golden g;

  golden_load (&g, name);
  compare_products (&g, UINT32_MAX);
  golden_clear (&g);
}

static void
add_tests (const char *const *names, GTestDataFunc agrees) {
  for (; *names; names++) {
    char *path = g_strdup_printf ("/model/golden/%s-agrees-with-the-reference", *names);
    char *file = g_strdup_printf ("model-%s.golden", *names);

    g_test_add_data_func_full (path, file, agrees, g_free);
    g_free (path);
  }
}

int
main (int argc, char **argv) {
  static const char *const small[] = {
    "english", "multilingual-128-mels", "odd-sizes", "short-context", "full-context", "recording", NULL
  };
  static const char *const in_use[]
      = { "tiny",           "base.en",       "small",         "medium.en",         "large-v2",
          "large-v3-turbo", "deep-as-large", "deep-as-turbo", "deep-as-distilled", NULL };

  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  add_tests (small, agrees_at_all_levels);
  add_tests (in_use, agrees_at_the_best_level);
  return g_test_run ();
}
