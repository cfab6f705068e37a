#include "small-file.h"

#include <glib/gstdio.h>
#include <string.h>

const struct quill_hparams small_dims = {
  .n_vocab = 16,
  .n_audio_ctx = 8,
  .n_audio_state = 32,
  .n_audio_head = 2,
  .n_audio_layer = 1,
  .n_text_ctx = 4,
  .n_text_state = 32,
  .n_text_head = 4,
  .n_text_layer = 1,
  .n_mels = 2,
  .ftype = 2009,
};
const struct quill_token_text small_tokens[N_SMALL_TOKENS]
    = { { "!", 1 }, { "", 0 }, { " the", 4 }, { "\xe2\x82", 2 } };

const struct small_tensor small_tensors[N_SMALL_TENSORS] = {
  { "z.bias", QUILL_F32, 1, { 32 } },
  { "m.weight", QUILL_Q5_1, 2, { 64, 3 } },
  { "conv.weight", QUILL_F16, 3, { 3, 2, 5 } },
  { "a.weight", QUILL_Q4_K, 4, { 256, 2, 1, 2 } },
};

char *tmp_dir;

char *
tmp_path (const char *name) {
  return g_build_filename (tmp_dir, name, NULL);
}

guint
n_files_in_tmp (void) {
  g_autoptr (GDir) dir = g_dir_open (tmp_dir, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

size_t
n_values (const struct small_tensor *t) {
  size_t n = 1;

  for (guint i = 0; i < t->n_dims; i++)
    n *= t->dims[i];
  return n;
}

float
value (guint tensor, size_t i) {
  return (float)((i * 37 + tensor * 11) % 64) / 64 - 0.5f;
}

void
add_tensor (struct quill_writer *writer, guint k) {
  const struct small_tensor *t = &small_tensors[k];
  const size_t n = n_values (t);
  g_autofree float *x = g_new (float, n);

  for (size_t i = 0; i < n; i++)
    x[i] = value (k, i);
  g_assert_cmpint (quill_writer_tensor (writer, t->name, t->type, t->n_dims, t->dims, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_writer_values (writer, x, n, NULL), ==, QUILL_OK);
}

struct quill_writer *
begin_small (const char *path) {
  static const float filters[2 * QUILL_GGML_FILTER_BINS] = { 0.25f };
  struct quill_writer *writer = NULL;

  g_assert_cmpint (
      quill_writer_open (&writer, path, &small_dims, filters, small_tokens, N_SMALL_TOKENS, NULL), ==,
      QUILL_OK);
  return writer;
}

GByteArray *
small_file (void) {
  g_autofree char *path = tmp_path ("small.bin"), *bytes = NULL;
  struct quill_writer *writer = begin_small (path);
  gsize n;
  GByteArray *file = g_byte_array_new ();

  for (guint k = 0; k < N_SMALL_TENSORS; k++)
    add_tensor (writer, k);
  g_assert_cmpint (quill_writer_finish (&writer, NULL), ==, QUILL_OK);
  g_assert_null (writer);
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_byte_array_append (file, (guint8 *)bytes, (guint)n);
  return file;
}

void
put_u32 (GByteArray *file, gsize at, guint32 x) {
  g_assert_cmpuint (at + 4, <=, file->len);
  memcpy (file->data + at, &x, 4);
}

gsize
at_tensor (guint k) {
  gsize at = AT_TENSORS;

  for (guint i = 0; i < k; i++) {
    const struct small_tensor *t = &small_tensors[i];
    const struct quill_type_traits *traits = quill_type_traits (t->type);

    at += 12 + 4 * t->n_dims + strlen (t->name) + n_values (t) / traits->block_len * traits->block_bytes;
  }
  return at;
}

void
small_setup (void) {
  tmp_dir = g_dir_make_tmp ("longhand-ggml-XXXXXX", NULL);
}

void
small_teardown (void) {
  g_autoptr (GDir) dir = g_dir_open (tmp_dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree char *file = g_build_filename (tmp_dir, name, NULL);

    g_unlink (file);
  }
  g_rmdir (tmp_dir);
  g_clear_pointer (&tmp_dir, g_free);
}
