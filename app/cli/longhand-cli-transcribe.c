/* longhand-cli transcribe: recordings to text. */
#include "cli/longhand-cli-jobs.h"
#include "cli/longhand-cli-output.h"
#include "cli/longhand-cli-progress.h"
#include "cli/longhand-cli-sandbox.h"
#include "cli/longhand-cli.h"

#include "audio/longhand-audio-file.h"

#include <glib/gi18n.h>

#define REDRAW_US (200 * 1000)
#define LOWEST_RAW_HZ 1000
#define HIGHEST_RAW_HZ 768000
#define PRINT_RESTS 50 /* times as long as it took to write out what may be printed, nothing is for that */
#define MAX_SHOWN 8 /* recordings; more fit into no line */

typedef struct {
  char *model;
  int threads;
  int together, jobs;
  LonghandCliRequest request;
  LonghandCliOutput output;
  LonghandCliProgressOption progress;
  gboolean recursive, resume;
  char *trace_path;

  LonghandCliInputs inputs;
  LonghandCliTrace *trace; /* owned; NULL: none */
} Options;

static void
options_clear (Options *options) {
  g_free (options->model);
  longhand_cli_request_clear (&options->request);
  longhand_cli_output_clear (&options->output);
  g_free (options->progress.when);
  g_free (options->trace_path);
  longhand_cli_inputs_clear (&options->inputs);
  g_clear_pointer (&options->trace, longhand_cli_trace_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* All recordings, and what became of them. */
typedef struct {
  const Options *options;
  LonghandCliRecording *recordings; /* owned; [n] */
  guint n;
  GPtrArray *todo;      /* owned; LonghandCliRecording, borrowed: those that are not there already */
  guint n_written;      /* with those that are */
  guint n_printed;      /* of todo, from its beginning; or passed over */
  gint64 print_from_us; /* until then, no text is printed before its recording has ended */
  gboolean is_cut_off;  /* one was cancelled */
  const LonghandCliInput *partly; /* it, if text of it has been printed; else NULL */
  gint64 partly_ms;               /* up to there */
  gboolean is_shown;              /* a line of progress is on the terminal */
  gint64 begin_us;
  double noted_s, noted_at_s; /* sound that was done when there was more last, and how long after begin_us */
  int code;
} Run;

static void
run_clear (Run *run) {
  for (guint i = 0; i < run->n; i++)
    longhand_cli_recording_clear (&run->recordings[i]);
  g_free (run->recordings);
  g_clear_pointer (&run->todo, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* ---- progress ---- */

/* So that time left can be told before all have been read. What is no sound at all will fail. */
static void
look_at_headers (Run *run) {
  for (guint i = 0; i < run->todo->len; i++) {
    LonghandCliRecording *recording = g_ptr_array_index (run->todo, i);
    const char *path = recording->input->path;
    double seconds = 0;

    if (run->options->request.raw_hz != 0 || path == NULL
        || (longhand_audio_file_probe (path, &seconds, NULL) && seconds <= 0))
      recording->total_ms = -1;
    else
      recording->total_ms = (int)MIN (seconds * 1000, G_MAXINT);
  }
}

/* Sound of all; total 0 when somebody's is not known. */
static void
sum_up (const Run *run, LonghandCliProgress *progress) {
  gboolean is_known = TRUE;

  for (guint i = 0; i < run->todo->len; i++) {
    LonghandCliRecording *recording = g_ptr_array_index (run->todo, i);
    const int done_ms = g_atomic_int_get (&recording->done_ms);
    const int total_ms = recording->is_finished ? done_ms : g_atomic_int_get (&recording->total_ms);

    is_known = is_known && total_ms >= 0;
    progress->total_s += total_ms / 1000.0;
    progress->done_s += done_ms / 1000.0;
  }
  if (!is_known)
    progress->total_s = 0;
}

/* Recordings go on by windows of half a minute: in between there is nothing new to tell a speed by. */
static void
look_at_clock (Run *run, LonghandCliProgress *progress) {
  const double now_s = (double)(g_get_monotonic_time () - run->begin_us) / G_USEC_PER_SEC;

  if (progress->done_s != run->noted_s) {
    run->noted_s = progress->done_s;
    run->noted_at_s = now_s;
  }
  progress->elapsed_s = run->noted_at_s;
  progress->since_s = now_s - run->noted_at_s;
}

static void
show_progress (Run *run) {
  LonghandCliProgressItem items[MAX_SHOWN];
  char *names[MAX_SHOWN];
  LonghandCliProgress progress = { .items = items, .n_done = run->n - run->todo->len, .n = run->n };

  for (guint i = 0; i < run->todo->len; i++) {
    LonghandCliRecording *recording = g_ptr_array_index (run->todo, i);
    const int total_ms = g_atomic_int_get (&recording->total_ms);

    progress.n_done += recording->is_finished ? 1 : 0;
    if (recording->is_finished || !g_atomic_int_get (&recording->is_begun) || progress.n_items == MAX_SHOWN)
      continue;
    names[progress.n_items] = longhand_cli_input_display_basename (recording->input);
    items[progress.n_items] = (LonghandCliProgressItem){
      names[progress.n_items], total_ms > 0 ? (double)g_atomic_int_get (&recording->done_ms) / total_ms : 0
    };
    progress.n_items++;
  }
  sum_up (run, &progress);
  look_at_clock (run, &progress);
  longhand_cli_progress_show (&progress);
  run->is_shown = TRUE;
  for (guint i = 0; i < progress.n_items; i++)
    g_free (names[i]);
}

/* So that other lines can be written. */
static void
hide_progress (Run *run) {
  if (run->is_shown)
    longhand_cli_progress_hide ();
  run->is_shown = FALSE;
}

/* ---- text as it goes ---- */

/* The one whose text comes next; NULL: all are printed. */
static LonghandCliRecording *
get_next (const Run *run) {
  return run->n_printed < run->todo->len ? g_ptr_array_index (run->todo, run->n_printed) : NULL;
}

static void
add_heard (LonghandCliRecording *recording, LonghandTranscript *heard) {
  if (recording->heard == NULL)
    recording->heard = longhand_cli_recording_new_transcript (recording);
  longhand_transcript_append_all (recording->heard, heard);
  recording->has_more = TRUE;
}

/* All that was heard so far is written out for what is new in it, which for recordings of hours takes more
 * and more time: it gets a fixed share of it. */
static void
print_what_is_sure (Run *run) {
  const LonghandCliOutput *output = &run->options->output;
  LonghandCliRecording *next = get_next (run);
  const gint64 begin_us = g_get_monotonic_time ();
  g_autoptr (GBytes) content = NULL;

  if (next == NULL || !next->has_more || begin_us < run->print_from_us)
    return;
  next->has_more = FALSE;
  content = longhand_cli_output_begin (output, next->heard);
  run->print_from_us = begin_us + (1 + PRINT_RESTS) * (g_get_monotonic_time () - begin_us);
  if (g_bytes_get_size (content) == next->n_printed)
    return;
  hide_progress (run);
  longhand_cli_output_print (output, next->input, content, &next->n_printed);
}

/* For news, before something else is to be done; 0: nothing is. */
static guint64
get_patience_us (const Run *run) {
  const LonghandCliRecording *next = get_next (run);
  const guint64 redraw_us = run->options->progress.is_shown ? REDRAW_US : 0;
  gint64 rest_us;

  if (next == NULL || !next->has_more)
    return redraw_us;
  rest_us = MAX (run->print_from_us - g_get_monotonic_time (), 1);
  return redraw_us > 0 ? MIN (redraw_us, (guint64)rest_us) : (guint64)rest_us;
}

/* ---- outcomes ---- */

/* Stopped by Ctrl+C, which is no failure of its own. */
static gboolean
is_cancelled (const LonghandCliRecording *recording) {
  return g_error_matches (recording->error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED);
}

static void
note_cut (Run *run, const LonghandCliRecording *recording) {
  const guint n = longhand_transcript_get_n_segments (recording->heard);

  if (n == 0 || !is_cancelled (recording))
    return;
  run->partly = recording->input;
  run->partly_ms = longhand_transcript_get_segment (recording->heard, n - 1)->end_ms;
}

/* What was heard before it failed. With Ctrl+C that is the text that was being printed; of those behind it
 * nothing is. */
static void
print_heard (Run *run, LonghandCliRecording *recording) {
  if (recording->heard != NULL && !run->is_cut_off) {
    longhand_cli_output_write (&run->options->output, recording->input, recording->heard,
                               recording->n_printed);
    note_cut (run, recording);
  }
  run->is_cut_off = run->is_cut_off || is_cancelled (recording);
}

static int
tell_outcome (Run *run, LonghandCliRecording *recording) {
  for (guint i = 0; i < recording->remarks->len; i++)
    longhand_cli_complain ("%s", (const char *)g_ptr_array_index (recording->remarks, i));
  if (recording->error != NULL)
    return longhand_cli_fail (recording->error);
  run->n_written++;
  return longhand_cli_output_write (&run->options->output, recording->input, recording->transcript,
                                    recording->n_printed);
}

static void
settle (Run *run, LonghandCliRecording *recording) {
  int code = LONGHAND_EXIT_OK;

  hide_progress (run);
  if (recording->error != NULL)
    print_heard (run, recording);
  if (!is_cancelled (recording))
    code = tell_outcome (run, recording);
  run->code = code != LONGHAND_EXIT_OK ? code : run->code;
  g_clear_object (&recording->heard);
  g_clear_object (&recording->transcript);
}

/* Texts are saved at once, but printed in the order in which the recordings were named: what was not begun
 * before Ctrl+C is passed over at the end. */
static void
settle_what_can_be (Run *run, LonghandCliRecording *finished, gboolean at_end) {
  if (run->options->output.path != NULL) {
    if (finished != NULL)
      settle (run, finished);
    return;
  }
  for (; run->n_printed < run->todo->len; run->n_printed++) {
    LonghandCliRecording *next = g_ptr_array_index (run->todo, run->n_printed);

    if (next->is_finished)
      settle (run, next);
    else if (!at_end)
      return;
  }
}

static void
take (Run *run, const LonghandCliNews *news) {
  if (news->heard != NULL)
    add_heard (news->recording, news->heard);
  else if (news->recording != NULL)
    news->recording->is_finished = TRUE;
}

static void
wait_for_all (Run *run, LonghandCliJobs *jobs) {
  gboolean goes_on = TRUE;

  while (goes_on) {
    g_auto (LonghandCliNews) news = { 0 };

    goes_on = longhand_cli_jobs_wait (jobs, get_patience_us (run), &news);
    take (run, &news);
    settle_what_can_be (run, news.heard == NULL ? news.recording : NULL, !goes_on);
    print_what_is_sure (run);
    if (run->options->progress.is_shown && goes_on && !longhand_cli_interrupted ())
      show_progress (run);
  }
  hide_progress (run);
}

/* "1:02:03"; what has begun to be a second counts not. (transfer full) */
static char *
write_time (gint64 ms) {
  const int seconds = (int)(ms / 1000);

  return seconds < 3600 ? g_strdup_printf ("%d:%02d", seconds / 60, seconds % 60)
                        : g_strdup_printf ("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void
tell_what_is_printed (const Run *run) {
  g_autofree char *name = longhand_cli_input_display_name (run->partly);
  g_autofree char *time = write_time (run->partly_ms);

  if (run->n == 1 && run->options->request.recognition.clip_timestamps == NULL)
    /* Translators: name of a file; a time in it, such as 1:02:03; and the same in seconds */
    longhand_cli_complain (_ ("Stopped: “%s” is written out up to %s; --offset=%d goes on there."), name,
                           time, (int)(run->partly_ms / 1000));
  else
    /* Translators: two numbers; name of a file; and a time in it, such as 1:02:03 */
    longhand_cli_complain (
        _ ("Stopped: %u of %u recordings are written out, and “%s” up to %s; with --output "
           "and --resume, the others can be done later."),
        run->n_written, run->n, name, time);
}

static void
tell_where_it_stopped (const Run *run) {
  if (run->partly != NULL)
    tell_what_is_printed (run);
  else if (run->options->output.path != NULL)
    longhand_cli_complain (
        _ ("Stopped: %u of %u recordings are written out; the same command with --resume goes "
           "on with the others."),
        run->n_written, run->n);
  else
    longhand_cli_complain (_ ("Stopped: %u of %u recordings are written out; with --output and --resume, the "
                              "others can be done later."),
                           run->n_written, run->n);
}

/* ---- checks ---- */

/* No text may overwrite a recording, and neither may the trace. */
static gboolean
check_outputs (Options *options, GError **error) {
  g_autoptr (GHashTable) taken
      = g_hash_table_new_full (g_file_hash, (GEqualFunc)g_file_equal, g_object_unref, NULL);

  for (guint i = 0; i < options->inputs.inputs->len; i++) {
    const char *path = longhand_cli_inputs_get (&options->inputs, i)->path;

    if (path != NULL)
      g_hash_table_add (taken, g_file_new_for_path (path));
  }
  if (options->trace_path != NULL
      && !g_hash_table_add (taken, g_file_new_for_commandline_arg (options->trace_path))) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” is a recording: choose another --trace."), options->trace_path);
    return FALSE;
  }
  if (!longhand_cli_output_check (&options->output, &options->inputs, taken, error))
    return FALSE;
  if (!options->resume || options->output.path != NULL)
    return TRUE;
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                       _ ("--resume looks at which texts are there already: say where with --output."));
  return FALSE;
}

static gboolean
check_numbers (const Options *options, GError **error) {
  if (options->together < 1 || options->together > QUILL_MAX_TOGETHER)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("%d recordings cannot be recognised together: use 1 to %d."), options->together,
                 QUILL_MAX_TOGETHER);
  else if (options->jobs < 1 || options->jobs > LONGHAND_CLI_MAX_JOBS)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID, _ ("%d jobs are not possible: use 1 to %d."),
                 options->jobs, LONGHAND_CLI_MAX_JOBS);
  else if (options->request.raw_hz != 0
           && (options->request.raw_hz < LOWEST_RAW_HZ || options->request.raw_hz > HIGHEST_RAW_HZ))
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("--raw %d is no rate of samples: use %d to %d, as in “--raw 16000”."),
                 options->request.raw_hz, LOWEST_RAW_HZ, HIGHEST_RAW_HZ);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_combinations (const Options *options, GError **error) {
  if (options->trace_path != NULL && options->jobs > 1)
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("A trace shows one job: leave out --jobs or --trace."));
  else if (options->request.raw_hz != 0 && options->inputs.has_folder)
    g_set_error_literal (
        error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
        _ ("Nothing tells which files in a folder are samples without a header: name them, or "
           "leave out --raw."));
  else
    return TRUE;
  return FALSE;
}

static gboolean
check (Options *options, GError **error) {
  return check_numbers (options, error) && longhand_cli_check_threads (options->threads, error)
         && longhand_cli_progress_check (&options->progress, error)
         && longhand_cli_recognition_check (&options->request.recognition, error)
         && check_combinations (options, error)
         && longhand_cli_vocabulary_read (&options->request.vocabulary, error)
         && longhand_cli_grammar_read (&options->request.grammar, error);
}

/* ---- the engine ---- */

static void
set_up (const Options *options, guint n, struct quill_settings *settings) {
  quill_settings_init (settings);
  settings->n_threads = (unsigned)options->threads;
  longhand_cli_recognition_set_up (&options->request.recognition, settings);
  settings->n_together = (unsigned)MIN ((guint)options->together, n);
}

/* Opens the engine; from then on the trace is being recorded, if there is to be one. */
static gboolean
open_engine (LonghandCliEngine *engine, Options *options, const struct quill_settings *settings,
             GError **error) {
  const gint64 begin_us = g_get_monotonic_time ();

  if (!longhand_cli_engine_open (engine, options->model, settings, error))
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

/* ---- the verb ---- */

static gboolean
recognise_with (LonghandCliEngine *engine, Run *run, const struct quill_settings *settings, GError **error) {
  const Options *options = run->options;
  const LonghandCliWork work = {
    .engine = engine,
    .request = &options->request,
    .recordings = (LonghandCliRecording **)run->todo->pdata,
    .n = run->todo->len,
    .n_together = (guint)options->together,
    .tells_heard = longhand_cli_output_grows (&options->output),
    .trace = options->trace,
  };
  g_autoptr (LonghandCliJobs) jobs = NULL;

  if (!longhand_cli_recognition_check_model (&options->request.recognition, engine->model, error))
    return FALSE;
  if (options->progress.is_shown)
    look_at_headers (run);
  longhand_cli_catch_interrupt ();
  run->begin_us = g_get_monotonic_time ();
  jobs = longhand_cli_jobs_start (&work, (guint)options->jobs, settings, error);
  if (jobs == NULL)
    return FALSE;
  wait_for_all (run, jobs);
  return TRUE;
}

static gboolean
recognise (Options *options, Run *run, GError **error) {
  const char *const outputs[] = { options->output.path, options->trace_path };
  struct quill_settings settings;
  LonghandCliEngine engine;
  gboolean is_done;

  set_up (options, run->todo->len, &settings);
  longhand_cli_close_in (outputs, G_N_ELEMENTS (outputs));
  if (!open_engine (&engine, options, &settings, error))
    return FALSE;
  is_done = longhand_cli_vocabulary_open (&options->request.vocabulary, engine.model, error)
            && longhand_cli_grammar_open (&options->request.grammar, engine.model, error)
            && recognise_with (&engine, run, &settings, error);
  longhand_cli_grammar_close (&options->request.grammar);
  longhand_cli_vocabulary_close (&options->request.vocabulary);
  longhand_cli_engine_close (&engine);
  return is_done
         && (options->trace == NULL
             || longhand_cli_trace_finish (options->trace, options->trace_path, error));
}

static void
find_what_is_to_be_done (const Options *options, Run *run) {
  run->n = options->inputs.inputs->len;
  run->recordings = g_new0 (LonghandCliRecording, run->n);
  run->todo = g_ptr_array_new ();
  for (guint i = 0; i < run->n; i++) {
    const LonghandCliInput *input = longhand_cli_inputs_get (&options->inputs, i);

    longhand_cli_recording_init (&run->recordings[i], input);
    if (options->resume && longhand_cli_output_is_there (&options->output, input))
      run->n_written++;
    else
      g_ptr_array_add (run->todo, &run->recordings[i]);
  }
  if (run->n_written > 0)
    longhand_cli_complain (g_dngettext (NULL, "The text of %u recording is there already: it is passed over.",
                                        "The texts of %u recordings are there already: they are passed over.",
                                        run->n_written),
                           run->n_written);
}

static int
run_verb (Options *options, char **names, guint n_names) {
  g_auto (Run) run = { .options = options, .code = LONGHAND_EXIT_OK };
  g_autoptr (GError) error = NULL;

  if (n_names == 0) {
    longhand_cli_complain (
        _ ("Name at least one recording, as in “longhand-cli transcribe FILE”, or “-”, standard input."));
    return LONGHAND_EXIT_USAGE;
  }
  options->output.tells_alternatives = options->request.recognition.n_alternatives > 0;
  if (!longhand_cli_inputs_find (&options->inputs, names, n_names, options->recursive, &error)
      || !check (options, &error) || !check_outputs (options, &error))
    return longhand_cli_fail (error);
  if (longhand_cli_output_needs_words (&options->output))
    options->request.recognition.word_timestamps = TRUE;
  run.code = options->inputs.n_failed > 0 ? LONGHAND_EXIT_FAILED : LONGHAND_EXIT_OK;
  find_what_is_to_be_done (options, &run);
  if (run.todo->len > 0 && !recognise (options, &run, &error))
    run.code = longhand_cli_fail (error);
  if (!longhand_cli_interrupted () || run.n_written == run.n)
    return run.code;
  tell_where_it_stopped (&run);
  return LONGHAND_EXIT_INTERRUPTED;
}

int
longhand_cli_transcribe (int argc, char **argv) {
  g_auto (Options) options = { .together = 1, .jobs = 1 };
  const GOptionEntry entries[] = {
    LONGHAND_CLI_HEADING (N_ ("Model and recordings:")),
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
      N_ ("Threads, 1 to 256 (default 0: as many as are best)"), N_ ("N") },
    { "recursive", 'r', 0, G_OPTION_ARG_NONE, &options.recursive,
      N_ ("Look for recordings also in folders of folders"), NULL },
    { "raw", 0, 0, G_OPTION_ARG_INT, &options.request.raw_hz,
      N_ ("Recordings are 16-bit samples (signed, little-endian, mono) without a header, so many a second"),
      N_ ("RATE") },
    { "noise-reduction", 0, 0, G_OPTION_ARG_NONE, &options.request.enhancement.noise_reduction,
      N_ ("Lower steady noise before words are looked for"), NULL },
    { "auto-gain", 0, 0, G_OPTION_ARG_NONE, &options.request.enhancement.automatic_gain,
      N_ ("Bring voices to a usual level before words are looked for"), NULL },
    { "jobs", 0, 0, G_OPTION_ARG_INT, &options.jobs,
      N_ ("Recordings to work on at a time, 1 to 64 (default 1), which share the threads: more are faster, "
          "and take more memory"),
      N_ ("N") },
    { "together", 0, 0, G_OPTION_ARG_INT, &options.together,
      N_ ("Recordings that each job decodes together, 1 to 16 (default 1): for models too large for --jobs"),
      N_ ("N") },
    LONGHAND_CLI_HEADING (N_ ("Output:")),
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output.path,
      N_ ("File to write, or a folder (default: standard output)"), N_ ("PATH") },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options.output.format_names,
      N_ ("txt, md, odt, srt, vtt, lrc, json, tsv or csv, some with commas between, or all (default: by the "
          "output's ending, else txt)"),
      N_ ("FORMATS") },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &options.resume,
      N_ ("Pass over recordings whose texts are there already, and not older than they"), NULL },
    { "max-line-width", 0, 0, G_OPTION_ARG_INT, &options.output.line_width,
      N_ ("Characters in a line of subtitles (default 0: a subtitle is one line)"), N_ ("N") },
    { "max-line-count", 0, 0, G_OPTION_ARG_INT, &options.output.n_lines,
      N_ ("Lines of --max-line-width in a subtitle, which then goes on over ends of segments (default 0: as "
          "many as each segment takes)"),
      N_ ("N") },
    { "max-words-per-line", 0, 0, G_OPTION_ARG_INT, &options.output.n_words,
      N_ ("Words in a subtitle (default 0: those of a segment)"), N_ ("N") },
    { "highlight-words", 0, 0, G_OPTION_ARG_NONE, &options.output.highlights_words,
      N_ ("Underline each word in subtitles while it is said"), NULL },
    { "progress", 0, 0, G_OPTION_ARG_STRING, &options.progress.when,
      N_ ("Show how far it is: auto, on a terminal only (default), always or never"), N_ ("WHEN") },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.progress.quiet, N_ ("The same as --progress=never"),
      NULL },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &options.trace_path,
      N_ ("Write what was done when, for chrome://tracing or ui.perfetto.dev"), N_ ("FILE") },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GArray) all_entries = NULL;

  longhand_cli_recognition_init (&options.request.recognition);
  longhand_cli_vocabulary_init (&options.request.vocabulary);
  longhand_cli_grammar_init (&options.request.grammar);
  all_entries = longhand_cli_recognition_add_entries (&options.request.recognition, entries);
  longhand_cli_vocabulary_add_entries (&options.request.vocabulary, all_entries);
  longhand_cli_grammar_add_entries (&options.request.grammar, all_entries);
  if (!longhand_cli_parse (
          &argc, &argv, _ ("FILE|FOLDER|-…"),
          _ ("Writes out recordings: wav, flac, ogg, opus, mp3; those in folders; or “-”, standard input."),
          _ ("A recording that fails does not keep the others from being written out. Text on standard "
             "output\n"
             "comes while its recording is heard, unless it is json or odt. Text that cannot be saved is "
             "printed,\n"
             "so that it is not lost. Ctrl+C leaves what is finished, and --resume goes on."),
          (const GOptionEntry *)(gpointer)all_entries->data))
    return LONGHAND_EXIT_USAGE;
  return run_verb (&options, argv + 1, (guint)argc - 1);
}
