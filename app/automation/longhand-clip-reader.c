#include "automation/longhand-clip-reader.h"

#define CHUNK (64u << 10) /* bytes */

/* Counted: what is read holds a reference until it is there, also when it is wanted no longer. */
struct _LonghandClipReader {
  const LonghandClipSource *source;
  /* owned */
  gpointer clipboard;
  GStrv types;
  GCancellable *reading;
  GPtrArray *clips;     /* LonghandClip: what has been read */
  GInputStream *stream; /* of the type that is being read; NULL: it is not open */
  GByteArray *bytes;    /* likewise */

  guint next; /* type */
  gsize n_bytes;
  gboolean is_whole;
  guint source_id; /* that begins, or has waited for long enough */
  LonghandClipsFn done;
  gpointer user;
};

static void
clear (gpointer data) {
  LonghandClipReader *self = data;

  g_object_unref (self->reading);
  g_object_unref (self->clipboard);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_ptr_array_unref (self->clips);
  g_strfreev (self->types);
}

static void
reader_unref (LonghandClipReader *self) {
  g_rc_box_release_full (self, clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandClipReader, reader_unref)

static void
finish (LonghandClipReader *self) {
  g_clear_handle_id (&self->source_id, g_source_remove);
  g_cancellable_cancel (self->reading);
  self->done (self->user, self->clips, self->is_whole);
}

static void read_type (LonghandClipReader *self);

/* bytes: NULL: it could not be read. */
static void
end_type (LonghandClipReader *self, GBytes *bytes) {
  g_clear_object (&self->stream);
  if (bytes != NULL) {
    g_ptr_array_add (self->clips, longhand_clip_new (self->types[self->next], bytes));
    self->n_bytes += g_bytes_get_size (bytes);
  }
  self->is_whole &= bytes != NULL;
  self->next++;
  read_type (self);
}

static void read_chunk (LonghandClipReader *self);

static void
on_chunk (GObject *stream, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandClipReader) self = user;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result, NULL);
  const gsize n = chunk != NULL ? g_bytes_get_size (chunk) : 0;

  if (g_cancellable_is_cancelled (self->reading))
    return;
  if (n > 0 && self->n_bytes + self->bytes->len + n <= LONGHAND_CLIPS_MAX_BYTES) {
    g_byte_array_append (self->bytes, g_bytes_get_data (chunk, NULL), (guint)n);
    read_chunk (self);
  } else {
    g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self->bytes));

    end_type (self, chunk != NULL && n == 0 ? bytes : NULL);
  }
}

static void
read_chunk (LonghandClipReader *self) {
  g_input_stream_read_bytes_async (self->stream, CHUNK, G_PRIORITY_DEFAULT, self->reading, on_chunk,
                                   g_rc_box_acquire (self));
}

static void
on_opened (GObject *clipboard, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandClipReader) self = user;
  g_autoptr (GInputStream) stream = self->source->open_finish (clipboard, result, NULL);

  if (g_cancellable_is_cancelled (self->reading))
    return;
  if (stream == NULL) {
    end_type (self, NULL);
    return;
  }
  self->stream = g_steal_pointer (&stream);
  self->bytes = g_byte_array_new ();
  read_chunk (self);
}

static void
read_type (LonghandClipReader *self) {
  const char *type = self->types[self->next];

  if (type == NULL)
    finish (self);
  else
    self->source->open_async (self->clipboard, type, self->reading, on_opened, g_rc_box_acquire (self));
}

static gboolean
on_hanging (gpointer user) {
  LonghandClipReader *self = user;

  self->source_id = 0;
  self->is_whole = FALSE;
  finish (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_begun (gpointer user) {
  LonghandClipReader *self = user;

  self->source_id = g_timeout_add (LONGHAND_CLIPS_READ_MS, on_hanging, self);
  read_type (self);
  return G_SOURCE_REMOVE;
}

LonghandClipReader *
longhand_clip_reader_new (const LonghandClipSource *source, gpointer clipboard, const char *const *types,
                          LonghandClipsFn done, gpointer user) {
  LonghandClipReader *self = g_rc_box_new0 (LonghandClipReader);

  self->source = source;
  self->clipboard = g_object_ref (clipboard);
  self->types = g_strdupv ((char **)types);
  self->reading = g_cancellable_new ();
  self->clips = longhand_clips_new ();
  self->is_whole = TRUE;
  self->done = done;
  self->user = user;
  self->source_id = g_idle_add (on_begun, self);
  return self;
}

void
longhand_clip_reader_free (LonghandClipReader *self) {
  g_clear_handle_id (&self->source_id, g_source_remove);
  g_cancellable_cancel (self->reading);
  reader_unref (self);
}
