#include "dictation/longhand-mailbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

typedef struct {
  LonghandMailFn fn;
  gpointer content;
  GDestroyNotify free_content;
} Letter;

struct _LonghandMailbox {
  atomic_uint n_refs;
  GMainContext *context; /* owned */
  GObject *owner;        /* not owned; the owner's thread only; NULL once closed */

  pthread_mutex_t lock;
  pthread_cond_t posted;
  /* --- guarded by lock --- */
  GQueue letters;        /* owned Letter, oldest first */
  gboolean is_scheduled; /* the context will look into the box */
};

LonghandMailbox *
longhand_mailbox_new (GObject *owner) {
  LonghandMailbox *self = g_new0 (LonghandMailbox, 1);
  pthread_condattr_t attr;

  atomic_init (&self->n_refs, 1);
  self->context = g_main_context_ref_thread_default ();
  self->owner = owner;
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&self->posted, &attr);
  pthread_condattr_destroy (&attr);
  g_queue_init (&self->letters);
  return self;
}

LonghandMailbox *
longhand_mailbox_ref (LonghandMailbox *self) {
  atomic_fetch_add_explicit (&self->n_refs, 1, memory_order_relaxed);
  return self;
}

static void
letter_free (gpointer data) {
  Letter *letter = data;

  if (letter->free_content != NULL)
    letter->free_content (letter->content);
  g_free (letter);
}

void
longhand_mailbox_unref (LonghandMailbox *self) {
  if (atomic_fetch_sub_explicit (&self->n_refs, 1, memory_order_acq_rel) > 1)
    return;
  g_queue_clear_full (&self->letters, letter_free);
  g_main_context_unref (self->context);
  pthread_cond_destroy (&self->posted);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static Letter *
take_letter (LonghandMailbox *self) {
  Letter *letter;

  pthread_mutex_lock (&self->lock);
  letter = g_queue_pop_head (&self->letters);
  pthread_mutex_unlock (&self->lock);
  return letter;
}

/* One letter at a time, so that order is kept when a receiver runs the main loop itself. */
static gboolean
deliver_all (LonghandMailbox *self) {
  Letter *letter;
  gboolean delivered = FALSE;

  while ((letter = take_letter (self)) != NULL) {
    g_autoptr (GObject) owner = self->owner != NULL ? g_object_ref (self->owner) : NULL;

    if (owner != NULL)
      letter->fn (owner, letter->content);
    letter_free (letter);
    delivered = TRUE;
  }
  return delivered;
}

static gboolean
deliver_cb (gpointer data) {
  LonghandMailbox *self = data;

  pthread_mutex_lock (&self->lock);
  self->is_scheduled = FALSE;
  pthread_mutex_unlock (&self->lock);
  deliver_all (self);
  return G_SOURCE_REMOVE;
}

void
longhand_mailbox_post (LonghandMailbox *self, LonghandMailFn fn, gpointer content,
                       GDestroyNotify free_content) {
  Letter *letter = g_new (Letter, 1);
  gboolean was_scheduled;

  *letter = (Letter){ fn, content, free_content };
  pthread_mutex_lock (&self->lock);
  g_queue_push_tail (&self->letters, letter);
  was_scheduled = self->is_scheduled;
  self->is_scheduled = TRUE;
  pthread_cond_signal (&self->posted);
  pthread_mutex_unlock (&self->lock);
  if (!was_scheduled) {
    g_autoptr (GSource) source = g_idle_source_new ();

    g_source_set_priority (source, G_PRIORITY_DEFAULT);
    g_source_set_callback (source, deliver_cb, longhand_mailbox_ref (self),
                           (GDestroyNotify)longhand_mailbox_unref);
    g_source_attach (source, self->context);
  }
}

gboolean
longhand_mailbox_deliver (LonghandMailbox *self, gint64 deadline_us) {
  const struct timespec deadline
      = { .tv_sec = deadline_us / G_USEC_PER_SEC, .tv_nsec = deadline_us % G_USEC_PER_SEC * 1000 };

  pthread_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->letters)
         && pthread_cond_timedwait (&self->posted, &self->lock, &deadline) == 0)
    ;
  pthread_mutex_unlock (&self->lock);
  return deliver_all (self);
}

void
longhand_mailbox_close (LonghandMailbox *self) {
  self->owner = NULL;
}
