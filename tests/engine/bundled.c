#include "bundled.h"

#include <glib/gstdio.h>
#include <sndfile.h>

char *bundled_path(void)
{
    const char *folder = g_getenv("LONGHAND_MODEL_DIR");
    g_assert_nonnull(folder);
    return g_build_filename(folder, "ggml-longhand-mini.en-q5_K.bin", NULL);
}

struct quill_model *bundled_model(void)
{
    struct quill_error err = {0};
    struct quill_model *model = NULL;
    g_autofree char *path = bundled_path();
    quill_model_open(&model, path, &err);
    g_assert_cmpstr(err.message, ==, "");
    return model;
}

struct quill_model *bundled_model_float32(void)
{
    struct quill_error err = {0};
    struct quill_model *model = NULL;
    g_autofree char *path = bundled_path();
    g_autofree char *folder = g_dir_make_tmp("longhand-parity-XXXXXX", NULL);
    g_assert_nonnull(folder);
    g_autofree char *converted = g_build_filename(folder, "f32.bin", NULL);
    quill_model_quantize(path, converted, "f32", NULL, &err);
    g_assert_cmpstr(err.message, ==, "");
    quill_model_open(&model, converted, &err);
    g_assert_cmpstr(err.message, ==, "");
    g_unlink(converted); /* it stays mapped */
    g_rmdir(folder);
    return model;
}

struct quill_transcriber *bundled_transcriber(const struct quill_model *model, unsigned n_threads)
{
    struct quill_error err = {0};
    struct quill_settings settings;
    struct quill_transcriber *transcriber = NULL;
    quill_settings_init(&settings);
    settings.word_timestamps = true;
    settings.n_threads = n_threads;
    quill_transcriber_open(&transcriber, model, &settings, &err);
    g_assert_cmpstr(err.message, ==, "");
    return transcriber;
}

float *bundled_sound(const char *name, size_t *n)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "data", "audio", name, NULL);
    SF_INFO info = {0};
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    g_assert_nonnull(file);
    g_assert_cmpint(info.samplerate, ==, QUILL_SAMPLE_RATE);
    g_assert_cmpint(info.channels, ==, 1);
    float *samples = g_new(float, (size_t)info.frames);
    *n = (size_t)sf_readf_float(file, samples, info.frames);
    g_assert_cmpuint(*n, ==, (size_t)info.frames);
    sf_close(file);
    return samples;
}

char *
bundled_describe (const struct quill_result *result) {
  GString *s = g_string_new (result->language);
  for (size_t i = 0; i < result->n_segments; i++) {
    const struct quill_segment *segment = &result->segments[i];
    g_string_append_printf (s, "\n%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "%s %a %a %a %a", segment->start_ms,
                            segment->end_ms, segment->text, (double)segment->avg_logprob,
                            (double)segment->no_speech_prob, (double)segment->compression_ratio,
                            (double)segment->temperature);
  }
  return g_string_free (s, FALSE);
}
