/* How well live dictation keeps up with a speaker, from what was shown when. No clock and no thread of its
 * own: every time comes with what happened. The memory it takes does not grow with the session.
 *
 * An utterance is what one final text commits. Words are compared as longhand-words.h splits them, so that
 * capitals and punctuation do not count, except where said. A latency is the time from the moment at which a
 * sound was captured to the moment at which a text was shown:
 *
 *   first tentative   from the utterance's first speech to its first text that is not empty, tentative or
 *                     final
 *   commit lag        of each committed word: from the end of the word to the moment at which it became firm,
 *                     or committed where it had not been firm, or had been firm as another word
 *   final latency     from the sound that decided that the utterance is over (the end of its pause, or of the
 *                     recording) to its final text
 *   ... from speech   from the utterance's last speech to its final text
 *   revisions         each text that is shown is compared with the one shown before it in the same utterance,
 *                     position by position: every earlier word at whose position another word stands now, or
 *                     none, is one revision; words that are added at the end are none
 *   redrawn           the same, for words between spaces as they are written, with capitals and punctuation
 *
 * An utterance without a final text counts only its revisions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which moment of sound was captured when. */
typedef struct {
  gint64 at_ms, at_us; /* this moment of sound at this time (monotonic) */
  double pace;         /* seconds of sound captured in a second: 1 for a microphone; 0: the sound keeps no
                        * time, and there are no latencies */
} LonghandSoundClock;
gint64 longhand_sound_clock_get_us (const LonghandSoundClock *self, gint64 ms);

typedef struct {
  char *text;              /* with or without spaces around it */
  gint64 start_ms, end_ms; /* moments of sound */
} LonghandLiveWord;

/* A text of the utterance in progress; the collector copies what it needs. */
typedef struct {
  const char *text;
  gsize n_firm;                  /* bytes at its beginning that do not change before the final text */
  const LonghandLiveWord *words; /* final text: those of it, in order */
  gsize n_words;                 /* 0 also when it is not known when they were spoken */
  gint64 speech_ms;              /* moment of the utterance's first speech */
  gint64 speech_end_ms;          /* final text: of its last speech */
  gint64 shown_us;
} LonghandLiveText;

/* Latencies are in seconds. Negative: nothing to tell it from. */
typedef struct {
  guint64 n_utterances, n_words; /* committed */
  double first_tentative_p50_s;
  double commit_lag_p50_s, commit_lag_p95_s;
  double commit_lag_latest_s; /* the longest in the last utterance */
  double final_latency_p50_s, final_latency_p95_s;
  double final_latency_from_speech_p50_s, final_latency_from_speech_p95_s;
  double revisions_per_word, redrawn_per_word; /* by committed words */
} LonghandLiveNumbers;

typedef struct _LonghandLiveFigures LonghandLiveFigures;

LonghandLiveFigures *longhand_live_figures_new (void); /* (transfer full) */
void longhand_live_figures_free (LonghandLiveFigures *self);

void longhand_live_figures_take_tentative (LonghandLiveFigures *self, const LonghandLiveText *text);

/* Ends the utterance; an empty text: nothing came of it. decided_ms: moment of the sound that decided that it
 * is over. */
void longhand_live_figures_take_final (LonghandLiveFigures *self, const LonghandLiveText *text,
                                       gint64 decided_ms, const LonghandSoundClock *clock);

void longhand_live_figures_get (const LonghandLiveFigures *self, LonghandLiveNumbers *numbers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandLiveFigures, longhand_live_figures_free)

G_END_DECLS
