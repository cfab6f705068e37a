/* Which input method is in use: Longhand's for as long as somebody dictates, and the one before it after
 * that.
 */
#pragma once

#include <ibus.h>

G_BEGIN_DECLS

/* From a process without engines; waits, also for the last words of a dictation before a new one. "start"
 * makes Longhand's the one in use, "stop" ends the dictation, "toggle" does either. FALSE: error (of
 * LONGHAND_ERROR) says why. */
gboolean longhand_ibus_switch (IBusBus *bus, const char *command, GError **error);

/* The name of the one in use, or of the one before while that is Longhand's. (transfer full) */
char *longhand_ibus_switch_dup_other (IBusBus *bus);

/* From the process of the engine, does not wait: the one that was in use before a "start" is again. No-op
 * when the person has chosen Longhand's in some other way. */
void longhand_ibus_switch_back (IBusBus *bus);
/* The person has chosen another one: none is to be restored. */
void longhand_ibus_switch_forget (void);

G_END_DECLS
