/* A page of the preferences for a list that people write, an entry a line: names and terms, or replacements.
 * Main thread. */
#pragma once

#include "longhand-settings.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum {
  LONGHAND_LIST_TERMS,
  LONGHAND_LIST_REPLACEMENTS,
} LonghandListKind;

#define LONGHAND_TYPE_LIST_PAGE (longhand_list_page_get_type ())
G_DECLARE_FINAL_TYPE (LonghandListPage, longhand_list_page, LONGHAND, LIST_PAGE, GtkBox)

/* Shows what the settings have, and sets it when it is no longer seen. Lines that make no sense are kept as
 * they are, without effect, and the first of them is named. Signal: "back" (), the person is done. */
GtkWidget *longhand_list_page_new (LonghandSettings *settings, LonghandListKind kind);

/* "3 names and terms", for the way to the page. (transfer full) */
char *longhand_list_page_describe (LonghandSettings *settings, LonghandListKind kind);

G_END_DECLS
