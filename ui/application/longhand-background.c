#include "application/longhand-background.h"

#include <glib/gi18n.h>

#define NOTIFICATION "recording"
#define NOTIFY_DELAY_MS 3000 /* who changes windows, or says a word, need not be told */

struct _LonghandBackground {
  GtkApplication *application; /* borrowed */
  LonghandDictation *dictation;
  GSettings *settings;

  guint cookie;     /* of what is inhibited; 0: nothing */
  guint timeout_id; /* until the notification */
  gboolean is_notified;
};

/* ---- sleep ---- */

static void
follow_sleep (LonghandBackground *self, LonghandState state) {
  const gboolean is_busy = state == LONGHAND_STATE_RECORDING || state == LONGHAND_STATE_FINISHING;

  if (is_busy && self->cookie == 0) {
    self->cookie = gtk_application_inhibit (self->application, NULL,
                                            GTK_APPLICATION_INHIBIT_SUSPEND | GTK_APPLICATION_INHIBIT_LOGOUT,
                                            _ ("Longhand is recording"));
  } else if (!is_busy && self->cookie != 0) {
    gtk_application_uninhibit (self->application, self->cookie);
    self->cookie = 0;
  }
}

/* ---- notification ---- */

/* Dialogs, which are not the application's own windows, included. */
static gboolean
is_seen (void) {
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

  if (is_seen ()) /* in a dialog, of which nobody tells when it is left */
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
                             && !is_seen () && g_settings_get_boolean (self->settings, "notify-recording");

  if (!is_wanted)
    withdraw (self);
  else if (!self->is_notified && self->timeout_id == 0)
    self->timeout_id = g_timeout_add (NOTIFY_DELAY_MS, notify, self);
}

/* ---- life ---- */

static void
on_state (LonghandBackground *self) {
  follow_sleep (self, longhand_dictation_get_state (self->dictation));
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
  follow_sleep (self, LONGHAND_STATE_IDLE);
  withdraw (self);
  g_object_unref (self->settings);
  g_object_unref (self->dictation);
  g_free (self);
}
