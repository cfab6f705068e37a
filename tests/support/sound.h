/* Sound for tests: made of tones and noise, or read from a WAV file. 16 kHz mono float. */
#ifndef SOUND_H
#define SOUND_H

#include <glib.h>

typedef GArray Sound; /* of float */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sound, g_array_unref)

Sound *sound_new (void);
#define sound_samples(sound) ((float *)(gpointer)(sound)->data)
#define sound_ms(sound) ((gint64)(sound)->len / 16)

void sound_add_silence (Sound *sound, guint ms);

/* White noise of this level (RMS, dBFS) on top of everything that is there. */
void sound_add_noise (Sound *sound, double level_db, guint32 seed);

/* A voiced sound that swells and fades, whose pitch falls from 135 to 105 Hz and whose two formants move
 * towards each other, as in "ya"; level_db is about its RMS. */
void sound_add_syllable (Sound *sound, guint ms, double level_db);

/* The same without a voice: noise around the two formants. */
void sound_add_whisper (Sound *sound, guint ms, double level_db, guint32 seed);

/* A steady tone. */
void sound_add_tone (Sound *sound, guint ms, double hz, double level_db);

/* Words of syllables with short closures between them, for about ms. */
void sound_add_speech (Sound *sound, guint ms, double level_db);

/* A 16-bit mono WAV file of 16 kHz; anything else is a failing test. */
void sound_add_wav (Sound *sound, const char *path);

#endif
