/* Runs the fuzz target over a model, damaged from a seed. Usage: run-ggml MODEL [SEED [ROUNDS]]
 * The model is made smaller first, so that thousands of rounds take seconds: some tokens, no large tensor. */
#include "fuzz-ggml.h"

#include "format/ggml.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES 60 /* magic, dimensions, size of the filters */
#define MAX_TOKENS 300
#define MAX_TENSOR_BYTES 4096

static guint32 seed = 1;
static guint rounds = 8000;
static GByteArray *model;
static GArray *places; /* of guint: where tokens and descriptions of tensors begin */

static void
put (const void *bytes, gsize n) {
  g_byte_array_append (model, bytes, (guint)n);
}

static void
put_u32 (guint32 x) {
  put (&x, sizeof x);
}

static void
make_small_model (const struct quill_ggml *file) {
  model = g_byte_array_new ();
  places = g_array_new (FALSE, FALSE, sizeof (guint));
  put_u32 (QUILL_GGML_MAGIC);
  put (&file->hparams, sizeof file->hparams);
  put_u32 (file->n_filter_mels);
  put_u32 (file->n_filter_bins);
  put (file->filters, (gsize)file->n_filter_mels * file->n_filter_bins * sizeof (float));
  g_array_append_val (places, model->len);
  put_u32 (MIN (file->n_tokens, MAX_TOKENS));
  for (guint i = 0; i < MIN (file->n_tokens, MAX_TOKENS); i++) {
    put_u32 (file->tokens[i].len);
    put (file->tokens[i].bytes, file->tokens[i].len);
  }
  for (gsize i = 0; i < file->n_tensors; i++) {
    const struct quill_tensor *tensor = &file->tensors[i];

    if (tensor->bytes > MAX_TENSOR_BYTES)
      continue;
    g_array_append_val (places, model->len);
    put_u32 (tensor->n_dims);
    put_u32 ((guint32)strlen (tensor->name));
    put_u32 (quill_type_traits (tensor->type)->file_id);
    for (guint d = 0; d < tensor->n_dims; d++)
      put_u32 ((guint32)tensor->dims[d]);
    put (tensor->name, strlen (tensor->name));
    put (tensor->data, tensor->bytes);
  }
}

static guint
below (GRand *rand, guint n) {
  return (guint)g_rand_int_range (rand, 0, (gint32)n);
}

/* Mostly a place that means something: header, vocabulary, or the description of a tensor. */
static guint
interesting (GRand *rand) {
  switch (below (rand, 4)) {
  case 0:
    return below (rand, HEAD_BYTES);
  case 1:
    return below (rand, model->len);
  default:
    return MIN (g_array_index (places, guint, below (rand, places->len)) + below (rand, 40), model->len - 1);
  }
}

static void
damage (GRand *rand, guint8 *bytes, guint *n) {
  static const guint32 odd[] = { 0,     1,      2,       4,          5,          0x7f,       0x80,      0xff,
                                 0x100, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
  const guint at = interesting (rand);

  switch (below (rand, 5)) {
  case 0:
    bytes[at] ^= (guint8)(1u << below (rand, 8));
    break;
  case 1:
    bytes[at] = (guint8)g_rand_int (rand);
    break;
  case 2: /* a count or size at its edge */
    if (at + 4 <= model->len)
      memcpy (bytes + at, &odd[below (rand, G_N_ELEMENTS (odd))], 4);
    break;
  case 3: { /* another piece of the file in place of this one */
    const guint from = interesting (rand), len = 1 + below (rand, 64);

    memmove (bytes + at, model->data + from, MIN (len, model->len - MAX (at, from)));
    break;
  }
  default:
    *n = MIN (*n, at);
    break;
  }
}

static void
damaged_model_is_refused_or_read (void) {
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u, %u rounds", seed, rounds);
  g_assert_cmpint (LLVMFuzzerTestOneInput (model->data, model->len), ==, 0);
  for (guint i = 0; i < rounds; i++) {
    g_autofree guint8 *bytes = g_memdup2 (model->data, model->len);
    g_autofree guint8 *exact = NULL;
    guint n = model->len;

    for (guint k = 1 + below (rand, 4); k > 0; k--)
      damage (rand, bytes, &n);
    exact = g_memdup2 (bytes, n);
    g_assert_cmpint (LLVMFuzzerTestOneInput (exact, n), ==, 0);
  }
}

int
main (int argc, char **argv) {
  struct quill_ggml file;
  struct quill_error error;

  g_test_init (&argc, &argv, NULL);
  if (argc < 2)
    g_error ("usage: run-ggml MODEL [SEED [ROUNDS]]");
  if (quill_ggml_open (&file, argv[1], &error) != QUILL_OK)
    g_error ("%s", error.message);
  make_small_model (&file);
  quill_ggml_close (&file);
  if (argc > 2)
    seed = (guint32)strtoul (argv[2], NULL, 0);
  if (argc > 3)
    rounds = (guint)strtoul (argv[3], NULL, 0);
  g_test_add_func ("/fuzz/ggml/damaged-model-is-refused-or-read", damaged_model_is_refused_or_read);
  const int status = g_test_run ();
  g_byte_array_unref (model);
  g_array_unref (places);
  return status;
}
