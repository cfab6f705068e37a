/* The planning function, by its numbers. */
#include "base/split.h"

#include <glib.h>

static void
check_share (struct quill_split split, size_t n_items) {
  g_assert_cmpuint (split.n_tasks, >=, 1);
  /* Tasks cover everything, and the last one has something to do. */
  g_assert_cmpuint (split.n_tasks * split.per_task, >=, n_items);
  g_assert_cmpuint ((split.n_tasks - 1) * split.per_task, <, n_items);
}

static void
rows_split_by_their_cost (void) {
  static const struct {
    const char *what;
    size_t rows, granule, cost;
    unsigned threads, tasks;
    size_t per_task;
  } table[] = {
    { "nothing", 0, 16, 1000, 4, 0, 0 },
    { "one thread", 51864, 16, 384, 1, 1, 51872 },
    { "256 x 256, one row: not worth waking anybody", 256, 16, 256, 8, 1, 256 },
    { "1024 x 256, one row: worth one more", 1024, 16, 256, 8, 2, 512 },
    { "1536 x 384, one row: each thread a share", 1536, 16, 384, 4, 4, 384 },
    { "vocabulary x 384, one row: a task per thread", 51864, 16, 384, 2, 2, 25936 },
    { "vocabulary x 1280: milliseconds, so four per thread", 51864, 16, 1280, 2, 8, 6496 },
    { "encoder layer: four per thread", 1536, 16, 384 * 1500, 2, 8, 192 },
    { "fewer panels than tasks", 48, 16, 384 * 1500, 8, 3, 16 },
    { "panels stay whole", 100, 16, 1000000, 2, 7, 16 },
    { "one row, however dear", 1, 16, 1u << 30, 8, 1, 16 },
    { "product beyond size_t", (size_t)1 << 40, 1, (size_t)1 << 40, 4, 16, (size_t)1 << 36 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    const struct quill_split split
        = quill_split_rows (table[i].rows, table[i].granule, table[i].cost, table[i].threads);

    g_test_message ("%s", table[i].what);
    g_assert_cmpuint (split.n_tasks, ==, table[i].tasks);
    g_assert_cmpuint (split.per_task, ==, table[i].per_task);
  }
}

static void
heads_split_by_query_and_keys (void) {
  static const struct {
    const char *what;
    size_t heads, query, key, dim;
    unsigned threads, tasks;
    size_t per_task;
  } table[] = {
    { "no heads", 0, 1, 1, 64, 4, 0, 0 },
    { "one query, few keys", 6, 1, 20, 64, 4, 1, 6 },
    { "one query, many heads, keys below the threshold", 20, 1, 255, 64, 4, 1, 20 },
    { "one query, few heads, long keys", 3, 1, 1500, 64, 4, 1, 3 },
    { "one query, many heads, long keys: two threads", 6, 1, 1500, 64, 2, 2, 3 },
    { "one query, many heads, long keys: four threads", 8, 1, 1500, 64, 4, 4, 2 },
    { "one query, large model", 20, 1, 1500, 64, 8, 7, 3 },
    { "one query, just worth two tasks", 4, 1, 448, 64, 8, 2, 2 },
    { "many queries: heads grouped, one group per thread", 8, 1500, 1500, 64, 2, 2, 4 },
    { "many queries: uneven groups", 6, 1500, 1500, 64, 4, 3, 2 },
    { "many queries: never more tasks than heads", 6, 1500, 1500, 64, 16, 6, 1 },
    { "many queries, few heads", 2, 1500, 1500, 64, 4, 2, 1 },
    { "short prompt: over before anybody wakes", 6, 4, 4, 64, 4, 1, 6 },
    { "one thread", 20, 1500, 1500, 64, 1, 1, 20 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    const struct quill_split split
        = quill_split_heads (table[i].heads, table[i].query, table[i].key, table[i].dim, table[i].threads);

    g_test_message ("%s", table[i].what);
    g_assert_cmpuint (split.n_tasks, ==, table[i].tasks);
    g_assert_cmpuint (split.per_task, ==, table[i].per_task);
  }
}

static void
shares_cover_everything (void) {
  for (size_t n = 1; n < 200; n++)
    for (unsigned threads = 1; threads < 20; threads++) {
      const struct quill_split rows = quill_split_rows (n, 16, 30000, threads);

      check_share (rows, n);
      g_assert_cmpuint (rows.per_task % 16, ==, 0);
      check_share (quill_split_heads (n, 100, 100, 64, threads), n);
      check_share (quill_split_heads (n, 1, 500, 64, threads), n);
    }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/split/rows-split-by-their-cost", rows_split_by_their_cost);
  g_test_add_func ("/split/heads-split-by-query-and-keys", heads_split_by_query_and_keys);
  g_test_add_func ("/split/shares-cover-everything-without-empty-tasks", shares_cover_everything);
  return g_test_run ();
}
