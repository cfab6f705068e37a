#include "cli/longhand-cli-grammar.h"

#include "cli/longhand-cli.h"
#include "longhand-engine-error.h"
#include "longhand-error.h"
#include "transcript/longhand-list-file.h"

#include <glib/gi18n.h>
#include <math.h>

#define LARGEST_PENALTY 1000.0

void
longhand_cli_grammar_init (LonghandCliGrammar *self) {
  *self = (LonghandCliGrammar){ .penalty = NAN };
}

void
longhand_cli_grammar_clear (LonghandCliGrammar *self) {
  longhand_cli_grammar_close (self);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->rule, g_free);
  g_clear_pointer (&self->text, g_free);
}

void
longhand_cli_grammar_add_entries (LonghandCliGrammar *self, GArray *entries) {
  const GOptionEntry own[] = {
    LONGHAND_CLI_HEADING (N_ ("Grammar:")),
    { "grammar", 0, 0, G_OPTION_ARG_FILENAME, &self->path,
      N_ ("Write only texts of this grammar (GBNF), one for what is said between two pauses"), N_ ("FILE") },
    { "grammar-rule", 0, 0, G_OPTION_ARG_STRING, &self->rule,
      N_ ("The rule of the grammar to begin with (default root)"), N_ ("RULE") },
    { "grammar-penalty", 0, 0, G_OPTION_ARG_DOUBLE, &self->penalty,
      N_ ("How much less likely other texts are, 0 to 1000 (default 100)"), N_ ("X") },
  };

  g_array_append_vals (entries, own, G_N_ELEMENTS (own));
}

static gboolean
check (const LonghandCliGrammar *self, GError **error) {
  if (!isnan (self->penalty) && !(self->penalty >= 0 && self->penalty <= LARGEST_PENALTY)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("%s %.10g is out of range: use %.10g to %.10g."), "--grammar-penalty", self->penalty, 0.0,
                 LARGEST_PENALTY);
    return FALSE;
  }
  if (self->path == NULL && (self->rule != NULL || !isnan (self->penalty))) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID, _ ("“%s” is about a grammar: add --grammar."),
                 self->rule != NULL ? "--grammar-rule" : "--grammar-penalty");
    return FALSE;
  }
  return TRUE;
}

gboolean
longhand_cli_grammar_read (LonghandCliGrammar *self, GError **error) {
  if (!check (self, error))
    return FALSE;
  if (self->path == NULL)
    return TRUE;
  self->text = longhand_list_file_load (self->path, error);
  return self->text != NULL;
}

gboolean
longhand_cli_grammar_open (LonghandCliGrammar *self, const struct quill_model *model, GError **error) {
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = NULL;
  struct quill_error engine_error;

  if (self->text == NULL
      || quill_grammar_open (&self->grammar, model, self->text, self->rule, &engine_error) == QUILL_OK)
    return TRUE;
  name = g_filename_display_name (self->path);
  longhand_set_error_from_engine (&reason, &engine_error);
  g_set_error (error, reason->domain, reason->code, "“%s”: %s", name, reason->message);
  return FALSE;
}

void
longhand_cli_grammar_close (LonghandCliGrammar *self) {
  quill_grammar_close (&self->grammar);
}

void
longhand_cli_grammar_apply (const LonghandCliGrammar *self, struct quill_params *params) {
  params->grammar = self->grammar;
  if (!isnan (self->penalty))
    params->grammar_penalty = (float)self->penalty;
}
