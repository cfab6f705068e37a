#include "longhand-document-private.h"
#include "longhand-spoken.h"
#include "transcript/longhand-spans.h"

enum { PROP_0, PROP_CAN_STEP_BACK, PROP_CAN_STEP_FORWARD, PROP_UNSAVED, PROP_N_LEFT_OUT, N_PROPS };
static GParamSpec *properties[N_PROPS];
static guint edited_signal;

G_DEFINE_FINAL_TYPE (LonghandDocument, longhand_document, GTK_TYPE_TEXT_BUFFER)

#define PARENT GTK_TEXT_BUFFER_CLASS (longhand_document_parent_class)

static void
notify_bool (LonghandDocument *self, gboolean *last, gboolean now, guint property) {
  if (*last == now)
    return;
  *last = now;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
longhand_document_notify_left_out (LonghandDocument *self) {
  g_autoptr (GArray) numbers = longhand_document_dup_left_out (self);

  if (self->n_left_out == numbers->len)
    return;
  self->n_left_out = numbers->len;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_LEFT_OUT]);
}

void
longhand_document_notify_history (LonghandDocument *self) {
  notify_bool (self, &self->can_step_back, longhand_history_can_undo (self->history), PROP_CAN_STEP_BACK);
  notify_bool (self, &self->can_step_forward, longhand_history_can_redo (self->history),
               PROP_CAN_STEP_FORWARD);
  notify_bool (self, &self->unsaved,
               !longhand_document_is_empty (self) && !longhand_history_is_saved (self->history),
               PROP_UNSAVED);
  longhand_document_notify_left_out (self);
}

void
longhand_document_get_carets (LonghandDocument *self, guint *insert, guint *bound) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  *insert = (guint)gtk_text_iter_get_offset (&iter);
  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_selection_bound (buffer));
  *bound = (guint)gtk_text_iter_get_offset (&iter);
}

void
longhand_document_set_carets (LonghandDocument *self, guint insert, guint bound) {
  GtkTextIter insert_iter, bound_iter;
  guint now_insert, now_bound;

  longhand_document_get_carets (self, &now_insert, &now_bound);
  if (now_insert == insert && now_bound == bound)
    return;
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &insert_iter, (int)insert);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &bound_iter, (int)bound);
  gtk_text_buffer_select_range (GTK_TEXT_BUFFER (self), &insert_iter, &bound_iter);
}

/* ---- the person's edits ---- */

static void
tell_edited (LonghandDocument *self, gboolean undone) {
  if (!self->is_committing)
    g_signal_emit (self, edited_signal, 0, undone);
}

void
longhand_document_record (LonghandDocument *self, LonghandEditKind kind, guint offset, const char *text,
                          GArray *spans, gboolean after_tentative) {
  longhand_history_record (self->history, kind, offset, text, spans, after_tentative);
}

static void
longhand_document_insert_text (GtkTextBuffer *buffer, GtkTextIter *pos, const char *text, int len) {
  LonghandDocument *self = LONGHAND_DOCUMENT (buffer);
  guint at = (guint)gtk_text_iter_get_offset (pos);
  gboolean behind;
  guint offset, id, insert, bound;
  g_autofree char *copy = g_strndup (text, (gsize)len);
  guint length = (guint)g_utf8_strlen (copy, -1);
  GArray *inserted;

  if (self->own_edit || length == 0) {
    PARENT->insert_text (buffer, pos, text, len);
    return;
  }
  if (at > self->tentative_start && at < longhand_document_get_tentative_end (self)) {
    longhand_document_get_carets (self, &insert, &bound);
    gtk_text_buffer_get_iter_at_offset (buffer, pos, (int)longhand_document_get_tentative_end (self));
    if (insert == at && bound == at)
      gtk_text_buffer_place_cursor (buffer, pos);
    at = longhand_document_get_tentative_end (self);
  }
  behind = self->tentative_length > 0 && at >= longhand_document_get_tentative_end (self);
  offset = behind ? at - self->tentative_length : at;

  id = self->replaced_id != 0 && self->replaced_at == offset
           ? self->replaced_id
           : longhand_spans_get_id_around (self->spans, offset);
  longhand_spans_insert (self->spans, offset, length, id);
  inserted = longhand_spans_new ();
  longhand_spans_insert (inserted, 0, length, id);
  if (!behind && self->tentative_length > 0)
    self->tentative_start += length;

  longhand_history_begin (self->history);
  PARENT->insert_text (buffer, pos, text, len);
  longhand_document_record (self, LONGHAND_EDIT_INSERT, offset, copy, inserted, behind);
  longhand_history_end (self->history);
  longhand_document_notify_history (self);
  tell_edited (self, FALSE);
}

/* Deletes [from, to) of the buffer, which has no tentative words in it. */
static void
delete_part (LonghandDocument *self, guint from, guint to, GtkTextIter *start, GtkTextIter *end) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  gboolean behind = self->tentative_length > 0 && from >= longhand_document_get_tentative_end (self);
  guint offset = behind ? from - self->tentative_length : from;
  g_autofree char *text = NULL;
  GArray *removed;

  gtk_text_buffer_get_iter_at_offset (buffer, start, (int)from);
  gtk_text_buffer_get_iter_at_offset (buffer, end, (int)to);
  if (from >= to)
    return;
  text = gtk_text_iter_get_slice (start, end);
  removed = longhand_spans_remove (self->spans, offset, to - from);
  self->replaced_at = offset;
  self->replaced_id = longhand_spans_get_id (removed, 0);
  if (!behind && self->tentative_length > 0)
    self->tentative_start -= to - from;
  PARENT->delete_range (buffer, start, end);
  longhand_document_record (self, LONGHAND_EDIT_DELETE, offset, text, removed, behind);
}

static void
longhand_document_delete_range (GtkTextBuffer *buffer, GtkTextIter *start, GtkTextIter *end) {
  LonghandDocument *self = LONGHAND_DOCUMENT (buffer);
  guint from = (guint)gtk_text_iter_get_offset (start);
  guint to = (guint)gtk_text_iter_get_offset (end);

  if (self->own_edit) {
    PARENT->delete_range (buffer, start, end);
    return;
  }
  longhand_history_begin (self->history);
  if (self->tentative_length > 0 && from < longhand_document_get_tentative_end (self)
      && to > self->tentative_start) {
    delete_part (self, longhand_document_get_tentative_end (self), to, start, end);
    delete_part (self, from, self->tentative_start, start, end);
    if (from >= self->tentative_start)
      gtk_text_buffer_get_iter_at_offset (buffer, start, (int)from);
    *end = *start;
  } else {
    delete_part (self, from, to, start, end);
  }
  longhand_history_end (self->history);
  longhand_document_notify_history (self);
  tell_edited (self, FALSE);
}

static void
longhand_document_begin_user_action (GtkTextBuffer *buffer) {
  longhand_history_begin (LONGHAND_DOCUMENT (buffer)->history);
}

static void
longhand_document_end_user_action (GtkTextBuffer *buffer) {
  LonghandDocument *self = LONGHAND_DOCUMENT (buffer);

  longhand_history_end (self->history);
  self->replaced_id = 0;
  longhand_document_notify_history (self);
}

/* Text pasted from the view brings its look along; the look is this object's business alone. */
static void
longhand_document_apply_tag (GtkTextBuffer *buffer, GtkTextTag *tag, const GtkTextIter *start,
                             const GtkTextIter *end) {
  if (LONGHAND_DOCUMENT (buffer)->own_edit)
    PARENT->apply_tag (buffer, tag, start, end);
}

void
longhand_document_change_quietly (LonghandDocument *self, guint from, guint to, const char *text) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, (int)from);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, (int)to);
  if (from < to)
    PARENT->delete_range (buffer, &start, &end);
  if (*text != '\0')
    PARENT->insert_text (buffer, &start, text, (int)strlen (text));
}

void
longhand_document_delete_aloud (LonghandDocument *self, guint from, guint to) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, (int)from);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, (int)to);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_end_user_action (buffer);
}

/* ---- undo ---- */

static void
apply_edit (const LonghandEdit *edit, gpointer user_data) {
  LonghandDocument *self = user_data;
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  guint start = self->tentative_start, words = self->tentative_length;
  gboolean behind = words > 0 && (edit->offset > start || (edit->offset == start && edit->after_tentative));
  GtkTextIter from, to;

  if (edit->kind == LONGHAND_EDIT_INSERT) {
    gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)(edit->offset + (behind ? words : 0)));
    gtk_text_buffer_insert (buffer, &from, edit->text, -1);
    longhand_spans_insert_all (self->spans, edit->offset, edit->spans);
    if (!behind && words > 0)
      self->tentative_start += edit->length;
  } else {
    guint until = edit->offset + edit->length;
    guint before = words > 0 ? CLAMP (start, edit->offset, until) - edit->offset : edit->length;

    /* what stands behind the tentative words first, so that the offsets of the rest stay true */
    gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)(edit->offset + before + words));
    gtk_text_buffer_get_iter_at_offset (buffer, &to, (int)(until + words));
    if (before < edit->length)
      gtk_text_buffer_delete (buffer, &from, &to);
    gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)edit->offset);
    gtk_text_buffer_get_iter_at_offset (buffer, &to, (int)(edit->offset + before));
    if (before > 0)
      gtk_text_buffer_delete (buffer, &from, &to);
    if (words > 0)
      self->tentative_start -= before;
    g_array_unref (longhand_spans_remove (self->spans, edit->offset, edit->length));
    if (before < edit->length)
      gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)(edit->offset + words));
  }
  gtk_text_buffer_place_cursor (buffer, &from);
}

typedef gboolean (*StepFunc) (LonghandHistory *history, LonghandHistoryFunc apply, gpointer user_data);

static void
step (LonghandDocument *self, StepFunc func) {
  self->own_edit = TRUE;
  func (self->history, apply_edit, self);
  self->own_edit = FALSE;
  longhand_document_notify_history (self);
  tell_edited (self, TRUE);
}

void
longhand_document_step_back (LonghandDocument *self) {
  step (self, longhand_history_undo);
}

void
longhand_document_step_forward (LonghandDocument *self) {
  step (self, longhand_history_redo);
}

gboolean
longhand_document_get_can_step_back (LonghandDocument *self) {
  return longhand_history_can_undo (self->history);
}

gboolean
longhand_document_get_can_step_forward (LonghandDocument *self) {
  return longhand_history_can_redo (self->history);
}

gboolean
longhand_document_get_unsaved (LonghandDocument *self) {
  return self->unsaved;
}

void
longhand_document_mark_saved (LonghandDocument *self) {
  longhand_history_mark_saved (self->history);
  longhand_document_notify_history (self);
}

/* ---- the text as others read it ---- */

gboolean
longhand_document_get_tentative_bounds (LonghandDocument *self, GtkTextIter *start, GtkTextIter *end) {
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), start, (int)self->tentative_start);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), end,
                                      (int)longhand_document_get_tentative_end (self));
  return self->tentative_length > 0;
}

gboolean
longhand_document_is_empty (LonghandDocument *self) {
  return (guint)gtk_text_buffer_get_char_count (GTK_TEXT_BUFFER (self)) == self->tentative_length;
}

char *
longhand_document_dup_text (LonghandDocument *self) {
  GtkTextIter start, end, words_start, words_end;
  g_autofree char *before = NULL, *after = NULL;

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self), &start, &end);
  longhand_document_get_tentative_bounds (self, &words_start, &words_end);
  before = gtk_text_iter_get_slice (&start, &words_start);
  after = gtk_text_iter_get_slice (&words_end, &end);
  return g_strconcat (before, after, NULL);
}

LonghandTranscript *
longhand_document_dup_transcript (LonghandDocument *self) {
  g_autofree char *text = longhand_document_dup_text (self);
  LonghandTranscript *transcript = longhand_spoken_dup_transcript (self->segments, self->spans, text);

  longhand_transcript_set_text (transcript, text);
  return transcript;
}

static LonghandSegment *
copy_segment (const LonghandSegment *segment) {
  LonghandSegment *copy = g_memdup2 (segment, sizeof *segment);

  copy->text = g_strdup (segment->text);
  copy->words = segment->words != NULL ? g_array_ref (segment->words) : NULL;
  return copy;
}

static void
copy_segments (GPtrArray *to, const GPtrArray *from) {
  g_ptr_array_set_size (to, 0);
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, copy_segment (g_ptr_array_index (from, i)));
}

static void
copy_spans (GArray *to, const GArray *from) {
  g_array_set_size (to, 0);
  longhand_spans_insert_all (to, 0, from);
}

void
longhand_document_show_session (LonghandDocument *self, const LonghandSession *session) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter end;

  self->own_edit = TRUE;
  gtk_text_buffer_set_text (buffer, session->text, -1);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
  self->own_edit = FALSE;
  self->tentative_start = self->tentative_length = 0;
  copy_segments (self->segments, session->segments);
  copy_spans (self->spans, session->spans);
  g_array_set_size (self->utterances, 0);
  longhand_history_free (self->history);
  self->history = longhand_history_new ();
  longhand_history_mark_saved (self->history);
  longhand_document_notify_history (self);
}

void
longhand_document_fill_session (LonghandDocument *self, LonghandSession *session) {
  g_free (session->text);
  session->text = longhand_document_dup_text (self);
  copy_segments (session->segments, self->segments);
  copy_spans (session->spans, self->spans);
}

void
longhand_document_set_time_offset (LonghandDocument *self, gint64 offset_ms) {
  self->offset_ms = offset_ms;
}

void
longhand_document_set_colors (LonghandDocument *self, const GdkRGBA *tentative, const GdkRGBA *match,
                              const GdkRGBA *heard) {
  g_object_set (self->tentative_tag, "underline-rgba", tentative, NULL);
  g_object_set (self->found_tag, "background-rgba", match, NULL);
  g_object_set (self->match_tag, "background-rgba", match, NULL);
  g_object_set (self->heard_tag, "background-rgba", heard, NULL);
}

/* ---- object ---- */

static void
longhand_document_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  LonghandDocument *self = LONGHAND_DOCUMENT (object);

  switch (id) {
  case PROP_CAN_STEP_BACK:
    g_value_set_boolean (value, self->can_step_back);
    break;
  case PROP_CAN_STEP_FORWARD:
    g_value_set_boolean (value, self->can_step_forward);
    break;
  case PROP_UNSAVED:
    g_value_set_boolean (value, self->unsaved);
    break;
  case PROP_N_LEFT_OUT:
    g_value_set_uint (value, self->n_left_out);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
longhand_document_constructed (GObject *object) {
  LonghandDocument *self = LONGHAND_DOCUMENT (object);
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (object);

  G_OBJECT_CLASS (longhand_document_parent_class)->constructed (object);
  gtk_text_buffer_set_enable_undo (buffer, FALSE);
  self->found_tag = gtk_text_buffer_create_tag (buffer, "found", NULL);
  self->match_tag = gtk_text_buffer_create_tag (buffer, "match", NULL);
  self->heard_tag = gtk_text_buffer_create_tag (buffer, "heard", "underline", PANGO_UNDERLINE_DOUBLE, NULL);
  self->tentative_tag = gtk_text_buffer_create_tag (buffer, "tentative", "style", PANGO_STYLE_ITALIC,
                                                    "underline", PANGO_UNDERLINE_SINGLE, NULL);
}

static void
longhand_document_finalize (GObject *object) {
  LonghandDocument *self = LONGHAND_DOCUMENT (object);

  longhand_history_free (self->history);
  g_array_unref (self->spans);
  g_ptr_array_unref (self->segments);
  g_array_unref (self->utterances);
  G_OBJECT_CLASS (longhand_document_parent_class)->finalize (object);
}

static void
longhand_document_class_init (LonghandDocumentClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkTextBufferClass *buffer_class = GTK_TEXT_BUFFER_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = longhand_document_get_property;
  object_class->constructed = longhand_document_constructed;
  object_class->finalize = longhand_document_finalize;
  buffer_class->insert_text = longhand_document_insert_text;
  buffer_class->delete_range = longhand_document_delete_range;
  buffer_class->begin_user_action = longhand_document_begin_user_action;
  buffer_class->end_user_action = longhand_document_end_user_action;
  buffer_class->apply_tag = longhand_document_apply_tag;

  properties[PROP_CAN_STEP_BACK] = g_param_spec_boolean ("can-step-back", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_STEP_FORWARD] = g_param_spec_boolean ("can-step-forward", NULL, NULL, FALSE, flags);
  properties[PROP_UNSAVED] = g_param_spec_boolean ("unsaved", NULL, NULL, FALSE, flags);
  properties[PROP_N_LEFT_OUT] = g_param_spec_uint ("n-left-out", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  edited_signal = g_signal_new ("edited", LONGHAND_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
longhand_document_init (LonghandDocument *self) {
  self->history = longhand_history_new ();
  self->spans = longhand_spans_new ();
  self->segments = longhand_spoken_segments_new ();
  self->utterances = g_array_new (FALSE, FALSE, sizeof (guint));
}

LonghandDocument *
longhand_document_new (void) {
  return g_object_new (LONGHAND_TYPE_DOCUMENT, NULL);
}
