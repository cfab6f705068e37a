/* A recording cut at its pauses, into stretches of speech. It is listened to only as far as the next stretch
 * needs, so that any length takes the same memory. */
#ifndef QUILL_AUDIO_STRETCHES_H
#define QUILL_AUDIO_STRETCHES_H

#include "quill.h"

struct quill_stretches;

/* In samples of the recording: whole frames of QUILL_VAD_FRAME, but for the recording's end. */
struct quill_stretch {
    size_t begin, end;
    size_t speech_end; /* from here on it is all pad; <= end */
};

/* Errors: INVALID, one sentence that says which is out of range. */
enum quill_status quill_vad_params_check(const struct quill_vad_params *params, struct quill_error *err);

/* params have been checked, their chunk length is none that the model decides, and are copied; samples, [n],
 * are borrowed, NaN and infinities count as silence. Errors: NOMEM. */
enum quill_status quill_stretches_open(struct quill_stretches **out, const struct quill_vad_params *params,
                                       const float *samples, size_t n, struct quill_error *err);
void quill_stretches_close(struct quill_stretches **stretches);

/* Begins anew with other sound, borrowed likewise. */
void quill_stretches_begin(struct quill_stretches *stretches, const float *samples, size_t n);

/* Listens on; true: *out is the next stretch, which begins no earlier than the one before ends. False: there
 * is none so far. Some are still to come unless quill_stretches_done; call it again. It listens to a second
 * at most, so that its caller can be cancelled. */
bool quill_stretches_next(struct quill_stretches *stretches, struct quill_stretch *out);
bool quill_stretches_done(const struct quill_stretches *stretches);

#endif
