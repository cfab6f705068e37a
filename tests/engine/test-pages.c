/* Pages of the decoder's cache, against a model that copies everything: what each position of each sequence
 * holds. */
#include "model/pages.h"

#include <glib.h>
#include <string.h>

#define N_SEQUENCES 4
#define MOST (5 * QUILL_PAGE_LEN)
#define N_PAGES (N_SEQUENCES * 5)

struct rig {
  struct quill_page page[N_PAGES];
  struct quill_pages pages;
  uint32_t tables[N_SEQUENCES][5];
  struct quill_sequence sequences[N_SEQUENCES];
  int memory[N_PAGES][QUILL_PAGE_LEN]; /* what a decoder would keep there */
  int expected[N_SEQUENCES][MOST];
};

static void
rig_init (struct rig *rig) {
  memset (rig, 0xa5, sizeof *rig);
  quill_pages_init (&rig->pages, rig->page, N_PAGES);
  for (size_t i = 0; i < N_SEQUENCES; i++)
    rig->sequences[i] = (struct quill_sequence){ .pages = rig->tables[i] };
}

static void
append (struct rig *rig, size_t s, size_t n, int value) {
  struct quill_sequence *sequence = &rig->sequences[s];
  const size_t end = sequence->length + n;

  for (size_t i = sequence->length / QUILL_PAGE_LEN; i < quill_page_count (end); i++) {
    const uint32_t before = quill_sequence_own_page (&rig->pages, sequence, i), now = sequence->pages[i];

    if (before != now)
      memcpy (rig->memory[now], rig->memory[before], sizeof rig->memory[now]);
  }
  for (; sequence->length < end; sequence->length++) {
    const size_t at = sequence->length;

    rig->memory[sequence->pages[at / QUILL_PAGE_LEN]][at % QUILL_PAGE_LEN] = value;
    rig->expected[s][at] = value;
  }
}

/* Every sequence holds what it should; every page has as many holders as there are sequences with it; the
 * others are in the list. */
static void
check (const struct rig *rig) {
  uint32_t holders[N_PAGES] = { 0 }, n_free = 0;

  for (size_t s = 0; s < N_SEQUENCES; s++) {
    const struct quill_sequence *sequence = &rig->sequences[s];

    g_assert_cmpuint (sequence->n_pages, ==, quill_page_count (sequence->length));
    for (size_t i = 0; i < sequence->n_pages; i++)
      holders[sequence->pages[i]]++;
    for (size_t i = 0; i < sequence->length; i++)
      g_assert_cmpint (rig->memory[sequence->pages[i / QUILL_PAGE_LEN]][i % QUILL_PAGE_LEN], ==,
                       rig->expected[s][i]);
  }
  for (size_t i = 0; i < N_PAGES; i++) {
    g_assert_cmpuint (rig->page[i].n_holders, ==, holders[i]);
    n_free += holders[i] == 0;
  }
  g_assert_cmpuint (quill_pages_free (&rig->pages), ==, n_free);
}

static void
any_order_of_steps_keeps_what_sequences_hold (void) {
  struct rig rig;

  rig_init (&rig);
  check (&rig);
  for (int step = 0; step < 20000; step++) {
    const size_t s = (size_t)g_test_rand_int_range (0, N_SEQUENCES),
                 other = (size_t)g_test_rand_int_range (0, N_SEQUENCES);
    struct quill_sequence *sequence = &rig.sequences[s];

    switch (g_test_rand_int_range (0, 4)) {
    case 0:
      quill_sequence_truncate (&rig.pages, sequence,
                               (size_t)g_test_rand_int_range (0, (int)sequence->length + 1));
      break;
    case 1:
      sequence->window = (uint32_t)step;
      quill_sequence_fork (&rig.pages, sequence, &rig.sequences[other]);
      g_assert_cmpuint (rig.sequences[other].window, ==, step);
      memcpy (rig.expected[other], rig.expected[s], sizeof rig.expected[s]);
      break;
    default:
      append (&rig, s, (size_t)g_test_rand_int_range (0, (int)MIN (80, MOST - sequence->length) + 1), step);
    }
    check (&rig);
  }
  for (size_t i = 0; i < N_SEQUENCES; i++)
    quill_sequence_truncate (&rig.pages, &rig.sequences[i], 0);
  check (&rig);
  g_assert_cmpuint (quill_pages_free (&rig.pages), ==, N_PAGES);
}

/* The most that can be asked for: all sequences full, with not a page in common. */
static void
there_is_a_page_for_all (void) {
  struct rig rig;

  rig_init (&rig);
  append (&rig, 0, MOST - 1, 1);
  for (size_t i = 1; i < N_SEQUENCES; i++) {
    quill_sequence_fork (&rig.pages, &rig.sequences[0], &rig.sequences[i]);
    memcpy (rig.expected[i], rig.expected[0], sizeof rig.expected[0]);
  }
  g_assert_cmpuint (quill_pages_free (&rig.pages), ==, N_PAGES - 5);
  for (size_t i = 0; i < N_SEQUENCES; i++) {
    quill_sequence_truncate (&rig.pages, &rig.sequences[i], 0);
    append (&rig, i, MOST, (int)i);
    check (&rig);
  }
  g_assert_cmpuint (quill_pages_free (&rig.pages), ==, 0);
}

static void
the_last_holder_writes_in_place (void) {
  struct rig rig;

  rig_init (&rig);
  append (&rig, 0, 5, 1);
  const uint32_t page = rig.sequences[0].pages[0];
  quill_sequence_fork (&rig.pages, &rig.sequences[0], &rig.sequences[1]);
  g_assert_cmpuint (quill_sequence_own_page (&rig.pages, &rig.sequences[1], 0), ==, page);
  g_assert_cmpuint (rig.sequences[1].pages[0], !=, page);
  g_assert_cmpuint (quill_sequence_own_page (&rig.pages, &rig.sequences[0], 0), ==, page);
  g_assert_cmpuint (rig.sequences[0].pages[0], ==, page);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pages/any-order-of-steps-keeps-what-sequences-hold",
                   any_order_of_steps_keeps_what_sequences_hold);
  g_test_add_func ("/pages/there-is-a-page-for-all", there_is_a_page_for_all);
  g_test_add_func ("/pages/the-last-holder-writes-in-place", the_last_holder_writes_in_place);
  return g_test_run ();
}
