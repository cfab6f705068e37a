#include "window/longhand-left-out-window.h"

#include "widgets/longhand-time-left.h"

#include <glib/gi18n.h>

struct _LonghandLeftOutWindow {
  AdwWindow parent_instance;

  /* template children */
  GtkListBox *list;

  LonghandDocument *document; /* owned */
};

G_DEFINE_FINAL_TYPE (LonghandLeftOutWindow, longhand_left_out_window, ADW_TYPE_WINDOW)

enum { INSERTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static GQuark
number_quark (void) {
  return g_quark_from_static_string ("longhand-left-out-number");
}

static void
on_clicked (LonghandLeftOutWindow *self, GtkWidget *button) {
  g_signal_emit (self, signals[INSERTED], 0,
                 GPOINTER_TO_UINT (g_object_get_qdata (G_OBJECT (button), number_quark ())));
}

static GtkWidget *
make_row (LonghandLeftOutWindow *self, guint number) {
  const LonghandSegment *segment = longhand_document_get_segment (self->document, number);
  g_autofree char *when = longhand_describe_duration (segment->start_ms);
  GtkWidget *row = adw_action_row_new (), *button = gtk_button_new_with_label (_ ("Insert"));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), segment->text);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), when);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, segment->text,
                                  -1);
  g_object_set_qdata (G_OBJECT (button), number_quark (), GUINT_TO_POINTER (number));
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_clicked), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  return row;
}

/* The row that takes the place of one that has gone gets the keyboard. */
static void
show (LonghandLeftOutWindow *self) {
  g_autoptr (GArray) numbers = longhand_document_dup_left_out (self->document);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, GTK_TYPE_LIST_BOX_ROW) : NULL;
  const int at = row != NULL ? gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) : 0;

  if (numbers->len == 0) {
    gtk_window_close (GTK_WINDOW (self));
    return;
  }
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  for (guint i = 0; i < numbers->len; i++)
    gtk_list_box_append (self->list, make_row (self, g_array_index (numbers, guint, i)));
  gtk_widget_grab_focus (
      GTK_WIDGET (gtk_list_box_get_row_at_index (self->list, MIN (at, (int)numbers->len - 1))));
}

static void
longhand_left_out_window_dispose (GObject *object) {
  LonghandLeftOutWindow *self = LONGHAND_LEFT_OUT_WINDOW (object);

  g_clear_object (&self->document);
  G_OBJECT_CLASS (longhand_left_out_window_parent_class)->dispose (object);
}

static void
longhand_left_out_window_class_init (LonghandLeftOutWindowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_left_out_window_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/window/longhand-left-out-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandLeftOutWindow, list);
  signals[INSERTED] = g_signal_new ("inserted", LONGHAND_TYPE_LEFT_OUT_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
longhand_left_out_window_init (LonghandLeftOutWindow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
longhand_left_out_window_new (LonghandDocument *document) {
  LonghandLeftOutWindow *self = g_object_new (LONGHAND_TYPE_LEFT_OUT_WINDOW, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_object (document, "notify::n-left-out", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}
