/* Longhand as an input method of IBus. One typist and one ear serve all engines that IBus makes: the one
 * whose field has the keyboard is written through. Main thread. */
#pragma once

#include <ibus.h>

G_BEGIN_DECLS

#define LONGHAND_IBUS_ENGINE "longhand" /* its name, as data/ibus has it */
#define LONGHAND_IBUS_COMPONENT "io.github.longhand_app.Longhand.IBus"

typedef struct _LonghandIbus LonghandIbus;

/* Makes engines for bus from here on, which is connected; session is the session bus. Both are borrowed.
 * (transfer full) */
LonghandIbus *longhand_ibus_new (IBusBus *bus, GDBusConnection *session);
void longhand_ibus_free (LonghandIbus *self);

G_END_DECLS
