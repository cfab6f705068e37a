/* What the parts of the transcriber share; quill.h is what others see. */
#ifndef QUILL_TRANSCRIBER_H
#define QUILL_TRANSCRIBER_H

#include "audio/mel.h"
#include "model/decoder.h"
#include "model/encoder.h"
#include "text/compression.h"
#include "text/cut.h"
#include "text/rules.h"
#include "text/search.h"

#define QUILL_FRAME_MS 10 /* a mel frame */
#define QUILL_STEP_MS 20  /* an encoder frame, and a step of the timestamps */

/* The machine's side, replaced as a whole when the number of threads changes. */
struct quill_workers {
    struct quill_pool *pool;    /* owned */
    struct quill_mel *mel;      /* owned */
    struct quill_arena scratch; /* owned; n_threads x compute.scratch_bytes, and compute.work */
    struct quill_compute compute;
};

/* What one recording needs while it is being decoded: its sequence and window in the decoder are number
 * `index`. */
struct quill_slot {
    size_t index;
    struct quill_rules rules; /* as its parameters say */
    uint32_t *prompt;         /* [n_text_ctx] */
    uint32_t *history;        /* [max_history]; what the next window may be told */
    uint32_t *tokens;         /* [n_text_ctx]; of the current try */
};

struct quill_transcriber {
    const struct quill_model *model; /* borrowed */
    uint32_t cpu_mask;
    unsigned n_together;
    struct quill_workers workers;
    struct quill_thread_choice choice;    /* of the workers */
    struct quill_thread_choice automatic; /* n_threads 0: nobody has asked for it yet */
    struct quill_tokenizer *tokenizer;    /* owned */
    struct quill_encoder *encoder;        /* owned */
    struct quill_decoder *decoder;        /* owned */
    struct quill_rules rules;             /* what follows from the vocabulary */
    struct quill_trace *trace; /* owned; NULL: off; workers.compute has it too */

    struct quill_arena arena;   /* owned; all below lie in it */
    struct quill_slot *slots;   /* [n_together] */
    float *logits;              /* [n_vocab] */
    struct quill_piece *pieces; /* [n_text_ctx + 1] */
    char *text;                 /* [QUILL_COMPRESSION_MAX + 1] */
    struct quill_compression *compression;
    size_t max_history;
};

/* Chooses a number of threads: the one that is asked for, or for 0 what is best, which is found out once and
 * kept in t->automatic. Errors: INVALID. */
enum quill_status quill_choose_threads(struct quill_transcriber *t, unsigned n_threads,
                                       struct quill_thread_choice *out, struct quill_error *err);

/* A result that grows; `result` is what the caller gets. */
struct quill_result_builder {
    struct quill_result result; /* first: freed through a pointer to it */
    size_t capacity;
};

/* Errors: NOMEM. */
enum quill_status quill_result_open(struct quill_result_builder **out, struct quill_error *err);

/* Appends *segment, its text made from tokens. Errors: NOMEM (nothing is appended). */
enum quill_status quill_result_append(struct quill_result_builder *builder,
                                      const struct quill_segment *segment,
                                      const struct quill_tokenizer *tokenizer, const uint32_t *tokens,
                                      size_t n_tokens, struct quill_error *err);

#endif
