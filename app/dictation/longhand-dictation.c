#include "dictation/longhand-dictation.h"

struct _LonghandDictation {
  GObject parent_instance;

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
  GPtrArray *devices; /* LonghandDevice */
  char *model_title;

  LonghandState state;
  LonghandModelState model_state;
  gboolean model_is_bundled;
};

G_DEFINE_TYPE (LonghandDictation, longhand_dictation, G_TYPE_OBJECT)

enum { PROP_STATE = 1, PROP_MODEL_STATE, PROP_MODEL_TITLE, PROP_MODEL_IS_BUNDLED, N_PROPS };
enum { TENTATIVE, COMMITTED, FAILED, DEVICES_CHANGED, N_SIGNALS };
static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
longhand_dictation_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  LonghandDictation *self = LONGHAND_DICTATION (object);

  switch (id) {
  case PROP_STATE:
    g_value_set_int (value, self->state);
    break;
  case PROP_MODEL_STATE:
    g_value_set_int (value, self->model_state);
    break;
  case PROP_MODEL_TITLE:
    g_value_set_string (value, self->model_title);
    break;
  case PROP_MODEL_IS_BUNDLED:
    g_value_set_boolean (value, self->model_is_bundled);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
longhand_dictation_dispose (GObject *object) {
  LonghandDictation *self = LONGHAND_DICTATION (object);

  longhand_dictation_shutdown (self);
  g_clear_object (&self->settings);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (longhand_dictation_parent_class)->dispose (object);
}

static void
longhand_dictation_finalize (GObject *object) {
  LonghandDictation *self = LONGHAND_DICTATION (object);

  g_ptr_array_unref (self->devices);
  g_free (self->model_title);
  G_OBJECT_CLASS (longhand_dictation_parent_class)->finalize (object);
}

static void
longhand_dictation_class_init (LonghandDictationClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = longhand_dictation_get_property;
  object_class->dispose = longhand_dictation_dispose;
  object_class->finalize = longhand_dictation_finalize;

  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, LONGHAND_STATE_IDLE, LONGHAND_STATE_FINISHING,
                                        LONGHAND_STATE_IDLE, flags);
  props[PROP_MODEL_STATE] = g_param_spec_int ("model-state", NULL, NULL, LONGHAND_MODEL_STATE_NONE,
                                              LONGHAND_MODEL_STATE_FAILED, LONGHAND_MODEL_STATE_NONE, flags);
  props[PROP_MODEL_TITLE] = g_param_spec_string ("model-title", NULL, NULL, "", flags);
  props[PROP_MODEL_IS_BUNDLED] = g_param_spec_boolean ("model-is-bundled", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[TENTATIVE] = g_signal_new ("tentative", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                     NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[COMMITTED] = g_signal_new ("committed", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                     NULL, G_TYPE_NONE, 1, LONGHAND_TYPE_UTTERANCE);
  signals[FAILED] = g_signal_new ("failed", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[DEVICES_CHANGED] = g_signal_new ("devices-changed", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
longhand_dictation_init (LonghandDictation *self) {
  self->devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
  self->model_title = g_strdup ("");
}

LonghandDictation *
longhand_dictation_new (LonghandSettings *settings, LonghandModelStore *store) {
  LonghandDictation *self = g_object_new (LONGHAND_TYPE_DICTATION, NULL);

  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  return self;
}

void
longhand_dictation_start (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
}

void
longhand_dictation_stop (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
}

void
longhand_dictation_toggle (LonghandDictation *self) {
  if (self->state == LONGHAND_STATE_IDLE)
    longhand_dictation_start (self);
  else
    longhand_dictation_stop (self);
}

LonghandState
longhand_dictation_get_state (LonghandDictation *self) {
  return self->state;
}

LonghandModelState
longhand_dictation_get_model_state (LonghandDictation *self) {
  return self->model_state;
}

const char *
longhand_dictation_get_model_title (LonghandDictation *self) {
  return self->model_title;
}

gboolean
longhand_dictation_get_model_is_bundled (LonghandDictation *self) {
  return self->model_is_bundled;
}

void
longhand_dictation_get_level (LonghandDictation *self, double *peak, double *rms) {
  *peak = 0;
  *rms = 0;
}

gint64
longhand_dictation_get_elapsed_ms (LonghandDictation *self) {
  return 0;
}

void
longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats) {
  *stats = (LonghandStats){ 0 };
}

GPtrArray *
longhand_dictation_get_devices (LonghandDictation *self) {
  return self->devices;
}

void
longhand_dictation_refresh_devices (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
}

void
longhand_dictation_shutdown (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
}

char **
longhand_dictation_dup_languages (LonghandDictation *self) {
  return g_new0 (char *, 1);
}
