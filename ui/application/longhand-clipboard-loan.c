#include "application/longhand-clipboard-loan.h"

#include "application/longhand-lent-text.h"
#include "automation/longhand-clip-reader.h"

struct _LonghandClipboardLoan {
  /* owned */
  GdkClipboard *clipboard;
  LonghandLentText *text;
  GdkContentProvider *earlier; /* this program's own; NULL: another's, or none */
  LonghandClipReader *reader;  /* of another's; NULL: it has read */
  GPtrArray *clips;            /* LonghandClip: another's; NULL: not read yet, or nothing is */

  gboolean has_keyboard;
  gboolean is_whole; /* what could be read of another's */
  gboolean is_read, is_ending;
  guint timeout_id; /* source */
  gulong read_id;   /* signal handler */
  LonghandLoanFns fns;
  gpointer user;
};

/* ---- what was there ---- */

static void
open_async (gpointer clipboard, const char *type, GCancellable *cancellable, GAsyncReadyCallback callback,
            gpointer user) {
  const char *types[] = { type, NULL };

  gdk_clipboard_read_async (clipboard, types, G_PRIORITY_DEFAULT, cancellable, callback, user);
}

static GInputStream *
open_finish (gpointer clipboard, GAsyncResult *result, GError **error) {
  return gdk_clipboard_read_finish (clipboard, result, NULL, error);
}

static const LonghandClipSource source = { open_async, open_finish };

static void
on_clips (gpointer user, GPtrArray *clips, gboolean is_whole) {
  LonghandClipboardLoan *self = user;

  self->clips = g_ptr_array_ref (clips);
  self->is_whole = is_whole;
  g_clear_pointer (&self->reader, longhand_clip_reader_free);
  self->fns.taken (self->user, longhand_clipboard_claim (self->clipboard, GDK_CONTENT_PROVIDER (self->text),
                                                         self->has_keyboard));
}

/* ---- afterwards ---- */

/* (transfer full); NULL: there was nothing */
static GdkContentProvider *
dup_earlier (LonghandClipboardLoan *self) {
  g_autofree GdkContentProvider **all = NULL;

  if (self->earlier != NULL)
    return g_object_ref (self->earlier);
  if (self->clips->len == 0)
    return NULL;
  all = g_new (GdkContentProvider *, self->clips->len);
  for (guint i = 0; i < self->clips->len; i++) {
    const LonghandClip *clip = self->clips->pdata[i];

    all[i] = gdk_content_provider_new_for_bytes (clip->type, clip->bytes);
  }
  return gdk_content_provider_new_union (all, self->clips->len);
}

static LonghandLoanEnd
put_back (LonghandClipboardLoan *self) {
  g_autoptr (GdkContentProvider) earlier = NULL;

  if (!gdk_clipboard_is_local (self->clipboard)
      || gdk_clipboard_get_content (self->clipboard) != GDK_CONTENT_PROVIDER (self->text))
    return LONGHAND_LOAN_LEFT;
  earlier = dup_earlier (self);
  return gdk_clipboard_set_content (self->clipboard, earlier) && self->is_whole ? LONGHAND_LOAN_RETURNED
                                                                                : LONGHAND_LOAN_IN_PART;
}

static gboolean
on_over (gpointer user) {
  LonghandClipboardLoan *self = user;

  self->timeout_id = 0;
  self->fns.ended (self->user, put_back (self));
  return G_SOURCE_REMOVE;
}

static void
wait_for (LonghandClipboardLoan *self, guint ms) {
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  self->timeout_id = g_timeout_add (ms, on_over, self);
}

static void
on_read (LonghandClipboardLoan *self) {
  self->is_read = TRUE;
  if (self->is_ending)
    wait_for (self, LONGHAND_LOAN_SETTLE_MS);
}

void
longhand_clipboard_loan_end (LonghandClipboardLoan *self) {
  self->is_ending = TRUE;
  wait_for (self, self->is_read ? LONGHAND_LOAN_SETTLE_MS : LONGHAND_LOAN_UNREAD_MS);
}

/* ---- life ---- */

LonghandClipboardLoan *
longhand_clipboard_loan_new (GdkClipboard *clipboard, const char *text, gboolean has_keyboard,
                             const LonghandLoanFns *fns, gpointer user) {
  LonghandClipboardLoan *self = g_new0 (LonghandClipboardLoan, 1);
  static const char *const none[] = { NULL };
  GdkContentProvider *earlier = gdk_clipboard_get_content (clipboard);
  const char *const *types = gdk_content_formats_get_mime_types (gdk_clipboard_get_formats (clipboard), NULL);

  self->clipboard = g_object_ref (clipboard);
  self->text = longhand_lent_text_new (text);
  self->read_id = g_signal_connect_swapped (self->text, "read", G_CALLBACK (on_read), self);
  self->earlier = earlier != NULL ? g_object_ref (earlier) : NULL;
  self->reader = longhand_clip_reader_new (&source, clipboard,
                                           earlier == NULL && types != NULL ? types : none, on_clips, self);
  self->has_keyboard = has_keyboard;
  self->fns = *fns;
  self->user = user;
  return self;
}

void
longhand_clipboard_loan_free (LonghandClipboardLoan *self) {
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_clear_signal_handler (&self->read_id, self->text);
  g_clear_pointer (&self->reader, longhand_clip_reader_free);
  g_clear_pointer (&self->clips, g_ptr_array_unref);
  g_object_unref (self->text);
  g_object_unref (self->clipboard);
  g_clear_object (&self->earlier);
  g_free (self);
}
