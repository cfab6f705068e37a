#include "transcript/longhand-archive.h"

#include "longhand-error.h"

#include <string.h>
#include <zip.h>

#define CHUNK_BYTES 16384

static void
set_error (GError **error, zip_error_t *reason) {
  longhand_set_error_from_document (error, zip_error_strerror (reason));
}

static gboolean
add_file (zip_t *archive, const LonghandArchived *file) {
  const zip_int32_t method = file->is_plain ? ZIP_CM_STORE : ZIP_CM_DEFLATE;
  zip_source_t *content = zip_source_buffer (archive, file->content, strlen (file->content), 0);
  const zip_int64_t place = content != NULL ? zip_file_add (archive, file->name, content, 0) : -1;

  if (place >= 0)
    return zip_set_file_compression (archive, (zip_uint64_t)place, method, 0) == 0;
  zip_source_free (content);
  return FALSE;
}

/* Takes archive. */
static gboolean
write_files (zip_t *archive, const LonghandArchived *files, gsize n_files, GError **error) {
  gboolean is_added = TRUE;

  for (gsize i = 0; i < n_files && is_added; i++)
    is_added = add_file (archive, &files[i]);
  if (is_added && zip_close (archive) == 0)
    return TRUE;
  set_error (error, zip_get_error (archive));
  zip_discard (archive);
  return FALSE;
}

static GBytes *
read_all (zip_source_t *source, GError **error) {
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 chunk[CHUNK_BYTES];
  zip_int64_t n = zip_source_open (source);

  if (n == 0)
    while ((n = zip_source_read (source, chunk, sizeof chunk)) > 0)
      g_byte_array_append (all, chunk, (guint)n);
  if (n == 0 && zip_source_close (source) == 0)
    return g_byte_array_free_to_bytes (g_steal_pointer (&all));
  set_error (error, zip_source_error (source));
  return NULL;
}

GBytes *
longhand_archive_pack (const LonghandArchived *files, gsize n_files, GError **error) {
  zip_error_t reason;
  zip_source_t *source;
  zip_t *archive;
  GBytes *packed = NULL;

  zip_error_init (&reason);
  source = zip_source_buffer_create (NULL, 0, 0, &reason);
  archive = source != NULL ? zip_open_from_source (source, ZIP_TRUNCATE, &reason) : NULL;
  if (archive == NULL) {
    set_error (error, &reason);
  } else {
    zip_source_keep (source); /* the archive has one reference, and loses it */
    if (write_files (archive, files, n_files, error))
      packed = read_all (source, error);
  }
  zip_source_free (source);
  zip_error_fini (&reason);
  return packed;
}
