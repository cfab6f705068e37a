#include "models/longhand-models-view.h"

#include "longhand-error.h"
#include "models/longhand-model-files.h"
#include "models/longhand-model-row.h"
#include "models/longhand-transfer.h"
#include "widgets/longhand-accessible.h"
#include "widgets/longhand-banner.h"
#include "widgets/longhand-undo-toast.h"

#include <glib/gi18n.h>
#include <string.h>

struct _LonghandModelsView {
  GtkBox parent_instance;

  /* template children */
  GtkSpinner *importing;
  LonghandBanner *problem;
  AdwToastOverlay *toasts;
  AdwActionRow *machine;
  GtkSpinner *measuring;
  AdwPreferencesGroup *installed;
  AdwPreferencesGroup *available;

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandDownloads *downloads;
  LonghandMeasurement *measurement;
  GPtrArray *rows; /* LonghandModelRow, borrowed from the groups */
  GCancellable *cancellable;
  GtkFileChooserNative *chooser;             /* while it is open */
  const LonghandCatalogueEntry *recommended; /* borrowed for good; as the list shows it; NULL: none */
  char *deleted_choice, *deleted_path; /* of the model that was chosen when it was deleted last; or NULL */

  guint n_imports; /* under way */
};

G_DEFINE_FINAL_TYPE (LonghandModelsView, longhand_models_view, GTK_TYPE_BOX)

static void
show_problem (LonghandModelsView *self, const GError *error) {
  if (!g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    longhand_banner_show (self->problem, error->message, NULL);
}

static AdwToast *
new_toast (const char *message) {
  g_autofree char *title = g_markup_escape_text (message, -1);

  return adw_toast_new (title);
}

/* ---- the list ---- */

static LonghandModelRow *
find_row (LonghandModelsView *self, const char *id) {
  for (guint i = 0; i < self->rows->len; i++) {
    LonghandModelRow *row = g_ptr_array_index (self->rows, i);

    if (strcmp (longhand_model_row_get_id (row), id) == 0)
      return row;
  }
  return NULL;
}

static void
add_row (LonghandModelsView *self, AdwPreferencesGroup *group, const LonghandModelRowFacts *facts) {
  GtkWidget *row = longhand_model_row_new (facts);

  adw_preferences_group_add (group, row);
  g_ptr_array_add (self->rows, row);
}

static gboolean
is_recommended (LonghandModelsView *self, const char *id) {
  return self->recommended != NULL && strcmp (self->recommended->id, id) == 0;
}

static void
add_installed (LonghandModelsView *self, LonghandModel *model, LonghandModel *current) {
  const char *id = longhand_model_get_id (model);
  const LonghandCatalogueEntry *entry = longhand_catalogue_find (id);

  add_row (self, self->installed,
           &(LonghandModelRowFacts){ .id = id,
                                     .title = longhand_model_get_title (model),
                                     .size = longhand_model_get_size (model),
                                     .english_only = longhand_model_is_english_only (model),
                                     .n_bits = entry != NULL ? entry->n_bits : 0,
                                     .is_in_use = model == current,
                                     .is_deletable = longhand_model_is_deletable (model),
                                     .is_recommended = is_recommended (self, id) });
}

static void
add_available (LonghandModelsView *self, const LonghandCatalogueEntry *entry) {
  add_row (self, self->available,
           &(LonghandModelRowFacts){ .id = entry->id,
                                     .title = entry->title,
                                     .size = entry->size,
                                     .english_only = entry->english_only,
                                     .n_bits = entry->n_bits,
                                     .download = longhand_downloads_get (self->downloads, entry->id),
                                     .is_recommended = is_recommended (self, entry->id) });
}

static void
remove_rows (LonghandModelsView *self) {
  for (guint i = 0; i < self->rows->len; i++) {
    GtkWidget *row = g_ptr_array_index (self->rows, i);
    GtkWidget *group = gtk_widget_get_ancestor (row, ADW_TYPE_PREFERENCES_GROUP);

    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (group), row);
  }
  g_ptr_array_set_size (self->rows, 0);
}

/* The recommended one comes first: it is the one to look for. */
static void
add_all_available (LonghandModelsView *self) {
  const GPtrArray *entries = longhand_catalogue_get ();

  if (self->recommended != NULL && find_row (self, self->recommended->id) == NULL)
    add_available (self, self->recommended);
  for (guint i = 0; i < entries->len; i++) {
    const LonghandCatalogueEntry *entry = g_ptr_array_index (entries, i);

    if (find_row (self, entry->id) == NULL)
      add_available (self, entry);
  }
}

/* (transfer full): of the row that has the keyboard; NULL: none has. */
static char *
dup_focus (LonghandModelsView *self) {
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, LONGHAND_TYPE_MODEL_ROW) : NULL;

  return row != NULL ? g_strdup (longhand_model_row_get_id (LONGHAND_MODEL_ROW (row))) : NULL;
}

static void
show_list (LonghandModelsView *self) {
  g_autofree char *choice = longhand_settings_dup_model (self->settings), *focus = dup_focus (self);
  g_autoptr (LonghandModel) current = longhand_model_store_find (self->store, choice, NULL);
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->store));

  remove_rows (self);
  for (guint i = 0; i < n; i++) {
    g_autoptr (LonghandModel) model = g_list_model_get_item (G_LIST_MODEL (self->store), i);

    add_installed (self, model, current);
  }
  adw_preferences_group_set_description (
      self->installed, n > 0 ? NULL : _ ("No model is here: download one, or import a file."));
  gtk_widget_set_visible (GTK_WIDGET (self->available), longhand_transfer_is_possible ());
  if (longhand_transfer_is_possible ())
    add_all_available (self);
  if (focus != NULL && find_row (self, focus) != NULL)
    gtk_widget_child_focus (GTK_WIDGET (find_row (self, focus)), GTK_DIR_TAB_FORWARD);
}

static void
show_mirror (LonghandModelsView *self) {
  g_autofree char *mirror = longhand_settings_dup_mirror (self->settings);
  g_autoptr (GUri) uri = g_uri_parse (mirror, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL && g_uri_get_host (uri) != NULL ? g_uri_get_host (uri) : mirror;
  g_autofree char *plain = NULL, *text = NULL;

  /* Translators: the name of a server. */
  plain = g_strdup_printf (_ ("From %s, and only when you press Download."), host);
  text = g_markup_escape_text (plain, -1);
  adw_preferences_group_set_description (self->available, text);
}

static void
on_download_changed (LonghandModelsView *self, const char *id) {
  LonghandModelRow *row = find_row (self, id);
  LonghandDownload *download = longhand_downloads_get (self->downloads, id);

  g_autofree char *end = longhand_download_dup_end (download);

  if (end != NULL)
    adw_toast_overlay_add_toast (self->toasts, new_toast (end));
  if (row != NULL && longhand_download_get_state (download) != LONGHAND_DOWNLOAD_DONE)
    longhand_model_row_follow (row, download);
}

/* ---- what a row's buttons do ---- */

static void
use_model (GtkWidget *widget, const char *name, GVariant *id) {
  longhand_settings_set_model (LONGHAND_MODELS_VIEW (widget)->settings, g_variant_get_string (id, NULL));
}

static void
download_model (GtkWidget *widget, const char *name, GVariant *id) {
  LonghandModelsView *self = LONGHAND_MODELS_VIEW (widget);
  LonghandDownload *download = longhand_downloads_get (self->downloads, g_variant_get_string (id, NULL));
  g_autofree char *mirror = longhand_settings_dup_mirror (self->settings);

  if (download != NULL && !longhand_download_is_under_way (download))
    longhand_download_start (download, mirror);
}

static void
pause_download (GtkWidget *widget, const char *name, GVariant *id) {
  LonghandModelsView *self = LONGHAND_MODELS_VIEW (widget);

  longhand_download_pause (longhand_downloads_get (self->downloads, g_variant_get_string (id, NULL)));
}

static void
cancel_download (GtkWidget *widget, const char *name, GVariant *id) {
  LonghandModelsView *self = LONGHAND_MODELS_VIEW (widget);

  longhand_download_cancel (longhand_downloads_get (self->downloads, g_variant_get_string (id, NULL)));
}

/* ---- deleting ---- */

static void
on_toast_dismissed (AdwToast *toast, char *path) {
  longhand_model_purge (path); /* nothing is there any more when it was put back */
}

static void
free_path (gpointer path, GClosure *closure) {
  g_free (path);
}

static void
offer_undo (LonghandModelsView *self, LonghandModel *model) {
  g_autofree char *message = g_strdup_printf (_ ("“%s” deleted"), longhand_model_get_title (model));
  AdwToast *toast = longhand_undo_toast_new (message, "models.undo-delete",
                                             g_variant_new_string (longhand_model_get_path (model)));

  g_signal_connect_data (toast, "dismissed", G_CALLBACK (on_toast_dismissed),
                         g_strdup (longhand_model_get_path (model)), free_path, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* Whoever deletes the model that is chosen falls back on the best of the others. */
static void
forget_choice (LonghandModelsView *self, LonghandModel *model) {
  g_autofree char *choice = longhand_settings_dup_model (self->settings);

  if (strcmp (choice, longhand_model_get_id (model)) != 0)
    return;
  g_free (self->deleted_choice);
  g_free (self->deleted_path);
  self->deleted_choice = g_steal_pointer (&choice);
  self->deleted_path = g_strdup (longhand_model_get_path (model));
  longhand_settings_set_model (self->settings, "");
}

static void
delete_model (GtkWidget *widget, const char *name, GVariant *id) {
  LonghandModelsView *self = LONGHAND_MODELS_VIEW (widget);
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandModel) model
      = longhand_model_store_lookup (self->store, g_variant_get_string (id, NULL), &error);

  if (model == NULL || !longhand_model_set_aside (model, &error)) {
    show_problem (self, error);
    return;
  }
  forget_choice (self, model);
  longhand_model_store_refresh (self->store);
  offer_undo (self, model);
}

static void
undo_delete (GtkWidget *widget, const char *name, GVariant *path) {
  LonghandModelsView *self = LONGHAND_MODELS_VIEW (widget);
  g_autoptr (GError) error = NULL;

  if (!longhand_model_put_back (g_variant_get_string (path, NULL), &error)) {
    show_problem (self, error);
    return;
  }
  longhand_model_store_refresh (self->store);
  if (g_strcmp0 (self->deleted_path, g_variant_get_string (path, NULL)) != 0)
    return;
  longhand_settings_set_model (self->settings, self->deleted_choice);
  g_clear_pointer (&self->deleted_choice, g_free);
  g_clear_pointer (&self->deleted_path, g_free);
}

/* ---- importing ---- */

static void
show_imports (LonghandModelsView *self) {
  gtk_spinner_set_spinning (self->importing, self->n_imports > 0);
}

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user) {
  GWeakRef *view = user;
  g_autoptr (LonghandModelsView) self = g_weak_ref_get (view);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = longhand_model_import_finish (result, &error);
  g_autofree char *message = NULL;

  g_weak_ref_clear (view);
  g_free (view);
  if (self == NULL) /* its window was closed, which ended this */
    return;
  self->n_imports--;
  show_imports (self);
  longhand_model_store_refresh (self->store);
  if (id == NULL) {
    show_problem (self, error);
    return;
  }
  message = g_strdup_printf (_ ("“%s” is installed"), id);
  adw_toast_overlay_add_toast (self->toasts, new_toast (message));
}

void
longhand_models_view_import (LonghandModelsView *self, const char *path) {
  GWeakRef *view;

  g_return_if_fail (LONGHAND_IS_MODELS_VIEW (self));

  longhand_banner_hide (self->problem);
  self->n_imports++;
  show_imports (self);
  view = g_new (GWeakRef, 1);
  g_weak_ref_init (view, self);
  longhand_model_import_async (path, self->cancellable, on_imported, view);
}

static void
import_file (LonghandModelsView *self, GFile *file) {
  g_autofree char *path = g_file_get_path (file);

  if (path != NULL)
    longhand_models_view_import (self, path);
  else
    longhand_banner_show (self->problem, _ ("That file is not on this computer: copy it here first."), NULL);
}

static void
on_chosen (LonghandModelsView *self, int response, GtkFileChooserNative *chooser) {
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;

  g_clear_object (&self->chooser);
  if (file != NULL)
    import_file (self, file);
}

static void
choose_file (GtkWidget *widget, const char *name, GVariant *parameter) {
  LonghandModelsView *self = LONGHAND_MODELS_VIEW (widget);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  if (self->chooser != NULL)
    return;
  self->chooser
      = gtk_file_chooser_native_new (_ ("Import a Model"), GTK_WINDOW (gtk_widget_get_root (widget)),
                                     GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Import"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_filter_set_name (filter, _ ("Models (ggml-….bin)"));
  gtk_file_filter_add_pattern (filter, "*.bin");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, LonghandModelsView *self) {
  GSList *files = g_value_get_boxed (value);

  for (GSList *l = files; l != NULL; l = l->next)
    import_file (self, l->data);
  return files != NULL;
}

/* ---- the recommendation ---- */

static char *
dup_reason (LonghandModelsView *self) {
  if (longhand_measurement_is_running (self->measurement))
    return g_strdup (_ ("Measuring…"));
  return longhand_measurement_dup_reason (self->measurement);
}

static void
show_reason (LonghandModelsView *self) {
  g_autofree char *reason = dup_reason (self);
  g_autofree char *text = g_markup_escape_text (
      reason != NULL ? reason
                     : _ ("Larger models make fewer mistakes and need more time. How large a one "
                          "this machine keeps up with can be measured in some seconds."),
      -1);

  adw_action_row_set_subtitle (self->machine, text);
}

static void
show_measurement (LonghandModelsView *self) {
  gtk_spinner_set_spinning (self->measuring, longhand_measurement_is_running (self->measurement));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "models.measure",
                                 longhand_measurement_can_start (self->measurement));
  show_reason (self);
  if (self->recommended != longhand_measurement_get_recommended (self->measurement)) {
    self->recommended = longhand_measurement_get_recommended (self->measurement);
    show_list (self);
  }
}

static void
measure (GtkWidget *widget, const char *name, GVariant *parameter) {
  LonghandModelsView *self = LONGHAND_MODELS_VIEW (widget);

  longhand_banner_hide (self->problem);
  longhand_measurement_start (self->measurement);
}

/* ---- life ---- */

static void
longhand_models_view_dispose (GObject *object) {
  LonghandModelsView *self = LONGHAND_MODELS_VIEW (object);

  if (self->store != NULL)
    longhand_model_purge_all (); /* it cannot be undone any more */
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_ptr_array_set_size (self->rows, 0);
  g_clear_object (&self->measurement);
  g_clear_object (&self->downloads);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_models_view_parent_class)->dispose (object);
}

static void
longhand_models_view_finalize (GObject *object) {
  LonghandModelsView *self = LONGHAND_MODELS_VIEW (object);

  g_ptr_array_unref (self->rows);
  g_object_unref (self->cancellable);
  g_free (self->deleted_choice);
  g_free (self->deleted_path);
  G_OBJECT_CLASS (longhand_models_view_parent_class)->finalize (object);
}

static void
longhand_models_view_class_init (LonghandModelsViewClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_BANNER);
  G_OBJECT_CLASS (klass)->dispose = longhand_models_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = longhand_models_view_finalize;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/models/longhand-models-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandModelsView, importing);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelsView, problem);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelsView, toasts);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelsView, machine);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelsView, measuring);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelsView, installed);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelsView, available);
  gtk_widget_class_install_action (widget_class, "models.use", "s", use_model);
  gtk_widget_class_install_action (widget_class, "models.download", "s", download_model);
  gtk_widget_class_install_action (widget_class, "models.pause", "s", pause_download);
  gtk_widget_class_install_action (widget_class, "models.cancel", "s", cancel_download);
  gtk_widget_class_install_action (widget_class, "models.delete", "s", delete_model);
  gtk_widget_class_install_action (widget_class, "models.undo-delete", "s", undo_delete);
  gtk_widget_class_install_action (widget_class, "models.import", NULL, choose_file);
  gtk_widget_class_install_action (widget_class, "models.measure", NULL, measure);
}

static void
longhand_models_view_init (LonghandModelsView *self) {
  self->rows = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  longhand_accessible_name_toasts (GTK_WIDGET (self->toasts));
}

GtkWidget *
longhand_models_view_new (LonghandSettings *settings, LonghandModelStore *store, LonghandDownloads *downloads,
                          LonghandMeasurement *measurement) {
  LonghandModelsView *self = g_object_new (LONGHAND_TYPE_MODELS_VIEW, NULL);
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  self->downloads = g_object_ref (downloads);
  self->measurement = g_object_ref (measurement);
  longhand_model_purge_all ();
  longhand_model_store_refresh (store);
  show_mirror (self);
  show_list (self);
  show_measurement (self);
  g_signal_connect_object (store, "items-changed", G_CALLBACK (show_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::model", G_CALLBACK (show_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (downloads, "changed", G_CALLBACK (on_download_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->measurement, "changed", G_CALLBACK (show_measurement), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->measurement, "failed", G_CALLBACK (show_problem), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->problem, "dismissed", G_CALLBACK (longhand_banner_hide), self->problem, 0);
  return GTK_WIDGET (self);
}
