/* bench-commands [--margin NATS] MODEL LANGUAGE FILE...: what dictation makes of recordings, each an
 * utterance or more by itself. A line for each final text: file, whether it is a command, by how much the
 * likeliest command is less likely than the text in nats ("inf": none was looked for), what dictation took a
 * ms for, and the text. tests/bench/commands makes the recordings and counts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/longhand-audio-file.h"
#include "dictation/longhand-commands.h"

#include <quill.h>

static void
on_event (void *user, const struct quill_stream_event *event) {
  if (event->type != QUILL_STREAM_FINAL)
    return;
  printf ("%s\t%s\t%.2f\t%.1f\t%s\n", (const char *)user, event->command != NULL ? event->command : "",
          (double)event->command_loss, event->timings.total_ms,
          event->left_out != NULL ? event->left_out_reason : event->text);
}

static void
check (enum quill_status status, const struct quill_error *err) {
  if (status == QUILL_OK)
    return;
  fprintf (stderr, "bench-commands: %s\n", err->message);
  exit (EXIT_FAILURE);
}

static void
push (struct quill_stream *stream, const float *samples, gsize n) {
  struct quill_error err;

  for (gsize at = 0; at < n;) {
    at += quill_stream_push (stream, samples + at, n - at);
    check (quill_stream_step (stream, NULL, &err), &err);
  }
}

static void
listen (struct quill_transcriber *transcriber, const struct quill_stream_settings *settings,
        const char *path) {
  static const float pause[3 * QUILL_SAMPLE_RATE / 2];
  g_autoptr (GError) error = NULL;
  gsize n;
  g_autofree float *samples = longhand_audio_file_load (path, &n, NULL, &error);
  struct quill_stream *stream = NULL;
  struct quill_error err;

  if (samples == NULL) {
    fprintf (stderr, "bench-commands: %s\n", error->message);
    exit (EXIT_FAILURE);
  }
  check (quill_stream_open (&stream, transcriber, settings, on_event, (void *)path, &err), &err);
  push (stream, pause, G_N_ELEMENTS (pause));
  push (stream, samples, n);
  push (stream, pause, G_N_ELEMENTS (pause));
  check (quill_stream_finish (stream, &err), &err);
  quill_stream_close (&stream);
}

int
main (int argc, char **argv) {
  const gboolean has_margin = argc > 2 && strcmp (argv[1], "--margin") == 0;
  const int first = has_margin ? 3 : 1;
  struct quill_stream_settings settings;
  struct quill_settings transcriber_settings;
  struct quill_model *model = NULL;
  struct quill_transcriber *transcriber = NULL;
  struct quill_grammar *grammar = NULL;
  struct quill_error err;

  if (argc < first + 3) {
    fprintf (stderr, "usage: bench-commands [--margin NATS] MODEL LANGUAGE FILE...\n");
    return EXIT_FAILURE;
  }
  g_autoptr (LonghandCommands) commands
      = longhand_commands_new ((const char *const[]){ argv[first + 1], NULL });
  if (commands == NULL) {
    fprintf (stderr, "bench-commands: there are no commands in the language %s\n", argv[first + 1]);
    return EXIT_FAILURE;
  }
  check (quill_model_open (&model, argv[first], &err), &err);
  quill_settings_init (&transcriber_settings);
  transcriber_settings.word_timestamps = true;
  transcriber_settings.n_hypotheses = QUILL_USUAL_HYPOTHESES; /* as dictation does */
  check (quill_transcriber_open (&transcriber, model, &transcriber_settings, &err), &err);
  check (quill_grammar_open (&grammar, model, longhand_commands_get_grammar (commands), NULL, &err), &err);
  quill_stream_settings_init (&settings);
  settings.partial_ms = 0;
  settings.params.beam_size = QUILL_USUAL_HYPOTHESES;
  settings.commands = grammar;
  settings.params.language = quill_model_n_languages (model) > 0 ? argv[first + 1] : NULL;
  if (has_margin)
    settings.command_margin = (float)g_ascii_strtod (argv[2], NULL);
  for (int i = first + 2; i < argc; i++)
    listen (transcriber, &settings, argv[i]);
  quill_grammar_close (&grammar);
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
  return EXIT_SUCCESS;
}
