/* What the encoder promises beside its numbers, which test-model-golden checks. */
#include <string.h>

#include "tiny-model.h"

#define N_LAYER 3
#define STATE 32
#define N_CTX 20

static const struct tiny_spec spec = { .hparams = { .n_vocab = 50,
                                                    .n_audio_ctx = N_CTX,
                                                    .n_audio_state = STATE,
                                                    .n_audio_head = 4,
                                                    .n_audio_layer = N_LAYER,
                                                    .n_text_ctx = 10,
                                                    .n_text_state = STATE,
                                                    .n_text_head = 4,
                                                    .n_text_layer = 1,
                                                    .n_mels = 80 },
                                       .type = QUILL_F16 };

static void
fill (struct tiny_rig *rig, size_t n_ctx) {
  float *mel = quill_encoder_mel (rig->encoder);

  for (size_t i = 0; i < 2 * n_ctx * rig->model->hparams.n_mels; i++)
    mel[i] = tiny_noise ("mel", i);
}

static void
run (struct tiny_rig *rig, size_t n_ctx, float *output) {
  fill (rig, n_ctx);
  g_assert_cmpint (quill_encoder_run (rig->encoder, &rig->compute, n_ctx, NULL, NULL), ==, QUILL_OK);
  memcpy (output, quill_encoder_output (rig->encoder), n_ctx * STATE * sizeof (float));
}

static void
assert_same (const float *a, const float *b, size_t n) {
  g_assert_cmpmem (a, n * sizeof *a, b, n * sizeof *b);
}

static void
cancel_at_each_layer (void) {
  struct tiny_rig rig;
  float undisturbed[N_CTX * STATE], after[N_CTX * STATE];

  tiny_rig_open (&rig, &spec, 2, ~0u);
  run (&rig, N_CTX, undisturbed);
  for (unsigned at = 1; at <= N_LAYER; at++) {
    struct tiny_cancel state;
    const struct quill_cancel cancel = tiny_cancel_after (&state, at);
    struct quill_error err = { 0 };

    fill (&rig, N_CTX);
    g_assert_cmpint (quill_encoder_run (rig.encoder, &rig.compute, N_CTX, &cancel, &err), ==,
                     QUILL_ERR_CANCELLED);
    g_assert_cmpint (err.code, ==, QUILL_ERR_CANCELLED);
    g_assert_cmpuint (state.n_asked, ==, at);
    run (&rig, N_CTX, after);
    assert_same (after, undisturbed, N_CTX * STATE);
  }
  struct tiny_cancel never;
  const struct quill_cancel cancel = tiny_cancel_after (&never, N_LAYER + 1);
  fill (&rig, N_CTX);
  g_assert_cmpint (quill_encoder_run (rig.encoder, &rig.compute, N_CTX, &cancel, NULL), ==, QUILL_OK);
  g_assert_cmpuint (never.n_asked, ==, N_LAYER);
  tiny_rig_close (&rig);
}

/* Padding rows lie inside the buffers that a longer run has filled. */
static void
short_after_long (void) {
  struct tiny_rig fresh, used;
  float expected[N_CTX * STATE], longer[N_CTX * STATE], got[N_CTX * STATE];

  tiny_rig_open (&fresh, &spec, 1, ~0u);
  tiny_rig_open (&used, &spec, 1, ~0u);
  run (&fresh, 7, expected);
  run (&used, N_CTX, longer);
  run (&used, 7, got);
  assert_same (got, expected, 7 * STATE);
  run (&used, N_CTX, got);
  assert_same (got, longer, N_CTX * STATE);
  tiny_rig_close (&fresh);
  tiny_rig_close (&used);
}

/* A model with the shorter context has the same weights, and the same first positions. */
static void
short_is_like_a_smaller_model (void) {
  struct tiny_spec small = spec;
  struct tiny_rig large_rig, small_rig;
  float from_large[N_CTX * STATE], from_small[N_CTX * STATE];

  small.hparams.n_audio_ctx = 9;
  tiny_rig_open (&large_rig, &spec, 1, ~0u);
  tiny_rig_open (&small_rig, &small, 1, ~0u);
  run (&large_rig, 9, from_large);
  run (&small_rig, 9, from_small);
  assert_same (from_large, from_small, 9 * STATE);
  tiny_rig_close (&large_rig);
  tiny_rig_close (&small_rig);
}

static void
one_frame (void) {
  struct tiny_rig rig;
  float output[STATE];

  tiny_rig_open (&rig, &spec, 2, ~0u);
  run (&rig, 1, output);
  double power = 0;
  for (size_t i = 0; i < STATE; i++)
    power += (double)output[i] * output[i];
  g_assert_cmpfloat (power / STATE, >, 0.5); /* a layer norm's output has power near one */
  g_assert_cmpfloat (power / STATE, <, 2);
  tiny_rig_close (&rig);
}

static void
bytes_are_what_was_planned (void) {
  struct tiny_rig rig;

  tiny_rig_open (&rig, &spec, 1, ~0u);
  g_assert_cmpuint (quill_encoder_output_bytes (rig.encoder), ==, N_CTX * STATE * sizeof (float));
  g_assert_cmpuint (quill_encoder_mel_bytes (rig.encoder), ==, (2 * N_CTX + 2) * 80 * sizeof (float));
  tiny_rig_close (&rig);
}

static void
nothing_is_allocated_while_running (void) {
  struct tiny_rig rig;
  float output[N_CTX * STATE];

  tiny_rig_open (&rig, &spec, 3, ~0u);
  const unsigned long before = quill_alloc_count ();
  run (&rig, N_CTX, output);
  g_assert_cmpuint (quill_alloc_count (), ==, before);
  tiny_rig_close (&rig);
}

/* Pages are 4 KiB at least: the mel of a larger context has whole ones to lose. */
static void
release_gives_memory_back_and_changes_nothing (void) {
  struct tiny_spec large = spec;
  struct tiny_rig rig;
  g_autofree float *before = NULL, *after = NULL;
  const size_t n_ctx = 1500;

  large.hparams.n_audio_ctx = (uint32_t)n_ctx;
  before = g_new (float, n_ctx *STATE);
  after = g_new (float, n_ctx *STATE);
  tiny_rig_open (&rig, &large, 2, ~0u);
  run (&rig, n_ctx, before);
  quill_encoder_release (rig.encoder, &rig.compute);
  for (size_t i = n_ctx; i < n_ctx + 80; i++)
    g_assert_cmpfloat (quill_encoder_mel (rig.encoder)[i * 80], ==, 0.0f);
  run (&rig, n_ctx, after);
  assert_same (after, before, n_ctx * STATE);
  tiny_rig_close (&rig);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encoder/cancel-at-each-layer-leaves-nothing-behind", cancel_at_each_layer);
  g_test_add_func ("/encoder/short-run-after-a-long-one-sees-none-of-it", short_after_long);
  g_test_add_func ("/encoder/short-context-equals-a-model-with-that-context", short_is_like_a_smaller_model);
  g_test_add_func ("/encoder/one-frame-is-enough", one_frame);
  g_test_add_func ("/encoder/bytes-are-what-was-planned", bytes_are_what_was_planned);
  g_test_add_func ("/encoder/release-gives-memory-back-and-changes-nothing",
                   release_gives_memory_back_and_changes_nothing);
  g_test_add_func ("/encoder/running-allocates-nothing", nothing_is_allocated_while_running);
  return g_test_run ();
}
