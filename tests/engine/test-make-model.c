/* The models that other tests make: every type opens, runs, and gives sane numbers. */
#include "make-model.h"

#include "quill.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static char *
model_path (void) {
  g_autofree char *name = g_strdup_printf ("longhand-made-%u.bin", (unsigned)g_random_int ());

  return g_build_filename (g_get_tmp_dir (), name, NULL);
}

/* Writes and opens; the file is gone afterwards. */
static enum quill_status
open_made (struct quill_model **out, const struct make_model *made, struct quill_error *error) {
  g_autofree char *path = model_path ();
  enum quill_status status;

  g_assert_cmpint (make_model_write (made, path, error), ==, QUILL_OK);
  status = quill_model_open (out, path, error);
  g_unlink (path);
  return status;
}

static void
model_of_this_type_runs (gconstpointer data) {
  const enum quill_type type = GPOINTER_TO_UINT (data);
  const struct quill_settings one_thread = { .n_threads = 1, .cpu_mask = ~0u };
  struct make_model made;
  struct quill_error error = { 0 };
  struct quill_model *model = NULL;
  struct quill_model_info info;
  struct quill_transcriber *transcriber = NULL;
  struct quill_result *result = NULL;
  struct quill_params params;
  float sound[8000];

  g_assert_true (make_model_size (&made, "test.en", type));
  g_assert_cmpint (open_made (&model, &made, &error), ==, QUILL_OK);
  quill_model_get_info (model, &info);
  g_assert_cmpstr (info.weight_type, ==, quill_type_traits (type)->name);
  g_assert_false (info.multilingual);

  for (gsize i = 0; i < G_N_ELEMENTS (sound); i++)
    sound[i] = 0.3f * sinf ((float)i * (0.1f + 1e-5f * (float)i));
  quill_params_init (&params);
  params.audio_ctx = 50;
  params.max_tokens = 4;
  params.temperature_increment = 0;
  params.no_speech_threshold = 2;
  g_assert_cmpint (quill_transcriber_open (&transcriber, model, &one_thread, &error), ==, QUILL_OK);
  g_assert_cmpint (quill_transcribe (transcriber, sound, G_N_ELEMENTS (sound), &params, &result, &error), ==,
                   QUILL_OK);
  g_assert_cmpuint (result->timings.n_tokens, >=, 1);
  /* Nothing was learnt, so tokens are about equally likely: ln 51864 = 10.9. */
  for (gsize i = 0; i < result->n_segments; i++) {
    g_assert_true (isfinite (result->segments[i].avg_logprob));
    g_assert_cmpfloat (result->segments[i].avg_logprob, <, -2);
    g_assert_cmpfloat (result->segments[i].avg_logprob, >, -12);
  }
  quill_result_free (&result);
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

/* At every position another token is meant, so a wrong order, count or end shows. */
static void
words_are_said_whatever_is_heard (gconstpointer data) {
  const struct quill_settings one_thread = { .n_threads = 1, .cpu_mask = ~0u };
  struct make_model made;
  struct quill_error error = { 0 };
  struct quill_model *model = NULL;
  struct quill_transcriber *transcriber = NULL;
  struct quill_result *result = NULL;
  struct quill_params params;
  float sound[8000] = { 0 };

  g_assert_true (make_model_size (&made, data, QUILL_Q8_0));
  made.n_words = 3;
  g_assert_cmpint (open_made (&model, &made, &error), ==, QUILL_OK);
  g_assert_cmpint (quill_transcriber_open (&transcriber, model, &one_thread, &error), ==, QUILL_OK);
  quill_params_init (&params);
  params.temperature_increment = 0;
  params.language = "en";
  g_assert_cmpint (quill_transcribe (transcriber, sound, G_N_ELEMENTS (sound), &params, &result, &error), ==,
                   QUILL_OK);
  g_assert_cmpuint (result->n_segments, ==, 1);
  g_assert_cmpstr (result->segments[0].text, ==, " a b c");
  quill_result_free (&result);
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

static void
sizes_have_whispers_dimensions (void) {
  static const struct {
    const char *name;
    guint n_vocab, state, head, audio_layer, text_layer, n_mels;
  } table[] = {
    { "tiny", 51865, 384, 6, 4, 4, 80 },          { "tiny.en", 51864, 384, 6, 4, 4, 80 },
    { "base.en", 51864, 512, 8, 6, 6, 80 },       { "small", 51865, 768, 12, 12, 12, 80 },
    { "medium", 51865, 1024, 16, 24, 24, 80 },    { "large", 51865, 1280, 20, 32, 32, 80 },
    { "large-v3", 51866, 1280, 20, 32, 32, 128 }, { "large-v3-turbo", 51866, 1280, 20, 32, 4, 128 },
  };
  struct make_model made;

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_true (make_model_size (&made, table[i].name, QUILL_F16));
    g_assert_cmpuint (made.dims.n_vocab, ==, table[i].n_vocab);
    g_assert_cmpuint (made.dims.n_audio_state, ==, table[i].state);
    g_assert_cmpuint (made.dims.n_text_state, ==, table[i].state);
    g_assert_cmpuint (made.dims.n_audio_head, ==, table[i].head);
    g_assert_cmpuint (made.dims.n_audio_layer, ==, table[i].audio_layer);
    g_assert_cmpuint (made.dims.n_text_layer, ==, table[i].text_layer);
    g_assert_cmpuint (made.dims.n_mels, ==, table[i].n_mels);
  }
  g_assert_false (make_model_size (&made, "huge", QUILL_F16));
  g_assert_false (make_model_size (&made, "large-v4", QUILL_F16));
  g_assert_false (make_model_size (&made, "", QUILL_F16));
}

static void
vocabularies_follow_the_size (void) {
  struct make_model made;
  struct quill_error error = { 0 };
  struct quill_model *model = NULL;
  struct quill_model_info info;

  g_assert_true (make_model_size (&made, "test", QUILL_Q8_0));
  g_assert_cmpint (open_made (&model, &made, &error), ==, QUILL_OK);
  quill_model_get_info (model, &info);
  g_assert_true (info.multilingual);
  g_assert_cmpuint (quill_model_n_languages (model), ==, 99);
  quill_model_close (&model);

  made.dims.n_vocab = 51866;
  made.dims.n_mels = 128;
  g_assert_cmpint (open_made (&model, &made, &error), ==, QUILL_OK);
  g_assert_cmpuint (quill_model_n_languages (model), ==, 100);
  quill_model_close (&model);
}

static void
missing_and_misshapen_tensors_are_named (void) {
  static const char *const name[] = { "encoder.conv1.bias", "encoder.blocks.1.attn.query.weight" };

  for (gsize i = 0; i < G_N_ELEMENTS (name); i++)
    for (guint misshapen = 0; misshapen < 2; misshapen++) {
      struct make_model made;
      struct quill_error error = { 0 };
      struct quill_model *model = NULL;

      g_assert_true (make_model_size (&made, "test.en", QUILL_Q8_0));
      if (misshapen)
        made.reshape = name[i];
      else
        made.leave_out = name[i];
      g_assert_cmpint (open_made (&model, &made, &error), ==, QUILL_ERR_FORMAT);
      g_assert_nonnull (strstr (error.message, name[i]));
      g_assert_null (model);
    }
}

static void
same_seed_makes_the_same_file (void) {
  g_autofree char *path = model_path ();
  char *bytes[3] = { NULL };
  gsize n[3];

  for (guint i = 0; i < 3; i++) {
    struct make_model made;

    g_assert_true (make_model_size (&made, "test.en", QUILL_Q5_0));
    made.seed = i == 2 ? 7 : 6;
    g_assert_cmpint (make_model_write (&made, path, NULL), ==, QUILL_OK);
    g_assert_true (g_file_get_contents (path, &bytes[i], &n[i], NULL));
  }
  g_unlink (path);
  g_assert_cmpmem (bytes[0], n[0], bytes[1], n[1]);
  g_assert_cmpuint (n[2], ==, n[0]);
  g_assert_true (memcmp (bytes[0], bytes[2], n[0]) != 0);
  for (guint i = 0; i < 3; i++)
    g_free (bytes[i]);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < QUILL_TYPE_COUNT; i++) {
    g_autofree char *path = g_strdup_printf ("/make-model/%s-model-runs", quill_type_traits (i)->name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), model_of_this_type_runs);
  }
  g_test_add_data_func ("/make-model/english-words-are-said-whatever-is-heard", "test.en",
                        words_are_said_whatever_is_heard);
  g_test_add_data_func ("/make-model/multilingual-words-are-said-whatever-is-heard", "test",
                        words_are_said_whatever_is_heard);
  g_test_add_func ("/make-model/sizes-have-whispers-dimensions", sizes_have_whispers_dimensions);
  g_test_add_func ("/make-model/vocabularies-follow-the-size", vocabularies_follow_the_size);
  g_test_add_func ("/make-model/missing-and-misshapen-tensors-are-named",
                   missing_and_misshapen_tensors_are_named);
  g_test_add_func ("/make-model/same-seed-makes-the-same-file", same_seed_makes_the_same_file);
  return g_test_run ();
}
