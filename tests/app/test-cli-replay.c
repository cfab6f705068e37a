/* longhand-cli replay: a recording through live dictation, what is told of it, and what is refused.
 * LONGHAND_TEST_WAV holds two utterances. */
#include "cli-run.h"
#include "sound.h"
#include "transcript/longhand-words.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sndfile.h>
#include <string.h>

#define SPOKEN "He flushed and made no answer. Yes, that is much better."
#define N_SPOKEN 11
#define RATE_HZ 16000
#define VAD_FRAME 512

typedef struct {
  char *dir;
  char *wav, *text; /* paths, not there yet */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->dir = cli_make_dir ();
  f->wav = g_build_filename (f->dir, "said.wav", NULL);
  f->text = g_build_filename (f->dir, "said.txt", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_free (f->wav);
  g_free (f->text);
  cli_remove_dir (f->dir);
}

static const char *
speech (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

static void
write_text (const Fixture *f, const char *text) {
  g_assert_true (g_file_set_contents (f->text, text, -1, NULL));
}

static JsonObject *
parse (const CliRun *run, JsonNode **root) {
  *root = json_from_string (run->out, NULL);
  g_assert_nonnull (*root);
  return json_node_get_object (*root);
}

static gboolean
is_null (JsonObject *object, const char *name) {
  g_assert_true (json_object_has_member (object, name));
  return json_object_get_null_member (object, name);
}

static double
number (JsonObject *object, const char *name) {
  g_test_message ("%s", name);
  g_assert_false (is_null (object, name));
  return json_object_get_double_member (object, name);
}

/* What is written above the empty line before the table; NULL: there is no such line. (transfer full) */
static char *
text_above_table (const CliRun *run) {
  const char *end = strstr (run->out, "\n\n");

  return end != NULL ? g_strndup (run->out, (gsize)(end - run->out)) : NULL;
}

/* At four times the speed it takes a quarter of the time, and latencies are on the clock. */
static void
paced_recording_has_every_figure (Fixture *f, gconstpointer data) {
  static const char *const latencies[] = { "first_tentative_s",
                                           "commit_lag_p50_s",
                                           "commit_lag_p95_s",
                                           "final_latency_p50_s",
                                           "final_latency_p95_s",
                                           "final_latency_from_speech_p50_s",
                                           "final_latency_from_speech_p95_s" };
  g_autoptr (JsonNode) root = NULL;
  g_auto (CliRun) run = { 0 };
  JsonObject *object;

  write_text (f, SPOKEN);
  run = cli_run ("replay", speech (), "--json", "--speed", "4", "--reference", f->text, NULL);
  cli_assert_succeeds (&run);
  object = parse (&run, &root);
  g_assert_true (json_object_get_boolean_member (object, "complete"));
  g_assert_cmpfloat (number (object, "speed"), ==, 4);
  g_assert_cmpfloat_with_epsilon (number (object, "sound_s"), 6.21, 0.005);
  g_assert_cmpfloat (number (object, "wall_s"), >=, 6.2 / 4);
  g_assert_cmpfloat (number (object, "n_utterances"), ==, 2);
  g_assert_cmpfloat (number (object, "n_words"), >, N_SPOKEN / 2);
  g_assert_cmpfloat (number (object, "live_wer"), <, 0.5);
  g_assert_cmpfloat (number (object, "batch_wer"), <, 0.5);
  g_assert_cmpfloat (number (object, "dropped_samples"), ==, 0);
  g_assert_cmpfloat (number (object, "rtf"), >, 0);
  g_assert_cmpfloat (number (object, "cpu_s"), >, 0);
  g_assert_cmpfloat (number (object, "peak_rss_bytes"), >, 1 << 20);
  g_assert_cmpfloat (number (object, "revisions_per_word"), >=, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (latencies); i++)
    g_assert_cmpfloat (number (object, latencies[i]), >, 0);
}

/* The text is compared with itself, in capitals and with a word more. */
static void
wrong_words_are_counted (Fixture *f, gconstpointer data) {
  g_auto (CliRun) first = cli_run ("replay", speech (), "--speed=max", NULL);
  g_autofree char *heard = text_above_table (&first);
  g_autofree char *capitals = NULL, *reference = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_auto (CliRun) run = { 0 };
  JsonObject *object;

  cli_assert_succeeds (&first);
  g_assert_nonnull (heard);
  capitals = g_ascii_strup (heard, -1);
  reference = g_strconcat (capitals, " indeed!", NULL);
  write_text (f, reference);
  run = cli_run ("replay", speech (), "--json", "--speed=max", "--reference", f->text, NULL);
  cli_assert_succeeds (&run);
  object = parse (&run, &root);
  g_assert_cmpfloat_with_epsilon (number (object, "live_wer"), 1 / (number (object, "n_words") + 1), 1e-9);
}

/* Against what “transcribe” writes of it, with one hypothesis as live. */
static void
whole_recording_is_heard_as_a_file (Fixture *f, gconstpointer data) {
  g_auto (CliRun) whole
      = cli_run ("transcribe", "--beam-size=1", "--best-of=1", "--format=txt", speech (), NULL);
  g_autoptr (JsonNode) root = NULL;
  g_auto (CliRun) run = { 0 };

  cli_assert_succeeds (&whole);
  write_text (f, whole.out);
  run = cli_run ("replay", speech (), "--json", "--speed=max", "--reference", f->text, NULL);
  cli_assert_succeeds (&run);
  g_assert_cmpfloat (number (parse (&run, &root), "batch_wer"), ==, 0);
}

/* Two utterances, and then “scratch that”. */
static void
write_scratched (const Fixture *f) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "speech", "scratch-that.wav", NULL);
  g_autoptr (Sound) sound = sound_new ();
  SF_INFO info = { .samplerate = RATE_HZ, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
  SNDFILE *file = sf_open (f->wav, SFM_WRITE, &info);

  sound_add_wav (sound, speech ());
  sound_add_silence (sound, 1000);
  sound_add_wav (sound, path);
  sound_add_silence (sound, 1000);
  sound_add_noise (sound, -70, 1);
  g_assert_nonnull (file);
  g_assert_cmpint (sf_write_float (file, sound_samples (sound), sound->len), ==, sound->len);
  g_assert_cmpint (sf_close (file), ==, 0);
}

/* They are no words then, and leave the text as they would. */
static void
commands_act_when_they_are_wanted (Fixture *f, gconstpointer data) {
  static const char *const options[] = { "--no-commands", "--commands" };
  double wer[2];

  write_scratched (f);
  write_text (f, "He flushed and made no answer.");
  for (guint i = 0; i < 2; i++) {
    g_autoptr (JsonNode) root = NULL;
    g_auto (CliRun) run
        = cli_run ("replay", f->wav, options[i], "--json", "--speed=max", "--reference", f->text, NULL);
    g_auto (CliRun) text = cli_run ("replay", f->wav, options[i], "--speed=max", NULL);
    g_autofree char *lines = text_above_table (&text);
    g_auto (GStrv) line = NULL;

    cli_assert_succeeds (&run);
    cli_assert_succeeds (&text);
    wer[i] = number (parse (&run, &root), "live_wer");
    line = g_strsplit (lines, "\n", -1);
    g_assert_cmpuint (g_strv_length (line), ==, i == 0 ? 3 : 2); /* which stay where they were printed */
  }
  g_assert_cmpfloat (wer[0], >=, 1); /* seven words too many */
  g_assert_cmpfloat (wer[1], <, 0.5);
}

static void
fastest_replay_tells_no_latencies (Fixture *f, gconstpointer data) {
  static const char *const unknown[] = { "first_tentative_s",
                                         "commit_lag_p50_s",
                                         "commit_lag_p95_s",
                                         "final_latency_p50_s",
                                         "final_latency_p95_s",
                                         "final_latency_from_speech_p50_s",
                                         "live_wer",
                                         "batch_wer" };
  g_autoptr (JsonNode) root = NULL;
  g_auto (CliRun) run = cli_run ("replay", speech (), "--json", "--speed=max", NULL);
  JsonObject *object;

  cli_assert_succeeds (&run);
  object = parse (&run, &root);
  g_assert_cmpstr (json_object_get_string_member (object, "speed"), ==, "max");
  g_assert_cmpfloat (number (object, "n_utterances"), ==, 2);
  g_assert_cmpfloat (number (object, "dropped_samples"), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    g_assert_true (is_null (object, unknown[i]));
}

static void
text_comes_first_then_a_table (Fixture *f, gconstpointer data) {
  g_auto (CliRun) run = cli_run ("replay", speech (), "--speed=max", NULL);
  g_autofree char *text = text_above_table (&run), *counts = NULL;
  g_autoptr (GPtrArray) words = NULL;
  g_auto (GStrv) lines = NULL;

  cli_assert_succeeds (&run);
  g_assert_nonnull (text);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_cmpstr (lines[0], !=, "");
  words = longhand_words_split (text);
  counts = g_strdup_printf ("2 utterances, %u words", words->len);
  cli_assert_contains (run.out, counts);
  cli_assert_contains (run.out, "Samples dropped");
}

/* n frames of what LONGHAND_TEST_WAV holds; silence behind it. (transfer full) */
static float *
read_speech (gsize n, SF_INFO *info) {
  SNDFILE *file;
  float *samples = g_new0 (float, n);

  *info = (SF_INFO){ 0 };
  file = sf_open (speech (), SFM_READ, info);
  g_assert_nonnull (file);
  g_assert_cmpint (info->samplerate, ==, RATE_HZ);
  sf_readf_float (file, samples, (sf_count_t)n);
  sf_close (file);
  return samples;
}

static void
write_wav (const Fixture *f, const float *samples, gsize n, SF_INFO *info) {
  SNDFILE *file = sf_open (f->wav, SFM_WRITE, info);

  g_assert_nonnull (file);
  g_assert_cmpint (sf_writef_float (file, samples, (sf_count_t)n), ==, (sf_count_t)n);
  sf_close (file);
}

/* There are two seconds between the utterances, of which 0.8 are left. */
static void
pause_decides_where_utterances_end (Fixture *f, gconstpointer data) {
  const gsize end = 2.4 * RATE_HZ, begin = 3.6 * RATE_HZ, n = 7 * RATE_HZ;
  g_auto (CliRun) two = { 0 };
  g_auto (CliRun) one = { 0 };
  g_autofree float *samples = NULL;
  SF_INFO info;

  samples = read_speech (n, &info);
  memmove (samples + end, samples + begin, (n - begin) * sizeof (float));
  write_wav (f, samples, n - (begin - end), &info);
  two = cli_run ("replay", f->wav, "--speed=max", "--pause=0.4", NULL);
  one = cli_run ("replay", f->wav, "--speed=max", "--pause=1.5", NULL);
  cli_assert_succeeds (&two);
  cli_assert_contains (two.out, "2 utterances, ");
  cli_assert_succeeds (&one);
  cli_assert_contains (one.out, "1 utterances, ");
}

/* What the recording says, then silence, in whole frames of voice activity. */
static void
write_round (const Fixture *f, guint seconds) {
  const gsize n = (gsize)seconds * RATE_HZ / VAD_FRAME * VAD_FRAME;
  SF_INFO info;
  g_autofree float *samples = read_speech (n, &info);

  write_wav (f, samples, n, &info);
}

static guint64
rss_at (JsonArray *memory, guint i) {
  return (guint64)json_object_get_int_member (json_array_get_object_element (memory, i), "rss_bytes");
}

/* In looks [from, to). */
static guint64
peak_rss (JsonArray *memory, guint from, guint to) {
  guint64 most = 0;

  for (guint i = from; i < to; i++)
    most = MAX (most, rss_at (memory, i));
  return most;
}

/* What is freed is given back at once, also by a sanitizer that would rather keep it for a while. */
static CliRun
replay_often (const Fixture *f, const char *repeat) {
  const char *options = g_getenv ("ASAN_OPTIONS");
  g_autofree char *asan
      = g_strdup_printf ("ASAN_OPTIONS=%s:quarantine_size_mb=0:thread_local_quarantine_size_kb=0",
                         options != NULL ? options : "");
  const char *const variables[] = { asan, NULL };
  const char *const arguments[] = { "replay", f->wav, "--json", "--speed=max", repeat, NULL };

  return cli_run_in (&(CliSetting){ .variables = variables }, arguments);
}

static double
words_in_rounds (const Fixture *f, const char *repeat) {
  g_autoptr (JsonNode) root = NULL;
  g_auto (CliRun) run = replay_often (f, repeat);

  cli_assert_succeeds (&run);
  return number (parse (&run, &root), "n_words");
}

/* Ten minutes of sound, of which a second takes 64 kB: to keep it would show as more than 18 MiB from the
 * second quarter to the last. The passes' own memory comes and goes: a look may find it or not. A word may be
 * heard otherwise where there was time for more tentative passes, but nowhere else. */
static void
hours_keep_memory_and_times (Fixture *f, gconstpointer data) {
  g_autoptr (JsonNode) root = NULL;
  g_auto (CliRun) run = { 0 };
  JsonObject *object, *drift;
  JsonArray *memory;
  double once, twice;
  guint n;

  write_round (f, 24);
  once = words_in_rounds (f, "--repeat=1");
  twice = words_in_rounds (f, "--repeat=2");
  run = replay_often (f, "--repeat=25");
  cli_assert_succeeds (&run);
  object = parse (&run, &root);
  drift = json_object_get_object_member (object, "drift");
  memory = json_object_get_array_member (object, "memory");
  n = json_array_get_length (memory);
  g_assert_cmpfloat (number (object, "n_utterances"), ==, 50);
  g_assert_cmpfloat (number (object, "n_words"), ==, once + 24 * (twice - once));
  g_assert_cmpfloat (number (object, "dropped_samples"), ==, 0);
  g_assert_cmpfloat (number (drift, "n_compared"), ==, 46);
  g_assert_cmpfloat (number (drift, "largest_ms"), ==, 0);
  g_assert_cmpuint (n, >=, 8);
  g_assert_cmpuint (peak_rss (memory, 3 * n / 4, n), <=, peak_rss (memory, n / 4, n / 2) + (14 << 20));
}

static void
interrupt_finishes_and_tells_what_there_is (Fixture *f, gconstpointer data) {
  static const char *const wrapper[] = { "timeout", "--preserve-status", "-s", "INT", "3", NULL };
  const char *const arguments[]
      = { "replay", speech (), "--json", "--repeat=1000", "--reference", f->text, NULL };
  g_autoptr (JsonNode) root = NULL;
  g_auto (CliRun) run = { 0 };
  JsonObject *object;

  write_text (f, SPOKEN);
  run = cli_run_in (&(CliSetting){ .wrapper = wrapper }, arguments);
  g_assert_cmpint (run.code, ==, 130);
  g_assert_cmpstr (run.err, ==, "");
  object = parse (&run, &root);
  g_assert_false (json_object_get_boolean_member (object, "complete"));
  g_assert_true (is_null (object, "live_wer"));
  g_assert_cmpfloat (number (object, "sound_s"), <, 6000);
}

static void
what_makes_no_sense_is_refused (Fixture *f, gconstpointer data) {
  static const struct {
    const char *options[3], *part;
  } rows[] = {
    { { NULL }, "Name one recording" },
    { { "--speed=fast", "x.wav" }, "“fast” is no speed" },
    { { "--speed=0", "x.wav" }, "“0” is no speed" },
    { { "--speed=1x", "x.wav" }, "“1x” is no speed" },
    { { "--speed=nan", "x.wav" }, "“nan” is no speed" },
    { { "--speed=101", "x.wav" }, "“101” is no speed" },
    { { "--repeat=0", "x.wav" }, "0 times" },
    { { "--repeat=-1", "x.wav" }, "-1 times" },
    { { "--pause=0.2", "x.wav" }, "--pause must be between" },
    { { "--pause=2.1", "x.wav" }, "--pause must be between" },
    { { "--threads=257", "x.wav" }, "257 threads" },
    { { "--language=xx", "x.wav" }, "no language “xx”" },
    { { "x.wav", "y.wav" }, "leave out “y.wav”" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (CliRun) run = cli_run ("replay", rows[i].options[0], rows[i].options[1], NULL);

    cli_assert_fails (&run, 2, rows[i].part, "");
  }
}

static void
missing_or_broken_files_are_named (Fixture *f, gconstpointer data) {
  g_auto (CliRun) no_sound = cli_run ("replay", f->wav, NULL);
  g_auto (CliRun) no_text = cli_run ("replay", speech (), "--reference", f->text, NULL);
  g_auto (CliRun) no_model = cli_run ("replay", speech (), "--model", f->wav, NULL);
  g_auto (CliRun) binary = { 0 };
  g_auto (CliRun) not_sound = { 0 };

  cli_assert_fails (&no_sound, 1, "There is no file", f->wav);
  cli_assert_fails (&no_text, 1, "should say what is spoken", f->text);
  cli_assert_fails (&no_model, 3, f->wav, "");
  write_text (f, "\xff\xfe");
  binary = cli_run ("replay", speech (), "--reference", f->text, NULL);
  cli_assert_fails (&binary, 1, "is not text in UTF-8", f->text);
  not_sound = cli_run ("replay", f->text, NULL);
  cli_assert_fails (&not_sound, 1, "is not a sound file", f->text);
}

#define FIXTURE_ADD(path, fn) g_test_add (path, Fixture, NULL, set_up, fn, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  FIXTURE_ADD ("/cli-replay/paced-recording-has-every-figure", paced_recording_has_every_figure);
  FIXTURE_ADD ("/cli-replay/wrong-words-are-counted", wrong_words_are_counted);
  FIXTURE_ADD ("/cli-replay/whole-recording-is-heard-as-a-file", whole_recording_is_heard_as_a_file);
  FIXTURE_ADD ("/cli-replay/commands-act-when-they-are-wanted", commands_act_when_they_are_wanted);
  FIXTURE_ADD ("/cli-replay/fastest-replay-tells-no-latencies", fastest_replay_tells_no_latencies);
  FIXTURE_ADD ("/cli-replay/text-comes-first-then-a-table", text_comes_first_then_a_table);
  FIXTURE_ADD ("/cli-replay/pause-decides-where-utterances-end", pause_decides_where_utterances_end);
  FIXTURE_ADD ("/cli-replay/hours-keep-memory-and-times", hours_keep_memory_and_times);
  FIXTURE_ADD ("/cli-replay/interrupt-finishes-and-tells-what-there-is",
               interrupt_finishes_and_tells_what_there_is);
  FIXTURE_ADD ("/cli-replay/what-makes-no-sense-is-refused", what_makes_no_sense_is_refused);
  FIXTURE_ADD ("/cli-replay/missing-or-broken-files-are-named", missing_or_broken_files_are_named);
  return g_test_run ();
}
