/* The list of microphones, with a fake source that counts how often it is asked. */
#include "dictation/longhand-microphones.h"
#include "fake-source.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

typedef struct {
  FakeSource *source;
  LonghandMicrophones *microphones;
  char *folder;
} Fixture;

static void
on_event (gpointer user, LonghandSourceEvent *event) {
  Fixture *f = user;

  if (event->type == LONGHAND_SOURCE_DEVICES)
    longhand_microphones_take (f->microphones, g_steal_pointer (&event->devices));
  longhand_source_event_free (event);
}

static void
set_up (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("longhand-microphones-XXXXXX", &error);
  g_assert_no_error (error);
  f->source = fake_source_new ();
  f->source->source.connect (&f->source->source, on_event, f);
  f->microphones = longhand_microphones_new (&f->source->source, f->folder);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  longhand_microphones_free (f->microphones);
  f->source->source.free (&f->source->source);
  g_rmdir (f->folder);
  g_free (f->folder);
}

/* As the kernel does when something is plugged in; away again at once. */
static void
plug (Fixture *f) {
  g_autofree char *path = g_build_filename (f->folder, "pcmC1D0c", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, "", 0, &error);
  g_assert_no_error (error);
  g_remove (path);
}

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

static gboolean
set_true (gpointer user) {
  *(gboolean *)user = TRUE;
  return G_SOURCE_REMOVE;
}

/* Long enough for everything that happens by itself. */
static void
let_time_pass (void) {
  gboolean over = FALSE;

  g_timeout_add_seconds (5, set_true, &over);
  RUN_UNTIL (over);
}

static void
device_that_is_plugged_in_is_found (Fixture *f, gconstpointer data) {
  g_assert_cmpuint (longhand_microphones_get_list (f->microphones)->len, ==, 0);
  plug (f);
  RUN_UNTIL (longhand_microphones_get_list (f->microphones)->len == 1);
  g_assert_cmpuint (f->source->n_refreshed, ==, 1);
}

static void
nothing_is_asked_for_while_busy (Fixture *f, gconstpointer data) {
  longhand_microphones_watch (f->microphones, TRUE);
  longhand_microphones_set_busy (f->microphones, TRUE);
  longhand_microphones_refresh (f->microphones);
  plug (f);
  let_time_pass ();
  g_assert_cmpuint (f->source->n_refreshed, ==, 0);
  longhand_microphones_set_busy (f->microphones, FALSE);
  g_assert_cmpuint (f->source->n_refreshed, ==, 1);
  longhand_microphones_set_busy (f->microphones, TRUE);
  longhand_microphones_set_busy (f->microphones, FALSE);
  g_assert_cmpuint (f->source->n_refreshed, ==, 1);
}

/* Sound servers' devices show in no folder. */
static void
list_is_asked_for_as_long_as_somebody_looks (Fixture *f, gconstpointer data) {
  guint n;

  let_time_pass ();
  g_assert_cmpuint (f->source->n_refreshed, ==, 0);
  longhand_microphones_watch (f->microphones, TRUE);
  longhand_microphones_watch (f->microphones, TRUE);
  longhand_microphones_watch (f->microphones, FALSE);
  RUN_UNTIL (f->source->n_refreshed == 2);
  longhand_microphones_watch (f->microphones, FALSE);
  n = f->source->n_refreshed;
  let_time_pass ();
  g_assert_cmpuint (f->source->n_refreshed, ==, n);
}

/* ---- the list ---- */

static GPtrArray *
list_of (const char *const *names) {
  return fake_source_list (names);
}

static void
only_a_different_list_is_news (Fixture *f, gconstpointer data) {
  static const char *const one[] = { "one", NULL };
  static const char *const two[] = { "one", "two", NULL };
  static const char *const other[] = { "two", "one", NULL }; /* another default */

  g_assert_true (longhand_microphones_take (f->microphones, list_of (one)));
  g_assert_false (longhand_microphones_take (f->microphones, list_of (one)));
  g_assert_true (longhand_microphones_take (f->microphones, list_of (two)));
  g_assert_true (longhand_microphones_take (f->microphones, list_of (other)));
  g_assert_true (longhand_microphones_take (f->microphones, list_of (one)));
}

static void
assert_other (Fixture *f, const char *id, const char *expected) {
  const LonghandDevice *other = longhand_microphones_find_other (f->microphones, id);

  g_assert_cmpstr (other != NULL ? other->id : NULL, ==, expected);
}

static void
other_one_is_the_default_if_it_can_be (Fixture *f, gconstpointer data) {
  static const char *const one[] = { "one", NULL };
  static const char *const three[] = { "one", "two", "three", NULL };

  assert_other (f, "fake/one", NULL);
  longhand_microphones_take (f->microphones, list_of (one));
  assert_other (f, "fake/one", NULL);
  assert_other (f, "fake/gone", "fake/one");
  longhand_microphones_take (f->microphones, list_of (three));
  assert_other (f, "fake/one", "fake/two");
  assert_other (f, "fake/two", "fake/one");
  assert_other (f, "", NULL);
  g_assert_cmpstr (longhand_microphones_find (f->microphones, "")->id, ==, "fake/one");
  g_assert_cmpstr (longhand_microphones_find (f->microphones, "fake/three")->id, ==, "fake/three");
  g_assert_null (longhand_microphones_find (f->microphones, "fake/gone"));
}

#define ADD(name, test) g_test_add ("/microphones/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("device-that-is-plugged-in-is-found", device_that_is_plugged_in_is_found);
  ADD ("nothing-is-asked-for-while-busy", nothing_is_asked_for_while_busy);
  ADD ("list-is-asked-for-as-long-as-somebody-looks", list_is_asked_for_as_long_as_somebody_looks);
  ADD ("only-a-different-list-is-news", only_a_different_list_is_news);
  ADD ("other-one-is-the-default-if-it-can-be", other_one_is_the_default_if_it_can_be);
  return g_test_run ();
}
