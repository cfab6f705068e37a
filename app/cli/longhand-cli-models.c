/* longhand-cli models: which models there are, and how they come and go. */
#include "cli/longhand-cli.h"

#include "cli/longhand-cli-columns.h"
#include "cli/longhand-cli-settings.h"
#include "cli/longhand-cli-suggestion.h"
#include "longhand-settings.h"
#include "models/longhand-download.h"
#include "models/longhand-model-files.h"
#include "models/longhand-recommendation.h"
#include "models/longhand-transfer.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define TICK_MS 100

/* Does something with one argument. FALSE: the reason is in error. */
typedef gboolean (*ActFn) (const char *argument, const char *mirror, GError **error);

/* ---- list ---- */

static gboolean
is_installed (LonghandModelStore *store, const char *id) {
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (store)); i++) {
    g_autoptr (LonghandModel) model = g_list_model_get_item (G_LIST_MODEL (store), i);

    if (strcmp (longhand_model_get_id (model), id) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
print_model (const char *id, guint64 size, gboolean english_only, const char *state) {
  g_autofree char *size_text = g_format_size (size);

  /* Translators: of a model */
  longhand_cli_print_row (-24, id, 10, size_text, 0, "", -14,
                          english_only ? _ ("English") : _ ("multilingual"), 0, state, 0, NULL);
}

static void
print_installed (LonghandModelStore *store) {
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (store)); i++) {
    g_autoptr (LonghandModel) model = g_list_model_get_item (G_LIST_MODEL (store), i);

    print_model (longhand_model_get_id (model), longhand_model_get_size (model),
                 longhand_model_is_english_only (model), _ ("installed"));
  }
}

/* (transfer full): what there is to say of a model that is not installed. */
static char *
dup_state (const LonghandCatalogueEntry *entry, const char *folder,
           const LonghandCatalogueEntry *recommended) {
  g_autoptr (LonghandDownload) download = longhand_download_new (entry, folder, 0);
  const guint64 received = longhand_download_get_received (download);

  if (received > 0)
    return g_strdup_printf (_ ("%u %% there"), (guint)MIN (received * 100 / entry->size, 99));
  return g_strdup (entry == recommended ? _ ("recommended") : "");
}

static int
list (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autofree char *folder = longhand_model_store_dup_user_dir ();
  const LonghandCatalogueEntry *recommended = longhand_cli_find_recommended ();
  const GPtrArray *entries = longhand_catalogue_get ();

  print_installed (store);
  for (guint i = 0; longhand_transfer_is_possible () && i < entries->len; i++) {
    const LonghandCatalogueEntry *entry = g_ptr_array_index (entries, i);
    g_autofree char *state = NULL;

    if (is_installed (store, entry->id))
      continue;
    state = dup_state (entry, folder, recommended);
    print_model (entry->id, entry->size, entry->english_only, state);
  }
  return LONGHAND_EXIT_OK;
}

/* ---- download ---- */

typedef struct {
  LonghandDownload *download; /* borrowed */
  GMainLoop *loop;            /* borrowed */
  gboolean shows;
} Watch;

static void
show_progress (const Watch *watch) {
  const guint64 received = longhand_download_get_received (watch->download);
  const guint64 total = MAX (longhand_download_get_total (watch->download), 1);
  g_autofree char *received_text = g_format_size (received), *total_text = g_format_size (total);
  g_autofree char *speed = g_format_size ((guint64)longhand_download_get_speed (watch->download));
  g_autofree char *line = NULL;

  if (!watch->shows)
    return;
  if (longhand_download_get_state (watch->download) == LONGHAND_DOWNLOAD_CHECKING)
    line = g_strdup (_ ("Checking…"));
  else
    /* Translators: bytes that have come, all bytes, percent, and bytes a second. */
    line = g_strdup_printf (_ ("%s of %s (%u %%), %s/s"), received_text, total_text,
                            (guint)MIN (received * 100 / total, 100), speed);
  g_printerr ("\r\033[K%s", line);
}

static void
on_changed (LonghandDownload *download, Watch *watch) {
  if (longhand_download_is_under_way (download))
    show_progress (watch);
  else
    g_main_loop_quit (watch->loop);
}

static gboolean
look_for_interrupt (gpointer user) {
  if (longhand_cli_interrupted ())
    longhand_download_pause (user);
  return G_SOURCE_CONTINUE;
}

/* Until it is under way no longer. */
static void
watch_download (LonghandDownload *download, const char *mirror) {
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Watch watch = { download, loop, isatty (STDERR_FILENO) };
  const gulong handler = g_signal_connect (download, "changed", G_CALLBACK (on_changed), &watch);
  const guint tick = g_timeout_add (TICK_MS, look_for_interrupt, download);

  longhand_download_start (download, mirror);
  g_main_loop_run (loop);
  g_source_remove (tick);
  g_signal_handler_disconnect (download, handler);
  if (watch.shows)
    g_printerr ("\r\033[K");
}

static const LonghandCatalogueEntry *
find_entry (const char *id, LonghandModelStore *store, GError **error) {
  const LonghandCatalogueEntry *entry = longhand_catalogue_find (id);

  if (entry != NULL)
    return entry;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("There is no model “%s” to download: “longhand-cli models” lists them."), id);
  longhand_cli_suggest_model (error, id, store, TRUE);
  return NULL;
}

static gboolean
download_model (const char *id, const char *mirror, GError **error) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  const LonghandCatalogueEntry *entry = find_entry (id, store, error);
  g_autofree char *folder = NULL;
  g_autoptr (LonghandDownload) download = NULL;

  if (entry == NULL)
    return FALSE;
  if (is_installed (store, id)) {
    g_print (_ ("%s is installed already.\n"), id);
    return TRUE;
  }
  folder = longhand_model_store_dup_user_dir ();
  download = longhand_download_new (entry, folder, 0);
  watch_download (download, mirror);
  if (longhand_download_get_state (download) == LONGHAND_DOWNLOAD_DONE) {
    g_print (_ ("%s is installed.\n"), id);
    return TRUE;
  }
  if (longhand_download_get_error (download) != NULL)
    g_propagate_error (error, g_error_copy (longhand_download_get_error (download)));
  else
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED,
                 _ ("Stopped; the same command goes on with “%s” where it is."), id);
  return FALSE;
}

/* ---- delete and import ---- */

static gboolean
delete_model (const char *id, const char *mirror, GError **error) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) model = longhand_model_store_lookup (store, id, error);

  if (model == NULL)
    longhand_cli_suggest_model (error, id, store, FALSE);
  if (model == NULL || !longhand_model_set_aside (model, error))
    return FALSE;
  longhand_model_purge (longhand_model_get_path (model));
  g_print (_ ("%s is deleted.\n"), longhand_model_get_id (model));
  return TRUE;
}

typedef struct {
  GMainLoop *loop; /* borrowed */
  GAsyncResult *result;
} Import;

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user) {
  Import *import = user;

  import->result = g_object_ref (result);
  g_main_loop_quit (import->loop);
}

static gboolean
cancel_when_interrupted (gpointer cancellable) {
  if (longhand_cli_interrupted ())
    g_cancellable_cancel (cancellable);
  return G_SOURCE_CONTINUE;
}

static gboolean
import_model (const char *path, const char *mirror, GError **error) {
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const guint tick = g_timeout_add (TICK_MS, cancel_when_interrupted, cancellable);
  Import import = { .loop = loop };
  g_autofree char *id = NULL;

  longhand_model_import_async (path, cancellable, on_imported, &import);
  g_main_loop_run (loop);
  g_source_remove (tick);
  id = longhand_model_import_finish (import.result, error);
  g_object_unref (import.result);
  if (id == NULL)
    return FALSE;
  g_print (_ ("%s is installed.\n"), id);
  return TRUE;
}

/* ---- measure ---- */

/* What is measured is kept for the next list, and for the window. */
static void
keep (LonghandMachine *machine) {
  g_autoptr (LonghandSettings) settings = NULL;

  if (!longhand_settings_check_installed (NULL))
    return;
  settings = longhand_settings_new ();
  longhand_machine_keep (machine, longhand_settings_get_gsettings (settings));
  g_settings_sync ();
}

static int
measure (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandModel) model = longhand_machine_find_model (store, &error);
  g_autofree char *sentence = NULL;
  LonghandMachine machine;

  if (model == NULL || !longhand_machine_measure (longhand_model_get_path (model), &machine, NULL, &error))
    return longhand_cli_fail (error);
  keep (&machine);
  sentence = longhand_recommendation_describe (&machine,
                                               longhand_recommend (&machine, longhand_available_memory_now (),
                                                                   longhand_recommend_for_english ("auto")));
  g_print ("%s\n", sentence);
  return LONGHAND_EXIT_OK;
}

/* ---- the verb ---- */

static const struct {
  const char *name;
  ActFn act;
} acts[] = {
  { "download", download_model },
  { "delete", delete_model },
  { "import", import_model },
};

/* (transfer full): option itself, else the mirror of the settings. */
static char *
dup_mirror (const char *option) {
  g_autoptr (LonghandSettings) settings = NULL;

  if (option != NULL)
    return g_strdup (option);
  if (!longhand_settings_check_installed (NULL))
    return g_strdup (LONGHAND_CATALOGUE_ADDRESS);
  settings = longhand_settings_new ();
  return longhand_settings_dup_mirror (settings);
}

/* One that fails does not keep the others from being tried; the first failure's exit code counts. */
static int
act_on_all (ActFn act, int argc, char **argv, const char *mirror) {
  int code = LONGHAND_EXIT_OK;

  for (int i = 2; i < argc && !longhand_cli_interrupted (); i++) {
    g_autoptr (GError) error = NULL;

    if (!act (argv[i], mirror, &error)) {
      const int failure = longhand_cli_fail (error);

      code = code == LONGHAND_EXIT_OK ? failure : code;
    }
  }
  return code;
}

/* what: what follows “models”, and is not there, or lacks what it is to act on. */
static int
refuse (const char *what) {
  static const char *const choices[] = { "list", "download", "delete", "import", "measure", NULL };
  g_autoptr (GError) error = g_error_new_literal (
      LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
      _ ("“models” is followed by list, download NAME, delete NAME, import FILE or measure."));

  if (!g_strv_contains (choices, what))
    longhand_cli_suggest (&error, what, choices);
  return longhand_cli_fail (error);
}

static int
run (int argc, char **argv, const char *mirror_option) {
  const char *what = argc > 1 ? argv[1] : "list";
  g_autofree char *mirror = NULL;

  if (strcmp (what, "list") == 0)
    return longhand_cli_refuse_surplus (argc, argv, 1) ? LONGHAND_EXIT_USAGE : list ();
  if (strcmp (what, "measure") == 0)
    return longhand_cli_refuse_surplus (argc, argv, 1) ? LONGHAND_EXIT_USAGE : measure ();
  for (gsize i = 0; argc > 2 && i < G_N_ELEMENTS (acts); i++)
    if (strcmp (what, acts[i].name) == 0) {
      mirror = dup_mirror (mirror_option);
      longhand_cli_catch_interrupt ();
      return act_on_all (acts[i].act, argc, argv, mirror);
    }
  return refuse (what);
}

int
longhand_cli_models (int argc, char **argv) {
  g_autofree char *mirror = NULL;
  const GOptionEntry entries[] = {
    { "mirror", 0, 0, G_OPTION_ARG_STRING, &mirror,
      N_ ("Download from this folder (default: as in the settings)"), N_ ("ADDRESS") },
    G_OPTION_ENTRY_NULL,
  };

  if (!longhand_cli_parse (
          &argc, &argv, _ ("[list | download NAME… | delete NAME… | import FILE… | measure]"),
          _ ("Lists models, fetches official ones, takes in files, and deletes what you put "
             "there."),
          _ ("The network is used by “download” alone. What is interrupted goes on with the "
             "same command;\nwhat arrives counts when its checksum is right. “measure” finds out "
             "which model is the largest\nthat keeps up with dictation on this machine."),
          entries))
    return LONGHAND_EXIT_USAGE;
  return run (argc, argv, mirror);
}
