/* Greedy search and sampling, with small models that the tests write themselves. */
#include <math.h>
#include <string.h>

#include "text/search.h"
#include "tiny-model.h"

#define N_TEXT_CTX 24
#define N_AUDIO_CTX 10

static const struct tiny_spec spec = {.hparams = {.n_vocab = 51864,
                                                  .n_audio_ctx = N_AUDIO_CTX,
                                                  .n_audio_state = 32,
                                                  .n_audio_head = 2,
                                                  .n_audio_layer = 1,
                                                  .n_text_ctx = N_TEXT_CTX,
                                                  .n_text_state = 32,
                                                  .n_text_head = 2,
                                                  .n_text_layer = 1,
                                                  .n_mels = 80},
                                      .type = QUILL_F32};

struct fixture {
    struct tiny_rig rig;
    struct quill_tokenizer *tokenizer;
    struct quill_rules rules;
    float *logits;
    uint32_t prompt[N_TEXT_CTX], tokens[N_TEXT_CTX], fed[N_TEXT_CTX];
    float logprobs[N_TEXT_CTX];
    struct quill_search search;
    struct quill_timings timings;
};

static void set_up(struct fixture *f, const void *unused)
{
    tiny_rig_open(&f->rig, &spec, 1, ~0u);
    tiny_rig_encode(&f->rig, N_AUDIO_CTX);
    g_assert_cmpint(quill_tokenizer_open(&f->tokenizer, &f->rig.model->file, NULL), ==, QUILL_OK);
    quill_rules_init(&f->rules, f->tokenizer);
    f->logits = g_new(float, spec.hparams.n_vocab);
    f->prompt[0] = f->rules.specials.prev;
    f->prompt[1] = 1234;
    f->prompt[2] = f->rules.specials.sot;
    f->search = (struct quill_search){ .kernels = &f->rig.compute.kernels,
                                       .rules = &f->rules,
                                       .n_vocab = spec.hparams.n_vocab,
                                       .n_text_ctx = N_TEXT_CTX,
                                       .prompt = f->prompt,
                                       .n_prompt = 3,
                                       .sot_index = 2,
                                       .max_tokens = 9,
                                       .max_logits = QUILL_DECODER_MAX_LOGITS,
                                       .logits = f->logits,
                                       .fed = f->fed,
                                       .tokens = f->tokens,
                                       .logprobs = f->logprobs };
}

static void tear_down(struct fixture *f, const void *unused)
{
    g_free(f->logits);
    quill_tokenizer_close(&f->tokenizer);
    tiny_rig_close(&f->rig);
}

static enum quill_status
run_until (struct fixture *f, const struct quill_cancel *cancel, struct quill_error *err) {
  return quill_search_run (&f->search, f->rig.decoder, &f->rig.compute, cancel, &f->timings, err);
}

static void run(struct fixture *f)
{
  g_assert_cmpint (run_until (f, NULL, NULL), ==, QUILL_OK);
}

static const float *feed(struct fixture *f, const uint32_t *tokens, size_t n)
{
  const struct quill_feed feed = { .tokens = tokens, .n = n, .n_logits = 1 };
  const float *logits;
  g_assert_cmpint (quill_decoder_feed (f->rig.decoder, &f->rig.compute, &feed, 1, &logits, NULL, NULL), ==,
                   QUILL_OK);
  return logits;
}

static double log_softmax(const float *x, size_t n, size_t at)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += exp(x[i]);
    return x[at] - log(sum);
}

static void greedy_takes_the_likeliest_token_that_rules_allow(struct fixture *f, const void *unused)
{
    run(f);
    g_assert_cmpuint (f->search.n_tokens, ==, f->search.max_tokens); /* noise has no reason to end */
    double sum = 0;
    quill_decoder_truncate (f->rig.decoder, 0, 0);
    const float *logits = feed(f, f->prompt, 3);
    for (size_t i = 0; i < f->search.n_tokens; i++) {
      memcpy (f->logits, logits, spec.hparams.n_vocab * sizeof (float));
      quill_rules_apply (&f->rules, &f->rig.compute.kernels, f->tokens, i, f->logits, spec.hparams.n_vocab);
      const size_t best = quill_argmax (&f->rig.compute.kernels, f->logits, spec.hparams.n_vocab, 0);
      g_assert_cmpuint (f->tokens[i], ==, best);
      sum += log_softmax (f->logits, spec.hparams.n_vocab, best);
      if (i + 1 < f->search.n_tokens)
        logits = feed (f, &f->tokens[i], 1);
    }
    g_assert_cmpfloat_with_epsilon (f->search.sum_logprob, sum, 1e-4);
    g_assert_cmpfloat_with_epsilon (f->search.avg_logprob, sum / (double)(f->search.n_tokens + 1), 1e-5);
    g_assert_cmpuint (f->timings.n_tokens, ==, f->search.n_tokens);
}

static void no_speech_is_judged_at_sot_before_any_rule(struct fixture *f, const void *unused)
{
    f->prompt[3] = f->rules.specials.no_timestamps;
    f->search.n_prompt = 4;
    run(f);
    quill_decoder_truncate (f->rig.decoder, 0, 0);
    const float *logits = feed(f, f->prompt, 3);
    const double p = exp(log_softmax(logits, spec.hparams.n_vocab, f->rules.specials.no_speech));
    g_assert_cmpfloat_with_epsilon (f->search.no_speech_prob, p, 1e-4 * p);
}

static void tries_do_not_depend_on_those_before(struct fixture *f, const void *unused)
{
    run(f);
    uint32_t first[N_TEXT_CTX];
    memcpy(first, f->tokens, sizeof first);
    const double sum = f->search.sum_logprob;
    f->search.temperature = 1.0f;
    run(f);
    f->search.temperature = 0.0f;
    run(f);
    g_assert_cmpmem(first, 9 * sizeof *first, f->tokens, 9 * sizeof *first);
    g_assert_cmpfloat (f->search.sum_logprob, ==, sum);
}

static void stops_when_the_text_context_is_full(struct fixture *f, const void *unused)
{
    f->search.max_tokens = N_TEXT_CTX;
    run(f);
    /* The last token has no position to be fed at any more. */
    g_assert_cmpuint (f->search.n_tokens, ==, N_TEXT_CTX - 3 + 1);
    g_assert_cmpuint (quill_decoder_length (f->rig.decoder, 0), ==, N_TEXT_CTX);
}

static void sampling_follows_its_seed(struct fixture *f, const void *unused)
{
    uint32_t first[N_TEXT_CTX];
    f->search.temperature = 1.0f;
    f->search.seed = 7;
    run(f);
    memcpy(first, f->tokens, sizeof first);
    run(f);
    g_assert_cmpmem(first, 9 * sizeof *first, f->tokens, 9 * sizeof *first);
    f->search.seed = 8;
    run(f);
    g_assert_cmpint(memcmp(first, f->tokens, 9 * sizeof *first), !=, 0);
}

/* What a search of max_tokens tokens found, to the bit. */
struct found {
  size_t n_tokens;
  uint32_t tokens[N_TEXT_CTX];
  float logprobs[N_TEXT_CTX], avg_logprob, no_speech_prob;
  unsigned n_feeds;
};

static struct found find (struct fixture *f, const uint32_t *draft, size_t n_draft, size_t n_forced)
{
    struct found found = {0};
    bool done = false;

    f->search.draft = draft;
    f->search.n_draft = n_draft;
    f->search.n_forced = n_forced;
    quill_search_begin(&f->search);
    while (!done) {
        struct quill_feed feed;
        const float *logits;

        g_assert_cmpuint (quill_search_feeds (&f->search, f->rig.decoder, &feed), ==, 1);
        g_assert_cmpuint (feed.n_logits, <=, f->search.max_logits);
        g_assert_cmpint (quill_decoder_feed (f->rig.decoder, &f->rig.compute, &feed, 1, &logits, NULL, NULL), ==,
                         QUILL_OK);
        found.n_feeds++;
        done = quill_search_take (&f->search, f->rig.decoder, logits);
    }
    found.n_tokens = f->search.n_tokens;
    memcpy (found.tokens, f->tokens, found.n_tokens * sizeof *found.tokens);
    memcpy (found.logprobs, f->logprobs, found.n_tokens * sizeof *found.logprobs);
    found.avg_logprob = f->search.avg_logprob;
    found.no_speech_prob = f->search.no_speech_prob;
    return found;
}

static void assert_same_but_for_feeds (const struct found *a, const struct found *b)
{
    struct found as_b = *a;

    as_b.n_feeds = b->n_feeds;
    g_assert_cmpmem (&as_b, sizeof as_b, b, sizeof *b);
}

/* Of the tokens found, those that are words. */
static size_t words_of (const struct fixture *f, const struct found *found, uint32_t *words)
{
    size_t n = 0;

    for (size_t i = 0; i < found->n_tokens; i++)
        if (found->tokens[i] < f->rules.specials.eot)
            words[n++] = found->tokens[i];
    return n;
}

/* Whatever is expected, the search finds the same; what it does find, in fewer feeds. */
static void a_draft_changes_only_the_number_of_feeds (struct fixture *f, const void *with_timestamps)
{
    uint32_t draft[N_TEXT_CTX];
    const uint32_t wrong[] = {11, 12, 13, 14, 15, 16};
    size_t n;

    f->search.max_tokens = 18;
    f->rules.timestamps = with_timestamps != NULL;
    const struct found alone = find (f, NULL, 0, 0);
    g_assert_cmpuint (alone.n_feeds, ==, 18);
    n = words_of (f, &alone, draft);
    g_assert_cmpuint (n, >=, 8);

    const struct found all = find (f, draft, n, 0);
    assert_same_but_for_feeds (&all, &alone);
    g_assert_cmpuint (all.n_feeds, <=, with_timestamps ? 12 : 4);

    const struct found nothing = find (f, wrong, G_N_ELEMENTS (wrong), 0);
    assert_same_but_for_feeds (&nothing, &alone);
    g_assert_cmpuint (nothing.n_feeds, ==, 18);

    const struct found missing = (memmove (draft + 2, draft + 3, (n - 3) * sizeof *draft), find (f, draft, n - 1, 0));
    assert_same_but_for_feeds (&missing, &alone);
    g_assert_cmpuint (missing.n_feeds, <, alone.n_feeds);

    n = words_of (f, &alone, draft);
    draft[3] = 17; /* one word is another */
    const struct found replaced = find (f, draft, n, 0);
    assert_same_but_for_feeds (&replaced, &alone);
    g_assert_cmpuint (replaced.n_feeds, <, alone.n_feeds);
}

/* Terms are followed through what is expected and what is forced. */
static void a_draft_changes_nothing_about_terms (struct fixture *f, const void *unused)
{
    static const char *const terms[] = {"abcd", "abef", "cdabzz", "ghij"}; /* tokens are two bytes each */
    const uint32_t wrong[] = {11, 12, 13, 14, 15, 16};
    struct quill_vocabulary *vocabulary = NULL;
    uint32_t draft[N_TEXT_CTX];

    f->search.max_tokens = 12;
    f->rules.timestamps = false;
    const struct found without = find (f, NULL, 0, 0);
    g_assert_cmpint (quill_vocabulary_open (&vocabulary, f->rig.model, terms, G_N_ELEMENTS (terms), NULL), ==, QUILL_OK);
    f->search.vocabulary = vocabulary;
    f->search.vocabulary_strength = 4.0f;
    const struct found alone = find (f, NULL, 0, 0);
    g_assert_cmpint (memcmp (alone.tokens, without.tokens, 12 * sizeof (uint32_t)), !=, 0);

    memcpy (draft, alone.tokens, 12 * sizeof *draft);
    const struct found all = find (f, draft, 12, 0);
    assert_same_but_for_feeds (&all, &alone);
    g_assert_cmpuint (all.n_feeds, <, alone.n_feeds);
    const struct found nothing = find (f, wrong, G_N_ELEMENTS (wrong), 0);
    assert_same_but_for_feeds (&nothing, &alone);
    for (size_t n_forced = 1; n_forced <= 4; n_forced++) {
        const struct found forced = find (f, draft, n_forced, n_forced);
        g_assert_cmpmem (forced.tokens, 12 * sizeof *draft, alone.tokens, 12 * sizeof *draft);
    }
    quill_vocabulary_close (&vocabulary);
}

static void forced_tokens_are_taken_as_they_are (struct fixture *f, const void *unused)
{
    uint32_t draft[] = {11, 12, 13, 0, 0, 0};

    f->rules.timestamps = false;
    const struct found forced = find (f, draft, 3, 3);
    g_assert_cmpuint (forced.n_tokens, ==, f->search.max_tokens);
    g_assert_cmpmem (forced.tokens, 3 * sizeof *draft, draft, 3 * sizeof *draft);
    g_assert_cmpfloat (forced.logprobs[2], ==, 0.0f);
    g_assert_cmpfloat (forced.logprobs[3], <, 0.0f);
    g_assert_cmpfloat (forced.no_speech_prob, ==, 0.0f);

    memcpy (draft + 3, forced.tokens + 3, 3 * sizeof *draft);
    const struct found expected = find (f, draft, 6, 3);
    assert_same_but_for_feeds (&expected, &forced);
    g_assert_cmpuint (expected.n_feeds, <, forced.n_feeds);

    /* They make what follows: as a longer prompt would. */
    quill_decoder_truncate (f->rig.decoder, 0, 0);
    feed (f, f->prompt, 3);
    const float *logits = feed (f, draft, 3);
    memcpy (f->logits, logits, spec.hparams.n_vocab * sizeof (float));
    quill_rules_apply (&f->rules, &f->rig.compute.kernels, draft, 3, f->logits, spec.hparams.n_vocab);
    g_assert_cmpuint (quill_argmax (&f->rig.compute.kernels, f->logits, spec.hparams.n_vocab, 0), ==, forced.tokens[3]);

    f->search.max_tokens = 3; /* nothing is left to choose */
    g_assert_cmpuint (find (f, draft, 6, 3).n_tokens, ==, 3);
}

/* At a temperature what is firm is kept, and counts as what it is; the rest is drawn. */
static void firm_tokens_are_not_drawn (struct fixture *f, const void *unused)
{
    const uint32_t draft[] = {11, 12, 13, 14};

    f->rules.timestamps = false;
    f->search.temperature = 1.0f;
    f->search.seed = 7;
    f->search.n_firm = 2;
    const struct found firm = find (f, draft, 4, 0);
    g_assert_cmpmem (firm.tokens, 2 * sizeof *draft, draft, 2 * sizeof *draft);
    g_assert_cmpuint (firm.tokens[2], !=, draft[2]);
    g_assert_cmpfloat (firm.logprobs[0], <, 0.0f);
    g_assert_cmpfloat (firm.logprobs[1], <, 0.0f);
    g_assert_cmpfloat (firm.avg_logprob, <, (firm.logprobs[0] + firm.logprobs[1]) / (float)(firm.n_tokens + 1));
    g_assert_cmpuint (firm.n_feeds, ==, f->search.max_tokens - 2);
}

static void a_draft_longer_than_there_is_room_ends_with_the_room (struct fixture *f, const void *unused)
{
    uint32_t draft[N_TEXT_CTX];

    f->search.max_tokens = N_TEXT_CTX;
    f->search.max_logits = QUILL_SEARCH_MIN_LOGITS;
    const struct found alone = find (f, NULL, 0, 0);
    const size_t n = words_of (f, &alone, draft);
    const struct found with = find (f, draft, n, 0);
    assert_same_but_for_feeds (&with, &alone);
    g_assert_cmpuint (with.n_tokens, ==, N_TEXT_CTX - 3 + 1);
}

static void cancelling_works_at_every_poll(struct fixture *f, const void *unused)
{
    struct tiny_cancel state;
    struct quill_cancel cancel = tiny_cancel_after(&state, 0);
    g_assert_cmpint (run_until (f, &cancel, NULL), ==, QUILL_OK);
    const unsigned n_polls = state.n_asked;
    g_assert_cmpuint (n_polls, >=, f->search.n_tokens);
    for (unsigned at = 1; at <= n_polls; at++) {
        struct quill_error err = {0};
        cancel = tiny_cancel_after(&state, at);
        g_assert_cmpint (run_until (f, &cancel, &err), ==, QUILL_ERR_CANCELLED);
        g_assert_cmpint(err.code, ==, QUILL_ERR_CANCELLED);
    }
}

static void argmax_prefers_the_lower_of_equals(void)
{
    struct quill_kernels kernels;
    const float x[] = {-INFINITY, 1.0f, NAN, 3.0f, 3.0f, 2.0f}, none[] = {-INFINITY, NAN, -INFINITY};
    quill_kernels_init(&kernels, ~0u);
    g_assert_cmpuint(quill_argmax(&kernels, x, 6, 99), ==, 3);
    g_assert_cmpuint(quill_argmax(&kernels, none, 3, 99), ==, 99);
    g_assert_cmpuint(quill_argmax(&kernels, x, 0, 99), ==, 99);
}

static void argmax_finds_it_wherever_it_is(void)
{
    enum { N = 300 };
    struct quill_kernels kernels;

    quill_kernels_init(&kernels, ~0u);
    for (size_t n = 1; n <= N; n++)
        for (size_t at = 0; at < n; at++) {
            float x[N];
            for (size_t i = 0; i < n; i++)
                x[i] = i == at || i == n - 1 ? 2.0f : -(float)i;
            g_assert_cmpuint(quill_argmax(&kernels, x, n, 99), ==, at);
        }
}

/* 20000 draws: the standard deviation of a share is below 0.0036; five of them. */
static void samples_are_distributed_as_the_temperature_says(void)
{
    const float x[] = {0.0f, -INFINITY, logf(3.0f), NAN};
    struct quill_kernels kernels;
    static const struct {
        float temperature;
        double share; /* of index 2 */
    } cases[] = {{1.0f, 0.75}, {0.5f, 0.9}, {2.0f, 0.6340}};

    quill_kernels_init(&kernels, ~0u);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint64_t state = 42;
        unsigned n = 0;
        for (int k = 0; k < 20000; k++) {
            float copy[4];
            memcpy(copy, x, sizeof copy);
            const size_t at = quill_sample(&kernels, copy, 4, cases[i].temperature, &state, 99);
            g_assert_true(at == 0 || at == 2);
            n += at == 2;
        }
        g_assert_cmpfloat_with_epsilon(n / 20000.0, cases[i].share, 0.018);
    }
    uint64_t state = 1;
    float none[] = {-INFINITY, NAN};
    g_assert_cmpuint(quill_sample(&kernels, none, 2, 1.0f, &state, 99), ==, 99);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, fn) g_test_add(path, struct fixture, NULL, set_up, fn, tear_down)
    ADD("/search/greedy-takes-the-likeliest-token-that-rules-allow",
        greedy_takes_the_likeliest_token_that_rules_allow);
    ADD("/search/no-speech-is-judged-at-sot-before-any-rule", no_speech_is_judged_at_sot_before_any_rule);
    ADD("/search/tries-do-not-depend-on-those-before", tries_do_not_depend_on_those_before);
    ADD("/search/stops-when-the-text-context-is-full", stops_when_the_text_context_is_full);
    ADD("/search/sampling-follows-its-seed", sampling_follows_its_seed);
    g_test_add("/search/a-draft-changes-only-the-number-of-feeds", struct fixture, NULL, set_up,
               a_draft_changes_only_the_number_of_feeds, tear_down);
    g_test_add("/search/a-draft-changes-only-the-number-of-feeds/timestamps", struct fixture, "timestamps", set_up,
               a_draft_changes_only_the_number_of_feeds, tear_down);
    ADD("/search/a-draft-changes-nothing-about-terms", a_draft_changes_nothing_about_terms);
    ADD("/search/forced-tokens-are-taken-as-they-are", forced_tokens_are_taken_as_they_are);
    ADD("/search/firm-tokens-are-not-drawn", firm_tokens_are_not_drawn);
    ADD("/search/a-draft-longer-than-there-is-room-ends-with-the-room",
        a_draft_longer_than_there_is_room_ends_with_the_room);
    ADD("/search/cancelling-works-at-every-poll", cancelling_works_at_every_poll);
    g_test_add_func("/search/argmax-prefers-the-lower-of-equals", argmax_prefers_the_lower_of_equals);
    g_test_add_func("/search/argmax-finds-it-wherever-it-is", argmax_finds_it_wherever_it_is);
    g_test_add_func("/search/samples-are-distributed-as-the-temperature-says",
                    samples_are_distributed_as_the_temperature_says);
    return g_test_run();
}
