#include "preferences/longhand-audio-page.h"

#include "preferences/longhand-choice-row.h"

#include <glib/gi18n.h>

struct _LonghandAudioPage {
  AdwPreferencesPage parent_instance;

  /* template children */
  LonghandChoiceRow *microphone;
  GtkSwitch *noise_reduction;
  GtkSwitch *automatic_gain;

  /* owned */
  LonghandSettings *settings;
  LonghandDictation *dictation;
};

G_DEFINE_FINAL_TYPE (LonghandAudioPage, longhand_audio_page, ADW_TYPE_PREFERENCES_PAGE)

static void
show_microphones (LonghandAudioPage *self) {
  GPtrArray *devices = longhand_dictation_get_devices (self->dictation);
  g_autofree char *current = longhand_settings_dup_microphone (self->settings);
  g_autofree char *former_title = longhand_device_dup_title (current);
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "", _ ("Follow the System"));
  for (guint i = 0; devices != NULL && i < devices->len; i++) {
    const LonghandDevice *device = g_ptr_array_index (devices, i);

    longhand_choices_add (choices, device->id, device->name);
  }
  longhand_choice_row_show (self->microphone, choices, current, former_title);
}

static void
on_microphone_chosen (LonghandAudioPage *self, const char *id) {
  longhand_settings_set_microphone (self->settings, id);
}

/* The list is kept up to date as long as it can be seen. */
static void
longhand_audio_page_map (GtkWidget *widget) {
  GTK_WIDGET_CLASS (longhand_audio_page_parent_class)->map (widget);
  longhand_dictation_watch_devices (LONGHAND_AUDIO_PAGE (widget)->dictation, TRUE);
}

static void
longhand_audio_page_unmap (GtkWidget *widget) {
  longhand_dictation_watch_devices (LONGHAND_AUDIO_PAGE (widget)->dictation, FALSE);
  GTK_WIDGET_CLASS (longhand_audio_page_parent_class)->unmap (widget);
}

static void
longhand_audio_page_dispose (GObject *object) {
  LonghandAudioPage *self = LONGHAND_AUDIO_PAGE (object);

  g_clear_object (&self->dictation);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_audio_page_parent_class)->dispose (object);
}

static void
longhand_audio_page_class_init (LonghandAudioPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_CHOICE_ROW);
  G_OBJECT_CLASS (klass)->dispose = longhand_audio_page_dispose;
  widget_class->map = longhand_audio_page_map;
  widget_class->unmap = longhand_audio_page_unmap;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-audio-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandAudioPage, microphone);
  gtk_widget_class_bind_template_child (widget_class, LonghandAudioPage, noise_reduction);
  gtk_widget_class_bind_template_child (widget_class, LonghandAudioPage, automatic_gain);
  gtk_widget_class_bind_template_callback (widget_class, on_microphone_chosen);
}

static void
longhand_audio_page_init (LonghandAudioPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
longhand_audio_page_set_up (LonghandAudioPage *self, LonghandSettings *settings,
                            LonghandDictation *dictation) {
  self->settings = g_object_ref (settings);
  self->dictation = g_object_ref (dictation);
  show_microphones (self);
  g_object_bind_property (settings, "noise-reduction", self->noise_reduction, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_object_bind_property (settings, "automatic-gain", self->automatic_gain, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_signal_connect_object (settings, "notify::microphone", G_CALLBACK (show_microphones), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "devices-changed", G_CALLBACK (show_microphones), self,
                           G_CONNECT_SWAPPED);
  longhand_dictation_refresh_devices (dictation);
}
