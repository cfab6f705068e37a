#include "print/longhand-print.h"

#include "print/longhand-pages.h"

#define MARGIN_MM 20
#define LOOK_US 5000 /* whether there are pages yet; shorter than a frame */

/* Of the operation, and of the thread that breaks the text into pages. */
typedef struct {
  char *text; /* owned */
  double width, height, resolution;
  GMutex lock;
  GCond done;
  /* --- guarded by lock --- */
  gboolean is_done;
  LonghandPages *pages; /* owned; NULL before it is done */
} Print;

static void
print_clear (gpointer data) {
  Print *print = data;

  g_free (print->text);
  g_clear_pointer (&print->pages, longhand_pages_free);
  g_mutex_clear (&print->lock);
  g_cond_clear (&print->done);
}

static void
print_unref (gpointer print) {
  g_atomic_rc_box_release_full (print, print_clear);
}

static gpointer
work (gpointer data) {
  Print *print = data;
  LonghandPages *pages = longhand_pages_new (print->text, print->width, print->height, print->resolution);

  g_mutex_lock (&print->lock);
  print->pages = pages;
  print->is_done = TRUE;
  g_cond_signal (&print->done);
  g_mutex_unlock (&print->lock);
  print_unref (print);
  return NULL;
}

/* Where there is no thread to be had, the window waits. */
static void
on_begin (GtkPrintOperation *operation, GtkPrintContext *context, Print *print) {
  PangoContext *pango = gtk_print_context_create_pango_context (context);
  GThread *thread;

  print->width = gtk_print_context_get_width (context);
  print->height = gtk_print_context_get_height (context);
  print->resolution = pango_cairo_context_get_resolution (pango);
  g_object_unref (pango);
  g_atomic_rc_box_acquire (print);
  thread = g_thread_try_new ("print", work, print, NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    work (print);
}

/* Is asked again and again, between other events. */
static gboolean
on_paginate (GtkPrintOperation *operation, GtkPrintContext *context, Print *print) {
  const gint64 end_us = g_get_monotonic_time () + LOOK_US;
  gboolean is_done;

  g_mutex_lock (&print->lock);
  while (!print->is_done && g_cond_wait_until (&print->done, &print->lock, end_us))
    ;
  is_done = print->is_done;
  g_mutex_unlock (&print->lock);
  if (is_done)
    gtk_print_operation_set_n_pages (operation, (int)longhand_pages_get_n (print->pages));
  return is_done;
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
  Print *print = g_atomic_rc_box_new0 (Print);

  g_mutex_init (&print->lock);
  g_cond_init (&print->done);
  print->text = g_strdup (text);
  g_object_set_data_full (G_OBJECT (operation), "longhand-print", print, print_unref);
  gtk_print_operation_set_job_name (operation, title);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  gtk_print_operation_set_show_progress (operation, TRUE);
  g_signal_connect (operation, "begin-print", G_CALLBACK (on_begin), print);
  g_signal_connect (operation, "paginate", G_CALLBACK (on_paginate), print);
  g_signal_connect (operation, "draw-page", G_CALLBACK (on_draw), print);
  return operation;
}
