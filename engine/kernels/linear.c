#include <assert.h>
#include <string.h>

#include "base/split.h"
#include "kernels/attend.h"
#include "kernels/strips.h"
#include "quant/blocks.h"

/* Outputs that are finished together, a multiple of every panel and of every group of a packed result. */
#define CHUNK QUILL_GEMM_CHUNK
/* Outputs of a dot product's step, of rows and of strips, whose weights stay in the first-level cache; and
 * rows of x at a time. */
#define DOT_ROWS QUILL_STRIP_ROWS
#define STRIPS_ROWS (4 * QUILL_STRIP_ROWS)
#define DOT_X_ROWS 8
/* Multiply-adds that take about as long as packing a weight. */
#define PACK_COST 16

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t aligned(size_t bytes)
{
    return (bytes + QUILL_ALIGN - 1) / QUILL_ALIGN * QUILL_ALIGN;
}

static unsigned char *worker_scratch(const struct quill_compute *c, unsigned worker)
{
    return c->scratch + worker * c->scratch_bytes;
}

/* Scratch of quill_gemm_linear. */
struct gemm_scratch {
    float *rows; /* [nr, k]: expanded weights */
    float *sums; /* [quill_rows_at_once, CHUNK] */
};

static size_t gemm_layout(const struct quill_gemm *gemm, size_t k, unsigned char *base,
                          struct gemm_scratch *s)
{
    const size_t rows = aligned(gemm->nr * k * sizeof(float));

    if (s)
        *s = (struct gemm_scratch){(float *)(void *)base, (float *)(void *)(base + rows)};
    return rows + aligned(quill_rows_at_once(gemm) * CHUNK * sizeof(float));
}

size_t quill_compute_scratch_bytes(const struct quill_kernels *kernels, size_t max_cols, size_t max_keys,
                                   size_t max_state)
{
    size_t most = aligned(max_state * sizeof(float)); /* quill_pack_norm */

    for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
        const struct quill_gemm *gemm = &kernels->gemm[form];
        const size_t linear = gemm_layout(gemm, max_cols, NULL, NULL);
        const size_t attend = quill_attend_scratch_bytes(gemm, max_keys, max_state);

        most = linear > most ? linear : most;
        most = attend > most ? attend : most;
    }
    return most;
}

static size_t chunk_bytes(const struct quill_gemm *gemm, size_t k)
{
    return CHUNK / gemm->nr * quill_gemm_panel_bytes(gemm, k);
}

size_t quill_compute_panels_bytes(const struct quill_kernels *kernels, size_t max_cols, size_t bytes)
{
    size_t most = bytes;

    for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
        const size_t least = chunk_bytes(&kernels->gemm[form], max_cols);

        most = least > most ? least : most;
    }
    return aligned(most);
}

/* ---- packing rows ----------------------------------------------------------------------------------- */

struct pack_job {
    const struct quill_compute *c;
    const struct quill_gemm *gemm;
    const float *x, *gamma, *beta; /* gamma: NULL: as they are */
    size_t x_stride, m, k;
    unsigned char *packed;
    size_t rows_per_task;
};

static void pack_task(void *context, unsigned task, unsigned worker)
{
    const struct pack_job *job = context;
    const size_t begin = task * job->rows_per_task, end = smaller(begin + job->rows_per_task, job->m);
    const size_t row_bytes = quill_gemm_row_bytes(job->gemm, job->k);
    float *normed = (float *)(void *)worker_scratch(job->c, worker);

    for (size_t i = begin; i < end; i++) {
        const float *x = (const float *)(const void *)((const unsigned char *)job->x + i * job->x_stride);
        if (job->gamma) {
            job->c->kernels.layer_norm(x, job->gamma, job->beta, normed, job->k);
            x = normed;
        }
        job->gemm->pack_x(x, 0, job->k, job->k, job->packed + i * row_bytes);
    }
}

static void run_pack(struct pack_job *job)
{
    const struct quill_split split = quill_split_rows(job->m, 1, job->k, quill_pool_n_threads(job->c->pool));

    job->rows_per_task = split.per_task;
    if (job->m > 0)
        quill_pool_run(job->c->pool, pack_task, job, split.n_tasks);
}

void quill_pack_rows(const struct quill_compute *c, const struct quill_gemm *gemm, const float *x,
                     size_t x_stride, size_t m, size_t k, void *packed)
{
    run_pack(&(struct pack_job){
        .c = c, .gemm = gemm, .x = x, .x_stride = x_stride, .m = m, .k = k, .packed = packed});
}

void quill_pack_norm(const struct quill_compute *c, const struct quill_gemm *gemm, const float *x,
                     const float *gamma, const float *beta, size_t m, size_t n, void *packed)
{
    assert(aligned(n * sizeof(float)) <= c->scratch_bytes);
    run_pack(&(struct pack_job){.c = c,
                                .gemm = gemm,
                                .x = x,
                                .gamma = gamma,
                                .beta = beta,
                                .x_stride = n * sizeof(float),
                                .m = m,
                                .k = n,
                                .packed = packed});
}

/* ---- products --------------------------------------------------------------------------------------- */

struct linear_job {
    const struct quill_compute *c;
    const struct quill_gemm *gemm; /* NULL: dot products */
    const struct quill_matrix *w;
    const float *bias;
    const unsigned char *x;
    size_t x_stride, m;
    const struct quill_target *target;
    size_t rows_per_task, m_per_task; /* of w; of x */
    size_t tasks_across;              /* tasks that share rows of x */
    size_t first, end;                /* outputs whose weights are packed */
};

static const unsigned char *stored_rows(const struct quill_matrix *w, size_t first, size_t *stride)
{
    const struct quill_type_traits *traits = quill_type_traits(w->type);

    assert(w->cols % traits->block_len == 0);
    *stride = w->cols / traits->block_len * traits->block_bytes;
    return (const unsigned char *)w->data + first * *stride;
}

/* Some blocks at a time, so that the file's pages are left alone. */
static void strips_row(const struct quill_kernels *kernels, const struct quill_matrix *w, size_t i,
                       float *out)
{
    const struct quill_type_traits *traits = quill_type_traits(w->type);
    const size_t n_blocks = w->cols / traits->block_len;
    unsigned char blocks[2 * sizeof(struct quill_q5_k)];
    const size_t at_once = sizeof blocks / traits->block_bytes;

    for (size_t first = 0; first < n_blocks; first += at_once) {
        const size_t n = smaller(at_once, n_blocks - first);

        quill_strips_blocks(w->type, w->strips, i, w->cols, first, n, blocks);
        kernels->dequantize[w->type](blocks, out + first * traits->block_len, n * traits->block_len);
    }
}

void quill_matrix_row(const struct quill_kernels *kernels, const struct quill_matrix *w, size_t i, float *out)
{
    size_t stride;

    if (w->strips && kernels->strips[w->type])
        strips_row(kernels, w, i, out);
    else
        kernels->dequantize[w->type](stored_rows(w, i, &stride), out, w->cols);
}

/* Rows [first, first + n) of W as floats: where they lie if they can be read there, else expanded to buffer.
 */
static const float *weight_rows(const struct linear_job *job, size_t first, size_t n, float *buffer)
{
    const struct quill_matrix *w = job->w;
    size_t stride;
    const unsigned char *src = stored_rows(w, first, &stride);

    if (w->type == QUILL_F32 && (uintptr_t)src % _Alignof(float) == 0)
        return (const float *)(const void *)src;
    job->c->kernels.dequantize[w->type](src, buffer, n * w->cols);
    return buffer;
}

/* Sums of outputs [first, first + n) of row i -> the target. */
static void finish_row(const struct linear_job *job, float *sums, size_t i, size_t first, size_t n)
{
    const struct quill_kernels *kernels = &job->c->kernels;
    const struct quill_target *target = job->target;
    unsigned char *y = (unsigned char *)target->y + i * target->stride;

    if (job->bias)
        kernels->add(sums, job->bias + first, n);
    if (target->gelu)
        kernels->gelu(sums, n);
    switch (target->store) {
    case QUILL_STORE_F32:
        memcpy(y + first * sizeof(float), sums, n * sizeof(float));
        break;
    case QUILL_STORE_F16:
        kernels->to_f16(sums, (uint16_t *)(void *)y + first, n);
        break;
    case QUILL_STORE_ADD:
        kernels->add((float *)(void *)y + first, sums, n);
        break;
    case QUILL_STORE_PACKED:
        job->gemm->pack_x(sums, first, n, job->w->rows, y);
        break;
    }
}

static unsigned char *panel_at(const struct linear_job *job, size_t output)
{
    return job->c->panels +
           (output - job->first) / job->gemm->nr * quill_gemm_panel_bytes(job->gemm, job->w->cols);
}

/* The weights of some outputs -> panels. */
static void panels_task(void *context, unsigned task, unsigned worker)
{
    const struct linear_job *job = context;
    const struct quill_gemm *gemm = job->gemm;
    const size_t k = job->w->cols, first = job->first + task * job->rows_per_task,
                 end = smaller(first + job->rows_per_task, job->end);
    struct gemm_scratch s;

    gemm_layout(gemm, k, worker_scratch(job->c, worker), &s);
    for (size_t j = first; j < end; j += gemm->nr) {
        const size_t n = smaller(gemm->nr, end - j);
        gemm->pack_w(weight_rows(job, j, n, s.rows), k, n, k, panel_at(job, j));
    }
}

/* Outputs [first, first + n) of m rows of x. */
static void gemm_chunk(const struct linear_job *job, float *sums, size_t first, size_t n, size_t row,
                       size_t m)
{
    const struct quill_gemm *gemm = job->gemm;
    const unsigned char *x = job->x + row * job->x_stride;

    for (size_t j = 0; j < n; j += gemm->nr)
        for (size_t i = 0; i < m; i += gemm->mr)
            gemm->tile(x + i * job->x_stride, job->x_stride, smaller(gemm->mr, m - i),
                       panel_at(job, first + j), job->w->cols, sums + i * CHUNK + j, CHUNK,
                       smaller(gemm->nr, n - j));
    for (size_t i = 0; i < m; i++)
        finish_row(job, sums + i * CHUNK, row + i, first, n);
}

static void gemm_task(void *context, unsigned task, unsigned worker)
{
    const struct linear_job *job = context;
    const size_t at_once = quill_rows_at_once(job->gemm);
    const size_t begin = job->first + task % job->tasks_across * job->rows_per_task,
                 end = smaller(begin + job->rows_per_task, job->end);
    const size_t x_begin = task / job->tasks_across * job->m_per_task,
                 x_end = smaller(x_begin + job->m_per_task, job->m);
    struct gemm_scratch s;

    gemm_layout(job->gemm, job->w->cols, worker_scratch(job->c, worker), &s);
    quill_gemm_enter(job->gemm);
    for (size_t row = x_begin; row < x_end; row += at_once)
        for (size_t first = begin; first < end; first += CHUNK)
            gemm_chunk(job, s.sums, first, smaller(CHUNK, end - first), row, smaller(at_once, x_end - row));
    quill_gemm_leave(job->gemm);
}

/* The weights of outputs [first, end), packed by all threads, then times x, whose rows the threads share out:
 * each row is read by one of them, and stays in its caches, while the panels stay in those of all. */
static void run_slice(struct linear_job *job)
{
    const size_t n = job->end - job->first, k = job->w->cols;
    struct quill_pool *pool = job->c->pool;
    const struct quill_split pack =
        quill_split_rows(n, job->gemm->nr, PACK_COST * k, quill_pool_n_threads(pool));
    const struct quill_grid grid =
        quill_split_grid(n, CHUNK, job->m, quill_rows_at_once(job->gemm), k, quill_pool_n_threads(pool));

    job->rows_per_task = pack.per_task;
    quill_pool_run(pool, panels_task, job, pack.n_tasks);
    job->rows_per_task = grid.rows_per_task;
    job->m_per_task = grid.m_per_task;
    job->tasks_across = grid.n_across;
    quill_pool_run(pool, gemm_task, job, grid.n_across * grid.n_down);
}

void quill_gemm_linear(const struct quill_compute *c, const struct quill_gemm *gemm,
                       const struct quill_matrix *w, const float *bias, const void *x, size_t m,
                       const struct quill_target *target)
{
    const size_t slice = c->panels_bytes / chunk_bytes(gemm, w->cols) * CHUNK;
    struct linear_job job = {.c = c,
                             .gemm = gemm,
                             .w = w,
                             .bias = bias,
                             .x = x,
                             .x_stride = quill_gemm_row_bytes(gemm, w->cols),
                             .m = m,
                             .target = target};

    assert(CHUNK % gemm->nr == 0 && CHUNK % gemm->group == 0);
    assert(slice > 0 && gemm_layout(gemm, w->cols, NULL, NULL) <= c->scratch_bytes);
    for (; m > 0 && job.first < w->rows; job.first = job.end) {
        job.end = smaller(job.first + slice, w->rows);
        run_slice(&job);
    }
}

static void dot_task(void *context, unsigned task, unsigned worker)
{
    const struct linear_job *job = context;
    const size_t begin = task * job->rows_per_task, end = smaller(begin + job->rows_per_task, job->w->rows);

    for (size_t first = begin; first < end; first += DOT_ROWS) {
        const size_t n = smaller(DOT_ROWS, end - first);
        size_t stride;
        const unsigned char *rows = stored_rows(job->w, first, &stride);

        for (size_t i = 0; i < job->m; i += DOT_X_ROWS) {
            const size_t m = smaller(DOT_X_ROWS, job->m - i);
            float sums[DOT_X_ROWS * DOT_ROWS];

            job->c->kernels.dot[job->w->type](rows, stride, n, job->w->cols, job->x + i * job->x_stride,
                                              job->x_stride, m, sums, DOT_ROWS);
            for (size_t row = 0; row < m; row++)
                finish_row(job, sums + row * DOT_ROWS, i + row, first, n);
        }
    }
}

/* Like dot_task. */
static void strips_task(void *context, unsigned task, unsigned worker)
{
    const struct linear_job *job = context;
    const struct quill_matrix *w = job->w;
    const size_t begin = task * job->rows_per_task, end = smaller(begin + job->rows_per_task, w->rows);
    const size_t strip_bytes = quill_strip_bytes(w->type, w->cols);

    for (size_t first = begin; first < end; first += STRIPS_ROWS) {
        const size_t n = smaller(STRIPS_ROWS, end - first);
        const unsigned char *strips =
            (const unsigned char *)w->strips + first / QUILL_STRIP_ROWS * strip_bytes;

        for (size_t i = 0; i < job->m; i += DOT_X_ROWS) {
            const size_t m = smaller(DOT_X_ROWS, job->m - i);
            float sums[DOT_X_ROWS * STRIPS_ROWS];

            job->c->kernels.strips[w->type](strips, quill_strip_count(n), w->cols, job->x + i * job->x_stride,
                                            job->x_stride, m, sums, STRIPS_ROWS);
            for (size_t row = 0; row < m; row++)
                finish_row(job, sums + row * STRIPS_ROWS, i + row, first, n);
        }
    }
}

void quill_dot_linear(const struct quill_compute *c, const struct quill_matrix *w, const float *bias,
                      const float *x, size_t m, void *rows, const struct quill_target *target)
{
    const struct quill_split split =
        quill_split_rows(w->rows, DOT_ROWS, w->cols * m, quill_pool_n_threads(c->pool));
    struct linear_job job = {.c = c,
                             .w = w,
                             .bias = bias,
                             .x = (const unsigned char *)x,
                             .x_stride = quill_dot_row_bytes(w->type, w->cols),
                             .m = m,
                             .target = target,
                             .rows_per_task = split.per_task};

    assert(target->store != QUILL_STORE_PACKED);
    if (m == 0 || w->rows == 0)
        return;
    if (w->type != QUILL_F32 && w->type != QUILL_F16) {
        for (size_t i = 0; i < m; i++)
            c->kernels.pack_dot(x + i * w->cols, w->cols, (unsigned char *)rows + i * job.x_stride);
        job.x = rows;
    }
    quill_pool_run(c->pool, w->strips && c->kernels.strips[w->type] ? strips_task : dot_task, &job,
                   split.n_tasks);
}

/* ---- layer norm ------------------------------------------------------------------------------------- */

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
