#include "base/threads.h"

/* More threads must pay: what they gain below this is not worth the processors that it takes from others. */
#define WORTH_IT 1.05

/* The first round only wakes what sleeps; of the others the best counts, as others use the machine meanwhile.
 */
#define MIN_ROUNDS 3
#define MAX_ROUNDS 9
#define BUDGET_MS 40.0

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned possible(const struct quill_cpus *cpus, unsigned n_threads)
{
    return smaller(n_threads, smaller(cpus->n_usable, QUILL_MAX_THREADS));
}

unsigned quill_thread_candidates(const struct quill_cpus *cpus,
                                 struct quill_thread_candidate out[QUILL_MAX_THREAD_CANDIDATES])
{
    const unsigned counts[QUILL_MAX_THREAD_CANDIDATES] = {cpus->n_fast_cores, cpus->n_cores, cpus->n_allowed};
    unsigned n = 0;

    for (unsigned i = 0; i < QUILL_MAX_THREAD_CANDIDATES; i++) {
        const unsigned n_threads = possible(cpus, counts[i]);

        if (n == 0 || n_threads > out[n - 1].n_threads)
            out[n++] = (struct quill_thread_candidate){.n_threads = n_threads};
    }
    return n;
}

bool quill_thread_rounds_go_on(unsigned n_rounds, double elapsed_ms)
{
    if (n_rounds < MIN_ROUNDS)
        return true;
    return n_rounds < MAX_ROUNDS && elapsed_ms / n_rounds * (n_rounds + 1) <= BUDGET_MS;
}

static bool makes_sense(const struct quill_thread_candidate *c)
{
    return c->product_ms > 0 && c->token_ms > 0;
}

static double least(double best, double value)
{
    return best > 0 && best < value ? best : value;
}

unsigned quill_thread_pick(const struct quill_thread_candidate *candidates, unsigned n)
{
    double slowness[QUILL_MAX_THREAD_CANDIDATES] = {0}; /* 0: makes no sense */
    double product_ms = 0, token_ms = 0, best = 0;

    for (unsigned i = 0; i < n; i++)
        if (makes_sense(&candidates[i])) {
            product_ms = least(product_ms, candidates[i].product_ms);
            token_ms = least(token_ms, candidates[i].token_ms);
        }
    /* How many times as long as the fastest it takes, as the sum over both kinds of step. */
    for (unsigned i = 0; i < n; i++)
        if (makes_sense(&candidates[i])) {
            slowness[i] = candidates[i].product_ms / product_ms + candidates[i].token_ms / token_ms;
            best = least(best, slowness[i]);
        }
    for (unsigned i = 0; i < n; i++)
        if (slowness[i] > 0 && slowness[i] <= WORTH_IT * best)
            return candidates[i].n_threads;
    return 0;
}

unsigned quill_thread_guess(const struct quill_cpus *cpus)
{
    return possible(cpus, cpus->n_cores);
}
