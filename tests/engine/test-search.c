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
    uint32_t prompt[N_TEXT_CTX], tokens[N_TEXT_CTX];
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
                                       .logits = f->logits,
                                       .tokens = f->tokens };
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
      const size_t best = quill_argmax (f->logits, spec.hparams.n_vocab, 0);
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
    const float x[] = {-INFINITY, 1.0f, NAN, 3.0f, 3.0f, 2.0f}, none[] = {-INFINITY, NAN, -INFINITY};
    g_assert_cmpuint(quill_argmax(x, 6, 99), ==, 3);
    g_assert_cmpuint(quill_argmax(none, 3, 99), ==, 99);
    g_assert_cmpuint(quill_argmax(x, 0, 99), ==, 99);
}

/* 20000 draws: the standard deviation of a share is below 0.0036; five of them. */
static void samples_are_distributed_as_the_temperature_says(void)
{
    const float x[] = {0.0f, -INFINITY, logf(3.0f), NAN};
    static const struct {
        float temperature;
        double share; /* of index 2 */
    } cases[] = {{1.0f, 0.75}, {0.5f, 0.9}, {2.0f, 0.6340}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint64_t state = 42;
        unsigned n = 0;
        for (int k = 0; k < 20000; k++) {
            const size_t at = quill_sample(x, 4, cases[i].temperature, &state, 99);
            g_assert_true(at == 0 || at == 2);
            n += at == 2;
        }
        g_assert_cmpfloat_with_epsilon(n / 20000.0, cases[i].share, 0.018);
    }
    uint64_t state = 1;
    g_assert_cmpuint(quill_sample(&x[1], 1, 1.0f, &state, 99), ==, 99);
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
    ADD("/search/cancelling-works-at-every-poll", cancelling_works_at_every_poll);
    g_test_add_func("/search/argmax-prefers-the-lower-of-equals", argmax_prefers_the_lower_of_equals);
    g_test_add_func("/search/samples-are-distributed-as-the-temperature-says",
                    samples_are_distributed_as_the_temperature_says);
    return g_test_run();
}
