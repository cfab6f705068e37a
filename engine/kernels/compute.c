#include "kernels/compute.h"

#include <assert.h>
#include <string.h>

#include "base/split.h"
#include "kernels/attend.h"

/* Expanded rows that GEMV works on at a time: few enough to stay in the first-level cache. */
#define DOT_ROWS 8
/* Up to this many right-hand rows, packing costs more than it saves. The same at every level, so that which
 * path a step takes depends on its shape alone. */
#define DOT_MAX_M 3
/* Panels that one pass over x multiplies with; together with a tile of x they stay in the second-level cache.
 */
#define PANELS_BYTES ((size_t)512 << 10)

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t aligned(size_t n_floats)
{
    const size_t mask = QUILL_ALIGN / sizeof(float) - 1;

    return (n_floats + mask) & ~mask;
}

static size_t panels_at_once(size_t nr, size_t k)
{
    const size_t n = PANELS_BYTES / (nr * k * sizeof(float) + 1);

    return n ? n : 1;
}

/* Scratch of a linear layer: expanded rows, panels, one tile of results. */
struct linear_scratch {
    float *rows;   /* [nr or DOT_ROWS, k] */
    float *panels; /* [panels_at_once][k][nr] */
    float *sums;   /* [mr][nr] or [DOT_ROWS] */
};

static size_t rows_floats(const struct quill_kernels *kernels, size_t k)
{
    return aligned((kernels->gemm.nr > DOT_ROWS ? kernels->gemm.nr : DOT_ROWS) * k);
}

static size_t panels_floats(const struct quill_kernels *kernels, size_t k)
{
    return aligned(panels_at_once(kernels->gemm.nr, k) * kernels->gemm.nr * k);
}

static size_t sums_floats(const struct quill_kernels *kernels)
{
    const size_t tile = kernels->gemm.mr * kernels->gemm.nr;

    return aligned(tile > DOT_ROWS ? tile : DOT_ROWS);
}

size_t quill_compute_scratch_bytes(const struct quill_kernels *kernels, size_t max_cols, size_t max_keys,
                                   size_t head_dim)
{
    /* Fewer columns may mean more panels at once, but never more than PANELS_BYTES of them. */
    const size_t panels = panels_floats(kernels, max_cols) * sizeof(float);
    const size_t linear = rows_floats(kernels, max_cols) * sizeof(float) +
                          (panels > PANELS_BYTES ? panels : PANELS_BYTES) +
                          sums_floats(kernels) * sizeof(float);
    const size_t attend = quill_attend_scratch_bytes(kernels, max_keys, head_dim);

    return aligned((linear > attend ? linear : attend) / sizeof(float)) * sizeof(float);
}

struct linear_job {
    const struct quill_compute *c;
    const struct quill_matrix *w;
    const float *bias, *x;
    size_t ldx, m;
    float *y;
    size_t ldy;
    enum quill_epilogue epilogue;
    size_t rows_per_task;
};

static struct linear_scratch linear_scratch(const struct quill_compute *c, size_t k, unsigned worker)
{
    float *base = (float *)(void *)(c->scratch + worker * c->scratch_bytes);
    struct linear_scratch s = {.rows = base};

    s.panels = s.rows + rows_floats(&c->kernels, k);
    s.sums = s.panels + panels_floats(&c->kernels, k);
    assert((size_t)(s.sums + sums_floats(&c->kernels) - base) * sizeof(float) <= c->scratch_bytes);
    return s;
}

/* Rows [first, first + n) of W as floats: where they lie if they can be read there, else expanded to buffer.
 */
static const float *weight_rows(const struct linear_job *job, size_t first, size_t n, float *buffer)
{
    const struct quill_matrix *w = job->w;
    const struct quill_type_traits *traits = quill_type_traits(w->type);
    const unsigned char *src =
        (const unsigned char *)w->data + first * (w->cols / traits->block_len * traits->block_bytes);

    assert(w->cols % traits->block_len == 0);
    if (w->type == QUILL_F32 && (uintptr_t)src % _Alignof(float) == 0)
        return (const float *)(const void *)src;
    job->c->kernels.dequantize[w->type](src, buffer, n * w->cols);
    return buffer;
}

/* y[0..n) of one right-hand row from the sums of output rows first.. */
static void finish_row(const struct linear_job *job, float *sums, size_t i, size_t first, size_t n)
{
    const struct quill_kernels *kernels = &job->c->kernels;
    float *y = job->y + i * job->ldy + first;

    if (job->bias)
        kernels->add(sums, job->bias + first, n);
    if (job->epilogue == QUILL_GELU)
        kernels->gelu(sums, n);
    if (job->epilogue == QUILL_ADD)
        kernels->add(y, sums, n);
    else
        memcpy(y, sums, n * sizeof *y);
}

/* Few right-hand rows: each expanded row of W is used at once. */
static void dot_task(void *context, unsigned task, unsigned worker)
{
    const struct linear_job *job = context;
    const struct quill_kernels *kernels = &job->c->kernels;
    const size_t k = job->w->cols;
    const size_t begin = task * job->rows_per_task, end = smaller(begin + job->rows_per_task, job->w->rows);
    const struct linear_scratch s = linear_scratch(job->c, k, worker);

    for (size_t first = begin; first < end; first += DOT_ROWS) {
        const size_t n = smaller(DOT_ROWS, end - first);
        const float *rows = weight_rows(job, first, n, s.rows);
        for (size_t i = 0; i < job->m; i++) {
            kernels->dot_rows(job->x + i * job->ldx, rows, k, n, k, s.sums);
            finish_row(job, s.sums, i, first, n);
        }
    }
}

/* Many right-hand rows: some panels of W at a time stay in cache while all of x passes by once. */
static void gemm_task(void *context, unsigned task, unsigned worker)
{
    const struct linear_job *job = context;
    const struct quill_kernels *kernels = &job->c->kernels;
    const size_t k = job->w->cols, mr = kernels->gemm.mr, nr = kernels->gemm.nr;
    const size_t begin = task * job->rows_per_task, end = smaller(begin + job->rows_per_task, job->w->rows);
    const size_t rows_at_once = panels_at_once(nr, k) * nr;
    const struct linear_scratch s = linear_scratch(job->c, k, worker);

    for (size_t first = begin; first < end; first += rows_at_once) {
        const size_t n_rows = smaller(rows_at_once, end - first);

        for (size_t j = 0; j < n_rows; j += nr) {
            const size_t n = smaller(nr, n_rows - j);
            kernels->gemm.pack(weight_rows(job, first + j, n, s.rows), k, n, k, s.panels + j * k);
        }
        for (size_t i = 0; i < job->m; i += mr) {
            const size_t m = smaller(mr, job->m - i);
            for (size_t j = 0; j < n_rows; j += nr) {
                const size_t n = smaller(nr, n_rows - j);
                kernels->gemm.tile(job->x + i * job->ldx, job->ldx, m, s.panels + j * k, k, s.sums, nr, n);
                for (size_t row = 0; row < m; row++)
                    finish_row(job, s.sums + row * nr, i + row, first + j, n);
            }
        }
    }
}

void quill_linear(const struct quill_compute *c, const struct quill_matrix *w, const float *bias,
                  const float *x, size_t ldx, size_t m, float *y, size_t ldy, enum quill_epilogue epilogue)
{
    const bool dots = m <= DOT_MAX_M;
    const struct quill_split split = quill_split_rows(w->rows, dots ? DOT_ROWS : c->kernels.gemm.nr,
                                                      w->cols * m, quill_pool_n_threads(c->pool));
    struct linear_job job = {c, w, bias, x, ldx, m, y, ldy, epilogue, split.per_task};

    if (m > 0 && w->rows > 0)
        quill_pool_run(c->pool, dots ? dot_task : gemm_task, &job, split.n_tasks);
}

struct norm_job {
    const struct quill_compute *c;
    const float *x, *gamma, *beta;
    float *y;
    size_t m, n, rows_per_task;
};

static void norm_task(void *context, unsigned task, unsigned worker)
{
    const struct norm_job *job = context;
    const size_t begin = task * job->rows_per_task, end = smaller(begin + job->rows_per_task, job->m);

    for (size_t i = begin; i < end; i++)
        job->c->kernels.layer_norm(job->x + i * job->n, job->gamma, job->beta, job->y + i * job->n, job->n);
}

void quill_norm_rows(const struct quill_compute *c, const float *x, const float *gamma, const float *beta,
                     float *y, size_t m, size_t n)
{
    const struct quill_split split = quill_split_rows(m, 1, n, quill_pool_n_threads(c->pool));
    struct norm_job job = {c, x, gamma, beta, y, m, n, split.per_task};

    if (m > 0 && n > 0)
        quill_pool_run(c->pool, norm_task, &job, split.n_tasks);
}
