/* How much of the disk is taken, and what was put aside. */
#include "longhand-storage.h"

#include <glib/gstdio.h>

#define N_BYTES 100000

/* Under root, with as many bytes as are asked for. */
static void
write_file (const char *root, const char *folder, const char *name, gsize n_bytes) {
  g_autofree char *in = g_build_filename (root, folder, NULL);
  g_autofree char *path = g_build_filename (in, name, NULL);
  g_autofree char *bytes = g_strnfill (n_bytes, 'x');

  g_mkdir_with_parents (in, 0700);
  g_assert_true (g_file_set_contents (path, bytes, (gssize)n_bytes, NULL));
}

static gboolean
is_there (const char *root, const char *name) {
  g_autofree char *path = g_build_filename (root, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
remove_all (const char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_all (child);
  }
  g_remove (path);
}

static void
on_measured (GObject *source, GAsyncResult *result, gpointer user) {
  *(GAsyncResult **)user = g_object_ref (result);
}

static LonghandStorage
measure (const char *folder) {
  g_autoptr (GAsyncResult) result = NULL;
  LonghandStorage storage;

  longhand_storage_measure_async (folder, NULL, on_measured, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (longhand_storage_measure_finish (result, &storage, NULL));
  return storage;
}

static void
each_kind_is_counted_by_itself (void) {
  g_autofree char *root = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  LonghandStorage storage;

  write_file (root, "", "library.sqlite", N_BYTES);
  write_file (root, "", "library.sqlite-wal", N_BYTES);
  write_file (root, "sessions", "one", 3 * N_BYTES);
  write_file (root, "models", "ggml-test.bin", 5 * N_BYTES);
  storage = measure (root);
  g_assert_cmpuint (storage.texts, >=, 2 * N_BYTES);
  g_assert_cmpuint (storage.texts, <, 3 * N_BYTES);
  g_assert_cmpuint (storage.sound, >=, 3 * N_BYTES);
  g_assert_cmpuint (storage.sound, <, 4 * N_BYTES);
  g_assert_cmpuint (storage.models, >=, 5 * N_BYTES);
  g_assert_cmpuint (storage.models, <, 6 * N_BYTES);
  remove_all (root);
}

/* A link to a folder that it lies in would have no end. */
static void
links_are_not_followed (void) {
  g_autofree char *root = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  g_autofree char *sessions = g_build_filename (root, "sessions", NULL);
  g_autofree char *link = g_build_filename (sessions, "link", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (link);

  write_file (root, "sessions", "one", N_BYTES);
  g_assert_true (g_file_make_symbolic_link (file, root, NULL, NULL));
  g_assert_cmpuint (measure (root).sound, <, 2 * N_BYTES);
  g_unlink (link);
  remove_all (root);
}

/* Folders are there before there is anything to put into them. */
static void
nothing_takes_nothing (void) {
  g_autofree char *root = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  g_autofree char *sessions = g_build_filename (root, "sessions", NULL);
  const LonghandStorage storage = measure ("/nowhere");

  g_assert_cmpuint (storage.texts + storage.sound + storage.models, ==, 0);
  g_assert_cmpint (g_mkdir (sessions, 0700), ==, 0);
  g_assert_cmpuint (measure (root).sound, ==, 0);
  remove_all (root);
}

static void
what_was_put_aside_goes_alone (void) {
  g_autofree char *root = g_dir_make_tmp ("longhand-XXXXXX", NULL);

  write_file (root, "", "library.sqlite", 1);
  write_file (root, "", "library.sqlite.damaged-1", 1);
  write_file (root, "", "library.sqlite.damaged-1-wal", 1);
  write_file (root, "sessions", "one.session", 1);
  write_file (root, "sessions", "two.session.broken", 1);
  longhand_storage_remove_put_aside (root);
  g_assert_true (is_there (root, "library.sqlite"));
  g_assert_false (is_there (root, "library.sqlite.damaged-1"));
  g_assert_false (is_there (root, "library.sqlite.damaged-1-wal"));
  g_assert_true (is_there (root, "sessions/one.session"));
  g_assert_false (is_there (root, "sessions/two.session.broken"));
  remove_all (root);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/storage/each-kind-is-counted-by-itself", each_kind_is_counted_by_itself);
  g_test_add_func ("/storage/links-are-not-followed", links_are_not_followed);
  g_test_add_func ("/storage/nothing-takes-nothing", nothing_takes_nothing);
  g_test_add_func ("/storage/what-was-put-aside-goes-alone", what_was_put_aside_goes_alone);
  return g_test_run ();
}
