/* Lists that people write: text files with an entry a line. Lines that are blank or begin with “#” are left
 * out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes an entry, without white space around it, valid UTF-8. FALSE with an error, a whole sentence, when it
 * makes no sense. */
typedef gboolean (*LonghandListEntryFn) (const char *entry, gpointer user, GError **error);

/* Hands every entry of the file at path to take. LONGHAND_ERROR_INVALID, naming the file and the line, when
 * the file cannot be read, is not such a list, or take says no. */
gboolean longhand_list_file_read (const char *path, LonghandListEntryFn take, gpointer user, GError **error);

/* The whole text of such a file, or of another that people write: valid UTF-8, at most a megabyte. Errors as
 * above. (transfer full) */
char *longhand_list_file_load (const char *path, GError **error);

/* An entry as it may be shown in a sentence: of a long one the beginning. (transfer full) */
char *longhand_list_file_abridge (const char *entry);

G_END_DECLS
