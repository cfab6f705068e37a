/* What a power cut may leave on the disk of what a recorded program did (disk-recorder.h). As for ALICE
 * (Pillai and others, OSDI 2014) nothing is promised but by a sync:
 *
 *   - content that was written before a sync of its file began is there when that has returned; so are names
 *     in a folder, by a sync of that folder and of nothing else;
 *   - of all other content each block may be there, or an earlier state of it, independently of the others:
 *     512 or 4096 bytes that are written as a whole;
 *   - a file may be as long as it ever was since its last sync, and what was not written of it is zeros or
 *     noise;
 *   - each other change of a name has happened, as a whole, or has not.
 *
 * Left out: file systems that show, where nothing was written yet, what an earlier file had there (ext4 with
 * data=writeback), but as noise; and disks that lie about having written. */
#pragma once

#include "disk-recorder.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  DiskEventType type;
  char *path, *other; /* owned; "." is the root */
  guint file;         /* those of one file have one number, of no other */
  guint64 offset;     /* of data in the file; of the event that began the sync */
  gint64 now_us;
  GBytes *data; /* owned */
} DiskEvent;

/* (transfer full) (element-type DiskEvent) */
GPtrArray *disk_events_load (const char *path);

/* Makes, in the empty folder root, one of the states that a cut before event number `cut` may leave. */
void disk_events_make_state (const GPtrArray *events, guint cut, GRand *random, const char *root);

G_END_DECLS
