/* A journal in a folder of the test's own, and what is found there after it. */
#pragma once

#include "audio/longhand-journal.h"
#include "dictation/longhand-recovery.h"

G_BEGIN_DECLS

#define SECOND 16000 /* samples */

typedef struct {
  char *dir, *folder; /* sessions are in folder, which lies in dir and is not there at first */
  LonghandJournal *journal;
  float *sound;        /* 30 s of noise that 16 bits hold exactly */
  GPtrArray *problems; /* GError */
} JournalFixture;

/* For g_test_add. The journal is open; tear_down removes all that was written. */
void journal_fixture_set_up (JournalFixture *f, gconstpointer data);
void journal_fixture_tear_down (JournalFixture *f, gconstpointer data);
void journal_fixture_open (JournalFixture *f);  /* a new journal, as the next program has one */
void journal_fixture_leave (JournalFixture *f); /* as a crash would, as far as the file is concerned */
void journal_fixture_wait_for_disk (JournalFixture *f); /* which the journal itself does for a second only */
void journal_remove_all (const char *path);

char *journal_fixture_dup_path (JournalFixture *f);            /* of the only session (transfer full) */
LonghandRecovery *journal_fixture_recover (JournalFixture *f); /* that one (transfer full) */
LonghandRecovery *journal_fixture_read (const char *path);     /* (transfer full) */
void journal_write_bytes (const char *path, const char *bytes, gsize n);

void journal_assert_text (const LonghandRecovery *recovery, guint i, gint64 start_ms, gint64 end_ms,
                          const char *text);
/* Sound without text is exactly this. */
void journal_assert_rest (const LonghandRecovery *recovery, const float *expected, gsize n);

G_END_DECLS
