#include "fake-clocks.h"
#include "longhand-error.h"
#include "longhand-settings.h"
#include "models/longhand-model-store.h"
#include "models/longhand-recommendation.h"

#include <string.h>

#define GIB (1024ull * 1024 * 1024)

static const char *
recommended (double encode_gops, double gbs, guint64 memory, gboolean english) {
  const LonghandMachine machine = { encode_gops, gbs, gbs };
  const LonghandCatalogueEntry *entry = longhand_recommend (&machine, memory, english);

  return entry != NULL ? entry->id : NULL;
}

static void
faster_machines_get_larger_models (void) {
  const char *const slow = recommended (0.1, 0.1, 0, FALSE), *const fast = recommended (1e6, 1e6, 0, FALSE);
  double former = 0;

  g_assert_null (slow);
  g_assert_cmpstr (fast, ==, "large-v3");
  for (double gops = 1; gops < 1e5; gops *= 1.5) {
    const char *id = recommended (gops, 1000, 0, FALSE);
    const LonghandModelShape *shape;
    double size;

    if (id == NULL)
      continue;
    shape = &longhand_catalogue_find (id)->shape;
    size = (double)shape->n_state * (shape->n_audio_layers + shape->n_text_layers);
    g_assert_cmpfloat (size, >=, former);
    former = size;
  }
}

static void
memory_is_a_limit (void) {
  const char *id = recommended (1e6, 1e6, GIB, FALSE);

  g_assert_cmpuint (longhand_catalogue_entry_memory (longhand_catalogue_find (id)), <=, GIB);
  g_assert_cmpstr (id, !=, "large-v3");
  g_assert_null (recommended (1e6, 1e6, 1024 * 1024, FALSE));
}

/* A decoder that reads every weight for every token hopes for fewer bits. */
static void
slow_memory_gets_fewer_bits (void) {
  const LonghandCatalogueEntry *entry = longhand_catalogue_find (recommended (1e6, 10, 0, FALSE));

  g_assert_cmpuint (entry->n_bits, <, 16);
}

static void
english_is_for_those_who_ask_for_it (void) {
  g_assert_true (longhand_catalogue_find (recommended (300, 20, 0, TRUE))->english_only);
  g_assert_false (longhand_catalogue_find (recommended (300, 20, 0, FALSE))->english_only);
  g_assert_true (longhand_recommend_for_english ("en"));
  g_assert_false (longhand_recommend_for_english ("de"));
  g_setenv ("LANGUAGE", "de", TRUE);
  g_assert_false (longhand_recommend_for_english ("auto"));
  g_setenv ("LANGUAGE", "en_GB:de", TRUE);
  g_assert_true (longhand_recommend_for_english ("auto"));
}

/* Twice the width and twice the layers are eight times the work of the layers. */
static void
work_grows_with_the_model (void) {
  const LonghandMachine machine = { 100, 10, 10 };
  const double base = longhand_machine_seconds_for_sentence (&machine, longhand_catalogue_find ("base"));
  const double medium = longhand_machine_seconds_for_sentence (&machine, longhand_catalogue_find ("medium"));
  const double turbo
      = longhand_machine_seconds_for_sentence (&machine, longhand_catalogue_find ("large-v3-turbo"));
  const double large = longhand_machine_seconds_for_sentence (&machine, longhand_catalogue_find ("large-v3"));

  g_assert_cmpfloat (medium / base, >, 10);
  g_assert_cmpfloat (medium / base, <, 16);
  g_assert_cmpfloat (turbo, <, large);
}

static void
half_the_speed_takes_twice_as_long (void) {
  const LonghandMachine machine = { 100, 10, 20 }, half = { 50, 5, 20 };
  const LonghandCatalogueEntry *entry = longhand_catalogue_find ("small");

  g_assert_cmpfloat_with_epsilon (longhand_machine_seconds_for_sentence (&half, entry),
                                  2 * longhand_machine_seconds_for_sentence (&machine, entry), 1e-9);
}

static void
the_sentence_says_which_and_why (void) {
  const LonghandMachine machine = { 100, 10, 10 };
  g_autofree char *some = longhand_recommendation_describe (&machine, longhand_catalogue_find ("base.en"));
  g_autofree char *none = longhand_recommendation_describe (&machine, NULL);

  g_assert_nonnull (strstr (some, "Whisper base (English) is the largest"));
  g_assert_nonnull (strstr (none, "None of these keeps up"));
}

static void
memory_is_read_from_the_system (void) {
  g_assert_cmpuint (longhand_available_memory ("MemTotal: 8000 kB\nMemAvailable:    1234 kB\nSwap: 1 kB\n"),
                    ==, 1234 * 1024);
  g_assert_cmpuint (longhand_available_memory ("MemTotal: 8000 kB\n"), ==, 0);
  g_assert_cmpuint (longhand_available_memory (""), ==, 0);
}

static void
what_was_measured_can_be_kept (void) {
  const LonghandMachine machine = { 1.5, 2.5, 3.5 }, none = { 0 };
  g_autoptr (GVariant) kept = g_variant_ref_sink (longhand_machine_to_variant (&machine));
  g_autoptr (GVariant) nothing = g_variant_ref_sink (longhand_machine_to_variant (&none));
  LonghandMachine again;

  g_assert_true (longhand_machine_from_variant (kept, &again));
  g_assert_cmpfloat (again.encode_gops, ==, 1.5);
  g_assert_cmpfloat (again.decode_gbs, ==, 2.5);
  g_assert_cmpfloat (again.read_gbs, ==, 3.5);
  g_assert_false (longhand_machine_from_variant (nothing, &again));
}

static void
this_machine_can_be_measured (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandModel) model = longhand_machine_find_model (store, &error);
  LonghandMachine machine;

  g_assert_no_error (error);
  g_assert_cmpstr (longhand_model_get_id (model), ==, "longhand-mini.en-q5_K");
  g_assert_true (longhand_machine_measure (longhand_model_get_path (model), &machine, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (machine.encode_gops, >, 0);
  g_assert_cmpfloat (machine.decode_gbs, >, 0);
  g_assert_cmpfloat (machine.read_gbs, >, 0);
}

static void
machine_that_others_use_says_so (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) model = longhand_machine_find_model (store, NULL);
  g_autoptr (GError) error = NULL;
  LonghandMachine machine;

  fake_clocks_step.waited_us = fake_clocks_step.wall_us;
  g_assert_true (longhand_machine_measure (longhand_model_get_path (model), &machine, NULL, &error));
  fake_clocks_step.waited_us = 0;
  g_assert_no_error (error);
  g_assert_true (machine.is_disturbed);
  g_assert_cmpfloat (machine.encode_gops, >, 0);
  g_assert_true (longhand_machine_measure (longhand_model_get_path (model), &machine, NULL, &error));
  g_assert_false (machine.is_disturbed);
}

static void
better_of_two_measurements_stays (void) {
  g_autoptr (LonghandSettings) settings = longhand_settings_new ();
  GSettings *kept = longhand_settings_get_gsettings (settings);
  g_autoptr (GVariant) value = NULL;
  LonghandMachine former = { 10, 1, 6 }, machine = { 9, 2, 5 };

  g_settings_reset (kept, "machine");
  longhand_machine_keep (&former, kept);
  longhand_machine_keep (&machine, kept);
  value = g_settings_get_value (kept, "machine");
  g_assert_true (longhand_machine_from_variant (value, &machine));
  g_assert_cmpfloat (machine.encode_gops, ==, 10);
  g_assert_cmpfloat (machine.decode_gbs, ==, 2);
  g_assert_cmpfloat (machine.read_gbs, ==, 6);
}

static void
measuring_can_be_stopped (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) model = longhand_model_store_find (store, "longhand-mini.en-q5_K", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL, missing = NULL;
  LonghandMachine machine;

  g_cancellable_cancel (cancellable);
  g_assert_false (longhand_machine_measure (longhand_model_get_path (model), &machine, cancellable, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED);
  g_assert_false (longhand_machine_measure ("/nowhere/ggml-none.bin", &machine, NULL, &missing));
  g_assert_error (missing, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recommendation/faster-machines-get-larger-models", faster_machines_get_larger_models);
  g_test_add_func ("/recommendation/memory-is-a-limit", memory_is_a_limit);
  g_test_add_func ("/recommendation/slow-memory-gets-fewer-bits", slow_memory_gets_fewer_bits);
  g_test_add_func ("/recommendation/english-is-for-those-who-ask-for-it",
                   english_is_for_those_who_ask_for_it);
  g_test_add_func ("/recommendation/work-grows-with-the-model", work_grows_with_the_model);
  g_test_add_func ("/recommendation/half-the-speed-takes-twice-as-long", half_the_speed_takes_twice_as_long);
  g_test_add_func ("/recommendation/the-sentence-says-which-and-why", the_sentence_says_which_and_why);
  g_test_add_func ("/recommendation/memory-is-read-from-the-system", memory_is_read_from_the_system);
  g_test_add_func ("/recommendation/what-was-measured-can-be-kept", what_was_measured_can_be_kept);
  g_test_add_func ("/recommendation/this-machine-can-be-measured", this_machine_can_be_measured);
  g_test_add_func ("/recommendation/machine-that-others-use-says-so", machine_that_others_use_says_so);
  g_test_add_func ("/recommendation/better-of-two-measurements-stays", better_of_two_measurements_stays);
  g_test_add_func ("/recommendation/measuring-can-be-stopped", measuring_can_be_stopped);
  return g_test_run ();
}
