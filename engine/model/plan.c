#include "model/plan.h"

#include "model/pages.h"

/* Three factors in one piece: [a, b, c] of element_bytes. */
static struct quill_span add3(struct quill_plan *plan, size_t a, size_t b, size_t c, size_t element_bytes)
{
    size_t n;

    if (!quill_mul3(&n, a, b, c)) {
        plan->overflow = true;
        return (struct quill_span){0};
    }
    return quill_plan_add(plan, n, element_bytes);
}

/* m packed rows of k, which is a width or a few: those were checked to be of tensors that lie in the file. */
static struct quill_span add_packed(struct quill_plan *plan, const struct quill_gemm *gemm, size_t m,
                                    size_t k)
{
    return quill_plan_add(plan, m, quill_gemm_row_bytes(gemm, k));
}

/* *plan is another layout of the same memory. */
static void overlay(struct quill_plan *largest, const struct quill_plan *plan)
{
    if (plan->bytes > largest->bytes)
        largest->bytes = plan->bytes;
    largest->overflow = largest->overflow || plan->overflow;
}

struct quill_encoder_plan quill_plan_encoder(const struct quill_hparams *h, const struct quill_gemm *gemm,
                                             enum quill_type activations)
{
    struct quill_encoder_plan plan = {0};
    const size_t n_ctx = h->n_audio_ctx, state = h->n_audio_state;
    const size_t stem = n_ctx < QUILL_STEM_FRAMES ? n_ctx : QUILL_STEM_FRAMES;

    plan.mel = add3(&plan.own, 2 * n_ctx + 2, h->n_mels, 1, sizeof(float));
    plan.output = add3(&plan.own, n_ctx, state, 1, sizeof(float));

    plan.conv1_in = add_packed(&plan.work, gemm, 2 * stem + 1, 3 * (size_t)h->n_mels);
    plan.frames = add3(&plan.work, 2 * stem + 1, state, 1, sizeof(float));
    plan.conv2_in = add_packed(&plan.work, gemm, stem, 3 * state);

    struct quill_plan attention = {0}, forward;
    plan.narrow = add_packed(&attention, gemm, n_ctx, state);
    forward = attention;
    plan.qkv = add3(&attention, n_ctx, 3, state, quill_type_traits(activations)->block_bytes);
    plan.panels = quill_plan_add(&attention, 1,
                                 quill_attend_panels_bytes(gemm, n_ctx, h->n_audio_head,
                                                           h->n_audio_head ? state / h->n_audio_head : 0));
    plan.hidden = add_packed(&forward, gemm, n_ctx, 4 * state);
    overlay(&plan.work, &attention);
    overlay(&plan.work, &forward);
    return plan;
}

static struct quill_cache_plan add_cache(struct quill_plan *plan, const struct quill_hparams *h,
                                         size_t n_pages, size_t page_len, enum quill_cache_form form)
{
    const size_t head_dim = h->n_text_head ? h->n_text_state / h->n_text_head : 0;
    struct quill_cache_plan cache = {.page_len = page_len, .n_pages = n_pages};
    size_t per_layer;

    if (!quill_mul3(&per_layer, 2, h->n_text_head, page_len) || n_pages >= UINT32_MAX) {
        plan->overflow = true;
        return cache;
    }
    cache.rows = add3(plan, n_pages, h->n_text_layer, per_layer, quill_cache_row_bytes(form, head_dim));
    cache.scales = add3(plan, n_pages, h->n_text_layer, per_layer, quill_cache_scale_bytes(form));
    return cache;
}

struct quill_decoder_plan quill_plan_decoder(const struct quill_hparams *h, const struct quill_gemm *gemm,
                                             enum quill_cache_form form,
                                             const struct quill_decoder_size *size)
{
    struct quill_decoder_plan plan = {0};
    const size_t state = h->n_text_state, n_ctx = h->n_text_ctx, n_pages = quill_page_count(n_ctx);
    size_t all_pages;

    if (!quill_mul2(&all_pages, size->n_sequences, n_pages))
        plan.own.overflow = true;
    plan.self = add_cache(&plan.own, h, all_pages, QUILL_PAGE_LEN, form);
    plan.cross = add_cache(&plan.own, h, size->n_windows, h->n_audio_ctx, form);
    plan.pages = quill_plan_add(&plan.own, all_pages, sizeof(struct quill_page));
    plan.sequences = quill_plan_add(&plan.own, size->n_sequences, sizeof(struct quill_sequence));
    plan.tables = quill_plan_add(&plan.own, all_pages, sizeof(uint32_t));
    plan.windows = quill_plan_add(&plan.own, size->n_windows, sizeof(size_t));
    plan.logits = add3(&plan.own, size->n_logits, h->n_vocab, 1, sizeof(float));

    plan.stream = add3(&plan.work, n_ctx, state, 1, sizeof(float));
    plan.narrow = add3(&plan.work, n_ctx, state, 1, sizeof(float));
    plan.wide = add3(&plan.work, n_ctx, state, 4, sizeof(float));
    plan.rows = quill_plan_add(&plan.work, n_ctx, quill_dot_row_bytes(QUILL_Q8_0, 4 * state));
    plan.views = quill_plan_add(&plan.work, 2 * n_ctx, sizeof(struct quill_cache_view));

    struct quill_plan begin = {0};
    plan.encoded = add_packed(&begin, gemm, h->n_audio_ctx, h->n_audio_state);
    plan.column = add3(&begin, h->n_audio_ctx, state, 1, sizeof(float));
    overlay(&plan.work, &begin);
    return plan;
}
