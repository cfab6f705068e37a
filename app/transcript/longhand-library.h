/* Every session that was dictated, kept in a database in the person's data folder (longhand-library-store),
 * and the list of them. Main thread; a worker of its own reads and writes, one thing after the other in the
 * order of the calls, so that nothing here blocks but flush and close.
 *
 * A list model of LonghandSessionItem: those that match the last search, or all. It follows what is written
 * here. */
#pragma once

#include "transcript/longhand-library-store.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A session in the list. Signal "changed": the summary is another one. */
#define LONGHAND_TYPE_SESSION_ITEM (longhand_session_item_get_type ())
G_DECLARE_FINAL_TYPE (LonghandSessionItem, longhand_session_item, LONGHAND, SESSION_ITEM, GObject)

/* (transfer none); until "changed" */
const LonghandSessionSummary *longhand_session_item_get_summary (LonghandSessionItem *self);

/* Signals:
 *   "listed" ()                 the list is what the last search and all that was written before it make it
 *   "cleared" ()                all sessions are about to be gone: who has one open has a new one from here
 * on "failed" (const GError *)   a sentence to show: something could not be kept, or a damaged database was
 * put aside. The same one again only after something was kept in between
 *   "mended" ()                 something was kept again after "failed" */
#define LONGHAND_TYPE_LIBRARY (longhand_library_get_type ())
G_DECLARE_FINAL_TYPE (LonghandLibrary, longhand_library, LONGHAND, LIBRARY, GObject)

/* Where the database is. (transfer full) */
char *longhand_library_dup_path (void);

/* Opens it in the background, and lists all. (transfer full) */
LonghandLibrary *longhand_library_new (const char *path);

/* Takes session, and adds it, or replaces what there is of it; a blank one is taken out. What cannot be
 * written is tried again before everything that follows, at a flush, and every few seconds. */
void longhand_library_save (LonghandLibrary *self, LonghandSession *session);
void longhand_library_set_title (LonghandLibrary *self, gint64 id, const char *title); /* NULL, "": none */
void longhand_library_set_pinned (LonghandLibrary *self, gint64 id, gboolean pinned);
/* Out of the list, but not gone before a purge. */
void longhand_library_remove (LonghandLibrary *self, gint64 id);
void longhand_library_restore (LonghandLibrary *self, gint64 id);
void longhand_library_purge (LonghandLibrary *self);
/* Nothing is added to the session any more: should it be in no list, because its text is blank, its sound
 * goes. */
void longhand_library_leave (LonghandLibrary *self, gint64 id);
/* Where the sound of its sessions lies (audio/longhand-sound-files). (transfer none) */
const char *longhand_library_get_sound_folder (LonghandLibrary *self);
void longhand_library_clear (LonghandLibrary *self); /* all sessions are gone for good */

/* Words to search for, as longhand_library_store_list; "" lists all. */
void longhand_library_search (LonghandLibrary *self, const char *words);
/* What the list shows the result of: the words of the last search that is over. (transfer none) */
const char *longhand_library_get_searched (LonghandLibrary *self);
gboolean longhand_library_is_listed (LonghandLibrary *self); /* some list is there */
/* At "listed": everything that was to be saved so far is on the disk. */
gboolean longhand_library_get_all_saved (LonghandLibrary *self);

/* (transfer full); NULL without an error: there is no such session any more. */
void longhand_library_load_async (LonghandLibrary *self, gint64 id, GAsyncReadyCallback callback,
                                  gpointer user);
LonghandSession *longhand_library_load_finish (LonghandLibrary *self, GAsyncResult *result, GError **error);

/* Waits, at most as long as told, until everything so far is done. Whether all sessions saved are on the
 * disk.
 */
gboolean longhand_library_flush (LonghandLibrary *self, gint64 timeout_us);
/* The same, and ends the worker; what it is held up by is left behind. Nothing is kept after it. Called by
 * dispose too. */
gboolean longhand_library_close (LonghandLibrary *self, gint64 timeout_us);

G_END_DECLS
