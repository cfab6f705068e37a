/* The model reader over any bytes. As a fuzz target:
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -Iengine tests/fuzz/fuzz-ggml.c engine/format/ggml.c \
 *     engine/base/arena.c engine/base/status.c engine/quant/types.c -D_GNU_SOURCE -o fuzz-ggml */
#include "fuzz-ggml.h"

#include "format/ggml.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n) {
  struct quill_ggml file = { 0 };
  struct quill_error error = { 0 };
  const enum quill_status status = quill_ggml_open_memory (&file, bytes, n, &error);
  unsigned sum = 0;

  if (status != QUILL_OK) {
    /* A refusal says why and leaves nothing. */
    if (error.code != status || error.message[0] == '\0' || file.tokens || file.tensors || file.names)
      abort ();
    return 0;
  }
  /* What was accepted can be read to its last byte. */
  for (uint32_t i = 0; i < file.n_tokens; i++)
    if (file.tokens[i].len > 0)
      sum += (unsigned char)file.tokens[i].bytes[file.tokens[i].len - 1];
  for (size_t i = 0; i < file.n_tensors; i++) {
    const struct quill_tensor *tensor = &file.tensors[i];

    sum += ((const unsigned char *)tensor->data)[0];
    sum += ((const unsigned char *)tensor->data)[tensor->bytes - 1];
    if (quill_ggml_find (&file, tensor->name) != tensor)
      abort ();
  }
  quill_ggml_close (&file);
  /* So that the reads are not optimised away. */
  return sum == 0xffffffffu ? -1 : 0;
}
