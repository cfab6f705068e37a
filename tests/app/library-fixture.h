/* A folder for a library, and sessions to put into it. */
#pragma once

#include "transcript/longhand-library-store.h"

typedef struct {
  char *dir;  /* owned; of the test's own */
  char *path; /* owned; of the database, in a folder that does not exist yet */
} LibraryFixture;

void library_fixture_set_up (LibraryFixture *f, gconstpointer data);
void library_fixture_tear_down (LibraryFixture *f, gconstpointer data);

/* Fails unless it opens without a word. (transfer full) */
LonghandLibraryStore *library_fixture_open (LibraryFixture *f);

/* With a segment that is the text as a whole, and a word of it. (transfer full) */
LonghandSession *library_make_session (const char *text);
/* Saves one, and returns its number. */
gint64 library_add (LonghandLibraryStore *store, const char *text);

/* A little sound of a session; where that is. (transfer full) */
char *library_keep_sound (LibraryFixture *f, gint64 id);

/* The headings of what is found, in order, "|" between them. (transfer full) */
char *library_find (LonghandLibraryStore *store, const char *words);

/* Runs SQL in the database behind the program's back. */
void library_run_sql (LibraryFixture *f, const char *sql);
/* Names of files in the library's folder that end in suffix. (transfer full) (element-type utf8) */
GPtrArray *library_list_files (LibraryFixture *f, const char *suffix);

#define LIBRARY_ADD(name, function)                                                                          \
  g_test_add (name, LibraryFixture, NULL, library_fixture_set_up, function, library_fixture_tear_down)
