/* How the sound of a recording comes in: the microphone that is wanted, the feed that it fills, the pump that
 * brings what is in the feed to the recognizer's queue. It tells what happens; what is done about that is up
 * to its owner. Main thread. */
#pragma once

#include "audio/longhand-capture-source.h"
#include "audio/longhand-journal.h"
#include "audio/longhand-pump-queue.h"
#include "dictation/longhand-mailbox.h"
#include "dictation/longhand-microphones.h"
#include "dictation/longhand-recorded.h"

G_BEGIN_DECLS

typedef struct _LonghandIntake LonghandIntake;

typedef struct {
  void (*opened) (gpointer user);                      /* the microphone gives sound */
  void (*failed) (gpointer user, const GError *error); /* it could not be opened */
  void (*closed) (gpointer user, const GError *error); /* it gives no more; NULL: as asked */
  void (*sealed) (gpointer user);                      /* the recording's last sample is queued */
  void (*listed) (gpointer user, gboolean is_new); /* which microphones there are; as before, or other ones */
} LonghandIntakeFns;

/* Takes source over; recorded, which it borrows, learns of the feed. letter_fn is posted to mailbox, and
 * hands its letter on to longhand_intake_take. journal may be NULL. (transfer full) */
LonghandIntake *longhand_intake_new (LonghandSource *source, LonghandRecorded *recorded,
                                     LonghandPumpQueue *queue, LonghandJournal *journal,
                                     LonghandMailbox *mailbox, LonghandMailFn letter_fn,
                                     const LonghandIntakeFns *fns, gpointer user);
void longhand_intake_free (LonghandIntake *self); /* after longhand_intake_close */
void longhand_intake_take (LonghandIntake *self, gpointer letter);
/* Lets go of microphone and pump, in the midst of a recording if need be; tells nothing any more, and nothing
 * but the microphones' list is to be asked for. Waits some seconds at most. */
void longhand_intake_close (LonghandIntake *self);

/* The device to be opened, or waited for, by its id; "": the default one. */
void longhand_intake_want (LonghandIntake *self, const char *device_id);
gboolean longhand_intake_finds_wanted (LonghandIntake *self);                  /* in the list */
LonghandMicrophones *longhand_intake_get_microphones (LonghandIntake *self);   /* (transfer none) */
const LonghandDevice *longhand_intake_get_other_device (LonghandIntake *self); /* (transfer none); or NULL */

/* A recording is open, start, stop, seal: each once, when the one before has been answered, or has nothing to
 * be answered. */
void longhand_intake_open (LonghandIntake *self); /* opened or failed */
void
longhand_intake_start (LonghandIntake *self); /* the pump; where that cannot be, the microphone is closed */
void longhand_intake_stop (LonghandIntake *self); /* closed */
void longhand_intake_seal (LonghandIntake *self); /* sealed */

/* Why the last recording could not be opened, or was closed. (transfer full); NULL: nothing to report. */
GError *longhand_intake_steal_error (LonghandIntake *self);

G_END_DECLS
