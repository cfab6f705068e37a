#include "automation/longhand-other-programs.h"

#include "longhand-config.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define KEY "other-programs"

struct _LonghandOtherPrograms {
  GObject parent_instance;

  /* owned */
  GSettings *settings;
  char *summary;

  gboolean is_available;
  guint serial;         /* of the last question: answers to others are old */
  gboolean is_deciding; /* by the last one, that has not been answered */
  guint n_starts;       /* that have not been answered */
  GTask *stop;          /* owned; when they have been; NULL: none is wanted */
};

/* What is asked of the program. */
typedef struct {
  guint serial;
  gboolean decides; /* its answer is what people have chosen */
} Question;

G_DEFINE_FINAL_TYPE (LonghandOtherPrograms, longhand_other_programs, G_TYPE_OBJECT)

enum { PROP_ENABLED = 1, PROP_SUMMARY, PROP_AVAILABLE, N_PROPS };
static GParamSpec *props[N_PROPS];

gboolean
longhand_other_programs_get_enabled (LonghandOtherPrograms *self) {
  return g_settings_get_boolean (self->settings, KEY);
}

gboolean
longhand_other_programs_get_available (LonghandOtherPrograms *self) {
  return self->is_available;
}

const char *
longhand_other_programs_get_summary (LonghandOtherPrograms *self) {
  return self->summary;
}

/* Also when nothing has changed: a switch that was moved in vain goes back. */
static void
show (LonghandOtherPrograms *self, gboolean is_available, gboolean is_enabled, const char *summary) {
  g_free (self->summary);
  self->summary = g_strdup (summary);
  self->is_available = is_available;
  if (is_enabled != longhand_other_programs_get_enabled (self))
    g_settings_set_boolean (self->settings, KEY, is_enabled);
  for (guint i = PROP_ENABLED; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), props[i]);
}

/* ---- the program ---- */

/* (transfer none) */
static const char *
describe_lack (void) {
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS)
             ? _ ("A Flatpak cannot be an input method. Let Longhand paste instead: see “When Dictation "
                  "Ends”.")
             : _ ("This Longhand was built without IBus. Let it paste instead: see “When Dictation Ends”.");
}

/* (transfer full); NULL: error is set */
static GSubprocess *
run (const char *command, GError **error) {
  const char *program = g_getenv ("LONGHAND_IBUS") ?: BINDIR "/longhand-ibus";
  GSubprocess *process = NULL;

  if (g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL,
                                program, command, NULL);
  if (process == NULL)
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED, describe_lack ());
  return process;
}

#define NAME_BEFORE_COMPLAINTS "longhand-ibus: "

/* A program that says nothing of its own has died, or is not the one it should be. */
static void
set_complaint (GError **error, GSubprocess *process, const char *output) {
  const char *sentence
      = g_subprocess_get_if_exited (process) ? strstr (output, NAME_BEFORE_COMPLAINTS) : NULL;
  g_auto (GStrv) lines
      = g_strsplit (sentence != NULL ? sentence + strlen (NAME_BEFORE_COMPLAINTS) : "", "\n", 2);

  g_set_error_literal (
      error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      lines[0] != NULL ? lines[0]
                       : _ ("Longhand’s input method ended without an answer. Try again; if that does not "
                            "help, install Longhand anew."));
}

/* Its answer, (transfer full); NULL: its complaint as error. */
static char *
finish (GSubprocess *process, GAsyncResult *result, GError **error) {
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;

  if (!g_subprocess_communicate_utf8_finish (process, result, &output, &complaint, error))
    return NULL;
  if (g_subprocess_get_successful (process))
    return g_strchomp (g_steal_pointer (&output));
  set_complaint (error, process, complaint);
  return NULL;
}

/* ---- whether it is there ---- */

static void
on_described (GObject *process, GAsyncResult *result, gpointer user) {
  g_autoptr (GTask) task = user;
  LonghandOtherPrograms *self = g_task_get_source_object (task);
  const Question *question = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = finish (G_SUBPROCESS (process), result, &error);
  g_auto (GStrv) lines = g_strsplit (answer != NULL ? answer : "", "\n", 2);
  const gboolean was_enabled = longhand_other_programs_get_enabled (self);
  gboolean is_there;

  if (question->serial != self->serial)
    return;
  self->is_deciding = FALSE;
  if (g_strv_length (lines) < 2) {
    if (error == NULL)
      set_complaint (&error, G_SUBPROCESS (process), "");
    /* what is chosen stays so while nobody can tell */
    show (self, FALSE, was_enabled && !question->decides, error->message);
    return;
  }
  is_there = strcmp (lines[0], "on") == 0;
  show (self, TRUE, is_there && (question->decides || was_enabled), lines[1]);
}

static void
ask (LonghandOtherPrograms *self, const char *command, gboolean decides) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = run (command, &error);
  Question *question;
  GTask *task;

  self->serial++;
  self->is_deciding = decides && process != NULL;
  if (process == NULL) {
    show (self, FALSE, FALSE, error->message);
    return;
  }
  question = g_new0 (Question, 1);
  *question = (Question){ self->serial, decides };
  task = g_task_new (self, NULL, NULL, NULL);
  g_task_set_task_data (task, question, g_free);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_described, task);
}

void
longhand_other_programs_refresh (LonghandOtherPrograms *self) {
  if (!self->is_deciding) /* its answer says as much */
    ask (self, "--status", FALSE);
}

void
longhand_other_programs_set_enabled (LonghandOtherPrograms *self, gboolean enabled) {
  if (enabled != longhand_other_programs_get_enabled (self))
    ask (self, enabled ? "--add" : "--remove", TRUE);
}

/* ---- dictation ---- */

/* By a process that has ended. */
static void
return_answer (GTask *task, GObject *process, GAsyncResult *result) {
  GError *error = NULL;
  g_autofree char *answer = finish (G_SUBPROCESS (process), result, &error);

  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* Takes task. */
static void
run_for (GTask *task, const char *command, GAsyncReadyCallback callback) {
  GError *error = NULL;
  g_autoptr (GSubprocess) process = run (command, &error);

  if (process != NULL) {
    g_subprocess_communicate_utf8_async (process, NULL, NULL, callback, task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_stopped (GObject *process, GAsyncResult *result, gpointer user) {
  g_autoptr (GTask) task = user;

  return_answer (task, process, result);
}

/* Nothing is left to be stopped. */
static void
drop_stop (LonghandOtherPrograms *self) {
  if (self->stop != NULL)
    g_task_return_boolean (self->stop, TRUE);
  g_clear_object (&self->stop);
}

void
longhand_other_programs_stop_async (LonghandOtherPrograms *self, GAsyncReadyCallback callback,
                                    gpointer user) {
  GTask *task = g_task_new (self, NULL, callback, user);

  g_task_set_source_tag (task, longhand_other_programs_stop_async);
  drop_stop (self);
  if (self->n_starts > 0)
    self->stop = task;
  else
    run_for (task, "--stop", on_stopped);
}

gboolean
longhand_other_programs_stop_finish (LonghandOtherPrograms *self, GAsyncResult *result, GError **error) {
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_started (GObject *process, GAsyncResult *result, gpointer user) {
  g_autoptr (GTask) task = user;
  LonghandOtherPrograms *self = g_task_get_source_object (task);

  return_answer (task, process, result);
  if (--self->n_starts > 0)
    return;
  if (g_task_had_error (task))
    drop_stop (self);
  else if (self->stop != NULL)
    run_for (g_steal_pointer (&self->stop), "--stop", on_stopped);
}

void
longhand_other_programs_start_async (LonghandOtherPrograms *self, GAsyncReadyCallback callback,
                                     gpointer user) {
  GTask *task = g_task_new (self, NULL, callback, user);

  g_task_set_source_tag (task, longhand_other_programs_start_async);
  drop_stop (self);
  self->n_starts++;
  run_for (task, "--start", on_started);
}

gboolean
longhand_other_programs_start_finish (LonghandOtherPrograms *self, GAsyncResult *result, GError **error) {
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- object ---- */

static void
longhand_other_programs_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  LonghandOtherPrograms *self = LONGHAND_OTHER_PROGRAMS (object);

  switch (id) {
  case PROP_ENABLED:
    g_value_set_boolean (value, longhand_other_programs_get_enabled (self));
    break;
  case PROP_SUMMARY:
    g_value_set_string (value, self->summary);
    break;
  case PROP_AVAILABLE:
    g_value_set_boolean (value, self->is_available);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
longhand_other_programs_finalize (GObject *object) {
  LonghandOtherPrograms *self = LONGHAND_OTHER_PROGRAMS (object);

  g_object_unref (self->settings);
  g_free (self->summary);
  G_OBJECT_CLASS (longhand_other_programs_parent_class)->finalize (object);
}

static void
longhand_other_programs_class_init (LonghandOtherProgramsClass *klass) {
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  G_OBJECT_CLASS (klass)->get_property = longhand_other_programs_get_property;
  G_OBJECT_CLASS (klass)->finalize = longhand_other_programs_finalize;
  props[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, FALSE, flags);
  props[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, "", flags);
  props[PROP_AVAILABLE] = g_param_spec_boolean ("available", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
}

static void
longhand_other_programs_init (LonghandOtherPrograms *self) {
  self->summary = g_strdup ("");
}

LonghandOtherPrograms *
longhand_other_programs_new (GSettings *settings) {
  LonghandOtherPrograms *self = g_object_new (LONGHAND_TYPE_OTHER_PROGRAMS, NULL);

  self->settings = g_object_ref (settings);
  return self;
}
