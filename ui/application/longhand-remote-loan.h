/* The desktop's clipboard, lent to a text by its portal, as a LonghandClipboardLoan lends the one of a
 * display: for desktops that give the latter only to the window in use. Main thread. */
#pragma once

#include "application/longhand-clipboard-loan.h"
#include "automation/longhand-remote-clipboard.h"

G_BEGIN_DECLS

typedef struct _LonghandRemoteLoan LonghandRemoteLoan;

/* clipboard: open. The functions are called as a LonghandClipboardLoan does. (transfer full) */
LonghandRemoteLoan *longhand_remote_loan_new (LonghandRemoteClipboard *clipboard, const char *text,
                                              const LonghandLoanFns *fns, gpointer user);
/* Once, after it was taken. */
void longhand_remote_loan_end (LonghandRemoteLoan *self);
void longhand_remote_loan_free (LonghandRemoteLoan *self);

G_END_DECLS
