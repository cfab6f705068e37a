#include "performance/longhand-pattern.h"

#include <adwaita.h>
#include <math.h>

#define SWATCH_SIZE 16
#define LINE_GAP 5.0 /* of hatchings */

enum { RISING = 1 << 0, FALLING = 1 << 1, LEVEL = 1 << 2, UPRIGHT = 1 << 3 };

static const struct {
  const char *color; /* of libadwaita's palette */
  guint lines;
  double alpha; /* below these */
} patterns[LONGHAND_N_PATTERNS] = {
  { "blue_3", 0, 0.85 },
  { "orange_3", RISING, 0.25 },
  { "green_4", FALLING, 0.25 },
  { "purple_3", LEVEL, 0.25 },
  { "red_3", RISING | FALLING, 0.25 },
  { NULL, UPRIGHT, 0.1 }, /* the text's colour */
};

/* Lines x + slope y = c over the clip, for multiples c of the gap, so that those of neighbouring pieces meet.
 */
static void
add_lines (cairo_t *cr, double slope) {
  double left, top, right, bottom;

  cairo_clip_extents (cr, &left, &top, &right, &bottom);
  for (double c = floor ((left + MIN (slope * top, slope * bottom)) / LINE_GAP) * LINE_GAP;
       c < right + MAX (slope * top, slope * bottom); c += LINE_GAP) {
    cairo_move_to (cr, c - slope * bottom, bottom);
    cairo_line_to (cr, c - slope * top, top);
  }
}

static void
add_level_lines (cairo_t *cr) {
  double left, top, right, bottom;

  cairo_clip_extents (cr, &left, &top, &right, &bottom);
  for (double y = ceil (top / LINE_GAP) * LINE_GAP; y < bottom; y += LINE_GAP) {
    cairo_move_to (cr, left, y);
    cairo_line_to (cr, right, y);
  }
}

static gboolean
is_contrast_high (void) {
  return adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
}

float
longhand_pattern_get_rule_alpha (void) {
  return is_contrast_high () ? 0.5f : 0.15f;
}

float
longhand_pattern_get_text_alpha (void) {
  return is_contrast_high () ? 0.9f : 0.7f;
}

void
longhand_pattern_set_color (GtkWidget *widget, cairo_t *cr, const char *name, double alpha) {
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GdkRGBA color;

  if (name == NULL || !gtk_style_context_lookup_color (context, name, &color))
    gtk_style_context_get_color (context, &color);
  color.alpha *= (float)alpha;
  gdk_cairo_set_source_rgba (cr, &color);
}

void
longhand_pattern_fill (GtkWidget *widget, cairo_t *cr, guint i) {
  cairo_save (cr);
  longhand_pattern_set_color (widget, cr, patterns[i].color, patterns[i].alpha);
  cairo_fill_preserve (cr);
  longhand_pattern_set_color (widget, cr, patterns[i].color, 1);
  cairo_set_line_width (cr, 1);
  cairo_stroke_preserve (cr);
  cairo_clip (cr);
  if (patterns[i].lines & RISING)
    add_lines (cr, 1);
  if (patterns[i].lines & FALLING)
    add_lines (cr, -1);
  if (patterns[i].lines & UPRIGHT)
    add_lines (cr, 0);
  if (patterns[i].lines & LEVEL)
    add_level_lines (cr);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_swatch (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer i) {
  cairo_rectangle (cr, 0.5, 0.5, width - 1, height - 1);
  longhand_pattern_fill (GTK_WIDGET (area), cr, GPOINTER_TO_UINT (i));
}

GtkWidget *
longhand_pattern_new_swatch (guint i) {
  GtkWidget *area
      = g_object_new (GTK_TYPE_DRAWING_AREA, "content-width", SWATCH_SIZE, "content-height", SWATCH_SIZE,
                      "valign", GTK_ALIGN_CENTER, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_swatch, GUINT_TO_POINTER (i), NULL);
  return area;
}
