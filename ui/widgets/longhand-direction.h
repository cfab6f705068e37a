/* Texts in windows that run from right to left. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A number with a sign in place of a unit, such as “3 %”, has no letter to say that it runs from left to
 * right, and would be “% 3” there. Takes text. (transfer full) */
char *longhand_direction_isolate (char *text);

G_END_DECLS
