/* All that the window can write: what the app can, and PDF, which takes fonts. */
#pragma once

#include "transcript/longhand-export.h"

G_BEGIN_DECLS

guint longhand_writers_get_n (void);
const LonghandWriter *longhand_writers_get (guint i);
/* By the file's ending ("txt"), any case; NULL: there is none. */
const LonghandWriter *longhand_writers_find (const char *ending);

G_END_DECLS
