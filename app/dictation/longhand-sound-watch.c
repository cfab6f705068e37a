#include "dictation/longhand-sound-watch.h"

#include <glib/gi18n.h>

#define SILENT_AT_FIRST_S 5
#define SILENT_AFTER_SOUND_S 15
#define CALM_LOOKS 4

void
longhand_sound_losses_add (LonghandSoundLosses *losses, LonghandFeed *feed) {
  const guint64 n_dropped = longhand_feed_get_n_dropped (feed);

  losses->n_dropped += n_dropped;
  losses->dropped_s += (double)n_dropped / longhand_feed_get_rate_hz (feed);
  losses->n_overruns += longhand_feed_get_n_overruns (feed);
}

gboolean
longhand_sound_losses_any (const LonghandSoundLosses *losses) {
  return losses->n_dropped > 0 || losses->n_overruns > 0;
}

char *
longhand_sound_losses_dup_sentence (const LonghandSoundLosses *losses) {
  const guint n = (guint)MIN (losses->n_overruns, G_MAXUINT);

  if (losses->n_dropped > 0)
    return g_strdup_printf (_ ("Some sound was lost, %.1f s: the computer was too busy. Close other programs "
                               "if it happens again."),
                            losses->dropped_s);
  return g_strdup_printf (g_dngettext (NULL,
                                       "Some sound was lost, in %u place: the computer was too busy. Close "
                                       "other programs if it happens again.",
                                       "Some sound was lost, in %u places: the computer was too busy. Close "
                                       "other programs if it happens again.",
                                       n),
                          n);
}

gboolean
longhand_sound_watch_is_silent (guint64 n_frames, guint64 n_silent, double rate_hz) {
  const double limit_s = n_silent == n_frames ? SILENT_AT_FIRST_S : SILENT_AFTER_SOUND_S;

  return (double)n_silent >= limit_s * rate_hz;
}

const char *
longhand_sound_watch_get_silent_hint (void) {
  return _ (
      "No sound comes from the microphone. Check that it is not muted, or stop and choose another one.");
}

gboolean
longhand_sound_watch_look (LonghandSoundWatch *self, const LonghandSoundLosses *losses, gboolean ended) {
  const gboolean grew
      = losses->n_dropped > self->seen.n_dropped || losses->n_overruns > self->seen.n_overruns;

  self->seen = *losses;
  self->n_calm = grew ? 0 : self->n_calm + 1;
  if (self->told || !longhand_sound_losses_any (losses) || (self->n_calm < CALM_LOOKS && !ended))
    return FALSE;
  self->told = TRUE;
  return TRUE;
}
