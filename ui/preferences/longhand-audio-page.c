#include "preferences/longhand-audio-page.h"

#include "preferences/longhand-microphone-row.h"

struct _LonghandAudioPage {
  AdwPreferencesPage parent_instance;

  /* template children */
  LonghandMicrophoneRow *microphone;
  GtkSwitch *noise_reduction;
  GtkSwitch *automatic_gain;
};

G_DEFINE_FINAL_TYPE (LonghandAudioPage, longhand_audio_page, ADW_TYPE_PREFERENCES_PAGE)

static void
longhand_audio_page_class_init (LonghandAudioPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_MICROPHONE_ROW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-audio-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandAudioPage, microphone);
  gtk_widget_class_bind_template_child (widget_class, LonghandAudioPage, noise_reduction);
  gtk_widget_class_bind_template_child (widget_class, LonghandAudioPage, automatic_gain);
}

static void
longhand_audio_page_init (LonghandAudioPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
longhand_audio_page_set_up (LonghandAudioPage *self, LonghandSettings *settings,
                            LonghandDictation *dictation) {
  longhand_microphone_row_set_up (self->microphone, settings, dictation);
  g_object_bind_property (settings, "noise-reduction", self->noise_reduction, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_object_bind_property (settings, "automatic-gain", self->automatic_gain, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  longhand_dictation_refresh_devices (dictation);
}
