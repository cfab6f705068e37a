#include "print/longhand-print.h"

#include <glib/gi18n.h>

#define MARGIN_MM 20
#define FONT "Serif 11"
#define FOOTER_FONT "Serif 9"
#define FOOTER_LINES 3 /* of the text's height that a footer takes, with the gap above it */

typedef struct {
  char *text;          /* owned */
  PangoLayout *layout; /* owned; of all of it; NULL before printing begins */
  GArray *starts;      /* owned; int: line that a page begins with, and behind the last one */
} Print;

static void
print_free (gpointer data) {
  Print *print = data;

  g_free (print->text);
  g_clear_object (&print->layout);
  g_array_unref (print->starts);
  g_free (print);
}

/* ---- layout ---- */

static PangoLayout *
create_layout (GtkPrintContext *context, const char *font, const char *text) {
  PangoLayout *layout = gtk_print_context_create_pango_layout (context);
  PangoFontDescription *description = pango_font_description_from_string (font);

  pango_layout_set_font_description (layout, description);
  pango_font_description_free (description);
  pango_layout_set_width (layout, (int)(gtk_print_context_get_width (context) * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

/* As many lines as have room go on a page, one at least. */
static void
find_pages (Print *print, double height) {
  PangoLayoutIter *iter = pango_layout_get_iter (print->layout);
  double top = 0;
  int line = 0;

  g_array_append_val (print->starts, line);
  do {
    PangoRectangle extents;
    double y, bottom;

    pango_layout_iter_get_line_extents (iter, NULL, &extents);
    y = (double)extents.y / PANGO_SCALE;
    bottom = (double)(extents.y + extents.height) / PANGO_SCALE;
    if (bottom - top > height && line > g_array_index (print->starts, int, print->starts->len - 1)) {
      g_array_append_val (print->starts, line);
      top = y;
    }
    line++;
  } while (pango_layout_iter_next_line (iter));
  g_array_append_val (print->starts, line);
  pango_layout_iter_free (iter);
}

static double
height_of_line (PangoLayout *layout) {
  PangoRectangle extents;

  pango_layout_line_get_extents (pango_layout_get_line_readonly (layout, 0), NULL, &extents);
  return (double)extents.height / PANGO_SCALE;
}

static void
on_begin (GtkPrintOperation *operation, GtkPrintContext *context, Print *print) {
  print->layout = create_layout (context, FONT, print->text);
  find_pages (print, gtk_print_context_get_height (context) - FOOTER_LINES * height_of_line (print->layout));
  gtk_print_operation_set_n_pages (operation, (int)print->starts->len - 1);
}

/* ---- drawing ---- */

static void
draw_lines (Print *print, cairo_t *cairo, int first, int end) {
  PangoLayoutIter *iter = pango_layout_get_iter (print->layout);
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
draw_footer (Print *print, GtkPrintContext *context, cairo_t *cairo, int page) {
  g_autofree char *text = g_strdup_printf (_ ("Page %d of %d"), page + 1, (int)print->starts->len - 1);
  g_autoptr (PangoLayout) layout = create_layout (context, FOOTER_FONT, text);

  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  cairo_move_to (cairo, 0, gtk_print_context_get_height (context) - height_of_line (layout));
  pango_cairo_show_layout (cairo, layout);
}

static void
on_draw (GtkPrintOperation *operation, GtkPrintContext *context, int page, Print *print) {
  cairo_t *cairo = gtk_print_context_get_cairo_context (context);

  draw_lines (print, cairo, g_array_index (print->starts, int, page),
              g_array_index (print->starts, int, page + 1));
  draw_footer (print, context, cairo, page);
}

/* ---- the operation ---- */

static GtkPageSetup *
create_page_setup (void) {
  GtkPageSetup *setup = gtk_page_setup_new ();

  gtk_page_setup_set_top_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_page_setup_set_bottom_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_page_setup_set_left_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_page_setup_set_right_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  return setup;
}

GtkPrintOperation *
longhand_print_operation_new (const char *title, const char *text) {
  GtkPrintOperation *operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = create_page_setup ();
  Print *print = g_new0 (Print, 1);

  print->text = g_strdup (text);
  print->starts = g_array_new (FALSE, FALSE, sizeof (int));
  g_object_set_data_full (G_OBJECT (operation), "longhand-print", print, print_free);
  gtk_print_operation_set_job_name (operation, title);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  g_signal_connect (operation, "begin-print", G_CALLBACK (on_begin), print);
  g_signal_connect (operation, "draw-page", G_CALLBACK (on_draw), print);
  return operation;
}
