/* Memory and errors: what everything else in the engine reports with and allocates from. */
#include "base/arena.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
products_are_checked (void) {
  size_t out = 7;

  g_assert_true (quill_mul2 (&out, 1u << 20, 1u << 20));
  g_assert_cmpuint (out, ==, (size_t)1 << 40);
  g_assert_false (quill_mul2 (&out, SIZE_MAX / 2 + 1, 2));
  g_assert_true (quill_mul2 (&out, SIZE_MAX / 2, 2));
  g_assert_cmpuint (out, ==, SIZE_MAX - 1);
  g_assert_true (quill_mul3 (&out, 3, 5, 7));
  g_assert_cmpuint (out, ==, 105);
  g_assert_false (quill_mul3 (&out, (size_t)1 << 32, (size_t)1 << 32, 1));
  g_assert_false (quill_mul3 (&out, (size_t)1 << 31, (size_t)1 << 31, 4));
  g_assert_true (quill_mul3 (&out, SIZE_MAX, 1, 0));
  g_assert_cmpuint (out, ==, 0);
}

static void
pieces_are_aligned_apart_and_cleared (void) {
  struct quill_plan plan = { 0 };
  const struct quill_span a = quill_plan_add (&plan, 3, 1), b = quill_plan_add (&plan, 65, 4),
                          none = quill_plan_add (&plan, 0, 8), c = quill_plan_add (&plan, 1, 8);
  const struct quill_span all[] = { a, b, none, c };
  struct quill_arena arena;
  unsigned char *bytes;

  g_assert_cmpuint (a.bytes, ==, 3);
  g_assert_cmpuint (b.bytes, ==, 260);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    g_assert_cmpuint (all[i].offset % QUILL_ALIGN, ==, 0);
    g_assert_cmpuint (all[i].offset + all[i].bytes, <=, plan.bytes);
    if (i > 0)
      g_assert_cmpuint (all[i].offset, >=, all[i - 1].offset + all[i - 1].bytes);
  }

  g_assert_cmpint (quill_arena_open (&arena, &plan, "the test", NULL), ==, QUILL_OK);
  g_assert_cmpuint (GPOINTER_TO_SIZE (arena.base) % QUILL_ALIGN, ==, 0);
  bytes = quill_arena_at (&arena, b);
  for (gsize i = 0; i < b.bytes; i++)
    g_assert_cmpuint (bytes[i], ==, 0);
  quill_arena_close (&arena);
  g_assert_null (arena.base);
  quill_arena_close (&arena);
}

static void
overflowing_plan_is_refused (void) {
  struct quill_arena arena = { 0 };
  struct quill_error error = { 0 };
  const struct {
    size_t count, size;
  } table[] = { { SIZE_MAX / 4, 8 }, { SIZE_MAX, 1 }, { SIZE_MAX - 64, 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    struct quill_plan plan = { 0 };

    quill_plan_add (&plan, 64, 1);
    quill_plan_add (&plan, table[i].count, table[i].size);
    g_assert_true (plan.overflow);
    quill_plan_add (&plan, 1, 1);
    g_assert_cmpint (quill_arena_open (&arena, &plan, "the cache", &error), ==, QUILL_ERR_NOMEM);
    g_assert_cmpint (error.code, ==, QUILL_ERR_NOMEM);
    g_assert_nonnull (strstr (error.message, "the cache"));
    g_assert_null (arena.base);
  }
}

static void
impossible_plan_names_its_size (void) {
  struct quill_plan plan = { 0 };
  struct quill_arena arena = { 0 };
  struct quill_error error = { 0 };

  quill_plan_add (&plan, (size_t)1 << 60, 4);
  g_assert_false (plan.overflow);
  g_assert_cmpint (quill_arena_open (&arena, &plan, "the cache", &error), ==, QUILL_ERR_NOMEM);
  g_assert_nonnull (strstr (error.message, "4398046511104 MiB for the cache"));
  g_assert_null (arena.base);
}

static void
chosen_allocation_fails_once (void) {
  const unsigned long before = quill_alloc_count ();
  void *memory[4];

  quill_alloc_fail_at (3);
  for (gsize i = 0; i < G_N_ELEMENTS (memory); i++)
    memory[i] = quill_alloc (10);
  g_assert_nonnull (memory[0]);
  g_assert_nonnull (memory[1]);
  g_assert_null (memory[2]);
  g_assert_nonnull (memory[3]);
  g_assert_cmpuint (quill_alloc_count () - before, ==, 4);
  for (gsize i = 0; i < G_N_ELEMENTS (memory); i++)
    quill_free (memory[i]);

  quill_alloc_fail_at (1);
  quill_alloc_fail_at (0);
  memory[0] = quill_alloc_zero (1);
  g_assert_nonnull (memory[0]);
  quill_free (memory[0]);
}

static void
absurd_allocations_are_refused (void) {
  g_assert_null (quill_alloc (SIZE_MAX));
  g_assert_null (quill_alloc (SIZE_MAX - QUILL_ALIGN + 1));
  g_assert_null (quill_alloc_zero ((size_t)PTRDIFF_MAX));
}

/* Sizes around the alignment, around a page, and large enough for pages of their own. What was freed before
 * is dirty, so that memory which is said to be clear has to be cleared. */
static void
memory_is_aligned_whatever_its_size (void) {
  static const gsize large[]
      = { 4000, 4032, 4033, 4096, 65536, 131072, 200000, (gsize)1 << 20, (gsize)5 << 20 };

  for (gsize i = 0; i < 300 + G_N_ELEMENTS (large); i++) {
    const gsize bytes = i < 300 ? i : large[i - 300];
    unsigned char *memory[8];

    for (gsize j = 0; j < G_N_ELEMENTS (memory); j++) {
      memory[j] = quill_alloc (bytes);
      g_assert_nonnull (memory[j]);
      if (j % 2) {
        memset (memory[j], 0xff, bytes);
        quill_free (memory[j]);
        memory[j] = quill_alloc_zero (bytes);
        g_assert_nonnull (memory[j]);
      }
      g_assert_cmpuint (GPOINTER_TO_SIZE (memory[j]) % QUILL_ALIGN, ==, 0);
      for (gsize b = 0; j % 2 && b < bytes; b++)
        if (memory[j][b] != 0)
          g_error ("byte %zu of %zu is not clear", b, bytes);
      memset (memory[j], (int)j + 1, bytes);
    }
    for (gsize j = 0; j < G_N_ELEMENTS (memory); j++) { /* they are apart, and each still has its own */
      for (gsize b = 0; b < bytes; b++)
        if (memory[j][b] != j + 1)
          g_error ("byte %zu of %zu belongs to two pieces", b, bytes);
      quill_free (memory[j]);
    }
  }
  quill_free (NULL);
}

static bool
is_resident (unsigned char *page, size_t page_bytes) {
  unsigned char in_memory = 0;

  g_assert_cmpint (mincore (page, page_bytes, &in_memory), ==, 0);
  return in_memory & 1;
}

static void
release_lends_whole_pages_back (void) {
  const size_t page = (size_t)sysconf (_SC_PAGESIZE), n = 8 * page;
  unsigned char *bytes = quill_alloc (n);
  unsigned char *second = bytes + (2 * page - GPOINTER_TO_SIZE (bytes) % page); /* begins a page */

  g_assert_nonnull (bytes);
  memset (bytes, 7, n);
  quill_release (second, 0);
  quill_release (second + 1, 2 * page - 2); /* no whole page */
  for (size_t i = 0; i < n; i++)
    g_assert_cmpuint (bytes[i], ==, 7);
  quill_release (second - 1, 2 * page + 2);
  g_assert_false (is_resident (second, page));
  g_assert_false (is_resident (second + page, page));
  for (size_t i = 0; i < n; i++) {
    const bool released = bytes + i >= second && bytes + i < second + 2 * page;
    g_assert_cmpuint (bytes[i], ==, released ? 0 : 7);
  }
  quill_free (bytes);
}

static void
empty_allocation_has_an_address (void) {
  void *memory = quill_alloc (0);

  g_assert_nonnull (memory);
  quill_free (memory);
}

/* --- errors ----------------------------------------------------------------------------------------- */

static void
failure_returns_its_code_and_sentence (void) {
  struct quill_error error = { 0 };

  g_assert_cmpint (quill_fail (&error, QUILL_ERR_IO, "cannot read %s: %d", "a file", 7), ==, QUILL_ERR_IO);
  g_assert_cmpint (error.code, ==, QUILL_ERR_IO);
  g_assert_cmpstr (error.message, ==, "cannot read a file: 7");
  g_assert_cmpint (quill_fail (NULL, QUILL_ERR_NOMEM, "unread"), ==, QUILL_ERR_NOMEM);
}

static void
sentence_is_one_line_of_utf8 (void) {
  static const struct {
    const char *in, *out;
  } table[] = {
    { "Straße/日本語/😀.bin", "Straße/日本語/😀.bin" },
    { "two\nlines\tand\x7f", "two?lines?and?" },
    { "latin \xe9t\xe9", "latin ?t?" },
    { "overlong \xc0\xaf", "overlong ??" },
    { "surrogate \xed\xa0\x80", "surrogate ???" },
    { "beyond \xf4\x90\x80\x80", "beyond ????" },
    { "cut \xe6\x97", "cut ??" },
  };
  struct quill_error error;

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    quill_fail (&error, QUILL_ERR_IO, "%s", table[i].in);
    g_assert_cmpstr (error.message, ==, table[i].out);
  }
}

static void
long_sentence_is_cut_to_valid_utf8 (void) {
  struct quill_error error;

  for (gsize lead = 0; lead < 4; lead++) {
    g_autoptr (GString) text = g_string_new ("abc");

    g_string_truncate (text, lead);
    while (text->len < 2 * sizeof error.message)
      g_string_append (text, "😀");
    quill_fail (&error, QUILL_ERR_IO, "%s", text->str);
    g_assert_cmpuint (strlen (error.message), ==, sizeof error.message - 1);
    g_assert_true (g_utf8_validate (error.message, -1, NULL));
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arena/products-are-checked-for-overflow", products_are_checked);
  g_test_add_func ("/arena/pieces-are-aligned-apart-and-cleared", pieces_are_aligned_apart_and_cleared);
  g_test_add_func ("/arena/overflowing-plan-is-refused", overflowing_plan_is_refused);
  g_test_add_func ("/arena/impossible-plan-names-its-size", impossible_plan_names_its_size);
  g_test_add_func ("/arena/chosen-allocation-fails-once", chosen_allocation_fails_once);
  g_test_add_func ("/arena/absurd-allocations-are-refused", absurd_allocations_are_refused);
  g_test_add_func ("/arena/memory-is-aligned-whatever-its-size", memory_is_aligned_whatever_its_size);
  g_test_add_func ("/arena/release-lends-whole-pages-back", release_lends_whole_pages_back);
  g_test_add_func ("/arena/empty-allocation-has-an-address", empty_allocation_has_an_address);
  g_test_add_func ("/status/failure-returns-its-code-and-sentence", failure_returns_its_code_and_sentence);
  g_test_add_func ("/status/sentence-is-one-line-of-utf8", sentence_is_one_line_of_utf8);
  g_test_add_func ("/status/long-sentence-is-cut-to-valid-utf8", long_sentence_is_cut_to_valid_utf8);
  return g_test_run ();
}
