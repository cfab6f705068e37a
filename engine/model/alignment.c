#include "model/alignment.h"

#include <math.h>
#include <stddef.h>

#define ENGLISH_VOCAB 51864

typedef struct quill_alignment_head head;

static const head tiny_en[] = {{1, 0}, {2, 0}, {2, 5}, {3, 0}, {3, 1}, {3, 2}, {3, 3}, {3, 4}};
static const head tiny[] = {{2, 2}, {3, 0}, {3, 2}, {3, 3}, {3, 4}, {3, 5}};
static const head base_en[] = {{3, 3}, {4, 7}, {5, 1}, {5, 5}, {5, 7}};
static const head base[] = {{3, 1}, {4, 2}, {4, 3}, {4, 7}, {5, 1}, {5, 2}, {5, 4}, {5, 6}};
static const head small_en[] = {{6, 6},  {7, 0},  {7, 3},   {7, 8},  {8, 2},  {8, 5},  {8, 7},
                                {9, 0},  {9, 4},  {9, 8},   {9, 10}, {10, 0}, {10, 1}, {10, 2},
                                {10, 3}, {10, 6}, {10, 11}, {11, 2}, {11, 4}};
static const head small[] = {{5, 3}, {5, 9}, {8, 0}, {8, 4}, {8, 7}, {8, 8}, {9, 0}, {9, 7}, {9, 9}, {10, 5}};
static const head medium_en[] = {{11, 4},  {14, 1}, {14, 12}, {14, 14}, {15, 4},  {16, 0},
                                 {16, 4},  {16, 9}, {17, 12}, {17, 14}, {18, 7},  {18, 10},
                                 {18, 15}, {20, 0}, {20, 3},  {20, 9},  {20, 14}, {21, 12}};
static const head medium[] = {{13, 15}, {15, 4}, {15, 15}, {16, 1}, {20, 0}, {23, 4}};
/* Of large-v2; large-v1, which nobody uses any more, has the same shape. */
static const head large_v2[] = {{10, 12}, {13, 17}, {16, 11}, {16, 12}, {16, 13}, {17, 15},
                                {17, 16}, {18, 4},  {18, 11}, {18, 19}, {19, 11}, {21, 2},
                                {21, 3},  {22, 3},  {22, 9},  {22, 12}, {23, 5},  {23, 7},
                                {23, 13}, {25, 5},  {26, 1},  {26, 12}, {27, 15}};
static const head large_v3[] = {{7, 0},   {10, 17}, {12, 18}, {13, 12}, {16, 1},
                                {17, 14}, {19, 11}, {21, 4},  {24, 1},  {25, 6}};
static const head large_v3_turbo[] = {{2, 4}, {2, 11}, {3, 3}, {3, 6}, {3, 11}, {3, 14}};
/* data/models/training, --guide */
static const head longhand_mini[] = {{1, 0}, {1, 1}, {2, 0}, {2, 1}, {3, 0}, {3, 1}};

#define HEADS(array) array, sizeof array / sizeof *array

static const struct {
    uint32_t n_audio_layer, n_text_layer, n_text_head, n_mels;
    bool english;
    const head *heads;
    unsigned n_heads;
} known[] = {
    {4, 4, 6, 80, true, HEADS(tiny_en)},
    {4, 4, 6, 80, false, HEADS(tiny)},
    {6, 6, 8, 80, true, HEADS(base_en)},
    {6, 6, 8, 80, false, HEADS(base)},
    {12, 12, 12, 80, true, HEADS(small_en)},
    {12, 12, 12, 80, false, HEADS(small)},
    {24, 24, 16, 80, true, HEADS(medium_en)},
    {24, 24, 16, 80, false, HEADS(medium)},
    {32, 32, 20, 80, false, HEADS(large_v2)},
    {32, 32, 20, 128, false, HEADS(large_v3)},
    {32, 4, 20, 128, false, HEADS(large_v3_turbo)},
    {6, 4, 4, 80, true, HEADS(longhand_mini)},
};

struct quill_alignment quill_alignment_of(const struct quill_hparams *h)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (h->n_audio_layer == known[i].n_audio_layer && h->n_text_layer == known[i].n_text_layer &&
            h->n_text_head == known[i].n_text_head && h->n_mels == known[i].n_mels &&
            (h->n_vocab == ENGLISH_VOCAB) == known[i].english)
            return (struct quill_alignment){.heads = known[i].heads, .n_heads = known[i].n_heads};
    const unsigned first = h->n_text_layer / 2, n_head = h->n_text_head < 32 ? h->n_text_head : 32;
    return (struct quill_alignment){.first_layer = first, .n_heads = (h->n_text_layer - first) * n_head};
}

uint32_t quill_alignment_mask(const struct quill_alignment *alignment, unsigned layer)
{
    uint32_t mask = 0;

    if (!alignment->heads)
        return layer >= alignment->first_layer ? ~0u : 0;
    for (unsigned i = 0; i < alignment->n_heads; i++)
        if (alignment->heads[i].layer == layer)
            mask |= 1u << alignment->heads[i].head;
    return mask;
}

/* ---- heads made comparable ---------------------------------------------------------------------------- */

#define CHUNK 128 /* frames at a time */
#define REACH 3   /* of the median, on either side */
#define WIDTH (2 * REACH + 1)
#define SMALL 0.0005f /* a deviation next to no attention has: as if 1500 frames shared it alike */

struct add_job {
    const struct quill_alignment_rows *rows;
    float share;
};

static size_t chunk_end(const struct quill_alignment_rows *r, size_t begin)
{
    return begin + CHUNK < r->n_frames ? begin + CHUNK : r->n_frames;
}

/* mean and scale, [CHUNK]: of the frames' weights over the rows, and 1 / standard deviation. */
static void measure(const struct quill_alignment_rows *r, size_t begin, size_t end, float *mean, float *scale)
{
    float squares[CHUNK] = {0};
    const size_t n = end - begin;

    for (size_t j = 0; j < n; j++)
        mean[j] = 0.0f;
    for (size_t i = 0; i < r->n_rows; i++)
        for (size_t j = 0; j < n; j++)
            mean[j] += r->weights[i * r->n_frames + begin + j];
    for (size_t j = 0; j < n; j++)
        mean[j] /= (float)r->n_rows;
    for (size_t i = 0; i < r->n_rows; i++)
        for (size_t j = 0; j < n; j++) {
            const float from_mean = r->weights[i * r->n_frames + begin + j] - mean[j];
            squares[j] += from_mean * from_mean;
        }
    for (size_t j = 0; j < n; j++)
        scale[j] = 1.0f / (sqrtf(squares[j] / (float)r->n_rows) + SMALL);
}

/* A chunk of frames. */
static void normalise_task(void *context, unsigned task, unsigned worker)
{
    const struct quill_alignment_rows *r = ((struct add_job *)context)->rows;
    const size_t begin = (size_t)task * CHUNK, end = chunk_end(r, begin);
    float mean[CHUNK], scale[CHUNK];

    (void)worker;
    measure(r, begin, end, mean, scale);
    for (size_t i = 0; i < r->n_rows; i++)
        for (size_t j = begin; j < end; j++)
            r->weights[i * r->n_frames + j] =
                (r->weights[i * r->n_frames + j] - mean[j - begin]) * scale[j - begin];
}

static inline void order(float *restrict a, float *restrict b)
{
    const float less = *a < *b ? *a : *b, more = *a < *b ? *b : *a;

    *a = less;
    *b = more;
}

/* Exchanges that leave the median of seven in x[3], in a form that compilers turn into vectors. */
static inline float median_of_7(float x[WIDTH])
{
    order(&x[0], &x[5]), order(&x[0], &x[3]), order(&x[1], &x[6]), order(&x[2], &x[4]);
    order(&x[0], &x[1]), order(&x[3], &x[5]), order(&x[2], &x[6]), order(&x[2], &x[3]);
    order(&x[3], &x[6]), order(&x[4], &x[5]), order(&x[1], &x[4]), order(&x[1], &x[3]);
    order(&x[3], &x[4]);
    return x[3];
}

static size_t mirrored(ptrdiff_t i, size_t n)
{
    if (i < 0)
        return (size_t)-i;
    return (size_t)i < n ? (size_t)i : 2 * n - 2 - (size_t)i;
}

/* A row, as long as the median reaches at least. */
static void smooth_task(void *context, unsigned task, unsigned worker)
{
    const struct add_job *job = context;
    const struct quill_alignment_rows *r = job->rows;
    const float *row = r->weights + task * r->n_frames;
    float *to = r->average + task * r->n_frames, around[CHUNK + 2 * REACH];

    (void)worker;
    for (size_t begin = 0, end; begin < r->n_frames; begin = end) {
        end = chunk_end(r, begin);
        for (size_t k = 0; k < end - begin + 2 * REACH; k++)
            around[k] = row[mirrored((ptrdiff_t)(begin + k) - REACH, r->n_frames)];
        for (size_t j = 0; j < end - begin; j++) {
            float x[WIDTH] = {around[j],     around[j + 1], around[j + 2], around[j + 3],
                              around[j + 4], around[j + 5], around[j + 6]};
            to[begin + j] += job->share * median_of_7(x);
        }
    }
}

/* A row that is too short for the median is left as it is. */
static void copy_task(void *context, unsigned task, unsigned worker)
{
    const struct add_job *job = context;
    const struct quill_alignment_rows *r = job->rows;

    (void)worker;
    for (size_t j = task * r->n_frames; j < (task + 1) * r->n_frames; j++)
        r->average[j] += job->share * r->weights[j];
}

void quill_alignment_add(const struct quill_alignment *alignment, struct quill_pool *pool,
                         const struct quill_alignment_rows *rows)
{
    struct add_job job = {rows, 1.0f / (float)alignment->n_heads};

    quill_pool_run(pool, normalise_task, &job, (unsigned)((rows->n_frames + CHUNK - 1) / CHUNK));
    quill_pool_run(pool, rows->n_frames > REACH ? smooth_task : copy_task, &job, (unsigned)rows->n_rows);
}
