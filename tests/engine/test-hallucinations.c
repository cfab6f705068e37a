/* Which words are doubted, and what silence around them is passed over: windows of 30 s made up by hand. */
#include "text/hallucinations.h"

#include <glib.h>
#include <string.h>

#define WINDOW_MS 30000
#define MAX_SEGMENTS 4

/* Segments of words that are as they should be, or are not. */
struct said {
  int64_t begin_ms, end_ms;
  bool is_dubious;
};

#define WORDS 3
#define WORD_MS 300

struct window {
  struct quill_window_facts facts;
  struct quill_word words[MAX_SEGMENTS][WORDS];
  struct quill_segment segments[MAX_SEGMENTS];
};

/* The window begins at begin_ms and is full of sound; said ends with one that has no length. */
static void
window_init (struct window *w, int64_t begin_ms, const struct said *said) {
  *w = (struct window){ .facts = { .begin_ms = begin_ms,
                                   .sound_end_ms = begin_ms + WINDOW_MS,
                                   .end_ms = begin_ms + WINDOW_MS,
                                   .stretch_end_ms = begin_ms + 10 * WINDOW_MS,
                                   .last_speech_ms = begin_ms,
                                   .threshold_ms = 2000 } };
  for (; said->end_ms > said->begin_ms; said++) {
    const size_t i = w->facts.n_segments++;
    for (int k = 0; k < WORDS; k++) {
      const int64_t word_ms = k < WORDS - 1 ? said->begin_ms + k * WORD_MS : said->end_ms - WORD_MS;

      w->words[i][k] = (struct quill_word){ .text = " word",
                                            .start_ms = word_ms,
                                            .end_ms = word_ms + WORD_MS,
                                            .probability = said->is_dubious ? 0.01f : 0.9f };
    }
    w->segments[i] = (struct quill_segment){ .words = w->words[i], .n_words = WORDS };
  }
  w->facts.segments = w->segments;
}

static void
assert_verdict (const struct window *w, size_t n_kept, int64_t next_ms) {
  const struct quill_window_verdict verdict = quill_doubt_window (&w->facts);

  g_assert_cmpuint (verdict.n_kept, ==, n_kept);
  g_assert_cmpint (verdict.next_ms, ==, next_ms);
}

static void
nothing_is_dropped_without_doubt (void) {
  const struct said said[] = { { 100000, 104000 }, { 109000, 128500 }, { 0 } };
  struct window w;

  window_init (&w, 100000, said);
  w.facts.is_complete = true;
  assert_verdict (&w, 2, -1);
  w.facts.is_complete = false; /* 1.5 s behind the last word: less than the threshold */
  assert_verdict (&w, 2, 130000);
  w.facts.threshold_ms = 1000;
  assert_verdict (&w, 2, 128500);
  w.facts.n_segments = 0;
  assert_verdict (&w, 0, -1);
}

/* A stretch of speech is shorter than a window: neither its end nor its beginning is the window's. */
static void
what_is_said_in_a_short_stretch_is_kept (void) {
  const struct said said[] = { { 100200, 101500, true }, { 0 } };
  struct window w;

  window_init (&w, 100000, said);
  w.facts.sound_end_ms = w.facts.stretch_end_ms = 102000;
  w.facts.last_speech_ms = 90000;
  w.facts.is_complete = true;
  assert_verdict (&w, 1, -1);
  w.facts.is_complete = false; /* too little is left to be looked at */
  assert_verdict (&w, 1, -1);
  w.facts.threshold_ms = 400;
  assert_verdict (&w, 0, 101000);
}

/* The silence before the first words is passed over, then they are looked at anew, whatever follows them. */
static void
silence_before_dubious_first_words_is_passed_over (void) {
  const struct said said[] = { { 105000, 107000, true }, { 107100, 110000 }, { 0 } };
  struct window w;

  window_init (&w, 100000, said);
  assert_verdict (&w, 0, 105000);
  w.facts.threshold_ms = 5000; /* not longer than this: they go on into what is no doubt */
  w.facts.is_complete = true;
  assert_verdict (&w, 2, -1);
}

static void
dubious_words_that_stand_alone_are_dropped (void) {
  const struct said said[] = { { 100500, 104000 }, { 110000, 112000, true }, { 118000, 128000 }, { 0 } };
  struct window w;

  window_init (&w, 100000, said);
  w.facts.is_complete = true;
  assert_verdict (&w, 1, 110000);
  w.segments[1].words = w.words[0]; /* as if there were no doubt */
  assert_verdict (&w, 3, -1);
}

static void
dubious_words_in_the_midst_of_others_are_kept (void) {
  const struct said close[] = { { 100500, 109000 }, { 109500, 112000, true }, { 112500, 128000 }, { 0 } };
  const struct said before[] = { { 100500, 104000 }, { 109500, 112000, true }, { 112500, 128000 }, { 0 } };
  const struct said behind[] = { { 100500, 109000 }, { 109500, 112000, true }, { 118500, 128000 }, { 0 } };
  const struct said *const all[] = { close, before, behind };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    struct window w;

    window_init (&w, 100000, all[i]);
    w.facts.is_complete = true;
    assert_verdict (&w, 3, -1);
  }
}

/* More of them, and the window's end, are as good as silence; and before the first second of a window there
 * is nothing to go back to. */
static void
doubt_spreads_and_goes_on_for_a_second_at_least (void) {
  const struct said both[]
      = { { 100500, 104000 }, { 110000, 112000, true }, { 112500, 114000, true }, { 0 } };
  const struct said at_end[] = { { 100500, 104000 }, { 110000, 128500, true }, { 0 } };
  const struct said at_once[] = { { 100300, 101500, true }, { 108000, 128000 }, { 0 } };
  struct window w;

  window_init (&w, 100000, both);
  w.facts.is_complete = true;
  assert_verdict (&w, 1, 110000);
  window_init (&w, 100000, at_end);
  w.facts.is_complete = true;
  assert_verdict (&w, 1, 110000);
  window_init (&w, 100000, at_once);
  w.facts.is_complete = true;
  assert_verdict (&w, 0, 101000);
}

/* What is dubious at the end of the recording is what models make of its last silence. */
static void
nothing_is_looked_at_anew_at_the_end (void) {
  const struct said said[] = { { 100500, 104000 }, { 110000, 112000, true }, { 0 } };
  struct window w;

  window_init (&w, 100000, said);
  w.facts.sound_end_ms = w.facts.stretch_end_ms = 113000;
  w.facts.is_complete = true;
  w.facts.threshold_ms = 900; /* there is a second left */
  assert_verdict (&w, 1, 110000);
  w.facts.sound_end_ms = w.facts.stretch_end_ms = 112500;
  w.facts.threshold_ms = 600;
  w.words[1][WORDS - 1].end_ms = 111800;
  w.facts.stretch_end_ms = 112300;
  assert_verdict (&w, 1, 112300);
}

static void
assert_dubious (struct quill_word *words, size_t n, bool expected) {
  const struct quill_segment segment = { .words = words, .n_words = n };

  g_assert_true (quill_is_dubious (&segment) == expected);
}

static void
words_are_dubious_that_are_improbable_too_short_or_too_long (void) {
  struct quill_word words[12];

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    words[i] = (struct quill_word){
      .text = " word", .start_ms = 500 * (int)i, .end_ms = 500 * (int)i + 400, .probability = 0.8f
    };
  assert_dubious (words, 12, false);
  assert_dubious (words, 0, false);
  words[0].probability = words[1].probability = 0.14f;
  assert_dubious (words, 12, false);
  assert_dubious (words, 2, true); /* all there are */
  words[2].probability = 0.14f;
  assert_dubious (words, 12, true); /* three of the first eight */
  words[2].text = "...";            /* marks are not spoken */
  assert_dubious (words, 12, false);
  words[9].probability = words[10].probability = words[11].probability = 0; /* too far back */
  assert_dubious (words, 12, false);
  words[3].end_ms = words[3].start_ms + 66; /* half as long as a word is: worth one */
  assert_dubious (words, 12, true);
  words[3].end_ms = words[3].start_ms + 2900; /* 0.9 s too long */
  assert_dubious (words, 12, false);
  words[3].end_ms = words[3].start_ms + 3000;
  assert_dubious (words, 12, true);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hallucinations/nothing-is-dropped-without-doubt", nothing_is_dropped_without_doubt);
  g_test_add_func ("/hallucinations/what-is-said-in-a-short-stretch-is-kept",
                   what_is_said_in_a_short_stretch_is_kept);
  g_test_add_func ("/hallucinations/silence-before-dubious-first-words-is-passed-over",
                   silence_before_dubious_first_words_is_passed_over);
  g_test_add_func ("/hallucinations/dubious-words-that-stand-alone-are-dropped",
                   dubious_words_that_stand_alone_are_dropped);
  g_test_add_func ("/hallucinations/dubious-words-in-the-midst-of-others-are-kept",
                   dubious_words_in_the_midst_of_others_are_kept);
  g_test_add_func ("/hallucinations/doubt-spreads-and-goes-on-for-a-second-at-least",
                   doubt_spreads_and_goes_on_for_a_second_at_least);
  g_test_add_func ("/hallucinations/nothing-is-looked-at-anew-at-the-end",
                   nothing_is_looked_at_anew_at_the_end);
  g_test_add_func ("/hallucinations/words-are-dubious-that-are-improbable-too-short-or-too-long",
                   words_are_dubious_that_are_improbable_too_short_or_too_long);
  return g_test_run ();
}
