/* The recognizer when the engine fails, and what it asks of it. The linker puts the functions of this file
 * before the engine's
 * (--wrap). Environment: LONGHAND_MODEL_DIR; LONGHAND_TEST_WAV, 16 kHz mono: two utterances with a pause
 * between them. */
#include "audio/longhand-pump.h"
#include "dictation/longhand-recognizer.h"
#include "longhand-error.h"
#include "make-model.h"

#include <glib/gstdio.h>
#include <quill.h>
#include <sndfile.h>
#include <speex/speex_preprocess.h>
#include <stdatomic.h>
#include <string.h>

/* ---- an engine that fails when told ---- */

static atomic_int n_failures_due;      /* of the next passes */
static atomic_bool tentative_held;     /* such passes go on until they are cancelled */
static atomic_int n_held;              /* so many did */
static atomic_bool stream_cannot_open; /* any more */
static atomic_bool grammar_cannot_open;
static atomic_bool opening_held; /* streams wait while it is set ... */
static atomic_int n_opening;     /* ... and have begun to be opened so often */
static GArray *pushed;           /* owned; float; what streams took of the sound; NULL: nobody looks */
static bool gain_refused;        /* by speexdsp */
static bool has_vocabulary;      /* the last one that was opened */
static char *opened_for;         /* owned; languages of the last one, "" for any; read when it has told */

struct quill_draft;
enum quill_status __wrap_quill_transcribe_draft (struct quill_transcriber *transcriber, const float *samples,
                                                 size_t n, const struct quill_params *params,
                                                 struct quill_draft *draft, struct quill_result **out,
                                                 struct quill_error *err);
enum quill_status __real_quill_transcribe_draft (struct quill_transcriber *transcriber, const float *samples,
                                                 size_t n, const struct quill_params *params,
                                                 struct quill_draft *draft, struct quill_result **out,
                                                 struct quill_error *err);
enum quill_status __wrap_quill_stream_open (struct quill_stream **out, struct quill_transcriber *transcriber,
                                            const struct quill_stream_settings *settings, quill_stream_fn *fn,
                                            void *user, struct quill_error *err);
enum quill_status __real_quill_stream_open (struct quill_stream **out, struct quill_transcriber *transcriber,
                                            const struct quill_stream_settings *settings, quill_stream_fn *fn,
                                            void *user, struct quill_error *err);

size_t __wrap_quill_stream_push (struct quill_stream *stream, const float *samples, size_t n);
size_t __real_quill_stream_push (struct quill_stream *stream, const float *samples, size_t n);
int __wrap_speex_preprocess_ctl (SpeexPreprocessState *state, int request, void *value);
int __real_speex_preprocess_ctl (SpeexPreprocessState *state, int request, void *value);

enum quill_status __wrap_quill_grammar_open (struct quill_grammar **out, const struct quill_model *model,
                                             const char *text, const char *root, struct quill_error *err);
enum quill_status __real_quill_grammar_open (struct quill_grammar **out, const struct quill_model *model,
                                             const char *text, const char *root, struct quill_error *err);

static enum quill_status
fail_nomem (struct quill_error *err) {
  if (err != NULL) {
    err->code = QUILL_ERR_NOMEM;
    g_strlcpy (err->message, "not enough memory", sizeof err->message);
  }
  return QUILL_ERR_NOMEM;
}

enum quill_status
__wrap_quill_grammar_open (struct quill_grammar **out, const struct quill_model *model, const char *text,
                           const char *root, struct quill_error *err) {
  return atomic_load (&grammar_cannot_open) ? fail_nomem (err)
                                            : __real_quill_grammar_open (out, model, text, root, err);
}

enum quill_status
__wrap_quill_transcribe_draft (struct quill_transcriber *transcriber, const float *samples, size_t n,
                               const struct quill_params *params, struct quill_draft *draft,
                               struct quill_result **out, struct quill_error *err) {
  int due = atomic_load (&n_failures_due);

  while (due > 0)
    if (atomic_compare_exchange_weak (&n_failures_due, &due, due - 1))
      return fail_nomem (err);
  if (atomic_load (&tentative_held) && params->cancelled != NULL) {
    atomic_fetch_add (&n_held, 1);
    while (!params->cancelled (params->user))
      g_usleep (1000);
    return QUILL_ERR_CANCELLED;
  }
  return __real_quill_transcribe_draft (transcriber, samples, n, params, draft, out, err);
}

enum quill_status
__wrap_quill_stream_open (struct quill_stream **out, struct quill_transcriber *transcriber,
                          const struct quill_stream_settings *settings, quill_stream_fn *fn, void *user,
                          struct quill_error *err) {
  if (atomic_load (&stream_cannot_open))
    return fail_nomem (err);
  has_vocabulary = settings->params.vocabulary != NULL;
  g_free (opened_for);
  opened_for = settings->params.languages != NULL ? g_strjoinv (" ", (char **)settings->params.languages)
                                                  : g_strdup ("");
  atomic_fetch_add (&n_opening, 1);
  while (atomic_load (&opening_held))
    g_usleep (1000);
  return __real_quill_stream_open (out, transcriber, settings, fn, user, err);
}

size_t
__wrap_quill_stream_push (struct quill_stream *stream, const float *samples, size_t n) {
  const size_t n_taken = __real_quill_stream_push (stream, samples, n);

  if (pushed != NULL)
    g_array_append_vals (pushed, samples, (guint)n_taken);
  return n_taken;
}

int
__wrap_speex_preprocess_ctl (SpeexPreprocessState *state, int request, void *value) {
  return gain_refused && request == SPEEX_PREPROCESS_SET_AGC
             ? -1
             : __real_speex_preprocess_ctl (state, request, value);
}

/* ---- fixture ---- */

typedef struct {
  GObject *owner;
  LonghandMailbox *mailbox;
  LonghandPumpQueue *queue;
  LonghandRecognizer *recognizer;
  char *path;
  float *sound;
  gsize n_sound;
  gboolean is_behind, was_behind;
  GString
      *log; /* a letter for each news: M N T U E . for LONGHAND_HEARD_*; empty texts and figures left out */
  GError *error;     /* the last one */
  gint64 ends_ms[8]; /* of the utterances */
  gint64 starts_ms[8];
  struct {
    gint64 speech_ms, speech_end_ms, until_ms, first_word_ms, last_word_end_ms;
    guint n_words, n_in_text;
  } said[8];
  guint n_utterances;
  LonghandUtterance *last; /* of these */
} Fixture;

/* Between spaces. */
static guint
count_words (const char *text) {
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  return g_strv_length (words);
}

static void
note_said (Fixture *f, const LonghandHeard *heard) {
  const LonghandLiveWord *words = (const LonghandLiveWord *)heard->words->data;
  const guint n = heard->words->len;

  g_assert_cmpuint (n, >, 0);
  f->said[f->n_utterances].speech_ms = heard->speech_ms;
  f->said[f->n_utterances].speech_end_ms = heard->speech_end_ms;
  f->said[f->n_utterances].until_ms = heard->until_ms;
  f->said[f->n_utterances].first_word_ms = words[0].start_ms;
  f->said[f->n_utterances].last_word_end_ms = words[n - 1].end_ms;
  f->said[f->n_utterances].n_words = n;
  f->said[f->n_utterances].n_in_text = count_words (heard->utterance->text);
}

static void
on_heard (gpointer owner, gpointer letter) {
  static const char letters[] = "MNTUE-.";
  Fixture *f = g_object_get_data (owner, "fixture");
  LonghandHeard *heard = letter;

  f->is_behind = heard->stats.is_behind;
  f->was_behind = f->was_behind || f->is_behind;
  if (heard->type == LONGHAND_HEARD_STATS
      || (heard->type == LONGHAND_HEARD_TENTATIVE && *heard->text == '\0'))
    return;
  if (heard->error != NULL) {
    g_clear_error (&f->error);
    f->error = g_error_copy (heard->error);
  }
  if (heard->type == LONGHAND_HEARD_UTTERANCE && f->n_utterances < G_N_ELEMENTS (f->ends_ms)) {
    note_said (f, heard);
    g_clear_pointer (&f->last, longhand_utterance_unref);
    f->last = longhand_utterance_ref (heard->utterance);
    f->starts_ms[f->n_utterances] = heard->utterance->start_ms;
    f->ends_ms[f->n_utterances++] = heard->utterance->end_ms;
  }
  g_string_append_c (f->log, letters[heard->type]);
}

static void
set_up (Fixture *f, gconstpointer data) {
  const LonghandRecognizerSettings settings = { .threads = 1, .language = (char *)"auto", .pause_ms = 700 };
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (g_getenv ("LONGHAND_TEST_WAV"), SFM_READ, &info);
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) model = longhand_model_store_find (store, "", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (file);
  f->sound = g_new (float, info.frames);
  f->n_sound = (gsize)sf_readf_float (file, f->sound, info.frames);
  sf_close (file);
  f->path = g_strdup (longhand_model_get_path (model));
  f->owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_data (f->owner, "fixture", f);
  f->mailbox = longhand_mailbox_new (f->owner);
  f->queue = longhand_pump_queue_new ();
  f->log = g_string_new ("");
  f->recognizer = longhand_recognizer_new (f->queue, NULL, f->mailbox, on_heard, &settings, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  longhand_mailbox_close (f->mailbox);
  longhand_recognizer_free (f->recognizer, 10000);
  longhand_mailbox_unref (f->mailbox);
  longhand_pump_queue_unref (f->queue);
  g_object_unref (f->owner);
  g_clear_error (&f->error);
  g_string_free (f->log, TRUE);
  g_clear_pointer (&f->last, longhand_utterance_unref);
  g_free (f->sound);
  g_free (f->path);
  atomic_store (&n_failures_due, 0);
  atomic_store (&stream_cannot_open, false);
  atomic_store (&tentative_held, false);
  gain_refused = false;
  g_clear_pointer (&pushed, g_array_unref);
}

static void
wait_for (Fixture *f, char letter) {
  while (strchr (f->log->str, letter) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
load (Fixture *f) {
  longhand_recognizer_load (f->recognizer, f->path, 1);
  wait_for (f, 'M');
  g_string_truncate (f->log, 0);
}

/* The whole recording and its end at once, so that no tentative pass comes between. */
static void
say_all (Fixture *f) {
  longhand_pump_queue_push (f->queue, f->sound, f->n_sound);
  longhand_pump_queue_push_end (f->queue);
}

/* ---- tests ---- */

static void
utterances_and_the_end_arrive_in_order (Fixture *f, gconstpointer data) {
  load (f);
  say_all (f);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "UU.");
}

/* By itself, as a recording that ends. */
static void
say_command (Fixture *f) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "speech", "new-paragraph.wav", NULL);
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (path, SFM_READ, &info);
  g_autofree float *sound = NULL;

  g_assert_nonnull (file);
  sound = g_new (float, info.frames);
  sf_readf_float (file, sound, info.frames);
  longhand_pump_queue_push (f->queue, sound, (gsize)info.frames);
  longhand_pump_queue_push_end (f->queue);
  sf_close (file);
}

static void
commands_are_told_when_they_are_wanted (Fixture *f, gconstpointer data) {
  LonghandRecognizerSettings settings
      = { .threads = 1, .language = (char *)"auto", .pause_ms = 700, .commands = TRUE };

  load (f);
  say_command (f);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "U.");
  g_assert_cmpint (f->last->command, ==, LONGHAND_COMMAND_NONE);
  g_assert_nonnull (strstr (f->last->text, "aragraph"));

  longhand_recognizer_configure (f->recognizer, &settings);
  say_command (f);
  say_all (f);
  g_string_truncate (f->log, 0);
  wait_for (f, '.');
  g_assert_cmpint (f->last->command, ==, LONGHAND_COMMAND_BREAK);
  g_assert_cmpstr (f->last->text, ==, "\n\n");
  g_assert_cmpuint (f->last->segments->len, ==, 0);
  g_string_truncate (f->log, 0);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "UU.");
  g_assert_cmpint (f->last->command, ==, LONGHAND_COMMAND_NONE);
}

/* A model without the words of one, say: it dictates, and what is said is written. */
static void
commands_that_a_model_cannot_write_are_words (Fixture *f, gconstpointer data) {
  LonghandRecognizerSettings settings
      = { .threads = 1, .language = (char *)"auto", .pause_ms = 700, .commands = TRUE };

  atomic_store (&grammar_cannot_open, true);
  longhand_recognizer_configure (f->recognizer, &settings);
  load (f);
  say_command (f);
  wait_for (f, '.');
  atomic_store (&grammar_cannot_open, false);
  g_assert_nonnull (strchr (f->log->str, 'U'));
  g_assert_cmpint (f->last->command, ==, LONGHAND_COMMAND_NONE);
  g_assert_nonnull (strstr (f->last->text, "aragraph"));
}

/* Sound that waits for longer than two and a half seconds is caught up with, and then it is as before. */
static void
falling_behind_is_said_and_mended (Fixture *f, gconstpointer data) {
  load (f);
  g_assert_cmpuint (f->n_sound, >, 4 * 16000);
  longhand_pump_queue_push (f->queue, f->sound, f->n_sound);
  wait_for (f, 'U');
  g_assert_true (f->was_behind);
  while (f->is_behind) { /* the rest is an utterance, too, which a pause ends */
    const float pause[160] = { 0 };

    longhand_pump_queue_push (f->queue, pause, G_N_ELEMENTS (pause));
    g_usleep (2000);
    g_main_context_iteration (NULL, FALSE);
  }
}

/* What is said during a tentative pass is listened to: the end of the utterance does not wait for that pass.
 */
static void
end_of_an_utterance_cancels_a_tentative_pass (Fixture *f, gconstpointer data) {
  const int n_before = atomic_load (&n_held);

  load (f);
  atomic_store (&tentative_held, true);
  longhand_pump_queue_push (f->queue, f->sound, 1500 * 16);
  while (atomic_load (&n_held) == n_before)
    g_usleep (1000);
  longhand_pump_queue_push (f->queue, f->sound + 1500 * 16, f->n_sound - 1500 * 16);
  wait_for (f, 'U');
  g_assert_null (strchr (f->log->str, 'T'));
}

/* Sound is from 0 to 2.0 s, speech from 0.3 s on, and from 3.58 to 5.5 s, speech from 3.9 s on; between them
 * is nothing at all. The first pause ends in the recording, the second with it. */
static void
utterances_tell_when_they_were_spoken (Fixture *f, gconstpointer data) {
  load (f);
  say_all (f);
  wait_for (f, '.');
  g_assert_cmpuint (f->n_utterances, ==, 2);
  g_assert_cmpint (f->said[0].speech_ms, ==, 0); /* its pre-roll does not fit before it */
  g_assert_cmpint (f->said[0].speech_end_ms, >, 1900);
  g_assert_cmpint (f->said[0].speech_end_ms, <, 2300);
  g_assert_cmpint (f->said[0].until_ms, ==, f->said[0].speech_end_ms + 700);
  g_assert_cmpint (f->said[1].speech_ms, >=, 3580 - 32);
  g_assert_cmpint (f->said[1].speech_ms, <=, 3900 + 32); /* of a frame */
  g_assert_cmpint (f->said[1].speech_ms, ==, f->starts_ms[1] + 480);
  g_assert_cmpint (f->said[1].until_ms, <=, (gint64)f->n_sound / 16);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (f->said[i].n_words, ==, f->said[i].n_in_text);
    g_assert_cmpint (f->said[i].first_word_ms, >=, f->starts_ms[i]);
    g_assert_cmpint (f->said[i].last_word_end_ms, <=, f->ends_ms[i]);
    g_assert_cmpint (f->said[i].last_word_end_ms, >, f->said[i].first_word_ms);
  }
}

static void
sound_waits_for_the_model (Fixture *f, gconstpointer data) {
  say_all (f);
  longhand_recognizer_load (f->recognizer, f->path, 1);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "MUU.");
}

static void
failed_final_pass_is_tried_again (Fixture *f, gconstpointer data) {
  load (f);
  atomic_store (&n_failures_due, 1);
  say_all (f);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "UU.");
}

static void
second_failure_is_reported_and_the_next_utterance_heard (Fixture *f, gconstpointer data) {
  load (f);
  atomic_store (&n_failures_due, 2);
  say_all (f);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "EU.");
  g_assert_error (f->error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY);
}

static void
failure_at_the_end_still_ends (Fixture *f, gconstpointer data) {
  load (f);
  longhand_pump_queue_push (f->queue, f->sound, 2000 * 16);
  atomic_store (&n_failures_due, 1000);
  longhand_pump_queue_push_end (f->queue);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "E.");
}

/* No memory for another stream: as good as no model, and the rest of the sound is kept for one. */
static void
engine_that_cannot_go_on_is_no_model (Fixture *f, gconstpointer data) {
  load (f);
  atomic_store (&n_failures_due, 2);
  atomic_store (&stream_cannot_open, true);
  say_all (f);
  wait_for (f, 'N');
  g_assert_cmpstr (f->log->str, ==, "EN");
  atomic_store (&stream_cannot_open, false);
  longhand_recognizer_load (f->recognizer, f->path, 2);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "ENMU.");
}

/* Sound that arrives while one model is being loaded and another one is wanted already belongs to the other.
 */
static void
model_chosen_while_another_loads_hears_everything (Fixture *f, gconstpointer data) {
  const int n_before = atomic_load (&n_opening);

  atomic_store (&opening_held, true);
  longhand_recognizer_load (f->recognizer, f->path, 1);
  while (atomic_load (&n_opening) == n_before)
    g_usleep (1000);
  longhand_recognizer_load (f->recognizer, f->path, 2);
  longhand_pump_queue_push (f->queue, f->sound, 1500 * 16);
  atomic_store (&opening_held, false);
  while (strcmp (f->log->str, "MM") != 0 && strchr (f->log->str, 'U') == NULL)
    g_main_context_iteration (NULL, TRUE);
  longhand_pump_queue_push (f->queue, f->sound + 1500 * 16, f->n_sound - 1500 * 16);
  longhand_pump_queue_push_end (f->queue);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "MMUU.");
}

/* A new stream after an utterance begins with what the old one had heard behind it: when the next word comes
 * just after the pause, that is the sound before it. */
static void
changed_pause_does_not_cut_the_next_word (Fixture *f, gconstpointer data) {
  const LonghandRecognizerSettings settings = { .threads = 1, .language = (char *)"auto", .pause_ms = 500 };
  gint64 pause_end_ms, word_ms;
  gsize before, skipped;

  load (f);
  say_all (f);
  wait_for (f, '.');
  g_assert_cmpuint (f->n_utterances, ==, 2);
  pause_end_ms
      = f->ends_ms[0] - 300 + 800; /* of the first utterance: its tail, and the pause and a little more */
  word_ms = f->starts_ms[1] + 400; /* the second one has half a second of pre-roll */
  g_assert_cmpint (pause_end_ms, <, word_ms);
  before = (gsize)pause_end_ms * 16;
  skipped = (gsize)(word_ms - pause_end_ms) * 16;
  f->n_utterances = 0;
  g_string_truncate (f->log, 0);

  /* the change waits for the end of the utterance it falls into */
  longhand_pump_queue_push (f->queue, f->sound, 1500 * 16);
  while (longhand_pump_queue_get_n_samples (f->queue) > 0)
    g_usleep (1000);
  longhand_recognizer_configure (f->recognizer, &settings);
  longhand_pump_queue_push (f->queue, f->sound + 1500 * 16, before - 1500 * 16);
  longhand_pump_queue_push (f->queue, f->sound + before + skipped, f->n_sound - before - skipped);
  longhand_pump_queue_push_end (f->queue);
  wait_for (f, '.');
  g_assert_cmpuint (f->n_utterances, ==, 2);
  g_assert_cmpint (f->starts_ms[1] - (gint64)(f->n_sound / 16), <, pause_end_ms - 250);
}

/* One that knows 99 languages, with random weights. (transfer full) */
static char *
write_multilingual_model (void) {
  struct make_model model;
  char *path = NULL;
  const int fd = g_file_open_tmp ("longhand-XXXXXX.bin", &path, NULL);

  g_assert_true (g_close (fd, NULL));
  g_assert_true (make_model_size (&model, "test", QUILL_Q8_0));
  g_assert_cmpint (make_model_write (&model, path, NULL), ==, QUILL_OK);
  return path;
}

static void
detection_is_limited_to_languages_that_the_model_knows (Fixture *f, gconstpointer data) {
  char *german[] = { (char *)"German", (char *)"yue", (char *)"en", NULL };
  char *cantonese[] = { (char *)"yue", NULL };
  LonghandRecognizerSettings settings
      = { .threads = 1, .language = (char *)"auto", .languages = german, .pause_ms = 700 };
  g_autofree char *path = write_multilingual_model ();
  int n_before;

  longhand_recognizer_configure (f->recognizer, &settings);
  load (f); /* it knows English only */
  g_assert_cmpstr (opened_for, ==, "");
  longhand_recognizer_load (f->recognizer, path, 2);
  wait_for (f, 'M');
  g_assert_cmpstr (opened_for, ==, "de en");

  n_before = atomic_load (&n_opening);
  settings.languages = cantonese; /* the stream is replaced at once, as nobody speaks */
  longhand_recognizer_configure (f->recognizer, &settings);
  wait_for (f, 'E');
  while (atomic_load (&n_opening) == n_before)
    g_usleep (1000);
  g_assert_cmpstr (opened_for, ==, "");
  g_assert_error (f->error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_UNSUPPORTED);
  g_assert_nonnull (strstr (f->error->message, "“yue”"));
  g_assert_cmpint (g_remove (path), ==, 0);
}

/* The last utterance of the whole recording, said once more. */
static void
hear_all (Fixture *f) {
  g_string_truncate (f->log, 0);
  f->n_utterances = 0;
  say_all (f);
  wait_for (f, '.');
  g_assert_nonnull (f->last);
}

/* At first none, then a term and a rule, then none again. */
static void
text_is_worded_as_is_wanted (Fixture *f, gconstpointer data) {
  const char *const rule[] = { "is => was", NULL }, *const none[] = { NULL };
  const char *const terms[] = { "Nomad", NULL };
  LonghandRecognizerSettings settings = { .threads = 1, .language = (char *)"auto", .pause_ms = 700 };

  load (f);
  hear_all (f);
  g_autofree char *plain = g_strdup (f->last->text);
  g_assert_nonnull (strstr (plain, " is "));
  g_assert_false (has_vocabulary);
  settings.wording = longhand_wording_new_from_lists (terms, rule);
  longhand_recognizer_configure (f->recognizer, &settings);
  longhand_wording_unref (settings.wording);
  hear_all (f);
  g_assert_true (has_vocabulary);
  g_assert_null (strstr (f->last->text, " is "));
  g_assert_nonnull (strstr (f->last->text, " was "));
  const LonghandSegment *segment = g_ptr_array_index (f->last->segments, 0);
  g_assert_nonnull (strstr (segment->text, " was "));
  settings.wording = longhand_wording_new_from_lists (none, none);
  longhand_recognizer_configure (f->recognizer, &settings);
  longhand_wording_unref (settings.wording);
  hear_all (f);
  g_assert_false (has_vocabulary);
  g_assert_cmpstr (f->last->text, ==, plain);
}

/* What the vocabulary of the model has no letters for is said, and the rest goes on. */
static void
terms_that_cannot_be_written_are_said (Fixture *f, gconstpointer data) {
  const char *const rule[] = { "is => was", NULL }, *const terms[] = { "\xff\xfe", NULL };
  LonghandRecognizerSettings settings = { .threads = 1,
                                          .language = (char *)"auto",
                                          .pause_ms = 700,
                                          .wording = longhand_wording_new_from_lists (terms, rule) };

  longhand_recognizer_configure (f->recognizer, &settings);
  longhand_wording_unref (settings.wording);
  longhand_recognizer_load (f->recognizer, f->path, 1);
  wait_for (f, 'E');
  g_assert_true (g_str_has_prefix (f->error->message, "Names and terms are not favoured: "));
  wait_for (f, 'M');
  g_assert_false (has_vocabulary);
  hear_all (f);
  g_assert_nonnull (strstr (f->last->text, " was "));
}

/* ---- what becomes of the sound before it is heard ---- */

static LonghandRecognizerSettings
settings_with (gboolean noise_reduction, gboolean automatic_gain) {
  return (LonghandRecognizerSettings){ .threads = 1,
                                       .language = (char *)"auto",
                                       .pause_ms = 700,
                                       .enhancement = { noise_reduction, automatic_gain } };
}

/* The whole recording, as it is to be heard. */
static GArray *
enhanced (Fixture *f, gboolean noise_reduction, gboolean automatic_gain) {
  const LonghandEnhancement wanted = { noise_reduction, automatic_gain };
  g_autoptr (LonghandEnhancer) enhancer = longhand_enhancer_new (&wanted, NULL);
  GArray *out = g_array_new (FALSE, FALSE, sizeof (float));

  longhand_enhancer_process (enhancer, f->sound, f->n_sound, TRUE, out);
  g_assert_cmpuint (out->len, ==, f->n_sound);
  return out;
}

static void
assert_pushed (const GArray *first, const GArray *second) {
  const gsize n = first->len * sizeof (float), n_second = second != NULL ? second->len * sizeof (float) : 0;

  g_assert_cmpmem (pushed->data, MIN (n, pushed->len * sizeof (float)), first->data, n);
  if (second != NULL)
    g_assert_cmpmem (pushed->data + n, pushed->len * sizeof (float) - n, second->data, n_second);
}

/* It is the whole of it, at the times at which it was spoken. */
static void
stream_hears_enhanced_sound (Fixture *f, gconstpointer data) {
  const LonghandRecognizerSettings settings = settings_with (TRUE, TRUE);
  g_autoptr (GArray) expected = enhanced (f, TRUE, TRUE);
  g_autoptr (GArray) as_it_is = enhanced (f, FALSE, FALSE);

  g_assert_cmpint (memcmp (expected->data, as_it_is->data, f->n_sound * sizeof (float)), !=, 0);
  longhand_recognizer_configure (f->recognizer, &settings);
  load (f);
  pushed = g_array_new (FALSE, FALSE, sizeof (float));
  say_all (f);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "UU.");
  g_assert_cmpuint (pushed->len, ==, f->n_sound);
  assert_pushed (expected, NULL);
  g_assert_cmpint (ABS (f->said[1].speech_ms - 3900), <=, 320);
}

static void
enhancement_changes_between_recordings (Fixture *f, gconstpointer data) {
  const LonghandRecognizerSettings denoise = settings_with (TRUE, FALSE), gain = settings_with (FALSE, TRUE);
  g_autoptr (GArray) first = enhanced (f, TRUE, FALSE);
  g_autoptr (GArray) second = enhanced (f, FALSE, TRUE);

  longhand_recognizer_configure (f->recognizer, &denoise);
  load (f);
  pushed = g_array_new (FALSE, FALSE, sizeof (float));
  longhand_pump_queue_push (f->queue, f->sound, 1500 * 16);
  while (longhand_pump_queue_get_n_samples (f->queue) > 0)
    g_usleep (1000);
  longhand_recognizer_configure (f->recognizer, &gain); /* in the midst of the first one */
  longhand_pump_queue_push (f->queue, f->sound + 1500 * 16, f->n_sound - 1500 * 16);
  longhand_pump_queue_push_end (f->queue);
  say_all (f);
  while (strchr (f->log->str, '.') == strrchr (f->log->str, '.'))
    g_main_context_iteration (NULL, TRUE);
  assert_pushed (first, second);
}

static void
sound_that_cannot_be_enhanced_is_heard_as_it_is (Fixture *f, gconstpointer data) {
  const LonghandRecognizerSettings settings = settings_with (TRUE, TRUE);
  g_autoptr (GArray) as_it_is = enhanced (f, FALSE, FALSE);

  longhand_recognizer_configure (f->recognizer, &settings);
  load (f);
  gain_refused = true;
  pushed = g_array_new (FALSE, FALSE, sizeof (float));
  say_all (f);
  wait_for (f, '.');
  g_assert_cmpstr (f->log->str, ==, "EUU.");
  g_assert_error (f->error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  assert_pushed (as_it_is, NULL);
}

static void
on_model_state (LonghandDictation *dictation, GParamSpec *pspec, GMainLoop *loop) {
  if (longhand_dictation_get_model_state (dictation) == LONGHAND_MODEL_STATE_READY)
    g_main_loop_quit (loop);
}

static void
options_of_a_dictation_reach_the_stream (void) {
  const char *const languages[] = { "fr", "it", NULL };
  g_autofree char *path = write_multilingual_model ();
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (LonghandDictation) dictation = longhand_dictation_new_for_options (
      store, &(LonghandDictationOptions){ .model = path, .languages = languages, .threads = 1 });

  g_signal_connect (dictation, "notify::model-state", G_CALLBACK (on_model_state), loop);
  g_main_loop_run (loop);
  g_assert_cmpstr (opened_for, ==, "fr it");
  longhand_dictation_shutdown (dictation);
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
freeing_does_not_recognise_what_waits (Fixture *f, gconstpointer data) {
  load (f);
  say_all (f);
}

int
main (int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "utterances-and-the-end-arrive-in-order", utterances_and_the_end_arrive_in_order },
    { "commands-are-told-when-they-are-wanted", commands_are_told_when_they_are_wanted },
    { "commands-that-a-model-cannot-write-are-words", commands_that_a_model_cannot_write_are_words },
    { "falling-behind-is-said-and-mended", falling_behind_is_said_and_mended },
    { "end-of-an-utterance-cancels-a-tentative-pass", end_of_an_utterance_cancels_a_tentative_pass },
    { "utterances-tell-when-they-were-spoken", utterances_tell_when_they_were_spoken },
    { "sound-waits-for-the-model", sound_waits_for_the_model },
    { "failed-final-pass-is-tried-again", failed_final_pass_is_tried_again },
    { "second-failure-is-reported-and-the-next-utterance-heard",
      second_failure_is_reported_and_the_next_utterance_heard },
    { "failure-at-the-end-still-ends", failure_at_the_end_still_ends },
    { "engine-that-cannot-go-on-is-no-model", engine_that_cannot_go_on_is_no_model },
    { "model-chosen-while-another-loads-hears-everything",
      model_chosen_while_another_loads_hears_everything },
    { "changed-pause-does-not-cut-the-next-word", changed_pause_does_not_cut_the_next_word },
    { "detection-is-limited-to-languages-that-the-model-knows",
      detection_is_limited_to_languages_that_the_model_knows },
    { "text-is-worded-as-is-wanted", text_is_worded_as_is_wanted },
    { "terms-that-cannot-be-written-are-said", terms_that_cannot_be_written_are_said },
    { "stream-hears-enhanced-sound", stream_hears_enhanced_sound },
    { "enhancement-changes-between-recordings", enhancement_changes_between_recordings },
    { "sound-that-cannot-be-enhanced-is-heard-as-it-is", sound_that_cannot_be_enhanced_is_heard_as_it_is },
    { "freeing-does-not-recognise-what-waits", freeing_does_not_recognise_what_waits },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/recognizer/", tests[i].name, NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
  }
  g_test_add_func ("/recognizer/options-of-a-dictation-reach-the-stream",
                   options_of_a_dictation_reach_the_stream);
  return g_test_run ();
}
