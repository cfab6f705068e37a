#include "application/longhand-linger.h"

#include "application/longhand-clipboard.h"
#include "window/longhand-window.h"

struct _LonghandLinger {
  GtkApplication *application;      /* borrowed */
  LonghandRemoteKeyboard *keyboard; /* owned; NULL: there is none */
  gboolean (*is_needed) (GtkApplication *application);
  guint ms;
  guint timeout_id; /* source */
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

/* Nobody tells when the last reason is gone: looks again. */
static gboolean
on_idle (gpointer user) {
  LonghandLinger *self = user;

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

LonghandLinger *
longhand_linger_new (GtkApplication *application, LonghandRemoteKeyboard *keyboard,
                     gboolean (*is_needed) (GtkApplication *application), guint ms) {
  LonghandLinger *self = g_new0 (LonghandLinger, 1);

  self->application = application;
  self->keyboard = keyboard != NULL ? g_object_ref (keyboard) : NULL;
  self->is_needed = is_needed;
  self->ms = ms;
  return self;
}

void
longhand_linger_free (LonghandLinger *self) {
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_clear_object (&self->keyboard);
  g_free (self);
}
