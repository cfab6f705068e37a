/* A build with the network: HTTP by libsoup. */
#include "longhand-config.h"
#include "longhand-error.h"
#include "models/longhand-part-file.h"
#include "models/longhand-transfer.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <string.h>

#define BLOCK_BYTES (128 * 1024)
#define RETRY_MS 500
#define TOO_MANY_REQUESTS 429 /* RFC 6585 */

typedef struct {
  const LonghandTransfer *order; /* borrowed */
  GCancellable *cancellable;     /* borrowed */

  /* owned */
  SoupSession *session;
  LonghandPartFile *part;
  char *address;

  guint64 total; /* bytes of the whole; about, until it is_exact */
  gboolean is_exact;
  gboolean has_started_over;
} Fetch;

gboolean
longhand_transfer_is_possible (void) {
  return TRUE;
}

static void
fetch_clear (Fetch *self) {
  g_clear_object (&self->session);
  g_clear_pointer (&self->part, longhand_part_file_free);
  g_free (self->address);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fetch, fetch_clear)

static void
tell (Fetch *self, LonghandTransferPhase phase) {
  const guint64 received = longhand_part_file_get_size (self->part);

  self->order->progress (self->order->user, phase, received, MAX (self->total, received));
}

/* ---- what went wrong ---- */

static gboolean
fail_because (GError **error, LonghandError code, const char *sentence) {
  g_set_error_literal (error, LONGHAND_ERROR, (int)code, sentence);
  return FALSE;
}

/* A connection that does not come about, or breaks. */
static gboolean
fail_to_connect (Fetch *self, SoupMessage *message, const GError *cause, GError **error) {
  const char *host = g_uri_get_host (soup_message_get_uri (message)); /* where it has been sent on to */

  if (g_cancellable_is_cancelled (self->cancellable))
    return fail_because (error, LONGHAND_ERROR_CANCELLED, _ ("Stopped."));
  if (cause->domain == G_RESOLVER_ERROR || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
      || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE))
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
                 _ ("%s cannot be found: check the connection to the internet, and try again."), host);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
                 _ ("%s has gone silent: try again later, or choose another mirror."), host);
  else if (cause->domain == G_TLS_ERROR)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
                 _ ("The connection to %s is not safe (%s): choose another mirror."), host, cause->message);
  else
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
                 _ ("The connection to %s failed (%s): try again, or choose another mirror."), host,
                 cause->message);
  return FALSE;
}

static gboolean
fail_with_status (Fetch *self, guint status, GError **error) {
  const char *title = self->order->entry->title;

  switch (status) {
  case SOUP_STATUS_NOT_FOUND:
  case SOUP_STATUS_GONE:
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
                 _ ("This mirror does not have “%s”: choose another one."), title);
    break;
  case TOO_MANY_REQUESTS:
  case SOUP_STATUS_SERVICE_UNAVAILABLE:
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
                 _ ("The mirror is too busy for “%s”: try again later, or choose another one."), title);
    break;
  default:
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
                 /* Translators: the number is an HTTP status, such as 403. */
                 _ ("The mirror refuses to send “%s” (status %u): try again later, or choose another one."),
                 title, status);
    break;
  }
  return FALSE;
}

/* As a page for people in place of the file: what came before is none the worse for it. */
static gboolean
fail_as_other (Fetch *self, GError **error) {
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
               _ ("What the mirror sends is not “%s”: try again, or choose another mirror."),
               self->order->entry->title);
  return FALSE;
}

/* What has come is of no use. */
static gboolean
fail_as_wrong (Fetch *self, GError **error) {
  longhand_part_file_discard (self->part);
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_BROKEN,
               _ ("What the mirror sent is not “%s”, and was removed: try again, or choose another mirror."),
               self->order->entry->title);
  return FALSE;
}

/* ---- asking ---- */

static void
open_session (Fetch *self) {
  self->session = soup_session_new_with_options ("timeout", self->order->patience_s, "user-agent",
                                                 "Longhand/" VERSION, NULL);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
}

/* (transfer full); NULL with an error. */
static GInputStream *
ask (Fetch *self, SoupMessage *message, GError **error) {
  g_autoptr (GError) cause = NULL;
  GInputStream *stream = NULL;

  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept-Encoding", "identity");
  stream = soup_session_send (self->session, message, self->cancellable, &cause);
  if (stream == NULL)
    fail_to_connect (self, message, cause, error);
  return stream;
}

/* For the file behind what is there. If that is of a known version, any other is to come as a whole. */
static SoupMessage *
new_request (Fetch *self) {
  SoupMessage *message = soup_message_new (SOUP_METHOD_GET, self->address);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  const guint64 size = longhand_part_file_get_size (self->part);
  const char *etag = longhand_part_file_get_etag (self->part);

  if (size == 0)
    return message;
  soup_message_headers_set_range (headers, (goffset)size, -1);
  if (g_strcmp0 (longhand_part_file_get_address (self->part), self->address) == 0 && etag != NULL
      && *etag != '\0')
    soup_message_headers_append (headers, "If-Range", etag);
  return message;
}

/* Weak ones do not tell versions apart byte by byte. */
static const char *
strong_etag (SoupMessage *message) {
  const char *etag = soup_message_headers_get_one (soup_message_get_response_headers (message), "ETag");

  return etag != NULL && !g_str_has_prefix (etag, "W/") ? etag : "";
}

/* ---- answers ---- */

/* length: of the whole, as the server says; at least 0. */
static gboolean
take_total (Fetch *self, goffset length, GError **error) {
  const guint64 about = self->order->entry->size;

  if ((guint64)length < about - about / 4 || (guint64)length > about + about / 4)
    return fail_as_other (self, error);
  self->total = (guint64)length;
  self->is_exact = TRUE;
  return TRUE;
}

static gboolean
take_whole (Fetch *self, SoupMessage *message, GError **error) {
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  const gboolean has_length = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH;

  if (type != NULL && g_str_has_prefix (type, "text/"))
    return fail_as_other (self, error);
  /* what is there is not given up for something that may be anything */
  if (!has_length && longhand_part_file_get_size (self->part) > 0)
    return fail_as_other (self, error);
  if (has_length && !take_total (self, soup_message_headers_get_content_length (headers), error))
    return FALSE;
  return longhand_part_file_begin (self->part, self->address, strong_etag (message), error);
}

/* FALSE without an error: it is another range than the one that was asked for. */
static gboolean
take_range (Fetch *self, SoupMessage *message, GError **error) {
  goffset start, end, total;

  if (!soup_message_headers_get_content_range (soup_message_get_response_headers (message), &start, &end,
                                               &total)
      || (guint64)start != longhand_part_file_get_size (self->part))
    return FALSE;
  return total < 0 || take_total (self, total, error);
}

/* No room for the rest is better said before, and with a number, than by the disk. */
static gboolean
check_room (Fetch *self, GError **error) {
  const guint64 size = longhand_part_file_get_size (self->part);

  return longhand_part_file_check_room (self->order->folder, self->order->entry->title,
                                        self->total > size ? self->total - size : 0, error);
}

static gboolean
append (Fetch *self, gconstpointer data, gsize n, GError **error) {
  g_autoptr (GError) failure = NULL;

  if (longhand_part_file_append (self->part, data, n, &failure))
    return TRUE;
  if (check_room (self, error)) /* it is another limit that was met */
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
receive (Fetch *self, SoupMessage *message, GInputStream *stream, GError **error) {
  const guint64 most = self->is_exact ? self->total : self->order->entry->size / 4 * 5;
  g_autofree guint8 *block = g_malloc (BLOCK_BYTES);
  g_autoptr (GError) cause = NULL;
  gssize n;

  while ((n = g_input_stream_read (stream, block, BLOCK_BYTES, self->cancellable, &cause)) > 0) {
    if (longhand_part_file_get_size (self->part) + (guint64)n > most)
      return fail_as_wrong (self, error);
    if (!append (self, block, (gsize)n, error))
      return FALSE;
    tell (self, LONGHAND_TRANSFER_RECEIVING);
  }
  if (n < 0)
    return fail_to_connect (self, message, cause, error);
  if (!self->is_exact || longhand_part_file_get_size (self->part) == self->total)
    return TRUE;
  /* libsoup takes a connection that is closed too early for the end. */
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
               _ ("The mirror broke off in the middle of “%s”: try again, and it goes on from there."),
               self->order->entry->title);
  return FALSE;
}

/* ---- one try, and several ---- */

/* *sum_is_right: what is there is the file. */
static gboolean
check_sum (Fetch *self, gboolean *sum_is_right, GError **error) {
  g_autofree char *sum = NULL;

  tell (self, LONGHAND_TRANSFER_CHECKING);
  sum = longhand_part_file_dup_checksum (self->part, self->cancellable, error);
  *sum_is_right = g_strcmp0 (sum, self->order->entry->sha1) == 0;
  return sum != NULL;
}

/* What is there cannot be gone on with: the next try begins at the beginning. A server that lets it come to
 * that again does not know what it sends. */
static gboolean
start_over (Fetch *self, gboolean *again, GError **error) {
  if (self->has_started_over)
    return fail_as_wrong (self, error);
  self->has_started_over = TRUE;
  *again = longhand_part_file_begin (self->part, self->address, "", error);
  return *again;
}

/* There is no such range of the file: all of it may be there. */
static gboolean
take_refusal (Fetch *self, gboolean *again, GError **error) {
  gboolean is_whole;

  if (longhand_part_file_get_size (self->part) == 0)
    return fail_with_status (self, SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE, error);
  if (!check_sum (self, &is_whole, error))
    return FALSE;
  return is_whole || start_over (self, again, error);
}

/* *again: nothing has gone wrong, but another request is needed. */
static gboolean
fetch_once (Fetch *self, gboolean *again, GError **error) {
  const guint64 size = longhand_part_file_get_size (self->part);
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) local = NULL;

  *again = FALSE;
  if (self->is_exact && size == self->total)
    return TRUE;
  if (size > 0
      && (longhand_part_file_get_address (self->part) == NULL || (self->is_exact && size > self->total)))
    return start_over (self, again, error);
  tell (self, LONGHAND_TRANSFER_CONNECTING);
  message = new_request (self);
  stream = ask (self, message, error);
  if (stream == NULL)
    return FALSE;
  switch (soup_message_get_status (message)) {
  case SOUP_STATUS_OK:
    return take_whole (self, message, error) && check_room (self, error)
           && receive (self, message, stream, error);
  case SOUP_STATUS_PARTIAL_CONTENT:
    if (take_range (self, message, &local))
      return check_room (self, error) && receive (self, message, stream, error);
    if (local == NULL && size > 0)
      return start_over (self, again, error);
    if (local == NULL)
      return fail_with_status (self, SOUP_STATUS_PARTIAL_CONTENT, error);
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  case SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE:
    return take_refusal (self, again, error);
  default:
    return fail_with_status (self, soup_message_get_status (message), error);
  }
}

static void
wait_a_moment (GCancellable *cancellable) {
  GPollFD fd;

  if (!g_cancellable_make_pollfd (cancellable, &fd)) {
    g_usleep (RETRY_MS * 1000);
    return;
  }
  g_poll (&fd, 1, RETRY_MS);
  g_cancellable_release_fd (cancellable);
}

/* As long as tries bring something: servers, and networks, that break off are common. */
static gboolean
fetch_all (Fetch *self, GError **error) {
  guint64 size = longhand_part_file_get_size (self->part);
  gboolean again;

  while (TRUE) {
    g_autoptr (GError) failure = NULL;

    if (fetch_once (self, &again, &failure)) {
      if (!again)
        return TRUE;
    } else if (!g_error_matches (failure, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD)
               || longhand_part_file_get_size (self->part) <= size) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    } else {
      wait_a_moment (self->cancellable);
    }
    size = longhand_part_file_get_size (self->part);
  }
}

/* ---- the whole ---- */

static gboolean
check (Fetch *self, GError **error) {
  gboolean is_right;

  if (!check_sum (self, &is_right, error))
    return FALSE;
  return is_right || fail_as_wrong (self, error);
}

static gboolean
fetch (Fetch *self, GError **error) {
  gboolean done;

  open_session (self);
  done = fetch_all (self, error) && check (self, error) && longhand_part_file_finish (self->part, error);
  if (!done && longhand_part_file_get_size (self->part) == 0)
    longhand_part_file_discard (self->part);
  return done;
}

gboolean
longhand_transfer_run (const LonghandTransfer *order, GCancellable *cancellable, GError **error) {
  g_autoptr (GMainContext) context = g_main_context_new (); /* a session belongs to one */
  g_autofree char *name = longhand_catalogue_entry_dup_file_name (order->entry);
  g_autofree char *path = g_build_filename (order->folder, name, NULL);
  g_auto (Fetch) self = { .order = order, .cancellable = cancellable, .total = order->entry->size };
  gboolean done;

  self.address = longhand_catalogue_entry_dup_address (order->entry, order->base, error);
  if (self.address == NULL)
    return FALSE;
  self.part = longhand_part_file_open (path, error);
  if (self.part == NULL)
    return FALSE;
  g_main_context_push_thread_default (context);
  done = fetch (&self, error);
  g_clear_object (&self.session);
  g_main_context_pop_thread_default (context);
  return done;
}
