/* Dot products and mixes of few rows. */
#include <math.h>
#include <string.h>

#include "compare.h"
#include "kernels/strips.h"

static bool
is_float (int type) {
  return type == QUILL_F32 || type == QUILL_F16;
}

static bool
is_super (int type) {
  return quill_type_traits (type)->block_len == 256;
}

/* m rows as the type's dot takes them, made by the portable level. */
static unsigned char *
rows_of_x (const struct quill_kernels *portable, enum quill_type type, size_t m, size_t k) {
  const size_t bytes = quill_dot_row_bytes (type, k);
  unsigned char *rows = memory_new (m * bytes);

  for (size_t i = 0; i < m; i++) {
    const float *x = random_floats (k);

    if (is_float (type))
      memcpy (rows + i * bytes, x, bytes);
    else
      portable->pack_dot (x, k, rows + i * bytes);
  }
  return rows;
}

/* The largest magnitude of k weights. */
static double
largest_weight (enum quill_type type, const void *row, size_t k) {
  float w[1024];
  double max = 0.0;

  quill_dequantize_row (type, row, w, k);
  for (size_t i = 0; i < k; i++)
    max = fabs ((double)w[i]) > max ? fabs ((double)w[i]) : max;
  return max;
}

/* x is within [-1, 1). Integer products of a block are exact, so a quantized dot rounds a few times for each
 * block: less than once for each of its 32 numbers; but where weight = d q + m, both parts may be larger than
 * the weight: 16 times (q5_1 with d and m of either sign), 64 for K types, whose scales reach 63. */
static double
tolerance (enum quill_type type, const void *row, size_t k, bool raw) {
  return (double)k * EPS * largest_weight (type, row, k) * (is_float (type) || !raw ? 2.0 : 64.0);
}

#define MAX_M 9
#define MAX_ROWS 18

/* What there is to multiply, and each product as the portable level has it and as it comes out alone. */
struct dots {
  enum quill_type type;
  size_t k, stride, x_stride;
  const unsigned char *rows, *x; /* [MAX_ROWS], [MAX_M] */
  float expected[MAX_M * MAX_ROWS], alone[MAX_M * MAX_ROWS];
};

static void
dots_new (struct dots *d, const struct quill_kernels *kernels, const struct quill_kernels *portable,
          bool raw) {
  const struct quill_type_traits *traits = quill_type_traits (d->type);

  /* Every second row is at an odd address, as tensors of a file may be. */
  d->stride = d->k / traits->block_len * traits->block_bytes + 3;
  d->x_stride = quill_dot_row_bytes (d->type, d->k);
  d->rows = random_weights (d->type, MAX_ROWS, d->k, d->stride, raw);
  d->x = rows_of_x (portable, d->type, MAX_M, d->k);
  compare_case ("%s, k %zu%s, one by one", traits->name, d->k, raw ? ", any bytes" : "");
  portable->dot[d->type](d->rows, d->stride, MAX_ROWS, d->k, d->x, d->x_stride, MAX_M, d->expected, MAX_ROWS);
  for (size_t j = 0; j < MAX_ROWS; j++) {
    const unsigned char *row = d->rows + j * d->stride;
    const double near = tolerance (d->type, row, d->k, raw);

    for (size_t i = 0; i < MAX_M; i++) {
      const size_t at = i * MAX_ROWS + j;

      kernels->dot[d->type](row, d->stride, 1, d->k, d->x + i * d->x_stride, d->x_stride, 1, &d->alone[at],
                            1);
      expect_near (d->alone[at], d->expected[at], near);
    }
  }
}

/* All rows as strips, which end where reading is forbidden. */
static void
strips_are_the_portable_rows (const struct dots *d, const struct quill_kernels *kernels, bool raw) {
  enum { LDY = (MAX_ROWS + QUILL_STRIP_ROWS - 1) / QUILL_STRIP_ROWS * QUILL_STRIP_ROWS };
  const struct quill_type_traits *traits = quill_type_traits (d->type);
  const size_t bytes = quill_strip_bytes (d->type, d->k),
               row_bytes = d->k / traits->block_len * traits->block_bytes;
  unsigned char *strips = memory_new (LDY / QUILL_STRIP_ROWS * bytes),
                *rows = memory_new (MAX_ROWS * row_bytes);

  for (size_t j = 0; j < MAX_ROWS; j++)
    memcpy (rows + j * row_bytes, d->rows + j * d->stride, row_bytes);
  memset (strips, 0, LDY / QUILL_STRIP_ROWS * bytes);
  quill_strips_pack (d->type, rows, MAX_ROWS, d->k, strips);
  for (size_t m = 1; m <= MAX_M; m++) {
    float *y = floats_new (m * LDY);

    compare_case ("strips of %s, m %zu, k %zu", quill_type_traits (d->type)->name, m, d->k);
    kernels->strips[d->type](strips, LDY / QUILL_STRIP_ROWS, d->k, d->x, d->x_stride, m, y, LDY);
    for (size_t i = 0; i < m; i++)
      for (size_t j = 0; j < MAX_ROWS; j++)
        expect_near (y[i * LDY + j], d->expected[i * MAX_ROWS + j],
                     tolerance (d->type, d->rows + j * d->stride, d->k, raw));
  }
}

/* The last m and n_rows together, so that reading beyond them is noticed. */
static void
dots_together (const struct dots *d, const struct quill_kernels *kernels, size_t m, size_t n_rows) {
  const size_t i0 = MAX_M - m, j0 = MAX_ROWS - n_rows, ldy = n_rows + 2;
  float *y = floats_new ((m - 1) * ldy + n_rows);
  const float gap = 12345.0f;

  compare_case ("%s, m %zu, %zu rows, k %zu", quill_type_traits (d->type)->name, m, n_rows, d->k);
  for (size_t i = 0; i + 1 < m; i++)
    y[i * ldy + n_rows] = y[i * ldy + n_rows + 1] = gap;
  kernels->dot[d->type](d->rows + j0 * d->stride, d->stride, n_rows, d->k, d->x + i0 * d->x_stride,
                        d->x_stride, m, y, ldy);
  for (size_t i = 0; i < m; i++)
    expect_same (y + i * ldy, d->alone + (i0 + i) * MAX_ROWS + j0, n_rows);
  for (size_t i = 0; i + 1 < m; i++)
    expect (y[i * ldy + n_rows] == gap && y[i * ldy + n_rows + 1] == gap,
            "what lies between rows is untouched");
}

static void
dots_are_the_portable_ones (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  static const size_t plain[] = { 32, 64, 96, 224, 256, 288, 384 }, super[] = { 256, 512, 768 };
  static const size_t floats[] = { 1, 2, 3, 7, 8, 9, 15, 17, 31, 64, 65, 130 };
  static const size_t some[][2] = { { 1, 1 }, { 1, 6 }, { 2, 4 }, { 3, 9 }, { 9, 18 } };

  for (int type = 0; type < QUILL_TYPE_COUNT; type++) {
    const size_t *ks = is_float (type) ? floats : is_super (type) ? super : plain;
    const size_t n_ks = is_float (type) ? 12 : is_super (type) ? 3 : 7;

    for (size_t l = 0; l < n_ks; l++)
      for (int raw = 0; raw < 2; raw++) {
        struct dots d = { .type = type, .k = ks[l] };

        dots_new (&d, kernels, portable, raw != 0);
        if (l == n_ks / 2 && raw)
          for (size_t m = 1; m <= MAX_M; m++)
            for (size_t n_rows = 1; n_rows <= MAX_ROWS; n_rows++)
              dots_together (&d, kernels, m, n_rows);
        if (kernels->strips[type])
          strips_are_the_portable_rows (&d, kernels, raw != 0);
        for (size_t i = 0; i < sizeof some / sizeof *some; i++)
          dots_together (&d, kernels, some[i][0], some[i][1]);
        memory_release ();
      }
  }
}

/* Bytes and integers of x at their ends, all of one sign: what is added up must not saturate. */
static void
dots_hold_the_extremes (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  const size_t k = 256;

  for (int type = QUILL_Q4_0; type < QUILL_TYPE_COUNT; type++)
    for (int pattern = 0; pattern < 4; pattern++) {
      const struct quill_type_traits *traits = quill_type_traits (type);
      const size_t bytes = k / traits->block_len * traits->block_bytes;
      unsigned char *w = random_weights (type, 1, k, bytes, true),
                    *x = memory_new (quill_dot_row_bytes (type, k));
      /* All that is no half float: 0x80 is the lowest number of q8_0 and of q6_K's scales, 0x7f the highest.
       */
      static const unsigned char fills[] = { 0x80, 0x7f, 0xff, 0x00 };

      for (size_t i = 0; i < bytes; i++) {
        const size_t at = i % traits->block_bytes;
        const bool half
            = type == QUILL_Q6_K
                  ? at >= 208
                  : at < 2 || (type != QUILL_Q4_0 && type != QUILL_Q5_0 && type != QUILL_Q8_0 && at < 4);

        if (!half)
          w[i] = fills[pattern];
      }
      for (int sign = -1; sign <= 1; sign += 2) {
        float values[256], y = NAN, expected = NAN;

        for (size_t i = 0; i < k; i++)
          values[i] = (float)sign;
        portable->pack_dot (values, k, x);
        compare_case ("%s of 0x%02x, sign %d", traits->name, fills[pattern], sign);
        kernels->dot[type](w, bytes, 1, k, x, quill_dot_row_bytes (type, k), 1, &y, 1);
        portable->dot[type](w, bytes, 1, k, x, quill_dot_row_bytes (type, k), 1, &expected, 1);
        expect_near (y, expected, tolerance (type, w, k, true));
      }
    }
}

/* As rows of QUILL_GEMM_I16: integers within one, scales within two roundings. A sum is d times the integers.
 */
static void
rows_for_dots_are_the_portable_ones (const struct quill_kernels *kernels,
                                     const struct quill_kernels *portable) {
  for (size_t k = 32; k <= 640; k += 32)
    for (int kind = 0; kind < 6; kind++) {
      const size_t bytes = quill_dot_row_bytes (QUILL_Q8_0, k), n_blocks = quill_dot_blocks (k);
      float *x = random_floats (k);
      int8_t *q = memory_new (bytes), *expected = memory_new (bytes);
      const float *d = (const float *)(const void *)(q + k);
      const float *expected_d = (const float *)(const void *)(expected + k);

      compare_case ("k %zu, kind %d", k, kind);
      for (size_t i = 0; i < k; i++)
        x[i] *= kind == 1 ? 1e30f : kind == 2 ? 1e-38f : kind == 3 ? 2e-30f : 1.0f;
      if (kind >= 4)
        x[random_below (k)] = kind == 4 ? NAN : INFINITY;
      kernels->pack_dot (x, k, q);
      portable->pack_dot (x, k, expected);
      for (size_t b = 0; b < n_blocks; b++) {
        int sum = 0;

        expect_near (d[b], expected_d[b], 2 * EPS * fabs ((double)expected_d[b]));
        for (size_t i = 32 * b; i < 32 * b + 32 && i < k; i++) {
          if (!isnan (d[b]))
            expect_near (q[i], expected[i], 1.0);
          sum += q[i];
        }
        if (b >= k / 32)
          expect (d[b] == 0.0f && d[n_blocks + b] == 0.0f, "what follows the last block is zero");
        else
          expect_near (d[n_blocks + b], (double)d[b] * sum, EPS * fabs ((double)d[b] * sum));
      }
    }
}

/* Sums of n products of numbers within [-1, 1), in the same order; a fused multiply-add may round less. */
static void
mixes_are_the_portable_ones (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (int type = QUILL_F32; type <= QUILL_F16; type++)
    for (size_t n = 0; n <= 140; n += n < 20 ? 1 : 11)
      for (size_t n_rows = 0; n_rows <= 40; n_rows += 1 + n_rows / 3) {
        const size_t stride = (n + 1) * quill_type_traits (type)->block_bytes;
        const unsigned char *rows = n_rows ? random_weights (type, n_rows, n, stride, false) : NULL;
        const float *a = random_floats (n_rows);
        float *y = floats_new (n), *expected = floats_new (n);

        compare_case ("%zu %s rows of %zu", n_rows, quill_type_traits (type)->name, n);
        kernels->sum[type](a, rows, stride, n_rows, y, n);
        portable->sum[type](a, rows, stride, n_rows, expected, n);
        for (size_t j = 0; j < n; j++)
          expect_near (y[j], expected[j], (double)n_rows * EPS);
        memory_release ();
      }
}

/* A row of x and what it is multiplied with: any numbers, or the largest alone, of one sign or of both.
 * Packed rows end `shift` bytes before their memory does. */
struct int8_rows {
  size_t n, n8, n_rows;
  float *x;
  int8_t *row, *rows; /* [n8], [n_rows, n8] */
};

static struct int8_rows
int8_rows_new (size_t n, size_t n_rows, bool extreme, size_t shift) {
  struct int8_rows r = { .n = n, .n8 = quill_int8_padded (n), .n_rows = n_rows, .x = random_floats (n) };

  r.row = memory_new (r.n8 + shift);
  r.rows = memory_new (n_rows * r.n8 + shift);
  for (size_t i = 0; extreme && i < n; i++)
    r.x[i] = n % 2 || random_below (2) ? -0.75f : 0.75f;
  for (size_t i = 0; i < n_rows * r.n8; i++)
    if (!extreme)
      r.rows[i] = (int8_t)((int)random_below (255) - 127);
    else /* all of one sign, or some of either */
      r.rows[i] = i / r.n8 % 3 == 0 ? -127 : i / r.n8 % 3 == 1 || random_below (2) ? 127 : -127;
  return r;
}

/* Packed to within one step of rounding; products are exact integers, scaled by two roundings; a mix adds
 * n_rows numbers of at most 127. */
static void
compare_int8_rows (const struct quill_kernels *kernels, const struct quill_kernels *portable,
                   const struct int8_rows *r) {
  const float *a = random_floats (r->n_rows), *scales = random_floats (r->n_rows);
  float *y = floats_new (r->n_rows), *expected = floats_new (r->n_rows);
  float *mix = floats_new (r->n8), *expected_mix = floats_new (r->n8);
  int8_t *expected_row = memory_new (r->n8);
  const float scale = kernels->pack_int8 (r->x, r->n, r->row);

  expect_near (scale, portable->pack_int8 (r->x, r->n, expected_row), EPS * (double)scale);
  for (size_t i = 0; i < r->n8; i++)
    expect_near (r->row[i], expected_row[i], i < r->n ? 1.0 : 0.0);
  kernels->dot_int8 (r->row, scale, r->rows, scales, r->n_rows, r->n8, y);
  portable->dot_int8 (r->row, scale, r->rows, scales, r->n_rows, r->n8, expected);
  for (size_t i = 0; i < r->n_rows; i++)
    expect_near (y[i], expected[i], 2 * EPS * fabs ((double)expected[i]));
  kernels->sum_int8 (a, r->rows, scales, r->n_rows, r->n8, mix);
  portable->sum_int8 (a, r->rows, scales, r->n_rows, r->n8, expected_mix);
  for (size_t i = 0; i < r->n8; i++)
    expect_near (mix[i], expected_mix[i], 2.0 * (double)r->n_rows * EPS * 127.0);
  r->x[random_below (r->n)] = random_below (2) ? NAN : -INFINITY;
  expect (isnan (kernels->pack_int8 (r->x, r->n, r->row)), "a row with no number has no scale");
}

static void
int8_rows_are_the_portable_ones (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (size_t n = 1; n <= 130; n += n < 70 ? 7 : 13)
    for (size_t n_rows = 1; n_rows <= 9; n_rows++)
      for (int extreme = 0; extreme < 2; extreme++)
        for (size_t shift = 0; shift < 2; shift++) {
          const struct int8_rows r = int8_rows_new (n, n_rows, extreme != 0, shift);

          compare_case ("%zu rows of %zu%s%s", n_rows, n, extreme ? ", extreme" : "", shift ? ", odd" : "");
          compare_int8_rows (kernels, portable, &r);
          memory_release ();
        }
}

void
compare_dot (const struct quill_kernels *k) {
  compare_run (k, "dots are the portable ones and do not depend on neighbours", dots_are_the_portable_ones);
  compare_run (k, "dots hold the extremes", dots_hold_the_extremes);
  compare_run (k, "rows for dots are the portable ones", rows_for_dots_are_the_portable_ones);
  compare_run (k, "mixes of rows are the portable ones", mixes_are_the_portable_ones);
  compare_run (k, "int8 rows are the portable ones", int8_rows_are_the_portable_ones);
}
