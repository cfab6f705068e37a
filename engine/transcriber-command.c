/* Whether what was heard is a command. A second search, for the likeliest text of the grammar alone, looks at
 * the same encoded window: a few tokens, and only behind a short text. How much less likely that is than what
 * was heard without any grammar tells a command from other words: of "new line" and a sentence about a new
 * line both begin alike, but the rest of the sentence is in the sound. */
#include <math.h>
#include <string.h>

#include "transcriber-run.h"

#define MAX_HEARD_TOKENS 12 /* of a text that may be a command */
#define MAX_COMMAND_TOKENS 32

/* False: it is too long, or only white space. */
static bool write_command(const struct quill_run *run, size_t n_tokens)
{
    struct quill_draft *draft = run->draft;
    const size_t length = quill_tokens_to_text(run->t->tokenizer, run->search.tokens, n_tokens,
                                               draft->command, QUILL_MAX_COMMAND_BYTES);

    return length < QUILL_MAX_COMMAND_BYTES && draft->command[strspn(draft->command, " ")] != '\0';
}

static bool may_be_command(const struct quill_run *run)
{
    return run->builder->result.n_segments == 1 && run->builder->result.timings.n_windows == 1 &&
           run->search.n_tokens <= MAX_HEARD_TOKENS;
}

static enum quill_status search_commands(struct quill_run *run, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    struct quill_search *search = &run->search;

    search->max_tokens = search->max_tokens < MAX_COMMAND_TOKENS ? search->max_tokens : MAX_COMMAND_TOKENS;
    search->temperature = 0.0f;
    search->n_draft = search->n_forced = search->n_firm = 0;
    search->vocabulary = NULL;
    search->grammar = run->draft->commands;
    search->grammar_penalty = INFINITY;
    search->least_logprob = search->sum_logprob - (double)run->draft->command_margin;
    search->beams = NULL;
    return quill_search_run(search, t->decoder, &t->workers.compute, &run->cancel,
                            &run->builder->result.timings, err);
}

enum quill_status quill_run_find_command(struct quill_run *run, struct quill_error *err)
{
    struct quill_draft *draft = run->draft;
    const double heard = run->search.sum_logprob;

    draft->command_loss = INFINITY;
    draft->command[0] = '\0';
    if (!may_be_command(run))
        return QUILL_OK;
    if (write_command(run, run->search.n_tokens) && quill_grammar_matches(draft->commands, draft->command)) {
        draft->command_loss = 0.0f;
        return QUILL_OK;
    }
    if (run->facts.temperature > 0.0f) /* what was drawn is unlikely whatever was said */
        return QUILL_OK;
    QUILL_TRY(search_commands(run, err));
    const bool was_given_up = run->search.sum_logprob < run->search.least_logprob;
    if (!was_given_up && write_command(run, run->search.n_tokens) &&
        quill_grammar_matches(draft->commands, draft->command))
        draft->command_loss = (float)fmax(heard - run->search.sum_logprob, 0.0);
    else
        draft->command[0] = '\0';
    return QUILL_OK;
}
