#include "longhand-microphone-alsa.h"

#ifdef HAVE_ALSA
#include <alsa/asoundlib.h>
#endif

gboolean
longhand_microphone_alsa_has_devices (void) {
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
