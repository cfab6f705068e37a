/* What this machine is good for: measured in some seconds with a model that is here, and kept in the
 * settings. It is given up, without a word, when something is dictated. Main thread. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "models/longhand-recommendation.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_MEASUREMENT (longhand_measurement_get_type ())
G_DECLARE_FINAL_TYPE (LonghandMeasurement, longhand_measurement, LONGHAND, MEASUREMENT, GObject)

/* Signals:
 *   "changed" ()               anything below; also when another object measured
 *   "failed" (const GError *)  a sentence to show */

/* Knows what was measured before. References are kept. (transfer full) */
LonghandMeasurement *longhand_measurement_new (LonghandSettings *settings, LonghandModelStore *store,
                                               LonghandDictation *dictation);

/* It is not being measured, and nothing is being dictated, which would disturb it. */
gboolean longhand_measurement_can_start (LonghandMeasurement *self);
void longhand_measurement_start (LonghandMeasurement *self); /* no-op unless it can */
gboolean longhand_measurement_is_running (LonghandMeasurement *self);

gboolean longhand_measurement_is_known (LonghandMeasurement *self);
/* The model for this machine. (transfer none), for good; NULL: none, or not known. */
const LonghandCatalogueEntry *longhand_measurement_get_recommended (LonghandMeasurement *self);
/* Why it is that one. (transfer full); NULL: not known. */
char *longhand_measurement_dup_reason (LonghandMeasurement *self);

/* Nothing is told any more, and what is being measured is given up. */
void longhand_measurement_close (LonghandMeasurement *self);

G_END_DECLS
