/* The roofs that no kernel can rise above on this machine: the best tile with all it needs in the first-level
 * cache, the bare instruction behind it, and reading memory. After Williams, Waterman, Patterson: Roofline
 * (CACM 52, 2009). */
#include "base/arena.h"
#include "base/clock.h"
#include "base/pool.h"
#include "kernels/kernels.h"

#include <string.h>
#include <unistd.h>

#define TILE_BYTES 24576              /* of both sides of a tile: within a first-level cache of 32 KiB */
#define ARITHMETIC_MS 2.0             /* how long a measurement should take */
#define ARITHMETIC_TRIES 15           /* the best counts: others used the machine meanwhile */
#define CALIBRATION 64                /* tiles that tell how many make ARITHMETIC_MS */
#define CALIBRATION_INSTRUCTIONS 4096 /* rounds that do */
#define READ_TRIES 5
#define MIN_READ_BYTES ((size_t)64 << 20)
#define MAX_READ_BYTES ((size_t)512 << 20)

/* ---- arithmetic ------------------------------------------------------------------------------------- */

struct tile_job {
    const struct quill_gemm *gemm;
    size_t k, row_bytes, repeat;
    struct quill_arena arena;          /* owned; n_threads times what one works on */
    size_t per_thread;                 /* bytes */
    size_t rows_at, panel_at, sums_at; /* of the first thread */
};

static size_t tile_length(const struct quill_gemm *gemm)
{
    size_t k = QUILL_GEMM_CHUNK;

    while (gemm->mr * quill_gemm_row_bytes(gemm, 2 * k) + quill_gemm_panel_bytes(gemm, 2 * k) <= TILE_BYTES)
        k *= 2;
    return k;
}

/* Packs the same numbers, of the size that weights have, for each thread. */
static enum quill_status tile_open(struct tile_job *job, const struct quill_gemm *gemm, unsigned n_threads,
                                   struct quill_error *err)
{
    const size_t k = tile_length(gemm), most = gemm->nr > gemm->mr ? gemm->nr : gemm->mr;
    struct quill_plan one = {0}, all = {0};
    const struct quill_span rows = quill_plan_add(&one, gemm->mr, quill_gemm_row_bytes(gemm, k));
    const struct quill_span panel = quill_plan_add(&one, 1, quill_gemm_panel_bytes(gemm, k));
    const struct quill_span sums = quill_plan_add(&one, gemm->mr * gemm->nr, sizeof(float));
    const struct quill_span values = quill_plan_add(&all, most * k, sizeof(float));
    const struct quill_span threads = quill_plan_add(&all, n_threads, one.bytes);

    *job = (struct tile_job){.gemm = gemm,
                             .k = k,
                             .row_bytes = quill_gemm_row_bytes(gemm, k),
                             .per_thread = one.bytes,
                             .rows_at = threads.offset + rows.offset,
                             .panel_at = threads.offset + panel.offset,
                             .sums_at = threads.offset + sums.offset};
    QUILL_TRY(quill_arena_open(&job->arena, &all, "a measurement", err));
    float *x = quill_arena_at(&job->arena, values);
    for (size_t i = 0; i < most * k; i++)
        x[i] = (float)(i * 2654435761u % 1021) / 1021.0f - 0.5f;
    for (unsigned i = 0; i < n_threads; i++) {
        unsigned char *at = job->arena.base + i * one.bytes;
        for (size_t row = 0; row < gemm->mr; row++)
            gemm->pack_x(x + row * k, 0, k, k, at + job->rows_at + row * job->row_bytes);
        gemm->pack_w(x, k, gemm->nr, k, at + job->panel_at);
    }
    return QUILL_OK;
}

static void tile_task(void *context, unsigned task, unsigned worker)
{
    const struct tile_job *job = context;
    const struct quill_gemm *gemm = job->gemm;
    unsigned char *at = job->arena.base + worker * job->per_thread;

    quill_gemm_enter(gemm);
    for (size_t i = 0; i < job->repeat; i++)
        gemm->tile(at + job->rows_at, job->row_bytes, gemm->mr, at + job->panel_at, job->k,
                   (float *)(void *)(at + job->sums_at), gemm->nr, gemm->nr);
    quill_gemm_leave(gemm);
}

static double run_ms(struct quill_pool *pool, quill_pool_fn *fn, void *context)
{
    const double start_ms = quill_now_ms();

    quill_pool_run(pool, fn, context, quill_pool_n_threads(pool));
    return quill_now_ms() - start_ms;
}

/* Sets *repeat, which fn does in each thread, to what takes long enough; returns the time of the fastest try.
 */
static double measure_arithmetic(struct quill_pool *pool, quill_pool_fn *fn, void *context, size_t *repeat,
                                 size_t calibration)
{
    double best_ms, calibration_ms;

    *repeat = calibration;
    run_ms(pool, fn, context);
    calibration_ms = run_ms(pool, fn, context);
    *repeat =
        (size_t)((double)calibration * ARITHMETIC_MS / (calibration_ms > 1e-3 ? calibration_ms : 1e-3)) + 1;
    best_ms = run_ms(pool, fn, context);
    for (int i = 1; i < ARITHMETIC_TRIES; i++) {
        const double ms = run_ms(pool, fn, context);
        best_ms = ms < best_ms ? ms : best_ms;
    }
    return best_ms;
}

/* Additions and multiplications a nanosecond. */
static enum quill_status measure_tile(double *gops, const struct quill_gemm *gemm, struct quill_pool *pool,
                                      struct quill_error *err)
{
    const unsigned n_threads = quill_pool_n_threads(pool);
    struct tile_job job;

    QUILL_TRY(tile_open(&job, gemm, n_threads, err));
    const double best_ms = measure_arithmetic(pool, tile_task, &job, &job.repeat, CALIBRATION);
    const double operations =
        2.0 * (double)(gemm->mr * gemm->nr) * (double)job.k * (double)job.repeat * n_threads;
    *gops = operations / best_ms * 1e-6;
    quill_arena_close(&job.arena);
    return QUILL_OK;
}

struct instruction_job {
    const struct quill_peak *peak;
    size_t repeat;
};

static void instruction_task(void *context, unsigned task, unsigned worker)
{
    const struct instruction_job *job = context;

    job->peak->run(job->repeat, 1, 1);
}

static double measure_instruction(const struct quill_peak *peak, struct quill_pool *pool)
{
    struct instruction_job job = {.peak = peak};
    const double best_ms =
        measure_arithmetic(pool, instruction_task, &job, &job.repeat, CALIBRATION_INSTRUCTIONS);

    return 2.0 * (double)peak->products * (double)job.repeat * quill_pool_n_threads(pool) / best_ms * 1e-6;
}

/* ---- memory ----------------------------------------------------------------------------------------- */

struct read_job {
    uint64_t *data; /* [n_threads, n_words] */
    size_t n_words;
    uint64_t *sums; /* [n_threads, 8]: a cache line each */
};

static void write_task(void *context, unsigned task, unsigned worker)
{
    const struct read_job *job = context;

    memset(job->data + task * job->n_words, (int)task + 1, job->n_words * sizeof *job->data);
}

static void read_task(void *context, unsigned task, unsigned worker)
{
    const struct read_job *job = context;
    const uint64_t *at = job->data + task * job->n_words, *end = at + job->n_words;
    uint64_t sum[8] = {0};

    for (; at < end; at += 8)
        for (size_t i = 0; i < 8; i++)
            sum[i] ^= at[i];
    for (size_t i = 0; i < 8; i++)
        job->sums[task * 8 + i] ^= sum[i];
}

/* Several times the last-level cache. */
static size_t read_bytes(void)
{
    long cache = -1;

#ifdef _SC_LEVEL3_CACHE_SIZE
    cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
#endif
    const size_t bytes = cache > 0 ? 4 * (size_t)cache : 0;
    return bytes < MIN_READ_BYTES ? MIN_READ_BYTES : bytes > MAX_READ_BYTES ? MAX_READ_BYTES : bytes;
}

static enum quill_status measure_read(double *gbs, struct quill_pool *pool, struct quill_error *err)
{
    const unsigned n_threads = quill_pool_n_threads(pool);
    const size_t n_words = read_bytes() / n_threads / QUILL_ALIGN * (QUILL_ALIGN / sizeof(uint64_t));
    struct quill_plan plan = {0};
    const struct quill_span data = quill_plan_add(&plan, n_threads * n_words, sizeof(uint64_t));
    const struct quill_span sums = quill_plan_add(&plan, 8 * (size_t)n_threads, sizeof(uint64_t));
    struct quill_arena arena;

    QUILL_TRY(quill_arena_open(&arena, &plan, "measuring how fast memory is", err));
    struct read_job job = {quill_arena_at(&arena, data), n_words, quill_arena_at(&arena, sums)};
    run_ms(pool, write_task, &job); /* pages that were never written are all the same one */
    double best_ms = run_ms(pool, read_task, &job);
    for (int i = 1; i < READ_TRIES; i++) {
        const double ms = run_ms(pool, read_task, &job);
        best_ms = ms < best_ms ? ms : best_ms;
    }
    *gbs = (double)data.bytes / best_ms * 1e-6;
    quill_arena_close(&arena);
    return QUILL_OK;
}

/* ---- all -------------------------------------------------------------------------------------------- */

static enum quill_status measure(struct quill_peaks *peaks, const struct quill_kernels *kernels,
                                 struct quill_pool *pool, struct quill_error *err)
{
    for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
        double *peak = form == QUILL_GEMM_F32 ? &peaks->float_gops : &peaks->integer_gops, gops;

        QUILL_TRY(measure_tile(&gops, &kernels->gemm[form], pool, err));
        *peak = gops > *peak ? gops : *peak;
    }
    _Static_assert(QUILL_PEAKS <= QUILL_MAX_INSTRUCTION_PEAKS, "all instructions can be told");
    for (size_t kind = 0; kind < QUILL_PEAKS; kind++)
        if (kernels->peak[kind].run)
            peaks->instructions[peaks->n_instructions++] = (struct quill_instruction_peak){
                kernels->peak[kind].instruction, measure_instruction(&kernels->peak[kind], pool)};
    return measure_read(&peaks->read_gbs, pool, err);
}

enum quill_status quill_measure_peaks(struct quill_peaks *out, unsigned n_threads, uint32_t cpu_mask,
                                      struct quill_error *err)
{
    struct quill_peaks peaks = {.n_threads = n_threads ? n_threads : quill_usable_cpus()};
    struct quill_kernels kernels;
    struct quill_pool *pool = NULL;

    quill_kernels_init(&kernels, cpu_mask);
    QUILL_TRY(quill_pool_open(&pool, peaks.n_threads, err));
    const enum quill_status status = measure(&peaks, &kernels, pool, err);
    quill_pool_close(&pool);
    if (status == QUILL_OK)
        *out = peaks;
    return status;
}
