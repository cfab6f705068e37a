/* Which words of a hypothesis about a growing utterance are firm. Both rules return how many tokens at the
 * beginning are, at least n_firm and up to the end of a word. */
#ifndef QUILL_TEXT_COMMIT_H
#define QUILL_TEXT_COMMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A token of text that was heard; times in encoder frames of 20 ms from the beginning of the recording. */
struct quill_heard {
    uint32_t token;
    float logprob;             /* 0: it was forced */
    uint32_t begin, end, peak; /* by alignment; and the frame with the most attention when it was chosen */
    bool begins_word;
};

/* AlignAtt (Papi, Turchi, Negri: AlignAtt: Using attention-based audio-translation alignments as a guide for
 * simultaneous speech translation, 2023): words are firm up to the first that looks at the last n_unsure of
 * n_frames, where sound that is still missing may change it. */
size_t quill_firm_by_attention(const struct quill_heard *now, size_t n, size_t n_firm, uint32_t n_frames,
                               uint32_t n_unsure);

/* LocalAgreement-2 (Liu, Spanakis, Niehues: Low-latency sequence-to-sequence speech recognition and
 * translation by partial hypothesis selection, 2020): words are firm that two hypotheses in a row begin with.
 */
size_t quill_firm_by_agreement(const struct quill_heard *before, size_t n_before,
                               const struct quill_heard *now, size_t n, size_t n_firm);

#endif
