#include "files/longhand-file-queue.h"

#include "audio/longhand-audio-file.h"
#include "files/longhand-file-clock.h"
#include "files/longhand-file-item-private.h"
#include "files/longhand-file-text.h"
#include "longhand-error.h"
#include "sandbox/longhand-sandbox.h"

#include <glib/gi18n.h>

#define LOOK_MS 200

struct _LonghandFileQueue {
  GObject parent_instance;

  /* owned */
  LonghandFileRecognizer *recognizer; /* NULL once it is closed */
  LonghandSettings *settings;
  LonghandLibrary *library;
  LonghandSounds *sounds;
  LonghandMailbox *mailbox;
  GPtrArray *items;          /* LonghandFileItem */
  LonghandFileItem *running; /* NULL: none; also one that was cancelled, until its outcome is here */
  char *failure;             /* of the library; NULL: everything so far is kept */

  LonghandFileClock clock;
  guint n_serials;
  guint look_id; /* source; while something is running */
  gboolean is_held, was_busy, is_cancelling;
  gboolean owes_word; /* that all is done */
};

static void longhand_file_queue_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LonghandFileQueue, longhand_file_queue, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, longhand_file_queue_list_model_init))

enum { PROP_BUSY = 1, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { CHANGED, FINISHED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ---- list ---- */

static GType
get_item_type (GListModel *model) {
  return LONGHAND_TYPE_FILE_ITEM;
}

static guint
get_n_items (GListModel *model) {
  return LONGHAND_FILE_QUEUE (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position) {
  LonghandFileQueue *self = LONGHAND_FILE_QUEUE (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
longhand_file_queue_list_model_init (GListModelInterface *iface) {
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static LonghandFileItem *
item_at (LonghandFileQueue *self, guint i) {
  return self->items->pdata[i];
}

/* ---- what is told ---- */

/* The library has been told of some text, and has not said yet what has become of it. */
static gboolean
is_keeping (LonghandFileQueue *self) {
  for (guint i = 0; i < self->items->len; i++) {
    const LonghandFileItem *item = item_at (self, i);

    if (item->session != NULL && item->is_handed_on && item->failure == NULL)
      return TRUE;
  }
  return FALSE;
}

static void
tell (LonghandFileQueue *self) {
  const gboolean is_busy = longhand_file_queue_get_n_open (self) > 0;
  const gboolean is_other = is_busy != self->was_busy;

  g_signal_emit (self, signals[CHANGED], 0);
  self->was_busy = is_busy;
  if (is_other)
    self->owes_word = !is_busy && !self->is_cancelling;
  if (self->owes_word && !is_keeping (self)) {
    self->owes_word = FALSE;
    g_signal_emit (self, signals[FINISHED], 0);
  }
  if (is_other)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
}

static void
look (LonghandFileQueue *self) {
  LonghandFileItem *item = self->running;
  gint64 done_ms, total_ms;

  self->recognizer->get_progress (self->recognizer, &done_ms, &total_ms);
  longhand_file_clock_look (&self->clock, g_get_monotonic_time (), self->is_held, done_ms);
  if (item->state != LONGHAND_FILE_STATE_RUNNING)
    return;
  if (total_ms > 0)
    item->duration_ms = total_ms;
  item->fraction = total_ms > 0 ? (double)done_ms / (double)total_ms : 0;
  item->seconds_left = longhand_file_clock_get_left_s (&self->clock, item->duration_ms - done_ms, 0);
  longhand_file_item_changed (item);
}

static gboolean
on_look (gpointer user) {
  LonghandFileQueue *self = user;

  look (self);
  tell (self);
  return G_SOURCE_CONTINUE;
}

/* ---- keeping ---- */

static gboolean
keeps_sessions (LonghandFileQueue *self) {
  return g_settings_get_boolean (longhand_settings_get_gsettings (self->settings), "keep-sessions");
}

/* From when it is in the library on; what is not wanted any more is gone. */
static void
keep_sound (LonghandFileQueue *self, LonghandFileItem *item) {
  LonghandSoundPiece piece = {
    .id = item->session_id,
    .to_ms = item->session->duration_ms,
    .fd = item->sound_fd,
  };

  if (item->sound_fd < 0)
    return;
  if (!longhand_settings_get_keeps_sound (self->settings)) {
    longhand_file_item_drop_sound (item);
    return;
  }
  item->sound_fd = -1;
  longhand_sounds_keep (self->sounds, &piece);
  longhand_sounds_expire (self->sounds, longhand_settings_get_oldest_sound_us (self->settings));
}

/* To the library, as soon as it may have it. */
static void
hand_on (LonghandFileQueue *self, LonghandFileItem *item) {
  g_autofree char *title = longhand_file_text_dup_title (item->file);

  if (item->session == NULL || item->is_handed_on || !keeps_sessions (self))
    return;
  item->is_handed_on = TRUE;
  longhand_library_save (self->library, longhand_session_copy (item->session));
  longhand_library_set_title (self->library, item->session_id, title);
  keep_sound (self, item);
}

static void
hand_all_on (LonghandFileQueue *self) {
  for (guint i = 0; i < self->items->len; i++)
    hand_on (self, item_at (self, i));
}

/* Takes the sound. The session stays at hand until the library has it on the disk. */
static void
keep (LonghandFileQueue *self, LonghandFileItem *item, LonghandFileOutcome *outcome) {
  LonghandSession *session = longhand_file_text_to_session (outcome->transcript, outcome->duration_ms);

  g_clear_pointer (&item->session, longhand_session_free);
  longhand_file_item_drop_sound (item);
  if (longhand_session_is_blank (session)) {
    longhand_session_free (session);
    return;
  }
  item->session_id = session->id;
  item->session = session;
  item->sound_fd = outcome->sound_fd;
  outcome->sound_fd = -1;
  hand_on (self, item);
}

/* Of those that the library was told of: it has them all, or says why it has not. */
static void
note_kept (LonghandFileQueue *self) {
  for (guint i = 0; i < self->items->len; i++) {
    LonghandFileItem *item = item_at (self, i);

    if (item->session == NULL || !item->is_handed_on)
      continue;
    if (self->failure == NULL)
      g_clear_pointer (&item->session, longhand_session_free);
    g_free (item->failure);
    item->failure = g_strdup (self->failure);
    longhand_file_item_changed (item);
  }
  tell (self);
}

static void
on_listed (LonghandFileQueue *self) {
  if (longhand_library_get_all_saved (self->library))
    g_clear_pointer (&self->failure, g_free);
  else if (self->failure == NULL)
    return;
  note_kept (self);
}

static void
on_library_failed (LonghandFileQueue *self, const GError *error) {
  g_free (self->failure);
  self->failure = g_strdup (error->message);
  note_kept (self);
}

/* ---- recognition ---- */

static void advance (LonghandFileQueue *self);

static void
take_outcome (LonghandFileQueue *self, LonghandFileItem *item, LonghandFileOutcome *outcome) {
  item->duration_ms = outcome->duration_ms;
  if (g_error_matches (outcome->error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED)) {
    longhand_file_item_set_state (item, LONGHAND_FILE_STATE_CANCELLED, NULL);
  } else if (outcome->transcript == NULL) {
    longhand_file_item_set_state (item, LONGHAND_FILE_STATE_FAILED, outcome->error->message);
  } else {
    keep (self, item, outcome);
    longhand_file_item_set_state (item, LONGHAND_FILE_STATE_DONE, outcome->remark);
  }
}

static void
on_done (gpointer owner, gpointer letter) {
  LonghandFileQueue *self = owner;
  LonghandFileOutcome *outcome = letter;
  g_autoptr (LonghandFileItem) item = g_steal_pointer (&self->running);

  longhand_file_clock_look (&self->clock, g_get_monotonic_time (), self->is_held,
                            outcome->transcript != NULL ? outcome->duration_ms : 0);
  longhand_file_clock_end (&self->clock);
  g_clear_handle_id (&self->look_id, g_source_remove);
  self->recognizer->end (self->recognizer);
  if (item->state == LONGHAND_FILE_STATE_RUNNING)
    take_outcome (self, item, outcome);
  advance (self);
  tell (self);
}

/* FALSE: it could not be, and has failed. */
static gboolean
begin (LonghandFileQueue *self, LonghandFileItem *item) {
  g_autofree char *path = g_file_get_path (item->file);
  g_autoptr (GError) error = NULL;

  if (!self->recognizer->begin (self->recognizer, path, item->serial, self->mailbox, on_done, &error)) {
    longhand_file_item_set_state (item, LONGHAND_FILE_STATE_FAILED, error->message);
    return FALSE;
  }
  self->running = g_object_ref (item);
  item->is_held = self->is_held;
  longhand_file_clock_begin (&self->clock, g_get_monotonic_time ());
  self->look_id = g_timeout_add (LOOK_MS, on_look, self);
  longhand_file_item_set_state (item, LONGHAND_FILE_STATE_RUNNING, NULL);
  return TRUE;
}

/* In the order in which they came: what is still being looked into is not overtaken. */
static void
advance (LonghandFileQueue *self) {
  if (self->running != NULL || self->is_held || self->recognizer == NULL)
    return;
  for (guint i = 0; i < self->items->len && item_at (self, i)->state != LONGHAND_FILE_STATE_CHECKING; i++)
    if (item_at (self, i)->state == LONGHAND_FILE_STATE_WAITING && begin (self, item_at (self, i)))
      return;
}

/* ---- what is asked of it ---- */

typedef struct {
  char *path; /* owned */
  guint serial;
  double seconds;
  GError *error; /* owned; NULL: it is a recording */
} Check;

static void
check_free (gpointer data) {
  Check *check = data;

  g_clear_error (&check->error);
  g_free (check->path);
  g_free (check);
}

static void
check_inside (gpointer user) {
  Check *check = user;

  longhand_audio_file_probe (check->path, &check->seconds, &check->error);
}

/* The file comes from anywhere. */
static void
check_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
  Check *check = data;

  if (longhand_sandbox_run (check_inside, check, &check->error) && check->error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&check->error));
}

static LonghandFileItem *
find_checked (LonghandFileQueue *self, guint serial) {
  for (guint i = 0; i < self->items->len; i++)
    if (item_at (self, i)->serial == serial && item_at (self, i)->state == LONGHAND_FILE_STATE_CHECKING)
      return item_at (self, i);
  return NULL;
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user) {
  LonghandFileQueue *self = LONGHAND_FILE_QUEUE (source);
  const Check *check = g_task_get_task_data (G_TASK (result));
  LonghandFileItem *item = find_checked (self, check->serial);
  g_autoptr (GError) error = NULL;

  if (item == NULL)
    return;
  if (g_task_propagate_boolean (G_TASK (result), &error)) {
    item->duration_ms = (gint64)(check->seconds * 1000);
    longhand_file_item_set_state (item, LONGHAND_FILE_STATE_WAITING, NULL);
  } else {
    longhand_file_item_set_state (item, LONGHAND_FILE_STATE_FAILED, error->message);
  }
  advance (self);
  tell (self);
}

static void
check (LonghandFileQueue *self, LonghandFileItem *item) {
  Check *data = g_new0 (Check, 1);
  g_autoptr (GTask) task = g_task_new (self, NULL, on_checked, NULL);

  item->serial = data->serial = ++self->n_serials;
  data->path = g_file_get_path (item->file);
  g_task_set_source_tag (task, check);
  g_task_set_task_data (task, data, check_free);
  g_task_run_in_thread (task, check_in_thread);
}

static void
begin_check (LonghandFileQueue *self, LonghandFileItem *item) {
  g_autofree char *message = NULL;

  if (g_file_peek_path (item->file) != NULL) {
    longhand_file_item_set_state (item, LONGHAND_FILE_STATE_CHECKING, NULL);
    check (self, item);
    return;
  }
  message = g_strdup_printf (_ ("“%s” is not on this computer: copy it here first."), item->name);
  longhand_file_item_set_state (item, LONGHAND_FILE_STATE_FAILED, message);
}

static gboolean
is_open_already (LonghandFileQueue *self, GFile *file) {
  for (guint i = 0; i < self->items->len; i++)
    if (longhand_file_item_is_open (item_at (self, i)) && g_file_equal (item_at (self, i)->file, file))
      return TRUE;
  return FALSE;
}

void
longhand_file_queue_add (LonghandFileQueue *self, GFile *file) {
  LonghandFileItem *item;

  g_return_if_fail (LONGHAND_IS_FILE_QUEUE (self) && G_IS_FILE (file));
  if (self->recognizer == NULL || is_open_already (self, file))
    return;
  item = longhand_file_item_new (file);
  g_ptr_array_add (self->items, item);
  g_list_model_items_changed (G_LIST_MODEL (self), self->items->len - 1, 0, 1);
  begin_check (self, item);
  tell (self);
}

static void
cancel (LonghandFileQueue *self, LonghandFileItem *item) {
  if (!longhand_file_item_is_open (item))
    return;
  if (item == self->running)
    self->recognizer->cancel (self->recognizer);
  longhand_file_item_set_state (item, LONGHAND_FILE_STATE_CANCELLED, NULL);
}

static void
tell_of_cancel (LonghandFileQueue *self) {
  self->is_cancelling = TRUE;
  tell (self);
  self->is_cancelling = FALSE;
}

void
longhand_file_queue_cancel (LonghandFileQueue *self, LonghandFileItem *item) {
  g_return_if_fail (LONGHAND_IS_FILE_QUEUE (self) && LONGHAND_IS_FILE_ITEM (item));
  cancel (self, item);
  tell_of_cancel (self);
}

void
longhand_file_queue_cancel_all (LonghandFileQueue *self) {
  g_return_if_fail (LONGHAND_IS_FILE_QUEUE (self));
  for (guint i = 0; i < self->items->len; i++)
    cancel (self, item_at (self, i));
  tell_of_cancel (self);
}

void
longhand_file_queue_retry (LonghandFileQueue *self, LonghandFileItem *item) {
  g_return_if_fail (LONGHAND_IS_FILE_QUEUE (self) && LONGHAND_IS_FILE_ITEM (item));
  if (self->recognizer == NULL || longhand_file_item_is_open (item)
      || item->state == LONGHAND_FILE_STATE_DONE)
    return;
  begin_check (self, item);
  tell (self);
}

static gboolean
is_over (const LonghandFileItem *item) {
  return item->state > LONGHAND_FILE_STATE_RUNNING && item->session == NULL;
}

void
longhand_file_queue_clear (LonghandFileQueue *self) {
  g_return_if_fail (LONGHAND_IS_FILE_QUEUE (self));
  for (guint i = self->items->len; i-- > 0;)
    if (is_over (item_at (self, i))) {
      g_ptr_array_remove_index (self->items, i);
      g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 0);
    }
  tell (self);
}

/* ---- dictation goes first ---- */

void
longhand_file_queue_set_held (LonghandFileQueue *self, gboolean held) {
  g_return_if_fail (LONGHAND_IS_FILE_QUEUE (self));
  if (self->is_held == held || self->recognizer == NULL)
    return;
  if (self->running != NULL)
    look (self); /* the time up to here was its own, or was not */
  self->is_held = held;
  self->recognizer->set_held (self->recognizer, held);
  if (self->running != NULL) {
    self->running->is_held = held;
    longhand_file_item_changed (self->running);
  }
  advance (self);
  tell (self);
}

gboolean
longhand_file_queue_get_held (LonghandFileQueue *self) {
  return self->is_held;
}

/* A microphone may be waited for for long, and until it is there nobody speaks. */
static void
follow_dictation (LonghandDictation *dictation, GParamSpec *pspec, LonghandFileQueue *self) {
  longhand_file_queue_set_held (self,
                                longhand_dictation_has_pending (dictation)
                                    && longhand_dictation_get_state (dictation) != LONGHAND_STATE_WAITING);
}

void
longhand_file_queue_follow (LonghandFileQueue *self, LonghandDictation *dictation) {
  g_return_if_fail (LONGHAND_IS_FILE_QUEUE (self));
  g_signal_connect_object (dictation, "notify::state", G_CALLBACK (follow_dictation), self, 0);
  g_signal_connect_object (dictation, "notify::model-state", G_CALLBACK (follow_dictation), self, 0);
  follow_dictation (dictation, NULL, self);
}

/* ---- figures ---- */

guint
longhand_file_queue_get_n_open (LonghandFileQueue *self) {
  guint n = 0;

  for (guint i = 0; i < self->items->len; i++)
    n += longhand_file_item_is_open (item_at (self, i)) ? 1 : 0;
  return n;
}

guint
longhand_file_queue_get_n_unkept (LonghandFileQueue *self) {
  guint n = 0;

  for (guint i = 0; i < self->items->len; i++)
    n += item_at (self, i)->session != NULL ? 1 : 0;
  return n;
}

double
longhand_file_queue_get_seconds_left (LonghandFileQueue *self) {
  gint64 left_ms = 0, more_ms = 0;

  for (guint i = 0; i < self->items->len; i++) {
    LonghandFileItem *item = item_at (self, i);

    if (!longhand_file_item_is_open (item))
      continue;
    if (item->duration_ms <= 0)
      return -1;
    if (item == self->running)
      left_ms = (gint64)((1 - item->fraction) * (double)item->duration_ms);
    else
      more_ms += item->duration_ms;
  }
  return longhand_file_clock_get_left_s (&self->clock, left_ms, more_ms);
}

/* ---- object ---- */

static void
longhand_file_queue_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  switch (id) {
  case PROP_BUSY:
    g_value_set_boolean (value, longhand_file_queue_get_n_open (LONGHAND_FILE_QUEUE (object)) > 0);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

void
longhand_file_queue_close (LonghandFileQueue *self) {
  LonghandFileRecognizer *recognizer = g_steal_pointer (&self->recognizer);

  if (recognizer == NULL)
    return;
  g_clear_handle_id (&self->look_id, g_source_remove);
  longhand_mailbox_close (self->mailbox);
  recognizer->free (recognizer);
  g_clear_object (&self->running);
}

static void
longhand_file_queue_dispose (GObject *object) {
  longhand_file_queue_close (LONGHAND_FILE_QUEUE (object));
  G_OBJECT_CLASS (longhand_file_queue_parent_class)->dispose (object);
}

static void
longhand_file_queue_finalize (GObject *object) {
  LonghandFileQueue *self = LONGHAND_FILE_QUEUE (object);

  longhand_mailbox_unref (self->mailbox);
  g_ptr_array_unref (self->items);
  g_object_unref (self->settings);
  g_object_unref (self->library);
  g_object_unref (self->sounds);
  g_free (self->failure);
  G_OBJECT_CLASS (longhand_file_queue_parent_class)->finalize (object);
}

static void
longhand_file_queue_class_init (LonghandFileQueueClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = longhand_file_queue_get_property;
  object_class->dispose = longhand_file_queue_dispose;
  object_class->finalize = longhand_file_queue_finalize;
  props[PROP_BUSY]
      = g_param_spec_boolean ("busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", LONGHAND_TYPE_FILE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[FINISHED] = g_signal_new ("finished", LONGHAND_TYPE_FILE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void
longhand_file_queue_init (LonghandFileQueue *self) {
  self->mailbox = longhand_mailbox_new (G_OBJECT (self));
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

LonghandFileQueue *
longhand_file_queue_new (LonghandFileRecognizer *recognizer, LonghandSettings *settings,
                         LonghandLibrary *library, LonghandSounds *sounds) {
  LonghandFileQueue *self = g_object_new (LONGHAND_TYPE_FILE_QUEUE, NULL);

  self->recognizer = recognizer;
  self->settings = g_object_ref (settings);
  self->library = g_object_ref (library);
  self->sounds = g_object_ref (sounds);
  g_signal_connect_object (library, "listed", G_CALLBACK (on_listed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "failed", G_CALLBACK (on_library_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (longhand_settings_get_gsettings (settings), "changed::keep-sessions",
                           G_CALLBACK (hand_all_on), self, G_CONNECT_SWAPPED);
  return self;
}
