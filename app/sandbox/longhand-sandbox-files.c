#include "sandbox/longhand-sandbox-files.h"

#include <fcntl.h>
#include <glib.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library has no functions for Landlock. What its second and third version brought (Linux 5.19 and 6.2)
 * may be missing in headers. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

/* Everything that changes a file or a folder, since the first version (Linux 5.13). */
#define CHANGES                                                                                              \
  (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE            \
   | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | FOREIGN)
/* What Longhand makes nowhere. */
#define FOREIGN                                                                                              \
  (LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO                \
   | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* What a kernel with this version of Landlock can refuse. */
static guint64
changes_known_to (long version) {
  return CHANGES | (version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0)
         | (version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
}

static void
allow (int rules, const char *folder, guint64 changes) {
  struct landlock_path_beneath_attr beneath
      = { .allowed_access = changes & ~(guint64)FOREIGN, .parent_fd = open (folder, O_PATH | O_CLOEXEC) };

  if (beneath.parent_fd < 0)
    return;
  syscall (SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
  close (beneath.parent_fd);
}

void
longhand_sandbox_close_files (const char *const *folders) {
  const long version
      = syscall (SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
  const struct landlock_ruleset_attr attributes = { .handled_access_fs = changes_known_to (version) };
  int rules;

  if (version < 1)
    return;
  rules = (int)syscall (SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
  if (rules < 0)
    return;
  for (; folders != NULL && *folders != NULL; folders++)
    allow (rules, *folders, attributes.handled_access_fs);
  /* Without it only the superuser may; what it takes away, gaining rights by running programs, is of no use
   * here. */
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    syscall (SYS_landlock_restrict_self, rules, 0);
  close (rules);
}
