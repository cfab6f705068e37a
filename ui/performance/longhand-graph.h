/* A graph of the last two minutes: a line, or the parts of a sum on top of each other in the patterns of
 * longhand-pattern.h, the first one lowest. The scale begins at 0 and ends at a round number above all that
 * is shown. A screen reader is told the newest, the lowest and the highest value. Nothing moves by itself. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_GRAPH (longhand_graph_get_type ())
G_DECLARE_FINAL_TYPE (LonghandGraph, longhand_graph, LONGHAND, GRAPH, GtkWidget)

typedef char *(*LonghandGraphFormat) (double value); /* for people; (transfer full) */

/* floating. name: translated, what is shown. n_layers: 1 for a line. least_top: where the scale ends at
 * least, and where a dotted line is, if what is above it is too much. */
GtkWidget *longhand_graph_new (const char *name, guint n_layers, double least_top, gboolean has_limit,
                               LonghandGraphFormat format);

/* values: [n_layers]; NAN first: not known. */
void longhand_graph_add (LonghandGraph *self, const double *values);
void longhand_graph_clear (LonghandGraph *self);

G_END_DECLS
