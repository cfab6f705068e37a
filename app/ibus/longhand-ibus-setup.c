#include "ibus/longhand-ibus-setup.h"

#include "ibus/longhand-ibus-engine.h"
#include "ibus/longhand-ibus-switch.h"
#include "longhand-error.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

/* A list in somebody else's settings. */
typedef struct {
  const char *schema, *key, *type; /* of its elements */
} Place;

static const Place gnome = { "org.gnome.desktop.input-sources", "sources", "(ss)" };
static const Place ibus = { "org.freedesktop.ibus.general", "preload-engines", "s" };

static const Place *
find_place (void) {
  g_auto (GStrv) desktops = g_strsplit (g_getenv ("XDG_CURRENT_DESKTOP") ?: "", ":", -1);

  return g_strv_contains ((const char *const *)desktops, "GNOME") ? &gnome : &ibus;
}

/* (transfer full) */
static GSettings *
open_settings (const Place *place, GError **error) {
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema
      = source != NULL ? g_settings_schema_source_lookup (source, place->schema, TRUE) : NULL;

  if (schema != NULL && g_settings_schema_has_key (schema, place->key))
    return g_settings_new_full (schema, NULL, NULL);
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
               _ ("The settings “%s” are not installed: add Longhand to the input sources yourself."),
               place->schema);
  return NULL;
}

static gboolean
is_known (IBusBus *bus, GError **error) {
  const char *const names[] = { LONGHAND_IBUS_ENGINE, NULL };
  g_autofree IBusEngineDesc **engines = ibus_bus_get_engines_by_names (bus, names);
  const gboolean known = engines != NULL && engines[0] != NULL;

  for (gsize i = 0; known && engines[i] != NULL; i++)
    g_object_unref (g_object_ref_sink (engines[i]));
  if (!known)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("IBus does not know Longhand yet: run “ibus restart”, or log out and in again."));
  return known;
}

/* An input method as the place has it. (transfer floating) */
static GVariant *
describe_engine (const Place *place, const char *name) {
  g_auto (GStrv) parts = NULL;
  g_autofree char *layout = NULL;

  if (place == &ibus)
    return g_variant_new_string (name);
  if (!g_str_has_prefix (name, "xkb:"))
    return g_variant_new ("(ss)", "ibus", name);
  parts = g_strsplit (name, ":", 4); /* xkb:LAYOUT:VARIANT:LANGUAGE */
  layout = g_strjoin (*parts[2] != '\0' ? "+" : "", parts[1], parts[2], NULL);
  return g_variant_new ("(ss)", "xkb", layout);
}

/* The list without Longhand, which is put behind the rest where it is wanted: behind the one in use where
 * nobody has chosen any, for it must not be the only one. (transfer floating) */
static GVariant *
make_list (IBusBus *bus, const Place *place, GVariant *before, gboolean with_longhand) {
  g_autoptr (GVariant) longhand = g_variant_ref_sink (describe_engine (place, LONGHAND_IBUS_ENGINE));
  g_autofree char *type = g_strconcat ("a", place->type, NULL);
  GVariantBuilder list;
  GVariantIter iter;
  GVariant *element;
  gsize n = 0;

  g_variant_builder_init (&list, G_VARIANT_TYPE (type));
  g_variant_iter_init (&iter, before);
  while ((element = g_variant_iter_next_value (&iter)) != NULL) {
    g_autoptr (GVariant) owned = element;

    if (!g_variant_equal (owned, longhand)) {
      g_variant_builder_add_value (&list, owned);
      n++;
    }
  }
  if (with_longhand && n == 0) {
    g_autofree char *present = longhand_ibus_switch_dup_other (bus);

    g_variant_builder_add_value (&list, describe_engine (place, present));
  }
  if (with_longhand)
    g_variant_builder_add_value (&list, longhand);
  return g_variant_builder_end (&list);
}

static gboolean
set (IBusBus *bus, gboolean with_longhand, GError **error) {
  const Place *place = find_place ();
  g_autoptr (GSettings) settings = open_settings (place, error);
  g_autoptr (GVariant) before = NULL;
  gboolean was_written;

  if (settings == NULL)
    return FALSE;
  before = g_settings_get_value (settings, place->key);
  was_written = g_settings_set_value (settings, place->key, make_list (bus, place, before, with_longhand));
  g_settings_sync ();
  if (!was_written)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                 _ ("The list of input sources cannot be changed: the system’s settings forbid it."));
  return was_written;
}

gboolean
longhand_ibus_setup_add (IBusBus *bus, GError **error) {
  return is_known (bus, error) && set (bus, TRUE, error);
}

gboolean
longhand_ibus_setup_remove (IBusBus *bus, GError **error) {
  return set (bus, FALSE, error) && longhand_ibus_switch (bus, "stop", error);
}

static gboolean
is_in_list (GSettings *settings, const Place *place) {
  g_autoptr (GVariant) list = g_settings_get_value (settings, place->key);
  g_autoptr (GVariant) longhand = g_variant_ref_sink (describe_engine (place, LONGHAND_IBUS_ENGINE));
  gboolean found = FALSE;

  for (gsize i = 0; i < g_variant_n_children (list) && !found; i++) {
    g_autoptr (GVariant) element = g_variant_get_child_value (list, i);

    found = g_variant_equal (element, longhand);
  }
  return found;
}

const char *
longhand_ibus_setup_describe (IBusBus *bus, gboolean *is_there, GError **error) {
  const Place *place = find_place ();
  g_autoptr (GSettings) settings = is_known (bus, error) ? open_settings (place, error) : NULL;

  if (settings == NULL)
    return NULL;
  *is_there = is_in_list (settings, place);
  if (!*is_there)
    return _ ("Writes into the program that has the keyboard, as an input method");
  return place == &gnome
             ? _ ("Longhand is among the desktop’s input sources now; desktop shortcuts write into "
                  "the program that has the keyboard")
             : _ ("Longhand is among IBus’s input methods now; desktop shortcuts write into the "
                  "program that has the keyboard");
}
