/* A text on paper, and how the paper is used. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The paper of the locale, with margins. (transfer full) */
GtkPageSetup *longhand_print_create_page_setup (void);

/* To be run once; title is what queues of printers show. Copies both. (transfer full) */
GtkPrintOperation *longhand_print_operation_new (const char *title, const char *text);

G_END_DECLS
