/* A file that chrome://tracing and ui.perfetto.dev show: what was done when. */
#pragma once

#include <gio/gio.h>
#include <quill.h>

G_BEGIN_DECLS

/* What is shorter is left out: a person looks for where time goes. */
#define LONGHAND_CLI_TRACE_MIN_MS 0.1

typedef struct _LonghandCliTrace LonghandCliTrace;
LonghandCliTrace *longhand_cli_trace_new (void); /* (transfer full) */
void longhand_cli_trace_free (LonghandCliTrace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandCliTrace, longhand_cli_trace_free)

/* Something that began at start_us (g_get_monotonic_time) and ends now; group and name are borrowed for ever,
 * of letters and underscores. NULL for self: nothing happens. */
void longhand_cli_trace_add (LonghandCliTrace *self, const char *group, const char *name, gint64 start_us);

/* Has the transcriber record its runs; then, after each, takes over what the last one recorded. FALSE with
 * LONGHAND_ERROR_NO_MEMORY. */
gboolean longhand_cli_trace_start (struct quill_transcriber *transcriber, GError **error);
void longhand_cli_trace_take (LonghandCliTrace *self, const struct quill_transcriber *transcriber);

/* Trace Event Format: complete events ("X"), microseconds from the first one on. (transfer full) */
char *longhand_cli_trace_to_json (const LonghandCliTrace *self);
/* Writes it, and complains of events that found no place. FALSE with LONGHAND_ERROR_WRITE. */
gboolean longhand_cli_trace_finish (const LonghandCliTrace *self, const char *path, GError **error);

G_END_DECLS
