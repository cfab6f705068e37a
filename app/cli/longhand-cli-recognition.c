#include "cli/longhand-cli-recognition.h"

#include "longhand-error.h"

#include <glib/gi18n.h>
#include <math.h>

#define DEFAULT_BEAM_SIZE 5
#define DEFAULT_BEST_OF 5
#define LONGEST_S 1e6
#define LONGEST_SEGMENT 1000
#define NOT_GIVEN G_MININT
#define NO_PENALTY -1.0

void
longhand_cli_recognition_init (LonghandCliRecognition *self) {
  struct quill_params params;

  quill_params_init (&params);
  *self = (LonghandCliRecognition){
    .beam_size = NOT_GIVEN,
    .best_of = NOT_GIVEN,
    .patience = (double)params.patience,
    .length_penalty = NO_PENALTY,
    .temperature = (double)params.temperature,
    .temperature_increment = NAN,
    .compression_ratio_threshold = (double)params.compression_ratio_threshold,
    .logprob_threshold = (double)params.logprob_threshold,
    .no_speech_threshold = (double)params.no_speech_threshold,
  };
}

void
longhand_cli_recognition_clear (LonghandCliRecognition *self) {
  g_clear_pointer (&self->initial_prompt, g_free);
  g_clear_pointer (&self->condition_on_previous_text, g_free);
}

GArray *
longhand_cli_recognition_add_entries (LonghandCliRecognition *self, const GOptionEntry *entries) {
  const GOptionEntry own[] = {
    { "greedy", 0, 0, G_OPTION_ARG_NONE, &self->greedy,
      N_ ("Take the likeliest words at once, without a second try where they look wrong"), NULL },
    { "beam-size", 0, 0, G_OPTION_ARG_INT, &self->beam_size,
      N_ ("Hypotheses of beam search, 1 to 16 (default 5)"), N_ ("N") },
    { "best-of", 0, 0, G_OPTION_ARG_INT, &self->best_of,
      N_ ("Samples to choose from above temperature 0, 1 to 16 (default 5)"), N_ ("N") },
    { "patience", 0, 0, G_OPTION_ARG_DOUBLE, &self->patience,
      N_ ("Beam search ends when this times its size of hypotheses have ended (default 1)"), N_ ("X") },
    { "length-penalty", 0, 0, G_OPTION_ARG_DOUBLE, &self->length_penalty,
      N_ ("How much longer hypotheses are favoured, 0 to 1 (default: by their average)"), N_ ("X") },
    { "temperature", 0, 0, G_OPTION_ARG_DOUBLE, &self->temperature,
      N_ ("Temperature of the first try (default 0: no chance in it)"), N_ ("X") },
    { "temperature-increment", 0, 0, G_OPTION_ARG_DOUBLE, &self->temperature_increment,
      N_ ("Added after a failed try, up to 1 (default 0.2; 0: there is no other try)"), N_ ("X") },
    { "compression-ratio-threshold", 0, 0, G_OPTION_ARG_DOUBLE, &self->compression_ratio_threshold,
      N_ ("A try fails when its text repeats itself more than this (default 2.4; 0: never)"), N_ ("X") },
    { "logprob-threshold", 0, 0, G_OPTION_ARG_DOUBLE, &self->logprob_threshold,
      N_ ("A try fails when its average log-probability is below this (default -1)"), N_ ("X") },
    { "no-speech-threshold", 0, 0, G_OPTION_ARG_DOUBLE, &self->no_speech_threshold,
      N_ ("A window is silent above this probability, if its text is unlikely (default 0.6)"), N_ ("X") },
    { "initial-prompt", 0, 0, G_OPTION_ARG_STRING, &self->initial_prompt,
      N_ ("What was said before: names and terms in it are written the same way"), N_ ("TEXT") },
    { "condition-on-previous-text", 0, 0, G_OPTION_ARG_STRING, &self->condition_on_previous_text,
      N_ ("“no”: each window of 30 seconds is looked at by itself (default yes)"), N_ ("YES|NO") },
    { "word-timestamps", 0, 0, G_OPTION_ARG_NONE, &self->word_timestamps,
      N_ ("Find out when each word is said; json has it, with its probability"), NULL },
    { "max-len", 0, 0, G_OPTION_ARG_INT, &self->max_len,
      N_ ("Cut segments between words to so many characters, by --word-timestamps (default 0: as they are)"),
      N_ ("N") },
    { "offset", 0, 0, G_OPTION_ARG_DOUBLE, &self->offset_s,
      N_ ("Begin so far into the recording (default 0)"), N_ ("SECONDS") },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &self->duration_s,
      N_ ("Recognise so much of the recording (default 0: all of it)"), N_ ("SECONDS") },
  };
  GArray *all = g_array_new (TRUE, FALSE, sizeof (GOptionEntry));

  for (; entries->long_name != NULL; entries++)
    g_array_append_vals (all, entries, 1);
  return g_array_append_vals (all, own, G_N_ELEMENTS (own));
}

static gboolean
is_yes_or_no (const char *text) {
  return text == NULL || g_ascii_strcasecmp (text, "yes") == 0 || g_ascii_strcasecmp (text, "no") == 0;
}

static gboolean
is_in (double x, double least, double most) {
  return x >= least && x <= most; /* a NaN is not */
}

static gboolean
check_contradictions (const LonghandCliRecognition *self, GError **error) {
  if (self->greedy && (self->beam_size > 1 || self->best_of > 1)) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("“--greedy” means one hypothesis: leave out --beam-size and --best-of, or it."));
    return FALSE;
  }
  if (self->greedy && self->temperature_increment > 0) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("“--greedy” means one try: leave out --temperature-increment, or it."));
    return FALSE;
  }
  if (!is_yes_or_no (self->condition_on_previous_text)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("--condition-on-previous-text is yes or no, not “%s”."),
                 self->condition_on_previous_text);
    return FALSE;
  }
  return TRUE;
}

gboolean
longhand_cli_recognition_check (const LonghandCliRecognition *self, GError **error) {
  const double increment = isnan (self->temperature_increment) ? 0.0 : self->temperature_increment;
  const int beam_size = self->beam_size == NOT_GIVEN ? 1 : self->beam_size;
  const int best_of = self->best_of == NOT_GIVEN ? 1 : self->best_of;
  const struct {
    const char *option;
    double value, least, most;
  } ranges[] = {
    { "--beam-size", beam_size, 1, QUILL_MAX_HYPOTHESES },
    { "--best-of", best_of, 1, QUILL_MAX_HYPOTHESES },
    { "--patience", self->patience, 0.01, 100 },
    { "--length-penalty", self->length_penalty == NO_PENALTY ? 0.0 : self->length_penalty, 0, 1 },
    { "--temperature", self->temperature, 0, 1 },
    { "--temperature-increment", increment, 0, 1 },
    { "--compression-ratio-threshold", self->compression_ratio_threshold, 0, 1000 },
    { "--logprob-threshold", self->logprob_threshold, -1000, 0 },
    { "--no-speech-threshold", self->no_speech_threshold, 0, 1 },
    { "--max-len", self->max_len, 0, LONGEST_SEGMENT },
    { "--offset", self->offset_s, 0, LONGEST_S },
    { "--duration", self->duration_s, 0, LONGEST_S },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (!is_in (ranges[i].value, ranges[i].least, ranges[i].most)) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("%s %.10g is out of range: use %.10g to %.10g."), ranges[i].option, ranges[i].value,
                   ranges[i].least, ranges[i].most);
      return FALSE;
    }
  return check_contradictions (self, error);
}

static gboolean
wants_words (const LonghandCliRecognition *self) {
  return self->word_timestamps || self->max_len > 0;
}

static unsigned
n_hypotheses (const LonghandCliRecognition *self, int given, unsigned otherwise) {
  return self->greedy ? 1 : given == NOT_GIVEN ? otherwise : (unsigned)given;
}

void
longhand_cli_recognition_set_up (const LonghandCliRecognition *self, struct quill_settings *settings) {
  settings->n_hypotheses = MAX (n_hypotheses (self, self->beam_size, DEFAULT_BEAM_SIZE),
                                n_hypotheses (self, self->best_of, DEFAULT_BEST_OF));
  settings->word_timestamps = wants_words (self);
}

void
longhand_cli_recognition_apply (const LonghandCliRecognition *self, struct quill_params *params) {
  params->beam_size = n_hypotheses (self, self->beam_size, DEFAULT_BEAM_SIZE);
  params->best_of = n_hypotheses (self, self->best_of, DEFAULT_BEST_OF);
  params->patience = (float)self->patience;
  params->length_penalty = (float)self->length_penalty;
  params->temperature = (float)self->temperature;
  if (self->greedy)
    params->temperature_increment = 0;
  else if (!isnan (self->temperature_increment))
    params->temperature_increment = (float)self->temperature_increment;
  params->compression_ratio_threshold = (float)self->compression_ratio_threshold;
  params->logprob_threshold = (float)self->logprob_threshold;
  params->no_speech_threshold = (float)self->no_speech_threshold;
  params->word_timestamps = wants_words (self);
  params->initial_prompt = self->initial_prompt;
  params->condition_on_previous = self->condition_on_previous_text == NULL
                                  || g_ascii_strcasecmp (self->condition_on_previous_text, "yes") == 0;
}

gsize
longhand_cli_recognition_part (const LonghandCliRecognition *self, gsize n, gsize *first) {
  const gsize n_wanted = (gsize)(self->duration_s * QUILL_SAMPLE_RATE);
  gsize n_left;

  *first = MIN ((gsize)(self->offset_s * QUILL_SAMPLE_RATE), n);
  n_left = n - *first;
  return n_wanted == 0 ? n_left : MIN (n_wanted, n_left);
}
