#include "dictation/longhand-stats-json.h"

#include "longhand-config.h"
#include "longhand-json.h"

void
longhand_stats_add_figures (const LonghandStats *stats, JsonBuilder *json) {
  const LonghandLiveNumbers *live = &stats->live;

  longhand_json_int (json, "n_utterances", (gint64)live->n_utterances);
  longhand_json_int (json, "n_words", (gint64)live->n_words);
  longhand_json_known (json, "first_tentative_s", live->first_tentative_p50_s);
  longhand_json_known (json, "commit_lag_p50_s", live->commit_lag_p50_s);
  longhand_json_known (json, "commit_lag_p95_s", live->commit_lag_p95_s);
  longhand_json_known (json, "final_latency_p50_s", live->final_latency_p50_s);
  longhand_json_known (json, "final_latency_p95_s", live->final_latency_p95_s);
  longhand_json_known (json, "final_latency_from_speech_p50_s", live->final_latency_from_speech_p50_s);
  longhand_json_known (json, "final_latency_from_speech_p95_s", live->final_latency_from_speech_p95_s);
  longhand_json_known (json, "revisions_per_word", live->revisions_per_word);
  longhand_json_known (json, "redrawn_per_word", live->redrawn_per_word);
  longhand_json_known (json, "rtf", stats->rtf);
  longhand_json_known (json, "cpu_s", stats->cpu_s);
  longhand_json_int (json, "peak_rss_bytes", (gint64)stats->peak_rss_bytes);
  longhand_json_int (json, "dropped_samples", (gint64)stats->dropped_samples);
}

/* What recognised. */
static void
add_setting (const LonghandStats *stats, JsonBuilder *json) {
  longhand_json_string (json, "version", VERSION);
  longhand_json_string (json, "model", stats->model_id);
  longhand_json_int (json, "threads", stats->threads);
  longhand_json_string (json, "threads_sentence", stats->threads_reason);
  longhand_json_string (json, "level", stats->kernel_level);
}

static void
add_sound (const LonghandStats *stats, JsonBuilder *json) {
  longhand_json_known (json, "sound_s", stats->sound_s);
  longhand_json_known (json, "queued_s", stats->queued_s);
  longhand_json_boolean (json, "behind", stats->is_behind);
  longhand_json_int (json, "overruns", (gint64)stats->n_overruns);
}

static void
add_steps (const LonghandStats *stats, JsonBuilder *json) {
  longhand_json_array (json, "steps");
  for (guint i = 0; i < LONGHAND_N_STEPS; i++) {
    json_builder_begin_object (json);
    longhand_json_string (json, "name", stats->steps[i].key);
    longhand_json_double (json, "ms", stats->steps[i].ms);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

/* Parts [first, end) of the last pass. */
static void
add_parts (const LonghandStats *stats, JsonBuilder *json, const char *group, guint first, guint end) {
  longhand_json_array (json, group);
  for (guint i = first; i < end; i++) {
    json_builder_begin_object (json);
    longhand_json_string (json, "component", stats->parts[i].key);
    longhand_json_double (json, "ms", stats->parts[i].ms);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

static void
add_memory (const LonghandStats *stats, JsonBuilder *json) {
  longhand_json_array (json, "memory");
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++) {
    json_builder_begin_object (json);
    longhand_json_string (json, "component", stats->memory[i].key);
    longhand_json_int (json, "bytes", (gint64)stats->memory[i].bytes);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

static void
add_scaling (const LonghandScaling *scaling, JsonBuilder *json) {
  longhand_json_array (json, "scaling");
  for (guint i = 0; i < scaling->n; i++) {
    const LonghandScalingPoint *point = &scaling->points[i];

    json_builder_begin_object (json);
    longhand_json_int (json, "threads", point->threads);
    longhand_json_double (json, "encode_ms", point->encode_ms);
    longhand_json_double (json, "decode_ms", point->decode_ms);
    longhand_json_double (json, "total_ms", point->total_ms);
    longhand_json_double (json, "speedup", longhand_scaling_get_speedup (scaling, i));
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

char *
longhand_stats_dup_json (const LonghandStats *stats, const LonghandScaling *scaling) {
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  add_setting (stats, json);
  longhand_stats_add_figures (stats, json);
  add_sound (stats, json);
  add_steps (stats, json);
  add_parts (stats, json, "encoder", 0, LONGHAND_N_ENCODER_PARTS);
  add_parts (stats, json, "decoder", LONGHAND_N_ENCODER_PARTS, LONGHAND_N_PARTS);
  add_memory (stats, json);
  add_scaling (scaling, json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, TRUE);
}
