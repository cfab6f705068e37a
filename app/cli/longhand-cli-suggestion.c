#include "cli/longhand-cli-suggestion.h"

#include <glib/gi18n.h>
#include <string.h>

#define MOST_WRONG 3
#define LETTERS_PER_WRONG 3
#define SHORTEST_BEGINNING 3
#define TOO_MANY (MOST_WRONG + 1)

/* Letters that are wrong between a and b, which is the optimal string alignment distance, or TOO_MANY. Rows
 * of its table are a's letters, and the last three of them are kept. */
static guint
count_wrong (const char *a, const char *b) {
  const gsize n_a = strlen (a), n_b = strlen (b);
  g_autofree guint *table = NULL;

  if (MAX (n_a, n_b) - MIN (n_a, n_b) > MOST_WRONG)
    return TOO_MANY;
  table = g_new (guint, 3 * (n_b + 1));
  for (gsize i = 0; i <= n_a; i++) {
    guint *row = table + i % 3 * (n_b + 1);
    const guint *above = table + (i + 2) % 3 * (n_b + 1), *two_above = table + (i + 1) % 3 * (n_b + 1);

    row[0] = (guint)i;
    for (gsize j = 1; j <= n_b; j++) {
      if (i == 0) {
        row[j] = (guint)j;
        continue;
      }
      row[j] = MIN (MIN (above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = MIN (row[j], two_above[j - 2] + 1);
    }
  }
  return table[n_a % 3 * (n_b + 1) + n_b];
}

/* (transfer full) */
static char *
fold (const char *name) {
  return g_ascii_strdown (name + strspn (name, "-"), -1);
}

const char *
longhand_cli_find_nearest (const char *typed, const char *const *choices) {
  g_autofree char *folded = fold (typed);
  const gsize n = strlen (folded);
  guint fewest = (guint)MIN (n / LETTERS_PER_WRONG, MOST_WRONG) + 1;
  const char *nearest = NULL;

  for (; *choices != NULL; choices++) {
    g_autofree char *choice = fold (*choices);
    const gboolean begins = n >= SHORTEST_BEGINNING && g_str_has_prefix (choice, folded);
    const guint n_wrong = begins ? 1 : count_wrong (folded, choice);

    if (n_wrong < fewest) {
      fewest = n_wrong;
      nearest = *choices;
    }
  }
  return nearest;
}

void
longhand_cli_suggest (GError **error, const char *typed, const char *const *choices) {
  const char *nearest = longhand_cli_find_nearest (typed, choices);
  g_autofree char *sentence = NULL;

  if (error == NULL || nearest == NULL)
    return;
  sentence = (*error)->message;
  /* Translators: behind a sentence that says what there is not */
  (*error)->message = g_strdup_printf (_ ("%s Perhaps you meant “%s”."), sentence, nearest);
}
