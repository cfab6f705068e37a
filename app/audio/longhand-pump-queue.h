/* Sound on its way to the recognizer: 16 kHz mono, in order, without limit, because nothing that was said may
 * be lost while a model is slow or still being loaded. One pushing and one popping thread at a time; the rest
 * from any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LonghandPumpQueue LonghandPumpQueue;

LonghandPumpQueue *longhand_pump_queue_new (void); /* (transfer full) */
LonghandPumpQueue *longhand_pump_queue_ref (LonghandPumpQueue *self);
void longhand_pump_queue_unref (LonghandPumpQueue *self);

void longhand_pump_queue_push (LonghandPumpQueue *self, const float *samples, gsize n); /* copies them */
/* What was pushed so far is one recording; it has ended. */
void longhand_pump_queue_push_end (LonghandPumpQueue *self);

/* Takes out up to max samples, never beyond the end of a recording; returns how many. *end: the recording
 * ends behind them; said once for each longhand_pump_queue_push_end. Does not wait. */
gsize longhand_pump_queue_pop (LonghandPumpQueue *self, float *samples, gsize max, gboolean *end);

/* Waits until longhand_pump_queue_wake was called since the last wait or, with or_sound, there is something
 * to pop. */
void longhand_pump_queue_wait (LonghandPumpQueue *self, gboolean or_sound);
void longhand_pump_queue_wake (LonghandPumpQueue *self);

gsize longhand_pump_queue_get_n_samples (LonghandPumpQueue *self);  /* waiting */
guint64 longhand_pump_queue_get_n_pushed (LonghandPumpQueue *self); /* ever */
gboolean longhand_pump_queue_has_end (LonghandPumpQueue *self);     /* a recording's end is waiting */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandPumpQueue, longhand_pump_queue_unref)

G_END_DECLS
