/* What the window has to say: problems with a way out, what was recovered, the hint about models, small
 * notices. */
#include "longhand-error.h"
#include "window/longhand-left-out-window.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>

#define BEHIND_DELAY_MS 1500 /* a model that has just been loaded catches up within moments */

static LonghandDocument *
get_document (LonghandWindow *self) {
  return longhand_editor_get_document (self->editor);
}

void
longhand_window_toast (LonghandWindow *self, const char *message) {
  g_autofree char *title = g_markup_escape_text (message, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (title));
}

/* ---- words that come late ---- */

static gboolean
say_behind (gpointer user_data) {
  LonghandWindow *self = user_data;
  AdwToast *toast = adw_toast_new (_ ("The computer cannot keep up: words appear when a sentence is over."));

  self->behind_timeout = 0;
  adw_toast_set_timeout (toast, 0);
  g_set_weak_pointer (&self->behind, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
  return G_SOURCE_REMOVE;
}

void
longhand_window_set_behind (LonghandWindow *self, gboolean is_behind) {
  if (!is_behind) {
    g_clear_handle_id (&self->behind_timeout, g_source_remove);
    if (self->behind != NULL)
      adw_toast_dismiss (self->behind);
  } else if (self->behind == NULL && self->behind_timeout == 0) {
    self->behind_timeout = g_timeout_add (BEHIND_DELAY_MS, say_behind, self);
  }
}

static void
on_is_behind (LonghandWindow *self) {
  gboolean is_behind;

  g_object_get (self->dictation, "is-behind", &is_behind, NULL);
  longhand_window_set_behind (self, is_behind);
}

/* ---- what nobody seems to have said ---- */

static void
follow_left_out (LonghandWindow *self) {
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.left-out",
                                 longhand_document_get_n_left_out (get_document (self)) > 0);
}

/* The last one to come is the last one there is. */
static void
tell_left_out (LonghandWindow *self, const char *text) {
  g_autoptr (GArray) numbers = longhand_document_dup_left_out (get_document (self));
  g_autofree char *message = g_strdup_printf (_ ("Left out, as nobody seemed to speak: “%s”"), text);
  g_autofree char *title = g_markup_escape_text (message, -1);
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_button_label (toast, _ ("Insert"));
  adw_toast_set_action_name (toast, "win.insert-left-out");
  adw_toast_set_action_target (toast, "u", g_array_index (numbers, guint, numbers->len - 1));
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* Nobody reads a window that is not there for it: then it is only kept. */
static void
on_left_out (LonghandWindow *self, LonghandUtterance *utterance) {
  longhand_document_leave_out (get_document (self), utterance);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    tell_left_out (self, utterance->text);
}

void
longhand_window_insert_left_out (LonghandWindow *self, guint i) {
  longhand_editor_insert_left_out (self->editor, i);
}

void
longhand_window_show_left_out (LonghandWindow *self) {
  GtkWidget *window = longhand_left_out_window_new (get_document (self));

  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  g_signal_connect_object (window, "inserted", G_CALLBACK (longhand_window_insert_left_out), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

/* ---- problems ---- */

static void
record_again (LonghandWindow *self) {
  longhand_dictation_start (self->dictation);
}

static void
show_models_folder (LonghandWindow *self) {
  longhand_window_open_models_folder (self);
}

void
longhand_window_show_error (LonghandWindow *self, const GError *error) {
  const char *button = NULL;

  self->solve = NULL;
  self->says_unkept = FALSE;
  if (error->domain == LONGHAND_ERROR) {
    switch ((LonghandError)error->code) {
    case LONGHAND_ERROR_NO_MICROPHONE:
    case LONGHAND_ERROR_DEVICE_ABSENT:
    case LONGHAND_ERROR_DEVICE_BUSY:
      self->solve = record_again;
      button = _ ("Try Again");
      break;
    case LONGHAND_ERROR_DEVICE_LOST:
      self->solve = record_again;
      button = _ ("Record Again");
      break;
    case LONGHAND_ERROR_MODEL_MISSING:
    case LONGHAND_ERROR_MODEL_BROKEN:
      self->solve = show_models_folder;
      button = _ ("Open Models Folder");
      break;
    case LONGHAND_ERROR_FAILED:
    case LONGHAND_ERROR_MODEL_UNSUPPORTED:
    case LONGHAND_ERROR_NO_MEMORY:
    case LONGHAND_ERROR_AUDIO_FILE:
    case LONGHAND_ERROR_WRITE:
    case LONGHAND_ERROR_INVALID:
    case LONGHAND_ERROR_CANCELLED:
    default:
      break;
    }
  }
  longhand_banner_show (self->problem, error->message, button);
  longhand_window_note_error (self, error);
}

static void
on_problem_activated (LonghandWindow *self) {
  longhand_banner_hide (self->problem);
  if (self->solve != NULL)
    self->solve (self);
}

/* Whoever comes back from the folder with a model, or a whole one, finds it in use: dictation follows the
 * store. */
static void
on_active (LonghandWindow *self) {
  if (gtk_window_is_active (GTK_WINDOW (self))
      && longhand_dictation_get_model_state (self->dictation) == LONGHAND_MODEL_STATE_FAILED)
    longhand_model_store_refresh (self->store);
}

static void
on_model_state (LonghandWindow *self) {
  if (longhand_dictation_get_model_state (self->dictation) == LONGHAND_MODEL_STATE_READY
      && self->solve == show_models_folder)
    longhand_banner_hide (self->problem);
  longhand_window_update_hint (self);
}

/* ---- what was recovered ---- */

static void
on_recovered (LonghandWindow *self, gint64 begun_us) {
  g_autoptr (GDateTime) begun = g_date_time_new_from_unix_local (begun_us / G_USEC_PER_SEC);
  /* Translators: when a session began, as g_date_time_format writes it; %x is the date */
  g_autofree char *when = begun != NULL ? g_date_time_format (begun, _ ("%x, %H:%M")) : g_strdup ("?");
  g_autofree char *message = NULL;

  if (g_settings_get_boolean (longhand_settings_get_gsettings (self->settings), "keep-sessions"))
    message = g_strdup_printf (
        _ ("Recovered session of %s: Longhand ended before you closed it. What was kept by "
           "then is in the list of sessions, and the rest follows here."),
        when);
  else
    message
        = g_strdup_printf (_ ("Recovered session of %s: Longhand ended before you closed it. Your text is "
                              "back, and what was not written out yet follows."),
                           when);
  longhand_banner_show (self->recovered, message, NULL);
}

/* ---- the hint about models ---- */

void
longhand_window_update_hint (LonghandWindow *self) {
  GSettings *settings = longhand_settings_get_gsettings (self->settings);
  const LonghandModelState state = longhand_dictation_get_model_state (self->dictation);

  if ((state == LONGHAND_MODEL_STATE_READY || state == LONGHAND_MODEL_STATE_LOADING)
      && longhand_dictation_get_model_is_bundled (self->dictation)
      && g_settings_get_boolean (settings, "show-model-hint"))
    longhand_banner_show (self->hint,
                          _ ("The built-in model is a small one that makes many mistakes with real voices."),
                          _ ("Get a Better One…"));
  else
    longhand_banner_hide (self->hint);
}

void
longhand_window_open_models_folder (LonghandWindow *self) {
  g_autofree char *path = longhand_model_store_dup_user_dir ();
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  gtk_show_uri (GTK_WINDOW (self), uri, GDK_CURRENT_TIME);
}

static void
on_hint_dismissed (LonghandWindow *self) {
  g_settings_set_boolean (longhand_settings_get_gsettings (self->settings), "show-model-hint", FALSE);
  longhand_window_update_hint (self);
}

void
longhand_window_init_messages (LonghandWindow *self) {
  follow_left_out (self);
  g_signal_connect_object (get_document (self), "notify::n-left-out", G_CALLBACK (follow_left_out), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dictation, "left-out", G_CALLBACK (on_left_out), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dictation, "notify::is-behind", G_CALLBACK (on_is_behind), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->problem, "activated", G_CALLBACK (on_problem_activated), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (on_active), NULL);
  g_signal_connect_object (self->dictation, "notify::model-state", G_CALLBACK (on_model_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->problem, "dismissed", G_CALLBACK (longhand_banner_hide), self->problem, 0);
  g_signal_connect_object (self->dictation, "recovered", G_CALLBACK (on_recovered), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->recovered, "dismissed", G_CALLBACK (longhand_banner_hide), self->recovered,
                           0);
  g_signal_connect_object (self->hint, "activated", G_CALLBACK (longhand_window_open_models), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hint, "dismissed", G_CALLBACK (on_hint_dismissed), self, G_CONNECT_SWAPPED);
}
