#include "widgets/longhand-time-left.h"

#include <glib/gi18n.h>

char *
longhand_describe_time_left (double seconds) {
  const guint minutes = (guint)(seconds / 60 + 0.5), hours = (guint)(seconds / 3600 + 0.5);

  if (seconds < 60)
    return g_strdup (_ ("less than a minute left"));
  if (seconds < 5400)
    return g_strdup_printf (ngettext ("%u minute left", "%u minutes left", minutes), minutes);
  return g_strdup_printf (ngettext ("%u hour left", "%u hours left", hours), hours);
}

char *
longhand_describe_duration (gint64 ms) {
  const gint64 seconds = (ms + 500) / 1000;
  const int hours = (int)(seconds / 3600), minutes = (int)(seconds / 60 % 60), rest = (int)(seconds % 60);

  return hours > 0 ? g_strdup_printf ("%d:%02d:%02d", hours, minutes, rest)
                   : g_strdup_printf ("%d:%02d", minutes, rest);
}
