#include "dictation/longhand-recovery.h"

#include "audio/longhand-pump.h"
#include "dictation/longhand-composition.h"
#include "dictation/longhand-session-scan.h"
#include "dictation/longhand-utterance.h"
#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PER_MS (LONGHAND_PUMP_RATE_HZ / 1000)
#define BREATH                                                                                               \
  LONGHAND_PUMP_RATE_HZ /* samples of silence between recordings, and at most where sound is missing */
#define LARGEST ((gint64)1 << 50) /* of times and positions; beyond it a record makes no sense */

#define FIRST_BYTES (64 * 1024)     /* more than what is written before anything is sure to be on the disk */
#define LATEST_US ((gint64)1 << 57) /* of wall clocks: the year 6535 */

/* Sound in the file. */
typedef struct {
  gint64 position; /* number of its first sample */
  guint64 at;      /* of that in the file, in bytes */
  guint n;         /* samples */
  guint silence;   /* samples that go before it, unless it is the first of the rest */
} Piece;

/* How much silence goes before the next piece. */
typedef struct {
  gint64 next; /* position of what would follow without a gap */
  gboolean begun, ended;
} Seam;

typedef struct {
  LonghandRecovery *recovery;
  Seam seam;
  gint64 offset_ms; /* to add to times of the session as it goes on here */
  guint n_records;
  gboolean is_newer; /* than this program */
} Analysis;

/* ---- records ---- */

static guint
seam_step (Seam *self, gint64 position, guint n) {
  guint silence = 0;

  if (self->begun)
    silence = self->ended ? BREATH : (guint)CLAMP (position - self->next, 0, BREATH);
  *self = (Seam){ .next = position + n, .begun = TRUE };
  return silence;
}

static gboolean
is_sane (gint64 number) {
  return number >= 0 && number < LARGEST;
}

static guint64
count_rest (const GArray *rest) {
  guint64 n = 0;

  for (guint i = 0; i < rest->len; i++) {
    const Piece *piece = &g_array_index (rest, Piece, i);

    n += piece->n + (i > 0 ? piece->silence : 0);
  }
  return n;
}

/* The program that took the session up heard the rest from its sample number `first` on. */
static void
number_rest (GArray *rest, gint64 first) {
  for (guint i = 0; i < rest->len; i++) {
    Piece *piece = &g_array_index (rest, Piece, i);

    piece->position = first + (i > 0 ? piece->silence : 0);
    first = piece->position + piece->n;
  }
}

static void
on_session (Analysis *self, const LonghandRecord *record, const guint8 *payload) {
  gint64 first;

  if (record->length < 24)
    return;
  self->is_newer |= longhand_get_u32 (payload) > LONGHAND_JOURNAL_VERSION;
  if (self->recovery->begun_us == 0)
    self->recovery->begun_us = CLAMP (longhand_get_i64 (payload + 8), 0, LATEST_US);
  first = longhand_get_i64 (payload + 16);
  if (is_sane (first) && is_sane (ABS (record->time))) {
    self->offset_ms = record->time;
    number_rest (self->recovery->rest, first);
    self->seam.next = first + (gint64)count_rest (self->recovery->rest);
  }
  self->seam.ended = TRUE;
  self->recovery->n_attempts += self->recovery->rest->len > 0;
}

static void
on_sound (Analysis *self, const LonghandRecord *record, guint64 at) {
  Piece piece = { .position = record->time, .at = at, .n = record->length / sizeof (gint16) };

  if (!is_sane (record->time) || piece.n == 0)
    return;
  piece.silence = seam_step (&self->seam, piece.position, piece.n);
  self->recovery->n_samples += piece.n;
  g_array_append_val (self->recovery->rest, piece);
}

/* What lies before sample number `end` has been heard. */
static void
cover (GArray *rest, gint64 end) {
  guint n_covered = 0;

  while (n_covered < rest->len) {
    Piece *piece = &g_array_index (rest, Piece, n_covered);
    const gint64 n = CLAMP (end - piece->position, 0, (gint64)piece->n);

    piece->position += n;
    piece->at += (guint64)n * sizeof (gint16);
    piece->n -= (guint)n;
    if (piece->n > 0)
      break;
    n_covered++;
  }
  if (n_covered > 0)
    g_array_remove_range (rest, 0, n_covered);
}

static void
on_heard (Analysis *self, gint64 end) {
  self->recovery->rest_ms = self->offset_ms + end / PER_MS;
  self->recovery->n_attempts = 0;
  cover (self->recovery->rest, end);
}

static void
on_text (Analysis *self, const LonghandRecord *record, const guint8 *payload) {
  const gint64 end_ms = record->length > 8 ? longhand_get_i64 (payload) : -1;
  g_autofree char *text = NULL;

  if (!is_sane (record->time) || !is_sane (end_ms))
    return;
  text = g_strstrip (g_utf8_make_valid ((const char *)payload + 8, (gssize)record->length - 8));
  if (*text != '\0')
    g_ptr_array_add (self->recovery->said,
                     longhand_utterance_new (self->offset_ms + record->time, self->offset_ms + end_ms, text));
  on_heard (self, end_ms * PER_MS);
}

/* One of a later version says nothing to this one, except that its sound is no text. */
static void
on_command (Analysis *self, const LonghandRecord *record, const guint8 *payload) {
  const gint64 end_ms = record->length > 12 ? longhand_get_i64 (payload) : -1;
  g_autofree char *written = NULL;
  guint32 command;

  if (!is_sane (record->time) || !is_sane (end_ms))
    return;
  command = longhand_get_u32 (payload + 8);
  written = g_utf8_make_valid ((const char *)payload + 12, (gssize)record->length - 12);
  if (*written != '\0' && command > LONGHAND_COMMAND_NONE && command <= LONGHAND_COMMAND_STOP)
    g_ptr_array_add (self->recovery->said,
                     longhand_utterance_new_command (self->offset_ms + record->time, self->offset_ms + end_ms,
                                                     command, written));
  on_heard (self, end_ms * PER_MS);
}

/* When what is recorded next begins. */
static gint64
next_ms (const Analysis *self) {
  return self->offset_ms + self->seam.next / PER_MS;
}

/* Where the last n of what was said begin. */
static guint
find_last (const GPtrArray *said, gint64 n) {
  guint begin = said->len;

  while (begin > 0 && n > 0)
    n -= g_ptr_array_index (said, --begin) != NULL;
  return begin;
}

static void
on_dealt_with (Analysis *self, gint64 n_open) {
  g_ptr_array_remove_range (self->recovery->said, 0, find_last (self->recovery->said, n_open));
  if (self->seam.ended && self->recovery->rest->len == 0)
    self->recovery->begin_ms = next_ms (self); /* sound is kept when all of a recording has been heard */
}

static void
on_closed (Analysis *self) {
  self->recovery->n_attempts = 0;
  self->recovery->begin_ms = next_ms (self);
}

/* Commands before that which took something back, down to the last change by hand. Returns how many. */
static guint
remove_taking_back (GPtrArray *said, guint end) {
  guint n_removed = 0;

  while (end > 0 && g_ptr_array_index (said, end - 1) != NULL) {
    const LonghandUtterance *utterance = g_ptr_array_index (said, --end);

    if (utterance->command == LONGHAND_COMMAND_SCRATCH || utterance->command == LONGHAND_COMMAND_UNDO) {
      g_ptr_array_remove_index (said, end);
      n_removed++;
    }
  }
  return n_removed;
}

static void
on_edited (Analysis *self, gint64 n_behind, gboolean undone) {
  guint at = find_last (self->recovery->said, n_behind);

  if (undone)
    at -= remove_taking_back (self->recovery->said, at);
  g_ptr_array_insert (self->recovery->said, (int)at, NULL);
}

static gboolean
on_record (gpointer user, const LonghandRecord *record, const guint8 *payload, guint64 at) {
  Analysis *self = user;

  self->n_records++;
  switch (record->type) {
  case LONGHAND_RECORD_SESSION:
    on_session (self, record, payload);
    break;
  case LONGHAND_RECORD_SOUND:
    on_sound (self, record, at);
    break;
  case LONGHAND_RECORD_TEXT:
    on_text (self, record, payload);
    break;
  case LONGHAND_RECORD_COMMAND:
    on_command (self, record, payload);
    break;
  case LONGHAND_RECORD_END:
    self->seam.ended = TRUE;
    break;
  case LONGHAND_RECORD_HEARD:
    if (is_sane (record->time))
      on_heard (self, record->time);
    break;
  case LONGHAND_RECORD_DEALT_WITH:
    on_dealt_with (self, record->time);
    break;
  case LONGHAND_RECORD_EDITED:
  case LONGHAND_RECORD_UNDONE:
    on_edited (self, record->time, record->type == LONGHAND_RECORD_UNDONE);
    break;
  case LONGHAND_RECORD_CLOSED:
    on_closed (self);
    break;
  default:
    break;
  }
  return TRUE;
}

static void
said_free (gpointer utterance) {
  if (utterance != NULL)
    longhand_utterance_unref (utterance);
}

static void
analyse (Analysis *self) {
  LonghandRecovery *recovery = self->recovery;

  recovery->said = g_ptr_array_new_with_free_func (said_free);
  recovery->n_lost_bytes = longhand_session_scan (recovery->fd, on_record, self);
  recovery->texts = longhand_composition_dup_texts (recovery->said);
  recovery->n_rest = count_rest (recovery->rest);
  if (recovery->rest->len > 0)
    recovery->rest_ms = self->offset_ms + g_array_index (recovery->rest, Piece, 0).position / PER_MS;
  if (recovery->n_rest > 0)
    recovery->begin_ms = MIN (recovery->begin_ms, recovery->rest_ms);
}

/* ---- file ---- */

/* Returns a locked descriptor, or -1. */
static int
take_file (const char *path, const char *name, GError **error) {
  const int flags = O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW;
  int fd = g_open (path, O_RDWR | flags, 0);
  struct stat info;

  if (fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM))
    fd = g_open (path, O_RDONLY | flags, 0);
  if (fd < 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("“%s” cannot be read (%s): check the path."), name, g_strerror (errno));
    return -1;
  }
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("“%s” is not a session: “longhand-cli recover” lists those that there are."), name);
  } else if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("“%s” belongs to a Longhand that is running: close that first."), name);
  } else {
    return fd;
  }
  close (fd);
  return -1;
}

static gint64
changed_us (int fd, guint64 *n_bytes) {
  struct stat info = { 0 };

  fstat (fd, &info);
  *n_bytes = (guint64)info.st_size;
  return (gint64)info.st_mtim.tv_sec * G_USEC_PER_SEC;
}

/* No record is whole, as when a power cut follows the first sound; rather than: it is something else. */
static gboolean
was_just_begun (const LonghandRecovery *self) {
  static const guint8 unwritten[LONGHAND_JOURNAL_MAGIC_BYTES];
  guint8 bytes[LONGHAND_JOURNAL_MAGIC_BYTES];
  const gsize n = (gsize)MIN (self->n_bytes, sizeof bytes);

  return self->n_bytes <= FIRST_BYTES && pread (self->fd, bytes, n, 0) == (ssize_t)n
         && (memcmp (bytes, LONGHAND_JOURNAL_MAGIC, n) == 0 || memcmp (bytes, unwritten, n) == 0);
}

LonghandRecovery *
longhand_recovery_open (const char *path, GError **error) {
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (LonghandRecovery) self = g_new0 (LonghandRecovery, 1);
  Analysis analysis = { .recovery = self };
  gint64 ended_us;

  self->path = g_strdup (path);
  self->rest = g_array_new (FALSE, FALSE, sizeof (Piece));
  self->fd = take_file (path, name, error);
  if (self->fd < 0)
    return NULL;
  ended_us = changed_us (self->fd, &self->n_bytes);
  analyse (&analysis);
  if (self->begun_us == 0)
    self->begun_us = ended_us;
  if (analysis.is_newer) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("“%s” was made by a newer Longhand: use that to recover it."), name);
    return NULL;
  }
  if (analysis.n_records == 0 && !was_just_begun (self)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” is not a session, or so damaged that nothing of it can be read."), name);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
longhand_recovery_free (LonghandRecovery *self) {
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_clear_pointer (&self->texts, g_ptr_array_unref);
  g_clear_pointer (&self->said, g_ptr_array_unref);
  g_array_unref (self->rest);
  g_free (self);
}

static gboolean
is_left_behind (const char *path) {
  const int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0);
  gboolean is_free;

  if (fd < 0)
    return FALSE;
  is_free = flock (fd, LOCK_EX | LOCK_NB) == 0;
  close (fd);
  return is_free;
}

static int
compare_paths (gconstpointer a, gconstpointer b) {
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
longhand_recovery_find (const char *folder) {
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (g_str_has_suffix (name, LONGHAND_JOURNAL_SUFFIX) && is_left_behind (path))
      g_ptr_array_add (paths, g_steal_pointer (&path));
  }
  g_ptr_array_sort (paths, compare_paths);
  return paths;
}

gboolean
longhand_recovery_remove (LonghandRecovery *self, GError **error) {
  g_autofree char *name = g_filename_display_name (self->path);

  if (g_unlink (self->path) == 0)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
               _ ("“%s” cannot be removed (%s): remove it yourself."), name, g_strerror (errno));
  return FALSE;
}

GError *
longhand_recovery_set_aside (const char *path, const GError *why) {
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);
  g_autofree char *name = g_filename_display_name (aside);

  if (g_rename (path, aside) != 0)
    return g_error_copy (why);
  return g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_FAILED, _ ("%s It is kept as “%s”."), why->message,
                      name);
}

/* ---- what is in it ---- */

gboolean
longhand_recovery_is_empty (const LonghandRecovery *self) {
  return self->texts->len == 0 && self->n_rest == 0;
}

/* The segment of an utterance is text from its words on, up to those of the next one: what commands wrote
 * behind it is a part of it. */
static void
add_segment (LonghandUtterance *whole, const LonghandUtterance *utterance, const char *begin, const char *end,
             gint64 shift_ms) {
  g_autofree char *text = g_strndup (begin, (gsize)(end - begin));

  longhand_utterance_add_segment (whole, utterance->start_ms + shift_ms, utterance->end_ms + shift_ms, text,
                                  NULL);
}

/* The first utterance from number i on that is no command, or how many there are. */
static guint
next_words (const GPtrArray *texts, guint i) {
  while (i < texts->len
         && ((LonghandUtterance *)g_ptr_array_index (texts, i))->command != LONGHAND_COMMAND_NONE)
    i++;
  return i;
}

LonghandUtterance *
longhand_recovery_dup_utterance (const LonghandRecovery *self, gint64 shift_ms) {
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree gsize *begins = g_new (gsize, self->texts->len + 1);
  const LonghandUtterance *first, *last;
  LonghandUtterance *whole;

  if (self->texts->len == 0)
    return NULL;
  first = g_ptr_array_index (self->texts, 0);
  last = g_ptr_array_index (self->texts, self->texts->len - 1);
  for (guint i = 0; i < self->texts->len; i++) {
    begins[i] = text->len;
    longhand_composition_join (text, g_ptr_array_index (self->texts, i));
  }
  begins[self->texts->len] = text->len;
  whole = longhand_utterance_new (first->start_ms + shift_ms, last->end_ms + shift_ms, text->str);
  for (guint i = next_words (self->texts, 0), next; i < self->texts->len; i = next) {
    next = next_words (self->texts, i + 1);
    add_segment (whole, g_ptr_array_index (self->texts, i), text->str + begins[i], text->str + begins[next],
                 shift_ms);
  }
  return whole;
}

static gboolean
read_pcm (int fd, guint8 *pcm, gsize n_bytes, guint64 at) {
  while (n_bytes > 0) {
    const ssize_t n = pread (fd, pcm, n_bytes, (off_t)at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    pcm += n;
    at += (guint64)n;
    n_bytes -= (gsize)n;
  }
  return TRUE;
}

float *
longhand_recovery_load_rest (const LonghandRecovery *self, GError **error) {
  g_autofree char *name = g_filename_display_name (self->path);
  g_autofree guint8 *pcm = g_malloc (LONGHAND_RECORD_MAX_BYTES);
  g_autofree float *samples = g_try_new0 (float, self->n_rest);
  gsize at = 0;

  if (samples == NULL && self->n_rest > 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY,
                 _ ("There is not enough memory for the sound of “%s”: close other programs and try again."),
                 name);
    return NULL;
  }
  for (guint i = 0; i < self->rest->len; i++) {
    const Piece *piece = &g_array_index (self->rest, Piece, i);

    if (!read_pcm (self->fd, pcm, (gsize)piece->n * sizeof (gint16), piece->at)) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                   _ ("“%s” can no longer be read: check the disk."), name);
      return NULL;
    }
    at += i > 0 ? piece->silence : 0;
    longhand_sound_from_pcm (pcm, piece->n, samples + at);
    at += piece->n;
  }
  return g_steal_pointer (&samples);
}

typedef struct {
  Seam seam;
  LonghandRecoveryFn write;
  gpointer user;
  gint16 *block; /* [BREATH + LONGHAND_RECORD_MAX_BYTES / 2] */
  gboolean goes_on;
} SoundReader;

static gboolean
read_sound (gpointer user, const LonghandRecord *record, const guint8 *payload, guint64 at) {
  SoundReader *self = user;
  const guint n = record->length / sizeof (gint16);
  guint silence;

  if (record->type == LONGHAND_RECORD_END || record->type == LONGHAND_RECORD_SESSION)
    self->seam.ended = TRUE;
  if (record->type != LONGHAND_RECORD_SOUND || !is_sane (record->time) || n == 0)
    return TRUE;
  silence = seam_step (&self->seam, record->time, n);
  memset (self->block, 0, silence * sizeof (gint16));
  for (guint i = 0; i < n; i++) {
    gint16 value;

    memcpy (&value, payload + i * sizeof value, sizeof value);
    self->block[silence + i] = GINT16_FROM_LE (value);
  }
  self->goes_on = self->write (self->user, self->block, silence + n);
  return self->goes_on;
}

gboolean
longhand_recovery_read_sound (const LonghandRecovery *self, LonghandRecoveryFn write, gpointer user) {
  SoundReader reader = { .write = write, .user = user, .goes_on = TRUE };

  reader.block = g_new (gint16, BREATH + LONGHAND_RECORD_MAX_BYTES / sizeof (gint16));
  longhand_session_scan (self->fd, read_sound, &reader);
  g_free (reader.block);
  return reader.goes_on;
}
