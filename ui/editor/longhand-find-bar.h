/* Find in a text view: matches are highlighted and counted, next and previous select them. */
#pragma once

#include "longhand-text-view.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_FIND_BAR (longhand_find_bar_get_type ())
G_DECLARE_FINAL_TYPE (LonghandFindBar, longhand_find_bar, LONGHAND, FIND_BAR, AdwBin)

void longhand_find_bar_set_view (LonghandFindBar *self, LonghandTextView *view);
/* Shows the bar; a selection within one line becomes what is looked for. */
void longhand_find_bar_open (LonghandFindBar *self);
void longhand_find_bar_close (LonghandFindBar *self); /* the keyboard goes back to the view */
void longhand_find_bar_next (LonghandFindBar *self);  /* around the end */
void longhand_find_bar_previous (LonghandFindBar *self);

G_END_DECLS
