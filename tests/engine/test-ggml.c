/* The reader of model files against everything a file may hold. */
#include "small-file.h"

#include "base/arena.h"

#include <string.h>
#include <sys/stat.h>

/* Reads the first n bytes from a buffer that ends with them, so that the sanitizer sees every byte too far.
 */
static enum quill_status
read_bytes (const void *bytes, gsize n, struct quill_error *error) {
  g_autofree guint8 *exact = g_memdup2 (bytes, n);
  struct quill_ggml file = { 0 };
  const enum quill_status status = quill_ggml_open_memory (&file, exact, n, error);

  if (status == QUILL_OK) {
    /* Whatever was accepted can be used. */
    for (size_t i = 0; i < file.n_tensors; i++) {
      const guint8 *data = file.tensors[i].data;

      g_assert_true (data >= exact && file.tensors[i].bytes <= n
                     && data + file.tensors[i].bytes <= exact + n);
      g_assert_true (quill_ggml_find (&file, file.tensors[i].name) == &file.tensors[i]);
    }
    for (guint32 i = 0; i < file.n_tokens; i++)
      g_assert_true ((guint8 *)file.tokens[i].bytes + file.tokens[i].len <= exact + n);
    quill_ggml_close (&file);
  } else {
    g_assert_null (file.tokens);
    g_assert_null (file.tensors);
    g_assert_cmpint (error->code, ==, status);
    g_assert_cmpuint (strlen (error->message), >, 20);
  }
  return status;
}

/* --- reading ------------------------------------------------------------------------------------------ */

static void
bundled_model_is_read (void) {
  g_autofree char *path
      = g_build_filename (g_getenv ("LONGHAND_MODEL_DIR"), "ggml-longhand-mini.en-q5_K.bin", NULL);
  struct quill_ggml file;
  struct quill_error error = { 0 };
  const struct quill_tensor *tensor;

  g_assert_cmpint (quill_ggml_open (&file, path, &error), ==, QUILL_OK);
  g_assert_cmpuint (file.hparams.n_vocab, ==, 51864);
  g_assert_cmpuint (file.hparams.n_mels, ==, 80);
  g_assert_cmpuint (file.n_filter_mels, ==, 80);
  g_assert_cmpuint (file.n_tokens, ==, 50257);
  g_assert_cmpmem (file.tokens[262].bytes, file.tokens[262].len, " the", 4);
  tensor = quill_ggml_find (&file, "decoder.token_embedding.weight");
  g_assert_nonnull (tensor);
  g_assert_cmpint (tensor->type, ==, QUILL_Q5_K);
  g_assert_cmpuint (tensor->dims[0], ==, file.hparams.n_text_state);
  g_assert_cmpuint (tensor->dims[1], ==, 51864);
  g_assert_null (quill_ggml_find (&file, "decoder.token_embedding.weigh"));
  g_assert_null (quill_ggml_find (&file, ""));
  quill_ggml_close (&file);
  quill_ggml_close (&file);
  g_assert_null (quill_ggml_find (&file, "decoder.token_embedding.weight"));
}

static void
what_was_written_is_read (void) {
  g_autoptr (GByteArray) bytes = small_file ();
  struct quill_ggml file;

  g_assert_cmpuint (at_tensor (N_SMALL_TENSORS), ==, bytes->len);
  g_assert_cmpint (quill_ggml_open_memory (&file, bytes->data, bytes->len, NULL), ==, QUILL_OK);
  g_assert_cmpmem (&file.hparams, sizeof file.hparams, &small_dims, sizeof small_dims);
  g_assert_cmpuint (file.n_tokens, ==, N_SMALL_TOKENS);
  for (guint i = 0; i < file.n_tokens; i++)
    g_assert_cmpmem (file.tokens[i].bytes, file.tokens[i].len, small_tokens[i].bytes, small_tokens[i].len);
  g_assert_cmpuint (file.n_tensors, ==, N_SMALL_TENSORS);
  for (guint k = 0; k < N_SMALL_TENSORS; k++) {
    const struct small_tensor *want = &small_tensors[k];
    const struct quill_tensor *got = quill_ggml_find (&file, want->name);
    const size_t n = n_values (want);
    g_autofree float *x = g_new (float, n);

    g_assert_nonnull (got);
    g_assert_cmpint (got->type, ==, want->type);
    g_assert_cmpuint (got->n_dims, ==, want->n_dims);
    for (guint d = 0; d < 4; d++)
      g_assert_cmpuint (got->dims[d], ==, d < want->n_dims ? want->dims[d] : 1);
    quill_dequantize_row (got->type, got->data, x, n);
    for (size_t i = 0; i < n; i++)
      g_assert_cmpfloat_with_epsilon (x[i], value (k, i), 0.08); /* a step of q4_K over this range */
  }
  quill_ggml_close (&file);
}

static void
every_cut_is_noticed (void) {
  g_autoptr (GByteArray) bytes = small_file ();

  for (gsize n = 0; n < bytes->len; n++) {
    struct quill_error error = { 0 };
    const enum quill_status status = read_bytes (bytes->data, n, &error);
    gboolean between_tensors = FALSE;

    for (guint k = 1; k < N_SMALL_TENSORS; k++)
      between_tensors |= n == at_tensor (k);
    if (between_tensors)
      g_assert_cmpint (status, ==, QUILL_OK); /* which tensors there must be is the model's business */
    else if (n == 0)
      g_assert_cmpint (status, ==, QUILL_ERR_IO);
    else
      g_assert_cmpint (status, ==, QUILL_ERR_FORMAT);
    if (n >= 4 && !between_tensors)
      g_assert_nonnull (strstr (error.message, "incomplete"));
  }
}

static void
absurd_dimensions_are_named (void) {
  static const struct {
    guint field;
    guint32 value;
    const char *said;
  } table[] = {
    { 0, 0, "vocabulary size is 0" },
    { 0, 1u << 31, "vocabulary size is -2147483648" },
    { 0, G_MAXUINT32, "vocabulary size is -1" },
    { 1, 0, "audio context is 0" },
    { 1, 1501, "audio context is 1501, not 1 to 1500" },
    { 2, 0, "audio width" },
    { 2, 1u << 20, "audio width" },
    { 3, 0, "audio heads" },
    { 3, 1000, "audio heads" },
    { 4, 0, "audio layers" },
    { 4, G_MAXINT32, "audio layers" },
    { 5, 0, "text context" },
    { 5, 100000, "text context" },
    { 6, 0, "text width" },
    { 7, 0, "text heads" },
    { 8, 0, "text layers" },
    { 8, 300, "text layers" },
    { 9, 0, "mel bands" },
    { 9, 257, "mel bands" },
    { 3, 3, "do not divide" },
    { 7, 5, "do not divide" },
    { 2, 64, "differs" },
    { 9, 3, "mel filters are 2 by 201 where 3 by 201 are needed" },
    { 11, 0, "mel filters are 0" },
    { 11, G_MAXUINT32, "mel filters" },
    { 12, 200, "2 by 200" },
    { 12, G_MAXUINT32, "mel filters" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GByteArray) bytes = small_file ();
    struct quill_error error = { 0 };

    put_u32 (bytes, AT_HPARAMS + 4 * table[i].field, table[i].value);
    g_assert_cmpint (read_bytes (bytes->data, bytes->len, &error), ==, QUILL_ERR_FORMAT);
    if (!strstr (error.message, table[i].said))
      g_error ("%s lacks: %s", error.message, table[i].said);
  }
}

static void
absurd_vocabularies_are_refused (void) {
  static const struct {
    gsize at;
    guint32 value;
    const char *said;
  } table[] = {
    { AT_TOKENS, 0, "lists 0 tokens" },
    { AT_TOKENS, 17, "lists 17 tokens for a vocabulary of 16" },
    { AT_TOKENS, G_MAXUINT32, "lists -1 tokens" },
    { AT_TOKENS + 4, G_MAXUINT32, "token 0 claims to be 4294967295 bytes" },
    { AT_TOKENS + 4, 4097, "token 0" },
    { AT_TOKENS + 4, 4096, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GByteArray) bytes = small_file ();
    struct quill_error error = { 0 };

    put_u32 (bytes, table[i].at, table[i].value);
    g_assert_cmpint (read_bytes (bytes->data, bytes->len, &error), ==, QUILL_ERR_FORMAT);
    if (!strstr (error.message, table[i].said))
      g_error ("%s lacks: %s", error.message, table[i].said);
  }
}

static void
absurd_tensors_are_refused (void) {
  /* field: 0 n_dims, 1 name length, 2 type, 3.. dims; of tensor m.weight, q5_1 [64, 3] */
  static const struct {
    guint field;
    guint32 value;
    enum quill_status status;
    const char *said;
  } table[] = {
    { 0, 0, QUILL_ERR_FORMAT, "0 dimensions" },
    { 0, 5, QUILL_ERR_FORMAT, "5 dimensions" },
    { 0, G_MAXUINT32, QUILL_ERR_FORMAT, "-1 dimensions" },
    { 1, 0, QUILL_ERR_FORMAT, "name of 0 bytes" },
    { 1, 128, QUILL_ERR_FORMAT, "name of 128 bytes" },
    { 1, G_MAXUINT32, QUILL_ERR_FORMAT, "name of -1 bytes" },
    { 2, 4, QUILL_ERR_FORMAT, "m.weight is of the unknown type 4" },
    { 2, 99, QUILL_ERR_FORMAT, "m.weight is of the unknown type 99" },
    { 2, G_MAXUINT32, QUILL_ERR_FORMAT, "unknown type -1" },
    { 2, 10, QUILL_ERR_UNSUPPORTED, "m.weight as q2_K, which is not supported" },
    { 2, 30, QUILL_ERR_UNSUPPORTED, "bf16" },
    { 3, 0, QUILL_ERR_FORMAT, "m.weight has a dimension of 0" },
    { 4, 0, QUILL_ERR_FORMAT, "m.weight has a dimension of 0" },
    { 4, G_MAXUINT32, QUILL_ERR_FORMAT, "m.weight has a dimension of -1" },
    { 3, 65, QUILL_ERR_FORMAT, "rows of tensor m.weight have 65 elements, not a multiple of 32" },
    { 4, G_MAXINT32, QUILL_ERR_FORMAT, "m.weight needs" },
    { 4, 200, QUILL_ERR_FORMAT, "incomplete" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GByteArray) bytes = small_file ();
    struct quill_error error = { 0 };

    put_u32 (bytes, at_tensor (1) + 4 * table[i].field, table[i].value);
    g_assert_cmpint (read_bytes (bytes->data, bytes->len, &error), ==, table[i].status);
    if (!strstr (error.message, table[i].said))
      g_error ("%s lacks: %s", error.message, table[i].said);
  }
}

static void
product_of_dimensions_cannot_overflow (void) {
  static const guint32 dims[][4] = {
    { 0x40000000, 0x40000000, 0x40000000, 0x40000000 },
    { 0x7fffffe0, 0x7fffffff, 0x7fffffff, 0x7fffffff },
    { 256, 0x40000000, 0x40000000, 1 }, /* 2^68 wraps to 0 in 64 bits, block by block too */
    { 0x10000, 0x10000, 0x10000, 0x10000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (dims); i++)
    for (guint k = 0; k < N_SMALL_TENSORS; k++) {
      g_autoptr (GByteArray) bytes = small_file ();
      struct quill_error error = { 0 };

      /* The last tensor has four dimensions; of which type does not matter to the product. */
      put_u32 (bytes, at_tensor (3) + 8, quill_type_traits (small_tensors[k].type)->file_id);
      for (guint d = 0; d < 4; d++)
        put_u32 (bytes, at_tensor (3) + 12 + 4 * d, dims[i][d]);
      g_assert_cmpint (read_bytes (bytes->data, bytes->len, &error), ==, QUILL_ERR_FORMAT);
    }
}

static void
names_must_be_readable_and_unique (void) {
  static const char bad[] = { '\0', '\n', ' ', '\x7f', '\xff' };
  struct quill_error error = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GByteArray) bytes = small_file ();

    bytes->data[at_tensor (0) + 16 + 2] = (guint8)bad[i];
    g_assert_cmpint (read_bytes (bytes->data, bytes->len, &error), ==, QUILL_ERR_FORMAT);
    g_assert_nonnull (strstr (error.message, "unreadable"));
  }
  {
    g_autoptr (GByteArray) bytes = small_file ();
    g_autofree guint8 *again = g_memdup2 (bytes->data + at_tensor (0), at_tensor (1) - at_tensor (0));

    g_byte_array_append (bytes, again, (guint)(at_tensor (1) - at_tensor (0)));
    g_assert_cmpint (read_bytes (bytes->data, bytes->len, &error), ==, QUILL_ERR_FORMAT);
    g_assert_nonnull (strstr (error.message, "z.bias twice"));
  }
}

static void
flood_of_tensors_is_refused (void) {
  g_autoptr (GByteArray) bytes = small_file ();
  struct quill_error error = { 0 };

  g_byte_array_set_size (bytes, AT_TENSORS);
  for (guint i = 0; i <= 65536; i++) {
    const guint32 head[] = { 1, 6, 0, 1 };
    char name[8];
    const float x = 0;

    g_snprintf (name, sizeof name, "%06x", i);
    g_byte_array_append (bytes, (const guint8 *)head, sizeof head);
    g_byte_array_append (bytes, (const guint8 *)name, 6);
    g_byte_array_append (bytes, (const guint8 *)&x, sizeof x);
  }
  g_assert_cmpint (read_bytes (bytes->data, bytes->len, &error), ==, QUILL_ERR_FORMAT);
  g_assert_nonnull (strstr (error.message, "more than 65536 tensors"));
  g_assert_cmpint (read_bytes (bytes->data, bytes->len - 26, &error), ==, QUILL_OK);
}

static void
random_damage_does_no_harm (void) {
  const guint32 seed = 4711;
  g_autoptr (GByteArray) original = small_file ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint n_accepted = 0;

  g_test_message ("seed %u", seed);
  for (guint round = 0; round < 20000; round++) {
    g_autofree guint8 *bytes = g_memdup2 (original->data, original->len);
    struct quill_error error = { 0 };
    const guint n_flips = 1 + g_rand_int_range (rand, 0, 4);

    for (guint i = 0; i < n_flips; i++) {
      /* Mostly in the descriptions; filters and data are most of the bytes and never looked at. */
      const guint part = g_rand_int_range (rand, 0, 6);
      const gsize first = part < 4 ? at_tensor (part) : part == 4 ? AT_TOKENS : 0;
      const gsize at = first + (gsize)g_rand_int_range (rand, 0, 40);

      bytes[at] = g_rand_boolean (rand) ? (guint8)g_rand_int (rand)
                                        : (guint8)(bytes[at] ^ 1 << g_rand_int_range (rand, 0, 8));
    }
    n_accepted
        += read_bytes (bytes, original->len - (guint)g_rand_int_range (rand, 0, 3), &error) == QUILL_OK;
  }
  g_assert_cmpuint (n_accepted, >, 100); /* so that accepted files were looked at, too */
  g_assert_cmpuint (n_accepted, <, 19000);
}

static void
each_allocation_may_fail (void) {
  g_autoptr (GByteArray) bytes = small_file ();
  struct quill_ggml file = { 0 };
  enum quill_status status;
  guint n = 0;

  do {
    struct quill_error error = { 0 };

    quill_alloc_fail_at (++n);
    status = quill_ggml_open_memory (&file, bytes->data, bytes->len, &error);
    if (status != QUILL_OK) {
      g_assert_cmpint (status, ==, QUILL_ERR_NOMEM);
      g_assert_null (file.tokens);
    }
  } while (status != QUILL_OK);
  quill_alloc_fail_at (0);
  g_assert_cmpuint (n, ==, 4);
  quill_ggml_close (&file);
}

/* --- files -------------------------------------------------------------------------------------------- */

static void
useless_files_get_a_clear_sentence (void) {
  g_autofree char *missing = tmp_path ("missing.bin"), *empty = tmp_path ("empty.bin"),
                  *text = tmp_path ("text.bin"), *pipe = tmp_path ("pipe"),
                  *newline = tmp_path ("two\nlines"), *short_file = tmp_path ("short.bin"),
                  *gguf = tmp_path ("gguf.bin");
  const struct {
    const char *path;
    enum quill_status status;
    const char *said;
  } table[] = {
    { missing, QUILL_ERR_IO, "there is no model file" },
    { empty, QUILL_ERR_IO, "is empty" },
    { text, QUILL_ERR_FORMAT, "is not a Whisper model" },
    { short_file, QUILL_ERR_FORMAT, "is not a Whisper model" },
    { gguf, QUILL_ERR_FORMAT, "is not a Whisper model" },
    { tmp_dir, QUILL_ERR_IO, "is a folder" },
    { pipe, QUILL_ERR_IO, "is a device or pipe" },
    { "/dev/null", QUILL_ERR_IO, "is a device or pipe" },
    { newline, QUILL_ERR_IO, "two?lines" },
    { "", QUILL_ERR_IO, "there is no model file" },
  };

  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_true (g_file_set_contents (text, "This is not a model.\n", -1, NULL));
  g_assert_true (g_file_set_contents (short_file, "lm", -1, NULL));
  g_assert_true (g_file_set_contents (gguf, "GGUF\3\0\0\0", 8, NULL));
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    struct quill_ggml file = { 0 };
    struct quill_error error = { 0 };

    g_assert_cmpint (quill_ggml_open (&file, table[i].path, &error), ==, table[i].status);
    g_assert_cmpint (error.code, ==, table[i].status);
    if (!strstr (error.message, table[i].said))
      g_error ("%s lacks: %s", error.message, table[i].said);
    g_assert_null (file.map);
  }
}

static void
long_path_leaves_room_for_the_sentence (void) {
  g_autoptr (GString) path = g_string_new ("/nowhere");
  struct quill_ggml file;
  struct quill_error error;

  while (path->len < 3000)
    g_string_append (path, "/folder");
  g_string_append (path, "/model.bin");
  g_assert_cmpint (quill_ggml_open (&file, path->str, &error), ==, QUILL_ERR_IO);
  g_assert_true (g_str_has_suffix (error.message, "/folder/model.bin"));
}

static void
cut_file_names_itself (void) {
  g_autoptr (GByteArray) bytes = small_file ();
  g_autofree char *path = tmp_path ("cut.bin");
  struct quill_ggml file;
  struct quill_error error;

  g_assert_true (g_file_set_contents (path, (char *)bytes->data, bytes->len - 1, NULL));
  g_assert_cmpint (quill_ggml_open (&file, path, &error), ==, QUILL_ERR_FORMAT);
  g_assert_nonnull (strstr (error.message, path));
  g_assert_nonnull (strstr (error.message, "download or copy it again"));
}

int
main (int argc, char **argv) {
  int status;

  g_test_init (&argc, &argv, NULL);
  small_setup ();
  g_test_add_func ("/ggml/bundled-model-is-read", bundled_model_is_read);
  g_test_add_func ("/ggml/what-was-written-is-read", what_was_written_is_read);
  g_test_add_func ("/ggml/every-cut-is-noticed", every_cut_is_noticed);
  g_test_add_func ("/ggml/absurd-dimensions-are-named", absurd_dimensions_are_named);
  g_test_add_func ("/ggml/absurd-vocabularies-are-refused", absurd_vocabularies_are_refused);
  g_test_add_func ("/ggml/absurd-tensors-are-refused", absurd_tensors_are_refused);
  g_test_add_func ("/ggml/product-of-dimensions-cannot-overflow", product_of_dimensions_cannot_overflow);
  g_test_add_func ("/ggml/names-must-be-readable-and-unique", names_must_be_readable_and_unique);
  g_test_add_func ("/ggml/flood-of-tensors-is-refused", flood_of_tensors_is_refused);
  g_test_add_func ("/ggml/random-damage-does-no-harm", random_damage_does_no_harm);
  g_test_add_func ("/ggml/each-allocation-may-fail", each_allocation_may_fail);
  g_test_add_func ("/ggml/useless-files-get-a-clear-sentence", useless_files_get_a_clear_sentence);
  g_test_add_func ("/ggml/long-path-leaves-room-for-the-sentence", long_path_leaves_room_for_the_sentence);
  g_test_add_func ("/ggml/cut-file-names-itself", cut_file_names_itself);
  status = g_test_run ();
  small_teardown ();
  return status;
}
