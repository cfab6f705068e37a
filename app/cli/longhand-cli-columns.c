#include "cli/longhand-cli-columns.h"

#include <stdarg.h>

guint
longhand_cli_columns_of_char (gunichar c) {
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

guint
longhand_cli_columns_of (const char *text) {
  guint n = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    n += longhand_cli_columns_of_char (g_utf8_get_char (text));
  return n;
}

char *
longhand_cli_pad (int columns, const char *text) {
  const int missing = MAX (ABS (columns) - (int)longhand_cli_columns_of (text), 0);

  return columns < 0 ? g_strdup_printf ("%s%*s", text, missing, "")
                     : g_strdup_printf ("%*s%s", missing, "", text);
}

void
longhand_cli_print_row (int columns, const char *text, ...) {
  g_autoptr (GString) row = g_string_new (NULL);
  va_list cells;

  va_start (cells, text);
  while (text != NULL) {
    g_autofree char *cell = longhand_cli_pad (columns, text);

    g_string_append_printf (row, "%s%s", row->len > 0 ? " " : "", cell);
    columns = va_arg (cells, int);
    text = va_arg (cells, const char *);
  }
  va_end (cells);
  g_print ("%s\n", row->str);
}
