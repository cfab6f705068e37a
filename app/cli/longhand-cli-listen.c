/* longhand-cli listen: live dictation on a terminal. */
#include "cli/longhand-cli-languages.h"
#include "cli/longhand-cli-settings.h"
#include "cli/longhand-cli-utterance.h"
#include "cli/longhand-cli-vocabulary.h"

#include "dictation/longhand-dictation.h"
#include "dictation/longhand-sound-watch.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  GMainLoop *loop;              /* owned */
  LonghandDictation *dictation; /* owned */
  gboolean terminal;            /* tentative words can be shown */
  double seconds;               /* after which to stop; 0: none */
  guint time_up_id;             /* source that does; it is not removed */
  int code;
} Session;

static void
session_clear (Session *session) {
  g_clear_object (&session->dictation);
  g_clear_pointer (&session->loop, g_main_loop_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

static void
on_tentative (LonghandDictation *dictation, const char *text, guint n_firm, Session *session) {
  longhand_cli_show_tentative (text);
}

static void
on_committed (LonghandDictation *dictation, LonghandUtterance *utterance, Session *session) {
  longhand_cli_show_tentative ("");
  longhand_cli_print_utterance (utterance);
  if (ferror (stdout))
    longhand_dictation_keep_session (dictation);
}

static void
on_notice (LonghandDictation *dictation, const char *sentence, Session *session) {
  longhand_cli_show_tentative ("");
  longhand_cli_complain ("%s", sentence);
}

/* Whoever listens cannot see that a microphone is muted. */
static void
on_silent (LonghandDictation *dictation, GParamSpec *pspec, Session *session) {
  gboolean silent;

  g_object_get (dictation, "silent", &silent, NULL);
  if (silent)
    on_notice (dictation, longhand_sound_watch_get_silent_hint (), session);
}

static void
on_left_out (LonghandDictation *dictation, LonghandUtterance *utterance, Session *session) {
  longhand_cli_show_left_out (utterance);
}

static void
on_failed (LonghandDictation *dictation, const GError *error, Session *session) {
  longhand_cli_show_tentative ("");
  session->code = longhand_cli_fail (error);
  if (longhand_dictation_get_state (dictation) == LONGHAND_STATE_IDLE)
    g_main_loop_quit (session->loop);
}

static gboolean
on_time_up (gpointer user) {
  Session *session = user;

  longhand_dictation_stop (session->dictation);
  return G_SOURCE_REMOVE;
}

static void
on_state (LonghandDictation *dictation, GParamSpec *pspec, Session *session) {
  switch (longhand_dictation_get_state (dictation)) {
  case LONGHAND_STATE_RECORDING:
    session->code = LONGHAND_EXIT_OK; /* the microphone is back */
    if (session->terminal)
      g_printerr (_ ("Listening; Ctrl+C stops.\n"));
    if (session->seconds > 0 && session->time_up_id == 0)
      session->time_up_id = g_timeout_add ((guint)(session->seconds * 1000), on_time_up, session);
    break;
  case LONGHAND_STATE_IDLE:
    g_main_loop_quit (session->loop);
    break;
  case LONGHAND_STATE_STARTING:
  case LONGHAND_STATE_WAITING:
  case LONGHAND_STATE_FINISHING:
  default:
    break;
  }
}

static gboolean
on_interrupt (gpointer user) {
  Session *session = user;

  /* the first time what was said is finished, the second time only as much of it as shutdown waits for */
  if (longhand_dictation_get_state (session->dictation) == LONGHAND_STATE_IDLE
      || longhand_dictation_get_state (session->dictation) == LONGHAND_STATE_FINISHING)
    g_main_loop_quit (session->loop);
  longhand_dictation_stop (session->dictation);
  return G_SOURCE_CONTINUE;
}

/* The id of the device whose id or name is given, or whose name alone contains it. (transfer full) */
static char *
find_device (const char *wanted, GError **error) {
  g_autoptr (GPtrArray) devices = longhand_capture_list_devices (error);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *folded = g_utf8_casefold (wanted, -1);
  const LonghandDevice *match = NULL;
  guint n_matches = 0;

  if (devices == NULL)
    return NULL;
  for (guint i = 0; i < devices->len; i++) {
    const LonghandDevice *device = g_ptr_array_index (devices, i);
    g_autofree char *name = g_utf8_casefold (device->name, -1);

    if (strcmp (device->id, wanted) == 0 || strcmp (device->name, wanted) == 0)
      return g_strdup (device->id);
    if (strstr (name, folded) != NULL) {
      match = device;
      n_matches++;
    }
    g_string_append_printf (names, "%s“%s”", names->len > 0 ? ", " : "", device->name);
  }
  if (n_matches == 1)
    return g_strdup (match->id);
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               n_matches == 0 ? _ ("There is no microphone “%s”: choose one of %s.")
                              : _ ("“%s” could be more than one microphone: choose one of %s."),
               wanted, names->str);
  return NULL;
}

int
longhand_cli_listen (int argc, char **argv) {
  g_auto (Session) session = { .terminal = isatty (STDERR_FILENO) };
  g_autofree char *model = NULL;
  g_auto (LonghandCliLanguages) spoken = { 0 };
  g_autofree char *device = NULL;
  g_autofree char *device_id = NULL;
  g_auto (LonghandCliVocabulary) vocabulary;
  g_autoptr (LonghandWording) wording = NULL;
  g_autoptr (GArray) all_entries = NULL;
  LonghandEnhancement enhancement = { 0 };
  double pause_s = longhand_cli_get_pause_of_settings ();
  int threads = 0;
  gboolean commands = FALSE;
  const GOptionEntry entries[] = {
    { "device", 'd', 0, G_OPTION_ARG_STRING, &device,
      N_ ("Microphone, as “longhand-cli devices” lists them (default: the default one)"), N_ ("DEVICE") },
    { "seconds", 's', 0, G_OPTION_ARG_DOUBLE, &session.seconds,
      N_ ("Stop after this time (default: at Ctrl+C)"), N_ ("SECONDS") },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads,
      N_ ("Threads, 1 to 256 (default 0: as many as are best)"), N_ ("N") },
    { "language", 'l', 0, G_OPTION_ARG_STRING, &spoken.language,
      N_ ("Language spoken, such as “de” (default: auto)"), N_ ("LANGUAGE") },
    { "languages", 0, 0, G_OPTION_ARG_STRING, &spoken.list,
      N_ ("Languages that may be spoken, such as “en,de”: one of them is detected (default: any)"),
      N_ ("LANGUAGES") },
    { "pause", 'p', 0, G_OPTION_ARG_DOUBLE, &pause_s,
      N_ ("Silence that ends an utterance, 0.3 to 2 (default: as in the settings)"), N_ ("SECONDS") },
    { "noise-reduction", 0, 0, G_OPTION_ARG_NONE, &enhancement.noise_reduction,
      N_ ("Lower steady noise before words are looked for"), NULL },
    { "auto-gain", 0, 0, G_OPTION_ARG_NONE, &enhancement.automatic_gain,
      N_ ("Bring voices to a usual level before words are looked for"), NULL },
    { "commands", 0, 0, G_OPTION_ARG_NONE, &commands,
      N_ ("Take “new line”, “comma”, “stop listening” and the like for commands"), NULL },
    { "no-commands", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &commands, N_ ("Write them out (default)"),
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (LonghandModelStore) store = NULL;
  g_autoptr (LonghandModel) found = NULL;
  g_autoptr (GError) error = NULL;

  longhand_cli_vocabulary_init (&vocabulary);
  all_entries = longhand_cli_vocabulary_join_entries (&vocabulary, entries);
  if (!longhand_cli_parse (
          &argc, &argv, NULL, _ ("Writes out what is spoken into a microphone, a line for each utterance."),
          _ ("On a terminal, words appear while they are being spoken. Ctrl+C finishes what was "
             "said and ends."),
          (const GOptionEntry *)(gpointer)all_entries->data))
    return LONGHAND_EXIT_USAGE;
  if (argc > 1) {
    longhand_cli_complain (
        _ ("“listen” takes no argument, but got “%s”; for a recording there is “longhand-cli "
           "transcribe”."),
        argv[1]);
    return LONGHAND_EXIT_USAGE;
  }
  if (!(session.seconds >= 0 && session.seconds <= 86400)) {
    longhand_cli_complain (_ ("--seconds must be between 0 and 86400."));
    return LONGHAND_EXIT_USAGE;
  }
  store = longhand_model_store_new ();
  if (!longhand_cli_check_threads (threads, &error) || !longhand_cli_check_pause (pause_s, &error)
      || !longhand_cli_languages_check (&spoken, &error)
      || !longhand_cli_vocabulary_read (&vocabulary, &error)
      || (found = longhand_cli_find_model (store, model, &error)) == NULL
      || !longhand_cli_languages_check_model_of (&spoken, found, &error)
      || (device != NULL && (device_id = find_device (device, &error)) == NULL))
    return longhand_cli_fail (error);

  wording = longhand_cli_vocabulary_take_wording (&vocabulary);
  session.loop = g_main_loop_new (NULL, FALSE);
  session.dictation = longhand_dictation_new_for_options (
      store, &(LonghandDictationOptions){ .model = longhand_model_get_path (found),
                                          .language = spoken.language,
                                          .languages = (const char *const *)spoken.languages,
                                          .microphone = device_id,
                                          .threads = (guint)threads,
                                          .pause_length = pause_s,
                                          .enhancement = enhancement,
                                          .wording = wording,
                                          .commands = commands });
  g_signal_connect (session.dictation, "tentative", G_CALLBACK (on_tentative), &session);
  g_signal_connect (session.dictation, "committed", G_CALLBACK (on_committed), &session);
  g_signal_connect (session.dictation, "notice", G_CALLBACK (on_notice), &session);
  g_signal_connect (session.dictation, "notify::silent", G_CALLBACK (on_silent), &session);
  g_signal_connect (session.dictation, "left-out", G_CALLBACK (on_left_out), &session);
  g_signal_connect (session.dictation, "failed", G_CALLBACK (on_failed), &session);
  g_signal_connect (session.dictation, "notify::state", G_CALLBACK (on_state), &session);
  g_unix_signal_add (SIGINT, on_interrupt, &session);
  g_unix_signal_add (SIGTERM, on_interrupt, &session);
  longhand_dictation_start (session.dictation);
  if (session.code == LONGHAND_EXIT_OK)
    g_main_loop_run (session.loop);
  longhand_dictation_shutdown (session.dictation);
  g_signal_handlers_disconnect_by_data (session.dictation, &session);
  if (ferror (stdout))
    longhand_cli_complain (_ ("What was said is kept: “longhand-cli recover --last” writes it out."));
  return session.code;
}
