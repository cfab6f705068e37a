#include "performance/longhand-machine-panel.h"

#include "performance/longhand-figure-row.h"
#include "performance/longhand-speed-up-graph.h"
#include "widgets/longhand-wrap.h"

#include <glib/gi18n.h>

#define MAX_CHARS 30 /* of a line that is wrapped */

enum { MODEL, KERNELS, THREADS, SPEED_UP, N_ROWS };

struct _LonghandMachinePanel {
  AdwBin parent_instance;

  /* template children */
  GtkListBox *list;
  GtkLabel *outcome;
  GtkProgressBar *progress;
  GtkWidget *measure;
  GtkWidget *cancel;

  /* borrowed from the list */
  LonghandFigureRow *rows[N_ROWS];
  LonghandSpeedUpGraph *graph;
  GtkLabel *reason; /* for the number of threads */

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandDictation *dictation;
  GCancellable *cancellable; /* while it is being measured */
  char *measured_id;         /* the model that is being measured, or was */
  char *problem;             /* of the last measuring; or NULL */

  LonghandScaling scaling;
};

G_DEFINE_FINAL_TYPE (LonghandMachinePanel, longhand_machine_panel, ADW_TYPE_BIN)

static const struct {
  const char *name, *explanation;
} rows[N_ROWS] = {
  [MODEL] = { N_ ("Model"), N_ ("The one that recognises") },
  [KERNELS] = { N_ ("Instruction set"), N_ ("Which of the processor’s instructions are used") },
  [THREADS] = { N_ ("Threads"), N_ ("Threads that recognise") },
  [SPEED_UP]
  = { N_ ("Speed-up"), N_ ("Times as fast as with one thread; the dotted line is as many times as there are "
                           "threads, and the large point the number in use") },
};

/* ---- what is shown ---- */

/* (transfer full) */
static char *
dup_measured_with (LonghandMachinePanel *self) {
  g_autoptr (LonghandModel) model = longhand_model_store_lookup (self->store, self->measured_id, NULL);

  /* Translators: a model. */
  return g_strdup_printf (_ ("Measured with %s."),
                          model != NULL ? longhand_model_get_title (model) : self->measured_id);
}

/* (transfer full) */
static char *
dup_outcome (LonghandMachinePanel *self) {
  if (self->cancellable != NULL)
    return g_strdup (_ ("Measuring…"));
  if (self->problem != NULL)
    return g_strdup (self->problem);
  if (self->scaling.n > 0)
    return dup_measured_with (self);
  return g_strdup (_ ("How much faster is it with more threads? It recognises a short recording with each "
                      "number of them, for some seconds."));
}

static void
show_speed_up (LonghandMachinePanel *self) {
  const guint last = self->scaling.n - 1;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->rows[SPEED_UP]), self->scaling.n > 0);
  if (self->scaling.n == 0)
    return;
  text = g_strdup_printf (
      ngettext ("%.2f with %u thread", "%.2f with %u threads", self->scaling.points[last].threads),
      longhand_scaling_get_speedup (&self->scaling, last), self->scaling.points[last].threads);
  longhand_figure_row_set_value (self->rows[SPEED_UP], text);
  longhand_speed_up_graph_set_scaling (self->graph, &self->scaling);
}

static gboolean
has_focused_button (LonghandMachinePanel *self) {
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && (focus == self->measure || focus == self->cancel);
}

/* The button that goes away hands the keyboard to the one that takes its place. */
static void
show_measuring (LonghandMachinePanel *self) {
  const gboolean is_running = self->cancellable != NULL;
  const gboolean is_idle = longhand_dictation_get_state (self->dictation) == LONGHAND_STATE_IDLE;
  const gboolean had_focus = has_focused_button (self);
  g_autofree char *outcome = dup_outcome (self);

  gtk_label_set_label (self->outcome, outcome);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), is_running);
  gtk_widget_set_visible (self->measure, !is_running);
  gtk_widget_set_visible (self->cancel, is_running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "machine.measure", !is_running && is_idle);
  gtk_widget_set_tooltip_text (self->measure, is_idle ? NULL : _ ("Not while something is dictated"));
  if (had_focus)
    gtk_widget_grab_focus (is_running ? self->cancel : self->measure);
}

void
longhand_machine_panel_show (LonghandMachinePanel *self, const LonghandStats *stats) {
  g_autofree char *threads = g_strdup_printf ("%u", stats->threads);

  longhand_figure_row_set_value (self->rows[MODEL], longhand_dictation_get_model_title (self->dictation));
  longhand_figure_row_set_value (self->rows[KERNELS], stats->kernel_level);
  longhand_figure_row_set_value (self->rows[THREADS], threads);
  gtk_widget_set_visible (GTK_WIDGET (self->reason), stats->threads_reason != NULL);
  gtk_label_set_label (self->reason, stats->threads_reason != NULL ? stats->threads_reason : "");
  longhand_speed_up_graph_set_threads (self->graph, stats->threads);
}

/* ---- measuring ---- */

static void
keep (LonghandMachinePanel *self, const LonghandScaling *scaling) {
  self->scaling = *scaling;
  g_settings_set_value (longhand_settings_get_gsettings (self->settings), "scaling",
                        longhand_scaling_to_variant (scaling, self->measured_id));
}

static void
look_at_kept (LonghandMachinePanel *self) {
  g_autoptr (GVariant) kept
      = g_settings_get_value (longhand_settings_get_gsettings (self->settings), "scaling");

  g_clear_pointer (&self->measured_id, g_free);
  longhand_scaling_from_variant (kept, &self->scaling, &self->measured_id);
}

static void
on_progress (double done, gpointer user) {
  gtk_progress_bar_set_fraction (LONGHAND_MACHINE_PANEL (user)->progress, done);
}

static void
on_measured (GObject *source, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandMachinePanel) self = user;
  g_autoptr (GError) error = NULL;
  LonghandScaling scaling;
  const gboolean is_measured = longhand_scaling_measure_finish (result, &scaling, &error);
  const gboolean is_given_up = g_cancellable_is_cancelled (self->cancellable);

  g_clear_object (&self->cancellable);
  if (self->settings == NULL) /* the window is gone */
    return;
  if (is_measured && !is_given_up)
    keep (self, &scaling);
  else
    look_at_kept (self);
  if (!is_measured && !is_given_up)
    self->problem = g_strdup (error->message);
  show_speed_up (self);
  show_measuring (self);
}

static void
start (GtkWidget *widget, const char *action, GVariant *parameter) {
  LonghandMachinePanel *self = LONGHAND_MACHINE_PANEL (widget);
  g_autofree char *choice = longhand_settings_dup_model (self->settings);
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, choice, &error);

  g_clear_pointer (&self->problem, g_free);
  if (model == NULL) {
    self->problem = g_strdup (error->message);
  } else {
    g_free (self->measured_id);
    self->measured_id = g_strdup (longhand_model_get_id (model));
    self->cancellable = g_cancellable_new ();
    gtk_progress_bar_set_fraction (self->progress, 0);
    longhand_scaling_measure_async (longhand_model_get_path (model), on_progress, self->cancellable,
                                    on_measured, g_object_ref (self));
  }
  show_measuring (self);
}

static void
stop (GtkWidget *widget, const char *action, GVariant *parameter) {
  g_cancellable_cancel (LONGHAND_MACHINE_PANEL (widget)->cancellable);
}

/* Neither is to slow the other down. */
static void
follow_dictation (LonghandMachinePanel *self) {
  if (longhand_dictation_get_state (self->dictation) != LONGHAND_STATE_IDLE)
    g_cancellable_cancel (self->cancellable);
  show_measuring (self);
}

/* ---- life ---- */

static void
longhand_machine_panel_map (GtkWidget *widget) {
  LonghandMachinePanel *self = LONGHAND_MACHINE_PANEL (widget);

  GTK_WIDGET_CLASS (longhand_machine_panel_parent_class)->map (widget);
  g_signal_connect_swapped (self->dictation, "notify::state", G_CALLBACK (follow_dictation), self);
  follow_dictation (self);
}

static void
leave (LonghandMachinePanel *self) {
  g_cancellable_cancel (self->cancellable);
  if (self->dictation != NULL)
    g_signal_handlers_disconnect_by_data (self->dictation, self);
}

static void
longhand_machine_panel_unmap (GtkWidget *widget) {
  leave (LONGHAND_MACHINE_PANEL (widget));
  GTK_WIDGET_CLASS (longhand_machine_panel_parent_class)->unmap (widget);
}

static void
longhand_machine_panel_dispose (GObject *object) {
  LonghandMachinePanel *self = LONGHAND_MACHINE_PANEL (object);

  leave (self);
  g_clear_object (&self->dictation);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->measured_id, g_free);
  g_clear_pointer (&self->problem, g_free);
  G_OBJECT_CLASS (longhand_machine_panel_parent_class)->dispose (object);
}

static void
longhand_machine_panel_class_init (LonghandMachinePanelClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_machine_panel_dispose;
  widget_class->map = longhand_machine_panel_map;
  widget_class->unmap = longhand_machine_panel_unmap;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/performance/longhand-machine-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandMachinePanel, list);
  gtk_widget_class_bind_template_child (widget_class, LonghandMachinePanel, outcome);
  gtk_widget_class_bind_template_child (widget_class, LonghandMachinePanel, progress);
  gtk_widget_class_bind_template_child (widget_class, LonghandMachinePanel, measure);
  gtk_widget_class_bind_template_child (widget_class, LonghandMachinePanel, cancel);
  gtk_widget_class_install_action (widget_class, "machine.measure", NULL, start);
  gtk_widget_class_install_action (widget_class, "machine.cancel", NULL, stop);
}

static void
longhand_machine_panel_init (LonghandMachinePanel *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  longhand_wrap_button (GTK_BUTTON (self->measure));
  for (guint i = 0; i < N_ROWS; i++) {
    GtkWidget *row = longhand_figure_row_new (_ (rows[i].name), _ (rows[i].explanation));

    gtk_list_box_insert (self->list, row, (int)i);
    self->rows[i] = LONGHAND_FIGURE_ROW (row);
  }
  self->reason = GTK_LABEL (
      g_object_new (GTK_TYPE_LABEL, "xalign", 0.0f, "wrap", TRUE, "max-width-chars", MAX_CHARS, NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->reason), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->reason), "dim-label");
  longhand_figure_row_add_below (self->rows[THREADS], GTK_WIDGET (self->reason));
  self->graph = LONGHAND_SPEED_UP_GRAPH (longhand_speed_up_graph_new ());
  longhand_figure_row_add_below (self->rows[SPEED_UP], GTK_WIDGET (self->graph));
}

void
longhand_machine_panel_set_up (LonghandMachinePanel *self, LonghandSettings *settings,
                               LonghandModelStore *store, LonghandDictation *dictation) {
  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  self->dictation = g_object_ref (dictation);
  look_at_kept (self);
  show_speed_up (self);
  show_measuring (self);
}

const LonghandScaling *
longhand_machine_panel_get_scaling (LonghandMachinePanel *self) {
  return &self->scaling;
}
