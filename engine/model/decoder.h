/* Tokens -> logits, with key/value caches, over the cross-attention keys and values of windows.
 *
 * A decoder holds windows and sequences. A window is what was heard: the cross-attention keys and values of
 * up to n_audio_ctx frames. A sequence is what is written about one: the tokens fed so far. Sequences of one
 * window may be forked, as beams are, and those of several windows are fed together, so that the weights are
 * read once for all. */
#ifndef QUILL_MODEL_DECODER_H
#define QUILL_MODEL_DECODER_H

#include "model/encoder.h"
#include "model/plan.h"

struct quill_decoder;

/* Logits that a decoder of one sequence is opened with. */
#define QUILL_DECODER_MAX_LOGITS 8

/* Borrows the model. Every later struct quill_compute has these kernels. All sequences are empty. size may be
 * NULL: one sequence, one window, QUILL_DECODER_MAX_LOGITS. Errors: NOMEM. */
enum quill_status quill_decoder_open(struct quill_decoder **out, const struct quill_model *model,
                                     const struct quill_kernels *kernels,
                                     const struct quill_decoder_size *size, struct quill_error *err);
void quill_decoder_close(struct quill_decoder **decoder);
size_t quill_decoder_logits_bytes(const struct quill_decoder *decoder);
size_t quill_decoder_kv_bytes(const struct quill_decoder *decoder); /* self and cross */

/* Computes a window's cross-attention keys/values from encoder output [n_ctx, n_audio_state] and empties the
 * sequences about it. After CANCELLED, begin again before feeding. Errors: CANCELLED. */
enum quill_status quill_decoder_begin(struct quill_decoder *decoder, const struct quill_compute *compute,
                                      size_t window, const float *encoder_output, size_t n_ctx,
                                      const struct quill_cancel *cancel, struct quill_error *err);

/* Empties the sequence, which is about the window from now on; before, it is about window 0. */
void quill_decoder_start(struct quill_decoder *decoder, size_t sequence, size_t window);

/* Sequence `to`, whatever it was, becomes a second `from`. Their common past stays in one place. */
void quill_decoder_fork(struct quill_decoder *decoder, size_t from, size_t to);

/* Forgets the sequence's tokens at positions >= n (n <= length). */
void quill_decoder_truncate(struct quill_decoder *decoder, size_t sequence, size_t n);
size_t quill_decoder_length(const struct quill_decoder *decoder, size_t sequence);

/* Pages of self-attention keys and values that no sequence has; of all when every sequence is empty. */
size_t quill_decoder_free_pages(const struct quill_decoder *decoder);

/* How the tokens of a feed share out their attention among the window's first frames, one alignment head
 * after another made comparable (quill_alignment_add), and on the average. The row of a token says where the
 * one behind it is spoken. */
struct quill_attention_map {
    size_t n_frames; /* <= the window's */
    float *average;  /* the caller's; [n, n_frames] */
    float *head;     /* scratch, as large */
};

/* Tokens for one sequence: a prompt, a draft, or one token. */
struct quill_feed {
    size_t sequence;
    const uint32_t *tokens; /* borrowed; [n], each < n_vocab */
    size_t n;               /* >= 1; the sequence's length + n <= n_text_ctx */
    size_t n_logits;        /* <= n: of the last ones */

    const struct quill_attention_map *map; /* NULL, or where to write it; of a feed that is fed alone */
};

/* Feeds tokens of n_feeds >= 1 different sequences at their next positions, reading the weights once, with
 * the same result to the bit as one by one. Leaves the logits that were asked for, feed by feed: logits [sum
 * of n_logits, n_vocab], valid until the next call; untouched when there are none. The tokens of all feeds
 * are at most n_text_ctx, their logits as many as the decoder was opened with. A cancelled call leaves all
 * lengths as they were. Errors: CANCELLED. */
enum quill_status quill_decoder_feed(struct quill_decoder *decoder, const struct quill_compute *compute,
                                     const struct quill_feed *feeds, size_t n_feeds, const float **logits,
                                     const struct quill_cancel *cancel, struct quill_error *err);

#endif
