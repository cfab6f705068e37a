#include "cli/longhand-cli.h"

#include "cli/longhand-cli-progress.h"
#include "cli/longhand-cli-suggestion.h"
#include "longhand-config.h"
#include "longhand-engine-error.h"
#include "longhand-json.h"
#include "longhand-settings.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* GLib leaves the two dashes where arguments behind them look like options. */
static void
drop_dashes (int *argc, char **argv) {
  for (int i = 1; i < *argc; i++)
    if (strcmp (argv[i], "--") == 0) {
      memmove (argv + i, argv + i + 1, (gsize)(*argc - i) * sizeof *argv);
      (*argc)--;
      return;
    }
}

GArray *
longhand_cli_dup_entries (const GOptionEntry *entries) {
  GArray *all = g_array_new (TRUE, FALSE, sizeof *entries);

  for (; entries->long_name != NULL; entries++)
    g_array_append_vals (all, entries, 1);
  return all;
}

static gboolean
is_heading (const GOptionEntry *entry) {
  return strcmp (entry->long_name, "#") == 0;
}

static gboolean
is_name (const GOptionEntry *entries, const char *name) {
  for (; entries->long_name != NULL; entries++)
    if (strcmp (entries->long_name, name) == 0)
      return TRUE;
  return FALSE;
}

/* As openai/whisper writes names of options, --beam_size; what stands behind “=” stays as it is. */
static void
take_underscores_for_dashes (char *argument, const GOptionEntry *entries) {
  char *const name = argument + strlen ("--");
  const gsize n = strcspn (name, "=");
  g_autofree char *dashed = g_strdelimit (g_strndup (name, n), "_", '-');

  if (is_name (entries, dashed))
    memcpy (name, dashed, n);
}

/* The first argument that the locale's character set has no text for; NULL: all are text. (transfer full) */
static char *
find_what_is_no_text (int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    g_autofree char *text = g_locale_to_utf8 (argv[i], -1, NULL, NULL, NULL);

    if (text == NULL)
      return g_filename_display_name (argv[i]);
  }
  return NULL;
}

/* The first option that there is not, with its dashes and no value. (transfer full); NULL: it is a short one.
 */
static char *
dup_unknown_option (int argc, char **argv, const GOptionEntry *entries) {
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++) {
    g_autofree char *option = g_strndup (argv[i], strcspn (argv[i], "="));

    if (g_str_has_prefix (option, "--") && !is_name (entries, option + strlen ("--")))
      return g_steal_pointer (&option);
  }
  return NULL;
}

/* (transfer full); NULL-terminated */
static char **
dup_options (const GOptionEntry *entries) {
  g_autoptr (GPtrArray) options = g_ptr_array_new ();

  for (; entries->long_name != NULL; entries++)
    if (!is_heading (entries))
      g_ptr_array_add (options, g_strconcat ("--", entries->long_name, NULL));
  g_ptr_array_add (options, g_strdup ("--help"));
  g_ptr_array_add (options, NULL);
  return (char **)g_ptr_array_free (g_steal_pointer (&options), FALSE);
}

static void
suggest_option (GError **error, int argc, char **argv, const GOptionEntry *entries) {
  g_autofree char *unknown = dup_unknown_option (argc, argv, entries);
  g_auto (GStrv) options = dup_options (entries);

  if (unknown != NULL)
    longhand_cli_suggest (error, unknown, (const char *const *)options);
}

static void
complain_of_arguments (int argc, char **argv, const GOptionEntry *entries, const GError *error) {
  g_autofree char *argument = error->domain == G_CONVERT_ERROR ? find_what_is_no_text (argc, argv) : NULL;
  g_autoptr (GError) complaint = NULL;
  const char *charset;

  g_get_charset (&charset);
  if (argument != NULL)
    complaint = g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                             _ ("“%s” is not text in %s: type it anew, or choose the locale that it is in."),
                             argument, charset);
  else
    complaint = g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_INVALID, _ ("%s: “%s --help” lists the options."),
                             error->message, g_get_prgname ());
  if (g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
    suggest_option (&complaint, argc, argv, entries);
  longhand_cli_complain ("%s", complaint->message);
}

/* ---- groups ---- */

static gboolean
show_help_cb (const char *name, const char *value, gpointer context, GError **error) {
  char *help = g_option_context_get_help (context, FALSE, NULL);

  longhand_cli_print_text (help);
  g_free (help);
  exit (LONGHAND_EXIT_OK);
}

static GOptionGroup *
add_group (GOptionContext *context, const char *heading) {
  GOptionGroup *group = g_option_group_new (heading, heading, heading, context, NULL);

  g_option_group_set_translation_domain (group, NULL);
  g_option_context_add_group (context, group); /* takes it */
  return group;
}

/* GOptionContext's own --help shows one list, and the groups only when asked for each. */
static void
add_help (GOptionContext *context) {
  const GOptionEntry help[] = {
    { "help", 'h', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, (gpointer)show_help_cb,
      N_ ("Show these options"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_set_help_enabled (context, FALSE);
  g_option_group_add_entries (add_group (context, _ ("Help:")), help);
}

static void
add_entries (GOptionContext *context, const GOptionEntry *entries) {
  GOptionGroup *group = NULL;

  for (; entries->long_name != NULL; entries++) {
    const GOptionEntry one[] = { *entries, G_OPTION_ENTRY_NULL };

    if (group == NULL || is_heading (entries))
      group = add_group (context, is_heading (entries) ? _ (entries->description) : _ ("Options:"));
    if (!is_heading (entries))
      g_option_group_add_entries (group, one);
  }
}

/* ---- parsing ---- */

gboolean
longhand_cli_parse (int *argc, char ***argv, const char *positional, const char *summary,
                    const char *description, const GOptionEntry *entries) {
  g_autoptr (GOptionContext) context = g_option_context_new (positional);
  g_autoptr (GError) error = NULL;

  for (int i = 1; i < *argc && strcmp ((*argv)[i], "--") != 0; i++)
    if (g_str_has_prefix ((*argv)[i], "--"))
      take_underscores_for_dashes ((*argv)[i], entries);
  g_option_context_set_summary (context, summary);
  if (description != NULL)
    g_option_context_set_description (context, description);
  add_help (context);
  add_entries (context, entries);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    complain_of_arguments (*argc, *argv, entries, error);
    return FALSE;
  }
  drop_dashes (argc, *argv);
  return TRUE;
}

gboolean
longhand_cli_refuse_surplus (int argc, char **argv, int n_taken) {
  g_autofree char *surplus = argc > 1 + n_taken ? g_filename_display_name (argv[1 + n_taken]) : NULL;

  if (surplus == NULL)
    return FALSE;
  longhand_cli_complain (n_taken == 0 ? _ ("“%s” takes no argument: leave out “%s”.")
                                      : _ ("“%s” takes nothing more: leave out “%s”."),
                         g_get_prgname (), surplus);
  return TRUE;
}

void
longhand_cli_complain (const char *format, ...) {
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("longhand-cli: %s\n", message);
}

int
longhand_cli_fail (const GError *error) {
  longhand_cli_complain ("%s", error->message);
  if (error->domain != LONGHAND_ERROR)
    return LONGHAND_EXIT_FAILED;
  switch ((LonghandError)error->code) {
  case LONGHAND_ERROR_INVALID:
  case LONGHAND_ERROR_MODEL_UNSUPPORTED:
    return LONGHAND_EXIT_USAGE;
  case LONGHAND_ERROR_MODEL_MISSING:
  case LONGHAND_ERROR_MODEL_BROKEN:
    return LONGHAND_EXIT_MODEL;
  case LONGHAND_ERROR_NO_MICROPHONE:
  case LONGHAND_ERROR_DEVICE_ABSENT:
  case LONGHAND_ERROR_DEVICE_LOST:
  case LONGHAND_ERROR_DEVICE_BUSY:
    return LONGHAND_EXIT_MICROPHONE;
  case LONGHAND_ERROR_CANCELLED:
    return LONGHAND_EXIT_INTERRUPTED;
  case LONGHAND_ERROR_FAILED:
  case LONGHAND_ERROR_NO_MEMORY:
  case LONGHAND_ERROR_AUDIO_FILE:
  case LONGHAND_ERROR_WRITE:
  default:
    return LONGHAND_EXIT_FAILED;
  }
}

gboolean
longhand_cli_check_threads (int threads, GError **error) {
  if (threads >= 0 && threads <= QUILL_MAX_THREADS)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("%d threads are not possible: use 1 to %d, or 0 for as many as are best."), threads,
               QUILL_MAX_THREADS);
  return FALSE;
}

gboolean
longhand_cli_check_pause (double seconds, GError **error) {
  if (seconds >= LONGHAND_MIN_PAUSE_LENGTH && seconds <= LONGHAND_MAX_PAUSE_LENGTH) /* a NaN is not */
    return TRUE;
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                       _ ("--pause must be between 0.3 and 2 seconds."));
  return FALSE;
}

void
longhand_cli_print_bytes (GBytes *bytes) {
  fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stdout);
  fflush (stdout);
}

void
longhand_cli_print_text (const char *text) {
  fputs (text, stdout);
  fflush (stdout);
}

void
longhand_cli_print_json (JsonNode *root) {
  g_autoptr (GString) text = longhand_json_to_text (root);

  longhand_cli_print_text (text->str);
}

void
longhand_cli_show_tentative (const char *text) {
  const glong n_chars = g_utf8_strlen (text, -1);
  glong room;

  if (!isatty (STDERR_FILENO))
    return;
  room = (glong)longhand_cli_terminal_columns () - 4;
  g_printerr ("\r\033[K");
  if (n_chars > room)
    g_printerr ("… %s", g_utf8_offset_to_pointer (text, n_chars - room + 2));
  else if (n_chars > 0)
    g_printerr ("… %s", text);
}

gboolean
longhand_cli_engine_open_masked (LonghandCliEngine *engine, const char *model, int threads, guint32 cpu_mask,
                                 GError **error) {
  struct quill_settings settings;

  quill_settings_init (&settings);
  settings.n_threads = (unsigned)threads;
  settings.cpu_mask = cpu_mask;
  return longhand_cli_engine_open (engine, model, &settings, error);
}

/* Of a model that could be opened: what is not supported is the file, not what is asked of it. */
static void
set_transcriber_error (GError **error, const struct quill_error *engine_error) {
  GError *failure = NULL;

  longhand_set_error_from_engine (&failure, engine_error);
  if (failure->code == LONGHAND_ERROR_MODEL_UNSUPPORTED)
    failure->code = LONGHAND_ERROR_MODEL_BROKEN;
  g_propagate_error (error, failure);
}

gboolean
longhand_cli_engine_open (LonghandCliEngine *engine, const char *model, const struct quill_settings *settings,
                          GError **error) {
  const gint64 begin = g_get_monotonic_time ();
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) found = longhand_cli_find_model (store, model, error);
  struct quill_error engine_error = { 0 };

  *engine = (LonghandCliEngine){ 0 };
  if (found == NULL)
    return FALSE;
  engine->model = longhand_engine_open_model (longhand_model_get_path (found), error);
  if (engine->model == NULL)
    return FALSE;
  if (quill_transcriber_open (&engine->transcriber, engine->model, settings, &engine_error) != QUILL_OK) {
    set_transcriber_error (error, &engine_error);
    longhand_cli_engine_close (engine);
    return FALSE;
  }
  engine->model_id = g_strdup (longhand_model_get_id (found));
  engine->load_ms = (double)(g_get_monotonic_time () - begin) / 1000.0;
  return TRUE;
}

void
longhand_cli_engine_close (LonghandCliEngine *engine) {
  quill_transcriber_close (&engine->transcriber);
  quill_model_close (&engine->model);
  g_clear_pointer (&engine->model_id, g_free);
}

static volatile sig_atomic_t interrupted;

static void
on_interrupt (int signal_number) {
  interrupted = 1;
}

void
longhand_cli_catch_interrupt (void) {
  /* Restarted, because what is being printed is not to be cut off. */
  struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESETHAND | SA_RESTART };

  sigaction (SIGINT, &action, NULL);
}

void
longhand_cli_catch_termination (void) {
  struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESETHAND | SA_RESTART };

  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGHUP, &action, NULL);
}

gboolean
longhand_cli_interrupted (void) {
  return interrupted != 0;
}
