#include "longhand-engine-languages.h"

const char *
longhand_engine_find_language (const struct quill_model *model, const char *language) {
  const int i = quill_language_find (language);

  return i >= 0 && i < (int)quill_model_n_languages (model) ? quill_language_code ((unsigned)i) : NULL;
}

gsize
longhand_engine_find_languages (const struct quill_model *model, char **languages, const char **out) {
  gsize n = 0;

  for (gsize i = 0; languages != NULL && languages[i] != NULL && n < QUILL_MAX_LANGUAGES; i++) {
    const char *code = longhand_engine_find_language (model, languages[i]);

    if (code != NULL)
      out[n++] = code;
  }
  out[n] = NULL;
  return n;
}
