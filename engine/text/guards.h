/* Guards against text that nobody said. They look at numbers and at the text's shape, not at what it says: no
 * language, no list of phrases. What they drop is for the caller to keep. */
#ifndef QUILL_TEXT_GUARDS_H
#define QUILL_TEXT_GUARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quill.h"

enum quill_verdict {
    QUILL_KEEP,
    QUILL_DROP_NO_SPEECH,  /* the detector heard none, or its network finds it unlikely everywhere; or two of
                            * these: it heard little, the model heard none, the model is unsure of its words */
    QUILL_DROP_REPETITION, /* the text goes round in circles */
    QUILL_DROP_OUTSIDE_SPEECH, /* its words lie where there is no speech */
    QUILL_DROP_TOO_FAST,       /* more text than anybody can say in that time */
    QUILL_N_VERDICTS,
};

/* What is known of an utterance; all borrowed. */
struct quill_utterance_facts {
    const char *text;        /* UTF-8 */
    float avg_logprob;       /* as in struct quill_segment */
    float no_speech_prob;    /* likewise */
    float compression_ratio; /* likewise */
    const bool *speech;      /* [n_frames]: the detector's word on each frame, without hang-over */
    const float *likely;     /* [n_frames]: how likely its network finds speech about there, 0..1 */
    size_t n_frames;
    unsigned frame_ms;
    const struct quill_word
        *words; /* [n_words], times from the utterance's first sample; n_words 0: not known */
    size_t n_words;
};

/* The first guard that objects, in the order above. An empty text is kept. */
enum quill_verdict quill_guard(const struct quill_utterance_facts *facts);

/* "no speech", for messages and logs; static. */
const char *quill_verdict_name(enum quill_verdict verdict);

/* --- the parts, for tests ------------------------------------------------------------------------------ */

/* The most bytes of text[0..n) that one piece, repeated at least four times without a gap, makes up; 0: none.
 * The space behind the last may be missing. */
size_t quill_repeated_bytes(const char *text, size_t n);

/* How many words have no frame of speech within their time, give or take how far attention is off. */
size_t quill_words_outside(const struct quill_utterance_facts *facts);

#endif
