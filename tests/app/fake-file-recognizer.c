#include "fake-file-recognizer.h"

#include "longhand-error.h"

#include "audio/longhand-scratch.h"
#include "dictation/longhand-session-sound.h"

#include <sndfile.h>
#include <string.h>

static gboolean
fake_begin (LonghandFileRecognizer *recognizer, const char *path, guint serial, LonghandMailbox *mailbox,
            LonghandMailFn done, GError **error) {
  FakeFileRecognizer *fake = (FakeFileRecognizer *)recognizer;

  g_assert_cmpuint (fake->serial, ==, 0);
  g_assert_false (fake->is_held);
  g_ptr_array_add (fake->begun, g_path_get_basename (path));
  if (fake->refuses) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING, "There is no model.");
    return FALSE;
  }
  fake->mailbox = mailbox;
  fake->done = done;
  fake->serial = serial;
  fake->done_ms = fake->total_ms = 0;
  return TRUE;
}

static void
fake_cancel (LonghandFileRecognizer *recognizer) {
  ((FakeFileRecognizer *)recognizer)->n_cancelled++;
}

static void
fake_set_held (LonghandFileRecognizer *recognizer, gboolean held) {
  ((FakeFileRecognizer *)recognizer)->is_held = held;
}

static void
fake_get_progress (LonghandFileRecognizer *recognizer, gint64 *done_ms, gint64 *total_ms) {
  *done_ms = ((FakeFileRecognizer *)recognizer)->done_ms;
  *total_ms = ((FakeFileRecognizer *)recognizer)->total_ms;
}

static void
fake_end (LonghandFileRecognizer *recognizer) {
  g_assert_cmpuint (((FakeFileRecognizer *)recognizer)->serial, !=, 0);
  ((FakeFileRecognizer *)recognizer)->serial = 0;
}

static void
fake_free (LonghandFileRecognizer *recognizer) {
  FakeFileRecognizer *fake = (FakeFileRecognizer *)recognizer;

  g_ptr_array_unref (fake->begun);
  g_free (fake);
}

FakeFileRecognizer *
fake_file_recognizer_new (void) {
  FakeFileRecognizer *fake = g_new0 (FakeFileRecognizer, 1);

  fake->parent = (LonghandFileRecognizer){ fake_begin,        fake_cancel, fake_set_held,
                                           fake_get_progress, fake_end,    fake_free };
  fake->begun = g_ptr_array_new_with_free_func (g_free);
  return fake;
}

/* A tenth of a second each. */
static void
add_words (LonghandTranscript *transcript, const char *text) {
  g_auto (GStrv) words = g_strsplit (text, " ", 0);

  for (guint i = 0; words[i] != NULL; i++) {
    g_autofree char *word = g_strconcat (i > 0 ? " " : "", words[i], NULL);

    longhand_transcript_add_word (transcript, 100 * i, 100 * (i + 1), word, 0.9);
  }
}

/* A tone that can be told from silence. */
static int
make_sound (void) {
  const int fd = longhand_scratch_open ("fake", NULL);
  float samples[2 * 16000];

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = i % 40 < 20 ? 0.25f : -0.25f;
  g_assert_cmpint (fd, >=, 0);
  g_assert_true (longhand_session_sound_append (fd, 0, samples, G_N_ELEMENTS (samples), "fake", NULL));
  return fd;
}

void
fake_file_recognizer_answer (FakeFileRecognizer *fake, const char *text, GError *error) {
  LonghandFileOutcome *outcome = longhand_file_outcome_new (fake->serial);

  g_assert_cmpuint (fake->serial, !=, 0);
  outcome->duration_ms = 2000;
  outcome->error = error;
  if (text != NULL) {
    outcome->transcript = longhand_transcript_new ();
    longhand_transcript_set_language (outcome->transcript, "en");
    if (longhand_transcript_append (outcome->transcript, 0, 1000, text, NULL))
      add_words (outcome->transcript, text);
    outcome->sound_fd = fake->has_sound ? make_sound () : -1;
  }
  longhand_mailbox_post (fake->mailbox, fake->done, outcome, (GDestroyNotify)longhand_file_outcome_free);
  g_assert_true (longhand_mailbox_deliver (fake->mailbox, 0));
}

GFile *
fake_recording_new (const char *folder, const char *name, guint seconds) {
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree float *silence = g_new0 (float, 16000 * seconds);
  SF_INFO info = { .samplerate = 16000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
  SNDFILE *out = sf_open (path, SFM_WRITE, &info);

  g_assert_nonnull (out);
  g_assert_cmpint (sf_writef_float (out, silence, 16000 * seconds), ==, 16000 * seconds);
  sf_close (out);
  return g_file_new_for_path (path);
}
