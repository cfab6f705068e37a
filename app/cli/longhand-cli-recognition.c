#include "cli/longhand-cli-recognition.h"

#include "cli/longhand-cli-clips.h"
#include "cli/longhand-cli-suggestion.h"
#include "cli/longhand-cli.h"

#include <glib/gi18n.h>
#include <math.h>
#include <regex.h>
#include <string.h>

#define DEFAULT_BEAM_SIZE QUILL_USUAL_HYPOTHESES
#define DEFAULT_BEST_OF QUILL_USUAL_HYPOTHESES
#define USUAL_PATIENCE 1.0
#define LONGEST_S 1e6
#define LONGEST_SEGMENT 1000
#define LARGEST_CONTEXT 100000
#define LARGEST_PENALTY 10
#define LONGEST_SILENCE_S 1000
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
    .max_context = params.max_context,
    .prompt_reset_on_temperature = (double)params.prompt_reset_temperature,
    .repetition_penalty = (double)params.repetition_penalty,
    .max_initial_timestamp_s = params.max_initial_timestamp_ms / 1000.0,
  };
  longhand_cli_vad_init (&self->vad);
}

void
longhand_cli_recognition_clear (LonghandCliRecognition *self) {
  longhand_cli_languages_clear (&self->spoken);
  g_clear_pointer (&self->task, g_free);
  g_clear_pointer (&self->initial_prompt, g_free);
  g_clear_pointer (&self->condition_on_previous_text, g_free);
  g_clear_pointer (&self->suppress_blank, g_free);
  g_clear_pointer (&self->suppress_tokens_text, g_free);
  g_clear_pointer (&self->suppress_regex, g_free);
  g_clear_pointer (&self->prefix, g_free);
  g_clear_pointer (&self->clip_timestamps, g_free);
  g_clear_pointer (&self->suppress_tokens, g_array_unref);
  g_clear_pointer (&self->clips, g_array_unref);
}

GArray *
longhand_cli_recognition_add_entries (LonghandCliRecognition *self, const GOptionEntry *entries) {
  const GOptionEntry own[] = {
    LONGHAND_CLI_HEADING (N_ ("Language:")),
    { "language", 'l', 0, G_OPTION_ARG_STRING, &self->spoken.language,
      N_ ("Language spoken, such as “de” or “german” (default: auto)"), N_ ("LANGUAGE") },
    { "languages", 0, 0, G_OPTION_ARG_STRING, &self->spoken.list,
      N_ ("Languages that may be spoken, such as “en,de”: one of them is detected (default: any)"),
      N_ ("LANGUAGES") },
    { "task", 0, 0, G_OPTION_ARG_STRING, &self->task,
      N_ ("transcribe, or translate: to English (default: transcribe)"), N_ ("TASK") },
    { "translate", 0, 0, G_OPTION_ARG_NONE, &self->translate, N_ ("The same as --task=translate"), NULL },
    LONGHAND_CLI_HEADING (N_ ("Search:")),
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
    { "temperature-increment-on-fallback", 0, 0, G_OPTION_ARG_DOUBLE, &self->temperature_increment,
      N_ ("The same, as openai/whisper calls it"), N_ ("X") },
    { "compression-ratio-threshold", 0, 0, G_OPTION_ARG_DOUBLE, &self->compression_ratio_threshold,
      N_ ("A try fails when its text repeats itself more than this (default 2.4; 0: never)"), N_ ("X") },
    { "logprob-threshold", 0, 0, G_OPTION_ARG_DOUBLE, &self->logprob_threshold,
      N_ ("A try fails when its average log-probability is below this (default -1; -inf: never)"), N_ ("X") },
    { "no-speech-threshold", 0, 0, G_OPTION_ARG_DOUBLE, &self->no_speech_threshold,
      N_ ("A window is silent above this probability, if its text is unlikely (default 0.6)"), N_ ("X") },
    { "repetition-penalty", 0, 0, G_OPTION_ARG_DOUBLE, &self->repetition_penalty,
      N_ ("Above 1, words that a window has already are less likely (default 1)"), N_ ("X") },
    { "no-repeat-ngram-size", 0, 0, G_OPTION_ARG_INT, &self->no_repeat_ngram_size,
      N_ ("So many tokens in a row never come twice in a window (default 0: any may)"), N_ ("N") },
    { "max-new-tokens", 0, 0, G_OPTION_ARG_INT, &self->max_new_tokens,
      N_ ("Tokens that a window has at most (default 0: half of what the model can keep, 224)"), N_ ("N") },
    { "audio-ctx", 0, 0, G_OPTION_ARG_INT, &self->audio_ctx,
      N_ ("Windows are so many frames of 20 ms, which is faster (default 0: all that the model knows)"),
      N_ ("N") },
    LONGHAND_CLI_HEADING (N_ ("Text before:")),
    { "initial-prompt", 0, 0, G_OPTION_ARG_STRING, &self->initial_prompt,
      N_ ("What was said before: names and terms in it are written the same way"), N_ ("TEXT") },
    { "carry-initial-prompt", 0, 0, G_OPTION_ARG_NONE, &self->carry_initial_prompt,
      N_ ("Tell each window --initial-prompt, not only the first"), NULL },
    { "prefix", 0, 0, G_OPTION_ARG_STRING, &self->prefix,
      N_ ("Text that the first window begins with, and goes on from"), N_ ("TEXT") },
    { "condition-on-previous-text", 0, 0, G_OPTION_ARG_STRING, &self->condition_on_previous_text,
      N_ ("“no”: each window is looked at by itself (default: yes with --no-vad, else no)"), N_ ("YES|NO") },
    { "prompt-reset-on-temperature", 0, 0, G_OPTION_ARG_DOUBLE, &self->prompt_reset_on_temperature,
      N_ ("Text found above this temperature is not told to the next window (default 0.5)"), N_ ("X") },
    { "max-context", 0, 0, G_OPTION_ARG_INT, &self->max_context,
      N_ ("Tokens of text before it that a window is told at most (default -1: as many as fit)"), N_ ("N") },
    LONGHAND_CLI_HEADING (N_ ("What is never written:")),
    { "suppress-blank", 0, 0, G_OPTION_ARG_STRING, &self->suppress_blank,
      N_ ("“no”: a window's text may begin with a mere space, or be none (default yes)"), N_ ("YES|NO") },
    { "suppress-tokens", 0, 0, G_OPTION_ARG_STRING, &self->suppress_tokens_text,
      N_ ("Numbers of tokens that are never written, with commas between (default -1: symbols that are not "
          "spoken)"),
      N_ ("TOKENS") },
    { "suppress-nst", 0, 0, G_OPTION_ARG_NONE, &self->suppress_nst,
      N_ ("The same as -1 in --suppress-tokens"), NULL },
    { "suppress-regex", 0, 0, G_OPTION_ARG_STRING, &self->suppress_regex,
      N_ ("Tokens that this extended regular expression matches from end to end are never written"),
      N_ ("PATTERN") },
    LONGHAND_CLI_HEADING (N_ ("Times and words:")),
    { "offset", 0, 0, G_OPTION_ARG_DOUBLE, &self->offset_s,
      N_ ("Begin so far into the recording (default 0)"), N_ ("SECONDS") },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &self->duration_s,
      N_ ("Recognise so much of the recording (default 0: all of it)"), N_ ("SECONDS") },
    { "clip-timestamps", 0, 0, G_OPTION_ARG_STRING, &self->clip_timestamps,
      N_ ("Recognise these pieces of the recording, START,END,START,END… in seconds; the last end may be "
          "left "
          "out"),
      N_ ("CLIPS") },
    { "without-timestamps", 0, 0, G_OPTION_ARG_NONE, &self->without_timestamps,
      N_ ("Do not let the model tell times: what a window says is one segment"), NULL },
    { "max-initial-timestamp", 0, 0, G_OPTION_ARG_DOUBLE, &self->max_initial_timestamp_s,
      N_ ("The first segment of a window begins no later than this in it (default 1)"), N_ ("SECONDS") },
    { "word-timestamps", 0, 0, G_OPTION_ARG_NONE, &self->word_timestamps,
      N_ ("Find out when each word is said; json has it, with its probability"), NULL },
    { "alternatives", 0, 0, G_OPTION_ARG_INT, &self->n_alternatives,
      N_ ("Tell up to so many other words that each word may have been, in json (default 0; at most 4)"),
      N_ ("N") },
    { "max-len", 0, 0, G_OPTION_ARG_INT, &self->max_len,
      N_ ("Cut segments between words to so many characters, by --word-timestamps (default 0: as they are)"),
      N_ ("N") },
    { "hallucination-silence-threshold", 0, 0, G_OPTION_ARG_DOUBLE, &self->hallucination_silence_threshold,
      N_ ("Pass over longer silences around words that may be made up, by --word-timestamps (default 0: "
          "off)"),
      N_ ("SECONDS") },
  };
  GArray *all = longhand_cli_dup_entries (entries);

  g_array_append_vals (all, own, G_N_ELEMENTS (own));
  longhand_cli_vad_add_entries (&self->vad, all);
  return all;
}

/* NULL: not given */
static gboolean
is_yes (const char *text) {
  return text == NULL || g_ascii_strcasecmp (text, "yes") == 0;
}

static gboolean
check_yes_or_no (const char *option, const char *text, GError **error) {
  if (is_yes (text) || g_ascii_strcasecmp (text, "no") == 0)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID, _ ("%s is yes or no, not “%s”."), option, text);
  return FALSE;
}

static gboolean
is_in (double x, double least, double most) {
  return x >= least && x <= most; /* a NaN is not */
}

/* Two options that cannot both be followed. */
typedef struct {
  gboolean are_given;
  const char *one, *other;
} Contradiction;

static gboolean
check_pairs (const LonghandCliRecognition *self, GError **error) {
  const gboolean keeps_one = self->greedy || (self->beam_size == 1 && self->best_of == 1);
  const char *one = self->greedy ? "--greedy" : "--beam-size 1";
  const Contradiction pairs[] = {
    { self->greedy && self->temperature > 0, "--greedy", "--temperature" },
    { (self->greedy || self->beam_size == 1) && self->patience != USUAL_PATIENCE, one, "--patience" },
    { keeps_one && self->length_penalty != NO_PENALTY, one, "--length-penalty" },
    { self->max_context == 0 && self->initial_prompt != NULL, "--max-context 0", "--initial-prompt" },
    { self->max_context == 0 && self->condition_on_previous_text != NULL
          && is_yes (self->condition_on_previous_text),
      "--max-context 0", "--condition-on-previous-text yes" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i].are_given) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("“%s” and “%s” contradict each other: leave out one of them."), pairs[i].one,
                   pairs[i].other);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_contradictions (const LonghandCliRecognition *self, GError **error) {
  const char *what = NULL;

  if (self->greedy && (self->beam_size > 1 || self->best_of > 1))
    what = _ ("“--greedy” means one hypothesis: leave out --beam-size and --best-of, or it.");
  else if (self->greedy && self->temperature_increment > 0)
    what = _ ("“--greedy” means one try: leave out --temperature-increment, or it.");
  else if (self->clip_timestamps != NULL && (self->offset_s > 0 || self->duration_s > 0))
    what = _ ("Clips say where to begin and to end: leave out --offset and --duration, or "
              "--clip-timestamps.");
  else if (self->carry_initial_prompt && self->initial_prompt == NULL)
    what = _ ("“--carry-initial-prompt” repeats a prompt: add --initial-prompt.");
  if (what != NULL) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID, what);
    return FALSE;
  }
  return check_pairs (self, error)
         && check_yes_or_no ("--condition-on-previous-text", self->condition_on_previous_text, error)
         && check_yes_or_no ("--suppress-blank", self->suppress_blank, error);
}

/* ---- task ---- */

static gboolean
translates (const LonghandCliRecognition *self) {
  return self->translate || g_strcmp0 (self->task, "translate") == 0;
}

static gboolean
check_task (const LonghandCliRecognition *self, GError **error) {
  static const char *const tasks[] = { "transcribe", "translate", NULL };

  if (self->task == NULL || strcmp (self->task, "translate") == 0
      || (strcmp (self->task, "transcribe") == 0 && !self->translate))
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               self->translate ? _ ("“--translate” means --task=translate, not “%s”: leave out one of them.")
                               : _ ("There is no task “%s”: use transcribe or translate."),
               self->task);
  longhand_cli_suggest (error, self->task, tasks);
  return FALSE;
}

/* ---- what is never written ---- */

/* -1, or the number of a token. */
static gboolean
add_token (LonghandCliRecognition *self, char *text) {
  gint64 number;
  guint32 token;

  if (!g_ascii_string_to_signed (g_strstrip (text), 10, -1, G_MAXINT32, &number, NULL))
    return FALSE;
  token = (guint32)number;
  if (number < 0)
    self->suppress_non_speech = TRUE;
  else
    g_array_append_val (self->suppress_tokens, token);
  return TRUE;
}

static gboolean
check_tokens (LonghandCliRecognition *self, GError **error) {
  const char *text = self->suppress_tokens_text != NULL ? self->suppress_tokens_text : "-1";
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  g_clear_pointer (&self->suppress_tokens, g_array_unref);
  self->suppress_tokens = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->suppress_non_speech = self->suppress_nst;
  for (char **part = parts; *part != NULL && *text != '\0'; part++)
    if (!add_token (self, *part)) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("--suppress-tokens takes numbers with commas between, and -1 for symbols that are not "
                      "spoken, not “%s”."),
                   text);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_pattern (const LonghandCliRecognition *self, GError **error) {
  char reason[128];
  regex_t regex;
  int failed;

  if (self->suppress_regex == NULL)
    return TRUE;
  failed = regcomp (&regex, self->suppress_regex, REG_EXTENDED | REG_NOSUB);
  if (failed == 0) {
    regfree (&regex);
    return TRUE;
  }
  regerror (failed, &regex, reason, sizeof reason);
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("“%s” is no extended regular expression (%s): give --suppress-regex one, such as "
                  "“ ?[0-9]+”."),
               self->suppress_regex, reason);
  return FALSE;
}

/* ---- clips ---- */

static gboolean
check_clips (LonghandCliRecognition *self, GError **error) {
  g_clear_pointer (&self->clips, g_array_unref);
  if (self->clip_timestamps == NULL)
    return TRUE;
  self->clips = longhand_cli_clips_parse (self->clip_timestamps, error);
  return self->clips != NULL;
}

/* ---- all ---- */

gboolean
longhand_cli_recognition_check (LonghandCliRecognition *self, GError **error) {
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
    { "--logprob-threshold", self->logprob_threshold, -INFINITY, 0 },
    { "--no-speech-threshold", self->no_speech_threshold, 0, 1 },
    { "--repetition-penalty", self->repetition_penalty, 0.01, LARGEST_PENALTY },
    { "--no-repeat-ngram-size", self->no_repeat_ngram_size, 0, LARGEST_CONTEXT },
    { "--max-new-tokens", self->max_new_tokens, 0, LARGEST_CONTEXT },
    { "--audio-ctx", self->audio_ctx, 0, LARGEST_CONTEXT },
    { "--prompt-reset-on-temperature", self->prompt_reset_on_temperature, 0, 1 },
    { "--hallucination-silence-threshold", self->hallucination_silence_threshold, 0, LONGEST_SILENCE_S },
    { "--max-context", self->max_context, -1, LARGEST_CONTEXT },
    { "--max-initial-timestamp", self->max_initial_timestamp_s, 0, QUILL_WINDOW_MS / 1000.0 },
    { "--alternatives", self->n_alternatives, 0, QUILL_MAX_ALTERNATIVES },
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
  return longhand_cli_vad_check (&self->vad, error) && check_contradictions (self, error)
         && check_task (self, error) && longhand_cli_languages_check (&self->spoken, error)
         && check_tokens (self, error) && check_pattern (self, error) && check_clips (self, error);
}

gboolean
longhand_cli_recognition_check_model (const LonghandCliRecognition *self, const struct quill_model *model,
                                      GError **error) {
  struct quill_model_info info;

  if (!longhand_cli_languages_check_model (&self->spoken, model, error))
    return FALSE;
  if (translates (self) && quill_model_n_languages (model) == 0) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_UNSUPPORTED,
                         _ ("This model knows English only and cannot translate: choose a multilingual model "
                            "with --model."));
    return FALSE;
  }
  quill_model_get_info (model, &info);
  if ((unsigned)self->audio_ctx > info.n_audio_ctx) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("This model hears %u frames at a time: use 0 to %u with --audio-ctx, not %d."),
                 info.n_audio_ctx, info.n_audio_ctx, self->audio_ctx);
    return FALSE;
  }
  for (guint i = 0; i < self->suppress_tokens->len; i++)
    if (g_array_index (self->suppress_tokens, guint32, i) >= info.n_vocab) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("This model has no token %u: use 0 to %u with --suppress-tokens."),
                   g_array_index (self->suppress_tokens, guint32, i), info.n_vocab - 1);
      return FALSE;
    }
  return TRUE;
}

/* Text of a stretch before makes weak models stop or repeat it, and strong ones now and then; whoever cuts at
 * pauses leaves it out (WhisperX, faster-whisper's batches). */
static gboolean
conditions_on_previous (const LonghandCliRecognition *self) {
  return self->condition_on_previous_text == NULL ? self->vad.is_off
                                                  : is_yes (self->condition_on_previous_text);
}

static gboolean
wants_words (const LonghandCliRecognition *self) {
  return self->word_timestamps || self->max_len > 0 || self->n_alternatives > 0
         || self->hallucination_silence_threshold > 0;
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
  params->language = self->spoken.language;
  params->languages = (const char *const *)self->spoken.languages;
  params->translate = translates (self);
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
  params->n_alternatives = (unsigned)self->n_alternatives;
  params->initial_prompt = self->initial_prompt;
  params->condition_on_previous = conditions_on_previous (self);
  params->carry_initial_prompt = self->carry_initial_prompt;
  params->max_context = self->max_context;
  params->suppress_blank = is_yes (self->suppress_blank);
  params->suppress_non_speech = self->suppress_non_speech;
  params->suppress_tokens
      = self->suppress_tokens->len > 0 ? (const guint32 *)(gpointer)self->suppress_tokens->data : NULL;
  params->n_suppress_tokens = self->suppress_tokens->len;
  params->suppress_regex = self->suppress_regex;
  params->max_initial_timestamp_ms = (unsigned)lround (1000 * self->max_initial_timestamp_s);
  params->prompt_reset_temperature = (float)self->prompt_reset_on_temperature;
  params->prefix = self->prefix;
  params->repetition_penalty = (float)self->repetition_penalty;
  params->no_repeat_ngram_size = (unsigned)self->no_repeat_ngram_size;
  params->max_tokens = (unsigned)self->max_new_tokens;
  params->audio_ctx = (unsigned)self->audio_ctx;
  params->timestamps = !self->without_timestamps;
  params->hallucination_silence_threshold = (float)self->hallucination_silence_threshold;
  params->clips = self->clips != NULL ? (const struct quill_clip *)(gpointer)self->clips->data : NULL;
  params->n_clips = self->clips != NULL ? self->clips->len : 0;
  longhand_cli_vad_apply (&self->vad, params);
}

gboolean
longhand_cli_recognition_begins_within (const LonghandCliRecognition *self, gsize n) {
  const gint64 n_ms = (gint64)(n / (QUILL_SAMPLE_RATE / 1000));

  return self->clips == NULL || g_array_index (self->clips, struct quill_clip, 0).begin_ms < n_ms;
}

gsize
longhand_cli_recognition_part (const LonghandCliRecognition *self, gsize n, gsize *first) {
  const gsize n_wanted = (gsize)(self->duration_s * QUILL_SAMPLE_RATE);
  gsize n_left;

  *first = MIN ((gsize)(self->offset_s * QUILL_SAMPLE_RATE), n);
  n_left = n - *first;
  return n_wanted == 0 ? n_left : MIN (n_wanted, n_left);
}
