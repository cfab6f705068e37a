#include "preferences/longhand-preferences.h"

#include "preferences/longhand-audio-page.h"
#include "preferences/longhand-dictation-page.h"
#include "preferences/longhand-model-page.h"
#include "preferences/longhand-performance-page.h"
#include "preferences/longhand-privacy-page.h"
#include "widgets/longhand-accessible.h"

struct _LonghandPreferences {
  AdwPreferencesWindow parent_instance;

  /* template children */
  LonghandAudioPage *audio;
  LonghandDictationPage *dictation;
  LonghandModelPage *model;
  LonghandPerformancePage *performance;
  LonghandPrivacyPage *privacy;
};

G_DEFINE_FINAL_TYPE (LonghandPreferences, longhand_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static void
leave_for (GtkWidget *widget, const char *action) {
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (widget));

  gtk_widget_activate_action (GTK_WIDGET (parent), action, NULL);
  gtk_window_close (GTK_WINDOW (widget));
}

/* Models have a window of their own, behind this one's. */
static void
open_models (GtkWidget *widget, const char *name, GVariant *parameter) {
  leave_for (widget, "win.models");
}

static void
set_up_again (GtkWidget *widget, const char *name, GVariant *parameter) {
  leave_for (widget, "win.set-up-again");
}

static void
longhand_preferences_class_init (LonghandPreferencesClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_AUDIO_PAGE);
  g_type_ensure (LONGHAND_TYPE_DICTATION_PAGE);
  g_type_ensure (LONGHAND_TYPE_MODEL_PAGE);
  g_type_ensure (LONGHAND_TYPE_PERFORMANCE_PAGE);
  g_type_ensure (LONGHAND_TYPE_PRIVACY_PAGE);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, audio);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, dictation);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, model);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, performance);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, privacy);
  gtk_widget_class_install_action (widget_class, "preferences.models", NULL, open_models);
  gtk_widget_class_install_action (widget_class, "preferences.set-up-again", NULL, set_up_again);
}

static void
longhand_preferences_init (LonghandPreferences *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
longhand_preferences_new (LonghandSettings *settings, LonghandModelStore *store, LonghandDictation *dictation,
                          LonghandLibrary *library) {
  LonghandPreferences *self = g_object_new (LONGHAND_TYPE_PREFERENCES, NULL);
  GtkWidget *const pages[]
      = { GTK_WIDGET (self->audio), GTK_WIDGET (self->dictation), GTK_WIDGET (self->model),
          GTK_WIDGET (self->performance), GTK_WIDGET (self->privacy) };

  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    longhand_accessible_tell_while_drawn (pages[i]);
  longhand_audio_page_set_up (self->audio, settings, dictation);
  longhand_dictation_page_set_up (self->dictation, settings, dictation);
  longhand_model_page_set_up (self->model, settings, store);
  longhand_performance_page_set_up (self->performance, settings, dictation);
  longhand_privacy_page_set_up (self->privacy, settings, dictation, library);
  return GTK_WIDGET (self);
}

void
longhand_preferences_set_remote_keyboard (LonghandPreferences *self, LonghandRemoteKeyboard *keyboard) {
  longhand_dictation_page_set_remote_keyboard (self->dictation, keyboard);
}

void
longhand_preferences_set_shortcuts (LonghandPreferences *self, LonghandShortcuts *shortcuts) {
  longhand_dictation_page_set_shortcuts (self->dictation, shortcuts);
}

void
longhand_preferences_set_other_programs (LonghandPreferences *self, LonghandOtherPrograms *programs) {
  longhand_dictation_page_set_other_programs (self->dictation, programs);
}
