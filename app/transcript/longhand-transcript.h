/* What was said: segments with times. Main thread. */
#pragma once

#include <glib-object.h>
#include <math.h>

G_BEGIN_DECLS

/* What else a word might have been. */
typedef struct {
  char *text; /* UTF-8, without a space before it or marks behind it */
  double probability;
} LonghandAlternative;

typedef struct {
  gint64 start_ms, end_ms; /* in the recording */
  char *text;              /* UTF-8, with the space before it, if there is one, and the marks at it */
  double probability;
  GArray *alternatives; /* LonghandAlternative, likeliest first; NULL when they are unknown */
} LonghandWord;

/* What the decoder tells of how it came to a text; each NAN when it is unknown. */
typedef struct {
  double avg_logprob;    /* of the text's tokens */
  double no_speech_prob; /* 0..1 */
  double compression_ratio;
  double temperature; /* of the try that was taken; 0: no chance in it */
} LonghandScores;
#define LONGHAND_SCORES_UNKNOWN ((LonghandScores){ NAN, NAN, NAN, NAN })

typedef struct {
  gint64 start_ms, end_ms; /* in the recording */
  char *text;              /* UTF-8, no leading or trailing space */
  guint n_newlines;        /* that somebody wanted before it: 0, 1 for a line, 2 or more for a paragraph */
  LonghandScores scores;
  GArray *words;        /* LonghandWord; NULL when their times are unknown */
  gboolean is_left_out; /* nobody seems to have said it: in no text, unless somebody has put it there */
} LonghandSegment;
void longhand_segment_free (gpointer segment); /* and what it owns; a GDestroyNotify */
void longhand_word_clear (gpointer word);      /* what a LonghandWord owns; likewise */
/* Shares nothing with the other. (transfer full) */
LonghandSegment *longhand_segment_copy (const LonghandSegment *segment);
/* Adds shift_ms to all times; before words are shared. */
void longhand_segment_shift (LonghandSegment *segment, gint64 shift_ms);

#define LONGHAND_TYPE_TRANSCRIPT (longhand_transcript_get_type ())
G_DECLARE_FINAL_TYPE (LonghandTranscript, longhand_transcript, LONGHAND, TRANSCRIPT, GObject)

LonghandTranscript *longhand_transcript_new (void); /* (transfer full) */
/* Without segments, but with what an exporter may say about other. (transfer full) */
LonghandTranscript *longhand_transcript_new_like (LonghandTranscript *other);
/* Appends a copy of text without the spaces around it; text without words is left out, and FALSE returned.
 * Times that run backwards are set right. scores: NULL when unknown. Signal "changed". */
gboolean longhand_transcript_append (LonghandTranscript *self, gint64 start_ms, gint64 end_ms,
                                     const char *text, const LonghandScores *scores);
/* The next segment begins a line, with 2 newlines a paragraph, wherever documents would have these begin
 * otherwise; several add up. */
void longhand_transcript_add_break (LonghandTranscript *self, guint n_newlines);
/* Adds a copy of the word to the last segment, of whose text it is the next part. Times that run backwards
 * are set right. Signal "changed". */
void longhand_transcript_add_word (LonghandTranscript *self, gint64 start_ms, gint64 end_ms, const char *text,
                                   double probability);
/* Adds a copy of the word with its alternatives likewise. */
void longhand_transcript_copy_word (LonghandTranscript *self, const LonghandWord *word);
/* Adds an alternative to the last word of the last segment. Signal "changed". */
void longhand_transcript_add_alternative (LonghandTranscript *self, const char *text, double probability);
/* Appends copies of the other's segments. Signal "changed". */
void longhand_transcript_append_all (LonghandTranscript *self, LonghandTranscript *other);
/* Keeps the first n_segments, of which there are as many. Signal "changed". */
void longhand_transcript_truncate (LonghandTranscript *self, guint n_segments);
void longhand_transcript_clear (LonghandTranscript *self);
guint longhand_transcript_get_n_segments (LonghandTranscript *self);
const LonghandSegment *longhand_transcript_get_segment (LonghandTranscript *self,
                                                        guint i); /* (transfer none) */
char *longhand_transcript_dup_text (LonghandTranscript *self); /* segments joined by spaces (transfer full) */

/* The same in segments of at most max_chars characters, for subtitles: longer ones are cut between words.
 * Parts have the times of their words, within those of the segment; if that leaves one no time at all, they
 * share the segment's by their lengths. A word that is longer, and a segment whose words are unknown, stays
 * whole. (transfer full) */
LonghandTranscript *longhand_transcript_split (LonghandTranscript *self, guint max_chars);

/* How subtitles are laid out; 0: without a limit. */
typedef struct {
  guint line_width; /* characters in a line, unless a word is longer */
  guint n_lines;    /* in a subtitle, which then goes on over ends of segments, but over no pause of 3 s */
  guint n_words;    /* in a subtitle; without n_lines only */
} LonghandLayout;

/* Subtitles, with newlines between their lines: segments whose times are those of the words within the
 * segment that they were in. Words have the newline before them. A segment whose words are unknown stays as
 * it is. (transfer full) */
LonghandTranscript *longhand_transcript_lay_out (LonghandTranscript *self, const LonghandLayout *layout);

/* All of it as somebody reads it, with what was typed and in paragraphs, whose ends are newlines; NULL, as at
 * first: the segments are all there is. UTF-8. */
void longhand_transcript_set_text (LonghandTranscript *self, const char *text);
const char *longhand_transcript_get_text (LonghandTranscript *self);

/* What an exporter may say about it and about where it came from; may be NULL. */
void longhand_transcript_set_title (LonghandTranscript *self, const char *title); /* UTF-8 */
const char *longhand_transcript_get_title (LonghandTranscript *self);
void longhand_transcript_set_model (LonghandTranscript *self, const char *id);
const char *longhand_transcript_get_model (LonghandTranscript *self);
void longhand_transcript_set_language (LonghandTranscript *self, const char *code);
const char *longhand_transcript_get_language (LonghandTranscript *self);
/* Of a language that was detected; NaN, as at first: it was told, or is unknown. */
void longhand_transcript_set_language_probability (LonghandTranscript *self, double probability);
double longhand_transcript_get_language_probability (LonghandTranscript *self);
/* Wall clock, microseconds since 1970; 0, as at first: unknown. */
void longhand_transcript_set_begun (LonghandTranscript *self, gint64 begun_us);
gint64 longhand_transcript_get_begun (LonghandTranscript *self);

G_END_DECLS
