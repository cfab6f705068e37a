#include "performance/longhand-performance-panel.h"

#include "dictation/longhand-stats-json.h"
#include "performance/longhand-figure-row.h"
#include "performance/longhand-machine-panel.h"
#include "performance/longhand-pattern.h"
#include "performance/longhand-recent.h"
#include "performance/longhand-track.h"
#include "widgets/longhand-accessible.h"
#include "widgets/longhand-direction.h"

#include <glib/gi18n.h>

#define NO_BREAK_SPACE "\302\240" /* GLib's, between number and unit */

enum {
  ROW_RTF,
  ROW_FIRST,
  ROW_LAG,
  ROW_FINAL,
  ROW_REVISED,
  ROW_CPU,
  ROW_PEAK,
  ROW_QUEUE,
  ROW_DROPPED,
  ROW_OVERRUNS,
  N_ROWS
};

struct _LonghandPerformancePanel {
  AdwBin parent_instance;

  /* template children */
  AdwToastOverlay *toasts;
  LonghandRecent *recent;
  GtkListBox *speed;
  GtkListBox *steps;
  GtkListBox *encoder;
  GtkListBox *decoder;
  GtkListBox *memory;
  LonghandMachinePanel *machine;

  /* borrowed from these */
  LonghandFigureRow *rows[N_ROWS];
  LonghandFigureRow *step_rows[LONGHAND_N_STEPS];
  LonghandFigureRow *parts[LONGHAND_N_PARTS];
  LonghandFigureRow *memories[LONGHAND_N_MEMORY]; /* the last is the whole */
  LonghandFigureRow *other_memory;

  LonghandDictation *dictation; /* owned; may be NULL */
  guint timeout;                /* source; while it is seen */
};

G_DEFINE_FINAL_TYPE (LonghandPerformancePanel, longhand_performance_panel, ADW_TYPE_BIN)

static const struct {
  const char *name, *explanation;
} rows[N_ROWS] = {
  [ROW_RTF]
  = { N_ ("Real-time factor"), N_ ("Time to recognise a second of speech, in seconds; below 1 keeps up") },
  [ROW_FIRST]
  = { N_ ("First words after"), N_ ("From the beginning of an utterance to words on the screen; median") },
  [ROW_LAG] = { N_ ("Words firm after"),
                N_ ("From the end of a word until it does not change any more; median, and 95 of 100") },
  [ROW_FINAL]
  = { N_ ("Final text after"), N_ ("From the end of the pause behind an utterance; median, and 95 of 100") },
  [ROW_REVISED]
  = { N_ ("Words revised"), N_ ("Words that were shown and changed afterwards, of 100 that were written") },
  [ROW_CPU] = { N_ ("Processor time"), N_ ("Of the whole program, since it started") },
  [ROW_PEAK] = { N_ ("Memory, peak"), N_ ("The most that the whole program had") },
  [ROW_QUEUE] = { N_ ("Sound waiting"), N_ ("Recorded, but not looked at yet") },
  [ROW_DROPPED] = { N_ ("Lost samples"), N_ ("Could not be taken from the microphone in time") },
  [ROW_OVERRUNS] = { N_ ("Gaps in the sound"), N_ ("Times that the microphone itself lost sound") },
};

G_GNUC_PRINTF (2, 3)
static void
set_value (LonghandFigureRow *row, const char *format, ...) {
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  longhand_figure_row_set_value (row, text);
}

static void
set_share (LonghandFigureRow *row, double share) {
  g_autofree char *text = longhand_direction_isolate (g_strdup_printf (_ ("%.0f %%"), 100 * share));

  longhand_figure_row_set_value (row, text);
}

static void
set_seconds (LonghandFigureRow *row, double s) {
  if (s < 0)
    longhand_figure_row_set_value (row, NULL);
  else
    set_value (row, _ ("%.2f s"), s);
}

static void
set_percentiles (LonghandFigureRow *row, double p50_s, double p95_s) {
  if (p50_s < 0)
    longhand_figure_row_set_value (row, NULL);
  else
    set_value (row, _ ("%.2f – %.2f s"), p50_s, p95_s);
}

/* The unit may go under the number, where text is large beside a name of one long word. */
static void
set_bytes (LonghandFigureRow *row, guint64 bytes) {
  g_autofree char *size = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autoptr (GString) text = g_string_new (size);

  g_string_replace (text, NO_BREAK_SPACE, " ", 0);
  longhand_figure_row_set_value (row, text->str);
}

/* How well the text keeps up. */
static void
refresh_live (LonghandPerformancePanel *self, const LonghandLiveNumbers *live) {
  set_seconds (self->rows[ROW_FIRST], live->first_tentative_p50_s);
  set_percentiles (self->rows[ROW_LAG], live->commit_lag_p50_s, live->commit_lag_p95_s);
  set_percentiles (self->rows[ROW_FINAL], live->final_latency_p50_s, live->final_latency_p95_s);
  if (live->revisions_per_word < 0)
    longhand_figure_row_set_value (self->rows[ROW_REVISED], NULL);
  else
    set_share (self->rows[ROW_REVISED], live->revisions_per_word);
}

static void
refresh_speed (LonghandPerformancePanel *self, const LonghandStats *stats) {
  if (stats->rtf > 0)
    set_value (self->rows[ROW_RTF], "%.2f", stats->rtf);
  else
    longhand_figure_row_set_value (self->rows[ROW_RTF], NULL);
  refresh_live (self, &stats->live);
  set_value (self->rows[ROW_CPU], _ ("%.1f s"), stats->cpu_s);
  set_bytes (self->rows[ROW_PEAK], stats->peak_rss_bytes);
  set_value (self->rows[ROW_QUEUE], _ ("%.1f s"), stats->queued_s);
  set_value (self->rows[ROW_DROPPED], "%" G_GUINT64_FORMAT, stats->dropped_samples);
  set_value (self->rows[ROW_OVERRUNS], "%" G_GUINT64_FORMAT, stats->n_overruns);
}

/* Loading is no part of recognising, and has no share in it. */
static void
refresh_steps (LonghandPerformancePanel *self, const LonghandStats *stats) {
  double all_ms = 0;

  set_value (self->step_rows[0], _ ("%.2f s"), stats->steps[0].ms / 1000);
  for (guint i = 1; i < LONGHAND_N_STEPS; i++)
    all_ms += stats->steps[i].ms;
  for (guint i = 1; i < LONGHAND_N_STEPS; i++) {
    longhand_figure_row_set_share (self->step_rows[i], all_ms > 0 ? stats->steps[i].ms / all_ms : 0);
    if (all_ms > 0)
      set_share (self->step_rows[i], stats->steps[i].ms / all_ms);
    else
      longhand_figure_row_set_value (self->step_rows[i], NULL);
  }
}

/* Parts [first, end) of the last pass. */
static void
refresh_parts (LonghandPerformancePanel *self, const LonghandStats *stats, guint first, guint end) {
  double largest_ms = 0;

  for (guint i = first; i < end; i++)
    largest_ms = MAX (largest_ms, stats->parts[i].ms);
  for (guint i = first; i < end; i++) {
    longhand_figure_row_set_share (self->parts[i], largest_ms > 0 ? stats->parts[i].ms / largest_ms : 0);
    if (largest_ms > 0)
      set_value (self->parts[i], _ ("%.1f ms"), stats->parts[i].ms);
    else
      longhand_figure_row_set_value (self->parts[i], NULL);
  }
}

static void
show_memory (LonghandFigureRow *row, guint64 bytes, guint64 largest) {
  set_bytes (row, bytes);
  longhand_figure_row_set_share (row, (double)bytes / (double)largest);
}

static void
refresh_memory (LonghandPerformancePanel *self, const LonghandStats *stats) {
  const guint64 other = longhand_track_get_other_bytes (stats);
  guint64 largest = 1;

  for (guint i = 0; i < LONGHAND_N_MEMORY; i++)
    largest = MAX (largest, stats->memory[i].bytes);
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++)
    show_memory (self->memories[i], stats->memory[i].bytes, largest);
  show_memory (self->other_memory, other, largest);
}

void
longhand_performance_panel_refresh (LonghandPerformancePanel *self) {
  LonghandStats stats;

  if (self->dictation == NULL)
    return;
  longhand_dictation_get_stats (self->dictation, &stats);
  longhand_recent_look (self->recent, &stats);
  refresh_speed (self, &stats);
  refresh_steps (self, &stats);
  refresh_parts (self, &stats, 0, LONGHAND_N_ENCODER_PARTS);
  refresh_parts (self, &stats, LONGHAND_N_ENCODER_PARTS, LONGHAND_N_PARTS);
  refresh_memory (self, &stats);
  longhand_machine_panel_show (self->machine, &stats);
}

static gboolean
on_timeout (gpointer user) {
  longhand_performance_panel_refresh (user);
  return G_SOURCE_CONTINUE;
}

/* ---- for programs ---- */

static void
copy (GtkWidget *widget, const char *action, GVariant *parameter) {
  LonghandPerformancePanel *self = LONGHAND_PERFORMANCE_PANEL (widget);
  g_autofree char *json = NULL;
  LonghandStats stats;

  longhand_dictation_get_stats (self->dictation, &stats);
  json = longhand_stats_dup_json (&stats, longhand_machine_panel_get_scaling (self->machine));
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), json);
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (_ ("Figures copied")));
}

/* ---- life ---- */

/* With the pattern that the graph has for it. */
static LonghandFigureRow *
append_component (LonghandPerformancePanel *self, const char *name, guint pattern) {
  LonghandFigureRow *row = longhand_figure_row_append_to (self->memory, name, NULL);

  longhand_figure_row_add_mark (row, longhand_pattern_new_swatch (pattern));
  return row;
}

/* Names of what is told apart by number are told with the figures. */
static void
make_rows (LonghandPerformancePanel *self, const LonghandStats *stats) {
  for (guint i = 0; i < LONGHAND_N_STEPS; i++)
    self->step_rows[i] = longhand_figure_row_append_to (
        self->steps, stats->steps[i].name,
        i > 0 ? _ ("Of all time in the engine since the model was loaded") : NULL);
  for (guint i = 0; i < LONGHAND_N_PARTS; i++)
    self->parts[i] = longhand_figure_row_append_to (
        i < LONGHAND_N_ENCODER_PARTS ? self->encoder : self->decoder, stats->parts[i].name, NULL);
  for (guint i = 0; i + 1 < LONGHAND_N_MEMORY; i++)
    self->memories[i] = append_component (self, stats->memory[i].name, i);
  self->other_memory = append_component (self, _ ("Everything else"), LONGHAND_TRACK_N_MEMORY - 1);
  self->memories[LONGHAND_N_MEMORY - 1]
      = longhand_figure_row_append_to (self->memory, stats->memory[LONGHAND_N_MEMORY - 1].name, NULL);
}

static void
begin (LonghandPerformancePanel *self) {
  longhand_dictation_set_detailed (self->dictation, TRUE);
  longhand_recent_clear (self->recent);
  longhand_performance_panel_refresh (self);
  self->timeout = g_timeout_add_seconds (1, on_timeout, self);
}

static void
end (LonghandPerformancePanel *self) {
  if (self->timeout == 0)
    return;
  g_clear_handle_id (&self->timeout, g_source_remove);
  longhand_dictation_set_detailed (self->dictation, FALSE);
}

static void
longhand_performance_panel_map (GtkWidget *widget) {
  LonghandPerformancePanel *self = LONGHAND_PERFORMANCE_PANEL (widget);

  GTK_WIDGET_CLASS (longhand_performance_panel_parent_class)->map (widget);
  if (self->dictation != NULL)
    begin (self);
}

static void
longhand_performance_panel_unmap (GtkWidget *widget) {
  end (LONGHAND_PERFORMANCE_PANEL (widget));
  GTK_WIDGET_CLASS (longhand_performance_panel_parent_class)->unmap (widget);
}

static void
longhand_performance_panel_dispose (GObject *object) {
  LonghandPerformancePanel *self = LONGHAND_PERFORMANCE_PANEL (object);

  end (self);
  g_clear_object (&self->dictation);
  G_OBJECT_CLASS (longhand_performance_panel_parent_class)->dispose (object);
}

static void
longhand_performance_panel_class_init (LonghandPerformancePanelClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_RECENT);
  g_type_ensure (LONGHAND_TYPE_MACHINE_PANEL);
  G_OBJECT_CLASS (klass)->dispose = longhand_performance_panel_dispose;
  widget_class->map = longhand_performance_panel_map;
  widget_class->unmap = longhand_performance_panel_unmap;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/performance/longhand-performance-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, toasts);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, recent);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, speed);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, steps);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, encoder);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, decoder);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, memory);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, machine);
  gtk_widget_class_install_action (widget_class, "performance.copy", NULL, copy);
}

static void
longhand_performance_panel_init (LonghandPerformancePanel *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  longhand_accessible_name_toasts (GTK_WIDGET (self->toasts));
  for (guint i = 0; i < N_ROWS; i++)
    self->rows[i] = longhand_figure_row_append_to (self->speed, _ (rows[i].name), _ (rows[i].explanation));
}

void
longhand_performance_panel_set_up (LonghandPerformancePanel *self, LonghandSettings *settings,
                                   LonghandModelStore *store, LonghandDictation *dictation) {
  LonghandStats stats;

  self->dictation = g_object_ref (dictation);
  longhand_dictation_get_stats (dictation, &stats);
  make_rows (self, &stats);
  longhand_machine_panel_set_up (self->machine, settings, store, dictation);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    begin (self);
}
