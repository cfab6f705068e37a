/* Plays the sound of the session that is open: play and pause, and where it is. There only with sound. */
#pragma once

#include "audio/longhand-player.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signals:
 *   "moved" (gint64 ms)          what is heard now, in the session's time; -1: nothing is
 *   "failed" (const GError *)    a sentence to show */
#define LONGHAND_TYPE_PLAYER_BAR (longhand_player_bar_get_type ())
G_DECLARE_FINAL_TYPE (LonghandPlayerBar, longhand_player_bar, LONGHAND, PLAYER_BAR, AdwBin)

/* element-type LonghandSoundPart, by time; a reference is taken. Empty, or NULL: there is no sound, and
 * nothing is shown. What is played goes on when it is the same session's. */
void longhand_player_bar_set_parts (LonghandPlayerBar *self, GPtrArray *parts, gboolean is_same_session);
GPtrArray *longhand_player_bar_get_parts (LonghandPlayerBar *self); /* (transfer none); NULL: no sound */

void longhand_player_bar_toggle (LonghandPlayerBar *self); /* play, or pause */
void longhand_player_bar_stop (LonghandPlayerBar *self);
/* Only that stretch; afterwards it is where it was. */
void longhand_player_bar_play_stretch (LonghandPlayerBar *self, gint64 from_ms, gint64 to_ms);
gboolean longhand_player_bar_is_playing (LonghandPlayerBar *self);

G_END_DECLS
