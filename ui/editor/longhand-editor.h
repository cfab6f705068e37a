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

void longhand_editor_open_find (LonghandEditor *self);
void longhand_editor_find_next (LonghandEditor *self);
void longhand_editor_find_previous (LonghandEditor *self);

G_END_DECLS
