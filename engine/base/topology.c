#include "base/topology.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_PATH 1536
#define MAX_LIST 4096 /* of CPUs, as text */

/* Cores count as fast when they reach this share of what the fastest one does: cores of one kind differ by
 * some hundredths, kinds of cores by a third and more. */
#define FAST_SHARE 0.75

/* ---- reading ---------------------------------------------------------------------------------------- */

/* The beginning of a small text file below root, as a string; false when it cannot be read. */
static bool read_text(const char *root, char *out, size_t out_bytes, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool read_text(const char *root, char *out, size_t out_bytes, const char *format, ...)
{
    char path[MAX_PATH];
    const size_t root_len = strlen(root);
    va_list args;
    ssize_t n;
    int fd, len;

    if (root_len >= sizeof path)
        return false;
    memcpy(path, root, root_len);
    va_start(args, format);
    len = vsnprintf(path + root_len, sizeof path - root_len, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof path - root_len)
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, out, out_bytes - 1);
    close(fd);
    if (n < 0)
        return false;
    out[n] = '\0';
    return true;
}

/* ---- cgroups ---------------------------------------------------------------------------------------- */

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

/* The lower one of two limits, of which 0 is none. */
static unsigned lower(unsigned a, unsigned b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

static unsigned group2_cpus(const char *root, const char *group)
{
    char quota[64];

    return read_text(root, quota, sizeof quota, "/sys/fs/cgroup%s/cpu.max", group) ? quill_cgroup2_cpus(quota)
                                                                                   : 0;
}

static unsigned group1_cpus(const char *root, const char *group)
{
    static const char *const mounts[] = {"cpu", "cpu,cpuacct"};
    char quota[64], period[64];
    unsigned cpus = 0;

    for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++)
        if (read_text(root, quota, sizeof quota, "/sys/fs/cgroup/%s%s/cpu.cfs_quota_us", mounts[i], group) &&
            read_text(root, period, sizeof period, "/sys/fs/cgroup/%s%s/cpu.cfs_period_us", mounts[i], group))
            cpus = lower(cpus, quill_cgroup1_cpus(quota, period));
    return cpus;
}

/* The group's own quota and those of all groups above it apply. Shortens group to "". */
static unsigned lowest_quota(const char *root, char *group,
                             unsigned (*group_cpus)(const char *, const char *))
{
    unsigned cpus = 0;

    for (char *end = group + strlen(group); end; end = strrchr(group, '/')) {
        *end = '\0';
        cpus = lower(cpus, group_cpus(root, group));
    }
    return cpus;
}

unsigned quill_cgroup_cpus(const char *root)
{
    char groups[4096], group[1024];
    unsigned cpus = 0;

    if (!read_text(root, groups, sizeof groups, "/proc/self/cgroup"))
        return 0;
    if (quill_cgroup_path(groups, "", group, sizeof group))
        cpus = lower(cpus, lowest_quota(root, group, group2_cpus));
    if (quill_cgroup_path(groups, "cpu", group, sizeof group))
        cpus = lower(cpus, lowest_quota(root, group, group1_cpus));
    return cpus;
}

/* ---- sets of CPUs ----------------------------------------------------------------------------------- */

#define WORD_BITS (8 * sizeof(unsigned long))

bool quill_cpu_set_has(const struct quill_cpu_set *set, unsigned cpu)
{
    return cpu < QUILL_MAX_CPUS && (set->words[cpu / WORD_BITS] >> cpu % WORD_BITS & 1);
}

static void set_add(struct quill_cpu_set *set, unsigned cpu)
{
    set->words[cpu / WORD_BITS] |= 1ul << cpu % WORD_BITS;
}

unsigned quill_cpu_set_count(const struct quill_cpu_set *set)
{
    unsigned n = 0;

    for (size_t i = 0; i < sizeof set->words / sizeof *set->words; i++)
        n += (unsigned)__builtin_popcountl(set->words[i]);
    return n;
}

static struct quill_cpu_set set_and(const struct quill_cpu_set *a, const struct quill_cpu_set *b)
{
    struct quill_cpu_set both;

    for (size_t i = 0; i < sizeof both.words / sizeof *both.words; i++)
        both.words[i] = a->words[i] & b->words[i];
    return both;
}

/* A decimal number of a CPU at *at, which moves behind it. */
static bool parse_cpu(const char **at, unsigned *cpu)
{
    unsigned n = 0;

    if (**at < '0' || **at > '9')
        return false;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        n = 10 * n + (unsigned)(**at - '0');
        if (n >= QUILL_MAX_CPUS)
            return false;
    }
    *cpu = n;
    return true;
}

bool quill_cpu_set_parse(const char *list, struct quill_cpu_set *out)
{
    struct quill_cpu_set set = {{0}};
    bool more;

    do {
        unsigned first, last;

        if (!parse_cpu(&list, &first))
            return false;
        last = first;
        if (*list == '-') {
            list++;
            if (!parse_cpu(&list, &last) || last < first)
                return false;
        }
        for (unsigned cpu = first; cpu <= last; cpu++)
            set_add(&set, cpu);
        more = *list == ',';
        list += more;
    } while (more);
    if (*list == '\n')
        list++;
    if (*list)
        return false;
    *out = set;
    return true;
}

/* ---- what the kernel says of them ------------------------------------------------------------------- */

static bool read_set(const char *root, const char *path, struct quill_cpu_set *out)
{
    char list[MAX_LIST];

    return read_text(root, list, sizeof list, "%s", path) && quill_cpu_set_parse(list, out);
}

/* A CPU's positive number in the file of that name; 0 when there is none. */
static long long read_number(const char *root, unsigned cpu, const char *name)
{
    char text[64];
    const char *end;

    return read_text(root, text, sizeof text, "/sys/devices/system/cpu/cpu%u/%s", cpu, name)
               ? positive(text, &end)
               : 0;
}

/* CPUs that share a core with this one, itself among them. */
static struct quill_cpu_set siblings(const char *root, unsigned cpu)
{
    static const char *const names[] = {"core_cpus_list",
                                        "thread_siblings_list"}; /* since Linux 5.3, and before */
    struct quill_cpu_set set = {{0}};
    char list[MAX_LIST];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (read_text(root, list, sizeof list, "/sys/devices/system/cpu/cpu%u/topology/%s", cpu, names[i]) &&
            quill_cpu_set_parse(list, &set) && quill_cpu_set_has(&set, cpu))
            return set;
    set = (struct quill_cpu_set){{0}};
    set_add(&set, cpu);
    return set;
}

/* One CPU of each core: the first. */
static struct quill_cpu_set cores_of(const char *root, const struct quill_cpu_set *cpus)
{
    struct quill_cpu_set cores = {{0}};

    for (unsigned cpu = 0; cpu < QUILL_MAX_CPUS; cpu++) {
        if (!quill_cpu_set_has(cpus, cpu))
            continue;
        const struct quill_cpu_set all = siblings(root, cpu), others = set_and(&all, &cores);

        if (quill_cpu_set_count(&others) == 0)
            set_add(&cores, cpu);
    }
    return cores;
}

/* Those that come near the largest number in the file of that name; false when it is missing for one of them.
 */
static bool fast_by_number(const char *root, const struct quill_cpu_set *cores, const char *name,
                           struct quill_cpu_set *out)
{
    struct quill_cpu_set fast = {{0}};
    long long most = 0;

    for (unsigned cpu = 0; cpu < QUILL_MAX_CPUS; cpu++) {
        const long long number = quill_cpu_set_has(cores, cpu) ? read_number(root, cpu, name) : most;

        if (quill_cpu_set_has(cores, cpu) && number == 0)
            return false;
        most = number > most ? number : most;
    }
    for (unsigned cpu = 0; cpu < QUILL_MAX_CPUS; cpu++)
        if (quill_cpu_set_has(cores, cpu) &&
            (double)read_number(root, cpu, name) >= FAST_SHARE * (double)most)
            set_add(&fast, cpu);
    *out = fast;
    return true;
}

/* Intel's hybrids have a performance monitoring unit for each kind of core; other systems tell a CPU's
 * capacity, or at least its clock. */
static struct quill_cpu_set fast_cores(const char *root, const struct quill_cpu_set *cores)
{
    struct quill_cpu_set fast, slow;

    if (read_set(root, "/sys/devices/cpu_core/cpus", &fast) &&
        read_set(root, "/sys/devices/cpu_atom/cpus", &slow)) {
        fast = set_and(cores, &fast);
        if (quill_cpu_set_count(&fast) > 0)
            return fast;
    }
    if (fast_by_number(root, cores, "cpu_capacity", &fast) ||
        fast_by_number(root, cores, "cpufreq/cpuinfo_max_freq", &fast))
        return fast;
    return *cores;
}

/* ---- the whole -------------------------------------------------------------------------------------- */

void quill_cpus_read(struct quill_cpus *out, const char *root, const struct quill_cpu_set *allowed)
{
    struct quill_cpu_set online, cpus = *allowed;

    if (read_set(root, "/sys/devices/system/cpu/online", &online)) {
        cpus = set_and(allowed, &online);
        if (quill_cpu_set_count(&cpus) == 0)
            online = cpus = *allowed;
    } else {
        online = *allowed;
    }
    const struct quill_cpu_set cores = cores_of(root, &cpus), fast = fast_cores(root, &cores);
    const unsigned quota = quill_cgroup_cpus(root);

    *out = (struct quill_cpus){.n_online = quill_cpu_set_count(&online),
                               .n_allowed = quill_cpu_set_count(&cpus),
                               .n_cores = quill_cpu_set_count(&cores),
                               .n_fast_cores = quill_cpu_set_count(&fast)};
    out->n_usable = lower(out->n_allowed, quota);
    out->limit = out->n_usable < out->n_allowed   ? QUILL_CPU_LIMIT_CGROUP
                 : out->n_allowed < out->n_online ? QUILL_CPU_LIMIT_AFFINITY
                                                  : QUILL_CPU_LIMIT_NONE;
}

/* The affinity mask of the calling thread; CPU 0 alone where it cannot be had. */
static struct quill_cpu_set allowed_cpus(void)
{
    struct quill_cpu_set set = {{0}};

    if (sched_getaffinity(0, sizeof set.words, (cpu_set_t *)set.words) != 0 || quill_cpu_set_count(&set) == 0)
        set_add(&set, 0);
    return set;
}

void quill_get_cpus(struct quill_cpus *out)
{
    const struct quill_cpu_set allowed = allowed_cpus();

    quill_cpus_read(out, "", &allowed);
}

unsigned quill_usable_cpus(void)
{
    const struct quill_cpu_set allowed = allowed_cpus();

    return lower(quill_cpu_set_count(&allowed), quill_cgroup_cpus(""));
}
