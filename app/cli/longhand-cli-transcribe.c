/* longhand-cli transcribe: recordings to text. */
#include "cli/longhand-cli-trace.h"
#include "cli/longhand-cli.h"

#include "audio/longhand-audio-file.h"
#include "longhand-engine-error.h"
#include "transcript/longhand-export.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* A fifth of a second: the shortest words take longer, and models invent some for anything. */
#define SHORTEST_SAMPLES (QUILL_SAMPLE_RATE / 5)

typedef struct {
  char *model;
  int threads;
  char *language;
  gboolean translate;
  gboolean greedy;
  char *format_name;
  char *output;
  char *trace_path;
  gboolean quiet;

  LonghandFormat format;
  char **files;
  guint n_files;
  LonghandCliTrace *trace; /* owned; NULL: none */
} Options;

static void
options_clear (Options *options) {
  g_free (options->model);
  g_free (options->language);
  g_free (options->format_name);
  g_free (options->output);
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

/* ---- one file ---- */

static LonghandTranscript *
recognize (LonghandCliEngine *engine, const Options *options, const char *path, GError **error) {
  const gboolean progress = !options->quiet && isatty (STDERR_FILENO);
  g_autofree char *display_name = g_filename_display_name (path);
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree float *samples = NULL;
  g_autoptr (LonghandTranscript) transcript = NULL;
  struct quill_result *result = NULL;
  struct quill_error engine_error = { 0 };
  struct quill_params params;
  enum quill_status status;
  gsize n, n_not_finite;
  gint64 begin_us = g_get_monotonic_time ();

  samples = longhand_audio_file_load (path, &n, &n_not_finite, error);
  if (samples == NULL)
    return NULL;
  longhand_cli_trace_add (options->trace, "pipeline", "audio", begin_us);
  if (n == 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” holds no sound: check how it was recorded."), display_name);
    return NULL;
  }
  if (n < SHORTEST_SAMPLES) {
    longhand_cli_complain (_ ("“%s” lasts %.1f seconds, which is too short to hold a word."), display_name,
                           (double)n / QUILL_SAMPLE_RATE);
    n = 0;
  }
  if (n_not_finite > 0)
    longhand_cli_complain (_ ("“%s” is damaged: %zu"
                              " samples are not numbers and count as silence. Record or copy it again."),
                           display_name, n_not_finite);
  quill_params_init (&params);
  params.language = options->language;
  params.translate = options->translate;
  if (options->greedy)
    params.temperature_increment = 0;
  params.cancelled = is_cancelled;
  params.progress = progress ? show_progress : NULL;
  params.user = name;
  begin_us = g_get_monotonic_time ();
  status = quill_transcribe (engine->transcriber, samples, n, &params, &result, &engine_error);
  longhand_cli_trace_add (options->trace, "pipeline", "recording", begin_us);
  if (options->trace != NULL)
    longhand_cli_trace_take (options->trace, engine->transcriber);
  if (progress)
    clear_progress ();
  if (status != QUILL_OK) {
    longhand_set_error_from_engine (error, &engine_error);
    return NULL;
  }
  transcript = longhand_transcript_new ();
  longhand_transcript_set_model (transcript, engine->model_id);
  longhand_transcript_set_language (transcript, result->language);
  for (size_t i = 0; i < result->n_segments; i++) {
    const struct quill_segment *segment = &result->segments[i];

    longhand_transcript_append (transcript, segment->start_ms, segment->end_ms, segment->text,
                                (double)segment->avg_logprob, (double)segment->no_speech_prob);
  }
  quill_result_free (&result);
  if (n > 0 && longhand_transcript_get_n_segments (transcript) == 0)
    longhand_cli_complain (_ ("No words were heard in “%s”."), display_name);
  return g_steal_pointer (&transcript);
}

/* Where the text of path goes: --output itself, or a file in it; NULL: standard output. */
static GFile *
output_of (const Options *options, const char *path) {
  g_autofree char *base = NULL;
  g_autofree char *name = NULL;
  char *dot;

  if (options->output == NULL)
    return NULL;
  if (options->n_files == 1 && !g_file_test (options->output, G_FILE_TEST_IS_DIR))
    return g_file_new_for_commandline_arg (options->output);
  base = g_path_get_basename (path);
  dot = strrchr (base, '.');
  if (dot != NULL && dot != base)
    *dot = '\0';
  name = g_strdup_printf ("%s.%s", base, longhand_format_get_extension (options->format));
  return g_file_new_build_filename (options->output, name, NULL);
}

static gboolean
transcribe_file (LonghandCliEngine *engine, const Options *options, const char *path, GError **error) {
  g_autoptr (LonghandTranscript) transcript = recognize (engine, options, path, error);
  g_autoptr (GFile) file = NULL;
  g_autofree char *content = NULL;

  if (transcript == NULL)
    return FALSE;
  content = longhand_export_to_string (transcript, options->format);
  file = output_of (options, path);
  if (file != NULL && longhand_export_save (content, file, error))
    return TRUE;
  /* What took minutes to recognise is not thrown away because it cannot be saved. */
  if (options->n_files > 1) {
    g_autofree char *display_name = g_filename_display_name (path);

    g_print ("==> %s <==\n", display_name);
  }
  longhand_cli_print_text (content);
  return file == NULL;
}

/* ---- the verb ---- */

/* Two recordings of the same name in different folders must not overwrite each other's text, and no text may
 * overwrite a recording. */
static gboolean
check_outputs (const Options *options, GError **error) {
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
  for (guint i = 0; options->output != NULL && i < options->n_files; i++) {
    g_autoptr (GFile) file = output_of (options, options->files[i]);

    if (!g_hash_table_add (taken, g_object_ref (file))) {
      g_autofree char *name = g_file_get_parse_name (file);

      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("“%s” is a recording, or would be written twice: choose another --output."), name);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check (Options *options, GError **error) {
  if (options->n_files == 0) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Name at least one recording, as in “longhand-cli transcribe FILE”."));
    return FALSE;
  }
  if (!longhand_cli_check_threads (options->threads, error)
      || !longhand_cli_check_language (options->language, NULL, error))
    return FALSE;
  if (options->format_name != NULL) {
    if (!longhand_format_parse (options->format_name, &options->format, error))
      return FALSE;
  } else if (options->output != NULL && strrchr (options->output, '.') != NULL && options->n_files == 1) {
    /* an output file's ending says which format is meant; any other ending means plain text */
    if (!longhand_format_parse (strrchr (options->output, '.') + 1, &options->format, NULL))
      options->format = LONGHAND_FORMAT_TXT;
  }
  if (options->n_files > 1 && options->output == NULL && options->format != LONGHAND_FORMAT_TXT) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("Several recordings make several %s files: name a folder for them with --output."),
                 longhand_format_get_extension (options->format));
    return FALSE;
  }
  if (options->n_files > 1 && options->output != NULL && g_mkdir_with_parents (options->output, 0777) != 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                 _ ("“%s” cannot be the folder for several texts (%s): choose another one."), options->output,
                 g_strerror (errno));
    return FALSE;
  }
  return check_outputs (options, error);
}

/* Opens the engine; from then on the trace is being recorded, if there is to be one. */
static gboolean
open_engine (LonghandCliEngine *engine, Options *options, GError **error) {
  const gint64 begin_us = g_get_monotonic_time ();

  if (!longhand_cli_engine_open (engine, options->model, options->threads, error))
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
  g_auto (Options) options = { .format = LONGHAND_FORMAT_TXT };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
      N_ ("Threads, 1 to 256 (default 0: as many as are best)"), N_ ("N") },
    { "language", 'l', 0, G_OPTION_ARG_STRING, &options.language,
      N_ ("Language spoken, such as “de” or “german” (default: auto)"), N_ ("LANGUAGE") },
    { "translate", 0, 0, G_OPTION_ARG_NONE, &options.translate, N_ ("Translate to English"), NULL },
    { "greedy", 0, 0, G_OPTION_ARG_NONE, &options.greedy,
      N_ ("Take the likeliest words at once, without a second try where they look wrong"), NULL },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options.format_name,
      N_ ("txt, srt, vtt or json (default: by the ending of the output, else txt)"), N_ ("FORMAT") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      N_ ("File to write, or a folder (default: standard output)"), N_ ("PATH") },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &options.trace_path,
      N_ ("Write what was done when, for chrome://tracing or ui.perfetto.dev"), N_ ("FILE") },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, N_ ("No progress on the terminal"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GError) error = NULL;
  LonghandCliEngine engine;
  int code = LONGHAND_EXIT_OK;

  if (!longhand_cli_parse (&argc, &argv, _ ("FILE…"), _ ("Writes out recordings: wav, flac, ogg, opus, mp3."),
                           _ ("A recording that fails does not keep the others from being written out. Text "
                              "that cannot be\nsaved is printed, so that it is not lost."),
                           entries))
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
  for (guint i = 0; i < options.n_files && !longhand_cli_interrupted (); i++) {
    g_autoptr (GError) file_error = NULL;

    if (!transcribe_file (&engine, &options, options.files[i], &file_error))
      code = longhand_cli_fail (file_error);
  }
  longhand_cli_engine_close (&engine);
  if (options.trace != NULL && !longhand_cli_trace_finish (options.trace, options.trace_path, &error))
    code = longhand_cli_fail (error);
  return longhand_cli_interrupted () ? LONGHAND_EXIT_INTERRUPTED : code;
}
