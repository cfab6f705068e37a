#include "transcript/longhand-terms.h"

#include "longhand-error.h"
#include "transcript/longhand-list-file.h"

#include <glib/gi18n.h>
#include <quill.h>
#include <string.h>

static gboolean
add (const char *term, gpointer user, GError **error) {
  GPtrArray *terms = user;

  if (strlen (term) > QUILL_MAX_TERM_BYTES) {
    g_autofree char *shown = longhand_list_file_abridge (term);

    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” is too long for a term: use at most %d bytes."), shown, QUILL_MAX_TERM_BYTES);
    return FALSE;
  }
  if (terms->len == QUILL_MAX_TERMS) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("There are too many terms: use at most %d."), QUILL_MAX_TERMS);
    return FALSE;
  }
  g_ptr_array_add (terms, g_strdup (term));
  return TRUE;
}

gboolean
longhand_terms_add_file (GPtrArray *terms, const char *path, GError **error) {
  return longhand_list_file_read (path, add, terms, error);
}

gboolean
longhand_terms_add_text (GPtrArray *terms, const char *text, GError **error) {
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (!longhand_terms_add (terms, parts[i], error))
      return FALSE;
  return TRUE;
}

gboolean
longhand_terms_add (GPtrArray *terms, const char *term, GError **error) {
  g_autofree char *stripped = g_strstrip (g_strdup (term));

  return *stripped == '\0' || add (stripped, terms, error);
}
