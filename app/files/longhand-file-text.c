#include "files/longhand-file-text.h"

#include <string.h>

#define PARAGRAPH_PAUSE_MS 2500

static LonghandSegment *
copy_segment (const LonghandSegment *segment) {
  LonghandSegment *copy = g_memdup2 (segment, sizeof *segment);

  copy->text = g_strdup (segment->text);
  copy->words = segment->words != NULL ? g_array_ref (segment->words) : NULL;
  return copy;
}

static const char *
gap_between (const LonghandSegment *before, const LonghandSegment *segment) {
  if (before == NULL)
    return "";
  return segment->start_ms - before->end_ms >= PARAGRAPH_PAUSE_MS ? "\n\n" : " ";
}

/* The space before it is a part of a segment, as in what was dictated. */
static void
add (LonghandSession *session, GString *text, const LonghandSegment *before, const LonghandSegment *segment) {
  const gsize n_before = text->len;
  LonghandSpan span;

  g_string_append (text, gap_between (before, segment));
  g_string_append (text, segment->text);
  g_ptr_array_add (session->segments, copy_segment (segment));
  span.length = (guint)g_utf8_strlen (text->str + n_before, -1);
  span.id = session->segments->len;
  g_array_append_val (session->spans, span);
}

LonghandSession *
longhand_file_text_to_session (LonghandTranscript *transcript, gint64 duration_ms) {
  LonghandSession *session = longhand_session_new ();
  GString *text = g_string_new (NULL);
  const LonghandSegment *before = NULL;

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);

    add (session, text, before, segment);
    before = segment;
  }
  g_free (session->text);
  session->text = g_string_free (text, FALSE);
  session->duration_ms = duration_ms;
  session->language = g_strdup (longhand_transcript_get_language (transcript));
  session->model = g_strdup (longhand_transcript_get_model (transcript));
  return session;
}

char *
longhand_file_text_dup_title (GFile *file) {
  g_autofree char *name = g_file_get_basename (file);
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot != name)
    *dot = '\0';
  return g_filename_display_name (name);
}
