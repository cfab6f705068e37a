#include "application/longhand-application.h"

#include "dictation/longhand-dictation.h"
#include "longhand-config.h"
#include "preferences/longhand-preferences.h"
#include "window/longhand-window.h"

#include <glib/gi18n.h>

struct _LonghandApplication {
  AdwApplication parent_instance;

  /* owned; from startup to shutdown */
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandDictation *dictation;
};

G_DEFINE_FINAL_TYPE (LonghandApplication, longhand_application, ADW_TYPE_APPLICATION)

static void
show_preferences (GSimpleAction *action, GVariant *parameter, gpointer user) {
  LonghandApplication *self = user;
  GtkWidget *preferences = longhand_preferences_new (self->settings, self->store, self->dictation);

  gtk_window_set_transient_for (GTK_WINDOW (preferences),
                                gtk_application_get_active_window (GTK_APPLICATION (self)));
  gtk_window_present (GTK_WINDOW (preferences));
}

static void
show_about (GSimpleAction *action, GVariant *parameter, gpointer user) {
  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (user)), "application-name",
                         _ ("Longhand"), "application-icon", APP_ID, "version", VERSION, "developer-name",
                         _ ("The Longhand developers"), "license-type", GTK_LICENSE_GPL_3_0, "comments",
                         _ ("Dictation that stays on your computer."),
                         /* Translators: put your name here, a line for each translator */
                         "translator-credits", _ ("translator-credits"), NULL);
}

/* Windows may have something to save, so they are asked. */
static void
quit (GSimpleAction *action, GVariant *parameter, gpointer user) {
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (user)));

  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_close (l->data);
}

static const GActionEntry actions[] = {
  { .name = "preferences", .activate = show_preferences },
  { .name = "about", .activate = show_about },
  { .name = "quit", .activate = quit },
};

static const struct {
  const char *action;
  const char *accels[3];
} shortcuts[] = {
  { "app.quit", { "<Control>q" } },
  { "app.preferences", { "<Control>comma" } },
  { "window.close", { "<Control>w" } },
  { "win.record", { "<Control>r" } },
  { "win.export", { "<Control>s", "<Control>e" } },
  { "win.copy-all", { "<Control><Shift>c" } },
  { "win.find", { "<Control>f" } },
  { "win.find-next", { "<Control>g", "F3" } },
  { "win.find-previous", { "<Control><Shift>g", "<Shift>F3" } },
  { "win.performance", { "F9" } },
  { "win.menu", { "F10" } },
};

static void
longhand_application_startup (GApplication *application) {
  LonghandApplication *self = LONGHAND_APPLICATION (application);

  G_APPLICATION_CLASS (longhand_application_parent_class)->startup (application);
  self->settings = longhand_settings_new ();
  self->store = longhand_model_store_new ();
  self->dictation = longhand_dictation_new (self->settings, self->store);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action, shortcuts[i].accels);
  gtk_window_set_default_icon_name (APP_ID);
}

static void
longhand_application_activate (GApplication *application) {
  LonghandApplication *self = LONGHAND_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window == NULL) {
    window = GTK_WINDOW (
        longhand_window_new (GTK_APPLICATION (self), self->settings, self->store, self->dictation));
    longhand_dictation_recover (self->dictation);
  }
  gtk_window_present (window);
}

static void
longhand_application_shutdown (GApplication *application) {
  LonghandApplication *self = LONGHAND_APPLICATION (application);

  if (self->dictation != NULL)
    longhand_dictation_shutdown (self->dictation);
  g_clear_object (&self->dictation);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  G_APPLICATION_CLASS (longhand_application_parent_class)->shutdown (application);
}

static void
longhand_application_class_init (LonghandApplicationClass *klass) {
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = longhand_application_startup;
  application_class->activate = longhand_application_activate;
  application_class->shutdown = longhand_application_shutdown;
}

static void
longhand_application_init (LonghandApplication *self) {
}

LonghandApplication *
longhand_application_new (void) {
  return g_object_new (LONGHAND_TYPE_APPLICATION, "application-id", APP_ID, "flags",
                       G_APPLICATION_DEFAULT_FLAGS, "resource-base-path", "/io/github/longhand_app/Longhand",
                       NULL);
}
