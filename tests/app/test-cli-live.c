/* listen and devices, with microphones of their own (LONGHAND_TEST_VIRTUAL_MIC) or none. */
#include "cli-run.h"

#include <string.h>

#define FIRST "He flushed and made no answer." /* the first utterance of LONGHAND_TEST_WAV */

static CliRun
run_with_microphone (const char *option, const char *const *wrapped, const char *const *arguments) {
  g_autoptr (GPtrArray) wrapper = g_ptr_array_new ();

  g_ptr_array_add (wrapper, (gpointer)g_getenv ("LONGHAND_TEST_VIRTUAL_MIC"));
  if (option != NULL)
    g_ptr_array_add (wrapper, (gpointer)option);
  g_ptr_array_add (wrapper, (gpointer)g_getenv ("LONGHAND_TEST_WAV"));
  g_ptr_array_add (wrapper, (gpointer) "--");
  for (guint i = 0; wrapped != NULL && wrapped[i] != NULL; i++)
    g_ptr_array_add (wrapper, (gpointer)wrapped[i]);
  g_ptr_array_add (wrapper, NULL);
  return cli_run_in (&(CliSetting){ .wrapper = (const char *const *)wrapper->pdata }, arguments);
}

static void
without_a_microphone_there_is_a_sentence (void) {
  static const char *const lines[][5] = { { "listen" }, { "listen", "--device", "Mic A" }, { "devices" } };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_auto (CliRun) run = run_with_microphone ("--none", NULL, lines[i]);

    g_assert_cmpint (run.code, ==, 4);
    g_assert_cmpstr (run.out, ==, "");
    cli_assert_contains (run.err, "longhand-cli: There is no microphone.");
  }
}

static void
devices_are_listed_by_name (void) {
  static const char *const arguments[] = { "devices", NULL };
  g_auto (CliRun) run = run_with_microphone ("--two", NULL, arguments);

  g_assert_cmpint (run.code, ==, 0);
  cli_assert_contains (run.out, "* ");
  cli_assert_contains (run.out, "  Mic A ");
  cli_assert_contains (run.out, "  Mic B ");
}

static void
unknown_or_ambiguous_device_names_the_choices (void) {
  static const char *const unknown[] = { "listen", "--device", "Gramophone", NULL };
  static const char *const ambiguous[] = { "listen", "--device", "mic ", NULL };
  g_auto (CliRun) first = run_with_microphone ("--two", NULL, unknown);
  g_auto (CliRun) second = run_with_microphone ("--two", NULL, ambiguous);

  g_assert_cmpint (first.code, ==, 2);
  cli_assert_contains (first.err, "There is no microphone “Gramophone”");
  cli_assert_contains (first.err, "“Mic A”, “Mic B”");
  g_assert_cmpint (second.code, ==, 2);
  cli_assert_contains (second.err, "more than one microphone");
}

/* Words that were being spoken when the time was up, or at Ctrl+C, are finished. */
static void
time_up_finishes_what_was_said (void) {
  static const char *const arguments[] = { "listen", "--seconds", "2.2", NULL };
  g_auto (CliRun) run = run_with_microphone (NULL, NULL, arguments);

  g_assert_cmpint (run.code, ==, 0);
  cli_assert_heard (run.out, FIRST);
  g_assert_true (g_str_has_suffix (run.out, "\n"));
}

/* There are less than two seconds between the utterances: then they are one. */
static void
pause_decides_where_utterances_end (void) {
  static const char *const arguments[] = { "listen", "--seconds", "6", "--pause", "2", NULL };
  g_auto (CliRun) run = run_with_microphone (NULL, NULL, arguments);

  g_assert_cmpint (run.code, ==, 0);
  g_assert_cmpuint (strlen (run.out), >, strlen (FIRST));
  g_assert_true (strchr (run.out, '\n') == run.out + strlen (run.out) - 1);
}

static void
interrupt_finishes_what_was_said (void) {
  static const char *const interrupted[] = { "timeout", "--preserve-status", "-s", "INT", "3.5", NULL };
  static const char *const arguments[] = { "listen", "--device", "Mic A", NULL };
  g_auto (CliRun) run = run_with_microphone ("--two", interrupted, arguments);

  g_assert_cmpint (run.code, ==, 0);
  cli_assert_heard (run.out, FIRST);
}

static void
enhanced_sound_is_understood (void) {
  static const char *const arguments[]
      = { "listen", "--seconds", "2.2", "--noise-reduction", "--auto-gain", NULL };
  g_auto (CliRun) run = run_with_microphone (NULL, NULL, arguments);

  g_assert_cmpint (run.code, ==, 0);
  cli_assert_heard (run.out, FIRST);
}

/* Where the text goes, the disk is full; where sessions are, it is not. */
static void
text_that_cannot_be_written_can_be_recovered (void) {
  char *data = cli_make_dir ();
  g_autofree char *variable = g_strconcat ("XDG_DATA_HOME=", data, NULL);
  const char *const variables[] = { variable, NULL };
  const char *const wrapper[]
      = { g_getenv ("LONGHAND_TEST_VIRTUAL_MIC"), g_getenv ("LONGHAND_TEST_WAV"), "--", NULL };
  static const char *const listen[] = { "listen", "--seconds", "2.2", NULL };
  static const char *const recover[] = { "recover", "--last", "--delete", NULL };
  g_auto (CliRun) lost = cli_run_in (
      &(CliSetting){ .wrapper = wrapper, .variables = variables, .stdout_path = "/dev/full" }, listen);
  g_auto (CliRun) found = cli_run_in (&(CliSetting){ .variables = variables }, recover);

  g_assert_cmpint (lost.code, ==, 1);
  cli_assert_contains (lost.err, "recover --last");
  cli_assert_succeeds (&found);
  cli_assert_heard (found.out, FIRST);
  cli_remove_dir (data);
}

static void
broken_model_ends_listening (void) {
  static const char *const arguments[] = { "listen", "--model", "/dev/null", NULL };
  g_auto (CliRun) run = run_with_microphone (NULL, NULL, arguments);

  g_assert_cmpint (run.code, ==, 3);
  g_assert_cmpstr (run.out, ==, "");
  cli_assert_contains (run.err, "/dev/null");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/live/without-a-microphone-there-is-a-sentence",
                   without_a_microphone_there_is_a_sentence);
  g_test_add_func ("/cli/live/devices-are-listed-by-name", devices_are_listed_by_name);
  g_test_add_func ("/cli/live/unknown-or-ambiguous-device-names-the-choices",
                   unknown_or_ambiguous_device_names_the_choices);
  g_test_add_func ("/cli/live/time-up-finishes-what-was-said", time_up_finishes_what_was_said);
  g_test_add_func ("/cli/live/pause-decides-where-utterances-end", pause_decides_where_utterances_end);
  g_test_add_func ("/cli/live/interrupt-finishes-what-was-said", interrupt_finishes_what_was_said);
  g_test_add_func ("/cli/live/enhanced-sound-is-understood", enhanced_sound_is_understood);
  g_test_add_func ("/cli/live/text-that-cannot-be-written-can-be-recovered",
                   text_that_cannot_be_written_can_be_recovered);
  g_test_add_func ("/cli/live/broken-model-ends-listening", broken_model_ends_listening);
  return g_test_run ();
}
