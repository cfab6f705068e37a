/* Silence around words that nobody may have said (openai/whisper transcribe.py,
 * hallucination_silence_threshold): it is passed over, and what was heard there is looked for anew. Pure.
 *
 * Words count as dubious that are improbable, or far too short or long; segments whose first words are. */
#ifndef QUILL_TEXT_HALLUCINATIONS_H
#define QUILL_TEXT_HALLUCINATIONS_H

#include <stdbool.h>

#include "quill.h"

/* What a window said; times are the recording's. */
struct quill_window_facts {
    const struct quill_segment *segments; /* with words; [n_segments] */
    size_t n_segments;
    int64_t begin_ms;       /* of the window */
    int64_t sound_end_ms;   /* of the sound in it */
    int64_t end_ms;         /* of the window, if it were full of sound */
    int64_t stretch_end_ms; /* behind it there is nothing to look at */
    int64_t last_speech_ms; /* where the last word before the window ended; 0: there was none */
    bool is_complete;       /* a single time at its end says that nothing follows */
    int64_t threshold_ms;
};

struct quill_window_verdict {
    size_t n_kept;   /* of its segments, from the first on */
    int64_t next_ms; /* where to look next; < 0: where it would have been anyway */
};

struct quill_window_verdict quill_doubt_window(const struct quill_window_facts *facts);

/* Whether the segment's first words are dubious. */
bool quill_is_dubious(const struct quill_segment *segment);

#endif
