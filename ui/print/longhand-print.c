#include "print/longhand-print.h"

#include "print/longhand-pages.h"

#define MARGIN_MM 20

typedef struct {
  char *text;           /* owned */
  LonghandPages *pages; /* owned; NULL before printing begins */
} Print;

static void
print_free (gpointer data) {
  Print *print = data;

  g_free (print->text);
  g_clear_pointer (&print->pages, longhand_pages_free);
  g_free (print);
}

static void
on_begin (GtkPrintOperation *operation, GtkPrintContext *context, Print *print) {
  PangoContext *pango = gtk_print_context_create_pango_context (context);

  print->pages = longhand_pages_new (pango, print->text, gtk_print_context_get_width (context),
                                     gtk_print_context_get_height (context));
  g_object_unref (pango);
  gtk_print_operation_set_n_pages (operation, (int)longhand_pages_get_n (print->pages));
}

static void
on_draw (GtkPrintOperation *operation, GtkPrintContext *context, int page, Print *print) {
  longhand_pages_draw (print->pages, gtk_print_context_get_cairo_context (context), (guint)page);
}

GtkPageSetup *
longhand_print_create_page_setup (void) {
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
  g_autoptr (GtkPageSetup) setup = longhand_print_create_page_setup ();
  Print *print = g_new0 (Print, 1);

  print->text = g_strdup (text);
  g_object_set_data_full (G_OBJECT (operation), "longhand-print", print, print_free);
  gtk_print_operation_set_job_name (operation, title);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  g_signal_connect (operation, "begin-print", G_CALLBACK (on_begin), print);
  g_signal_connect (operation, "draw-page", G_CALLBACK (on_draw), print);
  return operation;
}
