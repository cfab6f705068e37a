#include "disk-states.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* ---- log ---- */

static void
event_free (gpointer data) {
  DiskEvent *event = data;

  g_free (event->path);
  g_free (event->other);
  g_bytes_unref (event->data);
  g_free (event);
}

/* Files by name and by the system's number, as they are while the log is read. */
typedef struct {
  GHashTable *by_path, *by_inode; /* owned; to the number, from 1 on */
  guint n;
} Files;

static void
number_file (Files *files, DiskEvent *event, guint64 inode) {
  switch (event->type) {
  case DISK_CREATED:
    g_hash_table_insert (files->by_path, g_strdup (event->path), GUINT_TO_POINTER (++files->n));
    g_hash_table_insert (files->by_inode, GSIZE_TO_POINTER (inode), GUINT_TO_POINTER (files->n));
    event->file = files->n;
    break;
  case DISK_RENAMED:
    event->file = GPOINTER_TO_UINT (g_hash_table_lookup (files->by_path, event->path));
    g_hash_table_remove (files->by_path, event->path);
    g_hash_table_insert (files->by_path, g_strdup (event->other), GUINT_TO_POINTER (event->file));
    break;
  default:
    event->file = GPOINTER_TO_UINT (g_hash_table_lookup (files->by_inode, GSIZE_TO_POINTER (inode)));
    break;
  }
}

static const guint8 *
take (const guint8 **at, gsize n) {
  const guint8 *bytes = *at;

  *at += n;
  return bytes;
}

GPtrArray *
disk_events_load (const char *path) {
  GPtrArray *events = g_ptr_array_new_with_free_func (event_free);
  Files files
      = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL), g_hash_table_new (NULL, NULL), 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  const guint8 *at, *end;
  gsize n_bytes;

  g_file_get_contents (path, &bytes, &n_bytes, &error);
  g_assert_no_error (error);
  at = (const guint8 *)bytes;
  end = at + n_bytes;
  while (at < end) {
    DiskEvent *event = g_new0 (DiskEvent, 1);
    DiskEventHeader header;

    memcpy (&header, take (&at, sizeof header), sizeof header);
    event->type = (DiskEventType)header.type;
    event->path = g_strndup ((const char *)take (&at, header.path_bytes), header.path_bytes);
    event->other = g_strndup ((const char *)take (&at, header.other_bytes), header.other_bytes);
    event->offset = (guint64)header.offset;
    event->now_us = header.now_us;
    event->data = g_bytes_new (take (&at, header.data_bytes), header.data_bytes);
    number_file (&files, event, header.file);
    g_ptr_array_add (events, event);
  }
  g_hash_table_unref (files.by_path);
  g_hash_table_unref (files.by_inode);
  return events;
}

/* ---- what is certain ---- */

static gboolean
changes_names (const DiskEvent *event) {
  return event->type == DISK_CREATED || event->type == DISK_RENAMED || event->type == DISK_REMOVED
         || event->type == DISK_MADE;
}

static gboolean
is_in (const char *path, const char *folder) {
  g_autofree char *parent = g_path_get_dirname (path);

  return strcmp (parent, folder) == 0;
}

/* Whether a sync that began later makes the event certain. */
static gboolean
covers (const DiskEvent *sync, const DiskEvent *event) {
  if (*sync->path != '\0')
    return changes_names (event) && is_in (event->path, sync->path);
  return event->type == DISK_WRITTEN && event->file == sync->file;
}

/* [cut] (transfer full) */
static gboolean *
find_certain (const GPtrArray *events, guint cut) {
  gboolean *certain = g_new0 (gboolean, cut + 1);

  for (guint s = 0; s < cut; s++) {
    const DiskEvent *sync = events->pdata[s];

    for (guint i = 0; sync->type == DISK_SYNCED && i < sync->offset; i++)
      certain[i] |= covers (sync, events->pdata[i]);
  }
  return certain;
}

/* ---- content ---- */

typedef struct {
  const GPtrArray *events;
  guint cut;
  const gboolean *certain; /* [cut] */
  GRand *random;
  double luck;     /* how much of what is not certain is there */
  guint block;     /* bytes */
  gboolean zeroed; /* what was not written, rather than noise */
} State;

static gboolean
is_lucky (const State *self) {
  return g_rand_double (self->random) < self->luck;
}

/* Until which event something is as it was then: the end, or any moment before. */
static guint
any_moment (const State *self) {
  return is_lucky (self) ? self->cut : (guint)(g_rand_double (self->random) * (self->cut + 1) * self->luck);
}

static gboolean
is_write_to (const DiskEvent *event, guint file) {
  return event->type == DISK_WRITTEN && event->file == file;
}

static gsize
end_of (const DiskEvent *write) {
  return (gsize)write->offset + g_bytes_get_size (write->data);
}

/* The length of the file with what is certain and what was written before event number `until`. */
static gsize
length (const State *self, guint file, guint until) {
  gsize n = 0;

  for (guint i = 0; i < self->cut; i++)
    if (is_write_to (self->events->pdata[i], file) && (self->certain[i] || i < until))
      n = MAX (n, end_of (self->events->pdata[i]));
  return n;
}

/* The part of the write that is within [from, to). */
static void
apply (const DiskEvent *write, guint8 *bytes, gsize from, gsize to) {
  const guint8 *data = g_bytes_get_data (write->data, NULL);
  const gsize begin = MAX (from, write->offset);
  const gsize end = MIN (to, end_of (write));

  if (begin < end)
    memcpy (bytes + begin, data + (begin - write->offset), end - begin);
}

/* The write, in those blocks that are of a later moment; moments: of all blocks. */
static void
apply_blocks (const State *self, guint i, const guint *moments, GByteArray *content) {
  const DiskEvent *write = self->events->pdata[i];
  const gsize last = end_of (write);

  for (gsize block = write->offset / self->block; block * self->block < last; block++)
    if (self->certain[i] || i < moments[block])
      apply (write, content->data, block * self->block, (block + 1) * self->block);
}

/* (transfer full) */
static GByteArray *
make_content (const State *self, guint file) {
  const gsize n = length (self, file, self->cut);
  const gsize n_certain = (length (self, file, 0) + self->block - 1) / self->block; /* blocks */
  g_autofree guint *moments = g_new (guint, n / self->block + 1);
  GByteArray *content = g_byte_array_new ();

  g_byte_array_set_size (content, (guint)n);
  for (gsize i = 0; i < n; i++)
    content->data[i] = self->zeroed || i < n_certain * self->block ? 0 : (guint8)g_rand_int (self->random);
  for (gsize block = 0; block * self->block < n; block++)
    moments[block] = any_moment (self);
  for (guint i = 0; i < self->cut; i++)
    if (is_write_to (self->events->pdata[i], file))
      apply_blocks (self, i, moments, content);
  g_byte_array_set_size (content, (guint)length (self, file, any_moment (self)));
  return content;
}

/* ---- names ---- */

static void
apply_names (const DiskEvent *event, GHashTable *files, GHashTable *folders) {
  if (event->type == DISK_MADE)
    g_hash_table_add (folders, g_strdup (event->path));
  if (event->type == DISK_REMOVED || event->type == DISK_RENAMED)
    g_hash_table_remove (files, event->path);
  if (event->type == DISK_CREATED)
    g_hash_table_insert (files, g_strdup (event->path), GUINT_TO_POINTER (event->file));
  if (event->type == DISK_RENAMED)
    g_hash_table_insert (files, g_strdup (event->other), GUINT_TO_POINTER (event->file));
}

static gboolean
has_parents (GHashTable *folders, const char *path) {
  g_autofree char *parent = g_path_get_dirname (path);

  return strcmp (parent, ".") == 0
         || (g_hash_table_contains (folders, parent) && has_parents (folders, parent));
}

static void
write_file (const State *self, const char *root, const char *path, guint file) {
  g_autofree char *target = g_build_filename (root, path, NULL);
  g_autofree char *parent = g_path_get_dirname (target);
  g_autoptr (GByteArray) content = make_content (self, file);
  int fd;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  fd = g_open (target, O_WRONLY | O_CREAT | O_EXCL, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, content->data, content->len), ==, (gssize)content->len);
  g_assert_cmpint (close (fd), ==, 0);
}

void
disk_events_make_state (const GPtrArray *events, guint cut, GRand *random, const char *root) {
  static const double lucks[] = { 0, 0.1, 0.5, 0.9, 1 };
  g_autofree gboolean *certain = find_certain (events, cut);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const State state = { .events = events,
                        .cut = cut,
                        .certain = certain,
                        .random = random,
                        .luck = lucks[g_rand_int_range (random, 0, G_N_ELEMENTS (lucks))],
                        .block = g_rand_boolean (random) ? 512 : 4096,
                        .zeroed = g_rand_boolean (random) };
  const State names = { .random = random, .luck = lucks[g_rand_int_range (random, 0, G_N_ELEMENTS (lucks))] };
  GHashTableIter iter;
  gpointer path, file;

  for (guint i = 0; i < cut; i++)
    if (certain[i] || is_lucky (&names))
      apply_names (events->pdata[i], files, folders);
  g_hash_table_iter_init (&iter, files);
  while (g_hash_table_iter_next (&iter, &path, &file))
    if (has_parents (folders, path))
      write_file (&state, root, path, GPOINTER_TO_UINT (file));
}
