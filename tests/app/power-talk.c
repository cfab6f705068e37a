#include "power-talk.h"

#include "audio/longhand-journal-sync.h"
#include "audio/longhand-journal.h"
#include "dictation/longhand-dictation-private.h"
#include "dictation/longhand-recovery.h"
#include "fake-source.h"
#include "sound.h"
#include "virtual-clock.h"

#include <string.h>
#include <unistd.h>

gint16
power_talk_sample (char name, guint64 i) {
  const guint32 mixed = ((guint32)i + 1000003u * (guint32)name) * 2654435761u;

  return (gint16)(1 + (mixed >> 17) % 32767);
}

/* ---- programs that are recorded ---- */

/* A session as its program sees it. */
typedef struct {
  LonghandJournal *journal;
  char name;
  guint64 n_spoken;
  gint64 shift_ms; /* from times in the session to those of the journal */
} Talk;

static void say (const char *format, ...) G_GNUC_PRINTF (1, 2);
static void
say (const char *format, ...) {
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  if (write (STDOUT_FILENO, line, strlen (line)) < 0)
    _exit (1);
}

static void
refuse_problem (gpointer user, GError *error) {
  g_error ("%s", error->message);
}

static LonghandJournal *
open_journal (void) {
  g_autofree char *folder = longhand_journal_dup_folder ();
  g_autoptr (GError) error = NULL;
  LonghandJournal *journal = longhand_journal_new (folder, refuse_problem, NULL, &error);

  g_assert_no_error (error);
  return journal;
}

static void
talk_block (Talk *self) {
  float block[BLOCK];

  for (guint i = 0; i < BLOCK; i++)
    block[i] = (float)power_talk_sample (self->name, self->n_spoken + i) / 32768;
  longhand_journal_append_sound (self->journal, block, BLOCK);
  self->n_spoken += BLOCK;
  say ("spoken %c %" G_GUINT64_FORMAT "\n", self->name, self->n_spoken);
}

static void
talk (Talk *self, guint ms) {
  for (guint done_ms = 0; done_ms < ms; done_ms += BLOCK / MS) {
    talk_block (self);
    g_usleep (BLOCK / MS * 1000);
  }
}

/* As the recognizer does, end included: the text is shown when the journal says so. */
static void
commit (Talk *self, gint64 end_ms, const char *text) {
  say ("found %c %" G_GINT64_FORMAT " %s\n", self->name, end_ms, text);
  longhand_journal_append_text (self->journal, end_ms - 400 - self->shift_ms, end_ms - self->shift_ms, text);
  if (longhand_journal_wait_for_disk (self->journal))
    say ("shown %c\n", self->name);
}

static void
end_recording (Talk *self) {
  longhand_journal_append_end (self->journal);
  say ("heard %c %" G_GUINT64_FORMAT "\n", self->name, self->n_spoken);
  longhand_journal_append_heard (self->journal, longhand_journal_get_n_samples (self->journal));
}

#define FIRST_END_MS 4000     /* what the first program says */
#define FIRST_WRITTEN_MS 3000 /* and writes out of it */

static void
talk_first (void) {
  Talk self = { .journal = open_journal (), .name = 'a' };

  talk (&self, 1300);
  commit (&self, 1000, "One.");
  talk (&self, 700);
  commit (&self, 1800, "Two.");
  talk (&self, 400);
  commit (&self, 2300, "Three.");
  end_recording (&self);
  talk (&self, 900);
  commit (&self, FIRST_WRITTEN_MS, "Four.");
  talk (&self, 700);
  say ("killed a\n");
}

/* The only session that was left behind. (transfer full) */
static LonghandRecovery *
open_left_behind (void) {
  g_autofree char *folder = longhand_journal_dup_folder ();
  g_autoptr (GPtrArray) paths = longhand_recovery_find (folder);
  g_autoptr (GError) error = NULL;
  LonghandRecovery *recovery;

  g_assert_cmpuint (paths->len, ==, 1);
  recovery = longhand_recovery_open (paths->pdata[0], &error);
  g_assert_no_error (error);
  return recovery;
}

/* Goes on in the session that talk_first left. */
static Talk
take_up (LonghandJournal *journal) {
  g_autoptr (LonghandRecovery) recovery = open_left_behind ();
  const gint64 recorded_ms = (gint64)longhand_journal_get_n_samples (journal) / MS;
  const Talk self = {
    .journal = journal, .name = 'a', .n_spoken = FIRST_END_MS * MS, .shift_ms = FIRST_WRITTEN_MS - recorded_ms
  };

  g_assert_cmpuint (recovery->n_rest, ==, (FIRST_END_MS - FIRST_WRITTEN_MS) * MS);
  longhand_sync_left_behind (recovery->fd, recovery->path);
  longhand_journal_wait_for_disk (journal);
  g_assert_true (longhand_journal_resume (journal, recovery->fd, recovery->path, recovery->n_bytes,
                                          recovery->n_rest, recovery->rest_ms - recorded_ms));
  recovery->fd = -1;
  say ("taken-up a\n");
  return self;
}

/* The machine is fast, and finds words before the disk has the mark that they stand behind. */
static void
talk_on (Talk *self) {
  for (guint i = 0; i < 20; i++)
    talk_block (self);
  commit (self, FIRST_WRITTEN_MS + 500, "Five.");
  commit (self, FIRST_END_MS, "Six.");
  end_recording (self);
  talk (self, 1600);
  commit (self, FIRST_END_MS + 1200, "Seven.");
  talk (self, 700);
}

static void
talk_second (void) {
  Talk self = take_up (open_journal ());

  talk_on (&self);
  say ("given a\n");
  longhand_journal_close (self.journal, G_MAXUINT64, FALSE);
  say ("left a\n");
}

/* Has a session of its own when it takes up the other one. */
static void
talk_third (void) {
  Talk own = { .journal = open_journal (), .name = 'b' };
  Talk self;

  talk (&own, 1500);
  commit (&own, 1400, "Alpha.");
  end_recording (&own);
  self = take_up (own.journal);
  talk_on (&self);
  say ("closed a\nclosed b\n");
  longhand_journal_close (self.journal, G_MAXUINT64, TRUE);
}

/* Ends before the journal's thread finds out that there is something to do, as like as not. */
static void
talk_shortly (void) {
  Talk self = { .journal = open_journal (), .name = 'a' };

  talk_block (&self);
  longhand_journal_unref (self.journal);
  say ("left a\n");
  g_usleep (2 * G_USEC_PER_SEC);
  say ("over a\n");
}

/* Is killed before its first sync is over. */
static void
talk_hardly (void) {
  Talk self = { .journal = open_journal (), .name = 'a' };

  talk (&self, 20);
  say ("killed a\n");
}

#define SLOW_US (3 * G_USEC_PER_SEC)

/* The disk takes too long to be waited for. */
static void
wait_in_vain (void) {
  Talk self = { .journal = open_journal (), .name = 'a' };
  gint64 begun_us;

  virtual_clock_set_sync (SLOW_US, SLOW_US + 1);
  talk_block (&self);
  begun_us = g_get_monotonic_time ();
  g_assert_false (longhand_journal_wait_for_disk (self.journal));
  g_assert_cmpint (g_get_monotonic_time () - begun_us, ==, G_USEC_PER_SEC);
  g_usleep (5 * SLOW_US); /* the file, and three folders for its name */
  g_assert_true (longhand_journal_wait_for_disk (self.journal));
}

/* ---- programs in real time ---- */

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

static void
tell_text (LonghandDictation *dictation, LonghandUtterance *utterance, gpointer user) {
  say ("shown a 0 %s\n", utterance->text);
}

/* The real recognizer. */
static void
dictate (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (Sound) sound = sound_new ();
  FakeSource *microphone = fake_source_new ();
  LonghandDictation *dictation = longhand_dictation_new_with_source (
      NULL, &(LonghandDictationOptions){ .threads = 1 }, store, &microphone->source);

  sound_add_wav (sound, g_getenv ("LONGHAND_TEST_WAV"));
  g_signal_connect (dictation, "committed", G_CALLBACK (tell_text), NULL);
  longhand_dictation_start (dictation);
  RUN_UNTIL (microphone->feed != NULL);
  fake_source_speak (microphone, sound_samples (sound), sound->len);
  longhand_dictation_stop (dictation);
  RUN_UNTIL (!longhand_dictation_has_pending (dictation));
}

static LonghandDictation *
new_dictation_without_model (LonghandModelStore *store) {
  const LonghandDictationOptions options = { .model = "no-such-model", .threads = 1 };

  return longhand_dictation_new_with_source (NULL, &options, store, &fake_source_new ()->source);
}

static void
note_aside (LonghandDictation *dictation, const GError *error, gpointer is_aside) {
  if (strstr (error->message, ".broken") != NULL)
    *(gboolean *)is_aside = TRUE;
}

/* A session whose sound has ended two programs. */
static void
leave_trouble (void) {
  Talk self = { .journal = open_journal (), .name = 'a' };

  while (self.n_spoken < FIRST_END_MS * MS)
    talk_block (&self);
  longhand_journal_append_text (self.journal, 0, 1000, "One.");
  longhand_journal_append_text (self.journal, 1000, FIRST_WRITTEN_MS, "Two.");
  longhand_journal_unref (self.journal);
  for (guint i = 0; i < 2; i++)
    longhand_journal_unref (take_up (open_journal ()).journal);
  say ("shown a 0 One.\nshown a 0 Two.\n");
}

static void
stumble (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  LonghandDictation *dictation = new_dictation_without_model (store);
  gboolean is_aside = FALSE;

  g_signal_connect (dictation, "failed", G_CALLBACK (note_aside), &is_aside);
  longhand_dictation_recover (dictation);
  RUN_UNTIL (is_aside);
}

static void
tell_recovered (LonghandDictation *dictation, gint64 begun_us, gpointer is_over) {
  say ("left a\n");
  *(gboolean *)is_over = TRUE;
}

/* What is offered is not lost any more. */
static void
recover (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  LonghandDictation *dictation = new_dictation_without_model (store);
  gboolean is_over = FALSE;

  g_signal_connect (dictation, "recovered", G_CALLBACK (tell_recovered), &is_over);
  longhand_dictation_recover (dictation);
  RUN_UNTIL (is_over);
}

/* All of its sound has text. */
static void
leave_text (void) {
  Talk self = { .journal = open_journal (), .name = 'a' };

  talk_block (&self);
  longhand_journal_append_text (self.journal, 0, BLOCK / MS, "One.");
  longhand_journal_unref (self.journal);
  say ("shown a 0 One.\n");
}

/* ---- start ---- */

static const struct {
  const char *name;
  void (*run) (void);
} programs[] = {
  { "first", talk_first },     { "second", talk_second },    { "third", talk_third },
  { "shortly", talk_shortly }, { "hardly", talk_hardly },    { "in-vain", wait_in_vain },
  { "recover", recover },      { "trouble", leave_trouble }, { "dictate", dictate },
  { "stumble", stumble },      { "leave", leave_text },
};

void
power_talk_run (const char *name, gint64 now_us, guint32 seed) {
  if (now_us > 0) {
    virtual_clock_start (now_us, seed);
    virtual_clock_set_sync (SYNC_MIN_US, SYNC_MAX_US);
  }
  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    if (strcmp (name, programs[i].name) == 0)
      programs[i].run ();
  _exit (0);
}
