/* What a newcomer is shown over the window. */
#include "first-run/longhand-first-run.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>

static void
show (LonghandWindow *self) {
  GtkWidget *window = longhand_first_run_new (self->settings, self->store, self->downloads, self->dictation,
                                              longhand_capture_new ());

  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  g_set_weak_pointer (&self->first_run, GTK_WINDOW (window));
  longhand_window_watch_list (self, window);
  gtk_window_present (GTK_WINDOW (window));
}

void
longhand_window_offer_first_run (LonghandWindow *self) {
  GSettings *settings = longhand_settings_get_gsettings (self->settings);

  if (!g_settings_get_boolean (settings, "first-run") || longhand_dictation_has_pending (self->dictation))
    return;
  g_settings_set_boolean (settings, "first-run", FALSE);
  show (self);
}

/* It records, too. */
void
longhand_window_set_up_again (LonghandWindow *self) {
  if (longhand_dictation_has_pending (self->dictation))
    longhand_window_toast (self, _ ("Stop dictating first, then set up again."));
  else
    show (self);
}
