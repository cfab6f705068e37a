/* The text view of a LonghandDocument: its undo, its colours, a hint while it is empty. */
#pragma once

#include "longhand-document.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_TEXT_VIEW (longhand_text_view_get_type ())
G_DECLARE_FINAL_TYPE (LonghandTextView, longhand_text_view, LONGHAND, TEXT_VIEW, GtkTextView)

/* Makes its own document. text.undo and text.redo are those of the document. */
LonghandDocument *longhand_text_view_get_document (LonghandTextView *self); /* (transfer none) */

G_END_DECLS
