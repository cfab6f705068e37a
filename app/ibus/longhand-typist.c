#include "ibus/longhand-typist.h"

#include "dictation/longhand-composition.h"
#include "ibus/longhand-changes.h"
#include "ibus/longhand-field.h"
#include "ibus/longhand-remainder.h"

#include <string.h>

/* An utterance with as many words is no command: until then none is committed, and none has to be taken back.
 */
#define N_TEXT_WORDS 4
#define SETTLE_MS 50   /* after a field got the keyboard: what it is for is told behind that */
#define LINGER_MS 2000 /* after it was lost, before recording stops: another field may get it */
#define REGRET_MS 4000 /* after something went wrong: there is a sentence to read */

typedef enum {
  SILENT,
  STARTING, /* asked for, not answered */
  LISTENING,
  ENDING, /* the last words are still to come */
} Recording;

struct _LonghandTypist {
  GQueue acts; /* owned LonghandAct */

  gboolean is_selected, is_wanted;
  gboolean is_leaving; /* when the wait is over */
  Recording recording;
  gboolean is_elsewhere; /* since it is ENDING: the last words are for a field that has lost the keyboard */
  guint n_starts;        /* that Longhand has not answered */

  /* the field */
  gboolean has_focus, is_settled, is_secret;
  gboolean has_preedit, has_surrounding;
  gboolean has_selection;
  LonghandField *field;
  LonghandChanges *changes; /* that can be taken back */

  /* the utterance */
  GString *guessed; /* written by the last one since it was a guess whether a space belongs before it */
  gboolean is_told; /* something of it */
  gint64 start_ms;  /* of the one that was told last */
  GString *firm;    /* what of it was committed, as it was heard */
  GString *written; /* the same as it was written: with the space before it */
  gboolean shows;   /* preedit, or text beside the field */
  GString *shown;   /* of it, with the space before it */
  gint64 from_ms;   /* what begins before that belongs to another place */
  guint n_cuts;     /* that Longhand has not answered */

  /* the one before, which has ended and is still to be told */
  GString *left;           /* what was written of it, as it was heard */
  gboolean is_left_secret; /* it may have been said for a password */
};

void
longhand_act_clear (LonghandAct *act) {
  g_clear_pointer (&act->text, g_free);
}

static LonghandAct *
add_act (LonghandTypist *self, LonghandActType type) {
  LonghandAct *act = g_new0 (LonghandAct, 1);

  act->type = type;
  g_queue_push_tail (&self->acts, act);
  return act;
}

LonghandAct
longhand_typist_next_act (LonghandTypist *self) {
  g_autofree LonghandAct *act = g_queue_pop_head (&self->acts);

  return act != NULL ? *act : (LonghandAct){ LONGHAND_ACT_NONE };
}

LonghandTypist *
longhand_typist_new (void) {
  LonghandTypist *self = g_new0 (LonghandTypist, 1);

  g_queue_init (&self->acts);
  self->field = longhand_field_new ();
  self->changes = longhand_changes_new ();
  self->firm = g_string_new ("");
  self->written = g_string_new ("");
  self->shown = g_string_new ("");
  self->guessed = g_string_new ("");
  self->left = g_string_new ("");
  return self;
}

static void
act_free (gpointer data) {
  longhand_act_clear (data);
  g_free (data);
}

void
longhand_typist_free (LonghandTypist *self) {
  g_queue_clear_full (&self->acts, act_free);
  longhand_field_free (self->field);
  longhand_changes_free (self->changes);
  g_string_free (self->firm, TRUE);
  g_string_free (self->written, TRUE);
  g_string_free (self->shown, TRUE);
  g_string_free (self->guessed, TRUE);
  g_string_free (self->left, TRUE);
  g_free (self);
}

static void
say (LonghandTypist *self, LonghandRemark remark) {
  add_act (self, LONGHAND_ACT_SAY)->remark = remark;
}

static void
wait_for (LonghandTypist *self, guint ms) {
  add_act (self, LONGHAND_ACT_WAIT)->n = ms;
}

/* ---- writing ---- */

static void
show (LonghandTypist *self, const char *text) {
  const gboolean shows = *text != '\0';

  g_string_assign (self->shown, text);
  if (!shows && !self->shows)
    return;
  self->shows = shows;
  add_act (self, self->has_preedit ? LONGHAND_ACT_PREEDIT : LONGHAND_ACT_AUXILIARY)->text = g_strdup (text);
}

static void
commit (LonghandTypist *self, const char *text) {
  if (*text == '\0')
    return;
  add_act (self, LONGHAND_ACT_COMMIT)->text = g_strdup (text);
  longhand_field_write (self->field, text);
}

static gboolean
can_remove (const LonghandTypist *self, const char *text) {
  return *text == '\0'
         || (self->has_surrounding && !self->has_selection && longhand_field_ends_with (self->field, text));
}

/* text, which can be. */
static void
remove_text (LonghandTypist *self, const char *text) {
  const glong n = g_utf8_strlen (text, -1);

  g_string_truncate (self->guessed, 0);
  if (n == 0)
    return;
  show (self, "");
  add_act (self, LONGHAND_ACT_DELETE)->n = (guint)n;
  longhand_field_remove (self->field, n);
}

/* FALSE: it cannot be, and why was said. */
static gboolean
replace (LonghandTypist *self, const char *removed, const char *added) {
  if (!can_remove (self, removed)) {
    say (self, self->has_surrounding ? LONGHAND_REMARK_NOT_THERE : LONGHAND_REMARK_CANNOT_REMOVE);
    return FALSE;
  }
  g_string_truncate (self->guessed, 0);
  remove_text (self, removed);
  commit (self, added);
  return TRUE;
}

/* The space that belongs before what comes next. */
static const char *
space_before (LonghandTypist *self, LonghandCommand command) {
  return longhand_composition_needs_space (longhand_field_get_before (self->field), command) ? " " : "";
}

/* ---- the utterance ---- */

static void
forget_utterance (LonghandTypist *self) {
  self->is_told = FALSE;
  g_string_truncate (self->firm, 0);
  g_string_truncate (self->written, 0);
}

/* What was written of it is one change. */
static void
keep_utterance (LonghandTypist *self) {
  if (self->written->len > 0)
    longhand_changes_add (self->changes, "", self->written->str);
  forget_utterance (self);
}

static gboolean
may_write (const LonghandTypist *self) {
  return self->is_selected && self->has_focus && self->is_settled && !self->is_secret;
}

/* Whether what begins at start_ms is for this field. */
static gboolean
is_meant (const LonghandTypist *self, gint64 start_ms) {
  return (self->recording == LISTENING || (self->recording == ENDING && !self->is_elsewhere))
         && may_write (self) && self->n_cuts == 0 && start_ms >= self->from_ms;
}

/* What is recorded already cannot be: the rest of the utterance is passed over. */
static void
cut (LonghandTypist *self) {
  if (self->recording == ENDING)
    self->from_ms = MAX (self->from_ms, self->start_ms + 1);
  if (self->recording != LISTENING)
    return;
  self->n_cuts++;
  add_act (self, LONGHAND_ACT_CUT);
}

/* Nothing more of it is written; what is shown goes. */
static void
leave_utterance (LonghandTypist *self) {
  show (self, "");
  if (self->is_told)
    g_string_assign (self->left, self->firm->str);
  keep_utterance (self);
}

static void
drop_utterance (LonghandTypist *self) {
  leave_utterance (self);
  cut (self);
}

/* What is no use here, and was not said where nothing may be heard; what a field that has just got the
 * keyboard is for is not known yet. */
static gboolean
may_keep (const LonghandTypist *self, gint64 start_ms) {
  const gboolean is_from_before = self->n_cuts > 0 || start_ms < self->from_ms;

  return (self->recording == LISTENING || self->recording == ENDING) && !self->is_left_secret
         && (is_from_before || !self->has_focus || (self->is_settled && !self->is_secret));
}

/* Of text, which is not written. */
static void
keep_rest (LonghandTypist *self, const char *text, gint64 start_ms) {
  const char *rest = self->left->len > 0 ? longhand_remainder_find (self->left->str, text) : text;

  if (*rest != '\0' && may_keep (self, start_ms))
    add_act (self, LONGHAND_ACT_KEEP)->text = g_strstrip (g_strdup (rest));
  g_string_truncate (self->left, 0);
  self->is_left_secret = FALSE;
}

static void
write_words (LonghandTypist *self, const char *heard) {
  g_autofree char *text
      = g_strconcat (self->written->len == 0 ? space_before (self, LONGHAND_COMMAND_NONE) : "", heard, NULL);

  if (*heard == '\0')
    return;
  if (self->written->len == 0)
    g_string_truncate (self->guessed, 0);
  if (self->has_surrounding && (self->guessed->len > 0 || !longhand_field_is_sure (self->field)))
    g_string_append (self->guessed, text);
  commit (self, text);
  g_string_append (self->firm, heard);
  g_string_append (self->written, text);
}

static guint
count_words (const char *text) {
  guint n = 0;

  for (gboolean in_word = FALSE; *text != '\0'; text = g_utf8_next_char (text)) {
    const gboolean is_space = g_unichar_isspace (g_utf8_get_char (text));

    n += !is_space && !in_word;
    in_word = !is_space;
  }
  return n;
}

static void
write_firm (LonghandTypist *self, const char *text, guint n_firm) {
  const gsize n_bytes
      = (gsize)(g_utf8_offset_to_pointer (text, MIN ((glong)n_firm, g_utf8_strlen (text, -1))) - text);
  g_autofree char *firm = g_strndup (text, n_bytes);

  if (count_words (text) >= N_TEXT_WORDS && g_str_has_prefix (firm, self->firm->str)
      && n_bytes > self->firm->len)
    write_words (self, firm + self->firm->len);
}

static void
show_rest (LonghandTypist *self, const char *text) {
  const char *rest = g_str_has_prefix (text, self->firm->str)
                         ? text + self->firm->len
                         : longhand_remainder_find (self->firm->str, text);
  g_autofree char *shown = g_strconcat (self->written->len == 0 || !g_str_has_prefix (text, self->firm->str)
                                            ? space_before (self, LONGHAND_COMMAND_NONE)
                                            : "",
                                        rest, NULL);

  show (self, *rest != '\0' ? shown : "");
}

/* What was written of it is to be text instead: from where the two part. */
static void
correct (LonghandTypist *self, const char *text) {
  const char *written = self->written->str + (self->written->len - self->firm->len);
  g_autofree char *wrong = NULL;
  gsize n_same = 0;

  while (text[n_same] != '\0' && text[n_same] == written[n_same])
    n_same++;
  while (n_same > 0 && ((guchar)written[n_same] & 0xc0) == 0x80) /* within a character */
    n_same--;
  if (n_same == 0)
    written = self->written->str; /* the space goes, too */
  wrong = g_strdup (written + n_same);
  if (can_remove (self, wrong)) {
    remove_text (self, wrong);
    g_string_truncate (self->firm, n_same);
    g_string_truncate (self->written, self->written->len - strlen (wrong));
    write_words (self, text + n_same);
  } else {
    const char *rest = longhand_remainder_find (self->firm->str, text);
    g_autofree char *with_space = g_strconcat (space_before (self, LONGHAND_COMMAND_NONE), rest, NULL);

    if (*rest != '\0')
      write_words (self, with_space);
  }
}

/* Final: text, "" where nothing came of it. */
static void
finish (LonghandTypist *self, const char *text) {
  if (g_str_has_prefix (text, self->firm->str))
    write_words (self, text + self->firm->len);
  else
    correct (self, text);
  show (self, "");
  keep_utterance (self);
}

void
longhand_typist_hear_tentative (LonghandTypist *self, const char *text, guint n_firm, gint64 start_ms) {
  self->start_ms = start_ms;
  if (!is_meant (self, start_ms))
    return;
  if (*text == '\0') {
    finish (self, "");
    return;
  }
  self->is_told = TRUE;
  write_firm (self, text, n_firm);
  show_rest (self, text);
}

/* ---- commands ---- */

static void
put (LonghandTypist *self, LonghandCommand command, const char *text) {
  const char *before = longhand_field_get_before (self->field);
  const gsize n_replaced = longhand_composition_get_replaced (before, command);
  g_autofree char *replaced = g_strdup (before + strlen (before) - n_replaced);
  g_autofree char *with_space = g_strconcat (space_before (self, command), text, NULL);

  if (!replace (self, replaced, with_space)) {
    *replaced = '\0'; /* it stays, and what was said goes behind it */
    replace (self, replaced, with_space);
  }
  longhand_changes_add (self->changes, replaced, with_space);
}

static void
scratch (LonghandTypist *self) {
  const LonghandChange *change = longhand_changes_get_last_text (self->changes);

  if (change == NULL)
    say (self, LONGHAND_REMARK_NOTHING_TO_REMOVE);
  else if (replace (self, change->added, change->removed))
    longhand_changes_scratch_last_text (self->changes);
}

static void
undo (LonghandTypist *self) {
  const LonghandChange *change = longhand_changes_get_last (self->changes);

  if (change == NULL)
    say (self, LONGHAND_REMARK_NOTHING_TO_REMOVE);
  else if (replace (self, change->added, change->removed))
    longhand_changes_undo_last (self->changes);
}

static void
carry_out (LonghandTypist *self, LonghandCommand command, const char *text) {
  switch (command) {
  case LONGHAND_COMMAND_BREAK:
  case LONGHAND_COMMAND_MARK:
  case LONGHAND_COMMAND_CLOSING:
  case LONGHAND_COMMAND_OPENING:
  case LONGHAND_COMMAND_WORD:
    put (self, command, text);
    break;
  case LONGHAND_COMMAND_SCRATCH:
    scratch (self);
    break;
  case LONGHAND_COMMAND_UNDO:
    undo (self);
    break;
  case LONGHAND_COMMAND_NONE:
  case LONGHAND_COMMAND_STOP: /* Longhand does it */
    break;
  }
}

void
longhand_typist_hear (LonghandTypist *self, LonghandCommand command, const char *text, gint64 start_ms) {
  self->start_ms = start_ms;
  if (!is_meant (self, start_ms)) {
    keep_rest (self, command == LONGHAND_COMMAND_NONE ? text : "", start_ms);
    return;
  }
  self->is_left_secret = FALSE;
  finish (self, command == LONGHAND_COMMAND_NONE ? text : "");
  carry_out (self, command, text);
}

/* ---- a space that was guessed ---- */

/* Some programs tell what stands before the caret when something is written there, and not before that. */
static void
mend_space (LonghandTypist *self) {
  g_autofree char *guessed = g_strdup (self->guessed->str);
  const char *words = guessed + (*guessed == ' ' ? 1 : 0);
  g_autofree char *shown = g_strdup (self->shown->str);
  g_autofree char *before = NULL;
  g_autofree char *right = NULL;

  if (*guessed == '\0' || !longhand_field_ends_with (self->field, guessed))
    return;
  g_string_truncate (self->guessed, 0);
  before = g_strndup (longhand_field_get_before (self->field),
                      strlen (longhand_field_get_before (self->field)) - strlen (guessed));
  right = g_strconcat (longhand_composition_needs_space (before, LONGHAND_COMMAND_NONE) ? " " : "", words,
                       NULL);
  if (g_str_equal (right, guessed))
    return;
  remove_text (self, guessed);
  commit (self, right);
  show (self, shown);
  if (self->written->len > 0)
    g_string_assign (self->written, right);
  else
    longhand_changes_amend_last (self->changes, guessed, right);
}

/* ---- recording ---- */

static void
set_recording (LonghandTypist *self, Recording recording) {
  const gboolean listened = self->recording == LISTENING;

  self->recording = recording;
  if (recording != ENDING)
    self->is_elsewhere = FALSE;
  if (listened != (recording == LISTENING))
    add_act (self, LONGHAND_ACT_SHOW)->n = !listened;
}

static void
start_recording (LonghandTypist *self) {
  if (!self->is_wanted || !may_write (self) || self->recording == STARTING || self->recording == LISTENING)
    return;
  set_recording (self, STARTING);
  self->n_starts++;
  add_act (self, LONGHAND_ACT_START);
}

static void
stop_recording (LonghandTypist *self) {
  if (self->recording != STARTING && self->recording != LISTENING)
    return;
  set_recording (self, ENDING);
  add_act (self, LONGHAND_ACT_STOP);
}

/* Nobody listens, and there is a sentence to read that says why. */
static void
regret (LonghandTypist *self) {
  self->is_wanted = FALSE;
  self->is_leaving = self->is_selected;
  if (self->is_leaving)
    wait_for (self, REGRET_MS);
}

void
longhand_typist_started (LonghandTypist *self, gboolean success) {
  if (--self->n_starts > 0)
    return;
  if (self->recording == STARTING) {
    set_recording (self, success ? LISTENING : SILENT);
    if (!success)
      regret (self);
  } else if (!success) {
    set_recording (self, SILENT);
  }
}

/* One that cannot cut goes on with the utterance, of which nothing more is written. */
void
longhand_typist_cut (LonghandTypist *self, gint64 at_ms) {
  self->n_cuts--;
  self->from_ms = MAX (self->from_ms, at_ms >= 0 ? at_ms : self->start_ms + 1);
}

static void
lose_longhand (LonghandTypist *self) {
  show (self, "");
  keep_utterance (self);
  self->start_ms = 0;
  self->from_ms = 0;
  if (self->recording == SILENT)
    return;
  set_recording (self, SILENT);
  regret (self);
}

/* What was to be written has been. */
static void
end_recording (LonghandTypist *self) {
  if (self->recording != LISTENING && self->recording != ENDING)
    return;
  self->is_wanted &= self->recording == ENDING;
  set_recording (self, SILENT);
  show (self, "");
  keep_utterance (self);
  if (self->is_selected && !self->is_wanted)
    add_act (self, LONGHAND_ACT_LEAVE);
}

void
longhand_typist_set_state (LonghandTypist *self, const char *state) {
  if (*state == '\0') {
    lose_longhand (self);
  } else if (strcmp (state, "idle") == 0) {
    end_recording (self);
  } else if (strcmp (state, "finishing") == 0 && self->recording == LISTENING) {
    self->is_wanted = FALSE;
    set_recording (self, ENDING);
  }
}

/* ---- the input method ---- */

void
longhand_typist_want (LonghandTypist *self, gboolean wanted) {
  self->is_wanted = wanted;
  if (wanted)
    start_recording (self);
  else
    stop_recording (self);
}

void
longhand_typist_select (LonghandTypist *self, gboolean selected) {
  if (!selected) {
    leave_utterance (self);
    self->has_focus = FALSE;
    self->is_settled = FALSE;
  }
  self->is_selected = selected;
  self->is_leaving = FALSE;
  longhand_typist_want (self, selected);
}

void
longhand_typist_focus (LonghandTypist *self, gboolean focused) {
  if (focused == self->has_focus)
    return;
  if (!focused)
    drop_utterance (self);
  if (!focused && self->recording == ENDING)
    self->is_elsewhere = TRUE;
  self->has_focus = focused;
  self->is_settled = FALSE;
  self->has_selection = FALSE;
  g_string_truncate (self->guessed, 0);
  longhand_field_forget (self->field);
  longhand_changes_clear (self->changes);
  if (!self->is_leaving)
    wait_for (self, focused ? SETTLE_MS : LINGER_MS);
}

/* A field that has had the keyboard for long enough, and what it is for. */
static void
settle (LonghandTypist *self) {
  if (self->is_secret && self->is_wanted && self->is_selected)
    say (self, LONGHAND_REMARK_SECRET);
  if (self->is_secret)
    stop_recording (self);
  else
    start_recording (self);
  if (may_write (self) && self->has_surrounding)
    add_act (self, LONGHAND_ACT_ASK);
}

void
longhand_typist_waited (LonghandTypist *self) {
  if (self->is_leaving)
    add_act (self, LONGHAND_ACT_LEAVE);
  self->is_leaving = FALSE;
  if (!self->has_focus) {
    stop_recording (self);
  } else if (!self->is_settled) {
    self->is_settled = TRUE;
    settle (self);
  }
}

void
longhand_typist_set_capabilities (LonghandTypist *self, gboolean preedit, gboolean surrounding) {
  if (preedit != self->has_preedit)
    show (self, "");
  self->has_preedit = preedit;
  self->has_surrounding = surrounding;
}

void
longhand_typist_set_secret (LonghandTypist *self, gboolean secret) {
  if (secret == self->is_secret)
    return;
  if (secret)
    drop_utterance (self);
  self->is_left_secret |= secret;
  self->is_secret = secret;
  if (self->is_settled)
    settle (self);
}

void
longhand_typist_press (LonghandTypist *self, gunichar character) {
  if (self->is_told) {
    g_autofree char *taken = g_strdup (self->shown->str);

    commit (self, taken);
    g_string_append (self->firm, taken);
    g_string_append (self->written, taken);
    drop_utterance (self);
  }
  g_string_truncate (self->guessed, 0);
  longhand_field_type (self->field, character);
}

void
longhand_typist_reset (LonghandTypist *self) {
  longhand_field_doubt (self->field);
}

void
longhand_typist_surround (LonghandTypist *self, const char *text, guint cursor, guint anchor) {
  const glong at = MIN ((glong)MIN (cursor, anchor), g_utf8_strlen (text, -1));
  g_autofree char *before = g_utf8_substring (text, 0, at);

  self->has_selection = cursor != anchor;
  if (longhand_field_tell (self->field, before))
    mend_space (self);
}
