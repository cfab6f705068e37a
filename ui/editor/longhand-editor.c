#include "longhand-editor.h"

#include "longhand-find-bar.h"

struct _LonghandEditor {
  AdwBin parent_instance;

  /* template children */
  LonghandFindBar *find_bar;
  GtkScrolledWindow *scroller;
  LonghandTextView *view;
};

G_DEFINE_FINAL_TYPE (LonghandEditor, longhand_editor, ADW_TYPE_BIN)

static gboolean
caret_in_sight (LonghandEditor *self) {
  GdkRectangle visible, caret;

  gtk_text_view_get_visible_rect (GTK_TEXT_VIEW (self->view), &visible);
  gtk_text_view_get_cursor_locations (GTK_TEXT_VIEW (self->view), NULL, &caret, NULL);
  return caret.y < visible.y + visible.height && caret.y + caret.height > visible.y;
}

static void
keep_in_sight (LonghandEditor *self, gboolean was_in_sight) {
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));

  if (was_in_sight && !gtk_text_buffer_get_has_selection (buffer))
    gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), gtk_text_buffer_get_insert (buffer), 0.05,
                                  FALSE, 0, 0);
}

void
longhand_editor_set_tentative (LonghandEditor *self, const char *text, guint n_firm) {
  gboolean in_sight = caret_in_sight (self);

  longhand_document_set_tentative (longhand_editor_get_document (self), text, n_firm);
  keep_in_sight (self, in_sight);
}

void
longhand_editor_commit (LonghandEditor *self, const LonghandUtterance *utterance) {
  gboolean in_sight = caret_in_sight (self);

  longhand_document_commit (longhand_editor_get_document (self), utterance);
  keep_in_sight (self, in_sight);
}

void
longhand_editor_insert_left_out (LonghandEditor *self, guint i) {
  gboolean in_sight = caret_in_sight (self);

  longhand_document_insert_left_out (longhand_editor_get_document (self), i);
  keep_in_sight (self, in_sight);
}

LonghandDocument *
longhand_editor_get_document (LonghandEditor *self) {
  return longhand_text_view_get_document (self->view);
}

GtkWidget *
longhand_editor_get_view (LonghandEditor *self) {
  return GTK_WIDGET (self->view);
}

void
longhand_editor_open_find (LonghandEditor *self) {
  longhand_find_bar_open (self->find_bar);
}

void
longhand_editor_find_next (LonghandEditor *self) {
  longhand_find_bar_next (self->find_bar);
}

void
longhand_editor_find_previous (LonghandEditor *self) {
  longhand_find_bar_previous (self->find_bar);
}

/* A click beside the text, where the view does not reach. */
static void
focus_view (LonghandEditor *self) {
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
longhand_editor_class_init (LonghandEditorClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_FIND_BAR);
  g_type_ensure (LONGHAND_TYPE_TEXT_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/editor/longhand-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandEditor, find_bar);
  gtk_widget_class_bind_template_child (widget_class, LonghandEditor, scroller);
  gtk_widget_class_bind_template_child (widget_class, LonghandEditor, view);
  gtk_widget_class_bind_template_callback (widget_class, focus_view);
}

static void
longhand_editor_init (LonghandEditor *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  longhand_find_bar_set_view (self->find_bar, self->view);
}
