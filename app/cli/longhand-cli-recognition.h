/* Options that say how words are looked for in recordings, with the names that openai/whisper gives them. */
#pragma once

#include "cli/longhand-cli-languages.h"
#include "cli/longhand-cli-vad.h"

G_BEGIN_DECLS

/* As they were given; longhand_cli_recognition_init sets the defaults. */
typedef struct {
  LonghandCliLanguages spoken;
  LonghandCliVad vad;
  char *task; /* owned, as all strings; "transcribe" or "translate"; NULL: the former */
  gboolean translate;
  gboolean greedy, word_timestamps;
  int n_alternatives; /* to a word, which needs times of words, too */
  int max_len;        /* characters of a segment, which needs times of words; 0: any number */
  int beam_size, best_of;
  double patience, length_penalty;
  double temperature, temperature_increment;
  double compression_ratio_threshold, logprob_threshold, no_speech_threshold;
  double hallucination_silence_threshold; /* seconds, which needs times of words; 0: off */
  double repetition_penalty;
  int no_repeat_ngram_size;
  gboolean without_timestamps;
  int max_new_tokens; /* of a window; 0: half of the model's text context */
  int audio_ctx;      /* frames that a window has; 0: all that the model knows */
  char *prefix;       /* NULL: none */
  double prompt_reset_on_temperature;
  char *initial_prompt;             /* NULL: none */
  char *condition_on_previous_text; /* "yes" or "no"; NULL: yes, unless it is cut at pauses */
  gboolean carry_initial_prompt;
  int max_context;            /* tokens; -1: as many as fit */
  char *suppress_blank;       /* "yes" or "no"; NULL: yes */
  char *suppress_tokens_text; /* such as "-1,50"; NULL: "-1" */
  gboolean suppress_nst;      /* whisper.cpp's name for the -1 */
  char *suppress_regex;       /* NULL: none */
  double max_initial_timestamp_s;
  double offset_s, duration_s; /* of the recording; duration 0: to its end */
  char *clip_timestamps;       /* "0,30,65.5,90"; NULL: all of that */
  /* --- set by longhand_cli_recognition_check --- */
  GArray *suppress_tokens; /* owned; guint32 */
  gboolean suppress_non_speech;
  GArray *clips; /* owned; struct quill_clip; NULL: none were given */
} LonghandCliRecognition;

void longhand_cli_recognition_init (LonghandCliRecognition *self);
void longhand_cli_recognition_clear (LonghandCliRecognition *self);

/* The entries and behind them those of self, ended by one without a name. (element-type GOptionEntry)
 * (transfer full) */
GArray *longhand_cli_recognition_add_entries (LonghandCliRecognition *self, const GOptionEntry *entries);

/* Whether it makes sense, and what lists say; otherwise LONGHAND_ERROR_INVALID. */
gboolean longhand_cli_recognition_check (LonghandCliRecognition *self, GError **error);

/* The same of what only the model can tell: LONGHAND_ERROR_INVALID or _MODEL_UNSUPPORTED. */
gboolean longhand_cli_recognition_check_model (const LonghandCliRecognition *self,
                                               const struct quill_model *model, GError **error);

/* What the transcriber needs memory for. */
void longhand_cli_recognition_set_up (const LonghandCliRecognition *self, struct quill_settings *settings);

/* Strings and lists are borrowed from self, which has been checked. */
void longhand_cli_recognition_apply (const LonghandCliRecognition *self, struct quill_params *params);

/* Whether the first clip, if there is any, begins within n samples at QUILL_SAMPLE_RATE. */
gboolean longhand_cli_recognition_begins_within (const LonghandCliRecognition *self, gsize n);

/* Of n samples at QUILL_SAMPLE_RATE, those that are asked for: *first, and how many, which may be none. */
gsize longhand_cli_recognition_part (const LonghandCliRecognition *self, gsize n, gsize *first);

G_END_DECLS
