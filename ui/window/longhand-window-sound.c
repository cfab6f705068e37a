/* The sound of the session that is open: how long it is kept, and what is heard of it. */
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>

/* ---- keeping ---- */

/* FALSE: it is not to be had yet. */
static gboolean
keep_piece (LonghandWindow *self, gint64 now_ms) {
  const gint64 offset_ms = self->session->duration_ms - self->opened_ms;
  LonghandSoundPiece piece = {
    .id = self->session->id,
    .start_ms = self->kept_ms + offset_ms,
    .from_ms = self->kept_ms,
    .to_ms = now_ms,
  };

  if (!longhand_dictation_find_sound (self->dictation, &piece))
    return FALSE;
  longhand_sounds_keep (self->sounds, &piece);
  longhand_sounds_expire (self->sounds, longhand_settings_get_oldest_sound_us (self->settings));
  return TRUE;
}

void
longhand_window_set_opened (LonghandWindow *self, gint64 opened_ms) {
  self->opened_ms = opened_ms;
  longhand_document_set_time_offset (longhand_editor_get_document (self->editor),
                                     self->session->duration_ms - opened_ms);
}

/* What other programs were told is no part of the session. */
static void
leave_out (LonghandWindow *self, gint64 now_ms) {
  longhand_window_set_opened (self, self->opened_ms + now_ms - self->kept_ms);
  self->kept_ms = now_ms;
}

/* Without text the session is not in the library, so its sound waits for that. */
void
longhand_window_keep_sound (LonghandWindow *self) {
  const gint64 now_ms = longhand_dictation_get_now_ms (self->dictation);
  const gboolean wanted = longhand_settings_get_keeps_sound (self->settings);

  if (now_ms > self->kept_ms && longhand_dictation_get_is_elsewhere (self->dictation)) {
    leave_out (self, now_ms);
    return;
  }
  if (wanted && longhand_document_is_empty (longhand_editor_get_document (self->editor)))
    return;
  if (!wanted || now_ms <= self->kept_ms || keep_piece (self, now_ms))
    self->kept_ms = now_ms;
}

/* ---- hearing ---- */

static void
update_actions (LonghandWindow *self) {
  const gboolean is_idle = longhand_dictation_get_state (self->dictation) == LONGHAND_STATE_IDLE;
  const gboolean can_play = longhand_player_bar_get_parts (self->player) != NULL && is_idle;

  gtk_widget_set_sensitive (GTK_WIDGET (self->player), can_play);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.play", can_play);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.word", is_idle);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.transcribe-again", is_idle);
}

typedef struct {
  LonghandWindow *window; /* owned */
  gint64 id;              /* of the session */
} Search;

static void
on_found (GObject *sounds, GAsyncResult *result, gpointer user) {
  g_autofree Search *search = user;
  g_autoptr (LonghandWindow) self = search->window;
  g_autoptr (GPtrArray) parts = longhand_sounds_find_finish (LONGHAND_SOUNDS (sounds), result);

  if (self->session == NULL || self->session->id != search->id) /* closed, or another one is open */
    return;
  longhand_player_bar_set_parts (self->player, parts, TRUE);
  update_actions (self);
}

void
longhand_window_find_sound (LonghandWindow *self, gboolean is_same_session) {
  Search *search = g_new (Search, 1);

  if (!is_same_session) {
    longhand_window_close_word (self);
    longhand_window_close_again (self);
    longhand_player_bar_set_parts (self->player, NULL, FALSE);
    update_actions (self);
  }
  *search = (Search){ g_object_ref (self), self->session->id };
  longhand_sounds_find_async (self->sounds, search->id, on_found, search);
}

static void
on_kept (LonghandWindow *self, gint64 id) {
  if (self->session != NULL && id == self->session->id)
    longhand_window_find_sound (self, TRUE);
}

void
longhand_window_say_unheard (LonghandWindow *self) {
  AdwToast *toast;

  if (longhand_settings_get_keeps_sound (self->settings)) {
    longhand_window_toast (self, _ ("There is no sound of this session."));
    return;
  }
  toast = adw_toast_new (_ ("Sound is not kept, so nothing can be heard again."));
  adw_toast_set_button_label (toast, _ ("_Keep It…"));
  adw_toast_set_action_name (toast, "app.keep-sound");
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* A microphone hears what is played. */
void
longhand_window_follow_sound (LonghandWindow *self) {
  if (longhand_dictation_get_state (self->dictation) != LONGHAND_STATE_IDLE) {
    longhand_player_bar_stop (self->player);
    longhand_window_close_word (self);
  }
  update_actions (self);
}

static void
show_heard (LonghandWindow *self, const LonghandWordTime *word) {
  LonghandDocument *document = longhand_editor_get_document (self->editor);
  GtkTextView *view = GTK_TEXT_VIEW (longhand_editor_get_view (self->editor));
  GtkTextIter iter;

  longhand_document_show_heard (document, word != NULL ? word->offset : 0, word != NULL ? word->length : 0);
  self->heard_offset = word != NULL ? word->offset : G_MAXUINT;
  if (word == NULL)
    return;
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (document), &iter, (int)word->offset);
  gtk_text_view_scroll_to_iter (view, &iter, 0.05, FALSE, 0, 0);
}

static void
on_moved (LonghandWindow *self, gint64 ms) {
  const LonghandWordTime *word
      = ms >= 0 ? longhand_word_times_find_at (longhand_window_get_word_times (self), ms) : NULL;

  if ((word != NULL ? word->offset : G_MAXUINT) != self->heard_offset)
    show_heard (self, word);
}

void
longhand_window_init_sound (LonghandWindow *self) {
  self->heard_offset = G_MAXUINT;
  longhand_sounds_expire (self->sounds, longhand_settings_get_oldest_sound_us (self->settings));
  g_signal_connect_object (self->sounds, "failed", G_CALLBACK (longhand_window_show_error), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sounds, "kept", G_CALLBACK (on_kept), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->player, "moved", G_CALLBACK (on_moved), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->player, "failed", G_CALLBACK (longhand_window_show_error), self,
                           G_CONNECT_SWAPPED);
}

void
longhand_window_dispose_sound (LonghandWindow *self) {
  longhand_window_close_word (self);
  g_clear_pointer (&self->word_times, g_array_unref);
  if (self->word_popover != NULL)
    gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&self->word_popover)));
  g_clear_object (&self->sounds);
}
