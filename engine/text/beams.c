#include <assert.h>
#include <math.h>
#include <string.h>

#include "text/search.h"

#define STRETCH 64 /* tokens */

/* A continuation of a beam. */
struct candidate {
    size_t beam;
    uint32_t token;
    float logprob;
    double sum;  /* of the beam's log-probabilities and this one */
    double rank; /* that, and what else counts */
};

static bool has_room(const struct quill_search *s, size_t n_tokens)
{
    return s->n_prompt + n_tokens <= s->n_text_ctx && n_tokens < s->max_tokens;
}

/* Whether a hypothesis that is what was firm as far as it goes would not be with this token. */
static bool strays(const struct quill_search *s, const struct quill_beam *beam, uint32_t token)
{
    return beam->is_firm && beam->n_tokens < s->n_firm && token != s->draft[beam->n_tokens];
}

static double rank(const struct quill_beam *beam)
{
    return beam->sum_logprob + beam->favour;
}

/* What is forced, and where the vocabulary stands behind it. */
static void begin_forced(const struct quill_search *s, struct quill_beam *beam)
{
    memcpy(beam->tokens, s->tokens, s->n_forced * sizeof *beam->tokens);
    memcpy(beam->logprobs, s->logprobs, s->n_forced * sizeof *beam->logprobs);
    beam->n_tokens = s->n_forced;
    beam->terms = s->terms;
}

void quill_beams_begin(struct quill_search *s)
{
    struct quill_beams *beams = s->beams;

    assert(beams->n >= 2 && beams->n <= QUILL_MAX_BEAMS && beams->n <= s->max_logits);
    beams->n_finished = 0;
    beams->best_score = -INFINITY;
    for (size_t i = 0; i < beams->n; i++) {
        struct quill_beam *beam = &beams->beam[i];

        beam->n_tokens = 0;
        beam->is_firm = true;
        beam->sum_logprob = 0.0;
        beam->favour = 0.0;
        quill_vocabulary_begin(&beam->terms);
        beam->random =
            s->seed + i * 0x632be59bd9b4e019u; /* far apart; the first is that of a single sample */
        beam->is_open = i == 0;                /* what follows the prompt is the same for all */
    }
    begin_forced(s, &beams->beam[0]);
}

/* ---- what is fed ------------------------------------------------------------------------------------ */

size_t quill_beams_feeds(struct quill_search *s, struct quill_feed *feeds)
{
    struct quill_beams *beams = s->beams;
    size_t n = 0;

    for (size_t i = 0; i < beams->n; i++) {
        const struct quill_beam *beam = &beams->beam[i];

        if (beam->is_open)
            feeds[n++] = (struct quill_feed){.sequence = s->sequence + i,
                                             .tokens = &beam->tokens[beam->n_tokens - 1],
                                             .n = 1,
                                             .n_logits = 1};
    }
    return n;
}

/* ---- what is finished ------------------------------------------------------------------------------- */

static double score(const struct quill_beams *beams, double sum, size_t n_tokens)
{
    const double length = (double)n_tokens;

    if (beams->length_penalty >= 0.0f)
        return sum / pow((5.0 + length) / 6.0, (double)beams->length_penalty);
    return n_tokens > 0 ? sum / length : sum;
}

/* What counts besides its log-probabilities when it ends here. */
static double favour_at_end(const struct quill_search *s, const struct quill_beam *beam)
{
    const uint32_t eot = s->rules->specials.eot;
    struct quill_term_state terms = beam->terms;
    const double gained =
        beam->favour + (double)quill_search_advance(s, &terms, beam->tokens, beam->n_tokens, eot);

    return strays(s, beam, eot) ? gained - (double)s->firm_tolerance : gained;
}

/* The best so far is the search's. */
static void finish(struct quill_search *s, const struct quill_beam *beam, double sum)
{
    struct quill_beams *beams = s->beams;
    const double its_score = score(beams, sum + favour_at_end(s, beam), beam->n_tokens - s->n_forced);

    if (beams->n_finished++ > 0 && !(its_score > beams->best_score))
        return;
    beams->best_score = its_score;
    s->n_tokens = beam->n_tokens;
    s->sum_logprob = sum;
    memcpy(s->tokens, beam->tokens, beam->n_tokens * sizeof *beam->tokens);
    memcpy(s->logprobs, beam->logprobs, beam->n_tokens * sizeof *beam->logprobs);
}

static void append(const struct quill_search *s, struct quill_beam *beam, uint32_t token, float logprob,
                   double sum)
{
    beam->favour += (double)quill_search_advance(s, &beam->terms, beam->tokens, beam->n_tokens, token);
    if (strays(s, beam, token)) {
        beam->favour -= (double)s->firm_tolerance;
        beam->is_firm = false;
    }
    beam->tokens[beam->n_tokens] = token;
    beam->logprobs[beam->n_tokens++] = logprob;
    beam->sum_logprob = sum;
    beam->is_open = true;
}

/* Beam `to`, whatever it was, becomes a second `from`. */
static void fork_beam(struct quill_search *s, struct quill_decoder *decoder, size_t from, size_t to)
{
    const struct quill_beam *source = &s->beams->beam[from];
    struct quill_beam *copy = &s->beams->beam[to];

    memcpy(copy->tokens, source->tokens, source->n_tokens * sizeof *copy->tokens);
    memcpy(copy->logprobs, source->logprobs, source->n_tokens * sizeof *copy->logprobs);
    copy->n_tokens = source->n_tokens;
    copy->sum_logprob = source->sum_logprob;
    copy->terms = source->terms;
    copy->favour = source->favour;
    copy->is_firm = source->is_firm;
    quill_decoder_fork(decoder, s->sequence + from, s->sequence + to);
}

/* ---- beam search ------------------------------------------------------------------------------------ */

/* Inserts a candidate in front of those with lower ranks, of which the last falls out when there are max. */
static void insert(struct candidate *list, size_t *n, size_t max, struct candidate candidate)
{
    size_t at = *n < max ? (*n)++ : max - 1;

    while (at > 0 && list[at - 1].rank < candidate.rank) {
        list[at] = list[at - 1];
        at--;
    }
    list[at] = candidate;
}

/* A beam that is being continued: what its rank is so far, and its likeliest continuations, one more than
 * there are beams, for one of them may be its end. */
struct continuations {
    struct quill_search *s;
    const struct quill_beam *beam;
    const float *logits;
    float log_sum;
    double so_far;
    size_t n_each, n;
    struct candidate own[QUILL_MAX_BEAMS + 1];
};

static bool would_count(const struct continuations *c, double its_rank)
{
    return c->n < c->n_each || its_rank > c->own[c->n - 1].rank;
}

static void consider(struct continuations *c, uint32_t token)
{
    const struct quill_search *s = c->s;
    const float favoured = s->logits[token] - c->log_sum;
    const double cost = strays(s, c->beam, token) ? (double)s->firm_tolerance : 0.0;
    const double its_rank = c->so_far + (double)favoured - cost;

    if (!(favoured > -INFINITY && would_count(c, its_rank)))
        return;
    const float logprob =
        quill_search_logprob(s, c->logits, c->log_sum, c->beam->tokens, c->beam->n_tokens, token);
    const double sum = c->beam->sum_logprob + (double)logprob;

    insert(c->own, &c->n, c->n_each,
           (struct candidate){(size_t)(c->beam - s->beams->beam), token, logprob, sum, its_rank});
}

/* Adds a beam's likeliest continuations. Of most stretches of the vocabulary not even the likeliest token
 * counts. */
static void continue_beam(struct quill_search *s, size_t i, const float *logits, struct candidate *list,
                          size_t *n)
{
    struct continuations c = {
        .s = s, .beam = &s->beams->beam[i], .logits = logits, .n_each = s->beams->n + 1};

    c.log_sum = quill_search_weigh(s, logits, c.beam->tokens, c.beam->n_tokens);
    c.so_far = rank(c.beam) +
               (double)quill_search_favour(s, logits, &c.beam->terms, c.beam->tokens, c.beam->n_tokens);
    for (size_t first = 0; first < s->n_vocab; first += STRETCH) {
        const size_t n_tokens = s->n_vocab - first < STRETCH ? s->n_vocab - first : STRETCH;
        const float likeliest = s->kernels->maximum(s->logits + first, n_tokens) - c.log_sum;

        if (!would_count(&c, c.so_far + (double)likeliest))
            continue;
        for (size_t k = 0; k < n_tokens; k++)
            consider(&c, (uint32_t)(first + k));
    }
    for (size_t k = 0; k < c.n; k++)
        insert(list, n, QUILL_MAX_BEAMS * (QUILL_MAX_BEAMS + 1), c.own[k]);
}

/* The chosen candidates become the beams: a beam's first child is where it was, others take the places of
 * beams without any. */
static void replace_beams(struct quill_search *s, struct quill_decoder *decoder,
                          const struct candidate *chosen, size_t n)
{
    struct quill_beams *beams = s->beams;
    bool has_child[QUILL_MAX_BEAMS] = {false};
    size_t place[QUILL_MAX_BEAMS], next_free = 0;

    for (size_t i = 0; i < n; i++) {
        place[i] = has_child[chosen[i].beam] ? beams->n : chosen[i].beam;
        has_child[chosen[i].beam] = true;
    }
    for (size_t i = 0; i < n; i++) {
        if (place[i] < beams->n)
            continue;
        while (has_child[next_free])
            next_free++;
        place[i] = next_free++;
        fork_beam(s, decoder, chosen[i].beam, place[i]);
    }
    for (size_t i = 0; i < beams->n; i++)
        beams->beam[i].is_open = false;
    for (size_t i = 0; i < n; i++)
        append(s, &beams->beam[place[i]], chosen[i].token, chosen[i].logprob, chosen[i].sum);
}

/* Too few have ended: the open ones with the highest ranks count as well. */
static void finish_open(struct quill_search *s)
{
    struct quill_beams *beams = s->beams;

    while (beams->n_finished < beams->n) {
        struct quill_beam *best = NULL;

        for (size_t i = 0; i < beams->n; i++)
            if (beams->beam[i].is_open && (!best || rank(&beams->beam[i]) > rank(best)))
                best = &beams->beam[i];
        if (!best)
            return;
        best->is_open = false;
        finish(s, best, best->sum_logprob);
    }
}

/* True when it goes on. */
static bool step_beams(struct quill_search *s, struct quill_decoder *decoder, const float *logits)
{
    struct quill_beams *beams = s->beams;
    const size_t n_wanted = (size_t)fmaxf(roundf((float)beams->n * beams->patience), 1.0f);
    struct candidate list[QUILL_MAX_BEAMS * (QUILL_MAX_BEAMS + 1)], chosen[QUILL_MAX_BEAMS];
    size_t n = 0, n_chosen = 0;

    for (size_t i = 0; i < beams->n; i++) {
        if (!beams->beam[i].is_open)
            continue;
        continue_beam(s, i, logits, list, &n);
        logits += s->n_vocab;
    }
    for (size_t i = 0; i < n && n_chosen < beams->n; i++) {
        if (list[i].token != s->rules->specials.eot)
            chosen[n_chosen++] = list[i];
        else if (beams->n_finished < n_wanted)
            finish(s, &beams->beam[list[i].beam], list[i].sum);
    }
    if (n_chosen == 0 && beams->n_finished == 0)
        return false; /* nothing is allowed: the open ones are all there is */
    replace_beams(s, decoder, chosen, n_chosen);
    return n_chosen > 0 && beams->n_finished < n_wanted && has_room(s, beams->beam[chosen[0].beam].n_tokens);
}

/* ---- samples ---------------------------------------------------------------------------------------- */

/* True when it goes on. */
static bool draw(struct quill_search *s, struct quill_beam *beam, const float *logits)
{
    const uint32_t eot = s->rules->specials.eot;
    const float log_sum = quill_search_weigh(s, logits, beam->tokens, beam->n_tokens);
    quill_search_favour(s, logits, &beam->terms, beam->tokens, beam->n_tokens);
    const size_t token = quill_sample(s->kernels, s->logits, s->n_vocab, s->temperature, &beam->random, eot);
    const float logprob =
        quill_search_logprob(s, logits, log_sum, beam->tokens, beam->n_tokens, (uint32_t)token);
    const double sum = beam->sum_logprob + (double)logprob;

    if (token != eot) {
        append(s, beam, (uint32_t)token, logprob, sum);
        if (has_room(s, beam->n_tokens))
            return true;
    }
    beam->is_open = false;
    finish(s, beam, sum);
    return false;
}

static bool step_samples(struct quill_search *s, struct quill_decoder *decoder, const float *logits)
{
    struct quill_beams *beams = s->beams;
    bool goes_on = false;

    if (beams->n_finished == 0 && beams->beam[0].n_tokens == s->n_forced) {
        for (size_t i = 1; i < beams->n; i++)
            fork_beam(s, decoder, 0, i);
        for (size_t i = 0; i < beams->n; i++)
            goes_on = draw(s, &beams->beam[i], logits) || goes_on;
        return goes_on;
    }
    for (size_t i = 0; i < beams->n; i++) {
        if (!beams->beam[i].is_open)
            continue;
        goes_on = draw(s, &beams->beam[i], logits) || goes_on;
        logits += s->n_vocab;
    }
    return goes_on;
}

bool quill_beams_take(struct quill_search *s, struct quill_decoder *decoder, const float *logits)
{
    if (s->max_tokens > 0 &&
        (s->temperature > 0.0f ? step_samples(s, decoder, logits) : step_beams(s, decoder, logits)))
        return false;
    finish_open(s);
    return true;
}
