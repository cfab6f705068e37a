#include "models/longhand-catalogue.h"

#include "longhand-error.h"
#include "longhand-models-data.h"
#include "models/longhand-model-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define CATALOGUE_PATH "/io/github/longhand_app/Longhand/models/catalogue.tsv"
#define HOME_REPOSITORY "ggerganov/whisper.cpp"
#define MIB (1024 * 1024)

/* ---- facts ---- */

/* By the beginning of the name, the first that fits; Radford et al. 2022, table 1, and the model card of
 * large-v3-turbo. */
static const struct {
  const char *prefix;
  LonghandModelShape shape;
} shapes[] = {
  { "tiny", { 384, 4, 4 } },
  { "base", { 512, 6, 6 } },
  { "small", { 768, 12, 12 } },
  { "medium", { 1024, 24, 24 } },
  { "large-v3-turbo", { 1280, 32, 4 } },
  { "large", { 1280, 32, 32 } },
};

static LonghandModelShape
shape_of (const char *id) {
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (g_str_has_prefix (id, shapes[i].prefix))
      return shapes[i].shape;
  g_assert_not_reached ();
}

static guint
n_bits_of (const char *id) {
  if (g_str_has_suffix (id, "-q8_0"))
    return 8;
  return strstr (id, "-q5_") != NULL ? 5 : 16;
}

/* "-" stands for nothing. (transfer full) */
static char *
dup_field (const char *field) {
  return strcmp (field, "-") != 0 ? g_strdup (field) : NULL;
}

static LonghandCatalogueEntry *
parse_line (const char *line) {
  g_auto (GStrv) fields = g_strsplit (line, "\t", -1);
  LonghandCatalogueEntry *entry = g_new0 (LonghandCatalogueEntry, 1);

  g_assert (g_strv_length (fields) == 4);
  entry->id = g_strdup (fields[0]);
  entry->title = longhand_model_dup_title_of (entry->id);
  entry->size = g_ascii_strtoull (fields[1], NULL, 10) * MIB;
  entry->sha1 = g_strdup (fields[2]);
  entry->repository = dup_field (fields[3]);
  entry->english_only = longhand_model_id_is_english_only (entry->id);
  entry->n_bits = n_bits_of (entry->id);
  entry->shape = shape_of (entry->id);
  return entry;
}

static int
compare_entries (gconstpointer a, gconstpointer b) {
  const LonghandCatalogueEntry *first = *(LonghandCatalogueEntry *const *)a;
  const LonghandCatalogueEntry *second = *(LonghandCatalogueEntry *const *)b;

  if (first->size != second->size)
    return first->size < second->size ? -1 : 1;
  return strcmp (first->id, second->id);
}

/* The file is part of the program: it is there, and as it should be. */
static GPtrArray *
parse_catalogue (void) {
  g_autoptr (GBytes) bytes
      = g_resource_lookup_data (longhand_models_data_get_resource (), CATALOGUE_PATH, 0, NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GPtrArray *entries = g_ptr_array_new ();

  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '#' && lines[i][0] != '\0')
      g_ptr_array_add (entries, parse_line (lines[i]));
  g_ptr_array_sort (entries, compare_entries);
  return entries;
}

const GPtrArray *
longhand_catalogue_get (void) {
  static GPtrArray *entries;

  if (g_once_init_enter (&entries))
    g_once_init_leave (&entries, parse_catalogue ());
  return entries;
}

const LonghandCatalogueEntry *
longhand_catalogue_find (const char *id) {
  const GPtrArray *entries = longhand_catalogue_get ();

  for (guint i = 0; i < entries->len; i++) {
    const LonghandCatalogueEntry *entry = g_ptr_array_index (entries, i);

    if (strcmp (entry->id, id) == 0)
      return entry;
  }
  return NULL;
}

/* ---- addresses ---- */

char *
longhand_catalogue_entry_dup_file_name (const LonghandCatalogueEntry *entry) {
  return g_strdup_printf ("ggml-%s.bin", entry->id);
}

static gboolean
check_base (const char *base, GError **error) {
  g_autoptr (GUri) uri = g_uri_parse (base, G_URI_FLAGS_HAS_PASSWORD, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  if ((strcmp (scheme, "https") != 0 && strcmp (scheme, "http") != 0) || g_uri_get_host (uri) == NULL
      || *g_uri_get_host (uri) == '\0') {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” is no address of a mirror: it must begin with https:// or http://."), base);
    return FALSE;
  }
  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL) {
    g_set_error_literal (
        error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
        _ ("The address of a mirror is that of a folder, without a name, password, “?” or “#”."));
    return FALSE;
  }
  return TRUE;
}

char *
longhand_catalogue_entry_dup_address (const LonghandCatalogueEntry *entry, const char *base, GError **error) {
  g_autoptr (GString) address = NULL;

  if (!check_base (base, error))
    return NULL;
  address = g_string_new (base);
  if (!g_str_has_suffix (base, "/"))
    g_string_append_c (address, '/');
  if (entry->repository != NULL)
    g_string_replace (address, HOME_REPOSITORY, entry->repository, 1);
  g_string_append_printf (address, "ggml-%s.bin", entry->id);
  return g_string_free (g_steal_pointer (&address), FALSE);
}
