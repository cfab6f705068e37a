#include "make-model.h"

#include "base/arena.h"
#include "format/writer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define N_TOKENS 50257u /* GPT-2's vocabulary with <|endoftext|> */

/* --- random numbers: splitmix64, and Box-Muller on top ------------------------------------------------ */

#define RANDOM_STEP 0x9e3779b97f4a7c15

static uint64_t
next_random (uint64_t *state) {
  uint64_t z = *state += RANDOM_STEP;

  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

static float
uniform (uint64_t *state) {
  return ((float)(next_random (state) >> 41) + 0.5f) * 0x1p-23f;
}

static void
fill_normal (uint64_t *state, float mean, float deviation, float *out, size_t n) {
  for (size_t i = 0; i < n; i += 2) {
    const float radius = deviation * sqrtf (-2 * logf (uniform (state)));
    const float angle = 6.2831853f * uniform (state);

    out[i] = mean + radius * cosf (angle);
    if (i + 1 < n)
      out[i + 1] = mean + radius * sinf (angle);
  }
}

/* --- header ------------------------------------------------------------------------------------------- */

bool
make_model_size (struct make_model *out, const char *name, enum quill_type type) {
  static const struct {
    const char *name;
    unsigned state, head, audio_layer, text_layer;
  } size[] = {
    { "test", 256, 4, 2, 2 },
    { "tiny", 384, 6, 4, 4 },
    { "base", 512, 8, 6, 6 },
    { "small", 768, 12, 12, 12 },
    { "medium", 1024, 16, 24, 24 },
    { "large", 1280, 20, 32, 32 },
    { "large-v3-turbo", 1280, 20, 32, 4 },
    { "large-v3", 1280, 20, 32, 32 },
  };
  const size_t len = strlen (name);
  const bool english = len > 3 && strcmp (name + len - 3, ".en") == 0;
  const bool v3 = strncmp (name, "large-v3", 8) == 0;

  for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
    if (strlen (size[i].name) != len - (english ? 3 : 0)
        || strncmp (name, size[i].name, strlen (size[i].name)) != 0)
      continue;
    *out = (struct make_model){
      .dims = {
        .n_vocab = english ? 51864 : v3 ? 51866 : 51865,
        .n_audio_ctx = 1500,
        .n_audio_state = size[i].state,
        .n_audio_head = size[i].head,
        .n_audio_layer = size[i].audio_layer,
        .n_text_ctx = 448,
        .n_text_state = size[i].state,
        .n_text_head = size[i].head,
        .n_text_layer = size[i].text_layer,
        .n_mels = v3 ? 128 : 80,
      },
      .type = type,
      .seed = 1,
    };
    return true;
  }
  return false;
}

/* Slaney's mel scale as librosa.filters.mel uses it: linear below 1 kHz, logarithmic above. */
static double
mel_to_hz (double mel) {
  return mel < 15 ? mel * 200 / 3 : 1000 * exp ((mel - 15) * log (6.4) / 27);
}

/* Triangles of unit area over [n_mels, 201] bins of 40 Hz. */
static void
mel_filters (unsigned n_mels, float *out) {
  const double top = 15 + log (8000 / 1000.0) * 27 / log (6.4);

  for (unsigned m = 0; m < n_mels; m++) {
    const double low = mel_to_hz (top * m / (n_mels + 1)), mid = mel_to_hz (top * (m + 1) / (n_mels + 1)),
                 high = mel_to_hz (top * (m + 2) / (n_mels + 1));

    for (unsigned k = 0; k < QUILL_GGML_FILTER_BINS; k++) {
      const double hz = 40.0 * k, up = (hz - low) / (mid - low), down = (high - hz) / (high - mid);

      out[m * QUILL_GGML_FILTER_BINS + k] = (float)(fmax (0, fmin (up, down)) * 2 / (high - low));
    }
  }
}

/* GPT-2's order of single bytes: the printable ones of Latin-1, then the rest. */
static unsigned char
byte_token (unsigned i) {
  unsigned n = 0;

  for (unsigned pass = 0; pass < 2; pass++)
    for (unsigned b = 0; b < 256; b++) {
      const bool printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;

      if (printable == (pass == 0) && n++ == i)
        return (unsigned char)b;
    }
  return 0;
}

/* All bytes, then words of letters with and without a space before them, shortest first, so that each is two
 * earlier tokens joined, as byte-pair encoding wants it. text: [N_TOKENS][16]. */
static void
vocabulary (char (*text)[16], struct quill_token_text *tokens) {
  unsigned n = 0;

  for (; n < 256; n++) {
    text[n][0] = (char)byte_token (n);
    tokens[n].len = 1;
  }
  for (unsigned letters = 1, words = 26; n < N_TOKENS - 1; letters++, words *= 26)
    for (unsigned space = 0; space < 2; space++)
      for (unsigned w = 0; w < words && n < N_TOKENS - 1; w++) {
        unsigned rest = w;

        if (letters + space < 2)
          break; /* a single letter is a byte */
        if (space)
          text[n][0] = ' ';
        for (unsigned i = letters; i-- > 0; rest /= 26)
          text[n][space + i] = (char)('a' + rest % 26);
        tokens[n++].len = letters + space;
      }
  tokens[n].len = (uint32_t)sprintf (text[n], "<|endoftext|>");
  for (unsigned i = 0; i < N_TOKENS; i++)
    tokens[i].bytes = text[i];
}

static enum quill_status
open_writer (const struct make_model *model, const char *path, struct quill_writer **out,
             struct quill_error *err) {
  struct quill_hparams dims = model->dims;
  float *filters = quill_alloc ((size_t)dims.n_mels * QUILL_GGML_FILTER_BINS * sizeof *filters);
  char (*text)[16] = quill_alloc_zero (N_TOKENS * sizeof *text);
  struct quill_token_text *tokens = quill_alloc (N_TOKENS * sizeof *tokens);
  enum quill_status status;

  if (filters && text && tokens) {
    dims.ftype = quill_ftype (model->type);
    mel_filters (dims.n_mels, filters);
    vocabulary (text, tokens);
    status = quill_writer_open (out, path, &dims, filters, tokens, N_TOKENS, err);
  } else {
    status = quill_fail (err, QUILL_ERR_NOMEM, "no memory for the header of %s", path);
  }
  quill_free (filters);
  quill_free (text);
  quill_free (tokens);
  return status;
}

/* --- tensors ------------------------------------------------------------------------------------------ */

struct maker {
  const struct make_model *model;
  struct quill_writer *writer;
  struct quill_error *err;
  uint64_t random;
  float *row;               /* owned; as long as the longest row */
  enum quill_status status; /* the first failure; then nothing more is written */
};

/* Writes the tensor "<prefix><name>" with normal values, unless it is to be left out. */
static void
random_tensor (struct maker *m, const char *prefix, const char *name, enum quill_type type, unsigned n_dims,
               const size_t *dims, float mean, float deviation) {
  size_t shape[3] = { 1, 1, 1 };
  char full[QUILL_GGML_MAX_NAME + 1];

  memcpy (shape, dims, n_dims * sizeof *dims);
  snprintf (full, sizeof full, "%s%s", prefix, name);
  if (m->status != QUILL_OK || (m->model->leave_out && strcmp (m->model->leave_out, full) == 0))
    return;
  if (m->model->reshape && strcmp (m->model->reshape, full) == 0)
    shape[n_dims - 1]++;
  m->status = quill_writer_tensor (m->writer, full, type, n_dims, shape, m->err);
  for (size_t r = 0; r < shape[1] * shape[2] && m->status == QUILL_OK; r++) {
    fill_normal (&m->random, mean, deviation, m->row, shape[0]);
    m->status = quill_writer_values (m->writer, m->row, shape[0], m->err);
  }
}

static void
vector (struct maker *m, const char *prefix, const char *name, size_t n, float mean, float deviation) {
  random_tensor (m, prefix, name, QUILL_F32, 1, &n, mean, deviation);
}

/* Deviation 1/sqrt(inputs) keeps the size of what passes through. */
static void
linear (struct maker *m, const char *prefix, const char *layer, size_t n_in, size_t n_out, bool bias) {
  const size_t dims[] = { n_in, n_out };
  char name[96];

  snprintf (name, sizeof name, "%s.weight", layer);
  random_tensor (m, prefix, name, m->model->type, 2, dims, 0, 1 / sqrtf ((float)n_in));
  if (!bias)
    return;
  snprintf (name, sizeof name, "%s.bias", layer);
  vector (m, prefix, name, n_out, 0, 0.02f);
}

static void
norm (struct maker *m, const char *prefix, const char *layer, size_t n) {
  char name[96];

  snprintf (name, sizeof name, "%s.weight", layer);
  vector (m, prefix, name, n, 1, 0.05f);
  snprintf (name, sizeof name, "%s.bias", layer);
  vector (m, prefix, name, n, 0, 0.05f);
}

static void
attention (struct maker *m, const char *prefix, const char *layer, size_t n) {
  static const char *const part[] = { "query", "key", "value", "out" };
  char name[64];

  for (unsigned i = 0; i < 4; i++) {
    snprintf (name, sizeof name, "%s.%s", layer, part[i]);
    linear (m, prefix, name, n, n, i != 1);
  }
  snprintf (name, sizeof name, "%s_ln", layer);
  norm (m, prefix, name, n);
}

static void
block (struct maker *m, const char *stack, unsigned i, size_t n, bool cross) {
  char prefix[64];

  snprintf (prefix, sizeof prefix, "%s.blocks.%u.", stack, i);
  attention (m, prefix, "attn", n);
  if (cross)
    attention (m, prefix, "cross_attn", n);
  linear (m, prefix, "mlp.0", n, 4 * n, true);
  linear (m, prefix, "mlp.2", 4 * n, n, true);
  norm (m, prefix, "mlp_ln", n);
}

static void
convolution (struct maker *m, const char *prefix, size_t n_in, size_t n_out) {
  const size_t dims[] = { 3, n_in, n_out }, column[] = { 1, n_out };
  const enum quill_type type = m->model->type == QUILL_F32 ? QUILL_F32 : QUILL_F16;

  random_tensor (m, prefix, "weight", type, 3, dims, 0, 1 / sqrtf (3 * (float)n_in));
  random_tensor (m, prefix, "bias", QUILL_F32, 2, column, 0, 0.02f); /* as whisper.cpp has it */
}

/* openai/whisper model.py, sinusoids: sines in the first half, cosines in the second. */
static void
encoder_positions (struct maker *m, size_t n_ctx, size_t n) {
  const char *name = "encoder.positional_embedding";
  const size_t dims[] = { n, n_ctx };

  if ((m->model->leave_out && strcmp (m->model->leave_out, name) == 0)
      || (m->model->reshape && strcmp (m->model->reshape, name) == 0)) {
    random_tensor (m, "", name, QUILL_F32, 2, dims, 0, 0.1f);
    return;
  }
  m->status = quill_writer_tensor (m->writer, name, QUILL_F32, 2, dims, m->err);
  for (size_t t = 0; t < n_ctx && m->status == QUILL_OK; t++) {
    for (size_t i = 0; i < n / 2; i++) {
      const double angle = (double)t * exp (-log (10000) * (double)i / ((double)n / 2 - 1));

      m->row[i] = (float)sin (angle);
      m->row[i + n / 2] = (float)cos (angle);
    }
    m->status = quill_writer_values (m->writer, m->row, n, m->err);
  }
}

/* --- what the model says ------------------------------------------------------------------------------ */

#define N_TIMES 1501   /* the last tokens of every vocabulary: 0.00 to 30.00 s */
#define FIRST_WORD 256 /* " a", and the rest of the alphabet after it */
#define N_WORDS 26
#define LOUD 1000.0f /* the layers add up to about 200 */

/* The token that follows position p after an empty prompt; n_vocab: none in particular. */
static size_t
next_token (const struct make_model *model, size_t p) {
  const size_t n_vocab = model->dims.n_vocab;
  const bool english = n_vocab == 51864;
  const size_t n_prompt = english ? 1 : 3; /* start; language and task */

  if (p + 1 < n_prompt)
    return n_vocab;
  if (p + 1 == n_prompt)
    return n_vocab - N_TIMES;
  if (p < n_prompt + model->n_words)
    return FIRST_WORD + (p - n_prompt) % N_WORDS;
  return N_TOKENS - 1 + (english ? 0 : 1); /* the end */
}

/* Each row is the embedding of the next token, so loud that the layers in between do not matter.
 * embedding: the state of the random numbers before the token embedding. */
static void
positions_that_speak (struct maker *m, uint64_t embedding, const size_t *dims) {
  const size_t n = dims[0];

  if (m->status == QUILL_OK)
    m->status = quill_writer_tensor (m->writer, "decoder.positional_embedding", QUILL_F32, 2, dims, m->err);
  for (size_t p = 0; p < dims[1] && m->status == QUILL_OK; p++) {
    const size_t token = next_token (m->model, p);
    uint64_t state = embedding + (uint64_t)token * n * RANDOM_STEP; /* n is even: a step for each value */

    fill_normal (&state, 0, (token < m->model->dims.n_vocab ? LOUD : 1) / sqrtf ((float)n), m->row, n);
    m->status = quill_writer_values (m->writer, m->row, n, m->err);
  }
}

/* --- the whole ---------------------------------------------------------------------------------------- */

static void
all_tensors (struct maker *m) {
  const struct quill_hparams *d = &m->model->dims;
  const size_t n = d->n_text_state;
  const size_t embedding[] = { n, d->n_vocab }, positions[] = { n, d->n_text_ctx };

  encoder_positions (m, d->n_audio_ctx, d->n_audio_state);
  convolution (m, "encoder.conv1.", d->n_mels, d->n_audio_state);
  convolution (m, "encoder.conv2.", d->n_audio_state, d->n_audio_state);
  for (unsigned i = 0; i < d->n_audio_layer; i++)
    block (m, "encoder", i, d->n_audio_state, false);
  norm (m, "encoder.", "ln_post", d->n_audio_state);

  const uint64_t before_embedding = m->random;
  random_tensor (m, "", "decoder.token_embedding.weight", m->model->type, 2, embedding, 0,
                 1 / sqrtf ((float)n));
  if (m->model->n_words > 0)
    positions_that_speak (m, before_embedding, positions);
  else
    random_tensor (m, "", "decoder.positional_embedding", QUILL_F32, 2, positions, 0, 0.02f);
  for (unsigned i = 0; i < d->n_text_layer; i++)
    block (m, "decoder", i, n, true);
  norm (m, "decoder.", "ln", n);
}

enum quill_status
make_model_write (const struct make_model *model, const char *path, struct quill_error *err) {
  struct maker m = { .model = model, .err = err, .random = model->seed };

  m.row = quill_alloc ((4 * (size_t)model->dims.n_audio_state + 4 * model->dims.n_mels + 8) * sizeof *m.row);
  if (!m.row)
    return quill_fail (err, QUILL_ERR_NOMEM, "no memory for the rows of %s", path);
  m.status = open_writer (model, path, &m.writer, err);
  if (m.status == QUILL_OK)
    all_tensors (&m);
  if (m.status == QUILL_OK)
    m.status = quill_writer_finish (&m.writer, err);
  quill_writer_close (&m.writer);
  quill_free (m.row);
  return m.status;
}
