#include "application/longhand-lent-text.h"

#include <string.h>

struct _LonghandLentText {
  GdkContentProvider parent_instance;

  char *text; /* owned */
};

G_DEFINE_FINAL_TYPE (LonghandLentText, longhand_lent_text, GDK_TYPE_CONTENT_PROVIDER)

static guint read_signal;

static GdkContentFormats *
longhand_lent_text_ref_formats (GdkContentProvider *provider) {
  static const char *types[] = { "text/plain;charset=utf-8", "text/plain" };

  return gdk_content_formats_new (types, G_N_ELEMENTS (types));
}

static void
on_written (GObject *stream, GAsyncResult *result, gpointer user) {
  g_autoptr (GTask) task = user;
  LonghandLentText *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, &error)) {
    g_task_return_error (task, error);
    return;
  }
  g_task_return_boolean (task, TRUE);
  g_signal_emit (self, read_signal, 0);
}

static void
longhand_lent_text_write_async (GdkContentProvider *provider, const char *type, GOutputStream *stream,
                                int priority, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user) {
  LonghandLentText *self = LONGHAND_LENT_TEXT (provider);
  GTask *task = g_task_new (self, cancellable, callback, user);

  g_task_set_source_tag (task, longhand_lent_text_write_async);
  g_output_stream_write_all_async (stream, self->text, strlen (self->text), priority, cancellable, on_written,
                                   task);
}

static gboolean
longhand_lent_text_write_finish (GdkContentProvider *provider, GAsyncResult *result, GError **error) {
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
longhand_lent_text_finalize (GObject *object) {
  g_free (LONGHAND_LENT_TEXT (object)->text);
  G_OBJECT_CLASS (longhand_lent_text_parent_class)->finalize (object);
}

static void
longhand_lent_text_class_init (LonghandLentTextClass *klass) {
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = longhand_lent_text_finalize;
  provider_class->ref_formats = longhand_lent_text_ref_formats;
  provider_class->write_mime_type_async = longhand_lent_text_write_async;
  provider_class->write_mime_type_finish = longhand_lent_text_write_finish;
  read_signal = g_signal_new ("read", LONGHAND_TYPE_LENT_TEXT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
}

static void
longhand_lent_text_init (LonghandLentText *self) {
}

LonghandLentText *
longhand_lent_text_new (const char *text) {
  LonghandLentText *self = g_object_new (LONGHAND_TYPE_LENT_TEXT, NULL);

  self->text = g_strdup (text);
  return self;
}
