/* What is shown over a place that takes files while some are dragged over it. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* hint, which says what a drop does, is revealed while target would take what is over it. */
void longhand_drop_hint_follow (GtkRevealer *hint, GtkDropTarget *target);

G_END_DECLS
