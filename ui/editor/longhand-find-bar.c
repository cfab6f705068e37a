#include "longhand-find-bar.h"

#include "longhand-config.h"
#include "widgets/longhand-accessible.h"

#include <glib/gi18n.h>

struct _LonghandFindBar {
  AdwBin parent_instance;

  /* template children */
  GtkSearchBar *bar;
  GtkEditable *entry;
  GtkLabel *count;
  GtkWidget *previous, *next;

  LonghandTextView *view; /* borrowed: outlives the bar, both belong to one editor */
  guint refresh_id;       /* idle source, after the text changed */
};

G_DEFINE_FINAL_TYPE (LonghandFindBar, longhand_find_bar, ADW_TYPE_BIN)

static const GtkTextSearchFlags flags = GTK_TEXT_SEARCH_CASE_INSENSITIVE | GTK_TEXT_SEARCH_TEXT_ONLY;

static const char *
get_query (LonghandFindBar *self) {
  return gtk_search_bar_get_search_mode (self->bar) ? gtk_editable_get_text (self->entry) : "";
}

/* Highlights every match and says how many there are, and which of them is selected. */
static void
refresh (LonghandFindBar *self) {
  LonghandDocument *document = longhand_text_view_get_document (self->view);
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (document);
  const char *query = get_query (self);
  g_autofree char *text = NULL;
  GtkTextIter from, start, end, selected_start, selected_end;
  guint n = 0, current = 0;

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  longhand_document_clear_highlights (document);
  gtk_text_buffer_get_selection_bounds (buffer, &selected_start, &selected_end);
  gtk_text_buffer_get_start_iter (buffer, &from);
  while (*query && gtk_text_iter_forward_search (&from, query, flags, &start, &end, NULL)) {
    n++;
    if (gtk_text_iter_equal (&start, &selected_start) && gtk_text_iter_equal (&end, &selected_end))
      current = n;
    longhand_document_highlight (document, &start, &end);
    from = end;
  }

  if (*query && n == 0)
    text = g_strdup (_ ("No matches"));
  else if (current > 0)
    /* Translators: the number of the selected match, and how many there are */
    text = g_strdup_printf (_ ("%u of %u"), current, n);
  else if (n > 0)
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u match", "%u matches", n), n);
  gtk_label_set_text (self->count, text ? text : "");
  gtk_widget_set_sensitive (self->previous, n > 0);
  gtk_widget_set_sensitive (self->next, n > 0);
}

static void
select_match (LonghandFindBar *self, const GtkTextIter *start, const GtkTextIter *end) {
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));

  gtk_text_buffer_select_range (buffer, end, start);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), gtk_text_buffer_get_insert (buffer), 0.1, FALSE,
                                0, 0);
  refresh (self);
}

/* Selects the first match from the selection on: the one that is selected already counts only for keep. */
static void
find_forward (LonghandFindBar *self, gboolean keep) {
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  const char *query = get_query (self);
  GtkTextIter selected_start, selected_end, start, end;
  gboolean found;

  if (*query == '\0')
    return;
  gtk_text_buffer_get_selection_bounds (buffer, &selected_start, &selected_end);
  found = gtk_text_iter_forward_search (keep ? &selected_start : &selected_end, query, flags, &start, &end,
                                        NULL);
  if (!found) {
    gtk_text_buffer_get_start_iter (buffer, &selected_start);
    found = gtk_text_iter_forward_search (&selected_start, query, flags, &start, &end, NULL);
  }
  if (found)
    select_match (self, &start, &end);
}

void
longhand_find_bar_next (LonghandFindBar *self) {
  find_forward (self, FALSE);
}

void
longhand_find_bar_previous (LonghandFindBar *self) {
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  const char *query = get_query (self);
  GtkTextIter selected_start, selected_end, start, end;
  gboolean found;

  if (*query == '\0')
    return;
  gtk_text_buffer_get_selection_bounds (buffer, &selected_start, &selected_end);
  found = gtk_text_iter_backward_search (&selected_start, query, flags, &start, &end, NULL);
  if (!found) {
    gtk_text_buffer_get_end_iter (buffer, &selected_end);
    found = gtk_text_iter_backward_search (&selected_end, query, flags, &start, &end, NULL);
  }
  if (found)
    select_match (self, &start, &end);
}

static void
search (LonghandFindBar *self) {
  refresh (self);
  find_forward (self, TRUE);
}

static gboolean
refresh_in_idle (gpointer user_data) {
  LonghandFindBar *self = user_data;

  self->refresh_id = 0;
  refresh (self);
  return G_SOURCE_REMOVE;
}

static void
on_text_changed (LonghandFindBar *self) {
  if (self->refresh_id == 0 && *get_query (self))
    self->refresh_id = g_idle_add (refresh_in_idle, self);
}

void
longhand_find_bar_open (LonghandFindBar *self) {
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  GtkTextIter start, end;

  gtk_search_bar_set_search_mode (self->bar, TRUE);
  if (gtk_text_buffer_get_selection_bounds (buffer, &start, &end)
      && gtk_text_iter_get_line (&start) == gtk_text_iter_get_line (&end)) {
    g_autofree char *selected = gtk_text_iter_get_slice (&start, &end);

    gtk_editable_set_text (self->entry, selected);
  }
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_select_region (self->entry, 0, -1);
  refresh (self);
}

void
longhand_find_bar_close (LonghandFindBar *self) {
  gtk_search_bar_set_search_mode (self->bar, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* From the buttons, too; the entry says so itself. */
static gboolean
on_escape (GtkWidget *widget, GVariant *arguments, gpointer user) {
  longhand_find_bar_close (LONGHAND_FIND_BAR (widget));
  return GDK_EVENT_STOP;
}

void
longhand_find_bar_set_view (LonghandFindBar *self, LonghandTextView *view) {
  self->view = view;
  g_signal_connect_object (longhand_text_view_get_document (view), "changed", G_CALLBACK (on_text_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->bar, "notify::search-mode-enabled", G_CALLBACK (refresh), self,
                           G_CONNECT_SWAPPED);
}

static void
longhand_find_bar_dispose (GObject *object) {
  LonghandFindBar *self = LONGHAND_FIND_BAR (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  G_OBJECT_CLASS (longhand_find_bar_parent_class)->dispose (object);
}

static void
longhand_find_bar_class_init (LonghandFindBarClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_find_bar_dispose;
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, on_escape, NULL);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/editor/longhand-find-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandFindBar, bar);
  gtk_widget_class_bind_template_child (widget_class, LonghandFindBar, entry);
  gtk_widget_class_bind_template_child (widget_class, LonghandFindBar, count);
  gtk_widget_class_bind_template_child (widget_class, LonghandFindBar, previous);
  gtk_widget_class_bind_template_child (widget_class, LonghandFindBar, next);
  gtk_widget_class_bind_template_callback (widget_class, search);
  gtk_widget_class_bind_template_callback (widget_class, longhand_find_bar_next);
  gtk_widget_class_bind_template_callback (widget_class, longhand_find_bar_previous);
  gtk_widget_class_bind_template_callback (widget_class, longhand_find_bar_close);
}

static void
longhand_find_bar_init (LonghandFindBar *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->bar, self->entry);
  longhand_accessible_tell_while_drawn (gtk_search_bar_get_child (self->bar));
}
