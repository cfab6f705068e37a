/* Longhand's D-Bus interface, as the typist hears it. Main thread. */
#pragma once

#include "ibus/longhand-typist.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LonghandListener LonghandListener;

typedef struct {
  void (*heard) (gpointer user);                      /* the typist has things to do */
  void (*told) (gpointer user, const char *sentence); /* for the person */
} LonghandListenerFns;

/* typist and connection are borrowed. (transfer full) */
LonghandListener *longhand_listener_new (GDBusConnection *connection, LonghandTypist *typist,
                                         const LonghandListenerFns *fns, gpointer user);
void longhand_listener_free (LonghandListener *self); /* what was asked is not answered any more */

/* The typist's calls; Longhand is started for the first one. */
void longhand_listener_start (LonghandListener *self);
void longhand_listener_stop (LonghandListener *self);
void longhand_listener_cut (LonghandListener *self);
void longhand_listener_keep (LonghandListener *self, const char *text);

G_END_DECLS
