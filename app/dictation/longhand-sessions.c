#include "dictation/longhand-sessions.h"

#include "audio/longhand-pump.h"
#include "dictation/longhand-utterance.h"
#include "longhand-error.h"

#include <glib/gi18n.h>

#define MAX_ATTEMPTS 2 /* to recognise the sound of an unfinished session */
#define RETRY_S 2      /* until a session is read again that could not be gone on with */

struct _LonghandSessions {
  LonghandJournal *journal; /* owned, as mailbox; NULL: there is none */
  LonghandMailbox *mailbox;
  LonghandMailFn read, problem;
  const LonghandSessionsFns *fns; /* borrowed */
  gpointer user;
  gboolean is_due;     /* there may be some to take up */
  gboolean is_reading; /* one */
  char *path;          /* owned; the last one that was dealt with */
  guint retry_id;      /* source; until the next attempt */
};

LonghandSessions *
longhand_sessions_new (LonghandJournal *journal, LonghandMailbox *mailbox, LonghandMailFn read,
                       LonghandMailFn problem, const LonghandSessionsFns *fns, gpointer user) {
  LonghandSessions *self = g_new0 (LonghandSessions, 1);

  self->journal = journal != NULL ? longhand_journal_ref (journal) : NULL;
  self->mailbox = longhand_mailbox_ref (mailbox);
  self->read = read;
  self->problem = problem;
  self->fns = fns;
  self->user = user;
  return self;
}

void
longhand_sessions_free (LonghandSessions *self) {
  if (self == NULL)
    return;
  g_clear_handle_id (&self->retry_id, g_source_remove);
  longhand_journal_unref (self->journal);
  longhand_mailbox_unref (self->mailbox);
  g_free (self->path);
  g_free (self);
}

/* FALSE: not now, because what the journal has is not on the disk yet. */
static gboolean
take_up (LonghandSessions *self, LonghandRecovery *recovery, const float *rest) {
  const gint64 recorded_ms
      = (gint64)longhand_journal_get_n_samples (self->journal) * 1000 / LONGHAND_PUMP_RATE_HZ;
  g_autoptr (LonghandUtterance) text = longhand_recovery_dup_utterance (recovery, 0);
  const LonghandTakenUp session = {
    .begun_us = recovery->begun_us,
    .text = text,
    .goes_on = TRUE,
    .offset_ms = recovery->rest_ms - recorded_ms,
    .from_ms = recovery->begin_ms,
    .rest = rest,
    .n_rest = recovery->n_rest,
  };

  if (!longhand_journal_resume (self->journal, recovery->fd, recovery->path, recovery->n_bytes,
                                recovery->n_rest, session.offset_ms))
    return FALSE;
  recovery->fd = -1;
  self->fns->take_up (self->user, &session);
  return TRUE;
}

/* Something in its sound is too much for the engine: the text is saved from it, and goes into a file of its
 * own. Takes recovery. */
static void
take_text_only (LonghandSessions *self, LonghandRecovery *recovery) {
  g_autofree char *name = g_filename_display_basename (recovery->path);
  g_autoptr (GError) why = g_error_new (
      LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      _ ("Longhand was cut off twice while it recognised the sound of “%s”, so that is left out."), name);
  g_autoptr (LonghandUtterance) text = longhand_recovery_dup_utterance (recovery, 0);
  const LonghandTakenUp session = { .begun_us = recovery->begun_us, .text = text };

  for (guint i = 0; i < recovery->texts->len; i++)
    longhand_utterance_append_to (g_ptr_array_index (recovery->texts, i), self->journal);
  self->fns->take_up (self->user, &session);
  longhand_rescue_set_aside (recovery, self->journal, why, self->mailbox, self->problem);
}

/* FALSE: it has to be read again later. */
static gboolean
deal_with (LonghandSessions *self, LonghandRescued *rescued) {
  if (rescued->error != NULL)
    self->fns->report (self->user, rescued->error);
  else if (longhand_recovery_is_empty (rescued->recovery))
    longhand_recovery_remove (rescued->recovery, NULL);
  else if (rescued->recovery->n_attempts >= MAX_ATTEMPTS)
    take_text_only (self, g_steal_pointer (&rescued->recovery));
  else if (self->journal != NULL)
    return take_up (self, rescued->recovery, rescued->rest);
  return TRUE;
}

static gboolean
on_retry (gpointer user) {
  LonghandSessions *self = user;

  self->retry_id = 0;
  longhand_sessions_go_on (self);
  return G_SOURCE_REMOVE;
}

void
longhand_sessions_take (LonghandSessions *self, LonghandRescued *rescued) {
  self->is_reading = FALSE;
  self->is_due = rescued->path != NULL;
  if (!self->is_due || self->fns->is_busy (self->user))
    return;
  if (!deal_with (self, rescued)) {
    self->retry_id = g_timeout_add_seconds (RETRY_S, on_retry, self);
    return;
  }
  g_free (self->path);
  self->path = g_strdup (rescued->path);
  longhand_sessions_go_on (self);
}

void
longhand_sessions_go_on (LonghandSessions *self) {
  g_autofree char *folder = NULL;

  if (!self->is_due || self->is_reading || self->fns->is_busy (self->user))
    return;
  g_clear_handle_id (&self->retry_id, g_source_remove);
  folder = longhand_journal_dup_folder ();
  self->is_reading = TRUE;
  longhand_rescue_next (folder, self->path, self->journal, self->mailbox, self->read);
}

void
longhand_sessions_look (LonghandSessions *self) {
  self->is_due = TRUE;
  longhand_sessions_go_on (self);
}
