/* When sessions were, as the list says it. */
#include "library/longhand-dates.h"

typedef struct {
  const char *then, *now, *section, *time;
} Case;

static const Case cases[] = {
  { "2026-11-27T00:00:00", "2026-11-27T14:00:00", "Today", "00:00" },
  { "2026-11-27T23:59:59", "2026-11-27T00:00:00", "Today", "23:59" },
  { "2026-11-26T23:59:59", "2026-11-27T00:00:00", "Yesterday", "23:59" },
  { "2026-12-31T10:05:00", "2027-01-01T09:00:00", "Yesterday", "10:05" },
  { "2026-11-23T09:05:00", "2026-11-27T14:00:00", "This Week", "Mon 09:05" },
  { "2026-12-28T09:05:00", "2027-01-02T14:00:00", "This Week", "Mon 09:05" },
  { "2026-11-22T09:05:00", "2026-11-27T14:00:00", "November", "22 Nov" },
  { "2026-11-02T09:05:00", "2026-11-27T14:00:00", "November", "2 Nov" },
  { "2025-11-27T09:05:00", "2026-11-27T14:00:00", "November 2025", "11/27/25" },
  { "2026-12-01T09:05:00", "2026-11-27T14:00:00", "December", "1 Dec" },
};

static void
dates_are_said_in_short (void) {
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GDateTime) then = g_date_time_new_from_iso8601 (cases[i].then, zone);
    g_autoptr (GDateTime) now = g_date_time_new_from_iso8601 (cases[i].now, zone);
    g_autofree char *section = longhand_dates_dup_section (then, now);
    g_autofree char *time = longhand_dates_dup_time (then, now);

    g_test_message ("%s at %s", cases[i].then, cases[i].now);
    g_assert_cmpstr (section, ==, cases[i].section);
    g_assert_cmpstr (time, ==, cases[i].time);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dates/are-said-in-short", dates_are_said_in_short);
  return g_test_run ();
}
