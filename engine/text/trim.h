/* Words that reach into pauses: each ends where the next one begins, by how they are aligned, so that the
 * words around a pause have it to themselves. They are cut to what words are long, and to the segment's times
 * (openai/whisper timing.py, add_word_timestamps). A long word at the end of a sentence stays as long as its
 * segment, if that ends there: timing.py goes by the times of marks. Pure. */
#ifndef QUILL_TEXT_TRIM_H
#define QUILL_TEXT_TRIM_H

#include "quill.h"

/* segments [n]: those of a window, with words, whose times are changed in place; the words' order stays.
 * last_speech_ms: where the last word before the window ended; 0: there was none.
 * lengths: scratch, for as many as there are words. */
void quill_trim_words(const struct quill_segment *segments, size_t n, int64_t last_speech_ms,
                      uint16_t *lengths);

#endif
