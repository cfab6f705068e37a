/* Taking text away: files, the clipboard is in the actions; and not losing it when the window closes. */
#include "export/longhand-writers.h"
#include "longhand-error.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define NAME_CHARS 60 /* of at most 4 bytes: file systems have names of 255 */

static const char *
ending_of (const char *name) {
  const char *dot = strrchr (name, '.');

  return dot != NULL && dot != name ? dot + 1 : NULL;
}

static gboolean
close_window (gpointer user) {
  gtk_window_close (user);
  return G_SOURCE_REMOVE;
}

void
longhand_window_close_later (LonghandWindow *self) {
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, close_window, g_object_ref (self), g_object_unref);
}

/* Nothing that was said about leaving holds any more. */
static void
stay (LonghandWindow *self) {
  self->close_after_save = self->leaves_files = self->leaves_downloads = FALSE;
}

/* ---- choosing a file ---- */

static const LonghandWriter *
last_writer (LonghandWindow *self) {
  g_autofree char *name
      = g_settings_get_string (longhand_settings_get_gsettings (self->settings), "export-format");
  const LonghandWriter *writer = longhand_writers_find (name);

  return writer != NULL ? writer : longhand_format_get_writer (LONGHAND_FORMAT_TXT);
}

/* What the chosen filter stands for. A portal may make one of its own. */
static const LonghandWriter *
chosen_writer (LonghandWindow *self) {
  GtkFileFilter *filter = gtk_file_chooser_get_filter (GTK_FILE_CHOOSER (self->chooser));
  const LonghandWriter *writer
      = filter != NULL ? g_object_get_data (G_OBJECT (filter), "longhand-writer") : NULL;

  return writer != NULL ? writer : last_writer (self);
}

static void
offer_name (LonghandWindow *self, const char *name) {
  g_object_set_data_full (G_OBJECT (self->chooser), "longhand-offered", g_strdup (name), g_free);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
}

/* Within a sandbox, the desktop gives a file that was chosen, and no other beside it. */
static gboolean
may_rename (GFile *file) {
  g_autofree char *documents = g_build_filename (g_get_user_runtime_dir (), "doc", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (documents);

  return g_file_has_parent (file, NULL) && !g_file_has_prefix (file, folder);
}

/* (transfer full) */
static GFile *
with_ending (LonghandWindow *self, GFile *file, const LonghandWriter **writer) {
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *full = NULL;
  g_autoptr (GFile) parent = g_file_get_parent (file);

  *writer = longhand_writers_decide (name, g_object_get_data (G_OBJECT (self->chooser), "longhand-offered"),
                                     chosen_writer (self), may_rename (file), &full);
  return strcmp (full, name) == 0 ? g_object_ref (file) : g_file_get_child (parent, full);
}

static void
remember (LonghandWindow *self, GFile *file, const LonghandWriter *writer) {
  GSettings *settings = longhand_settings_get_gsettings (self->settings);
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *uri = folder != NULL ? g_file_get_uri (folder) : g_strdup ("");

  g_settings_set_string (settings, "export-format", writer->extension);
  g_settings_set_string (settings, "export-folder", uri);
}

static void
on_saved (LonghandWindow *self, GFile *file, const LonghandWriter *writer, const GError *error) {
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *message = NULL;

  if (error != NULL) {
    stay (self);
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      longhand_window_show_error (self, error);
    return;
  }
  remember (self, file, writer);
  message = g_strdup_printf (_ ("Saved as “%s”"), name);
  longhand_window_toast (self, message);
  if (self->close_after_save)
    longhand_window_close_later (self);
}

static void
save_as (LonghandWindow *self, GFile *file, const LonghandWriter *writer) {
  longhand_window_save (self, file, writer, on_saved);
}

typedef struct {
  GFile *file; /* owned */
  const LonghandWriter *writer;
} Replacement;

static void
replacement_free (Replacement *replacement, GClosure *closure) {
  g_object_unref (replacement->file);
  g_free (replacement);
}

static void
on_replace_answer (AdwMessageDialog *dialog, const char *response, Replacement *replacement) {
  LonghandWindow *self = LONGHAND_WINDOW (gtk_window_get_transient_for (GTK_WINDOW (dialog)));

  if (g_strcmp0 (response, "replace") == 0)
    save_as (self, replacement->file, replacement->writer);
  else
    stay (self);
}

static void
ask_to_replace (LonghandWindow *self, GFile *file, const LonghandWriter *writer) {
  g_autofree char *name = g_file_get_basename (file);
  Replacement *replacement = g_new (Replacement, 1);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Replace the File?"), NULL);

  *replacement = (Replacement){ g_object_ref (file), writer };
  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog),
                                  _ ("“%s” exists already. What is in it would be lost."), name);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "replace",
                                    _ ("_Replace"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "replace",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_replace_answer), replacement,
                         (GClosureNotify)replacement_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* The dialog has asked about a file of the name that was typed, but not about one with the ending added here.
 */
static void
save_chosen (LonghandWindow *self, GFile *chosen) {
  const LonghandWriter *writer;
  g_autoptr (GFile) file = with_ending (self, chosen, &writer);

  if (!g_file_equal (file, chosen) && g_file_query_exists (file, NULL))
    ask_to_replace (self, file, writer);
  else
    save_as (self, file, writer);
}

static void
on_chosen (LonghandWindow *self, int response) {
  if (response == GTK_RESPONSE_ACCEPT) {
    g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));

    save_chosen (self, file);
  } else {
    stay (self);
  }
  g_clear_object (&self->chooser);
}

/* The name follows the filter, so that what is shown is what will be written. */
static void
on_filter (LonghandWindow *self) {
  g_autofree char *name = gtk_file_chooser_get_current_name (GTK_FILE_CHOOSER (self->chooser));
  const char *ending = name != NULL ? ending_of (name) : NULL;
  g_autofree char *renamed = NULL;

  if (ending == NULL || longhand_writers_find (ending) == NULL)
    return;
  renamed = g_strdup_printf ("%.*s.%s", (int)(ending - name - 1), name, chosen_writer (self)->extension);
  offer_name (self, renamed);
}

/* Of the session that is open. (transfer full); NULL: nobody named it. */
static char *
dup_title (LonghandWindow *self) {
  GListModel *sessions = G_LIST_MODEL (self->library);

  for (guint i = 0; self->session != NULL && i < g_list_model_get_n_items (sessions); i++) {
    g_autoptr (LonghandSessionItem) item = g_list_model_get_item (sessions, i);
    const LonghandSessionSummary *summary = longhand_session_item_get_summary (item);

    if (summary->id == self->session->id)
      return g_strdup (summary->title);
  }
  return NULL;
}

/* As a file may be called, and is seen in its folder. (transfer full) */
static char *
make_file_name (const char *title) {
  char *name = g_utf8_substring (title, 0, MIN (g_utf8_strlen (title, -1), NAME_CHARS));

  g_strdelimit (name, G_DIR_SEPARATOR_S, '-');
  if (name[0] == '.')
    name[0] = '-';
  return name;
}

char *
longhand_window_dup_export_name (LonghandWindow *self, const LonghandWriter *writer) {
  g_autofree char *title = dup_title (self);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");
  g_autofree char *name = title != NULL ? make_file_name (title)
                                        /* Translators: name of an exported file; %s is the date */
                                        : g_strdup_printf (_ ("Dictation %s"), date);

  return g_strdup_printf ("%s.%s", name, writer->extension);
}

/* Where it is still there. */
static void
go_to_last_folder (LonghandWindow *self) {
  g_autofree char *uri
      = g_settings_get_string (longhand_settings_get_gsettings (self->settings), "export-folder");
  g_autoptr (GFile) folder = *uri != '\0' ? g_file_new_for_uri (uri) : NULL;

  if (folder != NULL && g_file_query_exists (folder, NULL))
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (self->chooser), folder, NULL);
}

/* GtkFileChooserNative shows this one where there is no portal, but does not tell of filters that are chosen
 * in it. NULL: a portal shows one of its own. */
static GtkFileChooserDialog *
find_dialog (LonghandWindow *self) {
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

    if (GTK_IS_FILE_CHOOSER_DIALOG (window) && gtk_widget_get_visible (GTK_WIDGET (window))
        && gtk_window_get_transient_for (window) == GTK_WINDOW (self))
      return GTK_FILE_CHOOSER_DIALOG (window);
  }
  return NULL;
}

void
longhand_window_export (LonghandWindow *self) {
  const LonghandWriter *preferred = last_writer (self);
  g_autofree char *name = longhand_window_dup_export_name (self, preferred);
  GtkFileChooserDialog *dialog;

  if (self->chooser != NULL || self->saving != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Export Text"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  for (guint i = 0; i < longhand_writers_get_n (); i++) {
    g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
    const LonghandWriter *writer = longhand_writers_get (i);

    gtk_file_filter_set_name (filter, _ (writer->title));
    gtk_file_filter_add_suffix (filter, writer->extension);
    g_object_set_data (G_OBJECT (filter), "longhand-writer", (gpointer)writer);
    gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
    if (writer == preferred)
      gtk_file_chooser_set_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  }
  offer_name (self, name);
  go_to_last_folder (self);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
  dialog = find_dialog (self);
  if (dialog != NULL)
    g_signal_connect_object (dialog, "notify::filter", G_CALLBACK (on_filter), self, G_CONNECT_SWAPPED);
}

/* ---- closing ---- */

static void
on_save_answer (AdwMessageDialog *dialog, const char *response, LonghandWindow *self) {
  if (g_strcmp0 (response, "discard") == 0) {
    self->close_for_good = TRUE;
    longhand_window_close_later (self);
  } else if (g_strcmp0 (response, "save") == 0) {
    self->close_after_save = TRUE;
    longhand_window_export (self);
  } else {
    stay (self);
  }
}

void
longhand_window_ask_to_save (LonghandWindow *self) {
  GtkWidget *dialog;

  if (self->question != NULL) {
    gtk_window_present (self->question);
    return;
  }
  dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Save the Text?"),
                                   _ ("What you do not save is lost when the window closes."));
  g_set_weak_pointer (&self->question, GTK_WINDOW (dialog));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard",
                                    _ ("_Discard"), "save", _ ("_Save…"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_save_answer), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
