/* Which model of the catalogue is the right one for this machine: the largest that keeps up with somebody who
 * dictates, by a short measurement with the model that is here. */
#pragma once

#include "models/longhand-catalogue.h"
#include "models/longhand-model-store.h"

G_BEGIN_DECLS

/* What was measured; all above 0. */
typedef struct {
  double encode_gops;    /* 10^9 additions and multiplications a second of the encoder */
  double decode_gbs;     /* 10^9 bytes of weights a second that the decoder gets through */
  double read_gbs;       /* 10^9 bytes a second out of memory, for models that no cache holds */
  gboolean is_disturbed; /* others had the processors: it is faster by itself; not kept */
} LonghandMachine;

/* The model to measure with: the smallest, which takes the least time. (transfer full); NULL with
 * LONGHAND_ERROR_MODEL_MISSING. */
LonghandModel *longhand_machine_find_model (LonghandModelStore *store, GError **error);

/* Some seconds at most, with the model file path and the sample that comes with the program: the best of some
 * runs, of those that others did not disturb if there are any. Blocks. Errors:
 * those of models and of sound files; _NO_MEMORY, _CANCELLED. Any thread. */
gboolean longhand_machine_measure (const char *path, LonghandMachine *machine, GCancellable *cancellable,
                                   GError **error);
/* The same on a thread; main thread. */
void longhand_machine_measure_async (const char *path, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user);
gboolean longhand_machine_measure_finish (GAsyncResult *result, LonghandMachine *machine, GError **error);
/* Keeps it in the settings. What was better the time before is put in first: the machine can do that, and was
 * disturbed since. */
void longhand_machine_keep (LonghandMachine *machine, GSettings *settings);

/* How the outcome is kept in the settings: "(ddd)", zeros for none. (transfer floating) */
GVariant *longhand_machine_to_variant (const LonghandMachine *machine);
/* FALSE: none. */
gboolean longhand_machine_from_variant (GVariant *variant, LonghandMachine *machine);

/* From the end of a spoken sentence of seven seconds to its text, about. */
double longhand_machine_seconds_for_sentence (const LonghandMachine *machine,
                                              const LonghandCatalogueEntry *entry);
/* While it is in use, about. */
guint64 longhand_catalogue_entry_memory (const LonghandCatalogueEntry *entry);
/* That programs can have without others being driven out; 0: not known. meminfo: text of /proc/meminfo. */
guint64 longhand_available_memory (const char *meminfo);
guint64 longhand_available_memory_now (void);

/* (transfer none): the largest that keeps up, with a margin, and finds room in memory (0: any does). english:
 * one for English only will do. NULL: none does. */
const LonghandCatalogueEntry *longhand_recommend (const LonghandMachine *machine, guint64 memory,
                                                  gboolean english);
/* Whether English is all that somebody speaks: language as in the settings; "auto" goes by the desktop's. */
gboolean longhand_recommend_for_english (const char *language);

/* Why, in a sentence, and that it is to be measured again if it was disturbed; entry may be NULL. (transfer
 * full) */
char *longhand_recommendation_describe (const LonghandMachine *machine, const LonghandCatalogueEntry *entry);

G_END_DECLS
