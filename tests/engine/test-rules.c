/* Which tokens may come next: the cases of openai/whisper decoding.py's logit filters. */
#include <math.h>
#include <string.h>

#include "bundled.h"
#include "text/rules.h"

#define N_VOCAB 51864
#define EOT 50256
#define FIRST 50363 /* <|0.00|> */
#define TEXT 300    /* some word */
#define T(steps) (FIRST + (steps))

struct fixture {
    struct quill_ggml file;
    struct quill_tokenizer *tokenizer;
    struct quill_rules rules;
    struct quill_kernels kernels;
    float *logits;
};

static void set_up(struct fixture *f, const void *unused)
{
    g_autofree char *path = bundled_path();
    g_assert_cmpint(quill_ggml_open(&f->file, path, NULL), ==, QUILL_OK);
    g_assert_cmpint(quill_tokenizer_open(&f->tokenizer, &f->file, NULL), ==, QUILL_OK);
    quill_rules_init(&f->rules, f->tokenizer);
    quill_kernels_init(&f->kernels, ~0u);
    f->logits = g_new(float, N_VOCAB);
}

static void tear_down(struct fixture *f, const void *unused)
{
    g_free(f->logits);
    quill_tokenizer_close(&f->tokenizer);
    quill_ggml_close(&f->file);
}

/* All text equally likely, any timestamp a great deal less, so that only rules forbid. */
static void apply(struct fixture *f, const uint32_t *sampled, size_t n)
{
    for (size_t i = 0; i < N_VOCAB; i++)
        f->logits[i] = i < FIRST ? 0.0f : -50.0f;
    quill_rules_apply(&f->rules, &f->kernels, sampled, n, f->logits, N_VOCAB);
}

static bool allowed(const struct fixture *f, uint32_t token)
{
    return f->logits[token] > -INFINITY;
}

static size_t n_allowed(const struct fixture *f, size_t first, size_t end)
{
    size_t n = 0;
    for (size_t i = first; i < end; i++)
        n += f->logits[i] > -INFINITY;
    return n;
}

/* The list that OpenAI's tokenizer.py computes for the English vocabulary, and the specials. */
static void suppresses_what_openai_suppresses(struct fixture *f, const void *unused)
{
    static const uint32_t expected[] = {
        1,     2,     7,     8,     9,     10,    14,    25,    26,    27,    28,    29,    31,
        58,    59,    60,    61,    62,    63,    90,    91,    92,    93,    357,   366,   438,
        532,   685,   705,   796,   930,   1058,  1220,  1267,  1279,  1303,  1343,  1377,  1391,
        1635,  1782,  1875,  2162,  2361,  2488,  3467,  4008,  4211,  4600,  4808,  5299,  5855,
        6329,  7203,  9609,  9959,  10563, 10786, 11420, 11709, 11907, 13163, 13697, 13700, 14808,
        15306, 16410, 16791, 17992, 19203, 19510, 20724, 22305, 22935, 27007, 30109, 30420, 33409,
        34949, 40283, 40493, 40549, 47282, 49146, 50257, 50357, 50358, 50359, 50360, 50361};
    g_assert_cmpmem(f->rules.suppressed, f->rules.n_suppressed * sizeof(uint32_t), expected, sizeof expected);

    const uint32_t sampled[] = {T(0)};
    apply(f, sampled, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_false(allowed(f, expected[i]));
    g_assert_false(allowed(f, EOT + 106)); /* no_timestamps */
    g_assert_cmpuint(n_allowed(f, 0, EOT), ==, EOT - 84);
}

static void window_does_not_begin_blank_or_ended(struct fixture *f, const void *unused)
{
    f->rules.timestamps = false;
    apply(f, NULL, 0);
    g_assert_false(allowed(f, 220));
    g_assert_false(allowed(f, EOT));
    g_assert_true(allowed(f, TEXT));
    const uint32_t sampled[] = {TEXT};
    apply(f, sampled, 1);
    g_assert_true(allowed(f, 220));
    g_assert_true(allowed(f, EOT));
}

static void without_timestamps_there_are_none(struct fixture *f, const void *unused)
{
    f->rules.timestamps = false;
    const uint32_t sampled[] = {TEXT};
    for (size_t i = 0; i < N_VOCAB; i++)
        f->logits[i] = i >= FIRST ? 10.0f : 0.0f;
    quill_rules_apply(&f->rules, &f->kernels, sampled, 1, f->logits, N_VOCAB);
    g_assert_cmpuint(n_allowed(f, FIRST, N_VOCAB), ==, 0);
    g_assert_true(allowed(f, TEXT));
}

static void first_token_is_an_early_timestamp(struct fixture *f, const void *unused)
{
    apply(f, NULL, 0);
    g_assert_cmpuint(n_allowed(f, 0, FIRST), ==, 0);
    g_assert_cmpuint(n_allowed(f, FIRST, N_VOCAB), ==, 51);
    g_assert_true(allowed(f, T(50)));
    f->rules.max_initial_timestamp = 1500;
    apply(f, NULL, 0);
    g_assert_cmpuint(n_allowed(f, FIRST, N_VOCAB), ==, 1501);
    f->rules.max_initial_timestamp = UINT32_MAX;
    apply(f, NULL, 0);
    g_assert_cmpuint(n_allowed(f, FIRST, N_VOCAB), ==, 1501);
}

static void after_the_opening_timestamp_comes_text(struct fixture *f, const void *unused)
{
    const uint32_t first[] = {T(3)}, pair[] = {T(0), TEXT, T(9), T(12)};
    apply(f, first, 1);
    g_assert_cmpuint(n_allowed(f, FIRST, N_VOCAB), ==, 0);
    g_assert_true(allowed(f, TEXT));
    apply(f, pair, 4);
    g_assert_cmpuint(n_allowed(f, FIRST, N_VOCAB), ==, 0);
    g_assert_true(allowed(f, TEXT));
    g_assert_true(allowed(f, EOT));
}

static void after_the_closing_timestamp_comes_its_partner_or_the_end(struct fixture *f, const void *unused)
{
    const uint32_t sampled[] = {T(0), TEXT, T(100)};
    apply(f, sampled, 3);
    g_assert_cmpuint(n_allowed(f, 0, EOT), ==, 0);
    g_assert_true(allowed(f, EOT));
    g_assert_false(allowed(f, T(99)));
    g_assert_true(allowed(f, T(100)));
    g_assert_true(allowed(f, T(1500)));
}

static void timestamps_do_not_go_back_and_segments_have_length(struct fixture *f, const void *unused)
{
    const uint32_t sampled[] = {T(20), TEXT, TEXT}, end[] = {T(1500), TEXT};
    apply(f, sampled, 3);
    g_assert_false(allowed(f, T(20)));
    g_assert_true(allowed(f, T(21)));
    g_assert_true(allowed(f, TEXT));
    apply(f, end, 2);
    g_assert_cmpuint(n_allowed(f, FIRST, N_VOCAB), ==, 0);
    g_assert_true(allowed(f, TEXT));
}

static void timestamps_that_together_beat_any_word_win(struct fixture *f, const void *unused)
{
    const uint32_t sampled[] = {T(0), TEXT};
    /* 1500 timestamps of weight exp(-x): together as likely as one word of weight 1 at x = log(1500) = 7.31.
     */
    for (int likelier = 0; likelier < 2; likelier++) {
        for (size_t i = 0; i < N_VOCAB; i++)
            f->logits[i] = i == TEXT ? 0.0f : i < FIRST ? -20.0f : likelier ? -7.2f : -7.4f;
        quill_rules_apply(&f->rules, &f->kernels, sampled, 2, f->logits, N_VOCAB);
        g_assert_cmpint(allowed(f, TEXT), ==, !likelier);
        g_assert_cmpint(allowed(f, EOT), ==, !likelier);
        g_assert_true(allowed(f, T(700)));
    }
}

/* Every kernel level must take rows with forbidden tokens. */
static void log_sum_exp_ignores_forbidden_tokens(struct fixture *f, const void *unused)
{
    const uint32_t masks[] = {0, QUILL_CPU_AVX2, ~0u};
    for (size_t i = 0; i < G_N_ELEMENTS(masks); i++) {
        struct quill_kernels kernels;
        quill_kernels_init(&kernels, masks[i]);
        for (size_t j = 0; j < 1501; j++)
            f->logits[j] = j == 700 || j == 1500 ? 3.0f : -INFINITY;
        g_assert_cmpfloat_with_epsilon(kernels.log_sum_exp(f->logits, 1501), 3.0f + logf(2.0f), 1e-5f);
        f->logits[700] = -INFINITY;
        g_assert_cmpfloat_with_epsilon(kernels.log_sum_exp(f->logits, 1501), 3.0f, 1e-5f);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, fn) g_test_add(path, struct fixture, NULL, set_up, fn, tear_down)
    ADD("/rules/suppresses-what-openai-suppresses", suppresses_what_openai_suppresses);
    ADD("/rules/window-does-not-begin-blank-or-ended", window_does_not_begin_blank_or_ended);
    ADD("/rules/without-timestamps-there-are-none", without_timestamps_there_are_none);
    ADD("/rules/first-token-is-an-early-timestamp", first_token_is_an_early_timestamp);
    ADD("/rules/after-the-opening-timestamp-comes-text", after_the_opening_timestamp_comes_text);
    ADD("/rules/after-the-closing-timestamp-comes-its-partner-or-the-end",
        after_the_closing_timestamp_comes_its_partner_or_the_end);
    ADD("/rules/timestamps-do-not-go-back-and-segments-have-length",
        timestamps_do_not_go_back_and_segments_have_length);
    ADD("/rules/timestamps-that-together-beat-any-word-win", timestamps_that_together_beat_any_word_win);
    ADD("/rules/log-sum-exp-ignores-forbidden-tokens", log_sum_exp_ignores_forbidden_tokens);
    return g_test_run();
}
