/* Taking model files in, and throwing them away. */
#include "full-disk.h"
#include "longhand-error.h"
#include "make-model.h"
#include "models/longhand-model-files.h"
#include "models/longhand-part-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *home, *elsewhere; /* the user's folder, and one that holds files to import */

/* ---- files ---- */

static void
empty (const char *folder) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
}

static guint
count_files (const char *folder) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* A model file that can be opened. (transfer full): its path */
static char *
make_model (const char *folder, const char *name) {
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct quill_error error = { 0 };
  struct make_model model;

  g_assert_true (make_model_size (&model, "test.en", QUILL_F16));
  if (make_model_write (&model, path, &error) != QUILL_OK)
    g_error ("%s", error.message);
  return g_steal_pointer (&path);
}

static guint64
size_of (const char *path) {
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return (guint64)info.st_size;
}

static void
assert_same_files (const char *a, const char *b) {
  g_autofree char *first = NULL, *second = NULL;
  gsize n_first, n_second;

  g_assert_true (g_file_get_contents (a, &first, &n_first, NULL));
  g_assert_true (g_file_get_contents (b, &second, &n_second, NULL));
  g_assert_cmpmem (first, n_first, second, n_second);
}

static void
assert_not_imported (const char *path, LonghandError code, const char *part) {
  g_autoptr (GError) error = NULL;
  const guint n_before = count_files (home);
  char *id = NULL;

  g_assert_false (longhand_model_import (path, &id, NULL, &error));
  g_assert_error (error, LONGHAND_ERROR, (int)code);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not say “%s”", error->message, part);
  g_assert_null (id);
  g_assert_cmpuint (count_files (home), ==, n_before);
}

/* ---- taking in ---- */

static void
a_model_is_taken_in (void) {
  static const struct {
    const char *name, *id, *target;
  } cases[] = { { "ggml-mine.en.bin", "mine.en", "ggml-mine.en.bin" },
                { "mine.bin", "mine", "ggml-mine.bin" },
                { "model", "model", "ggml-model.bin" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = make_model (elsewhere, cases[i].name), *id = NULL;
    g_autofree char *target = g_build_filename (home, cases[i].target, NULL);
    g_autoptr (LonghandModelStore) store = NULL;
    g_autoptr (LonghandModel) model = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_true (longhand_model_import (path, &id, NULL, &error));
    g_assert_no_error (error);
    g_assert_cmpstr (id, ==, cases[i].id);
    g_assert_cmpuint (count_files (home), ==, 1);
    assert_same_files (path, target);
    store = longhand_model_store_new ();
    model = longhand_model_store_find (store, id, &error);
    g_assert_cmpstr (longhand_model_get_path (model), ==, target);
    empty (home);
    empty (elsewhere);
  }
}

static void
what_is_no_model_stays_out (void) {
  g_autofree char *text = g_build_filename (elsewhere, "ggml-text.bin", NULL);
  g_autofree char *none = g_build_filename (elsewhere, "ggml-none.bin", NULL);

  g_assert_true (g_file_set_contents (text, "These are no weights, but a letter to a friend.", -1, NULL));
  assert_not_imported (text, LONGHAND_ERROR_MODEL_BROKEN, "ggml-text.bin");
  assert_not_imported (none, LONGHAND_ERROR_MODEL_MISSING, "ggml-none.bin");
  assert_not_imported (elsewhere, LONGHAND_ERROR_MODEL_MISSING, elsewhere);
  empty (elsewhere);
}

/* What of its own a model would be called by is all cut off. */
static void
a_model_needs_a_name (void) {
  g_autofree char *path = g_build_filename (elsewhere, "ggml-.bin", NULL);

  g_assert_true (g_file_set_contents (path, "anything", -1, NULL));
  assert_not_imported (path, LONGHAND_ERROR_INVALID, "another name");
  empty (elsewhere);
}

static void
a_truncated_model_stays_out (void) {
  g_autofree char *path = make_model (elsewhere, "ggml-half.bin");

  g_assert_cmpint (truncate (path, (off_t)(size_of (path) / 2)), ==, 0);
  assert_not_imported (path, LONGHAND_ERROR_MODEL_BROKEN, "ggml-half.bin");
  g_assert_cmpint (truncate (path, 0), ==, 0);
  assert_not_imported (path, LONGHAND_ERROR_MODEL_MISSING, "ggml-half.bin is empty");
  empty (elsewhere);
}

static void
one_that_is_there_is_not_replaced (void) {
  g_autofree char *path = make_model (elsewhere, "ggml-mine.bin");
  g_autofree char *there = g_build_filename (home, "ggml-mine.bin", NULL), *content = NULL;

  g_assert_true (g_file_set_contents (there, "dear", -1, NULL));
  assert_not_imported (path, LONGHAND_ERROR_INVALID, "“mine” is installed already");
  g_assert_true (g_file_get_contents (there, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "dear");
  empty (home);
  empty (elsewhere);
}

static void
no_room_is_said_before (void) {
  g_autofree char *path = make_model (elsewhere, "ggml-mine.bin");

  full_disk.free_bytes = 16 * 1024 * 1024 + size_of (path) - 50000;
  assert_not_imported (path, LONGHAND_ERROR_WRITE, "make 50.0\302\240kB more free");
  full_disk.free_bytes = 0;
  empty (elsewhere);
}

static void
a_disk_that_fills_up_leaves_nothing (void) {
  g_autofree char *path = make_model (elsewhere, "ggml-mine.bin");

  for (guint i = 0; i < 3; i++) {
    full_disk.room = (gint64)(size_of (path) / 3 * i);
    assert_not_imported (path, LONGHAND_ERROR_WRITE, "ggml-mine.bin");
  }
  full_disk.room = -1;
  empty (elsewhere);
}

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user) {
  GAsyncResult **kept = user;

  *kept = g_object_ref (result);
}

/* What a paused download of that name has, in a folder with nothing else. */
static void
leave_download (const char *name) {
  g_autofree char *target = g_build_filename (home, name, NULL);
  g_autoptr (LonghandPartFile) part = longhand_part_file_open (target, NULL);

  g_assert_true (longhand_part_file_append (part, "half of it", 10, NULL));
}

/* (transfer full) */
static GAsyncResult *
import_in_background (const char *path, GCancellable *cancellable) {
  GAsyncResult *result = NULL;

  longhand_model_import_async (path, cancellable, on_imported, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return result;
}

/* A download of that name need not go on then. */
static void
it_is_done_in_the_background (void) {
  g_autofree char *path = make_model (elsewhere, "ggml-mine.bin"), *id = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  leave_download ("ggml-mine.bin");
  result = import_in_background (path, NULL);
  id = longhand_model_import_finish (result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (id, ==, "mine");
  g_assert_cmpuint (count_files (home), ==, 1);
  empty (home);
  empty (elsewhere);
}

/* A download of that name is none the worse for it. */
static void
it_can_be_cancelled (void) {
  g_autofree char *path = make_model (elsewhere, "ggml-mine.bin");
  g_autofree char *target = g_build_filename (home, "ggml-mine.bin", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  leave_download ("ggml-mine.bin");
  g_cancellable_cancel (cancellable);
  result = import_in_background (path, cancellable);
  g_assert_null (longhand_model_import_finish (result, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED);
  g_assert_cmpuint (longhand_part_file_look (target), ==, 10);
  g_assert_cmpuint (count_files (home), ==, 1);
  empty (home);
  empty (elsewhere);
}

/* ---- throwing away ---- */

/* (transfer full) */
static LonghandModel *
find (const char *id) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();

  return longhand_model_store_find (store, id, NULL);
}

static void
a_deleted_model_comes_back (void) {
  g_autofree char *path = make_model (home, "ggml-mine.bin"), *copy = make_model (elsewhere, "copy");
  g_autoptr (LonghandModel) model = find ("mine"), none = NULL, again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (longhand_model_is_deletable (model));
  g_assert_true (longhand_model_set_aside (model, &error));
  none = find ("mine");
  g_assert_null (none);
  g_assert_true (longhand_model_put_back (path, &error));
  g_assert_no_error (error);
  again = find ("mine");
  g_assert_cmpstr (longhand_model_get_path (again), ==, path);
  assert_same_files (path, copy);
  g_assert_cmpuint (count_files (home), ==, 1);
  empty (home);
  empty (elsewhere);
}

static void
a_purged_model_is_gone (void) {
  g_autofree char *path = make_model (home, "ggml-mine.bin");
  g_autoptr (LonghandModel) model = find ("mine");
  g_autoptr (GError) error = NULL;

  g_assert_true (longhand_model_set_aside (model, NULL));
  longhand_model_purge (path);
  g_assert_cmpuint (count_files (home), ==, 0);
  g_assert_false (longhand_model_put_back (path, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
}

static void
what_was_left_aside_is_purged (void) {
  g_autofree char *path = make_model (home, "ggml-mine.bin"), *other = make_model (home, "ggml-other.bin");
  g_autoptr (LonghandModel) model = find ("mine"), kept = NULL;

  g_assert_true (longhand_model_set_aside (model, NULL));
  longhand_model_purge_all ();
  g_assert_cmpuint (count_files (home), ==, 1);
  kept = find ("other");
  g_assert_nonnull (kept);
  empty (home);
}

static void
one_that_came_meanwhile_stays (void) {
  g_autofree char *path = make_model (home, "ggml-mine.bin"), *content = NULL;
  g_autoptr (LonghandModel) model = find ("mine");

  g_assert_true (longhand_model_set_aside (model, NULL));
  g_assert_true (g_file_set_contents (path, "new", -1, NULL));
  g_assert_true (longhand_model_put_back (path, NULL));
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "new");
  g_assert_cmpuint (count_files (home), ==, 1);
  empty (home);
}

static void
models_of_the_system_stay (void) {
  g_autofree char *path = make_model (elsewhere, "ggml-mine.bin");
  g_autoptr (LonghandModel) model = find (path);
  g_autoptr (GError) error = NULL;

  g_assert_false (longhand_model_is_deletable (model));
  g_assert_false (longhand_model_set_aside (model, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID);
  g_assert_cmpuint (count_files (elsewhere), ==, 1);
  empty (elsewhere);
}

int
main (int argc, char **argv) {
  g_autofree char *root = NULL, *data = NULL, *longhand = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  data = g_build_filename (root, "data", NULL);
  longhand = g_build_filename (data, "longhand", NULL);
  home = g_build_filename (longhand, "models", NULL);
  elsewhere = g_build_filename (root, "elsewhere", NULL);
  g_mkdir_with_parents (home, 0755);
  g_mkdir_with_parents (elsewhere, 0755);
  g_setenv ("XDG_DATA_HOME", data, TRUE);

  g_test_add_func ("/model-files/a-model-is-taken-in", a_model_is_taken_in);
  g_test_add_func ("/model-files/what-is-no-model-stays-out", what_is_no_model_stays_out);
  g_test_add_func ("/model-files/a-truncated-model-stays-out", a_truncated_model_stays_out);
  g_test_add_func ("/model-files/a-model-needs-a-name", a_model_needs_a_name);
  g_test_add_func ("/model-files/one-that-is-there-is-not-replaced", one_that_is_there_is_not_replaced);
  g_test_add_func ("/model-files/no-room-is-said-before", no_room_is_said_before);
  g_test_add_func ("/model-files/a-disk-that-fills-up-leaves-nothing", a_disk_that_fills_up_leaves_nothing);
  g_test_add_func ("/model-files/it-is-done-in-the-background", it_is_done_in_the_background);
  g_test_add_func ("/model-files/it-can-be-cancelled", it_can_be_cancelled);
  g_test_add_func ("/model-files/a-deleted-model-comes-back", a_deleted_model_comes_back);
  g_test_add_func ("/model-files/a-purged-model-is-gone", a_purged_model_is_gone);
  g_test_add_func ("/model-files/what-was-left-aside-is-purged", what_was_left_aside_is_purged);
  g_test_add_func ("/model-files/one-that-came-meanwhile-stays", one_that_came_meanwhile_stays);
  g_test_add_func ("/model-files/models-of-the-system-stay", models_of_the_system_stay);
  status = g_test_run ();

  for (const char *const *dir = (const char *const[]){ home, longhand, data, elsewhere, root, NULL };
       *dir != NULL; dir++)
    g_rmdir (*dir);
  g_free (home);
  g_free (elsewhere);
  return status;
}
