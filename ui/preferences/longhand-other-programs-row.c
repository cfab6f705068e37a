#include "preferences/longhand-other-programs-row.h"

struct _LonghandOtherProgramsRow {
  AdwActionRow parent_instance;

  /* template child */
  GtkSwitch *toggle;

  /* owned */
  LonghandOtherPrograms *programs;

  gulong toggled_id; /* signal handler */
};

G_DEFINE_FINAL_TYPE (LonghandOtherProgramsRow, longhand_other_programs_row, ADW_TYPE_ACTION_ROW)

static void
show (LonghandOtherProgramsRow *self) {
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), longhand_other_programs_get_summary (self->programs));
  gtk_widget_set_sensitive (GTK_WIDGET (self->toggle),
                            longhand_other_programs_get_available (self->programs));
  g_signal_handler_block (self->toggle, self->toggled_id);
  gtk_switch_set_active (self->toggle, longhand_other_programs_get_enabled (self->programs));
  g_signal_handler_unblock (self->toggle, self->toggled_id);
}

static void
on_toggled (LonghandOtherProgramsRow *self) {
  longhand_other_programs_set_enabled (self->programs, gtk_switch_get_active (self->toggle));
}

static void
longhand_other_programs_row_dispose (GObject *object) {
  LonghandOtherProgramsRow *self = LONGHAND_OTHER_PROGRAMS_ROW (object);

  g_clear_object (&self->programs);
  G_OBJECT_CLASS (longhand_other_programs_row_parent_class)->dispose (object);
}

static void
longhand_other_programs_row_class_init (LonghandOtherProgramsRowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_other_programs_row_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-other-programs-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandOtherProgramsRow, toggle);
}

static void
longhand_other_programs_row_init (LonghandOtherProgramsRow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
longhand_other_programs_row_set_up (LonghandOtherProgramsRow *self, LonghandOtherPrograms *programs) {
  self->programs = g_object_ref (programs);
  self->toggled_id = g_signal_connect_object (self->toggle, "notify::active", G_CALLBACK (on_toggled), self,
                                              G_CONNECT_SWAPPED);
  g_signal_connect_object (programs, "notify::summary", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  longhand_other_programs_refresh (programs);
}
