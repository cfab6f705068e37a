#include "preferences/longhand-performance-page.h"

#include "preferences/longhand-choice-row.h"

#include <glib/gi18n.h>

struct _LonghandPerformancePage {
  AdwPreferencesPage parent_instance;

  /* template children */
  LonghandChoiceRow *threads;
  GtkSwitch *show_performance;

  /* owned */
  LonghandSettings *settings;
  LonghandDictation *dictation;
};

G_DEFINE_FINAL_TYPE (LonghandPerformancePage, longhand_performance_page, ADW_TYPE_PREFERENCES_PAGE)

static void
show_threads (LonghandPerformancePage *self) {
  const guint n = MAX (g_get_num_processors (), 1);
  g_autofree char *current = g_strdup_printf ("%u", longhand_settings_get_threads (self->settings));
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "0", _ ("Automatic"));
  for (guint i = 1; i <= n; i++) {
    g_autofree char *number = g_strdup_printf ("%u", i);

    longhand_choices_add (choices, number, number);
  }
  longhand_choice_row_show (self->threads, choices, current, current);
}

static void
on_threads_chosen (LonghandPerformancePage *self, const char *id) {
  longhand_settings_set_threads (self->settings, (guint)g_ascii_strtoull (id, NULL, 10));
}

/* Why “automatic” is what it is; what the setting means until that is known, or when it is a number. */
static void
show_threads_reason (LonghandPerformancePage *self) {
  LonghandStats stats;

  longhand_dictation_get_stats (self->dictation, &stats);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->threads), stats.threads_reason != NULL
                                                                   ? stats.threads_reason
                                                                   : _ ("Processors used for recognition"));
}

/* It is done where models are chosen by it. */
static void
on_measure (LonghandPerformancePage *self) {
  gtk_widget_activate_action (GTK_WIDGET (self), "preferences.models", NULL);
}

static void
longhand_performance_page_dispose (GObject *object) {
  LonghandPerformancePage *self = LONGHAND_PERFORMANCE_PAGE (object);

  g_clear_object (&self->dictation);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_performance_page_parent_class)->dispose (object);
}

static void
longhand_performance_page_class_init (LonghandPerformancePageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_CHOICE_ROW);
  G_OBJECT_CLASS (klass)->dispose = longhand_performance_page_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-performance-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePage, threads);
  gtk_widget_class_bind_template_child (widget_class, LonghandPerformancePage, show_performance);
  gtk_widget_class_bind_template_callback (widget_class, on_threads_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_measure);
}

static void
longhand_performance_page_init (LonghandPerformancePage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
longhand_performance_page_set_up (LonghandPerformancePage *self, LonghandSettings *settings,
                                  LonghandDictation *dictation) {
  self->settings = g_object_ref (settings);
  self->dictation = g_object_ref (dictation);
  show_threads (self);
  show_threads_reason (self);
  g_settings_bind (longhand_settings_get_gsettings (settings), "show-performance", self->show_performance,
                   "active", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (settings, "notify::threads", G_CALLBACK (show_threads), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::threads-reason", G_CALLBACK (show_threads_reason), self,
                           G_CONNECT_SWAPPED);
}
