/* longhand-cli replay: a recording through the whole of live dictation, and what it shows when. */
#include "cli/longhand-cli-replay.h"

#include "cli/longhand-cli-languages.h"
#include "cli/longhand-cli-utterance.h"
#include "cli/longhand-cli-vocabulary.h"
#include "cli/longhand-cli.h"

#include "audio/longhand-audio-file.h"
#include "audio/longhand-capture-file.h"
#include "dictation/longhand-composition.h"
#include "dictation/longhand-dictation-private.h"
#include "longhand-engine-error.h"
#include "longhand-process.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define MEMORY_LOOKS 48 /* over all sound */
#define LOOK_MS 100
#define MAX_SPEED 100
#define MAX_TIMES 1000000

typedef struct {
  char *model, *reference_path, *speed_text; /* owned */
  LonghandCliLanguages spoken;
  LonghandCliVocabulary vocabulary;
  int threads, n_times;
  double pause_s;
  gboolean as_json;
  gboolean keep_all;
  gboolean commands;
  LonghandEnhancement enhancement;

  const char *path;         /* borrowed */
  double speed;             /* 0: as fast as possible */
  LonghandWording *wording; /* owned */
  char *reference;          /* owned; text; NULL: none */
} Options;

static void
options_clear (Options *options) {
  g_free (options->model);
  longhand_cli_languages_clear (&options->spoken);
  longhand_cli_vocabulary_clear (&options->vocabulary);
  g_clear_pointer (&options->wording, longhand_wording_unref);
  g_free (options->reference_path);
  g_free (options->speed_text);
  g_free (options->reference);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

typedef struct {
  const Options *options;
  LonghandReplay *replay;
  GMainLoop *loop; /* owned, as all below */
  LonghandDictation *dictation;
  LonghandDrift *drift;
  GPtrArray *heard;                 /* committed LonghandUtterance; empty without a reference */
  guint look, interrupt, terminate; /* sources of the main context */
  double total_s;                   /* of sound */
  double cpu_begin_s;
  gint64 begin_us;
  gboolean is_interrupted;
  int code;
} Session;

static void
session_clear (Session *session) {
  g_clear_handle_id (&session->look, g_source_remove);
  g_clear_handle_id (&session->interrupt, g_source_remove);
  g_clear_handle_id (&session->terminate, g_source_remove);
  if (session->dictation != NULL)
    g_signal_handlers_disconnect_by_data (session->dictation, session);
  g_clear_object (&session->dictation);
  g_clear_pointer (&session->drift, longhand_drift_free);
  g_clear_pointer (&session->loop, g_main_loop_unref);
  g_clear_pointer (&session->heard, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

/* ---- while it is replayed ---- */

static void
look_at_memory (Session *session, double least_s) {
  GArray *memory = session->replay->memory;
  LonghandStats stats;
  LonghandReplayMemory now
      = { .sound_s = (double)longhand_dictation_get_elapsed_ms (session->dictation) / 1000 };

  if (memory->len > 0
      && now.sound_s < g_array_index (memory, LonghandReplayMemory, memory->len - 1).sound_s + least_s)
    return;
  longhand_dictation_get_stats (session->dictation, &stats);
  now.rss_bytes = stats.memory[LONGHAND_N_MEMORY - 1].bytes;
  g_array_append_val (memory, now);
}

static gboolean
on_look (gpointer user) {
  Session *session = user;

  look_at_memory (session, session->total_s / MEMORY_LOOKS);
  return G_SOURCE_CONTINUE;
}

static void
on_tentative (LonghandDictation *dictation, const char *text, guint n_firm, Session *session) {
  longhand_cli_show_tentative (text);
}

static void
on_committed (LonghandDictation *dictation, LonghandUtterance *utterance, Session *session) {
  longhand_cli_show_tentative ("");
  if (!session->options->as_json)
    longhand_cli_print_utterance (utterance);
  if (session->options->reference != NULL)
    g_ptr_array_add (session->heard, longhand_utterance_ref (utterance));
  if (utterance->command == LONGHAND_COMMAND_NONE)
    longhand_drift_take (session->drift, utterance->start_ms, utterance->end_ms, utterance->text);
}

static void
on_failed (LonghandDictation *dictation, const GError *error, Session *session) {
  longhand_cli_show_tentative ("");
  session->code = longhand_cli_fail (error);
  if (longhand_dictation_get_state (dictation) == LONGHAND_STATE_IDLE)
    g_main_loop_quit (session->loop);
}

/* Loading is no part of what is measured. */
static void
on_model_state (LonghandDictation *dictation, GParamSpec *pspec, Session *session) {
  if (longhand_dictation_get_model_state (dictation) != LONGHAND_MODEL_STATE_READY || session->begin_us > 0)
    return;
  session->cpu_begin_s = longhand_process_get_cpu_s ();
  session->begin_us = g_get_monotonic_time ();
  session->look = g_timeout_add (LOOK_MS, on_look, session);
  longhand_dictation_start (dictation);
}

static void
on_state (LonghandDictation *dictation, GParamSpec *pspec, Session *session) {
  if (longhand_dictation_get_state (dictation) != LONGHAND_STATE_IDLE)
    return;
  look_at_memory (session, 0);
  g_main_loop_quit (session->loop);
}

/* The first time what was said is finished, the second time only as much of it as shutdown waits for. */
static gboolean
on_interrupt (gpointer user) {
  Session *session = user;

  if (session->is_interrupted || longhand_dictation_get_state (session->dictation) == LONGHAND_STATE_IDLE)
    g_main_loop_quit (session->loop);
  session->is_interrupted = TRUE;
  longhand_dictation_stop (session->dictation);
  return G_SOURCE_CONTINUE;
}

/* ---- after it ---- */

static void
take_figures (Session *session) {
  LonghandReplay *replay = session->replay;

  longhand_dictation_get_stats (session->dictation, &replay->stats);
  replay->wall_s = (double)(g_get_monotonic_time () - session->begin_us) / G_USEC_PER_SEC;
  replay->stats.cpu_s -= session->cpu_begin_s;
  replay->sound_s = (double)longhand_dictation_get_elapsed_ms (session->dictation) / 1000;
  replay->is_complete = session->code == LONGHAND_EXIT_OK && !session->is_interrupted;
  if (replay->is_complete)
    replay->drift = longhand_drift_get (session->drift, replay->n_times);
}

/* What commands have made of what was said; (transfer full). */
static char *
compose (const GPtrArray *said) {
  g_autoptr (GPtrArray) texts = longhand_composition_dup_texts (said);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    longhand_composition_join (text, g_ptr_array_index (texts, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What was said in all rounds; (transfer full). */
static char *
repeat (const char *text, guint n) {
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (all, "%s\n", text);
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* The same recording as “transcribe” hears it, against the same text. */
static gboolean
measure_batch (const Options *options, LonghandReplay *replay, GError **error) {
  const LonghandAudioInput input = { .path = options->path, .enhancement = options->enhancement };
  g_autoptr (LonghandSamples) sound = longhand_audio_file_read (&input, NULL, error);
  const float *samples;
  gsize n;
  g_autoptr (GString) heard = g_string_new (NULL);
  struct quill_error engine_error = { 0 };
  struct quill_result *result = NULL;
  struct quill_settings settings;
  struct quill_params params;
  LonghandCliEngine engine;

  quill_settings_init (&settings);
  settings.n_threads = (unsigned)options->threads;
  settings.n_hypotheses = QUILL_USUAL_HYPOTHESES;
  if (sound == NULL || (samples = longhand_samples_seal (sound, &n, error)) == NULL
      || !longhand_cli_engine_open (&engine, options->model, &settings, error))
    return FALSE;
  quill_params_init (&params);
  params.language = options->spoken.language;
  params.languages = (const char *const *)options->spoken.languages;
  params.beam_size = QUILL_USUAL_HYPOTHESES;
  params.best_of = QUILL_USUAL_HYPOTHESES;
  params.vad = TRUE;
  params.condition_on_previous = FALSE;
  if (quill_transcribe (engine.transcriber, samples, n, &params, &result, &engine_error) != QUILL_OK) {
    longhand_set_error_from_engine (error, &engine_error);
    longhand_cli_engine_close (&engine);
    return FALSE;
  }
  for (size_t i = 0; i < result->n_segments; i++)
    g_string_append (heard, result->segments[i].text);
  replay->batch_wer = longhand_replay_wer (options->reference, heard->str);
  quill_result_free (&result);
  longhand_cli_engine_close (&engine);
  return TRUE;
}

static void
print_outcome (const Options *options, const LonghandReplay *replay) {
  g_autoptr (JsonNode) root = NULL;

  if (!options->as_json) {
    longhand_replay_print_table (replay);
    return;
  }
  root = longhand_replay_to_json (replay);
  longhand_cli_print_json (root);
}

/* ---- the verb ---- */

static void
make_session (Session *session, LonghandModelStore *store, LonghandModel *model, LonghandSource *source) {
  const Options *options = session->options;
  const double file_s = longhand_capture_file_get_seconds (source);

  session->loop = g_main_loop_new (NULL, FALSE);
  session->heard = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_utterance_unref);
  session->drift = longhand_drift_new (file_s * 1000);
  session->total_s = file_s * options->n_times;
  session->dictation = longhand_dictation_new_with_source (
      NULL,
      &(LonghandDictationOptions){ .model = longhand_model_get_path (model),
                                   .language = options->spoken.language,
                                   .languages = (const char *const *)options->spoken.languages,
                                   .wording = options->wording,
                                   .threads = (guint)options->threads,
                                   .pause_length = options->pause_s,
                                   .keep_all = options->keep_all,
                                   .commands = options->commands,
                                   .enhancement = options->enhancement },
      store, source);
  longhand_capture_file_set_queue (source, longhand_dictation_get_queue (session->dictation));
  g_signal_connect (session->dictation, "tentative", G_CALLBACK (on_tentative), session);
  g_signal_connect (session->dictation, "committed", G_CALLBACK (on_committed), session);
  g_signal_connect (session->dictation, "failed", G_CALLBACK (on_failed), session);
  g_signal_connect (session->dictation, "notify::model-state", G_CALLBACK (on_model_state), session);
  g_signal_connect (session->dictation, "notify::state", G_CALLBACK (on_state), session);
  session->interrupt = g_unix_signal_add (SIGINT, on_interrupt, session);
  session->terminate = g_unix_signal_add (SIGTERM, on_interrupt, session);
}

/* Replays; returns the exit code. */
static int
run (const Options *options, LonghandReplay *replay, LonghandModelStore *store, LonghandModel *model,
     LonghandSource *source) {
  g_auto (Session) session = { .options = options, .replay = replay };

  make_session (&session, store, model, source);
  g_main_loop_run (session.loop);
  longhand_dictation_shutdown (session.dictation);
  if (session.begin_us > 0)
    take_figures (&session);
  if (replay->is_complete && options->reference != NULL) {
    g_autofree char *expected = repeat (options->reference, replay->n_times);
    g_autofree char *heard = compose (session.heard);

    replay->live_wer = longhand_replay_wer (expected, heard);
  }
  if (session.is_interrupted && session.code == LONGHAND_EXIT_OK)
    return LONGHAND_EXIT_INTERRUPTED;
  return session.code;
}

/* "max", or how many times as fast as it was spoken. */
static gboolean
parse_speed (const char *text, double *speed, GError **error) {
  char *end;

  *speed = 0;
  if (strcmp (text, "max") == 0)
    return TRUE;
  *speed = g_ascii_strtod (text, &end);
  if (end != text && *end == '\0' && *speed >= 0.1 && *speed <= MAX_SPEED)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("“%s” is no speed: use a number from 0.1 to %d, where 1 is as it was spoken, or max."),
               text, MAX_SPEED);
  return FALSE;
}

static gboolean
read_reference (Options *options, GError **error) {
  g_autofree char *name = NULL;
  g_autoptr (GError) reason = NULL;

  if (options->reference_path == NULL)
    return TRUE;
  name = g_filename_display_name (options->reference_path);
  if (!g_file_get_contents (options->reference_path, &options->reference, NULL, &reason)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("“%s”, which should say what is spoken, cannot be read (%s): check --reference."), name,
                 reason->message);
    return FALSE;
  }
  if (g_utf8_validate (options->reference, -1, NULL))
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
               _ ("“%s” is not text in UTF-8: convert it, and try again."), name);
  return FALSE;
}

static gboolean
check (Options *options, int argc, char **argv, GError **error) {
  if (argc < 2) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Name one recording, as in “longhand-cli replay FILE”."));
    return FALSE;
  }
  options->path = argv[1];
  if (options->n_times < 1 || options->n_times > MAX_TIMES) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("A recording cannot be replayed %d times: use 1 to %d."), options->n_times, MAX_TIMES);
    return FALSE;
  }
  return parse_speed (options->speed_text != NULL ? options->speed_text : "1", &options->speed, error)
         && longhand_cli_check_pause (options->pause_s, error)
         && longhand_cli_check_threads (options->threads, error)
         && longhand_cli_languages_check (&options->spoken, error)
         && longhand_cli_vocabulary_read (&options->vocabulary, error) && read_reference (options, error);
}

int
longhand_cli_replay (int argc, char **argv) {
  g_auto (Options) options = { .n_times = 1, .pause_s = 0.6 };
  const GOptionEntry entries[] = {
    { "reference", 'r', 0, G_OPTION_ARG_FILENAME, &options.reference_path,
      N_ ("Text file with what is spoken, for counting wrong words"), N_ ("FILE") },
    { "speed", 's', 0, G_OPTION_ARG_STRING, &options.speed_text,
      N_ ("1 as it was spoken (the default), N times as fast, or max"), N_ ("N") },
    { "repeat", 'n', 0, G_OPTION_ARG_INT, &options.n_times, N_ ("Replay it so often in a row (default 1)"),
      N_ ("N") },
    { "pause", 'p', 0, G_OPTION_ARG_DOUBLE, &options.pause_s,
      N_ ("Silence that ends an utterance, 0.3 to 2 (default 0.6)"), N_ ("SECONDS") },
    { "keep-all", 0, 0, G_OPTION_ARG_NONE, &options.keep_all,
      N_ ("Write out also what nobody seems to have said"), NULL },
    { "commands", 0, 0, G_OPTION_ARG_NONE, &options.commands,
      N_ ("Take “new line”, “comma”, “stop listening” and the like for commands"), NULL },
    { "no-commands", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &options.commands,
      N_ ("Write them out (default)"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, N_ ("Print JSON in place of text and table"), NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
      N_ ("Threads, 1 to 256 (default 0: as many as are best)"), N_ ("N") },
    { "language", 'l', 0, G_OPTION_ARG_STRING, &options.spoken.language,
      N_ ("Language spoken, such as “de” (default: auto)"), N_ ("LANGUAGE") },
    { "languages", 0, 0, G_OPTION_ARG_STRING, &options.spoken.list,
      N_ ("Languages that may be spoken, such as “en,de”: one of them is detected (default: any)"),
      N_ ("LANGUAGES") },
    { "noise-reduction", 0, 0, G_OPTION_ARG_NONE, &options.enhancement.noise_reduction,
      N_ ("Lower steady noise before words are looked for"), NULL },
    { "auto-gain", 0, 0, G_OPTION_ARG_NONE, &options.enhancement.automatic_gain,
      N_ ("Bring voices to a usual level before words are looked for"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (LonghandModelStore) store = NULL;
  g_autoptr (LonghandModel) model = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (LonghandReplay) replay;
  g_autoptr (GArray) all_entries = NULL;
  LonghandSource *source;
  int code;

  longhand_replay_init (&replay);
  longhand_cli_vocabulary_init (&options.vocabulary);
  all_entries = longhand_cli_vocabulary_join_entries (&options.vocabulary, entries);
  if (!longhand_cli_parse (
          &argc, &argv, _ ("FILE"),
          _ ("Dictates a recording as if it were spoken now, and measures how soon text is there."),
          _ ("The recording takes the whole way that a microphone’s sound takes. Ctrl+C finishes what was "
             "said\nand ends. The fields of JSON, and what the figures mean, are in the man page."),
          (const GOptionEntry *)(gpointer)all_entries->data))
    return LONGHAND_EXIT_USAGE;
  if (longhand_cli_refuse_surplus (argc, argv, 1))
    return LONGHAND_EXIT_USAGE;
  store = longhand_model_store_new ();
  if (!check (&options, argc, argv, &error)
      || (model = longhand_cli_find_model (store, options.model, &error)) == NULL
      || !longhand_cli_languages_check_model_of (&options.spoken, model, &error)
      || (source = longhand_capture_file_new (options.path, options.speed, (guint)options.n_times, &error))
             == NULL)
    return longhand_cli_fail (error);
  replay.name = g_filename_display_basename (options.path);
  options.wording = longhand_cli_vocabulary_take_wording (&options.vocabulary);
  replay.model_id = g_strdup (longhand_model_get_id (model));
  replay.speed = options.speed;
  replay.n_times = (guint)options.n_times;
  replay.pause_s = options.pause_s;
  code = run (&options, &replay, store, model, source);
  if (replay.is_complete && options.reference != NULL && !measure_batch (&options, &replay, &error))
    code = longhand_cli_fail (error);
  if (replay.wall_s > 0)
    print_outcome (&options, &replay);
  return code;
}
