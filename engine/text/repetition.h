/* Text that was written before in the window is less likely to come again, or never (CTranslate2:
 * repetition_penalty, after Keskar et al., CTRL; no_repeat_ngram_size). Times come in pairs and are no text:
 * they are left alone. Pure. */
#ifndef QUILL_TEXT_REPETITION_H
#define QUILL_TEXT_REPETITION_H

#include <stddef.h>
#include <stdint.h>

struct quill_repetition {
    float penalty;     /* > 0; 1: none */
    size_t ngram_size; /* tokens in a row that do not come twice; 0: any may */
};

/* What a window has so far, and what comes of repeating it. */
struct quill_written {
    const struct quill_repetition *repetition;
    const uint32_t *tokens; /* [n] */
    size_t n;
    uint32_t eot; /* tokens from it on are no text */
};

/* What becomes of the logit of a token that comes next: divided by the penalty where it is above 0,
 * multiplied where it is below, when the token was there before. */
float quill_repetition_penalise(const struct quill_written *written, uint32_t token, float logit);

/* That for all tokens, and -INFINITY for those that would complete what was there before. logits: [>= eot].
 */
void quill_repetition_apply(const struct quill_written *written, float *logits);

#endif
