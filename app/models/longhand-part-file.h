/* A file that grows until it is whole: PATH.part (of a copy: PATH.import), and PATH.part.info, which says
 * where it comes from, so that it can go on after an interruption. Only one process has it at a time. Reads
 * and writes block; any thread, one at a time. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LonghandPartFile LonghandPartFile;

/* Bytes that lie there for path, by a look at names only; 0: none. */
guint64 longhand_part_file_look (const char *path);

/* Opens what lies there, or makes it. (transfer full) Errors: LONGHAND_ERROR_WRITE; _INVALID: another process
 * has it. */
LonghandPartFile *longhand_part_file_open (const char *path, GError **error);
/* The same for a copy of another file: beside what lies there, which stays as it is. */
LonghandPartFile *longhand_part_file_open_copy (const char *path, GError **error);
/* What has been written stays. */
void longhand_part_file_free (LonghandPartFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandPartFile, longhand_part_file_free)

const char *longhand_part_file_get_path (LonghandPartFile *self); /* of the part */
guint64 longhand_part_file_get_size (LonghandPartFile *self);

/* Where it comes from, and the version there: a strong ETag, or ""; NULL: not known. */
const char *longhand_part_file_get_address (LonghandPartFile *self);
const char *longhand_part_file_get_etag (LonghandPartFile *self);

/* All of these: FALSE with LONGHAND_ERROR_WRITE. What came before goes away, and address and etag are kept
 * with what comes. */
gboolean longhand_part_file_begin (LonghandPartFile *self, const char *address, const char *etag,
                                   GError **error);
gboolean longhand_part_file_append (LonghandPartFile *self, gconstpointer data, gsize n, GError **error);

/* SHA-1 of all that is there, hexadecimal. (transfer full) Errors: LONGHAND_ERROR_FAILED, _CANCELLED. */
char *longhand_part_file_dup_checksum (LonghandPartFile *self, GCancellable *cancellable, GError **error);

/* It becomes PATH, in one step and on the disk. Nothing but freeing it follows. */
gboolean longhand_part_file_finish (LonghandPartFile *self, GError **error);
/* Nothing is left. Nothing but freeing it follows. */
void longhand_part_file_discard (LonghandPartFile *self);

/* Whether n more bytes, and a little beyond, find room in folder; LONGHAND_ERROR_WRITE says how much is
 * missing. title: what they are for. A folder that does not say has room. */
gboolean longhand_part_file_check_room (const char *folder, const char *title, guint64 n, GError **error);

G_END_DECLS
