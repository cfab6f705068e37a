/* Instruction sets, and the levels of kernels they make. */
#include "base/cpu.h"
#include "kernels/kernels.h"

#include <glib.h>

#define FMA (1u << 12)
#define OSXSAVE (1u << 27)
#define AVX (1u << 28)
#define F16C (1u << 29)
#define AVX2 (1u << 5)
#define AMX (1u << 24 | 1u << 25)
#define AVX512 (1u << 16 | 1u << 17 | 1u << 30 | 1u << 31)

static void
instruction_sets_need_all_their_parts (void) {
  const uint32_t leaf1 = FMA | OSXSAVE | AVX | F16C, both = QUILL_CPU_AVX2 | QUILL_CPU_AVX512;
  const struct {
    struct quill_cpuid id;
    uint32_t flags;
  } table[] = {
    { { .leaf1_ecx = 0, .leaf7_ebx = 0, .xcr0 = 0 }, 0 },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2, .xcr0 = 0x7 }, QUILL_CPU_AVX2 },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .xcr0 = 0xe7 }, both },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .xcr0 = 0x7 }, QUILL_CPU_AVX2 },  /* the system does not save ZMM */
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .xcr0 = 0xa7 }, QUILL_CPU_AVX2 }, /* nor all of it */
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .xcr0 = 0x3 }, 0 },               /* nor YMM */
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .xcr0 = 0 }, 0 },
    { { .leaf1_ecx = leaf1 & ~OSXSAVE, .leaf7_ebx = AVX2 | AVX512, .xcr0 = 0xe7 }, 0 },
    { { .leaf1_ecx = leaf1 & ~FMA, .leaf7_ebx = AVX2 | AVX512, .xcr0 = 0xe7 }, 0 },
    { { .leaf1_ecx = leaf1 & ~F16C, .leaf7_ebx = AVX2, .xcr0 = 0x7 }, 0 },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX512, .xcr0 = 0xe7 }, 0 },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | (AVX512 & ~(1u << 17)), .xcr0 = 0xe7 }, QUILL_CPU_AVX2 }, /* no DQ */
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | (AVX512 & ~(1u << 30)), .xcr0 = 0xe7 }, QUILL_CPU_AVX2 }, /* no BW */
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | (AVX512 & ~(1u << 31)), .xcr0 = 0xe7 }, QUILL_CPU_AVX2 }, /* no VL */
    /* VNNI: each with its vectors only */
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .leaf7_ecx = 1u << 11, .xcr0 = 0xe7 },
      both | QUILL_CPU_AVX512VNNI },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2, .leaf7_ecx = 1u << 11, .xcr0 = 0xe7 }, QUILL_CPU_AVX2 },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .leaf7_ecx = 1u << 11, .xcr0 = 0x7 }, QUILL_CPU_AVX2 },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2, .leaf7_1_eax = 1u << 4, .xcr0 = 0x7 },
      QUILL_CPU_AVX2 | QUILL_CPU_AVXVNNI },
    { { .leaf1_ecx = leaf1, .leaf7_1_eax = 1u << 4, .xcr0 = 0x7 }, 0 },
    /* AMX: with AVX-512, with bytes, and with both of its states */
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .leaf7_edx = AMX, .xcr0 = 0x600e7 }, both | QUILL_CPU_AMX },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .leaf7_edx = AMX & ~(1u << 24), .xcr0 = 0x600e7 }, both },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .leaf7_edx = AMX & ~(1u << 25), .xcr0 = 0x600e7 }, both },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .leaf7_edx = AMX, .xcr0 = 0x200e7 }, both },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2 | AVX512, .leaf7_edx = AMX, .xcr0 = 0x400e7 }, both },
    { { .leaf1_ecx = leaf1, .leaf7_ebx = AVX2, .leaf7_edx = AMX, .xcr0 = 0x60007 }, QUILL_CPU_AVX2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmphex (quill_cpu_flags_decode (&table[i].id), ==, table[i].flags);
}

static void
dot_products_of_aarch64_need_its_vectors (void) {
  const unsigned long asimd = 1ul << 1, asimddp = 1ul << 20;

  g_assert_cmphex (quill_cpu_flags_from_hwcap (0), ==, 0);
  g_assert_cmphex (quill_cpu_flags_from_hwcap (asimddp), ==, 0);
  g_assert_cmphex (quill_cpu_flags_from_hwcap (asimd), ==, QUILL_CPU_NEON);
  g_assert_cmphex (quill_cpu_flags_from_hwcap (~asimddp), ==, QUILL_CPU_NEON);
  g_assert_cmphex (quill_cpu_flags_from_hwcap (asimd | asimddp), ==, QUILL_CPU_NEON | QUILL_CPU_DOTPROD);
}

static void
this_machine_agrees_with_the_compiler (void) {
#if defined(__x86_64__)
  __builtin_cpu_init ();
  g_assert_cmpint (!!(quill_cpu_flags () & QUILL_CPU_AVX2), ==,
                   __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma")
                       && __builtin_cpu_supports ("f16c"));
  g_assert_cmpint (!!(quill_cpu_flags () & QUILL_CPU_AVX512), ==,
                   __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
                       && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl"));
#elif defined(__aarch64__)
  g_assert_cmphex (quill_cpu_flags () & QUILL_CPU_NEON, ==, QUILL_CPU_NEON); /* part of what the ABI assumes */
#else
  g_assert_cmphex (quill_cpu_flags (), ==, 0);
#endif
}

/* What quill_kernel_levels says is what quill_kernels_init does: each mask gives its level, the last is the
 * highest. */
static void
each_kernel_level_comes_with_its_mask (void) {
  struct quill_kernel_level levels[32];
  const unsigned n = quill_kernel_levels (levels, G_N_ELEMENTS (levels));
  struct quill_kernels kernels;

  g_assert_cmpuint (n, >=, 1);
  g_assert_cmpuint (n, <=, G_N_ELEMENTS (levels));
  g_assert_cmpstr (levels[0].name, ==, "c");
  g_assert_cmphex (levels[0].mask, ==, 0);
  for (unsigned i = 0; i < n; i++) {
    quill_kernels_init (&kernels, levels[i].mask);
    g_assert_cmpstr (kernels.level, ==, levels[i].name);
    g_assert_cmphex (levels[i].mask & ~quill_cpu_flags (), ==, 0);
  }
  quill_kernels_init (&kernels, ~0u);
  g_assert_cmpstr (kernels.level, ==, levels[n - 1].name);
}

static void
kernel_levels_fill_no_more_than_they_may (void) {
  struct quill_kernel_level levels[2] = { { "none", 1 }, { "none", 1 } };
  const unsigned n = quill_kernel_levels (NULL, 0);

  g_assert_cmpuint (quill_kernel_levels (levels, 1), ==, n);
  g_assert_cmpstr (levels[0].name, ==, "c");
  g_assert_cmpstr (levels[1].name, ==, "none");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cpu/instruction-sets-need-all-their-parts", instruction_sets_need_all_their_parts);
  g_test_add_func ("/cpu/dot-products-of-aarch64-need-its-vectors", dot_products_of_aarch64_need_its_vectors);
  g_test_add_func ("/cpu/this-machine-agrees-with-the-compiler", this_machine_agrees_with_the_compiler);
  g_test_add_func ("/cpu/each-kernel-level-comes-with-its-mask", each_kernel_level_comes_with_its_mask);
  g_test_add_func ("/cpu/kernel-levels-fill-no-more-than-they-may", kernel_levels_fill_no_more_than_they_may);
  return g_test_run ();
}
