/* Monotonic time for measurements (never for decisions). */
#ifndef QUILL_BASE_CLOCK_H
#define QUILL_BASE_CLOCK_H

double quill_now_ms(void);

#endif
