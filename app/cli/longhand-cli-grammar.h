/* Options that say which texts may be written, with the names that whisper.cpp gives them. */
#pragma once

#include <glib.h>
#include <quill.h>

G_BEGIN_DECLS

/* As they were given, and what came of them; longhand_cli_grammar_init sets the defaults. */
typedef struct {
  char *path, *rule; /* owned; NULL: none, and “root” */
  double penalty;    /* NAN: not given */

  char *text;                    /* owned; NULL: no grammar */
  struct quill_grammar *grammar; /* owned; NULL: none, or no model yet */
} LonghandCliGrammar;

void longhand_cli_grammar_init (LonghandCliGrammar *self);
void longhand_cli_grammar_clear (LonghandCliGrammar *self);

/* Appends the options of self. (element-type GOptionEntry) */
void longhand_cli_grammar_add_entries (LonghandCliGrammar *self, GArray *entries);

/* Reads the file; LONGHAND_ERROR_INVALID when it is no text, or the options make no sense. */
gboolean longhand_cli_grammar_read (LonghandCliGrammar *self, GError **error);

/* Between the opening of a model and its closing. LONGHAND_ERROR_INVALID, naming file, line and column, when
 * it is no grammar. */
gboolean longhand_cli_grammar_open (LonghandCliGrammar *self, const struct quill_model *model,
                                    GError **error);
void longhand_cli_grammar_close (LonghandCliGrammar *self);

/* The grammar is borrowed from self. */
void longhand_cli_grammar_apply (const LonghandCliGrammar *self, struct quill_params *params);

G_END_DECLS
