#include "longhand-settings.h"

#include "longhand-config.h"
#include "longhand-error.h"
#include "models/longhand-catalogue.h"

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>
#include <glib/gi18n.h>
#include <string.h>

struct _LonghandSettings {
  GObject parent_instance;

  /* owned */
  GSettings *gsettings;
  /* construction only */
  GSettingsBackend *backend;
};

G_DEFINE_TYPE (LonghandSettings, longhand_settings, G_TYPE_OBJECT)

enum {
  PROP_THREADS = 1,
  PROP_MODEL,
  PROP_LANGUAGE,
  PROP_MICROPHONE,
  PROP_NOISE_REDUCTION,
  PROP_AUTOMATIC_GAIN,
  PROP_PAUSE_LENGTH,
  PROP_TERMS,
  PROP_REPLACEMENTS,
  PROP_COMMANDS,
  PROP_MIRROR,
  PROP_SHOW_PERFORMANCE,
  PROP_EXPORT_FORMAT,
  PROP_WINDOW_WIDTH,
  PROP_WINDOW_HEIGHT,
  PROP_WINDOW_MAXIMIZED,
  PROP_BACKEND,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

static void
changed_cb (LonghandSettings *self, const char *key) {
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (self), key) != NULL)
    g_object_notify (G_OBJECT (self), key);
}

static void
longhand_settings_constructed (GObject *object) {
  LonghandSettings *self = LONGHAND_SETTINGS (object);

  G_OBJECT_CLASS (longhand_settings_parent_class)->constructed (object);
  self->gsettings
      = self->backend != NULL ? g_settings_new_with_backend (APP_ID, self->backend) : g_settings_new (APP_ID);
  g_signal_connect_object (self->gsettings, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}

static void
longhand_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  LonghandSettings *self = LONGHAND_SETTINGS (object);

  if (G_PARAM_SPEC_VALUE_TYPE (pspec) == G_TYPE_STRV) {
    g_value_take_boxed (value, g_settings_get_strv (self->gsettings, pspec->name));
    return;
  }
  switch (G_PARAM_SPEC_VALUE_TYPE (pspec)) {
  case G_TYPE_UINT:
    g_value_set_uint (value, g_settings_get_uint (self->gsettings, pspec->name));
    break;
  case G_TYPE_INT:
    g_value_set_int (value, g_settings_get_int (self->gsettings, pspec->name));
    break;
  case G_TYPE_DOUBLE:
    g_value_set_double (value, g_settings_get_double (self->gsettings, pspec->name));
    break;
  case G_TYPE_BOOLEAN:
    g_value_set_boolean (value, g_settings_get_boolean (self->gsettings, pspec->name));
    break;
  case G_TYPE_STRING:
    g_value_take_string (value, g_settings_get_string (self->gsettings, pspec->name));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

/* A value that the schema does not allow leaves the old one in place. */
static void
set_string (LonghandSettings *self, const char *key, const char *string) {
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (string != NULL ? string : ""));
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;

  g_object_get (self->gsettings, "settings-schema", &schema, NULL);
  schema_key = g_settings_schema_get_key (schema, key);
  if (g_settings_schema_key_range_check (schema_key, value))
    g_settings_set_value (self->gsettings, key, value);
}

static void
longhand_settings_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec) {
  LonghandSettings *self = LONGHAND_SETTINGS (object);

  if (id == PROP_BACKEND) {
    self->backend = g_value_dup_object (value);
    return;
  }
  if (G_PARAM_SPEC_VALUE_TYPE (pspec) == G_TYPE_STRV) {
    g_settings_set_strv (self->gsettings, pspec->name, g_value_get_boxed (value));
    return;
  }
  switch (G_PARAM_SPEC_VALUE_TYPE (pspec)) {
  case G_TYPE_UINT:
    g_settings_set_uint (self->gsettings, pspec->name, g_value_get_uint (value));
    break;
  case G_TYPE_INT:
    g_settings_set_int (self->gsettings, pspec->name, g_value_get_int (value));
    break;
  case G_TYPE_DOUBLE:
    g_settings_set_double (self->gsettings, pspec->name, g_value_get_double (value));
    break;
  case G_TYPE_BOOLEAN:
    g_settings_set_boolean (self->gsettings, pspec->name, g_value_get_boolean (value));
    break;
  case G_TYPE_STRING:
    set_string (self, pspec->name, g_value_get_string (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
longhand_settings_dispose (GObject *object) {
  LonghandSettings *self = LONGHAND_SETTINGS (object);

  g_clear_object (&self->gsettings);
  g_clear_object (&self->backend);
  G_OBJECT_CLASS (longhand_settings_parent_class)->dispose (object);
}

static void
longhand_settings_class_init (LonghandSettingsClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->constructed = longhand_settings_constructed;
  object_class->get_property = longhand_settings_get_property;
  object_class->set_property = longhand_settings_set_property;
  object_class->dispose = longhand_settings_dispose;

  props[PROP_THREADS] = g_param_spec_uint ("threads", NULL, NULL, 0, LONGHAND_MAX_THREADS, 0, flags);
  props[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, "", flags);
  props[PROP_LANGUAGE] = g_param_spec_string ("language", NULL, NULL, "auto", flags);
  props[PROP_MICROPHONE] = g_param_spec_string ("microphone", NULL, NULL, "", flags);
  props[PROP_NOISE_REDUCTION] = g_param_spec_boolean ("noise-reduction", NULL, NULL, FALSE, flags);
  props[PROP_AUTOMATIC_GAIN] = g_param_spec_boolean ("automatic-gain", NULL, NULL, FALSE, flags);
  props[PROP_PAUSE_LENGTH] = g_param_spec_double ("pause-length", NULL, NULL, LONGHAND_MIN_PAUSE_LENGTH,
                                                  LONGHAND_MAX_PAUSE_LENGTH, 0.6, flags);
  props[PROP_TERMS] = g_param_spec_boxed ("terms", NULL, NULL, G_TYPE_STRV, flags);
  props[PROP_REPLACEMENTS] = g_param_spec_boxed ("replacements", NULL, NULL, G_TYPE_STRV, flags);
  props[PROP_COMMANDS] = g_param_spec_boolean ("commands", NULL, NULL, TRUE, flags);
  props[PROP_MIRROR] = g_param_spec_string ("mirror", NULL, NULL, LONGHAND_CATALOGUE_ADDRESS, flags);
  props[PROP_SHOW_PERFORMANCE] = g_param_spec_boolean ("show-performance", NULL, NULL, FALSE, flags);
  props[PROP_EXPORT_FORMAT] = g_param_spec_string ("export-format", NULL, NULL, "txt", flags);
  props[PROP_WINDOW_WIDTH] = g_param_spec_int ("window-width", NULL, NULL, 1, G_MAXINT, 820, flags);
  props[PROP_WINDOW_HEIGHT] = g_param_spec_int ("window-height", NULL, NULL, 1, G_MAXINT, 620, flags);
  props[PROP_WINDOW_MAXIMIZED] = g_param_spec_boolean ("window-maximized", NULL, NULL, FALSE, flags);
  props[PROP_BACKEND]
      = g_param_spec_object ("backend", NULL, NULL, G_TYPE_SETTINGS_BACKEND,
                             G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
longhand_settings_init (LonghandSettings *self) {
}

gboolean
longhand_settings_check_installed (GError **error) {
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema
      = source != NULL ? g_settings_schema_source_lookup (source, APP_ID, TRUE) : NULL;

  if (schema != NULL)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
               _ ("Longhand’s settings schema (%s) is not installed: install Longhand again, or set "
                  "GSETTINGS_SCHEMA_DIR to the data folder of its build."),
               APP_ID);
  return FALSE;
}

LonghandSettings *
longhand_settings_new (void) {
  return g_object_new (LONGHAND_TYPE_SETTINGS, NULL);
}

LonghandSettings *
longhand_settings_new_in_memory (void) {
  g_autoptr (LonghandSettings) saved = longhand_settings_new ();
  g_autoptr (GSettingsBackend) backend = g_memory_settings_backend_new ();
  LonghandSettings *self = g_object_new (LONGHAND_TYPE_SETTINGS, "backend", backend, NULL);
  g_autoptr (GSettingsSchema) schema = NULL;
  g_auto (GStrv) keys = NULL;

  g_object_get (saved->gsettings, "settings-schema", &schema, NULL);
  keys = g_settings_schema_list_keys (schema);
  for (guint i = 0; keys[i] != NULL; i++) {
    g_autoptr (GVariant) value = g_settings_get_value (saved->gsettings, keys[i]);

    g_settings_set_value (self->gsettings, keys[i], value);
  }
  return self;
}

guint
longhand_settings_get_threads (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), 0);
  return g_settings_get_uint (self->gsettings, "threads");
}

void
longhand_settings_set_threads (LonghandSettings *self, guint threads) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  g_settings_set_uint (self->gsettings, "threads", MIN (threads, LONGHAND_MAX_THREADS));
}

char *
longhand_settings_dup_model (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), NULL);
  return g_settings_get_string (self->gsettings, "model");
}

void
longhand_settings_set_model (LonghandSettings *self, const char *id) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  set_string (self, "model", id);
}

char *
longhand_settings_dup_language (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), NULL);
  return g_settings_get_string (self->gsettings, "language");
}

void
longhand_settings_set_language (LonghandSettings *self, const char *language) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  set_string (self, "language", language);
}

char *
longhand_settings_dup_microphone (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), NULL);
  return g_settings_get_string (self->gsettings, "microphone");
}

void
longhand_settings_set_microphone (LonghandSettings *self, const char *id) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  set_string (self, "microphone", id);
}

gboolean
longhand_settings_get_noise_reduction (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), FALSE);
  return g_settings_get_boolean (self->gsettings, "noise-reduction");
}

void
longhand_settings_set_noise_reduction (LonghandSettings *self, gboolean noise_reduction) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  g_settings_set_boolean (self->gsettings, "noise-reduction", noise_reduction);
}

gboolean
longhand_settings_get_automatic_gain (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), FALSE);
  return g_settings_get_boolean (self->gsettings, "automatic-gain");
}

void
longhand_settings_set_automatic_gain (LonghandSettings *self, gboolean automatic_gain) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  g_settings_set_boolean (self->gsettings, "automatic-gain", automatic_gain);
}

double
longhand_settings_get_pause_length (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), 0);
  return g_settings_get_double (self->gsettings, "pause-length");
}

void
longhand_settings_set_pause_length (LonghandSettings *self, double seconds) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  g_settings_set_double (self->gsettings, "pause-length",
                         CLAMP (seconds, LONGHAND_MIN_PAUSE_LENGTH, LONGHAND_MAX_PAUSE_LENGTH));
}

char **
longhand_settings_dup_terms (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), NULL);
  return g_settings_get_strv (self->gsettings, "terms");
}

void
longhand_settings_set_terms (LonghandSettings *self, const char *const *terms) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  g_settings_set_strv (self->gsettings, "terms", terms);
}

char **
longhand_settings_dup_replacements (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), NULL);
  return g_settings_get_strv (self->gsettings, "replacements");
}

void
longhand_settings_set_replacements (LonghandSettings *self, const char *const *rules) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  g_settings_set_strv (self->gsettings, "replacements", rules);
}

gboolean
longhand_settings_get_commands (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), FALSE);
  return g_settings_get_boolean (self->gsettings, "commands");
}

void
longhand_settings_set_commands (LonghandSettings *self, gboolean commands) {
  g_return_if_fail (LONGHAND_IS_SETTINGS (self));
  g_settings_set_boolean (self->gsettings, "commands", commands);
}

gint64
longhand_settings_get_oldest_sound_us (LonghandSettings *self) {
  g_autofree char *keep = NULL;

  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), G_MININT64);
  keep = g_settings_get_string (self->gsettings, "keep-sound");
  if (strcmp (keep, "always") == 0)
    return G_MININT64;
  if (strcmp (keep, "month") == 0)
    return g_get_real_time () - 30 * G_TIME_SPAN_DAY;
  if (strcmp (keep, "week") == 0)
    return g_get_real_time () - 7 * G_TIME_SPAN_DAY;
  return G_MAXINT64;
}

/* It belongs to a session, which must be there. */
gboolean
longhand_settings_get_keeps_sound (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), FALSE);
  return g_settings_get_boolean (self->gsettings, "keep-sessions")
         && longhand_settings_get_oldest_sound_us (self) != G_MAXINT64;
}

char *
longhand_settings_dup_mirror (LonghandSettings *self) {
  g_autofree char *mirror = NULL;

  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), NULL);
  mirror = g_settings_get_string (self->gsettings, "mirror");
  return g_strdup (*g_strstrip (mirror) != '\0' ? mirror : LONGHAND_CATALOGUE_ADDRESS);
}

GSettings *
longhand_settings_get_gsettings (LonghandSettings *self) {
  g_return_val_if_fail (LONGHAND_IS_SETTINGS (self), NULL);
  return self->gsettings;
}
