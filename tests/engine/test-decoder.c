/* What the decoder promises beside its numbers, which test-model-golden checks. */
#include <math.h>
#include <string.h>

#include "model/plan.h"
#include "tiny-model.h"

#define N_LAYER 3
#define STATE 48
#define N_VOCAB 211
#define N_TEXT 16
#define N_AUDIO 18

static const struct tiny_spec spec = { .hparams = { .n_vocab = N_VOCAB,
                                                    .n_audio_ctx = N_AUDIO,
                                                    .n_audio_state = STATE,
                                                    .n_audio_head = 3,
                                                    .n_audio_layer = 1,
                                                    .n_text_ctx = N_TEXT,
                                                    .n_text_state = STATE,
                                                    .n_text_head = 6,
                                                    .n_text_layer = N_LAYER,
                                                    .n_mels = 80 },
                                       .type = QUILL_F16 };

static const uint32_t tokens[N_TEXT] = { 3, 210, 17, 17, 0, 99, 45, 150, 8, 61, 33, 200, 12, 77, 101, 5 };

/* Logits of the last n_logits of n tokens, copied. */
static void
feed (struct tiny_rig *rig, size_t first, size_t n, size_t n_logits, float *out) {
  const float *logits = NULL;

  g_assert_cmpint (
      quill_decoder_feed (rig->decoder, &rig->compute, tokens + first, n, n_logits, &logits, NULL, NULL), ==,
      QUILL_OK);
  memcpy (out, logits, n_logits * N_VOCAB * sizeof *out);
}

static void
begin (struct tiny_rig *rig) {
  g_assert_cmpint (quill_decoder_begin (rig->decoder, &rig->compute, quill_encoder_output (rig->encoder),
                                        N_AUDIO, NULL, NULL),
                   ==, QUILL_OK);
}

static void
rig_open (struct tiny_rig *rig, unsigned n_threads) {
  tiny_rig_open (rig, &spec, n_threads, ~0u);
  tiny_rig_encode (rig, N_AUDIO);
}

static void
assert_same (const float *a, const float *b, size_t n) {
  g_assert_cmpmem (a, n * sizeof *a, b, n * sizeof *b);
}

static void
batch_equals_one_by_one (void) {
  struct tiny_rig rig;
  float batch[8 * N_VOCAB], single[N_VOCAB];

  rig_open (&rig, 2);
  feed (&rig, 0, N_TEXT, 8, batch);
  begin (&rig);
  for (size_t i = 0; i < N_TEXT; i++) {
    feed (&rig, i, 1, 1, single);
    if (i >= N_TEXT - 8)
      assert_same (single, batch + (i - (N_TEXT - 8)) * N_VOCAB, N_VOCAB);
  }
  begin (&rig); /* a prompt, then a draft, then single tokens */
  feed (&rig, 0, 9, 1, single);
  assert_same (single, batch, N_VOCAB);
  feed (&rig, 9, 4, 1, single);
  assert_same (single, batch + 4 * N_VOCAB, N_VOCAB);
  tiny_rig_close (&rig);
}

static void
later_tokens_do_not_matter (void) {
  struct tiny_rig rig;
  float alone[2 * N_VOCAB], followed[4 * N_VOCAB];

  rig_open (&rig, 1);
  feed (&rig, 0, 6, 2, alone);
  begin (&rig);
  feed (&rig, 0, 8, 4, followed);
  assert_same (alone, followed, 2 * N_VOCAB);
  tiny_rig_close (&rig);
}

static void
truncate_then_feed_again (void) {
  struct tiny_rig rig;
  float first[3 * N_VOCAB], other[N_VOCAB], again[3 * N_VOCAB];

  rig_open (&rig, 2);
  feed (&rig, 0, 5, 1, other);
  feed (&rig, 5, 3, 3, first);
  g_assert_cmpuint (quill_decoder_length (rig.decoder), ==, 8);
  quill_decoder_truncate (rig.decoder, 5);
  g_assert_cmpuint (quill_decoder_length (rig.decoder), ==, 5);
  feed (&rig, 9, 7, 1, other); /* another continuation, longer */
  quill_decoder_truncate (rig.decoder, 5);
  feed (&rig, 5, 3, 3, again);
  g_assert_cmpmem (first, sizeof first, again, sizeof again);
  tiny_rig_close (&rig);
}

static void
begin_forgets_the_window (void) {
  struct tiny_rig rig;
  float first[N_VOCAB], again[N_VOCAB];

  rig_open (&rig, 2);
  feed (&rig, 0, 4, 1, first);
  begin (&rig);
  g_assert_cmpuint (quill_decoder_length (rig.decoder), ==, 0);
  feed (&rig, 0, 4, 1, again);
  g_assert_cmpmem (first, sizeof first, again, sizeof again);

  /* Fewer frames are another window with other logits. */
  g_assert_cmpint (quill_decoder_begin (rig.decoder, &rig.compute, quill_encoder_output (rig.encoder),
                                        N_AUDIO / 2, NULL, NULL),
                   ==, QUILL_OK);
  feed (&rig, 0, 4, 1, again);
  g_assert_cmpfloat (tiny_relative_error (again, first, N_VOCAB), >, 0.01);
  tiny_rig_close (&rig);
}

static void
feeding_without_logits (void) {
  struct tiny_rig rig;
  float with[N_VOCAB], after[N_VOCAB];
  const float *untouched = with;

  rig_open (&rig, 2);
  feed (&rig, 0, 4, 1, with);
  feed (&rig, 4, 2, 1, with);
  begin (&rig);
  g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute, tokens, 4, 0, &untouched, NULL, NULL), ==,
                   QUILL_OK);
  g_assert_true (untouched == with);
  feed (&rig, 4, 2, 1, after);
  g_assert_cmpmem (with, sizeof with, after, sizeof after);
  tiny_rig_close (&rig);
}

static void
cancel_at_each_layer (void) {
  struct tiny_rig rig;
  float undisturbed[N_VOCAB], after[N_VOCAB];

  rig_open (&rig, 2);
  feed (&rig, 0, 3, 1, undisturbed);
  feed (&rig, 3, 2, 1, undisturbed);
  for (unsigned at = 1; at <= N_LAYER; at++) {
    struct tiny_cancel state;
    const struct quill_cancel cancel = tiny_cancel_after (&state, at);
    struct quill_error err = { 0 };
    const float *logits = NULL;

    g_assert_cmpint (quill_decoder_begin (rig.decoder, &rig.compute, quill_encoder_output (rig.encoder),
                                          N_AUDIO, &cancel, &err),
                     ==, QUILL_ERR_CANCELLED);
    g_assert_cmpint (err.code, ==, QUILL_ERR_CANCELLED);
    begin (&rig);
    feed (&rig, 0, 3, 1, after);
    tiny_cancel_after (&state, at);
    g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute, tokens + 3, 2, 1, &logits, &cancel, &err),
                     ==, QUILL_ERR_CANCELLED);
    g_assert_null (logits);
    g_assert_cmpuint (state.n_asked, ==, at);
    g_assert_cmpuint (quill_decoder_length (rig.decoder), ==, 3);
    feed (&rig, 3, 2, 1, after);
    g_assert_cmpmem (after, sizeof after, undisturbed, sizeof undisturbed);
  }
  tiny_rig_close (&rig);
}

static void
bytes_are_what_was_planned (void) {
  struct tiny_rig rig;
  const size_t kv = 2 * N_LAYER * (N_TEXT + N_AUDIO) * STATE * sizeof (uint16_t); /* as the weights are */

  rig_open (&rig, 1);
  g_assert_cmpuint (quill_decoder_kv_bytes (rig.decoder), ==, kv);
  g_assert_cmpuint (quill_decoder_logits_bytes (rig.decoder), ==,
                    QUILL_DECODER_MAX_LOGITS * N_VOCAB * sizeof (float));
  /* What a feed works on: stream, narrow, wide. */
  g_assert_cmpuint (quill_model_work_bytes (rig.model, &rig.compute.kernels), >=,
                    6 * N_TEXT * STATE * sizeof (float));
  tiny_rig_close (&rig);
}

static void
nothing_is_allocated_while_running (void) {
  struct tiny_rig rig;
  float logits[N_VOCAB];

  rig_open (&rig, 3);
  const unsigned long before = quill_alloc_count ();
  begin (&rig);
  feed (&rig, 0, 5, 1, logits);
  feed (&rig, 5, 1, 1, logits);
  g_assert_cmpuint (quill_alloc_count (), ==, before);
  tiny_rig_close (&rig);
}

static void
sizes_that_overflow_are_noticed (void) {
  const struct quill_hparams huge = { .n_vocab = UINT32_MAX,
                                      .n_audio_ctx = UINT32_MAX,
                                      .n_audio_state = UINT32_MAX,
                                      .n_audio_head = UINT32_MAX,
                                      .n_audio_layer = UINT32_MAX,
                                      .n_text_ctx = UINT32_MAX,
                                      .n_text_state = UINT32_MAX,
                                      .n_text_head = UINT32_MAX,
                                      .n_text_layer = UINT32_MAX,
                                      .n_mels = UINT32_MAX };

  struct quill_kernels kernels;

  quill_kernels_init (&kernels, 0);
  for (int form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &kernels.gemm[form];
    const struct quill_encoder_plan encoder = quill_plan_encoder (&huge, gemm, form == QUILL_GEMM_F32);
    const enum quill_cache_form cache = form == QUILL_GEMM_F32 ? QUILL_CACHE_F32 : QUILL_CACHE_INT8;
    const struct quill_decoder_plan decoder = quill_plan_decoder (&huge, gemm, cache);
    const struct quill_encoder_plan small_encoder = quill_plan_encoder (&spec.hparams, gemm, form == QUILL_GEMM_F32);
    const struct quill_decoder_plan small_decoder = quill_plan_decoder (&spec.hparams, gemm, cache);

    g_assert_true (encoder.own.overflow && encoder.work.overflow);
    g_assert_true (decoder.own.overflow && decoder.work.overflow);
    g_assert_false (small_encoder.own.overflow || small_encoder.work.overflow);
    g_assert_false (small_decoder.own.overflow || small_decoder.work.overflow);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decoder/a-batch-equals-its-tokens-one-by-one", batch_equals_one_by_one);
  g_test_add_func ("/decoder/later-tokens-do-not-change-earlier-logits", later_tokens_do_not_matter);
  g_test_add_func ("/decoder/truncate-then-feed-again-is-identical", truncate_then_feed_again);
  g_test_add_func ("/decoder/begin-forgets-the-window-before", begin_forgets_the_window);
  g_test_add_func ("/decoder/feeding-without-logits-fills-the-cache", feeding_without_logits);
  g_test_add_func ("/decoder/cancel-at-each-layer-leaves-the-length", cancel_at_each_layer);
  g_test_add_func ("/decoder/bytes-are-what-was-planned", bytes_are_what_was_planned);
  g_test_add_func ("/decoder/running-allocates-nothing", nothing_is_allocated_while_running);
  g_test_add_func ("/plan/sizes-that-overflow-are-noticed", sizes_that_overflow_are_noticed);
  return g_test_run ();
}
