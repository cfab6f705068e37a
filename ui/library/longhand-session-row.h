/* A session in the sidebar: what it is called, when it was, how it begins; with the heading of its section
 * above the first of it. */
#pragma once

#include "transcript/longhand-library.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_SESSION_ROW (longhand_session_row_get_type ())
G_DECLARE_FINAL_TYPE (LonghandSessionRow, longhand_session_row, LONGHAND, SESSION_ROW, GtkBox)

/* section: NULL for none. */
void longhand_session_row_show (LonghandSessionRow *self, const LonghandSessionSummary *summary,
                                const char *section, GDateTime *now);

G_END_DECLS
