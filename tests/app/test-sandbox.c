/* What a thread that has entered can do no more, and what the others still can. Where the kernel of the
 * machine has no Landlock, or no seccomp, that half stays open, and has to be told so. The linker puts the
 * functions of this file before the system's (--wrap), so that a kernel can be without either. */
#include "sandbox/longhand-sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a kernel without ---- */

static bool without_landlock, without_seccomp;

long __wrap_syscall (long number, ...);
long __real_syscall (long number, ...);
int __wrap_seccomp_load (void *filter);
int __real_seccomp_load (void *filter);

long
__wrap_syscall (long number, ...) {
  long arguments[4];
  va_list list;

  va_start (list, number);
  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    arguments[i] = va_arg (list, long);
  va_end (list);
  if (without_landlock && number == SYS_landlock_create_ruleset) {
    errno = ENOSYS;
    return -1;
  }
  return __real_syscall (number, arguments[0], arguments[1], arguments[2], arguments[3]);
}

int
__wrap_seccomp_load (void *filter) {
  return without_seccomp ? -EINVAL : __real_seccomp_load (filter);
}

static bool
has_landlock (void) {
  return __real_syscall (SYS_landlock_create_ruleset, NULL, 0L, (long)LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

/* Whoever can have filters is told that this one is none. */
static bool
has_seccomp (void) {
  return __real_syscall (SYS_seccomp, (long)SECCOMP_SET_MODE_FILTER, 0L, NULL) < 0 && errno == EFAULT;
}

/* errno of a call that seccomp refuses, as long as there is one; else what comes of it */
#define REFUSED (has_seccomp () ? EPERM : 0)
#define KEPT_OUT (has_landlock () ? EACCES : 0)

/* ---- a thread inside ---- */

typedef struct {
  char *folder, *inside, *outside; /* owned; two folders in folder; files may be written inside */
  int server;                      /* a socket that was made outside */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->folder = g_dir_make_tmp ("sandbox-XXXXXX", NULL);
  f->inside = g_build_filename (f->folder, "inside", NULL);
  f->outside = g_build_filename (f->folder, "outside", NULL);
  g_assert_cmpint (g_mkdir (f->inside, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (f->outside, 0700), ==, 0);
  f->server = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (f->server, >=, 0);
}

static void
remove_all (const char *folder) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_assert_cmpint (g_unlink (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  without_landlock = without_seccomp = false;
  close (f->server);
  remove_all (f->inside);
  remove_all (f->outside);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->inside);
  g_free (f->outside);
  g_free (f->folder);
}

typedef void TestFn (Fixture *f);
typedef struct {
  Fixture *f;
  TestFn *fn;
} Inside;

static void *
inside_thread (void *data) {
  const Inside *inside = data;
  const char *const folders[] = { inside->f->inside, "/nowhere/at/all", NULL };

  longhand_sandbox_enter (folders);
  inside->fn (inside->f);
  return NULL;
}

/* The test's own thread, and whatever comes after it, stays outside. */
static void
run_inside (Fixture *f, TestFn *fn) {
  Inside inside = { f, fn };
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, inside_thread, &inside), ==, 0);
  g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
}

/* errno of a call, or 0 */
#define ERRNO_OF(call) (errno = 0, (call) < 0 ? errno : 0)

/* ---- network ---- */

static int
try_socket (int family) {
  const int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int saved_errno = fd < 0 ? errno : 0;

  if (fd >= 0)
    close (fd);
  return saved_errno;
}

static struct sockaddr_in
this_machine (void) {
  return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
}

static void
try_network (Fixture *f) {
  const struct sockaddr_in address = this_machine ();
  const struct sockaddr *any = (const struct sockaddr *)(gconstpointer)&address;
  int pair[2];

  g_assert_cmpint (try_socket (AF_INET), ==, REFUSED);
  g_assert_cmpint (try_socket (AF_UNIX), ==, REFUSED);
  g_assert_cmpint (ERRNO_OF (socketpair (AF_UNIX, SOCK_STREAM, 0, pair)), ==, REFUSED);
  if (!has_seccomp ())
    return;
  g_assert_cmpint (ERRNO_OF (bind (f->server, any, sizeof address)), ==, EPERM);
  g_assert_cmpint (ERRNO_OF (listen (f->server, 1)), ==, EPERM);
  g_assert_cmpint (ERRNO_OF (connect (f->server, any, sizeof address)), ==, EPERM);
}

static void
sockets_are_refused (Fixture *f, gconstpointer data) {
  const struct sockaddr_in address = this_machine ();

  run_inside (f, try_network);
  g_assert_cmpint (try_socket (AF_INET), ==, 0);
  g_assert_cmpint (try_socket (AF_UNIX), ==, 0);
  g_assert_cmpint (bind (f->server, (const struct sockaddr *)(gconstpointer)&address, sizeof address), ==, 0);
  g_assert_cmpint (listen (f->server, 1), ==, 0);
}

/* ---- files ---- */

static int
try_open (const char *folder, const char *name, int flags) {
  g_autofree char *path = g_build_filename (folder, name, NULL);
  const int fd = open (path, flags | O_CLOEXEC, 0600);
  const int saved_errno = fd < 0 ? errno : 0;

  if (fd >= 0)
    close (fd);
  return saved_errno;
}

static int
try_rename (const char *from, const char *from_name, const char *to, const char *to_name) {
  g_autofree char *from_path = g_build_filename (from, from_name, NULL);
  g_autofree char *to_path = g_build_filename (to, to_name, NULL);

  return ERRNO_OF (rename (from_path, to_path));
}

static void
try_files_inside (Fixture *f) {
  g_autofree char *path = g_build_filename (f->inside, "session", NULL);

  g_assert_cmpint (try_open (f->inside, ".new", O_WRONLY | O_CREAT | O_EXCL), ==, 0);
  g_assert_cmpint (try_rename (f->inside, ".new", f->inside, "session"), ==, 0);
  g_assert_cmpint (try_open (f->inside, "session", O_RDWR | O_TRUNC), ==, 0);
  g_assert_true (g_file_set_contents (path, "heard", -1, NULL));
  g_assert_cmpint (ERRNO_OF (unlink (path)), ==, 0);
  g_assert_cmpint (try_open (f->inside, "left", O_WRONLY | O_CREAT), ==, 0);
}

static void
folder_that_is_named_can_be_written (Fixture *f, gconstpointer data) {
  run_inside (f, try_files_inside);
}

static void
try_files_outside (Fixture *f) {
  g_autofree char *diary = g_build_filename (f->outside, "diary", NULL);
  g_autofree char *text = NULL;
  struct stat info;

  g_assert_cmpint (try_open (f->outside, "new", O_WRONLY | O_CREAT), ==, KEPT_OUT);
  g_assert_cmpint (try_open (f->outside, "diary", O_WRONLY), ==, KEPT_OUT);
  g_assert_cmpint (try_open (f->outside, "diary", O_RDWR | O_APPEND), ==, KEPT_OUT);
  g_assert_cmpint (try_open (f->folder, ".", O_TMPFILE | O_WRONLY), ==, KEPT_OUT);
  if (has_landlock ()) {
    g_assert_cmpint (try_rename (f->outside, "diary", f->inside, "diary"), !=, 0);
    g_assert_cmpint (ERRNO_OF (unlink (diary)), ==, EACCES);
    g_assert_cmpint (ERRNO_OF (symlink (diary, f->inside)), !=, 0);
  }
  if (has_seccomp ()) {
    g_assert_cmpint (ERRNO_OF (truncate (diary, 0)), ==, EPERM);
    g_assert_cmpint (try_open (f->outside, "diary", O_RDONLY | O_TRUNC), ==, EPERM);
    g_assert_cmpint (ERRNO_OF (chmod (diary, 0777)), ==, EPERM);
  }
  g_assert_true (g_file_get_contents (diary, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "dear diary");
  g_assert_cmpint (stat (diary, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
other_files_can_only_be_read (Fixture *f, gconstpointer data) {
  g_autofree char *diary = g_build_filename (f->outside, "diary", NULL);

  g_assert_true (g_file_set_contents_full (diary, "dear diary", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  run_inside (f, try_files_outside);
  g_assert_cmpint (try_open (f->outside, "new", O_WRONLY | O_CREAT), ==, 0);
  g_assert_cmpint (try_open (f->outside, "diary", O_WRONLY), ==, 0);
}

/* ---- programs, and other processes ---- */

/* Exit status of a copy of the process that runs one; its errno when it cannot. */
static int
try_program (void) {
  const pid_t child = fork ();
  int status;

  if (child == 0) {
    execl ("/bin/true", "true", NULL);
    _exit (errno);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
try_programs (Fixture *f) {
  g_assert_cmpint (try_program (), ==, REFUSED);
}

static void
programs_are_refused (Fixture *f, gconstpointer data) {
  run_inside (f, try_programs);
  g_assert_cmpint (try_program (), ==, 0);
}

static void
try_processes (Fixture *f) {
  char byte;
  const struct iovec mine = { &byte, 1 }, its = { f, 1 };

  g_assert_cmpint (ERRNO_OF (kill (getpid (), 0)), ==, REFUSED);
  g_assert_cmpint (ERRNO_OF (process_vm_readv (getpid (), &mine, 1, &its, 1, 0)), ==, REFUSED);
}

static void
other_processes_are_out_of_reach (Fixture *f, gconstpointer data) {
  run_inside (f, try_processes);
  g_assert_cmpint (kill (getpid (), 0), ==, 0);
}

/* ---- its threads ---- */

static void *
look_around (void *data) {
  longhand_sandbox_probe (data);
  return NULL;
}

static void
assert_state (const LonghandSandboxState *state, bool no_calls, bool no_files) {
  g_assert_true (state->is_known);
  g_assert_cmpint (state->no_sockets, ==, no_calls);
  g_assert_cmpint (state->no_programs, ==, no_calls);
  g_assert_cmpint (state->no_files, ==, no_files);
}

static void
start_a_thread (Fixture *f) {
  LonghandSandboxState state = { 0 };
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, look_around, &state), ==, 0);
  g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
  assert_state (&state, has_seccomp (), has_landlock ());
}

static void
threads_made_inside_are_inside (Fixture *f, gconstpointer data) {
  LonghandSandboxState state;

  run_inside (f, start_a_thread);
  longhand_sandbox_probe (&state);
  assert_state (&state, false, false);
}

static void
note_state (gpointer user) {
  longhand_sandbox_probe (user);
}

static void
one_task_can_be_run_inside (Fixture *f, gconstpointer data) {
  LonghandSandboxState inside = { 0 }, here;

  g_assert_true (longhand_sandbox_run (note_state, &inside, NULL));
  assert_state (&inside, has_seccomp (), has_landlock ());
  longhand_sandbox_probe (&here);
  assert_state (&here, false, false);
}

/* ---- kernels without ---- */

static void
expect_open_files (Fixture *f) {
  LonghandSandboxState state;

  longhand_sandbox_probe (&state);
  assert_state (&state, has_seccomp (), false);
  g_assert_cmpint (try_open (f->outside, "new", O_WRONLY | O_CREAT), ==, 0);
}

static void
kernel_without_landlock_closes_the_rest (Fixture *f, gconstpointer data) {
  without_landlock = true;
  run_inside (f, expect_open_files);
}

static void
expect_open_calls (Fixture *f) {
  LonghandSandboxState state;

  longhand_sandbox_probe (&state);
  assert_state (&state, false, has_landlock ());
  g_assert_cmpint (try_socket (AF_INET), ==, 0);
}

static void
kernel_without_seccomp_closes_the_rest (Fixture *f, gconstpointer data) {
  without_seccomp = true;
  run_inside (f, expect_open_calls);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/sandbox/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("sockets-are-refused", sockets_are_refused);
  ADD ("folder-that-is-named-can-be-written", folder_that_is_named_can_be_written);
  ADD ("other-files-can-only-be-read", other_files_can_only_be_read);
  ADD ("programs-are-refused", programs_are_refused);
  ADD ("other-processes-are-out-of-reach", other_processes_are_out_of_reach);
  ADD ("threads-made-inside-are-inside", threads_made_inside_are_inside);
  ADD ("one-task-can-be-run-inside", one_task_can_be_run_inside);
  ADD ("kernel-without-landlock-closes-the-rest", kernel_without_landlock_closes_the_rest);
  ADD ("kernel-without-seccomp-closes-the-rest", kernel_without_seccomp_closes_the_rest);
  return g_test_run ();
}
