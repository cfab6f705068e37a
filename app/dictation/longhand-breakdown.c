#include "dictation/longhand-breakdown.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_STEPS 64

static const struct {
  const char *group, *step; /* as in quill.h */
  const char *name;
} parts[LONGHAND_N_PARTS] = {
  { "encoder", "convolutions", N_ ("Convolutions") },
  { "encoder", "projections", N_ ("Projections") },
  { "encoder", "attention", N_ ("Attention") },
  { "encoder", "feed_forward", N_ ("Feed-forward") },
  { "encoder", "layer_norm", N_ ("Layer norm") },
  { "encoder", "cross_keys_values", N_ ("Keys and values for the decoder") },
  { "decoder", "token_embedding", N_ ("Token embedding") },
  { "decoder", "positions", N_ ("Positions") },
  { "decoder", "self_attention", N_ ("Self-attention") },
  { "decoder", "cross_attention", N_ ("Cross-attention") },
  { "decoder", "feed_forward", N_ ("Feed-forward") },
  { "decoder", "layer_norm", N_ ("Layer norm") },
  { "decoder", "vocabulary", N_ ("Vocabulary") },
  { "decoder", "search", N_ ("Choice of tokens") },
};

static const struct {
  const char *key; /* as “longhand-cli bench” has it */
  const char *name;
} pipeline[LONGHAND_N_STEPS] = {
  [LONGHAND_STEP_LOAD] = { "load", N_ ("Loading the model") },
  [LONGHAND_STEP_VOICE_ACTIVITY] = { "voice_activity", N_ ("Voice activity") },
  [LONGHAND_STEP_MEL] = { "mel", N_ ("Mel spectrum") },
  [LONGHAND_STEP_ENCODE] = { "encode", N_ ("Encoder") },
  [LONGHAND_STEP_PROMPT] = { "prompt", N_ ("Decoder, prompt") },
  [LONGHAND_STEP_DECODE] = { "decode", N_ ("Decoder, words") },
  [LONGHAND_STEP_OTHER] = { "other", N_ ("Everything else") },
};

void
longhand_breakdown_add_pass (LonghandStats *stats, const struct quill_timings *timings, double pushed_ms) {
  const double known_ms
      = timings->mel_ms + timings->encode_ms + timings->prompt_ms + timings->decode_ms + pushed_ms;

  stats->steps[LONGHAND_STEP_MEL].ms += timings->mel_ms;
  stats->steps[LONGHAND_STEP_ENCODE].ms += timings->encode_ms;
  stats->steps[LONGHAND_STEP_PROMPT].ms += timings->prompt_ms;
  stats->steps[LONGHAND_STEP_DECODE].ms += timings->decode_ms;
  stats->steps[LONGHAND_STEP_OTHER].ms += MAX (0, timings->total_ms - known_ms);
}

const char *
longhand_breakdown_get_step_key (guint step) {
  return pipeline[step].key;
}

const char *
longhand_breakdown_get_step_name (guint step) {
  return _ (pipeline[step].name);
}

void
longhand_breakdown_read (const struct quill_transcriber *transcriber, double ms[LONGHAND_N_PARTS]) {
  struct quill_step steps[MAX_STEPS];
  const guint n = MIN (quill_transcriber_get_steps (transcriber, steps, MAX_STEPS), MAX_STEPS);

  for (guint i = 0; i < LONGHAND_N_PARTS; i++) {
    ms[i] = 0;
    for (guint k = 0; k < n; k++)
      if (strcmp (steps[k].group, parts[i].group) == 0 && strcmp (steps[k].name, parts[i].step) == 0)
        ms[i] = steps[k].total_ms;
  }
}

const char *
longhand_breakdown_get_key (guint part) {
  return parts[part].step;
}

const char *
longhand_breakdown_get_name (guint part) {
  return _ (parts[part].name);
}
