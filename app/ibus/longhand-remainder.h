/* What of a text has not been written yet, when its beginning was written in other words. Pure; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of text, what follows the words that correspond to those of written, by the fewest words to change, put in
 * or leave out; case and marks do not matter. (transfer none) */
const char *longhand_remainder_find (const char *written, const char *text);

G_END_DECLS
