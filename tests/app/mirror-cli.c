/* longhand-cli models, of whose official models one is what the test's mirror has. Environment:
 * LONGHAND_TEST_ID; LONGHAND_TEST_SHA1 and LONGHAND_TEST_BYTES of its file. */
#include "cli/longhand-cli.h"
#include "longhand-i18n.h"
#include "models/longhand-catalogue.h"

#include <string.h>

int
main (int argc, char **argv) {
  LonghandCatalogueEntry *entry
      = (LonghandCatalogueEntry *)longhand_catalogue_find (g_getenv ("LONGHAND_TEST_ID"));

  longhand_i18n_init ();
  g_assert (argc >= 2 && strcmp (argv[1], "models") == 0);
  g_free (entry->sha1);
  entry->sha1 = g_strdup (g_getenv ("LONGHAND_TEST_SHA1"));
  entry->size = g_ascii_strtoull (g_getenv ("LONGHAND_TEST_BYTES"), NULL, 10);
  argv[1] = g_strdup ("longhand-cli models");
  return longhand_cli_models (argc - 1, argv + 1);
}
