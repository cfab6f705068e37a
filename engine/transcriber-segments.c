/* What a window said, and when: segments and words of the result, and what the next window is told of them.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "text/hallucinations.h"
#include "text/trim.h"
#include "text/unicode.h"
#include "transcriber-run.h"

/* Appends to the history, of which what is carried and the newest of the rest are kept. */
static void remember(struct quill_run *run, const uint32_t *tokens, size_t n)
{
    const size_t room = run->max_history - run->n_carried, n_old = run->n_history - run->n_carried;
    uint32_t *recent = run->slot->history + run->n_carried;
    if (n > room) {
        tokens += n - room;
        n = room;
    }
    const size_t kept = n_old < room - n ? n_old : room - n;
    memmove(recent, recent + n_old - kept, kept * sizeof *recent);
    memcpy(recent + kept, tokens, n * sizeof *recent);
    run->n_history = run->n_carried + kept + n;
}

int64_t quill_run_time_of(const struct quill_run *run, int64_t ms)
{
    const int64_t begin_ms = (int64_t)(run->stretch.begin / QUILL_SAMPLES_PER_MS);
    const int64_t end_ms = (int64_t)(run->stretch.end / QUILL_SAMPLES_PER_MS);

    return begin_ms + ms < end_ms ? begin_ms + ms : end_ms;
}

/* ---- when it was said -------------------------------------------------------------------------------------
 */

/* Writes what the window's text is aligned by, without its times, and returns its length; *n_sot: what is
 * before the text. */
static size_t write_aligned(const struct quill_run *run, uint32_t *out, size_t *n_sot)
{
    const struct quill_slot *slot = run->slot;
    const uint32_t eot = slot->rules.specials.eot;
    size_t n = *n_sot = quill_run_write_sot(run, false, out);

    for (size_t i = 0; i < run->search.n_tokens; i++)
        if (slot->tokens[i] < eot)
            out[n++] = slot->tokens[i];
    out[n++] = eot;
    return n;
}

/* Finds when the window's text was spoken, as find_alignment in openai/whisper timing.py does: it is fed once
 * more, whole and without what came before the window. */
static enum quill_status align_tokens(struct quill_run *run, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    struct quill_slot *slot = run->slot;
    const size_t n_frames = (run->window_frames + 1) / 2;
    const double start_ms = quill_now_ms();
    uint16_t *begins = t->ends; /* not needed otherwise now */
    size_t n_sot, next = 0;
    const size_t n = write_aligned(run, slot->fed, &n_sot);
    const struct quill_feed feed = {.sequence = slot->sequence, .tokens = slot->fed, .n = n, .map = &t->map};

    if (n == n_sot + 1)
        return QUILL_OK;
    t->map.n_frames = n_frames;
    quill_decoder_truncate(t->decoder, slot->sequence, 0);
    QUILL_TRY(quill_decoder_feed(t->decoder, &t->workers.compute, &feed, 1, NULL, &run->cancel, err));
    const float *looks =
        t->map.average + (n_sot - 1) * n_frames; /* of the token before the first and so on */
    quill_align(looks, n - n_sot - 1, n_frames, t->align_cost, t->align_steps, begins);
    for (size_t i = 0; i < run->search.n_tokens; i++)
        if (slot->tokens[i] < slot->rules.specials.eot) {
            slot->spoken[i].peak = (uint16_t)quill_attention_peak(looks + next * n_frames, n_frames);
            slot->spoken[i].begin = begins[next++];
            slot->spoken[i].end = begins[next];
        }
    run->builder->result.timings.decode_ms += quill_now_ms() - start_ms;
    quill_trace_lap(t->trace, QUILL_TRACE_SEARCH);
    return QUILL_OK;
}

/* Keeps only the text tokens of a piece, with all that is known of them; returns how many. */
static size_t keep_text(struct quill_run *run, size_t begin, size_t end)
{
    struct quill_slot *slot = run->slot;
    size_t n = begin;

    for (size_t i = begin; i < end; i++) {
        if (slot->tokens[i] >= run->t->rules.specials.eot)
            continue;
        slot->tokens[n] = slot->tokens[i];
        slot->logprobs[n] = slot->logprobs[i];
        slot->spoken[n++] = slot->spoken[i];
    }
    return n - begin;
}

/* Tells the draft's owner of n tokens, in words that end before begin + t->ends[i]. */
static void report_heard(struct quill_run *run, size_t begin, size_t n)
{
    const struct quill_slot *slot = run->slot;
    const uint16_t *ends = run->t->ends;
    const uint32_t first = (uint32_t)(run->seek / 2);
    size_t word = 0;

    for (size_t i = begin; i < begin + n && run->n_found < run->draft->capacity; i++) {
        const bool begins_word = i == begin || i == begin + ends[word];

        word += i > begin && begins_word;
        run->draft->heard[run->n_found++] = (struct quill_heard){.token = slot->tokens[i],
                                                                 .logprob = slot->logprobs[i],
                                                                 .begin = first + slot->spoken[i].begin,
                                                                 .end = first + slot->spoken[i].end,
                                                                 .peak = first + slot->spoken[i].peak,
                                                                 .begins_word = begins_word};
    }
}

static enum quill_status append_words(struct quill_run *run, size_t begin, size_t n, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    const struct quill_slot *slot = run->slot;
    const int64_t window_ms = (int64_t)run->seek * QUILL_FRAME_MS;
    const bool by_spaces = quill_language_has_spaces(quill_language_code((unsigned)run->language));
    const size_t n_words = quill_split_words(t->tokenizer, slot->tokens + begin, n, by_spaces, t->ends);
    struct quill_word *words;
    size_t first = begin;

    if (run->draft)
        report_heard(run, begin, n);
    QUILL_TRY(quill_result_add_words(run->builder, t->tokenizer, slot->tokens + begin, t->ends, n_words,
                                     slot->spoken + begin, run->params->n_alternatives ? t->others : NULL,
                                     &words, err));
    for (size_t i = 0; i < n_words; i++) {
        const size_t end = begin + t->ends[i];
        float sum = 0.0f;

        for (size_t k = first; k < end; k++)
            sum += expf(slot->logprobs[k]);
        words[i].start_ms = quill_run_time_of(run, window_ms + slot->spoken[first].begin * QUILL_STEP_MS);
        words[i].end_ms = quill_run_time_of(run, window_ms + slot->spoken[end - 1].end * QUILL_STEP_MS);
        words[i].probability = sum / (float)(end - first);
        first = end;
    }
    return QUILL_OK;
}

/* Segments of a window; those without length or words are left out, and empty pieces then. */
static enum quill_status append_segments(struct quill_run *run, const struct quill_cut *cut,
                                         struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    const int64_t window_ms = (int64_t)run->seek * QUILL_FRAME_MS;
    for (size_t i = 0; i < cut->n_pieces; i++) {
        struct quill_piece *piece = &cut->pieces[i];
        const uint32_t *tokens = run->slot->tokens + piece->begin;
        const size_t n_tokens = piece->end - piece->begin;
        const char *start;
        quill_tokens_to_text(t->tokenizer, tokens, n_tokens, t->text, QUILL_COMPRESSION_MAX + 1);
        if (piece->start_ms == piece->end_ms || quill_strip(t->text, &start) == 0) {
            piece->end = piece->begin;
            continue;
        }
        struct quill_segment segment = run->facts;
        segment.start_ms = quill_run_time_of(run, window_ms + piece->start_ms);
        segment.end_ms = quill_run_time_of(run, window_ms + piece->end_ms);
        QUILL_TRY(quill_result_append(run->builder, &segment, t->tokenizer, tokens, n_tokens, err));
        if (!run->params->word_timestamps)
            continue;
        QUILL_TRY(append_words(run, piece->begin, keep_text(run, piece->begin, piece->end), err));
    }
    return QUILL_OK;
}

/* What the first n segments of a window said; tokens: all of the window's, with its times. */
static void remember_segments(struct quill_run *run, const struct quill_cut *cut, const uint32_t *tokens,
                              size_t n)
{
    for (size_t i = 0; i < cut->n_pieces && n > 0; i++) {
        const struct quill_piece *piece = &cut->pieces[i];

        if (piece->end == piece->begin)
            continue;
        remember(run, tokens + piece->begin, piece->end - piece->begin);
        n--;
    }
}

/* Segments of the window, from the first on, begin and end with their words, as timing.py has it, unless these
 * take no time at all: the times that the model tells are only near them. */
static void fit_to_words(struct quill_result *result, size_t first)
{
    for (size_t i = first; i < result->n_segments; i++) {
        struct quill_segment *segment = &result->segments[i];
        const struct quill_word *words = segment->words;

        if (segment->n_words == 0 || words[0].start_ms >= words[segment->n_words - 1].end_ms)
            continue;
        segment->start_ms = words[0].start_ms;
        segment->end_ms = words[segment->n_words - 1].end_ms;
    }
}

/* The words of the window, whose segments begin at the first, end with speech. What was said before the
 * stretch does not matter. A draft goes by how they are aligned. */
static void trim_window(struct quill_run *run, size_t first)
{
    struct quill_result *result = &run->builder->result;
    const int64_t begin_ms = quill_run_time_of(run, 0);

    if (run->draft)
        return;
    quill_trim_words(result->segments + first, result->n_segments - first,
                     run->last_speech_ms > begin_ms ? run->last_speech_ms : begin_ms, run->t->ends);
    fit_to_words(result, first);
}

/* Where the last word of those that are kept of the window ends. */
static void note_last_speech(struct quill_run *run, size_t first)
{
    const struct quill_result *result = &run->builder->result;

    if (result->n_segments == first)
        return;
    const struct quill_segment *last = &result->segments[result->n_segments - 1];
    if (last->n_words > 0)
        run->last_speech_ms = last->words[last->n_words - 1].end_ms;
}

/* Drops segments of the window, from the first on that nobody may have said; where to move on to then. */
static void doubt_window(struct quill_run *run, size_t first, struct quill_cut *cut)
{
    struct quill_result *result = &run->builder->result;
    const int64_t seek_ms = (int64_t)run->seek * QUILL_FRAME_MS;

    const struct quill_window_facts facts = {
        .segments = result->segments + first,
        .n_segments = result->n_segments - first,
        .begin_ms = quill_run_time_of(run, seek_ms),
        .sound_end_ms = quill_run_time_of(run, seek_ms + (int64_t)run->window_frames * QUILL_FRAME_MS),
        .end_ms = quill_run_time_of(run, seek_ms) + 2 * (int64_t)quill_run_most_context(run) * QUILL_FRAME_MS,
        .stretch_end_ms = (int64_t)(run->stretch.end / QUILL_SAMPLES_PER_MS),
        .last_speech_ms = run->last_speech_ms,
        .is_complete = cut->is_complete,
        .threshold_ms = lroundf(1000.0f * run->params->hallucination_silence_threshold),
    };
    const struct quill_window_verdict verdict = quill_doubt_window(&facts);

    quill_result_drop(run->builder, first + verdict.n_kept);
    if (verdict.next_ms > facts.begin_ms)
        cut->n_frames = (size_t)(verdict.next_ms - facts.begin_ms + QUILL_FRAME_MS - 1) / QUILL_FRAME_MS;
}

static bool is_silence(const struct quill_params *params, const struct quill_segment *facts)
{
    return facts->no_speech_prob > params->no_speech_threshold &&
           (params->logprob_threshold == -INFINITY || !(facts->avg_logprob > params->logprob_threshold));
}

enum quill_status quill_run_finish_window(struct quill_run *run, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    const struct quill_params *params = run->params;
    /* What a stream looks at is judged by its guards, which tell what they leave out. */
    if (!run->draft && is_silence(params, &run->facts)) {
        run->seek += run->window_frames;
        return QUILL_OK;
    }

    struct quill_cut cut = {.pieces = t->pieces};
    quill_cut_window(run->slot->tokens, run->search.n_tokens, t->rules.specials.first_timestamp,
                     run->window_frames, &cut);
    const size_t n_before = run->builder->result.n_segments;
    if (params->n_alternatives > 0)
        QUILL_TRY(quill_run_find_alternatives(run, err));
    if (params->word_timestamps)
        QUILL_TRY(align_tokens(run, err));
    memcpy(run->slot->fed, run->slot->tokens, run->search.n_tokens * sizeof *run->slot->fed);
    QUILL_TRY(append_segments(run, &cut, err));
    if (params->word_timestamps)
        trim_window(run, n_before);
    if (params->hallucination_silence_threshold > 0.0f)
        doubt_window(run, n_before, &cut);
    note_last_speech(run, n_before);
    remember_segments(run, &cut, run->slot->fed, run->builder->result.n_segments - n_before);
    for (size_t i = n_before; params->segment && i < run->builder->result.n_segments; i++)
        params->segment(params->user, &run->builder->result.segments[i]);
    if (!params->condition_on_previous || run->facts.temperature > params->prompt_reset_temperature)
        run->n_history = run->n_carried;
    run->seek += cut.n_frames;
    return QUILL_OK;
}
