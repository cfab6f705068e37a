#include "dictation/longhand-wording.h"

#include "longhand-engine-error.h"
#include "transcript/longhand-terms.h"

#include <math.h>
#include <quill.h>

struct _LonghandWording {
  char **terms; /* owned */
  double strength;
  LonghandReplacements *replacements; /* owned; NULL: none */
};

static char *const no_terms[] = { NULL };

LonghandWording *
longhand_wording_new (const char *const *terms, double strength, LonghandReplacements *replacements) {
  LonghandWording *self = g_atomic_rc_box_new0 (LonghandWording);

  self->terms = g_strdupv ((char **)(terms != NULL ? terms : (const char *const *)no_terms));
  self->strength = strength;
  self->replacements = replacements;
  return self;
}

LonghandWording *
longhand_wording_new_from_lists (const char *const *terms, const char *const *rules) {
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (LonghandReplacements) replacements = longhand_replacements_new ();

  for (gsize i = 0; terms[i] != NULL; i++)
    longhand_terms_add (kept, terms[i], NULL);
  for (gsize i = 0; rules[i] != NULL; i++)
    longhand_replacements_add (replacements, rules[i], NULL);
  g_ptr_array_add (kept, NULL);
  return longhand_wording_new ((const char *const *)kept->pdata, NAN, g_steal_pointer (&replacements));
}

LonghandWording *
longhand_wording_ref (LonghandWording *self) {
  return g_atomic_rc_box_acquire (self);
}

static void
wording_clear (gpointer data) {
  LonghandWording *self = data;

  g_strfreev (self->terms);
  longhand_replacements_free (self->replacements);
}

void
longhand_wording_unref (LonghandWording *self) {
  g_atomic_rc_box_release_full (self, wording_clear);
}

static gboolean
same_strength (double one, double other) {
  return isnan (one) ? isnan (other) : one == other;
}

gboolean
longhand_wording_equal (const LonghandWording *self, const LonghandWording *other) {
  if (self == NULL || other == NULL)
    return self == other;
  return g_strv_equal ((const char *const *)self->terms, (const char *const *)other->terms)
         && same_strength (self->strength, other->strength)
         && longhand_replacements_equal (self->replacements, other->replacements);
}

gboolean
longhand_wording_open_vocabulary (const LonghandWording *self, const struct quill_model *model,
                                  struct quill_vocabulary **out, GError **error) {
  struct quill_error engine_error = { 0 };
  const gsize n = g_strv_length (self->terms);

  *out = NULL;
  if (n == 0
      || quill_vocabulary_open (out, model, (const char *const *)self->terms, n, &engine_error) == QUILL_OK)
    return TRUE;
  longhand_set_error_from_engine (error, &engine_error);
  return FALSE;
}

void
longhand_wording_apply (const LonghandWording *self, const struct quill_vocabulary *vocabulary,
                        struct quill_params *params) {
  params->vocabulary = vocabulary;
  if (!isnan (self->strength))
    params->vocabulary_strength = (float)self->strength;
}

char *
longhand_wording_rewrite (const LonghandWording *self, const char *text) {
  return self->replacements != NULL ? longhand_replacements_apply (self->replacements, text)
                                    : g_strdup (text);
}
