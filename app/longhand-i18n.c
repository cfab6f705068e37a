#include "longhand-i18n.h"

#include "longhand-config.h"

#include <glib.h>
#include <libintl.h>
#include <locale.h>

void
longhand_i18n_init (void) {
  const char *dir = g_getenv ("LONGHAND_LOCALE_DIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, dir != NULL ? dir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
