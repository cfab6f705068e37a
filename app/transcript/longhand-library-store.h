/* The library's database, from which longhand-library has its worker read and write. Every call blocks as
 * long as the disk does, and up to two seconds more while another program writes; any one thread at a time.
 *
 * Each write is one transaction, and on the disk when the call returns: what was written before a crash is
 * there after it. Errors are LONGHAND_ERROR_WRITE, _NO_MEMORY or _FAILED; what was written before stays. */
#pragma once

#include "transcript/longhand-session.h"

G_BEGIN_DECLS

typedef struct _LonghandLibraryStore LonghandLibraryStore;

/* What a list shows of a session. */
typedef struct {
  gint64 id, begun_us, changed_us, duration_ms;
  char *title;   /* owned; as a person named it; NULL: nobody did */
  char *excerpt; /* owned; the beginning of the text, or where it has what was searched for; one line */
  char *heading; /* owned; title, or the first words of the text */
  gboolean pinned;
} LonghandSessionSummary;
void longhand_session_summary_free (gpointer summary);

/* Opens the database, or makes it with its folder. One that is damaged is first put aside under another name,
 * and *notice (may not be NULL) says so. One that a newer program made is left as it is:
 * LONGHAND_ERROR_FAILED. Sessions that were removed are then gone for good. (transfer full) */
LonghandLibraryStore *longhand_library_store_open (const char *path, GError **notice, GError **error);
void longhand_library_store_close (LonghandLibraryStore *self);

/* The last error was that the database is damaged: open it anew. */
gboolean longhand_library_store_is_broken (const LonghandLibraryStore *self);

/* Adds the session, or replaces its text and what was dictated of it. One that is blank has no place here,
 * and loses the one that it has. */
gboolean longhand_library_store_save (LonghandLibraryStore *self, const LonghandSession *session,
                                      GError **error);
/* Title: NULL or "" takes it away. A session that is not there is no error, here and below. */
gboolean longhand_library_store_set_title (LonghandLibraryStore *self, gint64 id, const char *title,
                                           GError **error);
gboolean longhand_library_store_set_pinned (LonghandLibraryStore *self, gint64 id, gboolean pinned,
                                            GError **error);
/* A removed session is in no list, but can be restored until the next purge. */
gboolean longhand_library_store_set_removed (LonghandLibraryStore *self, gint64 id, gboolean removed,
                                             GError **error);
/* Its sound (audio/longhand-sound-files) goes with it. */
gboolean longhand_library_store_purge (LonghandLibraryStore *self, GError **error);
/* All sessions are gone for good, with all sound, and the disk has the room that they took. */
gboolean longhand_library_store_clear (LonghandLibraryStore *self, GError **error);

/* A session that was left is in no list unless it has text, a title or a pin: then its sound goes. */
gboolean longhand_library_store_leave (LonghandLibraryStore *self, gint64 id, GError **error);

/* (transfer full); NULL without an error: there is none of that number. */
LonghandSession *longhand_library_store_load (LonghandLibraryStore *self, gint64 id, GError **error);

/* Sessions that have all words, whatever their case and accents, each as the beginning of one of theirs; the
 * best match first. No words: all, the newest first behind those that are pinned. (transfer full)
 * (element-type LonghandSessionSummary); NULL on failure. */
GPtrArray *longhand_library_store_list (LonghandLibraryStore *self, const char *words, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandLibraryStore, longhand_library_store_close)

G_END_DECLS
