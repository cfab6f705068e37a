#include "dictation/longhand-state.h"

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
  now.sealed = FALSE;
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
start (LonghandSituation now, LonghandEffects *effects) {
  if (now.state != LONGHAND_STATE_IDLE)
    return now;
  if (now.model == LONGHAND_MODEL_STATE_FAILED) {
    *effects = LONGHAND_EFFECT_REPORT_MODEL;
    return now;
  }
  now.state = LONGHAND_STATE_STARTING;
  *effects = LONGHAND_EFFECT_OPEN;
  return now;
}

static LonghandSituation
stop (LonghandSituation now, LonghandEffects *effects) {
  if (!is_live (now))
    return now;
  now.state = LONGHAND_STATE_FINISHING;
  *effects = LONGHAND_EFFECT_CLOSE;
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
    if (now.state == LONGHAND_STATE_IDLE || now.state == LONGHAND_STATE_RECORDING)
      return now;
    if (now.state == LONGHAND_STATE_STARTING)
      now.state = LONGHAND_STATE_RECORDING;
    *effects = LONGHAND_EFFECT_PUMP;
    return now;
  case LONGHAND_EVENT_OPEN_FAILED:
    if (now.state == LONGHAND_STATE_IDLE)
      return now;
    now.lost = TRUE;
    return finish (now, effects);

  case LONGHAND_EVENT_LOST:
    now.lost = is_live (now);
    G_GNUC_FALLTHROUGH;
  case LONGHAND_EVENT_CLOSED:
    if (now.state == LONGHAND_STATE_IDLE)
      return now;
    now.state = LONGHAND_STATE_FINISHING;
    *effects = LONGHAND_EFFECT_SEAL;
    return now;
  case LONGHAND_EVENT_SEALED:
    if (now.state != LONGHAND_STATE_FINISHING)
      return now;
    now.sealed = TRUE;
    return now.model == LONGHAND_MODEL_STATE_FAILED ? finish_unheard (now, effects) : now;
  case LONGHAND_EVENT_DRAINED:
    now.unheard = FALSE;
    return now.state == LONGHAND_STATE_FINISHING ? finish (now, effects) : now;

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
