/* Where texts of recordings go, and in which formats. */
#pragma once

#include "cli/longhand-cli-inputs.h"
#include "transcript/longhand-export.h"

G_BEGIN_DECLS

/* Zeroes are the defaults. */
typedef struct {
  char *format_names; /* owned; such as "srt,json", or "all"; NULL: by the ending of path, else txt */
  char *path;         /* owned; a file, or a folder; NULL, or "-": standard output */
  int line_width;     /* of subtitles, as LonghandLayout has it */
  int n_lines, n_words;
  gboolean highlights_words;   /* in subtitles, while they are said */
  gboolean tells_alternatives; /* to words, which only JSON has a place for */
  /* --- set by longhand_cli_output_check --- */
  guint formats; /* 1 << LonghandFormat for each */
  gboolean has_several_inputs;
} LonghandCliOutput;

void longhand_cli_output_clear (LonghandCliOutput *self);

/* What the ending of a file's name asks for; plain text where it has none, or is NULL. FALSE with
 * LONGHAND_ERROR_INVALID naming the choices. */
gboolean longhand_cli_output_parse_ending (const char *path, LonghandFormat *format, GError **error);

/* Whether subtitles are laid out, or have their words highlighted, for which words need times. */
gboolean longhand_cli_output_needs_words (const LonghandCliOutput *self);

/* Whether a format has what is asked for, subtitles can be laid out so, and the texts of the recordings can
 * go there without one overwriting another, or a file of taken, a set of GFile, which they are added to;
 * makes the folder for several. Otherwise LONGHAND_ERROR_INVALID, or _WRITE. */
gboolean longhand_cli_output_check (LonghandCliOutput *self, const LonghandCliInputs *inputs,
                                    GHashTable *taken, GError **error);

/* Whether the recording's text is there in all formats, none of them older than the recording. Files are
 * written as a whole or not at all, so what is there is complete. Never for standard input. */
gboolean longhand_cli_output_is_there (const LonghandCliOutput *self, const LonghandCliInput *input);

/* Whether text can be printed while there will be more of it: it goes to standard output, in a format that
 * more segments add to. */
gboolean longhand_cli_output_grows (const LonghandCliOutput *self);

/* What is printed of a recording, whatever else it says behind transcript: whole lines, with which all of it
 * begins. Of an output that grows. (transfer full) */
GBytes *longhand_cli_output_begin (const LonghandCliOutput *self, LonghandTranscript *transcript);

/* Prints content without its first *n_printed bytes, which have been printed already, and which it then is
 * more than or equal to. */
void longhand_cli_output_print (const LonghandCliOutput *self, const LonghandCliInput *input, GBytes *content,
                                gsize *n_printed);

/* Writes out the text of the recording, of which n_printed bytes have been printed. What cannot be saved is
 * printed in its place, because it took minutes to recognise, a document as plain text, and complained of.
 * The exit status. */
int longhand_cli_output_write (const LonghandCliOutput *self, const LonghandCliInput *input,
                               LonghandTranscript *transcript, gsize n_printed);

G_END_DECLS
