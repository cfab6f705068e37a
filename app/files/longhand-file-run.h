/* One recording on its way to text, on a thread of its own in the sandbox, where sound that is too long for
 * memory may be put by. Main thread. */
#pragma once

#include "audio/longhand-enhancer.h"
#include "dictation/longhand-choices.h"
#include "dictation/longhand-mailbox.h"
#include "transcript/longhand-transcript.h"

G_BEGIN_DECLS

/* What is to be recognised, and how. */
typedef struct {
  guint serial;            /* given back with the outcome */
  char *path;              /* owned, as all below */
  char *model_path;        /* file */
  char *model_id;          /* as transcripts name it */
  gboolean keeps_sound;
  LonghandChoices choices; /* for dictation, as far as they fit */
} LonghandFileJob;
void longhand_file_job_clear (LonghandFileJob *job);

/* What came of it. */
typedef struct {
  guint serial;
  LonghandTranscript *transcript; /* owned; NULL: error says why */
  GError *error;                  /* a sentence to show; LONGHAND_ERROR_CANCELLED as asked */
  char *remark;                   /* owned; NULL: it went well */
  gint64 duration_ms;             /* of the sound */
  int sound_fd;                   /* owned; it, as dictation/longhand-session-sound has it; -1: not kept */
} LonghandFileOutcome;
LonghandFileOutcome *longhand_file_outcome_new (guint serial); /* (transfer full) */
void longhand_file_outcome_free (LonghandFileOutcome *outcome);

typedef struct _LonghandFileRun LonghandFileRun;

/* Takes what job owns. done is posted to mailbox with a LonghandFileOutcome. NULL with
 * LONGHAND_ERROR_FAILED. (transfer full) */
LonghandFileRun *longhand_file_run_new (LonghandFileJob *job, LonghandMailbox *mailbox, LonghandMailFn done,
                                        GError **error);
/* Ends it soon, held or not: at the next layer or token. */
void longhand_file_run_cancel (LonghandFileRun *self);
/* It rests, and takes no processor, until it is held no more. */
void longhand_file_run_set_held (LonghandFileRun *self, gboolean held);
/* Sound that is done, and all of it; 0 as long as it is being read. */
void longhand_file_run_get_progress (LonghandFileRun *self, gint64 *done_ms, gint64 *total_ms);
/* Cancels it; what cannot be interrupted is left behind after some seconds, and posts nothing that matters.
 */
void longhand_file_run_free (LonghandFileRun *self);

G_END_DECLS
