#include "ibus/longhand-ibus-switch.h"

#include "automation/longhand-remote.h"
#include "ibus/longhand-ibus-engine.h"
#include "longhand-error.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define NEUTRAL_ENGINE "xkb:us::eng" /* comes with IBus */

/* ---- the one before ---- */

/* Until the end of the login session, as the choice of an input method by program. (transfer full) */
static char *
dup_path (void) {
  return g_build_filename (g_get_user_runtime_dir (), "longhand", "input-method", NULL);
}

static gboolean
keep_previous (const char *name, GError **error) {
  g_autofree char *path = dup_path ();
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) == 0 && g_file_set_contents (path, name, -1, NULL))
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
               _ ("%s cannot be written, so the input method in use could not be restored: make room there."),
               path);
  return FALSE;
}

/* (transfer full); NULL: none is to be restored */
static char *
take_previous (void) {
  g_autofree char *path = dup_path ();
  char *name = NULL;

  g_file_get_contents (path, &name, NULL, NULL);
  g_unlink (path);
  return name;
}

void
longhand_ibus_switch_back (IBusBus *bus) {
  g_autofree char *name = take_previous ();

  if (name != NULL)
    ibus_bus_set_global_engine_async (bus, name, -1, NULL, NULL, NULL);
}

/* ---- commands ---- */

/* Whether the one in use is; *name: which it is. (transfer full) */
static gboolean
is_ours (IBusBus *bus, char **name) {
  IBusEngineDesc *engine = ibus_bus_get_global_engine (bus);

  *name = g_strdup (engine != NULL ? ibus_engine_desc_get_name (engine) : NEUTRAL_ENGINE);
  if (engine != NULL)
    g_object_unref (g_object_ref_sink (engine));
  return strcmp (*name, LONGHAND_IBUS_ENGINE) == 0;
}

char *
longhand_ibus_switch_dup_other (IBusBus *bus) {
  g_autofree char *path = dup_path ();
  char *name;

  if (!is_ours (bus, &name))
    return name;
  g_free (name);
  return g_file_get_contents (path, &name, NULL, NULL) ? name : g_strdup (NEUTRAL_ENGINE);
}

static gboolean
choose (IBusBus *bus, const char *name, GError **error) {
  if (ibus_bus_set_global_engine (bus, name))
    return TRUE;
  g_set_error (
      error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      _ ("IBus does not let the input method “%s” be chosen: “ibus restart” makes it look for new ones."),
      name);
  return FALSE;
}

static gboolean
start (IBusBus *bus, GError **error) {
  g_autofree char *name = NULL;

  /* it begins to listen when it is chosen */
  if (is_ours (bus, &name))
    return choose (bus, NEUTRAL_ENGINE, error) && choose (bus, LONGHAND_IBUS_ENGINE, error);
  return keep_previous (name, error) && choose (bus, LONGHAND_IBUS_ENGINE, error);
}

/* The engine switches back when the last words are written; one that does not listen, at once. */
static gboolean
stop (IBusBus *bus, gboolean listens, GError **error) {
  g_autofree char *name = NULL;
  g_autofree char *previous = NULL;

  if (listens)
    return longhand_remote_run ("stop", NULL, error) != LONGHAND_REMOTE_FAILED;
  if (!is_ours (bus, &name))
    return TRUE;
  previous = take_previous ();
  return previous == NULL || choose (bus, previous, error);
}

/* Whether Longhand records for this input method; its own window may record as well. */
static gboolean
get_listens (IBusBus *bus, gboolean *listens, GError **error) {
  g_autofree char *name = NULL;
  g_autofree char *state = NULL;
  const gboolean ours = is_ours (bus, &name);

  if (longhand_remote_run ("state", &state, error) == LONGHAND_REMOTE_FAILED)
    return FALSE;
  *listens = ours && state != NULL && strcmp (state, "idle") != 0;
  return TRUE;
}

gboolean
longhand_ibus_switch (IBusBus *bus, const char *command, GError **error) {
  gboolean listens;

  if (!get_listens (bus, &listens, error))
    return FALSE;
  if (strcmp (command, "stop") == 0 || (strcmp (command, "toggle") == 0 && listens))
    return stop (bus, listens, error);
  return listens || start (bus, error);
}
