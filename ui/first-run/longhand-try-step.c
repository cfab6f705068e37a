#include "first-run/longhand-try-step.h"

#include "dictation/longhand-sound-watch.h"
#include "widgets/longhand-level-meter.h"

#include <glib/gi18n.h>
#include <string.h>

struct _LonghandTryStep {
  GtkBox parent_instance;

  /* template children */
  AdwStatusPage *page;
  GtkButton *record;
  LonghandLevelMeter *meter;
  GtkLabel *words;
  GtkImage *mark;
  GtkLabel *status;
  GtkWidget *keep_row;
  GtkSwitch *keep_sound;

  /* owned */
  LonghandDictation *dictation;
  GString *committed;
  char *problem; /* of the last recording; or NULL */

  gboolean has_started; /* a recording, which ends when this is not seen any more */
};

G_DEFINE_FINAL_TYPE (LonghandTryStep, longhand_try_step, GTK_TYPE_BOX)

/* ---- what to say, and what was heard ---- */

/* In a language that the model knows. */
static const char *
get_sentence (LonghandTryStep *self) {
  g_auto (GStrv) languages = longhand_dictation_dup_languages (self->dictation);
  static const char sentence[] = N_ ("I say what I think, and the words appear while I am speaking.");

  return languages != NULL && languages[0] != NULL ? _ (sentence) : sentence;
}

static void
show_sentence (LonghandTryStep *self) {
  g_autofree char *quoted = g_strdup_printf (_ ("“%s”"), get_sentence (self));
  g_autofree char *text = g_markup_escape_text (quoted, -1);

  adw_status_page_set_description (self->page, text);
}

/* What may still change is dimmed. */
static void
on_tentative (LonghandTryStep *self, const char *tentative) {
  g_autofree char *firm = g_markup_escape_text (self->committed->str, -1);
  g_autofree char *loose = g_markup_escape_text (tentative, -1);
  g_autofree char *markup
      = g_strdup_printf ("%s%s<span alpha=\"60%%\">%s</span>", firm, *firm != '\0' ? " " : "", loose);

  if (self->has_started)
    gtk_label_set_markup (self->words, markup);
}

static void
show_status (LonghandTryStep *self) {
  const LonghandState state = longhand_dictation_get_state (self->dictation);
  const gboolean works = self->committed->len > 0;
  const gboolean is_loading
      = longhand_dictation_get_model_state (self->dictation) == LONGHAND_MODEL_STATE_LOADING;
  gboolean silent;

  g_object_get (self->dictation, "silent", &silent, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->mark), works);
  if (works)
    gtk_label_set_text (self->status, _ ("It works. What you said is in your text already."));
  else if (silent)
    gtk_label_set_text (self->status, longhand_sound_watch_get_silent_hint ());
  else if (self->problem != NULL)
    gtk_label_set_text (self->status, self->problem);
  else if (state != LONGHAND_STATE_IDLE && is_loading)
    gtk_label_set_text (self->status, _ ("The model is being loaded: speak, nothing is lost."));
  else if (state == LONGHAND_STATE_RECORDING)
    gtk_label_set_text (self->status,
                        self->has_started
                            ? _ ("Longhand is listening.")
                            : _ ("Stop recording first: what you say goes into the open session."));
  else
    gtk_label_set_text (self->status, "");
}

static void
on_committed (LonghandTryStep *self, const LonghandUtterance *utterance) {
  if (!self->has_started || utterance->command != LONGHAND_COMMAND_NONE)
    return;
  if (self->committed->len > 0)
    g_string_append_c (self->committed, ' ');
  g_string_append (self->committed, utterance->text);
  on_tentative (self, "");
  show_status (self);
}

static void
on_failed (LonghandTryStep *self, const GError *error) {
  g_free (self->problem);
  self->problem = g_strdup (error->message);
  show_status (self);
}

/* ---- recording ---- */

static gboolean
is_recording (LonghandTryStep *self) {
  const LonghandState state = longhand_dictation_get_state (self->dictation);

  return state == LONGHAND_STATE_STARTING || state == LONGHAND_STATE_RECORDING
         || state == LONGHAND_STATE_WAITING;
}

static void
on_record (LonghandTryStep *self) {
  if (!is_recording (self)) {
    self->has_started = TRUE;
    g_clear_pointer (&self->problem, g_free);
  }
  longhand_dictation_toggle (self->dictation);
}

static void
follow_state (LonghandTryStep *self) {
  if (!longhand_dictation_has_pending (self->dictation))
    self->has_started = FALSE; /* the next one may be anybody's */
  gtk_button_set_label (self->record, is_recording (self) ? _ ("_Stop") : _ ("_Record"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->record),
                            longhand_dictation_get_state (self->dictation) != LONGHAND_STATE_FINISHING);
  show_status (self);
}

/* ---- sound ---- */

static gboolean
is_kept (GValue *active, GVariant *keep, gpointer user) {
  g_value_set_boolean (active, strcmp (g_variant_get_string (keep, NULL), "never") != 0);
  return TRUE;
}

/* How long, the preferences ask. */
static GVariant *
to_keep (const GValue *active, const GVariantType *type, gpointer user) {
  return g_variant_new_string (g_value_get_boolean (active) ? "month" : "never");
}

/* Of sessions that are not kept there is nothing to hear. */
static void
bind_keep_sound (LonghandTryStep *self, GSettings *settings) {
  g_settings_bind_with_mapping (settings, "keep-sound", self->keep_sound, "active", G_SETTINGS_BIND_DEFAULT,
                                is_kept, to_keep, NULL, NULL);
  g_settings_bind (settings, "keep-sessions", self->keep_row, "sensitive", G_SETTINGS_BIND_GET);
}

/* ---- life ---- */

/* Nobody is recorded without seeing it. */
static void
longhand_try_step_unmap (GtkWidget *widget) {
  LonghandTryStep *self = LONGHAND_TRY_STEP (widget);

  GTK_WIDGET_CLASS (longhand_try_step_parent_class)->unmap (widget);
  if (self->has_started)
    longhand_dictation_stop (self->dictation);
}

static void
longhand_try_step_dispose (GObject *object) {
  g_clear_object (&LONGHAND_TRY_STEP (object)->dictation);
  G_OBJECT_CLASS (longhand_try_step_parent_class)->dispose (object);
}

static void
longhand_try_step_finalize (GObject *object) {
  LonghandTryStep *self = LONGHAND_TRY_STEP (object);

  g_string_free (self->committed, TRUE);
  g_free (self->problem);
  G_OBJECT_CLASS (longhand_try_step_parent_class)->finalize (object);
}

static void
longhand_try_step_class_init (LonghandTryStepClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (LONGHAND_TYPE_LEVEL_METER);
  G_OBJECT_CLASS (klass)->dispose = longhand_try_step_dispose;
  G_OBJECT_CLASS (klass)->finalize = longhand_try_step_finalize;
  widget_class->unmap = longhand_try_step_unmap;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/first-run/longhand-try-step.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandTryStep, page);
  gtk_widget_class_bind_template_child (widget_class, LonghandTryStep, record);
  gtk_widget_class_bind_template_child (widget_class, LonghandTryStep, meter);
  gtk_widget_class_bind_template_child (widget_class, LonghandTryStep, words);
  gtk_widget_class_bind_template_child (widget_class, LonghandTryStep, mark);
  gtk_widget_class_bind_template_child (widget_class, LonghandTryStep, status);
  gtk_widget_class_bind_template_child (widget_class, LonghandTryStep, keep_row);
  gtk_widget_class_bind_template_child (widget_class, LonghandTryStep, keep_sound);
  gtk_widget_class_bind_template_callback (widget_class, on_record);
}

static void
longhand_try_step_init (LonghandTryStep *self) {
  self->committed = g_string_new (NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
longhand_try_step_new (LonghandSettings *settings, LonghandDictation *dictation) {
  LonghandTryStep *self = g_object_new (LONGHAND_TYPE_TRY_STEP, NULL);

  self->dictation = g_object_ref (dictation);
  bind_keep_sound (self, longhand_settings_get_gsettings (settings));
  longhand_level_meter_set_dictation (self->meter, dictation);
  show_sentence (self);
  follow_state (self);
  g_signal_connect_object (dictation, "tentative", G_CALLBACK (on_tentative), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "committed", G_CALLBACK (on_committed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::state", G_CALLBACK (follow_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::silent", G_CALLBACK (show_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::model-state", G_CALLBACK (show_sentence), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dictation, "notify::model-state", G_CALLBACK (follow_state), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
