/* Which words of a text are those that a search found it by. */
#include "transcript/longhand-found.h"

/* In brackets. (transfer full) */
static char *
mark (const char *text, const char *words) {
  g_autoptr (GArray) found = longhand_found_new (text, words);
  GString *marked = g_string_new (NULL);
  guint offset = 0;

  for (const char *p = text;; p = g_utf8_next_char (p), offset++) {
    for (guint i = 0; i < found->len; i++) {
      const LonghandFound *place = &g_array_index (found, LonghandFound, i);

      if (place->offset + place->length == offset)
        g_string_append_c (marked, ']');
      if (place->offset == offset)
        g_string_append_c (marked, '[');
    }
    if (*p == '\0')
      break;
    g_string_append_unichar (marked, g_utf8_get_char (p));
  }
  return g_string_free (marked, FALSE);
}

static void
words_are_marked_as_the_library_finds_them (void) {
  static const struct {
    const char *words, *marked;
  } rows[] = {
    { "", "Nothing is looked for." },
    { " ?! \"", "Nothing is looked for." },
    { "nothing", "[Nothing] is looked for." },
    { "look FOR", "Nothing is [looked] [for]." },
    { "othing", "Nothing is looked for." },
    { "wed", "[Wednesday], or the [Wedding]; not: owed" },
    { "mull", "[Müller] and [Mu\xcc\x88ller], [MÜLLER]" },
    { "müll", "[Muller], says [Müller]" },
    { "don't", "I [don't], or [don’t]; don is another, and don’s" },
    { "two-fold don", "A [two-folded] thing, a two fo, [don]" },
    { "one one-two", "[One], [one two], [one]" },
    { "3", "Route [3], [3rd]; not 13" },
    { "音声", "[音声入力]、入力の音声" },
    { "가", "[가나] 각" },
    { "x", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (GStrv) parts = g_strsplit_set (rows[i].marked, "[]", -1);
    g_autofree char *text = g_strjoinv ("", parts);
    g_autofree char *marked = mark (text, rows[i].words);

    g_assert_cmpstr (marked, ==, rows[i].marked);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/found/words-are-marked-as-the-library-finds-them",
                   words_are_marked_as_the_library_finds_them);
  return g_test_run ();
}
