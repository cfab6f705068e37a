/* Actions of the window, and the menus behind the microphone and model buttons. */
#include "window/longhand-keys-window.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

static void
record (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_dictation_toggle (LONGHAND_WINDOW (widget)->dictation);
}

static void
export_text (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_export (LONGHAND_WINDOW (widget));
}

static void
copy_all (GtkWidget *widget, const char *name, GVariant *parameter) {
  LonghandWindow *self = LONGHAND_WINDOW (widget);
  g_autofree char *text = longhand_document_dup_text (longhand_editor_get_document (self->editor));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  longhand_window_toast (self, _ ("Text copied"));
}

static void
insert_left_out (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_insert_left_out (LONGHAND_WINDOW (widget), g_variant_get_uint32 (parameter));
}

static void
show_left_out (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_show_left_out (LONGHAND_WINDOW (widget));
}

static void
show_keys (GtkWidget *widget, const char *name, GVariant *parameter) {
  GtkWidget *window = longhand_keys_window_new (gtk_window_get_application (GTK_WINDOW (widget)));

  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (widget));
  gtk_window_present (GTK_WINDOW (window));
}

/* Where the focus is: among the sessions, or in the text. */
static void
find (GtkWidget *widget, const char *name, GVariant *parameter) {
  LonghandWindow *self = LONGHAND_WINDOW (widget);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->sidebar)))
    longhand_sidebar_focus_search (self->sidebar);
  else
    longhand_editor_open_find (self->editor);
}

static void
new_session (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_new_session (LONGHAND_WINDOW (widget));
}

static void
restore_session (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_restore_session (LONGHAND_WINDOW (widget), g_variant_get_int64 (parameter));
}

static void
toggle_sidebar (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_toggle_sidebar (LONGHAND_WINDOW (widget));
}

static void
play (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_player_bar_toggle (LONGHAND_WINDOW (widget)->player);
}

static void
transcribe_again (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_transcribe_again (LONGHAND_WINDOW (widget));
}

static void
open_word (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_open_word_at_caret (LONGHAND_WINDOW (widget));
}

static void
find_next (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_editor_find_next (LONGHAND_WINDOW (widget)->editor);
}

static void
find_previous (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_editor_find_previous (LONGHAND_WINDOW (widget)->editor);
}

static void
open_menu (GtkWidget *widget, const char *name, GVariant *parameter) {
  gtk_menu_button_popup (LONGHAND_WINDOW (widget)->menu);
}

static void
print (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_print (LONGHAND_WINDOW (widget));
}

static void
open_files (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_choose_files (LONGHAND_WINDOW (widget));
}

static void
show_files (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_show_files (LONGHAND_WINDOW (widget));
}

static void
set_up_again (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_set_up_again (LONGHAND_WINDOW (widget));
}

static void
open_models (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_open_models (LONGHAND_WINDOW (widget));
}

static void
open_models_folder (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_window_open_models_folder (LONGHAND_WINDOW (widget));
}

/* Dictated text is undone wherever the focus is, except where something else is being typed. */
static gboolean
step (GtkWidget *widget, GVariant *action, gpointer user) {
  LonghandWindow *self = LONGHAND_WINDOW (widget);

  if (GTK_IS_EDITABLE (gtk_window_get_focus (GTK_WINDOW (self))))
    return GDK_EVENT_PROPAGATE;
  return gtk_widget_activate_action (longhand_editor_get_view (self->editor),
                                     g_variant_get_string (action, NULL), NULL);
}

void
longhand_window_install_actions (GtkWidgetClass *widget_class) {
  gtk_widget_class_add_binding (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, step, "s", "text.undo");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, step, "s",
                                "text.redo");
  gtk_widget_class_install_action (widget_class, "win.record", NULL, record);
  gtk_widget_class_install_action (widget_class, "win.export", NULL, export_text);
  gtk_widget_class_install_action (widget_class, "win.copy-all", NULL, copy_all);
  gtk_widget_class_install_action (widget_class, "win.insert-left-out", "u", insert_left_out);
  gtk_widget_class_install_action (widget_class, "win.left-out", NULL, show_left_out);
  gtk_widget_class_install_action (widget_class, "win.find", NULL, find);
  gtk_widget_class_install_action (widget_class, "win.find-next", NULL, find_next);
  gtk_widget_class_install_action (widget_class, "win.find-previous", NULL, find_previous);
  gtk_widget_class_install_action (widget_class, "win.play", NULL, play);
  gtk_widget_class_install_action (widget_class, "win.word", NULL, open_word);
  gtk_widget_class_install_action (widget_class, "win.transcribe-again", NULL, transcribe_again);
  gtk_widget_class_install_action (widget_class, "win.set-up-again", NULL, set_up_again);
  gtk_widget_class_install_action (widget_class, "win.new-session", NULL, new_session);
  gtk_widget_class_install_action (widget_class, "win.restore-session", "x", restore_session);
  gtk_widget_class_install_action (widget_class, "win.sidebar", NULL, toggle_sidebar);
  gtk_widget_class_install_action (widget_class, "win.menu", NULL, open_menu);
  gtk_widget_class_install_action (widget_class, "win.print", NULL, print);
  gtk_widget_class_install_action (widget_class, "win.open-files", NULL, open_files);
  gtk_widget_class_install_action (widget_class, "win.files", NULL, show_files);
  gtk_widget_class_install_action (widget_class, "win.keys", NULL, show_keys);
  gtk_widget_class_install_action (widget_class, "win.models", NULL, open_models);
  gtk_widget_class_install_action (widget_class, "win.open-models-folder", NULL, open_models_folder);
}

/* ---- menus ---- */

/* Names of devices and models come from elsewhere: an underscore in them is no mnemonic. */
static void
append_choice (GMenu *menu, const char *title, const char *action, const char *id) {
  g_auto (GStrv) parts = g_strsplit (title, "_", -1);
  g_autofree char *label = g_strjoinv ("__", parts);
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", id);
  g_menu_append_item (menu, item);
}

/* The button is named after what it chooses; what is chosen is said after it. */
static void
show_choice (GtkMenuButton *button, GtkLabel *label, const char *title) {
  gtk_label_set_label (label, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, title, -1);
}

/* A chosen one that is not there keeps its name: it is still the one that is recorded from. */
static char *
title_of_microphone (GPtrArray *devices, const char *id) {
  g_autofree char *title = NULL;

  if (*id == '\0')
    return g_strdup (_ ("Follow the System"));
  for (guint i = 0; i < devices->len; i++) {
    const LonghandDevice *device = g_ptr_array_index (devices, i);

    if (strcmp (device->id, id) == 0)
      return g_strdup (device->name);
  }
  title = longhand_device_dup_title (id);
  return devices->len > 0 ? g_strdup_printf (_ ("%s (not connected)"), title) : g_steal_pointer (&title);
}

void
longhand_window_fill_microphones (LonghandWindow *self) {
  GPtrArray *devices = longhand_dictation_get_devices (self->dictation);
  g_autofree char *current = longhand_settings_dup_microphone (self->settings);
  g_autofree char *title = title_of_microphone (devices, current);

  g_menu_remove_all (self->microphones);
  append_choice (self->microphones, _ ("Follow the System"), "settings.microphone", "");
  for (guint i = 0; i < devices->len; i++) {
    const LonghandDevice *device = g_ptr_array_index (devices, i);

    append_choice (self->microphones, device->name, "settings.microphone", device->id);
  }
  show_choice (self->microphone, self->microphone_label, title);
}

void
longhand_window_fill_models (LonghandWindow *self) {
  g_autoptr (GMenu) folder = g_menu_new ();
  g_autoptr (GMenu) models = g_menu_new ();
  const char *title = longhand_dictation_get_model_title (self->dictation);

  append_choice (models, _ ("Best Installed"), "settings.model", "");
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++) {
    g_autoptr (LonghandModel) model = g_list_model_get_item (G_LIST_MODEL (self->store), i);

    append_choice (models, longhand_model_get_title (model), "settings.model", longhand_model_get_id (model));
  }
  g_menu_append (folder, _ ("Manage Models…"), "win.models");
  g_menu_append (folder, _ ("Open Models Folder"), "win.open-models-folder");
  g_menu_remove_all (self->models);
  g_menu_append_section (self->models, NULL, G_MENU_MODEL (models));
  g_menu_append_section (self->models, NULL, G_MENU_MODEL (folder));
  switch (longhand_dictation_get_model_state (self->dictation)) {
  case LONGHAND_MODEL_STATE_LOADING:
    show_choice (self->model, self->model_label, _ ("Loading…"));
    break;
  case LONGHAND_MODEL_STATE_READY:
    show_choice (self->model, self->model_label, title != NULL ? title : "");
    break;
  case LONGHAND_MODEL_STATE_NONE:
  case LONGHAND_MODEL_STATE_FAILED:
  default:
    show_choice (self->model, self->model_label, _ ("No Model"));
    break;
  }
}

/* Before a menu is shown; what is found out meanwhile changes it in place. */
static void
refresh_devices (GtkMenuButton *button, gpointer user) {
  longhand_dictation_refresh_devices (LONGHAND_WINDOW (user)->dictation);
}

static void
refresh_models (GtkMenuButton *button, gpointer user) {
  longhand_model_store_refresh (LONGHAND_WINDOW (user)->store);
}

void
longhand_window_init_actions (LonghandWindow *self) {
  GSettings *settings = longhand_settings_get_gsettings (self->settings);
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GAction) microphone = g_settings_create_action (settings, "microphone");
  g_autoptr (GAction) model = g_settings_create_action (settings, "model");
  g_autoptr (GPropertyAction) performance = g_property_action_new ("performance", self->flap, "reveal-flap");

  g_action_map_add_action (G_ACTION_MAP (group), microphone);
  g_action_map_add_action (G_ACTION_MAP (group), model);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "settings", G_ACTION_GROUP (group));
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (performance));

  self->microphones = g_menu_new ();
  self->models = g_menu_new ();
  gtk_menu_button_set_menu_model (self->microphone, G_MENU_MODEL (self->microphones));
  gtk_menu_button_set_menu_model (self->model, G_MENU_MODEL (self->models));
  longhand_window_fill_microphones (self);
  longhand_window_fill_models (self);

  gtk_menu_button_set_create_popup_func (self->microphone, refresh_devices, self, NULL);
  gtk_menu_button_set_create_popup_func (self->model, refresh_models, self, NULL);
  g_signal_connect_object (self->dictation, "devices-changed", G_CALLBACK (longhand_window_fill_microphones),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "notify::microphone",
                           G_CALLBACK (longhand_window_fill_microphones), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dictation, "notify::model-state", G_CALLBACK (longhand_window_fill_models),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dictation, "notify::model-title", G_CALLBACK (longhand_window_fill_models),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "items-changed", G_CALLBACK (longhand_window_fill_models), self,
                           G_CONNECT_SWAPPED);
}
