/* Tables in a terminal: what is under one another stays there in every script. */
#include "cli/longhand-cli-columns.h"

static void
letters_take_one_column_or_two_or_none (void) {
  static const struct {
    const char *text;
    guint expected;
  } rows[] = {
    { "", 0 },
    { "step", 4 },
    { "\u00e9tape", 5 },
    { "e\u0301tape", 5 }, /* é of two characters */
    { "\u6bb5\u968e", 4 },
    { "\u30b3\u30d4\u30fc 1", 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (longhand_cli_columns_of (rows[i].text), ==, rows[i].expected);
}

static void
padding_goes_to_either_side_and_cuts_nothing (void) {
  static const struct {
    int columns;
    const char *text, *expected;
  } rows[] = {
    { 6, "\u00e9tape", " \u00e9tape" },      { -6, "\u00e9tape", "\u00e9tape " },
    { 6, "\u6bb5\u968e", "  \u6bb5\u968e" }, { -6, "\u6bb5\u968e", "\u6bb5\u968e  " },
    { 3, "\u6bb5\u968e", "\u6bb5\u968e" },   { 0, "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *padded = longhand_cli_pad (rows[i].columns, rows[i].text);

    g_assert_cmpstr (padded, ==, rows[i].expected);
  }
}

static GString *printed;

static void
print (const char *text) {
  g_string_append (printed, text);
}

static void
a_row_has_its_cells_side_by_side (void) {
  GPrintFunc before;

  printed = g_string_new (NULL);
  before = g_set_print_handler (print);
  longhand_cli_print_row (-6, "\u6bb5\u968e", 4, "\u56de", 0, "", 3, "ms", 0, NULL);
  g_set_print_handler (before);
  g_assert_cmpstr (printed->str, ==, "\u6bb5\u968e     \u56de   ms\n");
  g_string_free (printed, TRUE);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-columns/letters-take-one-column-or-two-or-none",
                   letters_take_one_column_or_two_or_none);
  g_test_add_func ("/cli-columns/padding-goes-to-either-side-and-cuts-nothing",
                   padding_goes_to_either_side_and_cuts_nothing);
  g_test_add_func ("/cli-columns/a-row-has-its-cells-side-by-side", a_row_has_its_cells_side_by_side);
  return g_test_run ();
}
