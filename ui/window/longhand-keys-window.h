/* What the keyboard does, in a list that fits a narrow screen and can be searched: GTK's own window for that
 * does neither. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Keys of actions are those that the application has for them. (transfer full) */
GtkWidget *longhand_keys_window_new (GtkApplication *application);

G_END_DECLS
