#include "base/cpu.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* A positive decimal number and where it ends; 0 when there is none. */
static long long positive(const char *text, const char **end)
{
    char *stop;
    const long long value = strtoll(text, &stop, 10);

    *end = stop;
    return stop != text && value > 0 ? value : 0;
}

static unsigned quota_cpus(long long quota_us, long long period_us)
{
    long long cpus;

    if (quota_us <= 0 || period_us <= 0)
        return 0;
    cpus = quota_us / period_us + (quota_us % period_us != 0);
    return cpus > INT_MAX ? 0 : (unsigned)cpus;
}

unsigned quill_cgroup2_cpus(const char *cpu_max)
{
    const char *end;
    const long long quota = positive(cpu_max, &end);

    return quota_cpus(quota, *end == ' ' ? positive(end, &end) : 0);
}

unsigned quill_cgroup1_cpus(const char *quota_us, const char *period_us)
{
    const char *end;

    return quota_cpus(positive(quota_us, &end), positive(period_us, &end));
}

/* Whether the comma-separated list [list, end) has the item. */
static bool list_has(const char *list, const char *end, const char *item)
{
    const size_t len = strlen(item);

    while (list <= end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        const char *stop = comma ? comma : end;

        if ((size_t)(stop - list) == len && memcmp(list, item, len) == 0)
            return true;
        list = stop + 1;
    }
    return false;
}

bool quill_cgroup_path(const char *text, const char *controller, char *out, size_t out_bytes)
{
    /* Lines of "ID:CONTROLLERS:PATH"; v2 has no controllers (cgroups(7)). */
    for (const char *line = text; *line;) {
        const char *eol = line + strcspn(line, "\n");
        const char *list = memchr(line, ':', (size_t)(eol - line));
        const char *path = list ? memchr(list + 1, ':', (size_t)(eol - list - 1)) : NULL;

        if (path && list_has(list + 1, path, controller)) {
            const size_t len = (size_t)(eol - path - 1);

            if (len == 0 || path[1] != '/' || len >= out_bytes)
                return false;
            memcpy(out, path + 1, len);
            out[len] = '\0';
            return true;
        }
        line = *eol ? eol + 1 : eol;
    }
    return false;
}

/* The beginning of a small text file, as a string; false when it cannot be read. */
static bool read_text(const char *path, char *out, size_t out_bytes)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return false;
    n = read(fd, out, out_bytes - 1);
    close(fd);
    if (n < 0)
        return false;
    out[n] = '\0';
    return true;
}

static unsigned lower(unsigned cpus, unsigned limit)
{
    return limit > 0 && limit < cpus ? limit : cpus;
}

/* The group's own quota and those of all groups above it apply. */
static unsigned lower_by_cgroup(unsigned cpus)
{
    static const char *const v1_roots[] = {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"};
    char groups[4096], group[1024], path[1280], quota[64], period[64];

    if (!read_text("/proc/self/cgroup", groups, sizeof groups))
        return cpus;

    if (quill_cgroup_path(groups, "", group, sizeof group)) {
        for (char *end = group + strlen(group);;) {
            *end = '\0';
            snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
            if (read_text(path, quota, sizeof quota))
                cpus = lower(cpus, quill_cgroup2_cpus(quota));
            end = strrchr(group, '/');
            if (!end)
                break;
        }
    }
    if (quill_cgroup_path(groups, "cpu", group, sizeof group)) {
        for (char *end = group + strlen(group);;) {
            *end = '\0';
            for (size_t i = 0; i < sizeof v1_roots / sizeof *v1_roots; i++) {
                snprintf(path, sizeof path, "%s%s/cpu.cfs_quota_us", v1_roots[i], group);
                if (!read_text(path, quota, sizeof quota))
                    continue;
                snprintf(path, sizeof path, "%s%s/cpu.cfs_period_us", v1_roots[i], group);
                if (read_text(path, period, sizeof period))
                    cpus = lower(cpus, quill_cgroup1_cpus(quota, period));
            }
            end = strrchr(group, '/');
            if (!end)
                break;
        }
    }
    return cpus;
}

unsigned quill_usable_cpus(void)
{
    unsigned long mask[8192 / (8 * sizeof(unsigned long))] = {0}; /* the kernel's largest NR_CPUS */
    int n;

    if (sched_getaffinity(0, sizeof mask, (cpu_set_t *)mask) != 0)
        return 1;
    n = CPU_COUNT_S(sizeof mask, (cpu_set_t *)mask);
    return lower_by_cgroup(n > 0 ? (unsigned)n : 1);
}
