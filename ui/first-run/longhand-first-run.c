#include "first-run/longhand-first-run.h"

#include "first-run/longhand-machine-step.h"
#include "first-run/longhand-microphone-step.h"
#include "first-run/longhand-try-step.h"
#include "models/longhand-models-view.h"
#include "widgets/longhand-accessible.h"
#include "widgets/longhand-wrap.h"

#include <glib/gi18n.h>

struct _LonghandFirstRun {
  AdwWindow parent_instance;

  /* template children */
  AdwWindowTitle *title;
  GtkStack *stack;
  GtkButton *next;

  LonghandMeasurement *measurement; /* owned; of the steps */
};

G_DEFINE_FINAL_TYPE (LonghandFirstRun, longhand_first_run, ADW_TYPE_WINDOW)

static guint
get_position (LonghandFirstRun *self) {
  g_autoptr (GtkSelectionModel) pages = gtk_stack_get_pages (self->stack);
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (pages);

  return gtk_bitset_get_minimum (selected);
}

static guint
count_steps (LonghandFirstRun *self) {
  g_autoptr (GtkSelectionModel) pages = gtk_stack_get_pages (self->stack);

  return g_list_model_get_n_items (G_LIST_MODEL (pages));
}

static void
show_step (LonghandFirstRun *self) {
  const guint position = get_position (self), n = count_steps (self);
  const gboolean is_last = position + 1 == n;
  GtkStackPage *page = gtk_stack_get_page (self->stack, gtk_stack_get_visible_child (self->stack));
  g_autofree char *where = g_strdup_printf (_ ("Step %u of %u"), position + 1, n);

  adw_window_title_set_title (self->title, gtk_stack_page_get_title (page));
  adw_window_title_set_subtitle (self->title, where);
  gtk_window_set_title (GTK_WINDOW (self), gtk_stack_page_get_title (page));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "steps.back", position > 0);
  gtk_button_set_label (self->next, is_last ? _ ("Start _Writing") : _ ("_Next"));
  gtk_widget_grab_focus (GTK_WIDGET (self->next));
}

static void
go_to (LonghandFirstRun *self, guint position) {
  g_autoptr (GtkSelectionModel) pages = gtk_stack_get_pages (self->stack);

  gtk_selection_model_select_item (pages, position, TRUE);
  show_step (self);
}

static void
next (GtkWidget *widget, const char *name, GVariant *parameter) {
  LonghandFirstRun *self = LONGHAND_FIRST_RUN (widget);
  const guint position = get_position (self) + 1;

  if (position < count_steps (self))
    go_to (self, position);
  else
    gtk_window_close (GTK_WINDOW (self));
}

static void
back (GtkWidget *widget, const char *name, GVariant *parameter) {
  LonghandFirstRun *self = LONGHAND_FIRST_RUN (widget);

  go_to (self, get_position (self) - 1);
}

static void
longhand_first_run_dispose (GObject *object) {
  LonghandFirstRun *self = LONGHAND_FIRST_RUN (object);

  if (self->measurement != NULL)
    longhand_measurement_close (self->measurement);
  g_clear_object (&self->measurement);
  G_OBJECT_CLASS (longhand_first_run_parent_class)->dispose (object);
}

static void
longhand_first_run_class_init (LonghandFirstRunClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_first_run_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/first-run/longhand-first-run.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandFirstRun, title);
  gtk_widget_class_bind_template_child (widget_class, LonghandFirstRun, stack);
  gtk_widget_class_bind_template_child (widget_class, LonghandFirstRun, next);
  gtk_widget_class_install_action (widget_class, "steps.next", NULL, next);
  gtk_widget_class_install_action (widget_class, "steps.back", NULL, back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "steps.back", NULL);
}

static void
longhand_first_run_init (LonghandFirstRun *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
add_step (LonghandFirstRun *self, GtkWidget *step, const char *title) {
  gtk_stack_add_titled (self->stack, step, NULL, title);
}

GtkWidget *
longhand_first_run_new (LonghandSettings *settings, LonghandModelStore *store, LonghandDownloads *downloads,
                        LonghandDictation *dictation, LonghandSource *source) {
  LonghandFirstRun *self = g_object_new (LONGHAND_TYPE_FIRST_RUN, NULL);

  self->measurement = longhand_measurement_new (settings, store, dictation);
  add_step (self, longhand_machine_step_new (settings, store, dictation, self->measurement), _ ("Speed"));
  add_step (self, longhand_models_view_new (settings, store, downloads, self->measurement), _ ("Model"));
  add_step (self, longhand_microphone_step_new (settings, dictation, source), _ ("Microphone"));
  add_step (self, longhand_try_step_new (settings, dictation), _ ("Try It"));
  longhand_accessible_tell_drawn_page (self->stack);
  show_step (self);
  longhand_wrap_button (self->next);
  return GTK_WIDGET (self);
}
