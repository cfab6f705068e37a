/* The sessions of the library, by their days, with search and what can be done with each. */
#pragma once

#include "longhand-settings.h"
#include "transcript/longhand-library.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signals:
 *   "opened" (gint64 id)                          a person wants to see it
 *   "removed" (gint64 id, const char *heading)    it is about to be removed from the library
 *   "left" ()                                     by Escape, from a search for nothing */
#define LONGHAND_TYPE_SIDEBAR (longhand_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (LonghandSidebar, longhand_sidebar, LONGHAND, SIDEBAR, AdwBin)

void longhand_sidebar_set_library (LonghandSidebar *self, LonghandLibrary *library,
                                   LonghandSettings *settings);
/* The session that is open is the selected one; one that is not in the list, none. */
void longhand_sidebar_set_open (LonghandSidebar *self, gint64 id);
/* At the sessions, or, where there are none, at the search. */
void longhand_sidebar_take_focus (LonghandSidebar *self);
void longhand_sidebar_focus_search (LonghandSidebar *self);

G_END_DECLS
