#include "longhand-engine-threads.h"

#include <glib/gi18n.h>

static char *
describe_all_usable (const struct quill_thread_choice *choice) {
  const guint n = choice->n_threads, online = choice->cpus.n_online;

  switch (choice->cpus.limit) {
  case QUILL_CPU_LIMIT_AFFINITY:
    /* Translators: the second number is that of the machine’s processors. */
    return g_strdup_printf (
        ngettext ("%u thread, for the processor that Longhand may use of %u (affinity mask).",
                  "%u threads, one for each processor that Longhand may use of %u (affinity mask).", n),
        n, online);
  case QUILL_CPU_LIMIT_CGROUP:
    return g_strdup_printf (
        ngettext ("%u thread, which the quota of Longhand’s control group allows of %u processors.",
                  "%u threads, which the quota of Longhand’s control group allows of %u processors.", n),
        n, online);
  case QUILL_CPU_LIMIT_NONE:
  default:
    return g_strdup_printf (
        ngettext ("%u thread, for the only processor.", "%u threads, one for each processor.", n), n);
  }
}

/* (transfer full): "8 or 24 or 32" */
static char *
list_candidates (const struct quill_thread_choice *choice) {
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < choice->n_candidates; i++)
    /* Translators: between numbers that were compared, as in “8 or 16”; with its spaces. */
    g_string_append_printf (list, "%s%u", i > 0 ? _ (" or ") : "", choice->candidates[i].n_threads);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

/* (transfer full): "32 processors on 24 cores, 8 of them fast" */
static char *
describe_cores (const struct quill_cpus *cpus) {
  if (cpus->n_fast_cores < cpus->n_cores)
    return g_strdup_printf (_ ("%u processors on %u cores, %u of them fast"), cpus->n_allowed, cpus->n_cores,
                            cpus->n_fast_cores);
  return g_strdup_printf (ngettext ("%u processors on %u core", "%u processors on %u cores", cpus->n_cores),
                          cpus->n_allowed, cpus->n_cores);
}

static char *
describe_measured (const struct quill_thread_choice *choice) {
  g_autofree char *candidates = list_candidates (choice);
  g_autofree char *cores = describe_cores (&choice->cpus);

  /* Translators: as in “8 threads: of 8 or 24 or 32 the fewest that were about as fast as the best (…)”. */
  return g_strdup_printf (
      ngettext ("%u thread: of %s the fewest that were about as fast as the best when measured (%s).",
                "%u threads: of %s the fewest that were about as fast as the best when measured (%s).",
                choice->n_threads),
      choice->n_threads, candidates, cores);
}

static char *
describe_unmeasured (const struct quill_thread_choice *choice) {
  return g_strdup_printf (
      ngettext ("%u thread, for the only core: there was no memory to measure whether more are faster.",
                "%u threads, one for each core: there was no memory to measure whether others are "
                "faster.",
                choice->n_threads),
      choice->n_threads);
}

char *
longhand_engine_describe_threads (const struct quill_thread_choice *choice) {
  switch (choice->reason) {
  case QUILL_THREADS_NO_CHOICE:
    return describe_all_usable (choice);
  case QUILL_THREADS_MEASURED:
    return describe_measured (choice);
  case QUILL_THREADS_UNMEASURED:
    return describe_unmeasured (choice);
  case QUILL_THREADS_ASKED:
  default:
    return NULL;
  }
}
