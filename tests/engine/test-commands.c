/* Commands in a stream, with the bundled model and recordings of them. */
#include <math.h>
#include <string.h>

#include "bundled.h"
#include "sound.h"

#define GRAMMAR "root ::= \"new line\" | \"new paragraph\" | \"scratch that\" | \"comma\" | \"undo\""

/* What was told of the last utterance, and of how many there were. */
struct heard {
  guint n;
  char *command, *text; /* owned; command is "" for none */
  float loss;
};

struct fixture {
  struct quill_model *model;
  struct quill_transcriber *transcriber;
  struct quill_grammar *grammar;
  struct quill_stream_settings settings;
  struct heard heard;
};

static void
set_up (struct fixture *f, const void *unused) {
  struct quill_settings settings;

  f->model = bundled_model ();
  quill_settings_init (&settings);
  settings.word_timestamps = true;
  settings.n_hypotheses = QUILL_USUAL_HYPOTHESES; /* as dictation does */
  g_assert_cmpint (quill_transcriber_open (&f->transcriber, f->model, &settings, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_grammar_open (&f->grammar, f->model, GRAMMAR, NULL, NULL), ==, QUILL_OK);
  quill_stream_settings_init (&f->settings);
  f->settings.partial_ms = 0;
  f->settings.params.beam_size = QUILL_USUAL_HYPOTHESES;
  f->settings.commands = f->grammar;
}

static void
tear_down (struct fixture *f, const void *unused) {
  g_free (f->heard.command);
  g_free (f->heard.text);
  quill_grammar_close (&f->grammar);
  quill_transcriber_close (&f->transcriber);
  quill_model_close (&f->model);
}

static void
on_event (void *user, const struct quill_stream_event *event) {
  struct heard *heard = user;

  if (event->type != QUILL_STREAM_FINAL)
    return;
  heard->n++;
  g_free (heard->command);
  g_free (heard->text);
  heard->command = g_strdup (event->command != NULL ? event->command : "");
  heard->text = g_strdup (event->text);
  heard->loss = event->command_loss;
}

static Sound *
recording (const char *name) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "speech", name, NULL);
  Sound *sound = sound_new ();

  sound_add_silence (sound, 600);
  sound_add_wav (sound, path);
  sound_add_silence (sound, 1200);
  sound_add_noise (sound, -70, 1);
  return sound;
}

static void
listen (struct fixture *f, const Sound *sound) {
  struct quill_stream *stream = NULL;
  struct quill_error err = { 0 };

  f->heard.n = 0;
  quill_stream_open (&stream, f->transcriber, &f->settings, on_event, &f->heard, &err);
  g_assert_cmpstr (err.message, ==, "");
  for (gsize at = 0; at < sound->len;) {
    at += quill_stream_push (stream, sound_samples (sound) + at, sound->len - at);
    g_assert_cmpint (quill_stream_step (stream, NULL, NULL), ==, QUILL_OK);
  }
  g_assert_cmpint (quill_stream_finish (stream, NULL), ==, QUILL_OK);
  quill_stream_close (&stream);
  g_test_message ("%s (%s, %g)", f->heard.text, f->heard.command, (double)f->heard.loss);
}

static void
a_command_by_itself_is_told (struct fixture *f, const void *unused) {
  g_autoptr (Sound) line = recording ("new-paragraph.wav");
  g_autoptr (Sound) scratch = recording ("scratch-that.wav");

  listen (f, line);
  g_assert_cmpuint (f->heard.n, ==, 1);
  g_assert_cmpint (g_ascii_strncasecmp (f->heard.command, " new paragraph", strlen (" new paragraph")), ==,
                   0);
  g_assert_cmpfloat (f->heard.loss, <=, f->settings.command_margin);
  listen (f, scratch);
  g_assert_cmpint (g_ascii_strncasecmp (f->heard.command, " scratch that", strlen (" scratch that")), ==, 0);
}

/* The sentence begins or ends no other way than the command sounds; what else is in it makes it text. */
static void
a_sentence_about_it_is_text (struct fixture *f, const void *unused) {
  g_autoptr (Sound) sentence = recording ("drew-a-new-line.wav");
  g_autoptr (Sound) other = recording ("he-flushed.wav");

  listen (f, sentence);
  g_assert_cmpuint (f->heard.n, ==, 1);
  g_assert_nonnull (strstr (f->heard.text, "line"));
  g_assert_cmpstr (f->heard.command, ==, "");
  listen (f, other);
  g_assert_cmpstr (f->heard.command, ==, "");
}

/* The utterance is cut for its length in the gap before the words, which is shorter than a pause. */
static void
the_end_of_a_long_utterance_is_text (struct fixture *f, const void *unused) {
  g_autofree char *first = g_test_build_filename (G_TEST_DIST, "data", "speech", "oil-my-neck.wav", NULL);
  g_autofree char *second = g_test_build_filename (G_TEST_DIST, "data", "speech", "new-paragraph.wav", NULL);
  g_autoptr (Sound) sound = sound_new ();

  sound_add_silence (sound, 600);
  sound_add_wav (sound, first);
  sound_add_wav (sound, second);
  sound_add_silence (sound, 1200);
  sound_add_noise (sound, -70, 1);
  f->settings.pause_ms = 1500;
  f->settings.max_utterance_ms = 5000;
  listen (f, sound);
  g_assert_cmpuint (f->heard.n, ==, 2);
  g_assert_nonnull (strstr (f->heard.text, "aragraph"));
  g_assert_cmpuint (strlen (f->heard.text), <=, strlen ("New paragraph..."));
  g_assert_cmpstr (f->heard.command, ==, "");
  g_assert_true (isinf (f->heard.loss));
}

/* A grammar of other words is searched for, and is far from what was heard. */
static void
what_is_heard_is_weighed_against_commands (struct fixture *f, const void *unused) {
  g_autoptr (Sound) line = recording ("new-paragraph.wav");

  quill_grammar_close (&f->grammar);
  g_assert_cmpint (quill_grammar_open (&f->grammar, f->model, "root ::= \"undo\" | \"comma\"", NULL, NULL),
                   ==, QUILL_OK);
  f->settings.commands = f->grammar;
  f->settings.command_margin = 1000;
  listen (f, line);
  g_assert_cmpfloat (f->heard.loss, >, 10);
  g_assert_cmpfloat (f->heard.loss, <, 1000);
  g_assert_cmpstr (f->heard.command, !=, "");
  f->settings.command_margin = f->heard.loss - 0.01f;
  listen (f, line);
  g_assert_cmpstr (f->heard.command, ==, "");
  g_assert_cmpfloat (f->heard.loss, >, f->settings.command_margin);
}

/* The text is what it is without commands. */
static void
nothing_changes_without_commands (struct fixture *f, const void *unused) {
  g_autoptr (Sound) line = recording ("new-paragraph.wav");
  g_autofree char *text = NULL;

  listen (f, line);
  text = g_strdup (f->heard.text);
  f->settings.commands = NULL;
  f->settings.command_margin = INFINITY;
  listen (f, line);
  g_assert_cmpstr (f->heard.text, ==, text);
  g_assert_cmpstr (f->heard.command, ==, "");
  g_assert_true (isinf (f->heard.loss));
}

static void
wrong_settings_are_refused (struct fixture *f, const void *unused) {
  struct quill_model *other = bundled_model ();
  struct quill_stream *stream = NULL;
  struct quill_error err = { 0 };

  f->settings.command_margin = -1;
  g_assert_cmpint (quill_stream_open (&stream, f->transcriber, &f->settings, on_event, NULL, &err), ==,
                   QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (err.message, "a margin of -1 for commands"));
  f->settings.command_margin = 1;
  quill_grammar_close (&f->grammar);
  g_assert_cmpint (quill_grammar_open (&f->grammar, other, GRAMMAR, NULL, NULL), ==, QUILL_OK);
  f->settings.commands = f->grammar;
  g_assert_cmpint (quill_stream_open (&stream, f->transcriber, &f->settings, on_event, NULL, &err), ==,
                   QUILL_ERR_INVALID);
  g_assert_cmpstr (err.message, ==, "the grammar of commands was made for another model");
  quill_grammar_close (&f->grammar);
  quill_model_close (&other);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, fn) g_test_add ("/commands/" name, struct fixture, NULL, set_up, fn, tear_down)
  ADD ("a-command-by-itself-is-told", a_command_by_itself_is_told);
  ADD ("a-sentence-about-it-is-text", a_sentence_about_it_is_text);
  ADD ("the-end-of-a-long-utterance-is-text", the_end_of_a_long_utterance_is_text);
  ADD ("what-is-heard-is-weighed-against-commands", what_is_heard_is_weighed_against_commands);
  ADD ("nothing-changes-without-commands", nothing_changes_without_commands);
  ADD ("wrong-settings-are-refused", wrong_settings_are_refused);
  return g_test_run ();
}
