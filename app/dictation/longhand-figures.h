/* The figures of a dictation (LonghandStats), gathered from where they come up: the recognizer, the moments
 * at which texts are shown, the process. Main thread. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "dictation/longhand-recognizer.h"

G_BEGIN_DECLS

typedef struct _LonghandFigures LonghandFigures;

LonghandFigures *longhand_figures_new (void); /* (transfer full) */
void longhand_figures_free (LonghandFigures *self);

/* The recognizer's, which replace its former ones. */
void longhand_figures_take (LonghandFigures *self, const LonghandStats *stats);
/* The text in heard, tentative or final, is on the screen. */
void longhand_figures_note_text (LonghandFigures *self, const LonghandHeard *heard,
                                 const LonghandSoundClock *clock);

/* As the recognizer told them last. (transfer none) */
const LonghandStats *longhand_figures_peek (LonghandFigures *self);
/* With all others, except those of the sound. */
void longhand_figures_get (LonghandFigures *self, LonghandStats *stats);

G_END_DECLS
