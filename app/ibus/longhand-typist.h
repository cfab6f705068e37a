/* Types into other programs what Longhand hears. What it does follows from what Longhand tells over its D-Bus
 * interface (data/dbus) and from what happens in the field that has the keyboard; that is all it knows, so it
 * needs neither bus nor input method. Pure; one thread at a time.
 *
 * Events are told by the functions below; after each of them longhand_typist_next_act says what is to be
 * done.
 *
 * Words that may change are shown as preedit, firm ones are committed, and where the utterance turns out
 * otherwise, what was committed of it is corrected, as long as it still stands before the caret. A pressed
 * key takes what is shown as it is and ends the utterance; when the field loses the keyboard what is shown
 * goes. Of an utterance that has ended nothing is written any more: what is left of it is given to Longhand
 * to keep, unless a field for passwords had the keyboard. */
#pragma once

#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

typedef struct _LonghandTypist LonghandTypist;

typedef enum {
  LONGHAND_ACT_NONE,      /* nothing more to do for now */
  LONGHAND_ACT_COMMIT,    /* text */
  LONGHAND_ACT_DELETE,    /* n characters before the caret */
  LONGHAND_ACT_PREEDIT,   /* text replaces the preedit; "" hides it */
  LONGHAND_ACT_AUXILIARY, /* likewise, beside the field, where it shows no preedit */
  LONGHAND_ACT_ASK,       /* the program, to tell the text around the caret from now on */
  LONGHAND_ACT_START,     /* Longhand's Start, into the caller; answered by longhand_typist_started */
  LONGHAND_ACT_STOP,      /* its Stop */
  LONGHAND_ACT_CUT,       /* its Cut; answered by longhand_typist_cut */
  LONGHAND_ACT_KEEP,      /* its Keep: text */
  LONGHAND_ACT_WAIT,      /* call longhand_typist_waited in n ms; the wait before is off */
  LONGHAND_ACT_SHOW,      /* whether it listens: n */
  LONGHAND_ACT_SAY,       /* remark */
  LONGHAND_ACT_LEAVE,     /* the person has done: the input method before this one is wanted */
} LonghandActType;

typedef enum {
  LONGHAND_REMARK_NOTHING_TO_REMOVE, /* nothing that was dictated here is left */
  LONGHAND_REMARK_CANNOT_REMOVE,     /* the program does not let text be removed */
  LONGHAND_REMARK_NOT_THERE,         /* the text may not be before the caret any more */
  LONGHAND_REMARK_SECRET,            /* nothing is written into this field */
} LonghandRemark;

typedef struct {
  LonghandActType type;
  char *text; /* owned; NULL unless COMMIT, PREEDIT, AUXILIARY, KEEP */
  guint n;
  LonghandRemark remark;
} LonghandAct;
void longhand_act_clear (LonghandAct *act);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LonghandAct, longhand_act_clear)

LonghandTypist *longhand_typist_new (void); /* (transfer full) */
void longhand_typist_free (LonghandTypist *self);

/* The next thing to do, in order; NONE when all is done. Clear it. */
LonghandAct longhand_typist_next_act (LonghandTypist *self);

/* ---- from the input method ---- */

/* Whether it is the one in use: it begins to listen, or ends. */
void longhand_typist_select (LonghandTypist *self, gboolean selected);
/* The person begins or ends without choosing another one. */
void longhand_typist_want (LonghandTypist *self, gboolean wanted);
/* A field got, or lost, the keyboard. What is known of the one before does not hold for it. */
void longhand_typist_focus (LonghandTypist *self, gboolean focused);
/* What the program can do for it, and whether it is one for passwords and the like. */
void longhand_typist_set_capabilities (LonghandTypist *self, gboolean preedit, gboolean surrounding);
void longhand_typist_set_secret (LonghandTypist *self, gboolean secret);
/* A key is about to reach the program; character: what it writes, 0: nothing. */
void longhand_typist_press (LonghandTypist *self, gunichar character);
/* text around the caret, cursor and anchor of the selection in characters. */
void longhand_typist_surround (LonghandTypist *self, const char *text, guint cursor, guint anchor);
/* The caret may be elsewhere, in the same field. */
void longhand_typist_reset (LonghandTypist *self);
void longhand_typist_waited (LonghandTypist *self);

/* ---- from Longhand ---- */

void longhand_typist_started (LonghandTypist *self, gboolean success);
void longhand_typist_cut (LonghandTypist *self, gint64 at_ms); /* -1: that failed */
/* state: as the property State; "" when Longhand has ended. */
void longhand_typist_set_state (LonghandTypist *self, const char *state);
void longhand_typist_hear_tentative (LonghandTypist *self, const char *text, guint n_firm, gint64 start_ms);
void longhand_typist_hear (LonghandTypist *self, LonghandCommand command, const char *text, gint64 start_ms);

G_END_DECLS
