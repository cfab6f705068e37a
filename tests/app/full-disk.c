#include "full-disk.h"

#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct full_disk full_disk = { .room = -1 };

ssize_t __real_write (int fd, const void *data, size_t n);
ssize_t __wrap_write (int fd, const void *data, size_t n);
ssize_t
__wrap_write (int fd, const void *data, size_t n) {
  if (full_disk.room < 0 || n < 64) /* what wakes a main loop is small */
    return __real_write (fd, data, n);
  if (full_disk.room == 0) {
    errno = ENOSPC;
    return -1;
  }
  n = MIN (n, (size_t)full_disk.room);
  full_disk.room -= (gint64)n;
  return __real_write (fd, data, n);
}

int __real_statvfs64 (const char *path, struct statvfs *info);
int __wrap_statvfs64 (const char *path, struct statvfs *info);
int
__wrap_statvfs64 (const char *path, struct statvfs *info) {
  const int result = __real_statvfs64 (path, info);

  if (full_disk.free_bytes > 0) {
    info->f_frsize = 1;
    info->f_bavail = full_disk.free_bytes;
  }
  return result;
}
