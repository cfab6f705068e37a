/* The instructions that multiply bytes or int16 and add the products up, four or two at a time, to a sum that
 * stays in its register: with the intrinsics GCC 12 copies each sum to another register and, where there are
 * as many as a tile has, stores it as well, which takes longer than the products. sum += x * w: of bytes
 * those of x have no sign. */
#ifndef QUILL_KERNELS_VNNI_H
#define QUILL_KERNELS_VNNI_H

#include <immintrin.h>

#ifdef QUILL_NO_ASM /* emulated instructions: tests/kernels/emulate */
#define VNNI_STEP(name, vector, intrinsic, instruction, registers)                                           \
    static inline vector name(vector sum, vector x, vector w)                                                \
    {                                                                                                        \
        return intrinsic(sum, x, w);                                                                         \
    }
#else
#define VNNI_STEP(name, vector, intrinsic, instruction, registers)                                           \
    static inline vector name(vector sum, vector x, vector w)                                                \
    {                                                                                                        \
        __asm__(instruction " %2, %1, %0" : "+" registers(sum) : registers(x), registers(w));                \
        return sum;                                                                                          \
    }
#endif

#ifdef __AVXVNNI__
VNNI_STEP(add_bytes_256, __m256i, _mm256_dpbusd_avx_epi32, "%{vex%} vpdpbusd", "x")
VNNI_STEP(add_shorts_256, __m256i, _mm256_dpwssd_avx_epi32, "%{vex%} vpdpwssd", "x")
#endif
#ifdef __AVX512VNNI__
VNNI_STEP(add_bytes_512, __m512i, _mm512_dpbusd_epi32, "vpdpbusd", "v")
VNNI_STEP(add_shorts_512, __m512i, _mm512_dpwssd_epi32, "vpdpwssd", "v")
#endif

#undef VNNI_STEP
#endif
