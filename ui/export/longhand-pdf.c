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

/* Points. Written once, by the main thread, before others read it. */
static struct { double width, height, left, top, text_width, text_height; } paper;

static void
prepare (void) {
  g_autoptr (GtkPageSetup) setup = NULL;

  if (paper.width > 0)
    return;
  setup = longhand_print_create_page_setup ();
  paper.left = gtk_page_setup_get_left_margin (setup, GTK_UNIT_POINTS);
  paper.top = gtk_page_setup_get_top_margin (setup, GTK_UNIT_POINTS);
  paper.text_width = gtk_page_setup_get_page_width (setup, GTK_UNIT_POINTS);
  paper.text_height = gtk_page_setup_get_page_height (setup, GTK_UNIT_POINTS);
  paper.height = gtk_page_setup_get_paper_height (setup, GTK_UNIT_POINTS);
  paper.width = gtk_page_setup_get_paper_width (setup, GTK_UNIT_POINTS);
}

static void
describe (cairo_surface_t *surface, LonghandTranscript *transcript) {
  const char *title = longhand_transcript_get_title (transcript);

  if (title != NULL)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Longhand " VERSION);
}

static void
draw_pages (cairo_surface_t *surface, const char *text) {
  g_autoptr (LonghandPages) pages
      = longhand_pages_new (text, paper.text_width, paper.text_height, POINTS_PER_INCH);
  cairo_t *cairo = cairo_create (surface);

  for (guint page = 0; page < longhand_pages_get_n (pages); page++) {
    cairo_save (cairo);
    cairo_translate (cairo, paper.left, paper.top);
    longhand_pages_draw (pages, cairo, page);
    cairo_restore (cairo);
    cairo_show_page (cairo);
  }
  cairo_destroy (cairo);
}

static GBytes *
write_pdf (LonghandTranscript *transcript, GError **error) {
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_autofree char *text = longhand_write_paragraphs (transcript);
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (append, content, paper.width, paper.height);
  cairo_status_t status;

  describe (surface, transcript);
  draw_pages (surface, text);
  cairo_surface_finish (surface);
  status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (g_steal_pointer (&content));
  longhand_set_error_from_document (error, cairo_status_to_string (status));
  return NULL;
}

const LonghandWriter longhand_pdf_writer = { "pdf", N_ ("PDF document"), FALSE, FALSE, write_pdf, prepare };
