#include "application/longhand-remote-loan.h"

#include "automation/longhand-clip-reader.h"

#include <string.h>

#define TEXT "text/plain;charset=utf-8"

struct _LonghandRemoteLoan {
  /* owned */
  LonghandRemoteClipboard *clipboard;
  GPtrArray *text;            /* LonghandClip, as in the next */
  GPtrArray *earlier;         /* this program's own, or what could be read; NULL: not read yet */
  LonghandClipReader *reader; /* NULL: it has read */
  GCancellable *answer;       /* that is waited for */

  gboolean is_whole; /* what could be read */
  gboolean is_read, is_ending;
  gboolean is_lost; /* somebody else has it */
  guint timeout_id; /* source */
  LonghandLoanFns fns;
  gpointer user;
};

/* ---- what was there ---- */

static void
on_taken (GObject *clipboard, GAsyncResult *result, gpointer user) {
  LonghandRemoteLoan *self = user; /* gone when this was cancelled */
  g_autoptr (GError) error = NULL;
  const gboolean is_set
      = longhand_remote_clipboard_set_finish (LONGHAND_REMOTE_CLIPBOARD (clipboard), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->fns.taken (self->user, is_set ? LONGHAND_CLAIM_DONE : LONGHAND_CLAIM_REFUSED);
}

static void
open_async (gpointer clipboard, const char *type, GCancellable *cancellable, GAsyncReadyCallback callback,
            gpointer user) {
  longhand_remote_clipboard_read_async (clipboard, type, cancellable, callback, user);
}

static GInputStream *
open_finish (gpointer clipboard, GAsyncResult *result, GError **error) {
  return longhand_remote_clipboard_read_finish (clipboard, result, error);
}

static const LonghandClipSource source = { open_async, open_finish };

static void
on_clips (gpointer user, GPtrArray *clips, gboolean is_whole) {
  LonghandRemoteLoan *self = user;

  if (self->earlier == NULL)
    self->earlier = g_ptr_array_ref (clips);
  self->is_whole = is_whole;
  self->is_lost = FALSE;
  g_clear_pointer (&self->reader, longhand_clip_reader_free);
  longhand_remote_clipboard_set_async (self->clipboard, self->text, self->answer, on_taken, self);
}

/* ---- afterwards ---- */

static void
on_returned (GObject *clipboard, GAsyncResult *result, gpointer user) {
  LonghandRemoteLoan *self = user; /* likewise */
  g_autoptr (GError) error = NULL;
  const gboolean is_set
      = longhand_remote_clipboard_set_finish (LONGHAND_REMOTE_CLIPBOARD (clipboard), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->fns.ended (self->user, is_set && self->is_whole ? LONGHAND_LOAN_RETURNED : LONGHAND_LOAN_IN_PART);
}

static gboolean
on_over (gpointer user) {
  LonghandRemoteLoan *self = user;

  self->timeout_id = 0;
  if (self->is_lost)
    self->fns.ended (self->user, LONGHAND_LOAN_LEFT);
  else
    longhand_remote_clipboard_set_async (self->clipboard, self->earlier, self->answer, on_returned, self);
  return G_SOURCE_REMOVE;
}

static void
wait_for (LonghandRemoteLoan *self, guint ms) {
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  self->timeout_id = g_timeout_add (ms, on_over, self);
}

static void
on_read (LonghandRemoteLoan *self) {
  self->is_read = TRUE;
  if (self->is_ending)
    wait_for (self, LONGHAND_LOAN_SETTLE_MS);
}

static void
on_lost (LonghandRemoteLoan *self) {
  self->is_lost = TRUE;
}

/* Nothing can be put back any more: why wait. */
static void
on_closed (LonghandRemoteLoan *self) {
  if (self->is_ending)
    wait_for (self, 0);
}

void
longhand_remote_loan_end (LonghandRemoteLoan *self) {
  self->is_ending = TRUE;
  wait_for (self, self->is_read ? LONGHAND_LOAN_SETTLE_MS : LONGHAND_LOAN_UNREAD_MS);
}

/* ---- life ---- */

/* A desktop that has not said what is there may have a text. own: what is there; NULL: another's */
static const char *const *
get_types (LonghandRemoteClipboard *clipboard, GPtrArray *own) {
  static const char *const none[] = { NULL }, *const unknown[] = { TEXT, NULL };
  const char *const *types = longhand_remote_clipboard_get_types (clipboard);

  if (own != NULL)
    return none;
  return types != NULL ? types : unknown;
}

LonghandRemoteLoan *
longhand_remote_loan_new (LonghandRemoteClipboard *clipboard, const char *text, const LonghandLoanFns *fns,
                          gpointer user) {
  LonghandRemoteLoan *self = g_new0 (LonghandRemoteLoan, 1);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  GPtrArray *own = longhand_remote_clipboard_get_clips (clipboard);

  self->clipboard = g_object_ref (clipboard);
  self->text = longhand_clips_new ();
  g_ptr_array_add (self->text, longhand_clip_new (TEXT, bytes));
  g_ptr_array_add (self->text, longhand_clip_new ("text/plain", bytes));
  self->earlier = own != NULL ? g_ptr_array_ref (own) : NULL;
  self->reader = longhand_clip_reader_new (&source, clipboard, get_types (clipboard, own), on_clips, self);
  self->answer = g_cancellable_new ();
  self->fns = *fns;
  self->user = user;
  g_signal_connect_swapped (clipboard, "read", G_CALLBACK (on_read), self);
  g_signal_connect_swapped (clipboard, "lost", G_CALLBACK (on_lost), self);
  g_signal_connect_swapped (clipboard, "closed", G_CALLBACK (on_closed), self);
  return self;
}

void
longhand_remote_loan_free (LonghandRemoteLoan *self) {
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->clipboard, self);
  g_clear_pointer (&self->reader, longhand_clip_reader_free);
  g_cancellable_cancel (self->answer);
  g_object_unref (self->answer);
  g_object_unref (self->clipboard);
  g_ptr_array_unref (self->text);
  g_clear_pointer (&self->earlier, g_ptr_array_unref);
  g_free (self);
}
