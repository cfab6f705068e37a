/* A row with a figure: its name, its value, and what is below these: a bar that compares it with those of the
 * others in its list, or a picture. A screen reader says name and value. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_FIGURE_ROW (longhand_figure_row_get_type ())
G_DECLARE_FINAL_TYPE (LonghandFigureRow, longhand_figure_row, LONGHAND, FIGURE_ROW, GtkListBoxRow)

GtkWidget *longhand_figure_row_new (const char *name,
                                    const char *explanation); /* for a tooltip; NULL: none */
/* At the end of a list, which owns it. (transfer none) */
LonghandFigureRow *longhand_figure_row_append_to (GtkListBox *list, const char *name,
                                                  const char *explanation);

/* Nothing is drawn anew when it is the same. value NULL: not known. */
void longhand_figure_row_set_value (LonghandFigureRow *self, const char *value);
void longhand_figure_row_set_share (LonghandFigureRow *self, double share); /* 0..1; has a bar from then on */
void longhand_figure_row_add_below (LonghandFigureRow *self,
                                    GtkWidget *picture); /* takes its floating reference */

void longhand_figure_row_add_mark (LonghandFigureRow *self,
                                   GtkWidget *mark); /* before its name; takes its floating reference */

G_END_DECLS
