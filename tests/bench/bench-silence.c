/* Words from sound in which nobody speaks, and what the guards make of them.
 *
 *     bench-silence [--minutes N] [--forced SECONDS] MODEL [WAV...]
 *
 * N minutes (5) of each noise through a stream, as while dictating: utterances that the detector lets
 * through, words that the model makes of them, and words that the guards leave; then how many utterances each
 * guard dropped. With
 * --forced the detector begins nothing: the noise is recognised in pieces of that many seconds, and the
 * guards judge twice, with what the detector says of the frames and, as "blind", as if it said that all are
 * speech. With recordings instead of noises it shows what the guards take away from speech. */
#include "audio/vad.h"
#include "noise.h"
#include "quill.h"
#include "text/guards.h"

#include <stdlib.h>
#include <string.h>

#define SEED 3

struct listener {
  struct quill_transcriber *transcriber;
  GArray *speech; /* of bool: the detector's word on each frame of the sound */
  GArray *likely; /* of float: its network's */
  guint n_utterances, n_words, n_left, n_left_blind, dropped[QUILL_N_VERDICTS],
      dropped_blind[QUILL_N_VERDICTS];
};

static guint
count_words (const char *text) {
  g_auto (GStrv) words = g_strsplit_set (text, " ", -1);
  guint n = 0;

  for (guint i = 0; words[i]; i++)
    n += *words[i] ? 1 : 0;
  return n;
}

static void
judge (struct listener *l, const char *text, const struct quill_segment *segment, gint64 start_ms,
       gint64 end_ms) {
  const gsize first = MIN ((gsize)start_ms * 16 / QUILL_VAD_FRAME, l->speech->len);
  const gsize end = MIN ((gsize)end_ms * 16 / QUILL_VAD_FRAME, l->speech->len);
  g_autofree bool *all = g_new (bool, end - first + 1);
  g_autofree float *sure = g_new (float, end - first + 1);
  struct quill_utterance_facts facts = { .text = text,
                                         .avg_logprob = segment->avg_logprob,
                                         .no_speech_prob = segment->no_speech_prob,
                                         .compression_ratio = segment->compression_ratio,
                                         .speech = (const bool *)(gpointer)l->speech->data + first,
                                         .likely = (const float *)(gpointer)l->likely->data + first,
                                         .n_frames = end - first,
                                         .frame_ms = 32 };
  const enum quill_verdict verdict = quill_guard (&facts);

  memset (all, true, end - first + 1);
  for (gsize i = 0; i < end - first; i++)
    sure[i] = 1;
  facts.speech = all;
  facts.likely = sure;
  const enum quill_verdict blind = quill_guard (&facts);
  l->n_words += count_words (text);
  l->n_left += verdict == QUILL_KEEP ? count_words (text) : 0;
  l->n_left_blind += blind == QUILL_KEEP ? count_words (text) : 0;
  l->dropped[verdict]++;
  l->dropped_blind[blind]++;
  g_message ("%6.1f s, probability %.2f, no speech %.2f, compression %.2f: %s (blind: %s): %s",
             start_ms / 1000.0, segment->avg_logprob, segment->no_speech_prob, segment->compression_ratio,
             quill_verdict_name (verdict), quill_verdict_name (blind), text);
}

static void
on_event (void *user, const struct quill_stream_event *event) {
  struct listener *l = user;

  if (event->type != QUILL_STREAM_FINAL)
    return;
  l->n_utterances++;
  if (event->n_segments > 0)
    judge (l, event->text, &event->segments[0], event->start_ms, event->end_ms);
}

static void
detect (struct listener *l, const Sound *sound) {
  struct quill_vad vad;

  quill_vad_init (&vad);
  g_array_set_size (l->speech, 0);
  g_array_set_size (l->likely, 0);
  for (gsize i = 0; (i + 1) * QUILL_VAD_FRAME <= sound->len; i++) {
    const bool speech
        = quill_vad_frame (&vad, (const float *)(gpointer)sound->data + i * QUILL_VAD_FRAME, NULL);

    g_array_append_val (l->speech, speech);
    g_array_append_val (l->likely, vad.likely);
    for (gsize k = 1; speech && k < MIN (vad.onset, i + 1); k++)
      g_array_index (l->speech, bool, i - k) = true;
  }
}

static void
stop_on (enum quill_status status, const struct quill_error *err) {
  if (status != QUILL_OK) {
    g_printerr ("%s\n", err->message);
    exit (1);
  }
}

static void
listen_live (struct listener *l, const Sound *sound) {
  struct quill_stream_settings settings;
  struct quill_stream *stream = NULL;
  struct quill_error err;
  gsize at = 0;

  quill_stream_settings_init (&settings);
  settings.partial_ms = 0;
  stop_on (quill_stream_open (&stream, l->transcriber, &settings, on_event, l, &err), &err);
  while (at < sound->len) {
    at += quill_stream_push (stream, (const float *)(gpointer)sound->data + at, sound->len - at);
    stop_on (quill_stream_step (stream, NULL, &err), &err);
  }
  stop_on (quill_stream_finish (stream, &err), &err);
  quill_stream_close (&stream);
}

static void
listen_forced (struct listener *l, const Sound *sound, guint piece_s) {
  const gsize piece = piece_s * QUILL_SAMPLE_RATE;

  for (gsize at = 0; at < sound->len; at += piece) {
    struct quill_result *result = NULL;
    struct quill_error err;
    g_autoptr (GString) text = g_string_new (NULL);

    stop_on (quill_transcribe (l->transcriber, (const float *)(gpointer)sound->data + at,
                               MIN (piece, sound->len - at), NULL, &result, &err),
             &err);
    l->n_utterances++;
    for (gsize i = 0; i < result->n_segments; i++)
      g_string_append (text, result->segments[i].text);
    if (result->n_segments > 0)
      judge (l, text->str, &result->segments[0], (gint64)at / 16, (gint64)MIN (at + piece, sound->len) / 16);
    quill_result_free (&result);
  }
}

static void
report (struct listener *l, const char *name, const Sound *sound, int forced_s) {
  *l = (struct listener){ .transcriber = l->transcriber, .speech = l->speech, .likely = l->likely };
  detect (l, sound);
  if (forced_s > 0)
    listen_forced (l, sound, (guint)forced_s);
  else
    listen_live (l, sound);
  g_print ("%-24.24s %4u utterances %4u words %4u left", name, l->n_utterances, l->n_words, l->n_left);
  for (guint v = QUILL_KEEP + 1; v < QUILL_N_VERDICTS; v++)
    if (l->dropped[v] > 0)
      g_print (", %u %s", l->dropped[v], quill_verdict_name (v));
  if (forced_s > 0) {
    g_print ("; blind %u left", l->n_left_blind);
    for (guint v = QUILL_KEEP + 1; v < QUILL_N_VERDICTS; v++)
      if (l->dropped_blind[v] > 0)
        g_print (", %u %s", l->dropped_blind[v], quill_verdict_name (v));
  }
  g_print ("\n");
}

int
main (int argc, char **argv) {
  double minutes = 5;
  int forced_s = 0;
  g_auto (GStrv) files = NULL;
  const GOptionEntry entries[]
      = { { "minutes", 0, 0, G_OPTION_ARG_DOUBLE, &minutes, "of each noise", "N" },
          { "forced", 0, 0, G_OPTION_ARG_INT, &forced_s, "length of a piece", "SECONDS" },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "MODEL [WAV...]" },
          { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  struct listener l = { .speech = g_array_new (FALSE, TRUE, sizeof (bool)),
                        .likely = g_array_new (FALSE, TRUE, sizeof (float)) };
  struct quill_model *model = NULL;
  struct quill_settings settings;
  struct quill_error err;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL) || !files || !files[0]) {
    g_printerr ("usage: bench-silence [--minutes N] [--forced SECONDS] MODEL [WAV...]\n");
    return 2;
  }
  stop_on (quill_model_open (&model, files[0], &err), &err);
  quill_settings_init (&settings);
  settings.word_timestamps = true;
  stop_on (quill_transcriber_open (&l.transcriber, model, &settings, &err), &err);
  for (guint i = 1; files[i]; i++) {
    g_autoptr (Sound) sound = sound_new ();
    g_autofree char *name = g_path_get_basename (files[i]);

    sound_add_wav (sound, files[i]);
    report (&l, name, sound, forced_s);
  }
  for (guint k = 0; !files[1] && k < N_NOISES; k++) {
    g_autoptr (Sound) sound = sound_new_noise (k, (guint)(minutes * 60000), SEED);

    report (&l, noise_name (k), sound, forced_s);
  }
  quill_transcriber_close (&l.transcriber);
  quill_model_close (&model);
  g_array_unref (l.speech);
  g_array_unref (l.likely);
  return 0;
}
