#include "cli/longhand-cli-drift.h"

#include <math.h>

#define REFERENCE 1 /* round */

typedef struct {
  double start_ms, end_ms; /* from the beginning of the round */
  char *text;              /* owned */
} Place;

struct _LonghandDrift {
  double round_ms;
  GArray *reference; /* owned; Place */
  guint64 round;     /* of the last utterance */
  guint n_in_round;
  LonghandDriftResult result;
};

static void
place_clear (gpointer data) {
  Place *place = data;

  g_free (place->text);
}

LonghandDrift *
longhand_drift_new (double round_ms) {
  LonghandDrift *self = g_new0 (LonghandDrift, 1);

  self->round_ms = round_ms;
  self->reference = g_array_new (FALSE, FALSE, sizeof (Place));
  g_array_set_clear_func (self->reference, place_clear);
  return self;
}

void
longhand_drift_free (LonghandDrift *self) {
  g_array_unref (self->reference);
  g_free (self);
}

/* Utterances of the reference that the rounds from the one of the last utterance up to before this one had
 * not. */
static guint
n_missing (const LonghandDrift *self, guint64 before) {
  guint n = 0;

  for (guint64 round = MAX (self->round, REFERENCE + 1); round < before; round++) {
    const guint n_heard = round == self->round ? self->n_in_round : 0;

    n += self->reference->len - MIN (n_heard, self->reference->len);
  }
  return n;
}

static void
compare (LonghandDrift *self, const Place *place) {
  const Place *reference = NULL;

  if (self->n_in_round < self->reference->len)
    reference = &g_array_index (self->reference, Place, self->n_in_round);
  if (reference == NULL) {
    self->result.n_changed++;
    return;
  }
  self->result.n_compared++;
  self->result.n_changed += !g_str_equal (place->text, reference->text);
  self->result.largest_ms = fmax (self->result.largest_ms, fabs (place->start_ms - reference->start_ms));
  self->result.largest_ms = fmax (self->result.largest_ms, fabs (place->end_ms - reference->end_ms));
}

void
longhand_drift_take (LonghandDrift *self, gint64 start_ms, gint64 end_ms, const char *text) {
  const double middle_ms = (double)(start_ms + end_ms) / 2;
  const guint64 round = (guint64)fmax (floor (middle_ms / self->round_ms), 0);
  const double begin_ms = (double)round * self->round_ms;
  Place place = { (double)start_ms - begin_ms, (double)end_ms - begin_ms, g_strdup (text) };

  if (round != self->round) {
    self->result.n_changed += n_missing (self, round);
    self->round = round;
    self->n_in_round = 0;
  }
  if (round == REFERENCE) {
    g_array_append_val (self->reference, place);
  } else {
    if (round > REFERENCE)
      compare (self, &place);
    place_clear (&place);
  }
  self->n_in_round++;
}

LonghandDriftResult
longhand_drift_get (const LonghandDrift *self, guint n_rounds) {
  LonghandDriftResult result = self->result;

  result.n_changed += n_missing (self, n_rounds);
  return result;
}
