/* Archives when there is too little memory: libzip says so of whatever it is asked for. */
#include "longhand-error.h"
#include "transcript/longhand-archive.h"

#include <zip.h>

static guint n_until_failure; /* calls that go well before one does not */

static gboolean
fails (zip_error_t *reason) {
  if (n_until_failure-- != 0)
    return FALSE;
  zip_error_set (reason, ZIP_ER_MEMORY, 0);
  return TRUE;
}

zip_source_t *__real_zip_source_buffer_create (const void *data, zip_uint64_t n, int take,
                                               zip_error_t *reason);
zip_source_t *__wrap_zip_source_buffer_create (const void *data, zip_uint64_t n, int take,
                                               zip_error_t *reason);
zip_source_t *
__wrap_zip_source_buffer_create (const void *data, zip_uint64_t n, int take, zip_error_t *reason) {
  return fails (reason) ? NULL : __real_zip_source_buffer_create (data, n, take, reason);
}

zip_t *__real_zip_open_from_source (zip_source_t *source, int flags, zip_error_t *reason);
zip_t *__wrap_zip_open_from_source (zip_source_t *source, int flags, zip_error_t *reason);
zip_t *
__wrap_zip_open_from_source (zip_source_t *source, int flags, zip_error_t *reason) {
  return fails (reason) ? NULL : __real_zip_open_from_source (source, flags, reason);
}

zip_source_t *__real_zip_source_buffer (zip_t *archive, const void *data, zip_uint64_t n, int take);
zip_source_t *__wrap_zip_source_buffer (zip_t *archive, const void *data, zip_uint64_t n, int take);
zip_source_t *
__wrap_zip_source_buffer (zip_t *archive, const void *data, zip_uint64_t n, int take) {
  return fails (zip_get_error (archive)) ? NULL : __real_zip_source_buffer (archive, data, n, take);
}

zip_int64_t __real_zip_file_add (zip_t *archive, const char *name, zip_source_t *content, zip_flags_t flags);
zip_int64_t __wrap_zip_file_add (zip_t *archive, const char *name, zip_source_t *content, zip_flags_t flags);
zip_int64_t
__wrap_zip_file_add (zip_t *archive, const char *name, zip_source_t *content, zip_flags_t flags) {
  return fails (zip_get_error (archive)) ? -1 : __real_zip_file_add (archive, name, content, flags);
}

int __real_zip_close (zip_t *archive);
int __wrap_zip_close (zip_t *archive);
int
__wrap_zip_close (zip_t *archive) {
  return fails (zip_get_error (archive)) ? -1 : __real_zip_close (archive);
}

int __real_zip_source_open (zip_source_t *source);
int __wrap_zip_source_open (zip_source_t *source);
int
__wrap_zip_source_open (zip_source_t *source) {
  return fails (zip_source_error (source)) ? -1 : __real_zip_source_open (source);
}

zip_int64_t __real_zip_source_read (zip_source_t *source, void *data, zip_uint64_t n);
zip_int64_t __wrap_zip_source_read (zip_source_t *source, void *data, zip_uint64_t n);
zip_int64_t
__wrap_zip_source_read (zip_source_t *source, void *data, zip_uint64_t n) {
  return fails (zip_source_error (source)) ? -1 : __real_zip_source_read (source, data, n);
}

static void
too_little_memory_is_said_wherever_it_ends (void) {
  const LonghandArchived files[] = { { "a", "one", TRUE }, { "b", "two", FALSE } };
  guint n_failures = 0;
  g_autoptr (GBytes) packed = NULL;

  while (packed == NULL) {
    g_autoptr (GError) error = NULL;

    n_until_failure = n_failures;
    packed = longhand_archive_pack (files, G_N_ELEMENTS (files), &error);
    if (packed != NULL)
      break;
    g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
    g_assert_cmpstr (error->message, ==,
                     "There is not enough memory for a document (Malloc failure): close other programs, or "
                     "choose plain text.");
    n_failures++;
  }
  g_assert_cmpuint (n_failures, ==, 10); /* create, open; buffer, add, twice; close; open, read, read */
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/archive/too-little-memory-is-said-wherever-it-ends",
                   too_little_memory_is_said_wherever_it_ends);
  return g_test_run ();
}
