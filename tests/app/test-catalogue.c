#include "longhand-error.h"
#include "models/longhand-catalogue.h"

#include <string.h>

static void
every_entry_is_whole (void) {
  const GPtrArray *entries = longhand_catalogue_get ();

  g_assert_cmpuint (entries->len, ==, 30);
  for (guint i = 0; i < entries->len; i++) {
    const LonghandCatalogueEntry *entry = g_ptr_array_index (entries, i);

    g_assert_true (longhand_catalogue_find (entry->id) == entry);
    g_assert_cmpuint (entry->size, >=, 31 * 1024 * 1024);
    g_assert_cmpuint (strlen (entry->sha1), ==, 40);
    g_assert_cmpuint (strspn (entry->sha1, "0123456789abcdef"), ==, 40);
    g_assert_cmpuint (entry->shape.n_state, >=, 384);
    g_assert_true (g_str_has_prefix (entry->title, "Whisper "));
  }
}

static void
entries_go_from_small_to_large (void) {
  const GPtrArray *entries = longhand_catalogue_get ();

  for (guint i = 1; i < entries->len; i++) {
    const LonghandCatalogueEntry *former = g_ptr_array_index (entries, i - 1),
                                 *entry = g_ptr_array_index (entries, i);

    g_assert_cmpuint (former->size, <=, entry->size);
  }
}

static void
facts_follow_from_the_name (void) {
  const LonghandCatalogueEntry *base = longhand_catalogue_find ("base.en");
  const LonghandCatalogueEntry *turbo = longhand_catalogue_find ("large-v3-turbo-q5_0");
  const LonghandCatalogueEntry *large = longhand_catalogue_find ("large-v2-q8_0");

  g_assert_cmpstr (base->title, ==, "Whisper base (English)");
  g_assert_cmpstr (base->sha1, ==, "137c40403d78fd54d454da0f9bd998f78703390c");
  g_assert_true (base->english_only);
  g_assert_cmpuint (base->n_bits, ==, 16);
  g_assert_cmpuint (base->shape.n_text_layers, ==, 6);
  g_assert_false (turbo->english_only);
  g_assert_cmpuint (turbo->n_bits, ==, 5);
  g_assert_cmpuint (turbo->shape.n_audio_layers, ==, 32);
  g_assert_cmpuint (turbo->shape.n_text_layers, ==, 4);
  g_assert_cmpstr (large->sha1, ==, "da97d6ca8f8ffbeeb5fd147f79010eeea194ba38");
  g_assert_cmpuint (large->n_bits, ==, 8);
  g_assert_cmpuint (large->shape.n_text_layers, ==, 32);
  g_assert_null (longhand_catalogue_find ("enormous"));
}

static void
addresses_are_below_the_mirror (void) {
  const LonghandCatalogueEntry *base = longhand_catalogue_find ("base"),
                               *other = longhand_catalogue_find ("small.en-tdrz");
  g_autofree char *official = longhand_catalogue_entry_dup_address (base, LONGHAND_CATALOGUE_ADDRESS, NULL);
  g_autofree char *elsewhere = longhand_catalogue_entry_dup_address (other, LONGHAND_CATALOGUE_ADDRESS, NULL);
  g_autofree char *mirror
      = longhand_catalogue_entry_dup_address (other, "http://localhost:8000/models", NULL);

  g_assert_cmpstr (official, ==, "https://huggingface.co/ggerganov/whisper.cpp/resolve/main/ggml-base.bin");
  g_assert_cmpstr (
      elsewhere, ==,
      "https://huggingface.co/akashmjn/tinydiarize-whisper.cpp/resolve/main/ggml-small.en-tdrz.bin");
  g_assert_cmpstr (mirror, ==, "http://localhost:8000/models/ggml-small.en-tdrz.bin");
}

static void
mirrors_that_are_none_are_refused (void) {
  static const char *const bases[] = { "",
                                       "models",
                                       "ftp://example.org/",
                                       "file:///etc/",
                                       "https://",
                                       "https://me:secret@example.org/",
                                       "https://me@example.org/",
                                       "https://example.org/?file=",
                                       "https://example.org/#x",
                                       "http://[1/" };
  const LonghandCatalogueEntry *base = longhand_catalogue_find ("base");

  for (guint i = 0; i < G_N_ELEMENTS (bases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (longhand_catalogue_entry_dup_address (base, bases[i], &error));
    g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID);
    g_assert_null (strstr (error->message, "secret"));
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue/every-entry-is-whole", every_entry_is_whole);
  g_test_add_func ("/catalogue/entries-go-from-small-to-large", entries_go_from_small_to_large);
  g_test_add_func ("/catalogue/facts-follow-from-the-name", facts_follow_from_the_name);
  g_test_add_func ("/catalogue/addresses-are-below-the-mirror", addresses_are_below_the_mirror);
  g_test_add_func ("/catalogue/mirrors-that-are-none-are-refused", mirrors_that_are_none_are_refused);
  return g_test_run ();
}
