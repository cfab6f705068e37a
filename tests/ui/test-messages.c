/* What the window says: problems with a way out, and the hint about models. */
#include "dictation/longhand-figures.h"
#include "dictation/longhand-sound-watch.h"
#include "dictation/longhand-utterance.h"
#include "longhand-error.h"
#include "window-fixture.h"
#include "window/longhand-left-out-window.h"

#include <string.h>

/* The button that can be seen in a banner; NULL when there is none. */
static GtkButton *
find_button (LonghandBanner *banner, const char *label) {
  GtkWidget *button = fixture_find (banner, GTK_TYPE_BUTTON, "label", label);

  return button != NULL && gtk_widget_get_visible (button) ? GTK_BUTTON (button) : NULL;
}

static gboolean
says (LonghandBanner *banner, const char *message) {
  return longhand_banner_get_shown (banner)
         && fixture_find (banner, GTK_TYPE_LABEL, "label", message) != NULL;
}

static void
dismiss (LonghandBanner *banner) {
  g_signal_emit_by_name (fixture_find (banner, GTK_TYPE_BUTTON, "tooltip-text", "Dismiss"), "clicked");
}

/* ---- what nobody seems to have said ---- */

static void
leave_out (Fixture *f, gint64 start_ms, const char *text) {
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (start_ms, start_ms + 900, text);

  g_signal_emit_by_name (f->dictation, "left-out", utterance);
}

static void
test_left_out_may_be_inserted (Fixture *f, gconstpointer data) {
  GtkWidget *insert;
  g_autofree char *text = NULL;

  fixture_speak (f, 0, "Dear all.");
  g_assert_null (fixture_find (f->window, GTK_TYPE_BUTTON, "label", "Insert"));
  leave_out (f, 2000, "Thank <you>.");
  WAIT_FOR ((insert = fixture_find (f->window, GTK_TYPE_BUTTON, "label", "Insert")) != NULL);
  g_assert_nonnull (fixture_find (f->window, GTK_TYPE_LABEL, "label",
                                  "Left out, as nobody seemed to speak: “Thank &lt;you&gt;.”"));
  g_signal_emit_by_name (insert, "clicked");
  text = longhand_document_dup_text (longhand_editor_get_document (f->window->editor));
  g_assert_cmpstr (text, ==, "Dear all. Thank <you>.");
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 0);
}

/* The window of the list that is on the screen; NULL: there is none. */
static GtkWindow *
find_list (void) {
  return fixture_find (NULL, LONGHAND_TYPE_LEFT_OUT_WINDOW, "title", "Left Out");
}

static gboolean
reads (Fixture *f, const char *expected) {
  g_autofree char *text = longhand_document_dup_text (f->document);

  return strcmp (text, expected) == 0;
}

static void
test_all_that_was_left_out_is_in_a_list (Fixture *f, gconstpointer data) {
  g_autofree char *labels = NULL;

  fixture_speak (f, 0, "Dear all.");
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.left-out", NULL);
  fixture_settle ();
  g_assert_null (find_list ()); /* of nothing */
  leave_out (f, 2000, "Thank <you>.");
  leave_out (f, 65000, "Bye.");
  leave_out (f, 70000, "So long.");
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.left-out", NULL);
  WAIT_FOR (find_list () != NULL && gtk_window_is_active (find_list ()));
  labels = fixture_dup_labels (find_list ());
  g_assert_nonnull (strstr (labels, "Thank <you>.\n0:02\n"));
  g_assert_nonnull (strstr (labels, "Bye.\n1:05\n"));
  fixture_assert_fits (find_list ());
  fixture_press ("Down"); /* the second row */
  fixture_press ("Return");
  WAIT_FOR (reads (f, "Dear all. Bye."));
  fixture_press ("Return"); /* the one that took its place */
  WAIT_FOR (reads (f, "Dear all. Bye. So long."));
  fixture_press ("Return");
  WAIT_FOR (reads (f, "Dear all. Bye. So long. Thank <you>."));
  WAIT_FOR (find_list () == NULL);
}

/* It says nothing to whoever dictates into another program. */
static void
test_left_out_is_kept_behind_a_window_that_is_closed (Fixture *f, gconstpointer data) {
  gtk_widget_set_visible (GTK_WIDGET (f->window), FALSE);
  leave_out (f, 2000, "Thank you.");
  gtk_window_present (GTK_WINDOW (f->window));
  fixture_settle ();
  g_assert_null (fixture_find (f->window, GTK_TYPE_BUTTON, "label", "Insert"));
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 1);
}

/* ---- what was recovered ---- */

static void
test_recovered (Fixture *f, gconstpointer data) {
  g_autoptr (GDateTime) begun = g_date_time_new_local (2026, 11, 26, 14, 3, 22);
  g_autofree char *labels = NULL;

  g_assert_false (longhand_banner_get_shown (f->window->recovered));
  g_signal_emit_by_name (f->dictation, "recovered", g_date_time_to_unix (begun) * G_USEC_PER_SEC);
  fixture_speak (f, 0, "Said before.");
  fixture_settle ();
  g_assert_true (longhand_banner_get_shown (f->window->recovered));
  labels = fixture_dup_labels (f->window->recovered);
  g_assert_nonnull (strstr (labels, "Recovered session of 11/26/26, 14:03"));
  fixture_assert_text (f, "Said before.");
  longhand_document_step_back (f->document);
  fixture_assert_text (f, "");
  dismiss (f->window->recovered);
  g_assert_false (longhand_banner_get_shown (f->window->recovered));
}

/* ---- problems ---- */

static const struct {
  LonghandError code;
  const char *button;
} problems[] = {
  { LONGHAND_ERROR_NO_MICROPHONE, "Try Again" },
  { LONGHAND_ERROR_DEVICE_ABSENT, "Try Again" },
  { LONGHAND_ERROR_DEVICE_BUSY, "Try Again" },
  { LONGHAND_ERROR_DEVICE_LOST, "Record Again" },
  { LONGHAND_ERROR_MODEL_MISSING, "Open Models Folder" },
  { LONGHAND_ERROR_MODEL_BROKEN, "Open Models Folder" },
  { LONGHAND_ERROR_MODEL_UNSUPPORTED, NULL },
  { LONGHAND_ERROR_NO_MEMORY, NULL },
  { LONGHAND_ERROR_WRITE, NULL },
  { LONGHAND_ERROR_FAILED, NULL },
};

static void
test_every_problem (Fixture *f, gconstpointer data) {
  for (guint i = 0; i < G_N_ELEMENTS (problems); i++) {
    g_autofree char *message = g_strdup_printf ("Problem %u: do this.", i);

    fixture_fail (f, problems[i].code, message);
    g_assert_true (says (f->window->problem, message));
    for (guint k = 0; k < G_N_ELEMENTS (problems); k++)
      if (problems[k].button != NULL)
        g_assert_cmpint (find_button (f->window->problem, problems[k].button) != NULL, ==,
                         g_strcmp0 (problems[k].button, problems[i].button) == 0);
    dismiss (f->window->problem);
    g_assert_false (longhand_banner_get_shown (f->window->problem));
  }
}

static void
test_try_again (Fixture *f, gconstpointer data) {
  fake_source_fail (f->microphone, g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE,
                                                        "Connect a microphone."));
  longhand_dictation_start (f->dictation);
  WAIT_FOR (says (f->window->problem, "Connect a microphone."));
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  g_signal_emit_by_name (find_button (f->window->problem, "Try Again"), "clicked");
  WAIT_FOR (longhand_dictation_get_state (f->dictation) == LONGHAND_STATE_RECORDING);
  g_assert_false (longhand_banner_get_shown (f->window->problem));
  g_assert_cmpuint (f->microphone->n_started, ==, 2);
}

/* ---- the microphone ---- */

static LonghandState
state (Fixture *f) {
  return longhand_dictation_get_state (f->dictation);
}

static void
record (Fixture *f) {
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.record", NULL);
}

static void
unplug (Fixture *f, const char *const *others) {
  record (f);
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  fake_source_set_devices (f->microphone, others);
  fake_source_lose (f->microphone);
  WAIT_FOR (state (f) == LONGHAND_STATE_WAITING);
}

static void
test_lost (Fixture *f, gconstpointer data) {
  fixture_speak (f, 0, "Said before.");
  unplug (f, (const char *const[]){ NULL });
  g_assert_true (says (f->window->problem, "The microphone has gone."));
  g_assert_nonnull (find_button (f->window->problem, "Try Again"));
  g_assert_cmpstr (adw_button_content_get_label (f->window->record_content), ==, "Cancel");
  g_assert_false (gtk_revealer_get_reveal_child (f->window->recording));
  fixture_assert_text (f, "Said before.");
  record (f);
  WAIT_FOR (state (f) == LONGHAND_STATE_IDLE);
  g_assert_false (longhand_banner_get_shown (f->window->problem));
}

/* Words that are still being recognised make no difference. */
static void
test_lost_and_cancelled_while_words_come (Fixture *f, gconstpointer data) {
  fixture_fail (f, LONGHAND_ERROR_DEVICE_LOST, "The microphone has gone.");
  longhand_window_follow_state (f->window, LONGHAND_STATE_WAITING);
  g_assert_true (longhand_banner_get_shown (f->window->problem));
  longhand_window_follow_state (f->window, LONGHAND_STATE_FINISHING);
  longhand_window_follow_state (f->window, LONGHAND_STATE_IDLE);
  g_assert_false (longhand_banner_get_shown (f->window->problem));
}

static void
test_lost_other (Fixture *f, gconstpointer data) {
  static const char *const other = "Some_maker: a microphone with a name that is long, but not unheard of";
  g_autofree char *label = g_strdup_printf ("Use “%s”", other);

  unplug (f, (const char *const[]){ other, NULL });
  WAIT_FOR (find_button (f->window->problem, label) != NULL);
  fixture_assert_fits (gtk_widget_get_first_child (GTK_WIDGET (f->window)));
  g_signal_emit_by_name (find_button (f->window->problem, label), "clicked");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  g_assert_true (g_str_has_suffix (f->microphone->device_id, other));
  g_assert_false (longhand_banner_get_shown (f->window->problem));
}

static void
test_back (Fixture *f, gconstpointer data) {
  unplug (f, (const char *const[]){ NULL });
  fake_source_set_devices (f->microphone, (const char *const[]){ "one", NULL });
  longhand_dictation_refresh_devices (f->dictation);
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  g_assert_false (longhand_banner_get_shown (f->window->problem));
  g_assert_cmpstr (adw_button_content_get_label (f->window->record_content), ==, "Stop");
  WAIT_FOR (fixture_find (f->window->toasts, GTK_TYPE_LABEL, "label", "The microphone is there: recording")
            != NULL);
}

static void
test_absent (Fixture *f, gconstpointer data) {
  longhand_settings_set_microphone (f->settings, "ALSA/Blue Snowball: USB Audio");
  WAIT_FOR (g_strcmp0 (gtk_label_get_label (f->window->microphone_label), "Blue Snowball (not connected)")
            == 0);
  fake_source_fail (f->microphone,
                    g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT, "Not there."));
  record (f);
  WAIT_FOR (find_button (f->window->problem, "Use “one”") != NULL);
  g_assert_true (says (f->window->problem, "Not there."));
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
  g_signal_emit_by_name (find_button (f->window->problem, "Use “one”"), "clicked");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/one");
}

static void
test_silent (Fixture *f, gconstpointer data) {
  const char *hint = longhand_sound_watch_get_silent_hint ();
  g_autofree float *sound = g_new0 (float, 6 * 16000);

  record (f);
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  fake_source_speak (f->microphone, sound, 6 * 16000);
  WAIT_FOR (says (f->window->problem, hint));
  sound[0] = 0.1f;
  fake_source_speak (f->microphone, sound, 1);
  WAIT_FOR (!longhand_banner_get_shown (f->window->problem));
}

static void
test_sound_lost (Fixture *f, gconstpointer data) {
  record (f);
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  longhand_feed_count_overrun (f->microphone->feed);
  record (f);
  WAIT_FOR (
      fixture_find (f->window->toasts, GTK_TYPE_LABEL, "label",
                    "Some sound was lost, in 1 place: the computer was too busy. Close other programs if it "
                    "happens again.")
      != NULL);
  g_assert_false (longhand_banner_get_shown (f->window->problem));
}

/* ---- models ---- */

static void
test_model_missing (Fixture *f, gconstpointer data) {
  longhand_settings_set_model (f->settings, "not-there");
  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_FAILED);
  WAIT_FOR (find_button (f->window->problem, "Open Models Folder") != NULL);
  g_assert_cmpstr (gtk_label_get_label (f->window->model_label), ==, "No Model");
  longhand_settings_set_model (f->settings, "");
  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  g_assert_false (longhand_banner_get_shown (f->window->problem));
  g_assert_cmpstr (gtk_label_get_label (f->window->model_label), ==,
                   longhand_dictation_get_model_title (f->dictation));
}

/* Somebody puts the model into the folder, and comes back to the window. */
static void
test_model_arrives (Fixture *f, gconstpointer data) {
  g_autofree char *dir = longhand_model_store_dup_user_dir ();
  g_autofree char *path = g_build_filename (dir, "ggml-arrived.en.bin", NULL);
  g_autoptr (LonghandModel) bundled = longhand_model_store_find (f->store, "", NULL);
  g_autoptr (GFile) from = g_file_new_for_path (longhand_model_get_path (bundled));
  g_autoptr (GFile) to = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GtkWidget *other = gtk_window_new ();

  longhand_settings_set_model (f->settings, "arrived.en");
  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_FAILED);
  fixture_activate (GTK_WINDOW (other));
  g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  gtk_window_destroy (GTK_WINDOW (other));
  fixture_activate (GTK_WINDOW (f->window));
  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  g_assert_false (longhand_banner_get_shown (f->window->problem));
  g_file_delete (to, NULL, &error);
  g_assert_no_error (error);
}

/* ---- a computer that cannot keep up ---- */

static gboolean is_behind; /* says the dictation, while it is TRUE */

const LonghandStats *__real_longhand_figures_peek (LonghandFigures *self);
const LonghandStats *__wrap_longhand_figures_peek (LonghandFigures *self);
const LonghandStats *
__wrap_longhand_figures_peek (LonghandFigures *self) {
  static LonghandStats stats;

  stats = *__real_longhand_figures_peek (self);
  stats.is_behind = stats.is_behind || is_behind;
  return &stats;
}

static void
tell_behind (Fixture *f, gboolean tells) {
  is_behind = tells;
  g_object_notify (G_OBJECT (f->dictation), "is-behind");
}

static gboolean
says_it_is_behind (Fixture *f) {
  return fixture_find (f->window, GTK_TYPE_LABEL, "label",
                       "The computer cannot keep up: words appear when a sentence is over.")
         != NULL;
}

static void
test_behind (Fixture *f, gconstpointer data) {
  for (guint i = 0; i < 2; i++) {
    tell_behind (f, TRUE);
    g_assert_false (says_it_is_behind (f)); /* it may catch up yet */
    WAIT_FOR (says_it_is_behind (f));
    tell_behind (f, FALSE);
    WAIT_FOR (!says_it_is_behind (f));
  }
}

static void
test_behind_for_a_moment (Fixture *f, gconstpointer data) {
  tell_behind (f, TRUE);
  g_assert_cmpuint (f->window->behind_timeout, !=, 0);
  tell_behind (f, FALSE);
  g_assert_cmpuint (f->window->behind_timeout, ==, 0);
  g_assert_null (f->window->behind);
}

/* ---- a banner in a narrow window ---- */

/* Where the button of a problem's banner stands when the window is that wide: below its message, or beside
 * it. */
static void
assert_button (Fixture *f, int width, gboolean below) {
  static const char *const sentence = "There is no microphone. Connect one, and try again.";
  GtkWidget *message, *button;
  graphene_rect_t a, b;

  g_settings_set_int (longhand_settings_get_gsettings (f->settings), "window-width", width);
  fixture_show_window (f);
  fixture_fail (f, LONGHAND_ERROR_NO_MICROPHONE, sentence);
  message = fixture_find (f->window->problem, GTK_TYPE_LABEL, "label", sentence);
  button = GTK_WIDGET (find_button (f->window->problem, "Try Again"));
  WAIT_FOR (gtk_widget_get_height (button) > 0);
  g_assert_true (gtk_widget_compute_bounds (message, GTK_WIDGET (f->window), &a));
  g_assert_true (gtk_widget_compute_bounds (button, GTK_WIDGET (f->window), &b));
  g_assert_cmpint (b.origin.y >= a.origin.y + a.size.height, ==, below);
  g_assert_cmpint (b.origin.x >= a.origin.x + a.size.width, ==, !below);
}

static void
test_button_below (Fixture *f, gconstpointer data) {
  assert_button (f, 360, TRUE);
}

static void
test_button_beside (Fixture *f, gconstpointer data) {
  assert_button (f, 900, FALSE);
}

/* ---- the hint ---- */

static void
test_hint_bundled (Fixture *f, gconstpointer data) {
  WAIT_FOR (longhand_dictation_get_model_is_bundled (f->dictation));
  g_assert_true (longhand_banner_get_shown (f->window->hint));
  longhand_settings_set_model (f->settings, "not-there");
  WAIT_FOR (!longhand_dictation_get_model_is_bundled (f->dictation));
  g_assert_false (longhand_banner_get_shown (f->window->hint));
}

/* Whoever has no model at all needs to hear about that alone. */
static void
test_hint_failed (Fixture *f, gconstpointer data) {
  g_autofree char *bundled = g_strdup (g_getenv ("LONGHAND_MODEL_DIR"));
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  fixture_set_up_without_window (f, data);
  path = g_build_filename (f->dir, "ggml-longhand-broken.en.bin", NULL);
  g_file_set_contents (path, "no model", -1, &error);
  g_assert_no_error (error);
  g_setenv ("LONGHAND_MODEL_DIR", f->dir, TRUE);
  longhand_model_store_refresh (f->store);
  fixture_show_window (f);
  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_FAILED);
  g_assert_true (longhand_dictation_get_model_is_bundled (f->dictation));
  g_assert_false (longhand_banner_get_shown (f->window->hint));
  if (bundled != NULL)
    g_setenv ("LONGHAND_MODEL_DIR", bundled, TRUE);
  else
    g_unsetenv ("LONGHAND_MODEL_DIR");
}

static void
test_hint_opens_models (Fixture *f, gconstpointer data) {
  WAIT_FOR (longhand_banner_get_shown (f->window->hint));
  g_signal_emit_by_name (find_button (f->window->hint, "Get a Better One…"), "clicked");
  WAIT_FOR (f->window->models_window != NULL);
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (f->window->models_window)));
  gtk_window_destroy (f->window->models_window);
  g_assert_null (f->window->models_window);
}

static void
test_hint_dismissed (Fixture *f, gconstpointer data) {
  WAIT_FOR (longhand_banner_get_shown (f->window->hint));
  dismiss (f->window->hint);
  g_assert_false (longhand_banner_get_shown (f->window->hint));
  gtk_window_destroy (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  fixture_show_window (f);
  g_assert_true (longhand_dictation_get_model_is_bundled (f->dictation));
  g_assert_false (longhand_banner_get_shown (f->window->hint));
}

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  FIXTURE_ADD ("/messages/left-out-may-be-inserted", test_left_out_may_be_inserted);
  FIXTURE_ADD ("/messages/all-that-was-left-out-is-in-a-list", test_all_that_was_left_out_is_in_a_list);
  FIXTURE_ADD ("/messages/left-out-is-kept-behind-a-window-that-is-closed",
               test_left_out_is_kept_behind_a_window_that_is_closed);
  FIXTURE_ADD ("/messages/what-was-recovered-is-said-until-dismissed", test_recovered);
  FIXTURE_ADD ("/messages/every-problem-has-its-sentence-and-way-out", test_every_problem);
  FIXTURE_ADD ("/messages/try-again-records", test_try_again);
  FIXTURE_ADD ("/messages/a-lost-microphone-loses-no-text", test_lost);
  FIXTURE_ADD ("/messages/lost-and-cancelled-while-words-come", test_lost_and_cancelled_while_words_come);
  FIXTURE_ADD ("/messages/another-microphone-is-offered", test_lost_other);
  FIXTURE_ADD ("/messages/recording-goes-on-with-the-microphone", test_back);
  FIXTURE_ADD ("/messages/a-microphone-that-is-absent-is-named-and-another-offered", test_absent);
  FIXTURE_ADD ("/messages/a-muted-microphone-is-said-while-it-is", test_silent);
  FIXTURE_ADD ("/messages/sound-that-was-lost-is-said", test_sound_lost);
  FIXTURE_ADD ("/messages/a-missing-model-is-said-until-another-is-chosen", test_model_missing);
  FIXTURE_ADD ("/messages/a-model-that-was-missing-is-used-when-it-arrives", test_model_arrives);
  FIXTURE_ADD ("/messages/a-computer-that-cannot-keep-up-is-said-to-until-it-does", test_behind);
  FIXTURE_ADD ("/messages/and-not-when-it-was-for-a-moment", test_behind_for_a_moment);
  g_test_add ("/messages/the-button-goes-below-in-a-narrow-window", Fixture, NULL,
              fixture_set_up_without_window, test_button_below, fixture_tear_down);
  g_test_add ("/messages/the-button-stands-beside-in-a-wide-window", Fixture, NULL,
              fixture_set_up_without_window, test_button_beside, fixture_tear_down);
  FIXTURE_ADD ("/messages/the-hint-is-about-the-bundled-model-only", test_hint_bundled);
  g_test_add ("/messages/the-hint-is-silent-about-a-model-that-fails", Fixture, NULL, NULL, test_hint_failed,
              fixture_tear_down);
  FIXTURE_ADD ("/messages/the-hint-leads-to-the-models", test_hint_opens_models);
  FIXTURE_ADD ("/messages/a-dismissed-hint-stays-away", test_hint_dismissed);
  return g_test_run ();
}
