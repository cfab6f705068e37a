/* How loud the microphone is: RMS as a bar, peak as a mark, -60 to 0 dBFS. Draws only while it is shown. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_LEVEL_METER (longhand_level_meter_get_type ())
G_DECLARE_FINAL_TYPE (LonghandLevelMeter, longhand_level_meter, LONGHAND, LEVEL_METER, GtkWidget)

/* Peak and RMS of object, linear 0..1. */
typedef void (*LonghandLevelFn) (gpointer object, double *peak, double *rms);

/* Whose level; a reference is kept. */
void longhand_level_meter_set_source (LonghandLevelMeter *self, GObject *object, LonghandLevelFn fn);
void longhand_level_meter_set_dictation (LonghandLevelMeter *self, LonghandDictation *dictation);

/* 0..1 on the meter's scale for a linear amplitude. */
double longhand_level_meter_scale (double amplitude);

G_END_DECLS
