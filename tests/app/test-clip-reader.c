/* What is read of a clipboard, which is the test's, before something else is put there. */
#include "automation/longhand-clip-reader.h"

#include <string.h>

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

/* The linker puts this before GLib's (--wrap): time passes when a test says so. */
static GSourceFunc timeout;
guint __wrap_g_timeout_add (guint ms, GSourceFunc function, gpointer user);

static gboolean
never (gpointer user) {
  return G_SOURCE_CONTINUE;
}

guint
__wrap_g_timeout_add (guint ms, GSourceFunc function, gpointer user) {
  g_assert_cmpuint (ms, ==, LONGHAND_CLIPS_READ_MS);
  timeout = function;
  return g_timeout_add_seconds (3600, never, NULL);
}

typedef struct {
  GObject *clipboard;
  LonghandClipReader *reader; /* NULL: it has ended */
  GPtrArray *clips;           /* owned; NULL: it has not */
  gboolean is_whole;
} Fixture;

/* ---- a clipboard: what a format is called is what it does ---- */

static guint n_pending; /* formats that have been asked for, and not answered */

static void
on_cancelled (GCancellable *cancellable, gpointer user) {
  g_autoptr (GTask) task = user;

  g_task_return_error_if_cancelled (task);
}

static void
open_async (gpointer clipboard, const char *type, GCancellable *cancellable, GAsyncReadyCallback callback,
            gpointer user) {
  g_autoptr (GTask) task = g_task_new (clipboard, cancellable, callback, user);
  const gsize n = strcmp (type, "large") == 0 ? LONGHAND_CLIPS_MAX_BYTES + 1 : strlen (type);
  g_autoptr (GBytes) bytes = n == strlen (type) ? g_bytes_new (type, n) : g_bytes_new_take (g_malloc0 (n), n);

  n_pending++;
  if (strcmp (type, "hanging") == 0)
    g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), g_steal_pointer (&task));
  else if (strcmp (type, "refused") == 0)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "refused");
  else
    g_task_return_pointer (task, g_memory_input_stream_new_from_bytes (bytes), g_object_unref);
}

static GInputStream *
open_finish (gpointer clipboard, GAsyncResult *result, GError **error) {
  n_pending--;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static const LonghandClipSource source = { open_async, open_finish };

static void
on_done (gpointer user, GPtrArray *clips, gboolean is_whole) {
  Fixture *f = user;

  g_assert_null (f->clips);
  f->clips = g_ptr_array_ref (clips);
  f->is_whole = is_whole;
  g_clear_pointer (&f->reader, longhand_clip_reader_free);
}

static void
begin (Fixture *f, const char *const *types) {
  f->reader = longhand_clip_reader_new (&source, f->clipboard, types, on_done, f);
  g_assert_null (f->clips);
}

static void
assert_read (Fixture *f, const char *const *types, gboolean is_whole) {
  g_assert_cmpuint (f->clips->len, ==, g_strv_length ((char **)types));
  for (guint i = 0; i < f->clips->len; i++) {
    const LonghandClip *clip = f->clips->pdata[i];

    g_assert_cmpstr (clip->type, ==, types[i]);
    g_assert_cmpmem (g_bytes_get_data (clip->bytes, NULL), g_bytes_get_size (clip->bytes), types[i],
                     strlen (types[i]));
  }
  g_assert_cmpint (f->is_whole, ==, is_whole);
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->clipboard = g_object_new (G_TYPE_OBJECT, NULL);
  timeout = NULL;
}

/* What was being read lets go of the clipboard. */
static void
tear_down (Fixture *f, gconstpointer data) {
  gpointer clipboard = f->clipboard;

  g_object_add_weak_pointer (f->clipboard, &clipboard);
  g_object_unref (f->clipboard);
  RUN_UNTIL (clipboard == NULL);
  g_assert_cmpuint (n_pending, ==, 0);
  g_clear_pointer (&f->clips, g_ptr_array_unref);
}

/* ---- tests ---- */

#define TYPES(...)                                                                                           \
  (const char *const[]) {                                                                                    \
    __VA_ARGS__, NULL                                                                                        \
  }

static void
test_all (Fixture *f, gconstpointer data) {
  begin (f, TYPES ("text/plain", "text/html", "image/png"));
  RUN_UNTIL (f->clips != NULL);
  assert_read (f, TYPES ("text/plain", "text/html", "image/png"), TRUE);
}

static void
test_nothing (Fixture *f, gconstpointer data) {
  begin (f, TYPES (NULL));
  RUN_UNTIL (f->clips != NULL);
  assert_read (f, TYPES (NULL), TRUE);
}

static void
test_some (Fixture *f, gconstpointer data) {
  begin (f, TYPES ("text/plain", data, "text/html"));
  RUN_UNTIL (f->clips != NULL);
  assert_read (f, TYPES ("text/plain", "text/html"), FALSE);
}

static void
test_hanging (Fixture *f, gconstpointer data) {
  begin (f, TYPES ("text/plain", "hanging", "text/html"));
  while (g_main_context_iteration (NULL, FALSE)) {
  }
  g_assert_null (f->clips);
  timeout (f->reader);
  assert_read (f, TYPES ("text/plain"), FALSE);
}

static void
test_freed (Fixture *f, gconstpointer data) {
  begin (f, TYPES (data, "text/html"));
  RUN_UNTIL (timeout != NULL);
  longhand_clip_reader_free (f->reader);
  RUN_UNTIL (n_pending == 0);
  g_assert_null (f->clips);
}

#define ADD(path, data, function)                                                                            \
  g_test_add ("/clip-reader/" path, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("all-formats-are-read-in-their-order", NULL, test_all);
  ADD ("an-empty-clipboard-is-whole", NULL, test_nothing);
  ADD ("one-that-is-too-large-leaves-room-for-the-others", "large", test_some);
  ADD ("one-that-is-refused-does-not-keep-the-others-from-being-read", "refused", test_some);
  ADD ("a-program-that-hangs-is-waited-for-no-longer-than-the-limit", NULL, test_hanging);
  ADD ("one-that-is-freed-before-an-answer-tells-nobody", "text/plain", test_freed);
  ADD ("one-that-is-freed-while-a-program-hangs-tells-nobody", "hanging", test_freed);
  return g_test_run ();
}
