#include "dictation/longhand-mailbox.h"

#include <pthread.h>

static void
note (gpointer owner, gpointer letter) {
  GArray *notes = g_object_get_data (owner, "notes");
  const int number = GPOINTER_TO_INT (letter);

  g_array_append_val (notes, number);
}

static GObject *
owner_new (void) {
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_set_data_full (owner, "notes", g_array_new (FALSE, FALSE, sizeof (int)),
                          (GDestroyNotify)g_array_unref);
  return owner;
}

static GArray *
notes_of (GObject *owner) {
  return g_object_get_data (owner, "notes");
}

#define N_LETTERS 5000

static void *
write_letters (void *data) {
  for (int i = 0; i < N_LETTERS; i++)
    longhand_mailbox_post (data, note, GINT_TO_POINTER (i), NULL);
  longhand_mailbox_unref (data);
  return NULL;
}

static void
letters_of_another_thread_arrive_in_order (void) {
  g_autoptr (GObject) owner = owner_new ();
  g_autoptr (LonghandMailbox) box = longhand_mailbox_new (owner);
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, write_letters, longhand_mailbox_ref (box)), ==, 0);
  while (notes_of (owner)->len < N_LETTERS)
    g_main_context_iteration (NULL, TRUE);
  for (int i = 0; i < N_LETTERS; i++)
    g_assert_cmpint (g_array_index (notes_of (owner), int, i), ==, i);
  pthread_join (thread, NULL);
}

static void
nothing_is_delivered_outside_the_main_context (void) {
  g_autoptr (GObject) owner = owner_new ();
  g_autoptr (LonghandMailbox) box = longhand_mailbox_new (owner);

  longhand_mailbox_post (box, note, GINT_TO_POINTER (1), NULL);
  g_assert_cmpuint (notes_of (owner)->len, ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (notes_of (owner)->len, ==, 1);
}

static void
deliver_does_not_need_the_main_loop (void) {
  g_autoptr (GObject) owner = owner_new ();
  g_autoptr (LonghandMailbox) box = longhand_mailbox_new (owner);

  g_assert_false (longhand_mailbox_deliver (box, g_get_monotonic_time ()));
  longhand_mailbox_post (box, note, GINT_TO_POINTER (1), NULL);
  longhand_mailbox_post (box, note, GINT_TO_POINTER (2), NULL);
  g_assert_true (longhand_mailbox_deliver (box, g_get_monotonic_time ()));
  g_assert_cmpuint (notes_of (owner)->len, ==, 2);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (notes_of (owner)->len, ==, 2);
}

static void
count_free (gpointer letter) {
  (*(int *)letter)++;
}

static void
must_not_come (gpointer owner, gpointer letter) {
  g_assert_not_reached ();
}

static void
closed_box_frees_letters_unread (void) {
  g_autoptr (GObject) owner = owner_new ();
  g_autoptr (LonghandMailbox) box = longhand_mailbox_new (owner);
  int n_freed = 0;

  longhand_mailbox_post (box, must_not_come, &n_freed, count_free);
  longhand_mailbox_close (box);
  longhand_mailbox_post (box, must_not_come, &n_freed, count_free);
  g_clear_object (&owner);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (n_freed, ==, 2);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mailbox/letters-of-another-thread-arrive-in-order",
                   letters_of_another_thread_arrive_in_order);
  g_test_add_func ("/mailbox/nothing-is-delivered-outside-the-main-context",
                   nothing_is_delivered_outside_the_main_context);
  g_test_add_func ("/mailbox/deliver-does-not-need-the-main-loop", deliver_does_not_need_the_main_loop);
  g_test_add_func ("/mailbox/closed-box-frees-letters-unread", closed_box_frees_letters_unread);
  return g_test_run ();
}
