#include "cli/longhand-cli-vocabulary.h"

#include "cli/longhand-cli.h"
#include "longhand-engine-error.h"
#include "longhand-error.h"
#include "transcript/longhand-terms.h"

#include <glib/gi18n.h>
#include <math.h>

void
longhand_cli_vocabulary_init (LonghandCliVocabulary *self) {
  *self = (LonghandCliVocabulary){ .strength = NAN, .terms = g_ptr_array_new_with_free_func (g_free) };
}

void
longhand_cli_vocabulary_clear (LonghandCliVocabulary *self) {
  longhand_cli_vocabulary_close (self);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->hotwords, g_free);
  g_clear_pointer (&self->replacements_path, g_free);
  g_clear_pointer (&self->terms, g_ptr_array_unref);
  g_clear_pointer (&self->replacements, longhand_replacements_free);
}

void
longhand_cli_vocabulary_add_entries (LonghandCliVocabulary *self, GArray *entries) {
  const GOptionEntry own[] = {
    LONGHAND_CLI_HEADING (N_ ("Names, terms and replacements:")),
    { "vocabulary", 0, 0, G_OPTION_ARG_FILENAME, &self->path,
      N_ ("Names and terms to favour, a line each; lines that begin with “#” are left out"), N_ ("FILE") },
    { "hotwords", 0, 0, G_OPTION_ARG_STRING, &self->hotwords, N_ ("The same, with commas between them"),
      N_ ("TERMS") },
    { "vocabulary-strength", 0, 0, G_OPTION_ARG_DOUBLE, &self->strength,
      N_ ("How much they are favoured, 0 to 5 (default 1)"), N_ ("X") },
    { "replacements", 0, 0, G_OPTION_ARG_FILENAME, &self->replacements_path,
      N_ ("What is written otherwise: lines “heard => written”"), N_ ("FILE") },
  };

  g_array_append_vals (entries, own, G_N_ELEMENTS (own));
}

GArray *
longhand_cli_vocabulary_join_entries (LonghandCliVocabulary *self, const GOptionEntry *entries) {
  GArray *all = longhand_cli_dup_entries (entries);

  longhand_cli_vocabulary_add_entries (self, all);
  return all;
}

static gboolean
check_strength (const LonghandCliVocabulary *self, GError **error) {
  if (isnan (self->strength))
    return TRUE;
  if (!(self->strength >= 0 && self->strength <= (double)QUILL_MAX_VOCABULARY_STRENGTH)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("%s %.10g is out of range: use %.10g to %.10g."), "--vocabulary-strength", self->strength,
                 0.0, (double)QUILL_MAX_VOCABULARY_STRENGTH);
    return FALSE;
  }
  if (self->path == NULL && self->hotwords == NULL) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("“--vocabulary-strength” is about terms: add --vocabulary or --hotwords."));
    return FALSE;
  }
  return TRUE;
}

gboolean
longhand_cli_vocabulary_read (LonghandCliVocabulary *self, GError **error) {
  if (!check_strength (self, error)
      || (self->path != NULL && !longhand_terms_add_file (self->terms, self->path, error))
      || (self->hotwords != NULL && !longhand_terms_add_text (self->terms, self->hotwords, error)))
    return FALSE;
  if (self->replacements_path == NULL)
    return TRUE;
  self->replacements = longhand_replacements_load (self->replacements_path, error);
  return self->replacements != NULL;
}

LonghandWording *
longhand_cli_vocabulary_take_wording (LonghandCliVocabulary *self) {
  g_ptr_array_add (self->terms, NULL);
  LonghandWording *wording = longhand_wording_new ((const char *const *)self->terms->pdata, self->strength,
                                                   g_steal_pointer (&self->replacements));
  g_ptr_array_set_size (self->terms, 0);
  return wording;
}

gboolean
longhand_cli_vocabulary_open (LonghandCliVocabulary *self, const struct quill_model *model, GError **error) {
  struct quill_error engine_error;

  if (self->terms->len == 0)
    return TRUE;
  if (quill_vocabulary_open (&self->vocabulary, model, (const char *const *)self->terms->pdata,
                             self->terms->len, &engine_error)
      == QUILL_OK)
    return TRUE;
  longhand_set_error_from_engine (error, &engine_error);
  return FALSE;
}

void
longhand_cli_vocabulary_close (LonghandCliVocabulary *self) {
  quill_vocabulary_close (&self->vocabulary);
}

void
longhand_cli_vocabulary_apply (const LonghandCliVocabulary *self, struct quill_params *params) {
  params->vocabulary = self->vocabulary;
  if (!isnan (self->strength))
    params->vocabulary_strength = (float)self->strength;
}

void
longhand_cli_vocabulary_rewrite (const LonghandCliVocabulary *self, LonghandTranscript **transcript) {
  g_autoptr (LonghandTranscript) before = NULL;

  if (self->replacements == NULL)
    return;
  before = g_steal_pointer (transcript);
  *transcript = longhand_replacements_apply_to (self->replacements, before);
}
