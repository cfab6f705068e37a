/* The text on paper, or, by the dialog's printer that is a file, as PDF. */
#include "print/longhand-print.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>

static void
on_done (LonghandWindow *self, GtkPrintOperationResult result, GtkPrintOperation *operation) {
  g_autoptr (GError) error = NULL;

  if (result == GTK_PRINT_OPERATION_RESULT_APPLY)
    g_set_object (&self->print_settings, gtk_print_operation_get_print_settings (operation));
  if (result != GTK_PRINT_OPERATION_RESULT_ERROR)
    return;
  gtk_print_operation_get_error (operation, &error);
  g_prefix_error (&error, "%s", _ ("The text could not be printed: "));
  longhand_window_show_error (self, error);
}

void
longhand_window_print (LonghandWindow *self) {
  g_autofree char *text = longhand_document_dup_text (longhand_editor_get_document (self->editor));
  g_autoptr (GtkPrintOperation) operation = longhand_print_operation_new (_ ("Longhand"), text);

  if (self->print_settings != NULL)
    gtk_print_operation_set_print_settings (operation, self->print_settings);
  gtk_print_operation_set_allow_async (operation, TRUE);
  g_signal_connect_object (operation, "done", G_CALLBACK (on_done), self, G_CONNECT_SWAPPED);
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, GTK_WINDOW (self), NULL);
}
