/* The library's database: what is kept, what is found, and what becomes of it when it is damaged, new or old.
 */
#include "library-fixture.h"
#include "longhand-error.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

static void
assert_found (LonghandLibraryStore *store, const char *words, const char *expected) {
  g_autofree char *found = library_find (store, words);

  g_test_message ("“%s”", words);
  g_assert_cmpstr (found, ==, expected);
}

static LonghandSession *
load (LonghandLibraryStore *store, gint64 id) {
  g_autoptr (GError) error = NULL;
  LonghandSession *session = longhand_library_store_load (store, id, &error);

  g_assert_no_error (error);
  return session;
}

/* ---- what is kept ---- */

static void
everything_comes_back (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (LonghandSession) kept = library_make_session ("Grüße,\n“World”\t😀.");
  g_autoptr (LonghandSession) session = NULL;
  const LonghandSegment *segment;
  const LonghandWord *word;
  const LonghandSpan *span;

  g_assert_true (longhand_library_store_save (store, kept, NULL));
  longhand_library_store_close (g_steal_pointer (&store));
  store = library_fixture_open (f);
  session = load (store, kept->id);
  g_assert_cmpint (session->id, ==, kept->id);
  g_assert_cmpint (session->begun_us, ==, kept->begun_us);
  g_assert_cmpint (session->duration_ms, ==, 2500);
  g_assert_cmpstr (session->text, ==, kept->text);
  g_assert_cmpstr (session->language, ==, "en");
  g_assert_cmpstr (session->model, ==, "tiny");

  g_assert_cmpuint (session->segments->len, ==, 1);
  segment = session->segments->pdata[0];
  g_assert_cmpint (segment->start_ms, ==, 100);
  g_assert_cmpint (segment->end_ms, ==, 1900);
  g_assert_cmpstr (segment->text, ==, kept->text);
  g_assert_cmpfloat (segment->scores.avg_logprob, ==, -0.25);
  g_assert_cmpfloat (segment->scores.no_speech_prob, ==, 0.5);
  g_assert_cmpfloat (segment->scores.compression_ratio, ==, 1.5);
  g_assert_true (isnan (segment->scores.temperature));
  g_assert_cmpuint (segment->words->len, ==, 1);
  word = &g_array_index (segment->words, LonghandWord, 0);
  g_assert_cmpint (word->start_ms, ==, 100);
  g_assert_cmpint (word->end_ms, ==, 700);
  g_assert_cmpstr (word->text, ==, " “Any");
  g_assert_cmpfloat (word->probability, ==, 0.75);
  g_assert_cmpstr (g_array_index (word->alternatives, LonghandAlternative, 0).text, ==, "Many");

  g_assert_cmpuint (session->spans->len, ==, 1);
  span = &g_array_index (session->spans, LonghandSpan, 0);
  g_assert_cmpuint (span->length, ==, (guint)g_utf8_strlen (kept->text, -1));
  g_assert_cmpuint (span->id, ==, 1);
}

static void
segments_of_the_first_version_come_along (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  const gint64 id = library_add (store, "Kept for years.");
  g_autoptr (LonghandSession) session = NULL;
  const LonghandSegment *segment;

  longhand_library_store_close (g_steal_pointer (&store));
  library_run_sql (f, "ALTER TABLE segments DROP COLUMN left_out;"
                      "ALTER TABLE segments DROP COLUMN compression_ratio;"
                      "ALTER TABLE segments DROP COLUMN temperature;"
                      "PRAGMA user_version = 1");
  store = library_fixture_open (f);
  session = load (store, id);
  g_assert_cmpuint (session->segments->len, ==, 1);
  segment = session->segments->pdata[0];
  g_assert_cmpstr (segment->text, ==, "Kept for years.");
  g_assert_cmpfloat (segment->scores.avg_logprob, ==, -0.25);
  g_assert_true (isnan (segment->scores.compression_ratio));
  g_assert_true (isnan (segment->scores.temperature));
  g_assert_false (segment->is_left_out);
}

static void
nobody_else_can_read_it (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autofree char *folder = g_path_get_dirname (f->path);
  GStatBuf status;

  g_assert_cmpint (g_stat (f->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
}

static void
saving_again_replaces_the_text_alone (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (LonghandSession) session = library_make_session ("first words");

  g_assert_true (longhand_library_store_save (store, session, NULL));
  g_assert_true (longhand_library_store_set_title (store, session->id, " A name ", NULL));
  g_assert_true (longhand_library_store_set_pinned (store, session->id, TRUE, NULL));
  g_free (session->text);
  session->text = g_strdup ("other words");
  g_assert_true (longhand_library_store_save (store, session, NULL));
  assert_found (store, "", "A name");
  assert_found (store, "first", "");
  assert_found (store, "other", "A name");
  {
    g_autoptr (GPtrArray) all = longhand_library_store_list (store, "", NULL);
    const LonghandSessionSummary *summary = all->pdata[0];

    g_assert_true (summary->pinned);
    g_assert_cmpstr (summary->title, ==, "A name");
    g_assert_cmpstr (summary->excerpt, ==, "other words");
    g_assert_cmpint (summary->begun_us, ==, session->begun_us);
    g_assert_cmpint (summary->duration_ms, ==, 2500);
  }
  g_assert_true (longhand_library_store_set_title (store, session->id, "  ", NULL));
  assert_found (store, "", "other words");
}

static void
blank_sessions_have_no_place (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (LonghandSession) session = library_make_session ("words");

  library_add (store, " \n ");
  assert_found (store, "", "");
  g_assert_true (longhand_library_store_save (store, session, NULL));
  assert_found (store, "", "words");
  g_free (session->text);
  session->text = g_strdup ("");
  g_assert_true (longhand_library_store_save (store, session, NULL));
  assert_found (store, "", "");
  assert_found (store, "words", "");
}

/* Whoever did say it has nothing else of it. */
static void
what_was_left_out_is_kept_without_any_text (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (LonghandSession) kept = library_make_session ("");
  g_autoptr (LonghandSession) session = NULL;
  LonghandSegment *segment = kept->segments->pdata[0];

  g_free (segment->text);
  segment->text = g_strdup ("Thank you.");
  segment->is_left_out = TRUE;
  g_assert_true (longhand_library_store_save (store, kept, NULL));
  session = load (store, kept->id);
  g_assert_cmpstr (session->text, ==, "");
  segment = session->segments->pdata[0];
  g_assert_true (segment->is_left_out);
  g_assert_cmpstr (segment->text, ==, "Thank you.");
  assert_found (store, "thank", "");
}

/* Whoever clears a text for a moment has not forgotten its name. */
static void
named_and_pinned_sessions_outlive_their_text (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (LonghandSession) named = library_make_session ("words");
  g_autoptr (LonghandSession) pinned = library_make_session ("other");

  g_assert_true (longhand_library_store_save (store, named, NULL));
  g_assert_true (longhand_library_store_save (store, pinned, NULL));
  g_assert_true (longhand_library_store_set_title (store, named->id, "Name", NULL));
  g_assert_true (longhand_library_store_set_pinned (store, pinned->id, TRUE, NULL));
  for (guint i = 0; i < 2; i++) {
    LonghandSession *session = i == 0 ? named : pinned;
    g_autoptr (LonghandSession) loaded = NULL;

    g_free (session->text);
    session->text = g_strdup (" ");
    g_assert_true (longhand_library_store_save (store, session, NULL));
    loaded = longhand_library_store_load (store, session->id, NULL);
    g_assert_nonnull (loaded);
    g_assert_cmpstr (loaded->text, ==, "");
    g_assert_cmpuint (loaded->segments->len, ==, 0);
  }
}

/* The beginning of a text, at most, and whole words of it. */
static void
headings_are_the_first_words (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  gint64 id
      = library_add (store, "  Dear\n Ann,\twe have been here for a week, and it has not rained even once.");
  g_autofree char *unbroken = g_strnfill (90, 'x');
  g_autofree char *cut = g_strnfill (32, 'x');
  g_autofree char *expected = g_strconcat (cut, "…", NULL);

  assert_found (store, "", "Dear Ann, we have been here for…");
  longhand_library_store_set_removed (store, id, TRUE, NULL);
  library_add (store, unbroken);
  assert_found (store, "", expected);
}

static void
removed_sessions_can_be_restored_until_a_purge (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  const gint64 id = library_add (store, "one");

  library_add (store, "two");
  g_assert_true (longhand_library_store_set_removed (store, id, TRUE, NULL));
  assert_found (store, "", "two");
  assert_found (store, "one", "");
  g_assert_null (load (store, id));
  g_assert_true (longhand_library_store_set_removed (store, id, FALSE, NULL));
  assert_found (store, "", "two|one");
  assert_found (store, "one", "one");
  g_assert_true (longhand_library_store_set_removed (store, id, TRUE, NULL));
  g_assert_true (longhand_library_store_purge (store, NULL));
  g_assert_true (longhand_library_store_set_removed (store, id, FALSE, NULL));
  assert_found (store, "", "two");
}

static gboolean
is_there (const char *path) {
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
sound_goes_with_its_session (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  const gint64 one = library_add (store, "one"), two = library_add (store, "two");
  g_autofree char *first = library_keep_sound (f, one);
  g_autofree char *second = library_keep_sound (f, two);

  g_assert_true (longhand_library_store_set_removed (store, one, TRUE, NULL));
  g_assert_true (is_there (first));
  g_assert_true (longhand_library_store_purge (store, NULL));
  g_assert_false (is_there (first));
  g_assert_true (is_there (second));
}

/* It can be tried again only as long as the session is known. */
static void
session_stays_while_its_sound_cannot_go (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  const gint64 id = library_add (store, "one");
  g_autofree char *path = library_keep_sound (f, id);
  g_autofree char *inner = g_build_filename (path, "a-folder", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  g_assert_true (longhand_library_store_set_removed (store, id, TRUE, NULL));
  g_assert_false (longhand_library_store_purge (store, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_true (longhand_library_store_set_removed (store, id, FALSE, NULL));
  assert_found (store, "", "one");
  g_assert_cmpint (g_rmdir (inner), ==, 0);
}

static void
sound_of_a_session_without_text_goes_when_it_is_left (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (LonghandSession) blank = library_make_session ("");
  const gint64 id = library_add (store, "one");
  g_autofree char *with_text = library_keep_sound (f, id);
  g_autofree char *without = library_keep_sound (f, blank->id);

  g_assert_true (longhand_library_store_save (store, blank, NULL));
  g_assert_true (is_there (without)); /* the text may come back */
  g_assert_true (longhand_library_store_leave (store, blank->id, NULL));
  g_assert_true (longhand_library_store_leave (store, id, NULL));
  g_assert_false (is_there (without));
  g_assert_true (is_there (with_text));
}

static gsize
file_bytes (const char *path) {
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return (gsize)info.st_size;
}

/* Neither in the list, nor in the file, which is smaller; what comes then is kept as ever. */
static void
clearing_leaves_nothing_and_gives_room_back (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autofree char *long_text = g_strnfill (100000, 'a');
  g_autofree char *log = g_strconcat (f->path, "-wal", NULL);
  g_autofree char *bytes = NULL;
  gsize n_bytes;

  library_add (store, long_text);
  longhand_library_store_set_pinned (store, library_add (store, "confidential"), TRUE, NULL);
  g_assert_true (longhand_library_store_clear (store, NULL));
  assert_found (store, "", "");
  assert_found (store, "confidential", "");
  g_assert_cmpuint (file_bytes (log), ==, 0);
  g_assert_cmpuint (file_bytes (f->path), <, 100000);
  g_assert_true (g_file_get_contents (f->path, &bytes, &n_bytes, NULL));
  g_assert_null (memmem (bytes, n_bytes, "confidential", strlen ("confidential")));
  library_add (store, "new");
  assert_found (store, "new", "new");
}

/* As of a library that was damaged, and put aside. */
static void
clearing_takes_sound_that_no_session_knows_of (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autofree char *path = library_keep_sound (f, 1);

  g_assert_true (longhand_library_store_clear (store, NULL));
  g_assert_false (is_there (path));
}

/* Nor is it in the file. */
static void
what_is_removed_is_gone_after_the_next_start (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autofree char *bytes = NULL;
  gsize n_bytes;

  longhand_library_store_set_removed (store, library_add (store, "confidential"), TRUE, NULL);
  longhand_library_store_close (g_steal_pointer (&store));
  longhand_library_store_close (library_fixture_open (f));
  g_assert_true (g_file_get_contents (f->path, &bytes, &n_bytes, NULL));
  g_assert_null (memmem (bytes, n_bytes, "confidential", strlen ("confidential")));
}

static void
pinned_ones_come_first_then_the_newest (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  const gint64 oldest = library_add (store, "oldest");

  library_add (store, "older");
  library_add (store, "new");
  longhand_library_store_set_pinned (store, oldest, TRUE, NULL);
  assert_found (store, "", "oldest|new|older");
  longhand_library_store_set_pinned (store, oldest, FALSE, NULL);
  assert_found (store, "", "new|older|oldest");
}

static void
spans_that_do_not_fit_cost_no_text (LibraryFixture *f, gconstpointer data) {
  static const char *const others[] = { "[]",    "[[3,1]]", "[[5,2]]", "[[5,-1]]",        "[[0,1],[5,1]]",
                                        "[[5]]", "no JSON", "{}",      "[[4294967301,1]]" };
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  const gint64 id = library_add (store, "words");

  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autofree char *sql = g_strdup_printf ("UPDATE sessions SET spans = '%s'", others[i]);
    g_autoptr (LonghandSession) session = NULL;

    library_run_sql (f, sql);
    session = load (store, id);
    g_assert_cmpstr (session->text, ==, "words");
    g_assert_cmpuint (session->spans->len, ==, 1);
    g_assert_cmpuint (g_array_index (session->spans, LonghandSpan, 0).length, ==, 5);
    g_assert_cmpuint (g_array_index (session->spans, LonghandSpan, 0).id, ==, 0);
  }
}

/* ---- what is found ---- */

static void
search_takes_beginnings_of_words (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);

  library_add (store, "The Café on the corner");
  library_add (store, "A letter to the café’s owner");
  library_add (store, "Übung macht den Meister");
  assert_found (store, "cafe corn", "The Café on the corner");
  assert_found (store, "CORNER", "The Café on the corner");
  assert_found (store, "corner café", "The Café on the corner");
  assert_found (store, "ubung", "Übung macht den Meister");
  assert_found (store, "üBU mei", "Übung macht den Meister");
  assert_found (store, "eister", "");
  assert_found (store, "cafe übung", "");
}

static void
syntax_is_taken_literally (LibraryFixture *f, gconstpointer data) {
  static const char *const queries[]
      = { "\"", "*",       "(",    ")",           "-",        "^one",  "one*",     "text:one",      "one AND",
          "OR", "NOT one", "NEAR", "NEAR(one, 2", "one:",     "{one}", "one\"two", "'; DROP TABLE", "%_",
          "\\", "+one",    "—",    "😀",           "one\ttwo", "\"\"",  "a\"*\"b",  "title : \"one", "," };
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);

  library_add (store, "one and two");
  library_add (store, "not near one");
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    g_free (library_find (store, queries[i]));
  assert_found (store, "one AND", "one and two");
  assert_found (store, "NOT one", "not near one");
  assert_found (store, "\"one\" (two)", "one and two");
  assert_found (store, "^one*", "not near one|one and two");
  assert_found (store, "text:one", "");
  assert_found (store, "!", "");
  assert_found (store, " ", "not near one|one and two");
}

static void
the_best_match_comes_first (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  gint64 named;

  library_add (store, "harbour harbour harbour");
  named = library_add (store, "ships");
  longhand_library_store_set_title (store, named, "Harbour", NULL);
  library_add (store,
               "a long text of many words in which the harbour is one that is said once in passing only");
  assert_found (store, "harbour", "Harbour|harbour harbour harbour|a long text of many words in…");
}

static void
excerpts_show_what_was_found (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  GString *text = g_string_new ("Beginning.");
  g_autoptr (GPtrArray) found = NULL;
  const LonghandSessionSummary *summary;

  for (guint i = 0; i < 100; i++)
    g_string_append_printf (text, " word%u", i);
  g_string_append (text, "\nthe needle here");
  library_add (store, text->str);
  g_string_free (text, TRUE);
  found = longhand_library_store_list (store, "need", NULL);
  summary = found->pdata[0];
  g_assert_nonnull (strstr (summary->excerpt, "the needle here"));
  g_assert_null (strchr (summary->excerpt, '\n'));
  g_assert_true (g_str_has_prefix (summary->heading, "Beginning."));
}

static void
damaged_index_is_made_again (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);

  library_add (store, "one and two");
  longhand_library_store_close (g_steal_pointer (&store));
  library_run_sql (f, "UPDATE search_data SET block = x'00' WHERE id > 10");
  store = library_fixture_open (f);
  assert_found (store, "one", "one and two");
  g_assert_cmpuint (library_list_files (f, "damaged-1")->len, ==, 0);
}

/* ---- databases that are not as they should be ---- */

static void
assert_put_aside (LibraryFixture *f, LonghandLibraryStore *store, const GError *notice, const char *name) {
  g_autoptr (GPtrArray) aside = library_list_files (f, name);

  g_assert_error (notice, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_assert_nonnull (strstr (notice->message, name));
  g_assert_cmpuint (aside->len, ==, 1);
  g_assert_nonnull (store);
  assert_found (store, "", "");
  library_add (store, "begun anew");
  assert_found (store, "anew", "begun anew");
}

static void
what_is_no_database_is_put_aside (LibraryFixture *f, gconstpointer data) {
  g_autofree char *folder = g_path_get_dirname (f->path);
  g_autofree char *aside = g_strconcat (f->path, ".damaged-1", NULL);
  g_autofree char *content = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint i = 1; i <= 2; i++) {
    g_autofree char *name = g_strdup_printf (".damaged-%u", i);
    g_autofree char *text = g_strdup_printf ("This is number %u, and not what it should be. %0600d", i, 0);
    g_autoptr (LonghandLibraryStore) store = NULL;
    g_autoptr (GError) notice = NULL;

    g_assert_true (g_file_set_contents (f->path, text, -1, NULL));
    store = longhand_library_store_open (f->path, &notice, NULL);
    assert_put_aside (f, store, notice, name);
  }
  g_assert_true (g_file_get_contents (aside, &content, NULL, NULL));
  g_assert_true (g_str_has_prefix (content, "This is number 1,"));
}

static void
torn_pages_are_put_aside (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (GError) notice = NULL;
  g_autofree char *bytes = NULL;
  gsize n_bytes;

  for (guint i = 0; i < 200; i++)
    library_add (store, "Some words, so that there are pages to be torn.");
  longhand_library_store_close (g_steal_pointer (&store));
  g_assert_true (g_file_get_contents (f->path, &bytes, &n_bytes, NULL));
  g_assert_cmpuint (n_bytes, >, 16 * 4096);
  memset (bytes + 4096, 0xa5, n_bytes - 4096);
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize)n_bytes, NULL));
  store = longhand_library_store_open (f->path, &notice, NULL);
  assert_put_aside (f, store, notice, ".damaged-1");
}

static void
newer_versions_are_left_alone (LibraryFixture *f, gconstpointer data) {
  g_autoptr (LonghandLibraryStore) store = library_fixture_open (f);
  g_autoptr (GError) notice = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize n_before, n_after;

  library_add (store, "words");
  longhand_library_store_close (g_steal_pointer (&store));
  library_run_sql (f, "PRAGMA user_version = 1000");
  g_assert_true (g_file_get_contents (f->path, &before, &n_before, NULL));
  g_assert_null (longhand_library_store_open (f->path, &notice, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "newer Longhand"));
  g_assert_no_error (notice);
  g_assert_true (g_file_get_contents (f->path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
}

static void
place_that_is_no_folder_is_one_sentence (LibraryFixture *f, gconstpointer data) {
  g_autofree char *folder = g_path_get_dirname (f->path);
  g_autoptr (GError) notice = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (folder, "a file", -1, NULL));
  g_assert_null (longhand_library_store_open (f->path, &notice, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_no_error (notice);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  LIBRARY_ADD ("/library-store/everything-comes-back", everything_comes_back);
  LIBRARY_ADD ("/library-store/nobody-else-can-read-it", nobody_else_can_read_it);
  LIBRARY_ADD ("/library-store/saving-again-replaces-the-text-alone", saving_again_replaces_the_text_alone);
  LIBRARY_ADD ("/library-store/blank-sessions-have-no-place", blank_sessions_have_no_place);
  LIBRARY_ADD ("/library-store/what-was-left-out-is-kept-without-any-text",
               what_was_left_out_is_kept_without_any_text);
  LIBRARY_ADD ("/library-store/named-and-pinned-sessions-outlive-their-text",
               named_and_pinned_sessions_outlive_their_text);
  LIBRARY_ADD ("/library-store/headings-are-the-first-words", headings_are_the_first_words);
  LIBRARY_ADD ("/library-store/clearing-leaves-nothing-and-gives-room-back",
               clearing_leaves_nothing_and_gives_room_back);
  LIBRARY_ADD ("/library-store/clearing-takes-sound-that-no-session-knows-of",
               clearing_takes_sound_that_no_session_knows_of);
  LIBRARY_ADD ("/library-store/removed-sessions-can-be-restored-until-a-purge",
               removed_sessions_can_be_restored_until_a_purge);
  LIBRARY_ADD ("/library-store/sound-goes-with-its-session", sound_goes_with_its_session);
  LIBRARY_ADD ("/library-store/session-stays-while-its-sound-cannot-go",
               session_stays_while_its_sound_cannot_go);
  LIBRARY_ADD ("/library-store/sound-of-a-session-without-text-goes-when-it-is-left",
               sound_of_a_session_without_text_goes_when_it_is_left);
  LIBRARY_ADD ("/library-store/what-is-removed-is-gone-after-the-next-start",
               what_is_removed_is_gone_after_the_next_start);
  LIBRARY_ADD ("/library-store/pinned-ones-come-first-then-the-newest",
               pinned_ones_come_first_then_the_newest);
  LIBRARY_ADD ("/library-store/spans-that-do-not-fit-cost-no-text", spans_that_do_not_fit_cost_no_text);
  LIBRARY_ADD ("/library-store/search/takes-beginnings-of-words", search_takes_beginnings_of_words);
  LIBRARY_ADD ("/library-store/search/syntax-is-taken-literally", syntax_is_taken_literally);
  LIBRARY_ADD ("/library-store/search/the-best-match-comes-first", the_best_match_comes_first);
  LIBRARY_ADD ("/library-store/search/excerpts-show-what-was-found", excerpts_show_what_was_found);
  LIBRARY_ADD ("/library-store/search/damaged-index-is-made-again", damaged_index_is_made_again);
  LIBRARY_ADD ("/library-store/damage/what-is-no-database-is-put-aside", what_is_no_database_is_put_aside);
  LIBRARY_ADD ("/library-store/damage/torn-pages-are-put-aside", torn_pages_are_put_aside);
  LIBRARY_ADD ("/library-store/segments-of-the-first-version-come-along",
               segments_of_the_first_version_come_along);
  LIBRARY_ADD ("/library-store/newer-versions-are-left-alone", newer_versions_are_left_alone);
  LIBRARY_ADD ("/library-store/place-that-is-no-folder-is-one-sentence",
               place_that_is_no_folder_is_one_sentence);
  return g_test_run ();
}
