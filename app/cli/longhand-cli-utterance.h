/* What is spoken, on a terminal. */
#pragma once

#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

/* On standard output, a line for each utterance, and what commands write likewise. A line that is printed
 * stays: commands that take something back are only told of, on standard error if that is a terminal. */
void longhand_cli_print_utterance (const LonghandUtterance *utterance);

/* What guards took for no speech: on standard error, where it is not lost and not in the text. */
void longhand_cli_show_left_out (const LonghandUtterance *utterance);

G_END_DECLS
