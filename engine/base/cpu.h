/* What the machine offers. The decisions are pure functions of what was read, so that they can be tested;
 * quill_cpu_flags and quill_usable_cpus (quill.h) read and decide. */
#ifndef QUILL_BASE_CPU_H
#define QUILL_BASE_CPU_H

#include "quill.h"

/* Registers of the x86 CPUID instruction (Intel SDM vol. 2A) and the state mask XCR0 (vol. 1, 13.3), which is
 * only meaningful when OSXSAVE (leaf 1 ECX bit 27) is set. */
struct quill_cpuid {
    uint32_t leaf1_ecx, leaf7_ebx, leaf7_ecx, leaf7_edx;
    uint32_t leaf7_1_eax; /* sub-leaf 1 */
    uint64_t xcr0;
};

/* An instruction set counts only when the operating system saves its registers. */
uint32_t quill_cpu_flags_decode(const struct quill_cpuid *id);

/* The same for aarch64 from AT_HWCAP of the auxiliary vector (Linux: Documentation/arch/arm64/elf_hwcaps.rst). */
uint32_t quill_cpu_flags_from_hwcap(unsigned long hwcap);

/* CPUs that a cgroup's quota amounts to, rounded up; 0 when it sets no limit or the text makes no sense.
 * v2: the text of cpu.max, "QUOTA PERIOD" or "max PERIOD". v1: cpu.cfs_quota_us (-1: none),
 * cpu.cfs_period_us. */
unsigned quill_cgroup2_cpus(const char *cpu_max);
unsigned quill_cgroup1_cpus(const char *quota_us, const char *period_us);

/* Finds the process's group in the text of /proc/self/cgroup: controller "cpu" for v1, "" for v2. Copies its
 * path
 * ("/user.slice/x") to out; false when there is none or it does not fit. */
bool quill_cgroup_path(const char *text, const char *controller, char *out, size_t out_bytes);

#endif
