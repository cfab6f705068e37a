/* Dictation from any source of sound: for tests, and what the public constructors are made of. */
#pragma once

#include "audio/longhand-capture-source.h"
#include "audio/longhand-pump-queue.h"
#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

/* Takes source over. Either settings or options is NULL. (transfer full) */
LonghandDictation *longhand_dictation_new_with_source (LonghandSettings *settings,
                                                       const LonghandDictationOptions *options,
                                                       LonghandModelStore *store, LonghandSource *source);

/* What longhand_dictation_set_detailed was told last. */
gboolean longhand_dictation_get_detailed (LonghandDictation *self);

/* Sound that waits for the recognizer. (transfer none) */
LonghandPumpQueue *longhand_dictation_get_queue (LonghandDictation *self);

G_END_DECLS
