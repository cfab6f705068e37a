#include "cli/longhand-cli-trace.h"

#include "cli/longhand-cli.h"
#include "longhand-engine-error.h"
#include "transcript/longhand-export.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* Of one recording; some minutes of computing at the least. Pages that are not used are not taken. */
#define MAX_EVENTS ((gsize)1 << 20)

struct _LonghandCliTrace {
  GArray *events; /* owned; struct quill_trace_event */
  gsize n_lost;
};

LonghandCliTrace *
longhand_cli_trace_new (void) {
  LonghandCliTrace *self = g_new0 (LonghandCliTrace, 1);

  self->events = g_array_new (FALSE, FALSE, sizeof (struct quill_trace_event));
  return self;
}

void
longhand_cli_trace_free (LonghandCliTrace *self) {
  g_array_unref (self->events);
  g_free (self);
}

void
longhand_cli_trace_add (LonghandCliTrace *self, const char *group, const char *name, gint64 start_us) {
  /* The engine's clock has a finer hand: what it measured meanwhile must not end later. */
  const gint64 end_us = g_get_monotonic_time () + 1;
  struct quill_trace_event event
      = { group, name, (double)start_us / 1000, (double)(end_us - start_us) / 1000, 0 };

  if (self != NULL && event.duration_ms >= LONGHAND_CLI_TRACE_MIN_MS)
    g_array_append_val (self->events, event);
}

gboolean
longhand_cli_trace_start (struct quill_transcriber *transcriber, GError **error) {
  const struct quill_trace_settings settings
      = { .max_events = MAX_EVENTS, .min_event_ms = LONGHAND_CLI_TRACE_MIN_MS };
  struct quill_error engine_error = { 0 };

  if (quill_transcriber_set_trace (transcriber, &settings, &engine_error) == QUILL_OK)
    return TRUE;
  longhand_set_error_from_engine (error, &engine_error);
  return FALSE;
}

void
longhand_cli_trace_take (LonghandCliTrace *self, const struct quill_transcriber *transcriber) {
  const struct quill_trace_event *events;
  size_t n_lost;
  const size_t n = quill_transcriber_get_events (transcriber, &events, &n_lost);

  if (n > 0)
    g_array_append_vals (self->events, events, (guint)n);
  self->n_lost += n_lost;
}

/* Microseconds with a point, whatever the locale. */
static void
append_us (GString *json, double ms) {
  const gint64 ns = llround (ms * 1e6);

  g_string_append_printf (json, "%" G_GINT64_FORMAT ".%03d", ns / 1000, (int)(ns % 1000));
}

static gint
by_start (gconstpointer a, gconstpointer b) {
  const struct quill_trace_event *x = a, *y = b;

  if (x->start_ms != y->start_ms)
    return x->start_ms < y->start_ms ? -1 : 1;
  return (x->duration_ms < y->duration_ms)
         - (x->duration_ms > y->duration_ms); /* what encloses others first */
}

/* What a viewer writes beside the rows of events: those of one row lie within each other. */
static void
append_tracks (GString *json, const GArray *events) {
  guint last = 0;

  for (guint i = 0; i < events->len; i++)
    last = MAX (last, g_array_index (events, struct quill_trace_event, i).track);
  for (guint track = 0; track <= last; track++) {
    g_autofree char *name = track == 0 ? g_strdup ("engine") : g_strdup_printf ("decoding %u", track);

    g_string_append_printf (
        json,
        "%s\n{\"name\": \"thread_name\", \"ph\": \"M\", \"pid\": 1, \"tid\": %u, \"args\": "
        "{\"name\": \"%s\"}}",
        track > 0 ? "," : "", track + 1, name);
  }
}

char *
longhand_cli_trace_to_json (const LonghandCliTrace *self) {
  GString *json = g_string_new ("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [");
  g_autoptr (GArray) sorted = g_array_copy (self->events);

  g_array_sort (sorted, by_start);
  append_tracks (json, sorted);
  for (guint i = 0; i < sorted->len; i++) {
    const struct quill_trace_event *event = &g_array_index (sorted, struct quill_trace_event, i);

    g_string_append_printf (
        json, ",\n{\"name\": \"%s\", \"cat\": \"%s\", \"ph\": \"X\", \"pid\": 1, \"tid\": %u, \"ts\": ",
        event->name, event->group, event->track + 1);
    append_us (json, event->start_ms - g_array_index (sorted, struct quill_trace_event, 0).start_ms);
    g_string_append (json, ", \"dur\": ");
    append_us (json, event->duration_ms);
    g_string_append_c (json, '}');
  }
  g_string_append (json, "\n]}\n");
  return g_string_free (json, FALSE);
}

gboolean
longhand_cli_trace_finish (const LonghandCliTrace *self, const char *path, GError **error) {
  char *json = longhand_cli_trace_to_json (self);
  g_autoptr (GBytes) content = g_bytes_new_take (json, strlen (json));
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);

  if (self->n_lost > 0)
    longhand_cli_complain (
        _ ("%zu events are not in the trace: they were too many. Trace a shorter recording."), self->n_lost);
  return longhand_export_save (content, file, error);
}
