/* The performance panel. The linker puts functions of this file before the dictation's and GLib's (--wrap),
 * so that figures can be told that nothing here measures, and calls be counted. */
#include "fake-clocks.h"
#include "performance/longhand-figure-row.h"
#include "performance/longhand-graph.h"
#include "performance/longhand-machine-panel.h"
#include "performance/longhand-speed-up-graph.h"
#include "window-fixture.h"

#include <json-glib/json-glib.h>
#include <sndfile.h>
#include <string.h>

static const LonghandStats *told; /* in place of what is; NULL: that */
static guint n_asked;             /* for figures */
static guint n_timeouts;          /* that were added for a panel */
static guint timeout;             /* the last of them */

void __wrap_longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats);
void __real_longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats);
guint __wrap_g_timeout_add_seconds (guint interval, GSourceFunc function, gpointer data);
guint __real_g_timeout_add_seconds (guint interval, GSourceFunc function, gpointer data);

void
__wrap_longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats) {
  n_asked++;
  __real_longhand_dictation_get_stats (self, stats);
  if (told != NULL)
    *stats = *told;
}

guint
__wrap_g_timeout_add_seconds (guint interval, GSourceFunc function, gpointer data) {
  const guint id = __real_g_timeout_add_seconds (interval, function, data);

  if (LONGHAND_IS_PERFORMANCE_PANEL (data)) {
    g_assert_cmpuint (interval, ==, 1);
    n_timeouts++;
    timeout = id;
  }
  return id;
}

static void
set_up (Fixture *f, gconstpointer data) {
  told = NULL;
  n_asked = n_timeouts = timeout = 0;
  fixture_set_up (f, data);
}

static void
toggle (Fixture *f) {
  const gboolean was_mapped = gtk_widget_get_mapped (GTK_WIDGET (f->window->performance));

  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.performance", NULL);
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (f->window->performance)) != was_mapped);
}

/* What would be there; then numbers that tell each figure from the others. */
static void
tell (Fixture *f, LonghandStats *stats) {
  __real_longhand_dictation_get_stats (f->dictation, stats);
  stats->rtf = 0.31;
  stats->model_id = "some-model";
  stats->threads = 7;
  stats->threads_reason = "7 threads, for a reason.";
  stats->kernel_level = "avx9";
  stats->dropped_samples = 41;
  stats->n_overruns = 42;
  stats->queued_s = 4.3;
  stats->cpu_s = 44.5;
  stats->sound_s = 46.5;
  stats->peak_rss_bytes = 45 << 20;
  stats->live = (LonghandLiveNumbers){ .n_utterances = 3,
                                       .n_words = 20,
                                       .first_tentative_p50_s = 0.51,
                                       .commit_lag_p50_s = 0.52,
                                       .commit_lag_p95_s = 1.53,
                                       .commit_lag_latest_s = 0.58,
                                       .final_latency_p50_s = 0.54,
                                       .final_latency_p95_s = 1.55,
                                       .final_latency_from_speech_p50_s = 0.56,
                                       .final_latency_from_speech_p95_s = 1.57,
                                       .revisions_per_word = 0.25,
                                       .redrawn_per_word = 0.5 };
  for (guint i = 0; i < LONGHAND_N_STEPS; i++)
    stats->steps[i].ms = i == 0 ? 1230 : 10 * i; /* 210 without the first */
  for (guint i = 0; i < LONGHAND_N_PARTS; i++)
    stats->parts[i].ms = 100 + i;
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++)
    stats->memory[i].bytes = (guint64)(i + 1) << 20;
  stats->memory[LONGHAND_N_MEMORY - 1].bytes = 50 << 20;
  told = stats;
}

static void
test_panel (Fixture *f, gconstpointer data) {
  g_autofree char *labels = NULL;
  g_autofree char *threads = NULL;
  LonghandStats stats;

  longhand_settings_set_threads (f->settings, 1);
  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  toggle (f);
  longhand_performance_panel_refresh (f->window->performance);
  labels = fixture_dup_labels (f->window->performance);
  longhand_dictation_get_stats (f->dictation, &stats);
  threads = g_strdup_printf ("\nThreads\n%u\n", stats.threads);
  g_assert_nonnull (strstr (labels, threads));
  g_assert_nonnull (strstr (labels, stats.kernel_level));
  g_assert_nonnull (strstr (labels, "Real-time factor\n"));
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++) {
    g_autofree char *size = g_format_size_full (stats.memory[i].bytes, G_FORMAT_SIZE_IEC_UNITS);
    g_auto (GStrv) number_and_unit = g_strsplit (size, "\u00a0", 2);
    g_autofree char *breakable = g_strjoinv (" ", number_and_unit);
    g_autofree char *row = g_strdup_printf ("%s\n", stats.memory[i].name);

    g_assert_nonnull (strstr (labels, row));
    if (i + 1 < LONGHAND_N_MEMORY) /* the last is the process, which grows meanwhile */
      g_assert_nonnull (strstr (labels, breakable));
  }
}

static void
assert_overruns (Fixture *f, guint n) {
  g_autofree char *labels = NULL;
  g_autofree char *row = g_strdup_printf ("\nGaps in the sound\n%u\n", n);

  longhand_performance_panel_refresh (f->window->performance);
  labels = fixture_dup_labels (f->window->performance);
  g_assert_nonnull (strstr (labels, row));
}

static void
test_panel_overruns (Fixture *f, gconstpointer data) {
  toggle (f);
  assert_overruns (f, 0);
  longhand_dictation_start (f->dictation);
  WAIT_FOR (longhand_dictation_get_state (f->dictation) == LONGHAND_STATE_RECORDING);
  for (guint i = 0; i < 17; i++)
    longhand_feed_count_overrun (f->microphone->feed);
  assert_overruns (f, 17);
}

/* However long a machine with sanitizers and others on it takes. */
static void
speak_and_stop (Fixture *f) {
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (g_getenv ("LONGHAND_TEST_WAV"), SFM_READ, &info);
  g_autofree float *sound = g_new (float, info.frames);

  g_assert_cmpint (sf_readf_float (file, sound, info.frames), ==, info.frames);
  sf_close (file);
  longhand_dictation_start (f->dictation);
  WAIT_FOR (longhand_dictation_get_state (f->dictation) == LONGHAND_STATE_RECORDING);
  fake_source_speak (f->microphone, sound, 2 * 16000);
  longhand_dictation_stop (f->dictation);
  while (longhand_dictation_get_state (f->dictation) != LONGHAND_STATE_IDLE)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_panel_breakdown (Fixture *f, gconstpointer data) {
  static const char *const parts[]
      = { "Convolutions",    "Attention",       "Keys and values for the decoder",
          "Token embedding", "Cross-attention", "Vocabulary" };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  LonghandStats stats;

  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  g_assert_false (longhand_dictation_get_detailed (f->dictation));
  toggle (f);
  g_assert_true (longhand_dictation_get_detailed (f->dictation));
  before = fixture_dup_labels (f->window->performance);
  speak_and_stop (f);
  longhand_performance_panel_refresh (f->window->performance);
  after = fixture_dup_labels (f->window->performance);
  longhand_dictation_get_stats (f->dictation, &stats);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree char *nothing = g_strdup_printf ("%s\n–\n", parts[i]);

    g_assert_nonnull (strstr (before, nothing));
    g_assert_null (strstr (after, nothing));
  }
  for (guint i = 0; i < LONGHAND_N_PARTS; i++) {
    g_autofree char *row = g_strdup_printf ("%s\n%.1f ms\n", stats.parts[i].name, stats.parts[i].ms);

    g_assert_nonnull (strstr (after, row));
  }

  toggle (f);
  g_assert_false (longhand_dictation_get_detailed (f->dictation));
}

/* Nothing is known before somebody spoke; then the panel has the figures of what was shown. */
static void
test_panel_live (Fixture *f, gconstpointer data) {
  static const char *const unknown[]
      = { "First words after\n–\n", "Final text after\n–\n", "Words revised\n–\n" };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *first = NULL;
  g_autofree char *final = NULL;
  g_autofree char *revised = NULL;
  LonghandStats stats;

  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  toggle (f);
  before = fixture_dup_labels (f->window->performance);
  speak_and_stop (f);
  longhand_performance_panel_refresh (f->window->performance);
  after = fixture_dup_labels (f->window->performance);
  longhand_dictation_get_stats (f->dictation, &stats);
  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    g_assert_nonnull (strstr (before, unknown[i]));
  first = g_strdup_printf ("First words after\n%.2f s\n", stats.live.first_tentative_p50_s);
  final = g_strdup_printf ("Final text after\n%.2f – %.2f s\n", stats.live.final_latency_p50_s,
                           stats.live.final_latency_p95_s);
  revised = g_strdup_printf ("Words revised\n%.0f %%\n", 100 * stats.live.revisions_per_word);
  g_assert_nonnull (strstr (after, first));
  g_assert_nonnull (strstr (after, final));
  g_assert_nonnull (strstr (after, revised));
}

static void
test_panel_shows_what_it_is_told (Fixture *f, gconstpointer data) {
  static const char *const shown[] = {
    "\nReal-time factor\n0.31\n",
    "\nFirst words after\n0.51 s\n",
    "\nWords firm after\n0.52 – 1.53 s\n",
    "\nFinal text after\n0.54 – 1.55 s\n",
    "\nWords revised\n25 %\n",
    "\nProcessor time\n44.5 s\n",
    "\nMemory, peak\n45.0 MiB\n",
    "\nSound waiting\n4.3 s\n",
    "\nLost samples\n41\n",
    "\nGaps in the sound\n42\n",
    "\nThreads\n7\n",
    "\nInstruction set\navx9\n",
    "\nConvolutions\n100.0 ms\n",
    "\nChoice of tokens\n113.0 ms\n",
    "\nKey/value cache\n3.0 MiB\n",
    "\nEverything else\n35.0 MiB\n",
    "\nProcess total\n50.0 MiB\n",
    "\nLoading the model\n1.23 s\n",
    "\nVoice activity\n5 %\n",
    "\nMel spectrum\n10 %\n",
    "\nEncoder\n14 %\n",
    "\nDecoder, words\n24 %\n",
    "\n7 threads, for a reason.\n",
  };
  g_autofree char *labels = NULL;
  LonghandStats stats;

  tell (f, &stats);
  toggle (f);
  labels = fixture_dup_labels (f->window->performance);
  for (guint i = 0; i < G_N_ELEMENTS (shown); i++) {
    g_test_message ("%s", shown[i]);
    g_assert_nonnull (strstr (labels, shown[i]));
  }
}

/* ---- the last two minutes ---- */

static GtkAccessible *
find_graph (Fixture *f, const char *name) {
  GtkWidget *label = fixture_find (f->window->performance, GTK_TYPE_LABEL, "label", name);
  GtkWidget *row = gtk_widget_get_ancestor (label, LONGHAND_TYPE_FIGURE_ROW);
  gpointer graph = fixture_find (row, LONGHAND_TYPE_GRAPH, "css-name", "widget");

  g_assert_nonnull (graph);
  return GTK_ACCESSIBLE (graph);
}

/* A picture says in words what it shows. */
static void
test_graphs (Fixture *f, gconstpointer data) {
  GtkAccessible *lag, *factor;
  g_autofree char *labels = NULL;
  LonghandStats stats;

  tell (f, &stats);
  stats.live.commit_lag_latest_s = -1;
  toggle (f);
  lag = find_graph (f, "Words firm after");
  factor = find_graph (f, "Real-time factor");
  gtk_test_accessible_assert_property (lag, GTK_ACCESSIBLE_PROPERTY_LABEL, "Words firm after");
  gtk_test_accessible_assert_property (lag, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Nothing to show yet");
  for (guint i = 0; i < 3; i++) {
    const double lags[] = { 0.9, 0.2, 0.4 };

    stats.live.commit_lag_latest_s = lags[i];
    stats.busy_s += 1;
    stats.sound_s += 4;
    longhand_performance_panel_refresh (f->window->performance);
  }
  gtk_test_accessible_assert_property (lag, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "0.40 s, between 0.20 s and 0.90 s in the last two minutes");
  gtk_test_accessible_assert_property (factor, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "0.25, between 0.25 and 0.25 in the last two minutes");
  labels = fixture_dup_labels (f->window->performance);
  g_assert_nonnull (strstr (labels, "Words firm after\n0.40 s\n"));
  g_assert_nonnull (strstr (labels, "Real-time factor\n0.25\n"));
  g_assert_nonnull (strstr (labels, "Memory\n50 MiB\n"));
  toggle (f);
  stats.live.commit_lag_latest_s = -1;
  toggle (f); /* it begins anew */
  gtk_test_accessible_assert_property (lag, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Nothing to show yet");
}

/* ---- for programs ---- */

static void
on_read (GObject *clipboard, GAsyncResult *result, gpointer user) {
  *(char **)user = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

/* What the button copies. (transfer full) */
static JsonNode *
copy_json (Fixture *f) {
  GtkWidget *button
      = fixture_find (f->window->performance, GTK_TYPE_BUTTON, "action-name", "performance.copy");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *root;

  g_signal_emit_by_name (button, "clicked");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (button), NULL, on_read, &text);
  WAIT_FOR (text != NULL);
  root = json_from_string (text, &error);
  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (root));
  return root;
}

static void
assert_component (JsonObject *object, const char *list, guint i, const char *component, const char *member,
                  double value) {
  JsonObject *entry = json_array_get_object_element (json_object_get_array_member (object, list), i);

  g_assert_cmpstr (json_object_get_string_member (entry, "component"), ==, component);
  g_assert_cmpfloat (json_object_get_double_member (entry, member), ==, value);
}

static void
test_copy (Fixture *f, gconstpointer data) {
  static const struct {
    const char *key;
    double value;
  } numbers[] = {
    { "first_tentative_s", 0.51 },
    { "commit_lag_p50_s", 0.52 },
    { "commit_lag_p95_s", 1.53 },
    { "final_latency_p50_s", 0.54 },
    { "final_latency_p95_s", 1.55 },
    { "final_latency_from_speech_p50_s", 0.56 },
    { "final_latency_from_speech_p95_s", 1.57 },
    { "revisions_per_word", 0.25 },
    { "redrawn_per_word", 0.5 },
    { "rtf", 0.31 },
    { "cpu_s", 44.5 },
    { "peak_rss_bytes", 45 << 20 },
    { "dropped_samples", 41 },
    { "overruns", 42 },
    { "queued_s", 4.3 },
    { "sound_s", 46.5 },
    { "n_utterances", 3 },
    { "n_words", 20 },
    { "threads", 7 },
  };
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object, *step;
  JsonArray *steps;
  LonghandStats stats;

  tell (f, &stats);
  toggle (f);
  root = copy_json (f);
  object = json_node_get_object (root);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_test_message ("%s", numbers[i].key);
    g_assert_true (json_object_has_member (object, numbers[i].key));
    g_assert_cmpfloat (json_object_get_double_member (object, numbers[i].key), ==, numbers[i].value);
  }
  g_assert_cmpstr (json_object_get_string_member (object, "model"), ==, "some-model");
  g_assert_cmpstr (json_object_get_string_member (object, "level"), ==, "avx9");
  g_assert_cmpstr (json_object_get_string_member (object, "threads_sentence"), ==,
                   "7 threads, for a reason.");
  assert_component (object, "encoder", 0, "convolutions", "ms", 100);
  assert_component (object, "decoder", 0, "token_embedding", "ms", 106);
  assert_component (object, "decoder", 7, "search", "ms", 113);
  assert_component (object, "memory", 2, "kv_cache", "bytes", 3 << 20);
  assert_component (object, "memory", 5, "rss", "bytes", 50 << 20);
  steps = json_object_get_array_member (object, "steps");
  g_assert_cmpuint (json_array_get_length (steps), ==, LONGHAND_N_STEPS);
  step = json_array_get_object_element (steps, 3);
  g_assert_cmpstr (json_object_get_string_member (step, "name"), ==, "encode");
  g_assert_cmpfloat (json_object_get_double_member (step, "ms"), ==, 30);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "scaling")), ==, 0);
  g_assert_nonnull (fixture_find (f->window->performance, GTK_TYPE_LABEL, "label", "Figures copied"));
}

/* Before somebody has spoken. */
static void
test_copy_of_nothing (Fixture *f, gconstpointer data) {
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;

  toggle (f);
  root = copy_json (f);
  object = json_node_get_object (root);
  g_assert_true (json_object_get_null_member (object, "first_tentative_s"));
  g_assert_true (json_object_get_null_member (object, "revisions_per_word"));
  g_assert_cmpint (json_object_get_int_member (object, "n_words"), ==, 0);
  g_assert_cmpfloat (json_object_get_double_member (object, "cpu_s"), >, 0);
}

/* ---- this machine ---- */

static GtkWidget *
find_button (Fixture *f, const char *action) {
  return fixture_find (f->window->performance, GTK_TYPE_BUTTON, "action-name", action);
}

static gboolean
says (Fixture *f, const char *text) {
  g_autofree char *labels = fixture_dup_labels (f->window->performance);

  return strstr (labels, text) != NULL;
}

static gboolean
is_kept (Fixture *f, LonghandScaling *scaling) {
  g_autoptr (GVariant) kept = g_settings_get_value (longhand_settings_get_gsettings (f->settings), "scaling");
  g_autofree char *id = NULL;

  return longhand_scaling_from_variant (kept, scaling, &id);
}

/* It shows what was measured, keeps it, and copies it. */
static void
test_measuring (Fixture *f, gconstpointer data) {
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *speedup = NULL;
  LonghandScaling scaling;
  GtkWidget *measure, *cancel;
  JsonObject *last;
  JsonArray *list;
  guint n;

  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  toggle (f);
  measure = find_button (f, "machine.measure");
  cancel = find_button (f, "machine.cancel");
  g_assert_false (says (f, "Speed-up"));
  g_assert_true (gtk_widget_is_sensitive (measure));
  g_assert_false (gtk_widget_get_visible (cancel));
  g_signal_emit_by_name (measure, "clicked");
  g_assert_false (gtk_widget_get_visible (measure));
  g_assert_true (gtk_widget_get_visible (cancel));
  g_assert_true (says (f, "Measuring…"));
  WAIT_FOR (gtk_widget_get_visible (measure));
  g_assert_true (says (f, "Measured with Longhand mini q5_K (English)."));
  g_assert_true (is_kept (f, &scaling));
  n = scaling.points[scaling.n - 1].threads;
  speedup = g_strdup_printf ("\nSpeed-up\n%.2f with %u thread",
                             longhand_scaling_get_speedup (&scaling, scaling.n - 1), n);
  g_assert_true (says (f, speedup));
  root = copy_json (f);
  list = json_object_get_array_member (json_node_get_object (root), "scaling");
  g_assert_cmpuint (json_array_get_length (list), ==, scaling.n);
  last = json_array_get_object_element (list, scaling.n - 1);
  g_assert_cmpint (json_object_get_int_member (last, "threads"), ==, n);
  g_assert_cmpfloat (json_object_get_double_member (last, "total_ms"), ==,
                     scaling.points[scaling.n - 1].total_ms);
}

static void
test_measuring_is_cancelled (Fixture *f, gconstpointer data) {
  LonghandScaling scaling;
  GtkWidget *measure, *cancel;

  toggle (f);
  measure = find_button (f, "machine.measure");
  cancel = find_button (f, "machine.cancel");
  WAIT_FOR (gtk_widget_grab_focus (measure));
  g_signal_emit_by_name (measure, "clicked");
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (f->window)) == cancel); /* by keyboard, too */
  g_signal_emit_by_name (cancel, "clicked");
  WAIT_FOR (gtk_widget_get_visible (measure));
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (f->window)) == measure);
  g_assert_false (is_kept (f, &scaling));
  g_assert_false (says (f, "Speed-up"));
  g_assert_false (says (f, "ancelled"));
  g_assert_true (gtk_widget_is_sensitive (measure));
}

static void
test_measuring_on_a_busy_machine (Fixture *f, gconstpointer data) {
  LonghandScaling scaling;
  GtkWidget *measure;

  toggle (f);
  measure = find_button (f, "machine.measure");
  fake_clocks_step.waited_us = fake_clocks_step.wall_us;
  g_signal_emit_by_name (measure, "clicked");
  WAIT_FOR (gtk_widget_get_visible (measure));
  fake_clocks_step.waited_us = 0;
  g_assert_true (says (f, "The machine was busy"));
  g_assert_false (says (f, "Speed-up"));
  g_assert_false (is_kept (f, &scaling));
}

/* Neither is to slow the other down. */
static void
test_measuring_and_dictation (Fixture *f, gconstpointer data) {
  LonghandScaling scaling;
  GtkWidget *measure;

  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  toggle (f);
  measure = find_button (f, "machine.measure");
  g_signal_emit_by_name (measure, "clicked");
  longhand_dictation_start (f->dictation);
  WAIT_FOR (gtk_widget_get_visible (measure));
  g_assert_false (is_kept (f, &scaling));
  g_assert_false (gtk_widget_is_sensitive (measure));
  longhand_dictation_stop (f->dictation);
  WAIT_FOR (gtk_widget_is_sensitive (measure));
}

/* Who closes the panel does not wait for it. */
static void
test_measuring_ends_with_the_panel (Fixture *f, gconstpointer data) {
  LonghandScaling scaling;

  toggle (f);
  g_signal_emit_by_name (find_button (f, "machine.measure"), "clicked");
  toggle (f);
  WAIT_FOR (gtk_widget_get_visible (find_button (f, "machine.measure")));
  g_assert_false (is_kept (f, &scaling));
}

static void
test_what_was_measured (Fixture *f, gconstpointer data) {
  const LonghandScaling scaling
      = { .n = 3, .points = { { 1, 60, 40, 100 }, { 2, 32, 25, 57 }, { 4, 20, 15, 40 } } };
  gpointer graph;

  gtk_window_destroy (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  g_settings_set_value (longhand_settings_get_gsettings (f->settings), "scaling",
                        longhand_scaling_to_variant (&scaling, "some-model"));
  fixture_show_window (f);
  toggle (f);
  g_assert_true (says (f, "\nSpeed-up\n2.50 with 4 threads\n"));
  g_assert_true (says (f, "Measured with some-model."));
  graph = fixture_find (f->window->performance, LONGHAND_TYPE_SPEED_UP_GRAPH, "css-name", "widget");
  gtk_test_accessible_assert_property (
      GTK_ACCESSIBLE (graph), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
      "1 thread: 1.00 times as fast; 2 threads: 1.75 times as fast; 4 threads: 2.50 times as fast");
}

/* ---- what it costs ---- */

static gboolean
has_handlers (Fixture *f, gpointer owner) {
  return g_signal_handler_find (f->dictation, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, owner) != 0;
}

/* No source, no handler, and nobody asks for figures, whatever goes on. */
static void
test_closed (Fixture *f, gconstpointer data) {
  gpointer machine
      = gtk_widget_get_ancestor (find_button (f, "machine.measure"), LONGHAND_TYPE_MACHINE_PANEL);

  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  n_asked = 0;
  speak_and_stop (f);
  g_assert_cmpuint (n_timeouts, ==, 0);
  toggle (f);
  g_assert_cmpuint (n_timeouts, ==, 1);
  g_assert_nonnull (g_main_context_find_source_by_id (NULL, timeout));
  g_assert_cmpuint (n_asked, >, 0);
  g_assert_true (has_handlers (f, machine));
  toggle (f);
  g_assert_null (g_main_context_find_source_by_id (NULL, timeout));
  g_assert_cmpuint (
      g_signal_handler_find (f->dictation, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, f->window->performance), ==,
      0);
  n_asked = 0;
  speak_and_stop (f);
  g_assert_cmpuint (n_timeouts, ==, 1);
  g_assert_cmpuint (n_asked, ==, 0);
}

/* ---- for those who hear it ---- */

/* A row that has the keyboard is read as its name and its value. */
static void
test_names (Fixture *f, gconstpointer data) {
  LonghandStats stats;
  GtkWidget *name, *value;

  tell (f, &stats);
  toggle (f);
  name = fixture_find (f->window->performance, GTK_TYPE_LABEL, "label", "Final text after");
  value = fixture_find (f->window->performance, GTK_TYPE_LABEL, "label", "0.54 – 1.55 s");
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (f->window->performance), GTK_ACCESSIBLE_STATE_HIDDEN,
                                    FALSE);
  gtk_test_accessible_assert_relation (gtk_widget_get_ancestor (name, LONGHAND_TYPE_FIGURE_ROW),
                                       GTK_ACCESSIBLE_RELATION_LABELLED_BY, name, value, NULL);
  toggle (f);
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (f->window->performance), GTK_ACCESSIBLE_STATE_HIDDEN,
                                    TRUE);
}

static int tooltip_width; /* that it would have; 0: none came */

void __wrap_gtk_tooltip_set_custom (GtkTooltip *tooltip, GtkWidget *shown);
void
__wrap_gtk_tooltip_set_custom (GtkTooltip *tooltip, GtkWidget *shown) {
  g_object_ref_sink (shown);
  gtk_widget_measure (shown, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &tooltip_width, NULL, NULL);
  g_object_unref (shown);
}

#define TOOLTIP_EDGES 24 /* pixels; around its text */

/* Asks for it as GTK does when the pointer rests on the row. */
static void
assert_tooltip_fits (GtkWidget *row) {
  g_autoptr (GtkTooltip) tooltip = g_object_new (GTK_TYPE_TOOLTIP, NULL);
  gboolean is_shown = FALSE;

  tooltip_width = 0;
  g_signal_emit_by_name (row, "query-tooltip", 0, 0, FALSE, tooltip, &is_shown);
  g_assert_true (is_shown);
  g_assert_cmpint (tooltip_width, >, 0);
  g_assert_cmpint (tooltip_width, <=, FIXTURE_NARROW - TOOLTIP_EDGES);
}

/* On a phone, with small text and with large. */
static void
test_tooltips (Fixture *f, gconstpointer data) {
  GtkSettings *settings = gtk_settings_get_default ();
  GtkWidget *name, *row;
  int dpi;

  toggle (f);
  name = fixture_find (f->window->performance, GTK_TYPE_LABEL, "label", "Words firm after");
  row = gtk_widget_get_ancestor (name, LONGHAND_TYPE_FIGURE_ROW);
  assert_tooltip_fits (row);
  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * dpi, NULL);
  assert_tooltip_fits (row);
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

/* Beside a text and the sessions there is not more room for it. */
static void
test_width (Fixture *f, gconstpointer data) {
  LonghandStats stats;
  int minimum, natural;

  tell (f, &stats);
  toggle (f);
  gtk_widget_measure (GTK_WIDGET (f->window->performance), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural,
                      NULL, NULL);
  g_assert_cmpint (minimum, <=, 280);
  g_assert_cmpint (natural, <=, 360);
  g_assert_false (
      gtk_widget_compute_expand (GTK_WIDGET (f->window->performance), GTK_ORIENTATION_HORIZONTAL));
}

#define ADD(name, function)                                                                                  \
  g_test_add ("/performance/" name, Fixture, NULL, set_up, function, fixture_tear_down)

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  ADD ("shows-threads-instructions-and-memory", test_panel);
  ADD ("shows-gaps-in-the-sound", test_panel_overruns);
  ADD ("shows-how-well-live-text-keeps-up", test_panel_live);
  ADD ("shows-where-the-time-of-a-pass-goes-while-open", test_panel_breakdown);
  ADD ("shows-what-it-is-told", test_panel_shows_what_it_is_told);
  ADD ("graphs-say-what-they-show", test_graphs);
  ADD ("figures-are-copied-under-their-names", test_copy);
  ADD ("what-is-not-known-is-copied-as-null", test_copy_of_nothing);
  ADD ("speed-up-of-a-busy-machine-is-not-kept", test_measuring_on_a_busy_machine);
  ADD ("speed-up-is-measured-kept-and-copied", test_measuring);
  ADD ("measuring-can-be-cancelled", test_measuring_is_cancelled);
  ADD ("dictation-ends-measuring", test_measuring_and_dictation);
  ADD ("measuring-ends-with-the-panel", test_measuring_ends_with_the_panel);
  ADD ("what-was-measured-is-there-again", test_what_was_measured);
  ADD ("closed-it-does-nothing", test_closed);
  ADD ("it-is-narrow", test_width);
  ADD ("explanations-are-narrow", test_tooltips);
  ADD ("rows-say-name-and-value", test_names);
  return g_test_run ();
}
