/* The clipboard, lent to a text until another program has pasted it: what was there is read first, all its
 * formats, and put back afterwards, unless somebody has copied something else meanwhile. Main thread. */
#pragma once

#include "application/longhand-clipboard.h"

G_BEGIN_DECLS

#define LONGHAND_LOAN_SETTLE_MS 1000 /* from the last reading on: others may read it, too */
#define LONGHAND_LOAN_UNREAD_MS 3000 /* the other program did not want it */

typedef struct _LonghandClipboardLoan LonghandClipboardLoan;

typedef enum {
  LONGHAND_LOAN_RETURNED, /* what was there before is there again */
  LONGHAND_LOAN_IN_PART,  /* some of it could not be read, or was too large */
  LONGHAND_LOAN_LEFT,     /* somebody else has the clipboard now: it was left alone */
} LonghandLoanEnd;

typedef struct {
  /* Unless claim is DONE, the text is not there, or may not be, and nothing is returned. */
  void (*taken) (gpointer user, LonghandClaim claim);
  void (*ended) (gpointer user, LonghandLoanEnd end); /* self may be freed in here, as in the other */
} LonghandLoanFns;

/* Both are called from the main loop. has_keyboard: as for longhand_clipboard_claim. (transfer full) */
LonghandClipboardLoan *longhand_clipboard_loan_new (GdkClipboard *clipboard, const char *text,
                                                    gboolean has_keyboard, const LonghandLoanFns *fns,
                                                    gpointer user);
/* Once, after it was taken: the other program has been asked to paste. Ends some time after it has read the
 * text, or has not. */
void longhand_clipboard_loan_end (LonghandClipboardLoan *self);
/* A text that was taken, and whose loan has not ended, stays there: nobody is told any more. */
void longhand_clipboard_loan_free (LonghandClipboardLoan *self);

G_END_DECLS
