#include "audio/mel.h"

#include <assert.h>
#include <float.h>
#include <kiss_fftr.h>
#include <math.h>

#include "base/split.h"

#define PAD (QUILL_MEL_N_FFT / 2) /* a frame is centred: it begins this much before hop * index */
#define POWER_FLOOR 1e-10f
#define DYNAMIC_RANGE 8.0f
/* Multiply-adds of a frame, roughly: 400-point real FFT, window, filters, logarithms. */
#define FRAME_COST 12000

/* The part of a filter that is not zero. */
struct filter {
    size_t first_bin, n_bins;
    size_t weights; /* where its weights begin */
};

struct worker {
    kiss_fftr_cfg fft;  /* in the arena; holds the FFT's own scratch, so one each */
    float *frame;       /* [QUILL_MEL_N_FFT] */
    kiss_fft_cpx *bins; /* [QUILL_MEL_BINS] */
    float *power;       /* [QUILL_MEL_BINS] */
};

struct quill_mel {
    struct quill_arena arena; /* owned; the pointers below lead into it */
    size_t n_mels;
    unsigned n_workers;
    struct filter *filters; /* [n_mels] */
    float *weights;         /* of all filters, one after the other */
    float *window;          /* [QUILL_MEL_N_FFT] */
    struct worker *workers; /* [n_workers] */
};

static struct filter filter_span(const float *row)
{
    size_t first = 0, end = QUILL_MEL_BINS;

    while (end > 0 && row[end - 1] == 0.0f)
        end--;
    while (first < end && row[first] == 0.0f)
        first++;
    return (struct filter){.first_bin = first, .n_bins = end - first};
}

static void copy_filters(struct quill_mel *mel, const float *filters)
{
    size_t n_weights = 0;

    for (size_t m = 0; m < mel->n_mels; m++) {
        const float *row = filters + m * QUILL_MEL_BINS;
        struct filter *filter = &mel->filters[m];

        *filter = filter_span(row);
        filter->weights = n_weights;
        for (size_t i = 0; i < filter->n_bins; i++)
            mel->weights[n_weights++] = row[filter->first_bin + i];
    }
}

enum quill_status quill_mel_open(struct quill_mel **out, const float *filters, size_t n_mels,
                                 unsigned n_threads, struct quill_error *err)
{
    struct quill_plan plan = {0};
    size_t fft_bytes = 0, n_weights = 0;

    assert(n_threads >= 1);
    kiss_fftr_alloc(QUILL_MEL_N_FFT, 0, NULL, &fft_bytes);
    for (size_t m = 0; m < n_mels; m++)
        n_weights += filter_span(filters + m * QUILL_MEL_BINS).n_bins;
    fft_bytes = (fft_bytes + QUILL_ALIGN - 1) / QUILL_ALIGN * QUILL_ALIGN;
    const struct quill_span filters_at = quill_plan_add(&plan, n_mels, sizeof(struct filter));
    const struct quill_span weights_at = quill_plan_add(&plan, n_weights, sizeof(float));
    const struct quill_span window_at = quill_plan_add(&plan, QUILL_MEL_N_FFT, sizeof(float));
    const struct quill_span workers_at = quill_plan_add(&plan, n_threads, sizeof(struct worker));
    const struct quill_span ffts_at = quill_plan_add(&plan, n_threads, fft_bytes);
    const struct quill_span frames_at = quill_plan_add(&plan, n_threads, QUILL_MEL_N_FFT * sizeof(float));
    const struct quill_span bins_at = quill_plan_add(&plan, n_threads, QUILL_MEL_BINS * sizeof(kiss_fft_cpx));
    const struct quill_span power_at = quill_plan_add(&plan, n_threads, QUILL_MEL_BINS * sizeof(float));

    struct quill_mel *mel = quill_alloc_zero(sizeof *mel);
    if (!mel)
        return quill_fail(err, QUILL_ERR_NOMEM, "need %zu bytes for the audio front end", sizeof *mel);
    const enum quill_status status = quill_arena_open(&mel->arena, &plan, "the audio front end", err);
    if (status != QUILL_OK) {
        quill_free(mel);
        return status;
    }
    mel->n_mels = n_mels;
    mel->n_workers = n_threads;
    mel->filters = quill_arena_at(&mel->arena, filters_at);
    mel->weights = quill_arena_at(&mel->arena, weights_at);
    mel->window = quill_arena_at(&mel->arena, window_at);
    mel->workers = quill_arena_at(&mel->arena, workers_at);
    copy_filters(mel, filters);
    for (size_t i = 0; i < QUILL_MEL_N_FFT; i++)
        mel->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * (double)i / QUILL_MEL_N_FFT));
    for (unsigned w = 0; w < n_threads; w++) {
        unsigned char *fft = (unsigned char *)quill_arena_at(&mel->arena, ffts_at) + w * fft_bytes;
        size_t bytes = fft_bytes;

        mel->workers[w] = (struct worker){
            .fft = kiss_fftr_alloc(QUILL_MEL_N_FFT, 0, fft, &bytes),
            .frame = (float *)quill_arena_at(&mel->arena, frames_at) + w * QUILL_MEL_N_FFT,
            .bins = (kiss_fft_cpx *)quill_arena_at(&mel->arena, bins_at) + w * QUILL_MEL_BINS,
            .power = (float *)quill_arena_at(&mel->arena, power_at) + w * QUILL_MEL_BINS,
        };
        assert(mel->workers[w].fft);
    }
    *out = mel;
    return QUILL_OK;
}

void quill_mel_close(struct quill_mel **mel)
{
    if (!mel || !*mel)
        return;
    quill_arena_close(&(*mel)->arena);
    quill_free(*mel);
    *mel = NULL;
}

size_t quill_mel_bytes(const struct quill_mel *mel)
{
    return sizeof *mel + mel->arena.bytes;
}

struct power_job {
    const struct quill_mel *mel;
    const float *samples;
    size_t n_samples, first_frame, n_frames, frames_per_task;
    float *out;
};

/* Samples of frame `index`, windowed: mirrored before sample 0 (which is not repeated), silent after the end.
 */
static void cut_frame(const struct power_job *job, size_t index, float *frame)
{
    const float *window = job->mel->window;

    for (size_t i = 0; i < QUILL_MEL_N_FFT; i++) {
        const size_t at = index * QUILL_MEL_HOP + i;
        const size_t sample = at >= PAD ? at - PAD : PAD - at;
        const float value = sample < job->n_samples ? job->samples[sample] : 0.0f;

        frame[i] = isfinite(value) ? value * window[i] : 0.0f;
    }
}

static void mel_frame(const struct quill_mel *mel, const struct worker *worker, float *out)
{
    kiss_fftr(worker->fft, worker->frame, worker->bins);
    for (size_t i = 0; i < QUILL_MEL_BINS; i++)
        worker->power[i] = worker->bins[i].r * worker->bins[i].r + worker->bins[i].i * worker->bins[i].i;
    for (size_t m = 0; m < mel->n_mels; m++) {
        const struct filter *filter = &mel->filters[m];
        const float *power = worker->power + filter->first_bin, *weights = mel->weights + filter->weights;
        float sum = 0.0f;

        for (size_t i = 0; i < filter->n_bins; i++)
            sum += weights[i] * power[i];
        out[m] = log10f(fminf(fmaxf(sum, POWER_FLOOR), FLT_MAX));
    }
}

static void power_task(void *context, unsigned task, unsigned worker)
{
    const struct power_job *job = context;
    const struct quill_mel *mel = job->mel;
    const size_t begin = task * job->frames_per_task;
    const size_t end =
        begin + job->frames_per_task < job->n_frames ? begin + job->frames_per_task : job->n_frames;

    for (size_t i = begin; i < end; i++) {
        cut_frame(job, job->first_frame + i, mel->workers[worker].frame);
        mel_frame(mel, &mel->workers[worker], job->out + i * mel->n_mels);
    }
}

void quill_mel_power(struct quill_mel *mel, struct quill_pool *pool, const float *samples, size_t n_samples,
                     size_t first_frame, size_t n_frames, float *out)
{
    const struct quill_split split = quill_split_rows(n_frames, 1, FRAME_COST, quill_pool_n_threads(pool));
    struct power_job job = {mel, samples, n_samples, first_frame, n_frames, split.per_task, out};

    assert(quill_pool_n_threads(pool) <= mel->n_workers);
    if (n_frames > 0)
        quill_pool_run(pool, power_task, &job, split.n_tasks);
}

void quill_mel_finish(float *x, size_t n, float maximum)
{
    const float lowest = maximum - DYNAMIC_RANGE;

    for (size_t i = 0; i < n; i++)
        x[i] = (fmaxf(x[i], lowest) + 4.0f) / 4.0f;
}
