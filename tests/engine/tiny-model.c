#include "tiny-model.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N_BINS 201

/* FNV-1a of the name, with which its sequence begins. */
static uint32_t
noise_seed (const char *name) {
  uint32_t x = 2166136261u;

  for (const char *c = name; *c; c++)
    x = (x ^ (unsigned char)*c) * 16777619u;
  return x;
}

/* MurmurHash3's finaliser over seed and index. */
static float
noise (uint32_t seed, size_t i) {
  uint32_t x = seed + (uint32_t)i * 0x9e3779b9u;

  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  x ^= x >> 16;
  return (float)(x >> 8) / 8388608.0f - 1.0f;
}

float
tiny_noise (const char *name, size_t i) {
  return noise (noise_seed (name), i);
}

/* The weight of a layer norm, which varies about one. */
static bool
is_norm (const struct tiny_tensor *t) {
  return t->n_dims == 1 && g_str_has_suffix (t->name, ".weight");
}

/* Values that keep activations near one and attention neither flat nor a single peak. */
static float
weight_scale (const struct tiny_tensor *t) {
  size_t fan_in = 1;

  if (is_norm (t))
    return 0.25f;
  if (g_str_has_suffix (t->name, ".bias"))
    return 0.125f;
  if (strstr (t->name, "embedding"))
    return 0.5f;
  for (unsigned i = 0; i + 1 < t->n_dims; i++)
    fan_in *= t->dims[i];
  const float scale = sqrtf (3.0f / (float)fan_in); /* uniform with variance 1 / fan_in */
  return strstr (t->name, "query") || strstr (t->name, "key") ? 1.5f * scale : scale;
}

G_GNUC_PRINTF (5, 6)
static void
add (GArray *list, unsigned n_dims, size_t d0, size_t d1, const char *format, ...) {
  struct tiny_tensor t = { .n_dims = n_dims, .dims = { d0, d1, 1, 1 } };
  va_list args;

  va_start (args, format);
  g_vsnprintf (t.name, sizeof t.name, format, args);
  va_end (args);
  g_array_append_val (list, t);
}

static void
add_conv (GArray *list, const char *name, size_t n_in, size_t n_out) {
  struct tiny_tensor t = { .n_dims = 3, .dims = { 3, n_in, n_out, 1 } };

  g_snprintf (t.name, sizeof t.name, "%s.weight", name);
  g_array_append_val (list, t);
  add (list, 2, 1, n_out, "%s.bias", name);
}

static void
add_block (GArray *list, const char *side, unsigned i, size_t n, bool cross) {
  for (int kind = 0; kind < (cross ? 2 : 1); kind++) {
    const char *attn = kind ? "cross_attn" : "attn";

    add (list, 1, n, 1, "%s.blocks.%u.%s_ln.weight", side, i, attn);
    add (list, 1, n, 1, "%s.blocks.%u.%s_ln.bias", side, i, attn);
    add (list, 2, n, n, "%s.blocks.%u.%s.query.weight", side, i, attn);
    add (list, 1, n, 1, "%s.blocks.%u.%s.query.bias", side, i, attn);
    add (list, 2, n, n, "%s.blocks.%u.%s.key.weight", side, i, attn);
    add (list, 2, n, n, "%s.blocks.%u.%s.value.weight", side, i, attn);
    add (list, 1, n, 1, "%s.blocks.%u.%s.value.bias", side, i, attn);
    add (list, 2, n, n, "%s.blocks.%u.%s.out.weight", side, i, attn);
    add (list, 1, n, 1, "%s.blocks.%u.%s.out.bias", side, i, attn);
  }
  add (list, 1, n, 1, "%s.blocks.%u.mlp_ln.weight", side, i);
  add (list, 1, n, 1, "%s.blocks.%u.mlp_ln.bias", side, i);
  add (list, 2, n, 4 * n, "%s.blocks.%u.mlp.0.weight", side, i);
  add (list, 1, 4 * n, 1, "%s.blocks.%u.mlp.0.bias", side, i);
  add (list, 2, 4 * n, n, "%s.blocks.%u.mlp.2.weight", side, i);
  add (list, 1, n, 1, "%s.blocks.%u.mlp.2.bias", side, i);
}

struct tiny_tensor *
tiny_tensors (const struct quill_hparams *h) {
  GArray *list = g_array_new (TRUE, TRUE, sizeof (struct tiny_tensor));

  add (list, 2, h->n_audio_state, h->n_audio_ctx, "encoder.positional_embedding");
  add_conv (list, "encoder.conv1", h->n_mels, h->n_audio_state);
  add_conv (list, "encoder.conv2", h->n_audio_state, h->n_audio_state);
  for (unsigned i = 0; i < h->n_audio_layer; i++)
    add_block (list, "encoder", i, h->n_audio_state, false);
  add (list, 1, h->n_audio_state, 1, "encoder.ln_post.weight");
  add (list, 1, h->n_audio_state, 1, "encoder.ln_post.bias");
  add (list, 2, h->n_text_state, h->n_text_ctx, "decoder.positional_embedding");
  add (list, 2, h->n_text_state, h->n_vocab, "decoder.token_embedding.weight");
  for (unsigned i = 0; i < h->n_text_layer; i++)
    add_block (list, "decoder", i, h->n_text_state, true);
  add (list, 1, h->n_text_state, 1, "decoder.ln.weight");
  add (list, 1, h->n_text_state, 1, "decoder.ln.bias");
  return (struct tiny_tensor *)g_array_free (list, FALSE);
}

static void
put_u32 (FILE *file, uint32_t x) {
  const uint8_t bytes[4] = { x & 255, x >> 8 & 255, x >> 16 & 255, x >> 24 };

  fwrite (bytes, 1, sizeof bytes, file);
}

static void
put_header (FILE *file, const struct tiny_spec *spec) {
  const struct quill_hparams *h = &spec->hparams;
  const uint32_t values[]
      = { h->n_vocab,      h->n_audio_ctx, h->n_audio_state, h->n_audio_head, h->n_audio_layer, h->n_text_ctx,
          h->n_text_state, h->n_text_head, h->n_text_layer,  h->n_mels,       h->ftype };
  const uint32_t n_tokens = MIN (h->n_vocab, 50257);

  put_u32 (file, 0x67676d6c);
  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    put_u32 (file, values[i]);
  put_u32 (file, h->n_mels);
  put_u32 (file, N_BINS);
  for (size_t i = 0; i < (size_t)h->n_mels * N_BINS; i++) {
    const float f = tiny_noise ("filters", i);
    uint32_t bits;
    memcpy (&bits, &f, sizeof bits);
    put_u32 (file, bits);
  }
  put_u32 (file, n_tokens);
  for (uint32_t i = 0; i < n_tokens; i++) {
    put_u32 (file, 2);
    fwrite ((const uint8_t[]){ i & 255, i >> 8 & 255 }, 1, 2, file);
  }
}

#define CHUNK 4096 /* whole blocks of every type */

static void
put_values (FILE *file, const struct tiny_tensor *t, enum quill_type type, size_t n) {
  const struct quill_type_traits *traits = quill_type_traits (type);
  const float mean = is_norm (t) ? 1 : 0, scale = weight_scale (t);
  const uint32_t seed = noise_seed (t->name);
  float values[CHUNK];
  uint8_t bytes[sizeof values];

  for (size_t done = 0; done < n; done += CHUNK) {
    const size_t m = MIN (n - done, CHUNK);

    for (size_t i = 0; i < m; i++)
      values[i] = mean + scale * noise (seed, done + i);
    quill_quantize_row (type, values, bytes, m);
    fwrite (bytes, 1, m / traits->block_len * traits->block_bytes, file);
  }
}

static void
put_tensor (FILE *file, const struct tiny_tensor *t, enum quill_type type) {
  size_t n = 1;

  put_u32 (file, t->n_dims);
  put_u32 (file, (uint32_t)strlen (t->name));
  put_u32 (file, quill_type_traits (type)->file_id);
  for (unsigned i = 0; i < t->n_dims; i++) {
    put_u32 (file, (uint32_t)t->dims[i]);
    n *= t->dims[i];
  }
  fwrite (t->name, 1, strlen (t->name), file);
  put_values (file, t, type, n);
}

static enum quill_type
tensor_type (const struct tiny_tensor *t, enum quill_type type) {
  if (t->n_dims == 1 || g_str_has_suffix (t->name, ".bias") || strstr (t->name, "positional"))
    return QUILL_F32;
  return t->n_dims == 3 && type != QUILL_F32 ? QUILL_F16 : type;
}

char *
tiny_write (const struct tiny_spec *spec) {
  struct tiny_tensor *tensors = tiny_tensors (&spec->hparams);
  const struct tiny_edit *edit = &spec->edit;
  char *path = NULL;
  GError *error = NULL;
  const int fd = g_file_open_tmp ("longhand-model-XXXXXX.bin", &path, &error);
  FILE *file;

  g_assert_no_error (error);
  file = fdopen (fd, "wb");
  g_assert_nonnull (file);
  put_header (file, spec);
  for (struct tiny_tensor *t = tensors; t->n_dims; t++) {
    enum quill_type type = tensor_type (t, spec->type);

    if (edit->tensor && g_str_equal (edit->tensor, t->name)) {
      if (edit->omit)
        continue;
      if (edit->n_dims) {
        t->n_dims = edit->n_dims;
        memcpy (t->dims, edit->dims, sizeof t->dims);
      }
      if (edit->type)
        type = (enum quill_type) (edit->type - 1);
    }
    put_tensor (file, t, type);
  }
  g_free (tensors);
  g_assert_false (ferror (file));
  g_assert_cmpint (fclose (file), ==, 0);
  return path;
}

enum quill_status
tiny_open (struct quill_model **out, const struct tiny_spec *spec, struct quill_error *err) {
  char *path = tiny_write (spec);
  const enum quill_status status = quill_model_open (out, path, err);

  g_unlink (path);
  g_free (path);
  return status;
}

void
tiny_rig_open (struct tiny_rig *rig, const struct tiny_spec *spec, unsigned n_threads, uint32_t cpu_mask) {
  char *path = tiny_write (spec);

  tiny_rig_open_file (rig, path, spec, n_threads, cpu_mask);
  g_unlink (path);
  g_free (path);
}

void
tiny_rig_open_file (struct tiny_rig *rig, const char *path, const struct tiny_spec *spec, unsigned n_threads,
                    uint32_t cpu_mask) {
  struct quill_error err = { 0 };

  *rig = (struct tiny_rig){ 0 };
  quill_model_open (&rig->model, path, &err);
  g_assert_cmpstr (err.message, ==, "");
  if (spec->products != TINY_BY_TYPE)
    rig->model->precision = spec->products == TINY_FLOAT32   ? QUILL_PRECISION_FLOAT32
                            : spec->products == TINY_INTEGER ? QUILL_PRECISION_HALF
                                                             : QUILL_PRECISION_QUANTIZED;
  if (spec->products == TINY_FLOAT32)
    rig->model->cache = QUILL_CACHE_F32;
  g_assert_cmpint (quill_pool_open (&rig->pool, n_threads, &err), ==, QUILL_OK);
  quill_kernels_init (&rig->compute.kernels, cpu_mask);
  rig->compute.pool = rig->pool;
  rig->compute.scratch_bytes = quill_model_scratch_bytes (rig->model, &rig->compute.kernels);
  rig->compute.scratch = quill_alloc (n_threads * rig->compute.scratch_bytes);
  rig->compute.panels_bytes = quill_model_panels_bytes (rig->model, &rig->compute.kernels);
  rig->compute.panels = quill_alloc (rig->compute.panels_bytes);
  rig->compute.work = quill_alloc (quill_model_work_bytes (rig->model, &rig->compute.kernels));
  g_assert_cmpint (quill_encoder_open (&rig->encoder, rig->model, &rig->compute.kernels, &err), ==, QUILL_OK);
  g_assert_cmpint (quill_decoder_open (&rig->decoder, rig->model, &rig->compute.kernels, spec->size, &err),
                   ==, QUILL_OK);
}

void
tiny_rig_close (struct tiny_rig *rig) {
  quill_decoder_close (&rig->decoder);
  quill_encoder_close (&rig->encoder);
  quill_pool_close (&rig->pool);
  quill_model_close (&rig->model);
  quill_free (rig->compute.scratch);
  quill_free (rig->compute.panels);
  quill_free (rig->compute.work);
  rig->compute.scratch = rig->compute.panels = rig->compute.work = NULL;
}

void
tiny_rig_encode (struct tiny_rig *rig, size_t n_ctx) {
  float *mel = quill_encoder_mel (rig->encoder);

  for (size_t i = 0; i < 2 * n_ctx * rig->model->hparams.n_mels; i++)
    mel[i] = tiny_noise ("mel", i);
  g_assert_cmpint (quill_encoder_run (rig->encoder, &rig->compute, n_ctx, NULL, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_decoder_begin (rig->decoder, &rig->compute, 0, quill_encoder_output (rig->encoder),
                                        n_ctx, NULL, NULL),
                   ==, QUILL_OK);
}

double
tiny_relative_error (const float *a, const float *b, size_t n) {
  double error = 0, power = 0;

  for (size_t i = 0; i < n; i++) {
    error += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    power += (double)b[i] * b[i];
  }
  return sqrt (error / power);
}

static bool
cancel_fn (void *user) {
  struct tiny_cancel *state = user;

  return ++state->n_asked == state->at;
}

struct quill_cancel
tiny_cancel_after (struct tiny_cancel *state, unsigned at) {
  *state = (struct tiny_cancel){ .at = at };
  return (struct quill_cancel){ .fn = cancel_fn, .user = state };
}
