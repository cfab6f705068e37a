#include "application/longhand-background.h"

#include <glib/gi18n.h>

#define NOTIFICATION "recording"
#define FILES_NOTIFICATION "files"
#define NOTIFY_DELAY_MS 3000 /* who changes windows, or says a word, need not be told */

struct _LonghandBackground {
  GtkApplication *application; /* borrowed */
  LonghandDictation *dictation;
  LonghandFileQueue *files; /* NULL: none was added */
  GSettings *settings;

  guint cookie;     /* of what is inhibited; 0: nothing */
  guint timeout_id; /* until the notification */
  gboolean is_notified;
};

/* ---- sleep ---- */

static gboolean
is_recording (LonghandBackground *self) {
  const LonghandState state = longhand_dictation_get_state (self->dictation);

  return state == LONGHAND_STATE_RECORDING || state == LONGHAND_STATE_FINISHING;
}

static gboolean
has_files (LonghandBackground *self) {
  return self->files != NULL && longhand_file_queue_get_n_open (self->files) > 0;
}

static void
sleep_again (LonghandBackground *self) {
  if (self->cookie != 0)
    gtk_application_uninhibit (self->application, self->cookie);
  self->cookie = 0;
}

static void
follow_sleep (LonghandBackground *self) {
  const gboolean records = is_recording (self);

  if (!records && !has_files (self))
    sleep_again (self);
  else if (self->cookie == 0)
    self->cookie = gtk_application_inhibit (
        self->application, NULL, GTK_APPLICATION_INHIBIT_SUSPEND | GTK_APPLICATION_INHIBIT_LOGOUT,
        records ? _ ("Longhand is recording") : _ ("Longhand is transcribing audio files"));
}

/* ---- notification ---- */

gboolean
longhand_background_is_seen (void) {
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

    if (gtk_window_is_active (window))
      return TRUE;
  }
  return FALSE;
}

static gboolean
notify (gpointer user) {
  LonghandBackground *self = user;
  g_autoptr (GNotification) notification = NULL;

  if (longhand_background_is_seen ()) /* in a dialog, of which nobody tells when it is left */
    return G_SOURCE_CONTINUE;
  notification = g_notification_new (_ ("Longhand is recording"));
  self->timeout_id = 0;
  self->is_notified = TRUE;
  g_notification_set_body (notification, _ ("What is said near the microphone is written down."));
  g_notification_add_button (notification, _ ("Stop"), "app.stop");
  g_application_send_notification (G_APPLICATION (self->application), NOTIFICATION, notification);
  return G_SOURCE_REMOVE;
}

static void
withdraw (LonghandBackground *self) {
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  if (self->is_notified)
    g_application_withdraw_notification (G_APPLICATION (self->application), NOTIFICATION);
  self->is_notified = FALSE;
}

static void
follow_attention (LonghandBackground *self) {
  const gboolean is_wanted = longhand_dictation_get_state (self->dictation) == LONGHAND_STATE_RECORDING
                             && !longhand_background_is_seen ()
                             && g_settings_get_boolean (self->settings, "notify-recording");

  if (!is_wanted)
    withdraw (self);
  else if (!self->is_notified && self->timeout_id == 0)
    self->timeout_id = g_timeout_add (NOTIFY_DELAY_MS, notify, self);
}

/* ---- files ---- */

static guint
count_failed (LonghandFileQueue *files) {
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (files)); i++) {
    g_autoptr (LonghandFileItem) item = g_list_model_get_item (G_LIST_MODEL (files), i);

    n += longhand_file_item_get_state (item) == LONGHAND_FILE_STATE_FAILED ? 1 : 0;
  }
  return n;
}

/* Why the library does not have them all. (transfer full); NULL: it need not have them. */
static char *
dup_problem (LonghandFileQueue *files) {
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (files)); i++) {
    g_autoptr (LonghandFileItem) item = g_list_model_get_item (G_LIST_MODEL (files), i);

    if (longhand_file_item_get_session (item) != NULL)
      return g_strdup (longhand_file_item_get_message (item));
  }
  return NULL;
}

char *
longhand_background_describe_files (LonghandFileQueue *files) {
  const guint n_failed = count_failed (files);

  if (n_failed > 0)
    return g_strdup_printf (
        ngettext ("%u file could not be transcribed.", "%u files could not be transcribed.", n_failed),
        n_failed);
  if (longhand_file_queue_get_n_unkept (files) > 0)
    return dup_problem (files);
  return g_strdup (_ ("Their texts are among the sessions."));
}

static void
tell_of_files (LonghandBackground *self) {
  g_autoptr (GNotification) notification = g_notification_new (_ ("Audio Files Are Done"));
  g_autofree char *body = longhand_background_describe_files (self->files);

  if (body != NULL)
    g_notification_set_body (notification, body);
  g_application_send_notification (G_APPLICATION (self->application), FILES_NOTIFICATION, notification);
}

static void
on_files_finished (LonghandBackground *self) {
  if (!longhand_background_is_seen ())
    tell_of_files (self);
}

void
longhand_background_add_files (LonghandBackground *self, LonghandFileQueue *files) {
  self->files = g_object_ref (files);
  g_signal_connect_swapped (files, "notify::busy", G_CALLBACK (follow_sleep), self);
  g_signal_connect_swapped (files, "finished", G_CALLBACK (on_files_finished), self);
}

/* ---- life ---- */

static void
on_state (LonghandBackground *self) {
  follow_sleep (self);
  follow_attention (self);
}

static void
on_window_added (LonghandBackground *self, GtkWindow *window) {
  g_signal_connect_swapped (window, "notify::is-active", G_CALLBACK (follow_attention), self);
  follow_attention (self);
}

static void
on_window_removed (LonghandBackground *self, GtkWindow *window) {
  g_signal_handlers_disconnect_by_data (window, self);
  follow_attention (self);
}

LonghandBackground *
longhand_background_new (GtkApplication *application, LonghandSettings *settings,
                         LonghandDictation *dictation) {
  LonghandBackground *self = g_new0 (LonghandBackground, 1);

  self->application = application;
  self->dictation = g_object_ref (dictation);
  self->settings = g_object_ref (longhand_settings_get_gsettings (settings));
  g_signal_connect_swapped (dictation, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect_swapped (self->settings, "changed::notify-recording", G_CALLBACK (follow_attention), self);
  g_signal_connect_swapped (application, "window-added", G_CALLBACK (on_window_added), self);
  g_signal_connect_swapped (application, "window-removed", G_CALLBACK (on_window_removed), self);
  return self;
}

void
longhand_background_free (LonghandBackground *self) {
  for (GList *l = gtk_application_get_windows (self->application); l != NULL; l = l->next)
    g_signal_handlers_disconnect_by_data (l->data, self);
  g_signal_handlers_disconnect_by_data (self->application, self);
  g_signal_handlers_disconnect_by_data (self->settings, self);
  g_signal_handlers_disconnect_by_data (self->dictation, self);
  if (self->files != NULL)
    g_signal_handlers_disconnect_by_data (self->files, self);
  sleep_again (self);
  withdraw (self);
  g_object_unref (self->settings);
  g_object_unref (self->dictation);
  g_clear_object (&self->files);
  g_free (self);
}
