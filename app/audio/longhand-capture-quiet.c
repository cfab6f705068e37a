#include "audio/longhand-capture-quiet.h"

#ifdef HAVE_ALSA
#include <alsa/asoundlib.h>
#endif
#ifdef HAVE_JACK
#include <jack/jack.h>
#endif

#ifdef HAVE_ALSA
G_GNUC_PRINTF (5, 6)
static void
ignore_alsa (const char *file, int line, const char *function, int code, const char *format, ...) {
}
#endif

#ifdef HAVE_JACK
static void
ignore_jack (const char *message) {
}
#endif

void
longhand_capture_quiet (void) {
#ifdef HAVE_ALSA
  snd_lib_error_set_handler (ignore_alsa);
#endif
#ifdef HAVE_JACK
  jack_set_error_function (ignore_jack);
  jack_set_info_function (ignore_jack);
#endif
}

gboolean
longhand_capture_quiet_has_devices (void) {
#ifdef HAVE_ALSA
  snd_config_update_t *update = NULL;
  snd_config_t *top = NULL, *pcm;
  gboolean has_any = FALSE;

  if (snd_config_update_r (&top, &update, NULL) >= 0 && snd_config_search (top, "pcm", &pcm) == 0
      && snd_config_get_type (pcm) == SND_CONFIG_TYPE_COMPOUND)
    has_any = snd_config_iterator_first (pcm) != snd_config_iterator_end (pcm);
  g_clear_pointer (&update, snd_config_update_free);
  if (top != NULL)
    snd_config_delete (top);
  return has_any;
#else
  return TRUE;
#endif
}
