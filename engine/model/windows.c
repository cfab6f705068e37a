#include "model/windows.h"

bool quill_hears_sentences(const struct quill_hparams *h)
{
    return h->n_audio_layer == 6 && h->n_text_layer == 4 && h->n_audio_state == 256 && h->n_mels == 80;
}
