#include "cli/longhand-cli-vad.h"

#include "cli/longhand-cli.h"
#include "longhand-error.h"

#include <glib/gi18n.h>

#define NOT_GIVEN (-G_MAXDOUBLE)
#define NO_TIME G_MININT /* not given */

void
longhand_cli_vad_init (LonghandCliVad *self) {
  *self = (LonghandCliVad){ .threshold = NOT_GIVEN,
                            .max_speech_s = NOT_GIVEN,
                            .chunk_length_s = NOT_GIVEN,
                            .min_speech_ms = NO_TIME,
                            .min_silence_ms = NO_TIME,
                            .pad_ms = NO_TIME };
}

void
longhand_cli_vad_add_entries (LonghandCliVad *self, GArray *entries) {
  const GOptionEntry own[] = {
    LONGHAND_CLI_HEADING (N_ ("Pauses:")),
    { "no-vad", 0, 0, G_OPTION_ARG_NONE, &self->is_off,
      N_ ("Do not cut at pauses: windows of 30 seconds follow each other, as openai/whisper's"), NULL },
    { "vad-threshold", 0, 0, G_OPTION_ARG_DOUBLE, &self->threshold,
      N_ ("How likely it must be somewhere in it that sound is speech, 0 to 1 (default 0.5)"), N_ ("X") },
    { "vad-min-speech-duration-ms", 0, 0, G_OPTION_ARG_INT, &self->min_speech_ms,
      N_ ("Speech that is shorter is left out, 0 to 10000 (default 0)"), N_ ("MS") },
    { "vad-min-silence-duration-ms", 0, 0, G_OPTION_ARG_INT, &self->min_silence_ms,
      N_ ("A pause is as long, 100 to 10000 (default 300)"), N_ ("MS") },
    { "vad-max-speech-duration-s", 0, 0, G_OPTION_ARG_DOUBLE, &self->max_speech_s,
      N_ ("What is longer without a pause is cut where it is quietest, 1 to 30 (default 28)"),
      N_ ("SECONDS") },
    { "vad-speech-pad-ms", 0, 0, G_OPTION_ARG_INT, &self->pad_ms,
      N_ ("Sound kept before and behind speech, 0 to 400 (default 200)"), N_ ("MS") },
    { "vad-chunk-length-s", 0, 0, G_OPTION_ARG_DOUBLE, &self->chunk_length_s,
      N_ ("Speech between pauses is looked at together up to this length, 0 to 30 (default: what suits the "
          "model; 0: each by itself)"),
      N_ ("SECONDS") },
  };

  g_array_append_vals (entries, own, G_N_ELEMENTS (own));
}

/* An option as a number; NOT_GIVEN. */
typedef struct {
  const char *option;
  double value, least, most;
} Range;

static double
number_of (int value) {
  return value == NO_TIME ? NOT_GIVEN : value;
}

gboolean
longhand_cli_vad_check (const LonghandCliVad *self, GError **error) {
  const double longest_s = QUILL_WINDOW_MS / 1000.0;
  const Range ranges[] = {
    { "--vad-threshold", self->threshold, 0, 1 },
    { "--vad-min-speech-duration-ms", number_of (self->min_speech_ms), 0, 10000 },
    { "--vad-min-silence-duration-ms", number_of (self->min_silence_ms), 100, 10000 },
    { "--vad-max-speech-duration-s", self->max_speech_s, 1, longest_s },
    { "--vad-speech-pad-ms", number_of (self->pad_ms), 0, 400 },
    { "--vad-chunk-length-s", self->chunk_length_s, 0, longest_s },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++) {
    const Range *range = &ranges[i];

    if (range->value == NOT_GIVEN)
      continue;
    if (self->is_off) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("%s says how to cut at pauses, and --no-vad not to: leave out one of them."),
                   range->option);
      return FALSE;
    }
    if (!(range->value >= range->least && range->value <= range->most)) { /* a NaN is not */
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("%s %.10g is out of range: use %.10g to %.10g."), range->option, range->value,
                   range->least, range->most);
      return FALSE;
    }
  }
  return TRUE;
}

static void
apply_number (double given, float *param) {
  if (given != NOT_GIVEN)
    *param = (float)given;
}

static void
apply_time (int given, unsigned *param_ms) {
  if (given != NO_TIME)
    *param_ms = (unsigned)given;
}

void
longhand_cli_vad_apply (const LonghandCliVad *self, struct quill_params *params) {
  params->vad = !self->is_off;
  apply_number (self->threshold, &params->vad_params.threshold);
  apply_number (self->max_speech_s, &params->vad_params.max_speech_duration_s);
  apply_number (self->chunk_length_s, &params->vad_params.chunk_length_s);
  apply_time (self->min_speech_ms, &params->vad_params.min_speech_duration_ms);
  apply_time (self->min_silence_ms, &params->vad_params.min_silence_duration_ms);
  apply_time (self->pad_ms, &params->vad_params.speech_pad_ms);
}
