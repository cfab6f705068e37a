/* When a session was, as a list of them says it. Pure, no GTK. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "Today", "Yesterday", "This Week", "October", "October 2025". (transfer full) */
char *longhand_dates_dup_section (GDateTime *then, GDateTime *now);
/* Short, and of use below that: the time, with the day where the section does not say it. (transfer full) */
char *longhand_dates_dup_time (GDateTime *then, GDateTime *now);

G_END_DECLS
