/* The clipboard of a MockPortal's desktop (org.freedesktop.portal.Clipboard), and the other programs that use
 * it. */
#pragma once

#include "mock-portal.h"

G_BEGIN_DECLS

typedef struct _MockClipboard MockClipboard;

struct _MockClipboard {
  MockPortal *portal; /* borrowed */
  guint object_id;    /* registration */

  GHashTable *other;   /* char * to GBytes; what another program has copied; owned */
  GStrv types;         /* of the session's, when that owns it; NULL: another program does */
  gboolean is_quiet;   /* does not say who owns it */
  gboolean is_hanging; /* the other program writes nothing */
  gboolean refuses;    /* to be set */
  guint n_requests;    /* for the clipboard */
  guint n_set;

  guint32 serial;     /* of the last transfer */
  int fd;             /* of which it is read; -1: none */
  gboolean is_done;   /* the last transfer */
  gboolean is_failed; /* likewise */
};

/* (transfer full) */
MockClipboard *mock_clipboard_new (MockPortal *portal);
void mock_clipboard_free (MockClipboard *self);

/* Another program has type on it, and what it had before it, unless is_first; nobody is told yet. */
void mock_clipboard_add (MockClipboard *self, gboolean is_first, const char *type, GBytes *bytes);
void mock_clipboard_tell (MockClipboard *self); /* who owns it */
void mock_clipboard_copy (MockClipboard *self, const char *type, const char *text);
/* Whether the program is the owner, and has that type. */
gboolean mock_clipboard_offers (MockClipboard *self, const char *type);
/* Another program pastes what this one has; until the transfer has ended. NULL: it was not given. (transfer
 * full) */
GBytes *mock_clipboard_paste (MockClipboard *self, const char *type);

G_END_DECLS
