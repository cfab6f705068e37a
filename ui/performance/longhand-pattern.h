/* What tells the parts of a picture from each other: a colour of the theme and, for those who do not see
 * colours, a hatching. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LONGHAND_N_PATTERNS 6

/* Fills the path with pattern i, and draws its outline; the path is gone then. widget: whose theme. */
void longhand_pattern_fill (GtkWidget *widget, cairo_t *cr, guint i);

/* A small square of pattern i, for a legend; floating. It says nothing to screen readers. */
GtkWidget *longhand_pattern_new_swatch (guint i);

G_END_DECLS
