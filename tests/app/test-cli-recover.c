/* recover: sessions that were cut off, as a person finds them on the command line. Environment: as cli-run.h
 * and LONGHAND_TEST_WAV, 16 kHz mono: two utterances with a pause between them. */
#include "audio/longhand-journal.h"
#include "cli-run.h"
#include "dictation/longhand-dictation.h"
#include "sound.h"

#include <glib/gstdio.h>
#include <string.h>

#define IN_PAUSE_MS 3500 /* between the two utterances */

typedef struct {
  char *data, *folder; /* XDG_DATA_HOME, and sessions in it */
  char *dir;           /* for what is written */
  Sound *sound;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->data = cli_make_dir ();
  f->dir = cli_make_dir ();
  f->folder = g_build_filename (f->data, "longhand", "sessions", NULL);
  f->sound = sound_new ();
  sound_add_wav (f->sound, g_getenv ("LONGHAND_TEST_WAV"));
}

static void
tear_down (Fixture *f, gconstpointer data) {
  cli_remove_dir (f->data);
  cli_remove_dir (f->dir);
  g_free (f->folder);
  g_array_unref (f->sound);
}

static void
refuse_problem (gpointer user, GError *error) {
  g_error ("%s", error->message);
}

/* One that is still being written. text: of the first utterance; NULL: none yet. */
static LonghandJournal *
begin_session (Fixture *f, const char *text, gsize n_samples) {
  g_autoptr (GError) error = NULL;
  LonghandJournal *journal = longhand_journal_new (f->folder, refuse_problem, NULL, &error);

  g_assert_no_error (error);
  longhand_journal_append_sound (journal, sound_samples (f->sound), n_samples);
  if (text != NULL)
    longhand_journal_append_text (journal, 100, IN_PAUSE_MS, text);
  return journal;
}

static void
leave_session (Fixture *f, const char *text) {
  longhand_journal_unref (begin_session (f, text, f->sound->len));
}

static guint
count_files (const char *folder) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static CliRun
run (Fixture *f, const char *first, ...) {
  g_autofree char *variable = g_strconcat ("XDG_DATA_HOME=", f->data, NULL);
  const char *const variables[] = { variable, NULL };
  const char *arguments[8] = { "recover", first };
  va_list rest;

  va_start (rest, first);
  for (guint i = 2; first != NULL && (arguments[i] = va_arg (rest, const char *)) != NULL; i++)
    ;
  va_end (rest);
  return cli_run_in (&(CliSetting){ .variables = variables }, arguments);
}

static guint
count_lines (const char *text) {
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

/* ---- list ---- */

static void
nothing_to_recover_is_good_news (Fixture *f, gconstpointer data) {
  g_auto (CliRun) list = run (f, NULL);
  g_auto (CliRun) last = run (f, "--last", NULL);
  g_auto (CliRun) all = run (f, "--all", "--delete", NULL);

  cli_assert_succeeds (&list);
  cli_assert_succeeds (&last);
  cli_assert_succeeds (&all);
  g_assert_cmpstr (list.out, ==, "There are no unfinished sessions.\n");
  g_assert_cmpstr (last.out, ==, list.out);
  g_assert_cmpstr (all.out, ==, list.out);
}

static void
sessions_are_listed_with_length_and_first_words (Fixture *f, gconstpointer data) {
  g_autofree char *length = g_strdup_printf ("    0:%02u  What I said first.\n", f->sound->len / 16000);
  LonghandJournal *running = begin_session (f, "Nobody else's business.", 16000);
  g_auto (CliRun) list = { 0 };

  leave_session (f, "What I said first.");
  list = run (f, NULL);
  cli_assert_succeeds (&list);
  g_assert_cmpuint (count_lines (list.out), ==, 1); /* the one that is running is no one's business */
  cli_assert_contains (list.out, ".session");
  g_assert_true (g_str_has_suffix (list.out, length + 2));
  longhand_journal_unref (running);
}

/* ---- text and sound ---- */

static void
text_comes_first_and_then_that_of_the_rest (Fixture *f, gconstpointer data) {
  g_auto (CliRun) first = { 0 };
  g_auto (CliRun) again = { 0 };

  leave_session (f, "What I said first.");
  first = run (f, "--last", NULL);
  cli_assert_succeeds (&first);
  g_assert_true (g_str_has_prefix (first.out, "What I said first.\n"));
  g_assert_cmpuint (count_lines (first.out), ==, 2);
  again = run (f, "--last", "--delete", NULL); /* it is still there, and then no more */
  cli_assert_succeeds (&again);
  g_assert_cmpstr (again.out, ==, first.out);
  g_assert_cmpuint (count_files (f->folder), ==, 0);
}

static void
named_sessions_are_those_of_the_list (Fixture *f, gconstpointer data) {
  g_auto (CliRun) list = { 0 };
  g_auto (CliRun) one = { 0 };
  g_autofree char *name = NULL;

  leave_session (f, "What I said first.");
  list = run (f, NULL);
  name = g_strndup (list.out, (gsize)(strchr (list.out, ' ') - list.out));
  one = run (f, name, NULL);
  cli_assert_succeeds (&one);
  g_assert_true (g_str_has_prefix (one.out, "What I said first.\n"));
}

static void
all_go_into_one_file_with_the_sound_of_each_heard (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "text.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (CliRun) all = { 0 };

  leave_session (f, NULL);
  leave_session (f, "What I said first.");
  all = run (f, "--all", "--delete", "--output", path, NULL);
  cli_assert_succeeds (&all);
  g_assert_cmpstr (all.out, ==, "");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpuint (count_lines (text), ==, 4);
  cli_assert_contains (text, "What I said first.\n");
  g_assert_cmpuint (count_files (f->folder), ==, 0);
}

/* As transcribe's: times count from the session's beginning. */
static void
the_ending_decides_the_format (Fixture *f, gconstpointer data) {
  static const struct {
    const char *name, *begin;
  } rows[] = {
    { "text.SRT", "1\n00:00:00,100 --> 00:00:03,500\nWhat I said first.\n\n2\n" },
    { "text.json", "{" },
    { "text.odt", "PK" },
    { "text", "What I said first.\n" },
  };

  leave_session (f, "What I said first.");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_build_filename (f->dir, rows[i].name, NULL);
    g_auto (CliRun) one = run (f, "--last", "--output", path, NULL);
    g_autofree char *text = NULL;

    cli_assert_succeeds (&one);
    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_assert_true (g_str_has_prefix (text, rows[i].begin));
  }
}

/* Before anything is heard, and nothing is written. */
static void
what_has_no_place_in_the_format_is_refused (Fixture *f, gconstpointer data) {
  g_autofree char *unknown = g_build_filename (f->dir, "text.docx", NULL);
  g_autofree char *subtitles = g_build_filename (f->dir, "text.srt", NULL);
  g_auto (CliRun) one = { 0 };
  g_auto (CliRun) all = { 0 };

  leave_session (f, "What I said first.");
  leave_session (f, "What I said then.");
  one = run (f, "--last", "--delete", "--output", unknown, NULL);
  all = run (f, "--all", "--delete", "--output", subtitles, NULL);
  g_assert_cmpint (one.code, ==, 2);
  cli_assert_contains (one.err, "docx");
  g_assert_cmpint (all.code, ==, 2);
  g_assert_cmpstr (all.err, ==,
                   "longhand-cli: Several sessions make several srt files: name one, or use --last.\n");
  g_assert_cmpuint (count_files (f->dir), ==, 0);
  g_assert_cmpuint (count_files (f->folder), ==, 2);
}

/* What is heard goes on where the session was cut off, commands included, and these are as in the settings,
 * which have them on, unless it is said. */
static void
commands_in_the_rest_act_as_they_would_have (Fixture *f, gconstpointer data) {
  static const struct {
    const char *recording, *option, *text;
  } rows[] = {
    { "scratch-that.wav", NULL, "" },
    { "scratch-that.wav", "--commands", "" },
    { "new-paragraph.wav", NULL, "What I said first.\n\n\n" },
  };
  g_auto (CliRun) words = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "speech", rows[i].recording, NULL);
    g_auto (CliRun) one = { 0 };

    g_array_set_size (f->sound, IN_PAUSE_MS * 16);
    sound_add_wav (f->sound, path);
    sound_add_silence (f->sound, 1200);
    leave_session (f, "What I said first.");
    one = run (f, "--last", "--delete", rows[i].option, NULL);
    cli_assert_succeeds (&one);
    g_assert_cmpstr (one.out, ==, rows[i].text);
  }
  leave_session (f, "What I said first.");
  words = run (f, "--last", "--no-commands", NULL);
  cli_assert_succeeds (&words);
  g_assert_cmpuint (count_lines (words.out), ==, 2);
  cli_assert_contains (words.out, "aragraph");
}

static void
append_command (LonghandJournal *journal, gint64 start_ms, LonghandCommand command, const char *written) {
  longhand_journal_append_command (journal, start_ms, start_ms + 500, command, written);
}

/* Half a second of sound, and more said than that has room for. */
static void
leave_dictated_session (Fixture *f) {
  LonghandJournal *journal = begin_session (f, NULL, 8000);

  longhand_journal_append_text (journal, 0, 1000, "One");
  append_command (journal, 1000, LONGHAND_COMMAND_MARK, ",");
  longhand_journal_append_text (journal, 1500, 2000, "two.");
  append_command (journal, 2000, LONGHAND_COMMAND_BREAK, "\n");
  append_command (journal, 2500, LONGHAND_COMMAND_OPENING, "(");
  longhand_journal_append_text (journal, 3000, 3500, "Three.");
  longhand_journal_append_text (journal, 4000, 4500, "Four.");
  append_command (journal, 5000, LONGHAND_COMMAND_BREAK, "\n\n");
  longhand_journal_append_text (journal, 6000, 6500, "Five.");
  longhand_journal_unref (journal);
}

/* Also those that no pause tells; marks and brackets stay with their words. */
static void
dictated_lines_and_paragraphs_are_kept (Fixture *f, gconstpointer data) {
  static const struct {
    const char *name, *expected;
  } rows[] = {
    { "text.md", "**00:00:00** One, two.\\\n(Three. Four.\n\n**00:00:06** Five.\n" },
    { "text.txt", "One,\ntwo.\n(Three.\nFour.\n\n\nFive.\n" },
    { "text.tsv",
      "start\tend\ttext\n0\t1500\tOne,\n1500\t2000\ttwo.\n2500\t3500\t(Three.\n4000\t4500\tFour.\n"
      "6000\t6500\tFive.\n" },
  };

  leave_dictated_session (f);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_build_filename (f->dir, rows[i].name, NULL);
    g_auto (CliRun) one = run (f, "--last", "--output", path, NULL);
    g_autofree char *text = NULL;

    cli_assert_succeeds (&one);
    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_assert_cmpstr (text, ==, rows[i].expected);
  }
}

/* As it would have ended live: the window's pause counts, unless it is said. */
static void
pause_of_the_settings_ends_utterances (Fixture *f, gconstpointer data) {
  g_autofree char *first = g_test_build_filename (G_TEST_DIST, "data", "speech", "he-flushed.wav", NULL);
  g_autofree char *second = g_test_build_filename (G_TEST_DIST, "data", "speech", "oil-my-neck.wav", NULL);
  g_autofree char *settings_dir = g_build_filename (f->data, "glib-2.0", "settings", NULL);
  g_autofree char *keyfile = g_build_filename (settings_dir, "keyfile", NULL);
  g_autofree char *data_home = g_strconcat ("XDG_DATA_HOME=", f->data, NULL);
  g_autofree char *config_home = g_strconcat ("XDG_CONFIG_HOME=", f->data, NULL);
  const char *const variables[] = { data_home, config_home, "GSETTINGS_BACKEND=keyfile", NULL };
  static const struct {
    const char *settings, *option;
    guint n_utterances;
  } rows[] = {
    { "", NULL, 2 },
    { "pause-length=1.8\n", NULL, 1 },
    { "pause-length=1.8\n", "--pause=0.6", 2 },
    { "", "--pause=1.8", 1 },
  };

  g_array_set_size (f->sound, 0);
  sound_add_wav (f->sound, first);
  sound_add_silence (f->sound, 300);
  sound_add_wav (f->sound, second);
  leave_session (f, NULL);
  g_assert_cmpint (g_mkdir_with_parents (settings_dir, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *content = g_strconcat ("[io/github/longhand_app/Longhand]\n", rows[i].settings, NULL);
    const char *const arguments[] = { "recover", "--last", rows[i].option, NULL };
    g_auto (CliRun) one = { 0 };

    g_assert_true (g_file_set_contents (keyfile, content, -1, NULL));
    one = cli_run_in (&(CliSetting){ .variables = variables }, arguments);
    cli_assert_succeeds (&one);
    g_assert_cmpuint (count_lines (one.out), ==, rows[i].n_utterances);
  }
}

static void
sound_is_that_which_was_spoken (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "sound.wav", NULL);
  g_autoptr (Sound) again = sound_new ();
  g_auto (CliRun) one = { 0 };

  leave_session (f, "What I said first.");
  one = run (f, "--last", "--sound", path, NULL);
  cli_assert_succeeds (&one);
  sound_add_wav (again, path);
  g_assert_cmpmem (again->data, again->len * sizeof (float), f->sound->data, f->sound->len * sizeof (float));
}

/* ---- what cannot be done ---- */

static void
text_that_cannot_be_saved_is_printed_and_its_session_kept (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "missing", "text.txt", NULL);
  g_auto (CliRun) one = { 0 };

  leave_session (f, "What I said first.");
  one = run (f, "--last", "--delete", "--output", path, NULL);
  g_assert_cmpint (one.code, ==, 1);
  g_assert_true (g_str_has_prefix (one.out, "What I said first.\n"));
  cli_assert_contains (one.err, "text.txt");
  g_assert_cmpuint (count_files (f->folder), ==, 1);
}

static void
without_a_model_the_text_is_written_and_the_session_kept (Fixture *f, gconstpointer data) {
  static const char *const models[] = { "/dev/null", "no-such-model" };

  leave_session (f, "What I said first.");
  for (guint i = 0; i < G_N_ELEMENTS (models); i++) {
    g_auto (CliRun) one = run (f, "--last", "--delete", "--model", models[i], NULL);

    g_assert_cmpint (one.code, ==, 3);
    g_assert_cmpstr (one.out, ==, "What I said first.\n");
    cli_assert_contains (one.err, models[i]);
    g_assert_cmpuint (count_files (f->folder), ==, 1);
  }
}

static void
sound_that_cannot_be_saved_keeps_the_session (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "missing", "sound.wav", NULL);
  g_auto (CliRun) one = { 0 };

  leave_session (f, "What I said first.");
  one = run (f, "--last", "--delete", "--sound", path, NULL);
  cli_assert_fails (&one, 1, "sound.wav", "cannot be saved");
  g_assert_cmpuint (count_files (f->folder), ==, 1);
}

static void
what_is_no_session_is_left_alone (Fixture *f, gconstpointer data) {
  g_auto (CliRun) sound = run (f, g_getenv ("LONGHAND_TEST_WAV"), "--delete", NULL);
  g_auto (CliRun) missing = run (f, "missing.session", NULL);
  g_auto (CliRun) folder = run (f, f->dir, NULL);

  cli_assert_fails (&sound, 1, "sample.wav", "not a session");
  g_assert_true (g_file_test (g_getenv ("LONGHAND_TEST_WAV"), G_FILE_TEST_EXISTS));
  cli_assert_fails (&missing, 1, "missing.session", "cannot be read");
  cli_assert_fails (&folder, 1, f->dir, "cannot be read");
}

static void
damaged_session_does_not_keep_the_others (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->folder, "2001-01-01.session", NULL);
  g_auto (CliRun) list = { 0 };
  g_auto (CliRun) all = { 0 };

  leave_session (f, "What I said first.");
  g_assert_true (g_file_set_contents (path, "This is no session.", -1, NULL));
  list = run (f, NULL);
  g_assert_cmpint (list.code, ==, 1);
  cli_assert_contains (list.out, "What I said first.");
  cli_assert_contains (list.err, "2001-01-01.session");
  all = run (f, "--all", "--delete", NULL);
  g_assert_cmpint (all.code, ==, 1);
  g_assert_true (g_str_has_prefix (all.out, "What I said first.\n"));
  cli_assert_contains (all.err, "2001-01-01.session");
  g_assert_cmpuint (count_files (f->folder), ==, 1);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
session_of_a_running_program_is_left_to_it (Fixture *f, gconstpointer data) {
  LonghandJournal *running = begin_session (f, "Still speaking.", 16000);
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  g_auto (CliRun) one = run (f, g_dir_read_name (dir), "--delete", NULL);

  cli_assert_fails (&one, 1, ".session", "running");
  g_assert_cmpuint (count_files (f->folder), ==, 1);
  longhand_journal_unref (running);
}

static void
senseless_requests_are_refused (Fixture *f, gconstpointer data) {
  g_auto (CliRun) both = run (f, "--last", "--all", NULL);
  g_auto (CliRun) none = run (f, "--delete", NULL);
  g_auto (CliRun) sounds = { 0 };
  g_auto (CliRun) threads = run (f, "--last", "--threads", "1000", NULL);
  g_auto (CliRun) pause = run (f, "--last", "--pause", "nan", NULL);
  g_autofree char *path = g_build_filename (f->dir, "sound.wav", NULL);

  leave_session (f, "One.");
  leave_session (f, "Two.");
  sounds = run (f, "--all", "--sound", path, NULL);
  cli_assert_fails (&both, 2, "--last", "--all");
  cli_assert_fails (&none, 2, "--last", "which");
  cli_assert_fails (&sounds, 2, "--sound", "one session");
  cli_assert_fails (&threads, 2, "1000", "256");
  cli_assert_fails (&pause, 2, "--pause must be between", "0.3 and 2 seconds");
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/cli/recover/nothing-to-recover-is-good-news", nothing_to_recover_is_good_news);
  ADD ("/cli/recover/sessions-are-listed-with-length-and-first-words",
       sessions_are_listed_with_length_and_first_words);
  ADD ("/cli/recover/text-comes-first-and-then-that-of-the-rest", text_comes_first_and_then_that_of_the_rest);
  ADD ("/cli/recover/named-sessions-are-those-of-the-list", named_sessions_are_those_of_the_list);
  ADD ("/cli/recover/all-go-into-one-file-with-the-sound-of-each-heard",
       all_go_into_one_file_with_the_sound_of_each_heard);
  ADD ("/cli/recover/the-ending-decides-the-format", the_ending_decides_the_format);
  ADD ("/cli/recover/what-has-no-place-in-the-format-is-refused", what_has_no_place_in_the_format_is_refused);
  ADD ("/cli/recover/commands-in-the-rest-act-as-they-would-have",
       commands_in_the_rest_act_as_they_would_have);
  ADD ("/cli/recover/dictated-lines-and-paragraphs-are-kept", dictated_lines_and_paragraphs_are_kept);
  ADD ("/cli/recover/pause-of-the-settings-ends-utterances", pause_of_the_settings_ends_utterances);
  ADD ("/cli/recover/sound-is-that-which-was-spoken", sound_is_that_which_was_spoken);
  ADD ("/cli/recover/text-that-cannot-be-saved-is-printed-and-its-session-kept",
       text_that_cannot_be_saved_is_printed_and_its_session_kept);
  ADD ("/cli/recover/without-a-model-the-text-is-written-and-the-session-kept",
       without_a_model_the_text_is_written_and_the_session_kept);
  ADD ("/cli/recover/sound-that-cannot-be-saved-keeps-the-session",
       sound_that_cannot_be_saved_keeps_the_session);
  ADD ("/cli/recover/what-is-no-session-is-left-alone", what_is_no_session_is_left_alone);
  ADD ("/cli/recover/damaged-session-does-not-keep-the-others", damaged_session_does_not_keep_the_others);
  ADD ("/cli/recover/session-of-a-running-program-is-left-to-it", session_of_a_running_program_is_left_to_it);
  ADD ("/cli/recover/senseless-requests-are-refused", senseless_requests_are_refused);
  return g_test_run ();
}
