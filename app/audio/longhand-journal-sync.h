/* Onto the disk with a file and its name. Nothing is taken for granted but what POSIX says: a sync of a file
 * keeps its content, and a sync of a folder the names in it. They take as long as the disk does; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The folder up to which names are to be synced: the nearest that exists, and above those that are
 * Longhand's own, folder and the one that it lies in: a program that made them may not have lived to do it.
 * (transfer full) */
char *longhand_sync_dup_anchor (const char *folder);

/* The names in folder, and of the folders up to anchor. Returns errno or 0; that is also for what cannot be
 * synced by its nature. */
int longhand_sync_names (const char *folder, const char *anchor);
int longhand_sync_content (int fd); /* of the file; the same */

/* The file of a program that has ended; path: its own. As far as that is possible. */
void longhand_sync_left_behind (int fd, const char *path);

G_END_DECLS
