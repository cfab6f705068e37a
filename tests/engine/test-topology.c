/* Which CPUs there are: cgroups, lists of CPUs, and machines that are made up as a tree of files. */
#include "base/topology.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>

/* ---- cgroups ----------------------------------------------------------------------------------------------
 */

static void
quota_becomes_cpus (void) {
  static const struct {
    const char *text;
    unsigned cpus;
  } table[] = {
    { "max 100000\n", 0 },
    { "200000 100000\n", 2 },
    { "150000 100000\n", 2 },
    { "50000 100000\n", 1 },
    { "1000 100000", 1 },
    { "", 0 },
    { "100000", 0 },
    { "100000 0\n", 0 },
    { "-1 100000\n", 0 },
    { "0 100000\n", 0 },
    { "rubbish", 0 },
    { "100000 rubbish", 0 },
    { "99999999999999999999999 1", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_test_message ("cpu.max \"%s\"", table[i].text);
    g_assert_cmpuint (quill_cgroup2_cpus (table[i].text), ==, table[i].cpus);
  }
  g_assert_cmpuint (quill_cgroup1_cpus ("-1\n", "100000\n"), ==, 0);
  g_assert_cmpuint (quill_cgroup1_cpus ("400000\n", "100000\n"), ==, 4);
  g_assert_cmpuint (quill_cgroup1_cpus ("410000\n", "100000\n"), ==, 5);
  g_assert_cmpuint (quill_cgroup1_cpus ("", ""), ==, 0);
}

static void
group_is_found_in_both_versions (void) {
  const char *v2 = "0::/user.slice/user-1000.slice\n";
  const char *v1 = "12:cpuset:/a\n5:cpu,cpuacct:/docker/b\n1:name=systemd:/c\n0::/d\n";
  char path[64];

  g_assert_true (quill_cgroup_path (v2, "", path, sizeof path));
  g_assert_cmpstr (path, ==, "/user.slice/user-1000.slice");
  g_assert_false (quill_cgroup_path (v2, "cpu", path, sizeof path));
  g_assert_true (quill_cgroup_path (v1, "cpu", path, sizeof path));
  g_assert_cmpstr (path, ==, "/docker/b");
  g_assert_true (quill_cgroup_path (v1, "cpuacct", path, sizeof path));
  g_assert_true (quill_cgroup_path (v1, "", path, sizeof path));
  g_assert_cmpstr (path, ==, "/d");
  g_assert_true (quill_cgroup_path ("0::/", "", path, sizeof path));
  g_assert_cmpstr (path, ==, "/");
}

static void
broken_group_lists_find_nothing (void) {
  static const char *const table[]
      = { "", "\n", ":", "::", "0::", "0::relative\n", "0:cpu", "0", "\n\n0:cpus:/x\n" };
  char path[64], tiny[4];

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_false (quill_cgroup_path (table[i], "cpu", path, sizeof path));
    g_assert_false (quill_cgroup_path (table[i], "", path, sizeof path));
  }
  g_assert_false (quill_cgroup_path ("0::/abc\n", "", tiny, sizeof tiny));
  g_assert_true (quill_cgroup_path ("0::/ab\n", "", tiny, sizeof tiny));
}

/* ---- lists ------------------------------------------------------------------------------------------------
 */

static void
lists_become_sets (void) {
  static const struct {
    const char *list;
    unsigned n, first, last;
  } table[] = {
    { "0\n", 1, 0, 0 },        { "0", 1, 0, 0 },   { "0-3\n", 4, 0, 3 },          { "0-1,4,6-7\n", 5, 0, 7 },
    { "8191", 1, 8191, 8191 }, { "3,1", 2, 1, 3 }, { "0-8191\n", 8192, 0, 8191 }, { "5,5-5", 1, 5, 5 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    struct quill_cpu_set set;

    g_test_message ("\"%s\"", table[i].list);
    g_assert_true (quill_cpu_set_parse (table[i].list, &set));
    g_assert_cmpuint (quill_cpu_set_count (&set), ==, table[i].n);
    g_assert_true (quill_cpu_set_has (&set, table[i].first));
    g_assert_true (quill_cpu_set_has (&set, table[i].last));
    g_assert_false (quill_cpu_set_has (&set, table[i].last + 1));
  }
}

static void
senseless_lists_are_none (void) {
  static const char *const table[] = { "",       "\n",   "-",    "a",      "0-",
                                       "-1",     "3-1",  "0,",   "0,\n",   ",0",
                                       "0 1",    "0--1", "8192", "0-8192", "99999999999999",
                                       "0-3\n4", "0x1",  " 0" };
  struct quill_cpu_set set, before;

  memset (&set, 0x5a, sizeof set);
  before = set;
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_test_message ("\"%s\"", table[i]);
    g_assert_false (quill_cpu_set_parse (table[i], &set));
    g_assert_cmpmem (&set, sizeof set, &before, sizeof before);
  }
}

/* ---- made-up machines -------------------------------------------------------------------------------------
 */

typedef struct {
  char *root;
  GPtrArray *made; /* files and folders, in the order they were made */
} Machine;

static void
set_up (Machine *m, gconstpointer data) {
  m->root = g_dir_make_tmp ("longhand-topology-XXXXXX", NULL);
  g_assert_nonnull (m->root);
  m->made = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Machine *m, gconstpointer data) {
  while (m->made->len > 0) {
    g_assert_cmpint (g_remove (g_ptr_array_index (m->made, m->made->len - 1)), ==, 0);
    g_ptr_array_remove_index (m->made, m->made->len - 1);
  }
  g_assert_cmpint (g_rmdir (m->root), ==, 0);
  g_ptr_array_unref (m->made);
  g_free (m->root);
}

static void
make_folder (Machine *m, const char *path) {
  g_autofree char *parent = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return;
  parent = g_path_get_dirname (path);
  make_folder (m, parent);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_ptr_array_add (m->made, g_strdup (path));
}

/* The file at path below the root says text. */
static void
say (Machine *m, const char *text, const char *path) {
  g_autofree char *full = g_build_filename (m->root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);

  make_folder (m, folder);
  if (!g_file_test (full, G_FILE_TEST_EXISTS))
    g_ptr_array_add (m->made, g_strdup (full));
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

static void
say_of_cpu (Machine *m, unsigned cpu, const char *name, const char *text) {
  g_autofree char *path = g_strdup_printf ("sys/devices/system/cpu/cpu%u/%s", cpu, name);

  say (m, text, path);
}

static void
online (Machine *m, const char *list) {
  say (m, list, "sys/devices/system/cpu/online");
}

/* CPUs first, first + 1, ... of n, `ways` of which share a core. */
static void
cores (Machine *m, unsigned first, unsigned n, unsigned ways) {
  for (unsigned cpu = first; cpu < first + n; cpu++) {
    const unsigned begin = first + (cpu - first) / ways * ways;
    g_autofree char *list = g_strdup_printf ("%u-%u\n", begin, begin + ways - 1);

    say_of_cpu (m, cpu, "topology/core_cpus_list", list);
  }
}

static struct quill_cpus
look (Machine *m, const char *allowed_list) {
  struct quill_cpu_set allowed;
  struct quill_cpus cpus;

  g_assert_true (quill_cpu_set_parse (allowed_list, &allowed));
  quill_cpus_read (&cpus, m->root, &allowed);
  return cpus;
}

static void
assert_cpus (const struct quill_cpus *cpus, unsigned n_online, unsigned n_allowed, unsigned n_usable,
             unsigned n_cores, unsigned n_fast_cores, enum quill_cpu_limit limit) {
  g_assert_cmpuint (cpus->n_online, ==, n_online);
  g_assert_cmpuint (cpus->n_allowed, ==, n_allowed);
  g_assert_cmpuint (cpus->n_usable, ==, n_usable);
  g_assert_cmpuint (cpus->n_cores, ==, n_cores);
  g_assert_cmpuint (cpus->n_fast_cores, ==, n_fast_cores);
  g_assert_cmpint (cpus->limit, ==, limit);
}

static void
nothing_said_means_cores_alike (Machine *m, gconstpointer data) {
  const struct quill_cpus cpus = look (m, "0-3");

  assert_cpus (&cpus, 4, 4, 4, 4, 4, QUILL_CPU_LIMIT_NONE);
}

static void
siblings_share_a_core (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  online (m, "0-7\n");
  cores (m, 0, 8, 2);
  cpus = look (m, "0-7");
  assert_cpus (&cpus, 8, 8, 8, 4, 4, QUILL_CPU_LIMIT_NONE);
  /* One of a pair is allowed, and another whole pair. */
  cpus = look (m, "1,4-5");
  assert_cpus (&cpus, 8, 3, 3, 2, 2, QUILL_CPU_LIMIT_AFFINITY);
}

/* As machines number them whose second threads come behind all first ones; the file's name before Linux 5.3.
 */
static void
siblings_may_be_far_apart (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  online (m, "0-3\n");
  for (unsigned cpu = 0; cpu < 4; cpu++)
    say_of_cpu (m, cpu, "topology/thread_siblings_list", cpu % 2 ? "1,3\n" : "0,2\n");
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 4, 4, 4, 2, 2, QUILL_CPU_LIMIT_NONE);
}

static void
offline_cpus_do_not_count (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  /* The second thread of each core is off: what is left says so, or still names them. */
  online (m, "0,2,4,6\n");
  for (unsigned cpu = 0; cpu < 8; cpu += 2)
    say_of_cpu (m, cpu, "topology/core_cpus_list",
                cpu == 0 ? "0-1\n" : (char[]){ (char)('0' + cpu), '\n', '\0' });
  cpus = look (m, "0-7");
  assert_cpus (&cpus, 4, 4, 4, 4, 4, QUILL_CPU_LIMIT_NONE);
}

static void
performance_cores_of_a_hybrid_are_told (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  online (m, "0-31\n");
  cores (m, 0, 16, 2); /* 8 performance cores with two threads, 16 efficient ones with one */
  cores (m, 16, 16, 1);
  say (m, "0-15\n", "sys/devices/cpu_core/cpus");
  say (m, "16-31\n", "sys/devices/cpu_atom/cpus");
  cpus = look (m, "0-31");
  assert_cpus (&cpus, 32, 32, 32, 24, 8, QUILL_CPU_LIMIT_NONE);
  /* None of the fast ones is left: then those that are are all alike. */
  cpus = look (m, "20-27");
  assert_cpus (&cpus, 32, 8, 8, 8, 8, QUILL_CPU_LIMIT_AFFINITY);
}

static void
capacity_tells_fast_cores (Machine *m, gconstpointer data) {
  static const char *const capacity[]
      = { "381\n", "381\n", "381\n", "381\n", "871\n", "871\n", "871\n", "1024\n" };
  struct quill_cpus cpus;

  online (m, "0-7\n");
  for (unsigned cpu = 0; cpu < 8; cpu++) {
    say_of_cpu (m, cpu, "cpu_capacity", capacity[cpu]);
    /* Contradicts, but counts less. */
    say_of_cpu (m, cpu, "cpufreq/cpuinfo_max_freq", cpu == 0 ? "3000000\n" : "1000000\n");
  }
  cpus = look (m, "0-7");
  assert_cpus (&cpus, 8, 8, 8, 8, 4, QUILL_CPU_LIMIT_NONE);
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 8, 4, 4, 4, 4, QUILL_CPU_LIMIT_AFFINITY);
}

static void
clock_is_a_hint (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  online (m, "0-3\n");
  for (unsigned cpu = 0; cpu < 4; cpu++)
    say_of_cpu (m, cpu, "cpufreq/cpuinfo_max_freq", cpu < 2 ? "5100000\n" : "3300000\n");
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 4, 4, 4, 4, 2, QUILL_CPU_LIMIT_NONE);
  /* Cores of one kind that are allowed a little more. */
  for (unsigned cpu = 2; cpu < 4; cpu++)
    say_of_cpu (m, cpu, "cpufreq/cpuinfo_max_freq", "4800000\n");
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 4, 4, 4, 4, 4, QUILL_CPU_LIMIT_NONE);
}

static void
a_number_that_is_missing_says_nothing (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  online (m, "0-3\n");
  say_of_cpu (m, 0, "cpu_capacity", "1024\n");
  say_of_cpu (m, 1, "cpu_capacity", "1024\n");
  say_of_cpu (m, 2, "cpu_capacity", "200\n");
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 4, 4, 4, 4, 4, QUILL_CPU_LIMIT_NONE);
  say_of_cpu (m, 3, "cpu_capacity", "none\n");
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 4, 4, 4, 4, 4, QUILL_CPU_LIMIT_NONE);
}

static void
nonsense_is_no_obstacle (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  online (m, "rubbish\n");
  say_of_cpu (m, 0, "topology/core_cpus_list", "2-3\n"); /* not itself */
  say_of_cpu (m, 1, "topology/core_cpus_list", "\n");
  say_of_cpu (m, 2, "topology/core_cpus_list", "99999\n");
  say_of_cpu (m, 3, "topology/core_cpus_list", "3-1\n");
  for (unsigned cpu = 0; cpu < 4; cpu++)
    say_of_cpu (m, cpu, "cpu_capacity", "-5\n");
  say (m, "", "sys/devices/cpu_core/cpus");
  say (m, "0-3\n", "sys/devices/cpu_atom/cpus");
  say (m, "0::/\n", "proc/self/cgroup");
  say (m, "many\n", "sys/fs/cgroup/cpu.max");
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 4, 4, 4, 4, 4, QUILL_CPU_LIMIT_NONE);
  /* None of those that are allowed is said to be there. */
  online (m, "8-9\n");
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 4, 4, 4, 4, 4, QUILL_CPU_LIMIT_NONE);
}

static void
quota_of_a_container_is_rounded_up (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  online (m, "0-7\n");
  say (m, "0::/\n", "proc/self/cgroup");
  say (m, "150000 100000\n", "sys/fs/cgroup/cpu.max");
  cpus = look (m, "0-7");
  assert_cpus (&cpus, 8, 8, 2, 8, 8, QUILL_CPU_LIMIT_CGROUP);
}

static void
the_lower_of_quota_and_affinity_counts (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  online (m, "0-7\n");
  say (m, "0::/user.slice/longhand.scope\n", "proc/self/cgroup");
  say (m, "max 100000\n", "sys/fs/cgroup/user.slice/longhand.scope/cpu.max");
  say (m, "300000 100000\n", "sys/fs/cgroup/user.slice/cpu.max"); /* above it, and it holds for all within */
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 8, 4, 3, 4, 4, QUILL_CPU_LIMIT_CGROUP);
  cpus = look (m, "0-1");
  assert_cpus (&cpus, 8, 2, 2, 2, 2, QUILL_CPU_LIMIT_AFFINITY);
}

static void
quota_of_the_first_version_counts (Machine *m, gconstpointer data) {
  struct quill_cpus cpus;

  say (m, "4:cpu,cpuacct:/docker/a\n0::/\n", "proc/self/cgroup");
  say (m, "-1\n", "sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us");
  say (m, "100000\n", "sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us");
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 4, 4, 4, 4, 4, QUILL_CPU_LIMIT_NONE);
  say (m, "200000\n", "sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us");
  cpus = look (m, "0-3");
  assert_cpus (&cpus, 4, 4, 2, 4, 4, QUILL_CPU_LIMIT_CGROUP);
}

/* ---- this machine -----------------------------------------------------------------------------------------
 */

static void
this_machine_makes_sense (void) {
  struct quill_cpus cpus;

  quill_get_cpus (&cpus);
  g_assert_cmpuint (cpus.n_usable, ==, quill_usable_cpus ());
  g_assert_cmpuint (cpus.n_usable, <=, cpus.n_allowed);
  g_assert_cmpuint (cpus.n_allowed, <=, cpus.n_online);
  g_assert_cmpuint (cpus.n_cores, <=, cpus.n_allowed);
  g_assert_cmpuint (cpus.n_fast_cores, <=, cpus.n_cores);
  g_assert_cmpuint (cpus.n_fast_cores, >=, 1);
}

static void
affinity_mask_counts (void) {
  cpu_set_t all, one;
  int cpu = 0;

  g_assert_cmpint (sched_getaffinity (0, sizeof all, &all), ==, 0);
  g_assert_cmpuint (quill_usable_cpus (), >=, 1);
  g_assert_cmpuint (quill_usable_cpus (), <=, (guint)CPU_COUNT (&all));

  while (!CPU_ISSET (cpu, &all))
    cpu++;
  CPU_ZERO (&one);
  CPU_SET (cpu, &one);
  g_assert_cmpint (sched_setaffinity (0, sizeof one, &one), ==, 0);
  g_assert_cmpuint (quill_usable_cpus (), ==, 1);
  g_assert_cmpint (sched_setaffinity (0, sizeof all, &all), ==, 0);
}

#define MACHINE(name, fn) g_test_add ("/topology/" name, Machine, NULL, set_up, fn, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/topology/quota-becomes-cpus", quota_becomes_cpus);
  g_test_add_func ("/topology/group-is-found-in-both-versions", group_is_found_in_both_versions);
  g_test_add_func ("/topology/broken-group-lists-find-nothing", broken_group_lists_find_nothing);
  g_test_add_func ("/topology/lists-become-sets", lists_become_sets);
  g_test_add_func ("/topology/senseless-lists-are-none", senseless_lists_are_none);
  MACHINE ("nothing-said-means-cores-alike", nothing_said_means_cores_alike);
  MACHINE ("siblings-share-a-core", siblings_share_a_core);
  MACHINE ("siblings-may-be-far-apart", siblings_may_be_far_apart);
  MACHINE ("offline-cpus-do-not-count", offline_cpus_do_not_count);
  MACHINE ("performance-cores-of-a-hybrid-are-told", performance_cores_of_a_hybrid_are_told);
  MACHINE ("capacity-tells-fast-cores", capacity_tells_fast_cores);
  MACHINE ("clock-is-a-hint", clock_is_a_hint);
  MACHINE ("a-number-that-is-missing-says-nothing", a_number_that_is_missing_says_nothing);
  MACHINE ("nonsense-is-no-obstacle", nonsense_is_no_obstacle);
  MACHINE ("quota-of-a-container-is-rounded-up", quota_of_a_container_is_rounded_up);
  MACHINE ("the-lower-of-quota-and-affinity-counts", the_lower_of_quota_and_affinity_counts);
  MACHINE ("quota-of-the-first-version-counts", quota_of_the_first_version_counts);
  g_test_add_func ("/topology/this-machine-makes-sense", this_machine_makes_sense);
  g_test_add_func ("/topology/affinity-mask-counts", affinity_mask_counts);
  return g_test_run ();
}
