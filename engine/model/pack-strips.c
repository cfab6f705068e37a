#include "model/pack-strips.h"

#include <stdatomic.h>

#include <pthread.h>

#include "kernels/strips.h"
#include "model/model.h"

#define ROWS_PER_TASK 1024 /* of the vocabulary; whole strips */

struct quill_strips_state {
    pthread_mutex_t lock;
    atomic_bool packed;
};

enum quill_status quill_strips_state_open(struct quill_strips_state **out, struct quill_error *err)
{
    struct quill_strips_state *state = quill_alloc_zero(sizeof *state);

    if (!state)
        return quill_fail(err, QUILL_ERR_NOMEM, "need %zu bytes to open the model", sizeof *state);
    pthread_mutex_init(&state->lock, NULL);
    atomic_init(&state->packed, false);
    *out = state;
    return QUILL_OK;
}

void quill_strips_state_close(struct quill_strips_state **state)
{
    if (!*state)
        return;
    pthread_mutex_destroy(&(*state)->lock);
    quill_free(*state);
    *state = NULL;
}

/* Rows of a matrix into its strips; what they were read from in the file is done with. */
static void pack_rows(const struct quill_model *model, const struct quill_matrix *w, size_t first, size_t n)
{
    const struct quill_type_traits *traits = quill_type_traits(w->type);
    const size_t row_bytes = w->cols / traits->block_len * traits->block_bytes;
    const unsigned char *rows = (const unsigned char *)w->data + first * row_bytes;
    const size_t offset = first / QUILL_STRIP_ROWS * quill_strip_bytes(w->type, w->cols);

    /* The model's own memory, constant to everybody else. */
    quill_strips_pack(w->type, rows, n, w->cols, (unsigned char *)(uintptr_t)w->strips + offset);
    quill_ggml_release(&model->file, rows, rows + n * row_bytes);
}

static void block_task(void *context, unsigned task, unsigned worker)
{
    const struct quill_model *model = context;
    const struct quill_linear_layer *products[QUILL_TOKEN_PRODUCTS];
    const struct quill_matrix *w;

    (void)worker;
    quill_token_products(&model->decoder[task / QUILL_TOKEN_PRODUCTS], products);
    w = &products[task % QUILL_TOKEN_PRODUCTS]->w;
    if (w->strips)
        pack_rows(model, w, 0, w->rows);
}

static void vocabulary_task(void *context, unsigned task, unsigned worker)
{
    const struct quill_model *model = context;
    const struct quill_matrix *w = &model->token_embedding;
    const size_t first = (size_t)task * ROWS_PER_TASK, rest = w->rows - first;

    (void)worker;
    pack_rows(model, w, first, rest < ROWS_PER_TASK ? rest : ROWS_PER_TASK);
}

static void pack_all(const struct quill_model *model, struct quill_pool *pool)
{
    const size_t n_rows = model->token_embedding.strips ? model->token_embedding.rows : 0;
    void *context = (void *)(uintptr_t)model; /* which tasks only read */

    quill_pool_run(pool, block_task, context, model->hparams.n_text_layer * QUILL_TOKEN_PRODUCTS);
    quill_pool_run(pool, vocabulary_task, context, (unsigned)((n_rows + ROWS_PER_TASK - 1) / ROWS_PER_TASK));
}

void quill_model_pack_strips(const struct quill_model *model, const struct quill_compute *compute)
{
    struct quill_strips_state *state = model->strips_state;

    if (model->strips.bytes == 0 || !compute->kernels.strips[QUILL_Q8_0]) /* which all types come with */
        return;
    if (atomic_load_explicit(&state->packed, memory_order_acquire))
        return;
    pthread_mutex_lock(&state->lock);
    if (!atomic_load_explicit(&state->packed, memory_order_relaxed)) {
        pack_all(model, compute->pool);
        atomic_store_explicit(&state->packed, true, memory_order_release);
    }
    pthread_mutex_unlock(&state->lock);
}
