#include "text/guards.h"

#include <string.h>

/* The probabilities are OpenAI's (whisper/transcribe.py). One alone says little: models hear "no speech" in a
 * whisper, are unsure of mumbled words, and some words are as short as a knock on the table. */
#define NO_SPEECH_PROB 0.6f
#define LOW_LOGPROB -1.0f
#define LITTLE_SPEECH_MS 450
#define UNLIKELY 0.3f /* on the average over the likeliest frames in a row */
#define LIKELIEST_FRAMES 4
#define COMPRESSION_RATIO 2.4f

/* A text of which half or more is one piece over and over. What compresses well is long; this is for the
 * short. */
#define MIN_REPEATS 4
#define MIN_REPEATED_BYTES 32  /* people do say "no, no, no, no, no" */
#define MAX_REPEATED_TEXT 4096 /* bytes that are looked at: more than anybody says in 30 s */

/* Attention puts a word's ends some frames off. */
#define ATTENTION_SLACK_MS 200

/* The fastest speakers reach some 30 letters a second, where a letter is what has a code point. */
#define LETTERS_PER_S 40
#define FREE_LETTERS 12 /* a short word that the detector heard little of */

static const char *const names[QUILL_N_VERDICTS] = {
    [QUILL_KEEP] = "kept",
    [QUILL_DROP_NO_SPEECH] = "no speech",
    [QUILL_DROP_REPETITION] = "repetition",
    [QUILL_DROP_OUTSIDE_SPEECH] = "outside speech",
    [QUILL_DROP_TOO_FAST] = "too fast",
};

const char *quill_verdict_name(enum quill_verdict verdict)
{
    return names[verdict];
}

size_t quill_repeated_bytes(const char *text, size_t n)
{
    size_t most = 0;

    for (size_t period = 1; period * MIN_REPEATS <= n + 1; period++) {
        size_t same = 0; /* bytes up to here that equal those a period before */

        for (size_t i = period; i < n; i++) {
            same = text[i] == text[i - period] ? same + 1 : 0;
            if (same + period + 1 >= period * MIN_REPEATS && same + period > most)
                most = same + period;
        }
    }
    return most;
}

static bool is_repetitive(const struct quill_utterance_facts *facts)
{
    const size_t n = strnlen(facts->text, MAX_REPEATED_TEXT);
    const size_t repeated = quill_repeated_bytes(facts->text, n);

    return facts->compression_ratio > COMPRESSION_RATIO ||
           (repeated >= MIN_REPEATED_BYTES && 2 * repeated >= n);
}

static bool has_speech(const struct quill_utterance_facts *facts, int64_t start_ms, int64_t end_ms)
{
    for (size_t i = 0; i < facts->n_frames; i++) {
        const int64_t frame_ms = (int64_t)i * facts->frame_ms;

        if (facts->speech[i] && frame_ms < end_ms && frame_ms + facts->frame_ms > start_ms)
            return true;
    }
    return false;
}

size_t quill_words_outside(const struct quill_utterance_facts *facts)
{
    size_t n = 0;

    for (size_t i = 0; i < facts->n_words; i++)
        n += !has_speech(facts, facts->words[i].start_ms - ATTENTION_SLACK_MS,
                         facts->words[i].end_ms + ATTENTION_SLACK_MS);
    return n;
}

static size_t speech_ms(const struct quill_utterance_facts *facts)
{
    size_t n = 0;

    for (size_t i = 0; i < facts->n_frames; i++)
        n += facts->speech[i];
    return n * facts->frame_ms;
}

/* Slamming doors and bands move like speech, but nowhere do they sound like it for the length of a word. */
static bool is_unlikely(const struct quill_utterance_facts *facts)
{
    float sum = 0;

    for (size_t i = 0; i < facts->n_frames; i++) {
        sum += facts->likely[i];
        if (i >= LIKELIEST_FRAMES)
            sum -= facts->likely[i - LIKELIEST_FRAMES];
        if (sum >= UNLIKELY * LIKELIEST_FRAMES)
            return false;
    }
    return true;
}

/* Two of three witnesses say so: the model's first look, the detector, and how sure the model is of its
 * words. Where the detector heard nothing at all or its network finds it unlikely, nobody else is asked. */
static bool has_no_speech(const struct quill_utterance_facts *facts)
{
    const size_t ms = speech_ms(facts);

    return ms == 0 || is_unlikely(facts) ||
           (facts->no_speech_prob > NO_SPEECH_PROB) + (facts->avg_logprob < LOW_LOGPROB) +
                   (ms < LITTLE_SPEECH_MS) >=
               2;
}

static bool is_too_fast(const struct quill_utterance_facts *facts)
{
    size_t n_letters = 0;

    for (const char *c = facts->text; *c; c++)
        n_letters += (*c & 0xc0) != 0x80 && *c != ' ';
    return n_letters > FREE_LETTERS + speech_ms(facts) * LETTERS_PER_S / 1000;
}

enum quill_verdict quill_guard(const struct quill_utterance_facts *facts)
{
    if (!*facts->text)
        return QUILL_KEEP;
    if (has_no_speech(facts))
        return QUILL_DROP_NO_SPEECH;
    if (is_repetitive(facts))
        return QUILL_DROP_REPETITION;
    if (2 * quill_words_outside(facts) > facts->n_words)
        return QUILL_DROP_OUTSIDE_SPEECH;
    if (is_too_fast(facts))
        return QUILL_DROP_TOO_FAST;
    return QUILL_KEEP;
}
