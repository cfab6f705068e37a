/* longhand-cli devices: which microphones there are. */
#include "cli/longhand-cli.h"

#include "audio/longhand-capture.h"
#include "cli/longhand-cli-columns.h"

#include <glib/gi18n.h>

int
longhand_cli_devices (int argc, char **argv) {
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (GPtrArray) devices = NULL;
  g_autoptr (GError) error = NULL;

  if (!longhand_cli_parse (
          &argc, &argv, NULL, _ ("Lists microphones; the default one is marked with a star."),
          _ ("The last column is what “longhand-cli listen --device” takes; the name will do, "
             "too."),
          entries))
    return LONGHAND_EXIT_USAGE;
  if (longhand_cli_refuse_surplus (argc, argv, 0))
    return LONGHAND_EXIT_USAGE;
  devices = longhand_capture_list_devices (&error);
  if (devices == NULL)
    return longhand_cli_fail (error);
  for (guint i = 0; i < devices->len; i++) {
    const LonghandDevice *device = g_ptr_array_index (devices, i);
    g_autofree char *channels = g_strdup_printf (
        g_dngettext (NULL, "%u channel", "%u channels", device->n_channels), device->n_channels);

    g_autofree char *rate = g_strdup_printf ("%.0f Hz", device->rate_hz);

    longhand_cli_print_row (1, device->is_default ? "*" : "", -36, device->name, 9, rate, 0, "", -12,
                            channels, 0, "", 0, device->id, 0, NULL);
  }
  return LONGHAND_EXIT_OK;
}
