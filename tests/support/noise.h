/* What a microphone hears while nobody speaks, made from a seed: the same samples for the same seed
 * everywhere. With sound.h. */
#ifndef NOISE_H
#define NOISE_H

#include "sound.h"

enum noise {
  NOISE_DIGITAL_SILENCE, /* zeros */
  NOISE_ROOM,            /* a quiet room: noise that falls with frequency */
  NOISE_FAN,             /* a fan: noise from below, hum of the mains and of the blades */
  NOISE_GUSTS,           /* a fan or wind that swells and fades over seconds */
  NOISE_RAIN,            /* hiss and drops */
  NOISE_STREET,          /* cars that come and go */
  NOISE_STROKES,         /* single key strokes, now and then */
  NOISE_TYPING,          /* bursts of five to ten key strokes a second */
  NOISE_DOOR,            /* doors and knocks on a table */
  NOISE_BREATH,          /* breathing near the microphone */
  NOISE_CHORDS,          /* chords that are held and fade, as of a piano */
  NOISE_ARPEGGIO,        /* broken chords, four to eight notes a second, that ring on */
  NOISE_MELODY,          /* one voice with vibrato, as of a violin */
  NOISE_TREMOLO,         /* one voice whose loudness trembles, as of an organ */
  NOISE_BAND,            /* chords, bass and drums */
  NOISE_PLUCKED,         /* plucked chords and a tune over a drum */
  N_NOISES,
};

/* "typing"; static. */
const char *noise_name (enum noise noise);

/* How loud it is in front of a computer: the RMS over minutes, dBFS. */
double noise_level_db (enum noise noise);

/* Appends ms of it, whose RMS is level_db; digital silence has none. */
void sound_add_kind (Sound *sound, enum noise noise, guint ms, double level_db, guint32 seed);

/* ms of it in front of a computer: at its own level, in a room that is not quite silent. */
Sound *sound_new_noise (enum noise noise, guint ms, guint32 seed);

/* Mixes noise, from its sample `from` on and around its end, into sound, so that the RMS of sound where it is
 * loud (what is within 25 dB of its loudest 32 ms) exceeds that of the noise by snr_db. */
void sound_mix (Sound *sound, const Sound *noise, guint from, double snr_db);

#endif
