/* The writer of model files. */
#include "small-file.h"

#include "base/arena.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static void
file_appears_when_it_is_complete (void) {
  g_autofree char *path = tmp_path ("new.bin");
  struct quill_writer *writer = begin_small (path);

  add_tensor (writer, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (n_files_in_tmp (), ==, 1);
  quill_writer_close (&writer);
  g_assert_null (writer);
  quill_writer_close (&writer);
  g_assert_cmpuint (n_files_in_tmp (), ==, 0);

  writer = begin_small (path);
  add_tensor (writer, 0);
  g_assert_cmpint (quill_writer_finish (&writer, NULL), ==, QUILL_OK);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (n_files_in_tmp (), ==, 1);
}

/* Two at once, and none of them takes the other's unfinished file. */
static void
unfinished_files_have_names_of_their_own (void) {
  g_autofree char *path = tmp_path ("twice.bin");
  const guint before = n_files_in_tmp ();
  struct quill_writer *first = begin_small (path), *second = begin_small (path);

  g_assert_cmpuint (n_files_in_tmp (), ==, before + 2);
  add_tensor (first, 0);
  quill_writer_close (&second);
  g_assert_cmpint (quill_writer_finish (&first, NULL), ==, QUILL_OK);
  g_assert_cmpuint (n_files_in_tmp (), ==, before + 1);
}

static void
impossible_tensors_are_not_written (void) {
  static const struct {
    const char *name;
    enum quill_type type;
    guint n_dims;
    size_t dims[4];
  } table[] = {
    { "x", QUILL_F32, 0, { 1 } },
    { "x", QUILL_F32, 5, { 1, 1, 1, 1 } },
    { "", QUILL_F32, 1, { 1 } },
    { "x", QUILL_F32, 1, { 0 } },
    { "x", QUILL_Q8_0, 1, { 33 } },
    { "x", QUILL_Q4_K, 2, { 128, 2 } },
    { "x", QUILL_F32, 2, { 2, (size_t)1 << 31 } },
    { "x", QUILL_F32, 4, { 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff } },
  };
  g_autofree char *path = tmp_path ("impossible.bin");
  struct quill_writer *writer = begin_small (path);
  static const float x[64];

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpint (
        quill_writer_tensor (writer, table[i].name, table[i].type, table[i].n_dims, table[i].dims, NULL), ==,
        QUILL_ERR_INVALID);
  {
    static const size_t dims[] = { 64, 2 };

    g_assert_cmpint (quill_writer_tensor (writer, "half", QUILL_Q8_0, 2, dims, NULL), ==, QUILL_OK);
    g_assert_cmpint (quill_writer_values (writer, x, 31, NULL), ==, QUILL_ERR_INVALID);
    g_assert_cmpint (quill_writer_values (writer, x, 64, NULL), ==, QUILL_OK);
    /* One row is missing: neither the next tensor nor the end may come now. */
    g_assert_cmpint (quill_writer_tensor (writer, "next", QUILL_Q8_0, 2, dims, NULL), ==, QUILL_ERR_INVALID);
    g_assert_cmpint (quill_writer_finish (&writer, NULL), ==, QUILL_ERR_INVALID);
    g_assert_nonnull (writer);
    g_assert_cmpint (quill_writer_values (writer, x, 64, NULL), ==, QUILL_OK);
    g_assert_cmpint (quill_writer_bytes (writer, x, 1, NULL), ==, QUILL_ERR_INVALID);
    g_assert_cmpint (quill_writer_finish (&writer, NULL), ==, QUILL_OK);
  }
}

static void
failed_writes_are_reported (void) {
  static const float filters[2 * QUILL_GGML_FILTER_BINS];
  g_autofree char *nowhere = tmp_path ("nowhere/model.bin"), *path = tmp_path ("full.bin");
  const guint before_files = n_files_in_tmp ();
  struct quill_writer *writer = NULL;
  struct quill_error error = { 0 };
  struct rlimit before, small;
  enum quill_status status = QUILL_OK;

  g_assert_cmpint (quill_writer_open (&writer, nowhere, &small_dims, filters, small_tokens, 4, &error), ==,
                   QUILL_ERR_IO);
  g_assert_nonnull (strstr (error.message, nowhere));
  g_assert_cmpint (error.os_error, ==, ENOENT);
  g_assert_null (writer);

  /* A disk that is full after 100 000 bytes. */
  writer = begin_small (path);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = 100000;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  for (guint i = 0; i < 100 && status == QUILL_OK; i++) {
    static const size_t dims[] = { 2 * QUILL_GGML_FILTER_BINS, 10 };
    g_autofree char *name = g_strdup_printf ("tensor.%u", i);

    status = quill_writer_tensor (writer, name, QUILL_F32, 2, dims, &error);
    for (guint row = 0; row < 10 && status == QUILL_OK; row++)
      status = quill_writer_values (writer, filters, dims[0], &error);
  }
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_cmpint (status, ==, QUILL_ERR_IO);
  g_assert_nonnull (strstr (error.message, g_strerror (EFBIG)));
  g_assert_cmpint (error.os_error, ==, EFBIG);
  quill_writer_close (&writer);
  g_assert_cmpuint (n_files_in_tmp (), ==, before_files);
}

static void
each_allocation_of_the_writer_may_fail (void) {
  static const float filters[2 * QUILL_GGML_FILTER_BINS];
  g_autofree char *path = tmp_path ("nomem.bin");
  struct quill_writer *writer = NULL;
  enum quill_status status;
  guint n = 0;

  do {
    quill_alloc_fail_at (++n);
    status = quill_writer_open (&writer, path, &small_dims, filters, small_tokens, 4, NULL);
    if (status != QUILL_OK)
      g_assert_cmpint (status, ==, QUILL_ERR_NOMEM);
  } while (status != QUILL_OK);
  quill_alloc_fail_at (0);
  g_assert_cmpuint (n, ==, 3);
  quill_writer_close (&writer);
}

int
main (int argc, char **argv) {
  int status;

  g_test_init (&argc, &argv, NULL);
  small_setup ();
  g_test_add_func ("/writer/file-appears-when-it-is-complete", file_appears_when_it_is_complete);
  g_test_add_func ("/writer/unfinished-files-have-names-of-their-own",
                   unfinished_files_have_names_of_their_own);
  g_test_add_func ("/writer/impossible-tensors-are-not-written", impossible_tensors_are_not_written);
  g_test_add_func ("/writer/failed-writes-are-reported", failed_writes_are_reported);
  g_test_add_func ("/writer/each-allocation-may-fail", each_allocation_of_the_writer_may_fail);
  status = g_test_run ();
  small_teardown ();
  return status;
}
