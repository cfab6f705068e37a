/* What the graphs of the performance panel draw: points where the values say, and nothing where there are
 * none. The linker puts a function of this file before libadwaita's (--wrap). */
#include "performance/longhand-graph.h"
#include "performance/longhand-series.h"
#include "performance/longhand-speed-up-graph.h"
#include "widgets/longhand-direction.h"

#include <adwaita.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define WIDTH 239 /* from one sample to the next there are two pixels */
#define HEIGHT 64
#define OPAQUE 200 /* as lines are; areas, rules and what is written are not */

static gboolean has_high_contrast;

gboolean __wrap_adw_style_manager_get_high_contrast (AdwStyleManager *manager);

gboolean
__wrap_adw_style_manager_get_high_contrast (AdwStyleManager *manager) {
  return has_high_contrast;
}

/* ---- what is drawn ---- */

typedef struct {
  GtkWidget *graph;
  int height;
  cairo_surface_t *picture; /* ARGB32 [height, WIDTH] */
} Drawing;

static void
drawing_clear (Drawing *self) {
  cairo_surface_destroy (self->picture);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Drawing, drawing_clear)

static guint8
alpha_at (const Drawing *self, int x, int y) {
  const guint8 *row
      = cairo_image_surface_get_data (self->picture) + y * cairo_image_surface_get_stride (self->picture);
  guint32 pixel;

  memcpy (&pixel, row + 4 * x, sizeof pixel);
  return (guint8)(pixel >> 24);
}

/* Takes graph. */
static Drawing
draw (GtkWidget *graph, int height) {
  Drawing self = { graph, height, cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, height) };
  GtkWidget *window = gtk_window_new ();
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  cairo_t *cr = cairo_create (self.picture);

  gtk_window_set_child (GTK_WINDOW (window), graph);
  gtk_widget_measure (graph, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_size_allocate (graph, &(GtkAllocation){ 0, 0, WIDTH, height }, -1);
  GTK_WIDGET_GET_CLASS (graph)->snapshot (graph, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node != NULL)
    gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (self.picture);
  gtk_window_destroy (GTK_WINDOW (window));
  return self;
}

static gboolean
is_line (const Drawing *self, int x, int y) {
  return alpha_at (self, x, y) > OPAQUE;
}

/* The middle of the line in a column; NAN: there is none. */
static double
find_line (const Drawing *self, int x) {
  int first = -1, last = -1;

  for (int y = 0; y < self->height; y++)
    if (is_line (self, x, y)) {
      first = first < 0 ? y : first;
      last = y;
    }
  return first < 0 ? NAN : (first + last + 1) / 2.0;
}

static guint
count_line (const Drawing *self) {
  guint n = 0;

  for (int x = 0; x < WIDTH; x++)
    for (int y = 0; y < self->height; y++)
      n += is_line (self, x, y) ? 1 : 0;
  return n;
}

/* ---- graphs over time ---- */

static char *
format (double value) {
  return g_strdup (""); /* nothing is written on it */
}

static GtkWidget *
new_graph (guint n_layers) {
  return longhand_graph_new ("Test", n_layers, 1, FALSE, format);
}

static void
add (GtkWidget *graph, double value, guint times) {
  for (guint i = 0; i < times; i++)
    longhand_graph_add (LONGHAND_GRAPH (graph), &value);
}

/* Where a value lies between the lower edge and the upper one. */
static void
assert_line (const Drawing *drawing, int x, double share) {
  g_assert_cmpfloat_with_epsilon (find_line (drawing, x), HEIGHT - 0.5 - (HEIGHT - 1) * share, 1);
}

/* The newest at the right edge, a sample for each second of two minutes. */
static void
points_are_where_the_values_say (void) {
  GtkWidget *graph = new_graph (1);
  g_auto (Drawing) drawing = { 0 };

  add (graph, 0.25, 60);
  add (graph, 0.75, 60);
  drawing = draw (graph, HEIGHT);
  assert_line (&drawing, 1, 0.25);
  assert_line (&drawing, 60, 0.25);
  assert_line (&drawing, 2 * 60 - 4, 0.25);
  assert_line (&drawing, 2 * 60 + 4, 0.75);
  assert_line (&drawing, WIDTH - 2, 0.75);
}

static void
scale_ends_with_a_round_number_above_all (void) {
  GtkWidget *graph = new_graph (1);
  g_auto (Drawing) drawing = { 0 };

  add (graph, 1.5, 60);
  add (graph, 3, 60);
  drawing = draw (graph, HEIGHT);
  assert_line (&drawing, 60, 1.5 / 5);
  assert_line (&drawing, 180, 3.0 / 5);
}

static void
very_large_value_is_on_the_scale (gconstpointer data) {
  const double value = *(const double *)data;
  GtkWidget *graph = new_graph (1);
  g_auto (Drawing) drawing = { 0 };

  add (graph, 0.5, 60);
  add (graph, value, 60);
  drawing = draw (graph, HEIGHT);
  g_assert_cmpfloat_with_epsilon (find_line (&drawing, 60), HEIGHT - 0.5, 1);
  assert_line (&drawing, 180, value / longhand_series_round_up (value));
}

static void
without_values_there_is_no_line (void) {
  GtkWidget *graph = new_graph (1);
  g_auto (Drawing) empty = draw (new_graph (1), HEIGHT);
  g_auto (Drawing) unknown = { 0 };

  add (graph, NAN, 30);
  unknown = draw (graph, HEIGHT);
  g_assert_cmpuint (count_line (&empty), ==, 0);
  g_assert_cmpuint (count_line (&unknown), ==, 0);
}

static void
single_value_is_a_dot (void) {
  GtkWidget *graph = new_graph (1);
  g_auto (Drawing) drawing = { 0 };

  add (graph, 0.5, 1);
  add (graph, NAN, 20);
  drawing = draw (graph, HEIGHT);
  g_assert_cmpuint (count_line (&drawing), >, 0);
  g_assert_cmpuint (count_line (&drawing), <=, 9);
  assert_line (&drawing, WIDTH - 41, 0.5);
}

static void
what_is_not_known_is_a_gap (void) {
  GtkWidget *graph = new_graph (1);
  g_auto (Drawing) drawing = { 0 };

  add (graph, 0.5, 50);
  add (graph, NAN, 20);
  add (graph, 0.5, 50);
  drawing = draw (graph, HEIGHT);
  assert_line (&drawing, 2 * 49 - 2, 0.5);
  for (int x = 2 * 50 + 1; x < 2 * 69 - 1; x++)
    g_assert_true (isnan (find_line (&drawing, x)));
  assert_line (&drawing, 2 * 70 + 2, 0.5);
}

/* Of a layer's area; its upper edge, that is. */
static void
layers_lie_on_each_other (void) {
  const double values[] = { 0.25, 0.5 };
  GtkWidget *graph = new_graph (2);
  g_auto (Drawing) drawing = { 0 };
  int top = 0;

  for (guint i = 0; i < LONGHAND_SERIES_LENGTH; i++)
    longhand_graph_add (LONGHAND_GRAPH (graph), values);
  drawing = draw (graph, HEIGHT);
  while (top < HEIGHT && alpha_at (&drawing, 100, top) < OPAQUE / 2)
    top++;
  g_assert_cmpfloat_with_epsilon (top, HEIGHT - 0.5 - (HEIGHT - 1) * 0.75, 1.5);
  g_assert_cmpuint (alpha_at (&drawing, 101, HEIGHT - 5), >, OPAQUE); /* the lower one is the denser one */
}

/* ---- speed-up ---- */

#define SPEED_UP_HEIGHT 120

static GtkWidget *
new_speed_up (guint n) {
  GtkWidget *graph = longhand_speed_up_graph_new ();
  LonghandScaling scaling = { .n = n };

  for (guint i = 0; i < n; i++)
    scaling.points[i] = (LonghandScalingPoint){ .threads = 1u << i, .total_ms = 100.0 / (1 + i) };
  longhand_speed_up_graph_set_scaling (LONGHAND_SPEED_UP_GRAPH (graph), &scaling);
  return graph;
}

/* Logarithms on both axes: 1, 2 and 4 threads, 1, 2 and 3 times as fast. */
static void
speed_up_is_where_it_was_measured (void) {
  g_auto (Drawing) drawing = draw (new_speed_up (3), SPEED_UP_HEIGHT);
  const double left = 16, right = WIDTH - 16, low = SPEED_UP_HEIGHT - 20, high = 20;

  for (guint i = 0; i < 3; i++) {
    const double x = left + (right - left) * i / 2, y = low - (low - high) * log2 (1 + i) / 2;

    g_assert_true (is_line (&drawing, (int)x, (int)y));
  }
  g_assert_false (is_line (&drawing, (int)right, (int)high)); /* four times as fast it was not */
}

static void
speed_up_of_one_thread_and_of_nothing (void) {
  g_auto (Drawing) one = draw (new_speed_up (1), SPEED_UP_HEIGHT);
  g_auto (Drawing) nothing = draw (new_speed_up (0), SPEED_UP_HEIGHT);

  g_assert_true (is_line (&one, 16, SPEED_UP_HEIGHT - 20));
  g_assert_cmpuint (count_line (&nothing), ==, 0);
}

/* ---- for people ---- */

static void
rules_are_plainer_in_high_contrast (void) {
  g_auto (Drawing) usual = draw (new_graph (1), HEIGHT);
  g_auto (Drawing) plain = { 0 };

  has_high_contrast = TRUE;
  plain = draw (new_graph (1), HEIGHT);
  has_high_contrast = FALSE;
  g_assert_cmpuint (alpha_at (&usual, 100, HEIGHT - 1), <, 50);
  g_assert_cmpuint (alpha_at (&plain, 100, HEIGHT - 1), >, 100);
}

/* In a label of a window. */
static gboolean
number_is_left_of_sign (const char *text) {
  GtkWidget *label = g_object_ref_sink (gtk_label_new (text));
  PangoLayout *layout = gtk_label_get_layout (GTK_LABEL (label));
  PangoRectangle number, sign;

  pango_layout_index_to_pos (layout, (int)(strchr (text, '3') - text), &number);
  pango_layout_index_to_pos (layout, (int)(strchr (text, '%') - text), &sign);
  g_object_unref (label);
  return number.x < sign.x;
}

static void
number_stands_before_its_sign_in_either_direction (void) {
  g_autofree char *isolated = NULL, *usual = longhand_direction_isolate (g_strdup ("3 %"));

  g_assert_cmpstr (usual, ==, "3 %");
  g_assert_true (number_is_left_of_sign (usual));
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  isolated = longhand_direction_isolate (g_strdup ("3 %"));
  g_assert_false (number_is_left_of_sign ("3 %")); /* or nothing need be done */
  g_assert_true (number_is_left_of_sign (isolated));
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

int
main (int argc, char **argv) {
  static const double large[] = { 1e6, 3e15, 1e300, DBL_MAX / 100 };

  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/graph/points-are-where-the-values-say", points_are_where_the_values_say);
  g_test_add_func ("/graph/scale-ends-with-a-round-number-above-all",
                   scale_ends_with_a_round_number_above_all);
  for (gsize i = 0; i < G_N_ELEMENTS (large); i++) {
    g_autofree char *path = g_strdup_printf ("/graph/very-large-value-is-on-the-scale/%g", large[i]);

    g_test_add_data_func (path, &large[i], very_large_value_is_on_the_scale);
  }
  g_test_add_func ("/graph/without-values-there-is-no-line", without_values_there_is_no_line);
  g_test_add_func ("/graph/single-value-is-a-dot", single_value_is_a_dot);
  g_test_add_func ("/graph/what-is-not-known-is-a-gap", what_is_not_known_is_a_gap);
  g_test_add_func ("/graph/layers-lie-on-each-other", layers_lie_on_each_other);
  g_test_add_func ("/speed-up/is-where-it-was-measured", speed_up_is_where_it_was_measured);
  g_test_add_func ("/speed-up/of-one-thread-and-of-nothing", speed_up_of_one_thread_and_of_nothing);
  g_test_add_func ("/people/rules-are-plainer-in-high-contrast", rules_are_plainer_in_high_contrast);
  g_test_add_func ("/people/number-stands-before-its-sign-in-either-direction",
                   number_stands_before_its_sign_in_either_direction);
  return g_test_run ();
}
