/* What the verbs of longhand-cli share. Everything here is for the main thread. */
#pragma once

#include "longhand-error.h"
#include "models/longhand-model-store.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <quill.h>

G_BEGIN_DECLS

/* Exit codes; documented in --help. */
enum {
  LONGHAND_EXIT_OK = 0,
  LONGHAND_EXIT_FAILED = 1,        /* something could not be done; what could be done is done */
  LONGHAND_EXIT_USAGE = 2,         /* the command line makes no sense */
  LONGHAND_EXIT_MODEL = 3,         /* no model, or a broken one */
  LONGHAND_EXIT_MICROPHONE = 4,    /* no microphone, or it went away */
  LONGHAND_EXIT_INTERRUPTED = 130, /* Ctrl+C */
};

/* A verb: gets argv[0] = "longhand-cli VERB" and what follows it; returns an exit code. */
int longhand_cli_transcribe (int argc, char **argv);
int longhand_cli_detect_language (int argc, char **argv);
int longhand_cli_listen (int argc, char **argv);
int longhand_cli_recover (int argc, char **argv);
int longhand_cli_devices (int argc, char **argv);
int longhand_cli_bench (int argc, char **argv);
int longhand_cli_selftest (int argc, char **argv);
int longhand_cli_quantize (int argc, char **argv);
int longhand_cli_replay (int argc, char **argv);
int longhand_cli_models (int argc, char **argv);

/* An entry that is none: what follows it stands under this heading in --help. */
#define LONGHAND_CLI_HEADING(text)                                                                           \
  { "#", 0, 0, G_OPTION_ARG_NONE, NULL, text, NULL }

/* Parses options of a verb; entries are borrowed, and may have headings. Positional arguments stay in argv.
 * FALSE: the caller returns LONGHAND_EXIT_USAGE, the reason has been printed. --help prints and exits. */
gboolean longhand_cli_parse (int *argc, char ***argv, const char *positional, const char *summary,
                             const char *description, const GOptionEntry *entries);

/* Complains of the first argument behind n_taken that a verb has use for. FALSE: there is none. */
gboolean longhand_cli_refuse_surplus (int argc, char **argv, int n_taken);

/* The entries, up to one without a name, for others to be appended; there is always one without a name behind
 * them. (element-type GOptionEntry) (transfer full) */
GArray *longhand_cli_dup_entries (const GOptionEntry *entries);

/* Prints "longhand-cli: MESSAGE" on standard error; message: a whole sentence. */
void longhand_cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* The same for an error, and the exit code that belongs to it. */
int longhand_cli_fail (const GError *error);

/* 0..QUILL_MAX_THREADS, where 0 is automatic; otherwise LONGHAND_ERROR_INVALID. */
gboolean longhand_cli_check_threads (int threads, GError **error);

/* Silence that can end an utterance; otherwise LONGHAND_ERROR_INVALID. */
gboolean longhand_cli_check_pause (double seconds, GError **error);

/* What --model means: option itself, else the model chosen in the settings as long as it is installed, else
 * the best installed one. (transfer full); NULL with LONGHAND_ERROR_MODEL_MISSING. */
LonghandModel *longhand_cli_find_model (LonghandModelStore *store, const char *option, GError **error);

/* Adds to the sentence of error, which is about typed, the name of a model that may be meant: of one that is
 * installed, or is in the catalogue. */
void longhand_cli_suggest_model (GError **error, const char *typed, LonghandModelStore *store,
                                 gboolean with_catalogue);

/* Text for standard output as it is: g_print would change what the locale's character set lacks. */
void longhand_cli_print_text (const char *text);
void longhand_cli_print_bytes (GBytes *bytes);

/* Pretty, with a newline. */
void longhand_cli_print_json (JsonNode *root);

/* Words that may still change, in place of those shown before, "" for none: on a terminal only, on standard
 * error, as much of the end as fits into a line. */
void longhand_cli_show_tentative (const char *text);

/* A model and a transcriber with it. */
typedef struct {
  struct quill_model *model;             /* owned */
  struct quill_transcriber *transcriber; /* owned */
  char *model_id;                        /* owned */
  double load_ms;                        /* model and transcriber */
} LonghandCliEngine;

/* model: as longhand_cli_find_model. FALSE with any of the model errors. */
gboolean longhand_cli_engine_open (LonghandCliEngine *engine, const char *model,
                                   const struct quill_settings *settings, GError **error);
/* The same with the default settings but for these two. */
gboolean longhand_cli_engine_open_masked (LonghandCliEngine *engine, const char *model, int threads,
                                          guint32 cpu_mask, GError **error);
void longhand_cli_engine_close (LonghandCliEngine *engine);

/* From now on the first Ctrl+C only sets a flag; a second one ends the program. */
void longhand_cli_catch_interrupt (void);
/* The same for being ended from outside (SIGTERM, SIGHUP), for verbs that would leave something behind. */
void longhand_cli_catch_termination (void);
gboolean longhand_cli_interrupted (void);

G_END_DECLS
