/* What GTK does not tell assistive technology by itself. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Revealers, stacks and flaps only do not draw what they do not show, and screen readers would read all of
 * it: widget is told of while it is drawn, as long as it lives. */
void longhand_accessible_tell_while_drawn (GtkWidget *widget);

/* The same of every page that the stack has now. */
void longhand_accessible_tell_drawn_page (GtkStack *stack);

G_END_DECLS
