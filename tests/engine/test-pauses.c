/* Recordings cut at their pauses: what becomes of the stretches of speech in them. With the bundled model,
 * and with a small made-up one where it takes many runs or another language. */
#include <math.h>
#include <string.h>

#include "audio/stretches.h"
#include "base/arena.h"
#include "bundled.h"
#include "text/hallucinations.h"
#include "tiny-model.h"
#include "transcriber.h"

#define N_SAID 3
#define MS (QUILL_SAMPLE_RATE / 1000)
#define PAUSE_MS 4000 /* before, between and behind them */
#define SLACK_MS 350  /* a pad, and how far off attention is */

static const char *const names[N_SAID] = { "016-flite-slt.flac", "002-flite-rms.flac", "020-flite-awb.flac" };

struct fixture {
  struct quill_model *model;
  struct quill_transcriber *transcriber;
  struct quill_params params;
  float *sound; /* three sentences */
  size_t n;
  int64_t begin_ms[N_SAID], end_ms[N_SAID];
};

/* Appends ms of a quiet room. */
static void
add_pause (GArray *sound, unsigned ms) {
  for (size_t i = 0; i < (size_t)ms * MS; i++) {
    const float sample = 0.0005f * tiny_noise ("room", sound->len);

    g_array_append_val (sound, sample);
  }
}

static void
add_recording (GArray *sound, const char *name) {
  size_t n;
  g_autofree float *samples = bundled_sound (name, &n);

  g_array_append_vals (sound, samples, (guint)n);
}

static void
set_up (struct fixture *f, const void *unused) {
  GArray *sound = g_array_new (FALSE, FALSE, sizeof (float));

  f->model = bundled_model ();
  f->transcriber = bundled_transcriber (f->model, 2);
  quill_params_init (&f->params);
  f->params.vad = true;
  f->params.condition_on_previous = false;
  f->params.temperature_increment = 0.0f;
  add_pause (sound, PAUSE_MS);
  for (int i = 0; i < N_SAID; i++) {
    f->begin_ms[i] = sound->len / MS;
    add_recording (sound, names[i]);
    f->end_ms[i] = sound->len / MS;
    add_pause (sound, PAUSE_MS);
  }
  f->n = sound->len;
  f->sound = (float *)(gpointer)g_array_free (sound, FALSE);
}

static void
tear_down (struct fixture *f, const void *unused) {
  g_free (f->sound);
  quill_transcriber_close (&f->transcriber);
  quill_model_close (&f->model);
}

static struct quill_result *
transcribe (struct fixture *f, const float *sound, size_t n) {
  struct quill_result *result = NULL;
  struct quill_error err = { 0 };

  quill_transcribe (f->transcriber, sound, n, &f->params, &result, &err);
  g_assert_cmpstr (err.message, ==, "");
  return result;
}

/* The next stretch that the parameters find; chunk lengths are the test's. */
static bool
next_stretch (struct quill_stretches *stretches, struct quill_stretch *out) {
  while (!quill_stretches_done (stretches))
    if (quill_stretches_next (stretches, out))
      return true;
  return false;
}

static void
each_is_heard_like_a_recording_of_its_own (struct fixture *f, const void *unused) {
  struct quill_stretches *stretches = NULL;
  struct quill_stretch stretch;
  size_t at = 0;
  f->params.word_timestamps = true;
  f->params.vad_params.chunk_length_s = 0; /* as for this model */
  struct quill_result *all = transcribe (f, f->sound, f->n);

  g_assert_cmpuint (all->n_segments, >=, N_SAID);
  g_assert_cmpint (quill_stretches_open (&stretches, &f->params.vad_params, f->sound, f->n, NULL), ==,
                   QUILL_OK);
  f->params.vad = false;
  while (next_stretch (stretches, &stretch)) {
    const size_t n = stretch.end - stretch.begin;
    const int64_t begin_ms = (int64_t)(stretch.begin / MS);

    f->params.audio_ctx = (unsigned)quill_audio_ctx_for (n, 0, 1500);
    g_assert_cmpuint (f->params.audio_ctx, <, 400);
    struct quill_result *one = transcribe (f, f->sound + stretch.begin, n);
    for (size_t i = 0; i < one->n_segments; i++) {
      const struct quill_segment *expected = &one->segments[i], *found = &all->segments[at++];

      g_test_message ("%s", expected->text);
      g_assert_cmpuint (at, <=, all->n_segments);
      g_assert_cmpstr (found->text, ==, expected->text);
      g_assert_cmpint (found->start_ms, ==, begin_ms + expected->start_ms);
      g_assert_cmpint (found->end_ms, ==, begin_ms + expected->end_ms);
      g_assert_cmpfloat (found->avg_logprob, ==, expected->avg_logprob);
      g_assert_cmpuint (found->n_words, ==, expected->n_words);
      for (size_t k = 0; k < found->n_words; k++) {
        g_assert_cmpint (found->words[k].start_ms, ==, begin_ms + expected->words[k].start_ms);
        g_assert_cmpint (found->words[k].end_ms, ==, begin_ms + expected->words[k].end_ms);
      }
    }
    quill_result_free (&one);
  }
  g_assert_cmpuint (at, ==, all->n_segments);
  quill_stretches_close (&stretches);
  quill_result_free (&all);
}

/* Words are where they were said, and of each sentence there are some. */
static void
times_are_those_of_the_recording (struct fixture *f, const void *unused) {
  unsigned n_words[N_SAID] = { 0 };
  f->params.word_timestamps = true;
  struct quill_result *result = transcribe (f, f->sound, f->n);

  for (size_t i = 0; i < result->n_segments; i++)
    for (size_t k = 0; k < result->segments[i].n_words; k++) {
      const struct quill_word *word = &result->segments[i].words[k];
      int said = 0;

      while (said < N_SAID - 1 && word->start_ms > f->end_ms[said])
        said++;
      n_words[said]++;
      g_test_message ("%s %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, word->text, word->start_ms, word->end_ms);
      g_assert_cmpint (word->start_ms, >=, f->begin_ms[said] - SLACK_MS);
      g_assert_cmpint (word->end_ms, <=, f->end_ms[said] + SLACK_MS);
    }
  for (int i = 0; i < N_SAID; i++)
    g_assert_cmpuint (n_words[i], >=, 3);
  quill_result_free (&result);
}

static void
silence_is_not_looked_at (struct fixture *f, const void *unused) {
  f->params.no_speech_threshold = 1.0f;
  for (int noise = 0; noise < 2; noise++) {
    g_autofree float *silence = g_new0 (float, 40 * QUILL_SAMPLE_RATE);

    for (size_t i = 0; noise && i < 40 * QUILL_SAMPLE_RATE; i++)
      silence[i] = 0.05f * tiny_noise ("hiss", i);
    struct quill_result *result = transcribe (f, silence, 40 * QUILL_SAMPLE_RATE);
    g_assert_cmpuint (result->n_segments, ==, 0);
    g_assert_cmpuint (result->timings.n_windows, ==, 0);
    quill_result_free (&result);
  }
  struct quill_result *result = transcribe (f, NULL, 0);
  g_assert_cmpuint (result->n_segments, ==, 0);
  quill_result_free (&result);
}

/* Of a made-up model: not what it was trained on, so it looks at a whole window with all of its frames. */
static void
other_models_look_at_whole_windows (void) {
  static const struct tiny_spec spec = { .hparams = { .n_vocab = 51864,
                                                      .n_audio_ctx = 1500,
                                                      .n_audio_state = 32,
                                                      .n_audio_head = 2,
                                                      .n_audio_layer = 1,
                                                      .n_text_ctx = 32,
                                                      .n_text_state = 32,
                                                      .n_text_head = 2,
                                                      .n_text_layer = 1,
                                                      .n_mels = 80 },
                                         .type = QUILL_F32 };
  struct fixture f = { 0 };

  set_up (&f, NULL);
  quill_transcriber_close (&f.transcriber);
  quill_model_close (&f.model);
  g_assert_cmpint (tiny_open (&f.model, &spec, NULL), ==, QUILL_OK);
  f.transcriber = bundled_transcriber (f.model, 1);
  f.params.timestamps = false;
  f.params.no_speech_threshold = 1.0f;
  f.params.max_tokens = 4;
  g_assert_cmpuint (f.n, <, 28 * QUILL_SAMPLE_RATE);
  struct quill_result *result = transcribe (&f, f.sound, f.n);
  g_assert_cmpuint (result->timings.n_windows, ==, 1);
  quill_result_free (&result);
  f.params.vad_params.chunk_length_s = 0;
  result = transcribe (&f, f.sound, f.n);
  g_assert_cmpuint (result->timings.n_windows, ==, N_SAID);
  quill_result_free (&result);
  tear_down (&f, NULL);
}

/* Prompts go from stretch to stretch as from window to window. */
static void
each_is_told_what_windows_are_told (struct fixture *f, const void *unused) {
  float plain[2], told[2], prompted[2], carried[2];
  float *const logprobs[] = { plain, told, prompted, carried };

  f->params.timestamps = false;
  for (int i = 0; i < 4; i++) {
    f->params.condition_on_previous = i == 1;
    f->params.initial_prompt = i >= 2 ? "Something quite different, said Dorothy." : NULL;
    f->params.carry_initial_prompt = i == 3;
    struct quill_result *result = transcribe (f, f->sound, f->n);
    g_assert_cmpuint (result->n_segments, ==, N_SAID);
    logprobs[i][0] = result->segments[0].avg_logprob;
    logprobs[i][1] = result->segments[1].avg_logprob;
    quill_result_free (&result);
  }
  g_assert_cmpfloat (told[0], ==, plain[0]);
  g_assert_cmpfloat (told[1], !=, plain[1]);
  g_assert_cmpfloat (prompted[0], !=, plain[0]);
  g_assert_cmpfloat (prompted[1], ==, plain[1]);
  g_assert_cmpfloat (carried[0], ==, prompted[0]);
  g_assert_cmpfloat (carried[1], !=, plain[1]);
}

struct progress {
  int64_t done_ms, total_ms;
  unsigned n;
};

static void
note_progress (void *user, int64_t done_ms, int64_t total_ms) {
  struct progress *progress = user;

  g_assert_cmpint (done_ms, >, progress->done_ms);
  progress->done_ms = done_ms;
  progress->total_ms = total_ms;
  progress->n++;
}

static void
progress_goes_on_to_the_end (struct fixture *f, const void *unused) {
  struct progress progress = { 0 };

  f->params.progress = note_progress;
  f->params.user = &progress;
  struct quill_result *result = transcribe (f, f->sound, f->n);
  g_assert_cmpuint (progress.n, >=, N_SAID);
  g_assert_cmpint (progress.total_ms, ==, (int64_t)f->n / MS);
  g_assert_cmpint (progress.done_ms, ==, progress.total_ms);
  quill_result_free (&result);
}

static void
impossible_params_are_refused_where_they_count (struct fixture *f, const void *unused) {
  struct quill_result *result = NULL;
  struct quill_error err = { 0 };

  f->params.vad_params.threshold = -1;
  g_assert_cmpint (quill_transcribe (f->transcriber, f->sound, 0, &f->params, &result, &err), ==,
                   QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (err.message, "threshold"));
  g_assert_null (result);
  f->params.vad = false;
  g_assert_cmpint (quill_transcribe (f->transcriber, f->sound, 0, &f->params, &result, &err), ==, QUILL_OK);
  quill_result_free (&result);
}

/* ---- with a small model that knows many languages ---- */

#define TINY_CTX 100 /* 2 s */

static void
set_up_tiny (struct fixture *f, const void *unused) {
  static const struct tiny_spec spec = { .hparams = { .n_vocab = 51865,
                                                      .n_audio_ctx = TINY_CTX,
                                                      .n_audio_state = 32,
                                                      .n_audio_head = 2,
                                                      .n_audio_layer = 1,
                                                      .n_text_ctx = 32,
                                                      .n_text_state = 32,
                                                      .n_text_head = 2,
                                                      .n_text_layer = 1,
                                                      .n_mels = 80 },
                                         .type = QUILL_F32 };
  GArray *sound = g_array_new (FALSE, FALSE, sizeof (float));

  g_assert_cmpint (tiny_open (&f->model, &spec, NULL), ==, QUILL_OK);
  f->transcriber = bundled_transcriber (f->model, 1);
  add_pause (sound, PAUSE_MS);
  add_recording (sound, names[0]);
  f->n = sound->len;
  f->sound = (float *)(gpointer)g_array_free (sound, FALSE);
  quill_params_init (&f->params);
  f->params.vad = true;
  f->params.temperature_increment = 0.0f;
  f->params.max_tokens = 4;
}

static void
language_is_that_of_the_speech (struct fixture *f, const void *unused) {
  struct quill_language_probability silence[QUILL_MAX_LANGUAGES], speech[QUILL_MAX_LANGUAGES],
      found[QUILL_MAX_LANGUAGES];
  struct quill_stretches *stretches = NULL;
  struct quill_stretch stretch;
  unsigned n;

  f->params.vad_params.chunk_length_s = 0;
  g_assert_cmpint (quill_stretches_open (&stretches, &f->params.vad_params, f->sound, f->n, NULL), ==,
                   QUILL_OK);
  g_assert_true (next_stretch (stretches, &stretch));
  quill_stretches_close (&stretches);
  g_assert_cmpuint (stretch.begin, >, 0);
  g_assert_cmpuint (f->n - stretch.begin, <=, 2 * QUILL_SAMPLE_RATE);

  g_assert_cmpint (quill_detect_language (f->transcriber, f->sound, f->n, &f->params, found, &n, NULL), ==,
                   QUILL_OK);
  g_assert_cmpuint (n, >, 2);
  struct quill_result *result = transcribe (f, f->sound, f->n);
  f->params.vad = false;
  quill_detect_language (f->transcriber, f->sound, f->n, &f->params, silence, &n, NULL);
  quill_detect_language (f->transcriber, f->sound + stretch.begin, f->n - stretch.begin, &f->params, speech,
                         &n, NULL);
  g_assert_cmpstr (found[0].code, ==, speech[0].code);
  g_assert_cmpfloat (found[0].probability, ==, speech[0].probability);
  g_assert_cmpfloat (found[0].probability, !=, silence[0].probability);
  g_assert_cmpstr (result->language, ==, found[0].code);
  g_assert_cmpfloat (result->language_probability, ==, found[0].probability);
  quill_result_free (&result);
}

static void
silence_has_no_language (struct fixture *f, const void *unused) {
  struct quill_language_probability found[QUILL_MAX_LANGUAGES];
  unsigned n = 1;

  g_assert_cmpint (
      quill_detect_language (f->transcriber, f->sound, PAUSE_MS * MS, &f->params, found, &n, NULL), ==,
      QUILL_OK);
  g_assert_cmpuint (n, ==, 0);
}

static enum quill_status
run (struct fixture *f) {
  struct quill_result *result = NULL;
  const enum quill_status status
      = quill_transcribe (f->transcriber, f->sound, f->n, &f->params, &result, NULL);

  g_assert_true ((status == QUILL_OK) == (result != NULL));
  quill_result_free (&result);
  return status;
}

/* Wherever it is, in silence, too. */
static void
it_can_be_cancelled_and_run_out_of_memory (struct fixture *f, const void *unused) {
  struct tiny_cancel state;
  struct quill_cancel cancel = tiny_cancel_after (&state, 0);

  f->params.cancelled = cancel.fn;
  f->params.user = cancel.user;
  g_assert_cmpint (run (f), ==, QUILL_OK);
  const unsigned n_polls = state.n_asked;
  g_assert_cmpuint (n_polls, >, PAUSE_MS / 1000);
  for (unsigned at = 1; at <= n_polls; at++) {
    tiny_cancel_after (&state, at);
    g_assert_cmpint (run (f), ==, QUILL_ERR_CANCELLED);
  }
  tiny_cancel_after (&state, 0);

  const unsigned long before = quill_alloc_count ();
  g_assert_cmpint (run (f), ==, QUILL_OK);
  const unsigned long n_allocations = quill_alloc_count () - before;
  g_assert_cmpuint (n_allocations, >=, 2); /* the result, and what listens */
  for (unsigned long i = 1; i <= n_allocations; i++) {
    quill_alloc_fail_at (i);
    g_assert_cmpint (run (f), ==, QUILL_ERR_NOMEM);
    quill_alloc_fail_at (0);
  }
}

/* ---- clips ---- */

/* The first and the last sentence, each with half of the silence around it; the last to the end. */
static void
choose_two (const struct fixture *f, struct quill_clip clips[2]) {
  clips[0] = (struct quill_clip){ f->begin_ms[0] - PAUSE_MS / 2, f->end_ms[0] + PAUSE_MS / 2 };
  clips[1] = (struct quill_clip){ f->begin_ms[2] - PAUSE_MS / 2, INT64_MAX };
}

/* Whether they are cut at their pauses or not. */
static void
clips_are_heard_like_recordings_of_their_own (struct fixture *f, const void *unused) {
  struct quill_clip clips[2];

  choose_two (f, clips);
  f->params.word_timestamps = true;
  f->params.audio_ctx = 400;
  for (int vad = 0; vad < 2; vad++) {
    size_t at = 0;

    f->params.vad = vad == 1;
    f->params.clips = clips;
    f->params.n_clips = 2;
    struct quill_result *all = transcribe (f, f->sound, f->n);
    f->params.n_clips = 0;
    for (int i = 0; i < 2; i++) {
      const size_t begin = (size_t)clips[i].begin_ms * MS;
      const size_t end = i == 0 ? (size_t)clips[i].end_ms * MS : f->n;
      struct quill_result *one = transcribe (f, f->sound + begin, end - begin);

      g_assert_cmpuint (one->n_segments, >, 0);
      for (size_t k = 0; k < one->n_segments; k++) {
        const struct quill_segment *expected = &one->segments[k], *found = &all->segments[at++];

        g_assert_cmpuint (at, <=, all->n_segments);
        g_assert_cmpstr (found->text, ==, expected->text);
        g_assert_cmpint (found->start_ms, ==, clips[i].begin_ms + expected->start_ms);
        g_assert_cmpint (found->end_ms, ==, clips[i].begin_ms + expected->end_ms);
        g_assert_cmpint (found->words[0].start_ms, ==, clips[i].begin_ms + expected->words[0].start_ms);
        g_assert_cmpfloat (found->avg_logprob, ==, expected->avg_logprob);
      }
      quill_result_free (&one);
    }
    g_assert_cmpuint (at, ==, all->n_segments);
    quill_result_free (&all);
  }
}

/* As it does from window to window. */
static void
text_goes_from_clip_to_clip (struct fixture *f, const void *unused) {
  struct quill_clip clips[2];

  choose_two (f, clips);
  f->params.vad = false;
  f->params.audio_ctx = 400;
  f->params.clips = clips;
  f->params.n_clips = 2;
  struct quill_result *result = transcribe (f, f->sound, f->n);
  const float alone = result->segments[result->n_segments - 1].avg_logprob;
  quill_result_free (&result);
  f->params.condition_on_previous = true;
  result = transcribe (f, f->sound, f->n);
  g_assert_cmpfloat (result->segments[result->n_segments - 1].avg_logprob, !=, alone);
  quill_result_free (&result);
}

static void
clips_without_sound_have_no_text (struct fixture *f, const void *unused) {
  const int64_t end_ms = (int64_t)(f->n / MS);
  const struct quill_clip clips[] = { { end_ms, end_ms + 1000 }, { INT64_MAX - 1, INT64_MAX } };

  f->params.clips = clips;
  f->params.n_clips = 2;
  for (int vad = 0; vad < 2; vad++) {
    f->params.vad = vad == 1;
    struct quill_result *result = transcribe (f, f->sound, f->n);
    g_assert_cmpuint (result->n_segments, ==, 0);
    quill_result_free (&result);
  }
}

static void
impossible_clips_say_what_is_wrong (struct fixture *f, const void *unused) {
  static const struct {
    struct quill_clip clips[2];
    const char *reason;
  } table[]
      = { { { { -1, 5 }, { 6, 7 } }, "clip 1 begins at -0.001 s, before" },
          { { { 0, 5000 }, { 4999, 7000 } }, "clip 2 begins at 4.999 s, before the one before it ends" },
          { { { 0, 5000 }, { 5000, 5000 } }, "clip 2 ends at 5 s, which is not after it begins" } };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    struct quill_error err = { 0 };
    struct quill_result *result = NULL;

    f->params.clips = table[i].clips;
    f->params.n_clips = 2;
    g_assert_cmpint (quill_transcribe (f->transcriber, f->sound, f->n, &f->params, &result, &err), ==,
                     QUILL_ERR_INVALID);
    g_assert_nonnull (strstr (err.message, table[i].reason));
    g_assert_null (result);
  }
}

/* ---- silence around hallucinations ---- */

static bool
has_word_within (const struct quill_result *result, int64_t begin_ms, int64_t end_ms) {
  for (size_t i = 0; i < result->n_segments; i++)
    for (size_t k = 0; k < result->segments[i].n_words; k++) {
      const struct quill_word *word = &result->segments[i].words[k];

      if (word->start_ms >= begin_ms && word->end_ms <= end_ms && word->end_ms > word->start_ms)
        return true;
    }
  return false;
}

static int64_t
longest_word (const struct quill_result *result) {
  int64_t longest_ms = 0;

  for (size_t i = 0; i < result->n_segments; i++)
    for (size_t k = 0; k < result->segments[i].n_words; k++) {
      const struct quill_word *word = &result->segments[i].words[k];

      longest_ms = MAX (longest_ms, word->end_ms - word->start_ms);
    }
  return longest_ms;
}

/* The model stops at the first pause of a whole window. The next window begins there then, not where this one
 * ends, and has the second sentence. No word has a pause to itself in either case. */
static void
what_lies_behind_a_silence_is_looked_at_anew (struct fixture *f, const void *unused) {
  f->params.vad = false;
  f->params.word_timestamps = true;
  for (int seconds = 0; seconds <= 2; seconds += 2) {
    f->params.hallucination_silence_threshold = (float)seconds;
    struct quill_result *result = transcribe (f, f->sound, f->n);
    g_assert_true (has_word_within (result, 0, f->end_ms[0] + SLACK_MS));
    g_assert_true (has_word_within (result, f->begin_ms[1], f->end_ms[1]) == (seconds > 0));
    g_assert_cmpint (longest_word (result), <, PAUSE_MS / 2);
    quill_result_free (&result);
  }
}

/* Words that nobody would expect, each of which is all there is of a stretch: the pauses around it are not
 * looked at, and so tell nothing. */
static void
pauses_between_stretches_raise_no_doubt (struct fixture *f, const void *unused) {
  struct quill_grammar *grammar = NULL;

  g_assert_cmpint (quill_grammar_open (&grammar, f->model, "root ::= \"zebra\"", NULL, NULL), ==, QUILL_OK);
  f->params.grammar = grammar;
  f->params.grammar_penalty = INFINITY;
  f->params.word_timestamps = true;
  f->params.no_speech_threshold = 1;
  for (int seconds = 0; seconds <= 2; seconds += 2) {
    f->params.hallucination_silence_threshold = (float)seconds;
    struct quill_result *result = transcribe (f, f->sound, f->n);
    g_assert_cmpuint (result->n_segments, ==, N_SAID);
    for (int i = 0; i < N_SAID; i++)
      g_assert_true (quill_is_dubious (&result->segments[i]));
    quill_result_free (&result);
  }
  quill_grammar_close (&grammar);
}

static void
silence_is_found_by_words (struct fixture *f, const void *unused) {
  static const float bad[] = { -1, 2000, NAN };
  struct quill_error err = { 0 };
  struct quill_result *result = NULL;

  f->params.hallucination_silence_threshold = 2;
  g_assert_cmpint (quill_transcribe (f->transcriber, f->sound, f->n, &f->params, &result, &err), ==,
                   QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (err.message, "found by word timestamps, which are off"));
  f->params.word_timestamps = true;
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    f->params.hallucination_silence_threshold = bad[i];
    g_assert_cmpint (quill_transcribe (f->transcriber, f->sound, f->n, &f->params, &result, &err), ==,
                     QUILL_ERR_INVALID);
    g_assert_nonnull (strstr (err.message, "use 0, for off, to 1000"));
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/pauses/" name, struct fixture, NULL, set_up, function, tear_down)
#define ADD_TINY(name, function)                                                                             \
  g_test_add ("/pauses/" name, struct fixture, NULL, set_up_tiny, function, tear_down)
  ADD ("each-stretch-is-heard-like-a-recording-of-its-own", each_is_heard_like_a_recording_of_its_own);
  ADD ("times-are-those-of-the-recording", times_are_those_of_the_recording);
  ADD ("silence-is-not-looked-at", silence_is_not_looked_at);
  ADD ("each-stretch-is-told-what-windows-are-told", each_is_told_what_windows_are_told);
  ADD ("progress-goes-on-to-the-end", progress_goes_on_to_the_end);
  ADD ("impossible-params-are-refused-where-they-count", impossible_params_are_refused_where_they_count);
  g_test_add_func ("/pauses/other-models-look-at-whole-windows", other_models_look_at_whole_windows);
  ADD_TINY ("language-is-that-of-the-speech", language_is_that_of_the_speech);
  ADD_TINY ("silence-has-no-language", silence_has_no_language);
  ADD_TINY ("can-be-cancelled-and-run-out-of-memory", it_can_be_cancelled_and_run_out_of_memory);
  ADD ("clips-are-heard-like-recordings-of-their-own", clips_are_heard_like_recordings_of_their_own);
  ADD ("text-goes-from-clip-to-clip", text_goes_from_clip_to_clip);
  ADD ("clips-without-sound-have-no-text", clips_without_sound_have_no_text);
  ADD ("impossible-clips-say-what-is-wrong", impossible_clips_say_what_is_wrong);
  ADD ("what-lies-behind-a-silence-is-looked-at-anew", what_lies_behind_a_silence_is_looked_at_anew);
  ADD ("pauses-between-stretches-raise-no-doubt", pauses_between_stretches_raise_no_doubt);
  ADD ("silence-is-found-by-words", silence_is_found_by_words);
  return g_test_run ();
}
