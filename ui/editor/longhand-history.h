/* Undo and redo for a text that also shows words which are not part of it yet. GtkTextBuffer's own history
 * cannot leave single edits out (switching it off, or an irreversible action, forgets everything), so the
 * document keeps this one: edits in offsets of the text without the tentative words, grouped into steps. Pure
 * data, no GTK. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LONGHAND_EDIT_INSERT,
  LONGHAND_EDIT_DELETE,
} LonghandEditKind;

typedef struct {
  LonghandEditKind kind;
  guint offset;             /* characters before it */
  guint length;             /* characters */
  char *text;               /* owned */
  GArray *spans;            /* owned; LonghandSpan, length characters in all */
  gboolean after_tentative; /* made behind the tentative words: says where it goes when offset is theirs */
} LonghandEdit;

typedef struct _LonghandHistory LonghandHistory;

LonghandHistory *longhand_history_new (void);
void longhand_history_free (LonghandHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandHistory, longhand_history_free)

/* Edits recorded between begin and end are one step; outside, each is its own. Single typed characters, and
 * single deleted ones, that follow each other within a word become one step. */
void longhand_history_begin (LonghandHistory *self);
void longhand_history_end (LonghandHistory *self);
/* Copies text; takes spans. Forgets what could be redone. */
void longhand_history_record (LonghandHistory *self, LonghandEditKind kind, guint offset, const char *text,
                              GArray *spans, gboolean after_tentative);
/* The next edit begins a new step whatever it is. */
void longhand_history_seal (LonghandHistory *self);

/* Applies what takes the last step back, or makes it again: apply is called once an edit, in order, with the
 * edit to make (its kind already inverted for undo). FALSE when there is nothing, or a step is being
 * recorded. */
typedef void (*LonghandHistoryFunc) (const LonghandEdit *edit, gpointer user_data);
gboolean longhand_history_undo (LonghandHistory *self, LonghandHistoryFunc apply, gpointer user_data);
gboolean longhand_history_redo (LonghandHistory *self, LonghandHistoryFunc apply, gpointer user_data);
gboolean longhand_history_can_undo (LonghandHistory *self);
gboolean longhand_history_can_redo (LonghandHistory *self);

/* Remembers that the text as it is now is safe elsewhere; is_saved says whether it is in that state again. */
void longhand_history_mark_saved (LonghandHistory *self);
gboolean longhand_history_is_saved (LonghandHistory *self);

G_END_DECLS
