/* Calls that may never return. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs run (data) on a thread of its own and waits for it at most timeout_ms. TRUE: it has returned, and data
 * is the caller's again. FALSE: data now belongs to that thread, which calls abandoned (data), to undo what
 * was done and to free data, should run return after all; or no thread could be had, and abandoned was called
 * at once without run. */
gboolean longhand_call_bounded (void (*run) (gpointer), void (*abandoned) (gpointer), gpointer data,
                                int timeout_ms);

/* Calls given up and not returned to this moment. */
guint longhand_call_get_n_stuck (void);

G_END_DECLS
