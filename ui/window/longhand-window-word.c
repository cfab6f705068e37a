/* One word of the text and its sound: a click on it, or a key at it, opens what can be done with it. */
#include "window/longhand-window-private.h"

#include "dictation/longhand-alternatives.h"
#include "longhand-error.h"

#include <glib/gi18n.h>

#define CLICK_PX 4     /* further is a drag */
#define AROUND_MS 100  /* of a word that is played */
#define STRETCH_MS 300 /* around a segment that is heard again */

static LonghandDocument *
get_document (LonghandWindow *self) {
  return longhand_editor_get_document (self->editor);
}

static GtkTextView *
get_view (LonghandWindow *self) {
  return GTK_TEXT_VIEW (longhand_editor_get_view (self->editor));
}

const GArray *
longhand_window_get_word_times (LonghandWindow *self) {
  if (self->word_times == NULL)
    self->word_times = longhand_document_dup_word_times (get_document (self));
  return self->word_times;
}

/* Letters and digits of the word, without marks around them. */
static void
get_core (LonghandWindow *self, GtkTextIter *start, GtkTextIter *end) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (get_document (self));

  gtk_text_buffer_get_iter_at_offset (buffer, start, (int)self->word.offset);
  gtk_text_buffer_get_iter_at_offset (buffer, end, (int)(self->word.offset + self->word.length));
  while (gtk_text_iter_compare (start, end) < 0 && !g_unichar_isalnum (gtk_text_iter_get_char (start)))
    gtk_text_iter_forward_char (start);
  while (gtk_text_iter_compare (start, end) < 0) {
    GtkTextIter last = *end;

    gtk_text_iter_backward_char (&last);
    if (g_unichar_isalnum (gtk_text_iter_get_char (&last)))
      break;
    *end = last;
  }
}

/* ---- what else it may be ---- */

static void
end_search (LonghandWindow *self) {
  if (self->word_search != NULL)
    g_cancellable_cancel (self->word_search);
  g_clear_object (&self->word_search);
}

typedef struct {
  LonghandWindow *window; /* owned, as search */
  GCancellable *search;
} Search;

static void
on_found (GObject *source, GAsyncResult *result, gpointer user) {
  g_autofree Search *search = user;
  g_autoptr (LonghandWindow) self = search->window;
  g_autoptr (GCancellable) cancellable = search->search;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) alternatives = longhand_alternatives_find_finish (result, &error);

  if (cancellable != self->word_search)
    return;
  g_clear_object (&self->word_search);
  if (alternatives != NULL)
    longhand_word_popover_show_alternatives (self->word_popover, alternatives);
  else
    longhand_word_popover_show_failure (self->word_popover, error->message);
}

static void
search (LonghandWindow *self, const LonghandSegment *segment, const char *word) {
  g_autofree char *id = longhand_settings_dup_model (self->settings);
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandModel) model = longhand_model_store_find (self->store, id, &error);
  Search *begun;

  if (model == NULL) {
    longhand_word_popover_show_failure (self->word_popover, error->message);
    return;
  }
  self->word_search = g_cancellable_new ();
  begun = g_new (Search, 1);
  *begun = (Search){ g_object_ref (self), g_object_ref (self->word_search) };
  longhand_alternatives_find_async (
      &(LonghandWordQuestion){ .model_path = longhand_model_get_path (model),
                               .settings = self->settings,
                               .parts = longhand_player_bar_get_parts (self->player),
                               .from_ms = MAX (segment->start_ms - STRETCH_MS, 0),
                               .to_ms = segment->end_ms + STRETCH_MS,
                               .start_ms = self->word.start_ms,
                               .end_ms = self->word.end_ms,
                               .word = word },
      self->word_search, on_found, begun);
}

/* Those that came with the word, if they did. */
static const GArray *
get_alternatives (LonghandWindow *self, const LonghandWordTime *word) {
  const LonghandSegment *segment = longhand_document_get_segment (get_document (self), word->segment);

  return word->word >= 0 ? g_array_index (segment->words, LonghandWord, word->word).alternatives : NULL;
}

static gboolean
can_play (LonghandWindow *self) {
  return longhand_player_bar_get_parts (self->player) != NULL;
}

/* ---- the popover ---- */

static void
on_play (LonghandWindow *self) {
  longhand_player_bar_play_stretch (self->player, self->word.start_ms - AROUND_MS,
                                    self->word.end_ms + AROUND_MS);
}

static void
on_chosen (LonghandWindow *self, const char *text) {
  GtkTextIter start, end;

  get_core (self, &start, &end);
  longhand_document_replace (get_document (self), (guint)gtk_text_iter_get_offset (&start),
                             (guint)(gtk_text_iter_get_offset (&end) - gtk_text_iter_get_offset (&start)),
                             text);
  gtk_widget_grab_focus (GTK_WIDGET (get_view (self)));
}

/* The keyboard goes back to the text, not to what can take it first beside the popover. */
static void
on_closed (LonghandWindow *self) {
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  end_search (self);
  if (focus == NULL || gtk_widget_is_ancestor (focus, GTK_WIDGET (self->word_popover)))
    gtk_widget_grab_focus (GTK_WIDGET (get_view (self)));
}

static void
need_popover (LonghandWindow *self) {
  if (self->word_popover != NULL)
    return;
  self->word_popover = longhand_word_popover_new ();
  gtk_widget_set_parent (GTK_WIDGET (self->word_popover), GTK_WIDGET (self->editor));
  g_signal_connect_object (self->word_popover, "play", G_CALLBACK (on_play), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->word_popover, "chosen", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->word_popover, "closed", G_CALLBACK (on_closed), self, G_CONNECT_SWAPPED);
}

/* The word's place in the editor. */
static void
point_at (LonghandWindow *self, const GtkTextIter *start, const GtkTextIter *end) {
  GtkTextView *view = get_view (self);
  GdkRectangle first, last;
  double x, y;

  gtk_text_view_get_iter_location (view, start, &first);
  gtk_text_view_get_iter_location (view, end, &last);
  if (last.y == first.y)
    first.width = MAX (last.x - first.x, 1);
  gtk_text_view_buffer_to_window_coords (view, GTK_TEXT_WINDOW_WIDGET, first.x, first.y, &first.x, &first.y);
  gtk_widget_translate_coordinates (GTK_WIDGET (view), GTK_WIDGET (self->editor), first.x, first.y, &x, &y);
  first.x = (int)x;
  first.y = (int)y;
  gtk_popover_set_pointing_to (GTK_POPOVER (self->word_popover), &first);
}

/* It is heard at once, if there is sound. Opened by a key it takes the keyboard; opened by a click it leaves
 * that to the text. */
static void
open_word (LonghandWindow *self, const LonghandWordTime *word, gboolean takes_keyboard) {
  const LonghandSegment *segment = longhand_document_get_segment (get_document (self), word->segment);
  const GArray *alternatives;
  g_autofree char *text = NULL;
  GtkTextIter start, end;

  end_search (self);
  need_popover (self);
  self->word = *word;
  alternatives = get_alternatives (self, word);
  get_core (self, &start, &end);
  text = gtk_text_iter_get_slice (&start, &end);
  longhand_word_popover_show_word (self->word_popover, text, can_play (self));
  point_at (self, &start, &end);
  gtk_popover_set_autohide (GTK_POPOVER (self->word_popover), takes_keyboard);
  gtk_popover_popup (GTK_POPOVER (self->word_popover));
  if (alternatives != NULL)
    longhand_word_popover_show_alternatives (self->word_popover, alternatives);
  else
    search (self, segment, text);
  on_play (self);
}

void
longhand_window_close_word (LonghandWindow *self) {
  end_search (self);
  if (self->word_popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->word_popover));
}

void
longhand_window_open_word_at_caret (LonghandWindow *self) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (get_document (self));
  const LonghandWordTime *word;
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  word = longhand_word_times_find (longhand_window_get_word_times (self),
                                   (guint)gtk_text_iter_get_offset (&iter));
  if (word != NULL && (can_play (self) || get_alternatives (self, word) != NULL))
    open_word (self, word, TRUE);
  else if (word != NULL)
    longhand_window_say_unheard (self);
  else
    longhand_window_toast (self, _ ("There is no dictated word at the caret."));
}

/* ---- clicks ---- */

/* In the view. */
static void
get_place (LonghandWindow *self, GdkEvent *event, double *x, double *y) {
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (get_view (self)));
  double left, top;

  gdk_event_get_position (event, x, y);
  gtk_native_get_surface_transform (native, &left, &top);
  gtk_widget_translate_coordinates (GTK_WIDGET (native), GTK_WIDGET (get_view (self)), *x - left, *y - top, x,
                                    y);
}

static void
click (LonghandWindow *self, double x, double y) {
  const LonghandWordTime *word;
  GtkTextIter iter;
  int buffer_x, buffer_y;

  if (longhand_dictation_get_state (self->dictation) != LONGHAND_STATE_IDLE
      || gtk_text_buffer_get_has_selection (GTK_TEXT_BUFFER (get_document (self))))
    return;
  gtk_text_view_window_to_buffer_coords (get_view (self), GTK_TEXT_WINDOW_WIDGET, (int)x, (int)y, &buffer_x,
                                         &buffer_y);
  if (!gtk_text_view_get_iter_at_location (get_view (self), &iter, buffer_x, buffer_y))
    return;
  word = longhand_word_times_find (longhand_window_get_word_times (self),
                                   (guint)gtk_text_iter_get_offset (&iter));
  if (word != NULL && (can_play (self) || get_alternatives (self, word) != NULL))
    open_word (self, word, FALSE);
}

/* Looks on only: what a click does to the text it does all the same. */
static gboolean
on_event (LonghandWindow *self, GdkEvent *event) {
  const GdkEventType type = gdk_event_get_event_type (event);
  double x, y;

  if ((type != GDK_BUTTON_PRESS && type != GDK_BUTTON_RELEASE)
      || gdk_button_event_get_button (event) != GDK_BUTTON_PRIMARY)
    return GDK_EVENT_PROPAGATE;
  get_place (self, event, &x, &y);
  if (type == GDK_BUTTON_PRESS) {
    self->press_x = x;
    self->press_y = y;
  } else if (ABS (x - self->press_x) <= CLICK_PX && ABS (y - self->press_y) <= CLICK_PX
             && (gdk_event_get_modifier_state (event) & gtk_accelerator_get_default_mod_mask ()) == 0) {
    click (self, x, y);
  }
  return GDK_EVENT_PROPAGATE;
}

/* ---- what closes it ---- */

static gboolean
is_open (LonghandWindow *self) {
  return self->word_popover != NULL && gtk_widget_get_visible (GTK_WIDGET (self->word_popover));
}

/* Opened by a click the popover holds neither keyboard nor pointer: what closes a menu closes it only here. */
static gboolean
on_window_event (LonghandWindow *self, GdkEvent *event) {
  const GdkEventType type = gdk_event_get_event_type (event);
  const gboolean is_pointer = type == GDK_BUTTON_PRESS || type == GDK_SCROLL;
  const gboolean is_escape = type == GDK_KEY_PRESS && gdk_key_event_get_keyval (event) == GDK_KEY_Escape;

  if ((!is_pointer && !is_escape) || !is_open (self)
      || (is_pointer
          && gdk_event_get_surface (event) == gtk_native_get_surface (GTK_NATIVE (self->word_popover))))
    return GDK_EVENT_PROPAGATE;
  longhand_window_close_word (self);
  return is_escape ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
}

static void
on_focus (LonghandWindow *self) {
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (is_open (self) && focus != NULL && focus != GTK_WIDGET (get_view (self))
      && !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->word_popover)))
    longhand_window_close_word (self);
}

static void
on_changed (LonghandWindow *self) {
  g_clear_pointer (&self->word_times, g_array_unref);
  longhand_window_close_word (self);
}

static void
add_menu (LonghandWindow *self) {
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenuItem) item = g_menu_item_new (_ ("_Hear or Correct Word"), "win.word");

  g_menu_item_set_attribute (item, "hidden-when", "s", "action-disabled");
  g_menu_append_item (menu, item);
  gtk_text_view_set_extra_menu (get_view (self), G_MENU_MODEL (menu));
}

/* Looks at events before anything below the widget has them. */
static void
look_at_events (LonghandWindow *self, GtkWidget *widget, GCallback on_event_of_widget) {
  GtkEventController *events = gtk_event_controller_legacy_new ();

  gtk_event_controller_set_propagation_phase (events, GTK_PHASE_CAPTURE);
  g_signal_connect_object (events, "event", on_event_of_widget, self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, events);
}

void
longhand_window_init_word (LonghandWindow *self) {
  look_at_events (self, GTK_WIDGET (get_view (self)), G_CALLBACK (on_event));
  look_at_events (self, GTK_WIDGET (self), G_CALLBACK (on_window_event));
  g_signal_connect (self, "notify::focus-widget", G_CALLBACK (on_focus), NULL);
  g_signal_connect_object (get_document (self), "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_document (self), "notify::cursor-position",
                           G_CALLBACK (longhand_window_close_word), self, G_CONNECT_SWAPPED);
  add_menu (self);
}
