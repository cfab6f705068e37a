/* Softmax attention, split over heads. With many query rows both products go through the GEMM kernels: the
 * keys of a head are packed once, its values are laid out as panels once, and then tiles of query rows pass
 * by, each with its scores in scratch. Few query rows (decoding) take each key and value where it lies. */
#include "kernels/attend.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/split.h"

/* Up to this many query rows, packing keys and values costs more than it saves. */
#define FEW_QUERIES 7
/* Row tiles of queries that share one pass over the panels of keys. */
#define TILES_AT_ONCE 2

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

/* Scratch sizes in floats, each a multiple of a panel row or of 16. */
struct attend_layout {
    size_t keys;    /* panels [n_key / nr][head_dim][nr] */
    size_t values;  /* panels [head_dim / nr][n_key][nr] */
    size_t queries; /* [query_rows, head_dim], scaled */
    size_t scores;  /* [query_rows, ld_scores] */
    size_t query_rows, ld_scores;
};

static struct attend_layout attend_layout(const struct quill_kernels *kernels, size_t n_key, size_t head_dim)
{
    const size_t nr = kernels->gemm.nr;
    struct attend_layout l;

    l.query_rows = TILES_AT_ONCE * kernels->gemm.mr;
    l.ld_scores = round_up(n_key, 16);
    l.keys = round_up(round_up(n_key, nr) * head_dim, 16);
    l.values = round_up(round_up(head_dim, nr) * n_key, 16);
    l.queries = round_up(l.query_rows * head_dim, 16);
    l.scores = l.query_rows * l.ld_scores;
    return l;
}

size_t quill_attend_scratch_bytes(const struct quill_kernels *kernels, size_t max_keys, size_t head_dim)
{
    const struct attend_layout l = attend_layout(kernels, max_keys, head_dim);

    return (l.keys + l.values + l.queries + l.scores) * sizeof(float);
}

struct attend_job {
    const struct quill_compute *c;
    const struct quill_attention *a;
    size_t heads_per_task;
};

/* Keys that query row i may look at. */
static size_t visible_keys(const struct quill_attention *a, size_t i)
{
    return a->causal ? a->n_key - a->n_query + i + 1 : a->n_key;
}

static void scale_query(const struct quill_attention *a, size_t i, size_t head, float *out)
{
    const float *q = a->q + i * a->ldq + head * a->head_dim;
    const float scale = 1.0f / sqrtf((float)a->head_dim);

    for (size_t j = 0; j < a->head_dim; j++)
        out[j] = q[j] * scale;
}

static void few_queries(const struct attend_job *job, size_t head, float *scratch)
{
    const struct quill_kernels *kernels = &job->c->kernels;
    const struct quill_attention *a = job->a;
    const size_t d = a->head_dim;
    float *query = scratch, *scores = scratch + round_up(d, 16);

    for (size_t i = 0; i < a->n_query; i++) {
        const size_t n = visible_keys(a, i);
        scale_query(a, i, head, query);
        kernels->dot_rows(query, a->k + head * d, a->ldk, n, d, scores);
        kernels->softmax(scores, n);
        kernels->sum_rows(scores, a->v + head * d, a->ldv, n, a->out + i * a->ldo + head * d, d);
    }
}

static void pack_head(const struct attend_job *job, size_t head, float *keys, float *values)
{
    const struct quill_attention *a = job->a;
    const size_t d = a->head_dim, nr = job->c->kernels.gemm.nr;

    for (size_t j = 0; j < a->n_key; j += nr)
        job->c->kernels.gemm.pack(a->k + j * a->ldk + head * d, a->ldk, smaller(nr, a->n_key - j), d,
                                  keys + j * d);
    for (size_t j = 0; j < d; j += nr) {
        const size_t n = smaller(nr, d - j);
        float *panel = values + j * a->n_key;
        for (size_t row = 0; row < a->n_key; row++, panel += nr) {
            memcpy(panel, a->v + row * a->ldv + head * d + j, n * sizeof *panel);
            memset(panel + n, 0, (nr - n) * sizeof *panel);
        }
    }
}

static void many_queries(const struct attend_job *job, size_t head, float *scratch)
{
    const struct quill_kernels *kernels = &job->c->kernels;
    const struct quill_attention *a = job->a;
    const size_t d = a->head_dim, mr = kernels->gemm.mr, nr = kernels->gemm.nr;
    const struct attend_layout l = attend_layout(kernels, a->n_key, d);
    float *keys = scratch, *values = keys + l.keys, *queries = values + l.values,
          *scores = queries + l.queries;

    pack_head(job, head, keys, values);
    for (size_t first = 0; first < a->n_query; first += l.query_rows) {
        const size_t m = smaller(l.query_rows, a->n_query - first);
        const size_t n_key = visible_keys(a, first + m - 1);

        for (size_t i = 0; i < m; i++)
            scale_query(a, first + i, head, queries + i * d);
        for (size_t j = 0; j < n_key; j += nr)
            for (size_t i = 0; i < m; i += mr)
                kernels->gemm.tile(queries + i * d, d, smaller(mr, m - i), keys + j * d, d,
                                   scores + i * l.ld_scores + j, l.ld_scores, smaller(nr, n_key - j));
        for (size_t i = 0; i < m; i++) {
            const size_t n = visible_keys(a, first + i);
            float *row = scores + i * l.ld_scores;
            kernels->softmax(row, n);
            memset(row + n, 0, (n_key - n) * sizeof *row);
        }
        for (size_t i = 0; i < m; i += mr)
            for (size_t j = 0; j < d; j += nr)
                kernels->gemm.tile(scores + i * l.ld_scores, l.ld_scores, smaller(mr, m - i),
                                   values + j * a->n_key, n_key, a->out + (first + i) * a->ldo + head * d + j,
                                   a->ldo, smaller(nr, d - j));
    }
}

static void attend_task(void *context, unsigned task, unsigned worker)
{
    const struct attend_job *job = context;
    const size_t begin = task * job->heads_per_task,
                 end = smaller(begin + job->heads_per_task, job->a->n_head);
    float *scratch = (float *)(void *)(job->c->scratch + worker * job->c->scratch_bytes);

    for (size_t head = begin; head < end; head++) {
        if (job->a->n_query <= FEW_QUERIES)
            few_queries(job, head, scratch);
        else
            many_queries(job, head, scratch);
    }
}

void quill_attend(const struct quill_compute *c, const struct quill_attention *a)
{
    const struct quill_split split =
        quill_split_heads(a->n_head, a->n_query, a->n_key, a->head_dim, quill_pool_n_threads(c->pool));
    struct attend_job job = {c, a, split.per_task};

    assert(!a->causal || a->n_key >= a->n_query);
    assert(quill_attend_scratch_bytes(&c->kernels, a->n_key, a->head_dim) <= c->scratch_bytes);
    if (a->n_query > 0 && a->n_head > 0)
        quill_pool_run(c->pool, attend_task, &job, split.n_tasks);
}
