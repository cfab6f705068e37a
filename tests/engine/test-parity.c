/* Same text as whisper.cpp with the same model, without fallback; golden texts by
 * tests/support/golden/make-parity.py.
 *
 * The bundled model is weak: where it is at a loss, a rounding decides between two words. So the texts are
 * compared with its weights as float32, where nothing is rounded; with the file as it is, only few of them
 * may differ.
 *
 * A text is the same with and without sanitizers, which are there for how it is come by. So theirs are one
 * case of each way of recognising ("-m quick"), and without them all are ("-m thorough"). Where they see the
 * inner loops as well, in which nearly all the time goes, the ways that differ in the rows that those are
 * handed are enough ("rows").
 *
 * Where whisper.cpp differs from openai/whisper, which the engine follows, the cases are such that both
 * agree:
 *  - Its beams go on until each has ended; openai/whisper and the engine are content when as many have ended
 * as there are beams, unless they are told to be patient: so they are.
 *  - Of a window without timestamps it tells the next the end token, too: with timestamps only.
 *  - It forgets what went before when less than five seconds are left: there are more.
 *  - It stops at 220 tokens a window, not 224: so does the test.
 *  - It suppresses symbols only when told to (-sns), and then a few less.
 *  - A segment may have no length there (left out), and begins where the one before it ended, not at its own
 * timestamp: beginnings are not compared.
 *  - After a window that ends with a pair of timestamps the next begins there at the second, here at the
 * first: such windows are left out.
 *  - A window ends there as soon as a timestamp lies near the end of the sound, not at the end token.
 *  - Its last segment may end beyond the sound: ours do not.
 *  - Its failure threshold is an entropy, not a compression ratio, it thinks of silence at the prompt's last
 * token, not at sot, and forgets the prompt for tries at 0.5 and above: no fallback here. */
#include <string.h>

#include "bundled.h"

#define N_BEAMS 5
#define PATIENCE 4.0f
#define PROMPT "A letter to the lieutenant from Helene."

/* How a case is recognised, by the names of its golden file. */
static const struct parity_mode {
    const char *name, *test;
    bool timestamps;
    unsigned beam_size;
    const char *prompt;
    bool context; /* of the window before */
    bool rows;    /* single tokens, several beams, a text before: no other mode is needed for the loops */
} modes[] = {
    {"plain", "without-timestamps", false, 1, NULL, false, false},
    {"timestamps", "with-timestamps", true, 1, NULL, false, true},
    {"beams-plain", "with-beams-without-timestamps", false, N_BEAMS, NULL, false, false},
    {"beams-timestamps", "with-beams-and-timestamps", true, N_BEAMS, NULL, false, true},
    {"prompt-plain", "with-a-prompt-without-timestamps", false, 1, PROMPT, false, false},
    {"prompt-timestamps", "with-a-prompt-and-timestamps", true, 1, PROMPT, false, false},
    {"context-timestamps", "after-other-text-with-timestamps", true, 1, NULL, true, true},
};

struct parity_case {
    const struct parity_mode *mode;
    char **parts;        /* FILE@MS */
    GPtrArray *segments; /* "END_MS TEXT" */
};

/* What recognises all cases, opened once. */
static struct quill_transcriber *with_float32, *with_integers;

static float *read_parts(const struct parity_case *c, size_t *n_samples)
{
    GArray *sound = g_array_new(FALSE, TRUE, sizeof(float));
    for (char **part = c->parts; *part; part++) {
        g_auto(GStrv) words = g_strsplit(*part, "@", 2);
        const guint start = (guint)g_ascii_strtoull(words[1], NULL, 10) * (QUILL_SAMPLE_RATE / 1000);
        size_t n;
        g_autofree float *piece = bundled_sound(words[0], &n);
        if (sound->len < start + n)
            g_array_set_size(sound, (guint)(start + n));
        memcpy(&g_array_index(sound, float, start), piece, n * sizeof *piece);
    }
    *n_samples = sound->len;
    return (float *)(void *)g_array_free(sound, FALSE);
}

/* A line a segment: its end, where the case has timestamps, and its text. Both g_free. */
static char *hear(const struct parity_case *c, struct quill_transcriber *transcriber, char **expected)
{
    size_t n;
    g_autofree float *samples = read_parts(c, &n);
    struct quill_params params;
    quill_params_init(&params);
    params.timestamps = c->mode->timestamps;
    params.beam_size = c->mode->beam_size;
    params.patience = PATIENCE;
    params.initial_prompt = c->mode->prompt;
    params.condition_on_previous = c->mode->context;
    params.temperature_increment = 0.0f;
    params.max_tokens = 220;
    struct quill_result *result = NULL;
    g_assert_cmpint(quill_transcribe(transcriber, samples, n, &params, &result, NULL), ==, QUILL_OK);

    const int64_t end_of_sound = (int64_t)n / (QUILL_SAMPLE_RATE / 1000);
    GString *text = g_string_new(NULL), *golden = g_string_new(NULL);
    for (size_t i = 0; i < result->n_segments; i++) {
        if (c->mode->timestamps)
            g_string_append_printf(text, "%" G_GINT64_FORMAT "|", result->segments[i].end_ms);
        g_string_append_printf(text, "%s\n", result->segments[i].text);
    }
    for (guint i = 0; i < c->segments->len; i++) {
        g_auto(GStrv) words = g_strsplit(g_ptr_array_index(c->segments, i), " ", 2);
        const int64_t end_ms = g_ascii_strtoll(words[0], NULL, 10);
        if (c->mode->timestamps)
            g_string_append_printf(golden, "%" G_GINT64_FORMAT "|", MIN(end_ms, end_of_sound));
        g_string_append_printf(golden, "%s\n", words[1]);
    }
    quill_result_free(&result);
    *expected = g_string_free(golden, FALSE);
    return g_string_free(text, FALSE);
}

static void run_case(const void *data)
{
    g_autofree char *expected = NULL, *text = hear(data, with_float32, &expected);
    g_assert_cmpstr(text, ==, expected);
}

/* data: the cases. The model wavers between words in some of them: one in eight may come out otherwise. */
static void rounding_changes_few_texts(const void *data)
{
    const GPtrArray *cases = data;
    guint n_different = 0;
    for (guint i = 0; i < cases->len; i++) {
        g_autofree char *expected = NULL, *text = hear(g_ptr_array_index(cases, i), with_integers, &expected);
        if (!g_str_equal(text, expected)) {
            g_test_message("heard “%s” for “%s”", text, expected);
            n_different++;
        }
    }
    g_assert_cmpuint(n_different, <=, cases->len / 8);
}

static const struct parity_mode *find_mode(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++)
        if (g_str_equal(modes[i].name, name))
            return &modes[i];
    g_error("there is no mode %s", name);
}

static bool is_first_of_its_mode(const GPtrArray *before, const struct parity_case *c)
{
    for (guint i = 0; i < before->len; i++)
        if (((const struct parity_case *)g_ptr_array_index(before, i))->mode == c->mode)
            return false;
    return true;
}

static void free_case(void *data)
{
    struct parity_case *c = data;
    g_strfreev(c->parts);
    g_ptr_array_unref(c->segments);
    g_free(c);
}

static struct quill_transcriber *open_transcriber(const struct quill_model *model)
{
    struct quill_error err = {0};
    struct quill_settings settings;
    struct quill_transcriber *transcriber = NULL;
    quill_settings_init(&settings);
    settings.n_hypotheses = N_BEAMS;
    quill_transcriber_open(&transcriber, model, &settings, &err);
    g_assert_cmpstr(err.message, ==, "");
    return transcriber;
}

static char *bundled_sum(void)
{
    g_autofree char *path = bundled_path(), *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, n);
}

/* data: SHA-256 of the model behind the golden texts. When this fails, no text is compared. */
static void golden_texts_belong_to_the_bundled_model(const void *data)
{
    g_autofree char *sum = bundled_sum();
    if (!g_str_equal(sum, data))
        g_test_fail_printf(
            "the bundled model (%s) is not the one that the golden texts were made with (%s): run "
            "tests/support/golden/make-parity.py, then test again",
            sum, (const char *)data);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "data", "parity", "whisper-cpp.golden", NULL);
    g_autofree char *golden = NULL;
    g_assert_true(g_file_get_contents(path, &golden, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(golden, "\n", -1);
    g_autofree char *sum = bundled_sum();
    bool belongs = false;
    struct parity_case *last = NULL;
    const bool rows_only = argc > 1 && g_str_equal(argv[1], "rows");
    g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func(free_case);
    for (char **line = lines; *line; line++) {
        if (g_str_has_prefix(*line, "model ")) {
            g_test_add_data_func("/parity/golden-texts-belong-to-the-bundled-model", *line + strlen("model "),
                                 golden_texts_belong_to_the_bundled_model);
            belongs = g_str_equal(*line + strlen("model "), sum);
            if (!belongs)
                break;
        } else if (g_str_has_prefix(*line, "case ")) {
            g_auto(GStrv) words = g_strsplit(*line, " ", -1);
            last = g_new0(struct parity_case, 1);
            last->mode = find_mode(words[1]);
            last->parts = g_strdupv(words + 2);
            last->segments = g_ptr_array_new();
            g_autofree char *parts = g_strjoinv("+", last->parts);
            g_autofree char *name =
                g_strdup_printf("/parity/same-text-as-whisper-cpp-%s/%s", last->mode->test, parts);
            if ((g_test_thorough() || is_first_of_its_mode(cases, last)) && (last->mode->rows || !rows_only))
                g_test_add_data_func(name, last, run_case);
            g_ptr_array_add(cases, last);
        } else if (g_str_has_prefix(*line, "segment ")) {
            g_assert_nonnull(last);
            g_ptr_array_add(last->segments, *line + strlen("segment "));
        }
    }
    g_assert_true(!belongs || cases->len >= 8);
    if (g_test_thorough())
        g_test_add_data_func("/parity/rounding-changes-few-texts", cases, rounding_changes_few_texts);
    struct quill_model *float32 = bundled_model_float32(), *integers = bundled_model();
    with_float32 = open_transcriber(float32);
    with_integers = open_transcriber(integers);
    const int status = g_test_run();
    quill_transcriber_close(&with_float32);
    quill_transcriber_close(&with_integers);
    quill_model_close(&float32);
    quill_model_close(&integers);
    return status;
}
