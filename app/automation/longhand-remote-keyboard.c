#include "automation/longhand-remote-keyboard.h"

#include "automation/longhand-portal.h"
#include "longhand-error.h"

#include <glib/gi18n.h>

#define INTERFACE "org.freedesktop.portal.RemoteDesktop"
#define TOKEN_KEY "remote-token"

#define DEVICE_KEYBOARD 1u   /* bit */
#define UNTIL_REVOKED 2u     /* so long the person's answer holds */
#define KEY_CONTROL_L 0xffe3 /* X11 keysyms, as the portal takes them */
#define KEY_V 0x76

#define REFUSAL N_ ("The desktop does not let Longhand paste.")

/* Sentences that stand in the preferences, and in the notification of a text that was copied. */
#define ASK_AGAIN                                                                                              \
  N_ ("The desktop does not let Longhand paste. To be asked again, choose “Copy” and then “Paste” in " \
      "Preferences.")
#define CLIPBOARD_ASK_AGAIN                                                                                  \
  N_ ("The desktop does not let Longhand use the clipboard, so nothing is pasted. To be asked again, "       \
      "choose “Copy” and then “Paste” in Preferences.")
#define ENDED                                                                                                \
  N_ ("The desktop has ended the permission to paste. After the next dictation it may ask you again.")

struct _LonghandRemoteKeyboard {
  GObject parent_instance;

  /* owned */
  GDBusConnection *connection;
  GSettings *settings;
  LonghandRemoteClipboard *clipboard; /* NULL: not needed */
  LonghandPortalRequest *request;     /* the last one; NULL: there is none to answer, and no session */
  char *session;                      /* object path; NULL: there is none yet */
  GPtrArray *openings;                /* GTask that wait for the person */
  char *summary;

  gboolean is_open;
  gboolean is_refused;       /* by the person, who is not asked again until it is closed */
  guint closed_id, watch_id; /* subscription; of the portal's name */
};

G_DEFINE_FINAL_TYPE (LonghandRemoteKeyboard, longhand_remote_keyboard, G_TYPE_OBJECT)

enum { PROP_SUMMARY = 1 };
static GParamSpec *summary_prop;

const char *
longhand_remote_keyboard_describe_none (void) {
  return _ ("This desktop lets no program paste. Text is copied instead, for you to paste.");
}

const char *
longhand_remote_keyboard_get_summary (LonghandRemoteKeyboard *self) {
  return self->summary;
}

static void
set_summary (LonghandRemoteKeyboard *self, const char *summary) {
  char *former = self->summary;

  self->summary = g_strdup (summary);
  g_free (former); /* summary may be the same */
  g_object_notify_by_pspec (G_OBJECT (self), summary_prop);
}

/* ---- a session ---- */

LonghandRemoteClipboard *
longhand_remote_keyboard_get_clipboard (LonghandRemoteKeyboard *self) {
  return self->clipboard;
}

static void
forget_session (LonghandRemoteKeyboard *self) {
  g_clear_pointer (&self->request, longhand_portal_request_free);
  if (self->closed_id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->closed_id);
  self->closed_id = 0;
  g_clear_handle_id (&self->watch_id, g_bus_unwatch_name);
  g_clear_pointer (&self->session, g_free);
  self->is_open = FALSE;
  if (self->clipboard != NULL)
    longhand_remote_clipboard_close (self->clipboard);
}

/* error: NULL when it is open. */
static void
finish_opening (LonghandRemoteKeyboard *self, const GError *error) {
  g_autoptr (GPtrArray) openings = g_steal_pointer (&self->openings);

  self->openings = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < openings->len; i++)
    if (error == NULL)
      g_task_return_boolean (openings->pdata[i], TRUE);
    else
      g_task_return_error (openings->pdata[i], g_error_copy (error));
}

static void
fail (LonghandRemoteKeyboard *self, const char *sentence) {
  g_autoptr (GError) error = g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_FAILED, sentence);

  forget_session (self);
  set_summary (self, sentence);
  finish_opening (self, error);
}

static void
end_session (LonghandRemoteKeyboard *self, const char *sentence) {
  if (self->session != NULL)
    longhand_portal_close_session (self->connection, self->session);
  fail (self, sentence);
}

/* why: of a request. */
static void
fail_opening (LonghandRemoteKeyboard *self, const GError *why) {
  self->is_refused = g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  end_session (self, self->is_refused ? _ (ASK_AGAIN) : longhand_remote_keyboard_describe_none ());
}

static void
ask (LonghandRemoteKeyboard *self, const char *method, GVariant *arguments, GVariantDict *options,
     LonghandPortalFn fn) {
  g_clear_pointer (&self->request, longhand_portal_request_free);
  self->request
      = longhand_portal_request_new (self->connection, INTERFACE, method, arguments, options, fn, self);
}

static void
on_closed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
           const char *name, GVariant *arguments, gpointer user) {
  fail (user, _ (ENDED));
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user) {
  on_closed (connection, name, NULL, NULL, NULL, NULL, user);
}

/* A token is good for one session: each gives the next. */
static void
keep_token (LonghandRemoteKeyboard *self, GVariant *results) {
  const char *token = "";

  g_variant_lookup (results, "restore_token", "&s", &token);
  g_settings_set_string (self->settings, TOKEN_KEY, token);
}

/* FALSE: it was not given, though the keyboard was. */
static gboolean
open_clipboard (LonghandRemoteKeyboard *self, GVariant *results) {
  gboolean is_given = FALSE;

  if (self->clipboard == NULL)
    return TRUE;
  g_variant_lookup (results, "clipboard_enabled", "b", &is_given);
  if (is_given)
    longhand_remote_clipboard_open (self->clipboard);
  return is_given;
}

static void
on_started (gpointer user, GVariant *results, const GError *error) {
  LonghandRemoteKeyboard *self = user;
  guint32 devices = 0;

  if (results != NULL)
    g_variant_lookup (results, "devices", "u", &devices);
  if ((devices & DEVICE_KEYBOARD) == 0) {
    fail_opening (self, error);
    return;
  }
  if (!open_clipboard (self, results)) {
    self->is_refused = TRUE; /* the person is not asked at every dictation */
    end_session (self, _ (CLIPBOARD_ASK_AGAIN));
    return;
  }
  keep_token (self, results);
  self->is_open = TRUE;
  self->watch_id = g_bus_watch_name_on_connection (
      self->connection, LONGHAND_PORTAL, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_vanished, self, NULL);
  set_summary (self, _ ("The desktop lets Longhand paste."));
  finish_opening (self, NULL);
}

static void
start (LonghandRemoteKeyboard *self) {
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);

  ask (self, "Start", g_variant_new ("(os)", self->session, ""), &options, on_started);
}

/* Only the start asks the person: where there is no clipboard, nobody is asked in vain. */
static void
on_clipboard (GObject *clipboard, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandRemoteKeyboard) self = user;
  g_autoptr (GError) error = NULL;

  if (longhand_remote_clipboard_request_finish (self->clipboard, result, &error))
    start (self);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    end_session (self, _ ("This desktop gives the clipboard to the window in use alone, so Longhand cannot "
                          "paste."));
}

static void
on_selected (gpointer user, GVariant *results, const GError *error) {
  LonghandRemoteKeyboard *self = user;

  if (results == NULL)
    fail_opening (self, error);
  else if (self->clipboard == NULL)
    start (self);
  else
    longhand_remote_clipboard_request_async (self->clipboard, self->session, on_clipboard,
                                             g_object_ref (self));
}

static void
select_keyboard (LonghandRemoteKeyboard *self) {
  g_autofree char *token = g_settings_get_string (self->settings, TOKEN_KEY);
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&options, "types", "u", DEVICE_KEYBOARD);
  g_variant_dict_insert (&options, "persist_mode", "u", UNTIL_REVOKED);
  if (*token != '\0')
    g_variant_dict_insert (&options, "restore_token", "s", token);
  ask (self, "SelectDevices", g_variant_new ("(o)", self->session), &options, on_selected);
}

static void
on_created (gpointer user, GVariant *results, const GError *error) {
  LonghandRemoteKeyboard *self = user;

  self->session = results != NULL ? longhand_portal_dup_session (results) : NULL;
  if (self->session == NULL) {
    fail_opening (self, error);
    return;
  }
  self->closed_id = g_dbus_connection_signal_subscribe (
      self->connection, LONGHAND_PORTAL, "org.freedesktop.portal.Session", "Closed", self->session, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_closed, self, NULL);
  select_keyboard (self);
}

static void
create (LonghandRemoteKeyboard *self) {
  g_autofree char *token = longhand_portal_dup_token ();
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&options, "session_handle_token", "s", token);
  ask (self, "CreateSession", g_variant_new ("()"), &options, on_created);
}

void
longhand_remote_keyboard_open_async (LonghandRemoteKeyboard *self, GAsyncReadyCallback callback,
                                     gpointer user) {
  GTask *task = g_task_new (self, NULL, callback, user);

  g_task_set_source_tag (task, longhand_remote_keyboard_open_async);
  g_ptr_array_add (self->openings, task);
  if (self->is_open)
    finish_opening (self, NULL);
  else if (self->is_refused)
    fail (self, self->summary);
  else if (self->request == NULL)
    create (self);
}

gboolean
longhand_remote_keyboard_open_finish (LonghandRemoteKeyboard *self, GAsyncResult *result, GError **error) {
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
longhand_remote_keyboard_close (LonghandRemoteKeyboard *self) {
  g_autoptr (GError) error = g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED, "closed");

  if (self->session != NULL)
    longhand_portal_close_session (self->connection, self->session);
  forget_session (self);
  self->is_refused = FALSE;
  finish_opening (self, error);
}

/* ---- keys ---- */

static void
on_pressed (GObject *connection, GAsyncResult *result, gpointer user) {
  g_autoptr (GTask) task = user;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);

  if (answer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, LONGHAND_ERROR, LONGHAND_ERROR_FAILED, "%s", _ (REFUSAL));
}

/* Keys arrive in this order; task is for the last one, without which none counts. */
static void
press (LonghandRemoteKeyboard *self, gint32 keysym, gboolean down, GTask *task) {
  g_dbus_connection_call (self->connection, LONGHAND_PORTAL, LONGHAND_PORTAL_PATH, INTERFACE,
                          "NotifyKeyboardKeysym",
                          g_variant_new ("(oa{sv}iu)", self->session, NULL, keysym, down), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, task != NULL ? on_pressed : NULL, task);
}

void
longhand_remote_keyboard_paste_async (LonghandRemoteKeyboard *self, GAsyncReadyCallback callback,
                                      gpointer user) {
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user);

  g_task_set_source_tag (task, longhand_remote_keyboard_paste_async);
  if (!self->is_open) {
    g_task_return_new_error (task, LONGHAND_ERROR, LONGHAND_ERROR_FAILED, "%s", self->summary);
    return;
  }
  press (self, KEY_CONTROL_L, TRUE, NULL);
  press (self, KEY_V, TRUE, NULL);
  press (self, KEY_V, FALSE, NULL);
  press (self, KEY_CONTROL_L, FALSE, g_steal_pointer (&task));
}

gboolean
longhand_remote_keyboard_paste_finish (LonghandRemoteKeyboard *self, GAsyncResult *result, GError **error) {
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- object ---- */

static void
longhand_remote_keyboard_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  g_value_set_string (value, LONGHAND_REMOTE_KEYBOARD (object)->summary);
}

static void
longhand_remote_keyboard_finalize (GObject *object) {
  LonghandRemoteKeyboard *self = LONGHAND_REMOTE_KEYBOARD (object);

  if (self->session != NULL)
    longhand_portal_close_session (self->connection, self->session);
  forget_session (self);
  g_ptr_array_unref (self->openings);
  g_clear_object (&self->clipboard);
  g_object_unref (self->connection);
  g_object_unref (self->settings);
  g_free (self->summary);
  G_OBJECT_CLASS (longhand_remote_keyboard_parent_class)->finalize (object);
}

static void
longhand_remote_keyboard_class_init (LonghandRemoteKeyboardClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = longhand_remote_keyboard_get_property;
  object_class->finalize = longhand_remote_keyboard_finalize;
  summary_prop = g_param_spec_string ("summary", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property (object_class, PROP_SUMMARY, summary_prop);
}

static void
longhand_remote_keyboard_init (LonghandRemoteKeyboard *self) {
  self->summary = g_strdup ("");
  self->openings = g_ptr_array_new_with_free_func (g_object_unref);
}

LonghandRemoteKeyboard *
longhand_remote_keyboard_new (GDBusConnection *connection, GSettings *settings, gboolean needs_clipboard) {
  LonghandRemoteKeyboard *self = g_object_new (LONGHAND_TYPE_REMOTE_KEYBOARD, NULL);

  self->connection = g_object_ref (connection);
  self->settings = g_object_ref (settings);
  self->clipboard = needs_clipboard ? longhand_remote_clipboard_new (connection) : NULL;
  return self;
}
