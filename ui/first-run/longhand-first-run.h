/* What a newcomer is shown at the first start: a few steps, each of which can be skipped. */
#pragma once

#include "audio/longhand-capture-source.h"
#include "dictation/longhand-dictation.h"
#include "models/longhand-downloads.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_FIRST_RUN (longhand_first_run_get_type ())
G_DECLARE_FINAL_TYPE (LonghandFirstRun, longhand_first_run, LONGHAND, FIRST_RUN, AdwWindow)

/* References are kept; takes source, in which the microphone is listened to before anything is recorded. */
GtkWidget *longhand_first_run_new (LonghandSettings *settings, LonghandModelStore *store,
                                   LonghandDownloads *downloads, LonghandDictation *dictation,
                                   LonghandSource *source);

G_END_DECLS
