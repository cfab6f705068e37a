#include "transcript/longhand-library.h"

#include "audio/longhand-sound-files.h"
#include "transcript/longhand-library-worker.h"

#include <string.h>

#define CLOSE_TIMEOUT_US (5 * G_USEC_PER_SEC)

/* ---- items ---- */

struct _LonghandSessionItem {
  GObject parent_instance;

  LonghandSessionSummary *summary; /* owned */
};

G_DEFINE_FINAL_TYPE (LonghandSessionItem, longhand_session_item, G_TYPE_OBJECT)

static guint item_changed;

static void
longhand_session_item_finalize (GObject *object) {
  longhand_session_summary_free (LONGHAND_SESSION_ITEM (object)->summary);
  G_OBJECT_CLASS (longhand_session_item_parent_class)->finalize (object);
}

static void
longhand_session_item_class_init (LonghandSessionItemClass *klass) {
  G_OBJECT_CLASS (klass)->finalize = longhand_session_item_finalize;
  item_changed = g_signal_new ("changed", LONGHAND_TYPE_SESSION_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
longhand_session_item_init (LonghandSessionItem *self) {
}

const LonghandSessionSummary *
longhand_session_item_get_summary (LonghandSessionItem *self) {
  return self->summary;
}

static gboolean
same_summary (const LonghandSessionSummary *a, const LonghandSessionSummary *b) {
  return a->begun_us == b->begun_us && a->changed_us == b->changed_us && a->duration_ms == b->duration_ms
         && a->pinned == b->pinned && g_strcmp0 (a->title, b->title) == 0
         && strcmp (a->excerpt, b->excerpt) == 0 && strcmp (a->heading, b->heading) == 0;
}

/* Takes summary. */
static void
show_summary (LonghandSessionItem *self, LonghandSessionSummary *summary) {
  const gboolean is_same = same_summary (self->summary, summary);

  longhand_session_summary_free (self->summary);
  self->summary = summary;
  if (!is_same)
    g_signal_emit (self, item_changed, 0);
}

/* ---- library ---- */

struct _LonghandLibrary {
  GObject parent_instance;

  /* owned */
  LonghandMailbox *mailbox;
  LonghandLibraryWorker *worker; /* NULL once it is closed */
  GPtrArray *items;              /* LonghandSessionItem */
  char *searched;                /* NULL: nothing is listed yet */
  char *sound_folder;

  guint n_pushed;     /* jobs */
  gboolean all_saved; /* of them */
};

enum { LISTED, CLEARED, MENDED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void longhand_library_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LonghandLibrary, longhand_library, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, longhand_library_list_model_init))

static GType
get_item_type (GListModel *model) {
  return LONGHAND_TYPE_SESSION_ITEM;
}

static guint
get_n_items (GListModel *model) {
  return LONGHAND_LIBRARY (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position) {
  LonghandLibrary *self = LONGHAND_LIBRARY (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
longhand_library_list_model_init (GListModelInterface *iface) {
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static gboolean
same_id (LonghandLibrary *self, guint item, GPtrArray *summaries, guint i) {
  const LonghandSessionSummary *summary = summaries->pdata[i];

  return LONGHAND_SESSION_ITEM (self->items->pdata[item])->summary->id == summary->id;
}

/* What is at the same place as before keeps its item; only what is between is another one. Takes what is in
 * summaries. */
static void
show_list (LonghandLibrary *self, GPtrArray *summaries) {
  const guint n_old = self->items->len, n_new = summaries->len, n_min = MIN (n_old, n_new);
  guint n_head = 0, n_tail = 0;

  g_ptr_array_set_free_func (summaries, NULL);
  while (n_head < n_min && same_id (self, n_head, summaries, n_head))
    n_head++;
  while (n_tail < n_min - n_head && same_id (self, n_old - 1 - n_tail, summaries, n_new - 1 - n_tail))
    n_tail++;
  if (n_old > n_head + n_tail)
    g_ptr_array_remove_range (self->items, n_head, n_old - n_head - n_tail);
  for (guint i = n_head; i < n_new - n_tail; i++) {
    LonghandSessionItem *item = g_object_new (LONGHAND_TYPE_SESSION_ITEM, NULL);

    item->summary = summaries->pdata[i];
    g_ptr_array_insert (self->items, (int)i, item);
  }
  if (n_old != n_new || n_head < n_new)
    g_list_model_items_changed (G_LIST_MODEL (self), n_head, n_old - n_head - n_tail,
                                n_new - n_head - n_tail);
  for (guint i = 0; i < n_new; i++)
    if (i < n_head || i >= n_new - n_tail)
      show_summary (self->items->pdata[i], summaries->pdata[i]);
}

static void
on_listed (gpointer owner, gpointer letter) {
  LonghandLibrary *self = owner;
  LonghandLibraryList *list = letter;

  g_free (self->searched);
  self->searched = g_strdup (list->words);
  self->all_saved = list->all_saved && list->serial == self->n_pushed;
  if (list->is_over)
    g_signal_emit (self, signals[MENDED], 0);
  show_list (self, list->summaries);
  g_signal_emit (self, signals[LISTED], 0);
}

static void
on_failed (gpointer owner, gpointer letter) {
  g_signal_emit (owner, signals[FAILED], 0, letter);
}

static void
longhand_library_dispose (GObject *object) {
  LonghandLibrary *self = LONGHAND_LIBRARY (object);

  longhand_library_close (self, CLOSE_TIMEOUT_US);
  G_OBJECT_CLASS (longhand_library_parent_class)->dispose (object);
}

static void
longhand_library_finalize (GObject *object) {
  LonghandLibrary *self = LONGHAND_LIBRARY (object);

  longhand_mailbox_unref (self->mailbox);
  g_ptr_array_unref (self->items);
  g_free (self->searched);
  g_free (self->sound_folder);
  G_OBJECT_CLASS (longhand_library_parent_class)->finalize (object);
}

static void
longhand_library_class_init (LonghandLibraryClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = longhand_library_dispose;
  object_class->finalize = longhand_library_finalize;
  signals[LISTED] = g_signal_new ("listed", LONGHAND_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[CLEARED] = g_signal_new ("cleared", LONGHAND_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[MENDED] = g_signal_new ("mended", LONGHAND_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", LONGHAND_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
longhand_library_init (LonghandLibrary *self) {
  self->mailbox = longhand_mailbox_new (G_OBJECT (self));
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

char *
longhand_library_dup_path (void) {
  return g_build_filename (g_get_user_data_dir (), "longhand", "library.sqlite", NULL);
}

LonghandLibrary *
longhand_library_new (const char *path) {
  LonghandLibrary *self = g_object_new (LONGHAND_TYPE_LIBRARY, NULL);

  self->sound_folder = longhand_sound_files_dup_folder (path);
  self->worker = longhand_library_worker_new (path, self->mailbox, on_listed, on_failed);
  longhand_library_search (self, "");
  return self;
}

/* ---- what is asked of it ---- */

static void
push (LonghandLibrary *self, LonghandLibraryJob job) {
  g_return_if_fail (self->worker != NULL);
  self->n_pushed++;
  self->all_saved = FALSE;
  longhand_library_worker_push (self->worker, &job);
}

void
longhand_library_save (LonghandLibrary *self, LonghandSession *session) {
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_SAVE, .session = session });
}

void
longhand_library_set_title (LonghandLibrary *self, gint64 id, const char *title) {
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_SET_TITLE, .id = id, .text = g_strdup (title) });
}

void
longhand_library_set_pinned (LonghandLibrary *self, gint64 id, gboolean pinned) {
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_SET_PINNED, .id = id, .flag = pinned });
}

void
longhand_library_remove (LonghandLibrary *self, gint64 id) {
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_SET_REMOVED, .id = id, .flag = TRUE });
}

void
longhand_library_restore (LonghandLibrary *self, gint64 id) {
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_SET_REMOVED, .id = id });
}

void
longhand_library_purge (LonghandLibrary *self) {
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_PURGE });
}

void
longhand_library_leave (LonghandLibrary *self, gint64 id) {
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_LEAVE, .id = id });
}

const char *
longhand_library_get_sound_folder (LonghandLibrary *self) {
  return self->sound_folder;
}

void
longhand_library_clear (LonghandLibrary *self) {
  g_signal_emit (self, signals[CLEARED], 0);
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_CLEAR });
}

void
longhand_library_search (LonghandLibrary *self, const char *words) {
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_SEARCH, .text = g_strdup (words) });
}

const char *
longhand_library_get_searched (LonghandLibrary *self) {
  return self->searched != NULL ? self->searched : "";
}

gboolean
longhand_library_get_all_saved (LonghandLibrary *self) {
  return self->all_saved;
}

gboolean
longhand_library_is_listed (LonghandLibrary *self) {
  return self->searched != NULL;
}

void
longhand_library_load_async (LonghandLibrary *self, gint64 id, GAsyncReadyCallback callback, gpointer user) {
  GTask *task = g_task_new (self, NULL, callback, user);

  g_task_set_source_tag (task, longhand_library_load_async);
  push (self, (LonghandLibraryJob){ .kind = LONGHAND_LIBRARY_LOAD, .id = id, .task = task });
}

LonghandSession *
longhand_library_load_finish (LonghandLibrary *self, GAsyncResult *result, GError **error) {
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
longhand_library_flush (LonghandLibrary *self, gint64 timeout_us) {
  if (self->worker == NULL)
    return FALSE;
  self->n_pushed++; /* flushing is a job too */
  return longhand_library_worker_flush (self->worker, g_get_monotonic_time () + timeout_us);
}

gboolean
longhand_library_close (LonghandLibrary *self, gint64 timeout_us) {
  LonghandLibraryWorker *worker = g_steal_pointer (&self->worker);

  if (worker == NULL)
    return FALSE;
  longhand_mailbox_close (self->mailbox);
  return longhand_library_worker_close (worker, g_get_monotonic_time () + timeout_us);
}
