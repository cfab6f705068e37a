#include "application/longhand-paster.h"

#include "application/longhand-remote-loan.h"

struct _LonghandPaster {
  GObject parent_instance;

  /* owned */
  GdkClipboard *clipboard;
  LonghandRemoteKeyboard *keyboard;
  GQueue texts;                    /* char *; the first is being pasted */
  LonghandClipboardLoan *loan;     /* NULL: the display's clipboard is not lent */
  LonghandRemoteLoan *remote_loan; /* NULL: the desktop's is not */

  gboolean is_closed;
};

G_DEFINE_FINAL_TYPE (LonghandPaster, longhand_paster, G_TYPE_OBJECT)

enum { PASTED, COPIED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void paste_first (LonghandPaster *self);

static void
clear_loan (LonghandPaster *self) {
  g_clear_pointer (&self->loan, longhand_clipboard_loan_free);
  g_clear_pointer (&self->remote_loan, longhand_remote_loan_free);
}

static void
go_on (LonghandPaster *self) {
  clear_loan (self);
  g_free (g_queue_pop_head (&self->texts));
  if (!g_queue_is_empty (&self->texts))
    paste_first (self);
}

static void
on_ended (gpointer user, LonghandLoanEnd end) {
  LonghandPaster *self = user;

  g_signal_emit (self, signals[PASTED], 0, end != LONGHAND_LOAN_IN_PART);
  go_on (self);
}

static void
end_loan (LonghandPaster *self) {
  if (self->remote_loan != NULL)
    longhand_remote_loan_end (self->remote_loan);
  else
    longhand_clipboard_loan_end (self->loan);
}

/* Of a text that was taken, but not pasted: the desktop's clipboard is gone with the keyboard. */
static LonghandClaim
get_claim (LonghandPaster *self) {
  LonghandRemoteClipboard *clipboard = longhand_remote_keyboard_get_clipboard (self->keyboard);

  return self->remote_loan == NULL || longhand_remote_clipboard_get_is_open (clipboard)
             ? LONGHAND_CLAIM_DONE
             : LONGHAND_CLAIM_REFUSED;
}

static void
on_pasted (GObject *keyboard, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandPaster) self = user;
  g_autoptr (GError) error = NULL;

  const gboolean is_pasted = longhand_remote_keyboard_paste_finish (self->keyboard, result, &error);

  if (self->is_closed)
    return;
  if (is_pasted) {
    end_loan (self);
    return;
  }
  g_signal_emit (self, signals[COPIED], 0, get_claim (self), error->message);
  go_on (self);
}

static void
on_taken (gpointer user, LonghandClaim claim) {
  LonghandPaster *self = user;

  if (claim == LONGHAND_CLAIM_DONE) {
    longhand_remote_keyboard_paste_async (self->keyboard, on_pasted, g_object_ref (self));
    return;
  }
  g_signal_emit (self, signals[COPIED], 0, claim, NULL);
  go_on (self);
}

static void
copy (LonghandPaster *self, const char *why) {
  g_autoptr (GdkContentProvider) content
      = gdk_content_provider_new_typed (G_TYPE_STRING, g_queue_peek_head (&self->texts));

  g_signal_emit (self, signals[COPIED], 0, longhand_clipboard_claim (self->clipboard, content, FALSE), why);
  go_on (self);
}

static void
lend (LonghandPaster *self) {
  static const LonghandLoanFns fns = { .taken = on_taken, .ended = on_ended };
  LonghandRemoteClipboard *clipboard = longhand_remote_keyboard_get_clipboard (self->keyboard);
  const char *text = g_queue_peek_head (&self->texts);

  if (clipboard != NULL)
    self->remote_loan = longhand_remote_loan_new (clipboard, text, &fns, self);
  else
    self->loan = longhand_clipboard_loan_new (self->clipboard, text, FALSE, &fns, self);
}

/* Behind a question of the desktop's, the program that it came in front of has the keyboard again. */
static void
on_opened (GObject *keyboard, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandPaster) self = user;
  g_autoptr (GError) error = NULL;
  const gboolean is_open = longhand_remote_keyboard_open_finish (self->keyboard, result, &error);

  if (self->is_closed)
    return;
  if (is_open)
    lend (self);
  else
    copy (self, error->message);
}

static void
paste_first (LonghandPaster *self) {
  longhand_remote_keyboard_open_async (self->keyboard, on_opened, g_object_ref (self));
}

void
longhand_paster_paste (LonghandPaster *self, const char *text) {
  g_queue_push_tail (&self->texts, g_strdup (text));
  if (g_queue_get_length (&self->texts) == 1)
    paste_first (self);
}

void
longhand_paster_close (LonghandPaster *self) {
  self->is_closed = TRUE;
  clear_loan (self);
}

/* ---- object ---- */

static void
longhand_paster_dispose (GObject *object) {
  longhand_paster_close (LONGHAND_PASTER (object));
  G_OBJECT_CLASS (longhand_paster_parent_class)->dispose (object);
}

static void
longhand_paster_finalize (GObject *object) {
  LonghandPaster *self = LONGHAND_PASTER (object);

  g_queue_clear_full (&self->texts, g_free);
  g_object_unref (self->keyboard);
  g_object_unref (self->clipboard);
  G_OBJECT_CLASS (longhand_paster_parent_class)->finalize (object);
}

static void
longhand_paster_class_init (LonghandPasterClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = longhand_paster_dispose;
  object_class->finalize = longhand_paster_finalize;
  signals[PASTED] = g_signal_new ("pasted", LONGHAND_TYPE_PASTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[COPIED] = g_signal_new ("copied", LONGHAND_TYPE_PASTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
}

static void
longhand_paster_init (LonghandPaster *self) {
  g_queue_init (&self->texts);
}

LonghandPaster *
longhand_paster_new (GdkClipboard *clipboard, LonghandRemoteKeyboard *keyboard) {
  LonghandPaster *self = g_object_new (LONGHAND_TYPE_PASTER, NULL);

  self->clipboard = g_object_ref (clipboard);
  self->keyboard = g_object_ref (keyboard);
  return self;
}
