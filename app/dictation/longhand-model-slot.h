/* The model that is in use or being loaded, and the recognizer that uses it. Main thread. */
#pragma once

#include "dictation/longhand-recognizer.h"
#include "models/longhand-model-store.h"

G_BEGIN_DECLS

typedef struct _LonghandModelSlot LonghandModelSlot;

/* Empty; the rest as for longhand_recognizer_new. heard_fn hands each LonghandHeard on to
 * longhand_model_slot_take. (transfer full) */
LonghandModelSlot *longhand_model_slot_new (LonghandModelStore *store, LonghandPumpQueue *queue,
                                            LonghandJournal *journal, LonghandMailbox *mailbox,
                                            LonghandMailFn heard_fn,
                                            const LonghandRecognizerSettings *settings);
/* Ends the recognizer, after some seconds even when its pass cannot be interrupted. */
void longhand_model_slot_close (LonghandModelSlot *self);
void longhand_model_slot_free (LonghandModelSlot *self); /* after longhand_model_slot_close */

/* Loads the model that the store finds by this id or path. Answered by LONGHAND_HEARD_MODEL or _NO_MODEL, by
 * mail also when that is known at once. */
void longhand_model_slot_load (LonghandModelSlot *self, const char *id_or_path);
/* TRUE: the store finds the model that is here already, maybe under another name. */
gboolean longhand_model_slot_finds_same (LonghandModelSlot *self, const char *id_or_path);
/* Takes from heard what it says of the model; FALSE: of one that was here before. */
gboolean longhand_model_slot_take (LonghandModelSlot *self, LonghandHeard *heard);
void longhand_model_slot_configure (LonghandModelSlot *self, const LonghandRecognizerSettings *settings);

LonghandModel *
longhand_model_slot_get_model (LonghandModelSlot *self);               /* (transfer none); NULL: none found */
guint longhand_model_slot_get_n_languages (LonghandModelSlot *self);   /* 0: English only, or not ready */
const GError *longhand_model_slot_get_error (LonghandModelSlot *self); /* why it is not ready; or NULL */

G_END_DECLS
