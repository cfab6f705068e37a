#include "application/longhand-clipboard-loan.h"

#include "application/longhand-lent-text.h"

#define CHUNK (64u << 10) /* bytes */

struct _LonghandClipboardLoan {
  /* owned */
  GdkClipboard *clipboard;
  LonghandLentText *text;
  GCancellable *reading;
  GdkContentProvider *earlier; /* this program's own; NULL: another's, or none */
  GStrv types;                 /* of another's, which are read one after the other */
  GPtrArray *read;             /* GdkContentProvider */
  GInputStream *stream;        /* of the one that is being read */
  GByteArray *bytes;           /* likewise */

  guint next; /* type */
  gsize n_bytes;
  gboolean has_keyboard;
  gboolean is_whole; /* what could be read */
  gboolean is_read, is_ending;
  guint timeout_id; /* source */
  gulong read_id;   /* signal handler */
  LonghandLoanFns fns;
  gpointer user;
};

/* ---- what was there ---- */

static void
take (LonghandClipboardLoan *self) {
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_cancellable_cancel (self->reading);
  self->fns.taken (self->user, longhand_clipboard_claim (self->clipboard, GDK_CONTENT_PROVIDER (self->text),
                                                         self->has_keyboard));
}

static void read_type (LonghandClipboardLoan *self);

static void
end_type (LonghandClipboardLoan *self, gboolean is_whole) {
  if (is_whole) {
    g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self->bytes));

    g_ptr_array_add (self->read, gdk_content_provider_new_for_bytes (self->types[self->next], bytes));
  }
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_clear_object (&self->stream);
  self->is_whole &= is_whole;
  self->next++;
  read_type (self);
}

static void
on_chunk (GObject *stream, GAsyncResult *result, gpointer user) {
  LonghandClipboardLoan *self = user; /* gone when reading was cancelled */
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result, &error);
  const gsize n = chunk != NULL ? g_bytes_get_size (chunk) : 0;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->n_bytes += n;
  if (n == 0 || self->n_bytes > LONGHAND_LOAN_MAX_BYTES) {
    end_type (self, chunk != NULL && n == 0);
    return;
  }
  g_byte_array_append (self->bytes, g_bytes_get_data (chunk, NULL), (guint)n);
  g_input_stream_read_bytes_async (self->stream, CHUNK, G_PRIORITY_DEFAULT, self->reading, on_chunk, self);
}

static void
on_opened (GObject *clipboard, GAsyncResult *result, gpointer user) {
  LonghandClipboardLoan *self = user; /* likewise */
  g_autoptr (GError) error = NULL;
  const char *type;
  g_autoptr (GInputStream) stream
      = gdk_clipboard_read_finish (GDK_CLIPBOARD (clipboard), result, &type, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (stream == NULL) {
    end_type (self, FALSE);
    return;
  }
  self->stream = g_steal_pointer (&stream);
  self->bytes = g_byte_array_new ();
  g_input_stream_read_bytes_async (self->stream, CHUNK, G_PRIORITY_DEFAULT, self->reading, on_chunk, self);
}

static void
read_type (LonghandClipboardLoan *self) {
  const char *types[] = { self->types[self->next], NULL };

  if (types[0] == NULL)
    take (self);
  else
    gdk_clipboard_read_async (self->clipboard, types, G_PRIORITY_DEFAULT, self->reading, on_opened, self);
}

static gboolean
on_hanging (gpointer user) {
  LonghandClipboardLoan *self = user;

  self->timeout_id = 0;
  self->is_whole = FALSE;
  take (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_begun (gpointer user) {
  LonghandClipboardLoan *self = user;

  self->timeout_id = g_timeout_add (LONGHAND_LOAN_READ_MS, on_hanging, self);
  read_type (self);
  return G_SOURCE_REMOVE;
}

/* ---- afterwards ---- */

/* (transfer full); NULL: there was nothing */
static GdkContentProvider *
dup_earlier (LonghandClipboardLoan *self) {
  g_autofree GdkContentProvider **all = NULL;

  if (self->earlier != NULL)
    return g_object_ref (self->earlier);
  if (self->read->len == 0)
    return NULL;
  all = g_new (GdkContentProvider *, self->read->len);
  for (guint i = 0; i < self->read->len; i++)
    all[i] = g_object_ref (self->read->pdata[i]);
  return gdk_content_provider_new_union (all, self->read->len);
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
  GdkContentProvider *earlier = gdk_clipboard_get_content (clipboard);
  const char *const *types = gdk_content_formats_get_mime_types (gdk_clipboard_get_formats (clipboard), NULL);

  self->clipboard = g_object_ref (clipboard);
  self->text = longhand_lent_text_new (text);
  self->read_id = g_signal_connect_swapped (self->text, "read", G_CALLBACK (on_read), self);
  self->reading = g_cancellable_new ();
  self->read = g_ptr_array_new_with_free_func (g_object_unref);
  self->earlier = earlier != NULL ? g_object_ref (earlier) : NULL;
  self->types = earlier == NULL && types != NULL ? g_strdupv ((char **)types) : g_new0 (char *, 1);
  self->has_keyboard = has_keyboard;
  self->is_whole = TRUE;
  self->fns = *fns;
  self->user = user;
  self->timeout_id = g_idle_add (on_begun, self);
  return self;
}

void
longhand_clipboard_loan_free (LonghandClipboardLoan *self) {
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_clear_signal_handler (&self->read_id, self->text);
  g_cancellable_cancel (self->reading);
  g_object_unref (self->reading);
  g_object_unref (self->text);
  g_object_unref (self->clipboard);
  g_clear_object (&self->earlier);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_ptr_array_unref (self->read);
  g_strfreev (self->types);
  g_free (self);
}
