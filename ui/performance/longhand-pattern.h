/* What tells the parts of a picture from each other: a colour of the theme and, for those who do not see
 * colours, a hatching. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LONGHAND_N_PATTERNS 6

/* What is drawn next has this colour of the theme of widget, more or less transparent (alpha 0..1). name: as
 * libadwaita calls it; NULL, or one the theme lacks: the text's colour. */
void longhand_pattern_set_color (GtkWidget *widget, cairo_t *cr, const char *name, double alpha);

/* Fills the path with pattern i, and draws its outline; the path is gone then. widget: whose theme. */
void longhand_pattern_fill (GtkWidget *widget, cairo_t *cr, guint i);

/* A small square of pattern i, for a legend; floating. It says nothing to screen readers. */
GtkWidget *longhand_pattern_new_swatch (guint i);

/* Of rules behind a graph, and of what is written on it; more in high contrast. */
float longhand_pattern_get_rule_alpha (void);
float longhand_pattern_get_text_alpha (void);

G_END_DECLS
