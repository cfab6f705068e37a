/* Downloads of models whose list is closed: word of them in the window, and leaving while one goes on. */
#include "application/longhand-background.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>

#define NOTIFICATION "download" /* the last one takes the place of the one before */

/* ---- sleep ---- */

/* Not logging out: what has come stays, and goes on the next time. */
static void
follow_sleep (LonghandWindow *self, gboolean is_under_way) {
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (is_under_way && self->download_cookie == 0 && application != NULL) {
    self->download_cookie
        = gtk_application_inhibit (application, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_SUSPEND,
                                   _ ("Longhand is downloading a model"));
  } else if (!is_under_way && self->download_cookie != 0) {
    gtk_application_uninhibit (application, self->download_cookie);
    self->download_cookie = 0;
  }
}

/* ---- word of it ---- */

/* Whoever has a list of models before them need not be told. */
static gboolean
is_seen (LonghandWindow *self) {
  return (self->models_window != NULL && gtk_widget_get_mapped (GTK_WIDGET (self->models_window)))
         || (self->first_run != NULL && gtk_widget_get_mapped (GTK_WIDGET (self->first_run)));
}

static void
tell_of_progress (LonghandWindow *self, LonghandDownload *download) {
  const char *title = longhand_download_get_entry (download)->title;
  const guint64 total = MAX (longhand_download_get_total (download), 1);
  const guint percent = (guint)(MIN (longhand_download_get_received (download), total) * 100 / total);
  g_autofree char *message = NULL;

  if (self->download_percent == percent && longhand_banner_get_shown (self->downloads_banner))
    return;
  /* Translators: the name of a model, and how much of it has come. */
  message = g_strdup_printf (_ ("Downloading %s… %u %%"), title, percent);
  self->download_percent = percent;
  longhand_banner_show (self->downloads_banner, message, _ ("Show"));
}

/* Whoever looks at another program meanwhile is told by the desktop. */
static void
notify_of_end (LonghandWindow *self, LonghandDownload *download) {
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  const GError *error = longhand_download_get_error (download);
  g_autofree char *message = longhand_download_dup_end (download);
  g_autoptr (GNotification) notification = NULL;

  if (message == NULL || application == NULL || longhand_background_is_seen ())
    return;
  notification = g_notification_new (message);
  if (error != NULL)
    g_notification_set_body (notification, error->message);
  g_application_send_notification (G_APPLICATION (application), NOTIFICATION, notification);
}

static void
tell (LonghandWindow *self, LonghandDownload *download) {
  const GError *error = longhand_download_get_error (download);
  g_autofree char *end = longhand_download_dup_end (download);

  if (longhand_download_is_under_way (download) && !self->download_dismissed)
    tell_of_progress (self, download);
  else
    longhand_banner_hide (self->downloads_banner);
  if (end != NULL)
    longhand_window_toast (self, end);
  if (error != NULL)
    longhand_banner_show (self->downloads_banner, error->message, _ ("Try Again"));
}

/* One at a time is told of: the one that began first, as long as it goes on. */
static void
follow (LonghandWindow *self, LonghandDownload *download) {
  const gboolean is_under_way = longhand_download_is_under_way (download);

  if (self->download == NULL || !longhand_download_is_under_way (self->download)) {
    if (self->download != download && !is_under_way)
      return;
    self->download_dismissed = self->download_dismissed && self->download == download;
    self->download = download;
  } else if (self->download != download) {
    return;
  }
  if (is_seen (self))
    longhand_banner_hide (self->downloads_banner);
  else
    tell (self, download);
  if (!is_under_way) {
    self->download_dismissed = FALSE;
    if (longhand_download_get_error (download) == NULL)
      self->download = longhand_downloads_find_under_way (self->downloads);
  }
}

/* (transfer full): what is asked of whoever leaves meanwhile. */
static char *
describe_leaving (LonghandDownload *download) {
  return g_strdup_printf (
      _ ("“%s” is not complete yet. What has arrived is kept: next time, go on with it in Models."),
      longhand_download_get_entry (download)->title);
}

/* A question is about what is under way now, and goes when nothing is. */
static void
follow_question (LonghandWindow *self, LonghandDownload *under_way) {
  g_autofree char *body = under_way != NULL ? describe_leaving (under_way) : NULL;

  if (self->downloads_question == NULL)
    return;
  if (body != NULL)
    adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (self->downloads_question), body);
  else
    gtk_window_close (self->downloads_question);
}

static void
on_changed (LonghandWindow *self, const char *id) {
  LonghandDownload *download = longhand_downloads_get (self->downloads, id);

  follow (self, download);
  notify_of_end (self, download);
  follow_question (self, longhand_downloads_find_under_way (self->downloads));
  follow_sleep (self, longhand_downloads_find_under_way (self->downloads) != NULL);
}

/* ---- what a person does ---- */

/* Also when the list is opened, or closed. */
void
longhand_window_follow_downloads (LonghandWindow *self) {
  if (self->downloads == NULL)
    return;
  if (is_seen (self))
    longhand_banner_hide (self->downloads_banner);
  else if (self->download != NULL && longhand_download_is_under_way (self->download))
    tell (self, self->download);
}

static void
on_activated (LonghandWindow *self) {
  g_autofree char *mirror = longhand_settings_dup_mirror (self->settings);

  if (self->download != NULL && longhand_download_get_error (self->download) != NULL)
    longhand_download_start (self->download, mirror);
  else
    longhand_window_open_models (self);
}

/* Until it has ended. */
static void
on_dismissed (LonghandWindow *self) {
  self->download_dismissed = TRUE;
  longhand_banner_hide (self->downloads_banner);
}

/* ---- leaving ---- */

static void
on_answer (AdwMessageDialog *dialog, const char *response, LonghandWindow *self) {
  self->leaves_downloads = g_strcmp0 (response, "close") == 0;
  if (self->leaves_downloads)
    longhand_window_close_later (self);
}

static void
ask (LonghandWindow *self, LonghandDownload *download) {
  g_autofree char *body = describe_leaving (download);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Stop the Download?"), body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "close",
                                    _ ("_Stop"), NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_answer), self, 0);
  g_set_weak_pointer (&self->downloads_question, GTK_WINDOW (dialog));
  gtk_window_present (GTK_WINDOW (dialog));
}

gboolean
longhand_window_asks_about_downloads (LonghandWindow *self) {
  LonghandDownload *download = longhand_downloads_find_under_way (self->downloads);

  if (download == NULL || self->leaves_downloads)
    return FALSE;
  if (self->downloads_question != NULL)
    gtk_window_present (self->downloads_question);
  else
    ask (self, download);
  return TRUE;
}

/* ---- life ---- */

void
longhand_window_watch_list (LonghandWindow *self, GtkWidget *window) {
  g_signal_connect_object (window, "map", G_CALLBACK (longhand_window_follow_downloads), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (window, "unmap", G_CALLBACK (longhand_window_follow_downloads), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

void
longhand_window_init_downloads (LonghandWindow *self) {
  g_signal_connect_object (self->downloads, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->downloads_banner, "activated", G_CALLBACK (on_activated), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->downloads_banner, "dismissed", G_CALLBACK (on_dismissed), self,
                           G_CONNECT_SWAPPED);
}

void
longhand_window_dispose_downloads (LonghandWindow *self) {
  follow_sleep (self, FALSE);
  self->download = NULL;
  g_clear_weak_pointer (&self->downloads_question);
  g_clear_weak_pointer (&self->first_run);
  g_clear_object (&self->downloads);
}
