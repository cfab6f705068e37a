/* The way from the window to its models. */
#include "models/longhand-models-window.h"
#include "window/longhand-window-private.h"

void
longhand_window_open_models (LonghandWindow *self) {
  if (self->models_window == NULL) {
    GtkWidget *window
        = longhand_models_window_new (self->settings, self->store, self->downloads, self->dictation);

    gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
    gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
    g_set_weak_pointer (&self->models_window, GTK_WINDOW (window));
    longhand_window_watch_list (self, window);
  }
  gtk_window_present (self->models_window);
}

void
longhand_window_import_model (LonghandWindow *self, const char *path) {
  longhand_window_open_models (self);
  longhand_models_window_import (LONGHAND_MODELS_WINDOW (self->models_window), path);
}
