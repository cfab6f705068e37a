#include "sandbox/longhand-sandbox-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <seccomp.h>

static const int refused[] = {
  /* network, and services of this machine */
  SCMP_SYS (socket),
  SCMP_SYS (socketpair),
  SCMP_SYS (connect),
  SCMP_SYS (bind),
  SCMP_SYS (listen),
  SCMP_SYS (accept),
  SCMP_SYS (accept4),
  SCMP_SYS (sendto),
  SCMP_SYS (sendmsg),
  SCMP_SYS (sendmmsg),
  /* programs */
  SCMP_SYS (execve),
  SCMP_SYS (execveat),
  /* other processes */
  SCMP_SYS (kill),
  SCMP_SYS (tkill),
  SCMP_SYS (rt_sigqueueinfo),
  SCMP_SYS (rt_tgsigqueueinfo),
  SCMP_SYS (pidfd_send_signal),
  SCMP_SYS (pidfd_getfd),
  SCMP_SYS (process_vm_readv),
  SCMP_SYS (process_vm_writev),
#ifndef __SANITIZE_ADDRESS__ /* whose search for leaks traces the threads of its own process */
  SCMP_SYS (ptrace),
#endif
  /* changes to files by name that Landlock does not know, or has not always known */
  SCMP_SYS (truncate),
  SCMP_SYS (chmod),
  SCMP_SYS (fchmodat),
  SCMP_SYS (chown),
  SCMP_SYS (lchown),
  SCMP_SYS (fchownat),
  SCMP_SYS (setxattr),
  SCMP_SYS (lsetxattr),
  SCMP_SYS (removexattr),
  SCMP_SYS (lremovexattr),
  /* ways around a filter: what is put into its ring is no system call */
  SCMP_SYS (io_uring_setup),
};

/* Calls that the processor's kernel does not have need no rule. */
static gboolean
is_added (int result) {
  return result == 0 || result == -EDOM;
}

/* Whoever opens a file to read it may empty it by the way, for all that Landlock knew before Linux 6.2. What
 * openat2 is asked for lies in memory, where no filter looks: programs go on with openat without it. */
static gboolean
refuse_to_empty (scmp_filter_ctx filter) {
  const scmp_datum_t mask = O_ACCMODE | O_TRUNC, flags = O_RDONLY | O_TRUNC;

  return is_added (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (open), 1,
                                     SCMP_A1 (SCMP_CMP_MASKED_EQ, mask, flags)))
         && is_added (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (openat), 1,
                                        SCMP_A2 (SCMP_CMP_MASKED_EQ, mask, flags)))
         && is_added (seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (openat2), 0));
}

static gboolean
refuse_all (scmp_filter_ctx filter) {
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (!is_added (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), refused[i], 0)))
      return FALSE;
  return refuse_to_empty (filter);
}

void
longhand_sandbox_close_calls (void) {
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);

  if (filter == NULL)
    return;
  /* Calls of another architecture go by other numbers. */
  seccomp_attr_set (filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO (EPERM));
  /* Before Linux 5.16 a filter makes a thread slower against attacks by speculation, unless it declines. They
   * would read memory, and the memory is one anyway. */
  seccomp_attr_set (filter, SCMP_FLTATR_CTL_SSB, 1);
  if (refuse_all (filter))
    seccomp_load (filter);
  seccomp_release (filter);
}
