#include "model/encoder.h"

#include <assert.h>
#include <string.h>

#include "model/plan.h"
#include "model/work.h"

struct quill_encoder {
    const struct quill_model *model; /* borrowed */
    struct quill_encoder_plan plan;
    struct quill_arena arena; /* owned */
    float *mel, *output;      /* into the arena; shapes in plan.h */
};

enum quill_status quill_encoder_open(struct quill_encoder **out, const struct quill_model *model,
                                     const struct quill_kernels *kernels, struct quill_error *err)
{
    struct quill_encoder *encoder = quill_alloc_zero(sizeof *encoder);

    if (!encoder)
        return quill_fail(err, QUILL_ERR_NOMEM, "need %zu bytes for the encoder", sizeof *encoder);
    encoder->model = model;
    encoder->plan = quill_plan_encoder(&model->hparams, quill_model_gemm(model, kernels),
                                       quill_model_activation_type(model));
    const enum quill_status status =
        quill_arena_open(&encoder->arena, &encoder->plan.own, "the encoder", err);
    if (status != QUILL_OK) {
        quill_free(encoder);
        return status;
    }
    encoder->mel = quill_arena_at(&encoder->arena, encoder->plan.mel);
    encoder->output = quill_arena_at(&encoder->arena, encoder->plan.output);
    *out = encoder;
    return QUILL_OK;
}

void quill_encoder_close(struct quill_encoder **encoder)
{
    if (!encoder || !*encoder)
        return;
    quill_arena_close(&(*encoder)->arena);
    quill_free(*encoder);
    *encoder = NULL;
}

size_t quill_encoder_mel_bytes(const struct quill_encoder *encoder)
{
    return encoder->plan.mel.bytes;
}

size_t quill_encoder_output_bytes(const struct quill_encoder *encoder)
{
    return encoder->plan.output.bytes;
}

float *quill_encoder_mel(struct quill_encoder *encoder)
{
    return encoder->mel + encoder->model->hparams.n_mels;
}

const float *quill_encoder_output(const struct quill_encoder *encoder)
{
    return encoder->output;
}

void quill_encoder_release(struct quill_encoder *encoder, const struct quill_compute *compute)
{
    quill_release(encoder->arena.base, encoder->arena.bytes);
    quill_release(compute->work, encoder->plan.work.bytes);
}

static void *work_at(const struct quill_compute *c, struct quill_span span)
{
    return c->work + span.offset;
}

/* Both convolutions as products over overlapping rows: three frames of the zero-padded input are one row.
 * Output frames [first, first + n) come from 2 n + 1 frames between the convolutions, of which the one before
 * the recording is zero. */
static void run_stem(struct quill_encoder *encoder, const struct quill_compute *c, size_t first, size_t n)
{
    const struct quill_model *model = encoder->model;
    const struct quill_gemm *gemm = quill_model_gemm(model, &c->kernels);
    const size_t n_mels = model->hparams.n_mels, state = model->hparams.n_audio_state;
    const size_t skipped = first == 0, n_frames = 2 * n + 1 - skipped;
    float *frames = work_at(c, encoder->plan.frames); /* [2 n + 1, state] */
    float *output = encoder->output + first * state;
    void *conv1_in = work_at(c, encoder->plan.conv1_in), *conv2_in = work_at(c, encoder->plan.conv2_in);

    memset(frames, 0, skipped * state * sizeof *frames);
    /* Frame f of the first convolution sees rows f to f + 2 of the padded mel. */
    quill_pack_rows(c, gemm, encoder->mel + (2 * first + skipped - 1) * n_mels, n_mels * sizeof(float),
                    n_frames, 3 * n_mels, conv1_in);
    quill_gemm_linear(c, gemm, &model->conv1.w, model->conv1.bias, conv1_in, n_frames,
                      &(struct quill_target){frames + skipped * state, state * sizeof(float), QUILL_STORE_F32,
                                             .gelu = true});
    quill_pack_rows(c, gemm, frames, 2 * state * sizeof(float), n, 3 * state, conv2_in);
    quill_gemm_linear(c, gemm, &model->conv2.w, model->conv2.bias, conv2_in, n,
                      &(struct quill_target){output, state * sizeof(float), QUILL_STORE_F32, .gelu = true});
    float *position = (float *)(void *)c->scratch;
    for (size_t i = 0; i < n; i++) {
        quill_matrix_row(&c->kernels, &model->encoder_positions, first + i, position);
        c->kernels.add(output + i * state, position, state);
    }
    quill_trace_lap(c->trace, QUILL_TRACE_ENCODER_CONVOLUTIONS);
}

static void run_attention(struct quill_encoder *encoder, const struct quill_compute *c,
                          const struct quill_attention_layer *layer, size_t n_ctx)
{
    const struct quill_model *model = encoder->model;
    const struct quill_gemm *gemm = quill_model_gemm(model, &c->kernels);
    const enum quill_type type = quill_model_activation_type(model);
    const size_t state = model->hparams.n_audio_state, n_head = model->hparams.n_audio_head;
    const size_t part_bytes = state * quill_type_traits(type)->block_bytes;
    const struct quill_linear_layer *parts[] = {&layer->query, &layer->key, &layer->value};
    unsigned char *qkv = work_at(c, encoder->plan.qkv); /* [n_ctx, 3, state] */
    void *narrow = work_at(c, encoder->plan.narrow);

    quill_pack_norm(c, gemm, encoder->output, layer->norm.gamma, layer->norm.beta, n_ctx, state, narrow);
    for (size_t i = 0; i < 3; i++)
        quill_gemm_linear(c, gemm, &parts[i]->w, parts[i]->bias, narrow, n_ctx,
                          &(struct quill_target){qkv + i * part_bytes, 3 * part_bytes,
                                                 type == QUILL_F16 ? QUILL_STORE_F16 : QUILL_STORE_F32,
                                                 false});
    quill_trace_lap(c->trace, QUILL_TRACE_ENCODER_PROJECTIONS);
    quill_attend_window(c, gemm,
                        &(struct quill_window_attention){.q = qkv,
                                                         .k = qkv + part_bytes,
                                                         .v = qkv + 2 * part_bytes,
                                                         .type = type,
                                                         .stride = 3 * part_bytes,
                                                         .n = n_ctx,
                                                         .n_head = n_head,
                                                         .head_dim = state / n_head,
                                                         .panels = work_at(c, encoder->plan.panels),
                                                         .out = narrow,
                                                         .out_gemm = gemm});
    quill_trace_lap(c->trace, QUILL_TRACE_ENCODER_ATTENTION);
    quill_gemm_linear(c, gemm, &layer->out.w, layer->out.bias, narrow, n_ctx,
                      &(struct quill_target){encoder->output, state * sizeof(float), QUILL_STORE_ADD, false});
    quill_trace_lap(c->trace, QUILL_TRACE_ENCODER_PROJECTIONS);
}

static void run_mlp(struct quill_encoder *encoder, const struct quill_compute *c,
                    const struct quill_mlp_layer *layer, size_t n_ctx)
{
    const struct quill_gemm *gemm = quill_model_gemm(encoder->model, &c->kernels);
    const size_t state = encoder->model->hparams.n_audio_state;
    void *narrow = work_at(c, encoder->plan.narrow), *hidden = work_at(c, encoder->plan.hidden);

    quill_pack_norm(c, gemm, encoder->output, layer->norm.gamma, layer->norm.beta, n_ctx, state, narrow);
    quill_gemm_linear(c, gemm, &layer->up.w, layer->up.bias, narrow, n_ctx,
                      &(struct quill_target){hidden, quill_gemm_row_bytes(gemm, 4 * state),
                                             QUILL_STORE_PACKED, .gelu = true});
    quill_gemm_linear(c, gemm, &layer->down.w, layer->down.bias, hidden, n_ctx,
                      &(struct quill_target){encoder->output, state * sizeof(float), QUILL_STORE_ADD, false});
    quill_trace_lap(c->trace, QUILL_TRACE_ENCODER_FEED_FORWARD);
}

enum quill_status quill_encoder_run(struct quill_encoder *encoder, const struct quill_compute *compute,
                                    size_t n_ctx, const struct quill_cancel *cancel, struct quill_error *err)
{
    const struct quill_model *model = encoder->model;
    const size_t n_mels = model->hparams.n_mels;

    assert(n_ctx >= 1 && n_ctx <= model->hparams.n_audio_ctx);
    quill_trace_mark(compute->trace);
    /* The padding before mel's first frame is as the arena made it; that after the last one moves. */
    memset(encoder->mel + (2 * n_ctx + 1) * n_mels, 0, n_mels * sizeof *encoder->mel);
    for (size_t first = 0; first < n_ctx; first += QUILL_STEM_FRAMES)
        run_stem(encoder, compute, first,
                 n_ctx - first < QUILL_STEM_FRAMES ? n_ctx - first : QUILL_STEM_FRAMES);
    for (uint32_t i = 0; i < model->hparams.n_audio_layer; i++) {
        if (quill_cancelled(cancel))
            return quill_fail(err, QUILL_ERR_CANCELLED, "recognition was cancelled");
        run_attention(encoder, compute, &model->encoder[i].self, n_ctx);
        run_mlp(encoder, compute, &model->encoder[i].mlp, n_ctx);
    }
    quill_norm_rows(compute, encoder->output, model->encoder_norm.gamma, model->encoder_norm.beta,
                    encoder->output, n_ctx, model->hparams.n_audio_state);
    quill_model_release_encoder(model);
    quill_trace_lap(compute->trace, QUILL_TRACE_ENCODER_NORM);
    quill_work_encoder(model, n_ctx, compute->trace);
    return QUILL_OK;
}
