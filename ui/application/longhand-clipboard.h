/* The clipboard as a program finds it whose windows nobody may be looking at. Main thread. */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

typedef enum {
  LONGHAND_CLAIM_DONE,
  LONGHAND_CLAIM_REFUSED,
  LONGHAND_CLAIM_UNSEEN, /* asked for; this desktop does not tell what came of it */
} LonghandClaim;

/* Whether a program is told that it has got the clipboard, also when none of its windows is in use. */
gboolean longhand_clipboard_is_certain (GdkDisplay *display);

/* Puts content there. has_keyboard: whether a window of this program has it. */
LonghandClaim longhand_clipboard_claim (GdkClipboard *clipboard, GdkContentProvider *content,
                                        gboolean has_keyboard);

G_END_DECLS
