#include "preferences/longhand-microphone-row.h"

#include <glib/gi18n.h>

struct _LonghandMicrophoneRow {
  LonghandChoiceRow parent_instance;

  LonghandSettings *settings;   /* owned */
  LonghandDictation *dictation; /* owned */
};

G_DEFINE_FINAL_TYPE (LonghandMicrophoneRow, longhand_microphone_row, LONGHAND_TYPE_CHOICE_ROW)

static void
show_microphones (LonghandMicrophoneRow *self) {
  GPtrArray *devices = longhand_dictation_get_devices (self->dictation);
  g_autofree char *current = longhand_settings_dup_microphone (self->settings);
  g_autofree char *former_title = longhand_device_dup_title (current);
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "", _ ("Follow the System"));
  for (guint i = 0; devices != NULL && i < devices->len; i++) {
    const LonghandDevice *device = g_ptr_array_index (devices, i);

    longhand_choices_add (choices, device->id, device->name);
  }
  longhand_choice_row_show (LONGHAND_CHOICE_ROW (self), choices, current, former_title);
}

static void
longhand_microphone_row_chosen (LonghandChoiceRow *row, const char *id) {
  longhand_settings_set_microphone (LONGHAND_MICROPHONE_ROW (row)->settings, id);
}

static void
longhand_microphone_row_map (GtkWidget *widget) {
  GTK_WIDGET_CLASS (longhand_microphone_row_parent_class)->map (widget);
  longhand_dictation_watch_devices (LONGHAND_MICROPHONE_ROW (widget)->dictation, TRUE);
}

static void
longhand_microphone_row_unmap (GtkWidget *widget) {
  longhand_dictation_watch_devices (LONGHAND_MICROPHONE_ROW (widget)->dictation, FALSE);
  GTK_WIDGET_CLASS (longhand_microphone_row_parent_class)->unmap (widget);
}

static void
let_go (LonghandMicrophoneRow *self) {
  if (self->settings == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->settings, self);
  g_signal_handlers_disconnect_by_data (self->dictation, self);
  g_clear_object (&self->dictation);
  g_clear_object (&self->settings);
}

/* Rows of a preferences group outlive it in libadwaita 1.2. */
static void
longhand_microphone_row_unroot (GtkWidget *widget) {
  let_go (LONGHAND_MICROPHONE_ROW (widget));
  GTK_WIDGET_CLASS (longhand_microphone_row_parent_class)->unroot (widget);
}

static void
longhand_microphone_row_dispose (GObject *object) {
  let_go (LONGHAND_MICROPHONE_ROW (object));
  G_OBJECT_CLASS (longhand_microphone_row_parent_class)->dispose (object);
}

static void
longhand_microphone_row_class_init (LonghandMicrophoneRowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_microphone_row_dispose;
  widget_class->map = longhand_microphone_row_map;
  widget_class->unmap = longhand_microphone_row_unmap;
  widget_class->unroot = longhand_microphone_row_unroot;
  LONGHAND_CHOICE_ROW_CLASS (klass)->chosen = longhand_microphone_row_chosen;
}

static void
longhand_microphone_row_init (LonghandMicrophoneRow *self) {
}

void
longhand_microphone_row_set_up (LonghandMicrophoneRow *self, LonghandSettings *settings,
                                LonghandDictation *dictation) {
  self->settings = g_object_ref (settings);
  self->dictation = g_object_ref (dictation);
  show_microphones (self);
  g_signal_connect_object (settings, "notify::microphone", G_CALLBACK (show_microphones), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "devices-changed", G_CALLBACK (show_microphones), self,
                           G_CONNECT_SWAPPED);
}
