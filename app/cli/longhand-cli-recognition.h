/* Options that say how words are looked for in recordings, with the names that openai/whisper gives them. */
#pragma once

#include <glib.h>
#include <quill.h>

G_BEGIN_DECLS

/* As they were given; longhand_cli_recognition_init sets the defaults. */
typedef struct {
  gboolean greedy, word_timestamps;
  int max_len; /* characters of a segment, which needs times of words; 0: any number */
  int beam_size, best_of;
  double patience, length_penalty;
  double temperature, temperature_increment;
  double compression_ratio_threshold, logprob_threshold, no_speech_threshold;
  char *initial_prompt;             /* owned; NULL: none */
  char *condition_on_previous_text; /* owned; "yes" or "no"; NULL: yes */
  double offset_s, duration_s;      /* of the recording; duration 0: to its end */
} LonghandCliRecognition;

void longhand_cli_recognition_init (LonghandCliRecognition *self);
void longhand_cli_recognition_clear (LonghandCliRecognition *self);

/* The entries and behind them those of self, ended by one without a name. (element-type GOptionEntry)
 * (transfer full) */
GArray *longhand_cli_recognition_add_entries (LonghandCliRecognition *self, const GOptionEntry *entries);

/* Whether it makes sense; otherwise LONGHAND_ERROR_INVALID. */
gboolean longhand_cli_recognition_check (const LonghandCliRecognition *self, GError **error);

/* What the transcriber needs memory for. */
void longhand_cli_recognition_set_up (const LonghandCliRecognition *self, struct quill_settings *settings);

/* Strings are borrowed from self. */
void longhand_cli_recognition_apply (const LonghandCliRecognition *self, struct quill_params *params);

/* Of n samples at QUILL_SAMPLE_RATE, those that are asked for: *first, and how many, which may be none. */
gsize longhand_cli_recognition_part (const LonghandCliRecognition *self, gsize n, gsize *first);

G_END_DECLS
