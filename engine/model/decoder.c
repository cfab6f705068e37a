#include "model/decoder.h"

#include <assert.h>
#include <string.h>

#include "model/alignment.h"
#include "model/pack-strips.h"
#include "model/pages.h"
#include "model/work.h"

struct quill_decoder {
    const struct quill_model *model; /* borrowed */
    struct quill_decoder_size size;
    struct quill_decoder_plan plan;
    struct quill_alignment alignment;
    struct quill_arena arena; /* owned; shapes in plan.h */
    struct quill_pages pages;
    struct quill_sequence *sequences;
    size_t *windows; /* frames in the cross-attention keys of each; 0: not begun */
    float *logits;
};

static void lay_out(struct quill_decoder *decoder)
{
    const struct quill_decoder_plan *plan = &decoder->plan;
    const struct quill_arena *arena = &decoder->arena;
    uint32_t *tables = quill_arena_at(arena, plan->tables);

    quill_pages_init(&decoder->pages, quill_arena_at(arena, plan->pages), (uint32_t)plan->self.n_pages);
    decoder->sequences = quill_arena_at(arena, plan->sequences);
    for (size_t i = 0; i < decoder->size.n_sequences; i++)
        decoder->sequences[i].pages = tables + i * quill_page_count(decoder->model->hparams.n_text_ctx);
    decoder->windows = quill_arena_at(arena, plan->windows);
    decoder->logits = quill_arena_at(arena, plan->logits);
}

enum quill_status quill_decoder_open(struct quill_decoder **out, const struct quill_model *model,
                                     const struct quill_kernels *kernels,
                                     const struct quill_decoder_size *size, struct quill_error *err)
{
    static const struct quill_decoder_size one = {1, 1, QUILL_DECODER_MAX_LOGITS};
    struct quill_decoder *decoder = quill_alloc_zero(sizeof *decoder);

    if (!decoder)
        return quill_fail(err, QUILL_ERR_NOMEM, "need %zu bytes for the decoder", sizeof *decoder);
    decoder->model = model;
    decoder->alignment = quill_alignment_of(&model->hparams);
    decoder->size = size ? *size : one;
    decoder->plan =
        quill_plan_decoder(&model->hparams, quill_model_gemm(model, kernels), model->cache, &decoder->size);
    const enum quill_status status =
        quill_arena_open(&decoder->arena, &decoder->plan.own, "the decoder", err);
    if (status != QUILL_OK) {
        quill_free(decoder);
        return status;
    }
    lay_out(decoder);
    *out = decoder;
    return QUILL_OK;
}

void quill_decoder_close(struct quill_decoder **decoder)
{
    if (!decoder || !*decoder)
        return;
    quill_arena_close(&(*decoder)->arena);
    quill_free(*decoder);
    *decoder = NULL;
}

size_t quill_decoder_kv_bytes(const struct quill_decoder *decoder)
{
    const struct quill_decoder_plan *plan = &decoder->plan;

    return plan->self.rows.bytes + plan->self.scales.bytes + plan->cross.rows.bytes +
           plan->cross.scales.bytes;
}

size_t quill_decoder_logits_bytes(const struct quill_decoder *decoder)
{
    return decoder->plan.logits.bytes;
}

size_t quill_decoder_free_pages(const struct quill_decoder *decoder)
{
    return quill_pages_free(&decoder->pages);
}

/* ---- caches ----------------------------------------------------------------------------------------- */

/* The keys or values of one layer, in all pages. */
static struct quill_cache layer_cache(const struct quill_decoder *decoder,
                                      const struct quill_cache_plan *plan, size_t layer, bool values)
{
    const struct quill_model *model = decoder->model;
    const size_t n_head = model->hparams.n_text_head, n_rows = n_head * plan->page_len;
    const size_t first = (2 * layer + values) * n_rows;
    struct quill_cache cache = {.form = model->cache,
                                .n_head = n_head,
                                .head_dim = model->hparams.n_text_state / n_head,
                                .page_len = plan->page_len,
                                .page_bytes = plan->rows.bytes / plan->n_pages,
                                .page_scales = plan->scales.bytes / plan->n_pages / sizeof(float)};

    cache.rows = (unsigned char *)quill_arena_at(&decoder->arena, plan->rows) +
                 first * quill_cache_row_bytes(cache.form, cache.head_dim);
    cache.scales = (float *)quill_arena_at(&decoder->arena, plan->scales) + (cache.page_scales ? first : 0);
    return cache;
}

/* `to` becomes as `from` in all layers. */
static void copy_page(const struct quill_decoder *decoder, size_t from, size_t to)
{
    const struct quill_cache_plan *plan = &decoder->plan.self;
    const struct quill_span *spans[] = {&plan->rows, &plan->scales};

    for (size_t i = 0; i < 2; i++) {
        unsigned char *base = quill_arena_at(&decoder->arena, *spans[i]);
        const size_t bytes = spans[i]->bytes / plan->n_pages;
        memcpy(base + to * bytes, base + from * bytes, bytes);
    }
}

static void *work_at(const struct quill_compute *c, struct quill_span span)
{
    return c->work + span.offset;
}

static enum quill_status cancelled(struct quill_error *err)
{
    return quill_fail(err, QUILL_ERR_CANCELLED, "recognition was cancelled");
}

enum quill_status quill_decoder_begin(struct quill_decoder *decoder, const struct quill_compute *compute,
                                      size_t window, const float *encoder_output, size_t n_ctx,
                                      const struct quill_cancel *cancel, struct quill_error *err)
{
    const struct quill_model *model = decoder->model;
    const struct quill_hparams *h = &model->hparams;
    const struct quill_gemm *gemm = quill_model_gemm(model, &compute->kernels);
    void *encoded = work_at(compute, decoder->plan.encoded);
    float *column = work_at(compute, decoder->plan.column);
    const struct quill_target target = {column, h->n_text_state * sizeof(float), QUILL_STORE_F32, false};

    assert(window < decoder->size.n_windows && n_ctx >= 1 && n_ctx <= h->n_audio_ctx);
    for (size_t i = 0; i < decoder->size.n_sequences; i++)
        if (decoder->sequences[i].window == window)
            quill_decoder_truncate(decoder, i, 0);
    decoder->windows[window] = 0;
    quill_trace_mark(compute->trace);
    quill_pack_rows(compute, gemm, encoder_output, h->n_audio_state * sizeof(float), n_ctx, h->n_audio_state,
                    encoded);
    for (uint32_t i = 0; i < h->n_text_layer; i++) {
        const struct quill_linear_layer *parts[] = {&model->decoder[i].cross.key,
                                                    &model->decoder[i].cross.value};

        if (quill_cancelled(cancel))
            return cancelled(err);
        for (size_t part = 0; part < 2; part++) {
            const struct quill_cache cache = layer_cache(decoder, &decoder->plan.cross, i, part == 1);

            quill_gemm_linear(compute, gemm, &parts[part]->w, parts[part]->bias, encoded, n_ctx, &target);
            quill_cache_store(compute, &cache, window, 0, column, n_ctx);
        }
    }
    decoder->windows[window] = n_ctx;
    quill_trace_lap(compute->trace, QUILL_TRACE_CROSS_CACHE);
    quill_work_begin(model, n_ctx, compute->trace);
    return QUILL_OK;
}

/* ---- sequences -------------------------------------------------------------------------------------- */

void quill_decoder_start(struct quill_decoder *decoder, size_t sequence, size_t window)
{
    assert(window < decoder->size.n_windows);
    quill_decoder_truncate(decoder, sequence, 0);
    decoder->sequences[sequence].window = (uint32_t)window;
}

void quill_decoder_fork(struct quill_decoder *decoder, size_t from, size_t to)
{
    assert(from < decoder->size.n_sequences && to < decoder->size.n_sequences);
    quill_sequence_fork(&decoder->pages, &decoder->sequences[from], &decoder->sequences[to]);
}

void quill_decoder_truncate(struct quill_decoder *decoder, size_t sequence, size_t n)
{
    assert(sequence < decoder->size.n_sequences);
    quill_sequence_truncate(&decoder->pages, &decoder->sequences[sequence], n);
}

size_t quill_decoder_length(const struct quill_decoder *decoder, size_t sequence)
{
    assert(sequence < decoder->size.n_sequences);
    return decoder->sequences[sequence].length;
}

/* ---- a feed ----------------------------------------------------------------------------------------- */

/* What the layers of one feed work on; into compute.work, shapes in plan.h. Rows are the tokens of all feeds,
 * one feed behind the other. */
struct batch {
    const struct quill_compute *c;
    const struct quill_feed *feeds;
    size_t n_feeds, n; /* n: rows */
    size_t n_logits;
    float *stream, *narrow, *wide;
    void *rows;
    struct quill_cache_view *self, *cross; /* what each row looks at */
    const struct quill_attention_map *map; /* NULL, or where that is written down */
};

static struct quill_sequence *sequence_of(const struct quill_decoder *decoder, const struct quill_feed *feed)
{
    return &decoder->sequences[feed->sequence];
}

static inline bool is_among(size_t sequence, const struct quill_feed *feeds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (feeds[i].sequence == sequence)
            return true;
    return false;
}

static struct batch batch_of(const struct quill_decoder *decoder, const struct quill_compute *compute,
                             const struct quill_feed *feeds, size_t n_feeds)
{
    const struct quill_decoder_plan *plan = &decoder->plan;
    struct batch b = {.c = compute,
                      .feeds = feeds,
                      .n_feeds = n_feeds,
                      .stream = work_at(compute, plan->stream),
                      .narrow = work_at(compute, plan->narrow),
                      .wide = work_at(compute, plan->wide),
                      .rows = work_at(compute, plan->rows),
                      .self = work_at(compute, plan->views),
                      .map = feeds[0].map};

    b.cross = b.self + decoder->model->hparams.n_text_ctx;
    for (size_t i = 0; i < n_feeds; i++) {
        assert(feeds[i].sequence < decoder->size.n_sequences && !is_among(feeds[i].sequence, feeds, i));
        assert(feeds[i].n >= 1 && feeds[i].n_logits <= feeds[i].n);
        assert(feeds[i].n <= decoder->model->hparams.n_text_ctx - sequence_of(decoder, &feeds[i])->length);
        assert(decoder->windows[sequence_of(decoder, &feeds[i])->window]);
        assert(!feeds[i].map ||
               (n_feeds == 1 &&
                feeds[i].map->n_frames <= decoder->windows[sequence_of(decoder, &feeds[i])->window]));
        b.n += feeds[i].n;
        b.n_logits += feeds[i].n_logits;
    }
    assert(b.n >= 1 && b.n <= decoder->model->hparams.n_text_ctx && b.n_logits <= decoder->size.n_logits);
    return b;
}

/* Gives every row its place in pages of its own sequence, and says what it sees: all up to itself. */
static void place(struct quill_decoder *decoder, const struct batch *b)
{
    struct quill_cache_view *self = b->self, *cross = b->cross;

    for (size_t i = 0; i < b->n_feeds; i++) {
        struct quill_sequence *sequence = sequence_of(decoder, &b->feeds[i]);
        const size_t begin = sequence->length, end = begin + b->feeds[i].n;

        for (size_t page = begin / QUILL_PAGE_LEN; page < quill_page_count(end); page++) {
            const uint32_t before = quill_sequence_own_page(&decoder->pages, sequence, page);
            if (before != sequence->pages[page])
                copy_page(decoder, before, sequence->pages[page]);
        }
        for (size_t position = begin; position < end; position++) {
            *self++ = (struct quill_cache_view){sequence->pages, position + 1};
            *cross++ = (struct quill_cache_view){&sequence->window, decoder->windows[sequence->window]};
        }
    }
}

/* stream = embeddings of the tokens + their positions. */
static void embed(const struct quill_decoder *decoder, const struct batch *b)
{
    const struct quill_model *model = decoder->model;
    const struct quill_kernels *kernels = &b->c->kernels;
    const size_t state = model->hparams.n_text_state;
    float *row = b->stream;

    for (size_t i = 0; i < b->n_feeds; i++)
        for (size_t j = 0; j < b->feeds[i].n; j++, row += state) {
            assert(b->feeds[i].tokens[j] < model->hparams.n_vocab);
            quill_matrix_row(kernels, &model->token_embedding, b->feeds[i].tokens[j], row);
        }
    quill_trace_lap(b->c->trace, QUILL_TRACE_TOKEN_EMBEDDING);
    for (size_t i = 0; i < b->n; i++) {
        quill_matrix_row(kernels, &model->decoder_positions, b->self[i].n_key - 1, b->narrow);
        kernels->add(b->stream + i * state, b->narrow, state);
    }
    quill_trace_lap(b->c->trace, QUILL_TRACE_POSITIONS);
}

static void product(const struct batch *b, const struct quill_linear_layer *layer, const float *x,
                    struct quill_target target)
{
    quill_dot_linear(b->c, &layer->w, layer->bias, x, b->n, b->rows, &target);
}

static struct quill_target floats(float *y, size_t width, enum quill_store store)
{
    return (struct quill_target){y, width * sizeof *y, store, false};
}

/* Adds the attention of these heads to the map. */
static void map_attention(const struct quill_decoder *decoder, const struct batch *b,
                          const struct quill_cache_attention *attention, uint32_t heads)
{
    const struct quill_attention_map *map = b->map;
    const struct quill_alignment_rows rows = {
        .weights = map->head, .average = map->average, .n_rows = b->n, .n_frames = map->n_frames};

    for (size_t head = 0; head < decoder->model->hparams.n_text_head && head < 32; head++) {
        if (!(heads >> head & 1))
            continue;
        quill_attend_weights(b->c, attention, head, map->n_frames, map->head);
        quill_alignment_add(&decoder->alignment, b->c->pool, &rows);
    }
}

/* stream += out(attention(query(narrow), keys, values)); the attention of these heads is written down. */
static void run_attention(const struct quill_decoder *decoder, const struct batch *b,
                          const struct quill_attention_layer *layer, const struct quill_cache *keys,
                          const struct quill_cache *values, const struct quill_cache_view *views,
                          uint32_t heads)
{
    const size_t state = decoder->model->hparams.n_text_state;
    const struct quill_cache_attention attention = {
        .q = b->wide, .k = keys, .v = values, .out = b->narrow, .views = views, .n_query = b->n};

    product(b, &layer->query, b->narrow, floats(b->wide, state, QUILL_STORE_F32));
    quill_attend_cache(b->c, &attention);
    if (heads && b->map)
        map_attention(decoder, b, &attention, heads);
    product(b, &layer->out, b->narrow, floats(b->stream, state, QUILL_STORE_ADD));
}

/* The cache gets layer(narrow) at the positions of the rows. */
static void extend(const struct quill_decoder *decoder, const struct batch *b,
                   const struct quill_linear_layer *layer, const struct quill_cache *cache)
{
    const float *x = b->wide;

    product(b, layer, b->narrow, floats(b->wide, layer->w.rows, QUILL_STORE_F32));
    for (size_t i = 0; i < b->n_feeds; i++) {
        const struct quill_sequence *sequence = sequence_of(decoder, &b->feeds[i]);
        const size_t end = sequence->length + b->feeds[i].n;

        for (size_t at = sequence->length, n; at < end; at += n, x += n * layer->w.rows) {
            const size_t first = at % QUILL_PAGE_LEN;
            n = QUILL_PAGE_LEN - first < end - at ? QUILL_PAGE_LEN - first : end - at;
            quill_cache_store(b->c, cache, sequence->pages[at / QUILL_PAGE_LEN], first, x, n);
        }
    }
}

static void norm(const struct quill_decoder *decoder, const struct batch *b, const struct quill_norm *norm)
{
    quill_norm_rows(b->c, b->stream, norm->gamma, norm->beta, b->narrow, b->n,
                    decoder->model->hparams.n_text_state);
    quill_trace_lap(b->c->trace, QUILL_TRACE_LAYER_NORM);
}

static void run_block(const struct quill_decoder *decoder, const struct batch *b, size_t i)
{
    const struct quill_decoder_block *block = &decoder->model->decoder[i];
    const struct quill_decoder_plan *plan = &decoder->plan;
    const size_t state = decoder->model->hparams.n_text_state;
    const struct quill_cache self_keys = layer_cache(decoder, &plan->self, i, false),
                             self_values = layer_cache(decoder, &plan->self, i, true),
                             cross_keys = layer_cache(decoder, &plan->cross, i, false),
                             cross_values = layer_cache(decoder, &plan->cross, i, true);
    struct quill_target hidden = floats(b->wide, 4 * state, QUILL_STORE_F32);

    norm(decoder, b, &block->self.norm);
    extend(decoder, b, &block->self.key, &self_keys);
    extend(decoder, b, &block->self.value, &self_values);
    run_attention(decoder, b, &block->self, &self_keys, &self_values, b->self, 0);
    quill_trace_lap(b->c->trace, QUILL_TRACE_SELF_ATTENTION);

    norm(decoder, b, &block->cross.norm);
    run_attention(decoder, b, &block->cross, &cross_keys, &cross_values, b->cross,
                  quill_alignment_mask(&decoder->alignment, (unsigned)i));
    quill_trace_lap(b->c->trace, QUILL_TRACE_CROSS_ATTENTION);

    norm(decoder, b, &block->mlp.norm);
    hidden.gelu = true;
    product(b, &block->mlp.up, b->narrow, hidden);
    product(b, &block->mlp.down, b->wide, floats(b->stream, state, QUILL_STORE_ADD));
    quill_trace_lap(b->c->trace, QUILL_TRACE_FEED_FORWARD);
}

/* logits = the vocabulary times the norm of the rows that were asked for. */
static void project(const struct quill_decoder *decoder, const struct batch *b)
{
    const struct quill_model *model = decoder->model;
    const size_t state = model->hparams.n_text_state;
    const struct quill_target target = floats(decoder->logits, model->hparams.n_vocab, QUILL_STORE_F32);
    const float *from = b->stream;
    float *to = b->narrow;

    for (size_t i = 0; i < b->n_feeds; i++) {
        const struct quill_feed *feed = &b->feeds[i];

        quill_norm_rows(b->c, from + (feed->n - feed->n_logits) * state, model->decoder_norm.gamma,
                        model->decoder_norm.beta, to, feed->n_logits, state);
        from += feed->n * state;
        to += feed->n_logits * state;
    }
    quill_trace_lap(b->c->trace, QUILL_TRACE_LAYER_NORM);
    quill_dot_linear(b->c, &model->token_embedding, NULL, b->narrow, b->n_logits, b->rows, &target);
    quill_trace_lap(b->c->trace, QUILL_TRACE_VOCABULARY);
}

/* What the feeds read of both caches. */
static void count_work(const struct quill_decoder *decoder, const struct batch *b)
{
    struct quill_feed_work work = {.n_tokens = b->n, .n_logits = b->n_logits};

    for (size_t i = 0; i < b->n; i++) {
        work.self_pairs += b->self[i].n_key;
        work.cross_pairs += b->cross[i].n_key;
    }
    for (size_t i = 0; i < b->n_feeds; i++) {
        const struct quill_sequence *sequence = sequence_of(decoder, &b->feeds[i]);

        work.self_keys += sequence->length + b->feeds[i].n;
        work.cross_keys += decoder->windows[sequence->window];
    }
    quill_work_feed(decoder->model, &work, b->c->trace);
}

enum quill_status quill_decoder_feed(struct quill_decoder *decoder, const struct quill_compute *compute,
                                     const struct quill_feed *feeds, size_t n_feeds, const float **logits,
                                     const struct quill_cancel *cancel, struct quill_error *err)
{
    const struct batch b = batch_of(decoder, compute, feeds, n_feeds);

    quill_model_pack_strips(decoder->model, compute); /* unless whoever encoded has done it */
    quill_trace_mark(compute->trace);
    place(decoder, &b);
    if (b.map)
        memset(b.map->average, 0, b.n * b.map->n_frames * sizeof *b.map->average);
    embed(decoder, &b);
    for (uint32_t i = 0; i < decoder->model->hparams.n_text_layer; i++) {
        if (quill_cancelled(cancel)) {
            for (size_t j = 0; j < n_feeds; j++) /* gives back the pages that place added */
                quill_decoder_truncate(decoder, feeds[j].sequence, sequence_of(decoder, &feeds[j])->length);
            return cancelled(err);
        }
        run_block(decoder, &b, i);
    }
    count_work(decoder, &b);
    for (size_t i = 0; i < n_feeds; i++)
        sequence_of(decoder, &feeds[i])->length += feeds[i].n;
    if (b.n_logits > 0) {
        project(decoder, &b);
        *logits = decoder->logits;
    }
    return QUILL_OK;
}
