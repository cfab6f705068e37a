/* When words are spoken, against what tests/support/golden/make_word_times.py finds by openai/whisper's way. */
#include "bundled.h"

#define FRAME_MS 20
#define SLACK_FRAMES 1 /* float32 here, double there: what is alike to the last digits may go either way */

/* The text is given, so that each word has a time to compare. */
static struct quill_result *
hear (struct quill_transcriber *transcriber, const char *recording, const char *text) {
  size_t n;
  g_autofree float *samples = bundled_sound (recording, &n);
  struct quill_params params;
  struct quill_result *result = NULL;

  quill_params_init (&params);
  params.word_timestamps = true;
  params.temperature_increment = 0.0f;
  params.prefix = text;
  g_assert_cmpint (quill_transcribe (transcriber, samples, n, &params, &result, NULL), ==, QUILL_OK);
  return result;
}

static void
compare (const struct quill_result *result, char **begins) {
  guint n = 0;

  for (size_t i = 0; i < result->n_segments; i++)
    for (size_t k = 0; k < result->segments[i].n_words; k++) {
      g_assert_nonnull (begins[n]);
      g_assert_cmpint (ABS (result->segments[i].words[k].start_ms / FRAME_MS - atoi (begins[n])), <=, SLACK_FRAMES);
      n++;
    }
  g_assert_cmpuint (n + 1, ==, g_strv_length (begins)); /* the last is where the text ends */
}

static void
words_begin_where_their_attention_does (void) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "golden", "word-times.tsv", NULL);
  struct quill_model *model = bundled_model_float32 ();
  struct quill_transcriber *transcriber = bundled_transcriber (model, 2);
  g_autofree char *contents = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (contents, "\n", -1);
  for (char **line = lines; **line; line++, n++) {
    g_auto (GStrv) cells = g_strsplit (*line, "\t", -1), begins = g_strsplit (cells[2], " ", -1);
    struct quill_result *result = hear (transcriber, cells[0], cells[1]);

    compare (result, begins);
    quill_result_free (&result);
  }
  g_assert_cmpuint (n, ==, 9);
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

/* The model tells when a segment ends; its last word may end a little later. */
static void
segments_begin_and_end_with_their_words (void) {
  static const char *const names[] = { "005-espeak-en-us+linda.flac", "007-flite-kal16.flac", "013-espeak-en-gb+m6.flac" };
  struct quill_model *model = bundled_model ();
  struct quill_transcriber *transcriber = bundled_transcriber (model, 2);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    struct quill_result *result = hear (transcriber, names[i], NULL);

    g_assert_cmpuint (result->n_segments, >, 0);
    for (size_t k = 0; k < result->n_segments; k++) {
      const struct quill_segment *segment = &result->segments[k];

      g_assert_cmpint (segment->start_ms, ==, segment->words[0].start_ms);
      g_assert_cmpint (segment->end_ms, ==, segment->words[segment->n_words - 1].end_ms);
    }
    quill_result_free (&result);
  }
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/word-times/words-begin-where-their-attention-does", words_begin_where_their_attention_does);
  g_test_add_func ("/word-times/segments-begin-and-end-with-their-words", segments_begin_and_end_with_their_words);
  return g_test_run ();
}
