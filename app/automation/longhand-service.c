#include "automation/longhand-service.h"

#include "automation/longhand-bus-error.h"
#include "automation/longhand-callers.h"
#include "dictation/longhand-utterance.h"
#include "longhand-config.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <string.h>

struct _LonghandService {
  LonghandBusDictation1Skeleton parent_instance;

  /* owned */
  LonghandDictation *dictation; /* NULL unless attached */
  LonghandCallers *callers;     /* likewise */
  GPtrArray *starts;            /* GTask with a Start: those that are not decided */
  GError *why;                  /* what went wrong since one of them began */

  guint settle_id; /* source */
  gboolean is_busy;
  gboolean is_returning; /* text of a caller that left goes to the window */
  gboolean is_keeping;   /* likewise, and nobody is told */
};

/* One that was asked for. */
typedef struct {
  char *caller; /* NULL: the window */
  gboolean has_begun;
} Start;

static void dictation1_init (LonghandBusDictation1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LonghandService, longhand_service, LONGHAND_BUS_TYPE_DICTATION1_SKELETON,
                               G_IMPLEMENT_INTERFACE (LONGHAND_BUS_TYPE_DICTATION1, dictation1_init))

enum { PROP_LEVEL = 1, PROP_ELAPSED_MS, PROP_BUSY };
static GParamSpec *busy_prop;
enum { WINDOW_WANTED, BEGUN, N_SIGNALS };
static guint signals[N_SIGNALS];

static LonghandState
get_state (LonghandService *self) {
  return longhand_dictation_get_state (self->dictation);
}

static void
start_free (gpointer data) {
  Start *start = data;

  g_free (start->caller);
  g_free (start);
}

gboolean
longhand_service_get_busy (LonghandService *self) {
  return self->is_busy;
}

static void
update_busy (LonghandService *self) {
  const gboolean is_busy = self->dictation != NULL
                           && (longhand_dictation_has_pending (self->dictation)
                               || !longhand_callers_is_empty (self->callers) || self->starts->len > 0);

  if (self->is_busy == is_busy)
    return;
  self->is_busy = is_busy;
  g_object_notify_by_pspec (G_OBJECT (self), busy_prop);
}

/* ---- starts ---- */

static gboolean settle (gpointer user);

static void
settle_later (LonghandService *self) {
  if (self->settle_id == 0 && self->starts->len > 0)
    self->settle_id = g_idle_add_full (G_PRIORITY_DEFAULT, settle, self, NULL);
}

static void
begin (LonghandService *self, Start *start) {
  start->has_begun = TRUE;
  g_clear_error (&self->why);
  g_signal_emit (self, signals[BEGUN], 0);
  if (start->caller == NULL)
    g_signal_emit (self, signals[WINDOW_WANTED], 0, LONGHAND_WINDOW_USE_START);
  else if (get_state (self) == LONGHAND_STATE_IDLE)
    longhand_callers_begin (self->callers,
                            g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self)),
                            start->caller, longhand_dictation_get_n_recordings (self->dictation) + 1);
  if (start->caller != NULL)
    longhand_dictation_start_elsewhere (self->dictation);
  else
    longhand_dictation_start (self->dictation);
  settle_later (self);
}

static void
fail_cancelled (GTask *task) {
  g_task_return_new_error (task, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED,
                           _ ("Stopped before recording began."));
}

/* An error means that nothing goes on. */
static void
fail_start (LonghandService *self, GTask *task) {
  longhand_dictation_stop (self->dictation);
  if (self->why != NULL)
    g_task_return_error (task, g_error_copy (self->why));
  else
    fail_cancelled (task);
}

/* FALSE: it is not decided. */
static gboolean
decide (LonghandService *self, GTask *task) {
  Start *start = g_task_get_task_data (task);
  const LonghandState state = get_state (self);
  const gboolean is_open = state != LONGHAND_STATE_IDLE && state != LONGHAND_STATE_FINISHING;

  if (is_open && g_strcmp0 (start->caller, longhand_callers_get_present (self->callers)) != 0) {
    g_task_return_new_error (task, LONGHAND_ERROR, LONGHAND_ERROR_BUSY,
                             _ ("Longhand is dictating for somebody else: stop that first."));
    return TRUE;
  }
  if (state == LONGHAND_STATE_RECORDING) {
    g_task_return_boolean (task, TRUE);
    return TRUE;
  }
  if (start->has_begun && state != LONGHAND_STATE_STARTING) {
    fail_start (self, task);
    return TRUE;
  }
  if (state == LONGHAND_STATE_IDLE || state == LONGHAND_STATE_WAITING)
    begin (self, start);
  start->has_begun |= state == LONGHAND_STATE_STARTING;
  return FALSE;
}

/* What the dictation says comes in parts, the state before the reason: looks when all of it is there. */
static gboolean
settle (gpointer user) {
  LonghandService *self = user;

  self->settle_id = 0;
  for (guint i = 0; i < self->starts->len;)
    if (decide (self, self->starts->pdata[i]))
      g_ptr_array_remove_index (self->starts, i);
    else
      i++;
  if (get_state (self) == LONGHAND_STATE_IDLE)
    longhand_callers_end (self->callers, longhand_dictation_get_n_recordings (self->dictation));
  update_busy (self);
  return G_SOURCE_REMOVE;
}

void
longhand_service_start_async (LonghandService *self, const char *caller, GAsyncReadyCallback callback,
                              gpointer user) {
  GTask *task = g_task_new (self, NULL, callback, user);
  Start *start = g_new0 (Start, 1);

  start->caller = g_strdup (caller);
  g_task_set_source_tag (task, longhand_service_start_async);
  g_task_set_task_data (task, start, start_free);
  g_ptr_array_add (self->starts, task);
  settle_later (self);
  update_busy (self);
}

gboolean
longhand_service_start_finish (LonghandService *self, GAsyncResult *result, GError **error) {
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
cancel_starts (LonghandService *self, gboolean also_begun) {
  for (guint i = self->starts->len; i > 0; i--) {
    g_autoptr (GTask) task = g_object_ref (self->starts->pdata[i - 1]);

    if (!also_begun && ((Start *)g_task_get_task_data (task))->has_begun)
      continue;
    g_ptr_array_remove_index (self->starts, i - 1);
    fail_cancelled (task);
  }
}

void
longhand_service_stop (LonghandService *self) {
  cancel_starts (self, FALSE);
  longhand_dictation_stop (self->dictation);
  update_busy (self);
}

gboolean
longhand_service_get_started (LonghandService *self) {
  const LonghandState state = get_state (self);

  return self->starts->len > 0 || (state != LONGHAND_STATE_IDLE && state != LONGHAND_STATE_FINISHING);
}

/* ---- methods ---- */

static void
on_started (GObject *object, GAsyncResult *result, gpointer user) {
  g_autoptr (GDBusMethodInvocation) invocation = user;
  LonghandService *self = LONGHAND_SERVICE (object);
  g_autoptr (GError) error = NULL;

  if (!longhand_service_start_finish (self, result, &error))
    g_dbus_method_invocation_return_gerror (g_object_ref (invocation), error);
  else if (strcmp (g_dbus_method_invocation_get_method_name (invocation), "Toggle") == 0)
    longhand_bus_dictation1_complete_toggle (LONGHAND_BUS_DICTATION1 (self), g_object_ref (invocation), TRUE);
  else
    longhand_bus_dictation1_complete_start (LONGHAND_BUS_DICTATION1 (self), g_object_ref (invocation));
}

static gboolean
read_options (GVariant *options, gboolean *for_caller, GError **error) {
  GVariantIter iter;
  const char *name;
  GVariant *value;

  *for_caller = FALSE;
  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    g_autoptr (GVariant) owned = value;
    const char *into
        = g_variant_is_of_type (owned, G_VARIANT_TYPE_STRING) ? g_variant_get_string (owned, NULL) : "";

    *for_caller = strcmp (into, "caller") == 0;
    if (strcmp (name, "into") != 0 || (!*for_caller && strcmp (into, "window") != 0)) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("Option “%s” of Start is not known, or has a value that is not."), name);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
handle_start (LonghandBusDictation1 *object, GDBusMethodInvocation *invocation, GVariant *options) {
  gboolean for_caller;
  g_autoptr (GError) error = NULL;

  if (!read_options (options, &for_caller, &error))
    g_dbus_method_invocation_return_gerror (invocation, error);
  else
    longhand_service_start_async (LONGHAND_SERVICE (object),
                                  for_caller ? g_dbus_method_invocation_get_sender (invocation) : NULL,
                                  on_started, invocation);
  return TRUE;
}

static gboolean
handle_stop (LonghandBusDictation1 *object, GDBusMethodInvocation *invocation) {
  longhand_service_stop (LONGHAND_SERVICE (object));
  longhand_bus_dictation1_complete_stop (object, invocation);
  return TRUE;
}

static gboolean
handle_toggle (LonghandBusDictation1 *object, GDBusMethodInvocation *invocation) {
  LonghandService *self = LONGHAND_SERVICE (object);

  if (longhand_service_get_started (self)) {
    longhand_service_stop (self);
    longhand_bus_dictation1_complete_toggle (object, invocation, FALSE);
  } else {
    longhand_service_start_async (self, NULL, on_started, invocation);
  }
  return TRUE;
}

static gboolean
handle_cut (LonghandBusDictation1 *object, GDBusMethodInvocation *invocation) {
  longhand_bus_dictation1_complete_cut (object, invocation,
                                        longhand_dictation_cut (LONGHAND_SERVICE (object)->dictation));
  return TRUE;
}

/* As signal, "committed" or "left-out", for the window alone. The sound of text is not the window's: it is
 * there from now on. */
static void
keep (LonghandService *self, const char *signal, const char *text) {
  const gint64 now_ms = longhand_dictation_get_now_ms (self->dictation);
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (now_ms, now_ms, text);

  g_signal_emit (self, signals[WINDOW_WANTED], 0, LONGHAND_WINDOW_USE_KEEP);
  self->is_keeping = TRUE;
  g_signal_emit_by_name (self->dictation, signal, utterance);
  self->is_keeping = FALSE;
}

static gboolean
handle_keep (LonghandBusDictation1 *object, GDBusMethodInvocation *invocation, const char *text) {
  g_autofree char *words = g_strstrip (g_strdup (text));

  if (*words != '\0')
    keep (LONGHAND_SERVICE (object), "committed", words);
  longhand_bus_dictation1_complete_keep (object, invocation);
  return TRUE;
}

static void
dictation1_init (LonghandBusDictation1Iface *iface) {
  iface->handle_start = handle_start;
  iface->handle_stop = handle_stop;
  iface->handle_toggle = handle_toggle;
  iface->handle_cut = handle_cut;
  iface->handle_keep = handle_keep;
}

/* ---- signals ---- */

/* Takes arguments, if floating. name: of the only receiver; NULL: everybody. */
static void
emit (LonghandService *self, const char *name, const char *signal, GVariant *arguments) {
  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (self);
  GDBusConnection *connection = g_dbus_interface_skeleton_get_connection (skeleton);
  g_autoptr (GVariant) owned = g_variant_ref_sink (arguments);

  if (connection != NULL)
    g_dbus_connection_emit_signal (connection, name, g_dbus_interface_skeleton_get_object_path (skeleton),
                                   g_dbus_interface_skeleton_get_info (skeleton)->name, signal, owned, NULL);
}

/* Whose text is being told; NULL: the window's. */
static const char *
get_receiver (LonghandService *self) {
  return self->is_returning ? NULL
                            : longhand_callers_find (
                                self->callers, longhand_dictation_get_heard_recording (self->dictation));
}

static void
on_tentative (LonghandService *self, const char *text, guint n_firm) {
  const char *receiver = get_receiver (self);
  gint64 start_ms, end_ms;

  longhand_dictation_get_tentative_times (self->dictation, &start_ms, &end_ms);
  longhand_bus_dictation1_set_tentative_text (LONGHAND_BUS_DICTATION1 (self), receiver == NULL ? text : "");
  emit (self, receiver, "Tentative",
        g_variant_new ("(suxx)", text, (guint)g_utf8_strlen (text, (gssize)n_firm), start_ms, end_ms));
  if (receiver != NULL)
    g_signal_stop_emission_by_name (self->dictation, "tentative");
}

static GVariant *
words_of (const LonghandUtterance *utterance) {
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sxxd)"));
  for (guint i = 0; i < utterance->segments->len; i++) {
    const LonghandSegment *segment = utterance->segments->pdata[i];

    for (guint k = 0; segment->words != NULL && k < segment->words->len; k++) {
      const LonghandWord *word = &g_array_index (segment->words, LonghandWord, k);

      g_variant_builder_add (&builder, "(sxxd)", word->text, word->start_ms, word->end_ms, word->probability);
    }
  }
  return g_variant_builder_end (&builder);
}

static const char *
name_of_command (LonghandCommand command) {
  switch (command) {
  case LONGHAND_COMMAND_BREAK:
    return "break";
  case LONGHAND_COMMAND_MARK:
    return "mark";
  case LONGHAND_COMMAND_CLOSING:
    return "closing";
  case LONGHAND_COMMAND_OPENING:
    return "opening";
  case LONGHAND_COMMAND_WORD:
    return "word";
  case LONGHAND_COMMAND_SCRATCH:
    return "scratch";
  case LONGHAND_COMMAND_UNDO:
    return "undo";
  case LONGHAND_COMMAND_STOP:
    return "stop";
  case LONGHAND_COMMAND_NONE:
  default:
    return "";
  }
}

static void
on_committed (LonghandService *self, LonghandUtterance *utterance) {
  const char *receiver = get_receiver (self);

  if (self->is_keeping)
    return;
  longhand_bus_dictation1_set_tentative_text (LONGHAND_BUS_DICTATION1 (self), "");
  if (utterance->command == LONGHAND_COMMAND_NONE)
    emit (self, receiver, "Committed",
          g_variant_new ("(sxx@a(sxxd))", utterance->text, utterance->start_ms, utterance->end_ms,
                         words_of (utterance)));
  else
    emit (self, receiver, "Command",
          g_variant_new ("(ssxx)", name_of_command (utterance->command), utterance->text, utterance->start_ms,
                         utterance->end_ms));
  if (receiver == NULL)
    return;
  longhand_callers_note_sent (self->callers, longhand_dictation_get_heard_recording (self->dictation),
                              utterance);
  longhand_dictation_set_is_awaited (self->dictation, TRUE);
  g_signal_stop_emission_by_name (self->dictation, "committed");
}

/* A caller may have no place for what it can hardly write: the window keeps it in any case. */
static void
on_left_out (LonghandService *self, LonghandUtterance *utterance) {
  const char *receiver = get_receiver (self);

  if (self->is_keeping)
    return;
  emit (self, receiver, "LeftOut",
        g_variant_new ("(sxx)", utterance->text, utterance->start_ms, utterance->end_ms));
  if (receiver == NULL)
    return;
  keep (self, "left-out", utterance->text);
  g_signal_stop_emission_by_name (self->dictation, "left-out");
}

static void
on_failed (LonghandService *self, const GError *error) {
  emit (self, NULL, "Failed", g_variant_new ("(ss)", longhand_bus_error_get_name (error), error->message));
  if (self->starts->len == 0)
    return;
  g_clear_error (&self->why);
  self->why = g_error_copy (error);
  settle_later (self);
}

/* ---- properties ---- */

static const char *
name_of (LonghandState state) {
  switch (state) {
  case LONGHAND_STATE_STARTING:
    return "starting";
  case LONGHAND_STATE_RECORDING:
    return "recording";
  case LONGHAND_STATE_WAITING:
    return "waiting";
  case LONGHAND_STATE_FINISHING:
    return "finishing";
  case LONGHAND_STATE_IDLE:
  default:
    return "idle";
  }
}

static void
on_state (LonghandService *self) {
  const guint n_recordings = longhand_dictation_get_n_recordings (self->dictation);

  longhand_bus_dictation1_set_state (LONGHAND_BUS_DICTATION1 (self), name_of (get_state (self)));
  if (get_state (self) == LONGHAND_STATE_IDLE)
    longhand_callers_end (self->callers, n_recordings);
  longhand_callers_forget (self->callers, longhand_dictation_has_pending (self->dictation)
                                              ? longhand_dictation_get_heard_recording (self->dictation)
                                              : n_recordings + 1);
  settle_later (self);
  update_busy (self);
}

static void
on_model_title (LonghandService *self) {
  longhand_bus_dictation1_set_model (LONGHAND_BUS_DICTATION1 (self),
                                     longhand_dictation_get_model_title (self->dictation));
}

static void
longhand_service_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  LonghandService *self = LONGHAND_SERVICE (object);
  double peak = 0, rms;

  switch (id) {
  case PROP_LEVEL:
    if (self->dictation != NULL)
      longhand_dictation_get_level (self->dictation, &peak, &rms);
    g_value_set_double (value, peak);
    break;
  case PROP_ELAPSED_MS:
    g_value_set_int64 (value,
                       self->dictation != NULL ? longhand_dictation_get_elapsed_ms (self->dictation) : 0);
    break;
  case PROP_BUSY:
    g_value_set_boolean (value, self->is_busy);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

/* The others of the interface are set as they change. */
static void
longhand_service_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec) {
  G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* ---- callers ---- */

/* Nobody else could stop a recording that its caller has left. */
static void
on_caller_left (gpointer user, GPtrArray *undelivered, gboolean has_more, gboolean is_live) {
  LonghandService *self = user;

  if (undelivered->len > 0 || has_more) {
    longhand_dictation_take_over (self->dictation);
    g_signal_emit (self, signals[WINDOW_WANTED], 0, LONGHAND_WINDOW_USE_RETURN);
  }
  self->is_returning = TRUE;
  for (guint i = 0; i < undelivered->len; i++)
    g_signal_emit_by_name (self->dictation, "committed", undelivered->pdata[i]);
  self->is_returning = FALSE;
  if (is_live)
    longhand_service_stop (self);
}

static void
on_callers_changed (gpointer user) {
  LonghandService *self = user;

  longhand_dictation_set_is_awaited (self->dictation, longhand_callers_has_unconfirmed (self->callers));
  update_busy (self);
}

/* ---- object ---- */

void
longhand_service_attach (LonghandService *self, LonghandDictation *dictation) {
  static const LonghandCallersFns fns = { .left = on_caller_left, .changed = on_callers_changed };

  g_return_if_fail (self->dictation == NULL);
  self->dictation = g_object_ref (dictation);
  self->callers = longhand_callers_new (&fns, self);
  g_signal_connect_object (dictation, "tentative", G_CALLBACK (on_tentative), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "committed", G_CALLBACK (on_committed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "left-out", G_CALLBACK (on_left_out), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::state", G_CALLBACK (on_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::model-state", G_CALLBACK (on_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::model-title", G_CALLBACK (on_model_title), self,
                           G_CONNECT_SWAPPED);
  on_state (self);
  on_model_title (self);
}

void
longhand_service_detach (LonghandService *self) {
  if (self->dictation == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->dictation, self);
  g_clear_handle_id (&self->settle_id, g_source_remove);
  cancel_starts (self, TRUE);
  if (!longhand_callers_is_empty (self->callers))
    longhand_dictation_keep_session (self->dictation);
  g_clear_pointer (&self->callers, longhand_callers_free);
  g_clear_object (&self->dictation);
}

static void
longhand_service_dispose (GObject *object) {
  longhand_service_detach (LONGHAND_SERVICE (object));
  G_OBJECT_CLASS (longhand_service_parent_class)->dispose (object);
}

static void
longhand_service_finalize (GObject *object) {
  LonghandService *self = LONGHAND_SERVICE (object);

  g_ptr_array_unref (self->starts);
  g_clear_error (&self->why);
  G_OBJECT_CLASS (longhand_service_parent_class)->finalize (object);
}

static void
longhand_service_class_init (LonghandServiceClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = longhand_service_get_property;
  object_class->set_property = longhand_service_set_property;
  object_class->dispose = longhand_service_dispose;
  object_class->finalize = longhand_service_finalize;
  g_object_class_override_property (object_class, PROP_LEVEL, "level");
  g_object_class_override_property (object_class, PROP_ELAPSED_MS, "elapsed-ms");
  busy_prop = g_param_spec_boolean ("busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property (object_class, PROP_BUSY, busy_prop);
  signals[WINDOW_WANTED] = g_signal_new ("window-wanted", LONGHAND_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[BEGUN]
      = g_signal_new ("begun", LONGHAND_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
longhand_service_init (LonghandService *self) {
  longhand_bus_error_register ();
  self->starts = g_ptr_array_new_with_free_func (g_object_unref);
  longhand_bus_dictation1_set_version (LONGHAND_BUS_DICTATION1 (self), VERSION);
}

LonghandService *
longhand_service_new (void) {
  return g_object_new (LONGHAND_TYPE_SERVICE, NULL);
}
