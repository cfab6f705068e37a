/* Threads that recognise recordings, each with a transcriber of its own and all with the same weights. Steps
 * of a recording, as those of its decoder, are too small to keep many threads busy; recordings are not: so
 * the threads that there are get shared out. */
#pragma once

#include "cli/longhand-cli-recording.h"
#include "cli/longhand-cli-trace.h"
#include "cli/longhand-cli.h"

G_BEGIN_DECLS

#define LONGHAND_CLI_MAX_JOBS 64

/* What is to be done; all borrowed while there are jobs. */
typedef struct {
  LonghandCliEngine *engine; /* of the first job */
  const LonghandCliRequest *request;
  LonghandCliRecording **recordings; /* [n], in the order in which they are begun */
  guint n;
  guint n_together;        /* of each job, decoded together */
  gboolean tells_heard;    /* what they say is wanted before their end */
  LonghandCliTrace *trace; /* of one job; NULL: none */
} LonghandCliWork;

typedef struct _LonghandCliJobs LonghandCliJobs;

/* What becomes of a recording. */
typedef struct {
  LonghandCliRecording *recording; /* borrowed; NULL: nothing yet */
  LonghandTranscript *heard;       /* owned; what it says behind what came before; NULL: it has its outcome */
} LonghandCliNews;

void longhand_cli_news_clear (LonghandCliNews *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LonghandCliNews, longhand_cli_news_clear)

/* Threads of job i of n_jobs that share n_threads, at least one each; the first jobs get what is left over.
 */
guint longhand_cli_jobs_share (guint n_threads, guint n_jobs, guint i);

/* Begins with at most n_jobs; no more than there are recordings, or threads, which are those of the engine's
 * transcriber, opened with settings. NULL with LONGHAND_ERROR_NO_MEMORY or _FAILED. (transfer full) */
LonghandCliJobs *longhand_cli_jobs_start (const LonghandCliWork *work, guint n_jobs,
                                          const struct quill_settings *settings, GError **error);

/* Waits for the jobs, which after Ctrl+C is not for long. */
void longhand_cli_jobs_free (LonghandCliJobs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandCliJobs, longhand_cli_jobs_free)

/* Waits for the next news; for wait_us at most, unless 0. What a recording says comes before its outcome.
 * FALSE: there will be none any more; with Ctrl+C some recordings were not begun. */
gboolean longhand_cli_jobs_wait (LonghandCliJobs *self, guint64 wait_us, LonghandCliNews *news);

G_END_DECLS
