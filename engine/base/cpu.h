/* Instruction sets that the machine offers. The decisions are pure functions of what was read, so that they
 * can be tested; quill_cpu_flags (quill.h) reads and decides. Which CPUs there are: base/topology.h. */
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

/* The same for aarch64 from AT_HWCAP of the auxiliary vector (Linux:
 * Documentation/arch/arm64/elf_hwcaps.rst). */
uint32_t quill_cpu_flags_from_hwcap(unsigned long hwcap);

#endif
