/* The library with system calls and allocations of SQLite that fail, each in turn. */
#include "library-fixture.h"
#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what fails ---- */

typedef struct {
  guint n_calls; /* so far */
  guint fail_at; /* number of the first that fails; 0: none */
  guint n_fails; /* how many do from there on */
} Calls;
static Calls writes, allocations;
static int write_error;

static gboolean
fails (Calls *calls) {
  const guint n = ++calls->n_calls;

  return calls->fail_at > 0 && n >= calls->fail_at && n - calls->fail_at < calls->n_fails;
}

static ssize_t
failing_pwrite (int fd, const void *data, size_t n, off_t at) {
  if (!fails (&writes))
    return pwrite (fd, data, n, at);
  errno = write_error;
  return -1;
}

static int
failing_ftruncate (int fd, off_t length) {
  if (!fails (&writes))
    return ftruncate (fd, length);
  errno = write_error;
  return -1;
}

static int
failing_fallocate (int fd, off_t from, off_t length) {
  if (!fails (&writes))
    return posix_fallocate (fd, from, length);
  return write_error;
}

static sqlite3_mem_methods real_memory;

static void *
failing_malloc (int n) {
  return fails (&allocations) ? NULL : real_memory.xMalloc (n);
}

static void *
failing_realloc (void *data, int n) {
  return fails (&allocations) ? NULL : real_memory.xRealloc (data, n);
}

/* Before SQLite is used. */
static void
install (void) {
  sqlite3_mem_methods memory;
  sqlite3_vfs *vfs;

  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_GETMALLOC, &real_memory), ==, SQLITE_OK);
  memory = real_memory;
  memory.xMalloc = failing_malloc;
  memory.xRealloc = failing_realloc;
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_LOOKASIDE, 0, 0), ==, SQLITE_OK); /* every one is a call */
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_MALLOC, &memory), ==, SQLITE_OK);
  vfs = sqlite3_vfs_find (NULL);
  g_assert_cmpint (vfs->xSetSystemCall (vfs, "pwrite", (sqlite3_syscall_ptr)failing_pwrite), ==, SQLITE_OK);
  vfs->xSetSystemCall (vfs, "pwrite64", (sqlite3_syscall_ptr)failing_pwrite);
  g_assert_cmpint (vfs->xSetSystemCall (vfs, "ftruncate", (sqlite3_syscall_ptr)failing_ftruncate), ==,
                   SQLITE_OK);
  vfs->xSetSystemCall (vfs, "fallocate", (sqlite3_syscall_ptr)failing_fallocate);
}

static void
set_up (LibraryFixture *f, gconstpointer data) {
  writes = allocations = (Calls){ 0 };
  library_fixture_set_up (f, data);
}

/* ---- what becomes of it ---- */

static void
assert_sentence (const GError *error) {
  g_assert_true (error->domain == LONGHAND_ERROR);
  g_assert_true (g_str_has_suffix (error->message, "."));
}

/* Everything that a library is used for, with what may fail. FALSE: something did. */
static gboolean
use (LibraryFixture *f, LonghandSession *session, GError **error) {
  g_autoptr (GError) notice = NULL;
  g_autoptr (LonghandLibraryStore) store = longhand_library_store_open (f->path, &notice, error);
  g_autoptr (LonghandSession) loaded = NULL;
  g_autoptr (GPtrArray) found = NULL;

  g_assert_no_error (notice);
  if (store == NULL || !longhand_library_store_save (store, session, error)
      || !longhand_library_store_set_title (store, session->id, "Title", error)
      || !longhand_library_store_set_pinned (store, session->id, TRUE, error))
    return FALSE;
  found = longhand_library_store_list (store, "word", error);
  if (found == NULL)
    return FALSE;
  loaded = longhand_library_store_load (store, session->id, error);
  return loaded != NULL;
}

/* With what was in it before, whatever failed since. */
static void
assert_all_well (LibraryFixture *f, const char *expected) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (GPtrArray) aside = library_list_files (f, ".damaged-1");
  g_autofree char *found = library_find (store, expected);

  g_assert_cmpstr (found, ==, expected);
  g_assert_cmpuint (aside->len, ==, 0);
}

static void
each_fails_in_turn (LibraryFixture *f, Calls *calls, guint n_fails, guint min_calls) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (LonghandSession) session = library_make_session ("some words");
  gboolean done = FALSE;
  guint n_failed = 0;

  library_add (store, "earlier");
  longhand_library_store_close (g_steal_pointer (&store));
  for (guint i = 1; !done; i++) {
    g_autoptr (GError) error = NULL;

    *calls = (Calls){ .fail_at = i, .n_fails = n_fails };
    if (!use (f, session, &error)) {
      assert_sentence (error);
      n_failed++;
    }
    done = calls->n_calls < i;
    calls->fail_at = 0;
    assert_all_well (f, "earlier");
  }
  g_assert_cmpuint (n_failed, >=, min_calls);
  assert_all_well (f, "Title");
}

static void
each_write_fails_in_turn (LibraryFixture *f, gconstpointer data) {
  write_error = EIO;
  each_fails_in_turn (f, &writes, 1, 3);
}

static void
the_disk_is_full_from_each_write_on (LibraryFixture *f, gconstpointer data) {
  write_error = ENOSPC;
  each_fails_in_turn (f, &writes, G_MAXUINT, 3);
}

static void
each_allocation_fails_in_turn (LibraryFixture *f, gconstpointer data) {
  each_fails_in_turn (f, &allocations, 1, 50);
}

static void
a_full_disk_is_said_to_be_full (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (LonghandSession) session = library_make_session ("some words");
  g_autoptr (GError) error = NULL;

  write_error = ENOSPC;
  writes = (Calls){ .fail_at = 1, .n_fails = G_MAXUINT };
  g_assert_false (longhand_library_store_save (store, session, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, "full"));
  writes.fail_at = 0;
  g_clear_error (&error);
  g_assert_true (longhand_library_store_save (store, session, &error));
  g_assert_no_error (error);
}

static void
a_file_that_may_not_be_written_is_named (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (LonghandSession) session = library_make_session ("some words");
  g_autoptr (GError) error = NULL;

  library_run_sql (f, "PRAGMA user_version = 1");
  write_error = EROFS;
  writes = (Calls){ .fail_at = 1, .n_fails = G_MAXUINT };
  g_assert_false (longhand_library_store_save (store, session, &error));
  writes.fail_at = 0;
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, f->path));
}

#define ADD(name, function)                                                                                  \
  g_test_add (name, LibraryFixture, NULL, set_up, function, library_fixture_tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  install ();
  ADD ("/library-faults/each-write-fails-in-turn", each_write_fails_in_turn);
  ADD ("/library-faults/the-disk-is-full-from-each-write-on", the_disk_is_full_from_each_write_on);
  ADD ("/library-faults/each-allocation-fails-in-turn", each_allocation_fails_in_turn);
  ADD ("/library-faults/a-full-disk-is-said-to-be-full", a_full_disk_is_said_to_be_full);
  ADD ("/library-faults/a-file-that-may-not-be-written-is-named", a_file_that_may_not_be_written_is_named);
  return g_test_run ();
}
