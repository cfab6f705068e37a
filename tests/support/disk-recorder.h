/* disk-recorder: a library to be preloaded (LD_PRELOAD) into a program. What the program does to the files
 * below a folder, and what it says on standard output, is written down in order; disk-states.h makes of it
 * what a power cut may leave.
 *
 * Environment: DISK_RECORDER_ROOT, the folder; DISK_RECORDER_LOG, the file, to whose end it is written.
 * A change that cannot be written down, such as a link, ends the program. */
#pragma once

#include <stdint.h>

typedef enum {
  DISK_SAID = 1,   /* on standard output; data */
  DISK_CREATED,    /* path, file */
  DISK_WRITTEN,    /* file, offset, data */
  DISK_RENAMED,    /* path, other: its new one */
  DISK_REMOVED,    /* path */
  DISK_MADE,       /* path: a folder */
  DISK_SYNC_BEGAN, /* file, standard output too, or a folder at path */
  DISK_SYNCED,     /* as well; offset: number of the event that was its beginning */
} DiskEventType;

/* Paths are relative to the root, data is what follows it: path, other, data. */
typedef struct {
  uint32_t type;
  uint32_t path_bytes, other_bytes, data_bytes;
  uint64_t file;
  int64_t offset;
  int64_t now_us; /* monotonic */
} DiskEventHeader;

/* What the recorded program may define, and export, to have a clock and a disk of its own. */
int64_t disk_recorder_now_us (void);
void disk_recorder_disk_works (void); /* before a sync returns; in its thread */
