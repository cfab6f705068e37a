/* A file on its way to text: how far it is, what came of it, and what can be done about it. */
#pragma once

#include "files/longhand-file-item.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_FILE_ROW (longhand_file_row_get_type ())
G_DECLARE_FINAL_TYPE (LonghandFileRow, longhand_file_row, LONGHAND, FILE_ROW, AdwPreferencesRow)

/* Signals, each about item: "opened", "retried", "cancelled" (LonghandFileItem *). They leave the row as it
 * is, which follows item. */
GtkWidget *longhand_file_row_new (LonghandFileItem *item);

G_END_DECLS
