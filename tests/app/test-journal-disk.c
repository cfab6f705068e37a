/* A journal, and calls of the system that fail, wait or are counted: the linker puts those of this file
 * before the library's (--wrap). */
#include "audio/longhand-journal-format.h"
#include "audio/longhand-pump.h"
#include "dictation/longhand-utterance.h"
#include "journal-fixture.h"
#include "longhand-error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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
static off_t n_synced;              /* bytes of the file */

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

/* What a sync could not bring to the disk is lost: systems keep no page that could not be written, and say so
 * only once. */
static void
lose_unsynced (int fd) {
  static const guint8 nothing[4096];
  const off_t end = lseek (fd, 0, SEEK_END);

  for (off_t at = n_synced; at < end; at += (off_t)sizeof nothing)
    __real_pwrite64 (fd, nothing, MIN (sizeof nothing, (gsize)(end - at)), at);
}

int
__wrap_fdatasync (int fd) {
  g_atomic_int_inc (&n_syncs);
  if (call_fails () && calls.error != 0) {
    lose_unsynced (fd);
    errno = calls.error;
    return -1;
  }
  n_synced = lseek (fd, 0, SEEK_END);
  return __real_fdatasync (fd);
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

static void
set_up (JournalFixture *f, gconstpointer data) {
  calls = (Calls){ 0 };
  n_syncs = n_folder_syncs = 0;
  n_synced = 0;
  journal_fixture_set_up (f, data);
}

/* ---- order ---- */

static void
ignore_end (gpointer user) {
}

static void
sound_is_written_before_anybody_hears_it (JournalFixture *f, gconstpointer data) {
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

#define N_FOLDERS 3 /* the sessions', the one above it, and the one that this was made in */

/* Nobody asks for it, or waits. */
static void
file_and_its_name_come_onto_the_disk_by_themselves (JournalFixture *f, gconstpointer data) {
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  while (g_atomic_int_get (&n_syncs) < 1 || g_atomic_int_get (&n_folder_syncs) < N_FOLDERS)
    g_usleep (1000);
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  while (g_atomic_int_get (&n_syncs) < 2)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (&n_folder_syncs), ==, N_FOLDERS);
}

/* ---- what cannot be written ---- */

/* Speaks in the way a dictation does, and leaves. */
static void
speak_and_leave (JournalFixture *f) {
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  longhand_journal_append_text (f->journal, 0, 400, "One.");
  longhand_journal_append_sound (f->journal, f->sound + SECOND, SECOND);
  longhand_journal_append_text (f->journal, 500, 1400, "Two.");
  longhand_journal_append_end (f->journal);
  journal_fixture_leave (f);
}

static void
assert_all_there (JournalFixture *f) {
  g_autoptr (LonghandRecovery) recovery = journal_fixture_recover (f);

  journal_assert_text (recovery, 0, 0, 400, "One.");
  journal_assert_text (recovery, 1, 500, 1400, "Two.");
  journal_assert_rest (recovery, f->sound + 1400 * 16, 600 * 16);
  g_assert_cmpuint (recovery->n_lost_bytes, ==, 0);
}

static void
assert_one_sentence (JournalFixture *f) {
  const GError *error;

  g_assert_cmpuint (f->problems->len, ==, 1);
  error = f->problems->pdata[0];
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_nonnull (strstr (error->message, "not being saved as you speak"));
}

/* The number of calls that may fail while somebody speaks. */
static guint
count_calls (JournalFixture *f) {
  guint n;

  g_atomic_int_set (&calls.n_calls, 0);
  speak_and_leave (f);
  n = (guint)g_atomic_int_get (&calls.n_calls);
  journal_remove_all (f->folder);
  journal_fixture_open (f);
  return n;
}

static void
each_call_fails_in_turn (JournalFixture *f, gconstpointer data) {
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
    journal_remove_all (f->folder);
    journal_fixture_open (f);
  }
  g_assert_cmpuint (n_sentences, >=, 9); /* not of the last attempts, when nobody is there to hear it */
}

static void
failed_sync_costs_nothing (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  journal_fixture_wait_for_disk (f);
  calls = (Calls){ .fail_at = 2, .n_fails = 1, .error = EIO };
  longhand_journal_append_sound (f->journal, f->sound + SECOND, SECOND);
  g_assert_false (longhand_journal_wait_for_disk (f->journal));
  assert_one_sentence (f);
  journal_fixture_wait_for_disk (f); /* the journal tries again by itself */
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  journal_assert_rest (recovery, f->sound, 2 * SECOND);
  g_assert_cmpuint (recovery->n_lost_bytes, ==, 0);
}

/* Some file systems cannot do that; it is no reason not to write. */
static void
sync_that_is_not_known_is_none_that_fails (JournalFixture *f, gconstpointer data) {
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  journal_fixture_wait_for_disk (f);
  calls = (Calls){ .fail_at = 2, .n_fails = 1, .error = EINVAL };
  longhand_journal_append_sound (f->journal, f->sound + SECOND, SECOND);
  journal_fixture_wait_for_disk (f);
  g_assert_cmpuint (f->problems->len, ==, 0);
}

static void
half_a_write_is_completed (JournalFixture *f, gconstpointer data) {
  calls = (Calls){ .fail_at = 1, .n_fails = 1000, .error = 0 };
  speak_and_leave (f);
  assert_all_there (f);
  g_assert_cmpuint (f->problems->len, ==, 0);
}

/* The journal's thread tries once more, and has said what came of it. */
static void
wait_for_attempt (JournalFixture *f) {
  const int n = g_atomic_int_get (&calls.n_calls);

  while (g_atomic_int_get (&calls.n_calls) == n)
    g_usleep (1000);
  longhand_journal_append_heard (f->journal, 0);
}

static void
disk_that_never_works_is_one_sentence_in_a_recording (JournalFixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) paths = NULL;

  calls = (Calls){ .fail_at = 1, .n_fails = G_MAXUINT, .error = EROFS };
  for (guint at = 0; at < 10 * SECOND; at += 160)
    longhand_journal_append_sound (f->journal, f->sound + at, 160);
  longhand_journal_append_text (f->journal, 0, 400, "One.");
  assert_one_sentence (f);
  longhand_journal_append_end (f->journal);
  wait_for_attempt (f);
  assert_one_sentence (f);
  longhand_journal_append_sound (f->journal, f->sound, 160);
  wait_for_attempt (f);
  g_assert_cmpuint (f->problems->len, ==, 2);
  longhand_journal_close (f->journal, G_MAXUINT64, FALSE);
  paths = longhand_recovery_find (f->folder);
  g_assert_cmpuint (paths->len, ==, 0);
}

/* The kernel's own short writes and refusals, at a size that the disk is full at, and room that is made
 * later. */
static void
full_disk_costs_nothing_once_there_is_room (JournalFixture *f, gconstpointer data) {
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
    journal_write_bytes (path, bytes, n_bytes);
    recovery = journal_fixture_read (path);
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
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  g_assert_cmpuint (recovery->texts->len, ==, 10);
  g_assert_cmpuint (recovery->n_samples, ==, 10 * SECOND);
  g_assert_cmpuint (recovery->n_lost_bytes, ==, 0);
  assert_one_sentence (f);
}

/* Without any disk for longer than memory is meant for it, sound is left out, and text is not. */
static void
endless_failure_takes_bounded_memory (JournalFixture *f, gconstpointer data) {
  g_autoptr (LonghandRecovery) recovery = NULL;

  calls = (Calls){ .fail_at = 1, .n_fails = G_MAXUINT, .error = ENOSPC };
  for (guint i = 0; i < 60; i++)
    longhand_journal_append_sound (f->journal, f->sound, 30 * SECOND);
  longhand_journal_append_text (f->journal, 0, 1799000, "One.");
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  calls.fail_at = 0;
  journal_fixture_leave (f);
  recovery = journal_fixture_recover (f);
  journal_assert_text (recovery, 0, 0, 1799000, "One.");
  g_assert_cmpuint (recovery->n_bytes, <, 33 * 1024 * 1024);
  g_assert_cmpuint (recovery->n_samples, >, 15 * 60 * SECOND);
}

static void
unwritten_session_is_not_taken_up (JournalFixture *f, gconstpointer data) {
  calls = (Calls){ .fail_at = 1, .n_fails = G_MAXUINT, .error = ENOSPC };
  longhand_journal_append_sound (f->journal, f->sound, SECOND);
  g_assert_false (longhand_journal_resume (f->journal, -1, "nowhere", 0, 0, 0));
  calls.fail_at = 0;
}

#define ADD(name, function)                                                                                  \
  g_test_add (name, JournalFixture, NULL, set_up, function, journal_fixture_tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/journal-disk/sound-is-written-before-anybody-hears-it", sound_is_written_before_anybody_hears_it);
  ADD ("/journal-disk/file-and-its-name-come-onto-the-disk-by-themselves",
       file_and_its_name_come_onto_the_disk_by_themselves);
  ADD ("/journal-disk/each-call-fails-in-turn", each_call_fails_in_turn);
  ADD ("/journal-disk/failed-sync-costs-nothing", failed_sync_costs_nothing);
  ADD ("/journal-disk/sync-that-is-not-known-is-none-that-fails", sync_that_is_not_known_is_none_that_fails);
  ADD ("/journal-disk/half-a-write-is-completed", half_a_write_is_completed);
  ADD ("/journal-disk/disk-that-never-works-is-one-sentence-in-a-recording",
       disk_that_never_works_is_one_sentence_in_a_recording);
  ADD ("/journal-disk/full-disk-costs-nothing-once-there-is-room",
       full_disk_costs_nothing_once_there_is_room);
  ADD ("/journal-disk/endless-failure-takes-bounded-memory", endless_failure_takes_bounded_memory);
  ADD ("/journal-disk/unwritten-session-is-not-taken-up", unwritten_session_is_not_taken_up);
  return g_test_run ();
}
