/* GEMM and GEMV for AVX2 and FMA. */
#include <assert.h>
#include <immintrin.h>
#include <string.h>

#include "kernels/rows.h"
#include "kernels/transpose-avx2.h"

#define MR 6
#define NR 16 /* 6 x 2 sums, 2 of the panel and 1 of x fill 15 of 16 registers */

static void pack(const float *rows, size_t ld, size_t n_rows, size_t k, float *panel)
{
    assert(n_rows <= NR);
    pack_rows(rows, ld, n_rows, k, panel, NR);
}

/* m is a constant after inlining, so that the sums live in registers. */
static inline __attribute__((always_inline)) void
tile_rows(const float *x, size_t ldx, int m, const float *panel, size_t k, float *y, size_t ldy, size_t n)
{
    __m256 sum[MR][2];

#pragma GCC unroll 6
    for (int i = 0; i < m; i++)
        sum[i][0] = sum[i][1] = _mm256_setzero_ps();
    for (size_t l = 0; l < k; l++, panel += NR) {
        const __m256 b0 = _mm256_load_ps(panel), b1 = _mm256_load_ps(panel + 8);
#pragma GCC unroll 6
        for (int i = 0; i < m; i++) {
            const __m256 a = _mm256_broadcast_ss(x + (size_t)i * ldx + l);
            sum[i][0] = _mm256_fmadd_ps(a, b0, sum[i][0]);
            sum[i][1] = _mm256_fmadd_ps(a, b1, sum[i][1]);
        }
    }
#pragma GCC unroll 6
    for (int i = 0; i < m; i++) {
        if (n == NR) {
            _mm256_storeu_ps(y + (size_t)i * ldy, sum[i][0]);
            _mm256_storeu_ps(y + (size_t)i * ldy + 8, sum[i][1]);
        } else {
            float row[NR];
            _mm256_storeu_ps(row, sum[i][0]);
            _mm256_storeu_ps(row + 8, sum[i][1]);
            memcpy(y + (size_t)i * ldy, row, n * sizeof *y);
        }
    }
}

static void tile(const float *x, size_t ldx, size_t m, const float *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    assert(m <= MR && n <= NR);
    switch (m) {
    case 6:
        tile_rows(x, ldx, 6, panel, k, y, ldy, n);
        break;
    case 5:
        tile_rows(x, ldx, 5, panel, k, y, ldy, n);
        break;
    case 4:
        tile_rows(x, ldx, 4, panel, k, y, ldy, n);
        break;
    case 3:
        tile_rows(x, ldx, 3, panel, k, y, ldy, n);
        break;
    case 2:
        tile_rows(x, ldx, 2, panel, k, y, ldy, n);
        break;
    case 1:
        tile_rows(x, ldx, 1, panel, k, y, ldy, n);
        break;
    default:
        break;
    }
}

static __m256i first_lanes(size_t n)
{
    static const int32_t lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

    return _mm256_loadu_si256((const __m256i *)(const void *)(lanes + 8 - n));
}

/* The sum of each of eight vectors. */
static inline __m256 sum_lanes(const __m256 v[8])
{
    const __m256 low = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
    const __m256 high = _mm256_hadd_ps(_mm256_hadd_ps(v[4], v[5]), _mm256_hadd_ps(v[6], v[7]));

    return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31));
}

/* Eight rows at a time, one sum each, so that the additions overlap; missing rows repeat the last. */
static void dot_rows(const float *x, const float *rows, size_t ld, size_t n_rows, size_t k, float *y)
{
    for (size_t first = 0; first < n_rows; first += 8) {
        const size_t n = n_rows - first < 8 ? n_rows - first : 8;
        const float *row[8];
        __m256 sum[8];
        size_t l = 0;

        for (size_t i = 0; i < 8; i++) {
            row[i] = rows + (first + (i < n ? i : n - 1)) * ld;
            sum[i] = _mm256_setzero_ps();
        }
        for (; l + 8 <= k; l += 8) {
            const __m256 a = _mm256_loadu_ps(x + l);
#pragma GCC unroll 8
            for (int i = 0; i < 8; i++)
                sum[i] = _mm256_fmadd_ps(a, _mm256_loadu_ps(row[i] + l), sum[i]);
        }
        if (l < k) {
            const __m256i lanes = first_lanes(k - l);
            const __m256 a = _mm256_maskload_ps(x + l, lanes);
#pragma GCC unroll 8
            for (int i = 0; i < 8; i++)
                sum[i] = _mm256_fmadd_ps(a, _mm256_maskload_ps(row[i] + l, lanes), sum[i]);
        }
        if (n == 8)
            _mm256_storeu_ps(y + first, sum_lanes(sum));
        else
            _mm256_maskstore_ps(y + first, first_lanes(n), sum_lanes(sum));
    }
}

static void sum_rows(const float *a, const float *rows, size_t ld, size_t n_rows, float *y, size_t n)
{
    size_t j = 0;

    for (; j + 64 <= n; j += 64) {
        __m256 sum[8];
        for (int v = 0; v < 8; v++)
            sum[v] = _mm256_setzero_ps();
        for (size_t i = 0; i < n_rows; i++) {
            const __m256 factor = _mm256_broadcast_ss(a + i);
            const float *row = rows + i * ld + j;
#pragma GCC unroll 8
            for (int v = 0; v < 8; v++)
                sum[v] = _mm256_fmadd_ps(factor, _mm256_loadu_ps(row + 8 * v), sum[v]);
        }
        for (int v = 0; v < 8; v++)
            _mm256_storeu_ps(y + j + 8 * v, sum[v]);
    }
    for (; j < n; j += 8) {
        const __m256i lanes = first_lanes(n - j < 8 ? n - j : 8);
        __m256 sum = _mm256_setzero_ps();
        for (size_t i = 0; i < n_rows; i++)
            sum = _mm256_fmadd_ps(_mm256_broadcast_ss(a + i), _mm256_maskload_ps(rows + i * ld + j, lanes),
                                  sum);
        _mm256_maskstore_ps(y + j, lanes, sum);
    }
}

void quill_kernels_gemm_avx2(struct quill_kernels *out)
{
    out->gemm.mr = MR;
    out->gemm.nr = NR;
    out->gemm.pack = pack;
    out->gemm.tile = tile;
    out->dot_rows = dot_rows;
    out->sum_rows = sum_rows;
}
