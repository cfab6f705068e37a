/* The whole of live dictation, but for the microphone and the window: a fake microphone, the real engine and
 * the bundled model. The linker puts quill_model_open and g_timeout_add_seconds of this fixture before others
 * (--wrap). Environment: LONGHAND_MODEL_DIR; LONGHAND_TEST_WAV, 16 kHz mono: two utterances with a pause
 * between them.
 */
#pragma once

#include "dictation/longhand-dictation-private.h"
#include "fake-source.h"
#include "longhand-error.h"

G_BEGIN_DECLS

#define MS 16                 /* samples */
#define IN_FIRST (1500 * MS)  /* in the midst of the first utterance */
#define IN_PAUSE (3500 * MS)  /* long enough after it that it is over */
#define IN_SECOND (5200 * MS) /* in the midst of the second one */

typedef struct {
  LonghandSettings *settings;
  LonghandModelStore *store;
  FakeSource *microphone;
  LonghandDictation *dictation;
  float *sound;
  gsize n_sound;
  GPtrArray *committed; /* LonghandUtterance */
  GPtrArray *errors;    /* GError */
  GString *tentative;   /* the last one */
  guint n_tentative;    /* that were not empty */
  guint n_at_error;     /* committed when the last error came */
  LonghandState at_error;
  guint n_device_lists;
  char *dir;          /* of models made here */
  guint n_firm;       /* tentative texts with firm words */
  guint n_behind;     /* changes of is-behind */
  GPtrArray *notices; /* char * */
} Fixture;

/* For g_test_add. There is no dictation yet; tear_down fails when something holds on to it. */
void fixture_set_up (Fixture *f, gconstpointer data);
void fixture_tear_down (Fixture *f, gconstpointer data);
#define FIXTURE_ADD(path, function)                                                                          \
  g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

void fixture_make_dictation (Fixture *f);
/* Between the two no model is opened: it takes its time. */
void fixture_hold_model (void);
void fixture_release_model (void);

/* Waits of a minute and more that begin from here on are over at once, to the end of the test. */
void fixture_end_long_waits (void);

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

void fixture_wait_ready (Fixture *f); /* the model */
void fixture_wait_state (Fixture *f, LonghandState state);
void fixture_start (Fixture *f);                       /* until it records */
void fixture_stop (Fixture *f);                        /* until all is written */
void fixture_speak (Fixture *f, gsize from, gsize to); /* samples of the sound */

const LonghandUtterance *fixture_utterance (Fixture *f, guint i); /* committed; (transfer none) */
void fixture_assert_failed (Fixture *f, guint i, int code);       /* with a sentence */
void fixture_assert_no_failure (Fixture *f);

/* What the engine makes of the same sound in one go. (transfer full) */
char *fixture_recognise (Fixture *f, gsize from, gsize to);
void fixture_assert_same_first_word (const char *text, const char *other);
void fixture_assert_same_last_word (const char *text, const char *other);

G_END_DECLS
