#include "packed.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Bytes have another zero for x, and sums that begin with something. */
static bool
is_bytes (const struct quill_gemm *gemm) {
  return gemm->element_bytes == 1;
}

int
packed_x_max (const struct quill_gemm *gemm) {
  return is_bytes (gemm) ? 127 : 8191;
}

int
packed_w_max (const struct quill_gemm *gemm) {
  return is_bytes (gemm) ? 127 : 4095;
}

/* A group of a panel: pairs of int16 [group / 2][nr][2], or quads of int8 [group / 4][nr][4] and what sums
 * begin with [nr], then the scales [nr]. */
static const unsigned char *
panel_group (const struct quill_gemm *gemm, const void *panel, size_t g) {
  return (const unsigned char *)panel
         + g * gemm->nr * (gemm->group * gemm->element_bytes + gemm->begin_bytes + gemm->scale_bytes);
}

static double
int16_at (const void *p, size_t i) {
  int16_t q;

  memcpy (&q, (const unsigned char *)p + i * sizeof q, sizeof q);
  return q;
}

static double
row_integer (const struct quill_gemm *gemm, const void *row, size_t i) {
  return is_bytes (gemm) ? ((const uint8_t *)row)[i] - 128 : int16_at (row, i);
}

/* Number l of row j in a panel's group. */
static double
panel_integer (const struct quill_gemm *gemm, const void *group, size_t j, size_t l) {
  return is_bytes (gemm) ? ((const int8_t *)group)[(l / 4 * gemm->nr + j) * 4 + l % 4]
                         : int16_at (group, (l / 2 * gemm->nr + j) * 2 + l % 2);
}

static float
float_at (const void *p, size_t i) {
  float f;

  memcpy (&f, (const unsigned char *)p + i * sizeof f, sizeof f);
  return f;
}

float
packed_scale (const struct quill_gemm *gemm, const void *row, size_t k, size_t g) {
  if (!gemm->scale_bytes)
    return 0.0f;
  return float_at ((const unsigned char *)row + quill_gemm_padded (gemm, k) * gemm->element_bytes, g);
}

float
packed_panel_scale (const struct quill_gemm *gemm, const void *panel, size_t j, size_t g) {
  if (!gemm->scale_bytes)
    return 0.0f;
  return float_at (
      panel_group (gemm, panel, g) + gemm->nr * (gemm->group * gemm->element_bytes + gemm->begin_bytes), j);
}

void
packed_row (const struct quill_gemm *gemm, const void *row, size_t k, double *x) {
  for (size_t i = 0; i < k; i++)
    x[i] = gemm->scale_bytes
               ? row_integer (gemm, row, i) * (double)packed_scale (gemm, row, k, i / gemm->group)
               : (double)float_at (row, i);
  for (size_t i = k; i < quill_gemm_padded (gemm, k); i++)
    g_assert_cmpfloat (row_integer (gemm, row, i), ==, 0.0);
}

void
packed_panel_row (const struct quill_gemm *gemm, const void *panel, size_t k, size_t j, double *w) {
  for (size_t i = 0; i < quill_gemm_padded (gemm, k); i++) {
    const size_t g = i / gemm->group, l = i % gemm->group;

    if (!gemm->scale_bytes) {
      w[i] = (double)float_at (panel, i * gemm->nr + j);
    } else {
      const double q = panel_integer (gemm, panel_group (gemm, panel, g), j, l);

      if (i < k)
        w[i] = q * (double)packed_panel_scale (gemm, panel, j, g);
      else
        g_assert_cmpfloat (q, ==, 0.0);
    }
  }
}

/* Aligned as panels must be. */
static void *
aligned_new (size_t bytes) {
  void *memory = NULL;

  g_assert_cmpint (posix_memalign (&memory, 64, bytes + 1), ==, 0);
  return memory;
}

void
packed_x (const struct quill_gemm *gemm, const float *x, size_t k, double *out) {
  void *row = aligned_new (quill_gemm_row_bytes (gemm, k));

  gemm->pack_x (x, 0, k, k, row);
  packed_row (gemm, row, k, out);
  free (row);
}

void
packed_w (const struct quill_gemm *gemm, const float *w, size_t k, double *out) {
  void *panel = aligned_new (quill_gemm_panel_bytes (gemm, k));

  gemm->pack_w (w, k, 1, k, panel);
  packed_panel_row (gemm, panel, k, 0, out);
  free (panel);
}

void
packed_check_product (const struct quill_gemm *gemm, float value, const double *x, const double *w, size_t k,
                      double max) {
  double sum = 0.0, shares = 0.0, products = 0.0;

  for (size_t first = 0; first < k; first += gemm->group) {
    double share = 0.0;

    for (size_t i = first; i < k && i < first + gemm->group; i++)
      share += x[i] * w[i], products += fabs (x[i] * w[i]);
    sum += share;
    shares += fabs (share);
  }
  if (gemm->scale_bytes)
    /* And the double precision of this sum, where the products of a group cancel out. */
    check_near (value, sum,
                (1.5 + (double)(k / gemm->group + 1) / 2.0) * FLT_EPSILON * shares
                    + (double)gemm->group * DBL_EPSILON * products);
  else
    check_sum (value, sum, k, max, max);
}
