/* Dictation on the session bus, as data/dbus describes it; the program's own actions and commands go through
 * it as well. Main thread.
 *
 * What is said for a caller is told to the caller: its "tentative" and "committed" signals of the dictation
 * are stopped before they reach anybody who connects after longhand_service_attach. What is left out of it is
 * told to both. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "automation/longhand-bus-dictation.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_SERVICE (longhand_service_get_type ())
G_DECLARE_FINAL_TYPE (LonghandService, longhand_service, LONGHAND, SERVICE, LonghandBusDictation1Skeleton)

/* What the window is wanted for. */
typedef enum {
  LONGHAND_WINDOW_USE_START,  /* somebody begins to dictate into it */
  LONGHAND_WINDOW_USE_RETURN, /* a caller has left, and its text comes */
  LONGHAND_WINDOW_USE_KEEP,   /* text comes that a caller had no use for, or that was left out; it need not be
                                 seen */
} LonghandWindowUse;

/* Property (read-only, notify): busy (bool; something is going on that the program must not end in).
 * Signals: "window-wanted" (LonghandWindowUse as int): text for the window comes; also when there is one
 *   already. "begun" (): a recording is about to be started, for the window or a caller.
 * May be exported before a dictation is attached: calls are answered by the main loop. (transfer full) */
LonghandService *longhand_service_new (void);

void longhand_service_attach (LonghandService *self, LonghandDictation *dictation); /* once */
/* Before the dictation is shut down. What callers may not have got stays for recovery. */
void longhand_service_detach (LonghandService *self);

/* As method Start: caller is a unique name, on the connection that self is exported on, or NULL: into the
 * window. The answer comes from the main loop. */
void longhand_service_start_async (LonghandService *self, const char *caller, GAsyncReadyCallback callback,
                                   gpointer user);
gboolean longhand_service_start_finish (LonghandService *self, GAsyncResult *result, GError **error);
void longhand_service_stop (LonghandService *self); /* as method Stop */
/* Whether it records or is about to: Toggle would stop it. */
gboolean longhand_service_get_started (LonghandService *self);
gboolean longhand_service_get_busy (LonghandService *self);

G_END_DECLS
