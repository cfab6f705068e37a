#include "application/longhand-application.h"

#include "application/longhand-background.h"
#include "application/longhand-clipboard.h"
#include "application/longhand-delivery.h"
#include "application/longhand-linger.h"
#include "application/longhand-release-notes.h"
#include "automation/longhand-other-programs.h"
#include "automation/longhand-remote-keyboard.h"
#include "automation/longhand-remote.h"
#include "automation/longhand-service.h"
#include "automation/longhand-shortcuts.h"
#include "automation/longhand-tones.h"
#include "dictation/longhand-dictation.h"
#include "longhand-config.h"
#include "preferences/longhand-preferences.h"
#include "widgets/longhand-accessible.h"
#include "window/longhand-window.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <string.h>

#define N_END_SIGNALS 3
#define SOUND_TIMEOUT_US (60 * G_USEC_PER_SEC) /* that of a day is written in this time */
#define LINGER_MS 60000 /* after a dictation without a window: the next one finds the model loaded */

struct _LonghandApplication {
  AdwApplication parent_instance;

  /* owned */
  LonghandService *service; /* as long as self */
  /* owned; from startup to shutdown */
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandDictation *dictation;
  LonghandLibrary *library;
  LonghandSounds *sounds;
  LonghandFileQueue *files;
  LonghandBackground *background;
  LonghandDelivery *delivery;
  LonghandLinger *linger;
  LonghandTones *tones;
  LonghandShortcuts *shortcuts;     /* NULL: there is no bus */
  LonghandRemoteKeyboard *keyboard; /* NULL: nothing can be pasted */
  LonghandOtherPrograms *other_programs;
  guint end_sources[N_END_SIGNALS];

  guint linger_ms;
  gboolean is_held;          /* by the service, or by files that are being transcribed */
  gboolean starts_soon;      /* --start or --toggle, and no other instance was there */
  gboolean starts_elsewhere; /* a key began it, in another program */
};

G_DEFINE_FINAL_TYPE (LonghandApplication, longhand_application, ADW_TYPE_APPLICATION)

/* page: NULL for the first one. */
static void
open_preferences (LonghandApplication *self, const char *page) {
  GtkWidget *preferences
      = longhand_preferences_new (self->settings, self->store, self->dictation, self->library);

  if (self->shortcuts != NULL)
    longhand_preferences_set_shortcuts (LONGHAND_PREFERENCES (preferences), self->shortcuts);
  if (self->keyboard != NULL)
    longhand_preferences_set_remote_keyboard (LONGHAND_PREFERENCES (preferences), self->keyboard);
  longhand_preferences_set_other_programs (LONGHAND_PREFERENCES (preferences), self->other_programs);
  gtk_window_set_transient_for (GTK_WINDOW (preferences),
                                gtk_application_get_active_window (GTK_APPLICATION (self)));
  if (page != NULL)
    adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), page);
  gtk_window_present (GTK_WINDOW (preferences));
}

static void
show_preferences (GSimpleAction *action, GVariant *parameter, gpointer user) {
  open_preferences (user, NULL);
}

static void
show_keep_sound (GSimpleAction *action, GVariant *parameter, gpointer user) {
  open_preferences (user, "privacy");
}

static void
show_about (GSimpleAction *action, GVariant *parameter, gpointer user) {
  g_autoptr (LonghandReleaseNotes) news = longhand_release_notes_new ();

  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (user)), "application-name",
                         _ ("Longhand"), "application-icon", APP_ID, "version", VERSION, "developer-name",
                         _ ("The Longhand developers"), "license-type", GTK_LICENSE_GPL_3_0, "comments",
                         _ ("Dictation that stays on your computer."), "release-notes-version", news->version,
                         "release-notes", news->markup,
                         /* Translators: put your name here, a line for each translator */
                         "translator-credits", _ ("translator-credits"), NULL);
}

/* ---- recording ---- */

/* FALSE: it is there already. */
static gboolean
make_window (LonghandApplication *self) {
  if (gtk_application_get_active_window (GTK_APPLICATION (self)) != NULL)
    return FALSE;
  g_application_set_inactivity_timeout (G_APPLICATION (self), 0); /* it ends with its window */
  longhand_window_set_files (longhand_window_new (GTK_APPLICATION (self), self->settings, self->store,
                                                  self->dictation, self->library, self->sounds),
                             self->files);
  longhand_dictation_recover (self->dictation);
  return TRUE;
}

static void
show_window (LonghandApplication *self) {
  gtk_window_present (gtk_application_get_active_window (GTK_APPLICATION (self)));
}

/* Nobody's window is pushed into the foreground by a key that starts dictation; and where the text goes to
 * another program, it must keep the keyboard. */
static void
on_window_wanted (LonghandApplication *self, LonghandWindowUse use) {
  const gboolean is_quiet
      = use == LONGHAND_WINDOW_USE_KEEP
        || (use == LONGHAND_WINDOW_USE_START && longhand_delivery_is_wanted (self->delivery));

  if (make_window (self) && !is_quiet)
    show_window (self);
  longhand_linger_renew (self->linger);
  if (use == LONGHAND_WINDOW_USE_START)
    longhand_delivery_begin (self->delivery);
}

static gboolean
is_busy_now (LonghandApplication *self) {
  return longhand_service_get_busy (self->service)
         || (self->files != NULL && longhand_file_queue_get_n_open (self->files) > 0);
}

/* The desktop's keys reach nobody when it has ended. */
static gboolean
is_needed (GtkApplication *application) {
  LonghandApplication *self = LONGHAND_APPLICATION (application);

  return is_busy_now (self)
         || g_settings_get_boolean (longhand_settings_get_gsettings (self->settings), "global-shortcuts");
}

static void
on_busy (LonghandApplication *self) {
  const gboolean is_busy = is_busy_now (self);
  const gboolean has_window = gtk_application_get_windows (GTK_APPLICATION (self)) != NULL;

  if (is_busy == self->is_held)
    return;
  self->is_held = is_busy;
  if (is_busy) {
    g_application_hold (G_APPLICATION (self));
  } else {
    g_application_set_inactivity_timeout (G_APPLICATION (self), has_window ? 0 : self->linger_ms);
    if (has_window && self->linger != NULL)
      longhand_linger_renew (self->linger);
    g_application_release (G_APPLICATION (self));
  }
}

static void
start (GSimpleAction *action, GVariant *parameter, gpointer user) {
  longhand_service_start_async (((LonghandApplication *)user)->service, NULL, NULL, NULL);
}

static void
stop (GSimpleAction *action, GVariant *parameter, gpointer user) {
  longhand_service_stop (((LonghandApplication *)user)->service);
}

static void
toggle (GSimpleAction *action, GVariant *parameter, gpointer user) {
  if (longhand_service_get_started (((LonghandApplication *)user)->service))
    stop (action, parameter, user);
  else
    start (action, parameter, user);
}

/* ---- keys from the desktop ---- */

static void
tell_of_failure (LonghandApplication *self, const char *title, const GError *error) {
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, error->message);
  g_application_send_notification (G_APPLICATION (self), "other-programs", notification);
}

static void
on_started_elsewhere (GObject *programs, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandApplication) self = user;
  g_autoptr (GError) error = NULL;

  if (longhand_other_programs_start_finish (LONGHAND_OTHER_PROGRAMS (programs), result, &error))
    return;
  self->starts_elsewhere = FALSE;
  tell_of_failure (self, _ ("Dictation did not start"), error);
}

static void
on_stopped_elsewhere (GObject *programs, GAsyncResult *result, gpointer user) {
  g_autoptr (LonghandApplication) self = user;
  g_autoptr (GError) error = NULL;

  if (!longhand_other_programs_stop_finish (LONGHAND_OTHER_PROGRAMS (programs), result, &error))
    tell_of_failure (self, _ ("Dictation did not stop"), error);
}

/* Into the window that has the keyboard: this program's, or another's where people want that. */
static void
start_by_key (LonghandApplication *self) {
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  self->starts_elsewhere = (window == NULL || !gtk_window_is_active (window))
                           && longhand_other_programs_get_enabled (self->other_programs);
  if (self->starts_elsewhere)
    longhand_other_programs_start_async (self->other_programs, on_started_elsewhere, g_object_ref (self));
  else
    start (NULL, NULL, self);
}

/* One elsewhere takes a while, and the key may be up before it is heard of here. */
static void
stop_by_key (LonghandApplication *self) {
  if (self->starts_elsewhere && !longhand_service_get_started (self->service))
    longhand_other_programs_stop_async (self->other_programs, on_stopped_elsewhere, g_object_ref (self));
  self->starts_elsewhere = FALSE;
  stop (NULL, NULL, self);
}

static void
on_key_talk (LonghandApplication *self, gboolean pressed) {
  if (pressed)
    start_by_key (self);
  else
    stop_by_key (self);
}

static void
on_key_toggle (LonghandApplication *self) {
  on_key_talk (self, !longhand_service_get_started (self->service));
}

static void
follow_shortcuts (LonghandApplication *self) {
  GSettings *settings = longhand_settings_get_gsettings (self->settings);

  longhand_shortcuts_set_enabled (self->shortcuts, g_settings_get_boolean (settings, "global-shortcuts"));
}

static void
offer_shortcuts (LonghandApplication *self, GDBusConnection *connection) {
  self->shortcuts = longhand_shortcuts_new (connection);
  g_signal_connect_object (self->shortcuts, "toggle", G_CALLBACK (on_key_toggle), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->shortcuts, "talk", G_CALLBACK (on_key_talk), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (longhand_settings_get_gsettings (self->settings), "changed::global-shortcuts",
                           G_CALLBACK (follow_shortcuts), self, G_CONNECT_SWAPPED);
  follow_shortcuts (self);
}

/* What the desktop's portal may have. */
static void
offer_keys (LonghandApplication *self) {
  GDBusConnection *connection = g_application_get_dbus_connection (G_APPLICATION (self));

  if (connection == NULL)
    return;
  offer_shortcuts (self, connection);
  self->keyboard = longhand_remote_keyboard_new (connection, longhand_settings_get_gsettings (self->settings),
                                                 !longhand_clipboard_is_certain (gdk_display_get_default ()));
}

/* ---- commands ---- */

static const GOptionEntry options[] = {
  { .long_name = "toggle", .description = N_ ("Start recording, or stop it") },
  { .long_name = "start", .description = N_ ("Start recording") },
  { .long_name = "stop", .description = N_ ("Stop recording") },
  { .long_name = "state",
    .description = N_ ("Say what is going on: off, idle, starting, recording, waiting, finishing") },
  { NULL },
};

/* Status to exit with; -1: this instance is to go on. */
static int
run_command (LonghandApplication *self, const char *command) {
  g_autofree char *state = NULL;
  g_autoptr (GError) error = NULL;

  switch (longhand_remote_run (command, &state, &error)) {
  case LONGHAND_REMOTE_DONE:
    if (state != NULL)
      g_print ("%s\n", state);
    return 0;
  case LONGHAND_REMOTE_OFF:
    if (strcmp (command, "state") == 0)
      g_print ("off\n");
    self->starts_soon = strcmp (command, "start") == 0 || strcmp (command, "toggle") == 0;
    return self->starts_soon ? -1 : 0;
  case LONGHAND_REMOTE_FAILED:
  default:
    g_printerr ("longhand: %s\n", error->message);
    return 1;
  }
}

static int
longhand_application_handle_local_options (GApplication *application, GVariantDict *given) {
  const char *command = NULL;

  for (gsize i = 0; options[i].long_name != NULL; i++) {
    if (!g_variant_dict_contains (given, options[i].long_name))
      continue;
    if (command != NULL) {
      g_printerr (_ ("longhand: --%s and --%s cannot be had at once: give one of them.\n"), command,
                  options[i].long_name);
      return 1;
    }
    command = options[i].long_name;
  }
  return command != NULL ? run_command (LONGHAND_APPLICATION (application), command) : -1;
}

/* ---- life ---- */

/* Windows may have something to save, so they are asked; one that was never shown cannot ask. */
static void
quit (GSimpleAction *action, GVariant *parameter, gpointer user) {
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (user)));
  gboolean is_asked = FALSE;

  for (GList *l = windows; l != NULL; l = l->next) {
    is_asked |= gtk_widget_get_visible (l->data);
    gtk_window_close (l->data);
  }
  if (!is_asked)
    g_application_quit (G_APPLICATION (user));
}

static const GActionEntry actions[] = {
  { .name = "preferences", .activate = show_preferences },
  { .name = "keep-sound", .activate = show_keep_sound },
  { .name = "about", .activate = show_about },
  { .name = "quit", .activate = quit },
  { .name = "start", .activate = start },
  { .name = "stop", .activate = stop },
  { .name = "toggle", .activate = toggle },
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
  { "win.new-session", { "<Control>n" } },
  { "win.print", { "<Control>p" } },
  { "win.open-files", { "<Control>o" } },
  { "win.play", { "<Control>k", "AudioPlay" } },
  { "win.word", { "<Control>d" } },
  { "win.sidebar", { "F9" } },
  { "win.performance", { "<Shift>F9" } },
  { "win.menu", { "F10" } },
  { "win.keys", { "<Control>question", "<Control>F1" } },
};

/* By which the end of a desktop's session, the first two at once, or somebody at a terminal ends programs. */
static const int end_signals[N_END_SIGNALS] = { SIGTERM, SIGHUP, SIGINT };

/* There is no time to ask. */
static gboolean
on_terminated (gpointer user) {
  g_application_quit (user);
  return G_SOURCE_CONTINUE;
}

static void
longhand_application_startup (GApplication *application) {
  LonghandApplication *self = LONGHAND_APPLICATION (application);
  g_autofree char *path = longhand_library_dup_path ();

  G_APPLICATION_CLASS (longhand_application_parent_class)->startup (application);
  self->settings = longhand_settings_new ();
  self->store = longhand_model_store_new ();
  self->dictation = longhand_dictation_new (self->settings, self->store);
  longhand_service_attach (self->service, self->dictation);
  self->other_programs = longhand_other_programs_new (longhand_settings_get_gsettings (self->settings));
  offer_keys (self);
  self->background = longhand_background_new (GTK_APPLICATION (self), self->settings, self->dictation);
  self->library = longhand_library_new (path);
  self->sounds = longhand_sounds_new (longhand_library_get_sound_folder (self->library));
  self->files = longhand_file_queue_new (longhand_file_recognizer_new (self->settings, self->store),
                                         self->settings, self->library, self->sounds);
  longhand_file_queue_follow (self->files, self->dictation);
  longhand_background_add_files (self->background, self->files);
  self->tones
      = longhand_tones_new (self->service, self->dictation, longhand_settings_get_gsettings (self->settings));
  self->delivery
      = longhand_delivery_new (GTK_APPLICATION (self), longhand_settings_get_gsettings (self->settings),
                               self->dictation, self->keyboard);
  self->linger = longhand_linger_new (GTK_APPLICATION (self), self->keyboard, is_needed, self->linger_ms);
  g_signal_connect_object (self->files, "notify::busy", G_CALLBACK (on_busy), self, G_CONNECT_SWAPPED);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action, shortcuts[i].accels);
  gtk_window_set_default_icon_name (APP_ID);
  longhand_accessible_name_buttons ();
  for (gsize i = 0; i < N_END_SIGNALS; i++)
    self->end_sources[i] = g_unix_signal_add (end_signals[i], on_terminated, self);
}

static void
offer_first_run (LonghandApplication *self) {
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next) {
    if (LONGHAND_IS_WINDOW (l->data)) {
      longhand_window_offer_first_run (l->data);
      return;
    }
  }
}

/* Whether a recording begins in it. */
static gboolean
start_window (LonghandApplication *self) {
  const gboolean starts = self->starts_soon;

  make_window (self);
  if (!starts || !longhand_delivery_is_wanted (self->delivery))
    show_window (self);
  if (starts)
    start (NULL, NULL, self);
  self->starts_soon = FALSE;
  return starts;
}

static void
longhand_application_activate (GApplication *application) {
  LonghandApplication *self = LONGHAND_APPLICATION (application);

  if (!start_window (self))
    offer_first_run (self);
}

/* Who brings files along is not kept from them by the first run, which comes with the next start. */
static void
longhand_application_open (GApplication *application, GFile **files, int n_files, const char *hint) {
  start_window (LONGHAND_APPLICATION (application));
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (application)); l != NULL; l = l->next)
    if (LONGHAND_IS_WINDOW (l->data)) {
      longhand_window_add_files (l->data, files, (guint)n_files);
      return;
    }
}

/* Before anybody can know the name. */
static gboolean
longhand_application_dbus_register (GApplication *application, GDBusConnection *connection,
                                    const char *object_path, GError **error) {
  LonghandApplication *self = LONGHAND_APPLICATION (application);

  return G_APPLICATION_CLASS (longhand_application_parent_class)
             ->dbus_register (application, connection, object_path, error)
         && g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->service), connection,
                                              object_path, error);
}

static void
longhand_application_dbus_unregister (GApplication *application, GDBusConnection *connection,
                                      const char *object_path) {
  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (LONGHAND_APPLICATION (application)->service);

  if (g_dbus_interface_skeleton_has_connection (skeleton, connection))
    g_dbus_interface_skeleton_unexport (skeleton);
  G_APPLICATION_CLASS (longhand_application_parent_class)
      ->dbus_unregister (application, connection, object_path);
}

static gpointer
ref_window (gconstpointer window, gpointer user) {
  return g_object_ref ((gpointer)window);
}

/* Windows hold the application, also those that were never shown. What is done for one may close others. */
static void
end_windows (LonghandApplication *self) {
  GList *windows = g_list_copy_deep (gtk_application_get_windows (GTK_APPLICATION (self)), ref_window, NULL);

  for (GList *l = windows; l != NULL; l = l->next)
    if (LONGHAND_IS_WINDOW (l->data))
      longhand_window_end (l->data);
  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_destroy (l->data);
  g_list_free_full (windows, g_object_unref);
}

static void
longhand_application_shutdown (GApplication *application) {
  LonghandApplication *self = LONGHAND_APPLICATION (application);

  end_windows (self);
  longhand_service_detach (self->service);
  g_clear_pointer (&self->background, longhand_background_free);
  g_clear_pointer (&self->tones, longhand_tones_free);
  g_clear_pointer (&self->linger, longhand_linger_free);
  g_clear_pointer (&self->delivery, longhand_delivery_free);
  g_clear_object (&self->shortcuts);
  g_clear_object (&self->keyboard);
  g_clear_object (&self->other_programs);
  if (self->dictation != NULL)
    longhand_dictation_shutdown (self->dictation);
  g_clear_object (&self->dictation);
  if (self->files != NULL)
    longhand_file_queue_close (self->files);
  g_clear_object (&self->files);
  if (self->sounds != NULL)
    longhand_sounds_flush (self->sounds, SOUND_TIMEOUT_US);
  g_clear_object (&self->sounds);
  g_clear_object (&self->library);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  for (gsize i = 0; i < N_END_SIGNALS; i++) /* a second signal ends nothing before all is kept */
    g_clear_handle_id (&self->end_sources[i], g_source_remove);
  G_APPLICATION_CLASS (longhand_application_parent_class)->shutdown (application);
}

static void
longhand_application_finalize (GObject *object) {
  g_clear_object (&LONGHAND_APPLICATION (object)->service);
  G_OBJECT_CLASS (longhand_application_parent_class)->finalize (object);
}

static void
longhand_application_class_init (LonghandApplicationClass *klass) {
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = longhand_application_finalize;
  application_class->handle_local_options = longhand_application_handle_local_options;
  application_class->dbus_register = longhand_application_dbus_register;
  application_class->dbus_unregister = longhand_application_dbus_unregister;
  application_class->startup = longhand_application_startup;
  application_class->activate = longhand_application_activate;
  application_class->open = longhand_application_open;
  application_class->shutdown = longhand_application_shutdown;
}

static void
longhand_application_init (LonghandApplication *self) {
  self->linger_ms = LINGER_MS;
  self->service = longhand_service_new ();
  g_signal_connect_object (self->service, "window-wanted", G_CALLBACK (on_window_wanted), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->service, "notify::busy", G_CALLBACK (on_busy), self, G_CONNECT_SWAPPED);
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

void
longhand_application_set_linger (LonghandApplication *self, guint ms) {
  self->linger_ms = ms;
}

LonghandApplication *
longhand_application_new (void) {
  return g_object_new (LONGHAND_TYPE_APPLICATION, "application-id", APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/io/github/longhand_app/Longhand",
                       "register-session", TRUE, NULL);
}
