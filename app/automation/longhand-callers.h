/* Programs on the bus that dictate for themselves: whose each recording is, and what may not have reached
 * them yet. Main thread. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LonghandCallers LonghandCallers;

typedef struct {
  /* A caller has left the bus without these (element-type LonghandUtterance); its recordings are nobody's
   * from here on. has_more: text may still come of them; is_live: one is going on. */
  void (*left) (gpointer user, GPtrArray *undelivered, gboolean has_more, gboolean is_live);
  void (*changed) (gpointer user); /* there is one caller less, or one has got something */
} LonghandCallersFns;

LonghandCallers *longhand_callers_new (const LonghandCallersFns *fns, gpointer user); /* (transfer full) */
void longhand_callers_free (LonghandCallers *self);

/* Recording number first and those that follow, up to longhand_callers_end, are of the caller with this
 * unique name. */
void longhand_callers_begin (LonghandCallers *self, GDBusConnection *connection, const char *name,
                             guint first);
/* Recording number last was the last one of the caller that has begun; no-op when there is none. */
void longhand_callers_end (LonghandCallers *self, guint last);
/* Nothing more comes of the recordings before number next: callers that have all of theirs are forgotten. */
void longhand_callers_forget (LonghandCallers *self, guint next);

/* Unique names; NULL: nobody. (transfer none) */
const char *longhand_callers_get_present (LonghandCallers *self); /* between begin and end */
const char *longhand_callers_find (LonghandCallers *self, guint recording);
gboolean longhand_callers_is_empty (LonghandCallers *self);
/* Whether one may not have got all that was sent to it. */
gboolean longhand_callers_has_unconfirmed (LonghandCallers *self);

/* After a message with this utterance, of this recording, was sent to its caller: asks the caller for a sign
 * of life, which it gives when it has got the message. */
void longhand_callers_note_sent (LonghandCallers *self, guint recording, LonghandUtterance *utterance);

G_END_DECLS
