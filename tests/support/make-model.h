/* Model files for tests: any dimensions, any tensor type, seeded random weights. The text they produce means
 * nothing, but every layer works on values of a sane size. */
#ifndef MAKE_MODEL_H
#define MAKE_MODEL_H

#include "format/ggml.h"

struct make_model {
  struct quill_hparams dims; /* ftype is set from type */
  enum quill_type type;      /* of the matrices; convolutions are f16 (f32 in an f32 model), vectors f32 */
  uint64_t seed;
  unsigned n_words;      /* 0: the text is endless noise; else " a b c ...", whatever is heard */
  const char *leave_out; /* name of a tensor that the file shall lack; NULL: none */
  const char *reshape;   /* name of a tensor whose last dimension shall be one too large; NULL: none */
};

/* Dimensions of "tiny", "base.en", "large-v3", ... or of "test.en" and "test", which are small but have
 * everything; weights of type. False for unknown names. */
bool make_model_size (struct make_model *out, const char *name, enum quill_type type);

/* Errors: as quill_writer_open. */
enum quill_status make_model_write (const struct make_model *model, const char *path,
                                    struct quill_error *err);

#endif
