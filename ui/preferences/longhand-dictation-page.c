#include "preferences/longhand-dictation-page.h"

#include "application/longhand-clipboard.h"
#include "longhand-language-names.h"
#include "preferences/longhand-choice-row.h"
#include "preferences/longhand-list-page.h"
#include "preferences/longhand-other-programs-row.h"

#include <glib/gi18n.h>

struct _LonghandDictationPage {
  AdwPreferencesPage parent_instance;

  /* template children */
  LonghandChoiceRow *language;
  GtkSpinButton *pause_length;
  GtkSwitch *commands;
  AdwActionRow *terms;
  AdwActionRow *replacements;
  LonghandOtherProgramsRow *other_programs;
  AdwActionRow *shortcuts_row;
  GtkSwitch *global_shortcuts;
  LonghandChoiceRow *when_done;
  GtkSwitch *tones;
  GtkSwitch *notify_recording;

  /* owned */
  LonghandSettings *settings;
  LonghandDictation *dictation;
  LonghandRemoteKeyboard *keyboard; /* NULL: nothing can be pasted */
};

G_DEFINE_FINAL_TYPE (LonghandDictationPage, longhand_dictation_page, ADW_TYPE_PREFERENCES_PAGE)

/* ---- the language ---- */

static void
show_languages (LonghandDictationPage *self) {
  g_auto (GStrv) languages = longhand_dictation_dup_languages (self->dictation);
  const gboolean any = languages != NULL && languages[0] != NULL;
  g_autofree char *current = longhand_settings_dup_language (self->settings);
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "auto", any ? _ ("Detect") : longhand_language_name ("en"));
  for (guint i = 0; any && languages[i] != NULL; i += 2)
    longhand_choices_add (choices, languages[i], languages[i + 1]);
  longhand_choice_row_show (self->language, choices, any ? current : "auto", current);
  gtk_widget_set_sensitive (GTK_WIDGET (self->language), any);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->language),
                               any ? _ ("The language you speak") : _ ("This model knows English only"));
}

static void
on_language_chosen (LonghandDictationPage *self, const char *id) {
  longhand_settings_set_language (self->settings, id);
}

/* ---- words ---- */

static void
show_lists (LonghandDictationPage *self) {
  g_autofree char *terms = longhand_list_page_describe (self->settings, LONGHAND_LIST_TERMS);
  g_autofree char *replacements = longhand_list_page_describe (self->settings, LONGHAND_LIST_REPLACEMENTS);

  adw_action_row_set_subtitle (self->terms, terms);
  adw_action_row_set_subtitle (self->replacements, replacements);
}

static void
on_list_activated (LonghandDictationPage *self, AdwActionRow *row) {
  GtkWidget *window = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_PREFERENCES_WINDOW);
  GtkWidget *page = longhand_list_page_new (self->settings, row == self->terms ? LONGHAND_LIST_TERMS
                                                                               : LONGHAND_LIST_REPLACEMENTS);

  g_signal_connect_object (page, "back", G_CALLBACK (adw_preferences_window_close_subpage), window,
                           G_CONNECT_SWAPPED);
  adw_preferences_window_present_subpage (ADW_PREFERENCES_WINDOW (window), page);
  gtk_widget_grab_focus (page);
}

/* ---- keys ---- */

static void
show_summary (LonghandDictationPage *self, GParamSpec *pspec, LonghandShortcuts *shortcuts) {
  const char *summary = longhand_shortcuts_get_summary (shortcuts);

  adw_action_row_set_subtitle (self->shortcuts_row,
                               *summary != '\0' ? summary
                                                : _ ("Asks the desktop for keys that work in every window"));
}

void
longhand_dictation_page_set_shortcuts (LonghandDictationPage *self, LonghandShortcuts *shortcuts) {
  g_signal_connect_object (shortcuts, "notify::summary", G_CALLBACK (show_summary), self, G_CONNECT_SWAPPED);
  gtk_widget_set_sensitive (GTK_WIDGET (self->shortcuts_row), TRUE);
  show_summary (self, NULL, shortcuts);
}

void
longhand_dictation_page_set_other_programs (LonghandDictationPage *self, LonghandOtherPrograms *programs) {
  longhand_other_programs_row_set_up (self->other_programs, programs);
}

/* ---- text for other windows ---- */

/* (transfer none) */
static const char *
describe_copying (void) {
  return longhand_clipboard_is_certain (gdk_display_get_default ())
             ? ""
             : _ ("This desktop may not let Longhand copy while another window is in use. “Paste” asks for "
                  "permission.");
}

/* What the desktop says to it. (transfer none) */
static const char *
describe_pasting (LonghandDictationPage *self) {
  const char *summary = self->keyboard != NULL ? longhand_remote_keyboard_get_summary (self->keyboard)
                                               : longhand_remote_keyboard_describe_none ();

  return *summary != '\0' ? summary : _ ("The desktop asks you whether Longhand may paste");
}

static void
describe_when_done (LonghandDictationPage *self) {
  g_autofree char *chosen
      = g_settings_get_string (longhand_settings_get_gsettings (self->settings), "when-done");
  const char *answer = "";

  if (g_str_equal (chosen, "paste"))
    answer = describe_pasting (self);
  else if (g_str_equal (chosen, "copy"))
    answer = describe_copying ();

  adw_action_row_set_subtitle (
      ADW_ACTION_ROW (self->when_done),
      *answer != '\0' ? answer : _ ("After you dictate by key or command while another window is in use"));
}

void
longhand_dictation_page_set_remote_keyboard (LonghandDictationPage *self, LonghandRemoteKeyboard *keyboard) {
  self->keyboard = g_object_ref (keyboard);
  g_signal_connect_object (keyboard, "notify::summary", G_CALLBACK (describe_when_done), self,
                           G_CONNECT_SWAPPED);
  describe_when_done (self);
}

static void
show_when_done (LonghandDictationPage *self) {
  g_autofree char *current
      = g_settings_get_string (longhand_settings_get_gsettings (self->settings), "when-done");
  LonghandChoices *choices = longhand_choices_new ();

  longhand_choices_add (choices, "nothing", _ ("Nothing"));
  longhand_choices_add (choices, "copy", _ ("Copy"));
  longhand_choices_add (choices, "paste", _ ("Paste"));
  longhand_choice_row_show (self->when_done, choices, current, current);
  describe_when_done (self);
}

static void
on_when_done_chosen (LonghandDictationPage *self, const char *id) {
  g_settings_set_string (longhand_settings_get_gsettings (self->settings), "when-done", id);
}

/* ---- life ---- */

static void
longhand_dictation_page_dispose (GObject *object) {
  LonghandDictationPage *self = LONGHAND_DICTATION_PAGE (object);

  g_clear_object (&self->keyboard);
  g_clear_object (&self->dictation);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_dictation_page_parent_class)->dispose (object);
}

static void
longhand_dictation_page_class_init (LonghandDictationPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_CHOICE_ROW);
  g_type_ensure (LONGHAND_TYPE_OTHER_PROGRAMS_ROW);
  G_OBJECT_CLASS (klass)->dispose = longhand_dictation_page_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-dictation-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, language);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, pause_length);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, commands);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, terms);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, replacements);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, other_programs);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, shortcuts_row);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, global_shortcuts);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, when_done);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, tones);
  gtk_widget_class_bind_template_child (widget_class, LonghandDictationPage, notify_recording);
  gtk_widget_class_bind_template_callback (widget_class, on_language_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_list_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_when_done_chosen);
}

static void
longhand_dictation_page_init (LonghandDictationPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
longhand_dictation_page_set_up (LonghandDictationPage *self, LonghandSettings *settings,
                                LonghandDictation *dictation) {
  GSettings *keys = longhand_settings_get_gsettings (settings);

  self->settings = g_object_ref (settings);
  self->dictation = g_object_ref (dictation);
  show_languages (self);
  show_lists (self);
  show_when_done (self);
  g_settings_bind (keys, "global-shortcuts", self->global_shortcuts, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (keys, "tones", self->tones, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (keys, "notify-recording", self->notify_recording, "active", G_SETTINGS_BIND_DEFAULT);
  g_object_bind_property (settings, "commands", self->commands, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_object_bind_property (settings, "pause-length", gtk_spin_button_get_adjustment (self->pause_length),
                          "value", G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_signal_connect_object (keys, "changed::when-done", G_CALLBACK (show_when_done), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::language", G_CALLBACK (show_languages), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::terms", G_CALLBACK (show_lists), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::replacements", G_CALLBACK (show_lists), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::model-state", G_CALLBACK (show_languages), self,
                           G_CONNECT_SWAPPED);
}
