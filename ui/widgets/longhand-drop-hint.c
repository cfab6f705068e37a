#include "widgets/longhand-drop-hint.h"

#include "widgets/longhand-accessible.h"

/* There is none any more when it was dropped, taken away, or given up. */
static void
on_current_drop (GtkRevealer *hint, GParamSpec *pspec, GtkDropTarget *target) {
  gtk_revealer_set_reveal_child (hint, gtk_drop_target_get_current_drop (target) != NULL);
}

void
longhand_drop_hint_follow (GtkRevealer *hint, GtkDropTarget *target) {
  longhand_accessible_tell_while_drawn (gtk_revealer_get_child (hint));
  g_signal_connect_object (target, "notify::current-drop", G_CALLBACK (on_current_drop), hint,
                           G_CONNECT_SWAPPED);
}
