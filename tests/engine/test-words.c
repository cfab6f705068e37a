/* Tokens into words, and when these were spoken, with the bundled model. */
#include <string.h>

#include "bundled.h"
#include "text/words.h"
#include "transcriber.h"

/* The words of a text, with "|" between them. */
static char *
split (const struct quill_tokenizer *tokenizer, const char *text, bool by_spaces) {
  GString *words = g_string_new (NULL);
  uint32_t tokens[128];
  uint16_t ends[128];
  const size_t n = quill_text_to_tokens (tokenizer, text, 0, tokens, 128);
  const size_t n_words = quill_split_words (tokenizer, tokens, n, by_spaces, ends);
  size_t begin = 0;

  g_assert_cmpuint (n, <=, 128);
  for (size_t i = 0; i < n_words; begin = ends[i++]) {
    char word[256];

    quill_tokens_to_text (tokenizer, tokens + begin, ends[i] - begin, word, sizeof word);
    g_string_append_printf (words, "%s%s", i ? "|" : "", word);
  }
  g_assert_cmpuint (begin, ==, n);
  return g_string_free (words, FALSE);
}

static void
words_begin_with_spaces_or_are_characters (void) {
  static const struct {
    const char *text;
    bool by_spaces;
    const char *words;
  } table[] = {
    { " Hello, world.", true, " Hello,| world." },
    { " “Oil my neck,” he replied.", true, " “Oil| my| neck,”| he| replied." },
    { " half-heard words", true, " half-heard| words" },
    { "", true, "" },
    { "口述，写下。", false, "口|述，|写|下。" },
  };
  struct quill_model *model = bundled_model ();
  struct quill_tokenizer *tokenizer = NULL;

  g_assert_cmpint (quill_tokenizer_open (&tokenizer, &model->file, NULL), ==, QUILL_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *words = split (tokenizer, table[i].text, table[i].by_spaces);

    g_assert_cmpstr (words, ==, table[i].words);
  }
  g_assert_true (quill_language_has_spaces ("de"));
  g_assert_false (quill_language_has_spaces ("ja"));
  quill_tokenizer_close (&tokenizer);
  quill_model_close (&model);
}

/* The words of all segments are their texts, one after the other in time, and where the speech is. */
static void
words_make_up_the_text (void) {
  const struct quill_settings settings = { .n_threads = 2, .cpu_mask = ~0u, .word_timestamps = true };
  struct quill_model *model = bundled_model ();
  struct quill_transcriber *transcriber = NULL;
  struct quill_params params;
  size_t n;
  g_autofree float *samples = bundled_sound ("013-espeak-en-gb+m6.flac", &n);
  struct quill_result *result = NULL, *plain = NULL;

  g_assert_cmpint (quill_transcriber_open (&transcriber, model, &settings, NULL), ==, QUILL_OK);
  quill_params_init (&params);
  for (guint round = 0; round < 2; round++) {
    gint64 last_ms = 0;
    gsize n_words = 0;

    params.timestamps = round == 0;
    params.word_timestamps = false;
    g_assert_cmpint (quill_transcribe (transcriber, samples, n, &params, &plain, NULL), ==, QUILL_OK);
    params.word_timestamps = true;
    g_assert_cmpint (quill_transcribe (transcriber, samples, n, &params, &result, NULL), ==, QUILL_OK);
    g_assert_cmpuint (result->n_segments, ==, plain->n_segments);
    for (gsize i = 0; i < result->n_segments; i++) {
      const struct quill_segment *segment = &result->segments[i];
      g_autoptr (GString) text = g_string_new (NULL);

      g_assert_cmpstr (segment->text, ==, plain->segments[i].text); /* times cost no word */
      g_assert_null (plain->segments[i].words);
      for (gsize k = 0; k < segment->n_words; k++) {
        const struct quill_word *word = &segment->words[k];

        g_test_message ("%s %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT " %.2f", word->text, word->start_ms,
                        word->end_ms, (double)word->probability);
        g_string_append (text, word->text);
        g_assert_cmpint (word->start_ms, >=, last_ms);
        g_assert_cmpint (word->end_ms, >=, word->start_ms);
        g_assert_cmpint (word->end_ms, <=, (gint64)(n / 16));
        g_assert_cmpfloat (word->probability, >, 0);
        g_assert_cmpfloat (word->probability, <=, 1);
        last_ms = word->end_ms;
        n_words++;
      }
      g_assert_cmpstr (text->str, ==, segment->text);
    }
    g_assert_cmpuint (n_words, >=, 4);
    g_assert_cmpint (last_ms, >=, (gint64)(n / 16) / 2);
    quill_result_free (&plain);
    quill_result_free (&result);
  }
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

/* What was heard is a draft that holds to the last token, so the second time takes few steps; at full
 * tolerance so does one that was made up. */
static void
what_was_heard_may_be_expected (void) {
  const struct quill_settings settings = { .n_threads = 2, .cpu_mask = ~0u, .word_timestamps = true };
  struct quill_model *model = bundled_model ();
  struct quill_transcriber *transcriber = NULL;
  struct quill_params params;
  size_t n;
  g_autofree float *samples = bundled_sound ("013-espeak-en-gb+m6.flac", &n);
  struct quill_heard heard[448], again[448];
  struct quill_draft draft = { .heard = heard, .capacity = G_N_ELEMENTS (heard) };
  struct quill_result *result = NULL, *second = NULL;
  const struct quill_trace_settings sums = { 0 };
  struct quill_step steps[32];
  guint n_steps[2] = { 0, 0 };

  g_assert_cmpint (quill_transcriber_open (&transcriber, model, &settings, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_transcriber_set_trace (transcriber, &sums, NULL), ==, QUILL_OK);
  quill_params_init (&params);
  params.timestamps = false;
  params.word_timestamps = true;
  params.temperature_increment = 0;
  g_assert_cmpint (quill_transcribe_draft (transcriber, samples, n, &params, &draft, &result, NULL), ==,
                   QUILL_OK);
  for (guint i = 0, m = quill_transcriber_get_steps (transcriber, steps, 32); i < m; i++)
    n_steps[0] += g_str_equal (steps[i].name, "token") || g_str_equal (steps[i].name, "prompt")
                      ? (guint)steps[i].count
                      : 0;
  g_assert_cmpuint (draft.n, >=, 4);
  g_assert_true (heard[0].begins_word);
  memcpy (again, heard, sizeof again);
  const size_t n_heard = draft.n;

  g_assert_cmpint (quill_transcribe_draft (transcriber, samples, n, &params, &draft, &second, NULL), ==,
                   QUILL_OK);
  for (guint i = 0, m = quill_transcriber_get_steps (transcriber, steps, 32); i < m; i++)
    n_steps[1] += g_str_equal (steps[i].name, "token") || g_str_equal (steps[i].name, "prompt")
                      ? (guint)steps[i].count
                      : 0;
  g_assert_cmpuint (draft.n, ==, n_heard);
  for (size_t i = 0; i < n_heard; i++) {
    g_assert_cmpuint (heard[i].token, ==, again[i].token);
    g_assert_cmpuint (heard[i].begin, ==, again[i].begin);
    g_assert_cmpuint (heard[i].peak, ==, again[i].peak);
    g_assert_cmpfloat (heard[i].logprob, ==, again[i].logprob);
  }
  g_assert_cmpstr (second->segments[0].text, ==, result->segments[0].text);
  g_assert_cmpuint (n_steps[1], <=, n_steps[0] / 3);
  quill_result_free (&second);

  draft.n_firm = 2; /* two words of its own, the rest is as it may be */
  heard[0].token = heard[n_heard - 2].token;
  const uint32_t first = heard[0].token;
  draft.firm_tolerance = 1e30f;
  g_assert_cmpint (quill_transcribe_draft (transcriber, samples, n, &params, &draft, &second, NULL), ==,
                   QUILL_OK);
  g_assert_cmpuint (heard[0].token, ==, first);
  quill_result_free (&second);
  quill_result_free (&result);
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

/* A word or two by themselves, as commands are, between two pauses without any sound at all. */
static void
lonely_words_are_where_they_are_spoken (void) {
  static const char *const names[]
      = { "../speech/scratch-that.wav", "../speech/stop.wav", "../speech/yes.wav" };
  enum { BEFORE_MS = 480, BEHIND_MS = 500, SLACK_MS = 200 };
  struct quill_model *model = bundled_model ();
  struct quill_transcriber *transcriber = bundled_transcriber (model, 2);
  struct quill_params params;

  quill_params_init (&params);
  params.timestamps = false;
  params.word_timestamps = true;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    size_t n;
    g_autofree float *spoken = bundled_sound (names[i], &n);
    const size_t n_all = n + (BEFORE_MS + BEHIND_MS) * 16;
    g_autofree float *samples = g_new0 (float, n_all);
    struct quill_result *result = NULL;

    memcpy (samples + BEFORE_MS * 16, spoken, n * sizeof *spoken);
    g_assert_cmpint (quill_transcribe (transcriber, samples, n_all, &params, &result, NULL), ==, QUILL_OK);
    g_assert_cmpuint (result->n_segments, ==, 1);
    g_assert_cmpuint (result->segments[0].n_words, >, 0);
    for (gsize k = 0; k < result->segments[0].n_words; k++) {
      const struct quill_word *word = &result->segments[0].words[k];

      g_assert_cmpint (word->end_ms, >, BEFORE_MS - SLACK_MS);
      g_assert_cmpint (word->start_ms, <, BEFORE_MS + (gint64)(n / 16) + SLACK_MS);
    }
    quill_result_free (&result);
  }
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

static void
word_times_need_memory (void) {
  struct quill_model *model = bundled_model ();
  const struct quill_settings settings = { .n_threads = 1, .cpu_mask = ~0u };
  struct quill_transcriber *transcriber = NULL;
  struct quill_stream *stream = NULL;
  struct quill_result *result = NULL;
  struct quill_error error = { 0 };
  struct quill_params params;
  float sample = 0;

  g_assert_cmpint (quill_transcriber_open (&transcriber, model, &settings, NULL), ==, QUILL_OK);
  quill_params_init (&params);
  params.word_timestamps = true;
  g_assert_cmpint (quill_transcribe (transcriber, &sample, 1, &params, &result, &error), ==,
                   QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (error.message, "times of words"));
  g_assert_cmpint (quill_stream_open (&stream, transcriber, NULL, NULL, NULL, &error), ==, QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (error.message, "times of words"));
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/words-begin-with-spaces-or-are-characters",
                   words_begin_with_spaces_or_are_characters);
  g_test_add_func ("/words/words-make-up-the-text", words_make_up_the_text);
  g_test_add_func ("/words/what-was-heard-may-be-expected", what_was_heard_may_be_expected);
  g_test_add_func ("/words/lonely-words-are-where-they-are-spoken", lonely_words_are_where_they_are_spoken);
  g_test_add_func ("/words/word-times-need-memory", word_times_need_memory);
  return g_test_run ();
}
