#include "preferences/longhand-model-page.h"

#include "models/longhand-transfer.h"
#include "preferences/longhand-choice-row.h"

#include <glib/gi18n.h>

struct _LonghandModelPage {
  AdwPreferencesPage parent_instance;

  /* template children */
  LonghandChoiceRow *model;
  AdwPreferencesGroup *downloads;
  AdwEntryRow *mirror;

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
};

G_DEFINE_FINAL_TYPE (LonghandModelPage, longhand_model_page, ADW_TYPE_PREFERENCES_PAGE)

static void
show_models (LonghandModelPage *self) {
  g_autofree char *current = longhand_settings_dup_model (self->settings);
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "", _ ("Best installed"));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++) {
    g_autoptr (LonghandModel) model = g_list_model_get_item (G_LIST_MODEL (self->store), i);

    longhand_choices_add (choices, longhand_model_get_id (model), longhand_model_get_title (model));
  }
  longhand_choice_row_show (self->model, choices, current, current);
}

static void
on_model_chosen (LonghandModelPage *self, const char *id) {
  longhand_settings_set_model (self->settings, id);
}

static void
on_manage_models (LonghandModelPage *self) {
  gtk_widget_activate_action (GTK_WIDGET (self), "preferences.models", NULL);
}

static void
show_mirror (LonghandModelPage *self) {
  g_autofree char *mirror = longhand_settings_dup_mirror (self->settings);

  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->mirror)), mirror) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->mirror), mirror);
}

/* An empty one stands for the official address, which is shown then. */
static void
on_mirror_applied (LonghandModelPage *self) {
  g_object_set (self->settings, "mirror", gtk_editable_get_text (GTK_EDITABLE (self->mirror)), NULL);
  show_mirror (self);
}

static void
longhand_model_page_dispose (GObject *object) {
  LonghandModelPage *self = LONGHAND_MODEL_PAGE (object);

  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_model_page_parent_class)->dispose (object);
}

static void
longhand_model_page_class_init (LonghandModelPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_CHOICE_ROW);
  G_OBJECT_CLASS (klass)->dispose = longhand_model_page_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-model-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandModelPage, model);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelPage, downloads);
  gtk_widget_class_bind_template_child (widget_class, LonghandModelPage, mirror);
  gtk_widget_class_bind_template_callback (widget_class, on_model_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_manage_models);
  gtk_widget_class_bind_template_callback (widget_class, on_mirror_applied);
}

static void
longhand_model_page_init (LonghandModelPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
longhand_model_page_set_up (LonghandModelPage *self, LonghandSettings *settings, LonghandModelStore *store) {
  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  show_models (self);
  show_mirror (self);
  gtk_widget_set_visible (GTK_WIDGET (self->downloads), longhand_transfer_is_possible ());
  g_signal_connect_object (settings, "notify::model", G_CALLBACK (show_models), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::mirror", G_CALLBACK (show_mirror), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "items-changed", G_CALLBACK (show_models), self, G_CONNECT_SWAPPED);
  longhand_model_store_refresh (store);
}
