/* Keys from a desktop's portal, which is played by the test, on a bus of its own. */
#include "automation/longhand-shortcuts.h"
#include "mock-portal.h"
#include "private-bus.h"

#include <string.h>

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

#define METHODS                                                                                              \
  "<method name='BindShortcuts'><arg type='o' direction='in'/><arg type='a(sa{sv})' direction='in'/>"        \
  "<arg type='s' direction='in'/><arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"

typedef struct {
  GDBusConnection *connection;
  MockPortal *portal;
  LonghandShortcuts *shortcuts;
  GVariant *bound;     /* owned; ids and descriptions that were asked for */
  const char *trigger; /* that the desktop gives to the first */
  gboolean is_slow;    /* the person, who has not chosen yet */
  guint n_toggled, n_pressed, n_released;
} Fixture;

static GVariant *
on_call (gpointer user, const char *method, GVariant *arguments, GVariant *options) {
  Fixture *f = user;
  g_auto (GVariantDict) results = G_VARIANT_DICT_INIT (NULL);
  g_auto (GVariantDict) details = G_VARIANT_DICT_INIT (NULL);
  const char *session;

  g_clear_pointer (&f->bound, g_variant_unref);
  g_variant_get (arguments, "(&o@a(sa{sv})s@a{sv})", &session, &f->bound, NULL, NULL);
  g_assert_cmpstr (session, ==, f->portal->session);
  if (f->is_slow)
    return NULL;
  g_variant_dict_insert (&details, "trigger_description", "s", f->trigger);
  g_variant_dict_insert_value (&results, "shortcuts",
                               g_variant_new_parsed ("[('toggle', %@a{sv})]", g_variant_dict_end (&details)));
  return g_variant_dict_end (&results);
}

static void
press (Fixture *f, const char *signal, const char *session, const char *shortcut) {
  mock_portal_emit (f->portal, signal, g_variant_new ("(osta{sv})", session, shortcut, (guint64)1, NULL));
}

/* ---- set-up ---- */

static void
on_toggle (LonghandShortcuts *shortcuts, Fixture *f) {
  f->n_toggled++;
}

static void
on_talk (LonghandShortcuts *shortcuts, gboolean pressed, Fixture *f) {
  f->n_pressed += pressed;
  f->n_released += !pressed;
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->connection = private_bus_connect ();
  f->portal = mock_portal_new ("org.freedesktop.portal.GlobalShortcuts", METHODS, on_call, f);
  f->trigger = "Meta+D";
  f->shortcuts = longhand_shortcuts_new (f->connection);
  g_signal_connect (f->shortcuts, "toggle", G_CALLBACK (on_toggle), f);
  g_signal_connect (f->shortcuts, "talk", G_CALLBACK (on_talk), f);
}

static void
set_up_portal (Fixture *f, gconstpointer data) {
  set_up (f, data);
  mock_portal_appear (f->portal);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_object_unref (f->shortcuts);
  g_dbus_connection_close_sync (f->connection, NULL, NULL);
  g_object_unref (f->connection);
  mock_portal_free (f->portal);
  g_clear_pointer (&f->bound, g_variant_unref);
}

static void
enable (Fixture *f) {
  longhand_shortcuts_set_enabled (f->shortcuts, TRUE);
  RUN_UNTIL (*longhand_shortcuts_get_summary (f->shortcuts) != '\0');
}

/* ---- tests ---- */

static void
test_keys (Fixture *f, gconstpointer data) {
  const char *id;

  enable (f);
  g_assert_cmpstr (longhand_shortcuts_get_summary (f->shortcuts), ==, "Meta+D");
  g_assert_cmpuint (g_variant_n_children (f->bound), ==, 2);
  g_variant_get_child (f->bound, 0, "(&s@a{sv})", &id, NULL);
  g_assert_cmpstr (id, ==, "toggle");
  g_variant_get_child (f->bound, 1, "(&s@a{sv})", &id, NULL);
  g_assert_cmpstr (id, ==, "talk");
  press (f, "Activated", f->portal->session, "toggle");
  press (f, "Deactivated", f->portal->session, "toggle");
  press (f, "Activated", MOCK_PORTAL_PATH "/session/another", "talk");
  press (f, "Activated", f->portal->session, "talk");
  press (f, "Deactivated", f->portal->session, "talk");
  RUN_UNTIL (f->n_released == 1);
  g_assert_cmpuint (f->n_toggled, ==, 1);
  g_assert_cmpuint (f->n_pressed, ==, 1);
}

static void
test_off (Fixture *f, gconstpointer data) {
  enable (f);
  longhand_shortcuts_set_enabled (f->shortcuts, FALSE);
  g_assert_cmpstr (longhand_shortcuts_get_summary (f->shortcuts), ==, "");
  RUN_UNTIL (f->portal->n_closed == 1);
  press (f, "Activated", f->portal->session, "toggle");
  enable (f);
  press (f, "Activated", f->portal->session, "talk");
  RUN_UNTIL (f->n_pressed == 1);
  g_assert_cmpuint (f->n_toggled, ==, 0);
}

static void
test_off_before_the_answer (Fixture *f, gconstpointer data) {
  longhand_shortcuts_set_enabled (f->shortcuts, TRUE);
  longhand_shortcuts_set_enabled (f->shortcuts, FALSE);
  enable (f);
  g_assert_cmpstr (longhand_shortcuts_get_summary (f->shortcuts), ==, "Meta+D");
}

static void
test_without_keys (Fixture *f, gconstpointer data) {
  f->trigger = "";
  enable (f);
  g_assert_nonnull (strstr (longhand_shortcuts_get_summary (f->shortcuts), "settings"));
}

static void
test_refused (Fixture *f, gconstpointer data) {
  f->portal->response = 1;
  enable (f);
  g_assert_nonnull (strstr (longhand_shortcuts_get_summary (f->shortcuts), "gave no keys"));
  g_assert_null (f->bound);
}

static void
test_vanishes (Fixture *f, gconstpointer data) {
  f->is_slow = TRUE;
  longhand_shortcuts_set_enabled (f->shortcuts, TRUE);
  RUN_UNTIL (f->bound != NULL);
  g_assert_cmpstr (longhand_shortcuts_get_summary (f->shortcuts), ==, "");
  mock_portal_vanish (f->portal);
  RUN_UNTIL (*longhand_shortcuts_get_summary (f->shortcuts) != '\0');
  g_assert_nonnull (strstr (longhand_shortcuts_get_summary (f->shortcuts), "longhand --toggle"));
}

static void
test_no_portal (Fixture *f, gconstpointer data) {
  enable (f);
  g_assert_nonnull (strstr (longhand_shortcuts_get_summary (f->shortcuts), "longhand --toggle"));
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/shortcuts/keys-toggle-and-talk", Fixture, NULL, set_up_portal, test_keys, tear_down);
  g_test_add ("/shortcuts/keys-are-given-back", Fixture, NULL, set_up_portal, test_off, tear_down);
  g_test_add ("/shortcuts/who-changes-their-mind-is-asked-once-more", Fixture, NULL, set_up_portal,
              test_off_before_the_answer, tear_down);
  g_test_add ("/shortcuts/without-keys-it-says-where-to-choose-them", Fixture, NULL, set_up_portal,
              test_without_keys, tear_down);
  g_test_add ("/shortcuts/who-refuses-is-told", Fixture, NULL, set_up_portal, test_refused, tear_down);
  g_test_add ("/shortcuts/a-desktop-that-ends-before-its-person-has-chosen-is-told", Fixture, NULL,
              set_up_portal, test_vanishes, tear_down);
  g_test_add ("/shortcuts/a-desktop-without-them-is-told", Fixture, NULL, set_up, test_no_portal, tear_down);
  return private_bus_run_tests ();
}
