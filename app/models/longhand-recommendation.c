#include "models/longhand-recommendation.h"

#include "longhand-error.h"
#include "models/longhand-measuring.h"

#include <glib/gi18n.h>
#include <string.h>

#define MIN_RUNS 2 /* after one that does not count */
#define MAX_RUNS 8
#define ENOUGH_US (3 * G_USEC_PER_SEC) /* of measuring: no further run */
#define MAX_STEPS 64

/* A sentence as dictation hears it: seven seconds in the fewest encoder frames that are looked at. */
#define N_FRAMES 512
#define N_TOKENS 20
/* Half of the time by which the engine's stream may be late before it shows finals only. */
#define MAX_SECONDS 1.25

#define N_VOCAB 51865
#define N_AUDIO_CTX 1500
#define N_MELS 128
#define MIB (1024 * 1024)

/* ---- measuring ---- */

LonghandModel *
longhand_machine_find_model (LonghandModelStore *store, GError **error) {
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (store));

  if (n > 0)
    return g_list_model_get_item (G_LIST_MODEL (store), n - 1);
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING,
                       _ ("There is no model to measure with: download a small one first."));
  return NULL;
}

/* What the last run did. */
static void
note_run (const struct quill_transcriber *transcriber, const struct quill_timings *timings,
          LonghandMachine *machine) {
  struct quill_step steps[MAX_STEPS];
  const guint n = MIN (quill_transcriber_get_steps (transcriber, steps, MAX_STEPS), MAX_STEPS);
  double operations = 0, bytes = 0;

  for (guint i = 0; i < n; i++) {
    if (strcmp (steps[i].group, "encoder") == 0)
      operations += steps[i].operations;
    else if (strcmp (steps[i].group, "decoder") == 0)
      bytes += steps[i].bytes;
  }
  /* The fastest run is the one that was disturbed least. */
  machine->encode_gops = MAX (machine->encode_gops, operations / (1e6 * timings->encode_ms));
  machine->decode_gbs = MAX (machine->decode_gbs, bytes / (1e6 * (timings->prompt_ms + timings->decode_ms)));
}

typedef struct {
  LonghandMachine *machine;
  gboolean has_run;
} Measurement;

/* Runs that others disturbed count only as long as there are no others. */
static void
note_run_of (Measurement *self, const struct quill_transcriber *transcriber,
             const struct quill_timings *timings, gboolean is_disturbed) {
  if (self->has_run && is_disturbed && !self->machine->is_disturbed)
    return;
  if (!self->has_run || is_disturbed != self->machine->is_disturbed)
    *self->machine = (LonghandMachine){ .is_disturbed = is_disturbed };
  self->has_run = TRUE;
  note_run (transcriber, timings, self->machine);
}

static enum quill_status
measure_run (struct quill_transcriber *transcriber, const float *samples, gsize n, gboolean counts,
             Measurement *self, GCancellable *cancellable, struct quill_error *error) {
  LonghandMeasuringClocks begin, end;
  struct quill_result *result = NULL;
  struct quill_params params;
  enum quill_status status;

  quill_params_init (&params);
  params.temperature_increment = 0;
  params.cancelled = longhand_measuring_is_cancelled;
  params.user = cancellable;
  longhand_measuring_read_clocks (&begin);
  status = quill_transcribe (transcriber, samples, n, &params, &result, error);
  longhand_measuring_read_clocks (&end);
  if (status == QUILL_OK && counts)
    note_run_of (self, transcriber, &result->timings,
                 longhand_measuring_was_disturbed (&begin, &end, quill_transcriber_n_threads (transcriber)));
  quill_result_free (&result);
  return status;
}

static enum quill_status
measure_runs (struct quill_transcriber *transcriber, const float *samples, gsize n, Measurement *self,
              GCancellable *cancellable, struct quill_error *error) {
  const struct quill_trace_settings sums_only = { 0 };
  enum quill_status status = quill_transcriber_set_trace (transcriber, &sums_only, error);
  gint64 begin_us;

  if (status == QUILL_OK) /* warms up */
    status = measure_run (transcriber, samples, n, FALSE, self, cancellable, error);
  begin_us = g_get_monotonic_time ();
  for (guint i = 0;
       i < MAX_RUNS && status == QUILL_OK && (i < MIN_RUNS || g_get_monotonic_time () - begin_us < ENOUGH_US);
       i++)
    status = measure_run (transcriber, samples, n, TRUE, self, cancellable, error);
  return status;
}

static enum quill_status
measure (const struct quill_model *model, const float *samples, gsize n, GCancellable *cancellable,
         gpointer user, struct quill_error *error) {
  Measurement *self = user;
  struct quill_transcriber *transcriber = NULL;
  struct quill_peaks peaks = { 0 };
  enum quill_status status = quill_transcriber_open (&transcriber, model, NULL, error);

  *self->machine = (LonghandMachine){ 0 };
  if (status == QUILL_OK)
    status = measure_runs (transcriber, samples, n, self, cancellable, error);
  if (status == QUILL_OK)
    status = quill_measure_peaks (&peaks, quill_transcriber_n_threads (transcriber), ~0u, error);
  self->machine->read_gbs = peaks.read_gbs;
  quill_transcriber_close (&transcriber);
  return status;
}

gboolean
longhand_machine_measure (const char *path, LonghandMachine *machine, GCancellable *cancellable,
                          GError **error) {
  Measurement measurement = { .machine = machine };

  return longhand_measuring_run (path, measure, &measurement, cancellable, error);
}

static void
measure_in_thread (GTask *task, gpointer source, gpointer path, GCancellable *cancellable) {
  g_autofree LonghandMachine *machine = g_new0 (LonghandMachine, 1);
  GError *error = NULL;

  if (longhand_machine_measure (path, machine, cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&machine), g_free);
  else
    g_task_return_error (task, error);
}

void
longhand_machine_measure_async (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user) {
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user);

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, measure_in_thread);
}

gboolean
longhand_machine_measure_finish (GAsyncResult *result, LonghandMachine *machine, GError **error) {
  g_autofree LonghandMachine *measured = g_task_propagate_pointer (G_TASK (result), error);

  if (measured == NULL)
    return FALSE;
  *machine = *measured;
  return TRUE;
}

GVariant *
longhand_machine_to_variant (const LonghandMachine *machine) {
  return g_variant_new ("(ddd)", machine->encode_gops, machine->decode_gbs, machine->read_gbs);
}

gboolean
longhand_machine_from_variant (GVariant *variant, LonghandMachine *machine) {
  machine->is_disturbed = FALSE;
  g_variant_get (variant, "(ddd)", &machine->encode_gops, &machine->decode_gbs, &machine->read_gbs);
  return machine->encode_gops > 0 && machine->decode_gbs > 0 && machine->read_gbs > 0;
}

/* ---- what follows for other models ---- */

/* Of the encoder and of the keys and values that the decoder looks into, for N_FRAMES; d: width. A layer has
 * four projections and a feed-forward of four times its width. */
static double
encode_operations (const LonghandModelShape *shape) {
  const double d = shape->n_state, n = N_FRAMES;
  const double convolutions = 2 * 3 * n * d * (2 * N_MELS + d);
  const double layer = 2 * 12 * d * d * n + 4 * n * n * d;

  return convolutions + shape->n_audio_layers * layer + shape->n_text_layers * 4 * d * d * n;
}

static double
n_decoder_weights (const LonghandModelShape *shape) {
  const double d = shape->n_state;

  return shape->n_text_layers * 14 * d * d + N_VOCAB * d; /* keys and values of the sound are the encoder's */
}

static double
n_weights (const LonghandModelShape *shape) {
  const double d = shape->n_state;

  return n_decoder_weights (shape) + shape->n_text_layers * 2 * d * d + shape->n_audio_layers * 12 * d * d;
}

/* Small blocks of weights have a scale of their own. */
static double
bytes_per_weight (const LonghandCatalogueEntry *entry) {
  return entry->n_bits < 16 ? (entry->n_bits + 0.5) / 8 : 2;
}

double
longhand_machine_seconds_for_sentence (const LonghandMachine *machine, const LonghandCatalogueEntry *entry) {
  const double token_bytes = n_decoder_weights (&entry->shape) * bytes_per_weight (entry);
  const double gbs = MIN (machine->decode_gbs, machine->read_gbs);

  return encode_operations (&entry->shape) / (1e9 * machine->encode_gops)
         + N_TOKENS * token_bytes / (1e9 * gbs);
}

guint64
longhand_catalogue_entry_memory (const LonghandCatalogueEntry *entry) {
  const guint64 keys_and_values
      = (guint64)entry->shape.n_text_layers * 2 * N_AUDIO_CTX * entry->shape.n_state * 4;

  return entry->size + entry->size / 4 + keys_and_values + 64 * MIB;
}

guint64
longhand_available_memory (const char *meminfo) {
  const char *line = strstr (meminfo, "MemAvailable:");

  return line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024 : 0;
}

guint64
longhand_available_memory_now (void) {
  g_autofree char *meminfo = NULL;

  return g_file_get_contents ("/proc/meminfo", &meminfo, NULL, NULL) ? longhand_available_memory (meminfo)
                                                                     : 0;
}

/* Whether b is to be preferred to a: more weights, then more bits, then the later version. */
static gboolean
is_better (const LonghandCatalogueEntry *a, const LonghandCatalogueEntry *b) {
  const double weights_a = n_weights (&a->shape), weights_b = n_weights (&b->shape);

  if (weights_a != weights_b)
    return weights_b > weights_a;
  if (a->n_bits != b->n_bits)
    return b->n_bits > a->n_bits;
  if (a->english_only != b->english_only)
    return b->english_only;
  return strcmp (b->id, a->id) > 0;
}

const LonghandCatalogueEntry *
longhand_recommend (const LonghandMachine *machine, guint64 memory, gboolean english) {
  const GPtrArray *entries = longhand_catalogue_get ();
  const LonghandCatalogueEntry *best = NULL;

  for (guint i = 0; i < entries->len; i++) {
    const LonghandCatalogueEntry *entry = g_ptr_array_index (entries, i);

    /* Those of other repositories are for special purposes. */
    if (entry->repository != NULL || (entry->english_only && !english)
        || (memory > 0 && longhand_catalogue_entry_memory (entry) > memory)
        || longhand_machine_seconds_for_sentence (machine, entry) > MAX_SECONDS)
      continue;
    if (best == NULL || is_better (best, entry))
      best = entry;
  }
  return best;
}

gboolean
longhand_recommend_for_english (const char *language) {
  if (strcmp (language, "auto") == 0)
    language = g_get_language_names ()[0];
  return g_str_has_prefix (language, "en") || strcmp (language, "C") == 0
         || g_str_has_prefix (language, "C.");
}

static char *
describe (const LonghandMachine *machine, const LonghandCatalogueEntry *entry) {
  if (entry == NULL)
    return g_strdup (_ ("None of these keeps up with dictation on this machine: stay with the one that comes "
                        "with Longhand."));
  /* Translators: a model’s name, and a number of seconds. */
  return g_strdup_printf (
      _ ("%s is the largest that keeps up with dictation on this machine: about %.1f seconds "
         "after a sentence it is written."),
      entry->title, longhand_machine_seconds_for_sentence (machine, entry));
}

char *
longhand_recommendation_describe (const LonghandMachine *machine, const LonghandCatalogueEntry *entry) {
  g_autofree char *reason = describe (machine, entry);
  g_autoptr (GError) disturbed = NULL;

  if (!machine->is_disturbed)
    return g_steal_pointer (&reason);
  longhand_measuring_set_disturbed (&disturbed);
  return g_strdup_printf ("%s %s", reason, disturbed->message);
}

void
longhand_machine_keep (LonghandMachine *machine, GSettings *settings) {
  g_autoptr (GVariant) kept = g_settings_get_value (settings, "machine");
  LonghandMachine former;

  if (longhand_machine_from_variant (kept, &former)) {
    machine->encode_gops = MAX (machine->encode_gops, former.encode_gops);
    machine->decode_gbs = MAX (machine->decode_gbs, former.decode_gbs);
    machine->read_gbs = MAX (machine->read_gbs, former.read_gbs);
  }
  g_settings_set_value (settings, "machine", longhand_machine_to_variant (machine));
}
