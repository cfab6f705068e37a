/* What is typed into other programs: events of Longhand and of a text field, made up, and what becomes of the
 * field's text. Environment: none. */
#include "dictation/longhand-commands.h"
#include "ibus/longhand-field.h"
#include "ibus/longhand-remainder.h"
#include "ibus/longhand-typist.h"

#include <string.h>

/* A program with a text field that has the keyboard, whose caret is at its end; and Longhand, which does as
 * it is asked. */
typedef struct {
  LonghandTypist *typist;
  GString *text, *shown, *beside; /* in the field; of it as preedit, beside it */
  GString *done;                  /* a letter for each act that is no text: see note */
  GString *kept;                  /* by Longhand; a line each */
  gboolean tells;                 /* the text, after each change; otherwise when asked, or never */
  gboolean can_tell;
  gint64 now_ms;
  guint n_deleted;
} Desk;

static void
tell (Desk *d) {
  const guint n = (guint)g_utf8_strlen (d->text->str, -1);

  if (d->can_tell)
    longhand_typist_surround (d->typist, d->text->str, n, n);
}

static void
delete_chars (Desk *d, guint n) {
  const glong left = g_utf8_strlen (d->text->str, -1) - (glong)n;

  g_assert_cmpint (left, >=, 0);
  g_string_truncate (d->text, (gsize)(g_utf8_offset_to_pointer (d->text->str, left) - d->text->str));
  d->n_deleted += n;
}

/* S: start, E: stop, C: cut, L: leave; +, -: listening is shown; 0..3: remarks */
static void
note (Desk *d, const LonghandAct *act) {
  switch (act->type) {
  case LONGHAND_ACT_START:
    g_string_append_c (d->done, 'S');
    break;
  case LONGHAND_ACT_STOP:
    g_string_append_c (d->done, 'E');
    break;
  case LONGHAND_ACT_CUT:
    g_string_append_c (d->done, 'C');
    break;
  case LONGHAND_ACT_LEAVE:
    g_string_append_c (d->done, 'L');
    break;
  case LONGHAND_ACT_SHOW:
    g_string_append_c (d->done, act->n ? '+' : '-');
    break;
  case LONGHAND_ACT_SAY:
    g_string_append_printf (d->done, "%d", act->remark);
    break;
  default:
    break;
  }
}

static void
carry_out (Desk *d, const LonghandAct *act) {
  switch (act->type) {
  case LONGHAND_ACT_COMMIT:
    g_string_append (d->text, act->text);
    break;
  case LONGHAND_ACT_DELETE:
    delete_chars (d, act->n);
    break;
  case LONGHAND_ACT_PREEDIT:
    g_string_assign (d->shown, act->text);
    return;
  case LONGHAND_ACT_KEEP:
    g_string_append_printf (d->kept, "%s\n", act->text);
    return;
  case LONGHAND_ACT_AUXILIARY:
    g_string_assign (d->beside, act->text);
    return;
  case LONGHAND_ACT_ASK:
    tell (d);
    return;
  default:
    note (d, act);
    return;
  }
  if (d->tells)
    tell (d);
}

static void
follow (Desk *d) {
  for (;;) {
    g_auto (LonghandAct) act = longhand_typist_next_act (d->typist);

    if (act.type == LONGHAND_ACT_NONE)
      return;
    carry_out (d, &act);
  }
}

#define DO(call)                                                                                             \
  do {                                                                                                       \
    call;                                                                                                    \
    follow (d);                                                                                              \
  } while (0)

static void
assert_done (Desk *d, const char *expected) {
  g_assert_cmpstr (d->done->str, ==, expected);
  g_string_truncate (d->done, 0);
}

static void
assert_field (Desk *d, const char *text, const char *shown) {
  g_assert_cmpstr (d->text->str, ==, text);
  g_assert_cmpstr (d->shown->str, ==, shown);
}

/* Listening, with an empty field that can do everything. */
static void
set_up (Desk *d, gconstpointer data) {
  d->typist = longhand_typist_new ();
  d->text = g_string_new ("");
  d->shown = g_string_new ("");
  d->beside = g_string_new ("");
  d->done = g_string_new ("");
  d->kept = g_string_new ("");
  d->can_tell = TRUE;
  d->tells = TRUE;
  DO (longhand_typist_select (d->typist, TRUE));
  DO (longhand_typist_set_capabilities (d->typist, TRUE, TRUE));
  DO (longhand_typist_focus (d->typist, TRUE));
  assert_done (d, "");
  DO (longhand_typist_waited (d->typist));
  assert_done (d, "S");
  DO (longhand_typist_set_state (d->typist, "recording"));
  DO (longhand_typist_started (d->typist, TRUE));
  assert_done (d, "+");
}

static void
tear_down (Desk *d, gconstpointer data) {
  longhand_typist_free (d->typist);
  g_string_free (d->text, TRUE);
  g_string_free (d->shown, TRUE);
  g_string_free (d->beside, TRUE);
  g_string_free (d->done, TRUE);
  g_string_free (d->kept, TRUE);
}

static void
cannot (Desk *d, gboolean preedit, gboolean surrounding) {
  d->can_tell = surrounding;
  DO (longhand_typist_set_capabilities (d->typist, preedit, surrounding));
}

/* text of the utterance so far; "|" behind the firm words. */
static void
hear_part (Desk *d, const char *marked) {
  g_auto (GStrv) parts = g_strsplit (marked, "|", 2);
  g_autofree char *text = g_strconcat (parts[0], parts[1], NULL);
  const guint n_firm = parts[1] != NULL ? (guint)g_utf8_strlen (parts[0], -1) : 0;

  DO (longhand_typist_hear_tentative (d->typist, text, n_firm, d->now_ms));
}

static void
hear (Desk *d, const char *text) {
  DO (longhand_typist_hear (d->typist, LONGHAND_COMMAND_NONE, text, d->now_ms));
  d->now_ms += 1000;
}

static void
order (Desk *d, LonghandCommand command, const char *text) {
  DO (longhand_typist_hear (d->typist, command, text, d->now_ms));
  d->now_ms += 1000;
}

static void
answer_cut (Desk *d) {
  d->now_ms += 10;
  DO (longhand_typist_cut (d->typist, d->now_ms));
}

/* The keyboard moves to an empty field; its first 50 ms are over. */
static void
move (Desk *d) {
  DO (longhand_typist_focus (d->typist, FALSE));
  g_string_truncate (d->text, 0);
  DO (longhand_typist_focus (d->typist, TRUE));
  DO (longhand_typist_waited (d->typist));
}

static void
press (Desk *d, gunichar character) {
  DO (longhand_typist_press (d->typist, character));
  if (character != 0)
    g_string_append_unichar (d->text, character);
  if (d->tells)
    tell (d);
}

/* ---- words ---- */

static void
test_words (Desk *d, gconstpointer data) {
  hear_part (d, "so");
  assert_field (d, "", "so");
  hear_part (d, "so we| meat");
  assert_field (d, "", "so we meat");
  hear_part (d, "so we| meet at");
  assert_field (d, "so we", " meet at");
  hear_part (d, "so we meet| at none");
  assert_field (d, "so we meet", " at none");
  hear (d, "so we meet at noon.");
  assert_field (d, "so we meet at noon.", "");
  hear_part (d, "und dann 👍 nach| Öl");
  assert_field (d, "so we meet at noon. und dann 👍 nach", " Öl");
  hear (d, "und dann 👍 nach Öland!");
  assert_field (d, "so we meet at noon. und dann 👍 nach Öland!", "");
  g_assert_cmpuint (d->n_deleted, ==, 0);
  assert_done (d, "");
}

static void
test_space (Desk *d, gconstpointer data) {
  g_string_assign (d->text, "see (");
  DO (tell (d));
  hear (d, "above");
  assert_field (d, "see (above", "");
  press (d, ')');
  hear (d, "and");
  press (d, ' ');
  hear (d, "below");
  assert_field (d, "see (above) and below", "");
}

/* Where programs do not tell their text, what was typed and dictated is known all the same. */
static void
test_space_untold (Desk *d, gconstpointer data) {
  cannot (d, TRUE, FALSE);
  hear (d, "One");
  hear (d, "two");
  press (d, ',');
  hear (d, "three");
  press (d, ' ');
  hear (d, "four");
  press (d, 0);
  hear (d, "Five");
  assert_field (d, "One two, three fourFive", "");
}

/* What stands there may be told only when something is written. */
static void
test_space_guessed (Desk *d, gconstpointer data) {
  g_string_assign (d->text, "ab");
  DO (longhand_typist_press (d->typist, 0));
  hear_part (d, "one two three| f");
  assert_field (d, "ab one two three", " f");
  hear (d, "one two three four");
  assert_field (d, "ab one two three four", "");
  g_string_assign (d->text, "so: ");
  DO (longhand_typist_reset (d->typist)); /* it is thought to be behind four */
  hear (d, "Five.");
  assert_field (d, "so: Five.", "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "so: ", "");
  assert_done (d, "");
}

/* Or only when the next utterance is under way. */
static void
test_space_guessed_before (Desk *d, gconstpointer data) {
  d->tells = FALSE;
  g_string_assign (d->text, "ab");
  DO (longhand_typist_press (d->typist, 0));
  hear (d, "One.");
  assert_field (d, "abOne.", "");
  hear_part (d, "two");
  DO (tell (d));
  assert_field (d, "ab One.", " two");
  hear (d, "Two.");
  assert_field (d, "ab One. Two.", "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "ab One.", "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "ab", "");
  assert_done (d, "");
}

/* What can be scratched then is what was written. */
static void
test_space_guessed_long_before (Desk *d, gconstpointer data) {
  d->tells = FALSE;
  g_string_assign (d->text, "ab");
  DO (longhand_typist_press (d->typist, 0));
  hear (d, "One.");
  hear_part (d, "two three four five| six");
  DO (tell (d));
  hear (d, "two three four five six");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "abOne.", "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "ab", "");
}

/* ---- what turns out otherwise ---- */

static void
test_correction (Desk *d, gconstpointer data) {
  g_string_assign (d->text, "Well,");
  DO (tell (d));
  hear_part (d, "it costs ten euros| a");
  assert_field (d, "Well, it costs ten euros", " a");
  hear (d, "it costs 10 € a day");
  assert_field (d, "Well, it costs 10 € a day", "");
  g_assert_cmpuint (d->n_deleted, ==, strlen ("ten euros"));
  hear_part (d, "grüße aus berlin von| mir");
  hear (d, "Grüße aus Berlin von mir");
  assert_field (d, "Well, it costs 10 € a day Grüße aus Berlin von mir", "");
}

/* Characters are taken as a whole: é and è share their first byte. */
static void
test_correction_within_characters (Desk *d, gconstpointer data) {
  hear_part (d, "a b c caf\xc3\xa9| is");
  hear (d, "a b c caf\xc3\xa8 is");
  assert_field (d, "a b c caf\xc3\xa8 is", "");
  g_assert_cmpuint (d->n_deleted, ==, 1);
}

static void
test_no_correction (Desk *d, gconstpointer data) {
  cannot (d, TRUE, FALSE);
  hear_part (d, "it costs ten euros| a");
  hear (d, "it costs 10 euros a day");
  assert_field (d, "it costs ten euros a day", "");
  assert_done (d, "");
}

/* Somebody else wrote behind it. */
static void
test_no_correction_of_others (Desk *d, gconstpointer data) {
  hear_part (d, "it costs ten euros| a");
  g_string_append (d->text, " (about)");
  DO (tell (d));
  hear (d, "it costs 10 euros a day");
  assert_field (d, "it costs ten euros (about) a day", "");
  g_assert_cmpuint (d->n_deleted, ==, 0);
}

static void
test_nothing_came_of_it (Desk *d, gconstpointer data) {
  hear (d, "Hello.");
  hear_part (d, "thank you for watching| it");
  assert_field (d, "Hello. thank you for watching", " it");
  DO (longhand_typist_hear_tentative (d->typist, "", 0, d->now_ms));
  assert_field (d, "Hello.", "");
}

static void
test_remainder (void) {
  static const char *const cases[][3] = {
    { "", "all of it", "all of it" },
    { "one two", "one two three", "three" },
    { "one two", "One, two: three", "three" },
    { "it costs ten euros", "it costs 10 euros a day", "a day" },
    { "ice cream for", "I scream for all", "all" },
    { "to morrow we", "tomorrow we go", "go" },
    { "one two three", "one", "" },
    { "one two", "", "" },
    { "schöne", "Schöne Grüße 👍", "Grüße 👍" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (longhand_remainder_find (cases[i][0], cases[i][1]), ==, cases[i][2]);
}

/* ---- keys and other fields ---- */

static void
test_key (Desk *d, gconstpointer data) {
  hear_part (d, "we meet at noon| in the");
  press (d, '!');
  assert_field (d, "we meet at noon in the!", "");
  assert_done (d, "C");
  hear_part (d, "we meet at noon| in the park");
  hear (d, "we meet at noon in the park");
  assert_field (d, "we meet at noon in the!", "");
  answer_cut (d);
  DO (longhand_typist_hear (d->typist, LONGHAND_COMMAND_NONE, "we meet at noon in the park", d->now_ms - 1));
  assert_field (d, "we meet at noon in the!", "");
  hear (d, "Come.");
  assert_field (d, "we meet at noon in the! Come.", "");
}

static void
test_key_without_words (Desk *d, gconstpointer data) {
  press (d, 'a');
  assert_done (d, "");
  hear (d, "b");
  press (d, 'c');
  assert_done (d, "");
  assert_field (d, "a bc", "");
}

static void
test_focus (Desk *d, gconstpointer data) {
  hear_part (d, "this is for the| old win");
  assert_field (d, "this is for the", " old win");
  move (d);
  assert_field (d, "", "");
  assert_done (d, "C");
  hear_part (d, "this is for the old| window");
  hear (d, "this is for the old window");
  answer_cut (d);
  DO (longhand_typist_hear (d->typist, LONGHAND_COMMAND_NONE, "this is for the old window", 0));
  DO (longhand_typist_hear_tentative (d->typist, "old window", 0, 0));
  assert_field (d, "", "");
  hear (d, "And this for the new one.");
  assert_field (d, "And this for the new one.", "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "", "");
  assert_done (d, "0"); /* what is in the other window stays */
}

/* From window to window and back, faster than anybody answers. */
static void
test_fast_switching (Desk *d, gconstpointer data) {
  hear_part (d, "one");
  for (guint i = 0; i < 3; i++) {
    DO (longhand_typist_focus (d->typist, FALSE));
    DO (longhand_typist_focus (d->typist, TRUE));
  }
  assert_done (d, "CCC");
  DO (longhand_typist_waited (d->typist));
  answer_cut (d);
  answer_cut (d);
  hear (d, "two");
  assert_field (d, "", "");
  answer_cut (d);
  hear (d, "three");
  assert_field (d, "three", "");
  assert_done (d, "");
}

/* What a field is for is told behind its getting the keyboard: until then nothing is written. */
static void
test_before_it_is_settled (Desk *d, gconstpointer data) {
  DO (longhand_typist_focus (d->typist, FALSE));
  answer_cut (d);
  DO (longhand_typist_focus (d->typist, TRUE));
  hear_part (d, "secret");
  assert_field (d, "", "");
  DO (longhand_typist_set_secret (d->typist, TRUE));
  DO (longhand_typist_waited (d->typist));
  hear (d, "secret");
  assert_field (d, "", "");
}

static void
test_secret (Desk *d, gconstpointer data) {
  hear_part (d, "my password is the| one");
  DO (longhand_typist_set_secret (d->typist, TRUE));
  assert_field (d, "my password is the", "");
  assert_done (d, "C3-E");
  hear (d, "my password is the one");
  DO (longhand_typist_set_state (d->typist, "finishing"));
  DO (longhand_typist_set_state (d->typist, "idle"));
  assert_field (d, "my password is the", "");
  assert_done (d, ""); /* it does not leave */
  DO (longhand_typist_set_secret (d->typist, FALSE));
  assert_done (d, "S");
  DO (longhand_typist_started (d->typist, TRUE));
  answer_cut (d);
  hear (d, "And on.");
  assert_field (d, "my password is the And on.", "");
}

static void
test_no_field (Desk *d, gconstpointer data) {
  DO (longhand_typist_focus (d->typist, FALSE));
  assert_done (d, "C");
  DO (longhand_typist_waited (d->typist));
  assert_done (d, "-E");
  answer_cut (d);
  DO (longhand_typist_set_state (d->typist, "idle"));
  DO (longhand_typist_focus (d->typist, TRUE));
  assert_done (d, "");
  DO (longhand_typist_waited (d->typist));
  assert_done (d, "S");
  DO (longhand_typist_started (d->typist, TRUE));
  hear (d, "Again.");
  assert_field (d, "Again.", "");
}

/* ---- what is said and not written ---- */

static void
assert_kept (Desk *d, const char *expected) {
  g_assert_cmpstr (d->kept->str, ==, expected);
}

/* Firm words stay where they are; what follows them is kept. */
static void
test_rest_is_kept (Desk *d, gconstpointer data) {
  hear_part (d, "this is for the| old win");
  move (d);
  hear_part (d, "this is for the old| window");
  assert_kept (d, "");
  hear (d, "This is for the old window.");
  assert_kept (d, "old window.\n");
  answer_cut (d);
  hear (d, "And this for the new one.");
  assert_field (d, "And this for the new one.", "");
  assert_kept (d, "old window.\n");
}

/* Behind a key: only what it has not taken. */
static void
test_rest_behind_a_key_is_kept (Desk *d, gconstpointer data) {
  hear_part (d, "this is taken");
  press (d, '!');
  hear (d, "This is taken.");
  assert_kept (d, "");
  answer_cut (d);
  hear_part (d, "this, too");
  press (d, '!');
  hear (d, "This too, and more.");
  assert_kept (d, "and more.\n");
}

static void
test_last_words_are_kept (Desk *d, gconstpointer data) {
  DO (longhand_typist_set_state (d->typist, "finishing"));
  DO (longhand_typist_focus (d->typist, FALSE));
  hear (d, "The last ones.");
  assert_kept (d, "The last ones.\n");
}

static void
test_kept_for_another_input_method (Desk *d, gconstpointer data) {
  hear_part (d, "we were");
  DO (longhand_typist_select (d->typist, FALSE));
  hear (d, "We were here.");
  assert_kept (d, "We were here.\n");
}

/* Nothing of what may have been said for a password. */
static void
test_secret_is_not_kept (Desk *d, gconstpointer data) {
  hear_part (d, "my password is the| one");
  DO (longhand_typist_set_secret (d->typist, TRUE));
  hear (d, "my password is the one");
  answer_cut (d);
  hear (d, "and another");
  assert_kept (d, "");
}

static void
test_secret_to_be_is_not_kept (Desk *d, gconstpointer data) {
  move (d);
  answer_cut (d);
  DO (longhand_typist_focus (d->typist, FALSE));
  answer_cut (d);
  DO (longhand_typist_focus (d->typist, TRUE));
  hear (d, "secret");
  assert_kept (d, "");
}

/* Text for Longhand's window is told to everybody. */
static void
test_others_text_is_not_kept (Desk *d, gconstpointer data) {
  DO (longhand_typist_set_state (d->typist, "idle"));
  hear (d, "Not from here.");
  assert_kept (d, "");
}

/* ---- programs that can do less ---- */

static void
test_no_preedit (Desk *d, gconstpointer data) {
  cannot (d, FALSE, FALSE);
  hear_part (d, "beside the field it| says");
  assert_field (d, "beside the field it", "");
  g_assert_cmpstr (d->beside->str, ==, " says");
  hear (d, "beside the field it says so");
  assert_field (d, "beside the field it says so", "");
  g_assert_cmpstr (d->beside->str, ==, "");
}

/* It may say later that it can after all. */
static void
test_preedit_found_out (Desk *d, gconstpointer data) {
  cannot (d, FALSE, TRUE);
  hear_part (d, "one");
  cannot (d, TRUE, TRUE);
  g_assert_cmpstr (d->beside->str, ==, "");
  hear_part (d, "one two");
  assert_field (d, "", "one two");
}

static void
test_cannot_scratch (Desk *d, gconstpointer data) {
  cannot (d, TRUE, FALSE);
  hear (d, "Hello.");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_done (d, "1");
}

/* The recognizer's own stays, and is worth a remark. */
static void
test_mark_behind_a_mark (Desk *d, gconstpointer data) {
  cannot (d, TRUE, FALSE);
  hear (d, "Hello.");
  order (d, LONGHAND_COMMAND_MARK, "?");
  assert_field (d, "Hello.?", "");
  assert_done (d, "1");
  cannot (d, TRUE, TRUE);
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "Hello.", "");
}

/* ---- commands ---- */

static void
test_commands (Desk *d, gconstpointer data) {
  hear (d, "Dear Ann.");
  order (d, LONGHAND_COMMAND_MARK, ",");
  assert_field (d, "Dear Ann,", "");
  order (d, LONGHAND_COMMAND_BREAK, "\n\n");
  hear (d, "this is");
  order (d, LONGHAND_COMMAND_WORD, "–");
  order (d, LONGHAND_COMMAND_OPENING, "“");
  hear (d, "new");
  order (d, LONGHAND_COMMAND_CLOSING, "”");
  assert_field (d, "Dear Ann,\n\nthis is – “new”", "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "Dear Ann,\n\nthis is – “", "");
  order (d, LONGHAND_COMMAND_UNDO, "undo");
  assert_field (d, "Dear Ann,\n\nthis is – “new", "");
  order (d, LONGHAND_COMMAND_UNDO, "undo");
  assert_field (d, "Dear Ann,\n\nthis is – “new”", "");
  for (guint i = 0; i < 6; i++)
    order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "Dear Ann,", "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "Dear Ann.", "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "", "");
  assert_done (d, "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_done (d, "0");
}

/* Only what is still before the caret goes. */
static void
test_scratch_what_is_there (Desk *d, gconstpointer data) {
  hear (d, "Hello.");
  press (d, ' ');
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "Hello. ", "");
  assert_done (d, "2");
  g_string_truncate (d->text, strlen ("Hello."));
  press (d, 0);
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "", "");
}

/* After a click, say. */
static void
test_caret_elsewhere (Desk *d, gconstpointer data) {
  d->tells = FALSE;
  hear (d, "Hello.");
  DO (longhand_typist_reset (d->typist));
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "Hello.", "");
  assert_done (d, "2");
  hear (d, "You.");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "Hello.", "");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_done (d, "2");
  DO (tell (d));
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "", "");
}

static void
test_selection (Desk *d, gconstpointer data) {
  hear (d, "Hello.");
  DO (longhand_typist_surround (d->typist, "Hello.", 6, 0));
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "Hello.", "");
  assert_done (d, "2");
}

/* Its words are not written before it is clear that they are none. */
static void
test_words_of_a_command (Desk *d, gconstpointer data) {
  hear (d, "Hello.");
  hear_part (d, "scratch| that");
  assert_field (d, "Hello.", " scratch that");
  order (d, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_field (d, "", "");
  g_assert_cmpuint (d->n_deleted, ==, strlen ("Hello."));
}

static guint
count_spaces (const char *from, const char *to) {
  guint n = 0;

  for (; from < to; from++)
    n += *from == ' ';
  return n;
}

static void
test_commands_are_short (void) {
  LonghandCommands *commands = longhand_commands_new (NULL);
  const char *at = longhand_commands_get_grammar (commands);
  guint n_phrases = 0;

  for (at = strchr (at, '"'); at != NULL; n_phrases++) {
    const char *end = strchr (at + 1, '"');

    g_assert_cmpuint (count_spaces (at, end) + 1, <, 4);
    at = strchr (end + 1, '"');
  }
  g_assert_cmpuint (n_phrases, >, 10);
  longhand_commands_free (commands);
}

/* ---- what programs tell ---- */

/* What it says may be older than what was written. */
static void
test_late (void) {
  LonghandField *field = longhand_field_new ();

  longhand_field_tell (field, "One");
  longhand_field_write (field, " two");
  longhand_field_write (field, " three");
  longhand_field_tell (field, "One");
  g_assert_cmpstr (longhand_field_get_before (field), ==, "One two three");
  longhand_field_tell (field, "One two");
  g_assert_true (longhand_field_ends_with (field, " three"));
  longhand_field_remove (field, 6);
  longhand_field_tell (field, "One two three");
  g_assert_cmpstr (longhand_field_get_before (field), ==, "One two");
  longhand_field_tell (field, "One"); /* and this is news */
  g_assert_cmpstr (longhand_field_get_before (field), ==, "One");
  longhand_field_write (field, " two");
  longhand_field_remove (field, 4);
  longhand_field_tell (field, "One"); /* before it was written, or behind that */
  longhand_field_tell (field, "One two");
  longhand_field_tell (field, "One");
  g_assert_cmpstr (longhand_field_get_before (field), ==, "One");
  longhand_field_write (field, " äö");
  longhand_field_type (field, 'x');
  longhand_field_tell (field, "One"); /* likewise: who presses keys may undo */
  g_assert_cmpstr (longhand_field_get_before (field), ==, "One");
  longhand_field_free (field);
}

/* It tells some words before the caret, more or less. */
static void
test_late_and_shorter (void) {
  LonghandField *field = longhand_field_new ();

  longhand_field_tell (field, "Dear Ann,");
  longhand_field_write (field, " hello.");
  longhand_field_tell (field, "Ann, hello.");
  longhand_field_write (field, " No.");
  longhand_field_remove (field, 4);
  longhand_field_tell (field, "Dear Ann, hello. No.");
  g_assert_true (longhand_field_ends_with (field, " hello."));
  longhand_field_tell (field, "No.");
  g_assert_cmpstr (longhand_field_get_before (field), ==, "No.");
  longhand_field_free (field);
}

static void
test_part_of_it (void) {
  LonghandField *field = longhand_field_new ();

  g_assert_false (longhand_field_ends_with (field, ""));
  longhand_field_write (field, "two");
  longhand_field_tell (field, "One two");
  g_assert_cmpstr (longhand_field_get_before (field), ==, "One two");
  longhand_field_forget (field);
  g_assert_false (longhand_field_ends_with (field, "two"));
  g_assert_cmpstr (longhand_field_get_before (field), ==, "");
  for (guint i = 0; i < 100; i++)
    longhand_field_write (field, "long ");
  g_assert_true (longhand_field_ends_with (field, "long long "));
  longhand_field_free (field);
}

/* ---- beginning and end ---- */

static void
test_stopped_by_somebody (Desk *d, gconstpointer data) {
  hear_part (d, "the last words");
  DO (longhand_typist_set_state (d->typist, "finishing"));
  assert_done (d, "-");
  hear (d, "The last words.");
  assert_field (d, "The last words.", "");
  DO (longhand_typist_set_state (d->typist, "idle"));
  assert_done (d, "L");
  hear (d, "What others dictate.");
  assert_field (d, "The last words.", "");
}

static void
test_stopped_here (Desk *d, gconstpointer data) {
  hear_part (d, "the last");
  DO (longhand_typist_want (d->typist, FALSE));
  assert_done (d, "-E");
  hear (d, "The last words.");
  DO (longhand_typist_set_state (d->typist, "idle"));
  assert_done (d, "L");
  assert_field (d, "The last words.", "");
  DO (longhand_typist_want (d->typist, TRUE));
  assert_done (d, "S");
}

/* What comes of it then was taken by the key. */
static void
test_key_behind_the_end (Desk *d, gconstpointer data) {
  hear_part (d, "the last");
  DO (longhand_typist_want (d->typist, FALSE));
  press (d, '!');
  assert_field (d, "the last!", "");
  hear_part (d, "the last words");
  hear (d, "The last words.");
  assert_field (d, "the last!", "");
  hear (d, "And more.");
  assert_field (d, "the last! And more.", "");
  assert_done (d, "-E");
}

static void
test_focus_behind_the_end (Desk *d, gconstpointer data) {
  DO (longhand_typist_want (d->typist, FALSE));
  move (d);
  hear_part (d, "The last");
  hear (d, "The last words.");
  assert_field (d, "", "");
  DO (longhand_typist_set_state (d->typist, "idle"));
  DO (longhand_typist_want (d->typist, TRUE));
  DO (longhand_typist_started (d->typist, TRUE));
  assert_done (d, "-ELS+");
  DO (longhand_typist_want (d->typist, FALSE));
  hear (d, "For this one.");
  assert_field (d, "For this one.", "");
}

static void
test_another_one_is_chosen (Desk *d, gconstpointer data) {
  hear_part (d, "gone");
  DO (longhand_typist_select (d->typist, FALSE));
  assert_done (d, "-E");
  hear (d, "gone");
  DO (longhand_typist_set_state (d->typist, "idle"));
  assert_field (d, "", "");
  assert_done (d, "");
  DO (longhand_typist_select (d->typist, TRUE));
  DO (longhand_typist_focus (d->typist, TRUE));
  DO (longhand_typist_waited (d->typist));
  assert_done (d, "S");
}

static void
test_start_fails (Desk *d, gconstpointer data) {
  DO (longhand_typist_want (d->typist, FALSE));
  DO (longhand_typist_set_state (d->typist, "idle"));
  DO (longhand_typist_want (d->typist, TRUE));
  assert_done (d, "-ELS");
  DO (longhand_typist_started (d->typist, FALSE));
  assert_done (d, "");
  move (d); /* the wait is for whoever reads why */
  assert_done (d, "L");
}

/* A start that was called off is no failure of the one behind it. */
static void
test_start_called_off (Desk *d, gconstpointer data) {
  DO (longhand_typist_want (d->typist, FALSE));
  DO (longhand_typist_want (d->typist, TRUE));
  DO (longhand_typist_want (d->typist, FALSE));
  DO (longhand_typist_want (d->typist, TRUE));
  assert_done (d, "-ESES");
  DO (longhand_typist_started (d->typist, FALSE));
  assert_done (d, "");
  DO (longhand_typist_started (d->typist, TRUE));
  assert_done (d, "+");
}

static void
test_longhand_ends (Desk *d, gconstpointer data) {
  hear_part (d, "four words are firm| now");
  DO (longhand_typist_set_state (d->typist, ""));
  assert_field (d, "four words are firm", "");
  assert_done (d, "-");
  DO (longhand_typist_waited (d->typist));
  assert_done (d, "L");
  DO (longhand_typist_want (d->typist, TRUE));
  DO (longhand_typist_set_state (d->typist, "idle"));
  DO (longhand_typist_started (d->typist, TRUE));
  assert_done (d, "S+");
  d->now_ms = 0; /* its times begin anew */
  hear (d, "Again.");
  assert_field (d, "four words are firm Again.", "");
}

static void
test_longhand_ends_before_it_cut (Desk *d, gconstpointer data) {
  d->now_ms = 5000;
  hear_part (d, "one");
  press (d, '!');
  DO (longhand_typist_cut (d->typist, -1));
  DO (longhand_typist_set_state (d->typist, ""));
  DO (longhand_typist_want (d->typist, TRUE));
  DO (longhand_typist_started (d->typist, TRUE));
  d->now_ms = 0;
  hear (d, "Two.");
  assert_field (d, "one! Two.", "");
}

/* An older Longhand, say: the utterance is passed over, the next one is not. */
static void
test_it_cannot_cut (Desk *d, gconstpointer data) {
  d->now_ms = 5000;
  hear_part (d, "one");
  press (d, '!');
  DO (longhand_typist_cut (d->typist, -1));
  hear (d, "One two.");
  hear (d, "Three.");
  assert_field (d, "one! Three.", "");
}

#define DESK_ADD(path, function) g_test_add (path, Desk, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  DESK_ADD ("/typist/firm-words-are-committed-and-others-shown", test_words);
  DESK_ADD ("/typist/a-space-goes-where-one-belongs", test_space);
  DESK_ADD ("/typist/also-where-the-program-tells-nothing", test_space_untold);
  DESK_ADD ("/typist/and-is-mended-when-the-program-tells-it-late", test_space_guessed);
  DESK_ADD ("/typist/also-when-the-next-utterance-is-under-way", test_space_guessed_before);
  DESK_ADD ("/typist/but-not-behind-what-the-next-one-has-written", test_space_guessed_long_before);
  DESK_ADD ("/typist/firm-words-that-turn-out-otherwise-are-corrected", test_correction);
  DESK_ADD ("/typist/a-correction-takes-whole-characters", test_correction_within_characters);
  DESK_ADD ("/typist/they-stay-where-text-cannot-be-removed", test_no_correction);
  DESK_ADD ("/typist/they-stay-where-other-text-is-behind-them", test_no_correction_of_others);
  DESK_ADD ("/typist/they-go-when-nothing-came-of-the-utterance", test_nothing_came_of_it);
  g_test_add_func ("/typist/the-rest-follows-the-words-that-correspond", test_remainder);
  DESK_ADD ("/typist/a-key-takes-what-is-shown-and-ends-the-utterance", test_key);
  DESK_ADD ("/typist/a-key-between-utterances-ends-nothing", test_key_without_words);
  DESK_ADD ("/typist/what-was-said-before-never-lands-in-the-next-field", test_focus);
  DESK_ADD ("/typist/fast-switching-ends-in-the-last-field", test_fast_switching);
  DESK_ADD ("/typist/nothing-is-written-before-the-purpose-is-known", test_before_it_is_settled);
  DESK_ADD ("/typist/nothing-is-recorded-for-a-password", test_secret);
  DESK_ADD ("/typist/recording-stops-where-no-field-has-the-keyboard", test_no_field);
  DESK_ADD ("/typist/what-was-not-written-of-an-utterance-is-kept", test_rest_is_kept);
  DESK_ADD ("/typist/also-what-a-key-has-not-taken", test_rest_behind_a_key_is_kept);
  DESK_ADD ("/typist/also-last-words-that-have-lost-their-field", test_last_words_are_kept);
  DESK_ADD ("/typist/also-when-another-input-method-is-chosen", test_kept_for_another_input_method);
  DESK_ADD ("/typist/but-nothing-for-a-password", test_secret_is_not_kept);
  DESK_ADD ("/typist/nor-before-it-is-known-to-be-one", test_secret_to_be_is_not_kept);
  DESK_ADD ("/typist/nor-what-was-said-for-others", test_others_text_is_not_kept);
  DESK_ADD ("/typist/words-are-shown-beside-a-field-without-preedit", test_no_preedit);
  DESK_ADD ("/typist/and-within-it-when-it-can", test_preedit_found_out);
  DESK_ADD ("/typist/what-cannot-be-removed-is-said", test_cannot_scratch);
  DESK_ADD ("/typist/a-mark-goes-behind-one-that-cannot-be-removed", test_mark_behind_a_mark);
  DESK_ADD ("/typist/commands-do-what-they-say", test_commands);
  DESK_ADD ("/typist/only-what-is-before-the-caret-is-scratched", test_scratch_what_is_there);
  DESK_ADD ("/typist/nothing-is-scratched-where-the-caret-may-be-elsewhere", test_caret_elsewhere);
  DESK_ADD ("/typist/nothing-is-scratched-beside-a-selection", test_selection);
  DESK_ADD ("/typist/words-of-a-command-are-not-committed", test_words_of_a_command);
  g_test_add_func ("/typist/no-command-is-longer-than-that", test_commands_are_short);
  g_test_add_func ("/typist/what-a-program-tells-too-late-is-no-news", test_late);
  g_test_add_func ("/typist/what-a-program-tells-may-begin-anywhere", test_late_and_shorter);
  g_test_add_func ("/typist/what-is-known-may-be-a-part", test_part_of_it);
  DESK_ADD ("/typist/last-words-are-written-when-somebody-stops-it", test_stopped_by_somebody);
  DESK_ADD ("/typist/last-words-are-written-when-it-is-stopped-here", test_stopped_here);
  DESK_ADD ("/typist/a-key-behind-that-takes-what-is-shown-once", test_key_behind_the_end);
  DESK_ADD ("/typist/and-last-words-do-not-follow-into-the-next-field", test_focus_behind_the_end);
  DESK_ADD ("/typist/choosing-another-input-method-ends-it-at-once", test_another_one_is_chosen);
  DESK_ADD ("/typist/a-start-that-fails-leaves-when-that-was-read", test_start_fails);
  DESK_ADD ("/typist/a-start-that-was-called-off-is-no-failure", test_start_called_off);
  DESK_ADD ("/typist/longhand-may-end-and-be-there-again", test_longhand_ends);
  DESK_ADD ("/typist/longhand-may-end-before-it-cut", test_longhand_ends_before_it_cut);
  DESK_ADD ("/typist/an-utterance-that-cannot-be-cut-is-passed-over", test_it_cannot_cut);
  return g_test_run ();
}
