/* Downloads from a mirror that is as bad as those out there. */
#include "full-disk.h"
#include "longhand-error.h"
#include "model-server.h"
#include "models/longhand-download.h"
#include "models/longhand-part-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_BYTES 600001
#define FILE_NAME "ggml-test.bin"
#define PATIENCE_S 30 /* a machine that stands still for a second makes no server silent */

/* ---- a download ---- */

typedef struct {
  ModelServer *server;
  char *bytes; /* [N_BYTES] */
  char *folder, *path;
  LonghandCatalogueEntry entry;
  LonghandDownload *download;
  guint64 most_received;
} Fixture;

static void
on_changed (LonghandDownload *download, Fixture *f) {
  f->most_received = MAX (f->most_received, longhand_download_get_received (download));
}

static void
open_with_patience (Fixture *f, guint patience_s) {
  f->download = longhand_download_new (&f->entry, f->folder, patience_s);
  g_signal_connect (f->download, "changed", G_CALLBACK (on_changed), f);
}

static void
open_download (Fixture *f) {
  open_with_patience (f, PATIENCE_S);
}

/* For a server that is silent. */
static void
open_impatiently (Fixture *f) {
  g_assert_finalize_object (f->download);
  open_with_patience (f, 1);
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->server = model_server_new ();
  f->bytes = g_malloc (N_BYTES);
  for (guint i = 0; i < N_BYTES; i++)
    f->bytes[i] = (char)g_test_rand_int ();
  model_server_set_bytes (f->server, f->bytes, N_BYTES, "\"first\"");
  f->folder = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, FILE_NAME, NULL);
  f->entry = (LonghandCatalogueEntry){ .id = g_strdup ("test"),
                                       .title = g_strdup ("Whisper test"),
                                       .size = N_BYTES };
  f->entry.sha1 = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guint8 *)f->bytes, N_BYTES);
  open_download (f);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;

  g_assert_finalize_object (f->download);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (f->folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (f->folder);
  model_server_free (f->server);
  g_free (f->bytes);
  g_free (f->folder);
  g_free (f->path);
  g_free (f->entry.id);
  g_free (f->entry.title);
  g_free (f->entry.sha1);
}

static void
start (Fixture *f) {
  longhand_download_start (f->download, model_server_get_base (f->server));
}

static void
wait_for_end (Fixture *f) {
  while (longhand_download_is_under_way (f->download))
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_bytes (Fixture *f, guint64 n) {
  while (longhand_part_file_look (f->path) < n) {
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
  }
}

static guint
count_files (Fixture *f) {
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
assert_done (Fixture *f) {
  g_autofree char *found = NULL;
  gsize n;

  wait_for_end (f);
  g_assert_no_error (longhand_download_get_error (f->download));
  g_assert_cmpint (longhand_download_get_state (f->download), ==, LONGHAND_DOWNLOAD_DONE);
  g_assert_true (g_file_get_contents (f->path, &found, &n, NULL));
  g_assert_cmpmem (found, n, f->bytes, N_BYTES);
  g_assert_cmpuint (count_files (f), ==, 1);
}

/* It failed, with a sentence that has part in it, and so many bytes stay for the next time. */
static void
assert_failed (Fixture *f, LonghandError code, const char *part, guint64 n_kept) {
  const GError *error;

  wait_for_end (f);
  error = longhand_download_get_error (f->download);
  g_assert_cmpint (longhand_download_get_state (f->download), ==, LONGHAND_DOWNLOAD_FAILED);
  g_assert_error (error, LONGHAND_ERROR, (int)code);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not say “%s”", error->message, part);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_cmpuint (longhand_download_get_received (f->download), ==, n_kept);
  g_assert_cmpuint (longhand_part_file_look (f->path), ==, n_kept);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (f), ==, n_kept > 0 ? 2 : 0);
}

/* Half of it is there, and the connection is closed. */
static void
fetch_half (Fixture *f) {
  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  start (f);
  wait_for_bytes (f, N_BYTES / 2);
  longhand_download_pause (f->download);
  wait_for_end (f);
  g_assert_cmpint (longhand_download_get_state (f->download), ==, LONGHAND_DOWNLOAD_PAUSED);
  g_assert_cmpuint (longhand_download_get_received (f->download), ==, N_BYTES / 2);
}

static void
assert_last_header (Fixture *f, const char *name, const char *expected) {
  g_autofree char *value = model_server_dup_header (f->server, name);

  g_assert_cmpstr (value, ==, expected);
}

/* ---- all goes well ---- */

static void
nothing_is_asked_before_the_start (Fixture *f, gconstpointer data) {
  for (int i = 0; i < 20; i++) {
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
  }
  g_assert_cmpuint (model_server_get_n_connections (f->server), ==, 0);
  g_assert_cmpint (longhand_download_get_state (f->download), ==, LONGHAND_DOWNLOAD_IDLE);
}

static void
a_file_arrives (Fixture *f, gconstpointer data) {
  start (f);
  g_assert_true (longhand_download_is_under_way (f->download));
  assert_done (f);
  g_assert_cmpuint (longhand_download_get_total (f->download), ==, N_BYTES);
  g_assert_cmpuint (f->most_received, ==, N_BYTES);
}

static void
nothing_is_told_of_the_person (Fixture *f, gconstpointer data) {
  static const char *const silent[] = { "cookie", "authorization", "referer", "accept-language", "from" };
  g_autofree char *agent = NULL;

  start (f);
  assert_done (f);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    assert_last_header (f, silent[i], "");
  agent = model_server_dup_header (f->server, "user-agent");
  g_assert_true (g_str_has_prefix (agent, "Longhand/"));
}

static void
a_pause_is_gone_on_from (Fixture *f, gconstpointer data) {
  g_autofree char *range = g_strdup_printf ("bytes=%d-", N_BYTES / 2);

  fetch_half (f);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  start (f);
  assert_done (f);
  assert_last_header (f, "range", range);
  assert_last_header (f, "if-range", "\"first\"");
}

static void
a_new_run_of_the_program_goes_on (Fixture *f, gconstpointer data) {
  g_autofree char *range = g_strdup_printf ("bytes=%d-", N_BYTES / 2);

  fetch_half (f);
  g_assert_finalize_object (f->download);
  open_download (f);
  g_assert_cmpint (longhand_download_get_state (f->download), ==, LONGHAND_DOWNLOAD_PAUSED);
  g_assert_cmpuint (longhand_download_get_received (f->download), ==, N_BYTES / 2);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  start (f);
  assert_done (f);
  assert_last_header (f, "range", range);
}

static void
what_is_all_there_is_only_checked (Fixture *f, gconstpointer data) {
  fetch_half (f);
  {
    g_autoptr (LonghandPartFile) part = longhand_part_file_open (f->path, NULL);

    g_assert_true (longhand_part_file_append (part, f->bytes + N_BYTES / 2, N_BYTES - N_BYTES / 2, NULL));
  }
  model_server_set_manner (f->server, MODEL_SERVER_HONEST); /* answers that there is no such range */
  start (f);
  assert_done (f);
}

static void
a_redirection_is_followed (Fixture *f, gconstpointer data) {
  fetch_half (f);
  model_server_set_manner (f->server, MODEL_SERVER_REDIRECTS);
  start (f);
  assert_done (f);
}

static void
another_mirror_goes_on (Fixture *f, gconstpointer data) {
  g_autoptr (ModelServer) other = model_server_new ();
  g_autofree char *range = NULL;

  fetch_half (f);
  model_server_set_bytes (other, f->bytes, N_BYTES, "\"of its own\"");
  longhand_download_start (f->download, model_server_get_base (other));
  assert_done (f);
  range = model_server_dup_header (other, "range");
  g_assert_cmpstr (range, !=, "");
}

/* ---- bad servers ---- */

static void
a_silent_server_is_given_up (Fixture *f, gconstpointer data) {
  open_impatiently (f);
  model_server_set_manner (f->server, MODEL_SERVER_SILENT);
  start (f);
  assert_failed (f, LONGHAND_ERROR_DOWNLOAD, "127.0.0.1 has gone silent", 0);
}

/* A server that stops in the middle, and says nothing to whoever comes again. Where the machine stands still it is
 * given up before the middle: then from the beginning. */
static void
start_until_half (Fixture *f) {
  for (;;) {
    model_server_set_manner (f->server, MODEL_SERVER_STALLS);
    start (f);
    while (longhand_download_is_under_way (f->download) && longhand_part_file_look (f->path) == 0)
      g_main_context_iteration (NULL, FALSE);
    model_server_set_manner (f->server, MODEL_SERVER_SILENT);
    wait_for_end (f);
    if (longhand_part_file_look (f->path) >= N_BYTES / 2)
      return;
    longhand_download_cancel (f->download);
  }
}

static void
a_stall_ends_and_what_came_is_kept (Fixture *f, gconstpointer data) {
  open_impatiently (f);
  start_until_half (f);
  assert_failed (f, LONGHAND_ERROR_DOWNLOAD, "has gone silent", N_BYTES / 2);
  g_assert_finalize_object (f->download);
  open_download (f);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  start (f);
  assert_done (f);
}

static void
what_breaks_off_goes_on_by_itself (Fixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_TRUNCATES);
  start (f);
  wait_for_bytes (f, N_BYTES / 2);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  assert_done (f);
}

static void
what_breaks_off_without_a_gain_is_given_up (Fixture *f, gconstpointer data) {
  f->entry.size = 1;
  model_server_set_bytes (f->server, "x", 1, "\"1\"");
  model_server_set_manner (f->server, MODEL_SERVER_TRUNCATES);
  start (f);
  assert_failed (f, LONGHAND_ERROR_DOWNLOAD, "broke off in the middle of “Whisper test”", 0);
}

static void
too_long_a_length_does_not_spoil_the_file (Fixture *f, gconstpointer data) {
  f->entry.size = 2 * N_BYTES;
  model_server_set_manner (f->server, MODEL_SERVER_SAYS_MORE);
  start (f);
  assert_done (f);
  g_assert_cmpuint (longhand_download_get_total (f->download), ==, N_BYTES);
}

static void
a_length_that_cannot_be_the_models_is_refused (Fixture *f, gconstpointer data) {
  static const ModelServerManner manners[] = { MODEL_SERVER_SAYS_MORE, MODEL_SERVER_SAYS_LESS };

  for (guint i = 0; i < G_N_ELEMENTS (manners); i++) {
    model_server_set_manner (f->server, manners[i]);
    start (f);
    assert_failed (f, LONGHAND_ERROR_DOWNLOAD, "is not “Whisper test”", 0);
  }
  g_assert_cmpuint (f->most_received, ==, 0);
}

/* A network that wants to be paid first answers everything with that. */
static void
a_page_in_its_place_costs_nothing (Fixture *f, gconstpointer data) {
  fetch_half (f);
  model_server_set_manner (f->server, MODEL_SERVER_IS_HOTEL);
  start (f);
  assert_failed (f, LONGHAND_ERROR_DOWNLOAD, "is not “Whisper test”", N_BYTES / 2);
  model_server_set_manner (f->server, MODEL_SERVER_IS_ENDLESS); /* neither with a length nor of a type */
  start (f);
  assert_failed (f, LONGHAND_ERROR_DOWNLOAD, "is not “Whisper test”", N_BYTES / 2);
  model_server_set_bytes (f->server, "<html>Welcome</html>", 20, "\"first\"");
  model_server_set_manner (f->server, MODEL_SERVER_IGNORES_RANGE); /* with a length, and of no type */
  start (f);
  assert_failed (f, LONGHAND_ERROR_DOWNLOAD, "is not “Whisper test”", N_BYTES / 2);
  model_server_set_bytes (f->server, f->bytes, N_BYTES, "\"first\"");
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  start (f);
  assert_done (f);
}

static void
who_was_sent_on_hears_where_to (Fixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_SENDS_AWAY);
  start (f);
  assert_failed (f, LONGHAND_ERROR_DOWNLOAD, "127.0.0.2 failed", 0);
}

static void
what_was_deleted_is_done_no_longer (Fixture *f, gconstpointer data) {
  start (f);
  assert_done (f);
  longhand_download_look (f->download);
  g_assert_cmpint (longhand_download_get_state (f->download), ==, LONGHAND_DOWNLOAD_DONE);
  g_unlink (f->path);
  longhand_download_look (f->download);
  g_assert_cmpint (longhand_download_get_state (f->download), ==, LONGHAND_DOWNLOAD_IDLE);
  g_assert_cmpuint (longhand_download_get_received (f->download), ==, 0);
}

static void
an_endless_file_ends (Fixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_IS_ENDLESS);
  start (f);
  assert_failed (f, LONGHAND_ERROR_MODEL_BROKEN, "was removed", 0);
}

static void
wrong_bytes_are_removed (Fixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_WRONG_BYTES);
  start (f);
  assert_failed (f, LONGHAND_ERROR_MODEL_BROKEN, "choose another mirror", 0);
  g_assert_cmpuint (f->most_received, ==, N_BYTES);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  start (f);
  assert_done (f);
}

/* data: GINT_TO_POINTER (ModelServerManner) */
static void
without_ranges_it_begins_again (Fixture *f, gconstpointer data) {
  fetch_half (f);
  model_server_set_manner (f->server, (ModelServerManner)GPOINTER_TO_INT (data));
  start (f);
  assert_done (f);
}

static void
a_new_version_comes_as_a_whole (Fixture *f, gconstpointer data) {
  fetch_half (f);
  f->bytes[0] ^= 1;
  g_free (f->entry.sha1);
  f->entry.sha1 = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guint8 *)f->bytes, N_BYTES);
  model_server_set_bytes (f->server, f->bytes, N_BYTES, "\"second\"");
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  start (f);
  assert_done (f);
}

static void
refusals_say_what_to_do (Fixture *f, gconstpointer data) {
  static const struct {
    ModelServerManner manner;
    const char *part;
  } refusals[] = {
    { MODEL_SERVER_NOT_FOUND, "This mirror does not have “Whisper test”" },
    { MODEL_SERVER_IS_BUSY, "too busy" },
    { MODEL_SERVER_LOOPS, "choose another mirror" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    model_server_set_manner (f->server, refusals[i].manner);
    start (f);
    assert_failed (f, LONGHAND_ERROR_DOWNLOAD, refusals[i].part, 0);
  }
}

static void
nobody_there_is_said (Fixture *f, gconstpointer data) {
  g_autofree char *base = g_strdup (model_server_get_base (f->server));

  model_server_free (f->server);
  longhand_download_start (f->download, base);
  f->server = model_server_new ();
  assert_failed (f, LONGHAND_ERROR_DOWNLOAD, "127.0.0.1 failed", 0);
}

static void
a_base_that_is_none_is_said (Fixture *f, gconstpointer data) {
  longhand_download_start (f->download, "models");
  assert_failed (f, LONGHAND_ERROR_INVALID, "https://", 0);
}

/* ---- this side ---- */

static void
no_room_is_said_before (Fixture *f, gconstpointer data) {
  full_disk.free_bytes = 16 * 1024 * 1024 + N_BYTES - 100000;
  start (f);
  assert_failed (f, LONGHAND_ERROR_WRITE, "make 100.0\302\240kB more free", 0);
  full_disk.free_bytes = 0;
}

static void
a_disk_that_fills_up_keeps_what_it_has (Fixture *f, gconstpointer data) {
  full_disk.room = 400000;
  start (f);
  wait_for_end (f);
  full_disk.room = -1;
  assert_failed (f, LONGHAND_ERROR_WRITE, "disk is full", 400000);
  start (f);
  assert_done (f);
}

static void
a_disk_that_fills_up_says_how_much_is_missing (Fixture *f, gconstpointer data) {
  fetch_half (f);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  full_disk.free_bytes = 16 * 1024 * 1024 + 100001;
  start (f);
  assert_failed (f, LONGHAND_ERROR_WRITE, "make 200.0\302\240kB more free", N_BYTES / 2);
  full_disk.free_bytes = 0;
}

static void
cancelling_removes_what_came (Fixture *f, gconstpointer data) {
  fetch_half (f);
  longhand_download_cancel (f->download);
  g_assert_cmpint (longhand_download_get_state (f->download), ==, LONGHAND_DOWNLOAD_IDLE);
  g_assert_cmpuint (count_files (f), ==, 0);
  start (f);
  wait_for_bytes (f, N_BYTES / 2);
  longhand_download_cancel (f->download);
  wait_for_end (f);
  g_assert_cmpint (longhand_download_get_state (f->download), ==, LONGHAND_DOWNLOAD_IDLE);
  g_assert_cmpuint (count_files (f), ==, 0);
}

static void
two_do_not_fetch_the_same (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandPartFile) part = longhand_part_file_open (f->path, NULL);
  const GError *error;

  start (f);
  wait_for_end (f);
  error = longhand_download_get_error (f->download);
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "is being fetched already"));
  g_assert_cmpuint (model_server_get_n_connections (f->server), ==, 0);
}

static void
whoever_loses_interest_leaves_a_part (Fixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  start (f);
  wait_for_bytes (f, N_BYTES / 2);
  g_assert_finalize_object (f->download);
  g_assert_cmpuint (longhand_part_file_look (f->path), ==, N_BYTES / 2);
  open_download (f);
}

static void
speed_is_smooth (void) {
  const double first = longhand_download_smooth_speed (0, 500, 0.5);
  const double soon = longhand_download_smooth_speed (1000, 0, 0.1),
               late = longhand_download_smooth_speed (1000, 0, 60);

  g_assert_cmpfloat (first, ==, 1000);
  g_assert_cmpfloat (soon, >, 900);
  g_assert_cmpfloat (soon, <, 1000);
  g_assert_cmpfloat (late, <, 1);
  g_assert_cmpfloat (longhand_download_smooth_speed (1000, 2000, 2), ==, 1000);
}

#define ADD(name, function) g_test_add ("/download/" name, Fixture, NULL, set_up, function, tear_down)
#define ADD_WITH(name, function, manner)                                                                     \
  g_test_add ("/download/" name, Fixture, GINT_TO_POINTER (manner), set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing-is-asked-before-the-start", nothing_is_asked_before_the_start);
  ADD ("a-file-arrives", a_file_arrives);
  ADD ("nothing-is-told-of-the-person", nothing_is_told_of_the_person);
  ADD ("a-pause-is-gone-on-from", a_pause_is_gone_on_from);
  ADD ("a-new-run-of-the-program-goes-on", a_new_run_of_the_program_goes_on);
  ADD ("what-is-all-there-is-only-checked", what_is_all_there_is_only_checked);
  ADD ("a-redirection-is-followed", a_redirection_is_followed);
  ADD ("another-mirror-goes-on", another_mirror_goes_on);
  ADD ("a-silent-server-is-given-up", a_silent_server_is_given_up);
  ADD ("a-stall-ends-and-what-came-is-kept", a_stall_ends_and_what_came_is_kept);
  ADD ("what-breaks-off-goes-on-by-itself", what_breaks_off_goes_on_by_itself);
  ADD ("what-breaks-off-without-a-gain-is-given-up", what_breaks_off_without_a_gain_is_given_up);
  ADD ("too-long-a-length-does-not-spoil-the-file", too_long_a_length_does_not_spoil_the_file);
  ADD ("a-length-that-cannot-be-the-models-is-refused", a_length_that_cannot_be_the_models_is_refused);
  ADD ("an-endless-file-ends", an_endless_file_ends);
  ADD ("wrong-bytes-are-removed", wrong_bytes_are_removed);
  ADD_WITH ("ignored-ranges-begin-again", without_ranges_it_begins_again, MODEL_SERVER_IGNORES_RANGE);
  ADD_WITH ("refused-ranges-begin-again", without_ranges_it_begins_again, MODEL_SERVER_REFUSES_RANGE);
  ADD_WITH ("shifted-ranges-begin-again", without_ranges_it_begins_again, MODEL_SERVER_SHIFTS_RANGE);
  ADD ("a-new-version-comes-as-a-whole", a_new_version_comes_as_a_whole);
  ADD ("refusals-say-what-to-do", refusals_say_what_to_do);
  ADD ("a-page-in-its-place-costs-nothing", a_page_in_its_place_costs_nothing);
  ADD ("who-was-sent-on-hears-where-to", who_was_sent_on_hears_where_to);
  ADD ("what-was-deleted-is-done-no-longer", what_was_deleted_is_done_no_longer);
  ADD ("nobody-there-is-said", nobody_there_is_said);
  ADD ("a-base-that-is-none-is-said", a_base_that_is_none_is_said);
  ADD ("no-room-is-said-before", no_room_is_said_before);
  ADD ("a-disk-that-fills-up-keeps-what-it-has", a_disk_that_fills_up_keeps_what_it_has);
  ADD ("a-disk-that-fills-up-says-how-much-is-missing", a_disk_that_fills_up_says_how_much_is_missing);
  ADD ("cancelling-removes-what-came", cancelling_removes_what_came);
  ADD ("two-do-not-fetch-the-same", two_do_not_fetch_the_same);
  ADD ("whoever-loses-interest-leaves-a-part", whoever_loses_interest_leaves_a_part);
  g_test_add_func ("/download/speed-is-smooth", speed_is_smooth);
  return g_test_run ();
}
