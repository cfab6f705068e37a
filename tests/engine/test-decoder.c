/* What the decoder promises beside its numbers, which test-model-golden checks. */
#include <math.h>
#include <string.h>

#include "model/pages.h"
#include "model/plan.h"
#include "tiny-model.h"

#define N_LAYER 3
#define STATE 48
#define N_VOCAB 211
#define N_TEXT 96 /* three pages */
#define N_AUDIO 18

static const struct tiny_spec spec = { .hparams = { .n_vocab = N_VOCAB,
                                                    .n_audio_ctx = N_AUDIO,
                                                    .n_audio_state = STATE,
                                                    .n_audio_head = 3,
                                                    .n_audio_layer = 1,
                                                    .n_text_ctx = N_TEXT,
                                                    .n_text_state = STATE,
                                                    .n_text_head = 6,
                                                    .n_text_layer = N_LAYER,
                                                    .n_mels = 80 },
                                       .type = QUILL_F16 };

static uint32_t tokens[N_TEXT];

static void
make_tokens (void) {
  for (size_t i = 0; i < N_TEXT; i++)
    tokens[i] = (uint32_t)((i * 7919 + 3) % N_VOCAB);
}

/* Logits that were asked for, copied. */
static void
feed_all (struct tiny_rig *rig, const struct quill_feed *feeds, size_t n_feeds, float *out) {
  const float *logits = NULL;
  size_t n_logits = 0;

  for (size_t i = 0; i < n_feeds; i++)
    n_logits += feeds[i].n_logits;
  g_assert_cmpint (quill_decoder_feed (rig->decoder, &rig->compute, feeds, n_feeds, &logits, NULL, NULL), ==,
                   QUILL_OK);
  memcpy (out, logits, n_logits * N_VOCAB * sizeof *out);
}

/* Logits of the last n_logits of n tokens, copied. */
static void
feed (struct tiny_rig *rig, size_t first, size_t n, size_t n_logits, float *out) {
  feed_all (rig, &(struct quill_feed){ .tokens = tokens + first, .n = n, .n_logits = n_logits }, 1, out);
}

static void
begin_window (struct tiny_rig *rig, size_t window, size_t n_ctx) {
  g_assert_cmpint (quill_decoder_begin (rig->decoder, &rig->compute, window,
                                        quill_encoder_output (rig->encoder), n_ctx, NULL, NULL),
                   ==, QUILL_OK);
}

static void
begin (struct tiny_rig *rig) {
  begin_window (rig, 0, N_AUDIO);
}

static void
rig_open_spec (struct tiny_rig *rig, const struct tiny_spec *as, unsigned n_threads) {
  tiny_rig_open (rig, as, n_threads, ~0u);
  tiny_rig_encode (rig, N_AUDIO);
}

static void
rig_open (struct tiny_rig *rig, unsigned n_threads) {
  rig_open_spec (rig, &spec, n_threads);
}

static void
assert_same (const float *a, const float *b, size_t n) {
  g_assert_cmpmem (a, n * sizeof *a, b, n * sizeof *b);
}

static void
batch_equals_one_by_one (void) {
  struct tiny_rig rig;
  float batch[8 * N_VOCAB], single[N_VOCAB];

  rig_open (&rig, 2);
  feed (&rig, 0, N_TEXT, 8, batch);
  begin (&rig);
  for (size_t i = 0; i < N_TEXT; i++) {
    feed (&rig, i, 1, 1, single);
    if (i >= N_TEXT - 8)
      assert_same (single, batch + (i - (N_TEXT - 8)) * N_VOCAB, N_VOCAB);
  }
  begin (&rig); /* a prompt, then a draft, then single tokens */
  feed (&rig, 0, N_TEXT - 7, 1, single);
  assert_same (single, batch, N_VOCAB);
  feed (&rig, N_TEXT - 7, 4, 1, single);
  assert_same (single, batch + 4 * N_VOCAB, N_VOCAB);
  tiny_rig_close (&rig);
}

/* Of each frame, what tokens look at it more than others do; and nothing else of the feed changes. */
static void
attention_is_written_down (void) {
  struct tiny_rig rig;
  float average[8 * N_AUDIO], fewer[5 * N_AUDIO], head[8 * N_AUDIO], logits[N_VOCAB], plain[N_VOCAB];
  struct quill_attention_map map = { .n_frames = N_AUDIO - 6, .average = average, .head = head };

  rig_open (&rig, 1);
  begin_window (&rig, 0, N_AUDIO - 4);
  feed (&rig, 0, 8, 1, plain);
  begin_window (&rig, 0, N_AUDIO - 4);
  memset (average, 0xff, sizeof average);
  feed_all (&rig, &(struct quill_feed){ .tokens = tokens, .n = 8, .n_logits = 1, .map = &map }, 1, logits);
  assert_same (logits, plain, N_VOCAB);
  for (size_t j = 0; j < map.n_frames; j++) {
    float least = INFINITY, most = -INFINITY;

    for (size_t i = 0; i < 8; i++) {
      g_assert_true (isfinite (average[i * map.n_frames + j]));
      least = fminf (least, average[i * map.n_frames + j]);
      most = fmaxf (most, average[i * map.n_frames + j]);
    }
    g_assert_cmpfloat (most - least, >, 0.1f);
  }
  begin_window (&rig, 0, N_AUDIO - 4); /* a frame is compared over what is fed, so other tokens matter */
  map.average = fewer;
  feed_all (&rig, &(struct quill_feed){ .tokens = tokens, .n = 5, .n_logits = 1, .map = &map }, 1, logits);
  g_assert_cmpint (memcmp (fewer, average, 5 * map.n_frames * sizeof *fewer), !=, 0);
  tiny_rig_close (&rig);
}

static void
later_tokens_do_not_matter (void) {
  struct tiny_rig rig;
  float alone[2 * N_VOCAB], followed[4 * N_VOCAB];

  rig_open (&rig, 1);
  feed (&rig, 0, 6, 2, alone);
  begin (&rig);
  feed (&rig, 0, 8, 4, followed);
  assert_same (alone, followed, 2 * N_VOCAB);
  tiny_rig_close (&rig);
}

static void
truncate_then_feed_again (void) {
  struct tiny_rig rig;
  float first[3 * N_VOCAB], other[N_VOCAB], again[3 * N_VOCAB];

  rig_open (&rig, 2);
  feed (&rig, 0, 5, 1, other);
  feed (&rig, 5, 3, 3, first);
  g_assert_cmpuint (quill_decoder_length (rig.decoder, 0), ==, 8);
  quill_decoder_truncate (rig.decoder, 0, 5);
  g_assert_cmpuint (quill_decoder_length (rig.decoder, 0), ==, 5);
  feed (&rig, 9, 7, 1, other); /* another continuation, longer */
  quill_decoder_truncate (rig.decoder, 0, 5);
  feed (&rig, 5, 3, 3, again);
  g_assert_cmpmem (first, sizeof first, again, sizeof again);
  tiny_rig_close (&rig);
}

static void
begin_forgets_the_window (void) {
  struct tiny_rig rig;
  float first[N_VOCAB], again[N_VOCAB];

  rig_open (&rig, 2);
  feed (&rig, 0, 4, 1, first);
  begin (&rig);
  g_assert_cmpuint (quill_decoder_length (rig.decoder, 0), ==, 0);
  feed (&rig, 0, 4, 1, again);
  g_assert_cmpmem (first, sizeof first, again, sizeof again);

  /* Fewer frames are another window with other logits. */
  begin_window (&rig, 0, N_AUDIO / 2);
  feed (&rig, 0, 4, 1, again);
  g_assert_cmpfloat (tiny_relative_error (again, first, N_VOCAB), >, 0.01);
  tiny_rig_close (&rig);
}

static void
feeding_without_logits (void) {
  struct tiny_rig rig;
  float with[N_VOCAB], after[N_VOCAB];
  const float *untouched = with;

  rig_open (&rig, 2);
  feed (&rig, 0, 4, 1, with);
  feed (&rig, 4, 2, 1, with);
  begin (&rig);
  g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute,
                                       &(struct quill_feed){ .tokens = tokens, .n = 4 }, 1, &untouched, NULL,
                                       NULL),
                   ==, QUILL_OK);
  g_assert_true (untouched == with);
  feed (&rig, 4, 2, 1, after);
  g_assert_cmpmem (with, sizeof with, after, sizeof after);
  tiny_rig_close (&rig);
}

static void
cancel_at_each_layer (void) {
  struct tiny_rig rig;
  float undisturbed[N_VOCAB], after[N_VOCAB];

  rig_open (&rig, 2);
  feed (&rig, 0, 3, 1, undisturbed);
  feed (&rig, 3, 2, 1, undisturbed);
  for (unsigned at = 1; at <= N_LAYER; at++) {
    struct tiny_cancel state;
    const struct quill_cancel cancel = tiny_cancel_after (&state, at);
    struct quill_error err = { 0 };
    const float *logits = NULL;

    g_assert_cmpint (quill_decoder_begin (rig.decoder, &rig.compute, 0, quill_encoder_output (rig.encoder),
                                          N_AUDIO, &cancel, &err),
                     ==, QUILL_ERR_CANCELLED);
    g_assert_cmpint (err.code, ==, QUILL_ERR_CANCELLED);
    begin (&rig);
    feed (&rig, 0, 3, 1, after);
    tiny_cancel_after (&state, at);
    const struct quill_feed next = { .tokens = tokens + 3, .n = 2, .n_logits = 1 };
    g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute, &next, 1, &logits, &cancel, &err), ==,
                     QUILL_ERR_CANCELLED);
    g_assert_null (logits);
    g_assert_cmpuint (state.n_asked, ==, at);
    g_assert_cmpuint (quill_decoder_length (rig.decoder, 0), ==, 3);
    feed (&rig, 3, 2, 1, after);
    g_assert_cmpmem (after, sizeof after, undisturbed, sizeof undisturbed);
  }
  tiny_rig_close (&rig);
}

static void
bytes_are_what_was_planned (void) {
  struct tiny_rig rig;
  const size_t kv = 2 * N_LAYER * (N_TEXT + N_AUDIO) * STATE * sizeof (uint16_t); /* as the weights are */

  rig_open (&rig, 1);
  g_assert_cmpuint (quill_decoder_kv_bytes (rig.decoder), ==, kv);
  g_assert_cmpuint (quill_decoder_logits_bytes (rig.decoder), ==,
                    QUILL_DECODER_MAX_LOGITS * N_VOCAB * sizeof (float));
  /* What a feed works on: stream, narrow, wide. */
  g_assert_cmpuint (quill_model_work_bytes (rig.model, &rig.compute.kernels), >=,
                    6 * N_TEXT * STATE * sizeof (float));
  tiny_rig_close (&rig);
}

/* Each sequence and each window adds what it takes, and nothing to the working memory. */
static void
several_are_planned_for (void) {
  const struct quill_decoder_size one = { 1, 1, 1 }, several = { 4, 3, 5 };
  struct quill_kernels kernels;

  quill_kernels_init (&kernels, ~0u);
  for (enum quill_cache_form form = 0; form < QUILL_CACHE_FORMS; form++) {
    const struct quill_gemm *gemm = &kernels.gemm[QUILL_GEMM_I16];
    const struct quill_decoder_plan a = quill_plan_decoder (&spec.hparams, gemm, form, &one);
    const struct quill_decoder_plan b = quill_plan_decoder (&spec.hparams, gemm, form, &several);

    g_assert_cmpuint (b.self.rows.bytes, ==, 4 * a.self.rows.bytes);
    g_assert_cmpuint (b.self.scales.bytes, ==, 4 * a.self.scales.bytes);
    g_assert_cmpuint (b.cross.rows.bytes, ==, 3 * a.cross.rows.bytes);
    g_assert_cmpuint (b.cross.scales.bytes, ==, 3 * a.cross.scales.bytes);
    g_assert_cmpuint (b.logits.bytes, ==, 5 * a.logits.bytes);
    g_assert_cmpuint (b.work.bytes, ==, a.work.bytes);
  }
}

static void
nothing_is_allocated_while_running (void) {
  struct tiny_rig rig;
  float logits[N_VOCAB];

  rig_open (&rig, 3);
  const unsigned long before = quill_alloc_count ();
  begin (&rig);
  feed (&rig, 0, 5, 1, logits);
  feed (&rig, 5, 60, 1, logits);
  g_assert_cmpuint (quill_alloc_count (), ==, before);
  tiny_rig_close (&rig);
}

static void
sizes_that_overflow_are_noticed (void) {
  const struct quill_hparams huge = { .n_vocab = UINT32_MAX,
                                      .n_audio_ctx = UINT32_MAX,
                                      .n_audio_state = UINT32_MAX,
                                      .n_audio_head = UINT32_MAX,
                                      .n_audio_layer = UINT32_MAX,
                                      .n_text_ctx = UINT32_MAX,
                                      .n_text_state = UINT32_MAX,
                                      .n_text_head = UINT32_MAX,
                                      .n_text_layer = UINT32_MAX,
                                      .n_mels = UINT32_MAX };

  struct quill_kernels kernels;

  quill_kernels_init (&kernels, 0);
  for (int form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &kernels.gemm[form];
    const struct quill_encoder_plan encoder
        = quill_plan_encoder (&huge, gemm, form == QUILL_GEMM_F32 ? QUILL_F32 : QUILL_F16);
    const enum quill_cache_form cache = form == QUILL_GEMM_F32 ? QUILL_CACHE_F32 : QUILL_CACHE_INT8;
    const struct quill_decoder_size one = { 1, 1, 1 }, many = { SIZE_MAX / 2, SIZE_MAX / 2, SIZE_MAX / 2 };
    const struct quill_decoder_plan decoder = quill_plan_decoder (&huge, gemm, cache, &one);
    const struct quill_decoder_plan many_decoder = quill_plan_decoder (&spec.hparams, gemm, cache, &many);
    const struct quill_encoder_plan small_encoder
        = quill_plan_encoder (&spec.hparams, gemm, form == QUILL_GEMM_F32 ? QUILL_F32 : QUILL_F16);
    const struct quill_decoder_plan small_decoder = quill_plan_decoder (&spec.hparams, gemm, cache, &one);

    g_assert_true (encoder.own.overflow && encoder.work.overflow);
    g_assert_true (decoder.own.overflow && decoder.work.overflow);
    g_assert_true (many_decoder.own.overflow);
    g_assert_false (small_encoder.own.overflow || small_encoder.work.overflow);
    g_assert_false (small_decoder.own.overflow || small_decoder.work.overflow);
  }
}

/* ---- several sequences ---- */

static const struct quill_decoder_size several = { .n_sequences = 4, .n_windows = 2, .n_logits = 8 };

static struct tiny_spec
several_of (enum quill_type type) {
  struct tiny_spec as = spec;

  as.type = type;
  as.size = &several;
  if (type != QUILL_F32 && type != QUILL_F16) { /* rows of whole blocks */
    as.hparams.n_audio_state = as.hparams.n_text_state = 64;
    as.hparams.n_audio_head = as.hparams.n_text_head = 2;
  }
  return as;
}

/* Logits of the last of the first n tokens of `from`, in a decoder that holds nothing else. */
static void
logits_alone (const struct tiny_spec *as, size_t n_ctx, const uint32_t *from, size_t n, float *out) {
  struct tiny_spec alone = *as;
  struct tiny_rig rig;

  alone.size = NULL;
  rig_open_spec (&rig, &alone, 1);
  begin_window (&rig, 0, n_ctx);
  feed_all (&rig, &(struct quill_feed){ .tokens = from, .n = n, .n_logits = 1 }, 1, out);
  tiny_rig_close (&rig);
}

static const enum quill_type types[] = { QUILL_F32, QUILL_F16, QUILL_Q8_0 }; /* one for each form of cache */

static void
together_equals_alone (void) {
  static const struct {
    size_t window, n_ctx, n_prompt;
  } sequences[] = { { 0, N_AUDIO, 40 }, { 1, N_AUDIO - 5, 3 }, { 1, N_AUDIO - 5, 31 } };
  enum { N = G_N_ELEMENTS (sequences) };

  for (size_t t = 0; t < G_N_ELEMENTS (types); t++) {
    const struct tiny_spec as = several_of (types[t]);
    struct tiny_rig rig;
    struct quill_feed feeds[N];
    float got[N * N_VOCAB], expected[N_VOCAB];

    rig_open_spec (&rig, &as, 2);
    begin_window (&rig, 1, N_AUDIO - 5);
    for (size_t i = 0; i < N; i++) {
      quill_decoder_start (rig.decoder, i, sequences[i].window);
      feeds[i] = (struct quill_feed){
        .sequence = i, .tokens = tokens + i, .n = sequences[i].n_prompt, .n_logits = 1
      };
    }
    for (size_t step = 0; step < 4; step++) { /* prompts, then a token each */
      feed_all (&rig, feeds, N, got);
      for (size_t i = 0; i < N; i++) {
        g_assert_cmpuint (quill_decoder_length (rig.decoder, i), ==, sequences[i].n_prompt + step);
        logits_alone (&as, sequences[i].n_ctx, tokens + i, sequences[i].n_prompt + step, expected);
        assert_same (got + i * N_VOCAB, expected, N_VOCAB);
        feeds[i].tokens += feeds[i].n;
        feeds[i].n = 1;
      }
    }
    tiny_rig_close (&rig);
  }
}

static void
logits_come_feed_by_feed (void) {
  const struct tiny_spec as = several_of (QUILL_F16);
  const struct quill_feed feeds[] = { { .sequence = 2, .tokens = tokens, .n = 5, .n_logits = 3 },
                                      { .sequence = 0, .tokens = tokens, .n = 4 },
                                      { .sequence = 1, .tokens = tokens, .n = 5, .n_logits = 1 } };
  struct tiny_rig rig;
  float got[4 * N_VOCAB], expected[3 * N_VOCAB];

  rig_open (&rig, 1);
  feed (&rig, 0, 5, 3, expected);
  tiny_rig_close (&rig);
  rig_open_spec (&rig, &as, 1);
  feed_all (&rig, feeds, G_N_ELEMENTS (feeds), got);
  assert_same (got, expected, 3 * N_VOCAB);
  assert_same (got + 3 * N_VOCAB, expected + 2 * N_VOCAB, N_VOCAB);
  g_assert_cmpuint (quill_decoder_length (rig.decoder, 0), ==, 4);
  tiny_rig_close (&rig);
}

/* The first `common` tokens are fed once; then a fork goes on with others, beside the original or before it.
 */
static void
check_fork (const struct tiny_spec *as, size_t common, bool side_by_side) {
  const size_t n_more = 3;
  uint32_t other[N_TEXT];
  struct tiny_rig rig;
  float got[2 * N_VOCAB], expected[N_VOCAB];

  memcpy (other, tokens, sizeof other);
  for (size_t i = common; i < N_TEXT; i++)
    other[i] = (tokens[i] + 1) % N_VOCAB;
  rig_open_spec (&rig, as, 2);
  const size_t n_pages = quill_decoder_free_pages (rig.decoder);
  feed_all (&rig, &(struct quill_feed){ .tokens = tokens, .n = common, .n_logits = 1 }, 1, got);
  const size_t n_free = quill_decoder_free_pages (rig.decoder);
  quill_decoder_fork (rig.decoder, 0, 3);
  g_assert_cmpuint (quill_decoder_length (rig.decoder, 3), ==, common);
  g_assert_cmpuint (quill_decoder_free_pages (rig.decoder), ==, n_free);
  for (size_t i = 0; i < n_more; i++) {
    const struct quill_feed feeds[]
        = { { .sequence = 0, .tokens = tokens + common + i, .n = 1, .n_logits = 1 },
            { .sequence = 3, .tokens = other + common + i, .n = 1, .n_logits = 1 } };

    if (side_by_side) {
      feed_all (&rig, feeds, 2, got);
    } else {
      feed_all (&rig, &feeds[1], 1, got + N_VOCAB);
      feed_all (&rig, &feeds[0], 1, got);
    }
  }
  logits_alone (as, N_AUDIO, tokens, common + n_more, expected);
  assert_same (got, expected, N_VOCAB);
  logits_alone (as, N_AUDIO, other, common + n_more, expected);
  assert_same (got + N_VOCAB, expected, N_VOCAB);
  /* What is common stays in one place, but for the page where they part. */
  const size_t shared = common / QUILL_PAGE_LEN, all = quill_page_count (common + n_more);
  g_assert_cmpuint (quill_decoder_free_pages (rig.decoder), ==, n_pages - shared - 2 * (all - shared));
  quill_decoder_truncate (rig.decoder, 0, 0);
  g_assert_cmpuint (quill_decoder_free_pages (rig.decoder), ==, n_pages - all);
  quill_decoder_start (rig.decoder, 3, 1);
  g_assert_cmpuint (quill_decoder_free_pages (rig.decoder), ==, n_pages);
  tiny_rig_close (&rig);
}

static void
forks_equal_two_decoders (void) {
  static const size_t commons[] = { 1, 30, 31, 32, 33, 64, 70 };

  for (size_t t = 0; t < G_N_ELEMENTS (types); t++) {
    const struct tiny_spec as = several_of (types[t]);

    for (size_t i = 0; i < G_N_ELEMENTS (commons); i++)
      for (int side_by_side = 0; side_by_side < 2; side_by_side++)
        check_fork (&as, commons[i], side_by_side);
  }
}

/* A fork that goes back into what is common writes into copies of it. */
static void
truncated_fork_leaves_the_original (void) {
  const struct tiny_spec as = several_of (QUILL_Q8_0);
  struct tiny_rig rig;
  float got[N_VOCAB], expected[N_VOCAB];

  rig_open_spec (&rig, &as, 2);
  feed (&rig, 0, 70, 1, got);
  quill_decoder_fork (rig.decoder, 0, 1);
  quill_decoder_truncate (rig.decoder, 1, 20);
  g_assert_cmpuint (quill_decoder_length (rig.decoder, 0), ==, 70);
  feed_all (&rig, &(struct quill_feed){ .sequence = 1, .tokens = tokens + 5, .n = 60, .n_logits = 1 }, 1,
            got);
  feed (&rig, 70, 5, 1, got);
  logits_alone (&as, N_AUDIO, tokens, 75, expected);
  assert_same (got, expected, N_VOCAB);
  /* Forked over what it was before. */
  quill_decoder_fork (rig.decoder, 0, 1);
  quill_decoder_fork (rig.decoder, 1, 1);
  feed_all (&rig, &(struct quill_feed){ .sequence = 1, .tokens = tokens + 75, .n = 1, .n_logits = 1 }, 1,
            got);
  logits_alone (&as, N_AUDIO, tokens, 76, expected);
  assert_same (got, expected, N_VOCAB);
  tiny_rig_close (&rig);
}

static void
all_sequences_may_be_full (void) {
  const struct tiny_spec as = several_of (QUILL_F16);
  struct tiny_rig rig;
  float got[N_VOCAB];

  rig_open_spec (&rig, &as, 2);
  const size_t n_pages = quill_decoder_free_pages (rig.decoder);
  for (int round = 0; round < 3; round++) {
    feed (&rig, 0, 50, 1, got);
    for (size_t i = 1; i < several.n_sequences; i++)
      quill_decoder_fork (rig.decoder, 0, i);
    for (size_t i = 0; i < several.n_sequences; i++)
      feed_all (&rig,
                &(struct quill_feed){ .sequence = i, .tokens = tokens, .n = N_TEXT - 50, .n_logits = 1 }, 1,
                got);
    /* The first page is still one; each has two of its own. */
    g_assert_cmpuint (quill_decoder_free_pages (rig.decoder), ==, n_pages - 1 - 2 * several.n_sequences);
    begin (&rig);
    g_assert_cmpuint (quill_decoder_free_pages (rig.decoder), ==, n_pages);
  }
  tiny_rig_close (&rig);
}

static void
begin_empties_the_sequences_of_its_window_only (void) {
  const struct tiny_spec as = several_of (QUILL_F16);
  struct tiny_rig rig;
  float got[N_VOCAB], expected[N_VOCAB];

  rig_open_spec (&rig, &as, 2);
  feed (&rig, 0, 3, 1, got);
  begin_window (&rig, 1, N_AUDIO - 5);
  quill_decoder_start (rig.decoder, 1, 1);
  feed_all (&rig, &(struct quill_feed){ .sequence = 1, .tokens = tokens, .n = 3, .n_logits = 1 }, 1, got);
  begin_window (&rig, 1, N_AUDIO - 4);
  g_assert_cmpuint (quill_decoder_length (rig.decoder, 0), ==, 3);
  g_assert_cmpuint (quill_decoder_length (rig.decoder, 1), ==, 0);
  feed (&rig, 3, 1, 1, got);
  logits_alone (&as, N_AUDIO, tokens, 4, expected);
  assert_same (got, expected, N_VOCAB);
  feed_all (&rig, &(struct quill_feed){ .sequence = 1, .tokens = tokens, .n = 3, .n_logits = 1 }, 1, got);
  logits_alone (&as, N_AUDIO - 4, tokens, 3, expected);
  assert_same (got, expected, N_VOCAB);
  tiny_rig_close (&rig);
}

static void
cancelled_feed_leaves_all_sequences (void) {
  const struct tiny_spec as = several_of (QUILL_F16);
  struct tiny_rig rig;
  float got[2 * N_VOCAB], expected[N_VOCAB];

  rig_open_spec (&rig, &as, 2);
  feed (&rig, 0, 31, 1, got);
  quill_decoder_fork (rig.decoder, 0, 1);
  const size_t n_free = quill_decoder_free_pages (rig.decoder);
  for (unsigned at = 1; at <= N_LAYER; at++) {
    const struct quill_feed feeds[] = { { .sequence = 0, .tokens = tokens + 31, .n = 2, .n_logits = 1 },
                                        { .sequence = 1, .tokens = tokens + 40, .n = 40, .n_logits = 1 } };
    struct tiny_cancel state;
    const struct quill_cancel cancel = tiny_cancel_after (&state, at);
    const float *logits = NULL;

    g_assert_cmpint (quill_decoder_feed (rig.decoder, &rig.compute, feeds, 2, &logits, &cancel, NULL), ==,
                     QUILL_ERR_CANCELLED);
    g_assert_null (logits);
    g_assert_cmpuint (quill_decoder_length (rig.decoder, 0), ==, 31);
    g_assert_cmpuint (quill_decoder_length (rig.decoder, 1), ==, 31);
    /* All that the call took it gave back; that the page has become two stays. */
    g_assert_cmpuint (quill_decoder_free_pages (rig.decoder), ==, n_free - 1);
  }
  for (size_t i = 0; i < 2; i++) {
    feed_all (&rig, &(struct quill_feed){ .sequence = i, .tokens = tokens + 31, .n = 4, .n_logits = 1 }, 1,
              got);
    logits_alone (&as, N_AUDIO, tokens, 35, expected);
    assert_same (got, expected, N_VOCAB);
  }
  tiny_rig_close (&rig);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  make_tokens ();
  g_test_add_func ("/decoder/a-batch-equals-its-tokens-one-by-one", batch_equals_one_by_one);
  g_test_add_func ("/decoder/attention-is-written-down", attention_is_written_down);
  g_test_add_func ("/decoder/later-tokens-do-not-change-earlier-logits", later_tokens_do_not_matter);
  g_test_add_func ("/decoder/truncate-then-feed-again-is-identical", truncate_then_feed_again);
  g_test_add_func ("/decoder/begin-forgets-the-window-before", begin_forgets_the_window);
  g_test_add_func ("/decoder/feeding-without-logits-fills-the-cache", feeding_without_logits);
  g_test_add_func ("/decoder/cancel-at-each-layer-leaves-the-length", cancel_at_each_layer);
  g_test_add_func ("/decoder/bytes-are-what-was-planned", bytes_are_what_was_planned);
  g_test_add_func ("/decoder/several-are-planned-for", several_are_planned_for);
  g_test_add_func ("/decoder/sequences-of-windows-together-equal-each-alone", together_equals_alone);
  g_test_add_func ("/decoder/logits-come-feed-by-feed", logits_come_feed_by_feed);
  g_test_add_func ("/decoder/forks-that-part-equal-two-decoders", forks_equal_two_decoders);
  g_test_add_func ("/decoder/truncated-fork-leaves-the-original", truncated_fork_leaves_the_original);
  g_test_add_func ("/decoder/all-sequences-may-be-full", all_sequences_may_be_full);
  g_test_add_func ("/decoder/begin-empties-the-sequences-of-its-window-only",
                   begin_empties_the_sequences_of_its_window_only);
  g_test_add_func ("/decoder/cancelled-feed-leaves-all-sequences", cancelled_feed_leaves_all_sequences);
  g_test_add_func ("/decoder/running-allocates-nothing", nothing_is_allocated_while_running);
  g_test_add_func ("/plan/sizes-that-overflow-are-noticed", sizes_that_overflow_are_noticed);
  return g_test_run ();
}
