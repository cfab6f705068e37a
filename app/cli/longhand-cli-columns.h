/* Text in the columns of a terminal, where a letter takes one and a Chinese or Japanese one takes two: printf
 * counts bytes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint longhand_cli_columns_of_char (gunichar c);
guint longhand_cli_columns_of (const char *text);

/* With spaces before it, so that it takes so many columns; if these are negative, behind it. What is longer
 * stays as it is. (transfer full) */
char *longhand_cli_pad (int columns, const char *text);

/* Prints a line of a table: columns and text, as longhand_cli_pad takes them, for each cell, and at last 0
 * and NULL. */
void longhand_cli_print_row (int columns, const char *text, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
