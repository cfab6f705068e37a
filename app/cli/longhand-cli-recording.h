/* A recording on its way from sound to text. */
#pragma once

#include "audio/longhand-audio-file.h"
#include "cli/longhand-cli-grammar.h"
#include "cli/longhand-cli-inputs.h"
#include "cli/longhand-cli-recognition.h"
#include "cli/longhand-cli-vocabulary.h"
#include "transcript/longhand-transcript.h"

G_BEGIN_DECLS

/* What is asked of all of them. */
typedef struct {
  int raw_hz; /* not 0: samples without a header */
  LonghandEnhancement enhancement;
  LonghandCliRecognition recognition;
  LonghandCliVocabulary vocabulary;
  LonghandCliGrammar grammar;
} LonghandCliRequest;

void longhand_cli_request_clear (LonghandCliRequest *self);

typedef struct _LonghandCliRecording LonghandCliRecording;

/* Takes what a recording says behind what it said before, as it will be in its transcript: (transfer full).
 * On the thread that recognises it. */
typedef void (*LonghandCliHeardFunc) (LonghandCliRecording *recording, LonghandTranscript *heard,
                                      gpointer user);

struct _LonghandCliRecording {
  const LonghandCliInput *input; /* borrowed */
  gboolean is_finished;          /* somebody waited for it, and it has its outcome */

  /* --- of the thread that recognises it --- */
  const LonghandCliRequest *request; /* borrowed */
  LonghandCliHeardFunc on_heard;     /* NULL: nobody wants it before the end */
  gpointer on_heard_user;
  LonghandSamples *samples; /* owned; NULL: none yet, or no longer */
  gsize first, n_heard;     /* of them those that words are looked for in */
  struct quill_params params;

  /* --- for any thread, atomic --- */
  int total_ms; /* of sound; until it is read what the file's header says, or -1: nothing does */
  int done_ms;
  int is_begun;

  /* --- of whoever prints it, before it has an outcome --- */
  LonghandTranscript *heard; /* owned; what it says as far as that is known; NULL: nothing yet */
  gboolean has_more;         /* of which something may have to be printed */
  gsize n_printed;           /* bytes of its text */

  /* --- once it has an outcome; owned --- */
  LonghandTranscript *transcript; /* NULL: it failed */
  GError *error;                  /* NULL: it did not */
  GPtrArray *remarks;             /* char *, whole sentences */
};

/* In place, all zeroes before; it must not move from then on. */
void longhand_cli_recording_init (LonghandCliRecording *self, const LonghandCliInput *input);
void longhand_cli_recording_clear (LonghandCliRecording *self);

/* Without text, but with what is said of it in files. (transfer full) */
LonghandTranscript *longhand_cli_recording_new_transcript (const LonghandCliRecording *self);

/* Reads the sound; *heard becomes what quill is to do with it. FALSE: self->error says why. Ctrl+C cancels
 * it, as it does the recognition. */
gboolean longhand_cli_recording_load (LonghandCliRecording *self, const LonghandCliRequest *request,
                                      struct quill_recording *heard);

/* Takes over what became of it, and lets go of the sound. */
void longhand_cli_recording_take (LonghandCliRecording *self, const LonghandCliRequest *request,
                                  const char *model_id, struct quill_recording *heard);

G_END_DECLS
