#undef _FILE_OFFSET_BITS /* the functions of both offsets are defined here */
#undef _FORTIFY_SOURCE   /* and these are functions */

#include "disk-recorder.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define N_FDS 1024

/* ---- log ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a change and its event are one */
static int log_fd = -1;
static int64_t n_events;
static bool is_watched[N_FDS];

static void
fail (const char *what) {
  fprintf (stderr, "disk-recorder: %s\n", what);
  abort ();
}

/* Events of an earlier program in the same log are counted, too. */
static void
count_events (void) {
  DiskEventHeader header;

  while (read (log_fd, &header, sizeof header) == (ssize_t)sizeof header) {
    lseek (log_fd, (off_t)header.path_bytes + header.other_bytes + header.data_bytes, SEEK_CUR);
    n_events++;
  }
}

/* When the program begins: later it may have closed itself in. */
__attribute__ ((constructor)) static void
open_log (void) {
  const char *path = getenv ("DISK_RECORDER_LOG");

  log_fd = path == NULL
               ? -1
               : (int)syscall (SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_fd < 0)
    fail ("there is no log");
  count_events ();
}

static int64_t
now_us (void) {
  int64_t (*clock_of_program) (void) = NULL;
  struct timespec now;

  *(void **)&clock_of_program = dlsym (RTLD_DEFAULT, "disk_recorder_now_us");
  if (clock_of_program != NULL)
    return clock_of_program ();
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* With the lock. Returns its number. */
static int64_t
note (DiskEventType type, const char *path, const char *other, uint64_t file, int64_t offset,
      const void *data, size_t n_bytes) {
  const DiskEventHeader header = { .type = type,
                                   .path_bytes = (uint32_t)strlen (path),
                                   .other_bytes = (uint32_t)strlen (other),
                                   .data_bytes = (uint32_t)n_bytes,
                                   .file = file,
                                   .offset = offset,
                                   .now_us = now_us () };
  struct iovec parts[] = { { (void *)(uintptr_t)&header, sizeof header },
                           { (void *)(uintptr_t)path, header.path_bytes },
                           { (void *)(uintptr_t)other, header.other_bytes },
                           { (void *)(uintptr_t)data, n_bytes } };
  const ssize_t n = (ssize_t)(sizeof header + header.path_bytes + header.other_bytes + n_bytes);

  if (syscall (SYS_writev, log_fd, parts, 4) != n)
    fail ("the log cannot be written");
  return n_events++;
}

/* The part of path below the root; "." for that itself; NULL: it is elsewhere. */
static const char *
below_root (const char *path) {
  const char *root = getenv ("DISK_RECORDER_ROOT");
  const size_t n = root != NULL ? strlen (root) : 0;

  if (n == 0 || strncmp (path, root, n) != 0 || (path[n] != '/' && path[n] != '\0'))
    return NULL;
  return path[n] == '/' ? path + n + 1 : ".";
}

static bool
watches (int fd) {
  return fd >= 0 && fd < N_FDS && is_watched[fd];
}

static uint64_t
file_of (int fd) {
  struct stat info;

  if (fstat (fd, &info) != 0)
    fail ("a file has no number");
  return info.st_ino;
}

/* What comes next in line under this name. */
static void *
next (const char *name) {
  void *function = dlsym (RTLD_NEXT, name);

  if (function == NULL)
    fail (name);
  return function;
}

#define REAL(name, ...)                                                                                      \
  ({                                                                                                         \
    __typeof__ (&name) real;                                                                                 \
    *(void **)&real = next (#name);                                                                          \
    real (__VA_ARGS__);                                                                                      \
  })

static void
refuse (const char *path, const char *what) {
  if (below_root (path) != NULL)
    fail (what);
}

static void
refuse_fd (int fd, const char *what) {
  if (watches (fd))
    fail (what);
}

/* ---- names ---- */

/* A file that was opened: watched from here on. */
static int
opened (const char *path, int fd, bool is_new) {
  const char *below = below_root (path);

  if (fd < 0 || below == NULL)
    return fd;
  if (fd >= N_FDS)
    fail ("there are too many files");
  is_watched[fd] = true;
  if (is_new)
    note (DISK_CREATED, below, "", file_of (fd), 0, "", 0);
  return fd;
}

static mode_t
mode_from (int flags, va_list rest) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg (rest, mode_t) : 0;
}

static int
open_and_note (const char *path, int flags, mode_t mode) {
  const bool is_new = (flags & O_CREAT) != 0 && access (path, F_OK) != 0;
  const int saved_errno = errno;
  int fd;

  if ((flags & O_TRUNC) != 0 && !is_new)
    refuse (path, "a file is opened to be written anew");
  pthread_mutex_lock (&lock);
  errno = saved_errno;
  fd = opened (path, (int)syscall (SYS_openat, AT_FDCWD, path, flags, mode), is_new);
  pthread_mutex_unlock (&lock);
  return fd;
}

#define DEFINE_OPEN(name)                                                                                    \
  int name (const char *path, int flags, ...) {                                                              \
    va_list rest;                                                                                            \
    mode_t mode;                                                                                             \
                                                                                                             \
    va_start (rest, flags);                                                                                  \
    mode = mode_from (flags, rest);                                                                          \
    va_end (rest);                                                                                           \
    return open_and_note (path, flags, mode);                                                                \
  }
DEFINE_OPEN (open)
DEFINE_OPEN (open64)

#define DEFINE_MKOSTEMP(name)                                                                                \
  int name (char *path, int flags) {                                                                         \
    int fd;                                                                                                  \
                                                                                                             \
    pthread_mutex_lock (&lock);                                                                              \
    fd = opened (path, REAL (name, path, flags), true);                                                      \
    pthread_mutex_unlock (&lock);                                                                            \
    return fd;                                                                                               \
  }
DEFINE_MKOSTEMP (mkostemp)
DEFINE_MKOSTEMP (mkostemp64)

int
close (int fd) {
  if (fd >= 0 && fd < N_FDS)
    is_watched[fd] = false;
  return REAL (close, fd);
}

int
rename (const char *from, const char *to) {
  int rc;

  if ((below_root (from) == NULL) != (below_root (to) == NULL))
    fail ("a file leaves the folder, or comes into it");
  pthread_mutex_lock (&lock);
  rc = REAL (rename, from, to);
  if (rc == 0 && below_root (from) != NULL)
    note (DISK_RENAMED, below_root (from), below_root (to), 0, 0, "", 0);
  pthread_mutex_unlock (&lock);
  return rc;
}

int
unlink (const char *path) {
  int rc;

  pthread_mutex_lock (&lock);
  rc = REAL (unlink, path);
  if (rc == 0 && below_root (path) != NULL)
    note (DISK_REMOVED, below_root (path), "", 0, 0, "", 0);
  pthread_mutex_unlock (&lock);
  return rc;
}

int
mkdir (const char *path, mode_t mode) {
  int rc;

  pthread_mutex_lock (&lock);
  rc = REAL (mkdir, path, mode);
  if (rc == 0 && below_root (path) != NULL)
    note (DISK_MADE, below_root (path), "", 0, 0, "", 0);
  pthread_mutex_unlock (&lock);
  return rc;
}

/* ---- content ---- */

static ssize_t
write_and_note (int fd, const void *data, size_t n, off64_t at) {
  ssize_t n_written;

  pthread_mutex_lock (&lock);
  if (fd == STDOUT_FILENO)
    note (DISK_SAID, "", "", 0, 0, data, n);
  n_written = at < 0 ? syscall (SYS_write, fd, data, n) : syscall (SYS_pwrite64, fd, data, n, at);
  if (n_written > 0 && fd != STDOUT_FILENO)
    note (DISK_WRITTEN, "", "", file_of (fd), at >= 0 ? at : lseek64 (fd, 0, SEEK_CUR) - n_written, data,
          (size_t)n_written);
  pthread_mutex_unlock (&lock);
  return n_written;
}

ssize_t
write (int fd, const void *data, size_t n) {
  return watches (fd) || fd == STDOUT_FILENO ? write_and_note (fd, data, n, -1) : REAL (write, fd, data, n);
}

ssize_t
pwrite (int fd, const void *data, size_t n, off_t at) {
  return watches (fd) ? write_and_note (fd, data, n, at) : REAL (pwrite, fd, data, n, at);
}

ssize_t
pwrite64 (int fd, const void *data, size_t n, off64_t at) {
  return watches (fd) ? write_and_note (fd, data, n, at) : REAL (pwrite64, fd, data, n, at);
}

/* The disk takes its time, and the system is spared it: what a sync is worth is decided afterwards. */
static int
sync_and_note (int fd) {
  void (*disk_of_program) (void) = NULL;
  char link[64], path[PATH_MAX];
  struct stat info;
  const char *below = "";
  int64_t began;
  ssize_t n;

  if (fstat (fd, &info) != 0)
    return -1;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = readlink (link, path, sizeof path - 1);
  path[n < 0 ? 0 : n] = '\0';
  if (S_ISDIR (info.st_mode))
    below = below_root (path);
  pthread_mutex_lock (&lock);
  began = note (DISK_SYNC_BEGAN, below, "", info.st_ino, 0, "", 0);
  pthread_mutex_unlock (&lock);
  *(void **)&disk_of_program = dlsym (RTLD_DEFAULT, "disk_recorder_disk_works");
  if (disk_of_program != NULL)
    disk_of_program ();
  pthread_mutex_lock (&lock);
  note (DISK_SYNCED, below, "", info.st_ino, began, "", 0);
  pthread_mutex_unlock (&lock);
  return 0;
}

int
fsync (int fd) {
  return watches (fd) || fd == STDOUT_FILENO ? sync_and_note (fd) : REAL (fsync, fd);
}

int
fdatasync (int fd) {
  return watches (fd) ? sync_and_note (fd) : REAL (fdatasync, fd);
}

/* ---- what disk-states.h knows nothing of ---- */

int
ftruncate (int fd, off_t n) {
  refuse_fd (fd, "ftruncate");
  return REAL (ftruncate, fd, n);
}

int
ftruncate64 (int fd, off64_t n) {
  refuse_fd (fd, "ftruncate");
  return REAL (ftruncate64, fd, n);
}

ssize_t
writev (int fd, const struct iovec *parts, int n_parts) {
  refuse_fd (fd, "writev");
  return REAL (writev, fd, parts, n_parts);
}

int
sync_file_range (int fd, off64_t at, off64_t n, unsigned flags) {
  refuse_fd (fd, "sync_file_range");
  return REAL (sync_file_range, fd, at, n, flags);
}

int
link (const char *from, const char *to) {
  refuse (to, "link");
  return REAL (link, from, to);
}
