/* Terms that are favoured: what hypotheses gain by them, with the bundled model's tokens, and what
 * recognition makes of that. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "bundled.h"
#include "model/model.h"
#include "text/vocabulary.h"

struct fixture {
  struct quill_model *model;
  struct quill_tokenizer *tokenizer;
  struct quill_vocabulary *vocabulary;
  size_t n_vocab;
};

static void
set_up (struct fixture *f, const void *unused) {
  f->model = bundled_model ();
  f->n_vocab = f->model->hparams.n_vocab;
  g_assert_cmpint (quill_tokenizer_open (&f->tokenizer, &f->model->file, NULL), ==, QUILL_OK);
}

static void
tear_down (struct fixture *f, const void *unused) {
  quill_vocabulary_close (&f->vocabulary);
  g_assert_null (f->vocabulary);
  quill_vocabulary_close (&f->vocabulary);
  quill_tokenizer_close (&f->tokenizer);
  quill_model_close (&f->model);
}

static void
favour_terms (struct fixture *f, const char *const *terms, size_t n) {
  struct quill_error err = { 0 };

  quill_vocabulary_close (&f->vocabulary);
  quill_vocabulary_open (&f->vocabulary, f->model, terms, n, &err);
  g_assert_cmpstr (err.message, ==, "");
}

static const char *const terms[]
    = { "Ann",           "Ann Arbor",    "Arboretum",   "Kowalski",     "New York", "  York \t Minster ",
        "Old York City", "York Minster", "M\u00fcller", "\u4f60\u597d", "C++",      "Kowal",
        "E. coli" };

/* ---- what is gained ---- */

/* GPT-2's way of spelling a text, or a token for each byte. (transfer full) (element-type guint32) */
static GArray *
spell (const struct fixture *f, const char *text, gboolean by_bytes) {
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  uint32_t token;

  if (!by_bytes) {
    g_array_set_size (tokens, (guint)quill_text_to_tokens (f->tokenizer, text, 0, NULL, 0));
    quill_text_to_tokens (f->tokenizer, text, 0, (uint32_t *)(gpointer)tokens->data, tokens->len);
    return tokens;
  }
  for (; *text != '\0'; text++) {
    g_assert_true (quill_token_find (f->tokenizer, text, 1, &token));
    g_array_append_val (tokens, token);
  }
  return tokens;
}

/* What a text gains that ends here, and by the way that it never has less than complete terms are worth. */
static int
gain (const struct fixture *f, const char *text, gboolean by_bytes) {
  g_autoptr (GArray) tokens = spell (f, text, by_bytes);
  struct quill_term_state state;
  int sum = 0;

  quill_vocabulary_begin (&state);
  for (guint i = 0; i < tokens->len; i++) {
    sum += quill_vocabulary_advance (f->vocabulary, &state, g_array_index (tokens, uint32_t, i));
    g_assert_cmpint (sum, >=, 0);
  }
  return sum + quill_vocabulary_advance (f->vocabulary, &state, quill_tokenizer_specials (f->tokenizer)->eot);
}

static void
complete_terms_are_worth_their_length (struct fixture *f, const void *unused) {
  static const struct {
    const char *text;
    int gain;
  } rows[] = {
    { " He saw Kowalski.", 8 },
    { "Kowalski", 8 },
    { " (Kowalski)", 8 },
    { " \"Kowalski's", 8 },
    { " kowalski", 0 },
    { " Kowalskis", 0 },
    { " Kowalsky", 0 },
    { " Kowal", 5 },
    { " Kowals", 0 },
    { " mKowalski", 0 },
    { " 3Kowalski", 0 },
    { " nothing of that", 0 },
    { "", 0 },
    /* one within another, and one that begins in another */
    { " Ann", 3 },
    { " Annie", 0 },
    { " Ann Arbor", 9 },
    { " Ann Arbors", 3 },
    { " Ann Arboretum", 3 + 9 },
    { " Ann Ann Arbor", 9 },
    { " New York", 8 },
    { " New York Minster", 8 + 12 },
    { " Old York Minster", 12 },
    { " New Yorks", 0 },
    /* any term once */
    { " Kowalski Kowalski Kowalski", 8 },
    { " Kowalski and Ann, Kowalski and Ann", 8 + 3 },
    /* marks and scripts */
    { " C++ and C", 3 },
    { " E. coli", 7 },
    { " E. colis", 0 },
    { " M\u00fcller", 7 },
    { " M\u00fcllerin", 0 },
    { " M\u00fclle", 0 },
    { "\u6211\u8bf4\u4f60\u597d\u5417", 6 },
    { "\u201cKowalski\u201d", 8 },
  };

  favour_terms (f, terms, G_N_ELEMENTS (terms));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].text);
    g_assert_cmpint (gain (f, rows[i].text, FALSE), ==, rows[i].gain);
    g_assert_cmpint (gain (f, rows[i].text, TRUE), ==, rows[i].gain);
  }
}

static void
what_is_left_is_taken_back (struct fixture *f, const void *unused) {
  static const char *const one[] = { "Kowalski" };
  g_autoptr (GArray) tokens = spell (f, " Kowale", TRUE);
  const int expected[] = { 0, 1, 1, 1, 1, 1, -5 };
  struct quill_term_state state;

  favour_terms (f, one, 1);
  quill_vocabulary_begin (&state);
  g_assert_cmpuint (tokens->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < tokens->len; i++)
    g_assert_cmpint (quill_vocabulary_advance (f->vocabulary, &state, g_array_index (tokens, uint32_t, i)),
                     ==, expected[i]);
}

static void
times_end_terms (struct fixture *f, const void *unused) {
  const uint32_t time = quill_tokenizer_specials (f->tokenizer)->first_timestamp + 3;
  g_autoptr (GArray) ann = spell (f, " Ann", FALSE);
  g_autoptr (GArray) arbor = spell (f, " Arbor", FALSE);
  struct quill_term_state state;
  int sum = 0;

  favour_terms (f, terms, G_N_ELEMENTS (terms));
  quill_vocabulary_begin (&state);
  sum += quill_vocabulary_advance (f->vocabulary, &state, time);
  g_array_append_val (ann, time);
  g_array_append_vals (ann, arbor->data, arbor->len);
  g_array_append_val (ann, time);
  for (guint i = 0; i < ann->len; i++)
    sum += quill_vocabulary_advance (f->vocabulary, &state, g_array_index (ann, uint32_t, i));
  g_assert_cmpint (sum, ==, 3);
}

static void
long_and_many_terms_are_bounded (struct fixture *f, const void *unused) {
  static const char *const long_one[] = { "Donaudampfschifffahrtsgesellschaft" };
  g_autoptr (GPtrArray) many = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);

  favour_terms (f, long_one, 1);
  g_assert_cmpint (gain (f, " Donaudampfschifffahrtsgesellschaft", FALSE), ==, 24);
  for (int i = 0; i < QUILL_TERMS_PER_WINDOW + 8; i++) {
    g_ptr_array_add (many, g_strdup_printf ("T%02d", i));
    g_string_append_printf (text, " T%02d", i);
  }
  favour_terms (f, (const char *const *)many->pdata, many->len);
  g_assert_cmpint (gain (f, text->str, TRUE), ==, 3 * QUILL_TERMS_PER_WINDOW);
}

/* ---- what is favoured ---- */

/* The same as trying each token, with what is written thought less likely to come again. */
static void
check_all_tokens (const struct fixture *f, const struct quill_term_state *state, const GArray *tokens,
                  guint *n_favoured) {
  const struct quill_repetition repetition = { .penalty = 1.5f };
  const struct quill_written written = { .repetition = &repetition,
                                         .tokens = (const uint32_t *)(gconstpointer)tokens->data,
                                         .n = tokens->len,
                                         .eot = quill_tokenizer_specials (f->tokenizer)->eot };
  g_autofree float *raw = g_new (float, f->n_vocab);
  g_autofree float *logits = g_new (float, f->n_vocab);
  int loss;

  for (size_t i = 0; i < f->n_vocab; i++) {
    raw[i] = (float)g_test_rand_double_range (-20, 5);
    logits[i] = g_test_rand_int_range (0, 8) == 0 ? -INFINITY : raw[i];
  }
  quill_repetition_apply (&written, logits);
  loss = quill_vocabulary_favour (f->vocabulary, state, 0.75f, &written, raw, logits);
  g_assert_cmpint (loss, <=, 0);
  for (uint32_t i = 0; i < f->n_vocab; i++) {
    struct quill_term_state next = *state;
    const int added = quill_vocabulary_advance (f->vocabulary, &next, i) - loss;

    if (logits[i] > -INFINITY)
      g_assert_cmpfloat (logits[i], ==,
                         quill_repetition_penalise (&written, i, raw[i]) + 0.75f * (float)added);
    *n_favoured += added > 0;
  }
}

static void
favours_what_would_be_gained (struct fixture *f, const void *unused) {
  static const char *const texts[] = {
    "",        " Ann", " Ann Ar", " New Yor", " New York", " Old York", " Kowal",        " Kowalski", " Kow",
    " such a", " ",    " E.",     "\u6211",   "\u4f60",    " M\u00fc",  " Kowalski Kow", " Ann Ann",
  };

  favour_terms (f, terms, G_N_ELEMENTS (terms));
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (texts); i++) {
    g_autoptr (GArray) tokens = spell (f, texts[i / 2], i % 2);
    struct quill_term_state state;
    guint n_favoured = 0;

    quill_vocabulary_begin (&state);
    for (guint k = 0; k < tokens->len; k++)
      quill_vocabulary_advance (f->vocabulary, &state, g_array_index (tokens, uint32_t, k));
    g_test_message ("%s", texts[i / 2]);
    check_all_tokens (f, &state, tokens, &n_favoured);
    g_assert_cmpuint (n_favoured, >, 20);
  }
}

/* In the middle of a character, too. */
static void
favours_what_would_be_gained_within_characters (struct fixture *f, const void *unused) {
  g_autoptr (GArray) tokens = spell (f, "\u6211 M\u00fcl\u4f60\u597d", TRUE);
  struct quill_term_state state;
  guint n_favoured = 0;

  favour_terms (f, terms, G_N_ELEMENTS (terms));
  quill_vocabulary_begin (&state);
  for (guint i = 0; i < tokens->len; i++) {
    quill_vocabulary_advance (f->vocabulary, &state, g_array_index (tokens, uint32_t, i));
    check_all_tokens (f, &state, tokens, &n_favoured);
  }
  g_assert_cmpuint (n_favoured, >, 0);
}

/* ---- errors ---- */

static void
assert_refused (struct fixture *f, const char *const *list, size_t n, const char *part) {
  struct quill_vocabulary *vocabulary = NULL;
  struct quill_error err = { 0 };

  g_assert_cmpint (quill_vocabulary_open (&vocabulary, f->model, list, n, &err), ==, QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (err.message, part));
  g_assert_null (vocabulary);
}

static void
wrong_terms_are_refused (struct fixture *f, const void *unused) {
  g_autofree char *most = g_strnfill (QUILL_MAX_TERM_BYTES, 'a');
  g_autofree char *too_long = g_strnfill (QUILL_MAX_TERM_BYTES + 1, 'a');
  const char *const all_right[] = { most, "b" };
  g_autofree const char **many = g_new (const char *, QUILL_MAX_TERMS + 1);

  assert_refused (f, (const char *const[]){ "a", too_long }, 2, "term 2 of the vocabulary has 101 bytes");
  assert_refused (f, (const char *const[]){ " \t\n" }, 1, "term 1 of the vocabulary is empty");
  assert_refused (f, (const char *const[]){ "half a \xc3" }, 1, "term 1 of the vocabulary is not text");
  for (size_t i = 0; i <= QUILL_MAX_TERMS; i++)
    many[i] = "a";
  assert_refused (f, many, QUILL_MAX_TERMS + 1, "1001 terms is too long: use at most 1000");
  favour_terms (f, many, QUILL_MAX_TERMS);
  g_assert_cmpint (gain (f, " a", FALSE), ==, 1);
  favour_terms (f, all_right, 2);
}

static void
failing_allocations_are_reported (struct fixture *f, const void *unused) {
  unsigned n = 0;

  for (enum quill_status status = QUILL_ERR_NOMEM; status != QUILL_OK;) {
    struct quill_error err = { 0 };

    quill_alloc_fail_at (++n);
    status = quill_vocabulary_open (&f->vocabulary, f->model, terms, G_N_ELEMENTS (terms), &err);
    quill_alloc_fail_at (0);
    g_assert_cmpint (err.code, ==, status);
    g_assert_cmpint (status, ==, f->vocabulary ? QUILL_OK : QUILL_ERR_NOMEM);
  }
  g_assert_cmpuint (n, ==, 4);
}

/* ---- recognition ---- */

/* What the bundled model hears in a sound of several words. (transfer full) */
static char *
hear (const struct fixture *f, const struct quill_params *params) {
  struct quill_transcriber *transcriber = NULL;
  struct quill_result *result = NULL;
  struct quill_settings settings;
  struct quill_error err = { 0 };
  size_t n;
  g_autofree float *samples = bundled_sound ("002-flite-rms.flac", &n);
  char *heard;

  quill_settings_init (&settings);
  settings.n_hypotheses = 3;
  quill_transcriber_open (&transcriber, f->model, &settings, &err);
  g_assert_cmpstr (err.message, ==, "");
  quill_transcribe (transcriber, samples, n, params, &result, &err);
  heard = err.code == QUILL_OK ? bundled_describe (result) : g_strdup (err.message);
  quill_result_free (&result);
  quill_transcriber_close (&transcriber);
  return heard;
}

static void
nothing_changes_without_terms_or_strength (struct fixture *f, const void *unused) {
  struct quill_vocabulary *empty = NULL;
  struct quill_params params;

  favour_terms (f, terms, G_N_ELEMENTS (terms));
  g_assert_cmpint (quill_vocabulary_open (&empty, f->model, NULL, 0, NULL), ==, QUILL_OK);
  for (unsigned n = 1; n <= 3; n += 2) {
    quill_params_init (&params);
    params.beam_size = n;
    g_autofree char *expected = hear (f, &params);
    params.vocabulary = empty;
    params.vocabulary_strength = QUILL_MAX_VOCABULARY_STRENGTH;
    g_autofree char *without_terms = hear (f, &params);
    g_assert_cmpstr (without_terms, ==, expected);
    params.vocabulary = f->vocabulary;
    params.vocabulary_strength = 0;
    g_autofree char *without_strength = hear (f, &params);
    g_assert_cmpstr (without_strength, ==, expected);
  }
  quill_vocabulary_close (&empty);
}

/* A term that nobody would write is written at the greatest strength, and once: it cannot make the text go
 * round in circles. */
static void
strength_is_felt_and_bounded (struct fixture *f, const void *unused) {
  static const char *const one[] = { "Woodward" };
  struct quill_params params;

  favour_terms (f, one, 1);
  for (unsigned n = 1; n <= 3; n += 2) {
    quill_params_init (&params);
    params.beam_size = n;
    params.temperature_increment = 0;
    params.vocabulary = f->vocabulary;
    params.vocabulary_strength = QUILL_MAX_VOCABULARY_STRENGTH;
    g_autofree char *heard = hear (f, &params);
    const char *first = strstr (heard, "Woodward");
    g_assert_nonnull (first);
    g_assert_null (strstr (first + 1, "Woodward"));
  }
}

static void
wrong_settings_are_refused (struct fixture *f, const void *unused) {
  struct quill_model *other = bundled_model ();
  struct quill_params params;

  quill_params_init (&params);
  for (int i = 0; i < 3; i++) {
    params.vocabulary_strength = (float[]){ -0.1f, 5.1f, NAN }[i];
    g_autofree char *said = hear (f, &params);
    g_assert_nonnull (strstr (said, "is out of range: use 0 to 5"));
  }
  quill_params_init (&params);
  g_assert_cmpint (quill_vocabulary_open (&f->vocabulary, other, terms, 1, NULL), ==, QUILL_OK);
  params.vocabulary = f->vocabulary;
  g_autofree char *said = hear (f, &params);
  g_assert_cmpstr (said, ==, "the vocabulary was made for another model");
  quill_vocabulary_close (&f->vocabulary);
  quill_model_close (&other);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, fn) g_test_add ("/vocabulary/" name, struct fixture, NULL, set_up, fn, tear_down)
  ADD ("complete-terms-are-worth-their-length", complete_terms_are_worth_their_length);
  ADD ("what-is-left-is-taken-back", what_is_left_is_taken_back);
  ADD ("times-end-terms", times_end_terms);
  ADD ("long-and-many-terms-are-bounded", long_and_many_terms_are_bounded);
  ADD ("favours-what-would-be-gained", favours_what_would_be_gained);
  ADD ("favours-what-would-be-gained-within-characters", favours_what_would_be_gained_within_characters);
  ADD ("wrong-terms-are-refused", wrong_terms_are_refused);
  ADD ("failing-allocations-are-reported", failing_allocations_are_reported);
  ADD ("nothing-changes-without-terms-or-strength", nothing_changes_without_terms_or_strength);
  ADD ("strength-is-felt-and-bounded", strength_is_felt_and_bounded);
  ADD ("wrong-settings-are-refused", wrong_settings_are_refused);
  return g_test_run ();
}
