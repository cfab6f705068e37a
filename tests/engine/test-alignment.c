/* Which heads align. */
#include <glib.h>

#include "model/alignment.h"

#define TINY                                                                                                 \
  { .n_vocab = 51865, .n_text_layer = 4, .n_audio_layer = 4, .n_text_head = 6, .n_mels = 80 }

static void
official_models_have_their_heads (void) {
  struct quill_hparams h = TINY;
  struct quill_alignment a = quill_alignment_of (&h);

  g_assert_true (quill_alignment_is_known (&a));
  g_assert_cmpuint (a.n_heads, ==, 6);
  g_assert_cmphex (quill_alignment_mask (&a, 1), ==, 0);
  g_assert_cmphex (quill_alignment_mask (&a, 2), ==, 1u << 2);
  g_assert_cmphex (quill_alignment_mask (&a, 3), ==, 0x3d);
  h.n_vocab = 51864; /* English only */
  a = quill_alignment_of (&h);
  g_assert_cmpuint (a.n_heads, ==, 8);
  g_assert_cmphex (quill_alignment_mask (&a, 2), ==, 1u << 0 | 1u << 5);
  h = (struct quill_hparams){
    .n_vocab = 51866, .n_text_layer = 4, .n_audio_layer = 32, .n_text_head = 20, .n_mels = 128
  };
  a = quill_alignment_of (&h); /* large-v3-turbo */
  g_assert_cmpuint (a.n_heads, ==, 6);
  g_assert_cmphex (quill_alignment_mask (&a, 2), ==, 1u << 4 | 1u << 11);
}

static void
unknown_models_have_their_upper_layers (void) {
  struct quill_hparams h = TINY;

  h.n_text_layer = 5;
  h.n_text_head = 3;
  const struct quill_alignment a = quill_alignment_of (&h);
  g_assert_false (quill_alignment_is_known (&a));
  g_assert_cmpuint (a.n_heads, ==, 3 * 3);
  g_assert_cmphex (quill_alignment_mask (&a, 1), ==, 0);
  g_assert_cmphex (quill_alignment_mask (&a, 2) & 7, ==, 7);
  g_assert_cmphex (quill_alignment_mask (&a, 4) & 7, ==, 7);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/alignment/official-models-have-their-heads", official_models_have_their_heads);
  g_test_add_func ("/alignment/unknown-models-have-their-upper-layers",
                   unknown_models_have_their_upper_layers);
  return g_test_run ();
}
