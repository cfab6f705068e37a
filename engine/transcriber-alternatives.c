/* What else each word of a window might have been. The window's text is fed once more, word by word from the
 * last to the first, so that what lies before a word is still in the decoder's sequence. At each token of a
 * word the likeliest others are candidates, with what of the word is before them; the best of these are
 * completed greedily up to the next word, all of a word at a time, on sequences that share the past. Where
 * the text has left the grammar, anything may be one. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "text/words.h"
#include "transcriber-run.h"

#define MAX_TOKENS 12 /* of an alternative */
#define SPARE 4       /* candidates beyond those asked for: some turn out to be the word itself */
#define MAX_CANDIDATES (QUILL_MAX_ALTERNATIVES + SPARE)

struct candidate {
    uint32_t tokens[1 + MAX_TOKENS]; /* the one before the word; the alternative's */
    size_t n;                        /* of the alternative's */
    double sum;                      /* their log-probabilities */
    double rank;                     /* these, and that of the end if it is known */
    bool is_complete;
};

/* A word: tokens begin..end of what the search found. */
struct place {
    struct quill_run *run;
    size_t begin, end;
    bool by_spaces;
    struct candidate candidates[MAX_CANDIDATES]; /* by rank */
    size_t n_candidates;
};

/* ---- what a token means for a word ------------------------------------------------------------------- */

static bool has_space(const struct quill_run *run, uint32_t token)
{
    const struct quill_token_text text = quill_token_bytes(run->t->tokenizer, token);

    return text.len > 0 && text.bytes[0] == ' ';
}

/* Whether a word is over when this comes next. */
static bool is_behind_word(const struct place *place, uint32_t token)
{
    const struct quill_run *run = place->run;

    return token >= run->t->rules.specials.eot ||
           quill_begins_word(run->t->tokenizer, token, place->by_spaces);
}

/* Whether a word may begin with this in place of the one that begins with `first`. */
static bool may_begin(const struct place *place, uint32_t token, uint32_t first)
{
    const struct quill_run *run = place->run;
    const struct quill_token_text text = quill_token_bytes(run->t->tokenizer, token);
    const size_t n_space = has_space(run, token);

    return text.len > n_space && n_space == (size_t)has_space(run, first) &&
           (n_space > 0 || quill_begins_word(run->t->tokenizer, token, false));
}

/* ---- candidates --------------------------------------------------------------------------------------- */

static size_t n_wanted(const struct place *place)
{
    return place->run->params->n_alternatives + SPARE;
}

static void consider(struct place *place, const struct candidate *candidate)
{
    struct candidate *const list = place->candidates;
    size_t at = place->n_candidates < n_wanted(place) ? place->n_candidates++ : place->n_candidates - 1;

    while (at > 0 && list[at - 1].rank < candidate->rank) {
        list[at] = list[at - 1];
        at--;
    }
    list[at] = *candidate;
}

static bool is_of_interest(const struct place *place, double rank)
{
    return place->n_candidates < n_wanted(place) || rank > place->candidates[place->n_candidates - 1].rank;
}

/* The token before the word: of the text, or the prompt's last. */
static uint32_t token_before(const struct place *place)
{
    const struct quill_search *s = &place->run->search;

    return place->begin > 0 ? s->tokens[place->begin - 1] : s->prompt[s->n_prompt - 1];
}

/* What the grammar does not allow behind these tokens is no alternative there. */
static void keep_to_grammar(struct quill_search *s, const uint32_t *tokens, size_t n)
{
    if (s->grammar)
        quill_grammar_penalise(s->grammar, tokens, n, INFINITY, s->logits);
}

/* What might have been said from token `at` of the word on, by the logits behind those before. Returns the
 * log-probability of what the word has there. */
static double consider_others(struct place *place, size_t at, const float *logits, double so_far)
{
    struct quill_search *s = &place->run->search;
    const uint32_t *word = s->tokens + place->begin, own = word[at];
    const float log_sum = quill_search_weigh(s, logits, s->tokens, place->begin + at);
    const double own_logprob = (double)(s->logits[own] - log_sum);
    struct candidate candidate = {.tokens = {token_before(place)}, .n = at + 1};
    float end = -INFINITY;

    keep_to_grammar(s, s->tokens, place->begin + at);
    memcpy(candidate.tokens + 1, word, at * sizeof *word);
    for (uint32_t token = 0; token < s->n_vocab; token++) {
        const float logprob = s->logits[token] - log_sum;
        const double rank = so_far + (double)logprob;

        if (at > 0 && is_behind_word(place, token)) {
            end = fmaxf(end, logprob);
            continue;
        }
        if (token == own || !(logprob > -INFINITY) || !is_of_interest(place, rank) ||
            (at == 0 && !may_begin(place, token, own)))
            continue;
        candidate.tokens[1 + at] = token;
        candidate.sum = candidate.rank = rank;
        consider(place, &candidate);
    }
    if (end > -INFINITY && is_of_interest(place, so_far + (double)end)) {
        candidate.n = at;
        candidate.sum = so_far;
        candidate.rank = so_far + (double)end;
        candidate.is_complete = true;
        consider(place, &candidate);
    }
    return own_logprob;
}

/* Tokens in the sequence before the one before the word. */
static size_t length_before(const struct place *place)
{
    return place->run->search.n_prompt + place->begin - 1;
}

static enum quill_status find_candidates(struct place *place, struct quill_error *err)
{
    struct quill_run *run = place->run;
    struct quill_search *s = &run->search;
    const size_t length = place->end - place->begin;
    size_t n = length < s->max_logits ? length : s->max_logits;
    const float *logits = NULL;
    double so_far = 0.0;

    if (n > MAX_TOKENS)
        n = MAX_TOKENS;
    s->fed[0] = token_before(place);
    memcpy(s->fed + 1, s->tokens + place->begin, (n - 1) * sizeof *s->fed);
    quill_decoder_truncate(run->t->decoder, s->sequence, length_before(place));
    QUILL_TRY(quill_decoder_feed(run->t->decoder, &run->t->workers.compute,
                                 &(struct quill_feed){s->sequence, s->fed, n, n, NULL}, 1, &logits,
                                 &run->cancel, err));
    place->n_candidates = 0;
    for (size_t i = 0; i < n; i++)
        so_far += consider_others(place, i, logits + i * s->n_vocab, so_far);
    return QUILL_OK;
}

/* ---- completion --------------------------------------------------------------------------------------- */

/* The candidate by one token, or its end; one that there is no room for, or no way to go on,
 * is given up. */
static void go_on(struct place *place, struct candidate *candidate, const float *logits)
{
    struct quill_search *s = &place->run->search;
    uint32_t *text = s->fed; /* not needed meanwhile */

    memcpy(text, s->tokens, place->begin * sizeof *text);
    memcpy(text + place->begin, candidate->tokens + 1, candidate->n * sizeof *text);
    const float log_sum = quill_search_weigh(s, logits, text, place->begin + candidate->n);
    keep_to_grammar(s, text, place->begin + candidate->n);
    const uint32_t next = (uint32_t)quill_argmax(s->kernels, s->logits, s->n_vocab, s->rules->specials.eot);

    const bool is_dead_end = !(s->logits[next] > -INFINITY);
    candidate->is_complete = is_behind_word(place, next) && !is_dead_end;
    if (candidate->is_complete)
        return;
    if (is_dead_end || candidate->n == MAX_TOKENS ||
        length_before(place) + candidate->n + 2 > s->n_text_ctx) {
        candidate->is_complete = true;
        candidate->n = 0;
        return;
    }
    candidate->sum += (double)(s->logits[next] - log_sum);
    candidate->tokens[1 + candidate->n++] = next;
}

/* The first n candidates of list, each on a sequence of its own. */
static enum quill_status complete_some(struct place *place, struct candidate *list, size_t n,
                                       struct quill_error *err)
{
    struct quill_run *run = place->run;
    struct quill_decoder *decoder = run->t->decoder;
    const size_t sequence = run->search.sequence;
    size_t n_fed[QUILL_MAX_HYPOTHESES] = {0};

    quill_decoder_truncate(decoder, sequence, length_before(place));
    for (size_t i = 1; i < n; i++)
        quill_decoder_fork(decoder, sequence, sequence + i);
    for (;;) {
        struct quill_feed feeds[QUILL_MAX_HYPOTHESES];
        const float *logits = NULL;
        size_t n_feeds = 0;

        for (size_t i = 0; i < n; i++) {
            if (list[i].is_complete)
                continue;
            feeds[n_feeds++] = (struct quill_feed){.sequence = sequence + i,
                                                   .tokens = list[i].tokens + n_fed[i],
                                                   .n = 1 + list[i].n - n_fed[i],
                                                   .n_logits = 1};
            n_fed[i] = 1 + list[i].n;
        }
        if (n_feeds == 0)
            return QUILL_OK;
        QUILL_TRY(quill_decoder_feed(decoder, &run->t->workers.compute, feeds, n_feeds, &logits, &run->cancel,
                                     err));
        for (size_t i = 0, k = 0; i < n; i++)
            if (!list[i].is_complete)
                go_on(place, &list[i], logits + k++ * run->search.n_vocab);
    }
}

static enum quill_status complete(struct place *place, struct quill_error *err)
{
    const size_t n_text_ctx = place->run->search.n_text_ctx, fit = n_text_ctx / (1 + MAX_TOKENS);
    const size_t most = place->run->t->n_hypotheses < fit ? place->run->t->n_hypotheses : fit;
    const size_t n_each = most > 0 ? most : 1;

    for (size_t i = 0; i < place->n_candidates; i++)
        if (length_before(place) + place->candidates[i].n + 1 > n_text_ctx) {
            place->candidates[i].is_complete = true;
            place->candidates[i].n = 0;
        }
    for (size_t i = 0; i < place->n_candidates; i += n_each) {
        const size_t left = place->n_candidates - i;

        QUILL_TRY(complete_some(place, place->candidates + i, left < n_each ? left : n_each, err));
    }
    return QUILL_OK;
}

/* ---- what is found ------------------------------------------------------------------------------------ */

static bool is_among(const struct quill_other *others, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(others[i].text, text))
            return true;
    return false;
}

/* Inserts the text of a candidate, unless it is none, is too long, or is what the word or another is. */
static void take(const struct place *place, const struct candidate *candidate, const char *word,
                 struct quill_others *found)
{
    const size_t most = place->run->params->n_alternatives;
    struct quill_other other = {.logprob = (float)(candidate->sum / (double)candidate->n)};
    char text[2 * QUILL_OTHER_BYTES];
    const char *core = text;
    size_t n = quill_tokens_to_text(place->run->t->tokenizer, candidate->tokens + 1, candidate->n, text,
                                    sizeof text);

    if (n >= sizeof text)
        return;
    n = quill_word_core(text, n, &core);
    if (n == 0 || n >= sizeof other.text)
        return;
    memcpy(other.text, core, n);
    if (!strcmp(other.text, word) || is_among(found->other, found->n, other.text))
        return;
    size_t at = found->n < most ? found->n++ : found->n;
    while (at > 0 && found->other[at - 1].logprob < other.logprob) {
        if (at < most)
            found->other[at] = found->other[at - 1];
        at--;
    }
    if (at < most)
        found->other[at] = other;
}

static void take_all(struct place *place, struct quill_others *found)
{
    const struct quill_search *s = &place->run->search;
    char text[QUILL_OTHER_BYTES], word[QUILL_OTHER_BYTES] = "";
    const char *core = text;
    size_t n = quill_tokens_to_text(place->run->t->tokenizer, s->tokens + place->begin,
                                    place->end - place->begin, text, sizeof text);

    if (n < sizeof text) { /* a longer word is no alternative */
        n = quill_word_core(text, n, &core);
        memcpy(word, core, n);
        word[n] = '\0';
    }
    found->n = 0;
    for (size_t i = 0; i < place->n_candidates; i++)
        if (place->candidates[i].n > 0)
            take(place, &place->candidates[i], word, found);
}

/* ---- all words of a window ---------------------------------------------------------------------------- */

/* The words of the text from `first` on that has no times in it, in the order of their places. Returns what
 * lies behind it. */
static size_t place_words(struct quill_run *run, size_t first, bool by_spaces, size_t *n_words)
{
    struct quill_transcriber *t = run->t;
    const struct quill_search *s = &run->search;
    size_t end = first;

    while (end < s->n_tokens && s->tokens[end] < t->rules.specials.eot)
        end++;
    const size_t n = quill_split_words(t->tokenizer, s->tokens + first, end - first, by_spaces, t->ends);
    for (size_t i = 0, begin = first; i < n; begin = first + t->ends[i++]) {
        run->slot->spoken[begin].word = (uint16_t)*n_words;
        t->others[(*n_words)++] = (struct quill_others){.begin = begin, .end = first + t->ends[i]};
    }
    return end + 1;
}

enum quill_status quill_run_find_alternatives(struct quill_run *run, struct quill_error *err)
{
    struct place place = {
        .run = run,
        .by_spaces = quill_language_has_spaces(quill_language_code((unsigned)run->language)),
    };
    const double start_ms = quill_now_ms();
    size_t n_words = 0;

    for (size_t i = 0; i < run->search.n_tokens;)
        i = place_words(run, i, place.by_spaces, &n_words);
    while (n_words-- > 0) {
        struct quill_others *found = &run->t->others[n_words];

        place.begin = found->begin;
        place.end = found->end;
        if (place.begin < run->search.n_forced)
            continue;
        QUILL_TRY(find_candidates(&place, err));
        QUILL_TRY(complete(&place, err));
        take_all(&place, found);
    }
    run->builder->result.timings.decode_ms += quill_now_ms() - start_ms;
    quill_trace_lap(run->t->trace, QUILL_TRACE_SEARCH);
    return QUILL_OK;
}
