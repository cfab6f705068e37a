#include "preferences/longhand-privacy-page.h"

#include "models/longhand-transfer.h"
#include "preferences/longhand-choice-row.h"

#include <glib/gi18n.h>

struct _LonghandPrivacyPage {
  AdwPreferencesPage parent_instance;

  /* template children */
  GtkSwitch *keep_sessions;
  LonghandChoiceRow *keep_sound;
  AdwActionRow *network;

  /* owned */
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (LonghandPrivacyPage, longhand_privacy_page, ADW_TYPE_PREFERENCES_PAGE)

static void
show_keep_sound (LonghandPrivacyPage *self) {
  g_autofree char *current = g_settings_get_string (self->settings, "keep-sound");
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "never", _ ("Never"));
  longhand_choices_add (choices, "week", _ ("For 7 Days"));
  longhand_choices_add (choices, "month", _ ("For 30 Days"));
  longhand_choices_add (choices, "always", _ ("Always"));
  longhand_choice_row_show (self->keep_sound, choices, current, current);
}

static void
on_keep_sound_chosen (LonghandPrivacyPage *self, const char *id) {
  g_settings_set_string (self->settings, "keep-sound", id);
}

static void
longhand_privacy_page_dispose (GObject *object) {
  g_clear_object (&LONGHAND_PRIVACY_PAGE (object)->settings);
  G_OBJECT_CLASS (longhand_privacy_page_parent_class)->dispose (object);
}

static void
longhand_privacy_page_class_init (LonghandPrivacyPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_CHOICE_ROW);
  G_OBJECT_CLASS (klass)->dispose = longhand_privacy_page_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-privacy-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, keep_sessions);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, keep_sound);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, network);
  gtk_widget_class_bind_template_callback (widget_class, on_keep_sound_chosen);
}

static void
longhand_privacy_page_init (LonghandPrivacyPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_action_row_set_subtitle (self->network,
                               longhand_transfer_is_possible ()
                                   ? _ ("Only to download a model, when you press Download. What you say and "
                                        "write never leaves this computer.")
                                   : _ ("Never: this Longhand was built without it. What you say and write "
                                        "never leaves this computer."));
}

void
longhand_privacy_page_set_up (LonghandPrivacyPage *self, LonghandSettings *settings) {
  self->settings = g_object_ref (longhand_settings_get_gsettings (settings));
  g_settings_bind (self->settings, "keep-sessions", self->keep_sessions, "active", G_SETTINGS_BIND_DEFAULT);
  show_keep_sound (self);
  g_signal_connect_object (self->settings, "changed::keep-sound", G_CALLBACK (show_keep_sound), self,
                           G_CONNECT_SWAPPED);
}
