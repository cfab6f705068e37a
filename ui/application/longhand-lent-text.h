/* Text on a clipboard that says when somebody has read it. Main thread. */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_LENT_TEXT (longhand_lent_text_get_type ())
G_DECLARE_FINAL_TYPE (LonghandLentText, longhand_lent_text, LONGHAND, LENT_TEXT, GdkContentProvider)

/* Signal: "read" (): another program has all of it. (transfer full) */
LonghandLentText *longhand_lent_text_new (const char *text);

G_END_DECLS
