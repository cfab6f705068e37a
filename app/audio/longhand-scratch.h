/* Files without a name, for what is too much for memory and of no use after the program: they are gone with
 * their descriptor, however that ends. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where they are made: the folder that TMPDIR names, else /var/tmp, which lies on a disk where /tmp may be
 * memory. (transfer none) */
const char *longhand_scratch_get_folder (void);

/* In that folder. what: what is to go there, for people. The descriptor, for reading and writing; -1 with
 * LONGHAND_ERROR_WRITE. Any thread. */
int longhand_scratch_open (const char *what, GError **error);

/* Appends all of it. LONGHAND_ERROR_WRITE, as when there is no room. */
gboolean longhand_scratch_write (int fd, gconstpointer data, gsize n_bytes, const char *what, GError **error);

G_END_DECLS
