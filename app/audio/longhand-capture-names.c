#include "audio/longhand-capture-names.h"

#include <glib/gi18n.h>
#include <string.h>

/* Definitions of ALSA's own configuration that are not devices but ways to them, or need one named besides.
 */
static const char *const plumbing[] = { "sysdefault",
                                        "front",
                                        "rear",
                                        "center_lfe",
                                        "side",
                                        "surround21",
                                        "surround40",
                                        "surround41",
                                        "surround50",
                                        "surround51",
                                        "surround71",
                                        "iec958",
                                        "spdif",
                                        "hdmi",
                                        "dmix",
                                        "dsnoop",
                                        "modem",
                                        "phoneline",
                                        "null",
                                        "samplerate",
                                        "speex",
                                        "speexrate",
                                        "lavrate",
                                        "upmix",
                                        "vdownmix",
                                        "a52",
                                        "dca",
                                        "jack",
                                        "oss",
                                        "usbstream",
                                        "hw",
                                        "plughw",
                                        "plug",
                                        "shm",
                                        "tee",
                                        "file",
                                        "cards",
                                        "asym",
                                        "dsp",
                                        "arcam_av",
                                        "samplerate_best" };

/* Sound servers, in the order in which they are offered. */
static const struct {
  const char *name, *title;
} servers[] = {
  { "default", N_ ("Default microphone") },
  { "pipewire", N_ ("PipeWire") },
  { "pulse", N_ ("PulseAudio") },
};

static gboolean
is_alsa (const LonghandRawDevice *raw) {
  return strcmp (raw->host_api, "ALSA") == 0;
}

static int
server_rank (const LonghandRawDevice *raw) {
  for (guint i = 0; is_alsa (raw) && i < G_N_ELEMENTS (servers); i++)
    if (strcmp (raw->name, servers[i].name) == 0)
      return (int)i;
  return G_N_ELEMENTS (servers);
}

static gboolean
is_worth_offering (const LonghandRawDevice *raw) {
  const gsize n = strcspn (raw->name, ":");

  if (raw->n_channels == 0)
    return FALSE;
  if (raw->is_default)
    return TRUE;
  for (guint i = 0; is_alsa (raw) && i < G_N_ELEMENTS (plumbing); i++)
    if (strlen (plumbing[i]) == n && strncmp (plumbing[i], raw->name, n) == 0)
      return FALSE;
  return TRUE;
}

/* "Card: Device (hw:1,0)" -> "Card: Device" */
static char *
without_number (const char *name) {
  const char *hw = g_strrstr (name, " (hw:");

  return hw != NULL && g_str_has_suffix (name, ")") ? g_strndup (name, (gsize)(hw - name)) : g_strdup (name);
}

static char *
title_of (const LonghandRawDevice *raw, const char *name) {
  static const char *const empty[] = { ": -", ": USB Audio", ": " };
  const int rank = server_rank (raw);

  if (rank < (int)G_N_ELEMENTS (servers))
    return g_strdup (_ (servers[rank].title));
  if (!is_alsa (raw))
    return g_strdup_printf ("%s (%s)", name,
                            g_str_has_prefix (raw->host_api, "JACK") ? "JACK" : raw->host_api);
  for (guint i = 0; i < G_N_ELEMENTS (empty); i++)
    if (g_str_has_suffix (name, empty[i]) && strlen (name) > strlen (empty[i]))
      return g_strndup (name, strlen (name) - strlen (empty[i]));
  return g_strdup (name);
}

char *
longhand_device_dup_title (const char *id) {
  const char *slash = strchr (id, '/');
  g_autofree char *host_api = slash != NULL ? g_strndup (id, (gsize)(slash - id)) : g_strdup ("ALSA");
  const char *name = slash != NULL ? slash + 1 : id;
  const LonghandRawDevice raw = { host_api, name, 1, 0, FALSE };

  return title_of (&raw, name);
}

/* Appends " 2", " 3" ... to *text until it is in seen no more than once. */
static void
make_unique (char **text, GHashTable *seen) {
  g_autofree char *base = g_strdup (*text);

  for (guint i = 2; !g_hash_table_add (seen, g_strdup (*text)); i++) {
    g_free (*text);
    *text = g_strdup_printf ("%s %u", base, i);
  }
}

GPtrArray *
longhand_capture_names_present (const LonghandRawDevice *raw, gsize n, GArray *order) {
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int rank = 0; rank <= (int)G_N_ELEMENTS (servers); rank++)
    for (gsize i = 0; i < n; i++) {
      g_autofree char *name = NULL;
      LonghandDevice *device;
      const int index = (int)i;

      if (server_rank (&raw[i]) != rank || !is_worth_offering (&raw[i]))
        continue;
      name = without_number (raw[i].name);
      device = g_new0 (LonghandDevice, 1);
      device->id = g_strdup_printf ("%s/%s", raw[i].host_api, name);
      device->name = title_of (&raw[i], name);
      make_unique (&device->id, ids);
      make_unique (&device->name, names);
      device->is_default = raw[i].is_default;
      device->n_channels = raw[i].n_channels;
      device->rate_hz = raw[i].rate_hz;
      g_ptr_array_add (devices, device);
      g_array_append_val (order, index);
    }
  return devices;
}
