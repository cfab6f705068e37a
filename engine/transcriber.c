#include <string.h>

#include "base/arena.h"
#include "base/pool.h"
#include "transcriber.h"

#define LIVE_LOGITS 20  /* with word times: a draft of a dozen words in one step */
#define MIN_TEXT_CTX 16 /* the shortest prompt and a few words; real models have 448 */

void quill_settings_init(struct quill_settings *settings)
{
    *settings = (struct quill_settings){.n_threads = 0, .cpu_mask = ~0u};
}

static void workers_close(struct quill_workers *workers)
{
    quill_mel_close(&workers->mel);
    quill_arena_close(&workers->scratch);
    quill_pool_close(&workers->pool);
}

static enum quill_status workers_fill(struct quill_workers *workers, const struct quill_model *model,
                                      unsigned n_threads, struct quill_error *err)
{
    QUILL_TRY(quill_pool_open(&workers->pool, n_threads, err));
    n_threads = quill_pool_n_threads(workers->pool);
    QUILL_TRY(quill_mel_open(&workers->mel, model->mel_filters, model->hparams.n_mels, n_threads, err));

    struct quill_compute *compute = &workers->compute;
    const size_t bytes = quill_model_scratch_bytes(model, &compute->kernels);
    struct quill_plan plan = {0};
    const struct quill_span scratch =
        quill_plan_add(&plan, n_threads, (bytes + QUILL_ALIGN - 1) / QUILL_ALIGN * QUILL_ALIGN);
    const struct quill_span panels =
        quill_plan_add(&plan, quill_model_panels_bytes(model, &compute->kernels), 1);
    const struct quill_span work = quill_plan_add(&plan, quill_model_work_bytes(model, &compute->kernels), 1);
    QUILL_TRY(quill_arena_open(&workers->scratch, &plan, "the working memory", err));
    compute->pool = workers->pool;
    compute->scratch = quill_arena_at(&workers->scratch, scratch);
    compute->scratch_bytes = scratch.bytes / n_threads;
    compute->panels = quill_arena_at(&workers->scratch, panels);
    compute->panels_bytes = panels.bytes;
    compute->work = quill_arena_at(&workers->scratch, work);
    return QUILL_OK;
}

static enum quill_status workers_open(struct quill_workers *out, const struct quill_model *model,
                                      uint32_t cpu_mask, unsigned n_threads, struct quill_error *err)
{
    struct quill_workers workers = {0};
    quill_kernels_init(&workers.compute.kernels, cpu_mask);
    const enum quill_status status = workers_fill(&workers, model, n_threads, err);
    if (status == QUILL_OK)
        *out = workers;
    else
        workers_close(&workers);
    return status;
}

static enum quill_status open_buffers(struct quill_transcriber *t, struct quill_error *err)
{
    const struct quill_hparams *h = &t->model->hparams;
    t->max_history = h->n_text_ctx / 2 - 1;
    t->max_timed = h->n_text_ctx / 2 + QUILL_AROUND_TEXT < h->n_text_ctx ? h->n_text_ctx / 2
                                                                         : h->n_text_ctx - QUILL_AROUND_TEXT;
    struct quill_plan plan = {0};
    const struct quill_span logits = quill_plan_add(&plan, h->n_vocab, sizeof(float));
    const size_t n_slot_tokens = 3 * (size_t)h->n_text_ctx + t->max_history;
    const size_t n_timed = t->word_timestamps ? t->n_together : 0;
    const struct quill_span slots = quill_plan_add(&plan, t->n_together, sizeof(struct quill_slot));
    const struct quill_span slot_tokens =
        quill_plan_add(&plan, t->n_together * n_slot_tokens, sizeof(uint32_t));
    const struct quill_span logprobs =
        quill_plan_add(&plan, t->n_together * (size_t)h->n_text_ctx, sizeof(float));
    const struct quill_span spoken =
        quill_plan_add(&plan, n_timed * h->n_text_ctx, sizeof(struct quill_spoken));
    const size_t n_attention = n_timed ? (t->max_timed + QUILL_AROUND_TEXT) * h->n_audio_ctx : 0;
    const struct quill_span average = quill_plan_add(&plan, n_attention, sizeof(float));
    const struct quill_span head = quill_plan_add(&plan, n_attention, sizeof(float));
    const struct quill_span draft = quill_plan_add(&plan, n_timed ? h->n_text_ctx : 0, sizeof(uint32_t));
    const struct quill_span ends =
        quill_plan_add(&plan, n_timed ? (size_t)h->n_text_ctx + 1 : 0, sizeof(uint16_t));
    const struct quill_span others =
        quill_plan_add(&plan, n_timed ? t->max_timed : 0, sizeof(struct quill_others));
    const struct quill_span cost =
        quill_plan_add(&plan, n_timed ? 2 * ((size_t)h->n_audio_ctx + 1) : 0, sizeof(float));
    const struct quill_span steps = quill_plan_add(&plan, n_attention, 1);
    const size_t n_beams = t->n_hypotheses > 1 ? (size_t)t->n_together * t->n_hypotheses : 0;
    const struct quill_span beams =
        quill_plan_add(&plan, n_beams ? t->n_together : 0, sizeof(struct quill_beams));
    const struct quill_span beam_tokens = quill_plan_add(&plan, n_beams * h->n_text_ctx, sizeof(uint32_t));
    const struct quill_span beam_logprobs = quill_plan_add(&plan, n_beams * h->n_text_ctx, sizeof(float));
    const struct quill_span pieces =
        quill_plan_add(&plan, (size_t)h->n_text_ctx + 1, sizeof(struct quill_piece));
    const struct quill_span text = quill_plan_add(&plan, QUILL_COMPRESSION_MAX + 1, 1);
    const struct quill_span compression = quill_plan_add(&plan, 1, sizeof(struct quill_compression));
    QUILL_TRY(quill_arena_open(&t->arena, &plan, "a window's text", err));
    t->logits = quill_arena_at(&t->arena, logits);
    t->slots = quill_arena_at(&t->arena, slots);
    uint32_t *tokens = quill_arena_at(&t->arena, slot_tokens);
    for (unsigned i = 0; i < t->n_together; i++, tokens += n_slot_tokens) {
        struct quill_slot *slot = &t->slots[i];
        *slot = (struct quill_slot){.window = i,
                                    .sequence = (size_t)i * t->n_hypotheses,
                                    .rules = t->rules,
                                    .prompt = tokens,
                                    .fed = tokens + h->n_text_ctx,
                                    .tokens = tokens + 2 * (size_t)h->n_text_ctx,
                                    .history = tokens + 3 * (size_t)h->n_text_ctx};
        slot->logprobs = (float *)quill_arena_at(&t->arena, logprobs) + i * h->n_text_ctx;
        if (n_beams)
            slot->beams = (struct quill_beams *)quill_arena_at(&t->arena, beams) + i;
        for (size_t k = 0; slot->beams && k < t->n_hypotheses; k++) {
            const size_t at = (slot->sequence + k) * h->n_text_ctx;
            slot->beams->beam[k].tokens = (uint32_t *)quill_arena_at(&t->arena, beam_tokens) + at;
            slot->beams->beam[k].logprobs = (float *)quill_arena_at(&t->arena, beam_logprobs) + at;
        }
        if (t->word_timestamps)
            slot->spoken = (struct quill_spoken *)quill_arena_at(&t->arena, spoken) + i * h->n_text_ctx;
    }
    if (t->word_timestamps) {
        t->draft = quill_arena_at(&t->arena, draft);
        t->ends = quill_arena_at(&t->arena, ends);
        t->others = quill_arena_at(&t->arena, others);
        t->map.average = quill_arena_at(&t->arena, average);
        t->map.head = quill_arena_at(&t->arena, head);
        t->align_cost = quill_arena_at(&t->arena, cost);
        t->align_steps = quill_arena_at(&t->arena, steps);
    }
    t->pieces = quill_arena_at(&t->arena, pieces);
    t->text = quill_arena_at(&t->arena, text);
    t->compression = quill_arena_at(&t->arena, compression);
    return QUILL_OK;
}

static enum quill_status fill(struct quill_transcriber *t, unsigned n_threads, struct quill_error *err)
{
    if (t->model->hparams.n_text_ctx < MIN_TEXT_CTX)
        return quill_fail(err, QUILL_ERR_UNSUPPORTED, "the model's text context of %u tokens is too small",
                          (unsigned)t->model->hparams.n_text_ctx);
    QUILL_TRY(quill_tokenizer_open(&t->tokenizer, &t->model->file, err));
    quill_rules_init(&t->rules, t->tokenizer);
    QUILL_TRY(quill_choose_threads(t, n_threads, &t->choice, err));
    QUILL_TRY(workers_open(&t->workers, t->model, t->cpu_mask, t->choice.n_threads, err));
    QUILL_TRY(quill_encoder_open(&t->encoder, t->model, &t->workers.compute.kernels, err));
    t->max_logits = t->word_timestamps ? LIVE_LOGITS : QUILL_SEARCH_MIN_LOGITS;
    if (t->max_logits < t->n_hypotheses)
        t->max_logits = t->n_hypotheses;
    const struct quill_decoder_size size = {.n_sequences = (size_t)t->n_together * t->n_hypotheses,
                                            .n_windows = t->n_together,
                                            .n_logits = t->n_together * t->max_logits};
    QUILL_TRY(quill_decoder_open(&t->decoder, t->model, &t->workers.compute.kernels, &size, err));
    return open_buffers(t, err);
}

enum quill_status quill_transcriber_open(struct quill_transcriber **out, const struct quill_model *model,
                                         const struct quill_settings *settings, struct quill_error *err)
{
    struct quill_settings defaults;
    if (!settings) {
        quill_settings_init(&defaults);
        settings = &defaults;
    }
    if (settings->n_together > QUILL_MAX_TOGETHER)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "%u recordings are too many to decode together: use 1 to %d", settings->n_together,
                          QUILL_MAX_TOGETHER);
    if (settings->n_hypotheses > QUILL_MAX_HYPOTHESES)
        return quill_fail(err, QUILL_ERR_INVALID, "%u hypotheses are too many to keep at a time: use 1 to %d",
                          settings->n_hypotheses, QUILL_MAX_HYPOTHESES);
    struct quill_transcriber *t = quill_alloc_zero(sizeof *t);
    if (!t)
        return quill_fail(err, QUILL_ERR_NOMEM, "not enough memory for a transcriber");
    t->model = model;
    t->cpu_mask = settings->cpu_mask;
    t->n_together = settings->n_together ? settings->n_together : 1;
    t->n_hypotheses = settings->n_hypotheses ? settings->n_hypotheses : 1;
    t->word_timestamps = settings->word_timestamps;
    const enum quill_status status = fill(t, settings->n_threads, err);
    if (status == QUILL_OK)
        *out = t;
    else
        quill_transcriber_close(&t);
    return status;
}

void quill_transcriber_close(struct quill_transcriber **transcriber)
{
    struct quill_transcriber *t = *transcriber;
    if (!t)
        return;
    quill_arena_close(&t->arena);
    quill_decoder_close(&t->decoder);
    quill_encoder_close(&t->encoder);
    workers_close(&t->workers);
    quill_trace_close(&t->trace);
    quill_tokenizer_close(&t->tokenizer);
    quill_free(t);
    *transcriber = NULL;
}

enum quill_status quill_transcriber_set_threads(struct quill_transcriber *t, unsigned n_threads,
                                                struct quill_error *err)
{
    struct quill_thread_choice choice;
    struct quill_workers workers;
    QUILL_TRY(quill_choose_threads(t, n_threads, &choice, err));
    QUILL_TRY(workers_open(&workers, t->model, t->cpu_mask, choice.n_threads, err));
    workers_close(&t->workers);
    t->workers = workers;
    t->choice = choice;
    t->workers.compute.trace = t->trace;
    return QUILL_OK;
}

enum quill_status quill_transcriber_set_trace(struct quill_transcriber *t,
                                              const struct quill_trace_settings *settings,
                                              struct quill_error *err)
{
    struct quill_trace *trace = NULL;
    if (settings)
        QUILL_TRY(quill_trace_open(&trace, settings, err));
    quill_trace_close(&t->trace);
    t->trace = trace;
    t->workers.compute.trace = trace;
    return QUILL_OK;
}

unsigned quill_transcriber_get_steps(const struct quill_transcriber *t, struct quill_step *out, unsigned max)
{
    return t->trace ? quill_trace_steps(t->trace, out, max) : 0;
}

size_t quill_transcriber_get_events(const struct quill_transcriber *t, const struct quill_trace_event **out,
                                    size_t *n_lost)
{
    size_t lost = 0;
    const size_t n = t->trace ? quill_trace_events(t->trace, out, &lost) : 0;
    if (n == 0)
        *out = NULL;
    if (n_lost)
        *n_lost = lost;
    return n;
}

unsigned quill_transcriber_n_threads(const struct quill_transcriber *transcriber)
{
    return quill_pool_n_threads(transcriber->workers.pool);
}

const char *quill_transcriber_kernel_level(const struct quill_transcriber *transcriber)
{
    return transcriber->workers.compute.kernels.level;
}

const char *quill_transcriber_product_instruction(const struct quill_transcriber *transcriber)
{
    const struct quill_kernels *kernels = &transcriber->workers.compute.kernels;

    return kernels->peak[quill_model_gemm(transcriber->model, kernels) - kernels->gemm].instruction;
}

const struct quill_model *quill_transcriber_model(const struct quill_transcriber *transcriber)
{
    return transcriber->model;
}

void quill_transcriber_get_memory(const struct quill_transcriber *t, struct quill_memory *memory)
{
    *memory = (struct quill_memory){
        .weights = t->model->weight_bytes,
        .embeddings = t->model->embedding_bytes,
        .kv_cache = quill_decoder_kv_bytes(t->decoder),
        .encoder_output = quill_encoder_output_bytes(t->encoder),
        .working = quill_encoder_mel_bytes(t->encoder) + quill_decoder_logits_bytes(t->decoder) +
                   quill_mel_bytes(t->workers.mel) + t->workers.scratch.bytes + t->arena.bytes,
    };
}
