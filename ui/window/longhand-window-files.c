/* Audio files: the ways into the queue, word of it in the window, and leaving while it is at work. */
#include "files/longhand-files-window.h"
#include "widgets/longhand-drop-hint.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>

static const char *const endings[] = { "wav",  "flac", "ogg", "oga", "opus", "mp3", "aif",
                                       "aiff", "aifc", "au",  "snd", "caf",  "w64", "rf64" };

/* ---- the window of the queue ---- */

static void
on_opened (LonghandWindow *self, LonghandFileItem *item) {
  gtk_window_close (self->files_window);
  gtk_window_present (GTK_WINDOW (self));
  longhand_window_open_text (self, longhand_file_item_get_session_id (item),
                             longhand_file_item_get_session (item));
}

/* It also goes with the window, which then has nothing to tell any more. */
static void
on_files_window_closed (LonghandWindow *self) {
  if (self->files != NULL)
    longhand_window_follow_files (self);
}

void
longhand_window_show_files (LonghandWindow *self) {
  self->leaves_files = FALSE; /* there may be others from here on */
  if (self->files_window == NULL) {
    GtkWidget *window = longhand_files_window_new (self->files);

    gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
    gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
    g_set_weak_pointer (&self->files_window, GTK_WINDOW (window));
    g_signal_connect_object (window, "add", G_CALLBACK (longhand_window_choose_files), self,
                             G_CONNECT_SWAPPED);
    g_signal_connect_object (window, "opened", G_CALLBACK (on_opened), self, G_CONNECT_SWAPPED);
    g_signal_connect_object (window, "unmap", G_CALLBACK (on_files_window_closed), self, G_CONNECT_SWAPPED);
  }
  gtk_window_present (self->files_window);
  longhand_window_follow_files (self);
}

/* ---- ways in ---- */

void
longhand_window_add_files (LonghandWindow *self, GFile **files, guint n) {
  for (guint i = 0; i < n; i++)
    longhand_file_queue_add (self->files, files[i]);
  longhand_window_show_files (self);
}

/* As its name has it; whether it is one the import finds out. */
static gboolean
is_model (GFile *file) {
  g_autofree char *name = g_file_get_basename (file);

  return g_file_peek_path (file) != NULL && g_str_has_prefix (name, "ggml-")
         && g_str_has_suffix (name, ".bin");
}

/* Models go to the list of models, all else is taken for sound. */
static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, LonghandWindow *self) {
  const GSList *files = g_value_get_boxed (value);
  gboolean has_sound = FALSE;

  for (const GSList *l = files; l != NULL; l = l->next)
    if (is_model (l->data)) {
      longhand_window_import_model (self, g_file_peek_path (l->data));
    } else {
      longhand_file_queue_add (self->files, l->data);
      has_sound = TRUE;
    }
  if (has_sound)
    longhand_window_show_files (self);
  return files != NULL;
}

static void
on_chosen (LonghandWindow *self, int response) {
  g_autoptr (GListModel) chosen = NULL;

  if (response == GTK_RESPONSE_ACCEPT) {
    chosen = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (self->files_chooser));
    for (guint i = 0; i < g_list_model_get_n_items (chosen); i++) {
      g_autoptr (GFile) file = g_list_model_get_item (chosen, i);

      longhand_file_queue_add (self->files, file);
    }
    longhand_window_show_files (self);
  }
  g_clear_object (&self->files_chooser);
}

static void
add_filters (GtkFileChooser *chooser) {
  g_autoptr (GtkFileFilter) sound = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (sound, _ ("Audio Files"));
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    gtk_file_filter_add_suffix (sound, endings[i]);
  gtk_file_filter_set_name (all, _ ("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (chooser, sound);
  gtk_file_chooser_add_filter (chooser, all);
}

void
longhand_window_choose_files (LonghandWindow *self) {
  GtkWindow *parent = self->files_window != NULL ? self->files_window : GTK_WINDOW (self);

  if (self->files == NULL || self->files_chooser != NULL)
    return;
  self->files_chooser = gtk_file_chooser_native_new (_ ("Open Audio Files"), parent,
                                                     GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->files_chooser), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->files_chooser), TRUE);
  add_filters (GTK_FILE_CHOOSER (self->files_chooser));
  g_signal_connect_object (self->files_chooser, "response", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->files_chooser));
}

/* ---- word of it ---- */

static void
tell_of_end (LonghandWindow *self) {
  AdwToast *toast = adw_toast_new (_ ("Audio files are done"));

  adw_toast_set_button_label (toast, _ ("Show"));
  adw_toast_set_action_name (toast, "win.files");
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
tell_of_work (LonghandWindow *self, guint n) {
  g_autofree char *message = g_strdup_printf (
      ngettext ("%u audio file is being transcribed.", "%u audio files are being transcribed.", n), n);

  if (n != self->n_files_told && !self->files_dismissed)
    longhand_banner_show (self->files_banner, message, _ ("Show"));
  self->n_files_told = n;
}

/* Until all are done. */
static void
on_dismissed (LonghandWindow *self) {
  self->files_dismissed = TRUE;
  longhand_banner_hide (self->files_banner);
}

/* Who has the queue before them need not be told of it. */
void
longhand_window_follow_files (LonghandWindow *self) {
  const guint n = longhand_file_queue_get_n_open (self->files);
  const gboolean is_seen
      = self->files_window != NULL && gtk_widget_get_mapped (GTK_WIDGET (self->files_window));
  const gboolean was_told = self->n_files_told > 0;

  if (n > 0 && !is_seen) {
    tell_of_work (self, n);
    return;
  }
  longhand_banner_hide (self->files_banner);
  self->n_files_told = 0;
  self->files_dismissed = self->files_dismissed && n > 0;
  if (was_told && !is_seen)
    tell_of_end (self);
}

/* ---- leaving ---- */

/* Who stops the work may still be asked about texts that were there before. */
static void
on_answer (AdwMessageDialog *dialog, const char *response, LonghandWindow *self) {
  const gboolean goes_on = g_strcmp0 (response, "go-on") == 0;
  const gboolean discards = g_strcmp0 (response, "discard") == 0;

  self->leaves_files = goes_on || discards;
  if (g_strcmp0 (response, "stop") == 0 || discards)
    longhand_file_queue_cancel_all (self->files);
  else if (!goes_on)
    return;
  longhand_window_close_later (self);
}

static void
ask (LonghandWindow *self, GtkWidget *dialog) {
  g_set_weak_pointer (&self->files_question, GTK_WINDOW (dialog));
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_answer), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
ask_about_work (LonghandWindow *self) {
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), _ ("Finish the Audio Files?"),
      _ ("Some are still being transcribed. Longhand can go on without its window, and "
         "tells you when they are done."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "stop", _ ("_Stop"),
                                    "go-on", _ ("_Go On"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "go-on", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "go-on");
  ask (self, dialog);
}

/* Sessions are not kept, so nobody could go on without the window; or the library cannot be written. */
static void
ask_about_texts (LonghandWindow *self) {
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), _ ("Lose Texts of Audio Files?"),
      _ ("They are kept nowhere else: open them in the list of files, and export them."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard",
                                    _ ("_Discard"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard",
                                              ADW_RESPONSE_DESTRUCTIVE);
  ask (self, dialog);
}

gboolean
longhand_window_asks_about_files (LonghandWindow *self) {
  const gboolean keeps
      = g_settings_get_boolean (longhand_settings_get_gsettings (self->settings), "keep-sessions");
  const gboolean is_busy = self->files != NULL && longhand_file_queue_get_n_open (self->files) > 0;
  const gboolean has_texts = self->files != NULL && longhand_file_queue_get_n_unkept (self->files) > 0;

  if (self->leaves_files || (!is_busy && !has_texts))
    return FALSE;
  if (!is_busy && keeps && longhand_library_flush (self->library, LONGHAND_WINDOW_CLOSE_TIMEOUT_US))
    return FALSE;
  if (self->files_question != NULL)
    gtk_window_present (self->files_question);
  else if (is_busy && keeps)
    ask_about_work (self);
  else
    ask_about_texts (self);
  return TRUE;
}

/* ---- life ---- */

void
longhand_window_set_files (LonghandWindow *self, LonghandFileQueue *files) {
  GtkDropTarget *drop = longhand_files_drop_target_new ();

  self->files = g_object_ref (files);
  /* Before the text, which would take their names. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drop), GTK_PHASE_CAPTURE);
  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), self);
  longhand_drop_hint_follow (self->drop_hint, drop);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  g_signal_connect_object (files, "changed", G_CALLBACK (longhand_window_follow_files), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->files_banner, "activated", G_CALLBACK (longhand_window_show_files), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->files_banner, "dismissed", G_CALLBACK (on_dismissed), self,
                           G_CONNECT_SWAPPED);
  longhand_window_follow_files (self);
}
