#include "dictation/longhand-sound-check.h"

#include "dictation/longhand-mailbox.h"

#define VOICE_RMS 0.01 /* -40 dBFS: above the noise of a room, below a voice that can be understood */
#define ENOUGH_LOOKS 3

struct _LonghandSoundCheck {
  GObject parent_instance;

  /* owned */
  LonghandSource *source; /* NULL once it is closed */
  LonghandMailbox *mailbox;
  LonghandFeed *feed; /* while a microphone is listened to */
  char *wanted;       /* device; NULL: none */
  char *current;      /* device that was asked for last */

  gboolean is_busy;     /* a start has not come to its end */
  gboolean is_stopping; /* its end was asked for */
  guint n_loud;         /* looks */
};

enum { OPENED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LonghandSoundCheck, longhand_sound_check, G_TYPE_OBJECT)

/* Towards what is wanted; a source is started again only when it has ended. */
static void
go_on (LonghandSoundCheck *self) {
  const gboolean is_right = self->wanted != NULL && g_strcmp0 (self->wanted, self->current) == 0;

  if (self->is_busy && !is_right && !self->is_stopping && self->feed != NULL) {
    self->is_stopping = TRUE;
    self->source->stop (self->source);
  } else if (!self->is_busy && self->wanted != NULL) {
    g_free (self->current);
    self->current = g_strdup (self->wanted);
    self->is_busy = TRUE;
    self->n_loud = 0;
    self->source->start (self->source, self->current);
  }
}

/* The start has come to its end; an error is not tried again. */
static void
end (LonghandSoundCheck *self, const GError *error) {
  g_clear_pointer (&self->feed, longhand_feed_unref);
  self->is_busy = self->is_stopping = FALSE;
  if (error == NULL)
    return;
  g_clear_pointer (&self->wanted, g_free);
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
take (gpointer owner, gpointer letter) {
  LonghandSoundCheck *self = owner;
  LonghandSourceEvent *event = letter;

  switch (event->type) {
  case LONGHAND_SOURCE_OPENED:
    self->feed = longhand_feed_ref (event->feed);
    g_signal_emit (self, signals[OPENED], 0);
    break;
  case LONGHAND_SOURCE_CLOSED:
  case LONGHAND_SOURCE_FAILED:
    end (self, event->error);
    break;
  case LONGHAND_SOURCE_DEVICES:
  default:
    break;
  }
  go_on (self);
}

static void
on_event (gpointer mailbox, LonghandSourceEvent *event) {
  longhand_mailbox_post (mailbox, take, event, (GDestroyNotify)longhand_source_event_free);
}

void
longhand_sound_check_start (LonghandSoundCheck *self, const char *device_id) {
  g_free (self->wanted);
  self->wanted = g_strdup (device_id);
  go_on (self);
}

void
longhand_sound_check_stop (LonghandSoundCheck *self) {
  g_clear_pointer (&self->wanted, g_free);
  go_on (self);
}

void
longhand_sound_check_get_level (LonghandSoundCheck *self, double *peak, double *rms) {
  *peak = *rms = 0;
  if (self->feed != NULL)
    longhand_feed_get_level (self->feed, peak, rms);
}

gboolean
longhand_sound_check_has_heard (LonghandSoundCheck *self) {
  double peak, rms;

  longhand_sound_check_get_level (self, &peak, &rms);
  self->n_loud += rms >= VOICE_RMS ? 1 : 0;
  return self->n_loud >= ENOUGH_LOOKS;
}

typedef struct {
  LonghandSource *source;
  LonghandMailbox *mailbox; /* into which it posts until it is gone */
} Ending;

static gpointer
end_ending (gpointer user) {
  Ending *ending = user;

  ending->source->free (ending->source);
  longhand_mailbox_unref (ending->mailbox);
  g_free (ending);
  return NULL;
}

/* Takes source. It may still be waiting for its microphone: nobody else is to wait for it. */
static void
end_source (LonghandSource *source, LonghandMailbox *mailbox) {
  Ending *ending = g_new (Ending, 1);
  GThread *thread;

  *ending = (Ending){ source, longhand_mailbox_ref (mailbox) };
  thread = g_thread_try_new ("sound-check-end", end_ending, ending, NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    end_ending (ending);
}

void
longhand_sound_check_close (LonghandSoundCheck *self) {
  LonghandSource *source = g_steal_pointer (&self->source);

  if (source == NULL)
    return;
  longhand_mailbox_close (self->mailbox);
  end_source (source, self->mailbox);
  g_clear_pointer (&self->feed, longhand_feed_unref);
}

static void
longhand_sound_check_dispose (GObject *object) {
  longhand_sound_check_close (LONGHAND_SOUND_CHECK (object));
  G_OBJECT_CLASS (longhand_sound_check_parent_class)->dispose (object);
}

static void
longhand_sound_check_finalize (GObject *object) {
  LonghandSoundCheck *self = LONGHAND_SOUND_CHECK (object);

  longhand_mailbox_unref (self->mailbox);
  g_free (self->wanted);
  g_free (self->current);
  G_OBJECT_CLASS (longhand_sound_check_parent_class)->finalize (object);
}

static void
longhand_sound_check_class_init (LonghandSoundCheckClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = longhand_sound_check_dispose;
  G_OBJECT_CLASS (klass)->finalize = longhand_sound_check_finalize;
  signals[OPENED] = g_signal_new ("opened", LONGHAND_TYPE_SOUND_CHECK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", LONGHAND_TYPE_SOUND_CHECK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
longhand_sound_check_init (LonghandSoundCheck *self) {
  self->mailbox = longhand_mailbox_new (G_OBJECT (self));
}

LonghandSoundCheck *
longhand_sound_check_new (LonghandSource *source) {
  LonghandSoundCheck *self = g_object_new (LONGHAND_TYPE_SOUND_CHECK, NULL);

  self->source = source;
  source->connect (source, on_event, self->mailbox);
  return self;
}
