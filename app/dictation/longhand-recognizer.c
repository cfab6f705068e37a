#include "dictation/longhand-recognizer.h"

#include "audio/longhand-pump.h"
#include "dictation/longhand-breakdown.h"
#include "dictation/longhand-commands.h"
#include "dictation/longhand-utterance.h"
#include "longhand-engine-error.h"
#include "longhand-engine-languages.h"
#include "longhand-engine-scores.h"
#include "longhand-engine-threads.h"
#include "longhand-error.h"
#include "models/longhand-shared-model.h"
#include "sandbox/longhand-sandbox.h"

#include <glib/gi18n.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define CHUNK 1600                       /* samples taken from the queue at once */
#define KEPT (LONGHAND_PUMP_RATE_HZ / 2) /* samples of pre-roll that a new stream is begun with */
#define PER_MS (LONGHAND_PUMP_RATE_HZ / 1000)
#define PREROLL_MS 480  /* of an utterance, before its first speech */
#define MAX_TAIL_MS 320 /* of its pause, behind its last speech */

struct _LonghandRecognizer {
  atomic_uint n_refs; /* of its maker and its thread */
  pthread_t thread;
  LonghandPumpQueue *queue; /* owned */
  LonghandJournal *journal; /* owned; NULL: none */
  LonghandMailbox *mailbox; /* owned */
  LonghandMailFn fn;
  atomic_bool quit;

  pthread_mutex_t lock;
  pthread_cond_t ended;
  /* --- guarded by lock --- */
  LonghandRecognizerSettings wanted; /* owned languages */
  gboolean has_wanted;               /* wanted is news to the thread */
  char *wanted_path;                 /* owned; model to load, NULL when there is nothing to do */
  guint wanted_serial;
  gboolean has_ended;

  /* --- the thread's own --- */
  LonghandRecognizerSettings settings; /* owned languages */
  /* Of the stream: codes, static, ending with NULL. */
  const char *languages[QUILL_MAX_LANGUAGES + 1];
  gboolean reopen; /* the stream was opened with other settings than these */
  guint serial;
  LonghandSharedModel *weights; /* owned; NULL: none */
  struct quill_model *model;    /* of these */
  struct quill_transcriber *transcriber;
  LonghandCommands *commands;          /* of the stream; NULL: none */
  struct quill_grammar *grammar;       /* of these */
  struct quill_vocabulary *vocabulary; /* of the stream; NULL: none */
  struct quill_stream *stream;         /* NULL: no model, or no memory for a stream */
  guint64 origin;             /* number of the stream's sample 0, among all ever taken from the queue */
  guint64 n_taken;            /* number of the next sample to push */
  LonghandEnhancer *enhancer; /* owned; of the recording in progress; NULL: it has not begun */
  GArray *chunk;              /* owned; float, enhanced */
  gsize chunk_at, chunk_n;    /* what of chunk is still to be pushed */
  gboolean chunk_ends;        /* a recording ends behind it */
  float kept[KEPT];           /* the last samples pushed that belong to no utterance yet */
  gsize n_kept;
  gint64 speech_ms; /* first speech of the utterance in progress, in the session's time */
  gint64 end_ms;    /* of the utterance before, or beginning of the stream; likewise */
  double busy_ms;   /* in the engine so far */
  double pushed_ms; /* of the pass that is going on: on sound that came meanwhile */
  guint64 n_heard;  /* samples the engine got for it */
  LonghandStats stats;
};

/* ---- post ---- */

LonghandHeard *
longhand_heard_new (LonghandHeardType type, guint serial) {
  LonghandHeard *heard = g_new0 (LonghandHeard, 1);

  heard->type = type;
  heard->serial = serial;
  return heard;
}

void
longhand_heard_free (LonghandHeard *heard) {
  g_free (heard->text);
  g_clear_pointer (&heard->utterance, longhand_utterance_unref);
  g_clear_pointer (&heard->left_out, longhand_utterance_unref);
  g_clear_pointer (&heard->words, g_array_unref);
  g_clear_error (&heard->error);
  g_free (heard);
}

static void
post (LonghandRecognizer *self, LonghandHeard *heard) {
  self->stats.busy_s = self->busy_ms / 1000;
  if (self->n_heard > 0)
    self->stats.rtf = self->busy_ms / ((double)self->n_heard / PER_MS);
  heard->stats = self->stats;
  longhand_mailbox_post (self->mailbox, self->fn, heard, (GDestroyNotify)longhand_heard_free);
}

static void
post_error (LonghandRecognizer *self, GError *error) {
  LonghandHeard *heard = longhand_heard_new (LONGHAND_HEARD_ERROR, self->serial);

  heard->error = error;
  post (self, heard);
}

/* ---- sound ---- */

static void
keep (LonghandRecognizer *self, const float *samples, gsize n) {
  const gsize n_new = MIN (n, KEPT);
  const gsize n_old = MIN (self->n_kept, KEPT - n_new);

  memmove (self->kept, self->kept + self->n_kept - n_old, n_old * sizeof (float));
  memcpy (self->kept + n_old, samples + n - n_new, n_new * sizeof (float));
  self->n_kept = n_old + n_new;
}

/* As is wanted when the first of its sound comes; sound that cannot be enhanced is heard as it is. */
static void
begin_recording (LonghandRecognizer *self) {
  const LonghandEnhancement nothing = { 0 };
  LonghandEnhancement wanted;
  GError *error = NULL;

  pthread_mutex_lock (&self->lock);
  wanted = self->wanted.enhancement;
  pthread_mutex_unlock (&self->lock);
  self->enhancer = longhand_enhancer_new (&wanted, &error);
  if (self->enhancer != NULL)
    return;
  post_error (self, error);
  self->enhancer = longhand_enhancer_new (&nothing, NULL);
}

/* FALSE: the queue is empty. What the enhancer holds back for now leaves the chunk empty. */
static gboolean
pop_chunk (LonghandRecognizer *self) {
  float samples[CHUNK];
  const gsize n = longhand_pump_queue_pop (self->queue, samples, CHUNK, &self->chunk_ends);

  if (n == 0 && !self->chunk_ends)
    return FALSE;
  if (self->enhancer == NULL)
    begin_recording (self);
  g_array_set_size (self->chunk, 0);
  longhand_enhancer_process (self->enhancer, samples, n, self->chunk_ends, self->chunk);
  if (self->chunk_ends)
    g_clear_pointer (&self->enhancer, longhand_enhancer_free);
  self->chunk_at = 0;
  self->chunk_n = self->chunk->len;
  return TRUE;
}

/* FALSE: nothing waits. */
static gboolean
fill_chunk (LonghandRecognizer *self) {
  while (self->chunk_n == 0 && !self->chunk_ends && pop_chunk (self))
    ;
  return self->chunk_n > 0 || self->chunk_ends;
}

/* FALSE: the utterance is over before the rest of it. */
static gboolean
push_chunk (LonghandRecognizer *self) {
  const float *samples = (const float *)(gpointer)self->chunk->data + self->chunk_at;
  const gint64 begin_us = g_get_monotonic_time ();
  const gsize n = quill_stream_push (self->stream, samples, self->chunk_n);
  const double ms = (double)(g_get_monotonic_time () - begin_us) / 1000;

  self->stats.steps[LONGHAND_STEP_VOICE_ACTIVITY].ms += ms;
  self->pushed_ms += ms;
  keep (self, samples, n);
  self->n_taken += n;
  self->n_heard += n;
  self->chunk_at += n;
  self->chunk_n -= n;
  return self->chunk_n == 0;
}

/* ---- stream ---- */

static gint64
to_session_ms (LonghandRecognizer *self, gint64 stream_ms) {
  return (gint64)(self->origin / PER_MS) + stream_ms;
}

/* (transfer full); NULL: it is no command. */
static LonghandUtterance *
command_from_event (LonghandRecognizer *self, const struct quill_stream_event *event) {
  const char *written;
  LonghandCommand command;

  if (event->command == NULL)
    return NULL;
  command = longhand_commands_find (self->commands, event->command, &written);
  if (command == LONGHAND_COMMAND_NONE)
    return NULL;
  return longhand_utterance_new_command (to_session_ms (self, event->start_ms),
                                         to_session_ms (self, event->end_ms), command,
                                         *written != '\0' ? written : event->text);
}

/* As people want it written. (transfer full) */
static char *
rewrite (const LonghandRecognizer *self, const char *text) {
  return self->settings.wording != NULL ? longhand_wording_rewrite (self->settings.wording, text)
                                        : g_strdup (text);
}

/* Words that are written otherwise than they were heard have no times. */
static void
add_segment (LonghandRecognizer *self, LonghandUtterance *utterance, const struct quill_segment *segment) {
  g_autofree char *text = rewrite (self, segment->text);
  const guint n_before = utterance->segments->len;
  const LonghandScores scores = longhand_engine_scores (segment);

  longhand_utterance_add_segment (utterance, to_session_ms (self, segment->start_ms),
                                  to_session_ms (self, segment->end_ms), text, &scores);
  if (utterance->segments->len == n_before || strcmp (text, segment->text) != 0)
    return;
  for (size_t i = 0; i < segment->n_words; i++) {
    const struct quill_word *word = &segment->words[i];

    longhand_utterance_add_word (utterance, to_session_ms (self, word->start_ms),
                                 to_session_ms (self, word->end_ms), word->text, (double)word->probability);
  }
}

static LonghandUtterance *
utterance_from_event (LonghandRecognizer *self, const struct quill_stream_event *event) {
  LonghandUtterance *utterance = command_from_event (self, event);
  g_autofree char *text = NULL;

  if (utterance != NULL)
    return utterance;
  text = rewrite (self, event->text);
  utterance = longhand_utterance_new (to_session_ms (self, event->start_ms),
                                      to_session_ms (self, event->end_ms), text);
  for (size_t i = 0; i < event->n_segments; i++)
    add_segment (self, utterance, &event->segments[i]);
  return utterance;
}

/* Of what is kept, only what lies behind sample number end: the beginning of what comes next. */
static void
keep_behind (LonghandRecognizer *self, guint64 end) {
  const gsize n = MIN (self->n_kept, (gsize)(self->n_taken - MIN (end, self->n_taken)));

  memmove (self->kept, self->kept + self->n_kept - n, n * sizeof (float));
  self->n_kept = n;
}

static void
note_parts (LonghandRecognizer *self) {
  double ms[LONGHAND_N_PARTS];

  longhand_breakdown_read (self->transcriber, ms);
  for (guint i = 0; i < LONGHAND_N_PARTS; i++)
    self->stats.parts[i].ms = ms[i];
}

/* An utterance begins with its pre-roll, unless there was no room for all of it behind the one before. */
static void
note_begin (LonghandRecognizer *self, gint64 start_ms) {
  self->speech_ms = start_ms > self->end_ms ? start_ms + PREROLL_MS : start_ms;
}

/* An utterance that ends with its pause keeps some of it for its last word; others end where they were cut.
 */
static gint64
last_speech_ms (LonghandRecognizer *self, const struct quill_stream_event *event) {
  const gint64 end_ms = to_session_ms (self, event->end_ms);
  const gint64 pause_ms = (gint64)(self->n_taken / PER_MS) - self->settings.pause_ms;

  return end_ms >= pause_ms && end_ms <= pause_ms + MAX_TAIL_MS ? pause_ms : end_ms;
}

static void
word_clear (gpointer data) {
  LonghandLiveWord *word = data;

  g_free (word->text);
}

/* (transfer full) (element-type LonghandLiveWord) */
static GArray *
words_from_event (LonghandRecognizer *self, const struct quill_stream_event *event) {
  GArray *words = g_array_new (FALSE, FALSE, sizeof (LonghandLiveWord));

  g_array_set_clear_func (words, word_clear);
  for (size_t i = 0; i < event->n_segments; i++)
    for (size_t k = 0; k < event->segments[i].n_words; k++) {
      const struct quill_word *word = &event->segments[i].words[k];
      const LonghandLiveWord copy = { g_strdup (word->text), to_session_ms (self, word->start_ms),
                                      to_session_ms (self, word->end_ms) };

      g_array_append_val (words, copy);
    }
  return words;
}

/* What was found in the sound up to sample number until. */
static void
post_text (LonghandRecognizer *self, LonghandHeard *heard, guint64 until) {
  heard->speech_ms = self->speech_ms;
  heard->until_ms = (gint64)(until / PER_MS);
  post (self, heard);
}

/* During quill_stream_step and quill_stream_finish. */
static void
on_stream_event (void *user, const struct quill_stream_event *event) {
  LonghandRecognizer *self = user;
  const gboolean is_final = event->type == QUILL_STREAM_FINAL;
  guint64 until = self->n_taken;
  LonghandHeard *heard;

  if (event->type == QUILL_STREAM_SPEECH_BEGIN) {
    note_begin (self, to_session_ms (self, event->start_ms));
    return;
  }
  self->busy_ms += event->timings.total_ms;
  longhand_breakdown_add_pass (&self->stats, &event->timings, self->pushed_ms);
  self->pushed_ms = 0;
  note_parts (self);
  if (is_final) {
    self->stats.final_cost_ms = event->timings.total_ms;
    self->end_ms = to_session_ms (self, event->end_ms);
    keep_behind (self, self->origin + (guint64)MAX (event->end_ms, 0) * PER_MS);
  } else {
    self->stats.partial_cost_ms = event->timings.total_ms;
    until = MIN (until, self->origin + (guint64)MAX (event->end_ms, 0) * PER_MS);
  }
  if (is_final && *event->text != '\0') {
    heard = longhand_heard_new (LONGHAND_HEARD_UTTERANCE, self->serial);
    heard->utterance = utterance_from_event (self, event);
    heard->words = words_from_event (self, event);
    heard->speech_end_ms = last_speech_ms (self, event);
    heard->n_texts = longhand_utterance_append_to (heard->utterance, self->journal);
    longhand_journal_wait_for_disk (self->journal);
  } else {
    heard = longhand_heard_new (LONGHAND_HEARD_TENTATIVE, self->serial);
    heard->text = g_strdup (event->text);
    heard->n_firm = event->n_firm;
    heard->is_end = is_final;
    if (event->left_out != NULL)
      heard->left_out = longhand_utterance_new (to_session_ms (self, event->start_ms),
                                                to_session_ms (self, event->end_ms), event->left_out);
  }
  post_text (self, heard, until);
}

/* Tentative passes give way to the end of an utterance, of a recording and of the program. What is said
 * meanwhile goes into the stream, which finds out about the first. */
static bool
is_cancelled (void *user) {
  LonghandRecognizer *self = user;

  if (atomic_load_explicit (&self->quit, memory_order_relaxed) || longhand_pump_queue_has_end (self->queue))
    return true;
  while (fill_chunk (self))
    if (!push_chunk (self) || self->chunk_ends)
      return true;
  return false;
}

static void
complain_of_language (LonghandRecognizer *self, const char *language) {
  post_error (self,
              g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_MODEL_UNSUPPORTED,
                           _ ("The model does not know the language “%s”, so it is being detected. Choose "
                              "another language in Preferences."),
                           language));
}

static const char *
known_language (LonghandRecognizer *self) {
  const char *code;

  if (quill_model_n_languages (self->model) == 0 || strcmp (self->settings.language, "auto") == 0)
    return NULL;
  code = longhand_engine_find_language (self->model, self->settings.language);
  if (code == NULL)
    complain_of_language (self, self->settings.language);
  return code;
}

/* Those of the wanted ones that the model knows, for the next stream; NULL: any. */
static const char *const *
known_languages (LonghandRecognizer *self) {
  char **const wanted = self->settings.languages;

  if (quill_model_n_languages (self->model) == 0 || wanted == NULL || wanted[0] == NULL)
    return NULL;
  if (longhand_engine_find_languages (self->model, wanted, self->languages) > 0)
    return self->languages;
  complain_of_language (self, wanted[0]);
  return NULL;
}

static void
close_stream (LonghandRecognizer *self) {
  quill_stream_close (&self->stream);
  quill_grammar_close (&self->grammar);
  quill_vocabulary_close (&self->vocabulary);
  g_clear_pointer (&self->commands, longhand_commands_free);
}

/* Those of the languages that may be spoken, as far as that is known; none where the model cannot write them.
 */
static void
open_commands (LonghandRecognizer *self, struct quill_stream_settings *settings) {
  const char *const one[] = { settings->params.language != NULL ? settings->params.language : "en", NULL };
  const gboolean is_one = settings->params.language != NULL || quill_model_n_languages (self->model) == 0;

  struct quill_error engine_error = { 0 };
  GError *error = NULL;

  if (!self->settings.commands)
    return;
  self->commands = longhand_commands_new (is_one ? one : settings->params.languages);
  if (self->commands == NULL)
    return;
  if (quill_grammar_open (&self->grammar, self->model, longhand_commands_get_grammar (self->commands), NULL,
                          &engine_error)
      == QUILL_OK) {
    settings->commands = self->grammar;
    return;
  }
  g_clear_pointer (&self->commands, longhand_commands_free);
  longhand_set_error_from_engine (&error, &engine_error);
  g_prefix_error (&error, "%s", _ ("Spoken commands are written as words: "));
  post_error (self, error);
}

/* Without its terms where the model cannot write them. */
static void
open_vocabulary (LonghandRecognizer *self, struct quill_params *params) {
  GError *error = NULL;

  if (self->settings.wording == NULL)
    return;
  if (!longhand_wording_open_vocabulary (self->settings.wording, self->model, &self->vocabulary, &error)) {
    g_prefix_error (&error, "%s", _ ("Names and terms are not favoured: "));
    post_error (self, error);
  }
  longhand_wording_apply (self->settings.wording, self->vocabulary, params);
}

static void
close_model (LonghandRecognizer *self) {
  close_stream (self);
  quill_transcriber_close (&self->transcriber);
  self->model = NULL;
  g_clear_pointer (&self->weights, longhand_shared_model_close);
}

static gboolean
open_stream (LonghandRecognizer *self, GError **error) {
  struct quill_stream_settings settings;
  struct quill_error engine_error = { 0 };

  close_stream (self);
  self->reopen = FALSE;
  quill_stream_settings_init (&settings);
  settings.preroll_ms = PREROLL_MS;
  settings.pause_ms = self->settings.pause_ms;
  settings.keep_all = self->settings.keep_all;
  settings.params.beam_size = QUILL_USUAL_HYPOTHESES;
  settings.params.best_of = QUILL_USUAL_HYPOTHESES;
  settings.params.language = known_language (self);
  settings.params.languages = known_languages (self);
  open_vocabulary (self, &settings.params);
  settings.params.cancelled = is_cancelled;
  settings.params.user = self;
  open_commands (self, &settings);
  if (quill_stream_open (&self->stream, self->transcriber, &settings, on_stream_event, self, &engine_error)
      != QUILL_OK) {
    longhand_set_error_from_engine (error, &engine_error);
    return FALSE;
  }
  self->origin = self->n_taken;
  self->end_ms = to_session_ms (self, 0);
  return TRUE;
}

/* A new stream in place of the old one; without one, the model is as good as none. */
static gboolean
replace_stream (LonghandRecognizer *self) {
  g_autoptr (GError) error = NULL;
  LonghandHeard *heard;

  if (open_stream (self, &error))
    return TRUE;
  close_model (self);
  heard = longhand_heard_new (LONGHAND_HEARD_NO_MODEL, self->serial);
  heard->error = g_steal_pointer (&error);
  post (self, heard);
  return FALSE;
}

/* Between two utterances; the new stream gets the last sounds again, which may be the beginning of a word. */
static void
apply_to_stream (LonghandRecognizer *self) {
  if (!replace_stream (self))
    return;
  self->origin -= self->n_kept;
  quill_stream_push (self->stream, self->kept, self->n_kept);
}

/* Gives up the utterance that cannot be recognised, so that the next one can. */
static void
give_up_utterance (LonghandRecognizer *self, const struct quill_error *engine_error) {
  g_autoptr (GError) error = NULL;
  LonghandHeard *heard = longhand_heard_new (LONGHAND_HEARD_TENTATIVE, self->serial);

  heard->text = g_strdup ("");
  heard->is_end = TRUE;
  post_text (self, heard, self->n_taken);
  longhand_set_error_from_engine (&error, engine_error);
  g_prefix_error (&error, "%s", _ ("An utterance could not be recognised: "));
  post_error (self, g_steal_pointer (&error));
  self->n_kept = 0;
  replace_stream (self);
}

/* A pass that must succeed: once more when it fails, for want of memory say. */
static void
final_pass (LonghandRecognizer *self, gboolean is_end) {
  struct quill_error engine_error = { 0 };
  enum quill_status status = QUILL_OK;
  bool worked = true;

  self->pushed_ms = 0;
  for (int i = 0; i < 2; i++) {
    status = is_end ? quill_stream_finish (self->stream, &engine_error)
                    : quill_stream_step (self->stream, &worked, &engine_error);
    if (status == QUILL_OK)
      break;
  }
  if (status == QUILL_OK && !worked) {
    status = QUILL_ERR_INVALID;
    engine_error.code = status;
    g_strlcpy (engine_error.message, _ ("the recognizer is stuck"), sizeof engine_error.message);
  }
  if (status != QUILL_OK)
    give_up_utterance (self, &engine_error);
}

static void
note_behind (LonghandRecognizer *self) {
  const gboolean is_behind = quill_stream_is_behind (self->stream);

  if (self->stats.is_behind == is_behind)
    return;
  self->stats.is_behind = is_behind;
  post (self, longhand_heard_new (LONGHAND_HEARD_STATS, self->serial));
}

/* Nothing is lost when it fails: the sound is seen again by the next pass, the final one at the latest. */
static void
tentative_pass (LonghandRecognizer *self) {
  self->pushed_ms = 0;
  quill_stream_step (self->stream, NULL, NULL);
  note_behind (self);
}

/* Tells the stream how far it is behind the speaker; and the listener, when that makes a difference. */
static void
note_lag (LonghandRecognizer *self) {
  quill_stream_note_lag (self->stream, (unsigned)(longhand_pump_queue_get_n_samples (self->queue) / PER_MS));
  note_behind (self);
}

/* Asked after sound was taken from the queue: a request holds for all the sound that came after it, and
 * nothing may go into a stream that is about to be closed. */
static gboolean
request_waits (LonghandRecognizer *self) {
  gboolean waits;

  pthread_mutex_lock (&self->lock);
  waits = self->has_wanted || self->wanted_path != NULL;
  pthread_mutex_unlock (&self->lock);
  return waits;
}

/* Everything that waits goes into the stream before a tentative pass is made of it: a slow machine makes
 * fewer of them, and does not fall behind. TRUE when there was anything. */
static gboolean
take_sound (LonghandRecognizer *self) {
  gboolean took_any = FALSE;

  if (self->stream != NULL)
    note_lag (self);
  while (self->stream != NULL && !atomic_load_explicit (&self->quit, memory_order_relaxed)
         && fill_chunk (self)) {
    if (request_waits (self))
      return TRUE;
    took_any = TRUE;
    if (!push_chunk (self)) {
      final_pass (self, FALSE);
      return TRUE;
    }
    if (self->chunk_ends) {
      final_pass (self, TRUE);
      self->n_kept = 0; /* the next recording has another beginning */
      self->chunk_ends = FALSE;
      longhand_journal_append_heard (self->journal, self->n_taken);
      post (self, longhand_heard_new (LONGHAND_HEARD_END, self->serial));
    }
    if (self->reopen && self->stream != NULL && !quill_stream_in_speech (self->stream))
      break;
  }
  if (took_any && self->stream != NULL)
    tentative_pass (self);
  return took_any;
}

/* ---- requests ---- */

static void
refresh_stats (LonghandRecognizer *self) {
  g_autofree char *reason = NULL;
  struct quill_thread_choice choice;
  struct quill_memory memory;
  const size_t *const bytes[]
      = { &memory.weights, &memory.embeddings, &memory.kv_cache, &memory.encoder_output, &memory.working };

  quill_transcriber_get_memory (self->transcriber, &memory);
  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
    self->stats.memory[i].bytes = *bytes[i];
  quill_transcriber_get_thread_choice (self->transcriber, &choice);
  reason = longhand_engine_describe_threads (&choice);
  self->stats.threads = choice.n_threads;
  self->stats.threads_reason = g_intern_string (reason);
  self->stats.kernel_level = quill_transcriber_kernel_level (self->transcriber);
}

/* Sums only, which take no memory to speak of; without them the figures are missing, and nothing else. */
static void
apply_detailed (LonghandRecognizer *self) {
  const struct quill_trace_settings sums_only = { 0 };

  if (self->transcriber != NULL)
    quill_transcriber_set_trace (self->transcriber, self->settings.detailed ? &sums_only : NULL, NULL);
}

static gboolean
open_model (LonghandRecognizer *self, const char *path, GError **error) {
  struct quill_settings settings;
  struct quill_error engine_error = { 0 };

  self->weights = longhand_shared_model_open (path, error);
  if (self->weights == NULL)
    return FALSE;
  self->model = longhand_shared_model_get (self->weights);
  quill_settings_init (&settings);
  settings.n_threads = self->settings.threads;
  settings.word_timestamps = true;
  settings.n_hypotheses = QUILL_USUAL_HYPOTHESES;
  if (quill_transcriber_open (&self->transcriber, self->model, &settings, &engine_error) != QUILL_OK) {
    longhand_set_error_from_engine (error, &engine_error);
    return FALSE;
  }
  apply_detailed (self);
  return open_stream (self, error);
}

static void
load_model (LonghandRecognizer *self, const char *path) {
  LonghandHeard *heard = longhand_heard_new (LONGHAND_HEARD_MODEL, self->serial);
  gint64 begin_us;

  if (self->stream != NULL && quill_stream_in_speech (self->stream))
    final_pass (self, TRUE);
  self->n_kept = 0;
  close_model (self);
  self->stats = (LonghandStats){ .sandbox = self->stats.sandbox };
  self->busy_ms = 0;
  self->n_heard = 0;
  begin_us = g_get_monotonic_time ();
  if (open_model (self, path, &heard->error)) {
    self->stats.steps[LONGHAND_STEP_LOAD].ms = (double)(g_get_monotonic_time () - begin_us) / 1000;
    heard->n_languages = quill_model_n_languages (self->model);
    refresh_stats (self);
  } else {
    heard->type = LONGHAND_HEARD_NO_MODEL;
    close_model (self);
  }
  post (self, heard);
}

static void
apply_threads (LonghandRecognizer *self, guint threads) {
  struct quill_error engine_error = { 0 };
  g_autoptr (GError) error = NULL;

  self->settings.threads = threads;
  if (self->transcriber == NULL)
    return;
  if (quill_transcriber_set_threads (self->transcriber, threads, &engine_error) != QUILL_OK) {
    longhand_set_error_from_engine (&error, &engine_error);
    post_error (self, g_steal_pointer (&error));
  }
  refresh_stats (self);
  post (self, longhand_heard_new (LONGHAND_HEARD_STATS, self->serial));
}

static gboolean
are_same (char **a, char **b) {
  return a == NULL || b == NULL ? a == b : g_strv_equal ((const char *const *)a, (const char *const *)b);
}

static void
copy_settings (LonghandRecognizerSettings *to, const LonghandRecognizerSettings *from) {
  *to = *from;
  to->language = g_strdup (from->language);
  to->languages = g_strdupv (from->languages);
  to->wording = from->wording != NULL ? longhand_wording_ref (from->wording) : NULL;
}

static void
clear_settings (LonghandRecognizerSettings *settings) {
  g_clear_pointer (&settings->language, g_free);
  g_clear_pointer (&settings->languages, g_strfreev);
  g_clear_pointer (&settings->wording, longhand_wording_unref);
}

/* Takes over what wanted owns. */
static void
take_settings (LonghandRecognizer *self, LonghandRecognizerSettings *wanted) {
  if (wanted->pause_ms != self->settings.pause_ms || wanted->commands != self->settings.commands
      || g_strcmp0 (wanted->language, self->settings.language) != 0
      || !longhand_wording_equal (wanted->wording, self->settings.wording)
      || !are_same (wanted->languages, self->settings.languages))
    self->reopen = self->stream != NULL;
  clear_settings (&self->settings);
  self->settings.language = g_steal_pointer (&wanted->language);
  self->settings.languages = g_steal_pointer (&wanted->languages);
  self->settings.wording = g_steal_pointer (&wanted->wording);
  self->settings.pause_ms = wanted->pause_ms;
  self->settings.keep_all = wanted->keep_all;
  self->settings.commands = wanted->commands;
  if (wanted->detailed != self->settings.detailed) {
    self->settings.detailed = wanted->detailed;
    apply_detailed (self);
  }
  if (wanted->threads != self->settings.threads)
    apply_threads (self, wanted->threads);
}

static void
take_requests (LonghandRecognizer *self) {
  g_autofree char *path = NULL;
  LonghandRecognizerSettings wanted = { 0 };
  gboolean has_wanted;

  pthread_mutex_lock (&self->lock);
  path = g_steal_pointer (&self->wanted_path);
  if (path != NULL)
    self->serial = self->wanted_serial;
  has_wanted = self->has_wanted;
  self->has_wanted = FALSE;
  if (has_wanted)
    copy_settings (&wanted, &self->wanted);
  pthread_mutex_unlock (&self->lock);

  if (has_wanted)
    take_settings (self, &wanted);
  clear_settings (&wanted);
  if (path != NULL)
    load_model (self, path);
  else if (self->reopen && self->stream != NULL && !quill_stream_in_speech (self->stream))
    apply_to_stream (self);
}

/* ---- thread ---- */

static void
recognizer_unref (LonghandRecognizer *self) {
  if (atomic_fetch_sub_explicit (&self->n_refs, 1, memory_order_acq_rel) > 1)
    return;
  longhand_pump_queue_unref (self->queue);
  longhand_journal_unref (self->journal);
  longhand_mailbox_unref (self->mailbox);
  longhand_enhancer_free (self->enhancer);
  g_array_unref (self->chunk);
  clear_settings (&self->wanted);
  g_free (self->wanted_path);
  clear_settings (&self->settings);
  pthread_cond_destroy (&self->ended);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* Before anything of a model or of sound is looked at, and before the engine has threads of its own, which
 * are closed in with it. */
static void
close_in (LonghandRecognizer *self) {
  const char *const folders[]
      = { self->journal != NULL ? longhand_journal_make_folder (self->journal) : NULL, NULL };

  longhand_sandbox_enter (folders);
  longhand_sandbox_probe (&self->stats.sandbox);
}

static void *
recognizer_thread (void *data) {
  LonghandRecognizer *self = data;

  close_in (self);
  while (!atomic_load_explicit (&self->quit, memory_order_acquire)) {
    take_requests (self);
    if (!take_sound (self))
      longhand_pump_queue_wait (self->queue, self->stream != NULL);
  }
  close_model (self);
  pthread_mutex_lock (&self->lock);
  self->has_ended = TRUE;
  pthread_cond_signal (&self->ended);
  pthread_mutex_unlock (&self->lock);
  recognizer_unref (self);
  return NULL;
}

/* ---- its maker's side ---- */

static void
set_wanted (LonghandRecognizer *self, const LonghandRecognizerSettings *settings) {
  clear_settings (&self->wanted);
  copy_settings (&self->wanted, settings);
  self->has_wanted = TRUE;
}

LonghandRecognizer *
longhand_recognizer_new (LonghandPumpQueue *queue, LonghandJournal *journal, LonghandMailbox *mailbox,
                         LonghandMailFn fn, const LonghandRecognizerSettings *settings, GError **error) {
  LonghandRecognizer *self = g_new0 (LonghandRecognizer, 1);
  pthread_condattr_t attr;

  atomic_init (&self->n_refs, 2);
  self->queue = longhand_pump_queue_ref (queue);
  self->journal = journal != NULL ? longhand_journal_ref (journal) : NULL;
  self->mailbox = longhand_mailbox_ref (mailbox);
  self->fn = fn;
  self->chunk = g_array_sized_new (FALSE, FALSE, sizeof (float), CHUNK);
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&self->ended, &attr);
  pthread_condattr_destroy (&attr);
  set_wanted (self, settings);
  if (pthread_create (&self->thread, NULL, recognizer_thread, self) != 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The system allows no more threads. Close other programs and try again."));
    recognizer_unref (self);
    recognizer_unref (self);
    return NULL;
  }
  return self;
}

void
longhand_recognizer_load (LonghandRecognizer *self, const char *path, guint serial) {
  pthread_mutex_lock (&self->lock);
  g_free (self->wanted_path);
  self->wanted_path = g_strdup (path);
  self->wanted_serial = serial;
  pthread_mutex_unlock (&self->lock);
  longhand_pump_queue_wake (self->queue);
}

void
longhand_recognizer_configure (LonghandRecognizer *self, const LonghandRecognizerSettings *settings) {
  pthread_mutex_lock (&self->lock);
  set_wanted (self, settings);
  pthread_mutex_unlock (&self->lock);
  longhand_pump_queue_wake (self->queue);
}

void
longhand_recognizer_free (LonghandRecognizer *self, int timeout_ms) {
  struct timespec deadline;
  gboolean has_ended;

  if (self == NULL)
    return;
  atomic_store_explicit (&self->quit, true, memory_order_release);
  longhand_pump_queue_wake (self->queue);
  clock_gettime (CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += timeout_ms / 1000;
  pthread_mutex_lock (&self->lock);
  while (!self->has_ended && pthread_cond_timedwait (&self->ended, &self->lock, &deadline) == 0)
    ;
  has_ended = self->has_ended;
  pthread_mutex_unlock (&self->lock);
  if (has_ended)
    pthread_join (self->thread, NULL);
  else
    pthread_detach (self->thread);
  recognizer_unref (self);
}
