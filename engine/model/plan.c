#include "model/plan.h"

#include "model/decoder.h"

/* Three factors in one piece: [a, b, c] f32. */
static struct quill_span add3(struct quill_plan *plan, size_t a, size_t b, size_t c)
{
    size_t n;

    if (!quill_mul3(&n, a, b, c)) {
        plan->overflow = true;
        return (struct quill_span){0};
    }
    return quill_plan_add(plan, n, sizeof(float));
}

struct quill_encoder_plan quill_plan_encoder(const struct quill_hparams *h)
{
    struct quill_encoder_plan plan = {0};
    const size_t n_ctx = h->n_audio_ctx;

    plan.mel = add3(&plan.total, 2 * n_ctx + 2, h->n_mels, 1);
    plan.output = add3(&plan.total, n_ctx, h->n_audio_state, 1);
    plan.narrow = add3(&plan.total, n_ctx, h->n_audio_state, 1);
    plan.wide = add3(&plan.total, 4 * n_ctx, h->n_audio_state, 1);
    return plan;
}

struct quill_decoder_plan quill_plan_decoder(const struct quill_hparams *h)
{
    struct quill_decoder_plan plan = {0};
    const size_t state = h->n_text_state;

    plan.self_key = add3(&plan.total, h->n_text_layer, h->n_text_ctx, state);
    plan.self_value = add3(&plan.total, h->n_text_layer, h->n_text_ctx, state);
    plan.cross_key = add3(&plan.total, h->n_text_layer, h->n_audio_ctx, state);
    plan.cross_value = add3(&plan.total, h->n_text_layer, h->n_audio_ctx, state);
    plan.stream = add3(&plan.total, h->n_text_ctx, state, 1);
    plan.narrow = add3(&plan.total, h->n_text_ctx, state, 1);
    plan.wide = add3(&plan.total, h->n_text_ctx, state, 4);
    plan.logits = add3(&plan.total, QUILL_DECODER_MAX_LOGITS, h->n_vocab, 1);
    return plan;
}
