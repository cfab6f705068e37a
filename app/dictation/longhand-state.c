#include "dictation/longhand-state.h"

#include "longhand-error.h"

static gboolean
is_live (LonghandSituation now) {
  return now.state == LONGHAND_STATE_STARTING || now.state == LONGHAND_STATE_RECORDING;
}

/* The end of a recording, whatever became of it. */
static LonghandSituation
finish (LonghandSituation now, LonghandEffects *effects) {
  now.state = LONGHAND_STATE_IDLE;
  if (now.lost)
    *effects |= LONGHAND_EFFECT_REPORT_DEVICE;
  now.lost = FALSE;
  now.gone = FALSE;
  now.sealed = FALSE;
  now.patient = FALSE;
  now.trailing = FALSE;
  if (now.reload) {
    now.reload = FALSE;
    now.model = LONGHAND_MODEL_STATE_LOADING;
    *effects |= LONGHAND_EFFECT_LOAD;
  }
  return now;
}

/* A recording whose sound no model will hear for now. */
static LonghandSituation
finish_unheard (LonghandSituation now, LonghandEffects *effects) {
  now.unheard = TRUE;
  return finish (now, effects);
}

static LonghandSituation
open_microphone (LonghandSituation now, gboolean patient, LonghandEffects *effects) {
  now.state = LONGHAND_STATE_STARTING;
  now.patient = patient;
  *effects = LONGHAND_EFFECT_OPEN;
  return now;
}

static LonghandSituation
start (LonghandSituation now, LonghandEffects *effects) {
  if (now.state != LONGHAND_STATE_IDLE && now.state != LONGHAND_STATE_WAITING)
    return now;
  if (now.model == LONGHAND_MODEL_STATE_FAILED) {
    *effects = LONGHAND_EFFECT_REPORT_MODEL;
    return now;
  }
  return open_microphone (now, FALSE, effects);
}

/* Ends the wait for a microphone: what was said before is finished. */
static LonghandSituation
give_up (LonghandSituation now, LonghandEffects *effects) {
  if (!now.trailing)
    return finish (now, effects);
  if (now.model == LONGHAND_MODEL_STATE_FAILED)
    return finish_unheard (now, effects);
  now.state = LONGHAND_STATE_FINISHING;
  now.sealed = TRUE;
  return now;
}

static LonghandSituation
stop (LonghandSituation now, LonghandEffects *effects) {
  if (now.state == LONGHAND_STATE_WAITING)
    return give_up (now, effects);
  if (now.gone) {
    now.gone = FALSE;
    return now.trailing ? now : finish (now, effects);
  }
  if (!is_live (now))
    return now;
  now.state = LONGHAND_STATE_FINISHING;
  *effects = LONGHAND_EFFECT_CLOSE;
  return now;
}

/* The person who pressed Record is told; who waits already is not told again. Stop has been pressed: nobody
 * waits. */
static LonghandSituation
wait_for_microphone (LonghandSituation now, LonghandEffects *effects) {
  if (now.state == LONGHAND_STATE_FINISHING) {
    now.state = LONGHAND_STATE_WAITING;
    return give_up (now, effects);
  }
  now.state = LONGHAND_STATE_WAITING;
  if (!now.patient)
    *effects |= LONGHAND_EFFECT_REPORT_DEVICE;
  return now;
}

/* All sound is queued. A microphone that was lost is said now, not when its last words are written: whoever
 * goes on speaking is not being recorded. */
static LonghandSituation
seal (LonghandSituation now, LonghandEffects *effects) {
  if (now.model == LONGHAND_MODEL_STATE_FAILED) {
    now.lost |= now.gone;
    return finish_unheard (now, effects);
  }
  if (!now.gone) {
    now.sealed = TRUE;
    return now;
  }
  now.gone = FALSE;
  now.state = LONGHAND_STATE_WAITING;
  *effects = LONGHAND_EFFECT_REPORT_DEVICE;
  return now;
}

LonghandSituation
longhand_state_step (LonghandSituation now, LonghandEvent event, LonghandEffects *effects) {
  *effects = 0;
  switch (event) {
  case LONGHAND_EVENT_START:
    return start (now, effects);
  case LONGHAND_EVENT_STOP:
    return stop (now, effects);
  case LONGHAND_EVENT_TOGGLE:
    return now.state == LONGHAND_STATE_IDLE ? start (now, effects) : stop (now, effects);

  case LONGHAND_EVENT_OPENED:
    if (now.state != LONGHAND_STATE_STARTING && now.state != LONGHAND_STATE_FINISHING)
      return now;
    if (now.state == LONGHAND_STATE_STARTING)
      now.state = LONGHAND_STATE_RECORDING;
    now.patient = FALSE;
    *effects = LONGHAND_EFFECT_PUMP;
    return now;
  case LONGHAND_EVENT_OPEN_FAILED:
    if (now.state == LONGHAND_STATE_IDLE || now.state == LONGHAND_STATE_WAITING)
      return now;
    now.lost = TRUE;
    return now.trailing ? give_up (now, effects) : finish (now, effects);
  case LONGHAND_EVENT_ABSENT:
    if (now.state != LONGHAND_STATE_STARTING && now.state != LONGHAND_STATE_FINISHING)
      return now;
    return wait_for_microphone (now, effects);
  case LONGHAND_EVENT_RETURNED:
    return now.state == LONGHAND_STATE_WAITING ? open_microphone (now, TRUE, effects) : now;
  case LONGHAND_EVENT_WAITED:
    if (now.state != LONGHAND_STATE_WAITING)
      return now;
    *effects = LONGHAND_EFFECT_REPORT_WAIT;
    return give_up (now, effects);

  case LONGHAND_EVENT_LOST:
  case LONGHAND_EVENT_BROKEN:
    now.lost = is_live (now) && event == LONGHAND_EVENT_BROKEN;
    now.gone = is_live (now) && event == LONGHAND_EVENT_LOST;
    now.trailing |= now.gone;
    G_GNUC_FALLTHROUGH;
  case LONGHAND_EVENT_CLOSED:
    if (now.state == LONGHAND_STATE_IDLE || now.state == LONGHAND_STATE_WAITING)
      return now;
    now.state = LONGHAND_STATE_FINISHING;
    *effects = LONGHAND_EFFECT_SEAL;
    return now;
  case LONGHAND_EVENT_SEALED:
    if (now.state != LONGHAND_STATE_FINISHING)
      return now;
    return seal (now, effects);
  case LONGHAND_EVENT_DRAINED:
    now.unheard = FALSE;
    now.trailing = FALSE;
    /* it may overtake SEALED, which a microphone that is gone waits for */
    return now.state == LONGHAND_STATE_FINISHING && !now.gone ? finish (now, effects) : now;

  case LONGHAND_EVENT_RECOVERED:
    now.unheard = TRUE;
    return now;

  case LONGHAND_EVENT_MODEL_WANTED:
    if (now.state != LONGHAND_STATE_IDLE) {
      now.reload = TRUE;
      return now;
    }
    now.model = LONGHAND_MODEL_STATE_LOADING;
    *effects = LONGHAND_EFFECT_LOAD;
    return now;
  case LONGHAND_EVENT_MODEL_READY:
    now.model = LONGHAND_MODEL_STATE_READY;
    return now;
  case LONGHAND_EVENT_MODEL_FAILED:
    now.model = LONGHAND_MODEL_STATE_FAILED;
    if (now.state == LONGHAND_STATE_FINISHING && now.sealed)
      now = finish_unheard (now, effects);
    else
      now = stop (now, effects);
    *effects |= LONGHAND_EFFECT_REPORT_MODEL;
    return now;

  case LONGHAND_N_EVENTS:
    break;
  }
  g_return_val_if_reached (now);
}

LonghandEvent
longhand_state_why_not_opened (LonghandSituation now, const GError *error) {
  if (g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT)
      || (now.patient
          && (g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY)
              || g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE))))
    return LONGHAND_EVENT_ABSENT;
  return LONGHAND_EVENT_OPEN_FAILED;
}

LonghandEvent
longhand_state_why_closed (const GError *error) {
  if (error == NULL)
    return LONGHAND_EVENT_CLOSED;
  return g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_LOST) ? LONGHAND_EVENT_LOST
                                                                             : LONGHAND_EVENT_BROKEN;
}
