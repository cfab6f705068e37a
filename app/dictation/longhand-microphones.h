/* Which microphones there are, kept up to date. Main thread.
 *
 * PortAudio tells nobody when devices come and go, and finds out only by starting over, which must not happen
 * while a stream is open. So the folder in which the kernel shows sound devices is watched: whatever changes
 * there is looked at as soon as nothing is being recorded. Devices of sound servers, such as Bluetooth
 * headsets, show nowhere; as long as somebody looks at the list or waits for a device, it is asked for every
 * few seconds besides, which costs some hundredths of a second of a background thread each time. */
#pragma once

#include "audio/longhand-capture-source.h"

G_BEGIN_DECLS

#define LONGHAND_MICROPHONES_FOLDER "/dev/snd"

typedef struct _LonghandMicrophones LonghandMicrophones;

/* Asks source, which it borrows, for lists; the answers come in by longhand_microphones_take. folder may not
 * exist (yet). (transfer full) */
LonghandMicrophones *longhand_microphones_new (LonghandSource *source, const char *folder);
void longhand_microphones_free (LonghandMicrophones *self);
/* The source goes: nothing is asked for any more. The list stays. */
void longhand_microphones_stop (LonghandMicrophones *self);

/* Now, or as soon as nothing is busy any more. */
void longhand_microphones_refresh (LonghandMicrophones *self);
/* A microphone is being opened, or open. FALSE at first. */
void longhand_microphones_set_busy (LonghandMicrophones *self, gboolean busy);
/* Somebody looks, or waits; each TRUE is taken back by a FALSE. */
void longhand_microphones_watch (LonghandMicrophones *self, gboolean watch);

/* The source's answer. (transfer full) (element-type LonghandDevice). TRUE: it differs from the list before.
 */
gboolean longhand_microphones_take (LonghandMicrophones *self, GPtrArray *devices);
GPtrArray *longhand_microphones_get_list (LonghandMicrophones *self); /* (transfer none) */

/* id "": the default one. NULL when it is not in the list. (transfer none) */
const LonghandDevice *longhand_microphones_find (LonghandMicrophones *self, const char *id);
/* What to offer in place of id: the default one, unless that is the same; else the first other one; NULL when
 * there is no other. (transfer none) */
const LonghandDevice *longhand_microphones_find_other (LonghandMicrophones *self, const char *id);

G_END_DECLS
