/* Text on standard output while its recording is being recognised: the same as at its end, in whole lines. */
#include "cli-run.h"

#include "cli/longhand-cli-jobs.h"
#include "cli/longhand-cli-output.h"
#include "longhand-engine-error.h"

#include <fcntl.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RATE_HZ 16000

typedef struct {
  char *dir;
  char *path; /* of a recording with pauses */
} Fixture;

/* The speech, n_times, with a pause behind each. (transfer full) */
static char *
write_speech (const Fixture *f, const char *name, int n_times) {
  char *path = g_build_filename (f->dir, name, NULL);
  SF_INFO info = { 0 };
  SNDFILE *speech = sf_open (g_getenv ("LONGHAND_TEST_WAV"), SFM_READ, &info);
  g_autofree short *samples = g_new0 (short, info.frames + 2 * RATE_HZ);
  const sf_count_t n = sf_read_short (speech, samples, info.frames) + 2 * RATE_HZ;
  SNDFILE *file;

  g_assert_cmpint (info.channels, ==, 1);
  g_assert_cmpint (info.samplerate, ==, RATE_HZ);
  sf_close (speech);
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  file = sf_open (path, SFM_WRITE, &info);
  g_assert_nonnull (file);
  for (int i = 0; i < n_times; i++)
    g_assert_cmpint (sf_write_short (file, samples, n), ==, n);
  sf_close (file);
  return path;
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->dir = cli_make_dir ();
  f->path = write_speech (f, "talk.wav", 4);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  cli_remove_dir (f->dir);
  g_free (f->path);
}

/* ---- what may be printed ---- */

/* Longer and shorter pauses, sentences that end and that go on, a long one, and characters that are escaped.
 */
static LonghandTranscript *
new_talk (guint n_segments) {
  static const char *const texts[]
      = { "Well, this is it.", "And it goes on", "*without* an <end>, \"as\" they do", "Until it ends." };
  LonghandTranscript *talk = longhand_transcript_new ();
  gint64 ms = 0;

  longhand_transcript_set_title (talk, "A talk");
  for (guint i = 0; i < n_segments; i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_auto (GStrv) words = g_strsplit (texts[i % G_N_ELEMENTS (texts)], " ", -1);

    for (int k = 0; k <= (i % 10 == 7 ? 9 : 0); k++)
      g_string_append_printf (text, "%s ", texts[i % G_N_ELEMENTS (texts)]);
    longhand_transcript_append (talk, ms, ms + 2000, text->str, NULL);
    for (guint w = 0; words[w] != NULL; w++) {
      g_autofree char *word = g_strconcat (" ", words[w], NULL);

      longhand_transcript_add_word (talk, ms + 100 * w, ms + 100 * w + 90, word, 0.5);
    }
    ms += i % 3 == 0 ? 2000 : i % 3 == 1 ? 5500 : 2700;
  }
  return talk;
}

static const LonghandCliOutput outputs[] = {
  { .formats = 1u << LONGHAND_FORMAT_TXT },
  { .formats = 1u << LONGHAND_FORMAT_MD },
  { .formats = 1u << LONGHAND_FORMAT_SRT },
  { .formats = 1u << LONGHAND_FORMAT_VTT },
  { .formats = 1u << LONGHAND_FORMAT_LRC },
  { .formats = 1u << LONGHAND_FORMAT_TSV },
  { .formats = 1u << LONGHAND_FORMAT_CSV },
  { .formats = 1u << LONGHAND_FORMAT_SRT, .highlights_words = TRUE },
  { .formats = 1u << LONGHAND_FORMAT_SRT, .line_width = 12 },
  { .formats = 1u << LONGHAND_FORMAT_SRT, .line_width = 12, .n_lines = 2 },
  { .formats = 1u << LONGHAND_FORMAT_VTT, .line_width = 30, .n_lines = 1, .highlights_words = TRUE },
  { .formats = 1u << LONGHAND_FORMAT_VTT, .n_words = 3 },
};

/* (transfer full) */
static char *
begin_of (const LonghandCliOutput *output, guint n_segments) {
  g_autoptr (LonghandTranscript) talk = new_talk (n_segments);
  g_autoptr (GBytes) begin = longhand_cli_output_begin (output, talk);

  return g_strndup (g_bytes_get_data (begin, NULL), g_bytes_get_size (begin));
}

static void
what_is_printed_is_how_all_of_it_begins (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++) {
    g_autofree char *before = begin_of (&outputs[i], 0);

    g_assert_true (longhand_cli_output_grows (&outputs[i]));
    for (guint n = 1; n < 60; n++) {
      g_autofree char *begin = begin_of (&outputs[i], n);

      g_test_message ("output %zu, %u segments", i, n);
      g_assert_true (g_str_has_prefix (begin, before));
      g_assert_true (*begin == '\0' || g_str_has_suffix (begin, "\n"));
      g_free (before);
      before = g_steal_pointer (&begin);
    }
  }
}

/* But for a paragraph, and for a subtitle that may get another word. */
static void
segments_are_printed_at_once (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++) {
    const gboolean waits = (outputs[i].formats & 1u << LONGHAND_FORMAT_MD) != 0 || outputs[i].n_lines > 0;
    g_autoptr (LonghandTranscript) talk = new_talk (20);
    g_autofree char *begin = begin_of (&outputs[i], 20);

    g_test_message ("output %zu: %s", i, begin);
    if (!waits)
      g_assert_nonnull (strstr (begin + strlen (begin) - 10, "ends."));
    else
      g_assert_cmpuint (strlen (begin), >, 500);
  }
}

static void
documents_and_files_are_written_at_the_end (void) {
  char path[] = "talk.txt";
  const LonghandCliOutput ones[] = { { .formats = 1u << LONGHAND_FORMAT_JSON },
                                     { .formats = 1u << LONGHAND_FORMAT_ODT },
                                     { .formats = 1u << LONGHAND_FORMAT_TXT, .path = path } };

  for (gsize i = 0; i < G_N_ELEMENTS (ones); i++)
    g_assert_false (longhand_cli_output_grows (&ones[i]));
}

/* ---- all of it ---- */

/* How files that lie there later differ from what is printed: in nothing. */
static void
printed_text_is_that_of_files (Fixture *f, gconstpointer data) {
  static const struct {
    const char *arguments[8], *formats[8];
  } rows[] = {
    { { "--greedy", "--no-vad" }, { "md", "txt" } },
    { { "--greedy" }, { "txt", "md", "srt", "vtt", "lrc", "tsv", "csv" } },
    { { "--greedy", "--offset", "3", "--duration", "15" }, { "tsv" } },
    { { "--greedy", "--hallucination-silence-threshold", "1", "--word-timestamps" }, { "tsv" } },
    { { "--greedy", "--max-len", "12" }, { "txt", "csv" } },
    { { "--greedy", "--max-line-width", "20", "--max-line-count", "2" }, { "srt" } },
    { { "--greedy", "--max-words-per-line", "3", "--highlight-words" }, { "vtt" } },
  };
  g_autofree char *rules = g_build_filename (f->dir, "rules", NULL);
  g_autofree char *out = g_build_filename (f->dir, "out", NULL);

  g_assert_true (g_file_set_contents (rules, "the => ONE, AND ANOTHER,\na => NO\n", -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *arguments[16] = { "transcribe", f->path, "--replacements", rules };
    g_auto (CliRun) files = { 0 };
    guint n = 4;

    for (guint k = 0; rows[i].arguments[k] != NULL; k++)
      arguments[n++] = rows[i].arguments[k];
    arguments[n] = "--output";
    arguments[n + 1] = out;
    arguments[n + 2] = "--format";
    arguments[n + 3] = "all";
    files = cli_run_in (&(CliSetting){ 0 }, arguments);
    cli_assert_succeeds (&files);
    for (guint k = 0; rows[i].formats[k] != NULL; k++) {
      g_autofree char *name = g_strdup_printf ("talk.%s", rows[i].formats[k]);
      g_autofree char *path = g_build_filename (out, name, NULL);
      g_autofree char *expected = NULL;
      g_auto (CliRun) printed = { 0 };

      arguments[n + 1] = "-";
      arguments[n + 3] = rows[i].formats[k];
      printed = cli_run_in (&(CliSetting){ 0 }, arguments);
      cli_assert_succeeds (&printed);
      g_assert_true (g_file_get_contents (path, &expected, NULL, NULL));
      g_assert_cmpuint (strlen (expected), >, 40);
      g_assert_cmpstr (printed.out, ==, expected);
    }
  }
}

static void
recordings_do_not_get_mixed (Fixture *f, gconstpointer data) {
  g_autofree char *other = write_speech (f, "other.wav", 2);
  g_autofree char *missing = g_build_filename (f->dir, "missing.wav", NULL);
  g_auto (CliRun) one = cli_run ("transcribe", "--greedy", f->path, NULL);
  g_auto (CliRun) two = cli_run ("transcribe", "--greedy", other, NULL);
  g_autofree char *expected = g_strdup_printf ("==> %s <==\n%s==> %s <==\n%s==> %s <==\n%s", f->path, one.out,
                                               other, two.out, f->path, one.out);
  static const char *const ways[][2] = { { "--jobs", "3" }, { "--together", "3" } };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_auto (CliRun) run = cli_run ("transcribe", "--greedy", "--threads", "3", ways[i][0], ways[i][1],
                                   f->path, missing, other, f->path, NULL);

    g_assert_cmpint (run.code, ==, 1);
    g_assert_cmpstr (run.out, ==, expected);
  }
}

/* ---- as it goes ---- */

/* In the order in which they come, text is before the outcome that has it, and is all of that. */
static void
what_is_heard_comes_before_the_outcome (Fixture *f, gconstpointer data) {
  const LonghandCliInput input = { .path = f->path };
  g_auto (LonghandCliNews) news = { 0 };
  g_autoptr (LonghandTranscript) heard = longhand_transcript_new ();
  g_autofree char *text = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (LonghandCliJobs) jobs = NULL;
  g_autoptr (GError) error = NULL;
  LonghandCliRequest request = { 0 };
  LonghandCliRecording recording = { 0 };
  LonghandCliRecording *recordings[] = { &recording };
  LonghandCliEngine engine;
  LonghandCliWork work = { .engine = &engine,
                           .request = &request,
                           .recordings = recordings,
                           .n = 1,
                           .n_together = 1,
                           .tells_heard = TRUE };
  struct quill_settings settings;
  guint n_news = 0;

  longhand_cli_recognition_init (&request.recognition);
  longhand_cli_vocabulary_init (&request.vocabulary);
  longhand_cli_grammar_init (&request.grammar);
  request.recognition.greedy = TRUE;
  g_assert_true (longhand_cli_recognition_check (&request.recognition, &error));
  quill_settings_init (&settings);
  longhand_cli_recognition_set_up (&request.recognition, &settings);
  longhand_cli_engine_open (&engine, NULL, &settings, &error);
  g_assert_no_error (error);
  longhand_cli_recording_init (&recording, &input);
  jobs = longhand_cli_jobs_start (&work, 1, &settings, &error);
  g_assert_no_error (error);
  while (longhand_cli_jobs_wait (jobs, 0, &news) && news.heard != NULL) {
    g_assert_true (news.recording == &recording);
    longhand_transcript_append_all (heard, news.heard);
    longhand_cli_news_clear (&news);
    n_news++;
  }
  g_assert_true (news.recording == &recording);
  g_assert_no_error (recording.error);
  g_assert_false (longhand_cli_jobs_wait (jobs, 0, &news));
  text = longhand_transcript_dup_text (heard);
  whole = longhand_transcript_dup_text (recording.transcript);
  g_assert_cmpstr (text, ==, whole);
  g_assert_cmpuint (n_news, >=, 4);
  g_clear_pointer (&jobs, longhand_cli_jobs_free);
  longhand_cli_recording_clear (&recording);
  longhand_cli_engine_close (&engine);
  longhand_cli_request_clear (&request);
}

/* Reads up to the end of a line, or to that of the file. */
static void
read_line (int fd, GString *line) {
  char c;

  while (read (fd, &c, 1) == 1) {
    g_string_append_c (line, c);
    if (c == '\n')
      return;
  }
}

typedef struct {
  GSubprocess *process;
  int out;
} Running;

/* One that goes on for minutes, with its first line printed. */
static Running
begin_long (const Fixture *f, const char *format, GString *first_line) {
  g_autofree char *path = write_speech (f, "long.wav", 100);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  const char *const arguments[]
      = { g_getenv ("LONGHAND_TEST_CLI"), "transcribe", "--threads", "1", "--format", format, path, NULL };
  g_autoptr (GError) error = NULL;
  Running running;
  int ends[2];

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_subprocess_launcher_take_fd (launcher, ends[1], STDOUT_FILENO);
  running.process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);
  running.out = ends[0];
  g_clear_object (&launcher); /* closes its end */
  read_line (running.out, first_line);
  return running;
}

/* Ends with what standard error says. (transfer full) */
static char *
wait_for_end (Running *running) {
  g_autoptr (GError) error = NULL;
  char *err = NULL;

  g_subprocess_communicate_utf8 (running->process, NULL, NULL, NULL, &err, &error);
  g_assert_no_error (error);
  return err;
}

/* srt: the last of its times is the one that is told, in whole seconds. */
static void
assert_tells_last_time (const char *err, const char *srt) {
  const char *last = g_strrstr (srt, " --> ");
  guint hours, minutes, seconds;
  g_autofree char *told = NULL;

  g_assert_nonnull (last);
  g_assert_cmpint (sscanf (last, " --> %u:%u:%u,", &hours, &minutes, &seconds), ==, 3);
  told = g_strdup_printf ("is written out up to %u:%02u; --offset=%u goes on there.", hours * 60 + minutes,
                          seconds, (hours * 60 + minutes) * 60 + seconds);
  cli_assert_contains (err, told);
}

/* Ctrl+C comes minutes before the end, so that nothing of this was printed there. */
static void
interrupt_leaves_whole_lines (Fixture *f, gconstpointer data) {
  static const char *const formats[] = { "txt", "srt" };
  static const char *const patterns[]
      = { "^([A-Z][^\n]*\n)+$",
          "^(1\n[^\n]* --> [^\n]*\n[A-Z][^\n]*\n)(\n\\d+\n[^\n]* --> [^\n]*\n[A-Z][^\n]*\n)*$" };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GString) out = g_string_new (NULL);
    Running running = begin_long (f, formats[i], out);
    g_autofree char *err = NULL;
    gsize n_before;

    g_subprocess_send_signal (running.process, SIGINT);
    do {
      n_before = out->len;
      read_line (running.out, out);
    } while (out->len > n_before);
    err = wait_for_end (&running);
    g_test_message ("%s", out->str);
    g_assert_cmpint (g_subprocess_get_exit_status (running.process), ==, 130);
    cli_assert_contains (err, "Stopped: “");
    if (i == 1)
      assert_tells_last_time (err, out->str);
    g_assert_true (g_regex_match_simple (patterns[i], out->str, 0, 0));
    g_object_unref (running.process);
    close (running.out);
  }
}

/* As “| head -1” does it. */
static void
reader_that_has_enough_ends_it_quietly (Fixture *f, gconstpointer data) {
  g_autoptr (GString) line = g_string_new (NULL);
  Running running = begin_long (f, "txt", line);
  g_autofree char *err = NULL;

  close (running.out);
  err = wait_for_end (&running);
  g_assert_cmpuint (line->len, >, 10);
  g_assert_cmpstr (err, ==, "");
  g_assert_true (g_subprocess_get_if_signaled (running.process));
  g_assert_cmpint (g_subprocess_get_term_sig (running.process), ==, SIGPIPE);
  g_object_unref (running.process);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/cli-printing/" name, Fixture, NULL, set_up, function, tear_down)
  g_test_add_func ("/cli-printing/what-is-printed-is-how-all-of-it-begins",
                   what_is_printed_is_how_all_of_it_begins);
  g_test_add_func ("/cli-printing/segments-are-printed-at-once", segments_are_printed_at_once);
  g_test_add_func ("/cli-printing/documents-and-files-are-written-at-the-end",
                   documents_and_files_are_written_at_the_end);
  ADD ("printed-text-is-that-of-files", printed_text_is_that_of_files);
  ADD ("recordings-do-not-get-mixed", recordings_do_not_get_mixed);
  ADD ("what-is-heard-comes-before-the-outcome", what_is_heard_comes_before_the_outcome);
  ADD ("interrupt-leaves-whole-lines", interrupt_leaves_whole_lines);
  ADD ("reader-that-has-enough-ends-it-quietly", reader_that_has_enough_ends_it_quietly);
  return g_test_run ();
}
