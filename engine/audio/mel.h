/* Whisper's log-mel front end (openai/whisper audio.py): 16 kHz, n_fft 400, hop 160, periodic Hann window,
 * reflect-padded by 200, power spectrum, mel filters from the model file, log10 (floor 1e-10), clamp to the
 * recording's maximum - 8, (x + 4) / 4. */
#ifndef QUILL_AUDIO_MEL_H
#define QUILL_AUDIO_MEL_H

#include "base/arena.h"
#include "base/pool.h"

#define QUILL_MEL_HOP 160
#define QUILL_MEL_N_FFT 400
#define QUILL_MEL_BINS 201

struct quill_mel;

/* filters: [n_mels, QUILL_MEL_BINS], copied (only the non-zero span of each row is kept). Errors: NOMEM.
 * Holds scratch for n_threads workers. */
enum quill_status quill_mel_open(struct quill_mel **out, const float *filters, size_t n_mels, unsigned n_threads,
                                 struct quill_error *err);
void quill_mel_close(struct quill_mel **mel);
size_t quill_mel_bytes(const struct quill_mel *mel);

/* log10 mel power, before clamp and scaling, of frames first_frame .. first_frame + n_frames of the recording
 * (zero beyond its end as if it were followed by silence; reflected only before its start), written
 * frame-major: out[i * n_mels + m]. Non-finite samples count as 0. Frames are split over the pool. */
void quill_mel_power(struct quill_mel *mel, struct quill_pool *pool, const float *samples, size_t n_samples,
                     size_t first_frame, size_t n_frames, float *out);

/* Clamp to (maximum - 8) and (x + 4) / 4, in place over n values. maximum: of the whole recording's log-mel, as
 * openai/whisper's log_mel_spectrogram has it, which may be more than one window. */
void quill_mel_finish(float *x, size_t n, float maximum);

#endif
