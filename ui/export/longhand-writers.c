#include "export/longhand-writers.h"

#include "export/longhand-pdf.h"

#include <string.h>

guint
longhand_writers_get_n (void) {
  return LONGHAND_N_FORMATS + 1;
}

const LonghandWriter *
longhand_writers_get (guint i) {
  g_return_val_if_fail (i < longhand_writers_get_n (), NULL);
  return i < LONGHAND_N_FORMATS ? longhand_format_get_writer ((LonghandFormat)i) : &longhand_pdf_writer;
}

const LonghandWriter *
longhand_writers_find (const char *ending) {
  for (guint i = 0; i < longhand_writers_get_n (); i++)
    if (g_ascii_strcasecmp (ending, longhand_writers_get (i)->extension) == 0)
      return longhand_writers_get (i);
  return NULL;
}

const LonghandWriter *
longhand_writers_decide (const char *name, const char *offered, const LonghandWriter *chosen,
                         gboolean may_rename, char **full) {
  const char *dot = strrchr (name, '.');
  const LonghandWriter *known = dot != NULL && dot != name ? longhand_writers_find (dot + 1) : NULL;
  const gboolean is_untouched = strcmp (name, offered) == 0;

  if (known != NULL && (known == chosen || !is_untouched || !may_rename)) {
    *full = g_strdup (name);
    return known;
  }
  if (known != NULL)
    *full = g_strdup_printf ("%.*s.%s", (int)(dot - name), name, chosen->extension);
  else
    *full = may_rename ? g_strdup_printf ("%s.%s", name, chosen->extension) : g_strdup (name);
  return chosen;
}
