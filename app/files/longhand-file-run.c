#include "files/longhand-file-run.h"

#include "audio/longhand-audio-file.h"
#include "audio/longhand-scratch.h"
#include "dictation/longhand-session-sound.h"
#include "longhand-engine-error.h"
#include "longhand-engine-languages.h"
#include "longhand-engine-scores.h"
#include "models/longhand-shared-model.h"
#include "sandbox/longhand-sandbox.h"

#include <glib/gi18n.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define END_TIMEOUT_S 3 /* for a disk that does not answer */
#define NICENESS 10     /* nobody waits for files as for what happens on the screen */
/* A fifth of a second: the shortest words take longer, and models invent some for anything. */
#define SHORTEST_SAMPLES (QUILL_SAMPLE_RATE / 5)
#define SAMPLES_PER_MS (QUILL_SAMPLE_RATE / 1000)

struct _LonghandFileRun {
  atomic_uint n_refs; /* of its maker and its thread */
  pthread_t thread;
  LonghandFileJob job;
  LonghandMailbox *mailbox; /* owned */
  LonghandMailFn done;
  atomic_bool is_cancelled;
  atomic_llong done_ms, total_ms;

  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* --- guarded by lock --- */
  gboolean is_held, has_ended;

  /* --- the thread's own --- */
  char *name;     /* for people */
  int sound_fd;   /* owned; -1: it is not kept, or cannot be */
  int scratch_fd; /* owned, for what is too long for memory; -1: it cannot be made, or was taken */
  gint64 n_heard;
  GError *sound_error;      /* owned; why it cannot; NULL: it can */
  LonghandSamples *samples; /* NULL: not read yet, or not needed any more */
  LonghandSharedModel *weights;
  struct quill_vocabulary *vocabulary;
  const char *languages[QUILL_MAX_LANGUAGES + 1]; /* static codes */
};

void
longhand_file_job_clear (LonghandFileJob *job) {
  g_clear_pointer (&job->path, g_free);
  g_clear_pointer (&job->model_path, g_free);
  g_clear_pointer (&job->model_id, g_free);
  longhand_choices_clear (&job->choices);
}

LonghandFileOutcome *
longhand_file_outcome_new (guint serial) {
  LonghandFileOutcome *outcome = g_new0 (LonghandFileOutcome, 1);

  outcome->serial = serial;
  outcome->sound_fd = -1;
  return outcome;
}

void
longhand_file_outcome_free (LonghandFileOutcome *outcome) {
  g_clear_object (&outcome->transcript);
  g_clear_error (&outcome->error);
  if (outcome->sound_fd >= 0)
    close (outcome->sound_fd);
  g_free (outcome->remark);
  g_free (outcome);
}

/* ---- resting ---- */

/* Waits while it is held. TRUE: it is to end. */
static gboolean
rest (LonghandFileRun *self) {
  pthread_mutex_lock (&self->lock);
  while (self->is_held && !atomic_load_explicit (&self->is_cancelled, memory_order_relaxed))
    pthread_cond_wait (&self->changed, &self->lock);
  pthread_mutex_unlock (&self->lock);
  return atomic_load_explicit (&self->is_cancelled, memory_order_relaxed);
}

static gboolean
rest_while_reading (gpointer user) {
  return rest (user);
}

/* Comes between any two steps of the engine, so that here is also where sound that was looked at goes. */
static bool
rest_while_recognising (void *user) {
  LonghandFileRun *self = user;

  longhand_samples_release (self->samples);
  return rest (self);
}

static void
note_progress (void *user, int64_t done_ms, int64_t total_ms) {
  LonghandFileRun *self = user;

  atomic_store_explicit (&self->done_ms, done_ms, memory_order_relaxed);
}

/* ---- sound ---- */

G_GNUC_PRINTF (2, 3)
static void
remark (LonghandFileOutcome *outcome, const char *format, ...) {
  va_list args;

  va_start (args, format);
  g_free (outcome->remark);
  outcome->remark = g_strdup_vprintf (format, args);
  va_end (args);
}

/* While files can still be made. Why there is no scratch file is said by who needs it. */
static void
open_scratch (LonghandFileRun *self) {
  if (self->job.keeps_sound)
    self->sound_fd = longhand_scratch_open (self->name, &self->sound_error);
  self->scratch_fd = longhand_scratch_open (self->name, NULL);
}

static void
close_fd (int *fd) {
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* Puts it by as it is, to be kept with the text. */
static void
put_by (gpointer user, const float *samples, gsize n) {
  LonghandFileRun *self = user;

  if (self->sound_fd < 0)
    return;
  if (!longhand_session_sound_append (self->sound_fd, self->n_heard, samples, n, self->name,
                                      &self->sound_error))
    close_fd (&self->sound_fd);
  self->n_heard += (gint64)n;
}

/* NULL with outcome->error. */
static const float *
read_sound (LonghandFileRun *self, gsize *n, LonghandFileOutcome *outcome) {
  const LonghandAudioInput input = { .path = self->job.path,
                                     .name = self->name,
                                     .scratch_fd = &self->scratch_fd,
                                     .enhancement = self->job.choices.enhancement,
                                     .heard = put_by,
                                     .is_cancelled = rest_while_reading,
                                     .user = self };
  gsize n_not_finite;
  const float *samples;

  self->samples = longhand_audio_file_read (&input, &n_not_finite, &outcome->error);
  samples = self->samples != NULL ? longhand_samples_seal (self->samples, n, &outcome->error) : NULL;
  if (samples == NULL)
    return NULL;
  if (n_not_finite > 0)
    remark (outcome,
            _ ("“%s” is damaged: %zu"
               " samples are not numbers and count as silence. Record or copy it again."),
            self->name, n_not_finite);
  outcome->duration_ms = (gint64)(*n / SAMPLES_PER_MS);
  if (*n > 0)
    return samples;
  g_set_error (&outcome->error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
               _ ("“%s” holds no sound: check how it was recorded."), self->name);
  return NULL;
}

/* ---- recognition ---- */

/* A language that the model does not know is detected. */
static void
set_languages (LonghandFileRun *self, const struct quill_model *model, struct quill_params *params) {
  const LonghandChoices *choices = &self->job.choices;

  if (strcmp (choices->language, "auto") != 0)
    params->language = longhand_engine_find_language (model, choices->language);
  longhand_engine_find_languages (model, choices->languages, self->languages);
  params->languages = self->languages;
}

/* Names and terms are favoured where the model can write them. */
static void
set_wording (LonghandFileRun *self, const struct quill_model *model, struct quill_params *params,
             LonghandFileOutcome *outcome) {
  LonghandWording *wording = self->job.choices.wording;
  g_autoptr (GError) error = NULL;

  if (wording == NULL)
    return;
  if (!longhand_wording_open_vocabulary (wording, model, &self->vocabulary, &error))
    remark (outcome, "%s%s", _ ("Names and terms are not favoured: "), error->message);
  longhand_wording_apply (wording, self->vocabulary, params);
}

static void
set_params (LonghandFileRun *self, struct quill_params *params, LonghandFileOutcome *outcome) {
  const struct quill_model *model = longhand_shared_model_get (self->weights);

  quill_params_init (params);
  set_languages (self, model, params);
  set_wording (self, model, params, outcome);
  params->vad = true;
  params->condition_on_previous = false; /* stretches between pauses do better by themselves */
  params->word_timestamps = true;
  params->beam_size = QUILL_USUAL_HYPOTHESES;
  params->best_of = QUILL_USUAL_HYPOTHESES;
  params->cancelled = rest_while_recognising;
  params->progress = note_progress;
  params->user = self;
}

static void
set_error (LonghandFileOutcome *outcome, const struct quill_error *engine_error) {
  longhand_set_error_from_engine (&outcome->error, engine_error);
}

/* Words that are written otherwise than they were heard have no times. */
static void
add_segment (const LonghandFileRun *self, LonghandTranscript *transcript,
             const struct quill_segment *segment) {
  const LonghandWording *wording = self->job.choices.wording;
  g_autofree char *text
      = wording != NULL ? longhand_wording_rewrite (wording, segment->text) : g_strdup (segment->text);
  const LonghandScores scores = longhand_engine_scores (segment);

  if (!longhand_transcript_append (transcript, segment->start_ms, segment->end_ms, text, &scores)
      || strcmp (text, segment->text) != 0)
    return;
  for (size_t i = 0; i < segment->n_words; i++) {
    const struct quill_word *word = &segment->words[i];

    longhand_transcript_add_word (transcript, word->start_ms, word->end_ms, word->text,
                                  (double)word->probability);
  }
}

static void
take_result (const LonghandFileRun *self, const struct quill_result *result, LonghandFileOutcome *outcome) {
  outcome->transcript = longhand_transcript_new ();
  longhand_transcript_set_model (outcome->transcript, self->job.model_id);
  for (size_t i = 0; i < result->n_segments; i++)
    add_segment (self, outcome->transcript, &result->segments[i]);
  longhand_transcript_set_language (outcome->transcript, result->language);
  if (longhand_transcript_get_n_segments (outcome->transcript) == 0)
    remark (outcome, _ ("No words were heard in “%s”."), self->name);
}

/* Closes what it opens; the weights stay. */
static void
recognise_with (LonghandFileRun *self, struct quill_transcriber *transcriber, const float *samples, gsize n,
                LonghandFileOutcome *outcome) {
  struct quill_result *result = NULL;
  struct quill_params params;
  struct quill_error engine_error = { 0 };

  set_params (self, &params, outcome);
  if (quill_transcribe (transcriber, samples, n, &params, &result, &engine_error) == QUILL_OK)
    take_result (self, result, outcome);
  else
    set_error (outcome, &engine_error);
  quill_result_free (&result);
  quill_vocabulary_close (&self->vocabulary);
}

static void
recognise (LonghandFileRun *self, const float *samples, gsize n, LonghandFileOutcome *outcome) {
  struct quill_transcriber *transcriber = NULL;
  struct quill_settings settings;
  struct quill_error engine_error = { 0 };

  self->weights = longhand_shared_model_open (self->job.model_path, &outcome->error);
  if (self->weights == NULL)
    return;
  quill_settings_init (&settings);
  settings.n_threads = self->job.choices.threads;
  settings.word_timestamps = true;
  settings.n_hypotheses = QUILL_USUAL_HYPOTHESES;
  if (quill_transcriber_open (&transcriber, longhand_shared_model_get (self->weights), &settings,
                              &engine_error)
      == QUILL_OK)
    recognise_with (self, transcriber, samples, n, outcome);
  else
    set_error (outcome, &engine_error);
  quill_transcriber_close (&transcriber);
  g_clear_pointer (&self->weights, longhand_shared_model_close);
}

/* With text, which it belongs to. */
static void
hand_sound_on (LonghandFileRun *self, LonghandFileOutcome *outcome) {
  if (outcome->transcript == NULL || longhand_transcript_get_n_segments (outcome->transcript) == 0)
    return;
  outcome->sound_fd = self->sound_fd;
  self->sound_fd = -1;
  if (self->sound_error != NULL)
    remark (outcome, "%s", self->sound_error->message);
}

static void
work_on (LonghandFileRun *self, LonghandFileOutcome *outcome) {
  gsize n;
  const float *samples = read_sound (self, &n, outcome);

  if (samples == NULL)
    return;
  if (n < SHORTEST_SAMPLES) {
    outcome->transcript = longhand_transcript_new ();
    remark (outcome, _ ("“%s” lasts %.1f seconds, which is too short to hold a word."), self->name,
            (double)n / QUILL_SAMPLE_RATE);
    return;
  }
  atomic_store_explicit (&self->total_ms, outcome->duration_ms, memory_order_relaxed);
  recognise (self, samples, n, outcome);
  hand_sound_on (self, outcome);
}

/* ---- the thread ---- */

static void
run_unref (LonghandFileRun *self) {
  if (atomic_fetch_sub_explicit (&self->n_refs, 1, memory_order_acq_rel) > 1)
    return;
  longhand_file_job_clear (&self->job);
  longhand_mailbox_unref (self->mailbox);
  g_free (self->name);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* Before anything of the recording is looked at; the engine's threads come later, and are closed in with it.
 */
static void *
work (void *user) {
  LonghandFileRun *self = user;
  LonghandFileOutcome *outcome = longhand_file_outcome_new (self->job.serial);

  open_scratch (self);
  longhand_sandbox_enter (NULL);
  setpriority (PRIO_PROCESS, 0, NICENESS); /* of this thread, and the engine's that it makes */
  work_on (self, outcome);
  g_clear_pointer (&self->samples, longhand_samples_free);
  close_fd (&self->sound_fd);
  close_fd (&self->scratch_fd);
  g_clear_error (&self->sound_error);
  longhand_mailbox_post (self->mailbox, self->done, outcome, (GDestroyNotify)longhand_file_outcome_free);
  pthread_mutex_lock (&self->lock);
  self->has_ended = TRUE;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  run_unref (self);
  return NULL;
}

/* ---- its maker's side ---- */

LonghandFileRun *
longhand_file_run_new (LonghandFileJob *job, LonghandMailbox *mailbox, LonghandMailFn done, GError **error) {
  LonghandFileRun *self = g_new0 (LonghandFileRun, 1);
  pthread_condattr_t attr;

  atomic_init (&self->n_refs, 2);
  self->job = *job;
  *job = (LonghandFileJob){ 0 };
  self->name = g_filename_display_basename (self->job.path);
  self->sound_fd = self->scratch_fd = -1;
  self->mailbox = longhand_mailbox_ref (mailbox);
  self->done = done;
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&self->changed, &attr);
  pthread_condattr_destroy (&attr);
  if (pthread_create (&self->thread, NULL, work, self) == 0)
    return self;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
               _ ("The system allows no more threads. Close other programs and try again."));
  run_unref (self);
  run_unref (self);
  return NULL;
}

void
longhand_file_run_cancel (LonghandFileRun *self) {
  pthread_mutex_lock (&self->lock);
  atomic_store_explicit (&self->is_cancelled, true, memory_order_relaxed);
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

void
longhand_file_run_set_held (LonghandFileRun *self, gboolean held) {
  pthread_mutex_lock (&self->lock);
  self->is_held = held;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

void
longhand_file_run_get_progress (LonghandFileRun *self, gint64 *done_ms, gint64 *total_ms) {
  *done_ms = atomic_load_explicit (&self->done_ms, memory_order_relaxed);
  *total_ms = atomic_load_explicit (&self->total_ms, memory_order_relaxed);
}

void
longhand_file_run_free (LonghandFileRun *self) {
  struct timespec deadline;
  gboolean has_ended;

  if (self == NULL)
    return;
  longhand_file_run_cancel (self);
  clock_gettime (CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += END_TIMEOUT_S;
  pthread_mutex_lock (&self->lock);
  while (!self->has_ended && pthread_cond_timedwait (&self->changed, &self->lock, &deadline) == 0)
    ;
  has_ended = self->has_ended;
  pthread_mutex_unlock (&self->lock);
  if (has_ended)
    pthread_join (self->thread, NULL);
  else
    pthread_detach (self->thread);
  run_unref (self);
}
