#include "automation/longhand-clip.h"

LonghandClip *
longhand_clip_new (const char *type, GBytes *bytes) {
  LonghandClip *clip = g_new (LonghandClip, 1);

  *clip = (LonghandClip){ g_strdup (type), g_bytes_ref (bytes) };
  return clip;
}

void
longhand_clip_free (LonghandClip *clip) {
  g_free (clip->type);
  g_bytes_unref (clip->bytes);
  g_free (clip);
}

GPtrArray *
longhand_clips_new (void) {
  return g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_clip_free);
}
