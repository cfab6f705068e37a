#include "library/longhand-sidebar.h"

#include "library/longhand-dates.h"
#include "library/longhand-session-row.h"
#include "widgets/longhand-accessible.h"

#include <glib/gi18n.h>

struct _LonghandSidebar {
  AdwBin parent_instance;

  /* template children */
  GtkSearchEntry *search;
  GtkStack *pages;
  GtkListView *list;
  GMenuModel *session_menu;

  /* owned */
  LonghandLibrary *library;
  LonghandSettings *settings;
  GtkSingleSelection *selection;
  GPtrArray *bound;   /* GtkListItem, not owned; those that are shown */
  GtkWidget *popover; /* child of this */

  gint64 open_id;        /* session in the window */
  gint64 menu_id;        /* that the menu is about; 0: it is closed, and its item has been done */
  gboolean is_selecting; /* this object, and no person */
};

G_DEFINE_FINAL_TYPE (LonghandSidebar, longhand_sidebar, ADW_TYPE_BIN)

enum { OPENED, REMOVED, LEFT, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ---- rows ---- */

static LonghandSessionItem *
get_item (LonghandSidebar *self, guint position) {
  return g_list_model_get_item (G_LIST_MODEL (self->selection), position);
}

/* What is found is not in the order of time. (transfer full); NULL: none */
static char *
dup_section (LonghandSidebar *self, guint position, GDateTime *now) {
  g_autoptr (LonghandSessionItem) item = get_item (self, position);
  const LonghandSessionSummary *summary;
  g_autoptr (GDateTime) begun = NULL;

  if (item == NULL || *longhand_library_get_searched (self->library) != '\0')
    return NULL;
  summary = longhand_session_item_get_summary (item);
  if (summary->pinned)
    return g_strdup (_ ("Pinned"));
  begun = g_date_time_new_from_unix_local (summary->begun_us / G_USEC_PER_SEC);
  return begun != NULL ? longhand_dates_dup_section (begun, now) : NULL;
}

static void
show_row (LonghandSidebar *self, GtkListItem *list_item, GDateTime *now) {
  LonghandSessionItem *item = gtk_list_item_get_item (list_item);
  const guint position = gtk_list_item_get_position (list_item);
  g_autofree char *section = dup_section (self, position, now);
  g_autofree char *above = position > 0 ? dup_section (self, position - 1, now) : NULL;

  longhand_session_row_show (LONGHAND_SESSION_ROW (gtk_list_item_get_child (list_item)),
                             longhand_session_item_get_summary (item),
                             g_strcmp0 (section, above) != 0 ? section : NULL, now);
}

static void
show_rows (LonghandSidebar *self) {
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  for (guint i = 0; i < self->bound->len; i++)
    show_row (self, self->bound->pdata[i], now);
}

static guint
find_position (LonghandSidebar *self, gint64 id) {
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->library));

  for (guint i = 0; i < n; i++) {
    g_autoptr (LonghandSessionItem) item = g_list_model_get_item (G_LIST_MODEL (self->library), i);

    if (longhand_session_item_get_summary (item)->id == id)
      return i;
  }
  return GTK_INVALID_LIST_POSITION;
}

/* ---- what can be done with a session ---- */

/* (transfer none); NULL: none is selected */
static const LonghandSessionSummary *
get_selected (LonghandSidebar *self) {
  LonghandSessionItem *item = gtk_single_selection_get_selected_item (self->selection);

  return item != NULL ? longhand_session_item_get_summary (item) : NULL;
}

/* That an action is about: the menu's, wherever the list has moved it meanwhile. (transfer none); NULL: none
 */
static const LonghandSessionSummary *
get_subject (LonghandSidebar *self) {
  g_autoptr (LonghandSessionItem) item = NULL;

  if (self->menu_id == 0)
    return get_selected (self);
  item = get_item (self, find_position (self, self->menu_id));
  return item != NULL ? longhand_session_item_get_summary (item) : NULL;
}

typedef struct {
  LonghandSidebar *sidebar; /* owned */
  GtkEditable *entry;
  gint64 id;
} Rename;

static void
rename_free (gpointer data, GClosure *closure) {
  Rename *rename = data;

  g_object_unref (rename->sidebar);
  g_free (rename);
}

static void
on_rename_answer (AdwMessageDialog *dialog, const char *response, Rename *rename) {
  if (g_strcmp0 (response, "rename") == 0)
    longhand_library_set_title (rename->sidebar->library, rename->id, gtk_editable_get_text (rename->entry));
}

static void
rename_session (GtkWidget *widget, const char *name, GVariant *parameter) {
  LonghandSidebar *self = LONGHAND_SIDEBAR (widget);
  const LonghandSessionSummary *summary = get_subject (self);
  Rename *rename;
  GtkWidget *dialog, *entry;

  if (summary == NULL)
    return;
  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), _ ("Rename the Session"),
                                   _ ("Without a name it is called by its first words."));
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), summary->title != NULL ? summary->title : "");
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), summary->heading);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "rename",
                                    _ ("_Rename"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  rename = g_new (Rename, 1);
  *rename = (Rename){ g_object_ref (self), GTK_EDITABLE (entry), summary->id };
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_rename_answer), rename, rename_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (entry);
}

static void
set_pinned (LonghandSidebar *self, gboolean pinned) {
  const LonghandSessionSummary *summary = get_subject (self);

  if (summary != NULL)
    longhand_library_set_pinned (self->library, summary->id, pinned);
}

static void
pin_session (GtkWidget *widget, const char *name, GVariant *parameter) {
  set_pinned (LONGHAND_SIDEBAR (widget), TRUE);
}

static void
unpin_session (GtkWidget *widget, const char *name, GVariant *parameter) {
  set_pinned (LONGHAND_SIDEBAR (widget), FALSE);
}

/* For the menu, and for assistive technology, which is told of what can be done without it. */
static void
offer_pinning (LonghandSidebar *self) {
  const LonghandSessionSummary *summary = get_subject (self);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "session.pin", summary != NULL && !summary->pinned);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "session.unpin", summary != NULL && summary->pinned);
}

static void
delete_session (GtkWidget *widget, const char *name, GVariant *parameter) {
  LonghandSidebar *self = LONGHAND_SIDEBAR (widget);
  const LonghandSessionSummary *summary = get_subject (self);

  if (summary != NULL)
    g_signal_emit (self, signals[REMOVED], 0, summary->id, summary->heading);
}

/* ---- the menu of a session ---- */

static void
open_menu (LonghandSidebar *self, const GdkRectangle *at) {
  const LonghandSessionSummary *summary = get_selected (self);

  if (summary == NULL)
    return;
  self->menu_id = summary->id;
  offer_pinning (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), at);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

/* By keyboard: at the row that has the focus. */
static void
open_menu_at_focus (GtkWidget *widget, const char *name, GVariant *parameter) {
  LonghandSidebar *self = LONGHAND_SIDEBAR (widget);
  GtkWidget *row = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  graphene_rect_t bounds;

  if (row == NULL || !gtk_widget_compute_bounds (row, widget, &bounds))
    return;
  open_menu (self, &(GdkRectangle){ (int)(bounds.origin.x + bounds.size.width / 2),
                                    (int)(bounds.origin.y + bounds.size.height), 1, 1 });
}

static void
on_secondary_click (GtkGestureClick *gesture, int n, double x, double y, GtkListItem *list_item) {
  GtkWidget *row = gtk_list_item_get_child (list_item);
  LonghandSidebar *self = LONGHAND_SIDEBAR (gtk_widget_get_ancestor (row, LONGHAND_TYPE_SIDEBAR));
  double own_x, own_y;

  self->is_selecting = TRUE; /* the menu is about it, the window need not show it */
  gtk_single_selection_set_selected (self->selection, gtk_list_item_get_position (list_item));
  self->is_selecting = FALSE;
  gtk_widget_translate_coordinates (row, GTK_WIDGET (self), x, y, &own_x, &own_y);
  open_menu (self, &(GdkRectangle){ (int)own_x, (int)own_y, 1, 1 });
}

/* ---- the list ---- */

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *list_item, LonghandSidebar *self) {
  GtkWidget *row = g_object_new (LONGHAND_TYPE_SESSION_ROW, NULL);
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (on_secondary_click), list_item);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (list_item, row);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *list_item, LonghandSidebar *self) {
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  g_ptr_array_add (self->bound, list_item);
  show_row (self, list_item, now);
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *list_item, LonghandSidebar *self) {
  g_ptr_array_remove_fast (self->bound, list_item);
}

static void
show_page (LonghandSidebar *self) {
  GSettings *settings = longhand_settings_get_gsettings (self->settings);
  const char *page = "list";

  if (!longhand_library_is_listed (self->library))
    return;
  if (g_list_model_get_n_items (G_LIST_MODEL (self->library)) == 0) {
    if (*longhand_library_get_searched (self->library) != '\0')
      page = "no-results";
    else
      page = g_settings_get_boolean (settings, "keep-sessions") ? "empty" : "not-kept";
  }
  gtk_stack_set_visible_child_name (self->pages, page);
}

/* The menu's session as long as it is about one, else the open one. */
static void
select_row (LonghandSidebar *self) {
  const gint64 id = self->menu_id != 0 ? self->menu_id : self->open_id;

  self->is_selecting = TRUE;
  gtk_single_selection_set_selected (self->selection, find_position (self, id));
  self->is_selecting = FALSE;
  offer_pinning (self);
}

static void
on_listed (LonghandSidebar *self) {
  show_page (self);
  show_rows (self);
  select_row (self);
}

/* By a person; but rows that come and go move the selected one, too. */
static void
on_selected (LonghandSidebar *self) {
  const LonghandSessionSummary *summary = get_selected (self);

  offer_pinning (self);
  if (!self->is_selecting && summary != NULL && summary->id != self->open_id && summary->id != self->menu_id)
    g_signal_emit (self, signals[OPENED], 0, summary->id);
}

/* What an item of the menu is about stays so until it has been done; another menu may be open by then. */
static gboolean
forget_menu (gpointer user) {
  LonghandSidebar *self = user;

  if (!gtk_widget_get_visible (self->popover)) {
    self->menu_id = 0;
    select_row (self);
  }
  return G_SOURCE_REMOVE;
}

static void
on_menu_closed (LonghandSidebar *self) {
  g_idle_add_full (G_PRIORITY_LOW, forget_menu, g_object_ref (self), g_object_unref);
}

/* ---- search ---- */

static void
on_search_changed (LonghandSidebar *self) {
  longhand_library_search (self->library, gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

static void
focus_list (LonghandSidebar *self) {
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

/* A search is ended; without one, the sidebar is left. */
static void
on_stop_search (LonghandSidebar *self) {
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) == '\0') {
    g_signal_emit (self, signals[LEFT], 0);
    return;
  }
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  focus_list (self);
}

void
longhand_sidebar_take_focus (LonghandSidebar *self) {
  if (g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0)
    focus_list (self);
  else
    longhand_sidebar_focus_search (self);
}

void
longhand_sidebar_focus_search (LonghandSidebar *self) {
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/* ---- life ---- */

void
longhand_sidebar_set_open (LonghandSidebar *self, gint64 id) {
  self->open_id = id;
  select_row (self);
}

void
longhand_sidebar_set_library (LonghandSidebar *self, LonghandLibrary *library, LonghandSettings *settings) {
  self->library = g_object_ref (library);
  self->settings = g_object_ref (settings);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (library));
  g_signal_connect_object (library, "listed", G_CALLBACK (on_listed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (longhand_settings_get_gsettings (settings), "changed::keep-sessions",
                           G_CALLBACK (show_page), self, G_CONNECT_SWAPPED);
  show_page (self);
}

static void
longhand_sidebar_dispose (GObject *object) {
  LonghandSidebar *self = LONGHAND_SIDEBAR (object);

  self->is_selecting = TRUE;
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  if (self->selection != NULL)
    gtk_single_selection_set_model (self->selection, NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->library);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_sidebar_parent_class)->dispose (object);
}

static void
longhand_sidebar_finalize (GObject *object) {
  g_ptr_array_unref (LONGHAND_SIDEBAR (object)->bound);
  G_OBJECT_CLASS (longhand_sidebar_parent_class)->finalize (object);
}

static void
longhand_sidebar_class_init (LonghandSidebarClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = longhand_sidebar_dispose;
  object_class->finalize = longhand_sidebar_finalize;
  signals[OPENED] = g_signal_new ("opened", LONGHAND_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[REMOVED] = g_signal_new ("removed", LONGHAND_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_STRING);
  signals[LEFT]
      = g_signal_new ("left", LONGHAND_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (widget_class, "session.rename", NULL, rename_session);
  gtk_widget_class_install_action (widget_class, "session.pin", NULL, pin_session);
  gtk_widget_class_install_action (widget_class, "session.unpin", NULL, unpin_session);
  gtk_widget_class_install_action (widget_class, "session.delete", NULL, delete_session);
  gtk_widget_class_install_action (widget_class, "session.menu", NULL, open_menu_at_focus);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/library/longhand-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandSidebar, search);
  gtk_widget_class_bind_template_child (widget_class, LonghandSidebar, pages);
  gtk_widget_class_bind_template_child (widget_class, LonghandSidebar, list);
  gtk_widget_class_bind_template_child (widget_class, LonghandSidebar, session_menu);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
  gtk_widget_class_bind_template_callback (widget_class, focus_list);
}

static void
longhand_sidebar_init (LonghandSidebar *self) {
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  longhand_accessible_tell_drawn_page (self->pages);
  self->bound = g_ptr_array_new ();
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind), self, 0);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);
  self->popover = gtk_popover_menu_new_from_model (self->session_menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
  gtk_widget_set_halign (self->popover, GTK_ALIGN_START);
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  g_signal_connect_object (self->popover, "closed", G_CALLBACK (on_menu_closed), self, G_CONNECT_SWAPPED);
}
