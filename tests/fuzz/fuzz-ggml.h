#ifndef FUZZ_GGML_H
#define FUZZ_GGML_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

#endif
