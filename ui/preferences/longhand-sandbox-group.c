#include "preferences/longhand-sandbox-group.h"

#include <glib/gi18n.h>

struct _LonghandSandboxGroup {
  AdwPreferencesGroup parent_instance;

  /* template children */
  AdwActionRow *sockets, *files, *programs;
  GtkImage *sockets_icon, *files_icon, *programs_icon;

  /* owned */
  LonghandDictation *dictation;
};

G_DEFINE_FINAL_TYPE (LonghandSandboxGroup, longhand_sandbox_group, ADW_TYPE_PREFERENCES_GROUP)

typedef struct {
  AdwActionRow *row;
  GtkImage *icon;
  gboolean is_closed;
  const char *when_closed, *when_open; /* sentences */
} Guard;

static void
show_icon (GtkImage *icon, gboolean is_closed) {
  gtk_image_set_from_icon_name (icon, is_closed ? "object-select-symbolic" : "dialog-warning-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (icon), is_closed ? "warning" : "success");
  gtk_widget_add_css_class (GTK_WIDGET (icon), is_closed ? "success" : "warning");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  is_closed ? _ ("Enforced") : _ ("Not enforced"), -1);
}

static void
show_guard (const Guard *guard, gboolean is_known) {
  gtk_widget_set_visible (GTK_WIDGET (guard->icon), is_known);
  show_icon (guard->icon, guard->is_closed);
  if (!is_known)
    adw_action_row_set_subtitle (guard->row, _ ("Found out when a model is loaded"));
  else
    adw_action_row_set_subtitle (guard->row, guard->is_closed ? guard->when_closed : guard->when_open);
}

static void
show_state (LonghandSandboxGroup *self, const LonghandSandboxState *state) {
  const Guard guards[] = {
    { self->sockets, self->sockets_icon, state->no_sockets, _ ("Transcribing cannot reach it"),
      _ ("Transcribing does not use it, but this system cannot enforce it") },
    { self->files, self->files_icon, state->no_files,
      _ ("Transcribing can write only what is being recorded, and temporary files"),
      _ ("Transcribing leaves yours alone, but this system cannot enforce it") },
    { self->programs, self->programs_icon, state->no_programs, _ ("Transcribing cannot start any"),
      _ ("Transcribing starts none, but this system cannot enforce it") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (guards); i++)
    show_guard (&guards[i], state->is_known);
}

static void
show (LonghandSandboxGroup *self) {
  LonghandStats stats;

  longhand_dictation_get_stats (self->dictation, &stats);
  show_state (self, &stats.sandbox);
}

static void
let_go (LonghandSandboxGroup *self) {
  if (self->dictation != NULL)
    g_signal_handlers_disconnect_by_data (self->dictation, self);
  g_clear_object (&self->dictation);
}

/* A preferences window of libadwaita 1.2 leaves the groups of its pages behind, so they do not wait to be
 * freed.
 */
static void
longhand_sandbox_group_unroot (GtkWidget *widget) {
  let_go (LONGHAND_SANDBOX_GROUP (widget));
  GTK_WIDGET_CLASS (longhand_sandbox_group_parent_class)->unroot (widget);
}

static void
longhand_sandbox_group_dispose (GObject *object) {
  let_go (LONGHAND_SANDBOX_GROUP (object));
  G_OBJECT_CLASS (longhand_sandbox_group_parent_class)->dispose (object);
}

static void
longhand_sandbox_group_class_init (LonghandSandboxGroupClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_sandbox_group_dispose;
  widget_class->unroot = longhand_sandbox_group_unroot;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-sandbox-group.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandSandboxGroup, sockets);
  gtk_widget_class_bind_template_child (widget_class, LonghandSandboxGroup, sockets_icon);
  gtk_widget_class_bind_template_child (widget_class, LonghandSandboxGroup, files);
  gtk_widget_class_bind_template_child (widget_class, LonghandSandboxGroup, files_icon);
  gtk_widget_class_bind_template_child (widget_class, LonghandSandboxGroup, programs);
  gtk_widget_class_bind_template_child (widget_class, LonghandSandboxGroup, programs_icon);
}

static void
longhand_sandbox_group_init (LonghandSandboxGroup *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* The figures come with the model. */
void
longhand_sandbox_group_set_up (LonghandSandboxGroup *self, LonghandDictation *dictation) {
  self->dictation = g_object_ref (dictation);
  show (self);
  g_signal_connect_object (dictation, "notify::model-state", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
}
