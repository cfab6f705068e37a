#include "files/longhand-file-row.h"

#include "widgets/longhand-time-left.h"
#include "widgets/longhand-direction.h"

#include <glib/gi18n.h>

struct _LonghandFileRow {
  AdwPreferencesRow parent_instance;

  /* template children */
  GtkLabel *name;
  GtkProgressBar *progress;
  GtkLabel *state;
  GtkButton *open;
  GtkButton *retry;
  GtkButton *cancel;

  LonghandFileItem *item; /* owned */
};

G_DEFINE_FINAL_TYPE (LonghandFileRow, longhand_file_row, ADW_TYPE_PREFERENCES_ROW)

enum { OPENED, RETRIED, CANCELLED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_open (LonghandFileRow *self) {
  g_signal_emit (self, signals[OPENED], 0, self->item);
}

static void
on_retry (LonghandFileRow *self) {
  g_signal_emit (self, signals[RETRIED], 0, self->item);
}

static void
on_cancel (LonghandFileRow *self) {
  g_signal_emit (self, signals[CANCELLED], 0, self->item);
}

/* ---- texts ---- */

/* (transfer full) */
static char *
describe_running (LonghandFileItem *item) {
  const double fraction = longhand_file_item_get_fraction (item);
  const double seconds = longhand_file_item_get_seconds_left (item);
  g_autofree char *left = NULL;

  if (longhand_file_item_is_held (item))
    return g_strdup (_ ("Paused, because dictation goes first"));
  if (fraction <= 0 && seconds < 0)
    return g_strdup (_ ("Reading…"));
  if (seconds < 0)
    return longhand_direction_isolate (g_strdup_printf (_ ("%d %%"), (int)(100 * fraction)));
  left = longhand_describe_time_left (seconds);
  /* Translators: how far a file is, such as “35 %, 2 minutes left” */
  return g_strdup_printf (_ ("%d %%, %s"), (int)(100 * fraction), left);
}

/* A remark says more than that it is done. (transfer full) */
static char *
describe_done (LonghandFileItem *item) {
  g_autofree char *duration = longhand_describe_duration (longhand_file_item_get_duration_ms (item));

  if (longhand_file_item_get_message (item) != NULL)
    return g_strdup (longhand_file_item_get_message (item));
  /* Translators: %s is how long the recording is, such as “4:07” */
  return g_strdup_printf (_ ("Transcribed, %s of sound"), duration);
}

/* (transfer full) */
static char *
describe_waiting (LonghandFileItem *item) {
  g_autofree char *duration = NULL;

  if (longhand_file_item_get_duration_ms (item) <= 0)
    return g_strdup (_ ("Waiting"));
  duration = longhand_describe_duration (longhand_file_item_get_duration_ms (item));
  /* Translators: %s is how long the recording is, such as “4:07” */
  return g_strdup_printf (_ ("Waiting, %s of sound"), duration);
}

/* (transfer full) */
static char *
describe_state (LonghandFileItem *item) {
  switch (longhand_file_item_get_state (item)) {
  case LONGHAND_FILE_STATE_RUNNING:
    return describe_running (item);
  case LONGHAND_FILE_STATE_DONE:
    return describe_done (item);
  case LONGHAND_FILE_STATE_FAILED:
    return g_strdup (longhand_file_item_get_message (item));
  case LONGHAND_FILE_STATE_CANCELLED:
    return g_strdup (_ ("Cancelled"));
  case LONGHAND_FILE_STATE_CHECKING:
  case LONGHAND_FILE_STATE_WAITING:
  default:
    return describe_waiting (item);
  }
}

/* ---- what can be seen ---- */

static void
set_class (gpointer widget, const char *name, gboolean is_wanted) {
  if (is_wanted)
    gtk_widget_add_css_class (GTK_WIDGET (widget), name);
  else
    gtk_widget_remove_css_class (GTK_WIDGET (widget), name);
}

/* A button that goes away hands the keyboard to the one that takes its place. */
static void
show_buttons (LonghandFileRow *self, gboolean can_open, gboolean can_retry, gboolean can_cancel) {
  GtkWidget *const buttons[]
      = { GTK_WIDGET (self->open), GTK_WIDGET (self->retry), GTK_WIDGET (self->cancel) };
  const gboolean visible[] = { can_open, can_retry, can_cancel };
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean had_focus = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (buttons); i++) {
    had_focus = had_focus || (focus == buttons[i] && !visible[i]);
    gtk_widget_set_visible (buttons[i], visible[i]);
  }
  for (gsize i = 0; had_focus && i < G_N_ELEMENTS (buttons); i++)
    if (visible[i])
      gtk_widget_grab_focus (buttons[i]);
}

static void
follow (LonghandFileRow *self) {
  const LonghandFileState state = longhand_file_item_get_state (self->item);
  const gboolean is_unwell
      = state == LONGHAND_FILE_STATE_FAILED
        || (state == LONGHAND_FILE_STATE_DONE && longhand_file_item_get_message (self->item) != NULL
            && longhand_file_item_get_session (self->item) != NULL);
  g_autofree char *text = describe_state (self->item);

  gtk_widget_set_visible (GTK_WIDGET (self->progress), state == LONGHAND_FILE_STATE_RUNNING);
  gtk_progress_bar_set_fraction (self->progress, longhand_file_item_get_fraction (self->item));
  gtk_label_set_label (self->state, text);
  set_class (self->state, "error", is_unwell);
  set_class (self->state, "dim-label", !is_unwell);
  show_buttons (self, longhand_file_item_get_session_id (self->item) != 0,
                state == LONGHAND_FILE_STATE_FAILED || state == LONGHAND_FILE_STATE_CANCELLED,
                longhand_file_item_is_open (self->item));
}

/* An icon needs a name, and one that says which row it is in. */
static void
name_button (LonghandFileRow *self, GtkButton *button, const char *tooltip, const char *format) {
  g_autofree char *label = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  label = g_strdup_printf (format, longhand_file_item_get_name (self->item));
#pragma GCC diagnostic pop
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* ---- life ---- */

static void
longhand_file_row_dispose (GObject *object) {
  g_clear_object (&LONGHAND_FILE_ROW (object)->item);
  G_OBJECT_CLASS (longhand_file_row_parent_class)->dispose (object);
}

static void
longhand_file_row_class_init (LonghandFileRowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const char *const names[N_SIGNALS] = { "opened", "retried", "cancelled" };

  G_OBJECT_CLASS (klass)->dispose = longhand_file_row_dispose;
  for (gsize i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], LONGHAND_TYPE_FILE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, LONGHAND_TYPE_FILE_ITEM);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/files/longhand-file-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandFileRow, name);
  gtk_widget_class_bind_template_child (widget_class, LonghandFileRow, progress);
  gtk_widget_class_bind_template_child (widget_class, LonghandFileRow, state);
  gtk_widget_class_bind_template_child (widget_class, LonghandFileRow, open);
  gtk_widget_class_bind_template_child (widget_class, LonghandFileRow, retry);
  gtk_widget_class_bind_template_child (widget_class, LonghandFileRow, cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_open);
  gtk_widget_class_bind_template_callback (widget_class, on_retry);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
}

static void
longhand_file_row_init (LonghandFileRow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
longhand_file_row_new (LonghandFileItem *item) {
  const char *name = longhand_file_item_get_name (item);
  LonghandFileRow *self = g_object_new (LONGHAND_TYPE_FILE_ROW, "title", name, "use-markup", FALSE, NULL);

  self->item = g_object_ref (item);
  gtk_label_set_label (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), name);
  name_button (self, self->open, NULL, _ ("Open %s"));
  name_button (self, self->retry, _ ("Try Again"), _ ("Try Again: %s"));
  name_button (self, self->cancel, _ ("Cancel"), _ ("Cancel %s"));
  g_signal_connect_object (item, "changed", G_CALLBACK (follow), self, G_CONNECT_SWAPPED);
  follow (self);
  return GTK_WIDGET (self);
}
