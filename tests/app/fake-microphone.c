/* In place of the microphone program, with faults: LONGHAND_TEST_FAULT says which. */
#include "audio/longhand-capture-feed.h"
#include "audio/longhand-capture-wire.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
say (LonghandWireMessage message) {
  longhand_wire_send (LONGHAND_WIRE_FD, &message, -1);
}

static void
hang (void) {
  for (;;)
    pause ();
}

static void
open_without_sound (void) {
  LonghandWireMessage opened = { .type = LONGHAND_WIRE_OPENED, .rate_hz = 16000, .n_channels = 1 };
  int fd;
  g_autoptr (LonghandFeed) feed = longhand_feed_new_shared (opened.rate_hz, opened.n_channels, &fd);

  longhand_wire_send (LONGHAND_WIRE_FD, &opened, fd);
}

static LonghandWireType
hear (void) {
  LonghandWireMessage question;
  int fd;

  if (longhand_wire_receive (LONGHAND_WIRE_FD, G_MAXINT64, &question, &fd) != LONGHAND_WIRE_CAME)
    _exit (0);
  return question.type;
}

int
main (void) {
  const char *fault = g_getenv ("LONGHAND_TEST_FAULT");

  if (strcmp (fault, "says-nothing") == 0)
    hang ();
  if (strcmp (fault, "is-of-another-version") == 0) {
    const LonghandWireMessage foreign = { .protocol = LONGHAND_WIRE_PROTOCOL + 1 };

    send (LONGHAND_WIRE_FD, &foreign, sizeof foreign, 0);
    hang ();
  }
  say ((LonghandWireMessage){ .type = LONGHAND_WIRE_HELLO });
  hear ();
  if (strcmp (fault, "hangs-in-scan") == 0)
    hang ();
  say ((LonghandWireMessage){ .type = LONGHAND_WIRE_DEVICE,
                              .is_default = 1,
                              .n_channels = 1,
                              .rate_hz = 16000,
                              .host_api = "ALSA",
                              .text = "Broken" });
  say ((LonghandWireMessage){ .type = LONGHAND_WIRE_SCANNED });
  hear ();
  if (strcmp (fault, "hangs-in-open") == 0)
    hang ();
  if (strcmp (fault, "has-no-memory") == 0) {
    say ((LonghandWireMessage){ .type = LONGHAND_WIRE_NO_MEMORY });
    hang ();
  }
  if (strcmp (fault, "opens-without-memory") == 0) {
    say ((LonghandWireMessage){ .type = LONGHAND_WIRE_OPENED, .rate_hz = 16000, .n_channels = 1 });
    hang ();
  }
  if (strcmp (fault, "crashes-before-any-sound") == 0)
    open_without_sound ();
  return 1; /* crashes-in-open */
}
