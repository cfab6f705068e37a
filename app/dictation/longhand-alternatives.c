#include "dictation/longhand-alternatives.h"

#include "audio/longhand-sound-reader.h"
#include "longhand-engine-error.h"
#include "longhand-engine-languages.h"
#include "models/longhand-shared-model.h"
#include "quill.h"

#include <stdbool.h>
#include <string.h>

#define MAX_STRETCH_MS 30000 /* around the word: what a model looks at */
#define MIN_PROBABILITY 0.01 /* rarer ones are of no help */
#define MIN_REPEATED 3       /* letters: shorter words are at the end of many others */

/* The thread's copy of the question. */
typedef struct {
  char *model_path, *word; /* owned, as parts */
  LonghandChoices choices;
  GPtrArray *parts;
  gint64 from_ms, to_ms, start_ms, end_ms;
  GCancellable *cancellable; /* owned; NULL: none */
} Job;

static void
job_free (gpointer data) {
  Job *job = data;

  g_free (job->model_path);
  g_free (job->word);
  longhand_choices_clear (&job->choices);
  g_ptr_array_unref (job->parts);
  g_clear_object (&job->cancellable);
  g_free (job);
}

static void
alternative_clear (gpointer data) {
  g_free (((LonghandAlternative *)data)->text);
}

static bool
is_cancelled (void *user) {
  return g_cancellable_is_cancelled (((Job *)user)->cancellable);
}

/* Without marks around it. (transfer full) */
static char *
dup_core (const char *word) {
  const char *begin = word, *end = word + strlen (word);

  while (*begin != '\0' && !g_unichar_isalnum (g_utf8_get_char (begin)))
    begin = g_utf8_next_char (begin);
  while (end > begin && !g_unichar_isalnum (g_utf8_get_char (g_utf8_prev_char (end))))
    end = g_utf8_prev_char (end);
  return g_strndup (begin, (gsize)(end - begin));
}

static gboolean
is_same (const char *a, const char *b) {
  g_autofree char *first = g_utf8_casefold (a, -1);
  g_autofree char *second = g_utf8_casefold (b, -1);

  return strcmp (first, second) == 0;
}

static gboolean
ends_with (const char *word, const char *end) {
  g_autofree char *folded_word = g_utf8_casefold (word, -1);
  g_autofree char *folded_end = g_utf8_casefold (end, -1);

  return g_utf8_strlen (folded_end, -1) >= MIN_REPEATED && g_str_has_suffix (folded_word, folded_end);
}

/* Unless it is there already. */
static void
add (GArray *alternatives, const char *core, double probability) {
  LonghandAlternative alternative = { .probability = probability };

  for (guint i = 0; i < alternatives->len; i++)
    if (is_same (core, g_array_index (alternatives, LonghandAlternative, i).text))
      return;
  alternative.text = g_strdup (core);
  g_array_append_val (alternatives, alternative);
}

static gint64
get_overlap_ms (const struct quill_word *word, gint64 start_ms, gint64 end_ms) {
  return MIN (end_ms, word->end_ms) - MAX (start_ms, word->start_ms);
}

/* FALSE: nothing is heard there. next: NULL for none. */
static gboolean
find_word (const struct quill_result *result, gint64 start_ms, gint64 end_ms, const struct quill_word **found,
           const struct quill_word **next) {
  gint64 most_ms = 0;
  gboolean is_behind = FALSE; /* the one that was found */

  *found = *next = NULL;
  for (size_t i = 0; i < result->n_segments; i++)
    for (size_t k = 0; k < result->segments[i].n_words; k++) {
      const struct quill_word *word = &result->segments[i].words[k];
      const gint64 overlap_ms = get_overlap_ms (word, start_ms, end_ms);

      if (is_behind)
        *next = word;
      is_behind = overlap_ms > most_ms;
      if (is_behind) {
        most_ms = overlap_ms;
        *found = word;
        *next = NULL;
      }
    }
  return *found != NULL;
}

/* Not the word as it stands, nor what is nearly impossible, nor one that runs into the next word: in its
 * place it would say that one twice. */
GArray *
longhand_alternatives_collect (const struct quill_result *result, gint64 start_ms, gint64 end_ms,
                               const char *word) {
  GArray *alternatives = g_array_new (FALSE, FALSE, sizeof (LonghandAlternative));
  g_autofree char *next_core = NULL;
  const struct quill_word *heard, *next;

  g_array_set_clear_func (alternatives, alternative_clear);
  if (!find_word (result, start_ms, end_ms, &heard, &next))
    return alternatives;
  next_core = dup_core (next != NULL ? next->text : "");
  for (size_t i = 0; i <= heard->n_alternatives; i++) {
    const double probability = (double)(i == 0 ? heard->probability : heard->alternatives[i - 1].probability);
    g_autofree char *core = dup_core (i == 0 ? heard->text : heard->alternatives[i - 1].text);

    if (*core != '\0' && !is_same (core, word) && !(probability < MIN_PROBABILITY)
        && !ends_with (core, next_core))
      add (alternatives, core, probability);
  }
  return alternatives;
}

static GArray *
hear (Job *job, const struct quill_model *model, struct quill_transcriber *transcriber, const float *samples,
      gsize n, GError **error) {
  struct quill_params params;
  struct quill_result *result = NULL;
  struct quill_error engine_error = { 0 };
  GArray *alternatives = NULL;

  quill_params_init (&params);
  if (strcmp (job->choices.language, "auto") != 0)
    params.language = longhand_engine_find_language (model, job->choices.language);
  params.word_timestamps = true;
  params.n_alternatives = QUILL_MAX_ALTERNATIVES;
  params.vad = true;
  params.cancelled = is_cancelled;
  params.user = job;
  if (quill_transcribe (transcriber, samples, n, &params, &result, &engine_error) == QUILL_OK)
    alternatives = longhand_alternatives_collect (result, job->start_ms - job->from_ms,
                                                  job->end_ms - job->from_ms, job->word);
  else
    longhand_set_error_from_engine (error, &engine_error);
  quill_result_free (&result);
  return alternatives;
}

static GArray *
hear_with_model (Job *job, const float *samples, gsize n, GError **error) {
  LonghandSharedModel *weights = longhand_shared_model_open (job->model_path, error);
  struct quill_transcriber *transcriber = NULL;
  struct quill_settings settings;
  struct quill_error engine_error = { 0 };
  GArray *alternatives = NULL;

  if (weights == NULL)
    return NULL;
  quill_settings_init (&settings);
  settings.n_threads = job->choices.threads;
  settings.word_timestamps = true;
  if (quill_transcriber_open (&transcriber, longhand_shared_model_get (weights), &settings, &engine_error)
      == QUILL_OK)
    alternatives = hear (job, longhand_shared_model_get (weights), transcriber, samples, n, error);
  else
    longhand_set_error_from_engine (error, &engine_error);
  quill_transcriber_close (&transcriber);
  longhand_shared_model_close (weights);
  return alternatives;
}

static void
work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
  Job *job = data;
  const gsize n_most = (gsize)(job->to_ms - job->from_ms) * LONGHAND_SOUND_PER_MS;
  g_autofree float *samples = g_new (float, n_most + 1);
  g_autoptr (LonghandSoundReader) reader = longhand_sound_reader_new (job->parts, job->from_ms, job->to_ms);
  GError *error = NULL;
  GArray *alternatives = NULL;
  gsize n;

  if (longhand_sound_reader_read (reader, samples, n_most, &n, &error))
    alternatives = hear_with_model (job, samples, n, &error);
  if (alternatives != NULL)
    g_task_return_pointer (task, alternatives, (GDestroyNotify)g_array_unref);
  else
    g_task_return_error (task, error);
}

void
longhand_alternatives_find_async (const LonghandWordQuestion *question, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user) {
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user);
  Job *job = g_new0 (Job, 1);

  job->model_path = g_strdup (question->model_path);
  job->word = dup_core (question->word);
  job->choices = longhand_choices_read_settings (question->settings);
  job->parts = g_ptr_array_ref (question->parts);
  job->from_ms = MAX (question->from_ms, MAX (question->start_ms - MAX_STRETCH_MS / 2, 0));
  job->to_ms = MIN (question->to_ms, job->from_ms + MAX_STRETCH_MS);
  job->to_ms = MAX (job->to_ms, job->from_ms);
  job->start_ms = question->start_ms;
  job->end_ms = question->end_ms;
  job->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  g_task_set_check_cancellable (task, FALSE); /* the engine says so */
  g_task_set_task_data (task, job, job_free);
  g_task_set_source_tag (task, longhand_alternatives_find_async);
  g_task_run_in_thread (task, work);
}

GArray *
longhand_alternatives_find_finish (GAsyncResult *result, GError **error) {
  return g_task_propagate_pointer (G_TASK (result), error);
}
