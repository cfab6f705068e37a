/* The text of a window without the window: tentative words, what is typed around them, undo, segments. */
#include "dictation/longhand-utterance.h"
#include "audio/longhand-sound-files.h"
#include "longhand-document.h"

typedef struct {
  LonghandDocument *document;
  GtkTextBuffer *buffer; /* the same */
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

/* ---- as a person does it ---- */

static void
put_caret (Fixture *f, int offset) {
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_offset (f->buffer, &iter, offset);
  gtk_text_buffer_place_cursor (f->buffer, &iter);
}

static void
select_text (Fixture *f, int caret, int bound) {
  GtkTextIter caret_iter, bound_iter;

  gtk_text_buffer_get_iter_at_offset (f->buffer, &caret_iter, caret);
  gtk_text_buffer_get_iter_at_offset (f->buffer, &bound_iter, bound);
  gtk_text_buffer_select_range (f->buffer, &caret_iter, &bound_iter);
}

/* Replaces the selection, as the view does. */
static void
type (Fixture *f, const char *text) {
  gtk_text_buffer_begin_user_action (f->buffer);
  gtk_text_buffer_delete_selection (f->buffer, TRUE, TRUE);
  gtk_text_buffer_insert_interactive_at_cursor (f->buffer, text, -1, TRUE);
  gtk_text_buffer_end_user_action (f->buffer);
}

static void
speak (Fixture *f, gint64 start_ms, const char *text) {
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (start_ms, start_ms + 900, text);

  longhand_utterance_add_segment (utterance, start_ms, start_ms + 900, text,
                                  &(LonghandScores){ .avg_logprob = -0.25, .no_speech_prob = 0 });
  longhand_document_commit (f->document, utterance);
}

static void
assert_text (Fixture *f, const char *expected) {
  g_autofree char *text = longhand_document_dup_text (f->document);

  g_assert_cmpstr (text, ==, expected);
}

/* With the tentative words, as it is seen. */
static void
assert_shown (Fixture *f, const char *expected) {
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (f->buffer, &start, &end);
  text = gtk_text_buffer_get_text (f->buffer, &start, &end, TRUE);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_caret (Fixture *f, int caret, int bound) {
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (f->buffer, &iter, gtk_text_buffer_get_insert (f->buffer));
  g_assert_cmpint (gtk_text_iter_get_offset (&iter), ==, caret);
  gtk_text_buffer_get_iter_at_mark (f->buffer, &iter, gtk_text_buffer_get_selection_bound (f->buffer));
  g_assert_cmpint (gtk_text_iter_get_offset (&iter), ==, bound);
}

static void
assert_segments (Fixture *f, ...) {
  g_autoptr (LonghandTranscript) transcript = longhand_document_dup_transcript (f->document);
  const char *text;
  guint n = 0;
  va_list args;

  va_start (args, f);
  while ((text = va_arg (args, const char *)) != NULL) {
    g_assert_cmpuint (n, <, longhand_transcript_get_n_segments (transcript));
    g_assert_cmpstr (longhand_transcript_get_segment (transcript, n++)->text, ==, text);
  }
  va_end (args);
  g_assert_cmpuint (longhand_transcript_get_n_segments (transcript), ==, n);
}

/* ---- tentative words ---- */

static void
test_tentative_is_no_text (Fixture *f, gconstpointer data) {
  longhand_document_set_tentative (f->document, "maybe this", 0);
  assert_shown (f, "maybe this");
  assert_text (f, "");
  g_assert_true (longhand_document_is_empty (f->document));
  g_assert_false (longhand_document_get_unsaved (f->document));
  g_assert_false (longhand_document_get_can_step_back (f->document));
  longhand_document_set_tentative (f->document, "", 0);
  assert_shown (f, "");
}

static void
test_tentative_looks (Fixture *f, gconstpointer data) {
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (f->buffer), "tentative");
  PangoUnderline underline;
  PangoStyle style;
  GtkTextIter iter;

  type (f, "so");
  longhand_document_set_tentative (f->document, "it is", 0);
  for (int i = 0; i < 8; i++) {
    gtk_text_buffer_get_iter_at_offset (f->buffer, &iter, i);
    g_assert_cmpint (gtk_text_iter_has_tag (&iter, tag), ==, i > 2);
  }
  longhand_document_set_tentative (f->document, "it is", 2); /* "it" is firm */
  for (int i = 0; i < 8; i++) {
    gtk_text_buffer_get_iter_at_offset (f->buffer, &iter, i);
    g_assert_cmpint (gtk_text_iter_has_tag (&iter, tag), ==, i > 4);
  }
  assert_text (f, "so");
  g_object_get (tag, "underline", &underline, "style", &style, NULL);
  g_assert_cmpint (underline, !=, PANGO_UNDERLINE_NONE);
  g_assert_cmpint (style, !=, PANGO_STYLE_NORMAL);
  speak (f, 0, "it was");
  gtk_text_buffer_get_iter_at_offset (f->buffer, &iter, 4);
  g_assert_false (gtk_text_iter_has_tag (&iter, tag));
}

static void
test_commit_one_step (Fixture *f, gconstpointer data) {
  type (f, "Typed.");
  longhand_document_set_tentative (f->document, "some", 0);
  longhand_document_set_tentative (f->document, "some words", 0);
  speak (f, 0, "Some words.");
  assert_shown (f, "Typed. Some words.");
  assert_text (f, "Typed. Some words.");
  g_assert_true (longhand_document_get_unsaved (f->document));
  longhand_document_step_back (f->document);
  assert_text (f, "Typed.");
  g_assert_true (longhand_document_get_can_step_forward (f->document));
  longhand_document_step_forward (f->document);
  assert_text (f, "Typed. Some words.");
  assert_segments (f, "Typed. Some words.", NULL);
}

static void
on_inserted (GtkTextBuffer *buffer, GtkTextIter *at, const char *text, int length, GString *told) {
  g_string_append_printf (told, "+%.*s", length, text);
}

static void
on_deleted (GtkTextBuffer *buffer, GtkTextIter *from, GtkTextIter *to, GString *told) {
  g_autofree char *text = gtk_text_iter_get_slice (from, to);

  g_string_append_printf (told, "-%s", text);
}

/* Assistive technology follows these signals. */
static void
test_announced (Fixture *f, gconstpointer data) {
  g_autoptr (GString) told = g_string_new (NULL);

  type (f, "So");
  g_signal_connect (f->buffer, "insert-text", G_CALLBACK (on_inserted), told);
  g_signal_connect (f->buffer, "delete-range", G_CALLBACK (on_deleted), told);
  longhand_document_set_tentative (f->document, "some word", 0);
  longhand_document_set_tentative (f->document, "some words", 4);
  longhand_document_set_tentative (f->document, "sum", 0);
  assert_shown (f, "So sum");
  g_assert_cmpstr (told->str, ==, "");
  speak (f, 0, "some words.");
  g_assert_cmpstr (told->str, ==, "+ some words.");
  longhand_document_set_tentative (f->document, "nothing", 0);
  longhand_document_set_tentative (f->document, "", 0);
  g_assert_cmpstr (told->str, ==, "+ some words.");
  longhand_document_step_back (f->document);
  g_assert_cmpstr (told->str, ==, "+ some words.- some words.");
}

static void
test_one_step_each (Fixture *f, gconstpointer data) {
  speak (f, 0, "One.");
  speak (f, 1000, "Two.");
  type (f, "x");
  assert_text (f, "One. Two.x");
  longhand_document_step_back (f->document);
  assert_text (f, "One. Two.");
  longhand_document_step_back (f->document);
  assert_text (f, "One.");
  longhand_document_step_back (f->document);
  assert_text (f, "");
}

static void
test_undo_under_words (Fixture *f, gconstpointer data) {
  type (f, "Before ");
  longhand_document_set_tentative (f->document, "words", 0);
  put_caret (f, 12);
  type (f, " after");
  assert_shown (f, "Before words after");
  assert_text (f, "Before  after");
  longhand_document_step_back (f->document);
  assert_shown (f, "Before words");
  longhand_document_step_back (f->document);
  assert_shown (f, "words");
  longhand_document_step_forward (f->document);
  longhand_document_step_forward (f->document);
  assert_shown (f, "Before words after");
  speak (f, 0, "Words");
  assert_text (f, "Before Words after");
}

/* ---- typing meanwhile ---- */

static void
test_typing_before (Fixture *f, gconstpointer data) {
  type (f, "End.");
  longhand_document_set_tentative (f->document, "hello", 0);
  put_caret (f, 0);
  type (f, "Start ");
  longhand_document_set_tentative (f->document, "hello world", 0);
  assert_shown (f, "Start End. hello world");
  assert_caret (f, 6, 6);
  speak (f, 0, "Hello, world.");
  assert_text (f, "Start End. Hello, world.");
  assert_caret (f, 6, 6);
}

static void
test_typing_inside (Fixture *f, gconstpointer data) {
  longhand_document_set_tentative (f->document, "hello world", 0);
  put_caret (f, 5);
  type (f, "!");
  assert_shown (f, "hello world!");
  assert_text (f, "!");
  type (f, "?");
  assert_text (f, "!?");
  longhand_document_set_tentative (f->document, "hi", 0);
  assert_shown (f, "hi!?");
  assert_caret (f, 4, 4);
}

static void
test_typing_after (Fixture *f, gconstpointer data) {
  longhand_document_set_tentative (f->document, "hello", 0);
  type (f, " typed");
  longhand_document_set_tentative (f->document, "hello everybody", 0);
  assert_shown (f, "hello everybody typed");
  assert_caret (f, 21, 21);
  speak (f, 0, "Hello, everybody.");
  assert_text (f, "Hello, everybody. typed");
  assert_caret (f, 23, 23);
}

static void
test_deleting_over (Fixture *f, gconstpointer data) {
  type (f, "one ");
  longhand_document_set_tentative (f->document, "tentative", 0);
  type (f, " two");
  select_text (f, 2, 15);
  gtk_text_buffer_delete_selection (f->buffer, TRUE, TRUE);
  assert_shown (f, "ontentativewo");
  assert_text (f, "onwo");
  longhand_document_step_back (f->document);
  assert_shown (f, "one tentative two");
  longhand_document_step_forward (f->document);
  assert_text (f, "onwo");
}

static void
test_deleting_words (Fixture *f, gconstpointer data) {
  longhand_document_set_tentative (f->document, "cannot go", 0);
  select_text (f, 2, 7);
  gtk_text_buffer_delete_selection (f->buffer, TRUE, TRUE);
  assert_shown (f, "cannot go");
  g_assert_false (longhand_document_get_can_step_back (f->document));
}

static void
test_clear (Fixture *f, gconstpointer data) {
  type (f, "one ");
  longhand_document_set_tentative (f->document, "words", 0);
  type (f, " two");
  gtk_text_buffer_set_text (f->buffer, "", -1);
  assert_shown (f, "words");
  longhand_document_step_back (f->document);
  assert_shown (f, "one words two");
}

static void
test_selection_stays (Fixture *f, gconstpointer data) {
  type (f, "select me");
  select_text (f, 0, 6);
  longhand_document_set_tentative (f->document, "new", 0);
  assert_shown (f, "select new me");
  assert_caret (f, 0, 6);
  speak (f, 0, "newer");
  assert_shown (f, "select newer me");
  assert_caret (f, 0, 6);
}

static void
test_caret_follows (Fixture *f, gconstpointer data) {
  longhand_document_set_tentative (f->document, "a longer one", 0);
  assert_caret (f, 12, 12);
  longhand_document_set_tentative (f->document, "short", 0);
  assert_caret (f, 5, 5);
  put_caret (f, 2);
  longhand_document_set_tentative (f->document, "shorter", 0);
  assert_caret (f, 2, 2);
}

static void
test_spaces (Fixture *f, gconstpointer data) {
  type (f, "(");
  speak (f, 0, "A");
  type (f, "\n");
  speak (f, 1000, "B");
  assert_text (f, "(A\nB");
  put_caret (f, 1);
  speak (f, 2000, "C");
  assert_text (f, "(C A\nB");
  put_caret (f, 2);
  speak (f, 3000, "D");
  assert_text (f, "(C D A\nB");
  put_caret (f, 6);
  speak (f, 4000, "E");
  assert_text (f, "(C D A E\nB");
}

/* ---- saving and segments ---- */

static void
count (guint *n) {
  ++*n;
}

static void
test_unsaved (Fixture *f, gconstpointer data) {
  guint n = 0;

  g_signal_connect_swapped (f->document, "notify::unsaved", G_CALLBACK (count), &n);
  type (f, "x");
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (longhand_document_get_unsaved (f->document));
  longhand_document_mark_saved (f->document);
  g_assert_cmpuint (n, ==, 2);
  g_assert_false (longhand_document_get_unsaved (f->document));
  speak (f, 0, "Word.");
  g_assert_true (longhand_document_get_unsaved (f->document));
  longhand_document_step_back (f->document);
  g_assert_false (longhand_document_get_unsaved (f->document));
  longhand_document_step_back (f->document);
  g_assert_false (longhand_document_get_unsaved (f->document));
  g_assert_true (longhand_document_is_empty (f->document));
}

static void
test_transcript_after_edits (Fixture *f, gconstpointer data) {
  speak (f, 0, "First thing.");
  speak (f, 1000, "Second thing.");
  speak (f, 2000, "Third thing.");
  select_text (f, 13, 27); /* the second one */
  gtk_text_buffer_delete_selection (f->buffer, TRUE, TRUE);
  assert_text (f, "First thing. Third thing.");
  assert_segments (f, "First thing.", "Third thing.", NULL);
  select_text (f, 6, 11); /* a word of the first one */
  type (f, "idea");
  assert_segments (f, "First idea.", "Third thing.", NULL);
  longhand_document_step_back (f->document);
  longhand_document_step_back (f->document);
  assert_segments (f, "First thing.", "Second thing.", "Third thing.", NULL);
}

static void
test_transcript_replaced (Fixture *f, gconstpointer data) {
  speak (f, 0, "One.");
  speak (f, 1000, "Two.");
  select_text (f, 5, 9);
  type (f, "Three.");
  assert_text (f, "One. Three.");
  assert_segments (f, "One.", "Three.", NULL);
}

static void
test_transcript_words_inside (Fixture *f, gconstpointer data) {
  speak (f, 5000, "Later.");
  put_caret (f, 0);
  speak (f, 9000, "Latest.");
  longhand_document_set_tentative (f->document, "not yet", 0);
  assert_text (f, "Latest. Later.");
  assert_segments (f, "Later.", "Latest.", NULL);
}

/* Pasted text brings the look of tentative words along, which it must not keep. */
static void
test_paste (Fixture *f, gconstpointer data) {
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (f->buffer), "tentative");
  GtkTextIter start, end, to;

  longhand_document_set_tentative (f->document, "words", 0);
  type (f, " ");
  gtk_text_buffer_get_iter_at_offset (f->buffer, &start, 0);
  gtk_text_buffer_get_iter_at_offset (f->buffer, &end, 5);
  gtk_text_buffer_get_end_iter (f->buffer, &to);
  gtk_text_buffer_insert_range (f->buffer, &to, &start, &end);
  assert_shown (f, "words words");
  assert_text (f, " words");
  gtk_text_buffer_get_iter_at_offset (f->buffer, &to, 7);
  g_assert_false (gtk_text_iter_has_tag (&to, tag));
}

/* ---- spoken commands ---- */

static void
command (Fixture *f, LonghandCommand command, const char *written) {
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new_command (0, 500, command, written);

  longhand_document_set_tentative (f->document, "Some words", 0); /* as it was heard at first */
  longhand_document_commit (f->document, utterance);
  g_autofree char *text = longhand_document_dup_text (f->document);
  assert_shown (f, text); /* no tentative word is left */
}

static void
test_commands_write (Fixture *f, gconstpointer data) {
  speak (f, 0, "I went home.");
  command (f, LONGHAND_COMMAND_MARK, ",");
  assert_text (f, "I went home,");
  speak (f, 1000, "he said:");
  command (f, LONGHAND_COMMAND_OPENING, "\u201c");
  speak (f, 2000, "No.");
  command (f, LONGHAND_COMMAND_CLOSING, "\u201d");
  command (f, LONGHAND_COMMAND_BREAK, "\n");
  speak (f, 3000, "So");
  assert_text (f, "I went home, he said: \u201cNo.\u201d\nSo");
  longhand_document_step_back (f->document);
  longhand_document_step_back (f->document);
  assert_text (f, "I went home, he said: \u201cNo.\u201d");
}

/* The mark that was there comes back with it. */
static void
test_mark_is_one_step (Fixture *f, gconstpointer data) {
  speak (f, 0, "I went home.");
  command (f, LONGHAND_COMMAND_MARK, "?");
  longhand_document_step_back (f->document);
  assert_text (f, "I went home.");
  longhand_document_step_forward (f->document);
  assert_text (f, "I went home?");
  assert_caret (f, 12, 12);
}

static void
test_mark_inside (Fixture *f, gconstpointer data) {
  speak (f, 0, "One two");
  put_caret (f, 3);
  command (f, LONGHAND_COMMAND_MARK, ",");
  assert_text (f, "One, two");
  command (f, LONGHAND_COMMAND_MARK, ";");
  assert_text (f, "One; two");
}

static void
test_scratch (Fixture *f, gconstpointer data) {
  command (f, LONGHAND_COMMAND_SCRATCH, "Scratch that.");
  assert_text (f, "");
  type (f, "Typed. ");
  speak (f, 0, "One.");
  speak (f, 1000, "Two.");
  type (f, " And typed.");
  command (f, LONGHAND_COMMAND_SCRATCH, "Scratch that.");
  assert_text (f, "Typed. One. And typed.");
  command (f, LONGHAND_COMMAND_SCRATCH, "Scratch that.");
  assert_text (f, "Typed.  And typed.");
  command (f, LONGHAND_COMMAND_SCRATCH, "Scratch that.");
  assert_text (f, "Typed.  And typed.");
  command (f, LONGHAND_COMMAND_UNDO, "Undo.");
  assert_text (f, "Typed. One. And typed.");
  command (f, LONGHAND_COMMAND_UNDO, "Undo.");
  assert_text (f, "Typed. One. Two. And typed.");
  command (f, LONGHAND_COMMAND_SCRATCH, "Scratch that.");
  assert_text (f, "Typed. One. And typed.");
}

static void
test_stop_writes_nothing (Fixture *f, gconstpointer data) {
  speak (f, 0, "One.");
  command (f, LONGHAND_COMMAND_STOP, "Stop listening.");
  assert_text (f, "One.");
  longhand_document_step_back (f->document);
  assert_text (f, "");
}

static void
test_transcript_marks (Fixture *f, gconstpointer data) {
  speak (f, 0, "I went home.");
  command (f, LONGHAND_COMMAND_MARK, ",");
  command (f, LONGHAND_COMMAND_BREAK, "\n");
  speak (f, 3000, "So");
  assert_segments (f, "I went home,", "So", NULL);
}

/* ---- what nobody seems to have said ---- */

static void
leave_out (Fixture *f, gint64 start_ms, const char *text) {
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (start_ms, start_ms + 500, text);

  longhand_document_leave_out (f->document, utterance);
}

/* Of those that are not in the text. */
static void
insert_left_out (Fixture *f, guint i) {
  g_autoptr (GArray) numbers = longhand_document_dup_left_out (f->document);

  g_assert_cmpuint (i, <, numbers->len);
  longhand_document_insert_left_out (f->document, g_array_index (numbers, guint, i));
}

static void
test_left_out_is_no_text (Fixture *f, gconstpointer data) {
  guint n_told = 0;

  g_signal_connect_swapped (f->document, "notify::n-left-out", G_CALLBACK (count), &n_told);
  speak (f, 0, "One.");
  leave_out (f, 1000, "Thank you.");
  leave_out (f, 2000, "Bye.");
  assert_text (f, "One.");
  assert_segments (f, "One.", NULL);
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 2);
  g_assert_cmpuint (n_told, ==, 2);
}

static void
test_left_out_is_inserted_as_what_was_said_then (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandTranscript) transcript = NULL;

  longhand_document_set_time_offset (f->document, 10000);
  speak (f, 0, "One.");
  leave_out (f, 1000, "Two.");
  speak (f, 2000, "Three.");
  put_caret (f, 4);
  insert_left_out (f, 0);
  assert_text (f, "One. Two. Three.");
  assert_caret (f, 9, 9);
  assert_segments (f, "One.", "Two.", "Three.", NULL);
  transcript = longhand_document_dup_transcript (f->document);
  g_assert_cmpint (longhand_transcript_get_segment (transcript, 1)->start_ms, ==, 11000);
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 0);
}

/* Whatever becomes of the text, the words are in it or wait to be. */
static void
test_left_out_that_was_removed_may_be_inserted_again (Fixture *f, gconstpointer data) {
  speak (f, 0, "One.");
  leave_out (f, 1000, "Two.");
  insert_left_out (f, 0);
  longhand_document_step_back (f->document);
  assert_text (f, "One.");
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 1);
  longhand_document_step_forward (f->document);
  assert_text (f, "One. Two.");
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 0);
  command (f, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_text (f, "One.");
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 1);
}

static void
test_left_out_is_inserted_around_tentative_words (Fixture *f, gconstpointer data) {
  leave_out (f, 0, "Zero.");
  leave_out (f, 100, "Two.");
  longhand_document_set_tentative (f->document, "one", 0);
  put_caret (f, 0);
  insert_left_out (f, 0);
  assert_shown (f, "Zero. one");
  put_caret (f, 7); /* among them */
  insert_left_out (f, 0);
  assert_shown (f, "Zero. one Two.");
  longhand_document_set_tentative (f->document, "one more", 0);
  assert_shown (f, "Zero. one more Two.");
  assert_text (f, "Zero.  Two.");
}

static void
test_left_out_stays_with_its_session (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandSession) session = longhand_session_new ();
  g_autoptr (LonghandSession) other = longhand_session_new ();

  speak (f, 0, "One.");
  leave_out (f, 1000, "Two.");
  longhand_document_fill_session (f->document, session);
  longhand_document_show_session (f->document, other);
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 0);
  longhand_document_show_session (f->document, session);
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 1);
  insert_left_out (f, 0);
  assert_text (f, "One. Two.");
}

/* ---- whose change it was ---- */

static void
note_edited (LonghandDocument *document, gboolean undone, GString *notes) {
  g_string_append_c (notes, undone ? 'u' : 'e');
}

static void
test_changes_by_hand_are_told (Fixture *f, gconstpointer data) {
  g_autoptr (GString) notes = g_string_new (NULL);
  g_autoptr (LonghandSession) session = longhand_session_new ();

  g_signal_connect (f->document, "edited", G_CALLBACK (note_edited), notes);
  speak (f, 0, "One.");
  longhand_document_set_tentative (f->document, "two", 0);
  speak (f, 1000, "Two.");
  command (f, LONGHAND_COMMAND_MARK, "?");
  command (f, LONGHAND_COMMAND_SCRATCH, "scratch that");
  command (f, LONGHAND_COMMAND_UNDO, "undo");
  g_assert_cmpstr (notes->str, ==, "");
  type (f, "typed");
  g_assert_cmpstr (notes->str, ==, "e");
  longhand_document_step_back (f->document);
  longhand_document_step_forward (f->document);
  g_assert_cmpstr (notes->str, ==, "euu");
  select_text (f, 0, 4);
  gtk_text_buffer_delete_selection (f->buffer, TRUE, TRUE);
  g_assert_cmpstr (notes->str, ==, "euue");
  longhand_document_show_session (f->document, session);
  g_assert_cmpstr (notes->str, ==, "euue");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

/* ---- words and their sound ---- */

static void
test_words_keep_their_times (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (1000, 3000, "one two");
  g_autoptr (GArray) times = NULL;
  const LonghandWordTime *word;

  longhand_utterance_add_segment (utterance, 1000, 3000, "one two", NULL);
  longhand_utterance_add_word (utterance, 1000, 1400, "one", 0.5);
  longhand_utterance_add_word (utterance, 2000, 2400, " two", 0.5);
  longhand_document_set_time_offset (f->document, 500);
  longhand_document_commit (f->document, utterance);
  put_caret (f, 0);
  type (f, "Typed ");
  times = longhand_document_dup_word_times (f->document);
  g_assert_cmpuint (times->len, ==, 2);
  word = &g_array_index (times, LonghandWordTime, 1);
  g_assert_cmpuint (word->offset, ==, 10);
  g_assert_cmpint (word->start_ms, ==, 2500);
  g_assert_cmpint (word->end_ms, ==, 2900);
  g_assert_cmpint (word->word, ==, 1);
  /* the utterance is somebody else's, too */
  g_assert_cmpint (
      g_array_index (((LonghandSegment *)utterance->segments->pdata[0])->words, LonghandWord, 1).start_ms, ==,
      2000);
}

static void
test_replacing_is_one_step (Fixture *f, gconstpointer data) {
  g_autoptr (GArray) times = NULL;

  speak (f, 0, "one tow three");
  longhand_document_replace (f->document, 4, 3, "two");
  assert_text (f, "one two three");
  times = longhand_document_dup_word_times (f->document);
  g_assert_cmpuint (times->len, ==, 3);
  longhand_document_step_back (f->document);
  assert_text (f, "one tow three");
  longhand_document_step_back (f->document);
  assert_text (f, "");
}

static void
test_rewriting_is_one_step (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  g_autoptr (LonghandTranscript) heard = longhand_transcript_new ();
  g_autoptr (GArray) rewrites = NULL;
  g_autoptr (GArray) times = NULL;
  LonghandSoundPart part = { .end_ms = 9000 };

  g_ptr_array_add (parts, &part);
  speak (f, 0, "one tow");
  type (f, " typed");
  speak (f, 5000, "three");
  longhand_transcript_append (heard, 0, 900, "One, two.", NULL);
  longhand_transcript_append (heard, 5000, 5900, "Tree.", NULL);
  rewrites = longhand_document_dup_rewrites (f->document, parts, heard);
  longhand_document_rewrite (f->document, rewrites);
  assert_text (f, "One, two. typed Tree.");
  times = longhand_document_dup_word_times (f->document);
  g_assert_cmpuint (times->len, ==, 3);
  g_assert_cmpint (g_array_index (times, LonghandWordTime, 2).start_ms, ==, 5000);
  longhand_document_step_back (f->document);
  assert_text (f, "one tow typed three");
  longhand_document_step_forward (f->document);
  assert_text (f, "One, two. typed Tree.");
}

/* Who says that wants what was said last to go, and not what stands there now. */
static void
test_rewritten_text_is_not_scratched (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  g_autoptr (LonghandTranscript) heard = longhand_transcript_new ();
  g_autoptr (GArray) rewrites = NULL;
  LonghandSoundPart part = { .end_ms = 9000 };

  g_ptr_array_add (parts, &part);
  speak (f, 0, "one tow");
  type (f, " typed");
  speak (f, 5000, "three");
  longhand_transcript_append (heard, 0, 900, "One, two.", NULL);
  longhand_transcript_append (heard, 5000, 5900, "Tree.", NULL);
  rewrites = longhand_document_dup_rewrites (f->document, parts, heard);
  longhand_document_rewrite (f->document, rewrites);
  command (f, LONGHAND_COMMAND_SCRATCH, "");
  assert_text (f, "One, two. typed Tree.");
  speak (f, 7000, "Four.");
  command (f, LONGHAND_COMMAND_SCRATCH, "");
  assert_text (f, "One, two. typed Tree.");
}

static void
test_heard_word_is_shown_only (Fixture *f, gconstpointer data) {
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (f->buffer), "heard");
  GtkTextIter iter;

  speak (f, 0, "one two");
  longhand_document_show_heard (f->document, 4, 3);
  gtk_text_buffer_get_iter_at_offset (f->buffer, &iter, 4);
  g_assert_true (gtk_text_iter_starts_tag (&iter, tag));
  longhand_document_show_heard (f->document, 0, 3);
  g_assert_false (gtk_text_iter_starts_tag (&iter, tag));
  longhand_document_show_heard (f->document, 0, 0);
  gtk_text_buffer_get_start_iter (f->buffer, &iter);
  g_assert_false (gtk_text_iter_forward_to_tag_toggle (&iter, tag));
  longhand_document_step_back (f->document);
  assert_text (f, "");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/document/words-keep-their-times", test_words_keep_their_times);
  ADD ("/document/replacing-is-one-step", test_replacing_is_one_step);
  ADD ("/document/rewriting-is-one-step", test_rewriting_is_one_step);
  ADD ("/document/rewritten-text-is-not-scratched", test_rewritten_text_is_not_scratched);
  ADD ("/document/heard-word-is-shown-only", test_heard_word_is_shown_only);
  ADD ("/document/tentative-words-are-no-part-of-the-text", test_tentative_is_no_text);
  ADD ("/document/tentative-words-are-told-apart-not-by-colour-alone", test_tentative_looks);
  ADD ("/document/an-utterance-is-one-step-and-can-be-made-again", test_commit_one_step);
  ADD ("/document/only-what-is-committed-is-announced", test_announced);
  ADD ("/document/every-utterance-is-a-step-of-its-own", test_one_step_each);
  ADD ("/document/undo-around-tentative-words-leaves-them", test_undo_under_words);
  ADD ("/document/typing-before-tentative-words-moves-them", test_typing_before);
  ADD ("/document/typing-inside-tentative-words-goes-behind-them", test_typing_inside);
  ADD ("/document/typing-after-tentative-words-stays-there", test_typing_after);
  ADD ("/document/deleting-passes-over-tentative-words", test_deleting_over);
  ADD ("/document/tentative-words-cannot-be-deleted", test_deleting_words);
  ADD ("/document/clearing-leaves-tentative-words", test_clear);
  ADD ("/document/a-selection-stays-and-words-go-behind-it", test_selection_stays);
  ADD ("/document/the-caret-follows-only-behind-the-words", test_caret_follows);
  ADD ("/document/spaces-part-words-but-not-brackets-and-lines", test_spaces);
  ADD ("/document/unsaved-until-saved-and-again-after-an-edit", test_unsaved);
  ADD ("/document/segments-follow-every-edit", test_transcript_after_edits);
  ADD ("/document/what-replaces-a-segment-keeps-its-time", test_transcript_replaced);
  ADD ("/document/segments-are-in-the-order-of-time", test_transcript_words_inside);
  ADD ("/document/copied-tentative-words-become-text", test_paste);
  ADD ("/document/commands-write-what-they-say", test_commands_write);
  ADD ("/document/a-spoken-mark-is-one-step", test_mark_is_one_step);
  ADD ("/document/a-spoken-mark-goes-to-the-caret", test_mark_inside);
  ADD ("/document/scratching-removes-what-was-said-last", test_scratch);
  ADD ("/document/left-out/is-no-text", test_left_out_is_no_text);
  ADD ("/document/left-out/is-inserted-as-what-was-said-then",
       test_left_out_is_inserted_as_what_was_said_then);
  ADD ("/document/left-out/that-was-removed-may-be-inserted-again",
       test_left_out_that_was_removed_may_be_inserted_again);
  ADD ("/document/left-out/is-inserted-around-tentative-words",
       test_left_out_is_inserted_around_tentative_words);
  ADD ("/document/left-out/stays-with-its-session", test_left_out_stays_with_its_session);
  ADD ("/document/the-command-to-stop-writes-nothing", test_stop_writes_nothing);
  ADD ("/document/spoken-marks-are-part-of-the-segment-before", test_transcript_marks);
  ADD ("/document/changes-by-hand-are-told", test_changes_by_hand_are_told);
  return g_test_run ();
}
