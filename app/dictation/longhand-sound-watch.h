/* What is worth telling about a recording's sound while it goes on. Pure: it is shown figures, and keeps no
 * time of its own. */
#pragma once

#include "audio/longhand-capture-feed.h"

G_BEGIN_DECLS

/* In a recording so far, or since the program started. */
typedef struct {
  guint64 n_dropped;  /* samples, of one channel, lost because the ring was full */
  double dropped_s;   /* the same as time */
  guint64 n_overruns; /* times that the device lost sound, of unknown length */
} LonghandSoundLosses;

/* Adds those of a feed. */
void longhand_sound_losses_add (LonghandSoundLosses *losses, LonghandFeed *feed);
gboolean longhand_sound_losses_any (const LonghandSoundLosses *losses);
/* One sentence of what was lost, why, and what helps. (transfer full) */
char *longhand_sound_losses_dup_sentence (const LonghandSoundLosses *losses);

/* Nothing but digital silence for so long that the microphone must be muted, or another one be meant: a room
 * always gives some noise. More is allowed after sound was heard, because headsets that suppress noise give
 * exact zeros between two sentences. */
gboolean longhand_sound_watch_is_silent (guint64 n_frames, guint64 n_silent, double rate_hz);
const char *longhand_sound_watch_get_silent_hint (void); /* a translated sentence; static */

/* One for each recording; starts as zeros. */
typedef struct {
  LonghandSoundLosses seen; /* at the last look */
  guint n_calm;             /* looks since they last grew */
  gboolean told;
} LonghandSoundWatch;

#define LONGHAND_SOUND_WATCH_PERIOD_MS 500 /* between two looks */

/* TRUE once, when sound was lost and either no more was for a while or the recording has ended: then its
 * extent is known. */
gboolean longhand_sound_watch_look (LonghandSoundWatch *self, const LonghandSoundLosses *losses,
                                    gboolean ended);

G_END_DECLS
