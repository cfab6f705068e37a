/* Encoder output and logits do not depend on the number of threads, in any bit. */
#include <string.h>

#include "tiny-model.h"

#define N_AUDIO 150
#define STATE 192
#define N_VOCAB 5003

/* Large enough that rows and heads are split, with sizes that no tile divides. */
static const struct tiny_spec spec = { .hparams = { .n_vocab = N_VOCAB,
                                                    .n_audio_ctx = N_AUDIO,
                                                    .n_audio_state = STATE,
                                                    .n_audio_head = 6,
                                                    .n_audio_layer = 2,
                                                    .n_text_ctx = 40,
                                                    .n_text_state = STATE,
                                                    .n_text_head = 12,
                                                    .n_text_layer = 2,
                                                    .n_mels = 80 },
                                       .type = QUILL_Q5_1 };

struct outcome {
  float encoder[N_AUDIO * STATE], batch[8 * N_VOCAB], single[N_VOCAB];
};

static void
run (unsigned n_threads, uint32_t cpu_mask, struct outcome *out) {
  struct tiny_rig rig;
  uint32_t tokens[33];
  const struct quill_feed draft = { .tokens = tokens, .n = 32, .n_logits = 8 };
  const struct quill_feed next = { .tokens = tokens + 32, .n = 1, .n_logits = 1 };
  const float *logits;

  for (size_t i = 0; i < G_N_ELEMENTS (tokens); i++)
    tokens[i] = (uint32_t)(i * 811 % N_VOCAB);
  tiny_rig_open (&rig, &spec, n_threads, cpu_mask);
  g_assert_cmpuint (quill_pool_n_threads (rig.pool), ==, n_threads);
  tiny_rig_encode (&rig, N_AUDIO - 1);
  memcpy (out->encoder, quill_encoder_output (rig.encoder), (N_AUDIO - 1) * STATE * sizeof (float));
  g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute, &draft, 1, &logits, NULL, NULL), ==,
                   QUILL_OK);
  memcpy (out->batch, logits, sizeof out->batch);
  g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute, &next, 1, &logits, NULL, NULL), ==,
                   QUILL_OK);
  memcpy (out->single, logits, sizeof out->single);
  tiny_rig_close (&rig);
}

static void
identical (const void *data) {
  const uint32_t cpu_mask = GPOINTER_TO_UINT (data);
  const unsigned counts[] = { 2, 3, 4, 7 };
  struct outcome *one = g_new0 (struct outcome, 1), *many = g_new0 (struct outcome, 1);

  run (1, cpu_mask, one);
  for (size_t i = 0; i < G_N_ELEMENTS (counts); i++) {
    memset (many, 0, sizeof *many);
    run (counts[i], cpu_mask, many);
    g_test_message ("%u threads", counts[i]);
    g_assert_true (memcmp (one->encoder, many->encoder, sizeof one->encoder) == 0);
    g_assert_true (memcmp (one->batch, many->batch, sizeof one->batch) == 0);
    g_assert_true (memcmp (one->single, many->single, sizeof one->single) == 0);
  }
  g_free (one);
  g_free (many);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/threads/2-3-4-7-give-the-bits-of-1", GUINT_TO_POINTER (~0u), identical);
  g_test_add_data_func ("/threads/2-3-4-7-give-the-bits-of-1-in-portable-c", GUINT_TO_POINTER (0), identical);
  return g_test_run ();
}
