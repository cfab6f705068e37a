/* Which language is spoken: as told, or detected from the first window (openai/whisper decoding.py,
 * detect_language). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "text/unicode.h"
#include "transcriber-run.h"

static unsigned n_languages_of(const struct quill_run *run)
{
    return run->t->rules.specials.n_languages;
}

/* ---- what is asked ---------------------------------------------------------------------------------- */

/* "use auto or en", or all codes that the model knows. */
static enum quill_status unknown_language(const char *name, unsigned n_languages, struct quill_error *err)
{
    char codes[440] = "auto or en", quoted[24] = "";
    size_t n = 0, len;
    bool valid = true;
    for (size_t i = 0; name[i] && valid; i += len) {
        len = quill_utf8_scan(name + i, strlen(name + i), &valid);
        if (valid && i + len < sizeof quoted)
            memcpy(quoted + i, name + i, len);
        else
            break;
    }
    for (unsigned i = 0; i < n_languages; i++) {
        n += (size_t)snprintf(codes + n, sizeof codes - n, "%s %s", i ? "" : "auto or one of",
                              quill_language_code(i));
    }
    return quill_fail(err, QUILL_ERR_INVALID, "unknown language “%s”: use %s", quoted, codes);
}

/* "German" */
static void spell(int language, char out[16])
{
    snprintf(out, 16, "%s", quill_language_name((unsigned)language));
    out[0] = (char)(out[0] - 'a' + 'A');
}

static enum quill_status unsupported_language(int language, unsigned n_languages, struct quill_error *err)
{
    char spelled[16];
    spell(language, spelled);
    if (n_languages == 0)
        return quill_fail(err, QUILL_ERR_UNSUPPORTED,
                          "this model knows English only, not %s: choose English, or a multilingual model",
                          spelled);
    return quill_fail(err, QUILL_ERR_UNSUPPORTED,
                      "this model does not know %s: choose another language or model", spelled);
}

static bool knows(const struct quill_run *run, int language)
{
    return language == 0 || language < (int)n_languages_of(run);
}

/* Of those that detection is limited to, the ones that the model knows. */
static enum quill_status allow_languages(struct quill_run *run, struct quill_error *err)
{
    const char *const *names = run->params->languages;
    const unsigned n_languages = n_languages_of(run);
    const bool any = !names || !names[0];
    int unknown = -1;
    bool allows_one = any;
    for (unsigned i = 0; i < QUILL_MAX_LANGUAGES; i++)
        run->allowed[i] = any && i < n_languages;
    for (size_t i = 0; !any && names[i]; i++) {
        const int language = quill_language_find(names[i]);
        if (language < 0)
            return unknown_language(names[i], n_languages, err);
        if (knows(run, language))
            allows_one = run->allowed[language] = true;
        else
            unknown = language;
    }
    return allows_one ? QUILL_OK : unsupported_language(unknown, n_languages, err);
}

enum quill_status quill_run_resolve_language(struct quill_run *run, struct quill_error *err)
{
    const char *name = run->params->language;
    const unsigned n_languages = n_languages_of(run);
    const bool detect = !name || !*name || !strcmp(name, "auto");
    if (n_languages == 0 && run->params->translate)
        return quill_fail(err, QUILL_ERR_UNSUPPORTED,
                          "this model knows English only and cannot translate: choose a multilingual model");
    if (detect) {
        run->language = n_languages == 0 ? 0 : -1;
        return allow_languages(run, err);
    }
    run->language = quill_language_find(name);
    if (run->language < 0)
        return unknown_language(name, n_languages, err);
    return knows(run, run->language) ? QUILL_OK : unsupported_language(run->language, n_languages, err);
}

/* ---- detection -------------------------------------------------------------------------------------- */

/* Softmax of the logits of the languages that are allowed; the others are as good as impossible. */
static void weigh_languages(struct quill_run *run, float *logits)
{
    const unsigned n = n_languages_of(run);
    double sum = 0.0;
    for (unsigned i = 0; i < n; i++)
        logits[i] = run->allowed[i] ? logits[i] : -INFINITY;
    run->language = (int)quill_argmax(&run->t->workers.compute.kernels, logits, n, 0);
    for (unsigned i = 0; i < n; i++)
        sum += exp((double)logits[i] - (double)logits[run->language]);
    for (unsigned i = 0; i < n; i++)
        run->probabilities[i] = (float)(exp((double)logits[i] - (double)logits[run->language]) / sum);
}

enum quill_status quill_run_detect_language(struct quill_run *run, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    struct quill_timings *timings = &run->builder->result.timings;
    const struct quill_specials *specials = &t->rules.specials;
    const struct quill_feed sot = {
        .sequence = run->slot->sequence, .tokens = &specials->sot, .n = 1, .n_logits = 1};
    float languages[QUILL_MAX_LANGUAGES];
    const float *logits;
    const double start_ms = quill_now_ms();
    quill_decoder_truncate(t->decoder, run->slot->sequence, 0);
    QUILL_TRY(quill_decoder_feed(t->decoder, &t->workers.compute, &sot, 1, &logits, &run->cancel, err));
    memcpy(languages, logits + specials->first_language, specials->n_languages * sizeof *languages);
    weigh_languages(run, languages);
    run->builder->result.language_probability = run->probabilities[run->language];
    timings->prompt_ms += quill_now_ms() - start_ms;
    quill_trace_span(t->trace, QUILL_TRACE_RUN_PROMPT, start_ms);
    return QUILL_OK;
}

/* Those that are allowed, likeliest first; returns how many. */
static unsigned rank_languages(const struct quill_run *run, struct quill_language_probability *out)
{
    unsigned n = 0;
    for (unsigned i = 0; i < n_languages_of(run); i++) {
        unsigned at = n;
        if (!run->allowed[i])
            continue;
        for (; at > 0 && out[at - 1].probability < run->probabilities[i]; at--)
            out[at] = out[at - 1];
        out[at] = (struct quill_language_probability){.code = quill_language_code(i),
                                                      .probability = run->probabilities[i]};
        n++;
    }
    return n;
}

enum quill_status quill_detect_language(struct quill_transcriber *t, const float *samples, size_t n,
                                        const struct quill_params *params,
                                        struct quill_language_probability *out, unsigned *n_out,
                                        struct quill_error *err)
{
    struct quill_params asked;
    struct quill_run run;
    if (params)
        asked = *params;
    else
        quill_params_init(&asked);
    asked.language = NULL;
    if (t->rules.specials.n_languages == 0)
        return quill_fail(
            err, QUILL_ERR_UNSUPPORTED,
            "this model knows English only and detects no language: choose a multilingual model");
    if (t->trace)
        quill_trace_reset(t->trace);
    QUILL_TRY(quill_run_open(&run, t, &t->slots[0], &asked, NULL, samples, n, err));
    const bool has_sound = quill_run_has_window(&run);
    const enum quill_status status = has_sound ? quill_run_find_language(&run, err) : QUILL_OK;
    if (status == QUILL_OK)
        *n_out = has_sound ? rank_languages(&run, out) : 0;
    quill_run_close(&run);
    return status;
}
