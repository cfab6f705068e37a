/* What the parts of the transcriber share; quill.h is what others see. */
#ifndef QUILL_TRANSCRIBER_H
#define QUILL_TRANSCRIBER_H

#include "audio/mel.h"
#include "model/decoder.h"
#include "model/encoder.h"
#include "text/compression.h"
#include "text/cut.h"
#include "text/rules.h"
#include "text/align.h"
#include "text/commit.h"
#include "text/search.h"
#include "text/words.h"

#define QUILL_FRAME_MS 10 /* a mel frame */
#define QUILL_STEP_MS 20  /* an encoder frame, and a step of the timestamps */

/* The machine's side, replaced as a whole when the number of threads changes. */
struct quill_workers {
    struct quill_pool *pool;    /* owned */
    struct quill_mel *mel;      /* owned */
    struct quill_arena scratch; /* owned; n_threads x compute.scratch_bytes, compute.panels and compute.work */
    struct quill_compute compute;
};

/* What one recording needs while it is being decoded. */
struct quill_slot {
    size_t window;               /* its own in the decoder */
    size_t sequence;             /* the first of as many as a search may have hypotheses */
    struct quill_rules rules;    /* as its parameters say */
    uint32_t *prompt;            /* [n_text_ctx] */
    uint32_t *history;           /* [max_history]; what the next window may be told */
    uint32_t *fed;               /* [n_text_ctx] */
    uint32_t *tokens;            /* [n_text_ctx]; of the current try, as both below */
    float *logprobs;             /* [n_text_ctx] */
    struct quill_spoken *spoken; /* [n_text_ctx]; NULL without word times */
    struct quill_beams *beams;   /* the buffers of each set; NULL when there is one hypothesis only */
};

#define QUILL_AROUND_TEXT 5 /* tokens that text is aligned with: sot, language, task, no times; the end */

#define QUILL_MAX_COMMAND_BYTES 128 /* longer ones are none */

/* When a token was spoken, in encoder frames: from begin to before end, by alignment; and the frame that it
 * has the most attention for. */
struct quill_spoken {
    uint16_t begin, end, peak;
    uint16_t word; /* that it begins, in the transcriber's others */
};

#define QUILL_OTHER_BYTES 48

/* An alternative to a word; longer ones are of no use to anybody. */
struct quill_other {
    char text[QUILL_OTHER_BYTES];
    float logprob; /* of its tokens, on the average */
};

/* Those to the word that tokens begin..end of a window are. */
struct quill_others {
    size_t begin, end, n;
    struct quill_other other[QUILL_MAX_ALTERNATIVES]; /* likeliest first */
};

/* What a recording is expected to say, and after the run what it says. */
struct quill_draft {
    struct quill_heard *heard; /* the caller's; [capacity] */
    size_t capacity;           /* what does not fit is left out */
    size_t n;
    /* Of the expected, what is no matter of choice: then without timestamps. And what is firm: a single
     * hypothesis at a higher temperature leaves it as it is, and several favour it. */
    size_t n_forced, n_firm;
    float tolerance, firm_tolerance; /* of the search (search.h) */

    /* NULL: none. Of a run with one window, and little text: */
    const struct quill_grammar *commands;
    float command_margin; /* what is less likely by more than this is not looked at to its end */
    float command_loss;   /* by how much the command is less likely than the text; INFINITY: there is none
                           * so near */
    char command[QUILL_MAX_COMMAND_BYTES]; /* as it would be written; "": likewise */
};

/* quill_transcribe with a draft of the first window, needs word_timestamps; NULL: none. */
enum quill_status quill_transcribe_draft(struct quill_transcriber *transcriber, const float *samples,
                                         size_t n, const struct quill_params *params,
                                         struct quill_draft *draft, struct quill_result **out,
                                         struct quill_error *err);

struct quill_transcriber {
    const struct quill_model *model; /* borrowed */
    uint32_t cpu_mask;
    unsigned n_together;
    unsigned n_hypotheses; /* of a search, at most */
    bool word_timestamps;
    struct quill_workers workers;
    struct quill_thread_choice choice;    /* of the workers */
    struct quill_thread_choice automatic; /* n_threads 0: nobody has asked for it yet */
    struct quill_tokenizer *tokenizer;    /* owned */
    struct quill_encoder *encoder;        /* owned */
    struct quill_decoder *decoder;        /* owned */
    struct quill_rules rules;             /* what follows from the vocabulary */
    struct quill_trace *trace;            /* owned; NULL: off; workers.compute has it too */

    struct quill_arena arena;   /* owned; all below lie in it */
    struct quill_slot *slots;   /* [n_together] */
    float *logits;              /* [n_vocab] */
    struct quill_piece *pieces; /* [n_text_ctx + 1] */
    char *text;                 /* [QUILL_COMPRESSION_MAX + 1] */
    struct quill_compression *compression;
    size_t max_history;
    size_t max_timed;            /* tokens of a window that can be aligned */
    size_t max_logits;           /* of a search */
    uint32_t *draft;             /* [n_text_ctx]; all of these NULL without word times: */
    uint16_t *ends;              /* [n_text_ctx + 1] */
    struct quill_others *others; /* [max_timed]; of the words of a window */
    struct quill_attention_map map; /* [max_timed + QUILL_AROUND_TEXT, n_audio_ctx] */
    float *align_cost;              /* scratch of quill_align */
    uint8_t *align_steps;
};

/* Chooses a number of threads: the one that is asked for, or for 0 what is best, which is found out once and
 * kept in t->automatic. Errors: INVALID. */
enum quill_status quill_choose_threads(struct quill_transcriber *t, unsigned n_threads,
                                       struct quill_thread_choice *out, struct quill_error *err);

/* Encoder frames to look at n samples of sound in, with silence behind it as models had it in training:
 * `least` to `most`. */
size_t quill_audio_ctx_for(size_t n, size_t least, size_t most);

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

/* Takes back all segments but the first n_kept. */
void quill_result_drop(struct quill_result_builder *builder, size_t n_kept);

/* Gives the last segment its words: word i is what tokens [ends[i - 1], ends[i]) say, and has the
 * alternatives others[spoken[k].word], k being its first token; without others it has none. Times and
 * probabilities are the caller's to fill in. Errors: NOMEM (the segment has no words). */
enum quill_status quill_result_add_words(struct quill_result_builder *builder,
                                         const struct quill_tokenizer *tokenizer, const uint32_t *tokens,
                                         const uint16_t *ends, size_t n_words,
                                         const struct quill_spoken *spoken, const struct quill_others *others,
                                         struct quill_word **words, struct quill_error *err);

#endif
