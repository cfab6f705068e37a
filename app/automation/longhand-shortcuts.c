#include "automation/longhand-shortcuts.h"

#include <glib/gi18n.h>
#include <string.h>

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define PORTAL_SHORTCUTS "org.freedesktop.portal.GlobalShortcuts"

typedef void (*ResponseFn) (LonghandShortcuts *self, GVariant *results);

struct _LonghandShortcuts {
  GObject parent_instance;

  /* owned */
  GDBusConnection *connection;
  GCancellable *calls; /* NULL: off */
  char *session;       /* object path; NULL: there is none yet */
  char *summary;

  ResponseFn respond;            /* to the request that is being answered */
  guint response_id, signals_id; /* subscriptions */
  guint n_tokens;
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

/* ---- requests ---- */

static void
unsubscribe (LonghandShortcuts *self, guint *id) {
  if (*id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, *id);
  *id = 0;
}

static void
on_response (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
             const char *name, GVariant *arguments, gpointer user) {
  LonghandShortcuts *self = user;
  g_autoptr (GVariant) results = NULL;
  guint response;

  unsubscribe (self, &self->response_id);
  g_variant_get (arguments, "(u@a{sv})", &response, &results);
  if (response == 0)
    self->respond (self, results);
  else
    set_summary (self, _ ("The desktop gave no keys: turn this off and on to be asked again."));
}

static void
on_called (GObject *connection, GAsyncResult *result, gpointer user) {
  LonghandShortcuts *self = user; /* gone when the call was cancelled */
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  if (answer != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  unsubscribe (self, &self->response_id);
  set_summary (self,
               _ ("This desktop does not offer it: bind “longhand --toggle” to a key in its settings."));
}

/* A name by which the portal makes an object. (transfer full) */
static char *
next_token (LonghandShortcuts *self) {
  return g_strdup_printf ("longhand%u", ++self->n_tokens);
}

/* Whoever answers does so at an object whose path is known before: nothing is missed. */
static void
request (LonghandShortcuts *self, const char *method, const char *token, GVariant *arguments,
         ResponseFn respond) {
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (self->connection) + 1);
  g_autofree char *path
      = g_strdup_printf (PORTAL_PATH "/request/%s/%s", g_strdelimit (sender, ".", '_'), token);

  self->respond = respond;
  self->response_id = g_dbus_connection_signal_subscribe (
      self->connection, PORTAL, "org.freedesktop.portal.Request", "Response", path, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_response, self, NULL);
  g_dbus_connection_call (self->connection, PORTAL, PORTAL_PATH, PORTAL_SHORTCUTS, method, arguments, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, self->calls, on_called, self);
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

/* Those that have a key, as the desktop describes it. */
static void
on_bound (LonghandShortcuts *self, GVariant *results) {
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
  g_autofree char *token = next_token (self);
  GVariantBuilder shortcuts, options;

  g_variant_builder_init (&shortcuts, G_VARIANT_TYPE ("a(sa{sv})"));
  add_shortcut (&shortcuts, "toggle", _ ("Start recording, or stop it"));
  add_shortcut (&shortcuts, "talk", _ ("Record while the key is held"));
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  request (self, "BindShortcuts", token,
           g_variant_new ("(oa(sa{sv})sa{sv})", self->session, &shortcuts, "", &options), on_bound);
}

static void
on_created (LonghandShortcuts *self, GVariant *results) {
  g_autoptr (GVariant) session = g_variant_lookup_value (results, "session_handle", NULL);

  /* an object path in the description, a string in what portals send */
  if (session == NULL || !g_variant_is_object_path (g_variant_get_string (session, NULL)))
    return;
  self->session = g_variant_dup_string (session, NULL);
  self->signals_id
      = g_dbus_connection_signal_subscribe (self->connection, PORTAL, PORTAL_SHORTCUTS, NULL, PORTAL_PATH,
                                            NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_key, self, NULL);
  bind (self);
}

static void
create (LonghandShortcuts *self) {
  g_autofree char *token = next_token (self);
  g_autofree char *session_token = next_token (self);
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "session_handle_token", g_variant_new_string (session_token));
  request (self, "CreateSession", token, g_variant_new ("(a{sv})", &options), on_created);
}

static void
close_session (LonghandShortcuts *self) {
  g_cancellable_cancel (self->calls);
  g_clear_object (&self->calls);
  unsubscribe (self, &self->response_id);
  unsubscribe (self, &self->signals_id);
  if (self->session != NULL)
    g_dbus_connection_call (self->connection, PORTAL, self->session, "org.freedesktop.portal.Session",
                            "Close", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
  g_clear_pointer (&self->session, g_free);
}

void
longhand_shortcuts_set_enabled (LonghandShortcuts *self, gboolean enabled) {
  if (enabled == (self->calls != NULL))
    return;
  if (enabled) {
    self->calls = g_cancellable_new ();
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

  if (self->calls != NULL)
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
