/* What measurements of this machine have in common: they recognise the sample that comes with the program,
 * closed in as recognition is, one at a time, so that none is disturbed by another. */
#pragma once

#include <gio/gio.h>
#include <quill.h>

G_BEGIN_DECLS

/* samples: [n]; all borrowed. Ends soon, with QUILL_ERR_CANCELLED, once cancellable (may be NULL) is
 * cancelled. */
typedef enum quill_status (*LonghandMeasuringFn) (const struct quill_model *model, const float *samples,
                                                  gsize n, GCancellable *cancellable, gpointer user,
                                                  struct quill_error *error);

/* Calls fn with the model file path, on a thread that is in the sandbox, and waits for it, and for one that
 * is going on. Errors: those of models and of sound files; those of fn; _CANCELLED. Any thread. */
gboolean longhand_measuring_run (const char *path, LonghandMeasuringFn fn, gpointer user,
                                 GCancellable *cancellable, GError **error);

/* For quill_params.cancelled; user: GCancellable, or NULL. */
bool longhand_measuring_is_cancelled (void *user);

/* waited: how long threads of this program, added up, had work to do while others had the processor; 0 where
 * the kernel does not count it. Processor time would not tell: threads that wait for each other use it too.
 */
typedef struct {
  gint64 wall_us, waited_us;
} LonghandMeasuringClocks;

void longhand_measuring_read_clocks (LonghandMeasuringClocks *clocks);

/* Whether others took so much of the time between the two that it says little of this machine. */
gboolean longhand_measuring_was_disturbed (const LonghandMeasuringClocks *begin,
                                           const LonghandMeasuringClocks *end, guint threads);

/* LONGHAND_ERROR_BUSY: what to do about that. */
void longhand_measuring_set_disturbed (GError **error);

G_END_DECLS
