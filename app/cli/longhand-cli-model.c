/* Which model is meant by --model, and what helps where there is none. */
#include "cli/longhand-cli-settings.h"
#include "cli/longhand-cli-suggestion.h"
#include "cli/longhand-cli.h"

#include "models/longhand-transfer.h"

#include <glib/gi18n.h>

/* Names of models, those that are installed first, then those of the catalogue, if these are wanted.
 * (transfer container); NULL-terminated, borrowed from store. */
static GPtrArray *
list_names (LonghandModelStore *store, gboolean with_catalogue) {
  GPtrArray *names = g_ptr_array_new ();
  const GPtrArray *entries = longhand_catalogue_get ();

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (store)); i++) {
    g_autoptr (LonghandModel) model = g_list_model_get_item (G_LIST_MODEL (store), i);

    g_ptr_array_add (names, (gpointer)longhand_model_get_id (model));
  }
  for (guint i = 0; with_catalogue && i < entries->len; i++)
    g_ptr_array_add (names, ((const LonghandCatalogueEntry *)entries->pdata[i])->id);
  g_ptr_array_add (names, NULL);
  return names;
}

void
longhand_cli_suggest_model (GError **error, const char *typed, LonghandModelStore *store,
                            gboolean with_catalogue) {
  g_autoptr (GPtrArray) names = list_names (store, with_catalogue);

  longhand_cli_suggest (error, typed, (const char *const *)names->pdata);
}

/* Adds to the sentence of error what fetches the model. */
static void
add_download (GError *error, const char *id) {
  g_autofree char *sentence = g_steal_pointer (&error->message);

  /* Translators: behind a sentence that says which model is not installed, and where it belongs; then a
   * model's name */
  error->message = g_strdup_printf (_ ("%s “longhand-cli models download %s” does that."), sentence, id);
}

/* option: NULL, or what was asked for, in vain. */
static void
help (GError **error, LonghandModelStore *store, const char *option) {
  const char *id = option != NULL ? option : longhand_cli_get_recommended_of_settings ();

  if (longhand_transfer_is_possible () && longhand_catalogue_find (id) != NULL)
    add_download (*error, id);
  else if (option != NULL)
    longhand_cli_suggest_model (error, option, store, longhand_transfer_is_possible ());
}

LonghandModel *
longhand_cli_find_model (LonghandModelStore *store, const char *option, GError **error) {
  const char *chosen = option == NULL ? longhand_cli_get_model_of_settings () : NULL;
  g_autoptr (GError) missing = NULL;
  LonghandModel *model = NULL;

  if (chosen != NULL)
    model = longhand_model_store_find (store, chosen, NULL);
  if (model == NULL)
    model = longhand_model_store_find (store, option, &missing);
  if (model != NULL)
    return model;
  help (&missing, store, option);
  g_propagate_error (error, g_steal_pointer (&missing));
  return NULL;
}
