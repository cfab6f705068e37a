/* Each allocation fails in turn: opening says so and leaves nothing behind (LeakSanitizer checks the rest).
 */
#include <glib/gstdio.h>

#include "tiny-model.h"

static const struct tiny_spec spec = { .hparams = { .n_vocab = 60,
                                                    .n_audio_ctx = 10,
                                                    .n_audio_state = 32,
                                                    .n_audio_head = 2,
                                                    .n_audio_layer = 1,
                                                    .n_text_ctx = 8,
                                                    .n_text_state = 32,
                                                    .n_text_head = 2,
                                                    .n_text_layer = 1,
                                                    .n_mels = 80 },
                                       .type = QUILL_Q8_0 };

struct opened {
  struct quill_kernels kernels;
  const char *path;
  struct quill_model *model;
  struct quill_encoder *encoder;
  struct quill_decoder *decoder;
};

static enum quill_status
open_model (struct opened *o, struct quill_error *err) {
  return quill_model_open (&o->model, o->path, err);
}

static enum quill_status
open_encoder (struct opened *o, struct quill_error *err) {
  return quill_encoder_open (&o->encoder, o->model, &o->kernels, err);
}

static enum quill_status
open_decoder (struct opened *o, struct quill_error *err) {
  const struct quill_decoder_size several = { .n_sequences = 5, .n_windows = 2, .n_logits = 10 };

  return quill_decoder_open (&o->decoder, o->model, &o->kernels, &several, err);
}

/* Runs open with its first, second, ... allocation failing until it succeeds; returns how many failed. */
static unsigned
fail_each (struct opened *o, enum quill_status (*open) (struct opened *, struct quill_error *)) {
  for (unsigned n = 1;; n++) {
    struct quill_error err = { 0 };
    const struct opened before = *o;

    quill_alloc_fail_at (n);
    const enum quill_status status = open (o, &err);
    quill_alloc_fail_at (0);
    if (status == QUILL_OK)
      return n - 1;
    g_assert_cmpint (status, ==, QUILL_ERR_NOMEM);
    g_assert_cmpint (err.code, ==, QUILL_ERR_NOMEM);
    g_assert_cmpuint (strlen (err.message), >, 0);
    g_assert_cmpmem (&before, sizeof before, o, sizeof *o);
  }
}

static void
each_allocation_fails (void) {
  char *path = tiny_write (&spec);
  struct opened o = { .path = path };
  const unsigned long before = quill_alloc_count ();

  quill_kernels_init (&o.kernels, ~0u);
  g_assert_cmpuint (fail_each (&o, open_model), >=, 5); /* model, tokens, tensors, layers, arena at least */
  g_assert_cmpuint (fail_each (&o, open_encoder), ==, 2);
  g_assert_cmpuint (fail_each (&o, open_decoder), ==, 2);
  g_assert_cmpuint (quill_alloc_count (), >, before);
  quill_decoder_close (&o.decoder);
  quill_encoder_close (&o.encoder);
  quill_model_close (&o.model);
  g_assert_null (o.decoder);
  g_assert_null (o.encoder);
  g_unlink (path);
  g_free (path);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/alloc/each-failing-allocation-of-model-encoder-and-decoder-is-reported",
                   each_allocation_fails);
  return g_test_run ();
}
