/* How recognition gets faster with threads: what is measured, and how it is kept. */
#include "longhand-error.h"
#include "models/longhand-model-store.h"
#include "models/longhand-scaling.h"

#include <quill.h>

static void
assert_plan (guint n_usable, const guint *expected, guint n) {
  guint threads[LONGHAND_SCALING_MAX];

  g_assert_cmpuint (longhand_scaling_plan (n_usable, threads), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (threads[i], ==, expected[i]);
}

static void
numbers_double_up_to_all (void) {
  const guint one[] = { 1 }, two[] = { 1, 2 }, six[] = { 1, 2, 4, 6 }, eight[] = { 1, 2, 4, 8 };
  const guint most[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256 };

  assert_plan (0, one, 1);
  assert_plan (1, one, 1);
  assert_plan (2, two, 2);
  assert_plan (6, six, 4);
  assert_plan (8, eight, 4);
  assert_plan (256, most, 9);
  assert_plan (5000, most, 9); /* the engine takes no more */
}

static void
speed_up_is_by_one_thread (void) {
  const LonghandScaling scaling = { .n = 2, .points = { { 1, 60, 40, 100 }, { 4, 20, 20, 40 } } };

  g_assert_cmpfloat (longhand_scaling_get_speedup (&scaling, 0), ==, 1);
  g_assert_cmpfloat (longhand_scaling_get_speedup (&scaling, 1), ==, 2.5);
}

static LonghandModel *
find_model (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (GError) error = NULL;
  LonghandModel *model = longhand_model_store_lookup (store, "longhand-mini.en-q5_K", &error);

  g_assert_no_error (error);
  return model;
}

static void
note_progress (double done, gpointer user) {
  g_array_append_val ((GArray *)user, done);
}

static void
this_machine_can_be_measured (void) {
  g_autoptr (LonghandModel) model = find_model ();
  g_autoptr (GArray) progress = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GError) error = NULL;
  guint threads[LONGHAND_SCALING_MAX];
  LonghandScaling scaling;

  g_assert_true (longhand_scaling_measure (longhand_model_get_path (model), &scaling, note_progress, progress,
                                           NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (scaling.n, ==, longhand_scaling_plan (quill_usable_cpus (), threads));
  g_assert_cmpuint (progress->len, ==, scaling.n);
  for (guint i = 0; i < scaling.n; i++) {
    const LonghandScalingPoint *point = &scaling.points[i];

    g_assert_cmpuint (point->threads, ==, threads[i]);
    g_assert_cmpfloat (point->encode_ms, >, 0);
    g_assert_cmpfloat (point->decode_ms, >, 0);
    g_assert_cmpfloat (point->total_ms, >=, point->encode_ms + point->decode_ms);
    g_assert_cmpfloat (g_array_index (progress, double, i), ==, (double)i / scaling.n);
  }
}

static void
measuring_can_be_stopped (void) {
  g_autoptr (LonghandModel) model = find_model ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL, missing = NULL;
  LonghandScaling scaling;

  g_cancellable_cancel (cancellable);
  g_assert_false (
      longhand_scaling_measure (longhand_model_get_path (model), &scaling, NULL, NULL, cancellable, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED);
  g_assert_false (longhand_scaling_measure ("/nowhere/ggml-none.bin", &scaling, NULL, NULL, NULL, &missing));
  g_assert_error (missing, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
}

/* ---- keeping ---- */

static gboolean
read_back (const LonghandScaling *scaling, LonghandScaling *again, char **id) {
  g_autoptr (GVariant) kept = g_variant_ref_sink (longhand_scaling_to_variant (scaling, "some-model"));

  return longhand_scaling_from_variant (kept, again, id);
}

static void
what_was_measured_can_be_kept (void) {
  const LonghandScaling scaling = { .n = 2, .points = { { 1, 60, 40, 101 }, { 4, 20, 21, 42 } } };
  g_autofree char *id = NULL;
  LonghandScaling again;

  g_assert_true (read_back (&scaling, &again, &id));
  g_assert_cmpstr (id, ==, "some-model");
  g_assert_cmpuint (again.n, ==, 2);
  g_assert_cmpuint (again.points[1].threads, ==, 4);
  g_assert_cmpfloat (again.points[1].encode_ms, ==, 20);
  g_assert_cmpfloat (again.points[1].decode_ms, ==, 21);
  g_assert_cmpfloat (again.points[1].total_ms, ==, 42);
}

/* Settings are anybody's to write. */
static void
what_nobody_measured_is_none (void) {
  const LonghandScaling none[] = {
    { .n = 0 },
    { .n = 1, .points = { { 2, 1, 1, 2 } } },                 /* not from one thread on */
    { .n = 2, .points = { { 1, 1, 1, 2 }, { 1, 1, 1, 2 } } }, /* not in order */
    { .n = 2, .points = { { 1, 1, 1, 2 }, { 2, 1, 1, 0 } } }, /* in no time */
    { .n = 1, .points = { { 1, 1, 1, -2 } } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++) {
    char *id = NULL;
    LonghandScaling again;

    g_assert_false (read_back (&none[i], &again, &id));
    g_assert_null (id);
    g_assert_cmpuint (again.n, ==, 0);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scaling/numbers-double-up-to-all", numbers_double_up_to_all);
  g_test_add_func ("/scaling/speed-up-is-by-one-thread", speed_up_is_by_one_thread);
  g_test_add_func ("/scaling/this-machine-can-be-measured", this_machine_can_be_measured);
  g_test_add_func ("/scaling/measuring-can-be-stopped", measuring_can_be_stopped);
  g_test_add_func ("/scaling/what-was-measured-can-be-kept", what_was_measured_can_be_kept);
  g_test_add_func ("/scaling/what-nobody-measured-is-none", what_nobody_measured_is_none);
  return g_test_run ();
}
