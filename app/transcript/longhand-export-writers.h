/* One for each LonghandWriter, and what they have in common. (transfer full) */
#pragma once

#include "transcript/longhand-transcript.h"

G_BEGIN_DECLS

GBytes *longhand_write_txt (LonghandTranscript *transcript, GError **error);
GBytes *longhand_write_md (LonghandTranscript *transcript, GError **error);
GBytes *longhand_write_odt (LonghandTranscript *transcript, GError **error);
GBytes *longhand_write_srt (LonghandTranscript *transcript, GError **error);
GBytes *longhand_write_vtt (LonghandTranscript *transcript, GError **error);
/* With each word underlined while it is said. */
GBytes *longhand_write_highlighted_srt (LonghandTranscript *transcript, GError **error);
GBytes *longhand_write_highlighted_vtt (LonghandTranscript *transcript, GError **error);
GBytes *longhand_write_lrc (LonghandTranscript *transcript, GError **error);
GBytes *longhand_write_json (LonghandTranscript *transcript, GError **error);
GBytes *longhand_write_tsv (LonghandTranscript *transcript, GError **error);
GBytes *longhand_write_csv (LonghandTranscript *transcript, GError **error);

/* text as one line: ends of lines and tabs, with the spaces around them, are a space. (transfer full) */
char *longhand_write_one_line (const char *text);

/* What is read of it, in lines: the transcript's text, else its segments in paragraphs, with an empty line
 * between them. (transfer full) */
char *longhand_write_paragraphs (LonghandTranscript *transcript);

G_END_DECLS
