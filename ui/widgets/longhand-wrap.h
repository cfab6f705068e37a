/* Labels that take several lines where text is large, not more of the window. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Of a button that has a label and nothing else. */
void longhand_wrap_button (GtkButton *button);
/* A handler of "query-tooltip": GTK's own lines are longer than a phone is wide. */
gboolean longhand_wrap_tooltip (GtkWidget *widget, int x, int y, gboolean by_keyboard, GtkTooltip *tooltip);

G_END_DECLS
