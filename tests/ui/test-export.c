/* Taking text away: every format, places that do not work, the dialog. */
#include "export/longhand-pdf.h"
#include "export/longhand-writers.h"
#include "longhand-error.h"
#include "print/longhand-pages.h"
#include "window-fixture.h"

#include <string.h>

/* ---- the pages, whose thread waits until the test has seen that all else goes on (--wrap) ---- */

static GMutex lock;
static GCond changed;
static gboolean is_holding, is_held; /* guarded by lock */
static guint n_made;                 /* likewise */

LonghandPages *__real_longhand_pages_new (const char *text, double width, double height, double resolution);
LonghandPages *__wrap_longhand_pages_new (const char *text, double width, double height, double resolution);

LonghandPages *
__wrap_longhand_pages_new (const char *text, double width, double height, double resolution) {
  LonghandPages *pages;

  g_assert_false (g_main_context_is_owner (g_main_context_default ()));
  g_mutex_lock (&lock);
  is_held = is_holding;
  while (is_holding)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
  pages = __real_longhand_pages_new (text, width, height, resolution);
  g_mutex_lock (&lock);
  n_made++;
  g_mutex_unlock (&lock);
  return pages;
}

static void
hold (gboolean holding) {
  g_mutex_lock (&lock);
  is_holding = holding;
  is_held = FALSE;
  n_made = 0;
  g_cond_signal (&changed);
  g_mutex_unlock (&lock);
}

static gboolean
get_is_held (void) {
  gboolean held;

  g_mutex_lock (&lock);
  held = is_held;
  g_mutex_unlock (&lock);
  return held;
}

static guint
get_n_pages_made (void) {
  guint n;

  g_mutex_lock (&lock);
  n = n_made;
  g_mutex_unlock (&lock);
  return n;
}

/* ---- saving ---- */

static gboolean is_over;
static GError *failure; /* of what was saved last; NULL: none */

static void
on_saved (LonghandWindow *window, GFile *file, const LonghandWriter *writer, const GError *error) {
  is_over = TRUE;
  failure = error != NULL ? g_error_copy (error) : NULL;
}

static gboolean
save (Fixture *f, GFile *file, const LonghandWriter *writer, GError **error) {
  is_over = FALSE;
  longhand_window_save (f->window, file, writer, on_saved);
  WAIT_FOR (is_over);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static GFile *
file_in (Fixture *f, const char *name) {
  return g_file_new_build_filename (f->dir, name, NULL);
}

static char *
contents_of (GFile *file) {
  g_autoptr (GError) error = NULL;
  char *contents = NULL;

  g_file_load_contents (file, NULL, &contents, NULL, NULL, &error);
  g_assert_no_error (error);
  return contents;
}

/* Two utterances, of which the second is changed by hand. */
static void
dictate_and_edit (Fixture *f) {
  GtkTextIter start, end;

  fixture_speak (f, 1000, "First thing.");
  fixture_speak (f, 3500, "Second thing.");
  gtk_text_buffer_get_iter_at_offset (f->buffer, &start, 20);
  gtk_text_buffer_get_iter_at_offset (f->buffer, &end, 25);
  gtk_text_buffer_select_range (f->buffer, &start, &end);
  gtk_text_buffer_begin_user_action (f->buffer);
  gtk_text_buffer_delete_selection (f->buffer, TRUE, TRUE);
  gtk_text_buffer_insert_interactive_at_cursor (f->buffer, "idea", -1, TRUE);
  gtk_text_buffer_end_user_action (f->buffer);
  g_signal_emit_by_name (f->dictation, "tentative", "not yet", 0u);
}

static void
assert_saved (Fixture *f, LonghandFormat format, const char *expected) {
  g_autoptr (GFile) file = file_in (f, longhand_format_get_extension (format));
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;

  dictate_and_edit (f);
  g_assert_true (save (f, file, longhand_format_get_writer (format), &error));
  g_assert_no_error (error);
  contents = contents_of (file);
  g_assert_cmpstr (contents, ==, expected);
  g_assert_false (longhand_document_get_unsaved (f->document));
}

static void
test_txt (Fixture *f, gconstpointer data) {
  assert_saved (f, LONGHAND_FORMAT_TXT, "First thing. Second idea.\n");
}

static void
test_srt (Fixture *f, gconstpointer data) {
  assert_saved (f, LONGHAND_FORMAT_SRT,
                "1\n00:00:01,000 --> 00:00:01,900\nFirst thing.\n\n"
                "2\n00:00:03,500 --> 00:00:04,400\nSecond idea.\n");
}

static void
test_vtt (Fixture *f, gconstpointer data) {
  assert_saved (f, LONGHAND_FORMAT_VTT,
                "WEBVTT\n\n00:00:01.000 --> 00:00:01.900\nFirst thing.\n\n"
                "00:00:03.500 --> 00:00:04.400\nSecond idea.\n");
}

static void
test_json (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "json");
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;

  dictate_and_edit (f);
  g_assert_true (save (f, file, longhand_format_get_writer (LONGHAND_FORMAT_JSON), &error));
  g_assert_no_error (error);
  contents = contents_of (file);
  g_assert_nonnull (strstr (contents, "\"First thing.\""));
  g_assert_nonnull (strstr (contents, "\"Second idea.\""));
  g_assert_null (strstr (contents, "not yet"));
}

static void
test_md (Fixture *f, gconstpointer data) {
  assert_saved (f, LONGHAND_FORMAT_MD, "# md\n\n**00:00:01** First thing. Second idea.\n");
}

static void
test_csv (Fixture *f, gconstpointer data) {
  assert_saved (f, LONGHAND_FORMAT_CSV,
                "start,end,text\n1000,1900,\"First thing.\"\n3500,4400,\"Second idea.\"\n");
}

/* The text of a document, in XML. (transfer full) */
static char *
content_of (Fixture *f, GFile *file) {
  g_autofree char *folder = g_build_filename (f->dir, "unpacked", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) unpacker
      = g_subprocess_new (0, &error, "python3", "-m", "zipfile", "-e", g_file_peek_path (file), folder, NULL);
  g_autoptr (GFile) content = g_file_new_build_filename (folder, "content.xml", NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (unpacker, NULL, &error));
  return contents_of (content);
}

static void
test_odt (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "Notes & more.odt");
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;

  dictate_and_edit (f);
  g_assert_true (save (f, file, longhand_format_get_writer (LONGHAND_FORMAT_ODT), &error));
  g_assert_no_error (error);
  content = content_of (f, file);
  g_assert_nonnull (strstr (content, ">Notes &amp; more</text:h>"));
  g_assert_nonnull (strstr (content, "<text:p text:style-name=\"Subtitle\">"));
  g_assert_nonnull (
      strstr (content, "<text:p text:style-name=\"Text_20_body\">First thing. Second idea.</text:p>"));
  g_assert_null (strstr (content, "not yet"));
  g_assert_false (longhand_document_get_unsaved (f->document));
}

/* It has no times, so nothing need be dictated. */
static void
test_typed_odt (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "typed.odt");
  g_autofree char *content = NULL;

  gtk_text_buffer_insert_at_cursor (f->buffer, "One.\n\nTwo,\nthree.", -1);
  g_assert_true (save (f, file, longhand_format_get_writer (LONGHAND_FORMAT_ODT), NULL));
  content = content_of (f, file);
  g_assert_nonnull (strstr (content, ">One.</text:p>\n"));
  g_assert_nonnull (strstr (content, ">Two,<text:line-break/>three.</text:p>\n"));
}

static void
test_pdf (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "typed.pdf");
  g_autofree char *contents = NULL;

  gtk_text_buffer_insert_at_cursor (f->buffer, "typed only", -1);
  g_assert_true (save (f, file, &longhand_pdf_writer, NULL));
  contents = contents_of (file);
  g_assert_true (g_str_has_prefix (contents, "%PDF-"));
  g_assert_false (longhand_document_get_unsaved (f->document));
}

static void
test_no_times (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "typed.srt");
  g_autoptr (GError) error = NULL;

  gtk_text_buffer_insert_at_cursor (f->buffer, "typed only", -1);
  g_assert_false (save (f, file, longhand_format_get_writer (LONGHAND_FORMAT_SRT), &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID);
  g_assert_false (g_file_query_exists (file, NULL));
  g_assert_true (longhand_document_get_unsaved (f->document));
}

/* As when the folder is gone, or the disk is full. */
static void
assert_lost_nothing (Fixture *f, const LonghandWriter *writer, GFile *file) {
  g_autoptr (GError) error = NULL;

  g_assert_false (save (f, file, writer, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  fixture_assert_text (f, "Kept.");
  g_assert_true (longhand_document_get_unsaved (f->document));
}

static void
test_no_format_loses_text (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) full = g_file_new_for_path ("/dev/full");

  fixture_speak (f, 0, "Kept.");
  for (guint i = 0; i < longhand_writers_get_n (); i++) {
    const LonghandWriter *writer = longhand_writers_get (i);
    g_autofree char *name = g_strdup_printf ("gone.%s", writer->extension);
    g_autoptr (GFile) gone = file_in (f, "gone");
    g_autoptr (GFile) file = g_file_get_child (gone, name);

    assert_lost_nothing (f, writer, file);
    assert_lost_nothing (f, writer, full);
    g_assert_false (g_file_query_exists (gone, NULL));
  }
}

static void
test_impossible_place (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "file");
  g_autoptr (GFile) below = g_file_get_child (file, "below.txt");
  g_autoptr (GError) error = NULL;

  fixture_speak (f, 0, "Kept.");
  g_assert_true (save (f, file, longhand_format_get_writer (LONGHAND_FORMAT_TXT), NULL));
  fixture_speak (f, 2000, "And this.");
  g_assert_false (save (f, below, longhand_format_get_writer (LONGHAND_FORMAT_TXT), &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  fixture_assert_text (f, "Kept. And this.");
  g_assert_true (longhand_document_get_unsaved (f->document));
}

/* ---- the dialog ---- */

static GtkWindow *
find_chooser (void) {
  return fixture_find (NULL, GTK_TYPE_FILE_CHOOSER_DIALOG, "title", "Export Text");
}

/* In place of the name that is offered. */
static void
type_over (const char *name) {
  WAIT_FOR (find_chooser () != NULL);
  fixture_activate (find_chooser ());
  fixture_press ("ctrl+a");
  fixture_type (name);
  fixture_press ("Return");
}

static void
choose (Fixture *f, const char *name) {
  g_autofree char *path = g_build_filename (f->dir, name, NULL);

  type_over (path);
}

static void
test_dialog_writes (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "said.srt");
  g_autofree char *contents = NULL;
  g_autofree char *format = NULL, *folder = NULL, *in_folder = NULL;

  dictate_and_edit (f);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.export", NULL);
  choose (f, "said.srt");
  WAIT_FOR (fixture_find (f->window, GTK_TYPE_LABEL, "label", "Saved as “said.srt”") != NULL);
  contents = contents_of (file);
  g_assert_true (g_str_has_prefix (contents, "1\n00:00:01,000"));
  format = g_settings_get_string (longhand_settings_get_gsettings (f->settings), "export-format");
  g_assert_cmpstr (format, ==, "srt");
  folder = g_settings_get_string (longhand_settings_get_gsettings (f->settings), "export-folder");
  in_folder = g_filename_to_uri (f->dir, NULL, NULL);
  g_assert_cmpstr (folder, ==, in_folder);
}

/* As a person does it who wants the same text as everything, in the folder that the dialog begins with. */
static void
test_dialog_formats (Fixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->settings);
  g_autofree char *uri = g_filename_to_uri (f->dir, NULL, NULL);

  g_settings_set_string (settings, "export-folder", uri);
  dictate_and_edit (f);
  for (guint i = 0; i < longhand_writers_get_n (); i++) {
    const char *ending = longhand_writers_get (i)->extension;
    g_autofree char *name = g_strdup_printf ("a.%s", ending);
    g_autofree char *remembered = NULL;
    g_autoptr (GFile) file = file_in (f, name);

    gtk_widget_activate_action (GTK_WIDGET (f->window), "win.export", NULL);
    type_over (name);
    WAIT_FOR (g_file_query_exists (file, NULL) && find_chooser () == NULL && f->window->saving == NULL);
    remembered = g_settings_get_string (settings, "export-format");
    g_assert_cmpstr (remembered, ==, ending);
  }
}

/* After a restart, too: what is remembered is in the settings alone. Nobody types anything here. */
static void
test_dialog_begins_where_it_was (Fixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->settings);
  g_autofree char *uri = g_filename_to_uri (f->dir, NULL, NULL);
  g_autofree char *contents = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GFile) file = NULL;

  g_settings_set_string (settings, "export-format", "pdf");
  g_settings_set_string (settings, "export-folder", uri);
  fixture_show_window (f);
  name = longhand_window_dup_export_name (f->window, &longhand_pdf_writer);
  file = file_in (f, name);
  fixture_speak (f, 0, "Words.");
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.export", NULL);
  WAIT_FOR (find_chooser () != NULL);
  fixture_activate (find_chooser ());
  fixture_press ("Return");
  WAIT_FOR (g_file_query_exists (file, NULL));
  contents = contents_of (file);
  g_assert_true (g_str_has_prefix (contents, "%PDF-"));
}

static GtkDropDown *
find_formats (void) {
  return fixture_find (find_chooser (), GTK_TYPE_DROP_DOWN, "tooltip-text",
                       "Select which types of files are shown");
}

/* The name that is offered follows the list of formats, so that what is exported is what was chosen there. */
static void
test_dialog_renames (Fixture *f, gconstpointer data) {
  g_autofree char *uri = g_filename_to_uri (f->dir, NULL, NULL);
  g_autofree char *name = longhand_window_dup_export_name (f->window, &longhand_pdf_writer);
  g_autofree char *contents = NULL;
  g_autoptr (GFile) file = file_in (f, name);
  GtkDropDown *formats;

  g_settings_set_string (longhand_settings_get_gsettings (f->settings), "export-folder", uri);
  fixture_speak (f, 0, "Words.");
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.export", NULL);
  WAIT_FOR (find_chooser () != NULL);
  fixture_activate (find_chooser ());
  WAIT_FOR ((formats = find_formats ()) != NULL);
  gtk_drop_down_set_selected (formats, longhand_writers_get_n () - 1);
  fixture_press ("Return");
  WAIT_FOR (g_file_query_exists (file, NULL));
  contents = contents_of (file);
  g_assert_true (g_str_has_prefix (contents, "%PDF-"));
}

static gboolean
is_offered (Fixture *f, const char *expected) {
  g_autofree char *name
      = longhand_window_dup_export_name (f->window, longhand_format_get_writer (LONGHAND_FORMAT_TXT));

  return strcmp (name, expected) == 0;
}

static void
test_offers_the_title (Fixture *f, gconstpointer data) {
  const gint64 id = f->window->session->id;
  g_autofree char *long_title = g_strnfill (300, 'x');
  g_autofree char *short_name = g_strdup_printf ("%.60s.txt", long_title);

  fixture_speak (f, 0, "Words.");
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (f->library)) == 1);
  longhand_library_set_title (f->library, id, "Minutes 3/4");
  WAIT_FOR (is_offered (f, "Minutes 3-4.txt"));
  longhand_library_set_title (f->library, id, "..");
  WAIT_FOR (is_offered (f, "-..txt"));
  longhand_library_set_title (f->library, id, long_title);
  WAIT_FOR (is_offered (f, short_name));
}

static void
test_dialog_adds_ending (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "plain.txt");

  fixture_speak (f, 0, "Words.");
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.export", NULL);
  choose (f, "plain");
  WAIT_FOR (g_file_query_exists (file, NULL));
}

/* The chooser knows nothing of the ending that is added, so it has not asked about that file. */
static void
test_dialog_asks (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "plain.txt");
  g_autofree char *before = NULL;
  AdwMessageDialog *dialog;

  g_assert_true (g_file_replace_contents (file, "old", 3, NULL, FALSE, 0, NULL, NULL, NULL));
  fixture_speak (f, 0, "Words.");
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.export", NULL);
  choose (f, "plain");
  WAIT_FOR ((dialog = fixture_find (NULL, ADW_TYPE_MESSAGE_DIALOG, "heading", "Replace the File?")) != NULL);
  before = contents_of (file);
  g_assert_cmpstr (before, ==, "old");
  g_signal_emit_by_name (fixture_find (dialog, GTK_TYPE_BUTTON, "label", "_Replace"), "clicked");
  WAIT_FOR (!longhand_document_get_unsaved (f->document));
  g_free (before);
  before = contents_of (file);
  g_assert_cmpstr (before, ==, "Words.\n");
}

static void
test_dialog_fails (Fixture *f, gconstpointer data) {
  gtk_text_buffer_insert_at_cursor (f->buffer, "typed", -1);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.export", NULL);
  choose (f, "typed.vtt");
  WAIT_FOR (longhand_banner_get_shown (f->window->problem));
  g_assert_nonnull (
      fixture_find (f->window->problem, GTK_TYPE_LABEL, "label",
                    "Nothing here was dictated, so there are no times to write. Choose plain text."));
  fixture_assert_text (f, "typed");
}

static void
test_save_and_close (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "last.txt");
  AdwMessageDialog *dialog;

  g_settings_set_boolean (longhand_settings_get_gsettings (f->settings), "keep-sessions", FALSE);
  fixture_speak (f, 0, "Last words.");
  gtk_window_close (GTK_WINDOW (f->window));
  WAIT_FOR ((dialog = fixture_find (NULL, ADW_TYPE_MESSAGE_DIALOG, "heading", "Save the Text?")) != NULL);
  g_signal_emit_by_name (fixture_find (dialog, GTK_TYPE_BUTTON, "label", "_Save…"), "clicked");
  choose (f, "last.txt");
  WAIT_FOR (f->window == NULL);
  g_assert_true (g_file_query_exists (file, NULL));
}

/* ---- a long document ---- */

static gboolean
says (gpointer root, const char *part) {
  g_autofree char *labels = fixture_dup_labels (root);

  return strstr (labels, part) != NULL;
}

static void
begin_pdf (Fixture *f, const char *name) {
  hold (TRUE);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.export", NULL);
  choose (f, name);
  WAIT_FOR (get_is_held ());
}

static gboolean
count (gpointer user) {
  ++*(guint *)user;
  return G_SOURCE_CONTINUE;
}

/* What is said on a day. */
static void
insert_a_day (Fixture *f) {
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 4000; i++)
    g_string_append (
        text, "All that is said from the morning to the evening of a long day goes into one text.\n\n");
  g_string_append (text, "These are the last words.");
  gtk_text_buffer_insert_at_cursor (f->buffer, text->str, -1);
}

/* As pdftotext reads it. (transfer full) */
static char *
dup_text_of_pdf (GFile *file) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "pdftotext",
                                                      g_file_peek_path (file), "-", NULL);
  char *text = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_day (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "day.pdf");
  g_autofree char *text = NULL;
  const char *sentence;
  guint n_turns = 0, n_sentences = 0;
  guint id;

  insert_a_day (f);
  begin_pdf (f, "day.pdf");
  id = g_timeout_add (1, count, &n_turns);
  WAIT_FOR (n_turns >= 100); /* while nothing can come from the thread */
  g_assert_nonnull (f->window->saving);
  hold (FALSE);
  WAIT_FOR (says (f->window, "Saved as “day.pdf”"));
  g_source_remove (id);
  text = dup_text_of_pdf (file);
  for (sentence = text; (sentence = strstr (sentence, "All that is said")) != NULL; sentence++)
    n_sentences++;
  g_assert_cmpuint (n_sentences, ==, 4000);
  g_assert_nonnull (strstr (text, "These are the last words."));
}

/* The main loop turns, so that the person can write on; what is written then is not in the document, so it is
 * not saved either. */
static void
test_person_goes_on (Fixture *f, gconstpointer data) {
  gtk_text_buffer_insert_at_cursor (f->buffer, "Long.", -1);
  begin_pdf (f, "long.pdf");
  fixture_activate (GTK_WINDOW (f->window));
  gtk_widget_grab_focus (longhand_editor_get_view (f->window->editor));
  fixture_type ("on");
  WAIT_FOR (gtk_text_buffer_get_char_count (f->buffer) == 7);
  WAIT_FOR (says (f->window, "Writing “long.pdf”…"));
  g_assert_false (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.export", NULL)
                  && find_chooser () != NULL);
  hold (FALSE);
  WAIT_FOR (says (f->window, "Saved as “long.pdf”"));
  WAIT_FOR (!says (f->window, "Writing"));
  g_assert_true (longhand_document_get_unsaved (f->document));
}

/* At once, although the thread is not through; the next one does not wait for it either. */
static void
test_cancel (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "long.pdf");
  g_autoptr (GFile) next = file_in (f, "next.txt");
  GtkWidget *cancel;

  gtk_text_buffer_insert_at_cursor (f->buffer, "Long.", -1);
  begin_pdf (f, "long.pdf");
  WAIT_FOR (says (f->window, "Writing “long.pdf”…"));
  cancel = fixture_find (f->window, GTK_TYPE_BUTTON, "label", "_Cancel");
  g_assert_nonnull (cancel);
  g_signal_emit_by_name (cancel, "clicked");
  WAIT_FOR (!says (f->window, "Writing"));
  g_assert_null (f->window->saving);
  g_assert_false (longhand_banner_get_shown (f->window->problem));
  g_assert_true (save (f, next, longhand_format_get_writer (LONGHAND_FORMAT_TXT), NULL));
  hold (FALSE);
  WAIT_FOR (get_n_pages_made () > 0);
  fixture_settle ();
  g_assert_false (g_file_query_exists (file, NULL));
}

static void
test_window_closes_when_it_is_written (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = file_in (f, "long.pdf");

  gtk_text_buffer_insert_at_cursor (f->buffer, "Long.", -1);
  begin_pdf (f, "long.pdf");
  gtk_window_close (GTK_WINDOW (f->window));
  fixture_settle ();
  g_assert_nonnull (f->window);
  hold (FALSE);
  WAIT_FOR (f->window == NULL);
  g_assert_true (g_file_query_exists (file, NULL));
}

/* The window stays, so that it can say so. */
static void
test_failure_after_a_while (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) folder = file_in (f, "folder");

  g_assert_true (g_file_make_directory (folder, NULL, NULL));
  gtk_text_buffer_insert_at_cursor (f->buffer, "Long.", -1);
  begin_pdf (f, "folder/long.pdf");
  gtk_window_close (GTK_WINDOW (f->window));
  g_assert_true (g_file_delete (folder, NULL, NULL));
  hold (FALSE);
  WAIT_FOR (longhand_banner_get_shown (f->window->problem));
  g_assert_true (says (f->window->problem, "long.pdf"));
  fixture_assert_text (f, "Long.");
}

/* ---- dragging it out ---- */

static GtkDragSource *
drag_source_of (Fixture *f) {
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (f->window->copy);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

    if (GTK_IS_DRAG_SOURCE (controller))
      return GTK_DRAG_SOURCE (controller);
  }
  g_assert_not_reached ();
}

static void
text_is_dragged_as_text_and_as_a_file (Fixture *f, gconstpointer data) {
  g_autoptr (GdkContentProvider) provider = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GValue) text = G_VALUE_INIT;
  g_auto (GValue) files = G_VALUE_INIT;
  g_autofree char *contents = NULL;
  GFile *file;

  fixture_speak (f, 1000, "First thing.");
  g_signal_emit_by_name (drag_source_of (f), "prepare", 1.0, 1.0, &provider);
  g_value_init (&text, G_TYPE_STRING);
  g_assert_true (gdk_content_provider_get_value (provider, &text, &error));
  g_assert_cmpstr (g_value_get_string (&text), ==, "First thing.");
  g_value_init (&files, GDK_TYPE_FILE_LIST);
  g_assert_true (gdk_content_provider_get_value (provider, &files, &error));
  file = ((GSList *)g_value_get_boxed (&files))->data;
  g_assert_true (g_str_has_suffix (g_file_peek_path (file), ".txt"));
  contents = contents_of (file);
  g_assert_cmpstr (contents, ==, "First thing.");
  gtk_window_destroy (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  g_assert_false (g_file_query_exists (file, NULL));
}

/* The desktop's chooser tells which filter was chosen, and leaves the name as it is. */
static void
test_decides (void) {
  static const struct {
    const char *name;
    const char *chosen;
    gboolean may_rename;
    const char *full, *written;
  } rows[] = {
    { "a.txt", "pdf", TRUE, "a.pdf", "pdf" }, /* the name that was offered */
    { "a.txt", "txt", TRUE, "a.txt", "txt" },
    { "a.txt", "pdf", FALSE, "a.txt", "txt" },
    { "b.srt", "pdf", TRUE, "b.srt", "srt" },
    { "b.txt", "pdf", TRUE, "b.txt", "txt" },
    { "b", "pdf", TRUE, "b.pdf", "pdf" },
    { "b", "pdf", FALSE, "b", "pdf" },
    { "talk 2.5", "md", TRUE, "talk 2.5.md", "md" },
    { ".txt", "md", TRUE, ".txt.md", "md" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *full = NULL;
    const LonghandWriter *writer = longhand_writers_decide (
        rows[i].name, "a.txt", longhand_writers_find (rows[i].chosen), rows[i].may_rename, &full);

    g_assert_cmpstr (full, ==, rows[i].full);
    g_assert_cmpstr (writer->extension, ==, rows[i].written);
  }
}

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  g_test_add_func ("/export/name-and-filter-decide-the-format", test_decides);
  FIXTURE_ADD ("/export/file-is-offered-the-title-of-the-session", test_offers_the_title);
  FIXTURE_ADD ("/export/plain-text-is-what-is-shown", test_txt);
  FIXTURE_ADD ("/export/srt-has-times-and-the-edited-words", test_srt);
  FIXTURE_ADD ("/export/md-has-a-heading-and-paragraphs-with-times", test_md);
  FIXTURE_ADD ("/export/csv-has-times-and-the-edited-words", test_csv);
  FIXTURE_ADD ("/export/vtt-has-times-and-the-edited-words", test_vtt);
  FIXTURE_ADD ("/export/json-has-the-edited-words", test_json);
  FIXTURE_ADD ("/export/odt-has-the-edited-words-in-paragraphs", test_odt);
  FIXTURE_ADD ("/export/odt-has-what-was-typed", test_typed_odt);
  FIXTURE_ADD ("/export/pdf-has-what-was-typed", test_pdf);
  FIXTURE_ADD ("/export/times-need-something-dictated", test_no_times);
  FIXTURE_ADD ("/export/no-format-loses-text", test_no_format_loses_text);
  FIXTURE_ADD ("/export/an-impossible-place-loses-nothing", test_impossible_place);
  FIXTURE_ADD ("/export/dialog/the-ending-decides-the-format", test_dialog_writes);
  FIXTURE_ADD ("/export/dialog/every-format-can-be-chosen", test_dialog_formats);
  FIXTURE_ADD ("/export/dialog/the-name-follows-the-format", test_dialog_renames);
  g_test_add ("/export/dialog/it-begins-with-what-was-chosen-last", Fixture, NULL,
              fixture_set_up_without_window, test_dialog_begins_where_it_was, fixture_tear_down);
  FIXTURE_ADD ("/export/drag/text-is-dragged-as-text-and-as-a-file", text_is_dragged_as_text_and_as_a_file);
  FIXTURE_ADD ("/export/dialog/a-name-without-ending-gets-one", test_dialog_adds_ending);
  FIXTURE_ADD ("/export/dialog/a-file-of-that-name-with-the-ending-is-asked-about", test_dialog_asks);
  FIXTURE_ADD ("/export/dialog/a-failure-is-said", test_dialog_fails);
  FIXTURE_ADD ("/export/dialog/saving-closes-when-that-was-asked", test_save_and_close);
  FIXTURE_ADD ("/export/long/a-day-is-written-beside-the-main-loop", test_day);
  FIXTURE_ADD ("/export/long/it-can-be-cancelled", test_cancel);
  FIXTURE_ADD ("/export/long/the-person-goes-on", test_person_goes_on);
  FIXTURE_ADD ("/export/long/the-window-closes-when-it-is-written", test_window_closes_when_it_is_written);
  FIXTURE_ADD ("/export/long/a-failure-keeps-the-window-and-is-said", test_failure_after_a_while);
  return g_test_run ();
}
