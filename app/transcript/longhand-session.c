#include "transcript/longhand-session.h"

#include <json-glib/json-glib.h>
#include <math.h>

gint64
longhand_session_make_id (void) {
  return ((gint64)(g_random_int () >> 1) << 32 | g_random_int ()) | 1;
}

LonghandSession *
longhand_session_new (void) {
  LonghandSession *self = g_new0 (LonghandSession, 1);

  self->id = longhand_session_make_id ();
  self->begun_us = g_get_real_time ();
  self->text = g_strdup ("");
  self->segments = g_ptr_array_new_with_free_func (longhand_segment_free);
  self->spans = longhand_spans_new ();
  return self;
}

LonghandSession *
longhand_session_copy (const LonghandSession *self) {
  LonghandSession *copy = g_new (LonghandSession, 1);

  *copy = *self;
  copy->text = g_strdup (self->text);
  copy->segments = g_ptr_array_ref (self->segments);
  copy->spans = g_array_ref (self->spans);
  copy->language = g_strdup (self->language);
  copy->model = g_strdup (self->model);
  return copy;
}

void
longhand_session_free (LonghandSession *self) {
  if (self == NULL)
    return;
  g_free (self->text);
  g_ptr_array_unref (self->segments);
  g_array_unref (self->spans);
  g_free (self->language);
  g_free (self->model);
  g_free (self);
}

gboolean
longhand_session_is_blank (const LonghandSession *self) {
  for (const char *p = self->text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      return FALSE;
  for (guint i = 0; i < self->segments->len; i++)
    if (((const LonghandSegment *)self->segments->pdata[i])->is_left_out)
      return FALSE;
  return TRUE;
}

gboolean
longhand_session_is_consistent (const LonghandSession *self) {
  guint64 length = 0;

  for (guint i = 0; i < self->spans->len; i++) {
    const LonghandSpan *span = &g_array_index (self->spans, LonghandSpan, i);

    if (span->id > self->segments->len)
      return FALSE;
    length += span->length;
  }
  return length == (guint64)g_utf8_strlen (self->text, -1);
}

/* ---- JSON ---- */

static char *
to_json (JsonBuilder *builder) {
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

/* NULL unless it is an array. (transfer full) */
static JsonArray *
parse_array (const char *json) {
  g_autoptr (JsonNode) root = json_from_string (json, NULL);

  return root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_dup_array (root) : NULL;
}

static void
add_said (JsonBuilder *builder, const char *text, double probability) {
  json_builder_set_member_name (builder, "word");
  json_builder_add_string_value (builder, text);
  if (isfinite (probability)) {
    json_builder_set_member_name (builder, "probability");
    json_builder_add_double_value (builder, probability);
  }
}

static void
add_alternatives (JsonBuilder *builder, const GArray *alternatives) {
  json_builder_set_member_name (builder, "alternatives");
  json_builder_begin_array (builder);
  for (guint i = 0; i < alternatives->len; i++) {
    const LonghandAlternative *alternative = &g_array_index (alternatives, LonghandAlternative, i);

    json_builder_begin_object (builder);
    add_said (builder, alternative->text, alternative->probability);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

char *
longhand_session_write_words (const GArray *words) {
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < words->len; i++) {
    const LonghandWord *word = &g_array_index (words, LonghandWord, i);

    json_builder_begin_object (builder);
    add_said (builder, word->text, word->probability);
    json_builder_set_member_name (builder, "start_ms");
    json_builder_add_int_value (builder, word->start_ms);
    json_builder_set_member_name (builder, "end_ms");
    json_builder_add_int_value (builder, word->end_ms);
    if (word->alternatives != NULL)
      add_alternatives (builder, word->alternatives);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  return to_json (builder);
}

/* Words and alternatives alike go through a transcript, which owns them as a segment does. */
static gboolean
read_word (LonghandTranscript *into, JsonNode *node) {
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonArray *others;

  if (object == NULL || !json_object_has_member (object, "word"))
    return FALSE;
  longhand_transcript_add_word (into, json_object_get_int_member_with_default (object, "start_ms", 0),
                                json_object_get_int_member_with_default (object, "end_ms", 0),
                                json_object_get_string_member_with_default (object, "word", ""),
                                json_object_get_double_member_with_default (object, "probability", NAN));
  others = json_object_has_member (object, "alternatives")
               ? json_object_get_array_member (object, "alternatives")
               : NULL;
  for (guint i = 0; others != NULL && i < json_array_get_length (others); i++) {
    JsonObject *other = json_array_get_object_element (others, i);

    longhand_transcript_add_alternative (
        into, json_object_get_string_member_with_default (other, "word", ""),
        json_object_get_double_member_with_default (other, "probability", NAN));
  }
  return TRUE;
}

GArray *
longhand_session_read_words (const char *json) {
  g_autoptr (JsonArray) array = parse_array (json);
  g_autoptr (LonghandTranscript) into = longhand_transcript_new ();
  const LonghandSegment *segment;

  if (array == NULL)
    return NULL;
  longhand_transcript_append (into, 0, 0, "words", NULL);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read_word (into, json_array_get_element (array, i)))
      return NULL;
  segment = longhand_transcript_get_segment (into, 0);
  return segment->words != NULL ? g_array_ref (segment->words) : NULL;
}

char *
longhand_session_write_spans (const GArray *spans) {
  GString *json = g_string_new ("[");

  for (guint i = 0; i < spans->len; i++) {
    const LonghandSpan *span = &g_array_index (spans, LonghandSpan, i);

    g_string_append_printf (json, "%s[%u,%u]", i > 0 ? "," : "", span->length, span->id);
  }
  return g_string_free (g_string_append_c (json, ']'), FALSE);
}

GArray *
longhand_session_read_spans (const char *json) {
  g_autoptr (JsonArray) array = parse_array (json);
  g_autoptr (GArray) spans = longhand_spans_new ();

  if (array == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
    LonghandSpan span;

    if (pair == NULL || json_array_get_length (pair) != 2 || json_array_get_int_element (pair, 0) < 1
        || json_array_get_int_element (pair, 0) > G_MAXINT || json_array_get_int_element (pair, 1) < 0
        || json_array_get_int_element (pair, 1) > G_MAXINT)
      return NULL;
    span.length = (guint)json_array_get_int_element (pair, 0);
    span.id = (guint)json_array_get_int_element (pair, 1);
    g_array_append_val (spans, span);
  }
  return g_steal_pointer (&spans);
}
