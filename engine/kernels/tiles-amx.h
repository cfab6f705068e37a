/* Tile registers of AMX: 16 rows of 64 bytes each (Intel SDM vol. 1, chapter 18). */
#ifndef QUILL_KERNELS_TILES_AMX_H
#define QUILL_KERNELS_TILES_AMX_H

#include <immintrin.h>
#include <stdint.h>

#define ROWS 16    /* of a tile */
#define COLUMNS 16 /* of a tile of int32 */

static inline void enter(void)
{
    static const struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } config = {
        .palette = 1,
        .row_bytes = {64, 64, 64, 64, 64, 64, 64},
        .rows = {16, 16, 16, 16, 16, 16, 16},
    };

    _tile_loadconfig(&config);
}

static inline void leave(void)
{
    _tile_release();
}

/* What tiles read from memory is not known to the compiler as read. */
static inline void memory_barrier(void)
{
    __asm__ volatile("" ::: "memory");
}

#endif
