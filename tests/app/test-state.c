#include "dictation/longhand-state.h"

#define IDLE LONGHAND_STATE_IDLE
#define STARTING LONGHAND_STATE_STARTING
#define RECORDING LONGHAND_STATE_RECORDING
#define WAITING LONGHAND_STATE_WAITING
#define FINISHING LONGHAND_STATE_FINISHING
#define LOADING LONGHAND_MODEL_STATE_LOADING
#define READY LONGHAND_MODEL_STATE_READY
#define FAILED LONGHAND_MODEL_STATE_FAILED

typedef struct {
  LonghandEvent event;
  LonghandState state; /* expected after it */
  LonghandModelState model;
  LonghandEffects effects;
} Step;

typedef struct {
  const char *name;
  LonghandSituation from;
  Step steps[10]; /* to the first of no event, no state and no model */
} Story;

#define EV(name) LONGHAND_EVENT_##name
#define DO(name) LONGHAND_EFFECT_##name

static const Story stories[] = {
  { "record-stop-and-the-last-words",
    { IDLE, READY },
    { { EV (START), STARTING, READY, DO (OPEN) },
      { EV (OPENED), RECORDING, READY, DO (PUMP) },
      { EV (STOP), FINISHING, READY, DO (CLOSE) },
      { EV (CLOSED), FINISHING, READY, DO (SEAL) },
      { EV (SEALED), FINISHING, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 } } },
  { "toggle-starts-and-stops",
    { IDLE, READY },
    { { EV (TOGGLE), STARTING, READY, DO (OPEN) },
      { EV (OPENED), RECORDING, READY, DO (PUMP) },
      { EV (TOGGLE), FINISHING, READY, DO (CLOSE) },
      { EV (TOGGLE), FINISHING, READY, 0 } } },
  { "start-is-no-op-unless-idle", { RECORDING, READY }, { { EV (START), RECORDING, READY, 0 } } },
  { "stop-is-no-op-when-idle", { IDLE, READY }, { { EV (STOP), IDLE, READY, 0 } } },
  { "stop-before-the-microphone-is-open",
    { IDLE, READY },
    { { EV (START), STARTING, READY, DO (OPEN) },
      { EV (STOP), FINISHING, READY, DO (CLOSE) },
      { EV (OPENED), FINISHING, READY, DO (PUMP) },
      { EV (CLOSED), FINISHING, READY, DO (SEAL) },
      { EV (SEALED), FINISHING, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 } } },
  { "microphone-that-cannot-be-opened",
    { IDLE, READY },
    { { EV (START), STARTING, READY, DO (OPEN) },
      { EV (OPEN_FAILED), IDLE, READY, DO (REPORT_DEVICE) },
      { EV (START), STARTING, READY, DO (OPEN) } } },
  { "microphone-that-breaks-is-reported-after-the-last-words",
    { RECORDING, READY },
    { { EV (BROKEN), FINISHING, READY, DO (SEAL) },
      { EV (SEALED), FINISHING, READY, 0 },
      { EV (DRAINED), IDLE, READY, DO (REPORT_DEVICE) },
      { EV (START), STARTING, READY, DO (OPEN) } } },
  { "microphone-lost-is-reported-at-once-and-recording-goes-on-when-it-is-back",
    { RECORDING, READY },
    { { EV (LOST), FINISHING, READY, DO (SEAL) },
      { EV (SEALED), WAITING, READY, DO (REPORT_DEVICE) },
      { EV (DRAINED), WAITING, READY, 0 },
      { EV (RETURNED), STARTING, READY, DO (OPEN) },
      { EV (OPENED), RECORDING, READY, DO (PUMP) },
      { EV (STOP), FINISHING, READY, DO (CLOSE) } } },
  { "microphone-that-is-not-quite-back-is-waited-for-without-a-word",
    { WAITING, READY },
    { { EV (RETURNED), STARTING, READY, DO (OPEN) },
      { EV (ABSENT), WAITING, READY, 0 },
      { EV (RETURNED), STARTING, READY, DO (OPEN) },
      { EV (OPENED), RECORDING, READY, DO (PUMP) } } },
  { "microphone-back-before-the-last-words-are-written",
    { WAITING, READY, .trailing = TRUE },
    { { EV (RETURNED), STARTING, READY, DO (OPEN) },
      { EV (OPENED), RECORDING, READY, DO (PUMP) },
      { EV (STOP), FINISHING, READY, DO (CLOSE) },
      { EV (CLOSED), FINISHING, READY, DO (SEAL) },
      { EV (SEALED), FINISHING, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 } } },
  { "absent-microphone-is-said-and-waited-for",
    { IDLE, READY },
    { { EV (START), STARTING, READY, DO (OPEN) },
      { EV (ABSENT), WAITING, READY, DO (REPORT_DEVICE) },
      { EV (RETURNED), STARTING, READY, DO (OPEN) },
      { EV (OPENED), RECORDING, READY, DO (PUMP) } } },
  { "trying-again-by-hand-says-why-not",
    { WAITING, READY },
    { { EV (START), STARTING, READY, DO (OPEN) },
      { EV (ABSENT), WAITING, READY, DO (REPORT_DEVICE) },
      { EV (START), STARTING, READY, DO (OPEN) },
      { EV (OPEN_FAILED), IDLE, READY, DO (REPORT_DEVICE) } } },
  { "stop-ends-the-wait",
    { WAITING, READY },
    { { EV (STOP), IDLE, READY, 0 }, { EV (RETURNED), IDLE, READY, 0 } } },
  { "stop-ends-the-wait-behind-the-last-words",
    { WAITING, READY, .trailing = TRUE },
    { { EV (TOGGLE), FINISHING, READY, 0 }, { EV (DRAINED), IDLE, READY, 0 } } },
  { "stop-before-an-absent-microphone-is-found-out",
    { IDLE, READY },
    { { EV (START), STARTING, READY, DO (OPEN) },
      { EV (STOP), FINISHING, READY, DO (CLOSE) },
      { EV (ABSENT), IDLE, READY, 0 } } },
  { "stop-while-the-end-of-a-lost-microphone-is-queued",
    { RECORDING, READY },
    { { EV (LOST), FINISHING, READY, DO (SEAL) },
      { EV (STOP), FINISHING, READY, 0 },
      { EV (SEALED), FINISHING, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 } } },
  { "last-words-of-a-lost-microphone-are-written-before-it-is-known-that-they-are-queued",
    { RECORDING, READY },
    { { EV (LOST), FINISHING, READY, DO (SEAL) },
      { EV (DRAINED), FINISHING, READY, 0 },
      { EV (SEALED), WAITING, READY, DO (REPORT_DEVICE) },
      { EV (STOP), IDLE, READY, 0 } } },
  { "stop-when-they-are-written-already",
    { RECORDING, READY },
    { { EV (LOST), FINISHING, READY, DO (SEAL) },
      { EV (DRAINED), FINISHING, READY, 0 },
      { EV (STOP), IDLE, READY, 0 },
      { EV (SEALED), IDLE, READY, 0 } } },
  { "nobody-waits-for-ever",
    { WAITING, READY },
    { { EV (WAITED), IDLE, READY, DO (REPORT_WAIT) },
      { EV (RETURNED), IDLE, READY, 0 },
      { EV (WAITED), IDLE, READY, 0 } } },
  { "nobody-waits-for-ever-behind-the-last-words",
    { WAITING, READY, .trailing = TRUE },
    { { EV (WAITED), FINISHING, READY, DO (REPORT_WAIT) }, { EV (DRAINED), IDLE, READY, 0 } } },
  { "other-model-while-waiting-after-the-wait",
    { WAITING, READY },
    { { EV (MODEL_WANTED), WAITING, READY, 0 }, { EV (STOP), IDLE, LOADING, DO (LOAD) } } },
  { "model-failing-while-waiting-keeps-the-sound",
    { WAITING, LOADING, .trailing = TRUE },
    { { EV (MODEL_FAILED), IDLE, FAILED, DO (REPORT_MODEL) },
      { EV (MODEL_WANTED), IDLE, LOADING, DO (LOAD) },
      { EV (MODEL_READY), IDLE, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 } } },
  { "microphone-lost-without-a-model",
    { RECORDING, FAILED },
    { { EV (LOST), FINISHING, FAILED, DO (SEAL) }, { EV (SEALED), IDLE, FAILED, DO (REPORT_DEVICE) } } },
  { "microphone-lost-after-stop-is-not-worth-a-word",
    { FINISHING, READY },
    { { EV (LOST), FINISHING, READY, DO (SEAL) },
      { EV (SEALED), FINISHING, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 } } },
  { "recording-while-the-model-loads",
    { IDLE, LOADING },
    { { EV (START), STARTING, LOADING, DO (OPEN) },
      { EV (OPENED), RECORDING, LOADING, DO (PUMP) },
      { EV (MODEL_READY), RECORDING, READY, 0 },
      { EV (STOP), FINISHING, READY, DO (CLOSE) } } },
  { "start-without-a-model-says-why",
    { IDLE, FAILED },
    { { EV (START), IDLE, FAILED, DO (REPORT_MODEL) }, { EV (TOGGLE), IDLE, FAILED, DO (REPORT_MODEL) } } },
  { "model-failing-while-recording-keeps-the-sound-for-the-next-one",
    { RECORDING, LOADING },
    { { EV (MODEL_FAILED), FINISHING, FAILED, DO (CLOSE) | DO (REPORT_MODEL) },
      { EV (CLOSED), FINISHING, FAILED, DO (SEAL) },
      { EV (SEALED), IDLE, FAILED, 0 },
      { EV (START), IDLE, FAILED, DO (REPORT_MODEL) },
      { EV (MODEL_WANTED), IDLE, LOADING, DO (LOAD) },
      { EV (MODEL_READY), IDLE, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 },
      { EV (MODEL_READY), IDLE, READY, 0 } } },
  { "model-failing-after-everything-is-queued",
    { FINISHING, LOADING, .sealed = TRUE, .lost = TRUE },
    { { EV (MODEL_FAILED), IDLE, FAILED, DO (REPORT_DEVICE) | DO (REPORT_MODEL) } } },
  { "other-model-when-idle-at-once",
    { IDLE, READY },
    { { EV (MODEL_WANTED), IDLE, LOADING, DO (LOAD) },
      { EV (MODEL_WANTED), IDLE, LOADING, DO (LOAD) },
      { EV (MODEL_READY), IDLE, READY, 0 } } },
  { "other-model-while-recording-after-stop",
    { RECORDING, READY },
    { { EV (MODEL_WANTED), RECORDING, READY, 0 },
      { EV (STOP), FINISHING, READY, DO (CLOSE) },
      { EV (CLOSED), FINISHING, READY, DO (SEAL) },
      { EV (SEALED), FINISHING, READY, 0 },
      { EV (DRAINED), IDLE, LOADING, DO (LOAD) },
      { EV (MODEL_READY), IDLE, READY, 0 },
      { EV (START), STARTING, READY, DO (OPEN) },
      { EV (OPEN_FAILED), IDLE, READY, DO (REPORT_DEVICE) } } },
  { "recovered-sound-keeps-nobody-from-recording",
    { IDLE, READY },
    { { EV (RECOVERED), IDLE, READY, 0 },
      { EV (START), STARTING, READY, DO (OPEN) },
      { EV (OPENED), RECORDING, READY, DO (PUMP) },
      { EV (STOP), FINISHING, READY, DO (CLOSE) },
      { EV (CLOSED), FINISHING, READY, DO (SEAL) },
      { EV (SEALED), FINISHING, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 } } },
  { "recovered-sound-waits-for-the-model",
    { IDLE, LOADING },
    { { EV (RECOVERED), IDLE, LOADING, 0 },
      { EV (MODEL_FAILED), IDLE, FAILED, DO (REPORT_MODEL) },
      { EV (MODEL_WANTED), IDLE, LOADING, DO (LOAD) },
      { EV (MODEL_READY), IDLE, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 } } },
  { "recovered-sound-goes-before-a-recording-that-does-not-wait",
    { IDLE, LOADING },
    { { EV (RECOVERED), IDLE, LOADING, 0 },
      { EV (START), STARTING, LOADING, DO (OPEN) },
      { EV (OPENED), RECORDING, LOADING, DO (PUMP) },
      { EV (MODEL_READY), RECORDING, READY, 0 },
      { EV (RECOVERED), RECORDING, READY, 0 } } },
  { "late-news-of-a-closed-microphone-change-nothing",
    { IDLE, READY },
    { { EV (CLOSED), IDLE, READY, 0 },
      { EV (LOST), IDLE, READY, 0 },
      { EV (OPENED), IDLE, READY, 0 },
      { EV (SEALED), IDLE, READY, 0 },
      { EV (DRAINED), IDLE, READY, 0 },
      { EV (START), STARTING, READY, DO (OPEN) } } },
};

static void
tell (gconstpointer data) {
  const Story *story = data;
  LonghandSituation now = story->from;

  for (const Step *step = story->steps; step->state || step->model; step++) {
    LonghandEffects effects;

    now = longhand_state_step (now, step->event, &effects);
    g_test_message ("step %d", (int)(step - story->steps));
    g_assert_cmpint (now.state, ==, step->state);
    g_assert_cmpint (now.model, ==, step->model);
    g_assert_cmpint (effects, ==, step->effects);
  }
}

/* Whatever happens in whatever order, the microphone is opened only when idle or waiting, and Stop, the
 * device's end, the pump's and the recognizer's lead back to idle. */
static void
every_order_of_events_ends_idle (void) {
  for (guint round = 0; round < 20000; round++) {
    LonghandSituation now = { IDLE, LOADING };
    LonghandEffects effects;

    for (int i = 0; i < 12; i++) {
      const LonghandState before = now.state;

      now = longhand_state_step (now, (LonghandEvent)g_test_rand_int_range (0, LONGHAND_N_EVENTS), &effects);
      if (effects & DO (OPEN))
        g_assert_true (before == IDLE || before == WAITING);
    }
    now = longhand_state_step (now, EV (MODEL_READY), &effects);
    now = longhand_state_step (now, EV (STOP), &effects);
    now = longhand_state_step (now, EV (OPENED), &effects);
    now = longhand_state_step (now, EV (CLOSED), &effects);
    now = longhand_state_step (now, EV (SEALED), &effects);
    now = longhand_state_step (now, EV (DRAINED), &effects);
    g_assert_cmpint (now.state, ==, IDLE);
    g_assert_false (now.lost);
    g_assert_false (now.reload);
    g_assert_false (now.sealed);
    g_assert_false (now.gone);
    g_assert_false (now.patient);
    g_assert_false (now.trailing);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++) {
    g_autofree char *path = g_strconcat ("/state/", stories[i].name, NULL);

    g_test_add_data_func (path, &stories[i], tell);
  }
  g_test_add_func ("/state/every-order-of-events-ends-idle", every_order_of_events_ends_idle);
  return g_test_run ();
}
