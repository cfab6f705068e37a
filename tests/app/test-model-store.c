/* Which models are found, in which order, and which one is taken. */
#include "longhand-error.h"
#include "models/longhand-model-store.h"

#include <glib/gstdio.h>
#include <string.h>

/* Directories of a private machine; set once, because GLib remembers its data directories. */
static char *home, *system_dir, *bundled_dir;

static char *
make_model_file (const char *dir, const char *name, gsize size) {
  char *path = g_build_filename (dir, name, NULL);
  g_autofree char *content = g_malloc0 (size);

  g_assert_true (g_file_set_contents (path, content, (gssize)size, NULL));
  return path;
}

static void
clear_dir (const char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    g_remove (child);
  }
}

static void
clear_all (void) {
  clear_dir (home);
  clear_dir (system_dir);
  clear_dir (bundled_dir);
}

static char *
dup_ids (LonghandModelStore *store) {
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (store)); i++) {
    g_autoptr (LonghandModel) model = g_list_model_get_item (G_LIST_MODEL (store), i);

    g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", longhand_model_get_id (model));
  }
  return g_string_free (ids, FALSE);
}

static void
models_of_all_folders_are_listed_largest_first (void) {
  g_autofree char *a = make_model_file (home, "ggml-base.en-q5_1.bin", 30);
  g_autofree char *b = make_model_file (system_dir, "ggml-large-v3.bin", 50);
  g_autofree char *c = make_model_file (bundled_dir, "ggml-longhand-mini.en-q5_K.bin", 10);
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autofree char *ids = dup_ids (store);
  g_autoptr (LonghandModel) last = g_list_model_get_item (G_LIST_MODEL (store), 2);
  g_autoptr (LonghandModel) first = g_list_model_get_item (G_LIST_MODEL (store), 0);

  g_assert_cmpstr (ids, ==, "large-v3 base.en-q5_1 longhand-mini.en-q5_K");
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (store), 3));
  g_assert_true (longhand_model_is_bundled (last));
  g_assert_false (longhand_model_is_bundled (first));
  g_assert_true (longhand_model_is_english_only (last));
  g_assert_false (longhand_model_is_english_only (first));
  g_assert_cmpstr (longhand_model_get_path (last), ==, c);
  g_assert_cmpuint (longhand_model_get_size (last), ==, 10);
  g_assert_cmpstr (longhand_model_get_title (last), ==, "Longhand mini q5_K (English)");
  g_assert_cmpstr (longhand_model_get_title (first), ==, "Whisper large v3");
  clear_all ();
}

static void
files_of_other_names_are_left_out (void) {
  g_autofree char *a = make_model_file (home, "base.en.bin", 1);
  g_autofree char *b = make_model_file (home, "ggml-base.en.bin.part", 1);
  g_autofree char *folder = g_build_filename (home, "ggml-folder.bin", NULL);
  g_autoptr (LonghandModelStore) store = NULL;
  g_autofree char *ids = NULL;

  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  store = longhand_model_store_new ();
  ids = dup_ids (store);
  g_assert_cmpstr (ids, ==, "");
  clear_all ();
}

static void
first_folder_wins (void) {
  g_autofree char *users = make_model_file (home, "ggml-base.bin", 1);
  g_autofree char *systems = make_model_file (system_dir, "ggml-base.bin", 2);
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) model = longhand_model_store_find (store, "base", NULL);

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 1);
  g_assert_cmpstr (longhand_model_get_path (model), ==, users);
  clear_all ();
}

static void
best_is_the_largest_that_is_not_bundled (void) {
  g_autofree char *bundled = make_model_file (bundled_dir, "ggml-longhand-mini.en-q5_K.bin", 90);
  g_autofree char *beside = make_model_file (bundled_dir, "ggml-tiny.bin", 5);
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) tiny = longhand_model_store_find (store, "", NULL);
  g_autoptr (LonghandModel) mini = NULL;

  g_assert_cmpstr (longhand_model_get_id (tiny), ==, "tiny");
  g_assert_cmpint (g_remove (beside), ==, 0);
  longhand_model_store_refresh (store);
  mini = longhand_model_store_find (store, NULL, NULL);
  g_assert_cmpstr (longhand_model_get_path (mini), ==, bundled);
  clear_all ();
}

static void
path_is_taken_as_it_is (void) {
  g_autofree char *dir = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  g_autofree char *path = make_model_file (dir, "mine.bin", 7);
  g_autofree char *none = g_build_filename (dir, "none.bin", NULL);
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) model = longhand_model_store_find (store, path, NULL);
  g_autoptr (GError) folder_error = NULL, missing_error = NULL;

  g_assert_cmpstr (longhand_model_get_path (model), ==, path);
  g_assert_cmpstr (longhand_model_get_id (model), ==, "mine");
  g_assert_null (longhand_model_store_find (store, dir, &folder_error));
  g_assert_error (folder_error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
  g_assert_nonnull (strstr (folder_error->message, "is a folder"));
  g_assert_null (longhand_model_store_find (store, none, &missing_error));
  g_assert_error (missing_error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
  g_assert_nonnull (strstr (missing_error->message, none));
  g_remove (path);
  g_rmdir (dir);
}

static LonghandModel *
find_with_vocabulary (LonghandModelStore *store, const char *name, guint32 n_vocab) {
  const guint32 header[] = { GUINT32_TO_LE (0x67676d6c), GUINT32_TO_LE (n_vocab) };
  g_autofree char *file = g_strdup_printf ("ggml-%s.bin", name);
  g_autofree char *path = g_build_filename (home, file, NULL);

  g_assert_true (g_file_set_contents (path, (const char *)header, sizeof header, NULL));
  longhand_model_store_refresh (store);
  return longhand_model_store_lookup (store, name, NULL);
}

static void
languages_are_those_of_the_file_not_of_its_name (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) english = find_with_vocabulary (store, "dictation", 51864);
  g_autoptr (LonghandModel) many = find_with_vocabulary (store, "mine.en", 51865);
  g_autoptr (LonghandModel) large = find_with_vocabulary (store, "v3.en", 51866);

  g_assert_true (longhand_model_is_english_only (english));
  g_assert_cmpstr (longhand_model_get_title (english), ==, "Whisper dictation (English)");
  g_assert_false (longhand_model_is_english_only (many));
  g_assert_cmpstr (longhand_model_get_title (many), ==, "Whisper mine");
  g_assert_false (longhand_model_is_english_only (large));
  clear_all ();
}

/* Whoever has one file after the other under a name sees what is there now. */
static void
another_file_under_a_name_has_its_own_languages (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) english = find_with_vocabulary (store, "dictation", 51864);
  g_autoptr (LonghandModel) many = find_with_vocabulary (store, "dictation", 51865);

  g_assert_cmpuint (longhand_model_get_size (english), ==, longhand_model_get_size (many));
  g_assert_true (longhand_model_is_english_only (english));
  g_assert_false (longhand_model_is_english_only (many));
  clear_all ();
}

static void
missing_model_names_the_folders (void) {
  static const char *const wanted[] = { "", "base.en" };
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (longhand_model_store_find (store, wanted[i], &error));
    g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
    g_assert_nonnull (strstr (error->message, wanted[i]));
    g_assert_nonnull (strstr (error->message, home));
    g_assert_nonnull (strstr (error->message, system_dir));
    g_assert_nonnull (strstr (error->message, bundled_dir));
  }
}

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, guint *sum) {
  *sum += 100 * removed + added;
}

static void
refresh_says_what_changed_and_nothing_else (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autofree char *a = NULL, *b = NULL;
  guint sum = 0;

  g_signal_connect (store, "items-changed", G_CALLBACK (changed_cb), &sum);
  longhand_model_store_refresh (store);
  g_assert_cmpuint (sum, ==, 0);
  a = make_model_file (home, "ggml-tiny.bin", 1);
  b = make_model_file (home, "ggml-base.bin", 2);
  longhand_model_store_refresh (store);
  g_assert_cmpuint (sum, ==, 2);
  longhand_model_store_refresh (store);
  g_assert_cmpuint (sum, ==, 2);
  g_remove (b);
  longhand_model_store_refresh (store);
  g_assert_cmpuint (sum, ==, 203);
  clear_all ();
}

static void
user_dir_is_made (void) {
  g_autofree char *path = NULL;

  g_assert_cmpint (g_rmdir (home), ==, 0);
  path = longhand_model_store_dup_user_dir ();
  g_assert_cmpstr (path, ==, home);
  g_assert_true (g_file_test (home, G_FILE_TEST_IS_DIR));
}

static void
store_is_finalized (void) {
  g_autofree char *path = make_model_file (home, "ggml-base.bin", 2);
  LonghandModelStore *store = longhand_model_store_new ();
  LonghandModel *model = longhand_model_store_find (store, "", NULL);

  g_assert_finalize_object (store);
  g_assert_finalize_object (model);
  clear_all ();
}

int
main (int argc, char **argv) {
  g_autofree char *root = NULL, *data = NULL, *system_data = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  data = g_build_filename (root, "home", NULL);
  system_data = g_build_filename (root, "system", NULL);
  home = g_build_filename (data, "longhand", "models", NULL);
  system_dir = g_build_filename (system_data, "longhand", "models", NULL);
  bundled_dir = g_build_filename (root, "bundled", NULL);
  g_mkdir_with_parents (home, 0755);
  g_mkdir_with_parents (system_dir, 0755);
  g_mkdir_with_parents (bundled_dir, 0755);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_DATA_DIRS", system_data, TRUE);
  g_setenv ("LONGHAND_MODEL_DIR", bundled_dir, TRUE);

  g_test_add_func ("/model-store/models-of-all-folders-are-listed-largest-first",
                   models_of_all_folders_are_listed_largest_first);
  g_test_add_func ("/model-store/files-of-other-names-are-left-out", files_of_other_names_are_left_out);
  g_test_add_func ("/model-store/first-folder-wins", first_folder_wins);
  g_test_add_func ("/model-store/best-is-the-largest-that-is-not-bundled",
                   best_is_the_largest_that_is_not_bundled);
  g_test_add_func ("/model-store/path-is-taken-as-it-is", path_is_taken_as_it_is);
  g_test_add_func ("/model-store/languages-are-those-of-the-file-not-of-its-name",
                   languages_are_those_of_the_file_not_of_its_name);
  g_test_add_func ("/model-store/another-file-under-a-name-has-its-own-languages",
                   another_file_under_a_name_has_its_own_languages);
  g_test_add_func ("/model-store/missing-model-names-the-folders", missing_model_names_the_folders);
  g_test_add_func ("/model-store/refresh-says-what-changed-and-nothing-else",
                   refresh_says_what_changed_and_nothing_else);
  g_test_add_func ("/model-store/user-dir-is-made", user_dir_is_made);
  g_test_add_func ("/model-store/store-is-finalized", store_is_finalized);
  status = g_test_run ();

  clear_all ();
  for (const char *const *dir = (const char *const[]){ home, system_dir, bundled_dir, NULL }; *dir != NULL;
       dir++) {
    g_autofree char *path = g_strdup (*dir);

    while (strlen (path) >= strlen (root) && g_rmdir (path) == 0) {
      char *parent = g_path_get_dirname (path);

      g_free (path);
      path = parent;
    }
  }
  g_free (home);
  g_free (system_dir);
  g_free (bundled_dir);
  return status;
}
