#include "widgets/longhand-accessible.h"

#include <glib/gi18n.h>

static void
tell (GtkWidget *widget) {
  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_HIDDEN,
                               !gtk_widget_get_mapped (widget), -1);
}

void
longhand_accessible_tell_while_drawn (GtkWidget *widget) {
  g_signal_connect_after (widget, "map", G_CALLBACK (tell), NULL);
  g_signal_connect_after (widget, "unmap", G_CALLBACK (tell), NULL);
  tell (widget);
}

void
longhand_accessible_tell_drawn_page (GtkStack *stack) {
  for (GtkWidget *page = gtk_widget_get_first_child (GTK_WIDGET (stack)); page != NULL;
       page = gtk_widget_get_next_sibling (page))
    longhand_accessible_tell_while_drawn (page);
}

/* ---- names of buttons ---- */

/* (transfer full) */
static char *
without_mnemonic (const char *label) {
  GString *text = g_string_new (NULL);

  for (; *label != '\0'; label++) {
    if (*label == '_' && label[1] != '\0')
      label++;
    g_string_append_c (text, *label);
  }
  return g_string_free (text, FALSE);
}

static void
name_button (GtkButton *button) {
  GtkAccessible *accessible = GTK_ACCESSIBLE (button);
  const char *label = gtk_button_get_label (button);
  const char *tooltip = gtk_widget_get_tooltip_text (GTK_WIDGET (button));
  g_autofree char *name = NULL;

  if (label != NULL && gtk_button_get_use_underline (button)) {
    name = without_mnemonic (label);
    gtk_accessible_reset_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY); /* the label in it */
  } else if (GTK_IS_IMAGE (gtk_button_get_child (button))
             && !gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL)) {
    name = g_strdup (tooltip != NULL ? tooltip : _ ("Dismiss")); /* a toast's has none */
  }
  if (name != NULL)
    gtk_accessible_update_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
name_below (GtkWidget *widget) {
  if (GTK_IS_BUTTON (widget)) {
    g_signal_handlers_disconnect_by_func (widget, name_button, NULL);
    g_signal_connect (widget, "notify::label", G_CALLBACK (name_button), NULL);
    name_button (GTK_BUTTON (widget));
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    name_below (child);
}

static void
on_windows_changed (GListModel *windows, guint position, guint n_removed, guint n_added) {
  for (guint i = position; i < position + n_added; i++) {
    g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

    g_signal_handlers_disconnect_by_func (window, name_below, NULL);
    g_signal_connect (window, "map", G_CALLBACK (name_below), NULL);
  }
}

void
longhand_accessible_name_buttons (void) {
  g_signal_connect (gtk_window_get_toplevels (), "items-changed", G_CALLBACK (on_windows_changed), NULL);
}

static void
on_toasts_changed (GListModel *toasts, guint position, guint n_removed, guint n_added) {
  for (guint i = position; i < position + n_added; i++) {
    g_autoptr (GtkWidget) toast = g_list_model_get_item (toasts, i);

    name_below (toast);
  }
}

void
longhand_accessible_name_toasts (GtkWidget *overlay) {
  GListModel *children = gtk_widget_observe_children (overlay);

  g_signal_connect (children, "items-changed", G_CALLBACK (on_toasts_changed), NULL);
  g_object_set_data_full (G_OBJECT (overlay), "longhand-toasts", children, g_object_unref);
}
