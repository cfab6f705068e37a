#include "library/longhand-dates.h"

#include <glib/gi18n.h>

typedef enum {
  SECTION_TODAY,
  SECTION_YESTERDAY,
  SECTION_WEEK,
  SECTION_YEAR,
  SECTION_BEFORE,
} Section;

static gboolean
same_day (GDateTime *a, GDateTime *b) {
  return g_date_time_get_year (a) == g_date_time_get_year (b)
         && g_date_time_get_day_of_year (a) == g_date_time_get_day_of_year (b);
}

/* Weeks begin on Monday, as in ISO 8601. What is to come, after a clock was set back, is of its month. */
static Section
section_of (GDateTime *then, GDateTime *now) {
  g_autoptr (GDateTime) yesterday = g_date_time_add_days (now, -1);

  if (same_day (then, now))
    return SECTION_TODAY;
  if (same_day (then, yesterday))
    return SECTION_YESTERDAY;
  if (g_date_time_compare (then, now) < 0
      && g_date_time_get_week_of_year (then) == g_date_time_get_week_of_year (now)
      && g_date_time_get_week_numbering_year (then) == g_date_time_get_week_numbering_year (now))
    return SECTION_WEEK;
  return g_date_time_get_year (then) == g_date_time_get_year (now) ? SECTION_YEAR : SECTION_BEFORE;
}

char *
longhand_dates_dup_section (GDateTime *then, GDateTime *now) {
  switch (section_of (then, now)) {
  case SECTION_TODAY:
    return g_strdup (_ ("Today"));
  case SECTION_YESTERDAY:
    return g_strdup (_ ("Yesterday"));
  case SECTION_WEEK:
    return g_strdup (_ ("This Week"));
  case SECTION_YEAR:
    /* Translators: a month of this year, as g_date_time_format writes it */
    return g_date_time_format (then, _ ("%OB"));
  case SECTION_BEFORE:
  default:
    /* Translators: a month of another year, as g_date_time_format writes it */
    return g_date_time_format (then, _ ("%OB %Y"));
  }
}

char *
longhand_dates_dup_time (GDateTime *then, GDateTime *now) {
  switch (section_of (then, now)) {
  case SECTION_TODAY:
  case SECTION_YESTERDAY:
    /* Translators: a time of day, as g_date_time_format writes it */
    return g_date_time_format (then, _ ("%H:%M"));
  case SECTION_WEEK:
    /* Translators: a day of this week and a time, as g_date_time_format writes it */
    return g_date_time_format (then, _ ("%a %H:%M"));
  case SECTION_YEAR:
    /* Translators: a day of this year, as g_date_time_format writes it */
    return g_date_time_format (then, _ ("%-e %b"));
  case SECTION_BEFORE:
  default:
    return g_date_time_format (then, "%x");
  }
}
