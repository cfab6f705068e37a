#include "models/longhand-downloads.h"

struct _LonghandDownloads {
  GObject parent_instance;

  /* owned */
  LonghandModelStore *store;
  GHashTable *downloads; /* id, of the catalogue: LonghandDownload */
};

G_DEFINE_FINAL_TYPE (LonghandDownloads, longhand_downloads, G_TYPE_OBJECT)

static guint changed_signal;

static void
longhand_downloads_dispose (GObject *object) {
  LonghandDownloads *self = LONGHAND_DOWNLOADS (object);

  g_clear_pointer (&self->downloads, g_hash_table_unref);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (longhand_downloads_parent_class)->dispose (object);
}

static void
longhand_downloads_class_init (LonghandDownloadsClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = longhand_downloads_dispose;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
longhand_downloads_init (LonghandDownloads *self) {
  self->downloads = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
}

LonghandDownloads *
longhand_downloads_new (LonghandModelStore *store) {
  LonghandDownloads *self = g_object_new (LONGHAND_TYPE_DOWNLOADS, NULL);

  self->store = g_object_ref (store);
  return self;
}

static void
on_changed (LonghandDownloads *self, LonghandDownload *download) {
  if (longhand_download_get_state (download) == LONGHAND_DOWNLOAD_DONE)
    longhand_model_store_refresh (self->store);
  g_signal_emit (self, changed_signal, 0, longhand_download_get_entry (download)->id);
}

LonghandDownload *
longhand_downloads_get (LonghandDownloads *self, const char *id) {
  LonghandDownload *download;
  const LonghandCatalogueEntry *entry;
  g_autofree char *folder = NULL;

  g_return_val_if_fail (LONGHAND_IS_DOWNLOADS (self), NULL);

  download = g_hash_table_lookup (self->downloads, id);
  if (download != NULL) {
    longhand_download_look (download);
    return download;
  }
  entry = longhand_catalogue_find (id);
  if (entry == NULL)
    return NULL;
  folder = longhand_model_store_dup_user_dir ();
  download = longhand_download_new (entry, folder, 0);
  g_signal_connect_object (download, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_hash_table_insert (self->downloads, entry->id, download);
  return download;
}

LonghandDownload *
longhand_downloads_find_under_way (LonghandDownloads *self) {
  GHashTableIter iter;
  gpointer download;

  g_hash_table_iter_init (&iter, self->downloads);
  while (g_hash_table_iter_next (&iter, NULL, &download))
    if (longhand_download_is_under_way (download))
      return download;
  return NULL;
}
