/* In what windows of sound a model hears. */
#ifndef QUILL_MODEL_WINDOWS_H
#define QUILL_MODEL_WINDOWS_H

#include <stdbool.h>

#include "format/ggml.h"

/* Longhand's own model, told by its shape, learned from single sentences in windows as long as they: it hears
 * one as well in a short audio context, and little in windows of many. OpenAI's models learned from whole
 * windows of 30 s. */
bool quill_hears_sentences(const struct quill_hparams *hparams);

#endif
