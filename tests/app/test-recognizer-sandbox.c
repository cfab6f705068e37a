/* Threads that recognise, what is dictated or files, and those of their engine are in the sandbox, and no
 * other thread is. The linker puts the functions of this file before the engine's (--wrap). Environment:
 * LONGHAND_MODEL_DIR; LONGHAND_TEST_WAV, 16 kHz mono. */
#include "dictation/longhand-recognizer.h"
#include "files/longhand-file-run.h"
#include "longhand-engine-error.h"
#include "models/longhand-model-store.h"
#include "sandbox/longhand-sandbox.h"
#include "sound.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <quill.h>
#include <string.h>

#define N_THREADS 3
#define LOOKS 5000 /* at most, one a millisecond */

/* ---- what the engine's caller can do ---- */

static struct {
  guint n_passes;
  LonghandSandboxState state;
  guint n_closed, n_expected; /* threads of the process that are closed in */
  int errno_outside, errno_inside;
  char *outside, *inside; /* owned; names for files */
} seen;

static LonghandSandboxState seen_while_opening; /* a model */

enum quill_status __wrap_quill_model_open (struct quill_model **out, const char *path,
                                           struct quill_error *err);
enum quill_status __real_quill_model_open (struct quill_model **out, const char *path,
                                           struct quill_error *err);
enum quill_status __wrap_quill_transcribe (struct quill_transcriber *transcriber, const float *samples,
                                           size_t n, const struct quill_params *params,
                                           struct quill_result **out, struct quill_error *err);
enum quill_status __real_quill_transcribe (struct quill_transcriber *transcriber, const float *samples,
                                           size_t n, const struct quill_params *params,
                                           struct quill_result **out, struct quill_error *err);
enum quill_status __wrap_quill_stream_finish (struct quill_stream *stream, struct quill_error *err);
enum quill_status __real_quill_stream_finish (struct quill_stream *stream, struct quill_error *err);

/* A container may have put filters on all of them. 0: the thread is gone. */
static gint64
count_filters (const char *path) {
  static const char label[] = "\nSeccomp_filters:";
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents (path, &status, NULL, NULL))
    return 0;
  line = strstr (status, label);
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen (label), NULL, 10);
}

static gboolean
is_closed (const char *task) {
  g_autofree char *path = g_build_filename ("/proc/self/task", task, "status", NULL);

  return count_filters (path) > count_filters ("/proc/self/status"); /* that of the first thread */
}

static guint
count_closed_threads (void) {
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  guint n = 0;

  while ((task = g_dir_read_name (tasks)) != NULL)
    n += is_closed (task) ? 1 : 0;
  return n;
}

static int
try_to_write (const char *path) {
  FILE *file = g_fopen (path, "w");
  const int saved_errno = file == NULL ? errno : 0;

  if (file != NULL)
    fclose (file);
  return saved_errno;
}

/* Threads that have been joined may be in the list for a moment longer. */
static void
look_around (void) {
  seen.n_passes++;
  longhand_sandbox_probe (&seen.state);
  for (guint i = 0; i < LOOKS && (seen.n_closed = count_closed_threads ()) != seen.n_expected; i++)
    g_usleep (1000);
  seen.errno_outside = try_to_write (seen.outside);
  seen.errno_inside = try_to_write (seen.inside);
}

enum quill_status
__wrap_quill_model_open (struct quill_model **out, const char *path, struct quill_error *err) {
  longhand_sandbox_probe (&seen_while_opening);
  return __real_quill_model_open (out, path, err);
}

enum quill_status
__wrap_quill_transcribe (struct quill_transcriber *transcriber, const float *samples, size_t n,
                         const struct quill_params *params, struct quill_result **out,
                         struct quill_error *err) {
  look_around ();
  return __real_quill_transcribe (transcriber, samples, n, params, out, err);
}

enum quill_status
__wrap_quill_stream_finish (struct quill_stream *stream, struct quill_error *err) {
  look_around ();
  return __real_quill_stream_finish (stream, err);
}

/* ---- fixture ---- */

typedef struct {
  char *folder, *sessions; /* owned; the first holds the second */
  GObject *owner;
  LonghandMailbox *mailbox;
  LonghandPumpQueue *queue;
  LonghandJournal *journal;
  LonghandRecognizer *recognizer;
  LonghandSandboxState told; /* with the last figures */
  guint n_utterances;
  gboolean has_ended;
  LonghandTranscript *transcript; /* owned; of a file */
} Fixture;

static void
on_heard (gpointer owner, gpointer letter) {
  Fixture *f = g_object_get_data (owner, "fixture");
  const LonghandHeard *heard = letter;

  g_assert_no_error (heard->error);
  f->told = heard->stats.sandbox;
  f->n_utterances += heard->type == LONGHAND_HEARD_UTTERANCE ? 1 : 0;
  f->has_ended = f->has_ended || heard->type == LONGHAND_HEARD_END;
}

static void
on_problem (gpointer user, GError *error) {
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data) {
  const LonghandRecognizerSettings settings
      = { .threads = N_THREADS, .language = (char *)"auto", .pause_ms = 700 };

  f->folder = g_dir_make_tmp ("sandbox-XXXXXX", NULL);
  f->sessions = g_build_filename (f->folder, "sessions", NULL);
  seen.outside = g_build_filename (f->folder, "outside", NULL);
  seen.inside = g_build_filename (f->sessions, "inside", NULL);
  f->owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_data (f->owner, "fixture", f);
  f->mailbox = longhand_mailbox_new (f->owner);
  f->queue = longhand_pump_queue_new ();
  f->journal = longhand_journal_new (f->sessions, on_problem, NULL, NULL);
  f->recognizer = longhand_recognizer_new (f->queue, f->journal, f->mailbox, on_heard, &settings, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  longhand_mailbox_close (f->mailbox);
  longhand_recognizer_free (f->recognizer, 10000);
  longhand_mailbox_unref (f->mailbox);
  longhand_pump_queue_unref (f->queue);
  longhand_journal_close (f->journal, G_MAXUINT64, TRUE);
  longhand_journal_unref (f->journal);
  g_object_unref (f->owner);
  g_clear_object (&f->transcript);
  g_unlink (seen.outside);
  g_unlink (seen.inside);
  g_assert_cmpint (g_rmdir (f->sessions), ==, 0);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (seen.outside);
  g_free (seen.inside);
  memset (&seen, 0, sizeof seen);
  seen_while_opening = (LonghandSandboxState){ 0 };
  g_free (f->sessions);
  g_free (f->folder);
}

static void
note_state (gpointer user) {
  longhand_sandbox_probe (user);
}

/* What a thread of this machine that has entered can do. */
static LonghandSandboxState
possible_state (void) {
  LonghandSandboxState state = { 0 };

  g_assert_true (longhand_sandbox_run (note_state, &state, NULL));
  return state;
}

static void
assert_state (const LonghandSandboxState *state, const LonghandSandboxState *expected) {
  g_assert_cmpmem (state, sizeof *state, expected, sizeof *expected);
}

static LonghandModel *
find_model (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();

  return longhand_model_store_find (store, "", NULL);
}

static void
hear_sample (Fixture *f) {
  g_autoptr (LonghandModel) model = find_model ();
  g_autoptr (Sound) sound = sound_new ();

  sound_add_wav (sound, g_getenv ("LONGHAND_TEST_WAV"));
  longhand_recognizer_load (f->recognizer, longhand_model_get_path (model), 1);
  longhand_pump_queue_push (f->queue, sound_samples (sound), sound->len);
  longhand_pump_queue_push_end (f->queue);
  while (!f->has_ended)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- tests ---- */

static void
assert_this_thread_is_outside (void) {
  LonghandSandboxState here;

  longhand_sandbox_probe (&here);
  g_assert_false (here.no_sockets || here.no_files || here.no_programs);
}

static void
threads_that_recognise_are_inside (Fixture *f, gconstpointer data) {
  const LonghandSandboxState expected = possible_state ();

  seen.n_expected = expected.no_sockets ? N_THREADS : 0;
  hear_sample (f);
  g_assert_cmpuint (f->n_utterances, >, 0);
  g_assert_cmpuint (seen.n_passes, >, 0);
  assert_state (&seen.state, &expected);
  assert_state (&f->told, &expected);
  g_assert_cmpint (seen.errno_outside, ==, expected.no_files ? EACCES : 0);
  g_assert_cmpint (seen.errno_inside, ==, 0);
  g_assert_cmpuint (seen.n_closed, ==, seen.n_expected);
  assert_this_thread_is_outside ();
}

static void
on_file_done (gpointer owner, gpointer letter) {
  Fixture *f = g_object_get_data (owner, "fixture");
  LonghandFileOutcome *outcome = letter;

  g_assert_no_error (outcome->error);
  f->transcript = g_steal_pointer (&outcome->transcript);
  f->has_ended = TRUE;
}

/* The recognizer, which waits meanwhile, is inside as well. */
static void
threads_that_recognise_files_are_inside (Fixture *f, gconstpointer data) {
  const LonghandSandboxState expected = possible_state ();
  g_autoptr (LonghandModel) model = find_model ();
  LonghandFileJob job = { .path = g_strdup (g_getenv ("LONGHAND_TEST_WAV")),
                          .model_path = g_strdup (longhand_model_get_path (model)),
                          .model_id = g_strdup (longhand_model_get_id (model)),
                          .choices = { .language = g_strdup ("auto"), .threads = N_THREADS } };
  LonghandFileRun *run;

  seen.n_expected = expected.no_sockets ? 1 + N_THREADS : 0;
  run = longhand_file_run_new (&job, f->mailbox, on_file_done, NULL);
  while (!f->has_ended)
    g_main_context_iteration (NULL, TRUE);
  longhand_file_run_free (run);
  g_assert_cmpuint (longhand_transcript_get_n_segments (f->transcript), >, 0);
  g_assert_cmpuint (seen.n_passes, >, 0);
  assert_state (&seen.state, &expected);
  g_assert_cmpuint (seen.n_closed, ==, seen.n_expected);
  assert_this_thread_is_outside ();
}

static void
models_are_opened_inside (Fixture *f, gconstpointer data) {
  const LonghandSandboxState expected = possible_state ();
  g_autoptr (LonghandModel) found = find_model ();
  struct quill_model *model = longhand_engine_open_model (longhand_model_get_path (found), NULL);

  g_assert_nonnull (model);
  quill_model_close (&model);
  assert_state (&seen_while_opening, &expected);
  assert_this_thread_is_outside ();
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/recognizer/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("threads-that-recognise-are-inside", threads_that_recognise_are_inside);
  ADD ("threads-that-recognise-files-are-inside", threads_that_recognise_files_are_inside);
  ADD ("models-are-opened-inside", models_are_opened_inside);
  return g_test_run ();
}
