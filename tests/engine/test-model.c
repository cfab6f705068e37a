/* What quill_model_open makes of a file, and what it refuses. */
#include <glib/gstdio.h>
#include <string.h>

#include "kernels/strips.h"
#include "model/pack-strips.h"
#include "tiny-model.h"

static struct tiny_spec
spec_small (void) {
  return (struct tiny_spec){ .hparams = { .n_vocab = 90,
                                          .n_audio_ctx = 12,
                                          .n_audio_state = 32,
                                          .n_audio_head = 4,
                                          .n_audio_layer = 2,
                                          .n_text_ctx = 10,
                                          .n_text_state = 32,
                                          .n_text_head = 2,
                                          .n_text_layer = 2,
                                          .n_mels = 80,
                                          .ftype = 1 },
                             .type = QUILL_Q5_1 };
}

static void
assert_refused (const struct tiny_spec *spec, const char *word, const char *other_word) {
  struct quill_model *model = NULL;
  struct quill_error err = { 0 };

  g_assert_cmpint (tiny_open (&model, spec, &err), ==, QUILL_ERR_FORMAT);
  g_assert_null (model);
  g_assert_cmpint (err.code, ==, QUILL_ERR_FORMAT);
  g_assert_nonnull (strstr (err.message, word));
  if (other_word)
    g_assert_nonnull (strstr (err.message, other_word));
}

static void
info_tells_the_model (void) {
  struct tiny_spec spec = spec_small ();
  struct quill_model *model = NULL;
  struct quill_error err = { 0 };
  struct quill_model_info info;

  g_assert_cmpint (tiny_open (&model, &spec, &err), ==, QUILL_OK);
  quill_model_get_info (model, &info);
  g_assert_cmpuint (info.n_vocab, ==, 90);
  g_assert_cmpuint (info.n_audio_ctx, ==, 12);
  g_assert_cmpuint (info.n_audio_state, ==, 32);
  g_assert_cmpuint (info.n_audio_head, ==, 4);
  g_assert_cmpuint (info.n_audio_layer, ==, 2);
  g_assert_cmpuint (info.n_text_ctx, ==, 10);
  g_assert_cmpuint (info.n_text_state, ==, 32);
  g_assert_cmpuint (info.n_text_head, ==, 2);
  g_assert_cmpuint (info.n_text_layer, ==, 2);
  g_assert_cmpuint (info.n_mels, ==, 80);
  g_assert_false (info.multilingual);
  g_assert_cmpstr (info.size, ==, "custom");
  g_assert_cmpstr (info.weight_type, ==, "q5_1");
  g_assert_cmpuint (info.file_bytes, ==, model->file.map_bytes);
  quill_model_close (&model);
  g_assert_null (model);
  quill_model_close (&model);
}

static void
size_names (void) {
  const struct {
    unsigned n_layer, n_state, n_vocab, n_languages;
    const char *name;
  } sizes[] = { { 4, 384, 51864, 0, "tiny" },      { 6, 512, 51865, 99, "base" },
                { 12, 768, 51865, 99, "small" },   { 24, 1024, 51865, 99, "medium" },
                { 32, 1280, 51866, 100, "large" }, { 4, 256, 51864, 0, "custom" } };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const struct quill_model model = { .hparams = { .n_vocab = sizes[i].n_vocab,
                                                    .n_audio_state = sizes[i].n_state,
                                                    .n_audio_layer = sizes[i].n_layer } };
    struct quill_model_info info;

    quill_model_get_info (&model, &info);
    g_assert_cmpstr (info.size, ==, sizes[i].name);
    g_assert_cmpuint (quill_model_n_languages (&model), ==, sizes[i].n_languages);
    g_assert_true (info.multilingual == (sizes[i].n_languages > 0));
  }
}

static bool
in_map (const struct quill_model *model, const void *p) {
  const char *map = model->file.map;

  return (const char *)p >= map && (const char *)p < map + model->file.map_bytes;
}

static void
matrices_stay_in_the_map (void) {
  struct tiny_spec spec = spec_small ();
  struct quill_model *model = NULL;
  struct quill_error err = { 0 };

  g_assert_cmpint (tiny_open (&model, &spec, &err), ==, QUILL_OK);
  g_assert_true (in_map (model, model->token_embedding.data));
  g_assert_true (in_map (model, model->decoder[1].cross.value.w.data));
  g_assert_cmpint (model->decoder[1].cross.value.w.type, ==, QUILL_Q5_1);
  g_assert_cmpuint (model->encoder[0].mlp.down.w.rows, ==, 32);
  g_assert_cmpuint (model->encoder[0].mlp.down.w.cols, ==, 128);
  g_assert_null (model->encoder[0].self.key.bias);
  g_assert_false (in_map (model, model->decoder[1].cross.value.bias));
  g_assert_true (in_map (model, model->decoder_positions.data));
  g_assert_cmpfloat (model->decoder[1].cross.value.bias[5], ==,
                     0.125f * tiny_noise ("decoder.blocks.1.cross_attn.value.bias", 5));
  g_assert_cmpfloat (model->encoder_norm.gamma[31], ==,
                     1 + 0.25f * tiny_noise ("encoder.ln_post.weight", 31));
  g_assert_cmpfloat (model->mel_filters[80 * 201 - 1], ==, tiny_noise ("filters", 80 * 201 - 1));
  quill_model_close (&model);
}

/* The strips of a matrix, made the plain way. */
static void
check_strips (const struct quill_matrix *w, bool packed) {
  const size_t bytes = quill_strip_count (w->rows) * quill_strip_bytes (w->type, w->cols);
  g_autofree unsigned char *expected = g_malloc0 (bytes);

  if (packed)
    quill_strips_pack (w->type, w->data, w->rows, w->cols, expected);
  g_assert_cmpmem (w->strips, bytes, expected, bytes);
}

static void *
pack_strips (void *rig) {
  quill_model_pack_strips (((struct tiny_rig *)rig)->model, &((struct tiny_rig *)rig)->compute);
  return NULL;
}

/* Of a vocabulary of several tasks, by two callers at once, each with threads of its own: what they would do
 * to each other without the lock only a sanitizer of threads sees. Whoever has no kernels for strips leaves
 * them alone. */
static void
strips_are_packed_when_they_are_first_needed (void) {
  struct tiny_spec spec = spec_small ();
  struct tiny_rig rig, other;
  GThread *thread;

  spec.type = QUILL_Q8_0;
  spec.hparams.n_vocab = 3000;
  tiny_rig_open (&rig, &spec, 3, ~0u);
  other = rig;
  g_assert_cmpint (quill_pool_open (&other.compute.pool, 2, NULL), ==, QUILL_OK);
  for (uint32_t i = 0; i <= rig.model->hparams.n_text_layer; i++) {
    const struct quill_matrix *w = i < rig.model->hparams.n_text_layer ? &rig.model->decoder[i].mlp.down.w
                                                                       : &rig.model->token_embedding;

    g_assert_true ((w->strips != NULL) == (rig.compute.kernels.strips[w->type] != NULL));
    if (w->strips)
      check_strips (w, false);
  }
  quill_kernels_init (&other.compute.kernels, 0);
  pack_strips (&other);
  if (rig.model->token_embedding.strips)
    check_strips (&rig.model->token_embedding, false);
  other.compute.kernels = rig.compute.kernels;
  thread = g_thread_new ("pack", pack_strips, &other);
  pack_strips (&rig);
  for (uint32_t i = 0; i < rig.model->hparams.n_text_layer; i++) {
    const struct quill_linear_layer *products[QUILL_TOKEN_PRODUCTS];

    quill_token_products (&rig.model->decoder[i], products);
    for (size_t j = 0; j < QUILL_TOKEN_PRODUCTS; j++)
      if (products[j]->w.strips)
        check_strips (&products[j]->w, true);
    g_assert_null (rig.model->decoder[i].cross.key.w.strips);
    g_assert_null (rig.model->decoder[i].cross.value.w.strips);
  }
  if (rig.model->token_embedding.strips)
    check_strips (&rig.model->token_embedding, true);
  g_thread_join (thread);
  quill_pool_close (&other.compute.pool);
  tiny_rig_close (&rig);
}

static void
convolutions_are_reordered (void) {
  struct tiny_spec spec = spec_small ();
  struct quill_model *model = NULL;
  struct quill_error err = { 0 };

  spec.type = QUILL_F32;
  g_assert_cmpint (tiny_open (&model, &spec, &err), ==, QUILL_OK);
  const float *w = model->conv1.w.data;
  const float scale = 0.11180340f; /* sqrt(3 / (3 * 80)) */
  for (size_t out = 0; out < 32; out++)
    for (size_t tap = 0; tap < 3; tap++)
      for (size_t in = 0; in < 80; in++)
        g_assert_cmpfloat_with_epsilon (
            w[(out * 3 + tap) * 80 + in],
            scale * tiny_noise ("encoder.conv1.weight", (out * 80 + in) * 3 + tap), 1e-7);
  g_assert_cmpuint (model->conv2.w.cols, ==, 96);
  quill_model_close (&model);
}

/* Every byte of every tensor is either a layer's or a table's. Vectors count as the f32 they become. */
static void
memory_adds_up (void) {
  struct tiny_spec spec = spec_small ();
  struct quill_model *model = NULL;
  struct quill_error err = { 0 };

  spec.type = QUILL_F32;
  g_assert_cmpint (tiny_open (&model, &spec, &err), ==, QUILL_OK);
  size_t tensor_bytes = 0;
  for (size_t i = 0; i < model->file.n_tensors; i++)
    tensor_bytes += model->file.tensors[i].bytes;
  g_assert_cmpuint (model->embedding_bytes, ==, (90 + 12 + 10) * 32 * sizeof (float));
  const size_t sum = model->weight_bytes + model->embedding_bytes;
  const size_t filters = 80 * 201 * sizeof (float);
  g_assert_cmpuint (sum, >=, tensor_bytes + filters);
  /* What is more is the padding of each vector to 64 bytes and the row in which convolutions are
   * re-ordered. */
  g_assert_cmpuint (sum, <=, tensor_bytes + filters + model->file.n_tensors * QUILL_ALIGN + 2048);
  quill_model_close (&model);
}

static void
each_missing_tensor_is_named (void) {
  struct tiny_spec spec = spec_small ();
  struct tiny_tensor *tensors = tiny_tensors (&spec.hparams);

  for (struct tiny_tensor *t = tensors; t->n_dims; t++) {
    spec.edit = (struct tiny_edit){ .tensor = t->name, .omit = true };
    assert_refused (&spec, t->name, "missing");
  }
  g_free (tensors);
}

static void
each_wrong_shape_is_named (void) {
  struct tiny_spec spec = spec_small ();
  struct tiny_tensor *tensors = tiny_tensors (&spec.hparams);

  for (struct tiny_tensor *t = tensors; t->n_dims; t++) {
    spec.edit = (struct tiny_edit){ .tensor = t->name, .n_dims = t->n_dims };
    memcpy (spec.edit.dims, t->dims, sizeof t->dims);
    spec.edit.dims[t->n_dims - 1] += 1;
    char *found = g_strdup_printf ("%zu", spec.edit.dims[t->n_dims - 1]);
    assert_refused (&spec, t->name, found);
    g_free (found);
  }
  g_free (tensors);
}

static void
swapped_dimensions_are_refused (void) {
  struct tiny_spec spec = spec_small ();

  spec.edit = (struct tiny_edit){ .tensor = "encoder.blocks.1.mlp.0.weight",
                                  .n_dims = 2,
                                  .dims = { 128, 32, 1, 1 } };
  assert_refused (&spec, "encoder.blocks.1.mlp.0.weight", "128 x 32 where 32 x 128");
  spec.edit = (struct tiny_edit){ .tensor = "decoder.ln.bias", .n_dims = 2, .dims = { 16, 2, 1, 1 } };
  assert_refused (&spec, "decoder.ln.bias", "16 x 2 where 32");
}

static void
vectors_of_either_form_are_taken (void) {
  struct tiny_spec spec = spec_small ();
  struct quill_model *model = NULL;
  struct quill_error err = { 0 };

  spec.edit = (struct tiny_edit){ .tensor = "encoder.conv1.bias", .n_dims = 1, .dims = { 32, 1, 1, 1 } };
  g_assert_cmpint (tiny_open (&model, &spec, &err), ==, QUILL_OK);
  quill_model_close (&model);
  spec.edit = (struct tiny_edit){ .tensor = "decoder.ln.weight", .type = 1 + QUILL_F16 };
  g_assert_cmpint (tiny_open (&model, &spec, &err), ==, QUILL_OK);
  quill_model_close (&model);
}

static void
quantized_vectors_are_refused (void) {
  struct tiny_spec spec = spec_small ();

  spec.edit = (struct tiny_edit){ .tensor = "decoder.ln.weight", .type = 1 + QUILL_Q8_0 };
  assert_refused (&spec, "decoder.ln.weight", "q8_0");
  spec.edit = (struct tiny_edit){ .tensor = "decoder.positional_embedding", .type = 1 + QUILL_Q4_0 };
  assert_refused (&spec, "decoder.positional_embedding", "q4_0");
}

/* 32 is no multiple of the 256 that a K-quant's block holds: nothing is damaged, another type is needed. */
static void
short_rows_of_k_quants_are_refused (void) {
  static const char *const words[] = { "decoder.blocks.0.attn.query.weight as q4_K", "blocks of 256",
                                       "rows of 32", "; use a q5_1 or q8_0 model" };
  struct tiny_spec spec = spec_small ();
  struct quill_model *model = NULL;
  struct quill_error err = { 0 };

  spec.edit = (struct tiny_edit){ .tensor = "decoder.blocks.0.attn.query.weight", .type = 1 + QUILL_Q4_K };
  g_assert_cmpint (tiny_open (&model, &spec, &err), ==, QUILL_ERR_UNSUPPORTED);
  g_assert_null (model);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_nonnull (strstr (err.message, words[i]));
  g_assert_null (strstr (err.message, "damaged"));
}

static void
open_leaves_out_untouched_on_failure (void) {
  struct quill_model *model = (struct quill_model *)&model;
  struct quill_error err = { 0 };

  g_assert_cmpint (quill_model_open (&model, "/nonexistent/model.bin", &err), ==, QUILL_ERR_IO);
  g_assert_true (model == (struct quill_model *)&model);
  g_assert_cmpint (quill_model_open (&model, "/nonexistent/model.bin", NULL), ==, QUILL_ERR_IO);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/info-tells-dimensions-size-and-type", info_tells_the_model);
  g_test_add_func ("/model/sizes-and-languages-follow-from-dimensions", size_names);
  g_test_add_func ("/model/matrices-stay-in-the-map-and-vectors-are-copied", matrices_stay_in_the_map);
  g_test_add_func ("/model/strips-are-packed-when-they-are-first-needed",
                   strips_are_packed_when_they_are_first_needed);
  g_test_add_func ("/model/convolutions-are-reordered-to-out-tap-in", convolutions_are_reordered);
  g_test_add_func ("/model/memory-adds-up-to-the-tensors", memory_adds_up);
  g_test_add_func ("/model/each-missing-tensor-is-named", each_missing_tensor_is_named);
  g_test_add_func ("/model/each-wrong-shape-is-named", each_wrong_shape_is_named);
  g_test_add_func ("/model/swapped-dimensions-are-refused", swapped_dimensions_are_refused);
  g_test_add_func ("/model/vectors-may-be-1-by-n-or-f16", vectors_of_either_form_are_taken);
  g_test_add_func ("/model/quantized-vectors-are-refused", quantized_vectors_are_refused);
  g_test_add_func ("/model/k-quants-with-short-rows-are-refused", short_rows_of_k_quants_are_refused);
  g_test_add_func ("/model/failure-leaves-the-out-pointer-untouched", open_leaves_out_untouched_on_failure);
  return g_test_run ();
}
