/* Errors as values: a code and one sentence. */
#ifndef QUILL_BASE_STATUS_H
#define QUILL_BASE_STATUS_H

#include "quill.h"

/* Writes the sentence to *err (may be NULL) and returns code, so that `return quill_fail(...)` is all a
 * failing function needs to say. */
enum quill_status quill_fail(struct quill_error *err, enum quill_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a system call that failed with os_error: "cannot <what> <path>: <reason>". */
enum quill_status quill_fail_io(struct quill_error *err, int os_error, const char *what, const char *path);

/* Returns from the calling function when expr is not QUILL_OK. */
#define QUILL_TRY(expr)                            \
    do {                                           \
        const enum quill_status status_ = (expr);  \
        if (status_ != QUILL_OK)                   \
            return status_;                        \
    } while (0)

#endif
