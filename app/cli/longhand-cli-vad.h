/* Options that say how recordings are cut at their pauses, with the names that whisper.cpp gives them. */
#pragma once

#include <gio/gio.h>

#include "quill.h"

G_BEGIN_DECLS

/* As they were given; longhand_cli_vad_init sets the defaults. */
typedef struct {
  gboolean is_off; /* windows of 30 seconds without a gap, as openai/whisper's */
  double threshold, max_speech_s, chunk_length_s;
  int min_speech_ms, min_silence_ms, pad_ms;
} LonghandCliVad;

void longhand_cli_vad_init (LonghandCliVad *self);

/* Appends the entries of self to entries. (element-type GOptionEntry) */
void longhand_cli_vad_add_entries (LonghandCliVad *self, GArray *entries);

/* Whether it makes sense; otherwise LONGHAND_ERROR_INVALID. */
gboolean longhand_cli_vad_check (const LonghandCliVad *self, GError **error);

void longhand_cli_vad_apply (const LonghandCliVad *self, struct quill_params *params);

G_END_DECLS
