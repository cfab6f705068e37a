/* Model files with weights of another type. */
#include "format/writer.h"

#include "base/arena.h"
#include "base/pool.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define CHUNK_VALUES 4096   /* a multiple of every block length; what one thread converts at once */
#define CHUNKS_PER_THREAD 4 /* before what they make is written */
#define COPY_BYTES 65536
#define TINY_STATE 384 /* width of openai/whisper's "tiny" */

/* What a thread works on, and what comes of it. */
struct chunk {
    const unsigned char *from;
    size_t n_values;
    float values[CHUNK_VALUES], restored[CHUNK_VALUES];
    unsigned char blocks[CHUNK_VALUES * sizeof(float)];
    bool finite, restored_finite;
    double squares, error_squares, largest_error;
};

struct converter {
    const char *in;                      /* what it is called in errors */
    struct quill_ggml file;              /* owned */
    const struct quill_tensor **tensors; /* owned; [file.n_tensors], in the order of the file */
    struct quill_writer *writer;         /* owned */
    struct quill_pool *pool;             /* owned */
    struct chunk *chunks;                /* owned; [n_chunks] */
    size_t n_chunks;
    struct quill_conversion how;
    enum quill_type type; /* of the matrices */
    struct quill_error *err;
};

const char *quill_weight_type_name(unsigned i)
{
    return i < QUILL_TYPE_COUNT ? quill_type_traits((enum quill_type)i)->name : NULL;
}

/* --- what becomes of what --------------------------------------------------------------------------------
 */

/* whisper.cpp's rule: matrices have two dimensions and are neither the biases of the convolutions, which it
 * stores as [1, n], nor the positions. */
static bool is_matrix(const struct quill_tensor *t)
{
    return t->n_dims == 2 && t->dims[0] > 1 && strcmp(t->name, "encoder.positional_embedding") != 0 &&
           strcmp(t->name, "decoder.positional_embedding") != 0;
}

static enum quill_type type_after(const struct converter *c, const struct quill_tensor *t)
{
    if (is_matrix(t))
        return c->type;
    if (t->n_dims >= 3) /* convolutions */
        return c->type == QUILL_F32 ? QUILL_F32 : QUILL_F16;
    return QUILL_F32;
}

static enum quill_status find_type(const char *name, enum quill_type *out, struct quill_error *err)
{
    char list[128] = "";
    size_t at = 0;

    for (unsigned i = 0; i < QUILL_TYPE_COUNT; i++) {
        const char *type = quill_type_traits((enum quill_type)i)->name;

        if (strcasecmp(type, name) == 0) {
            *out = (enum quill_type)i;
            return QUILL_OK;
        }
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s",
                               i == 0                      ? ""
                               : i == QUILL_TYPE_COUNT - 1 ? " or "
                                                           : ", ",
                               type);
    }
    return quill_fail(err, QUILL_ERR_INVALID, "there is no type \"%.32s\" for weights: use %s", name, list);
}

/* Types of about the same size for rows that are no whole blocks of this one. */
static const char *types_instead(enum quill_type type, size_t row_len)
{
    if (row_len % 32)
        return "f16";
    switch (type) {
    case QUILL_Q4_K:
        return "q4_0 or q5_1";
    case QUILL_Q5_K:
        return "q5_0 or q5_1";
    default:
        return "q8_0";
    }
}

static enum quill_status check_rows(const struct converter *c)
{
    for (size_t i = 0; i < c->file.n_tensors; i++) {
        const struct quill_tensor *t = c->tensors[i];
        const struct quill_type_traits *traits = quill_type_traits(type_after(c, t));

        if (t->dims[0] % traits->block_len)
            return quill_fail(
                c->err, QUILL_ERR_UNSUPPORTED,
                "%s rows of %zu numbers do not divide into the blocks of %zu that %s needs; use %s instead",
                c->file.hparams.n_audio_state == TINY_STATE ? "tiny's" : "this model's", t->dims[0],
                traits->block_len, traits->name, types_instead(c->type, t->dims[0]));
    }
    return QUILL_OK;
}

/* The new model may replace another one, but neither the one that is read nor what is no file at all. */
static enum quill_status check_place(const char *in, const char *out, struct quill_error *err)
{
    struct stat from, to;

    if (stat(out, &to) != 0)
        return QUILL_OK;
    if (stat(in, &from) == 0 && from.st_dev == to.st_dev && from.st_ino == to.st_ino)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "%s is the model that is read: choose another name for the new one", out);
    if (!S_ISREG(to.st_mode))
        return quill_fail(err, QUILL_ERR_INVALID, "%s is %s: choose a file name for the new model", out,
                          S_ISDIR(to.st_mode) ? "a folder" : "a device or pipe");
    return QUILL_OK;
}

/* --- tensors ---------------------------------------------------------------------------------------------
 */

static enum quill_status check_cancel(const struct converter *c)
{
    if (c->how.cancelled && c->how.cancelled(c->how.user))
        return quill_fail(c->err, QUILL_ERR_CANCELLED, "the conversion was cancelled");
    return QUILL_OK;
}

static enum quill_status copy(struct converter *c, const struct quill_tensor *t)
{
    const unsigned char *from = t->data;

    for (size_t left = t->bytes; left > 0;) {
        const size_t take = left < COPY_BYTES ? left : COPY_BYTES;

        QUILL_TRY(check_cancel(c));
        QUILL_TRY(quill_writer_bytes(c->writer, from, take, c->err));
        from += take;
        left -= take;
    }
    return QUILL_OK;
}

static bool all_finite(const float *x, size_t n)
{
    bool finite = true;

    for (size_t i = 0; i < n; i++)
        finite &= isfinite(x[i]) != 0;
    return finite;
}

struct convert_job {
    struct chunk *chunks;
    enum quill_type before, after;
};

/* Every number goes through f32. */
static void convert_task(void *context, unsigned task, unsigned worker)
{
    const struct convert_job *job = context;
    struct chunk *chunk = &job->chunks[task];
    const size_t n = chunk->n_values;

    chunk->squares = chunk->error_squares = chunk->largest_error = 0;
    quill_dequantize_row(job->before, chunk->from, chunk->values, n);
    chunk->finite = all_finite(chunk->values, n);
    if (!chunk->finite)
        return;
    quill_quantize_row(job->after, chunk->values, chunk->blocks, n);
    quill_dequantize_row(job->after, chunk->blocks, chunk->restored, n);
    chunk->restored_finite = all_finite(chunk->restored, n);
    for (size_t i = 0; i < n; i++) {
        const double value = (double)chunk->values[i], error = fabs((double)chunk->restored[i] - value);

        chunk->squares += value * value;
        chunk->error_squares += error * error;
        if (error > chunk->largest_error)
            chunk->largest_error = error;
    }
}

static enum quill_status write_chunk(struct converter *c, const struct quill_tensor *t, enum quill_type to,
                                     const struct chunk *chunk)
{
    const struct quill_type_traits *after = quill_type_traits(to);

    if (!chunk->finite)
        return quill_fail(c->err, QUILL_ERR_FORMAT,
                          "%s is damaged: tensor %s has numbers that are infinite or none", c->in, t->name);
    if (!chunk->restored_finite)
        return quill_fail(c->err, QUILL_ERR_UNSUPPORTED,
                          "tensor %s has numbers that are too large for %s; use f32 instead", t->name,
                          after->name);
    return quill_writer_bytes(c->writer, chunk->blocks,
                              chunk->n_values / after->block_len * after->block_bytes, c->err);
}

/* Chunks are converted by all threads and looked at in their order, so that nothing hangs on how many there
 * are. Fills in the errors of told. */
static enum quill_status convert(struct converter *c, const struct quill_tensor *t, enum quill_type to,
                                 struct quill_converted_tensor *told)
{
    const struct quill_type_traits *before = quill_type_traits(t->type);
    struct convert_job job = {c->chunks, t->type, to};
    const unsigned char *from = t->data;
    double squares = 0, error_squares = 0;

    for (size_t left = t->bytes / before->block_bytes * before->block_len; left > 0;) {
        unsigned n = 0;

        QUILL_TRY(check_cancel(c));
        for (; n < c->n_chunks && left > 0; n++) {
            struct chunk *chunk = &c->chunks[n];

            chunk->from = from;
            chunk->n_values = left < CHUNK_VALUES ? left : CHUNK_VALUES;
            from += chunk->n_values / before->block_len * before->block_bytes;
            left -= chunk->n_values;
        }
        quill_pool_run(c->pool, convert_task, &job, n);
        for (unsigned i = 0; i < n; i++) {
            const struct chunk *chunk = &c->chunks[i];

            QUILL_TRY(write_chunk(c, t, to, chunk));
            squares += chunk->squares;
            error_squares += chunk->error_squares;
            if (chunk->largest_error > told->largest_error)
                told->largest_error = chunk->largest_error;
        }
    }
    told->relative_error = squares > 0 ? sqrt(error_squares / squares) : 0;
    return QUILL_OK;
}

static enum quill_status write_tensor(struct converter *c, const struct quill_tensor *t)
{
    const enum quill_type to = type_after(c, t);
    const struct quill_type_traits *before = quill_type_traits(t->type), *after = quill_type_traits(to);
    struct quill_converted_tensor told = {
        .name = t->name,
        .dims = t->dims,
        .n_dims = t->n_dims,
        .type_before = before->name,
        .type_after = after->name,
        .bytes_before = t->bytes,
    };
    const size_t n_values = t->bytes / before->block_bytes * before->block_len;

    if (!quill_mul2(&told.bytes_after, n_values / after->block_len, after->block_bytes))
        return quill_fail(c->err, QUILL_ERR_UNSUPPORTED, "tensor %s is too large for this machine as %s",
                          t->name, after->name);
    QUILL_TRY(quill_writer_tensor(c->writer, t->name, to, t->n_dims, t->dims, c->err));
    QUILL_TRY(to == t->type ? copy(c, t) : convert(c, t, to, &told));
    if (c->how.tensor)
        c->how.tensor(c->how.user, &told);
    return QUILL_OK;
}

/* --- files -----------------------------------------------------------------------------------------------
 */

static int compare_places(const void *a, const void *b)
{
    const char *x = (*(const struct quill_tensor *const *)a)->data,
               *y = (*(const struct quill_tensor *const *)b)->data;

    return (x > y) - (x < y);
}

static enum quill_status open_threads(struct converter *c)
{
    unsigned n_threads = c->how.n_threads;

    if (n_threads == 0) {
        n_threads = quill_usable_cpus();
        n_threads = n_threads < QUILL_MAX_THREADS ? n_threads : QUILL_MAX_THREADS;
    }
    QUILL_TRY(quill_pool_open(&c->pool, n_threads, c->err));
    c->n_chunks = (size_t)n_threads * CHUNKS_PER_THREAD;
    c->chunks = quill_alloc(c->n_chunks * sizeof *c->chunks);
    if (!c->chunks)
        return quill_fail(c->err, QUILL_ERR_NOMEM, "no memory for converting with %u threads", n_threads);
    return QUILL_OK;
}

static enum quill_status run(struct converter *c, const char *in, const char *out)
{
    struct quill_hparams hparams;

    QUILL_TRY(quill_ggml_open(&c->file, in, c->err));
    QUILL_TRY(check_place(in, out, c->err));
    c->tensors = quill_alloc(c->file.n_tensors * sizeof *c->tensors);
    if (!c->tensors)
        return quill_fail(c->err, QUILL_ERR_NOMEM, "no memory for the list of %zu tensors of %s",
                          c->file.n_tensors, c->in);
    for (size_t i = 0; i < c->file.n_tensors; i++)
        c->tensors[i] = &c->file.tensors[i];
    qsort(c->tensors, c->file.n_tensors, sizeof *c->tensors, compare_places);
    QUILL_TRY(check_rows(c));
    QUILL_TRY(open_threads(c));

    hparams = c->file.hparams;
    hparams.ftype = quill_ftype(c->type);
    QUILL_TRY(quill_writer_open(&c->writer, out, &hparams, c->file.filters, c->file.tokens, c->file.n_tokens,
                                c->err));
    for (size_t i = 0; i < c->file.n_tensors; i++)
        QUILL_TRY(write_tensor(c, c->tensors[i]));
    QUILL_TRY(check_cancel(c));
    return quill_writer_finish(&c->writer, c->err);
}

enum quill_status quill_model_quantize(const char *in, const char *out, const char *type,
                                       const struct quill_conversion *conversion, struct quill_error *err)
{
    enum quill_type to = QUILL_F32;
    struct converter *c;
    enum quill_status status;

    QUILL_TRY(find_type(type, &to, err));
    c = quill_alloc_zero(sizeof *c);
    if (!c)
        return quill_fail(err, QUILL_ERR_NOMEM, "no memory for converting %s", in);
    c->in = in;
    c->type = to;
    c->err = err;
    if (conversion)
        c->how = *conversion;
    status = run(c, in, out);
    quill_writer_close(&c->writer);
    quill_pool_close(&c->pool);
    quill_free(c->chunks);
    quill_free(c->tensors);
    quill_ggml_close(&c->file);
    quill_free(c);
    return status;
}
