#include "stream-fixture.h"

#include <string.h>

enum quill_status __real_quill_transcribe_draft (struct quill_transcriber *t, const float *samples, size_t n,
                                                 const struct quill_params *params, struct quill_draft *draft,
                                                 struct quill_result **out, struct quill_error *err);
enum quill_status __wrap_quill_transcribe_draft (struct quill_transcriber *t, const float *samples, size_t n,
                                                 const struct quill_params *params, struct quill_draft *draft,
                                                 struct quill_result **out, struct quill_error *err);
void __real_quill_result_free (struct quill_result **result);
void __wrap_quill_result_free (struct quill_result **result);

struct recognition recognition;

/* The words of a text are its tokens, and tokens are quarks. */
static void
note_draft (const struct quill_draft *draft) {
  g_autoptr (GString) expected = g_string_new (NULL);

  for (gsize i = 0; i < draft->n; i++)
    g_string_append (expected, g_quark_to_string (draft->heard[i].token));
  g_free (recognition.expected);
  recognition.expected = g_string_free (g_steal_pointer (&expected), FALSE);
  recognition.draft = *draft;
}

static void
hear_words (struct quill_segment *segment, struct quill_draft *draft) {
  g_autofree char *text = g_strstrip (g_strdup (segment->text));
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  struct quill_word *made = g_new0 (struct quill_word, g_strv_length (words));
  const guint frames = recognition.word_ms / 20;

  draft->n = 0;
  for (guint i = 0; words[i] != NULL; i++) {
    g_autofree char *word = g_strconcat (" ", words[i], NULL);
    const GQuark token = g_quark_from_string (word);

    made[i] = (struct quill_word){ .text = g_quark_to_string (token),
                                   .start_ms = i * recognition.word_ms,
                                   .end_ms = (i + 1) * recognition.word_ms };
    draft->heard[draft->n++] = (struct quill_heard){ .token = token,
                                                     .begin = i * frames,
                                                     .peak = i * frames + frames / 2,
                                                     .end = (i + 1) * frames,
                                                     .begins_word = true };
  }
  segment->words = made;
  segment->n_words = draft->n;
}

enum quill_status
__wrap_quill_transcribe_draft (struct quill_transcriber *t, const float *samples, size_t n,
                               const struct quill_params *params, struct quill_draft *draft,
                               struct quill_result **out, struct quill_error *err) {
  static const struct quill_segment fixed[N_FIXED_SEGMENTS]
      = { { .start_ms = 0, .end_ms = 400, .text = " One two," },
          { .start_ms = 400, .end_ms = 900, .text = " three. " } };
  struct quill_result *result;

  if (recognition.real) {
    const enum quill_status status = __real_quill_transcribe_draft (t, samples, n, params, draft, out, err);

    if (status == QUILL_OK)
      (*out)->timings.total_ms = recognition.cost_ms; /* on every machine, whatever else it does */
    return status;
  }
  recognition.n_passes++;
  recognition.params = *params;
  note_draft (draft);
  if (params->cancelled && params->cancelled (params->user)) {
    err->code = QUILL_ERR_CANCELLED;
    return QUILL_ERR_CANCELLED;
  }
  if (recognition.fail_next > 0) {
    recognition.fail_next--;
    err->code = QUILL_ERR_NOMEM;
    g_strlcpy (err->message, "no memory for a test", sizeof err->message);
    return QUILL_ERR_NOMEM;
  }
  g_array_set_size (recognition.sound, 0);
  g_array_append_vals (recognition.sound, samples, (guint)n);

  result = g_new0 (struct quill_result, 1);
  result->n_segments = recognition.text ? 1 : N_FIXED_SEGMENTS;
  result->segments = g_memdup2 (fixed, sizeof fixed);
  if (recognition.text)
    result->segments[0].text = recognition.text;
  draft->n = 0;
  if (recognition.text && recognition.word_ms > 0)
    hear_words (&result->segments[0], draft);
  result->timings.total_ms = recognition.cost_ms;
  *out = result;
  return QUILL_OK;
}

void
__wrap_quill_result_free (struct quill_result **result) {
  if (recognition.real) {
    __real_quill_result_free (result);
    return;
  }
  if (*result) {
    for (gsize i = 0; i < (*result)->n_segments; i++)
      g_free ((void *)(*result)->segments[i].words);
    g_free ((*result)->segments);
    g_free (*result);
    *result = NULL;
  }
}

/* --- a stream and what it told ------------------------------------------------------------------------ */

static void
told_clear (gpointer data) {
  g_free (((struct told *)data)->text);
  g_free (((struct told *)data)->firm);
  g_free (((struct told *)data)->left_out);
  g_free (((struct told *)data)->reason);
}

static guint
hash_of (const Sound *sound) {
  guint hash = 5381;

  for (gsize i = 0; i < sound->len * sizeof (float); i++)
    hash = hash * 33 + (guint8)sound->data[i];
  return hash;
}

void
fixture_on_event (void *user, const struct quill_stream_event *event) {
  struct fixture *f = user;
  struct told told = { .type = event->type,
                       .start_ms = event->start_ms,
                       .end_ms = event->end_ms,
                       .text = g_strdup (event->text),
                       .firm = g_strndup (event->text, event->n_firm),
                       .left_out = g_strdup (event->left_out),
                       .reason = g_strdup (event->left_out_reason),
                       .n_segments = (guint)event->n_segments };

  if (event->n_segments > 0)
    told.last_segment_end_ms = event->segments[event->n_segments - 1].end_ms;
  if (event->type != QUILL_STREAM_SPEECH_BEGIN) {
    told.n_samples = recognition.sound->len;
    told.hash = hash_of (recognition.sound);
  }
  if (event->type == QUILL_STREAM_FINAL)
    g_array_append_vals (f->said, recognition.sound->data, recognition.sound->len);
  g_array_append_val (f->told, told);
}

struct quill_transcriber *
fixture_transcriber (void) {
  static struct quill_model model;
  static struct quill_transcriber transcriber = { .model = &model, .word_timestamps = true };

  model.hparams.n_audio_ctx = 1500;
  return &transcriber;
}

void
fixture_init (struct fixture *f, const struct quill_stream_settings *settings) {
  *f = (struct fixture){ .told = g_array_new (FALSE, TRUE, sizeof (struct told)), .said = sound_new () };
  g_array_set_clear_func (f->told, told_clear);
  g_clear_pointer (&recognition.sound, g_array_unref);
  g_free (recognition.expected);
  memset (&recognition, 0, sizeof recognition);
  recognition.sound = sound_new ();
  g_assert_cmpint (
      quill_stream_open (&f->stream, fixture_transcriber (), settings, fixture_on_event, f, NULL), ==,
      QUILL_OK);
}

void
fixture_clear (struct fixture *f) {
  quill_stream_close (&f->stream);
  g_assert_null (f->stream);
  g_array_unref (f->told);
  g_array_unref (f->said);
  g_clear_pointer (&recognition.sound, g_array_unref);
  g_clear_pointer (&recognition.expected, g_free);
}

const struct told *
fixture_nth (const struct fixture *f, enum quill_stream_event_type type, guint i) {
  for (guint k = 0; k < f->told->len; k++) {
    const struct told *told = &g_array_index (f->told, struct told, k);

    if (told->type == type && i-- == 0)
      return told;
  }
  return NULL;
}

guint
fixture_count (const struct fixture *f, enum quill_stream_event_type type) {
  guint n = 0;

  while (fixture_nth (f, type, n))
    n++;
  return n;
}

void
fixture_play (struct fixture *f, const Sound *sound, gsize chunk, gboolean step_often) {
  gsize at = 0;

  while (at < sound->len) {
    const gsize n = MIN (chunk, sound->len - at);
    const gsize taken = quill_stream_push (f->stream, (const float *)(gpointer)sound->data + at, n);
    bool worked = false;

    g_assert_cmpuint (taken, <=, n);
    at += taken;
    if (step_often || taken < n)
      g_assert_cmpint (quill_stream_step (f->stream, &worked, NULL), ==, QUILL_OK);
    if (taken < n)
      g_assert_true (worked);
  }
}

void
fixture_finish (struct fixture *f) {
  g_assert_cmpint (quill_stream_finish (f->stream, NULL), ==, QUILL_OK);
}

Sound *
three_utterances (void) {
  Sound *sound = sound_new ();

  sound_add_silence (sound, 1500);
  sound_add_speech (sound, 2500, -28);
  sound_add_silence (sound, 1200);
  sound_add_speech (sound, 900, -35);
  sound_add_silence (sound, 3000);
  sound_add_speech (sound, 6000, -25);
  sound_add_silence (sound, 1500);
  sound_add_noise (sound, -62, 1);
  return sound;
}
