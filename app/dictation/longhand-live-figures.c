#include "dictation/longhand-live-figures.h"

#include "dictation/longhand-latencies.h"
#include "transcript/longhand-words.h"

/* A word that has become firm. */
typedef struct {
  char *text; /* owned */
  gint64 shown_us;
} FirmWord;

struct _LonghandLiveFigures {
  guint64 n_utterances, n_words, n_revised, n_redrawn;
  LonghandLatencies first_tentative, commit_lag, final_latency, from_speech;
  gint64 latest_lag_us; /* negative: not known */

  /* --- of the utterance in progress --- */
  GPtrArray *shown;       /* owned; words of the text on the screen */
  GPtrArray *shown_exact; /* owned; the same, as they are written */
  GArray *firm;           /* owned; FirmWord */
  gint64 first_us;        /* when its first text was shown; 0: not yet */
};

gint64
longhand_sound_clock_get_us (const LonghandSoundClock *self, gint64 ms) {
  return self->at_us + (gint64)((double)(ms - self->at_ms) * 1000 / self->pace);
}

/* ---- what was shown ---- */

/* (transfer full) */
static GPtrArray *
split_exactly (const char *text) {
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit (text, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_ptr_array_add (words, g_strdup (parts[i]));
  return words;
}

static guint
count_replaced (const GPtrArray *before, const GPtrArray *after) {
  guint n = 0;

  for (guint i = 0; i < before->len; i++)
    n += i >= after->len || !g_str_equal (before->pdata[i], after->pdata[i]);
  return n;
}

/* Puts now in place of *shown (transfer full). */
static guint
replace (GPtrArray **shown, GPtrArray *now) {
  const guint n_replaced = count_replaced (*shown, now);

  g_ptr_array_unref (*shown);
  *shown = now;
  return n_replaced;
}

static void
show (LonghandLiveFigures *self, const LonghandLiveText *text) {
  self->n_revised += replace (&self->shown, longhand_words_split (text->text));
  self->n_redrawn += replace (&self->shown_exact, split_exactly (text->text));
  if (self->first_us == 0 && self->shown_exact->len > 0)
    self->first_us = text->shown_us;
}

/* ---- words ---- */

static void
firm_word_clear (gpointer data) {
  FirmWord *word = data;

  g_free (word->text);
}

void
longhand_live_figures_take_tentative (LonghandLiveFigures *self, const LonghandLiveText *text) {
  g_autofree char *prefix = g_strndup (text->text, text->n_firm);
  g_autoptr (GPtrArray) firm = split_exactly (prefix);

  show (self, text);
  for (guint i = self->firm->len; i < firm->len; i++) {
    const FirmWord word = { g_strdup (firm->pdata[i]), text->shown_us };

    g_array_append_val (self->firm, word);
  }
}

/* When word i of the final text was there to stay. */
static gint64
commit_us (const LonghandLiveFigures *self, const LonghandLiveText *text, gsize i) {
  const FirmWord *firm = i < self->firm->len ? &g_array_index (self->firm, FirmWord, i) : NULL;

  return firm != NULL && longhand_words_count_errors (firm->text, text->words[i].text, NULL) == 0
             ? firm->shown_us
             : text->shown_us;
}

static void
note_latencies (LonghandLiveFigures *self, const LonghandLiveText *text, gint64 decided_ms,
                const LonghandSoundClock *clock) {
  longhand_latencies_add (&self->first_tentative,
                          self->first_us - longhand_sound_clock_get_us (clock, text->speech_ms));
  longhand_latencies_add (&self->final_latency,
                          text->shown_us - longhand_sound_clock_get_us (clock, decided_ms));
  longhand_latencies_add (&self->from_speech,
                          text->shown_us - longhand_sound_clock_get_us (clock, text->speech_end_ms));
  for (gsize i = 0; i < text->n_words; i++) {
    const gint64 end_ms = MIN (text->words[i].end_ms, text->speech_end_ms);
    const gint64 lag_us = commit_us (self, text, i) - longhand_sound_clock_get_us (clock, end_ms);

    longhand_latencies_add (&self->commit_lag, lag_us);
    self->latest_lag_us = MAX (i > 0 ? self->latest_lag_us : 0, lag_us);
  }
}

void
longhand_live_figures_take_final (LonghandLiveFigures *self, const LonghandLiveText *text, gint64 decided_ms,
                                  const LonghandSoundClock *clock) {
  show (self, text);
  if (self->shown_exact->len > 0) {
    self->n_utterances++;
    self->n_words += self->shown->len;
    if (clock->pace > 0)
      note_latencies (self, text, decided_ms, clock);
  }
  g_ptr_array_set_size (self->shown, 0);
  g_ptr_array_set_size (self->shown_exact, 0);
  g_array_set_size (self->firm, 0);
  self->first_us = 0;
}

/* ---- figures ---- */

static double
per_word (const LonghandLiveFigures *self, guint64 n) {
  return self->n_words > 0 ? (double)n / (double)self->n_words : -1;
}

void
longhand_live_figures_get (const LonghandLiveFigures *self, LonghandLiveNumbers *numbers) {
  *numbers = (LonghandLiveNumbers){
    .n_utterances = self->n_utterances,
    .n_words = self->n_words,
    .first_tentative_p50_s = longhand_latencies_get_percentile_s (&self->first_tentative, 0.5),
    .commit_lag_p50_s = longhand_latencies_get_percentile_s (&self->commit_lag, 0.5),
    .commit_lag_p95_s = longhand_latencies_get_percentile_s (&self->commit_lag, 0.95),
    .commit_lag_latest_s = (double)self->latest_lag_us / G_USEC_PER_SEC,
    .final_latency_p50_s = longhand_latencies_get_percentile_s (&self->final_latency, 0.5),
    .final_latency_p95_s = longhand_latencies_get_percentile_s (&self->final_latency, 0.95),
    .final_latency_from_speech_p50_s = longhand_latencies_get_percentile_s (&self->from_speech, 0.5),
    .final_latency_from_speech_p95_s = longhand_latencies_get_percentile_s (&self->from_speech, 0.95),
    .revisions_per_word = per_word (self, self->n_revised),
    .redrawn_per_word = per_word (self, self->n_redrawn),
  };
}

LonghandLiveFigures *
longhand_live_figures_new (void) {
  LonghandLiveFigures *self = g_new0 (LonghandLiveFigures, 1);

  self->latest_lag_us = -1;
  self->shown = g_ptr_array_new_with_free_func (g_free);
  self->shown_exact = g_ptr_array_new_with_free_func (g_free);
  self->firm = g_array_new (FALSE, FALSE, sizeof (FirmWord));
  g_array_set_clear_func (self->firm, firm_word_clear);
  return self;
}

void
longhand_live_figures_free (LonghandLiveFigures *self) {
  g_ptr_array_unref (self->shown);
  g_ptr_array_unref (self->shown_exact);
  g_array_unref (self->firm);
  g_free (self);
}
