#include "ibus/longhand-listener.h"

#include "longhand-config.h"

#include <glib/gi18n.h>
#include <string.h>

#define OBJECT_PATH "/io/github/longhand_app/Longhand"
#define INTERFACE APP_ID ".Dictation1"

struct _LonghandListener {
  GDBusConnection *connection; /* borrowed */
  LonghandTypist *typist;      /* borrowed */
  LonghandListenerFns fns;
  gpointer user;
  GCancellable *calls;               /* owned */
  guint text_id, state_id, watch_id; /* subscriptions; of the name */
};

static const struct {
  const char *name;
  LonghandCommand command;
} commands[] = {
  { "break", LONGHAND_COMMAND_BREAK },     { "mark", LONGHAND_COMMAND_MARK },
  { "closing", LONGHAND_COMMAND_CLOSING }, { "opening", LONGHAND_COMMAND_OPENING },
  { "word", LONGHAND_COMMAND_WORD },       { "scratch", LONGHAND_COMMAND_SCRATCH },
  { "undo", LONGHAND_COMMAND_UNDO },       { "stop", LONGHAND_COMMAND_STOP },
};

/* Of a later version: STOP, which the typist leaves alone. */
static LonghandCommand
find_command (const char *name) {
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (name, commands[i].name) == 0)
      return commands[i].command;
  return LONGHAND_COMMAND_STOP;
}

/* ---- signals ---- */

/* What was left out waits in Longhand's window for whoever did say it. */
static void
tell_left_out (LonghandListener *self, const char *text) {
  g_autofree char *sentence = g_strdup_printf (
      _ ("Left out, as nobody seemed to speak: “%s” – Longhand's menu has it, under “What Was Left Out”."),
      text);

  self->fns.told (self->user, sentence);
}

static void
on_text (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
         const char *name, GVariant *arguments, gpointer user) {
  LonghandListener *self = user;
  const char *text, *command;
  gint64 start_ms;
  guint n_firm;

  if (strcmp (name, "Tentative") == 0 && g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(suxx)"))) {
    g_variant_get (arguments, "(&suxx)", &text, &n_firm, &start_ms, NULL);
    longhand_typist_hear_tentative (self->typist, text, n_firm, start_ms);
  } else if (strcmp (name, "Committed") == 0
             && g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sxxa(sxxd))"))) {
    g_variant_get (arguments, "(&sxxa(sxxd))", &text, &start_ms, NULL, NULL);
    longhand_typist_hear (self->typist, LONGHAND_COMMAND_NONE, text, start_ms);
  } else if (strcmp (name, "Command") == 0 && g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(ssxx)"))) {
    g_variant_get (arguments, "(&s&sxx)", &command, &text, &start_ms, NULL);
    longhand_typist_hear (self->typist, find_command (command), text, start_ms);
  } else if (strcmp (name, "LeftOut") == 0 && g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sxx)"))) {
    g_variant_get (arguments, "(&sxx)", &text, NULL, NULL);
    tell_left_out (self, text);
  }
  self->fns.heard (self->user);
}

static void
set_state (LonghandListener *self, const char *state) {
  longhand_typist_set_state (self->typist, state);
  self->fns.heard (self->user);
}

static void
on_properties (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
               const char *name, GVariant *arguments, gpointer user) {
  g_autoptr (GVariant) changed = NULL;
  const char *state;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  changed = g_variant_get_child_value (arguments, 1);
  if (g_variant_lookup (changed, "State", "&s", &state))
    set_state (user, state);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user) {
  set_state (user, "");
}

/* ---- calls ---- */

static void
call (LonghandListener *self, const char *method, GVariant *arguments, GDBusCallFlags flags, int timeout_ms,
      GAsyncReadyCallback callback) {
  g_dbus_connection_call (self->connection, APP_ID, OBJECT_PATH, INTERFACE, method, arguments, NULL, flags,
                          timeout_ms, self->calls, callback, self);
}

/* FALSE: self is gone. */
static gboolean
finish (GObject *connection, GAsyncResult *result, GVariant **answer, GError **error) {
  *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, error);
  return *answer != NULL || !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Longhand's own errors are sentences for people. One that was called off is no news. */
static void
report (LonghandListener *self, GError *error) {
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  if (g_strcmp0 (name, APP_ID ".Error.Cancelled") == 0)
    return;
  g_dbus_error_strip_remote_error (error);
  if (name != NULL && g_str_has_prefix (name, APP_ID ".Error.")) {
    self->fns.told (self->user, error->message);
  } else {
    g_autofree char *sentence = g_strdup_printf (
        _ ("Longhand could not be reached (%s): start it, and try again."), error->message);

    self->fns.told (self->user, sentence);
  }
}

static void
on_started (GObject *connection, GAsyncResult *result, gpointer user) {
  LonghandListener *self = user;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!finish (connection, result, &answer, &error))
    return;
  if (error != NULL)
    report (self, error);
  longhand_typist_started (self->typist, error == NULL);
  self->fns.heard (self->user);
}

static void
on_cut (GObject *connection, GAsyncResult *result, gpointer user) {
  LonghandListener *self = user;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;
  gint64 at_ms = -1;

  if (!finish (connection, result, &answer, &error))
    return;
  if (answer != NULL && g_variant_is_of_type (answer, G_VARIANT_TYPE ("(x)")))
    g_variant_get (answer, "(x)", &at_ms);
  longhand_typist_cut (self->typist, at_ms);
  self->fns.heard (self->user);
}

/* It may load a model first, or wait for the last words of the recording before. */
void
longhand_listener_start (LonghandListener *self) {
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "into", g_variant_new_string ("caller"));
  call (self, "Start", g_variant_new ("(a{sv})", &options), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, on_started);
}

void
longhand_listener_stop (LonghandListener *self) {
  call (self, "Stop", NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL);
}

void
longhand_listener_cut (LonghandListener *self) {
  call (self, "Cut", NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, on_cut);
}

/* One of an earlier version cannot. */
void
longhand_listener_keep (LonghandListener *self, const char *text) {
  call (self, "Keep", g_variant_new ("(s)", text), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL);
}

/* ---- the whole ---- */

LonghandListener *
longhand_listener_new (GDBusConnection *connection, LonghandTypist *typist, const LonghandListenerFns *fns,
                       gpointer user) {
  LonghandListener *self = g_new0 (LonghandListener, 1);

  self->connection = connection;
  self->typist = typist;
  self->fns = *fns;
  self->user = user;
  self->calls = g_cancellable_new ();
  self->text_id = g_dbus_connection_signal_subscribe (connection, APP_ID, INTERFACE, NULL, OBJECT_PATH, NULL,
                                                      G_DBUS_SIGNAL_FLAGS_NONE, on_text, self, NULL);
  self->state_id = g_dbus_connection_signal_subscribe (connection, APP_ID, "org.freedesktop.DBus.Properties",
                                                       "PropertiesChanged", OBJECT_PATH, INTERFACE,
                                                       G_DBUS_SIGNAL_FLAGS_NONE, on_properties, self, NULL);
  self->watch_id = g_bus_watch_name_on_connection (connection, APP_ID, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                   on_vanished, self, NULL);
  return self;
}

void
longhand_listener_free (LonghandListener *self) {
  g_cancellable_cancel (self->calls);
  g_object_unref (self->calls);
  g_bus_unwatch_name (self->watch_id);
  g_dbus_connection_signal_unsubscribe (self->connection, self->text_id);
  g_dbus_connection_signal_unsubscribe (self->connection, self->state_id);
  g_free (self);
}
