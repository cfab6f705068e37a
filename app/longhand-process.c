#include "longhand-process.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

double
longhand_process_get_cpu_s (void) {
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

/* The second number of /proc/self/statm counts pages (proc(5)). */
guint64
longhand_process_get_rss_bytes (void) {
  FILE *file = fopen ("/proc/self/statm", "re");
  unsigned long total, resident = 0;

  if (file == NULL)
    return 0;
  if (fscanf (file, "%lu %lu", &total, &resident) != 2)
    resident = 0;
  fclose (file);
  return (guint64)resident * (guint64)sysconf (_SC_PAGESIZE);
}

/* VmHWM begins at exec, ru_maxrss may remember what was before it. */
guint64
longhand_process_get_peak_rss_bytes (void) {
  g_autofree char *status = NULL;
  struct rusage usage;
  const char *at;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL)
      && (at = strstr (status, "VmHWM:")) != NULL)
    return (guint64)g_ascii_strtod (at + strlen ("VmHWM:"), NULL) * 1024;
  getrusage (RUSAGE_SELF, &usage);
  return (guint64)usage.ru_maxrss * 1024;
}
