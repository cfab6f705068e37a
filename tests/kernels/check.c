#include "check.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "quant/blocks.h"

size_t
check_levels (struct check_level levels[CHECK_MAX_LEVELS]) {
  static const struct {
    const char *name;
    uint32_t mask;
  } all[CHECK_MAX_LEVELS] = {
    { "c", 0 },
    { "avx2", QUILL_CPU_AVX2 },
    { "avx512", QUILL_CPU_AVX2 | QUILL_CPU_AVX512 },
  };
  size_t n = 0;

  for (size_t i = 0; i < CHECK_MAX_LEVELS; i++) {
    if ((quill_cpu_flags () & all[i].mask) != all[i].mask)
      continue;
    levels[n].name = all[i].name;
    levels[n].mask = all[i].mask;
    quill_kernels_init (&levels[n].kernels, all[i].mask);
    g_assert_cmpstr (levels[n].kernels.level, ==, all[i].name);
    n++;
  }
  return n;
}

bool
check_form_is_new (const struct check_level *level, enum quill_gemm_form form) {
  struct check_level levels[CHECK_MAX_LEVELS];
  const size_t n = check_levels (levels);
  size_t i = 0;

  while (i < n && levels[i].mask != level->mask)
    i++;
  g_assert_cmpuint (i, <, n);
  return i == 0
         || memcmp (&levels[i - 1].kernels.gemm[form], &level->kernels.gemm[form], sizeof (struct quill_gemm))
                != 0;
}

struct check_case {
  struct check_level level;
  void (*test) (const struct check_level *level);
};

static void
run_case (const void *data) {
  const struct check_case *c = data;

  c->test (&c->level);
}

void
check_add (const char *family, const char *sentence, void (*test) (const struct check_level *level)) {
  struct check_level levels[CHECK_MAX_LEVELS];
  const size_t n = check_levels (levels);

  for (size_t i = 0; i < n; i++) {
    g_autofree char *path = g_strdup_printf ("/kernels/%s/%s/%s", family, levels[i].name, sentence);
    struct check_case *c = g_new (struct check_case, 1);

    c->level = levels[i];
    c->test = test;
    g_test_add_data_func_full (path, c, run_case, g_free);
  }
}

struct check_memory
check_memory_new (size_t bytes) {
  const size_t page = (size_t)sysconf (_SC_PAGESIZE);
  const size_t used = (bytes + page - 1) / page * page + page;
  struct check_memory memory = { .bytes = bytes, .map_bytes = used + page };

  memory.map = mmap (NULL, memory.map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (memory.map != MAP_FAILED);
  memset (memory.map, CHECK_PATTERN, used);
  g_assert_cmpint (mprotect (memory.map + used, page, PROT_NONE), ==, 0);
  memory.data = memory.map + used - bytes;
  return memory;
}

void
check_memory_intact (const struct check_memory *memory) {
  for (const unsigned char *p = memory->map; p < (unsigned char *)memory->data; p++)
    g_assert_cmphex (*p, ==, CHECK_PATTERN);
}

void
check_memory_free (struct check_memory *memory) {
  munmap (memory->map, memory->map_bytes);
  *memory = (struct check_memory){ 0 };
}

float *
check_floats (struct check_memory *memory, size_t n) {
  *memory = check_memory_new (n * sizeof (float));
  return memory->data;
}

void
check_fill (float *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    x[i] = (float)g_test_rand_double_range (-1.0, 1.0);
}

const enum quill_type check_quantized[CHECK_N_QUANTIZED]
    = { QUILL_Q4_0, QUILL_Q4_1, QUILL_Q5_0, QUILL_Q5_1, QUILL_Q8_0, QUILL_Q4_K, QUILL_Q5_K, QUILL_Q6_K };

/* Where the half floats of a block lie; -1: there is no second. */
static const struct {
  int scale, min;
} halves[QUILL_TYPE_COUNT] = {
  [QUILL_Q4_0] = { offsetof (struct quill_q4_0, d), -1 },
  [QUILL_Q4_1] = { offsetof (struct quill_q4_1, d), offsetof (struct quill_q4_1, m) },
  [QUILL_Q5_0] = { offsetof (struct quill_q5_0, d), -1 },
  [QUILL_Q5_1] = { offsetof (struct quill_q5_1, d), offsetof (struct quill_q5_1, m) },
  [QUILL_Q8_0] = { offsetof (struct quill_q8_0, d), -1 },
  [QUILL_Q4_K] = { offsetof (struct quill_q4_k, d), offsetof (struct quill_q4_k, dmin) },
  [QUILL_Q5_K] = { offsetof (struct quill_q5_k, d), offsetof (struct quill_q5_k, dmin) },
  [QUILL_Q6_K] = { offsetof (struct quill_q6_k, d), -1 },
};

static void
random_half (unsigned char *at, float largest) {
  uint16_t h;

  do
    h = (uint16_t)g_test_rand_int ();
  while (!(fabsf (quill_f16_to_f32 (h)) <= largest));
  memcpy (at, &h, sizeof h);
}

void
check_blocks (enum quill_type type, void *blocks, size_t n, float largest) {
  const size_t block_bytes = quill_type_traits (type)->block_bytes;
  unsigned char *bytes = blocks;

  for (size_t i = 0; i < n * block_bytes; i++)
    bytes[i] = (unsigned char)g_test_rand_int ();
  for (size_t i = 0; i < n; i++, bytes += block_bytes) {
    random_half (bytes + halves[type].scale, largest);
    if (halves[type].min >= 0)
      random_half (bytes + halves[type].min, largest);
  }
}

void
check_sum (float value, double expected, size_t k, double max_a, double max_b) {
  check_near (value, expected, (double)k * FLT_EPSILON * max_a * max_b);
}

void
check_near (float value, double expected, double tolerance) {
  if (isinf (expected) && (double)value == expected)
    return;
  if (!(fabs ((double)value - expected) <= tolerance))
    g_error ("%.9g is not within %.3g of %.9g", (double)value, tolerance, expected);
}
