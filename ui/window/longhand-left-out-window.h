/* What nobody seems to have said, of the session that is open: to be read, and put into the text. */
#pragma once

#include "editor/longhand-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_LEFT_OUT_WINDOW (longhand_left_out_window_get_type ())
G_DECLARE_FINAL_TYPE (LonghandLeftOutWindow, longhand_left_out_window, LONGHAND, LEFT_OUT_WINDOW, AdwWindow)

/* Follows the document, and closes when nothing is left out any more.
 *
 * Signal: "inserted" (guint), number of the segment that is to go into the text. */
GtkWidget *longhand_left_out_window_new (LonghandDocument *document);

G_END_DECLS
