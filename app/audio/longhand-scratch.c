#include "audio/longhand-scratch.h"

#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

const char *
longhand_scratch_get_folder (void) {
  const char *chosen = g_getenv ("TMPDIR");

  return chosen != NULL && *chosen != '\0' ? chosen : "/var/tmp";
}

static void
set_error (GError **error, const char *what, int saved_errno) {
  g_set_error (
      error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
      _ ("The sound of “%s” cannot be kept in “%s” (%s): make room there, or name another folder in TMPDIR."),
      what, longhand_scratch_get_folder (), g_strerror (saved_errno));
}

int
longhand_scratch_open (const char *what, GError **error) {
  g_autofree char *path = g_build_filename (longhand_scratch_get_folder (), "longhand-XXXXXX", NULL);
  const int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

  if (fd < 0)
    set_error (error, what, errno);
  else
    g_unlink (path);
  return fd;
}

gboolean
longhand_scratch_write (int fd, gconstpointer data, gsize n_bytes, const char *what, GError **error) {
  const char *at = data;

  while (n_bytes > 0) {
    const ssize_t n = write (fd, at, n_bytes);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      set_error (error, what, errno);
      return FALSE;
    }
    at += n;
    n_bytes -= (gsize)n;
  }
  return TRUE;
}
