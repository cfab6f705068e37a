#include "cli/longhand-cli-settings.h"

#include "longhand-settings.h"
#include "models/longhand-recommendation.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define USUAL_PAUSE_S 0.6
/* Small, and good enough to see what there is to it. */
#define USUAL_MODEL "base-q5_1"
#define USUAL_MODEL_FOR_ENGLISH "base.en-q5_1"

/* Lines of an answer; what people may have put a line break into is the last. */
enum { LINE_COMMANDS, LINE_PAUSE, LINE_RECOMMENDED, LINE_MODEL, N_LINES };
#define YES "yes"

/* ---- asking ---- */

static const LonghandCatalogueEntry *
recommend (LonghandSettings *settings, gboolean english) {
  g_autoptr (GVariant) kept = g_settings_get_value (longhand_settings_get_gsettings (settings), "machine");
  LonghandMachine machine;

  if (!longhand_machine_from_variant (kept, &machine))
    return NULL;
  return longhand_recommend (&machine, longhand_available_memory_now (), english);
}

static gboolean
is_for_english (LonghandSettings *settings) {
  g_autofree char *language = longhand_settings_dup_language (settings);

  return longhand_recommend_for_english (language);
}

const LonghandCatalogueEntry *
longhand_cli_find_recommended (void) {
  g_autoptr (LonghandSettings) settings = NULL;

  if (!longhand_settings_check_installed (NULL))
    return NULL;
  settings = longhand_settings_new ();
  return recommend (settings, is_for_english (settings));
}

static const char *
usual_model (gboolean english) {
  return english ? USUAL_MODEL_FOR_ENGLISH : USUAL_MODEL;
}

static char *
write_answer (gboolean commands, double pause_s, const char *recommended, const char *model) {
  char pause[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strjoin ("\n", commands ? YES : "", g_ascii_dtostr (pause, sizeof pause, pause_s), recommended,
                    model, NULL);
}

/* (transfer full) */
static char *
ask (void) {
  g_autoptr (LonghandSettings) settings = NULL;
  g_autofree char *model = NULL;
  const LonghandCatalogueEntry *recommended;
  gboolean english;

  if (!longhand_settings_check_installed (NULL))
    return write_answer (FALSE, USUAL_PAUSE_S, usual_model (longhand_recommend_for_english ("auto")), "");
  settings = longhand_settings_new ();
  model = longhand_settings_dup_model (settings);
  english = is_for_english (settings);
  recommended = recommend (settings, english);
  return write_answer (longhand_settings_get_commands (settings),
                       longhand_settings_get_pause_length (settings),
                       recommended != NULL ? recommended->id : usual_model (english), model);
}

static void
answer (int fd) {
  g_autofree char *text = ask ();

  if (write (fd, text, strlen (text)) < 0)
    return;
}

/* All that comes until the other end is closed. (transfer full) */
static char *
read_answer (int fd) {
  g_autoptr (GString) text = g_string_new (NULL);
  char block[4096];
  ssize_t n;

  while ((n = read (fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0)
      g_string_append_len (text, block, n);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A process of its own asks, with which the threads and the connection go that asking takes: they would stay
 * open to whoever is closed in. (transfer full); "" when that is not possible. */
static char *
ask_in_child (void) {
  char *text;
  int ends[2];
  pid_t child;

  if (pipe2 (ends, O_CLOEXEC) != 0)
    return g_strdup ("");
  child = fork ();
  if (child == 0) {
    answer (ends[1]);
    _exit (0);
  }
  close (ends[1]);
  text = read_answer (ends[0]);
  close (ends[0]);
  while (child > 0 && waitpid (child, NULL, 0) < 0 && errno == EINTR)
    ;
  return text;
}

/* ---- answers ---- */

/* N_LINES of them. */
static const char *const *
get_lines (void) {
  static char **lines; /* kept */
  g_autofree char *text = NULL;

  if (lines != NULL)
    return (const char *const *)lines;
  text = ask_in_child ();
  lines = g_strsplit (text, "\n", N_LINES);
  if (g_strv_length (lines) < N_LINES) {
    g_autofree char *nothing
        = write_answer (FALSE, USUAL_PAUSE_S, usual_model (longhand_recommend_for_english ("auto")), "");

    g_strfreev (lines);
    lines = g_strsplit (nothing, "\n", N_LINES);
  }
  return (const char *const *)lines;
}

void
longhand_cli_ask_settings (void) {
  get_lines ();
}

const char *
longhand_cli_get_model_of_settings (void) {
  const char *model = get_lines ()[LINE_MODEL];

  return *model != '\0' ? model : NULL;
}

gboolean
longhand_cli_get_commands_of_settings (void) {
  return strcmp (get_lines ()[LINE_COMMANDS], YES) == 0;
}

double
longhand_cli_get_pause_of_settings (void) {
  return g_ascii_strtod (get_lines ()[LINE_PAUSE], NULL);
}

const char *
longhand_cli_get_recommended_of_settings (void) {
  return get_lines ()[LINE_RECOMMENDED];
}
