/* Recognising the sound of the session that is open again, and taking over what differs. */
#include "window/longhand-window-private.h"

#include "player/longhand-again-window.h"

static LonghandDocument *
get_document (LonghandWindow *self) {
  return longhand_editor_get_document (self->editor);
}

void
longhand_window_close_again (LonghandWindow *self) {
  g_clear_pointer (&self->rewrites, g_array_unref);
  if (self->again != NULL)
    gtk_window_close (self->again);
}

/* Of sound that has gone meanwhile nothing is said. */
static void
on_heard (LonghandWindow *self, LonghandTranscript *heard, LonghandAgainWindow *again) {
  const GPtrArray *parts = longhand_player_bar_get_parts (self->player);
  g_autofree char *text = longhand_document_dup_text (get_document (self));
  g_autoptr (GArray) diff = NULL;

  if (parts == NULL) {
    longhand_window_close_again (self);
    return;
  }
  g_clear_pointer (&self->rewrites, g_array_unref);
  self->rewrites = longhand_document_dup_rewrites (get_document (self), parts, heard);
  diff = longhand_rewriting_diff (text, self->rewrites);
  longhand_again_window_show_difference (again, diff);
}

static void
on_accepted (LonghandWindow *self) {
  g_autoptr (GArray) rewrites = g_steal_pointer (&self->rewrites);

  if (rewrites != NULL)
    longhand_document_rewrite (get_document (self), rewrites);
}

/* What was found is about the text as it was: it is modal, but keys of the desktop and programs dictate. */
static void
on_changed (LonghandWindow *self) {
  if (self->rewrites != NULL)
    longhand_window_close_again (self);
}

void
longhand_window_transcribe_again (LonghandWindow *self) {
  GtkWidget *again;

  if (longhand_player_bar_get_parts (self->player) == NULL) {
    longhand_window_say_unheard (self);
    return;
  }
  longhand_player_bar_stop (self->player);
  longhand_window_close_word (self);
  again
      = longhand_again_window_new (self->settings, self->store, longhand_player_bar_get_parts (self->player));
  gtk_window_set_transient_for (GTK_WINDOW (again), GTK_WINDOW (self));
  g_signal_connect_object (again, "heard", G_CALLBACK (on_heard), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (again, "accepted", G_CALLBACK (on_accepted), self, G_CONNECT_SWAPPED);
  g_set_weak_pointer (&self->again, GTK_WINDOW (again));
  gtk_window_present (GTK_WINDOW (again));
}

void
longhand_window_init_again (LonghandWindow *self) {
  g_signal_connect_object (get_document (self), "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
}

void
longhand_window_dispose_again (LonghandWindow *self) {
  g_clear_weak_pointer (&self->again);
  g_clear_pointer (&self->rewrites, g_array_unref);
}
