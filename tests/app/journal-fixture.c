#include "journal-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

/* Any thread, but one at a time. */
static void
on_problem (gpointer user, GError *error) {
  JournalFixture *f = user;

  g_ptr_array_add (f->problems, error);
}

void
journal_fixture_open (JournalFixture *f) {
  g_autoptr (GError) error = NULL;

  f->journal = longhand_journal_new (f->folder, on_problem, f, &error);
  g_assert_no_error (error);
}

void
journal_fixture_set_up (JournalFixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("longhand-journal-XXXXXX", &error);
  g_assert_no_error (error);
  f->folder = g_build_filename (f->dir, "longhand", "sessions", NULL);
  f->problems = g_ptr_array_new_with_free_func ((GDestroyNotify)g_error_free);
  f->sound = g_new (float, 30 * SECOND);
  for (guint i = 0; i < 30 * SECOND; i++)
    f->sound[i] = (float)g_test_rand_int_range (-32768, 32768) / 32768;
  journal_fixture_open (f);
}

void
journal_remove_all (const char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    journal_remove_all (child);
  }
  g_assert_cmpint (g_remove (path), ==, 0);
}

void
journal_fixture_tear_down (JournalFixture *f, gconstpointer data) {
  longhand_journal_unref (f->journal);
  journal_remove_all (f->dir);
  g_ptr_array_unref (f->problems);
  g_free (f->sound);
  g_free (f->folder);
  g_free (f->dir);
}

/* As a crash would, as far as the file is concerned. */
void
journal_fixture_leave (JournalFixture *f) {
  g_clear_pointer (&f->journal, longhand_journal_unref);
}

void
journal_fixture_wait_for_disk (JournalFixture *f) {
  while (!longhand_journal_wait_for_disk (f->journal))
    g_usleep (1000);
}

char *
journal_fixture_dup_path (JournalFixture *f) {
  g_autoptr (GPtrArray) paths = longhand_recovery_find (f->folder);

  g_assert_cmpuint (paths->len, ==, 1);
  return g_strdup (paths->pdata[0]);
}

LonghandRecovery *
journal_fixture_read (const char *path) {
  g_autoptr (GError) error = NULL;
  LonghandRecovery *recovery = longhand_recovery_open (path, &error);

  g_assert_no_error (error);
  return recovery;
}

LonghandRecovery *
journal_fixture_recover (JournalFixture *f) {
  g_autofree char *path = journal_fixture_dup_path (f);

  return journal_fixture_read (path);
}

void
journal_assert_text (const LonghandRecovery *recovery, guint i, gint64 start_ms, gint64 end_ms,
                     const char *text) {
  const LonghandUtterance *utterance;

  g_assert_cmpuint (i, <, recovery->texts->len);
  utterance = recovery->texts->pdata[i];
  g_assert_cmpstr (utterance->text, ==, text);
  g_assert_cmpint (utterance->start_ms, ==, start_ms);
  g_assert_cmpint (utterance->end_ms, ==, end_ms);
}

void
journal_assert_rest (const LonghandRecovery *recovery, const float *expected, gsize n) {
  g_autoptr (GError) error = NULL;
  g_autofree float *rest = longhand_recovery_load_rest (recovery, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (recovery->n_rest, ==, n);
  if (n > 0)
    g_assert_cmpmem (rest, n * sizeof (float), expected, n * sizeof (float));
}

void
journal_write_bytes (const char *path, const char *bytes, gsize n) {
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, bytes, (gssize)n, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}
