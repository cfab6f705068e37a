#include "sandbox/longhand-sandbox.h"

#include "longhand-error.h"
#include "sandbox/longhand-sandbox-calls.h"
#include "sandbox/longhand-sandbox-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <sys/socket.h>
#include <unistd.h>

/* Files first: the calls that restrict them need not be among those that are left. */
void
longhand_sandbox_enter (const char *const *folders) {
  longhand_sandbox_close_files (folders);
  longhand_sandbox_close_calls ();
}

/* ---- probing ---- */

static gboolean
can_make_socket (int family) {
  const int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

/* The null device is everywhere, may be opened by everybody, and keeps nothing. */
static gboolean
can_write (void) {
  const int fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

/* No file has an empty name, so that this never succeeds: without a sandbox it is not found. */
static gboolean
can_run_programs (void) {
  char *nothing[] = { NULL };

  execve ("", nothing, nothing);
  return errno != EPERM;
}

void
longhand_sandbox_probe (LonghandSandboxState *state) {
  *state = (LonghandSandboxState){
    .is_known = TRUE,
    .no_sockets = !can_make_socket (AF_INET) && !can_make_socket (AF_INET6) && !can_make_socket (AF_UNIX),
    .no_files = !can_write (),
    .no_programs = !can_run_programs (),
  };
}

/* ---- a thread for one task ---- */

typedef struct {
  LonghandSandboxFn fn;
  gpointer user;
} Task;

static gpointer
run_task (gpointer data) {
  Task *task = data;

  longhand_sandbox_enter (NULL);
  task->fn (task->user);
  return NULL;
}

gboolean
longhand_sandbox_run (LonghandSandboxFn fn, gpointer user, GError **error) {
  Task task = { fn, user };
  GThread *thread = g_thread_try_new ("sandbox", run_task, &task, NULL);

  if (thread == NULL) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                         _ ("The system allows no more threads. Close other programs and try again."));
    return FALSE;
  }
  g_thread_join (thread);
  return TRUE;
}
