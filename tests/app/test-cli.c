/* The command line as a person meets it: verbs, options, sound files good and bad, places to write to. */
#include "cli-run.h"

#include "transcript/longhand-export.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <pty.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *dir;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  fixture->dir = cli_make_dir ();
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  cli_remove_dir (fixture->dir);
}

static const char *
speech (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

/* ---- usage ------------------------------------------------------------------------------------------------
 */

static void
help_lists_verbs_and_exit_status (void) {
  static const char *const parts[]
      = { "transcribe", "detect-language", "listen", "recover", "devices", "bench",
          "selftest",   "quantize",        "  0 ",   "  1 ",    "  2 ",    "  3 ",
          "  4 ",       "  130 " };
  g_auto (CliRun) run = cli_run ("--help", NULL);
  g_auto (CliRun) bare = cli_run (NULL, NULL);

  cli_assert_succeeds (&run);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    cli_assert_contains (run.out, parts[i]);
  g_assert_cmpint (bare.code, ==, 2);
}

static void
every_verb_has_its_help (void) {
  static const struct {
    const char *verb, *part;
  } rows[] = {
    { "transcribe", "--output=PATH" }, { "detect-language", "--languages=LANGUAGES" },
    { "listen", "--seconds=SECONDS" }, { "recover", "--sound=FILE" },
    { "devices", "microphones" },      { "bench", "--json" },
    { "selftest", "one word in ten" }, { "quantize", "f32 f16 q4_0 q4_1 q5_0 q5_1 q8_0 q4_K q5_K q6_K" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (CliRun) option = cli_run (rows[i].verb, "--help", NULL);
    g_auto (CliRun) verb = cli_run ("help", rows[i].verb, NULL);

    cli_assert_succeeds (&option);
    cli_assert_succeeds (&verb);
    cli_assert_contains (option.out, rows[i].part);
    g_assert_cmpstr (option.out, ==, verb.out);
  }
}

/* Seventy options in one list are found by nobody. */
static void
help_has_headings (void) {
  static const char *const parts[] = { "\nHelp:\n  -h, --help",
                                       "\nOutput:\n",
                                       "--format=",
                                       "\nSearch:\n",
                                       "--beam-size=",
                                       "\nText before:\n",
                                       "--prefix=",
                                       "\nPauses:\n",
                                       "--no-vad",
                                       "\nGrammar:\n",
                                       "--grammar=",
                                       "\nA recording" };
  g_auto (CliRun) run = cli_run ("transcribe", "--help", NULL);
  const char *at = run.out;

  cli_assert_succeeds (&run);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    at = strstr (at, parts[i]);
    g_assert_nonnull (at);
  }
}

static void
version_is_the_projects (void) {
  g_autofree char *expected = g_strdup_printf ("longhand-cli %s\n", g_getenv ("LONGHAND_TEST_VERSION"));
  g_auto (CliRun) run = cli_run ("--version", NULL);

  cli_assert_succeeds (&run);
  g_assert_cmpstr (run.out, ==, expected);
}

static void
behind_two_dashes_all_are_files (void) {
  g_auto (CliRun) run = cli_run ("transcribe", "--", "--help", NULL);

  g_assert_cmpint (run.code, ==, 1);
  g_assert_cmpstr (run.err, ==, "longhand-cli: There is no file “--help”: check the path.\n");
}

static void
senseless_command_lines_are_usage_errors (void) {
  g_autofree char *folder = g_path_get_dirname (speech ());
  const struct {
    const char *arguments[9];
    const char *part;
  } rows[] = {
    { { "sing" }, "There is no verb “sing”" },
    { { "help", "sing" }, "There is no verb “sing”" },
    { { "transcribe" }, "Name at least one recording" },
    { { "transcribe", "--loud", speech () }, "--loud" },
    { { "transcribe", "--threads", "-1", speech () }, "use 1 to 256, or 0 for as many as are best" },
    { { "transcribe", "--threads", "100000", speech () }, "use 1 to 256, or 0 for as many as are best" },
    { { "transcribe", "--threads", "many", speech () }, "“many”" },
    { { "transcribe", "--together", "0", speech () }, "use 1 to 16" },
    { { "transcribe", "--together", "17", speech () }, "use 1 to 16" },
    { { "transcribe", "--jobs", "0", speech () }, "0 jobs are not possible: use 1 to 64" },
    { { "transcribe", "--jobs", "65", speech () }, "use 1 to 64" },
    { { "transcribe", "--jobs", "2", "--trace", "t", speech () }, "leave out --jobs or --trace" },
    { { "transcribe", "--raw", "5", speech () }, "--raw 5 is no rate of samples: use 1000 to 768000" },
    { { "transcribe", "--raw", "16000", folder }, "Nothing tells which files in a folder" },
    { { "transcribe", "--progress", "maybe", speech () }, "auto, always or never, not “maybe”" },
    { { "transcribe", "--resume", speech () }, "say where with --output" },
    { { "transcribe", "-", "-" }, "leave out one “-”" },
    { { "transcribe", "--beam-size", "17", speech () }, "--beam-size 17 is out of range: use 1 to 16" },
    { { "transcribe", "--best-of", "-1", speech () }, "--best-of -1 is out of range" },
    { { "transcribe", "--patience", "0", speech () }, "--patience 0 is out of range" },
    { { "transcribe", "--length-penalty", "nan", speech () }, "--length-penalty nan is out of range" },
    { { "transcribe", "--length-penalty", "-0.5", speech () }, "-0.5 is out of range: use 0 to 1" },
    { { "transcribe", "--temperature", "1.5", speech () }, "--temperature 1.5 is out of range: use 0 to 1" },
    { { "transcribe", "--temperature-increment", "2", speech () }, "use 0 to 1" },
    { { "transcribe", "--logprob-threshold", "1", speech () }, "use -inf to 0" },
    { { "transcribe", "--no-speech-threshold", "2", speech () }, "use 0 to 1" },
    { { "transcribe", "--compression-ratio-threshold", "-1", speech () }, "use 0 to 1000" },
    { { "transcribe", "--offset", "-1", speech () }, "--offset -1 is out of range: use 0 to 1000000" },
    { { "transcribe", "--duration", "-1", speech () }, "--duration -1 is out of range" },
    { { "transcribe", "--condition-on-previous-text", "maybe", speech () }, "yes or no, not “maybe”" },
    { { "transcribe", "--greedy", "--beam-size", "5", speech () }, "one hypothesis" },
    { { "transcribe", "--greedy", "--temperature-increment", "0.2", speech () }, "one try" },
    { { "transcribe", "--greedy", "--temperature", "0.5", speech () },
      "“--greedy” and “--temperature” contradict each other: leave out one of them" },
    { { "transcribe", "--greedy", "--patience", "2", speech () }, "“--greedy” and “--patience” contradict" },
    { { "transcribe", "--beam-size", "1", "--patience", "2", speech () },
      "“--beam-size 1” and “--patience” contradict" },
    { { "transcribe", "--greedy", "--length-penalty", "1", speech () },
      "“--greedy” and “--length-penalty” contradict" },
    { { "transcribe", "--beam-size", "1", "--best-of", "1", "--length-penalty", "1", speech () },
      "“--beam-size 1” and “--length-penalty” contradict" },
    { { "transcribe", "--max-context", "0", "--initial-prompt", "Dear", speech () },
      "“--max-context 0” and “--initial-prompt” contradict" },
    { { "transcribe", "--max-context", "0", "--condition-on-previous-text", "yes", speech () },
      "“--max-context 0” and “--condition-on-previous-text yes” contradict" },
    { { "transcribe", "--carry-initial-prompt", speech () }, "add --initial-prompt" },
    { { "transcribe", "--quiet", "--progress", "always", speech () },
      "“--quiet” and “--progress always” contradict" },
    { { "transcribe", "--alternatives", "1", "--format", "srt", speech () },
      "Only json has --alternatives to words: choose it with --format" },
    { { "transcribe", "--beam_size", "17", speech () }, "--beam-size 17 is out of range" },
    { { "transcribe", "--suppress_regex=a_(", speech () }, "“a_(” is no extended regular expression" },
    { { "transcribe", "--hotwords", "Zo\xff", speech () },
      ": type it anew, or choose the locale that it is in" },
    { { "transcribe", "--initial-prompt=Zo\xff", speech () }, "“--initial-prompt=Zo\uFFFD” is not text in " },
    { { "transcribe", "--max-len", "-1", speech () }, "--max-len -1 is out of range: use 0 to 1000" },
    { { "transcribe", "--max-len", "1001", speech () }, "--max-len 1001 is out of range" },
    { { "transcribe", "--max-len", "many", speech () }, "“many”" },
    { { "transcribe", "--alternatives", "5", speech () }, "--alternatives 5 is out of range: use 0 to 4" },
    { { "transcribe", "--format", "srt", "--max-line-width", "-1", speech () },
      "--max-line-width -1 is out of range: use 0 to 1000" },
    { { "transcribe", "--format", "srt", "--max-line-count", "1001", speech () },
      "--max-line-count 1001 is out of range" },
    { { "transcribe", "--format", "srt", "--max-words-per-line", "-1", speech () },
      "--max-words-per-line -1 is out of range" },
    { { "transcribe", "--format", "srt", "--max-line-count", "2", speech () },
      "say how long they are with --max-line-width" },
    { { "transcribe", "--highlight-words", speech () }, "choose srt or vtt with --format" },
    { { "transcribe", "--clip-timestamps", "", speech () }, "--clip-timestamps takes seconds" },
    { { "transcribe", "--clip-timestamps", "1,x", speech () }, "such as “0,30,65.5,90”, not “1,x”" },
    { { "transcribe", "--clip-timestamps", "-1,2", speech () }, "--clip-timestamps takes seconds" },
    { { "transcribe", "--clip-timestamps", "5,4", speech () }, "--clip-timestamps goes back at “4”" },
    { { "transcribe", "--clip-timestamps", "1,3,2", speech () }, "--clip-timestamps goes back at “2”" },
    { { "transcribe", "--clip-timestamps", "1,3", "--offset", "1", speech () }, "leave out --offset" },
    { { "transcribe", "--repetition-penalty", "0", speech () }, "--repetition-penalty 0 is out of range" },
    { { "transcribe", "--no-repeat-ngram-size", "-1", speech () },
      "--no-repeat-ngram-size -1 is out of range" },
    { { "transcribe", "--hallucination-silence-threshold", "-2", speech () },
      "--hallucination-silence-threshold -2 is out of range" },
    { { "transcribe", "--audio-ctx", "1501", speech () }, "use 0 to 1500 with --audio-ctx, not 1501" },
    { { "transcribe", "--max-new-tokens", "1", "--prefix", "Well", speech () },
      "he prefix is too long for a window: shorten it" },
    { { "transcribe", "--format", "srt", "--max-line-width", "40", "--max-words-per-line", "3", speech () },
      "leave out --max-line-width or --max-words-per-line" },
    { { "transcribe", "--max-line-width", "40", speech () }, "choose srt or vtt with --format" },
    { { "transcribe", "--format", "docx", speech () },
      "choose one of txt, md, odt, srt, vtt, lrc, json, tsv, csv." },
    { { "transcribe", "--format", "", speech () }, "There is no format “”" },
    { { "transcribe", "--format", "srt,", speech () }, "There is no format “”" },
    { { "transcribe", "--format", "srt,docx", speech () }, "There is no format “docx”" },
    { { "transcribe", "--format", "srt,json", speech () },
      "Several formats make several files: name a folder" },
    { { "transcribe", "--format", "all", speech () }, "name a folder for them with --output" },
    { { "transcribe", "--language", "klingon", speech () }, "There is no language “klingon”" },
    { { "transcribe", "--language", "german", speech () },
      "This model knows English only, not “german”: choose a multilingual" },
    { { "transcribe", "--languages", "de,klingon", speech () }, "There is no language “klingon”" },
    { { "transcribe", "--languages", "", speech () }, "“--languages” names none" },
    { { "transcribe", "--languages", "de,fr", speech () }, "knows English only, not “de”" },
    { { "transcribe", "--languages", "en,de", "--language", "en", speech () },
      "leave out --language, or it" },
    { { "transcribe", "--translate", speech () }, "cannot translate" },
    { { "transcribe", "--task", "translate", speech () }, "cannot translate" },
    { { "transcribe", "--task", "sing", speech () }, "no task “sing”: use transcribe or translate" },
    { { "transcribe", "--task", "transcribe", "--translate", speech () }, "leave out one of them" },
    { { "transcribe", "--suppress-tokens", "1,x", speech () }, "numbers with commas between" },
    { { "transcribe", "--suppress-tokens", "-2", speech () }, "numbers with commas between" },
    { { "transcribe", "--suppress-tokens", "0,51864", speech () }, "has no token 51864: use 0 to 51863" },
    { { "transcribe", "--suppress-regex", "(", speech () }, "“(” is no extended regular expression" },
    { { "transcribe", "--suppress-blank", "maybe", speech () }, "--suppress-blank is yes or no" },
    { { "transcribe", "--max-context", "-2", speech () }, "--max-context -2 is out of range: use -1" },
    { { "transcribe", "--max-initial-timestamp", "31", speech () }, "is out of range: use 0 to 30" },
    { { "transcribe", "--vad-threshold", "1.5", speech () },
      "--vad-threshold 1.5 is out of range: use 0 to 1" },
    { { "transcribe", "--vad-threshold", "nan", speech () }, "--vad-threshold nan is out of range" },
    { { "transcribe", "--vad-min-speech-duration-ms", "-1", speech () }, "use 0 to 10000" },
    { { "transcribe", "--vad-min-silence-duration-ms", "99", speech () }, "use 100 to 10000" },
    { { "transcribe", "--vad-max-speech-duration-s", "31", speech () }, "use 1 to 30" },
    { { "transcribe", "--vad-speech-pad-ms", "401", speech () }, "use 0 to 400" },
    { { "transcribe", "--vad-chunk-length-s", "-1", speech () }, "use 0 to 30" },
    { { "transcribe", "--no-vad", "--vad-speech-pad-ms", "0", speech () },
      "--vad-speech-pad-ms says how to cut at pauses, and --no-vad not to: leave out one of them" },
    { { "detect-language" }, "Name at least one recording" },
    { { "detect-language", speech () }, "knows English only and detects no language: choose a multilingual" },
    { { "detect-language", "--languages", "x", speech () }, "There is no language “x”" },
    { { "detect-language", "--threads", "257", speech () }, "use 1 to 256, or 0" },
    { { "transcribe", "--format", "srt", speech (), speech () }, "name a folder for them with --output" },
    { { "listen", "--threads", "100000" }, "use 1 to 256, or 0 for as many as are best" },
    { { "listen", "--language", "klingon" }, "There is no language “klingon”" },
    { { "listen", "--language", "de" }, "This model knows English only, not “de”: choose a multilingual" },
    { { "listen", "--languages", "de,x" }, "There is no language “x”" },
    { { "listen", "--languages", "de,fr" }, "knows English only, not “de”: choose a multilingual" },
    { { "listen", "--languages", "de,fr", "--language", "de" }, "leave out --language, or it" },
    { { "listen", "--seconds", "-3" }, "--seconds must be between" },
    { { "listen", "--seconds", "nan" }, "--seconds must be between" },
    { { "listen", "--pause", "2.1" }, "--pause must be between 0.3 and 2 seconds" },
    { { "listen", speech () }, "longhand-cli transcribe" },
    { { "bench", "--runs", "0" }, "--runs must be between 1 and 1000" },
    { { "bench", "--runs", "20-10" }, "--runs must be between 1 and 1000" },
    { { "bench", "--threads", "257" }, "use 1 to 256, or several such numbers" },
    { { "bench", "--threads", "0,2" }, "use 1 to 256, or several such numbers" },
    { { "bench", "--cpu", "z80" }, "has no kernels “z80”: use all, or some of c" },
    { { "bench", "--cpu", "" }, "has no kernels “”" },
    { { "bench", "--variation", "nan" }, "--variation must be above 0" },
    { { "bench", "--warm-up", "-1" }, "--warm-up must be between 0 and 1000" },
    { { "bench", "--json", "--csv" }, "Choose one of --json and --csv" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ 0 }, rows[i].arguments);

    cli_assert_fails (&run, 2, rows[i].part, rows[i].part);
  }
}

static void
surplus_arguments_are_named (void) {
  static const struct {
    const char *arguments[8];
    const char *sentence;
  } rows[] = {
    { { "devices", "x", "y" }, "“longhand-cli devices” takes no argument: leave out “x”." },
    { { "selftest", "x" }, "“longhand-cli selftest” takes no argument: leave out “x”." },
    { { "listen", "x" },
      "“listen” takes no argument, but got “x”; for a recording there is “longhand-cli transcribe”." },
    { { "bench", "a.wav", "x" }, "“longhand-cli bench” takes nothing more: leave out “x”." },
    { { "replay", "a.wav", "x" }, "“longhand-cli replay” takes nothing more: leave out “x”." },
    { { "quantize", "a", "b", "q8_0", "x" }, "“longhand-cli quantize” takes nothing more: leave out “x”." },
    { { "models", "list", "x" }, "“longhand-cli models” takes nothing more: leave out “x”." },
    { { "models", "measure", "x" }, "“longhand-cli models” takes nothing more: leave out “x”." },
    { { "help", "devices", "x" }, "“longhand-cli” takes nothing more: leave out “x”." },
    { { "--version", "x" }, "“longhand-cli” takes nothing more: leave out “x”." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *line = g_strdup_printf ("longhand-cli: %s\n", rows[i].sentence);
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ 0 }, rows[i].arguments);

    cli_assert_fails (&run, 2, rows[i].sentence, rows[i].sentence);
    g_assert_cmpstr (run.err, ==, line);
  }
}

static void
what_may_be_meant_is_suggested (void) {
  const struct {
    const char *arguments[8];
    int code;
    const char *meant;
  } rows[] = {
    { { "transcibe", speech () }, 2, "transcribe" },
    { { "help", "bnech" }, 2, "bench" },
    { { "transcribe", "--modle", "x", speech () }, 2, "--model" },
    { { "transcribe", "--modle=x", speech () }, 2, "--model" },
    { { "transcribe", "--beam_siz=5", speech () }, 2, "--beam-size" },
    { { "transcribe", "--json", speech (), "--vokabulary", "x" },
      2,
      NULL }, /* of the first that there is not */
    { { "devices", "--hlep" }, 2, "--help" },
    { { "transcribe", "--format", "srt,jsn", speech () }, 2, "json" },
    { { "transcribe", "--output", "/tmp/text.jsno", speech () }, 2, "json" },
    { { "transcribe", "--language", "germna", speech () }, 2, "german" },
    { { "listen", "--languages", "en,frnech" }, 2, "french" },
    { { "transcribe", "--task", "translat", speech () }, 2, "translate" },
    { { "transcribe", "--progress", "alway", speech () }, 2, "always" },
    { { "transcribe", "--model", "longhand-mini", speech () }, 3, "longhand-mini.en-q5_K" },
    { { "models", "lst" }, 2, "list" },
    { { "quantize", "a", "b", "q80" }, 2, "q8_0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *suggestion = g_strdup_printf (". Perhaps you meant “%s”.", rows[i].meant);
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ 0 }, rows[i].arguments);

    cli_assert_fails (&run, rows[i].code, "longhand-cli: ", "");
    g_assert_true ((strstr (run.err, suggestion) != NULL) == (rows[i].meant != NULL));
    g_assert_true ((strstr (run.err, "Perhaps") != NULL) == (rows[i].meant != NULL));
  }
}

/* ---- sound ------------------------------------------------------------------------------------------------
 */

static char *
write_sound (const Fixture *fixture, const char *name, const float *samples, sf_count_t n) {
  char *path = g_build_filename (fixture->dir, name, NULL);
  SF_INFO info = { .samplerate = 16000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);

  g_assert_nonnull (file);
  g_assert_cmpint (sf_write_float (file, samples, n), ==, n);
  sf_close (file);
  return path;
}

static float *
read_speech (sf_count_t *n) {
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (speech (), SFM_READ, &info);
  float *samples = g_new (float, info.frames);

  g_assert_cmpint (info.channels, ==, 1);
  g_assert_cmpint (info.samplerate, ==, 16000);
  *n = sf_read_float (file, samples, info.frames);
  sf_close (file);
  return samples;
}

static void
files_without_sound_are_told_apart (Fixture *fixture, gconstpointer data) {
  g_autofree char *missing = g_build_filename (fixture->dir, "missing.wav", NULL);
  g_autofree char *empty = g_build_filename (fixture->dir, "empty.wav", NULL);
  g_autofree char *text = g_build_filename (fixture->dir, "text.wav", NULL);
  g_autofree char *zero = write_sound (fixture, "zero.wav", NULL, 0);
  const struct {
    const char *path, *part;
  } rows[] = {
    { missing, "There is no file" },  { empty, "is empty" },
    { text, "is not a sound file" },  { zero, "holds no sound" },
    { "/dev/null", "is not a file" },
  };

  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_true (g_file_set_contents (text, "Dear diary, today I spoke to a computer.\n", -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (CliRun) run = cli_run ("transcribe", rows[i].path, NULL);
    g_auto (CliRun) bench = cli_run ("bench", rows[i].path, NULL);

    cli_assert_fails (&run, 1, rows[i].path, rows[i].part);
    cli_assert_fails (&bench, 1, rows[i].path, rows[i].part);
  }
}

static void
samples_that_are_no_numbers_are_said_and_survived (Fixture *fixture, gconstpointer data) {
  sf_count_t n;
  g_autofree float *samples = read_speech (&n);
  g_autofree float *zeroed = NULL;
  g_autofree char *clean_path = NULL;
  g_autofree char *path = NULL;
  g_auto (CliRun) clean = { 0 };
  g_auto (CliRun) run = { 0 };

  for (sf_count_t i = 0; i < 40; i++)
    samples[i] = 0;
  clean_path = write_sound (fixture, "clean.wav", samples, n);
  for (sf_count_t i = 0; i < 40; i++)
    samples[i] = i % 2 == 0 ? NAN : INFINITY;
  path = write_sound (fixture, "nan.wav", samples, n);
  clean = cli_run ("transcribe", clean_path, NULL);
  run = cli_run ("transcribe", path, NULL);
  cli_assert_succeeds (&clean);
  g_assert_cmpstr (clean.out, !=, "");
  g_assert_cmpint (run.code, ==, 0);
  g_assert_cmpstr (run.out, ==, clean.out);
  cli_assert_contains (run.err, "40 samples are not numbers");
}

static void
recording_of_no_numbers_at_all_is_silence (Fixture *fixture, gconstpointer data) {
  g_autofree float *samples = g_new (float, 16000);
  g_autofree char *path = NULL;
  g_auto (CliRun) run = { 0 };

  for (gsize i = 0; i < 16000; i++)
    samples[i] = NAN;
  path = write_sound (fixture, "nan.wav", samples, 16000);
  run = cli_run ("transcribe", path, NULL);
  g_assert_cmpint (run.code, ==, 0);
  cli_assert_contains (run.err, "16000 samples are not numbers");
}

static void
tenth_of_a_second_is_too_short (Fixture *fixture, gconstpointer data) {
  sf_count_t n;
  g_autofree float *samples = read_speech (&n);
  g_autofree char *speech_path = write_sound (fixture, "speech.wav", samples + 8000, 1600);
  g_auto (CliRun) run = cli_run ("transcribe", speech_path, NULL);

  g_assert_cmpint (run.code, ==, 0);
  g_assert_cmpstr (run.out, ==, "");
  g_assert_nonnull (strstr (run.err, "too short to hold a word"));
}

static void
text_is_the_same_for_every_number_of_threads (Fixture *fixture, gconstpointer data) {
  static const char *const counts[] = { "1", "2", "3", "0" };
  g_auto (CliRun) first = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++) {
    g_auto (CliRun) run = cli_run ("transcribe", "--format", "json", "--threads", counts[i], speech (), NULL);

    cli_assert_succeeds (&run);
    if (i == 0)
      first = cli_run ("transcribe", "--format", "json", "--threads", "1", speech (), NULL);
    g_assert_cmpstr (run.out, ==, first.out);
  }
}

/* ---- several recordings -----------------------------------------------------------------------------------
 */

static void
failing_recording_does_not_stop_the_others (Fixture *fixture, gconstpointer data) {
  g_autofree char *missing = g_build_filename (fixture->dir, "missing.wav", NULL);
  g_auto (CliRun) alone = cli_run ("transcribe", speech (), NULL);
  g_auto (CliRun) run = cli_run ("transcribe", missing, speech (), missing, NULL);
  g_autofree char *expected = g_strdup_printf ("==> %s <==\n%s", speech (), alone.out);

  g_assert_cmpint (run.code, ==, 1);
  g_assert_cmpstr (run.out, ==, expected);
  cli_assert_contains (run.err, missing);
}

static void
recordings_together_read_as_one_after_another (Fixture *fixture, gconstpointer data) {
  g_autofree char *missing = g_build_filename (fixture->dir, "missing.wav", NULL);
  sf_count_t n;
  g_autofree float *samples = read_speech (&n);
  g_autofree char *half = write_sound (fixture, "half.wav", samples, n / 2);
  g_autofree char *short_one = write_sound (fixture, "short.wav", samples, 100);
  g_auto (CliRun) alone = cli_run ("transcribe", speech (), short_one, missing, half, speech (), NULL);
  g_auto (CliRun) run
      = cli_run ("transcribe", "--together", "3", speech (), short_one, missing, half, speech (), NULL);

  g_assert_cmpint (alone.code, ==, 1);
  g_assert_cmpint (run.code, ==, 1);
  g_assert_cmpstr (run.out, ==, alone.out);
  cli_assert_contains (run.err, missing);
}

static void
several_texts_go_into_a_folder_that_is_made (Fixture *fixture, gconstpointer data) {
  g_autofree char *copy = g_build_filename (fixture->dir, "copy.of.it.wav", NULL);
  g_autofree char *folder = g_build_filename (fixture->dir, "texts", NULL);
  g_autofree char *name = g_path_get_basename (speech ());
  g_autofree char *first = NULL;
  g_autofree char *second = g_build_filename (folder, "copy.of.it.vtt", NULL);
  g_autofree char *content = NULL;
  gsize length;
  g_auto (CliRun) run = { 0 };

  g_assert_true (g_file_get_contents (speech (), &content, &length, NULL));
  g_assert_true (g_file_set_contents (copy, content, (gssize)length, NULL));
  run = cli_run ("transcribe", "-f", "vtt", "-o", folder, speech (), copy, NULL);
  cli_assert_succeeds (&run);
  g_assert_cmpstr (run.out, ==, "");
  *strrchr (name, '.') = '\0';
  first = g_strdup_printf ("%s/%s.vtt", folder, name);
  g_assert_true (g_file_test (first, G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_test (second, G_FILE_TEST_IS_REGULAR));
}

static guint
count_files (const char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
several_formats_go_into_a_folder_that_is_made (Fixture *fixture, gconstpointer data) {
  g_autofree char *folder = g_build_filename (fixture->dir, "formats", NULL);
  g_autofree char *stem = g_path_get_basename (speech ());
  g_auto (CliRun) some = cli_run ("transcribe", "-f", "srt,JSON,.srt", "-o", folder, speech (), NULL);
  g_auto (CliRun) all = { 0 };

  cli_assert_succeeds (&some);
  g_assert_cmpstr (some.out, ==, "");
  g_assert_cmpuint (count_files (folder), ==, 2);
  all = cli_run ("transcribe", "-f", "all", "-o", folder, speech (), NULL);
  cli_assert_succeeds (&all);
  g_assert_cmpuint (count_files (folder), ==, LONGHAND_N_FORMATS);
  *strrchr (stem, '.') = '\0';
  for (guint i = 0; i < LONGHAND_N_FORMATS; i++) {
    g_autofree char *path = g_strdup_printf ("%s/%s.%s", folder, stem, longhand_format_get_extension (i));
    const char *const arguments[]
        = { "transcribe", "-f", longhand_format_get_extension (i), speech (), NULL };
    g_auto (CliRun) alone = cli_run_in (&(CliSetting){ 0 }, arguments);
    g_autofree char *content = NULL;

    g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
    g_assert_cmpstr (content, ==, alone.out);
  }
}

/* What can be saved is; the rest is printed below its name. */
static void
one_format_that_cannot_be_saved_is_printed (Fixture *fixture, gconstpointer data) {
  g_autofree char *folder = g_build_filename (fixture->dir, "formats", NULL);
  g_autofree char *stem = g_path_get_basename (speech ());
  g_autofree char *in_the_way = NULL;
  g_autofree char *expected = NULL;
  g_auto (CliRun) run = { 0 };
  g_auto (CliRun) alone = cli_run ("transcribe", "-f", "srt", speech (), NULL);

  *strrchr (stem, '.') = '\0';
  in_the_way = g_strdup_printf ("%s/%s.srt", folder, stem);
  g_assert_cmpint (g_mkdir_with_parents (in_the_way, 0777), ==, 0);
  run = cli_run ("transcribe", "-f", "txt,srt,csv", "-o", folder, speech (), NULL);
  g_assert_cmpint (run.code, ==, 1);
  expected = g_strdup_printf ("==> %s <==\n%s", in_the_way, alone.out);
  g_assert_cmpstr (run.out, ==, expected);
  cli_assert_contains (run.err, in_the_way);
  g_assert_cmpuint (count_files (folder), ==, 3);
}

static void
several_formats_need_a_folder (Fixture *fixture, gconstpointer data) {
  g_autofree char *path = write_sound (fixture, "a.wav", (const float[]){ 0, 0 }, 2);
  g_autofree char *file = g_build_filename (fixture->dir, "file.srt", NULL);
  g_auto (CliRun) run = { 0 };

  g_assert_true (g_file_set_contents (file, "old", -1, NULL));
  run = cli_run ("transcribe", "-f", "srt,vtt", "-o", file, path, NULL);
  cli_assert_fails (&run, 1, file, "cannot be the folder for several texts");
}

static void
nothing_is_written_over_a_recording_or_twice (Fixture *fixture, gconstpointer data) {
  g_autofree char *path = write_sound (fixture, "a.wav", (const float[]){ 0, 0 }, 2);
  g_autofree char *before = NULL, *after = NULL;
  gsize n_before, n_after;
  g_auto (CliRun) over = { 0 };
  g_auto (CliRun) twice = { 0 };

  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));
  over = cli_run ("transcribe", "-o", path, path, NULL);
  cli_assert_fails (&over, 2, path, "choose another --output");
  twice = cli_run ("transcribe", "-o", fixture->dir, path, path, NULL);
  cli_assert_fails (&twice, 2, "a.txt", "choose another --output");
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
}

/* ---- places to write to -----------------------------------------------------------------------------------
 */

static void
format_follows_the_ending_of_the_output (Fixture *fixture, gconstpointer data) {
  static const struct {
    const char *name, *start;
  } rows[] = { { "a.srt", "1\n00:00:" },  { "a.VTT", "WEBVTT\n" },
               { "a.json", "{\n" },       { "a.md", "# sample\n\n**00:00:0" },
               { "a.odt", "PK\003\004" }, { "a.lrc", "[re:Longhand]\n[00:0" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_build_filename (fixture->dir, rows[i].name, NULL);
    g_autofree char *content = NULL;
    g_auto (CliRun) run = cli_run ("transcribe", "-o", path, speech (), NULL);

    cli_assert_succeeds (&run);
    g_assert_cmpstr (run.out, ==, "");
    g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
    g_assert_true (g_str_has_prefix (content, rows[i].start));
  }
}

static void
text_that_cannot_be_saved_is_printed (Fixture *fixture, gconstpointer data) {
  g_autofree char *read_only = g_build_filename (fixture->dir, "read-only", NULL);
  g_autofree char *in_read_only = g_build_filename (read_only, "a.txt", NULL);
  g_autofree char *document = g_build_filename (read_only, "a.odt", NULL);
  g_autofree char *no_folder = g_build_filename (fixture->dir, "none", "a.txt", NULL);
  const struct {
    const char *path, *part;
  } rows[] = {
    { in_read_only, "that place is read-only" },
    { document, "that place is read-only" },
    { no_folder, "folder does not exist" },
    { "/dev/full", "the disk is full" },
  };
  g_auto (CliRun) expected = cli_run ("transcribe", speech (), NULL);

  g_assert_cmpint (g_mkdir (read_only, 0555), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *const arguments[] = { "transcribe", "-o", rows[i].path, speech (), NULL };
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ .without_override = TRUE }, arguments);

    g_assert_cmpint (run.code, ==, 1);
    g_assert_cmpstr (run.out, ==, expected.out);
    cli_assert_contains (run.err, rows[i].path);
    cli_assert_contains (run.err, rows[i].part);
  }
}

/* A pipe or a file takes it; nothing is recognised for nothing. */
static void
document_goes_to_no_terminal (Fixture *fixture, gconstpointer data) {
  const char *const arguments[] = { "transcribe", "--format", "odt", speech (), NULL };
  g_autofree char *path = g_build_filename (fixture->dir, "out", NULL);
  g_autofree char *content = NULL;
  g_auto (CliRun) refused = { 0 };
  g_auto (CliRun) run = { 0 };
  int terminal, screen;

  g_assert_cmpint (openpty (&terminal, &screen, NULL, NULL, NULL), ==, 0);
  refused = cli_run_in (&(CliSetting){ .wrapper = (const char *const[]){ "sh", "-c", "exec \"$@\" >\"$0\"",
                                                                         ttyname (screen), NULL } },
                        arguments);
  cli_assert_fails (&refused, 2, "No terminal can show odt", "name a file for it with --output");
  close (screen);
  close (terminal);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  run = cli_run_in (&(CliSetting){ .stdout_path = path }, arguments);
  cli_assert_succeeds (&run);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_true (g_str_has_prefix (content, "PK\003\004"));
}

static void
full_standard_output_is_a_failure (void) {
  const char *const arguments[] = { "transcribe", speech (), NULL };
  g_auto (CliRun) run = cli_run_in (&(CliSetting){ .stdout_path = "/dev/full" }, arguments);

  cli_assert_fails (&run, 1, "standard output", "--output");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/help-lists-verbs-and-exit-status", help_lists_verbs_and_exit_status);
  g_test_add_func ("/cli/every-verb-has-its-help", every_verb_has_its_help);
  g_test_add_func ("/cli/help-has-headings", help_has_headings);
  g_test_add_func ("/cli/version-is-the-projects", version_is_the_projects);
  g_test_add_func ("/cli/behind-two-dashes-all-are-files", behind_two_dashes_all_are_files);
  g_test_add_func ("/cli/surplus-arguments-are-named", surplus_arguments_are_named);
  g_test_add_func ("/cli/what-may-be-meant-is-suggested", what_may_be_meant_is_suggested);
  g_test_add_func ("/cli/senseless-command-lines-are-usage-errors", senseless_command_lines_are_usage_errors);
#define ADD(name, function) g_test_add ("/cli/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("files-without-sound-are-told-apart", files_without_sound_are_told_apart);
  ADD ("samples-that-are-no-numbers-are-said-and-survived",
       samples_that_are_no_numbers_are_said_and_survived);
  ADD ("recording-of-no-numbers-at-all-is-silence", recording_of_no_numbers_at_all_is_silence);
  ADD ("tenth-of-a-second-is-too-short", tenth_of_a_second_is_too_short);
  ADD ("text-is-the-same-for-every-number-of-threads", text_is_the_same_for_every_number_of_threads);
  ADD ("failing-recording-does-not-stop-the-others", failing_recording_does_not_stop_the_others);
  ADD ("recordings-together-read-as-one-after-another", recordings_together_read_as_one_after_another);
  ADD ("several-texts-go-into-a-folder-that-is-made", several_texts_go_into_a_folder_that_is_made);
  ADD ("nothing-is-written-over-a-recording-or-twice", nothing_is_written_over_a_recording_or_twice);
  ADD ("several-formats-go-into-a-folder-that-is-made", several_formats_go_into_a_folder_that_is_made);
  ADD ("one-format-that-cannot-be-saved-is-printed", one_format_that_cannot_be_saved_is_printed);
  ADD ("several-formats-need-a-folder", several_formats_need_a_folder);
  ADD ("format-follows-the-ending-of-the-output", format_follows_the_ending_of_the_output);
  ADD ("text-that-cannot-be-saved-is-printed", text_that_cannot_be_saved_is_printed);
  ADD ("document-goes-to-no-terminal", document_goes_to_no_terminal);
  g_test_add_func ("/cli/full-standard-output-is-a-failure", full_standard_output_is_a_failure);
  return g_test_run ();
}
