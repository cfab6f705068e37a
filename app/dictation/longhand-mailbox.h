/* Letters from worker threads to an object of the main thread: owned packages, delivered in order, thrown
 * away unread once the object has closed the box. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _LonghandMailbox LonghandMailbox;

typedef void (*LonghandMailFn) (gpointer owner, gpointer letter);

/* owner (not owned) gets its letters in the thread-default main context of now. (transfer full) */
LonghandMailbox *longhand_mailbox_new (GObject *owner);
LonghandMailbox *longhand_mailbox_ref (LonghandMailbox *self); /* any thread, as unref */
void longhand_mailbox_unref (LonghandMailbox *self);

/* Takes letter: fn (owner, letter) in the owner's context, then free_letter, or only the latter. Any thread.
 */
void longhand_mailbox_post (LonghandMailbox *self, LonghandMailFn fn, gpointer letter,
                            GDestroyNotify free_letter);

/* Owner's thread: delivers now what would be delivered by the context, waiting for the first letter until
 * deadline_us (monotonic). FALSE when there was none. */
gboolean longhand_mailbox_deliver (LonghandMailbox *self, gint64 deadline_us);

/* Owner's thread: nothing is delivered any more. */
void longhand_mailbox_close (LonghandMailbox *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandMailbox, longhand_mailbox_unref)

G_END_DECLS
