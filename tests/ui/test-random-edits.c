/* Long runs of random edits against the simplest thing that can be right: an array with an id for each
 * character, a string, and the rule that undo and redo lead back and forth. The seed is printed; --seed
 * repeats a run. */
#include "dictation/longhand-utterance.h"
#include "editor/longhand-document.h"
#include "editor/longhand-history.h"
#include "transcript/longhand-spans.h"

/* ---- spans ---- */

static void
spans_match_one_id_for_each_character (void) {
  g_autoptr (GArray) spans = longhand_spans_new ();
  g_autoptr (GArray) plain = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint n = 0; n < 3000; n++) {
    guint offset = (guint)g_test_rand_int_range (0, (gint32)plain->len + 1);

    if (plain->len < 60 && g_test_rand_bit ()) {
      guint length = (guint)g_test_rand_int_range (0, 6), id = (guint)g_test_rand_int_range (0, 4);

      longhand_spans_insert (spans, offset, length, id);
      for (guint i = 0; i < length; i++)
        g_array_insert_val (plain, offset, id);
    } else {
      guint length = (guint)g_test_rand_int_range (0, (gint32)(plain->len - offset) + 1);
      g_autoptr (GArray) removed = longhand_spans_remove (spans, offset, length);

      for (guint i = 0; i < length; i++)
        g_assert_cmpuint (longhand_spans_get_id (removed, i), ==, g_array_index (plain, guint, offset + i));
      if (length > 0)
        g_array_remove_range (plain, offset, length);
    }
    for (guint i = 0; i < plain->len; i++)
      g_assert_cmpuint (longhand_spans_get_id (spans, i), ==, g_array_index (plain, guint, i));
    for (guint i = 0; i < spans->len; i++) {
      g_assert_cmpuint (g_array_index (spans, LonghandSpan, i).length, >, 0);
      if (i > 0)
        g_assert_cmpuint (g_array_index (spans, LonghandSpan, i).id, !=,
                          g_array_index (spans, LonghandSpan, i - 1).id);
    }
  }
}

/* ---- history ---- */

typedef struct {
  GString *text; /* ASCII: bytes are characters */
  LonghandHistory *history;
} Text;

static void
text_set_up (Text *f, gconstpointer data) {
  f->text = g_string_new (NULL);
  f->history = longhand_history_new ();
}

static void
text_tear_down (Text *f, gconstpointer data) {
  g_string_free (f->text, TRUE);
  longhand_history_free (f->history);
}

static GArray *
spans_of (guint length) {
  GArray *spans = longhand_spans_new ();

  longhand_spans_insert (spans, 0, length, 0);
  return spans;
}

static void
text_insert (Text *f, guint offset, const char *text) {
  g_string_insert (f->text, offset, text);
  longhand_history_record (f->history, LONGHAND_EDIT_INSERT, offset, text, spans_of ((guint)strlen (text)),
                           FALSE);
}

static void
text_erase (Text *f, guint offset, guint length) {
  g_autofree char *text = g_strndup (f->text->str + offset, length);

  g_string_erase (f->text, offset, length);
  longhand_history_record (f->history, LONGHAND_EDIT_DELETE, offset, text, spans_of (length), FALSE);
}

static void
text_type (Text *f, guint offset, const char *text) {
  for (; *text; text++, offset++)
    text_insert (f, offset, (char[]){ *text, '\0' });
}

static void
text_apply (const LonghandEdit *edit, gpointer user_data) {
  Text *f = user_data;

  if (edit->kind == LONGHAND_EDIT_INSERT) {
    g_string_insert (f->text, edit->offset, edit->text);
  } else {
    g_assert_cmpint (strncmp (f->text->str + edit->offset, edit->text, edit->length), ==, 0);
    g_string_erase (f->text, edit->offset, edit->length);
  }
}

static void
history_undoes_to_nothing_and_redoes_everything (Text *f, gconstpointer data) {
  g_autofree char *all = NULL;

  for (guint n = 0; n < 800; n++) {
    guint offset = (guint)g_test_rand_int_range (0, (gint32)f->text->len + 1);
    int what = g_test_rand_int_range (0, 10);

    if (what < 5)
      text_type (f, offset, "ab c\nd" + g_test_rand_int_range (0, 6));
    else if (what < 7 && offset < f->text->len)
      text_erase (f, offset, (guint)g_test_rand_int_range (1, MIN (4, (gint32)(f->text->len - offset)) + 1));
    else if (what == 7)
      for (guint i = 0, backwards = g_test_rand_bit (); i < 3 && offset < f->text->len;
           i++, offset -= backwards)
        text_erase (f, offset, 1);
    else if (what == 8)
      longhand_history_undo (f->history, text_apply, f);
    else
      longhand_history_redo (f->history, text_apply, f);
  }
  while (longhand_history_redo (f->history, text_apply, f))
    ;
  all = g_strdup (f->text->str);
  while (longhand_history_undo (f->history, text_apply, f))
    ;
  g_assert_cmpstr (f->text->str, ==, "");
  while (longhand_history_redo (f->history, text_apply, f))
    ;
  g_assert_cmpstr (f->text->str, ==, all);
}

/* ---- document ---- */

typedef struct {
  LonghandDocument *document;
  GtkTextBuffer *buffer;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->document = longhand_document_new ();
  f->buffer = GTK_TEXT_BUFFER (f->document);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_object_unref (f->document);
}

static void
place (Fixture *f, int insert, int bound) {
  GtkTextIter a, b;

  gtk_text_buffer_get_iter_at_offset (f->buffer, &a, insert);
  gtk_text_buffer_get_iter_at_offset (f->buffer, &b, bound);
  gtk_text_buffer_select_range (f->buffer, &a, &b);
}

/* As a text view does for a key, a paste or an input method. */
static void
type (Fixture *f, const char *text) {
  gtk_text_buffer_begin_user_action (f->buffer);
  gtk_text_buffer_delete_selection (f->buffer, TRUE, TRUE);
  gtk_text_buffer_insert_interactive_at_cursor (f->buffer, text, -1, TRUE);
  gtk_text_buffer_end_user_action (f->buffer);
}

static void
erase (Fixture *f, int from, int to) {
  GtkTextIter a, b;

  gtk_text_buffer_get_iter_at_offset (f->buffer, &a, from);
  gtk_text_buffer_get_iter_at_offset (f->buffer, &b, to);
  gtk_text_buffer_begin_user_action (f->buffer);
  gtk_text_buffer_delete_interactive (f->buffer, &a, &b, TRUE);
  gtk_text_buffer_end_user_action (f->buffer);
}

static void
backspace (Fixture *f) {
  GtkTextIter at;

  gtk_text_buffer_get_iter_at_mark (f->buffer, &at, gtk_text_buffer_get_insert (f->buffer));
  gtk_text_buffer_backspace (f->buffer, &at, TRUE, TRUE);
}

static void
speak (Fixture *f, gint64 start_ms, const char *text) {
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (start_ms, start_ms + 1000, text);

  longhand_utterance_add_segment (utterance, start_ms, start_ms + 1000, text,
                                  &(LonghandScores){ .avg_logprob = -0.25, .no_speech_prob = 0.125 });
  longhand_document_commit (f->document, utterance);
}

#define assert_text(f, expected)                                                                             \
  do {                                                                                                       \
    g_autofree char *held = longhand_document_dup_text ((f)->document);                                      \
    g_assert_cmpstr (held, ==, expected);                                                                    \
  } while (0)

static char *
segments (Fixture *f) {
  g_autoptr (LonghandTranscript) transcript = longhand_document_dup_transcript (f->document);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);

    g_string_append_printf (text, "%s%d:%s", i ? " / " : "", (int)segment->start_ms, segment->text);
  }
  return g_string_free (text, FALSE);
}

#define assert_segments(f, expected)                                                                         \
  do {                                                                                                       \
    g_autofree char *listed = segments (f);                                                                  \
    g_assert_cmpstr (listed, ==, expected);                                                                  \
  } while (0)

/* The offset in the text of an offset in the buffer: one among the tentative words is theirs. */
static int
text_offset (Fixture *f, int offset) {
  GtkTextIter start, end;
  int from, to;

  longhand_document_get_tentative_bounds (f->document, &start, &end);
  from = gtk_text_iter_get_offset (&start);
  to = gtk_text_iter_get_offset (&end);
  return to == from || offset <= from ? offset : from + MAX (offset - to, 0);
}

/* text with what is between from and to replaced. */
static char *
replaced (const char *text, int from, int to, const char *by) {
  g_autofree char *before = g_utf8_substring (text, 0, from);

  return g_strconcat (before, by, g_utf8_offset_to_pointer (text, to), NULL);
}

static char *
tentative (Fixture *f) {
  GtkTextIter start, end;

  longhand_document_get_tentative_bounds (f->document, &start, &end);
  return gtk_text_iter_get_slice (&start, &end);
}

/* One edit of the person, checked against the same edit of a string. */
static void
edit_and_compare (Fixture *f, const char *word) {
  g_autofree char *text = longhand_document_dup_text (f->document);
  g_autofree char *words = tentative (f), *expected = NULL, *words_then = NULL;
  int n = gtk_text_buffer_get_char_count (f->buffer);
  int a = g_test_rand_int_range (0, n + 1), b = g_test_rand_int_range (a, MIN (n, a + 6) + 1);

  if (g_test_rand_bit ()) {
    expected = replaced (text, text_offset (f, a), text_offset (f, b), "");
    erase (f, a, b);
  } else {
    expected = replaced (text, text_offset (f, a), text_offset (f, b), word);
    place (f, a, b);
    type (f, word);
  }
  assert_text (f, expected);
  words_then = tentative (f);
  g_assert_cmpstr (words_then, ==, words);
  g_assert_false (gtk_text_buffer_get_can_undo (f->buffer));
}

/* Some steps back and as many forward: everything is as it was, and the tentative words never move or change.
 */
static void
go_back_and_return (Fixture *f) {
  g_autofree char *text = longhand_document_dup_text (f->document);
  g_autofree char *times = segments (f);
  guint n_steps = 0;

  for (guint i = 0; i < 4 && longhand_document_get_can_step_back (f->document); i++, n_steps++)
    longhand_document_step_back (f->document);
  for (; n_steps > 0; n_steps--)
    longhand_document_step_forward (f->document);
  assert_text (f, text);
  assert_segments (f, times);
}

static void
random_step (Fixture *f, gint64 *now_ms) {
  const char *words[] = { "a", "b c", "é", "\n", "word" };
  const char *word = words[g_test_rand_int_range (0, G_N_ELEMENTS (words))];

  switch (g_test_rand_int_range (0, 7)) {
  case 0:
    longhand_document_set_tentative (f->document, word[0] == '\n' ? "" : word,
                                     (guint)g_test_rand_int_range (0, 4));
    break;
  case 1:
    *now_ms += 1000;
    speak (f, *now_ms, word[0] == '\n' ? "spoken" : word);
    break;
  case 2:
    longhand_document_step_back (f->document);
    break;
  case 3:
    longhand_document_step_forward (f->document);
    break;
  case 4:
    backspace (f);
    break;
  default:
    edit_and_compare (f, word);
  }
}

static void
no_mix_of_edits_loses_text_or_the_tentative_words (Fixture *f, gconstpointer data) {
  g_autofree char *all = NULL, *all_segments = NULL;
  gint64 now_ms = 0;

  for (guint n = 0; n < 1500; n++) {
    g_autofree char *before = NULL, *after = NULL;

    random_step (f, &now_ms);
    before = tentative (f);
    go_back_and_return (f);
    after = tentative (f);
    g_assert_cmpstr (before, ==, after);
  }
  while (longhand_document_get_can_step_forward (f->document))
    longhand_document_step_forward (f->document);
  all = longhand_document_dup_text (f->document);
  all_segments = segments (f);
  while (longhand_document_get_can_step_back (f->document))
    longhand_document_step_back (f->document);
  assert_text (f, "");
  assert_segments (f, "");
  while (longhand_document_get_can_step_forward (f->document))
    longhand_document_step_forward (f->document);
  assert_text (f, all);
  assert_segments (f, all_segments);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random-edits/spans-match-one-id-for-each-character",
                   spans_match_one_id_for_each_character);
  g_test_add ("/random-edits/history-undoes-to-nothing-and-redoes-everything", Text, NULL, text_set_up,
              history_undoes_to_nothing_and_redoes_everything, text_tear_down);
  g_test_add ("/random-edits/no-mix-of-edits-loses-text-or-the-tentative-words", Fixture, NULL, set_up,
              no_mix_of_edits_loses_text_or_the_tentative_words, tear_down);
  return g_test_run ();
}
