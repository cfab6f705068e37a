#include "performance/longhand-graph.h"

#include "performance/longhand-pattern.h"
#include "performance/longhand-series.h"

#include <glib/gi18n.h>
#include <math.h>

#define HEIGHT 64
#define LEAST_WIDTH 120
#define FAINT 0.15f

struct _LonghandGraph {
  GtkWidget parent_instance;

  LonghandSeries series;
  double least_top;
  gboolean has_limit;
  LonghandGraphFormat format;
};

G_DEFINE_FINAL_TYPE (LonghandGraph, longhand_graph, GTK_TYPE_WIDGET)

/* ---- in words ---- */

static void
describe (LonghandGraph *self) {
  g_autofree char *now_text = NULL, *lowest_text = NULL, *highest_text = NULL, *text = NULL;
  double now, lowest, highest;

  if (!longhand_series_get_range (&self->series, &lowest, &highest)) {
    text = g_strdup (_ ("Nothing to show yet"));
  } else {
    now = longhand_series_get_sum (&self->series, 0);
    now_text = isnan (now) ? g_strdup ("–") : self->format (now);
    lowest_text = self->format (lowest);
    highest_text = self->format (highest);
    /* Translators: values of a graph, such as “0.31, between 0.28 and 0.4 in the last two minutes”. */
    text = g_strdup_printf (_ ("%s, between %s and %s in the last two minutes"), now_text, lowest_text,
                            highest_text);
  }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

/* ---- drawing ---- */

typedef struct {
  LonghandGraph *graph;
  cairo_t *cr;
  double width, height;
  double top; /* value at the upper edge */
} Canvas;

static double
get_x (const Canvas *canvas, guint age) {
  return canvas->width * (1 - (double)age / (LONGHAND_SERIES_LENGTH - 1));
}

static double
get_y (const Canvas *canvas, double value) {
  return canvas->height - 0.5 - (canvas->height - 1) * value / canvas->top;
}

/* The sum of the layers below this one. */
static double
get_base (const LonghandSeries *series, guint age, guint layer) {
  const double *sample = longhand_series_get (series, age);
  double sum = 0;

  for (guint i = 0; i < layer; i++)
    sum += sample[i];
  return sum;
}

/* How many samples from age on are known. */
static guint
count_known (const LonghandSeries *series, guint age) {
  guint n = 0;

  while (age + n < series->n && !isnan (longhand_series_get_sum (series, age + n)))
    n++;
  return n;
}

/* Along the upper edge of a layer, from the newest of n samples to the oldest. */
static void
trace_edge (const Canvas *canvas, guint age, guint n, guint layer) {
  const LonghandSeries *series = &canvas->graph->series;

  for (guint i = age; i < age + n; i++)
    cairo_line_to (canvas->cr, get_x (canvas, i), get_y (canvas, get_base (series, i, layer + 1)));
}

static void
trace_layer (const Canvas *canvas, guint age, guint n, guint layer) {
  cairo_new_path (canvas->cr);
  trace_edge (canvas, age, n, layer);
  for (guint i = age + n; i-- > age;)
    cairo_line_to (canvas->cr, get_x (canvas, i),
                   get_y (canvas, get_base (&canvas->graph->series, i, layer)));
  cairo_close_path (canvas->cr);
}

static void
draw_line (const Canvas *canvas, guint age, guint n) {
  trace_layer (canvas, age, n, 0);
  longhand_pattern_set_color (GTK_WIDGET (canvas->graph), canvas->cr, "accent_color", FAINT);
  cairo_fill (canvas->cr);
  trace_edge (canvas, age, n, 0);
  cairo_rel_line_to (canvas->cr, 0, 0); /* of one sample the caps make a dot */
  longhand_pattern_set_color (GTK_WIDGET (canvas->graph), canvas->cr, "accent_color", 1);
  cairo_set_line_width (canvas->cr, 2);
  cairo_set_line_join (canvas->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (canvas->cr, CAIRO_LINE_CAP_ROUND);
  cairo_stroke (canvas->cr);
}

static void
draw_samples (const Canvas *canvas) {
  const LonghandSeries *series = &canvas->graph->series;

  for (guint age = 0; age < series->n; age++) {
    const guint n = count_known (series, age);

    if (n > 0 && series->n_layers == 1)
      draw_line (canvas, age, n);
    for (guint layer = 0; n > 0 && series->n_layers > 1 && layer < series->n_layers; layer++) {
      trace_layer (canvas, age, n, layer);
      longhand_pattern_fill (GTK_WIDGET (canvas->graph), canvas->cr, layer);
    }
    age += n;
  }
}

static void
draw_rule (const Canvas *canvas, double value, gboolean is_limit) {
  const double dots[] = { 2, 3 }, y = floor (get_y (canvas, value)) + 0.5;

  cairo_move_to (canvas->cr, 0, y);
  cairo_line_to (canvas->cr, canvas->width, y);
  longhand_pattern_set_color (GTK_WIDGET (canvas->graph), canvas->cr, NULL,
                              is_limit ? 0.6f : longhand_pattern_get_rule_alpha ());
  cairo_set_line_width (canvas->cr, 1);
  cairo_set_dash (canvas->cr, dots, is_limit ? G_N_ELEMENTS (dots) : 0, 0);
  cairo_stroke (canvas->cr);
  cairo_set_dash (canvas->cr, NULL, 0, 0);
}

static double
find_top (LonghandGraph *self) {
  double lowest, highest;

  if (!longhand_series_get_range (&self->series, &lowest, &highest) || highest <= self->least_top)
    return self->least_top;
  return longhand_series_round_up (highest);
}

/* What the upper edge stands for. */
static void
append_scale (LonghandGraph *self, GtkSnapshot *snapshot, double top) {
  g_autofree char *text = self->format (top);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  color.alpha *= longhand_pattern_get_text_alpha ();
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (3, 1));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

static void
longhand_graph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot) {
  LonghandGraph *self = LONGHAND_GRAPH (widget);
  const float width = (float)gtk_widget_get_width (widget), height = (float)gtk_widget_get_height (widget);
  const Canvas canvas
      = { self, gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height)),
          (double)width, (double)height, find_top (self) };

  for (guint i = 0; i <= 2; i++)
    draw_rule (&canvas, canvas.top * i / 2, FALSE);
  draw_samples (&canvas);
  if (self->has_limit)
    draw_rule (&canvas, self->least_top, TRUE);
  cairo_destroy (canvas.cr);
  append_scale (self, snapshot, canvas.top);
}

static void
longhand_graph_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                        int *natural, int *minimum_baseline, int *natural_baseline) {
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? LEAST_WIDTH : HEIGHT;
}

/* ---- object ---- */

void
longhand_graph_add (LonghandGraph *self, const double *values) {
  if (!longhand_series_add (&self->series, values))
    return;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
longhand_graph_clear (LonghandGraph *self) {
  longhand_series_init (&self->series, self->series.n_layers);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
longhand_graph_class_init (LonghandGraphClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = longhand_graph_snapshot;
  widget_class->measure = longhand_graph_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
longhand_graph_init (LonghandGraph *self) {
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
}

GtkWidget *
longhand_graph_new (const char *name, guint n_layers, double least_top, gboolean has_limit,
                    LonghandGraphFormat format) {
  LonghandGraph *self = g_object_new (LONGHAND_TYPE_GRAPH, NULL);

  longhand_series_init (&self->series, n_layers);
  self->least_top = least_top;
  self->has_limit = has_limit;
  self->format = format;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  describe (self);
  return GTK_WIDGET (self);
}
