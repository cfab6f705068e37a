/* How far recognition is, in one line of a terminal. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A recording that is being recognised. */
typedef struct {
  const char *name; /* borrowed */
  double share;     /* that is done, 0..1 */
} LonghandCliProgressItem;

typedef struct {
  const LonghandCliProgressItem *items; /* borrowed; [n_items] */
  guint n_items;
  guint n_done, n;        /* recordings */
  double done_s, total_s; /* sound of all that are to be recognised; total 0: not known */
  double elapsed_s;       /* from the beginning to where done_s comes from */
  double since_s;         /* from there to now */
} LonghandCliProgress;

/* At most n_columns wide; names are cut, and left out, for what holds of all, and the speed for how much is
 * done and left. Nothing in it moves the cursor. (transfer full) */
char *longhand_cli_progress_to_line (const LonghandCliProgress *self, guint n_columns);

/* Of the terminal behind standard error; 80 where it does not say. */
guint longhand_cli_terminal_columns (void);

/* When progress is shown, and whether it is. */
typedef struct {
  char *when; /* owned; "auto", "always" or "never"; NULL: auto */
  gboolean quiet;
  /* --- by longhand_cli_progress_check --- */
  gboolean is_shown;
} LonghandCliProgressOption;

/* Otherwise LONGHAND_ERROR_INVALID. */
gboolean longhand_cli_progress_check (LonghandCliProgressOption *self, GError **error);

/* On standard error, in place of the line shown before. */
void longhand_cli_progress_show (const LonghandCliProgress *self);
/* So that other lines can be written. */
void longhand_cli_progress_hide (void);

G_END_DECLS
