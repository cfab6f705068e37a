/* A desktop's portal, played by the test on its private bus: sessions of one interface. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MOCK_PORTAL_PATH "/org/freedesktop/portal/desktop"

typedef struct _MockPortal MockPortal;

/* One of the interface's methods but CreateSession was called; the call is answered. options: its last
 * argument. Results for the person's answer; NULL: it is no request, or left without an answer. (transfer
 * full) */
typedef GVariant *(*MockPortalFn) (gpointer user, const char *method, GVariant *arguments, GVariant *options);

struct _MockPortal {
  GDBusConnection *connection;
  char *session;  /* owned; object path of the last one; NULL: there was none */
  guint response; /* what the person chooses; 0: agrees */
  guint n_closed; /* sessions, by the program */

  GArray *objects; /* guint; registrations */
  const char *interface;
  MockPortalFn fn;
  gpointer user;
};

/* methods: XML of the interface's, without CreateSession. (transfer full) */
MockPortal *mock_portal_new (const char *interface, const char *methods, MockPortalFn fn, gpointer user);
void mock_portal_free (MockPortal *self);

void mock_portal_appear (MockPortal *self); /* on the bus */
void mock_portal_vanish (MockPortal *self); /* from there */
void mock_portal_emit (MockPortal *self, const char *signal, GVariant *arguments);
void mock_portal_close_session (MockPortal *self); /* as the person does it */

G_END_DECLS
