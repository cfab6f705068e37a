/* The microphone program (app/microphone) as a child of this process. PortAudio lives there, because it loops
 * or hangs for ever when some devices vanish, and because a sound driver's plugin may crash: what hangs is
 * killed, and what was killed is started again. One thread starts, uses and ends it; the program is killed
 * with that thread, too, as with the whole process. */
#pragma once

#include "audio/longhand-capture-wire.h"

G_BEGIN_DECLS

typedef struct _LonghandProcess LonghandProcess;

/* Starts the program at LONGHAND_MICROPHONE in the environment, or where it was installed, and waits for its
 * first word. (transfer full); NULL with LONGHAND_ERROR_FAILED when it is not there, cannot be started, does
 * not answer in time, or is of another version. */
LonghandProcess *longhand_process_start (GError **error);

/* hangs: it is killed without being waited for. NULL is fine. */
void longhand_process_end (LonghandProcess *self, gboolean hangs);

gboolean longhand_process_is_alive (LonghandProcess *self);

/* A question; its answers are due within timeout_ms altogether. */
void longhand_process_ask (LonghandProcess *self, LonghandWireMessage *question, int timeout_ms);

/* FALSE: no answer came in time, or none will come. *fd: what came with OPENED, the caller's to close, or -1.
 */
gboolean longhand_process_hear (LonghandProcess *self, LonghandWireMessage *answer, int *fd);

G_END_DECLS
