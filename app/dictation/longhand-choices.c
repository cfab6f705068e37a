#include "dictation/longhand-choices.h"

#define USUAL_PAUSE_S 0.6

static guint
pause_ms (double pause_s) {
  return (guint)(pause_s * 1000 + 0.5);
}

/* (transfer full) */
static LonghandWording *
wording_of (LonghandSettings *settings) {
  g_auto (GStrv) terms = longhand_settings_dup_terms (settings);
  g_auto (GStrv) rules = longhand_settings_dup_replacements (settings);

  return longhand_wording_new_from_lists ((const char *const *)terms, (const char *const *)rules);
}

LonghandChoices
longhand_choices_read_settings (LonghandSettings *settings) {
  return (LonghandChoices){
    .model = longhand_settings_dup_model (settings),
    .language = longhand_settings_dup_language (settings),
    .microphone = longhand_settings_dup_microphone (settings),
    .threads = longhand_settings_get_threads (settings),
    .pause_ms = pause_ms (longhand_settings_get_pause_length (settings)),
    .enhancement = { .noise_reduction = longhand_settings_get_noise_reduction (settings),
                     .automatic_gain = longhand_settings_get_automatic_gain (settings) },
    .commands = longhand_settings_get_commands (settings),
    .wording = wording_of (settings),
  };
}

LonghandChoices
longhand_choices_read_options (const LonghandDictationOptions *options) {
  return (LonghandChoices){
    .model = g_strdup (options->model != NULL ? options->model : ""),
    .language = g_strdup (options->language != NULL ? options->language : "auto"),
    .languages = g_strdupv ((char **)options->languages),
    .microphone = g_strdup (options->microphone != NULL ? options->microphone : ""),
    .threads = options->threads,
    .pause_ms = pause_ms (options->pause_length > 0 ? options->pause_length : USUAL_PAUSE_S),
    .commands = options->commands,
    .wording = options->wording != NULL ? longhand_wording_ref (options->wording) : NULL,
    .keep_all = options->keep_all,
    .enhancement = options->enhancement,
  };
}

void
longhand_choices_clear (LonghandChoices *self) {
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->languages, g_strfreev);
  g_clear_pointer (&self->wording, longhand_wording_unref);
  g_clear_pointer (&self->microphone, g_free);
}
