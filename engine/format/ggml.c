#include "format/ggml.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_TOKEN_BYTES 4096
#define MAX_TENSORS 65536

/* What is left of the file. */
struct reader {
    const unsigned char *at;
    size_t left;
    const char *file; /* what it is called in errors */
    struct quill_error *err;
};

static bool take(struct reader *r, size_t n, const void **out)
{
    if (n > r->left)
        return false;
    *out = r->at;
    r->at += n;
    r->left -= n;
    return true;
}

static bool take_u32(struct reader *r, uint32_t *out)
{
    const void *bytes;

    if (!take(r, sizeof *out, &bytes))
        return false;
    memcpy(out, bytes, sizeof *out);
    return true;
}

/* what: the part in which the file ended. */
static enum quill_status truncated(const struct reader *r, const char *what)
{
    return quill_fail(r->err, QUILL_ERR_FORMAT,
                      "%s is incomplete: it ends within %s; download or copy it again", r->file, what);
}

/* --- header -----------------------------------------------------------------------------------------------
 */

static enum quill_status read_hparams(struct reader *r, struct quill_hparams *h)
{
    const struct {
        uint32_t *value;
        uint32_t max;
        const char *what;
    } field[] = {
        {&h->n_vocab, 1u << 20, "vocabulary size"},
        {&h->n_audio_ctx, 1500, "audio context"}, /* QUILL_WINDOW_MS in frames of 20 ms */
        {&h->n_audio_state, 8192, "audio width"},
        {&h->n_audio_head, 512, "number of audio heads"},
        {&h->n_audio_layer, 256, "number of audio layers"},
        {&h->n_text_ctx, 8192, "text context"},
        {&h->n_text_state, 8192, "text width"},
        {&h->n_text_head, 512, "number of text heads"},
        {&h->n_text_layer, 256, "number of text layers"},
        {&h->n_mels, 256, "number of mel bands"},
    };

    for (size_t i = 0; i < sizeof field / sizeof *field; i++)
        if (!take_u32(r, field[i].value))
            return truncated(r, "its dimensions");
    if (!take_u32(r, &h->ftype))
        return truncated(r, "its dimensions");

    for (size_t i = 0; i < sizeof field / sizeof *field; i++)
        if (*field[i].value < 1 || *field[i].value > field[i].max)
            return quill_fail(r->err, QUILL_ERR_FORMAT, "%s is not a usable model: its %s is %d, not 1 to %u",
                              r->file, field[i].what, (int)*field[i].value, (unsigned)field[i].max);
    if (h->n_audio_state % h->n_audio_head || h->n_text_state % h->n_text_head)
        return quill_fail(
            r->err, QUILL_ERR_FORMAT,
            "%s is not a usable model: %u audio and %u text heads do not divide its widths %u and %u",
            r->file, h->n_audio_head, h->n_text_head, h->n_audio_state, h->n_text_state);
    if (h->n_audio_state != h->n_text_state)
        return quill_fail(r->err, QUILL_ERR_FORMAT,
                          "%s is not a usable model: its audio width %u differs from its text width %u",
                          r->file, h->n_audio_state, h->n_text_state);
    return QUILL_OK;
}

static enum quill_status read_filters(struct reader *r, struct quill_ggml *out)
{
    if (!take_u32(r, &out->n_filter_mels) || !take_u32(r, &out->n_filter_bins))
        return truncated(r, "its mel filters");
    if (out->n_filter_mels != out->hparams.n_mels || out->n_filter_bins != QUILL_GGML_FILTER_BINS)
        return quill_fail(r->err, QUILL_ERR_FORMAT,
                          "%s is not a usable model: its mel filters are %u by %u where %u by %u are needed",
                          r->file, out->n_filter_mels, out->n_filter_bins, out->hparams.n_mels,
                          QUILL_GGML_FILTER_BINS);
    if (!take(r, (size_t)out->n_filter_mels * out->n_filter_bins * sizeof(float), &out->filters))
        return truncated(r, "its mel filters");
    return QUILL_OK;
}

static enum quill_status read_vocabulary(struct reader *r, struct quill_ggml *out)
{
    if (!take_u32(r, &out->n_tokens))
        return truncated(r, "its vocabulary");
    if (out->n_tokens < 1 || out->n_tokens > out->hparams.n_vocab)
        return quill_fail(r->err, QUILL_ERR_FORMAT,
                          "%s is not a usable model: it lists %d tokens for a vocabulary of %u", r->file,
                          (int)out->n_tokens, out->hparams.n_vocab);
    if (r->left / sizeof(uint32_t) < out->n_tokens)
        return truncated(r, "its vocabulary");
    out->tokens = quill_alloc_zero(out->n_tokens * sizeof *out->tokens);
    if (!out->tokens)
        return quill_fail(r->err, QUILL_ERR_NOMEM, "no memory for the vocabulary of %s", r->file);
    for (uint32_t i = 0; i < out->n_tokens; i++) {
        struct quill_token_text *token = &out->tokens[i];
        const void *bytes;

        if (!take_u32(r, &token->len))
            return truncated(r, "its vocabulary");
        if (token->len > MAX_TOKEN_BYTES)
            return quill_fail(r->err, QUILL_ERR_FORMAT, "%s is damaged: token %u claims to be %u bytes long",
                              r->file, i, token->len);
        if (!take(r, token->len, &bytes))
            return truncated(r, "its vocabulary");
        token->bytes = bytes;
    }
    return QUILL_OK;
}

/* --- tensors ----------------------------------------------------------------------------------------------
 */

/* Names of the type numbers of ggml.h that the engine does not read; NULL for numbers that mean nothing. */
static const char *foreign_type_name(uint32_t file_id)
{
    static const char *const name[] = {
        [9] = "q8_1",     [10] = "q2_K",  [11] = "q3_K",   [15] = "q8_K",  [16] = "iq2_xxs", [17] = "iq2_xs",
        [18] = "iq3_xxs", [19] = "iq1_s", [20] = "iq4_nl", [21] = "iq3_s", [22] = "iq2_s",   [23] = "iq4_xs",
        [24] = "i8",      [25] = "i16",   [26] = "i32",    [27] = "i64",   [28] = "f64",     [29] = "iq1_m",
        [30] = "bf16",    [34] = "tq1_0", [35] = "tq2_0",
    };

    return file_id < sizeof name / sizeof *name ? name[file_id] : NULL;
}

/* The name of a tensor in the file, of *len bytes; only what can be shown in a sentence is allowed. */
static enum quill_status take_name(struct reader *r, uint32_t len, const char **name)
{
    const void *bytes;

    if (!take(r, len, &bytes))
        return truncated(r, "the name of a tensor");
    *name = bytes;
    for (uint32_t i = 0; i < len; i++)
        if ((*name)[i] <= ' ' || (*name)[i] > '~')
            return quill_fail(r->err, QUILL_ERR_FORMAT, "%s is damaged: the name of a tensor is unreadable",
                              r->file);
    return QUILL_OK;
}

/* Type of a tensor, with the sentence about those that cannot be read. */
static enum quill_status check_type(const struct reader *r, const char *name, int name_len, uint32_t file_id,
                                    enum quill_type *type)
{
    const char *foreign = foreign_type_name(file_id);

    *type = quill_type_from_file(file_id);
    if (*type != QUILL_TYPE_COUNT)
        return QUILL_OK;
    if (foreign)
        return quill_fail(
            r->err, QUILL_ERR_UNSUPPORTED,
            "%s stores tensor %.*s as %s, which is not supported; use an f16, q5_1 or q8_0 model", r->file,
            name_len, name, foreign);
    return quill_fail(r->err, QUILL_ERR_FORMAT, "%s is damaged: tensor %.*s is of the unknown type %d",
                      r->file, name_len, name, (int)file_id);
}

/* Whether whole blocks make up the rows. Blocks of K-quants are longer than rows of small models, which are
 * sound all the same; those of the other types divide the rows of every Whisper model. */
static enum quill_status check_rows(const struct reader *r, const char *name, int name_len,
                                    const struct quill_tensor *t)
{
    const struct quill_type_traits *traits = quill_type_traits(t->type);

    if (t->dims[0] % traits->block_len == 0)
        return QUILL_OK;
    if (traits->block_len > quill_type_traits(QUILL_Q8_0)->block_len)
        return quill_fail(
            r->err, QUILL_ERR_UNSUPPORTED,
            "%s stores tensor %.*s as %s, whose blocks of %zu numbers do not divide its rows of %zu; use a "
            "q5_1 or q8_0 model",
            r->file, name_len, name, traits->name, traits->block_len, t->dims[0]);
    return quill_fail(
        r->err, QUILL_ERR_FORMAT,
        "%s is damaged: rows of tensor %.*s have %zu elements, not a multiple of %zu as %s needs", r->file,
        name_len, name, t->dims[0], traits->block_len, traits->name);
}

/* One tensor. name_at (may be NULL) receives the name and its NUL and is moved past them; *name_bytes counts
 * them. */
static enum quill_status read_tensor(struct reader *r, struct quill_tensor *t, char **name_at,
                                     size_t *name_bytes)
{
    uint32_t n_dims, name_len, file_id;
    const struct quill_type_traits *traits;
    const char *name = "";
    size_t n_elements;

    if (!take_u32(r, &n_dims) || !take_u32(r, &name_len) || !take_u32(r, &file_id))
        return truncated(r, "the description of a tensor");
    if (n_dims < 1 || n_dims > 4 || name_len < 1 || name_len > QUILL_GGML_MAX_NAME)
        return quill_fail(r->err, QUILL_ERR_FORMAT,
                          "%s is damaged: a tensor has %d dimensions and a name of %d bytes", r->file,
                          (int)n_dims, (int)name_len);
    *t = (struct quill_tensor){.n_dims = n_dims, .dims = {1, 1, 1, 1}};
    for (uint32_t i = 0; i < n_dims; i++) {
        uint32_t dim;

        if (!take_u32(r, &dim))
            return truncated(r, "the description of a tensor");
        t->dims[i] = dim;
    }
    QUILL_TRY(take_name(r, name_len, &name));
    for (uint32_t i = 0; i < n_dims; i++)
        if (t->dims[i] < 1 || t->dims[i] > INT32_MAX)
            return quill_fail(r->err, QUILL_ERR_FORMAT, "%s is damaged: tensor %.*s has a dimension of %d",
                              r->file, (int)name_len, name, (int)(uint32_t)t->dims[i]);
    QUILL_TRY(check_type(r, name, (int)name_len, file_id, &t->type));
    traits = quill_type_traits(t->type);
    if (!quill_mul3(&n_elements, t->dims[0], t->dims[1], t->dims[2]) ||
        !quill_mul2(&n_elements, n_elements, t->dims[3]) ||
        !quill_mul2(&t->bytes, n_elements / traits->block_len, traits->block_bytes))
        return quill_fail(r->err, QUILL_ERR_FORMAT, "%s is damaged: tensor %.*s claims an impossible size",
                          r->file, (int)name_len, name);
    QUILL_TRY(check_rows(r, name, (int)name_len, t));
    if (!take(r, t->bytes, &t->data))
        return quill_fail(
            r->err, QUILL_ERR_FORMAT,
            "%s is incomplete: tensor %.*s needs %zu bytes and %zu are left; download or copy it again",
            r->file, (int)name_len, name, t->bytes, r->left);

    *name_bytes += name_len + 1;
    if (name_at) {
        t->name = *name_at;
        memcpy(*name_at, name, name_len);
        (*name_at)[name_len] = '\0';
        *name_at += name_len + 1;
    }
    return QUILL_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct quill_tensor *)a)->name, ((const struct quill_tensor *)b)->name);
}

/* Twice over the descriptions: once to count and check, once to keep. */
static enum quill_status read_tensors(struct reader *r, struct quill_ggml *out)
{
    struct reader counting = *r;
    struct quill_tensor ignored;
    size_t name_bytes = 0, kept_bytes = 0;
    char *name_at;

    while (counting.left > 0) {
        if (out->n_tensors == MAX_TENSORS)
            return quill_fail(r->err, QUILL_ERR_FORMAT, "%s is damaged: it has more than %d tensors", r->file,
                              MAX_TENSORS);
        QUILL_TRY(read_tensor(&counting, &ignored, NULL, &name_bytes));
        out->n_tensors++;
    }
    if (out->n_tensors == 0)
        return truncated(r, "its vocabulary, before the first tensor");

    out->tensors = quill_alloc_zero(out->n_tensors * sizeof *out->tensors);
    out->names = quill_alloc_zero(name_bytes);
    if (!out->tensors || !out->names)
        return quill_fail(r->err, QUILL_ERR_NOMEM, "no memory for the list of %zu tensors of %s",
                          out->n_tensors, r->file);
    name_at = out->names;
    for (size_t i = 0; i < out->n_tensors; i++)
        QUILL_TRY(read_tensor(r, &out->tensors[i], &name_at, &kept_bytes));

    qsort(out->tensors, out->n_tensors, sizeof *out->tensors, compare_names);
    for (size_t i = 1; i < out->n_tensors; i++)
        if (strcmp(out->tensors[i - 1].name, out->tensors[i].name) == 0)
            return quill_fail(r->err, QUILL_ERR_FORMAT, "%s is damaged: it has tensor %s twice", r->file,
                              out->tensors[i].name);
    return QUILL_OK;
}

/* --- whole files ------------------------------------------------------------------------------------------
 */

static enum quill_status parse(struct reader *r, struct quill_ggml *out)
{
    uint32_t magic;

    if (r->left == 0)
        return quill_fail(r->err, QUILL_ERR_IO, "%s is empty; download or copy the model again", r->file);
    if (!take_u32(r, &magic) || magic != QUILL_GGML_MAGIC)
        return quill_fail(r->err, QUILL_ERR_FORMAT,
                          "%s is not a Whisper model in whisper.cpp's ggml format; choose a file such as "
                          "ggml-base.en.bin",
                          r->file);
    QUILL_TRY(read_hparams(r, &out->hparams));
    QUILL_TRY(read_filters(r, out));
    QUILL_TRY(read_vocabulary(r, out));
    return read_tensors(r, out);
}

static enum quill_status open_bytes(struct quill_ggml *out, const void *map, const void *bytes, size_t n,
                                    const char *name, struct quill_error *err)
{
    struct quill_ggml file = {.map = map, .map_bytes = n};
    struct reader r = {.at = bytes, .left = n, .file = name, .err = err};
    const enum quill_status status = parse(&r, &file);

    if (status != QUILL_OK) {
        quill_ggml_close(&file);
        return status;
    }
    *out = file;
    return QUILL_OK;
}

enum quill_status quill_ggml_open_memory(struct quill_ggml *out, const void *bytes, size_t n,
                                         struct quill_error *err)
{
    return open_bytes(out, NULL, bytes, n, "the model", err);
}

enum quill_status quill_ggml_open(struct quill_ggml *out, const char *path, struct quill_error *err)
{
    /* The end of a long path says more than its beginning, and leaves room for the sentence. */
    const size_t len = strlen(path), shown = 240;
    const char *name = len > shown ? path + len - shown : path;
    struct stat info;
    void *map;
    int fd;

    /* O_NONBLOCK: a pipe must be refused, not waited for. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        if (errno == ENOENT)
            return quill_fail(err, QUILL_ERR_IO, "there is no model file %s", name);
        return quill_fail_io(err, errno, "open the model", name);
    }
    if (fstat(fd, &info) != 0) {
        const int failure = errno;

        close(fd);
        return quill_fail_io(err, failure, "read the model", name);
    }
    if (!S_ISREG(info.st_mode)) {
        close(fd);
        return quill_fail(err, QUILL_ERR_IO, "%s is %s, not a model file", name,
                          S_ISDIR(info.st_mode) ? "a folder" : "a device or pipe");
    }
    if (info.st_size == 0 || (uintmax_t)info.st_size > SIZE_MAX) {
        close(fd);
        return info.st_size == 0
                   ? quill_fail(err, QUILL_ERR_IO, "%s is empty; download or copy the model again", name)
                   : quill_fail(err, QUILL_ERR_IO, "%s is too large for this machine", name);
    }
    map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        const int failure = errno;

        close(fd);
        return failure == ENOMEM ? quill_fail(err, QUILL_ERR_NOMEM, "no memory to read the model %s", name)
                                 : quill_fail_io(err, failure, "read the model", name);
    }
    close(fd);
    return open_bytes(out, map, map, (size_t)info.st_size, name, err);
}

void quill_ggml_release(const struct quill_ggml *file, const void *begin, const void *end)
{
    if (file->map)
        quill_release(begin, (size_t)((const unsigned char *)end - (const unsigned char *)begin));
}

void quill_ggml_close(struct quill_ggml *file)
{
    quill_free(file->tokens);
    quill_free(file->tensors);
    quill_free(file->names);
    if (file->map)
        munmap((void *)file->map, file->map_bytes);
    *file = (struct quill_ggml){0};
}

static int compare_name_to_tensor(const void *name, const void *tensor)
{
    return strcmp(name, ((const struct quill_tensor *)tensor)->name);
}

const struct quill_tensor *quill_ggml_find(const struct quill_ggml *file, const char *name)
{
    if (file->n_tensors == 0)
        return NULL;
    return bsearch(name, file->tensors, file->n_tensors, sizeof *file->tensors, compare_name_to_tensor);
}
