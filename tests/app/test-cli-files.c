/* longhand-cli transcribe with many recordings: in folders, out of pipes, of hours, and stopped half-way. */
#include "cli-run.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sndfile.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#define RATE_HZ 16000

typedef struct {
  char *dir;
  short *samples; /* of the speech */
  sf_count_t n;
} Fixture;

static const char *
speech (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

static void
set_up (Fixture *f, gconstpointer data) {
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (speech (), SFM_READ, &info);

  g_assert_cmpint (info.channels, ==, 1);
  g_assert_cmpint (info.samplerate, ==, RATE_HZ);
  f->dir = cli_make_dir ();
  f->samples = g_new (short, info.frames);
  f->n = sf_read_short (file, f->samples, info.frames);
  sf_close (file);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  cli_remove_dir (f->dir);
  g_free (f->samples);
}

static char *
path_of (const Fixture *f, const char *name) {
  return g_build_filename (f->dir, name, NULL);
}

/* The speech, n_times in a row; n_times 0: half of it. Folders of the name are made. */
static char *
write_speech (const Fixture *f, const char *name, int format, int n_times) {
  char *path = path_of (f, name);
  g_autofree char *folder = g_path_get_dirname (path);
  SF_INFO info = { .samplerate = RATE_HZ, .channels = 1, .format = format | SF_FORMAT_PCM_16 };
  SNDFILE *file;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  file = sf_open (path, SFM_WRITE, &info);
  g_assert_nonnull (file);
  if (n_times == 0)
    sf_write_short (file, f->samples, f->n / 2);
  for (int i = 0; i < n_times; i++)
    g_assert_cmpint (sf_write_short (file, f->samples, f->n), ==, f->n);
  sf_close (file);
  return path;
}

static char *
write_wav (const Fixture *f, const char *name) {
  return write_speech (f, name, SF_FORMAT_WAV, 1);
}

static void
write_text (const Fixture *f, const char *name, const char *text) {
  g_autofree char *path = path_of (f, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
read_text (const Fixture *f, const char *name) {
  g_autofree char *path = path_of (f, name);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
assert_text (const Fixture *f, const char *name, const char *expected) {
  g_autofree char *text = read_text (f, name);

  g_test_message ("%s", name);
  g_assert_cmpstr (text, ==, expected);
}

/* ---- several at a time ---- */

/* The second and the last are done long before the first. */
static void
jobs_print_in_the_order_of_arguments (Fixture *f, gconstpointer data) {
  g_autofree char *missing = path_of (f, "missing.wav");
  g_autofree char *longest = write_speech (f, "longest.wav", SF_FORMAT_WAV, 6);
  g_autofree char *half = write_speech (f, "half.flac", SF_FORMAT_FLAC, 0);
  g_auto (CliRun) one = cli_run ("transcribe", "--greedy", longest, half, missing, speech (), NULL);
  g_auto (CliRun) three = cli_run ("transcribe", "--greedy", "--jobs", "3", "--threads", "4", longest, half,
                                   missing, speech (), NULL);
  g_auto (CliRun) both = cli_run ("transcribe", "--greedy", "--jobs", "2", "--threads", "2", "--together",
                                  "2", longest, half, missing, speech (), NULL);

  g_assert_cmpint (one.code, ==, 1);
  g_assert_cmpstr (one.out, !=, "");
  g_assert_cmpint (three.code, ==, 1);
  g_assert_cmpstr (three.out, ==, one.out);
  g_assert_cmpstr (three.err, ==, one.err);
  g_assert_cmpint (both.code, ==, 1);
  g_assert_cmpstr (both.out, ==, one.out);
}

static void
bad_files_are_told_one_by_one_and_the_rest_is_done (Fixture *f, gconstpointer data) {
  g_autofree char *missing = path_of (f, "missing.wav");
  g_autofree char *text = path_of (f, "text.wav");
  g_autofree char *good = write_wav (f, "good.wav");
  g_autofree char *out = path_of (f, "out");
  g_autofree char *written = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (CliRun) run = { 0 };

  write_text (f, "text.wav", "Dear diary\n");
  run = cli_run ("transcribe", "--jobs", "2", "--threads", "2", "-o", out, missing, good, text, NULL);
  g_assert_cmpint (run.code, ==, 1);
  lines = g_strsplit (run.err, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  cli_assert_contains (run.err, missing);
  cli_assert_contains (run.err, text);
  written = read_text (f, "out/good.txt");
  g_assert_nonnull (written);
}

/* ---- folders ---- */

static void
folder_stands_for_the_sound_files_in_it (Fixture *f, gconstpointer data) {
  g_autofree char *folder = path_of (f, "talks");
  g_autofree char *b = write_wav (f, "talks/b.wav");
  g_autofree char *a = write_speech (f, "talks/a.mp3.flac", SF_FORMAT_FLAC, 1);
  g_autofree char *without = write_wav (f, "talks/c");
  g_autofree char *hidden = write_wav (f, "talks/.hidden.wav");
  g_autofree char *below = write_wav (f, "talks/below/d.wav");
  g_autofree char *expected = NULL;
  g_auto (CliRun) alone = cli_run ("transcribe", speech (), NULL);
  g_auto (CliRun) run = { 0 };

  write_text (f, "talks/notes.txt", "Dear diary\n");
  run = cli_run ("transcribe", folder, NULL);
  cli_assert_succeeds (&run);
  expected = g_strdup_printf ("==> %s <==\n%s==> %s <==\n%s==> %s <==\n%s", a, alone.out, b, alone.out,
                              without, alone.out);
  g_assert_cmpstr (run.out, ==, expected);
}

/* A folder with one recording is still one of which there may be more. */
static void
texts_lie_as_recordings_do_in_folders_of_folders (Fixture *f, gconstpointer data) {
  g_autofree char *folder = path_of (f, "talks");
  g_autofree char *out = path_of (f, "out");
  g_autofree char *only = path_of (f, "only");
  g_autofree char *top = write_wav (f, "talks/a.wav");
  g_autofree char *same_name = write_speech (f, "talks/x/y/a.wav", SF_FORMAT_WAV, 0);
  g_autofree char *loop = path_of (f, "talks/x/loop");
  g_auto (CliRun) whole = cli_run ("transcribe", top, NULL);
  g_auto (CliRun) half = cli_run ("transcribe", same_name, NULL);
  g_auto (CliRun) recursive = { 0 };
  g_auto (CliRun) flat = { 0 };

  g_assert_cmpint (symlink ("..", loop), ==, 0);
  recursive = cli_run ("transcribe", "--recursive", "-o", out, folder, NULL);
  cli_assert_succeeds (&recursive);
  assert_text (f, "out/a.txt", whole.out);
  assert_text (f, "out/x/y/a.txt", half.out);
  flat = cli_run ("transcribe", "-o", only, folder, NULL);
  cli_assert_succeeds (&flat);
  assert_text (f, "only/a.txt", whole.out);
  assert_text (f, "only/x/y/a.txt", NULL);
  g_unlink (loop);
}

static void
folder_without_sound_is_told_and_the_rest_is_done (Fixture *f, gconstpointer data) {
  g_autofree char *folder = path_of (f, "texts");
  g_auto (CliRun) run = { 0 };
  g_auto (CliRun) only = { 0 };

  g_assert_cmpint (g_mkdir (folder, 0777), ==, 0);
  write_text (f, "texts/notes.txt", "Dear diary\n");
  run = cli_run ("transcribe", folder, speech (), NULL);
  g_assert_cmpint (run.code, ==, 1);
  g_assert_cmpstr (run.out, !=, "");
  cli_assert_contains (run.err, "texts” holds no sound file: name another folder, or look into its folders");
  only = cli_run ("transcribe", folder, NULL);
  cli_assert_fails (&only, 1, folder, "--recursive");
}

/* Whoever has them would otherwise believe that the folder is done. */
static void
sound_of_other_formats_in_a_folder_is_told (Fixture *f, gconstpointer data) {
  g_autofree char *folder = path_of (f, "talks");
  g_autofree char *good = write_wav (f, "talks/a.wav");
  g_auto (CliRun) run = { 0 };

  write_text (f, "talks/b.m4a", "    ftypM4A , and more");
  run = cli_run ("transcribe", folder, NULL);
  g_assert_cmpint (run.code, ==, 1);
  g_assert_cmpstr (run.out, !=, "");
  cli_assert_contains (run.err, "b.m4a” is in a format that cannot be read: convert it to FLAC or Opus");
}

/* ---- standard input ---- */

static void
all_formats_come_out_of_a_pipe (Fixture *f, gconstpointer data) {
  static const int formats[] = { SF_FORMAT_WAV, SF_FORMAT_FLAC, SF_FORMAT_AIFF };
  static const char *const ways[] = { "cat \"$0\" | \"$@\"", "\"$@\" <\"$0\"" };
  g_auto (CliRun) expected = cli_run ("transcribe", speech (), NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    for (gsize way = 0; way < G_N_ELEMENTS (ways); way++) {
      g_autofree char *path = write_speech (f, "speech", formats[i], 1);
      const char *const wrapper[] = { "sh", "-c", ways[way], path, NULL };
      const char *const arguments[] = { "transcribe", "-", NULL };
      g_auto (CliRun) run = cli_run_in (&(CliSetting){ .wrapper = wrapper }, arguments);

      cli_assert_succeeds (&run);
      g_assert_cmpstr (run.out, ==, expected.out);
    }
}

/* As ffmpeg does when it cannot go back to its beginning. */
static void
wav_of_unknown_length_comes_out_of_a_pipe (Fixture *f, gconstpointer data) {
  g_autofree char *path = write_wav (f, "speech.wav");
  const char *const wrapper[] = { "sh", "-c", "cat \"$0\" | \"$@\"", path, NULL };
  const char *const arguments[] = { "transcribe", "-", NULL };
  g_auto (CliRun) expected = cli_run ("transcribe", speech (), NULL);
  g_auto (CliRun) run = { 0 };
  FILE *file = g_fopen (path, "r+b");

  for (long at = 4; at <= 40; at += 36) { /* lengths of the file and of the samples */
    fseek (file, at, SEEK_SET);
    g_assert_cmpuint (fwrite ("\xff\xff\xff\xff", 4, 1, file), ==, 1);
  }
  fclose (file);
  run = cli_run_in (&(CliSetting){ .wrapper = wrapper }, arguments);
  cli_assert_succeeds (&run);
  g_assert_cmpstr (run.out, ==, expected.out);
}

static void
raw_samples_come_out_of_a_pipe (Fixture *f, gconstpointer data) {
  g_autofree char *path = path_of (f, "raw");
  g_autofree char *out = path_of (f, "out");
  const char *const wrapper[] = { "sh", "-c", "cat \"$0\" | \"$@\"", path, NULL };
  const char *const arguments[] = { "transcribe", "--raw", "16000", "-o", out, "-f", "txt,srt", "-", NULL };
  g_auto (CliRun) expected = cli_run ("transcribe", speech (), NULL);
  g_auto (CliRun) run = { 0 };
  g_auto (CliRun) file = { 0 };

  g_assert_true (g_file_set_contents (path, (const char *)f->samples,
                                      (gssize)(f->n * (sf_count_t)sizeof (short)), NULL));
  run = cli_run_in (&(CliSetting){ .wrapper = wrapper }, arguments);
  cli_assert_succeeds (&run);
  assert_text (f, "out/stdin.txt", expected.out);
  file = cli_run ("transcribe", "--raw", "16000", path, NULL);
  cli_assert_succeeds (&file);
  g_assert_cmpstr (file.out, ==, expected.out);
}

static void
empty_standard_input_is_told (Fixture *f, gconstpointer data) {
  static const char *const wrapper[] = { "sh", "-c", ": | \"$0\" \"$@\"", NULL };
  static const char *const arguments[] = { "transcribe", "-", NULL };
  g_auto (CliRun) run = cli_run_in (&(CliSetting){ .wrapper = wrapper }, arguments);

  cli_assert_fails (&run, 1, "standard input", "is empty");
}

static void
standard_input_in_another_format_is_told (Fixture *f, gconstpointer data) {
  static const char *const wrapper[]
      = { "sh", "-c", "printf '    ftypM4A , and more' | \"$0\" \"$@\"", NULL };
  static const char *const arguments[] = { "transcribe", "-", NULL };
  g_auto (CliRun) run = cli_run_in (&(CliSetting){ .wrapper = wrapper }, arguments);

  cli_assert_fails (&run, 1, "standard input", "ffmpeg -i - -f flac -");
}

/* ---- stopping and going on ---- */

/* The second recording never ends, so that Ctrl+C certainly comes while it is read. */
static void
interrupt_keeps_what_is_finished (Fixture *f, gconstpointer data) {
  g_autofree char *out = path_of (f, "out");
  g_autofree char *first = write_wav (f, "first.wav");
  g_autofree char *written = path_of (f, "out/first.txt");
  g_autofree char *text = NULL;
  g_autofree char *err = NULL;
  g_auto (CliRun) expected = cli_run ("transcribe", first, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
                          g_getenv ("LONGHAND_TEST_CLI"), "transcribe", "-o", out, first, "-", NULL);

  g_assert_no_error (error);
  while (!g_file_test (written, G_FILE_TEST_EXISTS))
    g_usleep (10000);
  g_subprocess_send_signal (process, SIGINT);
  g_input_stream_read (g_subprocess_get_stderr_pipe (process), (err = g_new0 (char, 1000)), 999, NULL,
                       &error);
  g_assert_no_error (error);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  g_assert_cmpstr (
      err, ==,
      "longhand-cli: Stopped: 1 of 2 recordings are written out; the same command with --resume goes "
      "on with the others.\n");
  text = read_text (f, "out/first.txt");
  g_assert_cmpstr (text, ==, expected.out);
}

/* While the first recording is being read, where its text is to go and the second one vanish. */
static void
folders_that_vanish_are_told_and_no_text_is_lost (Fixture *f, gconstpointer data) {
  g_autofree char *out = path_of (f, "out");
  g_autofree char *second = write_wav (f, "second.wav");
  g_autofree char *wav = NULL, *printed = NULL;
  g_autoptr (GBytes) sound = NULL, heard = NULL, told = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
      g_getenv ("LONGHAND_TEST_CLI"), "transcribe", "-o", out, "-", second, NULL);
  gsize n;

  g_assert_no_error (error);
  while (!g_file_test (out, G_FILE_TEST_IS_DIR))
    g_usleep (10000);
  g_assert_cmpint (g_rmdir (out), ==, 0);
  g_assert_cmpint (g_unlink (second), ==, 0);
  g_assert_true (g_file_get_contents (speech (), &wav, &n, NULL));
  sound = g_bytes_new (wav, n);
  g_subprocess_communicate (process, sound, NULL, &heard, &told, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
  printed = g_strndup (g_bytes_get_data (heard, NULL), g_bytes_get_size (heard));
  g_assert_cmpuint (strlen (printed), >, 20);
  g_free (wav);
  wav = g_strndup (g_bytes_get_data (told, NULL), g_bytes_get_size (told));
  cli_assert_contains (wav, "cannot be saved because its folder does not exist: create it or choose another");
  cli_assert_contains (wav, "second.wav”: check the path");
}

/* One whose standard output is a pipe that holds no more, so that it waits to print. */
typedef struct {
  GSubprocess *process; /* owned */
  int out;              /* end of the pipe to read from */
} Blocked;

#define PIPE_BYTES 4096
#define IDLE_LOOKS 10

/* A line of /proc/PID/status, of a thread of it. */
static char *
status_of (const char *pid, const char *thread, const char *name) {
  g_autofree char *path = g_strdup_printf ("/proc/%s/task/%s/status", pid, thread);
  g_autofree char *status = NULL;
  const char *at;

  if (!g_file_get_contents (path, &status, NULL, NULL)) /* it has just ended */
    return g_strdup ("");
  at = strstr (status, name) + strlen (name) + 1;
  return g_strndup (at, strcspn (at, "\n"));
}

static gboolean
catches_interrupt (const char *pid) {
  g_autofree char *caught = status_of (pid, pid, "SigCgt:");

  return (g_ascii_strtoull (caught, NULL, 16) & 1 << (SIGINT - 1)) != 0;
}

static gboolean
is_idle (const char *pid) {
  g_autofree char *path = g_strdup_printf ("/proc/%s/task", pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  gboolean is_idle = TRUE;
  const char *thread;

  while ((thread = g_dir_read_name (dir)) != NULL) {
    g_autofree char *state = status_of (pid, thread, "State:");

    is_idle = is_idle && *state == 'S';
  }
  return is_idle;
}

static Blocked
begin_blocked (void) {
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GError) error = NULL;
  const char *const arguments[] = { g_getenv ("LONGHAND_TEST_CLI"), "transcribe", speech (), NULL };
  Blocked blocked = { 0 };
  const char *pid;
  int ends[2];

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_assert_cmpint (fcntl (ends[1], F_SETPIPE_SZ, PIPE_BYTES), ==, PIPE_BYTES);
  for (int i = 0; i < PIPE_BYTES; i++)
    g_assert_cmpint (write (ends[1], ".", 1), ==, 1);
  blocked.out = ends[0];
  g_subprocess_launcher_take_fd (launcher, ends[1], STDOUT_FILENO);
  blocked.process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);
  pid = g_subprocess_get_identifier (blocked.process);
  for (int n_looks = 0; n_looks < IDLE_LOOKS; g_usleep (10000))
    n_looks = catches_interrupt (pid) && is_idle (pid) ? n_looks + 1 : 0;
  return blocked;
}

/* Once it has been taken note of, Ctrl+C has its usual effect again. */
static void
interrupt_and_wait (const Blocked *blocked) {
  g_subprocess_send_signal (blocked->process, SIGINT);
  while (catches_interrupt (g_subprocess_get_identifier (blocked->process)))
    g_usleep (10000);
}

static void
interrupt_does_not_cut_what_is_being_printed (void) {
  g_auto (CliRun) expected = cli_run ("transcribe", speech (), NULL);
  Blocked blocked = begin_blocked ();
  g_autoptr (GString) out = g_string_new (NULL);
  char buffer[PIPE_BYTES];
  ssize_t n;

  interrupt_and_wait (&blocked);
  while ((n = read (blocked.out, buffer, sizeof buffer)) > 0)
    g_string_append_len (out, buffer, n);
  g_assert_cmpuint (out->len, >, PIPE_BYTES);
  g_assert_cmpstr (out->str + PIPE_BYTES, ==, expected.out);
  g_subprocess_wait (blocked.process, NULL, NULL);
  g_assert_cmpint (g_subprocess_get_exit_status (blocked.process), ==, 0);
  g_object_unref (blocked.process);
  close (blocked.out);
}

static void
second_interrupt_ends_at_once (void) {
  Blocked blocked = begin_blocked ();

  interrupt_and_wait (&blocked);
  g_subprocess_send_signal (blocked.process, SIGINT);
  g_subprocess_wait (blocked.process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (blocked.process));
  g_assert_cmpint (g_subprocess_get_term_sig (blocked.process), ==, SIGINT);
  g_object_unref (blocked.process);
  close (blocked.out);
}

static void
set_time (const Fixture *f, const char *name, time_t seconds) {
  const struct timeval times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
  g_autofree char *path = path_of (f, name);

  g_assert_cmpint (utimes (path, times), ==, 0);
}

/* Which were done anew is seen by what had been written into the texts. */
static void
resume_does_what_is_not_complete (Fixture *f, gconstpointer data) {
  static const char *const names[] = { "done", "half-done", "outdated", "not-begun" };
  g_autofree char *out = path_of (f, "out");
  g_autofree char *folder = path_of (f, "talks");
  g_auto (CliRun) expected = cli_run ("transcribe", speech (), NULL);
  g_auto (CliRun) run = { 0 };
  g_auto (CliRun) again = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *name = g_strdup_printf ("talks/%s.wav", names[i]);
    g_autofree char *path = write_wav (f, name);

    set_time (f, name, 1000000);
  }
  g_assert_cmpint (g_mkdir (out, 0777), ==, 0);
  write_text (f, "out/done.txt", "old");
  write_text (f, "out/done.tsv", "old");
  write_text (f, "out/half-done.txt", "old");
  write_text (f, "out/outdated.txt", "old");
  write_text (f, "out/outdated.tsv", "old");
  set_time (f, "out/outdated.tsv", 999999);
  run = cli_run ("transcribe", "--resume", "-f", "txt,tsv", "-o", out, folder, NULL);
  g_assert_cmpint (run.code, ==, 0);
  g_assert_cmpstr (run.err, ==,
                   "longhand-cli: The text of 1 recording is there already: it is passed over.\n");
  assert_text (f, "out/done.txt", "old");
  assert_text (f, "out/half-done.txt", expected.out);
  assert_text (f, "out/outdated.txt", expected.out);
  assert_text (f, "out/not-begun.txt", expected.out);
  again = cli_run ("transcribe", "--resume", "-f", "txt,tsv", "-o", out, folder, NULL);
  g_assert_cmpint (again.code, ==, 0);
  cli_assert_contains (again.err, "The texts of 4 recordings are there already");
}

/* ---- places ---- */

static void
unknown_ending_is_refused_unless_the_format_is_said (Fixture *f, gconstpointer data) {
  g_autofree char *docx = path_of (f, "a.docx");
  g_autofree char *plain = path_of (f, "a.dir.d/text");
  g_autofree char *folder = path_of (f, "a.dir.d");
  g_auto (CliRun) refused = cli_run ("transcribe", "-o", docx, speech (), NULL);
  g_auto (CliRun) said = cli_run ("transcribe", "-o", docx, "-f", "txt", speech (), NULL);
  g_auto (CliRun) without = { 0 };
  g_auto (CliRun) into = { 0 };

  cli_assert_fails (&refused, 2, "There is no format “docx”: choose one of txt, md, odt, srt", "--format");
  cli_assert_succeeds (&said);
  g_assert_cmpint (g_mkdir (folder, 0777), ==, 0);
  without = cli_run ("transcribe", "-o", plain, speech (), NULL);
  cli_assert_succeeds (&without);
  into = cli_run ("transcribe", "-o", folder, speech (), NULL);
  cli_assert_succeeds (&into);
}

static void
dash_is_standard_output (Fixture *f, gconstpointer data) {
  g_auto (CliRun) expected = cli_run ("transcribe", "-f", "srt", speech (), NULL);
  g_auto (CliRun) run = cli_run ("transcribe", "-f", "srt", "-o", "-", speech (), NULL);
  g_auto (CliRun) resume = cli_run ("transcribe", "--resume", "-o", "-", speech (), NULL);

  cli_assert_succeeds (&run);
  g_assert_cmpstr (run.out, ==, expected.out);
  cli_assert_fails (&resume, 2, "--resume", "--output");
}

static void
several_texts_are_not_meant_to_be_one_file (Fixture *f, gconstpointer data) {
  g_autofree char *path = write_wav (f, "a.wav");
  g_autofree char *srt = path_of (f, "a.srt");
  g_auto (CliRun) run = cli_run ("transcribe", "-o", srt, path, speech (), NULL);

  cli_assert_fails (&run, 2, srt, "would be one file for several texts");
  g_assert_false (g_file_test (srt, G_FILE_TEST_EXISTS));
}

static void
slash_at_its_end_makes_a_folder_of_the_output (Fixture *f, gconstpointer data) {
  g_autofree char *path = write_wav (f, "talk.wav");
  g_autofree char *out = path_of (f, "out/");
  g_autofree char *text = NULL;
  g_auto (CliRun) run = cli_run ("transcribe", "-o", out, path, NULL);

  cli_assert_succeeds (&run);
  text = read_text (f, "out/talk.txt");
  g_assert_nonnull (text);
}

/* ---- memory ---- */

/* Of all programs that were run so far. */
static long
peak_kib (void) {
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_CHILDREN, &usage), ==, 0);
  return usage.ru_maxrss;
}

/* Silence, of which nothing lies on the disk. */
static long
peak_kib_of_minutes (const Fixture *f, int minutes, const char *option) {
  g_autofree char *path = path_of (f, "long.raw");
  g_auto (CliRun) run = { 0 };

  write_text (f, "long.raw", "");
  g_assert_cmpint (truncate (path, (off_t)minutes * 60 * RATE_HZ * 2), ==, 0);
  run = cli_run ("transcribe", "--greedy", option, "--raw", "16000", path, NULL);
  g_assert_cmpint (run.code, ==, 0);
  cli_assert_contains (run.err, "No words were heard");
  return peak_kib ();
}

/* Seven minutes more are 27 MB of samples. */
static void
longer_recording_takes_no_more_memory (Fixture *f, gconstpointer data) {
  static const char *const options[] = { "--vad-speech-pad-ms=0", "--no-vad" };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++) {
    const long shorter = peak_kib_of_minutes (f, 5, options[i]);
    const long longer = peak_kib_of_minutes (f, 12, options[i]);

    g_test_message ("%s: %ld KiB, %ld KiB", options[i], shorter, longer);
    g_assert_cmpint (longer, <, shorter + (12 << 10));
  }
}

/* ---- pauses ---- */

/* The speech so many times, each behind so much silence. (transfer full) */
static char *
write_with_pauses (const Fixture *f, const char *name, guint n_times, gsize n_silence) {
  char *path = path_of (f, name);
  SF_INFO info = { .samplerate = RATE_HZ, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);
  g_autofree short *silence = g_new0 (short, n_silence);

  for (guint i = 0; i < n_times; i++) {
    g_assert_cmpint (sf_write_short (file, silence, (sf_count_t)n_silence), ==, (sf_count_t)n_silence);
    g_assert_cmpint (sf_write_short (file, f->samples, f->n), ==, f->n);
  }
  sf_close (file);
  return path;
}

static guint
count_words (const char *text) {
  g_auto (GStrv) words = g_strsplit_set (text, " \n", -1);
  guint n = 0;

  for (char **word = words; *word != NULL; word++)
    n += **word != '\0' ? 1 : 0;
  return n;
}

/* In windows of 30 seconds the bundled model writes hardly more than what comes before the first. */
static void
what_comes_behind_pauses_is_written (Fixture *f, gconstpointer data) {
  g_autofree char *once = write_with_pauses (f, "once.wav", 1, 2 * RATE_HZ);
  g_autofree char *thrice = write_with_pauses (f, "thrice.wav", 3, 2 * RATE_HZ);
  g_auto (CliRun) one = cli_run ("transcribe", "--greedy", once, NULL);
  g_auto (CliRun) three = cli_run ("transcribe", "--greedy", thrice, NULL);

  cli_assert_succeeds (&three);
  g_assert_cmpuint (count_words (one.out), >=, 5);
  g_assert_cmpuint (count_words (three.out), >=, 3 * count_words (one.out) - 3);
  g_assert_cmpuint (count_words (three.out), <=, 3 * count_words (one.out) + 3);
}

/* Where what is said begins, and all of it. */
static gint64
begin_ms_of (const char *path, char **text) {
  g_auto (CliRun) run = cli_run ("transcribe", "--greedy", "--format", "tsv", path, NULL);
  g_auto (GStrv) lines = NULL;
  GString *all = g_string_new (NULL);

  cli_assert_succeeds (&run);
  lines = g_strsplit (g_strchomp (run.out), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >=, 2);
  for (char **line = lines + 1; *line != NULL; line++)
    g_string_append_printf (all, "%s\n", strrchr (*line, '\t'));
  *text = g_string_free (all, FALSE);
  return g_ascii_strtoll (lines[1], NULL, 10);
}

/* Of so long a recording not all samples are in memory; silence before it is a whole number of frames. */
static void
speech_late_in_a_long_recording_is_heard_as_early_in_a_short_one (Fixture *f, gconstpointer data) {
  g_autofree char *early = write_with_pauses (f, "early.wav", 1, 64 * 512);
  g_autofree char *late = write_with_pauses (f, "late.wav", 1, (64 + 9375) * 512);
  g_autofree char *early_text = NULL;
  g_autofree char *late_text = NULL;
  const gint64 early_ms = begin_ms_of (early, &early_text);
  const gint64 late_ms = begin_ms_of (late, &late_text);

  g_assert_cmpstr (late_text, ==, early_text);
  g_assert_cmpint (late_ms, ==, early_ms + 300000);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/cli-files/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("longer-recording-takes-no-more-memory", longer_recording_takes_no_more_memory);
  ADD ("what-comes-behind-pauses-is-written", what_comes_behind_pauses_is_written);
  ADD ("speech-late-in-a-long-recording-is-heard-as-early-in-a-short-one",
       speech_late_in_a_long_recording_is_heard_as_early_in_a_short_one);
  ADD ("jobs-print-in-the-order-of-arguments", jobs_print_in_the_order_of_arguments);
  ADD ("bad-files-are-told-one-by-one-and-the-rest-is-done",
       bad_files_are_told_one_by_one_and_the_rest_is_done);
  ADD ("folder-stands-for-the-sound-files-in-it", folder_stands_for_the_sound_files_in_it);
  ADD ("texts-lie-as-recordings-do-in-folders-of-folders", texts_lie_as_recordings_do_in_folders_of_folders);
  ADD ("folder-without-sound-is-told-and-the-rest-is-done",
       folder_without_sound_is_told_and_the_rest_is_done);
  ADD ("sound-of-other-formats-in-a-folder-is-told", sound_of_other_formats_in_a_folder_is_told);
  ADD ("all-formats-come-out-of-a-pipe", all_formats_come_out_of_a_pipe);
  ADD ("wav-of-unknown-length-comes-out-of-a-pipe", wav_of_unknown_length_comes_out_of_a_pipe);
  ADD ("raw-samples-come-out-of-a-pipe", raw_samples_come_out_of_a_pipe);
  ADD ("empty-standard-input-is-told", empty_standard_input_is_told);
  ADD ("standard-input-in-another-format-is-told", standard_input_in_another_format_is_told);
  ADD ("folders-that-vanish-are-told-and-no-text-is-lost", folders_that_vanish_are_told_and_no_text_is_lost);
  ADD ("interrupt-keeps-what-is-finished", interrupt_keeps_what_is_finished);
  g_test_add_func ("/cli-files/interrupt-does-not-cut-what-is-being-printed",
                   interrupt_does_not_cut_what_is_being_printed);
  g_test_add_func ("/cli-files/second-interrupt-ends-at-once", second_interrupt_ends_at_once);
  ADD ("resume-does-what-is-not-complete", resume_does_what_is_not_complete);
  ADD ("unknown-ending-is-refused-unless-the-format-is-said",
       unknown_ending_is_refused_unless_the_format_is_said);
  ADD ("dash-is-standard-output", dash_is_standard_output);
  ADD ("several-texts-are-not-meant-to-be-one-file", several_texts_are_not_meant_to_be_one_file);
  ADD ("slash-at-its-end-makes-a-folder-of-the-output", slash_at_its_end_makes_a_folder_of_the_output);
  return g_test_run ();
}
