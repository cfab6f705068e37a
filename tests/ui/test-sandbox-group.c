/* What the privacy page says of the sandbox. The linker puts the function of this file before the dictation's
 * (--wrap), so that it can be told of other systems than this. */
#include "preferences/longhand-sandbox-group.h"
#include "window-fixture.h"

static const LonghandSandboxState *told; /* in place of what was found; NULL: that */

void __wrap_longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats);
void __real_longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats);

void
__wrap_longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats) {
  __real_longhand_dictation_get_stats (self, stats);
  if (told != NULL)
    stats->sandbox = *told;
}

/* (transfer full): its labels, one a line */
static char *
labels_when_told (Fixture *f, const LonghandSandboxState *state) {
  LonghandSandboxGroup *group = g_object_ref_sink (g_object_new (LONGHAND_TYPE_SANDBOX_GROUP, NULL));
  GtkWidget *window = gtk_window_new ();
  char *labels;

  told = state;
  longhand_sandbox_group_set_up (group, f->dictation);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (group));
  gtk_window_present (GTK_WINDOW (window));
  fixture_settle ();
  labels = fixture_dup_labels (group);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (group);
  told = NULL;
  return labels;
}

static gboolean
shows_icon (Fixture *f, const LonghandSandboxState *state, const char *name) {
  LonghandSandboxGroup *group = g_object_ref_sink (g_object_new (LONGHAND_TYPE_SANDBOX_GROUP, NULL));
  gboolean shows;

  told = state;
  longhand_sandbox_group_set_up (group, f->dictation);
  shows = fixture_find (group, GTK_TYPE_IMAGE, "icon-name", name) != NULL;
  g_object_unref (group);
  told = NULL;
  return shows;
}

static void
every_guard_is_told_by_itself (Fixture *f, gconstpointer data) {
  static const struct {
    LonghandSandboxState state;
    const char *sentences[3];
    gboolean shows_check, shows_warning;
  } rows[] = {
    { { .is_known = TRUE, .no_sockets = TRUE, .no_files = TRUE, .no_programs = TRUE },
      { "Transcribing cannot reach it", "can write only what is being recorded", "cannot start any" },
      TRUE,
      FALSE },
    { { .is_known = TRUE, .no_sockets = TRUE, .no_programs = TRUE },
      { "Transcribing cannot reach it", "leaves yours alone, but", "cannot start any" },
      TRUE,
      TRUE },
    { { .is_known = TRUE },
      { "does not use it, but", "leaves yours alone, but", "starts none, but" },
      FALSE,
      TRUE },
    { { 0 },
      { "Network\nFound out when a model is loaded", "Files\nFound out", "Other Programs\nFound out" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *labels = labels_when_told (f, &rows[i].state);

    for (gsize k = 0; k < G_N_ELEMENTS (rows[i].sentences); k++)
      if (strstr (labels, rows[i].sentences[k]) == NULL)
        g_error ("%s is not in: %s", rows[i].sentences[k], labels);
    if (!rows[i].state.is_known)
      continue;
    g_assert_cmpint (shows_icon (f, &rows[i].state, "object-select-symbolic"), ==, rows[i].shows_check);
    g_assert_cmpint (shows_icon (f, &rows[i].state, "dialog-warning-symbolic"), ==, rows[i].shows_warning);
  }
}

/* A group that is there already follows. */
static void
what_was_found_is_shown_when_the_model_is_there (Fixture *f, gconstpointer data) {
  LonghandSandboxGroup *group = g_object_ref_sink (g_object_new (LONGHAND_TYPE_SANDBOX_GROUP, NULL));
  AdwActionRow *network;
  LonghandStats stats;

  longhand_sandbox_group_set_up (group, f->dictation);
  network = fixture_find (group, ADW_TYPE_ACTION_ROW, "title", "Network");
  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_true (stats.sandbox.is_known);
  g_assert_true (g_str_has_prefix (adw_action_row_get_subtitle (network), stats.sandbox.no_sockets
                                                                              ? "Transcribing cannot"
                                                                              : "Transcribing does not"));
  g_object_unref (group);
}

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  FIXTURE_ADD ("/sandbox-group/every-guard-is-told-by-itself", every_guard_is_told_by_itself);
  FIXTURE_ADD ("/sandbox-group/what-was-found-is-shown-when-the-model-is-there",
               what_was_found_is_shown_when_the_model_is_there);
  return g_test_run ();
}
