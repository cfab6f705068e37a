/* What a terminal shows while longhand-cli transcribe works. */
#include "cli-run.h"

#include <fcntl.h>
#include <pty.h>
#include <sndfile.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- a terminal ---- */

/* What it shows: text, carriage returns, new lines, and the erasing of the rest of a line. */
typedef struct {
  guint n_columns;
  GPtrArray *rows; /* owned; GString */
  guint column;
} Screen;

static Screen
screen_new (guint n_columns) {
  Screen screen = { n_columns, g_ptr_array_new (), 0 };

  g_ptr_array_add (screen.rows, g_string_new (NULL));
  return screen;
}

static void
screen_clear (Screen *screen) {
  for (guint i = 0; i < screen->rows->len; i++)
    g_string_free (screen->rows->pdata[i], TRUE);
  g_ptr_array_unref (screen->rows);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Screen, screen_clear)

static void
screen_begin_row (Screen *screen) {
  g_ptr_array_add (screen->rows, g_string_new (NULL));
  screen->column = 0;
}

/* A character as wide as any other; those that are not ASCII become a question mark. */
static void
screen_put (Screen *screen, gunichar c) {
  GString *row;

  if (screen->column == screen->n_columns)
    screen_begin_row (screen);
  row = screen->rows->pdata[screen->rows->len - 1];
  while (row->len <= screen->column)
    g_string_append_c (row, ' ');
  row->str[screen->column++] = (char)(c < 128 ? c : '?');
}

static void
screen_show (Screen *screen, const char *text) {
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    GString *row = screen->rows->pdata[screen->rows->len - 1];

    if (g_str_has_prefix (at, "\033[K")) {
      g_string_truncate (row, MIN (row->len, screen->column));
      at += strlen ("\033[");
    } else if (*at == '\n') {
      const guint column = screen->column;

      screen_begin_row (screen);
      screen->column = column;
    } else if (*at == '\r') {
      screen->column = 0;
    } else {
      screen_put (screen, g_utf8_get_char (at));
    }
  }
}

/* All of it, without empty lines at its end. (transfer full) */
static char *
screen_dup_text (const Screen *screen) {
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < screen->rows->len; i++)
    g_string_append_printf (text, "%s\n", ((GString *)screen->rows->pdata[i])->str);
  while (text->len > 1 && text->str[text->len - 2] == '\n')
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

/* ---- longhand-cli on it ---- */

typedef struct {
  GSubprocess *process; /* owned */
  int master;
  GString *shown; /* owned; all that was */
} Session;

static void
take_terminal (gpointer data) {
  setsid ();
  ioctl (STDIN_FILENO, TIOCSCTTY, 0);
}

/* Its standard input and standard error are the terminal, and its standard output, too, or a pipe. */
static Session
begin (unsigned short n_columns, gboolean prints_there, const char *const *arguments) {
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (prints_there ? 0 : G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  const struct winsize size = { .ws_row = 24, .ws_col = n_columns };
  Session session = { .shown = g_string_new (NULL) };
  int slave;

  g_assert_cmpint (openpty (&session.master, &slave, NULL, NULL, &size), ==, 0);
  fcntl (session.master, F_SETFD, FD_CLOEXEC);
  g_ptr_array_add (argv, (gpointer)g_getenv ("LONGHAND_TEST_CLI"));
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_child_setup (launcher, take_terminal, NULL, NULL);
  g_subprocess_launcher_take_fd (launcher, dup (slave), STDIN_FILENO);
  if (prints_there)
    g_subprocess_launcher_take_fd (launcher, dup (slave), STDOUT_FILENO);
  g_subprocess_launcher_take_fd (launcher, slave, STDERR_FILENO);
  session.process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv->pdata, &error);
  g_assert_no_error (error);
  g_clear_object (&launcher); /* closes its ends of the terminal */
  return session;
}

/* FALSE: nobody writes to the terminal any more. */
static gboolean
read_some (Session *session) {
  char buffer[4096];
  const ssize_t n = read (session->master, buffer, sizeof buffer);

  if (n > 0)
    g_string_append_len (session->shown, buffer, n);
  return n > 0;
}

/* Returns the exit status; *out: standard output, or NULL. */
static int
end (Session *session, char **out) {
  g_autoptr (GError) error = NULL;

  while (read_some (session))
    ;
  close (session->master);
  g_subprocess_communicate_utf8 (session->process, NULL, NULL, out, NULL, &error);
  g_assert_no_error (error);
  return g_subprocess_get_exit_status (session->process);
}

static void
session_clear (Session *session) {
  g_object_unref (session->process);
  g_string_free (session->shown, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

/* What is left on the terminal. (transfer full) */
static char *
look_at (const Session *session, guint n_columns) {
  g_auto (Screen) screen = screen_new (n_columns);

  g_test_message ("%s", session->shown->str);
  screen_show (&screen, session->shown->str);
  g_assert_cmpuint (screen.column, ==, 0);
  return screen_dup_text (&screen);
}

/* ---- recordings ---- */

typedef struct {
  char *dir;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->dir = cli_make_dir ();
}

static void
tear_down (Fixture *f, gconstpointer data) {
  cli_remove_dir (f->dir);
}

static const char *
speech (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

/* The speech, n_times in a row. (transfer full) */
static char *
write_speech (const Fixture *f, const char *name, int n_times) {
  char *path = g_build_filename (f->dir, name, NULL);
  SF_INFO info = { 0 };
  SNDFILE *from = sf_open (speech (), SFM_READ, &info);
  g_autofree short *samples = g_new (short, info.frames);
  const sf_count_t n = sf_read_short (from, samples, info.frames);
  SNDFILE *to;

  sf_close (from);
  to = sf_open (path, SFM_WRITE, &info);
  g_assert_nonnull (to);
  for (int i = 0; i < n_times; i++)
    g_assert_cmpint (sf_write_short (to, samples, n), ==, n);
  sf_close (to);
  return path;
}

#define LONG_NAME "a name that is far too long for a terminal, as meetings are called.wav"

/* ---- tests ---- */

static void
progress_fits_into_the_terminal_and_goes_away (Fixture *f, gconstpointer data) {
  g_autofree char *path = write_speech (f, LONG_NAME, 4);
  const char *const arguments[] = { "transcribe", "--greedy", path, speech (), NULL };
  g_auto (CliRun) expected = cli_run ("transcribe", "--greedy", path, speech (), NULL);
  g_auto (Session) session = begin (30, FALSE, arguments);
  g_autofree char *out = NULL;
  g_autofree char *left = NULL;

  g_assert_cmpint (end (&session, &out), ==, 0);
  g_assert_cmpstr (out, ==, expected.out);
  cli_assert_contains (session.shown->str, "0 of 2");
  cli_assert_contains (session.shown->str, "a name");
  left = look_at (&session, 30);
  g_assert_cmpstr (left, ==, "\n");
}

static void
progress_is_shown_when_it_is_asked_for (Fixture *f, gconstpointer data) {
  const char *const arguments[] = { "transcribe", "--progress=never", speech (), NULL };
  g_auto (CliRun) always = cli_run ("transcribe", "--progress", "always", speech (), NULL);
  g_auto (Session) session = begin (80, FALSE, arguments);
  g_autofree char *out = NULL;

  g_assert_cmpint (always.code, ==, 0);
  cli_assert_contains (always.err, "\r\033[K");
  g_assert_cmpint (end (&session, &out), ==, 0);
  g_assert_cmpstr (session.shown->str, ==, "");
}

static void
keyboard_is_no_recording (Fixture *f, gconstpointer data) {
  static const char *const arguments[] = { "transcribe", "-", "--quiet", NULL };
  g_auto (Session) session = begin (80, FALSE, arguments);
  g_autofree char *out = NULL;

  g_assert_cmpint (end (&session, &out), ==, 1);
  cli_assert_contains (session.shown->str, "Standard input is the keyboard");
}

/* Progress is in the line below. */
static void
text_and_progress_share_a_terminal (Fixture *f, gconstpointer data) {
  g_autofree char *path = write_speech (f, LONG_NAME, 4);
  const char *const arguments[] = { "transcribe", "--greedy", "--format", "srt", path, NULL };
  g_auto (CliRun) expected = cli_run ("transcribe", "--greedy", "--format", "srt", path, NULL);
  g_auto (Session) session = begin (60, TRUE, arguments);
  g_autofree char *left = NULL;

  g_assert_cmpint (end (&session, NULL), ==, 0);
  cli_assert_contains (session.shown->str, "a name");
  left = look_at (&session, 60);
  g_assert_cmpstr (left, ==, expected.out);
}

/* The terminal shows ^C behind the line of progress, which is as long as it gets. */
static void
interrupt_leaves_no_progress (Fixture *f, gconstpointer data) {
  g_autofree char *path = write_speech (f, LONG_NAME, 200);
  g_autofree char *other = write_speech (f, "b" LONG_NAME, 200);
  const char *const arguments[]
      = { "transcribe", "--jobs", "2", "--threads", "2", "--format", "txt", "-o", f->dir, path, other, NULL };
  g_auto (Session) session = begin (60, TRUE, arguments);
  g_autofree char *left = NULL;

  do
    g_assert_true (read_some (&session));
  while (strstr (session.shown->str, "ba na") == NULL);
  g_assert_cmpint (write (session.master, "\003", 1), ==, 1);
  g_assert_cmpint (end (&session, NULL), ==, 130);
  cli_assert_contains (session.shown->str, "^C");
  g_assert_null (strstr (session.shown->str, "100 %"));
  left = look_at (&session, 60);
  g_assert_cmpstr (left, ==,
                   "longhand-cli: Stopped: 0 of 2 recordings are written out; th\n"
                   "e same command with --resume goes on with the others.\n");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/cli-terminal/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("progress-fits-into-the-terminal-and-goes-away", progress_fits_into_the_terminal_and_goes_away);
  ADD ("progress-is-shown-when-it-is-asked-for", progress_is_shown_when_it_is_asked_for);
  ADD ("keyboard-is-no-recording", keyboard_is_no_recording);
  ADD ("text-and-progress-share-a-terminal", text_and_progress_share_a_terminal);
  ADD ("interrupt-leaves-no-progress", interrupt_leaves_no_progress);
  return g_test_run ();
}
