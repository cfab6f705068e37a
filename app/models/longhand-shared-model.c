#include "models/longhand-shared-model.h"

#include "longhand-engine-error.h"

#include <pthread.h>
#include <sys/stat.h>

struct _LonghandSharedModel {
  struct quill_model *model;
  struct stat file; /* as it was when it was opened */
  guint n_users;
  LonghandSharedModel *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* --- guarded by lock --- */
static LonghandSharedModel *open_models;

/* Not by its path, behind which there may be another file by now. */
static gboolean
is_same_file (const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size
         && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static LonghandSharedModel *
find (const char *path) {
  LonghandSharedModel *found = open_models;
  struct stat file;

  if (stat (path, &file) != 0)
    return NULL;
  while (found != NULL && !is_same_file (&found->file, &file))
    found = found->next;
  return found;
}

/* A file that changes while it is opened is taken for another one later. */
static LonghandSharedModel *
open_new (const char *path, GError **error) {
  struct stat file = { 0 };
  struct quill_model *model;
  LonghandSharedModel *self;

  (void)stat (path, &file);
  model = longhand_engine_open_model (path, error);
  if (model == NULL)
    return NULL;
  self = g_new (LonghandSharedModel, 1);
  *self = (LonghandSharedModel){ .model = model, .file = file, .next = open_models };
  open_models = self;
  return self;
}

LonghandSharedModel *
longhand_shared_model_open (const char *path, GError **error) {
  LonghandSharedModel *self;

  pthread_mutex_lock (&lock);
  self = find (path);
  if (self == NULL)
    self = open_new (path, error);
  if (self != NULL)
    self->n_users++;
  pthread_mutex_unlock (&lock);
  return self;
}

static void
take_out (LonghandSharedModel *self) {
  LonghandSharedModel **link = &open_models;

  while (*link != self)
    link = &(*link)->next;
  *link = self->next;
}

void
longhand_shared_model_close (LonghandSharedModel *self) {
  if (self == NULL)
    return;
  pthread_mutex_lock (&lock);
  if (--self->n_users == 0) {
    take_out (self);
    quill_model_close (&self->model);
    g_free (self);
  }
  pthread_mutex_unlock (&lock);
}

struct quill_model *
longhand_shared_model_get (LonghandSharedModel *self) {
  return self->model;
}
