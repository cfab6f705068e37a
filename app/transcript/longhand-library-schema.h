/* Tables of the library, by versions: each step leads from one to the next, and none is ever changed. */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Brings the database from the version that it has (0: empty) to this program's, in one transaction.
 * SQLITE_OK; else what failed, and the database is as before. *is_newer: it has a version that this program
 * does not know, and SQLITE_ERROR is returned. */
int longhand_library_schema_update (sqlite3 *db, gboolean *is_newer);

G_END_DECLS
