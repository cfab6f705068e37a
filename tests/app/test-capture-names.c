#include "audio/longhand-capture-names.h"

/* What PortAudio lists on a laptop with a USB microphone, with and without sound servers. */
static const LonghandRawDevice laptop[] = {
  { "ALSA", "HDA Intel PCH: ALC257 Analog (hw:0,0)", 2, 44100, FALSE },
  { "ALSA", "HDA Intel PCH: HDMI 0 (hw:0,3)", 0, 44100, FALSE },
  { "ALSA", "Blue Snowball: USB Audio (hw:1,0)", 1, 44100, FALSE },
  { "ALSA", "UMC204HD: - (hw:2,0)", 2, 44100, FALSE },
  { "ALSA", "sysdefault", 128, 48000, FALSE },
  { "ALSA", "front", 2, 44100, FALSE },
  { "ALSA", "surround51", 2, 44100, FALSE },
  { "ALSA", "samplerate", 128, 44100, FALSE },
  { "ALSA", "upmix", 8, 44100, FALSE },
  { "ALSA", "pulse", 32, 44100, FALSE },
  { "ALSA", "dsnoop:CARD=PCH", 2, 48000, FALSE },
  { "ALSA", "pipewire", 64, 44100, FALSE },
  { "ALSA", "default", 32, 44100, TRUE },
  { "JACK Audio Connection Kit", "system", 2, 48000, FALSE },
};

static GPtrArray *
present (const LonghandRawDevice *raw, gsize n, GArray **order) {
  *order = g_array_new (FALSE, FALSE, sizeof (int));
  return longhand_capture_names_present (raw, n, *order);
}

static void
names_are_those_a_person_knows (void) {
  static const char *const names[]
      = { "Default microphone", "PipeWire", "PulseAudio",   "HDA Intel PCH: ALC257 Analog",
          "Blue Snowball",      "UMC204HD", "system (JACK)" };
  static const int raw_indices[] = { 12, 11, 9, 0, 2, 3, 13 };
  g_autoptr (GArray) order = NULL;
  g_autoptr (GPtrArray) devices = present (laptop, G_N_ELEMENTS (laptop), &order);

  g_assert_cmpuint (devices->len, ==, G_N_ELEMENTS (names));
  g_assert_cmpuint (order->len, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < devices->len; i++) {
    const LonghandDevice *device = devices->pdata[i];

    g_assert_cmpstr (device->name, ==, names[i]);
    g_assert_cmpint (g_array_index (order, int, i), ==, raw_indices[i]);
    g_assert_cmpint (device->is_default, ==, i == 0);
  }
}

static void
ids_hold_no_number_that_changes (void) {
  const LonghandRawDevice today = { "ALSA", "Blue Snowball: USB Audio (hw:1,0)", 1, 44100, FALSE };
  const LonghandRawDevice tomorrow = { "ALSA", "Blue Snowball: USB Audio (hw:3,0)", 1, 44100, FALSE };
  g_autoptr (GArray) order = NULL;
  g_autoptr (GArray) other_order = NULL;
  g_autoptr (GPtrArray) devices = present (&today, 1, &order);
  g_autoptr (GPtrArray) other_devices = present (&tomorrow, 1, &other_order);

  g_assert_cmpstr (((LonghandDevice *)devices->pdata[0])->id, ==,
                   ((LonghandDevice *)other_devices->pdata[0])->id);
}

static void
twins_can_be_told_apart (void) {
  const LonghandRawDevice twins[] = { { "ALSA", "Blue Snowball: USB Audio (hw:1,0)", 1, 44100, FALSE },
                                      { "ALSA", "Blue Snowball: USB Audio (hw:2,0)", 1, 44100, FALSE } };
  g_autoptr (GArray) order = NULL;
  g_autoptr (GPtrArray) devices = present (twins, 2, &order);
  const LonghandDevice *first = devices->pdata[0], *second = devices->pdata[1];

  g_assert_cmpstr (first->name, ==, "Blue Snowball");
  g_assert_cmpstr (second->name, ==, "Blue Snowball 2");
  g_assert_cmpstr (first->id, !=, second->id);
}

static void
plumbing_is_shown_when_it_is_the_default (void) {
  const LonghandRawDevice raw[]
      = { { "ALSA", "sysdefault", 2, 48000, TRUE }, { "ALSA", "dmix", 2, 48000, FALSE } };
  g_autoptr (GArray) order = NULL;
  g_autoptr (GPtrArray) devices = present (raw, 2, &order);

  g_assert_cmpuint (devices->len, ==, 1);
  g_assert_cmpstr (((LonghandDevice *)devices->pdata[0])->name, ==, "sysdefault");
}

static void
copies_are_independent (void) {
  g_autoptr (GArray) order = NULL;
  g_autoptr (GPtrArray) devices = present (laptop, G_N_ELEMENTS (laptop), &order);
  g_autoptr (LonghandDevice) copy = longhand_device_copy (devices->pdata[0]);

  g_ptr_array_set_size (devices, 0);
  g_assert_cmpstr (copy->id, ==, "ALSA/default");
  g_assert_cmpstr (copy->name, ==, "Default microphone");
  g_assert_cmpuint (copy->n_channels, ==, 32);
  g_assert_cmpfloat (copy->rate_hz, ==, 44100);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture-names/are-those-a-person-knows", names_are_those_a_person_knows);
  g_test_add_func ("/capture-names/ids-hold-no-number-that-changes", ids_hold_no_number_that_changes);
  g_test_add_func ("/capture-names/twins-can-be-told-apart", twins_can_be_told_apart);
  g_test_add_func ("/capture-names/plumbing-is-shown-when-it-is-the-default",
                   plumbing_is_shown_when_it_is_the_default);
  g_test_add_func ("/capture-names/copies-are-independent", copies_are_independent);
  return g_test_run ();
}
