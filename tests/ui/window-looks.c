#include "window-fixture.h"

#include <math.h>
#include <string.h>

#define MIRRORED_WITHIN 2.0f              /* pixels: halves are rounded */
#define PATIENCE_US (10 * G_USEC_PER_SEC) /* with what moves or changes its colour */
#define CARET_PX 3                        /* and a little more */
#define CONTRAST 4.5                      /* of text with what is behind it: WCAG 2.1, 1.4.3 */

/* ---- widths ---- */

static int
measure_width (GtkWidget *widget) {
  int minimum;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return minimum;
}

/* For whoever is to mend it: each part that is wider than `limit` on its own, from the outside in. */
static void
tell_wide (GtkWidget *widget, int limit) {
  const int width = measure_width (widget);

  if (width > limit)
    g_test_message ("%s, %d wide: %s", G_OBJECT_TYPE_NAME (widget), width,
                    GTK_IS_LABEL (widget) ? gtk_label_get_text (GTK_LABEL (widget)) : "");
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    tell_wide (child, limit);
}

static void
assert_narrower_than (GtkWidget *widget, int limit) {
  if (measure_width (widget) > limit)
    tell_wide (widget, limit / 3);
  g_assert_cmpint (measure_width (widget), <=, limit);
}

static void
assert_narrow (GtkWidget *widget) {
  GtkSettings *settings = gtk_settings_get_default ();
  int dpi;

  assert_narrower_than (widget, FIXTURE_NARROW);
  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * dpi, NULL);
  assert_narrower_than (widget, FIXTURE_NARROW);
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

/* ---- from right to left ---- */

typedef struct {
  const char *type; /* static */
  graphene_rect_t bounds;
} Place;

/* Of what takes the keyboard and is seen. */
static void
append_places (GtkWidget *widget, GtkWidget *root, GArray *places) {
  Place place = { .type = G_OBJECT_TYPE_NAME (widget) };

  if (!gtk_widget_get_mapped (widget))
    return;
  if (gtk_widget_get_focusable (widget) && gtk_widget_compute_bounds (widget, root, &place.bounds))
    g_array_append_val (places, place);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    append_places (child, root, places);
}

/* (transfer full): as they are once the window has been laid out in this direction. */
static GArray *
dup_places (GtkWidget *root, GtkTextDirection direction) {
  GArray *places = g_array_new (FALSE, FALSE, sizeof (Place));

  gtk_widget_set_default_direction (direction);
  gtk_test_widget_wait_for_draw (root);
  append_places (root, root, places);
  return places;
}

static gboolean
is_mirrored (const Place *left, const Place *right, float width) {
  return fabsf (width - left->bounds.origin.x - left->bounds.size.width - right->bounds.origin.x)
         <= MIRRORED_WITHIN;
}

/* The first place that is not where it should be; NULL: all are. */
static const Place *
find_unmirrored (const GArray *before, const GArray *after, float width) {
  for (guint i = 0; i < before->len; i++) {
    const Place *left = &g_array_index (before, Place, i);

    if (i >= after->len || !is_mirrored (left, &g_array_index (after, Place, i), width))
      return left;
  }
  return NULL;
}

static gboolean
has_mirror_image (GtkWidget *root, gboolean is_last) {
  const float width = (float)gtk_widget_get_width (root);
  g_autoptr (GArray) before = dup_places (root, GTK_TEXT_DIR_LTR);
  g_autoptr (GArray) after = dup_places (root, GTK_TEXT_DIR_RTL);
  const Place *place = find_unmirrored (before, after, width);

  g_assert_cmpuint (before->len, >, 0);
  if (place != NULL && is_last)
    g_error ("%s at %g, %g, %g wide, is not mirrored", place->type, place->bounds.origin.x,
             place->bounds.origin.y, place->bounds.size.width);
  return place == NULL;
}

/* Once nothing comes, goes or moves by itself any more. */
static void
assert_mirrored (GtkWidget *root) {
  const gint64 end = g_get_monotonic_time () + PATIENCE_US;

  while (!has_mirror_image (root, g_get_monotonic_time () > end))
    ;
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  gtk_test_widget_wait_for_draw (root);
}

/* ---- contrast ---- */

/* sRGB's relative luminance, WCAG 2.1. */
static double
luminance (guint32 pixel) {
  const double weights[] = { 0.0722, 0.7152, 0.2126 }; /* blue, green, red */
  double sum = 0.0;

  for (int i = 0; i < 3; i++) {
    const double c = (pixel >> 8 * i & 255) / 255.0;

    sum += weights[i] * (c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}

static double
contrast_of (guint32 a, guint32 b) {
  const double x = luminance (a), y = luminance (b);

  return (MAX (x, y) + 0.05) / (MIN (x, y) + 0.05);
}

/* (transfer full): how many pixels have which colour. */
static GHashTable *
count_colours (cairo_surface_t *picture, const graphene_rect_t *area) {
  GHashTable *counts = g_hash_table_new (NULL, NULL);
  const guint8 *data = cairo_image_surface_get_data (picture);
  const int stride = cairo_image_surface_get_stride (picture);
  const int right = (int)(area->origin.x + area->size.width),
            bottom = (int)(area->origin.y + area->size.height);

  for (int y = (int)area->origin.y; y < bottom; y++)
    for (int x = (int)area->origin.x; x < right; x++) {
      guint32 pixel;
      gpointer colour;

      memcpy (&pixel, data + y * stride + 4 * x, sizeof pixel);
      colour = GUINT_TO_POINTER (pixel & 0xffffff);
      g_hash_table_insert (counts, colour,
                           GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, colour)) + 1));
    }
  return counts;
}

typedef struct {
  guint32 text, background; /* 0xRRGGBB */
  double ratio;
} Contrast;

/* Between the colour that most of the area has and the one that differs most from it. */
static Contrast
contrast_in (cairo_surface_t *picture, const graphene_rect_t *area) {
  g_autoptr (GHashTable) counts = count_colours (picture, area);
  Contrast contrast = { .ratio = 1.0 };
  GHashTableIter iter;
  gpointer colour, count;
  guint most = 0;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &colour, &count))
    if (GPOINTER_TO_UINT (count) > most) {
      most = GPOINTER_TO_UINT (count);
      contrast.background = GPOINTER_TO_UINT (colour);
    }
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &colour, NULL)) {
    const double ratio = contrast_of (GPOINTER_TO_UINT (colour), contrast.background);

    if (ratio > contrast.ratio) {
      contrast.ratio = ratio;
      contrast.text = GPOINTER_TO_UINT (colour);
    }
  }
  return contrast;
}

/* transfer full */
static cairo_surface_t *
draw (GtkWidget *root) {
  const int width = gtk_widget_get_width (root), height = gtk_widget_get_height (root);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (root);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  cairo_surface_t *picture = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  g_autoptr (GskRenderNode) node = NULL;
  cairo_t *cr = cairo_create (picture);

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node != NULL)
    gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (picture);
  return picture;
}

typedef struct {
  cairo_surface_t *picture; /* of the root */
  GtkWidget *root;
  char *faint; /* what cannot be read, and why; NULL: all can */
} Reading;

static void
judge (Reading *self, const char *text, Contrast contrast) {
  if (contrast.ratio < CONTRAST && self->faint == NULL)
    self->faint = g_strdup_printf ("“%s”: #%06x on #%06x has a contrast of %.2f to 1", text, contrast.text,
                                   contrast.background, contrast.ratio);
}

/* seen: what of the root is not cut off around the widget. Half a line at an edge says nothing. */
static void
read_label (Reading *self, GtkLabel *label, const graphene_rect_t *seen) {
  graphene_rect_t area;

  if (*gtk_label_get_text (label) != '\0' && gtk_widget_compute_bounds (GTK_WIDGET (label), self->root, &area)
      && graphene_rect_contains_rect (seen, &area))
    judge (self, gtk_label_get_text (label), contrast_in (self->picture, &area));
}

/* What an empty text says beside its caret, if it says anything. */
static void
read_hint (Reading *self, GtkTextView *view, const graphene_rect_t *seen) {
  const float left = (float)gtk_text_view_get_left_margin (view) + CARET_PX;
  graphene_rect_t area;
  Contrast contrast;

  if (gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (view)) > 0
      || !gtk_widget_compute_bounds (GTK_WIDGET (view), self->root, &area))
    return;
  area.origin.x += left;
  area.size.width -= left;
  if (!graphene_rect_intersection (seen, &area, &area))
    return;
  contrast = contrast_in (self->picture, &area);
  if (contrast.ratio > 1)
    judge (self, "hint of the text", contrast);
}

/* All that is written and can be used. */
static void
read_texts (Reading *self, GtkWidget *widget, graphene_rect_t seen) {
  graphene_rect_t area;

  if (!gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget)
      || !gtk_widget_compute_bounds (widget, self->root, &area))
    return;
  if (gtk_widget_get_overflow (widget) == GTK_OVERFLOW_HIDDEN
      && !graphene_rect_intersection (&seen, &area, &seen))
    return;
  if (GTK_IS_LABEL (widget))
    read_label (self, GTK_LABEL (widget), &seen);
  if (GTK_IS_TEXT_VIEW (widget))
    read_hint (self, GTK_TEXT_VIEW (widget), &seen);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    read_texts (self, child, seen);
}

/* (transfer full): what cannot be read; NULL: all can. */
static char *
dup_faint (GtkWidget *root) {
  const float width = (float)gtk_widget_get_width (root), height = (float)gtk_widget_get_height (root);
  Reading reading = { .root = root };

  gtk_test_widget_wait_for_draw (root);
  reading.picture = draw (root);
  read_texts (&reading, root, GRAPHENE_RECT_INIT (0, 0, width, height));
  cairo_surface_destroy (reading.picture);
  return reading.faint;
}

/* Once colours do not change any more. */
static void
assert_readable (GtkWidget *root, AdwColorScheme scheme) {
  const gint64 end = g_get_monotonic_time () + PATIENCE_US;
  char *faint;

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), scheme);
  while ((faint = dup_faint (root)) != NULL && g_get_monotonic_time () < end)
    g_free (faint);
  if (faint != NULL)
    g_error ("%s", faint);
}

void
fixture_assert_fits (gpointer widget) {
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (widget));

  assert_narrow (widget);
  assert_mirrored (root);
  if (!adw_style_manager_get_high_contrast (adw_style_manager_get_default ()))
    return;
  assert_readable (root, ADW_COLOR_SCHEME_FORCE_DARK);
  assert_readable (root, ADW_COLOR_SCHEME_FORCE_LIGHT);
}
