/* What the queue knows of a file. */
#pragma once

#include "files/longhand-file-item.h"

G_BEGIN_DECLS

struct _LonghandFileItem {
  GObject parent_instance;

  /* owned */
  GFile *file;
  char *name;
  char *message;
  char *failure; /* of keeping session; NULL: none */
  LonghandSession *session;
  int sound_fd; /* of session, until the library is told of it; -1: none is kept */

  LonghandFileState state;
  guint serial; /* of its last check or run */
  gint64 duration_ms, session_id;
  gboolean is_held;
  gboolean is_handed_on; /* session, to the library */
  double fraction, seconds_left;
};

LonghandFileItem *longhand_file_item_new (GFile *file); /* (transfer full) */
void longhand_file_item_drop_sound (LonghandFileItem *self);
/* With the message, a copy, that goes with it; NULL: none. */
void longhand_file_item_set_state (LonghandFileItem *self, LonghandFileState state, const char *message);
void longhand_file_item_changed (LonghandFileItem *self);

G_END_DECLS
