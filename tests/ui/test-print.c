/* What is printed, or exported as PDF, as pdftotext reads it. */
#include "export/longhand-pdf.h"
#include "longhand-error.h"
#include "print/longhand-pages.h"
#include "print/longhand-print.h"

#include <cairo-pdf.h>
#include <glib/gstdio.h>
#include <string.h>

static gboolean memory_runs_out; /* before all is written */

static cairo_status_t
refuse (void *closure, const unsigned char *data, unsigned n) {
  return CAIRO_STATUS_NO_MEMORY;
}

cairo_surface_t *__real_cairo_pdf_surface_create_for_stream (cairo_write_func_t write, void *closure,
                                                             double width, double height);
cairo_surface_t *__wrap_cairo_pdf_surface_create_for_stream (cairo_write_func_t write, void *closure,
                                                             double width, double height);
cairo_surface_t *
__wrap_cairo_pdf_surface_create_for_stream (cairo_write_func_t write, void *closure, double width,
                                            double height) {
  return __real_cairo_pdf_surface_create_for_stream (memory_runs_out ? refuse : write, closure, width,
                                                     height);
}

/* While pages are made for longhand_print_operation, the main loop turns: its thread waits for that (--wrap).
 */
static GMutex lock;
static GCond turned;
static gboolean waits, has_turned; /* guarded by lock */

LonghandPages *__real_longhand_pages_new (const char *text, double width, double height, double resolution);
LonghandPages *__wrap_longhand_pages_new (const char *text, double width, double height, double resolution);

LonghandPages *
__wrap_longhand_pages_new (const char *text, double width, double height, double resolution) {
  g_mutex_lock (&lock);
  while (waits && !has_turned)
    g_cond_wait (&turned, &lock);
  g_mutex_unlock (&lock);
  return __real_longhand_pages_new (text, width, height, resolution);
}

static gboolean
turn (gpointer user) {
  g_mutex_lock (&lock);
  has_turned = TRUE;
  g_cond_signal (&turned);
  g_mutex_unlock (&lock);
  return G_SOURCE_CONTINUE;
}

/* What a program says of a PDF. (transfer full) */
static char *
ask (const char *const *arguments) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) reader = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  char *read = NULL;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (reader, NULL, NULL, &read, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (reader), ==, 0);
  return read;
}

/* Pages of the PDF, a form feed behind each. (transfer full) */
static char *
read_pages (const char *path) {
  return ask ((const char *const[]){ "pdftotext", "-enc", "UTF-8", path, "-", NULL });
}

static LonghandTranscript *
create_transcript (const char *text) {
  LonghandTranscript *transcript = longhand_transcript_new ();

  longhand_transcript_set_text (transcript, text);
  longhand_transcript_set_title (transcript, "Äpfel & mehr");
  return transcript;
}

static void
print_to (const char *path, const char *text) {
  g_autoptr (GtkPrintOperation) operation = longhand_print_operation_new ("A test", text);
  g_autoptr (GError) error = NULL;

  gtk_print_operation_set_export_filename (operation, path);
  g_assert_cmpint (gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_EXPORT, NULL, &error), ==,
                   GTK_PRINT_OPERATION_RESULT_APPLY);
  g_assert_no_error (error);
}

static void
export_to (const char *path, const char *text) {
  g_autoptr (LonghandTranscript) transcript = create_transcript (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = NULL;

  longhand_pdf_writer.prepare ();
  pdf = longhand_pdf_writer.write (transcript, &error);

  g_assert_no_error (error);
  g_assert_true (
      g_file_set_contents (path, g_bytes_get_data (pdf, NULL), (gssize)g_bytes_get_size (pdf), NULL));
}

/* Printed and exported, the pages are the same. (transfer full) */
static char *
print (const char *text) {
  g_autofree char *dir = g_dir_make_tmp ("longhand-print-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "out.pdf", NULL);
  g_autofree char *exported = NULL;
  char *printed;

  print_to (path, text);
  printed = read_pages (path);
  export_to (path, text);
  exported = read_pages (path);
  g_assert_cmpstr (exported, ==, printed);
  g_unlink (path);
  g_rmdir (dir);
  return printed;
}

/* By the places of their first words. */
static void
assert_pages_begin_at_the_top (const char *text) {
  g_autofree char *dir = g_dir_make_tmp ("longhand-print-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "out.pdf", NULL);
  g_autofree char *boxes = NULL;
  g_auto (GStrv) pages = NULL;

  export_to (path, text);
  boxes = ask ((const char *const[]){ "pdftotext", "-bbox", path, "-", NULL });
  pages = g_strsplit (boxes, "<page ", -1);
  g_assert_cmpuint (g_strv_length (pages), >, 2); /* what is before the first one, and two */
  for (char **page = pages + 1; *page != NULL; page++) {
    const char *first = strstr (*page, "yMin=\""), *top = strstr (pages[1], "yMin=\"");

    g_assert_cmpfloat_with_epsilon (g_ascii_strtod (first + 6, NULL), g_ascii_strtod (top + 6, NULL), 1);
  }
  g_unlink (path);
  g_rmdir (dir);
}

static guint
count_pages (const char *read) {
  guint n = 0;

  for (; *read != '\0'; read++)
    n += *read == '\f' ? 1 : 0;
  return n;
}

static void
short_text_is_one_page_with_its_number (void) {
  g_autofree char *read = print ("Ein Satz über Äpfel.\n\nUnd noch einer.");

  g_assert_nonnull (strstr (read, "Ein Satz über Äpfel."));
  g_assert_nonnull (strstr (read, "Und noch einer."));
  g_assert_nonnull (strstr (read, "Page 1 of 1"));
  g_assert_cmpuint (count_pages (read), ==, 1);
}

static void
long_text_goes_on_and_no_line_is_lost (void) {
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *read = NULL, *last = NULL;
  const char *at;
  guint n_pages;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, "Line %u.\n", i);
  read = print (text->str);
  n_pages = count_pages (read);
  g_assert_cmpuint (n_pages, >, 2);
  last = g_strdup_printf ("Page %u of %u", n_pages, n_pages);
  g_assert_nonnull (strstr (read, last));
  at = read;
  for (guint i = 0; i < 200; i++) {
    g_autofree char *line = g_strdup_printf ("Line %u.", i);

    at = strstr (at, line); /* each behind the one before */
    g_assert_nonnull (at);
  }
}

static void
paragraph_longer_than_a_page_is_broken_between_lines (void) {
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *read = NULL;
  const char *at;
  guint n = 0;

  for (guint i = 0; i < 3000; i++)
    g_string_append (text, "word ");
  read = print (text->str);
  g_assert_cmpuint (count_pages (read), >, 2);
  for (at = read; (at = strstr (at, "word")) != NULL; at++)
    n++;
  g_assert_cmpuint (n, ==, 3000);
}

static void
nothing_is_an_empty_page (void) {
  g_autofree char *read = print ("");

  g_assert_nonnull (strstr (read, "Page 1 of 1"));
}

static void
on_done (GtkPrintOperation *operation, GtkPrintOperationResult result, gboolean *is_done) {
  g_assert_cmpint (result, ==, GTK_PRINT_OPERATION_RESULT_APPLY);
  *is_done = TRUE;
}

static void
main_loop_turns_while_pages_are_made (void) {
  g_autofree char *dir = g_dir_make_tmp ("longhand-print-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "out.pdf", NULL);
  g_autoptr (GtkPrintOperation) operation = longhand_print_operation_new ("A test", "Words.");
  g_autofree char *read = NULL;
  gboolean is_done = FALSE;
  guint id;

  waits = TRUE;
  gtk_print_operation_set_export_filename (operation, path);
  gtk_print_operation_set_allow_async (operation, TRUE);
  g_signal_connect (operation, "done", G_CALLBACK (on_done), &is_done);
  id = g_timeout_add (1, turn, NULL); /* an idle source would starve GTK's, which come after it */
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_EXPORT, NULL, NULL);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  waits = FALSE;
  read = read_pages (path);
  g_assert_nonnull (strstr (read, "Words."));
  g_unlink (path);
  g_rmdir (dir);
}

/* Whether as many lines as a page has are even or odd. */
static void
no_page_begins_with_an_empty_line (void) {
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 60; i++)
    g_string_append (text, "paragraph\n\n");
  assert_pages_begin_at_the_top (text->str);
  g_string_prepend (text, "paragraph\n");
  assert_pages_begin_at_the_top (text->str);
}

static void
pdf_says_what_it_is (void) {
  g_autofree char *dir = g_dir_make_tmp ("longhand-print-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "out.pdf", NULL);
  g_autofree char *info = NULL, *fonts = NULL;

  export_to (path, "Text.");
  info = ask ((const char *const[]){ "pdfinfo", "-enc", "UTF-8", path, NULL });
  g_assert_true (g_regex_match_simple ("^Title: +Äpfel & mehr$", info, G_REGEX_MULTILINE, 0));
  g_assert_true (g_regex_match_simple ("^Creator: +Longhand [0-9.]+$", info, G_REGEX_MULTILINE, 0));
  g_assert_true (g_regex_match_simple ("^Page size: .*\\(A4\\)$", info, G_REGEX_MULTILINE, 0));
  fonts = ask ((const char *const[]){ "pdffonts", path, NULL });
  g_assert_true (g_regex_match_simple ("^[A-Z]{6}\\+\\S+ .* yes +yes +yes ", fonts, G_REGEX_MULTILINE,
                                       0)); /* embedded */
  g_unlink (path);
  g_rmdir (dir);
}

static void
memory_that_runs_out_is_said (void) {
  g_autoptr (LonghandTranscript) transcript = create_transcript ("Text.");
  g_autoptr (GError) error = NULL;

  memory_runs_out = TRUE;
  g_assert_null (longhand_pdf_writer.write (transcript, &error));
  memory_runs_out = FALSE;
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
  g_assert_true (
      g_str_has_prefix (error->message, "There is not enough memory for a document (out of memory): "));
}

int
main (int argc, char **argv) {
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/print/short-text-is-one-page-with-its-number", short_text_is_one_page_with_its_number);
  g_test_add_func ("/print/long-text-goes-on-and-no-line-is-lost", long_text_goes_on_and_no_line_is_lost);
  g_test_add_func ("/print/paragraph-longer-than-a-page-is-broken-between-lines",
                   paragraph_longer_than_a_page_is_broken_between_lines);
  g_test_add_func ("/print/no-page-begins-with-an-empty-line", no_page_begins_with_an_empty_line);
  g_test_add_func ("/print/the-main-loop-turns-while-pages-are-made", main_loop_turns_while_pages_are_made);
  g_test_add_func ("/print/pdf-says-what-it-is", pdf_says_what_it_is);
  g_test_add_func ("/print/memory-that-runs-out-is-said", memory_that_runs_out_is_said);
  g_test_add_func ("/print/nothing-is-an-empty-page", nothing_is_an_empty_page);
  return g_test_run ();
}
