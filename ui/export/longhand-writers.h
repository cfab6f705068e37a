/* All that the window can write: what the app can, and PDF, which takes fonts. */
#pragma once

#include "transcript/longhand-export.h"

G_BEGIN_DECLS

guint longhand_writers_get_n (void);
const LonghandWriter *longhand_writers_get (guint i);
/* By the file's ending ("txt"), any case; NULL: there is none. */
const LonghandWriter *longhand_writers_find (const char *ending);
/* What to write under a name that was chosen. chosen: by the filter; offered: the name that the chooser began
 * with; may_rename: another name can be written as well. A known ending decides, unless nobody has touched
 * the name since another filter was chosen, which choosers of the desktop's do not show in it. *full has the
 * chosen filter's ending where there is no known one, or the wrong one. (transfer full) *full */
const LonghandWriter *longhand_writers_decide (const char *name, const char *offered,
                                               const LonghandWriter *chosen, gboolean may_rename,
                                               char **full);

G_END_DECLS
