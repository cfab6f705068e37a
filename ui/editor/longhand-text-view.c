#include "longhand-text-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _LonghandTextView {
  GtkTextView parent_instance;

  LonghandDocument *document; /* owned by the view as its buffer */
  gboolean composing;         /* an input method shows unfinished text */
};

G_DEFINE_FINAL_TYPE (LonghandTextView, longhand_text_view, GTK_TYPE_TEXT_VIEW)

#define PARENT GTK_WIDGET_CLASS (longhand_text_view_parent_class)

static void
update_colors (LonghandTextView *self) {
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA text, match, heard;

  gtk_style_context_get_color (context, &text);
  if (!gtk_style_context_lookup_color (context, "warning_bg_color", &match))
    match = text;
  if (!gtk_style_context_lookup_color (context, "accent_bg_color", &heard))
    heard = text;
  text.alpha = 0.65f;
  match.alpha = 0.4f;
  heard.alpha = 0.3f;
  longhand_document_set_colors (self->document, &text, &match, &heard);
}

static void
longhand_text_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change) {
  PARENT->css_changed (widget, change);
  update_colors (LONGHAND_TEXT_VIEW (widget));
}

static void
longhand_text_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot) {
  LonghandTextView *self = LONGHAND_TEXT_VIEW (widget);
  GtkTextView *view = GTK_TEXT_VIEW (widget);
  g_autoptr (PangoLayout) layout = NULL;
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GdkRectangle caret;
  GdkRGBA color;
  int x, y, width;

  PARENT->snapshot (widget, snapshot);
  if (self->composing || gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (view)) > 0)
    return;

  gtk_text_view_get_cursor_locations (view, NULL, &caret, NULL);
  /* Between the margins, wherever the caret of a language stands: which side it begins at, Pango knows. */
  gtk_text_view_buffer_to_window_coords (view, GTK_TEXT_WINDOW_WIDGET, gtk_text_view_get_left_margin (view),
                                         caret.y, &x, &y);
  width = gtk_widget_get_width (widget) - gtk_text_view_get_left_margin (view)
          - gtk_text_view_get_right_margin (view);
  layout = gtk_widget_create_pango_layout (widget, _ ("Press Record and speak, or type here"));
  pango_layout_set_width (layout, MAX (width, 1) * PANGO_SCALE);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  gtk_style_context_get_color (context, &color);
  color.alpha *= adw_style_manager_get_high_contrast (adw_style_manager_get_default ()) ? 0.8f : 0.55f;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)x, (float)y));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

static void
on_preedit_changed (GtkTextView *view, const char *preedit) {
  LONGHAND_TEXT_VIEW (view)->composing = *preedit != '\0';
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

static void
update_actions (LonghandTextView *self) {
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "text.undo",
                                 longhand_document_get_can_step_back (self->document));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "text.redo",
                                 longhand_document_get_can_step_forward (self->document));
}

static void
step_and_show (LonghandTextView *self, void (*step) (LonghandDocument *)) {
  step (self->document);
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self),
                                      gtk_text_buffer_get_insert (GTK_TEXT_BUFFER (self->document)));
}

static void
undo_activated (GtkWidget *widget, const char *name, GVariant *parameter) {
  step_and_show (LONGHAND_TEXT_VIEW (widget), longhand_document_step_back);
}

static void
redo_activated (GtkWidget *widget, const char *name, GVariant *parameter) {
  step_and_show (LONGHAND_TEXT_VIEW (widget), longhand_document_step_forward);
}

static void
longhand_text_view_class_init (LonghandTextViewClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->css_changed = longhand_text_view_css_changed;
  widget_class->snapshot = longhand_text_view_snapshot;
  gtk_widget_class_install_action (widget_class, "text.undo", NULL, undo_activated);
  gtk_widget_class_install_action (widget_class, "text.redo", NULL, redo_activated);
}

static void
longhand_text_view_init (LonghandTextView *self) {
  g_autoptr (LonghandDocument) document = longhand_document_new ();

  self->document = document;
  gtk_text_view_set_buffer (GTK_TEXT_VIEW (self), GTK_TEXT_BUFFER (document));
  /* At whatever is notified GtkTextView switches both off, because the buffer's own undo is; so ours comes
   * after. */
  g_signal_connect_object (document, "notify", G_CALLBACK (update_actions), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect (self, "preedit-changed", G_CALLBACK (on_preedit_changed), NULL);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Text"), GTK_ACCESSIBLE_PROPERTY_PLACEHOLDER,
      _ ("Press Record and speak, or type here"), GTK_ACCESSIBLE_PROPERTY_MULTI_LINE, TRUE, -1);
  update_actions (self);
}

LonghandDocument *
longhand_text_view_get_document (LonghandTextView *self) {
  g_return_val_if_fail (LONGHAND_IS_TEXT_VIEW (self), NULL);
  return self->document;
}
