/* What power cuts leave of sessions: programs speak, are killed and take up what was left, and all they do to
 * their files is recorded; of what a cut at a random moment may leave of that (disk-states.h) recovery must
 * find what is promised. Run with --talk, the program is one of those that are recorded. Environment: as
 * cli-run.h; LONGHAND_TEST_DISK_RECORDER, the library; LONGHAND_TEST_WAV, 16 kHz mono: two utterances. */
#include "audio/longhand-journal-format.h"
#include "cli-run.h"
#include "dictation/longhand-recovery.h"
#include "disk-states.h"
#include "longhand-error.h"
#include "power-talk.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define LONGEST (10 * 1000 * MS) /* session */
#define N_STATES 250             /* of each program */

/* When programs start; the first one is through before it is time for the second. */
#define FIRST_US 90000000
#define SECOND_US 101500000

/* ---- recording ---- */

typedef struct {
  char *root, *log; /* of what is recorded */
  char *dir;        /* for what cuts leave */
} Fixture;

/* In memory where that is possible: there are thousands of files, and what a real disk makes of them is no
 * matter. */
static char *
make_fast_dir (void) {
  const char *place = g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir ();
  char *dir = g_build_filename (place, "longhand-XXXXXX", NULL);

  g_assert_nonnull (g_mkdtemp (dir));
  return dir;
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->root = cli_make_dir ();
  f->log = g_strconcat (f->root, ".log", NULL);
  f->dir = make_fast_dir ();
}

static void
tear_down (Fixture *f, gconstpointer data) {
  cli_remove_dir (f->root);
  g_assert_cmpint (unlink (f->log), ==, 0);
  cli_remove_dir (f->dir);
  g_free (f->log);
}

/* (transfer full) */
static GSubprocessLauncher *
new_launcher (Fixture *f) {
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  const char *asan = g_getenv ("ASAN_OPTIONS");
  /* it is content with another library before it */
  g_autofree char *asan_options = g_strconcat (asan != NULL ? asan : "", ":verify_asan_link_order=0", NULL);

  g_subprocess_launcher_setenv (launcher, "LD_PRELOAD", g_getenv ("LONGHAND_TEST_DISK_RECORDER"), TRUE);
  g_subprocess_launcher_setenv (launcher, "ASAN_OPTIONS", asan_options, TRUE);
  g_subprocess_launcher_setenv (launcher, "DISK_RECORDER_ROOT", f->root, TRUE);
  g_subprocess_launcher_setenv (launcher, "DISK_RECORDER_LOG", f->log, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", f->root, TRUE);
  return launcher;
}

/* name: of a program; now_us: when it starts, 0: now, as time ever is. */
static void
record (Fixture *f, const char *name, gint64 now_us) {
  g_autoptr (GSubprocessLauncher) launcher = new_launcher (f);
  g_autofree char *start = g_strdup_printf ("%" G_GINT64_FORMAT, now_us);
  g_autofree char *seed = g_strdup_printf ("%d", g_test_rand_int ());
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_launcher_spawn (launcher, &error, "/proc/self/exe", "--talk", name, start, seed, NULL);

  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

/* ---- what is promised ---- */

#define N_SESSIONS 2

/* Of session number s. */
static char
name_at (guint s) {
  return (char)('a' + s);
}

typedef struct {
  gint64 end_ms;
  char *text; /* owned */
} Found;

static void
found_clear (gpointer data) {
  g_free (((Found *)data)->text);
}

/* A session as a listener saw it until the cut. */
typedef struct {
  GArray *texts; /* Found */
  guint n_shown;
  gsize n_old;                  /* samples that are older than a second */
  gsize n_heard;                /* needed no text when */
  guint n_at_heard;             /* so many texts had been found */
  gboolean is_given, is_closed; /* somebody has the texts; and the sound */
} Told;

typedef struct {
  Told sessions[N_SESSIONS];
  char *where; /* owned; for complaints */
} Tale;

#define CHECK(condition, ...)                                                                                \
  do                                                                                                         \
    if (!(condition)) {                                                                                      \
      g_autofree char *what = g_strdup_printf (__VA_ARGS__);                                                 \
      g_error ("%s: %s (%s)", tale->where, what, #condition);                                                \
    }                                                                                                        \
  while (0)

/* A line that a program said. */
typedef struct {
  guint event; /* number */
  gint64 now_us;
  char **words; /* owned; the second one is the name of a session, the fourth has the rest of the line */
} Line;

static void
line_clear (gpointer data) {
  g_strfreev (((Line *)data)->words);
}

/* All that is known of what was recorded. */
typedef struct {
  GPtrArray *events; /* owned; DiskEvent */
  GArray *lines;     /* owned; Line */
} Story;

static void
add_lines (GArray *lines, guint event, gint64 now_us, GBytes *said) {
  g_autofree char *text = g_strndup (g_bytes_get_data (said, NULL), g_bytes_get_size (said));
  g_auto (GStrv) parts = g_strsplit (g_strchomp (text), "\n", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    const Line line = { event, now_us, g_strsplit (parts[i], " ", 4) };

    g_array_append_val (lines, line);
  }
}

static Story
story_load (Fixture *f) {
  const Story story = { disk_events_load (f->log), g_array_new (FALSE, FALSE, sizeof (Line)) };

  g_array_set_clear_func (story.lines, line_clear);
  for (guint i = 0; i < story.events->len; i++) {
    const DiskEvent *event = story.events->pdata[i];

    if (event->type == DISK_SAID)
      add_lines (story.lines, i, event->now_us, event->data);
  }
  return story;
}

static void
story_clear (Story *story) {
  g_ptr_array_unref (story->events);
  g_array_unref (story->lines);
}

/* The line, if it was said before event number `cut`, of session `name`; else NULL. */
static const Line *
line_before (const Story *story, guint i, guint cut, char name) {
  const Line *line = &g_array_index (story->lines, Line, i);

  return line->event < cut && line->words[1][0] == name ? line : NULL;
}

/* When sound was in the journal that a cut at cut_us may not take. */
static gint64
safe_us (const Story *story, guint cut, char name, gint64 cut_us) {
  const gint64 old_us = cut_us - G_USEC_PER_SEC;
  gint64 us = old_us;

  for (guint i = 0; i < story->lines->len; i++) {
    const Line *line = line_before (story, i, cut, name);

    if (line == NULL)
      continue;
    if (strcmp (line->words[0], "killed") == 0) /* and nobody there to go on with it */
      us = line->now_us - G_USEC_PER_SEC;
    if (strcmp (line->words[0], "taken-up") == 0 && line->now_us <= old_us)
      us = old_us;
    if (strcmp (line->words[0], "left") == 0)
      us = cut_us;
  }
  return us;
}

static void
listen_to (Told *self, char **words, gint64 us, gint64 last_us) {
  if (strcmp (words[0], "spoken") == 0 && us <= last_us)
    self->n_old = (gsize)g_ascii_strtoull (words[2], NULL, 10);
  if (strcmp (words[0], "found") == 0) {
    const Found found = { g_ascii_strtoll (words[2], NULL, 10), g_strdup (words[3]) };

    g_array_append_val (self->texts, found);
  }
  if (strcmp (words[0], "shown") == 0)
    self->n_shown = self->texts->len;
  if (strcmp (words[0], "heard") == 0) {
    self->n_heard = (gsize)g_ascii_strtoull (words[2], NULL, 10);
    self->n_at_heard = self->texts->len;
  }
  self->is_given |= strcmp (words[0], "given") == 0 || strcmp (words[0], "closed") == 0;
  self->is_closed |= strcmp (words[0], "closed") == 0;
}

/* What was said before event number `cut`, and that it happened no sooner than the next. */
static void
tale_begin (Tale *tale, const Story *story, guint cut) {
  const guint n = story->events->len;
  const DiskEvent *next = story->events->pdata[MIN (cut, n - 1)];

  tale->where = g_strdup_printf ("cut before event %u of %u", cut, n);
  for (guint s = 0; s < N_SESSIONS; s++) {
    Told *told = &tale->sessions[s];
    const gint64 last_us = safe_us (story, cut, name_at (s), next->now_us);

    told->texts = g_array_new (FALSE, FALSE, sizeof (Found));
    g_array_set_clear_func (told->texts, found_clear);
    for (guint i = 0; i < story->lines->len; i++) {
      const Line *line = line_before (story, i, cut, name_at (s));

      if (line != NULL)
        listen_to (told, line->words, line->now_us, last_us);
    }
  }
}

static void
tale_end (Tale *tale) {
  for (guint s = 0; s < N_SESSIONS; s++)
    g_array_unref (tale->sessions[s].texts);
  g_free (tale->where);
}

/* ---- what is there ---- */

/* Sound that was found: which part of what was spoken it is. */
typedef struct {
  gint64 begin;     /* number of the first sample; -1: there is none */
  gsize end, whole; /* behind the last one; behind the last one that follows without a gap */
} Extent;

static gsize
run_length (const GArray *sound, gsize at) {
  gsize n = 0;

  while (at + n < sound->len && g_array_index (sound, gint16, at + n) != 0)
    n++;
  return n;
}

static gboolean
is_spoken (const GArray *sound, gsize at, gsize n, char name, guint64 first) {
  for (gsize i = 0; i < n; i++)
    if (g_array_index (sound, gint16, at + i) != power_talk_sample (name, first + i))
      return FALSE;
  return TRUE;
}

/* All sound between silences is what was spoken, one after the other, and nothing else. */
static Extent
compare_sound (const Tale *tale, const GArray *sound, char name) {
  Extent extent = { .begin = -1 };

  for (gsize at = 0, n; at < sound->len; at += MAX (n, 1)) {
    gsize first = extent.end;

    n = run_length (sound, at);
    if (n == 0)
      continue;
    while (first < LONGEST && !is_spoken (sound, at, n, name, first))
      first += MS;
    CHECK (first < LONGEST, "%zu samples at %zu were never spoken", n, at);
    if (extent.begin < 0)
      extent = (Extent){ .begin = (gint64)first, .whole = first };
    if (first == extent.whole)
      extent.whole = first + n;
    extent.end = first + n;
  }
  return extent;
}

static gboolean
collect_sound (gpointer user, const gint16 *samples, gsize n) {
  g_array_append_vals (user, samples, (guint)n);
  return TRUE;
}

/* Every word is there, or its sound waits to be heard again. */
static void
check_rest (const Tale *tale, const Told *told, const LonghandRecovery *recovery, char name, guint n_texts) {
  g_autoptr (GError) error = NULL;
  g_autofree float *rest = longhand_recovery_load_rest (recovery, &error);
  g_autoptr (GArray) sound = g_array_new (FALSE, FALSE, sizeof (gint16));
  gsize n_done = n_texts > 0 ? (gsize)g_array_index (told->texts, Found, n_texts - 1).end_ms * MS : 0;
  Extent extent;

  if (n_texts >= told->n_at_heard)
    n_done = MAX (n_done, told->n_heard);
  for (guint64 i = 0; i < recovery->n_rest; i++) {
    const gint16 value = (gint16)(rest[i] * 32768);

    g_array_append_val (sound, value);
  }
  extent = compare_sound (tale, sound, name);
  if (told->n_old <= n_done)
    return;
  CHECK (extent.begin >= 0 && (gsize)extent.begin <= n_done,
         "sound waits from sample %" G_GINT64_FORMAT " on instead of %zu", extent.begin, n_done);
  CHECK (extent.whole >= told->n_old, "sound waits up to sample %zu instead of %zu", extent.whole,
         told->n_old);
}

static void
check_session (const Tale *tale, const Told *told, const LonghandRecovery *recovery, char name) {
  g_autoptr (GArray) sound = g_array_new (FALSE, FALSE, sizeof (gint16));
  guint n_texts = recovery->texts->len;
  Extent extent;

  longhand_recovery_read_sound (recovery, collect_sound, sound);
  extent = compare_sound (tale, sound, name);
  CHECK (told->n_old == 0 || (extent.begin == 0 && extent.whole >= told->n_old),
         "sound ends at sample %zu instead of %zu", extent.whole, told->n_old);
  if (told->is_given && n_texts == 0)
    n_texts = told->texts->len;
  CHECK (n_texts >= told->n_shown && n_texts <= told->texts->len, "%u texts", n_texts);
  for (guint i = 0; i < recovery->texts->len; i++) {
    const LonghandUtterance *utterance = recovery->texts->pdata[i];
    const Found *found = &g_array_index (told->texts, Found, i);

    CHECK (strcmp (utterance->text, found->text) == 0 && utterance->end_ms == found->end_ms,
           "“%s” at %" G_GINT64_FORMAT " ms", utterance->text, utterance->end_ms);
  }
  check_rest (tale, told, recovery, name, n_texts);
}

/* Which session it is; '\0': it is an empty one. */
static char
name_of (const LonghandRecovery *recovery) {
  g_autoptr (GArray) sound = g_array_new (FALSE, FALSE, sizeof (gint16));
  gsize at = 0, n;

  if (recovery->texts->len > 0)
    return strcmp (((LonghandUtterance *)recovery->texts->pdata[0])->text, "Alpha.") == 0 ? 'b' : 'a';
  longhand_recovery_read_sound (recovery, collect_sound, sound);
  while (at < sound->len && g_array_index (sound, gint16, at) == 0)
    at++;
  if (at == sound->len)
    return '\0';
  n = run_length (sound, at);
  for (gsize first = 0; first < LONGEST; first += MS)
    if (is_spoken (sound, at, n, 'b', first))
      return 'b';
  return 'a';
}

/* Noise is said to be noise, but only where nothing is expected. */
static void
check_refusal (const Tale *tale, const char *path, const GError *error) {
  static const char unwritten[LONGHAND_JOURNAL_MAGIC_BYTES];
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  n = MIN (n, sizeof unwritten);
  CHECK (g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE)
             && memcmp (bytes, unwritten, n) != 0 && memcmp (bytes, LONGHAND_JOURNAL_MAGIC, n) != 0,
         "%s", error->message);
}

static void
check_state (const Tale *tale, const char *root) {
  g_autofree char *folder = g_build_filename (root, "longhand", "sessions", NULL);
  g_autoptr (GPtrArray) paths = longhand_recovery_find (folder);
  gboolean is_there[N_SESSIONS] = { FALSE };

  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (LonghandRecovery) recovery = longhand_recovery_open (paths->pdata[i], &error);
    char name;

    if (recovery == NULL)
      check_refusal (tale, paths->pdata[i], error);
    name = recovery != NULL ? name_of (recovery) : '\0';
    if (name == '\0')
      continue;
    CHECK (!is_there[name - 'a'], "session %c is there twice", name);
    is_there[name - 'a'] = TRUE;
    check_session (tale, &tale->sessions[name - 'a'], recovery, name);
  }
  for (guint s = 0; s < N_SESSIONS; s++) {
    const Told *told = &tale->sessions[s];

    CHECK (is_there[s] || told->is_closed || (told->n_old == 0 && told->n_shown == 0), "session %c is gone",
           name_at (s));
  }
}

/* ---- cuts ---- */

/* Half of them are at a sync or a change of a name, where the most may go wrong. */
static guint
random_cut (const GPtrArray *events, GRand *random, guint first) {
  guint cut = (guint)g_rand_int_range (random, (gint32)first, (gint32)events->len + 1);

  if (g_rand_boolean (random))
    while (cut < events->len && ((DiskEvent *)events->pdata[cut])->type <= DISK_WRITTEN)
      cut++;
  return cut;
}

static guint
count_events (Fixture *f) {
  g_autoptr (GPtrArray) events = disk_events_load (f->log);

  return events->len;
}

typedef void (*CheckFn) (const Story *story, guint cut, const char *root);

/* Cuts after the first n_first events. */
static void
cut_power (Fixture *f, guint n_first, CheckFn check) {
  Story story = story_load (f);
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());

  for (guint i = 0; i < N_STATES; i++) {
    const guint cut = random_cut (story.events, random, n_first);
    char *root = g_build_filename (f->dir, "root", NULL);

    g_assert_cmpint (g_mkdir_with_parents (root, 0700), ==, 0);
    disk_events_make_state (story.events, cut, random, root);
    check (&story, cut, root);
    cli_remove_dir (root);
  }
  story_clear (&story);
}

static void
check_cut (const Story *story, guint cut, const char *root) {
  Tale tale = { 0 };

  tale_begin (&tale, story, cut);
  check_state (&tale, root);
  tale_end (&tale);
}

/* ---- tests ---- */

static void
sound_and_text_survive (Fixture *f, gconstpointer data) {
  record (f, "first", FIRST_US);
  cut_power (f, 0, check_cut);
}

/* Power fails while the second program runs. */
static void
record_after (Fixture *f, const char *first, gint64 first_us, const char *second, gint64 second_us,
              CheckFn check) {
  guint n_first;

  record (f, first, first_us);
  n_first = count_events (f);
  record (f, second, second_us);
  cut_power (f, n_first, check);
}

static void
session_that_is_taken_up_survives (Fixture *f, gconstpointer data) {
  record_after (f, "first", FIRST_US, "second", SECOND_US, check_cut);
}

static void
both_sessions_survive (Fixture *f, gconstpointer data) {
  record_after (f, "first", FIRST_US, "third", SECOND_US, check_cut);
}

static void
session_that_was_never_synced_survives (Fixture *f, gconstpointer data) {
  record_after (f, "hardly", FIRST_US, "recover", 0, check_cut);
}

static void
session_that_ends_soon_survives (Fixture *f, gconstpointer data) {
  record (f, "shortly", FIRST_US);
  cut_power (f, 0, check_cut);
}

static void
nobody_waits_for_a_slow_disk_for_long (Fixture *f, gconstpointer data) {
  record (f, "in-vain", FIRST_US);
}

/* ---- text alone ---- */

/* Each word that was shown is in a session, or in text.txt. */
static void
check_texts (const Story *story, guint cut, const char *root) {
  g_autofree char *folder = g_build_filename (root, "longhand", "sessions", NULL);
  g_autofree char *path = g_build_filename (root, "text.txt", NULL);
  g_autoptr (GPtrArray) paths = longhand_recovery_find (folder);
  g_autoptr (GString) there = g_string_new (NULL);
  g_autofree char *written = NULL;

  if (g_file_get_contents (path, &written, NULL, NULL))
    g_string_append (there, written);
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (LonghandRecovery) recovery = longhand_recovery_open (paths->pdata[i], NULL);

    for (guint t = 0; recovery != NULL && t < recovery->texts->len; t++)
      g_string_append_printf (there, "%s\n", ((LonghandUtterance *)recovery->texts->pdata[t])->text);
  }
  for (guint i = 0; i < story->lines->len; i++) {
    const Line *line = line_before (story, i, cut, 'a');

    if (line != NULL && strcmp (line->words[0], "shown") == 0 && strstr (there->str, line->words[3]) == NULL)
      g_error ("cut before event %u of %u: “%s” is not in: %s", cut, story->events->len, line->words[3],
               there->str);
  }
}

static void
dictated_text_survives (Fixture *f, gconstpointer data) {
  record (f, "dictate", 0);
  cut_power (f, 0, check_texts);
}

static void
text_of_a_session_that_is_set_aside_survives (Fixture *f, gconstpointer data) {
  record_after (f, "trouble", FIRST_US, "stumble", 0, check_texts);
}

static void
run_cli (Fixture *f, GSubprocessLauncher *launcher, const char *option, const char *value) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_launcher_spawn (
      launcher, &error, g_getenv ("LONGHAND_TEST_CLI"), "recover", "--last", "--delete", option, value, NULL);

  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static void
text_survives_the_removal_of_its_session (Fixture *f, gconstpointer data) {
  g_autoptr (GSubprocessLauncher) launcher = new_launcher (f);
  g_autofree char *path = g_build_filename (f->root, "text.txt", NULL);

  record (f, "leave", FIRST_US);
  run_cli (f, launcher, "--output", path);
  cut_power (f, 0, check_texts);
}

/* Where standard output leads to is not known, but it is asked for before anything is removed. */
static void
text_in_a_pipeline_survives_as_well (Fixture *f, gconstpointer data) {
  g_autoptr (GSubprocessLauncher) launcher = new_launcher (f);
  Story story;
  gboolean is_synced = FALSE;
  guint n_removed = 0;

  record (f, "leave", FIRST_US);
  run_cli (f, launcher, NULL, NULL);
  story = story_load (f);
  for (guint i = 0; i < story.events->len; i++) {
    const DiskEvent *event = story.events->pdata[i];

    is_synced |= event->type == DISK_SYNCED && *event->path == '\0' && event->file == 0;
    g_assert_true (event->type != DISK_REMOVED || is_synced);
    n_removed += event->type == DISK_REMOVED;
  }
  g_assert_cmpuint (n_removed, ==, 1);
  story_clear (&story);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  if (argc == 5 && strcmp (argv[1], "--talk") == 0)
    power_talk_run (argv[2], g_ascii_strtoll (argv[3], NULL, 10),
                    (guint32)g_ascii_strtoll (argv[4], NULL, 10));
  g_test_init (&argc, &argv, NULL);
  ADD ("/power-cut/sound-and-text-survive", sound_and_text_survive);
  ADD ("/power-cut/session-that-is-taken-up-survives", session_that_is_taken_up_survives);
  ADD ("/power-cut/both-sessions-survive", both_sessions_survive);
  ADD ("/power-cut/session-that-was-never-synced-survives", session_that_was_never_synced_survives);
  ADD ("/power-cut/session-that-ends-soon-survives", session_that_ends_soon_survives);
  ADD ("/power-cut/nobody-waits-for-a-slow-disk-for-long", nobody_waits_for_a_slow_disk_for_long);
  ADD ("/power-cut/dictated-text-survives", dictated_text_survives);
  ADD ("/power-cut/text-of-a-session-that-is-set-aside-survives",
       text_of_a_session_that_is_set_aside_survives);
  ADD ("/power-cut/text-survives-the-removal-of-its-session", text_survives_the_removal_of_its_session);
  ADD ("/power-cut/text-in-a-pipeline-survives-as-well", text_in_a_pipeline_survives_as_well);
  return g_test_run ();
}
