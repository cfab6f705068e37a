/* Live dictation, as the window sees it: start, stop, text while it is spoken, figures.
 * Everything here is for the main thread; capture, pump and recognizer work behind it and post owned results.
 */
#pragma once

#include "audio/longhand-capture.h"
#include "audio/longhand-enhancer.h"
#include "dictation/longhand-live-figures.h"
#include "dictation/longhand-sounds.h"
#include "dictation/longhand-wording.h"
#include "longhand-settings.h"
#include "models/longhand-model-store.h"
#include "sandbox/longhand-sandbox.h"
#include "transcript/longhand-transcript.h"

G_BEGIN_DECLS

typedef enum {
  LONGHAND_STATE_IDLE,     /* not recording; nothing pending */
  LONGHAND_STATE_STARTING, /* the microphone is being opened */
  LONGHAND_STATE_RECORDING,
  LONGHAND_STATE_WAITING,   /* the microphone is not there; recording goes on, or begins, when it is */
  LONGHAND_STATE_FINISHING, /* the microphone is closed; the last words are being recognised */
} LonghandState;

typedef enum {
  LONGHAND_MODEL_STATE_NONE,
  LONGHAND_MODEL_STATE_LOADING, /* recording is possible meanwhile: sound is queued */
  LONGHAND_MODEL_STATE_READY,
  LONGHAND_MODEL_STATE_FAILED,
} LonghandModelState;

/* What an utterance was said for; the numbers are those in journals. */
typedef enum {
  LONGHAND_COMMAND_NONE = 0,    /* words */
  LONGHAND_COMMAND_BREAK = 1,   /* a line or paragraph ends */
  LONGHAND_COMMAND_MARK = 2,    /* of punctuation, behind the text, in place of one that is there */
  LONGHAND_COMMAND_CLOSING = 3, /* behind the text */
  LONGHAND_COMMAND_OPENING = 4, /* before the text that follows */
  LONGHAND_COMMAND_WORD = 5,    /* between spaces */
  LONGHAND_COMMAND_SCRATCH = 6, /* the last utterance that is still there goes */
  LONGHAND_COMMAND_UNDO = 7,    /* the last change is taken back, whatever it was */
  LONGHAND_COMMAND_STOP = 8,    /* of recording */
} LonghandCommand;

/* What was committed at once: one utterance. Reference counted boxed type. */
#define LONGHAND_TYPE_UTTERANCE (longhand_utterance_get_type ())
typedef struct {
  gint64 start_ms, end_ms; /* in all that was recorded since the program started, behind what was recovered;
                            * the time between Stop and the next Record is not counted */
  LonghandCommand command; /* NONE: it is text */
  char *text; /* no leading or trailing space, but for LONGHAND_COMMAND_BREAK; never empty. Of a command what
               * it writes, or the phrase where it writes nothing */
  GPtrArray *segments; /* LonghandSegment, without words where their times are unknown; none of a command */
} LonghandUtterance;
GType longhand_utterance_get_type (void);
LonghandUtterance *longhand_utterance_ref (LonghandUtterance *utterance);
void longhand_utterance_unref (LonghandUtterance *utterance);

#define LONGHAND_N_MEMORY 6
#define LONGHAND_N_ENCODER_PARTS 6
#define LONGHAND_N_STEPS 7
#define LONGHAND_N_PARTS 14
typedef struct {
  double rtf;     /* recognition time / sound time over the session; 0 before the first pass */
  double busy_s;  /* in the engine since the model was loaded */
  double sound_s; /* recorded since the program started */
  double partial_cost_ms, final_cost_ms; /* time in the engine; last one */
  const char *model_id;                  /* in use or being loaded; until it changes; NULL: none */
  guint threads;                         /* in use */
  const char *threads_reason; /* a translated sentence; interned; NULL: the settings say how many */
  const char *kernel_level;   /* "avx2"; static */
  guint64 dropped_samples;    /* lost because the ring was full */
  guint64 n_overruns;         /* times that the device lost sound, of unknown length */
  double queued_s;            /* sound waiting for the recognizer */
  gboolean is_behind;         /* no tentative text until it has caught up with the speaker */
  LonghandLiveNumbers live;   /* since the program started */
  double cpu_s;               /* processor time of the whole process, likewise */
  guint64 peak_rss_bytes;     /* the most that it had in memory */
  struct {
    const char *key;  /* as “longhand-cli bench --json” has it; static */
    const char *name; /* translated; static */
    guint64 bytes;
  } memory[LONGHAND_N_MEMORY]; /* weights, embeddings, key/value cache, encoder output, working memory,
                                  process total */
  struct {
    const char *key, *name; /* likewise */
    double ms;
  } steps[LONGHAND_N_STEPS]; /* of all passes since the model was loaded: that, voice activity, mel, encode,
                              * prompt, decode, and what is none of these */
  struct {
    const char *key, *name; /* likewise */
    double ms;
  } parts[LONGHAND_N_PARTS]; /* of the last pass: the encoder's, then the decoder's; 0 ms unless
                              * longhand_dictation_set_detailed was there before it */

  LonghandSandboxState sandbox; /* of the threads that recognise; not known before there is a model */
} LonghandStats;

#define LONGHAND_TYPE_DICTATION (longhand_dictation_get_type ())
G_DECLARE_FINAL_TYPE (LonghandDictation, longhand_dictation, LONGHAND, DICTATION, GObject)

/* Follows the settings: threads, language and pause apply at the next pass; noise reduction and automatic
 * gain from the next recording on; model and microphone at once when idle, else after Stop.
 *
 * Properties (read-only, notify): state (int, LonghandState), model-state (int, LonghandModelState),
 *   model-title (string; of the model in use or being loaded), model-is-bundled (bool),
 *   threads-reason (string; as in LonghandStats), is-behind (bool; as in LonghandStats),
 *   silent (bool; recording, but for some seconds nothing came except digital silence)
 * Signals (main thread):
 *   "tentative" (const char *text, guint n_firm)   replaces the last tentative text; "" clears it. Its first
 *                                         n_firm bytes, whole words, do not change before it is committed
 *   "committed" (LonghandUtterance *)     after it the tentative text is "". It may be a command, which is
 * for the receiver to carry out, but LONGHAND_COMMAND_STOP: that is done
 *
 *   "failed"    (const GError *)          LONGHAND_ERROR_*; the state tells what goes on
 *
 *   "notice"    (const char *sentence)    worth reading, needs no answer: sound was lost; once a recording
 *
 *   "left-out"  (LonghandUtterance *)     recognised, but nobody seems to have said it: it is no text, unless
 *                                         the person says so
 *
 *   "recovered" (gint64 begun_us)         a session that was not closed is being taken up; when it began, as
 *                                         microseconds since 1970. Its text follows as "committed"
 *
 *   "devices-changed" ()                  longhand_dictation_get_devices has new content */
LonghandDictation *longhand_dictation_new (LonghandSettings *settings,
                                           LonghandModelStore *store); /* (transfer full) */

/* For one run on the command line: fixed values in place of settings; strings are copied. (transfer full) */
typedef struct {
  const char *model;            /* id or path; "" or NULL: the best installed one */
  const char *language;         /* NULL: "auto" */
  LonghandWording *wording;     /* of names and terms; a reference is taken; NULL: nothing special */
  const char *const *languages; /* that detection chooses from; ends with NULL; NULL: any */
  const char *microphone;       /* device id; "" or NULL: the default one */
  guint threads;                /* 0: automatic */
  double pause_length;          /* seconds; 0: the usual 0.6 */
  gboolean commands;            /* spoken commands do what they say, and are not written */
  gboolean keep_all;            /* also what nobody seems to have said is text */
  LonghandEnhancement enhancement;
} LonghandDictationOptions;
LonghandDictation *longhand_dictation_new_for_options (LonghandModelStore *store,
                                                       const LonghandDictationOptions *options);

/* Records from the chosen microphone, never silently from another. When that is not there, or goes while it
 * is recorded from, "failed" says so, what was said is finished, and the state is waiting: recording goes on
 * by itself when the same one is back, until Stop or for some minutes, and "failed" says that these are over.
 * Waiting, start tries at once;
 * choosing another microphone in the settings goes on with that one. */
void longhand_dictation_start (LonghandDictation *self); /* no-op unless idle or waiting */
void longhand_dictation_start_from (LonghandDictation *self, const char *device_id); /* this time; likewise */
/* Likewise, and what is said goes to another program, which has no use for its sound in the window; unless
 * that is taken over, as the program has left. */
void longhand_dictation_start_elsewhere (LonghandDictation *self);
void longhand_dictation_take_over (LonghandDictation *self);
/* Whether all that was recorded since nothing more came of what was said went elsewhere. */
gboolean longhand_dictation_get_is_elsewhere (LonghandDictation *self);
void longhand_dictation_stop (LonghandDictation *self); /* finishes what was said; no-op when idle */
void longhand_dictation_toggle (LonghandDictation *self);
/* What is said from here on is a recording of its own, while the microphone stays open: the utterance in
 * progress ends, as at a pause. Returns where, as the times of LonghandUtterance: what begins before that was
 * said before. Not recording: nothing is cut; all that was said begins before what is returned. */
gint64 longhand_dictation_cut (LonghandDictation *self);
/* Waiting: a microphone that is there and could be recorded from instead; else NULL. "devices-changed" may
 * change it. (transfer none) */
const LonghandDevice *longhand_dictation_get_other_device (LonghandDictation *self);

/* What is spoken is kept on disk until the program ends as it should (audio/longhand-journal.h). This takes
 * up the sessions of programs that did not, one after the other, as soon as nothing is being recorded: what
 * they had written out, and then what is said in the sound behind that. It goes on in their files, so that
 * they survive the next crash as well. Sessions that cannot be read, or have cut off two programs already,
 * are reported, and kept under another name. */
void longhand_dictation_recover (LonghandDictation *self);

LonghandState longhand_dictation_get_state (LonghandDictation *self);
/* More text may come without anybody speaking: not idle, or sound of an earlier recording or session is being
 * recognised, or waits for the model that is being loaded. "state" is notified when that is over. */
gboolean longhand_dictation_has_pending (LonghandDictation *self);
/* Recordings are numbered as they are begun, from 1, those of sessions that are taken up included; one whose
 * microphone could not be opened does not count. */
guint longhand_dictation_get_n_recordings (LonghandDictation *self);
/* The one that text, tentative, committed or left out, is from while it is told. */
guint longhand_dictation_get_heard_recording (LonghandDictation *self);
/* First speech and last sound of the tentative text that was told last, as the times of LonghandUtterance. */
void longhand_dictation_get_tentative_times (LonghandDictation *self, gint64 *start_ms, gint64 *end_ms);
LonghandModelState longhand_dictation_get_model_state (LonghandDictation *self);
const char *longhand_dictation_get_model_title (LonghandDictation *self);
gboolean longhand_dictation_get_model_is_bundled (LonghandDictation *self);

/* Peak and RMS of the last 50 ms, linear 0..1; 0 when not recording. Cheap: call it every frame. */
void longhand_dictation_get_level (LonghandDictation *self, double *peak, double *rms);
gint64 longhand_dictation_get_elapsed_ms (LonghandDictation *self);   /* recorded since the program started */
gint64 longhand_dictation_get_recording_ms (LonghandDictation *self); /* since the last recording was begun */
void longhand_dictation_get_stats (LonghandDictation *self, LonghandStats *stats);
/* Whether passes are timed by component, from the next one on; FALSE at first. */
void longhand_dictation_set_detailed (LonghandDictation *self, gboolean detailed);

/* Last known list; refreshed in the background when devices come and go, by ..._refresh_devices, and every
 * few seconds between a TRUE and a FALSE to ..._watch_devices; not while recording. (transfer none)
 * (element-type LonghandDevice) */
GPtrArray *longhand_dictation_get_devices (LonghandDictation *self);
void longhand_dictation_refresh_devices (LonghandDictation *self);
void longhand_dictation_watch_devices (LonghandDictation *self, gboolean watch);

/* Stops recording and waits, at most some seconds, until what was said is committed. For the end of a program
 * that has something to do with it before longhand_dictation_shutdown. */
void longhand_dictation_finish (LonghandDictation *self);

/* Finishes, and ends everything; waits, at most some seconds, until threads are joined. Called by dispose
 * too.
 */
void longhand_dictation_shutdown (LonghandDictation *self);

/* Text was committed that could not be put anywhere: the session stays for recovery when the program ends. */
void longhand_dictation_keep_session (LonghandDictation *self);

/* All text that was committed so far is kept where it survives the program: should it crash, only the rest is
 * recovered. */
void longhand_dictation_note_kept (LonghandDictation *self);
/* Another program may not have got yet what it was sent: what is noted as kept meanwhile is so once it has,
 * and not when that is taken over. */
void longhand_dictation_set_is_awaited (LonghandDictation *self, gboolean is_awaited);

/* Somebody changed the text by hand, in a step forward or back (undone), or in another way: commands that
 * follow may be about that, and should the program crash, they take back no text from before it. */
void longhand_dictation_note_edited (LonghandDictation *self, gboolean undone);

/* When the next text may have been said, as the times of LonghandUtterance; no text that is still to come is
 * of what was said before. During "recovered": when the session begins that is being taken up. */
gint64 longhand_dictation_get_now_ms (LonghandDictation *self);
/* Finds the sound of a piece of what was recorded since the session was begun, or taken up, whose times are
 * those of LonghandUtterance: they become those of its file. FALSE: there is none. */
gboolean longhand_dictation_find_sound (LonghandDictation *self, LonghandSoundPiece *piece);

/* Languages of the model in use, as longhand_language_names_dup has them; none for English-only models.
 * (transfer full) */
char **longhand_dictation_dup_languages (LonghandDictation *self);

G_END_DECLS
