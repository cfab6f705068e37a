/* A small model file for tests of reader and writer: it has a header and four tensors, but is no network. */
#ifndef SMALL_FILE_H
#define SMALL_FILE_H

#include "format/writer.h"

#include <glib.h>

struct small_tensor {
  const char *name;
  enum quill_type type;
  guint n_dims;
  size_t dims[4];
};

#define N_SMALL_TOKENS 4
#define N_SMALL_TENSORS 4
extern const struct quill_hparams small_dims;
extern const struct quill_token_text small_tokens[N_SMALL_TOKENS];
extern const struct small_tensor small_tensors[N_SMALL_TENSORS];

/* Offsets of the header's parts. */
#define AT_HPARAMS 4
#define AT_FILTERS (AT_HPARAMS + 11 * 4)
#define AT_TOKENS (AT_FILTERS + 8 + 2 * 201 * 4)
#define AT_TENSORS (AT_TOKENS + 4 + 4 * 4 + 7)

/* Makes the folder for files and removes it with all that is in it. */
void small_setup (void);
void small_teardown (void);
extern char *tmp_dir;
char *tmp_path (const char *name); /* (transfer full) */
guint n_files_in_tmp (void);       /* how many files the folder has now */

size_t n_values (const struct small_tensor *t);
float value (guint tensor, size_t i); /* element i of tensor k before quantising */

/* A writer that has written the header, and the next tensor. */
struct quill_writer *begin_small (const char *path);
void add_tensor (struct quill_writer *writer, guint k);

/* The bytes of the whole file. (transfer full) */
GByteArray *small_file (void);
void put_u32 (GByteArray *file, gsize at, guint32 x);

/* Where the description of tensor k begins: n_dims, name length, type, dims, name, data. */
gsize at_tensor (guint k);

#endif
