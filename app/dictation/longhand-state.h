/* What a recording goes through, as a pure function: what is, and what happens, give what is then and what is
 * to be done. */
#pragma once

#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

typedef struct {
  LonghandState state;
  LonghandModelState model;
  gboolean reload;   /* another model was asked for; it waits for the end of the recording */
  gboolean lost;     /* the microphone was lost; to be reported when all that was said is written */
  gboolean gone;     /* likewise, and it may come back */
  gboolean sealed;   /* all sound of the recording is queued */
  gboolean unheard;  /* sound of an earlier recording or session is queued; it keeps nobody from recording */
  gboolean patient;  /* it is being opened because it seemed to be back: not a word when it is not */
  gboolean trailing; /* what was said before it was lost is still being recognised */
} LonghandSituation;

typedef enum {
  LONGHAND_EVENT_START,
  LONGHAND_EVENT_STOP,
  LONGHAND_EVENT_TOGGLE,
  LONGHAND_EVENT_OPENED, /* the microphone gives sound */
  LONGHAND_EVENT_OPEN_FAILED,
  LONGHAND_EVENT_ABSENT,       /* it cannot be opened because it is not there */
  LONGHAND_EVENT_CLOSED,       /* the microphone gives no more sound, as asked */
  LONGHAND_EVENT_LOST,         /* likewise, unasked: it is not there any more */
  LONGHAND_EVENT_BROKEN,       /* likewise, and there is no use in waiting for it */
  LONGHAND_EVENT_RETURNED,     /* the one that is waited for seems to be there */
  LONGHAND_EVENT_WAITED,       /* for so long that nobody expects a recording any more */
  LONGHAND_EVENT_SEALED,       /* the pump has queued the last sample */
  LONGHAND_EVENT_DRAINED,      /* the recognizer has written all that was queued */
  LONGHAND_EVENT_RECOVERED,    /* sound of an unfinished session is queued */
  LONGHAND_EVENT_MODEL_WANTED, /* another model was chosen */
  LONGHAND_EVENT_MODEL_READY,
  LONGHAND_EVENT_MODEL_FAILED,
  LONGHAND_N_EVENTS,
} LonghandEvent;

/* In the order in which they are to be carried out. */
typedef enum {
  LONGHAND_EFFECT_OPEN = 1 << 0,          /* the microphone */
  LONGHAND_EFFECT_CLOSE = 1 << 1,         /* the microphone */
  LONGHAND_EFFECT_PUMP = 1 << 2,          /* start it */
  LONGHAND_EFFECT_SEAL = 1 << 3,          /* let the pump drain and end */
  LONGHAND_EFFECT_LOAD = 1 << 4,          /* the model that is chosen now */
  LONGHAND_EFFECT_REPORT_DEVICE = 1 << 5, /* why the microphone failed or went */
  LONGHAND_EFFECT_REPORT_MODEL = 1 << 6,  /* why there is no model */
  LONGHAND_EFFECT_REPORT_WAIT = 1 << 7,   /* that the microphone is not waited for any longer */
} LonghandEffects;

LonghandSituation longhand_state_step (LonghandSituation now, LonghandEvent event, LonghandEffects *effects);

/* What an error of the microphone means: one that just came back may not be ready yet. */
LonghandEvent longhand_state_why_not_opened (LonghandSituation now, const GError *error);
LonghandEvent longhand_state_why_closed (const GError *error); /* NULL: as asked */

G_END_DECLS
