/* Whether the times of texts stay with the sound: a recording that is played again and again must be heard at
 * the same places of it each time. Pure; keeps one round of utterances. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LonghandDrift LonghandDrift;

/* round_ms: length of the recording. (transfer full) */
LonghandDrift *longhand_drift_new (double round_ms);
void longhand_drift_free (LonghandDrift *self);

/* An utterance, in order. It belongs to the round that its middle lies in; the second round, in which voice
 * activity knows the noise already, is what later ones are compared with. */
void longhand_drift_take (LonghandDrift *self, gint64 start_ms, gint64 end_ms, const char *text);

typedef struct {
  guint n_compared;
  double largest_ms; /* by which a beginning or an end lay elsewhere in its round */
  guint n_changed;   /* utterances with another text, or too many or too few in a round */
} LonghandDriftResult;
/* What was heard in complete rounds, n_rounds in all. */
LonghandDriftResult longhand_drift_get (const LonghandDrift *self, guint n_rounds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandDrift, longhand_drift_free)

G_END_DECLS
