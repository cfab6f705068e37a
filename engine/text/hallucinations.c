#include "text/hallucinations.h"

#include "text/words.h"

#include <string.h>

/* As in transcribe.py. */
#define IMPROBABLE 0.15f
#define SHORT_MS 133
#define LONG_MS 2000
#define FIRST_WORDS 8
#define DUBIOUS 3.0
#define NEAR_MS 2000 /* of the window's ends */
#define LEAST_STEP_MS 1000

static double score_of(const struct quill_word *word)
{
    const int64_t ms = word->end_ms - word->start_ms;
    double score = word->probability < IMPROBABLE ? 1.0 : 0.0;

    if (ms < SHORT_MS)
        score += (double)(SHORT_MS - ms) * 0.015;
    if (ms > LONG_MS)
        score += (double)(ms - LONG_MS) / 1000.0;
    return score;
}

static bool is_only_marks(const struct quill_word *word)
{
    const char *core;

    return quill_word_core(word->text, strlen(word->text), &core) == 0;
}

bool quill_is_dubious(const struct quill_segment *segment)
{
    double score = 0.0;
    unsigned n = 0;

    if (segment->n_words == 0)
        return false;
    for (size_t i = 0; i < segment->n_words && n < FIRST_WORDS; i++) {
        if (is_only_marks(&segment->words[i]))
            continue;
        score += score_of(&segment->words[i]);
        n++;
    }
    return score >= DUBIOUS || score + 0.01 >= n;
}

static int64_t begin_of(const struct quill_segment *segment)
{
    return segment->words[0].start_ms;
}

static int64_t end_of(const struct quill_segment *segment)
{
    return segment->words[segment->n_words - 1].end_ms;
}

/* Whether there is silence, or the window's end, around the segment, or dubious words follow. */
static bool stands_alone(const struct quill_window_facts *facts, size_t i, int64_t last_end_ms)
{
    const struct quill_segment *segment = &facts->segments[i];
    const struct quill_segment *next = i + 1 < facts->n_segments ? segment + 1 : NULL;
    const int64_t next_ms = next ? begin_of(next) : facts->sound_end_ms;
    const int64_t begin_ms = begin_of(segment), end_ms = end_of(segment);
    const bool silence_before = begin_ms - last_end_ms > facts->threshold_ms ||
                                begin_ms < facts->threshold_ms || begin_ms - facts->begin_ms < NEAR_MS;
    const bool silence_behind = next_ms - end_ms > facts->threshold_ms || (next && quill_is_dubious(next)) ||
                                facts->end_ms - end_ms < NEAR_MS;

    return silence_before && silence_behind;
}

/* Where to go on when nothing is dubious: behind the last word, when there is much silence behind it. A
 * window that is full of sound is done with otherwise; of one that is not there is no more to come. */
static int64_t next_of(const struct quill_window_facts *facts)
{
    const int64_t end_ms = end_of(&facts->segments[facts->n_segments - 1]);

    if (facts->is_complete || end_ms <= facts->begin_ms)
        return -1;
    if (facts->sound_end_ms - end_ms > facts->threshold_ms)
        return end_ms;
    return facts->sound_end_ms < facts->end_ms ? -1 : facts->sound_end_ms;
}

struct quill_window_verdict quill_doubt_window(const struct quill_window_facts *facts)
{
    struct quill_window_verdict verdict = {.n_kept = facts->n_segments, .next_ms = -1};
    int64_t last_end_ms = facts->last_speech_ms;

    if (facts->n_segments == 0)
        return verdict;
    verdict.next_ms = next_of(facts);
    if (quill_is_dubious(&facts->segments[0]) &&
        begin_of(&facts->segments[0]) - facts->begin_ms > facts->threshold_ms)
        return (struct quill_window_verdict){.n_kept = 0, .next_ms = begin_of(&facts->segments[0])};
    for (size_t i = 0; i < facts->n_segments; last_end_ms = end_of(&facts->segments[i++])) {
        const struct quill_segment *segment = &facts->segments[i];
        const int64_t least_ms = facts->begin_ms + LEAST_STEP_MS;

        if (!quill_is_dubious(segment) || !stands_alone(facts, i, last_end_ms))
            continue;
        verdict.n_kept = i;
        verdict.next_ms = begin_of(segment) > least_ms ? begin_of(segment) : least_ms;
        if (facts->stretch_end_ms - end_of(segment) < facts->threshold_ms)
            verdict.next_ms = facts->stretch_end_ms;
        break;
    }
    return verdict;
}
