/* Times one window of 30 s through a model's encoder and single tokens through its decoder, as JSON.
 *
 *     bench-window [--threads N] [--tokens N] [--warm-up N] [--runs N] MODEL
 *
 * A run is: the encoder over noise in all its frames, the cross-attention's keys and values, then the same
 * token at positions 0, 1, 2, ..., each with its logits. Nothing stops it early, so the work does not depend
 * on the weights. JSON: model, type, level, threads, tokens, runs, load_ms (file to ready buffers), encode_ms
 * and cross_ms (medians of the runs), token_ms (median of the runs' means), token_p50_ms (median of all
 * tokens), peak_rss_kb. */
#include <stdlib.h>
#include <sys/resource.h>

#include <glib.h>

#include "base/clock.h"
#include "transcriber.h"

#define TOKEN 0

struct times {
  GArray *encode, *cross, *token, *tokens; /* double, ms; one of a run, the last of each token */
};

static int
by_value (gconstpointer a, gconstpointer b) {
  const double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static double
median (GArray *times) {
  g_array_sort (times, by_value);
  return (g_array_index (times, double, (times->len - 1) / 2) + g_array_index (times, double, times->len / 2))
         / 2;
}

static void
fill_mel (struct quill_transcriber *t) {
  const struct quill_hparams *h = &t->model->hparams;
  float *mel = quill_encoder_mel (t->encoder);

  for (size_t i = 0; i < 2 * (size_t)h->n_audio_ctx * h->n_mels; i++)
    mel[i] = (float)g_random_double_range (-1.0, 1.0);
}

static enum quill_status
run_window (struct quill_transcriber *t, int n_tokens, struct times *times, struct quill_error *err) {
  const struct quill_compute *compute = &t->workers.compute;
  const size_t n_ctx = t->model->hparams.n_audio_ctx;
  const uint32_t token = TOKEN;
  const struct quill_feed feed = { .tokens = &token, .n = 1, .n_logits = 1 };
  const float *logits;
  double ms[4];

  fill_mel (t);
  ms[0] = quill_now_ms ();
  QUILL_TRY (quill_encoder_run (t->encoder, compute, n_ctx, NULL, err));
  ms[1] = quill_now_ms ();
  QUILL_TRY (
      quill_decoder_begin (t->decoder, compute, 0, quill_encoder_output (t->encoder), n_ctx, NULL, err));
  ms[2] = quill_now_ms ();
  for (int i = 0; i < n_tokens; i++) {
    const double start = quill_now_ms ();

    QUILL_TRY (quill_decoder_feed (t->decoder, compute, &feed, 1, &logits, NULL, err));
    ms[3] = quill_now_ms () - start;
    g_array_append_val (times->tokens, ms[3]);
  }
  ms[3] = (quill_now_ms () - ms[2]) / n_tokens;
  ms[1] -= ms[0];
  ms[2] -= ms[0] + ms[1];
  g_array_append_val (times->encode, ms[1]);
  g_array_append_val (times->cross, ms[2]);
  g_array_append_val (times->token, ms[3]);
  return QUILL_OK;
}

static void
forget (struct times *times) {
  g_array_set_size (times->encode, 0);
  g_array_set_size (times->cross, 0);
  g_array_set_size (times->token, 0);
  g_array_set_size (times->tokens, 0);
}

static void
print_json (struct quill_transcriber *t, double load_ms, int n_tokens, struct times *times) {
  struct quill_model_info info;
  struct rusage usage;

  quill_model_get_info (t->model, &info);
  getrusage (RUSAGE_SELF, &usage);
  g_print ("{\"model\": \"%s%s\", \"type\": \"%s\", \"level\": \"%s\", \"threads\": %u, \"tokens\": %d, "
           "\"runs\": %u, \"load_ms\": %.3f, \"encode_ms\": %.3f, \"cross_ms\": %.3f, \"token_ms\": %.4f, "
           "\"token_p50_ms\": %.4f, \"peak_rss_kb\": %ld}\n",
           info.size, info.multilingual ? "" : ".en", info.weight_type, quill_transcriber_kernel_level (t),
           quill_transcriber_n_threads (t), n_tokens, times->encode->len, load_ms, median (times->encode),
           median (times->cross), median (times->token), median (times->tokens), usage.ru_maxrss);
}

static enum quill_status
bench (const char *path, unsigned n_threads, int n_tokens, int n_warm_up, int n_runs,
       struct quill_error *err) {
  const struct quill_settings settings = { .n_threads = n_threads, .cpu_mask = ~0u };
  struct times times
      = { g_array_new (FALSE, FALSE, sizeof (double)), g_array_new (FALSE, FALSE, sizeof (double)),
          g_array_new (FALSE, FALSE, sizeof (double)), g_array_new (FALSE, FALSE, sizeof (double)) };
  struct quill_model *model = NULL;
  struct quill_transcriber *t = NULL;
  const double start = quill_now_ms ();
  enum quill_status status = quill_model_open (&model, path, err);

  if (status == QUILL_OK)
    status = quill_transcriber_open (&t, model, &settings, err);
  const double load_ms = quill_now_ms () - start;
  if (status == QUILL_OK && (unsigned)n_tokens > model->hparams.n_text_ctx)
    n_tokens = (int)model->hparams.n_text_ctx;
  for (int i = 0; i < n_warm_up + n_runs && status == QUILL_OK; i++) {
    if (i == n_warm_up)
      forget (&times);
    status = run_window (t, n_tokens, &times, err);
  }
  if (status == QUILL_OK)
    print_json (t, load_ms, n_tokens, &times);
  quill_transcriber_close (&t);
  quill_model_close (&model);
  g_array_unref (times.encode);
  g_array_unref (times.cross);
  g_array_unref (times.token);
  g_array_unref (times.tokens);
  return status;
}

int
main (int argc, char **argv) {
  int n_threads = 0, n_tokens = 256, n_warm_up = 1, n_runs = 5;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Threads (default: all)", "N" },
    { "tokens", 0, 0, G_OPTION_ARG_INT, &n_tokens, "Tokens of a run (default: 256)", "N" },
    { "warm-up", 0, 0, G_OPTION_ARG_INT, &n_warm_up, "Runs that do not count (default: 1)", "N" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &n_runs, "Runs that count (default: 5)", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) options = g_option_context_new ("MODEL");
  struct quill_error err = { 0 };

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error)) {
    g_printerr ("bench-window: %s\n", error->message);
    return 2;
  }
  if (argc != 2 || n_threads < 0 || n_tokens < 1 || n_warm_up < 0 || n_runs < 1) {
    g_printerr ("bench-window: name one model; --tokens and --runs are at least 1.\n");
    return 2;
  }
  if (bench (argv[1], (unsigned)n_threads, n_tokens, n_warm_up, n_runs, &err) != QUILL_OK) {
    g_printerr ("bench-window: %s\n", err.message);
    return 1;
  }
  return 0;
}
