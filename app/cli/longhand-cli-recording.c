#include "cli/longhand-cli-recording.h"

#include "cli/longhand-cli.h"
#include "longhand-engine-error.h"
#include "longhand-engine-scores.h"

#include <glib/gi18n.h>

/* A fifth of a second: the shortest words take longer, and models invent some for anything. */
#define SHORTEST_SAMPLES (QUILL_SAMPLE_RATE / 5)
#define SAMPLES_PER_MS (QUILL_SAMPLE_RATE / 1000)

void
longhand_cli_request_clear (LonghandCliRequest *self) {
  longhand_cli_recognition_clear (&self->recognition);
  longhand_cli_vocabulary_clear (&self->vocabulary);
  longhand_cli_grammar_clear (&self->grammar);
}

void
longhand_cli_recording_init (LonghandCliRecording *self, const LonghandCliInput *input) {
  self->input = input;
  self->remarks = g_ptr_array_new_with_free_func (g_free);
}

void
longhand_cli_recording_clear (LonghandCliRecording *self) {
  g_clear_pointer (&self->samples, longhand_samples_free);
  g_clear_object (&self->heard);
  g_clear_object (&self->transcript);
  g_clear_error (&self->error);
  g_clear_pointer (&self->remarks, g_ptr_array_unref);
}

/* For people, when the outcome is looked at. */
G_GNUC_PRINTF (2, 3)
static void
remark (LonghandCliRecording *self, const char *format, ...) {
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->remarks, g_strdup_vprintf (format, args));
  va_end (args);
}

/* ---- text ---- */

static void
add_segment (LonghandTranscript *transcript, const struct quill_segment *segment, gint64 offset_ms) {
  const LonghandScores scores = longhand_engine_scores (segment);

  if (!longhand_transcript_append (transcript, offset_ms + segment->start_ms, offset_ms + segment->end_ms,
                                   segment->text, &scores))
    return;
  for (size_t i = 0; i < segment->n_words; i++) {
    const struct quill_word *word = &segment->words[i];

    longhand_transcript_add_word (transcript, offset_ms + word->start_ms, offset_ms + word->end_ms,
                                  word->text, (double)word->probability);
    for (size_t k = 0; k < word->n_alternatives; k++)
      longhand_transcript_add_alternative (transcript, word->alternatives[k].text,
                                           (double)word->alternatives[k].probability);
  }
}

static gint64
begin_ms (const LonghandCliRecording *self) {
  return (gint64)(self->first / SAMPLES_PER_MS);
}

/* What was heard becomes what is written, segment by segment: no segment matters to another. (transfer full)
 */
static LonghandTranscript *
rewrite (const LonghandCliRequest *request, LonghandTranscript *heard) {
  const int max_len = request->recognition.max_len;
  g_autoptr (LonghandTranscript) whole = g_object_ref (heard);

  longhand_cli_vocabulary_rewrite (&request->vocabulary, &whole);
  return max_len > 0 ? longhand_transcript_split (whole, (guint)max_len) : g_steal_pointer (&whole);
}

LonghandTranscript *
longhand_cli_recording_new_transcript (const LonghandCliRecording *self) {
  LonghandTranscript *transcript = longhand_transcript_new ();
  g_autofree char *stem = longhand_cli_input_stem (self->input);
  g_autofree char *title = g_filename_display_name (stem);

  longhand_transcript_set_title (transcript, title);
  return transcript;
}

/* ---- recognition ---- */

/* Comes between any two steps of the engine, so that here is also where sound that was looked at goes. */
static bool
is_cancelled (void *user) {
  LonghandCliRecording *self = user;

  longhand_samples_release (self->samples);
  return longhand_cli_interrupted ();
}

static void
note_progress (void *user, int64_t done_ms, int64_t total_ms) {
  LonghandCliRecording *self = user;

  g_atomic_int_set (&self->done_ms, (int)done_ms);
}

static void
pass_on (void *user, const struct quill_segment *segment) {
  LonghandCliRecording *self = user;
  g_autoptr (LonghandTranscript) heard = longhand_transcript_new ();

  add_segment (heard, segment, begin_ms (self));
  self->on_heard (self, rewrite (self->request, heard), self->on_heard_user);
}

static void
set_params (LonghandCliRecording *self, const LonghandCliRequest *request) {
  struct quill_params *params = &self->params;

  self->request = request;

  quill_params_init (params);
  longhand_cli_recognition_apply (&request->recognition, params);
  longhand_cli_vocabulary_apply (&request->vocabulary, params);
  longhand_cli_grammar_apply (&request->grammar, params);
  params->cancelled = is_cancelled;
  params->progress = note_progress;
  params->segment = self->on_heard != NULL ? pass_on : NULL;
  params->user = self;
}

/* ---- sound ---- */

static gboolean
is_interrupted (gpointer user) {
  return longhand_cli_interrupted ();
}

static const float *
read_sound (LonghandCliRecording *self, const LonghandCliRequest *request, const char *name, gsize *n) {
  const LonghandAudioInput input = { .path = self->input->path,
                                     .raw_hz = (guint)request->raw_hz,
                                     .enhancement = request->enhancement,
                                     .is_cancelled = is_interrupted };
  gsize n_not_finite;

  self->samples = longhand_audio_file_read (&input, &n_not_finite, &self->error);
  if (self->samples == NULL)
    return NULL;
  if (n_not_finite > 0)
    remark (self,
            _ ("“%s” is damaged: %zu"
               " samples are not numbers and count as silence. Record or copy it again."),
            name, n_not_finite);
  return longhand_samples_seal (self->samples, n, &self->error);
}

gboolean
longhand_cli_recording_load (LonghandCliRecording *self, const LonghandCliRequest *request,
                             struct quill_recording *heard) {
  g_autofree char *name = longhand_cli_input_display_name (self->input);
  const float *samples;
  gsize n;

  g_atomic_int_set (&self->is_begun, TRUE);
  samples = read_sound (self, request, name, &n);
  if (samples == NULL)
    return FALSE;
  if (n == 0) {
    g_set_error (&self->error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” holds no sound: check how it was recorded."), name);
    return FALSE;
  }
  if (n < SHORTEST_SAMPLES) {
    remark (self, _ ("“%s” lasts %.1f seconds, which is too short to hold a word."), name,
            (double)n / QUILL_SAMPLE_RATE);
    n = 0;
  }
  self->n_heard = longhand_cli_recognition_part (&request->recognition, n, &self->first);
  if (n > 0 && self->n_heard == 0)
    remark (self, _ ("“%s” lasts %.1f seconds, and --offset begins behind its end."), name,
            (double)n / QUILL_SAMPLE_RATE);
  else if (n > 0 && !longhand_cli_recognition_begins_within (&request->recognition, n))
    remark (self, _ ("“%s” lasts %.1f seconds, and --clip-timestamps begins behind its end."), name,
            (double)n / QUILL_SAMPLE_RATE);
  g_atomic_int_set (&self->total_ms, (int)(self->n_heard / SAMPLES_PER_MS));
  set_params (self, request);
  *heard = (struct quill_recording){ .samples = samples + self->first,
                                     .n = self->n_heard,
                                     .params = &self->params };
  return TRUE;
}

/* ---- outcome ---- */

static LonghandTranscript *
transcript_of (LonghandCliRecording *self, const char *model_id, const struct quill_result *result) {
  LonghandTranscript *transcript = longhand_cli_recording_new_transcript (self);

  longhand_transcript_set_model (transcript, model_id);
  longhand_transcript_set_language (transcript, result->language);
  if (result->language_probability > 0.0f)
    longhand_transcript_set_language_probability (transcript, (double)result->language_probability);
  for (size_t i = 0; i < result->n_segments; i++)
    add_segment (transcript, &result->segments[i], begin_ms (self));
  if (self->n_heard > 0 && longhand_transcript_get_n_segments (transcript) == 0) {
    g_autofree char *name = longhand_cli_input_display_name (self->input);

    remark (self, _ ("No words were heard in “%s”."), name);
  }
  return transcript;
}

void
longhand_cli_recording_take (LonghandCliRecording *self, const LonghandCliRequest *request,
                             const char *model_id, struct quill_recording *heard) {
  g_autoptr (LonghandTranscript) whole = NULL;

  g_clear_pointer (&self->samples, longhand_samples_free);
  if (heard->status != QUILL_OK) {
    longhand_set_error_from_engine (&self->error, &heard->error);
    return;
  }
  if (heard->result->n_prompt_left_out > 0)
    remark (self,
            _ ("--initial-prompt is too long: its end counts, and the first %zu tokens are left out. Shorten "
               "it."),
            heard->result->n_prompt_left_out);
  whole = transcript_of (self, model_id, heard->result);
  quill_result_free (&heard->result);
  g_atomic_int_set (&self->done_ms, g_atomic_int_get (&self->total_ms));
  self->transcript = rewrite (request, whole);
}
