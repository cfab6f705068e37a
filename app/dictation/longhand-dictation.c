#include "dictation/longhand-dictation.h"

#include "audio/longhand-pump.h"
#include "dictation/longhand-choices.h"
#include "dictation/longhand-dictation-private.h"
#include "dictation/longhand-figures.h"
#include "dictation/longhand-intake.h"
#include "dictation/longhand-mailbox.h"
#include "dictation/longhand-model-slot.h"
#include "dictation/longhand-recorded.h"
#include "dictation/longhand-sessions.h"
#include "dictation/longhand-state.h"
#include "dictation/longhand-utterance.h"
#include "longhand-error.h"
#include "longhand-language-names.h"

#include <glib/gi18n.h>
#include <string.h>

#define DRAIN_TIMEOUT_US (10 * G_USEC_PER_SEC) /* for the last words at shutdown */
#define WAIT_LIMIT_S 600 /* for a microphone: who plugs one in an hour later means something else */

struct _LonghandDictation {
  GObject parent_instance;

  /* owned */
  LonghandSettings *settings; /* NULL with fixed options */
  LonghandChoices choices;
  LonghandModelStore *store;
  LonghandMailbox *mailbox;
  LonghandPumpQueue *queue;
  LonghandRecorded *recorded;
  LonghandFigures *figures;
  LonghandJournal *journal; /* NULL when the system allowed no thread for it */
  LonghandSessions *sessions;
  LonghandIntake *intake;
  LonghandModelSlot *slot;

  LonghandSituation now;
  guint n_begun, n_ended; /* recordings: begun, and recognised to their end */
  guint wait_id;          /* source; while waiting for a microphone */
  gboolean silent, detailed, is_shut_down;
  gboolean is_overdue;    /* what was said has been waited for in vain */
  gboolean keeps_session; /* it is not removed at the end */
  gboolean is_elsewhere;  /* what was recorded since nothing more came of what was said */
  gboolean has_unkept;    /* text that would be recovered */
  gboolean is_awaited;    /* that another program has got all of its text */
  gboolean is_kept_then;  /* all text so far, once it has */
  gboolean noted_edit;    /* since the last text */
  guint64 n_shown;        /* of the journal's texts and commands */
  gint64 began_ms;        /* had been recorded when the last recording was begun */
  gint64 offset_ms;       /* to add to the recognizer's times, for what was said in those */
  gint64 shown_ms;        /* end of all text so far */
  gint64 origin_ms;       /* of times in the file of the session that is being spoken */
  gint64 taken_up_ms;     /* begin of the session that is being taken up just now; -1: there is none */
  gint64 tentative_start_ms, tentative_end_ms;
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
    g_value_set_static_string (value, longhand_figures_peek (self->figures)->threads_reason);
    break;
  case PROP_IS_BEHIND:
    g_value_set_boolean (value, longhand_figures_peek (self->figures)->is_behind);
    break;
  case PROP_SILENT:
    g_value_set_boolean (value, self->silent);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

/* ---- what is done ---- */

static void handle (LonghandDictation *self, LonghandEvent event);

static void
on_sound_lost (gpointer user, const char *sentence) {
  g_signal_emit (user, signals[NOTICE], 0, sentence);
}

static void
on_silent (gpointer user, gboolean silent) {
  LonghandDictation *self = user;

  self->silent = silent;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SILENT]);
}

static void
report (gpointer self, const GError *error) {
  if (error != NULL)
    g_signal_emit (self, signals[FAILED], 0, error);
}

static void
notify_model (LonghandDictation *self) {
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL_TITLE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL_IS_BUNDLED]);
}

static void
report_wait (LonghandDictation *self) {
  g_autoptr (GError) error = g_error_new_literal (
      LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT,
      _ ("The microphone was not there for ten minutes, so Longhand no longer waits for it. Connect it, or "
         "choose another one, and record again."));

  report (self, error);
}

static void
carry_out (LonghandDictation *self, LonghandEffects effects) {
  if (effects & LONGHAND_EFFECT_OPEN) {
    self->n_begun++;
    longhand_intake_open (self->intake);
  }
  if (effects & LONGHAND_EFFECT_CLOSE)
    longhand_intake_stop (self->intake);
  if (effects & LONGHAND_EFFECT_PUMP)
    longhand_intake_start (self->intake);
  if (effects & LONGHAND_EFFECT_SEAL)
    longhand_intake_seal (self->intake);
  if (effects & LONGHAND_EFFECT_LOAD) {
    longhand_model_slot_load (self->slot, self->choices.model);
    notify_model (self);
  }
  if (effects & LONGHAND_EFFECT_REPORT_DEVICE) {
    g_autoptr (GError) error = longhand_intake_steal_error (self->intake);

    report (self, error);
  }
  if (effects & LONGHAND_EFFECT_REPORT_MODEL)
    report (self, longhand_model_slot_get_error (self->slot));
  if (effects & LONGHAND_EFFECT_REPORT_WAIT)
    report_wait (self);
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
  LonghandMicrophones *microphones = longhand_intake_get_microphones (self->intake);
  const LonghandState state = self->now.state;

  if (before == LONGHAND_STATE_WAITING) {
    g_clear_handle_id (&self->wait_id, g_source_remove);
    longhand_microphones_watch (microphones, FALSE);
  }
  if (before == LONGHAND_STATE_IDLE || before == LONGHAND_STATE_FINISHING)
    self->began_ms = longhand_dictation_get_elapsed_ms (self);
  longhand_microphones_set_busy (microphones,
                                 state != LONGHAND_STATE_IDLE && state != LONGHAND_STATE_WAITING);
  if (state == LONGHAND_STATE_WAITING) {
    self->wait_id = g_timeout_add_seconds (WAIT_LIMIT_S, on_waited, self);
    longhand_microphones_watch (microphones, TRUE);
    if (!self->now.patient) /* what is there, but is not ready, is not tried again at once */
      longhand_microphones_refresh (microphones);
  }
}

static void
handle (LonghandDictation *self, LonghandEvent event) {
  const LonghandSituation before = self->now;
  LonghandEffects effects;

  if (self->is_shut_down)
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

/* Nothing more comes of one of the recordings that were asked for. */
static void
one_drained (LonghandDictation *self) {
  if (self->n_ended < self->n_begun)
    return;
  handle (self, LONGHAND_EVENT_DRAINED);
  longhand_sessions_go_on (self->sessions);
}

static void
on_opened (gpointer user) {
  handle (user, LONGHAND_EVENT_OPENED);
}

static void
on_open_failed (gpointer user, const GError *error) {
  LonghandDictation *self = user;

  self->n_begun--; /* the last one has not come to be */
  handle (self, longhand_state_why_not_opened (self->now, error));
  one_drained (self);
}

static void
on_closed (gpointer user, const GError *error) {
  handle (user, longhand_state_why_closed (error));
}

static void
on_sealed (gpointer user) {
  handle (user, LONGHAND_EVENT_SEALED);
}

static void
on_devices_listed (gpointer user, gboolean is_new) {
  LonghandDictation *self = user;

  if (is_new)
    g_signal_emit (self, signals[DEVICES_CHANGED], 0);
  if (self->now.state == LONGHAND_STATE_WAITING && longhand_intake_finds_wanted (self->intake))
    handle (self, LONGHAND_EVENT_RETURNED);
}

static void
on_intake_letter (gpointer owner, gpointer letter) {
  LonghandDictation *self = owner;

  longhand_intake_take (self->intake, letter);
}

static void
take_stats (LonghandDictation *self, const LonghandStats *stats) {
  const char *threads_reason = longhand_figures_peek (self->figures)->threads_reason;
  const gboolean was_behind = longhand_figures_peek (self->figures)->is_behind;

  longhand_figures_take (self->figures, stats);
  if (stats->threads_reason != threads_reason) /* interned */
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_THREADS_REASON]);
  if (stats->is_behind != was_behind)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_IS_BEHIND]);
}

/* Once it is on the screen. */
static void
note_text (LonghandDictation *self, const LonghandHeard *heard) {
  const LonghandSoundClock clock = longhand_recorded_get_clock (self->recorded, heard->until_ms);

  longhand_figures_note_text (self->figures, heard, &clock);
}

static void
show (LonghandDictation *self, LonghandUtterance *utterance) {
  self->shown_ms = MAX (self->shown_ms, utterance->end_ms);
  self->has_unkept = TRUE;
  self->is_kept_then = FALSE;
  self->noted_edit = FALSE;
  g_signal_emit (self, signals[COMMITTED], 0, utterance);
}

static void
on_heard (gpointer owner, gpointer letter) {
  LonghandDictation *self = owner;
  LonghandHeard *heard = letter;
  const gboolean is_of_this_model = longhand_model_slot_take (self->slot, heard);

  if (is_of_this_model)
    take_stats (self, &heard->stats);
  switch (heard->type) {
  case LONGHAND_HEARD_MODEL:
    if (is_of_this_model)
      handle (self, LONGHAND_EVENT_MODEL_READY);
    break;
  case LONGHAND_HEARD_NO_MODEL:
    if (is_of_this_model)
      handle (self, LONGHAND_EVENT_MODEL_FAILED);
    break;
  case LONGHAND_HEARD_TENTATIVE:
    self->tentative_start_ms = heard->speech_ms + self->offset_ms;
    self->tentative_end_ms = heard->until_ms + self->offset_ms;
    g_signal_emit (self, signals[TENTATIVE], 0, heard->text, (guint)heard->n_firm);
    note_text (self, heard);
    if (heard->left_out != NULL) {
      longhand_utterance_shift (heard->left_out, self->offset_ms);
      g_signal_emit (self, signals[LEFT_OUT], 0, heard->left_out);
    }
    break;
  case LONGHAND_HEARD_UTTERANCE:
    longhand_utterance_shift (heard->utterance, self->offset_ms);
    self->n_shown = heard->n_texts;
    show (self, heard->utterance);
    note_text (self, heard);
    if (heard->utterance->command == LONGHAND_COMMAND_STOP)
      longhand_dictation_stop (self);
    break;
  case LONGHAND_HEARD_ERROR:
    report (self, heard->error);
    break;
  case LONGHAND_HEARD_STATS:
    break;
  case LONGHAND_HEARD_END:
    self->n_ended++;
    one_drained (self);
    break;
  }
}

/* ---- sessions that were not closed ---- */

static void
on_problem (gpointer owner, gpointer letter) {
  report (owner, letter);
}

/* On a thread of the journal. */
static void
journal_problem (gpointer user, GError *error) {
  longhand_mailbox_post (user, on_problem, error, (GDestroyNotify)g_error_free);
}

static gboolean
is_busy (gpointer user) {
  LonghandDictation *self = user;

  return self->is_shut_down || self->now.state != LONGHAND_STATE_IDLE || self->n_ended < self->n_begun;
}

static void
take_up (gpointer user, const LonghandTakenUp *session) {
  LonghandDictation *self = user;
  const gint64 begin_ms = self->shown_ms;

  self->is_elsewhere = FALSE;
  if (session->goes_on) {
    self->offset_ms = begin_ms + session->offset_ms;
    self->origin_ms = begin_ms;
    self->taken_up_ms = begin_ms + session->from_ms;
  }
  g_signal_emit (self, signals[RECOVERED], 0, session->begun_us);
  self->taken_up_ms = -1;
  if (session->text != NULL) {
    longhand_utterance_shift (session->text, begin_ms);
    self->n_shown = longhand_journal_get_n_texts (self->journal);
    show (self, session->text);
  }
  if (session->n_rest > 0) {
    self->n_begun++;
    longhand_recorded_add_earlier (self->recorded, (gint64)session->n_rest * 1000 / LONGHAND_PUMP_RATE_HZ);
    longhand_pump_queue_push (self->queue, session->rest, session->n_rest);
    longhand_pump_queue_push_end (self->queue);
    handle (self, LONGHAND_EVENT_RECOVERED);
  } else {
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
  }
}

static void
on_session_read (gpointer owner, gpointer letter) {
  LonghandDictation *self = owner;

  longhand_sessions_take (self->sessions, letter);
}

static void
open_journal (LonghandDictation *self) {
  static const LonghandSessionsFns fns = { .is_busy = is_busy, .take_up = take_up, .report = report };
  g_autofree char *folder = longhand_journal_dup_folder ();
  g_autoptr (GError) error = NULL;

  self->journal = longhand_journal_new (folder, journal_problem, self->mailbox, &error);
  if (self->journal == NULL)
    journal_problem (self->mailbox, g_steal_pointer (&error));
  self->sessions
      = longhand_sessions_new (self->journal, self->mailbox, on_session_read, on_problem, &fns, self);
}

void
longhand_dictation_recover (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  longhand_sessions_look (self->sessions);
}

void
longhand_dictation_keep_session (LonghandDictation *self) {
  self->keeps_session = TRUE;
}

void
longhand_dictation_note_kept (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  if (!self->has_unkept)
    return;
  self->is_kept_then = self->is_awaited;
  if (self->is_awaited)
    return;
  self->has_unkept = FALSE;
  longhand_journal_append_dealt_with (self->journal, self->n_shown);
}

void
longhand_dictation_set_is_awaited (LonghandDictation *self, gboolean is_awaited) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  self->is_awaited = is_awaited;
  if (!is_awaited && self->is_kept_then)
    longhand_dictation_note_kept (self);
}

void
longhand_dictation_note_edited (LonghandDictation *self, gboolean undone) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  if (!self->has_unkept || (self->noted_edit && !undone))
    return;
  self->noted_edit = TRUE;
  longhand_journal_append_edited (self->journal, self->n_shown, undone);
}

/* ---- settings ---- */

static LonghandRecognizerSettings
recognizer_settings (LonghandDictation *self) {
  return (LonghandRecognizerSettings){ .threads = self->choices.threads,
                                       .language = self->choices.language,
                                       .wording = self->choices.wording,
                                       .languages = self->choices.languages,
                                       .pause_ms = self->choices.pause_ms,
                                       .commands = self->choices.commands,
                                       .keep_all = self->choices.keep_all,
                                       .enhancement = self->choices.enhancement,
                                       .detailed = self->detailed };
}

/* The choice may lead to the model that is in use already. */
static void
choose_model (LonghandDictation *self) {
  if (!self->now.reload && self->now.model != LONGHAND_MODEL_STATE_FAILED
      && longhand_model_slot_finds_same (self->slot, self->choices.model))
    notify_model (self);
  else
    handle (self, LONGHAND_EVENT_MODEL_WANTED);
}

static void
configure_recognizer (LonghandDictation *self) {
  const LonghandRecognizerSettings wanted = recognizer_settings (self);

  longhand_model_slot_configure (self->slot, &wanted);
}

static void
on_settings_notify (LonghandDictation *self, GParamSpec *pspec) {
  g_auto (LonghandChoices) former = self->choices;

  self->choices = longhand_choices_read_settings (self->settings);
  configure_recognizer (self);
  if (strcmp (former.model, self->choices.model) != 0)
    choose_model (self);
  if (strcmp (former.microphone, self->choices.microphone) != 0 && self->now.state == LONGHAND_STATE_WAITING)
    longhand_dictation_start_from (self, self->choices.microphone);
}

/* A model that is gone from the store goes on being used while it is open. */
static void
on_store_changed (LonghandDictation *self) {
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, self->choices.model, NULL);

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
  G_OBJECT_CLASS (longhand_dictation_parent_class)->dispose (object);
}

static void
longhand_dictation_finalize (GObject *object) {
  LonghandDictation *self = LONGHAND_DICTATION (object);

  longhand_intake_free (self->intake);
  longhand_model_slot_free (self->slot);
  longhand_choices_clear (&self->choices);
  longhand_sessions_free (self->sessions);
  longhand_mailbox_unref (self->mailbox);
  longhand_pump_queue_unref (self->queue);
  longhand_recorded_free (self->recorded);
  longhand_figures_free (self->figures);
  longhand_journal_unref (self->journal);
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
  static const LonghandRecordedFns recorded_fns = { .lost = on_sound_lost, .silent = on_silent };

  self->mailbox = longhand_mailbox_new (G_OBJECT (self));
  self->queue = longhand_pump_queue_new ();
  self->recorded = longhand_recorded_new (&recorded_fns, self);
  self->figures = longhand_figures_new ();
  self->taken_up_ms = -1;
}

LonghandDictation *
longhand_dictation_new_with_source (LonghandSettings *settings, const LonghandDictationOptions *options,
                                    LonghandModelStore *store, LonghandSource *source) {
  static const LonghandIntakeFns intake_fns = {
    .opened = on_opened,
    .failed = on_open_failed,
    .closed = on_closed,
    .sealed = on_sealed,
    .listed = on_devices_listed,
  };
  LonghandDictation *self = g_object_new (LONGHAND_TYPE_DICTATION, NULL);
  LonghandRecognizerSettings wanted;

  if (settings != NULL) {
    self->settings = g_object_ref (settings);
    self->choices = longhand_choices_read_settings (settings);
    g_signal_connect_object (settings, "notify", G_CALLBACK (on_settings_notify), self, G_CONNECT_SWAPPED);
  } else {
    self->choices = longhand_choices_read_options (options);
  }
  self->store = g_object_ref (store);
  g_signal_connect_object (store, "items-changed", G_CALLBACK (on_store_changed), self, G_CONNECT_SWAPPED);
  open_journal (self);
  self->intake = longhand_intake_new (source, self->recorded, self->queue, self->journal, self->mailbox,
                                      on_intake_letter, &intake_fns, self);
  wanted = recognizer_settings (self);
  self->slot = longhand_model_slot_new (store, self->queue, self->journal, self->mailbox, on_heard, &wanted);
  handle (self, LONGHAND_EVENT_MODEL_WANTED);
  longhand_dictation_refresh_devices (self);
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
  if (self->now.state == LONGHAND_STATE_IDLE)
    longhand_intake_want (self->intake, self->choices.microphone);
}

/* Of recordings that come of one wait for words, it takes all to be elsewhere. */
static void
note_whose (LonghandDictation *self, gboolean is_elsewhere) {
  if (self->now.state == LONGHAND_STATE_IDLE)
    self->is_elsewhere = is_elsewhere && (self->is_elsewhere || !longhand_dictation_has_pending (self));
}

void
longhand_dictation_start (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  note_whose (self, FALSE);
  want_chosen (self);
  handle (self, LONGHAND_EVENT_START);
}

void
longhand_dictation_start_elsewhere (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  note_whose (self, TRUE);
  want_chosen (self);
  handle (self, LONGHAND_EVENT_START);
}

void
longhand_dictation_take_over (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  self->is_elsewhere = FALSE;
  self->is_kept_then = FALSE;
}

gboolean
longhand_dictation_get_is_elsewhere (LonghandDictation *self) {
  return self->is_elsewhere;
}

void
longhand_dictation_start_from (LonghandDictation *self, const char *device_id) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  note_whose (self, FALSE);
  if (self->now.state == LONGHAND_STATE_IDLE || self->now.state == LONGHAND_STATE_WAITING)
    longhand_intake_want (self->intake, device_id);
  handle (self, LONGHAND_EVENT_START);
}

const LonghandDevice *
longhand_dictation_get_other_device (LonghandDictation *self) {
  if (self->is_shut_down || self->now.state != LONGHAND_STATE_WAITING)
    return NULL;
  return longhand_intake_get_other_device (self->intake);
}

void
longhand_dictation_stop (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  handle (self, LONGHAND_EVENT_STOP);
}

void
longhand_dictation_toggle (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  note_whose (self, FALSE);
  want_chosen (self);
  handle (self, LONGHAND_EVENT_TOGGLE);
}

/* The pump goes on pushing meanwhile: nothing of the new recording may seem to begin before it. */
gint64
longhand_dictation_cut (LonghandDictation *self) {
  guint64 n_before;

  g_return_val_if_fail (LONGHAND_IS_DICTATION (self), 0);
  n_before = longhand_pump_queue_get_n_pushed (self->queue);
  if (self->now.state == LONGHAND_STATE_RECORDING) {
    self->n_begun++;
    longhand_pump_queue_push_end (self->queue);
  }
  return (gint64)(n_before * 1000 / LONGHAND_PUMP_RATE_HZ) + self->offset_ms;
}

LonghandState
longhand_dictation_get_state (LonghandDictation *self) {
  return self->now.state;
}

guint
longhand_dictation_get_n_recordings (LonghandDictation *self) {
  return self->n_begun;
}

guint
longhand_dictation_get_heard_recording (LonghandDictation *self) {
  return self->n_ended + 1;
}

void
longhand_dictation_get_tentative_times (LonghandDictation *self, gint64 *start_ms, gint64 *end_ms) {
  *start_ms = self->tentative_start_ms;
  *end_ms = self->tentative_end_ms;
}

LonghandModelState
longhand_dictation_get_model_state (LonghandDictation *self) {
  return self->now.model;
}

const char *
longhand_dictation_get_model_title (LonghandDictation *self) {
  LonghandModel *model = longhand_model_slot_get_model (self->slot);

  return model != NULL ? longhand_model_get_title (model) : "";
}

gboolean
longhand_dictation_get_model_is_bundled (LonghandDictation *self) {
  LonghandModel *model = longhand_model_slot_get_model (self->slot);

  return model != NULL && longhand_model_is_bundled (model);
}

void
longhand_dictation_get_level (LonghandDictation *self, double *peak, double *rms) {
  LonghandFeed *feed = longhand_recorded_get_feed (self->recorded);

  *peak = 0;
  *rms = 0;
  if (feed != NULL && self->now.state == LONGHAND_STATE_RECORDING)
    longhand_feed_get_level (feed, peak, rms);
}

gint64
longhand_dictation_get_elapsed_ms (LonghandDictation *self) {
  return longhand_recorded_get_elapsed_ms (self->recorded);
}

gint64
longhand_dictation_get_recording_ms (LonghandDictation *self) {
  return longhand_dictation_get_elapsed_ms (self) - self->began_ms;
}

gint64
longhand_dictation_get_now_ms (LonghandDictation *self) {
  if (self->taken_up_ms >= 0)
    return self->taken_up_ms;
  return (gint64)longhand_journal_get_n_samples (self->journal) * 1000 / LONGHAND_PUMP_RATE_HZ
         + self->offset_ms;
}

gboolean
longhand_dictation_find_sound (LonghandDictation *self, LonghandSoundPiece *piece) {
  const int fd = longhand_journal_dup_file (self->journal);

  if (fd < 0)
    return FALSE;
  piece->fd = fd;
  piece->journal = longhand_journal_ref (self->journal);
  piece->from_ms -= self->origin_ms;
  piece->to_ms -= self->origin_ms;
  return TRUE;
}

void
longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats) {
  const LonghandSoundLosses losses = longhand_recorded_get_losses (self->recorded);
  LonghandModel *model = longhand_model_slot_get_model (self->slot);

  longhand_figures_get (self->figures, stats);
  stats->model_id = model != NULL ? longhand_model_get_id (model) : NULL;
  stats->sound_s = (double)longhand_dictation_get_elapsed_ms (self) / 1000;
  stats->queued_s = (double)longhand_pump_queue_get_n_samples (self->queue) / LONGHAND_PUMP_RATE_HZ
                    + longhand_recorded_get_waiting_s (self->recorded);
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
  return longhand_microphones_get_list (longhand_intake_get_microphones (self->intake));
}

void
longhand_dictation_refresh_devices (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  if (!self->is_shut_down)
    longhand_microphones_refresh (longhand_intake_get_microphones (self->intake));
}

void
longhand_dictation_watch_devices (LonghandDictation *self, gboolean watch) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  if (!self->is_shut_down)
    longhand_microphones_watch (longhand_intake_get_microphones (self->intake), watch);
}

char **
longhand_dictation_dup_languages (LonghandDictation *self) {
  return longhand_language_names_dup (longhand_model_slot_get_n_languages (self->slot));
}

LonghandPumpQueue *
longhand_dictation_get_queue (LonghandDictation *self) {
  return self->queue;
}

void
longhand_dictation_finish (LonghandDictation *self) {
  const gint64 deadline_us = g_get_monotonic_time () + DRAIN_TIMEOUT_US;

  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  longhand_dictation_stop (self);
  while (!self->is_shut_down && !self->is_overdue && longhand_dictation_has_pending (self))
    self->is_overdue = !longhand_mailbox_deliver (self->mailbox, deadline_us);
}

/* Stop order: the microphone, the pump, the recognizer. What a pass that cannot be interrupted still holds up
 * is left behind. */
void
longhand_dictation_shutdown (LonghandDictation *self) {
  g_return_if_fail (LONGHAND_IS_DICTATION (self));
  longhand_dictation_finish (self);
  if (self->is_shut_down)
    return;
  self->is_shut_down = TRUE;
  longhand_mailbox_close (self->mailbox);
  longhand_intake_close (self->intake);
  longhand_model_slot_close (self->slot);
  if (!self->keeps_session)
    longhand_journal_close (self->journal, self->n_shown, self->n_ended == self->n_begun);
  longhand_recorded_drop (self->recorded);
  self->now.state = LONGHAND_STATE_IDLE;
}
