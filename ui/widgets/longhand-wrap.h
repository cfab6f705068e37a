/* Labels that take several lines where text is large, not more of the window. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Of a button that has a label and nothing else. */
void longhand_wrap_button (GtkButton *button);

G_END_DECLS
