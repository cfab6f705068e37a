#include "models/longhand-model-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define GGML_MAGIC 0x67676d6cu
#define N_VOCAB_ENGLISH 51864 /* others have a token more, or two */

struct _LonghandModel {
  GObject parent_instance;

  /* owned */
  char *id;
  char *title;
  char *path;

  guint64 size;
  gboolean bundled;
  gboolean english_only;
};

G_DEFINE_TYPE (LonghandModel, longhand_model, G_TYPE_OBJECT)

enum { PROP_ID = 1, PROP_TITLE, PROP_PATH, PROP_SIZE, PROP_BUNDLED, N_PROPS };
static GParamSpec *props[N_PROPS];

static void
longhand_model_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  LonghandModel *self = LONGHAND_MODEL (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_TITLE:
    g_value_set_string (value, self->title);
    break;
  case PROP_PATH:
    g_value_set_string (value, self->path);
    break;
  case PROP_SIZE:
    g_value_set_uint64 (value, self->size);
    break;
  case PROP_BUNDLED:
    g_value_set_boolean (value, self->bundled);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
longhand_model_finalize (GObject *object) {
  LonghandModel *self = LONGHAND_MODEL (object);

  g_free (self->id);
  g_free (self->title);
  g_free (self->path);
  G_OBJECT_CLASS (longhand_model_parent_class)->finalize (object);
}

static void
longhand_model_class_init (LonghandModelClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = longhand_model_get_property;
  object_class->finalize = longhand_model_finalize;
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  props[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_BUNDLED] = g_param_spec_boolean ("bundled", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
longhand_model_init (LonghandModel *self) {
}

gboolean
longhand_model_id_is_english_only (const char *id) {
  return g_str_has_suffix (id, ".en") || strstr (id, ".en-") != NULL;
}

/* What the header says, where the file has one: people name files as they like. */
static gboolean
is_english_only (const char *path, const char *id) {
  guint32 header[2] = { 0, 0 }; /* magic, n_vocab */
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream
      = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_file_read (file, NULL, NULL) : NULL;

  if (stream == NULL
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), header, sizeof header, NULL, NULL, NULL)
      || GUINT32_FROM_LE (header[0]) != GGML_MAGIC)
    return longhand_model_id_is_english_only (id);
  return GUINT32_FROM_LE (header[1]) == N_VOCAB_ENGLISH;
}

/* "large-v3-turbo-q5_0" -> "Whisper large v3 turbo q5_0"; "longhand-mini.en-q5_K" -> "Longhand mini q5_K
 * (English)" */
static char *
dup_title (const char *id, gboolean english_only) {
  const gboolean ours = g_str_has_prefix (id, "longhand-");
  g_autoptr (GString) name = g_string_new (ours ? id + strlen ("longhand-") : id);

  g_string_replace (name, ".en", "", 1);
  g_strdelimit (name->str, "-", ' ');
  if (english_only) /* Translators: a model's name and size, like “Whisper base” */
    return g_strdup_printf (_ ("%s %s (English)"), ours ? "Longhand" : "Whisper", name->str);
  return g_strdup_printf ("%s %s", ours ? "Longhand" : "Whisper", name->str);
}

char *
longhand_model_dup_title_of (const char *id) {
  return dup_title (id, longhand_model_id_is_english_only (id));
}

LonghandModel *
longhand_model_new (const char *path, guint64 size, gboolean bundled) {
  LonghandModel *self = g_object_new (LONGHAND_TYPE_MODEL, NULL);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_filename_display_name (base);
  char *start = g_str_has_prefix (name, "ggml-") ? name + strlen ("ggml-") : name;

  if (g_str_has_suffix (start, ".bin"))
    start[strlen (start) - strlen (".bin")] = '\0';
  self->id = g_strdup (start);
  self->english_only = is_english_only (path, self->id);
  self->title = dup_title (self->id, self->english_only);
  self->path = g_strdup (path);
  self->size = size;
  self->bundled = bundled;
  return self;
}

const char *
longhand_model_get_id (LonghandModel *self) {
  g_return_val_if_fail (LONGHAND_IS_MODEL (self), NULL);
  return self->id;
}

const char *
longhand_model_get_title (LonghandModel *self) {
  g_return_val_if_fail (LONGHAND_IS_MODEL (self), NULL);
  return self->title;
}

const char *
longhand_model_get_path (LonghandModel *self) {
  g_return_val_if_fail (LONGHAND_IS_MODEL (self), NULL);
  return self->path;
}

guint64
longhand_model_get_size (LonghandModel *self) {
  g_return_val_if_fail (LONGHAND_IS_MODEL (self), 0);
  return self->size;
}

gboolean
longhand_model_is_bundled (LonghandModel *self) {
  g_return_val_if_fail (LONGHAND_IS_MODEL (self), FALSE);
  return self->bundled;
}

gboolean
longhand_model_is_english_only (LonghandModel *self) {
  g_return_val_if_fail (LONGHAND_IS_MODEL (self), FALSE);
  return self->english_only;
}
