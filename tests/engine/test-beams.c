/* Several hypotheses, with small models that the tests write themselves, against the same done the long way.
 */
#include <math.h>
#include <string.h>

#include "text/search.h"
#include "tiny-model.h"

#define N_TEXT_CTX 24
#define N_AUDIO_CTX 10
#define N_VOCAB 51864
#define MAX_TOKENS 9
#define N_PROMPT 4

static const struct quill_decoder_size size = { .n_sequences = 5, .n_windows = 1, .n_logits = 5 };
static const struct tiny_spec spec = { .hparams = { .n_vocab = N_VOCAB,
                                                    .n_audio_ctx = N_AUDIO_CTX,
                                                    .n_audio_state = 32,
                                                    .n_audio_head = 2,
                                                    .n_audio_layer = 1,
                                                    .n_text_ctx = N_TEXT_CTX,
                                                    .n_text_state = 32,
                                                    .n_text_head = 2,
                                                    .n_text_layer = 1,
                                                    .n_mels = 80 },
                                       .type = QUILL_F32,
                                       .size = &size };

struct fixture {
  struct tiny_rig rig;
  struct quill_tokenizer *tokenizer;
  struct quill_rules rules;
  float *logits;
  uint32_t prompt[N_PROMPT], tokens[N_TEXT_CTX], fed[N_TEXT_CTX], beam_tokens[5][N_TEXT_CTX];
  float logprobs[N_TEXT_CTX], beam_logprobs[5][N_TEXT_CTX];
  struct quill_beams beams;
  struct quill_search search;
  struct quill_timings timings;
};

static void
set_up (struct fixture *f, const void *unused) {
  tiny_rig_open (&f->rig, &spec, 1, ~0u);
  tiny_rig_encode (&f->rig, N_AUDIO_CTX);
  g_assert_cmpint (quill_tokenizer_open (&f->tokenizer, &f->rig.model->file, NULL), ==, QUILL_OK);
  quill_rules_init (&f->rules, f->tokenizer);
  f->rules.timestamps = false;
  f->logits = g_new (float, N_VOCAB);
  f->prompt[0] = f->rules.specials.prev;
  f->prompt[1] = 1234;
  f->prompt[2] = f->rules.specials.sot;
  f->prompt[3] = f->rules.specials.no_timestamps;
  f->beams = (struct quill_beams){ .n = 3, .patience = 1.0f, .length_penalty = -1.0f };
  for (size_t i = 0; i < 5; i++) {
    f->beams.beam[i].tokens = f->beam_tokens[i];
    f->beams.beam[i].logprobs = f->beam_logprobs[i];
  }
  f->search = (struct quill_search){ .kernels = &f->rig.compute.kernels,
                                     .rules = &f->rules,
                                     .n_vocab = N_VOCAB,
                                     .n_text_ctx = N_TEXT_CTX,
                                     .prompt = f->prompt,
                                     .n_prompt = N_PROMPT,
                                     .sot_index = 2,
                                     .max_tokens = MAX_TOKENS,
                                     .max_logits = size.n_logits,
                                     .beams = &f->beams,
                                     .logits = f->logits,
                                     .fed = f->fed,
                                     .tokens = f->tokens,
                                     .logprobs = f->logprobs };
}

static void
tear_down (struct fixture *f, const void *unused) {
  g_free (f->logits);
  quill_tokenizer_close (&f->tokenizer);
  tiny_rig_close (&f->rig);
}

static void
run (struct fixture *f) {
  g_assert_cmpint (quill_search_run (&f->search, f->rig.decoder, &f->rig.compute, NULL, &f->timings, NULL),
                   ==, QUILL_OK);
}

/* ---- the long way ---- */

struct path {
  uint32_t tokens[MAX_TOKENS];
  size_t n;
  double sum;
  struct quill_term_state terms;
  double favour; /* that terms have gained, less what straying has cost */
  bool ended, has_strayed;
};

/* Goes on with a token. */
static void
lengthen (const struct fixture *f, struct path *path, uint32_t token, double logprob) {
  path->sum += logprob;
  if (path->n < f->search.n_firm && token != f->search.draft[path->n] && !path->has_strayed) {
    path->favour -= (double)f->search.firm_tolerance;
    path->has_strayed = true;
  }
  if (f->search.vocabulary)
    path->favour += (double)f->search.vocabulary_strength
                    * quill_vocabulary_advance (f->search.vocabulary, &path->terms, token);
  path->ended = token == f->rules.specials.eot;
  if (!path->ended)
    path->tokens[path->n++] = token;
}

/* Terms count that are complete when it ends. */
static double
score (const struct fixture *f, const struct path *path) {
  const struct quill_beams *beams = &f->beams;
  struct path ended = *path;

  if (!path->ended) /* no room was left */
    lengthen (f, &ended, f->rules.specials.eot, 0.0);
  if (beams->length_penalty < 0)
    return (ended.sum + ended.favour) / (double)path->n;
  return (ended.sum + ended.favour) / pow ((5.0 + (double)path->n) / 6.0, (double)beams->length_penalty);
}

/* The log-probabilities behind a path, everything fed anew: [N_VOCAB], g_free. */
static double *
logprobs_behind (struct fixture *f, const struct path *path) {
  uint32_t all[N_TEXT_CTX];
  const struct quill_feed feed = { .tokens = all, .n = N_PROMPT + path->n, .n_logits = 1 };
  g_autofree float *allowed = g_new (float, N_VOCAB);
  double *logprobs = g_new (double, N_VOCAB), sum = 0;
  const float *logits;

  memcpy (all, f->prompt, sizeof f->prompt);
  memcpy (all + N_PROMPT, path->tokens, path->n * sizeof *all);
  quill_decoder_truncate (f->rig.decoder, 0, 0);
  g_assert_cmpint (quill_decoder_feed (f->rig.decoder, &f->rig.compute, &feed, 1, &logits, NULL, NULL), ==,
                   QUILL_OK);
  memcpy (allowed, logits, N_VOCAB * sizeof *allowed);
  quill_rules_apply (&f->rules, &f->rig.compute.kernels, path->tokens, path->n, allowed, N_VOCAB);
  for (size_t i = 0; i < N_VOCAB; i++)
    sum += exp (allowed[i]);
  sum = log (sum);
  for (size_t i = 0; i < N_VOCAB; i++)
    logprobs[i] = allowed[i] - sum;
  return logprobs;
}

static double
rank (const struct path *path) {
  return path->sum + path->favour;
}

static int
by_rank (const void *a, const void *b) {
  const double x = rank (a), y = rank (b);

  return x < y ? 1 : x > y ? -1 : 0;
}

/* The likeliest continuations of all paths; an end is one, too. Of each there are as many as can be of use,
 * one more than there are paths at a time. g_array_unref. */
static GArray *
continue_all (struct fixture *f, const GArray *paths) {
  GArray *all = g_array_new (FALSE, FALSE, sizeof (struct path));

  for (guint i = 0; i < paths->len; i++) {
    const struct path *path = &g_array_index (paths, struct path, i);
    g_autofree double *logprobs = logprobs_behind (f, path);
    g_autoptr (GArray) own = g_array_new (FALSE, FALSE, sizeof (struct path));

    for (uint32_t token = 0; token < N_VOCAB; token++) {
      struct path longer = *path;
      guint at = own->len;

      lengthen (f, &longer, token, logprobs[token]);
      while (at > 0 && rank (&g_array_index (own, struct path, at - 1)) < rank (&longer))
        at--;
      if (at > f->beams.n)
        continue;
      g_array_insert_val (own, at, longer);
      g_array_set_size (own, MIN (own->len, (guint)f->beams.n + 1));
    }
    g_array_append_vals (all, own->data, own->len);
  }
  qsort (all->data, all->len, sizeof (struct path), by_rank);
  return all;
}

static struct path
search_the_long_way (struct fixture *f) {
  const struct quill_beams *beams = &f->beams;
  const guint n_wanted = (guint)lroundf (beams->patience * (float)beams->n);
  g_autoptr (GArray) paths = g_array_new (FALSE, TRUE, sizeof (struct path));
  g_autoptr (GArray) finished = g_array_new (FALSE, FALSE, sizeof (struct path));
  struct path best;

  g_array_set_size (paths, 1);
  quill_vocabulary_begin (&g_array_index (paths, struct path, 0).terms);
  for (size_t step = 0; step < MAX_TOKENS && finished->len < n_wanted; step++) {
    g_autoptr (GArray) all = continue_all (f, paths);

    g_array_set_size (paths, 0);
    for (guint i = 0; i < all->len && paths->len < beams->n; i++) {
      const struct path *path = &g_array_index (all, struct path, i);

      if (!path->ended)
        g_array_append_vals (paths, path, 1);
      else if (finished->len < n_wanted)
        g_array_append_vals (finished, path, 1);
    }
  }
  for (guint i = 0; i < paths->len && finished->len < beams->n; i++)
    g_array_append_vals (finished, &g_array_index (paths, struct path, i), 1);
  best = g_array_index (finished, struct path, 0);
  for (guint i = 1; i < finished->len; i++)
    if (score (f, &g_array_index (finished, struct path, i)) > score (f, &best))
      best = g_array_index (finished, struct path, i);
  return best;
}

static void
assert_found (const struct fixture *f, const struct path *path) {
  g_assert_cmpmem (f->tokens, f->search.n_tokens * sizeof *f->tokens, path->tokens,
                   path->n * sizeof *path->tokens);
  g_assert_cmpfloat_with_epsilon (f->search.sum_logprob, path->sum, 1e-4);
  g_assert_cmpfloat_with_epsilon ((double)f->search.avg_logprob, path->sum / (double)(path->n + 1), 1e-4);
}

/* Makes a token that the search comes across the end token. */
static void
let_it_end (struct fixture *f, size_t at) {
  run (f);
  g_assert_cmpuint (f->search.n_tokens, ==, MAX_TOKENS); /* noise has no reason to end */
  f->rules.specials.eot = f->tokens[at];
}

/* ---- tests ---- */

static void
beam_search_is_that_of_openai (struct fixture *f, const void *unused) {
  static const struct {
    size_t n;
    float patience, length_penalty;
  } settings[] = { { 2, 1, -1 },    { 3, 1, -1 }, { 5, 1, -1 },  { 3, 2, -1 },
                   { 3, 0.4f, -1 }, { 4, 1, 0 },  { 4, 1, 0.6f } };
  const uint32_t eot = f->rules.specials.eot;
  guint n_ended = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    for (size_t at = 0; at <= 4; at += 2) {
      f->beams.n = settings[i].n;
      f->beams.patience = settings[i].patience;
      f->beams.length_penalty = settings[i].length_penalty;
      f->rules.specials.eot = eot;
      if (at > 0)
        let_it_end (f, at);
      run (f);
      const size_t n_tokens = f->search.n_tokens;
      const struct path expected = search_the_long_way (f);
      assert_found (f, &expected);
      g_assert_cmpuint (f->timings.n_tokens, >=, n_tokens);
      n_ended += expected.ended;
    }
  g_assert_cmpuint (n_ended, >=, 4);
}

/* The model's tokens are two bytes each. */
static const char *const terms[] = { "abcd", "abef", "cdabzz", "ghij", "ghijkl" };

static void
tear_down_with_terms (struct fixture *f, const void *strength) {
  struct quill_vocabulary *vocabulary = (struct quill_vocabulary *)f->search.vocabulary; /* made here */

  quill_vocabulary_close (&vocabulary);
  tear_down (f, NULL);
}

static void
set_up_with_terms (struct fixture *f, const void *strength) {
  struct quill_vocabulary *vocabulary = NULL;

  set_up (f, NULL);
  g_assert_cmpint (quill_vocabulary_open (&vocabulary, f->rig.model, terms, G_N_ELEMENTS (terms), NULL), ==,
                   QUILL_OK);
  f->search.vocabulary = vocabulary;
  f->search.vocabulary_strength = *(const float *)strength;
}

/* As each token is tried, and what was gained goes with the hypothesis that gained it. */
static void
terms_are_favoured_along_each_hypothesis (struct fixture *f, const void *strength) {
  const struct quill_vocabulary *vocabulary = f->search.vocabulary;
  uint32_t without[MAX_TOKENS];

  f->search.vocabulary = NULL;
  run (f);
  memcpy (without, f->tokens, sizeof without);
  f->search.vocabulary = vocabulary;
  for (f->beams.n = 2; f->beams.n <= 5; f->beams.n++) {
    run (f);
    const struct path expected = search_the_long_way (f);
    assert_found (f, &expected);
    g_assert_cmpint (memcmp (without, f->tokens, sizeof without), !=, 0);
  }
}

/* Once for a hypothesis, wherever it leaves it, or if it ends within. */
static void
straying_from_what_was_firm_has_its_price (struct fixture *f, const void *unused) {
  const float prices[] = { 0.0f, 0.05f, 0.5f, 5.0f };
  guint n_kept = 0, n_left = 0;
  uint32_t firm[MAX_TOKENS];

  f->search.beams = NULL;
  let_it_end (f, MAX_TOKENS - 3);
  run (f);
  const size_t n_greedy = f->search.n_tokens;
  memcpy (firm, f->tokens, n_greedy * sizeof *firm);
  f->search.draft = firm;
  f->search.beams = &f->beams;
  for (size_t i = 0; i < G_N_ELEMENTS (prices); i++)
    for (size_t n_firm = 1; n_firm <= n_greedy; n_firm += 2)
      for (f->beams.n = 2; f->beams.n <= 5; f->beams.n += 3) {
        f->search.n_firm = n_firm;
        f->search.firm_tolerance = prices[i];
        run (f);
        const struct path expected = search_the_long_way (f);
        assert_found (f, &expected);
        if (expected.has_strayed)
          n_left++;
        else
          n_kept++;
      }
  g_assert_cmpuint (n_kept, >=, 4);
  g_assert_cmpuint (n_left, >=, 4);
}

static void
more_beams_find_what_is_likelier (struct fixture *f, const void *unused) {
  f->search.beams = NULL;
  run (f);
  const double greedy = f->search.sum_logprob;
  f->search.beams = &f->beams;
  f->beams.n = 5;
  run (f);
  g_assert_cmpfloat (f->search.sum_logprob, >, greedy);
}

/* The logprobs are those of the tokens, whatever way they went through the beams. */
static void
tokens_keep_their_probabilities (struct fixture *f, const void *temperature) {
  double sum = 0;

  f->search.temperature = temperature ? 1.0f : 0.0f;
  f->beams.n = 5;
  run (f);
  const size_t n = f->search.n_tokens;
  struct path path = { .n = 0 };
  for (size_t i = 0; i < n; i++) {
    g_autofree double *logprobs = logprobs_behind (f, &path);

    g_assert_cmpfloat_with_epsilon ((double)f->logprobs[i], logprobs[f->tokens[i]], 1e-4);
    sum += (double)f->logprobs[i];
    path.tokens[path.n++] = f->tokens[i];
  }
  g_assert_cmpfloat_with_epsilon (f->search.sum_logprob, sum, 1e-4);
}

static void
tokens_with_terms_keep_their_probabilities (struct fixture *f, const void *strength) {
  tokens_keep_their_probabilities (f, NULL);
}

static void
samples_with_terms_keep_their_probabilities (struct fixture *f, const void *strength) {
  tokens_keep_their_probabilities (f, "at a temperature");
}

/* The first sample is what one alone would be; the best of them all counts. */
static void
the_best_of_the_samples_counts (struct fixture *f, const void *unused) {
  double best = -INFINITY, sum = -INFINITY;

  f->search.temperature = 1.0f;
  for (f->beams.n = 2; f->beams.n <= 5; f->beams.n++) {
    f->search.seed = 7;
    run (f);
    g_assert_cmpfloat (f->search.sum_logprob, >=, sum); /* all are equally long */
    sum = f->search.sum_logprob;
  }
  g_assert_cmpuint (f->search.n_tokens, ==, MAX_TOKENS);
  f->search.beams = NULL;
  for (uint64_t i = 0; i < 5; i++) {
    f->search.seed = 7 + i * 0x632be59bd9b4e019u;
    run (f);
    best = MAX (best, f->search.sum_logprob);
  }
  g_assert_cmpfloat (best, ==, sum);
}

/* One of them ends at once, and none of the others suffers. */
static void
samples_end_one_by_one (struct fixture *f, const void *unused) {
  f->search.temperature = 1.0f;
  f->beams.n = 4;
  f->search.seed = 3;
  run (f);
  f->rules.specials.eot = f->beam_tokens[1][2];
  f->beams.length_penalty = 0.0f; /* a sum that ends early is the largest */
  const uint32_t first = f->beam_tokens[1][0], second = f->beam_tokens[1][1];
  run (f);
  g_assert_cmpuint (f->search.n_tokens, ==, 2);
  g_assert_cmpuint (f->tokens[0], ==, first);
  g_assert_cmpuint (f->tokens[1], ==, second);
  g_assert_cmpuint (f->beams.n_finished, ==, 4);
  for (size_t i = 0; i < 4; i++)
    g_assert_cmpuint (f->beams.beam[i].n_tokens, ==, i == 1 ? 2 : MAX_TOKENS);
}

static void
stops_when_the_text_context_is_full (struct fixture *f, const void *temperature) {
  f->search.temperature = temperature ? 1.0f : 0.0f;
  f->search.max_tokens = N_TEXT_CTX;
  run (f);
  /* The last token has no position to be fed at any more. */
  g_assert_cmpuint (f->search.n_tokens, ==, N_TEXT_CTX - N_PROMPT + 1);
}

static void
tries_do_not_depend_on_those_before (struct fixture *f, const void *unused) {
  uint32_t first[MAX_TOKENS];

  run (f);
  memcpy (first, f->tokens, sizeof first);
  const double sum = f->search.sum_logprob;
  f->search.temperature = 1.0f;
  run (f);
  f->search.temperature = 0.0f;
  run (f);
  g_assert_cmpmem (first, sizeof first, f->tokens, sizeof first);
  g_assert_cmpfloat (f->search.sum_logprob, ==, sum);
}

/* Also when the next try comes after it. */
static void
cancelling_works_at_every_poll (struct fixture *f, const void *unused) {
  struct tiny_cancel state;
  struct quill_cancel cancel = tiny_cancel_after (&state, 0);

  g_assert_cmpint (quill_search_run (&f->search, f->rig.decoder, &f->rig.compute, &cancel, &f->timings, NULL),
                   ==, QUILL_OK);
  const unsigned n_polls = state.n_asked;
  const double sum = f->search.sum_logprob;
  for (unsigned at = 1; at <= n_polls; at++) {
    cancel = tiny_cancel_after (&state, at);
    g_assert_cmpint (
        quill_search_run (&f->search, f->rig.decoder, &f->rig.compute, &cancel, &f->timings, NULL), ==,
        QUILL_ERR_CANCELLED);
  }
  run (f);
  g_assert_cmpfloat (f->search.sum_logprob, ==, sum);
}

int
main (int argc, char **argv) {
  static const char warm[] = "at a temperature";
  static const float weak = 2.5f, strong = 4.0f;

  g_test_init (&argc, &argv, NULL);
#define ADD(name, data, fn) g_test_add ("/beams/" name, struct fixture, data, set_up, fn, tear_down)
  ADD ("beam-search-is-that-of-openai", NULL, beam_search_is_that_of_openai);
  ADD ("straying-from-what-was-firm-has-its-price", NULL, straying_from_what_was_firm_has_its_price);
  ADD ("more-beams-find-what-is-likelier", NULL, more_beams_find_what_is_likelier);
  ADD ("tokens-keep-their-probabilities", NULL, tokens_keep_their_probabilities);
  ADD ("tokens-keep-their-probabilities/samples", warm, tokens_keep_their_probabilities);
  ADD ("the-best-of-the-samples-counts", NULL, the_best_of_the_samples_counts);
  ADD ("samples-end-one-by-one", NULL, samples_end_one_by_one);
  ADD ("stops-when-the-text-context-is-full", NULL, stops_when_the_text_context_is_full);
  ADD ("stops-when-the-text-context-is-full/samples", warm, stops_when_the_text_context_is_full);
  ADD ("tries-do-not-depend-on-those-before", NULL, tries_do_not_depend_on_those_before);
  ADD ("cancelling-works-at-every-poll", NULL, cancelling_works_at_every_poll);
#define ADD_WITH_TERMS(name, strength, fn)                                                                   \
  g_test_add ("/beams/" name, struct fixture, strength, set_up_with_terms, fn, tear_down_with_terms)
  ADD_WITH_TERMS ("terms-are-favoured-along-each-hypothesis/weakly", &weak,
                  terms_are_favoured_along_each_hypothesis);
  ADD_WITH_TERMS ("terms-are-favoured-along-each-hypothesis/strongly", &strong,
                  terms_are_favoured_along_each_hypothesis);
  ADD_WITH_TERMS ("tokens-keep-their-probabilities/terms", &strong,
                  tokens_with_terms_keep_their_probabilities);
  ADD_WITH_TERMS ("tokens-keep-their-probabilities/terms-and-samples", &strong,
                  samples_with_terms_keep_their_probabilities);
  return g_test_run ();
}
