/* How many times as fast recognition is with more threads, as it was measured, beside a dotted line for as
 * many times as there are threads. Both axes are logarithmic. A screen reader is told every point. */
#pragma once

#include "models/longhand-scaling.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_SPEED_UP_GRAPH (longhand_speed_up_graph_get_type ())
G_DECLARE_FINAL_TYPE (LonghandSpeedUpGraph, longhand_speed_up_graph, LONGHAND, SPEED_UP_GRAPH, GtkWidget)

GtkWidget *longhand_speed_up_graph_new (void); /* floating */
/* Copied; with n 0 there is nothing to draw. */
void longhand_speed_up_graph_set_scaling (LonghandSpeedUpGraph *self, const LonghandScaling *scaling);
/* Their point is marked. */
void longhand_speed_up_graph_set_threads (LonghandSpeedUpGraph *self, guint threads);

G_END_DECLS
