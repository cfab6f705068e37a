/* A file in the queue, as it is shown. Main thread. */
#pragma once

#include "transcript/longhand-session.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  LONGHAND_FILE_STATE_CHECKING, /* whether it is a recording */
  LONGHAND_FILE_STATE_WAITING,  /* for its turn */
  LONGHAND_FILE_STATE_RUNNING,
  LONGHAND_FILE_STATE_DONE, /* its text is a session */
  LONGHAND_FILE_STATE_FAILED,
  LONGHAND_FILE_STATE_CANCELLED,
} LonghandFileState;

/* Signal "changed": any of what is told below is another one. */
#define LONGHAND_TYPE_FILE_ITEM (longhand_file_item_get_type ())
G_DECLARE_FINAL_TYPE (LonghandFileItem, longhand_file_item, LONGHAND, FILE_ITEM, GObject)

GFile *longhand_file_item_get_file (LonghandFileItem *self);      /* (transfer none) */
const char *longhand_file_item_get_name (LonghandFileItem *self); /* for people; with its ending */
LonghandFileState longhand_file_item_get_state (LonghandFileItem *self);
/* Neither done nor given up. */
gboolean longhand_file_item_is_open (LonghandFileItem *self);
/* Running, but dictation goes first. */
gboolean longhand_file_item_is_held (LonghandFileItem *self);
double longhand_file_item_get_fraction (LonghandFileItem *self);     /* 0..1; running: 0 while it is read */
double longhand_file_item_get_seconds_left (LonghandFileItem *self); /* running; negative: nobody knows */
gint64 longhand_file_item_get_duration_ms (LonghandFileItem *self);  /* of the sound; 0: unknown */
/* Why it failed, or a remark on what came of it; one sentence, or NULL. */
const char *longhand_file_item_get_message (LonghandFileItem *self);
/* Done: of its text; 0: there are no words. */
gint64 longhand_file_item_get_session_id (LonghandFileItem *self);
/* Done: its text, as long as it is kept nowhere else; then NULL. (transfer none) */
const LonghandSession *longhand_file_item_get_session (LonghandFileItem *self);

G_END_DECLS
