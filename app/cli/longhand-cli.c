/* longhand-cli: recognition without a window. This file picks the verb. */
#include "cli/longhand-cli.h"

#include "cli/longhand-cli-suggestion.h"
#include "longhand-config.h"
#include "longhand-i18n.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const char *name;
  int (*run) (int argc, char **argv);
  const char *summary;
} Verb;

static const Verb verbs[] = {
  { "transcribe", longhand_cli_transcribe, N_ ("Write out recordings") },
  { "detect-language", longhand_cli_detect_language, N_ ("Tell which language is spoken in recordings") },
  { "listen", longhand_cli_listen, N_ ("Write out what is spoken into a microphone") },
  { "recover", longhand_cli_recover,
    N_ ("List sessions that were cut off, and write out what was said in them") },
  { "devices", longhand_cli_devices, N_ ("List microphones") },
  { "models", longhand_cli_models, N_ ("List, download, import and delete models") },
  { "bench", longhand_cli_bench, N_ ("Measure how fast this machine recognises") },
  { "replay", longhand_cli_replay, N_ ("Dictate a recording, and measure how soon text is there") },
  { "selftest", longhand_cli_selftest, N_ ("Check that all kernels of this machine hear the same") },
  { "quantize", longhand_cli_quantize,
    N_ ("Make a model smaller, or otherwise change the type of its weights") },
};

static const Verb *
find_verb (const char *name) {
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (verbs[i].name, name) == 0)
      return &verbs[i];
  return NULL;
}

static int
refuse_verb (const char *name) {
  const char *names[G_N_ELEMENTS (verbs) + 1] = { NULL };
  g_autoptr (GError) error
      = g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                     _ ("There is no verb “%s”: “longhand-cli --help” lists them."), name);

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    names[i] = verbs[i].name;
  longhand_cli_suggest (&error, name, names);
  return longhand_cli_fail (error);
}

static void
print_help (void) {
  g_print (_ ("Usage: longhand-cli VERB [OPTION…] [ARGUMENT…]\n\n"
              "Offline speech to text. Nothing leaves this machine.\n\n"));
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    g_print ("  %-16s %s\n", verbs[i].name, _ (verbs[i].summary));
  g_print (_ ("\n“longhand-cli VERB --help” tells more about a verb.\n\n"
              "Exit status:\n"
              "  0    all done\n"
              "  1    something could not be done; the rest is done\n"
              "  2    the command line makes no sense\n"
              "  3    no model, or a broken one\n"
              "  4    no microphone, or it went away\n"
              "  130  stopped by Ctrl+C\n"));
}

static int
run_verb (const Verb *verb, int argc, char **argv) {
  g_autofree char *name = g_strdup_printf ("longhand-cli %s", verb->name);
  int code;

  g_set_prgname (name);
  argv[0] = name;
  code = verb->run (argc, argv);
  if (fflush (stdout) == 0 && !ferror (stdout))
    return code;
  longhand_cli_complain (_ ("The text cannot be written to standard output: make room, or use --output."));
  return code != LONGHAND_EXIT_OK ? code : LONGHAND_EXIT_FAILED;
}

static int
help (int argc, char **argv) {
  const Verb *verb = argc > 2 ? find_verb (argv[2]) : NULL;
  char option[] = "--help";
  char *verb_argv[] = { argv[0], option, NULL };

  if (longhand_cli_refuse_surplus (argc, argv, 2))
    return LONGHAND_EXIT_USAGE;
  if (verb != NULL)
    return run_verb (verb, 2, verb_argv);
  if (argc > 2)
    return refuse_verb (argv[2]);
  print_help ();
  return LONGHAND_EXIT_OK;
}

int
main (int argc, char **argv) {
  const Verb *verb;

  /* Files are those of this machine: nothing else is asked for them, by a socket that would stay open. */
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  longhand_i18n_init ();
  g_set_prgname ("longhand-cli");
  if (argc < 2) {
    print_help ();
    return LONGHAND_EXIT_USAGE;
  }
  if (strcmp (argv[1], "help") == 0 || strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)
    return help (argc, argv);
  if (strcmp (argv[1], "--version") == 0) {
    if (longhand_cli_refuse_surplus (argc, argv, 1))
      return LONGHAND_EXIT_USAGE;
    g_print ("longhand-cli %s\n", VERSION);
    return LONGHAND_EXIT_OK;
  }
  verb = find_verb (argv[1]);
  return verb != NULL ? run_verb (verb, argc - 1, argv + 1) : refuse_verb (argv[1]);
}
