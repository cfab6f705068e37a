/* Which CPUs there are, how they differ, and what this process may use of them. Everything is read below a
 * root folder,
 * "" for the machine's own /proc and /sys, so that tests can make machines up; what cannot be read or makes
 * no sense says nothing. quill_usable_cpus and quill_get_cpus (quill.h) look at this machine. */
#ifndef QUILL_BASE_TOPOLOGY_H
#define QUILL_BASE_TOPOLOGY_H

#include "quill.h"

/* ---- cgroups ---------------------------------------------------------------------------------------- */

/* CPUs that a cgroup's quota amounts to, rounded up; 0 when it sets no limit or the text makes no sense.
 * v2: the text of cpu.max, "QUOTA PERIOD" or "max PERIOD". v1: cpu.cfs_quota_us (-1: none),
 * cpu.cfs_period_us. */
unsigned quill_cgroup2_cpus(const char *cpu_max);
unsigned quill_cgroup1_cpus(const char *quota_us, const char *period_us);

/* Finds the process's group in the text of /proc/self/cgroup: controller "cpu" for v1, "" for v2. Copies its
 * path
 * ("/user.slice/x") to out; false when there is none or it does not fit. */
bool quill_cgroup_path(const char *text, const char *controller, char *out, size_t out_bytes);

/* CPUs that the lowest quota of the process's group and those above it amounts to; 0: there is none. */
unsigned quill_cgroup_cpus(const char *root);

/* ---- sets of CPUs ----------------------------------------------------------------------------------- */

#define QUILL_MAX_CPUS 8192 /* the kernel's largest NR_CPUS */

struct quill_cpu_set {
    unsigned long words[QUILL_MAX_CPUS / (8 * sizeof(unsigned long))]; /* bit i of the whole: CPU i */
};

bool quill_cpu_set_has(const struct quill_cpu_set *set, unsigned cpu);
unsigned quill_cpu_set_count(const struct quill_cpu_set *set);

/* Reads the kernel's list format, "0-3,8\n"; false when it makes no sense or names no CPU. */
bool quill_cpu_set_parse(const char *list, struct quill_cpu_set *out);

/* ---- the whole -------------------------------------------------------------------------------------- */

/* allowed: CPUs that the affinity mask leaves to the process; not empty. */
void quill_cpus_read(struct quill_cpus *out, const char *root, const struct quill_cpu_set *allowed);

#endif
