#include "longhand-error.h"
#include "longhand-settings.h"
#include "transcript/longhand-export.h"

static void
count_cb (guint *n) {
  (*n)++;
}

static void
defaults_are_those_of_the_schema (void) {
  g_autoptr (LonghandSettings) settings = longhand_settings_new_in_memory ();
  g_autofree char *model = longhand_settings_dup_model (settings);
  g_autofree char *language = longhand_settings_dup_language (settings);
  g_autofree char *microphone = longhand_settings_dup_microphone (settings);
  g_autofree char *format = NULL;
  int width, height;
  gboolean is_maximized, show_performance;

  g_object_get (settings, "export-format", &format, "window-width", &width, "window-height", &height,
                "window-maximized", &is_maximized, "show-performance", &show_performance, NULL);
  g_assert_cmpuint (longhand_settings_get_threads (settings), ==, 0);
  g_assert_cmpfloat (longhand_settings_get_pause_length (settings), ==, 0.6);
  g_assert_false (longhand_settings_get_noise_reduction (settings));
  g_assert_false (longhand_settings_get_automatic_gain (settings));
  g_assert_true (longhand_settings_get_commands (settings));
  g_assert_cmpstr (model, ==, "");
  g_assert_cmpstr (language, ==, "auto");
  g_assert_cmpstr (microphone, ==, "");
  g_assert_cmpstr (format, ==, "txt");
  g_assert_cmpint (width, ==, 820);
  g_assert_cmpint (height, ==, 620);
  g_assert_false (is_maximized);
  g_assert_false (show_performance);
}

static void
mirror_is_never_empty (void) {
  g_autoptr (LonghandSettings) settings = longhand_settings_new_in_memory ();
  g_autofree char *official = longhand_settings_dup_mirror (settings), *other = NULL, *emptied = NULL;

  g_assert_cmpstr (official, ==, "https://huggingface.co/ggerganov/whisper.cpp/resolve/main/");
  g_object_set (settings, "mirror", "https://example.org/models/", NULL);
  other = longhand_settings_dup_mirror (settings);
  g_assert_cmpstr (other, ==, "https://example.org/models/");
  g_object_set (settings, "mirror", " ", NULL);
  emptied = longhand_settings_dup_mirror (settings);
  g_assert_cmpstr (emptied, ==, official);
}

static void
setter_notifies_once_and_stores (void) {
  g_autoptr (LonghandSettings) settings = longhand_settings_new_in_memory ();
  g_autofree char *language = NULL;
  guint n_threads = 0, n_language = 0, n_noise = 0, n_gain = 0;

  g_signal_connect_swapped (settings, "notify::threads", G_CALLBACK (count_cb), &n_threads);
  g_signal_connect_swapped (settings, "notify::language", G_CALLBACK (count_cb), &n_language);
  g_signal_connect_swapped (settings, "notify::noise-reduction", G_CALLBACK (count_cb), &n_noise);
  g_signal_connect_swapped (settings, "notify::automatic-gain", G_CALLBACK (count_cb), &n_gain);
  longhand_settings_set_threads (settings, 3);
  longhand_settings_set_language (settings, "de");
  longhand_settings_set_noise_reduction (settings, TRUE);
  g_assert_false (longhand_settings_get_automatic_gain (settings));
  longhand_settings_set_automatic_gain (settings, TRUE);
  g_assert_true (longhand_settings_get_noise_reduction (settings));
  g_assert_true (longhand_settings_get_automatic_gain (settings));
  language = longhand_settings_dup_language (settings);
  g_assert_cmpuint (longhand_settings_get_threads (settings), ==, 3);
  g_assert_cmpstr (language, ==, "de");
  g_assert_cmpuint (n_threads, ==, 1);
  g_assert_cmpuint (n_language, ==, 1);
  g_assert_cmpuint (n_noise, ==, 1);
  g_assert_cmpuint (n_gain, ==, 1);
}

static void
properties_and_keys_are_one (void) {
  g_autoptr (LonghandSettings) settings = longhand_settings_new_in_memory ();
  GSettings *gsettings = longhand_settings_get_gsettings (settings);
  g_autofree char *microphone = NULL;

  g_object_set (settings, "window-width", 1000, "pause-length", 1.5, "show-performance", TRUE, NULL);
  g_assert_cmpint (g_settings_get_int (gsettings, "window-width"), ==, 1000);
  g_assert_cmpfloat (g_settings_get_double (gsettings, "pause-length"), ==, 1.5);
  g_assert_true (g_settings_get_boolean (gsettings, "show-performance"));
  g_settings_set_string (gsettings, "microphone", "ALSA: Mic A");
  microphone = longhand_settings_dup_microphone (settings);
  g_assert_cmpstr (microphone, ==, "ALSA: Mic A");
}

static void
absurd_values_are_clamped (void) {
  g_autoptr (LonghandSettings) settings = longhand_settings_new_in_memory ();

  longhand_settings_set_threads (settings, 100000);
  g_assert_cmpuint (longhand_settings_get_threads (settings), ==, LONGHAND_MAX_THREADS);
  longhand_settings_set_pause_length (settings, -1);
  g_assert_cmpfloat (longhand_settings_get_pause_length (settings), ==, LONGHAND_MIN_PAUSE_LENGTH);
  longhand_settings_set_pause_length (settings, 1e9);
  g_assert_cmpfloat (longhand_settings_get_pause_length (settings), ==, LONGHAND_MAX_PAUSE_LENGTH);
}

static void
every_format_can_be_remembered (void) {
  g_autoptr (LonghandSettings) settings = longhand_settings_new_in_memory ();

  for (guint i = 0; i < LONGHAND_N_FORMATS; i++) {
    g_autofree char *format = NULL;

    g_object_set (settings, "export-format", longhand_format_get_extension (i), NULL);
    g_object_get (settings, "export-format", &format, NULL);
    g_assert_cmpstr (format, ==, longhand_format_get_extension (i));
  }
}

static void
unknown_format_leaves_the_old_one (void) {
  g_autoptr (LonghandSettings) settings = longhand_settings_new_in_memory ();
  g_autofree char *format = NULL;

  g_object_set (settings, "export-format", "srt", NULL);
  g_object_set (settings, "export-format", "docx", NULL);
  g_object_get (settings, "export-format", &format, NULL);
  g_assert_cmpstr (format, ==, "srt");
}

static void
changes_in_memory_are_not_the_users (void) {
  g_autoptr (LonghandSettings) users = longhand_settings_new ();
  g_autoptr (LonghandSettings) transient = NULL;

  longhand_settings_set_threads (users, 5);
  transient = longhand_settings_new_in_memory ();
  g_assert_cmpuint (longhand_settings_get_threads (transient), ==, 5);
  longhand_settings_set_threads (transient, 7);
  g_assert_cmpuint (longhand_settings_get_threads (users), ==, 5);
  longhand_settings_set_threads (users, 0);
}

static void
missing_schema_is_an_error (void) {
  if (g_test_subprocess ()) {
    g_autoptr (GError) error = NULL;

    g_assert_false (longhand_settings_check_installed (&error));
    g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
    return;
  }
  {
    g_autoptr (GError) error = NULL;
    g_autofree char *saved_dir = g_strdup (g_getenv ("GSETTINGS_SCHEMA_DIR"));
    g_autofree char *saved_data_dirs = g_strdup (g_getenv ("XDG_DATA_DIRS"));

    g_assert_true (longhand_settings_check_installed (&error));
    g_assert_no_error (error);
    g_setenv ("GSETTINGS_SCHEMA_DIR", "/nowhere", TRUE);
    g_setenv ("XDG_DATA_DIRS", "/nowhere", TRUE);
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_setenv ("GSETTINGS_SCHEMA_DIR", saved_dir, TRUE);
    if (saved_data_dirs != NULL)
      g_setenv ("XDG_DATA_DIRS", saved_data_dirs, TRUE);
    else
      g_unsetenv ("XDG_DATA_DIRS");
    g_test_trap_assert_passed ();
  }
}

static void
object_is_finalized (void) {
  LonghandSettings *settings = longhand_settings_new_in_memory ();

  g_assert_finalize_object (settings);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/mirror-is-never-empty", mirror_is_never_empty);
  g_test_add_func ("/settings/defaults-are-those-of-the-schema", defaults_are_those_of_the_schema);
  g_test_add_func ("/settings/setter-notifies-once-and-stores", setter_notifies_once_and_stores);
  g_test_add_func ("/settings/properties-and-keys-are-one", properties_and_keys_are_one);
  g_test_add_func ("/settings/absurd-values-are-clamped", absurd_values_are_clamped);
  g_test_add_func ("/settings/every-format-can-be-remembered", every_format_can_be_remembered);
  g_test_add_func ("/settings/unknown-format-leaves-the-old-one", unknown_format_leaves_the_old_one);
  g_test_add_func ("/settings/changes-in-memory-are-not-the-users", changes_in_memory_are_not_the_users);
  g_test_add_func ("/settings/missing-schema-is-an-error", missing_schema_is_an_error);
  g_test_add_func ("/settings/object-is-finalized", object_is_finalized);
  return g_test_run ();
}
