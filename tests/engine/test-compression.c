/* The estimated size of a zlib stream against what zlib 1.2.13 makes of the same text at its default level.
 */
#include <glib.h>
#include <string.h>

#include "text/compression.h"

/* Ties among Huffman codes decide differently which of two equally rare symbols gets the longer code, which
 * moves the run-length-coded list of code lengths by a few bits; seen: 2 bytes in 5200 texts. */
#define BOUND 2

static struct quill_compression scratch;

static void assert_size(const char *text, size_t zlib_size)
{
    const size_t n = strlen(text), size = quill_zlib_size(text, n, &scratch);
    g_test_message("%zu bytes, zlib %zu, estimate %zu: %.60s", n, zlib_size, size, text);
    g_assert_cmpuint(size, <=, zlib_size + BOUND);
    g_assert_cmpuint(size + BOUND, >=, zlib_size);
    g_assert_cmpfloat(quill_compression_ratio(text, n, &scratch), ==, (float)n / (float)size);
}

static void sizes_are_those_of_zlib(void)
{
    static const struct {
        const char *text;
        unsigned times;
        size_t zlib_size;
    } cases[] = {
        {"", 1, 8},
        {"a", 1, 9},
        {"Hello.", 1, 14},
        {" Thank you.", 1, 19},
        {" Thank you.", 12, 22},
        {"you ", 110, 17},
        {"The quick brown fox jumps over the lazy dog.", 1, 51},
        {"The quick brown fox jumps over the lazy dog. ", 3, 55},
        {"I don't know, I don't know what you mean by that, I really don't know. ", 4, 62},
        {"He regretted not having made himself clearer. Oil my neck, first, replied the Tin Woodman. At this "
         "time he gave all his friendship to Edgar. Bring them forward, lieutenant.",
         1, 136},
        {"aaaaaaaaaa", 30, 13},
        {"字幕由社区提供。", 20, 40},
        {"Über die Brücke, ", 9, 31},
        {"0123456789", 7, 21},
        {"ha ", 75, 14},
        {"Someone stole the crown! What do we amount to? I suppose it must belong to someone. ", 2, 84},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GString *text = g_string_new(NULL);
        for (unsigned k = 0; k < cases[i].times; k++)
            g_string_append(text, cases[i].text);
        assert_size(text->str, cases[i].zlib_size);
        g_string_free(text, TRUE);
    }
}

static void long_texts_too(void)
{
    static const char *const words[] = {"the", "of",  "and", "to",  "a",    "in", "that", "he",
                                        "was", "it",  "his", "I",   "with", "as", "had",  "for",
                                        "you", "not", "be",  "her", "on",   "at", "by",   "which"};
    static const struct {
        unsigned n_words;
        uint32_t seed;
        size_t zlib_size;
    } cases[] = {{50, 1, 104}, {224, 2, 308}, {900, 3, 1016}, {4000, 4, 3923}, {7000, 5, 6723}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GString *text = g_string_new(NULL);
        uint32_t x = cases[i].seed;
        for (unsigned k = 0; k < cases[i].n_words; k++) {
            x = (x * 1103515245u + 12345u) & 0x7fffffffu;
            g_string_append_printf(text, k ? " %s" : "%s", words[(x >> 16) % G_N_ELEMENTS(words)]);
        }
        assert_size(text->str, cases[i].zlib_size);
        g_string_free(text, TRUE);
    }
}

/* What OpenAI's threshold is for: a loop is above it, speech below. */
static void threshold_tells_loops_from_speech(void)
{
    const char speech[] =
        "He regretted not having made himself clearer. I accepted it without any question. Oil my "
        "neck, first, replied the Tin Woodman. At this time he gave all his friendship to Edgar.";
    const char loop[] =
        "I'm going to go. I'm going to go. I'm going to go. I'm going to go. I'm going to go. I'm going "
        "to go. I'm going to go.";
    g_assert_cmpfloat(quill_compression_ratio(speech, strlen(speech), &scratch), <, 1.5);
    g_assert_cmpfloat(quill_compression_ratio(loop, strlen(loop), &scratch), >, 2.4);
    g_assert_cmpfloat(quill_compression_ratio("", 0, &scratch), ==, 0.0);
}

static void scratch_does_not_carry_over(void)
{
    const char text[] = "One two three, one two three, one two three four.";
    memset(&scratch, 0, sizeof scratch);
    const size_t fresh = quill_zlib_size(text, strlen(text), &scratch);
    memset(&scratch, 0xff, sizeof scratch);
    g_assert_cmpuint(quill_zlib_size(text, strlen(text), &scratch), ==, fresh);
}

static void longer_texts_are_judged_by_their_beginning(void)
{
    g_autofree char *text = g_malloc(2 * QUILL_COMPRESSION_MAX);
    for (size_t i = 0; i < 2 * QUILL_COMPRESSION_MAX; i++)
        text[i] = i < QUILL_COMPRESSION_MAX ? (char)(i * 2654435761u >> 24) : 'a';
    g_assert_cmpfloat(quill_compression_ratio(text, 2 * QUILL_COMPRESSION_MAX, &scratch), ==,
                      quill_compression_ratio(text, QUILL_COMPRESSION_MAX, &scratch));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/compression/sizes-are-those-of-zlib", sizes_are_those_of_zlib);
    g_test_add_func("/compression/long-texts-too", long_texts_too);
    g_test_add_func("/compression/threshold-tells-loops-from-speech", threshold_tells_loops_from_speech);
    g_test_add_func("/compression/scratch-does-not-carry-over", scratch_does_not_carry_over);
    g_test_add_func("/compression/longer-texts-are-judged-by-their-beginning",
                    longer_texts_are_judged_by_their_beginning);
    return g_test_run();
}
