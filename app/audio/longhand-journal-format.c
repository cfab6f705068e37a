#include "audio/longhand-journal-format.h"

#include <math.h>
#include <string.h>

#define AT_CHECKSUM 4
#define AT_TYPE 8 /* what is checked begins here */
#define AT_LENGTH 12
#define AT_TIME 16

void
longhand_put_u32 (guint8 *bytes, guint32 value) {
  value = GUINT32_TO_LE (value);
  memcpy (bytes, &value, sizeof value);
}

void
longhand_put_i64 (guint8 *bytes, gint64 value) {
  value = GINT64_TO_LE (value);
  memcpy (bytes, &value, sizeof value);
}

guint32
longhand_get_u32 (const guint8 *bytes) {
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_LE (value);
}

gint64
longhand_get_i64 (const guint8 *bytes) {
  gint64 value;

  memcpy (&value, bytes, sizeof value);
  return GINT64_FROM_LE (value);
}

/* Half a byte at a time: fast enough for sound, and no table to be made at the start. */
guint32
longhand_crc32 (const guint8 *bytes, gsize n) {
  static const guint32 table[16]
      = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
          0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n; i++) {
    crc ^= bytes[i];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

static guint32
checksum (const guint8 *bytes, guint32 length) {
  return longhand_crc32 (bytes + AT_TYPE, LONGHAND_RECORD_HEADER_BYTES - AT_TYPE + length);
}

guint8 *
longhand_record_begin (GByteArray *out, guint32 length) {
  const guint at = out->len;

  g_byte_array_set_size (out, at + LONGHAND_RECORD_HEADER_BYTES + length);
  return out->data + at + LONGHAND_RECORD_HEADER_BYTES;
}

void
longhand_record_end (GByteArray *out, LonghandRecordType type, gint64 time, guint32 length) {
  guint8 *bytes = out->data + out->len - length - LONGHAND_RECORD_HEADER_BYTES;

  memcpy (bytes, LONGHAND_JOURNAL_MARKER, LONGHAND_JOURNAL_MARKER_BYTES);
  longhand_put_u32 (bytes + AT_TYPE, type);
  longhand_put_u32 (bytes + AT_LENGTH, length);
  longhand_put_i64 (bytes + AT_TIME, time);
  longhand_put_u32 (bytes + AT_CHECKSUM, checksum (bytes, length));
}

gboolean
longhand_record_parse (const guint8 *bytes, LonghandRecord *record) {
  record->type = longhand_get_u32 (bytes + AT_TYPE);
  record->length = longhand_get_u32 (bytes + AT_LENGTH);
  record->time = longhand_get_i64 (bytes + AT_TIME);
  return memcmp (bytes, LONGHAND_JOURNAL_MARKER, LONGHAND_JOURNAL_MARKER_BYTES) == 0
         && record->length <= LONGHAND_RECORD_MAX_BYTES;
}

gboolean
longhand_record_check (const guint8 *bytes, const LonghandRecord *record) {
  return longhand_get_u32 (bytes + AT_CHECKSUM) == checksum (bytes, record->length);
}

void
longhand_sound_to_pcm (const float *samples, gsize n, guint8 *pcm) {
  for (gsize i = 0; i < n; i++) {
    const float scaled = isnan (samples[i]) ? 0 : samples[i] * 32768;
    const gint16 value = GINT16_TO_LE ((gint16)lrintf (CLAMP (scaled, G_MININT16, G_MAXINT16)));

    memcpy (pcm + i * sizeof value, &value, sizeof value);
  }
}

void
longhand_sound_from_pcm (const guint8 *pcm, gsize n, float *samples) {
  for (gsize i = 0; i < n; i++) {
    gint16 value;

    memcpy (&value, pcm + i * sizeof value, sizeof value);
    samples[i] = (float)GINT16_FROM_LE (value) / 32768;
  }
}
