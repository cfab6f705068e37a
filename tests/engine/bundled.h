/* The bundled model and sounds from the tree, for tests of what the engine does as a whole. */
#ifndef BUNDLED_H
#define BUNDLED_H

#include <glib.h>

#include "quill.h"

/* Path of the bundled model; g_free. */
char *bundled_path(void);

struct quill_model *bundled_model(void);
/* The same weights as float32, which makes the engine compute in float32 throughout: what it hears then does not
 * hang on how weights and activations are rounded. */
struct quill_model *bundled_model_float32(void);
struct quill_transcriber *bundled_transcriber(const struct quill_model *model, unsigned n_threads);

/* Mono samples at 16 kHz of tests/data/audio/NAME; g_free. */
float *bundled_sound(const char *name, size_t *n);

/* Language, times, text and probabilities of all segments, to the last bit; g_free. */
char *bundled_describe (const struct quill_result *result);

#endif
