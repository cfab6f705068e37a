/* Which language is spoken: as told, or detected; with a small made-up model that knows 99. */
#include <math.h>
#include <string.h>

#include "audio/mel.h"
#include "base/arena.h"
#include "bundled.h"
#include "text/tokenizer.h"
#include "tiny-model.h"

#define N_AUDIO_CTX 100
#define N_MELS 80
#define N_LANGUAGES 99
#define N_SAMPLES (3 * QUILL_SAMPLE_RATE / 2) /* less than the model's window */

static const struct tiny_spec spec = { .hparams = { .n_vocab = 51865,
                                                    .n_audio_ctx = N_AUDIO_CTX,
                                                    .n_audio_state = 32,
                                                    .n_audio_head = 2,
                                                    .n_audio_layer = 1,
                                                    .n_text_ctx = 32,
                                                    .n_text_state = 32,
                                                    .n_text_head = 2,
                                                    .n_text_layer = 1,
                                                    .n_mels = N_MELS },
                                       .type = QUILL_F32 };

struct fixture {
  struct quill_model *model;
  struct quill_transcriber *transcriber;
  struct quill_params params;
  float *sound;
  size_t n;
  double logits[N_LANGUAGES]; /* of the language tokens, behind sot */
  struct quill_language_probability found[QUILL_MAX_LANGUAGES];
  unsigned n_found;
};

/* The long way: log-mel, encoder, and one step of the decoder. */
static void
find_logits (const float *sound, double *out) {
  struct tiny_rig rig;
  struct quill_tokenizer *tokenizer = NULL;
  struct quill_mel *mel = NULL;
  const float *logits = NULL;
  float maximum = -INFINITY;

  tiny_rig_open (&rig, &spec, 1, ~0u);
  g_assert_cmpint (quill_tokenizer_open (&tokenizer, &rig.model->file, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_mel_open (&mel, rig.model->mel_filters, N_MELS, 1, NULL), ==, QUILL_OK);
  const struct quill_specials *specials = quill_tokenizer_specials (tokenizer);
  float *x = quill_encoder_mel (rig.encoder);
  quill_mel_power (mel, rig.pool, sound, N_SAMPLES, 0, 2 * N_AUDIO_CTX, x);
  for (size_t i = 0; i < (size_t)2 * N_AUDIO_CTX * N_MELS; i++)
    maximum = MAX (maximum, x[i]);
  quill_mel_finish (x, (size_t)2 * N_AUDIO_CTX * N_MELS, maximum);
  g_assert_cmpint (quill_encoder_run (rig.encoder, &rig.compute, N_AUDIO_CTX, NULL, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_decoder_begin (rig.decoder, &rig.compute, 0, quill_encoder_output (rig.encoder),
                                        N_AUDIO_CTX, NULL, NULL),
                   ==, QUILL_OK);
  const struct quill_feed feed = { .tokens = &specials->sot, .n = 1, .n_logits = 1 };
  g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute, &feed, 1, &logits, NULL, NULL), ==,
                   QUILL_OK);
  for (size_t i = 0; i < N_LANGUAGES; i++)
    out[i] = logits[specials->first_language + i];
  quill_mel_close (&mel);
  quill_tokenizer_close (&tokenizer);
  tiny_rig_close (&rig);
}

static void
set_up (struct fixture *f, const void *unused) {
  size_t n;

  g_assert_cmpint (tiny_open (&f->model, &spec, NULL), ==, QUILL_OK);
  f->transcriber = bundled_transcriber (f->model, 2);
  f->sound = bundled_sound ("002-flite-rms.flac", &n);
  f->n = N_SAMPLES;
  g_assert_cmpuint (n, >=, f->n);
  find_logits (f->sound, f->logits);
  quill_params_init (&f->params);
  f->params.temperature_increment = 0.0f;
}

static void
tear_down (struct fixture *f, const void *unused) {
  g_free (f->sound);
  quill_transcriber_close (&f->transcriber);
  quill_model_close (&f->model);
}

static enum quill_status
detect (struct fixture *f, struct quill_error *err) {
  return quill_detect_language (f->transcriber, f->sound, f->n, &f->params, f->found, &f->n_found, err);
}

static struct quill_result *
transcribe (struct fixture *f) {
  struct quill_result *result = NULL;
  struct quill_error err = { 0 };

  quill_transcribe (f->transcriber, f->sound, f->n, &f->params, &result, &err);
  g_assert_cmpstr (err.message, ==, "");
  return result;
}

/* What was found is the softmax of the n languages in `among`, and recognition goes by the first. */
static void
assert_found (struct fixture *f, const int *among, unsigned n) {
  double sum = 0;

  g_assert_cmpint (detect (f, NULL), ==, QUILL_OK);
  g_assert_cmpuint (f->n_found, ==, n);
  for (unsigned i = 0; i < n; i++)
    sum += exp (f->logits[among[i]]);
  for (unsigned i = 0; i < n; i++) {
    const int language = quill_language_find (f->found[i].code);
    bool is_among = false;

    for (unsigned k = 0; k < n; k++)
      is_among = is_among || among[k] == language;
    g_assert_true (is_among);
    g_assert_cmpfloat_with_epsilon (f->found[i].probability, exp (f->logits[language]) / sum, 1e-6);
    g_assert_true (i == 0 || f->found[i].probability < f->found[i - 1].probability);
  }
  struct quill_result *result = transcribe (f);
  g_assert_cmpstr (result->language, ==, f->found[0].code);
  g_assert_cmpfloat (result->language_probability, ==, f->found[0].probability);
  quill_result_free (&result);
}

static void
probabilities_are_the_softmax_behind_sot (struct fixture *f, const void *unused) {
  int all[N_LANGUAGES];

  for (int i = 0; i < N_LANGUAGES; i++)
    all[i] = i;
  assert_found (f, all, N_LANGUAGES);
}

/* Indices of the languages, likeliest first. */
static void
rank (const struct fixture *f, int *out) {
  for (int i = 0; i < N_LANGUAGES; i++) {
    int at = i;

    for (; at > 0 && f->logits[out[at - 1]] < f->logits[i]; at--)
      out[at] = out[at - 1];
    out[at] = i;
  }
}

static void
detection_keeps_to_the_languages_that_are_spoken (struct fixture *f, const void *unused) {
  int ranked[N_LANGUAGES];

  rank (f, ranked);
  const char *const by_code[]
      = { quill_language_code ((unsigned)ranked[50]), quill_language_code ((unsigned)ranked[7]),
          quill_language_code ((unsigned)ranked[98]), NULL };
  f->params.languages = by_code;
  assert_found (f, (const int[]){ ranked[50], ranked[7], ranked[98] }, 3);
  g_assert_cmpstr (f->found[0].code, ==, quill_language_code ((unsigned)ranked[7]));

  /* By name, twice the same, and one that the model does not know, which cannot be heard then. */
  const char *const by_name[] = { quill_language_name ((unsigned)ranked[3]), "Cantonese",
                                  quill_language_code ((unsigned)ranked[3]), NULL };
  f->params.languages = by_name;
  assert_found (f, &ranked[3], 1);
  g_assert_cmpfloat (f->found[0].probability, ==, 1.0f);

  const char *const none[] = { NULL };
  f->params.languages = none;
  assert_found (f, ranked, N_LANGUAGES);
}

static void
recordings_together_have_languages_of_their_own (struct fixture *f, const void *unused) {
  const char *const german[] = { "de", NULL }, *const french[] = { "fr", NULL };
  struct quill_params params[2] = { f->params, f->params };
  struct quill_recording recordings[2];

  params[0].languages = german;
  params[1].languages = french;
  for (int i = 0; i < 2; i++)
    recordings[i] = (struct quill_recording){ .samples = f->sound, .n = f->n, .params = &params[i] };
  quill_transcribe_together (f->transcriber, recordings, 2);
  g_assert_cmpstr (recordings[0].result->language, ==, "de");
  g_assert_cmpstr (recordings[1].result->language, ==, "fr");
  for (int i = 0; i < 2; i++)
    quill_result_free (&recordings[i].result);
}

static void
language_that_was_told_has_no_probability (struct fixture *f, const void *unused) {
  const char *const german[] = { "de", NULL };

  f->params.language = "fr";
  f->params.languages = german;
  struct quill_result *result = transcribe (f);
  g_assert_cmpstr (result->language, ==, "fr");
  g_assert_cmpfloat (result->language_probability, ==, 0.0f);
  quill_result_free (&result);
}

static void
assert_fails (struct fixture *f, enum quill_status code, const char *part) {
  struct quill_error err = { 0 };
  struct quill_result *result = NULL;

  g_assert_cmpint (quill_transcribe (f->transcriber, f->sound, f->n, &f->params, &result, &err), ==, code);
  g_assert_nonnull (strstr (err.message, part));
  g_assert_cmpint (detect (f, &err), ==, code);
  g_assert_nonnull (strstr (err.message, part));
}

static void
impossible_choices_say_what_is_possible (struct fixture *f, const void *unused) {
  const char *const unknown[] = { "de", "klingon", NULL }, *const cantonese[] = { "yue", NULL };

  f->params.languages = unknown;
  assert_fails (f, QUILL_ERR_INVALID, "unknown language “klingon”: use auto or one of en zh de");
  f->params.languages = cantonese;
  assert_fails (f, QUILL_ERR_UNSUPPORTED, "this model does not know Cantonese: choose another");
}

static void
too_little_sound_has_no_language (struct fixture *f, const void *unused) {
  f->n = 1599;
  g_assert_cmpint (detect (f, NULL), ==, QUILL_OK);
  g_assert_cmpuint (f->n_found, ==, 0);
}

/* How often the encoder ran for it. */
static uint64_t
count_encodings (struct fixture *f) {
  struct quill_step steps[64];
  const unsigned n = quill_transcriber_get_steps (f->transcriber, steps, G_N_ELEMENTS (steps));

  for (unsigned i = 0; i < n; i++)
    if (g_str_equal (steps[i].group, "run") && g_str_equal (steps[i].name, "encode"))
      return steps[i].count;
  return 0;
}

static void
detection_encodes_once (struct fixture *f, const void *unused) {
  const struct quill_trace_settings sums_only = { 0 };

  g_assert_cmpint (quill_transcriber_set_trace (f->transcriber, &sums_only, NULL), ==, QUILL_OK);
  for (int vad = 0; vad < 2; vad++) {
    f->params.vad = vad == 1;
    g_assert_cmpint (detect (f, NULL), ==, QUILL_OK);
    g_assert_cmpuint (f->n_found, ==, N_LANGUAGES);
    g_assert_cmpuint (count_encodings (f), ==, 1);
  }
}

static void
detection_can_be_cancelled_and_run_out_of_memory (struct fixture *f, const void *unused) {
  struct tiny_cancel state;
  struct quill_cancel cancel = tiny_cancel_after (&state, 0);
  struct quill_error err = { 0 };

  f->params.cancelled = cancel.fn;
  f->params.user = cancel.user;
  g_assert_cmpint (detect (f, &err), ==, QUILL_OK);
  const unsigned n_polls = state.n_asked;
  g_assert_cmpuint (n_polls, >, 2);
  for (unsigned at = 1; at <= n_polls; at++) {
    tiny_cancel_after (&state, at);
    g_assert_cmpint (detect (f, &err), ==, QUILL_ERR_CANCELLED);
  }
  tiny_cancel_after (&state, 0);

  const unsigned long before = quill_alloc_count ();
  g_assert_cmpint (detect (f, &err), ==, QUILL_OK);
  const unsigned long n_allocations = quill_alloc_count () - before;
  g_assert_cmpuint (n_allocations, >, 0);
  for (unsigned long i = 1; i <= n_allocations; i++) {
    quill_alloc_fail_at (i);
    g_assert_cmpint (detect (f, &err), ==, QUILL_ERR_NOMEM);
    quill_alloc_fail_at (0);
  }
}

static void
english_models_have_nothing_to_detect (void) {
  const char *const with_english[] = { "de", "en", NULL }, *const without[] = { "fr", "de", NULL };
  struct fixture f = { .model = bundled_model () };
  struct quill_error err = { 0 };

  f.transcriber = bundled_transcriber (f.model, 2);
  f.sound = bundled_sound ("002-flite-rms.flac", &f.n);
  quill_params_init (&f.params);
  f.params.audio_ctx = 200;
  g_assert_cmpint (detect (&f, &err), ==, QUILL_ERR_UNSUPPORTED);
  g_assert_nonnull (
      strstr (err.message, "knows English only and detects no language: choose a multilingual"));

  f.params.languages = with_english;
  struct quill_result *result = transcribe (&f);
  g_assert_cmpstr (result->language, ==, "en");
  g_assert_cmpfloat (result->language_probability, ==, 0.0f);
  quill_result_free (&result);

  f.params.languages = without;
  g_assert_cmpint (quill_transcribe (f.transcriber, f.sound, f.n, &f.params, &result, &err), ==,
                   QUILL_ERR_UNSUPPORTED);
  g_assert_nonnull (
      strstr (err.message, "knows English only, not German: choose English, or a multilingual"));
  g_free (f.sound);
  quill_transcriber_close (&f.transcriber);
  quill_model_close (&f.model);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, fn) g_test_add ("/languages/" path, struct fixture, NULL, set_up, fn, tear_down)
  ADD ("probabilities-are-the-softmax-behind-sot", probabilities_are_the_softmax_behind_sot);
  ADD ("detection-keeps-to-the-languages-that-are-spoken", detection_keeps_to_the_languages_that_are_spoken);
  ADD ("recordings-together-have-languages-of-their-own", recordings_together_have_languages_of_their_own);
  ADD ("language-that-was-told-has-no-probability", language_that_was_told_has_no_probability);
  ADD ("impossible-choices-say-what-is-possible", impossible_choices_say_what_is_possible);
  ADD ("too-little-sound-has-no-language", too_little_sound_has_no_language);
  ADD ("detection-encodes-once", detection_encodes_once);
  ADD ("detection-can-be-cancelled-and-run-out-of-memory", detection_can_be_cancelled_and_run_out_of_memory);
  g_test_add_func ("/languages/english-models-have-nothing-to-detect", english_models_have_nothing_to_detect);
  return g_test_run ();
}
