/* Times as people are told them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "3 minutes left". (transfer full) */
char *longhand_describe_time_left (double seconds);

/* "4:07" or "1:04:07". (transfer full) */
char *longhand_describe_duration (gint64 ms);

G_END_DECLS
