/* Plays kept sound (audio/longhand-sound-files), or samples, on the default device, by PortAudio in the
 * microphone program (app/microphone), of which a player has one of its own while it plays. Main thread;
 * nothing here waits for the device but dispose, at most some seconds.
 *
 * Signals:
 *   "stopped" ()                 nothing is played any more: it is over, was stopped, or failed
 *   "failed" (const GError *)    a sentence to show, before "stopped" */
#pragma once

#include "audio/longhand-sound-files.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_PLAYER (longhand_player_get_type ())
G_DECLARE_FINAL_TYPE (LonghandPlayer, longhand_player, LONGHAND, PLAYER, GObject)

LonghandPlayer *longhand_player_new (void); /* (transfer full) */

/* From from_ms to before to_ms of the session whose parts these are (element-type LonghandSoundPart); a
 * reference is taken. Between parts there is silence. What is being played ends without a signal. */
void longhand_player_play (LonghandPlayer *self, GPtrArray *parts, gint64 from_ms, gint64 to_ms);
/* All of these, float, of LONGHAND_SOUND_RATE_HZ; likewise. */
void longhand_player_play_samples (LonghandPlayer *self, GBytes *samples);
void longhand_player_stop (LonghandPlayer *self); /* no-op when nothing is played */
gboolean longhand_player_is_playing (LonghandPlayer *self);
/* What is heard now, in the session's time; when nothing is played, what was heard last. */
gint64 longhand_player_get_position_ms (LonghandPlayer *self);

G_END_DECLS
