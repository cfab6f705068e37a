/* What becomes of text that was dictated into the window while another program had the keyboard: where people
 * want that, it is copied, or pasted there. Main thread. */
#pragma once

#include "automation/longhand-remote-keyboard.h"
#include "dictation/longhand-dictation.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LonghandDelivery LonghandDelivery;

/* From startup to shutdown of application, by whose notifications people are told. settings has the key
 * "when-done". keyboard: what presses the keys that paste; NULL: nothing is pasted. Make it behind the
 * service's being attached to dictation, so that text is the window's. (transfer full) */
LonghandDelivery *longhand_delivery_new (GtkApplication *application, GSettings *settings,
                                         LonghandDictation *dictation, LonghandRemoteKeyboard *keyboard);
void longhand_delivery_free (LonghandDelivery *self);

/* A key, a command or a program is about to start a recording into the window: what is said is delivered at
 * its end, unless a window of this program has the keyboard then. */
void longhand_delivery_begin (LonghandDelivery *self);
/* Whether text is delivered at all, so that no window needs to be shown for it. */
gboolean longhand_delivery_is_wanted (LonghandDelivery *self);

G_END_DECLS
