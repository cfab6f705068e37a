#include "ibus/longhand-ibus-switch.h"

#include "automation/longhand-remote.h"
#include "ibus/longhand-ibus-engine.h"
#include "longhand-error.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define NEUTRAL_ENGINE "xkb:us::eng" /* comes with IBus */
#define WAIT_MS 10000                /* for the last words of the recording before */
#define BEGIN_MS 1000                /* in which one that was chosen begins to listen */
#define LOOK_MS 20

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
dup_previous (void) {
  g_autofree char *path = dup_path ();
  char *name = NULL;

  g_file_get_contents (path, &name, NULL, NULL);
  return name;
}

void
longhand_ibus_switch_forget (void) {
  g_autofree char *path = dup_path ();

  g_unlink (path);
}

/* The same, for the last time. */
static char *
take_previous (void) {
  char *name = dup_previous ();

  longhand_ibus_switch_forget ();
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
  char *name;

  if (!is_ours (bus, &name))
    return name;
  g_free (name);
  name = dup_previous ();
  return name != NULL ? name : g_strdup (NEUTRAL_ENGINE);
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

/* It begins to listen when it is chosen. The engine that it was until now forgets the one before as it ends,
 * and may do so until the new one is there. */
static gboolean
start (IBusBus *bus, GError **error) {
  g_autofree char *name = NULL;
  g_autofree char *previous = NULL;

  if (is_ours (bus, &name)) {
    previous = dup_previous ();
    return choose (bus, NEUTRAL_ENGINE, error) && choose (bus, LONGHAND_IBUS_ENGINE, error)
           && (previous == NULL || keep_previous (previous, error));
  }
  return keep_previous (name, error) && choose (bus, LONGHAND_IBUS_ENGINE, error)
         && keep_previous (name, error);
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

/* The person has chosen it, so it stays in use; what was begun may have come to nothing yet. */
static gboolean
stop_chosen (IBusBus *bus, GError **error) {
  gboolean listens = FALSE;

  for (guint ms = 0; !listens && ms < BEGIN_MS; ms += LOOK_MS) {
    g_usleep (LOOK_MS * 1000);
    if (!get_listens (bus, &listens, error))
      return FALSE;
  }
  return !listens || longhand_remote_run ("stop", NULL, error) != LONGHAND_REMOTE_FAILED;
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
  return previous != NULL ? choose (bus, previous, error) : stop_chosen (bus, error);
}

/* Until the last words are written that are still to come, and the one before it is in use again; or it takes
 * too long. */
static gboolean
wait_for_last_words (IBusBus *bus, GError **error) {
  g_autofree char *previous = dup_previous ();
  gboolean is_ending = TRUE;

  for (guint ms = 0; is_ending && ms < WAIT_MS; ms += LOOK_MS) {
    g_autofree char *name = NULL;
    g_autofree char *state = NULL;

    if (longhand_remote_run ("state", &state, error) == LONGHAND_REMOTE_FAILED)
      return FALSE;
    is_ending = is_ours (bus, &name)
                && (g_strcmp0 (state, "finishing") == 0
                    || (ms > 0 && previous != NULL && g_strcmp0 (state, "idle") == 0));
    if (is_ending)
      g_usleep (LOOK_MS * 1000);
  }
  return TRUE;
}

gboolean
longhand_ibus_switch (IBusBus *bus, const char *command, GError **error) {
  gboolean listens;

  if (strcmp (command, "stop") != 0 && !wait_for_last_words (bus, error))
    return FALSE;
  if (!get_listens (bus, &listens, error))
    return FALSE;
  if (strcmp (command, "stop") == 0 || (strcmp (command, "toggle") == 0 && listens))
    return stop (bus, listens, error);
  return listens || start (bus, error);
}
