/* longhand-cli replay: the outcome for people and for programs. The fields of JSON are documented in the man
 * page and stay. */
#include "cli/longhand-cli-replay.h"

#include "cli/longhand-cli-columns.h"
#include "dictation/longhand-stats-json.h"
#include "longhand-config.h"
#include "longhand-json.h"
#include "transcript/longhand-words.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define MIB (1024.0 * 1024.0)
#define N_FIGURES 15

/* A figure for people. */
typedef struct {
  const char *name;
  double value;
  enum { SECONDS, PER_WORD, PERCENT, RATIO, BYTES, COUNT } unit;
} Figure;

void
longhand_replay_init (LonghandReplay *replay) {
  *replay = (LonghandReplay){ .n_times = 1, .live_wer = -1, .batch_wer = -1 };
  replay->memory = g_array_new (FALSE, FALSE, sizeof (LonghandReplayMemory));
}

void
longhand_replay_clear (LonghandReplay *replay) {
  g_clear_pointer (&replay->name, g_free);
  g_clear_pointer (&replay->model_id, g_free);
  g_clear_pointer (&replay->memory, g_array_unref);
}

double
longhand_replay_wer (const char *expected, const char *heard) {
  guint n_expected;
  const guint n_wrong = longhand_words_count_errors (expected, heard, &n_expected);

  return n_expected > 0 ? (double)n_wrong / n_expected : -1;
}

static void
list_figures (const LonghandReplay *replay, Figure figures[N_FIGURES]) {
  const LonghandStats *stats = &replay->stats;
  const LonghandLiveNumbers *live = &stats->live;
  const Figure all[N_FIGURES] = {
    { N_ ("First words, p50"), live->first_tentative_p50_s, SECONDS },
    { N_ ("Commit lag, p50"), live->commit_lag_p50_s, SECONDS },
    { N_ ("Commit lag, p95"), live->commit_lag_p95_s, SECONDS },
    { N_ ("Final text after the endpoint, p50"), live->final_latency_p50_s, SECONDS },
    { N_ ("Final text after the endpoint, p95"), live->final_latency_p95_s, SECONDS },
    { N_ ("Final text after speech, p50"), live->final_latency_from_speech_p50_s, SECONDS },
    { N_ ("Final text after speech, p95"), live->final_latency_from_speech_p95_s, SECONDS },
    { N_ ("Revisions per committed word"), live->revisions_per_word, PER_WORD },
    { N_ ("... capitals and punctuation too"), live->redrawn_per_word, PER_WORD },
    { N_ ("Words wrong, live"), replay->live_wer, PERCENT },
    { N_ ("Words wrong, recording as a whole"), replay->batch_wer, PERCENT },
    { N_ ("Real-time factor"), stats->rtf, RATIO },
    { N_ ("Processor time"), stats->cpu_s, SECONDS },
    { N_ ("Memory, peak"), (double)stats->peak_rss_bytes, BYTES },
    { N_ ("Samples dropped"), (double)stats->dropped_samples, COUNT },
  };

  memcpy (figures, all, sizeof all);
}

/* ---- for people ---- */

/* (transfer full) */
static char *
describe (const Figure *figure) {
  if (figure->value < 0)
    return g_strdup ("–");
  switch (figure->unit) {
  case SECONDS:
    return g_strdup_printf (_ ("%.2f s"), figure->value);
  case PER_WORD:
  case RATIO:
    return g_strdup_printf ("%.3f", figure->value);
  case PERCENT:
    return g_strdup_printf (_ ("%.1f %%"), 100 * figure->value);
  case BYTES:
    return g_strdup_printf (_ ("%.1f MiB"), figure->value / MIB);
  case COUNT:
    return g_strdup_printf ("%.0f", figure->value);
  }
  g_return_val_if_reached (NULL);
}

static void
print_row (const char *name, const char *value) {
  longhand_cli_print_row (-38, name, 12, value, 0, NULL);
}

static void
print_drift (const LonghandReplay *replay) {
  const LonghandDriftResult *drift = &replay->drift;
  const LonghandReplayMemory *memory = (const LonghandReplayMemory *)replay->memory->data;

  if (drift->n_compared + drift->n_changed > 0)
    g_print (_ ("\nOf %u utterances heard again, %u were heard otherwise; their times moved by %.0f ms at "
                "most.\n"),
             drift->n_compared, drift->n_changed, drift->largest_ms);
  g_print ("\n");
  longhand_cli_print_row (10, _ ("sound s"), 10, "MiB", 0, NULL);
  for (guint i = 0; i < replay->memory->len; i++)
    g_print ("%10.1f %10.1f\n", memory[i].sound_s, (double)memory[i].rss_bytes / MIB);
}

void
longhand_replay_print_table (const LonghandReplay *replay) {
  Figure figures[N_FIGURES];

  g_print (_ ("\nModel %s, %u threads, kernels %s; %.1f s of sound in %.1f s, %u utterances, %u words\n\n"),
           replay->model_id, replay->stats.threads, replay->stats.kernel_level, replay->sound_s,
           replay->wall_s, (guint)replay->stats.live.n_utterances, (guint)replay->stats.live.n_words);
  list_figures (replay, figures);
  for (guint i = 0; i < N_FIGURES; i++) {
    g_autofree char *value = describe (&figures[i]);

    print_row (_ (figures[i].name), value);
  }
  if (replay->n_times > 1)
    print_drift (replay);
}

/* ---- for programs ---- */

static void
add_facts (JsonBuilder *json, const LonghandReplay *replay) {
  longhand_json_string (json, "version", VERSION);
  longhand_json_string (json, "model", replay->model_id);
  longhand_json_int (json, "threads", replay->stats.threads);
  longhand_json_string (json, "level", replay->stats.kernel_level);
  longhand_json_string (json, "file", replay->name);
  if (replay->speed > 0)
    longhand_json_known (json, "speed", replay->speed);
  else
    longhand_json_string (json, "speed", "max");
  longhand_json_int (json, "repeat", replay->n_times);
  longhand_json_int (json, "pause_ms", (gint64)(replay->pause_s * 1000 + 0.5));
  longhand_json_boolean (json, "complete", replay->is_complete);
  longhand_json_known (json, "sound_s", replay->sound_s);
  longhand_json_known (json, "wall_s", replay->wall_s);
}

static void
add_drift (JsonBuilder *json, const LonghandReplay *replay) {
  longhand_json_object (json, "drift");
  longhand_json_int (json, "n_compared", replay->drift.n_compared);
  longhand_json_int (json, "n_changed", replay->drift.n_changed);
  longhand_json_known (json, "largest_ms", replay->drift.largest_ms);
  json_builder_end_object (json);
}

static void
add_memory (JsonBuilder *json, const LonghandReplay *replay) {
  longhand_json_array (json, "memory");
  for (guint i = 0; i < replay->memory->len; i++) {
    const LonghandReplayMemory *memory = &g_array_index (replay->memory, LonghandReplayMemory, i);

    json_builder_begin_object (json);
    longhand_json_known (json, "sound_s", memory->sound_s);
    longhand_json_int (json, "rss_bytes", (gint64)memory->rss_bytes);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

JsonNode *
longhand_replay_to_json (const LonghandReplay *replay) {
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  add_facts (json, replay);
  longhand_stats_add_figures (&replay->stats, json);
  longhand_json_known (json, "live_wer", replay->live_wer);
  longhand_json_known (json, "batch_wer", replay->batch_wer);
  add_drift (json, replay);
  add_memory (json, replay);
  json_builder_end_object (json);
  return json_builder_get_root (json);
}
