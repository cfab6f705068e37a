/* longhand-cli transcribe: recordings to text. */
#include "cli/longhand-cli-output.h"
#include "cli/longhand-cli-recognition.h"
#include "cli/longhand-cli-trace.h"
#include "cli/longhand-cli.h"

#include "audio/longhand-audio-file.h"
#include "longhand-engine-error.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* A fifth of a second: the shortest words take longer, and models invent some for anything. */
#define SHORTEST_SAMPLES (QUILL_SAMPLE_RATE / 5)

typedef struct {
  char *model;
  int threads;
  int together;
  char *language;
  gboolean translate;
  LonghandCliRecognition recognition;
  LonghandCliOutput output;
  char *trace_path;
  gboolean quiet;

  char **files;
  guint n_files;
  LonghandCliTrace *trace; /* owned; NULL: none */
} Options;

static void
options_clear (Options *options) {
  g_free (options->model);
  g_free (options->language);
  longhand_cli_recognition_clear (&options->recognition);
  longhand_cli_output_clear (&options->output);
  g_free (options->trace_path);
  g_clear_pointer (&options->trace, longhand_cli_trace_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* ---- progress ---- */

static bool
is_cancelled (void *user) {
  return longhand_cli_interrupted ();
}

static void
show_progress (void *user, int64_t done_ms, int64_t total_ms) {
  const char *name = user;

  if (total_ms > 0)
    g_printerr ("\r\033[K%s: %d %%", name, (int)(100 * done_ms / total_ms));
}

static void
clear_progress (void) {
  g_printerr ("\r\033[K");
}

/* ---- recordings ---- */

/* One that is being recognised. */
typedef struct {
  const char *path;   /* borrowed */
  char *display_name; /* owned, as are all below */
  char *name;
  float *samples;
  gsize first, n_heard; /* of them those that words are looked for in */
  struct quill_params params;
} Recording;

static void
recording_clear (gpointer data) {
  Recording *recording = data;

  g_free (recording->display_name);
  g_free (recording->name);
  g_free (recording->samples);
}

static gboolean
show_no_progress (const Options *options) {
  return options->quiet || !isatty (STDERR_FILENO);
}

static struct quill_params
params_of (const Options *options, char *name) {
  struct quill_params params;

  quill_params_init (&params);
  params.language = options->language;
  params.translate = options->translate;
  longhand_cli_recognition_apply (&options->recognition, &params);
  params.cancelled = is_cancelled;
  params.progress = show_no_progress (options) ? NULL : show_progress;
  params.user = name;
  return params;
}

static gboolean
load (Recording *recording, const Options *options, GError **error) {
  const gint64 begin_us = g_get_monotonic_time ();
  gsize n, n_not_finite;

  recording->samples = longhand_audio_file_load (recording->path, &n, &n_not_finite, error);
  if (recording->samples == NULL)
    return FALSE;
  longhand_cli_trace_add (options->trace, "pipeline", "audio", begin_us);
  if (n == 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” holds no sound: check how it was recorded."), recording->display_name);
    return FALSE;
  }
  if (n < SHORTEST_SAMPLES) {
    longhand_cli_complain (_ ("“%s” lasts %.1f seconds, which is too short to hold a word."),
                           recording->display_name, (double)n / QUILL_SAMPLE_RATE);
    n = 0;
  }
  if (n_not_finite > 0)
    longhand_cli_complain (_ ("“%s” is damaged: %zu"
                              " samples are not numbers and count as silence. Record or copy it again."),
                           recording->display_name, n_not_finite);
  recording->n_heard = longhand_cli_recognition_part (&options->recognition, n, &recording->first);
  if (n > 0 && recording->n_heard == 0)
    longhand_cli_complain (_ ("“%s” lasts %.1f seconds, and --offset begins behind its end."),
                           recording->display_name, (double)n / QUILL_SAMPLE_RATE);
  recording->params = params_of (options, recording->name);
  return TRUE;
}

static void
add_segment (LonghandTranscript *transcript, const struct quill_segment *segment, gint64 offset_ms) {
  if (!longhand_transcript_append (transcript, offset_ms + segment->start_ms, offset_ms + segment->end_ms,
                                   segment->text, (double)segment->avg_logprob,
                                   (double)segment->no_speech_prob))
    return;
  for (size_t i = 0; i < segment->n_words; i++) {
    const struct quill_word *word = &segment->words[i];

    longhand_transcript_add_word (transcript, offset_ms + word->start_ms, offset_ms + word->end_ms,
                                  word->text, (double)word->probability);
  }
}

static LonghandTranscript *
transcript_of (const LonghandCliEngine *engine, const Recording *recording,
               const struct quill_result *result) {
  LonghandTranscript *transcript = longhand_transcript_new ();
  const gint64 offset_ms = (gint64)(recording->first / (QUILL_SAMPLE_RATE / 1000));
  g_autofree char *stem = longhand_cli_output_stem (recording->path);
  g_autofree char *title = g_filename_display_name (stem);

  longhand_transcript_set_title (transcript, title);
  longhand_transcript_set_model (transcript, engine->model_id);
  longhand_transcript_set_language (transcript, result->language);
  for (size_t i = 0; i < result->n_segments; i++)
    add_segment (transcript, &result->segments[i], offset_ms);
  if (recording->n_heard > 0 && longhand_transcript_get_n_segments (transcript) == 0)
    longhand_cli_complain (_ ("No words were heard in “%s”."), recording->display_name);
  return transcript;
}

/* What became of a recording; the exit status. */
static int
finish (const LonghandCliEngine *engine, const Options *options, const Recording *recording,
        struct quill_recording *heard) {
  g_autoptr (LonghandTranscript) transcript = NULL;

  if (heard->status != QUILL_OK) {
    g_autoptr (GError) error = NULL;

    longhand_set_error_from_engine (&error, &heard->error);
    return longhand_cli_fail (error);
  }
  transcript = transcript_of (engine, recording, heard->result);
  quill_result_free (&heard->result);
  if (options->recognition.max_len > 0) {
    g_autoptr (LonghandTranscript) whole = g_steal_pointer (&transcript);

    transcript = longhand_transcript_split (whole, (guint)options->recognition.max_len);
  }
  return longhand_cli_output_write (&options->output, recording->path, transcript);
}

/* Loads, recognises and writes out n files together; returns the exit status. */
static int
transcribe_files (LonghandCliEngine *engine, const Options *options, char **files, guint n) {
  g_autoptr (GArray) recordings = g_array_new (FALSE, TRUE, sizeof (Recording));
  g_autofree struct quill_recording *heard = g_new0 (struct quill_recording, n);
  int code = LONGHAND_EXIT_OK;
  gint64 begin_us;

  g_array_set_clear_func (recordings, recording_clear);
  for (guint i = 0; i < n; i++) {
    Recording recording = { .path = files[i],
                            .display_name = g_filename_display_name (files[i]),
                            .name = g_filename_display_basename (files[i]) };
    g_autoptr (GError) error = NULL;

    if (load (&recording, options, &error)) {
      g_array_append_val (recordings, recording);
    } else {
      recording_clear (&recording);
      code = longhand_cli_fail (error);
    }
  }
  for (guint i = 0; i < recordings->len; i++) {
    const Recording *recording = &g_array_index (recordings, Recording, i);

    heard[i] = (struct quill_recording){ .samples = recording->samples + recording->first,
                                         .n = recording->n_heard,
                                         .params = &recording->params };
  }
  begin_us = g_get_monotonic_time ();
  quill_transcribe_together (engine->transcriber, heard, recordings->len);
  longhand_cli_trace_add (options->trace, "pipeline", "recording", begin_us);
  if (options->trace != NULL)
    longhand_cli_trace_take (options->trace, engine->transcriber);
  if (!show_no_progress (options))
    clear_progress ();
  for (guint i = 0; i < recordings->len; i++) {
    const int failed = finish (engine, options, &g_array_index (recordings, Recording, i), &heard[i]);

    code = failed != LONGHAND_EXIT_OK ? failed : code;
  }
  return code;
}

/* ---- the verb ---- */

/* No text may overwrite a recording, and neither may the trace. */
static gboolean
check_outputs (Options *options, GError **error) {
  g_autoptr (GHashTable) taken
      = g_hash_table_new_full (g_file_hash, (GEqualFunc)g_file_equal, g_object_unref, NULL);

  for (guint i = 0; i < options->n_files; i++)
    g_hash_table_add (taken, g_file_new_for_path (options->files[i]));
  if (options->trace_path != NULL
      && !g_hash_table_add (taken, g_file_new_for_commandline_arg (options->trace_path))) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” is a recording: choose another --trace."), options->trace_path);
    return FALSE;
  }
  return longhand_cli_output_check (&options->output, options->files, options->n_files, taken, error);
}

static gboolean
check (Options *options, GError **error) {
  if (options->n_files == 0) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Name at least one recording, as in “longhand-cli transcribe FILE”."));
    return FALSE;
  }
  if (options->together < 1 || options->together > QUILL_MAX_TOGETHER) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("%d recordings cannot be recognised together: use 1 to %d."), options->together,
                 QUILL_MAX_TOGETHER);
    return FALSE;
  }
  if (!longhand_cli_check_threads (options->threads, error)
      || !longhand_cli_recognition_check (&options->recognition, error)
      || !longhand_cli_check_language (options->language, NULL, error))
    return FALSE;
  return check_outputs (options, error);
}

/* Opens the engine; from then on the trace is being recorded, if there is to be one. */
static gboolean
open_engine (LonghandCliEngine *engine, Options *options, GError **error) {
  const gint64 begin_us = g_get_monotonic_time ();
  struct quill_settings settings;

  quill_settings_init (&settings);
  settings.n_threads = (unsigned)options->threads;
  longhand_cli_recognition_set_up (&options->recognition, &settings);
  settings.n_together = (unsigned)MIN ((guint)options->together, options->n_files);
  if (!longhand_cli_engine_open (engine, options->model, &settings, error))
    return FALSE;
  if (options->trace_path == NULL)
    return TRUE;
  options->trace = longhand_cli_trace_new ();
  longhand_cli_trace_add (options->trace, "pipeline", "load", begin_us);
  if (longhand_cli_trace_start (engine->transcriber, error))
    return TRUE;
  longhand_cli_engine_close (engine);
  return FALSE;
}

/* What only the model can tell; here, and not once for each recording. */
static gboolean
check_request (const LonghandCliEngine *engine, const Options *options, GError **error) {
  if (!longhand_cli_check_language (options->language, engine->model, error))
    return FALSE;
  if (!options->translate || quill_model_n_languages (engine->model) > 0)
    return TRUE;
  g_set_error_literal (
      error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_UNSUPPORTED,
      _ ("This model knows English only and cannot translate: choose a multilingual model with --model."));
  return FALSE;
}

int
longhand_cli_transcribe (int argc, char **argv) {
  g_auto (Options) options = { .together = 1 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
      N_ ("Threads, 1 to 256 (default 0: as many as are best)"), N_ ("N") },
    { "language", 'l', 0, G_OPTION_ARG_STRING, &options.language,
      N_ ("Language spoken, such as “de” or “german” (default: auto)"), N_ ("LANGUAGE") },
    { "translate", 0, 0, G_OPTION_ARG_NONE, &options.translate, N_ ("Translate to English"), NULL },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options.output.format_names,
      N_ ("txt, md, srt, vtt, lrc, json, tsv or csv, some with commas between, or all (default: by the "
          "output's ending, else txt)"),
      N_ ("FORMATS") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output.path,
      N_ ("File to write, or a folder (default: standard output)"), N_ ("PATH") },
    { "together", 0, 0, G_OPTION_ARG_INT, &options.together,
      N_ ("Recordings to recognise at a time, 1 to 16 (default 1): more are faster, and take more memory"),
      N_ ("N") },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &options.trace_path,
      N_ ("Write what was done when, for chrome://tracing or ui.perfetto.dev"), N_ ("FILE") },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, N_ ("No progress on the terminal"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GArray) all_entries = NULL;
  g_autoptr (GError) error = NULL;
  LonghandCliEngine engine;
  int code = LONGHAND_EXIT_OK;

  longhand_cli_recognition_init (&options.recognition);
  all_entries = longhand_cli_recognition_add_entries (&options.recognition, entries);
  if (!longhand_cli_parse (&argc, &argv, _ ("FILE…"), _ ("Writes out recordings: wav, flac, ogg, opus, mp3."),
                           _ ("A recording that fails does not keep the others from being written out. Text "
                              "that cannot be\nsaved is printed, so that it is not lost."),
                           (const GOptionEntry *)(gpointer)all_entries->data))
    return LONGHAND_EXIT_USAGE;
  options.files = argv + 1;
  options.n_files = (guint)argc - 1;
  if (!check (&options, &error) || !open_engine (&engine, &options, &error))
    return longhand_cli_fail (error);
  if (!check_request (&engine, &options, &error)) {
    longhand_cli_engine_close (&engine);
    return longhand_cli_fail (error);
  }
  longhand_cli_catch_interrupt ();
  for (guint i = 0; i < options.n_files && !longhand_cli_interrupted (); i += (guint)options.together) {
    const int failed = transcribe_files (&engine, &options, options.files + i,
                                         MIN ((guint)options.together, options.n_files - i));

    code = failed != LONGHAND_EXIT_OK ? failed : code;
  }
  longhand_cli_engine_close (&engine);
  if (options.trace != NULL && !longhand_cli_trace_finish (options.trace, options.trace_path, &error))
    code = longhand_cli_fail (error);
  return longhand_cli_interrupted () ? LONGHAND_EXIT_INTERRUPTED : code;
}
