/* Requests to the desktop's portal (org.freedesktop.portal.Desktop), which asks the person where it must.
 * Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LONGHAND_PORTAL "org.freedesktop.portal.Desktop"
#define LONGHAND_PORTAL_PATH "/org/freedesktop/portal/desktop"

typedef struct _LonghandPortalRequest LonghandPortalRequest;

/* results (a{sv}), or NULL and error: G_IO_ERROR_CANCELLED when the person, or the desktop, says no, anything
 * else when there is nobody who could be asked, or not any more. The request may be freed in here. */
typedef void (*LonghandPortalFn) (gpointer user, GVariant *results, const GError *error);

/* A new name for an object that the portal makes. (transfer full) */
char *longhand_portal_dup_token (void);

/* arguments: a tuple of those before the options, consumed if floating; options, consumed: to which its own
 * name is added. (transfer full) */
LonghandPortalRequest *longhand_portal_request_new (GDBusConnection *connection, const char *interface,
                                                    const char *method, GVariant *arguments,
                                                    GVariantDict *options, LonghandPortalFn fn,
                                                    gpointer user);
void longhand_portal_request_free (LonghandPortalRequest *self); /* fn is not called any more */

/* The object path that a CreateSession has answered with. (transfer full); NULL: it has not. */
char *longhand_portal_dup_session (GVariant *results);
void longhand_portal_close_session (GDBusConnection *connection, const char *session);

G_END_DECLS
