#include "files/longhand-file-recognizer.h"

typedef struct {
  LonghandFileRecognizer parent;

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandFileRun *run; /* NULL: none */

  gboolean is_held;
} Recognizer;

static gboolean
begin (LonghandFileRecognizer *recognizer, const char *path, guint serial, LonghandMailbox *mailbox,
       LonghandMailFn done, GError **error) {
  Recognizer *self = (Recognizer *)recognizer;
  LonghandFileJob job = { .serial = serial, .choices = longhand_choices_read_settings (self->settings) };
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, job.choices.model, error);

  if (model != NULL) {
    job.keeps_sound = longhand_settings_get_keeps_sound (self->settings);
    job.path = g_strdup (path);
    job.model_path = g_strdup (longhand_model_get_path (model));
    job.model_id = g_strdup (longhand_model_get_id (model));
    self->run = longhand_file_run_new (&job, mailbox, done, error);
  }
  longhand_file_job_clear (&job);
  if (self->run != NULL)
    longhand_file_run_set_held (self->run, self->is_held);
  return self->run != NULL;
}

static void
cancel (LonghandFileRecognizer *recognizer) {
  Recognizer *self = (Recognizer *)recognizer;

  if (self->run != NULL)
    longhand_file_run_cancel (self->run);
}

static void
set_held (LonghandFileRecognizer *recognizer, gboolean held) {
  Recognizer *self = (Recognizer *)recognizer;

  self->is_held = held;
  if (self->run != NULL)
    longhand_file_run_set_held (self->run, held);
}

static void
get_progress (LonghandFileRecognizer *recognizer, gint64 *done_ms, gint64 *total_ms) {
  Recognizer *self = (Recognizer *)recognizer;

  *done_ms = *total_ms = 0;
  if (self->run != NULL)
    longhand_file_run_get_progress (self->run, done_ms, total_ms);
}

static void
end (LonghandFileRecognizer *recognizer) {
  g_clear_pointer (&((Recognizer *)recognizer)->run, longhand_file_run_free);
}

static void
recognizer_free (LonghandFileRecognizer *recognizer) {
  Recognizer *self = (Recognizer *)recognizer;

  end (recognizer);
  g_object_unref (self->settings);
  g_object_unref (self->store);
  g_free (self);
}

LonghandFileRecognizer *
longhand_file_recognizer_new (LonghandSettings *settings, LonghandModelStore *store) {
  Recognizer *self = g_new0 (Recognizer, 1);

  self->parent = (LonghandFileRecognizer){ begin, cancel, set_held, get_progress, end, recognizer_free };
  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  return &self->parent;
}
