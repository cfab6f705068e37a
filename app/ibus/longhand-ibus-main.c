/* longhand-ibus: dictation into other programs, through IBus, which starts it; and the switch for it. */
#include "ibus/longhand-ibus-engine.h"
#include "ibus/longhand-ibus-setup.h"
#include "ibus/longhand-ibus-switch.h"
#include "longhand-config.h"
#include "longhand-i18n.h"

#include <glib/gi18n.h>
#include <string.h>

static const GOptionEntry options[] = {
  { .long_name = "start", .description = N_ ("Dictate into the program that has the keyboard") },
  { .long_name = "stop", .description = N_ ("Stop that; the input method before it is in use again") },
  { .long_name = "toggle", .description = N_ ("Start, or stop") },
  { .long_name = "add", .description = N_ ("Put Longhand among the input methods to choose from") },
  { .long_name = "remove", .description = N_ ("Take it away from there") },
  { .long_name = "status", .description = N_ ("Print “on” or “off”: whether it is there") },
  { .long_name = "ibus", .description = N_ ("Be the input method; for IBus") },
  { .long_name = "version", .description = N_ ("Print the version") },
  { NULL },
};

/* The one option that was given; NULL: none, or several, or something else. */
static const char *
read_command (int argc, char **argv) {
  if (argc != 2 || !g_str_has_prefix (argv[1], "--"))
    return NULL;
  for (gsize i = 0; options[i].long_name != NULL; i++)
    if (strcmp (argv[1] + 2, options[i].long_name) == 0)
      return options[i].long_name;
  return NULL;
}

static void
print_help (void) {
  g_print (_ ("Usage: longhand-ibus OPTION\n\nDictation into other programs, through IBus.\n\n"));
  for (gsize i = 0; options[i].long_name != NULL; i++)
    g_print ("  --%-8s %s\n", options[i].long_name, _ (options[i].description));
}

/* Who runs this takes the program's name off, whatever the language (automation/longhand-other-programs.c).
 */
static void
complain (const char *sentence) {
  g_printerr ("longhand-ibus: %s\n", sentence);
}

/* As long as IBus is there. */
static int
serve (IBusBus *bus) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) session = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  LonghandIbus *ibus;

  if (session == NULL) {
    g_autofree char *sentence = g_strdup_printf (
        _ ("The session bus cannot be reached (%s): run this within a desktop session."), error->message);

    complain (sentence);
    return 1;
  }
  g_signal_connect (bus, "disconnected", G_CALLBACK (ibus_quit), NULL);
  ibus = longhand_ibus_new (bus, session);
  ibus_bus_request_name (bus, LONGHAND_IBUS_COMPONENT, 0);
  ibus_main ();
  longhand_ibus_free (ibus);
  return 0;
}

/* The second line is for people. */
static gboolean
print_status (IBusBus *bus, GError **error) {
  gboolean is_there;
  const char *sentence = longhand_ibus_setup_describe (bus, &is_there, error);

  if (sentence != NULL)
    g_print ("%s\n%s\n", is_there ? "on" : "off", sentence);
  return sentence != NULL;
}

static gboolean
carry_out (IBusBus *bus, const char *command, GError **error) {
  if (strcmp (command, "add") == 0)
    return longhand_ibus_setup_add (bus, error) && print_status (bus, error);
  if (strcmp (command, "remove") == 0)
    return longhand_ibus_setup_remove (bus, error) && print_status (bus, error);
  if (strcmp (command, "status") == 0)
    return print_status (bus, error);
  return longhand_ibus_switch (bus, command, error);
}

/* The library is there, or this would not run; the rest is another package. */
static void
complain_of_ibus (void) {
  g_autofree char *program = g_find_program_in_path ("ibus-daemon");

  complain (program != NULL
                ? _ ("IBus is not running: start it with “ibus start”, or log out and in again.")
                : _ ("IBus is not installed: install the package “ibus”, then log out and in again."));
}

static int
run (IBusBus *bus, const char *command) {
  g_autoptr (GError) error = NULL;

  if (!ibus_bus_is_connected (bus)) {
    complain_of_ibus ();
    return 1;
  }
  if (strcmp (command, "ibus") == 0)
    return serve (bus);
  if (carry_out (bus, command, &error))
    return 0;
  complain (error->message);
  return 1;
}

static int
connect_and_run (const char *command) {
  IBusBus *bus;
  int status;

  ibus_init ();
  bus = g_object_ref_sink (ibus_bus_new ());
  status = run (bus, command);
  g_object_unref (bus);
  return status;
}

int
main (int argc, char **argv) {
  const char *command = read_command (argc, argv);

  longhand_i18n_init ();
  if (command == NULL && argc == 2 && strcmp (argv[1], "--help") == 0) {
    print_help ();
    return 0;
  }
  if (command == NULL) {
    complain (_ ("One option is needed; “longhand-ibus --help” lists them."));
    return 2;
  }
  if (strcmp (command, "version") == 0) {
    g_print ("longhand-ibus %s\n", VERSION);
    return 0;
  }
  return connect_and_run (command);
}
