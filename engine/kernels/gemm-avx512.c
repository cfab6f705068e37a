/* GEMM and GEMV for AVX-512. */
#include <assert.h>
#include <immintrin.h>

#include "kernels/rows.h"
#include "kernels/transpose-avx2.h"

#define MR 12
#define NR 32 /* 12 x 2 sums and 2 of the panel; x is broadcast from memory. Heads of 64 are two panels. */

static void pack(const float *rows, size_t ld, size_t n_rows, size_t k, float *panel)
{
    assert(n_rows <= NR);
    pack_rows(rows, ld, n_rows, k, panel, NR);
}

static __mmask16 first_lanes(size_t n)
{
    return n >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << n) - 1);
}

/* m is a constant after inlining, so that the sums live in registers. */
static inline __attribute__((always_inline)) void
tile_rows(const float *x, size_t ldx, int m, const float *panel, size_t k, float *y, size_t ldy, size_t n)
{
    const __mmask16 low = first_lanes(n), high = first_lanes(n > 16 ? n - 16 : 0);
    __m512 sum[MR][2];

#pragma GCC unroll 12
    for (int i = 0; i < m; i++)
        sum[i][0] = sum[i][1] = _mm512_setzero_ps();
    for (size_t l = 0; l < k; l++, panel += NR) {
        const __m512 b0 = _mm512_load_ps(panel), b1 = _mm512_load_ps(panel + 16);
#pragma GCC unroll 12
        for (int i = 0; i < m; i++) {
            const __m512 a = _mm512_set1_ps(x[(size_t)i * ldx + l]);
            sum[i][0] = _mm512_fmadd_ps(a, b0, sum[i][0]);
            sum[i][1] = _mm512_fmadd_ps(a, b1, sum[i][1]);
        }
    }
#pragma GCC unroll 12
    for (int i = 0; i < m; i++) {
        _mm512_mask_storeu_ps(y + (size_t)i * ldy, low, sum[i][0]);
        _mm512_mask_storeu_ps(y + (size_t)i * ldy + 16, high, sum[i][1]);
    }
}

#define CASE(m)                                                                                              \
    case m:                                                                                                  \
        tile_rows(x, ldx, m, panel, k, y, ldy, n);                                                           \
        break

static void tile(const float *x, size_t ldx, size_t m, const float *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    assert(m <= MR && n <= NR);
    switch (m) {
        CASE(12);
        CASE(11);
        CASE(10);
        CASE(9);
        CASE(8);
        CASE(7);
        CASE(6);
        CASE(5);
        CASE(4);
        CASE(3);
        CASE(2);
        CASE(1);
    default:
        break;
    }
}

/* The sum of each of eight vectors. */
static inline __m256 sum_lanes(const __m512 v[8])
{
    __m256 half[8];

    for (int i = 0; i < 8; i++)
        half[i] = _mm256_add_ps(_mm512_castps512_ps256(v[i]), _mm512_extractf32x8_ps(v[i], 1));
    const __m256 low = _mm256_hadd_ps(_mm256_hadd_ps(half[0], half[1]), _mm256_hadd_ps(half[2], half[3]));
    const __m256 high = _mm256_hadd_ps(_mm256_hadd_ps(half[4], half[5]), _mm256_hadd_ps(half[6], half[7]));

    return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31));
}

/* Eight rows at a time, one sum each, so that the additions overlap; missing rows repeat the last. */
static void dot_rows(const float *x, const float *rows, size_t ld, size_t n_rows, size_t k, float *y)
{
    for (size_t first = 0; first < n_rows; first += 8) {
        const size_t n = n_rows - first < 8 ? n_rows - first : 8;
        const float *row[8];
        __m512 sum[8];
        size_t l = 0;

        for (size_t i = 0; i < 8; i++) {
            row[i] = rows + (first + (i < n ? i : n - 1)) * ld;
            sum[i] = _mm512_setzero_ps();
        }
        for (; l + 16 <= k; l += 16) {
            const __m512 a = _mm512_loadu_ps(x + l);
#pragma GCC unroll 8
            for (int i = 0; i < 8; i++)
                sum[i] = _mm512_fmadd_ps(a, _mm512_loadu_ps(row[i] + l), sum[i]);
        }
        if (l < k) {
            const __mmask16 lanes = first_lanes(k - l);
            const __m512 a = _mm512_maskz_loadu_ps(lanes, x + l);
#pragma GCC unroll 8
            for (int i = 0; i < 8; i++)
                sum[i] = _mm512_fmadd_ps(a, _mm512_maskz_loadu_ps(lanes, row[i] + l), sum[i]);
        }
        _mm256_mask_storeu_ps(y + first, (__mmask8)((1u << n) - 1), sum_lanes(sum));
    }
}

static void sum_rows(const float *a, const float *rows, size_t ld, size_t n_rows, float *y, size_t n)
{
    for (size_t j = 0; j < n; j += 64) {
        __mmask16 lanes[4];
        __m512 sum[4];

        for (size_t v = 0; v < 4; v++) {
            lanes[v] = first_lanes(n - j > 16 * v ? n - j - 16 * v : 0);
            sum[v] = _mm512_setzero_ps();
        }
        for (size_t i = 0; i < n_rows; i++) {
            const __m512 factor = _mm512_set1_ps(a[i]);
            const float *row = rows + i * ld + j;
#pragma GCC unroll 4
            for (int v = 0; v < 4; v++)
                sum[v] = _mm512_fmadd_ps(factor, _mm512_maskz_loadu_ps(lanes[v], row + 16 * v), sum[v]);
        }
        for (int v = 0; v < 4; v++)
            _mm512_mask_storeu_ps(y + j + 16 * v, lanes[v], sum[v]);
    }
}

void quill_kernels_gemm_avx512(struct quill_kernels *out)
{
    out->gemm.mr = MR;
    out->gemm.nr = NR;
    out->gemm.pack = pack;
    out->gemm.tile = tile;
    out->dot_rows = dot_rows;
    out->sum_rows = sum_rows;
}
