/* Which models are installed. Search order: the user's data dir (XDG_DATA_HOME/longhand/models), system data
 * dirs (each of XDG_DATA_DIRS + /longhand/models), the bundled model (LONGHAND_MODEL_DIR in the environment
 * for uninstalled runs, else the build's pkgdatadir/models). Only names, file sizes and the size of the
 * vocabulary are looked at here; files are checked when they are opened. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_MODEL (longhand_model_get_type ())
G_DECLARE_FINAL_TYPE (LonghandModel, longhand_model, LONGHAND, MODEL, GObject)

/* Properties (read-only): id (file name without "ggml-" and ".bin"), title, path, size (guint64), bundled */
const char *longhand_model_get_id (LonghandModel *self);
const char *longhand_model_get_title (LonghandModel *self); /* for people: "Longhand mini (English)" */
const char *longhand_model_get_path (LonghandModel *self);
guint64 longhand_model_get_size (LonghandModel *self);
gboolean longhand_model_is_bundled (LonghandModel *self);
gboolean longhand_model_is_english_only (LonghandModel *self); /* by its header; without, by its name */

#define LONGHAND_TYPE_MODEL_STORE (longhand_model_store_get_type ())
G_DECLARE_FINAL_TYPE (LonghandModelStore, longhand_model_store, LONGHAND, MODEL_STORE, GObject)

/* A GListModel of LonghandModel, sorted by size descending, ids unique (first directory wins). */
LonghandModelStore *longhand_model_store_new (void); /* (transfer full) */
void longhand_model_store_refresh (LonghandModelStore *self);

/* The installed model with exactly this id, for what must hit no other. LONGHAND_ERROR_MODEL_MISSING.
 * (transfer full) */
LonghandModel *longhand_model_store_lookup (LonghandModelStore *self, const char *id, GError **error);

/* By id, by path, or "" for the best installed one (largest that is not bundled, else the bundled one).
 * (transfer full); NULL with LONGHAND_ERROR_MODEL_MISSING and a sentence saying where models are looked for.
 */
LonghandModel *longhand_model_store_find (LonghandModelStore *self, const char *id_or_path, GError **error);

/* Where a person puts models; created when missing. (transfer full) */
char *longhand_model_store_dup_user_dir (void);

/* A file of the sample that comes with the program, "sample.wav" or "sample.txt", what is said in it: beside
 * the models, else where it was installed. (transfer full) */
char *longhand_model_store_dup_sample_path (const char *name);

G_END_DECLS
