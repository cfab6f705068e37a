#include "model/work.h"

/* Sums of one step. */
struct work {
    double operations, bytes;
};

static double type_bytes(enum quill_type type, double n)
{
    const struct quill_type_traits *traits = quill_type_traits(type);

    return n / (double)traits->block_len * (double)traits->block_bytes;
}

/* m rows pass by the weights, which are read once. */
static void add_product(struct work *work, const struct quill_matrix *w, double m)
{
    const double n = (double)w->rows * (double)w->cols;

    work->operations += 2 * m * n;
    work->bytes += type_bytes(w->type, n);
}

/* n_pairs of a query and a key it sees, over all heads; n_keys rows of keys and values, of row_bytes each,
 * are read.
 */
static void add_attention(struct work *work, double state, double n_pairs, double n_keys, double row_bytes)
{
    work->operations += 4 * n_pairs * state;
    work->bytes += 2 * n_keys * row_bytes;
}

/* A position's keys, or values, of all heads in the decoder's caches. */
static double cache_row_bytes(const struct quill_model *model)
{
    const size_t n_head = model->hparams.n_text_head, head_dim = model->hparams.n_text_state / n_head;

    return (double)(n_head *
                    (quill_cache_row_bytes(model->cache, head_dim) + quill_cache_scale_bytes(model->cache)));
}

static void tell(struct quill_trace *trace, enum quill_trace_step step, const struct work *work)
{
    quill_trace_add_work(trace, step, work->operations, work->bytes);
}

void quill_work_encoder(const struct quill_model *model, size_t n_ctx, struct quill_trace *trace)
{
    const double n = (double)n_ctx, state = model->hparams.n_audio_state;
    struct work convolutions = {0}, projections = {0}, attention = {0}, feed_forward = {0};

    if (!trace)
        return;
    add_product(&convolutions, &model->conv1.w, 2 * n);
    add_product(&convolutions, &model->conv2.w, n);
    for (uint32_t i = 0; i < model->hparams.n_audio_layer; i++) {
        const struct quill_encoder_block *block = &model->encoder[i];

        add_product(&projections, &block->self.query.w, n);
        add_product(&projections, &block->self.key.w, n);
        add_product(&projections, &block->self.value.w, n);
        add_product(&projections, &block->self.out.w, n);
        add_attention(&attention, state, n * n, n,
                      state * (double)quill_type_traits(quill_model_activation_type(model))->block_bytes);
        add_product(&feed_forward, &block->mlp.up.w, n);
        add_product(&feed_forward, &block->mlp.down.w, n);
    }
    tell(trace, QUILL_TRACE_ENCODER_CONVOLUTIONS, &convolutions);
    tell(trace, QUILL_TRACE_ENCODER_PROJECTIONS, &projections);
    tell(trace, QUILL_TRACE_ENCODER_ATTENTION, &attention);
    tell(trace, QUILL_TRACE_ENCODER_FEED_FORWARD, &feed_forward);
}

void quill_work_begin(const struct quill_model *model, size_t n_ctx, struct quill_trace *trace)
{
    struct work work = {0};

    if (!trace)
        return;
    for (uint32_t i = 0; i < model->hparams.n_text_layer; i++) {
        add_product(&work, &model->decoder[i].cross.key.w, (double)n_ctx);
        add_product(&work, &model->decoder[i].cross.value.w, (double)n_ctx);
    }
    tell(trace, QUILL_TRACE_CROSS_CACHE, &work);
}

void quill_work_feed(const struct quill_model *model, const struct quill_feed_work *feed,
                     struct quill_trace *trace)
{
    const double n = (double)feed->n_tokens, state = model->hparams.n_text_state;
    const double row_bytes = cache_row_bytes(model);
    struct work self = {0}, cross = {0}, feed_forward = {0}, vocabulary = {0};

    if (!trace)
        return;
    for (uint32_t i = 0; i < model->hparams.n_text_layer; i++) {
        const struct quill_decoder_block *block = &model->decoder[i];

        add_product(&self, &block->self.query.w, n);
        add_product(&self, &block->self.key.w, n);
        add_product(&self, &block->self.value.w, n);
        add_product(&self, &block->self.out.w, n);
        add_attention(&self, state, (double)feed->self_pairs, (double)feed->self_keys, row_bytes);
        add_product(&cross, &block->cross.query.w, n);
        add_product(&cross, &block->cross.out.w, n);
        add_attention(&cross, state, (double)feed->cross_pairs, (double)feed->cross_keys, row_bytes);
        add_product(&feed_forward, &block->mlp.up.w, n);
        add_product(&feed_forward, &block->mlp.down.w, n);
    }
    if (feed->n_logits > 0)
        add_product(&vocabulary, &model->token_embedding, (double)feed->n_logits);
    tell(trace, QUILL_TRACE_SELF_ATTENTION, &self);
    tell(trace, QUILL_TRACE_CROSS_ATTENTION, &cross);
    tell(trace, QUILL_TRACE_FEED_FORWARD, &feed_forward);
    tell(trace, QUILL_TRACE_VOCABULARY, &vocabulary);
}
