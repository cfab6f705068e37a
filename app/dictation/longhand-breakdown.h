/* Components of encoder and decoder: as the engine records them, and as people read them. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <quill.h>

G_BEGIN_DECLS

/* Times of the transcriber's last run; all 0 when it records nothing. */
void longhand_breakdown_read (const struct quill_transcriber *transcriber, double ms[LONGHAND_N_PARTS]);

const char *longhand_breakdown_get_key (guint part);  /* as quill.h has it; static */
const char *longhand_breakdown_get_name (guint part); /* translated; static */

G_END_DECLS
