/* longhand-cli quantize: a model with weights of another type. */
#include "cli/longhand-cli.h"

#include "cli/longhand-cli-columns.h"
#include "cli/longhand-cli-sandbox.h"
#include "cli/longhand-cli-suggestion.h"
#include "longhand-engine-error.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#define MIB (1024.0 * 1024.0)

/* "256 x 1024", the contiguous dimension first. (transfer full) */
static char *
shape_text (const struct quill_converted_tensor *tensor) {
  GString *text = g_string_new (NULL);

  for (unsigned i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (text, "%s%zu", i > 0 ? " x " : "", tensor->dims[i]);
  return g_string_free (text, FALSE);
}

static void
print_header (void) {
  /* Translators: columns of a table: name and shape of a tensor, types, error, sizes before and after. */
  longhand_cli_print_row (-40, _ ("tensor"), -14, _ ("shape"), -12, _ ("type"), 8, _ ("error %"), 10,
                          _ ("largest"), 10, _ ("bytes"), 10, _ ("now"), 0, NULL);
}

/* user: gboolean, whether the header has been printed; it comes with the first tensor, so that nothing stands
 * above an error that comes before. */
static void
print_tensor (void *user, const struct quill_converted_tensor *tensor) {
  gboolean *begun = user;
  g_autofree char *shape = shape_text (tensor);
  g_autofree char *types = g_strdup_printf ("%s -> %s", tensor->type_before, tensor->type_after);

  if (!*begun)
    print_header ();
  *begun = TRUE;
  g_print ("%-40s %-14s %-12s %8.4f %10.3g %10zu %10zu\n", tensor->name, shape, types,
           100 * tensor->relative_error, tensor->largest_error, tensor->bytes_before, tensor->bytes_after);
}

static void
print_size (const char *path) {
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *bytes = NULL;
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return;
  bytes = g_strdup_printf ("%" G_GINT64_FORMAT, (gint64)info.st_size);
  g_print (_ ("%s: %.1f MiB (%s bytes)\n"), name, (double)info.st_size / MIB, bytes);
}

static bool
is_cancelled (void *user) {
  return longhand_cli_interrupted ();
}

/* Where the new model goes: a rename would replace a link itself, so the file behind it is the one to
 * write. (transfer full); NULL when it must not be replaced. */
static char *
resolve (const char *path, GError **error) {
  char *real = realpath (path, NULL);

  if (real == NULL)
    return g_strdup (path);
  if (g_file_test (real, G_FILE_TEST_IS_REGULAR) && g_access (real, W_OK) != 0) {
    g_autofree char *name = g_filename_display_name (path);

    longhand_set_error_from_write (error, name, errno);
    free (real);
    return NULL;
  }
  return real;
}

/* Only what can be opened is converted, so that a broken model is found before it is copied. */
static gboolean
check_model (const char *path, GError **error) {
  struct quill_model *model = longhand_engine_open_model (path, error);

  if (model == NULL)
    return FALSE;
  quill_model_close (&model);
  return TRUE;
}

static gboolean
quantize (const char *in, const char *out, const char *type, int threads, GError **error) {
  gboolean begun = FALSE;
  const struct quill_conversion conversion
      = { .n_threads = (unsigned)threads, .tensor = print_tensor, .cancelled = is_cancelled, .user = &begun };
  struct quill_error engine_error = { 0 };
  g_autofree char *target = NULL;

  if (!check_model (in, error))
    return FALSE;
  target = resolve (out, error);
  if (target == NULL)
    return FALSE;
  if (quill_model_quantize (in, target, type, &conversion, &engine_error) == QUILL_OK) {
    g_print ("\n");
    print_size (in);
    print_size (target);
    return TRUE;
  }
  if (engine_error.code == QUILL_ERR_IO && engine_error.os_error != 0) {
    g_autofree char *name = g_filename_display_name (out);

    longhand_set_error_from_write (error, name, engine_error.os_error);
  } else {
    longhand_set_error_from_engine (error, &engine_error);
  }
  return FALSE;
}

/* f32 f16 q4_0 ... q6_K, NULL. (transfer container) */
static GPtrArray *
list_types (void) {
  GPtrArray *types = g_ptr_array_new ();
  const char *name;

  for (unsigned i = 0; (name = quill_weight_type_name (i)) != NULL; i++)
    g_ptr_array_add (types, (gpointer)name);
  g_ptr_array_add (types, NULL);
  return types;
}

static gboolean
check_type (const char *type, GError **error) {
  g_autoptr (GPtrArray) types = list_types ();
  g_autofree char *choices = g_strjoinv (" ", (char **)types->pdata);

  for (guint i = 0; i + 1 < types->len; i++)
    if (g_ascii_strcasecmp (types->pdata[i], type) == 0)
      return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("There is no type “%s” for weights: choose one of %s."), type, choices);
  longhand_cli_suggest (error, type, (const char *const *)types->pdata);
  return FALSE;
}

int
longhand_cli_quantize (int argc, char **argv) {
  int threads = 0;
  const GOptionEntry entries[] = {
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads,
      N_ ("Threads, 1 to 256 (default 0: as many as are best)"), N_ ("N") },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GPtrArray) types = list_types ();
  g_autofree char *names = g_strjoinv (" ", (char **)types->pdata);
  g_autofree char *description
      = g_strdup_printf (_ ("TYPE: %s.\nSmaller types are faster and hear a little worse: q8_0 and q5_1 are "
                            "good choices. A model that\n"
                            "was made smaller does not get better again by a larger type.\n\nThe table "
                            "tells, for each tensor, the root "
                            "mean square of the errors in percent of that of the\nvalues, the largest error, "
                            "and the size before and now. "
                            "OUT appears when it is complete; whisper.cpp\nreads it, too. Tensors that are "
                            "no weights keep their "
                            "precision."),
                         names);
  g_autoptr (GError) error = NULL;

  if (!longhand_cli_parse (&argc, &argv, _ ("IN OUT TYPE"),
                           _ ("Writes the model file IN anew as OUT, with weights of another type."),
                           description, entries))
    return LONGHAND_EXIT_USAGE;
  if (longhand_cli_refuse_surplus (argc, argv, 3))
    return LONGHAND_EXIT_USAGE;
  if (argc < 4) {
    longhand_cli_complain (_ ("“quantize” takes a model file, the name of a new one, and a type, as in "
                              "“longhand-cli quantize ggml-base.bin ggml-base-q8_0.bin q8_0”."));
    return LONGHAND_EXIT_USAGE;
  }
  if (!check_type (argv[3], &error) || !longhand_cli_check_threads (threads, &error))
    return longhand_cli_fail (error);
  longhand_cli_catch_interrupt ();
  longhand_cli_catch_termination ();
  /* What ends a program by default must not leave an unfinished file: a reader that goes away shows when
   * standard output is closed, a limit on sizes is a full disk. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  longhand_cli_close_in ((const char *const *)&argv[2], 1);
  if (!quantize (argv[1], argv[2], argv[3], threads, &error))
    return longhand_cli_fail (error);
  return LONGHAND_EXIT_OK;
}
