#include "automation/longhand-callers.h"

struct _LonghandCallers {
  GPtrArray *list; /* owned Caller, in the order of their recordings */
  guint next;      /* nothing more comes of the recordings before this one */
  LonghandCallersFns fns;
  gpointer user;
};

typedef struct {
  LonghandCallers *owner; /* borrowed */
  GDBusConnection *connection;
  char *name;
  guint watch_id;
  guint first, last;      /* recordings; last is G_MAXUINT while they go on */
  GPtrArray *unconfirmed; /* owned LonghandUtterance */
  GCancellable *questions;
} Caller;

/* An utterance that a caller is asked about. */
typedef struct {
  Caller *caller; /* borrowed; gone when the question is cancelled */
  LonghandUtterance *utterance;
} Question;

static void
caller_free (gpointer data) {
  Caller *caller = data;

  g_cancellable_cancel (caller->questions);
  g_object_unref (caller->questions);
  g_bus_unwatch_name (caller->watch_id);
  g_object_unref (caller->connection);
  g_ptr_array_unref (caller->unconfirmed);
  g_free (caller->name);
  g_free (caller);
}

LonghandCallers *
longhand_callers_new (const LonghandCallersFns *fns, gpointer user) {
  LonghandCallers *self = g_new0 (LonghandCallers, 1);

  self->list = g_ptr_array_new_with_free_func (caller_free);
  self->fns = *fns;
  self->user = user;
  return self;
}

void
longhand_callers_free (LonghandCallers *self) {
  g_ptr_array_unref (self->list);
  g_free (self);
}

static Caller *
find (LonghandCallers *self, guint recording) {
  for (guint i = 0; i < self->list->len; i++) {
    Caller *caller = self->list->pdata[i];

    if (recording >= caller->first && recording <= caller->last)
      return caller;
  }
  return NULL;
}

/* Callers follow one another: the last one is the only one that may be going on. */
static Caller *
find_present (LonghandCallers *self) {
  return find (self, G_MAXUINT);
}

const char *
longhand_callers_find (LonghandCallers *self, guint recording) {
  const Caller *caller = find (self, recording);

  return caller != NULL ? caller->name : NULL;
}

const char *
longhand_callers_get_present (LonghandCallers *self) {
  return longhand_callers_find (self, G_MAXUINT);
}

gboolean
longhand_callers_is_empty (LonghandCallers *self) {
  return self->list->len == 0;
}

gboolean
longhand_callers_has_unconfirmed (LonghandCallers *self) {
  for (guint i = 0; i < self->list->len; i++)
    if (((Caller *)self->list->pdata[i])->unconfirmed->len > 0)
      return TRUE;
  return FALSE;
}

static void
forget (LonghandCallers *self) {
  const guint n_before = self->list->len;

  for (guint i = self->list->len; i > 0; i--) {
    const Caller *caller = self->list->pdata[i - 1];

    if (caller->unconfirmed->len == 0 && (caller->last < self->next || caller->first > caller->last))
      g_ptr_array_remove_index (self->list, i - 1);
  }
  if (self->list->len < n_before)
    self->fns.changed (self->user);
}

void
longhand_callers_forget (LonghandCallers *self, guint next) {
  self->next = next;
  forget (self);
}

void
longhand_callers_end (LonghandCallers *self, guint last) {
  Caller *caller = find_present (self);

  if (caller == NULL)
    return;
  caller->last = last;
  forget (self);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user) {
  Caller *caller = user;
  LonghandCallers *self = caller->owner;
  g_autoptr (GPtrArray) undelivered = g_ptr_array_ref (caller->unconfirmed);
  const gboolean is_live = caller->last == G_MAXUINT;
  const gboolean has_more = caller->last >= self->next;

  g_ptr_array_remove (self->list, caller);
  self->fns.left (self->user, undelivered, has_more, is_live);
  self->fns.changed (self->user);
}

void
longhand_callers_begin (LonghandCallers *self, GDBusConnection *connection, const char *name, guint first) {
  Caller *caller = g_new0 (Caller, 1);

  g_return_if_fail (find_present (self) == NULL);
  caller->owner = self;
  caller->connection = g_object_ref (connection);
  caller->name = g_strdup (name);
  caller->first = first;
  caller->last = G_MAXUINT;
  caller->unconfirmed = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_utterance_unref);
  caller->questions = g_cancellable_new ();
  caller->watch_id = g_bus_watch_name_on_connection (connection, name, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                     on_vanished, caller, NULL);
  g_ptr_array_add (self->list, caller);
}

/* Who does not know the question has read what came before it all the same. */
static gboolean
is_sign_of_life (const GError *error) {
  return error == NULL || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT);
}

static void
on_answered (GObject *connection, GAsyncResult *result, gpointer user) {
  Question *question = user;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  if (is_sign_of_life (error)) {
    LonghandCallers *self = question->caller->owner;

    g_ptr_array_remove (question->caller->unconfirmed, question->utterance);
    forget (self);
    self->fns.changed (self->user);
  }
  longhand_utterance_unref (question->utterance);
  g_free (question);
}

void
longhand_callers_note_sent (LonghandCallers *self, guint recording, LonghandUtterance *utterance) {
  Caller *caller = find (self, recording);
  Question *question = g_new0 (Question, 1);

  question->caller = caller;
  question->utterance = longhand_utterance_ref (utterance);
  g_ptr_array_add (caller->unconfirmed, longhand_utterance_ref (utterance));
  g_dbus_connection_call (caller->connection, caller->name, "/", "org.freedesktop.DBus.Peer", "Ping", NULL,
                          NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, caller->questions, on_answered,
                          question);
}
