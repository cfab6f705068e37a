/* Weights of every tensor type give nearly what the same weights in f32 give. */
#include "tiny-model.h"

#define N_AUDIO 24
#define STATE 256 /* the block of a K-quant */
#define N_VOCAB 320

static struct tiny_spec
spec_of (enum quill_type type) {
  return (struct tiny_spec){ .hparams = { .n_vocab = N_VOCAB,
                                          .n_audio_ctx = N_AUDIO,
                                          .n_audio_state = STATE,
                                          .n_audio_head = 4,
                                          .n_audio_layer = 1,
                                          .n_text_ctx = 8,
                                          .n_text_state = STATE,
                                          .n_text_head = 4,
                                          .n_text_layer = 1,
                                          .n_mels = 80 },
                             .type = type };
}

struct outcome {
  float encoder[N_AUDIO * STATE], logits[2 * N_VOCAB];
};

/* Logits of a batch and of a single token, which take different kernels. */
static void
run (enum quill_type type, struct outcome *out) {
  const struct tiny_spec spec = spec_of (type);
  const uint32_t tokens[] = { 5, 300, 41, 7, 255 };
  struct tiny_rig rig;
  const float *logits;

  tiny_rig_open (&rig, &spec, 2, ~0u);
  g_assert_cmpint (rig.model->weight_type, ==, type);
  tiny_rig_encode (&rig, N_AUDIO);
  memcpy (out->encoder, quill_encoder_output (rig.encoder), sizeof out->encoder);
  for (size_t i = 0; i < 2; i++) {
    const struct quill_feed feed = { .tokens = tokens + 4 * i, .n = i ? 1 : 4, .n_logits = 1 };

    g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute, &feed, 1, &logits, NULL, NULL), ==,
                     QUILL_OK);
    memcpy (out->logits + i * N_VOCAB, logits, N_VOCAB * sizeof *logits);
  }
  tiny_rig_close (&rig);
}

/* A weight that is uniform over -a..a and stored in steps of s is off by s / sqrt 12 where it is a / sqrt 3
 * large: by s / 2a. With n steps over 2a that is 1 / n. Blocks rarely reach both ends, so n is at least the
 * number of levels less one. Encoder and decoder chain about a dozen products whose errors add as independent
 * ones and are renormalised by each layer norm: sqrt 12 of it, and as much again for attention's exponential.
 */
static void
type_is_close_to_f32 (const void *data) {
  static const double step_count[QUILL_TYPE_COUNT] = {
    [QUILL_F32] = 1 << 24, [QUILL_F16] = 1 << 11, [QUILL_Q4_0] = 15, [QUILL_Q4_1] = 15, [QUILL_Q5_0] = 31,
    [QUILL_Q5_1] = 31,     [QUILL_Q8_0] = 255,    [QUILL_Q4_K] = 15, [QUILL_Q5_K] = 31, [QUILL_Q6_K] = 63
  };
  const enum quill_type type = (enum quill_type)GPOINTER_TO_INT (data);
  struct outcome *expected = g_new (struct outcome, 1), *got = g_new (struct outcome, 1);

  run (QUILL_F32, expected);
  run (type, got);
  const double encoder = tiny_relative_error (got->encoder, expected->encoder, N_AUDIO * STATE);
  const double logits = tiny_relative_error (got->logits, expected->logits, 2 * N_VOCAB);
  const double bound = 2 * 3.46 / step_count[type];
  g_test_message ("encoder off by %.2g, logits by %.2g, bound %.2g", encoder, logits, bound);
  g_assert_cmpfloat (encoder, <=, bound);
  g_assert_cmpfloat (logits, <=, bound);
  g_free (expected);
  g_free (got);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  for (enum quill_type type = QUILL_F16; type < QUILL_TYPE_COUNT; type++) {
    char *path
        = g_strdup_printf ("/model/types/%s-gives-nearly-what-f32-gives", quill_type_traits (type)->name);

    g_test_add_data_func (path, GINT_TO_POINTER ((int)type), type_is_close_to_f32);
    g_free (path);
  }
  return g_test_run ();
}
