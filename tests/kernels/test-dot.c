/* Products with few rows of x at every level: of every type of weights, against the exact product of what the
 * weights and the packed rows of x stand for. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernels/strips.h"
#include "quant/unpack.h"

#define GAP 12345.0f
#define MOST_ROWS 18 /* more than two steps of 8 */
#define MOST_M 9     /* more than two steps of 4 */

static bool
is_float (enum quill_type type) {
  return type == QUILL_F32 || type == QUILL_F16;
}

/* --- rows of x --------------------------------------------------------------------------------------- */

static float
float_at (const void *p, size_t i) {
  float f;

  memcpy (&f, (const unsigned char *)p + i * sizeof f, sizeof f);
  return f;
}

/* What a packed row stands for. */
static void
unpack_x (const void *row, size_t k, double *x) {
  for (size_t i = 0; i < k; i++)
    x[i] = ((const int8_t *)row)[i] * (double)float_at ((const int8_t *)row + k, i / 32);
}

static void
check_packed_blocks (const float *x, const void *row, size_t k) {
  const int8_t *q = row;

  for (size_t b = 0; b < quill_dot_blocks (k); b++) {
    const float d = float_at (q + k, b), sum = float_at (q + k, quill_dot_blocks (k) + b);
    float max = 0.0f;
    int total = 0, largest = 0;

    if (b >= k / 32) { /* read with the others, eight at a time */
      g_assert_cmpfloat (d, ==, 0.0f);
      g_assert_cmpfloat (sum, ==, 0.0f);
      continue;
    }
    for (size_t i = 32 * b; i < 32 * b + 32; i++) {
      max = fmaxf (max, fabsf (x[i]));
      total += q[i];
      largest = MAX (largest, ABS (q[i]));
      /* Half a step, and what three roundings (of the inverse of d, of the product with it, of d) move 127
       * steps by: 127 * 1.5 * 2^-23. */
      if (d != 0.0f)
        check_near ((float)q[i], (double)x[i] / (double)d, 0.5 + 2.3e-5);
      else
        g_assert_cmpint (q[i], ==, 0);
    }
    g_assert_cmpfloat (d, ==, max < QUILL_DOT_SMALLEST ? 0.0f : max / 127.0f);
    g_assert_cmpint (largest, ==, d != 0.0f ? 127 : 0);
    g_assert_cmpfloat (sum, ==, d * (float)total);
  }
}

/* Rounding is to nearest even whatever does it, so every level makes the same bytes. */
static void
check_same_as_c (const float *x, const void *row, size_t k) {
  const size_t bytes = quill_dot_row_bytes (QUILL_Q8_0, k);
  g_autofree void *expected = g_malloc (bytes);
  struct quill_kernels c;

  quill_kernels_init (&c, 0);
  c.pack_dot (x, k, expected);
  g_assert_cmpmem (row, bytes, expected, bytes);
}

static void
packed_rows_are_within_half_a_step (const struct check_level *level) {
  const float sizes[] = { 1.0f, 1e-30f, 0x1p-140f, 0.0f, 3e37f };

  for (size_t k = 32; k <= 640; k += 32)
    for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (int ties = 0; ties < 2; ties++) {
        struct check_memory x_memory, row_memory = check_memory_new (quill_dot_row_bytes (QUILL_Q8_0, k));
        float *x = check_floats (&x_memory, k);

        check_fill (x, k);
        for (size_t i = 0; i < k; i++) { /* blocks of different size; or d = 1 and numbers half way */
          x[i] *= exp2f ((float)(i / 32 % 5) - 2.0f) * sizes[s];
          if (ties)
            x[i] = i % 32 == 9 ? 127.0f : (float)g_test_rand_int_range (-126, 126) + 0.5f;
        }
        level->kernels.pack_dot (x, k, row_memory.data);
        check_packed_blocks (x, row_memory.data, k);
        check_same_as_c (x, row_memory.data, k);
        check_memory_intact (&row_memory);
        check_memory_free (&x_memory);
        check_memory_free (&row_memory);
      }
}

static void
nan_and_infinity_take_their_block_with_them (const struct check_level *level) {
  const float poisons[] = { NAN, -NAN, INFINITY, -INFINITY };
  const size_t k = 128, bytes = quill_dot_row_bytes (QUILL_Q8_0, k);

  for (size_t c = 0; c < G_N_ELEMENTS (poisons); c++)
    for (size_t at = 0; at < k; at++) {
      g_autofree void *before = g_malloc (bytes), *after = g_malloc (bytes);
      float x[128];

      check_fill (x, k);
      level->kernels.pack_dot (x, k, before);
      x[at] = poisons[c];
      level->kernels.pack_dot (x, k, after);
      for (size_t b = 0; b < k / 32; b++) {
        const int8_t *was = before, *is = after;

        if (b == at / 32) {
          g_assert_true (isnan (float_at (is + k, b)));
          g_assert_true (isnan (float_at (is + k, quill_dot_blocks (k) + b)));
        } else {
          g_assert_cmpmem (is + 32 * b, 32, was + 32 * b, 32);
          g_assert_cmpfloat (float_at (is + k, b), ==, float_at (was + k, b));
          g_assert_cmpfloat (float_at (is + k, quill_dot_blocks (k) + b), ==,
                             float_at (was + k, quill_dot_blocks (k) + b));
        }
      }
    }
}

/* --- products ---------------------------------------------------------------------------------------- */

struct dots {
  enum quill_type type;
  struct check_memory w_memory, x_memory, y_memory;
  size_t n_rows, m, k, stride, x_stride, ldy;
  double *w, *x; /* owned; [n_rows, k] and [m, k]: what rows of weights and of x stand for */
  float *y;
};

/* Rows of weights and of x lie apart, the weights at any alignment; both end at a forbidden page. */
static struct dots
dots_new (enum quill_type type, size_t n_rows, size_t m, size_t k) {
  const struct quill_type_traits *traits = quill_type_traits (type);
  const size_t bytes = k / traits->block_len * traits->block_bytes;
  struct dots t = { .type = type,
                    .n_rows = n_rows,
                    .m = m,
                    .k = k,
                    .stride = bytes + 3,
                    .x_stride = quill_dot_row_bytes (type, k) + 12,
                    .ldy = n_rows + 2,
                    .w = g_new (double, n_rows *k + 1),
                    .x = g_new (double, m *k + 1) };

  t.w_memory = check_memory_new (n_rows ? (n_rows - 1) * t.stride + bytes : 0);
  t.x_memory = check_memory_new (m ? (m - 1) * t.x_stride + quill_dot_row_bytes (type, k) : 0);
  t.y = check_floats (&t.y_memory, m ? (m - 1) * t.ldy + n_rows : 0);
  for (size_t i = 0; i < t.y_memory.bytes / sizeof (float); i++)
    t.y[i] = GAP;
  return t;
}

static void
dots_free (struct dots *t) {
  check_memory_intact (&t->y_memory);
  check_memory_free (&t->w_memory);
  check_memory_free (&t->x_memory);
  check_memory_free (&t->y_memory);
  g_free (t->w);
  g_free (t->x);
}

/* Row j of the weights, of which `blocks` are made. */
static void
set_weights (struct dots *t, size_t j, const void *blocks) {
  const struct quill_type_traits *traits = quill_type_traits (t->type);
  g_autofree float *w = g_new (float, t->k + 1);

  memcpy ((unsigned char *)t->w_memory.data + j * t->stride, blocks,
          t->k / traits->block_len * traits->block_bytes);
  quill_dequantize_row (t->type, blocks, w, t->k);
  for (size_t i = 0; i < t->k; i++)
    t->w[j * t->k + i] = (double)w[i];
}

static void
set_x (const struct check_level *level, struct dots *t, size_t i, const float *x) {
  unsigned char *row = (unsigned char *)t->x_memory.data + i * t->x_stride;

  if (is_float (t->type)) {
    memcpy (row, x, t->k * sizeof *x);
    for (size_t l = 0; l < t->k; l++)
      t->x[i * t->k + l] = (double)x[l];
  } else {
    level->kernels.pack_dot (x, t->k, row);
    unpack_x (row, t->k, t->x + i * t->k);
  }
}

/* Any weights within `largest`, of any blocks that a file may hold. */
static void
fill (const struct check_level *level, struct dots *t) {
  const struct quill_type_traits *traits = quill_type_traits (t->type);
  const size_t n = t->k / traits->block_len;
  g_autofree unsigned char *blocks = g_malloc (n * traits->block_bytes + 1);
  g_autofree float *x = g_new (float, t->k + 1);

  for (size_t j = 0; j < t->n_rows; j++) {
    check_fill (x, t->k);
    if (t->type == QUILL_F32)
      memcpy (blocks, x, t->k * sizeof *x);
    else if (t->type == QUILL_F16 || j % 2)
      quill_quantize_row (t->type, x, blocks, t->k);
    else
      check_blocks (t->type, blocks, n, 0.25f);
    set_weights (t, j, blocks);
  }
  for (size_t i = 0; i < t->m; i++) {
    check_fill (x, t->k);
    set_x (level, t, i, x);
  }
}

static void
run (const struct check_level *level, const struct dots *t) {
  level->kernels.dot[t->type](t->w_memory.data, t->stride, t->n_rows, t->k, t->x_memory.data, t->x_stride,
                              t->m, t->y, t->ldy);
}

/* The same as strips, which end at a forbidden page, as does what comes of them. */
static void
run_strips (const struct check_level *level, const struct dots *t) {
  const struct quill_type_traits *traits = quill_type_traits (t->type);
  const size_t bytes = quill_strip_bytes (t->type, t->k),
               row_bytes = t->k / traits->block_len * traits->block_bytes;
  const size_t n_strips = quill_strip_count (t->n_rows), ldy = n_strips * QUILL_STRIP_ROWS;
  struct check_memory strips = check_memory_new (n_strips * bytes), y_memory;
  float *y = check_floats (&y_memory, t->m * ldy);
  g_autofree unsigned char *rows = g_malloc (t->n_rows * row_bytes);

  for (size_t j = 0; j < t->n_rows; j++)
    memcpy (rows + j * row_bytes, (unsigned char *)t->w_memory.data + j * t->stride, row_bytes);
  memset (strips.data, 0, strips.bytes);
  quill_strips_pack (t->type, rows, t->n_rows, t->k, strips.data);
  level->kernels.strips[t->type](strips.data, n_strips, t->k, t->x_memory.data, t->x_stride, t->m, y, ldy);
  for (size_t i = 0; i < t->m; i++) {
    memcpy (t->y + i * t->ldy, y + i * ldy, t->n_rows * sizeof *y);
    for (size_t j = t->n_rows; j < ldy; j++) /* rows that there are not */
      g_assert_true (y[i * ldy + j] == 0.0f || isnan (y[i * ldy + j]));
  }
  check_memory_intact (&strips);
  check_memory_intact (&y_memory);
  check_memory_free (&strips);
  check_memory_free (&y_memory);
}

/* The ways to a product that a level has for a type. */
typedef void (*Run) (const struct check_level *level, const struct dots *t);
static size_t
ways (const struct check_level *level, enum quill_type type, Run out[2]) {
  out[0] = run;
  out[1] = run_strips;
  return level->kernels.strips[type] != NULL ? 2 : 1;
}

/* The sum of the magnitudes that a quantized product adds up: of every weight less its block's offset times
 * x, and of every offset times the sum of its block of x. */
static double
shares (const struct dots *t, size_t i, size_t j) {
  const unsigned char *row = (const unsigned char *)t->w_memory.data + j * t->stride;
  double sum = 0.0;

  for (size_t b = 0; b < t->k / 32; b++) {
    struct quill_block32 block;
    double of_x = 0.0;

    quill_unpack_block (t->type, row, b, &block);
    for (size_t l = 0; l < 32; l++) {
      const double x = t->x[i * t->k + 32 * b + l];

      sum += fabs ((double)block.d[l / 16] * block.q[l] * x);
      of_x += x;
    }
    sum += fabs ((double)block.m * of_x);
  }
  return sum;
}

static void
check_element (const struct dots *t, size_t i, size_t j) {
  const float y = t->y[i * t->ldy + j];
  double expected = 0.0;

  for (size_t l = 0; l < t->k; l++)
    expected += t->x[i * t->k + l] * t->w[j * t->k + l];
  /* Sums of a block's integers are exact. Rounded, by half an eps of its share each, are: the product of two
   * scales, that with the sum, what offsets are multiplied with, and that product; the weights that this
   * compares with, which have their offset added; every addition of a block, of all blocks before it at most;
   * and up to four additions of lanes. */
  if (is_float (t->type))
    check_sum (y, expected, t->k, 1.0, 1.0);
  else
    check_near (y, expected, (4.5 + (double)(t->k / 32) / 2.0) * FLT_EPSILON * shares (t, i, j));
}

static void
check_all (const struct check_level *level, const struct dots *t) {
  Run runs[2];

  for (size_t way = 0; way < ways (level, t->type, runs); way++) {
    runs[way](level, t);
    for (size_t i = 0; i < t->m; i++) {
      for (size_t j = 0; j < t->n_rows; j++)
        check_element (t, i, j);
      for (size_t j = t->n_rows; i + 1 < t->m && j < t->ldy; j++)
        g_assert_cmpfloat (t->y[i * t->ldy + j], ==, GAP);
    }
  }
}

static void
every_quantized_type_is_the_product (const struct check_level *level) {
  static const size_t lengths[] = { 32, 64, 256, 288, 384, 512, 1536 };

  for (size_t t = 0; t < CHECK_N_QUANTIZED; t++)
    for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++) {
      if (lengths[l] % quill_type_traits (check_quantized[t])->block_len != 0)
        continue;
      for (size_t n_rows = 1; n_rows <= MOST_ROWS; n_rows++)
        for (size_t m = 1; m <= MOST_M; m += 1 + n_rows % 3) {
          struct dots dots = dots_new (check_quantized[t], n_rows, m, lengths[l]);

          fill (level, &dots);
          check_all (level, &dots);
          dots_free (&dots);
        }
    }
}

static void
floats_are_the_product (const struct check_level *level) {
  for (int type = QUILL_F32; type <= QUILL_F16; type++)
    for (size_t k = 0; k <= 130; k++)
      for (size_t n_rows = 1; n_rows <= MOST_ROWS; n_rows += 1 + k % 3) {
        struct dots dots = dots_new ((enum quill_type)type, n_rows, 1 + (k + n_rows) % MOST_M, k);

        fill (level, &dots);
        check_all (level, &dots);
        dots_free (&dots);
      }
}

static void
element_does_not_depend_on_its_neighbours (const struct check_level *level) {
  for (int type = 0; type < QUILL_TYPE_COUNT; type++) {
    struct dots t = dots_new ((enum quill_type)type, MOST_ROWS, MOST_M, is_float (type) ? 203 : 512);
    const unsigned char *w = t.w_memory.data, *x = t.x_memory.data;

    fill (level, &t);
    run (level, &t);
    for (size_t n = 1; n <= MOST_ROWS; n++)
      for (size_t m = 1; m <= MOST_M; m++)
        for (size_t j = 0; j + n <= MOST_ROWS; j += 1 + n / 2)
          for (size_t i = 0; i + m <= MOST_M; i++) {
            float part[MOST_M * MOST_ROWS];

            level->kernels.dot[type](w + j * t.stride, t.stride, n, t.k, x + i * t.x_stride, t.x_stride, m,
                                     part, n);
            for (size_t a = 0; a < m; a++)
              g_assert_cmpmem (part + a * n, n * sizeof *part, t.y + (i + a) * t.ldy + j, n * sizeof *part);
          }
    dots_free (&t);
  }
}

/* What beams say must not depend on how many there are. */
static void
strips_do_not_depend_on_how_many_pass_by (const struct check_level *level) {
  for (int type = 0; type < QUILL_TYPE_COUNT; type++) {
    if (level->kernels.strips[type] == NULL)
      continue;
    for (size_t m = 2; m <= MOST_M; m++) {
      struct dots t = dots_new ((enum quill_type)type, MOST_ROWS, m, 512);
      g_autofree float *together = NULL;

      fill (level, &t);
      run_strips (level, &t);
      together = g_memdup2 (t.y, t.y_memory.bytes);
      for (size_t i = 0; i < m; i++) {
        struct dots one = t;

        one.x_memory.data = (unsigned char *)t.x_memory.data + i * t.x_stride;
        one.m = 1;
        run_strips (level, &one);
        g_assert_cmpmem (t.y, t.n_rows * sizeof *t.y, together + i * t.ldy, t.n_rows * sizeof *t.y);
      }
      dots_free (&t);
    }
  }
}

static void
rows_come_out_of_strips_as_they_were (const struct check_level *level) {
  for (size_t c = 0; c < CHECK_N_QUANTIZED; c++)
    for (size_t n_rows = 1; n_rows <= 33; n_rows += 1 + n_rows / 8)
      for (size_t n_blocks = 1; n_blocks <= 12; n_blocks += 3) {
        const enum quill_type type = check_quantized[c];
        const struct quill_type_traits *traits = quill_type_traits (type);
        const size_t row_bytes = n_blocks * traits->block_bytes, k = traits->block_len * n_blocks;
        g_autofree unsigned char *rows = g_malloc (n_rows * row_bytes);
        struct check_memory strips, row = check_memory_new (row_bytes);

        if (!quill_strips_have (type)) {
          g_assert_null (level->kernels.strips[type]);
          check_memory_free (&row);
          continue;
        }
        strips = check_memory_new (quill_strip_count (n_rows) * quill_strip_bytes (type, k));
        check_blocks (type, rows, n_rows * n_blocks, 1.0f);
        memset (strips.data, 0, strips.bytes);
        quill_strips_pack (type, rows, n_rows, k, strips.data);
        for (size_t i = 0; i < n_rows; i++) {
          quill_strips_blocks (type, strips.data, i, k, 0, n_blocks, row.data);
          g_assert_cmpmem (row.data, row_bytes, rows + i * row_bytes, row_bytes);
          quill_strips_blocks (type, strips.data, i, k, n_blocks - 1, 1, row.data);
          g_assert_cmpmem (row.data, row_bytes / n_blocks, rows + (i + 1) * row_bytes - row_bytes / n_blocks,
                           row_bytes / n_blocks);
        }
        check_memory_intact (&strips);
        check_memory_free (&strips);
        check_memory_free (&row);
      }
}

static void
nan_stays_in_its_row (const struct check_level *level) {
  for (int type = 0; type < QUILL_TYPE_COUNT; type++)
    for (size_t poisoned = 0; poisoned < MOST_M; poisoned++) {
      Run runs[2];

      for (size_t way = 0; way < ways (level, (enum quill_type)type, runs); way++) {
        struct dots t = dots_new ((enum quill_type)type, MOST_ROWS, MOST_M, 256);
        g_autofree float *before = NULL;
        float x[256];

        fill (level, &t);
        runs[way](level, &t);
        before = g_memdup2 (t.y, t.y_memory.bytes);
        check_fill (x, 256);
        x[31 * poisoned] = poisoned % 2 ? NAN : INFINITY;
        set_x (level, &t, poisoned, x);
        runs[way](level, &t);
        for (size_t i = 0; i < MOST_M; i++)
          for (size_t j = 0; j < MOST_ROWS; j++)
            if (i == poisoned)
              g_assert_false (isfinite (t.y[i * t.ldy + j]));
            else
              g_assert_cmpfloat (t.y[i * t.ldy + j], ==, before[i * t.ldy + j]);
        dots_free (&t);
      }
    }
}

/* Blocks all of whose bits are `ones` or none, and scales of 1, with x at its largest: were pairs of products
 * added up with saturation anywhere, this is where it would show. q8_0 takes all 256 bytes besides. */
static void
largest_integers_do_not_saturate (const struct check_level *level) {
  const uint16_t one = 0x3c00;

  for (size_t c = 0; c < CHECK_N_QUANTIZED; c++) {
    const struct quill_type_traits *traits = quill_type_traits (check_quantized[c]);
    const size_t k = 256, n_blocks = k / traits->block_len;
    g_autofree unsigned char *blocks = g_malloc (n_blocks * traits->block_bytes);

    for (unsigned byte = 0; byte < 256; byte++) {
      struct dots t = dots_new (check_quantized[c], 1, 4, k);
      float x[256];

      check_blocks (t.type, blocks, n_blocks, 1.0f);
      for (size_t b = 0; b < n_blocks; b++) {
        unsigned char *block = blocks + b * traits->block_bytes;

        memset (block, (int)byte, traits->block_bytes);
        memcpy (block + (t.type == QUILL_Q6_K ? traits->block_bytes - 2 : 0), &one, sizeof one);
        if (t.type == QUILL_Q4_1 || t.type == QUILL_Q5_1 || t.type == QUILL_Q4_K || t.type == QUILL_Q5_K)
          memcpy (block + 2, &one, sizeof one);
      }
      set_weights (&t, 0, blocks);
      for (size_t i = 0; i < t.m; i++) { /* +, -, both alternating, and in pairs */
        for (size_t l = 0; l < k; l++)
          x[l] = (i == 0 ? 0 : i == 1 ? 1 : i == 2 ? l % 2 : l / 2 % 2) ? -2.0f : 2.0f;
        set_x (level, &t, i, x);
      }
      check_all (level, &t);
      dots_free (&t);
    }
  }
}

/* --- mixes ------------------------------------------------------------------------------------------- */

/* n_rows rows of n, an element apart, the last of which ends at a forbidden page. */
static void
check_mix (const struct check_level *level, enum quill_type type, size_t n_rows, size_t n) {
  const size_t element_bytes = quill_type_traits (type)->block_bytes, ld = n + 1;
  const size_t n_elements = n_rows ? (n_rows - 1) * ld + n : 0;
  struct check_memory a_memory, y_memory, rows_memory = check_memory_new (n_elements * element_bytes);
  float *a = check_floats (&a_memory, n_rows), *y = check_floats (&y_memory, n);
  g_autofree float *numbers = g_new (float, n_elements + 1);

  check_fill (a, n_rows);
  check_fill (numbers, n_elements);
  quill_quantize_row (type, numbers, rows_memory.data, n_elements);
  quill_dequantize_row (type, rows_memory.data, numbers, n_elements);
  level->kernels.sum[type](a, rows_memory.data, ld * element_bytes, n_rows, y, n);
  for (size_t j = 0; j < n; j++) {
    double expected = 0.0;

    for (size_t i = 0; i < n_rows; i++)
      expected += (double)a[i] * (double)numbers[i * ld + j];
    if (n_rows == 0)
      g_assert_cmpfloat (y[j], ==, 0.0f);
    check_sum (y[j], expected, n_rows, 1.0, 1.0);
  }
  check_memory_intact (&y_memory);
  check_memory_free (&a_memory);
  check_memory_free (&rows_memory);
  check_memory_free (&y_memory);
}

static void
sums_of_rows_are_the_mix (const struct check_level *level) {
  static const size_t lengths[] = { 0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 71, 72, 80, 128, 130, 200 };

  for (int type = QUILL_F32; type <= QUILL_F16; type++)
    for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
      for (size_t n_rows = 0; n_rows <= 40; n_rows += 1 + n_rows / 4)
        check_mix (level, (enum quill_type)type, n_rows, lengths[l]);
}

/* Denormal halves, the largest, infinities and NaN: each comes out of a mix of one row as it is. */
static void
every_half_float_is_mixed_as_it_is (const struct check_level *level) {
  static uint16_t halves[0x10000];
  static float y[0x10000];
  const float one = 1.0f;

  for (size_t h = 0; h < G_N_ELEMENTS (halves); h++)
    halves[h] = (uint16_t)h;
  level->kernels.sum[QUILL_F16](&one, halves, sizeof halves, 1, y, G_N_ELEMENTS (y));
  for (size_t h = 0; h < G_N_ELEMENTS (halves); h++) {
    const float expected = quill_f16_to_f32 ((uint16_t)h);

    if (isnan (expected))
      g_assert_true (isnan (y[h]));
    else
      g_assert_cmpfloat (y[h], ==, expected);
  }
}

/* --- int8 rows --------------------------------------------------------------------------------------- */

static const size_t int8_lengths[] = { 1, 7, 8, 9, 20, 31, 32, 33, 63, 64, 65, 80, 96, 128, 130 };

static void
int8_rows_are_within_half_a_step (const struct check_level *level) {
  for (size_t l = 0; l < G_N_ELEMENTS (int8_lengths); l++) {
    const size_t n = int8_lengths[l], n8 = quill_int8_padded (n);
    struct check_memory x_memory, row_memory = check_memory_new (n8);
    float *x = check_floats (&x_memory, n), max = 0.0f;
    const int8_t *row = row_memory.data;

    check_fill (x, n);
    for (size_t i = 0; i < n; i++)
      max = fmaxf (max, fabsf (x[i]));
    const float scale = level->kernels.pack_int8 (x, n, row_memory.data);
    check_near (scale, (double)max / 127.0, (double)max * 0x1p-24);
    for (size_t i = 0; i < n8; i++) {
      g_assert_cmpint (row[i], >=, -127);
      /* Half a step; the quotient that is rounded is itself off by three roundings of at most 127. */
      check_near ((float)row[i] * scale, i < n ? (double)x[i] : 0.0, (double)scale * (0.5 + 127 * 0x1p-22));
    }
    for (size_t i = 0; i < n; i++) { /* each place is looked at */
      const float saved = x[i];

      x[i] = i % 2 ? NAN : -INFINITY;
      g_assert_true (isnan (level->kernels.pack_int8 (x, n, row_memory.data)));
      x[i] = saved;
    }
    for (size_t i = 0; i < n; i++)
      x[i] *= 1e-31f;
    g_assert_cmpfloat (level->kernels.pack_int8 (x, n, row_memory.data), ==, 0.0f);
    for (size_t i = 0; i < n8; i++)
      g_assert_cmpint (row[i], ==, 0);
    check_memory_intact (&row_memory);
    check_memory_free (&row_memory);
    check_memory_free (&x_memory);
  }
}

/* Integers are exact: only the two products with scales round, and the sum of a mix. */
static void
int8_products_are_exact (const struct check_level *level) {
  for (size_t l = 0; l < G_N_ELEMENTS (int8_lengths); l++)
    for (size_t n_rows = 0; n_rows <= 9; n_rows++)
      for (int extreme = 0; extreme < 2; extreme++) {
        const size_t n8 = quill_int8_padded (int8_lengths[l]);
        struct check_memory x_memory = check_memory_new (n8), rows_memory = check_memory_new (n_rows * n8);
        struct check_memory scales_memory, a_memory, y_memory, mix_memory;
        float *scales = check_floats (&scales_memory, n_rows), *a = check_floats (&a_memory, n_rows);
        float *y = check_floats (&y_memory, n_rows), *mix = check_floats (&mix_memory, n8);
        int8_t *x = x_memory.data, *rows = rows_memory.data;

        check_fill (scales, n_rows);
        check_fill (a, n_rows);
        for (size_t i = 0; i < n8; i++)
          x[i] = extreme ? (i % 3 ? -127 : 127) : (int8_t)g_test_rand_int_range (-127, 128);
        for (size_t i = 0; i < n_rows * n8; i++)
          rows[i] = extreme ? (i / n8 % 2 ? x[i % n8] : (int8_t)-x[i % n8])
                            : (int8_t)g_test_rand_int_range (-127, 128);
        level->kernels.dot_int8 (x, 0.37f, rows, scales, n_rows, n8, y);
        for (size_t i = 0; i < n_rows; i++) {
          int exact = 0;

          for (size_t j = 0; j < n8; j++)
            exact += x[j] * rows[i * n8 + j];
          const double expected = exact * 0.37f * (double)scales[i];
          check_near (y[i], expected, fabs (expected) * 0x1p-22);
        }
        level->kernels.sum_int8 (a, rows, scales, n_rows, n8, mix);
        for (size_t j = 0; j < n8; j++) {
          double expected = 0.0;

          for (size_t i = 0; i < n_rows; i++)
            expected += (double)a[i] * (double)scales[i] * rows[i * n8 + j];
          check_sum (mix[j], expected, 2 * n_rows, 1.0, 127.0);
        }
        check_memory_intact (&y_memory);
        check_memory_intact (&mix_memory);
        check_memory_free (&x_memory);
        check_memory_free (&rows_memory);
        check_memory_free (&scales_memory);
        check_memory_free (&a_memory);
        check_memory_free (&y_memory);
        check_memory_free (&mix_memory);
      }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  check_add ("dot", "packed-rows-are-within-half-a-step", packed_rows_are_within_half_a_step);
  check_add ("dot", "nan-and-infinity-take-their-block-with-them",
             nan_and_infinity_take_their_block_with_them);
  check_add ("dot", "every-quantized-type-is-the-product", every_quantized_type_is_the_product);
  check_add ("dot", "floats-are-the-product", floats_are_the_product);
  check_add ("dot", "element-does-not-depend-on-its-neighbours", element_does_not_depend_on_its_neighbours);
  check_add ("dot", "strips-do-not-depend-on-how-many-pass-by", strips_do_not_depend_on_how_many_pass_by);
  check_add ("dot", "rows-come-out-of-strips-as-they-were", rows_come_out_of_strips_as_they_were);
  check_add ("dot", "nan-stays-in-its-row", nan_stays_in_its_row);
  check_add ("dot", "largest-integers-do-not-saturate", largest_integers_do_not_saturate);
  check_add ("dot", "sums-of-rows-are-the-mix", sums_of_rows_are_the_mix);
  check_add ("dot", "every-half-float-is-mixed-as-it-is", every_half_float_is_mixed_as_it_is);
  check_add ("int8", "rows-are-within-half-a-step", int8_rows_are_within_half_a_step);
  check_add ("int8", "products-are-exact-integers", int8_products_are_exact);
  return g_test_run ();
}
