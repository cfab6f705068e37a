#include "first-run/longhand-machine-step.h"

#include <glib/gi18n.h>

struct _LonghandMachineStep {
  GtkBox parent_instance;

  /* template children */
  AdwActionRow *threads;
  AdwActionRow *model;
  GtkSpinner *measuring;
  GtkWidget *again;

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandDictation *dictation;
  LonghandMeasurement *measurement;
  char *problem; /* of the last measuring; or NULL */

  gboolean has_begun;
};

G_DEFINE_FINAL_TYPE (LonghandMachineStep, longhand_machine_step, GTK_TYPE_BOX)

/* Threads are tried out as the model is opened. */
static void
show_threads (LonghandMachineStep *self) {
  const gboolean is_loading
      = longhand_dictation_get_model_state (self->dictation) == LONGHAND_MODEL_STATE_LOADING;
  LonghandStats stats;

  longhand_dictation_get_stats (self->dictation, &stats);
  if (is_loading || longhand_measurement_is_running (self->measurement))
    adw_action_row_set_subtitle (self->threads, _ ("Measuring…"));
  else if (stats.threads_reason != NULL)
    adw_action_row_set_subtitle (self->threads, stats.threads_reason);
  else
    adw_action_row_set_subtitle (self->threads, _ ("As many as are fastest, found out by itself."));
}

/* The recommended one, if it is here: it keeps up, and the largest that is installed may not. */
static void
choose (LonghandMachineStep *self) {
  const LonghandCatalogueEntry *recommended = longhand_measurement_get_recommended (self->measurement);
  g_autofree char *current = longhand_settings_dup_model (self->settings);
  g_autoptr (LonghandModel) installed
      = recommended != NULL ? longhand_model_store_lookup (self->store, recommended->id, NULL) : NULL;

  if (installed != NULL && *current == '\0')
    longhand_settings_set_model (self->settings, recommended->id);
}

/* (transfer full) */
static char *
dup_sentence (LonghandMachineStep *self) {
  if (longhand_measurement_is_running (self->measurement))
    return g_strdup (_ ("Measuring…"));
  if (self->problem != NULL)
    return g_strdup (self->problem);
  if (longhand_measurement_is_known (self->measurement))
    return longhand_measurement_dup_reason (self->measurement);
  return g_strdup (_ ("Larger models make fewer mistakes and need more time."));
}

static void
show (LonghandMachineStep *self) {
  g_autofree char *sentence = dup_sentence (self);
  g_autofree char *text = g_markup_escape_text (sentence, -1);
  const gboolean is_running = longhand_measurement_is_running (self->measurement);

  show_threads (self);
  adw_action_row_set_subtitle (self->model, text);
  gtk_spinner_set_spinning (self->measuring, is_running);
  gtk_widget_set_visible (GTK_WIDGET (self->measuring), is_running);
  gtk_widget_set_visible (self->again, !is_running);
  gtk_widget_set_sensitive (self->again, longhand_measurement_can_start (self->measurement));
  if (!is_running && longhand_measurement_is_known (self->measurement))
    choose (self);
}

static void
on_failed (LonghandMachineStep *self, const GError *error) {
  g_free (self->problem);
  self->problem = g_strdup (error->message);
  show (self);
}

static void
on_again (LonghandMachineStep *self) {
  g_clear_pointer (&self->problem, g_free);
  longhand_measurement_start (self->measurement);
}

static void
longhand_machine_step_map (GtkWidget *widget) {
  LonghandMachineStep *self = LONGHAND_MACHINE_STEP (widget);

  GTK_WIDGET_CLASS (longhand_machine_step_parent_class)->map (widget);
  if (!self->has_begun)
    on_again (self);
  self->has_begun = TRUE;
}

static void
longhand_machine_step_dispose (GObject *object) {
  LonghandMachineStep *self = LONGHAND_MACHINE_STEP (object);

  g_clear_object (&self->measurement);
  g_clear_object (&self->dictation);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->problem, g_free);
  G_OBJECT_CLASS (longhand_machine_step_parent_class)->dispose (object);
}

static void
longhand_machine_step_class_init (LonghandMachineStepClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_machine_step_dispose;
  widget_class->map = longhand_machine_step_map;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/first-run/longhand-machine-step.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandMachineStep, threads);
  gtk_widget_class_bind_template_child (widget_class, LonghandMachineStep, model);
  gtk_widget_class_bind_template_child (widget_class, LonghandMachineStep, measuring);
  gtk_widget_class_bind_template_child (widget_class, LonghandMachineStep, again);
  gtk_widget_class_bind_template_callback (widget_class, on_again);
}

static void
longhand_machine_step_init (LonghandMachineStep *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
longhand_machine_step_new (LonghandSettings *settings, LonghandModelStore *store,
                           LonghandDictation *dictation, LonghandMeasurement *measurement) {
  LonghandMachineStep *self = g_object_new (LONGHAND_TYPE_MACHINE_STEP, NULL);

  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  self->dictation = g_object_ref (dictation);
  self->measurement = g_object_ref (measurement);
  show (self);
  g_signal_connect_object (self->measurement, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->measurement, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::threads-reason", G_CALLBACK (show_threads), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::model-state", G_CALLBACK (show_threads), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
