/* Figures of a dictation for programs, under the names that “longhand-cli replay --json” and “bench --json”
 * have for them: the man page, where they stay as they are. A figure that is not known is null. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "models/longhand-scaling.h"

G_BEGIN_DECLS

struct _JsonBuilder;

/* As members of the object that json is in: how well the text kept up, and what that took. */
void longhand_stats_add_figures (const LonghandStats *stats, struct _JsonBuilder *json);

/* All that the performance panel shows, as one pretty object. scaling: what was measured; n 0: nothing.
 * (transfer full)
 */
char *longhand_stats_dup_json (const LonghandStats *stats, const LonghandScaling *scaling);

G_END_DECLS
