/* Blocks as they lie in ggml files, little-endian. Source of the layouts: ggml-common.h. */
#ifndef QUILL_QUANT_BLOCKS_H
#define QUILL_QUANT_BLOCKS_H

#include <assert.h>
#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "ggml files are little-endian and are used where they lie"
#endif

#define QUILL_QK 32    /* elements of a plain block */
#define QUILL_QK_K 256 /* elements of a super-block */

/* d and m are IEEE half floats. Nibble j of qs: low is element j, high is element j + 16. Bit j of qh is the
 * fifth bit of element j. */
struct quill_q4_0 { /* x = d (q - 8) */
    uint16_t d;
    uint8_t qs[QUILL_QK / 2];
};
struct quill_q4_1 { /* x = d q + m */
    uint16_t d, m;
    uint8_t qs[QUILL_QK / 2];
};
struct quill_q5_0 { /* x = d (q - 16) */
    uint16_t d;
    uint8_t qh[4];
    uint8_t qs[QUILL_QK / 2];
};
struct quill_q5_1 { /* x = d q + m */
    uint16_t d, m;
    uint8_t qh[4];
    uint8_t qs[QUILL_QK / 2];
};
struct quill_q8_0 { /* x = d q */
    uint16_t d;
    int8_t qs[QUILL_QK];
};

/* Eight sub-blocks of 32: x = d scale q - dmin min, with scales and mins of 6 bits: sub-block j < 4 has its
 * scale in the low 6 bits of scales[j] and its min in those of scales[j + 4]; sub-block j >= 4 has the low
 * nibbles of both in scales[j + 4] (scale low) and their top 2 bits above scales[j - 4] and scales[j]. Byte
 * 32 p + l of qs holds element 64 p + l (low) and 64 p + 32 + l (high). */
struct quill_q4_k {
    uint16_t d, dmin;
    uint8_t scales[12];
    uint8_t qs[QUILL_QK_K / 2];
};
struct quill_q5_k { /* bit j of qh[l] is the fifth bit of element 32 j + l */
    uint16_t d, dmin;
    uint8_t scales[12];
    uint8_t qh[QUILL_QK_K / 8];
    uint8_t qs[QUILL_QK_K / 2];
};

/* Sixteen sub-blocks of 16: x = d scale (q - 32). In each half of 128 elements, element 32 r + l has its low
 * nibble in ql[32 (r % 2) + l] (r < 2: low, else high) and its two high bits at bit 2 r of qh[l]. */
struct quill_q6_k {
    uint8_t ql[QUILL_QK_K / 2];
    uint8_t qh[QUILL_QK_K / 4];
    int8_t scales[QUILL_QK_K / 16];
    uint16_t d;
};

static_assert(sizeof(struct quill_q4_0) == 18, "q4_0");
static_assert(sizeof(struct quill_q4_1) == 20, "q4_1");
static_assert(sizeof(struct quill_q5_0) == 22, "q5_0");
static_assert(sizeof(struct quill_q5_1) == 24, "q5_1");
static_assert(sizeof(struct quill_q8_0) == 34, "q8_0");
static_assert(sizeof(struct quill_q4_k) == 144, "q4_K");
static_assert(sizeof(struct quill_q5_k) == 176, "q5_K");
static_assert(sizeof(struct quill_q6_k) == 210, "q6_K");

#endif
