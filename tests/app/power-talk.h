/* Programs that speak, are killed, or take up what another one left: for test-power-cut, which records what
 * they do. What they say on standard output is a word, the name of a session, and more:
 *
 *   spoken NAME N         the journal has its first N samples
 *   found NAME MS TEXT    is about to be committed, and ends there
 *   shown NAME            all that was found is, from now on, what somebody has seen; in real time:
 *   shown NAME 0 TEXT     so is this text
 *   heard NAME N          no more text comes of the first N samples
 *   killed, taken-up NAME as it goes with sessions
 *   given NAME            somebody has its text
 *   left NAME             its program has ended as it should, or another one has offered it
 *   closed NAME           it is no longer needed */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MS 16     /* samples */
#define BLOCK 160 /* samples that are spoken at a time */

/* A second is enough for a disk that takes no longer than this. */
#define SYNC_MIN_US 5000
#define SYNC_MAX_US 240000

/* Sample number i of what is spoken in session `name`; never silence. */
gint16 power_talk_sample (char name, guint64 i);

/* Runs the program of this name: from now_us on in time of its own (virtual-clock.h), or in real time when
 * that is 0. */
G_NORETURN void power_talk_run (const char *name, gint64 now_us, guint32 seed);

G_END_DECLS
