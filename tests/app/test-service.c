/* Dictation on a bus of the test's own: methods, properties, signals, names of errors, and who gets the text.
 * Environment: as dictation-fixture.h; LONGHAND_TEST_INTERFACE, the description of the interface. */
#include "automation/longhand-bus-error.h"
#include "automation/longhand-service.h"
#include "dictation-fixture.h"
#include "dictation/longhand-utterance.h"
#include "longhand-config.h"
#include "private-bus.h"

#include <string.h>

#define INTERFACE APP_ID ".Dictation1"
#define ERROR(name) APP_ID ".Error." name
#define OBJECT_PATH "/io/github/longhand_app/Longhand"

/* The linker puts this one before the journal's (--wrap). */
static guint n_dealt_with;
void __wrap_longhand_journal_append_dealt_with (LonghandJournal *journal, guint64 n_texts);
void __real_longhand_journal_append_dealt_with (LonghandJournal *journal, guint64 n_texts);

void
__wrap_longhand_journal_append_dealt_with (LonghandJournal *journal, guint64 n_texts) {
  n_dealt_with++;
  __real_longhand_journal_append_dealt_with (journal, n_texts);
}

/* ---- a program on the bus ---- */

typedef struct {
  GDBusConnection *connection;
  GVariant *answer; /* of the last call; NULL: an error, or none yet */
  GError *error;
  gboolean is_answered;
  guint signals_id, changes_id;              /* subscriptions */
  GPtrArray *tentative, *committed, *failed; /* GVariant; arguments of the signals */
  GPtrArray *others;                         /* likewise: of LeftOut and Command */
  GPtrArray *states;                         /* GVariant; State as it changed */
} Client;

typedef struct {
  Fixture base;
  LonghandService *service;
  GDBusConnection *connection; /* of the service */
  Client *one, *other;
  GPtrArray *window; /* char *; text that came to where the window is */
  guint n_begun;
  guint n_wanted;        /* windows */
  LonghandWindowUse use; /* of the last one */
} Bus;

static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
           const char *name, GVariant *arguments, gpointer user) {
  Client *client = user;
  GPtrArray *list = NULL;

  if (strcmp (name, "Tentative") == 0)
    list = client->tentative;
  else if (strcmp (name, "Committed") == 0)
    list = client->committed;
  else if (strcmp (name, "Failed") == 0)
    list = client->failed;
  else if (strcmp (name, "LeftOut") == 0 || strcmp (name, "Command") == 0)
    list = client->others;
  if (list != NULL)
    g_ptr_array_add (list, g_variant_ref (arguments));
}

static void
on_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
            const char *name, GVariant *arguments, gpointer user) {
  g_autoptr (GVariant) changed = g_variant_get_child_value (arguments, 1);
  GVariant *state = g_variant_lookup_value (changed, "State", G_VARIANT_TYPE_STRING);

  if (state != NULL)
    g_ptr_array_add (((Client *)user)->states, state);
}

static GPtrArray *
variants (void) {
  return g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
}

static Client *
client_new (Bus *b) {
  const char *sender = g_dbus_connection_get_unique_name (b->connection);
  Client *client = g_new0 (Client, 1);

  client->connection = private_bus_connect ();
  client->tentative = variants ();
  client->committed = variants ();
  client->failed = variants ();
  client->others = variants ();
  client->states = variants ();
  client->signals_id
      = g_dbus_connection_signal_subscribe (client->connection, sender, INTERFACE, NULL, OBJECT_PATH, NULL,
                                            G_DBUS_SIGNAL_FLAGS_NONE, on_signal, client, NULL);
  client->changes_id = g_dbus_connection_signal_subscribe (
      client->connection, sender, "org.freedesktop.DBus.Properties", "PropertiesChanged", OBJECT_PATH,
      INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_changed, client, NULL);
  return client;
}

static void
client_leave (Client *client) {
  g_autoptr (GError) error = NULL;

  g_dbus_connection_close_sync (client->connection, NULL, &error);
  g_assert_no_error (error);
}

static void
client_free (Client *client) {
  g_dbus_connection_signal_unsubscribe (client->connection, client->signals_id);
  g_dbus_connection_signal_unsubscribe (client->connection, client->changes_id);
  g_clear_pointer (&client->answer, g_variant_unref);
  g_clear_error (&client->error);
  g_ptr_array_unref (client->tentative);
  g_ptr_array_unref (client->committed);
  g_ptr_array_unref (client->failed);
  g_ptr_array_unref (client->others);
  g_ptr_array_unref (client->states);
  g_object_unref (client->connection);
  g_free (client);
}

static void
on_answered (GObject *connection, GAsyncResult *result, gpointer user) {
  Client *client = user;

  client->answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &client->error);
  client->is_answered = TRUE;
}

static void
ask (Bus *b, Client *client, const char *interface, const char *method, GVariant *arguments) {
  g_clear_pointer (&client->answer, g_variant_unref);
  g_clear_error (&client->error);
  client->is_answered = FALSE;
  g_dbus_connection_call (client->connection, g_dbus_connection_get_unique_name (b->connection), OBJECT_PATH,
                          interface, method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_answered,
                          client);
}

static void
ask_start (Bus *b, Client *client, const char *into) {
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (into != NULL)
    g_variant_builder_add (&options, "{sv}", "into", g_variant_new_string (into));
  ask (b, client, INTERFACE, "Start", g_variant_new ("(a{sv})", &options));
}

static void
call (Bus *b, Client *client, const char *method) {
  ask (b, client, INTERFACE, method, NULL);
  RUN_UNTIL (client->is_answered);
  g_assert_no_error (client->error);
}

static void
start (Bus *b, Client *client, const char *into) {
  ask_start (b, client, into);
  RUN_UNTIL (client->is_answered);
  g_assert_no_error (client->error);
}

static void
assert_error (Client *client, const char *expected) {
  g_autofree char *name = NULL;

  RUN_UNTIL (client->is_answered);
  g_assert_nonnull (client->error);
  name = g_dbus_error_get_remote_error (client->error);
  g_assert_cmpstr (name, ==, expected);
  g_assert_true (g_dbus_error_strip_remote_error (client->error));
  g_assert_nonnull (strchr (client->error->message, ' '));
}

/* (transfer full) */
static GVariant *
get_property (Bus *b, const char *name) {
  g_autoptr (GVariant) value = NULL;

  ask (b, b->other, "org.freedesktop.DBus.Properties", "Get", g_variant_new ("(ss)", INTERFACE, name));
  RUN_UNTIL (b->other->is_answered);
  g_assert_no_error (b->other->error);
  g_variant_get (b->other->answer, "(v)", &value);
  return g_steal_pointer (&value);
}

static void
assert_state (Bus *b, const char *expected) {
  g_autoptr (GVariant) value = get_property (b, "State");

  g_assert_cmpstr (g_variant_get_string (value, NULL), ==, expected);
}

/* The texts of a list of Committed, joined. (transfer full) */
static char *
text_of (GPtrArray *committed) {
  GString *text = g_string_new ("");

  for (guint i = 0; i < committed->len; i++) {
    const char *utterance;

    g_variant_get (committed->pdata[i], "(&sxxa(sxxd))", &utterance, NULL, NULL, NULL);
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", utterance);
  }
  return g_string_free (text, FALSE);
}

/* ---- set-up ---- */

static void
on_window_committed (LonghandDictation *dictation, LonghandUtterance *utterance, Bus *b) {
  g_ptr_array_add (b->window, g_strdup (utterance->text));
}

static void
on_window_tentative (LonghandDictation *dictation, const char *text, guint n_firm, Bus *b) {
  if (*text != '\0')
    g_ptr_array_add (b->window, g_strdup_printf ("%s…", text));
}

static void
on_begun (LonghandService *service, Bus *b) {
  g_assert_cmpint (longhand_dictation_get_state (b->base.dictation), ==, LONGHAND_STATE_IDLE);
  b->n_begun++;
}

static void
on_window_wanted (LonghandService *service, LonghandWindowUse use, Bus *b) {
  b->n_wanted++;
  b->use = use;
}

static void
set_up (Bus *b, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  fixture_set_up (&b->base, NULL);
  fixture_make_dictation (&b->base);
  b->window = g_ptr_array_new_with_free_func (g_free);
  b->connection = private_bus_connect ();
  b->service = longhand_service_new ();
  g_assert_true (g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (b->service), b->connection,
                                                   OBJECT_PATH, &error));
  longhand_service_attach (b->service, b->base.dictation);
  g_signal_connect (b->service, "begun", G_CALLBACK (on_begun), b);
  g_signal_connect (b->service, "window-wanted", G_CALLBACK (on_window_wanted), b);
  g_signal_connect (b->base.dictation, "committed", G_CALLBACK (on_window_committed), b);
  g_signal_connect (b->base.dictation, "left-out", G_CALLBACK (on_window_committed), b);
  g_signal_connect (b->base.dictation, "tentative", G_CALLBACK (on_window_tentative), b);
  b->one = client_new (b);
  b->other = client_new (b);
  assert_state (b, "idle"); /* and matches are there */
}

static void
tear_down (Bus *b, gconstpointer data) {
  gpointer service = b->service;

  g_object_add_weak_pointer (service, &service);
  longhand_service_detach (b->service);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (b->service));
  g_object_unref (b->service);
  client_free (b->one);
  client_free (b->other);
  RUN_UNTIL (service == NULL);
  g_object_unref (b->connection);
  g_ptr_array_unref (b->window);
  fixture_tear_down (&b->base, NULL);
}

#define BUS_ADD(path, function) g_test_add (path, Bus, NULL, set_up, function, tear_down)

static void
set_up_loading (Bus *b, gconstpointer data) {
  fixture_hold_model ();
  set_up (b, data);
}

/* ---- the description ---- */

static char *
xml_of (GDBusNodeInfo *node) {
  GDBusInterfaceInfo *info = g_dbus_node_info_lookup_interface (node, INTERFACE);
  GString *xml = g_string_new ("");

  g_assert_nonnull (info);
  g_dbus_interface_info_generate_xml (info, 0, xml);
  return g_string_free (xml, FALSE);
}

static GDBusNodeInfo *
read_node (const char *xml) {
  g_autoptr (GError) error = NULL;
  GDBusNodeInfo *node = g_dbus_node_info_new_for_xml (xml, &error);

  g_assert_no_error (error);
  return node;
}

static char *
read_description (void) {
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (g_getenv ("LONGHAND_TEST_INTERFACE"), &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_description (Bus *b, gconstpointer data) {
  g_autofree char *text = read_description ();
  g_autoptr (GDBusNodeInfo) described = read_node (text);
  g_autoptr (GDBusNodeInfo) exported = NULL;
  g_autofree char *described_xml = xml_of (described);
  g_autofree char *exported_xml = NULL;
  const char *answer;

  ask (b, b->one, "org.freedesktop.DBus.Introspectable", "Introspect", NULL);
  RUN_UNTIL (b->one->is_answered);
  g_variant_get (b->one->answer, "(&s)", &answer);
  exported = read_node (answer);
  exported_xml = xml_of (exported);
  g_assert_cmpstr (exported_xml, ==, described_xml);
}

static void
test_error_names (Bus *b, gconstpointer data) {
  g_autofree char *text = read_description ();
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = LONGHAND_ERROR_FAILED; code <= LONGHAND_ERROR_BUSY; code++) {
    g_autoptr (GError) error = g_error_new_literal (LONGHAND_ERROR, code, "A sentence.");
    const char *name = longhand_bus_error_get_name (error);
    g_autofree char *documented = g_strdup_printf ("\n       %s ", strrchr (name, '.') + 1);
    g_autofree char *on_bus = g_dbus_error_encode_gerror (error);
    const char *told;

    g_assert_true (g_hash_table_add (names, (gpointer)name));
    g_assert_cmpstr (on_bus, ==, name);
    g_assert_nonnull (strstr (text, documented));
    g_signal_emit_by_name (b->base.dictation, "failed", error);
    RUN_UNTIL (b->one->failed->len > (guint)code);
    g_variant_get (b->one->failed->pdata[code], "(&s&s)", &told, NULL);
    g_assert_cmpstr (told, ==, name);
  }
}

/* ---- text ---- */

/* Words are the text, piece by piece, and their times run forwards within the utterance. */
static void
assert_words (GVariant *committed, gint64 elapsed_ms) {
  g_autoptr (GVariantIter) words = NULL;
  g_autoptr (GString) joined = g_string_new ("");
  const char *text, *word;
  gint64 start_ms, end_ms, word_start_ms, word_end_ms, at_ms;
  double probability;

  g_variant_get (committed, "(&sxxa(sxxd))", &text, &start_ms, &end_ms, &words);
  g_assert_cmpint (start_ms, >=, 0);
  g_assert_cmpint (start_ms, <, end_ms);
  g_assert_cmpint (end_ms, <=, elapsed_ms);
  g_assert_cmpuint (g_variant_iter_n_children (words), >, 0);
  at_ms = 0;
  while (g_variant_iter_next (words, "(&sxxd)", &word, &word_start_ms, &word_end_ms, &probability)) {
    g_string_append (joined, word);
    g_assert_cmpint (word_start_ms, >=, at_ms);
    g_assert_cmpint (word_end_ms, >=, word_start_ms);
    g_assert_true (probability > 0 && probability <= 1);
    at_ms = word_start_ms;
  }
  g_assert_cmpstr (g_strstrip (joined->str), ==, text);
}

static gint64
get_elapsed_ms (Bus *b) {
  g_autoptr (GVariant) value = get_property (b, "ElapsedMs");

  return g_variant_get_int64 (value);
}

static void
test_text_with_times (Bus *b, gconstpointer data) {
  g_autofree char *expected = NULL;
  g_autofree char *told = NULL;
  gint64 elapsed_ms, start_ms, end_ms;
  guint n_firm;
  const char *tentative;

  fixture_wait_ready (&b->base);
  start (b, b->one, NULL);
  g_assert_cmpuint (b->n_wanted, ==, 1);
  g_assert_cmpint (b->use, ==, LONGHAND_WINDOW_USE_START);
  g_assert_cmpuint (b->n_begun, ==, 1);
  fixture_speak (&b->base, 0, IN_FIRST);
  RUN_UNTIL (b->other->tentative->len > 0);
  g_variant_get (b->other->tentative->pdata[0], "(&suxx)", &tentative, &n_firm, &start_ms, &end_ms);
  g_assert_cmpstr (tentative, !=, "");
  g_assert_cmpint (start_ms, <, end_ms);
  fixture_speak (&b->base, IN_FIRST, b->base.n_sound);
  call (b, b->one, "Stop");
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
  RUN_UNTIL (b->one->committed->len == 2 && b->other->committed->len == 2);
  elapsed_ms = get_elapsed_ms (b);
  g_assert_cmpint (elapsed_ms, ==, (gint64)(b->base.n_sound / MS));
  for (guint i = 0; i < 2; i++)
    assert_words (b->one->committed->pdata[i], elapsed_ms);
  expected = g_strdup_printf ("%s %s", fixture_utterance (&b->base, 0)->text,
                              fixture_utterance (&b->base, 1)->text);
  told = text_of (b->other->committed);
  g_assert_cmpstr (told, ==, expected);
  g_assert_cmpstr (b->window->pdata[b->window->len - 1], ==, fixture_utterance (&b->base, 1)->text);
}

static const char *
last_state (Client *client) {
  const guint n = client->states->len;

  return n > 0 ? g_variant_get_string (client->states->pdata[n - 1], NULL) : "";
}

static void
test_properties (Bus *b, gconstpointer data) {
  static const char *const expected[] = { "starting", "recording", "finishing", "idle" };
  g_autoptr (GVariant) version = get_property (b, "Version");
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GVariant) silent = NULL;
  g_autoptr (GVariant) tentative = NULL;
  double level = 0;

  fixture_wait_ready (&b->base);
  model = get_property (b, "Model");
  silent = get_property (b, "Level");
  g_assert_cmpstr (g_variant_get_string (version, NULL), ==, VERSION);
  g_assert_cmpstr (g_variant_get_string (model, NULL), ==,
                   longhand_dictation_get_model_title (b->base.dictation));
  g_assert_cmpfloat (g_variant_get_double (silent), ==, 0);
  b->base.microphone->hold = TRUE;
  ask_start (b, b->one, "window");
  fixture_wait_state (&b->base, LONGHAND_STATE_STARTING);
  RUN_UNTIL (strcmp (last_state (b->one), "starting") == 0);
  fake_source_open (b->base.microphone);
  RUN_UNTIL (b->one->is_answered);
  fixture_speak (&b->base, 0, IN_FIRST);
  while (level == 0) {
    g_autoptr (GVariant) value = get_property (b, "Level");

    level = g_variant_get_double (value);
  }
  g_assert_cmpfloat (level, <=, 1);
  RUN_UNTIL (b->other->tentative->len > 0);
  tentative = get_property (b, "TentativeText");
  g_assert_cmpstr (g_variant_get_string (tentative, NULL), !=, "");
  call (b, b->one, "Stop");
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
  RUN_UNTIL (b->one->states->len >= 4 && strcmp (last_state (b->one), "idle") == 0);
  for (guint i = 1; i <= 4; i++)
    g_assert_cmpstr (g_variant_get_string (b->one->states->pdata[b->one->states->len - i], NULL), ==,
                     expected[4 - i]);
}

static void
test_toggle (Bus *b, gconstpointer data) {
  gboolean recording;

  call (b, b->one, "Toggle");
  g_variant_get (b->one->answer, "(b)", &recording);
  g_assert_true (recording);
  assert_state (b, "recording");
  call (b, b->one, "Toggle");
  g_variant_get (b->one->answer, "(b)", &recording);
  g_assert_false (recording);
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
}

/* ---- callers ---- */

/* As if it had been heard in the recording that goes on. */
static void
say (Bus *b, const char *signal, LonghandUtterance *utterance) {
  g_signal_emit_by_name (b->base.dictation, signal, utterance);
  longhand_utterance_unref (utterance);
}

static void
test_caller_gets_text (Bus *b, gconstpointer data) {
  g_autofree char *told = NULL;

  fixture_wait_ready (&b->base);
  start (b, b->one, "caller");
  g_assert_cmpuint (b->n_begun, ==, 1);
  fixture_speak (&b->base, 0, IN_FIRST);
  RUN_UNTIL (b->one->tentative->len > 0);
  fixture_speak (&b->base, IN_FIRST, b->base.n_sound);
  call (b, b->one, "Stop");
  RUN_UNTIL (!longhand_service_get_busy (b->service));
  told = text_of (b->one->committed);
  g_assert_cmpstr (told, !=, "");
  g_assert_cmpuint (b->one->committed->len, ==, b->base.committed->len);
  g_assert_cmpuint (b->other->committed->len + b->other->tentative->len, ==, 0);
  g_assert_cmpuint (b->window->len, ==, 0);
  g_assert_cmpuint (b->n_wanted, ==, 0);
}

/* What was begun before the caller moved on can be told from what is said behind. */
static void
test_cut (Bus *b, gconstpointer data) {
  gint64 at_ms, first_ms, second_ms;

  fixture_wait_ready (&b->base);
  start (b, b->one, "caller");
  fixture_speak (&b->base, 0, IN_FIRST);
  RUN_UNTIL (b->one->tentative->len > 0);
  call (b, b->one, "Cut");
  g_variant_get (b->one->answer, "(x)", &at_ms);
  g_assert_cmpint (at_ms, ==, IN_FIRST / MS);
  assert_state (b, "recording");
  fixture_speak (&b->base, IN_FIRST, b->base.n_sound);
  call (b, b->one, "Stop");
  RUN_UNTIL (!longhand_service_get_busy (b->service));
  g_assert_cmpuint (b->one->committed->len, ==, 3);
  g_variant_get (b->one->committed->pdata[0], "(sxx@a(sxxd))", NULL, &first_ms, NULL, NULL);
  g_variant_get (b->one->committed->pdata[1], "(sxx@a(sxxd))", NULL, &second_ms, NULL, NULL);
  g_assert_cmpint (first_ms, <, at_ms);
  g_assert_cmpint (second_ms, >=, at_ms);
  g_assert_cmpuint (b->window->len, ==, 0);
}

static void
assert_not_in_window (Bus *b, const char *text) {
  g_assert_false (g_ptr_array_find_with_equal_func (b->window, text, g_str_equal, NULL));
}

static void
test_commands (Bus *b, gconstpointer data) {
  static const char *const expected[]
      = { "break", "mark", "closing", "opening", "word", "scratch", "undo", "stop" };

  start (b, b->one, "caller");
  for (int command = LONGHAND_COMMAND_BREAK; command <= LONGHAND_COMMAND_STOP; command++)
    say (b, "committed", longhand_utterance_new_command (command, 10 + command, command, "."));
  RUN_UNTIL (b->one->others->len == G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    const char *command, *text;
    gint64 start_ms, end_ms;

    g_variant_get (b->one->others->pdata[i], "(&s&sxx)", &command, &text, &start_ms, &end_ms);
    g_assert_cmpstr (command, ==, expected[i]);
    g_assert_cmpstr (text, ==, ".");
    g_assert_cmpint (start_ms, ==, i + 1);
    g_assert_cmpint (end_ms, ==, i + 11);
  }
  g_assert_cmpuint (b->window->len, ==, 0);
}

static void
test_left_out (Bus *b, gconstpointer data) {
  const char *text;

  start (b, b->one, "caller");
  say (b, "left-out", longhand_utterance_new (0, 500, "Thank you."));
  RUN_UNTIL (b->one->others->len == 1);
  g_variant_get (b->one->others->pdata[0], "(&sxx)", &text, NULL, NULL);
  g_assert_cmpstr (text, ==, "Thank you.");
  g_assert_cmpuint (b->other->others->len, ==, 0);
  g_assert_cmpuint (b->window->len, ==, 1);
  g_assert_cmpstr (b->window->pdata[0], ==, "Thank you.");
}

/* What is recorded next, into the window, is not the caller's. */
static void
test_caller_and_then_window (Bus *b, gconstpointer data) {
  start (b, b->one, "caller");
  fixture_speak (&b->base, 0, IN_PAUSE);
  call (b, b->one, "Stop");
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
  g_assert_true (longhand_dictation_get_is_elsewhere (b->base.dictation));
  longhand_dictation_toggle (b->base.dictation);
  fixture_wait_state (&b->base, LONGHAND_STATE_RECORDING);
  g_assert_false (longhand_dictation_get_is_elsewhere (b->base.dictation));
  fixture_speak (&b->base, IN_PAUSE, b->base.n_sound);
  fixture_stop (&b->base);
  RUN_UNTIL (b->one->committed->len == 2 && b->other->committed->len == 1);
  RUN_UNTIL (!longhand_service_get_busy (b->service));
  assert_not_in_window (b, fixture_utterance (&b->base, 0)->text);
  g_assert_cmpstr (b->window->pdata[b->window->len - 1], ==, fixture_utterance (&b->base, 1)->text);
}

/* What was said before the model was there keeps its receiver. */
static void
test_while_loading (Bus *b, gconstpointer data) {
  start (b, b->one, "caller");
  assert_state (b, "recording");
  fixture_speak (&b->base, 0, IN_PAUSE);
  call (b, b->one, "Stop");
  assert_state (b, "finishing");
  fixture_release_model ();
  RUN_UNTIL (!longhand_service_get_busy (b->service));
  g_assert_cmpuint (b->base.committed->len, ==, 1);
  g_assert_cmpuint (b->one->committed->len, ==, 1);
  g_assert_cmpuint (b->window->len, ==, 0);
}

/* What was asked of it before the first answer is answered before the second question. */
static void
let_confirm (Bus *b, Client *client) {
  for (guint i = 0; i < 2; i++) {
    ask (b, client, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", INTERFACE));
    RUN_UNTIL (client->is_answered);
  }
}

/* It is the window's, and told to nobody. */
static void
test_keep (Bus *b, gconstpointer data) {
  fixture_wait_ready (&b->base);
  start (b, b->one, "caller");
  call (b, b->one, "Stop");
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
  ask (b, b->one, INTERFACE, "Keep", g_variant_new ("(s)", " Schöne Worte. "));
  RUN_UNTIL (b->one->is_answered);
  g_assert_no_error (b->one->error);
  g_assert_cmpuint (b->n_wanted, ==, 1);
  g_assert_cmpint (b->use, ==, LONGHAND_WINDOW_USE_KEEP);
  g_assert_cmpuint (b->window->len, ==, 1);
  g_assert_cmpstr (b->window->pdata[0], ==, "Schöne Worte.");
  ask (b, b->one, INTERFACE, "Keep", g_variant_new ("(s)", " "));
  RUN_UNTIL (b->one->is_answered);
  g_assert_cmpuint (b->window->len, ==, 1);
  assert_state (b, "idle"); /* and what was told before is there */
  g_assert_cmpuint (b->one->committed->len + b->other->committed->len, ==, 0);
}

static void
test_caller_leaves (Bus *b, gconstpointer data) {
  fixture_wait_ready (&b->base);
  start (b, b->one, "caller");
  fixture_speak (&b->base, 0, IN_PAUSE);
  RUN_UNTIL (b->one->committed->len == 1);
  let_confirm (b, b->one);
  fixture_speak (&b->base, IN_PAUSE, b->base.n_sound);
  g_assert_true (longhand_dictation_get_is_elsewhere (b->base.dictation));
  client_leave (b->one);
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
  g_assert_false (longhand_dictation_get_is_elsewhere (b->base.dictation));
  g_assert_cmpuint (b->n_wanted, ==, 1);
  g_assert_cmpint (b->use, ==, LONGHAND_WINDOW_USE_RETURN);
  g_assert_cmpuint (b->base.committed->len, ==, 2);
  g_assert_cmpstr (b->window->pdata[b->window->len - 1], ==, fixture_utterance (&b->base, 1)->text);
  assert_not_in_window (b, fixture_utterance (&b->base, 0)->text);
  g_assert_false (longhand_service_get_busy (b->service));
}

/* The message was on its way when the caller left. */
static void
test_text_that_misses_its_caller (Bus *b, gconstpointer data) {
  fixture_wait_ready (&b->base);
  start (b, b->one, "caller");
  client_leave (b->one);
  say (b, "committed", longhand_utterance_new (0, 900, "On its way."));
  g_assert_cmpuint (b->window->len, ==, 0);
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (b->window->len, ==, 1);
  g_assert_cmpstr (b->window->pdata[0], ==, "On its way.");
}

/* What a window has is kept; what a caller may not have got would be lost in a crash. */
static void
test_text_is_kept_once_its_caller_has_it (Bus *b, gconstpointer data) {
  fixture_wait_ready (&b->base);
  start (b, b->one, "caller");
  fixture_speak (&b->base, 0, IN_PAUSE);
  RUN_UNTIL (b->base.committed->len == 1);
  n_dealt_with = 0;
  longhand_dictation_note_kept (b->base.dictation);
  g_assert_cmpuint (n_dealt_with, ==, 0);
  RUN_UNTIL (b->one->committed->len == 1);
  let_confirm (b, b->one);
  g_assert_cmpuint (n_dealt_with, ==, 1);
}

static void
test_text_that_misses_its_caller_is_not_kept (Bus *b, gconstpointer data) {
  fixture_wait_ready (&b->base);
  start (b, b->one, "caller");
  fixture_speak (&b->base, 0, IN_PAUSE);
  RUN_UNTIL (b->one->committed->len == 1);
  let_confirm (b, b->one);
  n_dealt_with = 0;
  client_leave (b->one);
  say (b, "committed", longhand_utterance_new (0, 900, "On its way."));
  longhand_dictation_note_kept (b->base.dictation);
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
  g_assert_cmpstr (b->window->pdata[0], ==, "On its way.");
  g_assert_cmpuint (n_dealt_with, ==, 0);
  longhand_dictation_note_kept (b->base.dictation);
  g_assert_cmpuint (n_dealt_with, ==, 1);
}

/* ---- starts that come to nothing, or to the same ---- */

static void
test_two_starts (Bus *b, gconstpointer data) {
  start (b, b->one, "caller");
  start (b, b->one, "caller");
  ask_start (b, b->other, "caller");
  assert_error (b->other, ERROR ("Busy"));
  ask_start (b, b->other, "window");
  assert_error (b->other, ERROR ("Busy"));
  assert_state (b, "recording");
  call (b, b->other, "Stop");
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
  start (b, b->other, "window");
  start (b, b->one, "window");
  g_assert_cmpuint (b->base.microphone->n_started, ==, 2);
}

static void
test_no_microphone (Bus *b, gconstpointer data) {
  fake_source_fail (b->base.microphone,
                    g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE, "There is no microphone."));
  ask_start (b, b->one, "caller");
  assert_error (b->one, ERROR ("NoMicrophone"));
  assert_state (b, "idle");
  g_assert_false (longhand_service_get_busy (b->service));
}

/* Who was told that it is not there is not recorded when it comes. */
static void
test_absent_microphone (Bus *b, gconstpointer data) {
  fake_source_set_devices (b->base.microphone, (const char *const[]){ NULL });
  fake_source_fail (b->base.microphone,
                    g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT, "It is not connected."));
  ask_start (b, b->one, NULL);
  assert_error (b->one, ERROR ("MicrophoneAbsent"));
  assert_state (b, "idle");
  start (b, b->one, NULL);
}

static void
test_lost_microphone (Bus *b, gconstpointer data) {
  const char *name;

  start (b, b->one, "caller");
  fake_source_set_devices (b->base.microphone, (const char *const[]){ NULL });
  fake_source_lose (b->base.microphone);
  RUN_UNTIL (b->one->failed->len > 0);
  g_variant_get (b->one->failed->pdata[0], "(&s&s)", &name, NULL);
  g_assert_cmpstr (name, ==, ERROR ("MicrophoneLost"));
  fixture_wait_state (&b->base, LONGHAND_STATE_WAITING);
  assert_state (b, "waiting");
  call (b, b->one, "Stop");
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
}

static void
test_no_model (Bus *b, gconstpointer data) {
  longhand_settings_set_model (b->base.settings, "/nowhere/ggml-none.bin");
  RUN_UNTIL (longhand_dictation_get_model_state (b->base.dictation) == LONGHAND_MODEL_STATE_FAILED);
  ask_start (b, b->one, "caller");
  assert_error (b->one, ERROR ("ModelMissing"));
  RUN_UNTIL (!longhand_service_get_busy (b->service));
}

static void
test_unknown_option (Bus *b, gconstpointer data) {
  GVariantBuilder options;

  ask_start (b, b->one, "drawer");
  assert_error (b->one, ERROR ("InvalidArgument"));
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "tempo", g_variant_new_string ("window"));
  ask (b, b->one, INTERFACE, "Start", g_variant_new ("(a{sv})", &options));
  assert_error (b->one, ERROR ("InvalidArgument"));
  assert_state (b, "idle");
}

/* A key that is let go before the microphone is open. */
static void
test_stop_before_it_began (Bus *b, gconstpointer data) {
  b->base.microphone->hold = TRUE;
  ask_start (b, b->one, NULL);
  fixture_wait_state (&b->base, LONGHAND_STATE_STARTING);
  call (b, b->other, "Stop");
  assert_error (b->one, ERROR ("Cancelled"));
  fake_source_open (b->base.microphone);
  b->base.microphone->source.stop (&b->base.microphone->source);
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
}

/* A key that is pressed again at once. */
static void
test_start_behind_last_words (Bus *b, gconstpointer data) {
  start (b, b->one, NULL);
  fixture_speak (&b->base, 0, IN_FIRST);
  longhand_dictation_stop (b->base.dictation);
  g_assert_cmpint (longhand_dictation_get_state (b->base.dictation), ==, LONGHAND_STATE_FINISHING);
  ask_start (b, b->one, "caller");
  fixture_release_model ();
  RUN_UNTIL (b->one->is_answered);
  g_assert_no_error (b->one->error);
  assert_state (b, "recording");
  g_assert_cmpuint (b->window->len, >, 0);
}

static void
test_stop_cancels_one_that_waits (Bus *b, gconstpointer data) {
  start (b, b->one, NULL);
  longhand_dictation_stop (b->base.dictation);
  ask_start (b, b->one, NULL);
  RUN_UNTIL (longhand_service_get_started (b->service));
  call (b, b->other, "Stop");
  assert_error (b->one, ERROR ("Cancelled"));
  fixture_release_model ();
  fixture_wait_state (&b->base, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (b->base.microphone->n_started, ==, 1);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  BUS_ADD ("/service/what-is-exported-is-what-is-described", test_description);
  BUS_ADD ("/service/every-error-has-a-name-of-its-own", test_error_names);
  BUS_ADD ("/service/text-comes-with-times", test_text_with_times);
  BUS_ADD ("/service/properties-follow-the-recording", test_properties);
  BUS_ADD ("/service/toggle-starts-and-stops", test_toggle);
  BUS_ADD ("/service/a-caller-alone-gets-its-text", test_caller_gets_text);
  BUS_ADD ("/service/a-cut-parts-what-is-told-and-goes-on-for-the-caller", test_cut);
  BUS_ADD ("/service/the-recording-behind-a-caller-s-goes-into-the-window", test_caller_and_then_window);
  g_test_add ("/service/a-start-need-not-wait-for-the-model", Bus, NULL, set_up_loading, test_while_loading,
              tear_down);
  BUS_ADD ("/service/what-a-caller-has-no-use-for-is-kept-in-the-window", test_keep);
  BUS_ADD ("/service/what-a-caller-that-left-would-have-got-goes-into-the-window", test_caller_leaves);
  BUS_ADD ("/service/what-was-on-its-way-to-it-too", test_text_that_misses_its_caller);
  BUS_ADD ("/service/text-is-kept-once-its-caller-has-it", test_text_is_kept_once_its_caller_has_it);
  BUS_ADD ("/service/text-that-misses-its-caller-is-not-kept", test_text_that_misses_its_caller_is_not_kept);
  BUS_ADD ("/service/commands-have-names", test_commands);
  BUS_ADD ("/service/what-is-left-out-is-told-to-the-caller-and-kept-in-the-window", test_left_out);
  BUS_ADD ("/service/a-second-start-goes-on-or-finds-it-busy", test_two_starts);
  BUS_ADD ("/service/no-microphone-has-a-name", test_no_microphone);
  BUS_ADD ("/service/a-start-that-failed-waits-for-nothing", test_absent_microphone);
  BUS_ADD ("/service/a-lost-microphone-is-told", test_lost_microphone);
  BUS_ADD ("/service/no-model-has-a-name", test_no_model);
  BUS_ADD ("/service/unknown-options-are-refused", test_unknown_option);
  BUS_ADD ("/service/stop-cancels-a-start", test_stop_before_it_began);
  g_test_add ("/service/a-start-waits-for-the-last-words", Bus, NULL, set_up_loading,
              test_start_behind_last_words, tear_down);
  g_test_add ("/service/stop-cancels-a-start-that-waits", Bus, NULL, set_up_loading,
              test_stop_cancels_one_that_waits, tear_down);
  return private_bus_run_tests ();
}
