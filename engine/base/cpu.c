#include "base/cpu.h"

#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

#define BIT(n) (UINT32_C(1) << (n))

uint32_t quill_cpu_flags_decode(const struct quill_cpuid *id)
{
    const uint32_t avx2_leaf1 = BIT(12) | BIT(27) | BIT(28) | BIT(29);   /* FMA OSXSAVE AVX F16C */
    const uint32_t avx2_leaf7 = BIT(5);                                  /* AVX2 */
    const uint32_t avx512_leaf7 = BIT(16) | BIT(17) | BIT(30) | BIT(31); /* F DQ BW VL */
    const uint32_t avx512vnni_leaf7 = BIT(11);
    const uint32_t avxvnni_leaf7_1 = BIT(4);
    const uint32_t amx_leaf7 = BIT(24) | BIT(25);  /* TILE INT8; in edx */
    const uint64_t ymm_state = 0x06;               /* SSE, AVX */
    const uint64_t zmm_state = 0xe6;               /* those, and opmask, ZMM_Hi256, Hi16_ZMM */
    const uint64_t tile_state = UINT64_C(3) << 17; /* TILECFG, TILEDATA */
    uint32_t flags = 0;

    if ((id->leaf1_ecx & avx2_leaf1) == avx2_leaf1 && (id->leaf7_ebx & avx2_leaf7) == avx2_leaf7 &&
        (id->xcr0 & ymm_state) == ymm_state) {
        flags |= QUILL_CPU_AVX2;
        if ((id->leaf7_ebx & avx512_leaf7) == avx512_leaf7 && (id->xcr0 & zmm_state) == zmm_state)
            flags |= QUILL_CPU_AVX512;
        if (flags & QUILL_CPU_AVX512 && id->leaf7_ecx & avx512vnni_leaf7)
            flags |= QUILL_CPU_AVX512VNNI;
        if (flags & QUILL_CPU_AVX512 && (id->leaf7_edx & amx_leaf7) == amx_leaf7 &&
            (id->xcr0 & tile_state) == tile_state)
            flags |= QUILL_CPU_AMX;
        if (id->leaf7_1_eax & avxvnni_leaf7_1)
            flags |= QUILL_CPU_AVXVNNI;
    }
    return flags;
}

uint32_t quill_cpu_flags_from_hwcap(unsigned long hwcap)
{
    const unsigned long asimd = BIT(1), asimddp = BIT(20); /* HWCAP_ASIMD, HWCAP_ASIMDDP of aarch64 */

    if (!(hwcap & asimd))
        return 0;
    return hwcap & asimddp ? QUILL_CPU_NEON | QUILL_CPU_DOTPROD : QUILL_CPU_NEON;
}

/* Linux hands tile registers only to processes that ask, because they make what it saves of a thread larger
 * (Documentation/arch/x86/xstate.rst). Threads that are started later have them too. */
#ifdef __x86_64__
static bool tiles_granted(void)
{
    const unsigned long request_permission = 0x1023,
                        tile_data = 18; /* ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA */

    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
#endif

uint32_t quill_cpu_flags(void)
{
#ifdef __aarch64__
    return quill_cpu_flags_from_hwcap(getauxval(AT_HWCAP));
#else
    struct quill_cpuid id = {0};

#if defined(__x86_64__) || defined(__i386__)
    unsigned eax, ebx, ecx, edx;

    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        id.leaf1_ecx = ecx;
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx))
        id.leaf7_ebx = ebx, id.leaf7_ecx = ecx, id.leaf7_edx = edx;
    /* Sub-leaf 0 says in eax how many more there are. */
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && eax >= 1 &&
        __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx))
        id.leaf7_1_eax = eax;
    if (id.leaf1_ecx & BIT(27)) {
        uint32_t low, high;

        __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        id.xcr0 = (uint64_t)high << 32 | low;
    }
#endif
    uint32_t flags = quill_cpu_flags_decode(&id);
#ifdef __x86_64__
    if (flags & QUILL_CPU_AMX && !tiles_granted())
        flags &= ~(uint32_t)QUILL_CPU_AMX;
#endif
    return flags;
#endif
}
