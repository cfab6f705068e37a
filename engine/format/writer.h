/* Writer of whisper.cpp's "ggml" model files: header first, then tensors row by row, so that a model of any
 * size needs little memory. The file appears under its name only when it is complete. */
#ifndef QUILL_FORMAT_WRITER_H
#define QUILL_FORMAT_WRITER_H

#include "format/ggml.h"

struct quill_writer;

/* Writes to a new file in the same folder, "<path>.<something>.part". filters: [n_mels, 201] f32, any alignment. Errors: IO, NOMEM.
 */
enum quill_status quill_writer_open(struct quill_writer **out, const char *path,
                                    const struct quill_hparams *hparams, const void *filters,
                                    const struct quill_token_text *tokens, uint32_t n_tokens,
                                    struct quill_error *err);

/* Begins a tensor; the one before must be complete. dims: [n_dims], the contiguous one first and a multiple
 * of the type's block length. Errors: INVALID, IO. */
enum quill_status quill_writer_tensor(struct quill_writer *writer, const char *name, enum quill_type type,
                                      unsigned n_dims, const size_t *dims, struct quill_error *err);

/* The next n values of the tensor, converted to its type; n must be whole blocks. Errors: INVALID (more than
 * the tensor has), IO. */
enum quill_status quill_writer_values(struct quill_writer *writer, const float *values, size_t n,
                                      struct quill_error *err);

/* The next bytes of the tensor as they are. Errors: INVALID, IO. */
enum quill_status quill_writer_bytes(struct quill_writer *writer, const void *bytes, size_t n,
                                     struct quill_error *err);

/* Puts the complete file in place and closes; on failure the writer stays for quill_writer_close.
 * Errors: INVALID (a tensor is incomplete), IO. */
enum quill_status quill_writer_finish(struct quill_writer **writer, struct quill_error *err);

/* Gives up: closes and removes the unfinished file. */
void quill_writer_close(struct quill_writer **writer);

/* Number of hparams.ftype for a model whose matrices are mostly of this type (ggml.h: GGML_FTYPE_*), with the
 * version of the quantised layouts (2) in the thousands as whisper.cpp writes it. */
uint32_t quill_ftype(enum quill_type type);

#endif
