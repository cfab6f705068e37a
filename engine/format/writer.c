#include "format/writer.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES 65536
#define MAX_SUFFIX 48
#define MAX_ATTEMPTS 1000
#define CHUNK_VALUES 2048 /* a multiple of every block length; its bytes fit in the buffer */

struct quill_writer {
    int fd;
    char *path;           /* owned, with part_path behind it */
    char *part_path;      /* [strlen(path) + MAX_SUFFIX] */
    enum quill_type type; /* of the tensor in progress */
    size_t tensor_left;   /* its bytes still to come */
    size_t buffered;
    unsigned char buffer[BUFFER_BYTES];
    unsigned char blocks[CHUNK_VALUES * sizeof(float)];
};

static enum quill_status io_failure(const struct quill_writer *w, struct quill_error *err)
{
    return quill_fail_io(err, errno, "write", w->path);
}

static enum quill_status flush(struct quill_writer *w, struct quill_error *err)
{
    size_t done = 0;

    while (done < w->buffered) {
        const ssize_t n = write(w->fd, w->buffer + done, w->buffered - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return io_failure(w, err);
        done += (size_t)n;
    }
    w->buffered = 0;
    return QUILL_OK;
}

static enum quill_status put(struct quill_writer *w, const void *bytes, size_t n, struct quill_error *err)
{
    const unsigned char *from = bytes;

    while (n > 0) {
        const size_t room = BUFFER_BYTES - w->buffered, take = n < room ? n : room;

        memcpy(w->buffer + w->buffered, from, take);
        w->buffered += take;
        from += take;
        n -= take;
        if (w->buffered == BUFFER_BYTES)
            QUILL_TRY(flush(w, err));
    }
    return QUILL_OK;
}

static enum quill_status put_u32(struct quill_writer *w, uint32_t value, struct quill_error *err)
{
    return put(w, &value, sizeof value, err);
}

static enum quill_status put_header(struct quill_writer *w, const struct quill_hparams *h,
                                    const void *filters, const struct quill_token_text *tokens,
                                    uint32_t n_tokens, struct quill_error *err)
{
    const uint32_t head[] = {
        QUILL_GGML_MAGIC, h->n_vocab,    h->n_audio_ctx,  h->n_audio_state,       h->n_audio_head,
        h->n_audio_layer, h->n_text_ctx, h->n_text_state, h->n_text_head,         h->n_text_layer,
        h->n_mels,        h->ftype,      h->n_mels,       QUILL_GGML_FILTER_BINS,
    };

    QUILL_TRY(put(w, head, sizeof head, err));
    QUILL_TRY(put(w, filters, (size_t)h->n_mels * QUILL_GGML_FILTER_BINS * sizeof(float), err));
    QUILL_TRY(put_u32(w, n_tokens, err));
    for (uint32_t i = 0; i < n_tokens; i++) {
        QUILL_TRY(put_u32(w, tokens[i].len, err));
        QUILL_TRY(put(w, tokens[i].bytes, tokens[i].len, err));
    }
    return QUILL_OK;
}

/* Makes the unfinished file, under a name that nothing has: whatever happens to lie there is not ours to
 * touch, and may even be the model that is read. */
static int open_part(struct quill_writer *w)
{
    const size_t len = strlen(w->path);

    memcpy(w->part_path, w->path, len);
    for (unsigned i = 0; i < MAX_ATTEMPTS; i++) {
        snprintf(w->part_path + len, MAX_SUFFIX, ".%ld-%u.part", (long)getpid(), i);
        w->fd = open(w->part_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (w->fd >= 0 || errno != EEXIST)
            break;
    }
    return w->fd;
}

enum quill_status quill_writer_open(struct quill_writer **out, const char *path,
                                    const struct quill_hparams *hparams, const void *filters,
                                    const struct quill_token_text *tokens, uint32_t n_tokens,
                                    struct quill_error *err)
{
    const size_t len = strlen(path);
    struct quill_writer *w = quill_alloc(sizeof *w);
    char *paths = quill_alloc(len + 1 + len + MAX_SUFFIX);
    enum quill_status status;

    if (!w || !paths) {
        quill_free(w);
        quill_free(paths);
        return quill_fail(err, QUILL_ERR_NOMEM, "no memory for writing %s", path);
    }
    memcpy(paths, path, len + 1);
    w->path = paths;
    w->part_path = paths + len + 1;
    w->tensor_left = 0;
    w->buffered = 0;
    if (open_part(w) < 0) {
        status = io_failure(w, err);
        quill_free(paths);
        quill_free(w);
        return status;
    }
    status = put_header(w, hparams, filters, tokens, n_tokens, err);
    if (status != QUILL_OK) {
        quill_writer_close(&w);
        return status;
    }
    *out = w;
    return QUILL_OK;
}

enum quill_status quill_writer_tensor(struct quill_writer *w, const char *name, enum quill_type type,
                                      unsigned n_dims, const size_t *dims, struct quill_error *err)
{
    const struct quill_type_traits *traits = quill_type_traits(type);
    const size_t name_len = strlen(name);
    size_t blocks;

    if (w->tensor_left > 0)
        return quill_fail(err, QUILL_ERR_INVALID, "the tensor before %s lacks %zu bytes", name,
                          w->tensor_left);
    if (n_dims < 1 || n_dims > 4 || name_len < 1 || name_len > QUILL_GGML_MAX_NAME)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "a tensor cannot have %u dimensions and a name of %zu bytes", n_dims, name_len);
    blocks = dims[0] / traits->block_len;
    for (unsigned i = 0; i < n_dims; i++)
        if (dims[i] < 1 || dims[i] > INT32_MAX || (i > 0 && !quill_mul2(&blocks, blocks, dims[i])))
            return quill_fail(err, QUILL_ERR_INVALID, "tensor %s cannot have a dimension of %zu", name,
                              dims[i]);
    if (dims[0] % traits->block_len || !quill_mul2(&w->tensor_left, blocks, traits->block_bytes))
        return quill_fail(err, QUILL_ERR_INVALID, "rows of %zu elements of tensor %s cannot be stored as %s",
                          dims[0], name, traits->name);
    w->type = type;

    QUILL_TRY(put_u32(w, n_dims, err));
    QUILL_TRY(put_u32(w, (uint32_t)name_len, err));
    QUILL_TRY(put_u32(w, traits->file_id, err));
    for (unsigned i = 0; i < n_dims; i++)
        QUILL_TRY(put_u32(w, (uint32_t)dims[i], err));
    return put(w, name, name_len, err);
}

enum quill_status quill_writer_bytes(struct quill_writer *w, const void *bytes, size_t n,
                                     struct quill_error *err)
{
    if (n > w->tensor_left)
        return quill_fail(err, QUILL_ERR_INVALID, "%zu bytes more than the tensor has", n - w->tensor_left);
    w->tensor_left -= n;
    return put(w, bytes, n, err);
}

enum quill_status quill_writer_values(struct quill_writer *w, const float *values, size_t n,
                                      struct quill_error *err)
{
    const struct quill_type_traits *traits = quill_type_traits(w->type);

    if (n % traits->block_len)
        return quill_fail(err, QUILL_ERR_INVALID, "%zu values are not whole blocks of %s", n, traits->name);
    while (n > 0) {
        const size_t take = n < CHUNK_VALUES ? n : CHUNK_VALUES;

        quill_quantize_row(w->type, values, w->blocks, take);
        QUILL_TRY(quill_writer_bytes(w, w->blocks, take / traits->block_len * traits->block_bytes, err));
        values += take;
        n -= take;
    }
    return QUILL_OK;
}

enum quill_status quill_writer_finish(struct quill_writer **writer, struct quill_error *err)
{
    struct quill_writer *w = *writer;

    if (w->tensor_left > 0)
        return quill_fail(err, QUILL_ERR_INVALID, "the last tensor of %s lacks %zu bytes", w->path,
                          w->tensor_left);
    QUILL_TRY(flush(w, err));
    /* Data before name: a crash must not leave a whole name on half a file. */
    if (fsync(w->fd) != 0 || rename(w->part_path, w->path) != 0)
        return io_failure(w, err);
    close(w->fd);
    quill_free(w->path);
    quill_free(w);
    *writer = NULL;
    return QUILL_OK;
}

void quill_writer_close(struct quill_writer **writer)
{
    struct quill_writer *w = *writer;

    if (!w)
        return;
    close(w->fd);
    unlink(w->part_path);
    quill_free(w->path);
    quill_free(w);
    *writer = NULL;
}

uint32_t quill_ftype(enum quill_type type)
{
    static const uint32_t ftype[QUILL_TYPE_COUNT] = {
        [QUILL_F32] = 0,     [QUILL_F16] = 1,     [QUILL_Q4_0] = 2002, [QUILL_Q4_1] = 2003,
        [QUILL_Q5_0] = 2008, [QUILL_Q5_1] = 2009, [QUILL_Q8_0] = 2007, [QUILL_Q4_K] = 2012,
        [QUILL_Q5_K] = 2013, [QUILL_Q6_K] = 2014,
    };

    return ftype[type];
}
