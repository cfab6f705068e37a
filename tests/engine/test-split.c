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

static void
grid_splits_down_and_only_then_across (void) {
  /* 64 rows of weights must stay together, and 24 rows of x. */
  static const struct {
    const char *what;
    size_t rows, m, cols;
    unsigned threads, across, down;
    size_t per_across, per_down;
  } table[] = {
    { "no weights", 0, 1500, 384, 4, 0, 0, 0, 0 },
    { "no rows of x", 384, 0, 384, 4, 0, 0, 0, 0 },
    { "one thread", 1536, 1500, 384, 1, 1, 1, 1536, 1512 },
    { "one thread, a step of hours", 1u << 20, 1u << 20, 1u << 20, 1, 1, 1, 1u << 20, 43691 * 24 },
    { "not worth waking anybody", 64, 10, 100, 8, 1, 1, 64, 24 },
    { "worth two tasks", 64, 48, 100, 8, 1, 2, 64, 24 },
    { "rows of x are shared out: four tasks a thread", 1536, 1500, 384, 2, 1, 8, 1536, 192 },
    { "a small step: a task a thread", 64, 480, 100, 4, 1, 4, 64, 120 },
    { "few rows of x: weights as well", 1536, 48, 1280, 4, 8, 2, 192, 24 },
    { "one tile of rows of x: weights only", 1536, 20, 1280, 4, 12, 1, 128, 24 },
    { "fewer chunks and rows than tasks", 128, 48, 5120, 8, 2, 2, 64, 24 },
    { "product beyond size_t", (size_t)1 << 40, (size_t)1 << 40, (size_t)1 << 40, 4, 1, 16, (size_t)1 << 40,
      ((size_t)1 << 36) + 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    const struct quill_grid grid
        = quill_split_grid (table[i].rows, 64, table[i].m, 24, table[i].cols, table[i].threads);

    g_test_message ("%s", table[i].what);
    g_assert_cmpuint (grid.n_across, ==, table[i].across);
    g_assert_cmpuint (grid.n_down, ==, table[i].down);
    g_assert_cmpuint (grid.rows_per_task, ==, table[i].per_across);
    g_assert_cmpuint (grid.m_per_task, ==, table[i].per_down);
  }
}

static void
grid_covers_everything (void) {
  for (size_t rows = 1; rows < 700; rows += 1 + rows / 8)
    for (size_t m = 1; m < 4000; m += 1 + m / 8)
      for (unsigned threads = 1; threads < 20; threads++) {
        const struct quill_grid grid = quill_split_grid (rows, 64, m, 24, 1000, threads);

        check_share ((struct quill_split){ grid.n_across, grid.rows_per_task }, rows);
        check_share ((struct quill_split){ grid.n_down, grid.m_per_task }, m);
        g_assert_cmpuint (grid.rows_per_task % 64, ==, 0);
        g_assert_cmpuint (grid.m_per_task % 24, ==, 0);
        if (threads == 1)
          g_assert_cmpuint (grid.n_across * grid.n_down, ==, 1);
        if (grid.n_across > 1) /* weights are split only where rows of x gave fewer tasks than wanted */
          g_assert_cmpuint (grid.n_down, <, 4 * threads);
      }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/split/rows-split-by-their-cost", rows_split_by_their_cost);
  g_test_add_func ("/split/heads-split-by-query-and-keys", heads_split_by_query_and_keys);
  g_test_add_func ("/split/shares-cover-everything-without-empty-tasks", shares_cover_everything);
  g_test_add_func ("/split/grid-splits-down-and-only-then-across", grid_splits_down_and_only_then_across);
  g_test_add_func ("/split/grid-covers-everything-without-empty-tasks", grid_covers_everything);
  return g_test_run ();
}
