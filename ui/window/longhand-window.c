#include "longhand-config.h"
#include "widgets/longhand-accessible.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>

#define ELAPSED_INTERVAL_MS 200

G_DEFINE_FINAL_TYPE (LonghandWindow, longhand_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- dictation ---- */

static void
on_tentative (LonghandWindow *self, const char *text, guint n_firm) {
  longhand_editor_set_tentative (self->editor, text, (guint)g_utf8_strlen (text, (gssize)n_firm));
}

static void
on_committed (LonghandWindow *self, LonghandUtterance *utterance) {
  longhand_editor_commit (self->editor, utterance);
}

static gboolean
show_elapsed (gpointer user) {
  LonghandWindow *self = user;
  const gint64 seconds = longhand_dictation_get_recording_ms (self->dictation) / 1000;
  g_autofree char *text = NULL;

  if (seconds >= 3600)
    text = g_strdup_printf ("%d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                            (int)(seconds % 60));
  else
    text = g_strdup_printf ("%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
  gtk_label_set_label (self->elapsed, text);
  return G_SOURCE_CONTINUE;
}

/* The name is told apart from the label, which goes where there is no room for it. */
static void
name_record_button (LonghandWindow *self, const char *name, const char *tooltip) {
  GtkAccessible *button = GTK_ACCESSIBLE (self->record);

  adw_button_content_set_label (self->record_content, name);
  gtk_accessible_reset_relation (button, GTK_ACCESSIBLE_RELATION_LABELLED_BY); /* or it is called "Stop Stop" */
  gtk_accessible_update_property (button, GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->record), tooltip);
}

static void
show_record_button (LonghandWindow *self, LonghandState state) {
  GtkWidget *button = GTK_WIDGET (self->record);

  switch (state) {
  case LONGHAND_STATE_STARTING:
  case LONGHAND_STATE_RECORDING:
    adw_button_content_set_icon_name (self->record_content, "media-playback-stop-symbolic");
    name_record_button (self, _ ("Stop"), _ ("Stop Recording"));
    break;
  case LONGHAND_STATE_WAITING:
    adw_button_content_set_icon_name (self->record_content, "media-playback-stop-symbolic");
    name_record_button (self, _ ("Cancel"), _ ("Do Not Wait for the Microphone"));
    break;
  case LONGHAND_STATE_FINISHING:
    name_record_button (self, _ ("Wait…"), _ ("The last words are being recognised"));
    break;
  case LONGHAND_STATE_IDLE:
  default:
    adw_button_content_set_icon_name (self->record_content, "media-record-symbolic");
    name_record_button (self, _ ("Record"), _ ("Record"));
    break;
  }
  gtk_widget_remove_css_class (button, "suggested-action");
  gtk_widget_remove_css_class (button, "destructive-action");
  if (state == LONGHAND_STATE_IDLE)
    gtk_widget_add_css_class (button, "suggested-action");
  else if (state == LONGHAND_STATE_STARTING || state == LONGHAND_STATE_RECORDING)
    gtk_widget_add_css_class (button, "destructive-action");
}

static void
on_state (LonghandWindow *self) {
  const LonghandState state = longhand_dictation_get_state (self->dictation);
  const gboolean recording = state == LONGHAND_STATE_RECORDING;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.record", state != LONGHAND_STATE_FINISHING);
  show_record_button (self, state);
  gtk_revealer_set_reveal_child (self->recording, recording);
  longhand_window_follow_state (self, state);
  longhand_window_follow_sound (self);
  if (recording) {
    show_elapsed (self);
    if (self->elapsed_timeout == 0)
      self->elapsed_timeout = g_timeout_add (ELAPSED_INTERVAL_MS, show_elapsed, self);
  } else {
    g_clear_handle_id (&self->elapsed_timeout, g_source_remove);
  }
  /* The button lost the focus while it could not be pressed. */
  if (state == LONGHAND_STATE_IDLE && gtk_window_get_focus (GTK_WINDOW (self)) == NULL)
    gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->record));
  longhand_window_follow_rest (self);
  if (self->close_when_idle && !longhand_dictation_has_pending (self->dictation)) {
    self->close_when_idle = FALSE;
    gtk_window_close (GTK_WINDOW (self));
  }
}

/* Reached only when what has the focus, such as the text, does not take the key itself. */
static gboolean
on_key (LonghandWindow *self, guint key, guint code, GdkModifierType modifiers) {
  if (key != GDK_KEY_space || (modifiers & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;
  return gtk_widget_activate_action (GTK_WIDGET (self), "win.record", NULL);
}

/* ---- life ---- */

static gboolean
longhand_window_close_request (GtkWindow *window) {
  LonghandWindow *self = LONGHAND_WINDOW (window);

  if (longhand_dictation_has_pending (self->dictation)) {
    self->close_when_idle = TRUE;
    if (!gtk_widget_activate_action (GTK_WIDGET (self), "app.stop", NULL)) /* starts that wait, too */
      longhand_dictation_stop (self->dictation);
    return GDK_EVENT_STOP;
  }
  if (self->saving != NULL) {
    self->close_after_save = TRUE;
    return GDK_EVENT_STOP;
  }
  if (longhand_window_asks_about_files (self) || longhand_window_asks_about_downloads (self))
    return GDK_EVENT_STOP;
  if (!longhand_window_keep_all (self) && !self->close_for_good
      && longhand_document_get_unsaved (longhand_editor_get_document (self->editor))) {
    longhand_window_ask_to_save (self);
    return GDK_EVENT_STOP;
  }
  return GTK_WINDOW_CLASS (longhand_window_parent_class)->close_request (window);
}

static void
longhand_window_dispose (GObject *object) {
  LonghandWindow *self = LONGHAND_WINDOW (object);

  g_clear_handle_id (&self->elapsed_timeout, g_source_remove);
  g_clear_handle_id (&self->behind_timeout, g_source_remove);
  g_clear_handle_id (&self->save_timeout, g_source_remove);
  g_clear_weak_pointer (&self->behind);
  g_clear_weak_pointer (&self->question);
  g_clear_weak_pointer (&self->models_window);
  longhand_window_dispose_downloads (self);
  g_clear_weak_pointer (&self->files_window);
  g_clear_weak_pointer (&self->files_question);
  g_clear_object (&self->chooser);
  g_clear_object (&self->files_chooser);
  g_clear_object (&self->print_settings);
  longhand_window_end_drag (self);
  g_action_map_remove_action (G_ACTION_MAP (self), "performance"); /* it holds the flap */
  g_clear_object (&self->models);
  g_clear_object (&self->microphones);
  g_clear_pointer (&self->session, longhand_session_free);
  g_clear_pointer (&self->kept_text, g_free);
  g_clear_pointer (&self->removed, g_array_unref);
  longhand_window_dispose_again (self);
  longhand_window_dispose_sound (self);
  g_clear_object (&self->files);
  g_clear_object (&self->library);
  g_clear_object (&self->dictation);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_window_parent_class)->dispose (object);
}

static void
longhand_window_class_init (LonghandWindowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_BANNER);
  g_type_ensure (LONGHAND_TYPE_EDITOR);
  g_type_ensure (LONGHAND_TYPE_LEVEL_METER);
  g_type_ensure (LONGHAND_TYPE_PERFORMANCE_PANEL);
  g_type_ensure (LONGHAND_TYPE_PLAYER_BAR);
  g_type_ensure (LONGHAND_TYPE_SIDEBAR);
  G_OBJECT_CLASS (klass)->dispose = longhand_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = longhand_window_close_request;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/window/longhand-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, sides);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, performance);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, editor);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, player);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, hint);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, recovered);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, files_banner);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, downloads_banner);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, problem);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, record);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, record_content);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, menu);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, recording);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, meter);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, elapsed);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, microphone);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, microphone_label);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, model);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, model_label);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, copy);
  gtk_widget_class_bind_template_child (widget_class, LonghandWindow, drop_hint);
  gtk_widget_class_bind_template_callback (widget_class, on_key);
  longhand_window_install_actions (widget_class);
}

static void
longhand_window_init (LonghandWindow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  longhand_accessible_tell_while_drawn (GTK_WIDGET (self->sidebar));
  longhand_accessible_tell_while_drawn (GTK_WIDGET (self->performance));
  longhand_accessible_tell_while_drawn (gtk_revealer_get_child (self->recording));
  longhand_accessible_name_toasts (GTK_WIDGET (self->toasts));
}

LonghandWindow *
longhand_window_new (GtkApplication *application, LonghandSettings *settings, LonghandModelStore *store,
                     LonghandDictation *dictation, LonghandLibrary *library, LonghandSounds *sounds) {
  LonghandWindow *self = g_object_new (LONGHAND_TYPE_WINDOW, "application", application, NULL);
  GSettings *gsettings = longhand_settings_get_gsettings (settings);

  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  self->dictation = g_object_ref (dictation);
  self->downloads = longhand_downloads_new (store);
  self->library = g_object_ref (library);
  self->sounds = g_object_ref (sounds);
  g_settings_bind (gsettings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (gsettings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (gsettings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (gsettings, "show-performance", self->flap, "reveal-flap", G_SETTINGS_BIND_DEFAULT);
  longhand_level_meter_set_dictation (self->meter, dictation);
  longhand_performance_panel_set_up (self->performance, settings, store, dictation);
  longhand_window_init_actions (self);
  longhand_window_init_messages (self);
  longhand_window_init_microphone (self);
  longhand_window_init_sound (self);
  longhand_window_init_word (self);
  longhand_window_init_again (self);
  longhand_window_init_library (self);
  longhand_window_init_downloads (self);
  longhand_window_init_drag (self);

  g_signal_connect_object (dictation, "tentative", G_CALLBACK (on_tentative), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "committed", G_CALLBACK (on_committed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "failed", G_CALLBACK (longhand_window_show_error), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::state", G_CALLBACK (on_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::model-state", G_CALLBACK (on_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::model-is-bundled", G_CALLBACK (longhand_window_update_hint),
                           self, G_CONNECT_SWAPPED);
  on_state (self);
  longhand_window_update_hint (self);
  gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->record));
  longhand_dictation_refresh_devices (dictation);
  return self;
}

LonghandEditor *
longhand_window_get_editor (LonghandWindow *self) {
  return self->editor;
}
