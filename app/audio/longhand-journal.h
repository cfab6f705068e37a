/* The session on disk while it is being spoken: sound as the pump gets it, and text as the recognizer commits
 * it, so that neither is lost when the program is killed or the power fails. Each append writes to the file
 * before it returns; a thread of the journal's own brings it onto the disk within a second, text at once, as
 * long as the disk takes no more than a quarter of a second for it. Nothing is taken for granted of file
 * systems but that a sync of a file keeps its content, and a sync of a folder the names in it.
 *
 * The file lies in a folder of the person's own, readable by nobody else, comes with the first sound, and is
 * locked as long as its program lives: an unlocked one is a session that was not closed
 * (dictation/longhand-recovery).
 *
 * What cannot be written, on a full disk say, is kept in memory, up to a quarter of an hour of sound and all
 * text, and written as soon as that is possible again: dictation goes on meanwhile. After that sound is left
 * out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LonghandJournal LonghandJournal;

/* On any thread, while the journal is locked: the session is not being saved; error says why and what to do.
 * At most once in each recording, however much fails. */
typedef void (*LonghandJournalFn) (gpointer user, GError *error); /* (transfer full) error */

/* Where sessions are kept. (transfer full) */
char *longhand_journal_dup_folder (void);

/* A journal for files in folder, which need not exist; there is none yet. (transfer full); NULL with
 * LONGHAND_ERROR_FAILED. */
LonghandJournal *longhand_journal_new (const char *folder, LonghandJournalFn problem, gpointer user,
                                       GError **error);
LonghandJournal *longhand_journal_ref (LonghandJournal *self); /* any thread, as unref */
void longhand_journal_unref (LonghandJournal *self);           /* the last one leaves the file for recovery */

/* Where its files lie, as longhand_journal_new was told: made now if it can be, for whoever may write nowhere
 * else and needs it to be there. Any thread. (transfer none) */
const char *longhand_journal_make_folder (LonghandJournal *self);

/* Any thread. They take as long as writing to the system's cache does; after longhand_journal_close they do
 * nothing. Sound: 16 kHz mono, in order; it is numbered by how much there was before. */
void longhand_journal_append_sound (LonghandJournal *self, const float *samples, gsize n);
/* Returns how many texts and commands there were with it; 0: there is no journal. */
guint64 longhand_journal_append_text (LonghandJournal *self, gint64 start_ms, gint64 end_ms,
                                      const char *text);
/* An utterance that is a command, and what it writes; command: LonghandCommand, whose numbers stay. Likewise.
 */
guint64 longhand_journal_append_command (LonghandJournal *self, gint64 start_ms, gint64 end_ms,
                                         guint32 command, const char *written);
void longhand_journal_append_end (LonghandJournal *self); /* of a recording */
/* The first n_samples have been recognised; what has no text now has no words. */
void longhand_journal_append_heard (LonghandJournal *self, guint64 n_samples);
/* Somebody has what came of the first n_texts texts and commands, and of sessions taken up, where it survives
 * this program: it is not recovered. */
void longhand_journal_append_dealt_with (LonghandJournal *self, guint64 n_texts);
/* When what came of the first n_texts was there, the text was changed by hand: what comes behind them takes
 * nothing back that was said before. undone: and what was taken back before may be there again. */
void longhand_journal_append_edited (LonghandJournal *self, guint64 n_texts, gboolean undone);

/* Waits until all that was appended so far is on the disk, but not while that cannot be written, and at most
 * for a second. Any thread that may wait. FALSE: it is not. */
gboolean longhand_journal_wait_for_disk (LonghandJournal *self);

/* Goes on in the file of an unfinished session, which is on the disk, and is written through fd, locked, and
 * has these bytes. The next n_rest samples are those at its end that no text covers: they are numbered, but
 * not written again. offset_ms: to add to the times of what will be committed. Between recordings, when
 * everything that was said in the file so far has been committed. FALSE: not now, because something is not on
 * the disk yet; else takes fd. */
gboolean longhand_journal_resume (LonghandJournal *self, int fd, const char *path, guint64 n_bytes,
                                  guint64 n_rest, gint64 offset_ms);

/* How many samples, and texts and commands, there were so far; none of those that were taken up. */
guint64 longhand_journal_get_n_samples (LonghandJournal *self);
guint64 longhand_journal_get_n_texts (LonghandJournal *self);

/* The file that sound goes into, for reading at given places; the caller's to close, and good when the
 * journal has removed it. -1: there is none. */
int longhand_journal_dup_file (LonghandJournal *self);
/* Waits until all that was appended so far is in the file, but not while that cannot be written, and at most
 * for a second. Any thread that may wait. FALSE: it is not. */
gboolean longhand_journal_wait_for_file (LonghandJournal *self);

/* The program ends as it should, and somebody has what came of the first n_texts texts and commands.
 * all_heard: and nothing else is to come: files are removed. Else the last one stays for that. */
void longhand_journal_close (LonghandJournal *self, guint64 n_texts, gboolean all_heard);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandJournal, longhand_journal_unref)

G_END_DECLS
