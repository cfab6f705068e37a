/* A recognition with one level of kernels, in a process of its own: peak memory is counted for a process, and
 * a kernel that uses an instruction the machine lacks would end one. */
#pragma once

#include "cli/longhand-cli.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *level;     /* its name */
  const char *model;     /* as longhand_cli_find_model */
  const char *recording; /* NULL: the sample that comes with Longhand */
  int threads;           /* 0: as many as are best */
} LonghandCliLevelTask;

typedef struct {
  int code; /* exit status; LONGHAND_EXIT_OK also where a signal ended it, which only concerns this level */
  char *reason;   /* owned; why it failed, without a full stop; NULL: it did not */
  JsonNode *told; /* owned; NULL: it failed. An object: name (of the level), text, audio_s, load_ms, mel_ms,
                   * encode_ms, prompt_ms, decode_ms, total_ms, peak_rss_bytes, threads, and what the sandbox
                   * closes: sockets, files, programs */
} LonghandCliLevelOutcome;

void longhand_cli_level_outcome_clear (LonghandCliLevelOutcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LonghandCliLevelOutcome, longhand_cli_level_outcome_clear)

/* Runs “selftest --run-level” and waits for it; not after longhand_cli_close_in, which allows no programs.
 * Leaves no threads behind, so that this can follow. */
void longhand_cli_level_run (LonghandCliLevelOutcome *outcome, const LonghandCliLevelTask *task);

/* What that child does; returns its exit status. */
int longhand_cli_level_recognise (const LonghandCliLevelTask *task);

G_END_DECLS
