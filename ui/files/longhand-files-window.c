#include "files/longhand-files-window.h"

#include "files/longhand-file-row.h"
#include "widgets/longhand-accessible.h"
#include "widgets/longhand-drop-hint.h"
#include "widgets/longhand-time-left.h"
#include "widgets/longhand-wrap.h"

#include <glib/gi18n.h>

struct _LonghandFilesWindow {
  AdwWindow parent_instance;

  /* template children */
  GtkStack *stack;
  AdwPreferencesGroup *group;
  GtkListBox *list;
  GtkActionBar *bar;
  GtkButton *clear, *cancel_all;
  GtkRevealer *drop_hint;

  LonghandFileQueue *queue; /* owned */
};

G_DEFINE_FINAL_TYPE (LonghandFilesWindow, longhand_files_window, ADW_TYPE_WINDOW)

enum { ADD, OPENED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
accepts (GtkDropTarget *target, GdkDrop *drop, gpointer user) {
  return gdk_drop_get_drag (drop) == NULL
         && gdk_content_formats_contain_gtype (gdk_drop_get_formats (drop), GDK_TYPE_FILE_LIST);
}

GtkDropTarget *
longhand_files_drop_target_new (void) {
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (target, "accept", G_CALLBACK (accepts), NULL);
  return target;
}

gboolean
longhand_files_take_drop (LonghandFileQueue *queue, const GValue *value) {
  GSList *files = g_value_get_boxed (value);

  for (GSList *l = files; l != NULL; l = l->next)
    longhand_file_queue_add (queue, l->data);
  return files != NULL;
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, LonghandFilesWindow *self) {
  return longhand_files_take_drop (self->queue, value);
}

/* ---- what can be seen ---- */

/* (transfer full) */
static char *
describe_rest (LonghandFileQueue *queue) {
  const guint n = longhand_file_queue_get_n_open (queue);
  const double seconds = longhand_file_queue_get_seconds_left (queue);
  g_autofree char *files = NULL, *left = NULL;

  if (n == 0)
    return g_strdup (_ ("All Done"));
  files = g_strdup_printf (ngettext ("%u file to go", "%u files to go", n), n);
  if (seconds < 0 || longhand_file_queue_get_held (queue))
    return g_steal_pointer (&files);
  left = longhand_describe_time_left (seconds);
  /* Translators: such as “2 files to go, 3 minutes left” */
  return g_strdup_printf (_ ("%s, %s"), files, left);
}

static void
follow (LonghandFilesWindow *self) {
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->queue));
  const guint n_open = longhand_file_queue_get_n_open (self->queue);
  const gboolean is_held = n_open > 0 && longhand_file_queue_get_held (self->queue);
  g_autofree char *rest = describe_rest (self->queue);

  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
  gtk_widget_set_visible (GTK_WIDGET (self->bar), n > 0);
  adw_preferences_group_set_title (self->group, rest);
  adw_preferences_group_set_description (
      self->group, is_held ? _ ("Dictation goes first: files wait until its last words are there.") : NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.cancel-all", n_open > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.clear",
                                 n > n_open + longhand_file_queue_get_n_unkept (self->queue));
}

/* ---- what can be done ---- */

static void
on_opened (LonghandFilesWindow *self, LonghandFileItem *item) {
  g_signal_emit (self, signals[OPENED], 0, item);
}

static void
on_retried (LonghandFilesWindow *self, LonghandFileItem *item) {
  longhand_file_queue_retry (self->queue, item);
}

static void
on_cancelled (LonghandFilesWindow *self, LonghandFileItem *item) {
  longhand_file_queue_cancel (self->queue, item);
}

static GtkWidget *
make_row (gpointer item, gpointer user) {
  GtkWidget *row = longhand_file_row_new (item);

  g_signal_connect_object (row, "opened", G_CALLBACK (on_opened), user, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "retried", G_CALLBACK (on_retried), user, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "cancelled", G_CALLBACK (on_cancelled), user, G_CONNECT_SWAPPED);
  return row;
}

static void
add (GtkWidget *widget, const char *name, GVariant *parameter) {
  g_signal_emit (widget, signals[ADD], 0);
}

static void
cancel_all (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_file_queue_cancel_all (LONGHAND_FILES_WINDOW (widget)->queue);
}

static void
clear (GtkWidget *widget, const char *name, GVariant *parameter) {
  longhand_file_queue_clear (LONGHAND_FILES_WINDOW (widget)->queue);
}

/* ---- life ---- */

static void
longhand_files_window_dispose (GObject *object) {
  g_clear_object (&LONGHAND_FILES_WINDOW (object)->queue);
  G_OBJECT_CLASS (longhand_files_window_parent_class)->dispose (object);
}

static void
longhand_files_window_class_init (LonghandFilesWindowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_files_window_dispose;
  signals[ADD] = g_signal_new ("add", LONGHAND_TYPE_FILES_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  signals[OPENED] = g_signal_new ("opened", LONGHAND_TYPE_FILES_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, LONGHAND_TYPE_FILE_ITEM);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/files/longhand-files-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandFilesWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, LonghandFilesWindow, group);
  gtk_widget_class_bind_template_child (widget_class, LonghandFilesWindow, list);
  gtk_widget_class_bind_template_child (widget_class, LonghandFilesWindow, bar);
  gtk_widget_class_bind_template_child (widget_class, LonghandFilesWindow, clear);
  gtk_widget_class_bind_template_child (widget_class, LonghandFilesWindow, cancel_all);
  gtk_widget_class_bind_template_child (widget_class, LonghandFilesWindow, drop_hint);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_install_action (widget_class, "files.add", NULL, add);
  gtk_widget_class_install_action (widget_class, "files.cancel-all", NULL, cancel_all);
  gtk_widget_class_install_action (widget_class, "files.clear", NULL, clear);
}

static void
longhand_files_window_init (LonghandFilesWindow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  longhand_accessible_tell_drawn_page (self->stack);
  longhand_wrap_button (self->clear);
  longhand_wrap_button (self->cancel_all);
}

GtkWidget *
longhand_files_window_new (LonghandFileQueue *queue) {
  LonghandFilesWindow *self = g_object_new (LONGHAND_TYPE_FILES_WINDOW, NULL);
  GtkDropTarget *drop = longhand_files_drop_target_new ();

  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), self);
  longhand_drop_hint_follow (self->drop_hint, drop);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  self->queue = g_object_ref (queue);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (queue), make_row, self, NULL);
  g_signal_connect_object (queue, "changed", G_CALLBACK (follow), self, G_CONNECT_SWAPPED);
  follow (self);
  return GTK_WIDGET (self);
}
