/* What the threads that recognise are kept from: opening sockets, writing outside the folders named, running
 * programs, and reaching into other processes. Files of models and sound come from anywhere, and whatever a
 * broken one makes the code that reads it do, the kernel refuses it these.
 *
 * System calls are refused by seccomp (with EPERM), writing by Landlock (with EACCES). Both bind the calling
 * thread and all that it starts from then on, and cannot be undone. A kernel without one of them, or a
 * container that forbids it, leaves open what that would have closed: longhand_sandbox_probe finds out.
 *
 * A process that has entered before it had other threads is closed as a whole. A thread among others shares
 * their memory and open files: what it does itself is closed to it, and so is any mistake that stays in it.
 * Code of an attacker's own in it could still write to open files, among them the connection to the display,
 * or change the memory of threads that are not closed in. Reading files is not restricted. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gboolean is_known; /* the rest was tried */
  gboolean no_sockets;
  gboolean no_files; /* outside the folders */
  gboolean no_programs;
} LonghandSandboxState;

/* Closes in the calling thread, for good; as far as the kernel can. folders: where files may still be made,
 * written, renamed and removed; absolute or relative, ends with NULL; NULL: nowhere. Those that do not exist
 * count for nothing. */
void longhand_sandbox_enter (const char *const *folders);

/* What the calling thread can do, found out by trying; leaves nothing behind. */
void longhand_sandbox_probe (LonghandSandboxState *state);

/* Runs fn in a thread of its own that has entered, without folders, and waits for it. FALSE with
 * LONGHAND_ERROR_FAILED when there are no more threads, and fn was not run. */
typedef void (*LonghandSandboxFn) (gpointer user);
gboolean longhand_sandbox_run (LonghandSandboxFn fn, gpointer user, GError **error);

G_END_DECLS
