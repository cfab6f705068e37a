/* The first steps: by keyboard, without a microphone, in a narrow window, and once. */
#include "first-run/longhand-first-run.h"
#include "longhand-error.h"
#include "models/longhand-recommendation.h"
#include "preferences/longhand-preferences.h"
#include "window-fixture.h"

#include <string.h>

#define N_FRAMES 800 /* 50 ms */

typedef struct {
  Fixture ui;
  FakeSource *microphone; /* that is listened to before anything is recorded; the first run's */
  GtkWindow *window;      /* NULL once it is closed */
} FirstRunFixture;

static void
set_up (FirstRunFixture *f, gconstpointer data) {
  fixture_set_up (&f->ui, NULL);
  f->microphone = fake_source_new ();
  f->window = GTK_WINDOW (longhand_first_run_new (f->ui.settings, f->ui.store, f->ui.window->downloads,
                                                  f->ui.dictation, &f->microphone->source));
  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *)&f->window);
  gtk_window_set_transient_for (f->window, GTK_WINDOW (f->ui.window));
  fixture_activate (f->window);
}

static void
tear_down (FirstRunFixture *f, gconstpointer data) {
  if (f->window != NULL)
    gtk_window_destroy (f->window);
  WAIT_FOR (f->window == NULL);
  fixture_tear_down (&f->ui, NULL);
}

static gboolean
says (FirstRunFixture *f, const char *part) {
  g_autofree char *labels = fixture_dup_labels (f->window);

  return strstr (labels, part) != NULL;
}

static void
go_to (FirstRunFixture *f, guint step) {
  g_autofree char *where = g_strdup_printf ("Step %u of 5", step);

  while (!says (f, where)) {
    g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "steps.next", NULL));
    fixture_settle ();
  }
}

/* ---- the steps ---- */

/* Whoever presses Return sees all of it, and can go back. */
static void
keys_are_enough (FirstRunFixture *f, gconstpointer data) {
  static const char *const titles[] = { "Welcome", "Speed", "Model", "Microphone", "Try It" };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++) {
    WAIT_FOR (strcmp (gtk_window_get_title (f->window), titles[i]) == 0);
    if (i + 1 < G_N_ELEMENTS (titles))
      fixture_press ("Return");
  }
  fixture_press ("alt+Left");
  WAIT_FOR (strcmp (gtk_window_get_title (f->window), "Microphone") == 0);
  fixture_press ("Return");
  fixture_press ("Return");
  WAIT_FOR (f->window == NULL);
}

static void
it_can_be_left_at_every_step (FirstRunFixture *f, gconstpointer data) {
  const guint step = GPOINTER_TO_UINT (data);

  go_to (f, step);
  fixture_press ("Escape");
  WAIT_FOR (f->window == NULL);
}

static void
it_fits_a_narrow_screen (FirstRunFixture *f, gconstpointer data) {
  for (guint step = 1; step <= 5; step++) {
    go_to (f, step);
    fixture_assert_fits (gtk_widget_get_first_child (GTK_WIDGET (f->window)));
  }
}

/* ---- the machine ---- */

/* German says the same in more letters, large ones too. */
static void
its_last_button_fits_in_longer_words (FirstRunFixture *f, gconstpointer data) {
  GtkButton *last;

  go_to (f, 5);
  last = fixture_find (f->window, GTK_TYPE_BUTTON, "label", "Start _Writing");
  gtk_button_set_label (last, "_Mit dem Schreiben beginnen");
  fixture_assert_fits (last);
}

static void
the_machine_is_measured_and_explained (FirstRunFixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->ui.settings);
  LonghandMachine machine;

  g_settings_reset (settings, "machine");
  WAIT_FOR (longhand_dictation_get_model_state (f->ui.dictation) == LONGHAND_MODEL_STATE_READY);
  go_to (f, 2);
  WAIT_FOR (says (f, "dictation on this machine"));
  g_assert_true (says (f, "thread"));
  {
    g_autoptr (GVariant) kept = g_settings_get_value (settings, "machine");

    g_assert_true (longhand_machine_from_variant (kept, &machine));
  }
  g_settings_reset (settings, "machine");
}

/* Whoever goes on meanwhile sees it go on, and then which one it is. */
static void
the_next_step_waits_for_the_same_measurement (FirstRunFixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->ui.settings);

  g_settings_reset (settings, "machine");
  WAIT_FOR (longhand_dictation_get_model_state (f->ui.dictation) == LONGHAND_MODEL_STATE_READY);
  go_to (f, 2);
  g_assert_true (says (f, "Threads\nMeasuring…"));
  g_assert_true (says (f, "Model\nMeasuring…"));
  go_to (f, 3);
  g_assert_true (says (f, "Recommendation\nMeasuring…"));
  WAIT_FOR (says (f, "dictation on this machine"));
  g_assert_false (says (f, "Measuring…"));
  g_settings_reset (settings, "machine");
}

/* ---- the microphone ---- */

static void
speak (FirstRunFixture *f, float amplitude) {
  float frames[N_FRAMES];

  for (guint i = 0; i < N_FRAMES; i++)
    frames[i] = i % 2 == 0 ? amplitude : -amplitude;
  fake_source_speak (f->microphone, frames, N_FRAMES);
}

/* It is listened to here, and nowhere else; nothing of it becomes text. */
static void
a_voice_is_heard (FirstRunFixture *f, gconstpointer data) {
  go_to (f, 3);
  g_assert_cmpuint (f->microphone->n_started, ==, 0);
  go_to (f, 4);
  WAIT_FOR (says (f, "Longhand is listening: say anything."));
  speak (f, 0.1f);
  WAIT_FOR (says (f, "Longhand hears you."));
  go_to (f, 5);
  WAIT_FOR (f->microphone->feed == NULL);
  g_assert_cmpuint (longhand_dictation_get_n_recordings (f->ui.dictation), ==, 0);
}

static void
silence_is_said (FirstRunFixture *f, gconstpointer data) {
  go_to (f, 4);
  WAIT_FOR (says (f, "Nothing is heard."));
  speak (f, 0.1f);
  WAIT_FOR (says (f, "Longhand hears you."));
}

static void
a_missing_microphone_is_said (FirstRunFixture *f, gconstpointer data) {
  fake_source_fail (f->microphone,
                    g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE, "Plug one in."));
  go_to (f, 4);
  WAIT_FOR (says (f, "Plug one in."));
}

/* One that is chosen is listened to at once. */
static void
another_microphone_is_chosen (FirstRunFixture *f, gconstpointer data) {
  AdwComboRow *row;
  g_autofree char *id = NULL;

  go_to (f, 4);
  WAIT_FOR (f->microphone->feed != NULL);
  row = fixture_find (f->window, ADW_TYPE_COMBO_ROW, "title", "Microphone");
  WAIT_FOR (g_list_model_get_n_items (adw_combo_row_get_model (row)) == 2);
  adw_combo_row_set_selected (row, 1);
  id = longhand_settings_dup_microphone (f->ui.settings);
  g_assert_cmpstr (id, ==, "fake/one");
  WAIT_FOR (g_strcmp0 (f->microphone->device_id, "fake/one") == 0);
}

/* ---- the sentence ---- */

static void
press_record (FirstRunFixture *f) {
  g_signal_emit_by_name (fixture_find (f->window, GTK_TYPE_BUTTON, "label", "_Record"), "clicked");
  WAIT_FOR (longhand_dictation_get_state (f->ui.dictation) == LONGHAND_STATE_RECORDING);
}

static void
words_appear_and_it_works (FirstRunFixture *f, gconstpointer data) {
  go_to (f, 5);
  fixture_speak (&f->ui, 0, "Somebody else.");
  g_assert_false (says (f, "Somebody else."));
  press_record (f);
  g_signal_emit_by_name (f->ui.dictation, "tentative", "I say", 0);
  g_assert_true (says (f, "I say"));
  g_assert_false (says (f, "It works."));
  fixture_speak (&f->ui, 0, "I say what I think.");
  g_assert_true (says (f, "I say what I think."));
  g_assert_true (says (f, "It works."));
  fixture_assert_text (&f->ui, "Somebody else. I say what I think.");
}

/* Its words are not shown here: nothing may look as if they were to be. */
static void
a_recording_of_somebody_else_is_no_test (FirstRunFixture *f, gconstpointer data) {
  go_to (f, 5);
  WAIT_FOR (longhand_dictation_get_model_state (f->ui.dictation) == LONGHAND_MODEL_STATE_READY);
  longhand_dictation_start (f->ui.dictation);
  WAIT_FOR (longhand_dictation_get_state (f->ui.dictation) == LONGHAND_STATE_RECORDING);
  g_assert_true (says (f, "Stop recording first"));
  g_assert_false (says (f, "Longhand is listening."));
  longhand_dictation_stop (f->ui.dictation);
  WAIT_FOR (!longhand_dictation_has_pending (f->ui.dictation));
  g_assert_false (says (f, "Stop recording first"));
  press_record (f);
  g_assert_true (says (f, "Longhand is listening."));
}

static void
what_failed_is_said (FirstRunFixture *f, gconstpointer data) {
  go_to (f, 5);
  fixture_fail (&f->ui, LONGHAND_ERROR_DEVICE_BUSY, "Another program has it.");
  g_assert_true (says (f, "Another program has it."));
}

/* Nobody is recorded without seeing it. */
static void
leaving_ends_the_recording (FirstRunFixture *f, gconstpointer data) {
  go_to (f, 5);
  press_record (f);
  fixture_press ("Escape");
  WAIT_FOR (f->window == NULL);
  WAIT_FOR (longhand_dictation_get_state (f->ui.dictation) == LONGHAND_STATE_IDLE);
}

/* Its own has ended; the next one is begun by a key, or by another program. */
static void
leaving_lets_other_recordings_go_on (FirstRunFixture *f, gconstpointer data) {
  go_to (f, 5);
  press_record (f);
  longhand_dictation_stop (f->ui.dictation);
  WAIT_FOR (!longhand_dictation_has_pending (f->ui.dictation));
  longhand_dictation_start (f->ui.dictation);
  WAIT_FOR (longhand_dictation_get_state (f->ui.dictation) == LONGHAND_STATE_RECORDING);
  fixture_press ("Escape");
  WAIT_FOR (f->window == NULL);
  fixture_settle ();
  g_assert_cmpint (longhand_dictation_get_state (f->ui.dictation), ==, LONGHAND_STATE_RECORDING);
}

static void
assert_keeps (GSettings *settings, const char *expected) {
  g_autofree char *keep = g_settings_get_string (settings, "keep-sound");

  g_assert_cmpstr (keep, ==, expected);
}

/* How long, the preferences say. */
static void
sound_is_kept_when_it_is_wanted (FirstRunFixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->ui.settings);
  GtkWidget *row;
  GtkSwitch *keep;

  go_to (f, 5);
  row = fixture_find (f->window, ADW_TYPE_ACTION_ROW, "title", "Keep Sound");
  keep = GTK_SWITCH (adw_action_row_get_activatable_widget (ADW_ACTION_ROW (row)));
  g_assert_false (gtk_switch_get_active (keep));
  gtk_widget_activate (row);
  g_assert_true (gtk_switch_get_active (keep));
  assert_keeps (settings, "month");
  gtk_widget_activate (row);
  assert_keeps (settings, "never");
  g_settings_set_string (settings, "keep-sound", "always");
  g_assert_true (gtk_switch_get_active (keep));
  assert_keeps (settings, "always");
  g_settings_set_boolean (settings, "keep-sessions", FALSE);
  g_assert_false (gtk_widget_get_sensitive (row));
}

/* ---- when it is shown ---- */

static guint
count_windows (void) {
  g_autoptr (GList) windows = gtk_window_list_toplevels ();
  guint n = 0;

  for (GList *l = windows; l != NULL; l = l->next)
    n += LONGHAND_IS_FIRST_RUN (l->data) ? 1 : 0;
  return n;
}

static void
it_is_offered_once (Fixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->settings);
  GtkWidget *label;

  g_settings_set_boolean (settings, "first-run", TRUE);
  longhand_window_offer_first_run (f->window);
  g_assert_cmpuint (count_windows (), ==, 1);
  fixture_settle ();
  label = fixture_find (NULL, GTK_TYPE_LABEL, "label", "Welcome to Longhand");
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (label)));
  longhand_window_offer_first_run (f->window);
  g_assert_cmpuint (count_windows (), ==, 0);
}

static void
it_waits_while_something_is_recorded (Fixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->settings);

  g_settings_set_boolean (settings, "first-run", TRUE);
  longhand_dictation_start (f->dictation);
  longhand_window_offer_first_run (f->window);
  g_assert_cmpuint (count_windows (), ==, 0);
  g_assert_true (g_settings_get_boolean (settings, "first-run"));
  longhand_dictation_stop (f->dictation);
  g_settings_set_boolean (settings, "first-run", FALSE);
}

/* As a person does, in the preferences. */
static void
set_up_again (Fixture *f) {
  GtkWidget *preferences = longhand_preferences_new (f->settings, f->store, f->dictation, f->library);
  GtkWidget *row;

  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (f->window));
  g_object_add_weak_pointer (G_OBJECT (preferences), (gpointer *)&preferences);
  fixture_activate (GTK_WINDOW (preferences));
  row = fixture_find (preferences, ADW_TYPE_ACTION_ROW, "title", "Set Up Again…");
  g_assert_nonnull (row);
  gtk_widget_activate (row);
  WAIT_FOR (preferences == NULL);
}

static void
it_comes_again_from_the_preferences (Fixture *f, gconstpointer data) {
  GtkWidget *label;

  set_up_again (f);
  g_assert_cmpuint (count_windows (), ==, 1);
  label = fixture_find (NULL, GTK_TYPE_LABEL, "label", "Welcome to Longhand");
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (label)));
}

static void
it_does_not_come_again_while_something_is_recorded (Fixture *f, gconstpointer data) {
  longhand_dictation_start (f->dictation);
  set_up_again (f);
  g_assert_cmpuint (count_windows (), ==, 0);
  WAIT_FOR (fixture_find (f->window, GTK_TYPE_LABEL, "label", "Stop dictating first, then set up again.")
            != NULL);
  longhand_dictation_stop (f->dictation);
}

#define ADD(name, data, function)                                                                            \
  g_test_add ("/first-run/" name, FirstRunFixture, data, set_up, function, tear_down)

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  ADD ("keys-are-enough", NULL, keys_are_enough);
  ADD ("it-can-be-left-at-the-first-step", GUINT_TO_POINTER (1), it_can_be_left_at_every_step);
  ADD ("it-can-be-left-while-it-measures", GUINT_TO_POINTER (2), it_can_be_left_at_every_step);
  ADD ("it-can-be-left-before-a-model-is-chosen", GUINT_TO_POINTER (3), it_can_be_left_at_every_step);
  ADD ("it-can-be-left-while-it-listens", GUINT_TO_POINTER (4), it_can_be_left_at_every_step);
  ADD ("it-can-be-left-before-it-is-tried", GUINT_TO_POINTER (5), it_can_be_left_at_every_step);
  ADD ("it-fits-a-narrow-screen", NULL, it_fits_a_narrow_screen);
  ADD ("its-last-button-fits-in-longer-words", NULL, its_last_button_fits_in_longer_words);
  ADD ("the-machine-is-measured-and-explained", NULL, the_machine_is_measured_and_explained);
  ADD ("the-next-step-waits-for-the-same-measurement", NULL, the_next_step_waits_for_the_same_measurement);
  ADD ("a-voice-is-heard", NULL, a_voice_is_heard);
  ADD ("silence-is-said", NULL, silence_is_said);
  ADD ("a-missing-microphone-is-said", NULL, a_missing_microphone_is_said);
  ADD ("another-microphone-is-chosen", NULL, another_microphone_is_chosen);
  ADD ("words-appear-and-it-works", NULL, words_appear_and_it_works);
  ADD ("a-recording-of-somebody-else-is-no-test", NULL, a_recording_of_somebody_else_is_no_test);
  ADD ("what-failed-is-said", NULL, what_failed_is_said);
  ADD ("sound-is-kept-when-it-is-wanted", NULL, sound_is_kept_when_it_is_wanted);
  ADD ("leaving-ends-the-recording", NULL, leaving_ends_the_recording);
  ADD ("leaving-lets-other-recordings-go-on", NULL, leaving_lets_other_recordings_go_on);
  FIXTURE_ADD ("/first-run/it-is-offered-once", it_is_offered_once);
  FIXTURE_ADD ("/first-run/it-comes-again-from-the-preferences", it_comes_again_from_the_preferences);
  FIXTURE_ADD ("/first-run/it-does-not-come-again-while-something-is-recorded",
               it_does_not_come_again_while_something_is_recorded);
  FIXTURE_ADD ("/first-run/it-waits-while-something-is-recorded", it_waits_while_something_is_recorded);
  return g_test_run ();
}
