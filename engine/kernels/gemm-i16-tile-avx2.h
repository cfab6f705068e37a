/* Integer GEMM for AVX2, and for the instruction sets that multiply and add in one go: each of them includes this
 * and calls fill_gemm_i16. */
#ifndef QUILL_KERNELS_GEMM_I16_TILE_AVX2_H
#define QUILL_KERNELS_GEMM_I16_TILE_AVX2_H

#include "kernels/exp-avx2.h"
#include "kernels/gemm-i16-avx2.h"
#include "kernels/rows.h"

#define MR 6
#define NR 16 /* 6 x 2 sums, 2 of the panel, 1 of x and 1 product fill the 16 registers */

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    assert(n_rows <= NR);
    pack_panel(rows, ld, n_rows, k, panel, NR);
}

static inline __m256i load(const void *p)
{
    return _mm256_load_si256(p);
}

/* sum += products of a and b, added in pairs. Left to itself, GCC 12 makes all the products first and has no
 * registers left for the sums. */
static inline __m256i multiply_add(__m256i sum, __m256i a, __m256i b)
{
#ifdef __AVXVNNI__
    return _mm256_dpwssd_avx_epi32(sum, a, b);
#elif defined(QUILL_NO_ASM) /* emulated instructions: tests/kernels/emulate */
    return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
#else
    __m256i products;

    __asm__("vpmaddwd %2, %3, %1\n\tvpaddd %1, %0, %0" : "+x"(sum), "=&x"(products) : "x"(a), "x"(b));
    return sum;
#endif
}

/* Rows that are missing repeat the last one and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *rows[MR], *group = panel;
    const size_t scales_at = n_groups(k) * GROUP * sizeof(int16_t);
    __m256 sum[MR][2];

    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t i = 0; i < MR; i++) {
        rows[i] = (const unsigned char *)x + (i < m ? i : m - 1) * x_stride;
        sum[i][0] = sum[i][1] = _mm256_setzero_ps();
    }
    for (size_t g = 0; g < n_groups(k); g++) {
        __m256i part[MR][2];

#pragma GCC unroll 6
        for (int i = 0; i < MR; i++)
            part[i][0] = part[i][1] = _mm256_setzero_si256();
        for (size_t l = 0; l < GROUP / 2; l++, group += NR * sizeof(int32_t)) {
            const __m256i b0 = load(group), b1 = load(group + 32);
            const size_t at = (g * GROUP + 2 * l) * sizeof(int16_t);
#pragma GCC unroll 6
            for (int i = 0; i < MR; i++) {
                const __m256i a =
                    _mm256_castps_si256(_mm256_broadcast_ss((const float *)(const void *)(rows[i] + at)));
                part[i][0] = multiply_add(part[i][0], a, b0);
                part[i][1] = multiply_add(part[i][1], a, b1);
            }
        }
        const __m256 s0 = _mm256_castsi256_ps(load(group)), s1 = _mm256_castsi256_ps(load(group + 32));
        group += NR * sizeof(float);
#pragma GCC unroll 6
        for (int i = 0; i < MR; i++) {
            const __m256 s =
                _mm256_broadcast_ss((const float *)(const void *)(rows[i] + scales_at + g * sizeof(float)));
            sum[i][0] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(part[i][0]), _mm256_mul_ps(s, s0), sum[i][0]);
            sum[i][1] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(part[i][1]), _mm256_mul_ps(s, s1), sum[i][1]);
        }
    }
    for (size_t i = 0; i < m; i++) {
        if (n == NR) {
            _mm256_storeu_ps(y + i * ldy, sum[i][0]);
            _mm256_storeu_ps(y + i * ldy + 8, sum[i][1]);
        } else {
            float row[NR];
            _mm256_storeu_ps(row, sum[i][0]);
            _mm256_storeu_ps(row + 8, sum[i][1]);
            memcpy(y + i * ldy, row, n * sizeof *y);
        }
    }
}

/* The largest of a group's numbers; -INFINITY if there are but NaN. */
static inline float largest(const __m256 v[VECTORS])
{
    __m256 max = _mm256_set1_ps(-INFINITY);

    for (int i = 0; i < VECTORS; i++)
        max = _mm256_max_ps(v[i], max);
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(max), _mm256_extractf128_ps(max, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
}

/* Numbers behind the last are as good as impossible. */
static inline void load_scores(const float *x, size_t n, __m256 v[VECTORS])
{
    float padded[GROUP];

    if (n < GROUP) {
        for (size_t i = 0; i < GROUP; i++)
            padded[i] = i < n ? x[i] : -INFINITY;
        x = padded;
    }
    for (int i = 0; i < VECTORS; i++)
        v[i] = _mm256_loadu_ps(x + 8 * i);
}

/* Each group becomes powers of two of its distance to its own maximum, of which X_MAX is the largest: the
 * distance is taken a rounding longer than it is, or the maximum's own could come out above 0. Its scale says
 * how far the maximum lies below the row's. The sum is that of the integers, so that what the values are
 * mixed with adds up to one. */
static float soften(const float *x, size_t n, void *row)
{
    int16_t *to = row;
    float *scales = (float *)(void *)(to + n_groups(n) * GROUP);
    const __m256 log2e = _mm256_set1_ps(EXP_LOG2E);
    float max = -INFINITY, sum = 0.0f;

    for (size_t g = 0; g < n_groups(n); g++) {
        const size_t count = n - g * GROUP < GROUP ? n - g * GROUP : GROUP;
        __m256i total = _mm256_setzero_si256();
        __m256 v[VECTORS];

        load_scores(x + g * GROUP, count, v);
        const float top = largest(v), power = top * EXP_LOG2E;
        const __m256 shift = _mm256_set1_ps(-power - fabsf(power) * 0x1p-23f);
        for (int j = 0; j < VECTORS; j += 2) {
            __m256i q[2];
            for (int i = 0; i < 2; i++)
                q[i] = _mm256_cvtps_epi32(_mm256_mul_ps(
                    exp2_vector(_mm256_fmadd_ps(v[j + i], log2e, shift)), _mm256_set1_ps(X_MAX)));
            total = _mm256_add_epi32(total, _mm256_add_epi32(q[0], q[1]));
            _mm256_storeu_si256((__m256i *)(void *)(to + g * GROUP + 8 * j),
                                _mm256_permute4x64_epi64(_mm256_packs_epi32(q[0], q[1]), 0xd8));
        }
        __m128i t = _mm_add_epi32(_mm256_castsi256_si128(total), _mm256_extracti128_si256(total, 1));
        t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0x4e));
        t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0xb1));
        /* The sum so far is relative to the maximum so far. */
        if (top > max) {
            sum *= expf(max - top);
            max = top;
        }
        sum += expf(top - max) * (float)_mm_cvtsi128_si32(t);
        scales[g] = top;
    }
    for (size_t g = 0; g < n_groups(n); g++)
        scales[g] = expf(scales[g] - max) * (1.0f / X_MAX);
    return X_MAX / sum;
}

static inline void fill_gemm_i16(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_I16];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->pack_x = pack_x;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
    gemm->soften = soften;
}

#endif
