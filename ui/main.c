#include "application/longhand-application.h"

#include "longhand-i18n.h"

int
main (int argc, char **argv) {
  g_autoptr (LonghandApplication) application = NULL;

  longhand_i18n_init ();
  application = longhand_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
