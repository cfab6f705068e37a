/* The sound of sessions: kept from the journal, found, deleted, and what happens when there is no room. */
#include "audio/longhand-journal-format.h"
#include "audio/longhand-sound-reader.h"
#include "dictation/longhand-sounds.h"
#include "full-disk.h"
#include "journal-fixture.h"
#include "longhand-error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define ID 0x123456789abcdef
#define FOREVER_US (60 * G_USEC_PER_SEC)

typedef struct {
  JournalFixture journal;
  LonghandSounds *sounds;
  char *folder;
  GPtrArray *errors; /* GError */
  guint n_kept;
} Fixture;

static void
on_kept (LonghandSounds *sounds, gint64 id, Fixture *f) {
  g_assert_cmpint (id, ==, ID);
  f->n_kept++;
}

static void
on_failed (LonghandSounds *sounds, const GError *error, Fixture *f) {
  g_ptr_array_add (f->errors, g_error_copy (error));
}

static void
set_up (Fixture *f, gconstpointer data) {
  journal_fixture_set_up (&f->journal, data);
  f->folder = g_build_filename (f->journal.dir, "longhand", "sound", NULL);
  f->errors = g_ptr_array_new_with_free_func ((GDestroyNotify)g_error_free);
  f->sounds = longhand_sounds_new (f->folder);
  g_signal_connect (f->sounds, "kept", G_CALLBACK (on_kept), f);
  g_signal_connect (f->sounds, "failed", G_CALLBACK (on_failed), f);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  full_disk.room = -1;
  g_object_unref (f->sounds);
  g_ptr_array_unref (f->errors);
  g_free (f->folder);
  journal_fixture_tear_down (&f->journal, data);
}

/* A piece of what the journal has. */
static LonghandSoundPiece
piece_of_journal (Fixture *f, gint64 start_ms, gint64 from_ms, gint64 to_ms) {
  return (LonghandSoundPiece){
    .id = ID,
    .start_ms = start_ms,
    .fd = longhand_journal_dup_file (f->journal.journal),
    .journal = longhand_journal_ref (f->journal.journal),
    .from_ms = from_ms,
    .to_ms = to_ms,
  };
}

static void
keep (Fixture *f, gint64 start_ms, gint64 from_ms, gint64 to_ms) {
  const LonghandSoundPiece piece = piece_of_journal (f, start_ms, from_ms, to_ms);

  g_assert_cmpint (piece.fd, >=, 0);
  longhand_sounds_keep (f->sounds, &piece);
}

static void
say (Fixture *f, guint n_seconds) {
  longhand_journal_append_sound (f->journal.journal, f->journal.sound, n_seconds * SECOND);
}

static void
assert_all_kept (Fixture *f) {
  g_assert_true (longhand_sounds_flush (f->sounds, FOREVER_US));
}

static GPtrArray *
list (Fixture *f) {
  return longhand_sound_files_list (f->folder, ID);
}

static void
assert_part (GPtrArray *parts, guint i, gint64 start_ms, gint64 end_ms) {
  const LonghandSoundPart *part = parts->pdata[i];

  g_assert_cmpint (part->start_ms, ==, start_ms);
  g_assert_cmpint (part->end_ms, ==, end_ms);
}

/* (transfer full) [*n] */
static gint16 *
read_part (const LonghandSoundPart *part, gsize *n) {
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (part->path, SFM_READ, &info);
  gint16 *samples;

  g_assert_nonnull (file);
  samples = g_new (gint16, info.frames);
  g_assert_cmpint (sf_readf_short (file, samples, info.frames), ==, info.frames);
  sf_close (file);
  *n = (gsize)info.frames;
  return samples;
}

static void
drain (void) {
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* ---- what is kept ---- */

static void
sound_is_kept_as_it_was (Fixture *f, gconstpointer data) {
  g_autofree gint16 *samples = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  gsize n;

  say (f, 4);
  keep (f, 10000, 500, 3500);
  assert_all_kept (f);
  parts = list (f);
  g_assert_cmpuint (parts->len, ==, 1);
  assert_part (parts, 0, 10000, 13000);
  samples = read_part (parts->pdata[0], &n);
  g_assert_cmpuint (n, ==, 3 * SECOND);
  for (gsize i = 0; i < n; i++)
    if (samples[i] != (gint16)(f->journal.sound[SECOND / 2 + i] * 32768))
      g_error ("sample %zu is another one", i);
  drain ();
  g_assert_cmpuint (f->n_kept, ==, 1);
}

static void
recordings_of_a_session_follow_each_other (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = NULL;

  say (f, 2);
  keep (f, 0, 0, 2000);
  longhand_journal_append_end (f->journal.journal);
  say (f, 1);
  keep (f, 2000, 2000, 3000);
  assert_all_kept (f);
  parts = list (f);
  g_assert_cmpuint (parts->len, ==, 2);
  assert_part (parts, 0, 0, 2000);
  assert_part (parts, 1, 2000, 3000);
}

/* The program may end before all is kept. */
static void
sound_outlives_its_journal (Fixture *f, gconstpointer data) {
  LonghandSoundPiece piece;
  g_autoptr (GPtrArray) parts = NULL;

  say (f, 1);
  piece = piece_of_journal (f, 0, 0, 1000);
  longhand_journal_close (f->journal.journal, G_MAXUINT64, TRUE);
  longhand_sounds_keep (f->sounds, &piece);
  assert_all_kept (f);
  parts = list (f);
  assert_part (parts, 0, 0, 1000);
}

/* An unfinished session goes on in its file, in times of its own. */
static void
sound_of_a_session_that_was_taken_up (Fixture *f, gconstpointer data) {
  g_autofree char *path = NULL;
  g_autoptr (LonghandRecovery) recovery = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree gint16 *samples = NULL;
  gsize n;

  say (f, 2);
  longhand_journal_append_text (f->journal.journal, 100, 2000, "One.");
  longhand_journal_append_end (f->journal.journal);
  longhand_journal_append_dealt_with (f->journal.journal, G_MAXUINT64);
  say (f, 2);
  longhand_journal_append_text (f->journal.journal, 2100, 4000, "Two.");
  journal_fixture_leave (&f->journal);
  journal_fixture_open (&f->journal);
  recovery = journal_fixture_recover (&f->journal);
  g_assert_cmpint (recovery->begin_ms, ==, 2000);
  g_assert_true (longhand_journal_resume (f->journal.journal, recovery->fd, recovery->path, recovery->n_bytes,
                                          recovery->n_rest, recovery->rest_ms));
  recovery->fd = -1;
  longhand_journal_append_sound (f->journal.journal, f->journal.sound + 8 * SECOND, SECOND);
  journal_fixture_wait_for_disk (&f->journal);
  keep (f, 0, recovery->begin_ms, 5000);
  assert_all_kept (f);
  parts = list (f);
  g_assert_cmpuint (parts->len, ==, 1);
  samples = read_part (parts->pdata[0], &n);
  g_assert_cmpuint (n, ==, 3 * SECOND);
  g_assert_cmpint (samples[0], ==, (gint16)(f->journal.sound[0] * 32768));
  g_assert_cmpint (samples[2 * SECOND], ==, (gint16)(f->journal.sound[8 * SECOND] * 32768));
}

static void
add_second (GByteArray *file, gint64 at) {
  memset (longhand_record_begin (file, 2 * SECOND), 1, 2 * SECOND);
  longhand_record_end (file, LONGHAND_RECORD_SOUND, at, 2 * SECOND);
}

static void
sound_that_is_missing_is_silence (Fixture *f, gconstpointer data) {
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autofree char *path = g_build_filename (f->journal.dir, "a-session", NULL);
  g_autofree gint16 *samples = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  LonghandSoundPiece piece = { .id = ID, .to_ms = 4000 };
  gsize n;

  g_byte_array_append (file, (const guint8 *)LONGHAND_JOURNAL_MAGIC, LONGHAND_JOURNAL_MAGIC_BYTES);
  add_second (file, 0);
  add_second (file, 2 * SECOND);
  journal_write_bytes (path, (const char *)file->data, file->len);
  piece.fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  longhand_sounds_keep (f->sounds, &piece);
  assert_all_kept (f);
  parts = list (f);
  assert_part (parts, 0, 0, 3000);
  samples = read_part (parts->pdata[0], &n);
  g_assert_cmpint (samples[SECOND - 1], ==, 0x0101);
  g_assert_cmpint (samples[SECOND], ==, 0);
  g_assert_cmpint (samples[2 * SECOND - 1], ==, 0);
  g_assert_cmpint (samples[2 * SECOND], ==, 0x0101);
}

static void
no_sound_is_no_file (Fixture *f, gconstpointer data) {
  say (f, 1);
  keep (f, 0, 2000, 3000);
  assert_all_kept (f);
  g_assert_false (g_file_test (f->folder, G_FILE_TEST_EXISTS));
}

static void
nobody_else_can_read_it (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = NULL;
  GStatBuf info;

  say (f, 1);
  keep (f, 0, 0, 1000);
  assert_all_kept (f);
  parts = list (f);
  g_assert_cmpint (g_stat (((LonghandSoundPart *)parts->pdata[0])->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (f->folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
}

/* ---- what is read ---- */

/* Blocks do not fall on the ends of parts. */
static void
parts_are_read_as_one_recording (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (LonghandSoundReader) reader = NULL;
  g_autofree float *samples = g_new (float, 5 * SECOND);
  gsize n_all = 0, n;

  say (f, 3);
  keep (f, 0, 0, 1000);
  keep (f, 2000, 1000, 3000);
  assert_all_kept (f);
  parts = list (f);
  reader = longhand_sound_reader_new (parts, 500, G_MAXINT64);
  do {
    g_assert_true (longhand_sound_reader_read (reader, samples + n_all, 7777, &n, NULL));
    n_all += n;
  } while (n == 7777);
  g_assert_cmpuint (n_all, ==, SECOND / 2 + 3 * SECOND);
  g_assert_cmpmem (samples, SECOND / 2 * sizeof (float), f->journal.sound + SECOND / 2,
                   SECOND / 2 * sizeof (float));
  for (gsize i = 0; i < SECOND; i++)
    g_assert_true (samples[SECOND / 2 + i] == 0);
  g_assert_cmpmem (samples + SECOND / 2 + SECOND, 2 * SECOND * sizeof (float), f->journal.sound + SECOND,
                   2 * SECOND * sizeof (float));
}

static void
sound_that_has_gone_is_an_error (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (LonghandSoundReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  float samples[160];
  gsize n;

  say (f, 1);
  keep (f, 0, 0, 1000);
  assert_all_kept (f);
  parts = list (f);
  longhand_sounds_remove (f->sounds, ID);
  assert_all_kept (f);
  reader = longhand_sound_reader_new (parts, 0, 1000);
  g_assert_false (longhand_sound_reader_read (reader, samples, G_N_ELEMENTS (samples), &n, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
}

/* ---- what goes ---- */

static void
removed_sound_is_gone (Fixture *f, gconstpointer data) {
  say (f, 1);
  keep (f, 0, 0, 1000);
  longhand_sounds_remove (f->sounds, ID);
  longhand_sounds_remove (f->sounds, ID + 1); /* of which there is none */
  assert_all_kept (f);
  drain ();
  g_assert_cmpuint (f->errors->len, ==, 0);
  g_assert_true (g_rmdir (f->folder) == 0);
}

static void
old_sound_expires (Fixture *f, gconstpointer data) {
  const gint64 now_us = g_get_real_time ();
  const struct utimbuf week = { .modtime = (time_t)(now_us / G_USEC_PER_SEC) - 7 * 24 * 3600 };
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GPtrArray) left = NULL;

  say (f, 2);
  keep (f, 0, 0, 1000);
  keep (f, 1000, 1000, 2000);
  assert_all_kept (f);
  parts = list (f);
  g_assert_cmpint (g_utime (((LonghandSoundPart *)parts->pdata[0])->path, (struct utimbuf *)&week), ==, 0);
  longhand_sounds_expire (f->sounds, now_us - 8 * G_TIME_SPAN_DAY);
  assert_all_kept (f);
  g_assert_cmpuint (longhand_sound_files_measure (f->folder), >, SECOND);
  longhand_sounds_expire (f->sounds, now_us - 6 * G_TIME_SPAN_DAY);
  assert_all_kept (f);
  left = list (f);
  g_assert_cmpuint (left->len, ==, 1);
  assert_part (left, 0, 1000, 2000);
  longhand_sounds_expire (f->sounds, G_MAXINT64);
  assert_all_kept (f);
  g_assert_cmpuint (longhand_sound_files_measure (f->folder), ==, 0);
}

static void
what_is_no_sound_is_left_out (Fixture *f, gconstpointer data) {
  g_autofree char *other = NULL;
  g_autofree char *broken = NULL;
  g_autofree char *directory = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GPtrArray) left = NULL;

  say (f, 1);
  keep (f, 0, 0, 1000);
  assert_all_kept (f);
  parts = list (f);
  directory = g_path_get_dirname (((LonghandSoundPart *)parts->pdata[0])->path);
  other = g_build_filename (directory, "notes.txt", NULL);
  broken = g_build_filename (directory, "1000.flac", NULL);
  journal_write_bytes (other, "other", 5);
  journal_write_bytes (broken, "broken", 6);
  left = list (f);
  g_assert_cmpuint (left->len, ==, 1);
}

/* ---- a full disk ---- */

static void
full_disk_is_said_and_tried_again (Fixture *f, gconstpointer data) {
  const GError *error;
  g_autoptr (GPtrArray) parts = NULL;

  say (f, 20);
  full_disk.room = 4096;
  keep (f, 0, 0, 10000);
  g_assert_false (longhand_sounds_flush (f->sounds, FOREVER_US));
  keep (f, 10000, 10000, 20000);
  g_assert_false (longhand_sounds_flush (f->sounds, FOREVER_US));
  drain ();
  g_assert_cmpuint (f->errors->len, ==, 1);
  error = f->errors->pdata[0];
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, "full"));
  g_assert_cmpuint (longhand_sound_files_measure (f->folder), ==, 0);

  full_disk.room = -1;
  assert_all_kept (f);
  parts = list (f);
  g_assert_cmpuint (parts->len, ==, 2);
  assert_part (parts, 1, 10000, 20000);
  drain ();
  g_assert_cmpuint (f->n_kept, ==, 2);
}

static void
sound_of_a_removed_session_is_not_tried_again (Fixture *f, gconstpointer data) {
  say (f, 1);
  full_disk.room = 0;
  keep (f, 0, 0, 1000);
  longhand_sounds_flush (f->sounds, FOREVER_US);
  longhand_sounds_remove (f->sounds, ID);
  full_disk.room = -1;
  assert_all_kept (f);
  g_assert_cmpuint (longhand_sound_files_measure (f->folder), ==, 0);
}

static void
nothing_is_left_of_all (Fixture *f, gconstpointer data) {
  say (f, 2);
  keep (f, 0, 0, 1000);
  assert_all_kept (f);
  full_disk.room = 0;
  keep (f, 1000, 1000, 2000);
  longhand_sounds_flush (f->sounds, FOREVER_US);
  longhand_sounds_clear (f->sounds);
  full_disk.room = -1;
  assert_all_kept (f);
  g_assert_cmpuint (longhand_sound_files_measure (f->folder), ==, 0);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/sounds/sound-is-kept-as-it-was", sound_is_kept_as_it_was);
  ADD ("/sounds/recordings-of-a-session-follow-each-other", recordings_of_a_session_follow_each_other);
  ADD ("/sounds/sound-outlives-its-journal", sound_outlives_its_journal);
  ADD ("/sounds/sound-of-a-session-that-was-taken-up", sound_of_a_session_that_was_taken_up);
  ADD ("/sounds/sound-that-is-missing-is-silence", sound_that_is_missing_is_silence);
  ADD ("/sounds/no-sound-is-no-file", no_sound_is_no_file);
  ADD ("/sounds/nobody-else-can-read-it", nobody_else_can_read_it);
  ADD ("/sounds/parts-are-read-as-one-recording", parts_are_read_as_one_recording);
  ADD ("/sounds/sound-that-has-gone-is-an-error", sound_that_has_gone_is_an_error);
  ADD ("/sounds/removed-sound-is-gone", removed_sound_is_gone);
  ADD ("/sounds/old-sound-expires", old_sound_expires);
  ADD ("/sounds/what-is-no-sound-is-left-out", what_is_no_sound_is_left_out);
  ADD ("/sounds/full-disk-is-said-and-tried-again", full_disk_is_said_and_tried_again);
  ADD ("/sounds/sound-of-a-removed-session-is-not-tried-again",
       sound_of_a_removed_session_is_not_tried_again);
  ADD ("/sounds/nothing-is-left-of-all", nothing_is_left_of_all);
  return g_test_run ();
}
