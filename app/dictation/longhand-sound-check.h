/* Whether a microphone hears anything: it is listened to, and nothing of it is kept. Main thread. */
#pragma once

#include "audio/longhand-capture-source.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_SOUND_CHECK (longhand_sound_check_get_type ())
G_DECLARE_FINAL_TYPE (LonghandSoundCheck, longhand_sound_check, LONGHAND, SOUND_CHECK, GObject)

/* Signals:
 *   "opened" ()                the microphone is being listened to
 *   "failed" (const GError *)  it is not there, or was lost; a sentence to show */

/* Takes source. (transfer full) */
LonghandSoundCheck *longhand_sound_check_new (LonghandSource *source);

/* From this microphone, "": the default one, in place of any other. Does not wait for it. */
void longhand_sound_check_start (LonghandSoundCheck *self, const char *device_id);
void longhand_sound_check_stop (LonghandSoundCheck *self);

/* As longhand_dictation_get_level. */
void longhand_sound_check_get_level (LonghandSoundCheck *self, double *peak, double *rms);
/* Since it was opened there were about 0.3 seconds as loud as a voice; to be asked ten times a second. */
gboolean longhand_sound_check_has_heard (LonghandSoundCheck *self);

/* Nothing is told any more. The microphone is left to a thread of its own until it lets go. Called by dispose
 * too. */
void longhand_sound_check_close (LonghandSoundCheck *self);

G_END_DECLS
