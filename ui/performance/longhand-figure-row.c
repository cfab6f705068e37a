#include "performance/longhand-figure-row.h"

#include "widgets/longhand-wrap.h"

#define MAX_CHARS 16

struct _LonghandFigureRow {
  GtkListBoxRow parent_instance;

  /* children */
  GtkBox *box, *line;
  GtkLabel *name, *value;
  GtkProgressBar *bar; /* NULL: no share was set */
};

G_DEFINE_FINAL_TYPE (LonghandFigureRow, longhand_figure_row, GTK_TYPE_LIST_BOX_ROW)

void
longhand_figure_row_set_value (LonghandFigureRow *self, const char *value) {
  const char *text = value != NULL ? value : "–";

  if (!g_str_equal (gtk_label_get_label (self->value), text))
    gtk_label_set_label (self->value, text);
}

void
longhand_figure_row_set_share (LonghandFigureRow *self, double share) {
  if (self->bar == NULL) {
    self->bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
    gtk_accessible_update_relation (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                    self->name, NULL, -1);
    gtk_box_append (self->box, GTK_WIDGET (self->bar));
  }
  if (share != gtk_progress_bar_get_fraction (self->bar))
    gtk_progress_bar_set_fraction (self->bar, share);
}

void
longhand_figure_row_add_below (LonghandFigureRow *self, GtkWidget *picture) {
  gtk_box_append (self->box, picture);
}

void
longhand_figure_row_add_mark (LonghandFigureRow *self, GtkWidget *mark) {
  gtk_box_prepend (self->line, mark);
}

static void
longhand_figure_row_class_init (LonghandFigureRowClass *klass) {
}

/* Long ones take several lines, not more of the window. */
static GtkLabel *
new_label (const char *text, float xalign, GtkJustification justification) {
  return g_object_new (GTK_TYPE_LABEL, "label", text, "xalign", xalign, "justify", justification, "wrap",
                       TRUE, "max-width-chars", MAX_CHARS, NULL);
}

static void
longhand_figure_row_init (LonghandFigureRow *self) {
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 6));
  self->line = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12));
  self->name = new_label (NULL, 0, GTK_JUSTIFY_LEFT);
  self->value = new_label ("–", 1, GTK_JUSTIFY_RIGHT);
  gtk_widget_set_hexpand (GTK_WIDGET (self->name), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->value), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->value), "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (self->box), "longhand-figure");
  gtk_box_append (self->line, GTK_WIDGET (self->name));
  gtk_box_append (self->line, GTK_WIDGET (self->value));
  gtk_box_append (self->box, GTK_WIDGET (self->line));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), GTK_WIDGET (self->box));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_LABELLED_BY, self->name,
                                  self->value, NULL, -1);
}

GtkWidget *
longhand_figure_row_new (const char *name, const char *explanation) {
  LonghandFigureRow *self = g_object_new (LONGHAND_TYPE_FIGURE_ROW, "tooltip-text", explanation, NULL);

  gtk_label_set_label (self->name, name);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (longhand_wrap_tooltip), NULL);
  return GTK_WIDGET (self);
}

LonghandFigureRow *
longhand_figure_row_append_to (GtkListBox *list, const char *name, const char *explanation) {
  GtkWidget *row = longhand_figure_row_new (name, explanation);

  gtk_list_box_append (list, row);
  return LONGHAND_FIGURE_ROW (row);
}
