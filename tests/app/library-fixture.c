#include "library-fixture.h"

#include "audio/longhand-sound-files.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

void
library_fixture_set_up (LibraryFixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("longhand-library-XXXXXX", &error);
  g_assert_no_error (error);
  f->path = g_build_filename (f->dir, "longhand", "library.sqlite", NULL);
}

static void
remove_all (const char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_all (child);
  }
  g_remove (path);
}

void
library_fixture_tear_down (LibraryFixture *f, gconstpointer data) {
  remove_all (f->dir);
  g_free (f->dir);
  g_free (f->path);
}

LonghandLibraryStore *
library_fixture_open (LibraryFixture *f) {
  g_autoptr (GError) notice = NULL;
  g_autoptr (GError) error = NULL;
  LonghandLibraryStore *store = longhand_library_store_open (f->path, &notice, &error);

  g_assert_no_error (error);
  g_assert_no_error (notice);
  return store;
}

LonghandSession *
library_make_session (const char *text) {
  LonghandSession *session = longhand_session_new ();
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  LonghandSegment *segment = g_new0 (LonghandSegment, 1);

  g_free (session->text);
  session->text = g_strdup (text);
  session->duration_ms = 2500;
  session->language = g_strdup ("en");
  session->model = g_strdup ("tiny");
  longhand_transcript_append (transcript, 100, 1900, "any", NULL);
  longhand_transcript_add_word (transcript, 100, 700, " “Any", 0.75);
  longhand_transcript_add_alternative (transcript, "Many", 0.125);
  segment->start_ms = 100;
  segment->end_ms = 1900;
  segment->text = g_strdup (text);
  segment->scores = (LonghandScores){
    .avg_logprob = -0.25, .no_speech_prob = 0.5, .compression_ratio = 1.5, .temperature = NAN
  };
  segment->words = g_array_ref (longhand_transcript_get_segment (transcript, 0)->words);
  g_ptr_array_add (session->segments, segment);
  if (*text != '\0')
    longhand_spans_insert (session->spans, 0, (guint)g_utf8_strlen (text, -1), 1);
  return session;
}

gint64
library_add (LonghandLibraryStore *store, const char *text) {
  g_autoptr (LonghandSession) session = library_make_session (text);
  g_autoptr (GError) error = NULL;

  longhand_library_store_save (store, session, &error);
  g_assert_no_error (error);
  return session->id;
}

char *
library_keep_sound (LibraryFixture *f, gint64 id) {
  g_autofree char *folder = longhand_sound_files_dup_folder (f->path);
  g_autofree char *name = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", id);
  g_autoptr (LonghandSoundWriter) writer = longhand_sound_writer_new (folder, id, 0, NULL);
  const gint16 samples[160] = { 1 };

  g_assert_true (longhand_sound_writer_write (writer, samples, G_N_ELEMENTS (samples), NULL));
  g_assert_true (longhand_sound_writer_finish (writer, NULL));
  return g_build_filename (folder, name, NULL);
}

char *
library_find (LonghandLibraryStore *store, const char *words) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = longhand_library_store_list (store, words, &error);
  GString *headings = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (headings, "%s%s", i > 0 ? "|" : "",
                            ((LonghandSessionSummary *)found->pdata[i])->heading);
  return g_string_free (headings, FALSE);
}

void
library_run_sql (LibraryFixture *f, const char *sql) {
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  /* The library's worker may be at it; the function for this waits for a moment only in some tests. */
  g_assert_cmpint (sqlite3_exec (db, "PRAGMA busy_timeout = 10000", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

GPtrArray *
library_list_files (LibraryFixture *f, const char *suffix) {
  g_autofree char *folder = g_path_get_dirname (f->path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, suffix))
      g_ptr_array_add (names, g_strdup (name));
  return names;
}
