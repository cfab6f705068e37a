/* Where a window is cut, and where the next begins: openai/whisper transcribe.py's cases. */
#include <glib.h>

#include "text/cut.h"

#define FIRST 1000
#define T(steps) (FIRST + (steps)) /* timestamp token; a step is 20 ms */
#define N_FRAMES 3000

struct expected {
    size_t n_pieces, n_frames;
    struct quill_piece pieces[4];
};

static void assert_cut(const uint32_t *tokens, size_t n, size_t window_frames,
                       const struct expected *expected)
{
    struct quill_piece pieces[16];
    struct quill_cut cut = {.pieces = pieces};
    quill_cut_window(tokens, n, FIRST, window_frames, &cut);
    g_assert_cmpuint(cut.n_pieces, ==, expected->n_pieces);
    g_assert_cmpuint(cut.n_frames, ==, expected->n_frames);
    for (size_t i = 0; i < cut.n_pieces; i++) {
        g_assert_cmpuint(pieces[i].begin, ==, expected->pieces[i].begin);
        g_assert_cmpuint(pieces[i].end, ==, expected->pieces[i].end);
        g_assert_cmpint(pieces[i].start_ms, ==, expected->pieces[i].start_ms);
        g_assert_cmpint(pieces[i].end_ms, ==, expected->pieces[i].end_ms);
    }
}

static void pairs_separate_and_the_rest_is_left_to_the_next_window(void)
{
    const uint32_t tokens[] = {T(0), 1, 2, T(100), T(110), 3, T(250), T(250), 4, 5};
    assert_cut(tokens, G_N_ELEMENTS(tokens), N_FRAMES,
               &(struct expected){2, 500, {{0, 4, 0, 2000}, {4, 7, 2200, 5000}}});
}

static void single_timestamp_at_the_end_finishes_the_window(void)
{
    const uint32_t tokens[] = {T(0), 1, T(100), T(110), 3, T(250)};
    assert_cut(tokens, G_N_ELEMENTS(tokens), N_FRAMES,
               &(struct expected){2, N_FRAMES, {{0, 3, 0, 2000}, {3, 6, 2200, 5000}}});
}

static void pair_at_the_end_moves_on_to_it(void)
{
    const uint32_t tokens[] = {T(5), 1, T(100), T(100)};
    assert_cut(tokens, G_N_ELEMENTS(tokens), N_FRAMES, &(struct expected){1, 200, {{0, 3, 100, 2000}}});
}

static void no_time_lies_beyond_the_window(void)
{
    const uint32_t pairs[] = {T(0), 1, 2, T(400), T(480), 3, T(560), T(570), 4}, one[] = {T(0), 1, T(600)};
    assert_cut(pairs, G_N_ELEMENTS(pairs), 1000,
               &(struct expected){2, 1000, {{0, 4, 0, 8000}, {4, 7, 9600, 10000}}});
    assert_cut(one, G_N_ELEMENTS(one), 1000, &(struct expected){1, 1000, {{0, 3, 0, 10000}}});
}

static void without_pairs_the_window_is_one_segment(void)
{
    const uint32_t text[] = {1, 2, 3}, ended[] = {T(10), 1, 2, T(146)}, open[] = {T(0), 1, 2},
                   late[] = {T(10), 1, 2};
    assert_cut(text, 3, N_FRAMES, &(struct expected){1, N_FRAMES, {{0, 3, 0, 30000}}});
    assert_cut(ended, 4, N_FRAMES, &(struct expected){1, N_FRAMES, {{0, 4, 0, 2920}}});
    assert_cut(open, 3, 417, &(struct expected){1, 417, {{0, 3, 0, 4170}}});
    assert_cut(late, 3, N_FRAMES, &(struct expected){1, N_FRAMES, {{0, 3, 0, 200}}});
}

static void nothing_said_is_one_empty_segment(void)
{
    assert_cut(NULL, 0, 123, &(struct expected){1, 123, {{0, 0, 0, 1230}}});
}

static void never_moves_on_beyond_the_window_nor_stays(void)
{
    const uint32_t beyond[] = {T(0), 1, T(600), T(600), 2}, stuck[] = {T(0), T(0), 1};
    assert_cut(beyond, G_N_ELEMENTS(beyond), 1000, &(struct expected){1, 1000, {{0, 3, 0, 10000}}});
    assert_cut(stuck, G_N_ELEMENTS(stuck), 1000, &(struct expected){1, 1000, {{0, 1, 0, 0}}});
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cut/pairs-separate-and-the-rest-is-left-to-the-next-window",
                    pairs_separate_and_the_rest_is_left_to_the_next_window);
    g_test_add_func("/cut/single-timestamp-at-the-end-finishes-the-window",
                    single_timestamp_at_the_end_finishes_the_window);
    g_test_add_func("/cut/pair-at-the-end-moves-on-to-it", pair_at_the_end_moves_on_to_it);
    g_test_add_func("/cut/no-time-lies-beyond-the-window", no_time_lies_beyond_the_window);
    g_test_add_func("/cut/without-pairs-the-window-is-one-segment", without_pairs_the_window_is_one_segment);
    g_test_add_func("/cut/nothing-said-is-one-empty-segment", nothing_said_is_one_empty_segment);
    g_test_add_func("/cut/never-moves-on-beyond-the-window-nor-stays",
                    never_moves_on_beyond_the_window_nor_stays);
    return g_test_run();
}
