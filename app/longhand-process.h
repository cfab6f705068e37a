/* What this process takes of the machine, as the system counts it. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

double longhand_process_get_cpu_s (void);           /* processor time of all threads since it began */
guint64 longhand_process_get_rss_bytes (void);      /* resident now; 0: not known */
guint64 longhand_process_get_peak_rss_bytes (void); /* the most that was */

G_END_DECLS
