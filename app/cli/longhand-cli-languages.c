#include "cli/longhand-cli-languages.h"

#include "cli/longhand-cli-suggestion.h"
#include "longhand-engine-error.h"

#include <glib/gi18n.h>
#include <string.h>

void
longhand_cli_languages_clear (LonghandCliLanguages *self) {
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->list, g_free);
  g_clear_pointer (&self->languages, g_strfreev);
}

/* English names are nearer to what people type than codes of two letters. */
static void
suggest_language (GError **error, const char *typed) {
  const char *choices[2 * QUILL_MAX_LANGUAGES + 2];
  guint n = 0;

  for (unsigned i = 0; quill_language_name (i) != NULL && i < QUILL_MAX_LANGUAGES; i++)
    choices[n++] = quill_language_name (i);
  for (unsigned i = 0; quill_language_code (i) != NULL && i < QUILL_MAX_LANGUAGES; i++)
    choices[n++] = quill_language_code (i);
  choices[n++] = "auto";
  choices[n] = NULL;
  longhand_cli_suggest (error, typed, choices);
}

/* Whether the language is to be detected. */
static gboolean
is_auto (const char *language) {
  return language == NULL || *language == '\0' || strcmp (language, "auto") == 0;
}

/* A language that Whisper models know, by code or English name; NULL and "auto" are fine. model: NULL, or the
 * one that has to know it. Otherwise LONGHAND_ERROR_INVALID or _MODEL_UNSUPPORTED. */
static gboolean
check_language (const char *language, const struct quill_model *model, GError **error) {
  int i;

  if (is_auto (language))
    return TRUE;
  i = quill_language_find (language);
  if (i < 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("There is no language “%s”: use a code such as en or de, its English name, or auto."),
                 language);
    suggest_language (error, language);
    return FALSE;
  }
  if (model == NULL || i == 0 || (unsigned)i < quill_model_n_languages (model))
    return TRUE;
  g_set_error (
      error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_UNSUPPORTED,
      quill_model_n_languages (model) == 0
          ? _ ("This model knows English only, not “%s”: choose a multilingual model with --model.")
          : _ ("This model does not know “%s”: choose one that does with --model, such as large-v3."),
      language);
  return FALSE;
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
      suggest_language (error, *language);
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
  if (!check_language (self->language, NULL, error))
    return FALSE;
  if (self->list == NULL)
    return TRUE;
  if (!is_auto (self->language)) {
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
    return check_language (self->language, model, error);
  for (char **language = self->languages; *language != NULL; language++)
    if (check_language (*language, model, NULL))
      return TRUE;
  return check_language (self->languages[0], model, error);
}

gboolean
longhand_cli_languages_check_model_of (const LonghandCliLanguages *self, LonghandModel *found,
                                       GError **error) {
  struct quill_model *model;
  gboolean is_known;

  if (self->languages == NULL && is_auto (self->language))
    return TRUE;
  model = longhand_engine_open_model (longhand_model_get_path (found), error);
  if (model == NULL)
    return FALSE;
  is_known = longhand_cli_languages_check_model (self, model, error);
  quill_model_close (&model);
  return is_known;
}
