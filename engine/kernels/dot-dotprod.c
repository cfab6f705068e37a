/* Dot products of few rows with the instruction of armv8.2-a+dotprod. */
#include "kernels/dot-neon.h"

void quill_kernels_dot_dotprod(struct quill_kernels *out)
{
    fill_dots(out);
}
