#include "text/trim.h"

#include <stdlib.h>
#include <string.h>

/* As in timing.py. */
#define LONGEST_MEDIAN_MS 700
#define TOLERANCE_MS 500 /* that a word may reach beyond its segment */

/* What words of the window are long, as a rule and at most. */
struct usual {
    int64_t median_ms, most_ms;
};

static int64_t length_of(const struct quill_word *word)
{
    return word->end_ms - word->start_ms;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greatest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int compare(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* Words without length do not count. */
static struct usual find_usual(const struct quill_segment *segments, size_t n, uint16_t *lengths)
{
    size_t n_lengths = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < segments[i].n_words; k++) {
            const int64_t ms = length_of(&segments[i].words[k]);

            if (ms > 0)
                lengths[n_lengths++] = (uint16_t)least(ms, UINT16_MAX);
        }
    if (n_lengths == 0)
        return (struct usual){0};
    qsort(lengths, n_lengths, sizeof *lengths, compare);
    const int64_t median_ms = (lengths[(n_lengths - 1) / 2] + lengths[n_lengths / 2]) / 2;
    const int64_t its_ms = least(median_ms, LONGEST_MEDIAN_MS);

    return (struct usual){.median_ms = its_ms, .most_ms = 2 * its_ms};
}

static bool ends_sentence(const struct quill_word *word)
{
    static const char *const marks[] = {".", "!", "?", "\u3002", "\uff01", "\uff1f"};
    const size_t n = strlen(word->text);

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const size_t n_mark = strlen(marks[i]);

        if (n >= n_mark && strcmp(word->text + n - n_mark, marks[i]) == 0)
            return true;
    }
    return false;
}

/* Pauses are between sentences. On which side of a sentence of one word, this does not tell. earliest_ms:
 * where the word ends at the earliest, if it ends a sentence; 0: that is not known. */
static void trim_at_marks(const struct usual *usual, const struct quill_word *before, struct quill_word *word,
                          int64_t earliest_ms)
{
    const bool begins = !before || ends_sentence(before), ends = ends_sentence(word);

    if (length_of(word) <= usual->most_ms || begins == ends)
        return;
    if (ends)
        word->end_ms = least(word->end_ms, greatest(word->start_ms + usual->most_ms, earliest_ms));
    else if (before)
        word->start_ms = word->end_ms - usual->most_ms;
}

/* Of two words behind a pause the second may have it, when the first was thought to lie before it. */
static void trim_behind_pause(const struct usual *usual, struct quill_word *first, struct quill_word *second)
{
    if (second && length_of(second) > usual->most_ms)
        first->end_ms = second->start_ms = second->end_ms - usual->most_ms;
    first->start_ms = greatest(first->start_ms, first->end_ms - usual->most_ms);
}

/* The end comes first, unlike in timing.py, where marks have times of their own: the pause behind a segment
 * of one word is not to be taken for one before it. */
static void trim_segment(const struct usual *usual, const struct quill_segment *segment,
                         int64_t last_speech_ms)
{
    struct quill_word *words = (struct quill_word *)segment->words;
    struct quill_word *first = &words[0], *last = &words[segment->n_words - 1];
    struct quill_word *second = segment->n_words > 1 ? first + 1 : NULL;

    if (segment->end_ms > last->start_ms && segment->end_ms + TOLERANCE_MS < last->end_ms)
        last->end_ms = least(last->end_ms, greatest(last->start_ms + usual->median_ms, segment->end_ms));
    const bool is_long = length_of(first) > usual->most_ms ||
                         (second && second->end_ms - first->start_ms > 2 * usual->most_ms);

    if (is_long && first->end_ms - last_speech_ms > 4 * usual->median_ms)
        trim_behind_pause(usual, first, second);
    if (segment->start_ms < first->end_ms && segment->start_ms - TOLERANCE_MS > first->start_ms)
        first->start_ms =
            greatest(first->start_ms, least(first->end_ms - usual->median_ms, segment->start_ms));
}

void quill_trim_words(const struct quill_segment *segments, size_t n, int64_t last_speech_ms,
                      uint16_t *lengths)
{
    const struct usual usual = find_usual(segments, n, lengths);
    struct quill_word *before = NULL;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < segments[i].n_words; k++) {
            struct quill_word *word = (struct quill_word *)&segments[i].words[k];

            trim_at_marks(&usual, before, word, k + 1 < segments[i].n_words ? 0 : segments[i].end_ms);
            before = word;
        }
    for (size_t i = 0; i < n; i++) {
        if (segments[i].n_words == 0)
            continue;
        trim_segment(&usual, &segments[i], last_speech_ms);
        last_speech_ms = segments[i].words[segments[i].n_words - 1].end_ms;
    }
}
