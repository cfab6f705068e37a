/* What is printed, as pdftotext reads it in a PDF. */
#include "print/longhand-print.h"

#include <glib/gstdio.h>
#include <string.h>

/* Pages of the text as a PDF, a form feed behind each. (transfer full) */
static char *
print (const char *text) {
  g_autoptr (GtkPrintOperation) operation = longhand_print_operation_new ("A test", text);
  g_autofree char *dir = g_dir_make_tmp ("longhand-print-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "out.pdf", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) reader = NULL;
  char *read = NULL;

  gtk_print_operation_set_export_filename (operation, path);
  g_assert_cmpint (gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_EXPORT, NULL, &error), ==,
                   GTK_PRINT_OPERATION_RESULT_APPLY);
  g_assert_no_error (error);
  reader = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "pdftotext", "-enc", "UTF-8", path, "-",
                             NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (reader, NULL, NULL, &read, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (reader), ==, 0);
  g_unlink (path);
  g_rmdir (dir);
  return read;
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

int
main (int argc, char **argv) {
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/print/short-text-is-one-page-with-its-number", short_text_is_one_page_with_its_number);
  g_test_add_func ("/print/long-text-goes-on-and-no-line-is-lost", long_text_goes_on_and_no_line_is_lost);
  g_test_add_func ("/print/paragraph-longer-than-a-page-is-broken-between-lines",
                   paragraph_longer_than_a_page_is_broken_between_lines);
  g_test_add_func ("/print/nothing-is-an-empty-page", nothing_is_an_empty_page);
  return g_test_run ();
}
