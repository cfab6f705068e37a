/* The sound of the session that is open: how long it is kept. */
#include "window/longhand-window-private.h"

#include <string.h>

#define NOTHING G_MAXINT64
#define ALL G_MININT64

static GSettings *
get_settings (LonghandWindow *self) {
  return longhand_settings_get_gsettings (self->settings);
}

/* ---- keeping ---- */

/* Sound that was kept before then is not to be there any more, microseconds since 1970; NOTHING, ALL. */
static gint64
get_oldest_us (LonghandWindow *self) {
  g_autofree char *keep = g_settings_get_string (get_settings (self), "keep-sound");

  if (strcmp (keep, "always") == 0)
    return ALL;
  if (strcmp (keep, "month") == 0)
    return g_get_real_time () - 30 * G_TIME_SPAN_DAY;
  if (strcmp (keep, "week") == 0)
    return g_get_real_time () - 7 * G_TIME_SPAN_DAY;
  return NOTHING;
}

static gboolean
keeps_sound (LonghandWindow *self) {
  return g_settings_get_boolean (get_settings (self), "keep-sessions") && get_oldest_us (self) != NOTHING;
}

static void
keep_piece (LonghandWindow *self, gint64 now_ms) {
  const gint64 offset_ms = self->session->duration_ms - self->opened_ms;
  LonghandSoundPiece piece = {
    .id = self->session->id,
    .start_ms = self->kept_ms + offset_ms,
    .from_ms = self->kept_ms,
    .to_ms = now_ms,
  };

  if (!longhand_dictation_find_sound (self->dictation, &piece))
    return;
  longhand_sounds_keep (self->sounds, &piece);
  longhand_sounds_expire (self->sounds, get_oldest_us (self));
}

/* Without text the session is not in the library, so its sound waits for that. */
void
longhand_window_keep_sound (LonghandWindow *self) {
  const gint64 now_ms = longhand_dictation_get_now_ms (self->dictation);
  const gboolean wanted = keeps_sound (self);

  if (wanted && longhand_document_is_empty (longhand_editor_get_document (self->editor)))
    return;
  if (wanted && now_ms > self->kept_ms)
    keep_piece (self, now_ms);
  self->kept_ms = now_ms;
}

void
longhand_window_init_sound (LonghandWindow *self) {
  self->sounds = longhand_sounds_new (longhand_library_get_sound_folder (self->library));
  longhand_sounds_expire (self->sounds, get_oldest_us (self));
  g_signal_connect_object (self->sounds, "failed", G_CALLBACK (longhand_window_show_error), self,
                           G_CONNECT_SWAPPED);
}
