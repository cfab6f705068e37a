/* What a session leaves on disk, and what is found in it again. The linker puts the system calls of this file
 * before the library's (--wrap), so that each can be made to fail. */
#include "audio/longhand-journal-format.h"
#include "audio/longhand-journal.h"
#include "audio/longhand-pump.h"
#include "dictation/longhand-recovery.h"
#include "dictation/longhand-session-scan.h"
#include "dictation/longhand-utterance.h"
#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND 16000 /* samples */

/* ---- calls that fail ---- */

typedef struct {
  guint n_calls; /* so far; any thread, but only the journal's and the test's are there */
  guint fail_at; /* number of the call that fails; 0: none */
  guint n_fails; /* how many do from there on */
  int error;     /* errno of it; 0: half of it is written */
} Calls;
static Calls calls;

static int writes_held, is_writing; /* as gboolean */
static int n_syncs, n_folder_syncs; /* in this test */

static gboolean
call_fails (void) {
  const guint n = (guint)g_atomic_int_add (&calls.n_calls, 1) + 1;

  errno = calls.error;
  return calls.fail_at > 0 && n >= calls.fail_at && n - calls.fail_at < calls.n_fails;
}

ssize_t __real_pwrite64 (int fd, const void *data, size_t n, off_t at);
ssize_t __wrap_pwrite64 (int fd, const void *data, size_t n, off_t at);
int __real_fdatasync (int fd);
int __wrap_fdatasync (int fd);
int __real_fsync (int fd);
int __wrap_fsync (int fd);
int __real_mkostemp64 (char *template, int flags);
int __wrap_mkostemp64 (char *template, int flags);
int __real_flock (int fd, int operation);
int __wrap_flock (int fd, int operation);
int __real_rename (const char *from, const char *to);
int __wrap_rename (const char *from, const char *to);
int __real_g_mkdir_with_parents (const char *path, int mode);
int __wrap_g_mkdir_with_parents (const char *path, int mode);

ssize_t
__wrap_pwrite64 (int fd, const void *data, size_t n, off_t at) {
  g_atomic_int_set (&is_writing, TRUE);
  while (g_atomic_int_get (&writes_held))
    g_usleep (1000);
  g_atomic_int_set (&is_writing, FALSE);
  if (!call_fails ())
    return __real_pwrite64 (fd, data, n, at);
  return calls.error == 0 ? __real_pwrite64 (fd, data, (n + 1) / 2, at) : -1;
}

int
__wrap_fdatasync (int fd) {
  g_atomic_int_inc (&n_syncs);
  return call_fails () && calls.error != 0 ? -1 : __real_fdatasync (fd);
}

int
__wrap_fsync (int fd) {
  g_atomic_int_inc (&n_folder_syncs);
  return call_fails () && calls.error != 0 ? -1 : __real_fsync (fd);
}

int
__wrap_mkostemp64 (char *template, int flags) {
  return call_fails () && calls.error != 0 ? -1 : __real_mkostemp64 (template, flags);
}

int
__wrap_flock (int fd, int operation) {
  return call_fails () && calls.error != 0 ? -1 : __real_flock (fd, operation);
}

int
__wrap_rename (const char *from, const char *to) {
  return call_fails () && calls.error != 0 ? -1 : __real_rename (from, to);
}

int
__wrap_g_mkdir_with_parents (const char *path, int mode) {
  return call_fails () && calls.error != 0 ? -1 : __real_g_mkdir_with_parents (path, mode);
}

/* ---- fixture ---- */

typedef struct {
  char *dir, *folder; /* sessions are in folder, which lies in dir and is not there at first */
  LonghandJournal *journal;
  float *sound; /* 30 s of noise that 16 bits hold exactly */
  GPtrArray *problems;
} Fixture;

/* Any thread, but one at a time. */
static void
on_problem (gpointer user, GError *error) {
  Fixture *f = user;

  g_ptr_array_add (f->problems, error);
}

static void
make_journal (Fixture *f) {
  g_autoptr (GError) error = NULL;

  f->journal = longhand_journal_new (f->folder, on_problem, f, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  calls = (Calls){ 0 };
  n_syncs = n_folder_syncs = 0;
  f->dir = g_dir_make_tmp ("longhand-journal-XXXXXX", &error);
  g_assert_no_error (error);
  f->folder = g_build_filename (f->dir, "longhand", "sessions", NULL);
  f->problems = g_ptr_array_new_with_free_func ((GDestroyNotify)g_error_free);
  f->sound = g_new (float, 30 * SECOND);
  for (guint i = 0; i < 30 * SECOND; i++)
    f->sound[i] = (float)g_test_rand_int_range (-32768, 32768) / 32768;
  make_journal (f);
}

static void
remove_all (const char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_all (child);
  }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  longhand_journal_unref (f->journal);
  remove_all (f->dir);
  g_ptr_array_unref (f->problems);
  g_free (f->sound);
  g_free (f->folder);
  g_free (f->dir);
}

/* As a crash would, as far as the file is concerned. */
static void
leave (Fixture *f) {
  g_clear_pointer (&f->journal, longhand_journal_unref);
}

static char *
only_session (Fixture *f) {
  g_autoptr (GPtrArray) paths = longhand_recovery_find (f->folder);

  g_assert_cmpuint (paths->len, ==, 1);
  return g_strdup (paths->pdata[0]);
}

static LonghandRecovery *
open_session (const char *path) {
  g_autoptr (GError) error = NULL;
  LonghandRecovery *recovery = longhand_recovery_open (path, &error);

  g_assert_no_error (error);
  return recovery;
}

static LonghandRecovery *
recover (Fixture *f) {
  g_autofree char *path = only_session (f);

  return open_session (path);
}

static void
assert_text (const LonghandRecovery *recovery, guint i, gint64 start_ms, gint64 end_ms, const char *text) {
  const LonghandUtterance *utterance;

  g_assert_cmpuint (i, <, recovery->texts->len);
  utterance = recovery->texts->pdata[i];
  g_assert_cmpstr (utterance->text, ==, text);
  g_assert_cmpint (utterance->start_ms, ==, start_ms);
  g_assert_cmpint (utterance->end_ms, ==, end_ms);
}

static void
assert_rest (const LonghandRecovery *recovery, const float *expected, gsize n) {
  g_autoptr (GError) error = NULL;
  g_autofree float *rest = longhand_recovery_load_rest (recovery, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (recovery->n_rest, ==, n);
  if (n > 0)
    g_assert_cmpmem (rest, n * sizeof (float), expected, n * sizeof (float));
}

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
sound_and_text_come_back (Fixture *f, gconstpointer data) {
  const gint64 before_us = g_get_real_time ();
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gint16));

  for (guint at = 0; at < 4 * SECOND; at += 160)
    longhand_journal_append_sound (f->journal, f->sound + at, 160);
  longhand_journal_append_text (f->journal, 500, 1500, "Zwölf Boxkämpfer");
  longhand_journal_append_text (f->journal, 1800, 3001, "jagen Viktor.");
  leave (f);

  recovery = recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 2);
  assert_text (recovery, 0, 500, 1500, "Zwölf Boxkämpfer");
  assert_text (recovery, 1, 1800, 3001, "jagen Viktor.");
  g_assert_cmpuint (recovery->n_samples, ==, 4 * SECOND);
  g_assert_cmpuint (recovery->n_lost_bytes, ==, 0);
  g_assert_cmpint (recovery->rest_ms, ==, 3001);
  g_assert_cmpint (recovery->begun_us, >=, before_us);
  g_assert_cmpint (recovery->begun_us, <=, g_get_real_time ());
  assert_rest (recovery, f->sound + 3001 * 16, 999 * 16);
  g_assert_true (longhand_recovery_read_sound (recovery, collect_sound, all));
  g_assert_cmpuint (all->len, ==, 4 * SECOND);
  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, gint16, i) != (gint16)(f->sound[i] * 32768))
      g_error ("sample %u is another one", i);
  g_assert_cmpuint (f->problems->len, ==, 0);
}

static void
texts_become_one_with_a_segment_each (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (LonghandUtterance) whole = NULL;
  const LonghandSegment *segment;

  longhand_journal_append_sound (f->journal, f->sound, 4 * SECOND);
  longhand_journal_append_text (f->journal, 500, 1500, "One.");
  longhand_journal_append_text (f->journal, 1800, 3000, "Two.");
  leave (f);
  recovery = recover (f);
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
there_is_no_file_before_there_is_sound (Fixture *f, gconstpointer data) {
  longhand_journal_append_end (f->journal);
  leave (f);
  g_assert_false (g_file_test (f->folder, G_FILE_TEST_EXISTS));
}

static void
nobody_else_can_read_it (Fixture *f, gconstpointer data) {
  g_autofree char *path = NULL;
  GStatBuf info;

  longhand_journal_append_sound (f->journal, f->sound, 160);
  leave (f);
  path = only_session (f);
  g_assert_cmpint (g_stat (f->folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
running_session_is_not_offered (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandRecovery) taken = NULL;
  g_autofree char *path = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 160);
  paths = longhand_recovery_find (f->folder);
  g_assert_cmpuint (paths->len, ==, 0);
  leave (f);
  path = only_session (f);
  taken = open_session (path);
  g_assert_null (longhand_recovery_open (path, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "running"));
}

static void
closed_session_is_removed (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GDir) dir = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 160);
  longhand_journal_append_text (f->journal, 0, 10, "One.");
  longhand_journal_close (f->journal, TRUE);
  longhand_journal_append_text (f->journal, 0, 10, "Too late.");
  leave (f);
  dir = g_dir_open (f->folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
}

/* The sound that no model could hear stays; the text, which somebody has, is not offered again. */
static void
sound_without_text_outlives_the_program (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 2 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  longhand_journal_close (f->journal, FALSE);
  leave (f);
  recovery = recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 0);
  assert_rest (recovery, f->sound + SECOND, SECOND);
}

static void
recordings_are_kept_apart_by_silence (Fixture *f, gconstpointer data) {
  g_autofree float *expected = g_new0 (float, 3 * SECOND);
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  longhand_journal_append_end (f->journal);
  longhand_journal_append_sound (f->journal, f->sound + SECOND, SECOND);
  leave (f);
  recovery = recover (f);
  memcpy (expected, f->sound, SECOND * sizeof (float));
  memcpy (expected + 2 * SECOND, f->sound + SECOND, SECOND * sizeof (float));
  assert_rest (recovery, expected, 3 * SECOND);
}

static void
what_was_heard_needs_no_second_hearing (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 3 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  longhand_journal_append_end (f->journal);
  longhand_journal_append_heard (f->journal, 3 * SECOND);
  longhand_journal_append_sound (f->journal, f->sound + 3 * SECOND, SECOND);
  leave (f);
  recovery = recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  g_assert_cmpint (recovery->rest_ms, ==, 3000);
  assert_rest (recovery, f->sound + 3 * SECOND, SECOND);
}

/* ---- order ---- */

static void
ignore_end (gpointer user) {
}

static void
sound_is_written_before_anybody_hears_it (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandFeed) feed = longhand_feed_new (SECOND, 1);
  g_autoptr (LonghandPumpQueue) queue = longhand_pump_queue_new ();
  g_autoptr (GError) error = NULL;
  LonghandPump *pump;

  g_atomic_int_set (&writes_held, TRUE);
  pump = longhand_pump_new (feed, f->journal, queue, ignore_end, NULL, &error);
  g_assert_no_error (error);
  longhand_feed_write (feed, f->sound, 1000);
  while (!g_atomic_int_get (&is_writing))
    g_usleep (1000);
  g_assert_cmpuint (longhand_ring_get_n_readable (longhand_feed_get_ring (feed)), ==, 0);
  g_assert_cmpuint (longhand_pump_queue_get_n_samples (queue), ==, 0);
  g_atomic_int_set (&writes_held, FALSE);
  longhand_pump_free (pump);
  g_assert_cmpuint (longhand_pump_queue_get_n_samples (queue), ==, 1000);
}

/* Nobody asks for it, or waits. */
static void
file_and_its_name_come_onto_the_disk_by_themselves (Fixture *f, gconstpointer data) {
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  while (g_atomic_int_get (&n_syncs) < 1 || g_atomic_int_get (&n_folder_syncs) < 1)
    g_usleep (1000);
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  while (g_atomic_int_get (&n_syncs) < 2)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (&n_folder_syncs), ==, 1);
}

/* ---- taken up again ---- */

/* Takes the fixture's only session up with a journal of its own, as a program that starts anew. */
static void
take_up (Fixture *f) {
  g_autoptr (LonghandRecovery) recovery = recover (f);

  make_journal (f);
  g_assert_true (longhand_journal_resume (f->journal, recovery->fd, recovery->path, recovery->n_bytes,
                                          recovery->n_rest, recovery->rest_ms));
  recovery->fd = -1;
}

static void
session_survives_one_crash_after_the_other (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, 3 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  leave (f);

  /* 1 s .. 3 s come first and are heard up to 2 s; more is said */
  take_up (f);
  g_assert_cmpuint (longhand_journal_get_n_samples (f->journal), ==, 2 * SECOND);
  longhand_journal_append_text (f->journal, 100, 1000, "Two.");
  longhand_journal_append_sound (f->journal, f->sound + 3 * SECOND, SECOND);
  leave (f);

  /* 2 s .. 4 s are left, with the breath between what two programs heard */
  take_up (f);
  g_assert_cmpuint (longhand_journal_get_n_samples (f->journal), ==, 3 * SECOND);
  longhand_journal_append_text (f->journal, 2100, 2900, "Three.");
  leave (f);

  recovery = recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 3);
  assert_text (recovery, 0, 0, 1000, "One.");
  assert_text (recovery, 1, 1100, 2000, "Two.");
  assert_text (recovery, 2, 4100, 4900, "Three.");
  assert_rest (recovery, f->sound + 3900 * 16, 100 * 16);
  g_assert_cmpuint (recovery->n_lost_bytes, ==, 0);
  g_assert_cmpuint (recovery->n_samples, ==, 4 * SECOND);
}

static void
taken_up_session_goes_on_behind_a_torn_end (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autofree char *path = NULL;
  GStatBuf info;

  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  longhand_journal_append_sound (f->journal, f->sound + SECOND, SECOND);
  leave (f);
  path = only_session (f);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (truncate (path, info.st_size - 100), ==, 0);

  take_up (f);
  longhand_journal_append_text (f->journal, 0, 500, "One.");
  leave (f);
  recovery = recover (f);
  assert_text (recovery, 0, 0, 500, "One.");
  assert_rest (recovery, f->sound + SECOND / 2, SECOND / 2);
  g_assert_cmpuint (recovery->n_lost_bytes, >, 30000);
}

static void
closing_removes_all_that_was_taken_up (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) paths = NULL;

  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  leave (f);
  take_up (f);
  f->journal = (longhand_journal_close (f->journal, TRUE), f->journal);
  leave (f);
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
write_small_session (Fixture *f, char **path, char **bytes, gsize *n_bytes) {
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (Span));
  g_autoptr (GError) error = NULL;
  int fd;

  for (guint i = 0; i < 4; i++) {
    longhand_journal_append_sound (f->journal, f->sound + 20 * i, 20);
    if (i == 1)
      longhand_journal_append_text (f->journal, 0, 1, "One.");
  }
  longhand_journal_append_text (f->journal, 1, 2, "Two.");
  leave (f);
  *path = only_session (f);
  g_file_get_contents (*path, bytes, n_bytes, &error);
  g_assert_no_error (error);
  fd = g_open (*path, O_RDONLY, 0);
  g_assert_cmpuint (longhand_session_scan (fd, note_span, spans), ==, 0);
  close (fd);
  g_assert_cmpuint (spans->len, ==, 7);
  return spans;
}

static void
write_bytes (const char *path, const char *bytes, gsize n) {
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, bytes, (gssize)n, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
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
torn_end_costs_the_torn_record_only (Fixture *f, gconstpointer data) {
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  gsize n_bytes;
  g_autoptr (GArray) spans = write_small_session (f, &path, &bytes, &n_bytes);

  for (gsize n = 0; n <= n_bytes; n++) {
    gboolean lost[7];

    for (guint i = 0; i < spans->len; i++)
      lost[i] = g_array_index (spans, Span, i).end > n;
    write_bytes (path, bytes, n);
    assert_found (path, spans, lost);
  }
}

static void
damaged_byte_costs_its_record_only (Fixture *f, gconstpointer data) {
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
    write_bytes (path, bytes, n_bytes);
    assert_found (path, spans, lost);
    bytes[at] = whole;
  }
}

/* What a power cut may leave of blocks that were never written. */
static void
hole_costs_what_was_in_it_only (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_bytes;

  for (guint at = 0; at < 20 * SECOND; at += SECOND / 10)
    longhand_journal_append_sound (f->journal, f->sound + at, SECOND / 10);
  longhand_journal_append_text (f->journal, 0, 1000, "One.");
  leave (f);
  path = only_session (f);
  g_file_get_contents (path, &bytes, &n_bytes, &error);
  g_assert_no_error (error);
  memset (bytes + 200000, 0, 100000);
  write_bytes (path, bytes, n_bytes);
  recovery = open_session (path);
  assert_text (recovery, 0, 0, 1000, "One.");
  g_assert_cmpuint (recovery->n_samples, >=, 20 * SECOND - 50000 - 2 * SECOND / 10);
  g_assert_cmpuint (recovery->n_samples, <, 20 * SECOND - 49000);
}

static void
what_is_no_session_is_said_to_be_none (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "noise" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);
  g_autofree char *missing = g_build_filename (f->dir, "missing" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) said = NULL;

  write_bytes (path, (const char *)f->sound, 100000);
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
empty_session_is_empty (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "empty" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (GError) error = NULL;

  write_bytes (path, "", 0);
  recovery = open_session (path);
  g_assert_true (longhand_recovery_is_empty (recovery));
  g_assert_null (longhand_recovery_dup_utterance (recovery, 0));
  g_assert_true (longhand_recovery_remove (recovery, &error));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
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
absurd_records_are_passed_over (Fixture *f, gconstpointer data) {
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
  write_bytes (path, (const char *)bytes->data, bytes->len);

  recovery = open_session (path);
  g_assert_cmpuint (recovery->texts->len, ==, 1);
  assert_text (recovery, 0, 0, 1, "x\xef\xbf\xbd");
  expected[0] = expected[1] = expected[2 + SECOND] = 0.5f;
  assert_rest (recovery, expected, 3 + SECOND);
}

static void
session_of_a_newer_program_is_left_alone (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "newer" LONGHAND_JOURNAL_SUFFIX, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const guint8 session[24] = { [0] = LONGHAND_JOURNAL_VERSION + 1 };
  g_autoptr (GError) error = NULL;

  add_record (bytes, LONGHAND_RECORD_SESSION, 0, session, sizeof session);
  write_bytes (path, (const char *)bytes->data, bytes->len);
  g_assert_null (longhand_recovery_open (path, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "newer"));
}

/* ---- what cannot be written ---- */

/* Speaks in the way a dictation does, and leaves. */
static void
speak_and_leave (Fixture *f) {
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  longhand_journal_append_text (f->journal, 0, 400, "One.");
  longhand_journal_append_sound (f->journal, f->sound + SECOND, SECOND);
  longhand_journal_append_text (f->journal, 500, 1400, "Two.");
  longhand_journal_append_end (f->journal);
  leave (f);
}

static void
assert_all_there (Fixture *f) {
  g_autoptr (LonghandRecovery) recovery = recover (f);

  assert_text (recovery, 0, 0, 400, "One.");
  assert_text (recovery, 1, 500, 1400, "Two.");
  assert_rest (recovery, f->sound + 1400 * 16, 600 * 16);
  g_assert_cmpuint (recovery->n_lost_bytes, ==, 0);
}

static void
assert_one_sentence (Fixture *f) {
  const GError *error;

  g_assert_cmpuint (f->problems->len, ==, 1);
  error = f->problems->pdata[0];
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_nonnull (strstr (error->message, "not being saved as you speak"));
}

/* The number of calls that may fail while somebody speaks. */
static guint
count_calls (Fixture *f) {
  guint n;

  g_atomic_int_set (&calls.n_calls, 0);
  speak_and_leave (f);
  n = (guint)g_atomic_int_get (&calls.n_calls);
  remove_all (f->folder);
  make_journal (f);
  return n;
}

static void
each_call_fails_in_turn (Fixture *f, gconstpointer data) {
  static const int errors[] = { ENOSPC, EIO, EROFS, EDQUOT };
  const guint n_calls = count_calls (f);
  guint n_sentences = 0;

  g_assert_cmpuint (n_calls, >=, 10); /* folder, file, lock, name, five appends, disk */
  for (guint i = 1; i <= n_calls; i++) {
    g_ptr_array_set_size (f->problems, 0);
    calls = (Calls){ .fail_at = i, .n_fails = 1, .error = errors[i % G_N_ELEMENTS (errors)] };
    speak_and_leave (f);
    calls.fail_at = 0;
    assert_all_there (f);
    if (f->problems->len > 0)
      assert_one_sentence (f);
    n_sentences += f->problems->len;
    remove_all (f->folder);
    make_journal (f);
  }
  g_assert_cmpuint (n_sentences, >=, 9); /* not of the last attempts, when nobody is there to hear it */
}

static void
half_a_write_is_completed (Fixture *f, gconstpointer data) {
  calls = (Calls){ .fail_at = 1, .n_fails = 1000, .error = 0 };
  speak_and_leave (f);
  assert_all_there (f);
  g_assert_cmpuint (f->problems->len, ==, 0);
}

static void
disk_that_never_works_is_one_sentence_in_a_recording (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) paths = NULL;

  calls = (Calls){ .fail_at = 1, .n_fails = G_MAXUINT, .error = EROFS };
  for (guint at = 0; at < 10 * SECOND; at += 160)
    longhand_journal_append_sound (f->journal, f->sound + at, 160);
  longhand_journal_append_text (f->journal, 0, 400, "One.");
  assert_one_sentence (f);
  longhand_journal_append_end (f->journal);
  longhand_journal_close (f->journal, FALSE);
  paths = longhand_recovery_find (f->folder);
  g_assert_cmpuint (paths->len, ==, 0);
}

/* The kernel's own short writes and refusals, at a size that the disk is full at, and room that is made
 * later. */
static void
full_disk_costs_nothing_once_there_is_room (Fixture *f, gconstpointer data) {
  struct rlimit before, full;
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autofree char *path = NULL;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  full = before;
  full.rlim_cur = 100001;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &full), ==, 0);
  for (guint at = 0; at < 10 * SECOND; at += 160) {
    longhand_journal_append_sound (f->journal, f->sound + at, 160);
    if (at % SECOND == SECOND / 2)
      longhand_journal_append_text (f->journal, (gint64)at / 16 - 500, (gint64)at / 16, "One.");
  }
  assert_one_sentence (f);
  g_assert_nonnull (strstr (((GError *)f->problems->pdata[0])->message, "full"));

  /* what a reader finds of it now, while it is full */
  path = g_strdup_printf ("%s/copy" LONGHAND_JOURNAL_SUFFIX, f->dir);
  {
    g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
    g_autofree char *live = g_build_filename (f->folder, g_dir_read_name (dir), NULL);
    g_autofree char *bytes = NULL;
    gsize n_bytes;

    g_assert_true (g_file_get_contents (live, &bytes, &n_bytes, NULL));
    g_assert_cmpuint (n_bytes, ==, 100001);
    g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
    write_bytes (path, bytes, n_bytes);
    recovery = open_session (path);
    g_assert_cmpuint (recovery->texts->len, ==, 3);
    g_assert_cmpuint (recovery->n_samples, >=, 3 * SECOND - SECOND / 10);
    g_clear_pointer (&recovery, longhand_recovery_free);

    /* there is room: the journal finds that out by itself */
    do {
      g_usleep (1000);
      g_clear_pointer (&bytes, g_free);
      g_assert_true (g_file_get_contents (live, &bytes, &n_bytes, NULL));
    } while (n_bytes < 330000);
  }
  leave (f);
  recovery = recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 10);
  g_assert_cmpuint (recovery->n_samples, ==, 10 * SECOND);
  g_assert_cmpuint (recovery->n_lost_bytes, ==, 0);
  assert_one_sentence (f);
}

/* Without any disk for longer than memory is meant for it, sound is left out, and text is not. */
static void
endless_failure_takes_bounded_memory (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  calls = (Calls){ .fail_at = 1, .n_fails = G_MAXUINT, .error = ENOSPC };
  for (guint i = 0; i < 60; i++)
    longhand_journal_append_sound (f->journal, f->sound, 30 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1799000, "One.");
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  calls.fail_at = 0;
  leave (f);
  recovery = recover (f);
  assert_text (recovery, 0, 0, 1799000, "One.");
  g_assert_cmpuint (recovery->n_bytes, <, 33 * 1024 * 1024);
  g_assert_cmpuint (recovery->n_samples, >, 15 * 60 * SECOND);
}

static void
unwritten_session_is_not_taken_up (Fixture *f, gconstpointer data) {
  calls = (Calls){ .fail_at = 1, .n_fails = G_MAXUINT, .error = ENOSPC };
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  g_assert_false (longhand_journal_resume (f->journal, -1, "nowhere", 0, 0, 0));
  calls.fail_at = 0;
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

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
  ADD ("/journal/sound-is-written-before-anybody-hears-it", sound_is_written_before_anybody_hears_it);
  ADD ("/journal/file-and-its-name-come-onto-the-disk-by-themselves",
       file_and_its_name_come_onto_the_disk_by_themselves);
  ADD ("/journal/session-survives-one-crash-after-the-other", session_survives_one_crash_after_the_other);
  ADD ("/journal/taken-up-session-goes-on-behind-a-torn-end", taken_up_session_goes_on_behind_a_torn_end);
  ADD ("/journal/closing-removes-all-that-was-taken-up", closing_removes_all_that_was_taken_up);
  ADD ("/journal/torn-end-costs-the-torn-record-only", torn_end_costs_the_torn_record_only);
  ADD ("/journal/damaged-byte-costs-its-record-only", damaged_byte_costs_its_record_only);
  ADD ("/journal/hole-costs-what-was-in-it-only", hole_costs_what_was_in_it_only);
  ADD ("/journal/what-is-no-session-is-said-to-be-none", what_is_no_session_is_said_to_be_none);
  ADD ("/journal/empty-session-is-empty", empty_session_is_empty);
  ADD ("/journal/absurd-records-are-passed-over", absurd_records_are_passed_over);
  ADD ("/journal/session-of-a-newer-program-is-left-alone", session_of_a_newer_program_is_left_alone);
  ADD ("/journal/each-call-fails-in-turn", each_call_fails_in_turn);
  ADD ("/journal/half-a-write-is-completed", half_a_write_is_completed);
  ADD ("/journal/disk-that-never-works-is-one-sentence-in-a-recording",
       disk_that_never_works_is_one_sentence_in_a_recording);
  ADD ("/journal/full-disk-costs-nothing-once-there-is-room", full_disk_costs_nothing_once_there_is_room);
  ADD ("/journal/endless-failure-takes-bounded-memory", endless_failure_takes_bounded_memory);
  ADD ("/journal/unwritten-session-is-not-taken-up", unwritten_session_is_not_taken_up);
  return g_test_run ();
}
