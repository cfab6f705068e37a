/* What the loops over bare instructions of every instruction set share. */
#ifndef QUILL_KERNELS_PEAK_LOOP_H
#define QUILL_KERNELS_PEAK_LOOP_H

#include <stdint.h>
#include <string.h>

#include "kernels/kernels.h"

/* Sums that do not wait for each other: as many as an instruction takes cycles, times how many begin in one,
 * and still in registers with the operands and a product. */
#ifdef __aarch64__
#define PEAK_SUMS 16
#else
#define PEAK_SUMS 12
#endif

/* From here on the compiler knows nothing of v: it can neither take a product out of the loop nor make one of
 * several. */
#if defined(QUILL_NO_ASM) /* emulated instructions: tests/kernels/emulate */
#define PEAK_HIDE(v) __asm__ volatile("" : "+m"(v))
#elif defined(__x86_64__)
#define PEAK_HIDE(v) __asm__ volatile("" : "+x"(v))
#elif defined(__aarch64__)
#define PEAK_HIDE(v) __asm__ volatile("" : "+w"(v))
#else
#define PEAK_HIDE(v) __asm__ volatile("" : "+m"(v))
#endif

/* Defines NAME, a quill_peak.run: SUM is a vector of LANE, which STEP(sum, a, b) adds the products of two
 * vectors OPERAND of NUMBER to. */
#define PEAK_LOOP(NAME, SUM, LANE, OPERAND, NUMBER, STEP)                                                    \
    static double NAME(size_t n, int x, int y)                                                               \
    {                                                                                                        \
        NUMBER xs[sizeof(OPERAND) / sizeof(NUMBER)], ys[sizeof(OPERAND) / sizeof(NUMBER)];                   \
        LANE lanes[PEAK_SUMS][sizeof(SUM) / sizeof(LANE)];                                                   \
        SUM sum[PEAK_SUMS];                                                                                  \
        OPERAND a, b;                                                                                        \
        double total = 0.0;                                                                                  \
                                                                                                             \
        for (size_t i = 0; i < sizeof xs / sizeof *xs; i++)                                                  \
            xs[i] = (NUMBER)x, ys[i] = (NUMBER)y;                                                            \
        memcpy(&a, xs, sizeof a);                                                                            \
        memcpy(&b, ys, sizeof b);                                                                            \
        memset(sum, 0, sizeof sum);                                                                          \
        for (size_t i = 0; i < n; i++)                                                                       \
            _Pragma("GCC unroll 16") for (int j = 0; j < PEAK_SUMS; j++)                                     \
            {                                                                                                \
                PEAK_HIDE(a);                                                                                \
                SUM next = STEP(sum[j], a, b);                                                               \
                PEAK_HIDE(next);                                                                             \
                sum[j] = next;                                                                               \
            }                                                                                                \
        memcpy(lanes, sum, sizeof lanes);                                                                    \
        for (size_t j = 0; j < PEAK_SUMS; j++)                                                               \
            for (size_t i = 0; i < sizeof *lanes / sizeof **lanes; i++)                                      \
                total += (double)lanes[j][i];                                                                \
        return total;                                                                                        \
    }

#define PEAK(INSTRUCTION, NAME, OPERAND, NUMBER)                                                             \
    ((struct quill_peak){INSTRUCTION, PEAK_SUMS * sizeof(OPERAND) / sizeof(NUMBER), NAME})

#endif
