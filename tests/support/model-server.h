/* A mirror on this machine (127.0.0.1, any free port) that can be as bad as those out there. Threads of its
 * own; its functions may be called from any. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  MODEL_SERVER_HONEST,
  MODEL_SERVER_SILENT,        /* takes the question, and says nothing */
  MODEL_SERVER_STALLS,        /* sends half of what is asked for, and no more */
  MODEL_SERVER_TRUNCATES,     /* sends half of what is asked for, and hangs up */
  MODEL_SERVER_SAYS_MORE,     /* a length twice as long as what follows */
  MODEL_SERVER_SAYS_LESS,     /* a length half as long */
  MODEL_SERVER_IS_ENDLESS,    /* no length, and no end */
  MODEL_SERVER_IGNORES_RANGE, /* always the whole */
  MODEL_SERVER_REFUSES_RANGE, /* status 416 */
  MODEL_SERVER_SHIFTS_RANGE,  /* another range than was asked for */
  MODEL_SERVER_WRONG_BYTES,   /* as many, but others */
  MODEL_SERVER_REDIRECTS,     /* to the file, elsewhere */
  MODEL_SERVER_SENDS_AWAY,    /* to where nobody is, 127.0.0.2 */
  MODEL_SERVER_LOOPS,         /* to itself, for ever */
  MODEL_SERVER_NOT_FOUND,
  MODEL_SERVER_IS_BUSY,
  MODEL_SERVER_IS_HOTEL, /* a page for people in its place, of unknown length */
} ModelServerManner;

typedef struct _ModelServer ModelServer;

ModelServer *model_server_new (void);
void model_server_free (ModelServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModelServer, model_server_free)

/* Address of its folder, with "/resolve/" in it. */
const char *model_server_get_base (ModelServer *self);

/* What it sends for every file, in the version etag. */
void model_server_set_bytes (ModelServer *self, gconstpointer bytes, gsize n, const char *etag);
void model_server_set_manner (ModelServer *self, ModelServerManner manner);

guint model_server_get_n_connections (ModelServer *self);
/* Of the last question: what stands behind a header ("range"), "" for nothing, and all of it. (transfer full)
 */
char *model_server_dup_header (ModelServer *self, const char *name);
char *model_server_dup_question (ModelServer *self);

G_END_DECLS
