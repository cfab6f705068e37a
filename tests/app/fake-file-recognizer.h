/* Who recognises nothing, but says what the test asks for; and recordings to give it. */
#pragma once

#include "files/longhand-file-recognizer.h"

#include <gio/gio.h>

typedef struct {
  LonghandFileRecognizer parent;
  GPtrArray *begun; /* names, in order */
  LonghandMailbox *mailbox;
  LonghandMailFn done;
  guint serial; /* 0: nothing is going on */
  guint n_cancelled;
  gboolean is_held, refuses;
  gboolean has_sound; /* what is answered comes with two seconds of it */
  gint64 done_ms, total_ms;
} FakeFileRecognizer;

FakeFileRecognizer *fake_file_recognizer_new (void); /* (transfer full), for the queue to free */
/* What is being recognised comes to an end: as a text of two seconds in one segment, each word with its time,
 * or with error, which is taken. */
void fake_file_recognizer_answer (FakeFileRecognizer *fake, const char *text, GError *error);

/* A file of so many seconds of silence. (transfer full) */
GFile *fake_recording_new (const char *folder, const char *name, guint seconds);
