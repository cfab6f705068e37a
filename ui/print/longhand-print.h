/* A text on paper, or as PDF: pages with numbers, in the desktop's font for documents. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* To be run, or exported, once; title is what queues of printers show. Copies both. (transfer full) */
GtkPrintOperation *longhand_print_operation_new (const char *title, const char *text);

G_END_DECLS
