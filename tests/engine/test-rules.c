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

static GArray *suppressed(const struct fixture *f)
{
    GArray *tokens = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < N_VOCAB; i++) {
        if (quill_token_set_has(&f->rules.suppressed, i))
            g_array_append_val(tokens, i);
    }
    return tokens;
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
        34949, 40283, 40493, 40549, 47282, 49146, 50257, 50357, 50358, 50359, 50360, 50361, 50362};
    g_autoptr(GArray) found = suppressed(f);
    g_assert_cmpmem(found->data, found->len * sizeof(uint32_t), expected, sizeof expected);

    const uint32_t sampled[] = {T(0)};
    apply(f, sampled, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_false(allowed(f, expected[i]));
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

/* ---- what a run asks for ---- */

static enum quill_status set_up_rules(struct fixture *f, const struct quill_params *params,
                                      struct quill_error *err)
{
    return quill_rules_set_up(&f->rules, f->tokenizer, params, err);
}

/* Text tokens that params suppress. */
static GArray *suppressed_text(struct fixture *f, const struct quill_params *params)
{
    g_assert_cmpint(set_up_rules(f, params, NULL), ==, QUILL_OK);
    for (uint32_t special = EOT + 1; special < FIRST; special++) {
        const bool is_language = special > EOT + 1 && special < EOT + 101;
        g_assert_true(is_language || quill_token_set_has(&f->rules.suppressed, special));
    }
    GArray *tokens = suppressed(f);
    while (tokens->len > 0 && g_array_index(tokens, uint32_t, tokens->len - 1) >= EOT)
        g_array_set_size(tokens, tokens->len - 1);
    return tokens;
}

static void assert_suppresses(struct fixture *f, const struct quill_params *params, const uint32_t *expected,
                              size_t n)
{
    g_autoptr(GArray) found = suppressed_text(f, params);
    g_assert_cmpmem(found->data, found->len * sizeof(uint32_t), expected, n * sizeof(uint32_t));
}

static void runs_choose_what_is_suppressed(struct fixture *f, const void *unused)
{
    static const uint32_t words[] = {TEXT, 40000, TEXT}, sorted[] = {TEXT, 40000};
    struct quill_params params;
    quill_params_init(&params);
    g_autoptr(GArray) defaults = suppressed_text(f, &params);
    g_assert_cmpuint(defaults->len, ==, 84);

    params.suppress_non_speech = false;
    assert_suppresses(f, &params, NULL, 0);
    params.suppress_tokens = words;
    params.n_suppress_tokens = G_N_ELEMENTS(words);
    assert_suppresses(f, &params, sorted, G_N_ELEMENTS(sorted));
    params.suppress_non_speech = true;
    g_autoptr(GArray) both = suppressed_text(f, &params);
    g_assert_cmpuint(both->len, ==, 84 + 2);
    g_assert_true(quill_token_set_has(&f->rules.suppressed, TEXT));

    params.n_suppress_tokens = 0; /* nothing is left of runs before */
    assert_suppresses(f, &params, (const uint32_t *)(const void *)defaults->data, defaults->len);
}

/* Whole tokens: " yes" is not in " yesterday", and a space is a character. */
static void pattern_suppresses_whole_tokens(struct fixture *f, const void *unused)
{
    static const char *const patterns[] = {" ?[Yy]es", "[0-9]+", " (no|yes)terday|x", " [a-z]e?s?"};
    struct quill_params params;
    quill_params_init(&params);
    params.suppress_non_speech = false;
    for (size_t p = 0; p < G_N_ELEMENTS(patterns); p++) {
        g_autofree char *anchored = g_strdup_printf("\\A(?:%s)\\z", patterns[p]);
        g_autoptr(GRegex) regex = g_regex_new(anchored, G_REGEX_RAW, 0, NULL);
        g_autoptr(GArray) expected = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        for (uint32_t i = 0; i < EOT; i++) {
            const struct quill_token_text text = quill_token_bytes(f->tokenizer, i);
            g_autofree char *word = g_strndup(text.bytes, text.len);
            if (text.len > 0 && strlen(word) == text.len && g_regex_match(regex, word, 0, NULL))
                g_array_append_val(expected, i);
        }
        g_assert_cmpuint(expected->len, >, 1);
        params.suppress_regex = patterns[p];
        assert_suppresses(f, &params, (const uint32_t *)(const void *)expected->data, expected->len);
    }
    params.suppress_regex = "a"; /* found within nearly all words */
    g_autoptr(GArray) few = suppressed_text(f, &params);
    g_assert_cmpuint(few->len, ==, 1);
}

static void impossible_suppression_is_told(struct fixture *f, const void *unused)
{
    static const uint32_t beyond[] = {N_VOCAB - 1, N_VOCAB};
    struct quill_params params;
    struct quill_error err = {0};
    quill_params_init(&params);
    params.suppress_regex = "(";
    g_assert_cmpint(set_up_rules(f, &params, &err), ==, QUILL_ERR_INVALID);
    g_assert_nonnull(strstr(err.message, "no extended regular expression"));
    params.suppress_regex = NULL;
    params.suppress_tokens = beyond;
    params.n_suppress_tokens = 2;
    g_assert_cmpint(set_up_rules(f, &params, &err), ==, QUILL_ERR_INVALID);
    g_assert_nonnull(
        strstr(err.message, "token 51864 cannot be suppressed: the model has tokens 0 to 51863"));
    params.n_suppress_tokens = 1;
    g_assert_cmpint(set_up_rules(f, &params, &err), ==, QUILL_OK);
}

static void runs_choose_how_late_they_begin(struct fixture *f, const void *unused)
{
    struct quill_params params;
    quill_params_init(&params);
    params.max_initial_timestamp_ms = 500;
    g_assert_cmpint(set_up_rules(f, &params, NULL), ==, QUILL_OK);
    apply(f, NULL, 0);
    g_assert_cmpuint(n_allowed(f, FIRST, N_VOCAB), ==, 26);
    g_assert_true(allowed(f, T(25)));
}

static void blank_beginnings_are_allowed_when_asked_for(struct fixture *f, const void *unused)
{
    struct quill_params params;
    quill_params_init(&params);
    params.timestamps = false;
    params.suppress_blank = false;
    g_assert_cmpint(set_up_rules(f, &params, NULL), ==, QUILL_OK);
    g_assert_false(f->rules.timestamps);
    apply(f, NULL, 0);
    g_assert_true(allowed(f, 220));
    g_assert_true(allowed(f, EOT));
    g_assert_true(allowed(f, TEXT));
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
    ADD("/rules/runs-choose-what-is-suppressed", runs_choose_what_is_suppressed);
    ADD("/rules/pattern-suppresses-whole-tokens", pattern_suppresses_whole_tokens);
    ADD("/rules/impossible-suppression-is-told", impossible_suppression_is_told);
    ADD("/rules/runs-choose-how-late-they-begin", runs_choose_how_late_they_begin);
    ADD("/rules/blank-beginnings-are-allowed-when-asked-for", blank_beginnings_are_allowed_when_asked_for);
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
