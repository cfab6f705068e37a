#include "transcript/longhand-transcript.h"

#include <math.h>

struct _LonghandTranscript {
  GObject parent_instance;

  /* owned */
  GPtrArray *segments; /* LonghandSegment */
  char *text;
  char *title;
  char *model;
  char *language;

  double language_probability; /* NaN: unknown */
  gint64 begun_us;             /* 0: unknown */
  guint n_newlines;            /* before the next segment */
};

G_DEFINE_TYPE (LonghandTranscript, longhand_transcript, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
alternative_clear (gpointer data) {
  LonghandAlternative *alternative = data;

  g_free (alternative->text);
}

void
longhand_word_clear (gpointer data) {
  LonghandWord *word = data;

  g_free (word->text);
  g_clear_pointer (&word->alternatives, g_array_unref);
}

void
longhand_segment_free (gpointer data) {
  LonghandSegment *segment = data;

  g_free (segment->text);
  g_clear_pointer (&segment->words, g_array_unref);
  g_free (segment);
}

static LonghandWord
copy_word (const LonghandWord *word) {
  LonghandWord copy = *word;

  copy.text = g_strdup (word->text);
  copy.alternatives = word->alternatives != NULL ? g_array_ref (word->alternatives) : NULL;
  return copy;
}

LonghandSegment *
longhand_segment_copy (const LonghandSegment *segment) {
  LonghandSegment *copy = g_memdup2 (segment, sizeof *segment);

  copy->text = g_strdup (segment->text);
  if (segment->words == NULL)
    return copy;
  copy->words = g_array_new (FALSE, FALSE, sizeof (LonghandWord));
  g_array_set_clear_func (copy->words, longhand_word_clear);
  for (guint i = 0; i < segment->words->len; i++) {
    const LonghandWord word = copy_word (&g_array_index (segment->words, LonghandWord, i));

    g_array_append_val (copy->words, word);
  }
  return copy;
}

void
longhand_segment_shift (LonghandSegment *segment, gint64 shift_ms) {
  segment->start_ms += shift_ms;
  segment->end_ms += shift_ms;
  for (guint i = 0; segment->words != NULL && i < segment->words->len; i++) {
    LonghandWord *word = &g_array_index (segment->words, LonghandWord, i);

    word->start_ms += shift_ms;
    word->end_ms += shift_ms;
  }
}

static void
longhand_transcript_finalize (GObject *object) {
  LonghandTranscript *self = LONGHAND_TRANSCRIPT (object);

  g_ptr_array_unref (self->segments);
  g_free (self->text);
  g_free (self->title);
  g_free (self->model);
  g_free (self->language);
  G_OBJECT_CLASS (longhand_transcript_parent_class)->finalize (object);
}

static void
longhand_transcript_class_init (LonghandTranscriptClass *klass) {
  G_OBJECT_CLASS (klass)->finalize = longhand_transcript_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
longhand_transcript_init (LonghandTranscript *self) {
  self->segments = g_ptr_array_new_with_free_func (longhand_segment_free);
  self->language_probability = NAN;
}

LonghandTranscript *
longhand_transcript_new (void) {
  return g_object_new (LONGHAND_TYPE_TRANSCRIPT, NULL);
}

LonghandTranscript *
longhand_transcript_new_like (LonghandTranscript *other) {
  LonghandTranscript *self = longhand_transcript_new ();

  self->title = g_strdup (other->title);
  self->model = g_strdup (other->model);
  self->language = g_strdup (other->language);
  self->language_probability = other->language_probability;
  self->begun_us = other->begun_us;
  return self;
}

gboolean
longhand_transcript_append (LonghandTranscript *self, gint64 start_ms, gint64 end_ms, const char *text,
                            const LonghandScores *scores) {
  LonghandSegment *segment;
  char *stripped;

  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (self), FALSE);

  stripped = g_utf8_make_valid (text, -1);
  g_strstrip (stripped);
  if (*stripped == '\0') {
    g_free (stripped);
    return FALSE;
  }
  segment = g_new (LonghandSegment, 1);
  *segment = (LonghandSegment){
    .start_ms = MAX (start_ms, 0),
    .end_ms = MAX (end_ms, MAX (start_ms, 0)),
    .text = stripped,
    .n_newlines = self->n_newlines,
    .scores = scores != NULL ? *scores : LONGHAND_SCORES_UNKNOWN,
  };
  self->n_newlines = 0;
  g_ptr_array_add (self->segments, segment);
  g_signal_emit (self, signals[CHANGED], 0);
  return TRUE;
}

void
longhand_transcript_add_break (LonghandTranscript *self, guint n_newlines) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  self->n_newlines += n_newlines;
}

void
longhand_transcript_add_word (LonghandTranscript *self, gint64 start_ms, gint64 end_ms, const char *text,
                              double probability) {
  const LonghandWord word = {
    .start_ms = MAX (start_ms, 0),
    .end_ms = MAX (end_ms, MAX (start_ms, 0)),
    .text = g_utf8_make_valid (text, -1),
    .probability = probability,
  };
  LonghandSegment *segment;

  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  g_return_if_fail (self->segments->len > 0);

  segment = g_ptr_array_index (self->segments, self->segments->len - 1);
  if (segment->words == NULL) {
    segment->words = g_array_new (FALSE, FALSE, sizeof (LonghandWord));
    g_array_set_clear_func (segment->words, longhand_word_clear);
  }
  g_array_append_val (segment->words, word);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
longhand_transcript_add_alternative (LonghandTranscript *self, const char *text, double probability) {
  const LonghandAlternative alternative = { g_utf8_make_valid (text, -1), probability };
  LonghandSegment *segment;
  LonghandWord *word;

  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  g_return_if_fail (self->segments->len > 0);
  segment = g_ptr_array_index (self->segments, self->segments->len - 1);
  g_return_if_fail (segment->words != NULL);

  word = &g_array_index (segment->words, LonghandWord, segment->words->len - 1);
  if (word->alternatives == NULL) {
    word->alternatives = g_array_new (FALSE, FALSE, sizeof (LonghandAlternative));
    g_array_set_clear_func (word->alternatives, alternative_clear);
  }
  g_array_append_val (word->alternatives, alternative);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
longhand_transcript_copy_word (LonghandTranscript *self, const LonghandWord *word) {
  longhand_transcript_add_word (self, word->start_ms, word->end_ms, word->text, word->probability);
  for (guint i = 0; word->alternatives != NULL && i < word->alternatives->len; i++) {
    const LonghandAlternative *alternative = &g_array_index (word->alternatives, LonghandAlternative, i);

    longhand_transcript_add_alternative (self, alternative->text, alternative->probability);
  }
}

void
longhand_transcript_append_all (LonghandTranscript *self, LonghandTranscript *other) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (other) && other != self);

  for (guint i = 0; i < other->segments->len; i++)
    g_ptr_array_add (self->segments, longhand_segment_copy (g_ptr_array_index (other->segments, i)));
  g_signal_emit (self, signals[CHANGED], 0);
}

void
longhand_transcript_truncate (LonghandTranscript *self, guint n_segments) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  g_return_if_fail (n_segments <= self->segments->len);

  g_ptr_array_set_size (self->segments, (int)n_segments);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
longhand_transcript_clear (LonghandTranscript *self) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));

  if (self->segments->len > 0)
    longhand_transcript_truncate (self, 0);
}

guint
longhand_transcript_get_n_segments (LonghandTranscript *self) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (self), 0);
  return self->segments->len;
}

const LonghandSegment *
longhand_transcript_get_segment (LonghandTranscript *self, guint i) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (self), NULL);
  g_return_val_if_fail (i < self->segments->len, NULL);
  return g_ptr_array_index (self->segments, i);
}

char *
longhand_transcript_dup_text (LonghandTranscript *self) {
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->segments->len; i++) {
    const LonghandSegment *segment = g_ptr_array_index (self->segments, i);

    if (i > 0)
      g_string_append_c (text, ' ');
    g_string_append (text, segment->text);
  }
  return g_string_free (text, FALSE);
}

/* value may be what *field is. */
static void
set_string (char **field, const char *value) {
  char *old = *field;

  *field = g_strdup (value);
  g_free (old);
}

void
longhand_transcript_set_text (LonghandTranscript *self, const char *text) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  set_string (&self->text, text);
}

const char *
longhand_transcript_get_text (LonghandTranscript *self) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (self), NULL);
  return self->text;
}

void
longhand_transcript_set_title (LonghandTranscript *self, const char *title) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  set_string (&self->title, title);
}

const char *
longhand_transcript_get_title (LonghandTranscript *self) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (self), NULL);
  return self->title;
}

void
longhand_transcript_set_model (LonghandTranscript *self, const char *id) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  set_string (&self->model, id);
}

const char *
longhand_transcript_get_model (LonghandTranscript *self) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (self), NULL);
  return self->model;
}

void
longhand_transcript_set_language (LonghandTranscript *self, const char *code) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  set_string (&self->language, code);
}

const char *
longhand_transcript_get_language (LonghandTranscript *self) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (self), NULL);
  return self->language;
}

void
longhand_transcript_set_language_probability (LonghandTranscript *self, double probability) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  self->language_probability = probability;
}

double
longhand_transcript_get_language_probability (LonghandTranscript *self) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (self), NAN);
  return self->language_probability;
}

void
longhand_transcript_set_begun (LonghandTranscript *self, gint64 begun_us) {
  g_return_if_fail (LONGHAND_IS_TRANSCRIPT (self));
  self->begun_us = begun_us;
}

gint64
longhand_transcript_get_begun (LonghandTranscript *self) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (self), 0);
  return self->begun_us;
}
