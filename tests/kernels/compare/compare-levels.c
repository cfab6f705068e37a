/* compare-levels [--seed N] [--expect LEVEL] [LEVEL...]
 *
 * Compares the named levels, or all that the machine has; TAP on standard output. --expect: LEVEL is the
 * highest that the machine has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compare.h"

#define MAX_LEVELS 32

static void
compare_level (const struct quill_kernel_level *level) {
  struct quill_kernels kernels;

  quill_kernels_init (&kernels, level->mask);
  compare_n_run++;
  if (strcmp (kernels.level, level->name) != 0) {
    printf ("not ok %u - the mask of %s gives %s\n", compare_n_run, level->name, kernels.level);
    compare_n_failed++;
    return;
  }
  printf ("ok %u - the mask of %s gives it\n", compare_n_run, level->name);
  compare_gemm (&kernels);
  compare_dot (&kernels);
  compare_vec (&kernels);
  compare_peak (&kernels);
  compare_weights (&kernels);
}

static bool
wanted (const char *name, int n, char **names) {
  for (int i = 0; i < n; i++)
    if (strcmp (names[i], name) == 0)
      return true;
  return n == 0;
}

int
main (int argc, char **argv) {
  struct quill_kernel_level levels[MAX_LEVELS];
  const unsigned n = quill_kernel_levels (levels, MAX_LEVELS);
  const char *highest = NULL;
  int n_compared = 0;

  compare_seed = (uint64_t)time (NULL);
  argc--, argv++;
  for (; argc >= 2 && strncmp (argv[0], "--", 2) == 0; argc -= 2, argv += 2) {
    if (strcmp (argv[0], "--seed") == 0)
      compare_seed = strtoull (argv[1], NULL, 0);
    else if (strcmp (argv[0], "--expect") == 0)
      highest = argv[1];
    else
      return 2;
  }
  printf ("# --seed %llu\n", (unsigned long long)compare_seed);
  for (unsigned i = 0; i < n; i++)
    if (wanted (levels[i].name, argc, argv)) {
      compare_level (&levels[i]);
      n_compared++;
    }
  if (highest) {
    const bool right = strcmp (levels[n - 1].name, highest) == 0;

    compare_n_failed += !right;
    printf ("%s %u - the highest level is %s, expected %s\n", right ? "ok" : "not ok", ++compare_n_run,
            levels[n - 1].name, highest);
  }
  if (n_compared < (argc ? argc : 1)) {
    compare_n_failed++;
    printf ("not ok %u - the machine has each level that was named\n", ++compare_n_run);
  }
  printf ("1..%u\n", compare_n_run);
  return compare_n_failed > 0;
}
