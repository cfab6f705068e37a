#include "automation/longhand-shortcuts.h"

#include "automation/longhand-portal.h"

#include <glib/gi18n.h>
#include <string.h>

#define INTERFACE "org.freedesktop.portal.GlobalShortcuts"

struct _LonghandShortcuts {
  GObject parent_instance;

  /* owned */
  GDBusConnection *connection;
  LonghandPortalRequest *request; /* the last one; NULL: off */
  char *session;                  /* object path; NULL: there is none yet */
  char *summary;

  guint signals_id; /* subscription */
};

G_DEFINE_FINAL_TYPE (LonghandShortcuts, longhand_shortcuts, G_TYPE_OBJECT)

enum { PROP_SUMMARY = 1 };
static GParamSpec *summary_prop;
enum { TOGGLE, TALK, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
set_summary (LonghandShortcuts *self, const char *summary) {
  g_free (self->summary);
  self->summary = g_strdup (summary);
  g_object_notify_by_pspec (G_OBJECT (self), summary_prop);
}

const char *
longhand_shortcuts_get_summary (LonghandShortcuts *self) {
  return self->summary;
}

/* ---- a session ---- */

static void
on_key (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
        const char *name, GVariant *arguments, gpointer user) {
  LonghandShortcuts *self = user;
  const gboolean pressed = strcmp (name, "Activated") == 0;
  const char *session, *shortcut;

  if ((!pressed && strcmp (name, "Deactivated") != 0)
      || !g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(osta{sv})")))
    return;
  g_variant_get (arguments, "(&o&sta{sv})", &session, &shortcut, NULL, NULL);
  if (strcmp (session, self->session) != 0)
    return;
  if (strcmp (shortcut, "talk") == 0)
    g_signal_emit (self, signals[TALK], 0, pressed);
  else if (pressed)
    g_signal_emit (self, signals[TOGGLE], 0);
}

static void
ask (LonghandShortcuts *self, const char *method, GVariant *arguments, GVariantDict *options,
     LonghandPortalFn fn) {
  g_clear_pointer (&self->request, longhand_portal_request_free);
  self->request
      = longhand_portal_request_new (self->connection, INTERFACE, method, arguments, options, fn, self);
}

static void
show_failure (LonghandShortcuts *self, const GError *error) {
  set_summary (
      self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                ? _ ("The desktop gave no keys: turn this off and on to be asked again.")
                : _ ("This desktop does not offer it: bind “longhand --toggle” to a key in its settings."));
}

/* Those that have a key, as the desktop describes it. */
static void
show_keys (LonghandShortcuts *self, GVariant *results) {
  g_autoptr (GString) keys = g_string_new ("");
  g_autoptr (GVariantIter) shortcuts = NULL;
  GVariant *details;

  g_variant_lookup (results, "shortcuts", "a(sa{sv})", &shortcuts);
  while (shortcuts != NULL && g_variant_iter_next (shortcuts, "(&s@a{sv})", NULL, &details)) {
    g_autoptr (GVariant) owned = details;
    const char *trigger = "";

    g_variant_lookup (owned, "trigger_description", "&s", &trigger);
    if (*trigger != '\0')
      g_string_append_printf (keys, "%s%s", keys->len > 0 ? ", " : "", trigger);
  }
  set_summary (self, keys->len > 0 ? keys->str : _ ("Choose the keys in the desktop’s settings."));
}

static void
on_bound (gpointer user, GVariant *results, const GError *error) {
  if (results != NULL)
    show_keys (user, results);
  else
    show_failure (user, error);
}

static void
add_shortcut (GVariantBuilder *shortcuts, const char *id, const char *description) {
  g_variant_builder_open (shortcuts, G_VARIANT_TYPE ("(sa{sv})"));
  g_variant_builder_add (shortcuts, "s", id);
  g_variant_builder_open (shortcuts, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (shortcuts, "{sv}", "description", g_variant_new_string (description));
  g_variant_builder_close (shortcuts);
  g_variant_builder_close (shortcuts);
}

static void
bind (LonghandShortcuts *self) {
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);
  GVariantBuilder shortcuts;

  g_variant_builder_init (&shortcuts, G_VARIANT_TYPE ("a(sa{sv})"));
  add_shortcut (&shortcuts, "toggle", _ ("Start recording, or stop it"));
  add_shortcut (&shortcuts, "talk", _ ("Record while the key is held"));
  ask (self, "BindShortcuts", g_variant_new ("(oa(sa{sv})s)", self->session, &shortcuts, ""), &options,
       on_bound);
}

static void
on_created (gpointer user, GVariant *results, const GError *error) {
  LonghandShortcuts *self = user;

  self->session = results != NULL ? longhand_portal_dup_session (results) : NULL;
  if (self->session == NULL) {
    show_failure (self, error);
    return;
  }
  self->signals_id = g_dbus_connection_signal_subscribe (self->connection, LONGHAND_PORTAL, INTERFACE, NULL,
                                                         LONGHAND_PORTAL_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                         on_key, self, NULL);
  bind (self);
}

static void
create (LonghandShortcuts *self) {
  g_autofree char *token = longhand_portal_dup_token ();
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&options, "session_handle_token", "s", token);
  ask (self, "CreateSession", g_variant_new ("()"), &options, on_created);
}

static void
close_session (LonghandShortcuts *self) {
  g_clear_pointer (&self->request, longhand_portal_request_free);
  if (self->signals_id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->signals_id);
  self->signals_id = 0;
  if (self->session != NULL)
    longhand_portal_close_session (self->connection, self->session);
  g_clear_pointer (&self->session, g_free);
}

void
longhand_shortcuts_set_enabled (LonghandShortcuts *self, gboolean enabled) {
  if (enabled == (self->request != NULL))
    return;
  if (enabled) {
    create (self);
  } else {
    close_session (self);
    set_summary (self, "");
  }
}

/* ---- object ---- */

static void
longhand_shortcuts_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  g_value_set_string (value, LONGHAND_SHORTCUTS (object)->summary);
}

static void
longhand_shortcuts_finalize (GObject *object) {
  LonghandShortcuts *self = LONGHAND_SHORTCUTS (object);

  close_session (self);
  g_object_unref (self->connection);
  g_free (self->summary);
  G_OBJECT_CLASS (longhand_shortcuts_parent_class)->finalize (object);
}

static void
longhand_shortcuts_class_init (LonghandShortcutsClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = longhand_shortcuts_get_property;
  object_class->finalize = longhand_shortcuts_finalize;
  summary_prop = g_param_spec_string ("summary", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property (object_class, PROP_SUMMARY, summary_prop);
  signals[TOGGLE] = g_signal_new ("toggle", LONGHAND_TYPE_SHORTCUTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[TALK] = g_signal_new ("talk", LONGHAND_TYPE_SHORTCUTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
longhand_shortcuts_init (LonghandShortcuts *self) {
  self->summary = g_strdup ("");
}

LonghandShortcuts *
longhand_shortcuts_new (GDBusConnection *connection) {
  LonghandShortcuts *self = g_object_new (LONGHAND_TYPE_SHORTCUTS, NULL);

  self->connection = g_object_ref (connection);
  return self;
}
