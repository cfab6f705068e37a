#include "models/longhand-measurement.h"

struct _LonghandMeasurement {
  GObject parent_instance;

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandDictation *dictation;
  GCancellable *cancellable; /* while it is being measured */

  LonghandMachine machine;
  gboolean is_known;
  gboolean is_disturbed;                     /* when it was measured last */
  const LonghandCatalogueEntry *recommended; /* borrowed for good */
};

enum { CHANGED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LonghandMeasurement, longhand_measurement, G_TYPE_OBJECT)

static void
changed (LonghandMeasurement *self) {
  g_signal_emit (self, signals[CHANGED], 0);
}

/* What is kept, for the language that is set. */
static void
look (LonghandMeasurement *self) {
  GSettings *settings = longhand_settings_get_gsettings (self->settings);
  g_autoptr (GVariant) kept = g_settings_get_value (settings, "machine");
  g_autofree char *language = longhand_settings_dup_language (self->settings);

  self->is_known = longhand_machine_from_variant (kept, &self->machine);
  self->machine.is_disturbed = self->is_disturbed;
  self->recommended = self->is_known ? longhand_recommend (&self->machine, longhand_available_memory_now (),
                                                           longhand_recommend_for_english (language))
                                     : NULL;
  changed (self);
}

static void
on_measured (GObject *source, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandMeasurement) self = user;
  g_autoptr (GError) error = NULL;
  LonghandMachine machine;
  const gboolean is_measured = longhand_machine_measure_finish (result, &machine, &error);
  gboolean is_given_up;

  if (self->settings == NULL) /* closed */
    return;
  is_given_up = g_cancellable_is_cancelled (self->cancellable);
  g_clear_object (&self->cancellable);
  if (is_measured && !is_given_up) {
    self->is_disturbed = machine.is_disturbed;
    longhand_machine_keep (&machine, longhand_settings_get_gsettings (self->settings));
  } else if (!is_given_up) {
    g_signal_emit (self, signals[FAILED], 0, error);
  }
  look (self);
}

/* Neither is to slow the other down. */
static void
follow_dictation (LonghandMeasurement *self) {
  if (longhand_dictation_get_state (self->dictation) != LONGHAND_STATE_IDLE)
    g_cancellable_cancel (self->cancellable);
  changed (self);
}

void
longhand_measurement_start (LonghandMeasurement *self) {
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandModel) model = NULL;

  if (!longhand_measurement_can_start (self))
    return;
  model = longhand_machine_find_model (self->store, &error);
  if (model == NULL) {
    g_signal_emit (self, signals[FAILED], 0, error);
    return;
  }
  self->cancellable = g_cancellable_new ();
  longhand_machine_measure_async (longhand_model_get_path (model), self->cancellable, on_measured,
                                  g_object_ref (self));
  changed (self);
}

gboolean
longhand_measurement_can_start (LonghandMeasurement *self) {
  return self->cancellable == NULL && longhand_dictation_get_state (self->dictation) == LONGHAND_STATE_IDLE;
}

gboolean
longhand_measurement_is_running (LonghandMeasurement *self) {
  return self->cancellable != NULL;
}

gboolean
longhand_measurement_is_known (LonghandMeasurement *self) {
  return self->is_known;
}

const LonghandCatalogueEntry *
longhand_measurement_get_recommended (LonghandMeasurement *self) {
  return self->recommended;
}

char *
longhand_measurement_dup_reason (LonghandMeasurement *self) {
  return self->is_known ? longhand_recommendation_describe (&self->machine, self->recommended) : NULL;
}

void
longhand_measurement_close (LonghandMeasurement *self) {
  if (self->settings == NULL)
    return;
  g_signal_handlers_disconnect_by_data (longhand_settings_get_gsettings (self->settings), self);
  g_signal_handlers_disconnect_by_data (self->dictation, self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->dictation);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
}

static void
longhand_measurement_dispose (GObject *object) {
  longhand_measurement_close (LONGHAND_MEASUREMENT (object));
  G_OBJECT_CLASS (longhand_measurement_parent_class)->dispose (object);
}

static void
longhand_measurement_class_init (LonghandMeasurementClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = longhand_measurement_dispose;
  signals[CHANGED] = g_signal_new ("changed", LONGHAND_TYPE_MEASUREMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", LONGHAND_TYPE_MEASUREMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
longhand_measurement_init (LonghandMeasurement *self) {
}

LonghandMeasurement *
longhand_measurement_new (LonghandSettings *settings, LonghandModelStore *store,
                          LonghandDictation *dictation) {
  LonghandMeasurement *self = g_object_new (LONGHAND_TYPE_MEASUREMENT, NULL);

  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  self->dictation = g_object_ref (dictation);
  look (self);
  g_signal_connect_object (longhand_settings_get_gsettings (settings), "changed::machine", G_CALLBACK (look),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::state", G_CALLBACK (follow_dictation), self,
                           G_CONNECT_SWAPPED);
  return self;
}
