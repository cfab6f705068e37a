#include "widgets/longhand-performance-panel.h"

#include <glib/gi18n.h>

#define INTERVAL_MS 500

enum {
  ROW_RTF,
  ROW_FIRST,
  ROW_LAG,
  ROW_FINAL,
  ROW_REVISED,
  ROW_THREADS,
  ROW_KERNELS,
  ROW_QUEUE,
  ROW_DROPPED,
  ROW_OVERRUNS,
  N_ROWS
};

/* A row that compares its value with those of the others in its list. */
typedef struct {
  GtkLabel *name, *value;
  GtkProgressBar *bar;
} BarRow;

struct _LonghandPerformancePanel {
  AdwBin parent_instance;

  /* template children */
  GtkListBox *speed;
  GtkListBox *encoder;
  GtkListBox *decoder;
  GtkListBox *memory;

  GtkWidget *rows[N_ROWS]; /* the speed rows */
  GtkLabel *values[N_ROWS];
  BarRow parts[LONGHAND_N_PARTS];
  BarRow memories[LONGHAND_N_MEMORY];

  LonghandDictation *dictation; /* owned; may be NULL */
  guint timeout;
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
  [ROW_THREADS] = { N_ ("Threads"), N_ ("Threads that recognise") },
  [ROW_KERNELS] = { N_ ("Instruction set"), N_ ("Which of the processor’s instructions are used") },
  [ROW_QUEUE] = { N_ ("Sound waiting"), N_ ("Recorded, but not looked at yet") },
  [ROW_DROPPED] = { N_ ("Lost samples"), N_ ("Could not be taken from the microphone in time") },
  [ROW_OVERRUNS] = { N_ ("Gaps in the sound"), N_ ("Times that the microphone itself lost sound") },
};

G_GNUC_PRINTF (2, 3)
static void
set_value (GtkLabel *label, const char *format, ...) {
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  gtk_label_set_label (label, text);
}

static void
set_unknown (GtkLabel *label) {
  gtk_label_set_label (label, "–");
}

static void
set_percentiles (GtkLabel *label, double p50_s, double p95_s) {
  if (p50_s < 0)
    set_unknown (label);
  else
    set_value (label, _ ("%.2f – %.2f s"), p50_s, p95_s);
}

/* How well the text keeps up. */
static void
refresh_live (LonghandPerformancePanel *self, const LonghandLiveNumbers *live) {
  if (live->first_tentative_p50_s < 0)
    set_unknown (self->values[ROW_FIRST]);
  else
    set_value (self->values[ROW_FIRST], _ ("%.2f s"), live->first_tentative_p50_s);
  set_percentiles (self->values[ROW_LAG], live->commit_lag_p50_s, live->commit_lag_p95_s);
  set_percentiles (self->values[ROW_FINAL], live->final_latency_p50_s, live->final_latency_p95_s);
  if (live->revisions_per_word < 0)
    set_unknown (self->values[ROW_REVISED]);
  else
    set_value (self->values[ROW_REVISED], _ ("%.0f %%"), 100 * live->revisions_per_word);
}

static void
set_bar (const BarRow *row, const char *name, const char *value, double share) {
  gtk_label_set_label (row->name, name);
  gtk_label_set_label (row->value, value);
  gtk_progress_bar_set_fraction (row->bar, share);
}

/* Parts [first, end) of the last pass. */
static void
refresh_parts (LonghandPerformancePanel *self, const LonghandStats *stats, guint first, guint end) {
  double largest_ms = 0;

  for (guint i = first; i < end; i++)
    largest_ms = MAX (largest_ms, stats->parts[i].ms);
  for (guint i = first; i < end; i++) {
    g_autofree char *value
        = largest_ms > 0 ? g_strdup_printf (_ ("%.1f ms"), stats->parts[i].ms) : g_strdup ("–");

    set_bar (&self->parts[i], stats->parts[i].name, value,
             largest_ms > 0 ? stats->parts[i].ms / largest_ms : 0);
  }
}

static void
refresh_memory (LonghandPerformancePanel *self, const LonghandStats *stats) {
  guint64 largest = 1;

  for (guint i = 0; i < LONGHAND_N_MEMORY; i++)
    largest = MAX (largest, stats->memory[i].bytes);
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++) {
    g_autofree char *size = g_format_size_full (stats->memory[i].bytes, G_FORMAT_SIZE_IEC_UNITS);

    set_bar (&self->memories[i], stats->memory[i].name != NULL ? stats->memory[i].name : "", size,
             (double)stats->memory[i].bytes / (double)largest);
  }
}

void
longhand_performance_panel_refresh (LonghandPerformancePanel *self) {
  LonghandStats stats;

  if (self->dictation == NULL)
    return;
  longhand_dictation_get_stats (self->dictation, &stats);
  if (stats.rtf > 0)
    set_value (self->values[ROW_RTF], "%.2f", stats.rtf);
  else
    set_unknown (self->values[ROW_RTF]);
  refresh_live (self, &stats.live);
  set_value (self->values[ROW_THREADS], "%u", stats.threads);
  gtk_widget_set_tooltip_text (self->rows[ROW_THREADS], stats.threads_reason != NULL
                                                            ? stats.threads_reason
                                                            : _ (rows[ROW_THREADS].explanation));
  gtk_label_set_label (self->values[ROW_KERNELS], stats.kernel_level != NULL ? stats.kernel_level : "–");
  set_value (self->values[ROW_QUEUE], _ ("%.1f s"), stats.queued_s);
  set_value (self->values[ROW_DROPPED], "%" G_GUINT64_FORMAT, stats.dropped_samples);
  set_value (self->values[ROW_OVERRUNS], "%" G_GUINT64_FORMAT, stats.n_overruns);
  refresh_parts (self, &stats, 0, LONGHAND_N_ENCODER_PARTS);
  refresh_parts (self, &stats, LONGHAND_N_ENCODER_PARTS, LONGHAND_N_PARTS);
  refresh_memory (self, &stats);
}

static gboolean
on_timeout (gpointer user) {
  longhand_performance_panel_refresh (user);
  return G_SOURCE_CONTINUE;
}

/* ---- rows ---- */

static GtkLabel *
new_label (const char *text, gboolean is_value) {
  GtkLabel *label = GTK_LABEL (gtk_label_new (text));

  gtk_label_set_xalign (label, is_value ? 1 : 0);
  gtk_widget_set_hexpand (GTK_WIDGET (label), !is_value);
  gtk_label_set_wrap (label, !is_value);
  if (is_value) {
    gtk_widget_add_css_class (GTK_WIDGET (label), "dim-label");
    gtk_widget_add_css_class (GTK_WIDGET (label), "numeric");
  }
  return label;
}

static GtkWidget *
append_row (GtkListBox *list) {
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_widget_add_css_class (box, "longhand-figure");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_list_box_append (list, row);
  return box;
}

static GtkLabel *
append_figure (GtkWidget *row, GtkLabel *name) {
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkLabel *value = new_label ("–", TRUE);

  gtk_box_append (GTK_BOX (line), GTK_WIDGET (name));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (value));
  gtk_box_append (GTK_BOX (row), line);
  return value;
}

static void
make_bar (BarRow *bar, GtkListBox *list) {
  GtkWidget *row = append_row (list);

  bar->name = new_label ("", FALSE);
  bar->value = append_figure (row, bar->name);
  bar->bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_accessible_update_relation (GTK_ACCESSIBLE (bar->bar), GTK_ACCESSIBLE_RELATION_LABELLED_BY, bar->name,
                                  NULL, -1);
  gtk_box_append (GTK_BOX (row), GTK_WIDGET (bar->bar));
}

static void
make_rows (LonghandPerformancePanel *self) {
  for (guint i = 0; i < N_ROWS; i++) {
    self->rows[i] = append_row (self->speed);
    gtk_widget_set_tooltip_text (self->rows[i], _ (rows[i].explanation));
    self->values[i] = append_figure (self->rows[i], new_label (_ (rows[i].name), FALSE));
  }
  for (guint i = 0; i < LONGHAND_N_PARTS; i++)
    make_bar (&self->parts[i], i < LONGHAND_N_ENCODER_PARTS ? self->encoder : self->decoder);
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++)
    make_bar (&self->memories[i], self->memory);
}

/* ---- life ---- */

static void
longhand_performance_panel_map (GtkWidget *widget) {
  LonghandPerformancePanel *self = LONGHAND_PERFORMANCE_PANEL (widget);

  GTK_WIDGET_CLASS (longhand_performance_panel_parent_class)->map (widget);
  if (self->dictation != NULL)
    longhand_dictation_set_detailed (self->dictation, TRUE);
  longhand_performance_panel_refresh (self);
  self->timeout = g_timeout_add (INTERVAL_MS, on_timeout, self);
}

static void
longhand_performance_panel_unmap (GtkWidget *widget) {
  LonghandPerformancePanel *self = LONGHAND_PERFORMANCE_PANEL (widget);

  g_clear_handle_id (&self->timeout, g_source_remove);
  if (self->dictation != NULL)
    longhand_dictation_set_detailed (self->dictation, FALSE);
  GTK_WIDGET_CLASS (longhand_performance_panel_parent_class)->unmap (widget);
}

static void
longhand_performance_panel_dispose (GObject *object) {
  LonghandPerformancePanel *self = LONGHAND_PERFORMANCE_PANEL (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_object (&self->dictation);
  G_OBJECT_CLASS (longhand_performance_panel_parent_class)->dispose (object);
}

static void
longhand_performance_panel_class_init (LonghandPerformancePanelClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_performance_panel_dispose;
  widget_class->map = longhand_performance_panel_map;
  widget_class->unmap = longhand_performance_panel_unmap;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/widgets/longhand-performance-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, speed);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, encoder);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, decoder);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePanel, memory);
}

static void
longhand_performance_panel_init (LonghandPerformancePanel *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  make_rows (self);
}

void
longhand_performance_panel_set_dictation (LonghandPerformancePanel *self, LonghandDictation *dictation) {
  if (self->dictation != NULL)
    longhand_dictation_set_detailed (self->dictation, FALSE);
  g_set_object (&self->dictation, dictation);
  if (self->dictation != NULL)
    longhand_dictation_set_detailed (self->dictation, gtk_widget_get_mapped (GTK_WIDGET (self)));
  longhand_performance_panel_refresh (self);
}
