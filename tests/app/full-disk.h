/* A disk that fills up, for programs linked with --wrap of write and statvfs64. */
#pragma once

#include <glib.h>

struct full_disk {
  gint64 room;        /* bytes that a write still finds room for; below 0, as at first: a real disk */
  guint64 free_bytes; /* that the disk says it has; 0: the real number */
};
extern struct full_disk full_disk;
