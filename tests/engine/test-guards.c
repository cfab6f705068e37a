/* What the guards let pass, and what they stop. */
#include <glib.h>
#include <string.h>

#include "text/guards.h"

#define N_FRAMES 250 /* 8 s */

/* An utterance of n_speech frames with speech behind 480 ms of pre-roll, of which the model is sure. */
static struct quill_utterance_facts
utterance (const char *text, size_t n_speech) {
  static bool speech[N_FRAMES];
  static float likely[N_FRAMES];

  for (size_t i = 0; i < N_FRAMES; i++) {
    speech[i] = i >= 15 && i < 15 + n_speech;
    likely[i] = speech[i] ? 0.9f : 0;
  }
  return (struct quill_utterance_facts){
    .text = text,
    .avg_logprob = -0.3f,
    .no_speech_prob = 0.01f,
    .compression_ratio = 1.0f,
    .speech = speech,
    .likely = likely,
    .n_frames = N_FRAMES,
    .frame_ms = 32,
  };
}

#define assert_verdict(facts, verdict)                                                                       \
  g_assert_cmpstr (quill_verdict_name (quill_guard (facts)), ==, quill_verdict_name (verdict))

static void
what_people_say_passes (void) {
  static const struct {
    const char *text;
    size_t n_speech;
  } table[] = {
    { "", 0 },
    { "", 100 },
    { "Yes.", 5 },
    { "Oh!", 4 },
    { "No, no, no, no, no!", 40 },
    { "Ha ha ha ha ha ha.", 40 },
    { "It cost 1000000 and not 100000.", 70 },
    { "She sells sea shells by the sea shore, and the shells she sells are sea shells.", 120 },
    { "Internationalisation is tedious.", 40 },
    { "\xe4\xbb\x8a\xe5\xa4\xa9\xe5\xa4\xa9\xe6\xb0\x94\xe5\xbe\x88\xe5\xa5\xbd", 30 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (table); i++) {
    const struct quill_utterance_facts facts = utterance (table[i].text, table[i].n_speech);

    g_test_message ("%s", table[i].text);
    assert_verdict (&facts, QUILL_KEEP);
  }
}

static void
text_without_speech_is_dropped (void) {
  const struct quill_utterance_facts facts = utterance ("Yes.", 0);
  assert_verdict (&facts, QUILL_DROP_NO_SPEECH);
}

/* The network must find a tenth of a second likely, no more. */
static void
what_is_speech_nowhere_is_dropped (void) {
  static const struct {
    float likely;
    size_t n_likely;
    enum quill_verdict verdict;
  } table[] = {
    { 0, 60, QUILL_DROP_NO_SPEECH }, { 0.29f, 60, QUILL_DROP_NO_SPEECH },
    { 0.31f, 60, QUILL_KEEP },       { 0.95f, 1, QUILL_DROP_NO_SPEECH },
    { 0.95f, 2, QUILL_KEEP },        { 0.4f, 4, QUILL_KEEP },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (table); i++) {
    struct quill_utterance_facts facts = utterance ("Thank you very much.", 60);
    float likely[N_FRAMES] = { 0 };

    for (size_t k = 0; k < table[i].n_likely; k++)
      likely[20 + k] = table[i].likely;
    facts.likely = likely;
    g_test_message ("%zu frames of %g", table[i].n_likely, (double)table[i].likely);
    assert_verdict (&facts, table[i].verdict);
  }
}

/* Each of three witnesses alone is not believed, any two are. */
static void
two_of_three_witnesses_are_believed (void) {
  for (unsigned i = 0; i < 8; i++) {
    struct quill_utterance_facts facts = utterance ("Thank you.", i & 1 ? 14 : 15);
    const unsigned n_against = (i & 1) + (i >> 1 & 1) + (i >> 2);

    facts.no_speech_prob = i & 2 ? 0.61f : 0.6f;
    facts.avg_logprob = i & 4 ? -1.01f : -1.0f;
    g_test_message ("witnesses %u", i);
    assert_verdict (&facts, n_against >= 2 ? QUILL_DROP_NO_SPEECH : QUILL_KEEP);
  }
}

static void
loops_are_dropped (void) {
  static const char *const loops[] = {
    "Thank you. Thank you. Thank you. Thank you.",
    "I am going to the I am going to the I am going to the I am going to the",
    "Well, you know, and so on and so on and so on and so on and so on.",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "\xe8\xb0\xa2\xe8\xb0\xa2\xe8\xb0\xa2\xe8\xb0\xa2\xe8\xb0\xa2\xe8\xb0\xa2\xe8\xb0\xa2\xe8\xb0\xa2\xe8\xb0"
    "\xa2"
    "\xe8\xb0\xa2\xe8\xb0\xa2",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (loops); i++) {
    const struct quill_utterance_facts facts = utterance (loops[i], 200);

    g_test_message ("%s", loops[i]);
    assert_verdict (&facts, QUILL_DROP_REPETITION);
  }
}

static void
text_that_compresses_too_well_is_dropped (void) {
  struct quill_utterance_facts facts = utterance ("One two three, two three one, three one two.", 200);

  facts.compression_ratio = 2.4f;
  assert_verdict (&facts, QUILL_KEEP);
  facts.compression_ratio = 2.41f;
  assert_verdict (&facts, QUILL_DROP_REPETITION);
}

static void
loop_counts_from_its_first_round_to_its_last_byte (void) {
  g_assert_cmpuint (quill_repeated_bytes ("", 0), ==, 0);
  g_assert_cmpuint (quill_repeated_bytes ("abcabcabca", 10), ==, 0); /* three times are no loop */
  g_assert_cmpuint (quill_repeated_bytes ("abcabcabcabc", 12), ==, 12);
  g_assert_cmpuint (quill_repeated_bytes ("xyabcabcabcabcabz", 17), ==, 14);
  g_assert_cmpuint (quill_repeated_bytes ("abcdefgh", 8), ==, 0);
}

static void
loop_within_much_other_text_is_kept (void) {
  const struct quill_utterance_facts facts = utterance (
      "He laughed, ha ha ha ha ha ha ha ha ha ha ha ha, and then told us at length why he had done so.", 200);
  assert_verdict (&facts, QUILL_KEEP);
}

/* Speech lasts from 480 to 1120 ms. */
#define WORD(start, end)                                                                                     \
  { .start_ms = start, .end_ms = end }

static void
words_outside_speech_are_dropped (void) {
  static const struct quill_word within[]
      = { WORD (500, 700), WORD (700, 900), WORD (900, 1200) },
      near[] = { WORD (100, 300), WORD (1300, 1500) }, beside[] = { WORD (0, 280), WORD (1320, 1500) },
      half[] = { WORD (500, 900), WORD (3000, 3400) },
      most[] = { WORD (500, 900), WORD (3000, 3400), WORD (3400, 3600) }, point[] = { WORD (800, 800) };
  static const struct {
    const struct quill_word *words;
    size_t n, n_outside;
    enum quill_verdict verdict;
  } table[] = {
    { within, 3, 0, QUILL_KEEP },
    { near, 2, 0, QUILL_KEEP },
    { beside, 2, 2, QUILL_DROP_OUTSIDE_SPEECH },
    { half, 2, 1, QUILL_KEEP },
    { most, 3, 2, QUILL_DROP_OUTSIDE_SPEECH },
    { point, 1, 0, QUILL_KEEP },
    { NULL, 0, 0, QUILL_KEEP },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (table); i++) {
    struct quill_utterance_facts facts = utterance ("Words and words.", 20);

    facts.words = table[i].words;
    facts.n_words = table[i].n;
    g_test_message ("row %zu", i);
    g_assert_cmpuint (quill_words_outside (&facts), ==, table[i].n_outside);
    assert_verdict (&facts, table[i].verdict);
  }
}

static void
nobody_speaks_that_fast (void) {
  const char *text
      = "This is what a model may well make of a very short sound when it is in the mood for it.";
  struct quill_utterance_facts facts = utterance (text, 60);

  assert_verdict (&facts, QUILL_KEEP);
  facts = utterance (text, 12);
  assert_verdict (&facts, QUILL_DROP_TOO_FAST);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guards/what-people-say-passes", what_people_say_passes);
  g_test_add_func ("/guards/text-without-speech-is-dropped", text_without_speech_is_dropped);
  g_test_add_func ("/guards/what-is-speech-nowhere-is-dropped", what_is_speech_nowhere_is_dropped);
  g_test_add_func ("/guards/two-of-three-witnesses-are-believed", two_of_three_witnesses_are_believed);
  g_test_add_func ("/guards/loops-are-dropped", loops_are_dropped);
  g_test_add_func ("/guards/text-that-compresses-too-well-is-dropped",
                   text_that_compresses_too_well_is_dropped);
  g_test_add_func ("/guards/loop-counts-from-its-first-round-to-its-last-byte",
                   loop_counts_from_its_first_round_to_its_last_byte);
  g_test_add_func ("/guards/loop-within-much-other-text-is-kept", loop_within_much_other_text_is_kept);
  g_test_add_func ("/guards/words-outside-speech-are-dropped", words_outside_speech_are_dropped);
  g_test_add_func ("/guards/nobody-speaks-that-fast", nobody_speaks_that_fast);
  return g_test_run ();
}
