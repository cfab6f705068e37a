#include "model/weights.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernels/strips.h"
#include "model/pack-strips.h"

#define N_TAPS 3 /* of both convolutions */
#define AGAIN "the file is damaged or of another kind; download it again"

/* The tensors are walked twice by the same code: first to check them and to plan the arena, then, with the
 * same sequence of spans, to copy. */
struct walk {
    const struct quill_ggml *file;
    const struct quill_arena *arena;     /* NULL: the checking walk */
    const struct quill_arena *strips;    /* likewise */
    const struct quill_kernels *kernels; /* the best of this machine */
    struct quill_plan plan, strips_plan;
    size_t type_bytes[QUILL_TYPE_COUNT]; /* of matrices, which stay in the map, or are read from strips */
    const unsigned char *encoder_begin, *encoder_end; /* around the encoder's matrices */
    struct quill_error *err;
};

static void *take(struct walk *w, size_t count, size_t element_bytes)
{
    const struct quill_span span = quill_plan_add(&w->plan, count, element_bytes);

    return w->arena ? quill_arena_at(w->arena, span) : NULL;
}

/* "3 x 80 x 384", in the file's order. */
static const char *shape_text(char text[static 96], const size_t *dims, unsigned n_dims)
{
    int at = 0;

    for (unsigned i = 0; i < n_dims; i++)
        at += snprintf(text + at, 96 - (size_t)at, "%s%zu", i ? " x " : "", dims[i]);
    return text;
}

/* Dimensions of 1 do not count: some writers store a vector as [1, n], some as [n]. */
static bool same_shape(const struct quill_tensor *t, const size_t *dims, unsigned n_dims)
{
    unsigned at = 0;

    for (unsigned i = 0; i < t->n_dims; i++) {
        if (t->dims[i] == 1)
            continue;
        while (at < n_dims && dims[at] == 1)
            at++;
        if (at == n_dims || t->dims[i] != dims[at++])
            return false;
    }
    while (at < n_dims && dims[at] == 1)
        at++;
    return at == n_dims;
}

static enum quill_status find(struct walk *w, const char *name, const size_t *dims, unsigned n_dims,
                              bool quantized_ok, const struct quill_tensor **out)
{
    const struct quill_tensor *t = quill_ggml_find(w->file, name);
    char need[96], found[96];

    if (!t)
        return quill_fail(w->err, QUILL_ERR_FORMAT, "tensor %s (%s) is missing from the model: " AGAIN, name,
                          shape_text(need, dims, n_dims));
    if (!same_shape(t, dims, n_dims))
        return quill_fail(w->err, QUILL_ERR_FORMAT,
                          "tensor %s of the model is %s where %s is expected: " AGAIN, name,
                          shape_text(found, t->dims, t->n_dims), shape_text(need, dims, n_dims));
    if (!quantized_ok && t->type != QUILL_F32 && t->type != QUILL_F16)
        return quill_fail(w->err, QUILL_ERR_FORMAT,
                          "tensor %s of the model is %s where f32 or f16 is expected: " AGAIN, name,
                          quill_type_traits(t->type)->name);
    *out = t;
    return QUILL_OK;
}

/* A vector is copied as f32 into the arena. */
static enum quill_status take_vector(struct walk *w, const char *name, size_t n, const float **out)
{
    const struct quill_tensor *t;

    QUILL_TRY(find(w, name, &n, 1, false, &t));
    float *copy = take(w, n, sizeof *copy);
    if (copy)
        quill_dequantize_row(t->type, t->data, copy, n);
    *out = copy;
    return QUILL_OK;
}

/* A matrix stays in the map. */
static enum quill_status take_table(struct walk *w, const char *name, size_t rows, size_t cols,
                                    bool quantized_ok, struct quill_matrix *out)
{
    const size_t dims[2] = {cols, rows};
    const struct quill_tensor *t;

    QUILL_TRY(find(w, name, dims, 2, quantized_ok, &t));
    if (strncmp(name, "encoder.", strlen("encoder.")) == 0) {
        const unsigned char *begin = t->data, *end = begin + t->bytes;

        w->encoder_begin = w->encoder_begin && w->encoder_begin < begin ? w->encoder_begin : begin;
        w->encoder_end = w->encoder_end > end ? w->encoder_end : end;
    }
    *out = (struct quill_matrix){.type = t->type, .rows = rows, .cols = cols, .data = t->data};
    return QUILL_OK;
}

static size_t matrix_bytes(const struct quill_matrix *m)
{
    const struct quill_type_traits *traits = quill_type_traits(m->type);

    return m->rows * (m->cols / traits->block_len) * traits->block_bytes;
}

/* Weights that are multiplied with: the type of most of them is the model's. */
static enum quill_status take_matrix(struct walk *w, const char *name, size_t rows, size_t cols,
                                     struct quill_matrix *out)
{
    QUILL_TRY(take_table(w, name, rows, cols, true, out));
    w->type_bytes[out->type] += matrix_bytes(out);
    return QUILL_OK;
}

/* What few rows at a time pass by has room in strips, if the machine multiplies those. */
static void take_strips(struct walk *w, struct quill_matrix *m)
{
    if (!w->kernels->strips[m->type])
        return;
    const struct quill_span span =
        quill_plan_add(&w->strips_plan, quill_strip_count(m->rows), quill_strip_bytes(m->type, m->cols));
    m->strips = w->strips ? quill_arena_at(w->strips, span) : NULL;
}

static enum quill_status take_linear(struct walk *w, const char *prefix, size_t rows, size_t cols, bool bias,
                                     struct quill_linear_layer *out)
{
    char name[128];

    snprintf(name, sizeof name, "%s.weight", prefix);
    QUILL_TRY(take_matrix(w, name, rows, cols, &out->w));
    out->bias = NULL;
    if (!bias)
        return QUILL_OK;
    snprintf(name, sizeof name, "%s.bias", prefix);
    return take_vector(w, name, rows, &out->bias);
}

static enum quill_status take_norm(struct walk *w, const char *prefix, size_t n, struct quill_norm *out)
{
    char name[128];

    snprintf(name, sizeof name, "%s.weight", prefix);
    QUILL_TRY(take_vector(w, name, n, &out->gamma));
    snprintf(name, sizeof name, "%s.bias", prefix);
    return take_vector(w, name, n, &out->beta);
}

/* [out, in, tap] in the file, [out, tap, in] in the arena: then a row of weights lies over three successive
 * frames of the input as they lie in memory. */
static enum quill_status take_conv(struct walk *w, const char *prefix, size_t n_out, size_t n_in,
                                   struct quill_linear_layer *out)
{
    const size_t dims[3] = {N_TAPS, n_in, n_out};
    const struct quill_tensor *t;
    char name[128];

    snprintf(name, sizeof name, "%s.weight", prefix);
    QUILL_TRY(find(w, name, dims, 3, false, &t));
    const size_t row = N_TAPS * n_in, bytes = quill_type_traits(t->type)->block_bytes;
    const unsigned char *from = t->data;
    unsigned char *copy = take(w, n_out * row, bytes);
    for (size_t o = 0; copy && o < n_out; o++)
        for (size_t i = 0; i < n_in; i++)
            for (size_t tap = 0; tap < N_TAPS; tap++, from += bytes)
                memcpy(copy + (o * row + tap * n_in + i) * bytes, from, bytes);
    out->w = (struct quill_matrix){.type = t->type, .rows = n_out, .cols = row, .data = copy};
    snprintf(name, sizeof name, "%s.bias", prefix);
    return take_vector(w, name, n_out, &out->bias);
}

/* kind: "attn" or "cross_attn". */
static enum quill_status take_attention(struct walk *w, const char *block, const char *kind, size_t n,
                                        struct quill_attention_layer *out)
{
    const struct {
        const char *name;
        bool bias;
        struct quill_linear_layer *layer;
    } parts[] = {{"query", true, &out->query},
                 {"key", false, &out->key},
                 {"value", true, &out->value},
                 {"out", true, &out->out}};
    char name[96];

    snprintf(name, sizeof name, "%s.%s_ln", block, kind);
    QUILL_TRY(take_norm(w, name, n, &out->norm));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(name, sizeof name, "%s.%s.%s", block, kind, parts[i].name);
        QUILL_TRY(take_linear(w, name, n, n, parts[i].bias, parts[i].layer));
    }
    return QUILL_OK;
}

static enum quill_status take_mlp(struct walk *w, const char *block, size_t n, struct quill_mlp_layer *out)
{
    char name[96];

    snprintf(name, sizeof name, "%s.mlp_ln", block);
    QUILL_TRY(take_norm(w, name, n, &out->norm));
    snprintf(name, sizeof name, "%s.mlp.0", block);
    QUILL_TRY(take_linear(w, name, 4 * n, n, true, &out->up));
    snprintf(name, sizeof name, "%s.mlp.2", block);
    return take_linear(w, name, n, 4 * n, true, &out->down);
}

static enum quill_status take_encoder(struct walk *w, const struct quill_hparams *h,
                                      struct quill_model *model)
{
    const size_t n = h->n_audio_state;
    char block[64];

    QUILL_TRY(take_conv(w, "encoder.conv1", n, h->n_mels, &model->conv1));
    QUILL_TRY(take_conv(w, "encoder.conv2", n, n, &model->conv2));
    for (uint32_t i = 0; i < h->n_audio_layer; i++) {
        snprintf(block, sizeof block, "encoder.blocks.%" PRIu32, i);
        QUILL_TRY(take_attention(w, block, "attn", n, &model->encoder[i].self));
        QUILL_TRY(take_mlp(w, block, n, &model->encoder[i].mlp));
    }
    return take_norm(w, "encoder.ln_post", n, &model->encoder_norm);
}

static void take_block_strips(struct walk *w, struct quill_decoder_block *block)
{
    const struct quill_linear_layer *products[QUILL_TOKEN_PRODUCTS];

    quill_token_products(block, products);
    for (size_t i = 0; i < QUILL_TOKEN_PRODUCTS; i++) /* of the block that is being filled */
        take_strips(w, (struct quill_matrix *)(uintptr_t)&products[i]->w);
}

static enum quill_status take_decoder(struct walk *w, const struct quill_hparams *h,
                                      struct quill_model *model)
{
    const size_t n = h->n_text_state;
    char block[64];

    for (uint32_t i = 0; i < h->n_text_layer; i++) {
        snprintf(block, sizeof block, "decoder.blocks.%" PRIu32, i);
        QUILL_TRY(take_attention(w, block, "attn", n, &model->decoder[i].self));
        QUILL_TRY(take_attention(w, block, "cross_attn", n, &model->decoder[i].cross));
        QUILL_TRY(take_mlp(w, block, n, &model->decoder[i].mlp));
        take_block_strips(w, &model->decoder[i]);
    }
    return take_norm(w, "decoder.ln", n, &model->decoder_norm);
}

/* Positions, mel filters and the token embedding, which are no layers. */
static enum quill_status take_tables(struct walk *w, const struct quill_hparams *h, struct quill_model *model)
{
    const size_t n_filters = (size_t)w->file->n_filter_mels * w->file->n_filter_bins;
    float *filters = take(w, n_filters, sizeof *filters);

    if (filters)
        memcpy(filters, w->file->filters, n_filters * sizeof(float));
    model->mel_filters = filters;
    QUILL_TRY(take_table(w, "encoder.positional_embedding", h->n_audio_ctx, h->n_audio_state, false,
                         &model->encoder_positions));
    QUILL_TRY(take_table(w, "decoder.positional_embedding", h->n_text_ctx, h->n_text_state, false,
                         &model->decoder_positions));
    QUILL_TRY(take_matrix(w, "decoder.token_embedding.weight", h->n_vocab, h->n_text_state,
                          &model->token_embedding));
    take_strips(w, &model->token_embedding);
    return QUILL_OK;
}

static enum quill_status walk_all(struct walk *w, struct quill_model *model)
{
    QUILL_TRY(take_tables(w, &model->hparams, model));
    QUILL_TRY(take_encoder(w, &model->hparams, model));
    return take_decoder(w, &model->hparams, model);
}

static enum quill_precision precision_of(enum quill_type weight_type)
{
    switch (weight_type) {
    case QUILL_F32:
        return QUILL_PRECISION_FLOAT32;
    case QUILL_F16:
        return QUILL_PRECISION_HALF;
    default:
        return QUILL_PRECISION_QUANTIZED;
    }
}

/* What is stored as exactly as the weights are costs no quality that they have not cost already. */
static enum quill_cache_form cache_form(enum quill_type weight_type)
{
    switch (weight_type) {
    case QUILL_F32:
        return QUILL_CACHE_F32;
    case QUILL_F16:
        return QUILL_CACHE_F16;
    default:
        return QUILL_CACHE_INT8;
    }
}

enum quill_status quill_weights_load(struct quill_model *model, struct quill_error *err)
{
    const struct quill_hparams *h = &model->hparams;
    struct quill_kernels kernels;
    struct walk w = {.file = &model->file, .kernels = &kernels, .err = err};

    quill_kernels_init(&kernels, UINT32_MAX);

    model->encoder = quill_alloc_zero(h->n_audio_layer * sizeof *model->encoder);
    model->decoder = quill_alloc_zero(h->n_text_layer * sizeof *model->decoder);
    if (!model->encoder || !model->decoder)
        return quill_fail(err, QUILL_ERR_NOMEM, "need memory for %" PRIu32 " layers of the model",
                          h->n_audio_layer + h->n_text_layer);
    QUILL_TRY(walk_all(&w, model));

    QUILL_TRY(quill_arena_open(&model->arena, &w.plan, "the model's vectors", err));
    QUILL_TRY(quill_arena_open(&model->strips, &w.strips_plan, "the decoder's weights", err));
    QUILL_TRY(quill_strips_state_open(&model->strips_state, err));
    const size_t planned = w.plan.bytes;
    quill_prefer_huge_pages(model->strips.base, model->strips.bytes);
    w = (struct walk){.file = &model->file,
                      .kernels = &kernels,
                      .err = err,
                      .arena = &model->arena,
                      .strips = &model->strips};
    QUILL_TRY(walk_all(&w, model));
    assert(w.plan.bytes == planned && w.strips_plan.bytes == model->strips.bytes);

    size_t all_bytes = 0;
    for (enum quill_type type = 0; type < QUILL_TYPE_COUNT; type++) {
        all_bytes += w.type_bytes[type];
        if (w.type_bytes[type] > w.type_bytes[model->weight_type])
            model->weight_type = type;
    }
    model->precision = precision_of(model->weight_type);
    model->cache = cache_form(model->weight_type);
    model->encoder_begin = w.encoder_begin;
    model->encoder_end = w.encoder_end;
    /* What was copied is not read again. */
    quill_ggml_release(w.file, w.file->map, (const unsigned char *)w.file->map + w.file->map_bytes);
    model->embedding_bytes = matrix_bytes(&model->token_embedding) + matrix_bytes(&model->encoder_positions) +
                             matrix_bytes(&model->decoder_positions);
    model->weight_bytes = all_bytes - matrix_bytes(&model->token_embedding) + planned;
    return QUILL_OK;
}
