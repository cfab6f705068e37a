#include "dictation/longhand-dictation.h"

#include "audio/longhand-pump.h"
#include "dictation/longhand-breakdown.h"
#include "dictation/longhand-dictation-private.h"
#include "dictation/longhand-mailbox.h"
#include "dictation/longhand-microphones.h"
#include "dictation/longhand-recognizer.h"
#include "dictation/longhand-rescue.h"
#include "dictation/longhand-sound-watch.h"
#include "dictation/longhand-state.h"
#include "dictation/longhand-utterance.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <quill.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DRAIN_TIMEOUT_US (10 * G_USEC_PER_SEC) /* for the last words at shutdown */
#define JOIN_TIMEOUT_MS 3000                   /* for a pass that cannot be interrupted */
#define MAX_ATTEMPTS 2                         /* to recognise the sound of an unfinished session */
#define WAIT_LIMIT_S 600 /* for a microphone: who plugs one in an hour later means something else */
#define MEMORY_PERIOD_US (G_USEC_PER_SEC / 2) /* between two looks at the process's size */

struct _LonghandDictation {
  GObject parent_instance;

  /* owned */
  LonghandSettings *settings; /* NULL with fixed options */
  LonghandModelStore *store;
  LonghandModel *model; /* in use or being loaded; NULL when none was found */
  char *model_id, *language, *microphone;
  LonghandMailbox *mailbox;
  LonghandPumpQueue *queue;
  LonghandLiveFigures *figures;
  LonghandJournal *journal; /* NULL when the system allowed no thread for it */
  LonghandMicrophones *microphones;
  char *wanted;                   /* id of the device to be opened, or waited for */
  LonghandSource *source;         /* NULL after shutdown, as all below */
  LonghandRecognizer *recognizer; /* NULL also when it could not be started */
  LonghandPump *pump;             /* NULL when nothing is being recorded */
  LonghandFeed *feed;             /* of the microphone that is open */
  GError *device_error, *model_error;

  LonghandSituation now;
  guint threads, pause_ms;
  gboolean detailed, keep_all;
  guint serial;      /* of the last model asked for */
  guint n_undrained; /* recordings begun and not recognised to their end */
  guint n_languages;
  gint64 earlier_ms;           /* recorded before the feed was opened */
  LonghandSoundLosses earlier; /* before that, too */
  gint64 captured_ms;          /* of them, what was not dropped */
  LonghandSoundClock clock;    /* as of the moment at which the last feed was done with */
  LonghandSoundWatch watch;    /* of the feed */
  guint look_id;               /* source; while recording */
  guint wait_id;               /* source; while waiting for a microphone */
  gboolean silent;
  gboolean keeps_session; /* it is not removed at the end */
  gboolean rescue_due;    /* there may be unfinished sessions to take up */
  gboolean rescue_reads;  /* one is being read */
  char *rescued_path;     /* owned; the last one */
  gint64 offset_ms;       /* to add to the recognizer's times, for what was said in those */
  gint64 shown_ms;        /* end of all text so far */
  LonghandStats stats;    /* as the recognizer posted them */
  guint64 process_bytes;
  gint64 process_bytes_us; /* when that was read */
};

G_DEFINE_TYPE (LonghandDictation, longhand_dictation, G_TYPE_OBJECT)

enum {
  PROP_STATE = 1,
  PROP_MODEL_STATE,
  PROP_MODEL_TITLE,
  PROP_MODEL_IS_BUNDLED,
  PROP_THREADS_REASON,
  PROP_IS_BEHIND,
  PROP_SILENT,
  N_PROPS
};
enum { TENTATIVE, COMMITTED, LEFT_OUT, FAILED, NOTICE, RECOVERED, DEVICES_CHANGED, N_SIGNALS };
static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
longhand_dictation_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  LonghandDictation *self = LONGHAND_DICTATION (object);

  switch (id) {
  case PROP_STATE:
    g_value_set_int (value, self->now.state);
    break;
  case PROP_MODEL_STATE:
    g_value_set_int (value, self->now.model);
    break;
  case PROP_MODEL_TITLE:
    g_value_set_string (value, longhand_dictation_get_model_title (self));
    break;
  case PROP_MODEL_IS_BUNDLED:
    g_value_set_boolean (value, longhand_dictation_get_model_is_bundled (self));
    break;
  case PROP_THREADS_REASON:
    g_value_set_static_string (value, self->stats.threads_reason);
    break;
  case PROP_IS_BEHIND:
    g_value_set_boolean (value, self->stats.is_behind);
    break;
  case PROP_SILENT:
    g_value_set_boolean (value, self->silent);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

/* ---- the sound itself ---- */

static void
look_for_losses (LonghandDictation *self, gboolean ended) {
  LonghandSoundLosses losses = { 0 };

  longhand_sound_losses_add (&losses, self->feed);
  if (longhand_sound_watch_look (&self->watch, &losses, ended)) {
    g_autofree char *sentence = longhand_sound_losses_dup_sentence (&losses);

    g_signal_emit (self, signals[NOTICE], 0, sentence);
  }
}

static void
set_silent (LonghandDictation *self, gboolean silent) {
  if (self->silent == silent)
    return;
  self->silent = silent;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SILENT]);
}

static gboolean
look_at_sound (gpointer user) {
  LonghandDictation *self = user;

  look_for_losses (self, FALSE);
  set_silent (self, longhand_sound_watch_is_silent (longhand_feed_get_n_frames (self->feed),
                                                    longhand_feed_get_n_silent (self->feed),
                                                    longhand_feed_get_rate_hz (self->feed)));
  return G_SOURCE_CONTINUE;
}

static void
watch_sound (LonghandDictation *self) {
  self->watch = (LonghandSoundWatch){ 0 };
  self->look_id = g_timeout_add (LONGHAND_SOUND_WATCH_PERIOD_MS, look_at_sound, self);
}

static void
stop_watching_sound (LonghandDictation *self) {
  g_clear_handle_id (&self->look_id, g_source_remove);
  set_silent (self, FALSE);
}

/* ---- what is done ---- */

static void handle (LonghandDictation *self, LonghandEvent event);

static void
report (LonghandDictation *self, const GError *error) {
  if (error != NULL)
    g_signal_emit (self, signals[FAILED], 0, error);
}

static void
set_model (LonghandDictation *self, LonghandModel *model) {
  g_set_object (&self->model, model);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL_TITLE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL_IS_BUNDLED]);
}

static void on_heard (gpointer owner, gpointer letter);

/* The answer comes by mail even when it is known at once: nobody is listening yet during construction. */
static void
load_model (LonghandDictation *self) {
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, self->model_id, &error);

  self->serial++;
  set_model (self, model);
  if (model != NULL && self->recognizer != NULL) {
    longhand_recognizer_load (self->recognizer, longhand_model_get_path (model), self->serial);
  } else {
    LonghandHeard *heard = longhand_heard_new (LONGHAND_HEARD_NO_MODEL, self->serial);

    heard->error = error != NULL ? g_steal_pointer (&error) : g_error_copy (self->model_error);
    longhand_mailbox_post (self->mailbox, on_heard, heard, (GDestroyNotify)longhand_heard_free);
  }
}

static void
on_pump_ended (gpointer owner, gpointer letter) {
  LonghandDictation *self = owner;

  g_clear_pointer (&self->pump, longhand_pump_free);
  handle (self, LONGHAND_EVENT_SEALED);
}

/* On the pump's thread. */
static void
pump_ended (gpointer user) {
  longhand_mailbox_post (user, on_pump_ended, NULL, NULL);
}

/* A pump that cannot be had is a microphone that cannot be used: reported when the microphone is closed. */
static void
start_pump (LonghandDictation *self) {
  watch_sound (self);
  self->pump = longhand_pump_new (self->feed, self->journal, self->queue, pump_ended, self->mailbox,
                                  &self->device_error);
  if (self->pump == NULL)
    self->source->stop (self->source);
}

/* Of the sound up to ms, as in texts: dropped samples are no part of it. */
static LonghandSoundClock
read_clock (LonghandDictation *self, gint64 ms) {
  guint64 n_frames;

  if (self->feed == NULL || ms <= self->captured_ms)
    return self->clock;
  n_frames = longhand_feed_get_n_frames (self->feed) - longhand_feed_get_n_dropped (self->feed);
  return (LonghandSoundClock){
    .at_ms = self->captured_ms + (gint64)((double)n_frames * 1000 / longhand_feed_get_rate_hz (self->feed)),
    .at_us = g_get_monotonic_time (),
    .pace = longhand_feed_get_pace (self->feed),
  };
}

static void
seal (LonghandDictation *self) {
  stop_watching_sound (self);
  if (self->feed != NULL) {
    self->clock = read_clock (self, G_MAXINT64);
    self->captured_ms = self->clock.at_ms;
    look_for_losses (self, TRUE);
    self->earlier_ms = longhand_dictation_get_elapsed_ms (self);
    longhand_sound_losses_add (&self->earlier, self->feed);
    g_clear_pointer (&self->feed, longhand_feed_unref);
  }
  if (self->pump != NULL) {
    longhand_pump_stop (self->pump);
  } else {
    longhand_pump_queue_push_end (self->queue);
    handle (self, LONGHAND_EVENT_SEALED);
  }
}

static void
carry_out (LonghandDictation *self, LonghandEffects effects) {
  if (effects & LONGHAND_EFFECT_OPEN) {
    g_clear_error (&self->device_error);
    self->n_undrained++;
    self->source->start (self->source, self->wanted);
  }
  if (effects & LONGHAND_EFFECT_CLOSE)
    self->source->stop (self->source);
  if (effects & LONGHAND_EFFECT_PUMP)
    start_pump (self);
  if (effects & LONGHAND_EFFECT_SEAL)
    seal (self);
  if (effects & LONGHAND_EFFECT_LOAD)
    load_model (self);
  if (effects & LONGHAND_EFFECT_REPORT_DEVICE) {
    g_autoptr (GError) error = g_steal_pointer (&self->device_error);

    report (self, error);
  }
  if (effects & LONGHAND_EFFECT_REPORT_MODEL) {
    g_autoptr (GError) error = self->model_error != NULL ? g_error_copy (self->model_error) : NULL;

    report (self, error);
  }
}

static gboolean
on_waited (gpointer user) {
  LonghandDictation *self = user;

  self->wait_id = 0;
  handle (self, LONGHAND_EVENT_WAITED);
  return G_SOURCE_REMOVE;
}

/* What goes on as long as the state does. */
static void
follow_state (LonghandDictation *self, LonghandState before) {
  const LonghandState state = self->now.state;

  if (before == LONGHAND_STATE_WAITING) {
    g_clear_handle_id (&self->wait_id, g_source_remove);
    longhand_microphones_watch (self->microphones, FALSE);
  }
  longhand_microphones_set_busy (self->microphones,
                                 state != LONGHAND_STATE_IDLE && state != LONGHAND_STATE_WAITING);
  if (state == LONGHAND_STATE_WAITING) {
    self->wait_id = g_timeout_add_seconds (WAIT_LIMIT_S, on_waited, self);
    longhand_microphones_watch (self->microphones, TRUE);
    if (!self->now.patient) /* what is there, but is not ready, is not tried again at once */
      longhand_microphones_refresh (self->microphones);
  }
}

static void
handle (LonghandDictation *self, LonghandEvent event) {
  const LonghandSituation before = self->now;
  LonghandEffects effects;

  if (self->source == NULL)
    return;
  self->now = longhand_state_step (before, event, &effects);
  if (self->now.model != before.model)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL_STATE]);
  if (self->now.state != before.state)
    follow_state (self, before.state);
  if (self->now.state != before.state || self->now.unheard != before.unheard)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
  carry_out (self, effects);
}

/* ---- what happens ---- */

static void rescue (LonghandDictation *self);

/* Nothing more comes of one of the recordings that were asked for. */
static void
one_drained (LonghandDictation *self) {
  if (--self->n_undrained > 0)
    return;
  handle (self, LONGHAND_EVENT_DRAINED);
  rescue (self);
}

/* A microphone that just came back may not be ready yet. */
static LonghandEvent
why_not_opened (LonghandDictation *self) {
  const GError *error = self->device_error;

  if (g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT)
      || (self->now.patient
          && (g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY)
              || g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE))))
    return LONGHAND_EVENT_ABSENT;
  return LONGHAND_EVENT_OPEN_FAILED;
}

static LonghandEvent
why_closed (LonghandDictation *self) {
  if (self->device_error == NULL)
    return LONGHAND_EVENT_CLOSED;
  return g_error_matches (self->device_error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_LOST)
             ? LONGHAND_EVENT_LOST
             : LONGHAND_EVENT_BROKEN;
}

static void
take_devices (LonghandDictation *self, GPtrArray *devices) {
  if (longhand_microphones_take (self->microphones, devices))
    g_signal_emit (self, signals[DEVICES_CHANGED], 0);
  if (self->now.state == LONGHAND_STATE_WAITING
      && longhand_microphones_find (self->microphones, self->wanted) != NULL)
    handle (self, LONGHAND_EVENT_RETURNED);
}

/* From here on it is this one that is meant, whatever the default is: when it goes, it is waited for. */
static void
take_device (LonghandDictation *self, const LonghandDevice *device) {
  if (device == NULL)
    return;
  g_free (self->wanted);
  self->wanted = g_strdup (device->id);
}

static void
on_source_event (gpointer owner, gpointer letter) {
  LonghandDictation *self = owner;
  LonghandSourceEvent *event = letter;

  switch (event->type) {
  case LONGHAND_SOURCE_OPENED:
    g_clear_pointer (&self->feed, longhand_feed_unref);
    self->feed = g_steal_pointer (&event->feed);
    take_device (self, event->device);
    handle (self, LONGHAND_EVENT_OPENED);
    break;
  case LONGHAND_SOURCE_FAILED:
    self->device_error = g_steal_pointer (&event->error);
    handle (self, why_not_opened (self));
    one_drained (self);
    break;
  case LONGHAND_SOURCE_CLOSED:
    if (event->error != NULL && self->device_error == NULL)
      self->device_error = g_steal_pointer (&event->error);
    handle (self, why_closed (self));
    break;
  case LONGHAND_SOURCE_DEVICES:
    take_devices (self, g_steal_pointer (&event->devices));
    break;
  }
}

/* On a thread of the source. */
static void
source_event (gpointer user, LonghandSourceEvent *event) {
  longhand_mailbox_post (user, on_source_event, event, (GDestroyNotify)longhand_source_event_free);
}

static void
take_stats (LonghandDictation *self, const LonghandStats *stats) {
  const char *threads_reason = self->stats.threads_reason;
  const gboolean was_behind = self->stats.is_behind;

  self->stats = *stats;
  if (self->stats.threads_reason != threads_reason) /* interned */
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_THREADS_REASON]);
  if (self->stats.is_behind != was_behind)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_IS_BEHIND]);
}

/* Once it is on the screen. */
static void
note_text (LonghandDictation *self, const LonghandHeard *heard) {
  const gboolean is_final = heard->is_end || heard->type == LONGHAND_HEARD_UTTERANCE;
  const LonghandSoundClock clock = read_clock (self, heard->until_ms);
  const LonghandLiveText text = {
    .text = heard->utterance != NULL ? heard->utterance->text : heard->text,
    .n_firm = heard->n_firm,
    .words = heard->words != NULL ? (const LonghandLiveWord *)heard->words->data : NULL,
    .n_words = heard->words != NULL ? heard->words->len : 0,
    .speech_ms = heard->speech_ms,
    .speech_end_ms = heard->speech_end_ms,
    .shown_us = g_get_monotonic_time (),
  };

  if (is_final)
    longhand_live_figures_take_final (self->figures, &text, heard->until_ms, &clock);
  else
    longhand_live_figures_take_tentative (self->figures, &text);
}

static void
show (LonghandDictation *self, LonghandUtterance *utterance) {
  self->shown_ms = MAX (self->shown_ms, utterance->end_ms);
  g_signal_emit (self, signals[COMMITTED], 0, utterance);
}

static void
on_heard (gpointer owner, gpointer letter) {
  LonghandDictation *self = owner;
  LonghandHeard *heard = letter;

  if (heard->serial == self->serial)
    take_stats (self, &heard->stats);
  switch (heard->type) {
  case LONGHAND_HEARD_MODEL:
    if (heard->serial != self->serial)
      break;
    self->n_languages = heard->n_languages;
    g_clear_error (&self->model_error);
    handle (self, LONGHAND_EVENT_MODEL_READY);
    break;
  case LONGHAND_HEARD_NO_MODEL:
    if (heard->serial != self->serial)
      break;
    self->n_languages = 0;
    g_clear_error (&self->model_error);
    self->model_error = g_steal_pointer (&heard->error);
    handle (self, LONGHAND_EVENT_MODEL_FAILED);
    break;
  case LONGHAND_HEARD_TENTATIVE:
    g_signal_emit (self, signals[TENTATIVE], 0, heard->text, (guint)heard->n_firm);
    note_text (self, heard);
    if (heard->left_out != NULL) {
      longhand_utterance_shift (heard->left_out, self->offset_ms);
      g_signal_emit (self, signals[LEFT_OUT], 0, heard->left_out);
    }
    break;
  case LONGHAND_HEARD_UTTERANCE:
    longhand_utterance_shift (heard->utterance, self->offset_ms);
    show (self, heard->utterance);
    note_text (self, heard);
    break;
  case LONGHAND_HEARD_ERROR:
    report (self, heard->error);
    break;
  case LONGHAND_HEARD_STATS:
    break;
  case LONGHAND_HEARD_END:
    one_drained (self);
    break;
  }
}

/* ---- sessions that were not closed ---- */

static void
on_journal_problem (gpointer owner, gpointer letter) {
  report (owner, letter);
}

/* On a thread of the journal. */
static void
journal_problem (gpointer user, GError *error) {
  longhand_mailbox_post (user, on_journal_problem, error, (GDestroyNotify)g_error_free);
}

static void
open_journal (LonghandDictation *self) {
  g_autofree char *folder = longhand_journal_dup_folder ();
  g_autoptr (GError) error = NULL;

  self->journal = longhand_journal_new (folder, journal_problem, self->mailbox, &error);
  if (self->journal == NULL)
    journal_problem (self->mailbox, g_steal_pointer (&error));
}

static gboolean
is_busy (LonghandDictation *self) {
  return self->source == NULL || self->now.state != LONGHAND_STATE_IDLE || self->n_undrained > 0;
}

/* From here on its file is the journal's: what comes of the sound that is left goes there, too. */
static void
take_up (LonghandDictation *self, LonghandRecovery *recovery, const float *rest) {
  const gint64 recorded_ms
      = (gint64)longhand_journal_get_n_samples (self->journal) * 1000 / LONGHAND_PUMP_RATE_HZ;
  const gint64 offset_ms = recovery->rest_ms - recorded_ms;
  g_autoptr (LonghandUtterance) text = longhand_recovery_dup_utterance (recovery, self->shown_ms);

  if (!longhand_journal_resume (self->journal, recovery->fd, recovery->path, recovery->n_bytes,
                                recovery->n_rest, offset_ms))
    return;
  recovery->fd = -1;
  self->offset_ms = self->shown_ms + offset_ms;
  g_signal_emit (self, signals[RECOVERED], 0, recovery->begun_us);
  if (text != NULL)
    show (self, text);
  if (recovery->n_rest > 0) {
    self->n_undrained++;
    self->captured_ms += (gint64)recovery->n_rest * 1000 / LONGHAND_PUMP_RATE_HZ;
    self->clock = (LonghandSoundClock){ .pace = 0 }; /* nobody waits for text of what was said back then */
    longhand_pump_queue_push (self->queue, rest, recovery->n_rest);
    longhand_pump_queue_push_end (self->queue);
    handle (self, LONGHAND_EVENT_RECOVERED);
  }
}

/* Something in its sound is too much for the engine: the text is saved from it, and goes into a file of its
 * own. */
static void
take_text_only (LonghandDictation *self, LonghandRecovery *recovery) {
  g_autofree char *name = g_filename_display_basename (recovery->path);
  g_autoptr (GError) why = g_error_new (
      LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      _ ("Longhand was cut off twice while it recognised the sound of “%s”, so that is left out."), name);
  g_autoptr (GError) said = NULL;
  g_autoptr (LonghandUtterance) text = longhand_recovery_dup_utterance (recovery, self->shown_ms);

  for (guint i = 0; i < recovery->texts->len; i++) {
    const LonghandUtterance *utterance = g_ptr_array_index (recovery->texts, i);

    longhand_journal_append_text (self->journal, utterance->start_ms, utterance->end_ms, utterance->text);
  }
  said = longhand_recovery_set_aside (recovery->path, why);
  g_signal_emit (self, signals[RECOVERED], 0, recovery->begun_us);
  if (text != NULL)
    show (self, text);
  report (self, said);
}

/* When a recording has begun meanwhile, the session is left to be read again after it. */
static void
on_rescued (gpointer owner, gpointer letter) {
  LonghandDictation *self = owner;
  LonghandRescued *rescued = letter;

  self->rescue_reads = FALSE;
  self->rescue_due = rescued->path != NULL;
  if (!self->rescue_due || is_busy (self))
    return;
  g_free (self->rescued_path);
  self->rescued_path = g_strdup (rescued->path);
  if (rescued->error != NULL)
    report (self, rescued->error);
  else if (longhand_recovery_is_empty (rescued->recovery))
    longhand_recovery_remove (rescued->recovery, NULL);
  else if (rescued->recovery->n_attempts >= MAX_ATTEMPTS)
    take_text_only (self, rescued->recovery);
  else
    take_up (self, rescued->recovery, rescued->rest);
  rescue (self);
}

static void
rescue (LonghandDictation *self) {
  g_autofree char *folder = NULL;

  if (!self->rescue_due || self->rescue_reads || is_busy (self))
    return;
  folder = longhand_journal_dup_folder ();
  self->rescue_reads = TRUE;
  longhand_rescue_next (folder, self->rescued_path, self->mailbox, on_rescued);
}

void
longhand_dictation_recover (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  self->rescue_due = TRUE;
  rescue (self);
}

void
longhand_dictation_keep_session (LonghandDictation *self) {
  self->keeps_session = TRUE;
}

/* ---- settings ---- */

static LonghandRecognizerSettings
recognizer_settings (LonghandDictation *self) {
  return (LonghandRecognizerSettings){ .threads = self->threads,
                                       .language = self->language,
                                       .pause_ms = self->pause_ms,
                                       .keep_all = self->keep_all,
                                       .detailed = self->detailed };
}

static void
read_settings (LonghandDictation *self) {
  g_free (self->model_id);
  g_free (self->language);
  g_free (self->microphone);
  self->model_id = longhand_settings_dup_model (self->settings);
  self->language = longhand_settings_dup_language (self->settings);
  self->microphone = longhand_settings_dup_microphone (self->settings);
  self->threads = longhand_settings_get_threads (self->settings);
  self->pause_ms = (guint)(longhand_settings_get_pause_length (self->settings) * 1000 + 0.5);
}

static void
read_options (LonghandDictation *self, const LonghandDictationOptions *options) {
  self->model_id = g_strdup (options->model != NULL ? options->model : "");
  self->language = g_strdup (options->language != NULL ? options->language : "auto");
  self->microphone = g_strdup (options->microphone != NULL ? options->microphone : "");
  self->threads = options->threads;
  self->keep_all = options->keep_all;
  self->pause_ms = options->pause_length > 0 ? (guint)(options->pause_length * 1000 + 0.5) : 600;
}

/* The choice may lead to the model that is in use already. */
static void
choose_model (LonghandDictation *self) {
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, self->model_id, NULL);

  if (!self->now.reload && self->now.model != LONGHAND_MODEL_STATE_FAILED && model != NULL
      && self->model != NULL
      && strcmp (longhand_model_get_path (model), longhand_model_get_path (self->model)) == 0)
    set_model (self, model);
  else
    handle (self, LONGHAND_EVENT_MODEL_WANTED);
}

static void
configure_recognizer (LonghandDictation *self) {
  const LonghandRecognizerSettings wanted = recognizer_settings (self);

  if (self->recognizer != NULL)
    longhand_recognizer_configure (self->recognizer, &wanted);
}

static void
on_settings_notify (LonghandDictation *self, GParamSpec *pspec) {
  g_autofree char *former_model_id = g_strdup (self->model_id);
  g_autofree char *former_microphone = g_strdup (self->microphone);

  read_settings (self);
  configure_recognizer (self);
  if (strcmp (former_model_id, self->model_id) != 0)
    choose_model (self);
  if (strcmp (former_microphone, self->microphone) != 0 && self->now.state == LONGHAND_STATE_WAITING)
    longhand_dictation_start_from (self, self->microphone);
}

/* A model that is gone from the store goes on being used while it is open. */
static void
on_store_changed (LonghandDictation *self) {
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, self->model_id, NULL);

  if (model != NULL)
    choose_model (self);
}

/* ---- object ---- */

static void
longhand_dictation_dispose (GObject *object) {
  LonghandDictation *self = LONGHAND_DICTATION (object);

  longhand_dictation_shutdown (self);
  g_clear_object (&self->settings);
  g_clear_object (&self->store);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (longhand_dictation_parent_class)->dispose (object);
}

static void
longhand_dictation_finalize (GObject *object) {
  LonghandDictation *self = LONGHAND_DICTATION (object);

  longhand_microphones_free (self->microphones);
  g_free (self->wanted);
  g_free (self->model_id);
  g_free (self->language);
  g_free (self->microphone);
  longhand_mailbox_unref (self->mailbox);
  longhand_pump_queue_unref (self->queue);
  longhand_live_figures_free (self->figures);
  longhand_journal_unref (self->journal);
  g_free (self->rescued_path);
  g_clear_error (&self->device_error);
  g_clear_error (&self->model_error);
  G_OBJECT_CLASS (longhand_dictation_parent_class)->finalize (object);
}

static void
longhand_dictation_class_init (LonghandDictationClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = longhand_dictation_get_property;
  object_class->dispose = longhand_dictation_dispose;
  object_class->finalize = longhand_dictation_finalize;

  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, LONGHAND_STATE_IDLE, LONGHAND_STATE_FINISHING,
                                        LONGHAND_STATE_IDLE, flags);
  props[PROP_MODEL_STATE] = g_param_spec_int ("model-state", NULL, NULL, LONGHAND_MODEL_STATE_NONE,
                                              LONGHAND_MODEL_STATE_FAILED, LONGHAND_MODEL_STATE_NONE, flags);
  props[PROP_MODEL_TITLE] = g_param_spec_string ("model-title", NULL, NULL, "", flags);
  props[PROP_MODEL_IS_BUNDLED] = g_param_spec_boolean ("model-is-bundled", NULL, NULL, FALSE, flags);
  props[PROP_IS_BEHIND] = g_param_spec_boolean ("is-behind", NULL, NULL, FALSE, flags);
  props[PROP_THREADS_REASON] = g_param_spec_string ("threads-reason", NULL, NULL, NULL, flags);
  props[PROP_SILENT] = g_param_spec_boolean ("silent", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[TENTATIVE] = g_signal_new ("tentative", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                     NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
  signals[COMMITTED] = g_signal_new ("committed", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                     NULL, G_TYPE_NONE, 1, LONGHAND_TYPE_UTTERANCE);
  signals[FAILED] = g_signal_new ("failed", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[LEFT_OUT] = g_signal_new ("left-out", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 1, LONGHAND_TYPE_UTTERANCE);
  signals[RECOVERED] = g_signal_new ("recovered", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                     NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[NOTICE] = g_signal_new ("notice", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[DEVICES_CHANGED] = g_signal_new ("devices-changed", LONGHAND_TYPE_DICTATION, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
longhand_dictation_init (LonghandDictation *self) {
  self->mailbox = longhand_mailbox_new (G_OBJECT (self));
  self->queue = longhand_pump_queue_new ();
  self->figures = longhand_live_figures_new ();
}

LonghandDictation *
longhand_dictation_new_with_source (LonghandSettings *settings, const LonghandDictationOptions *options,
                                    LonghandModelStore *store, LonghandSource *source) {
  LonghandDictation *self = g_object_new (LONGHAND_TYPE_DICTATION, NULL);
  LonghandRecognizerSettings wanted;

  if (settings != NULL) {
    self->settings = g_object_ref (settings);
    read_settings (self);
    g_signal_connect_object (settings, "notify", G_CALLBACK (on_settings_notify), self, G_CONNECT_SWAPPED);
  } else {
    read_options (self, options);
  }
  self->store = g_object_ref (store);
  g_signal_connect_object (store, "items-changed", G_CALLBACK (on_store_changed), self, G_CONNECT_SWAPPED);
  self->source = source;
  source->connect (source, source_event, self->mailbox);
  self->microphones = longhand_microphones_new (source, LONGHAND_MICROPHONES_FOLDER);
  open_journal (self);
  wanted = recognizer_settings (self);
  self->recognizer = longhand_recognizer_new (self->queue, self->journal, self->mailbox, on_heard, &wanted,
                                              &self->model_error);
  handle (self, LONGHAND_EVENT_MODEL_WANTED);
  longhand_microphones_refresh (self->microphones);
  return self;
}

LonghandDictation *
longhand_dictation_new (LonghandSettings *settings, LonghandModelStore *store) {
  return longhand_dictation_new_with_source (settings, NULL, store, longhand_capture_new ());
}

LonghandDictation *
longhand_dictation_new_for_options (LonghandModelStore *store, const LonghandDictationOptions *options) {
  return longhand_dictation_new_with_source (NULL, options, store, longhand_capture_new ());
}

static void
want_chosen (LonghandDictation *self) {
  if (self->now.state != LONGHAND_STATE_IDLE)
    return;
  g_free (self->wanted);
  self->wanted = g_strdup (self->microphone);
}

void
longhand_dictation_start (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  want_chosen (self);
  handle (self, LONGHAND_EVENT_START);
}

void
longhand_dictation_start_from (LonghandDictation *self, const char *device_id) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  if (self->now.state == LONGHAND_STATE_IDLE || self->now.state == LONGHAND_STATE_WAITING) {
    char *wanted = g_strdup (device_id);

    g_free (self->wanted);
    self->wanted = wanted;
  }
  handle (self, LONGHAND_EVENT_START);
}

const LonghandDevice *
longhand_dictation_get_other_device (LonghandDictation *self) {
  if (self->source == NULL || self->now.state != LONGHAND_STATE_WAITING)
    return NULL;
  return longhand_microphones_find_other (self->microphones, self->wanted);
}

void
longhand_dictation_stop (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  handle (self, LONGHAND_EVENT_STOP);
}

void
longhand_dictation_toggle (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  want_chosen (self);
  handle (self, LONGHAND_EVENT_TOGGLE);
}

LonghandState
longhand_dictation_get_state (LonghandDictation *self) {
  return self->now.state;
}

LonghandModelState
longhand_dictation_get_model_state (LonghandDictation *self) {
  return self->now.model;
}

const char *
longhand_dictation_get_model_title (LonghandDictation *self) {
  return self->model != NULL ? longhand_model_get_title (self->model) : "";
}

gboolean
longhand_dictation_get_model_is_bundled (LonghandDictation *self) {
  return self->model != NULL && longhand_model_is_bundled (self->model);
}

void
longhand_dictation_get_level (LonghandDictation *self, double *peak, double *rms) {
  *peak = 0;
  *rms = 0;
  if (self->feed != NULL && self->now.state == LONGHAND_STATE_RECORDING)
    longhand_feed_get_level (self->feed, peak, rms);
}

gint64
longhand_dictation_get_elapsed_ms (LonghandDictation *self) {
  if (self->feed == NULL)
    return self->earlier_ms;
  return self->earlier_ms
         + (gint64)((double)longhand_feed_get_n_frames (self->feed) * 1000
                    / longhand_feed_get_rate_hz (self->feed));
}

/* Resident pages, the second number of /proc/self/statm (proc(5)). */
static guint64
read_process_bytes (void) {
  FILE *file = fopen ("/proc/self/statm", "re");
  unsigned long total, resident = 0;

  if (file == NULL)
    return 0;
  if (fscanf (file, "%lu %lu", &total, &resident) != 2)
    resident = 0;
  fclose (file);
  return (guint64)resident * (guint64)sysconf (_SC_PAGESIZE);
}

void
longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats) {
  static const char *const names[LONGHAND_N_MEMORY]
      = { N_ ("Weights"),        N_ ("Embeddings"),     N_ ("Key/value cache"),
          N_ ("Encoder output"), N_ ("Working memory"), N_ ("Process total") };
  const gint64 now_us = g_get_monotonic_time ();
  LonghandSoundLosses losses = self->earlier;

  if (self->process_bytes == 0 || now_us - self->process_bytes_us > MEMORY_PERIOD_US) {
    self->process_bytes = read_process_bytes ();
    self->process_bytes_us = now_us;
  }
  *stats = self->stats;
  longhand_live_figures_get (self->figures, &stats->live);
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++)
    stats->memory[i].name = _ (names[i]);
  for (guint i = 0; i < LONGHAND_N_PARTS; i++)
    stats->parts[i].name = longhand_breakdown_get_name (i);
  stats->memory[LONGHAND_N_MEMORY - 1].bytes = self->process_bytes;
  stats->queued_s = (double)longhand_pump_queue_get_n_samples (self->queue) / LONGHAND_PUMP_RATE_HZ;
  if (self->feed != NULL) {
    longhand_sound_losses_add (&losses, self->feed);
    stats->queued_s += (double)longhand_ring_get_n_readable (longhand_feed_get_ring (self->feed))
                       / longhand_feed_get_rate_hz (self->feed);
  }
  stats->dropped_samples = losses.n_dropped;
  stats->n_overruns = losses.n_overruns;
}

void
longhand_dictation_set_detailed (LonghandDictation *self, gboolean detailed) {
  if (self->detailed == detailed)
    return;
  self->detailed = detailed;
  configure_recognizer (self);
}

gboolean
longhand_dictation_get_detailed (LonghandDictation *self) {
  return self->detailed;
}

gboolean
longhand_dictation_has_pending (LonghandDictation *self) {
  return self->now.state != LONGHAND_STATE_IDLE
         || (self->now.unheard && self->now.model != LONGHAND_MODEL_STATE_FAILED);
}

GPtrArray *
longhand_dictation_get_devices (LonghandDictation *self) {
  return longhand_microphones_get_list (self->microphones);
}

void
longhand_dictation_refresh_devices (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  if (self->source != NULL)
    longhand_microphones_refresh (self->microphones);
}

void
longhand_dictation_watch_devices (LonghandDictation *self, gboolean watch) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  if (self->source != NULL)
    longhand_microphones_watch (self->microphones, watch);
}

char **
longhand_dictation_dup_languages (LonghandDictation *self) {
  g_autoptr (GPtrArray) languages = g_ptr_array_new ();

  for (guint i = 0; i < self->n_languages; i++) {
    g_ptr_array_add (languages, g_strdup (quill_language_code (i)));
    g_ptr_array_add (languages, g_strdup (quill_language_name (i)));
  }
  g_ptr_array_add (languages, NULL);
  return (char **)g_ptr_array_free (g_steal_pointer (&languages), FALSE);
}

LonghandPumpQueue *
longhand_dictation_get_queue (LonghandDictation *self) {
  return self->queue;
}

/* Stop order: the microphone, the pump, the recognizer. What a pass that cannot be interrupted still holds up
 * is left behind. */
void
longhand_dictation_shutdown (LonghandDictation *self) {
  const gint64 deadline_us = g_get_monotonic_time () + DRAIN_TIMEOUT_US;

  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  if (self->source == NULL)
    return;
  longhand_dictation_stop (self);
  while (self->source != NULL && longhand_dictation_has_pending (self)
         && longhand_mailbox_deliver (self->mailbox, deadline_us))
    ;
  if (self->source == NULL)
    return;
  longhand_mailbox_close (self->mailbox);
  stop_watching_sound (self);
  longhand_microphones_stop (self->microphones);
  self->source->free (g_steal_pointer (&self->source));
  g_clear_pointer (&self->pump, longhand_pump_free);
  longhand_recognizer_free (g_steal_pointer (&self->recognizer), JOIN_TIMEOUT_MS);
  if (!self->keeps_session)
    longhand_journal_close (self->journal, self->n_undrained == 0);
  g_clear_pointer (&self->feed, longhand_feed_unref);
  self->now.state = LONGHAND_STATE_IDLE;
}
