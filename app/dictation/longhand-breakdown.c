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
