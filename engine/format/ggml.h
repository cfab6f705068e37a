/* Reader of whisper.cpp's "ggml" model files. The file is mapped; nothing in it is trusted. */
#ifndef QUILL_FORMAT_GGML_H
#define QUILL_FORMAT_GGML_H

#include "base/status.h"
#include "quant/types.h"

#define QUILL_GGML_MAGIC 0x67676d6cu /* "ggml", as a little-endian number */
#define QUILL_GGML_FILTER_BINS 201u  /* of an FFT of 400 */
#define QUILL_GGML_MAX_NAME 127u     /* bytes of a tensor's name */

/* After the magic, eleven int32 in this order. */
struct quill_hparams {
    uint32_t n_vocab, n_audio_ctx, n_audio_state, n_audio_head, n_audio_layer;
    uint32_t n_text_ctx, n_text_state, n_text_head, n_text_layer, n_mels, ftype;
};

struct quill_tensor {
    const char *name;        /* owned by the file, NUL-terminated */
    enum quill_type type;
    unsigned n_dims;         /* 1..4 */
    size_t dims[4];          /* ggml order: dims[0] is the contiguous one; unused are 1 */
    const void *data;        /* into the map, any alignment */
    size_t bytes;
};

struct quill_token_text {
    const char *bytes;       /* into the map, not NUL-terminated */
    uint32_t len;
};

struct quill_ggml {
    const void *map;         /* owned mapping; NULL when opened from memory */
    size_t map_bytes;
    struct quill_hparams hparams;
    uint32_t n_filter_mels, n_filter_bins; /* mel filter bank [mels, bins]; bins = QUILL_GGML_FILTER_BINS */
    const void *filters;     /* f32, any alignment */
    struct quill_token_text *tokens; /* owned; [n_tokens], the vocabulary as stored (without specials) */
    uint32_t n_tokens;
    struct quill_tensor *tensors;    /* owned; sorted by name */
    size_t n_tensors;
    char *names;             /* owned; what tensor names point into */
};

/* Errors: IO (missing, unreadable, empty), FORMAT (magic, truncated, absurd counts), UNSUPPORTED (a
 * tensor type of ggml that is not among ours), NOMEM. On failure nothing is left open. */
enum quill_status quill_ggml_open(struct quill_ggml *out, const char *path, struct quill_error *err);
/* The same over bytes in memory, borrowed until close (for fuzzing). */
enum quill_status quill_ggml_open_memory(struct quill_ggml *out, const void *bytes, size_t n, struct quill_error *err);
void quill_ggml_close(struct quill_ggml *file);

/* Tells the system that [begin, end) of the map is not needed for now: its pages stop counting as this process's
 * memory, and come back from the system's file cache when they are read. */
void quill_ggml_release(const struct quill_ggml *file, const void *begin, const void *end);

/* NULL when there is none. */
const struct quill_tensor *quill_ggml_find(const struct quill_ggml *file, const char *name);

#endif
