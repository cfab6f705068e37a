/* Runs the built longhand-cli and looks at what it says. LONGHAND_TEST_CLI in the environment names it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  int code; /* exit status; 256 + signal when one ended it */
  char *out, *err;
} CliRun;

void cli_run_clear (CliRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliRun, cli_run_clear)

/* How it is run; zeroes: as it is. */
typedef struct {
  const char *const
      *wrapper; /* program and arguments that the command line is appended to; NULL-terminated */
  const char *const *variables; /* "NAME=value"; NULL-terminated */
  const char *stdout_path;      /* run.out is "" then */
  gboolean without_override;    /* permission bits hold for root, too */
} CliSetting;

/* Arguments end with NULL. */
CliRun cli_run (const char *first, ...) G_GNUC_NULL_TERMINATED;
CliRun cli_run_in (const CliSetting *setting, const char *const *arguments);

/* It ended with code, wrote nothing to standard output, and said one whole sentence that has both parts in
 * it. */
void cli_assert_fails (const CliRun *run, int code, const char *part, const char *other_part);
/* It ended well and had nothing to complain about. */
void cli_assert_succeeds (const CliRun *run);
void cli_assert_contains (const char *text, const char *part);
/* Fewer than half of the words of said are wrong in text, which any model of use achieves. */
void cli_assert_heard (const char *text, const char *said);

/* A folder that goes away at the end of the test with all that is in it, one level deep. */
char *cli_make_dir (void);
void cli_remove_dir (char *path);

G_END_DECLS
