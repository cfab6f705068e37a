/* Which characters were dictated: the run-length list and what becomes of segments when the text is edited.
 */
#include "dictation/longhand-utterance.h"
#include "transcript/longhand-spans.h"
#include "longhand-spoken.h"

/* "3:1 2:0" for three characters of segment 1 and two typed ones. */
static void
assert_spans (const GArray *spans, const char *expected) {
  g_autoptr (GString) string = g_string_new (NULL);

  for (guint i = 0; i < spans->len; i++) {
    const LonghandSpan *span = &g_array_index (spans, LonghandSpan, i);

    g_string_append_printf (string, "%s%u:%u", i > 0 ? " " : "", span->length, span->id);
  }
  g_assert_cmpstr (string->str, ==, expected);
}

static GArray *
make_spans (void) {
  GArray *spans = longhand_spans_new ();

  longhand_spans_insert (spans, 0, 4, 1);
  longhand_spans_insert (spans, 4, 3, 0);
  longhand_spans_insert (spans, 7, 5, 2);
  return spans;
}

static void
test_insert (void) {
  g_autoptr (GArray) spans = make_spans ();

  assert_spans (spans, "4:1 3:0 5:2");
  longhand_spans_insert (spans, 2, 1, 0);
  assert_spans (spans, "2:1 1:0 2:1 3:0 5:2");
  longhand_spans_insert (spans, 0, 2, 0);
  assert_spans (spans, "2:0 2:1 1:0 2:1 3:0 5:2");
}

static void
test_insert_same (void) {
  g_autoptr (GArray) spans = make_spans ();

  longhand_spans_insert (spans, 2, 6, 1);
  longhand_spans_insert (spans, 10, 1, 0);
  assert_spans (spans, "10:1 4:0 5:2");
  longhand_spans_insert (spans, 14, 1, 0);
  assert_spans (spans, "10:1 5:0 5:2");
}

static void
test_insert_nothing (void) {
  g_autoptr (GArray) spans = make_spans ();
  g_autoptr (GArray) none = longhand_spans_new ();

  longhand_spans_insert (spans, 2, 0, 9);
  longhand_spans_insert_all (spans, 2, none);
  assert_spans (spans, "4:1 3:0 5:2");
}

static void
test_remove (void) {
  g_autoptr (GArray) spans = make_spans ();
  g_autoptr (GArray) removed = longhand_spans_remove (spans, 2, 7);

  assert_spans (removed, "2:1 3:0 2:2");
  assert_spans (spans, "2:1 3:2");
  longhand_spans_insert_all (spans, 2, removed);
  assert_spans (spans, "4:1 3:0 5:2");
}

static void
test_remove_between (void) {
  g_autoptr (GArray) spans = make_spans ();
  g_autoptr (GArray) removed = NULL;

  longhand_spans_insert (spans, 2, 3, 0);
  removed = longhand_spans_remove (spans, 2, 3);
  assert_spans (removed, "3:0");
  assert_spans (spans, "4:1 3:0 5:2");
}

static void
test_ids (void) {
  g_autoptr (GArray) spans = make_spans ();

  g_assert_cmpuint (longhand_spans_get_id (spans, 0), ==, 1);
  g_assert_cmpuint (longhand_spans_get_id (spans, 3), ==, 1);
  g_assert_cmpuint (longhand_spans_get_id (spans, 4), ==, 0);
  g_assert_cmpuint (longhand_spans_get_id (spans, 11), ==, 2);
  g_assert_cmpuint (longhand_spans_get_id (spans, 12), ==, 0);
  g_assert_cmpuint (longhand_spans_get_id_around (spans, 2), ==, 1);
  g_assert_cmpuint (longhand_spans_get_id_around (spans, 4), ==, 0);
  g_assert_cmpuint (longhand_spans_get_id_around (spans, 0), ==, 0);
  g_assert_cmpuint (longhand_spans_get_id_around (spans, 12), ==, 0);
}

/* ---- segments ---- */

static LonghandUtterance *
make_utterance (void) {
  LonghandUtterance *utterance = longhand_utterance_new (1000, 5000, "Größe first. And then second.");

  longhand_utterance_add_segment (utterance, 1000, 2500, "Größe first.",
                                  &(LonghandScores){ .avg_logprob = -0.25, .no_speech_prob = 0.125 });
  longhand_utterance_add_segment (utterance, 2500, 5000, "And then second.",
                                  &(LonghandScores){ .avg_logprob = -0.5, .no_speech_prob = 0.0625 });
  return utterance;
}

static void
test_segments_found (void) {
  g_autoptr (GPtrArray) segments = longhand_spoken_segments_new ();
  g_autoptr (LonghandUtterance) utterance = make_utterance ();
  g_autoptr (GArray) spans = longhand_spoken_spans_new (segments, utterance, 1, 30);
  const LonghandSegment *second;

  /* the space before it, and the twelve characters of the first */
  assert_spans (spans, "13:1 17:2");
  g_assert_cmpuint (segments->len, ==, 2);
  second = g_ptr_array_index (segments, 1);
  g_assert_cmpint (second->start_ms, ==, 2500);
  g_assert_cmpint (second->end_ms, ==, 5000);
  g_assert_cmpfloat (second->scores.avg_logprob, ==, -0.5);
  g_assert_cmpfloat (second->scores.no_speech_prob, ==, 0.0625);
}

static void
test_segments_not_found (void) {
  g_autoptr (GPtrArray) segments = longhand_spoken_segments_new ();
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (700, 900, "Something else.");
  g_autoptr (GArray) spans = NULL;
  const LonghandSegment *only;

  longhand_utterance_add_segment (utterance, 700, 900, "Not in there.", NULL);
  spans = longhand_spoken_spans_new (segments, utterance, 0, 15);
  assert_spans (spans, "15:1");
  only = g_ptr_array_index (segments, 0);
  g_assert_cmpint (only->start_ms, ==, 700);
  g_assert_cmpint (only->end_ms, ==, 900);
}

static void
assert_segment (LonghandTranscript *transcript, guint i, gint64 start_ms, const char *text) {
  const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);

  g_assert_cmpint (segment->start_ms, ==, start_ms);
  g_assert_cmpstr (segment->text, ==, text);
}

static void
test_transcript (void) {
  g_autoptr (GPtrArray) segments = longhand_spoken_segments_new ();
  g_autoptr (LonghandUtterance) utterance = make_utterance ();
  g_autoptr (GArray) spans = longhand_spoken_spans_new (segments, utterance, 0, 29);
  g_autoptr (LonghandTranscript) transcript = NULL;

  /* typed before all, between the two, and behind */
  longhand_spans_insert (spans, 29, 5, 0);
  longhand_spans_insert (spans, 12, 6, 0);
  longhand_spans_insert (spans, 0, 3, 0);
  transcript
      = longhand_spoken_dup_transcript (segments, spans, "Hi Größe first.\ntyped And then second. end.");
  g_assert_cmpuint (longhand_transcript_get_n_segments (transcript), ==, 2);
  assert_segment (transcript, 0, 1000, "Hi Größe first. typed");
  assert_segment (transcript, 1, 2500, "And then second. end.");
}

static void
test_transcript_by_time (void) {
  g_autoptr (GPtrArray) segments = longhand_spoken_segments_new ();
  g_autoptr (LonghandUtterance) late = longhand_utterance_new (9000, 9900, "Late.");
  g_autoptr (LonghandUtterance) early = longhand_utterance_new (1000, 1900, "Early.");
  g_autoptr (LonghandUtterance) gone = longhand_utterance_new (4000, 4900, "Gone.");
  g_autoptr (GArray) spans = longhand_spoken_spans_new (segments, late, 0, 5);
  g_autoptr (GArray) early_spans = longhand_spoken_spans_new (segments, early, 1, 7);
  g_autoptr (GArray) gone_spans = longhand_spoken_spans_new (segments, gone, 0, 5);
  g_autoptr (LonghandTranscript) transcript = NULL;

  longhand_spans_insert_all (spans, 5, early_spans);
  transcript = longhand_spoken_dup_transcript (segments, spans, "Late. Early.");
  g_assert_cmpuint (longhand_transcript_get_n_segments (transcript), ==, 2);
  assert_segment (transcript, 0, 1000, "Early.");
  assert_segment (transcript, 1, 9000, "Late.");
}

static void
test_transcript_typed (void) {
  g_autoptr (GPtrArray) segments = longhand_spoken_segments_new ();
  g_autoptr (GArray) spans = longhand_spans_new ();
  g_autoptr (LonghandTranscript) transcript = NULL;

  longhand_spans_insert (spans, 0, 5, 0);
  transcript = longhand_spoken_dup_transcript (segments, spans, "typed");
  g_assert_cmpuint (longhand_transcript_get_n_segments (transcript), ==, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spans/what-is-inserted-cuts-a-run-in-two", test_insert);
  g_test_add_func ("/spans/runs-of-one-segment-are-joined", test_insert_same);
  g_test_add_func ("/spans/inserting-nothing-changes-nothing", test_insert_nothing);
  g_test_add_func ("/spans/what-was-removed-can-be-put-back", test_remove);
  g_test_add_func ("/spans/removing-what-parts-a-segment-joins-it", test_remove_between);
  g_test_add_func ("/spans/typing-belongs-to-the-segment-around-it", test_ids);
  g_test_add_func ("/spoken/each-segment-of-an-utterance-has-its-characters", test_segments_found);
  g_test_add_func ("/spoken/segments-that-are-not-in-the-text-are-one-whole", test_segments_not_found);
  g_test_add_func ("/spoken/typed-text-belongs-to-the-segment-before-it", test_transcript);
  g_test_add_func ("/spoken/segments-are-sorted-by-time-and-deleted-ones-left-out", test_transcript_by_time);
  g_test_add_func ("/spoken/typed-text-alone-has-no-segments", test_transcript_typed);
  return g_test_run ();
}
