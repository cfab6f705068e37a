#include "library/longhand-session-row.h"

#include "library/longhand-dates.h"

#include <glib/gi18n.h>
#include <string.h>

struct _LonghandSessionRow {
  GtkBox parent_instance;

  /* template children */
  GtkLabel *section;
  GtkLabel *heading;
  GtkImage *pinned;
  GtkLabel *time;
  GtkLabel *excerpt;
};

G_DEFINE_FINAL_TYPE (LonghandSessionRow, longhand_session_row, GTK_TYPE_BOX)

/* What a heading made of the first words says already is not said twice. */
static const char *
skip_heading (const LonghandSessionSummary *summary) {
  const gsize n = strlen (summary->heading);
  const gsize n_same = g_str_has_suffix (summary->heading, "…") ? n - strlen ("…") : n;

  if (summary->title != NULL || strncmp (summary->excerpt, summary->heading, n_same) != 0)
    return summary->excerpt;
  return summary->excerpt + n_same + strspn (summary->excerpt + n_same, " ,.;:!?");
}

/* The row is a child of what takes the focus, and what is read out is named there. */
static void
tell (LonghandSessionRow *self, const char *heading, const char *time, const char *when, gboolean pinned) {
  GtkWidget *item = gtk_widget_get_parent (GTK_WIDGET (self));
  /* Translators: how a session in the list is read out: its name and when it was */
  g_autofree char *label
      = g_strdup_printf (pinned ? _ ("%s, %s, pinned") : C_ ("session in the list", "%s, %s"), heading, time);

  if (item != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                    GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, when, -1);
}

void
longhand_session_row_show (LonghandSessionRow *self, const LonghandSessionSummary *summary,
                           const char *section, GDateTime *now) {
  g_autoptr (GDateTime) begun = g_date_time_new_from_unix_local (summary->begun_us / G_USEC_PER_SEC);
  g_autofree char *time = begun != NULL ? longhand_dates_dup_time (begun, now) : g_strdup ("");
  g_autofree char *when = begun != NULL ? g_date_time_format (begun, "%c") : g_strdup ("");
  const char *excerpt = skip_heading (summary);
  const char *heading = *summary->heading != '\0' ? summary->heading : _ ("Without Text");

  gtk_label_set_label (self->section, section != NULL ? section : "");
  gtk_widget_set_visible (GTK_WIDGET (self->section), section != NULL);
  gtk_label_set_label (self->heading, heading);
  gtk_widget_set_visible (GTK_WIDGET (self->pinned), summary->pinned);
  gtk_label_set_label (self->time, time);
  gtk_label_set_label (self->excerpt, excerpt);
  gtk_widget_set_visible (GTK_WIDGET (self->excerpt), *excerpt != '\0');
  tell (self, heading, time, when, summary->pinned);
}

static void
longhand_session_row_class_init (LonghandSessionRowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/library/longhand-session-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandSessionRow, section);
  gtk_widget_class_bind_template_child (widget_class, LonghandSessionRow, heading);
  gtk_widget_class_bind_template_child (widget_class, LonghandSessionRow, pinned);
  gtk_widget_class_bind_template_child (widget_class, LonghandSessionRow, time);
  gtk_widget_class_bind_template_child (widget_class, LonghandSessionRow, excerpt);
}

static void
longhand_session_row_init (LonghandSessionRow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}
