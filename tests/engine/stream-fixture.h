/* A stream for tests. Recognition is replaced, through the linker's --wrap of quill_transcribe_draft and
 * quill_result_free, by a recorder of what was asked of it. */
#ifndef STREAM_FIXTURE_H
#define STREAM_FIXTURE_H

#include "sound.h"
#include "transcriber.h"

#define N_FIXED_SEGMENTS 2 /* " One two," 0 to 400 ms and " three. " to 900 ms */

/* What the replaced recognition shall do, and what it was asked last. */
struct recognition {
  gboolean real; /* leave it to the engine */
  guint n_passes;
  guint fail_next;  /* so many passes fail */
  double cost_ms;   /* that a pass says it took */
  const char *text; /* of the one segment; NULL: the two fixed ones */
  guint
      word_ms; /* each of its words is spoken for so long and has a token of its own; 0: there are no words */
  struct quill_draft draft; /* that was asked for, but for its tokens */
  char *expected;           /* text of that draft's tokens */
  struct quill_params params;
  Sound *sound;
};
extern struct recognition recognition;

/* An event that the stream told. */
struct told {
  enum quill_stream_event_type type;
  gint64 start_ms, end_ms;
  char *text;
  char *firm; /* what of it is */
  char *left_out, *reason;
  guint n_segments;
  gint64 last_segment_end_ms;
  guint n_samples; /* that the pass was given */
  guint hash;      /* of them */
};

struct fixture {
  struct quill_stream *stream;
  GArray *told; /* of struct told */
  Sound *said;  /* the sound of all finals, one after the other */
};

/* Something to open a stream with, which recognises nothing; its model's alignment heads are not known. */
struct quill_transcriber *fixture_transcriber (void);

/* Opens a stream with that; settings may be NULL. Forgets what recognition was told to do. */
void fixture_init (struct fixture *f, const struct quill_stream_settings *settings);
void fixture_clear (struct fixture *f);
void fixture_on_event (void *user, const struct quill_stream_event *event); /* user: the fixture */

/* The i-th event of this type, or NULL; and how many there are. */
const struct told *fixture_nth (const struct fixture *f, enum quill_stream_event_type type, guint i);
guint fixture_count (const struct fixture *f, enum quill_stream_event_type type);

/* Pushes in pieces of at most chunk samples, and steps after each (or only when a final pass is due). */
void fixture_play (struct fixture *f, const Sound *sound, gsize chunk, gboolean step_often);
void fixture_finish (struct fixture *f);

#define CHUNK 1600 /* 100 ms, as a caller that keeps up pushes */

/* Three utterances in a quiet room: 2.5, 0.9 and 6 s of speech. */
Sound *three_utterances (void);

#endif
