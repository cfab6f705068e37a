/* Dragging the text out of the window: as text into what is written elsewhere, as a file into a folder. */
#include "window/longhand-window-private.h"

#include <string.h>

#define FOLDER_MODE 0700 /* what was said is nobody else's business */

/* Whoever it is dropped on may copy it later, so it stays until the next one, or the end. */
static void
forget_file (LonghandWindow *self) {
  if (self->dragged != NULL)
    g_file_delete (self->dragged, NULL, NULL);
  g_clear_object (&self->dragged);
}

/* NULL where it cannot be written. (transfer none) */
static GFile *
write_file (LonghandWindow *self) {
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "longhand", "dragged", NULL);
  g_autofree char *name
      = longhand_window_dup_export_name (self, longhand_format_get_writer (LONGHAND_FORMAT_TXT));
  char *text = longhand_document_dup_text (longhand_editor_get_document (self->editor));
  g_autoptr (GBytes) content = g_bytes_new_take (text, strlen (text));

  forget_file (self);
  g_mkdir_with_parents (folder, FOLDER_MODE);
  self->dragged = g_file_new_build_filename (folder, name, NULL);
  if (!longhand_export_save (content, self->dragged, NULL))
    g_clear_object (&self->dragged);
  return self->dragged;
}

static GdkContentProvider *
on_prepare (GtkDragSource *source, double x, double y, LonghandWindow *self) {
  LonghandDocument *document = longhand_editor_get_document (self->editor);
  g_autofree char *text = longhand_document_dup_text (document);
  GdkContentProvider *providers[2] = { gdk_content_provider_new_typed (G_TYPE_STRING, text) };
  gsize n = 1;

  if (!longhand_document_is_empty (document) && write_file (self) != NULL) {
    GSList files = { .data = self->dragged };

    providers[n++] = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, &files);
  }
  return gdk_content_provider_new_union (providers, n);
}

void
longhand_window_init_drag (LonghandWindow *self) {
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (source), GTK_PHASE_CAPTURE);
  g_signal_connect_object (source, "prepare", G_CALLBACK (on_prepare), self, 0);
  gtk_widget_add_controller (self->copy, GTK_EVENT_CONTROLLER (source));
}

void
longhand_window_end_drag (LonghandWindow *self) {
  forget_file (self);
}
