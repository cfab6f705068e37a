/* Looks for sessions that were not closed, one at a time, on a thread of its own: the main thread does not
 * wait for a disk. */
#pragma once

#include "audio/longhand-journal.h"
#include "dictation/longhand-mailbox.h"
#include "dictation/longhand-recovery.h"

G_BEGIN_DECLS

typedef struct {
  char *path;                 /* owned, as are all below; NULL: there are no more */
  LonghandRecovery *recovery; /* NULL with error */
  float *rest;                /* [recovery->n_rest]; its sound that no text covers */
  GError *error;              /* why it could not be taken or read, as it is shown */
} LonghandRescued;
void longhand_rescued_free (LonghandRescued *self);

/* Takes and reads the first unfinished session in folder whose path comes after this one (NULL: the very
 * first); fn gets a LonghandRescued, of which all is on the disk, as is what journal has so far, so that it
 * may be resumed. One that is damaged beyond use is set aside. */
void longhand_rescue_next (const char *folder, const char *after, LonghandJournal *journal,
                           LonghandMailbox *mailbox, LonghandMailFn fn);

/* Takes recovery, and sets its session aside as soon as all that journal has so far is on the disk; unless
 * that fails, in which case both are offered again. fn gets a GError: what to say about it, with the reason
 * why. */
void longhand_rescue_set_aside (LonghandRecovery *recovery, LonghandJournal *journal, const GError *why,
                                LonghandMailbox *mailbox, LonghandMailFn fn);

G_END_DECLS
