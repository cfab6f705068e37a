/* The outcome of “replay”. */
#pragma once

#include "cli/longhand-cli-drift.h"
#include "dictation/longhand-dictation.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
  double sound_s; /* replayed so far */
  guint64 rss_bytes;
} LonghandReplayMemory;

/* Negative numbers are not known. */
typedef struct {
  char *name, *model_id; /* owned */
  double speed;          /* 0: as fast as possible */
  guint n_times;
  double pause_s;
  gboolean is_complete; /* the recording was replayed to its end */
  LonghandStats stats;  /* cpu_s: over the replay */
  double sound_s, wall_s;
  double live_wer, batch_wer;
  LonghandDriftResult drift; /* with 3 rounds or more */
  GArray *memory;            /* owned; LonghandReplayMemory */
} LonghandReplay;

void longhand_replay_init (LonghandReplay *replay);
void longhand_replay_clear (LonghandReplay *replay);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LonghandReplay, longhand_replay_clear)

/* Words wrong by words expected; negative when none are expected. */
double longhand_replay_wer (const char *expected, const char *heard);

void longhand_replay_print_table (const LonghandReplay *replay);
/* Fields as in the man page. (transfer full) */
JsonNode *longhand_replay_to_json (const LonghandReplay *replay);

G_END_DECLS
