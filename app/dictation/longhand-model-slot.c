#include "dictation/longhand-model-slot.h"

#include <string.h>

#define JOIN_TIMEOUT_MS 3000 /* for a pass that cannot be interrupted */

struct _LonghandModelSlot {
  /* owned */
  LonghandModelStore *store;
  LonghandMailbox *mailbox;
  LonghandMailFn heard_fn;
  LonghandRecognizer *recognizer; /* NULL when closed; also when it could not be started */
  LonghandModel *model;           /* NULL when none was found */
  GError *error;

  guint serial; /* of the last model asked for */
  guint n_languages;
};

LonghandModelSlot *
longhand_model_slot_new (LonghandModelStore *store, LonghandPumpQueue *queue, LonghandJournal *journal,
                         LonghandMailbox *mailbox, LonghandMailFn heard_fn,
                         const LonghandRecognizerSettings *settings) {
  LonghandModelSlot *self = g_new0 (LonghandModelSlot, 1);

  self->store = g_object_ref (store);
  self->mailbox = longhand_mailbox_ref (mailbox);
  self->heard_fn = heard_fn;
  self->recognizer = longhand_recognizer_new (queue, journal, mailbox, heard_fn, settings, &self->error);
  return self;
}

void
longhand_model_slot_close (LonghandModelSlot *self) {
  longhand_recognizer_free (g_steal_pointer (&self->recognizer), JOIN_TIMEOUT_MS);
}

void
longhand_model_slot_free (LonghandModelSlot *self) {
  if (self == NULL)
    return;
  g_object_unref (self->store);
  longhand_mailbox_unref (self->mailbox);
  g_clear_object (&self->model);
  g_clear_error (&self->error);
  g_free (self);
}

static void
post_no_model (LonghandModelSlot *self, GError *error) {
  LonghandHeard *heard = longhand_heard_new (LONGHAND_HEARD_NO_MODEL, self->serial);

  heard->error = error;
  longhand_mailbox_post (self->mailbox, self->heard_fn, heard, (GDestroyNotify)longhand_heard_free);
}

void
longhand_model_slot_load (LonghandModelSlot *self, const char *id_or_path) {
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, id_or_path, &error);

  self->serial++;
  g_set_object (&self->model, model);
  if (model == NULL)
    post_no_model (self, g_steal_pointer (&error));
  else if (self->recognizer == NULL)
    post_no_model (self, g_error_copy (self->error));
  else
    longhand_recognizer_load (self->recognizer, longhand_model_get_path (model), self->serial);
}

gboolean
longhand_model_slot_finds_same (LonghandModelSlot *self, const char *id_or_path) {
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, id_or_path, NULL);

  if (model == NULL || self->model == NULL
      || strcmp (longhand_model_get_path (model), longhand_model_get_path (self->model)) != 0)
    return FALSE;
  g_set_object (&self->model, model);
  return TRUE;
}

gboolean
longhand_model_slot_take (LonghandModelSlot *self, LonghandHeard *heard) {
  if (heard->serial != self->serial)
    return FALSE;
  if (heard->type == LONGHAND_HEARD_MODEL || heard->type == LONGHAND_HEARD_NO_MODEL) {
    self->n_languages = heard->n_languages;
    g_clear_error (&self->error);
    self->error = g_steal_pointer (&heard->error);
  }
  return TRUE;
}

void
longhand_model_slot_configure (LonghandModelSlot *self, const LonghandRecognizerSettings *settings) {
  if (self->recognizer != NULL)
    longhand_recognizer_configure (self->recognizer, settings);
}

LonghandModel *
longhand_model_slot_get_model (LonghandModelSlot *self) {
  return self->model;
}

guint
longhand_model_slot_get_n_languages (LonghandModelSlot *self) {
  return self->n_languages;
}

const GError *
longhand_model_slot_get_error (LonghandModelSlot *self) {
  return self->error;
}
