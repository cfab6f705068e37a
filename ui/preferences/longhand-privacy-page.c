#include "preferences/longhand-privacy-page.h"

#include "longhand-storage.h"
#include "models/longhand-transfer.h"
#include "preferences/longhand-choice-row.h"
#include "preferences/longhand-sandbox-group.h"

#include <glib/gi18n.h>

struct _LonghandPrivacyPage {
  AdwPreferencesPage parent_instance;

  /* template children */
  GtkSwitch *keep_sessions;
  LonghandChoiceRow *keep_sound;
  GtkLabel *path;
  GtkLabel *texts;
  GtkLabel *sound;
  GtkLabel *models;
  GtkWidget *delete_all;
  AdwActionRow *network;
  LonghandSandboxGroup *sandbox;

  /* owned */
  GSettings *settings;
  LonghandDictation *dictation;
  LonghandLibrary *library;
  GCancellable *cancellable; /* of the last measuring */
};

G_DEFINE_FINAL_TYPE (LonghandPrivacyPage, longhand_privacy_page, ADW_TYPE_PREFERENCES_PAGE)

/* ---- sessions ---- */

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

/* ---- storage ---- */

static void
show_size (GtkLabel *label, guint64 bytes) {
  g_autofree char *text = g_format_size (bytes);

  gtk_label_set_text (label, text);
}

static void
on_measured (GObject *source, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandPrivacyPage) self = user;
  LonghandStorage storage;

  if (!longhand_storage_measure_finish (result, &storage, NULL))
    return;
  show_size (self->texts, storage.texts);
  show_size (self->sound, storage.sound);
  show_size (self->models, storage.models);
}

static void
measure (LonghandPrivacyPage *self) {
  g_autofree char *folder = longhand_storage_dup_folder ();

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  longhand_storage_measure_async (folder, self->cancellable, on_measured, g_object_ref (self));
}

static void
on_folder_activated (LonghandPrivacyPage *self) {
  g_autofree char *folder = longhand_storage_dup_folder ();
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);

  gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), uri, GDK_CURRENT_TIME);
}

/* ---- deleting ---- */

static void
show_whether_deletable (LonghandPrivacyPage *self) {
  gtk_widget_set_sensitive (self->delete_all, !longhand_dictation_has_pending (self->dictation));
}

static void
on_response (LonghandPrivacyPage *self, const char *response) {
  g_autofree char *folder = longhand_storage_dup_folder ();

  if (g_strcmp0 (response, "delete") != 0 || longhand_dictation_has_pending (self->dictation))
    return;
  longhand_storage_remove_put_aside (folder);
  longhand_library_clear (self->library);
}

static void
on_delete_all (LonghandPrivacyPage *self) {
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _ ("Delete All Sessions?"),
      _ ("All texts that you dictated and wrote, and their sound, are deleted from "
         "this computer. This cannot be undone."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "delete",
                                    _ ("_Delete All"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- life ---- */

static void
longhand_privacy_page_dispose (GObject *object) {
  LonghandPrivacyPage *self = LONGHAND_PRIVACY_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->library);
  g_clear_object (&self->dictation);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_privacy_page_parent_class)->dispose (object);
}

static void
longhand_privacy_page_class_init (LonghandPrivacyPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_CHOICE_ROW);
  g_type_ensure (LONGHAND_TYPE_SANDBOX_GROUP);
  G_OBJECT_CLASS (klass)->dispose = longhand_privacy_page_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-privacy-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, keep_sessions);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, keep_sound);
  gtk_widget_class_bind_template_callback (widget_class, on_keep_sound_chosen);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, path);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, texts);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, sound);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, models);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, delete_all);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, network);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, sandbox);
  gtk_widget_class_bind_template_callback (widget_class, on_folder_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_delete_all);
}

static void
show_folder (LonghandPrivacyPage *self) {
  g_autofree char *folder = longhand_storage_dup_folder ();
  g_autofree char *name = g_filename_display_name (folder);

  gtk_label_set_text (self->path, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->path), name);
}

static void
longhand_privacy_page_init (LonghandPrivacyPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  show_folder (self);
  adw_action_row_set_subtitle (self->network,
                               longhand_transfer_is_possible ()
                                   ? _ ("Only to download a model, when you press Download. What you say and "
                                        "write never leaves this computer.")
                                   : _ ("Never: this Longhand was built without it. What you say and write "
                                        "never leaves this computer."));
}

void
longhand_privacy_page_set_up (LonghandPrivacyPage *self, LonghandSettings *settings,
                              LonghandDictation *dictation, LonghandLibrary *library) {
  self->settings = g_object_ref (longhand_settings_get_gsettings (settings));
  self->dictation = g_object_ref (dictation);
  self->library = g_object_ref (library);
  measure (self);
  show_whether_deletable (self);
  show_keep_sound (self);
  longhand_sandbox_group_set_up (self->sandbox, dictation);
  g_settings_bind (self->settings, "keep-sessions", self->keep_sessions, "active", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (self->settings, "changed::keep-sound", G_CALLBACK (show_keep_sound), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "listed", G_CALLBACK (measure), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::state", G_CALLBACK (show_whether_deletable), self,
                           G_CONNECT_SWAPPED);
}
