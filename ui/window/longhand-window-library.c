/* The open session and the library: what is written and dictated is kept by itself, and others are opened. */
#include "window/longhand-window-private.h"

#include "widgets/longhand-undo-toast.h"

#include <glib/gi18n.h>

#define SAVE_DELAY_MS 1000 /* after the first change that is not kept */

static LonghandDocument *
get_document (LonghandWindow *self) {
  return longhand_editor_get_document (self->editor);
}

/* Nothing that would be missed. */
static gboolean
is_blank (LonghandWindow *self) {
  return longhand_document_is_empty (get_document (self))
         && longhand_document_get_n_left_out (get_document (self)) == 0;
}

/* ---- keeping ---- */

static gboolean
keeps_sessions (LonghandWindow *self) {
  return g_settings_get_boolean (longhand_settings_get_gsettings (self->settings), "keep-sessions");
}

/* Recorded in the session that is open, whenever; what goes elsewhere is not. */
static gint64
get_duration_ms (LonghandWindow *self) {
  const gint64 until_ms = longhand_dictation_get_is_elsewhere (self->dictation)
                              ? self->kept_ms
                              : longhand_dictation_get_now_ms (self->dictation);

  return self->session->duration_ms + until_ms - self->opened_ms;
}

/* What is in the library of it is never longer than that says. (transfer full) */
static LonghandSession *
dup_session (LonghandWindow *self) {
  LonghandSession *session = longhand_session_new ();

  session->id = self->session->id;
  session->begun_us = self->session->begun_us;
  session->duration_ms = MAX (get_duration_ms (self), self->kept_duration_ms);
  session->language = g_strdup (self->session->language);
  session->model = g_strdup (self->session->model);
  longhand_document_fill_session (get_document (self), session);
  return session;
}

/* Whether the library has been told of the text as it is, and of what was left out of it. */
static gboolean
is_told (LonghandWindow *self) {
  g_autofree char *text = longhand_document_dup_text (get_document (self));

  return g_strcmp0 (text, self->kept_text) == 0
         && longhand_document_get_n_left_out (get_document (self)) == self->kept_n_left_out;
}

/* What was blank stays out of the library. */
static void
keep (LonghandWindow *self) {
  g_autoptr (LonghandSession) session = NULL;

  g_clear_handle_id (&self->save_timeout, g_source_remove);
  if (!keeps_sessions (self) || (is_told (self) && get_duration_ms (self) <= self->kept_duration_ms))
    return;
  session = dup_session (self);
  self->kept_duration_ms = session->duration_ms;
  g_free (self->kept_text);
  self->kept_text = g_strdup (session->text);
  self->kept_n_left_out = longhand_document_get_n_left_out (get_document (self));
  longhand_library_save (self->library, g_steal_pointer (&session));
}

static gboolean
on_save_timeout (gpointer user) {
  LonghandWindow *self = user;

  self->save_timeout = 0;
  keep (self);
  return G_SOURCE_REMOVE;
}

/* At most so long after a change, however many follow. */
static void
on_changed (LonghandWindow *self) {
  if (!self->is_showing && self->save_timeout == 0)
    self->save_timeout = g_timeout_add (SAVE_DELAY_MS, on_save_timeout, self);
}

static void
on_edited (LonghandWindow *self, gboolean undone) {
  longhand_dictation_note_edited (self->dictation, undone);
}

/* Of what is dictated now; a language that is detected is not known here. */
static void
on_committed (LonghandWindow *self) {
  g_autofree char *id = longhand_settings_dup_model (self->settings);
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, id, NULL);
  g_autofree char *language = longhand_settings_dup_language (self->settings);

  g_free (self->session->model);
  self->session->model = model != NULL ? g_strdup (longhand_model_get_id (model)) : NULL;
  g_free (self->session->language);
  self->session->language = g_strcmp0 (language, "auto") != 0 ? g_steal_pointer (&language) : NULL;
}

/* A crash need not bring back what is safe. */
static void
note_kept (LonghandWindow *self) {
  if (keeps_sessions (self) && longhand_library_get_all_saved (self->library) && is_told (self))
    longhand_dictation_note_kept (self->dictation);
}

/* What the list was searched for is marked in the text, too, until it is not any more. Whoever dictates
 * meanwhile sees their words. */
static void
on_listed (LonghandWindow *self) {
  note_kept (self);
  if (longhand_editor_mark_found (self->editor, longhand_library_get_searched (self->library))
      && !longhand_dictation_has_pending (self->dictation))
    longhand_editor_show_found (self->editor);
}

static void
on_failed (LonghandWindow *self, const GError *error) {
  longhand_window_show_error (self, error);
  self->says_unkept = TRUE;
}

static void
on_mended (LonghandWindow *self) {
  if (self->says_unkept)
    longhand_banner_hide (self->problem);
}

/* While nothing more may come of what was said. */
static void
keep_all (LonghandWindow *self) {
  keep (self);
  longhand_window_keep_sound (self);
}

void
longhand_window_follow_rest (LonghandWindow *self) {
  if (self->session == NULL || longhand_dictation_has_pending (self->dictation))
    return;
  keep_all (self);
  note_kept (self);
}

/* What was removed is so for good: its sound that is still to be kept, too. */
static void
purge (LonghandWindow *self) {
  for (guint i = 0; i < self->removed->len; i++)
    longhand_sounds_remove (self->sounds, g_array_index (self->removed, gint64, i));
  g_array_set_size (self->removed, 0);
  longhand_library_purge (self->library);
}

gboolean
longhand_window_keep_all (LonghandWindow *self) {
  keep_all (self);
  if (!keeps_sessions (self))
    return FALSE;
  longhand_sounds_flush (self->sounds, LONGHAND_WINDOW_CLOSE_TIMEOUT_US);
  longhand_library_leave (self->library, self->session->id);
  purge (self);
  if (!longhand_library_flush (self->library, LONGHAND_WINDOW_CLOSE_TIMEOUT_US)) {
    longhand_dictation_keep_session (self->dictation); /* other sessions may not be safe either */
    return FALSE;
  }
  longhand_dictation_note_kept (self->dictation);
  return TRUE;
}

gboolean
longhand_window_is_spare (LonghandWindow *self) {
  return !gtk_widget_get_visible (GTK_WIDGET (self))
         && (keeps_sessions (self) || !longhand_document_get_unsaved (get_document (self)));
}

void
longhand_window_end (LonghandWindow *self) {
  self->close_when_idle = FALSE; /* it is needed until all is kept */
  longhand_dictation_finish (self->dictation);
  if (!longhand_window_keep_all (self) && longhand_document_get_unsaved (get_document (self)))
    longhand_dictation_keep_session (self->dictation);
}

/* ---- opening ---- */

/* What comes from here on belongs to the session, behind what was recorded of it before. */
static void
begin_times (LonghandWindow *self) {
  self->kept_ms = longhand_dictation_get_now_ms (self->dictation);
  longhand_window_set_opened (self, self->kept_ms);
}

/* Takes session. */
static void
show_session (LonghandWindow *self, LonghandSession *session) {
  if (self->session != NULL)
    longhand_library_leave (self->library, self->session->id);
  longhand_session_free (self->session);
  self->session = session;
  g_free (self->kept_text);
  self->kept_text = g_strdup (session->text);
  self->kept_duration_ms = session->duration_ms;
  self->is_showing = TRUE;
  longhand_document_show_session (get_document (self), session);
  self->is_showing = FALSE;
  self->kept_n_left_out = longhand_document_get_n_left_out (get_document (self));
  begin_times (self);
  longhand_window_find_sound (self, FALSE);
  longhand_sidebar_set_open (self->sidebar, session->id);
  longhand_editor_show_found (self->editor);
}

/* Its text follows, in a session of its own where the one before is kept. */
static void
on_recovered (LonghandWindow *self, gint64 begun_us) {
  keep (self);
  self->wanted_id = 0;
  if (keeps_sessions (self) && !is_blank (self))
    show_session (self, longhand_session_new ());
  else if (longhand_document_is_empty (get_document (self)))
    begin_times (self);
  self->session->begun_us = begun_us;
}

/* What is being said belongs to the session that it was begun in, and text that is kept nowhere else to the
 * window. */
static gboolean
may_leave (LonghandWindow *self) {
  if (longhand_dictation_has_pending (self->dictation))
    longhand_window_toast (self, _ ("Stop recording first: what you say goes into the open session."));
  else if (!keeps_sessions (self) && longhand_document_get_unsaved (get_document (self)))
    longhand_window_toast (self, _ ("This text is kept nowhere else: export it first, or clear it."));
  else
    return TRUE;
  longhand_sidebar_set_open (self->sidebar, self->session->id);
  return FALSE;
}

static void
close_overlay (LonghandWindow *self) {
  if (adw_flap_get_folded (self->sides))
    adw_flap_set_reveal_flap (self->sides, FALSE);
}

static void
on_loaded (GObject *library, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandWindow) self = user;
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandSession) session
      = longhand_library_load_finish (LONGHAND_LIBRARY (library), result, &error);

  if (self->session == NULL) /* the window is closed */
    return;
  if (error != NULL)
    longhand_window_show_error (self, error);
  if (session == NULL || session->id != self->wanted_id || !may_leave (self)) {
    longhand_sidebar_set_open (self->sidebar, self->session->id);
    return;
  }
  self->wanted_id = 0;
  keep_all (self);
  show_session (self, g_steal_pointer (&session));
}

static void
open_session (LonghandWindow *self, gint64 id) {
  if (!may_leave (self))
    return;
  keep (self);
  self->wanted_id = id;
  longhand_library_load_async (self->library, id, on_loaded, g_object_ref (self));
}

static void
on_opened (LonghandWindow *self, gint64 id) {
  open_session (self, id);
  close_overlay (self);
}

void
longhand_window_open_text (LonghandWindow *self, gint64 id, const LonghandSession *unkept) {
  if (id == self->session->id) { /* as it was edited since */
    close_overlay (self);
    return;
  }
  if (unkept == NULL) {
    on_opened (self, id);
    return;
  }
  if (!may_leave (self))
    return;
  keep (self);
  self->wanted_id = 0;
  show_session (self, longhand_session_copy (unkept));
  close_overlay (self);
}

void
longhand_window_new_session (LonghandWindow *self) {
  if (!may_leave (self))
    return;
  keep_all (self);
  self->wanted_id = 0;
  if (!is_blank (self))
    show_session (self, longhand_session_new ());
  close_overlay (self);
  gtk_widget_grab_focus (longhand_editor_get_view (self->editor));
}

/* ---- removing ---- */

static void
on_removed (LonghandWindow *self, gint64 id, const char *heading) {
  const gboolean is_open = id == self->session->id;
  g_autofree char *message = g_strdup_printf (_ ("“%s” deleted"), heading);

  if (is_open && !may_leave (self))
    return;
  if (is_open)
    keep_all (self);
  longhand_library_remove (self->library, id);
  g_array_append_val (self->removed, id);
  self->removed_id = is_open ? id : 0;
  if (id == self->wanted_id)
    self->wanted_id = 0;
  if (is_open)
    show_session (self, longhand_session_new ());
  adw_toast_overlay_add_toast (
      self->toasts, longhand_undo_toast_new (message, "win.restore-session", g_variant_new_int64 (id)));
}

void
longhand_window_restore_session (LonghandWindow *self, gint64 id) {
  longhand_library_restore (self->library, id);
  for (guint i = self->removed->len; i > 0; i--)
    if (g_array_index (self->removed, gint64, i - 1) == id)
      g_array_remove_index (self->removed, i - 1);
  if (id == self->removed_id && !longhand_dictation_has_pending (self->dictation))
    open_session (self, id);
}

/* Text that the library does not have is not gone with it. */
static void
on_cleared (LonghandWindow *self) {
  self->removed_id = 0;
  self->wanted_id = 0;
  longhand_sounds_clear (self->sounds);
  g_clear_handle_id (&self->save_timeout, g_source_remove);
  if (keeps_sessions (self))
    show_session (self, longhand_session_new ());
}

/* ---- the sidebar ---- */

static gboolean
wants_sidebar (LonghandWindow *self) {
  return g_settings_get_boolean (longhand_settings_get_gsettings (self->settings), "show-sidebar");
}

/* Over the text it is shown for as long as it takes to choose; beside it, as long as it is wanted. */
static void
follow_fold (LonghandWindow *self) {
  adw_flap_set_reveal_flap (self->sides, !adw_flap_get_folded (self->sides) && wants_sidebar (self));
}

/* Over the text it has the keyboard to itself, and gives it back. */
static void
follow_overlay (LonghandWindow *self) {
  const gboolean is_over = adw_flap_get_folded (self->sides) && adw_flap_get_reveal_flap (self->sides);
  GtkWidget *content = adw_flap_get_content (self->sides);

  if (gtk_widget_get_can_focus (content) == !is_over)
    return;
  if (is_over)
    longhand_sidebar_take_focus (self->sidebar);
  gtk_widget_set_can_focus (content, !is_over);
  if (!is_over)
    gtk_widget_grab_focus (longhand_editor_get_view (self->editor));
}

static void
on_left (LonghandWindow *self) {
  close_overlay (self);
  gtk_widget_grab_focus (longhand_editor_get_view (self->editor));
}

void
longhand_window_toggle_sidebar (LonghandWindow *self) {
  const gboolean reveal = !adw_flap_get_reveal_flap (self->sides);

  adw_flap_set_reveal_flap (self->sides, reveal);
  if (!adw_flap_get_folded (self->sides))
    g_settings_set_boolean (longhand_settings_get_gsettings (self->settings), "show-sidebar", reveal);
}

void
longhand_window_init_library (LonghandWindow *self) {
  self->removed = g_array_new (FALSE, FALSE, sizeof (gint64));
  longhand_sidebar_set_library (self->sidebar, self->library, self->settings);
  show_session (self, longhand_session_new ());
  follow_fold (self);
  g_signal_connect_object (self->sides, "notify::folded", G_CALLBACK (follow_fold), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sides, "notify::folded", G_CALLBACK (follow_overlay), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sides, "notify::reveal-flap", G_CALLBACK (follow_overlay), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sidebar, "left", G_CALLBACK (on_left), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sidebar, "opened", G_CALLBACK (on_opened), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sidebar, "removed", G_CALLBACK (on_removed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->library, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->library, "cleared", G_CALLBACK (on_cleared), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->library, "mended", G_CALLBACK (on_mended), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->library, "listed", G_CALLBACK (on_listed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dictation, "recovered", G_CALLBACK (on_recovered), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->dictation, "committed", G_CALLBACK (on_committed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_document (self), "edited", G_CALLBACK (on_edited), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_document (self), "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_document (self), "notify::n-left-out", G_CALLBACK (on_changed), self,
                           G_CONNECT_SWAPPED);
}
