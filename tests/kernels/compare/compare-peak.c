/* The loops over bare instructions: their sums are known, so every product was made. */
#include "compare.h"

static void
sums_of_bare_instructions (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  static const int factors[][2] = { { 1, 1 }, { 3, -5 }, { 127, -127 }, { 100, 2 }, { 0, 7 }, { 7, 0 } };
  static const size_t rounds[] = { 0, 1, 2, 13, 200 };

  for (int kind = 0; kind < QUILL_PEAKS; kind++) {
    const struct quill_peak *peak = &kernels->peak[kind];

    compare_case ("%s", peak->instruction ? peak->instruction : "none");
    expect ((peak->instruction != NULL) == (peak->run != NULL), "an instruction has its loop");
    expect (peak->run != NULL || kind == QUILL_PEAK_I8, "floats and int16 have one at every level");
    for (size_t i = 0; peak->run && i < sizeof factors / sizeof *factors; i++)
      for (size_t j = 0; j < sizeof rounds / sizeof *rounds; j++) {
        const int x = factors[i][0], y = factors[i][1];

        expect_near (peak->run (rounds[j], x, y), (double)(rounds[j] * peak->products) * x * y, 0);
      }
  }
}

void
compare_peak (const struct quill_kernels *kernels) {
  compare_run (kernels, "bare instructions add up what they multiply", sums_of_bare_instructions);
}
