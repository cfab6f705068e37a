#include "models/longhand-models-window.h"

struct _LonghandModelsWindow {
  AdwWindow parent_instance;

  /* template child */
  GtkBox *content;

  LonghandMeasurement *measurement; /* owned */
};

G_DEFINE_FINAL_TYPE (LonghandModelsWindow, longhand_models_window, ADW_TYPE_WINDOW)

static void
longhand_models_window_dispose (GObject *object) {
  LonghandModelsWindow *self = LONGHAND_MODELS_WINDOW (object);

  if (self->measurement != NULL)
    longhand_measurement_close (self->measurement);
  g_clear_object (&self->measurement);
  G_OBJECT_CLASS (longhand_models_window_parent_class)->dispose (object);
}

static void
longhand_models_window_class_init (LonghandModelsWindowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_models_window_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/models/longhand-models-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandModelsWindow, content);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
longhand_models_window_init (LonghandModelsWindow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
longhand_models_window_new (LonghandSettings *settings, LonghandModelStore *store,
                            LonghandDownloads *downloads, LonghandDictation *dictation) {
  LonghandModelsWindow *self = g_object_new (LONGHAND_TYPE_MODELS_WINDOW, NULL);

  self->measurement = longhand_measurement_new (settings, store, dictation);
  gtk_box_append (self->content, longhand_models_view_new (settings, store, downloads, self->measurement));
  return GTK_WIDGET (self);
}

void
longhand_models_window_import (LonghandModelsWindow *self, const char *path) {
  longhand_models_view_import (LONGHAND_MODELS_VIEW (gtk_widget_get_last_child (GTK_WIDGET (self->content))),
                               path);
}
