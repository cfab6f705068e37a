/* Model files with weights of another type: every pair of types, and what is refused. */
#include "tiny-model.h"

#include "base/arena.h"
#include "format/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct {
  char *dir, *out; /* owned; out lies in dir and is not there yet */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  fixture->dir = g_dir_make_tmp ("longhand-convert-XXXXXX", NULL);
  fixture->out = g_build_filename (fixture->dir, "new.bin", NULL);
}

static guint
n_files (const Fixture *fixture) {
  g_autoptr (GDir) dir = g_dir_open (fixture->dir, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  g_autoptr (GDir) dir = g_dir_open (fixture->dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (fixture->dir, name, NULL);

    g_assert_cmpint (g_remove (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (fixture->dir), ==, 0);
  g_free (fixture->dir);
  g_free (fixture->out);
}

static struct tiny_spec
spec_of (enum quill_type type, unsigned state) {
  return (struct tiny_spec){ .hparams = { .n_vocab = 60,
                                          .n_audio_ctx = 10,
                                          .n_audio_state = state,
                                          .n_audio_head = 2,
                                          .n_audio_layer = 1,
                                          .n_text_ctx = 8,
                                          .n_text_state = state,
                                          .n_text_head = 2,
                                          .n_text_layer = 1,
                                          .n_mels = 80 },
                             .type = type };
}

static void
copy_file (const char *from, const char *to) {
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (from, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize)n, NULL));
}

/* A model in the fixture's folder. (transfer full) */
static char *
write_model (const Fixture *fixture, enum quill_type type, unsigned state) {
  const struct tiny_spec spec = spec_of (type, state);
  g_autofree char *made = tiny_write (&spec);
  char *path = g_build_filename (fixture->dir, "old.bin", NULL);

  copy_file (made, path);
  g_unlink (made);
  return path;
}

/* ---- what is written --------------------------------------------------------------------------------------
 */

/* Looked at again when the file is complete. */
struct kept {
  char name[QUILL_GGML_MAX_NAME + 1];
  double relative_error, largest_error;
  size_t bytes_before, bytes_after;
  const char *type_before, *type_after;
};

static void
keep (void *user, const struct quill_converted_tensor *tensor) {
  const struct kept kept = { .relative_error = tensor->relative_error,
                             .largest_error = tensor->largest_error,
                             .bytes_before = tensor->bytes_before,
                             .bytes_after = tensor->bytes_after,
                             .type_before = tensor->type_before,
                             .type_after = tensor->type_after };

  g_array_append_val ((GArray *)user, kept);
  g_strlcpy (g_array_index ((GArray *)user, struct kept, ((GArray *)user)->len - 1).name, tensor->name,
             sizeof kept.name);
}

static size_t
n_values (const struct quill_tensor *t) {
  return t->dims[0] * t->dims[1] * t->dims[2] * t->dims[3];
}

/* The tensor after is what the reference conversions make of the one before, and what was told is true. */
static void
check_tensor (const struct quill_tensor *before, const struct quill_tensor *after, const struct kept *kept) {
  const struct quill_type_traits *traits = quill_type_traits (after->type);
  const size_t n = n_values (before);
  g_autofree float *x = g_new (float, n), *y = g_new (float, n);
  g_autofree guint8 *expected = g_malloc (after->bytes);
  double squares = 0, error_squares = 0, largest = 0;

  g_assert_cmpuint (after->n_dims, ==, before->n_dims);
  g_assert_cmpmem (after->dims, sizeof after->dims, before->dims, sizeof before->dims);
  g_assert_cmpuint (after->bytes, ==, n / traits->block_len * traits->block_bytes);
  quill_dequantize_row (before->type, before->data, x, n);
  quill_dequantize_row (after->type, after->data, y, n);
  if (after->type == before->type) {
    g_assert_cmpmem (after->data, after->bytes, before->data, before->bytes);
  } else {
    quill_quantize_row (after->type, x, expected, n);
    g_assert_cmpmem (after->data, after->bytes, expected, after->bytes);
  }
  for (size_t i = 0; i < n; i++) {
    const double error = fabs ((double)y[i] - (double)x[i]);

    squares += (double)x[i] * x[i];
    error_squares += error * error;
    largest = MAX (largest, error);
  }
  g_assert_cmpuint (kept->bytes_before, ==, before->bytes);
  g_assert_cmpuint (kept->bytes_after, ==, after->bytes);
  g_assert_cmpstr (kept->type_before, ==, quill_type_traits (before->type)->name);
  g_assert_cmpstr (kept->type_after, ==, traits->name);
  g_assert_cmpfloat (kept->largest_error, ==, largest);
  g_assert_cmpfloat_with_epsilon (kept->relative_error, squares > 0 ? sqrt (error_squares / squares) : 0,
                                  1e-12);
}

static enum quill_type
expected_type (const char *name, enum quill_type weights) {
  if (strcmp (name, "encoder.conv1.weight") == 0 || strcmp (name, "encoder.conv2.weight") == 0)
    return weights == QUILL_F32 ? QUILL_F32 : QUILL_F16;
  if (g_str_has_suffix (name, ".bias") || strstr (name, "ln")
      || g_str_has_suffix (name, "positional_embedding"))
    return QUILL_F32;
  return weights;
}

static void
check_file (const char *in, const char *out, enum quill_type type, const GArray *kept) {
  struct quill_ggml before, after;
  struct quill_hparams hparams;
  const char *last = NULL;

  g_assert_cmpint (quill_ggml_open (&before, in, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_ggml_open (&after, out, NULL), ==, QUILL_OK);
  hparams = before.hparams;
  hparams.ftype = quill_ftype (type);
  g_assert_cmpmem (&after.hparams, sizeof hparams, &hparams, sizeof hparams);
  g_assert_cmpmem (after.filters, after.n_filter_mels * QUILL_GGML_FILTER_BINS * sizeof (float),
                   before.filters, before.n_filter_mels * QUILL_GGML_FILTER_BINS * sizeof (float));
  g_assert_cmpuint (after.n_tokens, ==, before.n_tokens);
  for (guint i = 0; i < after.n_tokens; i++)
    g_assert_cmpmem (after.tokens[i].bytes, after.tokens[i].len, before.tokens[i].bytes,
                     before.tokens[i].len);
  g_assert_cmpuint (after.n_tensors, ==, before.n_tensors);
  g_assert_cmpuint (kept->len, ==, before.n_tensors);
  for (guint i = 0; i < kept->len; i++) {
    const struct kept *k = &g_array_index (kept, struct kept, i);
    const struct quill_tensor *new_one = quill_ggml_find (&after, k->name);

    g_assert_cmpint (new_one->type, ==, expected_type (k->name, type));
    check_tensor (quill_ggml_find (&before, k->name), new_one, k);
    g_assert_true (last == NULL || (const char *)quill_ggml_find (&before, k->name)->data > last);
    last = quill_ggml_find (&before, k->name)->data;
  }
  quill_ggml_close (&before);
  quill_ggml_close (&after);
}

static void
each_pair_of_types_converts (Fixture *fixture, gconstpointer data) {
  for (enum quill_type from = 0; from < QUILL_TYPE_COUNT; from++) {
    g_autofree char *in = write_model (fixture, from, 256);

    for (enum quill_type to = 0; to < QUILL_TYPE_COUNT; to++) {
      g_autoptr (GArray) kept = g_array_new (FALSE, TRUE, sizeof (struct kept));
      const struct quill_conversion conversion = { .tensor = keep, .user = kept };
      struct quill_error error = { 0 };
      struct quill_model *model = NULL;
      struct quill_model_info info;

      g_assert_cmpint (
          quill_model_quantize (in, fixture->out, quill_weight_type_name (to), &conversion, &error), ==,
          QUILL_OK);
      check_file (in, fixture->out, to, kept);
      g_assert_cmpint (quill_model_open (&model, fixture->out, &error), ==, QUILL_OK);
      quill_model_get_info (model, &info);
      g_assert_cmpstr (info.weight_type, ==, quill_weight_type_name (to));
      quill_model_close (&model);
    }
  }
  g_assert_cmpuint (n_files (fixture), ==, 2);
  g_assert_null (quill_weight_type_name (QUILL_TYPE_COUNT));
}

static void
assert_same_content (const char *path, const char *other, gboolean same) {
  g_autofree char *a = NULL, *b = NULL;
  gsize n_a, n_b;

  g_assert_true (g_file_get_contents (path, &a, &n_a, NULL));
  g_assert_true (g_file_get_contents (other, &b, &n_b, NULL));
  g_assert_cmpint (n_a == n_b && memcmp (a, b, n_a) == 0, ==, same);
}

/* Down and up again: f16 to f32 loses nothing, and the same type is the same file. */
static void
what_loses_nothing_comes_back (Fixture *fixture, gconstpointer data) {
  g_autofree char *made = write_model (fixture, QUILL_F32, 64);
  g_autofree char *half = g_build_filename (fixture->dir, "half.bin", NULL);
  g_autofree char *wide = g_build_filename (fixture->dir, "wide.bin", NULL);

  g_assert_cmpint (quill_model_quantize (made, half, "f16", NULL, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_model_quantize (half, fixture->out, "f16", NULL, NULL), ==, QUILL_OK);
  assert_same_content (fixture->out, half, TRUE);
  g_assert_cmpint (quill_model_quantize (half, wide, "F32", NULL, NULL), ==, QUILL_OK);
  assert_same_content (wide, half, FALSE);
  g_assert_cmpint (quill_model_quantize (wide, fixture->out, "F16", NULL, NULL), ==, QUILL_OK);
  assert_same_content (fixture->out, half, TRUE);
}

static void
any_number_of_threads_writes_the_same (Fixture *fixture, gconstpointer data) {
  static const char *const types[] = { "f16", "q5_1", "q4_K", "q6_K" };
  static const unsigned n_threads[] = { 2, 3, 8, 0 };
  g_autofree char *in = write_model (fixture, QUILL_F32, 256); /* tensors of many chunks for each thread */
  g_autofree char *one = g_build_filename (fixture->dir, "one.bin", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GArray) expected = g_array_new (FALSE, TRUE, sizeof (struct kept));
    struct quill_conversion conversion = { .n_threads = 1, .tensor = keep, .user = expected };

    g_assert_cmpint (quill_model_quantize (in, one, types[i], &conversion, NULL), ==, QUILL_OK);
    for (gsize j = 0; j < G_N_ELEMENTS (n_threads); j++) {
      g_autoptr (GArray) kept = g_array_new (FALSE, TRUE, sizeof (struct kept));

      conversion.n_threads = n_threads[j];
      conversion.user = kept;
      g_assert_cmpint (quill_model_quantize (in, fixture->out, types[i], &conversion, NULL), ==, QUILL_OK);
      assert_same_content (fixture->out, one, TRUE);
      g_assert_cmpuint (kept->len, ==, expected->len);
      for (guint k = 0; k < kept->len; k++) {
        const struct kept *a = &g_array_index (kept, struct kept, k);
        const struct kept *b = &g_array_index (expected, struct kept, k);

        g_assert_cmpstr (a->name, ==, b->name);
        g_assert_cmpfloat (a->relative_error, ==, b->relative_error);
        g_assert_cmpfloat (a->largest_error, ==, b->largest_error);
      }
    }
  }
}

/* ---- what is refused --------------------------------------------------------------------------------------
 */

static void
assert_refused (const Fixture *fixture, const char *in, const char *out, const char *type,
                enum quill_status status, const char *part) {
  const guint before = n_files (fixture);
  struct quill_error error = { 0 };

  g_assert_cmpint (quill_model_quantize (in, out, type, NULL, &error), ==, status);
  g_assert_cmpint (error.code, ==, status);
  g_test_message ("%s", error.message);
  g_assert_nonnull (strstr (error.message, part));
  g_assert_cmpuint (n_files (fixture), ==, before);
}

static void
rows_that_are_no_whole_blocks_name_another_type (Fixture *fixture, gconstpointer data) {
  static const struct {
    unsigned state;
    const char *type, *sentence;
  } rows[] = {
    { 384, "q4_K",
      "tiny's rows of 384 numbers do not divide into the blocks of 256 that q4_K needs; use q4_0 or q5_1 "
      "instead" },
    { 384, "q5_k", "q5_K needs; use q5_0 or q5_1 instead" },
    { 384, "q6_K", "q6_K needs; use q8_0 instead" },
    { 128, "q6_K", "this model's rows of 128 numbers" },
    { 48, "q4_0",
      "this model's rows of 48 numbers do not divide into the blocks of 32 that q4_0 needs; use f16 "
      "instead" },
    { 48, "q4_K", "use f16 instead" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *in = write_model (fixture, QUILL_F16, rows[i].state);

    assert_refused (fixture, in, fixture->out, rows[i].type, QUILL_ERR_UNSUPPORTED, rows[i].sentence);
  }
}

static void
unknown_type_lists_the_known_ones (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = write_model (fixture, QUILL_F16, 64);

  assert_refused (fixture, in, fixture->out, "q2_K", QUILL_ERR_INVALID,
                  "use f32, f16, q4_0, q4_1, q5_0, q5_1, q8_0, q4_K, q5_K or q6_K");
  assert_refused (fixture, in, fixture->out, "", QUILL_ERR_INVALID, "there is no type");
}

static void
model_is_not_written_over_itself (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = write_model (fixture, QUILL_F16, 64);
  g_autofree char *before = g_build_filename (fixture->dir, "copy.bin", NULL);
  g_autofree char *hard = g_build_filename (fixture->dir, "hard.bin", NULL);
  g_autofree char *soft = g_build_filename (fixture->dir, "soft.bin", NULL);

  copy_file (in, before);
  g_assert_cmpint (link (in, hard), ==, 0);
  g_assert_cmpint (symlink ("old.bin", soft), ==, 0);
  assert_refused (fixture, in, in, "q8_0", QUILL_ERR_INVALID, "is the model that is read");
  assert_refused (fixture, in, hard, "q8_0", QUILL_ERR_INVALID, "is the model that is read");
  assert_refused (fixture, in, soft, "q8_0", QUILL_ERR_INVALID, "is the model that is read");
  assert_refused (fixture, soft, in, "q8_0", QUILL_ERR_INVALID, "is the model that is read");
  assert_same_content (in, before, TRUE);
}

static void
folders_and_devices_are_not_replaced (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = write_model (fixture, QUILL_F16, 64);

  assert_refused (fixture, in, fixture->dir, "q8_0", QUILL_ERR_INVALID, "is a folder");
  assert_refused (fixture, in, "/dev/null", "q8_0", QUILL_ERR_INVALID, "is a device or pipe");
  g_assert_false (g_file_test ("/dev/null", G_FILE_TEST_IS_REGULAR));
}

static void
what_is_no_model_is_refused (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = g_build_filename (fixture->dir, "text.bin", NULL);

  assert_refused (fixture, in, fixture->out, "q8_0", QUILL_ERR_IO, "there is no model file");
  g_assert_true (g_file_set_contents (in, "Dear diary", -1, NULL));
  assert_refused (fixture, in, fixture->out, "q8_0", QUILL_ERR_FORMAT, "is not a Whisper model");
}

/* Replaces one number of a matrix in an f32 model. */
static void
set_number (const char *path, float x) {
  struct quill_ggml file;
  off_t at;
  int fd;

  g_assert_cmpint (quill_ggml_open (&file, path, NULL), ==, QUILL_OK);
  at = (const char *)quill_ggml_find (&file, "decoder.token_embedding.weight")->data - (const char *)file.map;
  quill_ggml_close (&file);
  fd = open (path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (pwrite (fd, &x, sizeof x, at + 40), ==, sizeof x);
  close (fd);
}

static void
numbers_that_cannot_be_kept_are_refused (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = write_model (fixture, QUILL_F32, 64);

  set_number (in, NAN);
  assert_refused (fixture, in, fixture->out, "q5_1", QUILL_ERR_FORMAT, "decoder.token_embedding.weight");
  set_number (in, -INFINITY);
  assert_refused (fixture, in, fixture->out, "f16", QUILL_ERR_FORMAT, "infinite or none");
  set_number (in, 1e6f);
  assert_refused (fixture, in, fixture->out, "f16", QUILL_ERR_UNSUPPORTED, "too large for f16; use f32");
  g_assert_cmpint (quill_model_quantize (in, fixture->out, "q8_0", NULL, NULL), ==, QUILL_OK);
}

static void
impossible_numbers_of_threads_are_refused (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = write_model (fixture, QUILL_F32, 64);
  const struct quill_conversion conversion = { .n_threads = QUILL_MAX_THREADS + 1 };
  struct quill_error error = { 0 };

  g_assert_cmpint (quill_model_quantize (in, fixture->out, "q8_0", &conversion, &error), ==,
                   QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (error.message, "257"));
  g_assert_cmpuint (n_files (fixture), ==, 1);
}

/* ---- what fails on the way --------------------------------------------------------------------------------
 */

static void
failed_writes_leave_nothing (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = write_model (fixture, QUILL_F16, 256);
  g_autofree char *nowhere = g_build_filename (fixture->dir, "none", "new.bin", NULL);
  struct quill_error error = { 0 };
  struct rlimit before, small;

  assert_refused (fixture, in, nowhere, "q8_0", QUILL_ERR_IO, nowhere);
  g_assert_true (g_file_set_contents (fixture->out, "what was there", -1, NULL));
  /* Disks that are full in the header, in the middle, at the end. */
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  signal (SIGXFSZ, SIG_IGN);
  for (rlim_t most = 10; most < 1500000; most += 490000) {
    g_autofree char *content = NULL;
    enum quill_status status;

    small = before;
    small.rlim_cur = most;
    g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
    status = quill_model_quantize (in, fixture->out, "q8_0", NULL, &error);
    g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
    g_assert_cmpint (status, ==, QUILL_ERR_IO);
    g_assert_cmpint (error.os_error, ==, EFBIG);
    g_assert_nonnull (strstr (error.message, g_strerror (EFBIG)));
    g_assert_cmpuint (n_files (fixture), ==, 2);
    g_assert_true (g_file_get_contents (fixture->out, &content, NULL, NULL));
    g_assert_cmpstr (content, ==, "what was there");
  }
}

static bool
is_cancelled (void *user) {
  guint *left = user;

  return (*left)-- == 0;
}

static void
cancelling_leaves_nothing (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = write_model (fixture, QUILL_F16, 64);
  enum quill_status status;
  guint n = 0;

  do {
    guint left = n++;
    const struct quill_conversion conversion = { .cancelled = is_cancelled, .user = &left };

    status = quill_model_quantize (in, fixture->out, "q4_1", &conversion, NULL);
    if (status != QUILL_OK) {
      g_assert_cmpint (status, ==, QUILL_ERR_CANCELLED);
      g_assert_cmpuint (n_files (fixture), ==, 1);
    }
  } while (status != QUILL_OK);
  g_assert_cmpuint (n, >, 30); /* asked at least once a tensor */
  g_assert_cmpuint (n_files (fixture), ==, 2);
}

static void
each_allocation_may_fail (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = write_model (fixture, QUILL_F16, 64);
  struct quill_error error = { 0 };
  enum quill_status status;
  guint n = 0;

  do {
    quill_alloc_fail_at (++n);
    status = quill_model_quantize (in, fixture->out, "q5_0", NULL, &error);
    quill_alloc_fail_at (0);
    if (status != QUILL_OK) {
      g_assert_cmpint (status, ==, QUILL_ERR_NOMEM);
      g_assert_cmpuint (strlen (error.message), >, 0);
      g_assert_cmpuint (n_files (fixture), ==, 1);
    }
  } while (status != QUILL_OK);
  g_assert_cmpuint (
      n - 1, >=,
      10); /* converter, vocabulary, tensors, names, order, pool, its threads, chunks, writer, its paths */
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/convert/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("each-pair-of-types-converts", each_pair_of_types_converts);
  ADD ("what-loses-nothing-comes-back", what_loses_nothing_comes_back);
  ADD ("any-number-of-threads-writes-the-same", any_number_of_threads_writes_the_same);
  ADD ("rows-that-are-no-whole-blocks-name-another-type", rows_that_are_no_whole_blocks_name_another_type);
  ADD ("unknown-type-lists-the-known-ones", unknown_type_lists_the_known_ones);
  ADD ("model-is-not-written-over-itself", model_is_not_written_over_itself);
  ADD ("folders-and-devices-are-not-replaced", folders_and_devices_are_not_replaced);
  ADD ("what-is-no-model-is-refused", what_is_no_model_is_refused);
  ADD ("numbers-that-cannot-be-kept-are-refused", numbers_that_cannot_be_kept_are_refused);
  ADD ("impossible-numbers-of-threads-are-refused", impossible_numbers_of_threads_are_refused);
  ADD ("failed-writes-leave-nothing", failed_writes_leave_nothing);
  ADD ("cancelling-leaves-nothing", cancelling_leaves_nothing);
  ADD ("each-allocation-may-fail", each_allocation_may_fail);
  return g_test_run ();
}
