/* The library as the window uses it: order, the list, other programs, disks that fail, sudden ends. */
#include "library-fixture.h"
#include "longhand-error.h"
#include "transcript/longhand-library.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOREVER_US (60 * G_USEC_PER_SEC)

/* The linker puts this one before SQLite's (--wrap): who waits for another program need not wait for long. */
int __wrap_sqlite3_busy_timeout (sqlite3 *db, int ms);
int __real_sqlite3_busy_timeout (sqlite3 *db, int ms);

int
__wrap_sqlite3_busy_timeout (sqlite3 *db, int ms) {
  g_assert_cmpint (ms, >, 0);
  return __real_sqlite3_busy_timeout (db, 1);
}

typedef struct {
  LibraryFixture on_disk;
  LonghandLibrary *library;
  GPtrArray *problems; /* messages */
} Fixture;

static void
on_failed (GPtrArray *problems, const GError *error) {
  g_assert_true (error->domain == LONGHAND_ERROR);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_ptr_array_add (problems, g_strdup (error->message));
}

static void
open_library (Fixture *f) {
  f->library = longhand_library_new (f->on_disk.path);
  g_signal_connect_swapped (f->library, "failed", G_CALLBACK (on_failed), f->problems);
}

static void
set_up (Fixture *f, gconstpointer data) {
  library_fixture_set_up (&f->on_disk, NULL);
  f->problems = g_ptr_array_new_with_free_func (g_free);
  open_library (f);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_clear_object (&f->library);
  g_ptr_array_unref (f->problems);
  library_fixture_tear_down (&f->on_disk, NULL);
}

static gint64
save (Fixture *f, const char *text) {
  LonghandSession *session = library_make_session (text);
  const gint64 id = session->id;

  longhand_library_save (f->library, session);
  return id;
}

/* Until the list shows everything that was asked for so far. */
static void
wait_for_list (Fixture *f) {
  longhand_library_flush (f->library, FOREVER_US);
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, TRUE);
}

static const LonghandSessionSummary *
get_summary (Fixture *f, guint i) {
  g_autoptr (LonghandSessionItem) item = g_list_model_get_item (G_LIST_MODEL (f->library), i);

  return longhand_session_item_get_summary (item);
}

static void
assert_listed (Fixture *f, const char *expected) {
  g_autoptr (GString) headings = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (f->library)); i++)
    g_string_append_printf (headings, "%s%s", i > 0 ? "|" : "", get_summary (f, i)->heading);
  g_assert_cmpstr (headings->str, ==, expected);
}

/* ---- order, and the list ---- */

static void
list_follows_what_is_written (Fixture *f, gconstpointer data) {
  gint64 one, two;

  g_assert_false (longhand_library_is_listed (f->library));
  one = save (f, "one");
  two = save (f, "two");
  wait_for_list (f);
  g_assert_true (longhand_library_is_listed (f->library));
  assert_listed (f, "two|one");
  longhand_library_set_title (f->library, one, "First");
  longhand_library_set_pinned (f->library, one, TRUE);
  wait_for_list (f);
  assert_listed (f, "First|two");
  longhand_library_remove (f->library, two);
  wait_for_list (f);
  assert_listed (f, "First");
  longhand_library_restore (f->library, two);
  wait_for_list (f);
  assert_listed (f, "First|two");
  longhand_library_search (f->library, "tw");
  wait_for_list (f);
  g_assert_cmpstr (longhand_library_get_searched (f->library), ==, "tw");
  assert_listed (f, "two");
  g_assert_cmpuint (f->problems->len, ==, 0);
}

typedef struct {
  guint n_changes, position, n_removed, n_added, n_item_changes;
} Changes;

static void
on_items_changed (GListModel *model, guint position, guint n_removed, guint n_added, Changes *changes) {
  changes->n_changes++;
  changes->position = position;
  changes->n_removed = n_removed;
  changes->n_added = n_added;
}

static void
on_item_changed (Changes *changes) {
  changes->n_item_changes++;
}

/* Rows that stay are the same ones, so that a list keeps its place. */
static void
only_what_is_different_changes (Fixture *f, gconstpointer data) {
  Changes changes = { 0 };
  gint64 ids[5];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = save (f, "words");
  wait_for_list (f);
  g_signal_connect (f->library, "items-changed", G_CALLBACK (on_items_changed), &changes);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (LonghandSessionItem) item = g_list_model_get_item (G_LIST_MODEL (f->library), i);

    g_signal_connect_swapped (item, "changed", G_CALLBACK (on_item_changed), &changes);
  }
  longhand_library_set_title (f->library, ids[2], "Another");
  wait_for_list (f);
  g_assert_cmpuint (changes.n_changes, ==, 0);
  g_assert_cmpuint (changes.n_item_changes, ==, 1);
  g_assert_cmpstr (get_summary (f, 2)->title, ==, "Another");

  longhand_library_remove (f->library, ids[2]);
  wait_for_list (f);
  g_assert_cmpuint (changes.n_changes, ==, 1);
  g_assert_cmpuint (changes.position, ==, 2);
  g_assert_cmpuint (changes.n_removed, ==, 1);
  g_assert_cmpuint (changes.n_added, ==, 0);
  g_assert_cmpuint (changes.n_item_changes, ==, 1);

  save (f, "new");
  wait_for_list (f);
  g_assert_cmpuint (changes.n_changes, ==, 2);
  g_assert_cmpuint (changes.position, ==, 0);
  g_assert_cmpuint (changes.n_removed, ==, 0);
  g_assert_cmpuint (changes.n_added, ==, 1);
}

static void
on_loaded (GObject *library, GAsyncResult *result, gpointer user) {
  *(GAsyncResult **)user = g_object_ref (result);
}

static LonghandSession *
load (Fixture *f, gint64 id) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  LonghandSession *session;

  longhand_library_load_async (f->library, id, on_loaded, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  session = longhand_library_load_finish (f->library, result, &error);
  g_assert_no_error (error);
  return session;
}

/* Nothing overtakes anything: the last of many versions is what is read behind them. */
static void
writes_and_reads_keep_their_order (Fixture *f, gconstpointer data) {
  const gint64 id = longhand_session_make_id ();
  g_autoptr (LonghandSession) session = NULL;

  for (guint i = 0; i < 50; i++) {
    g_autofree char *text = g_strdup_printf ("version %u", i);
    LonghandSession *version = library_make_session (text);

    version->id = id;
    longhand_library_save (f->library, version);
  }
  session = load (f, id);
  g_assert_cmpstr (session->text, ==, "version 49");
  g_assert_null (load (f, id + 2));
}

static void
closing_waits_for_what_is_written (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = NULL;
  g_autofree char *found = NULL;

  for (guint i = 0; i < 50; i++)
    save (f, "kept");
  save (f, "last");
  g_assert_true (longhand_library_close (f->library, FOREVER_US));
  store = library_fixture_open (&f->on_disk);
  found = library_find (store, "last");
  g_assert_cmpstr (found, ==, "last");
}

/* ---- other programs, and the disk ---- */

/* Another program that has the database, from here on until it is closed. */
static sqlite3 *
lock_database (Fixture *f) {
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (f->on_disk.path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  return db;
}

static void
locked_database_costs_nothing (Fixture *f, gconstpointer data) {
  sqlite3 *other;

  save (f, "before");
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  other = lock_database (f);
  save (f, "meanwhile");
  save (f, "as well");
  g_assert_false (longhand_library_flush (f->library, FOREVER_US));
  wait_for_list (f);
  g_assert_cmpuint (f->problems->len, ==, 1);
  g_assert_nonnull (strstr (f->problems->pdata[0], "another program"));
  assert_listed (f, "before");
  sqlite3_close (other);
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  wait_for_list (f);
  assert_listed (f, "as well|meanwhile|before");
  g_assert_cmpuint (f->problems->len, ==, 1);
}

/* Without another word: nobody has to write, or to close the window, for it to be saved. */
static void
what_could_not_be_saved_is_tried_again_by_itself (Fixture *f, gconstpointer data) {
  sqlite3 *other;

  save (f, "before");
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  other = lock_database (f);
  save (f, "meanwhile");
  while (f->problems->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (longhand_library_get_all_saved (f->library));
  sqlite3_close (other);
  while (!longhand_library_get_all_saved (f->library))
    g_main_context_iteration (NULL, TRUE);
  assert_listed (f, "meanwhile|before");
  g_assert_cmpuint (f->problems->len, ==, 1);
}

/* What was to become of a session before it could be saved. */
static void
changes_wait_for_their_session (Fixture *f, gconstpointer data) {
  sqlite3 *other;
  gint64 id, gone;

  save (f, "before");
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  other = lock_database (f);
  id = save (f, "meanwhile");
  gone = save (f, "gone again");
  longhand_library_set_title (f->library, id, "Working title");
  longhand_library_set_title (f->library, id, "Title");
  longhand_library_set_pinned (f->library, id, TRUE);
  longhand_library_remove (f->library, gone);
  g_assert_false (longhand_library_flush (f->library, FOREVER_US));
  sqlite3_close (other);
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  wait_for_list (f);
  assert_listed (f, "Title|before");
  g_assert_true (get_summary (f, 0)->pinned);
}

/* With what there is of it already. */
static void
session_that_cannot_be_saved_can_be_deleted (Fixture *f, gconstpointer data) {
  const gint64 id = save (f, "first version");
  LonghandSession *second = library_make_session ("second version");

  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  library_run_sql (&f->on_disk, "CREATE TRIGGER full BEFORE INSERT ON segments BEGIN SELECT RAISE "
                                "(ABORT, 'no room'); END");
  second->id = id;
  longhand_library_save (f->library, second);
  g_assert_false (longhand_library_flush (f->library, FOREVER_US));
  longhand_library_remove (f->library, id);
  longhand_library_purge (f->library);
  g_assert_true (longhand_library_flush (f->library, FOREVER_US)); /* before this program takes the database */
  library_run_sql (&f->on_disk, "DROP TRIGGER full");
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  wait_for_list (f);
  assert_listed (f, "");
}

static void
a_locked_library_does_not_hold_up_its_end (Fixture *f, gconstpointer data) {
  sqlite3 *other;

  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  other = lock_database (f);
  save (f, "meanwhile");
  g_assert_false (longhand_library_close (f->library, FOREVER_US));
  sqlite3_close (other);
}

/* Whoever leaves a session that another program keeps from being saved does not leave its sound. */
static void
sound_of_a_session_that_is_not_saved_yet_stays (Fixture *f, gconstpointer data) {
  g_autofree char *path = NULL;
  sqlite3 *other;
  gint64 id;

  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  other = lock_database (f);
  id = save (f, "meanwhile");
  path = library_keep_sound (&f->on_disk, id);
  longhand_library_leave (f->library, id);
  g_assert_false (longhand_library_flush (f->library, FOREVER_US));
  sqlite3_close (other);
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Deleting for good what was never written is no reason to write it. */
static void
removed_session_does_not_come_back (Fixture *f, gconstpointer data) {
  const gint64 id = save (f, "first version");
  LonghandSession *second = library_make_session ("second version");
  sqlite3 *other;

  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  longhand_library_remove (f->library, id);
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  other = lock_database (f);
  second->id = id;
  longhand_library_save (f->library, second);
  g_assert_false (longhand_library_flush (f->library, FOREVER_US));
  sqlite3_close (other);
  longhand_library_purge (f->library);
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  wait_for_list (f);
  assert_listed (f, "");
}

static void
damage_that_is_found_later_begins_a_new_one (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) aside = NULL;

  save (f, "lost");
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  library_run_sql (&f->on_disk, "PRAGMA wal_checkpoint (TRUNCATE); PRAGMA writable_schema = ON;"
                                "UPDATE sqlite_schema SET sql = 'CREATE TABLE' WHERE name = 'segments';"
                                "PRAGMA schema_version = 99");
  save (f, "begun anew");
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  wait_for_list (f);
  assert_listed (f, "begun anew");
  g_assert_cmpuint (f->problems->len, ==, 1);
  g_assert_nonnull (strstr (f->problems->pdata[0], "damaged"));
  aside = library_list_files (&f->on_disk, ".damaged-1");
  g_assert_cmpuint (aside->len, ==, 1);
}

/* The texts are all there: the index alone is made again. */
static void
damaged_index_costs_nothing (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) aside = NULL;

  save (f, "before");
  g_assert_true (longhand_library_close (f->library, FOREVER_US));
  g_clear_object (&f->library);
  library_run_sql (&f->on_disk, "UPDATE search_data SET block = x'00' WHERE id > 10");
  open_library (f);
  longhand_library_set_pinned (f->library, save (f, "before this"), TRUE);
  longhand_library_search (f->library, "bef");
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  wait_for_list (f);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->library)), ==, 2);
  g_assert_cmpuint (f->problems->len, ==, 0);
  aside = library_list_files (&f->on_disk, ".damaged-1");
  g_assert_cmpuint (aside->len, ==, 0);
}

/* ---- sudden ends ---- */

/* Saves for ever; tells how many there are whenever one is on the disk. */
static void
save_until_killed (const char *path, int report) {
  LonghandLibrary *library = longhand_library_new (path);

  g_random_set_seed ((guint32)getpid ()); /* a fork has its parent's numbers */
  for (guint32 n = 1;; n++) {
    g_autofree char *text = g_strdup_printf ("number %u", n);

    longhand_library_save (library, library_make_session (text));
    if (!longhand_library_flush (library, FOREVER_US) || write (report, &n, sizeof n) != sizeof n)
      _exit (1);
  }
}

static guint32
kill_in_mid_write (Fixture *f, guint32 after) {
  int ends[2], status;
  guint32 n = 0;
  pid_t child;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0) {
    close (ends[0]);
    save_until_killed (f->on_disk.path, ends[1]);
  }
  close (ends[1]);
  while (n < after)
    g_assert_cmpint (read (ends[0], &n, sizeof n), ==, sizeof n);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  while (read (ends[0], &n, sizeof n) == sizeof n)
    ;
  close (ends[0]);
  return n;
}

static void
killed_program_loses_nothing_that_was_saved (Fixture *f, gconstpointer data) {
  guint n_saved = 0;

  g_assert_true (longhand_library_close (f->library, FOREVER_US)); /* no thread is left to fork */
  for (guint round = 1; round <= 8; round++) {
    g_autoptr (LonghandLibraryStore) store = NULL;
    g_autoptr (GPtrArray) all = NULL;
    g_autoptr (GPtrArray) found = NULL;

    n_saved += kill_in_mid_write (f, 3 * round);
    store = library_fixture_open (&f->on_disk);
    all = longhand_library_store_list (store, "", NULL);
    found = longhand_library_store_list (store, "number", NULL);
    g_assert_cmpuint (all->len, >=, n_saved);
    g_assert_cmpuint (all->len, <=, n_saved + round); /* one more each time, that nobody was told of */
    g_assert_cmpuint (found->len, ==, all->len);
  }
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/library/list-follows-what-is-written", list_follows_what_is_written);
  ADD ("/library/only-what-is-different-changes", only_what_is_different_changes);
  ADD ("/library/writes-and-reads-keep-their-order", writes_and_reads_keep_their_order);
  ADD ("/library/closing-waits-for-what-is-written", closing_waits_for_what_is_written);
  ADD ("/library/locked-database-costs-nothing", locked_database_costs_nothing);
  ADD ("/library/what-could-not-be-saved-is-tried-again-by-itself",
       what_could_not_be_saved_is_tried_again_by_itself);
  ADD ("/library/changes-wait-for-their-session", changes_wait_for_their_session);
  ADD ("/library/session-that-cannot-be-saved-can-be-deleted", session_that_cannot_be_saved_can_be_deleted);
  ADD ("/library/a-locked-library-does-not-hold-up-its-end", a_locked_library_does_not_hold_up_its_end);
  ADD ("/library/sound-of-a-session-that-is-not-saved-yet-stays",
       sound_of_a_session_that_is_not_saved_yet_stays);
  ADD ("/library/removed-session-does-not-come-back", removed_session_does_not_come_back);
  ADD ("/library/damage-that-is-found-later-begins-a-new-one", damage_that_is_found_later_begins_a_new_one);
  ADD ("/library/damaged-index-costs-nothing", damaged_index_costs_nothing);
  ADD ("/library/killed-program-loses-nothing-that-was-saved", killed_program_loses_nothing_that_was_saved);
  return g_test_run ();
}
