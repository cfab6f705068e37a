/* Dictations that are cut off, and what the next one makes of it: a fake microphone, the real engine and the
 * bundled model. Run with --speak, the program is one of those that are killed. The linker puts
 * longhand_enhancer_new and g_timeout_add_seconds of this file before the real ones (--wrap). Environment:
 * LONGHAND_MODEL_DIR; LONGHAND_TEST_WAV, 16 kHz mono: two utterances with a pause between them. */
#include "audio/longhand-journal.h"
#include "dictation/longhand-dictation-private.h"
#include "dictation/longhand-recovery.h"
#include "dictation/longhand-utterance.h"
#include "fake-source.h"
#include "longhand-error.h"
#include "sound.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SECOND 16000
#define MS 16            /* samples */
#define IN_PAUSE_MS 3500 /* long enough after the first utterance that it is over */
#define IN_PAUSE (IN_PAUSE_MS * MS)
#define N_KILLS 50

static void
remove_all (const char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_all (child);
  }
  g_remove (path);
}

/* ---- what recordings are enhanced by ---- */

static LonghandEnhancement enhanced_by; /* the last one; read when text of it has come */

LonghandEnhancer *__wrap_longhand_enhancer_new (const LonghandEnhancement *wanted, GError **error);
LonghandEnhancer *__real_longhand_enhancer_new (const LonghandEnhancement *wanted, GError **error);

LonghandEnhancer *
__wrap_longhand_enhancer_new (const LonghandEnhancement *wanted, GError **error) {
  enhanced_by = *wanted;
  return __real_longhand_enhancer_new (wanted, error);
}

/* ---- who waits ---- */

static guint n_timers; /* of whole seconds, so far */

guint __wrap_g_timeout_add_seconds (guint interval, GSourceFunc fn, gpointer user);
guint __real_g_timeout_add_seconds (guint interval, GSourceFunc fn, gpointer user);

guint
__wrap_g_timeout_add_seconds (guint interval, GSourceFunc fn, gpointer user) {
  n_timers++;
  return __real_g_timeout_add_seconds (interval, fn, user);
}

/* ---- a program that is killed ---- */

#define BLOCK (SECOND / 5) /* every 10 ms: twenty times as fast as people speak */
#define MAX_QUEUED_S 3     /* but not while the recognizer is that far behind */
#define MAX_LINES 60       /* before the end; 12 s of sound are in them */

typedef struct {
  LonghandDictation *dictation;
  FakeSource *microphone;
  Sound *sound;
  gsize at; /* in the sound, which is spoken over and over */
  guint64 n_spoken;
} Speaker;

static void say (const char *format, ...) G_GNUC_PRINTF (1, 2);
static void
say (const char *format, ...) {
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  if (write (STDOUT_FILENO, line, strlen (line)) < 0)
    _exit (1);
}

/* As a microphone does, but for what it does when nobody listens: it waits as long as more than half a second
 * was not taken yet. */
static gboolean
speak_on (gpointer user) {
  Speaker *self = user;
  const gsize n = MIN (BLOCK, self->sound->len - self->at);
  LonghandStats stats;

  longhand_dictation_get_stats (self->dictation, &stats);
  if (self->microphone->feed == NULL || stats.queued_s > MAX_QUEUED_S
      || longhand_ring_get_n_readable (longhand_feed_get_ring (self->microphone->feed)) > SECOND / 2)
    return G_SOURCE_CONTINUE;
  fake_source_speak (self->microphone, sound_samples (self->sound) + self->at, n);
  self->at = (self->at + n) % self->sound->len;
  self->n_spoken += n;
  say ("s %" G_GUINT64_FORMAT "\n", self->n_spoken);
  return G_SOURCE_CONTINUE;
}

static void
tell_text (LonghandDictation *dictation, LonghandUtterance *utterance, gpointer user) {
  say ("t %s\n", utterance->text);
}

G_NORETURN static void
speak_until_killed (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (Sound) sound = sound_new ();
  Speaker speaker = { .microphone = fake_source_new (), .sound = sound };
  g_autoptr (LonghandDictation) dictation = longhand_dictation_new_with_source (
      NULL, &(LonghandDictationOptions){ .threads = 1 }, store, &speaker.microphone->source);

  sound_add_wav (sound, g_getenv ("LONGHAND_TEST_WAV"));
  speaker.dictation = dictation;
  g_signal_connect (dictation, "committed", G_CALLBACK (tell_text), NULL);
  longhand_dictation_start (dictation);
  g_timeout_add (10, speak_on, &speaker);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/* What the program said in whole lines. */
typedef struct {
  guint64 n_spoken;
  GPtrArray *texts; /* char */
} Said;

static void
said_take (Said *said, const char *output) {
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);

  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++) {
    if (lines[i][0] == 's')
      said->n_spoken = g_ascii_strtoull (lines[i] + 2, NULL, 10);
    else
      g_ptr_array_add (said->texts, g_strdup (lines[i] + 2));
  }
}

static guint
count_lines (const char *text) {
  guint n = 0;

  while ((text = strchr (text, '\n')) != NULL) {
    text++;
    n++;
  }
  return n;
}

/* Kills a program that keeps its data in dir, a little while after it said so many lines. */
static void
kill_one (const char *dir, guint n_lines, gulong after_us, Said *said) {
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GString) output = g_string_new (NULL);
  GInputStream *pipe;
  char bytes[4096];
  gboolean killed = FALSE;
  gssize n;

  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", dir, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, "/proc/self/exe", "--speak", NULL);
  g_assert_no_error (error);
  pipe = g_subprocess_get_stdout_pipe (process);
  while ((n = g_input_stream_read (pipe, bytes, sizeof bytes, NULL, &error)) > 0) {
    g_string_append_len (output, bytes, n);
    if (killed || count_lines (output->str) < n_lines)
      continue;
    g_usleep (after_us);
    g_subprocess_send_signal (process, SIGKILL);
    killed = TRUE;
  }
  g_assert_no_error (error);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_true (killed);
  said_take (said, output->str);
}

typedef struct {
  const Sound *sound;
  guint64 n;
} Comparison;

static gboolean
is_what_was_spoken (gpointer user, const gint16 *samples, gsize n) {
  Comparison *self = user;

  for (gsize i = 0; i < n; i++, self->n++)
    if ((float)samples[i] / 32768 != g_array_index (self->sound, float, self->n % self->sound->len))
      g_error ("sample %" G_GUINT64_FORMAT " is another one", self->n);
  return TRUE;
}

/* What a killed program left in its only session: all that was said, but for the last second at most. */
static void
assert_survived (const char *path, const Sound *sound, const Said *said) {
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandRecovery) recovery = longhand_recovery_open (path, &error);
  Comparison comparison = { .sound = sound };

  g_assert_no_error (error);
  longhand_recovery_read_sound (recovery, is_what_was_spoken, &comparison);
  g_assert_cmpuint (comparison.n + SECOND, >=, said->n_spoken);
  g_assert_cmpuint (comparison.n, <=, said->n_spoken + BLOCK);
  g_assert_cmpuint (recovery->texts->len, >=, said->texts->len);
  for (guint t = 0; t < said->texts->len; t++)
    g_assert_cmpstr (((LonghandUtterance *)recovery->texts->pdata[t])->text, ==, said->texts->pdata[t]);
  g_test_message ("%.1f s spoken, %.1f s there; %u texts, %u there", (double)said->n_spoken / SECOND,
                  (double)comparison.n / SECOND, said->texts->len, recovery->texts->len);
}

static void
sound_and_text_survive_fifty_kills (void) {
  g_autoptr (Sound) sound = sound_new ();
  guint n_texts = 0;

  sound_add_wav (sound, g_getenv ("LONGHAND_TEST_WAV"));
  for (int i = 0; i < N_KILLS; i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp ("longhand-killed-XXXXXX", &error);
    g_autofree char *folder = g_build_filename (dir, "longhand", "sessions", NULL);
    Said said = { 0, g_ptr_array_new_with_free_func (g_free) };
    g_autoptr (GPtrArray) paths = NULL;

    kill_one (dir, (guint)g_test_rand_int_range (1, MAX_LINES), (gulong)g_test_rand_int_range (0, 20000),
              &said);
    paths = longhand_recovery_find (folder);
    if (paths->len == 0) { /* killed before the first sound got as far as the pump */
      g_assert_cmpuint (said.n_spoken, <, SECOND);
      g_assert_cmpuint (said.texts->len, ==, 0);
    } else {
      g_assert_cmpuint (paths->len, ==, 1);
      assert_survived (paths->pdata[0], sound, &said);
    }
    n_texts += said.texts->len;
    g_ptr_array_unref (said.texts);
    remove_all (dir);
  }
  g_assert_cmpuint (n_texts, >, 10); /* else the moments were no random ones */
}

/* ---- fixture ---- */

typedef struct {
  LonghandSettings *settings;
  LonghandModelStore *store;
  FakeSource *microphone;
  LonghandDictation *dictation;
  Sound *sound;
  char *folder;
  GPtrArray *committed; /* LonghandUtterance */
  GPtrArray *errors;    /* GError */
  GString *order;       /* a letter for each signal: r c f */
  gint64 begun_us;      /* of the last "recovered" */
  gboolean told_over;   /* the last notify::state came when nothing was pending any more */
} Fixture;

static void
on_committed (LonghandDictation *dictation, LonghandUtterance *utterance, Fixture *f) {
  g_ptr_array_add (f->committed, longhand_utterance_ref (utterance));
  g_string_append_c (f->order, 'c');
}

static void
on_failed (LonghandDictation *dictation, const GError *error, Fixture *f) {
  g_ptr_array_add (f->errors, g_error_copy (error));
  g_string_append_c (f->order, 'f');
}

static void
on_recovered (LonghandDictation *dictation, gint64 begun_us, Fixture *f) {
  f->begun_us = begun_us;
  g_string_append_c (f->order, 'r');
}

static void
on_state (LonghandDictation *dictation, GParamSpec *pspec, Fixture *f) {
  f->told_over = !longhand_dictation_has_pending (dictation);
}

static void
make_dictation (Fixture *f) {
  f->microphone = fake_source_new ();
  f->dictation = longhand_dictation_new_with_source (f->settings, NULL, f->store, &f->microphone->source);
  g_signal_connect (f->dictation, "committed", G_CALLBACK (on_committed), f);
  g_signal_connect (f->dictation, "failed", G_CALLBACK (on_failed), f);
  g_signal_connect (f->dictation, "recovered", G_CALLBACK (on_recovered), f);
  g_signal_connect (f->dictation, "notify::state", G_CALLBACK (on_state), f);
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->settings = longhand_settings_new_in_memory ();
  f->store = longhand_model_store_new ();
  f->sound = sound_new ();
  sound_add_wav (f->sound, g_getenv ("LONGHAND_TEST_WAV"));
  f->folder = longhand_journal_dup_folder ();
  f->committed = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_utterance_unref);
  f->errors = g_ptr_array_new_with_free_func ((GDestroyNotify)g_error_free);
  f->order = g_string_new (NULL);
}

/* What a test leaves is no other test's business. */
static void
tear_down (Fixture *f, gconstpointer data) {
  gpointer weak = f->dictation;

  if (f->dictation != NULL) {
    g_object_add_weak_pointer (weak, &weak);
    g_object_unref (f->dictation);
    g_assert_null (weak);
  }
  remove_all (g_get_user_data_dir ());
  g_object_unref (f->settings);
  g_object_unref (f->store);
  g_array_unref (f->sound);
  g_free (f->folder);
  g_ptr_array_unref (f->committed);
  g_ptr_array_unref (f->errors);
  g_string_free (f->order, TRUE);
}

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

static void
wait_state (Fixture *f, LonghandState state) {
  RUN_UNTIL (longhand_dictation_get_state (f->dictation) == state);
}

static void
wait_ready (Fixture *f) {
  RUN_UNTIL (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
}

static void
wait_over (Fixture *f) {
  RUN_UNTIL (!longhand_dictation_has_pending (f->dictation));
}

static void
speak (Fixture *f, gsize from, gsize to) {
  fake_source_speak (f->microphone, sound_samples (f->sound) + from, to - from);
}

static void
refuse_problem (gpointer user, GError *error) {
  g_error ("%s", error->message);
}

/* A session that was cut off: all of the sound, of which the first utterance has been written out. */
static void
leave_session (Fixture *f, const char *text) {
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandJournal) journal = longhand_journal_new (f->folder, refuse_problem, NULL, &error);

  g_assert_no_error (error);
  longhand_journal_append_sound (journal, sound_samples (f->sound), f->sound->len);
  longhand_journal_append_text (journal, 100, IN_PAUSE_MS, text);
}

static guint
count_sessions (Fixture *f) {
  g_autoptr (GPtrArray) paths = longhand_recovery_find (f->folder);

  return paths->len;
}

/* The file that the dictation writes to, as a crash now would leave it. */
static LonghandRecovery *
crash (Fixture *f) {
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->folder, g_dir_read_name (dir), NULL);
  g_autofree char *copy = g_strconcat (path, ".copy", NULL);
  g_autofree char *bytes = NULL;
  LonghandRecovery *recovery;
  gsize n_bytes;

  g_assert_null (g_dir_read_name (dir)); /* it is the only one */
  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  g_assert_true (g_file_set_contents (copy, bytes, (gssize)n_bytes, NULL));
  recovery = longhand_recovery_open (copy, &error);
  g_assert_no_error (error);
  g_assert_true (longhand_recovery_remove (recovery, NULL));
  return recovery;
}

static const LonghandUtterance *
utterance (Fixture *f, guint i) {
  g_assert_cmpuint (i, <, f->committed->len);
  return f->committed->pdata[i];
}

static void
assert_no_failure (Fixture *f) {
  if (f->errors->len > 0)
    g_assert_no_error (((GError *)f->errors->pdata[0]));
}

/* ---- what is kept, and for how long ---- */

static void
spoken_words_are_on_disk_until_the_end (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  make_dictation (f);
  wait_ready (f);
  longhand_dictation_start (f->dictation);
  wait_state (f, LONGHAND_STATE_RECORDING);
  speak (f, 0, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  recovery = crash (f);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  g_assert_cmpstr (((LonghandUtterance *)recovery->texts->pdata[0])->text, ==, utterance (f, 0)->text);
  g_assert_cmpuint (recovery->n_samples, ==, IN_PAUSE);
  g_assert_cmpint (recovery->rest_ms, ==, utterance (f, 0)->end_ms);

  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (count_sessions (f), ==, 0);
  assert_no_failure (f);
}

/* Only the rest is missing elsewhere, should the program be killed in the middle of a recording. */
static void
what_is_kept_while_it_is_spoken_does_not_come_back (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) kept = NULL;
  g_autoptr (LonghandRecovery) recovery = NULL;

  make_dictation (f);
  wait_ready (f);
  longhand_dictation_start (f->dictation);
  wait_state (f, LONGHAND_STATE_RECORDING);
  speak (f, 0, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  longhand_dictation_note_kept (f->dictation);
  kept = crash (f);
  g_assert_cmpuint (kept->texts->len, ==, 0);
  g_assert_cmpint (kept->rest_ms, ==, utterance (f, 0)->end_ms);
  speak (f, IN_PAUSE, f->sound->len);
  longhand_dictation_stop (f->dictation);
  wait_over (f);
  recovery = crash (f);
  g_assert_cmpuint (recovery->texts->len, ==, f->committed->len - 1);
  g_assert_cmpstr (((LonghandUtterance *)recovery->texts->pdata[0])->text, ==, utterance (f, 1)->text);
}

static void
record_all (Fixture *f) {
  longhand_dictation_start (f->dictation);
  wait_state (f, LONGHAND_STATE_RECORDING);
  speak (f, 0, f->sound->len);
  longhand_dictation_stop (f->dictation);
  wait_over (f);
}

/* Whatever the recognizer makes of it; and all of it has been heard. */
static void
enhanced_recording_is_kept_as_it_was_spoken (Fixture *f, gconstpointer data) {
  Comparison comparison = { .sound = f->sound };
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_settings_set_noise_reduction (f->settings, TRUE);
  make_dictation (f);
  wait_ready (f);
  record_all (f);
  g_assert_true (enhanced_by.noise_reduction);
  recovery = crash (f);
  g_assert_cmpuint (recovery->n_samples, ==, f->sound->len);
  g_assert_cmpuint (recovery->n_rest, ==, 0);
  longhand_recovery_read_sound (recovery, is_what_was_spoken, &comparison);
  g_assert_cmpuint (comparison.n, ==, f->sound->len);
  assert_no_failure (f);
}

static void
settings_say_what_the_next_recording_is_enhanced_by (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  for (guint i = 0; i < 4; i++) {
    longhand_settings_set_noise_reduction (f->settings, i % 2 == 1);
    longhand_settings_set_automatic_gain (f->settings, i >= 2);
    record_all (f);
    g_assert_cmpint (enhanced_by.noise_reduction, ==, i % 2 == 1);
    g_assert_cmpint (enhanced_by.automatic_gain, ==, i >= 2);
  }
  assert_no_failure (f);
}

/* Options for one run, in place of settings. */
static void
options_say_what_a_recording_is_enhanced_by (Fixture *f, gconstpointer data) {
  f->microphone = fake_source_new ();
  f->dictation = longhand_dictation_new_with_source (
      NULL, &(LonghandDictationOptions){ .threads = 1, .enhancement = { FALSE, TRUE } }, f->store,
      &f->microphone->source);
  wait_ready (f);
  record_all (f);
  g_assert_false (enhanced_by.noise_reduction);
  g_assert_true (enhanced_by.automatic_gain);
}

/* The text has been handed over; only the sound is there again. */
static void
sound_that_no_model_could_hear_outlives_the_program (Fixture *f, gconstpointer data) {
  longhand_settings_set_model (f->settings, "no-such-model");
  leave_session (f, "What I said first.");
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  RUN_UNTIL (f->committed->len == 1 && f->errors->len == 1);
  g_assert_error (((GError *)f->errors->pdata[0]), LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
  longhand_dictation_shutdown (f->dictation);
  g_clear_object (&f->dictation);
  g_assert_cmpuint (count_sessions (f), ==, 1);

  longhand_settings_set_model (f->settings, "");
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  RUN_UNTIL (f->committed->len == 2);
  g_assert_cmpint (utterance (f, 1)->start_ms, >=, IN_PAUSE_MS);
  wait_over (f);
  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpuint (count_sessions (f), ==, 0);
}

/* Nothing can be written at first: a file stands where the folder should be. */
static void
dictation_goes_on_without_a_disk (Fixture *f, gconstpointer data) {
  g_autofree char *obstacle = g_path_get_dirname (f->folder);
  g_autoptr (LonghandRecovery) recovery = NULL;
  const GError *error;

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_assert_true (g_file_set_contents (obstacle, "", 0, NULL));
  make_dictation (f);
  wait_ready (f);
  longhand_dictation_start (f->dictation);
  wait_state (f, LONGHAND_STATE_RECORDING);
  speak (f, 0, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_RECORDING);
  g_assert_cmpuint (f->errors->len, ==, 1);
  error = f->errors->pdata[0];
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, f->folder));

  g_assert_cmpint (g_remove (obstacle), ==, 0);
  while (!g_file_test (f->folder, G_FILE_TEST_IS_DIR))
    g_usleep (1000);
  longhand_dictation_stop (f->dictation);
  wait_state (f, LONGHAND_STATE_IDLE);
  recovery = crash (f);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  g_assert_cmpuint (recovery->n_samples, ==, IN_PAUSE);
  g_assert_cmpuint (f->errors->len, ==, 1);
}

/* ---- what comes back ---- */

static void
append_command (LonghandJournal *journal, gint64 ms, LonghandCommand command, const char *written) {
  longhand_journal_append_command (journal, ms, ms + 500, command, written);
}

/* In the text, not as words; and nothing of what was scratched or taken back. */
static void
commands_come_back_as_what_they_did (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandJournal) journal = longhand_journal_new (f->folder, refuse_problem, NULL, &error);
  g_autoptr (Sound) sound = sound_new ();
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (LonghandUtterance) whole = NULL;
  const LonghandSegment *second;

  g_assert_no_error (error);
  sound_add_silence (sound, 10000);
  longhand_journal_append_sound (journal, sound_samples (sound), 10 * SECOND);
  longhand_journal_append_text (journal, 0, 500, "One.");
  append_command (journal, 1000, LONGHAND_COMMAND_MARK, ",");
  longhand_journal_append_text (journal, 2000, 2500, "Two.");
  longhand_journal_append_text (journal, 3000, 3500, "Wrong.");
  append_command (journal, 4000, LONGHAND_COMMAND_SCRATCH, "Scratch that.");
  append_command (journal, 5000, LONGHAND_COMMAND_BREAK, "\n");
  append_command (journal, 6000, LONGHAND_COMMAND_BREAK, "\n\n");
  append_command (journal, 7000, LONGHAND_COMMAND_UNDO, "Undo.");
  append_command (journal, 8000, (LonghandCommand)99, "of a later version");
  longhand_journal_append_text (journal, 8200, 8500, "Three.");
  append_command (journal, 8800, LONGHAND_COMMAND_STOP, "Stop listening.");
  g_clear_pointer (&journal, longhand_journal_unref);

  paths = longhand_recovery_find (f->folder);
  g_assert_cmpuint (paths->len, ==, 1);
  recovery = longhand_recovery_open (paths->pdata[0], &error);
  g_assert_no_error (error);
  whole = longhand_recovery_dup_utterance (recovery, 0);
  g_assert_cmpstr (whole->text, ==, "One, Two.\nThree.");
  g_assert_cmpuint (whole->segments->len, ==, 3);
  second = whole->segments->pdata[0];
  g_assert_cmpstr (second->text, ==, "One,");
  second = whole->segments->pdata[1];
  g_assert_cmpstr (second->text, ==, "Two.");
  g_assert_cmpint (second->start_ms, ==, 2000);
  g_assert_cmpint (recovery->rest_ms, ==, 9300); /* commands have no other text to come */
  g_assert_cmpuint (recovery->n_rest, ==, 10 * SECOND - 9300 * MS);
}

/* What a program was told goes on in the next one: nothing is there twice, and what was taken back is not. */
static void
commands_survive_a_second_crash (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (LonghandUtterance) whole = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandJournal) journal = longhand_journal_new (f->folder, refuse_problem, NULL, &error);

  g_assert_no_error (error);
  longhand_journal_append_sound (journal, sound_samples (f->sound), 2 * SECOND);
  longhand_journal_append_text (journal, 0, 500, "One.");
  longhand_journal_append_text (journal, 600, 900, "Wrong.");
  append_command (journal, 1000, LONGHAND_COMMAND_SCRATCH, "Scratch that.");
  append_command (journal, 1500, LONGHAND_COMMAND_MARK, "?");
  g_clear_pointer (&journal, longhand_journal_unref);
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpstr (utterance (f, 0)->text, ==, "One?");
  recovery = crash (f);
  whole = longhand_recovery_dup_utterance (recovery, 0);
  g_assert_cmpstr (whole->text, ==, "One?");
  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (count_sessions (f), ==, 0);
}

static void
session_comes_back_with_what_was_not_written_yet (Fixture *f, gconstpointer data) {
  const gint64 before_us = g_get_real_time ();
  g_autoptr (LonghandRecovery) recovery = NULL;

  leave_session (f, "What I said first.");
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  RUN_UNTIL (f->committed->len == 2);
  wait_over (f);
  g_assert_true (f->told_over); /* a window that is to be closed waits for that */
  g_assert_cmpstr (f->order->str, ==, "rcc");
  g_assert_cmpint (f->begun_us, >=, before_us);
  g_assert_cmpstr (utterance (f, 0)->text, ==, "What I said first.");
  g_assert_cmpint (utterance (f, 0)->start_ms, ==, 100);
  g_assert_cmpint (utterance (f, 0)->end_ms, ==, IN_PAUSE_MS);
  g_assert_cmpint (utterance (f, 1)->start_ms, >=, IN_PAUSE_MS);
  g_assert_cmpint (utterance (f, 1)->end_ms, <=, (gint64)f->sound->len / MS);
  g_assert_cmpint (((LonghandSegment *)utterance (f, 1)->segments->pdata[0])->start_ms, >=, IN_PAUSE_MS);

  /* the next crash does not lose it either, nor ask for it again */
  recovery = crash (f);
  g_assert_cmpuint (recovery->texts->len, ==, 2);
  for (guint i = 0; i < 2; i++) {
    const LonghandUtterance *again = recovery->texts->pdata[i];

    g_assert_cmpstr (again->text, ==, utterance (f, i)->text);
    g_assert_cmpint (again->end_ms, ==, utterance (f, i)->end_ms);
  }
  g_assert_cmpuint (recovery->n_rest, ==, 0);

  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (count_sessions (f), ==, 0);
  assert_no_failure (f);
}

static void
recording_goes_on_behind_what_was_recovered (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  LonghandStats stats;

  leave_session (f, "What I said first.");
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  RUN_UNTIL (f->committed->len == 2);
  wait_over (f);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpuint (stats.live.n_utterances, ==, 1);
  g_assert_cmpfloat (stats.live.final_latency_p50_s, <, 0); /* it was not waited for */
  longhand_dictation_start (f->dictation);
  wait_state (f, LONGHAND_STATE_RECORDING);
  speak (f, 0, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 3);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (stats.live.first_tentative_p50_s, >=, 2); /* all sound is spoken at once at its end */
  g_assert_cmpint (utterance (f, 2)->start_ms, >=, (gint64)f->sound->len / MS);
  recovery = crash (f);
  g_assert_cmpuint (recovery->texts->len, ==, 3);
  g_assert_cmpuint (recovery->n_samples, ==, f->sound->len + IN_PAUSE);
  g_assert_cmpint (recovery->rest_ms, ==, utterance (f, 2)->end_ms);
  g_assert_cmpuint (recovery->n_rest, ==, f->sound->len + IN_PAUSE - (guint64)utterance (f, 2)->end_ms * MS);
}

static void
recovered_sound_keeps_nobody_from_recording (Fixture *f, gconstpointer data) {
  leave_session (f, "What I said first.");
  make_dictation (f);
  wait_ready (f);
  longhand_dictation_recover (f->dictation);
  RUN_UNTIL (f->committed->len == 1);
  g_assert_true (longhand_dictation_has_pending (f->dictation));
  longhand_dictation_start (f->dictation);
  wait_state (f, LONGHAND_STATE_RECORDING);
  speak (f, 0, IN_PAUSE);
  longhand_dictation_stop (f->dictation);
  wait_over (f);
  g_assert_cmpuint (f->committed->len, ==, 3);
  for (guint i = 1; i < 3; i++)
    g_assert_cmpint (utterance (f, i)->start_ms, >=, utterance (f, i - 1)->end_ms);
  assert_no_failure (f);
}

static void
sessions_come_back_in_the_order_of_time (Fixture *f, gconstpointer data) {
  leave_session (f, "Number one.");
  {
    g_autoptr (GPtrArray) paths = longhand_recovery_find (f->folder);
    g_autofree char *earlier = g_build_filename (f->folder, "2001-01-01.session", NULL);

    g_assert_cmpint (g_rename (paths->pdata[0], earlier), ==, 0);
  }
  leave_session (f, "Number two.");
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  RUN_UNTIL (f->committed->len == 4);
  wait_over (f);
  g_assert_cmpstr (f->order->str, ==, "rccrcc");
  g_assert_cmpstr (utterance (f, 0)->text, ==, "Number one.");
  g_assert_cmpstr (utterance (f, 2)->text, ==, "Number two.");
  for (guint i = 1; i < 4; i++)
    g_assert_cmpint (utterance (f, i)->start_ms, >=, utterance (f, i - 1)->end_ms);
  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (count_sessions (f), ==, 0);
}

static void
recovery_waits_for_the_end_of_a_recording (Fixture *f, gconstpointer data) {
  leave_session (f, "What I said first.");
  make_dictation (f);
  wait_ready (f);
  longhand_dictation_start (f->dictation);
  longhand_dictation_recover (f->dictation);
  wait_state (f, LONGHAND_STATE_RECORDING);
  speak (f, 0, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  longhand_dictation_stop (f->dictation);
  RUN_UNTIL (f->committed->len == 3);
  wait_over (f);
  g_assert_cmpstr (f->order->str, ==, "crcc");
  g_assert_cmpstr (utterance (f, 1)->text, ==, "What I said first.");
  g_assert_cmpint (utterance (f, 1)->start_ms, >=, utterance (f, 0)->end_ms);
  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (count_sessions (f), ==, 0);
}

/* Its file can be gone on with only when all else is on the disk. */
static void
session_waits_for_room_on_the_disk (Fixture *f, gconstpointer data) {
  struct rlimit before, full;

  leave_session (f, "What I said first.");
  make_dictation (f);
  wait_ready (f);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  full = before;
  full.rlim_cur = 1;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &full), ==, 0);
  longhand_dictation_start (f->dictation);
  wait_state (f, LONGHAND_STATE_RECORDING);
  speak (f, 0, IN_PAUSE);
  longhand_dictation_stop (f->dictation);
  wait_over (f);
  n_timers = 0;
  longhand_dictation_recover (f->dictation);
  RUN_UNTIL (n_timers > 0); /* it could not */
  g_assert_cmpstr (f->order->str, ==, "fc");
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  RUN_UNTIL (f->committed->len == 3);
  g_assert_cmpstr (f->order->str, ==, "fcrcc");
  g_assert_cmpstr (utterance (f, 1)->text, ==, "What I said first.");
}

/* As when the engine ends the program: what it wrote out is back, what it stumbles over is not tried for
 * ever. */
static void
sound_that_ends_programs_is_left_out_the_third_time (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = NULL;
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (LonghandRecovery) kept = NULL;

  leave_session (f, "What I said first.");
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GPtrArray) paths = longhand_recovery_find (f->folder);
    g_autoptr (LonghandRecovery) before = longhand_recovery_open (paths->pdata[0], &error);
    g_autoptr (LonghandJournal) journal = longhand_journal_new (f->folder, refuse_problem, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (before->n_attempts, ==, i);
    g_assert_true (longhand_journal_resume (journal, before->fd, before->path, before->n_bytes,
                                            before->n_rest, before->rest_ms));
    before->fd = -1;
    g_free (aside);
    aside = g_strconcat (before->path, ".broken", NULL);
  }
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  wait_ready (f);
  RUN_UNTIL (f->errors->len == 1);
  g_assert_cmpstr (f->order->str, ==, "rcf");
  g_assert_cmpstr (utterance (f, 0)->text, ==, "What I said first.");
  g_assert_nonnull (strstr (((GError *)f->errors->pdata[0])->message, aside));

  kept = longhand_recovery_open (aside, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kept->n_samples, ==, f->sound->len);
  g_assert_true (longhand_recovery_remove (kept, NULL));
  recovery = crash (f); /* the text has a new file, and the next crash does not lose it */
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  g_assert_cmpuint (recovery->n_attempts, ==, 0);
}

static void
damaged_session_is_told_once_and_kept (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->folder, "2001-01-01.session", NULL);
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);
  const GError *error;

  leave_session (f, "What I said first.");
  g_assert_true (g_file_set_contents (path, (const char *)f->sound->data, 10000, NULL));
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  RUN_UNTIL (f->committed->len == 2);
  wait_over (f);
  g_assert_cmpstr (f->order->str, ==, "frcc");
  error = f->errors->pdata[0];
  g_assert_nonnull (strstr (error->message, aside));
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (count_sessions (f), ==, 0);
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
}

static void
session_without_a_sound_is_not_worth_a_word (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->folder, "2001-01-01.session", NULL);

  g_mkdir_with_parents (f->folder, 0700);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  while (g_file_test (path, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, FALSE);
  wait_ready (f);
  g_assert_cmpstr (f->order->str, ==, "");
}

/* Nothing is taken away from a session before somebody has it. */
static void
closing_before_it_is_read_leaves_it (Fixture *f, gconstpointer data) {
  leave_session (f, "What I said first.");
  make_dictation (f);
  longhand_dictation_recover (f->dictation);
  g_clear_object (&f->dictation);
  while (count_sessions (f) == 0) /* until what was read is thrown away */
    g_main_context_iteration (NULL, FALSE);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_autofree char *data_dir = NULL;

  if (argc == 2 && strcmp (argv[1], "--speak") == 0)
    speak_until_killed ();
  data_dir = g_dir_make_tmp ("longhand-recovery-XXXXXX", NULL);
  g_setenv ("XDG_DATA_HOME", data_dir, TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("/recovery/spoken-words-are-on-disk-until-the-end", spoken_words_are_on_disk_until_the_end);
  ADD ("/recovery/what-is-kept-while-it-is-spoken-does-not-come-back",
       what_is_kept_while_it_is_spoken_does_not_come_back);
  ADD ("/recovery/enhanced-recording-is-kept-as-it-was-spoken", enhanced_recording_is_kept_as_it_was_spoken);
  ADD ("/recovery/settings-say-what-the-next-recording-is-enhanced-by",
       settings_say_what_the_next_recording_is_enhanced_by);
  ADD ("/recovery/options-say-what-a-recording-is-enhanced-by", options_say_what_a_recording_is_enhanced_by);
  ADD ("/recovery/sound-that-no-model-could-hear-outlives-the-program",
       sound_that_no_model_could_hear_outlives_the_program);
  ADD ("/recovery/dictation-goes-on-without-a-disk", dictation_goes_on_without_a_disk);
  ADD ("/recovery/commands-come-back-as-what-they-did", commands_come_back_as_what_they_did);
  ADD ("/recovery/commands-survive-a-second-crash", commands_survive_a_second_crash);
  ADD ("/recovery/session-comes-back-with-what-was-not-written-yet",
       session_comes_back_with_what_was_not_written_yet);
  ADD ("/recovery/recording-goes-on-behind-what-was-recovered", recording_goes_on_behind_what_was_recovered);
  ADD ("/recovery/recovered-sound-keeps-nobody-from-recording", recovered_sound_keeps_nobody_from_recording);
  ADD ("/recovery/sessions-come-back-in-the-order-of-time", sessions_come_back_in_the_order_of_time);
  ADD ("/recovery/recovery-waits-for-the-end-of-a-recording", recovery_waits_for_the_end_of_a_recording);
  ADD ("/recovery/session-waits-for-room-on-the-disk", session_waits_for_room_on_the_disk);
  ADD ("/recovery/sound-that-ends-programs-is-left-out-the-third-time",
       sound_that_ends_programs_is_left_out_the_third_time);
  ADD ("/recovery/damaged-session-is-told-once-and-kept", damaged_session_is_told_once_and_kept);
  ADD ("/recovery/session-without-a-sound-is-not-worth-a-word", session_without_a_sound_is_not_worth_a_word);
  ADD ("/recovery/closing-before-it-is-read-leaves-it", closing_before_it_is_read_leaves_it);
  g_test_add_func ("/recovery/sound-and-text-survive-fifty-kills", sound_and_text_survive_fifty_kills);
  return g_test_run ();
}
