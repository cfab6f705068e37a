#include "application/longhand-linger.h"

#include "application/longhand-clipboard.h"
#include "window/longhand-window.h"

struct _LonghandLinger {
  GtkApplication *application;      /* borrowed */
  LonghandRemoteKeyboard *keyboard; /* owned; NULL: there is none */
  gboolean (*is_needed) (GtkApplication *application);
  guint ms;
  guint timeout_id;  /* source; 0: somebody sees a window, or it has not been of use yet */
  gulong removed_id; /* signal handler */
};

/* Where a display does not tell, it has most likely passed the program over. */
static gboolean
has_clipboard (LonghandLinger *self) {
  GdkDisplay *display = gdk_display_get_default ();
  GdkClipboard *clipboard = gdk_display_get_clipboard (display);
  LonghandRemoteClipboard *remote
      = self->keyboard != NULL ? longhand_remote_keyboard_get_clipboard (self->keyboard) : NULL;
  GPtrArray *clips = remote != NULL ? longhand_remote_clipboard_get_clips (remote) : NULL;

  return (clips != NULL && clips->len > 0)
         || (longhand_clipboard_is_certain (display) && gdk_clipboard_is_local (clipboard)
             && gdk_clipboard_get_content (clipboard) != NULL);
}

/* Of its windows, each is. */
static gboolean
is_spare (LonghandLinger *self) {
  for (GList *l = gtk_application_get_windows (self->application); l != NULL; l = l->next)
    if (!LONGHAND_IS_WINDOW (l->data) || !longhand_window_is_spare (l->data))
      return FALSE;
  return TRUE;
}

static gboolean
is_seen (LonghandLinger *self) {
  for (GList *l = gtk_application_get_windows (self->application); l != NULL; l = l->next)
    if (gtk_widget_get_visible (l->data))
      return TRUE;
  return FALSE;
}

/* Nobody tells when the last reason is gone: looks again. But a window that is seen tells when it goes. */
static gboolean
on_idle (gpointer user) {
  LonghandLinger *self = user;

  if (is_seen (self)) {
    self->timeout_id = 0;
    return G_SOURCE_REMOVE;
  }
  if (self->is_needed (self->application) || has_clipboard (self) || !is_spare (self))
    return G_SOURCE_CONTINUE;
  self->timeout_id = 0;
  g_application_quit (G_APPLICATION (self->application));
  return G_SOURCE_REMOVE;
}

void
longhand_linger_renew (LonghandLinger *self) {
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  self->timeout_id = g_timeout_add (self->ms, on_idle, self);
}

/* Without any window the application itself ends. */
static void
on_window_removed (LonghandLinger *self) {
  if (self->timeout_id == 0 && gtk_application_get_windows (self->application) != NULL && !is_seen (self))
    longhand_linger_renew (self);
}

LonghandLinger *
longhand_linger_new (GtkApplication *application, LonghandRemoteKeyboard *keyboard,
                     gboolean (*is_needed) (GtkApplication *application), guint ms) {
  LonghandLinger *self = g_new0 (LonghandLinger, 1);

  self->application = application;
  self->keyboard = keyboard != NULL ? g_object_ref (keyboard) : NULL;
  self->is_needed = is_needed;
  self->ms = ms;
  self->removed_id
      = g_signal_connect_swapped (application, "window-removed", G_CALLBACK (on_window_removed), self);
  return self;
}

void
longhand_linger_free (LonghandLinger *self) {
  g_clear_signal_handler (&self->removed_id, self->application);
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_clear_object (&self->keyboard);
  g_free (self);
}
