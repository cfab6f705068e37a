/* Time that passes only when every thread waits: a program that speaks for a minute, on a slow disk, is
 * through in milliseconds and always the same way. The linker puts the calls of this file before the
 * library's
 * (--wrap, as meson.build lists them): g_get_monotonic_time, g_usleep, and those of threads and conditions.
 * Syncs take time when the program runs under disk-recorder. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From here on, with no other thread there; before this, time is as ever, and a sync takes 20 ms. */
void virtual_clock_start (gint64 now_us, guint32 seed);
/* How long a sync takes: min_us <= t < max_us. */
void virtual_clock_set_sync (gint32 min_us, gint32 max_us);

G_END_DECLS
