/* What GTK does not tell assistive technology by itself, or tells wrongly. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Revealers, stacks and flaps only do not draw what they do not show, and screen readers would read all of
 * it: widget is told of while it is drawn, as long as it lives. */
void longhand_accessible_tell_while_drawn (GtkWidget *widget);

/* The same of every page that the stack has now. */
void longhand_accessible_tell_drawn_page (GtkStack *stack);

/* A button with a mnemonic is named with its underscore, and one with an icon alone not at all. From here on,
 * those of every window that opens have the names that people see, or the tooltip's. */
void longhand_accessible_name_buttons (void);

/* The same of every toast that comes in overlay, as long as that lives. */
void longhand_accessible_name_toasts (GtkWidget *overlay);

G_END_DECLS
