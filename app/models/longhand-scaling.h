/* How much faster this machine recognises with more threads: measured with a model and the sample that comes
 * with the program, as dictation hears a sentence. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LONGHAND_SCALING_MAX 9 /* 1, 2, 4, ..., 128, 256 */

/* Of a number of threads: the fastest of some runs that others did not disturb. */
typedef struct {
  guint threads;
  double encode_ms, decode_ms, total_ms; /* mel to text; above 0 */
} LonghandScalingPoint;

typedef struct {
  guint n;                                           /* 0: not measured */
  LonghandScalingPoint points[LONGHAND_SCALING_MAX]; /* by threads, from 1 on */
} LonghandScaling;

/* Numbers of threads to measure where n_usable processors may be used: 1, 2, 4 and so on, and all. Returns
 * how many.
 */
guint longhand_scaling_plan (guint n_usable, guint threads[LONGHAND_SCALING_MAX]);

/* By the time of point 0. */
double longhand_scaling_get_speedup (const LonghandScaling *self, guint i);
/* More threads cannot be faster than so many times one: that one was disturbed. */
gboolean longhand_scaling_is_possible (const LonghandScaling *self);

/* Some seconds with a small model: each number of threads in turn, and again, after a run that does not
 * count. progress (may be NULL) is called with 0..1 by the thread that measures. Blocks. Errors: those of
 * models and of sound files; _NO_MEMORY, _CANCELLED, _BUSY (others had the processors). Any thread. */
typedef void (*LonghandScalingProgressFn) (double done, gpointer user);
gboolean longhand_scaling_measure (const char *path, LonghandScaling *scaling,
                                   LonghandScalingProgressFn progress, gpointer user,
                                   GCancellable *cancellable, GError **error);
/* The same on a thread; main thread, where progress is called too, before callback. */
void longhand_scaling_measure_async (const char *path, LonghandScalingProgressFn progress,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user);
gboolean longhand_scaling_measure_finish (GAsyncResult *result, LonghandScaling *scaling, GError **error);

/* How the outcome is kept in the settings, with the model’s id: "(sa(uddd))". (transfer floating) */
GVariant *longhand_scaling_to_variant (const LonghandScaling *self, const char *model_id);
/* FALSE: none, or nothing that was ever kept there. (transfer full) of *model_id. */
gboolean longhand_scaling_from_variant (GVariant *variant, LonghandScaling *self, char **model_id);

G_END_DECLS
