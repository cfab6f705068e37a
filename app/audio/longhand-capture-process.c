#include "audio/longhand-capture-process.h"

#include "longhand-config.h"
#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_TIMEOUT_MS 4000
#define END_TIMEOUT_MS 500 /* to take leave of the sound system */
#define KILL_TIMEOUT_MS 500

struct _LonghandProcess {
  pid_t pid;
  int socket; /* owned */
  gint64 deadline_us;
};

static const char *
program_path (void) {
  const char *path = g_getenv ("LONGHAND_MICROPHONE");

  return path != NULL && *path != '\0' ? path : LIBEXECDIR "/longhand-microphone";
}

/* In a session of its own, out of reach of a terminal's Ctrl+C, which ends a dictation but not its last
 * words. What drivers and sound servers print is of no use to anybody. Returns 0 or an errno. */
static int
spawn (const char *path, int socket, pid_t *pid) {
  char *argv[] = { (char *)path, NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code;

  posix_spawnattr_init (&attributes);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSID);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, socket, LONGHAND_WIRE_FD);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2 (&actions, STDIN_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, STDIN_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np (&actions, LONGHAND_WIRE_FD + 1);
  code = posix_spawn (pid, path, &actions, &attributes, argv, environ);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  return code;
}

static LonghandProcess *
start_silently (const char *path, GError **error) {
  LonghandProcess *self = g_new0 (LonghandProcess, 1);
  int ends[2], code;

  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    code = errno;
  } else {
    code = spawn (path, ends[1], &self->pid);
    close (ends[1]);
    if (code != 0)
      close (ends[0]);
  }
  if (code == 0) {
    self->socket = ends[0];
    return self;
  }
  g_free (self);
  if (code == ENOENT)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("Longhand's microphone program “%s” is missing: install Longhand again."), path);
  else
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("Longhand's microphone program “%s” cannot be started (%s): close other programs, or "
                    "install Longhand again."),
                 path, g_strerror (code));
  return NULL;
}

/* FALSE: its first word is not that of this version's program. */
static gboolean
is_greeted (LonghandProcess *self, const char *path, GError **error) {
  LonghandWireMessage greeting;
  LonghandWireResult result;
  int fd;

  result = longhand_wire_receive (self->socket, g_get_monotonic_time () + START_TIMEOUT_MS * 1000, &greeting,
                                  &fd);
  if (fd >= 0)
    close (fd);
  if (result == LONGHAND_WIRE_CAME && greeting.type == LONGHAND_WIRE_HELLO)
    return TRUE;
  g_set_error (
      error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      result == LONGHAND_WIRE_FOREIGN
          ? _ ("Longhand's microphone program “%s” is of another version: restart Longhand, or install it "
               "again.")
          : _ ("Longhand's microphone program “%s” does not answer: try again, or install Longhand again."),
      path);
  return FALSE;
}

LonghandProcess *
longhand_process_start (GError **error) {
  const char *path = program_path ();
  LonghandProcess *self = start_silently (path, error);

  if (self == NULL)
    return NULL;
  if (is_greeted (self, path, error))
    return self;
  longhand_process_end (self, TRUE);
  return NULL;
}

/* What hangs in the kernel cannot even be killed; then init gets it when this process ends. */
static gboolean
is_reaped (LonghandProcess *self, int timeout_ms) {
  for (int i = 0; i < timeout_ms; i++) {
    if (waitpid (self->pid, NULL, WNOHANG) != 0)
      return TRUE;
    g_usleep (1000);
  }
  return FALSE;
}

void
longhand_process_end (LonghandProcess *self, gboolean hangs) {
  if (self == NULL)
    return;
  close (self->socket);
  if (hangs || !is_reaped (self, END_TIMEOUT_MS)) {
    kill (self->pid, SIGKILL);
    is_reaped (self, KILL_TIMEOUT_MS);
  }
  g_free (self);
}

gboolean
longhand_process_is_alive (LonghandProcess *self) {
  struct pollfd end = { .fd = self->socket };

  return poll (&end, 1, 0) == 0;
}

void
longhand_process_ask (LonghandProcess *self, LonghandWireMessage *question, int timeout_ms) {
  self->deadline_us = g_get_monotonic_time () + timeout_ms * (gint64)1000;
  longhand_wire_send (self->socket, question, -1);
}

gboolean
longhand_process_hear (LonghandProcess *self, LonghandWireMessage *answer, int *fd) {
  return longhand_wire_receive (self->socket, self->deadline_us, answer, fd) == LONGHAND_WIRE_CAME;
}
