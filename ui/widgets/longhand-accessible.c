#include "widgets/longhand-accessible.h"

static void
tell (GtkWidget *widget) {
  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_HIDDEN,
                               !gtk_widget_get_mapped (widget), -1);
}

void
longhand_accessible_tell_while_drawn (GtkWidget *widget) {
  g_signal_connect_after (widget, "map", G_CALLBACK (tell), NULL);
  g_signal_connect_after (widget, "unmap", G_CALLBACK (tell), NULL);
  tell (widget);
}

void
longhand_accessible_tell_drawn_page (GtkStack *stack) {
  for (GtkWidget *page = gtk_widget_get_first_child (GTK_WIDGET (stack)); page != NULL;
       page = gtk_widget_get_next_sibling (page))
    longhand_accessible_tell_while_drawn (page);
}
