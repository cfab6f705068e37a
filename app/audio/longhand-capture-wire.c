#include "audio/longhand-capture-wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* Room for one file descriptor beside a message. */
typedef union {
  struct cmsghdr header;
  char bytes[CMSG_SPACE (sizeof (int))];
} Passenger;

gboolean
longhand_wire_send (int socket, LonghandWireMessage *message, int fd) {
  struct iovec whole = { message, sizeof *message };
  struct msghdr packet = { .msg_iov = &whole, .msg_iovlen = 1 };
  Passenger passenger = { 0 };
  ssize_t n;

  message->protocol = LONGHAND_WIRE_PROTOCOL;
  if (fd >= 0) {
    passenger.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN (sizeof fd),
                                         .cmsg_level = SOL_SOCKET,
                                         .cmsg_type = SCM_RIGHTS };
    memcpy (CMSG_DATA (&passenger.header), &fd, sizeof fd);
    packet.msg_control = &passenger;
    packet.msg_controllen = sizeof passenger;
  }
  do
    n = sendmsg (socket, &packet, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n == (ssize_t)sizeof *message;
}

/* FALSE: not in time. */
static gboolean
wait_until (int socket, gint64 deadline_us) {
  struct pollfd wanted = { .fd = socket, .events = POLLIN };
  gint64 left_ms = -1;

  do {
    if (deadline_us != G_MAXINT64)
      left_ms = CLAMP ((deadline_us - g_get_monotonic_time () + 999) / 1000, 0, G_MAXINT);
    if (poll (&wanted, 1, (int)left_ms) > 0)
      return TRUE;
  } while (left_ms != 0);
  return FALSE;
}

LonghandWireResult
longhand_wire_receive (int socket, gint64 deadline_us, LonghandWireMessage *message, int *fd) {
  struct iovec whole = { message, sizeof *message };
  Passenger passenger = { 0 };
  struct msghdr packet
      = { .msg_iov = &whole, .msg_iovlen = 1, .msg_control = &passenger, .msg_controllen = sizeof passenger };
  ssize_t n;

  *fd = -1;
  if (!wait_until (socket, deadline_us))
    return LONGHAND_WIRE_LATE;
  n = recvmsg (socket, &packet, MSG_CMSG_CLOEXEC | MSG_TRUNC);
  if (n <= 0)
    return LONGHAND_WIRE_ENDED;
  if (packet.msg_controllen >= CMSG_LEN (sizeof *fd) && passenger.header.cmsg_type == SCM_RIGHTS)
    memcpy (fd, CMSG_DATA (&passenger.header), sizeof *fd);
  if (n != (ssize_t)sizeof *message || message->protocol != LONGHAND_WIRE_PROTOCOL)
    return LONGHAND_WIRE_FOREIGN;
  message->host_api[sizeof message->host_api - 1] = '\0';
  message->text[sizeof message->text - 1] = '\0';
  return LONGHAND_WIRE_CAME;
}
