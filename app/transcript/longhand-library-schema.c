#include "transcript/longhand-library-schema.h"

static const char *const steps[] = {
  /* 0 -> 1. Times of sessions are microseconds since 1970, those within them milliseconds. Words are read and
   * written with their segment alone, so they are JSON in it, which has room for what else is known of them.
   * The index has no copy of the texts: what it is told when one goes must be what it was told when it came.
   */
  "CREATE TABLE sessions ("
  " id INTEGER PRIMARY KEY,"
  " begun_us INTEGER NOT NULL,"
  " changed_us INTEGER NOT NULL,"
  " removed_us INTEGER," /* NULL: it is there */
  " pinned INTEGER NOT NULL DEFAULT 0,"
  " title TEXT," /* NULL: the first words of the text */
  " text TEXT NOT NULL,"
  " spans TEXT NOT NULL," /* JSON: [length, number of the segment or 0] of the text's parts */
  " duration_ms INTEGER NOT NULL DEFAULT 0,"
  " language TEXT,"
  " model TEXT);"
  "CREATE INDEX sessions_by_time ON sessions (pinned DESC, begun_us DESC);"
  "CREATE TABLE segments ("
  " session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,"
  " number INTEGER NOT NULL," /* from 1 */
  " start_ms INTEGER NOT NULL,"
  " end_ms INTEGER NOT NULL,"
  " text TEXT," /* as it was heard; NULL: unknown */
  " avg_logprob REAL,"
  " no_speech_prob REAL,"
  " words TEXT," /* JSON; NULL: unknown */
  " PRIMARY KEY (session, number)) WITHOUT ROWID;"
  "CREATE VIRTUAL TABLE search USING fts5 (title, text, content = 'sessions', content_rowid = 'id',"
  " tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');"
  "CREATE TRIGGER session_added AFTER INSERT ON sessions BEGIN"
  " INSERT INTO search (rowid, title, text) VALUES (new.id, new.title, new.text);"
  "END;"
  "CREATE TRIGGER session_deleted AFTER DELETE ON sessions BEGIN"
  " INSERT INTO search (search, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);"
  "END;"
  "CREATE TRIGGER session_changed AFTER UPDATE OF title, text ON sessions BEGIN"
  " INSERT INTO search (search, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);"
  " INSERT INTO search (rowid, title, text) VALUES (new.id, new.title, new.text);"
  "END;",
  /* 1 -> 2. All that the decoder tells of a segment; NULL: unknown. */
  "ALTER TABLE segments ADD COLUMN compression_ratio REAL;"
  "ALTER TABLE segments ADD COLUMN temperature REAL;",
  /* 2 -> 3. What nobody seems to have said is there, too. */
  "ALTER TABLE segments ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;",
};

static int
read_version (sqlite3 *db, int *version) {
  sqlite3_stmt *statement;
  int rc = sqlite3_prepare_v2 (db, "PRAGMA user_version", -1, &statement, NULL);

  if (rc != SQLITE_OK)
    return rc;
  rc = sqlite3_step (statement);
  *version = rc == SQLITE_ROW ? sqlite3_column_int (statement, 0) : 0;
  sqlite3_finalize (statement);
  return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* In a transaction: another program may be about to do the same. */
static int
take_steps (sqlite3 *db, gboolean *is_newer) {
  g_autofree char *stamp = g_strdup_printf ("PRAGMA user_version = %d", (int)G_N_ELEMENTS (steps));
  int version = 0;
  int rc = read_version (db, &version);

  *is_newer = rc == SQLITE_OK && version > (int)G_N_ELEMENTS (steps);
  if (*is_newer)
    return SQLITE_ERROR;
  for (int i = version; rc == SQLITE_OK && i < (int)G_N_ELEMENTS (steps); i++)
    rc = sqlite3_exec (db, steps[i], NULL, NULL, NULL);
  return rc == SQLITE_OK && version < (int)G_N_ELEMENTS (steps) ? sqlite3_exec (db, stamp, NULL, NULL, NULL)
                                                                : rc;
}

int
longhand_library_schema_update (sqlite3 *db, gboolean *is_newer) {
  int version = 0;
  int rc = read_version (db, &version);

  *is_newer = FALSE;
  if (rc != SQLITE_OK || version == (int)G_N_ELEMENTS (steps))
    return rc;
  rc = sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  if (rc == SQLITE_OK)
    rc = take_steps (db, is_newer);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec (db, "COMMIT", NULL, NULL, NULL);
  if (rc != SQLITE_OK && !sqlite3_get_autocommit (db))
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return rc;
}
