/* Alignment heads: heads of cross-attention that look at where a token is spoken. */
#ifndef QUILL_MODEL_ALIGNMENT_H
#define QUILL_MODEL_ALIGNMENT_H

#include <stdbool.h>

#include "format/ggml.h"

struct quill_alignment_head {
    uint8_t layer, head;
};

struct quill_alignment {
    /* [n_heads], by layer; NULL: all heads of the layers from first_layer on */
    const struct quill_alignment_head *heads;
    unsigned n_heads;
    unsigned first_layer;
};

/* Heads that were found to align by OpenAI (whisper/__init__.py, _ALIGNMENT_HEADS) for their models, which
 * are told by their shapes, and those that Longhand's own model was trained to align with. Other models have
 * the upper half of their layers. */
struct quill_alignment quill_alignment_of(const struct quill_hparams *hparams);

/* The heads are known to align, rather than hoped to. */
static inline bool quill_alignment_is_known(const struct quill_alignment *alignment)
{
    return alignment->heads != NULL;
}

/* Bit h: head h of the layer is among them. */
uint32_t quill_alignment_mask(const struct quill_alignment *alignment, unsigned layer);

#endif
