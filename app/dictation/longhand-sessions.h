/* Sessions that were not closed, taken up one after the other whenever nothing is being recorded or
 * recognised. Main thread; they are read on another one. */
#pragma once

#include "audio/longhand-journal.h"
#include "dictation/longhand-mailbox.h"
#include "dictation/longhand-rescue.h"

G_BEGIN_DECLS

typedef struct _LonghandSessions LonghandSessions;

/* One that is being taken up; for the time of a call. */
typedef struct {
  gint64 begun_us; /* wall clock, microseconds since 1970 */
  LonghandUtterance
      *text;         /* of which the receiver may shift the times, which are the session's; NULL: none */
  gboolean goes_on;  /* in its file, which is the journal's from here on; else the text is all there is */
  gint64 offset_ms;  /* it goes on: to add to the recognizer's times for those of the session */
  gint64 from_ms;    /* it goes on: when its sound begins, in the session's time */
  const float *rest; /* it goes on: sound to be recognised */
  gsize n_rest;
} LonghandTakenUp;

typedef struct {
  gboolean (*is_busy) (gpointer user); /* recording, recognising, or shut down */
  void (*take_up) (gpointer user, const LonghandTakenUp *session);
  void (*report) (gpointer user, const GError *error); /* of one that is left out, or a part of it */
} LonghandSessionsFns;

/* Those in the journal's folder. read is posted to mailbox with a LonghandRescued, and hands that on to
 * longhand_sessions_take; problem with a GError, later than the session that it is about. (transfer full) */
LonghandSessions *longhand_sessions_new (LonghandJournal *journal, LonghandMailbox *mailbox,
                                         LonghandMailFn read, LonghandMailFn problem,
                                         const LonghandSessionsFns *fns, gpointer user);
void longhand_sessions_free (LonghandSessions *self);

/* There may be some: the first is read now or, when busy, at the next longhand_sessions_go_on. */
void longhand_sessions_look (LonghandSessions *self);
/* It may not be busy any more. */
void longhand_sessions_go_on (LonghandSessions *self);
/* When a recording has begun meanwhile, the session is left to be read again after it. */
void longhand_sessions_take (LonghandSessions *self, LonghandRescued *rescued);

G_END_DECLS
