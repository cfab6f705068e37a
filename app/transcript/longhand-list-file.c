#include "transcript/longhand-list-file.h"

#include "longhand-error.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define MOST_SHOWN 40 /* characters */
#define MOST_BYTES (1024 * 1024)
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static void
set_unreadable (const char *name, const GError *reason, GError **error) {
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID, _ ("There is no file “%s”: check the path."),
                 name);
  else if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY))
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” is a folder: give a text file in it."), name);
  else if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” cannot be read (%s): check its permissions."), name, g_strerror (EACCES));
  else
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID, _ ("“%s” cannot be read: %s."), name,
                 reason->message);
}

/* (transfer full); NULL with an error. */
static char *
load (GFile *file, const char *name, gsize *n, GError **error) {
  g_autoptr (GError) reason = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &reason);
  g_autofree char *text = g_malloc (MOST_BYTES + 1);

  if (stream == NULL
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, MOST_BYTES + 1, n, NULL, &reason)) {
    set_unreadable (name, reason, error);
    return NULL;
  }
  if (*n > MOST_BYTES) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” has more than a megabyte: choose a text file that people write."), name);
    return NULL;
  }
  text[*n] = '\0';
  return g_steal_pointer (&text);
}

static gboolean
take_line (const char *name, guint number, char *line, LonghandListEntryFn take, gpointer user,
           GError **error) {
  g_autoptr (GError) reason = NULL;

  g_strstrip (line);
  if (*line == '\0' || *line == '#' || take (line, user, &reason))
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID, _ ("“%s”, line %u: %s"), name, number,
               reason->message);
  return FALSE;
}

char *
longhand_list_file_load (const char *path, GError **error) {
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *text = NULL;
  gsize n;

  text = load (file, name, &n, error);
  if (text == NULL)
    return NULL;
  if (!g_utf8_validate (text, (gssize)n, NULL)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” is not text in UTF-8: save it as such."), name);
    return NULL;
  }
  return g_str_has_prefix (text, BYTE_ORDER_MARK) ? g_strdup (text + strlen (BYTE_ORDER_MARK))
                                                  : g_steal_pointer (&text);
}

gboolean
longhand_list_file_read (const char *path, LonghandListEntryFn take, gpointer user, GError **error) {
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *text = longhand_list_file_load (path, error);
  g_auto (GStrv) lines = NULL;

  if (text == NULL)
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!take_line (name, i + 1, lines[i], take, user, error))
      return FALSE;
  return TRUE;
}

char *
longhand_list_file_abridge (const char *entry) {
  g_autofree char *beginning = NULL;

  if (g_utf8_strlen (entry, -1) <= MOST_SHOWN)
    return g_strdup (entry);
  beginning = g_utf8_substring (entry, 0, MOST_SHOWN);
  return g_strconcat (beginning, "…", NULL);
}
