/* Undo and redo over a text that is kept here as a plain string. */
#include "longhand-history.h"
#include "transcript/longhand-spans.h"

typedef struct {
  LonghandHistory *history;
  GString *text;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->history = longhand_history_new ();
  f->text = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  longhand_history_free (f->history);
  g_string_free (f->text, TRUE);
}

static void
apply (const LonghandEdit *edit, gpointer user) {
  Fixture *f = user;
  guint total = 0;

  for (guint i = 0; i < edit->spans->len; i++)
    total += g_array_index (edit->spans, LonghandSpan, i).length;
  g_assert_cmpuint (total, ==, edit->length);
  g_assert_cmpuint (g_utf8_strlen (edit->text, -1), ==, edit->length);
  if (edit->kind == LONGHAND_EDIT_INSERT) {
    g_string_insert (f->text, edit->offset, edit->text);
  } else {
    g_assert_true (g_str_has_prefix (f->text->str + edit->offset, edit->text));
    g_string_erase (f->text, edit->offset, edit->length);
  }
}

static void
edit_text (Fixture *f, LonghandEditKind kind, guint offset, const char *text) {
  GArray *spans = longhand_spans_new ();
  const LonghandEdit edit = { kind, offset, (guint)strlen (text), (char *)text, spans, FALSE };

  longhand_spans_insert (spans, 0, edit.length, 0);
  apply (&edit, f);
  longhand_history_record (f->history, kind, offset, text, spans, FALSE);
}

static void
insert (Fixture *f, guint offset, const char *text) {
  edit_text (f, LONGHAND_EDIT_INSERT, offset, text);
}

static void
erase (Fixture *f, guint offset, const char *text) {
  edit_text (f, LONGHAND_EDIT_DELETE, offset, text);
}

/* Single characters at the end, as the keyboard gives them. */
static void
type (Fixture *f, const char *text) {
  for (; *text; text++)
    insert (f, (guint)f->text->len, (char[]){ *text, '\0' });
}

static void
assert_undo (Fixture *f, const char *text) {
  g_assert_true (longhand_history_undo (f->history, apply, f));
  g_assert_cmpstr (f->text->str, ==, text);
}

static void
assert_redo (Fixture *f, const char *text) {
  g_assert_true (longhand_history_redo (f->history, apply, f));
  g_assert_cmpstr (f->text->str, ==, text);
}

static void
test_steps (Fixture *f, gconstpointer data) {
  g_assert_false (longhand_history_can_undo (f->history));
  g_assert_false (longhand_history_undo (f->history, apply, f));
  insert (f, 0, "one");
  insert (f, 3, " two");
  erase (f, 0, "one ");
  assert_undo (f, "one two");
  assert_undo (f, "one");
  assert_undo (f, "");
  g_assert_false (longhand_history_can_undo (f->history));
  assert_redo (f, "one");
  assert_redo (f, "one two");
  assert_redo (f, "two");
  g_assert_false (longhand_history_can_redo (f->history));
  g_assert_false (longhand_history_redo (f->history, apply, f));
}

static void
test_group (Fixture *f, gconstpointer data) {
  insert (f, 0, "a word");
  longhand_history_begin (f->history);
  longhand_history_begin (f->history);
  erase (f, 2, "word");
  longhand_history_end (f->history);
  g_assert_false (longhand_history_undo (f->history, apply, f));
  insert (f, 2, "thing");
  longhand_history_end (f->history);
  g_assert_cmpstr (f->text->str, ==, "a thing");
  assert_undo (f, "a word");
  assert_redo (f, "a thing");
}

static void
test_empty_group (Fixture *f, gconstpointer data) {
  insert (f, 0, "kept");
  assert_undo (f, "");
  longhand_history_begin (f->history);
  longhand_history_end (f->history);
  assert_redo (f, "kept");
}

static void
test_typing (Fixture *f, gconstpointer data) {
  type (f, "two words");
  assert_undo (f, "two ");
  assert_undo (f, "");
  assert_redo (f, "two ");
  type (f, "ab\nc");
  assert_undo (f, "two ab\n");
  assert_undo (f, "two ab");
}

static void
test_erasing (Fixture *f, gconstpointer data) {
  insert (f, 0, "abcdef");
  erase (f, 5, "f"); /* backspace */
  erase (f, 4, "e");
  erase (f, 0, "a"); /* elsewhere, with delete */
  erase (f, 0, "b");
  g_assert_cmpstr (f->text->str, ==, "cd");
  assert_undo (f, "abcd");
  assert_undo (f, "abcdef");
}

static void
test_seal (Fixture *f, gconstpointer data) {
  type (f, "ab");
  longhand_history_seal (f->history);
  type (f, "cd");
  assert_undo (f, "ab");
}

static void
test_forgets_redo (Fixture *f, gconstpointer data) {
  insert (f, 0, "one");
  assert_undo (f, "");
  insert (f, 0, "two");
  g_assert_false (longhand_history_can_redo (f->history));
  assert_undo (f, "");
}

static void
test_saved (Fixture *f, gconstpointer data) {
  g_assert_true (longhand_history_is_saved (f->history));
  insert (f, 0, "one");
  g_assert_false (longhand_history_is_saved (f->history));
  longhand_history_mark_saved (f->history);
  g_assert_true (longhand_history_is_saved (f->history));
  type (f, "x");
  g_assert_false (longhand_history_is_saved (f->history));
  assert_undo (f, "one");
  g_assert_true (longhand_history_is_saved (f->history));
  assert_undo (f, "");
  g_assert_false (longhand_history_is_saved (f->history));
  assert_redo (f, "one");
  g_assert_true (longhand_history_is_saved (f->history));
}

/* The saved text can be neither undone nor redone to any more. */
static void
test_saved_unreachable (Fixture *f, gconstpointer data) {
  insert (f, 0, "one");
  longhand_history_mark_saved (f->history);
  assert_undo (f, "");
  insert (f, 0, "two");
  g_assert_false (longhand_history_is_saved (f->history));
}

static void
test_typing_after_save (Fixture *f, gconstpointer data) {
  type (f, "a");
  longhand_history_mark_saved (f->history);
  type (f, "b");
  g_assert_false (longhand_history_is_saved (f->history));
  assert_undo (f, "a");
  g_assert_true (longhand_history_is_saved (f->history));
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/history/each-edit-is-taken-back-and-made-again", test_steps);
  ADD ("/history/a-group-is-one-step", test_group);
  ADD ("/history/an-empty-group-forgets-nothing", test_empty_group);
  ADD ("/history/typed-characters-join-to-words", test_typing);
  ADD ("/history/erased-characters-join-in-both-directions", test_erasing);
  ADD ("/history/a-seal-parts-typing", test_seal);
  ADD ("/history/a-new-edit-forgets-what-could-be-redone", test_forgets_redo);
  ADD ("/history/undo-to-the-saved-text-is-saved", test_saved);
  ADD ("/history/a-saved-text-that-cannot-be-reached-is-not-saved", test_saved_unreachable);
  ADD ("/history/typing-on-after-saving-is-a-new-step", test_typing_after_save);
  return g_test_run ();
}
