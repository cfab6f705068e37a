/* Steps of recognition, and components of encoder and decoder: as the engine records them, and as people read
 * them. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <quill.h>

G_BEGIN_DECLS

/* In LonghandStats.steps. */
enum {
  LONGHAND_STEP_LOAD,
  LONGHAND_STEP_VOICE_ACTIVITY,
  LONGHAND_STEP_MEL,
  LONGHAND_STEP_ENCODE,
  LONGHAND_STEP_PROMPT,
  LONGHAND_STEP_DECODE,
  LONGHAND_STEP_OTHER,
};

/* Adds what a pass took; pushed_ms of it went into voice activity. */
void longhand_breakdown_add_pass (LonghandStats *stats, const struct quill_timings *timings,
                                  double pushed_ms);

const char *longhand_breakdown_get_step_key (guint step);  /* static */
const char *longhand_breakdown_get_step_name (guint step); /* translated; static */

/* Times of the transcriber's last run; all 0 when it records nothing. */
void longhand_breakdown_read (const struct quill_transcriber *transcriber, double ms[LONGHAND_N_PARTS]);

const char *longhand_breakdown_get_key (guint part);  /* as quill.h has it; static */
const char *longhand_breakdown_get_name (guint part); /* translated; static */

G_END_DECLS
