#include "preferences/longhand-preferences.h"

#include "preferences/longhand-choices.h"
#include "preferences/longhand-list-page.h"

#include "models/longhand-transfer.h"

#include <glib/gi18n.h>

enum { CHOICE_MICROPHONE, CHOICE_LANGUAGE, CHOICE_MODEL, CHOICE_THREADS, N_CHOICES };

struct _LonghandPreferences {
  AdwPreferencesWindow parent_instance;

  /* template children */
  AdwComboRow *microphone;
  GtkSwitch *noise_reduction;
  GtkSwitch *automatic_gain;
  AdwComboRow *language;
  AdwComboRow *model;
  AdwEntryRow *mirror;
  AdwComboRow *threads;
  GtkSpinButton *pause_length;
  GtkSwitch *commands;
  AdwActionRow *shortcuts_row;
  GtkSwitch *global_shortcuts;
  GtkSwitch *notify_recording;
  AdwActionRow *terms;
  AdwActionRow *replacements;
  GtkSwitch *keep_sessions;

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandDictation *dictation;
  LonghandChoices *choices[N_CHOICES];

  gboolean filling; /* rows are being set by us, not by a person */
  int choosing;     /* row in which a person is choosing right now, or -1 */
};

G_DEFINE_FINAL_TYPE (LonghandPreferences, longhand_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static AdwComboRow *
row_of (LonghandPreferences *self, guint choice) {
  AdwComboRow *const rows[N_CHOICES] = {
    [CHOICE_MICROPHONE] = self->microphone,
    [CHOICE_LANGUAGE] = self->language,
    [CHOICE_MODEL] = self->model,
    [CHOICE_THREADS] = self->threads,
  };

  return rows[choice];
}

/* Takes choices; an id that is not among them is added under the name that it had, so that showing a setting
 * never changes it. */
static void
show_choices (LonghandPreferences *self, guint choice, LonghandChoices *choices, const char *current,
              const char *former_title) {
  guint position;

  /* The list that somebody chooses from must outlive the choice: GTK goes on using it. */
  if (self->choosing == (int)choice) {
    longhand_choices_free (choices);
    return;
  }
  if (!longhand_choices_find (choices, current, &position)) {
    g_autofree char *title = g_strdup_printf (_ ("%s (not available)"), former_title);

    longhand_choices_add (choices, current, title);
    position = choices->ids->len - 1;
  }
  self->filling = TRUE;
  adw_combo_row_set_model (row_of (self, choice), G_LIST_MODEL (choices->titles));
  adw_combo_row_set_selected (row_of (self, choice), position);
  self->filling = FALSE;
  g_clear_pointer (&self->choices[choice], longhand_choices_free);
  self->choices[choice] = choices;
}

static void
show_microphones (LonghandPreferences *self) {
  GPtrArray *devices = longhand_dictation_get_devices (self->dictation);
  g_autofree char *current = longhand_settings_dup_microphone (self->settings);
  g_autofree char *former_title = longhand_device_dup_title (current);
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "", _ ("Follow the System"));
  for (guint i = 0; devices != NULL && i < devices->len; i++) {
    const LonghandDevice *device = g_ptr_array_index (devices, i);

    longhand_choices_add (choices, device->id, device->name);
  }
  show_choices (self, CHOICE_MICROPHONE, choices, current, former_title);
}

static void
show_languages (LonghandPreferences *self) {
  g_auto (GStrv) languages = longhand_dictation_dup_languages (self->dictation);
  const gboolean any = languages != NULL && languages[0] != NULL;
  g_autofree char *current = longhand_settings_dup_language (self->settings);
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "auto", any ? _ ("Detect") : _ ("English"));
  for (guint i = 0; any && languages[i] != NULL; i += 2) {
    g_autofree char *title = g_strdup (languages[i + 1]);

    title[0] = g_ascii_toupper (title[0]);
    longhand_choices_add (choices, languages[i], title);
  }
  show_choices (self, CHOICE_LANGUAGE, choices, any ? current : "auto", current);
  gtk_widget_set_sensitive (GTK_WIDGET (self->language), any);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->language),
                               any ? _ ("The language you speak") : _ ("This model knows English only"));
}

static void
show_models (LonghandPreferences *self) {
  g_autofree char *current = longhand_settings_dup_model (self->settings);
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "", _ ("Best installed"));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++) {
    g_autoptr (LonghandModel) model = g_list_model_get_item (G_LIST_MODEL (self->store), i);

    longhand_choices_add (choices, longhand_model_get_id (model), longhand_model_get_title (model));
  }
  show_choices (self, CHOICE_MODEL, choices, current, current);
}

static void
show_threads (LonghandPreferences *self) {
  const guint n = MAX (g_get_num_processors (), 1);
  g_autofree char *current = g_strdup_printf ("%u", longhand_settings_get_threads (self->settings));
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "0", _ ("Automatic"));
  for (guint i = 1; i <= n; i++) {
    g_autofree char *number = g_strdup_printf ("%u", i);

    longhand_choices_add (choices, number, number);
  }
  show_choices (self, CHOICE_THREADS, choices, current, current);
}

/* Why “automatic” is what it is; what the setting means until that is known, or when it is a number. */
static void
show_threads_reason (LonghandPreferences *self) {
  LonghandStats stats;

  longhand_dictation_get_stats (self->dictation, &stats);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->threads), stats.threads_reason != NULL
                                                                   ? stats.threads_reason
                                                                   : _ ("Processors used for recognition"));
}

static void
on_selected (LonghandPreferences *self, GParamSpec *pspec, AdwComboRow *row) {
  for (guint choice = 0; choice < N_CHOICES && !self->filling; choice++) {
    const char *id;

    if (row_of (self, choice) != row || self->choices[choice] == NULL)
      continue;
    id = longhand_choices_get_id (self->choices[choice], adw_combo_row_get_selected (row));
    if (id == NULL)
      return;
    self->choosing = (int)choice;
    switch (choice) {
    case CHOICE_MICROPHONE:
      longhand_settings_set_microphone (self->settings, id);
      break;
    case CHOICE_LANGUAGE:
      longhand_settings_set_language (self->settings, id);
      break;
    case CHOICE_MODEL:
      longhand_settings_set_model (self->settings, id);
      break;
    case CHOICE_THREADS:
    default:
      longhand_settings_set_threads (self->settings, (guint)g_ascii_strtoull (id, NULL, 10));
      break;
    }
    self->choosing = -1;
    return;
  }
}

static void
show_lists (LonghandPreferences *self) {
  g_autofree char *terms = longhand_list_page_describe (self->settings, LONGHAND_LIST_TERMS);
  g_autofree char *replacements = longhand_list_page_describe (self->settings, LONGHAND_LIST_REPLACEMENTS);

  adw_action_row_set_subtitle (self->terms, terms);
  adw_action_row_set_subtitle (self->replacements, replacements);
}

static void
on_list_activated (LonghandPreferences *self, AdwActionRow *row) {
  GtkWidget *page = longhand_list_page_new (self->settings, row == self->terms ? LONGHAND_LIST_TERMS
                                                                               : LONGHAND_LIST_REPLACEMENTS);

  g_signal_connect_object (page, "back", G_CALLBACK (adw_preferences_window_close_subpage), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_window_present_subpage (ADW_PREFERENCES_WINDOW (self), page);
}

/* Models have a window of their own, behind this one's. */
static void
on_manage_models (LonghandPreferences *self) {
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  gtk_widget_activate_action (GTK_WIDGET (parent), "win.models", NULL);
  gtk_window_close (GTK_WINDOW (self));
}

static void
show_mirror (LonghandPreferences *self) {
  g_autofree char *mirror = longhand_settings_dup_mirror (self->settings);

  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->mirror)), mirror) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->mirror), mirror);
}

/* An empty one stands for the official address, which is shown then. */
static void
on_mirror_applied (LonghandPreferences *self) {
  g_object_set (self->settings, "mirror", gtk_editable_get_text (GTK_EDITABLE (self->mirror)), NULL);
  show_mirror (self);
}

/* The list is kept up to date as long as it can be seen. */
static void
on_map (LonghandPreferences *self) {
  longhand_dictation_watch_devices (self->dictation, TRUE);
}

static void
on_unmap (LonghandPreferences *self) {
  longhand_dictation_watch_devices (self->dictation, FALSE);
}

static void
longhand_preferences_dispose (GObject *object) {
  LonghandPreferences *self = LONGHAND_PREFERENCES (object);

  self->filling = TRUE; /* rows that go away select nothing */
  for (guint i = 0; i < N_CHOICES; i++)
    g_clear_pointer (&self->choices[i], longhand_choices_free);
  g_clear_object (&self->dictation);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_preferences_parent_class)->dispose (object);
}

static void
longhand_preferences_class_init (LonghandPreferencesClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_preferences_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, microphone);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, noise_reduction);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, automatic_gain);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, language);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, model);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, mirror);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, threads);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, pause_length);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, commands);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, shortcuts_row);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, global_shortcuts);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, notify_recording);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, terms);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, replacements);
  gtk_widget_class_bind_template_callback (widget_class, on_list_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_manage_models);
  gtk_widget_class_bind_template_callback (widget_class, on_mirror_applied);
  gtk_widget_class_bind_template_child (widget_class, LonghandPreferences, keep_sessions);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
}

static void
longhand_preferences_init (LonghandPreferences *self) {
  self->choosing = -1;
  self->filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filling = FALSE;
}

GtkWidget *
longhand_preferences_new (LonghandSettings *settings, LonghandModelStore *store,
                          LonghandDictation *dictation) {
  LonghandPreferences *self = g_object_new (LONGHAND_TYPE_PREFERENCES, NULL);

  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  self->dictation = g_object_ref (dictation);
  show_microphones (self);
  show_languages (self);
  show_models (self);
  show_threads (self);
  show_threads_reason (self);
  show_lists (self);
  show_mirror (self);
  gtk_widget_set_visible (GTK_WIDGET (self->mirror), longhand_transfer_is_possible ());
  g_settings_bind (longhand_settings_get_gsettings (settings), "keep-sessions", self->keep_sessions, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_object_bind_property (settings, "noise-reduction", self->noise_reduction, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_object_bind_property (settings, "automatic-gain", self->automatic_gain, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_settings_bind (longhand_settings_get_gsettings (settings), "global-shortcuts", self->global_shortcuts,
                   "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (longhand_settings_get_gsettings (settings), "notify-recording", self->notify_recording,
                   "active", G_SETTINGS_BIND_DEFAULT);
  g_object_bind_property (settings, "commands", self->commands, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_object_bind_property (settings, "pause-length", gtk_spin_button_get_adjustment (self->pause_length),
                          "value", G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_signal_connect_object (settings, "notify::microphone", G_CALLBACK (show_microphones), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::language", G_CALLBACK (show_languages), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::model", G_CALLBACK (show_models), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::mirror", G_CALLBACK (show_mirror), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::threads", G_CALLBACK (show_threads), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::terms", G_CALLBACK (show_lists), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::replacements", G_CALLBACK (show_lists), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "items-changed", G_CALLBACK (show_models), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "devices-changed", G_CALLBACK (show_microphones), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::model-state", G_CALLBACK (show_languages), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::threads-reason", G_CALLBACK (show_threads_reason), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
  g_signal_connect (self, "unmap", G_CALLBACK (on_unmap), NULL);
  longhand_dictation_refresh_devices (dictation);
  longhand_model_store_refresh (store);
  return GTK_WIDGET (self);
}

static void
show_summary (LonghandPreferences *self, GParamSpec *pspec, LonghandShortcuts *shortcuts) {
  const char *summary = longhand_shortcuts_get_summary (shortcuts);

  adw_action_row_set_subtitle (self->shortcuts_row,
                               *summary != '\0' ? summary
                                                : _ ("Asks the desktop for keys that work in every window"));
}

void
longhand_preferences_set_shortcuts (LonghandPreferences *self, LonghandShortcuts *shortcuts) {
  g_signal_connect_object (shortcuts, "notify::summary", G_CALLBACK (show_summary), self, G_CONNECT_SWAPPED);
  gtk_widget_set_sensitive (GTK_WIDGET (self->shortcuts_row), TRUE);
  show_summary (self, NULL, shortcuts);
}
