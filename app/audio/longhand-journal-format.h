/* How a session lies on disk: eight bytes that say what the file is, then records, one behind the other, each
 * of which can be found and checked by itself. All numbers are little-endian.
 *
 *   marker u32, checksum u32, type u32, length u32, time i64, then length bytes
 *
 * The checksum is the CRC-32 of everything behind it. A reader that meets bytes which are no record looks for
 * the next marker: what is torn or damaged costs itself and nothing else. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LONGHAND_JOURNAL_MAGIC "LhSess1\n"
#define LONGHAND_JOURNAL_MAGIC_BYTES 8
#define LONGHAND_JOURNAL_MARKER "LhRc"
#define LONGHAND_JOURNAL_MARKER_BYTES 4
#define LONGHAND_JOURNAL_SUFFIX ".session"
#define LONGHAND_JOURNAL_VERSION 1

#define LONGHAND_RECORD_HEADER_BYTES 24
#define LONGHAND_RECORD_MAX_BYTES (1u << 20) /* of a payload; a longer one is no record */

typedef enum {
  /* A program begins to write here, the first one or one that takes the session up again. Time: milliseconds
   * to add to those of its texts. Payload: version u32, rate_hz u32, wall clock in microseconds since 1970
   * i64, number of the first sample i64. Samples are numbered from that one on, and the first of them are
   * those before this record that no text covers yet. */
  LONGHAND_RECORD_SESSION = 1,
  LONGHAND_RECORD_SOUND, /* time: number of the first sample; payload: int16, mono */
  LONGHAND_RECORD_TEXT,  /* an utterance; time: start_ms; payload: end_ms i64, UTF-8; covers all sound before
                            it */
  LONGHAND_RECORD_END,   /* of a recording; what comes next was not said in the same breath */
  LONGHAND_RECORD_HEARD, /* time: number of a sample; whatever came of it, nothing comes of what lies before
                            it */
  LONGHAND_RECORD_DEALT_WITH, /* somebody has all texts and commands so far but the last ones; time: how many
                                 those are. Sound behind them may still be waiting */
  LONGHAND_RECORD_COMMAND, /* as TEXT; payload: end_ms i64, LonghandCommand u32, and what it writes, UTF-8 */
  LONGHAND_RECORD_EDITED,  /* the text was changed by hand, before the last texts and commands; time: how many
                              those are. They take nothing back that was said before it */
  LONGHAND_RECORD_UNDONE,  /* the same, and what was taken back may be there again */
  LONGHAND_RECORD_CLOSED,  /* a program ended as it should; the sound without text waits for another one */
} LonghandRecordType;

typedef struct {
  guint32 type; /* LonghandRecordType, or of a later version */
  guint32 length;
  gint64 time;
} LonghandRecord;

/* CRC-32 as in IEEE 802.3, zlib and PNG. */
guint32 longhand_crc32 (const guint8 *bytes, gsize n);

/* Makes room for a record behind what is in out; returns where its payload goes, good until out grows. */
guint8 *longhand_record_begin (GByteArray *out, guint32 length);
/* The payload of the last longhand_record_begin is complete. */
void longhand_record_end (GByteArray *out, LonghandRecordType type, gint64 time, guint32 length);

/* bytes[LONGHAND_RECORD_HEADER_BYTES]. FALSE: no record begins like this. */
gboolean longhand_record_parse (const guint8 *bytes, LonghandRecord *record);
/* bytes: header and payload. */
gboolean longhand_record_check (const guint8 *bytes, const LonghandRecord *record);

void longhand_put_u32 (guint8 *bytes, guint32 value);
void longhand_put_i64 (guint8 *bytes, gint64 value);
guint32 longhand_get_u32 (const guint8 *bytes);
gint64 longhand_get_i64 (const guint8 *bytes);

/* 16 bits are what microphones give: rounding to them is noise 98 dB below full scale, and half a session's
 * bytes. Beyond full scale is full scale, what is no number is silence. pcm: n little-endian numbers. */
void longhand_sound_to_pcm (const float *samples, gsize n, guint8 *pcm);
void longhand_sound_from_pcm (const guint8 *pcm, gsize n, float *samples);

G_END_DECLS
