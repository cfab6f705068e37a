#include "performance/longhand-speed-up-graph.h"

#include "performance/longhand-pattern.h"
#include "widgets/longhand-direction.h"

#include <glib/gi18n.h>
#include <math.h>

#define HEIGHT 120
#define LEAST_WIDTH 120
#define SIDE 16.0 /* room for half of a label */
#define FOOT 20.0 /* for the numbers of threads */
#define HEAD 20.0 /* for the number above the highest point */
#define RADIUS 3.0

struct _LonghandSpeedUpGraph {
  GtkWidget parent_instance;

  LonghandScaling scaling;
  guint threads;
};

G_DEFINE_FINAL_TYPE (LonghandSpeedUpGraph, longhand_speed_up_graph, GTK_TYPE_WIDGET)

/* ---- in words ---- */

static void
describe (LonghandSpeedUpGraph *self) {
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->scaling.n; i++) {
    const guint n = self->scaling.points[i].threads;

    if (i > 0)
      g_string_append (text, "; ");
    /* Translators: how many times as fast recognition is as with one thread. */
    g_string_append_printf (text,
                            ngettext ("%u thread: %.2f times as fast", "%u threads: %.2f times as fast", n),
                            n, longhand_scaling_get_speedup (&self->scaling, i));
  }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
}

/* ---- drawing ---- */

typedef struct {
  LonghandSpeedUpGraph *graph;
  GtkSnapshot *snapshot;
  cairo_t *cr;
  double width, height;
  double end_x, end_y; /* of the axes, as logarithms */
} Canvas;

static double
get_x (const Canvas *canvas, double threads) {
  return SIDE + (canvas->width - 2 * SIDE) * log2 (threads) / canvas->end_x;
}

static double
get_y (const Canvas *canvas, double speedup) {
  return canvas->height - FOOT - (canvas->height - FOOT - HEAD) * log2 (MAX (speedup, 1)) / canvas->end_y;
}

static void
draw_ideal (const Canvas *canvas) {
  const double dots[] = { 2, 3 }, last = exp2 (canvas->end_x);

  cairo_move_to (canvas->cr, get_x (canvas, 1), get_y (canvas, 1));
  cairo_line_to (canvas->cr, get_x (canvas, last), get_y (canvas, last));
  longhand_pattern_set_color (GTK_WIDGET (canvas->graph), canvas->cr, NULL, 0.6f);
  cairo_set_line_width (canvas->cr, 1);
  cairo_set_dash (canvas->cr, dots, G_N_ELEMENTS (dots), 0);
  cairo_stroke (canvas->cr);
  cairo_set_dash (canvas->cr, NULL, 0, 0);
}

static void
draw_axis (const Canvas *canvas) {
  const double y = floor (get_y (canvas, 1)) + 0.5;

  cairo_move_to (canvas->cr, 0, y);
  cairo_line_to (canvas->cr, canvas->width, y);
  longhand_pattern_set_color (GTK_WIDGET (canvas->graph), canvas->cr, NULL,
                              longhand_pattern_get_rule_alpha ());
  cairo_set_line_width (canvas->cr, 1);
  cairo_stroke (canvas->cr);
}

static void
draw_points (const Canvas *canvas) {
  const LonghandScaling *scaling = &canvas->graph->scaling;

  longhand_pattern_set_color (GTK_WIDGET (canvas->graph), canvas->cr, "accent_color", 1);
  cairo_set_line_width (canvas->cr, 2);
  for (guint i = 0; i < scaling->n; i++)
    cairo_line_to (canvas->cr, get_x (canvas, scaling->points[i].threads),
                   get_y (canvas, longhand_scaling_get_speedup (scaling, i)));
  cairo_stroke (canvas->cr);
  for (guint i = 0; i < scaling->n; i++) {
    const gboolean is_used = scaling->points[i].threads == canvas->graph->threads;

    cairo_arc (canvas->cr, get_x (canvas, scaling->points[i].threads),
               get_y (canvas, longhand_scaling_get_speedup (scaling, i)), is_used ? 2 * RADIUS : RADIUS, 0,
               2 * G_PI);
    cairo_fill (canvas->cr);
  }
}

/* Around x, with its upper edge at y. */
static void
append_label (const Canvas *canvas, const char *text, double x, double y) {
  GtkWidget *widget = GTK_WIDGET (canvas->graph);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  GdkRGBA color;
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  color.alpha *= longhand_pattern_get_text_alpha ();
  gtk_snapshot_save (canvas->snapshot);
  gtk_snapshot_translate (
      canvas->snapshot,
      &GRAPHENE_POINT_INIT ((float)CLAMP (x - width / 2.0, 0, canvas->width - width), (float)y));
  gtk_snapshot_append_layout (canvas->snapshot, layout, &color);
  gtk_snapshot_restore (canvas->snapshot);
}

static void
append_labels (const Canvas *canvas) {
  const LonghandScaling *scaling = &canvas->graph->scaling;

  for (guint i = 0; i < scaling->n; i++) {
    const double speedup = longhand_scaling_get_speedup (scaling, i);
    const double x = get_x (canvas, scaling->points[i].threads);
    g_autofree char *threads = g_strdup_printf ("%u", scaling->points[i].threads);
    /* Translators: times as fast. */
    g_autofree char *times = longhand_direction_isolate (g_strdup_printf (_ ("%.1f×"), speedup));

    append_label (canvas, threads, x, canvas->height - FOOT + 3);
    append_label (canvas, times, x, get_y (canvas, speedup) - HEAD);
  }
}

/* What is disturbed with one thread and not with more is more than as many times as fast. */
static double
find_end_y (LonghandSpeedUpGraph *self, double end_x) {
  double end_y = end_x;

  for (guint i = 0; i < self->scaling.n; i++)
    end_y = MAX (end_y, log2 (longhand_scaling_get_speedup (&self->scaling, i)));
  return end_y;
}

static void
longhand_speed_up_graph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot) {
  LonghandSpeedUpGraph *self = LONGHAND_SPEED_UP_GRAPH (widget);
  const float width = (float)gtk_widget_get_width (widget), height = (float)gtk_widget_get_height (widget);
  Canvas canvas = { .graph = self, .snapshot = snapshot, .width = (double)width, .height = (double)height };

  if (self->scaling.n == 0)
    return;
  canvas.end_x = MAX (1, log2 (self->scaling.points[self->scaling.n - 1].threads));
  canvas.end_y = find_end_y (self, canvas.end_x);
  canvas.cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  draw_axis (&canvas);
  draw_ideal (&canvas);
  draw_points (&canvas);
  cairo_destroy (canvas.cr);
  append_labels (&canvas);
}

static void
longhand_speed_up_graph_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                                 int *natural, int *minimum_baseline, int *natural_baseline) {
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? LEAST_WIDTH : HEIGHT;
}

/* ---- object ---- */

static void
longhand_speed_up_graph_class_init (LonghandSpeedUpGraphClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = longhand_speed_up_graph_snapshot;
  widget_class->measure = longhand_speed_up_graph_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
longhand_speed_up_graph_init (LonghandSpeedUpGraph *self) {
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Speed-up with more threads"), -1);
}

GtkWidget *
longhand_speed_up_graph_new (void) {
  return g_object_new (LONGHAND_TYPE_SPEED_UP_GRAPH, NULL);
}

void
longhand_speed_up_graph_set_scaling (LonghandSpeedUpGraph *self, const LonghandScaling *scaling) {
  self->scaling = *scaling;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
longhand_speed_up_graph_set_threads (LonghandSpeedUpGraph *self, guint threads) {
  if (threads == self->threads)
    return;
  self->threads = threads;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
