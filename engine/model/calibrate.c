#include "model/calibrate.h"

#include <string.h>

#include "base/clock.h"
#include "base/threads.h"
#include "model/pack-strips.h"

/* Multiply-adds of the product for each thread of the smallest candidate, and weights of the token's
 * products: about a millisecond each, ten with portable kernels. */
#define PRODUCT_COST ((size_t)60000000)
#define TOKEN_WEIGHTS ((size_t)8000000)

struct calibration {
    const struct quill_model *model;
    struct quill_compute compute;                          /* pool: of the candidate that is being measured */
    struct quill_pool *pools[QUILL_MAX_THREAD_CANDIDATES]; /* owned */
    struct quill_arena arena; /* owned; all below, compute.scratch and compute.panels lie in it */
    size_t m;                 /* rows of the encoder's product */
    size_t n_layers;          /* of the decoder */
    float *x;                 /* [m, n_audio_state], or a token's [4 n_text_state] */
    void *packed;             /* x for the encoder's product, or for one of the decoder's */
    float *y;                 /* [m, n_audio_state], or [4 n_text_state] */
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Rows for which a product of state x state costs what it should, at most a window's. */
static size_t product_rows(const struct quill_hparams *h, unsigned n_threads)
{
    const size_t rows = PRODUCT_COST * n_threads / h->n_audio_state / h->n_audio_state;

    return rows < 1 ? 1 : rows < h->n_audio_ctx ? rows : h->n_audio_ctx;
}

/* Layers of the decoder that have as many weights as should be read, at least one. */
static size_t token_layers(const struct quill_hparams *h)
{
    const size_t layer = 14 * (size_t)h->n_text_state * h->n_text_state, n = TOKEN_WEIGHTS / layer;

    return n < 1 ? 1 : n < h->n_text_layer ? n : h->n_text_layer;
}

/* Of any of the decoder's rows as its products take it. */
static size_t token_row_bytes(const struct quill_model *model, size_t k)
{
    size_t most = 0;

    for (enum quill_type type = 0; type < QUILL_TYPE_COUNT; type++)
        most = larger(most, quill_dot_row_bytes(type, k));
    return most;
}

static enum quill_status open_memory(struct calibration *c, unsigned n_threads, struct quill_error *err)
{
    const struct quill_model *model = c->model;
    const struct quill_gemm *gemm = quill_model_gemm(model, &c->compute.kernels);
    const size_t state = model->hparams.n_audio_state, wide = 4 * (size_t)model->hparams.n_text_state;
    const size_t scratch_bytes = quill_model_scratch_bytes(model, &c->compute.kernels);
    struct quill_plan plan = {0};
    const struct quill_span x = quill_plan_add(&plan, larger(c->m * state, wide), sizeof(float));
    const struct quill_span y = quill_plan_add(&plan, larger(c->m * state, wide), sizeof(float));
    const struct quill_span packed = quill_plan_add(
        &plan, larger(c->m * quill_gemm_row_bytes(gemm, state), token_row_bytes(model, wide)), 1);
    const struct quill_span scratch =
        quill_plan_add(&plan, n_threads, (scratch_bytes + QUILL_ALIGN - 1) / QUILL_ALIGN * QUILL_ALIGN);
    const struct quill_span panels =
        quill_plan_add(&plan, quill_model_panels_bytes(model, &c->compute.kernels), 1);

    QUILL_TRY(quill_arena_open(&c->arena, &plan, "measuring how many threads are best", err));
    c->x = quill_arena_at(&c->arena, x);
    c->y = quill_arena_at(&c->arena, y);
    c->packed = quill_arena_at(&c->arena, packed);
    c->compute.scratch = quill_arena_at(&c->arena, scratch);
    c->compute.panels = quill_arena_at(&c->arena, panels);
    c->compute.panels_bytes = panels.bytes;
    c->compute.scratch_bytes = scratch.bytes / n_threads;
    for (size_t i = 0; i < x.bytes / sizeof(float); i++)
        c->x[i] = (float)(i * 2654435761u % 1021) / 1021.0f - 0.5f;
    return QUILL_OK;
}

static void run_product(const struct calibration *c)
{
    const struct quill_gemm *gemm = quill_model_gemm(c->model, &c->compute.kernels);
    const struct quill_linear_layer *layer = &c->model->encoder[0].self.query;
    const size_t row_bytes = layer->w.cols * sizeof(float);

    quill_pack_rows(&c->compute, gemm, c->x, row_bytes, c->m, layer->w.cols, c->packed);
    quill_gemm_linear(&c->compute, gemm, &layer->w, layer->bias, c->packed, c->m,
                      &(struct quill_target){c->y, row_bytes, QUILL_STORE_F32, false});
}

static void run_token(const struct calibration *c)
{
    for (size_t i = 0; i < c->n_layers; i++) {
        const struct quill_linear_layer *products[QUILL_TOKEN_PRODUCTS];

        quill_token_products(&c->model->decoder[i], products);
        for (size_t j = 0; j < QUILL_TOKEN_PRODUCTS; j++)
            quill_dot_linear(&c->compute, &products[j]->w, products[j]->bias, c->x, 1, c->packed,
                             &(struct quill_target){c->y, 0, QUILL_STORE_F32, false});
    }
}

static double run_ms(const struct calibration *c, void (*run)(const struct calibration *))
{
    const double start_ms = quill_now_ms();

    run(c);
    return quill_now_ms() - start_ms;
}

static double least(double best_ms, double ms)
{
    return best_ms > 0 && best_ms < ms ? best_ms : ms;
}

static void measure(struct calibration *c, struct quill_thread_candidate *candidates, unsigned n)
{
    c->compute.pool = c->pools[n - 1];
    quill_model_pack_strips(c->model, &c->compute);

    const double start_ms = quill_now_ms();
    for (unsigned round = 0; quill_thread_rounds_go_on(round, quill_now_ms() - start_ms); round++)
        for (unsigned i = 0; i < n; i++) {
            c->compute.pool = c->pools[i];
            const double product_ms = run_ms(c, run_product), token_ms = run_ms(c, run_token);

            if (round == 0)
                continue;
            candidates[i].product_ms = least(candidates[i].product_ms, product_ms);
            candidates[i].token_ms = least(candidates[i].token_ms, token_ms);
        }
}

enum quill_status quill_calibrate(struct quill_thread_candidate *candidates, unsigned n,
                                  const struct quill_model *model, const struct quill_kernels *kernels,
                                  struct quill_error *err)
{
    struct calibration c = {.model = model,
                            .compute.kernels = *kernels,
                            .m = product_rows(&model->hparams, candidates[0].n_threads),
                            .n_layers = token_layers(&model->hparams)};
    enum quill_status status = open_memory(&c, candidates[n - 1].n_threads, err);

    for (unsigned i = 0; i < n && status == QUILL_OK; i++)
        status = quill_pool_open(&c.pools[i], candidates[i].n_threads, err);
    if (status == QUILL_OK)
        measure(&c, candidates, n);
    for (unsigned i = 0; i < n; i++)
        quill_pool_close(&c.pools[i]);
    quill_arena_close(&c.arena);
    return status;
}
