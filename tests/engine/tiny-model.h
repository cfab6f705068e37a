/* Models with made-up weights, small ones as a rule, for tests of the engine.
 *
 * Every weight is a pure function of its tensor's name and its index, in arithmetic that is exact in float32,
 * so that tests/support/golden/make_golden.py makes the very same model without sharing a file with us. */
#ifndef TINY_MODEL_H
#define TINY_MODEL_H

#include <glib.h>

#include "model/decoder.h"

struct tiny_edit {
  const char *tensor; /* the one that is edited; NULL: none */
  bool omit;
  unsigned n_dims; /* 0: as it should be */
  size_t dims[4];
  int type; /* 1 + enum quill_type; 0: as it should be */
};

struct tiny_spec {
  struct quill_hparams hparams;
  enum quill_type type; /* of matrices; vectors are f32, convolutions f16 unless this is f32 */
  struct tiny_edit edit;
  /* How a rig computes; the default is what the model's type says. Float32 is that of the caches, too. */
  enum { TINY_BY_TYPE, TINY_FLOAT32, TINY_INTEGER, TINY_BYTES } products;
  const struct quill_decoder_size *size; /* of a rig's decoder; NULL: of one sequence */
};

/* A tensor's name and shape, dims[0] innermost; n_dims 0 ends the list. */
struct tiny_tensor {
  char name[64];
  unsigned n_dims;
  size_t dims[4];
};
struct tiny_tensor *tiny_tensors (const struct quill_hparams *h); /* g_free */

/* -1 <= noise < 1, element i of the sequence called name. */
float tiny_noise (const char *name, size_t i);

/* Writes the model to a new temporary file; g_unlink and g_free the path. */
char *tiny_write (const struct tiny_spec *spec);

/* Writes it, opens it, removes the file. */
enum quill_status tiny_open (struct quill_model **out, const struct tiny_spec *spec, struct quill_error *err);

/* A model with all that it takes to run it. */
struct tiny_rig {
  struct quill_model *model;
  struct quill_pool *pool;
  struct quill_compute compute;
  struct quill_encoder *encoder;
  struct quill_decoder *decoder;
};
void tiny_rig_open (struct tiny_rig *rig, const struct tiny_spec *spec, unsigned n_threads,
                    uint32_t cpu_mask);
/* Of a model that tiny_write wrote, which more than one rig may run; what else spec says is how. */
void tiny_rig_open_file (struct tiny_rig *rig, const char *path, const struct tiny_spec *spec,
                         unsigned n_threads, uint32_t cpu_mask);
void tiny_rig_close (struct tiny_rig *rig);

/* Fills the mel input with noise and runs the encoder, then begins the decoder. */
void tiny_rig_encode (struct tiny_rig *rig, size_t n_ctx);

/* Root mean square of a - b over that of b. */
double tiny_relative_error (const float *a, const float *b, size_t n);

/* A cancel callback that says yes the n-th time it is asked (1: the first). */
struct tiny_cancel {
  unsigned at, n_asked;
};
struct quill_cancel tiny_cancel_after (struct tiny_cancel *state, unsigned at);

#endif
