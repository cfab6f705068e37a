#include "cli/longhand-cli-languages.h"

#include "longhand-engine-error.h"

#include <glib/gi18n.h>

void
longhand_cli_languages_clear (LonghandCliLanguages *self) {
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->list, g_free);
  g_clear_pointer (&self->languages, g_strfreev);
}

/* (transfer full), with one at least */
static char **
parse_list (const char *list, GError **error) {
  g_auto (GStrv) languages = g_strsplit (list, ",", -1);

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
longhand_cli_languages_check (LonghandCliLanguages *self, GError **error) {
  if (!longhand_cli_check_language (self->language, NULL, error))
    return FALSE;
  if (self->list == NULL)
    return TRUE;
  if (!longhand_cli_is_auto (self->language)) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("“--languages” is for detecting one of them: leave out --language, or it."));
    return FALSE;
  }
  g_clear_pointer (&self->languages, g_strfreev);
  self->languages = parse_list (self->list, error);
  return self->languages != NULL;
}

gboolean
longhand_cli_languages_check_model (const LonghandCliLanguages *self, const struct quill_model *model,
                                    GError **error) {
  if (self->languages == NULL)
    return longhand_cli_check_language (self->language, model, error);
  for (char **language = self->languages; *language != NULL; language++)
    if (longhand_cli_check_language (*language, model, NULL))
      return TRUE;
  return longhand_cli_check_language (self->languages[0], model, error);
}

gboolean
longhand_cli_languages_check_model_of (const LonghandCliLanguages *self, LonghandModel *found,
                                       GError **error) {
  struct quill_model *model;
  gboolean is_known;

  if (self->languages == NULL && longhand_cli_is_auto (self->language))
    return TRUE;
  model = longhand_engine_open_model (longhand_model_get_path (found), error);
  if (model == NULL)
    return FALSE;
  is_known = longhand_cli_languages_check_model (self, model, error);
  quill_model_close (&model);
  return is_known;
}
