/* Nobody speaks: no words, with the bundled model, neither from the stream nor past the guards. */
#include "audio/vad.h"
#include "text/guards.h"

#include "bundled.h"
#include "noise.h"

#define NOISE_MS 60000 /* bench-silence takes five minutes of each */

struct heard {
  guint n_utterances, n_words, n_left_out;
};

static guint
count_words (const char *text) {
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  return *text ? g_strv_length (words) : 0;
}

static void
on_event (void *user, const struct quill_stream_event *event) {
  struct heard *heard = user;

  if (event->type != QUILL_STREAM_FINAL)
    return;
  heard->n_utterances++;
  heard->n_words += count_words (event->text);
  heard->n_left_out += event->left_out != NULL;
}

static struct heard
listen (struct quill_transcriber *transcriber, const struct quill_stream_settings *settings,
        const Sound *sound) {
  struct quill_stream *stream = NULL;
  struct heard heard = { 0 };
  gsize at = 0;

  g_assert_cmpint (quill_stream_open (&stream, transcriber, settings, on_event, &heard, NULL), ==, QUILL_OK);
  while (at < sound->len) {
    at += quill_stream_push (stream, (const float *)(gpointer)sound->data + at, MIN (1600, sound->len - at));
    g_assert_cmpint (quill_stream_step (stream, NULL, NULL), ==, QUILL_OK);
  }
  g_assert_cmpint (quill_stream_finish (stream, NULL), ==, QUILL_OK);
  quill_stream_close (&stream);
  return heard;
}

static void
noises_give_no_words (void) {
  static const enum noise noises[]
      = { NOISE_DIGITAL_SILENCE, NOISE_ROOM,     NOISE_FAN,    NOISE_STROKES, NOISE_TYPING, NOISE_DOOR,
          NOISE_CHORDS,          NOISE_ARPEGGIO, NOISE_MELODY, NOISE_BAND,    NOISE_PLUCKED };
  struct quill_model *model = bundled_model ();
  struct quill_transcriber *transcriber = bundled_transcriber (model, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (noises); i++) {
    g_autoptr (Sound) sound = sound_new_noise (noises[i], NOISE_MS, 21);
    const struct heard heard = listen (transcriber, NULL, sound);

    g_test_message ("%s: %u utterances", noise_name (noises[i]), heard.n_utterances);
    g_assert_cmpuint (heard.n_words, ==, 0);
  }
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

/* By these thresholds every window is silent. */
static void
what_seems_silent_is_told (void) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "speech", "he-flushed.wav", NULL);
  g_autoptr (Sound) sound = sound_new ();
  struct quill_model *model = bundled_model ();
  struct quill_transcriber *transcriber = bundled_transcriber (model, 1);
  struct quill_stream_settings settings;
  struct heard heard;

  sound_add_wav (sound, path);
  sound_add_silence (sound, 1500);
  quill_stream_settings_init (&settings);
  settings.params.no_speech_threshold = 0.0f;
  settings.params.logprob_threshold = 0.0f;
  heard = listen (transcriber, &settings, sound);
  g_assert_cmpuint (heard.n_utterances, ==, 1);
  g_assert_cmpuint (heard.n_words + heard.n_left_out, >, 0);
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

static void
words_among_noises_are_heard (void) {
  static const enum noise noises[] = { NOISE_ROOM, NOISE_FAN, NOISE_TYPING, NOISE_CHORDS };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "speech", "he-flushed.wav", NULL);
  struct quill_model *model = bundled_model ();
  struct quill_transcriber *transcriber = bundled_transcriber (model, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (noises); i++) {
    g_autoptr (Sound) sound = sound_new (), noise = sound_new ();
    struct heard heard;

    sound_add_silence (sound, 3000);
    sound_add_wav (sound, path);
    sound_add_silence (sound, 1500);
    sound_add_kind (noise, noises[i], 8000, -40, 21);
    sound_mix (sound, noise, 0, 20);
    heard = listen (transcriber, NULL, sound);
    g_test_message ("%s: %u words", noise_name (noises[i]), heard.n_words);
    g_assert_cmpuint (heard.n_words, >=, 3);
  }
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

/* Where the detector is passed over, the model invents words from key strokes; it is the guards that know
 * better. */
static void
guards_drop_what_the_model_invents (void) {
  g_autoptr (Sound) sound = sound_new_noise (NOISE_TYPING, 20000, 21);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree bool *speech = g_new0 (bool, sound->len / QUILL_VAD_FRAME);
  g_autofree float *likely = g_new0 (float, sound->len / QUILL_VAD_FRAME);
  struct quill_utterance_facts facts = { .speech = speech, .likely = likely, .frame_ms = 32 };
  struct quill_model *model = bundled_model ();
  struct quill_transcriber *transcriber = bundled_transcriber (model, 1);
  struct quill_result *result = NULL;
  struct quill_vad vad;

  quill_vad_init (&vad);
  for (; (facts.n_frames + 1) * QUILL_VAD_FRAME <= sound->len; facts.n_frames++) {
    speech[facts.n_frames]
        = quill_vad_frame (&vad, sound_samples (sound) + facts.n_frames * QUILL_VAD_FRAME, NULL);
    likely[facts.n_frames] = vad.likely;
  }
  g_assert_cmpint (quill_transcribe (transcriber, sound_samples (sound), sound->len, NULL, &result, NULL), ==,
                   QUILL_OK);
  g_assert_cmpuint (result->n_segments, >, 0);
  for (gsize i = 0; i < result->n_segments; i++)
    g_string_append (text, result->segments[i].text);
  facts.text = text->str;
  facts.avg_logprob = result->segments[0].avg_logprob;
  facts.no_speech_prob = result->segments[0].no_speech_prob;
  facts.compression_ratio = result->segments[0].compression_ratio;
  g_test_message ("%s", text->str);
  g_assert_cmpint (quill_guard (&facts), ==, QUILL_DROP_NO_SPEECH);
  quill_result_free (&result);
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/silence/noises-give-no-words", noises_give_no_words);
  g_test_add_func ("/silence/what-seems-silent-is-told", what_seems_silent_is_told);
  g_test_add_func ("/silence/words-among-noises-are-heard", words_among_noises_are_heard);
  g_test_add_func ("/silence/guards-drop-what-the-model-invents", guards_drop_what_the_model_invents);
  return g_test_run ();
}
