/* Writing the text into a file, beside the main loop: a document of a day takes seconds, and a disk may. */
#include "longhand-error.h"
#include "window/longhand-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define SAY_AFTER_MS 500 /* what is over sooner is not worth a word */

/* What the thread works on, alone. */
typedef struct {
  LonghandTranscript *transcript; /* owned */
  GFile *file;                    /* owned */
  const LonghandWriter *writer;
  gboolean is_written; /* read once the task is over */
} Job;

/* The window's side of it. */
struct _LonghandSaving {
  LonghandWindow *window; /* owned */
  GFile *file;            /* owned */
  const LonghandWriter *writer;
  LonghandSavedFn saved;
  GCancellable *cancellable;  /* owned */
  LonghandDocument *document; /* owned */
  gulong changed_id;
  gboolean has_changed; /* what is written is not the text any more */
  guint say_timeout;    /* until the toast */
  AdwToast *toast;      /* weak */
};

/* ---- the thread ---- */

static void
job_free (gpointer data) {
  Job *job = data;

  g_object_unref (job->transcript);
  g_object_unref (job->file);
  g_free (job);
}

/* Pages that nobody waits for any more are made to the end, and thrown away; what is on its way to the disk
 * is written. */
static void
work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
  Job *job = data;
  GError *error = NULL;
  g_autoptr (GBytes) content = job->writer->write (job->transcript, &error);

  if (!g_task_set_return_on_cancel (task, FALSE)) {
    g_clear_error (&error);
    return;
  }
  job->is_written = content != NULL && longhand_export_save (content, job->file, &error);
  if (job->is_written)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* ---- the window ---- */

static void
saving_free (LonghandSaving *saving) {
  g_clear_handle_id (&saving->say_timeout, g_source_remove);
  if (saving->toast != NULL)
    adw_toast_dismiss (saving->toast);
  g_clear_weak_pointer (&saving->toast);
  g_signal_handler_disconnect (saving->document, saving->changed_id);
  g_object_unref (saving->document);
  g_object_unref (saving->cancellable);
  g_object_unref (saving->file);
  g_object_unref (saving->window);
  g_free (saving);
}

static void
on_changed (LonghandSaving *saving) {
  saving->has_changed = TRUE;
}

static void
cancel (LonghandWindow *self) {
  if (self->saving != NULL)
    g_cancellable_cancel (self->saving->cancellable);
}

static gboolean
say (gpointer user) {
  LonghandSaving *saving = user;
  g_autofree char *name = g_file_get_basename (saving->file);
  g_autofree char *text = g_strdup_printf (_ ("Writing “%s”…"), name);
  g_autofree char *title = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (title);

  saving->say_timeout = 0;
  adw_toast_set_timeout (toast, 0);
  adw_toast_set_button_label (toast, _ ("_Cancel"));
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (cancel), saving->window, G_CONNECT_SWAPPED);
  g_set_weak_pointer (&saving->toast, toast);
  adw_toast_overlay_add_toast (saving->window->toasts, toast);
  return G_SOURCE_REMOVE;
}

static void
on_written (GObject *none, GAsyncResult *result, gpointer user) {
  LonghandSaving *saving = user;
  LonghandWindow *self = saving->window;
  const Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  self->saving = NULL;
  g_task_propagate_boolean (G_TASK (result), &error);
  if (job->is_written) /* although it was cancelled */
    g_clear_error (&error);
  if (error == NULL && !saving->has_changed)
    longhand_document_mark_saved (saving->document);
  if (self->session != NULL) { /* else the window is gone */
    gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.export", TRUE);
    saving->saved (self, saving->file, saving->writer, error);
  }
  saving_free (saving);
}

/* What is exported is called as its file is. */
static void
describe (LonghandWindow *self, LonghandTranscript *transcript, GFile *file) {
  g_autofree char *name = g_file_get_basename (file);
  const char *dot = strrchr (name, '.');
  g_autofree char *stem = g_strndup (name, dot != NULL && dot != name ? (gsize)(dot - name) : strlen (name));
  g_autofree char *title = g_filename_display_name (stem);

  longhand_transcript_set_title (transcript, title);
  longhand_transcript_set_begun (transcript, self->session->begun_us);
  longhand_transcript_set_language (transcript, self->session->language);
  longhand_transcript_set_model (transcript, self->session->model);
}

static void
begin (LonghandWindow *self, LonghandTranscript *transcript, GFile *file, const LonghandWriter *writer,
       LonghandSavedFn saved) {
  LonghandSaving *saving = g_new0 (LonghandSaving, 1);
  Job *job = g_new (Job, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, on_written, saving);

  *job = (Job){ g_object_ref (transcript), g_object_ref (file), writer, FALSE };
  saving->window = g_object_ref (self);
  saving->file = g_object_ref (file);
  saving->writer = writer;
  saving->saved = saved;
  saving->cancellable = g_steal_pointer (&cancellable);
  saving->document = g_object_ref (longhand_editor_get_document (self->editor));
  saving->changed_id
      = g_signal_connect_swapped (saving->document, "changed", G_CALLBACK (on_changed), saving);
  saving->say_timeout = g_timeout_add (SAY_AFTER_MS, say, saving);
  self->saving = saving;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.export", FALSE);
  g_task_set_task_data (task, job, job_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, work);
}

void
longhand_window_save (LonghandWindow *self, GFile *file, const LonghandWriter *writer,
                      LonghandSavedFn saved) {
  g_autoptr (LonghandTranscript) transcript
      = longhand_document_dup_transcript (longhand_editor_get_document (self->editor));
  g_autoptr (GError) error = NULL;

  g_return_if_fail (self->saving == NULL);
  if (writer->has_times && longhand_transcript_get_n_segments (transcript) == 0) {
    g_set_error_literal (&error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Nothing here was dictated, so there are no times to write. Choose plain text."));
    saved (self, file, writer, error);
    return;
  }
  describe (self, transcript, file);
  if (writer->prepare != NULL)
    writer->prepare ();
  begin (self, transcript, file, writer, saved);
}
