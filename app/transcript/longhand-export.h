/* Transcripts as files of several formats. */
#pragma once

#include "transcript/longhand-transcript.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  LONGHAND_FORMAT_TXT,
  LONGHAND_FORMAT_MD,
  LONGHAND_FORMAT_ODT,
  LONGHAND_FORMAT_SRT,
  LONGHAND_FORMAT_VTT,
  LONGHAND_FORMAT_LRC,
  LONGHAND_FORMAT_JSON,
  LONGHAND_FORMAT_TSV,
  LONGHAND_FORMAT_CSV,
  LONGHAND_N_FORMATS,
} LonghandFormat;

/* How a transcript becomes a file. */
typedef struct {
  const char *extension; /* "txt" */
  const char *title;     /* "Plain text", to be translated */
  gboolean is_text;      /* UTF-8 that ends with a newline unless empty; else no terminal can show it */
  gboolean has_times;    /* else typed text is in it, too */
  /* The whole content. Any thread. NULL with LONGHAND_ERROR_FAILED when it is no text, and memory ran out.
   * (transfer full) */
  GBytes *(*write) (LonghandTranscript *transcript, GError **error);
  void (*prepare) (void); /* what write needs, before it is called first. Main thread; NULL: nothing */
} LonghandWriter;

const LonghandWriter *longhand_format_get_writer (LonghandFormat format);
const char *longhand_format_get_extension (LonghandFormat format);
/* By name or file extension, any case; FALSE with LONGHAND_ERROR_INVALID naming the choices. */
gboolean longhand_format_parse (const char *name, LonghandFormat *format, GError **error);

/* Of the JSON format: { version, model, language, segments: [{ start, end, text, temperature, avg_logprob,
 * compression_ratio, no_speech_prob, words: [{ word, start, end, probability, alternatives: [{ word,
 * probability }] }] }] }; times in seconds; model, language and the figures are null when unknown, and words
 * and alternatives are left out then. Members may be added; a change of meaning bumps it. */
#define LONGHAND_EXPORT_JSON_VERSION 1

/* What its writer writes. (transfer full) */
GBytes *longhand_export_to_bytes (LonghandTranscript *transcript, LonghandFormat format, GError **error);

/* The same of subtitles (srt, vtt), with each word underlined while it is said, as openai/whisper's
 * highlight_words has it: a cue for each word, and one for each pause between them, all with the segment's
 * whole text. A segment whose words are unknown is one cue. (transfer full) */
GBytes *longhand_export_highlighted (LonghandTranscript *transcript, LonghandFormat format, GError **error);

/* Writes content atomically: an existing file is replaced only when all of it is on disk. Blocks.
 * Errors: LONGHAND_ERROR_WRITE with a sentence that names the place and what to do. */
gboolean longhand_export_save (GBytes *content, GFile *file, GError **error);

G_END_DECLS
