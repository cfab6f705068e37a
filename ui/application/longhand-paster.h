/* Pastes text into the program that has the keyboard: by the clipboard, which is given back, and by keys that
 * the desktop lets this one press. Main thread. */
#pragma once

#include "application/longhand-clipboard.h"
#include "automation/longhand-remote-keyboard.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_PASTER (longhand_paster_get_type ())
G_DECLARE_FINAL_TYPE (LonghandPaster, longhand_paster, LONGHAND, PASTER, GObject)

/* Signals:
 *   "pasted" (gboolean restored)  restored: what was on the clipboard before is there again, or what somebody
 *                                 has copied meanwhile
 *   "copied" (LonghandClaim as int, const char *why)   it could not be pasted, and the clipboard has it, or
 *                                 may have it, as the claim says; why: a translated sentence, or NULL */
LonghandPaster *longhand_paster_new (GdkClipboard *clipboard,
                                     LonghandRemoteKeyboard *keyboard); /* (transfer full) */

/* One text after the other. */
void longhand_paster_paste (LonghandPaster *self, const char *text);
/* Nothing is pasted any more; a text that is on the clipboard stays there. */
void longhand_paster_close (LonghandPaster *self);

G_END_DECLS
