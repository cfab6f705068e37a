/* How many threads a transcriber has, and why. */
#include "base/threads.h"
#include "model/calibrate.h"
#include "transcriber.h"

static struct quill_thread_choice find_best(const struct quill_transcriber *t)
{
    struct quill_thread_choice choice = {.reason = QUILL_THREADS_NO_CHOICE};
    struct quill_kernels kernels;

    quill_get_cpus(&choice.cpus);
    choice.n_candidates = quill_thread_candidates(&choice.cpus, choice.candidates);
    choice.n_threads = choice.candidates[choice.n_candidates - 1].n_threads;
    if (choice.n_candidates == 1)
        return choice;
    quill_kernels_init(&kernels, t->cpu_mask);
    choice.reason = QUILL_THREADS_UNMEASURED;
    choice.n_threads = quill_thread_guess(&choice.cpus);
    if (quill_calibrate(choice.candidates, choice.n_candidates, t->model, &kernels, NULL) != QUILL_OK)
        return choice;
    const unsigned best = quill_thread_pick(choice.candidates, choice.n_candidates);
    if (best > 0) {
        choice.reason = QUILL_THREADS_MEASURED;
        choice.n_threads = best;
    }
    return choice;
}

enum quill_status quill_choose_threads(struct quill_transcriber *t, unsigned n_threads,
                                       struct quill_thread_choice *out, struct quill_error *err)
{
    if (n_threads > QUILL_MAX_THREADS)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "%u threads are too many: use 1 to %d, or 0 for as many as are best", n_threads,
                          QUILL_MAX_THREADS);
    if (n_threads == 0 && t->automatic.n_threads == 0)
        t->automatic = find_best(t);
    *out = n_threads > 0 ? (struct quill_thread_choice){.n_threads = n_threads, .reason = QUILL_THREADS_ASKED}
                         : t->automatic;
    return QUILL_OK;
}

void quill_transcriber_get_thread_choice(const struct quill_transcriber *transcriber,
                                         struct quill_thread_choice *choice)
{
    *choice = transcriber->choice;
}
