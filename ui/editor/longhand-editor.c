#include "longhand-editor.h"

#include "longhand-find-bar.h"
#include "transcript/longhand-found.h"

#include <string.h>

struct _LonghandEditor {
  AdwBin parent_instance;

  /* template children */
  LonghandFindBar *find_bar;
  GtkScrolledWindow *scroller;
  LonghandTextView *view;

  char *searched; /* owned; words that are marked */
  guint mark_id;  /* idle source, after the text changed */
  guint show_id;  /* idle source, after another text or search */
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

/* ---- what a search of the library found ---- */

/* (transfer full) (element-type LonghandFound) */
static GArray *
find_searched (LonghandEditor *self) {
  g_autofree char *text = longhand_document_dup_text (longhand_editor_get_document (self));

  return longhand_found_new (text, self->searched);
}

static gboolean
mark (gpointer user) {
  LonghandEditor *self = user;
  g_autoptr (GArray) found = find_searched (self);

  longhand_document_show_found (longhand_editor_get_document (self), found);
  self->mark_id = 0;
  return G_SOURCE_REMOVE;
}

static void
on_text_changed (LonghandEditor *self) {
  if (self->mark_id == 0 && *self->searched != '\0')
    self->mark_id = g_idle_add (mark, self);
}

gboolean
longhand_editor_mark_found (LonghandEditor *self, const char *words) {
  if (strcmp (self->searched, words) == 0)
    return FALSE;
  g_free (self->searched);
  self->searched = g_strdup (words);
  g_clear_handle_id (&self->mark_id, g_source_remove);
  mark (self);
  return TRUE;
}

static gboolean
show_first (gpointer user) {
  LonghandEditor *self = user;
  g_autoptr (GArray) found = find_searched (self);
  GtkTextIter first;

  self->show_id = 0;
  if (found->len == 0)
    return G_SOURCE_REMOVE;
  gtk_text_buffer_get_iter_at_offset (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view)), &first,
                                      (int)g_array_index (found, LonghandFound, 0).offset);
  gtk_text_view_scroll_to_iter (GTK_TEXT_VIEW (self->view), &first, 0.1, FALSE, 0, 0);
  return G_SOURCE_REMOVE;
}

/* When the view has measured all lines: until then it does not scroll to those far below. */
void
longhand_editor_show_found (LonghandEditor *self) {
  if (self->show_id == 0 && *self->searched != '\0')
    self->show_id = g_idle_add_full (G_PRIORITY_LOW, show_first, self, NULL);
}

/* ---- find ---- */

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

/* ---- life ---- */

static void
longhand_editor_dispose (GObject *object) {
  LonghandEditor *self = LONGHAND_EDITOR (object);

  g_clear_handle_id (&self->mark_id, g_source_remove);
  g_clear_handle_id (&self->show_id, g_source_remove);
  G_OBJECT_CLASS (longhand_editor_parent_class)->dispose (object);
}

static void
longhand_editor_finalize (GObject *object) {
  g_free (LONGHAND_EDITOR (object)->searched);
  G_OBJECT_CLASS (longhand_editor_parent_class)->finalize (object);
}

static void
longhand_editor_class_init (LonghandEditorClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = longhand_editor_dispose;
  object_class->finalize = longhand_editor_finalize;
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
  self->searched = g_strdup ("");
  g_signal_connect_object (longhand_editor_get_document (self), "changed", G_CALLBACK (on_text_changed), self,
                           G_CONNECT_SWAPPED);
}
