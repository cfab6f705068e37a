#include "audio/boundary.h"

#include <math.h>

#define REACH 3 /* frames on either side that make a boundary's neighbourhood */

size_t quill_quietest_boundary(const float *level_db, size_t first, size_t n)
{
    size_t best = first;
    float least = INFINITY;

    for (size_t i = first; i <= n - REACH; i++) {
        float sum = 0;

        for (size_t k = i - REACH; k < i + REACH; k++)
            sum += level_db[k];
        if (sum <= least) {
            least = sum;
            best = i;
        }
    }
    return best;
}
