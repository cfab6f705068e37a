/* One writer per format: the whole content, UTF-8. (transfer full) */
#pragma once

#include "transcript/longhand-transcript.h"

G_BEGIN_DECLS

char *longhand_write_txt (LonghandTranscript *transcript);
char *longhand_write_md (LonghandTranscript *transcript);
char *longhand_write_srt (LonghandTranscript *transcript);
char *longhand_write_vtt (LonghandTranscript *transcript);
/* With each word underlined while it is said. */
char *longhand_write_highlighted_srt (LonghandTranscript *transcript);
char *longhand_write_highlighted_vtt (LonghandTranscript *transcript);
char *longhand_write_lrc (LonghandTranscript *transcript);
char *longhand_write_json (LonghandTranscript *transcript);
char *longhand_write_tsv (LonghandTranscript *transcript);
char *longhand_write_csv (LonghandTranscript *transcript);

/* text as one line: ends of lines and tabs, with the spaces around them, are a space. (transfer full) */
char *longhand_write_one_line (const char *text);

G_END_DECLS
