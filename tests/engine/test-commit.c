/* When words become firm. */
#include <glib.h>

#include "text/commit.h"

/* Tokens with these ids; those above 100 go on with a word. Each looks at the frame 10 behind the one before.
 */
static size_t
hear (struct quill_heard *heard, const guint *ids) {
  size_t n = 0;

  for (; ids[n] != 0; n++)
    heard[n] = (struct quill_heard){ .token = ids[n],
                                     .peak = (uint32_t)(10 * n + 5),
                                     .begins_word = ids[n] < 100 };
  return n;
}

static void
words_agreed_on_are_firm (void) {
  static const struct {
    guint before[8], now[8];
    size_t n_firm, firm;
  } table[] = {
    { { 0 }, { 1, 2, 0 }, 0, 0 },
    { { 1, 2, 3, 0 }, { 1, 2, 4, 0 }, 0, 2 },
    { { 1, 2, 3, 0 }, { 1, 2, 3, 4, 0 }, 0, 3 },
    { { 1, 2, 3, 0 }, { 1, 2, 3, 0 }, 0, 3 },
    { { 1, 2, 101, 0 }, { 1, 2, 102, 3, 0 }, 0, 1 }, /* half of a word agrees */
    { { 1, 2, 101, 102, 0 }, { 1, 2, 101, 103, 0 }, 0, 1 },
    { { 1, 2, 101, 0 }, { 1, 2, 101, 102, 0 }, 0, 1 }, /* the word has become longer */
    { { 1, 2, 101, 3, 0 }, { 1, 2, 0 }, 0, 1 },        /* or shorter */
    { { 1, 2, 3, 0 }, { 1, 2, 0 }, 0, 2 },
    { { 1, 2, 3, 0 }, { 1, 5, 6, 0 }, 2, 2 }, /* what is firm stays */
    { { 1, 0 }, { 0 }, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    struct quill_heard before[8], now[8];
    const size_t n_before = hear (before, table[i].before), n = hear (now, table[i].now);

    g_test_message ("case %zu", i);
    g_assert_cmpuint (quill_firm_by_agreement (before, n_before, now, n, table[i].n_firm), ==, table[i].firm);
  }
}

static void
words_that_look_at_the_end_are_not_firm (void) {
  static const struct {
    guint now[8];
    uint32_t n_frames;
    size_t n_firm, firm;
  } table[] = {
    { { 1, 2, 3, 4, 0 }, 60, 0, 3 }, /* peaks 5, 15, 25, 35; the last 25 frames are unsure */
    { { 1, 2, 3, 4, 0 }, 61, 0, 4 },   { { 1, 2, 3, 101, 0 }, 60, 0, 2 }, /* a word is firm as a whole */
    { { 1, 2, 3, 101, 0 }, 61, 0, 4 }, { { 1, 2, 3, 4, 0 }, 10, 2, 2 },   { { 0 }, 100, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    struct quill_heard now[8];
    const size_t n = hear (now, table[i].now);

    g_test_message ("case %zu", i);
    g_assert_cmpuint (quill_firm_by_attention (now, n, table[i].n_firm, table[i].n_frames, 25), ==,
                      table[i].firm);
  }
}

/* A token that looks back from behind the unsure part does not make those before it firm. */
static void
the_first_unsure_word_ends_what_is_firm (void) {
  struct quill_heard now[8];
  const size_t n = hear (now, (const guint[]){ 1, 2, 3, 4, 0 });

  now[1].peak = 90;
  g_assert_cmpuint (quill_firm_by_attention (now, n, 0, 100, 25), ==, 1);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/commit/words-agreed-on-are-firm", words_agreed_on_are_firm);
  g_test_add_func ("/commit/words-that-look-at-the-end-are-not-firm",
                   words_that_look_at_the_end_are_not_firm);
  g_test_add_func ("/commit/the-first-unsure-word-ends-what-is-firm",
                   the_first_unsure_word_ends_what_is_firm);
  return g_test_run ();
}
