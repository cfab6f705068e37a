#include "performance/longhand-recent.h"

#include "performance/longhand-figure-row.h"
#include "performance/longhand-graph.h"
#include "performance/longhand-track.h"
#include "widgets/longhand-direction.h"

#include <glib/gi18n.h>
#include <math.h>

#define MIB (1024.0 * 1024.0)

enum { RTF, LAG, CPU, MEMORY, N_GRAPHS };

struct _LonghandRecent {
  AdwBin parent_instance;

  LonghandTrack track;

  /* borrowed from the list */
  LonghandFigureRow *rows[N_GRAPHS];
  LonghandGraph *graphs[N_GRAPHS];
};

G_DEFINE_FINAL_TYPE (LonghandRecent, longhand_recent, ADW_TYPE_BIN)

/* ---- for people ---- */

static char *
format_factor (double value) {
  return g_strdup_printf ("%.2f", value);
}

static char *
format_seconds (double value) {
  return g_strdup_printf (_ ("%.2f s"), value);
}

static char *
format_share (double value) {
  return longhand_direction_isolate (g_strdup_printf (_ ("%.0f %%"), 100 * value));
}

/* The scale's end is a round number of these. */
static char *
format_mib (double value) {
  return g_strdup_printf (_ ("%.0f MiB"), value);
}

static const struct {
  const char *name, *explanation;
  guint n_layers;
  double least_top;
  gboolean has_limit;
  LonghandGraphFormat format;
} graphs[N_GRAPHS] = {
  [RTF] = { N_ ("Real-time factor"), N_ ("Over ten seconds; above the dotted line it does not keep up"), 1, 1,
            TRUE, format_factor },
  [LAG] = { N_ ("Words firm after"), N_ ("In the last utterance, the slowest of its words"), 1, 1, FALSE,
            format_seconds },
  [CPU] = { N_ ("Processor"), N_ ("Of all processors, by the whole program"), 1, 1, FALSE, format_share },
  [MEMORY] = { N_ ("Memory"), N_ ("By component, as in the list of them"), LONGHAND_TRACK_N_MEMORY, 100,
               FALSE, format_mib },
};

/* ---- looking ---- */

static void
add (LonghandRecent *self, guint i, const double *values) {
  g_autofree char *text = NULL;
  double sum = 0;

  for (guint layer = 0; layer < graphs[i].n_layers; layer++)
    sum += values[layer];
  longhand_graph_add (self->graphs[i], values);
  text = isnan (sum) ? NULL : graphs[i].format (sum);
  longhand_figure_row_set_value (self->rows[i], text);
}

void
longhand_recent_look (LonghandRecent *self, const LonghandStats *stats) {
  LonghandTrackSample sample;

  longhand_track_look (&self->track, stats, g_get_monotonic_time (), g_get_num_processors (), &sample);
  for (guint i = 0; i < LONGHAND_TRACK_N_MEMORY; i++)
    sample.memory[i] /= MIB;
  add (self, RTF, &sample.rtf);
  add (self, LAG, &sample.lag_s);
  add (self, CPU, &sample.cpu);
  add (self, MEMORY, sample.memory);
}

void
longhand_recent_clear (LonghandRecent *self) {
  longhand_track_init (&self->track);
  for (guint i = 0; i < N_GRAPHS; i++)
    longhand_graph_clear (self->graphs[i]);
}

/* ---- object ---- */

static void
longhand_recent_class_init (LonghandRecentClass *klass) {
}

static void
longhand_recent_init (LonghandRecent *self) {
  GtkListBox *list = GTK_LIST_BOX (gtk_list_box_new ());

  longhand_track_init (&self->track);
  gtk_list_box_set_selection_mode (list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (list), "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Last Two Minutes"), -1);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (list));
  for (guint i = 0; i < N_GRAPHS; i++) {
    GtkWidget *graph = longhand_graph_new (_ (graphs[i].name), graphs[i].n_layers, graphs[i].least_top,
                                           graphs[i].has_limit, graphs[i].format);

    self->rows[i] = longhand_figure_row_append_to (list, _ (graphs[i].name), _ (graphs[i].explanation));
    self->graphs[i] = LONGHAND_GRAPH (graph);
    longhand_figure_row_add_below (self->rows[i], graph);
  }
}
