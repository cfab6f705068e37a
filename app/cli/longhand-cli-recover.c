/* longhand-cli recover: sessions that were cut off. */
#include "cli/longhand-cli-languages.h"
#include "cli/longhand-cli-output.h"
#include "cli/longhand-cli-sandbox.h"
#include "cli/longhand-cli-settings.h"
#include "cli/longhand-cli-utterance.h"
#include "cli/longhand-cli-vocabulary.h"

#include "audio/longhand-journal.h"
#include "audio/longhand-pump.h"
#include "dictation/longhand-composition.h"
#include "dictation/longhand-recognizer.h"
#include "dictation/longhand-recovery.h"
#include "longhand-engine-error.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRST_WORDS 50       /* characters of a text in the list */
#define JOIN_TIMEOUT_MS 3000 /* for a pass that cannot be interrupted */

typedef struct {
  gboolean last, all, remove;
  char *output, *sound, *model; /* owned */
  LonghandFormat format;        /* of output */
  LonghandCliLanguages spoken;
  LonghandCliVocabulary vocabulary;
  LonghandWording *wording; /* owned */
  int threads;
  double pause_s;
  LonghandEnhancement enhancement;
  gboolean commands;
  GPtrArray *paths; /* owned */
} Options;

static void
options_clear (Options *options) {
  g_free (options->output);
  g_free (options->sound);
  g_free (options->model);
  longhand_cli_languages_clear (&options->spoken);
  longhand_cli_vocabulary_clear (&options->vocabulary);
  g_clear_pointer (&options->wording, longhand_wording_unref);
  g_clear_pointer (&options->paths, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* ---- list ---- */

/* (transfer full) */
static char *
first_words (const LonghandRecovery *recovery) {
  const LonghandUtterance *first;
  g_autofree char *begin = NULL;

  if (recovery->texts->len == 0)
    return g_strdup (_ ("(no text yet)"));
  first = g_ptr_array_index (recovery->texts, 0);
  begin = g_utf8_substring (first->text, 0, MIN (FIRST_WORDS, g_utf8_strlen (first->text, -1)));
  g_strdelimit (begin, "\n", ' ');
  return g_strconcat (begin, recovery->texts->len > 1 || strlen (begin) < strlen (first->text) ? "…" : "",
                      NULL);
}

static void
print_session (const LonghandRecovery *recovery) {
  const guint64 seconds = recovery->n_samples / LONGHAND_PUMP_RATE_HZ;
  g_autofree char *name = g_filename_display_basename (recovery->path);
  g_autofree char *words = first_words (recovery);

  g_print ("%s  %3d:%02d  ", name, (int)(seconds / 60), (int)(seconds % 60));
  longhand_cli_print_text (words);
  g_print ("\n");
}

static int
list (GPtrArray *paths) {
  int code = LONGHAND_EXIT_OK;

  if (paths->len == 0)
    g_print (_ ("There are no unfinished sessions.\n"));
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (LonghandRecovery) recovery = longhand_recovery_open (paths->pdata[i], &error);

    if (recovery != NULL)
      print_session (recovery);
    else
      code = longhand_cli_fail (error);
  }
  return code;
}

/* ---- sound ---- */

static gboolean
write_sound (gpointer user, const gint16 *samples, gsize n) {
  return sf_write_short (user, samples, (sf_count_t)n) == (sf_count_t)n;
}

static gboolean
save_sound (const LonghandRecovery *recovery, const char *path, GError **error) {
  SF_INFO info
      = { .samplerate = LONGHAND_PUMP_RATE_HZ, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
  g_autofree char *name = g_filename_display_name (path);
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);
  gboolean is_written;

  is_written = file != NULL && longhand_recovery_read_sound (recovery, write_sound, file);
  if (file != NULL)
    is_written &= sf_close (file) == 0;
  if (!is_written)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                 _ ("“%s” cannot be saved: make room, or choose another place."), name);
  return is_written;
}

/* ---- text of sound that has none yet ---- */

/* What is written. */
typedef struct {
  GString *lines;                 /* owned; plain */
  LonghandTranscript *transcript; /* owned; the same with times */
} Text;

static void
text_init (Text *self) {
  *self = (Text){ g_string_new (NULL), longhand_transcript_new () };
}

static void
text_clear (Text *self) {
  g_string_free (self->lines, TRUE);
  g_object_unref (self->transcript);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Text, text_clear)

/* A line for each utterance, with what commands wrote behind it; or before, when that opens something. */
static void
add_lines (GString *lines, const GPtrArray *utterances) {
  g_autoptr (GString) line = g_string_new (NULL);
  LonghandCommand before = LONGHAND_COMMAND_OPENING;

  for (guint i = 0; i < utterances->len; i++) {
    const LonghandUtterance *utterance = g_ptr_array_index (utterances, i);

    if (utterance->command == LONGHAND_COMMAND_NONE && before != LONGHAND_COMMAND_OPENING) {
      g_string_append_printf (lines, "%s\n", line->str);
      g_string_truncate (line, 0);
    }
    longhand_composition_join (line, utterance);
    before = utterance->command;
  }
  if (line->len > 0)
    g_string_append_printf (lines, "%s\n", line->str);
}

/* utterances first..end, none of which ends a line. Leaves line empty. */
static void
add_segment (LonghandTranscript *transcript, const GPtrArray *utterances, guint first, guint end,
             GString *line) {
  const LonghandUtterance *begin = end > first ? utterances->pdata[first] : NULL;
  const LonghandUtterance *last = end > first ? utterances->pdata[end - 1] : NULL;

  if (begin != NULL)
    longhand_transcript_append (transcript, begin->start_ms, last->end_ms, line->str, NULL);
  g_string_truncate (line, 0);
}

/* The same with times, and with the ends of lines and paragraphs between them. */
static void
add_segments (LonghandTranscript *transcript, const GPtrArray *utterances) {
  g_autoptr (GString) line = g_string_new (NULL);
  LonghandCommand before = LONGHAND_COMMAND_OPENING;
  guint first = 0;

  for (guint i = 0; i < utterances->len; i++) {
    const LonghandUtterance *utterance = g_ptr_array_index (utterances, i);
    const gboolean is_break = utterance->command == LONGHAND_COMMAND_BREAK;

    if (is_break || (utterance->command == LONGHAND_COMMAND_NONE && before != LONGHAND_COMMAND_OPENING)) {
      add_segment (transcript, utterances, first, i, line);
      first = is_break ? i + 1 : i;
    }
    if (is_break)
      longhand_transcript_add_break (transcript, (guint)strspn (utterance->text, "\n"));
    else
      longhand_composition_join (line, utterance);
    before = is_break ? LONGHAND_COMMAND_OPENING : utterance->command;
  }
  add_segment (transcript, utterances, first, utterances->len, line);
}

typedef struct {
  GMainLoop *loop; /* owned */
  GPtrArray *said; /* borrowed; as longhand_composition_dup_texts takes it */
  GError *error;   /* owned; the first one */
  gboolean interrupted;
} Hearing;

static void
on_heard (gpointer owner, gpointer letter) {
  Hearing *self = g_object_get_data (owner, "hearing");
  LonghandHeard *heard = letter;

  if (heard->type == LONGHAND_HEARD_TENTATIVE)
    longhand_cli_show_tentative (heard->text);
  if (heard->left_out != NULL)
    longhand_cli_show_left_out (heard->left_out);
  if (heard->type == LONGHAND_HEARD_UTTERANCE)
    g_ptr_array_add (self->said, longhand_utterance_ref (heard->utterance));
  if (heard->error != NULL && self->error == NULL)
    self->error = g_steal_pointer (&heard->error);
  if (heard->type == LONGHAND_HEARD_END || heard->type == LONGHAND_HEARD_NO_MODEL)
    g_main_loop_quit (self->loop);
}

static gboolean
on_interrupt (gpointer user) {
  Hearing *self = user;

  self->interrupted = TRUE;
  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

/* The same way as live, so that the same words come of it. */
static gboolean
recognise (Hearing *self, const LonghandRecovery *recovery, const char *model, const Options *options,
           GError **error) {
  const LonghandRecognizerSettings settings = { .threads = (guint)options->threads,
                                                .language = options->spoken.language,
                                                .languages = options->spoken.languages,
                                                .wording = options->wording,
                                                .pause_ms = (guint)(options->pause_s * 1000 + 0.5),
                                                .commands = options->commands,
                                                .enhancement = options->enhancement };
  g_autofree float *rest = longhand_recovery_load_rest (recovery, error);
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (LonghandMailbox) mailbox = longhand_mailbox_new (owner);
  g_autoptr (LonghandPumpQueue) queue = longhand_pump_queue_new ();
  LonghandRecognizer *recognizer;

  if (rest == NULL)
    return FALSE;
  g_object_set_data (owner, "hearing", self);
  longhand_pump_queue_push (queue, rest, recovery->n_rest);
  longhand_pump_queue_push_end (queue);
  recognizer = longhand_recognizer_new (queue, NULL, mailbox, on_heard, &settings, error);
  if (recognizer == NULL)
    return FALSE;
  longhand_recognizer_load (recognizer, model, 1);
  g_main_loop_run (self->loop);
  longhand_cli_show_tentative ("");
  longhand_mailbox_close (mailbox);
  longhand_recognizer_free (recognizer, JOIN_TIMEOUT_MS);
  if (self->interrupted && self->error == NULL)
    self->error = g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED,
                                       _ ("Interrupted: the session is still there."));
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

static gboolean
hear_rest (const LonghandRecovery *recovery, const Options *options, GError **error) {
  Hearing hearing = { .said = recovery->said };
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) model = longhand_cli_find_model (store, options->model, error);
  gboolean is_heard;
  guint on_int;

  if (model == NULL)
    return FALSE;
  if (isatty (STDERR_FILENO))
    g_printerr (_ ("Recognising %d seconds of sound that have no text yet.\n"),
                (int)(recovery->n_rest / LONGHAND_PUMP_RATE_HZ));
  hearing.loop = g_main_loop_new (NULL, FALSE);
  on_int = g_unix_signal_add (SIGINT, on_interrupt, &hearing);
  is_heard = recognise (&hearing, recovery, longhand_model_get_path (model), options, error);
  g_source_remove (on_int);
  g_main_loop_unref (hearing.loop);
  return is_heard;
}

/* ---- sessions ---- */

/* What there is goes to text even when the rest cannot be had: text that was there, and what is heard now,
 * which may take back some of that. */
static gboolean
read_text (const LonghandRecovery *recovery, const Options *options, Text *text, GError **error) {
  const gboolean is_heard = recovery->n_rest == 0 || hear_rest (recovery, options, error);
  g_autoptr (GPtrArray) texts = longhand_composition_dup_texts (recovery->said);

  add_lines (text->lines, texts);
  add_segments (text->transcript, texts);
  longhand_transcript_set_begun (text->transcript, recovery->begun_us);
  return is_heard;
}

/* Where standard output leads to a file, the text is to be on the disk; pipes and screens know no such thing.
 */
static gboolean
sync_output (void) {
  return !ferror (stdout)
         && (fsync (STDOUT_FILENO) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP);
}

/* (transfer full) */
static GBytes *
content_of (const Options *options, const Text *text, GError **error) {
  if (options->format == LONGHAND_FORMAT_TXT)
    return g_bytes_new_static (text->lines->str, text->lines->len);
  return longhand_export_to_bytes (text->transcript, options->format, error);
}

/* Text that cannot be saved is printed, so that it is not lost. FALSE: it is not where it should be. */
static gboolean
write_text (const Options *options, const Text *text, GError **error) {
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GFile) file = NULL;

  if (options->output == NULL)
    return sync_output ();
  content = content_of (options, text, error);
  file = g_file_new_for_commandline_arg (options->output);
  if (content != NULL && longhand_export_save (content, file, error))
    return TRUE;
  longhand_cli_print_text (text->lines->str);
  return FALSE;
}

/* Reads the session, and prints its text unless it goes into a file with the others. */
static gboolean
read_session (const LonghandRecovery *recovery, const Options *options, Text *text, GError **error) {
  const gboolean is_read = (options->sound == NULL || save_sound (recovery, options->sound, error))
                           && read_text (recovery, options, text, error);

  if (options->output != NULL)
    return is_read;
  longhand_cli_print_text (text->lines->str);
  g_string_truncate (text->lines, 0);
  return is_read;
}

static void
add_error (int *code, GError **error) {
  if (*error != NULL)
    *code = longhand_cli_fail (*error);
  g_clear_error (error);
}

/* What is written, and the sessions, which are opened for writing, so that nobody else takes them up. */
static void
close_in (const Options *options) {
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();

  g_ptr_array_add (outputs, options->output);
  g_ptr_array_add (outputs, options->sound);
  for (guint i = 0; i < options->paths->len; i++)
    g_ptr_array_add (outputs, options->paths->pdata[i]);
  longhand_cli_close_in ((const char *const *)outputs->pdata, outputs->len);
}

/* Sessions stay locked until their text is safe; then, with --delete, they go. */
static int
recover (const Options *options) {
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_recovery_free);
  g_auto (Text) text;
  g_autoptr (GError) error = NULL;
  int code = LONGHAND_EXIT_OK;
  gboolean is_safe;

  text_init (&text);
  close_in (options);
  for (guint i = 0; i < options->paths->len && code != LONGHAND_EXIT_INTERRUPTED; i++) {
    g_autoptr (LonghandRecovery) recovery = longhand_recovery_open (options->paths->pdata[i], &error);

    if (recovery != NULL && read_session (recovery, options, &text, &error))
      g_ptr_array_add (taken, g_steal_pointer (&recovery));
    add_error (&code, &error);
  }
  is_safe = write_text (options, &text, &error);
  add_error (&code, &error);
  for (guint i = 0; i < taken->len && options->remove && is_safe; i++) {
    longhand_recovery_remove (taken->pdata[i], &error);
    add_error (&code, &error);
  }
  return code;
}

/* ---- command line ---- */

/* A path, or a name from the list. (transfer full) */
static char *
find_session (const char *folder, const char *name) {
  char *listed = g_build_filename (folder, name, NULL);

  if (!g_file_test (name, G_FILE_TEST_EXISTS) && g_file_test (listed, G_FILE_TEST_EXISTS))
    return listed;
  g_free (listed);
  return g_strdup (name);
}

/* FALSE when nothing is asked for but the list. */
static gboolean
choose (Options *options, const char *folder, int argc, char **argv) {
  if (argc > 1)
    g_ptr_array_set_size (options->paths, 0);
  for (int i = 1; i < argc; i++)
    g_ptr_array_add (options->paths, find_session (folder, argv[i]));
  if (options->last && options->paths->len > 1)
    g_ptr_array_remove_range (options->paths, 0, options->paths->len - 1);
  return argc > 1 || options->last || options->all;
}

/* Each session's times begin at nought, so that only plain text has room for several. */
static gboolean
check_output (Options *options, GError **error) {
  if (!longhand_cli_output_parse_ending (options->output, &options->format, error))
    return FALSE;
  if (options->format == LONGHAND_FORMAT_TXT || options->paths->len <= 1)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("Several sessions make several %s files: name one, or use --last."),
               longhand_format_get_extension (options->format));
  return FALSE;
}

static gboolean
check (Options *options, int argc, gboolean is_chosen, GError **error) {
  const char *sentence = NULL;

  if ((argc > 1) + options->last + options->all > 1)
    sentence = _ ("Name sessions, or use --last or --all, but not several of them.");
  else if (!is_chosen && (options->output != NULL || options->sound != NULL || options->remove))
    sentence = _ ("Say which session: name it, or use --last or --all.");
  else if (options->sound != NULL && options->paths->len > 1)
    sentence = _ ("--sound takes the sound of one session: name one, or use --last.");
  if (sentence == NULL)
    return longhand_cli_check_threads (options->threads, error)
           && longhand_cli_check_pause (options->pause_s, error) && check_output (options, error)
           && longhand_cli_languages_check (&options->spoken, error)
           && longhand_cli_vocabulary_read (&options->vocabulary, error);
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID, sentence);
  return FALSE;
}

int
longhand_cli_recover (int argc, char **argv) {
  g_auto (Options) options = { .commands = longhand_cli_get_commands_of_settings (),
                               .pause_s = longhand_cli_get_pause_of_settings () };
  const GOptionEntry entries[] = {
    { "last", 0, 0, G_OPTION_ARG_NONE, &options.last, N_ ("Recover the last unfinished session"), NULL },
    { "all", 0, 0, G_OPTION_ARG_NONE, &options.all,
      N_ ("Recover all unfinished sessions, in the order of time"), NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      N_ ("File to write the text to, in the format of its ending (default: standard output)"), N_ ("FILE") },
    { "sound", 0, 0, G_OPTION_ARG_FILENAME, &options.sound,
      N_ ("Write all of the session's sound, too (wav)"), N_ ("FILE") },
    { "delete", 0, 0, G_OPTION_ARG_NONE, &options.remove,
      N_ ("Remove sessions whose text has been written, so that they are not offered again"), NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
      N_ ("Threads, 1 to 256 (default 0: as many as are best)"), N_ ("N") },
    { "language", 'l', 0, G_OPTION_ARG_STRING, &options.spoken.language,
      N_ ("Language spoken, such as “de” (default: auto)"), N_ ("LANGUAGE") },
    { "languages", 0, 0, G_OPTION_ARG_STRING, &options.spoken.list,
      N_ ("Languages that may be spoken, such as “en,de”: one of them is detected (default: any)"),
      N_ ("LANGUAGES") },
    { "pause", 'p', 0, G_OPTION_ARG_DOUBLE, &options.pause_s,
      N_ ("Silence that ends an utterance, 0.3 to 2 (default: as in the settings)"), N_ ("SECONDS") },
    { "commands", 0, 0, G_OPTION_ARG_NONE, &options.commands,
      N_ ("Take “new line”, “comma”, “scratch that” and the like for commands (default: as in the settings)"),
      NULL },
    { "no-commands", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &options.commands, N_ ("Write them out"),
      NULL },
    { "noise-reduction", 0, 0, G_OPTION_ARG_NONE, &options.enhancement.noise_reduction,
      N_ ("Lower steady noise before words are looked for"), NULL },
    { "auto-gain", 0, 0, G_OPTION_ARG_NONE, &options.enhancement.automatic_gain,
      N_ ("Bring voices to a usual level before words are looked for"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autofree char *folder = longhand_journal_dup_folder ();
  g_autoptr (GArray) all_entries = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_chosen;

  longhand_cli_vocabulary_init (&options.vocabulary);
  all_entries = longhand_cli_vocabulary_join_entries (&options.vocabulary, entries);
  if (!longhand_cli_parse (
          &argc, &argv, _ ("[SESSION…]"),
          _ ("Lists the sessions that were cut off by a crash or a power cut, or writes out what "
             "was said in them."),
          _ ("What had been written out before comes first, then what is said in the sound behind "
             "it. Sessions stay\nwhere they are, and the window offers them at its next start, unless "
             "--delete is given."),
          (const GOptionEntry *)(gpointer)all_entries->data))
    return LONGHAND_EXIT_USAGE;
  options.paths = longhand_recovery_find (folder);
  is_chosen = choose (&options, folder, argc, argv);
  if (!check (&options, argc, is_chosen, &error))
    return longhand_cli_fail (error);
  options.wording = longhand_cli_vocabulary_take_wording (&options.vocabulary);
  if (options.spoken.language == NULL)
    options.spoken.language = g_strdup ("auto");
  if (!is_chosen || options.paths->len == 0)
    return list (options.paths);
  return recover (&options);
}
