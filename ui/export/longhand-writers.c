#include "export/longhand-writers.h"

#include "export/longhand-pdf.h"

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
