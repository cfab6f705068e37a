#include "kernels/attend.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/split.h"

#define HALF_MAX 65504.0f

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t aligned(size_t bytes)
{
    return (bytes + QUILL_ALIGN - 1) / QUILL_ALIGN * QUILL_ALIGN;
}

static size_t type_bytes(enum quill_type type)
{
    assert(type == QUILL_F32 || type == QUILL_F16);
    return quill_type_traits(type)->block_bytes;
}

/* ---- scratch ---------------------------------------------------------------------------------------- */

/* Of a task that packs a head: rows to be packed. */
static size_t pack_bytes(const struct quill_gemm *gemm, size_t n, size_t head_dim)
{
    const size_t most = n > head_dim ? n : head_dim;

    return aligned(gemm->nr * most * sizeof(float)) + aligned(gemm->nr * sizeof(float));
}

/* Of a task that takes some queries at a time, quill_rows_at_once, through some heads, heads_per_pass. */
struct window_scratch {
    float *query;           /* [head_dim] */
    unsigned char *queries; /* [rows] packed rows of head_dim */
    float *scores;          /* [rows, n] */
    unsigned char *weights; /* [rows] packed rows of n: the scores, softened */
    float *out;             /* [rows, state] */
};

static size_t window_layout(const struct quill_gemm *gemm, size_t n, size_t state, unsigned char *base,
                            struct window_scratch *s)
{
    const size_t rows = quill_rows_at_once(gemm), query = aligned(state * sizeof(float));
    const size_t queries = query + aligned(rows * quill_gemm_row_bytes(gemm, state));
    const size_t scores = queries + aligned(rows * n * sizeof(float));
    const size_t weights = scores + aligned(rows * quill_gemm_row_bytes(gemm, n));

    if (s)
        *s = (struct window_scratch){(float *)(void *)base, base + query, (float *)(void *)(base + queries),
                                     base + scores, (float *)(void *)(base + weights)};
    return weights + aligned(rows * state * sizeof(float));
}

/* Of a task over a cache. */
struct cache_scratch {
    float *query;  /* [head_dim], scaled */
    int8_t *int8;  /* [quill_int8_padded(head_dim)]: the query, packed */
    float *mixed;  /* the same number of floats: values of all pages */
    float *page;   /* and of one */
    float *scores; /* [n_key] */
};

static size_t cache_layout(size_t n_key, size_t head_dim, unsigned char *base, struct cache_scratch *s)
{
    const size_t n8 = quill_int8_padded(head_dim);
    const size_t int8 = aligned(head_dim * sizeof(float)), mixed = int8 + aligned(n8);
    const size_t page = mixed + aligned(n8 * sizeof(float)), scores = page + aligned(n8 * sizeof(float));

    if (s)
        *s = (struct cache_scratch){(float *)(void *)base, (int8_t *)(base + int8),
                                    (float *)(void *)(base + mixed), (float *)(void *)(base + page),
                                    (float *)(void *)(base + scores)};
    return scores + aligned(n_key * sizeof(float));
}

size_t quill_attend_scratch_bytes(const struct quill_gemm *gemm, size_t max_keys, size_t max_state)
{
    const size_t pack = pack_bytes(gemm, max_keys, max_state);
    const size_t window = window_layout(gemm, max_keys, max_state, NULL, NULL);
    const size_t cache = cache_layout(max_keys, max_state, NULL, NULL);
    const size_t most = pack > window ? pack : window;

    return most > cache ? most : cache;
}

/* ---- a window among itself -------------------------------------------------------------------------- */

/* Panels of a head: its keys as [n / nr] panels of head_dim, its values as [head_dim / nr] panels of n. */
struct head_panels {
    size_t key_bytes, value_bytes;
};

static struct head_panels head_panels(const struct quill_gemm *gemm, size_t n, size_t head_dim)
{
    return (struct head_panels){
        .key_bytes = aligned((n + gemm->nr - 1) / gemm->nr * quill_gemm_panel_bytes(gemm, head_dim)),
        .value_bytes = aligned((head_dim + gemm->nr - 1) / gemm->nr * quill_gemm_panel_bytes(gemm, n)),
    };
}

size_t quill_attend_panels_bytes(const struct quill_gemm *gemm, size_t n, size_t n_head, size_t head_dim)
{
    const struct head_panels panels = head_panels(gemm, n, head_dim);

    return n_head * (panels.key_bytes + panels.value_bytes);
}

struct window_job {
    const struct quill_compute *c;
    const struct quill_gemm *gemm;
    const struct quill_window_attention *a;
    struct head_panels panels;
    size_t rows_per_task;
};

static unsigned char *key_panels(const struct window_job *job, size_t head)
{
    return (unsigned char *)job->a->panels + head * (job->panels.key_bytes + job->panels.value_bytes);
}

static unsigned char *value_panels(const struct window_job *job, size_t head)
{
    return key_panels(job, head) + job->panels.key_bytes;
}

/* n numbers from element `at` of row i. */
static void read_row(const struct window_job *job, const void *rows, size_t i, size_t at, size_t n, float *to)
{
    const enum quill_type type = job->a->type;

    job->c->kernels.dequantize[type]((const unsigned char *)rows + i * job->a->stride + at * type_bytes(type),
                                     to, n);
}

static void pack_keys(const struct window_job *job, size_t head, float *rows)
{
    const struct quill_window_attention *a = job->a;
    const size_t d = a->head_dim, nr = job->gemm->nr;

    for (size_t j = 0; j < a->n; j += nr) {
        const size_t n = smaller(nr, a->n - j);
        for (size_t i = 0; i < n; i++)
            read_row(job, a->k, j + i, head * d, d, rows + i * d);
        job->gemm->pack_w(rows, d, n, d,
                          key_panels(job, head) + j / nr * quill_gemm_panel_bytes(job->gemm, d));
    }
}

static void pack_values(const struct window_job *job, size_t head, float *rows)
{
    const struct quill_window_attention *a = job->a;
    const size_t d = a->head_dim, nr = job->gemm->nr;
    float *value = rows + aligned(nr * a->n * sizeof(float)) / sizeof(float);

    for (size_t j = 0; j < d; j += nr) {
        const size_t n = smaller(nr, d - j);
        for (size_t i = 0; i < a->n; i++) {
            read_row(job, a->v, i, head * d + j, n, value);
            for (size_t l = 0; l < n; l++)
                rows[l * a->n + i] = value[l];
        }
        job->gemm->pack_w(rows, a->n, n, a->n,
                          value_panels(job, head) + j / nr * quill_gemm_panel_bytes(job->gemm, a->n));
    }
}

static void pack_head_task(void *context, unsigned task, unsigned worker)
{
    const struct window_job *job = context;
    float *rows = (float *)(void *)(job->c->scratch + worker * job->c->scratch_bytes);

    if (task % 2)
        pack_values(job, task / 2, rows);
    else
        pack_keys(job, task / 2, rows);
}

/* m queries from row `first` through one head. */
static void attend_head(const struct window_job *job, const struct window_scratch *s, size_t head,
                        size_t first, size_t m)
{
    const struct quill_window_attention *a = job->a;
    const struct quill_gemm *gemm = job->gemm;
    const size_t d = a->head_dim, n = a->n, state = a->n_head * d, mr = gemm->mr, nr = gemm->nr;
    const size_t query_bytes = quill_gemm_row_bytes(gemm, d), weight_bytes = quill_gemm_row_bytes(gemm, n);
    const float scale = 1.0f / sqrtf((float)d);
    float factor[QUILL_MAX_ROWS_AT_ONCE];

    assert(m <= QUILL_MAX_ROWS_AT_ONCE);

    for (size_t i = 0; i < m; i++) {
        read_row(job, a->q, first + i, head * d, d, s->query);
        for (size_t l = 0; l < d; l++)
            s->query[l] *= scale;
        gemm->pack_x(s->query, 0, d, d, s->queries + i * query_bytes);
    }
    for (size_t j = 0; j < n; j += nr)
        for (size_t i = 0; i < m; i += mr)
            gemm->tile(s->queries + i * query_bytes, query_bytes, smaller(mr, m - i),
                       key_panels(job, head) + j / nr * quill_gemm_panel_bytes(gemm, d), d,
                       s->scores + i * n + j, n, smaller(nr, n - j));
    for (size_t i = 0; i < m; i++)
        factor[i] = gemm->soften(s->scores + i * n, n, s->weights + i * weight_bytes);
    for (size_t j = 0; j < d; j += nr)
        for (size_t i = 0; i < m; i += mr)
            gemm->tile(s->weights + i * weight_bytes, weight_bytes, smaller(mr, m - i),
                       value_panels(job, head) + j / nr * quill_gemm_panel_bytes(gemm, n), n,
                       s->out + i * state + head * d + j, state, smaller(nr, d - j));
    for (size_t i = 0; i < m; i++)
        for (size_t l = 0; l < d; l++)
            s->out[i * state + head * d + l] *= factor[i];
}

/* Heads whose results are whole groups of a packed row together. */
static size_t heads_per_pass(const struct quill_window_attention *a)
{
    size_t n = 1;

    while (n < a->n_head && n * a->head_dim % a->out_gemm->group != 0)
        n++;
    return n;
}

static void window_task(void *context, unsigned task, unsigned worker)
{
    const struct window_job *job = context;
    const struct quill_window_attention *a = job->a;
    const size_t begin = task * job->rows_per_task, end = smaller(begin + job->rows_per_task, a->n);
    const size_t state = a->n_head * a->head_dim, out_bytes = quill_gemm_row_bytes(a->out_gemm, state);
    const size_t at_once = quill_rows_at_once(job->gemm);
    struct window_scratch s;

    window_layout(job->gemm, a->n, state, job->c->scratch + worker * job->c->scratch_bytes, &s);
    const size_t per_pass = heads_per_pass(a);

    /* Heads outside, so that what one of them reads for every row stays in the second-level cache. */
    quill_gemm_enter(job->gemm);
    for (size_t head = 0; head < a->n_head; head += per_pass)
        for (size_t first = begin; first < end; first += at_once) {
            const size_t m = smaller(at_once, end - first), n_heads = smaller(per_pass, a->n_head - head);

            for (size_t i = 0; i < n_heads; i++)
                attend_head(job, &s, head + i, first, m);
            for (size_t i = 0; i < m; i++)
                a->out_gemm->pack_x(s.out + i * state + head * a->head_dim, head * a->head_dim,
                                    n_heads * a->head_dim, state,
                                    (unsigned char *)a->out + (first + i) * out_bytes);
        }
    quill_gemm_leave(job->gemm);
}

void quill_attend_window(const struct quill_compute *c, const struct quill_gemm *gemm,
                         const struct quill_window_attention *a)
{
    const size_t state = a->n_head * a->head_dim;
    const struct quill_split split =
        quill_split_rows(a->n, quill_rows_at_once(gemm), 2 * a->n * state, quill_pool_n_threads(c->pool));
    struct window_job job = {c, gemm, a, head_panels(gemm, a->n, a->head_dim), split.per_task};

    assert(quill_attend_scratch_bytes(gemm, a->n, state) <= c->scratch_bytes);
    if (a->n == 0 || state == 0)
        return;
    quill_pool_run(c->pool, pack_head_task, &job, (unsigned)(2 * a->n_head));
    quill_pool_run(c->pool, window_task, &job, split.n_tasks);
}

/* ---- few queries over a cache ----------------------------------------------------------------------- */

struct store_job {
    const struct quill_compute *c;
    const struct quill_cache *cache;
    size_t page, first, n, rows_per_task;
    const float *x;
};

size_t quill_cache_row_bytes(enum quill_cache_form form, size_t head_dim)
{
    switch (form) {
    case QUILL_CACHE_F32:
        return head_dim * sizeof(float);
    case QUILL_CACHE_F16:
        return head_dim * sizeof(uint16_t);
    default:
        return quill_int8_padded(head_dim);
    }
}

/* Row i of a head in a page, and its scale. */
static void *cache_row(const struct quill_cache *cache, size_t page, size_t head, size_t i)
{
    return (unsigned char *)cache->rows + page * cache->page_bytes +
           (head * cache->page_len + i) * quill_cache_row_bytes(cache->form, cache->head_dim);
}

static float *cache_scale(const struct quill_cache *cache, size_t page, size_t head, size_t i)
{
    return cache->scales + page * cache->page_scales + head * cache->page_len + i;
}

static enum quill_type float_type(const struct quill_cache *cache)
{
    return cache->form == QUILL_CACHE_F16 ? QUILL_F16 : QUILL_F32;
}

/* An infinity would make NaN of all that is mixed with it, be its share ever so small. */
static void store_halves(const struct quill_kernels *kernels, const float *x, size_t n, uint16_t *row)
{
    enum { PIECE = 64 };
    float within[PIECE];

    for (size_t first = 0; first < n; first += PIECE) {
        const size_t m = smaller(PIECE, n - first);

        for (size_t i = 0; i < m; i++) {
            const float below = x[first + i] > HALF_MAX ? HALF_MAX : x[first + i];
            within[i] = below < -HALF_MAX ? -HALF_MAX : below;
        }
        kernels->to_f16(within, row + first, m);
    }
}

static void store_row(const struct quill_kernels *kernels, const struct quill_cache *cache, size_t page,
                      size_t head, size_t i, const float *x)
{
    void *row = cache_row(cache, page, head, i);

    switch (cache->form) {
    case QUILL_CACHE_F32:
        memcpy(row, x, cache->head_dim * sizeof *x);
        break;
    case QUILL_CACHE_F16:
        store_halves(kernels, x, cache->head_dim, row);
        break;
    default:
        *cache_scale(cache, page, head, i) = kernels->pack_int8(x, cache->head_dim, row);
    }
}

static void store_task(void *context, unsigned task, unsigned worker)
{
    const struct store_job *job = context;
    const struct quill_cache *cache = job->cache;
    const size_t begin = task * job->rows_per_task, end = smaller(begin + job->rows_per_task, job->n);

    for (size_t head = 0; head < cache->n_head; head++)
        for (size_t i = begin; i < end; i++)
            store_row(&job->c->kernels, cache, job->page, head, job->first + i,
                      job->x + (i * cache->n_head + head) * cache->head_dim);
}

void quill_cache_store(const struct quill_compute *c, const struct quill_cache *cache, size_t page,
                       size_t first, const float *x, size_t n)
{
    const struct quill_split split =
        quill_split_rows(n, 1, cache->n_head * cache->head_dim, quill_pool_n_threads(c->pool));
    struct store_job job = {c, cache, page, first, n, split.per_task, x};

    assert(first + n <= cache->page_len);
    if (n > 0)
        quill_pool_run(c->pool, store_task, &job, split.n_tasks);
}

struct cache_job {
    const struct quill_compute *c;
    const struct quill_cache_attention *a;
    size_t n_key; /* the most that a query looks at */
    size_t heads_per_task;
};

/* scores[0..n) = the query times the first n keys of a page; x_scale is that of the packed query. */
static void score_page(const struct cache_job *job, size_t page, size_t head, size_t n,
                       const struct cache_scratch *s, float x_scale, float *scores)
{
    const struct quill_kernels *kernels = &job->c->kernels;
    const struct quill_cache *k = job->a->k;
    const size_t d = k->head_dim;
    const void *keys = cache_row(k, page, head, 0);

    if (k->form == QUILL_CACHE_INT8)
        kernels->dot_int8(s->int8, x_scale, keys, cache_scale(k, page, head, 0), n, quill_int8_padded(d),
                          scores);
    else
        kernels->dot[float_type(k)](keys, quill_cache_row_bytes(k->form, d), n, d, s->query,
                                    d * sizeof(float), 1, scores, n);
}

/* out[0..head_dim) = the mix of the first n values of a page; of int8 rows what they are padded to. */
static void mix_page(const struct cache_job *job, size_t page, size_t head, size_t n, const float *weights,
                     float *out)
{
    const struct quill_kernels *kernels = &job->c->kernels;
    const struct quill_cache *v = job->a->v;
    const size_t d = v->head_dim;
    const void *values = cache_row(v, page, head, 0);

    if (v->form == QUILL_CACHE_INT8)
        kernels->sum_int8(weights, values, cache_scale(v, page, head, 0), n, quill_int8_padded(d), out);
    else
        kernels->sum[float_type(v)](weights, values, quill_cache_row_bytes(v->form, d), n, out, d);
}

/* s->scores = how the i-th query shares out its attention among the first n keys of its view. */
static void weigh(const struct cache_job *job, size_t head, size_t i, size_t n, const struct cache_scratch *s)
{
    const struct quill_kernels *kernels = &job->c->kernels;
    const struct quill_cache_attention *a = job->a;
    const struct quill_cache_view *view = &a->views[i];
    const size_t d = a->k->head_dim, at = (i * a->k->n_head + head) * d, len = a->k->page_len;
    const float scale = 1.0f / sqrtf((float)d);
    float x_scale = 0.0f;

    for (size_t l = 0; l < d; l++)
        s->query[l] = a->q[at + l] * scale;
    if (a->k->form == QUILL_CACHE_INT8)
        x_scale = kernels->pack_int8(s->query, d, s->int8);
    for (size_t j = 0; j < n; j += len)
        score_page(job, view->pages[j / len], head, smaller(len, n - j), s, x_scale, s->scores + j);
    kernels->softmax(s->scores, n);
}

/* One query through one head. What pages contribute is added up page by page, so that the sum does not depend
 * on what else there is. */
static void attend_cached(const struct cache_job *job, size_t head, size_t i, const struct cache_scratch *s)
{
    const struct quill_kernels *kernels = &job->c->kernels;
    const struct quill_cache_attention *a = job->a;
    const struct quill_cache_view *view = &a->views[i];
    const size_t d = a->k->head_dim, at = (i * a->k->n_head + head) * d, len = a->k->page_len;

    weigh(job, head, i, view->n_key, s);
    mix_page(job, view->pages[0], head, smaller(len, view->n_key), s->scores, s->mixed);
    for (size_t j = len; j < view->n_key; j += len) {
        mix_page(job, view->pages[j / len], head, smaller(len, view->n_key - j), s->scores + j, s->page);
        kernels->add(s->mixed, s->page, d);
    }
    memcpy(a->out + at, s->mixed, d * sizeof *a->out);
}

static size_t most_keys(const struct quill_cache_attention *a)
{
    size_t most = 0;

    for (size_t i = 0; i < a->n_query; i++)
        most = a->views[i].n_key > most ? a->views[i].n_key : most;
    return most;
}

static void cache_task(void *context, unsigned task, unsigned worker)
{
    const struct cache_job *job = context;
    const struct quill_cache *k = job->a->k;
    const size_t begin = task * job->heads_per_task, end = smaller(begin + job->heads_per_task, k->n_head);
    struct cache_scratch s;

    cache_layout(job->n_key, k->head_dim, job->c->scratch + worker * job->c->scratch_bytes, &s);
    for (size_t head = begin; head < end; head++)
        for (size_t i = 0; i < job->a->n_query; i++)
            attend_cached(job, head, i, &s);
}

void quill_attend_cache(const struct quill_compute *c, const struct quill_cache_attention *a)
{
    const size_t n_key = most_keys(a);
    const struct quill_split split =
        quill_split_heads(a->k->n_head, a->n_query, n_key, a->k->head_dim, quill_pool_n_threads(c->pool));
    struct cache_job job = {c, a, n_key, split.per_task};

    assert(cache_layout(n_key, a->k->head_dim, NULL, NULL) <= c->scratch_bytes);
    if (a->n_query > 0 && a->k->n_head > 0)
        quill_pool_run(c->pool, cache_task, &job, split.n_tasks);
}

struct weights_job {
    struct cache_job cache;
    size_t head;
    float *weights;
};

static void weights_task(void *context, unsigned task, unsigned worker)
{
    const struct weights_job *job = context;
    const struct cache_job *cache = &job->cache;
    struct cache_scratch s;

    cache_layout(cache->n_key, cache->a->k->head_dim, cache->c->scratch + worker * cache->c->scratch_bytes,
                 &s);
    weigh(cache, job->head, task, cache->n_key, &s);
    memcpy(job->weights + task * cache->n_key, s.scores, cache->n_key * sizeof *s.scores);
}

void quill_attend_weights(const struct quill_compute *c, const struct quill_cache_attention *a, size_t head,
                          size_t n_key, float *weights)
{
    struct weights_job job = {{c, a, n_key, 0}, head, weights};

    assert(head < a->k->n_head && cache_layout(n_key, a->k->head_dim, NULL, NULL) <= c->scratch_bytes);
    if (a->n_query > 0)
        quill_pool_run(c->pool, weights_task, &job, (unsigned)a->n_query);
}
