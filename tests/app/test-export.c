/* Formats and saving. */
#include "longhand-error.h"
#include "transcript/longhand-export-writers.h"
#include "transcript/longhand-export.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <sys/fsuid.h>
#include <unistd.h>

typedef struct {
  char *dir;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  fixture->dir = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  g_assert_nonnull (fixture->dir);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  g_autoptr (GDir) dir = g_dir_open (fixture->dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (fixture->dir, name, NULL);

    g_remove (path);
  }
  g_rmdir (fixture->dir);
  g_free (fixture->dir);
}

static LonghandTranscript *
make_transcript (void) {
  LonghandTranscript *transcript = longhand_transcript_new ();

  longhand_transcript_append (transcript, 0, 1500, "Hello there.",
                              &(LonghandScores){ .avg_logprob = -0.25, .no_speech_prob = 0.0625 });
  longhand_transcript_append (
      transcript, 3723004, 3725999, "How are you?",
      &(LonghandScores){
          .avg_logprob = -0.5, .no_speech_prob = 0.125, .compression_ratio = 1.25, .temperature = 0.5 });
  return transcript;
}

/* (transfer full) */
static char *
take_text (GBytes *bytes) {
  char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_bytes_unref (bytes);
  return text;
}

static char *
exported (LonghandTranscript *transcript, LonghandFormat format) {
  g_autoptr (GError) error = NULL;
  GBytes *bytes = longhand_export_to_bytes (transcript, format, &error);

  g_assert_no_error (error);
  return take_text (bytes);
}

static char *
highlighted (LonghandTranscript *transcript, LonghandFormat format) {
  g_autoptr (GError) error = NULL;
  GBytes *bytes = longhand_export_highlighted (transcript, format, &error);

  g_assert_no_error (error);
  return take_text (bytes);
}

static gboolean
save (const char *text, GFile *file, GError **error) {
  g_autoptr (GBytes) content = g_bytes_new_static (text, strlen (text));

  return longhand_export_save (content, file, error);
}

/* ---- formats ----------------------------------------------------------------------------------------------
 */

static void
txt_has_a_line_for_each_segment (void) {
  g_autoptr (LonghandTranscript) transcript = make_transcript ();
  g_autofree char *text = exported (transcript, LONGHAND_FORMAT_TXT);

  g_assert_cmpstr (text, ==, "Hello there.\nHow are you?\n");
}

/* What was typed, and the lines that somebody made, are in none of the segments. */
static void
txt_of_a_text_is_that_text (void) {
  g_autoptr (LonghandTranscript) transcript = make_transcript ();
  g_autofree char *without = NULL, *with = NULL, *empty = NULL;

  longhand_transcript_set_text (transcript, "Typed.\n\nHello there.");
  without = exported (transcript, LONGHAND_FORMAT_TXT);
  g_assert_cmpstr (without, ==, "Typed.\n\nHello there.\n");
  longhand_transcript_set_text (transcript, "Hello there.\n");
  with = exported (transcript, LONGHAND_FORMAT_TXT);
  g_assert_cmpstr (with, ==, "Hello there.\n");
  longhand_transcript_set_text (transcript, "");
  empty = exported (transcript, LONGHAND_FORMAT_TXT);
  g_assert_cmpstr (empty, ==, "");
}

static void
srt_numbers_cues_and_uses_commas (void) {
  g_autoptr (LonghandTranscript) transcript = make_transcript ();
  g_autofree char *text = exported (transcript, LONGHAND_FORMAT_SRT);

  g_assert_cmpstr (text, ==,
                   "1\n00:00:00,000 --> 00:00:01,500\nHello there.\n\n"
                   "2\n01:02:03,004 --> 01:02:05,999\nHow are you?\n");
}

static void
srt_cue_holds_no_empty_line (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autofree char *text = NULL;

  longhand_transcript_append (transcript, 0, 1000, "one\n\n \r\n\rtwo", NULL);
  text = exported (transcript, LONGHAND_FORMAT_SRT);
  g_assert_cmpstr (text, ==, "1\n00:00:00,000 --> 00:00:01,000\none\ntwo\n");
}

/* Pauses are cues as well, words without a time are none, and what has no words is one. */
static void
words_are_underlined_while_they_are_said (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autofree char *srt = NULL, *vtt = NULL;

  longhand_transcript_append (transcript, 0, 2000, "a <b> c",
                              &(LonghandScores){ .avg_logprob = -0.25, .no_speech_prob = 0.0625 });
  longhand_transcript_add_word (transcript, 500, 1000, " a", 0.5);
  longhand_transcript_add_word (transcript, 1000, 1000, " <b>", 0.5);
  longhand_transcript_add_word (transcript, 1200, 1500, "\nc", 0.5);
  longhand_transcript_append (transcript, 3000, 4000, "no words",
                              &(LonghandScores){ .avg_logprob = -0.25, .no_speech_prob = 0.0625 });
  longhand_transcript_append (transcript, 5000, 5000, "now",
                              &(LonghandScores){ .avg_logprob = -0.25, .no_speech_prob = 0.0625 });
  longhand_transcript_add_word (transcript, 5000, 5000, " now", 0.5);
  srt = highlighted (transcript, LONGHAND_FORMAT_SRT);
  g_assert_cmpstr (srt, ==,
                   "1\n00:00:00,000 --> 00:00:00,500\na <b>\nc\n\n"
                   "2\n00:00:00,500 --> 00:00:01,000\n<u>a</u> <b>\nc\n\n"
                   "3\n00:00:01,000 --> 00:00:01,200\na <b>\nc\n\n"
                   "4\n00:00:01,200 --> 00:00:01,500\na <b>\n<u>c</u>\n\n"
                   "5\n00:00:01,500 --> 00:00:02,000\na <b>\nc\n\n"
                   "6\n00:00:03,000 --> 00:00:04,000\nno words\n\n"
                   "7\n00:00:05,000 --> 00:00:05,000\nnow\n");
  vtt = highlighted (transcript, LONGHAND_FORMAT_VTT);
  g_assert_true (g_str_has_prefix (vtt, "WEBVTT\n\n00:00:00.000 --> 00:00:00.500\na &lt;b&gt;\nc\n\n"));
  g_assert_nonnull (strstr (vtt, "\n<u>a</u> &lt;b&gt;\nc\n"));
}

static void
vtt_escapes_markup_and_arrows (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autofree char *text = NULL;

  longhand_transcript_append (transcript, 0, 360000001, "a < b && c --> d\n\ne &amp; f", NULL);
  text = exported (transcript, LONGHAND_FORMAT_VTT);
  g_assert_cmpstr (text, ==,
                   "WEBVTT\n\n00:00:00.000 --> 100:00:00.001\n"
                   "a &lt; b &amp;&amp; c --&gt; d\ne &amp;amp; f\n");
}

static void
json_has_the_documented_keys (void) {
  g_autoptr (LonghandTranscript) transcript = make_transcript ();
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object, *segment;

  longhand_transcript_append (transcript, 4000000, 4000001, "\"Quotes\", \\ and \t tabs ‘é’",
                              &(LonghandScores){ .avg_logprob = NAN, .no_speech_prob = -INFINITY });
  longhand_transcript_append (transcript, 4000001, 4000002, "Typed.", NULL);
  longhand_transcript_set_model (transcript, "base.en");
  longhand_transcript_set_language (transcript, "en");
  longhand_transcript_set_language_probability (transcript, 0.75);
  text = exported (transcript, LONGHAND_FORMAT_JSON);
  root = json_from_string (text, NULL);
  g_assert_nonnull (root);
  object = json_node_get_object (root);
  g_assert_cmpuint (json_object_get_size (object), ==, 5);
  g_assert_cmpint (json_object_get_int_member (object, "version"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (object, "model"), ==, "base.en");
  g_assert_cmpstr (json_object_get_string_member (object, "language"), ==, "en");
  g_assert_cmpfloat (json_object_get_double_member (object, "language_probability"), ==, 0.75);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "segments")), ==, 4);

  segment = json_array_get_object_element (json_object_get_array_member (object, "segments"), 1);
  g_assert_cmpuint (json_object_get_size (segment), ==, 7);
  g_assert_cmpfloat (json_object_get_double_member (segment, "start"), ==, 3723.004);
  g_assert_cmpfloat (json_object_get_double_member (segment, "end"), ==, 3725.999);
  g_assert_cmpstr (json_object_get_string_member (segment, "text"), ==, "How are you?");
  g_assert_cmpfloat (json_object_get_double_member (segment, "avg_logprob"), ==, -0.5);
  g_assert_cmpfloat (json_object_get_double_member (segment, "no_speech_prob"), ==, 0.125);
  g_assert_cmpfloat (json_object_get_double_member (segment, "compression_ratio"), ==, 1.25);
  g_assert_cmpfloat (json_object_get_double_member (segment, "temperature"), ==, 0.5);

  segment = json_array_get_object_element (json_object_get_array_member (object, "segments"), 2);
  g_assert_cmpstr (json_object_get_string_member (segment, "text"), ==, "\"Quotes\", \\ and \t tabs ‘é’");
  g_assert_true (json_object_get_null_member (segment, "avg_logprob"));
  g_assert_true (json_object_get_null_member (segment, "no_speech_prob"));

  segment = json_array_get_object_element (json_object_get_array_member (object, "segments"), 3);
  g_assert_true (json_object_get_null_member (segment, "compression_ratio"));
  g_assert_true (json_object_get_null_member (segment, "temperature"));
}

static void
json_has_words_where_they_have_times (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonArray *segments, *words, *alternatives;
  JsonObject *word;

  longhand_transcript_append (transcript, 0, 1500, "Hello.", NULL);
  longhand_transcript_append (transcript, 2000, 3000, "“Go” on.", NULL);
  longhand_transcript_add_word (transcript, 2000, 2250, " “Go”", 0.5);
  longhand_transcript_add_word (transcript, 2250, 3000, " on.", NAN);
  longhand_transcript_add_alternative (transcript, "“in", 0.25);
  longhand_transcript_add_alternative (transcript, "an", NAN);
  text = exported (transcript, LONGHAND_FORMAT_JSON);
  root = json_from_string (text, NULL);
  segments = json_object_get_array_member (json_node_get_object (root), "segments");
  g_assert_false (json_object_has_member (json_array_get_object_element (segments, 0), "words"));
  words = json_object_get_array_member (json_array_get_object_element (segments, 1), "words");
  g_assert_cmpuint (json_array_get_length (words), ==, 2);
  word = json_array_get_object_element (words, 0);
  g_assert_cmpuint (json_object_get_size (word), ==, 4);
  g_assert_cmpstr (json_object_get_string_member (word, "word"), ==, " “Go”");
  g_assert_cmpfloat (json_object_get_double_member (word, "start"), ==, 2.0);
  g_assert_cmpfloat (json_object_get_double_member (word, "end"), ==, 2.25);
  g_assert_cmpfloat (json_object_get_double_member (word, "probability"), ==, 0.5);
  word = json_array_get_object_element (words, 1);
  g_assert_true (json_object_get_null_member (word, "probability"));
  alternatives = json_object_get_array_member (word, "alternatives");
  g_assert_cmpuint (json_array_get_length (alternatives), ==, 2);
  word = json_array_get_object_element (alternatives, 0);
  g_assert_cmpstr (json_object_get_string_member (word, "word"), ==, "“in");
  g_assert_cmpfloat (json_object_get_double_member (word, "probability"), ==, 0.25);
  g_assert_true (
      json_object_get_null_member (json_array_get_object_element (alternatives, 1), "probability"));
}

static void
unknown_model_and_language_are_null (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autofree char *text = exported (transcript, LONGHAND_FORMAT_JSON);
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObject *object = json_node_get_object (root);

  g_assert_true (json_object_get_null_member (object, "model"));
  g_assert_true (json_object_get_null_member (object, "language"));
  g_assert_true (json_object_get_null_member (object, "language_probability"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "segments")), ==, 0);
}

static void
empty_transcript_is_valid_in_each_format (void) {
  static const struct {
    LonghandFormat format;
    const char *expected;
  } rows[] = {
    { LONGHAND_FORMAT_TXT, "" },
    { LONGHAND_FORMAT_MD, "" },
    { LONGHAND_FORMAT_SRT, "" },
    { LONGHAND_FORMAT_VTT, "WEBVTT\n" },
    { LONGHAND_FORMAT_LRC, "[re:Longhand]\n" },
    { LONGHAND_FORMAT_TSV, "start\tend\ttext\n" },
    { LONGHAND_FORMAT_CSV, "start,end,text\n" },
  };
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text = exported (transcript, rows[i].format);

    g_assert_cmpstr (text, ==, rows[i].expected);
  }
}

/* Segments with something in each that some format gives a meaning to, the last one after four days. */
static LonghandTranscript *
make_awkward_transcript (void) {
  LonghandTranscript *transcript = longhand_transcript_new ();

  longhand_transcript_append (transcript, 0, 999, "Say \"yes\",\tthen\r\nno.", NULL);
  longhand_transcript_append (transcript, 1000, 2000, " ", NULL);
  longhand_transcript_append (transcript, 2345, 61239, "שלום 🎤 *a_b* [c]", NULL);
  longhand_transcript_append (transcript, 360061239, 360061240, "End", NULL);
  longhand_transcript_set_title (transcript, "A <b> &\n`c`");
  return transcript;
}

static void
assert_awkward (LonghandFormat format, const char *expected) {
  g_autoptr (LonghandTranscript) transcript = make_awkward_transcript ();
  g_autofree char *text = exported (transcript, format);

  g_assert_cmpstr (text, ==, expected);
}

static void
tsv_keeps_to_its_columns (void) {
  assert_awkward (LONGHAND_FORMAT_TSV, "start\tend\ttext\n"
                                       "0\t999\tSay \"yes\", then no.\n"
                                       "2345\t61239\tשלום 🎤 *a_b* [c]\n"
                                       "360061239\t360061240\tEnd\n");
}

static void
csv_quotes_text_and_doubles_its_quotes (void) {
  assert_awkward (LONGHAND_FORMAT_CSV, "start,end,text\n"
                                       "0,999,\"Say \"\"yes\"\",\tthen\r\nno.\"\n"
                                       "2345,61239,\"שלום 🎤 *a_b* [c]\"\n"
                                       "360061239,360061240,\"End\"\n");
}

static void
lrc_counts_minutes_and_hundredths (void) {
  assert_awkward (LONGHAND_FORMAT_LRC, "[re:Longhand]\n"
                                       "[00:00.00]Say \"yes\", then no.\n"
                                       "[00:02.34]שלום 🎤 *a_b* [c]\n"
                                       "[6001:01.23]End\n");
}

static void
md_has_a_heading_and_nothing_that_is_markup (void) {
  assert_awkward (LONGHAND_FORMAT_MD, "# A \\<b> \\& \\`c\\`\n\n"
                                      "**00:00:00** Say \"yes\", then no. שלום 🎤 \\*a\\_b\\* \\[c\\]\n\n"
                                      "**100:01:01** End\n");
}

/* That is what documents are made of. */
static void
paragraphs_are_those_that_were_dictated (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autofree char *text = NULL;

  longhand_transcript_append (transcript, 0, 1000, "One.", NULL);
  longhand_transcript_add_break (transcript, 1);
  longhand_transcript_append (transcript, 1000, 2000, "Two.", NULL);
  longhand_transcript_add_break (transcript, 1);
  longhand_transcript_add_break (transcript, 1);
  longhand_transcript_append (transcript, 2000, 2500, " ", NULL);
  longhand_transcript_append (transcript, 2500, 3000, "Three.", NULL);
  longhand_transcript_append (transcript, 3000, 3500, "Four.", NULL);
  text = longhand_write_paragraphs (transcript);
  g_assert_cmpstr (text, ==, "One.\nTwo.\n\nThree. Four.");
}

static void
md_begins_a_paragraph_after_a_pause_or_a_long_one (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autofree char *long_part = g_strnfill (499, 'a');
  g_autofree char *expected = NULL;
  g_autofree char *text = NULL;

  longhand_transcript_append (transcript, 0, 1000, "One.", NULL);
  longhand_transcript_append (transcript, 2999, 4000, "Two", NULL);
  longhand_transcript_append (transcript, 6000, 7000, long_part, NULL);
  longhand_transcript_append (transcript, 7000, 8000, "no end", NULL);
  longhand_transcript_append (transcript, 8000, 9000, "end？", NULL);
  longhand_transcript_append (transcript, 9000, 9500, "Last.", NULL);
  text = exported (transcript, LONGHAND_FORMAT_MD);
  expected = g_strdup_printf ("**00:00:00** One. Two\n\n**00:00:06** %s no end end？\n\n**00:00:09** Last.\n",
                              long_part);
  g_assert_cmpstr (text, ==, expected);
}

static void
formats_are_known_by_name_and_extension (void) {
  LonghandFormat format;

  for (guint i = 0; i < LONGHAND_N_FORMATS; i++) {
    g_autofree char *dotted = g_strdup_printf (".%s", longhand_format_get_extension (i));
    g_autofree char *upper = g_ascii_strup (dotted, -1);

    format = LONGHAND_N_FORMATS;
    g_assert_true (longhand_format_parse (dotted, &format, NULL));
    g_assert_cmpint (format, ==, i);
    format = LONGHAND_N_FORMATS;
    g_assert_true (longhand_format_parse (upper + 1, &format, NULL));
    g_assert_cmpint (format, ==, i);
    g_assert_cmpstr (longhand_format_get_writer (i)->title, !=, "");
  }
}

static void
unknown_format_names_the_choices (void) {
  LonghandFormat format = LONGHAND_FORMAT_VTT;
  g_autoptr (GError) error = NULL;

  g_assert_false (longhand_format_parse ("docx", &format, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==,
                   "There is no format “docx”: choose one of txt, md, odt, srt, vtt, lrc, json, tsv, csv.");
  g_assert_cmpint (format, ==, LONGHAND_FORMAT_VTT);
}

/* ---- saving -----------------------------------------------------------------------------------------------
 */

static void
assert_content (const char *path, const char *expected) {
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, expected);
}

static guint
count_files (const char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Saving to path fails with a sentence that has both parts in it. */
static void
assert_save_fails (const char *path, const char *reason, const char *advice) {
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  g_assert_false (save ("text", file, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, reason));
  g_assert_nonnull (strstr (error->message, advice));
}

static void
save_writes_and_replaces (Fixture *fixture, gconstpointer data) {
  g_autofree char *path = g_build_filename (fixture->dir, "a.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GStatBuf info;

  g_assert_true (save ("first, which is longer\n", file, NULL));
  assert_content (path, "first, which is longer\n");
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  g_assert_true (save ("second\n", file, NULL));
  assert_content (path, "second\n");
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0640);
  g_assert_cmpuint (count_files (fixture->dir), ==, 1);
}

static void
save_replaces_the_file_not_its_content (Fixture *fixture, gconstpointer data) {
  g_autofree char *path = g_build_filename (fixture->dir, "a.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GMappedFile) old = NULL;

  g_assert_true (save ("the old words", file, NULL));
  old = g_mapped_file_new (path, FALSE, NULL);
  g_assert_true (save ("the new words", file, NULL));
  g_assert_cmpmem (g_mapped_file_get_contents (old), g_mapped_file_get_length (old), "the old words", 13);
}

static void
save_goes_through_a_link (Fixture *fixture, gconstpointer data) {
  g_autofree char *path = g_build_filename (fixture->dir, "a.txt", NULL);
  g_autofree char *link_path = g_build_filename (fixture->dir, "link.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (link_path);

  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  g_assert_cmpint (symlink ("a.txt", link_path), ==, 0);
  g_assert_true (save ("new", file, NULL));
  g_assert_true (g_file_test (link_path, G_FILE_TEST_IS_SYMLINK));
  assert_content (path, "new");
}

/* Root is not stopped by permission bits, except when its file-system identity is another user's. */
static void
read_only_folder_is_said_to_be (Fixture *fixture, gconstpointer data) {
  g_autofree char *path = g_build_filename (fixture->dir, "a.txt", NULL);
  const gboolean is_root = geteuid () == 0;

  g_assert_cmpint (g_chmod (fixture->dir, 0555), ==, 0);
  if (is_root)
    setfsuid (65534);
  assert_save_fails (path, "read-only", "choose another folder");
  if (is_root)
    setfsuid (0);
  g_assert_cmpint (g_chmod (fixture->dir, 0755), ==, 0);
  g_assert_cmpuint (count_files (fixture->dir), ==, 0);
}

static void
missing_folder_is_said_to_be (Fixture *fixture, gconstpointer data) {
  g_autofree char *path = g_build_filename (fixture->dir, "none", "a.txt", NULL);

  assert_save_fails (path, "folder does not exist", "create it");
}

static void
file_in_place_of_the_folder_is_an_error (Fixture *fixture, gconstpointer data) {
  g_autofree char *file_path = g_build_filename (fixture->dir, "a.txt", NULL);
  g_autofree char *path = g_build_filename (file_path, "b.txt", NULL);

  g_assert_true (g_file_set_contents (file_path, "", -1, NULL));
  assert_save_fails (path, "folder does not exist", "create it");
}

static void
folder_as_target_is_an_error (Fixture *fixture, gconstpointer data) {
  assert_save_fails (fixture->dir, "is a folder", "choose a file name");
}

static void
full_disk_is_said_to_be (void) {
  assert_save_fails ("/dev/full", "disk is full", "make room");
}

static void
device_is_written_to_and_stays (void) {
  g_autoptr (GFile) file = g_file_new_for_path ("/dev/null");
  g_autoptr (GError) error = NULL;

  g_assert_true (save ("text", file, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test ("/dev/null", G_FILE_TEST_IS_REGULAR));
}

static void
too_long_name_is_said_to_be (Fixture *fixture, gconstpointer data) {
  g_autofree char *name = g_strnfill (300, 'a');
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);

  assert_save_fails (path, "too long", "choose a shorter one");
}

/* Documents have zeros in them. */
static void
save_writes_any_bytes (Fixture *fixture, gconstpointer data) {
  static const char content[] = "PK\0\xff\r\n";
  g_autofree char *path = g_build_filename (fixture->dir, "a.odt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GBytes) bytes = g_bytes_new_static (content, sizeof content);
  g_autofree char *found = NULL;
  gsize n_found;

  g_assert_true (longhand_export_save (bytes, file, NULL));
  g_assert_true (g_file_get_contents (path, &found, &n_found, NULL));
  g_assert_cmpmem (found, n_found, content, sizeof content);
}

/* As with -o /dev/stdout >> FILE: behind what is there, and in that file. */
static void
redirected_output_is_gone_on_with (Fixture *fixture, gconstpointer data) {
  g_autofree char *path = g_build_filename (fixture->dir, "log", NULL);
  g_autofree char *found = NULL;
  g_autoptr (GFile) file = g_file_new_for_path ("/dev/stdout");
  g_autoptr (GError) error = NULL;
  const int before = dup (STDOUT_FILENO);
  gboolean is_saved;
  int fd;

  g_assert_true (g_file_set_contents (path, "Before.\n", -1, NULL));
  fd = g_open (path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
  fflush (stdout);
  dup2 (fd, STDOUT_FILENO);
  is_saved = save ("One.\n", file, &error) && save ("Two.\n", file, &error);
  dup2 (before, STDOUT_FILENO);
  close (before);
  g_assert_no_error (error);
  g_assert_true (is_saved);
  g_assert_cmpint (write (fd, "After.\n", 7), ==, 7);
  close (fd);
  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, "Before.\nOne.\nTwo.\nAfter.\n");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/txt-has-a-line-for-each-segment", txt_has_a_line_for_each_segment);
  g_test_add_func ("/export/txt-of-a-text-is-that-text", txt_of_a_text_is_that_text);
  g_test_add_func ("/export/srt-numbers-cues-and-uses-commas", srt_numbers_cues_and_uses_commas);
  g_test_add_func ("/export/srt-cue-holds-no-empty-line", srt_cue_holds_no_empty_line);
  g_test_add_func ("/export/words-are-underlined-while-they-are-said",
                   words_are_underlined_while_they_are_said);
  g_test_add_func ("/export/vtt-escapes-markup-and-arrows", vtt_escapes_markup_and_arrows);
  g_test_add_func ("/export/json-has-the-documented-keys", json_has_the_documented_keys);
  g_test_add_func ("/export/json-has-words-where-they-have-times", json_has_words_where_they_have_times);
  g_test_add_func ("/export/unknown-model-and-language-are-null", unknown_model_and_language_are_null);
  g_test_add_func ("/export/empty-transcript-is-valid-in-each-format",
                   empty_transcript_is_valid_in_each_format);
  g_test_add_func ("/export/tsv-keeps-to-its-columns", tsv_keeps_to_its_columns);
  g_test_add_func ("/export/csv-quotes-text-and-doubles-its-quotes", csv_quotes_text_and_doubles_its_quotes);
  g_test_add_func ("/export/lrc-counts-minutes-and-hundredths", lrc_counts_minutes_and_hundredths);
  g_test_add_func ("/export/md-has-a-heading-and-nothing-that-is-markup",
                   md_has_a_heading_and_nothing_that_is_markup);
  g_test_add_func ("/export/paragraphs-are-those-that-were-dictated", paragraphs_are_those_that_were_dictated);
  g_test_add_func ("/export/md-begins-a-paragraph-after-a-pause-or-a-long-one",
                   md_begins_a_paragraph_after_a_pause_or_a_long_one);
  g_test_add_func ("/export/formats-are-known-by-name-and-extension",
                   formats_are_known_by_name_and_extension);
  g_test_add_func ("/export/unknown-format-names-the-choices", unknown_format_names_the_choices);
#define ADD(name, function) g_test_add ("/export/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("save-writes-and-replaces", save_writes_and_replaces);
  ADD ("save-writes-any-bytes", save_writes_any_bytes);
  ADD ("save-replaces-the-file-not-its-content", save_replaces_the_file_not_its_content);
  ADD ("save-goes-through-a-link", save_goes_through_a_link);
  ADD ("read-only-folder-is-said-to-be", read_only_folder_is_said_to_be);
  ADD ("missing-folder-is-said-to-be", missing_folder_is_said_to_be);
  ADD ("file-in-place-of-the-folder-is-an-error", file_in_place_of_the_folder_is_an_error);
  ADD ("folder-as-target-is-an-error", folder_as_target_is_an_error);
  ADD ("too-long-name-is-said-to-be", too_long_name_is_said_to_be);
  g_test_add_func ("/export/full-disk-is-said-to-be", full_disk_is_said_to_be);
  ADD ("redirected-output-is-gone-on-with", redirected_output_is_gone_on_with);
  g_test_add_func ("/export/device-is-written-to-and-stays", device_is_written_to_and_stays);
  return g_test_run ();
}
