#include "widgets/longhand-wrap.h"

void
longhand_wrap_button (GtkButton *button) {
  GtkLabel *label = GTK_LABEL (gtk_button_get_child (button));

  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_justify (label, GTK_JUSTIFY_CENTER);
}
