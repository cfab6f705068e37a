/* What a session leaves on disk, and what is found in it again. */
#include "audio/longhand-journal-format.h"
#include "dictation/longhand-session-scan.h"
#include "dictation/longhand-utterance.h"
#include "journal-fixture.h"
#include "longhand-error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
collect_sound (gpointer user, const gint16 *samples, gsize n) {
  g_array_append_vals (user, samples, (guint)n);
  return TRUE;
}

/* ---- format ---- */

static void
checksum_is_the_usual_one (void) {
  g_assert_cmphex (longhand_crc32 ((const guint8 *)"123456789", 9), ==, 0xcbf43926);
}

static void
sound_beyond_full_scale_is_full_scale (void) {
  const float samples[] = { 0, 0.5f, -1, 1, 40, -40, NAN, INFINITY };
  const float expected[] = { 0, 0.5f, -1, 32767 / 32768.0f, 32767 / 32768.0f, -1, 0, 32767 / 32768.0f };
  guint8 pcm[2 * G_N_ELEMENTS (samples)];
  float again[G_N_ELEMENTS (samples)];

  longhand_sound_to_pcm (samples, G_N_ELEMENTS (samples), pcm);
  g_assert_cmpint (pcm[2], ==, 0x00); /* little-endian everywhere */
  g_assert_cmpint (pcm[3], ==, 0x40);
  longhand_sound_from_pcm (pcm, G_N_ELEMENTS (samples), again);
  g_assert_cmpmem (again, sizeof again, expected, sizeof expected);
}

/* ---- what is written and found ---- */

static void
sound_and_text_come_back (JournalFixture *f, gconstpointer data) {
  const gint64 before_us = g_get_real_time ();
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gint16));

  for (guint at = 0; at < 4 * SECOND; at += 160)
    longhand_journal_append_sound (f->journal, f->sound + at, 160);
  longhand_journal_append_text (f->journal, 500, 1500, "Zwölf Boxkämpfer");
  longhand_journal_append_text (f->journal, 1800, 3001, "jagen Viktor.");
  journal_fixture_leave (f);

  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 2);
  journal_assert_text (recovery, 0, 500, 1500, "Zwölf Boxkämpfer");
  journal_assert_text (recovery, 1, 1800, 3001, "jagen Viktor.");
  g_assert_cmpuint (recovery->n_samples, ==, 4 * SECOND);
  g_assert_cmpuint (recovery->n_lost_bytes, ==, 0);
  g_assert_cmpint (recovery->rest_ms, ==, 3001);
  g_assert_cmpint (recovery->begun_us, >=, before_us);
  g_assert_cmpint (recovery->begun_us, <=, g_get_real_time ());
  journal_assert_rest (recovery, f->sound + 3001 * 16, 999 * 16);
  g_assert_true (longhand_recovery_read_sound (recovery, collect_sound, all));
  g_assert_cmpuint (all->len, ==, 4 * SECOND);
  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, gint16, i) != (gint16)(f->sound[i] * 32768))
      g_error ("sample %u is another one", i);
  g_assert_cmpuint (f->problems->len, ==, 0);
}

static void
texts_become_one_with_a_segment_each (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (LonghandUtterance) whole = NULL;
  const LonghandSegment *segment;

  longhand_journal_append_sound (f->journal, f->sound, 4 * SECOND);
  longhand_journal_append_text (f->journal, 500, 1500, "One.");
  longhand_journal_append_text (f->journal, 1800, 3000, "Two.");
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  whole = longhand_recovery_dup_utterance (recovery, 10000);
  g_assert_cmpstr (whole->text, ==, "One. Two.");
  g_assert_cmpint (whole->start_ms, ==, 10500);
  g_assert_cmpint (whole->end_ms, ==, 13000);
  g_assert_cmpuint (whole->segments->len, ==, 2);
  segment = whole->segments->pdata[1];
  g_assert_cmpstr (segment->text, ==, "Two.");
  g_assert_cmpint (segment->start_ms, ==, 11800);
}

static void
there_is_no_file_before_there_is_sound (JournalFixture *f, gconstpointer data) {
  longhand_journal_append_end (f->journal);
  journal_fixture_leave (f);
  g_assert_false (g_file_test (f->folder, G_FILE_TEST_EXISTS));
}

static void
nobody_else_can_read_it (JournalFixture *f, gconstpointer data) {
  g_autofree char *path = NULL;
  GStatBuf info;

  longhand_journal_append_sound (f->journal, f->sound, 160);
  journal_fixture_leave (f);
  path = journal_fixture_dup_path (f);
  g_assert_cmpint (g_stat (f->folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
running_session_is_not_offered (JournalFixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandRecovery) taken = NULL;
  g_autofree char *path = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 160);
  paths = longhand_recovery_find (f->folder);
  g_assert_cmpuint (paths->len, ==, 0);
  journal_fixture_leave (f);
  path = journal_fixture_dup_path (f);
  taken = journal_fixture_read (path);
  g_assert_null (longhand_recovery_open (path, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "running"));
}

static void
closed_session_is_removed (JournalFixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GDir) dir = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 160);
  longhand_journal_append_text (f->journal, 0, 10, "One.");
  longhand_journal_close (f->journal, G_MAXUINT64, TRUE);
  longhand_journal_append_text (f->journal, 0, 10, "Too late.");
  journal_fixture_leave (f);
  dir = g_dir_open (f->folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
}

/* Somebody has kept it: a crash brings back only what was said behind that. */
static void
text_that_was_dealt_with_is_not_offered (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_dealt_with (f->journal, G_MAXUINT64); /* nothing yet, and no file for that */
  longhand_journal_append_sound (f->journal, f->sound, 2 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  longhand_journal_append_dealt_with (f->journal, G_MAXUINT64);
  longhand_journal_append_text (f->journal, 1000, 1500, "Two.");
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  journal_assert_text (recovery, 0, 1000, 1500, "Two.");
  journal_assert_rest (recovery, f->sound + 3 * SECOND / 2, SECOND / 2);
}

/* What was found while the first was being kept is still nobody's. */
static void
only_text_that_was_dealt_with_is_not_offered (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  guint64 n_texts;

  longhand_journal_append_sound (f->journal, f->sound, 4 * SECOND);
  n_texts = longhand_journal_append_text (f->journal, 0, 1000, "One.");
  longhand_journal_append_command (f->journal, 1000, 1500, LONGHAND_COMMAND_MARK, "?");
  longhand_journal_append_text (f->journal, 1500, 2000, "Two.");
  longhand_journal_append_dealt_with (f->journal, n_texts);
  longhand_journal_append_text (f->journal, 2000, 2500, "Three.");
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 3);
  journal_assert_text (recovery, 0, 1000, 1500, "?");
  journal_assert_text (recovery, 1, 1500, 2000, "Two.");
  journal_assert_text (recovery, 2, 2000, 2500, "Three.");
}

/* The same, when the program ends before it could show all that it found. */
static void
text_that_nobody_was_shown_outlives_the_program (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  guint64 n_texts;

  longhand_journal_append_sound (f->journal, f->sound, 4 * SECOND);
  n_texts = longhand_journal_append_text (f->journal, 0, 1000, "One.");
  longhand_journal_append_text (f->journal, 1500, 2000, "Two.");
  longhand_journal_close (f->journal, n_texts, FALSE);
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  journal_assert_text (recovery, 0, 1500, 2000, "Two.");
}

/* The last change was typed, and that is what was undone, though the command was written first. */
static void
undo_is_about_what_was_changed_by_hand (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  guint64 n_texts;

  longhand_journal_append_sound (f->journal, f->sound, 4 * SECOND);
  n_texts = longhand_journal_append_text (f->journal, 0, 1000, "One.");
  longhand_journal_append_command (f->journal, 1000, 1500, LONGHAND_COMMAND_UNDO, "Undo.");
  longhand_journal_append_edited (f->journal, n_texts, FALSE);
  longhand_journal_append_text (f->journal, 1500, 2000, "Wrong.");
  longhand_journal_append_command (f->journal, 2000, 2500, LONGHAND_COMMAND_SCRATCH, "Scratch that.");
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  journal_assert_text (recovery, 0, 0, 1000, "One.");
}

static void
what_was_scratched_is_back_after_undo_by_hand (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  guint64 n_texts;

  longhand_journal_append_sound (f->journal, f->sound, 4 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  n_texts
      = longhand_journal_append_command (f->journal, 1000, 1500, LONGHAND_COMMAND_SCRATCH, "Scratch that.");
  longhand_journal_append_edited (f->journal, n_texts, TRUE);
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  journal_assert_text (recovery, 0, 0, 1000, "One.");
}

/* The sound that no model could hear stays; the text, which somebody has, is not offered again. */
static void
sound_without_text_outlives_the_program (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 2 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  longhand_journal_close (f->journal, G_MAXUINT64, FALSE);
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 0);
  journal_assert_rest (recovery, f->sound + SECOND, SECOND);
}

static void
recordings_are_kept_apart_by_silence (JournalFixture *f, gconstpointer data) {
  g_autofree float *expected = g_new0 (float, 3 * SECOND);
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  longhand_journal_append_end (f->journal);
  longhand_journal_append_sound (f->journal, f->sound + SECOND, SECOND);
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  memcpy (expected, f->sound, SECOND * sizeof (float));
  memcpy (expected + 2 * SECOND, f->sound + SECOND, SECOND * sizeof (float));
  journal_assert_rest (recovery, expected, 3 * SECOND);
}

static void
what_was_heard_needs_no_second_hearing (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 3 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  longhand_journal_append_end (f->journal);
  longhand_journal_append_heard (f->journal, 3 * SECOND);
  longhand_journal_append_sound (f->journal, f->sound + 3 * SECOND, SECOND);
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  g_assert_cmpint (recovery->rest_ms, ==, 3000);
  journal_assert_rest (recovery, f->sound + 3 * SECOND, SECOND);
}

/* ---- taken up again ---- */

/* Takes the fixture's only session up with a journal of its own, as a program that starts anew. */
static void
take_up (JournalFixture *f) {
  g_autoptr (LonghandRecovery) recovery = journal_fixture_recover (f);

  journal_fixture_open (f);
  g_assert_true (longhand_journal_resume (f->journal, recovery->fd, recovery->path, recovery->n_bytes,
                                          recovery->n_rest, recovery->rest_ms));
  recovery->fd = -1;
}

/* The program's own session ended before it took the other one up, and both are kept. */
static void
text_of_all_sessions_is_dealt_with (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) left = NULL;
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  longhand_journal_append_text (f->journal, 0, 900, "Of the one that was left.");
  journal_fixture_leave (f);
  left = journal_fixture_recover (f);
  journal_fixture_open (f);
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  longhand_journal_append_text (f->journal, 0, 900, "Of its own.");
  journal_fixture_wait_for_disk (f);
  g_assert_true (longhand_journal_resume (f->journal, left->fd, left->path, left->n_bytes, left->n_rest, 0));
  left->fd = -1;
  longhand_journal_append_dealt_with (f->journal, longhand_journal_get_n_texts (f->journal));
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f); /* the only one */
  g_assert_cmpuint (recovery->texts->len, ==, 0);
  g_assert_cmpuint (recovery->n_rest, ==, SECOND / 10);
}

/* That its text has been kept says nothing of how the sound behind it will be got through. */
static void
attempts_are_counted_until_one_ends_as_it_should (JournalFixture *f, gconstpointer data) {
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  longhand_journal_append_text (f->journal, 0, 500, "One.");
  journal_fixture_leave (f);
  for (guint i = 1; i <= 2; i++) {
    g_autoptr (LonghandRecovery) recovery = NULL;

    take_up (f);
    longhand_journal_append_dealt_with (f->journal, 0);
    journal_fixture_leave (f);
    recovery = journal_fixture_recover (f);
    g_assert_cmpuint (recovery->n_attempts, ==, i);
  }
  take_up (f);
  longhand_journal_close (f->journal, 0, FALSE);
  journal_fixture_leave (f);
  {
    g_autoptr (LonghandRecovery) recovery = journal_fixture_recover (f);

    g_assert_cmpuint (recovery->n_attempts, ==, 0);
  }
}

static void
session_survives_one_crash_after_the_other (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 3 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  journal_fixture_leave (f);

  /* 1 s .. 3 s come first and are heard up to 2 s; more is said */
  take_up (f);
  g_assert_cmpuint (longhand_journal_get_n_samples (f->journal), ==, 2 * SECOND);
  longhand_journal_append_text (f->journal, 100, 1000, "Two.");
  longhand_journal_append_sound (f->journal, f->sound + 3 * SECOND, SECOND);
  journal_fixture_leave (f);

  /* 2 s .. 4 s are left, with the breath between what two programs heard */
  take_up (f);
  g_assert_cmpuint (longhand_journal_get_n_samples (f->journal), ==, 3 * SECOND);
  longhand_journal_append_text (f->journal, 2100, 2900, "Three.");
  journal_fixture_leave (f);

  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 3);
  journal_assert_text (recovery, 0, 0, 1000, "One.");
  journal_assert_text (recovery, 1, 1100, 2000, "Two.");
  journal_assert_text (recovery, 2, 4100, 4900, "Three.");
  journal_assert_rest (recovery, f->sound + 3900 * 16, 100 * 16);
  g_assert_cmpuint (recovery->n_lost_bytes, ==, 0);
  g_assert_cmpuint (recovery->n_samples, ==, 4 * SECOND);
}

static void
taken_up_session_goes_on_behind_a_torn_end (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autofree char *path = NULL;
  GStatBuf info;

  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  longhand_journal_append_sound (f->journal, f->sound + SECOND, SECOND);
  journal_fixture_leave (f);
  path = journal_fixture_dup_path (f);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (truncate (path, info.st_size - 100), ==, 0);

  take_up (f);
  longhand_journal_append_text (f->journal, 0, 500, "One.");
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  journal_assert_text (recovery, 0, 0, 500, "One.");
  journal_assert_rest (recovery, f->sound + SECOND / 2, SECOND / 2);
  g_assert_cmpuint (recovery->n_lost_bytes, >, 30000);
}

static void
closing_removes_all_that_was_taken_up (JournalFixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) paths = NULL;

  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  journal_fixture_leave (f);
  take_up (f);
  f->journal = (longhand_journal_close (f->journal, G_MAXUINT64, TRUE), f->journal);
  journal_fixture_leave (f);
  paths = longhand_recovery_find (f->folder);
  g_assert_cmpuint (paths->len, ==, 0);
}

/* ---- torn and damaged ---- */

typedef struct {
  guint64 begin, end; /* in bytes */
  guint32 type;
} Span;

static gboolean
note_span (gpointer user, const LonghandRecord *record, const guint8 *payload, guint64 at) {
  const Span span = { at - LONGHAND_RECORD_HEADER_BYTES, at + record->length, record->type };

  g_array_append_val (user, span);
  return TRUE;
}

/* A small session; its bytes and records. */
static GArray *
write_small_session (JournalFixture *f, char **path, char **bytes, gsize *n_bytes) {
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (Span));
  g_autoptr (GError) error = NULL;
  int fd;

  for (guint i = 0; i < 4; i++) {
    longhand_journal_append_sound (f->journal, f->sound + 20 * i, 20);
    if (i == 1)
      longhand_journal_append_text (f->journal, 0, 1, "One.");
  }
  longhand_journal_append_text (f->journal, 1, 2, "Two.");
  journal_fixture_leave (f);
  *path = journal_fixture_dup_path (f);
  g_file_get_contents (*path, bytes, n_bytes, &error);
  g_assert_no_error (error);
  fd = g_open (*path, O_RDONLY, 0);
  g_assert_cmpuint (longhand_session_scan (fd, note_span, spans), ==, 0);
  close (fd);
  g_assert_cmpuint (spans->len, ==, 7);
  return spans;
}

/* Exactly the records of which lost[i] is not set are found. */
static void
assert_found (const char *path, const GArray *spans, const gboolean *lost) {
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandRecovery) recovery = longhand_recovery_open (path, &error);
  guint n_texts = 0, n_sounds = 0, n = 0;

  for (guint i = 0; i < spans->len; i++) {
    n_texts += !lost[i] && g_array_index (spans, Span, i).type == LONGHAND_RECORD_TEXT;
    n_sounds += !lost[i] && g_array_index (spans, Span, i).type == LONGHAND_RECORD_SOUND;
    n += !lost[i];
  }
  if (n == 0 && error != NULL) {
    g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpuint (recovery->texts->len, ==, n_texts);
  g_assert_cmpuint (recovery->n_samples, ==, 20 * n_sounds);
}

static void
torn_end_costs_the_torn_record_only (JournalFixture *f, gconstpointer data) {
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  gsize n_bytes;
  g_autoptr (GArray) spans = write_small_session (f, &path, &bytes, &n_bytes);

  for (gsize n = 0; n <= n_bytes; n++) {
    gboolean lost[7];

    for (guint i = 0; i < spans->len; i++)
      lost[i] = g_array_index (spans, Span, i).end > n;
    journal_write_bytes (path, bytes, n);
    assert_found (path, spans, lost);
  }
}

static void
damaged_byte_costs_its_record_only (JournalFixture *f, gconstpointer data) {
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  gsize n_bytes;
  g_autoptr (GArray) spans = write_small_session (f, &path, &bytes, &n_bytes);

  for (gsize at = 0; at < n_bytes; at++) {
    const char whole = bytes[at];
    gboolean lost[7];

    for (guint i = 0; i < spans->len; i++)
      lost[i] = at >= g_array_index (spans, Span, i).begin && at < g_array_index (spans, Span, i).end;
    bytes[at] ^= (char)(1 << g_test_rand_int_range (0, 8));
    journal_write_bytes (path, bytes, n_bytes);
    assert_found (path, spans, lost);
    bytes[at] = whole;
  }
}

/* What a power cut may leave of blocks that were never written. */
static void
hole_costs_what_was_in_it_only (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_bytes;

  for (guint at = 0; at < 20 * SECOND; at += SECOND / 10)
    longhand_journal_append_sound (f->journal, f->sound + at, SECOND / 10);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  journal_fixture_leave (f);
  path = journal_fixture_dup_path (f);
  g_file_get_contents (path, &bytes, &n_bytes, &error);
  g_assert_no_error (error);
  memset (bytes + 200000, 0, 100000);
  journal_write_bytes (path, bytes, n_bytes);
  recovery = journal_fixture_read (path);
  journal_assert_text (recovery, 0, 0, 1000, "One.");
  g_assert_cmpuint (recovery->n_samples, >=, 20 * SECOND - 50000 - 2 * SECOND / 10);
  g_assert_cmpuint (recovery->n_samples, <, 20 * SECOND - 49000);
}

static void
what_is_no_session_is_said_to_be_none (JournalFixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "noise" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);
  g_autofree char *missing = g_build_filename (f->dir, "missing" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) said = NULL;

  journal_write_bytes (path, (const char *)f->sound, 100000);
  g_assert_null (longhand_recovery_open (path, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
  g_assert_nonnull (strstr (error->message, path));
  said = longhand_recovery_set_aside (path, error);
  g_assert_nonnull (strstr (said->message, aside));
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  g_clear_error (&error);
  g_assert_null (longhand_recovery_open (missing, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (longhand_recovery_open (f->dir, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
}

static void
empty_session_is_empty (JournalFixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "empty" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (GError) error = NULL;

  journal_write_bytes (path, "", 0);
  recovery = journal_fixture_read (path);
  g_assert_true (longhand_recovery_is_empty (recovery));
  g_assert_null (longhand_recovery_dup_utterance (recovery, 0));
  g_assert_true (longhand_recovery_remove (recovery, &error));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* The length came onto the disk, and the content did not, or the beginning of it. */
static void
session_without_a_whole_record_is_empty (JournalFixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "begun" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autofree char *bytes = g_malloc0 (100000);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (LonghandRecovery) recovery = NULL;

    journal_write_bytes (path, bytes, 5000);
    recovery = journal_fixture_read (path);
    g_assert_true (longhand_recovery_is_empty (recovery));
    memcpy (bytes, LONGHAND_JOURNAL_MAGIC LONGHAND_JOURNAL_MARKER, 12);
  }
  journal_write_bytes (path, bytes, 100000); /* nobody speaks that long without a sync */
  g_assert_null (longhand_recovery_open (path, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
}

/* Even one that is shorter than what every session begins with. */
static void
short_file_of_something_else_is_no_session (JournalFixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "note" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (GError) error = NULL;

  journal_write_bytes (path, "Milk.\n", 6);
  g_assert_null (longhand_recovery_open (path, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);

  journal_write_bytes (path, LONGHAND_JOURNAL_MAGIC, 5);
  recovery = journal_fixture_read (path);
  g_assert_true (longhand_recovery_is_empty (recovery));
}

static void
add_record (GByteArray *bytes, LonghandRecordType type, gint64 time, const void *payload, guint32 length) {
  guint8 *to = longhand_record_begin (bytes, length);

  if (length > 0)
    memcpy (to, payload, length);
  longhand_record_end (bytes, type, time, length);
}

/* Whole records that make no sense: neither memory nor anything else is spent on what they claim. */
static void
absurd_records_are_passed_over (JournalFixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "absurd" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (LonghandRecovery) recovery = NULL;
  const gint16 samples[] = { GINT16_TO_LE (16384), GINT16_TO_LE (16384) };
  const guint8 session[24] = { [0] = 1, [23] = 0x80 };
  const guint8 text[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 'x' };
  const guint8 latin[] = { 1, 0, 0, 0, 0, 0, 0, 0, 'x', 0xe4 };
  g_autofree float *expected = g_new0 (float, 4 + SECOND);

  add_record (bytes, LONGHAND_RECORD_SESSION, G_MININT64, session, sizeof session);
  add_record (bytes, LONGHAND_RECORD_SESSION, 0, session, 3);
  add_record (bytes, LONGHAND_RECORD_SOUND, -1, samples, sizeof samples);
  add_record (bytes, LONGHAND_RECORD_SOUND, G_MAXINT64, samples, sizeof samples);
  add_record (bytes, LONGHAND_RECORD_SOUND, 16, samples, sizeof samples);
  add_record (bytes, LONGHAND_RECORD_SOUND, (gint64)1 << 49, samples,
              3); /* one sample and a half, far away */
  add_record (bytes, LONGHAND_RECORD_SOUND, 0, samples, 0);
  add_record (bytes, LONGHAND_RECORD_TEXT, 0, text, sizeof text);
  add_record (bytes, LONGHAND_RECORD_TEXT, 0, latin, 5);
  add_record (bytes, LONGHAND_RECORD_TEXT, 0, latin, sizeof latin);
  add_record (bytes, (LonghandRecordType)77, 0, latin, sizeof latin);
  journal_write_bytes (path, (const char *)bytes->data, bytes->len);

  recovery = journal_fixture_read (path);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  journal_assert_text (recovery, 0, 0, 1, "x\xef\xbf\xbd");
  expected[0] = expected[1] = expected[2 + SECOND] = 0.5f;
  journal_assert_rest (recovery, expected, 3 + SECOND);
}

static void
session_of_a_newer_program_is_left_alone (JournalFixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "newer" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const guint8 session[24] = { [0] = LONGHAND_JOURNAL_VERSION + 1 };
  g_autoptr (GError) error = NULL;

  add_record (bytes, LONGHAND_RECORD_SESSION, 0, session, sizeof session);
  journal_write_bytes (path, (const char *)bytes->data, bytes->len);
  g_assert_null (longhand_recovery_open (path, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "newer"));
}

#define ADD(name, function)                                                                                  \
  g_test_add (name, JournalFixture, NULL, journal_fixture_set_up, function, journal_fixture_tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journal/checksum-is-the-usual-one", checksum_is_the_usual_one);
  g_test_add_func ("/journal/sound-beyond-full-scale-is-full-scale", sound_beyond_full_scale_is_full_scale);
  ADD ("/journal/sound-and-text-come-back", sound_and_text_come_back);
  ADD ("/journal/texts-become-one-with-a-segment-each", texts_become_one_with_a_segment_each);
  ADD ("/journal/there-is-no-file-before-there-is-sound", there_is_no_file_before_there_is_sound);
  ADD ("/journal/nobody-else-can-read-it", nobody_else_can_read_it);
  ADD ("/journal/running-session-is-not-offered", running_session_is_not_offered);
  ADD ("/journal/closed-session-is-removed", closed_session_is_removed);
  ADD ("/journal/sound-without-text-outlives-the-program", sound_without_text_outlives_the_program);
  ADD ("/journal/recordings-are-kept-apart-by-silence", recordings_are_kept_apart_by_silence);
  ADD ("/journal/what-was-heard-needs-no-second-hearing", what_was_heard_needs_no_second_hearing);
  ADD ("/journal/session-survives-one-crash-after-the-other", session_survives_one_crash_after_the_other);
  ADD ("/journal/taken-up-session-goes-on-behind-a-torn-end", taken_up_session_goes_on_behind_a_torn_end);
  ADD ("/journal/closing-removes-all-that-was-taken-up", closing_removes_all_that_was_taken_up);
  ADD ("/journal/torn-end-costs-the-torn-record-only", torn_end_costs_the_torn_record_only);
  ADD ("/journal/damaged-byte-costs-its-record-only", damaged_byte_costs_its_record_only);
  ADD ("/journal/hole-costs-what-was-in-it-only", hole_costs_what_was_in_it_only);
  ADD ("/journal/what-is-no-session-is-said-to-be-none", what_is_no_session_is_said_to_be_none);
  ADD ("/journal/text-that-was-dealt-with-is-not-offered", text_that_was_dealt_with_is_not_offered);
  ADD ("/journal/only-text-that-was-dealt-with-is-not-offered", only_text_that_was_dealt_with_is_not_offered);
  ADD ("/journal/text-that-nobody-was-shown-outlives-the-program",
       text_that_nobody_was_shown_outlives_the_program);
  ADD ("/journal/undo-is-about-what-was-changed-by-hand", undo_is_about_what_was_changed_by_hand);
  ADD ("/journal/what-was-scratched-is-back-after-undo-by-hand",
       what_was_scratched_is_back_after_undo_by_hand);
  ADD ("/journal/text-of-all-sessions-is-dealt-with", text_of_all_sessions_is_dealt_with);
  ADD ("/journal/attempts-are-counted-until-one-ends-as-it-should",
       attempts_are_counted_until_one_ends_as_it_should);
  ADD ("/journal/empty-session-is-empty", empty_session_is_empty);
  ADD ("/journal/session-without-a-whole-record-is-empty", session_without_a_whole_record_is_empty);
  ADD ("/journal/short-file-of-something-else-is-no-session", short_file_of_something_else_is_no_session);
  ADD ("/journal/absurd-records-are-passed-over", absurd_records_are_passed_over);
  ADD ("/journal/session-of-a-newer-program-is-left-alone", session_of_a_newer_program_is_left_alone);
  return g_test_run ();
}
