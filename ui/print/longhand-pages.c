#include "print/longhand-pages.h"

#include <glib/gi18n.h>

#define FONT "Serif 11"
#define FOOTER_FONT "Serif 9"
#define FOOTER_LINES 3 /* of the text's height that a footer takes, with the gap above it */

struct _LonghandPages {
  double width, height;
  PangoLayout *layout; /* owned; of all of the text */
  GArray *starts;      /* owned; int: line that a page begins with, and behind the last one */
};

static PangoLayout *
create_layout (PangoContext *context, const char *font, const char *text, double width) {
  PangoLayout *layout = pango_layout_new (context);
  PangoFontDescription *description = pango_font_description_from_string (font);

  pango_layout_set_font_description (layout, description);
  pango_font_description_free (description);
  pango_layout_set_width (layout, (int)(width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static double
height_of_line (PangoLayout *layout) {
  PangoRectangle extents;

  pango_layout_line_get_extents (pango_layout_get_line_readonly (layout, 0), NULL, &extents);
  return (double)extents.height / PANGO_SCALE;
}

/* As many lines as have room go on a page, one at least. Empty ones at its end need none. */
static void
find_starts (LonghandPages *self) {
  const double room = self->height - FOOTER_LINES * height_of_line (self->layout);
  PangoLayoutIter *iter = pango_layout_get_iter (self->layout);
  double top = 0;
  int line = 0;

  g_array_append_val (self->starts, line);
  do {
    PangoRectangle extents;
    double y, bottom;

    pango_layout_iter_get_line_extents (iter, NULL, &extents);
    y = (double)extents.y / PANGO_SCALE;
    bottom = (double)(extents.y + extents.height) / PANGO_SCALE;
    if (bottom - top > room && extents.width > 0
        && line > g_array_index (self->starts, int, self->starts->len - 1)) {
      g_array_append_val (self->starts, line);
      top = y;
    }
    line++;
  } while (pango_layout_iter_next_line (iter));
  g_array_append_val (self->starts, line);
  pango_layout_iter_free (iter);
}

/* Lines break where they do, however sharp the screen is. Pango's own fonts are the thread's that asked for
 * them first, so these are the pages' own. (transfer full) */
static PangoContext *
create_context (double resolution) {
  PangoFontMap *fonts = pango_cairo_font_map_new ();
  PangoContext *context = pango_font_map_create_context (fonts);
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (context, options);
  cairo_font_options_destroy (options);
  pango_cairo_context_set_resolution (context, resolution);
  g_object_unref (fonts);
  return context;
}

LonghandPages *
longhand_pages_new (const char *text, double width, double height, double resolution) {
  LonghandPages *self = g_new (LonghandPages, 1);
  PangoContext *context = create_context (resolution);

  *self = (LonghandPages){ .width = width,
                           .height = height,
                           .layout = create_layout (context, FONT, text, width),
                           .starts = g_array_new (FALSE, FALSE, sizeof (int)) };
  find_starts (self);
  g_object_unref (context);
  return self;
}

void
longhand_pages_free (LonghandPages *self) {
  g_object_unref (self->layout);
  g_array_unref (self->starts);
  g_free (self);
}

guint
longhand_pages_get_n (const LonghandPages *self) {
  return self->starts->len - 1;
}

static void
draw_lines (LonghandPages *self, cairo_t *cairo, int first, int end) {
  PangoLayoutIter *iter = pango_layout_get_iter (self->layout);
  double top = 0;

  for (int line = 0; line < end; line++, pango_layout_iter_next_line (iter)) {
    PangoRectangle extents;

    if (line < first)
      continue;
    pango_layout_iter_get_line_extents (iter, NULL, &extents);
    if (line == first)
      top = (double)extents.y / PANGO_SCALE;
    cairo_move_to (cairo, (double)extents.x / PANGO_SCALE,
                   (double)pango_layout_iter_get_baseline (iter) / PANGO_SCALE - top);
    pango_cairo_show_layout_line (cairo, pango_layout_iter_get_line_readonly (iter));
  }
  pango_layout_iter_free (iter);
}

static void
draw_footer (LonghandPages *self, cairo_t *cairo, guint page) {
  g_autofree char *text
      = g_strdup_printf (_ ("Page %d of %d"), (int)page + 1, (int)longhand_pages_get_n (self));
  g_autoptr (PangoLayout) layout
      = create_layout (pango_layout_get_context (self->layout), FOOTER_FONT, text, self->width);

  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  cairo_move_to (cairo, 0, self->height - height_of_line (layout));
  pango_cairo_show_layout (cairo, layout);
}

void
longhand_pages_draw (LonghandPages *self, cairo_t *cairo, guint page) {
  g_return_if_fail (page < longhand_pages_get_n (self));
  draw_lines (self, cairo, g_array_index (self->starts, int, page),
              g_array_index (self->starts, int, page + 1));
  draw_footer (self, cairo, page);
}
