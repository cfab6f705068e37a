/* The text box: a text view at a comfortable reading width, with find, that takes dictation. */
#pragma once

#include "longhand-text-view.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_EDITOR (longhand_editor_get_type ())
G_DECLARE_FINAL_TYPE (LonghandEditor, longhand_editor, LONGHAND, EDITOR, AdwBin)

LonghandDocument *longhand_editor_get_document (LonghandEditor *self); /* (transfer none) */
GtkWidget *longhand_editor_get_view (LonghandEditor *self);            /* (transfer none) */

/* As LonghandDocument's; the words are kept in sight while the caret stands behind them in sight. */
void longhand_editor_set_tentative (LonghandEditor *self, const char *text, guint n_firm);
void longhand_editor_commit (LonghandEditor *self, const LonghandUtterance *utterance);
void longhand_editor_insert_left_out (LonghandEditor *self, guint i);

/* Marks what a search of the library for words finds in the text, however that changes, until told otherwise;
 * "": nothing. Neither caret nor focus move. FALSE: the words are the same as before. */
gboolean longhand_editor_mark_found (LonghandEditor *self, const char *words);
/* Brings the first of what is marked into sight; no-op when nothing is. */
void longhand_editor_show_found (LonghandEditor *self);

void longhand_editor_open_find (LonghandEditor *self);
void longhand_editor_find_next (LonghandEditor *self);
void longhand_editor_find_previous (LonghandEditor *self);

G_END_DECLS
