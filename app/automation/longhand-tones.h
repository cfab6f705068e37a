/* A quiet sound when a recording that the service has begun, for whomever, begins to listen, and when it has
 * stopped; where nothing can be played there is none. Main thread. */
#pragma once

#include "automation/longhand-service.h"

G_BEGIN_DECLS

typedef struct _LonghandTones LonghandTones;

/* settings has the key "tones". (transfer full) */
LonghandTones *longhand_tones_new (LonghandService *service, LonghandDictation *dictation,
                                   GSettings *settings);
void longhand_tones_free (LonghandTones *self);

G_END_DECLS
