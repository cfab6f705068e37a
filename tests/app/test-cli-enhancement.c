/* --noise-reduction and --auto-gain: what is heard with them is what is heard without them of sound that went
 * through the enhancer before. Environment: as cli-run.h and LONGHAND_TEST_WAV, 16 kHz mono: two utterances
 * with a pause between them. */
#include "audio/longhand-enhancer.h"
#include "audio/longhand-journal.h"
#include "cli-run.h"
#include "sound.h"

#include <math.h>
#include <sndfile.h>
#include <string.h>

typedef struct {
  const char *name;
  LonghandEnhancement enhancement;
  const char *options[2]; /* ends with NULL */
} Case;

static const Case cases[] = {
  { "noise-reduction", { TRUE, FALSE }, { "--noise-reduction" } },
  { "auto-gain", { FALSE, TRUE }, { "--auto-gain" } },
};

typedef struct {
  char *dir[2];    /* of the recording as it is, and enhanced */
  Sound *sound[2]; /* likewise */
} Fixture;

/* Somebody goes away: the last words are so quiet that not all of them are understood. In a little noise. */
static Sound *
fading_speech (void) {
  static const double level_db[] = { -40, -55 };
  Sound *sound = sound_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (level_db); i++) {
    const guint from = sound->len;

    sound_add_wav (sound, g_getenv ("LONGHAND_TEST_WAV"));
    for (guint k = from; k < sound->len; k++)
      sound_samples (sound)[k] *= (float)pow (10, level_db[i] / 20);
  }
  sound_add_noise (sound, -80, 1);
  for (guint i = 0; i < sound->len; i++)
    sound_samples (sound)[i] = roundf (sound_samples (sound)[i] * 32768) / 32768;
  return sound;
}

static void
set_up (Fixture *f, gconstpointer data) {
  const Case *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandEnhancer) enhancer = longhand_enhancer_new (&c->enhancement, &error);

  g_assert_no_error (error);
  f->sound[0] = fading_speech ();
  f->sound[1] = sound_new ();
  longhand_enhancer_process (enhancer, sound_samples (f->sound[0]), f->sound[0]->len, TRUE, f->sound[1]);
  for (guint i = 0; i < 2; i++)
    f->dir[i] = cli_make_dir ();
}

static void
tear_down (Fixture *f, gconstpointer data) {
  for (guint i = 0; i < 2; i++) {
    cli_remove_dir (f->dir[i]);
    g_array_unref (f->sound[i]);
  }
}

/* (transfer full): its path, with the same name for both */
static char *
write_wav (Fixture *f, guint which) {
  SF_INFO info = { .samplerate = 16000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
  char *path = g_build_filename (f->dir[which], "fading.wav", NULL);
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);

  g_assert_nonnull (file);
  for (guint i = 0; i < f->sound[which]->len; i++) {
    const short sample = (short)lrintf (sound_samples (f->sound[which])[i] * 32768);

    g_assert_cmpint (sf_write_short (file, &sample, 1), ==, 1);
  }
  g_assert_cmpint (sf_close (file), ==, 0);
  return path;
}

static void
refuse_problem (gpointer user, GError *error) {
  g_error ("%s", error->message);
}

/* A session that was cut off, as the only one below the folder. */
static void
leave_session (Fixture *f, guint which) {
  g_autofree char *folder = g_build_filename (f->dir[which], "longhand", "sessions", NULL);
  g_autoptr (GError) error = NULL;
  LonghandJournal *journal = longhand_journal_new (folder, refuse_problem, NULL, &error);

  g_assert_no_error (error);
  longhand_journal_append_sound (journal, sound_samples (f->sound[which]), f->sound[which]->len);
  longhand_journal_unref (journal);
}

/* What the verb prints; what it left out, and tells elsewhere, does not count. options: NULL, or those of the
 * case. (transfer full) */
static char *
heard (Fixture *f, guint which, const char *const *verb, const char *const *options) {
  g_autofree char *variable = g_strconcat ("XDG_DATA_HOME=", f->dir[which], NULL);
  const char *const variables[] = { variable, NULL };
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_auto (CliRun) run = { 0 };

  for (; *verb != NULL; verb++)
    g_ptr_array_add (arguments, (gpointer)*verb);
  for (; options != NULL && *options != NULL; options++)
    g_ptr_array_add (arguments, (gpointer)*options);
  g_ptr_array_add (arguments, NULL);
  run = cli_run_in (&(CliSetting){ .variables = variables }, (const char *const *)arguments->pdata);
  g_assert_cmpint (run.code, ==, 0);
  return g_steal_pointer (&run.out);
}

static void
transcribe_hears_enhanced_sound (Fixture *f, gconstpointer data) {
  const Case *c = data;
  g_autofree char *raw = write_wav (f, 0);
  g_autofree char *enhanced = write_wav (f, 1);
  const char *const verb[] = { "transcribe", "--format", "json", raw, NULL };
  const char *const verb_of_enhanced[] = { "transcribe", "--format", "json", enhanced, NULL };
  g_autofree char *without = heard (f, 0, verb, NULL);
  g_autofree char *with = heard (f, 0, verb, c->options);
  g_autofree char *expected = heard (f, 1, verb_of_enhanced, NULL);

  g_assert_cmpstr (with, ==, expected);
  g_assert_cmpstr (with, !=, without);
}

/* The text alone: what stands above the table. */
static char *
replayed (Fixture *f, guint which, const char *path, const char *const *options) {
  const char *const verb[] = { "replay", "--speed", "max", path, NULL };
  char *text = heard (f, which, verb, options);
  char *table = strstr (text, "\n\n");

  g_assert_nonnull (table);
  *table = '\0';
  return text;
}

static void
replay_hears_enhanced_sound (Fixture *f, gconstpointer data) {
  const Case *c = data;
  g_autofree char *raw = write_wav (f, 0);
  g_autofree char *enhanced = write_wav (f, 1);
  g_autofree char *without = replayed (f, 0, raw, NULL);
  g_autofree char *with = replayed (f, 0, raw, c->options);
  g_autofree char *expected = replayed (f, 1, enhanced, NULL);

  g_assert_cmpstr (with, ==, expected);
  g_assert_cmpstr (with, !=, without);
}

static void
recover_hears_enhanced_sound (Fixture *f, gconstpointer data) {
  static const char *const verb[] = { "recover", "--last", NULL };
  const Case *c = data;
  g_autofree char *without = NULL, *with = NULL, *expected = NULL;

  for (guint i = 0; i < 2; i++)
    leave_session (f, i);
  without = heard (f, 0, verb, NULL);
  with = heard (f, 0, verb, c->options);
  expected = heard (f, 1, verb, NULL);
  g_assert_cmpstr (with, ==, expected);
  g_assert_cmpstr (with, !=, without);
}

int
main (int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "transcribe-hears-enhanced-sound", transcribe_hears_enhanced_sound },
    { "replay-hears-enhanced-sound", replay_hears_enhanced_sound },
    { "recover-hears-enhanced-sound", recover_hears_enhanced_sound },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize t = 0; t < G_N_ELEMENTS (tests); t++)
    for (gsize c = 0; c < G_N_ELEMENTS (cases); c++) {
      g_autofree char *path = g_strdup_printf ("/cli/enhancement/%s/%s", tests[t].name, cases[c].name);

      g_test_add (path, Fixture, &cases[c], set_up, tests[t].run, tear_down);
    }
  return g_test_run ();
}
