#include "models/longhand-model-files.h"

#include "longhand-engine-error.h"
#include "models/longhand-part-file.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define COPY_BYTES (1024 * 1024)
#define ASIDE_SUFFIX ".deleted"

/* ---- taking in ---- */

/* "mine.bin" -> "mine", as the store would name it. (transfer full) */
static char *
dup_id (const char *path) {
  g_autofree char *base = g_path_get_basename (path);
  const char *start = g_str_has_prefix (base, "ggml-") ? base + strlen ("ggml-") : base;

  return g_strndup (start,
                    g_str_has_suffix (start, ".bin") ? strlen (start) - strlen (".bin") : strlen (start));
}

/* Its size; 0 with an error when it is no model. */
static guint64
check_model (const char *path, GError **error) {
  struct quill_model *model = longhand_engine_open_model (path, error);
  struct quill_model_info info;

  if (model == NULL)
    return 0;
  quill_model_get_info (model, &info);
  quill_model_close (&model);
  return info.file_bytes;
}

static gboolean
fail_to_read (const char *path, const GError *cause, GError **error) {
  g_autofree char *name = g_filename_display_name (path);

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED, _ ("Stopped."));
  else
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("“%s” cannot be read (%s): check the disk, and try again."), name, cause->message);
  return FALSE;
}

static gboolean
copy (const char *path, LonghandPartFile *part, GCancellable *cancellable, GError **error) {
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree guint8 *block = g_malloc (COPY_BYTES);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, &cause);
  gssize n = -1;

  if (stream != NULL && !longhand_part_file_begin (part, "", "", error))
    return FALSE;
  while (stream != NULL
         && (n = g_input_stream_read (G_INPUT_STREAM (stream), block, COPY_BYTES, cancellable, &cause)) > 0)
    if (!longhand_part_file_append (part, block, (gsize)n, error))
      return FALSE;
  return n == 0 || fail_to_read (path, cause, error);
}

/* Nobody has to fetch the rest of it any more, unless somebody does just now. */
static void
discard_download (const char *target) {
  g_autoptr (LonghandPartFile) part
      = longhand_part_file_look (target) > 0 ? longhand_part_file_open (target, NULL) : NULL;

  if (part != NULL)
    longhand_part_file_discard (part);
}

static gboolean
import_as (const char *path, const char *target, guint64 size, GCancellable *cancellable, GError **error) {
  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *name = g_filename_display_basename (path);
  g_autoptr (LonghandPartFile) part = NULL;

  if (!longhand_part_file_check_room (folder, name, size, error))
    return FALSE;
  part = longhand_part_file_open_copy (target, error);
  if (part == NULL)
    return FALSE;
  if (!copy (path, part, cancellable, error) || !longhand_part_file_finish (part, error)) {
    longhand_part_file_discard (part);
    return FALSE;
  }
  discard_download (target);
  return TRUE;
}

gboolean
longhand_model_import (const char *path, char **id, GCancellable *cancellable, GError **error) {
  g_autofree char *found = dup_id (path), *folder = NULL, *name = NULL, *target = NULL;
  guint64 size;

  if (*found == '\0') {
    name = g_filename_display_basename (path);
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” leaves nothing to call the model by: give the file another name."), name);
    return FALSE;
  }
  size = check_model (path, error);
  if (size == 0)
    return FALSE;
  folder = longhand_model_store_dup_user_dir ();
  name = g_strdup_printf ("ggml-%s.bin", found);
  target = g_build_filename (folder, name, NULL);
  if (g_file_test (target, G_FILE_TEST_EXISTS)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("A model “%s” is installed already: delete it first, or give the file another name."),
                 found);
    return FALSE;
  }
  if (!import_as (path, target, size, cancellable, error))
    return FALSE;
  *id = g_steal_pointer (&found);
  return TRUE;
}

static void
import_in_thread (GTask *task, gpointer source, gpointer path, GCancellable *cancellable) {
  GError *error = NULL;
  char *id = NULL;

  if (longhand_model_import (path, &id, cancellable, &error))
    g_task_return_pointer (task, id, g_free);
  else
    g_task_return_error (task, error);
}

void
longhand_model_import_async (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user) {
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user);

  g_task_set_check_cancellable (task, FALSE); /* it may be too late: then there is a model */
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, import_in_thread);
}

char *
longhand_model_import_finish (GAsyncResult *result, GError **error) {
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- throwing away ---- */

gboolean
longhand_model_is_deletable (LonghandModel *model) {
  g_autofree char *folder = longhand_model_store_dup_user_dir ();
  g_autofree char *own = g_path_get_dirname (longhand_model_get_path (model));

  return strcmp (folder, own) == 0 && !longhand_model_is_bundled (model);
}

static char *
dup_aside_path (const char *path) {
  return g_strconcat (path, ASIDE_SUFFIX, NULL);
}

gboolean
longhand_model_set_aside (LonghandModel *model, GError **error) {
  const char *path = longhand_model_get_path (model);
  g_autofree char *aside = dup_aside_path (path);

  if (!longhand_model_is_deletable (model)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” belongs to the system and stays: only models of your own can be deleted."),
                 longhand_model_get_title (model));
    return FALSE;
  }
  if (g_rename (path, aside) == 0)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
               _ ("“%s” cannot be deleted (%s): check its folder."), longhand_model_get_title (model),
               g_strerror (errno));
  return FALSE;
}

gboolean
longhand_model_put_back (const char *path, GError **error) {
  g_autofree char *aside = dup_aside_path (path);
  g_autofree char *name = NULL;

  /* A link does not take the place of one that has come meanwhile, as a rename would. */
  if (link (aside, path) == 0 || errno == EEXIST) {
    g_unlink (aside);
    return TRUE;
  }
  if (g_rename (aside, path) == 0) /* a file system without links */
    return TRUE;
  name = g_filename_display_name (path);
  longhand_set_error_from_write (error, name, errno);
  return FALSE;
}

void
longhand_model_purge (const char *path) {
  g_autofree char *aside = dup_aside_path (path);

  g_unlink (aside);
}

void
longhand_model_purge_all (void) {
  g_autofree char *folder = longhand_model_store_dup_user_dir ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (g_str_has_prefix (name, "ggml-") && g_str_has_suffix (name, ".bin" ASIDE_SUFFIX))
      g_unlink (path);
  }
}
