#include "player/longhand-again-window.h"

#include "audio/longhand-sound-files.h"
#include "files/longhand-file-run.h"
#include "transcript/longhand-rewriting.h"
#include "widgets/longhand-accessible.h"

#include <glib/gi18n.h>

#define LOOK_MS 100 /* at the progress */

struct _LonghandAgainWindow {
  AdwWindow parent_instance;

  /* template children */
  GtkButton *cancel;
  GtkButton *go_on;
  GtkStack *pages;
  AdwComboRow *model;
  GtkProgressBar *progress;
  GtkTextView *difference;
  AdwStatusPage *message;

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
  GPtrArray *parts; /* LonghandSoundPart */
  LonghandMailbox *mailbox;
  LonghandFileRun *run;      /* NULL: none goes on */
  LonghandTranscript *heard; /* so far, in the session's time */
  LonghandModel *chosen;     /* NULL: none yet */

  guint part;    /* the one that is being recognised */
  guint look_id; /* source; while something goes on */
};

G_DEFINE_FINAL_TYPE (LonghandAgainWindow, longhand_again_window, ADW_TYPE_WINDOW)

enum { HEARD, ACCEPTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void begin_part (LonghandAgainWindow *self);

/* ---- pages ---- */

static void
show_page (LonghandAgainWindow *self, const char *name) {
  gtk_stack_set_visible_child_name (self->pages, name);
}

static void
end_run (LonghandAgainWindow *self) {
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_pointer (&self->run, longhand_file_run_free);
}

static void
show_message (LonghandAgainWindow *self, const char *icon, const char *title, const char *text) {
  end_run (self);
  adw_status_page_set_icon_name (self->message, icon);
  adw_status_page_set_title (self->message, title);
  adw_status_page_set_description (self->message, text);
  gtk_widget_set_visible (GTK_WIDGET (self->go_on), FALSE);
  gtk_button_set_label (self->cancel, _ ("_Close"));
  show_page (self, "message");
}

static void
show_error (LonghandAgainWindow *self, const GError *error) {
  g_autofree char *text = g_markup_escape_text (error->message, -1);

  show_message (self, "dialog-error-symbolic", _ ("Not Transcribed"), text);
}

/* Marked by lines and weight, which the accessible text says too; GTK 4.8 cannot tell it of colours. */
static void
insert_part (GtkTextBuffer *buffer, const LonghandDiffPart *part) {
  static const char *const tags[] = { NULL, "removed", "added" };
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  if (tags[part->kind] != NULL)
    gtk_text_buffer_insert_with_tags_by_name (buffer, &end, part->text, -1, tags[part->kind], NULL);
  else
    gtk_text_buffer_insert (buffer, &end, part->text, -1);
}

void
longhand_again_window_show_difference (LonghandAgainWindow *self, const GArray *diff) {
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->difference);

  if (!longhand_rewriting_changes_anything (diff)) {
    show_message (self, "object-select-symbolic", _ ("Nothing to Change"),
                  _ ("This model hears the same words."));
    return;
  }
  for (guint i = 0; i < diff->len; i++)
    insert_part (buffer, &g_array_index (diff, LonghandDiffPart, i));
  gtk_button_set_label (self->cancel, _ ("_Discard"));
  gtk_button_set_label (self->go_on, _ ("_Accept"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->go_on), TRUE);
  show_page (self, "result");
  gtk_widget_grab_focus (GTK_WIDGET (self->difference));
}

/* ---- recognising ---- */

static const LonghandSoundPart *
get_part (LonghandAgainWindow *self) {
  return self->parts->pdata[self->part];
}

static void
take_segments (LonghandAgainWindow *self, LonghandTranscript *transcript) {
  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    LonghandSegment *segment = longhand_segment_copy (longhand_transcript_get_segment (transcript, i));

    longhand_segment_shift (segment, get_part (self)->start_ms);
    longhand_transcript_append (self->heard, segment->start_ms, segment->end_ms, segment->text,
                                &segment->scores);
    for (guint k = 0; segment->words != NULL && k < segment->words->len; k++)
      longhand_transcript_copy_word (self->heard, &g_array_index (segment->words, LonghandWord, k));
    longhand_segment_free (segment);
  }
}

static void
on_done (gpointer owner, gpointer letter) {
  LonghandAgainWindow *self = owner;
  const LonghandFileOutcome *outcome = letter;

  if (self->run == NULL)
    return;
  g_clear_pointer (&self->run, longhand_file_run_free);
  if (outcome->transcript == NULL) {
    show_error (self, outcome->error);
    return;
  }
  take_segments (self, outcome->transcript);
  self->part++;
  if (self->part < self->parts->len) {
    begin_part (self);
    return;
  }
  end_run (self);
  g_signal_emit (self, signals[HEARD], 0, self->heard);
}

static gboolean
look (gpointer user) {
  LonghandAgainWindow *self = user;
  const LonghandSoundPart *last = self->parts->pdata[self->parts->len - 1];
  gint64 done_ms = 0, total_ms = 0;

  if (self->run != NULL)
    longhand_file_run_get_progress (self->run, &done_ms, &total_ms);
  gtk_progress_bar_set_fraction (
      self->progress, CLAMP ((double)(get_part (self)->start_ms + done_ms) / (double)last->end_ms, 0, 1));
  return G_SOURCE_CONTINUE;
}

static void
begin_part (LonghandAgainWindow *self) {
  LonghandFileJob job = {
    .path = g_strdup (get_part (self)->path),
    .model_path = g_strdup (longhand_model_get_path (self->chosen)),
    .model_id = g_strdup (longhand_model_get_id (self->chosen)),
    .choices = longhand_choices_read_settings (self->settings),
  };
  g_autoptr (GError) error = NULL;

  self->run = longhand_file_run_new (&job, self->mailbox, on_done, &error);
  longhand_file_job_clear (&job);
  if (self->run == NULL)
    show_error (self, error);
}

static void
begin (LonghandAgainWindow *self) {
  gtk_widget_set_sensitive (GTK_WIDGET (self->go_on), FALSE);
  show_page (self, "running");
  self->look_id = g_timeout_add (LOOK_MS, look, self);
  begin_part (self);
}

static void
on_go_on (LonghandAgainWindow *self) {
  if (self->chosen != NULL) {
    g_signal_emit (self, signals[ACCEPTED], 0);
    gtk_window_close (GTK_WINDOW (self));
    return;
  }
  self->chosen = g_list_model_get_item (G_LIST_MODEL (self->store), adw_combo_row_get_selected (self->model));
  if (self->chosen != NULL)
    begin (self);
}

/* ---- object ---- */

static void
longhand_again_window_dispose (GObject *object) {
  LonghandAgainWindow *self = LONGHAND_AGAIN_WINDOW (object);

  end_run (self);
  longhand_mailbox_close (self->mailbox);
  g_clear_object (&self->heard);
  g_clear_object (&self->chosen);
  g_clear_object (&self->settings);
  g_clear_object (&self->store);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  G_OBJECT_CLASS (longhand_again_window_parent_class)->dispose (object);
}

static void
longhand_again_window_finalize (GObject *object) {
  longhand_mailbox_unref (LONGHAND_AGAIN_WINDOW (object)->mailbox);
  G_OBJECT_CLASS (longhand_again_window_parent_class)->finalize (object);
}

static void
longhand_again_window_class_init (LonghandAgainWindowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_again_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = longhand_again_window_finalize;
  signals[HEARD] = g_signal_new ("heard", LONGHAND_TYPE_AGAIN_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, LONGHAND_TYPE_TRANSCRIPT);
  signals[ACCEPTED] = g_signal_new ("accepted", LONGHAND_TYPE_AGAIN_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/player/longhand-again-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandAgainWindow, cancel);
  gtk_widget_class_bind_template_child (widget_class, LonghandAgainWindow, go_on);
  gtk_widget_class_bind_template_child (widget_class, LonghandAgainWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, LonghandAgainWindow, model);
  gtk_widget_class_bind_template_child (widget_class, LonghandAgainWindow, progress);
  gtk_widget_class_bind_template_child (widget_class, LonghandAgainWindow, difference);
  gtk_widget_class_bind_template_child (widget_class, LonghandAgainWindow, message);
  gtk_widget_class_bind_template_callback (widget_class, on_go_on);
}

static void
longhand_again_window_init (LonghandAgainWindow *self) {
  GtkTextBuffer *buffer;

  self->mailbox = longhand_mailbox_new (G_OBJECT (self));
  self->heard = longhand_transcript_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  longhand_accessible_tell_drawn_page (self->pages);
  buffer = gtk_text_view_get_buffer (self->difference);
  gtk_text_buffer_create_tag (buffer, "removed", "strikethrough", TRUE, NULL);
  gtk_text_buffer_create_tag (buffer, "added", "underline", PANGO_UNDERLINE_SINGLE, "weight",
                              PANGO_WEIGHT_BOLD, NULL);
}

/* The one that dictation uses is chosen at first. */
static void
fill_models (LonghandAgainWindow *self) {
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  g_autofree char *current = longhand_settings_dup_model (self->settings);
  g_autoptr (LonghandModel) best = longhand_model_store_find (self->store, current, NULL);
  guint selected = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++) {
    g_autoptr (LonghandModel) model = g_list_model_get_item (G_LIST_MODEL (self->store), i);

    gtk_string_list_append (titles, longhand_model_get_title (model));
    if (best != NULL && g_strcmp0 (longhand_model_get_id (best), longhand_model_get_id (model)) == 0)
      selected = i;
  }
  adw_combo_row_set_model (self->model, G_LIST_MODEL (titles));
  adw_combo_row_set_selected (self->model, selected);
}

GtkWidget *
longhand_again_window_new (LonghandSettings *settings, LonghandModelStore *store, GPtrArray *parts) {
  LonghandAgainWindow *self = g_object_new (LONGHAND_TYPE_AGAIN_WINDOW, NULL);

  self->settings = g_object_ref (settings);
  self->store = g_object_ref (store);
  self->parts = g_ptr_array_ref (parts);
  fill_models (self);
  return GTK_WIDGET (self);
}
