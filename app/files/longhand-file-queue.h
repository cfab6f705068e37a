/* Recordings that somebody brings along, recognised one after the other, each to a session in the library,
 * whose sound is kept as that of what was dictated.
 * Main thread; files are looked at, read and recognised on others.
 *
 * A list model of LonghandFileItem, in the order in which they came. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "dictation/longhand-sounds.h"
#include "files/longhand-file-item.h"
#include "files/longhand-file-recognizer.h"
#include "transcript/longhand-library.h"

G_BEGIN_DECLS

/* Property (read-only, notify): busy (bool; some file is open).
 * Signals: "changed" (), files, states or the time left are others; "finished" (), the last open file has
 * come to its end by itself, and the library has its text or has said why not. */
#define LONGHAND_TYPE_FILE_QUEUE (longhand_file_queue_get_type ())
G_DECLARE_FINAL_TYPE (LonghandFileQueue, longhand_file_queue, LONGHAND, FILE_QUEUE, GObject)

/* Takes recognizer. (transfer full) */
LonghandFileQueue *longhand_file_queue_new (LonghandFileRecognizer *recognizer, LonghandSettings *settings,
                                            LonghandLibrary *library, LonghandSounds *sounds);
/* Dictation goes first: while it has words to find, the queue is held. */
void longhand_file_queue_follow (LonghandFileQueue *self, LonghandDictation *dictation);
void longhand_file_queue_set_held (LonghandFileQueue *self, gboolean held);
gboolean longhand_file_queue_get_held (LonghandFileQueue *self);

/* One that is open already is not added again. What is no recording fails by itself, with a sentence. */
void longhand_file_queue_add (LonghandFileQueue *self, GFile *file);
void longhand_file_queue_cancel (LonghandFileQueue *self, LonghandFileItem *item); /* no-op unless open */
void longhand_file_queue_cancel_all (LonghandFileQueue *self);
void longhand_file_queue_retry (LonghandFileQueue *self, LonghandFileItem *item); /* no-op if open or done */
/* Takes those out that are over, but for texts that are kept nowhere else. */
void longhand_file_queue_clear (LonghandFileQueue *self);

guint longhand_file_queue_get_n_open (LonghandFileQueue *self);
/* Texts that are kept nowhere else. */
guint longhand_file_queue_get_n_unkept (LonghandFileQueue *self);
/* Until all are done; negative: nobody knows. */
double longhand_file_queue_get_seconds_left (LonghandFileQueue *self);

/* Cancels all, and ends what works for it. Called by dispose too. */
void longhand_file_queue_close (LonghandFileQueue *self);

G_END_DECLS
