/* From figures that add up, looked at every second, to what happened meanwhile. Pure. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "performance/longhand-series.h"

G_BEGIN_DECLS

#define LONGHAND_TRACK_N_MEMORY LONGHAND_N_MEMORY /* components of the engine, and all else */

typedef struct {
  LonghandSeries work; /* time in the engine, and the sound that was recorded */
  double cpu_s;        /* at at_us */
  gint64 at_us;        /* of the look before; 0: there was none */
} LonghandTrack;

/* NAN: not known. */
typedef struct {
  double rtf;   /* over some seconds */
  double lag_s; /* until the words of the last utterance were firm, the slowest of them */
  double cpu;   /* share of all processors, 0..1 */
  double memory[LONGHAND_TRACK_N_MEMORY]; /* bytes */
} LonghandTrackSample;

void longhand_track_init (LonghandTrack *self);
/* now_us: monotonic. */
void longhand_track_look (LonghandTrack *self, const LonghandStats *stats, gint64 now_us, guint n_processors,
                          LonghandTrackSample *sample);

/* What the process has beside the engine’s components, whose sizes are planned ones: the system may not have
 * given all of them yet. */
guint64 longhand_track_get_other_bytes (const LonghandStats *stats);

G_END_DECLS
