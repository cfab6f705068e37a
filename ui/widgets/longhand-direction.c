#include "widgets/longhand-direction.h"

#include <gtk/gtk.h>

#define LEFT_TO_RIGHT "\u2066" /* LEFT-TO-RIGHT ISOLATE */
#define END "\u2069"           /* POP DIRECTIONAL ISOLATE */

char *
longhand_direction_isolate (char *text) {
  g_autofree char *plain = text;

  if (gtk_widget_get_default_direction () != GTK_TEXT_DIR_RTL)
    return g_steal_pointer (&plain);
  return g_strconcat (LEFT_TO_RIGHT, plain, END, NULL);
}
