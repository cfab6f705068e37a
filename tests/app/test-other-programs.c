/* The switch for other programs, with a longhand-ibus of the test's own. */
#include "automation/longhand-other-programs.h"
#include "longhand-error.h"

#include <glib/gstdio.h>
#include <string.h>

/* Does as it is asked, and says so; the file "broken" beside it keeps it from doing anything, and "held" from
 * starting. */
#define PROGRAM                                                                                              \
  "#!/bin/sh\n"                                                                                              \
  "cd \"$(dirname \"$0\")\" || exit 3\n"                                                                     \
  "echo \"$1\" >>asked\n"                                                                                    \
  "if [ -e broken ]; then echo 'longhand-ibus: IBus is not running: start it.' >&2; exit 1; fi\n"            \
  "case $1 in --add) echo on >state ;; --remove) echo off >state ;; "                                        \
  "--start) while [ -e held ]; do sleep 0.01; done; echo started >>asked; exit 0 ;; esac\n"                  \
  "cat state 2>/dev/null || echo off\n"                                                                      \
  "echo \"A sentence about $1.\"\n"

typedef struct {
  char *dir, *program, *broken, *held, *asked, *state;
  GSettings *settings;
  LonghandOtherPrograms *programs;
  guint n_told;
} Fixture;

static void
on_summary (Fixture *f) {
  f->n_told++;
}

static void
set_up (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("longhand-other-XXXXXX", &error);
  g_assert_no_error (error);
  f->program = g_build_filename (f->dir, "longhand-ibus", NULL);
  f->broken = g_build_filename (f->dir, "broken", NULL);
  f->held = g_build_filename (f->dir, "held", NULL);
  f->asked = g_build_filename (f->dir, "asked", NULL);
  f->state = g_build_filename (f->dir, "state", NULL);
  g_file_set_contents (f->program, PROGRAM, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (f->program, 0700), ==, 0);
  g_setenv ("LONGHAND_IBUS", f->program, TRUE);
  f->settings = g_settings_new ("io.github.longhand_app.Longhand");
  g_settings_reset (f->settings, "other-programs");
  f->programs = longhand_other_programs_new (f->settings);
  g_signal_connect_swapped (f->programs, "notify::summary", G_CALLBACK (on_summary), f);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_object_unref (f->programs);
  g_object_unref (f->settings);
  g_unlink (f->broken);
  g_unlink (f->held);
  g_unlink (f->asked);
  g_unlink (f->state);
  g_unlink (f->program);
  g_assert_cmpint (g_rmdir (f->dir), ==, 0);
  g_free (f->dir);
  g_free (f->program);
  g_free (f->broken);
  g_free (f->held);
  g_free (f->asked);
  g_free (f->state);
}

static void
wait_told (Fixture *f) {
  const guint n_before = f->n_told;

  while (f->n_told == n_before)
    g_main_context_iteration (NULL, TRUE);
}

static void
refresh (Fixture *f) {
  longhand_other_programs_refresh (f->programs);
  wait_told (f);
}

static void
set_enabled (Fixture *f, gboolean enabled) {
  longhand_other_programs_set_enabled (f->programs, enabled);
  wait_told (f);
}

static void
assert_is (Fixture *f, gboolean available, gboolean enabled, const char *summary) {
  g_assert_cmpint (longhand_other_programs_get_available (f->programs), ==, available);
  g_assert_cmpint (longhand_other_programs_get_enabled (f->programs), ==, enabled);
  g_assert_cmpstr (longhand_other_programs_get_summary (f->programs), ==, summary);
}

static void
break_program (Fixture *f) {
  g_autoptr (GError) error = NULL;

  g_file_set_contents (f->broken, "", 0, &error);
  g_assert_no_error (error);
}

static void
test_switch (Fixture *f, gconstpointer data) {
  refresh (f);
  assert_is (f, TRUE, FALSE, "A sentence about --status.");
  set_enabled (f, TRUE);
  assert_is (f, TRUE, TRUE, "A sentence about --add.");
  refresh (f);
  assert_is (f, TRUE, TRUE, "A sentence about --status.");
  set_enabled (f, FALSE);
  assert_is (f, TRUE, FALSE, "A sentence about --remove.");
}

/* Somebody else's choice of input methods is not taken for this one. */
static void
test_there_by_itself (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  g_file_set_contents (f->state, "on\n", -1, &error);
  g_assert_no_error (error);
  refresh (f);
  assert_is (f, TRUE, FALSE, "A sentence about --status.");
}

static void
test_taken_away (Fixture *f, gconstpointer data) {
  set_enabled (f, TRUE);
  g_unlink (f->state);
  refresh (f);
  assert_is (f, TRUE, FALSE, "A sentence about --status.");
}

static void
test_complaint (Fixture *f, gconstpointer data) {
  break_program (f);
  set_enabled (f, TRUE);
  assert_is (f, FALSE, FALSE, "IBus is not running: start it.");
  g_unlink (f->broken);
  refresh (f);
  assert_is (f, TRUE, FALSE, "A sentence about --status.");
}

/* IBus may be down when somebody looks: what was chosen holds when it is back. */
static void
test_nobody_can_tell (Fixture *f, gconstpointer data) {
  set_enabled (f, TRUE);
  break_program (f);
  refresh (f);
  assert_is (f, FALSE, TRUE, "IBus is not running: start it.");
  g_unlink (f->broken);
  refresh (f);
  assert_is (f, TRUE, TRUE, "A sentence about --status.");
}

/* However it ends, and whatever libraries say of it: there is a sentence, and one that people can use. */
static void
test_died (Fixture *f, gconstpointer data) {
  static const char *const ends[] = { "kill -SEGV $$",
                                      "exit 3",
                                      "exit 0",
                                      "echo on",
                                      "echo 'free(): invalid' >&2; exit 1",
                                      "echo 'longhand-ibus: half of' >&2; kill -SEGV $$" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *script = g_strdup_printf ("#!/bin/sh\n%s\n", ends[i]);
    g_autoptr (GError) error = NULL;

    g_file_set_contents_full (f->program, script, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0700, &error);
    g_assert_no_error (error);
    g_settings_set_boolean (f->settings, "other-programs", TRUE);
    refresh (f);
    assert_is (f, FALSE, TRUE,
               "Longhand’s input method ended without an answer. Try again; if that does not help, install "
               "Longhand anew.");
  }
}

static void
test_complaint_behind_warnings (Fixture *f, gconstpointer data) {
  static const char script[] = "#!/bin/sh\n"
                               "echo '** (longhand-ibus:7): WARNING **: a library is worried' >&2\n"
                               "echo 'longhand-ibus: IBus is not running: start it.' >&2\n"
                               "exit 1\n";
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (f->program, script, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0700, &error);
  g_assert_no_error (error);
  refresh (f);
  assert_is (f, FALSE, FALSE, "IBus is not running: start it.");
}

static void
test_no_program (Fixture *f, gconstpointer data) {
  g_setenv ("LONGHAND_IBUS", "/nowhere/longhand-ibus", TRUE);
  longhand_other_programs_refresh (f->programs);
  g_assert_false (longhand_other_programs_get_available (f->programs));
  g_assert_nonnull (strstr (longhand_other_programs_get_summary (f->programs), "without IBus"));
}

/* Whoever looks meanwhile does not call it off. */
static void
test_pending_choice (Fixture *f, gconstpointer data) {
  longhand_other_programs_set_enabled (f->programs, TRUE);
  longhand_other_programs_refresh (f->programs);
  wait_told (f);
  assert_is (f, TRUE, TRUE, "A sentence about --add.");
  refresh (f);
  assert_is (f, TRUE, TRUE, "A sentence about --status.");
}

/* The last question counts, whichever answer comes first. */
static void
test_quick (Fixture *f, gconstpointer data) {
  longhand_other_programs_refresh (f->programs);
  longhand_other_programs_set_enabled (f->programs, TRUE);
  wait_told (f);
  assert_is (f, TRUE, TRUE, "A sentence about --add.");
}

static void
on_result (GObject *object, GAsyncResult *result, gpointer user) {
  *(GAsyncResult **)user = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result) {
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
start (Fixture *f, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  longhand_other_programs_start_async (f->programs, on_result, &result);
  wait_for (&result);
  return longhand_other_programs_start_finish (f->programs, result, error);
}

static void
test_start (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autofree char *asked = NULL;

  g_assert_true (start (f, &error));
  g_assert_no_error (error);
  g_file_get_contents (f->asked, &asked, NULL, &error);
  g_assert_cmpstr (asked, ==, "--start\nstarted\n");
  break_program (f);
  g_assert_false (start (f, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "IBus is not running: start it.");
}

static void
wait_asked (Fixture *f, const char *expected) {
  for (;;) {
    g_autofree char *asked = NULL;

    g_main_context_iteration (NULL, FALSE);
    if (g_file_get_contents (f->asked, &asked, NULL, NULL) && g_str_equal (asked, expected))
      return;
    g_usleep (1000);
  }
}

static void
assert_not_asked (Fixture *f, const char *command) {
  g_autofree char *asked = NULL;

  g_file_get_contents (f->asked, &asked, NULL, NULL);
  g_assert_null (strstr (asked, command));
}

/* Whoever lets go of the key at once is not recorded. */
static void
test_stop (Fixture *f, gconstpointer data) {
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (f->held, "", 0, &error);
  g_assert_no_error (error);
  longhand_other_programs_start_async (f->programs, on_result, &started);
  longhand_other_programs_stop_async (f->programs, on_result, &stopped);
  wait_asked (f, "--start\n");
  g_unlink (f->held);
  wait_asked (f, "--start\nstarted\n--stop\n");
  wait_for (&stopped);
  g_assert_true (longhand_other_programs_stop_finish (f->programs, stopped, &error));
  g_clear_object (&stopped);
  longhand_other_programs_stop_async (f->programs, on_result, &stopped);
  wait_asked (f, "--start\nstarted\n--stop\n--stop\n");
  wait_for (&stopped);
}

static void
test_stop_fails (Fixture *f, gconstpointer data) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  break_program (f);
  longhand_other_programs_stop_async (f->programs, on_result, &result);
  wait_for (&result);
  g_assert_false (longhand_other_programs_stop_finish (f->programs, result, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "IBus is not running: start it.");
}

static void
test_stop_behind_a_failure (Fixture *f, gconstpointer data) {
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (GError) error = NULL;

  break_program (f);
  longhand_other_programs_start_async (f->programs, on_result, &started);
  longhand_other_programs_stop_async (f->programs, on_result, &stopped);
  wait_for (&started);
  wait_for (&stopped);
  g_assert_true (longhand_other_programs_stop_finish (f->programs, stopped, &error));
  wait_asked (f, "--start\n");
}

static void
test_stop_called_off (Fixture *f, gconstpointer data) {
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (GError) error = NULL;

  longhand_other_programs_start_async (f->programs, on_result, &first);
  longhand_other_programs_stop_async (f->programs, on_result, &stopped);
  longhand_other_programs_start_async (f->programs, on_result, &second);
  wait_for (&first);
  wait_for (&second);
  wait_for (&stopped);
  g_assert_true (longhand_other_programs_stop_finish (f->programs, stopped, &error));
  assert_not_asked (f, "--stop");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/other-programs/switch-adds-and-removes-and-says-so", test_switch);
  ADD ("/other-programs/what-was-there-before-is-no-switch", test_there_by_itself);
  ADD ("/other-programs/what-was-taken-away-is-off", test_taken_away);
  ADD ("/other-programs/complaint-is-shown-and-it-stays-off", test_complaint);
  ADD ("/other-programs/a-program-that-dies-gets-a-sentence", test_died);
  ADD ("/other-programs/complaint-behind-warnings-is-found", test_complaint_behind_warnings);
  ADD ("/other-programs/a-build-without-it-says-so", test_no_program);
  ADD ("/other-programs/a-choice-holds-while-nobody-can-tell", test_nobody_can_tell);
  ADD ("/other-programs/a-look-calls-no-choice-off", test_pending_choice);
  ADD ("/other-programs/the-last-question-counts", test_quick);
  ADD ("/other-programs/start-is-passed-on-with-its-error", test_start);
  ADD ("/other-programs/stop-comes-behind-a-start", test_stop);
  ADD ("/other-programs/a-stop-that-fails-is-told", test_stop_fails);
  ADD ("/other-programs/but-not-behind-a-start-that-failed", test_stop_behind_a_failure);
  ADD ("/other-programs/a-start-behind-it-calls-it-off", test_stop_called_off);
  return g_test_run ();
}
