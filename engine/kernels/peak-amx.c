/* Bare instructions of AMX: products of bytes, and those of int16 that gemm-i16-amx.c makes of four of them.
 */
#include <string.h>

#include "kernels/kernels.h"
#include "kernels/tiles-amx.h"

#define BYTES 64 /* of a tile's row */
#define PRODUCTS ((size_t)ROWS * COLUMNS * BYTES)

/* Tiles by number, which instructions have in their name: both sides, and sums that do not wait for each
 * other. */
#define X 0
#define W 1

struct sums {
    int32_t of[4][ROWS][COLUMNS];
};

/* Every byte of a side the same. */
static void begin(int x, int y)
{
    unsigned char xs[ROWS][BYTES], ys[ROWS][BYTES];

    memset(xs, x, sizeof xs);
    memset(ys, y, sizeof ys);
    enter();
    memory_barrier();
    _tile_loadd(X, xs, BYTES);
    _tile_loadd(W, ys, BYTES);
    _tile_zero(2);
    _tile_zero(3);
    _tile_zero(4);
    _tile_zero(5);
    memory_barrier();
}

static void end(struct sums *sums)
{
    _tile_stored(2, sums->of[0], BYTES);
    _tile_stored(3, sums->of[1], BYTES);
    _tile_stored(4, sums->of[2], BYTES);
    _tile_stored(5, sums->of[3], BYTES);
    leave();
}

static double total(const struct sums *sums, size_t tile)
{
    double sum = 0.0;

    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            sum += sums->of[tile][i][j];
    return sum;
}

static double run_i8(size_t n, int x, int y)
{
    struct sums sums;

    begin(x, y);
    for (size_t i = 0; i < n; i++) {
        _tile_dpbusd(2, X, W);
        _tile_dpbusd(3, X, W);
        _tile_dpbusd(4, X, W);
        _tile_dpbusd(5, X, W);
    }
    end(&sums);
    return total(&sums, 0) + total(&sums, 1) + total(&sums, 2) + total(&sums, 3);
}

/* Of the four products of bytes that one of int16 takes, the first says what x * y is. */
static double run_i16(size_t n, int x, int y)
{
    struct sums sums;

    begin(x, y);
    for (size_t i = 0; i < n; i++) {
        _tile_dpbssd(2, X, W);
        _tile_dpbusd(3, X, W);
        _tile_dpbsud(4, X, W);
        _tile_dpbuud(5, X, W);
    }
    end(&sums);
    return total(&sums, 0);
}

void quill_kernels_peak_amx(struct quill_kernels *out)
{
    out->peak[QUILL_PEAK_I16] = (struct quill_peak){"4 x tdpb", PRODUCTS, run_i16};
    out->peak[QUILL_PEAK_I8] = (struct quill_peak){"tdpbusd", 4 * PRODUCTS, run_i8};
}
