/* make-model SIZE TYPE FILE [SEED [WORDS]]: a model file with random weights. */
#include "make-model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main (int argc, char **argv) {
  struct make_model model;
  struct quill_error error;
  enum quill_type type = 0;

  if (argc < 4 || argc > 6) {
    fprintf (stderr,
             "Usage: make-model SIZE TYPE FILE [SEED [WORDS]]\n"
             "SIZE: test, tiny, base, small, medium, large (each also with .en), large-v3, large-v3-turbo\n"
             "TYPE: f32 f16 q4_0 q4_1 q5_0 q5_1 q8_0 q4_K q5_K q6_K\n"
             "WORDS: how many it says, whatever it hears, before it ends (default 0: endless noise)\n");
    return 2;
  }
  while (type < QUILL_TYPE_COUNT && strcmp (quill_type_traits (type)->name, argv[2]) != 0)
    type++;
  if (type == QUILL_TYPE_COUNT || !make_model_size (&model, argv[1], type)) {
    fprintf (stderr, "make-model: there is no size %s or no type %s\n", argv[1], argv[2]);
    return 2;
  }
  if (argc > 4)
    model.seed = strtoull (argv[4], NULL, 0);
  if (argc > 5)
    model.n_words = (unsigned)strtoul (argv[5], NULL, 0);
  if (make_model_write (&model, argv[3], &error) != QUILL_OK) {
    fprintf (stderr, "make-model: %s\n", error.message);
    return 1;
  }
  return 0;
}
