#include "model/encoder.h"

#include <assert.h>
#include <string.h>

#include "model/plan.h"

struct quill_encoder {
    const struct quill_model *model; /* borrowed */
    struct quill_encoder_plan plan;
    struct quill_arena arena;            /* owned */
    float *mel, *output, *narrow, *wide; /* into the arena; shapes in plan.h */
};

enum quill_status quill_encoder_open(struct quill_encoder **out, const struct quill_model *model,
                                     struct quill_error *err)
{
    struct quill_encoder *encoder = quill_alloc_zero(sizeof *encoder);

    if (!encoder)
        return quill_fail(err, QUILL_ERR_NOMEM, "need %zu bytes for the encoder", sizeof *encoder);
    encoder->model = model;
    encoder->plan = quill_plan_encoder(&model->hparams);
    const enum quill_status status =
        quill_arena_open(&encoder->arena, &encoder->plan.total, "the encoder", err);
    if (status != QUILL_OK) {
        quill_free(encoder);
        return status;
    }
    encoder->mel = quill_arena_at(&encoder->arena, encoder->plan.mel);
    encoder->output = quill_arena_at(&encoder->arena, encoder->plan.output);
    encoder->narrow = quill_arena_at(&encoder->arena, encoder->plan.narrow);
    encoder->wide = quill_arena_at(&encoder->arena, encoder->plan.wide);
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

size_t quill_encoder_working_bytes(const struct quill_encoder *encoder)
{
    return encoder->plan.total.bytes - encoder->plan.output.bytes;
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

/* Both convolutions as products over overlapping rows: three frames of the zero-padded input are one row. */
static void run_stem(struct quill_encoder *encoder, const struct quill_compute *c, size_t n_ctx)
{
    const struct quill_model *model = encoder->model;
    const size_t n_mels = model->hparams.n_mels, state = model->hparams.n_audio_state, n_frames = 2 * n_ctx;
    float *mel = encoder->mel;     /* [n_frames + 2, n_mels] */
    float *frames = encoder->wide; /* [n_frames + 1, state] */

    /* The padding before mel's first frame is as the arena made it; that after the last one moves. Behind
     * frames there is none: at stride 2 no row reaches beyond the last frame. */
    memset(mel + (n_frames + 1) * n_mels, 0, n_mels * sizeof *mel);
    memset(frames, 0, state * sizeof *frames);

    quill_linear(c, &model->conv1.w, model->conv1.bias, mel, n_mels, n_frames, frames + state, state,
                 QUILL_GELU);
    quill_linear(c, &model->conv2.w, model->conv2.bias, frames, 2 * state, n_ctx, encoder->output, state,
                 QUILL_GELU);
    c->kernels.add(encoder->output, model->encoder_positions, n_ctx * state);
}

static void run_block(struct quill_encoder *encoder, const struct quill_compute *c,
                      const struct quill_encoder_block *block, size_t n_ctx)
{
    const size_t state = encoder->model->hparams.n_audio_state, n_head = encoder->model->hparams.n_audio_head;
    float *x = encoder->output, *narrow = encoder->narrow; /* [n_ctx, state] */
    float *qkv = encoder->wide;                            /* [n_ctx, 3, state] */
    float *hidden = encoder->wide;                         /* [n_ctx, 4 state] */
    const struct quill_linear_layer *parts[] = {&block->self.query, &block->self.key, &block->self.value};

    quill_norm_rows(c, x, block->self.norm.gamma, block->self.norm.beta, narrow, n_ctx, state);
    for (size_t i = 0; i < 3; i++)
        quill_linear(c, &parts[i]->w, parts[i]->bias, narrow, state, n_ctx, qkv + i * state, 3 * state,
                     QUILL_STORE);
    quill_attend(c, &(struct quill_attention){.q = qkv,
                                              .k = qkv + state,
                                              .v = qkv + 2 * state,
                                              .out = narrow,
                                              .ldq = 3 * state,
                                              .ldk = 3 * state,
                                              .ldv = 3 * state,
                                              .ldo = state,
                                              .n_query = n_ctx,
                                              .n_key = n_ctx,
                                              .n_head = n_head,
                                              .head_dim = state / n_head});
    quill_linear(c, &block->self.out.w, block->self.out.bias, narrow, state, n_ctx, x, state, QUILL_ADD);

    quill_norm_rows(c, x, block->mlp.norm.gamma, block->mlp.norm.beta, narrow, n_ctx, state);
    quill_linear(c, &block->mlp.up.w, block->mlp.up.bias, narrow, state, n_ctx, hidden, 4 * state,
                 QUILL_GELU);
    quill_linear(c, &block->mlp.down.w, block->mlp.down.bias, hidden, 4 * state, n_ctx, x, state, QUILL_ADD);
}

enum quill_status quill_encoder_run(struct quill_encoder *encoder, const struct quill_compute *compute,
                                    size_t n_ctx, const struct quill_cancel *cancel, struct quill_error *err)
{
    const struct quill_model *model = encoder->model;

    assert(n_ctx >= 1 && n_ctx <= model->hparams.n_audio_ctx);
    run_stem(encoder, compute, n_ctx);
    for (uint32_t i = 0; i < model->hparams.n_audio_layer; i++) {
        if (quill_cancelled(cancel))
            return quill_fail(err, QUILL_ERR_CANCELLED, "recognition was cancelled");
        run_block(encoder, compute, &model->encoder[i], n_ctx);
    }
    quill_norm_rows(compute, encoder->output, model->encoder_norm.gamma, model->encoder_norm.beta,
                    encoder->output, n_ctx, model->hparams.n_audio_state);
    return QUILL_OK;
}
