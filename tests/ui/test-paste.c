/* Text on the clipboard, and what was there before: another program is another connection to the display. */
#include "application/longhand-clipboard-loan.h"
#include "application/longhand-paster.h"
#include "mock-clipboard.h"
#include "private-bus.h"

#include <gtk/gtk.h>
#include <string.h>

#define TEXT "Schöne Grüße 👍 — 你好"

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

/* The linker puts these before GDK's (--wrap). */
static gboolean refuses, is_wayland;
gboolean __wrap_gdk_clipboard_set_content (GdkClipboard *clipboard, GdkContentProvider *content);
gboolean __real_gdk_clipboard_set_content (GdkClipboard *clipboard, GdkContentProvider *content);
GType __wrap_gdk_wayland_display_get_type (void);
GType __real_gdk_wayland_display_get_type (void);

gboolean
__wrap_gdk_clipboard_set_content (GdkClipboard *clipboard, GdkContentProvider *content) {
  return !refuses && __real_gdk_clipboard_set_content (clipboard, content);
}

GType
__wrap_gdk_wayland_display_get_type (void) {
  return is_wayland ? GDK_TYPE_DISPLAY : __real_gdk_wayland_display_get_type ();
}

typedef struct {
  GdkClipboard *clipboard, *other;
  LonghandClipboardLoan *loan;
  gboolean is_taken, has_ended;
  LonghandClaim claim;
  LonghandLoanEnd end;
  GBytes *bytes; /* owned; read last; NULL: there was nothing to read */
  gboolean is_read;
} Fixture;

static void
on_taken (gpointer user, LonghandClaim claim) {
  ((Fixture *)user)->claim = claim;
  ((Fixture *)user)->is_taken = TRUE;
}

static void
on_ended (gpointer user, LonghandLoanEnd end) {
  ((Fixture *)user)->end = end;
  ((Fixture *)user)->has_ended = TRUE;
}

/* GTK 4.8 crashes when a display is closed: there is one other program for all tests. */
static GdkDisplay *
get_other_display (void) {
  static GdkDisplay *display;

  if (display == NULL)
    display = gdk_display_open (NULL);
  g_assert_nonnull (display);
  return display;
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->clipboard = gdk_display_get_clipboard (gdk_display_get_default ());
  f->other = gdk_display_get_clipboard (get_other_display ());
}

static gboolean
is_empty (GdkClipboard *clipboard) {
  gsize n;

  gdk_content_formats_get_mime_types (gdk_clipboard_get_formats (clipboard), &n);
  return n == 0;
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_clear_pointer (&f->loan, longhand_clipboard_loan_free);
  refuses = FALSE;
  is_wayland = FALSE;
  gdk_clipboard_set_content (f->clipboard, NULL);
  RUN_UNTIL (!gdk_clipboard_is_local (f->other) && is_empty (f->other));
  g_clear_pointer (&f->bytes, g_bytes_unref);
}

/* ---- the other program ---- */

static gboolean
offers (GdkClipboard *clipboard, const char *type) {
  return gdk_content_formats_contain_mime_type (gdk_clipboard_get_formats (clipboard), type);
}

/* Two formats; neither is text that GTK would make of the other. */
static void
copy_elsewhere (Fixture *f) {
  g_autoptr (GBytes) html = g_bytes_new_static ("<b>fett</b>", 11);
  g_autoptr (GBytes) plain = g_bytes_new_static ("fétt", 5);
  GdkContentProvider *both[] = { gdk_content_provider_new_for_bytes ("text/html", html),
                                 gdk_content_provider_new_for_bytes ("text/plain;charset=utf-8", plain) };
  g_autoptr (GdkContentProvider) all = gdk_content_provider_new_union (both, 2);

  g_assert_true (gdk_clipboard_set_content (f->other, all));
  RUN_UNTIL (!gdk_clipboard_is_local (f->clipboard) && offers (f->clipboard, "text/html"));
}

static void
on_spliced (GObject *stream, GAsyncResult *result, gpointer user) {
  Fixture *f = user;
  g_autoptr (GError) error = NULL;

  g_output_stream_splice_finish (G_OUTPUT_STREAM (stream), result, &error);
  g_assert_no_error (error);
  f->bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
  f->is_read = TRUE;
}

static void
on_opened (GObject *clipboard, GAsyncResult *result, gpointer user) {
  Fixture *f = user;
  g_autoptr (GInputStream) from = gdk_clipboard_read_finish (GDK_CLIPBOARD (clipboard), result, NULL, NULL);
  g_autoptr (GOutputStream) to = g_memory_output_stream_new_resizable ();

  if (from == NULL)
    f->is_read = TRUE;
  else
    g_output_stream_splice_async (to, from,
                                  G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                  G_PRIORITY_DEFAULT, NULL, on_spliced, f);
}

/* What the other program gets when it pastes. */
static void
assert_pasted (Fixture *f, const char *type, const char *expected) {
  const char *types[] = { type, NULL };
  gsize n;
  const char *bytes;

  RUN_UNTIL (offers (f->other, type));
  g_clear_pointer (&f->bytes, g_bytes_unref);
  f->is_read = FALSE;
  gdk_clipboard_read_async (f->other, types, G_PRIORITY_DEFAULT, NULL, on_opened, f);
  RUN_UNTIL (f->is_read);
  g_assert_nonnull (f->bytes);
  bytes = g_bytes_get_data (f->bytes, &n);
  g_assert_cmpmem (bytes, n, expected, strlen (expected));
}

/* ---- tests ---- */

static void
lend (Fixture *f) {
  static const LonghandLoanFns fns = { .taken = on_taken, .ended = on_ended };

  f->loan = longhand_clipboard_loan_new (f->clipboard, TEXT, FALSE, &fns, f);
  RUN_UNTIL (f->is_taken);
}

static void
test_restored (Fixture *f, gconstpointer data) {
  copy_elsewhere (f);
  lend (f);
  g_assert_cmpint (f->claim, ==, LONGHAND_CLAIM_DONE);
  longhand_clipboard_loan_end (f->loan);
  RUN_UNTIL (!offers (f->other, "text/html"));
  assert_pasted (f, "text/plain;charset=utf-8", TEXT);
  RUN_UNTIL (f->has_ended);
  g_assert_cmpint (f->end, ==, LONGHAND_LOAN_RETURNED);
  assert_pasted (f, "text/html", "<b>fett</b>");
  assert_pasted (f, "text/plain;charset=utf-8", "fétt");
}

static void
test_own_restored (Fixture *f, gconstpointer data) {
  gdk_clipboard_set_text (f->clipboard, "von hier");
  lend (f);
  longhand_clipboard_loan_end (f->loan);
  RUN_UNTIL (f->has_ended); /* although nobody has read it */
  g_assert_cmpint (f->end, ==, LONGHAND_LOAN_RETURNED);
  assert_pasted (f, "text/plain;charset=utf-8", "von hier");
}

static void
test_nothing_there (Fixture *f, gconstpointer data) {
  lend (f);
  assert_pasted (f, "text/plain;charset=utf-8", TEXT);
  longhand_clipboard_loan_end (f->loan);
  RUN_UNTIL (f->has_ended);
  g_assert_cmpint (f->end, ==, LONGHAND_LOAN_RETURNED);
  g_assert_null (gdk_clipboard_get_content (f->clipboard));
}

static void
test_copied_meanwhile (Fixture *f, gconstpointer data) {
  lend (f);
  assert_pasted (f, "text/plain;charset=utf-8", TEXT);
  longhand_clipboard_loan_end (f->loan);
  copy_elsewhere (f);
  RUN_UNTIL (f->has_ended);
  g_assert_cmpint (f->end, ==, LONGHAND_LOAN_LEFT);
  g_assert_false (gdk_clipboard_is_local (f->clipboard));
  assert_pasted (f, "text/html", "<b>fett</b>");
}

static void
test_too_large (Fixture *f, gconstpointer data) {
  const gsize n = 33u << 20;
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (n), n);
  g_autoptr (GdkContentProvider) content = gdk_content_provider_new_for_bytes ("image/x-large", large);

  g_assert_true (gdk_clipboard_set_content (f->other, content));
  RUN_UNTIL (offers (f->clipboard, "image/x-large"));
  lend (f);
  assert_pasted (f, "text/plain;charset=utf-8", TEXT);
  longhand_clipboard_loan_end (f->loan);
  RUN_UNTIL (f->has_ended);
  g_assert_cmpint (f->end, ==, LONGHAND_LOAN_IN_PART);
}

static void
test_refused (Fixture *f, gconstpointer data) {
  refuses = TRUE;
  lend (f);
  g_assert_cmpint (f->claim, ==, LONGHAND_CLAIM_REFUSED);
}

static void
test_wayland (Fixture *f, gconstpointer data) {
  g_autoptr (GdkContentProvider) content = gdk_content_provider_new_typed (G_TYPE_STRING, TEXT);

  is_wayland = TRUE;
  lend (f);
  g_assert_cmpint (f->claim, ==, LONGHAND_CLAIM_UNSEEN);
  g_assert_cmpint (longhand_clipboard_claim (f->clipboard, content, TRUE), ==, LONGHAND_CLAIM_DONE);
}

/* ---- keys ---- */

#define METHODS                                                                                              \
  "<method name='SelectDevices'><arg type='o' direction='in'/><arg type='a{sv}' direction='in'/>"            \
  "<arg type='o' direction='out'/></method>"                                                                 \
  "<method name='Start'><arg type='o' direction='in'/><arg type='s' direction='in'/>"                        \
  "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"                               \
  "<method name='NotifyKeyboardKeysym'><arg type='o' direction='in'/><arg type='a{sv}' direction='in'/>"     \
  "<arg type='i' direction='in'/><arg type='u' direction='in'/></method>"

/* A portal, and the person's answer to it. */
typedef struct {
  Fixture base;
  GDBusConnection *connection;
  MockPortal *portal;
  MockClipboard *desktop; /* NULL: the display's clipboard is used */
  LonghandRemoteKeyboard *keyboard;
  LonghandPaster *paster;
  gboolean ends; /* with the first key */
  guint n_keys;
  guint n_pasted, n_restored, n_copied;
  char *why; /* owned; the last one */
} Keys;

static GVariant *
on_call (gpointer user, const char *method, GVariant *arguments, GVariant *options) {
  Keys *k = user;

  if (strcmp (method, "Start") == 0 && k->desktop != NULL && !k->desktop->is_quiet)
    mock_clipboard_tell (k->desktop);
  if (strcmp (method, "NotifyKeyboardKeysym") != 0)
    return g_variant_new_parsed ("{'devices': <@u 1>, 'clipboard_enabled': <true>}");
  k->n_keys++;
  if (k->ends)
    mock_portal_vanish (k->portal);
  return NULL;
}

static void
on_pasted (Keys *k, gboolean restored) {
  k->n_pasted++;
  k->n_restored += restored;
}

static void
on_copied (Keys *k, LonghandClaim claim, const char *why) {
  g_free (k->why);
  k->why = g_strdup (why);
  k->base.claim = claim;
  k->n_copied++;
}

static void
set_up_portal (Keys *k, gboolean needs_clipboard) {
  g_autoptr (GSettings) settings = g_settings_new ("io.github.longhand_app.Longhand");

  set_up (&k->base, NULL);
  k->connection = private_bus_connect ();
  k->portal = mock_portal_new ("org.freedesktop.portal.RemoteDesktop", METHODS, on_call, k);
  mock_portal_appear (k->portal);
  k->keyboard = longhand_remote_keyboard_new (k->connection, settings, needs_clipboard);
  k->paster = longhand_paster_new (k->base.clipboard, k->keyboard);
  g_signal_connect_swapped (k->paster, "pasted", G_CALLBACK (on_pasted), k);
  g_signal_connect_swapped (k->paster, "copied", G_CALLBACK (on_copied), k);
}

static void
set_up_keys (Keys *k, gconstpointer data) {
  set_up_portal (k, FALSE);
}

/* A desktop that lends its clipboard by the portal. */
static void
set_up_desktop (Keys *k, gconstpointer data) {
  set_up_portal (k, TRUE);
  k->desktop = mock_clipboard_new (k->portal);
}

static void
tear_down_keys (Keys *k, gconstpointer data) {
  longhand_paster_close (k->paster);
  g_object_unref (k->paster);
  g_object_unref (k->keyboard);
  g_clear_pointer (&k->desktop, mock_clipboard_free);
  mock_portal_free (k->portal);
  g_object_unref (k->connection);
  g_free (k->why);
  tear_down (&k->base, data);
}

/* The second is on the clipboard when the first has been pasted, and what was there before them comes last.
 */
static void
test_one_after_the_other (Keys *k, gconstpointer data) {
  copy_elsewhere (&k->base);
  longhand_paster_paste (k->paster, TEXT);
  longhand_paster_paste (k->paster, "und noch einer");
  RUN_UNTIL (k->n_keys == 4);
  assert_pasted (&k->base, "text/plain;charset=utf-8", TEXT);
  RUN_UNTIL (k->n_keys == 8);
  assert_pasted (&k->base, "text/plain;charset=utf-8", "und noch einer");
  RUN_UNTIL (k->n_pasted == 2);
  g_assert_cmpuint (k->n_restored, ==, 2);
  assert_pasted (&k->base, "text/html", "<b>fett</b>");
  g_assert_cmpuint (k->n_copied, ==, 0);
}

static void
test_portal_ends (Keys *k, gconstpointer data) {
  copy_elsewhere (&k->base);
  k->ends = TRUE;
  longhand_paster_paste (k->paster, TEXT);
  RUN_UNTIL (k->n_copied == 1);
  g_assert_cmpint (k->base.claim, ==, LONGHAND_CLAIM_DONE);
  g_assert_nonnull (strstr (k->why, "does not let"));
  assert_pasted (&k->base, "text/plain;charset=utf-8", TEXT);
  g_assert_cmpuint (k->n_pasted, ==, 0);
}

static void
test_not_sure_of_the_clipboard (Keys *k, gconstpointer data) {
  is_wayland = TRUE;
  longhand_paster_paste (k->paster, TEXT);
  RUN_UNTIL (k->n_copied == 1);
  g_assert_cmpint (k->base.claim, ==, LONGHAND_CLAIM_UNSEEN);
  g_assert_cmpuint (k->n_keys, ==, 0);
}

/* ---- the desktop's clipboard ---- */

static void
have_two_formats (Keys *k) {
  g_autoptr (GBytes) html = g_bytes_new_static ("<b>fett</b>", 11);
  g_autoptr (GBytes) plain = g_bytes_new_static ("fétt", 5);

  mock_clipboard_add (k->desktop, TRUE, "text/html", html);
  mock_clipboard_add (k->desktop, FALSE, "text/plain;charset=utf-8", plain);
}

static void
assert_given (Keys *k, const char *type, const char *expected) {
  g_autoptr (GBytes) bytes = mock_clipboard_paste (k->desktop, type);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, strlen (expected));
}

/* Until the other program pastes n texts' keys, which it then reads. */
static void
paste_in_desktop (Keys *k, const char *text, guint n) {
  longhand_paster_paste (k->paster, text);
  RUN_UNTIL (k->n_keys == 4 * n);
  assert_given (k, "text/plain;charset=utf-8", text);
}

static void
test_desktop (Keys *k, gconstpointer data) {
  have_two_formats (k);
  paste_in_desktop (k, TEXT, 1);
  g_assert_false (mock_clipboard_offers (k->desktop, "text/html"));
  g_assert_null (mock_clipboard_paste (k->desktop, "text/html"));
  RUN_UNTIL (k->n_pasted == 1);
  g_assert_cmpuint (k->n_restored, ==, 1);
  assert_given (k, "text/html", "<b>fett</b>");
  assert_given (k, "text/plain;charset=utf-8", "fétt");
  paste_in_desktop (k, "und noch einer", 2); /* what was there is this program's now */
  RUN_UNTIL (k->n_pasted == 2);
  g_assert_cmpuint (k->n_restored, ==, 2);
  assert_given (k, "text/html", "<b>fett</b>");
  g_assert_cmpuint (k->n_copied, ==, 0);
}

static void
test_desktop_empty (Keys *k, gconstpointer data) {
  paste_in_desktop (k, TEXT, 1);
  RUN_UNTIL (k->n_pasted == 1);
  g_assert_cmpuint (k->n_restored, ==, 1);
  g_assert_null (k->desktop->types[0]);
}

static void
test_desktop_copied_meanwhile (Keys *k, gconstpointer data) {
  have_two_formats (k);
  paste_in_desktop (k, TEXT, 1);
  mock_clipboard_copy (k->desktop, "text/plain", "etwas anderes");
  RUN_UNTIL (k->n_pasted == 1);
  g_assert_cmpuint (k->n_restored, ==, 1);
  g_assert_cmpuint (k->desktop->n_set, ==, 1);
}

static void
test_desktop_says_nothing (Keys *k, gconstpointer data) {
  k->desktop->is_quiet = TRUE;
  have_two_formats (k);
  paste_in_desktop (k, TEXT, 1);
  RUN_UNTIL (k->n_pasted == 1);
  g_assert_cmpuint (k->n_restored, ==, 1);
  assert_given (k, "text/plain;charset=utf-8", "fétt");
}

static void
test_desktop_hangs (Keys *k, gconstpointer data) {
  k->desktop->is_hanging = TRUE;
  have_two_formats (k);
  longhand_paster_paste (k->paster, TEXT);
  RUN_UNTIL (k->n_pasted == 1);
  g_assert_cmpuint (k->n_keys, ==, 4);
  g_assert_cmpuint (k->n_restored, ==, 0);
}

static void
test_desktop_too_large (Keys *k, gconstpointer data) {
  const gsize n = 33u << 20;
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (n), n);

  mock_clipboard_add (k->desktop, TRUE, "image/x-large", large);
  paste_in_desktop (k, TEXT, 1);
  RUN_UNTIL (k->n_pasted == 1);
  g_assert_cmpuint (k->n_restored, ==, 0);
}

static void
test_desktop_refuses (Keys *k, gconstpointer data) {
  k->desktop->refuses = TRUE;
  have_two_formats (k);
  longhand_paster_paste (k->paster, TEXT);
  RUN_UNTIL (k->n_copied == 1);
  g_assert_cmpint (k->base.claim, ==, LONGHAND_CLAIM_REFUSED);
  g_assert_cmpuint (k->n_keys, ==, 0);
}

static void
test_desktop_session_closed (Keys *k, gconstpointer data) {
  have_two_formats (k);
  paste_in_desktop (k, TEXT, 1);
  mock_portal_close_session (k->portal);
  RUN_UNTIL (k->n_pasted == 1);
  g_assert_cmpuint (k->n_restored, ==, 0);
  k->desktop->n_set = 0;
  longhand_paster_paste (k->paster, TEXT); /* in a session anew */
  RUN_UNTIL (k->n_pasted == 2);
  g_assert_cmpuint (k->desktop->n_set, ==, 2);
}

static void
test_desktop_ends (Keys *k, gconstpointer data) {
  k->ends = TRUE;
  longhand_paster_paste (k->paster, TEXT);
  RUN_UNTIL (k->n_copied == 1);
  g_assert_cmpint (k->base.claim, ==, LONGHAND_CLAIM_REFUSED);
  g_assert_cmpuint (k->n_pasted, ==, 0);
}

#define ADD_DESKTOP(path, function) g_test_add (path, Keys, NULL, set_up_desktop, function, tear_down_keys)
#define ADD_KEYS(path, function) g_test_add (path, Keys, NULL, set_up_keys, function, tear_down_keys)
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  gtk_test_init (&argc, &argv, NULL);
  get_other_display (); /* the private bus hides where displays are */
  ADD ("/paste/another-program-s-content-is-there-again-with-all-its-formats", test_restored);
  ADD ("/paste/this-program-s-content-is-there-again", test_own_restored);
  ADD ("/paste/an-empty-clipboard-is-empty-again", test_nothing_there);
  ADD ("/paste/what-somebody-copies-meanwhile-is-left-alone", test_copied_meanwhile);
  ADD ("/paste/what-is-too-large-to-keep-is-told", test_too_large);
  ADD ("/paste/a-desktop-that-refuses-is-noticed", test_refused);
  ADD ("/paste/wayland-does-not-tell-a-window-that-is-not-in-use", test_wayland);
  ADD_KEYS ("/paste/texts-are-pasted-one-after-the-other", test_one_after_the_other);
  ADD_KEYS ("/paste/a-portal-that-ends-with-the-first-key-leaves-the-text-copied", test_portal_ends);
  ADD_KEYS ("/paste/no-key-is-pressed-when-the-clipboard-may-have-something-else",
            test_not_sure_of_the_clipboard);
  ADD_DESKTOP ("/paste/desktop/its-clipboard-is-lent-and-given-back", test_desktop);
  ADD_DESKTOP ("/paste/desktop/an-empty-one-is-empty-again", test_desktop_empty);
  ADD_DESKTOP ("/paste/desktop/what-somebody-copies-meanwhile-is-left-alone", test_desktop_copied_meanwhile);
  ADD_DESKTOP ("/paste/desktop/one-that-does-not-say-what-is-there-may-have-text", test_desktop_says_nothing);
  ADD_DESKTOP ("/paste/desktop/a-program-that-hangs-is-not-waited-for", test_desktop_hangs);
  ADD_DESKTOP ("/paste/desktop/what-is-too-large-to-keep-is-told", test_desktop_too_large);
  ADD_DESKTOP ("/paste/desktop/one-that-refuses-is-noticed-and-no-key-is-pressed", test_desktop_refuses);
  ADD_DESKTOP ("/paste/desktop/a-session-that-is-closed-in-the-middle-is-told", test_desktop_session_closed);
  ADD_DESKTOP ("/paste/desktop/one-that-ends-with-the-first-key-has-lost-the-text", test_desktop_ends);
  return private_bus_run_tests ();
}
