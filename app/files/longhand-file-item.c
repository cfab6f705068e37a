#include "files/longhand-file-item-private.h"

#include <unistd.h>

G_DEFINE_FINAL_TYPE (LonghandFileItem, longhand_file_item, G_TYPE_OBJECT)

static guint changed;

static void
longhand_file_item_finalize (GObject *object) {
  LonghandFileItem *self = LONGHAND_FILE_ITEM (object);

  g_clear_object (&self->file);
  g_free (self->name);
  g_free (self->message);
  g_free (self->failure);
  longhand_session_free (self->session);
  longhand_file_item_drop_sound (self);
  G_OBJECT_CLASS (longhand_file_item_parent_class)->finalize (object);
}

static void
longhand_file_item_class_init (LonghandFileItemClass *klass) {
  G_OBJECT_CLASS (klass)->finalize = longhand_file_item_finalize;
  changed = g_signal_new ("changed", LONGHAND_TYPE_FILE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                          G_TYPE_NONE, 0);
}

static void
longhand_file_item_init (LonghandFileItem *self) {
  self->seconds_left = -1;
  self->sound_fd = -1;
}

LonghandFileItem *
longhand_file_item_new (GFile *file) {
  LonghandFileItem *self = g_object_new (LONGHAND_TYPE_FILE_ITEM, NULL);
  g_autofree char *name = g_file_get_basename (file);

  self->file = g_object_ref (file);
  self->name = g_filename_display_name (name);
  return self;
}

void
longhand_file_item_set_state (LonghandFileItem *self, LonghandFileState state, const char *message) {
  g_autofree char *former = g_steal_pointer (&self->message);

  self->state = state;
  self->message = g_strdup (message);
  self->fraction = state == LONGHAND_FILE_STATE_DONE ? 1 : 0;
  self->seconds_left = -1;
  longhand_file_item_changed (self);
}

void
longhand_file_item_drop_sound (LonghandFileItem *self) {
  if (self->sound_fd >= 0)
    close (self->sound_fd);
  self->sound_fd = -1;
}

void
longhand_file_item_changed (LonghandFileItem *self) {
  g_signal_emit (self, changed, 0);
}

GFile *
longhand_file_item_get_file (LonghandFileItem *self) {
  return self->file;
}

const char *
longhand_file_item_get_name (LonghandFileItem *self) {
  return self->name;
}

LonghandFileState
longhand_file_item_get_state (LonghandFileItem *self) {
  return self->state;
}

gboolean
longhand_file_item_is_open (LonghandFileItem *self) {
  return self->state <= LONGHAND_FILE_STATE_RUNNING;
}

gboolean
longhand_file_item_is_held (LonghandFileItem *self) {
  return self->is_held && self->state == LONGHAND_FILE_STATE_RUNNING;
}

double
longhand_file_item_get_fraction (LonghandFileItem *self) {
  return self->fraction;
}

double
longhand_file_item_get_seconds_left (LonghandFileItem *self) {
  return self->seconds_left;
}

gint64
longhand_file_item_get_duration_ms (LonghandFileItem *self) {
  return self->duration_ms;
}

const char *
longhand_file_item_get_message (LonghandFileItem *self) {
  return self->failure != NULL ? self->failure : self->message;
}

gint64
longhand_file_item_get_session_id (LonghandFileItem *self) {
  return self->session_id;
}

const LonghandSession *
longhand_file_item_get_session (LonghandFileItem *self) {
  return self->session;
}
