#include "export/longhand-pdf.h"

#include "longhand-config.h"
#include "longhand-error.h"
#include "print/longhand-pages.h"
#include "print/longhand-print.h"
#include "transcript/longhand-export-writers.h"

#include <cairo-pdf.h>
#include <glib/gi18n.h>

#define POINTS_PER_INCH 72 /* PDF's unit */

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned n) {
  g_byte_array_append (closure, data, n);
  return CAIRO_STATUS_SUCCESS;
}

/* As a printer's: lines break where they do, however sharp the screen is. (transfer full) */
static PangoContext *
create_context (void) {
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (context, options);
  cairo_font_options_destroy (options);
  pango_cairo_context_set_resolution (context, POINTS_PER_INCH);
  return context;
}

static void
describe (cairo_surface_t *surface, LonghandTranscript *transcript) {
  const char *title = longhand_transcript_get_title (transcript);

  if (title != NULL)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Longhand " VERSION);
}

static LonghandPages *
create_pages (GtkPageSetup *setup, const char *text) {
  PangoContext *context = create_context ();
  LonghandPages *pages
      = longhand_pages_new (context, text, gtk_page_setup_get_page_width (setup, GTK_UNIT_POINTS),
                            gtk_page_setup_get_page_height (setup, GTK_UNIT_POINTS));

  g_object_unref (context);
  return pages;
}

static void
draw_pages (cairo_surface_t *surface, GtkPageSetup *setup, const char *text) {
  g_autoptr (LonghandPages) pages = create_pages (setup, text);
  cairo_t *cairo = cairo_create (surface);

  for (guint page = 0; page < longhand_pages_get_n (pages); page++) {
    cairo_save (cairo);
    cairo_translate (cairo, gtk_page_setup_get_left_margin (setup, GTK_UNIT_POINTS),
                     gtk_page_setup_get_top_margin (setup, GTK_UNIT_POINTS));
    longhand_pages_draw (pages, cairo, page);
    cairo_restore (cairo);
    cairo_show_page (cairo);
  }
  cairo_destroy (cairo);
}

static GBytes *
write_pdf (LonghandTranscript *transcript, GError **error) {
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_autoptr (GtkPageSetup) setup = longhand_print_create_page_setup ();
  g_autofree char *text = longhand_write_paragraphs (transcript);
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (
      append, content, gtk_page_setup_get_paper_width (setup, GTK_UNIT_POINTS),
      gtk_page_setup_get_paper_height (setup, GTK_UNIT_POINTS));
  cairo_status_t status;

  describe (surface, transcript);
  draw_pages (surface, setup, text);
  cairo_surface_finish (surface);
  status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (g_steal_pointer (&content));
  longhand_set_error_from_document (error, cairo_status_to_string (status));
  return NULL;
}

const LonghandWriter longhand_pdf_writer = { "pdf", N_ ("PDF document"), FALSE, FALSE, write_pdf };
