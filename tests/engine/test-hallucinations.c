/* Which words are doubted, and what silence around them is passed over: windows of 30 s made up by hand. */
#include "text/hallucinations.h"
#include "text/trim.h"

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

/* ---- words that reach into pauses ---- */

#define MAX_SPOKEN 8

struct spoken {
  const char *text; /* NULL: a segment begins, with these times */
  int64_t start_ms, end_ms;
};

/* Up to an entry that has no length. What is expected has the same words; segments do not count there. */
static void
assert_trimmed (const struct spoken *said, int64_t last_speech_ms, const struct spoken *expected) {
  struct quill_segment segments[MAX_SEGMENTS] = { 0 };
  struct quill_word words[MAX_SPOKEN];
  uint16_t lengths[MAX_SPOKEN];
  size_t n_segments = 0, n = 0;

  for (; said->end_ms > said->start_ms; said++) {
    if (!said->text) {
      segments[n_segments++]
          = (struct quill_segment){ .start_ms = said->start_ms, .end_ms = said->end_ms, .words = words + n };
      continue;
    }
    segments[n_segments - 1].n_words++;
    words[n++]
        = (struct quill_word){ .text = said->text, .start_ms = said->start_ms, .end_ms = said->end_ms };
  }
  quill_trim_words (segments, n_segments, last_speech_ms, lengths);
  for (size_t i = 0; i < n; i++) {
    g_test_message ("%s", words[i].text);
    g_assert_cmpstr (words[i].text, ==, expected[i].text);
    g_assert_cmpint (words[i].start_ms, ==, expected[i].start_ms);
    g_assert_cmpint (words[i].end_ms, ==, expected[i].end_ms);
  }
}

static void
words_at_marks_are_cut (void) {
  const struct spoken said[] = { { NULL, 1000, 20000 },    { " Go", 1000, 1300 },    { " on.", 1300, 6000 },
                                 { " Then", 6000, 6300 },  { " he", 6300, 6600 },    { " came.", 6600, 6900 },
                                 { " Never", 6900, 9900 }, { " mind", 9900, 13000 }, { 0 } };
  const struct spoken expected[]
      = { { " Go", 1000, 1300 },    { " on.", 1300, 1900 },   { " Then", 6000, 6300 }, { " he", 6300, 6600 },
          { " came.", 6600, 6900 }, { " Never", 9300, 9900 }, { " mind", 9900, 13000 } };

  assert_trimmed (said, 900, expected);
}

/* The segment ends there, too: it is the word that is long. Behind the next one there is a pause. */
static void
long_words_at_the_end_of_a_segment_are_kept (void) {
  const struct spoken said[]
      = { { NULL, 1000, 2500 },     { " Go", 1000, 1300 },         { " on", 1300, 1600 },
          { " then.", 1600, 2600 }, { NULL, 2600, 4500 },          { " You", 2600, 2900 },
          { " go", 2900, 3200 },    { " elsewhere.", 3200, 4300 }, { 0 } };
  const struct spoken expected[]
      = { { " Go", 1000, 1300 },  { " on", 1300, 1600 }, { " then.", 1600, 2500 },
          { " You", 2600, 2900 }, { " go", 2900, 3200 }, { " elsewhere.", 3200, 4300 } };

  assert_trimmed (said, 900, expected);
}

/* Of the second segment's words the first has the pause; of the third's the second. */
static void
words_behind_pauses_are_cut (void) {
  const struct spoken said[] = { { NULL, 1000, 1600 },
                                 { " Go", 1000, 1300 },
                                 { " on", 1300, 1600 },
                                 { NULL, 5600, 6400 },
                                 { " then", 1600, 6000 },
                                 { " he", 6000, 6400 },
                                 { NULL, 9000, 12400 },
                                 { " came", 6400, 9400 },
                                 { " and", 9400, 12400 },
                                 { " went", 12400, 12700 },
                                 { 0 } };
  const struct spoken expected[]
      = { { " Go", 1000, 1300 },    { " on", 1300, 1600 },     { " then", 5200, 6000 },
          { " he", 6000, 6400 },    { " came", 10800, 11600 }, { " and", 11600, 12400 },
          { " went", 12400, 12700 } };

  assert_trimmed (said, 900, expected);
}

/* Also where the word is its only one. */
static void
words_far_beyond_their_segment_are_cut (void) {
  const struct spoken said[] = { { NULL, 4500, 6600 },
                                 { " Go", 3000, 5700 },
                                 { " on", 5700, 6000 },
                                 { " then.", 6000, 12000 },
                                 { NULL, 12000, 13000 },
                                 { " Yes.", 12000, 19000 },
                                 { 0 } };
  const struct spoken expected[]
      = { { " Go", 4500, 5700 }, { " on", 5700, 6000 }, { " then.", 6000, 6700 }, { " Yes.", 12000, 13000 } };

  assert_trimmed (said, 3000, expected);
}

static void
words_as_usual_stay_as_they_are (void) {
  const struct spoken said[]
      = { { NULL, 1000, 3000 },  { " Go", 1000, 1300 }, { " on.", 1300, 1900 },   { " Then", 1900, 2500 },
          { " he", 2500, 2800 }, { NULL, 2800, 3400 },  { " came.", 2800, 3100 }, { 0 } };
  const struct spoken expected[] = { { " Go", 1000, 1300 },
                                     { " on.", 1300, 1900 },
                                     { " Then", 1900, 2500 },
                                     { " he", 2500, 2800 },
                                     { " came.", 2800, 3100 } };

  assert_trimmed (said, 900, expected);
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
  g_test_add_func ("/hallucinations/words-at-marks-are-cut", words_at_marks_are_cut);
  g_test_add_func ("/hallucinations/long-words-at-the-end-of-a-segment-are-kept",
                   long_words_at_the_end_of_a_segment_are_kept);
  g_test_add_func ("/hallucinations/words-behind-pauses-are-cut", words_behind_pauses_are_cut);
  g_test_add_func ("/hallucinations/words-far-beyond-their-segment-are-cut",
                   words_far_beyond_their_segment_are_cut);
  g_test_add_func ("/hallucinations/words-as-usual-stay-as-they-are", words_as_usual_stay_as_they_are);
  return g_test_run ();
}
