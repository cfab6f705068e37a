#include "models/longhand-model-private.h"

#include "longhand-config.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

struct _LonghandModelStore {
  GObject parent_instance;

  /* owned */
  GPtrArray *models; /* LonghandModel */
};

static GType
get_item_type (GListModel *list) {
  return LONGHAND_TYPE_MODEL;
}

static guint
get_n_items (GListModel *list) {
  return LONGHAND_MODEL_STORE (list)->models->len;
}

static gpointer
get_item (GListModel *list, guint position) {
  GPtrArray *models = LONGHAND_MODEL_STORE (list)->models;

  return position < models->len ? g_object_ref (g_ptr_array_index (models, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface) {
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_TYPE_WITH_CODE (LonghandModelStore, longhand_model_store, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
longhand_model_store_finalize (GObject *object) {
  g_ptr_array_unref (LONGHAND_MODEL_STORE (object)->models);
  G_OBJECT_CLASS (longhand_model_store_parent_class)->finalize (object);
}

static void
longhand_model_store_class_init (LonghandModelStoreClass *klass) {
  G_OBJECT_CLASS (klass)->finalize = longhand_model_store_finalize;
}

static void
longhand_model_store_init (LonghandModelStore *self) {
  self->models = g_ptr_array_new_with_free_func (g_object_unref);
}

/* ---- where models are -------------------------------------------------------------------------------------
 */

static char *
dup_bundled_dir (void) {
  const char *dir = g_getenv ("LONGHAND_MODEL_DIR");

  return dir != NULL && *dir != '\0' ? g_canonicalize_filename (dir, NULL)
                                     : g_build_filename (PKGDATADIR, "models", NULL);
}

/* Directories in the order they are searched; the last one holds the bundled model. (transfer full) */
static GPtrArray *
list_dirs (void) {
  GPtrArray *dirs = g_ptr_array_new_with_free_func (g_free);
  const char *const *system = g_get_system_data_dirs ();
  char *bundled = dup_bundled_dir ();

  g_ptr_array_add (dirs, g_build_filename (g_get_user_data_dir (), "longhand", "models", NULL));
  for (guint i = 0; system[i] != NULL; i++) {
    g_autofree char *dir = g_build_filename (system[i], "longhand", "models", NULL);

    if (!g_str_equal (dir, bundled) && !g_ptr_array_find_with_equal_func (dirs, dir, g_str_equal, NULL))
      g_ptr_array_add (dirs, g_steal_pointer (&dir));
  }
  g_ptr_array_add (dirs, bundled);
  return dirs;
}

char *
longhand_model_store_dup_user_dir (void) {
  char *dir = g_build_filename (g_get_user_data_dir (), "longhand", "models", NULL);

  g_mkdir_with_parents (dir, 0755);
  return dir;
}

char *
longhand_model_store_dup_sample_path (const char *name) {
  const char *models = g_getenv ("LONGHAND_MODEL_DIR");
  g_autofree char *uninstalled
      = models != NULL ? g_build_filename (models, "..", "samples", name, NULL) : NULL;

  if (uninstalled != NULL && g_file_test (uninstalled, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&uninstalled);
  return g_build_filename (PKGDATADIR, "samples", name, NULL);
}

static LonghandModel *
lookup_id (GPtrArray *models, const char *id) {
  for (guint i = 0; i < models->len; i++)
    if (g_str_equal (longhand_model_get_id (g_ptr_array_index (models, i)), id))
      return g_ptr_array_index (models, i);
  return NULL;
}

static void
add_dir (GPtrArray *models, const char *dir_path, gboolean holds_bundled) {
  g_autoptr (GDir) dir = g_dir_open (dir_path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (dir_path, name, NULL);
    g_autoptr (LonghandModel) model = NULL;
    GStatBuf info;

    if (!g_str_has_prefix (name, "ggml-") || !g_str_has_suffix (name, ".bin") || g_stat (path, &info) != 0
        || !S_ISREG (info.st_mode))
      continue;
    /* An administrator may put other models beside the bundled one. */
    model
        = longhand_model_new (path, info.st_size, holds_bundled && g_str_has_prefix (name, "ggml-longhand-"));
    if (lookup_id (models, longhand_model_get_id (model)) == NULL)
      g_ptr_array_add (models, g_steal_pointer (&model));
  }
}

static int
compare_models (gconstpointer a, gconstpointer b) {
  LonghandModel *first = *(LonghandModel *const *)a, *second = *(LonghandModel *const *)b;
  const guint64 first_size = longhand_model_get_size (first), second_size = longhand_model_get_size (second);

  if (first_size != second_size)
    return first_size > second_size ? -1 : 1;
  return strcmp (longhand_model_get_id (first), longhand_model_get_id (second));
}

/* By all that is shown of them: another file may be there under the name of one. */
static gboolean
same_models (GPtrArray *a, GPtrArray *b) {
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++) {
    LonghandModel *first = g_ptr_array_index (a, i), *second = g_ptr_array_index (b, i);

    if (longhand_model_get_size (first) != longhand_model_get_size (second)
        || longhand_model_is_english_only (first) != longhand_model_is_english_only (second)
        || !g_str_equal (longhand_model_get_path (first), longhand_model_get_path (second)))
      return FALSE;
  }
  return TRUE;
}

void
longhand_model_store_refresh (LonghandModelStore *self) {
  g_autoptr (GPtrArray) dirs = list_dirs ();
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_before;

  g_return_if_fail (LONGHAND_IS_MODEL_STORE (self));

  for (guint i = 0; i < dirs->len; i++)
    add_dir (models, g_ptr_array_index (dirs, i), i + 1 == dirs->len);
  g_ptr_array_sort (models, compare_models);
  if (same_models (models, self->models))
    return;
  n_before = self->models->len;
  g_ptr_array_unref (self->models);
  self->models = g_steal_pointer (&models);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->models->len);
}

LonghandModelStore *
longhand_model_store_new (void) {
  LonghandModelStore *self = g_object_new (LONGHAND_TYPE_MODEL_STORE, NULL);

  longhand_model_store_refresh (self);
  return self;
}

/* ---- choosing one -----------------------------------------------------------------------------------------
 */

static LonghandModel *
find_best (LonghandModelStore *self) {
  for (guint i = 0; i < self->models->len; i++)
    if (!longhand_model_is_bundled (g_ptr_array_index (self->models, i)))
      return g_ptr_array_index (self->models, i);
  return self->models->len > 0 ? g_ptr_array_index (self->models, 0) : NULL;
}

/* A path has a separator or names a file here that looks like one. */
static LonghandModel *
open_path (LonghandModelStore *self, const char *path, GError **error) {
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *name = g_filename_display_name (path);
  GStatBuf info;

  if (g_stat (absolute, &info) != 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING,
                 _ ("There is no model file “%s”: check the path, or give the name of an installed model."),
                 name);
    return NULL;
  }
  if (S_ISDIR (info.st_mode)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING,
                 _ ("“%s” is a folder: give the model file in it (ggml-….bin)."), name);
    return NULL;
  }
  for (guint i = 0; i < self->models->len; i++)
    if (g_str_equal (longhand_model_get_path (g_ptr_array_index (self->models, i)), absolute))
      return g_object_ref (g_ptr_array_index (self->models, i));
  return longhand_model_new (absolute, info.st_size, FALSE);
}

static char *
dup_dirs_for_people (void) {
  g_autoptr (GPtrArray) dirs = list_dirs ();

  g_ptr_array_add (dirs, NULL);
  return g_strjoinv (", ", (char **)dirs->pdata);
}

static void
set_missing (GError **error, const char *id) {
  g_autofree char *dirs = dup_dirs_for_people ();

  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING,
               _ ("No model “%s” is installed: put ggml-%s.bin into one of these folders: %s."), id, id,
               dirs);
}

LonghandModel *
longhand_model_store_lookup (LonghandModelStore *self, const char *id, GError **error) {
  LonghandModel *model;

  g_return_val_if_fail (LONGHAND_IS_MODEL_STORE (self), NULL);

  model = *id != '\0' ? lookup_id (self->models, id) : NULL;
  if (model != NULL)
    return g_object_ref (model);
  set_missing (error, id);
  return NULL;
}

LonghandModel *
longhand_model_store_find (LonghandModelStore *self, const char *id_or_path, GError **error) {
  g_autofree char *dirs = NULL;
  LonghandModel *model;

  g_return_val_if_fail (LONGHAND_IS_MODEL_STORE (self), NULL);

  if (id_or_path == NULL || *id_or_path == '\0') {
    model = find_best (self);
    if (model != NULL)
      return g_object_ref (model);
    dirs = dup_dirs_for_people ();
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING,
                 _ ("No model is installed: put a Whisper model (ggml-….bin) into one of these folders: %s."),
                 dirs);
    return NULL;
  }
  model = lookup_id (self->models, id_or_path);
  if (model != NULL)
    return g_object_ref (model);
  if (strchr (id_or_path, G_DIR_SEPARATOR) != NULL || g_str_has_suffix (id_or_path, ".bin")
      || g_file_test (id_or_path, G_FILE_TEST_IS_REGULAR))
    return open_path (self, id_or_path, error);

  set_missing (error, id_or_path);
  return NULL;
}
