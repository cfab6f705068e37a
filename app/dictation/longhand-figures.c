#include "dictation/longhand-figures.h"

#include "dictation/longhand-breakdown.h"
#include "longhand-process.h"

#include <glib/gi18n.h>

#define MEMORY_PERIOD_US (G_USEC_PER_SEC / 2) /* between two looks at the process's size */

struct _LonghandFigures {
  LonghandLiveFigures *live; /* owned */
  LonghandStats stats;       /* as the recognizer posted them */
  guint64 process_bytes;
  gint64 process_bytes_us; /* when that was read */
};

LonghandFigures *
longhand_figures_new (void) {
  LonghandFigures *self = g_new0 (LonghandFigures, 1);

  self->live = longhand_live_figures_new ();
  return self;
}

void
longhand_figures_free (LonghandFigures *self) {
  if (self == NULL)
    return;
  longhand_live_figures_free (self->live);
  g_free (self);
}

void
longhand_figures_take (LonghandFigures *self, const LonghandStats *stats) {
  self->stats = *stats;
}

const LonghandStats *
longhand_figures_peek (LonghandFigures *self) {
  return &self->stats;
}

void
longhand_figures_note_text (LonghandFigures *self, const LonghandHeard *heard,
                            const LonghandSoundClock *clock) {
  const gboolean is_final = heard->is_end || heard->type == LONGHAND_HEARD_UTTERANCE;
  const LonghandLiveText text = {
    .text = heard->utterance != NULL ? heard->utterance->text : heard->text,
    .n_firm = heard->n_firm,
    .words = heard->words != NULL ? (const LonghandLiveWord *)heard->words->data : NULL,
    .n_words = heard->words != NULL ? heard->words->len : 0,
    .speech_ms = heard->speech_ms,
    .speech_end_ms = heard->speech_end_ms,
    .shown_us = g_get_monotonic_time (),
  };

  if (is_final)
    longhand_live_figures_take_final (self->live, &text, heard->until_ms, clock);
  else
    longhand_live_figures_take_tentative (self->live, &text);
}

static guint64
get_process_bytes (LonghandFigures *self) {
  const gint64 now_us = g_get_monotonic_time ();

  if (self->process_bytes == 0 || now_us - self->process_bytes_us > MEMORY_PERIOD_US) {
    self->process_bytes = longhand_process_get_rss_bytes ();
    self->process_bytes_us = now_us;
  }
  return self->process_bytes;
}

void
longhand_figures_get (LonghandFigures *self, LonghandStats *stats) {
  static const struct {
    const char *key, *name;
  } memory[LONGHAND_N_MEMORY] = {
    { "weights", N_ ("Weights") },          { "embeddings", N_ ("Embeddings") },
    { "kv_cache", N_ ("Key/value cache") }, { "encoder_output", N_ ("Encoder output") },
    { "working", N_ ("Working memory") },   { "rss", N_ ("Process total") },
  };

  *stats = self->stats;
  longhand_live_figures_get (self->live, &stats->live);
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++) {
    stats->memory[i].key = memory[i].key;
    stats->memory[i].name = _ (memory[i].name);
  }
  for (guint i = 0; i < LONGHAND_N_STEPS; i++) {
    stats->steps[i].key = longhand_breakdown_get_step_key (i);
    stats->steps[i].name = longhand_breakdown_get_step_name (i);
  }
  for (guint i = 0; i < LONGHAND_N_PARTS; i++) {
    stats->parts[i].key = longhand_breakdown_get_key (i);
    stats->parts[i].name = longhand_breakdown_get_name (i);
  }
  stats->memory[LONGHAND_N_MEMORY - 1].bytes = get_process_bytes (self);
  stats->cpu_s = longhand_process_get_cpu_s ();
  stats->peak_rss_bytes = longhand_process_get_peak_rss_bytes ();
}
