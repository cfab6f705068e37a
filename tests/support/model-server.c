#include "model-server.h"

#include <string.h>

#define MAX_QUESTION 8192
#define BLOCK 65536

struct _ModelServer {
  GSocket *listener;
  GThread *thread;
  char *base;
  GCancellable *end;

  GMutex lock;
  /* --- guarded by lock --- */
  ModelServerManner manner;
  GBytes *bytes;
  char *etag;
  char *question;
  guint n_connections;
};

/* A question, and what it is answered from. */
typedef struct {
  ModelServer *server;
  GSocket *socket;
  char *question;
  ModelServerManner manner;
  GBytes *bytes;
  char *etag;
} Talk;

static char *
header_of (const char *question, const char *name) {
  g_auto (GStrv) lines = g_strsplit (question, "\r\n", -1);

  for (guint i = 1; lines[i] != NULL; i++) {
    const char *colon = strchr (lines[i], ':');

    if (colon != NULL && g_ascii_strncasecmp (lines[i], name, strlen (name)) == 0
        && (gsize)(colon - lines[i]) == strlen (name))
      return g_strstrip (g_strdup (colon + 1));
  }
  return g_strdup ("");
}

/* ---- sending ---- */

static gboolean
put (Talk *talk, gconstpointer data, gsize n) {
  const char *at = data;

  while (n > 0) {
    const gssize sent = g_socket_send (talk->socket, at, MIN (n, BLOCK), talk->server->end, NULL);

    if (sent <= 0)
      return FALSE;
    at += sent;
    n -= (gsize)sent;
  }
  return TRUE;
}

static gboolean
G_GNUC_PRINTF (2, 3) put_text (Talk *talk, const char *format, ...) {
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return put (talk, text, strlen (text));
}

/* Until the other side hangs up, or the server ends. */
static void
wait_for_end (Talk *talk) {
  char c;

  while (g_socket_receive (talk->socket, &c, 1, talk->server->end, NULL) > 0)
    continue;
}

static void
put_status (Talk *talk, const char *status, const char *more) {
  put_text (talk, "HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: 0\r\n\r\n", status, more);
}

static void
put_page (Talk *talk) {
  put_text (talk, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n"
                  "<html>Welcome to our hotel</html>");
}

static void
put_endless (Talk *talk) {
  static const char zeros[BLOCK];

  put_text (talk, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  while (put (talk, zeros, sizeof zeros))
    continue;
}

/* Where the range begins that is asked for, of this version; 0: the whole is. */
static gsize
begin_of_range (Talk *talk) {
  g_autofree char *range = header_of (talk->question, "range"),
                  *version = header_of (talk->question, "if-range");

  if (!g_str_has_prefix (range, "bytes=") || (*version != '\0' && strcmp (version, talk->etag) != 0))
    return 0;
  return (gsize)g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
}

static void
put_file (Talk *talk) {
  gsize size, length, said, begin = begin_of_range (talk);
  const char *data = g_bytes_get_data (talk->bytes, &size);
  g_autofree char *inverted = NULL;

  if (talk->manner == MODEL_SERVER_IGNORES_RANGE)
    begin = 0;
  if (begin > 0 && (talk->manner == MODEL_SERVER_REFUSES_RANGE || begin >= size)) {
    put_status (talk, "416 Range Not Satisfiable", "");
    return;
  }
  if (talk->manner == MODEL_SERVER_WRONG_BYTES) {
    inverted = g_memdup2 (data, size);
    for (gsize i = 0; i < size; i++)
      inverted[i] = (char)~inverted[i];
    data = inverted;
  }
  length = said = size - begin;
  if (talk->manner == MODEL_SERVER_SAYS_MORE)
    said = 2 * length;
  else if (talk->manner == MODEL_SERVER_SAYS_LESS)
    said = length / 2;
  put_text (talk, "HTTP/1.1 %s\r\nConnection: close\r\nETag: %s\r\nContent-Length: %zu\r\n",
            begin > 0 ? "206 Partial Content" : "200 OK", talk->etag, said);
  if (begin > 0)
    put_text (talk, "Content-Range: bytes %zu-%zu/%zu\r\n",
              begin + (talk->manner == MODEL_SERVER_SHIFTS_RANGE ? 1 : 0), size - 1, size);
  put_text (talk, "\r\n");
  if (talk->manner == MODEL_SERVER_STALLS || talk->manner == MODEL_SERVER_TRUNCATES)
    length /= 2;
  put (talk, data + begin, length);
  if (talk->manner == MODEL_SERVER_STALLS)
    wait_for_end (talk);
}

static void
answer (Talk *talk) {
  if (talk->manner == MODEL_SERVER_SILENT)
    wait_for_end (talk);
  else if (talk->manner == MODEL_SERVER_IS_HOTEL)
    put_page (talk);
  else if (talk->manner == MODEL_SERVER_SENDS_AWAY)
    put_status (talk, "302 Found", "Location: http://127.0.0.2:1/elsewhere\r\n");
  else if (talk->manner == MODEL_SERVER_NOT_FOUND)
    put_status (talk, "404 Not Found", "");
  else if (talk->manner == MODEL_SERVER_IS_BUSY)
    put_status (talk, "503 Service Unavailable", "");
  else if (talk->manner == MODEL_SERVER_LOOPS)
    put_status (talk, "302 Found", "Location: /round/and/round\r\n");
  else if (talk->manner == MODEL_SERVER_REDIRECTS && strstr (talk->question, "/elsewhere") == NULL)
    put_status (talk, "302 Found", "Location: /elsewhere\r\n");
  else if (talk->manner == MODEL_SERVER_IS_ENDLESS)
    put_endless (talk);
  else
    put_file (talk);
}

/* ---- listening ---- */

static gboolean
read_question (Talk *talk) {
  char text[MAX_QUESTION + 1];
  gsize n = 0;

  while (n < MAX_QUESTION) {
    const gssize got = g_socket_receive (talk->socket, text + n, MAX_QUESTION - n, talk->server->end, NULL);

    if (got <= 0)
      return FALSE;
    n += (gsize)got;
    text[n] = '\0';
    if (strstr (text, "\r\n\r\n") != NULL)
      break;
  }
  talk->question = g_strdup (text);
  return TRUE;
}

static void
look_at_server (Talk *talk) {
  ModelServer *self = talk->server;

  g_mutex_lock (&self->lock);
  g_free (self->question);
  self->question = g_strdup (talk->question);
  talk->manner = self->manner;
  talk->bytes = g_bytes_ref (self->bytes);
  talk->etag = g_strdup (self->etag);
  g_mutex_unlock (&self->lock);
}

/* So that the other side reads to the end before it sees that the connection is closed. */
static gpointer
talk_to (gpointer user) {
  Talk *talk = user;

  if (read_question (talk)) {
    look_at_server (talk);
    answer (talk);
    g_socket_shutdown (talk->socket, FALSE, TRUE, NULL);
    wait_for_end (talk);
  }
  g_object_unref (talk->socket);
  g_clear_pointer (&talk->bytes, g_bytes_unref);
  g_free (talk->question);
  g_free (talk->etag);
  g_free (talk);
  return NULL;
}

static gpointer
listen_for (gpointer user) {
  ModelServer *self = user;
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  GSocket *socket;

  while ((socket = g_socket_accept (self->listener, self->end, NULL)) != NULL) {
    Talk *talk = g_new0 (Talk, 1);

    g_mutex_lock (&self->lock);
    self->n_connections++;
    g_mutex_unlock (&self->lock);
    talk->server = self;
    talk->socket = socket;
    g_ptr_array_add (threads, g_thread_new ("talk", talk_to, talk));
  }
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (g_ptr_array_index (threads, i));
  return NULL;
}

ModelServer *
model_server_new (void) {
  ModelServer *self = g_new0 (ModelServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0), address = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  self->end = g_cancellable_new ();
  self->bytes = g_bytes_new_static ("", 0);
  self->etag = g_strdup ("\"1\"");
  self->question = g_strdup ("");
  self->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (self->listener, any_port, FALSE, &error));
  g_assert_true (g_socket_listen (self->listener, &error));
  address = g_socket_get_local_address (self->listener, &error);
  g_assert_no_error (error);
  self->base = g_strdup_printf ("http://127.0.0.1:%u/mirror/resolve/main/",
                                g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  self->thread = g_thread_new ("server", listen_for, self);
  return self;
}

void
model_server_free (ModelServer *self) {
  g_cancellable_cancel (self->end);
  g_thread_join (self->thread);
  g_object_unref (self->listener);
  g_object_unref (self->end);
  g_bytes_unref (self->bytes);
  g_free (self->base);
  g_free (self->etag);
  g_free (self->question);
  g_mutex_clear (&self->lock);
  g_free (self);
}

const char *
model_server_get_base (ModelServer *self) {
  return self->base;
}

void
model_server_set_bytes (ModelServer *self, gconstpointer bytes, gsize n, const char *etag) {
  g_mutex_lock (&self->lock);
  g_bytes_unref (self->bytes);
  g_free (self->etag);
  self->bytes = g_bytes_new (bytes, n);
  self->etag = g_strdup (etag);
  g_mutex_unlock (&self->lock);
}

void
model_server_set_manner (ModelServer *self, ModelServerManner manner) {
  g_mutex_lock (&self->lock);
  self->manner = manner;
  g_mutex_unlock (&self->lock);
}

guint
model_server_get_n_connections (ModelServer *self) {
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_connections;
  g_mutex_unlock (&self->lock);
  return n;
}

char *
model_server_dup_question (ModelServer *self) {
  char *question;

  g_mutex_lock (&self->lock);
  question = g_strdup (self->question);
  g_mutex_unlock (&self->lock);
  return question;
}

char *
model_server_dup_header (ModelServer *self, const char *name) {
  g_autofree char *question = model_server_dup_question (self);

  return header_of (question, name);
}
