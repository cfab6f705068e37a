#include "dictation/longhand-intake.h"

#include "audio/longhand-pump.h"
#include "longhand-error.h"

#include <glib/gi18n.h>

#define MAX_LOSSES 5 /* of microphones in LOSSES_US, behind which none is waited for */
#define LOSSES_US (30 * G_USEC_PER_SEC)

struct _LonghandIntake {
  LonghandRecorded *recorded; /* borrowed, as fns */
  const LonghandIntakeFns *fns;
  gpointer user;

  /* owned */
  LonghandPumpQueue *queue;
  LonghandJournal *journal; /* NULL: none */
  LonghandMailbox *mailbox;
  LonghandMailFn letter_fn;
  LonghandMicrophones *microphones;
  char *wanted;           /* id */
  LonghandSource *source; /* NULL when closed */
  LonghandPump *pump;     /* NULL when nothing is being recorded */
  GError *error;

  gint64 losses_us[MAX_LOSSES]; /* when microphones were lost last, as a ring */
  guint n_losses;
};

/* ---- letters ---- */

/* On a thread of the source. */
static void
source_event (gpointer user, LonghandSourceEvent *event) {
  LonghandIntake *self = user;

  longhand_mailbox_post (self->mailbox, self->letter_fn, event, (GDestroyNotify)longhand_source_event_free);
}

/* On the pump's thread: a letter without a content. */
static void
pump_ended (gpointer user) {
  LonghandIntake *self = user;

  longhand_mailbox_post (self->mailbox, self->letter_fn, NULL, NULL);
}

/* From here on it is this one that is meant, whatever the default is: when it goes, it is waited for. */
static void
take_device (LonghandIntake *self, const LonghandDevice *device) {
  if (device != NULL)
    longhand_intake_want (self, device->id);
}

/* TRUE: it is the last of several in a short time. */
static gboolean
note_loss (LonghandIntake *self) {
  const gint64 now_us = g_get_monotonic_time ();

  self->losses_us[self->n_losses++ % MAX_LOSSES] = now_us;
  return self->n_losses >= MAX_LOSSES && now_us - self->losses_us[self->n_losses % MAX_LOSSES] < LOSSES_US;
}

/* Such a microphone comes back only to go again, as when its driver crashes. */
static void
take_loss (LonghandIntake *self) {
  if (!g_error_matches (self->error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_LOST) || !note_loss (self))
    return;
  self->n_losses = 0;
  g_clear_error (&self->error);
  self->error = g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY,
                                     _ ("The microphone stopped again and again, so Longhand no longer waits "
                                        "for it: connect it anew, or choose "
                                        "another one. What you said is kept."));
}

static void
take_event (LonghandIntake *self, LonghandSourceEvent *event) {
  switch (event->type) {
  case LONGHAND_SOURCE_OPENED:
    longhand_recorded_open (self->recorded, g_steal_pointer (&event->feed));
    take_device (self, event->device);
    self->fns->opened (self->user);
    break;
  case LONGHAND_SOURCE_FAILED:
    self->error = g_steal_pointer (&event->error);
    self->fns->failed (self->user, self->error);
    break;
  case LONGHAND_SOURCE_CLOSED:
    if (event->error != NULL && self->error == NULL)
      self->error = g_steal_pointer (&event->error);
    take_loss (self);
    self->fns->closed (self->user, self->error);
    break;
  case LONGHAND_SOURCE_DEVICES:
    self->fns->listed (self->user,
                       longhand_microphones_take (self->microphones, g_steal_pointer (&event->devices)));
    break;
  }
}

void
longhand_intake_take (LonghandIntake *self, gpointer letter) {
  if (letter != NULL) {
    take_event (self, letter);
  } else {
    g_clear_pointer (&self->pump, longhand_pump_free);
    self->fns->sealed (self->user);
  }
}

/* ---- a recording ---- */

void
longhand_intake_open (LonghandIntake *self) {
  g_clear_error (&self->error);
  self->source->start (self->source, self->wanted);
}

/* A pump that cannot be had is a microphone that cannot be used: reported when the microphone is closed. */
void
longhand_intake_start (LonghandIntake *self) {
  longhand_recorded_watch (self->recorded);
  self->pump = longhand_pump_new (longhand_recorded_get_feed (self->recorded), self->journal, self->queue,
                                  pump_ended, self, &self->error);
  if (self->pump == NULL)
    self->source->stop (self->source);
}

void
longhand_intake_stop (LonghandIntake *self) {
  self->source->stop (self->source);
}

void
longhand_intake_seal (LonghandIntake *self) {
  longhand_recorded_seal (self->recorded);
  if (self->pump != NULL) {
    longhand_pump_stop (self->pump);
  } else {
    longhand_pump_queue_push_end (self->queue);
    self->fns->sealed (self->user);
  }
}

GError *
longhand_intake_steal_error (LonghandIntake *self) {
  return g_steal_pointer (&self->error);
}

/* ---- microphones ---- */

void
longhand_intake_want (LonghandIntake *self, const char *device_id) {
  char *wanted = g_strdup (device_id);

  g_free (self->wanted);
  self->wanted = wanted;
}

gboolean
longhand_intake_finds_wanted (LonghandIntake *self) {
  return longhand_microphones_find (self->microphones, self->wanted) != NULL;
}

const LonghandDevice *
longhand_intake_get_other_device (LonghandIntake *self) {
  return longhand_microphones_find_other (self->microphones, self->wanted);
}

LonghandMicrophones *
longhand_intake_get_microphones (LonghandIntake *self) {
  return self->microphones;
}

/* ---- the whole ---- */

LonghandIntake *
longhand_intake_new (LonghandSource *source, LonghandRecorded *recorded, LonghandPumpQueue *queue,
                     LonghandJournal *journal, LonghandMailbox *mailbox, LonghandMailFn letter_fn,
                     const LonghandIntakeFns *fns, gpointer user) {
  LonghandIntake *self = g_new0 (LonghandIntake, 1);

  self->recorded = recorded;
  self->fns = fns;
  self->user = user;
  self->queue = longhand_pump_queue_ref (queue);
  self->journal = journal != NULL ? longhand_journal_ref (journal) : NULL;
  self->mailbox = longhand_mailbox_ref (mailbox);
  self->letter_fn = letter_fn;
  self->wanted = g_strdup ("");
  self->source = source;
  source->connect (source, source_event, self);
  self->microphones = longhand_microphones_new (source, LONGHAND_MICROPHONES_FOLDER);
  return self;
}

void
longhand_intake_close (LonghandIntake *self) {
  longhand_microphones_stop (self->microphones);
  self->source->free (g_steal_pointer (&self->source));
  g_clear_pointer (&self->pump, longhand_pump_free);
}

void
longhand_intake_free (LonghandIntake *self) {
  if (self == NULL)
    return;
  longhand_microphones_free (self->microphones);
  longhand_pump_queue_unref (self->queue);
  longhand_journal_unref (self->journal);
  longhand_mailbox_unref (self->mailbox);
  g_free (self->wanted);
  g_clear_error (&self->error);
  g_free (self);
}
