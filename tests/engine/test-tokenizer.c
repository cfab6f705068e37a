/* Vocabulary of the bundled model, which is GPT-2's; expected tokens are those of GPT-2's own encoder. */
#include <string.h>

#include "bundled.h"
#include "text/tokenizer.h"

struct fixture {
    struct quill_ggml file;
    struct quill_tokenizer *tokenizer;
};

static void set_up(struct fixture *f, const void *unused)
{
    g_autofree char *path = bundled_path();
    g_assert_cmpint(quill_ggml_open(&f->file, path, NULL), ==, QUILL_OK);
    g_assert_cmpint(quill_tokenizer_open(&f->tokenizer, &f->file, NULL), ==, QUILL_OK);
}

static void tear_down(struct fixture *f, const void *unused)
{
    quill_tokenizer_close(&f->tokenizer);
    g_assert_null(f->tokenizer);
    quill_tokenizer_close(&f->tokenizer);
    quill_ggml_close(&f->file);
}

static void encodes_as_gpt2(struct fixture *f, const void *unused)
{
    static const struct {
        const char *text;
        size_t n;
        uint32_t tokens[24];
    } cases[] = {
        {"Hello, world.", 4, {15496, 11, 995, 13}},
        {" He regretted not having made himself clearer.", 8, {679, 44652, 407, 1719, 925, 2241, 22363, 13}},
        {"I've you're we'd it'll I'm don't he's",
         14,
         {40, 1053, 345, 821, 356, 1549, 340, 1183, 314, 1101, 836, 470, 339, 338}},
        {"It's 2024, 12345 and 3.14!", 11, {1026, 338, 48609, 11, 17031, 2231, 290, 513, 13, 1415, 0}},
        {"a  b   c", 6, {64, 220, 275, 220, 220, 269}},
        {"trailing  ", 4, {9535, 4386, 220, 220}},
        {"line\nbreak\n\n  indent", 6, {1370, 198, 9032, 628, 220, 33793}},
        {"café naïve", 4, {66, 1878, 2634, 41492}},
        {"'sword 'S 'll", 6, {338, 4775, 705, 50, 705, 297}},
        {"x²½", 3, {87, 31185, 23141}},
        {"\u00a0no-break", 4, {1849, 3919, 12, 9032}},
        {"_under_score__", 5, {62, 4625, 62, 26675, 834}},
        {"don''t --- ((", 5, {9099, 7061, 83, 11420, 14808}},
        {" ", 1, {220}},
        {"", 0, {0}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint32_t tokens[24] = {0};
        const size_t n = quill_text_to_tokens(f->tokenizer, cases[i].text, 0, tokens, 24);
        g_test_message("%s", cases[i].text);
        g_assert_cmpmem(tokens, sizeof tokens, cases[i].tokens, sizeof cases[i].tokens);
        g_assert_cmpuint(n, ==, cases[i].n);
    }
}

static void assert_round_trip(const struct fixture *f, const char *text)
{
    const size_t len = strlen(text);
    g_autofree uint32_t *tokens = g_new(uint32_t, len + 1);
    g_autofree char *back = g_malloc(len + 1);
    const size_t n = quill_text_to_tokens(f->tokenizer, text, 0, tokens, len);
    g_assert_cmpuint(n, <=, len);
    g_assert_cmpuint(quill_tokens_to_text(f->tokenizer, tokens, n, back, len + 1), ==, len);
    g_assert_cmpstr(back, ==, text);
}

static void any_text_survives_the_round_trip(struct fixture *f, const void *unused)
{
    assert_round_trip(f, "“quoted” — dash…");
    assert_round_trip(f, "日本語 한국어 עברית ٣ Ⅷ");
    assert_round_trip(f, "👩‍🚀 🎉\t\x01\x7f");
    assert_round_trip(f, " \u3000wide\u2003spaces\u00a0 ");
    g_autofree char *word = g_strnfill(5000, 'a'), *digits = g_strnfill(700, '7');
    assert_round_trip(f, word);
    assert_round_trip(f, digits);
    GString *long_words = g_string_new(NULL);
    for (int i = 0; i < 400; i++)
        g_string_append(long_words, "ß");
    assert_round_trip(f, long_words->str);
    g_string_free(long_words, TRUE);
}

static void skips_and_stops_where_told(struct fixture *f, const void *unused)
{
    uint32_t tokens[3] = {0, 0, 77};
    g_assert_cmpuint(quill_text_to_tokens(f->tokenizer, "Hello, world.", 1, tokens, 2), ==, 4);
    g_assert_cmpuint(tokens[0], ==, 11);
    g_assert_cmpuint(tokens[1], ==, 995);
    g_assert_cmpuint(tokens[2], ==, 77);
    g_assert_cmpuint(quill_text_to_tokens(f->tokenizer, "Hello, world.", 9, NULL, 0), ==, 4);
}

static void text_leaves_out_specials_and_timestamps(struct fixture *f, const void *unused)
{
    const struct quill_specials *s = quill_tokenizer_specials(f->tokenizer);
    const uint32_t tokens[] = {s->sot, s->first_timestamp,      15496, s->no_timestamps, 11,
                               995,    s->first_timestamp + 90, 13,    s->eot,           999999};
    char text[32];
    g_assert_cmpuint(quill_tokens_to_text(f->tokenizer, tokens, G_N_ELEMENTS(tokens), text, sizeof text), ==,
                     13);
    g_assert_cmpstr(text, ==, "Hello, world.");
    g_assert_cmpuint(quill_token_bytes(f->tokenizer, s->eot).len, ==, 0);
    g_assert_cmpuint(quill_token_bytes(f->tokenizer, UINT32_MAX).len, ==, 0);
}

static void specials_follow_from_the_vocabulary(void)
{
    struct quill_token_text bytes[256];
    memset(bytes, 0, sizeof bytes);
    static const struct {
        uint32_t n_vocab, eot, first_language, translate, first_timestamp;
        unsigned n_languages;
    } cases[] = {{51864, 50256, 50258, 50357, 50363, 0},
                 {51865, 50257, 50259, 50358, 50364, 99},
                 {51866, 50257, 50259, 50359, 50365, 100}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct quill_ggml file = {.hparams.n_vocab = cases[i].n_vocab, .tokens = bytes, .n_tokens = 256};
        struct quill_tokenizer *tokenizer = NULL;
        g_assert_cmpint(quill_tokenizer_open(&tokenizer, &file, NULL), ==, QUILL_OK);
        const struct quill_specials *s = quill_tokenizer_specials(tokenizer);
        g_assert_cmpuint(s->eot, ==, cases[i].eot);
        g_assert_cmpuint(s->sot, ==, cases[i].eot + 1);
        g_assert_cmpuint(s->first_language, ==, cases[i].first_language);
        g_assert_cmpuint(s->translate, ==, cases[i].translate);
        g_assert_cmpuint(s->transcribe, ==, cases[i].translate + 1);
        g_assert_cmpuint(s->solm, ==, cases[i].translate + 2);
        g_assert_cmpuint(s->prev, ==, cases[i].translate + 3);
        g_assert_cmpuint(s->no_speech, ==, cases[i].translate + 4);
        g_assert_cmpuint(s->no_timestamps, ==, cases[i].translate + 5);
        g_assert_cmpuint(s->first_timestamp, ==, cases[i].first_timestamp);
        g_assert_cmpuint(s->n_languages, ==, cases[i].n_languages);
        quill_tokenizer_close(&tokenizer);
    }
}

static void other_vocabularies_are_refused(void)
{
    struct quill_error err = {0};
    struct quill_token_text bytes[256];
    memset(bytes, 0, sizeof bytes);
    struct quill_ggml file = {.hparams.n_vocab = 51863, .tokens = bytes, .n_tokens = 256};
    struct quill_tokenizer *tokenizer = NULL;
    g_assert_cmpint(quill_tokenizer_open(&tokenizer, &file, &err), ==, QUILL_ERR_UNSUPPORTED);
    g_assert_nonnull(strstr(err.message, "51863"));
    file.hparams.n_vocab = 51864;
    file.n_tokens = 255;
    g_assert_cmpint(quill_tokenizer_open(&tokenizer, &file, &err), ==, QUILL_ERR_UNSUPPORTED);
    g_assert_nonnull(strstr(err.message, "255"));
    g_assert_null(tokenizer);
}

/* ---- a vocabulary of bytes and a few merges -------------------------------------------------------------
 */

static struct quill_tokenizer *small_vocabulary(struct quill_ggml *file, const char *const *merges,
                                                unsigned n)
{
    static char bytes[256];
    static struct quill_token_text tokens[300];
    unsigned at = 0;
    for (int printable = 1; printable >= 0; printable--) {
        for (int b = 0; b < 256; b++) {
            if (printable != ((b > 32 && b < 127) || (b > 160 && b != 173)))
                continue;
            bytes[at] = (char)b;
            tokens[at] = (struct quill_token_text){&bytes[at], 1};
            at++;
        }
    }
    for (unsigned i = 0; i < n; i++)
        tokens[at++] = (struct quill_token_text){merges[i], (uint32_t)strlen(merges[i])};
    *file = (struct quill_ggml){.hparams.n_vocab = 51864, .tokens = tokens, .n_tokens = at};
    struct quill_tokenizer *tokenizer = NULL;
    g_assert_cmpint(quill_tokenizer_open(&tokenizer, file, NULL), ==, QUILL_OK);
    return tokenizer;
}

static void lowest_merge_comes_first_and_then_the_leftmost(void)
{
    static const char *const merges[] = {"bc", "ab", "aa", "bcd", "aab"};
    static const struct {
        const char *text;
        size_t n;
        uint32_t tokens[4];
    } cases[] = {{"abc", 2, {'a' - '!', 256}},
                 {"abcd", 2, {'a' - '!', 259}},
                 {"aaa", 2, {258, 'a' - '!'}},
                 {"aab", 1, {260}}, /* a token as it stands */
                 {"aaaaa", 3, {258, 258, 'a' - '!'}}};
    struct quill_ggml file;
    struct quill_tokenizer *tokenizer = small_vocabulary(&file, merges, G_N_ELEMENTS(merges));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint32_t tokens[4] = {0};
        g_test_message("%s", cases[i].text);
        g_assert_cmpuint(quill_text_to_tokens(tokenizer, cases[i].text, 0, tokens, 4), ==, cases[i].n);
        g_assert_cmpmem(tokens, sizeof tokens, cases[i].tokens, sizeof cases[i].tokens);
    }
    quill_tokenizer_close(&tokenizer);
}

static void broken_utf8_becomes_replacement_characters(void)
{
    static const char *const merges[] = {"\xe2\x99", "\xf0\x9f\x8e", "\xc3"};
    static const struct {
        const char *bytes, *text;
    } cases[] = {{"\xe2\x99\xaa", "♪"},
                 {"\xe2\x99", "\xef\xbf\xbd"},
                 {"\xe2\x99x", "\xef\xbf\xbdx"},
                 {"\xf0\x9f\x8e\x89!", "🎉!"},
                 {"\xf0\x9f\x8e\xc3\xa9", "\xef\xbf\xbdé"},
                 {"\x80\xbf", "\xef\xbf\xbd\xef\xbf\xbd"},
                 {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
                 {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
                 {"\xf4\x90", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* above U+10FFFF */
                 {"a\xc3", "a\xef\xbf\xbd"}};
    struct quill_ggml file;
    struct quill_tokenizer *tokenizer = small_vocabulary(&file, merges, G_N_ELEMENTS(merges));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint32_t tokens[8];
        char text[32];
        const size_t n = quill_text_to_tokens(tokenizer, cases[i].bytes, 0, tokens, G_N_ELEMENTS(tokens));
        quill_tokens_to_text(tokenizer, tokens, n, text, sizeof text);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
    const uint32_t nul = 188; /* GPT-2's number of byte 0 */
    char text[8];
    g_assert_cmpuint(quill_tokens_to_text(tokenizer, &nul, 1, text, sizeof text), ==, 3);
    g_assert_cmpstr(text, ==, "\xef\xbf\xbd");
    quill_tokenizer_close(&tokenizer);
}

static void text_is_cut_at_a_character(void)
{
    struct quill_ggml file;
    struct quill_tokenizer *tokenizer = small_vocabulary(&file, NULL, 0);
    uint32_t tokens[8];
    const size_t n = quill_text_to_tokens(tokenizer, "aé♪b", 0, tokens, G_N_ELEMENTS(tokens));
    g_assert_cmpuint(n, ==, 7);
    static const char *const cut[] = {"", "a", "a", "aé", "aé", "aé", "aé♪", "aé♪b"};
    for (size_t cap = 1; cap <= 8; cap++) {
        char text[9];
        memset(text, 'x', sizeof text);
        g_assert_cmpuint(quill_tokens_to_text(tokenizer, tokens, n, text, cap), ==, 7);
        g_assert_cmpstr(text, ==, cut[cap - 1]);
        g_assert_cmpint(text[8], ==, 'x');
    }
    g_assert_cmpuint(quill_tokens_to_text(tokenizer, tokens, n, NULL, 0), ==, 7);
    quill_tokenizer_close(&tokenizer);
}

static void bytes_lost_to_replacement_are_restored(void)
{
    static struct quill_token_text tokens[256];
    for (int i = 0; i < 256; i++)
        tokens[i] = (struct quill_token_text){"\xef\xbf\xbd", 3};
    struct quill_ggml file = {.hparams.n_vocab = 51864, .tokens = tokens, .n_tokens = 256};
    struct quill_tokenizer *tokenizer = NULL;
    g_assert_cmpint(quill_tokenizer_open(&tokenizer, &file, NULL), ==, QUILL_OK);
    uint32_t encoded[8];
    char text[16];
    const size_t n = quill_text_to_tokens(tokenizer, "né♪", 0, encoded, G_N_ELEMENTS(encoded));
    g_assert_cmpuint(n, ==, 6);
    quill_tokens_to_text(tokenizer, encoded, n, text, sizeof text);
    g_assert_cmpstr(text, ==, "né♪");
    quill_tokenizer_close(&tokenizer);
}

/* ---- languages
 * ---------------------------------------------------------------------------------------------- */

static void languages_are_found_by_code_and_name(void)
{
    g_assert_cmpint(quill_language_find("en"), ==, 0);
    g_assert_cmpint(quill_language_find("German"), ==, quill_language_find("de"));
    g_assert_cmpint(quill_language_find("HAITIAN CREOLE"), ==, quill_language_find("ht"));
    g_assert_cmpint(quill_language_find("castilian"), ==, quill_language_find("es"));
    g_assert_cmpint(quill_language_find("yue"), ==, 99);
    g_assert_cmpint(quill_language_find("klingon"), ==, -1);
    g_assert_cmpint(quill_language_find(""), ==, -1);
    g_assert_cmpstr(quill_language_code(2), ==, "de");
    g_assert_cmpstr(quill_language_name(2), ==, "german");
    g_assert_null(quill_language_code(100));
    g_assert_null(quill_language_name(100));
    for (unsigned i = 0; i < 100; i++) {
        g_assert_cmpint(quill_language_find(quill_language_code(i)), ==, i);
        g_assert_cmpint(quill_language_find(quill_language_name(i)), ==, i);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define VOCABULARY(path, fn) g_test_add(path, struct fixture, NULL, set_up, fn, tear_down)
    VOCABULARY("/tokenizer/encodes-as-gpt2", encodes_as_gpt2);
    VOCABULARY("/tokenizer/any-text-survives-the-round-trip", any_text_survives_the_round_trip);
    VOCABULARY("/tokenizer/skips-and-stops-where-told", skips_and_stops_where_told);
    VOCABULARY("/tokenizer/text-leaves-out-specials-and-timestamps", text_leaves_out_specials_and_timestamps);
    g_test_add_func("/tokenizer/specials-follow-from-the-vocabulary", specials_follow_from_the_vocabulary);
    g_test_add_func("/tokenizer/other-vocabularies-are-refused", other_vocabularies_are_refused);
    g_test_add_func("/tokenizer/lowest-merge-comes-first-and-then-the-leftmost",
                    lowest_merge_comes_first_and_then_the_leftmost);
    g_test_add_func("/tokenizer/broken-utf8-becomes-replacement-characters",
                    broken_utf8_becomes_replacement_characters);
    g_test_add_func("/tokenizer/text-is-cut-at-a-character", text_is_cut_at_a_character);
    g_test_add_func("/tokenizer/bytes-lost-to-replacement-are-restored",
                    bytes_lost_to_replacement_are_restored);
    g_test_add_func("/tokenizer/languages-are-found-by-code-and-name", languages_are_found_by_code_and_name);
    return g_test_run();
}
