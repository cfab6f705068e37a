/* The thread that owns model, transcriber and stream of the engine: takes sound from the pump's queue,
 * recognises it and posts what it finds to a mailbox; final text goes into the journal and with it onto the
 * disk first. It is closed in a sandbox, where only the journal's folder is left to it. All functions are for
 * the thread that made it and do not wait, except where said. */
#pragma once

#include "audio/longhand-journal.h"
#include "audio/longhand-pump-queue.h"
#include "dictation/longhand-dictation.h"
#include "dictation/longhand-live-figures.h"
#include "dictation/longhand-mailbox.h"

G_BEGIN_DECLS

typedef struct _LonghandRecognizer LonghandRecognizer;

/* What may change from one pass to the next. */
typedef struct {
  guint threads;                   /* 0: automatic */
  char *language;                  /* code or "auto"; ignored by English-only models, as the next */
  LonghandWording *wording;        /* of names and terms; NULL: nothing special */
  char **languages;                /* codes or names that detection chooses from; NULL: any */
  guint pause_ms;                  /* silence that ends an utterance */
  gboolean commands;               /* what is one does what it says */
  gboolean keep_all;               /* also what nobody seems to have said is text; as it is at first */
  gboolean detailed;               /* LonghandStats.parts are wanted */
  LonghandEnhancement enhancement; /* before recognition; the journal keeps sound as it was */
} LonghandRecognizerSettings;

typedef enum {
  LONGHAND_HEARD_MODEL,     /* the model is ready */
  LONGHAND_HEARD_NO_MODEL,  /* it could not be opened: error; sound goes on being queued */
  LONGHAND_HEARD_TENTATIVE, /* text replaces the last tentative one; "" clears it */
  LONGHAND_HEARD_UTTERANCE, /* final */
  LONGHAND_HEARD_ERROR,     /* something was not recognised, or a setting not taken; it goes on */
  LONGHAND_HEARD_STATS,     /* new figures only */
  LONGHAND_HEARD_END,       /* everything before the end of a recording has been recognised */
} LonghandHeardType;

typedef struct {
  LonghandHeardType type;
  guint serial;                 /* of the longhand_recognizer_load that this model came from */
  char *text;                   /* TENTATIVE */
  gsize n_firm;                 /* TENTATIVE: bytes of text that do not change before the final one */
  gboolean is_end;              /* TENTATIVE: nothing came of the utterance; text is "" */
  LonghandUtterance *utterance; /* UTTERANCE */
  guint64 n_texts;              /* UTTERANCE: in the journal with it, commands included */
  LonghandUtterance *left_out;  /* TENTATIVE with is_end: what nobody seems to have said; NULL: nothing */
  GArray *words;                /* UTTERANCE: LonghandLiveWord; in the session's time */
  gint64 speech_ms;             /* TENTATIVE, UTTERANCE: first speech, in the session's time */
  gint64 speech_end_ms;         /* UTTERANCE: last speech, likewise */
  gint64 until_ms;              /* TENTATIVE, UTTERANCE: end of the last sound seen, likewise */
  GError *error;                /* NO_MODEL, ERROR */
  guint n_languages;            /* MODEL: of the model; 0: English only */
  LonghandStats stats;          /* what the recognizer knows of them, as of now */
} LonghandHeard;
LonghandHeard *longhand_heard_new (LonghandHeardType type, guint serial); /* (transfer full) */
void longhand_heard_free (LonghandHeard *heard);

/* Starts its thread, with references to queue, journal (NULL: none) and mailbox; fn gets a LonghandHeard.
 * (transfer full); NULL with LONGHAND_ERROR_FAILED. */
LonghandRecognizer *longhand_recognizer_new (LonghandPumpQueue *queue, LonghandJournal *journal,
                                             LonghandMailbox *mailbox, LonghandMailFn fn,
                                             const LonghandRecognizerSettings *settings, GError **error);

/* Replaces the model, between two passes. Answered by LONGHAND_HEARD_MODEL or _NO_MODEL with this serial,
 * unless another load has followed. */
void longhand_recognizer_load (LonghandRecognizer *self, const char *path, guint serial);

/* Copies settings; taken between two passes, languages and pause between two utterances, the enhancement
 * between two recordings. */
void longhand_recognizer_configure (LonghandRecognizer *self, const LonghandRecognizerSettings *settings);

/* Ends the thread after the pass it is in, waiting for it at most timeout_ms; after that the thread is left
 * to end on its own and posts nothing that is still delivered. What is queued is not recognised any more. */
void longhand_recognizer_free (LonghandRecognizer *self, int timeout_ms);

G_END_DECLS
