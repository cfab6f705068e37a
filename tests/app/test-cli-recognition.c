/* Options of longhand-cli transcribe that say how words are looked for. */
#include "cli-run.h"

#include "cli/longhand-cli-recognition.h"

#include <json-glib/json-glib.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static const char *
speech (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

/* What a command line asks of the engine. */
typedef struct {
  LonghandCliRecognition recognition;
  struct quill_params params;
  struct quill_settings settings;
} Asked;

static void
ask (Asked *asked, const char *command_line) {
  const GOptionEntry nothing_else[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;
  g_autofree char *line = g_strdup_printf ("transcribe %s", command_line);

  longhand_cli_recognition_init (&asked->recognition);
  entries = longhand_cli_recognition_add_entries (&asked->recognition, nothing_else);
  g_option_context_add_main_entries (context, (const GOptionEntry *)(gpointer)entries->data, NULL);
  g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  g_option_context_parse_strv (context, &argv, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (argv), ==, 1);
  longhand_cli_recognition_check (&asked->recognition, &error);
  g_assert_no_error (error);
  quill_params_init (&asked->params);
  quill_settings_init (&asked->settings);
  longhand_cli_recognition_apply (&asked->recognition, &asked->params);
  longhand_cli_recognition_set_up (&asked->recognition, &asked->settings);
}

static void
defaults_are_those_of_openai_but_for_pauses (void) {
  struct quill_params expected;
  Asked asked;

  quill_params_init (&expected);
  expected.beam_size = expected.best_of = 5;
  ask (&asked, "--no-vad");
  g_assert_cmpmem (&asked.params, sizeof expected, &expected, sizeof expected);
  longhand_cli_recognition_clear (&asked.recognition);
  expected.vad = true;
  expected.condition_on_previous = false;
  ask (&asked, "");
  g_assert_cmpmem (&asked.params, sizeof expected, &expected, sizeof expected);
  g_assert_cmpuint (asked.settings.n_hypotheses, ==, 5);
  longhand_cli_recognition_clear (&asked.recognition);
}

static void
every_option_reaches_the_engine (void) {
  Asked asked;

  ask (&asked, "--beam-size 2 --best-of 7 --patience 1.5 --length-penalty 0.6 --temperature 0.3"
               " --temperature-increment 0.1 --compression-ratio-threshold 2 --logprob-threshold -0.5"
               " --no-speech-threshold 0.7 --initial-prompt 'Dear Ms Ó' --condition-on-previous-text no"
               " --word-timestamps");
  g_assert_cmpuint (asked.params.beam_size, ==, 2);
  g_assert_cmpuint (asked.params.best_of, ==, 7);
  g_assert_cmpuint (asked.settings.n_hypotheses, ==, 7);
  g_assert_cmpfloat (asked.params.patience, ==, 1.5f);
  g_assert_cmpfloat (asked.params.length_penalty, ==, 0.6f);
  g_assert_cmpfloat (asked.params.temperature, ==, 0.3f);
  g_assert_cmpfloat (asked.params.temperature_increment, ==, 0.1f);
  g_assert_cmpfloat (asked.params.compression_ratio_threshold, ==, 2.0f);
  g_assert_cmpfloat (asked.params.logprob_threshold, ==, -0.5f);
  g_assert_cmpfloat (asked.params.no_speech_threshold, ==, 0.7f);
  g_assert_cmpstr (asked.params.initial_prompt, ==, "Dear Ms Ó");
  g_assert_false (asked.params.condition_on_previous);
  g_assert_true (asked.params.word_timestamps);
  g_assert_true (asked.settings.word_timestamps);
  longhand_cli_recognition_clear (&asked.recognition);

  ask (&asked, "--language German --task translate --initial-prompt A --carry-initial-prompt --max-context "
               "50 --suppress-blank no"
               " --suppress-regex '[0-9]+' --max-initial-timestamp 0.5");
  g_assert_cmpstr (asked.params.language, ==, "German");
  g_assert_true (asked.params.translate);
  g_assert_true (asked.params.carry_initial_prompt);
  g_assert_cmpint (asked.params.max_context, ==, 50);
  g_assert_false (asked.params.suppress_blank);
  g_assert_cmpstr (asked.params.suppress_regex, ==, "[0-9]+");
  g_assert_cmpuint (asked.params.max_initial_timestamp_ms, ==, 500);
  longhand_cli_recognition_clear (&asked.recognition);

  ask (&asked, "--vad-threshold 0.25 --vad-min-speech-duration-ms 100 --vad-min-silence-duration-ms 2000"
               " --vad-max-speech-duration-s 12.5 --vad-speech-pad-ms 30 --vad-chunk-length-s 10");
  g_assert_cmpfloat (asked.params.vad_params.threshold, ==, 0.25f);
  g_assert_cmpuint (asked.params.vad_params.min_speech_duration_ms, ==, 100);
  g_assert_cmpuint (asked.params.vad_params.min_silence_duration_ms, ==, 2000);
  g_assert_cmpfloat (asked.params.vad_params.max_speech_duration_s, ==, 12.5f);
  g_assert_cmpuint (asked.params.vad_params.speech_pad_ms, ==, 30);
  g_assert_cmpfloat (asked.params.vad_params.chunk_length_s, ==, 10);
  longhand_cli_recognition_clear (&asked.recognition);

  ask (&asked, "--logprob-threshold -inf");
  g_assert_cmpfloat (asked.params.logprob_threshold, ==, -INFINITY);
  longhand_cli_recognition_clear (&asked.recognition);

  ask (&asked, "--condition-on-previous-text YES --beam-size 1");
  g_assert_true (asked.params.condition_on_previous);
  g_assert_cmpuint (asked.params.beam_size, ==, 1);
  longhand_cli_recognition_clear (&asked.recognition);
}

static void
options_of_the_others_reach_the_engine (void) {
  Asked asked;

  ask (&asked, "--temperature-increment-on-fallback 0.5 --repetition-penalty 1.25 --no-repeat-ngram-size 3 "
               "--max-new-tokens 100 --audio-ctx 500"
               " --prefix 'Dear Ó' --prompt-reset-on-temperature 0.25 --without-timestamps"
               " --hallucination-silence-threshold 1.5");
  g_assert_cmpfloat (asked.params.temperature_increment, ==, 0.5f);
  g_assert_cmpfloat (asked.params.repetition_penalty, ==, 1.25f);
  g_assert_cmpuint (asked.params.no_repeat_ngram_size, ==, 3);
  g_assert_cmpuint (asked.params.max_tokens, ==, 100);
  g_assert_cmpuint (asked.params.audio_ctx, ==, 500);
  g_assert_cmpstr (asked.params.prefix, ==, "Dear Ó");
  g_assert_cmpfloat (asked.params.prompt_reset_temperature, ==, 0.25f);
  g_assert_false (asked.params.timestamps);
  g_assert_cmpfloat (asked.params.hallucination_silence_threshold, ==, 1.5f);
  g_assert_true (asked.params.word_timestamps); /* which it needs */
  g_assert_true (asked.settings.word_timestamps);
  longhand_cli_recognition_clear (&asked.recognition);
}

static void
clips_are_pairs_of_times (void) {
  static const struct {
    const char *options;
    gsize n;
    struct quill_clip clips[2];
  } rows[] = {
    { "", 0, { { 0 } } },
    { "--clip-timestamps 0", 1, { { 0, G_MAXINT64 } } },
    { "--clip-timestamps 1.5,2", 1, { { 1500, 2000 } } },
    { "--clip-timestamps '0, 30, 30'", 2, { { 0, 30000 }, { 30000, G_MAXINT64 } } },
    { "--clip-timestamps 0.0004,0.001,12.3456,1e6", 2, { { 0, 1 }, { 12346, 1000000000 } } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Asked asked;

    ask (&asked, rows[i].options);
    g_assert_cmpuint (asked.params.n_clips, ==, rows[i].n);
    for (gsize k = 0; k < rows[i].n; k++) {
      g_assert_cmpint (asked.params.clips[k].begin_ms, ==, rows[i].clips[k].begin_ms);
      g_assert_cmpint (asked.params.clips[k].end_ms, ==, rows[i].clips[k].end_ms);
    }
    longhand_cli_recognition_clear (&asked.recognition);
  }
}

static void
languages_are_a_list (void) {
  Asked asked;

  ask (&asked, "--language auto --languages 'en, German,yue' --task transcribe");
  g_assert_cmpstr (asked.params.language, ==, "auto");
  g_assert_cmpstr (asked.params.languages[0], ==, "en");
  g_assert_cmpstr (asked.params.languages[1], ==, "German");
  g_assert_cmpstr (asked.params.languages[2], ==, "yue");
  g_assert_null (asked.params.languages[3]);
  g_assert_false (asked.params.translate);
  longhand_cli_recognition_clear (&asked.recognition);
  ask (&asked, "--translate");
  g_assert_null (asked.params.languages);
  g_assert_true (asked.params.translate);
  longhand_cli_recognition_clear (&asked.recognition);
}

static void
suppressed_tokens_are_a_list (void) {
  static const struct {
    const char *options;
    gboolean non_speech;
    gsize n;
    guint32 tokens[3];
  } rows[] = {
    { "", TRUE, 0, { 0 } },
    { "--suppress-tokens -1", TRUE, 0, { 0 } },
    { "--suppress-tokens ''", FALSE, 0, { 0 } },
    { "--suppress-tokens '' --suppress-nst", TRUE, 0, { 0 } },
    { "--suppress-nst", TRUE, 0, { 0 } },
    { "--suppress-tokens 50,0", FALSE, 2, { 50, 0 } },
    { "--suppress-tokens '50, -1, 51865'", TRUE, 2, { 50, 51865 } },
    { "--suppress-tokens 7 --suppress-nst", TRUE, 1, { 7 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Asked asked;

    ask (&asked, rows[i].options);
    g_assert_true (asked.params.suppress_non_speech == rows[i].non_speech);
    g_assert_cmpmem (asked.params.suppress_tokens, asked.params.n_suppress_tokens * sizeof (guint32),
                     rows[i].tokens, rows[i].n * sizeof (guint32));
    longhand_cli_recognition_clear (&asked.recognition);
  }
}

static void
limit_of_length_and_alternatives_need_words (void) {
  Asked asked;

  ask (&asked, "--max-len 40");
  g_assert_true (asked.params.word_timestamps);
  g_assert_true (asked.settings.word_timestamps);
  longhand_cli_recognition_clear (&asked.recognition);
  ask (&asked, "--alternatives 3");
  g_assert_true (asked.params.word_timestamps);
  g_assert_cmpuint (asked.params.n_alternatives, ==, 3);
  longhand_cli_recognition_clear (&asked.recognition);
  ask (&asked, "--max-len 0");
  g_assert_false (asked.params.word_timestamps);
  g_assert_false (asked.settings.word_timestamps);
  longhand_cli_recognition_clear (&asked.recognition);
}

static void
greedy_is_one_hypothesis_and_one_try (void) {
  Asked asked;

  ask (&asked, "--greedy --beam-size 1");
  g_assert_cmpuint (asked.params.beam_size, ==, 1);
  g_assert_cmpuint (asked.params.best_of, ==, 1);
  g_assert_cmpuint (asked.settings.n_hypotheses, ==, 1);
  g_assert_cmpfloat (asked.params.temperature_increment, ==, 0.0f);
  longhand_cli_recognition_clear (&asked.recognition);
}

static void
part_stays_within_the_recording (void) {
  static const struct {
    double offset_s, duration_s;
    gsize n, first, n_left;
  } rows[] = {
    { 0, 0, 100, 0, 100 },
    { 0, 1, 32000, 0, 16000 },
    { 1, 0, 32000, 16000, 16000 },
    { 1.5, 1, 32000, 24000, 8000 },
    { 2, 0, 32000, 32000, 0 },
    { 1e6, 1e6, 32000, 32000, 0 },
    { 0.5, 0.25, 32000, 8000, 4000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const LonghandCliRecognition recognition
        = { .offset_s = rows[i].offset_s, .duration_s = rows[i].duration_s };
    gsize first;

    g_assert_cmpuint (longhand_cli_recognition_part (&recognition, rows[i].n, &first), ==, rows[i].n_left);
    g_assert_cmpuint (first, ==, rows[i].first);
  }
}

/* ---- the program ---- */

/* Where the first segment begins and the last ends; -1: there is none. */
static void
read_span (const CliRun *run, double *begin_s, double *end_s) {
  g_autoptr (JsonNode) root = json_from_string (run->out, NULL);
  JsonArray *segments;
  guint n;

  g_assert_nonnull (root);
  segments = json_object_get_array_member (json_node_get_object (root), "segments");
  n = json_array_get_length (segments);
  *begin_s
      = n > 0 ? json_object_get_double_member (json_array_get_object_element (segments, 0), "start") : -1;
  *end_s
      = n > 0 ? json_object_get_double_member (json_array_get_object_element (segments, n - 1), "end") : -1;
}

static void
part_of_a_recording_has_the_times_of_the_whole (void) {
  g_auto (CliRun) late = cli_run ("transcribe", "--format", "json", "--offset", "3", speech (), NULL);
  g_auto (CliRun) early = cli_run ("transcribe", "--format", "json", "--duration", "3", speech (), NULL);
  double begin_s, end_s;

  cli_assert_succeeds (&late);
  read_span (&late, &begin_s, &end_s);
  g_assert_cmpfloat (begin_s, >=, 3.0);
  g_assert_cmpfloat (end_s, >, 4.0);
  cli_assert_succeeds (&early);
  read_span (&early, &begin_s, &end_s);
  g_assert_cmpfloat (begin_s, >=, 0.0);
  g_assert_cmpfloat (end_s, <=, 3.0);
}

/* Of the segment of a text in JSON, its words, which make its text and come one after the other. */
static void
check_words (JsonObject *segment, double *now_s) {
  JsonArray *words = json_object_get_array_member (segment, "words");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (words); i++) {
    JsonObject *word = json_array_get_object_element (words, i);
    const double start_s = json_object_get_double_member (word, "start");
    const double end_s = json_object_get_double_member (word, "end");
    const double probability = json_object_get_double_member (word, "probability");

    g_assert_cmpfloat (start_s, >=, *now_s);
    g_assert_cmpfloat (end_s, >=, start_s);
    g_assert_cmpfloat (probability, >, 0.0);
    g_assert_cmpfloat (probability, <=, 1.0);
    g_string_append (text, json_object_get_string_member (word, "word"));
    *now_s = end_s;
  }
  g_assert_cmpstr (g_strstrip (text->str), ==, json_object_get_string_member (segment, "text"));
}

static void
words_have_times_of_the_whole_recording (void) {
  g_auto (CliRun) run
      = cli_run ("transcribe", "--word-timestamps", "--format", "json", "--offset", "3", speech (), NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonArray *segments;
  double now_s = 3.0;

  cli_assert_succeeds (&run);
  root = json_from_string (run.out, NULL);
  segments = json_object_get_array_member (json_node_get_object (root), "segments");
  g_assert_cmpuint (json_array_get_length (segments), >, 0);
  for (guint i = 0; i < json_array_get_length (segments); i++)
    check_words (json_array_get_object_element (segments, i), &now_s);
  g_assert_cmpfloat (now_s, >, 4.0);
}

/* Each word ends where the next one begins, by how they are aligned: the pause between two sentences is not
 * theirs. Times of segments are those that the model tells. */
static void
words_stay_where_their_segment_is (void) {
  g_auto (CliRun) run
      = cli_run ("transcribe", "--no-vad", "--word-timestamps", "--format", "json", speech (), NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonArray *segments;

  cli_assert_succeeds (&run);
  root = json_from_string (run.out, NULL);
  segments = json_object_get_array_member (json_node_get_object (root), "segments");
  g_assert_cmpuint (json_array_get_length (segments), ==, 2);
  for (guint i = 0; i < 2; i++) {
    JsonObject *segment = json_array_get_object_element (segments, i);
    JsonArray *words = json_object_get_array_member (segment, "words");
    JsonObject *first = json_array_get_object_element (words, 0);
    JsonObject *last = json_array_get_object_element (words, json_array_get_length (words) - 1);

    g_assert_cmpfloat (json_object_get_double_member (first, "start"), >=,
                       json_object_get_double_member (segment, "start") - 0.5);
    g_assert_cmpfloat (json_object_get_double_member (last, "end"), <=,
                       json_object_get_double_member (segment, "end") + 0.5);
  }
}

static void
words_have_alternatives (void) {
  g_auto (CliRun) run = cli_run ("transcribe", "--alternatives", "2", "--format", "json", speech (), NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonArray *segments;
  guint n_found = 0, n_words = 0;

  cli_assert_succeeds (&run);
  root = json_from_string (run.out, NULL);
  segments = json_object_get_array_member (json_node_get_object (root), "segments");
  for (guint i = 0; i < json_array_get_length (segments); i++) {
    JsonArray *words = json_object_get_array_member (json_array_get_object_element (segments, i), "words");

    n_words += json_array_get_length (words);
    for (guint k = 0; k < json_array_get_length (words); k++) {
      JsonObject *word = json_array_get_object_element (words, k);
      JsonArray *others;

      if (!json_object_has_member (word, "alternatives"))
        continue;
      others = json_object_get_array_member (word, "alternatives");
      g_assert_cmpuint (json_array_get_length (others), <=, 2);
      n_found += json_array_get_length (others);
      for (guint m = 0; m < json_array_get_length (others); m++)
        g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (others, m), "word"),
                         !=, json_object_get_string_member (word, "word") + 1);
    }
  }
  g_assert_cmpuint (n_words, >, 0);
  g_assert_cmpuint (n_found, >=, n_words);
}

/* All texts of a result, joined by spaces; each takes time, and none is longer than max_chars and has a space
 * to cut it at. */
static char *
join_segments (const CliRun *run, glong max_chars, guint *n_segments) {
  g_autoptr (JsonNode) root = json_from_string (run->out, NULL);
  JsonArray *segments = json_object_get_array_member (json_node_get_object (root), "segments");
  GString *text = g_string_new (NULL);

  *n_segments = json_array_get_length (segments);
  for (guint i = 0; i < *n_segments; i++) {
    JsonObject *segment = json_array_get_object_element (segments, i);
    const char *part = json_object_get_string_member (segment, "text");

    g_assert_true (g_utf8_strlen (part, -1) <= max_chars || g_utf8_strchr (part, -1, ' ') == NULL);
    g_assert_cmpfloat (json_object_get_double_member (segment, "end"), >,
                       json_object_get_double_member (segment, "start"));
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", part);
  }
  return g_string_free (text, FALSE);
}

static void
limit_of_length_cuts_between_words (void) {
  g_auto (CliRun) whole = cli_run ("transcribe", "--format", "json", speech (), NULL);
  g_auto (CliRun) cut = cli_run ("transcribe", "--format", "json", "--max-len", "15", speech (), NULL);
  g_autofree char *expected = NULL;
  g_autofree char *text = NULL;
  guint n_whole, n_cut;

  cli_assert_succeeds (&cut);
  expected = join_segments (&whole, G_MAXLONG, &n_whole);
  text = join_segments (&cut, 15, &n_cut);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (n_cut, >, n_whole);
}

/* Lines of text of srt: those that are neither a number nor times nor empty. */
static char *
join_lines (const CliRun *run, glong max_chars, guint *n_subtitles) {
  g_auto (GStrv) lines = g_strsplit (run->out, "\n", -1);
  GString *text = g_string_new (NULL);

  *n_subtitles = 0;
  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], " --> ") != NULL) {
      (*n_subtitles)++;
    } else if (*lines[i] != '\0' && !g_ascii_isdigit (*lines[i])) {
      g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, max_chars);
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", lines[i]);
    }
  return g_string_free (text, FALSE);
}

static void
subtitles_are_laid_out_in_lines (void) {
  g_auto (CliRun) whole = cli_run ("transcribe", "--format", "srt", speech (), NULL);
  g_auto (CliRun) lines
      = cli_run ("transcribe", "--format", "srt", "--max-line-width", "15", speech (), NULL);
  g_auto (CliRun) words
      = cli_run ("transcribe", "--format", "srt", "--max-words-per-line", "2", speech (), NULL);
  guint n_whole, n_lines, n_words;
  g_autofree char *expected = join_lines (&whole, G_MAXLONG, &n_whole);
  g_autofree char *in_lines = join_lines (&lines, 15, &n_lines);
  g_autofree char *in_words = join_lines (&words, G_MAXLONG, &n_words);

  cli_assert_succeeds (&lines);
  cli_assert_succeeds (&words);
  g_assert_cmpstr (in_lines, ==, expected);
  g_assert_cmpuint (n_lines, ==, n_whole);
  g_assert_cmpstr (in_words, ==, expected);
  g_assert_cmpuint (n_words, >, n_whole);
}

static void
suppressed_text_is_not_written (void) {
  g_auto (CliRun) run = cli_run ("transcribe", "--suppress-regex", ".*[eE].*", speech (), NULL);

  cli_assert_succeeds (&run);
  g_assert_cmpuint (strlen (run.out), >, 10);
  g_assert_null (strpbrk (run.out, "eE"));
}

static void
clips_have_the_times_of_the_whole (void) {
  g_auto (CliRun) clip
      = cli_run ("transcribe", "--format", "json", "--clip-timestamps", "3", speech (), NULL);
  g_auto (CliRun) offset = cli_run ("transcribe", "--format", "json", "--offset", "3", speech (), NULL);
  g_auto (CliRun) late = cli_run ("transcribe", "--clip-timestamps", "60,70", speech (), NULL);

  cli_assert_succeeds (&clip);
  cli_assert_succeeds (&offset);
  g_assert_cmpstr (clip.out, ==, offset.out);
  g_assert_cmpint (late.code, ==, 0);
  g_assert_cmpstr (late.out, ==, "");
  cli_assert_contains (late.err, "--clip-timestamps begins behind its end");
}

static void
text_begins_with_the_prefix (void) {
  g_auto (CliRun) run = cli_run ("transcribe", "--prefix", "Well, my dear,", speech (), NULL);

  cli_assert_succeeds (&run);
  g_assert_true (g_str_has_prefix (run.out, "Well, my dear,"));
  g_assert_cmpuint (strlen (run.out), >, 30);
}

/* Each cue has one word underlined at most, and without the marks all have the words of the segments. */
static void
words_are_highlighted_while_they_are_said (void) {
  g_auto (CliRun) run = cli_run ("transcribe", "--format", "vtt", "--highlight-words", speech (), NULL);
  g_auto (CliRun) plain = cli_run ("transcribe", "--format", "txt", "--word-timestamps", speech (), NULL);
  g_auto (GStrv) cues = NULL;
  guint n = 0;

  cli_assert_succeeds (&run);
  cli_assert_succeeds (&plain);
  cues = g_strsplit (run.out, "\n\n", -1);
  g_assert_cmpstr (cues[0], ==, "WEBVTT");
  for (guint i = 1; cues[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (strchr (cues[i], '\n') + 1, "<u>", -1);
    g_autoptr (GString) text = g_string_new (strchr (cues[i], '\n') + 1);

    g_assert_cmpuint (g_strv_length (parts), <=, 2);
    n += g_strv_length (parts) - 1;
    g_string_replace (text, "<u>", "", 0);
    g_string_replace (text, "</u>", "", 0);
    g_assert_nonnull (strstr (plain.out, g_strchomp (text->str)));
  }
  g_assert_cmpuint (n, >, 4);
}

static void
prompt_that_is_too_long_is_said (void) {
  g_autoptr (GString) prompt = g_string_new (NULL);
  g_auto (CliRun) run = { 0 };
  g_auto (CliRun) end = { 0 };

  for (int i = 0; i < 75; i++)
    g_string_append (prompt, "one two three ");
  run = cli_run ("transcribe", "--greedy", "--initial-prompt", prompt->str, speech (), NULL);
  g_assert_cmpint (run.code, ==, 0);
  cli_assert_contains (run.err, "its end counts, and the first 2 tokens are left out");
  g_string_erase (prompt, 0, (gssize)strlen ("one two "));
  end = cli_run ("transcribe", "--greedy", "--initial-prompt", prompt->str, speech (), NULL);
  cli_assert_succeeds (&end);
  g_assert_cmpstr (end.out, ==, run.out);
}

static void
offset_behind_the_end_is_said (void) {
  g_auto (CliRun) run = cli_run ("transcribe", "--offset", "60", speech (), NULL);

  g_assert_cmpint (run.code, ==, 0);
  g_assert_cmpstr (run.out, ==, "");
  cli_assert_contains (run.err, "--offset begins behind its end");
}

int
main (int argc, char **argv) {
  setlocale (LC_ALL, ""); /* options are in its character set */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/recognition/defaults-are-those-of-openai-but-for-pauses",
                   defaults_are_those_of_openai_but_for_pauses);
  g_test_add_func ("/cli/recognition/every-option-reaches-the-engine", every_option_reaches_the_engine);
  g_test_add_func ("/cli/recognition/options-of-the-others-reach-the-engine",
                   options_of_the_others_reach_the_engine);
  g_test_add_func ("/cli/recognition/clips-are-pairs-of-times", clips_are_pairs_of_times);
  g_test_add_func ("/cli/recognition/languages-are-a-list", languages_are_a_list);
  g_test_add_func ("/cli/recognition/suppressed-tokens-are-a-list", suppressed_tokens_are_a_list);
  g_test_add_func ("/cli/recognition/suppressed-text-is-not-written", suppressed_text_is_not_written);
  g_test_add_func ("/cli/recognition/greedy-is-one-hypothesis-and-one-try",
                   greedy_is_one_hypothesis_and_one_try);
  g_test_add_func ("/cli/recognition/part-stays-within-the-recording", part_stays_within_the_recording);
  g_test_add_func ("/cli/recognition/part-of-a-recording-has-the-times-of-the-whole",
                   part_of_a_recording_has_the_times_of_the_whole);
  g_test_add_func ("/cli/recognition/words-have-times-of-the-whole-recording",
                   words_have_times_of_the_whole_recording);
  g_test_add_func ("/cli/recognition/words-stay-where-their-segment-is", words_stay_where_their_segment_is);
  g_test_add_func ("/cli/recognition/limit-of-length-and-alternatives-need-words",
                   limit_of_length_and_alternatives_need_words);
  g_test_add_func ("/cli/recognition/words-have-alternatives", words_have_alternatives);
  g_test_add_func ("/cli/recognition/limit-of-length-cuts-between-words", limit_of_length_cuts_between_words);
  g_test_add_func ("/cli/recognition/subtitles-are-laid-out-in-lines", subtitles_are_laid_out_in_lines);
  g_test_add_func ("/cli/recognition/clips-have-the-times-of-the-whole", clips_have_the_times_of_the_whole);
  g_test_add_func ("/cli/recognition/text-begins-with-the-prefix", text_begins_with_the_prefix);
  g_test_add_func ("/cli/recognition/words-are-highlighted-while-they-are-said",
                   words_are_highlighted_while_they_are_said);
  g_test_add_func ("/cli/recognition/prompt-that-is-too-long-is-said", prompt_that_is_too_long_is_said);
  g_test_add_func ("/cli/recognition/offset-behind-the-end-is-said", offset_behind_the_end_is_said);
  return g_test_run ();
}
