/* What else words may have been, with the bundled model, against the same looked for the long way. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "bundled.h"
#include "text/words.h"
#include "transcriber.h"

#define N_ALTERNATIVES 3
#define N_CANDIDATES (N_ALTERNATIVES + 4)
#define MAX_TOKENS 12

struct fixture {
  struct quill_model *model;
  struct quill_transcriber *transcriber;
  float *samples;
  size_t n;
  struct quill_params params;
};

static void
open_transcriber (struct fixture *f, unsigned n_hypotheses, unsigned n_together) {
  struct quill_settings settings;

  quill_settings_init (&settings);
  settings.n_threads = 2;
  settings.word_timestamps = true;
  settings.n_hypotheses = n_hypotheses;
  settings.n_together = n_together;
  quill_transcriber_close (&f->transcriber);
  g_assert_cmpint (quill_transcriber_open (&f->transcriber, f->model, &settings, NULL), ==, QUILL_OK);
}

static void
set_up (struct fixture *f, const void *unused) {
  f->model = bundled_model ();
  f->samples = bundled_sound ("005-espeak-en-us+linda.flac", &f->n);
  open_transcriber (f, 2, 1);
  quill_params_init (&f->params);
  f->params.audio_ctx = 300;
  f->params.word_timestamps = true;
  f->params.n_alternatives = N_ALTERNATIVES;
}

static void
tear_down (struct fixture *f, const void *unused) {
  g_free (f->samples);
  quill_transcriber_close (&f->transcriber);
  quill_model_close (&f->model);
}

static struct quill_result *
hear (struct fixture *f) {
  struct quill_result *result = NULL;

  g_assert_cmpint (quill_transcribe (f->transcriber, f->samples, f->n, &f->params, &result, NULL), ==,
                   QUILL_OK);
  return result;
}

/* "word [other 0x1p-1] ..." line by line. */
static char *
describe_alternatives (const struct quill_result *result) {
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < result->n_segments; i++)
    for (size_t k = 0; k < result->segments[i].n_words; k++) {
      const struct quill_word *word = &result->segments[i].words[k];

      g_string_append (text, word->text);
      for (size_t m = 0; m < word->n_alternatives; m++)
        g_string_append_printf (text, " [%s %a]", word->alternatives[m].text,
                                (double)word->alternatives[m].probability);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

/* ---- the long way ---- */

struct path {
  uint32_t tokens[MAX_TOKENS + 1];
  size_t n;
  double sum, rank;
  bool is_complete;
};

struct alternative {
  char text[64];
  double probability;
};

/* What may come behind the prompt, the text and the path, everything fed anew: [n_vocab], g_free. */
static double *
logprobs_behind (struct fixture *f, const GArray *text, const struct path *path) {
  struct quill_transcriber *t = f->transcriber;
  const struct quill_rules *rules = &t->slots[0].rules;
  const size_t n_vocab = f->model->hparams.n_vocab;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  g_autofree float *allowed = g_new (float, n_vocab);
  double *logprobs = g_new (double, n_vocab), sum = 0;
  const float *logits;

  g_array_append_val (all, rules->specials.sot);
  g_array_append_val (all, rules->specials.no_timestamps);
  g_array_append_vals (all, text->data, text->len);
  g_array_append_vals (all, path->tokens, (guint)path->n);
  const struct quill_feed feed = { .tokens = (uint32_t *)(gpointer)all->data, .n = all->len, .n_logits = 1 };
  quill_decoder_truncate (t->decoder, 0, 0);
  g_assert_cmpint (quill_decoder_feed (t->decoder, &t->workers.compute, &feed, 1, &logits, NULL, NULL), ==,
                   QUILL_OK);
  memcpy (allowed, logits, n_vocab * sizeof *allowed);
  quill_rules_apply (rules, &t->workers.compute.kernels, feed.tokens + 2, feed.n - 2, allowed, n_vocab);
  for (size_t i = 0; i < n_vocab; i++)
    sum += exp ((double)allowed[i]);
  for (size_t i = 0; i < n_vocab; i++)
    logprobs[i] = (double)allowed[i] - log (sum);
  return logprobs;
}

static bool
has_space (const struct fixture *f, uint32_t token) {
  const struct quill_token_text text = quill_token_bytes (f->transcriber->tokenizer, token);

  return text.len > 0 && text.bytes[0] == ' ';
}

static bool
is_behind_word (const struct fixture *f, uint32_t token) {
  return token >= f->transcriber->rules.specials.eot || has_space (f, token);
}

static int
by_rank (const void *a, const void *b) {
  const struct path *x = a, *y = b;

  return x->rank < y->rank ? 1 : x->rank > y->rank ? -1 : 0;
}

/* All ways to leave the word, the likeliest first. */
static GArray *
candidates_for (struct fixture *f, const GArray *before, const uint32_t *word, size_t n) {
  GArray *all = g_array_new (FALSE, TRUE, sizeof (struct path));
  struct path kept = { .n = 0 };

  for (size_t at = 0; at < n; at++) {
    g_autofree double *logprobs = logprobs_behind (f, before, &kept);
    struct path over = kept;
    double end = -INFINITY;

    for (uint32_t token = 0; token < f->model->hparams.n_vocab; token++) {
      struct path longer = kept;

      if (at > 0 && is_behind_word (f, token)) {
        end = MAX (end, logprobs[token]);
        continue;
      }
      if (token == word[at] || !isfinite (logprobs[token]) || token >= f->transcriber->rules.specials.eot
          || (at == 0
              && (!has_space (f, token) || quill_token_bytes (f->transcriber->tokenizer, token).len < 2)))
        continue;
      longer.tokens[longer.n++] = token;
      longer.sum += logprobs[token];
      longer.rank = longer.sum;
      g_array_append_val (all, longer);
    }
    over.rank = over.sum + end;
    over.is_complete = true;
    if (at > 0)
      g_array_append_val (all, over);
    kept.sum += logprobs[word[at]];
    kept.tokens[kept.n++] = word[at];
  }
  g_array_sort (all, by_rank);
  return all;
}

static void
complete (struct fixture *f, const GArray *before, struct path *path) {
  while (!path->is_complete) {
    g_autofree double *logprobs = logprobs_behind (f, before, path);
    uint32_t best = 0;

    for (uint32_t token = 0; token < f->model->hparams.n_vocab; token++)
      if (logprobs[token] > logprobs[best])
        best = token;
    path->is_complete = is_behind_word (f, best);
    if (path->is_complete)
      return;
    g_assert_cmpuint (path->n, <, MAX_TOKENS); /* none of these words is that long */
    path->sum += logprobs[best];
    path->tokens[path->n++] = best;
  }
}

static char *
core_of (const struct fixture *f, const uint32_t *tokens, size_t n) {
  char text[256];
  const char *core;

  n = quill_tokens_to_text (f->transcriber->tokenizer, tokens, n, text, sizeof text);
  n = quill_word_core (text, n, &core);
  return g_strndup (core, n);
}

static int
by_probability (const void *a, const void *b) {
  const struct alternative *x = a, *y = b;

  return x->probability < y->probability ? 1 : x->probability > y->probability ? -1 : 0;
}

/* (element-type struct alternative) */
static GArray *
alternatives_the_long_way (struct fixture *f, const GArray *before, const uint32_t *word, size_t n) {
  GArray *found = g_array_new (FALSE, FALSE, sizeof (struct alternative));
  g_autoptr (GArray) candidates = candidates_for (f, before, word, n);
  g_autofree char *own = core_of (f, word, n);

  for (guint i = 0; i < N_CANDIDATES; i++) {
    struct path *path = &g_array_index (candidates, struct path, i);
    struct alternative alternative;
    bool is_known = false;

    complete (f, before, path);
    g_autofree char *text = core_of (f, path->tokens, path->n);
    for (guint k = 0; k < found->len; k++)
      is_known = is_known || g_str_equal (g_array_index (found, struct alternative, k).text, text);
    if (is_known || *text == '\0' || g_str_equal (text, own))
      continue;
    g_strlcpy (alternative.text, text, sizeof alternative.text);
    alternative.probability = exp (path->sum / (double)path->n);
    g_array_append_val (found, alternative);
  }
  g_array_sort (found, by_probability);
  g_array_set_size (found, MIN (found->len, N_ALTERNATIVES));
  return found;
}

/* ---- tests ---- */

static void
alternatives_are_the_likeliest_others (struct fixture *f, const void *unused) {
  struct quill_heard heard[448];
  struct quill_draft draft = { .heard = heard, .capacity = G_N_ELEMENTS (heard) };
  struct quill_result *result = NULL;
  g_autoptr (GArray) before = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  size_t begin = 0, n_checked = 0;

  f->params.timestamps = false;
  f->params.temperature_increment = 0.0f;
  g_assert_cmpint (
      quill_transcribe_draft (f->transcriber, f->samples, f->n, &f->params, &draft, &result, NULL), ==,
      QUILL_OK);
  for (size_t i = 0; i < result->segments[0].n_words; i++) {
    const struct quill_word *word = &result->segments[0].words[i];
    uint32_t tokens[32];
    size_t n = 0;

    do
      tokens[n] = heard[begin + n].token;
    while (++n < G_N_ELEMENTS (tokens) && begin + n < draft.n && !heard[begin + n].begins_word);
    g_autoptr (GArray) expected = alternatives_the_long_way (f, before, tokens, n);
    g_assert_cmpuint (word->n_alternatives, ==, expected->len);
    for (size_t k = 0; k < expected->len; k++) {
      const struct alternative *other = &g_array_index (expected, struct alternative, k);

      g_assert_cmpstr (word->alternatives[k].text, ==, other->text);
      g_assert_cmpfloat_with_epsilon ((double)word->alternatives[k].probability, other->probability, 1e-4);
      n_checked++;
    }
    g_array_append_vals (before, tokens, (guint)n);
    begin += n;
  }
  g_assert_cmpuint (begin, ==, draft.n);
  g_assert_cmpuint (n_checked, >=, 2 * result->segments[0].n_words);
  quill_result_free (&result);
}

/* Nor does it matter on how many sequences they are completed, with times in the text or after beam search.
 */
static void
looking_for_them_changes_nothing (struct fixture *f, const void *unused) {
  for (guint round = 0; round < 2; round++) {
    struct quill_result *result;

    f->params.beam_size = round == 0 ? 1 : 2;
    f->params.n_alternatives = 0;
    open_transcriber (f, 2, 1);
    result = hear (f);
    g_autofree char *without = bundled_describe (result);
    g_assert_cmpuint (result->segments[0].words[0].n_alternatives, ==, 0);
    quill_result_free (&result);
    f->params.n_alternatives = N_ALTERNATIVES;
    result = hear (f);
    g_autofree char *with = bundled_describe (result), *two = describe_alternatives (result);
    g_assert_cmpstr (with, ==, without);
    quill_result_free (&result);
    open_transcriber (f, 5, 1);
    result = hear (f);
    g_autofree char *five = describe_alternatives (result);
    g_assert_cmpstr (two, ==, five);
    g_assert_nonnull (strchr (two, '['));
    quill_result_free (&result);
  }
}

/* Recordings that are decoded together do not disturb each other. */
static void
recordings_together_have_their_own (struct fixture *f, const void *unused) {
  static const char *const names[] = { "002-flite-rms.flac", "013-espeak-en-gb+m6.flac" };
  struct quill_recording recordings[2] = { 0 };
  float *samples[2];
  char *alone[2];

  f->params.beam_size = 2;
  for (guint i = 0; i < 2; i++) {
    struct quill_result *result = NULL;
    size_t n;

    samples[i] = bundled_sound (names[i], &n);
    g_assert_cmpint (quill_transcribe (f->transcriber, samples[i], n, &f->params, &result, NULL), ==,
                     QUILL_OK);
    alone[i] = describe_alternatives (result);
    quill_result_free (&result);
    recordings[i] = (struct quill_recording){ .samples = samples[i], .n = n, .params = &f->params };
  }
  open_transcriber (f, 2, 2);
  quill_transcribe_together (f->transcriber, recordings, 2);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (recordings[i].status, ==, QUILL_OK);
    g_autofree char *together = describe_alternatives (recordings[i].result);

    g_assert_cmpstr (together, ==, alone[i]);
    quill_result_free (&recordings[i].result);
    g_free (samples[i]);
    g_free (alone[i]);
  }
}

struct canceller {
  guint n_asked, at;
};

static bool
cancel (void *user) {
  struct canceller *c = user;

  return ++c->n_asked == c->at;
}

static void
cancelling_works_while_looking (struct fixture *f, const void *unused) {
  struct canceller c = { 0, 0 };
  struct quill_result *result = hear (f);
  g_autofree char *before = describe_alternatives (result);

  quill_result_free (&result);
  f->params.cancelled = cancel;
  f->params.user = &c;
  f->params.n_alternatives = 0;
  result = hear (f);
  quill_result_free (&result);
  c.at = c.n_asked + 3; /* beyond what the text alone takes */
  c.n_asked = 0;
  f->params.n_alternatives = N_ALTERNATIVES;
  g_assert_cmpint (quill_transcribe (f->transcriber, f->samples, f->n, &f->params, &result, NULL), ==,
                   QUILL_ERR_CANCELLED);
  g_assert_null (result);
  f->params.cancelled = NULL;
  result = hear (f);
  g_autofree char *after = describe_alternatives (result);
  g_assert_cmpstr (after, ==, before);
  quill_result_free (&result);
}

/* What the grammar forbids cannot have been said. */
static void
alternatives_keep_to_the_grammar (struct fixture *f, const void *unused) {
  static const char *const allowed[] = { "yes", "no", "maybe", "never" };
  struct quill_grammar *grammar = NULL;
  size_t n_alternatives = 0;

  g_assert_cmpint (quill_grammar_open (&grammar, f->model,
                                       "root ::= word+\nword ::= \" \" (\"yes\" | \"no\" | "
                                       "\"maybe\" | \"never\")",
                                       NULL, NULL),
                   ==, QUILL_OK);
  f->params.grammar = grammar;
  f->params.grammar_penalty = INFINITY;
  f->params.max_tokens = 12;
  f->params.no_speech_threshold = 1;
  f->params.temperature_increment = 0;
  struct quill_result *result = hear (f);
  g_assert_cmpuint (result->n_segments, >, 0);
  for (size_t i = 0; i < result->segments[0].n_words; i++) {
    const struct quill_word *word = &result->segments[0].words[i];

    for (size_t k = 0; k < word->n_alternatives; k++, n_alternatives++) {
      gboolean is_allowed = FALSE;

      for (gsize w = 0; w < G_N_ELEMENTS (allowed); w++)
        is_allowed = is_allowed || g_ascii_strcasecmp (word->alternatives[k].text, allowed[w]) == 0;
      g_test_message ("%s for %s", word->alternatives[k].text, word->text);
      g_assert_true (is_allowed);
    }
  }
  g_assert_cmpuint (n_alternatives, >, 0);
  quill_result_free (&result);
  quill_grammar_close (&grammar);
}

static void
assert_refused (struct fixture *f, const char *reason) {
  struct quill_result *result = NULL;
  struct quill_error err = { 0 };

  g_assert_cmpint (quill_transcribe (f->transcriber, f->samples, f->n, &f->params, &result, &err), ==,
                   QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (err.message, reason));
  g_assert_null (result);
}

static void
each_failing_allocation_of_words_is_told (struct fixture *f, const void *unused) {
  const unsigned long before = quill_alloc_count ();
  struct quill_result *result = hear (f);
  const unsigned long n_allocations = quill_alloc_count () - before;
  g_autofree char *expected = describe_alternatives (result), *again = NULL;

  g_assert_cmpstr (expected, !=, "");
  quill_result_free (&result);
  for (unsigned long i = 1; i <= n_allocations; i++) {
    struct quill_error err = { 0 };

    quill_alloc_fail_at (i);
    g_assert_cmpint (quill_transcribe (f->transcriber, f->samples, f->n, &f->params, &result, &err), ==,
                     QUILL_ERR_NOMEM);
    quill_alloc_fail_at (0);
    g_assert_true (g_str_has_prefix (err.message, "not enough memory"));
    g_assert_null (result);
  }
  result = hear (f);
  again = describe_alternatives (result);
  g_assert_cmpstr (again, ==, expected);
  quill_result_free (&result);
}

static void
impossible_requests_say_what_is_possible (struct fixture *f, const void *unused) {
  f->params.n_alternatives = QUILL_MAX_ALTERNATIVES + 1;
  assert_refused (f, "5 alternatives to a word are too many: use at most 4");
  f->params.n_alternatives = 1;
  f->params.word_timestamps = false;
  assert_refused (f, "need word timestamps");
}

static void
a_word_has_a_core (void) {
  static const char *const table[][2] = { { " word.", "word" },
                                          { "word", "word" },
                                          { " Don't!?”", "Don't" },
                                          { " “quoted", "“quoted" },
                                          { " ...", "" },
                                          { "字。", "字" },
                                          { " ", "" },
                                          { "", "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    const char *core;
    const size_t n = quill_word_core (table[i][0], strlen (table[i][0]), &core);

    g_assert_cmpmem (core, n, table[i][1], strlen (table[i][1]));
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, fn) g_test_add ("/alternatives/" name, struct fixture, NULL, set_up, fn, tear_down)
  ADD ("are-the-likeliest-others", alternatives_are_the_likeliest_others);
  ADD ("looking-for-them-changes-nothing", looking_for_them_changes_nothing);
  ADD ("recordings-together-have-their-own", recordings_together_have_their_own);
  ADD ("keep-to-the-grammar", alternatives_keep_to_the_grammar);
  ADD ("cancelling-works-while-looking", cancelling_works_while_looking);
  ADD ("each-failing-allocation-of-words-is-told", each_failing_allocation_of_words_is_told);
  ADD ("impossible-requests-say-what-is-possible", impossible_requests_say_what_is_possible);
  g_test_add_func ("/alternatives/a-word-has-a-core", a_word_has_a_core);
  return g_test_run ();
}
