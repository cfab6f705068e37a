/* What Longhand and its microphone program say to each other, over a pair of sockets. */
#include "audio/longhand-capture-wire.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  int ends[2];
} Wire;

static Wire
wire_new (void) {
  Wire self;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, self.ends), ==, 0);
  return self;
}

static LonghandWireResult
receive (int end, LonghandWireMessage *message, int *fd) {
  return longhand_wire_receive (end, G_MAXINT64, message, fd);
}

static void
message_arrives_as_it_was_sent (void) {
  Wire wire = wire_new ();
  LonghandWireMessage sent = { .type = LONGHAND_WIRE_DEVICE,
                               .index = 7,
                               .n_channels = 2,
                               .is_default = 1,
                               .rate_hz = 44100,
                               .host_api = "ALSA",
                               .text = "Desk microphone" };
  LonghandWireMessage came;
  int fd;

  g_assert_true (longhand_wire_send (wire.ends[0], &sent, -1));
  g_assert_cmpint (receive (wire.ends[1], &came, &fd), ==, LONGHAND_WIRE_CAME);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpmem (&came, sizeof came, &sent, sizeof sent);
  close (wire.ends[0]);
  close (wire.ends[1]);
}

static void
file_goes_with_a_message (void) {
  Wire wire = wire_new ();
  LonghandWireMessage message = { .type = LONGHAND_WIRE_OPENED };
  int pipe_ends[2], fd;
  char letter;

  g_assert_cmpint (pipe (pipe_ends), ==, 0);
  g_assert_true (longhand_wire_send (wire.ends[0], &message, pipe_ends[1]));
  g_assert_cmpint (receive (wire.ends[1], &message, &fd), ==, LONGHAND_WIRE_CAME);
  g_assert_cmpint (fd, >=, 0);
  close (pipe_ends[1]);
  g_assert_cmpint (write (fd, "x", 1), ==, 1);
  g_assert_cmpint (read (pipe_ends[0], &letter, 1), ==, 1);
  g_assert_cmpint (letter, ==, 'x');
  close (fd);
  close (pipe_ends[0]);
  close (wire.ends[0]);
  close (wire.ends[1]);
}

static void
silence_is_late_and_a_closed_end_is_an_end (void) {
  Wire wire = wire_new ();
  LonghandWireMessage message = { 0 };
  int fd;

  g_assert_cmpint (longhand_wire_receive (wire.ends[1], g_get_monotonic_time () + 1000, &message, &fd), ==,
                   LONGHAND_WIRE_LATE);
  g_assert_cmpint (longhand_wire_receive (wire.ends[1], 0, &message, &fd), ==, LONGHAND_WIRE_LATE);
  close (wire.ends[0]);
  g_assert_cmpint (receive (wire.ends[1], &message, &fd), ==, LONGHAND_WIRE_ENDED);
  g_assert_false (longhand_wire_send (wire.ends[1], &message, -1));
  close (wire.ends[1]);
}

static void
another_protocol_is_foreign (void) {
  Wire wire = wire_new ();
  LonghandWireMessage longer[2] = { { .protocol = LONGHAND_WIRE_PROTOCOL } };
  LonghandWireMessage newer = { .protocol = LONGHAND_WIRE_PROTOCOL + 1 }, came;
  const guint32 shorter = LONGHAND_WIRE_PROTOCOL;
  int fd;

  g_assert_cmpint (send (wire.ends[0], &newer, sizeof newer, 0), >, 0);
  g_assert_cmpint (send (wire.ends[0], longer, sizeof longer, 0), >, 0);
  g_assert_cmpint (send (wire.ends[0], &shorter, sizeof shorter, 0), >, 0);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (receive (wire.ends[1], &came, &fd), ==, LONGHAND_WIRE_FOREIGN);
  close (wire.ends[0]);
  close (wire.ends[1]);
}

static void
texts_end_whatever_came (void) {
  Wire wire = wire_new ();
  LonghandWireMessage message;
  int fd;

  memset (&message, 'x', sizeof message);
  g_assert_true (longhand_wire_send (wire.ends[0], &message, -1));
  g_assert_cmpint (receive (wire.ends[1], &message, &fd), ==, LONGHAND_WIRE_CAME);
  g_assert_cmpuint (strnlen (message.host_api, sizeof message.host_api), ==, sizeof message.host_api - 1);
  g_assert_cmpuint (strnlen (message.text, sizeof message.text), ==, sizeof message.text - 1);
  close (wire.ends[0]);
  close (wire.ends[1]);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture-wire/message-arrives-as-it-was-sent", message_arrives_as_it_was_sent);
  g_test_add_func ("/capture-wire/file-goes-with-a-message", file_goes_with_a_message);
  g_test_add_func ("/capture-wire/silence-is-late-and-a-closed-end-is-an-end",
                   silence_is_late_and_a_closed_end_is_an_end);
  g_test_add_func ("/capture-wire/another-protocol-is-foreign", another_protocol_is_foreign);
  g_test_add_func ("/capture-wire/texts-end-whatever-came", texts_end_whatever_came);
  return g_test_run ();
}
