/* Stands in for the compiler's <immintrin.h>: the instructions of AVX2 and AVX-512 as plain C, by SIMDe, so
 * that kernels can be tested on machines that lack them. What SIMDe 0.7.4 lacks follows, after Intel's
 * Intrinsics Guide.
 *
 * Instruction sets that the kernels choose by are asked for with EMULATE_...: to say __AVX512VNNI__ before
 * SIMDe looks would have it use the instructions. */
#ifndef EMULATE_IMMINTRIN_H
#define EMULATE_IMMINTRIN_H

#pragma GCC system_header

#define SIMDE_NO_INLINE /* inlined thirty-two times into each unrolled dot product, they take minutes to     \
                           compile */
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx2.h>
#include <simde/x86/f16c.h>
#include <simde/x86/fma.h>
#include <simde/x86/avx512/abs.h>
#include <simde/x86/avx512/add.h>
#include <simde/x86/avx512/and.h>
#include <simde/x86/avx512/cast.h>
#include <simde/x86/avx512/cmp.h>
#include <simde/x86/avx512/div.h>
#include <simde/x86/avx512/dpbusd.h>
#include <simde/x86/avx512/dpwssd.h>
#include <simde/x86/avx512/fmadd.h>
#include <simde/x86/avx512/fnmadd.h>
#include <simde/x86/avx512/load.h>
#include <simde/x86/avx512/loadu.h>
#include <simde/x86/avx512/madd.h>
#include <simde/x86/avx512/max.h>
#include <simde/x86/avx512/mul.h>
#include <simde/x86/avx512/or.h>
#include <simde/x86/avx512/packs.h>
#include <simde/x86/avx512/permutexvar.h>
#include <simde/x86/avx512/roundscale.h>
#include <simde/x86/avx512/sad.h>
#include <simde/x86/avx512/scalef.h>
#include <simde/x86/avx512/set.h>
#include <simde/x86/avx512/set1.h>
#include <simde/x86/avx512/setzero.h>
#include <simde/x86/avx512/setr.h>
#include <simde/x86/avx512/slli.h>
#include <simde/x86/avx512/srai.h>
#include <simde/x86/avx512/srli.h>
#include <simde/x86/avx512/store.h>
#include <simde/x86/avx512/storeu.h>
#include <simde/x86/avx512/sub.h>
#include <simde/x86/avx512/xor.h>

#ifdef EMULATE_AVX512
#define __AVX512VL__ 1
#define __AVX512BW__ 1
#endif
#ifdef EMULATE_AVX512VNNI
#define __AVX512VNNI__ 1
#endif
#ifdef EMULATE_AVXVNNI
#define __AVXVNNI__ 1
#endif
#define QUILL_NO_ASM
#define EMULATE_CALL __attribute__((noinline, unused))

typedef uint16_t __mmask16;
#define _MM_FROUND_TO_NEAREST_INT SIMDE_MM_FROUND_TO_NEAREST_INT
#define _MM_FROUND_NO_EXC SIMDE_MM_FROUND_NO_EXC
/* SIMDe's aliases of these take the wrong number of arguments. */
#undef _mm512_madd_epi16
#define _mm512_madd_epi16(a, b) simde_mm512_madd_epi16(a, b)

/* ---- masked: lanes whose bit is not set touch no memory --------------------------------------------- */

static EMULATE_CALL __m512 emulate_mask_loadu_ps(__m512 src, __mmask16 mask, const void *p)
{
    float lanes[16];

    __builtin_memcpy(lanes, &src, sizeof lanes);
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1)
            __builtin_memcpy(&lanes[i], (const float *)p + i, sizeof *lanes);
    return _mm512_loadu_ps(lanes);
}
#define _mm512_mask_loadu_ps(src, mask, p) emulate_mask_loadu_ps(src, mask, p)
#define _mm512_maskz_loadu_ps(mask, p) emulate_mask_loadu_ps(_mm512_setzero_ps(), mask, p)

typedef uint32_t __mmask32;

static EMULATE_CALL __m256i emulate_256_mask_add_epi8(__m256i src, __mmask32 mask, __m256i a, __m256i b)
{
    uint8_t out[32], x[32], y[32];

    _mm256_storeu_si256((__m256i *)(void *)out, src);
    _mm256_storeu_si256((__m256i *)(void *)x, a);
    _mm256_storeu_si256((__m256i *)(void *)y, b);
    for (int i = 0; i < 32; i++)
        if (mask >> i & 1)
            out[i] = (uint8_t)(x[i] + y[i]);
    return _mm256_loadu_si256((const __m256i *)(const void *)out);
}
#undef _mm256_mask_add_epi8
#define _mm256_mask_add_epi8(src, mask, a, b) emulate_256_mask_add_epi8(src, mask, a, b)

static EMULATE_CALL __mmask32 emulate_256_test_epi8_mask(__m256i a, __m256i b)
{
    uint8_t x[32], y[32];
    __mmask32 mask = 0;

    _mm256_storeu_si256((__m256i *)(void *)x, a);
    _mm256_storeu_si256((__m256i *)(void *)y, b);
    for (int i = 0; i < 32; i++)
        mask |= (__mmask32)((x[i] & y[i]) != 0) << i;
    return mask;
}
#undef _mm256_test_epi8_mask
#define _mm256_test_epi8_mask(a, b) emulate_256_test_epi8_mask(a, b)

static EMULATE_CALL void emulate_mask_storeu_ps(void *p, __mmask16 mask, __m512 v)
{
    float lanes[16];

    _mm512_storeu_ps(lanes, v);
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1)
            __builtin_memcpy((float *)p + i, &lanes[i], sizeof *lanes);
}
#define _mm512_mask_storeu_ps(p, mask, v) emulate_mask_storeu_ps(p, mask, v)

static EMULATE_CALL __m256i emulate_maskz_loadu_epi16(__mmask16 mask, const void *p)
{
    int16_t lanes[16] = {0};

    for (int i = 0; i < 16; i++)
        if (mask >> i & 1)
            __builtin_memcpy(&lanes[i], (const int16_t *)p + i, sizeof *lanes);
    return _mm256_loadu_si256((const __m256i *)(const void *)lanes);
}
#define _mm256_maskz_loadu_epi16(mask, p) emulate_maskz_loadu_epi16(mask, p)

typedef uint64_t __mmask64;

static EMULATE_CALL __m512i emulate_maskz_loadu_epi8(__mmask64 mask, const void *p)
{
    int8_t lanes[64] = {0};

    for (int i = 0; i < 64; i++)
        if (mask >> i & 1)
            lanes[i] = ((const int8_t *)p)[i];
    return _mm512_loadu_si512(lanes);
}
#define _mm512_maskz_loadu_epi8(mask, p) emulate_maskz_loadu_epi8(mask, p)

/* SIMDe's reads all lanes. */
static EMULATE_CALL __m256 emulate_256_maskload_ps(const float *p, __m256i mask)
{
    int32_t chosen[8];
    float lanes[8] = {0};

    _mm256_storeu_si256((__m256i *)(void *)chosen, mask);
    for (int i = 0; i < 8; i++)
        if (chosen[i] < 0)
            __builtin_memcpy(&lanes[i], p + i, sizeof *lanes);
    return _mm256_loadu_ps(lanes);
}
#undef _mm256_maskload_ps
#define _mm256_maskload_ps(p, mask) emulate_256_maskload_ps(p, mask)

/* ---- reductions: halves are added, or compared, until one lane is left ------------------------------ */

static EMULATE_CALL float emulate_reduce_add_ps(__m512 v)
{
    float lanes[16];

    _mm512_storeu_ps(lanes, v);
    for (int half = 8; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}
#define _mm512_reduce_add_ps(v) emulate_reduce_add_ps(v)

static EMULATE_CALL float emulate_reduce_max_ps(__m512 v)
{
    float lanes[16];

    _mm512_storeu_ps(lanes, v);
    for (int half = 8; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
    return lanes[0];
}
#define _mm512_reduce_max_ps(v) emulate_reduce_max_ps(v)

#define EMULATE_REDUCE(name, operation)                                                                      \
    static EMULATE_CALL int32_t name(__m512i v)                                                              \
    {                                                                                                        \
        int32_t lanes[16];                                                                                   \
                                                                                                             \
        _mm512_storeu_si512(lanes, v);                                                                       \
        for (int i = 1; i < 16; i++)                                                                         \
            lanes[0] = operation;                                                                            \
        return lanes[0];                                                                                     \
    }
EMULATE_REDUCE(emulate_reduce_add_epi32, lanes[0] + lanes[i])
EMULATE_REDUCE(emulate_reduce_max_epi32, lanes[0] > lanes[i] ? lanes[0] : lanes[i])
#define _mm512_reduce_add_epi32(v) emulate_reduce_add_epi32(v)
#define _mm512_reduce_max_epi32(v) emulate_reduce_max_epi32(v)

/* ---- lanes of two vectors: two bits of `which` for each of four, the first two of them from a ---------- */

static EMULATE_CALL __m512i emulate_shuffle(__m512i a, __m512i b, int which, int n_groups, int size)
{
    int32_t from[2][16], out[16];

    _mm512_storeu_si512(from[0], a);
    _mm512_storeu_si512(from[1], b);
    for (int group = 0; group < n_groups; group++)
        for (int i = 0; i < 4; i++)
            for (int l = 0; l < size; l++)
                out[(4 * group + i) * size + l] = from[i / 2][(4 * group + (which >> 2 * i & 3)) * size + l];
    return _mm512_loadu_si512(out);
}
#undef _mm512_shuffle_i32x4
#undef _mm512_shuffle_ps
#define _mm512_shuffle_i32x4(a, b, which) emulate_shuffle(a, b, which, 1, 4)
#define _mm512_shuffle_ps(a, b, which)                                                                       \
    _mm512_castsi512_ps(emulate_shuffle(_mm512_castps_si512(a), _mm512_castps_si512(b), which, 4, 1))

/* ---- conversions ------------------------------------------------------------------------------------ */

#define EMULATE_WIDEN(name, result, type, from, n)                                                           \
    static EMULATE_CALL __m512i name(from v)                                                                 \
    {                                                                                                        \
        type lanes[sizeof v / sizeof(type)];                                                                 \
        int32_t wide[16];                                                                                    \
                                                                                                             \
        __builtin_memcpy(lanes, &v, sizeof v);                                                               \
        for (int i = 0; i < 16; i++)                                                                         \
            wide[i] = lanes[i];                                                                              \
        return _mm512_loadu_si512(wide);                                                                     \
    }
EMULATE_WIDEN(emulate_cvtepu8_epi32, __m512i, uint8_t, __m128i, 16)
EMULATE_WIDEN(emulate_cvtepi8_epi32, __m512i, int8_t, __m128i, 16)
#define _mm512_cvtepu8_epi32(v) emulate_cvtepu8_epi32(v)
#define _mm512_cvtepi8_epi32(v) emulate_cvtepi8_epi32(v)

#define EMULATE_NARROW(name, result, type, load)                                                             \
    static EMULATE_CALL result name(__m512i v)                                                               \
    {                                                                                                        \
        int32_t lanes[16];                                                                                   \
        type narrow[16];                                                                                     \
                                                                                                             \
        _mm512_storeu_si512(lanes, v);                                                                       \
        for (int i = 0; i < 16; i++)                                                                         \
            narrow[i] = (type)lanes[i];                                                                      \
        return load((const void *)narrow);                                                                   \
    }
EMULATE_NARROW(emulate_cvtepi32_epi16, __m256i, int16_t, _mm256_loadu_si256)
#define _mm512_cvtepi32_epi16(v) emulate_cvtepi32_epi16(v)

/* Rounds to nearest even; what does not fit becomes the smallest integer. */
static EMULATE_CALL __m512i emulate_cvtps_epi32(__m512 v)
{
    float lanes[16];
    int32_t integers[16];

    _mm512_storeu_ps(lanes, v);
    for (int i = 0; i < 16; i++)
        integers[i] = lanes[i] >= -0x1p31f && lanes[i] < 0x1p31f ? (int32_t)__builtin_rintf(lanes[i]) : INT32_MIN;
    return _mm512_loadu_si512(integers);
}
#define _mm512_cvtps_epi32(v) emulate_cvtps_epi32(v)

static EMULATE_CALL __m512 emulate_cvtepi32_ps(__m512i v)
{
    int32_t lanes[16];
    float floats[16];

    _mm512_storeu_si512(lanes, v);
    for (int i = 0; i < 16; i++)
        floats[i] = (float)lanes[i];
    return _mm512_loadu_ps(floats);
}
#define _mm512_cvtepi32_ps(v) emulate_cvtepi32_ps(v)

/* Half floats go through the engine's own conversion, which rounds as the instruction does. (SIMDe's does
 * not: without F16C it drops the bits.) */
float quill_f16_to_f32(uint16_t h);
uint16_t quill_f32_to_f16(float f);

static EMULATE_CALL __m512 emulate_512_cvtph_ps(__m256i v)
{
    uint16_t lanes[16];
    float floats[16];

    _mm256_storeu_si256((__m256i *)(void *)lanes, v);
    for (int i = 0; i < 16; i++)
        floats[i] = quill_f16_to_f32(lanes[i]);
    return _mm512_loadu_ps(floats);
}
#define _mm512_cvtph_ps(v) emulate_512_cvtph_ps(v)

static EMULATE_CALL __m256 emulate_256_cvtph_ps(__m128i v)
{
    uint16_t lanes[8];
    float floats[8];

    _mm_storeu_si128((__m128i *)(void *)lanes, v);
    for (int i = 0; i < 8; i++)
        floats[i] = quill_f16_to_f32(lanes[i]);
    return _mm256_loadu_ps(floats);
}
#undef _mm256_cvtph_ps
#define _mm256_cvtph_ps(v) emulate_256_cvtph_ps(v)

static EMULATE_CALL __m128i emulate_256_cvtps_ph(__m256 v)
{
    uint16_t lanes[8];
    float floats[8];

    _mm256_storeu_ps(floats, v);
    for (int i = 0; i < 8; i++)
        lanes[i] = quill_f32_to_f16(floats[i]);
    return _mm_loadu_si128((const __m128i *)(const void *)lanes);
}
#undef _mm256_cvtps_ph
#define _mm256_cvtps_ph(v, rounding) emulate_256_cvtps_ph(v)

#define _cvtsh_ss(h) quill_f16_to_f32(h)
#define _cvtss_sh(f, rounding) quill_f32_to_f16(f)

/* ---- AVX-VNNI: the encodings without AVX-512 of the same operations ---------------------------------- */

static EMULATE_CALL __m256i emulate_dpbusd(__m256i sum, __m256i u, __m256i s)
{
    uint8_t a[32];
    int8_t b[32];
    int32_t out[8];

    _mm256_storeu_si256((__m256i *)(void *)a, u);
    _mm256_storeu_si256((__m256i *)(void *)b, s);
    _mm256_storeu_si256((__m256i *)(void *)out, sum);
    for (int i = 0; i < 32; i++)
        out[i / 4] += a[i] * b[i];
    return _mm256_loadu_si256((const __m256i *)(const void *)out);
}
#define _mm256_dpbusd_avx_epi32(sum, u, s) emulate_dpbusd(sum, u, s)

static EMULATE_CALL __m256i emulate_dpwssd(__m256i sum, __m256i x, __m256i y)
{
    int16_t a[16], b[16];
    int32_t out[8];

    _mm256_storeu_si256((__m256i *)(void *)a, x);
    _mm256_storeu_si256((__m256i *)(void *)b, y);
    _mm256_storeu_si256((__m256i *)(void *)out, sum);
    for (int i = 0; i < 16; i++)
        out[i / 2] += a[i] * b[i];
    return _mm256_loadu_si256((const __m256i *)(const void *)out);
}
#define _mm256_dpwssd_avx_epi32(sum, x, y) emulate_dpwssd(sum, x, y)

/* ---- AMX (Intel SDM vol. 1, chapter 18): tiles of 16 rows of 64 bytes, as kernels configure them ------ */

static _Thread_local unsigned char emulate_tiles[8][16][64];
static _Thread_local int emulate_tiles_ready;

static EMULATE_CALL void emulate_tile_loadconfig(const void *config)
{
    const unsigned char *c = config; /* palette, start row, 14 reserved, 16 widths of 2 bytes, 16 heights */

    emulate_tiles_ready = c[0] == 1;
    for (int i = 0; i < 7; i++)
        emulate_tiles_ready &= c[16 + 2 * i] == 64 && c[17 + 2 * i] == 0 && c[48 + i] == 16;
    __builtin_memset(emulate_tiles, 0, sizeof emulate_tiles);
}
#define _tile_loadconfig(config) emulate_tile_loadconfig(config)

/* Without tiles it is an invalid instruction. */
static EMULATE_CALL void *emulate_tile(int tile)
{
    if (!emulate_tiles_ready)
        __builtin_trap();
    return emulate_tiles[tile];
}
#define _tile_release() (void)(emulate_tiles_ready = 0)
#define _tile_zero(tile) (void)__builtin_memset(emulate_tile(tile), 0, sizeof *emulate_tiles)

static EMULATE_CALL void emulate_tile_move(int tile, unsigned char *base, long stride, int store)
{
    unsigned char(*rows)[64] = emulate_tile(tile);

    for (int i = 0; i < 16; i++)
        __builtin_memcpy(store ? base + i * stride : rows[i], store ? rows[i] : base + i * stride, 64);
}
#define _tile_loadd(tile, base, stride) emulate_tile_move(tile, (unsigned char *)(base), stride, 0)
#define _tile_stored(tile, base, stride) emulate_tile_move(tile, (unsigned char *)(base), stride, 1)

#define EMULATE_TILE_PRODUCT(name, a_type, b_type)                                                           \
    static EMULATE_CALL void name(int sum, int a, int b)                                                     \
    {                                                                                                        \
        int32_t(*out)[16] = emulate_tile(sum);                                                               \
        a_type(*left)[64] = emulate_tile(a);                                                                 \
        b_type(*right)[64] = emulate_tile(b);                                                                \
                                                                                                             \
        for (int i = 0; i < 16; i++)                                                                         \
            for (int l = 0; l < 64; l++)                                                                     \
                for (int j = 0; j < 16; j++)                                                                 \
                    out[i][j] += left[i][l] * right[l / 4][4 * j + l % 4];                                   \
    }
EMULATE_TILE_PRODUCT(emulate_tile_dpbssd, int8_t, int8_t)
EMULATE_TILE_PRODUCT(emulate_tile_dpbsud, int8_t, uint8_t)
EMULATE_TILE_PRODUCT(emulate_tile_dpbusd, uint8_t, int8_t)
EMULATE_TILE_PRODUCT(emulate_tile_dpbuud, uint8_t, uint8_t)
#define _tile_dpbssd(sum, a, b) emulate_tile_dpbssd(sum, a, b)
#define _tile_dpbsud(sum, a, b) emulate_tile_dpbsud(sum, a, b)
#define _tile_dpbusd(sum, a, b) emulate_tile_dpbusd(sum, a, b)
#define _tile_dpbuud(sum, a, b) emulate_tile_dpbuud(sum, a, b)

#endif
