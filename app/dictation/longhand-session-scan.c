#include "dictation/longhand-session-scan.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (2 * (gsize)LONGHAND_RECORD_MAX_BYTES)

/* A window on the file: bytes [at, at + n) of it, at data + begin. */
typedef struct {
  int fd;
  guint8 *data; /* owned; [BUFFER_BYTES] */
  gsize begin, n;
  guint64 at;
} Window;

/* Until there are n bytes in the window, or the file ends. n <= BUFFER_BYTES. */
static gboolean
have (Window *self, gsize n) {
  if (self->n >= n)
    return TRUE;
  memmove (self->data, self->data + self->begin, self->n);
  self->begin = 0;
  while (self->n < n) {
    const ssize_t n_read
        = pread (self->fd, self->data + self->n, BUFFER_BYTES - self->n, (off_t)(self->at + self->n));

    if (n_read < 0 && errno == EINTR)
      continue;
    if (n_read <= 0)
      return FALSE;
    self->n += (gsize)n_read;
  }
  return TRUE;
}

static void
advance (Window *self, gsize n) {
  self->begin += n;
  self->n -= n;
  self->at += n;
}

/* To where the next record may begin, behind the byte that the window begins with. Returns how far. */
static gsize
seek_marker (Window *self) {
  const guint8 *from = self->data + self->begin;
  const guint8 *found
      = memmem (from + 1, self->n - 1, LONGHAND_JOURNAL_MARKER, LONGHAND_JOURNAL_MARKER_BYTES);
  const gsize n = found != NULL ? (gsize)(found - from)
                                : self->n - MIN (self->n - 1, LONGHAND_JOURNAL_MARKER_BYTES - 1);

  advance (self, n);
  return n;
}

guint64
longhand_session_scan (int fd, LonghandScanFn fn, gpointer user) {
  Window window = { .fd = fd, .data = g_malloc (BUFFER_BYTES) };
  guint64 n_passed = 0;
  gboolean goes_on = TRUE;

  if (have (&window, LONGHAND_JOURNAL_MAGIC_BYTES)
      && memcmp (window.data, LONGHAND_JOURNAL_MAGIC, LONGHAND_JOURNAL_MAGIC_BYTES) == 0)
    advance (&window, LONGHAND_JOURNAL_MAGIC_BYTES);
  while (goes_on && have (&window, LONGHAND_RECORD_HEADER_BYTES)) {
    LonghandRecord record;
    const gboolean begins = longhand_record_parse (window.data + window.begin, &record);
    const gsize n_bytes = LONGHAND_RECORD_HEADER_BYTES + (gsize)record.length;

    if (begins && have (&window, n_bytes) && longhand_record_check (window.data + window.begin, &record)) {
      goes_on = fn (user, &record, window.data + window.begin + LONGHAND_RECORD_HEADER_BYTES,
                    window.at + LONGHAND_RECORD_HEADER_BYTES);
      advance (&window, n_bytes);
    } else {
      n_passed += seek_marker (&window);
    }
  }
  n_passed += goes_on ? window.n : 0;
  g_free (window.data);
  return n_passed;
}
