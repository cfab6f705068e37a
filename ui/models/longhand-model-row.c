#include "models/longhand-model-row.h"

#include "widgets/longhand-time-left.h"

#include <glib/gi18n.h>

struct _LonghandModelRow {
  AdwPreferencesRow parent_instance;

  /* template children */
  GtkLabel *name;
  GtkLabel *facts;
  GtkProgressBar *progress;
  GtkLabel *state;
  GtkLabel *mark;
  GtkButton *use;
  GtkButton *download;
  GtkButton *pause;
  GtkButton *cancel;
  GtkButton *remove;

  /* owned */
  char *id;
  char *title;
};

G_DEFINE_FINAL_TYPE (LonghandModelRow, longhand_model_row, ADW_TYPE_PREFERENCES_ROW)

/* A double click is one press: under its second half is the button that took the place of the first. */
static void
on_press (GtkGesture *click, int n_press) {
  if (n_press > 1)
    gtk_gesture_set_state (click, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
longhand_model_row_finalize (GObject *object) {
  LonghandModelRow *self = LONGHAND_MODEL_ROW (object);

  g_free (self->id);
  g_free (self->title);
  G_OBJECT_CLASS (longhand_model_row_parent_class)->finalize (object);
}

static void
longhand_model_row_class_init (LonghandModelRowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = longhand_model_row_finalize;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/models/longhand-model-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, name);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, facts);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, progress);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, state);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, mark);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, use);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, download);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, pause);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, cancel);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelRow, remove);
  gtk_widget_class_bind_template_callback (widget_class, on_press);
}

static void
longhand_model_row_init (LonghandModelRow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_LABELLED_BY, self->name,
                                  NULL, GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, self->facts, self->mark, NULL,
                                  -1);
}

/* ---- texts ---- */

char *
longhand_model_row_describe_progress (guint64 received, guint64 total, double speed, double seconds) {
  g_autofree char *received_text = g_format_size (received),
                  *total_text = g_format_size (MAX (total, received));
  g_autofree char *speed_text = g_format_size ((guint64)speed), *left = NULL;

  if (speed <= 0 || seconds < 0) /* Translators: sizes, such as “12 MB of 149 MB” */
    return g_strdup_printf (_ ("%s of %s"), received_text, total_text);
  left = longhand_describe_time_left (seconds);
  /* Translators: such as “12 MB of 149 MB, 2.1 MB/s, 1 minute left” */
  return g_strdup_printf (_ ("%s of %s, %s/s, %s"), received_text, total_text, speed_text, left);
}

/* (transfer full): "59.8 MB, English only, 5 bits" */
static char *
describe_facts (const LonghandModelRowFacts *facts) {
  g_autofree char *size = g_format_size (facts->size);
  const char *languages = facts->english_only ? _ ("English only") : _ ("many languages");

  if (facts->n_bits == 0 || facts->n_bits == 16) /* Translators: size and languages of a model */
    return g_strdup_printf (C_ ("facts of a model", "%s, %s"), size, languages);
  /* Translators: size and languages of a model, and of how many bits its numbers are. */
  return g_strdup_printf (ngettext ("%s, %s, %u bit", "%s, %s, %u bits", facts->n_bits), size, languages,
                          facts->n_bits);
}

/* (transfer full): in one sentence, or less; NULL: nothing. */
static char *
describe_state (LonghandDownload *download) {
  const guint64 received = longhand_download_get_received (download),
                total = longhand_download_get_total (download);
  g_autofree char *progress = longhand_model_row_describe_progress (
      received, total, longhand_download_get_speed (download), longhand_download_get_seconds_left (download));

  switch (longhand_download_get_state (download)) {
  case LONGHAND_DOWNLOAD_PAUSED:
    return g_strdup_printf (_ ("Paused: %s"), progress);
  case LONGHAND_DOWNLOAD_CONNECTING:
    return g_strdup (_ ("Connecting…"));
  case LONGHAND_DOWNLOAD_RECEIVING:
    return g_steal_pointer (&progress);
  case LONGHAND_DOWNLOAD_CHECKING:
    return g_strdup (_ ("Checking…"));
  case LONGHAND_DOWNLOAD_FAILED:
    return g_strdup (longhand_download_get_error (download)->message);
  case LONGHAND_DOWNLOAD_IDLE:
  case LONGHAND_DOWNLOAD_DONE:
  default:
    return NULL;
  }
}

/* ---- what can be seen ---- */

/* An icon needs a name, and one that says which row it is in. */
static void
name_button (LonghandModelRow *self, GtkButton *button, const char *tooltip, const char *format) {
  g_autofree char *label = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  label = g_strdup_printf (format, self->title);
#pragma GCC diagnostic pop
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
name_download_button (LonghandModelRow *self, LonghandDownloadState state) {
  switch (state) {
  case LONGHAND_DOWNLOAD_PAUSED:
    gtk_button_set_icon_name (self->download, "media-playback-start-symbolic");
    name_button (self, self->download, _ ("Resume"), _ ("Resume %s"));
    break;
  case LONGHAND_DOWNLOAD_FAILED:
    gtk_button_set_icon_name (self->download, "view-refresh-symbolic");
    name_button (self, self->download, _ ("Try Again"), _ ("Try Again: %s"));
    break;
  default:
    gtk_button_set_icon_name (self->download, "document-save-symbolic");
    name_button (self, self->download, _ ("Download"), _ ("Download %s"));
    break;
  }
}

static void
show (gpointer widget, gboolean is_visible) {
  gtk_widget_set_visible (GTK_WIDGET (widget), is_visible);
}

/* A button that goes away hands the keyboard to the one that takes its place. */
static void
swap_buttons (LonghandModelRow *self, gboolean is_under_way) {
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *first = GTK_WIDGET (is_under_way ? self->pause : self->download);
  const gboolean had_focus = focus == GTK_WIDGET (self->download) || focus == GTK_WIDGET (self->pause);

  show (self->download, !is_under_way);
  show (self->pause, is_under_way);
  if (had_focus)
    gtk_widget_grab_focus (first);
}

void
longhand_model_row_follow (LonghandModelRow *self, LonghandDownload *download) {
  const LonghandDownloadState state = longhand_download_get_state (download);
  const guint64 received = longhand_download_get_received (download);
  const gboolean is_under_way = longhand_download_is_under_way (download);
  g_autofree char *text = describe_state (download);

  name_download_button (self, state);
  swap_buttons (self, is_under_way);
  show (self->cancel, is_under_way || received > 0);
  show (self->progress, is_under_way || received > 0);
  gtk_progress_bar_set_fraction (
      self->progress,
      (double)received / (double)MAX (MAX (longhand_download_get_total (download), received), 1));
  show (self->state, text != NULL);
  gtk_label_set_label (self->state, text != NULL ? text : "");
  if (state == LONGHAND_DOWNLOAD_FAILED)
    gtk_widget_add_css_class (GTK_WIDGET (self->state), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->state), "error");
}

static void
show_mark (LonghandModelRow *self, const LonghandModelRowFacts *facts) {
  const char *mark = facts->is_in_use ? _ ("In use") : facts->is_recommended ? _ ("Recommended") : NULL;

  show (self->mark, mark != NULL);
  gtk_label_set_label (self->mark, mark != NULL ? mark : "");
}

static void
set_targets (LonghandModelRow *self) {
  GtkButton *const buttons[] = { self->use, self->download, self->pause, self->cancel, self->remove };

  for (gsize i = 0; i < G_N_ELEMENTS (buttons); i++)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (buttons[i]), "s", self->id);
}

GtkWidget *
longhand_model_row_new (const LonghandModelRowFacts *facts) {
  LonghandModelRow *self = g_object_new (LONGHAND_TYPE_MODEL_ROW, "title", facts->title, NULL);
  g_autofree char *text = describe_facts (facts);

  self->id = g_strdup (facts->id);
  self->title = g_strdup (facts->title);
  set_targets (self);
  gtk_label_set_label (self->name, facts->title);
  gtk_label_set_label (self->facts, text);
  show_mark (self, facts);
  name_button (self, self->use, NULL, _ ("Use %s"));
  name_button (self, self->pause, _ ("Pause"), _ ("Pause %s"));
  name_button (self, self->cancel, _ ("Cancel"), _ ("Cancel %s"));
  name_button (self, self->remove, _ ("Delete"), _ ("Delete %s"));
  show (self->use, facts->download == NULL && !facts->is_in_use);
  show (self->remove, facts->is_deletable);
  show (self->download, FALSE);
  show (self->pause, FALSE);
  show (self->cancel, FALSE);
  /* where nothing can be pressed the Tab key would not pass, and leave the whole list out when that is the
   * first row */
  gtk_widget_set_focusable (GTK_WIDGET (self),
                            facts->download == NULL && facts->is_in_use && !facts->is_deletable);
  if (facts->download != NULL)
    longhand_model_row_follow (self, facts->download);
  return GTK_WIDGET (self);
}

const char *
longhand_model_row_get_id (LonghandModelRow *self) {
  return self->id;
}
