#include "cli/longhand-cli-progress.h"

#include "cli/longhand-cli-columns.h"
#include "cli/longhand-cli-suggestion.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_COLUMNS 80
#define FEWEST_COLUMNS 20
#define FEWEST_OF_NAME 8
#define CERTAIN_S 2.0 /* before that a speed is a guess */
/* In the last column some terminals begin a new line, and two are for the ^C that they show. */
#define COLUMNS_LEFT_FREE 3
#define ELLIPSIS "…"

/* ---- columns ---- */

/* As much of its beginning as fits. (transfer full) */
static char *
cut (const char *text, guint n_columns) {
  const char *end = text;
  guint n = 0;

  if (longhand_cli_columns_of (text) <= n_columns)
    return g_strdup (text);
  for (; n + longhand_cli_columns_of_char (g_utf8_get_char (end)) + 1 <= n_columns;
       end = g_utf8_next_char (end))
    n += longhand_cli_columns_of_char (g_utf8_get_char (end));
  return g_strdup_printf ("%.*s%s", (int)(end - text), text, n_columns > 0 ? ELLIPSIS : "");
}

/* Names may hold anything, even what a terminal obeys. (transfer full) */
static char *
harmless (const char *name) {
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  GString *out = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    const gunichar c = g_utf8_get_char (at);

    g_string_append_unichar (out, g_unichar_iscntrl (c) ? '?' : c);
  }
  return g_string_free (out, FALSE);
}

guint
longhand_cli_terminal_columns (void) {
  struct winsize size = { 0 };

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= FEWEST_COLUMNS ? size.ws_col
                                                                                        : USUAL_COLUMNS;
}

/* ---- the line ---- */

static void
append_part (GString *line, char *part) {
  if (line->len > 0)
    g_string_append (line, ", ");
  g_string_append (line, part);
  g_free (part);
}

static char *
percent (double share) {
  return g_strdup_printf (_ ("%d %%"), (int)(100 * CLAMP (share, 0, 1)));
}

static char *
clock_time (double seconds) {
  const guint s = (guint)(seconds + 0.5);

  return s < 3600 ? g_strdup_printf ("%u:%02u", s / 60, s % 60)
                  : g_strdup_printf ("%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
}

/* What a line has, of which narrow ones do without the last. */
typedef enum {
  COUNTS,
  TIME_LEFT,
  SPEED,
} Detail;

static void
append_speed (const LonghandCliProgress *self, Detail most, GString *line) {
  g_autofree char *left = NULL;

  if (self->elapsed_s < CERTAIN_S || self->done_s <= 0)
    return;
  if (most >= SPEED)
    append_part (line, g_strdup_printf (_ ("%.1f × real time"), self->done_s / self->elapsed_s));
  if (most < TIME_LEFT || self->total_s <= 0)
    return;
  left
      = clock_time (MAX ((self->total_s - self->done_s) / self->done_s * self->elapsed_s - self->since_s, 0));
  append_part (line, g_strdup_printf (_ ("%s left"), left));
}

/* What holds of all. */
static GString *
begin_line (const LonghandCliProgress *self, Detail most) {
  GString *line = g_string_new (NULL);

  if (self->n > 1) {
    append_part (line, g_strdup_printf (_ ("%u of %u"), self->n_done, self->n));
    if (self->total_s > 0)
      append_part (line, percent (self->done_s / self->total_s));
  }
  append_speed (self, most, line);
  return line;
}

/* Appends a recording, its name cut to what it may have of the line; FALSE when there is no room. */
static gboolean
append_item (const LonghandCliProgress *self, GString *line, guint i, guint n_columns) {
  const guint n = longhand_cli_columns_of (line->str);
  g_autofree char *share = percent (self->items[i].share);
  g_autofree char *name = harmless (self->items[i].name);
  g_autofree char *short_name = NULL;
  const char *gap = n == 0 ? "" : i == 0 ? ": " : ", ";
  const guint n_rest = longhand_cli_columns_of (gap) + 1 + longhand_cli_columns_of (share);
  const guint n_least = MIN (longhand_cli_columns_of (name), FEWEST_OF_NAME);
  const guint n_fair = (n_columns - n) / (self->n_items - i);

  if (n + n_rest + n_least > n_columns)
    return FALSE;
  short_name = cut (name, MAX (n_least, n_fair > n_rest ? n_fair - n_rest : 0));
  g_string_append_printf (line, "%s%s %s", gap, short_name, share);
  return TRUE;
}

/* Up to that detail; NULL: there is no room. How much is done of a single recording stands behind its name.
 * (transfer full) */
static char *
write_line (const LonghandCliProgress *self, Detail most, guint n_columns) {
  g_autoptr (GString) line = begin_line (self, most);
  guint n_items = 0;

  if (longhand_cli_columns_of (line->str) > n_columns)
    return NULL;
  while (n_items < self->n_items && append_item (self, line, n_items, n_columns))
    n_items++;
  return self->n > 1 || n_items == self->n_items ? g_strdup (line->str) : NULL;
}

char *
longhand_cli_progress_to_line (const LonghandCliProgress *self, guint n_columns) {
  g_autoptr (GString) counts = begin_line (self, COUNTS);

  for (int most = SPEED; most >= COUNTS; most--) {
    char *line = write_line (self, (Detail)most, n_columns);

    if (line != NULL)
      return line;
  }
  return cut (counts->str, n_columns);
}

/* ---- on the terminal ---- */

gboolean
longhand_cli_progress_check (LonghandCliProgressOption *self, GError **error) {
  static const char *const choices[] = { "auto", "always", "never", NULL };
  const char *when = self->when != NULL ? self->when : "auto";

  if (!g_strv_contains (choices, when)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("--progress is auto, always or never, not “%s”."), when);
    longhand_cli_suggest (error, when, choices);
    return FALSE;
  }
  if (self->quiet && strcmp (when, "always") == 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” and “%s” contradict each other: leave out one of them."), "--quiet",
                 "--progress always");
    return FALSE;
  }
  self->is_shown = !self->quiet && strcmp (when, "never") != 0
                   && (strcmp (when, "always") == 0 || isatty (STDERR_FILENO));
  return TRUE;
}

void
longhand_cli_progress_show (const LonghandCliProgress *self) {
  g_autofree char *line
      = longhand_cli_progress_to_line (self, longhand_cli_terminal_columns () - COLUMNS_LEFT_FREE);

  g_printerr ("\r\033[K%s", line);
}

void
longhand_cli_progress_hide (void) {
  g_printerr ("\r\033[K");
}
