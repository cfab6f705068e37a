#include "cli/longhand-cli-languages.h"

#include <glib/gi18n.h>

char **
longhand_cli_languages_parse (const char *text, GError **error) {
  g_auto (GStrv) languages = g_strsplit (text, ",", -1);

  for (char **language = languages; *language != NULL; language++)
    if (quill_language_find (g_strstrip (*language)) < 0) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("There is no language “%s”: use codes such as en or de, or English names, with commas "
                      "between."),
                   *language);
      return NULL;
    }
  if (languages[0] != NULL)
    return g_steal_pointer (&languages);
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                       _ ("“--languages” names none: use codes such as “en,de”, or leave it out."));
  return NULL;
}

gboolean
longhand_cli_languages_check (const char *const *languages, const struct quill_model *model, GError **error) {
  gboolean is_known = languages == NULL;

  for (gsize i = 0; languages != NULL && languages[i] != NULL && !is_known; i++)
    is_known = longhand_cli_check_language (languages[i], model, NULL);
  return is_known || longhand_cli_check_language (languages[0], model, error);
}
