#include "transcript/longhand-library-store.h"

#include "audio/longhand-sound-files.h"
#include "longhand-error.h"
#include "transcript/longhand-library-schema.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define BUSY_TIMEOUT_MS 2000
#define EXCERPT_CHARS 240
#define HEADING_CHARS 32

struct _LonghandLibraryStore {
  sqlite3 *db; /* owned */
  char *path;  /* owned */
  gboolean is_broken;
};

void
longhand_session_summary_free (gpointer data) {
  LonghandSessionSummary *summary = data;

  g_free (summary->title);
  g_free (summary->excerpt);
  g_free (summary->heading);
  g_free (summary);
}

/* ---- errors ---- */

/* What to do about it. */
static void
set_error (GError **error, sqlite3 *db, int code, const char *path) {
  const int system_error = db != NULL ? sqlite3_system_errno (db) : errno;

  switch (code & 0xff) {
  case SQLITE_FULL:
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                         _ ("The session could not be kept in the library because the disk is full: make "
                            "room. Until then the text is in this window alone."));
    return;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    g_set_error_literal (
        error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
        _ ("The library of sessions is in use by another program: close that one. Until then "
           "the text is in this window alone."));
    return;
  case SQLITE_NOMEM:
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY,
                         _ ("There is not enough memory for the library of sessions: close other programs."));
    return;
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_AUTH:
    g_set_error (
        error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
        _ ("Sessions are not being kept because “%s” cannot be written to: make that place writable."), path);
    return;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The library of sessions “%s” is damaged: restore it from a backup, or remove it."),
                 path);
    return;
  default:
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                 _ ("The session could not be kept in “%s” (%s): see to that disk. Until then the text is in "
                    "this window alone."),
                 path, system_error != 0 ? g_strerror (system_error) : sqlite3_errstr (code));
  }
}

static gboolean
is_damage (int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

static gboolean
fail (LonghandLibraryStore *self, int code, GError **error) {
  self->is_broken = is_damage (code);
  set_error (error, self->db, code, self->path);
  return FALSE;
}

/* ---- statements ---- */

/* Binds what format says: i gint64, d double (NAN: NULL), s text or NULL. */
static int
bind (sqlite3_stmt *statement, const char *format, va_list values) {
  int rc = SQLITE_OK;

  for (int i = 0; format[i] != '\0' && rc == SQLITE_OK; i++) {
    switch (format[i]) {
    case 'i':
      rc = sqlite3_bind_int64 (statement, i + 1, va_arg (values, gint64));
      break;
    case 'd':
      rc = sqlite3_bind_double (statement, i + 1, va_arg (values, double));
      break;
    default:
      rc = sqlite3_bind_text (statement, i + 1, va_arg (values, const char *), -1, SQLITE_TRANSIENT);
    }
  }
  return rc;
}

/* Ready for its first step; *statement is NULL on failure. */
static int
prepare_valist (LonghandLibraryStore *self, sqlite3_stmt **statement, const char *sql, const char *format,
                va_list values) {
  int rc = sqlite3_prepare_v2 (self->db, sql, -1, statement, NULL);

  if (rc == SQLITE_OK)
    rc = bind (*statement, format, values);
  if (rc != SQLITE_OK)
    g_clear_pointer (statement, sqlite3_finalize);
  return rc;
}

static int
prepare (LonghandLibraryStore *self, sqlite3_stmt **statement, const char *sql, const char *format, ...) {
  va_list values;
  int rc;

  va_start (values, format);
  rc = prepare_valist (self, statement, sql, format, values);
  va_end (values);
  return rc;
}

/* One statement that gives nothing. SQLITE_OK, or what failed. */
static int
execute (LonghandLibraryStore *self, const char *sql, const char *format, ...) {
  sqlite3_stmt *statement;
  va_list values;
  int rc;

  va_start (values, format);
  rc = prepare_valist (self, &statement, sql, format, values);
  va_end (values);
  if (rc != SQLITE_OK)
    return rc;
  rc = sqlite3_step (statement);
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static char *
dup_column (sqlite3_stmt *statement, int column) {
  return g_strdup ((const char *)sqlite3_column_text (statement, column));
}

/* The index can be made again from the texts. */
static int
rebuild_index (LonghandLibraryStore *self) {
  return execute (self, "INSERT INTO search (search) VALUES ('rebuild')", "");
}

/* ---- opening ---- */

static int
configure (sqlite3 *db) {
  sqlite3_busy_timeout (db, BUSY_TIMEOUT_MS);
  sqlite3_extended_result_codes (db, TRUE);
  return sqlite3_exec (db,
                       "PRAGMA journal_mode = WAL;"
                       "PRAGMA synchronous = FULL;"
                       "PRAGMA foreign_keys = ON;"
                       "PRAGMA secure_delete = ON;", /* what a person deletes is gone from the file too */
                       NULL, NULL, NULL);
}

static int
on_check_row (void *all_well, int n, char **values, char **names) {
  if (values[0] == NULL || strcmp (values[0], "ok") != 0)
    *(gboolean *)all_well = FALSE;
  return 0;
}

static int
check (sqlite3 *db) {
  gboolean all_well = TRUE;
  const int rc = sqlite3_exec (db, "PRAGMA quick_check (1)", on_check_row, &all_well, NULL);

  return rc == SQLITE_OK && !all_well ? SQLITE_CORRUPT : rc;
}

/* NULL with an error; *code is SQLite's, *is_newer as longhand_library_schema_update has it. */
static sqlite3 *
open_database (const char *path, int *code, gboolean *is_newer, GError **error) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  sqlite3 *db = NULL;

  *is_newer = FALSE;
  *code = sqlite3_open_v2 (path, &db, flags, NULL);
  if (*code == SQLITE_OK)
    *code = configure (db);
  if (*code == SQLITE_OK)
    *code = check (db);
  if (*code == SQLITE_OK)
    *code = longhand_library_schema_update (db, is_newer);
  if (*code == SQLITE_OK)
    return db;
  if (*is_newer)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The library of sessions “%s” was made by a newer Longhand: update this one. Until then "
                    "sessions are not being kept."),
                 path);
  else
    set_error (error, db, *code, path);
  sqlite3_close (db);
  return NULL;
}

/* Its unwritten parts go with the file, under the names that SQLite looks for them by. */
static gboolean
put_aside (const char *path, GError **notice) {
  static const char *const parts[] = { "-wal", "-shm", "" };
  g_autofree char *aside = NULL;
  g_autofree char *name = NULL;

  for (guint n = 1; aside == NULL || g_file_test (aside, G_FILE_TEST_EXISTS); n++) {
    g_free (aside);
    aside = g_strdup_printf ("%s.damaged-%u", path, n);
  }
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree char *from = g_strconcat (path, parts[i], NULL);
    g_autofree char *to = g_strconcat (aside, parts[i], NULL);

    if (g_rename (from, to) != 0 && errno != ENOENT)
      return FALSE;
  }
  name = g_filename_display_name (aside);
  g_set_error (notice, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
               _ ("The library of sessions was damaged: it is kept as “%s”, and a new one has been begun."),
               name);
  return TRUE;
}

LonghandLibraryStore *
longhand_library_store_open (const char *path, GError **notice, GError **error) {
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) why = NULL;
  LonghandLibraryStore *self;
  gboolean is_newer;
  sqlite3 *db;
  int code;

  if (g_mkdir_with_parents (folder, 0700) != 0) {
    longhand_set_error_from_write (error, path, errno);
    return NULL;
  }
  db = open_database (path, &code, &is_newer, &why);
  if (db == NULL && is_damage (code) && put_aside (path, notice)) {
    g_clear_error (&why);
    db = open_database (path, &code, &is_newer, &why);
  }
  if (db == NULL) {
    g_propagate_error (error, g_steal_pointer (&why));
    return NULL;
  }
  g_chmod (path, 0600);
  self = g_new0 (LonghandLibraryStore, 1);
  self->db = db;
  self->path = g_strdup (path);
  longhand_library_store_purge (self, NULL); /* else next time */
  self->is_broken = FALSE;
  return self;
}

void
longhand_library_store_close (LonghandLibraryStore *self) {
  if (self == NULL)
    return;
  sqlite3_close (self->db);
  g_free (self->path);
  g_free (self);
}

gboolean
longhand_library_store_is_broken (const LonghandLibraryStore *self) {
  return self->is_broken;
}

/* ---- writing ---- */

static int
save_segment (LonghandLibraryStore *self, gint64 session, guint number, const LonghandSegment *segment) {
  g_autofree char *words = segment->words != NULL ? longhand_session_write_words (segment->words) : NULL;

  return execute (self,
                  "INSERT INTO segments (session, number, start_ms, end_ms, text, avg_logprob,"
                  " no_speech_prob, compression_ratio, temperature, words, left_out)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  "iiiisddddsi", session, (gint64)number, segment->start_ms, segment->end_ms, segment->text,
                  segment->scores.avg_logprob, segment->scores.no_speech_prob,
                  segment->scores.compression_ratio, segment->scores.temperature, words,
                  (gint64)(segment->is_left_out != FALSE));
}

static int
save_all (LonghandLibraryStore *self, const LonghandSession *session) {
  g_autofree char *spans = longhand_session_write_spans (session->spans);
  int rc
      = execute (self,
                 "INSERT INTO sessions (id, begun_us, changed_us, text, spans, duration_ms, language, model)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                 " changed_us = excluded.changed_us, text = excluded.text, spans = excluded.spans,"
                 " duration_ms = excluded.duration_ms, language = excluded.language, model = excluded.model",
                 "iiississ", session->id, session->begun_us, g_get_real_time (), session->text, spans,
                 session->duration_ms, session->language, session->model);

  if (rc == SQLITE_OK)
    rc = execute (self, "DELETE FROM segments WHERE session = ?", "i", session->id);
  for (guint i = 0; i < session->segments->len && rc == SQLITE_OK; i++)
    rc = save_segment (self, session->id, i + 1, g_ptr_array_index (session->segments, i));
  return rc;
}

/* Without words there is no session, unless somebody has named or pinned it. */
static int
save_blank (LonghandLibraryStore *self, const LonghandSession *session) {
  int rc = execute (self, "DELETE FROM sessions WHERE id = ? AND title IS NULL AND pinned = 0", "i",
                    session->id);

  if (rc == SQLITE_OK)
    rc = execute (self, "DELETE FROM segments WHERE session = ?", "i", session->id);
  if (rc == SQLITE_OK)
    rc = execute (self, "UPDATE sessions SET changed_us = ?, text = '', spans = '[]' WHERE id = ?", "ii",
                  g_get_real_time (), session->id);
  return rc;
}

gboolean
longhand_library_store_save (LonghandLibraryStore *self, const LonghandSession *session, GError **error) {
  int rc = execute (self, "BEGIN IMMEDIATE", "");

  if (rc == SQLITE_OK)
    rc = longhand_session_is_blank (session) ? save_blank (self, session) : save_all (self, session);
  if (rc == SQLITE_OK)
    rc = execute (self, "COMMIT", "");
  if (rc == SQLITE_OK)
    return TRUE;
  fail (self, rc, error);
  if (!sqlite3_get_autocommit (self->db))
    execute (self, "ROLLBACK", "");
  if (rc == SQLITE_CORRUPT_VTAB)
    rebuild_index (self);
  return FALSE;
}

gboolean
longhand_library_store_set_title (LonghandLibraryStore *self, gint64 id, const char *title, GError **error) {
  const int rc
      = execute (self, "UPDATE sessions SET title = nullif (trim (?), '') WHERE id = ?", "si", title, id);

  return rc == SQLITE_OK || fail (self, rc, error);
}

gboolean
longhand_library_store_set_pinned (LonghandLibraryStore *self, gint64 id, gboolean pinned, GError **error) {
  const int rc
      = execute (self, "UPDATE sessions SET pinned = ? WHERE id = ?", "ii", (gint64)(pinned != FALSE), id);

  return rc == SQLITE_OK || fail (self, rc, error);
}

gboolean
longhand_library_store_set_removed (LonghandLibraryStore *self, gint64 id, gboolean removed, GError **error) {
  const int rc = removed ? execute (self, "UPDATE sessions SET removed_us = ? WHERE id = ?", "ii",
                                    g_get_real_time (), id)
                         : execute (self, "UPDATE sessions SET removed_us = NULL WHERE id = ?", "i", id);

  return rc == SQLITE_OK || fail (self, rc, error);
}

/* Before the sessions, which say what is to go: what is cut off here goes on the next time. */
static int
purge_sound (LonghandLibraryStore *self, GError **error) {
  g_autofree char *folder = longhand_sound_files_dup_folder (self->path);
  sqlite3_stmt *statement;
  gboolean is_gone = TRUE;
  int rc = prepare (self, &statement, "SELECT id FROM sessions WHERE removed_us IS NOT NULL", "");

  if (rc != SQLITE_OK)
    return rc;
  while (is_gone && (rc = sqlite3_step (statement)) == SQLITE_ROW)
    is_gone = longhand_sound_files_remove (folder, sqlite3_column_int64 (statement, 0), error);
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

gboolean
longhand_library_store_purge (LonghandLibraryStore *self, GError **error) {
  int rc = purge_sound (self, error);

  if (rc == SQLITE_ROW) /* error says what is in the way */
    return FALSE;
  if (rc == SQLITE_OK)
    rc = execute (self, "DELETE FROM sessions WHERE removed_us IS NOT NULL", "");
  /* The index only notes that words are gone, until it is written anew. */
  if (rc == SQLITE_OK && sqlite3_changes (self->db) > 0)
    rc = execute (self, "INSERT INTO search (search) VALUES ('optimize')", "");
  return rc == SQLITE_OK || fail (self, rc, error);
}

static int
find (LonghandLibraryStore *self, gint64 id, gboolean *is_there) {
  sqlite3_stmt *statement;
  int rc = prepare (self, &statement, "SELECT 1 FROM sessions WHERE id = ?", "i", id);

  if (rc != SQLITE_OK)
    return rc;
  rc = sqlite3_step (statement);
  *is_there = rc == SQLITE_ROW;
  sqlite3_finalize (statement);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

gboolean
longhand_library_store_leave (LonghandLibraryStore *self, gint64 id, GError **error) {
  g_autofree char *folder = longhand_sound_files_dup_folder (self->path);
  gboolean is_there;
  const int rc = find (self, id, &is_there);

  if (rc != SQLITE_OK)
    return fail (self, rc, error);
  return is_there || longhand_sound_files_remove (folder, id, error);
}

/* As far as possible: that room is not given back is no failure of what was asked for. */
static void
shrink (LonghandLibraryStore *self) {
  sqlite3_exec (self->db, "VACUUM; PRAGMA wal_checkpoint (TRUNCATE)", NULL, NULL, NULL);
}

gboolean
longhand_library_store_clear (LonghandLibraryStore *self, GError **error) {
  g_autofree char *folder = longhand_sound_files_dup_folder (self->path);
  const int rc = execute (self, "UPDATE sessions SET removed_us = ?", "i", g_get_real_time ());

  if (rc != SQLITE_OK)
    return fail (self, rc, error);
  if (!longhand_library_store_purge (self, error))
    return FALSE;
  longhand_sound_files_expire (folder, G_MAXINT64); /* of sessions that this library knows nothing of */
  shrink (self);
  return TRUE;
}

/* ---- reading ---- */

/* What is no number is NULL there. */
static double
read_score (sqlite3_stmt *statement, int column) {
  return sqlite3_column_type (statement, column) == SQLITE_NULL ? NAN
                                                                : sqlite3_column_double (statement, column);
}

static int
load_segments (LonghandLibraryStore *self, LonghandSession *session) {
  sqlite3_stmt *statement;
  int rc = prepare (self, &statement,
                    "SELECT start_ms, end_ms, text, avg_logprob, no_speech_prob, compression_ratio,"
                    " temperature, words, left_out FROM segments WHERE session = ? ORDER BY number",
                    "i", session->id);

  if (rc != SQLITE_OK)
    return rc;
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW) {
    LonghandSegment *segment = g_new0 (LonghandSegment, 1);
    const char *words = (const char *)sqlite3_column_text (statement, 7);

    segment->start_ms = sqlite3_column_int64 (statement, 0);
    segment->end_ms = sqlite3_column_int64 (statement, 1);
    segment->text = dup_column (statement, 2);
    segment->scores = (LonghandScores){ read_score (statement, 3), read_score (statement, 4),
                                        read_score (statement, 5), read_score (statement, 6) };
    segment->words = words != NULL ? longhand_session_read_words (words) : NULL;
    segment->is_left_out = segment->text != NULL && sqlite3_column_int (statement, 8) != 0;
    g_ptr_array_add (session->segments, segment);
  }
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Spans that do not fit the text are dropped: all of it counts as typed, and none of it is lost. */
static void
set_spans (LonghandSession *session, const char *json) {
  g_autoptr (GArray) spans = json != NULL ? longhand_session_read_spans (json) : NULL;

  g_array_unref (session->spans);
  session->spans = spans != NULL ? g_steal_pointer (&spans) : longhand_spans_new ();
  if (longhand_session_is_consistent (session))
    return;
  g_array_set_size (session->spans, 0);
  if (*session->text != '\0')
    longhand_spans_insert (session->spans, 0, (guint)g_utf8_strlen (session->text, -1), 0);
}

LonghandSession *
longhand_library_store_load (LonghandLibraryStore *self, gint64 id, GError **error) {
  g_autoptr (LonghandSession) session = longhand_session_new ();
  g_autofree char *spans = NULL;
  sqlite3_stmt *statement;
  int rc = prepare (self, &statement,
                    "SELECT begun_us, duration_ms, text, language, model, spans FROM sessions"
                    " WHERE id = ? AND removed_us IS NULL",
                    "i", id);

  if (rc == SQLITE_OK) {
    rc = sqlite3_step (statement);
    if (rc == SQLITE_ROW) {
      session->id = id;
      session->begun_us = sqlite3_column_int64 (statement, 0);
      session->duration_ms = sqlite3_column_int64 (statement, 1);
      g_free (session->text);
      session->text = dup_column (statement, 2);
      session->language = dup_column (statement, 3);
      session->model = dup_column (statement, 4);
      spans = dup_column (statement, 5);
    }
    sqlite3_finalize (statement);
  }
  if (rc == SQLITE_DONE)
    return NULL;
  if (rc == SQLITE_ROW)
    rc = session->text != NULL ? load_segments (self, session) : SQLITE_NOMEM;
  if (rc != SQLITE_OK) {
    fail (self, rc, error);
    return NULL;
  }
  set_spans (session, spans);
  return g_steal_pointer (&session);
}

/* ---- lists ---- */

/* Every word as a phrase of its own, so that nothing in it is syntax. What holds no letter and no digit is in
 * no index; when there is nothing else, an empty phrase finds nothing. (transfer full) */
static char *
make_match (const char *words) {
  g_auto (GStrv) parts = g_strsplit_set (words, " \t\r\n\"", -1);
  GString *match = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++) {
    const char *p = parts[i];

    while (*p != '\0' && !g_unichar_isalnum (g_utf8_get_char (p)))
      p = g_utf8_next_char (p);
    if (*p != '\0')
      g_string_append_printf (match, "%s\"%s\"*", match->len > 0 ? " " : "", p);
  }
  if (match->len == 0)
    g_string_append (match, "\"\"");
  return g_string_free (match, FALSE);
}

static gboolean
has_any (const char *words) {
  return strspn (words, " \t\r\n") < strlen (words);
}

/* Runs of white space as one space each. */
static char *
one_line (const char *text) {
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);
  GString *line = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", words[i]);
  return g_string_free (line, FALSE);
}

/* As many words as fit, without marks behind the last one; the first one is cut when it does not. */
static char *
first_words (const char *line) {
  const char *end, *cut;

  if (g_utf8_strlen (line, -1) <= HEADING_CHARS)
    return g_strdup (line);
  end = g_utf8_offset_to_pointer (line, HEADING_CHARS);
  for (cut = end; cut > line && *cut != ' '; cut--)
    ;
  if (cut == line)
    cut = end;
  while (cut > line && g_ascii_ispunct (cut[-1]))
    cut--;
  return g_strdup_printf ("%.*s…", (int)(cut - line), line);
}

static LonghandSessionSummary *
read_summary (sqlite3_stmt *statement) {
  LonghandSessionSummary *summary = g_new0 (LonghandSessionSummary, 1);
  const char *excerpt = (const char *)sqlite3_column_text (statement, 6);
  const char *beginning = (const char *)sqlite3_column_text (statement, 7);

  summary->id = sqlite3_column_int64 (statement, 0);
  summary->begun_us = sqlite3_column_int64 (statement, 1);
  summary->changed_us = sqlite3_column_int64 (statement, 2);
  summary->duration_ms = sqlite3_column_int64 (statement, 3);
  summary->pinned = sqlite3_column_int (statement, 4) != 0;
  summary->title = dup_column (statement, 5);
  summary->excerpt = one_line (excerpt != NULL ? excerpt : "");
  if (summary->title != NULL) {
    summary->heading = g_strdup (summary->title);
  } else {
    g_autofree char *line = one_line (beginning != NULL ? beginning : "");

    summary->heading = first_words (line);
  }
  return summary;
}

#define SUMMARY "s.id, s.begun_us, s.changed_us, s.duration_ms, s.pinned, s.title, "
#define BEGINNING "substr (s.text, 1, " G_STRINGIFY (EXCERPT_CHARS) ")"

/* Titles count for more than texts. */
static int
prepare_list (LonghandLibraryStore *self, sqlite3_stmt **statement, const char *words) {
  g_autofree char *match = make_match (words);

  if (!has_any (words))
    return prepare (self, statement,
                    "SELECT " SUMMARY BEGINNING ", " BEGINNING
                    " FROM sessions s WHERE s.removed_us IS NULL ORDER BY s.pinned DESC, s.begun_us DESC",
                    "");
  return prepare (self, statement,
                  "SELECT " SUMMARY "snippet (search, 1, '', '', '…', 16), " BEGINNING
                  " FROM search JOIN sessions s ON s.id = search.rowid"
                  " WHERE search MATCH ? AND s.removed_us IS NULL"
                  " ORDER BY bm25 (search, 4.0, 1.0), s.begun_us DESC",
                  "s", match);
}

static int
list (LonghandLibraryStore *self, const char *words, GPtrArray *summaries) {
  sqlite3_stmt *statement;
  int rc = prepare_list (self, &statement, words);

  if (rc != SQLITE_OK)
    return rc;
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (summaries, read_summary (statement));
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

GPtrArray *
longhand_library_store_list (LonghandLibraryStore *self, const char *words, GError **error) {
  g_autoptr (GPtrArray) summaries = g_ptr_array_new_with_free_func (longhand_session_summary_free);
  int rc = list (self, words, summaries);

  if (rc == SQLITE_CORRUPT_VTAB) {
    g_ptr_array_set_size (summaries, 0);
    rc = rebuild_index (self);
    if (rc == SQLITE_OK)
      rc = list (self, words, summaries);
  }
  if (rc == SQLITE_OK)
    return g_steal_pointer (&summaries);
  fail (self, rc, error);
  return NULL;
}
